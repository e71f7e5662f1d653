/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One free list a size. Blocks of up to 64 units have exactly the size asked for; larger ones are
 * rounded up to a power of two. A small request takes the smallest free block that fits and gives
 * the rest back; only when none fits does the arena grow.
 *
 * Blocks are split but never joined. This does not creep: a size whose free blocks and larger
 * ones once met its peak demand is never short again, so under steady churn growth stops.
 *
 * A free block holds the index of the next one in its first four bytes.
 *
 * Memory is made usable in steps of 64 KiB for small tables and of 2 MiB (a huge page, which saves
 * most TLB misses of lookups) for large ones. What of the last step is not in use is given back by
 * arena_trim(); its page is a huge one no more.
 */
#include "ribtrie/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_UNITS  (UINT32_C(1) << 28)
#define SMALL_STEP ((size_t)64 << 10)
#define LARGE_STEP ((size_t)2 << 20)
#define LARGE_FROM ((size_t)1 << 20)

static NORETURN void
out_of_memory(const struct arena *a, const char *what)
{
	fprintf(stderr, "out of memory: %s: %s, %zu bytes in use\n", mem_tag_name(a->tag), what,
	    a->committed);
	abort();
}

/* Reserve `size` bytes of addresses that start on a huge page. */
static uint8_t *
reserve(size_t size)
{
	uint8_t *p = mmap(
	    NULL, size + LARGE_STEP, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t before;

	if (p == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)p & (LARGE_STEP - 1);
	if (before > 0)
		munmap(p, before);
	munmap(p + before + size, LARGE_STEP - before);
	return p + before;
}

static size_t
reserved_size(const struct arena *a)
{
	return (size_t)MAX_UNITS * a->unit;
}

void
arena_init(struct arena *a, enum mem_tag tag, size_t unit)
{
	ASSERT(unit >= sizeof(uint32_t) && unit < 1024);
	*a = (struct arena){ .unit = (uint32_t)unit, .tag = tag };
	for (size_t i = 0; i < ARENA_CLASSES; i++)
		a->free[i] = ARENA_NONE;
	a->base = reserve(reserved_size(a));
	if (a->base == NULL)
		out_of_memory(a, "no address space");
	/* Advice only: kernels without huge pages are slower, not wrong. */
	(void)madvise(a->base, reserved_size(a), MADV_HUGEPAGE);
}

void
arena_fini(struct arena *a)
{
	mem_account(a->tag, -(int64_t)a->committed);
	munmap(a->base, reserved_size(a));
	memset(a, 0, sizeof(*a));
}

static void
commit(struct arena *a, size_t bytes)
{
	size_t step = bytes < LARGE_FROM ? SMALL_STEP : LARGE_STEP;
	size_t want = (bytes + step - 1) & ~(step - 1);

	if (mprotect(a->base + a->committed, want - a->committed, PROT_READ | PROT_WRITE) != 0)
		out_of_memory(a, "the kernel gives no more");
	mem_account(a->tag, (int64_t)(want - a->committed));
	a->committed = want;
}

void
arena_trim(struct arena *a)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t keep = ((size_t)a->used * a->unit + page - 1) & ~(page - 1);
	uint8_t *rest = a->base + keep;
	size_t n = a->committed - keep;

	/* Where the kernel will not, it stays ours. */
	if (n < SMALL_STEP || madvise(rest, n, MADV_DONTNEED) != 0 ||
	    mprotect(rest, n, PROT_NONE) != 0)
		return;
	mem_account(a->tag, -(int64_t)n);
	a->committed = keep;
}

static uint32_t
grow(struct arena *a, uint32_t n)
{
	uint32_t index = a->used;
	size_t bytes = ((size_t)index + n) * a->unit;

	if (n > MAX_UNITS - index)
		out_of_memory(a, "no index left");
	if (bytes > a->committed)
		commit(a, bytes);
	a->used += n;
	return index;
}

static void
push(struct arena *a, unsigned class, uint32_t index)
{
	memcpy(arena_at(a, index), &a->free[class], sizeof(uint32_t));
	a->free[class] = index;
	if (class <= ARENA_EXACT)
		a->free_exact |= UINT64_C(1) << (class - 1);
}

static uint32_t
pop(struct arena *a, unsigned class)
{
	uint32_t index = a->free[class];

	memcpy(&a->free[class], arena_at(a, index), sizeof(uint32_t));
	if (class <= ARENA_EXACT && a->free[class] == ARENA_NONE)
		a->free_exact &= ~(UINT64_C(1) << (class - 1));
	return index;
}

/* Free list of blocks larger than ARENA_EXACT units: 128, 256 and so on. */
static unsigned
large_class(uint32_t n)
{
	unsigned log2 = 32 - (unsigned)__builtin_clz(n - 1);

	ASSERT(log2 < 25);
	return ARENA_EXACT + log2 - 6;
}

uint32_t
arena_alloc(struct arena *a, uint32_t n)
{
	unsigned class;
	uint64_t fits;
	uint32_t index;

	if (n > ARENA_EXACT) {
		class = large_class(n);
		if (a->free[class] != ARENA_NONE)
			return pop(a, class);
		return grow(a, UINT32_C(64) << (class - ARENA_EXACT));
	}
	fits = a->free_exact >> (n - 1);
	if (fits == 0)
		return grow(a, n);
	class = n + (unsigned)__builtin_ctzll(fits);
	index = pop(a, class);
	if (class > n)
		push(a, class - n, index + n);
	return index;
}

void
arena_free(struct arena *a, uint32_t index, uint32_t n)
{
	push(a, n > ARENA_EXACT ? large_class(n) : n, index);
}
