/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics: the Prometheus text format 0.0.4.
 *
 * Each family is written whole - HELP, TYPE, then all its samples - as the format demands, so the
 * backend is walked once a family. The tables give the families that are one counter of a struct;
 * those made of several values are written out below them. There is no series per prefix: their
 * number is the operator's bill.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "webui/api.h"
#include "webui/field.h"

struct metric {
	const char *name, *type, *help;
	struct web_field field;
};

static void
head(struct str *out, const char *name, const char *type, const char *help)
{
	str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: backslash, quote and newline are escaped. */
static void
label(struct str *out, const char *name, const char *value, bool first)
{
	str_addf(out, "%s%s=\"", first ? "{" : ",", name);
	for (; *value != '\0'; value++) {
		if (*value == '\n') {
			str_add(out, "\\n");
			continue;
		}
		if (*value == '\\' || *value == '"')
			str_add(out, "\\");
		str_add_n(out, value, 1);
	}
	str_add(out, "\"");
}

/* Labels as name, value pairs up to a NULL name. */
static void
labels(struct str *out, const char *name, va_list args)
{
	const char *key;
	bool first = true;

	str_add(out, name);
	while ((key = va_arg(args, const char *)) != NULL) {
		label(out, key, va_arg(args, const char *), first);
		first = false;
	}
	if (!first)
		str_add(out, "}");
}

static void
count(struct str *out, const char *name, uint64_t value, ...)
{
	va_list args;

	va_start(args, value);
	labels(out, name, args);
	va_end(args);
	str_addf(out, " %llu\n", (unsigned long long)value);
}

static void
real(struct str *out, const char *name, double value, ...)
{
	va_list args;

	va_start(args, value);
	labels(out, name, args);
	va_end(args);
	str_addf(out, " %.15g\n", isfinite(value) ? value : 0.0);
}

#define TOTAL(member)                                                                              \
	{                                                                                          \
#member, offsetof(struct web_totals, member)                                       \
	}

static const struct metric total_metrics[] = {
	{ "hotfib_sflow_received_datagrams_total", "counter", "sFlow datagrams received.",
	    TOTAL(sflow_datagrams) },
	{ "hotfib_sflow_received_bytes_total", "counter", "Bytes of sFlow datagrams received.",
	    TOTAL(sflow_bytes) },
	{ "hotfib_sflow_malformed_datagrams_total", "counter", "Datagrams that are not sFlow 5.",
	    TOTAL(sflow_malformed) },
	{ "hotfib_sflow_unknown_agent_datagrams_total", "counter",
	    "Datagrams of agents that are not configured.", TOTAL(sflow_unknown_agent) },
	{ "hotfib_sflow_refused_datagrams_total", "counter",
	    "Datagrams from a source address that is not allowed for their agent.",
	    TOTAL(sflow_refused_source) },
	{ "hotfib_sflow_kernel_drops_total", "counter",
	    "Datagrams the kernel dropped because the socket was full.",
	    TOTAL(sflow_kernel_drops) },
	{ "hotfib_sflow_truncated_datagrams_total", "counter",
	    "Datagrams longer than the receive buffer.", TOTAL(sflow_truncated) },
	{ "hotfib_sflow_used_samples_total", "counter", "Flow samples that became traffic.",
	    TOTAL(sflow_samples_used) },
	{ "hotfib_sflow_forwarded_datagrams_total", "counter",
	    "Datagrams forwarded to other collectors.", TOTAL(sflow_forwarded) },
	{ "hotfib_sflow_forward_errors_total", "counter", "Datagrams that could not be forwarded.",
	    TOTAL(sflow_forward_errors) },
	{ "hotfib_netlink_requests_total", "counter", "Messages sent to the kernel.",
	    TOTAL(netlink_requests) },
	{ "hotfib_netlink_errors_total", "counter", "Messages that the kernel refused.",
	    TOTAL(netlink_errors) },
	{ "hotfib_netlink_repairs_total", "counter",
	    "Routes of ours put right after somebody else changed them.", TOTAL(netlink_repairs) },
	{ "hotfib_netlink_dumps_total", "counter",
	    "Times the kernel's tables were read as a whole.", TOTAL(netlink_dumps) },
	{ "hotfib_netlink_overruns_total", "counter",
	    "Times notifications of the kernel were lost.", TOTAL(netlink_overruns) },
	{ "hotfib_bgp_accepted_total", "counter", "BGP connections accepted.",
	    TOTAL(bgp_accepted) },
	{ "hotfib_rib_attribute_sets", "gauge", "Distinct sets of path attributes held.",
	    TOTAL(attr_sets) },
	{ "hotfib_rib_nexthops", "gauge", "Distinct next hops held.", TOTAL(nexthops) },
};

static void
add_turns(struct str *out, const struct web_totals *t)
{
	uint64_t n = 0;
	char bound[24];

	head(out, "hotfib_event_loop_turn_seconds", "histogram",
	    "Time the event loop was away from polling, each turn.");
	for (size_t i = 0; i < t->loop_turn_bounds; i++) {
		n += t->loop_turns[i];
		snprintf(bound, sizeof(bound), "%g", t->loop_turn_bounds_s[i]);
		count(out, "hotfib_event_loop_turn_seconds_bucket", n, "le", bound, NULL);
	}
	n += t->loop_turns[t->loop_turn_bounds];
	count(out, "hotfib_event_loop_turn_seconds_bucket", n, "le", "+Inf", NULL);
	real(out, "hotfib_event_loop_turn_seconds_sum", t->loop_busy_s, NULL);
	count(out, "hotfib_event_loop_turn_seconds_count", n, NULL);
	head(out, "hotfib_event_loop_late_seconds_total", "counter",
	    "Time spent in turns of more than 10 ms.");
	real(out, "hotfib_event_loop_late_seconds_total", t->loop_late_s, NULL);
}

static void
add_totals(struct str *out, const struct web_backend *b)
{
	struct web_totals t;

	b->totals(b->ctx, &t);
	head(out, "hotfib_build_info", "gauge", "The version that runs; the value is always 1.");
	count(out, "hotfib_build_info", 1, "version", t.version, NULL);
	head(out, "hotfib_start_time_seconds", "gauge", "When the process started, Unix time.");
	real(out, "hotfib_start_time_seconds", (double)t.start_wall_ms / 1000, NULL);
	head(out, "hotfib_cpu_seconds_total", "counter", "CPU time used.");
	real(out, "hotfib_cpu_seconds_total", t.cpu_s, NULL);
	head(out, "hotfib_event_loop_lag_seconds", "gauge",
	    "Worst lag of the event loop in the last minute.");
	real(out, "hotfib_event_loop_lag_seconds", t.loop_lag_max_s, NULL);
	add_turns(out, &t);
	head(out, "hotfib_memory_bytes", "gauge", "Memory in use by each part.");
	for (int tag = 0; tag < MEM_TAGS; tag++)
		count(out, "hotfib_memory_bytes", mem_used((enum mem_tag)tag), "subsystem",
		    mem_tag_name((enum mem_tag)tag), NULL);
	head(out, "hotfib_events_total", "counter", "Events raised, repeated ones included.");
	count(out, "hotfib_events_total", t.events_info, "severity", "info", NULL);
	count(out, "hotfib_events_total", t.events_warning, "severity", "warning", NULL);
	count(out, "hotfib_events_total", t.events_error, "severity", "error", NULL);
	head(out, "hotfib_bgp_refused_total", "counter", "BGP connections refused.");
	count(out, "hotfib_bgp_refused_total", t.bgp_refused_unknown, "reason", "unknown", NULL);
	count(out, "hotfib_bgp_refused_total", t.bgp_refused_busy, "reason", "busy", NULL);
	count(out, "hotfib_bgp_refused_total", t.bgp_refused_held, "reason", "held", NULL);
	count(out, "hotfib_bgp_refused_total", t.bgp_refused_full, "reason", "full", NULL);
	for (size_t i = 0; i < ARRAY_LEN(total_metrics); i++) {
		const struct metric *m = &total_metrics[i];

		head(out, m->name, m->type, m->help);
		count(out, m->name, web_field_get(&m->field, &t), NULL);
	}
}

#define NEIGHBOR(member)                                                                           \
	{                                                                                          \
#member, offsetof(struct web_neighbor, member)                                     \
	}

/* Counters that come as a pair: received and sent. */
static const struct {
	const char *name, *help;
	struct web_field received, sent;
} direction_metrics[] = {
	{ "hotfib_bgp_updates_total", "UPDATE messages.", NEIGHBOR(updates_received),
	    NEIGHBOR(updates_sent) },
	{ "hotfib_bgp_messages_total", "BGP messages.", NEIGHBOR(messages_received),
	    NEIGHBOR(messages_sent) },
	{ "hotfib_bgp_bytes_total", "Bytes of BGP.", NEIGHBOR(bytes_received),
	    NEIGHBOR(bytes_sent) },
	{ "hotfib_bgp_notifications_total", "NOTIFICATION messages.",
	    NEIGHBOR(notifications_received), NEIGHBOR(notifications_sent) },
};

static const struct metric neighbor_metrics[] = {
	{ "hotfib_bgp_established_total", "counter", "Times the session came up.",
	    NEIGHBOR(established_count) },
	{ "hotfib_bgp_treated_as_withdraw_total", "counter",
	    "UPDATEs taken as withdrawals for their errors (RFC 7606).",
	    NEIGHBOR(treated_as_withdraw) },
	{ "hotfib_bgp_attributes_discarded_total", "counter",
	    "Attributes ignored for their errors (RFC 7606).", NEIGHBOR(attributes_discarded) },
	{ "hotfib_bgp_queued_bytes", "gauge", "Bytes not yet taken by the peer.",
	    NEIGHBOR(queued_bytes) },
};

static void
add_neighbors(struct str *out, const struct web_backend *b)
{
	struct web_neighbor n;

	head(out, "hotfib_bgp_session_up", "gauge", "1 when the session is Established.");
	for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++)
		count(out, "hotfib_bgp_session_up", strcmp(n.state, "established") == 0, "peer",
		    n.name, "role", n.role, "router", n.router, NULL);
	head(out, "hotfib_bgp_state_age_seconds", "gauge", "Time in the present state.");
	for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++)
		real(out, "hotfib_bgp_state_age_seconds", n.state_age_s, "peer", n.name, NULL);
	for (size_t k = 0; k < ARRAY_LEN(direction_metrics); k++) {
		const char *name = direction_metrics[k].name;

		head(out, name, "counter", direction_metrics[k].help);
		for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++) {
			count(out, name, web_field_get(&direction_metrics[k].received, &n), "peer",
			    n.name, "dir", "received", NULL);
			count(out, name, web_field_get(&direction_metrics[k].sent, &n), "peer",
			    n.name, "dir", "sent", NULL);
		}
	}
	for (size_t k = 0; k < ARRAY_LEN(neighbor_metrics); k++) {
		const struct metric *m = &neighbor_metrics[k];

		head(out, m->name, m->type, m->help);
		for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++)
			count(out, m->name, web_field_get(&m->field, &n), "peer", n.name, NULL);
	}
}

