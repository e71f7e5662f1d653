/* SPDX-License-Identifier: Apache-2.0 */
/* What a target covers, measured at once and in slices; and how turns of the loop are counted. */
#include "tests/support/support.h"

#include <math.h>

#include "control/coverage.h"
#include "control/lag.h"
#include "tests/support/hops.h"

#define ROUTES 5000

struct world {
	struct attrs_table *attrs;
	struct rib *rib;
	struct traffic *traffic;
	struct installed *held;
	struct coverage_input in;
};

/* Routes of two next hops in turn with 1,000 bytes each, of which the first `held` are held. */
static void
world_init(struct world *w, uint32_t routes, uint32_t held)
{
	uint32_t hop[2];

	w->attrs = attrs_table_new(1);
	w->rib = rib_new(w->attrs);
	w->traffic = traffic_new(10, mono_us(0));
	w->held = installed_new(IP_V4, w->attrs);
	for (uint32_t h = 0; h < 2; h++)
		hop[h] = hop_attrs(w->attrs, 1 + h);
	for (uint32_t i = 0; i < routes; i++) {
		struct ip_prefix p =
		    prefix_make(IP_V4, (uint64_t)(0x14000000 + i * 256) << 32, 0, 24);

		rib_announce(w->rib, &p, 0, 0, hop[i % 2]);
		traffic_add(w->traffic, rib_lookup(w->rib, &p), TRAFFIC_TO, 1000,
		    traffic_scale(w->traffic, mono_us(0)), mono_us(0));
		if (i < held)
			installed_put(w->held, &p, hop[i % 2], false, mono_us(0));
	}
	w->in = (struct coverage_input){ .rib = w->rib,
		.family = IP_V4,
		.traffic = w->traffic,
		.held = w->held,
		.default_action = attrs_nexthop(w->attrs, hop[1]) };
	for (uint32_t h = 0; h < 2; h++)
		attrs_unref(w->attrs, hop[h]);
}

static void
world_fini(struct world *w)
{
	installed_free(w->held);
	traffic_free(w->traffic);
	rib_free(w->rib);
	attrs_table_free(w->attrs);
}

static void
assert_covers(const struct coverage *c, double installed_bps, double default_bps)
{
	assert_true(fabs(c->installed_bps - installed_bps) < 1e-6 * (1 + installed_bps));
	assert_true(fabs(c->default_bps - default_bps) < 1e-6 * (1 + default_bps));
}

static void
test_slices(void **state)
{
	struct coverage_meter m = { 0 };
	struct world w;
	double route = 1000 / 10., later;
	unsigned slices = 0;
	struct ip_prefix p;

	(void)state;
	world_init(&w, ROUTES, 1000);
	/* The first time at once; of the 4,000 not held each second one follows the default. */
	assert_covers(coverage_read(&m, &w.in), 1000 * route, 2000 * route);
	assert_true(fabs(coverage_read(&m, &w.in)->total_bps - ROUTES * route) < 1e-3);
	assert_false(coverage_work(&m, &w.in, 100));

	/* Later the old figure serves until the new one is complete. */
	while (installed_count(w.held) > 0) {
		(void)installed_next(w.held, &p, true);
		(void)installed_remove(w.held, &p);
	}
	w.in.now = mono_us(60000000);
	later = route * exp(-6);
	assert_covers(coverage_read(&m, &w.in), 1000 * route, 2000 * route);
	while (coverage_work(&m, &w.in, 100)) {
		assert_covers(coverage_read(&m, &w.in), 1000 * route, 2000 * route);
		slices++;
	}
	assert_int_equal(slices, ROUTES / 100 - 1);
	assert_covers(coverage_read(&m, &w.in), 0, ROUTES / 2 * later);
	assert_false(coverage_work(&m, &w.in, 100));
	world_fini(&w);
}

/* Few records are measured whenever it is due, and not before. */
static void
test_at_once(void **state)
{
	struct coverage_meter m = { 0 };
	struct ip_prefix p = prefix_make(IP_V4, UINT64_C(0x14000000) << 32, 0, 24);
	struct world w;

	(void)state;
	world_init(&w, 2, 2);
	w.in.default_action = RIB_NONE;
	assert_covers(coverage_read(&m, &w.in), 200, 0);
	(void)installed_remove(w.held, &p);
	w.in.now = mono_us(900000);
	assert_covers(coverage_read(&m, &w.in), 200, 0);
	w.in.now = mono_us(1100000);
	assert_covers(coverage_read(&m, &w.in), 100 * exp(-0.11), 0);
	assert_true(fabs(coverage_read(&m, &w.in)->total_bps - 200 * exp(-0.11)) < 1e-6);
	world_fini(&w);
}

static void
test_lag(void **state)
{
	struct lag lag = { 0 };
	uint64_t turns = 0;

	(void)state;
	lag_note(&lag, mono_us(0), mono_us(50));
	lag_note(&lag, mono_us(100), mono_us(5100)); /* 5 ms is no longer than 5 ms */
	lag_note(&lag, mono_us(6000), mono_us(26000));
	lag_note(&lag, mono_us(30000), mono_us(5030000));
	assert_true(fabs(lag.busy_s - 5.02505) < 1e-9);
	assert_true(fabs(lag.late_s - 5.02) < 1e-9);
	assert_true(lag_worst_s(&lag) == 5);
	for (unsigned i = 0; i < LAG_BOUNDS; i++) {
		turns += lag.turns[i];
		assert_int_equal(turns, lag_bounds_s[i] < 0.005  ? 1
					: lag_bounds_s[i] < 0.02 ? 2
								 : 3);
	}
	assert_int_equal(lag.turns[LAG_BOUNDS], 1);
	lag_note(&lag, mono_us(61000000), mono_us(61001000));
	assert_true(lag_worst_s(&lag) == 5); /* of the last whole minute */
	lag_note(&lag, mono_us(122000000), mono_us(122001000));
	assert_true(fabs(lag_worst_s(&lag) - 0.001) < 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_lag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
