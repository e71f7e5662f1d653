/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/sflow_build.h"

/*
 * Nested lengths are patched when a part is closed. A sample is written whole or not at all:
 * the writer is a plain value, so a copy of it from before the sample takes everything back.
 */

#define RAW_HEADER_MAX 1500

/* Octets between header and trailer of an Ethernet frame: 14 in front, 4 of FCS behind. */
#define ETHERNET_LEN 14
#define FCS_LEN      4

static void
set_u32(struct wr *w, size_t mark, size_t v)
{
	wr_set_u16(w, mark, v >> 16);
	wr_set_u16(w, mark + 2, v & 0xffff);
}

void
sflow_build_begin(
    struct sflow_build *b, void *buf, size_t size, const struct sflow_build_agent *agent)
{
	uint8_t bytes[16];

	*b = (struct sflow_build){ .w = wr_make(buf, size) };
	wr_u32(&b->w, 5);
	wr_u32(&b->w, agent->address.family == IP_V4 ? 1 : 2);
	wr_bytes(&b->w, bytes, ip_to_bytes(&agent->address, bytes));
	wr_u32(&b->w, agent->sub_agent);
	wr_u32(&b->w, agent->sequence);
	wr_u32(&b->w, agent->uptime_ms);
	b->count_at = wr_mark(&b->w);
	wr_u32(&b->w, 0);
}

size_t
sflow_build_end(struct sflow_build *b)
{
	set_u32(&b->w, b->count_at, b->n_samples);
	return wr_ok(&b->w) ? wr_len(&b->w) : 0;
}

static size_t
open_part(struct sflow_build *b, uint32_t format)
{
	wr_u32(&b->w, format);
	wr_u32(&b->w, 0);
	return wr_mark(&b->w);
}

void
sflow_build_close(struct sflow_build *b, size_t mark)
{
	if (wr_ok(&b->w))
		set_u32(&b->w, mark - 4, wr_len(&b->w) - mark);
}

size_t
sflow_build_open_sample(struct sflow_build *b, uint32_t format)
{
	b->n_samples++;
	return open_part(b, format);
}

size_t
sflow_build_open_record(struct sflow_build *b, uint32_t format)
{
	return open_part(b, format);
}

static void
put_interface(struct wr *w, bool expanded, uint32_t value)
{
	if (expanded) {
		wr_u32(w, value >> 30);
		wr_u32(w, value & 0x3fffffff);
	} else {
		wr_u32(w, value);
	}
}

size_t
sflow_build_open_flow(
    struct sflow_build *b, const struct sflow_build_flow *flow, uint32_t n_records)
{
	size_t mark = sflow_build_open_sample(b, flow->expanded ? 3 : 1);

	wr_u32(&b->w, flow->sequence);
	if (flow->expanded) {
		wr_u32(&b->w, flow->source_class);
		wr_u32(&b->w, flow->source_index);
	} else {
		wr_u32(&b->w, flow->source_class << 24 | (flow->source_index & 0xffffff));
	}
	wr_u32(&b->w, flow->rate);
	wr_u32(&b->w, flow->pool);
	wr_u32(&b->w, flow->drops);
	put_interface(&b->w, flow->expanded, flow->input);
	put_interface(&b->w, flow->expanded, flow->output);
	wr_u32(&b->w, n_records);
	return mark;
}

void
sflow_build_raw(struct sflow_build *b, uint32_t header_protocol, uint32_t frame_len,
    uint32_t stripped, const void *header, size_t header_len)
{
	static const uint8_t padding[3];
	size_t mark = sflow_build_open_record(b, 1);

	wr_u32(&b->w, header_protocol);
	wr_u32(&b->w, frame_len);
	wr_u32(&b->w, stripped);
	wr_u32(&b->w, (uint32_t)header_len);
	wr_bytes(&b->w, header, header_len);
	wr_bytes(&b->w, padding, -header_len & 3);
	sflow_build_close(b, mark);
}

/* RFC 1071 over a header of whole 16-bit words. */
static uint16_t
checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
put_ipv4(struct wr *w, const struct sflow_build_packet *packet, size_t len)
{
	size_t start = wr_mark(w);
	uint8_t bytes[16];

	wr_u16(w, 0x4500);
	wr_u16(w, (uint16_t)len);
	wr_u32(w, 0x00004000); /* identification 0, don't fragment */
	wr_u16(w, 64 << 8 | 17);
	wr_u16(w, 0);
	wr_bytes(w, bytes, ip_to_bytes(&packet->src, bytes));
	wr_bytes(w, bytes, ip_to_bytes(&packet->dst, bytes));
	wr_set_u16(w, start + 10, checksum(w->start + start, 20));
}

