/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The slow, obvious oracle for forwarding: lists of (prefix, action) and longest match by looking
 * at all of them. Checks invariant 1 over every address where a longest match can change: the first
 * and last address of each prefix and their neighbours.
 */
#ifndef TESTS_SUPPORT_FORWARDING_H
#define TESTS_SUPPORT_FORWARDING_H

#include "lib/ip.h"

#define FORWARD_DEFAULT UINT32_MAX

struct forward_entry {
	struct ip_prefix prefix;
	uint32_t action;
};

struct forward_table {
	struct forward_entry *entries;
	size_t n, cap;
};

void forward_init(struct forward_table *t);
void forward_fini(struct forward_table *t);

/* Add or replace; remove gives false where it was not there. */
void forward_set(struct forward_table *t, const struct ip_prefix *p, uint32_t action);
bool forward_remove(struct forward_table *t, const struct ip_prefix *p);
void forward_copy(struct forward_table *to, const struct forward_table *from);

/* Action of the longest match; FORWARD_DEFAULT where there is none. */
uint32_t forward_lookup(const struct forward_table *t, const struct ip_addr *a);

/*
 * True when for every address `pushed` gives the default, or the action of `rib`, or that of `old`
 * (may be NULL). Otherwise *bad is the first address found that it sends elsewhere.
 */
bool forward_equivalent(const struct forward_table *pushed, const struct forward_table *rib,
    const struct forward_table *old, struct ip_addr *bad);

#endif
