/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price at which a table has a given size: the number of slots falls as the price rises, in
 * steps, so it is found by looking near the last price first and then by halves. Each size that
 * comes out is optimal, but not every size comes out; priced_fill() takes what is in between.
 */
#include <stdlib.h>

#include "control/select/priced_state.h"
#include "control/select/region.h"
#include "lib/mem.h"

static int64_t
weight_below(const struct pnode *n)
{
	int64_t sum = n->weight;

	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] != NULL)
			sum += weight_below(n->child[b]);
	return sum;
}

/* A subtree that may be covered by one entry: all of it has one action, which is not in force. */
struct spare {
	struct pnode *node; /* the lowest in it with all of the weight at or below it */
	uint32_t action;    /* ACTION_MIXED: more than one, or there are entries in it */
	int64_t weight;
};

struct spares {
	struct spare *items;
	size_t n, cap;
};

/* The lowest place in the subtree of `root` where an entry is possible and serves all of the
 * weight; NULL: there is none. Which idle places are nodes makes no difference. */
static struct pnode *
place_of(const struct priced *p, const struct spare *s, const struct pnode *root)
{
	for (struct pnode *n = s->node;; n = n->parent) {
		if (p->cost[n->len].fresh < EMAP_NEVER &&
		    (p->config.synthetic || (n->route && n->act == s->action)))
			return n;
		if (n == root)
			return NULL;
	}
}

static void
add_spare(struct spares *out, const struct spare *s, struct pnode *place)
{
	if (out->n == out->cap) {
		out->cap = out->cap > 0 ? 2 * out->cap : 1024;
		out->items = mem_resize(MEM_SELECT, out->items, out->cap, sizeof(*out->items));
	}
	out->items[out->n] = *s;
	out->items[out->n++].node = place;
}

/* Of two parts of a place. ACTION_NONE: nothing is known of that one. */
static uint32_t
common_action(uint32_t a, uint32_t b)
{
	if (a == ACTION_NONE || b == ACTION_NONE)
		return a == ACTION_NONE ? b : a;
	return a == b ? a : ACTION_MIXED;
}

/* The action of n's place, as far as its children do not tell. */
static uint32_t
action_of(struct priced *p, const struct pnode *n)
{
	struct ip_prefix place = pnode_prefix(&p->tree, n);
	uint32_t action = ACTION_NONE;

	if (n->never || n->want != ACTION_NONE)
		return ACTION_MIXED;
	/* There the action of an idle half is not told where it is another one than n's. */
	if (ptree_is_restricted(&p->tree))
		return region_action(p->config.rib, &place, n->act, &p->tree.looked);
	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] == NULL || n->child[b]->len > n->len + 1u)
			action = common_action(action, n->side[b]);
	return action;
}

/* Collects the largest such subtrees in that of n. */
static struct spare
find_spares(struct priced *p, struct pnode *n, struct spares *out)
{
	struct spare all = { .node = n, .action = action_of(p, n) };
	struct pnode *place;
	size_t before = out->n;

	for (unsigned b = 0; b < 2; b++) {
		struct spare half;

		if (n->child[b] == NULL)
			continue;
		half = find_spares(p, n->child[b], out);
		all.action = common_action(all.action, half.action);
		if (half.weight > 0)
			all.node = all.weight == 0 ? half.node : n;
		all.weight += half.weight;
	}
	if (n->weight > 0 && n->act == all.action) {
		all.node = n;
		all.weight += n->weight;
	}
	if (all.weight == 0 || all.action == ACTION_MIXED ||
	    all.action == p->config.default_action || all.action == n->inherited)
		return all;
	place = place_of(p, &all, n);
	if (place != NULL) {
		out->n = before; /* instead of its parts */
		add_spare(out, &all, place);
	}
	return all;
}

static int
heavier_first(const void *a, const void *b)
{
	const struct spare *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->node->hi != y->node->hi)
		return x->node->hi < y->node->hi ? -1 : 1;
	return x->node->lo < y->node->lo ? -1 : x->node->lo > y->node->lo;
}

void
priced_fill(struct priced *p, size_t limit)
{
	struct spares s = { 0 };

	if (p->slots >= limit)
		return;
	(void)find_spares(p, p->tree.root, &s);
	if (s.n > 0)
		qsort(s.items, s.n, sizeof(*s.items), heavier_first);
	for (size_t i = 0; i < s.n && p->slots < limit; i++) {
		struct pnode *n = s.items[i].node;
		struct slots_fill fill = p->fill;

		slots_put(&p->places, &fill, n->len);
		if (slots_used(&p->places, &fill) > limit)
			continue;
		priced_place(p, n, s.items[i].action);
		if (p->slots > limit) /* what is below wanted entries of its own then */
			priced_place(p, n, ACTION_NONE);
	}
	mem_free(MEM_SELECT, s.items);
}

/* A price between two: the geometric mean where they are far apart. */
static int64_t
between(int64_t low, int64_t high)
{
	int64_t ratio = high / low;

	if (ratio < 8)
		return low + (high - low) / 2;
	return low << (63 - __builtin_clzll((uint64_t)ratio)) / 2;
}

int64_t
priced_fit(struct priced *p, size_t limit, int64_t price_min, unsigned most)
{
	int64_t low = price_min, high = weight_below(p->tree.root) + 1;
	int64_t next = p->price, step = next / 32;

	ASSERT(price_min >= 1);
	if (high <= low)
		high = low + 1;
	for (; most > 0 && high - low > 1 + low / 8192; most--) {
		if (next <= low || next >= high)
			next = between(low, high);
		priced_solve(p, next);
		if (p->slots > limit)
			low = next;
		else
			high = next;
		if (p->slots == limit)
			break;
		/* Near the last price first, then further off, at last by halves. */
		next = p->slots > limit ? next + step : next - step;
		step = step < high ? 4 * step : step;
	}
	if (p->price != high || !p->solved)
		priced_solve(p, high);
	return high;
}
