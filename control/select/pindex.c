/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/pindex.h"

#include "control/select/ptree.h"
#include "lib/hash.h"
#include "lib/mem.h"
#include "lib/rng.h"

#define SLOTS_LEAST 64

void
pindex_fini(struct pindex *x)
{
	mem_free(MEM_SELECT, x->slots);
	*x = (struct pindex){ 0 };
}

static size_t
home(const struct pindex *x, uint64_t hi, uint64_t lo, unsigned len)
{
	return hash_fold(hi ^ x->seed, lo ^ UINT64_C(0x9e3779b97f4a7c15) * (len + 1)) &
	       (x->cap - 1);
}

static size_t
home_of(const struct pindex *x, const struct pnode *n)
{
	return home(x, n->hi, n->lo, n->len);
}

static void
put(struct pindex *x, struct pnode *n)
{
	size_t i = home_of(x, n);

	while (x->slots[i] != NULL)
		i = (i + 1) & (x->cap - 1);
	x->slots[i] = n;
}

static void
grow(struct pindex *x)
{
	struct pindex old = *x;

	x->cap = old.cap > 0 ? 2 * old.cap : SLOTS_LEAST;
	x->slots = mem_calloc(MEM_SELECT, x->cap, sizeof(struct pnode *));
	x->seed = rng_mix((uintptr_t)x->slots); /* differs in each process, and needs no more */
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i] != NULL)
			put(x, old.slots[i]);
	pindex_fini(&old);
}

void
pindex_add(struct pindex *x, struct pnode *n)
{
	if (3 * (x->n + 1) > 2 * x->cap)
		grow(x);
	put(x, n);
	x->n++;
}

void
pindex_remove(struct pindex *x, const struct pnode *n)
{
	size_t mask = x->cap - 1, hole = home_of(x, n), i;

	while (x->slots[hole] != n)
		hole = (hole + 1) & mask;
	/* What comes behind moves up, unless that would put it before its home. */
	for (i = (hole + 1) & mask; x->slots[i] != NULL; i = (i + 1) & mask)
		if (((i - home_of(x, x->slots[i])) & mask) >= ((i - hole) & mask)) {
			x->slots[hole] = x->slots[i];
			hole = i;
		}
	x->slots[hole] = NULL;
	x->n--;
}

struct pnode *
pindex_get(const struct pindex *x, uint64_t hi, uint64_t lo, unsigned len)
{
	size_t i;

	if (x->cap == 0)
		return NULL;
	for (i = home(x, hi, lo, len); x->slots[i] != NULL; i = (i + 1) & (x->cap - 1)) {
		struct pnode *n = x->slots[i];

		if (n->hi == hi && n->lo == lo && n->len == len)
			return n;
	}
	return NULL;
}

void
pindex_fetch(const struct pindex *x, uint64_t hi, uint64_t lo, unsigned len)
{
	if (x->cap > 0)
		__builtin_prefetch(&x->slots[home(x, hi, lo, len)]);
}

struct pnode *
pindex_likely(const struct pindex *x, uint64_t hi, uint64_t lo, unsigned len)
{
	return x->cap > 0 ? x->slots[home(x, hi, lo, len)] : NULL;
}

size_t
pindex_bytes(const struct pindex *x)
{
	return x->cap * sizeof(struct pnode *);
}