#define NEIGHBOR_FAMILY(member)                                                                    \
	{                                                                                          \
#member, offsetof(struct web_neighbor, family[0].member) -                         \
			     offsetof(struct web_neighbor, family[0])                              \
	}

/* One value for each neighbour and family; `role` says whose it is, and `op` splits changes. */
static const struct {
	struct metric metric;
	const char *role, *op;
} family_metrics[] = {
	{ { "hotfib_bgp_paths", "gauge", "Paths learned and held.", NEIGHBOR_FAMILY(paths) },
	    "learn", NULL },
	{ { "hotfib_bgp_stale_paths", "gauge", "Paths kept over a lost session.",
	      NEIGHBOR_FAMILY(stale_paths) },
	    "learn", NULL },
	{ { "hotfib_bgp_own_paths_total", "counter", "Paths of ours that came back; ignored.",
	      NEIGHBOR_FAMILY(own_paths) },
	    "learn", NULL },
	{ { "hotfib_bgp_learned_prefixes_total", "counter", "Prefixes that came and went.",
	      NEIGHBOR_FAMILY(learned_added) },
	    "learn", "add" },
	{ { "hotfib_bgp_learned_prefixes_total", NULL, NULL, NEIGHBOR_FAMILY(learned_removed) },
	    "learn", "remove" },
	{ { "hotfib_push_installed_entries", "gauge", "Entries the neighbour is believed to hold.",
	      NEIGHBOR_FAMILY(installed) },
	    "push", NULL },
	{ { "hotfib_push_installed_max_entries", "gauge", "Most entries it held at once.",
	      NEIGHBOR_FAMILY(installed_max) },
	    "push", NULL },
	{ { "hotfib_push_pending_changes", "gauge", "Changes not sent yet.",
	      NEIGHBOR_FAMILY(pending) },
	    "push", NULL },
	{ { "hotfib_fib_changes_total", "counter", "Changes sent to the neighbour.",
	      NEIGHBOR_FAMILY(pushed_added) },
	    "push", "add" },
	{ { "hotfib_fib_changes_total", NULL, NULL, NEIGHBOR_FAMILY(pushed_removed) }, "push",
	    "remove" },
	{ { "hotfib_fib_changes_total", NULL, NULL, NEIGHBOR_FAMILY(pushed_changed) }, "push",
	    "change" },
};

