/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram's parts, written for a test, and what the decoder finds in it. */
#ifndef TESTS_UNIT_SFLOWIN_CONTENT_H
#define TESTS_UNIT_SFLOWIN_CONTENT_H

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

static inline struct sflow_build_packet
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

static inline void
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

static inline void
take_counters(struct content *c, struct sflow_part *s, bool expanded)
{
	if (!sflow_counter_head(&s->body, expanded, &c->counter))
		return;
	c->counters++;
	c->has_asic |= sflow_counter_asic(&s->body, &c->asic);
}

/* Decode a copy of the exact size; false when not even the head is right. */
static inline bool
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

static inline void
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

static inline void
put_other_record(struct sflow_build *b, uint32_t format)
{
	size_t mark = sflow_build_open_record(b, format);

	wr_u32(&b->w, 0x12345678);
	wr_u16(&b->w, 0x9abc);
	sflow_build_close(b, mark);
	wr_u16(&b->w, 0); /* XDR padding, not part of the length */
}

static inline void
put_expanded_counters(struct sflow_build *b)
{
	size_t mark = sflow_build_open_sample(b, SFLOW_COUNTER_SAMPLE_EXPANDED);

	wr_u32(&b->w, 77);
	wr_u32(&b->w, 2);
	wr_u32(&b->w, 0x01000001);
	wr_u32(&b->w, 0);
	sflow_build_close(b, mark);
}

/* The record, other counters before and behind it. */
static inline void
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

#endif
