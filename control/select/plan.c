/* SPDX-License-Identifier: Apache-2.0 */
/*
 * F0 and F1 are merged in prefix order and cut into groups: the maximal trees of their union, a
 * root and everything below it. Groups do not overlap, so each can be changed on its own.
 *
 * Within a group, make before break:
 *
 *      F0: 10/8 A, 10.1/16 B          F1: 10.1/16 C, 10.1.2/24 A, 10.2/16 A
 *      add    10.1.2.0/24 A           longest first: whatever a shorter entry would hide is
 *      change 10.1.0.0/16 C           there before it
 *      add    10.2.0.0/16 A
 *      delete 10.0.0.0/8              shortest first: what a longer entry gave way to is gone
 *                                     before it, so traffic falls to F1 or to the default
 *
 * Proof sketch. Adding p: an address whose longest F1 match is p sees p's new action; one with a
 * longer F1 match sees that, as it was added before; one with a longer F0 match still sees its old
 * action. Deleting e: every F0-only entry shorter than e is gone, so the address falls to its
 * longest F1 match or to the default. Each step keeps that, so a plan may be cut off anywhere, and
 * in each group anywhere else.
 *
 * That needs room for the group's adds. If it is not there the group is drained (its F0 entries
 * deleted shortest first; traffic falls to the default) and refilled (F1 longest first).
 *
 * Order of groups: those that do not grow come first, and a group with a changed action before its
 * peers: it repairs. Where all entries take slots of one table each of the former fits, by draining
 * at worst, and after them the occupancy only rises towards that of F1, which is within capacity.
 * With a second table for one length (slots.h) a group may be drained and not fit yet; such groups
 * are refilled at the end, when everything else is as in F1: then each step leads to a part of F1.
 * So every plan succeeds, with no headroom at all.
 */
#include "control/select/plan.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

/* A prefix of the union. */
struct item {
	struct ip_prefix prefix;
	uint32_t held, wanted; /* attribute sets, ATTRS_NONE where absent */
	bool covered, stale;
};

struct group {
	uint32_t number;
	size_t first, n; /* items */
	size_t held, adds;
	int64_t grows; /* slots, if each entry took its own */
	bool repairs;
	bool postponed; /* drained, or new, and there is no room for it yet */
};

struct work {
	const struct installed *held;
	const struct slots *slots;
	struct slots_fill fill; /* after what has been emitted */
	size_t capacity;
	struct item *items;
	size_t n_items, cap_items;
	struct group *groups;
	size_t n_groups;
	struct plan *out;
};

void
plan_init(struct plan *p)
{
	*p = (struct plan){ 0 };
}

void
plan_fini(struct plan *p)
{
	mem_free(MEM_SELECT, p->ops);
	mem_free(MEM_SELECT, p->waits);
	*p = (struct plan){ 0 };
}

void
plan_wait(struct plan *p, uint32_t group)
{
	p->waits[group] = true;
}

bool
plan_waits(const struct plan *p, uint32_t group)
{
	return p->waits[group];
}

static void
emit(struct plan *out, enum plan_kind kind, const struct item *item, const struct group *g)
{
	if (out->n == out->cap) {
		out->cap = out->cap == 0 ? 256 : out->cap * 2;
		out->ops = mem_resize(MEM_SELECT, out->ops, out->cap, sizeof(*out->ops));
	}
	out->ops[out->n++] = (struct plan_op){ .prefix = item->prefix,
		.kind = kind,
		.group = g->number,
		.attrs = item->wanted,
		.covered = item->covered,
		.repairs = g->repairs,
		.fills = g->held == 0 };
}

static struct item *
add_item(struct work *w)
{
	if (w->n_items == w->cap_items) {
		w->cap_items = w->cap_items > 0 ? 2 * w->cap_items : 64;
		w->items = mem_resize(MEM_SELECT, w->items, w->cap_items, sizeof(*w->items));
	}
	w->items[w->n_items] = (struct item){ .held = ATTRS_NONE, .wanted = ATTRS_NONE };
	return &w->items[w->n_items++];
}

