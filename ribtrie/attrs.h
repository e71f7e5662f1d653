/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interned path attributes: equal attribute sets are stored once and counted. A set is named by a
 * 32-bit id; the next hop inside it is interned too, and its id is the *action* that selection
 * compares: two routes forward alike exactly when their next-hop ids are equal.
 *
 * Ids of freed sets are used again, so whoever keeps an id keeps a reference.
 */
#ifndef RIBTRIE_ATTRS_H
#define RIBTRIE_ATTRS_H

#include "lib/route.h"

#define ATTRS_NONE   UINT32_MAX
#define NEXTHOP_NONE UINT32_MAX

struct attrs_table;

/* `seed` keys the hash (from the system's random source in production, fixed in tests). */
struct attrs_table *attrs_table_new(uint64_t seed);

/* Every reference must have been given back. */
void attrs_table_free(struct attrs_table *t);

/* The id of this set, with one more reference for the caller. The bytes are copied if new; a known
 * set costs no allocation. */
uint32_t attrs_intern(struct attrs_table *t, const struct route_attrs *attrs);

void attrs_ref(struct attrs_table *t, uint32_t id);
void attrs_unref(struct attrs_table *t, uint32_t id);

/* Decode the set: *out borrows spans that live as long as a reference to the set. */
void attrs_get(const struct attrs_table *t, uint32_t id, struct route_attrs *out);

/* The set's next hop. The id lives as long as the set; the pointer until the next intern. */
uint32_t attrs_nexthop(const struct attrs_table *t, uint32_t id);
const struct route_nexthop *nexthop_peek(const struct attrs_table *t, uint32_t nexthop);

/* Eight bits of a set whose meaning is the owner's: `fn` says which ones a new set has, and with
 * attrs_mark_again() all sets that are there. Without one they are 0. */
typedef uint8_t attrs_mark_fn(void *ctx, const struct route_attrs *attrs);
void attrs_set_marks(struct attrs_table *t, attrs_mark_fn *fn, void *ctx);
void attrs_mark_again(struct attrs_table *t);
uint8_t attrs_marks(const struct attrs_table *t, uint32_t id);

/* Whether packets can be sent to the next hop now: what is not resolvable loses in the decision
 * process (RFC 4271 9.1.2). Somebody who knows has to say so; usable at first. */
void nexthop_set_usable(struct attrs_table *t, uint32_t nexthop, bool usable);
bool nexthop_usable(const struct attrs_table *t, uint32_t nexthop);

/* The first id of a next hop that is `from` or more; NEXTHOP_NONE: there is none. */
uint32_t nexthop_from(const struct attrs_table *t, uint32_t from);

/* Number of sets and of next hops, and bytes held by all of this. */
size_t attrs_count(const struct attrs_table *t);
size_t nexthop_count(const struct attrs_table *t);
size_t attrs_bytes(const struct attrs_table *t);

/* As arena_trim(). */
void attrs_trim(struct attrs_table *t);

#endif
