/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tree bitmap: storing and removing.
 *
 * A node decides six bits of the address. It holds the prefixes that end inside those bits (0..5
 * of them given: 63 possible) and links to nodes for the next six (64 possible slots), each kind
 * as a bitmap and the index of a contiguous array that has one element a set bit:
 *
 *	struct node                         values        nodes
 *	  prefixes     0..1..0.1..          [ id ][ id ]
 *	  first_value  --------------------^
 *	  children     ..1....1                           [ node ][ node ]
 *	  first_child  -----------------------------------^
 *
 * so the element of a bit is first + (set bits below it), and a node takes 24 bytes however much
 * it holds. Prefixes keep their own length: nothing is copied down to the leaves, one structure is
 * both RIB and lookup table, and an update rewrites one small array.
 *
 * The 63 prefixes of a node are numbered in preorder, shown here for a stride of 3:
 *
 *	             /0: 0
 *	       /1: 1        /1: 4
 *	   /2: 2  /2: 3  /2: 5  /2: 6
 *	slot 0 1    2 3    4 5    6 7
 *
 * Of the bits that are set a higher one is later in the order of prefix_cmp(), and on one way down
 * it is the longer prefix.
 *
 * The longest match in a node is the highest bit of prefixes & path_mask[slot], and a walk is a
 * scan for the next bit. The number itself needs no table: going right skips exactly as many
 * places as the bit of the slot is worth, going left skips one, so it is the slot's first address
 * plus the number of left turns.
 *
 * Most lookups should touch few nodes, so 65,536 roots are indexed directly by 16 bits of the
 * address: the first 16 for IPv4, those after 2000::/3 for IPv6. An IPv4 /24 is then in the second
 * node. What is shorter than 16 (19) bits, or outside 2000::/3, is in the short trie, whose root
 * decides the first six bits; there are few of those, and each is shorter than anything below the
 * direct roots on the same way.
 *
 * Invariants: below a root no node is empty; arrays have exactly as many elements as bits are set;
 * node NODE_EMPTY never changes.
 *
 * Cost: insert and remove touch the nodes of one way and copy at most 64 elements. A full table of
 * 2026 takes 18 to 20 bytes a prefix for IPv4, by the order of insertion, and 30 for IPv6.
 *
 * Eatherton, Varghese, Dittia: Tree Bitmap: Hardware/Software IP Lookups with Incremental Updates
 * (2004). Asai, Ohara: Poptrie (2015), for the popcount-indexed arrays and the direct root.
 */
#include "ribtrie/trie.h"

#include <string.h>

#include "ribtrie/trie_node.h"

struct trie *
trie_new(enum ip_family family)
{
	struct trie *t = mem_alloc(MEM_TRIE, sizeof(*t));
	uint32_t roots;

	t->family = family;
	t->direct_len = family == IP_V4 ? 16 : 19;
	arena_init(&t->nodes, MEM_TRIE, sizeof(struct node));
	arena_init(&t->values, MEM_TRIE, sizeof(uint32_t));
	/* Fresh memory is zero, which is what empty nodes look like. */
	arena_alloc(&t->nodes, 1);
	arena_alloc(&t->nodes, 1);
	roots = arena_alloc(&t->nodes, DIRECT_NUM);
	ASSERT(roots == NODE_DIRECT);
	return t;
}

void
trie_free(struct trie *t)
{
	if (t == NULL)
		return;
	arena_fini(&t->nodes);
	arena_fini(&t->values);
	mem_free(MEM_TRIE, t);
}

size_t
trie_count(const struct trie *t)
{
	return t->count;
}

size_t
trie_bytes(const struct trie *t)
{
	return sizeof(*t) + arena_bytes(&t->nodes) + arena_bytes(&t->values);
}

void
trie_trim(struct trie *t)
{
	arena_trim(&t->nodes);
	arena_trim(&t->values);
}

/* Make room for element `at` in the array of n elements at *first. */
static void *
array_open(struct arena *a, uint32_t *first, unsigned n, unsigned at)
{
	uint32_t old = *first, new = arena_alloc(a, n + 1);

	if (n > 0) {
		memcpy(arena_at(a, new), arena_at(a, old), (size_t)at * a->unit);
		memcpy(
		    arena_at(a, new + at + 1), arena_at(a, old + at), (size_t)(n - at) * a->unit);
		arena_free(a, old, n);
	}
	*first = new;
	return arena_at(a, new + at);
}

/* Drop element `at` of the array of n elements at *first. */
static void
array_close(struct arena *a, uint32_t *first, unsigned n, unsigned at)
{
	uint32_t old = *first, new = 0;

	if (n > 1) {
		new = arena_alloc(a, n - 1);
		memcpy(arena_at(a, new), arena_at(a, old), (size_t)at * a->unit);
		memcpy(arena_at(a, new + at), arena_at(a, old + at + 1),
		    (size_t)(n - at - 1) * a->unit);
	}
	arena_free(a, old, n);
	*first = new;
}

