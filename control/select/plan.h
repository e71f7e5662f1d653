/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: in which order a target goes from what it holds (F0) to what was selected (F1), so that
 * at every step
 *   - each address sees its old next hop, its new one, or the default, never a third;
 *   - what the target holds takes at most `capacity` slots.
 * Order of ../select: adds and changes longest prefix first, then deletes shortest first, group by
 * group; a group that does not fit beside its old self is drained and refilled. See plan.c.
 */
#ifndef CONTROL_SELECT_PLAN_H
#define CONTROL_SELECT_PLAN_H

#include "control/select/select.h"

enum plan_kind {
	PLAN_ADD,
	PLAN_CHANGE,
	PLAN_DELETE,
	PLAN_KEEP /* nothing to send: what is held is what is wanted (installed_keep()) */
};

struct plan_op {
	struct ip_prefix prefix;
	enum plan_kind kind;
	uint32_t attrs; /* but for deletes: borrowed from the selection */
	uint32_t group; /* its tree of prefixes: operations of other groups do not touch it */
	bool covered;
	bool repairs; /* its group forwards something as the RIB does not any more */
	bool fills;   /* its group only adds, beside everything that is held */
	bool costs;   /* after plan_pace(): it counts as one of the `most` */
	bool
	    goes_on; /* inside a group that is drained and refilled: not to be left out by itself */
};

struct plan {
	struct plan_op *ops; /* in this order; stopping anywhere is safe, in any group */
	size_t n, cap;
	/* Where the RIB has changed: groups that overlap it repair. Borrowed, given before
	 * plan_build(): sorted by prefix, none inside another. */
	const struct ip_prefix *changed;
	size_t n_changed;
	uint8_t *waits; /* of each group */
};

/* What is left of the group has to wait: an operation of it cannot be carried out yet, and those
 * after it may need it. plan_build() forgets it. */
void plan_wait(struct plan *p, uint32_t group);
bool plan_waits(const struct plan *p, uint32_t group);

void plan_init(struct plan *p);
void plan_fini(struct plan *p);

/* Replace *out with the way from `held` to `wanted`, which must be sorted by prefix and take no
 * more than `capacity` slots (of installed_slots(held)). Where more than that is held already (the
 * capacity was lowered), the occupancy never rises above what it was. */
void plan_build(const struct installed *held, const struct selection *wanted, size_t capacity,
    struct plan *out);

/* The same where they differ at some places only, and in what is inside these and above: sorted by
 * prefix, none inside another. Everything else is not looked at. */
void plan_build_near(const struct installed *held, const struct selection *wanted, size_t capacity,
    const struct ip_prefix *at, size_t n, struct plan *out);

/* Leave out what has to wait: of the operations that repair nothing only the first `most` stay, not
 * counting those that need no sending and, with `fill`, those that only add; a group that is
 * drained is done as a whole or not at all. Where what remains would not fit, because it needs the
 * room that others give back, nothing is left out. Gives how many were. */
size_t plan_pace(
    struct plan *p, const struct installed *held, size_t capacity, size_t most, bool fill);

#endif
