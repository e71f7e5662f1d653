/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trie against a sorted list that always tells the truth.
 *
 * The list knows nothing of bits: longest match and cover are scans for the longest prefix that
 * contains, order is prefix_cmp().
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "ribtrie/trie.h"
#include "tests/support/prefixes.h"

#define ORACLE_MAX 700

struct oracle {
	struct ip_prefix prefixes[ORACLE_MAX]; /* sorted */
	uint32_t values[ORACLE_MAX];
	size_t count;
};

/* Place of the first prefix that is not before p. */
static size_t
oracle_place(const struct oracle *o, const struct ip_prefix *p)
{
	size_t i = 0;

	while (i < o->count && prefix_cmp(&o->prefixes[i], p) < 0)
		i++;
	return i;
}

static uint32_t
oracle_get(const struct oracle *o, const struct ip_prefix *p)
{
	size_t i = oracle_place(o, p);

	return i < o->count && prefix_equal(&o->prefixes[i], p) ? o->values[i] : TRIE_NONE;
}

static uint32_t
oracle_insert(struct oracle *o, const struct ip_prefix *p, uint32_t value)
{
	size_t i = oracle_place(o, p);
	uint32_t old = oracle_get(o, p);

	if (old == TRIE_NONE) {
		memmove(&o->prefixes[i + 1], &o->prefixes[i], (o->count - i) * sizeof(*p));
		memmove(&o->values[i + 1], &o->values[i], (o->count - i) * sizeof(value));
		o->prefixes[i] = *p;
		o->count++;
	}
	o->values[i] = value;
	return old;
}

static uint32_t
oracle_remove(struct oracle *o, const struct ip_prefix *p)
{
	size_t i = oracle_place(o, p);
	uint32_t old = oracle_get(o, p);

	if (old != TRIE_NONE) {
		o->count--;
		memmove(&o->prefixes[i], &o->prefixes[i + 1], (o->count - i) * sizeof(*p));
		memmove(&o->values[i], &o->values[i + 1], (o->count - i) * sizeof(old));
	}
	return old;
}

/* The longest prefix of at most max_len bits that contains the address. */
static uint32_t
oracle_match(const struct oracle *o, const struct ip_addr *a, int max_len)
{
	int best_len = -1;
	uint32_t best = TRIE_NONE;

	for (size_t i = 0; i < o->count; i++) {
		const struct ip_prefix *p = &o->prefixes[i];

		if (p->len <= max_len && p->len > best_len && prefix_contains_addr(p, a)) {
			best_len = p->len;
			best = o->values[i];
		}
	}
	return best;
}

struct world {
	enum ip_family family;
	struct rng rng;
	struct oracle oracle;
	struct trie *trie;
};

static struct world *
world_new(enum ip_family family, uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));

	w->family = family;
	w->rng = rng_make(seed);
	w->trie = trie_new(family);
	return w;
}

static void
world_free(struct world *w)
{
	trie_free(w->trie);
	free(w);
}

static struct ip_prefix
world_prefix(struct world *w)
{
	const struct oracle *o = &w->oracle;
	const struct ip_prefix *near = NULL;

	if (o->count > 0)
		near = &o->prefixes[rng_below(&w->rng, o->count)];
	if (near != NULL && rng_below(&w->rng, 4) == 0)
		return *near;
	return prefix_random(&w->rng, w->family, near);
}

static void
check_address(struct world *w, const struct ip_addr *a)
{
	assert_int_equal(trie_lpm(w->trie, a->hi, a->lo), oracle_match(&w->oracle, a, 128));
}

/* Both ends of the prefix, one outside of each, and something inside. */
static size_t
addresses_around(struct world *w, const struct ip_prefix *p, struct ip_addr out[5])
{
	struct ip_addr first = prefix_first(p), last = prefix_last(p);

	out[0] = first;
	out[1] = last;
	out[2] = prefix_random_host(&w->rng, p);
	out[3] = first;
	out[4] = last;
	if (w->family == IP_V4) {
		out[3].hi -= UINT64_C(1) << 32;
		out[4].hi += UINT64_C(1) << 32;
	} else {
		out[3].hi -= out[3].lo == 0;
		out[3].lo--;
		out[4].lo++;
		out[4].hi += out[4].lo == 0;
	}
	return 5;
}

