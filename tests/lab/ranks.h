/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which routes have the traffic. The route of rank r has r^-alpha of it, and the ranks are
 * AS-correlated, as they are in a real network:
 *
 *	T1  by score, the highest first
 *	    score = ua^-alpha x up^-alpha x 2^(0.4 (24 - length))
 *	    ua: a hash of the origin AS, up: of the prefix; IPv6 lengths count half
 *	T0  by a hash of the prefix alone
 */
#ifndef LAB_RANKS_H
#define LAB_RANKS_H

#include "tests/lab/table.h"

struct ranks_config {
	double alpha;
	bool plain; /* T0 */
	uint64_t seed;
};

/* The *n routes of a family, by rank; give the list back to mem_free(MEM_MISC). */
uint32_t *ranks_of(
    const struct table *t, enum ip_family family, const struct ranks_config *c, size_t *n);

#endif
