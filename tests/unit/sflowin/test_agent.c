/* SPDX-License-Identifier: Apache-2.0 */
/* Agents: who may feed the sink, what is counted, what a restart does, and the caps. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "sflowin/agent.h"
#include "tests/support/sflow_build.h"

#define AGENT  0xc0000201 /* 192.0.2.1 */
#define SOURCE 0xc6336401 /* 198.51.100.1 */

/* A sink that remembers. */
struct seen {
	size_t n, calls, biggest;
	void *tag;
	struct sflow_sample last;
	uint64_t bytes;
};

static void
see(void *ctx, void *tag, const struct sflow_sample *samples, size_t n)
{
	struct seen *seen = ctx;

	assert_true(n > 0);
	seen->n += n;
	seen->calls++;
	seen->biggest = n > seen->biggest ? n : seen->biggest;
	seen->tag = tag;
	seen->last = samples[n - 1];
	for (size_t i = 0; i < n; i++)
		seen->bytes += samples[i].bytes;
}

struct bed {
	struct sflow_agents *agents;
	struct seen seen;
	struct sflow_sink sink;
	struct mono now;
	size_t used_before;
	/* What the next datagram says. */
	struct sflow_build_agent head;
	struct sflow_build_flow flow;
	struct ip_addr source;
};

static const struct sflow_build_packet packet = {
	.src = { .hi = UINT64_C(0x0a000001) << 32, .family = IP_V4 },
	.dst = { .hi = UINT64_C(0x0a000002) << 32, .family = IP_V4 },
	.frame_len = 1000,
};

static int
set_up(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct sflow_agent_config config = { .address = ip_v4(AGENT), .tag = bed };

	bed->used_before = mem_used(MEM_SFLOW);
	bed->agents = sflow_agents_new();
	bed->sink = (struct sflow_sink){ .ctx = &bed->seen, .samples = see };
	bed->now = mono_us(1000000);
	bed->head = (struct sflow_build_agent){
		.address = ip_v4(AGENT), .sequence = 100, .uptime_ms = 500000
	};
	bed->flow = (struct sflow_build_flow){ .sequence = 1, .source_index = 3, .rate = 10 };
	bed->source = ip_v4(AGENT);
	sflow_agents_configure(bed->agents, &config, 1);
	*state = bed;
	return 0;
}

static int
tear_down(void **state)
{
	struct bed *bed = *state;

	sflow_agents_free(bed->agents);
	assert_int_equal(mem_used(MEM_SFLOW), bed->used_before);
	free(bed);
	return 0;
}

static void
input(struct bed *bed, const uint8_t *data, size_t len)
{
	sflow_agents_input(bed->agents, data, len, &bed->source, bed->now, &bed->sink);
}

/* Send one datagram of n flow samples; each takes the next flow sequence number. */
static void
send_flows(struct bed *bed, unsigned n)
{
	static uint8_t buf[65536];
	struct sflow_build b;

	sflow_build_begin(&b, buf, sizeof(buf), &bed->head);
	for (unsigned i = 0; i < n; i++, bed->flow.sequence++)
		assert_true(sflow_build_flow(&b, &bed->flow, &packet));
	input(bed, buf, sflow_build_end(&b));
}

/* The same, as the next datagram of the sub-agent. */
static void
send_next(struct bed *bed, unsigned n)
{
	send_flows(bed, n);
	bed->head.sequence++;
	bed->head.uptime_ms += 10;
}

static struct sflow_agent_stats
stats_of(const struct bed *bed, struct ip_addr address)
{
	struct sflow_agent_stats stats;

	for (size_t i = 0; sflow_agents_stats(bed->agents, i, &stats); i++)
		if (ip_equal(&stats.address, &address))
			return stats;
	fail_msg("no such agent");
	return stats;
}

static struct sflow_agent_stats
stats(const struct bed *bed)
{
	return stats_of(bed, ip_v4(AGENT));
}