static bool
is_inside(const struct ip_prefix *within, const struct ip_prefix *p)
{
	return within == NULL || prefix_contains(within, p);
}

/* The first entry held that is not before *cursor; with `within` NULL: of all. */
static const struct installed_entry *
first_held(const struct installed *held, const struct ip_prefix *within, struct ip_prefix *cursor)
{
	const struct installed_entry *e;

	if (within == NULL)
		return installed_next(held, cursor, true);
	*cursor = *within;
	e = installed_get(held, within);
	return e != NULL ? e : installed_next(held, cursor, false);
}

/* Merge the two sorted lists; within a prefix, or (NULL) all of them. */
static void
merge(struct work *w, const struct selection *wanted, const struct ip_prefix *within)
{
	const struct installed *held = w->held;
	struct ip_prefix cursor;
	const struct installed_entry *old = first_held(held, within, &cursor);
	size_t i = within != NULL ? selection_from(wanted, within) : 0;

	for (;;) {
		const struct select_entry *new = i < wanted->n ? selection_at(wanted, i) : NULL;
		struct item *item;
		int order;

		if (old != NULL && !is_inside(within, &old->prefix))
			old = NULL;
		if (new != NULL && !is_inside(within, &new->prefix))
			new = NULL;
		if (old == NULL && new == NULL)
			return;
		order = old == NULL ? 1 : new == NULL ? -1 : prefix_cmp(&old->prefix, &new->prefix);
		item = add_item(w);
		item->prefix = order <= 0 ? old->prefix : new->prefix;
		if (order <= 0) {
			item->held = old->attrs;
			item->stale = old->state == INSTALLED_STALE;
			old = installed_next(held, &cursor, false);
		}
		if (order >= 0) {
			item->wanted = new->attrs;
			item->covered = new->covered;
			i++;
		}
	}
}

/* The length of what two prefixes that do not contain each other have in common. */
static unsigned
common(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->hi != b->hi ? (unsigned)__builtin_clzll(a->hi ^ b->hi)
			      : 64 + (unsigned)__builtin_clzll(a->lo ^ b->lo);
}

/* The shortest wanted prefix at or above p, or p. What is first at or behind the part of p of some
 * length is that, or whatever is above p is longer than what the two have in common. */
static struct ip_prefix
wanted_root(const struct selection *wanted, const struct ip_prefix *p)
{
	for (unsigned len = 0; len < p->len;) {
		struct ip_prefix at = prefix_make((enum ip_family)p->family, p->hi, p->lo, len);
		size_t i = selection_from(wanted, &at);
		const struct ip_prefix *e;

		if (i == wanted->n)
			break;
		e = &selection_at(wanted, i)->prefix;
		if (prefix_cmp(e, p) >= 0)
			break;
		if (prefix_contains(e, p))
			return *e;
		len = common(e, p) + 1;
	}
	return *p;
}

/* The root of the group around p: the shortest prefix at or above it in either list, or p. */
static struct ip_prefix
root_of(const struct installed *held, const struct selection *wanted, const struct ip_prefix *p)
{
	struct ip_prefix root = wanted_root(wanted, p);
	const struct installed_entry *e = installed_cover(held, &root);

	for (; e != NULL; e = installed_cover(held, &root))
		root = e->prefix;
	return root;
}

/* Merge the groups around places. Roots are in order as the places are, and equal or apart. */
static void
merge_near(struct work *w, const struct selection *wanted, const struct ip_prefix *at, size_t n)
{
	struct ip_prefix last = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct ip_prefix root = root_of(w->held, wanted, &at[i]);

		if (i == 0 || !prefix_equal(&root, &last))
			merge(w, wanted, &root);
		last = root;
	}
}