static void
check_lookups(struct world *w, const struct ip_prefix *p)
{
	struct ip_addr addrs[5], first = prefix_first(p);
	uint64_t hi[5], lo[5];
	uint32_t out[5];
	size_t n = addresses_around(w, p, addrs);

	for (size_t i = 0; i < n; i++) {
		check_address(w, &addrs[i]);
		hi[i] = addrs[i].hi;
		lo[i] = addrs[i].lo;
	}
	trie_lpm_batch(w->trie, hi, w->family == IP_V4 ? NULL : lo, n, out);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(out[i], oracle_match(&w->oracle, &addrs[i], 128));
	assert_int_equal(trie_get(w->trie, p), oracle_get(&w->oracle, p));
	assert_int_equal(trie_cover(w->trie, p), oracle_match(&w->oracle, &first, p->len - 1));
}

/* One step from any cursor, stored or not. */
static void
check_step(struct world *w, const struct ip_prefix *from)
{
	const struct oracle *o = &w->oracle;
	struct ip_prefix cursor = *from;
	size_t i = oracle_place(o, from);

	if (i < o->count && prefix_equal(&o->prefixes[i], from))
		i++;
	assert_int_equal(trie_next(w->trie, &cursor), i < o->count ? o->values[i] : TRIE_NONE);
	assert_true(prefix_equal(&cursor, i < o->count ? &o->prefixes[i] : from));
}

static void
check_walk(struct world *w)
{
	const struct oracle *o = &w->oracle;
	struct ip_prefix cursor;
	uint32_t value = trie_first(w->trie, &cursor);

	for (size_t i = 0; i < o->count; i++) {
		assert_int_equal(value, o->values[i]);
		assert_true(prefix_equal(&cursor, &o->prefixes[i]));
		value = trie_next(w->trie, &cursor);
	}
	assert_int_equal(value, TRIE_NONE);
	assert_int_equal(trie_count(w->trie), o->count);
}

static void
check_walk_below(struct world *w, const struct ip_prefix *top)
{
	const struct oracle *o = &w->oracle;
	struct ip_prefix cursor = *top, p;
	struct trie_walk walk;

	trie_walk_below(&walk, w->trie, top);
	for (size_t i = 0; i < o->count; i++) {
		if (o->prefixes[i].len == top->len || !prefix_contains(top, &o->prefixes[i]))
			continue;
		assert_int_equal(trie_next_below(w->trie, top, &cursor), o->values[i]);
		assert_true(prefix_equal(&cursor, &o->prefixes[i]));
		assert_int_equal(trie_walk_next(&walk, &p), o->values[i]);
		assert_true(prefix_equal(&p, &o->prefixes[i]));
	}
	assert_int_equal(trie_next_below(w->trie, top, &cursor), TRIE_NONE);
	assert_int_equal(trie_walk_next(&walk, &p), TRIE_NONE);
}

static void
mutate(struct world *w, const struct ip_prefix *which, bool insert)
{
	struct ip_prefix copy = *which; /* it may lie in the list */
	const struct ip_prefix *p = &copy;
	uint32_t value = (uint32_t)rng_below(&w->rng, TRIE_NONE);

	if (!insert) {
		assert_int_equal(trie_remove(w->trie, p), oracle_remove(&w->oracle, p));
	} else if (rng_below(&w->rng, 2) == 0) {
		assert_int_equal(
		    trie_insert(w->trie, p, value), oracle_insert(&w->oracle, p, value));
	} else {
		uint32_t stored = oracle_get(&w->oracle, p);

		assert_int_equal(trie_insert_new(w->trie, p, value), stored);
		if (stored == TRIE_NONE)
			oracle_insert(&w->oracle, p, value);
	}
	assert_int_equal(trie_count(w->trie), w->oracle.count);
}

