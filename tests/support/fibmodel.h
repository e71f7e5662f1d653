/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model on which selections are compared: a real table (or a made-up one where the data is
 * absent), next hops as in tests/lab/nexthops.h, and traffic by the ranks of tests/lab/ranks.h.
 *
 * A prefix without more-specifics is one place; one with some has H hot /24s (IPv6: /48s) drawn
 * among the addresses whose longest match it is, the j-th with 1/j of the first.
 */
#ifndef TESTS_FIBMODEL_H
#define TESTS_FIBMODEL_H

#include "lib/rng.h"
#include "ribtrie/rib.h"

struct fibmodel_config {
	enum ip_family family;
	const char *nexthops; /* "s0", "s1", "s2" */
	double alpha;
	bool plain_ranks; /* T0 */
	unsigned hot;     /* H */
	size_t active;    /* only so many ranks carry traffic; 0: all */
	uint64_t seed;
};

struct fibmodel_place {
	struct ip_prefix prefix;
	uint32_t id;     /* RIB entry */
	uint32_t action; /* its next-hop id */
	int64_t weight;
};

/* Weight of rank 1. */
#define FIBMODEL_UNIT (INT64_C(1) << 44)

struct fibmodel {
	struct fibmodel_config config;
	struct attrs_table *attrs;
	struct rib *rib;
	size_t routes;
	struct fibmodel_place *places; /* sorted by prefix */
	size_t n;
	int64_t total;
	uint32_t
	    first_hop; /* id of next hop 0, the most common; ATTRS_NONE where no route has it */
	bool real;
};

void fibmodel_init(struct fibmodel *m, const struct fibmodel_config *config);
void fibmodel_fini(struct fibmodel *m);

#endif
