/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An sFlow version 5 encoder for tests, benches and the lab tool; the daemon never sends sFlow.
 *
 *      struct sflow_build b;
 *
 *      sflow_build_begin(&b, buf, sizeof(buf), &agent);
 *      while (sflow_build_flow(&b, &flow, &packet))
 *              ...;                                    // the next sample
 *      len = sflow_build_end(&b);
 *
 * A sample that does not fit is not written at all, so the datagram is valid at every moment. The
 * lower layer (open, close, and b.w itself) is for tests that build records of other kinds and
 * broken ones.
 *
 * Source: sFlow version 5 (sflow.org/sflow_version_5.txt). Needs lib/ only.
 */
#ifndef TESTS_SFLOW_BUILD_H
#define TESTS_SFLOW_BUILD_H

#include "lib/ip.h"
#include "lib/wr.h"

struct sflow_build {
	struct wr w;
	size_t count_at; /* offset of the number of samples */
	uint32_t n_samples;
};

/* The datagram's head. */
struct sflow_build_agent {
	struct ip_addr address;
	uint32_t sub_agent;
	uint32_t sequence;
	uint32_t uptime_ms;
};

/* The head of a flow sample. */
struct sflow_build_flow {
	bool expanded; /* format 3 in place of 1: for interface numbers of 2^24 and more */
	uint32_t sequence;
	uint32_t source_class, source_index;
	uint32_t rate; /* 1 in `rate` */
	uint32_t pool, drops;
	uint32_t input, output; /* as in a compact sample: two bits of format, 30 of value */
};

/* A sampled UDP packet in an Ethernet frame. */
struct sflow_build_packet {
	struct ip_addr src, dst; /* of one family */
	uint32_t frame_len; /* octets on the wire, FCS included: 46 (IPv4) or 66 (IPv6) and more */
	uint32_t
	    header_len; /* octets of the frame in the record; 0: 128, or all of a shorter frame */
	uint16_t vlan;  /* 1..4095: an 802.1Q tag; 0: none */
};

void sflow_build_begin(
    struct sflow_build *b, void *buf, size_t size, const struct sflow_build_agent *agent);

/* One flow sample with one raw packet header record. False, and nothing written, when there is no
 * room for it. Compact: 192 bytes with a header of 128, so that seven make 1,372 with an IPv4
 * agent. */
MUST_CHECK bool sflow_build_flow(struct sflow_build *b, const struct sflow_build_flow *flow,
    const struct sflow_build_packet *packet);

/* One counter sample of an interface with one record of generic interface counters, all zero but
 * the ifIndex; 108 bytes. */
MUST_CHECK bool sflow_build_counters(struct sflow_build *b, uint32_t sequence, uint32_t if_index);

/* One counter sample with one record of ASIC tables (enterprise 4413, format 3) of these words. */
#define SFLOW_BUILD_ASIC_WORDS 36
MUST_CHECK bool sflow_build_asic(
    struct sflow_build *b, uint32_t sequence, const uint32_t words[static SFLOW_BUILD_ASIC_WORDS]);

/* Length of the finished datagram; 0 where the buffer was too small even for the head. */
size_t sflow_build_end(struct sflow_build *b);

/* The lower layer. A sample or record is {u32 format, u32 length, body}: open writes the first two
 * and gives a mark, close fills in the length. sflow_build_open_flow() opens a flow sample and
 * writes its head with the number of records that the caller is going to add.
 * sflow_build_open_sample() counts the sample. */
size_t sflow_build_open_sample(struct sflow_build *b, uint32_t format);
size_t sflow_build_open_flow(
    struct sflow_build *b, const struct sflow_build_flow *flow, uint32_t n_records);
size_t sflow_build_open_record(struct sflow_build *b, uint32_t format);
void sflow_build_close(struct sflow_build *b, size_t mark);

/* A raw packet header record (format 1) around any bytes. */
void sflow_build_raw(struct sflow_build *b, uint32_t header_protocol, uint32_t frame_len,
    uint32_t stripped, const void *header, size_t header_len);

/* The first header_len octets of the frame of `packet` into buf; gives their number, at most
 * size. */
size_t sflow_build_frame(const struct sflow_build_packet *packet, uint8_t *buf, size_t size);

#endif
