/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room is taken from every fresh report, each second, for what others use changes with what we
 * hold. Whether a table is full is asked of each report once, and not within HARDWARE_LAG_S of the
 * last lowering: the next reports may still be of the time before it.
 */
#include "control/occupancy.h"

#include <stdio.h>
#include <string.h>

#include "control/app.h"
#include "control/events.h"
#include "control/hardware.h"
#include "lib/mem.h"

/* What was last made of a source. */
struct seen {
	struct mono at;
	bool full[IP_FAMILIES];
};

struct occupancy {
	struct hardware_memory memory;
	struct mono lowered[IP_FAMILIES];
	struct seen *seen; /* agents, then app->hardware */
	size_t n;
	/* Of this tick. */
	struct hardware_held held;
	size_t room[IP_FAMILIES];
};

struct occupancy *
occupancy_new(struct mono now)
{
	struct occupancy *o = mem_alloc(MEM_MISC, sizeof(*o));

	hardware_memory_init(&o->memory, now);
	for (int f = 0; f < IP_FAMILIES; f++)
		o->lowered[f] = mono_us(now.us - INT64_C(2000000) * HARDWARE_LAG_S);
	return o;
}

void
occupancy_free(struct occupancy *o)
{
	if (o != NULL)
		mem_free(MEM_MISC, o->seen);
	mem_free(MEM_MISC, o);
}

/* Has the family's number of entries been about the same long enough for the report to know? */
static bool
is_steady(const struct occupancy *o, enum ip_family family)
{
	size_t most = o->held.most[family];

	return most != SIZE_MAX && most > 0 && o->held.now[family] >= most - most / 10;
}

static void
take_full(struct occupancy *o, const struct app *app, enum ip_family family, const char *why)
{
	if (!is_steady(o, family) || mono_sub_s(app->now, o->lowered[family]) < HARDWARE_LAG_S)
		return;
	o->lowered[family] = app->now;
	for (unsigned i = 0; i < target_ports(app->target); i++)
		target_port_full(app->target, i, family, why, app->now);
}

static void
look_whether_full(struct occupancy *o, const struct app *app, struct seen *seen, const char *source,
    const struct asic_tables *t)
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		enum sflow_asic_table table = hardware_full(t, (enum ip_family)f);
		bool full = table != ASIC_TABLES;
		char why[EVENT_TEXT_MAX];

		if (full) {
			snprintf(why, sizeof(why), "table %s of the ASIC is full, %u of %u (%s)",
			    asic_table_name(table), t->table[table].used, t->table[table].max,
			    source);
			take_full(o, app, (enum ip_family)f, why);
		}
		if (full && !seen->full[f])
			events_raise(app->events, app->now, EVENT_ERROR, "hardware", "%s", why);
		else if (!full && seen->full[f])
			events_raise(app->events, app->now, EVENT_INFO, "hardware",
			    "there is room for %s in the ASIC again (%s)",
			    ip_family_name((enum ip_family)f), source);
		seen->full[f] = full;
	}
}

static void
take_report(struct occupancy *o, const struct app *app, struct seen *seen, const char *source,
    const struct asic_tables *t, struct mono at)
{
	if (mono_is_never(at) || mono_sub_s(app->now, at) > OCCUPANCY_STALE_S)
		return;
	for (int f = 0; f < IP_FAMILIES; f++) {
		size_t room;

		if (hardware_room(
			t, (enum ip_family)f, &o->held, app->config->hardware.reserve, &room))
			o->room[f] = size_min(o->room[f], room);
	}
	if (at.us != seen->at.us)
		look_whether_full(o, app, seen, source, t);
	seen->at = at;
}

static void
take_agents(struct occupancy *o, const struct app *app)
{
	const struct router *router = target_config(app->target)->router;
	struct sflow_agent_stats s;
	char name[IP_TEXT_MAX];

	for (size_t i = 0; sflow_agents_stats(app->sflow, i, &s); i++)
		for (size_t k = 0; k < app->n_agents; k++)
			if (app->agents[k].router == router &&
			    ip_equal(&app->agents[k].config->address, &s.address))
				take_report(o, app, &o->seen[k], ip_format(&s.address, name),
				    &s.asic, s.asic_seen);
}

static void
note_held(struct occupancy *o, const struct app *app)
{
	size_t held[IP_FAMILIES] = { 0 };

	for (unsigned i = 0; i < target_ports(app->target); i++) {
		for (int f = 0; f < IP_FAMILIES; f++) {
			size_t n = installed_count(
			    target_port_installed(app->target, i, (enum ip_family)f));

			if (n > held[f])
				held[f] = n;
		}
	}
	hardware_memory_note(&o->memory, held, app->now, &o->held);
}

void
occupancy_tick(struct occupancy *o, const struct app *app)
{
	size_t n = app->n_agents + HARDWARE_SOURCES_MAX;

	if (app->target == NULL)
		return;
	if (o->n != n) {
		o->seen = mem_resize(MEM_MISC, o->seen, n, sizeof(*o->seen));
		memset(o->seen, 0, n * sizeof(*o->seen));
		o->n = n;
	}
	note_held(o, app);
	o->room[IP_V4] = o->room[IP_V6] = SIZE_MAX;
	if (app->config->hardware.sflow)
		take_agents(o, app);
	for (size_t i = 0; i < app->hardware.n; i++) {
		const struct hardware_source *s = &app->hardware.list[i];

		take_report(o, app, &o->seen[app->n_agents + i], s->name, &s->tables, s->at);
	}
	for (unsigned i = 0; i < target_ports(app->target); i++)
		for (int f = 0; f < IP_FAMILIES; f++)
			target_port_room(app->target, i, (enum ip_family)f, o->room[f]);
}