static void
add_attribute_errors(struct str *out, const struct web_backend *b)
{
	static const char name[] = "hotfib_bgp_attribute_errors_total";
	struct web_attribute_error e;
	struct web_neighbor n;

	head(out, name, "counter", "Errors in path attributes, and what was done about them.");
	for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++)
		for (unsigned k = 0; b->attribute_error(b->ctx, i, k, &e); k++)
			count(out, name, e.count, "peer", n.name, "attribute", e.attribute,
			    "action", e.action, NULL);
}

static void
add_neighbor_families(struct str *out, const struct web_backend *b)
{
	struct web_neighbor n;

	for (size_t k = 0; k < ARRAY_LEN(family_metrics); k++) {
		const struct metric *m = &family_metrics[k].metric;

		if (m->type != NULL)
			head(out, m->name, m->type, m->help);
		for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++) {
			if (strcmp(n.role, family_metrics[k].role) != 0)
				continue;
			for (int f = 0; f < IP_FAMILIES; f++)
				count(out, m->name, web_field_get(&m->field, &n.family[f]), "peer",
				    n.name, "family", ip_family_name((enum ip_family)f),
				    family_metrics[k].op != NULL ? "op" : NULL,
				    family_metrics[k].op, NULL);
		}
	}
}

enum router_value {
	ROUTES,
	PATHS,
	ACTIVE,
	TRAFFIC,
	TRAFFIC_INSTALLED,
	TRAFFIC_DEFAULT,
	TRAFFIC_UNROUTED,
	COVERAGE,
	CAPACITY,
	USABLE,
	FROZEN,
	SELECTION,
	PRICE,
	TAU
};

