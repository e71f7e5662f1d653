/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a subtree is worth for each action it may inherit from above: the value of the priced
 * selection's dynamic programme, in normalised form.
 *
 * Let V(a) be the best that can be had below some place when action a is in force there. For all
 * but a few actions V is the same: an entry has to be placed here whatever a is. The map holds
 * e(a) = V(a) - that value, for the few actions that are better, and for those that are equally
 * good without an entry (e = 0). So an action that is in the map needs no entry here, and one that
 * is not needs the entry `best`.
 *
 * Values are int64 bytes; nothing is rounded, so "the same map" is an exact test.
 */
#ifndef CONTROL_SELECT_EMAP_H
#define CONTROL_SELECT_EMAP_H

#include "lib/base.h"

#define ACTION_NONE  UINT32_MAX       /* no entry */
#define ACTION_PUNT  (UINT32_MAX - 1) /* the default where it is no next hop of the RIB */
#define ACTION_MIXED (UINT32_MAX - 2) /* a region with more than one action */

/* Costs that nothing can pay. Sums of a few of them and of all weights fit an int64. */
#define EMAP_NEVER (INT64_C(1) << 58)

#define EMAP_INLINE 3

/* Aligned to four bytes only, like the map, so that a node of the tree fits two cache lines. */
struct __attribute__((packed, aligned(4))) emap_pair {
	int64_t value;
	uint32_t action;
};

typedef struct emap_pair *emap_pairs_far __attribute__((aligned(4)));

struct emap {
	union {
		struct emap_pair few[EMAP_INLINE];
		emap_pairs_far many;
	} as;
	uint32_t n;    /* sorted by action */
	uint8_t grown; /* room for EMAP_INLINE << grown; in `few` while 0 */
	bool lent;     /* `many` is somebody else's */
};

/* What an entry costs at some place. */
struct emap_cost {
	int64_t install; /* any action but these: */
	int64_t guard;   /* the default action */
	int64_t kept;    /* `ent`, which is programmed there; ACTION_NONE: nothing is */
	uint32_t ent;
	uint32_t same; /* what is programmed is that action, too; ACTION_NONE: no other one */
	uint32_t
	    only; /* actions but this one and the default are impossible; ACTION_NONE: all may */
	uint32_t pinned; /* this action is wanted there whatever it serves; ACTION_NONE: none */
};

/* What is the same for all places: the default action, and which of two equally good actions is
 * taken (<0: a), by something that does not depend on history. */
struct emap_rules {
	uint32_t default_action;
	int (*prefer)(const void *ctx, uint32_t a, uint32_t b);
	const void *ctx;
};

void emap_init(struct emap *m);
void emap_fini(struct emap *m);

/* A map to compute with: it allocates nothing until it is larger than any but the oddest are. The
 * room must live as long as the map. */
#define EMAP_ROOM_GROWN 3
struct emap_room {
	struct emap_pair pairs[EMAP_INLINE << EMAP_ROOM_GROWN];
};
void emap_init_in(struct emap *m, struct emap_room *room);

/* *m becomes a copy of *from, with no more memory than that needs. */
void emap_copy(struct emap *m, const struct emap *from);

static inline const struct emap_pair *
emap_pairs(const struct emap *m)
{
	return m->grown == 0 ? m->as.few : m->as.many;
}

static inline bool
emap_has(const struct emap *m, uint32_t action)
{
	const struct emap_pair *p = emap_pairs(m);

	for (uint32_t i = 0; i < m->n; i++)
		if (p[i].action == action)
			return true;
	return false;
}

bool emap_equal(const struct emap *a, const struct emap *b);

/* *m (initialised) becomes a + b; it must be neither of them. */
void emap_sum(struct emap *m, const struct emap *a, const struct emap *b);

/* Add to one action's value; a pair of value 0 is made where there is none. */
void emap_bump(struct emap *m, uint32_t action, int64_t value);

/* From the sum over the two halves of a place to the map of the place itself, where an entry may be
 * installed. Gives the entry's action, or ACTION_NONE where none is worth its cost. */
uint32_t emap_settle(struct emap *m, const struct emap_cost *cost, const struct emap_rules *rules);

/* *m (initialised) becomes the map of a place without traffic all of which has `action`, which may
 * be ACTION_MIXED. Gives the action of the entry needed there. */
uint32_t emap_idle(
    struct emap *m, uint32_t action, const struct emap_cost *cost, const struct emap_rules *rules);

#endif
