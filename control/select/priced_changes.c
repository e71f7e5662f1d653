/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes of traffic, routes and programmed entries do to the maps. A change at a place
 * recomputes those from there up and stops at the first that comes out as it was; priced_update()
 * then decides anew from below there. Prices change for all places at once and need a full solve.
 */
#include "control/select/priced_state.h"
#include "lib/mem.h"

static void
note_changed(struct priced *p, struct pnode *n)
{
	if (p->n_changed == p->cap_changed) {
		p->cap_changed = p->cap_changed > 0 ? 2 * p->cap_changed : 64;
		p->changed =
		    mem_resize(MEM_SELECT, p->changed, p->cap_changed, sizeof(struct pnode *));
	}
	p->changed[p->n_changed++] = n;
}

/* Recompute n's map; false if it comes out as it was. */
static bool
remap(struct priced *p, struct pnode *n)
{
	bool other = priced_map(p, n);

	n->touched |= other;
	return other;
}

/*
 * Recompute n and what depends on it, up to the first map that comes out as it was. What an idle
 * place of a restricted tree is worth and whether it needs an entry does not come from the maps of
 * nodes in it: where its routes changed, all of these are looked at and the one that has the half.
 */
static void
refresh(struct priced *p, struct pnode *n, bool route_changed)
{
	bool past_idle = route_changed && ptree_is_restricted(&p->tree);
	struct pnode *topmost = NULL;

	if (!p->solved)
		return;
	for (; n != NULL; n = n->parent) {
		if (!remap(p, n) && (!past_idle || n->busy))
			break;
		n->touched = true;
		topmost = n;
	}
	if (topmost != NULL)
		note_changed(p, topmost);
}

/* Recompute n and everything below that no other route owns. The action in force changed there, so
 * decisions may have even where maps have not. */
static void
refresh_owned(struct priced *p, struct pnode *n)
{
	for (unsigned b = 0; b < 2; b++) {
		struct pnode *c = n->child[b];

		if (c != NULL && (!c->route || !c->mapped))
			refresh_owned(p, c);
	}
	(void)remap(p, n);
	n->touched = true;
}

/* In a pass maps are newer than decisions. Where such a map would not have the entry that is wanted
 * above n, the change may have taken the last route away that the entry was for. */
static void
doubt_above(struct priced *p, struct pnode *n)
{
	for (n = n->parent; n != NULL; n = n->parent) {
		if (n->touched || n->want == ACTION_NONE || n->want == n->best)
			continue;
		n->touched = true;
		note_changed(p, n);
	}
}

void
priced_route_changed(struct priced *p, const struct ip_prefix *prefix)
{
	bool owned;
	struct pnode *n = ptree_route_changed(&p->tree, prefix, &owned);

	if (n == NULL || !p->solved)
		return;
	if (owned)
		refresh_owned(p, n);
	else
		(void)remap(p, n);
	n->touched =
	    true; /* what idles on its sides needs a decision even if the map is the same */
	note_changed(p, n);
	if (n->parent != NULL)
		refresh(p, n->parent, true);
	if (p->pass.stage == PASS_MAPS)
		doubt_above(p, n);
}

void
priced_set_weight(struct priced *p, const struct ip_prefix *place, int64_t weight)
{
	struct pnode *n = weight > 0 ? ptree_ensure(&p->tree, place) : ptree_find(&p->tree, place);

	ASSERT(weight >= 0 && weight < PRICED_WEIGHT_MAX);
	if (n == NULL || n->never)
		return;
	n->weight = weight;
	n->epoch = p->epoch;
	if (p->pass.stage != PASS_WEIGHTS || !n->mapped)
		refresh(p, n, false);
}

/* What the map of *n depends on, and what depends on it: go on there. */
static void
fetch_around(const struct pnode **n)
{
	const struct pnode *m = *n;

	if (m == NULL)
		return;
	pnode_fetch(m->child[0]);
	pnode_fetch(m->child[1]);
	pnode_fetch(m->parent);
	*n = m->parent;
}

