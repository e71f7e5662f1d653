/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a target must not follow the traffic: before its router is ready, while the agent is silent
 * or the table is lost, and while an operator says so.
 */
#include "tests/unit/control/target_world.h"

static void
test_readiness(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	edge_end_of_rib(&w.edge); /* early: the table is empty */
	for (int i = 0; i < 5; i++) {
		char text[32];

		for (int k = 0; k < 20; k++) {
			snprintf(text, sizeof(text), "10.%d.%d.0/24", i, k);
			learn(&w, text, 1);
		}
		sample(&w, "10.0.0.1", 1000);
		seconds(&w, 1);
		assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_COLD);
		assert_int_equal(w.announced + w.completed, 0);
	}
	seconds(&w, 1);
	assert_int_equal(w.announced + w.completed, 0);
	seconds(&w, 1); /* two seconds of quiet */
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_READY);
	assert_held(&w, "10.0.0.0/24");

	/* What a neighbour has kept since before is not to go before all rates are known. */
	seconds(&w, 3 * EDGE_T_S - 8);
	assert_int_equal(w.completed, 0);
	seconds(&w, 2);
	assert_int_equal(w.completed, 1);
	world_fini(&w);
}

/* A router that sends no End-of-RIB: complete when quiet for longer, but not while it is empty. */
static void
test_readiness_without_end_of_rib(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	seconds(&w, 40);
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_COLD);
	for (int k = 0; k < 20; k++) {
		char text[32];

		snprintf(text, sizeof(text), "10.0.%d.0/24", k);
		learn(&w, text, 1);
	}
	sample(&w, "10.0.0.1", 1000);
	seconds(&w, (int)ROUTER_QUIET_NO_EOR_S);
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_COLD);
	seconds(&w, 1);
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_READY);
	assert_held(&w, "10.0.0.0/24");

	/* After a lost session what is stale alone is no table: nothing is swept, nothing leaves.
	 */
	router_lose(w.edge.router, w.edge.source, EDGE_STALE_S, w.edge.now);
	edge_up(&w.edge);
	seconds(&w, 30);
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_FROZEN);
	assert_held(&w, "10.0.0.0/24");
	world_fini(&w);
}

static void
test_frozen_without_samples(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	w.edge.deaf = true;
	seconds(&w, 200); /* the agent is silent: nothing is evicted */
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_FROZEN);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	withdraw(&w, "10.1.0.0/16"); /* routes still count */
	edge_run(&w.edge);
	assert_held(&w, "10.0.0.0/8");
	w.edge.deaf = false;
	seconds(&w, 1);
	assert_held(&w, "10.0.0.0/8"); /* back, but not trusted yet */
	seconds(&w, 3 * EDGE_T_S + 1);
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_READY);
	assert_held(&w, "");
	world_fini(&w);
}

/* An operator's freeze: nothing new, nothing evicted, but the RIB rules. */
static void
test_frozen_by_order(void **state)
{
	static const struct {
		enum selector_kind kind;
		const char *before, *after; /* the withdrawal of 10.1/16 */
	} cases[] = { { SELECTOR_TOP, "10.0.0.0/8 10.1.0.0/16", "10.0.0.0/8" },
		{ SELECTOR_PRICED, "10.200.0.0/24", "10.200.0.0/24" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;

		world_init_as(&w, 10, cases[i].kind);
		bring_up(&w);
		samples(&w, "10.200.0.1", 10);
		seconds(&w, 1);
		assert_held(&w, cases[i].before);
		target_freeze(w.edge.target, true);
		assert_true(target_is_frozen(w.edge.target));
		samples(&w, "192.0.2.1", 1000);
		seconds(&w, 5);
		assert_held(&w, cases[i].before);
		seconds(&w, 2000);
		assert_held(&w, cases[i].before);
		withdraw(&w, "10.1.0.0/16");
		run(&w);
		assert_held(&w, cases[i].after);
		withdraw(&w, "10.0.0.0/8");
		run(&w);
		assert_held(&w, "");
		target_freeze(w.edge.target, false);
		samples(&w, "192.0.2.1", 10);
		seconds(&w, 2);
		assert_held(&w, "192.0.2.0/24");
		world_fini(&w);
	}
}

static void
test_lost_learning_session(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	router_lose(w.edge.router, w.edge.source, EDGE_STALE_S, w.edge.now);
	seconds(&w, 59);
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_FROZEN);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	edge_up(&w.edge); /* back in time: loads again, without 10.1/16 */
	learn(&w, "10.0.0.0/8", 1);
	learn(&w, "10.2.0.0/16", 1);
	seconds(&w, 1);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	edge_end_of_rib(&w.edge);
	seconds(&w, 1);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	forward_remove(&w.oracle, &(struct ip_prefix){ .hi = UINT64_C(0x0a01) << 48, .len = 16 });
	forward_remove(&w.oracle, &(struct ip_prefix){ .hi = UINT64_C(0xc00002) << 40, .len = 24 });
	seconds(&w, 2); /* quiet: stale routes go */
	sample(&w, "10.0.0.1", 100);
	seconds(&w, 1);
	assert_held(&w, "10.0.0.0/8");
	router_lose(w.edge.router, w.edge.source, EDGE_STALE_S, w.edge.now);
	w.oracle.n = 0;
	seconds(&w, EDGE_STALE_S + 2); /* the stale time is over */
	assert_held(&w, "");
	world_fini(&w);
}

/* Ten entries from an earlier life, and so many samples every ten seconds, all to one of them. */
static void
adopt_ten(struct world *w, unsigned tens, unsigned samples)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000001)) };
	char text[32];

	world_init_as(w, 20, SELECTOR_PRICED);
	for (int i = 0; i < 10; i++) {
		struct ip_prefix p;

		snprintf(text, sizeof(text), "10.%d.0.0/16", 10 * i);
		learn(w, text, 1);
		p = prefix(text);
		forward_set(&w->pushed, &p, 1);
		target_port_adopt(w->edge.target, w->port, &p, &attrs, w->edge.now);
	}
	edge_end_of_rib(&w->edge);
	while (tens-- > 0) {
		for (unsigned i = 0; i < samples; i++)
			sample(w, "10.0.0.1", 1000);
		seconds(w, 10);
	}
}

/* Where samples are rare, what none came to may carry as much as the rest. */
static void
test_adopted_sparse(void **state)
{
	struct world w;

	(void)state;
	adopt_ten(&w, 5, 2);
	assert_int_equal(w.pushed.n, 10);
	withdraw(&w, "10.20.0.0/16"); /* the RIB rules all the same */
	seconds(&w, 1);
	assert_int_equal(w.pushed.n, 9);
	world_fini(&w);

	adopt_ten(&w, 5, 20);
	assert_held(&w, "10.0.0.0/16");
	world_fini(&w);

	adopt_ten(&w, 32, 1); /* not for ever */
	assert_held(&w, "10.0.0.0/16");
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readiness),
		cmocka_unit_test(test_readiness_without_end_of_rib),
		cmocka_unit_test(test_frozen_without_samples),
		cmocka_unit_test(test_frozen_by_order),
		cmocka_unit_test(test_lost_learning_session),
		cmocka_unit_test(test_adopted_sparse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
