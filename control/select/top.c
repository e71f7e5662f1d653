/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Active Route Manager's rule (includeCovered + pruneCovered), with the covered entries counted
 * inside the limit:
 *
 *   walk the prefixes from the heaviest down; take p together with its closure, every more-specific
 *   of p whose next hop differs from that of its nearest covering prefix; leave p out if that does
 *   not fit what is left of the limit, or if p already lies below a chosen entry.
 *
 *        10.0.0.0/8  via A   <- chosen for its rate
 *        |-- 10.1.0.0/16  via A        pruned: the /8 forwards it alike
 *        |   `-- 10.1.2.0/24  via B    covered: the /8 would hide it
 *        `-- 10.2.0.0/16  via B        covered
 *            `-- 10.2.3.0/24  via A    covered: the /16 would hide it
 *
 * Why this never mis-forwards: let x be any address, r its longest RIB match, and e the longest
 * chosen entry that holds x. If e = r, fine. Otherwise e is shorter than r, and every RIB prefix on
 * the way from e down to r has the next hop of its nearest covering prefix, or it would be in e's
 * closure; so e and r have one next hop.
 *
 * A chosen entry that a later, shorter choice makes redundant (same next hop as its nearest
 * covering prefix) is dropped, which gives its slot back.
 *
 * Cost: linear in the records to rank, then about one walk over the more-specifics of each chosen
 * prefix. The walk of a prefix stops as soon as its closure cannot fit.
 */
#include <string.h>

#include "control/select/rank.h"
#include "control/select/select.h"
#include "lib/mem.h"
#include "ribtrie/trie.h"

struct top {
	const struct select_input *in;
	struct selection *out;
	uint32_t *place;  /* 1 + position in out->entries by RIB id, 0: not chosen */
	uint32_t *wanted; /* ids of the closure being built */
	size_t n_wanted, cap_wanted;
	uint32_t *redundant; /* ids it makes redundant */
	size_t n_redundant, cap_redundant;
	struct trie *never; /* what nothing may overlap */
	double unit;
};

static void
push_id(uint32_t **ids, size_t *n, size_t *cap, uint32_t id)
{
	if (*n == *cap) {
		*cap = *cap == 0 ? 64 : *cap * 2;
		*ids = mem_resize(MEM_SELECT, *ids, *cap, sizeof(**ids));
	}
	(*ids)[(*n)++] = id;
}

static void
choose(struct top *t, uint32_t id, bool covered)
{
	struct selection *out = t->out;

	ASSERT(t->place[id] == 0);
	*selection_add(out) = (struct select_entry){
		.prefix = rib_prefix(t->in->rib, t->in->family, id),
		.id = id,
		.attrs = rib_best_attrs(t->in->rib, t->in->family, id),
		.covered = covered,
		.rate_bps = traffic_rate(t->in->traffic, id, t->in->direction, t->in->now),
	};
	t->place[id] = (uint32_t)out->n;
}

static void
unchoose(struct top *t, uint32_t id)
{
	struct selection *out = t->out;
	uint32_t i = t->place[id] - 1;

	t->place[id] = 0;
	*selection_at(out, i) = *selection_at(out, out->n - 1);
	if (i != out->n - 1)
		t->place[selection_at(out, i)->id] = i + 1;
	selection_resize(out, out->n - 1);
}

/* The nearest chosen entry above p, or RIB_NONE. */
static uint32_t
chosen_above(const struct top *t, struct ip_prefix p)
{
	uint32_t id;

	while ((id = rib_cover(t->in->rib, &p)) != RIB_NONE && t->place[id] == 0)
		p = rib_prefix(t->in->rib, t->in->family, id);
	return id;
}

/* Must this one not be installed, and so nothing above it that would hide it? */
static bool
withheld(const struct top *t, uint32_t id)
{
	return !t->in->show_withheld && rib_is_withheld(t->in->rib, t->in->family, id);
}

static bool
excluded(const struct top *t, uint32_t id, const struct ip_prefix *p)
{
	if (p->len < t->in->min_length || withheld(t, id))
		return true;
	return trie_get(t->never, p) != TRIE_NONE || trie_cover(t->never, p) != TRIE_NONE ||
	       trie_next_below(t->never, p,
		   &(struct ip_prefix){ p->hi, p->lo, p->family, p->len }) != TRIE_NONE;
}

/* A switch has thousands of routes of its own that nothing may overlap. */
static struct trie *
index_never(const struct select_input *in)
{
	struct trie *never = trie_new(in->family);

	for (size_t i = 0; i < in->n_never; i++)
		if (in->never[i].family == in->family)
			trie_insert(never, &in->never[i], 0);
	return never;
}

/*
 * Collect what choosing `id` needs and what it makes redundant; false when it needs more than
 * `room` slots, or something that is withheld. The stack holds the RIB prefixes that cover the
 * walk's place, and their next hops.
 */
static bool
closure(struct top *t, uint32_t id, const struct ip_prefix *p, size_t room)
{
	const struct rib *rib = t->in->rib;
	enum ip_family family = t->in->family;
	struct {
		struct ip_prefix prefix;
		uint32_t nexthop;
	} stack[129];
	size_t depth = 1;
	struct ip_prefix cursor = *p;
	uint32_t below;

	t->n_wanted = t->n_redundant = 0;
	if (room == 0)
		return false;
	stack[0].prefix = *p;
	stack[0].nexthop = rib_best_nexthop(rib, family, id);
	while ((below = rib_next_below(rib, p, &cursor)) != RIB_NONE) {
		uint32_t nexthop = rib_best_nexthop(rib, family, below);
		bool differs;

		while (!prefix_contains(&stack[depth - 1].prefix, &cursor))
			depth--;
		differs = nexthop != stack[depth - 1].nexthop || !t->in->prune_covered;
		ASSERT(depth < ARRAY_LEN(stack));
		stack[depth].prefix = cursor;
		stack[depth++].nexthop = nexthop;
		if (differs && withheld(t, below))
			return false;
		if (differs && t->place[below] == 0) {
			push_id(&t->wanted, &t->n_wanted, &t->cap_wanted, below);
			if (t->n_wanted + 1 > room)
				return false;
		} else if (!differs && t->place[below] != 0) {
			push_id(&t->redundant, &t->n_redundant, &t->cap_redundant, below);
		}
	}
	return true;
}

/* Choose `id` with its closure if it is neither excluded nor forwarded alike by a choice above it,
 * and fits. */
static void
consider(struct top *t, uint32_t id)
{
	struct ip_prefix p = rib_prefix(t->in->rib, t->in->family, id);
	size_t room = t->in->limit - t->out->n;

	t->out->considered++;
	if (t->place[id] != 0) { /* chosen as covered before its own turn came */
		selection_at(t->out, t->place[id] - 1)->covered = false;
		return;
	}
	if (excluded(t, id, &p))
		return;
	if (!t->in->include_covered) {
		uint32_t above = t->in->prune_covered ? chosen_above(t, p) : RIB_NONE;

		if (room == 0)
			t->out->no_room++;
		else if (above == RIB_NONE || rib_best_nexthop(t->in->rib, t->in->family, above) !=
						  rib_best_nexthop(t->in->rib, t->in->family, id))
			choose(t, id, false);
		return;
	}
	/* Below a chosen entry everything that differs is chosen already. */
	if (chosen_above(t, p) != RIB_NONE)
		return;
	if (!closure(t, id, &p, room)) {
		t->out->no_room++;
		return;
	}
	for (size_t i = 0; i < t->n_redundant; i++)
		unchoose(t, t->redundant[i]);
	choose(t, id, false);
	for (size_t i = 0; i < t->n_wanted; i++)
		choose(t, t->wanted[i], true);
}

static void
consider_prefix(struct top *t, const struct ip_prefix *p)
{
	uint32_t id = p->family == t->in->family ? rib_lookup(t->in->rib, p) : RIB_NONE;

	if (id != RIB_NONE)
		consider(t, id);
}

/* Stale input: what is held stays, as far as the RIB still has it and the limit allows. The entries
 * held for their own rate bring what they cover. */
static void
consider_kept(struct top *t)
{
	struct ip_prefix cursor;
	const struct installed_entry *e;

	for (e = installed_next(t->in->keep, &cursor, true); e != NULL;
	     e = installed_next(t->in->keep, &cursor, false))
		if (!e->covered)
			consider_prefix(t, &cursor);
	for (e = installed_next(t->in->keep, &cursor, true); e != NULL;
	     e = installed_next(t->in->keep, &cursor, false))
		if (e->covered)
			consider_prefix(t, &cursor);
}

/* Rank in two rounds: twice the limit is nearly always enough to fill it; where closures and
 * pruning leave room, rank everything. */
static void
consider_ranked(struct top *t)
{
	const struct traffic *traffic = t->in->traffic;
	const double *weights = traffic_weights(traffic, t->in->direction);
	const uint32_t *ids = traffic_ids(traffic);
	size_t n = traffic_count(traffic), done = 0, ranked;
	size_t k = t->in->limit * 2;
	uint32_t *order = mem_calloc(MEM_SELECT, n, sizeof(*order));

	do {
		ranked = rank_top(weights, n, k, order);
		for (; done < ranked && t->out->n < t->in->limit; done++) {
			uint32_t i = order[done];

			if (weights[i] * t->unit <= t->in->min_rate_bps)
				goto out;
			if (!traffic_idle(traffic, i, t->in->direction, t->in->now))
				consider(t, ids[i]);
		}
		k = n;
	} while (t->out->n < t->in->limit && ranked < n);
out:
	mem_free(MEM_SELECT, order);
}

/* Which chosen entry makes each covered one necessary: the nearest above it. */
static void
name_parents(struct top *t)
{
	for (size_t i = 0; i < t->out->n; i++) {
		struct select_entry *e = selection_at(t->out, i);
		uint32_t above = e->covered ? chosen_above(t, e->prefix) : RIB_NONE;

		if (above == RIB_NONE)
			e->covered = false;
		else
			e->parent_len = rib_prefix(t->in->rib, t->in->family, above).len;
	}
}

void
select_top(const struct select_input *in, struct selection *out)
{
	struct select_input asked = *in;
	struct top t = { .in = &asked, .out = out, .unit = traffic_unit(in->traffic, in->now) };

	out->n = out->considered = out->no_room = 0;
	if (in->limit == 0)
		return;
	t.place = mem_calloc(MEM_SELECT, rib_id_limit(in->rib, in->family), sizeof(*t.place));
	t.never = index_never(in);
	asked.min_length = 0; /* what is asked for by name may even be 0/0 */
	for (size_t i = 0; i < in->n_always; i++)
		consider_prefix(&t, &in->always[i]);
	t.in = in;
	if (in->keep != NULL)
		consider_kept(&t);
	consider_ranked(&t);
	name_parents(&t);
	trie_free(t.never);
	mem_free(MEM_SELECT, t.place);
	mem_free(MEM_SELECT, t.wanted);
	mem_free(MEM_SELECT, t.redundant);
}