/* The nodes of a large tree are in no cache, and each change needs some: its own, found through the
 * index, those above it, and those beside these. They are fetched in steps, one level at a time,
 * each AHEAD changes ahead of the next. */
void
priced_set_weights(struct priced *p, const struct priced_weight *weights, size_t n)
{
	enum {
		AHEAD = 3,
		LEVELS = 4,
		STEPS = 2 + LEVELS,
		RING = 32
	};
	const struct pindex *index = &p->tree.index;
	const struct pnode *at[RING] = { NULL };

	_Static_assert(STEPS * AHEAD < RING, "");
	for (size_t i = 0; i < n + STEPS * AHEAD; i++) {
		size_t k = i; /* out of range before the first and behind the last */

		if (k < n) {
			const struct ip_prefix *place = &weights[k].place;

			pindex_fetch(index, place->hi, place->lo, place->len);
		}
		k -= AHEAD;
		if (k < n) {
			const struct ip_prefix *place = &weights[k].place;

			at[k % RING] = pindex_likely(index, place->hi, place->lo, place->len);
			pnode_fetch(at[k % RING]);
		}
		for (unsigned level = 0; level < LEVELS; level++) {
			k -= AHEAD;
			if (k < n)
				fetch_around(&at[k % RING]);
		}
		k -= AHEAD;
		if (k < n)
			priced_set_weight(p, &weights[k].place, weights[k].weight);
	}
}

void
priced_begin_weights(struct priced *p)
{
	p->epoch++;
	priced_unsolve(p);
}

void
priced_never(struct priced *p, const struct ip_prefix *prefix)
{
	struct pnode *n = ptree_ensure(&p->tree, prefix);

	priced_unsolve(p);
	if (n != NULL)
		ptree_carve(&p->tree, n);
}

void
priced_always(struct priced *p, const struct ip_prefix *prefix)
{
	struct pnode *n = ptree_ensure(&p->tree, prefix);

	if (n == NULL || n->never)
		return;
	n->always = true;
	refresh(p, n, false);
}

static void
change_ent(struct priced *p, struct pnode *n, uint32_t ent)
{
	if (n->ent == ent)
		return;
	p->n_programmed += ent != ACTION_NONE;
	p->n_programmed -= n->ent != ACTION_NONE;
	n->ent = ent;
	refresh(p, n, false);
}

bool
priced_program(struct priced *p, const struct ip_prefix *prefix, uint32_t action)
{
	struct pnode *n =
	    action != ACTION_NONE ? ptree_ensure(&p->tree, prefix) : ptree_find(&p->tree, prefix);

	if (n == NULL || n->never)
		return false;
	change_ent(p, n, action);
	return true;
}

void
priced_set_default_hop(struct priced *p, uint32_t action)
{
	ASSERT(p->n_programmed == 0 || action == p->default_hop);
	p->default_hop = action;
}

/* Sorted, and none before *at is needed any more. */
struct held_walk {
	const struct fib_route *at, *end;
};

/* Nothing is programmed at n and below but what is held. */
static void
keep_held(struct priced *p, struct pnode *n, struct held_walk *held)
{
	struct ip_prefix prefix = pnode_prefix(&p->tree, n);

	if (n->ent != ACTION_NONE) {
		while (held->at < held->end && prefix_cmp(&held->at->prefix, &prefix) < 0)
			held->at++;
		if (held->at == held->end || !prefix_equal(&held->at->prefix, &prefix))
			change_ent(p, n, ACTION_NONE);
	}
	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] != NULL)
			keep_held(p, n->child[b], held);
}

void
priced_set_programmed(struct priced *p, const struct fib_route *held, size_t n)
{
	struct held_walk walk = { held, held + n };
	size_t there = 0;

	for (size_t i = 0; i < n; i++)
		there += priced_program(p, &held[i].prefix, held[i].action);
	if (p->n_programmed > there)
		keep_held(p, p->tree.root, &walk);
	p->n_programmed = there; /* places that are `never` now took theirs along */
}
