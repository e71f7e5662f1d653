/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "webui/api.h"
#include "webui/field.h"
#include "webui/json.h"

/* sFlow-RT's names first, ours in its style. */
static const struct web_field agent_fields[] = {
	{ "sFlowDatagramsReceived", offsetof(struct web_agent, datagrams) },
	{ "sFlowDatagramsLost", offsetof(struct web_agent, datagrams_lost) },
	{ "sFlowDatagramsDuplicates", offsetof(struct web_agent, datagrams_duplicate) },
	{ "sFlowDatagramsOutOfOrder", offsetof(struct web_agent, datagrams_out_of_order) },
	{ "sFlowFlowSamples", offsetof(struct web_agent, flow_samples) },
	{ "sFlowFlowDrops", offsetof(struct web_agent, flow_drops) },
	{ "sFlowFlowLostSamples", offsetof(struct web_agent, flow_lost) },
	{ "sFlowFlowDuplicateSamples", offsetof(struct web_agent, flow_duplicate) },
	{ "sFlowFlowOutOfOrderSamples", offsetof(struct web_agent, flow_out_of_order) },
	{ "sFlowFlowDatasources", offsetof(struct web_agent, flow_sources) },
	{ "sFlowCounterSamples", offsetof(struct web_agent, counter_samples) },
	{ "sFlowCounterLostSamples", offsetof(struct web_agent, counter_lost) },
	{ "sFlowCounterDuplicateSamples", offsetof(struct web_agent, counter_duplicate) },
	{ "sFlowCounterOutOfOrderSamples", offsetof(struct web_agent, counter_out_of_order) },
	{ "sFlowCounterDatasources", offsetof(struct web_agent, counter_sources) },
	{ "sFlowNotificationSamples", offsetof(struct web_agent, notifications) },

	{ "sFlowDatagramsRefused", offsetof(struct web_agent, datagrams_refused) },
	{ "sFlowDatagramsMalformed", offsetof(struct web_agent, malformed) },
	{ "sFlowFlowSecondSamples", offsetof(struct web_agent, flow_second) },
	{ "sFlowUnknownSamples", offsetof(struct web_agent, unknown_samples) },
	{ "sFlowNonIpSamples", offsetof(struct web_agent, non_ip_samples) },
	{ "sFlowBytesSampled", offsetof(struct web_agent, bytes_sampled) },

	{ "asicRoutes", offsetof(struct web_agent, asic_routes) },
	{ "asicRoutesMax", offsetof(struct web_agent, asic_routes_max) },
	{ 0 },
};

static const struct web_field total_fields[] = {
	{ "bgpAccepted", offsetof(struct web_totals, bgp_accepted) },
	{ "bgpAttributeSets", offsetof(struct web_totals, attr_sets) },
	{ "bgpNextHops", offsetof(struct web_totals, nexthops) },
	{ "bgpRefusedBusy", offsetof(struct web_totals, bgp_refused_busy) },
	{ "bgpRefusedUnknown", offsetof(struct web_totals, bgp_refused_unknown) },
	{ "eventsError", offsetof(struct web_totals, events_error) },
	{ "eventsInfo", offsetof(struct web_totals, events_info) },
	{ "eventsWarning", offsetof(struct web_totals, events_warning) },
	{ "sFlowBytes", offsetof(struct web_totals, sflow_bytes) },
	{ "sFlowCounterSamples", offsetof(struct web_totals, sflow_counter_samples) },
	{ "sFlowDatagrams", offsetof(struct web_totals, sflow_datagrams) },
	{ "sFlowFlowSamples", offsetof(struct web_totals, sflow_flow_samples) },
	{ "sFlowForwardErrors", offsetof(struct web_totals, sflow_forward_errors) },
	{ "sFlowForwarded", offsetof(struct web_totals, sflow_forwarded) },
	{ "sFlowKernelDrops", offsetof(struct web_totals, sflow_kernel_drops) },
	{ "sFlowMalformed", offsetof(struct web_totals, sflow_malformed) },
	{ "sFlowRefusedSource", offsetof(struct web_totals, sflow_refused_source) },
	{ "sFlowSamplesUsed", offsetof(struct web_totals, sflow_samples_used) },
	{ "sFlowTruncated", offsetof(struct web_totals, sflow_truncated) },
	{ "sFlowUnknownAgent", offsetof(struct web_totals, sflow_unknown_agent) },
	{ 0 },
};

json_t *
web_agent_json(const struct web_agent *agent)
{
	json_t *o = json_object(), *sources = json_array();
	char text[IP_TEXT_MAX];

	web_json_fields(o, agent_fields, agent);
	json_array_append_new(sources, json_string(ip_format(&agent->last_source, text)));
	json_object_set_new(o, "sFlowDatagramSource", sources);
	web_json_count(o, "sFlowSamplingRate", agent->sampling_rate);
	web_json_count(o, "uptime", agent->uptime_ms);
	web_json_count(o, "firstSeen", (uint64_t)agent->first_seen_wall_ms);
	web_json_count(o, "lastSeen", (uint64_t)agent->last_seen_wall_ms);
	web_json_real(o, "lastSeenAgeSeconds", agent->last_seen_age_s);
	web_json_bool(o, "configured", agent->configured);
	web_json_text(o, "router", agent->router);
	web_json_real(o, "timeConstantSeconds", agent->t_s);
	return o;
}

void
web_api_agents(struct web_call *call, struct web_answer *a)
{
	const struct web_arg *only = &call->arg[AGENTS_AGENT];
	const struct web_backend *b = &call->app->backend;
	json_t *root = json_object();
	struct web_agent agent;
	struct ip_addr wanted;

	if (only->given && !ip_parse(only->text, &wanted)) {
		json_decref(root);
		web_answer_error(a, 400, "agent: \"%s\" is not an IP address", only->text);
		return;
	}
	for (size_t i = 0; b->agent(b->ctx, i, &agent); i++) {
		char text[IP_TEXT_MAX];

		if (only->given && !ip_equal(&agent.address, &wanted))
			continue;
		json_object_set_new(root, ip_format(&agent.address, text), web_agent_json(&agent));
	}
	web_answer_json(a, 200, root);
}

json_t *
web_analyzer_json(const struct web_backend *b)
{
	json_t *o = json_object(), *memory = json_object();
	struct web_totals t;

	b->totals(b->ctx, &t);
	web_json_fields(o, total_fields, &t);
	web_json_text(o, "version", t.version);
	web_json_count(o, "startTime", (uint64_t)t.start_wall_ms);
	web_json_real(o, "uptimeSeconds", t.uptime_s);
	web_json_real(o, "cpuSeconds", t.cpu_s);
	web_json_real(o, "loopLagMaxSeconds", t.loop_lag_max_s);
	for (int tag = 0; tag < MEM_TAGS; tag++)
		web_json_count(
		    memory, mem_tag_name((enum mem_tag)tag), mem_used((enum mem_tag)tag));
	json_object_set_new(o, "memoryBytes", memory);
	return o;
}

void
web_api_analyzer(struct web_call *call, struct web_answer *a)
{
	web_answer_json(a, 200, web_analyzer_json(&call->app->backend));
}

void
web_api_version(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	struct web_totals t;

	b->totals(b->ctx, &t);
	web_answer_text(a, 200, t.version);
}
