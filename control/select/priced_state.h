/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct priced, for its own files: priced.c decides, priced_fit.c looks for the
 * price of a size, priced_table.c reads the decision off. */
#ifndef CONTROL_SELECT_PRICED_STATE_H
#define CONTROL_SELECT_PRICED_STATE_H

#include "control/select/priced.h"
#include "control/select/ptree.h"

struct priced {
	struct priced_config config;
	struct ptree tree;
	struct emap_rules rules;
	int64_t price;
	struct {
		int64_t fresh, kept; /* of an entry of this length */
	} cost[130];
	uint32_t epoch;
	bool solved;            /* maps and wants are current but for what is in `changed` */
	struct pnode **changed; /* topmost nodes whose map changed */
	size_t n_changed, cap_changed;
	size_t slots, entries; /* wanted */
	struct fib_route *held;
	size_t n_held;
};

/* The action in force at a node that has been visited. */
static inline uint32_t
priced_in_force(const struct pnode *n)
{
	return n->want != ACTION_NONE ? n->want : n->inherited;
}

/* Want an entry at n, which was visited, and pass its action on. */
void priced_place(struct priced *p, struct pnode *n, uint32_t action);

#endif
