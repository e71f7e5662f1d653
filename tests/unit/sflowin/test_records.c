/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams, samples and records: each kind by itself. */
#include "tests/unit/sflowin/content.h"

static void
test_head(void **state)
{
	uint8_t buf[64];
	struct sflow_build b;
	struct sflow_datagram d;
	size_t len;

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	len = sflow_build_end(&b);
	assert_int_equal(len, 28);
	assert_true(sflow_datagram_decode(buf, len, &d));
	assert_true(ip_equal(&d.agent, &agent.address));
	assert_int_equal(d.sub_agent, 7);
	assert_int_equal(d.sequence, 1000);
	assert_int_equal(d.uptime_ms, 123456);
	assert_int_equal(d.n_samples, 0);
	buf[3] = 4; /* version */
	assert_false(sflow_datagram_decode(buf, len, &d));
	buf[3] = 5;
	buf[7] = 0; /* address type: unknown */
	assert_false(sflow_datagram_decode(buf, len, &d));
	buf[7] = 3;
	assert_false(sflow_datagram_decode(buf, len, &d));
}

static void
test_mapped_agent(void **state)
{
	uint8_t buf[64];
	struct sflow_build_agent mapped = { .address = {
						.lo = UINT64_C(0xffffc0000201), .family = IP_V6 } };
	struct sflow_build b;
	struct sflow_datagram d;

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &mapped);
	assert_true(sflow_datagram_decode(buf, sflow_build_end(&b), &d));
	assert_true(ip_equal(&d.agent, &agent.address));
}

static void
test_compact_flow(void **state)
{
	const struct sflow_build_packet packet = packet_v4();
	uint8_t buf[512];
	struct sflow_build b;
	struct content c;
	const struct sflow_sample *s = &c.sample;

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	assert_true(sflow_build_flow(&b, &compact, &packet));
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_false(c.broken);
	assert_int_equal(c.with_ip, 1);
	assert_int_equal(c.flow.source.sequence, 55);
	assert_int_equal(c.flow.source.class, 1);
	assert_int_equal(c.flow.source.index, 0xabcdef);
	assert_int_equal(c.flow.drops, 3);
	assert_int_equal(s->source_id, 0xabcdef);
	assert_int_equal(s->source_class, 1);
	assert_int_equal(s->rate, 4096);
	assert_int_equal(s->input, 17);
	assert_int_equal(s->output, 0x80000003);
	assert_int_equal(s->frame_len, FRAME_LEN);
	assert_int_equal(s->bytes, FRAME_LEN * 4096);
	assert_int_equal(s->protocol, 17);
	assert_true(ip_equal(&s->src, &packet.src));
	assert_true(ip_equal(&s->dst, &packet.dst));
}

static void
test_expanded_flow(void **state)
{
	const struct sflow_build_packet packet = packet_v4();
	struct sflow_build_flow expanded = compact;
	uint8_t buf[512];
	struct sflow_build b;
	struct content c;

	(void)state;
	expanded.expanded = true;
	expanded.source_index = 0xfedcba98;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	assert_true(sflow_build_flow(&b, &expanded, &packet));
	/* An ifIndex of more than 30 bits: input format 0, value 0x40000011. */
	buf[28 + 8 + 28] = 0x40;
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_false(c.broken);
	assert_int_equal(c.with_ip, 1);
	assert_int_equal(c.flow.source.class, 1);
	assert_int_equal(c.flow.source.index, 0xfedcba98);
	assert_int_equal(c.sample.input, 0x40000011);
	assert_int_equal(c.sample.output, 0x80000003);
	assert_int_equal(c.sample.bytes, FRAME_LEN * 4096);
}

static void
test_rate_zero_is_one(void **state)
{
	const struct sflow_build_packet packet = packet_v4();
	struct sflow_build_flow flow = compact;
	uint8_t buf[512];
	struct sflow_build b;
	struct content c;

	(void)state;
	flow.rate = 0;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	assert_true(sflow_build_flow(&b, &flow, &packet));
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_int_equal(c.sample.rate, 1);
	assert_int_equal(c.sample.bytes, FRAME_LEN);
}

