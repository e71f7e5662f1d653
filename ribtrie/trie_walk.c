/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ordered walk of the trie.
 *
 * The cursor is a prefix, not a place, so nothing has to be told of a mutation: every step goes
 * down to where the cursor is (or would be) and takes what comes next. Steps of a walk visit nodes
 * that are still in the cache, so this costs less than it looks.
 *
 * Inside a node the order is: a prefix, then what it covers. Prefixes are numbered so; child `slot`
 * comes right after all prefixes that cover the slot, the last of which is prefix_bit_above(slot).
 * A place in a node is therefore two numbers, the first prefix and the first child to consider.
 */
#include "ribtrie/trie_node.h"

struct place {
	unsigned bit;  /* 0..63 */
	unsigned slot; /* 0..64 */
};

struct found {
	trie_key at;
	unsigned len;
	uint32_t value;
};

/* The prefixes of a node in the order of their bits, which is preorder: slot * 8 + length. */
#define LEN5(s) (s) * 8 + 5
#define LEN4(s) (s) * 8 + 4, LEN5(s), LEN5((s) + 2)
#define LEN3(s) (s) * 8 + 3, LEN4(s), LEN4((s) + 4)
#define LEN2(s) (s) * 8 + 2, LEN3(s), LEN3((s) + 8)
#define LEN1(s) (s) * 8 + 1, LEN2(s), LEN2((s) + 16)
#define LEN0(s) (s) * 8, LEN1(s), LEN1((s) + 32)

static const uint16_t prefix_of_bit[63] = { LEN0(0) };

static struct place
place_after_prefix(unsigned slot, unsigned len)
{
	return (struct place){ .bit = prefix_bit(slot, len) + 1, .slot = slot };
}

static struct place
place_after_child(unsigned slot)
{
	return (struct place){ .bit = prefix_bit_above(slot) + 1, .slot = slot + 1 };
}

static inline trie_key
key_of_slot(unsigned slot, unsigned skip)
{
	trie_key top = (trie_key)slot << (128 - STRIDE);

	return top >> skip;
}

/* The first `len` bits of the key. */
static inline trie_key
key_cut(trie_key key, unsigned len)
{
	return len == 0 ? 0 : key & (~(trie_key)0 << (128 - len));
}

enum step {
	STEP_END,
	STEP_PREFIX,
	STEP_CHILD
};

/* A part of a node. */
struct part {
	uint64_t prefixes, children;
};

static const struct part part_all = { UINT64_MAX, UINT64_MAX };

/* The prefix of len (0..5) bits that starts at slot, and what is inside it. */
static struct part
part_below(unsigned slot, unsigned len)
{
	unsigned slots = 64u >> len; /* inside it: one prefix less */
	uint64_t ones = UINT64_MAX >> (64 - slots);

	return (struct part){ .prefixes = ones >> 1 << prefix_bit(slot, len),
		.children = ones << slot };
}

/* What comes first from the place on: *index is its bit or slot. */
static enum step
node_step(const struct node *n, const struct part *part, struct place from, unsigned *index)
{
	uint64_t prefixes = (n->prefixes & part->prefixes) >> from.bit << from.bit;
	uint64_t children =
	    from.slot < 64 ? (n->children & part->children) >> from.slot << from.slot : 0;
	unsigned bit = prefixes != 0 ? (unsigned)__builtin_ctzll(prefixes) : 64;
	unsigned slot = children != 0 ? (unsigned)__builtin_ctzll(children) : 64;

	if (bit == 64 && slot == 64)
		return STEP_END;
	if (slot == 64 || bit <= prefix_bit_above(slot)) {
		*index = bit;
		return STEP_PREFIX;
	}
	*index = slot;
	return STEP_CHILD;
}

/* A position in one tree of nodes, of which only the part at the node at depth `top` counts. */
struct seek {
	const struct node *way[DEPTH_MAX];
	const struct node *node;
	unsigned depth, top;
	struct part part;
	unsigned skip; /* bits that lead to the node: the first ones of `at` */
	trie_key at;
};

