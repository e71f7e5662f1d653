/* SPDX-License-Identifier: Apache-2.0 */
#include "control/app_state.h"

#include <stdlib.h>
#include <string.h>

#include "control/ceiling.h"
#include "lib/log.h"
#include "lib/mem.h"

#define KEEP_FACTOR 4
#define KEEP_LEAST  10000

/* --- taking --- */

static size_t
records_worth_keeping(const struct app *app, const struct router *r, enum ip_family family)
{
	size_t n = KEEP_LEAST;

	if (app->target != NULL && target_config(app->target)->router == r &&
	    target_capacity(app->target, family) > n)
		n = target_capacity(app->target, family);
	return size_min(KEEP_FACTOR * n, STATE_RECORDS_MAX);
}

static int
by_demand(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? 1 : x > y ? -1 : 0;
}

/* The weight that `most` records have at least; 0: all of them may stay. */
static double
threshold(const struct traffic *traffic, size_t most)
{
	const struct traffic_demand *demand = traffic_demands(traffic);
	size_t n = traffic_count(traffic);
	double *weights, least;

	if (n <= most)
		return 0;
	weights = mem_calloc(MEM_MISC, n, sizeof(*weights));
	for (size_t i = 0; i < n; i++)
		weights[i] = demand[i].weight;
	qsort(weights, n, sizeof(*weights), by_demand);
	least = weights[most - 1];
	mem_free(MEM_MISC, weights);
	return least;
}

static void
take_table(const struct app *app, struct router *r, enum ip_family family, struct state_table *out)
{
	const struct traffic *traffic = router_traffic(r, family);
	size_t n = traffic_count(traffic), most = records_worth_keeping(app, r, family);
	double least = threshold(traffic, most);

	out->router = mem_strdup(MEM_MISC, router_name(r));
	out->family = family;
	traffic_save_totals(traffic, app->now, &out->totals);
	out->records = mem_calloc(MEM_MISC, size_min(n, most), sizeof(*out->records));
	for (size_t i = 0; i < n && out->n < most; i++) {
		struct state_record *record = &out->records[out->n];

		if (traffic_demands(traffic)[i].weight < least)
			continue;
		record->prefix = rib_prefix(router_rib(r), family, traffic_ids(traffic)[i]);
		traffic_save(traffic, i, app->now, &record->traffic);
		out->n++;
	}
}

static void
take_ceilings(const struct app *app, struct state *out)
{
	unsigned ports = app->target != NULL ? target_ports(app->target) : 0;

	out->ceilings = mem_calloc(MEM_MISC, ports * IP_FAMILIES, sizeof(*out->ceilings));
	for (unsigned i = 0; i < ports * IP_FAMILIES; i++) {
		enum ip_family family = (enum ip_family)(i % IP_FAMILIES);
		const char *name = target_port_name(app->target, i / IP_FAMILIES);
		size_t entries = target_port_ceiling(app->target, i / IP_FAMILIES, family);

		if (name != NULL && entries != CEILING_NONE && out->n_ceilings < STATE_PARTS_MAX)
			out->ceilings[out->n_ceilings++] =
			    (struct state_ceiling){ .port = mem_strdup(MEM_MISC, name),
				    .family = family,
				    .entries = (uint32_t)entries };
	}
}

bool
app_state_take(const struct app *app, int64_t wall_ms, struct state *out)
{
	size_t max = size_min(app->n_routers * IP_FAMILIES, STATE_PARTS_MAX);

	*out = (struct state){ .wall_ms = wall_ms };
	if (app->saved != NULL)
		return false;
	out->tables = mem_calloc(MEM_MISC, max, sizeof(*out->tables));
	for (size_t i = 0; i < max; i++) {
		struct router *r = app->routers[i / IP_FAMILIES];
		enum ip_family family = (enum ip_family)(i % IP_FAMILIES);

		if (router_phase(r, family) != ROUTER_COLD)
			take_table(app, r, family, &out->tables[out->n_tables++]);
	}
	take_ceilings(app, out);
	if (app->target != NULL)
		target_save(app->target, out->target);
	out->frozen = app->target != NULL && target_is_frozen(app->target);
	return out->n_tables > 0;
}

/* --- giving --- */

static void
give_ceiling(struct app *app, const struct state_ceiling *c)
{
	for (unsigned i = 0; app->target != NULL && i < target_ports(app->target); i++) {
		const char *name = target_port_name(app->target, i);

		if (name != NULL && strcmp(name, c->port) == 0)
			target_port_restore_ceiling(
			    app->target, i, c->family, c->entries, app->now);
	}
}

void
app_state_give(struct app *app, struct state *state)
{
	ASSERT(app->saved == NULL);
	for (size_t i = 0; i < state->n_ceilings; i++)
		give_ceiling(app, &state->ceilings[i]);
	if (app->target != NULL)
		target_restore(app->target, state->target);
	if (state->frozen && app->target != NULL)
		target_freeze(app->target, true);
	app->saved = mem_alloc(MEM_MISC, sizeof(*app->saved));
	*app->saved = *state;
	*state = (struct state){ 0 };
}

static void
give_table(struct app *app, struct router *r, const struct state_table *t)
{
	struct traffic *traffic = router_traffic(r, t->family);
	size_t n = 0;

	traffic_restore_totals(traffic, &t->totals, app->now);
	for (size_t i = 0; i < t->n; i++) {
		uint32_t id = rib_lookup(router_rib(r), &t->records[i].prefix);

		if (id == RIB_NONE)
			continue;
		traffic_restore(traffic, id, &t->records[i].traffic, app->now);
		n++;
	}
	router_averages_taken_over(r, app->now);
	log_info("state", "router=%s family=%s averages=%zu unknown-prefixes=%zu", router_name(r),
	    ip_family_name(t->family), n, t->n - n);
}

void
app_state_tick(struct app *app)
{
	struct state *s = app->saved;
	bool waiting = false;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_tables; i++) {
		struct state_table *t = &s->tables[i];
		struct router *r = app_find_router(app, t->router);

		if (t->records == NULL || r == NULL)
			continue;
		if (router_phase(r, t->family) == ROUTER_COLD) {
			waiting = true;
			continue;
		}
		give_table(app, r, t);
		mem_free(MEM_MISC, t->records);
		t->records = NULL;
		t->n = 0;
	}
	if (!waiting || mono_sub_s(app->now, app->started) > APP_STATE_AGE_MAX_S)
		app_state_drop(app);
}

void
app_state_drop(struct app *app)
{
	if (app->saved == NULL)
		return;
	state_fini(app->saved);
	mem_free(MEM_MISC, app->saved);
	app->saved = NULL;
}
