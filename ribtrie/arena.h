/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory in blocks of n equal units, named by 32-bit index instead of by pointer: half the size of
 * a link, and contiguous blocks for popcount-indexed arrays.
 *
 * The address range is reserved once and made usable as it is needed, so nothing ever moves:
 * a pointer from arena_at() is good until its block is freed. Running out is fatal, as in
 * lib/mem.h.
 */
#ifndef RIBTRIE_ARENA_H
#define RIBTRIE_ARENA_H

#include "lib/mem.h"

#define ARENA_NONE    UINT32_MAX
#define ARENA_EXACT   64 /* up to here a block has exactly the size asked for */
#define ARENA_CLASSES (ARENA_EXACT + 19)

struct arena {
	uint8_t *base;
	size_t committed; /* bytes made usable so far */
	uint32_t unit;    /* bytes a unit, at least 4 */
	uint32_t used;    /* units ever handed out: every index in use is below */
	uint32_t free[ARENA_CLASSES];
	uint64_t free_exact; /* bit n-1: there is a free block of n units, n <= ARENA_EXACT */
	enum mem_tag tag;
};

void arena_init(struct arena *a, enum mem_tag tag, size_t unit);

/* Frees everything in it. */
void arena_fini(struct arena *a);

/* n >= 1 units in a row, not zeroed: index of the first. */
uint32_t arena_alloc(struct arena *a, uint32_t n);

/* Give back the whole block of n units. */
void arena_free(struct arena *a, uint32_t index, uint32_t n);

/* Give what was made usable ahead of need back to the system: a large table has up to 2 MiB of it
 * in each arena. To be called when a table has stopped growing. */
void arena_trim(struct arena *a);

static inline void *
arena_at(const struct arena *a, uint32_t index)
{
	return a->base + (size_t)index * a->unit;
}

/* Bytes held, free blocks included. */
static inline size_t
arena_bytes(const struct arena *a)
{
	return a->committed;
}

#endif
