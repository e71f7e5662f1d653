/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding everything anew in slices:
 *
 *      weights    all are given anew by the caller, and wait for the next step
 *      maps       a walk over the tree in post order: the map at the new price
 *      decisions  one in pre order: what is in force from above, then the entry
 *
 * Where a walk stands is a prefix and not a node, so the tree may change in between: a node on the
 * near side of it is refreshed as after any change, one on the far side has its turn to come.
 *
 * Between the slices of the first walk some weights are new and some old, and some maps are of the
 * new price and some of the old one. That bends what is best, never what is right: which actions a
 * subtree can stand without an entry, and that an entry sets it right for the others, does not
 * depend on prices. So a change of a route is decided at once, out of the maps as they are, by
 * priced_update(). During the second walk that has to wait: a node has its turn after all above it.
 */
#include "control/select/priced_state.h"

static struct pnode *
first_of(struct pnode *n)
{
	for (;;) {
		struct pnode *c = n->child[0] != NULL ? n->child[0] : n->child[1];

		if (c == NULL)
			return n;
		n = c;
	}
}

static bool
covers(const struct ptree *t, const struct pnode *n, const struct ip_prefix *p)
{
	struct ip_prefix at = pnode_prefix(t, n);

	return prefix_contains(&at, p);
}

static bool
is_inside(const struct ptree *t, const struct pnode *n, const struct ip_prefix *p)
{
	struct ip_prefix at = pnode_prefix(t, n);

	return prefix_contains(p, &at);
}

/* Of two that do not overlap. */
static bool
is_right_of(const struct pnode *n, const struct ip_prefix *p)
{
	return n->hi != p->hi ? n->hi > p->hi : n->lo > p->lo;
}

/* The first node in post order behind p. */
static struct pnode *
after_below(struct ptree *t, const struct ip_prefix *p)
{
	struct pnode *n = t->root, *up = NULL;

	while (n != NULL && n->len < p->len && covers(t, n, p)) {
		up = n;
		n = n->child[prefix_bit_at(p, n->len)];
	}
	/* What is inside p, and what is left of it, is behind us. */
	if (n != NULL && !is_inside(t, n, p) && is_right_of(n, p))
		return first_of(n);
	if (up == NULL)
		return NULL;
	return prefix_bit_at(p, up->len) == 0 && up->child[1] != NULL ? first_of(up->child[1]) : up;
}

/* The first node in pre order behind p. */
static struct pnode *
after_above(struct ptree *t, const struct ip_prefix *p)
{
	struct pnode *n = t->root, *beside = NULL;

	while (n != NULL) {
		unsigned b;

		if (n->len > p->len || !covers(t, n, p))
			return is_inside(t, n, p) || is_right_of(n, p) ? n : beside;
		if (n->len == p->len)
			return n->child[0] != NULL   ? n->child[0]
			       : n->child[1] != NULL ? n->child[1]
						     : beside;
		b = prefix_bit_at(p, n->len);
		if (b == 0 && n->child[1] != NULL)
			beside = n->child[1];
		n = n->child[b];
	}
	return beside;
}

/* The next in post order, in a tree that stands still. */
static struct pnode *
next_below(struct pnode *n)
{
	struct pnode *up = n->parent;

	return up != NULL && up->child[1] != NULL && up->child[1] != n ? first_of(up->child[1])
								       : up;
}

static struct pnode *
next_above(struct pnode *n)
{
	if (n->child[0] != NULL || n->child[1] != NULL)
		return n->child[0] != NULL ? n->child[0] : n->child[1];
	for (; n->parent != NULL; n = n->parent)
		if (n->parent->child[1] != NULL && n->parent->child[1] != n)
			return n->parent->child[1];
	return NULL;
}

static void
map_node(struct priced *p, struct pnode *n)
{
	if (n->epoch != p->epoch)
		n->weight = 0;
	if (!p->pass.readable)
		priced_set_want(p, n, ACTION_NONE); /* else it would keep an idle node */
	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] != NULL)
			(void)ptree_prune(&p->tree, n->child[b]);
	(void)priced_map(p, n);
	n->touched = false;
}

static void
decide_node(struct priced *p, struct pnode *n)
{
	uint32_t inherited =
	    n->parent != NULL ? priced_in_force(n->parent) : p->config.default_action;

	priced_decide(p, n, inherited);
	if (n->never)
		return;
	for (unsigned b = 0; b < 2; b++)
		priced_open_side(p, n, b);
	if (n->weight > 0 && n->act != ACTION_PUNT) {
		p->pass.total += n->weight;
		if (priced_in_force(n) == n->act)
			p->pass.covered += n->weight;
	}
}

void
priced_pass_weights(struct priced *p)
{
	p->pass = (struct priced_pass){ .stage = PASS_WEIGHTS, .readable = priced_is_readable(p) };
	p->epoch++;
}

void
priced_pass_start(struct priced *p, int64_t price, unsigned eta_permille, bool keep)
{
	ASSERT(price >= 1 && price < PRICED_WEIGHT_MAX && eta_permille < 1000);
	p->pass = (struct priced_pass){ .stage = PASS_MAPS, .readable = priced_is_readable(p) };
	p->price = price;
	p->config.eta_permille = eta_permille;
	p->keep = keep;
	priced_set_costs(p);
	p->solved = true; /* changes are to be refreshed from here on */
}

/* One walk until the budget is spent; true when it is over. */
static bool
walk(struct priced *p, size_t *budget, struct pnode *first,
    struct pnode *(*after)(struct ptree *, const struct ip_prefix *),
    struct pnode *(*next)(struct pnode *), void (*visit)(struct priced *, struct pnode *))
{
	struct pnode *n = p->pass.started ? after(&p->tree, &p->pass.at) : first;

	for (; n != NULL && *budget > 0; n = next(n)) {
		size_t looked = p->tree.looked, spent;

		visit(p, n);
		p->pass.at = pnode_prefix(&p->tree, n);
		p->pass.started = true;
		spent = 1 + p->tree.looked - looked;
		*budget -= spent < *budget ? spent : *budget;
	}
	if (n != NULL)
		return false;
	p->pass.started = false;
	return true;
}

bool
priced_pass(struct priced *p, size_t budget)
{
	if (p->pass.stage == PASS_MAPS) {
		/* Pruning must find nothing that waits for a decision. */
		if (p->pass.readable)
			priced_update(p);
		p->n_changed = 0;
		if (!walk(p, &budget, first_of(p->tree.root), after_below, next_below, map_node))
			return true;
		p->pass.stage = PASS_DECIDE;
		p->pass.covered = p->pass.total = 0;
	}
	if (p->pass.stage == PASS_DECIDE) {
		if (!walk(p, &budget, p->tree.root, after_above, next_above, decide_node))
			return true;
		p->pass.stage = PASS_NONE;
		p->pass.readable = true;
		priced_update(p);
		p->covered = p->pass.covered;
		p->total = p->pass.total;
	}
	return false;
}

bool
priced_is_readable(const struct priced *p)
{
	return p->pass.stage == PASS_NONE ? p->solved
					  : p->pass.stage != PASS_DECIDE && p->pass.readable;
}