static struct node *
node_add_child(struct trie *t, struct node *n, unsigned slot)
{
	struct node *child =
	    array_open(&t->nodes, &n->first_child, popcount(n->children), rank(n->children, slot));

	*child = (struct node){ 0 };
	n->children |= UINT64_C(1) << slot;
	return child;
}

static void
node_drop_child(struct trie *t, struct node *n, unsigned slot)
{
	array_close(&t->nodes, &n->first_child, popcount(n->children), rank(n->children, slot));
	n->children &= ~(UINT64_C(1) << slot);
}

static bool
node_is_empty(const struct node *n)
{
	return (n->prefixes | n->children) == 0;
}

static void
direct_note(struct trie *t, uint32_t root)
{
	uint32_t r = root - NODE_DIRECT;
	uint64_t bit = UINT64_C(1) << (r % 64);

	if (root < NODE_DIRECT)
		return;
	if (node_is_empty(node_at(t, root)))
		t->occupied[r / 64] &= ~bit;
	else
		t->occupied[r / 64] |= bit;
}

/* Find where the prefix's value is, making nodes on the way; *fresh says it was not stored. */
static uint32_t *
find_or_add(struct trie *t, const struct ip_prefix *p, bool *fresh)
{
	unsigned skip, bit;
	uint32_t root = root_of(t, p, &skip);
	struct node *n = node_at(t, root);
	trie_key key = key_make(p->hi, p->lo) << skip;
	unsigned len = p->len - skip;
	uint32_t *value;

	for (; len >= STRIDE; len -= STRIDE, key <<= STRIDE) {
		unsigned slot = key_slot(key);

		n = node_has_child(n, slot) ? node_child(t, n, slot) : node_add_child(t, n, slot);
	}
	bit = prefix_bit(key_slot(key), len);
	*fresh = (n->prefixes >> bit & 1) == 0;
	if (!*fresh)
		return value_at(t, n->first_value + rank(n->prefixes, bit));
	value =
	    array_open(&t->values, &n->first_value, popcount(n->prefixes), rank(n->prefixes, bit));
	n->prefixes |= UINT64_C(1) << bit;
	t->count++;
	direct_note(t, root);
	return value;
}

uint32_t
trie_insert(struct trie *t, const struct ip_prefix *p, uint32_t value)
{
	bool fresh;
	uint32_t *place = find_or_add(t, p, &fresh);
	uint32_t old = fresh ? TRIE_NONE : *place;

	ASSERT(value != TRIE_NONE);
	*place = value;
	return old;
}

uint32_t
trie_insert_new(struct trie *t, const struct ip_prefix *p, uint32_t value)
{
	bool fresh;
	uint32_t *place = find_or_add(t, p, &fresh);

	ASSERT(value != TRIE_NONE);
	if (!fresh)
		return *place;
	*place = value;
	return TRIE_NONE;
}

uint32_t
trie_remove(struct trie *t, const struct ip_prefix *p)
{
	struct node *way[TRIE_DEPTH_MAX];
	unsigned slots[TRIE_DEPTH_MAX], depth = 0, skip, bit;
	uint32_t root = root_of(t, p, &skip), old;
	struct node *n = node_at(t, root);
	trie_key key = key_make(p->hi, p->lo) << skip;
	unsigned len = p->len - skip;

	for (; len >= STRIDE; len -= STRIDE, key <<= STRIDE) {
		unsigned slot = key_slot(key);

		if (!node_has_child(n, slot))
			return TRIE_NONE;
		way[depth] = n;
		slots[depth++] = slot;
		n = node_child(t, n, slot);
	}
	bit = prefix_bit(key_slot(key), len);
	if ((n->prefixes >> bit & 1) == 0)
		return TRIE_NONE;
	old = node_value(t, n, bit);
	array_close(&t->values, &n->first_value, popcount(n->prefixes), rank(n->prefixes, bit));
	n->prefixes &= ~(UINT64_C(1) << bit);
	t->count--;
	while (depth > 0 && node_is_empty(n)) {
		n = way[--depth];
		node_drop_child(t, n, slots[depth]);
	}
	direct_note(t, root);
	return old;
}

uint32_t
trie_get(const struct trie *t, const struct ip_prefix *p)
{
	unsigned skip, bit;
	const struct node *n = node_at(t, root_of(t, p, &skip));
	trie_key key = key_make(p->hi, p->lo) << skip;
	unsigned len = p->len - skip;

	for (; len >= STRIDE; len -= STRIDE, key <<= STRIDE) {
		unsigned slot = key_slot(key);

		if (!node_has_child(n, slot))
			return TRIE_NONE;
		n = node_child(t, n, slot);
	}
	bit = prefix_bit(key_slot(key), len);
	return n->prefixes >> bit & 1 ? node_value(t, n, bit) : TRIE_NONE;
}
