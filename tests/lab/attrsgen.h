/* SPDX-License-Identifier: Apache-2.0 */
/* Path attributes for routes that have a next hop and an origin, but no more. */
#ifndef LAB_ATTRSGEN_H
#define LAB_ATTRSGEN_H

#include "tests/lab/table.h"

/*
 * Give attributes to the routes that have none (all must have a next hop). The AS path leads from
 * the next hop's neighbour AS over up to three transit ASes to the origin; some sets have a MED,
 * most have communities, and all are the same for the same seed.
 *
 * `n_sets` distinct sets are made: 0 for the natural number, one for each pair of next hop and
 * origin. For more, routes of one pair are given different sets, as far as there are routes; for
 * fewer, pairs of one next hop share a set, and the path ends in the origin of one of them. There
 * is at least one set for each next hop.
 */
void attrsgen_assign(struct table *t, uint32_t n_sets, uint64_t seed);

/* The AS that next hop number k stands for: a private one (RFC 6996). */
#define ATTRSGEN_NEIGHBOR_AS(k) (4200000000u + (k))

#endif