/* The largest product there is. */
static void
test_bytes_do_not_overflow(void **state)
{
	const struct sflow_build_packet packet = packet_v4();
	struct sflow_build_flow flow = compact;
	uint8_t buf[512], frame[128];
	struct sflow_build b;
	struct content c;
	size_t n = sflow_build_frame(&packet, frame, sizeof(frame)), mark;

	(void)state;
	flow.rate = UINT32_MAX;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	mark = sflow_build_open_flow(&b, &flow, 1);
	sflow_build_raw(&b, 1, UINT32_MAX, 0, frame, n);
	sflow_build_close(&b, mark);
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_true(c.sample.bytes == (uint64_t)UINT32_MAX * UINT32_MAX);
}

static void
test_sampled_ip(void **state)
{
	uint8_t buf[512];
	struct sflow_build b;
	struct content c;
	size_t mark;

	(void)state;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		sflow_build_begin(&b, buf, sizeof(buf), &agent);
		mark = sflow_build_open_flow(&b, &compact, 3);
		put_other_record(&b, 1001);
		put_sampled_ip(&b, family, 1400);
		put_other_record(&b, SFLOW_FORMAT(4413, 1));
		sflow_build_close(&b, mark);
		assert_true(decode(buf, sflow_build_end(&b), &c));
		assert_false(c.broken);
		assert_int_equal(c.with_ip, 1);
		assert_int_equal(c.sample.src.family, family);
		assert_int_equal(c.sample.dst.family, family);
		assert_int_equal(c.sample.protocol, 6);
		assert_int_equal(c.sample.frame_len, 1400);
		assert_int_equal(c.sample.bytes, 1400 * 4096);
	}
}

/* Whatever the order, the raw header says more: the whole frame's length. */
static void
test_raw_header_is_preferred(void **state)
{
	const struct sflow_build_packet packet = packet_v4();
	uint8_t buf[512], frame[128];
	size_t n = sflow_build_frame(&packet, frame, sizeof(frame)), mark;
	struct sflow_build b;
	struct content c;

	(void)state;
	for (int raw_first = 0; raw_first < 2; raw_first++) {
		sflow_build_begin(&b, buf, sizeof(buf), &agent);
		mark = sflow_build_open_flow(&b, &compact, 2);
		if (raw_first)
			sflow_build_raw(&b, 1, FRAME_LEN, 4, frame, n);
		put_sampled_ip(&b, IP_V6, 1400);
		if (!raw_first)
			sflow_build_raw(&b, 1, FRAME_LEN, 4, frame, n);
		sflow_build_close(&b, mark);
		assert_true(decode(buf, sflow_build_end(&b), &c));
		assert_int_equal(c.with_ip, 1);
		assert_true(ip_equal(&c.sample.dst, &packet.dst));
		assert_int_equal(c.sample.frame_len, FRAME_LEN);
	}
}

/* A raw header without IP leaves the answer to the other record; alone it is no answer. */
static void
test_raw_header_without_ip(void **state)
{
	static const uint8_t arp[64] = { [12] = 0x08, [13] = 0x06 };
	uint8_t buf[512];
	struct sflow_build b;
	struct content c;
	size_t mark;

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	mark = sflow_build_open_flow(&b, &compact, 1);
	sflow_build_raw(&b, 1, 64, 4, arp, sizeof(arp));
	sflow_build_close(&b, mark);
	mark = sflow_build_open_flow(&b, &compact, 2);
	sflow_build_raw(&b, 1, 64, 4, arp, sizeof(arp));
	put_sampled_ip(&b, IP_V4, 46);
	sflow_build_close(&b, mark);
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_false(c.broken);
	assert_int_equal(c.flows, 2);
	assert_int_equal(c.with_ip, 1);
	assert_int_equal(c.sample.frame_len, 46);
}