static void
test_samples_reach_the_sink(void **state)
{
	struct bed *bed = *state;
	struct sflow_agent_stats s = stats(bed);

	assert_true(s.configured);
	assert_true(mono_is_never(s.first_seen) && mono_is_never(s.last_seen));
	send_next(bed, 7);
	bed->now = mono_us(3000000);
	send_next(bed, 7);
	assert_int_equal(bed->seen.n, 14);
	assert_ptr_equal(bed->seen.tag, bed);
	assert_int_equal(bed->seen.last.frame_len, 1000);
	assert_int_equal(bed->seen.bytes, 14 * 1000 * 10);
	s = stats(bed);
	assert_int_equal(s.datagrams, 2);
	assert_int_equal(s.flow_samples, 14);
	assert_int_equal(s.bytes_sampled, 140000);
	assert_int_equal(s.sampling_rate, 10);
	assert_int_equal(s.flow_sources, 1);
	assert_int_equal(s.sub_agents, 1);
	assert_int_equal(s.uptime_ms, 500010);
	assert_int_equal(s.first_seen.us, 1000000);
	assert_int_equal(s.last_seen.us, 3000000);
	assert_true(ip_equal(&s.last_source, &bed->source));
	assert_int_equal(s.datagrams_lost + s.flow_lost + s.malformed + s.restarts, 0);
	assert_int_equal(sflow_agents_totals(bed->agents)->samples_used, 14);
}

static void
test_batches(void **state)
{
	struct bed *bed = *state;

	send_next(bed, 200);
	assert_int_equal(bed->seen.n, 200);
	assert_true(bed->seen.calls >= 2);
	send_next(bed, 0);
	assert_int_equal(bed->seen.n, 200);
}

static void
test_wrong_source_is_refused(void **state)
{
	struct bed *bed = *state;
	struct ip_addr forger = ip_v4(SOURCE), refused;

	bed->source = forger;
	send_next(bed, 7);
	assert_int_equal(bed->seen.n, 0);
	assert_int_equal(stats(bed).datagrams_refused, 1);
	assert_int_equal(stats(bed).datagrams, 0);
	assert_true(mono_is_never(stats(bed).last_seen));
	refused = stats(bed).last_refused_source;
	assert_true(ip_equal(&refused, &forger));
	assert_int_equal(sflow_agents_totals(bed->agents)->refused_source, 1);
	/* Nor may a forger disturb the sequence. */
	bed->source = ip_v4(AGENT);
	bed->head.sequence = 5;
	bed->flow.sequence = 1;
	send_next(bed, 1);
	send_next(bed, 1);
	assert_int_equal(bed->seen.n, 2);
	assert_int_equal(stats(bed).datagrams_lost + stats(bed).restarts + stats(bed).flow_lost, 0);
}

static void
test_configured_sources(void **state)
{
	struct bed *bed = *state;
	/* One of them as a socket for both families gives it. */
	struct ip_addr sources[] = { { .lo = UINT64_C(0xffff00000000) | SOURCE, .family = IP_V6 },
		{ .hi = UINT64_C(0x20010db8) << 32, .lo = 1, .family = IP_V6 } };
	struct sflow_agent_config config = {
		.address = ip_v4(AGENT), .sources = sources, .n_sources = 2
	};

	sflow_agents_configure(bed->agents, &config, 1);
	bed->source = ip_v4(SOURCE);
	send_next(bed, 1);
	bed->source = sources[0];
	send_next(bed, 1);
	bed->source = sources[1];
	send_next(bed, 1);
	assert_int_equal(bed->seen.n, 3);
	/* The agent's own address is no longer one of them. */
	bed->source = ip_v4(AGENT);
	send_next(bed, 1);
	assert_int_equal(bed->seen.n, 3);
	assert_int_equal(stats(bed).datagrams_refused, 1);
}

static void
test_unknown_agent_is_counted_only(void **state)
{
	struct bed *bed = *state;
	struct sflow_agent_stats s;

	bed->head.address = bed->source = ip_v4(0x0a090909);
	send_next(bed, 7);
	bed->head.sequence += 2;
	send_next(bed, 7);
	assert_int_equal(bed->seen.n, 0);
	s = stats_of(bed, bed->head.address);
	assert_false(s.configured);
	assert_int_equal(s.datagrams, 2);
	assert_int_equal(s.datagrams_lost, 2);
	assert_int_equal(s.flow_samples, 14);
	assert_int_equal(s.bytes_sampled, 0);
	assert_int_equal(sflow_agents_totals(bed->agents)->unknown_agent, 2);
	assert_int_equal(sflow_agents_totals(bed->agents)->samples_used, 0);
}

static size_t
count_agents(const struct bed *bed)
{
	struct sflow_agent_stats s, before;
	size_t n = 0;

	for (; sflow_agents_stats(bed->agents, n, &s); n++) {
		if (n > 0)
			assert_true(ip_cmp(&before.address, &s.address) < 0);
		before = s;
	}
	return n;
}