static const struct {
	const char *name, *help;
	enum router_value value;
	bool target_only; /* means nothing without a target */
} router_metrics[] = {
	{ "hotfib_rib_routes", "Prefixes learned.", ROUTES, false },
	{ "hotfib_rib_paths", "Paths learned.", PATHS, false },
	{ "hotfib_rib_active_routes", "Prefixes with traffic towards them.", ACTIVE, false },
	{ "hotfib_traffic_bytes_per_second", "Traffic that has a route, moving average.", TRAFFIC,
	    false },
	{ "hotfib_traffic_installed_bytes_per_second",
	    "Of that, the traffic that installed entries forward.", TRAFFIC_INSTALLED, false },
	{ "hotfib_traffic_default_bytes_per_second",
	    "Of that, the traffic that needs no entry, because the default has its next hop.",
	    TRAFFIC_DEFAULT, true },
	{ "hotfib_traffic_unrouted_bytes_per_second", "Sampled traffic without a route.",
	    TRAFFIC_UNROUTED, false },
	{ "hotfib_coverage_ratio",
	    "Part of the traffic that is forwarded right without the CPU, 0 to 1.", COVERAGE,
	    true },
	{ "hotfib_fib_capacity_entries", "Entries the target may be given.", CAPACITY, true },
	{ "hotfib_fib_usable_entries",
	    "Of the capacity, the entries that the hardware was found to have room for.", USABLE,
	    true },
	{ "hotfib_fib_frozen", "1 while stale input keeps entries from being evicted.", FROZEN,
	    true },
	{ "hotfib_selection_last_seconds", "CPU time of the last selection.", SELECTION, true },
	{ "hotfib_selection_price_bytes_per_second", "What an entry has to earn.", PRICE, true },
	{ "hotfib_selection_tau_seconds", "Averaging time at that price.", TAU, true },
};

