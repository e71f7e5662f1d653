/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sweep over the RIB in step with the sorted places. Intervals with one action that touch each
 * other are a run; the block of a place is the largest prefix around it inside its run, and places
 * in one block lie next to each other.
 *
 * The daemon knows how much a route carries, not where inside. A route with more-specifics has its
 * weight spread evenly over the addresses that are its own, cut into prefixes.
 */
#include "control/select/leaf.h"

#include <math.h>
#include <stdlib.h>

#include "control/select/emap.h"
#include "control/select/select.h"
#include "lib/mem.h"

struct run {
	struct sweep sweep;
	struct sweep_interval at, next;
	bool more;
};

static void
run_start(struct run *r, const struct ip_prefix *everything, uint32_t outside, sweep_next_fn *next,
    void *ctx)
{
	sweep_init(&r->sweep, everything, outside, next, ctx);
	r->more = sweep_step(&r->sweep, &r->next);
}

/* Go on to the run that holds `a`. */
static void
run_seek(struct run *r, sweep_addr a)
{
	while (r->more && r->next.first <= a) {
		r->at = r->next;
		while ((r->more = sweep_step(&r->sweep, &r->next)) && r->next.value == r->at.value)
			r->at.last = r->next.last;
	}
}

/* The RIB, but with the default in force in everything that is `never`. */
struct feed {
	struct rib_cursor rib;
	uint32_t default_action;
	struct ip_prefix *never; /* sorted, none inside another */
	size_t n_never, i;
	struct ip_prefix route; /* read ahead */
	uint32_t action;
	bool more;
};