static void
seek_down(struct seek *s, const struct trie *t, unsigned slot)
{
	s->way[s->depth++] = s->node;
	s->at |= key_of_slot(slot, s->skip);
	s->node = node_child(t, s->node, slot);
	s->skip += STRIDE;
}

/* Back to the parent; gives the slot left. */
static unsigned
seek_up(struct seek *s)
{
	unsigned slot;

	s->node = s->way[--s->depth];
	s->skip -= STRIDE;
	slot = key_slot(s->at << s->skip);
	s->at = key_cut(s->at, s->skip);
	return slot;
}

/* The first prefix at or after the place. */
static bool
seek_next(struct seek *s, const struct trie *t, struct place from, struct found *out)
{
	for (;;) {
		unsigned index;

		switch (
		    node_step(s->node, s->depth == s->top ? &s->part : &part_all, from, &index)) {
		case STEP_PREFIX:
			out->at = s->at | key_of_slot(prefix_of_bit[index] / 8, s->skip);
			out->len = s->skip + prefix_of_bit[index] % 8;
			out->value = node_value(t, s->node, index);
			return true;
		case STEP_CHILD:
			seek_down(s, t, index);
			from = (struct place){ 0 };
			break;
		case STEP_END:
			if (s->depth == s->top)
				return false;
			from = place_after_child(seek_up(s));
			break;
		}
	}
}

/* The first prefix after (key, len), which is at or below where *s is. */
static bool
seek_after(struct seek *s, const struct trie *t, trie_key key, unsigned len, struct found *out)
{
	struct place from;

	for (;;) {
		unsigned slot = key_slot(key << s->skip);

		if (len - s->skip < STRIDE) {
			from = place_after_prefix(slot, len - s->skip);
			break;
		}
		if (!node_has_child(s->node, slot)) {
			from = place_after_child(slot);
			break;
		}
		seek_down(s, t, slot);
	}
	return seek_next(s, t, from, out);
}

/* At a root that `skip` bits lead to. The way is left as it is: nothing reads it before it is
 * written, and to zero it takes longer than most walks. */
static void
seek_root(struct seek *s, const struct trie *t, uint32_t root, unsigned skip, trie_key at)
{
	s->node = node_at(t, root);
	s->depth = s->top = 0;
	s->part = part_all;
	s->skip = skip;
	s->at = key_cut(at, skip);
}

/* The first prefix after (key, len) below a root that `skip` bits lead to. */
static bool
root_next(const struct trie *t, uint32_t root, unsigned skip, trie_key key, unsigned len,
    struct found *out)
{
	struct seek s;

	seek_root(&s, t, root, skip, key);
	return seek_after(&s, t, key, len, out);
}

/* The first one inside `top` after the cursor, which is inside it or is it, below the root that
 * top itself hangs below. */
static bool
root_next_below(const struct trie *t, const struct ip_prefix *top, const struct ip_prefix *cursor,
    struct found *out)
{
	trie_key key = key_make(cursor->hi, cursor->lo);
	unsigned skip, slot;
	uint32_t root = root_of(t, top, &skip);
	struct seek s;

	seek_root(&s, t, root, skip, key);
	for (;; seek_down(&s, t, slot)) {
		slot = key_slot(key_make(top->hi, top->lo) << s.skip);
		if (top->len - s.skip < STRIDE)
			break;
		if (!node_has_child(s.node, slot))
			return false;
	}
	s.top = s.depth;
	s.part = part_below(slot, top->len - s.skip);
	return seek_after(&s, t, key, cursor->len, out);
}

/* The first direct root that holds anything, from `from` on; DIRECT_NUM where there is none. */
static uint32_t
direct_from(const struct trie *t, uint32_t from)
{
	for (uint32_t word = from / 64; word < DIRECT_NUM / 64; word++) {
		uint64_t bits = t->occupied[word];

		if (word == from / 64)
			bits = bits >> (from % 64) << (from % 64);
		if (bits != 0)
			return word * 64 + (uint32_t)__builtin_ctzll(bits);
	}
	return DIRECT_NUM;
}

