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

#define LANES 32

/* Constant expressions for the tables: BASE is a slot's place in slot_base[], BIT is prefix_bit()
 * of the prefix of len bits that covers the slot. */
#define CUT(slot, len) ((slot) >> (STRIDE - (len)) << (STRIDE - (len)))
#define BASE(slot)     ((slot) - (unsigned)__builtin_popcount(slot))
#define BIT(slot, len) (UINT64_C(1) << (BASE(CUT(slot, len)) + (len)))
#define MASK(s)        (BIT(s, 0) | BIT(s, 1) | BIT(s, 2) | BIT(s, 3) | BIT(s, 4) | BIT(s, 5))
#define FOUR(of, s)    of(s), of((s) + 1), of((s) + 2), of((s) + 3)
#define SIXTEEN(of, s) FOUR(of, s), FOUR(of, (s) + 4), FOUR(of, (s) + 8), FOUR(of, (s) + 12)
#define SLOTS(of)      SIXTEEN(of, 0u), SIXTEEN(of, 16u), SIXTEEN(of, 32u), SIXTEEN(of, 48u)

const uint64_t path_mask[64] = { SLOTS(MASK) };
const uint8_t slot_base[64] = { SLOTS(BASE) };

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
			__builtin_prefetch(l->node);
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
		__builtin_prefetch(l->node);
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