/* Grow and shrink in waves, so that sizes of every array are passed in both directions. */
static void
run_oracle(enum ip_family family, uint64_t seed, unsigned steps)
{
	struct world *w = world_new(family, seed);

	for (unsigned i = 0; i < steps; i++) {
		struct ip_prefix p = world_prefix(w), q;
		bool growing = i / 1000 % 2 == 0;
		bool insert =
		    w->oracle.count < ORACLE_MAX && rng_below(&w->rng, 10) < (growing ? 8u : 3u);

		mutate(w, &p, insert);
		q = world_prefix(w);
		check_lookups(w, &p);
		check_lookups(w, &q);
		check_step(w, &q);
		if (i % 16 == 0)
			check_walk_below(w, &q);
		if (i % 500 == 0)
			check_walk(w);
	}
	check_walk(w);
	while (w->oracle.count > 0)
		mutate(w, &w->oracle.prefixes[rng_below(&w->rng, w->oracle.count)], false);
	check_walk(w);
	world_free(w);
}

static void
test_oracle(void **state)
{
	uint64_t seed = test_seed("oracle");

	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		run_oracle(IP_V4, seed + i, 4000);
		run_oracle(IP_V6, seed + i, 4000);
	}
	assert_int_equal(mem_used(MEM_TRIE), 0);
}

/* Every length, nested and at both ends of the address space: each boundary between nodes, the
 * short trie, and the direct roots. */
static void
test_every_length(void **state)
{
	static const uint64_t starts[][2] = { { 0, 0 }, { UINT64_MAX, UINT64_MAX },
		{ UINT64_C(0x2001) << 48, 1 }, { UINT64_C(0x3fff) << 48 | UINT32_MAX, UINT64_MAX },
		{ UINT64_C(0xc0000201) << 32, 0 } };

	(void)state;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		struct world *w = world_new(family, 1);

		for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
			for (unsigned len = 0; len <= ip_bits(family); len++) {
				uint64_t hi = starts[i][0], lo = starts[i][1];
				struct ip_prefix p;

				if (family == IP_V4) {
					hi &= ip_mask64(32);
					lo = 0;
				}
				p = prefix_make(family, hi, lo, len);
				mutate(w, &p, true);
				check_lookups(w, &p);
				check_step(w, &p);
			}
		}
		check_walk(w);
		for (size_t i = 0; i < w->oracle.count; i++) {
			check_lookups(w, &w->oracle.prefixes[i]);
			check_walk_below(w, &w->oracle.prefixes[i]);
		}
		while (w->oracle.count > 0)
			mutate(w, &w->oracle.prefixes[w->oracle.count / 2], false);
		world_free(w);
	}
	assert_int_equal(mem_used(MEM_TRIE), 0);
}

/* A node with all 63 prefixes and all 64 children, filled in random order. */
static void
test_full_node(void **state)
{
	struct world *w = world_new(IP_V4, test_seed("full_node"));
	struct ip_prefix all[63 + 64];
	size_t n = 0;

	(void)state;
	for (unsigned len = 0; len < 6; len++)
		for (unsigned slot = 0; slot < 1u << len; slot++)
			all[n++] = prefix_make(IP_V4,
			    UINT64_C(0x0a00) << 48 | (uint64_t)slot << (48 - len), 0, 16 + len);
	for (unsigned slot = 0; slot < 64; slot++)
		all[n++] = prefix_make(
		    IP_V4, UINT64_C(0x0a00) << 48 | (uint64_t)slot << 42, 0, 22 + slot % 11);
	for (size_t i = n; i > 1; i--) {
		size_t j = rng_below(&w->rng, i);
		struct ip_prefix other = all[j];

		all[j] = all[i - 1];
		all[i - 1] = other;
	}
	for (size_t i = 0; i < n; i++)
		mutate(w, &all[i], true);
	assert_int_equal(w->oracle.count, n);
	check_walk(w);
	for (size_t i = 0; i < n; i++) {
		check_lookups(w, &all[i]);
		mutate(w, &all[i], false);
		check_walk(w);
	}
	world_free(w);
}