static void
test_counters(void **state)
{
	uint8_t buf[512];
	struct sflow_build b;
	struct content c;

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	assert_true(sflow_build_counters(&b, 76, 12));
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_int_equal(c.counters, 1);
	assert_int_equal(c.counter.sequence, 76);
	assert_int_equal(c.counter.index, 12);
	put_expanded_counters(&b);
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_false(c.broken);
	assert_int_equal(c.counters, 2);
	assert_int_equal(c.counter.sequence, 77);
	assert_int_equal(c.counter.class, 2);
	assert_int_equal(c.counter.index, 0x01000001);
}

static void
test_asic_tables(void **state)
{
	uint8_t buf[1024];
	struct sflow_build b;
	struct content c;

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	put_asic(&b, SFLOW_ASIC_WORDS);
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_false(c.broken);
	assert_true(c.has_asic);
	assert_int_equal(c.asic.table[ASIC_HOST].used, 1000);
	assert_int_equal(c.asic.table[ASIC_HOST].max, 1001);
	assert_int_equal(c.asic.table[ASIC_IPV4_IPV6].used, 1006);
	assert_int_equal(c.asic.table[ASIC_TOTAL_ROUTES].max, 1011);
	assert_int_equal(c.asic.table[ASIC_MAC].max, 1015);
	assert_int_equal(c.asic.table[ASIC_IPV4_NEIGHBORS].used, 1016);
	assert_int_equal(c.asic.table[ASIC_IPV4_NEIGHBORS].max, 0);
	assert_int_equal(c.asic.table[ASIC_IPV6_ROUTES].used, 1019);
	assert_int_equal(c.asic.table[ASIC_ACL_INGRESS_ENTRIES].used, 1020);
	assert_int_equal(c.asic.table[ASIC_ACL_EGRESS_SLICES].max, 1035);

	/* Words that a later version adds are no fault; a record without all of today's is one, and
	 * what is behind it is still found. */
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	put_asic(&b, SFLOW_ASIC_WORDS + 4);
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_true(c.has_asic && !c.broken);
	for (uint32_t words = 0; words < SFLOW_ASIC_WORDS; words++) {
		sflow_build_begin(&b, buf, sizeof(buf), &agent);
		put_asic(&b, words);
		assert_true(sflow_build_counters(&b, 1, 2));
		assert_true(decode(buf, sflow_build_end(&b), &c));
		assert_true(!c.has_asic && c.broken);
		assert_int_equal(c.counters, 2);
	}
}

static void
test_asic_table_names(void **state)
{
	(void)state;
	assert_string_equal(asic_table_name(ASIC_HOST), "host");
	assert_string_equal(asic_table_name(ASIC_IPV4_IPV6), "ipv4_ipv6");
	for (int i = 0; i < ASIC_TABLES; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(asic_table_name((enum sflow_asic_table)i),
			    asic_table_name((enum sflow_asic_table)k));
}

/* The encoder's promise to the lab: seven samples in 1,372 octets, and a full buffer stays valid.
 */
static void
test_encoder_fills_a_datagram(void **state)
{
	const struct sflow_build_packet packet = packet_v4();
	uint8_t buf[1400];
	struct sflow_build b;
	struct content c;
	size_t len;

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	while (sflow_build_flow(&b, &compact, &packet))
		continue;
	assert_false(sflow_build_counters(&b, 1, 1));
	len = sflow_build_end(&b);
	assert_int_equal(len, 1372);
	assert_true(decode(buf, len, &c));
	assert_false(c.broken);
	assert_int_equal(c.with_ip, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_mapped_agent),
		cmocka_unit_test(test_compact_flow),
		cmocka_unit_test(test_expanded_flow),
		cmocka_unit_test(test_rate_zero_is_one),
		cmocka_unit_test(test_bytes_do_not_overflow),
		cmocka_unit_test(test_sampled_ip),
		cmocka_unit_test(test_raw_header_is_preferred),
		cmocka_unit_test(test_raw_header_without_ip),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_asic_tables),
		cmocka_unit_test(test_asic_table_names),
		cmocka_unit_test(test_encoder_fills_a_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
