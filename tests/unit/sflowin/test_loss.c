/* SPDX-License-Identifier: Apache-2.0 */
/* What a sample stands for: more where others got lost, nothing where the packet has been sampled
 * already. Samples of a steady stream are lost in various ways; the bytes must come out right. */
#include "sflowin/seq.h"
#include "tests/unit/sflowin/bed.h"

#define FRAME 1000 /* octets of bed_packet */
#define RATE  10

/* One datagram with one flow sample. */
static void
send(struct bed *bed, const struct sflow_build_flow *flow)
{
	bed->flow = *flow;
	send_next(bed, 1);
}

/* Bytes counted since the last call, as a part of what n samples stand for. */
static double
part(struct bed *bed, unsigned n)
{
	double part = (double)bed->seen.bytes / ((double)n * FRAME * RATE);

	bed->seen.bytes = 0;
	return part;
}

static void
assert_about(double x, double expected, double tolerance)
{
	if (x < expected - tolerance || x > expected + tolerance)
		fail_msg("%g is not %g", x, expected);
}

/* Samples lost on the way, at random, in changing parts. */
static void
test_lost_on_the_way(void **state)
{
	static const double loss[] = { 0, 0.1, 0.5, 0.02, 0 };
	struct rng r = rng_make(test_seed("loss"));
	struct bed *bed = *state;
	struct sflow_build_flow flow = { .source_index = 3, .rate = RATE };

	for (size_t k = 0; k < ARRAY_LEN(loss); k++) {
		for (unsigned i = 0; i < 20000; i++) {
			if (i == 4000) /* it has seen how much is lost now */
				(void)part(bed, 1);
			flow.sequence++;
			if ((double)rng_below(&r, 1000000) >= loss[k] * 1e6)
				send(bed, &flow);
			else
				bed->head.sequence++;
		}
		assert_about(part(bed, 16000), 1, loss[k] == 0 ? 1e-9 : 0.03);
	}
	assert_true(stats(bed).flow_lost > 0);
}

/* What the agent had to drop was to be sampled as well; its sequence does not show it. */
static void
test_dropped_by_the_agent(void **state)
{
	struct bed *bed = *state;
	struct sflow_build_flow flow = { .source_index = 3, .rate = RATE, .drops = 12345 };

	for (unsigned i = 0; i < 6000; i++) {
		if (i == 2000)
			(void)part(bed, 1);
		flow.sequence++;
		flow.drops += i % 2; /* one for two */
		send(bed, &flow);
	}
	assert_about(part(bed, 6000), 1, 0.02);
	assert_int_equal(stats(bed).flow_drops, 3000);
}

/* What comes late is not lost. */
static void
test_late(void **state)
{
	struct bed *bed = *state;
	struct sflow_build_flow flow = { .source_index = 3, .rate = RATE };

	for (uint32_t i = 1; i <= 4000; i += 2) {
		flow.sequence = i + 1;
		bed->head.sequence = i + 1;
		send(bed, &flow);
		flow.sequence = bed->head.sequence = i;
		send(bed, &flow);
	}
	assert_about(part(bed, 4000), 1, 0.3);
	flow.sequence = bed->head.sequence = 4001;
	send(bed, &flow);
	assert_about(part(bed, 1), 1, 0.01);
	assert_int_equal(stats(bed).flow_out_of_order, 2000);
}

/* An outage: what was lost in it does not count for what comes after, for long. A restart begins
 * anew. */
