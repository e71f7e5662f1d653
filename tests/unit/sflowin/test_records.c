/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams, samples and records: each kind by itself, every valid datagram cut at every octet, and
 * every length and count in them replaced by lies.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "sflowin/records.h"
#include "tests/support/sflow_build.h"

#define FRAME_LEN 1518

static const struct sflow_build_agent agent = {
	.address = { .hi = UINT64_C(0xc0000201) << 32, .family = IP_V4 },
	.sub_agent = 7,
	.sequence = 1000,
	.uptime_ms = 123456,
};

static const struct sflow_build_flow compact = {
	.sequence = 55,
	.source_class = 1,
	.source_index = 0xabcdef,
	.rate = 4096,
	.pool = 99,
	.drops = 3,
	.input = 17,
	.output = 0x80000003, /* three destinations */
};

static struct sflow_build_packet
packet_v4(void)
{
	return (struct sflow_build_packet){
		.src = ip_v4(0x0a000001), .dst = ip_v4(0x0a000002), .frame_len = FRAME_LEN
	};
}

/* What is in a datagram, by the functions under test. */
struct content {
	unsigned flows, counters, others, with_ip;
	bool broken;
	struct sflow_flow flow; /* the last one with IP */
	struct sflow_sample sample;
	struct sflow_source counter;
	bool has_asic;
	struct asic_tables asic;
};

static void
take_flow(struct content *c, struct sflow_part *s, bool expanded)
{
	struct sflow_flow flow = { 0 };
	struct sflow_sample sample = { 0 };

	if (!sflow_flow_head(&s->body, expanded, &flow, &sample))
		return;
	c->flows++;
	if (sflow_flow_packet(&s->body, flow.n_records, &sample)) {
		c->with_ip++;
		c->flow = flow;
		c->sample = sample;
	}
}

static void
take_counters(struct content *c, struct sflow_part *s, bool expanded)
{
	if (!sflow_counter_head(&s->body, expanded, &c->counter))
		return;
	c->counters++;
	c->has_asic |= sflow_counter_asic(&s->body, &c->asic);
}

/* Decode a copy of the exact size; false when not even the head is right. */
static bool
decode(const uint8_t *bytes, size_t len, struct content *c)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	struct sflow_datagram d;
	struct sflow_part s;
	bool ok;

	*c = (struct content){ 0 };
	memcpy(copy, bytes, len);
	ok = sflow_datagram_decode(copy, len, &d);
	for (uint32_t i = 0; ok && i < d.n_samples && sflow_part_next(&d.samples, &s); i++) {
		if (s.format == SFLOW_FLOW_SAMPLE || s.format == SFLOW_FLOW_SAMPLE_EXPANDED)
			take_flow(c, &s, s.format == SFLOW_FLOW_SAMPLE_EXPANDED);
		else if (s.format == SFLOW_COUNTER_SAMPLE ||
			 s.format == SFLOW_COUNTER_SAMPLE_EXPANDED)
			take_counters(c, &s, s.format == SFLOW_COUNTER_SAMPLE_EXPANDED);
		else
			c->others++;
		c->broken = c->broken || !rd_ok(&s.body);
	}
	if (ok)
		c->broken = c->broken || !rd_ok(&d.samples);
	free(copy);
	return ok;
}

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
put_sampled_ip(struct sflow_build *b, enum ip_family family, uint32_t len)
{
	static const uint8_t src[16] = { 0x20, 1, [15] = 1 }, dst[16] = { 0x20, 1, [15] = 2 };
	size_t n = family == IP_V4 ? 4 : 16;
	size_t mark = sflow_build_open_record(b, family == IP_V4 ? 3 : 4);

	wr_u32(&b->w, len);
	wr_u32(&b->w, 6);
	wr_bytes(&b->w, src, n);
	wr_bytes(&b->w, dst, n);
	for (int i = 0; i < 4; i++)
		wr_u32(&b->w, 0);
	sflow_build_close(b, mark);
}

