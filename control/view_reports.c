/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the view that show what others report: agents, hardware, events. */
#include <math.h>

#include "control/events.h"
#include "control/hardware.h"
#include "control/view_priv.h"

bool
view_agent(void *ctx, size_t i, struct web_agent *out)
{
	struct app *app = app_of(ctx);
	struct sflow_agent_stats s;

	if (!sflow_agents_stats(app->sflow, i, &s))
		return false;
	*out = (struct web_agent){
		.address = s.address,
		.last_source = s.last_source,
		.configured = s.configured,
		.datagrams = s.datagrams,
		.datagrams_lost = s.datagrams_lost,
		.datagrams_duplicate = s.datagrams_duplicate,
		.datagrams_out_of_order = s.datagrams_out_of_order,
		.datagrams_refused = s.datagrams_refused,
		.malformed = s.malformed,
		.flow_samples = s.flow_samples,
		.flow_lost = s.flow_lost,
		.flow_duplicate = s.flow_duplicate,
		.flow_out_of_order = s.flow_out_of_order,
		.flow_drops = s.flow_drops,
		.flow_second = s.flow_second,
		.flow_sources = s.flow_sources,
		.counter_samples = s.counter_samples,
		.counter_lost = s.counter_lost,
		.counter_duplicate = s.counter_duplicate,
		.counter_out_of_order = s.counter_out_of_order,
		.counter_sources = s.counter_sources,
		.notifications = s.notifications,
		.unknown_samples = s.unknown_samples,
		.non_ip_samples = s.non_ip_samples,
		.bytes_sampled = s.bytes_sampled,
		.sampling_rate = s.sampling_rate,
		.uptime_ms = s.uptime_ms,
	};
	if (s.datagrams + s.datagrams_refused + s.malformed > 0) {
		out->first_seen_wall_ms = wall_ms(app, s.first_seen);
		out->last_seen_wall_ms = wall_ms(app, s.last_seen);
		/* A datagram may have come since this turn of the loop began. */
		out->last_seen_age_s = fmax(0, mono_sub_s(app->now, s.last_seen));
	}
	if (!mono_is_never(s.asic_seen) && hardware_main_table(&s.asic) != ASIC_TABLES) {
		out->asic_routes = s.asic.table[hardware_main_table(&s.asic)].used;
		out->asic_routes_max = s.asic.table[hardware_main_table(&s.asic)].max;
	}
	for (size_t k = 0; k < app->n_agents; k++) {
		if (ip_equal(&app->agents[k].config->address, &s.address)) {
			out->router = router_name(app->agents[k].router);
			out->t_s =
			    traffic_time_constant(router_traffic(app->agents[k].router, IP_V4));
		}
	}
	return true;
}

/* --- hardware --- */

static void
add_tables(const struct asic_tables *t, struct web_hardware *out)
{
	for (int i = 0; i < ASIC_TABLES; i++) {
		if (t->table[i].used == 0 && t->table[i].max == 0)
			continue;
		ASSERT(out->n_tables < WEB_HARDWARE_TABLES_MAX);
		out->tables[out->n_tables].name = asic_table_name((enum sflow_asic_table)i);
		out->tables[out->n_tables].used = t->table[i].used;
		out->tables[out->n_tables++].max = t->table[i].max;
	}
}

static void
fill_hardware(const struct app *app, const struct hardware_source *s, struct web_hardware *out)
{
	*out = (struct web_hardware){ .source = s->kind,
		.name = s->name,
		.error = s->error,
		.known = !mono_is_never(s->at) };
	if (!out->known)
		return;
	out->age_s = mono_sub_s(app->now, s->at);
	add_tables(&s->tables, out);
}

/* What is read here, then configured agents that report tables. */
bool
view_hardware(void *ctx, size_t i, struct web_hardware *out)
{
	struct app *app = app_of(ctx);
	struct sflow_agent_stats s;

	if (i < app->hardware.n) {
		fill_hardware(app, &app->hardware.list[i], out);
		return true;
	}
	i -= app->hardware.n;
	for (size_t k = 0; sflow_agents_stats(app->sflow, k, &s); k++) {
		if (!s.configured || mono_is_never(s.asic_seen) || i-- > 0)
			continue;
		fill_hardware(app,
		    &(struct hardware_source){ .kind = "sflow",
			.name = ip_format(&s.address, app->lent_address),
			.tables = s.asic,
			.at = s.asic_seen },
		    out);
		out->error = "";
		return true;
	}
	return false;
}

/* --- events --- */

bool
view_event_next(void *ctx, uint64_t after, struct web_event *out)
{
	struct app *app = app_of(ctx);
	const struct event *e = events_next(app->events, after);

	if (e == NULL)
		return false;
	*out = (struct web_event){ .id = e->id,
		.severity = event_severity_name(e->severity),
		.kind = e->kind,
		.text = e->text,
		.first_wall_ms = wall_ms(app, e->first),
		.last_wall_ms = wall_ms(app, e->last),
		.count = e->count,
		.suppressed = e->suppressed };
	return true;
}
