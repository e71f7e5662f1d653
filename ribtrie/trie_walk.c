/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ordered walk of the trie.
 *
 * The cursor is a prefix, not a place, so nothing has to be told of a mutation: every step goes
 * down to where the cursor is (or would be) and takes what comes next. Steps of a walk visit nodes
 * that are still in the cache, so this costs less than it looks. Where nothing changes in between
 * and steps are many, trie_walk_next() keeps the way instead.
 *
 * Inside a node the order is: a prefix, then what it covers. Prefixes are numbered so; child `slot`
 * comes right after all prefixes that cover the slot, the last of which is prefix_bit_above(slot).
 * A place in a node is therefore two numbers, the first prefix and the first child to consider.
 */
#include "ribtrie/trie_node.h"

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

/* --- a position in one tree of nodes -------------------------------------------------------- */

static const struct node *
seek_node(const struct trie_seek *s, const struct trie *t)
{
	return node_at(t, s->node);
}

static void
place_after_prefix(struct trie_seek *s, unsigned slot, unsigned len)
{
	s->bit = prefix_bit(slot, len) + 1;
	s->slot = slot;
}

static void
place_after_child(struct trie_seek *s, unsigned slot)
{
	s->bit = prefix_bit_above(slot) + 1;
	s->slot = slot + 1;
}

/* At a root that `skip` bits lead to. The way is left as it is: nothing reads it before it is
 * written, and to zero it takes longer than most walks. */
static void
seek_root(struct trie_seek *s, uint32_t root, unsigned skip, trie_key at)
{
	s->node = root;
	s->depth = s->top = 0;
	s->skip = skip;
	s->bit = s->slot = 0;
	s->prefixes = s->children = UINT64_MAX;
	s->at = key_cut(at, skip);
}

static void
seek_down(struct trie_seek *s, const struct trie *t, unsigned slot)
{
	s->way[s->depth++] = s->node;
	s->at |= key_of_slot(slot, s->skip);
	s->node = node_child_index(seek_node(s, t), slot);
	s->skip += STRIDE;
	s->bit = s->slot = 0;
}

/* Back to the parent, behind the child that is left. */
static void
seek_up(struct trie_seek *s)
{
	unsigned slot;

	s->node = s->way[--s->depth];
	s->skip -= STRIDE;
	slot = key_slot(s->at << s->skip);
	s->at = key_cut(s->at, s->skip);
	place_after_child(s, slot);
}

/* The node that p would be in; false where there is none. */
static bool
seek_to(struct trie_seek *s, const struct trie *t, const struct ip_prefix *p)
{
	trie_key key = key_make(p->hi, p->lo);

	while (p->len - s->skip >= STRIDE) {
		unsigned slot = key_slot(key << s->skip);

		if (!node_has_child(seek_node(s, t), slot))
			return false;
		seek_down(s, t, slot);
	}
	return true;
}

/* Of the node, only what is inside p counts from now on, which would be in it; and nothing above.
 */
static void
seek_only(struct trie_seek *s, const struct ip_prefix *p)
{
	unsigned slot = key_slot(key_make(p->hi, p->lo) << s->skip), len = p->len - s->skip;
	unsigned slots = 64u >> len; /* inside it, and one prefix less */
	uint64_t ones = UINT64_MAX >> (64 - slots);

	s->top = s->depth;
	s->prefixes = ones >> 1 << prefix_bit(slot, len);
	s->children = ones << slot;
}

enum step {
	STEP_END,
	STEP_PREFIX,
	STEP_CHILD
};

/* What comes first from the place on: *index is its bit or slot. */
static enum step
seek_step(const struct trie_seek *s, const struct trie *t, unsigned *index)
{
	const struct node *n = seek_node(s, t);
	bool top = s->depth == s->top;
	uint64_t prefixes = n->prefixes & (top ? s->prefixes : UINT64_MAX);
	uint64_t children = n->children & (top ? s->children : UINT64_MAX);
	unsigned bit = 64, slot = 64;

	prefixes = prefixes >> s->bit << s->bit;
	children = s->slot < 64 ? children >> s->slot << s->slot : 0;
	if (prefixes != 0)
		bit = (unsigned)__builtin_ctzll(prefixes);
	if (children != 0)
		slot = (unsigned)__builtin_ctzll(children);
	if (bit == 64 && slot == 64)
		return STEP_END;
	if (slot == 64 || bit <= prefix_bit_above(slot)) {
		*index = bit;
		return STEP_PREFIX;
	}
	*index = slot;
	return STEP_CHILD;
}

