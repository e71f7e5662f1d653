/* SPDX-License-Identifier: Apache-2.0 */
/* Agents: who may feed the sink, what is counted, and the caps. */
#include "tests/unit/sflowin/bed.h"

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
		assert_true(sflow_build_flow(&b, &bed->flow, &bed_packet));
		assert_true(sflow_build_flow(&b, &bed->flow, &bed_packet));
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
	const struct CMUnitTest tests[] = {
		TEST(test_samples_reach_the_sink),
		TEST(test_batches),
		TEST(test_wrong_source_is_refused),
		TEST(test_configured_sources),
		TEST(test_unknown_agent_is_counted_only),
		TEST(test_unknown_agents_are_capped),
		TEST(test_sequences_are_capped),
		TEST(test_counters_and_others),
		TEST(test_asic_tables),
		TEST(test_malformed),
		TEST(test_reconfigure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