static double
router_value(const struct web_router *r, int f, enum router_value value)
{
	double total = r->family[f].rate_total;

	switch (value) {
	case ROUTES: return (double)r->family[f].prefixes;
	case PATHS: return (double)r->family[f].paths;
	case ACTIVE: return (double)r->family[f].active;
	case TRAFFIC: return total;
	case TRAFFIC_INSTALLED: return r->family[f].rate_installed;
	case TRAFFIC_UNROUTED: return r->family[f].rate_unrouted;
	case TRAFFIC_DEFAULT: return r->family[f].rate_default;
	case COVERAGE:
		return total > 0 ? (r->family[f].rate_installed + r->family[f].rate_default) / total
				 : 0;
	case CAPACITY: return (double)r->family[f].capacity;
	case USABLE: return (double)r->family[f].usable;
	case FROZEN: return r->family[f].frozen;
	case SELECTION: return r->family[f].selection_ms / 1000;
	case PRICE: return r->family[f].selection.price_bps;
	case TAU: return r->family[f].selection.tau_s;
	}
	return 0;
}

static void
add_routers(struct str *out, const struct web_backend *b)
{
	struct web_router r;

	for (size_t k = 0; k < ARRAY_LEN(router_metrics); k++) {
		head(out, router_metrics[k].name, "gauge", router_metrics[k].help);
		for (size_t i = 0; b->router(b->ctx, i, &r); i++) {
			for (int f = 0; f < IP_FAMILIES; f++) {
				if (router_metrics[k].target_only && !r.family[f].has_target)
					continue;
				real(out, router_metrics[k].name,
				    router_value(&r, f, router_metrics[k].value), "router", r.name,
				    "family", ip_family_name((enum ip_family)f), NULL);
			}
		}
	}
	head(out, "hotfib_push_stopped", "gauge",
	    "1: pushing over BGP has stopped, the router feeds back what is pushed.");
	for (size_t i = 0; b->router(b->ctx, i, &r); i++)
		if (r.family[IP_V4].has_target)
			count(out, "hotfib_push_stopped", r.push_stopped != NULL, "router", r.name,
			    NULL);
	head(out, "hotfib_fib_entries", "gauge", "Entries selected for, and held by, the target.");
	for (size_t i = 0; b->router(b->ctx, i, &r); i++) {
		for (int f = 0; f < IP_FAMILIES; f++) {
			const char *family = ip_family_name((enum ip_family)f);

			if (!r.family[f].has_target)
				continue;
			count(out, "hotfib_fib_entries", r.family[f].desired, "router", r.name,
			    "family", family, "state", "desired", NULL);
			count(out, "hotfib_fib_entries", r.family[f].installed, "router", r.name,
			    "family", family, "state", "installed", NULL);
		}
	}
}

#define AGENT(member)                                                                              \
	{                                                                                          \
#member, offsetof(struct web_agent, member)                                        \
	}

static const struct metric agent_metrics[] = {
	{ "hotfib_sflow_datagrams_total", "counter", "Datagrams of the agent.", AGENT(datagrams) },
	{ "hotfib_sflow_datagrams_lost_total", "counter", "Gaps in the datagrams' sequence.",
	    AGENT(datagrams_lost) },
	{ "hotfib_sflow_agent_malformed_total", "counter", "Datagrams of the agent with faults.",
	    AGENT(malformed) },
	{ "hotfib_sflow_samples_total", "counter", "Flow samples of the agent.",
	    AGENT(flow_samples) },
	{ "hotfib_sflow_samples_lost_total", "counter", "Gaps in the flow samples' sequences.",
	    AGENT(flow_lost) },
	{ "hotfib_sflow_sample_drops_total", "counter", "Flow samples the agent itself dropped.",
	    AGENT(flow_drops) },
	{ "hotfib_sflow_samples_second_total", "counter",
	    "Samples of outgoing packets that are sampled coming in, too: not used.",
	    AGENT(flow_second) },
	{ "hotfib_sflow_polled_samples_total", "counter", "Counter samples of the agent.",
	    AGENT(counter_samples) },
	{ "hotfib_sflow_sampled_bytes_total", "counter", "Bytes that the flow samples stand for.",
	    AGENT(bytes_sampled) },
};