/* The first prefix at or after the place, which is behind it then. */
static bool
seek_next(struct trie_seek *s, const struct trie *t, struct found *out)
{
	for (;;) {
		unsigned index;

		switch (seek_step(s, t, &index)) {
		case STEP_PREFIX:
			out->at = s->at | key_of_slot(prefix_of_bit[index] / 8, s->skip);
			out->len = s->skip + prefix_of_bit[index] % 8;
			out->value = node_value(t, seek_node(s, t), index);
			s->bit = index + 1;
			return true;
		case STEP_CHILD: seek_down(s, t, index); break;
		case STEP_END:
			if (s->depth == s->top)
				return false;
			seek_up(s);
			break;
		}
	}
}

/* Go behind the cursor, which is at or below where *s is. */
static void
seek_behind(struct trie_seek *s, const struct trie *t, const struct ip_prefix *cursor)
{
	bool there = seek_to(s, t, cursor);
	unsigned slot = key_slot(key_make(cursor->hi, cursor->lo) << s->skip);

	if (there)
		place_after_prefix(s, slot, cursor->len - s->skip);
	else
		place_after_child(s, slot);
}

/* --- below a root ---------------------------------------------------------------------------- */

/* The first prefix after the cursor below a root that `skip` bits lead to. */
static bool
root_next(const struct trie *t, uint32_t root, unsigned skip, const struct ip_prefix *cursor,
    struct found *out)
{
	struct trie_seek s;

	seek_root(&s, root, skip, key_make(cursor->hi, cursor->lo));
	seek_behind(&s, t, cursor);
	return seek_next(&s, t, out);
}

/* To the root that `top` hangs below, for what else hangs there and is inside; false: nothing is.
 */
static bool
root_below(struct trie_seek *s, const struct trie *t, const struct ip_prefix *top)
{
	unsigned skip;
	uint32_t root = root_of(t, top, &skip);

	seek_root(s, root, skip, key_make(top->hi, top->lo));
	if (!seek_to(s, t, top))
		return false;
	seek_only(s, top);
	return true;
}

/* The first one there after the cursor, which is inside `top` or is it. */
static bool
root_next_below(const struct trie *t, const struct ip_prefix *top, const struct ip_prefix *cursor,
    struct found *out)
{
	struct trie_seek s;

	if (!root_below(&s, t, top))
		return false;
	seek_behind(&s, t, cursor);
	return seek_next(&s, t, out);
}

/* --- the whole table ------------------------------------------------------------------------- */

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
	struct trie_seek s;
	uint32_t root = 0;
	trie_key at;

	if (direct_spans(t, cursor->hi)) {
		root = direct_root(t, cursor->hi);
		if (cursor->len >= t->direct_len) {
			if (root_next(t, NODE_DIRECT + root, t->direct_len, cursor, out))
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
	seek_root(&s, NODE_DIRECT + root, t->direct_len, at);
	return seek_next(&s, t, out);
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
	bool any = direct_next(t, cursor, out);
	struct found other;

	if (any && same_root(t, cursor, out))
		return true;
	if (!root_next(t, NODE_SHORT, 0, cursor, &other))
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

void
trie_walk_below(struct trie_walk *w, const struct trie *t, const struct ip_prefix *top)
{
	w->trie = t;
	w->top = w->at = *top;
	/* A longer one is in one tree with all that is inside it. */
	w->stepwise = top->len < t->direct_len;
	if (!w->stepwise && !root_below(&w->seek, t, top))
		w->trie = NULL;
	else if (!w->stepwise)
		seek_behind(&w->seek, t, top);
}

uint32_t
trie_walk_next(struct trie_walk *w, struct ip_prefix *p)
{
	struct found found;

	if (w->trie == NULL)
		return TRIE_NONE;
	if (w->stepwise) {
		found.value = trie_next_below(w->trie, &w->top, &w->at);
		*p = w->at;
		return found.value;
	}
	if (!seek_next(&w->seek, w->trie, &found))
		return TRIE_NONE;
	*p = found_prefix(w->trie, &found);
	return found.value;
}
