/* SPDX-License-Identifier: Apache-2.0 */
/* Sequence numbers: what is lost, late or there twice, and when an agent has begun anew. */
#include "tests/unit/sflowin/bed.h"

static void
test_lost_and_late(void **state)
{
	struct bed *bed = *state;

	send_next(bed, 1); /* 100 */
	bed->head.sequence = 103;
	bed->flow.sequence = 4;
	send_next(bed, 1);
	assert_int_equal(stats(bed).datagrams_lost, 2);
	assert_int_equal(stats(bed).flow_lost, 2);
	bed->head.sequence = 101;
	bed->head.uptime_ms = 500001;
	bed->flow.sequence = 2;
	send_next(bed, 1);
	assert_int_equal(stats(bed).datagrams_out_of_order, 1);
	assert_int_equal(stats(bed).flow_out_of_order, 1);
	assert_int_equal(stats(bed).datagrams_lost, 2);
	assert_int_equal(stats(bed).restarts, 0);
	assert_int_equal(bed->seen.n, 3);
}

static void
test_duplicate_is_used_once(void **state)
{
	struct bed *bed = *state;

	send_flows(bed, 3);
	bed->flow.sequence = 1;
	send_flows(bed, 3);
	assert_int_equal(bed->seen.n, 3);
	assert_int_equal(stats(bed).datagrams, 2);
	assert_int_equal(stats(bed).datagrams_duplicate, 1);
	assert_int_equal(stats(bed).flow_samples, 3);
}

/* An agent that never steps its datagram sequence is odd, not silent. */
static void
test_stuck_sequence_is_used(void **state)
{
	struct bed *bed = *state;

	for (int i = 0; i < 10; i++) {
		send_flows(bed, 1);
		bed->head.uptime_ms += 20;
	}
	assert_int_equal(bed->seen.n, 10);
	assert_int_equal(stats(bed).datagrams_duplicate, 9);
}

/* The uptime tells, even where the numbers look like a gap or like late ones. */
static void
test_restart_by_uptime(void **state)
{
	static const uint32_t first_numbers[] = { 1, 95, 100, 150, 4000000000U };
	struct bed *bed = *state;

	for (size_t i = 0; i < ARRAY_LEN(first_numbers); i++) {
		bed->head.sequence = 100;
		bed->head.uptime_ms = 100000000;
		bed->flow.sequence = 1000000;
		send_next(bed, 1);
		bed->head.sequence = first_numbers[i];
		bed->head.uptime_ms = 3000;
		bed->flow.sequence = 1;
		bed->flow.drops = 0;
		send_next(bed, 1);
		assert_int_equal(stats(bed).restarts, i + 1);
		bed->head.sub_agent++;
	}
	assert_int_equal(stats(bed).datagrams_lost, 0);
	assert_int_equal(stats(bed).datagrams_duplicate, 0);
	assert_int_equal(stats(bed).flow_lost, 0);
	assert_int_equal(stats(bed).flow_out_of_order, 0);
	assert_int_equal(bed->seen.n, 2 * ARRAY_LEN(first_numbers));
}

/* Without an uptime, distance tells; every sequence of the sub-agent begins anew, no other. */
static void
test_restart_by_sequence(void **state)
{
	struct bed *bed = *state;

	bed->head.uptime_ms = 0;
	bed->head.sequence = 3000000000U;
	bed->flow.sequence = 50;
	bed->flow.drops = 1000;
	send_flows(bed, 1);
	bed->head.sub_agent = 1;
	send_flows(bed, 1);
	bed->head.sub_agent = 0;
	bed->head.sequence = 1;
	bed->flow.sequence = 60; /* near the old one: yet no gap */
	bed->flow.drops = 2000;  /* nor drops */
	send_flows(bed, 1);
	assert_int_equal(stats(bed).restarts, 1);
	assert_int_equal(stats(bed).datagrams_lost + stats(bed).flow_lost, 0);
	assert_int_equal(stats(bed).flow_drops, 0);
	bed->head.sub_agent = 1;
	bed->head.sequence = 3000000001U;
	bed->flow.sequence = 54;
	bed->flow.drops = 1000;
	send_flows(bed, 1);
	assert_int_equal(stats(bed).flow_lost, 2);
	assert_int_equal(stats(bed).flow_drops, 0);
	assert_int_equal(stats(bed).sub_agents, 2);
}

static void
test_uptime_wrap_is_no_restart(void **state)
{
	struct bed *bed = *state;

	bed->head.uptime_ms = 0xfffffff0;
	send_next(bed, 1);
	bed->head.uptime_ms = 10;
	send_next(bed, 1);
	assert_int_equal(stats(bed).restarts, 0);
	assert_int_equal(bed->seen.n, 2);
}

static void
test_drops_are_summed_by_source(void **state)
{
	static const struct {
		uint32_t source, drops;
		uint64_t sum;
	} steps[] = {
		{ 1, 100, 0 }, /* how it was when we came */
		{ 1, 103, 3 },
		{ 2, 0xffffffff, 3 }, /* another source */
		{ 2, 1, 5 },          /* wraps */
		{ 1, 103, 5 },
		{ 1, 0, 5 }, /* began again */
		{ 1, 2, 7 },
	};
	struct bed *bed = *state;
	uint32_t sequence[3] = { 1, 1, 1 };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		bed->flow.source_index = steps[i].source;
		bed->flow.sequence = sequence[steps[i].source]++;
		bed->flow.drops = steps[i].drops;
		send_next(bed, 1);
		if (stats(bed).flow_drops != steps[i].sum)
			fail_msg("step %zu: %lu", i, (unsigned long)stats(bed).flow_drops);
	}
	assert_int_equal(stats(bed).flow_sources, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lost_and_late),
		TEST(test_duplicate_is_used_once),
		TEST(test_stuck_sequence_is_used),
		TEST(test_restart_by_uptime),
		TEST(test_restart_by_sequence),
		TEST(test_uptime_wrap_is_no_restart),
		TEST(test_drops_are_summed_by_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
