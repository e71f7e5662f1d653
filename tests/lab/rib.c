/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/rib.h"

#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/mem.h"

#define RIB_EMPTY 255 /* as prefix.len */

static void
make_slots(struct rib *r, size_t n)
{
	r->slots = mem_calloc(MEM_MISC, n, sizeof(*r->slots));
	r->mask = n - 1;
	for (size_t i = 0; i < n; i++)
		r->slots[i].prefix.len = RIB_EMPTY;
}

void
rib_init(struct rib *r)
{
	*r = (struct rib){ .slots = NULL };
	make_slots(r, 1024);
}

void
rib_fini(struct rib *r)
{
	mem_free(MEM_MISC, r->slots);
}

static size_t
home(const struct rib *r, const struct ip_prefix *p)
{
	uint64_t tail = (uint64_t)p->family << 8 | p->len;

	return (size_t)hash_fold(rng_mix(p->hi + tail), p->lo ^ UINT64_C(0xd6e8feb86659fd93)) &
	       r->mask;
}

/* Where p is, or where it would be. */
static size_t
place(const struct rib *r, const struct ip_prefix *p)
{
	size_t i = home(r, p);

	while (r->slots[i].prefix.len != RIB_EMPTY && !prefix_equal(&r->slots[i].prefix, p))
		i = (i + 1) & r->mask;
	return i;
}

static void
grow(struct rib *r)
{
	struct table_route *old = r->slots;
	size_t n = r->mask + 1;

	make_slots(r, 2 * n);
	for (size_t i = 0; i < n; i++) {
		if (old[i].prefix.len != RIB_EMPTY)
			r->slots[place(r, &old[i].prefix)] = old[i];
	}
	mem_free(MEM_MISC, old);
}

void
rib_set(struct rib *r, const struct ip_prefix *p, uint32_t attrs)
{
	struct table_route *slot;

	if (rib_size(r) >= r->mask / 2)
		grow(r);
	slot = &r->slots[place(r, p)];
	if (slot->prefix.len == RIB_EMPTY) {
		slot->prefix = *p;
		r->n[p->family]++;
		if (rib_size(r) > r->most)
			r->most = rib_size(r);
	}
	slot->attrs = attrs;
}

bool
rib_remove(struct rib *r, const struct ip_prefix *p)
{
	size_t hole = place(r, p);

	if (r->slots[hole].prefix.len == RIB_EMPTY)
		return false;
	r->n[p->family]--;
	/* Close the gap: whatever comes behind and may stand in the hole moves there. */
	for (size_t i = (hole + 1) & r->mask; r->slots[i].prefix.len != RIB_EMPTY;
	     i = (i + 1) & r->mask) {
		size_t from_home = (i - home(r, &r->slots[i].prefix)) & r->mask;

		if (from_home >= ((i - hole) & r->mask)) {
			r->slots[hole] = r->slots[i];
			hole = i;
		}
	}
	r->slots[hole].prefix.len = RIB_EMPTY;
	return true;
}

const struct table_route *
rib_find(const struct rib *r, const struct ip_prefix *p)
{
	const struct table_route *slot = &r->slots[place(r, p)];

	return slot->prefix.len != RIB_EMPTY ? slot : NULL;
}

void
rib_clear(struct rib *r)
{
	for (size_t i = 0; i <= r->mask; i++)
		r->slots[i].prefix.len = RIB_EMPTY;
	r->n[IP_V4] = r->n[IP_V6] = 0;
}

static int
by_prefix(const void *a, const void *b)
{
	const struct table_route *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

struct table_route *
rib_sorted(const struct rib *r, size_t *n)
{
	struct table_route *all = mem_calloc(MEM_MISC, rib_size(r), sizeof(*all));

	*n = 0;
	for (size_t i = 0; i <= r->mask; i++) {
		if (r->slots[i].prefix.len != RIB_EMPTY)
			all[(*n)++] = r->slots[i];
	}
	qsort(all, *n, sizeof(*all), by_prefix);
	return all;
}
