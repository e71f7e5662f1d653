/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes of a tree by their prefix: what a sample changes is found in one step, where the walk
 * down from the root is twenty of them, each through memory that is in no cache. Open addressing,
 * at most two thirds full; nodes are borrowed.
 */
#ifndef CONTROL_SELECT_PINDEX_H
#define CONTROL_SELECT_PINDEX_H

#include "lib/base.h"

struct pnode;

struct pindex {
	struct pnode **slots;
	size_t n, cap; /* cap is a power of two, or 0 */
	uint64_t seed; /* so that no neighbour can choose prefixes that collide */
};

void pindex_fini(struct pindex *x);

/* The node must not be there yet; or must be. */
void pindex_add(struct pindex *x, struct pnode *n);
void pindex_remove(struct pindex *x, const struct pnode *n);

/* The node with this key, left-aligned and zero behind `len` bits; or NULL. */
struct pnode *pindex_get(const struct pindex *x, uint64_t hi, uint64_t lo, unsigned len);

/* To look many up without waiting for memory each time: where a key may be found is fetched first,
 * then the node that is likely to be the one. */
void pindex_fetch(const struct pindex *x, uint64_t hi, uint64_t lo, unsigned len);
struct pnode *pindex_likely(const struct pindex *x, uint64_t hi, uint64_t lo, unsigned len);

size_t pindex_bytes(const struct pindex *x);

#endif
