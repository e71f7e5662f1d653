/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flow and counter samples of sFlow version 5 (section 5.3 of the specification).
 *
 * The compact form packs class and index of the data source, and format and value of an interface,
 * into one word each; the expanded form has two words. The records are the same in both.
 *
 * Cost: one pass, no copy but of the addresses. A raw packet header ends the search at once, so
 * the records that agents put behind it (switch, router, gateway data) are carved and not read.
 */
#include "sflowin/records.h"

#include "sflowin/pkt.h"

enum record_format {
	RECORD_RAW_HEADER = SFLOW_FORMAT(0, 1),
	RECORD_IPV4 = SFLOW_FORMAT(0, 3),
	RECORD_IPV6 = SFLOW_FORMAT(0, 4)
};

/* Of counter samples. */
enum counter_format {
	COUNTERS_ASIC_TABLES = SFLOW_FORMAT(4413, 3)
};

/* How good an answer a record gave. */
enum answer {
	ANSWER_NONE,
	ANSWER_SAMPLED_IP,
	ANSWER_RAW_HEADER
};

static inline void
read_source(struct rd *r, bool expanded, struct sflow_source *out)
{
	uint32_t word;

	out->sequence = rd_u32(r);
	word = rd_u32(r);
	if (expanded) {
		out->class = (uint8_t)word;
		out->index = rd_u32(r);
	} else {
		out->class = (uint8_t)(word >> 24);
		out->index = word & 0xffffff;
	}
}

/* The compact form's two bits of format and 30 of value, or a full ifIndex of the expanded form. */
static inline uint32_t
read_interface(struct rd *r, bool expanded)
{
	uint32_t format, value;

	if (!expanded)
		return rd_u32(r);
	format = rd_u32(r);
	value = rd_u32(r);
	return format == 0 ? value : format << 30 | (value & 0x3fffffff);
}

bool
sflow_counter_head(struct rd *body, bool expanded, struct sflow_source *out)
{
	read_source(body, expanded, out);
	return rd_ok(body);
}

bool
sflow_counter_asic(struct rd *body, struct asic_tables *out)
{
	uint32_t n_records = rd_u32(body);
	struct sflow_part record;
	bool found = false;

	for (uint32_t i = 0; i < n_records && sflow_part_next(body, &record); i++) {
		if (record.format != COUNTERS_ASIC_TABLES)
			continue;
		if (asic_tables_read(&record.body, out))
			found = true;
		else
			body->failed = true;
	}
	return found;
}

/* The head has one of two sizes: it is carved whole, and with the size a constant the compiler
 * drops the checks of the single reads. */
static inline __attribute__((always_inline)) bool
read_flow_head(
    struct rd *body, const bool expanded, struct sflow_flow *flow, struct sflow_sample *out)
{
	struct rd r = rd_sub(body, expanded ? 44 : 32, 1);

	if (!rd_ok(&r))
		return false;
	read_source(&r, expanded, &flow->source);
	out->rate = rd_u32(&r);
	rd_skip(&r, 4); /* sample pool */
	flow->drops = rd_u32(&r);
	out->input = read_interface(&r, expanded);
	out->output = read_interface(&r, expanded);
	out->source_id = flow->source.index;
	out->source_class = flow->source.class;
	flow->n_records = rd_u32(&r);
	/* Rate 0 says that sampling is off, yet here is a sample: it stands for itself. */
	if (out->rate == 0)
		out->rate = 1;
	return true;
}

bool
sflow_flow_head(struct rd *body, bool expanded, struct sflow_flow *flow, struct sflow_sample *out)
{
	return expanded ? read_flow_head(body, true, flow, out)
			: read_flow_head(body, false, flow, out);
}

static bool
read_raw_header(struct rd *r, struct sflow_sample *out)
{
	struct rd head = rd_sub(r, 16, 1), header;
	uint32_t header_protocol = rd_u32(&head);
	uint32_t frame_len = rd_u32(&head);

	rd_skip(&head, 4); /* octets stripped: part of the frame length */
	header = rd_sub(r, rd_u32(&head), 1);
	if (!rd_ok(r) || !sflow_packet_decode(header_protocol, header.pos, rd_left(&header), out))
		return false;
	out->frame_len = frame_len;
	return true;
}

/* Sampled IPv4 and IPv6: {length, protocol, addresses, ports, flags, priority}. The length is the
 * packet's without its frame, the best there is here. */
static bool
read_sampled_ip(struct rd *r, enum ip_family family, struct sflow_sample *out)
{
	size_t n = family == IP_V4 ? 4 : 16;
	uint32_t len = rd_u32(r);
	uint32_t protocol = rd_u32(r);
	const uint8_t *src = rd_bytes(r, n);
	const uint8_t *dst = rd_bytes(r, n);

	rd_skip(r, 16);
	if (!rd_ok(r))
		return false;
	sflow_addr_read(&out->src, family, src);
	sflow_addr_read(&out->dst, family, dst);
	out->protocol = (uint8_t)protocol;
	out->frame_len = len;
	return true;
}

/* Take the record's answer if it is better than the one at hand; fail `record` if it is broken. */
static enum answer
read_record(struct sflow_part *record, enum answer have, struct sflow_sample *out)
{
	switch (record->format) {
	case RECORD_RAW_HEADER:
		return read_raw_header(&record->body, out) ? ANSWER_RAW_HEADER : have;
	case RECORD_IPV4:
	case RECORD_IPV6:
		if (have == ANSWER_NONE && read_sampled_ip(&record->body,
					       record->format == RECORD_IPV4 ? IP_V4 : IP_V6, out))
			return ANSWER_SAMPLED_IP;
		return have;
	default: return have;
	}
}

bool
sflow_flow_packet(struct rd *body, uint32_t n_records, struct sflow_sample *out)
{
	enum answer have = ANSWER_NONE;
	struct sflow_part record;

	for (uint32_t i = 0; i < n_records && sflow_part_next(body, &record); i++) {
		if (have == ANSWER_RAW_HEADER)
			continue;
		have = read_record(&record, have, out);
		if (!rd_ok(&record.body))
			body->failed = true;
	}
	if (have == ANSWER_NONE)
		return false;
	out->bytes = (uint64_t)out->frame_len * out->rate;
	return true;
}
