/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/select.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

void
selection_init(struct selection *s)
{
	*s = (struct selection){ 0 };
}

void
selection_fini(struct selection *s)
{
	mem_free(MEM_SELECT, s->pool);
	mem_free(MEM_SELECT, s->order);
	*s = (struct selection){ 0 };
}

/* --- the list ------------------------------------------------------------------------------- */

static void
reserve(struct selection *s, size_t n)
{
	size_t cap = n > 2 * s->cap ? n : 2 * s->cap;

	if (n <= s->cap)
		return;
	s->pool = mem_resize(MEM_SELECT, s->pool, cap, sizeof(*s->pool));
	s->order = mem_resize(MEM_SELECT, s->order, cap, sizeof(*s->order));
	for (; s->cap < cap; s->cap++)
		s->order[s->cap] = (uint32_t)s->cap;
}

void
selection_resize(struct selection *s, size_t n)
{
	reserve(s, n);
	s->n = n;
}

struct select_entry *
selection_add(struct selection *s)
{
	selection_resize(s, s->n + 1);
	return selection_at(s, s->n - 1);
}

/* Numbers that are moved at once. */
#define STEP 64

/* Let the k entries behind the last one come before number `at`. */
static void
open_gap(struct selection *s, size_t at, size_t k)
{
	uint32_t *order, free[STEP];

	selection_resize(s, s->n + k);
	order = s->order;
	for (size_t step, n = s->n - k; k > 0; k -= step, n += step) {
		step = size_min(k, STEP);
		memcpy(free, &order[n], step * sizeof(*order));
		memmove(&order[at + step], &order[at], (n - at) * sizeof(*order));
		memcpy(&order[at], free, step * sizeof(*order));
	}
}

/* Let the k entries from number `at` on go behind the last one. */
static void
close_gap(struct selection *s, size_t at, size_t k)
{
	uint32_t *order = s->order, free[STEP];

	for (size_t step; k > 0; k -= step) {
		step = size_min(k, STEP);
		memcpy(free, &order[at], step * sizeof(*order));
		s->n -= step;
		memmove(&order[at], &order[at + step], (s->n - at) * sizeof(*order));
		memcpy(&order[s->n], free, step * sizeof(*order));
	}
}

void
selection_replace(struct selection *s, size_t first, size_t old, size_t new)
{
	if (new > old)
		open_gap(s, first + old, new - old);
	else if (new < old)
		close_gap(s, first + new, old - new);
}

/* --- order ---------------------------------------------------------------------------------- */

static int
by_prefix(const void *a, const void *b, void *pool)
{
	const struct select_entry *of = pool;
	const struct select_entry *x = &of[*(const uint32_t *)a], *y = &of[*(const uint32_t *)b];

	return prefix_cmp(&x->prefix, &y->prefix);
}

static int
by_rate(const void *a, const void *b, void *pool)
{
	const struct select_entry *of = pool;
	const struct select_entry *x = &of[*(const uint32_t *)a], *y = &of[*(const uint32_t *)b];

	if (x->rate_bps != y->rate_bps)
		return x->rate_bps > y->rate_bps ? -1 : 1;
	return prefix_cmp(&x->prefix, &y->prefix);
}

void
selection_sort_by_prefix(struct selection *s)
{
	if (s->n > 0)
		qsort_r(s->order, s->n, sizeof(*s->order), by_prefix, s->pool);
}

void
selection_sort_by_rate(struct selection *s)
{
	if (s->n > 0)
		qsort_r(s->order, s->n, sizeof(*s->order), by_rate, s->pool);
}

/* An entry that nothing covers, and what is inside it. */
struct root {
	size_t first, n;
	double rate_bps; /* of all of them; HUGE_VAL where one is pinned */
	bool gone;
};

/* What earns least for an entry, first. */
static int
by_earning(const void *a, const void *b)
{
	const struct root *x = a, *y = b;
	double p = x->rate_bps * (double)y->n, q = y->rate_bps * (double)x->n;

	if (p != q)
		return p < q ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static int
by_first(const void *a, const void *b)
{
	const struct root *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static size_t
find_roots(const struct selection *s, struct root *roots)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct select_entry *e = selection_at(s, i);

		if (n == 0 ||
		    !prefix_contains(&selection_at(s, roots[n - 1].first)->prefix, &e->prefix))
			roots[n++].first = i;
		roots[n - 1].n++;
		roots[n - 1].rate_bps += e->pinned ? HUGE_VAL : e->rate_bps;
	}
	return n;
}

const struct select_entry *
selection_find(const struct selection *s, const struct ip_prefix *p)
{
	size_t i = selection_from(s, p);

	return i < s->n && prefix_equal(&selection_at(s, i)->prefix, p) ? selection_at(s, i) : NULL;
}

const struct select_entry *
selection_match(const struct selection *s, const struct ip_prefix *p)
{
	struct ip_addr first = prefix_first(p);
	const struct select_entry *e = NULL;

	for (unsigned len = p->len + 1u; e == NULL && len-- > 0;) {
		struct ip_prefix shorter = prefix_of(&first, len);

		e = selection_find(s, &shorter);
	}
	return e;
}

size_t
selection_from(const struct selection *s, const struct ip_prefix *p)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (prefix_cmp(&selection_at(s, middle)->prefix, p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct slots_fill
fill_of(const struct selection *s, const struct slots *slots)
{
	struct slots_fill fill = { 0 };

	for (size_t i = 0; i < s->n; i++)
		slots_put(slots, &fill, selection_at(s, i)->prefix.len);
	return fill;
}

size_t
selection_slots(const struct selection *s, const struct slots *slots)
{
	struct slots_fill fill = fill_of(s, slots);

	return slots_used(slots, &fill);
}

/* It has entries of the length that has a table of its own. */
static bool
has_exact(const struct selection *s, const struct root *r, const struct slots *slots)
{
	for (size_t k = 0; k < r->n; k++)
		if (selection_at(s, r->first + k)->prefix.len == slots->exact_len)
			return true;
	return false;
}

/* Mark the trees that go, those that earn least first. Where only the table of one length has too
 * many that is for those that have some of it. */
static void
trim_roots(const struct selection *s, struct root *roots, size_t n, size_t limit,
    const struct slots *slots)
{
	struct slots_fill fill = fill_of(s, slots);

	for (size_t i = 0; i < n && slots_used(slots, &fill) > limit; i++) {
		if (fill.pool <= limit && slots_used(slots, &fill) == SLOTS_TOO_MANY &&
		    !has_exact(s, &roots[i], slots))
			continue;
		roots[i].gone = true;
		for (size_t k = 0; k < roots[i].n; k++)
			slots_take(slots, &fill, selection_at(s, roots[i].first + k)->prefix.len);
	}
}

static void
swap(struct selection *s, size_t i, size_t k)
{
	uint32_t place = s->order[i];

	s->order[i] = s->order[k];
	s->order[k] = place;
}

void
selection_trim(struct selection *s, size_t limit, const struct slots *slots)
{
	struct root *roots;
	size_t n, kept = 0;

	if (selection_slots(s, slots) <= limit)
		return;
	roots = mem_calloc(MEM_SELECT, s->n, sizeof(*roots));
	n = find_roots(s, roots);
	qsort(roots, n, sizeof(*roots), by_earning);
	trim_roots(s, roots, n, limit, slots);
	qsort(roots, n, sizeof(*roots), by_first);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < roots[i].n && !roots[i].gone; k++)
			swap(s, kept++, roots[i].first + k);
	s->no_room += s->n - kept;
	s->n = kept;
	mem_free(MEM_SELECT, roots);
}
