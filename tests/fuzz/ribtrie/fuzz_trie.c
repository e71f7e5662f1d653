/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes to a trie from bytes, each followed by questions, against a list. The first byte chooses
 * the family; a change is one byte {2 bits what, 6 bits which earlier prefix to start from}, a
 * length, and two bytes {where, bits} that change the start: inputs of a few bytes make prefixes
 * that share long ways.
 */
#include "lib/mem.h"
#include "lib/rd.h"
#include "ribtrie/trie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIST_MAX 64

struct list {
	struct ip_prefix prefixes[LIST_MAX];
	uint32_t values[LIST_MAX];
	size_t count;
};

static size_t
list_find(const struct list *l, const struct ip_prefix *p)
{
	size_t i = 0;

	while (i < l->count && !prefix_equal(&l->prefixes[i], p))
		i++;
	return i;
}

static uint32_t
list_match(const struct list *l, const struct ip_addr *a, int max_len)
{
	int best = -1;
	uint32_t value = TRIE_NONE;

	for (size_t i = 0; i < l->count; i++) {
		const struct ip_prefix *p = &l->prefixes[i];

		if (p->len > best && p->len <= max_len && prefix_contains_addr(p, a)) {
			best = p->len;
			value = l->values[i];
		}
	}
	return value;
}

static uint32_t
list_next(const struct list *l, const struct ip_prefix *after)
{
	size_t best = l->count;

	for (size_t i = 0; i < l->count; i++)
		if (prefix_cmp(&l->prefixes[i], after) > 0 &&
		    (best == l->count || prefix_cmp(&l->prefixes[i], &l->prefixes[best]) < 0))
			best = i;
	return best < l->count ? l->values[best] : TRIE_NONE;
}

static struct ip_prefix
read_prefix(struct rd *r, enum ip_family family, const struct list *l, unsigned start)
{
	uint64_t hi = 0, lo = 0, bits;
	unsigned len = rd_u8(r) % (ip_bits(family) + 1), where = rd_u8(r) % ip_bits(family);

	if (start < l->count) {
		hi = l->prefixes[start].hi;
		lo = l->prefixes[start].lo;
	}
	bits = (uint64_t)rd_u8(r) << 56;
	if (where < 64)
		hi ^= bits >> where;
	else
		lo ^= bits >> (where - 64);
	if (family == IP_V4) {
		hi &= ip_mask64(32);
		lo = 0;
	}
	return prefix_make(family, hi, lo, len);
}

static void
change(struct trie *t, struct list *l, const struct ip_prefix *p, bool insert, uint32_t value)
{
	size_t i = list_find(l, p);
	uint32_t old = i < l->count ? l->values[i] : TRIE_NONE;

	if (!insert) {
		ASSERT(trie_remove(t, p) == old);
		if (i < l->count) {
			l->count--;
			l->prefixes[i] = l->prefixes[l->count];
			l->values[i] = l->values[l->count];
		}
		return;
	}
	if (i == LIST_MAX)
		return;
	ASSERT(trie_insert(t, p, value) == old);
	l->count += i == l->count;
	l->prefixes[i] = *p;
	l->values[i] = value;
}

static void
ask(const struct trie *t, const struct list *l, const struct ip_prefix *p)
{
	struct ip_addr ends[2] = { prefix_first(p), prefix_last(p) };
	struct ip_prefix cursor = *p;
	size_t i = list_find(l, p);

	ASSERT(trie_count(t) == l->count);
	ASSERT(trie_get(t, p) == (i < l->count ? l->values[i] : TRIE_NONE));
	ASSERT(trie_cover(t, p) == list_match(l, &ends[0], p->len - 1));
	ASSERT(trie_next(t, &cursor) == list_next(l, p));
	for (size_t k = 0; k < 2; k++) {
		uint32_t expected = list_match(l, &ends[k], 128), batch;

		ASSERT(trie_lpm(t, ends[k].hi, ends[k].lo) == expected);
		trie_lpm_batch(t, &ends[k].hi, &ends[k].lo, 1, &batch);
		ASSERT(batch == expected);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);
	enum ip_family family = rd_u8(&r) & 1 ? IP_V6 : IP_V4;
	struct trie *t = trie_new(family);
	struct list l = { .count = 0 };

	for (uint32_t value = 0; rd_left(&r) >= 4; value++) {
		uint8_t what = rd_u8(&r);
		struct ip_prefix p = read_prefix(&r, family, &l, what & 63);

		change(t, &l, &p, what >> 6 != 0, value);
		ask(t, &l, &p);
	}
	trie_free(t);
	ASSERT(mem_used(MEM_TRIE) == 0);
	return 0;
}