/* The first prefix after the cursor below all direct roots. */
static bool
direct_next(const struct trie *t, const struct ip_prefix *cursor, struct found *out)
{
	trie_key key = key_make(cursor->hi, cursor->lo), at;
	uint32_t root = 0;
	struct seek s;

	if (direct_spans(t, cursor->hi)) {
		root = direct_root(t, cursor->hi);
		if (cursor->len >= t->direct_len) {
			if (root_next(t, NODE_DIRECT + root, t->direct_len, key, cursor->len, out))
				return true;
			root++;
		}
	} else if (cursor->hi >> 61 > 1) {
		return false;
	}
	root = direct_from(t, root);
	if (root == DIRECT_NUM)
		return false;
	at = (trie_key)root << (128 - t->direct_len);
	if (t->family == IP_V6)
		at |= (trie_key)1 << 125;
	seek_root(&s, t, NODE_DIRECT + root, t->direct_len, at);
	return seek_next(&s, t, (struct place){ 0 }, out);
}

/* True when nothing in the short trie can lie between the cursor and what was found: it is shorter
 * than a direct root's way, so inside one root it would have to come first. */
static bool
same_root(const struct trie *t, const struct ip_prefix *cursor, const struct found *found)
{
	return cursor->len >= t->direct_len &&
	       key_cut(key_make(cursor->hi, cursor->lo) ^ found->at, t->direct_len) == 0;
}

static bool
found_before(const struct found *a, const struct found *b)
{
	return a->at != b->at ? a->at < b->at : a->len < b->len;
}

static bool
walk_next(const struct trie *t, const struct ip_prefix *cursor, struct found *out)
{
	trie_key key = key_make(cursor->hi, cursor->lo);
	bool any = direct_next(t, cursor, out);
	struct found other;

	if (any && same_root(t, cursor, out))
		return true;
	if (!root_next(t, NODE_SHORT, 0, key, cursor->len, &other))
		return any;
	if (!any || found_before(&other, out))
		*out = other;
	return true;
}

static struct ip_prefix
found_prefix(const struct trie *t, const struct found *f)
{
	return (struct ip_prefix){ .hi = (uint64_t)(f->at >> 64),
		.lo = (uint64_t)f->at,
		.family = (uint8_t)t->family,
		.len = (uint8_t)f->len };
}

uint32_t
trie_next(const struct trie *t, struct ip_prefix *cursor)
{
	struct found found;

	if (!walk_next(t, cursor, &found))
		return TRIE_NONE;
	*cursor = found_prefix(t, &found);
	return found.value;
}

/* A prefix that hangs below a direct root has all that is inside it there, too. One that hangs
 * below the short root may have some of it there and some below direct roots. */
static bool
walk_next_below(const struct trie *t, const struct ip_prefix *top, const struct ip_prefix *cursor,
    struct found *out)
{
	bool any = root_next_below(t, top, cursor, out);
	struct found other;
	struct ip_prefix p;

	if (top->len >= t->direct_len || !direct_next(t, cursor, &other))
		return any;
	p = found_prefix(t, &other);
	if (!prefix_contains(top, &p) || (any && found_before(out, &other)))
		return any;
	*out = other;
	return true;
}

uint32_t
trie_next_below(const struct trie *t, const struct ip_prefix *top, struct ip_prefix *cursor)
{
	struct found found;

	ASSERT(prefix_contains(top, cursor));
	if (!walk_next_below(t, top, cursor, &found))
		return TRIE_NONE;
	*cursor = found_prefix(t, &found);
	return found.value;
}

uint32_t
trie_first(const struct trie *t, struct ip_prefix *cursor)
{
	uint32_t value;

	*cursor = (struct ip_prefix){ .family = (uint8_t)t->family };
	value = trie_get(t, cursor);
	return value != TRIE_NONE ? value : trie_next(t, cursor);
}