static void
put_other_record(struct sflow_build *b, uint32_t format)
{
	size_t mark = sflow_build_open_record(b, format);

	wr_u32(&b->w, 0x12345678);
	wr_u16(&b->w, 0x9abc);
	sflow_build_close(b, mark);
	wr_u16(&b->w, 0); /* XDR padding, not part of the length */
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
put_expanded_counters(struct sflow_build *b)
{
	size_t mark = sflow_build_open_sample(b, SFLOW_COUNTER_SAMPLE_EXPANDED);

	wr_u32(&b->w, 77);
	wr_u32(&b->w, 2);
	wr_u32(&b->w, 0x01000001);
	wr_u32(&b->w, 0);
	sflow_build_close(b, mark);
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

/* The record, other counters before and behind it. */
static void
put_asic(struct sflow_build *b, uint32_t words)
{
	size_t mark = sflow_build_open_sample(b, SFLOW_COUNTER_SAMPLE), record;

	wr_u32(&b->w, 5);
	wr_u32(&b->w, 2 << 24 | 1);
	wr_u32(&b->w, 3);
	put_other_record(b, 2000);
	record = sflow_build_open_record(b, SFLOW_FORMAT(4413, 3));
	for (uint32_t i = 0; i < words; i++)
		wr_u32(&b->w, i + 1000);
	sflow_build_close(b, record);
	put_other_record(b, SFLOW_FORMAT(4413, 1));
	sflow_build_close(b, mark);
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

/* A datagram of everything: gives its length. */
static size_t
build_everything(uint8_t *buf, size_t size)
{
	const struct sflow_build_packet packet = packet_v4();
	struct sflow_build_flow expanded = compact;
	struct sflow_build b;
	size_t mark, len;

	expanded.expanded = true;
	sflow_build_begin(&b, buf, size, &agent);
	assert_true(sflow_build_flow(&b, &compact, &packet));
	assert_true(sflow_build_flow(&b, &expanded, &packet));
	assert_true(sflow_build_counters(&b, 1, 2));
	put_expanded_counters(&b);
	put_asic(&b, SFLOW_ASIC_WORDS);
	mark = sflow_build_open_flow(&b, &compact, 4);
	put_other_record(&b, 1001);
	put_sampled_ip(&b, IP_V4, 1400);
	put_sampled_ip(&b, IP_V6, 1400);
	put_other_record(&b, 2);
	sflow_build_close(&b, mark);
	mark = sflow_build_open_sample(&b, SFLOW_DROP_NOTIFICATION);
	wr_u32(&b.w, 1);
	sflow_build_close(&b, mark);
	mark = sflow_build_open_sample(&b, SFLOW_FORMAT(8800, 1));
	wr_u32(&b.w, 1);
	sflow_build_close(&b, mark);
	len = sflow_build_end(&b);
	assert_true(len > 0);
	return len;
}

static void
test_everything(void **state)
{
	uint8_t buf[2048];
	struct content c;

	(void)state;
	assert_true(decode(buf, build_everything(buf, sizeof(buf)), &c));
	assert_false(c.broken);
	assert_int_equal(c.flows, 3);
	assert_int_equal(c.with_ip, 3);
	assert_int_equal(c.counters, 3);
	assert_true(c.has_asic);
	assert_int_equal(c.others, 2);
}

/* Cut anywhere, a datagram is broken, and what comes out before is right. */
static void
test_every_cut(void **state)
{
	uint8_t buf[2048];
	size_t len = build_everything(buf, sizeof(buf));
	struct content whole, c;
	unsigned before = 0;

	(void)state;
	assert_true(decode(buf, len, &whole));
	for (size_t cut = 0; cut < len; cut++) {
		unsigned now;

		assert_int_equal(decode(buf, cut, &c), cut >= 28);
		if (cut >= 28)
			assert_true(c.broken);
		now = c.flows + c.counters + c.others;
		assert_true(now >= before && now < 8);
		before = now;
		if (c.with_ip > 0)
			assert_int_equal(c.sample.rate, 4096);
	}
	assert_int_equal(before, 7);
}

/* Every word of the datagram in turn is a lie: it may be a length, a count, a format or data.
 * Nothing is read outside (the sanitizer watches), and there are never more samples than fit. */
static void
test_every_word_lies(void **state)
{
	static const uint32_t lies[] = { 0, 1, 3, 4, 0x7f, 0x100, 0x7fffffff, 0x80000000,
		0xfffffffc, 0xfffffffd, 0xffffffff };
	uint8_t buf[2048];
	size_t len = build_everything(buf, sizeof(buf));

	(void)state;
	for (size_t at = 0; at + 4 <= len; at += 4) {
		for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
			uint8_t copy[sizeof(buf)];
			struct wr w = wr_make(copy + at, 4);
			struct content c;

			memcpy(copy, buf, len);
			wr_u32(&w, lies[i]);
			if (decode(copy, len, &c))
				assert_true(c.flows + c.counters + c.others <= len / 8);
		}
	}
}

/* The lies that matter, and what they must do. */
static void
test_nested_lies(void **state)
{
	static const struct {
		const char *what;
		size_t at; /* in a datagram of one compact flow sample with a raw header */
		uint32_t value;
		unsigned with_ip;
		bool broken;
	} lies[] = {
		{ "more samples than there are", 24, 0xffffffff, 1, true },
		{ "no samples", 24, 0, 0, false },
		{ "sample length beyond the end", 32, 0xffffffff, 0, true },
		{ "sample length one word too long", 32, 188, 0, true },
		{ "sample cut in its head", 32, 16, 0, true },
		{ "sample cut behind its head", 32, 32, 0, true },
		{ "more records than there are", 64, 0xffffffff, 1, true },
		{ "no records", 64, 0, 0, false },
		{ "record length beyond the end", 72, 0xffffffff, 0, true },
		{ "record length one word too long", 72, 148, 0, true },
		{ "record cut in its head", 72, 12, 0, true },
		{ "header length beyond the record", 88, 129, 0, true },
		{ "header length of all ones", 88, 0xffffffff, 0, true },
		{ "header cut behind the addresses", 88, 34, 1, false },
		{ "header cut in the addresses", 88, 33, 0, false },
		{ "no header", 88, 0, 0, false },
	};
	const struct sflow_build_packet packet = packet_v4();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		uint8_t buf[512];
		struct sflow_build b;
		struct content c;
		struct wr w = wr_make(buf + lies[i].at, 4);
		size_t len;

		sflow_build_begin(&b, buf, sizeof(buf), &agent);
		assert_true(sflow_build_flow(&b, &compact, &packet));
		len = sflow_build_end(&b);
		wr_u32(&w, lies[i].value);
		assert_true(decode(buf, len, &c));
		if (c.with_ip != lies[i].with_ip || c.broken != lies[i].broken)
			fail_msg("%s: %u with IP, broken %d", lies[i].what, c.with_ip, c.broken);
	}
}

/* One broken sample does not take the ones behind it with it. */
static void
test_broken_sample_is_contained(void **state)
{
	const struct sflow_build_packet packet = packet_v4();
	uint8_t buf[512];
	struct sflow_build b;
	struct content c;
	struct wr w = wr_make(buf + 88, 4);

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	assert_true(sflow_build_flow(&b, &compact, &packet));
	assert_true(sflow_build_flow(&b, &compact, &packet));
	wr_u32(&w, 0xffffffff); /* header length of the first */
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_true(c.broken);
	assert_int_equal(c.flows, 2);
	assert_int_equal(c.with_ip, 1);
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
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_every_word_lies),
		cmocka_unit_test(test_nested_lies),
		cmocka_unit_test(test_broken_sample_is_contained),
		cmocka_unit_test(test_encoder_fills_a_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
