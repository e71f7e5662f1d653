/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Longest match.
 *
 * A way down is a chain of dependent loads: on a full table most of its cost is waiting for
 * memory. One lookup cannot help that; a batch can. trie_lpm_batch() moves LANES lookups down
 * together, one node a round, and asks for the next node of each before it looks at the first
 * again, so the waits overlap.
 *
 * The loop counts bits all the time. The x86-64 baseline has no instruction for that, so there are
 * two copies of the batch, and the CPU is asked once a call which one it can run.
 */
#include <string.h>

#include "ribtrie/trie_node.h"

#define LANES 16

/* prefix_bit() spelled out for constant expressions. */
#define BIT(slot, len)                                                                             \
	(UINT64_C(1) << (((slot) >> (STRIDE - (len)) << (STRIDE - (len))) +                        \
			 (len)-__builtin_popcount((slot) >> (STRIDE - (len)))))
#define MASK(s)   (BIT(s, 0) | BIT(s, 1) | BIT(s, 2) | BIT(s, 3) | BIT(s, 4) | BIT(s, 5))
#define MASKS4(s) MASK(s), MASK((s) + 1), MASK((s) + 2), MASK((s) + 3)
#define MASKS(s)  MASKS4(s), MASKS4((s) + 4), MASKS4((s) + 8), MASKS4((s) + 12)

const uint64_t path_mask[64] = { MASKS(0), MASKS(16), MASKS(32), MASKS(48) };

static inline unsigned
highest_bit(uint64_t x)
{
	return 63 - (unsigned)__builtin_clzll(x);
}

static uint32_t
lookup_below(const struct trie *t, const struct node *n, trie_key key)
{
	const struct node *best = NULL;
	uint64_t best_match = 0;

	for (;;) {
		unsigned slot = key_slot(key);
		uint64_t match = n->prefixes & path_mask[slot];

		if (match != 0) {
			best = n;
			best_match = match;
		}
		if (!node_has_child(n, slot))
			break;
		n = node_child(t, n, slot);
		key <<= STRIDE;
	}
	return best != NULL ? node_value(t, best, highest_bit(best_match)) : TRIE_NONE;
}

uint32_t
trie_lpm(const struct trie *t, uint64_t hi, uint64_t lo)
{
	trie_key key = key_make(hi, lo);
	uint32_t value = TRIE_NONE;

	if (direct_spans(t, hi))
		value = lookup_below(
		    t, node_at(t, NODE_DIRECT + direct_root(t, hi)), key << t->direct_len);
	return value != TRIE_NONE ? value : lookup_below(t, node_at(t, NODE_SHORT), key);
}

/* The longest of the prefixes on the way to p, below this root, that are shorter than len bits. */
static uint32_t
cover_below(const struct trie *t, const struct node *n, trie_key key, unsigned len)
{
	const struct node *best = NULL;
	uint64_t best_match = 0;

	for (;;) {
		unsigned slot = key_slot(key);
		uint64_t match = n->prefixes & path_mask[slot];

		/* Shorter prefixes on one way have lower bits. */
		if (len < STRIDE)
			match &= (UINT64_C(1) << prefix_bit(slot, len)) - 1;
		if (match != 0) {
			best = n;
			best_match = match;
		}
		if (len <= STRIDE || !node_has_child(n, slot))
			break;
		n = node_child(t, n, slot);
		key <<= STRIDE;
		len -= STRIDE;
	}
	return best != NULL ? node_value(t, best, highest_bit(best_match)) : TRIE_NONE;
}

uint32_t
trie_cover(const struct trie *t, const struct ip_prefix *p)
{
	trie_key key = key_make(p->hi, p->lo);
	uint32_t value = TRIE_NONE;
	unsigned skip;
	uint32_t root = root_of(t, p, &skip);

	if (root != NODE_SHORT)
		value = cover_below(t, node_at(t, root), key << skip, p->len - skip);
	if (value == TRIE_NONE)
		value = cover_below(t, node_at(t, NODE_SHORT), key, p->len);
	return value;
}

struct lane {
	trie_key key;
	const struct node *node, *best;
	uint64_t best_match;
};

/* A node may lie across two cache lines. */
static inline void
prefetch_node(const struct node *n)
{
	__builtin_prefetch(n);
	__builtin_prefetch((const char *)(n + 1) - 1);
}

/* Move every lane to the end of its way. Branches on what is found would be guessed wrong half of
 * the time, so lanes that go on are collected without one. */
static inline __attribute__((always_inline)) void
lanes_run(const struct trie *t, struct lane *lanes, size_t n)
{
	uint8_t live[LANES];
	size_t left = n;

	for (size_t i = 0; i < n; i++)
		live[i] = (uint8_t)i;
	while (left > 0) {
		size_t still = 0;

		for (size_t i = 0; i < left; i++) {
			struct lane *l = &lanes[live[i]];
			const struct node *node = l->node;
			unsigned slot = key_slot(l->key);
			uint64_t match = node->prefixes & path_mask[slot];
			bool more = node_has_child(node, slot);

			l->best = match != 0 ? node : l->best;
			l->best_match = match != 0 ? match : l->best_match;
			l->key <<= STRIDE;
			l->node = node_child(t, node, slot);
			prefetch_node(l->node);
			live[still] = live[i];
			still += more;
		}
		left = still;
	}
}

static inline __attribute__((always_inline)) void
lookup_lanes(const struct trie *t, const uint64_t *hi, const uint64_t *lo, size_t n, uint32_t *out)
{
	struct lane lanes[LANES];
	const uint32_t *places[LANES];
	const struct node *empty = node_at(t, NODE_EMPTY);

	for (size_t i = 0; i < n; i++) {
		struct lane *l = &lanes[i];

		l->key = key_make(hi[i], lo != NULL ? lo[i] : 0) << t->direct_len;
		l->node = direct_spans(t, hi[i]) ? node_at(t, NODE_DIRECT + direct_root(t, hi[i]))
						 : empty;
		l->best = empty;
		l->best_match = 0;
		prefetch_node(l->node);
	}
	lanes_run(t, lanes, n);
	for (size_t i = 0; i < n; i++) {
		const struct node *best = lanes[i].best;
		unsigned bit = highest_bit(lanes[i].best_match | 1);

		places[i] = value_at(t, best->first_value + rank(best->prefixes, bit));
		__builtin_prefetch(places[i]);
	}
	for (size_t i = 0; i < n; i++) {
		if (LIKELY(lanes[i].best_match != 0))
			out[i] = *places[i];
		else
			out[i] = lookup_below(
			    t, node_at(t, NODE_SHORT), key_make(hi[i], lo != NULL ? lo[i] : 0));
	}
}

static inline __attribute__((always_inline)) void
lookup_batch(const struct trie *t, const uint64_t *hi, const uint64_t *lo, size_t n, uint32_t *out)
{
	for (size_t done = 0; done < n; done += LANES)
		lookup_lanes(t, hi + done, lo != NULL ? lo + done : NULL, size_min(LANES, n - done),
		    out + done);
}

#ifdef __x86_64__
__attribute__((target("popcnt"))) static void
lookup_batch_popcnt(
    const struct trie *t, const uint64_t *hi, const uint64_t *lo, size_t n, uint32_t *out)
{
	lookup_batch(t, hi, lo, n, out);
}
#endif

void
trie_lpm_batch(
    const struct trie *t, const uint64_t *hi, const uint64_t *lo, size_t n, uint32_t *out)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("popcnt")) {
		lookup_batch_popcnt(t, hi, lo, n, out);
		return;
	}
#endif
	lookup_batch(t, hi, lo, n, out);
}