static int
by_place(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

static void
feed_start(struct feed *f, const struct leaf_question *q)
{
	size_t n = 0;

	*f = (struct feed){ .rib = { .rib = q->rib, .family = q->family },
		.default_action = q->default_action,
		.never = mem_calloc(MEM_SELECT, q->n_never, sizeof(*f->never)) };
	for (size_t i = 0; i < q->n_never; i++)
		if (q->never[i].family == q->family)
			f->never[f->n_never++] = q->never[i];
	qsort(f->never, f->n_never, sizeof(*f->never), by_place);
	for (size_t i = 0; i < f->n_never; i++)
		if (n == 0 || !prefix_contains(&f->never[n - 1], &f->never[i]))
			f->never[n++] = f->never[i];
	f->n_never = n;
	f->more = rib_cursor_next(&f->rib, &f->route, &f->action);
}

static bool
feed_next(void *ctx, struct ip_prefix *p, uint32_t *action)
{
	struct feed *f = ctx;

	while (f->more && f->i > 0 && prefix_contains(&f->never[f->i - 1], &f->route))
		f->more = rib_cursor_next(&f->rib, &f->route, &f->action);
	if (f->i < f->n_never && (!f->more || prefix_cmp(&f->never[f->i], &f->route) <= 0)) {
		*p = f->never[f->i++];
		*action = f->default_action;
		return true;
	}
	if (!f->more)
		return false;
	*p = f->route;
	*action = f->action;
	f->more = rib_cursor_next(&f->rib, &f->route, &f->action);
	return true;
}

static struct ip_prefix
block_around(const struct run *r, const struct ip_prefix *place, unsigned min_length)
{
	struct ip_prefix block = *place;

	while (block.len > min_length) {
		struct ip_prefix up =
		    prefix_make((enum ip_family)block.family, block.hi, block.lo, block.len - 1u);

		if (sweep_first(&up) < r->at.first || sweep_last(&up) > r->at.last)
			break;
		block = up;
	}
	return block;
}

static int
heavier_first(const void *a, const void *b)
{
	const struct leaf_block *x = a, *y = b;

	if (x->claim != y->claim)
		return x->claim > y->claim ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return prefix_cmp(&x->prefix, &y->prefix);
}

size_t
leaf_choose(const struct leaf_question *q, const struct leaf_place *places, size_t n, size_t limit,
    struct leaf_block **out)
{
	struct ip_prefix everything = { .family = (uint8_t)q->family };
	struct leaf_block *blocks = mem_calloc(MEM_SELECT, n, sizeof(*blocks));
	size_t count = 0, kept = 0;
	struct feed feed;
	struct run run;

	feed_start(&feed, q);
	run_start(&run, &everything, q->default_action, feed_next, &feed);
	for (size_t i = 0; i < n; i++) {
		const struct leaf_place *p = &places[i];
		struct leaf_block *b = count > 0 ? &blocks[count - 1] : NULL;

		run_seek(&run, sweep_first(&p->prefix));
		if (run.at.value == q->default_action || sweep_last(&p->prefix) > run.at.last ||
		    p->prefix.len < q->min_length)
			continue;
		if (b == NULL || !prefix_contains(&b->prefix, &p->prefix)) {
			b = &blocks[count++];
			b->prefix = block_around(&run, &p->prefix, q->min_length);
			b->action = run.at.value;
		}
		b->weight += p->weight;
		b->claim = p->claim > b->claim ? p->claim : b->claim;
		if (p->weight >= b->heaviest_weight) {
			b->heaviest_weight = p->weight;
			b->heaviest = p->prefix;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (blocks[i].weight > q->min_weight || blocks[i].claim > 0)
			blocks[kept++] = blocks[i];
	if (kept > 0)
		qsort(blocks, kept, sizeof(*blocks), heavier_first);
	mem_free(MEM_SELECT, feed.never);
	*out = blocks;
	return size_min(kept, limit);
}

/* --- as a selection -----------------------------------------------------------------------------
 */

enum claim {
	CLAIM_NONE,
	CLAIM_HELD,  /* input is stale: what is held stays */
	CLAIM_ALWAYS /* an operator's */
};

struct places {
	struct leaf_place *items;
	size_t n, cap;
};

static void
add_place(struct places *l, const struct ip_prefix *p, double weight, enum claim claim)
{
	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? 2 * l->cap : 1024;
		l->items = mem_resize(MEM_SELECT, l->items, l->cap, sizeof(*l->items));
	}
	l->items[l->n++] =
	    (struct leaf_place){ .prefix = *p, .weight = weight, .claim = (uint8_t)claim };
}

struct below {
	const struct rib *rib;
	const struct ip_prefix *top;
	struct ip_prefix at;
};

/* Below a route: 1 where another one is in force. */
static bool
below_next(void *ctx, struct ip_prefix *p, uint32_t *value)
{
	struct below *b = ctx;

	if (rib_next_below(b->rib, b->top, &b->at) == RIB_NONE)
		return false;
	*p = b->at;
	*value = 1;
	return true;
}

/* The prefixes that make up an interval, largest first from its beginning. */
static void
add_interval(struct places *l, enum ip_family family, const struct sweep_interval *part,
    double weight_per_address, enum claim claim)
{
	sweep_addr at = part->first;

	for (;;) {
		struct ip_prefix p =
		    prefix_make(family, (uint64_t)(at >> 64), (uint64_t)at, ip_bits(family));

		while (p.len > 0) {
			struct ip_prefix up = prefix_make(family, p.hi, p.lo, p.len - 1u);

			if (sweep_first(&up) != at || sweep_last(&up) > part->last)
				break;
			p = up;
		}
		add_place(l, &p, weight_per_address * ldexp(1, -(int)p.len), claim);
		if (sweep_last(&p) == part->last)
			return;
		at = sweep_last(&p) + 1;
	}
}

static void
add_route(struct places *l, const struct rib *rib, const struct ip_prefix *p, double weight,
    enum claim claim)
{
	struct below below = { .rib = rib, .top = p, .at = *p };
	struct sweep_interval part;
	struct sweep sweep;
	double own = 0;

	sweep_init(&sweep, p, 0, below_next, &below);
	if (!sweep.pending) {
		add_place(l, p, weight, claim);
		return;
	}
	while (sweep_step(&sweep, &part))
		if (part.value == 0)
			own += (double)(part.last - part.first) + 1;
	below.at = *p;
	sweep_init(&sweep, p, 0, below_next, &below);
	while (sweep_step(&sweep, &part))
		if (part.value == 0)
			add_interval(l, (enum ip_family)p->family, &part,
			    weight / own * ldexp(1, 128), claim);
}

static int
by_prefix(const void *a, const void *b)
{
	const struct leaf_place *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

static void
put_block(const struct select_input *in, const struct leaf_block *b, struct selection *out)
{
	struct ip_addr first = prefix_first(&b->heaviest);
	uint32_t id = rib_lpm(in->rib, &first); /* all of the block is forwarded like it */

	*selection_add(out) = (struct select_entry){ .prefix = b->prefix,
		.id = id,
		.attrs = rib_best_attrs(in->rib, in->family, id),
		.pinned = b->claim == CLAIM_ALWAYS,
		.rate_bps = b->weight };
}

static void
add_claims(struct places *l, const struct select_input *in)
{
	const struct installed_entry *e;
	struct ip_prefix at;

	for (size_t i = 0; i < in->n_always; i++)
		if (in->always[i].family == in->family &&
		    rib_lookup(in->rib, &in->always[i]) != RIB_NONE)
			add_route(l, in->rib, &in->always[i], 0, CLAIM_ALWAYS);
	if (in->keep == NULL)
		return;
	for (e = installed_next(in->keep, &at, true); e != NULL;
	     e = installed_next(in->keep, &at, false))
		add_place(l, &e->prefix, 0, CLAIM_HELD);
}

void
select_leaf(const struct select_input *in, struct selection *out)
{
	const double *weights = traffic_weights(in->traffic, in->direction);
	const uint32_t *ids = traffic_ids(in->traffic);
	double unit = traffic_unit(in->traffic, in->now);
	struct leaf_question q = { .rib = in->rib,
		.family = in->family,
		.default_action = ACTION_PUNT,
		.min_length = in->min_length,
		.min_weight = in->min_rate_bps,
		.never = in->never,
		.n_never = in->n_never };
	struct places places = { 0 };
	struct leaf_block *blocks;
	size_t n;

	out->n = out->no_room = 0;
	out->considered = traffic_count(in->traffic);
	for (size_t i = 0; i < out->considered; i++) {
		struct ip_prefix p = rib_prefix(in->rib, in->family, ids[i]);

		if (weights[i] > 0 && !traffic_idle(in->traffic, i, in->direction, in->now))
			add_route(&places, in->rib, &p, weights[i] * unit, CLAIM_NONE);
	}
	add_claims(&places, in);
	if (places.n > 0)
		qsort(places.items, places.n, sizeof(*places.items), by_prefix);
	n = leaf_choose(&q, places.items, places.n, in->limit, &blocks);
	for (size_t i = 0; i < n; i++)
		put_block(in, &blocks[i], out);
	mem_free(MEM_SELECT, blocks);
	mem_free(MEM_SELECT, places.items);
}
