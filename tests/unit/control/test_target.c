/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Router and target together: what is held and what is not sent again, repairs, the proof, the
 * pace, and ports that are slow or start anew.
 */
#include "tests/unit/control/target_world.h"

#include "control/proof.h"

static void
test_covered_and_no_repeats(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	assert_int_equal(w.announced, 2);
	sample(&w, "192.0.2.1", 100);
	seconds(&w, 3);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16 192.0.2.0/24");
	assert_int_equal(w.announced, 3); /* what is held is not sent again */
	assert_int_equal(w.completed, 0);
	seconds(&w, 82); /* everything idle: 8 t after the last sample */
	assert_int_equal(w.completed, 1);
	assert_held(&w, "");
	world_fini(&w);
}

static void
test_repairs(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	learn(&w, "10.3.0.0/16", 4); /* appears below an installed entry */
	assert_true(target_repair_wanted(w.edge.target));
	run(&w);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16 10.3.0.0/16");
	learn(&w, "10.0.0.0/8", 2); /* now the /16 via 2 is redundant, that via 1 is not */
	run(&w);
	assert_held(&w, "10.0.0.0/8 10.2.0.0/16 10.3.0.0/16");
	withdraw(&w, "10.0.0.0/8"); /* nothing above it: leaves without a run */
	assert_held(&w, "10.2.0.0/16 10.3.0.0/16");
	learn(&w, "198.51.100.0/24", 1); /* touches nothing that is installed */
	edge_run(&w.edge);
	assert_false(target_repair_wanted(w.edge.target));
	learn(&w, "198.51.101.0/24", 1);
	assert_false(target_repair_wanted(w.edge.target));
	world_fini(&w);
}

/* An entry below another is withdrawn: what it had pruned must be there before it goes. */
static void
test_withdrawn_below(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	learn(&w, "10.1.1.0/24", 2); /* as 10.1/16: pruned */
	run(&w);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	withdraw(&w, "10.1.0.0/16");
	edge_run(&w.edge);
	assert_held(&w, "10.0.0.0/8 10.1.1.0/24");
	world_fini(&w);
}

/* Everything of both families of the port; gives the intervals that are wrong. */
static uint64_t
prove(struct world *w, struct verify_result *v4)
{
	struct proof walk = { 0 }, is;
	uint64_t wrong = 0;
	unsigned rows = 0;
	bool done = false;

	while (!done) {
		if (!proof_step(w->edge.target, &walk, &is, &done))
			continue;
		rows++;
		wrong += is.sum.wrong;
		if (is.family == IP_V4)
			*v4 = is.sum;
	}
	assert_int_equal(rows, IP_FAMILIES * target_ports(w->edge.target));
	return wrong;
}

/* The proof holds; with a route that changed and was not repaired yet it names the address. */
static void
test_proof(void **state)
{
	static const enum selector_kind kinds[] = { SELECTOR_TOP, SELECTOR_PRICED };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct verify_result v;
		struct world w;
		char text[IP_TEXT_MAX];

		world_init_as(&w, 10, kinds[i]);
		bring_up(&w);
		samples(&w, "10.200.0.1", 20);
		samples(&w, "192.0.2.1", 20);
		seconds(&w, 2);
		assert_int_equal(prove(&w, &v), 0);
		assert_true(v.intervals > 1024);
		learn(&w, "10.200.0.0/25", 4);
		assert_int_equal(prove(&w, &v), 1);
		assert_string_equal(ip_format(&v.address, text), "10.200.0.0");
		assert_int_equal(nexthop_peek(w.edge.attrs, v.rib_action)->addr.hi,
		    ip_v4(UINT32_C(0x0a000004)).hi);
		assert_int_equal(nexthop_peek(w.edge.attrs, v.table_action)->addr.hi,
		    ip_v4(UINT32_C(0x0a000001)).hi);
		edge_run(&w.edge);
		assert_int_equal(prove(&w, &v), 0);
		world_fini(&w);
	}
}

