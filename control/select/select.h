/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selection: which entries a target should hold. One function from (RIB, weights, limits) to a list
 * of entries; everything that knows an algorithm is behind select_fn, and everything else (plan,
 * push, REST) sees only struct selection.
 *
 * What every algorithm guarantees: for every address, the longest match among the chosen entries
 * has the next hop of the longest match in the RIB, or there is no match (the default takes it);
 * and there are at most `limit` entries.
 */
#ifndef CONTROL_SELECT_SELECT_H
#define CONTROL_SELECT_SELECT_H

#include "control/installed.h"
#include "control/traffic.h"
#include "ribtrie/rib.h"

struct select_input {
	const struct rib *rib;
	const struct traffic *traffic;
	enum ip_family family;
	struct mono now;
	size_t limit;                     /* slots; entries for all but `priced` */
	const struct slots *slots;        /* what entries take, for `priced`; NULL: one each */
	enum traffic_direction direction; /* what ranks */
	double min_rate_bps;              /* only prefixes with more than this, bytes/s */
	unsigned min_length;              /* shorter prefixes are not considered */
	bool include_covered;             /* false breaks the guarantee above: for queries only */
	bool prune_covered;
	bool show_withheld; /* also what must not be installed: for queries only */
	const struct ip_prefix *always, *never; /* of any family; others are ignored */
	size_t n_always, n_never;
	const struct installed *keep; /* not NULL: stale input, evict none of these for its rate */
};

struct select_entry {
	struct ip_prefix prefix;
	uint32_t id;    /* RIB entry whose attributes it carries */
	uint32_t attrs; /* borrowed from the RIB: valid until it changes */
	bool covered;
	uint8_t parent_len; /* when covered: of the chosen entry above that makes it necessary */
	bool pinned;        /* an operator wants it whatever it carries */
	bool synthetic;     /* not a route of the RIB with its own next hop */
	double rate_bps;    /* of the RIB entry, in input.direction */
};

/* A list of entries. To put one in or take one out in the middle of ten thousand moves numbers and
 * not entries. */
struct selection {
	struct select_entry *pool; /* entries and room for more, anyhow */
	uint32_t *order;           /* places in the pool: those of the entries, then the others */
	size_t n, cap;
	size_t considered; /* candidates looked at */
	size_t no_room;    /* candidates left out because they and what they cover did not fit */
};

void selection_init(struct selection *s);
void selection_fini(struct selection *s);

/* The i-th entry; valid until one is added. */
static inline struct select_entry *
selection_at(const struct selection *s, size_t i)
{
	return &s->pool[s->order[i]];
}

/* Leave n entries; where there were less, the others are not set. */
void selection_resize(struct selection *s, size_t n);

/* A new entry behind all others, which is not set. */
struct select_entry *selection_add(struct selection *s);

/* `new` entries, which are not set, for the `old` ones that begin with number `first`. */
void selection_replace(struct selection *s, size_t first, size_t old, size_t new);

/* Sort the entries by prefix, or by rate descending (then by prefix). */
void selection_sort_by_prefix(struct selection *s);
void selection_sort_by_rate(struct selection *s);

/* The entry of exactly this prefix; NULL: none. The entries must be sorted by prefix. */
const struct select_entry *selection_find(const struct selection *s, const struct ip_prefix *p);

/* The longest entry that is p or covers it, likewise. */
const struct select_entry *selection_match(const struct selection *s, const struct ip_prefix *p);

/* The number of the first entry that is not before the prefix; they must be sorted, too. */
size_t selection_from(const struct selection *s, const struct ip_prefix *p);

/* Slots that it takes. */
size_t selection_slots(const struct selection *s, const struct slots *slots);

/* Nothing above the limit may be pushed: leave out the trees of entries that earn least. What is
 * left is as right without them, since their addresses fall to the default. The entries must be
 * sorted by prefix, and stay so. */
void selection_trim(struct selection *s, size_t limit, const struct slots *slots);

/* Replace what is in *out (initialised) with the choice. */
typedef void select_fn(const struct select_input *input, struct selection *out);

/* ARM's rule: the heaviest prefixes, each with the more-specifics it would hide. See top.c. */
void select_top(const struct select_input *input, struct selection *out);

/* The heaviest of the largest prefixes that the RIB forwards alike: to compare with. See
 * leaf.h. */
void select_leaf(const struct select_input *input, struct selection *out);

#endif