/* A walk sees each prefix that stays, once and in order, while others come and go around it. */
static void
test_walk_while_mutating(void **state)
{
	struct world *w = world_new(IP_V6, test_seed("walk_while_mutating"));
	struct ip_prefix stays[100], cursor = { .family = IP_V6 }, last = { .family = IP_V6 };
	size_t n = 0, seen = 0;
	uint32_t value;

	(void)state;
	while (n < ARRAY_LEN(stays)) {
		struct ip_prefix p = world_prefix(w);

		if (p.len == 0 || oracle_get(&w->oracle, &p) != TRIE_NONE)
			continue;
		oracle_insert(&w->oracle, &p, (uint32_t)n);
		trie_insert(w->trie, &p, (uint32_t)n);
		stays[n++] = p;
	}
	while ((value = trie_next(w->trie, &cursor)) != TRIE_NONE) {
		assert_true(prefix_cmp(&last, &cursor) < 0);
		last = cursor;
		if (value < n) {
			assert_true(prefix_equal(&stays[value], &cursor));
			seen++;
		}
		for (unsigned i = 0; i < 3; i++) {
			struct ip_prefix p = world_prefix(w);
			uint32_t old = trie_get(w->trie, &p);

			if (old == TRIE_NONE)
				trie_insert(w->trie, &p, 1000);
			else if (old >= n)
				trie_remove(w->trie, &p);
		}
		if (value >= n)
			trie_remove(w->trie, &cursor);
	}
	assert_int_equal(seen, n);
	world_free(w);
}

/* Batches of every length around the lane count give what single lookups give. */
static void
test_batch_sizes(void **state)
{
	struct world *w = world_new(IP_V6, test_seed("batch_sizes"));
	uint64_t hi[67], lo[67];
	uint32_t out[68];

	(void)state;
	while (w->oracle.count < 500) {
		struct ip_prefix p = world_prefix(w);

		mutate(w, &p, true);
	}
	for (size_t n = 0; n <= ARRAY_LEN(hi); n++) {
		for (size_t i = 0; i < n; i++) {
			struct ip_prefix p = world_prefix(w);
			struct ip_addr a = prefix_random_host(&w->rng, &p);

			hi[i] = a.hi;
			lo[i] = a.lo;
		}
		out[n] = 12345;
		trie_lpm_batch(w->trie, hi, lo, n, out);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(out[i], trie_lpm(w->trie, hi[i], lo[i]));
		assert_int_equal(out[n], 12345);
	}
	world_free(w);
}

/* Under steady churn (half of a fixed set of prefixes, one in, one out) memory stops growing. */
static void
test_memory_is_steady(void **state)
{
	struct rng r = rng_make(test_seed("memory_is_steady"));
	struct ip_prefix *all = table_make(IP_V4, 60000, rng_u64(&r));
	struct trie *t = trie_new(IP_V4);
	size_t settled = 0;

	(void)state;
	for (uint32_t i = 0; i < 30000; i++)
		trie_insert(t, &all[i * 2], i);
	for (unsigned round = 0; round < 40; round++) {
		for (unsigned i = 0; i < 10000; i++) {
			const struct ip_prefix *p = &all[rng_below(&r, 60000)];

			if (trie_remove(t, p) == TRIE_NONE)
				trie_insert(t, p, i);
		}
		if (round == 9)
			settled = trie_bytes(t);
	}
	assert_true(trie_count(t) > 29000 && trie_count(t) < 31000);
	assert_true(trie_bytes(t) <= settled + settled / 10);
	assert_in_range(mem_used(MEM_TRIE), trie_bytes(t), trie_bytes(t) + 64);
	trie_free(t);
	assert_int_equal(mem_used(MEM_TRIE), 0);
	free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_full_node),
		cmocka_unit_test(test_walk_while_mutating),
		cmocka_unit_test(test_batch_sizes),
		cmocka_unit_test(test_memory_is_steady),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