/* Following the traffic is paced; filling a table and repairing one is not. */
static void
test_pace(void **state)
{
	struct world w;
	char text[32];

	(void)state;
	world_init_paced(&w, 300, 10, 20);
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "10.%d.0.0/16", i);
		learn(&w, text, 1 + (uint32_t)i % 2);
	}
	edge_end_of_rib(&w.edge);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "10.%d.1.1", i);
		samples(&w, text, 20);
	}
	seconds(&w, 3);
	assert_int_equal(w.pushed.n, 100); /* filled at once */

	/* All of it is to be replaced, but for the first half of the top list: ten a second. */
	for (int i = 100; i < 110; i++) {
		snprintf(text, sizeof(text), "10.%d.1.1", i);
		samples(&w, text, 20);
	}
	w.announced = 0;
	seconds(&w, 1);
	assert_int_equal(w.announced, 10);
	for (int i = 110; i < 200; i++) {
		snprintf(text, sizeof(text), "10.%d.1.1", i);
		samples(&w, text, 20);
	}
	seconds(&w, 1);
	assert_int_equal(w.pushed.n, 200); /* mostly empty again: filled at once */

	/* Traffic ends: 20 of the burst, then ten a second. */
	seconds(&w, 79);
	w.withdrawn = 0;
	seconds(&w, 3);
	assert_in_range(w.withdrawn, 20, 60);
	assert_true(w.pushed.n > 100);

	/* A next hop fails: every route of it is repaired in one run. */
	w.announced = 0;
	for (int i = 0; i < 200; i += 2) {
		snprintf(text, sizeof(text), "10.%d.0.0/16", i);
		learn(&w, text, 5);
	}
	run(&w);
	for (size_t i = 0; i < w.pushed.n; i++)
		assert_int_not_equal(w.pushed.entries[i].action, 1);
	world_fini(&w);
}

/* An almost empty switch: 60 active prefixes and room for 10,000. Each is there within seconds,
 * paced as it is by default, and leaves within a few averaging times after its last sample. */
static void
test_almost_empty(void **state)
{
	struct world w;
	char text[32];
	int gone_after = 0;

	(void)state;
	world_make(&w, 10000, SELECTOR_PRICED, 100, 500);
	for (int i = 0; i < 120; i++) {
		snprintf(text, sizeof(text), "10.%d.0.0/16", i);
		learn(&w, text, 1 + (uint32_t)i % 3);
	}
	edge_end_of_rib(&w.edge);
	seconds(&w, 3);
	assert_int_equal(w.pushed.n, 0);
	for (int second = 0; second < 60; second++) {
		for (int i = 0; i < 120; i += 2) {
			snprintf(text, sizeof(text), "10.%d.1.1", i);
			samples(&w, text, 1 + i % 5);
		}
		seconds(&w, 1);
		if (second >= 3)
			assert_int_equal(w.pushed.n, 60);
	}
	while (w.pushed.n > 0 && gone_after < 600) {
		seconds(&w, 1);
		gone_after++;
	}
	/* At five samples a second: ln(5 x 60 / 0.7) times TRAFFIC_TAU_S is 6.1 of them. */
	assert_in_range(gone_after, 2 * 60, 7 * 60);
	world_fini(&w);
}

/* A port that takes two operations at a time gets there, safely, in several turns. */
static void
test_slow_port(void **state)
{
	struct world w;
	char text[32];

	(void)state;
	world_init(&w, 30);
	bring_up(&w);
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "10.2.%d.0/24", i);
		learn(&w, text, 2 + (uint32_t)(i % 2));
	}
	for (int turn = 0; turn < 20; turn++) {
		w.budget = 2;
		target_port_writable(w.edge.target, w.port, w.edge.now);
		edge_run(&w.edge);
		assert_true(w.pushed.n <= 4 + 2 * (size_t)(turn + 1));
	}
	assert_int_equal(w.pushed.n, 22);
	world_fini(&w);
}

static void
test_port_restart_and_refresh(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	seconds(&w, 3 * EDGE_T_S);
	assert_int_equal(w.completed, 1);
	target_port_refresh(w.edge.target, w.port, IP_V4);
	assert_int_equal(w.announced, 4);
	assert_int_equal(w.completed, 2);
	target_port_down(w.edge.target, w.port);
	w.down = true;
	w.pushed.n = 0;
	seconds(&w, 1);
	assert_int_equal(w.announced, 4);
	w.down = false;
	target_port_up(w.edge.target, w.port, w.edge.families);
	edge_run(&w.edge);
	assert_int_equal(w.announced, 6);
	assert_int_equal(w.completed, 3);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_covered_and_no_repeats),
		cmocka_unit_test(test_repairs),
		cmocka_unit_test(test_withdrawn_below),
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_almost_empty),
		cmocka_unit_test(test_slow_port),
		cmocka_unit_test(test_port_restart_and_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