static void
test_unknown_agents_are_capped(void **state)
{
	struct bed *bed = *state;
	size_t used = 0;

	for (uint32_t i = 0; i < 10000; i++) {
		/* In an order that is not the table's. */
		bed->head.address = ip_v4(0x0a000000 + i * 7919 % 10007);
		send_flows(bed, 1);
		if (i == 2000)
			used = mem_used(MEM_SFLOW);
	}
	assert_int_equal(count_agents(bed), SFLOW_UNKNOWN_MAX + 1);
	assert_int_equal(mem_used(MEM_SFLOW), used);
	assert_int_equal(sflow_agents_totals(bed->agents)->unknown_agent, 10000);
	assert_int_equal(sflow_agents_totals(bed->agents)->table_full, 10000 - SFLOW_UNKNOWN_MAX);
	/* The configured one has its place. */
	bed->head.address = ip_v4(AGENT);
	send_next(bed, 1);
	assert_int_equal(bed->seen.n, 1);
	/* Much later the silent ones make room. */
	bed->now = mono_add_ms(bed->now, 301 * 1000);
	bed->head.address = ip_v4(0x0b000000);
	send_flows(bed, 1);
	assert_int_equal(count_agents(bed), 2);
	assert_int_equal(stats_of(bed, bed->head.address).datagrams, 1);
	assert_int_equal(stats(bed).datagrams, 1);
}

static void
test_sequences_are_capped(void **state)
{
	struct bed *bed = *state;
	struct sflow_agent_stats s;

	for (uint32_t i = 0; i < 2 * SFLOW_SEQUENCES_MAX; i++) {
		bed->flow.source_index = i;
		bed->flow.sequence = 1;
		send_next(bed, 1);
	}
	s = stats(bed);
	assert_int_equal(s.flow_samples, 2 * SFLOW_SEQUENCES_MAX);
	assert_int_equal(s.flow_sources + s.sub_agents, SFLOW_SEQUENCES_MAX);
	assert_int_equal(bed->seen.n, 2 * SFLOW_SEQUENCES_MAX);
	/* A new sub-agent's samples are used all the same. */
	bed->head.sub_agent = 5;
	send_next(bed, 1);
	assert_int_equal(bed->seen.n, 2 * SFLOW_SEQUENCES_MAX + 1);
}

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

static void
test_counters_and_others(void **state)
{
	struct bed *bed = *state;
	uint8_t buf[1024];
	struct sflow_build b;
	size_t mark;

	sflow_build_begin(&b, buf, sizeof(buf), &bed->head);
	assert_true(sflow_build_counters(&b, 10, 1));
	assert_true(sflow_build_counters(&b, 13, 1));
	assert_true(sflow_build_counters(&b, 12, 1));
	assert_true(sflow_build_counters(&b, 12, 1));
	assert_true(sflow_build_counters(&b, 77, 2));
	mark = sflow_build_open_sample(&b, 5);
	sflow_build_close(&b, mark);
	mark = sflow_build_open_sample(&b, 4413 << 12 | 1);
	sflow_build_close(&b, mark);
	mark = sflow_build_open_flow(&b, &bed->flow, 0);
	sflow_build_close(&b, mark);
	input(bed, buf, sflow_build_end(&b));
	assert_int_equal(stats(bed).counter_samples, 5);
	assert_int_equal(stats(bed).counter_lost, 2);
	assert_int_equal(stats(bed).counter_out_of_order, 1);
	assert_int_equal(stats(bed).counter_duplicate, 1);
	assert_int_equal(stats(bed).counter_sources, 2);
	assert_int_equal(stats(bed).notifications, 1);
	assert_int_equal(stats(bed).unknown_samples, 1);
	assert_int_equal(stats(bed).flow_samples, 1);
	assert_int_equal(stats(bed).non_ip_samples, 1);
	assert_int_equal(stats(bed).malformed, 0);
	assert_int_equal(bed->seen.n, 0);
	assert_int_equal(sflow_agents_totals(bed->agents)->counter_samples, 5);
}

