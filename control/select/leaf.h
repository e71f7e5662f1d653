/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selection by merged leaves: the address space is cut into the largest prefixes that the RIB
 * forwards alike, which do not overlap, and the heaviest of them are taken. Nothing can be hidden,
 * so nothing has to come along; but a route around another one falls into many pieces. The rule of
 * the FIB caching literature (CFCA, HPDC 2020), kept to compare with.
 */
#ifndef CONTROL_SELECT_LEAF_H
#define CONTROL_SELECT_LEAF_H

#include "control/select/verify.h"

/* Traffic at addresses that are all forwarded alike. */
struct leaf_place {
	struct ip_prefix prefix;
	double weight;
	uint8_t
	    claim; /* those with a higher one are taken first, and with any whatever they carry */
};

struct leaf_block {
	struct ip_prefix prefix;
	uint32_t action;
	double weight;
	uint8_t claim;             /* the highest of them */
	struct ip_prefix heaviest; /* of the places in it */
	double heaviest_weight;
};

struct leaf_question {
	const struct rib *rib;
	enum ip_family family;
	uint32_t default_action;       /* places that it forwards are left out */
	unsigned min_length;           /* no block is shorter */
	double min_weight;             /* nor carries no more than that, unless it has a claim */
	const struct ip_prefix *never; /* nothing overlaps these; any order, of any family */
	size_t n_never;
};

/* The heaviest `limit` blocks for places sorted by prefix, into *out (to be freed with
 * mem_free(MEM_SELECT)), sorted by claim and weight; gives their number. */
size_t leaf_choose(const struct leaf_question *q, const struct leaf_place *places, size_t n,
    size_t limit, struct leaf_block **out);

#endif
