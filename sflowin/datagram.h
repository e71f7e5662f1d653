/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of an sFlow version 5 datagram: its head, and the parts it nests.
 *
 *      datagram   version, agent, sub-agent, sequence, uptime, n   | sample | sample | ...
 *      sample     format, length | head, n                         | record | record | ...
 *      record     format, length | body
 *
 * Samples and flow records have the same frame, {u32 format, u32 length, length octets}, so one
 * function carves both. A part is carved by its length before its contents are looked at: what a
 * part says about itself can never reach outside it, and what is not understood is skipped.
 *
 * Source: sFlow version 5, section 5 (sflow.org/sflow_version_5.txt).
 */
#ifndef SFLOWIN_DATAGRAM_H
#define SFLOWIN_DATAGRAM_H

#include "lib/ip.h"
#include "lib/rd.h"

/* data_format: 20 bits of enterprise (0: sflow.org) and 12 bits of format. */
#define SFLOW_FORMAT(enterprise, format) ((uint32_t)(enterprise) << 12 | (format))

enum sflow_sample_format {
	SFLOW_FLOW_SAMPLE = SFLOW_FORMAT(0, 1),
	SFLOW_COUNTER_SAMPLE = SFLOW_FORMAT(0, 2),
	SFLOW_FLOW_SAMPLE_EXPANDED = SFLOW_FORMAT(0, 3),
	SFLOW_COUNTER_SAMPLE_EXPANDED = SFLOW_FORMAT(0, 4),
	SFLOW_DROP_NOTIFICATION = SFLOW_FORMAT(0, 5) /* sflow.org/sflow_drops.txt */
};

struct sflow_datagram {
	struct ip_addr agent; /* an IPv4-mapped address is given as IPv4 */
	uint32_t sub_agent;
	uint32_t sequence;
	uint32_t uptime_ms;
	uint32_t n_samples; /* what the agent says: a claim, never a size */
	struct rd samples;  /* for sflow_part_next() */
};

/* False when the head is not one of sFlow version 5 with an IP agent address, or is cut off. */
MUST_CHECK bool sflow_datagram_decode(const uint8_t *data, size_t len, struct sflow_datagram *out);

struct sflow_part {
	uint32_t format;
	struct rd body;
};

/* Carve the next sample of a datagram or record of a sample off `parts`, with the padding to four
 * octets that XDR (RFC 4506 section 4.10) puts behind an odd length. False, and `parts` failed,
 * when the rest does not hold one. */
static inline bool
sflow_part_next(struct rd *parts, struct sflow_part *out)
{
	struct rd head = rd_sub(parts, 8, 1);
	uint32_t len;

	out->format = rd_u32(&head);
	len = rd_u32(&head);
	out->body = rd_sub(parts, len, 1);
	rd_skip(parts, size_min(-len & 3, rd_left(parts)));
	return rd_ok(parts);
}

/* Network-order octets to an address, written in place: returning it would be a copy of 24 octets
 * that the processor has to wait for, twice a sample. */
static inline void
sflow_addr_read(struct ip_addr *out, enum ip_family family, const uint8_t *bytes)
{
	struct rd r = rd_make(bytes, family == IP_V4 ? 4 : 16);

	out->family = (uint8_t)family;
	out->hi = family == IP_V4 ? (uint64_t)rd_u32(&r) << 32 : rd_u64(&r);
	out->lo = family == IP_V4 ? 0 : rd_u64(&r);
}

/* ::ffff:192.0.2.1 as 192.0.2.1: sockets and some agents write IPv4 so. */
static inline struct ip_addr
sflow_addr_unmap(struct ip_addr a)
{
	return ip_is_v4_mapped(&a) ? ip_v4((uint32_t)a.lo) : a;
}

#endif