/* The tables are kept with their time, by the sequence of their source. */
static void
test_asic_tables(void **state)
{
	struct bed *bed = *state;
	uint32_t words[SFLOW_BUILD_ASIC_WORDS] = { 7, 8 };
	uint8_t buf[1024];
	struct sflow_build b;
	struct mono first;

	send_next(bed, 1);
	assert_true(mono_is_never(stats(bed).asic_seen));
	for (int i = 0; i < 2; i++) {
		bed->head.sequence++;
		sflow_build_begin(&b, buf, sizeof(buf), &bed->head);
		assert_true(sflow_build_asic(&b, 10 + (uint32_t)i, words));
		words[0]++;
		input(bed, buf, sflow_build_end(&b));
		assert_int_equal(stats(bed).asic.table[ASIC_HOST].used, 7 + i);
		assert_int_equal(stats(bed).asic.table[ASIC_HOST].max, 8);
	}
	first = stats(bed).asic_seen;
	assert_false(mono_is_never(first));
	/* One that comes late is older than what is known. */
	bed->now = mono_add_ms(bed->now, 1000);
	bed->head.sequence++;
	sflow_build_begin(&b, buf, sizeof(buf), &bed->head);
	words[0] = 1;
	assert_true(sflow_build_asic(&b, 9, words));
	input(bed, buf, sflow_build_end(&b));
	assert_int_equal(stats(bed).asic.table[ASIC_HOST].used, 8);
	assert_int_equal(stats(bed).asic_seen.us, first.us);
	assert_int_equal(stats(bed).malformed, 0);
}

/* Cut at every octet: counted, and what was whole is used. */
static void
test_malformed(void **state)
{
	struct bed *bed = *state;
	const struct sflow_totals *totals = sflow_agents_totals(bed->agents);
	uint8_t buf[512];
	uint64_t used = 0;

	for (size_t cut = 0; cut < 28 + 2 * 192; cut++) {
		struct sflow_build b;
		uint8_t *copy = malloc(cut > 0 ? cut : 1);

		sflow_build_begin(&b, buf, sizeof(buf), &bed->head);
		assert_true(sflow_build_flow(&b, &bed->flow, &packet));
		assert_true(sflow_build_flow(&b, &bed->flow, &packet));
		assert_int_equal(sflow_build_end(&b), 28 + 2 * 192);
		memcpy(copy, buf, cut);
		input(bed, copy, cut);
		free(copy);
		bed->head.sequence++;
		assert_int_equal(totals->malformed, cut + 1);
		used += cut >= 28 + 192;
		assert_int_equal(totals->samples_used, used);
	}
	assert_int_equal(totals->datagrams, 28 + 2 * 192);
	assert_int_equal(stats(bed).malformed, 2 * 192);
	assert_int_equal(stats(bed).datagrams, 2 * 192);
}

static void
test_reconfigure(void **state)
{
	struct bed *bed = *state;
	int tags[3];
	struct sflow_agent_config configs[] = {
		{ .address = ip_v4(AGENT), .tag = &tags[0] },
		{ .address = ip_v4(0x0a090909), .tag = &tags[1] },
		{ .address = ip_v4(0x0a090909), .tag = &tags[2] },
	};

	send_next(bed, 2);
	bed->head.address = bed->source = ip_v4(0x0a090909);
	send_next(bed, 2);
	assert_int_equal(bed->seen.n, 2);
	/* The one stays, the unknown one begins anew; the later of the two equal ones counts. */
	sflow_agents_configure(bed->agents, configs, 3);
	assert_int_equal(count_agents(bed), 2);
	assert_int_equal(stats(bed).flow_samples, 2);
	assert_int_equal(stats_of(bed, ip_v4(0x0a090909)).datagrams, 0);
	send_next(bed, 2);
	assert_int_equal(bed->seen.n, 4);
	assert_ptr_equal(bed->seen.tag, &tags[2]);
	/* Gone: the next datagram is an unknown agent's. */
	sflow_agents_configure(bed->agents, configs, 1);
	assert_int_equal(count_agents(bed), 1);
	send_next(bed, 2);
	assert_int_equal(bed->seen.n, 4);
	assert_false(stats_of(bed, ip_v4(0x0a090909)).configured);
	sflow_agents_configure(bed->agents, NULL, 0);
	bed->head.address = bed->source = ip_v4(AGENT);
	send_next(bed, 2);
	assert_int_equal(bed->seen.n, 4);
	assert_int_equal(count_agents(bed), 2);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_samples_reach_the_sink),
		TEST(test_batches),
		TEST(test_wrong_source_is_refused),
		TEST(test_configured_sources),
		TEST(test_unknown_agent_is_counted_only),
		TEST(test_unknown_agents_are_capped),
		TEST(test_sequences_are_capped),
		TEST(test_lost_and_late),
		TEST(test_duplicate_is_used_once),
		TEST(test_stuck_sequence_is_used),
		TEST(test_restart_by_uptime),
		TEST(test_restart_by_sequence),
		TEST(test_uptime_wrap_is_no_restart),
		TEST(test_drops_are_summed_by_source),
		TEST(test_counters_and_others),
		TEST(test_asic_tables),
		TEST(test_malformed),
		TEST(test_reconfigure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
