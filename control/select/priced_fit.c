/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price at which a table has a given size: the number of slots falls as the price rises, in
 * steps, so it is found by looking near the last price first and then by halves. Each size that
 * comes out is optimal, but not every size comes out; priced_fill() takes what is in between.
 */
#include <stdlib.h>

#include "control/select/priced_state.h"
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
	struct pnode *node;
	uint32_t action; /* ACTION_MIXED: more than one, or there are entries in it */
	int64_t weight;
};

struct spares {
	struct spare *items;
	size_t n, cap;
};

static void
add_spare(const struct priced *p, const struct spare *s, struct spares *out)
{
	uint32_t def = p->config.default_action;

	if (s->action == ACTION_MIXED || s->action == def || s->action == s->node->inherited ||
	    s->weight == 0 || s->node->len < p->config.min_length)
		return;
	if (out->n == out->cap) {
		out->cap = out->cap > 0 ? 2 * out->cap : 1024;
		out->items = mem_resize(MEM_SELECT, out->items, out->cap, sizeof(*out->items));
	}
	out->items[out->n++] = *s;
}

/* Collects the largest such subtrees below n that are not n itself. */
static struct spare
find_spares(const struct priced *p, struct pnode *n, struct spares *out)
{
	struct spare half[2], all = { .node = n, .weight = n->weight };

	for (unsigned b = 0; b < 2; b++) {
		struct pnode *c = n->child[b];

		half[b] = (struct spare){ .action = n->side[b] };
		if (c == NULL)
			continue;
		half[b] = find_spares(p, c, out);
		all.weight += half[b].weight;
		if (c->len > n->len + 1u && n->side[b] != half[b].action) {
			add_spare(p, &half[b], out);
			half[b] = (struct spare){ .action = ACTION_MIXED };
		}
	}
	all.action = half[0].action;
	if (half[0].action == half[1].action && n->want == ACTION_NONE && !n->never)
		return all;
	for (unsigned b = 0; b < 2; b++)
		if (half[b].node != NULL)
			add_spare(p, &half[b], out);
	all.action = ACTION_MIXED;
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
	struct spare root;

	if (p->slots >= limit)
		return;
	root = find_spares(p, p->tree.root, &s);
	add_spare(p, &root, &s);
	if (s.n > 0)
		qsort(s.items, s.n, sizeof(*s.items), heavier_first);
	for (size_t i = 0; i < s.n && p->slots < limit; i++) {
		struct pnode *n = s.items[i].node;

		struct slots_fill fill = p->fill;

		slots_put(&p->places, &fill, n->len);
		if (p->cost[n->len].fresh >= EMAP_NEVER || slots_used(&p->places, &fill) > limit)
			continue;
		priced_place(p, n, s.items[i].action);
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