/* The RIB has changed somewhere in the tree under `root`, or all around it. */
static bool
has_changed(const struct plan *p, const struct ip_prefix *root)
{
	size_t low = 0, high = p->n_changed;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (prefix_cmp(&p->changed[mid], root) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return (low > 0 && prefix_contains(&p->changed[low - 1], root)) ||
	       (low < p->n_changed && prefix_contains(root, &p->changed[low]));
}

static void
cut_into_groups(struct work *w, const struct attrs_table *attrs)
{
	const struct ip_prefix *root = NULL;

	w->groups = mem_calloc(MEM_SELECT, w->n_items, sizeof(*w->groups));
	for (size_t i = 0; i < w->n_items; i++) {
		const struct item *item = &w->items[i];
		struct group *g;

		if (root == NULL || !prefix_contains(root, &item->prefix)) {
			root = &item->prefix;
			w->groups[w->n_groups] = (struct group){ .number = (uint32_t)w->n_groups,
				.first = i,
				.repairs = has_changed(w->out, root) };
			w->n_groups++;
		}
		g = &w->groups[w->n_groups - 1];
		g->n++;
		g->held += item->held != ATTRS_NONE;
		g->adds += item->held == ATTRS_NONE;
		g->grows += w->slots->of[item->prefix.len] *
			    ((item->held == ATTRS_NONE) - (item->wanted == ATTRS_NONE));
		if (item->held != ATTRS_NONE && item->wanted != ATTRS_NONE &&
		    attrs_nexthop(attrs, item->held) != attrs_nexthop(attrs, item->wanted))
			g->repairs = true;
	}
}

/* Groups that do not grow first; among equals repairs, then what only gives room, then as they lie.
 */
static int
group_order(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	bool x_grows = x->grows > 0, y_grows = y->grows > 0;

	if (x_grows != y_grows)
		return x_grows - y_grows;
	if (x->repairs != y->repairs)
		return y->repairs - x->repairs;
	if ((x->adds == 0) != (y->adds == 0))
		return (y->adds == 0) - (x->adds == 0);
	return x->first < y->first ? -1 : 1;
}

static int
longest_first(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->prefix.len != y->prefix.len)
		return y->prefix.len - x->prefix.len;
	return prefix_cmp(&x->prefix, &y->prefix);
}

static void
emit_deletes(struct work *w, const struct group *g, bool all_held)
{
	for (size_t i = g->n; i-- > 0;) {
		const struct item *item = &w->items[g->first + i];

		if (item->held == ATTRS_NONE || (!all_held && item->wanted != ATTRS_NONE))
			continue;
		emit(w->out, PLAN_DELETE, item, g);
		slots_take(w->slots, &w->fill, item->prefix.len);
	}
}

/* What is wanted of the group, into a table that has all that is held of it, or nothing. */
static void
emit_wanted(struct work *w, const struct group *g, bool drained)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct item *item = &w->items[g->first + i];

		if (item->wanted == ATTRS_NONE)
			continue;
		if (drained || item->held == ATTRS_NONE) {
			emit(w->out, PLAN_ADD, item, g);
			slots_put(w->slots, &w->fill, item->prefix.len);
		} else if (!installed_alike(w->held, item->held, item->wanted)) {
			emit(w->out, PLAN_CHANGE, item, g);
		} else if (item->held != item->wanted || item->stale) {
			emit(w->out, PLAN_KEEP, item, g);
		}
	}
}

/* Is there room for the wanted entries of the group beside what is there; `new`: only for those
 * that are not held. */
static bool
fits(const struct work *w, const struct group *g, bool new)
{
	struct slots_fill fill = w->fill;

	for (size_t i = 0; i < g->n; i++) {
		const struct item *item = &w->items[g->first + i];

		if (item->wanted != ATTRS_NONE && (!new || item->held == ATTRS_NONE))
			slots_put(w->slots, &fill, item->prefix.len);
	}
	return slots_used(w->slots, &fill) <= w->capacity;
}

/* Its items are sorted longest first by now. */
static void
emit_group(struct work *w, struct group *g)
{
	size_t first;

	if (g->adds == 0 || fits(w, g, true)) {
		emit_wanted(w, g, false);
		emit_deletes(w, g, false);
		return;
	}
	first = w->out->n;
	emit_deletes(w, g, true);
	if (fits(w, g, false))
		emit_wanted(w, g, true);
	else
		g->postponed = true;
	for (size_t i = first + 1; i < w->out->n; i++)
		w->out->ops[i].goes_on = true;
}

