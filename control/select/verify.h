/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof of forwarding equivalence: for every address the pushed table gives the RIB's action or
 * the default. Not by sampling: both tables cut the space into intervals on which both longest
 * matches are constant, and all of them are looked at, traffic or not.
 */
#ifndef CONTROL_SELECT_VERIFY_H
#define CONTROL_SELECT_VERIFY_H

#include "control/select/sweep.h"

struct rib;

/* A prefix and what is done with what matches it: a next-hop id. */
struct fib_route {
	struct ip_prefix prefix;
	uint32_t action;
};

struct verify_result {
	uint64_t intervals; /* looked at */
	uint64_t wrong;     /* of those, sent neither where the RIB says nor to the default */
	/* The first address of the first of them, and the two actions. Only where wrong > 0. */
	struct ip_addr address;
	uint32_t rib_action, table_action;
};

/* Compare two lists of one family, given in the order of prefix_cmp() without duplicates.
 * `default_action` is what both do without a match. True when no interval is wrong. `count` goes
 * on after the first one that is. */
bool verify_lists(enum ip_family family, uint32_t default_action, sweep_next_fn *rib, void *rib_ctx,
    sweep_next_fn *table, void *table_ctx, bool count, struct verify_result *out);

/* The same for one part of the space: both lists hold what lies inside it only, and what is done
 * there without one of these is told for each. */
bool verify_part(const struct ip_prefix *part, uint32_t default_action, uint32_t rib_outside,
    sweep_next_fn *rib, void *rib_ctx, uint32_t table_outside, sweep_next_fn *table,
    void *table_ctx, struct verify_result *out);

/* The same for a sorted array as the table. */
bool verify_rib(const struct rib *rib, enum ip_family family, uint32_t default_action,
    const struct fib_route *table, size_t n, bool count, struct verify_result *out);

/* Contexts and their sweep_next_fn for a sorted array and for a family of a RIB (best next hops).
 */
struct fib_cursor {
	const struct fib_route *routes;
	size_t n, i;
};
bool fib_next(void *fib_cursor, struct ip_prefix *p, uint32_t *action);

struct rib_cursor {
	const struct rib *rib;
	enum ip_family family;
	bool started;
	struct ip_prefix at;
};
bool rib_cursor_next(void *rib_cursor, struct ip_prefix *p, uint32_t *action);

#endif