static void
add_agents(struct str *out, const struct web_backend *b)
{
	struct web_agent agent;
	char address[IP_TEXT_MAX];

	for (size_t k = 0; k < ARRAY_LEN(agent_metrics); k++) {
		const struct metric *m = &agent_metrics[k];

		head(out, m->name, m->type, m->help);
		for (size_t i = 0; b->agent(b->ctx, i, &agent); i++)
			count(out, m->name, web_field_get(&m->field, &agent), "agent",
			    ip_format(&agent.address, address), NULL);
	}
	head(out, "hotfib_sflow_sampling_rate", "gauge", "The N of the agent's 1-in-N sampling.");
	for (size_t i = 0; b->agent(b->ctx, i, &agent); i++)
		count(out, "hotfib_sflow_sampling_rate", agent.sampling_rate, "agent",
		    ip_format(&agent.address, address), NULL);
	head(out, "hotfib_sflow_last_seen_age_seconds", "gauge", "Time since the last datagram.");
	for (size_t i = 0; b->agent(b->ctx, i, &agent); i++)
		real(out, "hotfib_sflow_last_seen_age_seconds", agent.last_seen_age_s, "agent",
		    ip_format(&agent.address, address), NULL);
	head(out, "hotfib_sflow_agent_configured", "gauge", "0 for an agent that is ignored.");
	for (size_t i = 0; b->agent(b->ctx, i, &agent); i++)
		count(out, "hotfib_sflow_agent_configured", agent.configured, "agent",
		    ip_format(&agent.address, address), NULL);
}

static void
add_hardware(struct str *out, const struct web_backend *b)
{
	struct web_hardware h;

	head(out, "hotfib_fib_hardware_entries", "gauge", "Entries in use in a table of the ASIC.");
	for (size_t i = 0; b->hardware(b->ctx, i, &h); i++)
		for (size_t t = 0; t < h.n_tables; t++)
			count(out, "hotfib_fib_hardware_entries", h.tables[t].used, "source",
			    h.source, "name", h.name, "table", h.tables[t].name, NULL);
	head(out, "hotfib_fib_hardware_max_entries", "gauge", "Entries that the table can hold.");
	for (size_t i = 0; b->hardware(b->ctx, i, &h); i++)
		for (size_t t = 0; t < h.n_tables; t++)
			if (h.tables[t].max > 0)
				count(out, "hotfib_fib_hardware_max_entries", h.tables[t].max,
				    "source", h.source, "name", h.name, "table", h.tables[t].name,
				    NULL);
	head(out, "hotfib_fib_hardware_age_seconds", "gauge", "Time since the last report.");
	for (size_t i = 0; b->hardware(b->ctx, i, &h); i++)
		if (h.known)
			real(out, "hotfib_fib_hardware_age_seconds", h.age_s, "source", h.source,
			    "name", h.name, NULL);
}

static void
add_http(struct str *out, const struct web_http_stats *stats)
{
	head(out, "hotfib_http_requests_total", "counter", "HTTP requests answered.");
	count(out, "hotfib_http_requests_total", stats->requests, NULL);
	head(out, "hotfib_http_errors_total", "counter", "HTTP answers that were errors.");
	count(out, "hotfib_http_errors_total", stats->errors_4xx, "class", "4xx", NULL);
	count(out, "hotfib_http_errors_total", stats->errors_5xx, "class", "5xx", NULL);
	head(out, "hotfib_http_malformed_total", "counter",
	    "Connections closed for not speaking HTTP.");
	count(out, "hotfib_http_malformed_total", stats->malformed, NULL);
}

void
web_api_metrics(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;

	a->content_type = "text/plain; version=0.0.4; charset=utf-8";
	add_totals(&a->body, b);
	add_neighbors(&a->body, b);
	add_attribute_errors(&a->body, b);
	add_neighbor_families(&a->body, b);
	add_routers(&a->body, b);
	add_agents(&a->body, b);
	add_hardware(&a->body, b);
	add_http(&a->body, &call->app->stats);
}