static void
put_ipv6(struct wr *w, const struct sflow_build_packet *packet, size_t len)
{
	uint8_t bytes[16];

	wr_u32(w, 0x60000000);
	wr_u16(w, (uint16_t)(len - 40));
	wr_u16(w, 17 << 8 | 64);
	wr_bytes(w, bytes, ip_to_bytes(&packet->src, bytes));
	wr_bytes(w, bytes, ip_to_bytes(&packet->dst, bytes));
}

/* How much of the frame the record carries: never the FCS, which agents strip. */
static size_t
frame_octets(const struct sflow_build_packet *packet)
{
	size_t asked = packet->header_len > 0 ? packet->header_len : 128;

	return size_min(size_min(asked, packet->frame_len - FCS_LEN), RAW_HEADER_MAX);
}

size_t
sflow_build_frame(const struct sflow_build_packet *packet, uint8_t *buf, size_t size)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	uint8_t frame[RAW_HEADER_MAX + 64] = { 0 };
	struct wr w = wr_make(frame, sizeof(frame));
	size_t tag = packet->vlan != 0 ? 4 : 0;
	size_t ip_header = packet->src.family == IP_V4 ? 20 : 40;
	size_t ip_len, n;

	ASSERT(packet->src.family == packet->dst.family);
	ASSERT(packet->frame_len >= ETHERNET_LEN + tag + ip_header + 8 + FCS_LEN);
	ip_len = packet->frame_len - ETHERNET_LEN - tag - FCS_LEN;
	wr_bytes(&w, macs, sizeof(macs));
	if (packet->vlan != 0) {
		wr_u16(&w, 0x8100);
		wr_u16(&w, packet->vlan);
	}
	wr_u16(&w, packet->src.family == IP_V4 ? 0x0800 : 0x86dd);
	if (packet->src.family == IP_V4)
		put_ipv4(&w, packet, ip_len);
	else
		put_ipv6(&w, packet, ip_len);
	wr_u16(&w, 40000);
	wr_u16(&w, 9);
	wr_u16(&w, (uint16_t)(ip_len - ip_header));
	wr_u16(&w, 0);
	ASSERT(wr_ok(&w));
	n = size_min(frame_octets(packet), size);
	memcpy(buf, frame, n);
	return n;
}

bool
sflow_build_flow(struct sflow_build *b, const struct sflow_build_flow *flow,
    const struct sflow_build_packet *packet)
{
	struct sflow_build before = *b;
	uint8_t frame[RAW_HEADER_MAX];
	size_t n = sflow_build_frame(packet, frame, sizeof(frame));
	size_t mark = sflow_build_open_flow(b, flow, 1);

	sflow_build_raw(b, 1, packet->frame_len, FCS_LEN, frame, n);
	sflow_build_close(b, mark);
	if (!wr_ok(&b->w)) {
		*b = before;
		return false;
	}
	return true;
}

bool
sflow_build_counters(struct sflow_build *b, uint32_t sequence, uint32_t if_index)
{
	static const uint8_t zeros[84];
	struct sflow_build before = *b;
	size_t sample, record;

	sample = sflow_build_open_sample(b, 2);
	wr_u32(&b->w, sequence);
	wr_u32(&b->w, if_index & 0xffffff); /* source class 0: ifIndex */
	wr_u32(&b->w, 1);
	record = sflow_build_open_record(b, 1);
	wr_u32(&b->w, if_index);
	wr_bytes(&b->w, zeros, sizeof(zeros));
	sflow_build_close(b, record);
	sflow_build_close(b, sample);
	if (!wr_ok(&b->w)) {
		*b = before;
		return false;
	}
	return true;
}

bool
sflow_build_asic(
    struct sflow_build *b, uint32_t sequence, const uint32_t words[static SFLOW_BUILD_ASIC_WORDS])
{
	struct sflow_build before = *b;
	size_t sample, record;

	sample = sflow_build_open_sample(b, 2);
	wr_u32(&b->w, sequence);
	wr_u32(&b->w, 2 << 24 | 1); /* the device, as a physical entity */
	wr_u32(&b->w, 1);
	record = sflow_build_open_record(b, 4413 << 12 | 3);
	for (size_t i = 0; i < SFLOW_BUILD_ASIC_WORDS; i++)
		wr_u32(&b->w, words[i]);
	sflow_build_close(b, record);
	sflow_build_close(b, sample);
	if (!wr_ok(&b->w)) {
		*b = before;
		return false;
	}
	return true;
}
