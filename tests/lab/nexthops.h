/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which next hop a route has: a model calibrated on real AS paths, so that the selection meets the
 * nesting and the skew that it would meet in a network.
 *
 * A setting has nn next hops with a share each. Each origin AS has a primary and an alternative
 * next hop, drawn by a hash of the AS. A prefix that nothing covers takes its origin's primary with
 * probability .85, else the alternative. A covered prefix takes its parent's with a probability
 * that depends on whether both have one origin; otherwise, with .7, its origin's primary (the
 * alternative if the parent has the primary), else a fresh draw.
 *
 *      s0  250 next hops, four of them with half of the table   (many peers, some transit)
 *      s1    8 next hops, one with three quarters               (a few transits)
 *      s2  750 next hops, shares fall slowly                    (dense peering)
 *      one   1 next hop
 */
#ifndef LAB_NEXTHOPS_H
#define LAB_NEXTHOPS_H

#include "tests/lab/table.h"

#define NEXTHOPS_MAX 750

struct nexthops_model {
	unsigned n;
	double same_origin, other_origin; /* P(next hop of the parent) */
	double share[NEXTHOPS_MAX];       /* sum 1 */
};

/* By name; false for a name that is none. */
MUST_CHECK bool nexthops_model(const char *name, struct nexthops_model *out);

/* The model's next hop of every route, 0..n-1, into out[table->n]. The same for a prefix and its
 * covering prefixes whatever else is in the table. */
void nexthops_draw(
    const struct table *t, const struct nexthops_model *m, uint64_t seed, uint32_t *out);

/* Addresses of a family for the model's numbers to be mapped to. */
struct nexthops_pool {
	struct ip_addr *addr;
	size_t n, cap;
};

/* Append what the text names: addresses and ranges, "198.18.0.1,198.18.1.1-198.18.1.250". False,
 * and a line on stderr, on anything else or more than NEXTHOPS_POOL_MAX addresses. */
#define NEXTHOPS_POOL_MAX 65536
MUST_CHECK bool nexthops_pool_add(struct nexthops_pool pools[IP_FAMILIES], const char *text);
void nexthops_pool_fini(struct nexthops_pool pools[IP_FAMILIES]);

/* Give a next hop to each route that has none: the model's number k becomes address k modulo the
 * size of the family's pool, which must not be empty where there are such routes. */
void nexthops_assign(struct table *t, const struct nexthops_model *m,
    const struct nexthops_pool pools[IP_FAMILIES], uint64_t seed);

#endif
