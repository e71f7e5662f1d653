/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A traffic mix over a table: how much goes to which prefix, and the next sample of it.
 *
 * Prefixes are ranked (ranks.h). One without more-specifics takes its weight as a whole; one with
 * more-specifics has it on a few hot places (IPv4 /24, IPv6 /48) among the addresses whose longest
 * match it is, the j-th with 1/j of the first.
 *
 * Each family is ranked for itself and has its share of the samples.
 */
#ifndef LAB_TRAFFIC_H
#define LAB_TRAFFIC_H

#include <stdio.h>

#include "tests/lab/table.h"

struct traffic_config {
	double alpha;
	double ipv6_share;   /* of the samples, 0..1; a family without routes gets none */
	bool plain_ranks;    /* T0: random ranks, not AS-correlated */
	uint32_t hot_places; /* H; at least 1 */
	uint64_t active;     /* only the first so many ranks of each family have traffic; 0: all */
	uint32_t frame_len;  /* octets of every frame; 0: a mix of small, middle and full frames */
	uint64_t seed;
};

/* Mean octets of a frame of the mix. */
#define TRAFFIC_MIX_MEAN 800

struct traffic;

/* The table must be finished, and stay as it is for as long as the traffic lives. */
struct traffic *traffic_new(const struct table *t, const struct traffic_config *config);
void traffic_free(struct traffic *tr);

struct traffic_packet {
	struct ip_addr src, dst;
	uint32_t frame_len;
	uint32_t route; /* the route whose longest match dst is */
};

/* The next sampled packet; false when nothing has any traffic. */
MUST_CHECK bool traffic_next(struct traffic *tr, struct traffic_packet *out);

/* Give a route `share` (0..1, below 1) of the samples from now on; the others keep their
 * proportions. 0 silences it. False when the route has no address of its own (its more-specifics
 * cover it), or share is out of range. */
MUST_CHECK bool traffic_set_share(struct traffic *tr, uint32_t route, double share);

/* The share of the samples that a route gets. */
double traffic_share(const struct traffic *tr, uint32_t route);

/* Mean octets of a frame. */
double traffic_mean_frame(const struct traffic *tr);

/* One JSON object a line for each route with traffic or with samples drawn, by prefix:
 * {"prefix":"192.0.2.0/24","share":0.1,"bytes_per_s":1.2e9,"samples":5,"bytes":4000} where bytes
 * are octets of drawn frames times the sampling rate, and bytes_per_s is what to expect at
 * `samples_s`.
 */
void traffic_print_truth(
    const struct traffic *tr, FILE *out, double samples_s, uint32_t sampling_rate);

#endif
