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
};

struct leaf_block {
	struct ip_prefix prefix;
	uint32_t action;
	double weight;
	struct ip_prefix heaviest; /* of the places in it */
	double heaviest_weight;
};

/* The heaviest `limit` blocks for places sorted by prefix, not shorter than min_length, into
 * *out (to be freed with mem_free(MEM_SELECT)), sorted by weight; gives their number. Places that
 * the default forwards, and weights that are not above min_weight, are left out. */
size_t leaf_choose(const struct rib *rib, enum ip_family family, uint32_t default_action,
    unsigned min_length, double min_weight, const struct leaf_place *places, size_t n, size_t limit,
    struct leaf_block **out);

#endif
