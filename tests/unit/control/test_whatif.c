/* SPDX-License-Identifier: Apache-2.0 */
/* What-if: its curve against tables that are really selected, and never above the bound. */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>

#include "control/select/feed.h"
#include "control/whatif.h"
#include "lib/mem.h"
#include "tests/support/hops.h"
#include "tests/support/prefixes.h"

#define HOPS 6

struct world {
	struct attrs_table *attrs;
	struct rib *rib;
	struct traffic *traffic;
	uint32_t hop[HOPS];
	struct select_input in;
	struct selector_context context;
};

static void
world_init(struct world *w, enum ip_family family, size_t routes, bool follow, struct rng *r)
{
	struct ip_prefix *table = table_make(family, routes, rng_u64(r));
	struct mono now = mono_us(0);

	w->attrs = attrs_table_new(1);
	w->rib = rib_new(w->attrs);
	w->traffic = traffic_new(10, now);
	for (uint32_t h = 0; h < HOPS; h++)
		w->hop[h] = hop_attrs(w->attrs, 1 + h);
	for (size_t i = 0; i < routes; i++)
		rib_announce(w->rib, &table[i], 0, 0, w->hop[rng_below(r, HOPS)]);
	for (size_t i = 0; i < routes; i++)
		if (rng_below(r, 3) == 0)
			traffic_add(w->traffic, rib_lookup(w->rib, &table[i]), TRAFFIC_TO,
			    (uint64_t)(1e7 / (double)(1 + i)), traffic_scale(w->traffic, now), now);
	free(table);
	w->in = (struct select_input){ .rib = w->rib,
		.traffic = w->traffic,
		.family = family,
		.now = now,
		.min_length = 1,
		.include_covered = true,
		.prune_covered = true };
	w->context = (struct selector_context){ .default_attrs = w->hop[0], .follow = follow };
}

static void
world_fini(struct world *w)
{
	traffic_free(w->traffic);
	rib_free(w->rib);
	for (uint32_t h = 0; h < HOPS; h++)
		attrs_unref(w->attrs, w->hop[h]);
	attrs_table_free(w->attrs);
}

/* What `top` covers with so many entries: each route with traffic on its own, the slow way. */
static double
top_covers(const struct world *w, size_t limit)
{
	struct select_input in = w->in;
	struct selection s;
	double sum = 0, total = 0;

	in.limit = limit;
	selection_init(&s);
	select_top(&in, &s);
	for (size_t i = 0; i < traffic_count(w->traffic); i++) {
		uint32_t id = traffic_ids(w->traffic)[i];
		struct ip_prefix p = rib_prefix(w->rib, in.family, id);
		double weight = traffic_demands(w->traffic)[i].weight;
		bool served =
		    w->context.follow && rib_best_attrs(w->rib, in.family, id) == w->hop[0];

		for (size_t k = 0; k < s.n && !served; k++)
			served = prefix_contains(&selection_at(&s, k)->prefix, &p);
		total += weight;
		sum += served ? weight : 0;
	}
	selection_fini(&s);
	return sum / total;
}

/* What `priced` covers with so many slots, solved for just that. */
static double
priced_covers(const struct world *w, size_t limit)
{
	struct priced_config config;
	struct priced *p;
	int64_t covered, total;

	feed_config(&w->in, &w->context, &config);
	p = priced_new(&config);
	feed_weights(p, &w->in);
	priced_fit(p, limit, 1, 60);
	priced_fill(p, limit);
	assert_true(priced_slots(p) <= limit);
	covered = priced_covered(p, &total);
	priced_free(p);
	return (double)covered / (double)total;
}

static void
check_point(const struct world *w, const struct web_whatif_point *p)
{
	double exact = priced_covers(w, p->entries);

	assert_true(p->priced_used <= p->entries && p->top_used <= p->entries);
	assert_true(p->priced <= p->bound + 1e-9 && p->top <= p->bound + 1e-9);
	if (p->priced < exact - 0.002)
		fail_msg("%u entries cover %g, not %g", p->entries, exact, p->priced);
	if (fabs(p->top - top_covers(w, p->entries)) > 1e-9)
		fail_msg("top: %u entries cover %g", p->entries, p->top);
}

static void
check_goal(const struct world *w, const struct web_whatif_goal *g)
{
	assert_true(g->priced != WEB_NEVER && g->top != WEB_NEVER);
	assert_true(g->priced <= g->top + g->top / 50 + 2); /* both within one in a hundred */
	if (priced_covers(w, g->priced) < g->coverage - 1e-9)
		fail_msg("priced: %u do not cover %g", g->priced, g->coverage);
	if (priced_covers(w, g->priced - g->priced / 40 - 2) >= g->coverage)
		fail_msg("priced: less than %u cover %g", g->priced, g->coverage);
	if (top_covers(w, g->top) < g->coverage)
		fail_msg("top: %u do not cover %g", g->top, g->coverage);
	if (top_covers(w, g->top - g->top / 40 - 2) >= g->coverage)
		fail_msg("top: less than %u cover %g", g->top, g->coverage);
}

static void
test_against_selections(void **state)
{
	struct rng r = rng_make(test_seed("whatif"));
	const struct web_whatif_query query = { .n_sizes = 5,
		.sizes = { 10, 50, 200, 500, 100000 } };

	(void)state;
	for (int round = 0; round < 4; round++) {
		struct web_whatif what;
		struct world w;

		world_init(&w, (enum ip_family)(round % 2), 1500, round % 3 == 0, &r);
		whatif_compute(&w.in, &w.context, &query, &what);
		assert_int_equal(what.n_points, query.n_sizes);
		assert_int_equal(what.active, traffic_count(w.traffic));
		assert_true((what.by_default > 0) == w.context.follow);
		for (uint32_t i = 0; i < what.n_points; i++) {
			assert_int_equal(what.points[i].entries, query.sizes[i]);
			check_point(&w, &what.points[i]);
			assert_true(i == 0 || what.points[i].priced >= what.points[i - 1].priced);
		}
		assert_true(what.points[4].priced > 1 - 1e-9 && what.points[4].top > 1 - 1e-9);
		for (unsigned i = 0; i < WEB_GOALS; i++)
			check_goal(&w, &what.goals[i]);
		world_fini(&w);
	}
	assert_int_equal(mem_used(MEM_SELECT), 0);
}

/* Nothing to say about: no table, no traffic. */
static void
test_empty(void **state)
{
	struct rng r = rng_make(1);
	struct web_whatif_query query = { .n_sizes = 1, .sizes = { 10 } };
	struct web_whatif what;
	struct world w;

	(void)state;
	world_init(&w, IP_V4, 0, false, &r);
	whatif_compute(&w.in, &w.context, &query, &what);
	assert_true(what.points[0].priced == 0 && what.points[0].top == 0);
	assert_true(what.points[0].bound == 0 && what.by_default == 0 && what.rate_total == 0);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_selections),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