static void
test_outage_and_restart(void **state)
{
	struct bed *bed = *state;
	struct sflow_build_flow flow = { .source_index = 3, .rate = RATE };

	for (unsigned i = 0; i < 1000; i++, flow.sequence++)
		send(bed, &flow);
	assert_about(part(bed, 1000), 1, 1e-9);
	flow.sequence += 500000;
	for (unsigned i = 0; i < 100; i++, flow.sequence++) {
		send(bed, &flow);
		assert_true(part(bed, 1) <= 4);
	}
	for (unsigned i = 0; i < 20000; i++, flow.sequence++)
		send(bed, &flow);
	(void)part(bed, 1);
	send(bed, &flow);
	assert_about(part(bed, 1), 1, 1e-9);
	flow.sequence += 300;
	send(bed, &flow);
	assert_true(part(bed, 1) > 1.2);
	bed->head.uptime_ms = 0;
	bed->head.sequence = 1;
	flow.sequence = 7;
	for (unsigned i = 0; i < 10; i++, flow.sequence++)
		send(bed, &flow);
	assert_about(part(bed, 10), 1, 1e-9);
}

/* Each of two sources has its own loss. */
static void
test_by_source(void **state)
{
	struct bed *bed = *state;
	struct sflow_build_flow a = { .source_index = 3, .rate = RATE },
				b = { .source_index = 4, .rate = RATE };

	for (unsigned i = 0; i < 4000; i++) {
		a.sequence++;
		b.sequence += 2;
		send(bed, &a);
		(void)part(bed, 1);
		send(bed, &b);
		if (i >= 2000)
			assert_about(part(bed, 1), 2, 0.02);
	}
	a.sequence++;
	(void)part(bed, 1);
	send(bed, &a);
	assert_about(part(bed, 1), 1, 1e-9);
}

static void
test_scale_limits(void **state)
{
	struct seq_entry e = { 0 };

	(void)state;
	assert_true(seq_scale(&e, UINT64_MAX) == UINT64_MAX);
	seq_note_loss(&e, SEQ_GAP, UINT32_MAX);
	assert_true(seq_scale(&e, UINT64_MAX) == UINT64_MAX);
	assert_true(seq_scale(&e, UINT64_MAX / 2) == UINT64_MAX);
	assert_int_equal(seq_scale(&e, 1000), 4000);
	assert_int_equal(seq_scale(&e, 0), 0);
	seq_note_loss(&e, SEQ_RESTART, 0);
	assert_int_equal(seq_scale(&e, 1000), 1000);
	seq_note_loss(&e, SEQ_LATE, 0); /* nothing was lost that could have come late */
	assert_int_equal(seq_scale(&e, 1000), 1000);
}

/* Ports 1 and 2 are sampled in both directions, port 3 as packets go out, port 4 not at all. */
static void
test_ingress_and_egress(void **state)
{
	static const struct {
		uint32_t source, input, output;
		bool used;
	} steps[] = {
		{ 2, 1, 2, true },  /* as far as is known port 1 is not sampled */
		{ 1, 1, 2, true },  /* it is */
		{ 2, 1, 2, false }, /* so this one has been here */
		{ 3, 1, 3, false }, { 1, 1, 4, true }, { 3, 4, 3, true }, /* seen only here */
		{ 2, 4, 2, true }, { 2, 2, 2, true }, /* back where it came from */
		{ 3, 2, 3, false },                   /* that was a sample of port 2's ingress */
		{ 3, 0x3fffffff, 3, true },           /* from the switch itself */
		{ 1, 2, 3, true },                    /* neither: a mirror, a LAG */
	};
	struct bed *bed = *state;
	uint32_t sequence[4] = { 0 };
	uint64_t second = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct sflow_build_flow flow = { .sequence = ++sequence[steps[i].source],
			.source_index = steps[i].source,
			.input = steps[i].input,
			.output = steps[i].output,
			.rate = RATE };
		size_t before = bed->seen.n;

		send(bed, &flow);
		if ((bed->seen.n - before == 1) != steps[i].used)
			fail_msg("step %zu", i);
		second += !steps[i].used;
	}
	assert_int_equal(stats(bed).flow_second, second);
	assert_int_equal(stats(bed).flow_samples, ARRAY_LEN(steps));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lost_on_the_way),
		TEST(test_dropped_by_the_agent),
		TEST(test_late),
		TEST(test_outage_and_restart),
		TEST(test_by_source),
		TEST(test_scale_limits),
		TEST(test_ingress_and_egress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
