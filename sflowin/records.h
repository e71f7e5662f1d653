/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contents of samples: their heads, and what the records of a flow sample say about the packet.
 * Compact and expanded forms come out the same.
 */
#ifndef SFLOWIN_RECORDS_H
#define SFLOWIN_RECORDS_H

#include "sflowin/asic.h"
#include "sflowin/datagram.h"
#include "sflowin/sample.h"

/* Who made the sample, and its place in that data source's sequence. */
struct sflow_source {
	uint32_t sequence;
	uint32_t index;
	uint8_t class; /* 0 ifIndex, 1 VLAN, 2 physical entity, 3 logical entity */
};

/* The head of a flow sample, besides what goes into struct sflow_sample. */
struct sflow_flow {
	struct sflow_source source;
	uint32_t drops; /* running total of the data source */
	uint32_t n_records;
};

/*
 * Look for the ASIC's tables in the records that follow the head of a counter sample. True when
 * they were there; other records are skipped. `body` has failed afterwards when a record overran
 * it or the tables were cut off.
 */
MUST_CHECK bool sflow_counter_asic(struct rd *body, struct asic_tables *out);

/* The heads of a counter sample and of a flow sample. The body is stepped over what was read; false
 * when it is cut off. sflow_flow_head() sets what the head says in *out: rate, interfaces and data
 * source. */
MUST_CHECK bool sflow_counter_head(struct rd *body, bool expanded, struct sflow_source *out);
MUST_CHECK bool sflow_flow_head(
    struct rd *body, bool expanded, struct sflow_flow *flow, struct sflow_sample *out);

/*
 * Look for the packet in the records that follow the head. True when there were addresses; then
 * src, dst, protocol, frame_len and bytes of *out are set (out->rate has to be there already). The
 * first raw packet header that leads to IP wins; else the first sampled IPv4 or IPv6 record. All
 * other records are skipped. `body` has failed afterwards when a record or its contents overran it:
 * what came out before is right nevertheless.
 */
MUST_CHECK bool sflow_flow_packet(struct rd *body, uint32_t n_records, struct sflow_sample *out);

#endif
