/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What idle halves are worth in a restricted tree goes by the number of entries that they need, as
 * the RIB has them. It is counted when it is asked for, and again when a route in the half or the
 * action around it has changed.
 */
#include "control/select/ptree.h"
#include "control/select/region.h"
#include "ribtrie/rib.h"

/* Slots of an entry of this length; PTREE_NEED_MOST: there are none. */
static unsigned
slots_of(const struct ptree *t, unsigned len)
{
	unsigned class = t->classes[len];

	if (class == PTREE_CLASS_NONE)
		return PTREE_NEED_MOST;
	return class == PTREE_CLASS_EXACT ? 1 : class;
}

/* Routes below `half` that are covered by no other route there and are not all of action `act`:
 * each of them needs an entry of its own. */
static unsigned
count_tops(struct ptree *t, const struct ip_prefix *half, uint32_t act)
{
	struct ip_prefix at = *half;
	unsigned n = 0;

	while (n < PTREE_NEED_MOST && rib_next_below(t->rib, half, &at) != RIB_NONE) {
		struct ip_addr last = prefix_last(&at);

		if (region_action(t->rib, &at, act, &t->looked) != act)
			n += slots_of(t, at.len);
		at = prefix_of(&last, ip_bits(t->family));
	}
	return n;
}

/* Routes below `half` with another action than what covers them: all of them have to be there, and
 * those with the default's cannot be. */
static unsigned
count_closure(struct ptree *t, const struct ip_prefix *half, uint32_t act)
{
	struct {
		struct ip_prefix prefix;
		uint32_t action;
	} above[130];
	unsigned n = 0, depth = 1;
	struct trie_walk walk;
	struct ip_prefix at;
	uint32_t id;

	above[0].prefix = *half;
	above[0].action = act;
	rib_walk_below(&walk, t->rib, half);
	while (n < PTREE_NEED_MOST && (id = trie_walk_next(&walk, &at)) != RIB_NONE) {
		uint32_t action = rib_best_nexthop(t->rib, t->family, id);

		t->looked++;
		while (!prefix_contains(&above[depth - 1].prefix, &at))
			depth--;
		if (action != above[depth - 1].action)
			n += action == t->default_action ? PTREE_NEED_MOST : slots_of(t, at.len);
		above[depth].prefix = at;
		above[depth++].action = action;
	}
	return n;
}

/* All of n's half on side b has n's action. */
static bool
is_alike(struct ptree *t, const struct pnode *n, unsigned b, const struct ip_prefix *half)
{
	if (n->child[b] == NULL)
		return n->side[b] == n->act;
	return region_action(t->rib, half, n->act, &t->looked) == n->act;
}

unsigned
ptree_need(struct ptree *t, struct pnode *n, unsigned b, uint32_t *act, bool *route)
{
	struct ip_prefix at = pnode_prefix(t, n), half = prefix_half(&at, b);
	unsigned need;
	uint32_t id;

	*act = n->act;
	*route = false;
	if (n->need[b] == PTREE_NEED_UNKNOWN && is_alike(t, n, b, &half))
		n->need[b] = PTREE_ALIKE;
	if (n->need[b] == PTREE_ALIKE)
		return PTREE_ALIKE;
	id = rib_lookup(t->rib, &half);
	if (id != RIB_NONE) {
		*act = rib_best_nexthop(t->rib, t->family, id);
		*route = true;
	}
	if (n->need[b] == PTREE_NEED_UNKNOWN) {
		need = t->no_guards ? count_closure(t, &half, *act) : count_tops(t, &half, *act);
		n->need[b] = (uint16_t)(need < PTREE_NEED_MOST ? need : PTREE_NEED_MOST);
	}
	return n->need[b];
}
