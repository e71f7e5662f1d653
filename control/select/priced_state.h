/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct priced, for its own files: priced.c decides, priced_changes.c brings the
 * maps up to date, priced_fit.c looks for the price of a size, priced_table.c reads the decision
 * off. */
#ifndef CONTROL_SELECT_PRICED_STATE_H
#define CONTROL_SELECT_PRICED_STATE_H

#include "control/select/priced.h"
#include "control/select/ptree.h"

enum pass_stage {
	PASS_NONE,
	PASS_WEIGHTS,
	PASS_MAPS,
	PASS_DECIDE
};

/* A decision of everything that is under way. */
struct priced_pass {
	enum pass_stage stage;
	bool started;  /* the walk of this stage, up to and with `at` */
	bool readable; /* there was a decision before */
	struct ip_prefix at;
	int64_t covered, total;
};

struct priced {
	struct priced_config config;
	struct ptree tree;
	struct emap_rules rules;
	int64_t price;
	struct {
		int64_t fresh, kept; /* of an entry of this length */
	} cost[130];
	int64_t slot_cost; /* of one slot, for an entry that is not programmed */
	uint16_t epoch;    /* of weights; a pass zeroes what is of another one, so it may wrap */
	bool solved;       /* maps and wants are current but for what is in `changed` */
	struct pnode **changed; /* topmost nodes whose map changed */
	size_t n_changed, cap_changed;
	struct slots places;     /* config's */
	struct slots_fill fill;  /* of what is wanted */
	unsigned exact_permille; /* see priced_set_exact_price() */
	size_t slots, entries;   /* wanted */
	struct pnode **wanted;   /* the nodes with an entry, sorted by prefix */
	size_t n_wanted, cap_wanted;
	bool keep;
	struct priced_pass pass;
	int64_t covered, total;                   /* weights, as of the last pass */
	size_t n_programmed;                      /* nodes with `ent` */
	uint32_t default_hop;                     /* see priced_set_default_hop() */
	struct ip_prefix moved[PRICED_MOVED_MAX]; /* see priced_moved() */
	size_t n_moved;                           /* or more, and then only so many are there */
};

/* The action in force at a node that has been visited. */
static inline uint32_t
priced_in_force(const struct pnode *n)
{
	return n->want != ACTION_NONE ? n->want : n->inherited;
}

/* All is to be decided anew, and a pass that is under way would not do that. */
static inline void
priced_unsolve(struct priced *p)
{
	p->solved = false;
	p->pass.stage = PASS_NONE;
}

void priced_set_costs(struct priced *p);

/* Compute the node's map and its best anew; false where they are as they were. */
bool priced_map(struct priced *p, struct pnode *n);

void priced_set_want(struct priced *p, struct pnode *n, uint32_t want);

/* The first in wanted[] that is not before the prefix. */
size_t priced_wanted_from(const struct priced *p, const struct ip_prefix *prefix);

/* n's entry, or that it has none, where `inherited` is in force from above. */
void priced_decide(struct priced *p, struct pnode *n, uint32_t inherited);

/* Where n's decision stands: the idle places on its side b forward right with their own action and
 * with the default; under any other the topmost of them is made a node, for a decision of its own.
 */
void priced_open_side(struct priced *p, struct pnode *n, unsigned b);

/* Want an entry at n, which was visited, or (ACTION_NONE) not any more, and pass on what is in
 * force then. */
void priced_place(struct priced *p, struct pnode *n, uint32_t action);

#endif