/* The way for what has been merged. */
static void
build(struct work *w)
{
	struct plan *out = w->out;

	out->n = 0;
	cut_into_groups(w, installed_attrs(w->held));
	out->waits = mem_resize(MEM_SELECT, out->waits, w->n_groups + 1, sizeof(*out->waits));
	memset(out->waits, 0, w->n_groups + 1);
	if (w->n_groups > 0)
		qsort(w->groups, w->n_groups, sizeof(*w->groups), group_order);
	for (size_t i = 0; i < w->n_groups; i++) {
		struct group *g = &w->groups[i];

		qsort(&w->items[g->first], g->n, sizeof(*w->items), longest_first);
		emit_group(w, g);
	}
	for (size_t i = 0; i < w->n_groups; i++)
		if (w->groups[i].postponed)
			emit_wanted(w, &w->groups[i], true);
	mem_free(MEM_SELECT, w->items);
	mem_free(MEM_SELECT, w->groups);
}

static struct work
begin(const struct installed *held, size_t capacity, struct plan *out)
{
	return (struct work){ .held = held,
		.slots = installed_slots(held),
		.fill = *installed_fill(held),
		.capacity = capacity,
		.out = out };
}

void
plan_build(
    const struct installed *held, const struct selection *wanted, size_t capacity, struct plan *out)
{
	struct work w = begin(held, capacity, out);

	ASSERT(selection_slots(wanted, w.slots) <= capacity);
	merge(&w, wanted, NULL);
	build(&w);
	ASSERT(slots_used(w.slots, &w.fill) == selection_slots(wanted, w.slots));
}

void
plan_build_near(const struct installed *held, const struct selection *wanted, size_t capacity,
    const struct ip_prefix *at, size_t n, struct plan *out)
{
	struct work w = begin(held, capacity, out);

	merge_near(&w, wanted, at, n);
	build(&w);
	ASSERT(slots_used(w.slots, &w.fill) <= capacity);
}

struct pace {
	size_t most; /* operations that may still go */
	bool fill;
	bool went, cost; /* of the operation before */
};

static bool
goes(struct pace *pace, const struct plan_op *op)
{
	if (!op->goes_on) {
		pace->cost = !op->repairs && op->kind != PLAN_KEEP && !(pace->fill && op->fills);
		pace->went = !pace->cost || pace->most > 0;
	}
	if (pace->went && pace->cost && pace->most > 0)
		pace->most--;
	return pace->went;
}

/* No more than `limit` slots are taken at any time if only what may goes. */
static bool
paced_fits(const struct plan *p, const struct installed *held, size_t limit, struct pace pace)
{
	const struct slots *slots = installed_slots(held);
	struct slots_fill taken = *installed_fill(held);

	for (size_t i = 0; i < p->n; i++) {
		const struct plan_op *op = &p->ops[i];

		if (!goes(&pace, op))
			continue;
		if (op->kind == PLAN_DELETE)
			slots_take(slots, &taken, op->prefix.len);
		if (op->kind != PLAN_ADD)
			continue;
		slots_put(slots, &taken, op->prefix.len);
		if (slots_used(slots, &taken) > limit)
			return false;
	}
	return true;
}

size_t
plan_pace(struct plan *p, const struct installed *held, size_t capacity, size_t most, bool fill)
{
	size_t occupied = installed_used(held);
	size_t limit = occupied > capacity ? occupied : capacity, kept = 0, left;
	struct pace pace = { .most = most, .fill = fill };

	if (!paced_fits(p, held, limit, pace))
		return 0;
	for (size_t i = 0; i < p->n; i++) {
		if (!goes(&pace, &p->ops[i]))
			continue;
		p->ops[kept] = p->ops[i];
		p->ops[kept++].costs = pace.cost;
	}
	left = p->n - kept;
	p->n = kept;
	return left;
}
