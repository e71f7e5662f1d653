/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/forwarding.h"

#include <stdlib.h>

void
forward_init(struct forward_table *t)
{
	*t = (struct forward_table){ 0 };
}

void
forward_fini(struct forward_table *t)
{
	free(t->entries);
	forward_init(t);
}

static struct forward_entry *
find(const struct forward_table *t, const struct ip_prefix *p)
{
	for (size_t i = 0; i < t->n; i++)
		if (prefix_equal(&t->entries[i].prefix, p))
			return &t->entries[i];
	return NULL;
}

void
forward_set(struct forward_table *t, const struct ip_prefix *p, uint32_t action)
{
	struct forward_entry *e = find(t, p);

	if (e == NULL) {
		if (t->n == t->cap) {
			t->cap = t->cap == 0 ? 64 : t->cap * 2;
			t->entries = realloc(t->entries, t->cap * sizeof(*t->entries));
		}
		e = &t->entries[t->n++];
		e->prefix = *p;
	}
	e->action = action;
}

bool
forward_remove(struct forward_table *t, const struct ip_prefix *p)
{
	struct forward_entry *e = find(t, p);

	if (e == NULL)
		return false;
	*e = t->entries[--t->n];
	return true;
}

void
forward_copy(struct forward_table *to, const struct forward_table *from)
{
	to->n = 0;
	for (size_t i = 0; i < from->n; i++)
		forward_set(to, &from->entries[i].prefix, from->entries[i].action);
}

uint32_t
forward_lookup(const struct forward_table *t, const struct ip_addr *a)
{
	const struct forward_entry *best = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct forward_entry *e = &t->entries[i];

		if (prefix_contains_addr(&e->prefix, a) &&
		    (best == NULL || e->prefix.len > best->prefix.len))
			best = e;
	}
	return best != NULL ? best->action : FORWARD_DEFAULT;
}

static bool
address_ok(const struct forward_table *pushed, const struct forward_table *rib,
    const struct forward_table *old, const struct ip_addr *a)
{
	uint32_t action = forward_lookup(pushed, a);

	return action == FORWARD_DEFAULT || action == forward_lookup(rib, a) ||
	       (old != NULL && action == forward_lookup(old, a));
}

/* a + 1 and a - 1, wrapping, in the family's own width. */
static struct ip_addr
neighbour(const struct ip_addr *a, bool up)
{
	struct ip_addr n = *a;

	if (a->family == IP_V4) {
		n.hi += up ? UINT64_C(1) << 32 : -(UINT64_C(1) << 32);
	} else {
		n.lo += up ? 1 : UINT64_MAX;
		if (n.lo == (up ? 0 : UINT64_MAX))
			n.hi += up ? 1 : UINT64_MAX;
	}
	return n;
}

static bool
boundaries_ok(const struct forward_table *of, const struct forward_table *pushed,
    const struct forward_table *rib, const struct forward_table *old, struct ip_addr *bad)
{
	for (size_t i = 0; i < of->n; i++) {
		struct ip_addr probe[4];

		probe[0] = prefix_first(&of->entries[i].prefix);
		probe[1] = prefix_last(&of->entries[i].prefix);
		probe[2] = neighbour(&probe[0], false);
		probe[3] = neighbour(&probe[1], true);
		for (size_t k = 0; k < 4; k++) {
			if (!address_ok(pushed, rib, old, &probe[k])) {
				*bad = probe[k];
				return false;
			}
		}
	}
	return true;
}

bool
forward_equivalent(const struct forward_table *pushed, const struct forward_table *rib,
    const struct forward_table *old, struct ip_addr *bad)
{
	return boundaries_ok(pushed, pushed, rib, old, bad) &&
	       boundaries_ok(rib, pushed, rib, old, bad) &&
	       (old == NULL || boundaries_ok(old, pushed, rib, old, bad));
}
