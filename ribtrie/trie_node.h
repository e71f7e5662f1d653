/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the prefix trie, shared by trie.c, trie_lookup.c and trie_walk.c. See trie.c. */
#ifndef RIBTRIE_TRIE_NODE_H
#define RIBTRIE_TRIE_NODE_H

#include "ribtrie/arena.h"
#include "ribtrie/trie.h"

#define STRIDE 6 /* bits a node */

/* Indexes of the nodes that always exist. */
#define NODE_EMPTY  0 /* stays empty: where a batched lookup goes that has ended */
#define NODE_SHORT  1 /* root of the short trie */
#define NODE_DIRECT 2 /* first of the direct roots */
#define DIRECT_BITS 16
#define DIRECT_NUM  (1u << DIRECT_BITS)

struct node {
	uint64_t prefixes; /* bit prefix_bit(): the prefix is stored */
	uint64_t children; /* bit slot: there is a node below */
	uint32_t first_value;
	uint32_t first_child;
};

struct trie {
	struct arena nodes;  /* struct node */
	struct arena values; /* uint32_t */
	size_t count;
	enum ip_family family;
	unsigned direct_len;                /* bits before a direct root's first: 16 or 19 */
	uint64_t occupied[DIRECT_NUM / 64]; /* direct roots that hold anything */
};

/* Of each slot: the prefix_bit()s of the six prefixes in a node that cover it. */
extern const uint64_t path_mask[64];

/* Of each slot: itself minus the number of its bits that are set. */
extern const uint8_t slot_base[64];

static inline trie_key
key_make(uint64_t hi, uint64_t lo)
{
	return (trie_key)hi << 64 | lo;
}

/* The first STRIDE bits of what is left of a key; step over them with <<= STRIDE. */
static inline unsigned
key_slot(trie_key key)
{
	return (unsigned)(key >> (128 - STRIDE));
}

static inline unsigned
popcount(uint64_t x)
{
	return (unsigned)__builtin_popcountll(x);
}

/* Number of set bits below `bit`: the place in the contiguous array. */
static inline unsigned
rank(uint64_t bits, unsigned bit)
{
	return popcount(bits & ((UINT64_C(1) << bit) - 1));
}

/* Where the prefix of len (0..5) bits that starts at slot has its bit. */
static inline unsigned
prefix_bit(unsigned slot, unsigned len)
{
	return slot_base[slot] + len;
}

/* The bit of the longest prefix inside a node that covers slot. */
static inline unsigned
prefix_bit_above(unsigned slot)
{
	return prefix_bit(slot & ~1u, STRIDE - 1);
}

/* arena_at() with a unit that the compiler knows. */
static inline struct node *
node_at(const struct trie *t, uint32_t index)
{
	return (struct node *)(void *)t->nodes.base + index;
}

static inline uint32_t *
value_at(const struct trie *t, uint32_t index)
{
	return (uint32_t *)(void *)t->values.base + index;
}

static inline bool
node_has_child(const struct node *n, unsigned slot)
{
	return n->children >> slot & 1;
}

static inline uint32_t
node_child_index(const struct node *n, unsigned slot)
{
	return n->first_child + rank(n->children, slot);
}

static inline struct node *
node_child(const struct trie *t, const struct node *n, unsigned slot)
{
	return node_at(t, node_child_index(n, slot));
}

static inline uint32_t
node_value(const struct trie *t, const struct node *n, unsigned bit)
{
	return *value_at(t, n->first_value + rank(n->prefixes, bit));
}

/* The address lies in the part that the direct roots span: all of IPv4, 2000::/3 of IPv6. */
static inline bool
direct_spans(const struct trie *t, uint64_t hi)
{
	return t->family == IP_V4 || hi >> 61 == 1;
}

/* Number of the direct root of an address they span. */
static inline uint32_t
direct_root(const struct trie *t, uint64_t hi)
{
	return (uint32_t)(hi >> (64 - t->direct_len)) & (DIRECT_NUM - 1);
}

/* Which root a prefix hangs below, and how many bits lead to it. */
static inline uint32_t
root_of(const struct trie *t, const struct ip_prefix *p, unsigned *skip)
{
	if (p->len >= t->direct_len && direct_spans(t, p->hi)) {
		*skip = t->direct_len;
		return NODE_DIRECT + direct_root(t, p->hi);
	}
	*skip = 0;
	return NODE_SHORT;
}

#endif
