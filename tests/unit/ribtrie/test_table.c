/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trie with real full tables. Longest match is checked against a binary search for each
 * length, at the addresses where the answer changes: the ends of prefixes and one beyond.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "ribtrie/trie.h"
#include "tests/support/prefixes.h"

struct table {
	struct ip_prefix *prefixes; /* sorted, each once; the value is the index */
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

static struct table
table_sorted(struct ip_prefix *prefixes, size_t n)
{
	struct table t = { .prefixes = prefixes };

	qsort(prefixes, n, sizeof(*prefixes), compare);
	for (size_t i = 0; i < n; i++)
		if (t.count == 0 || !prefix_equal(&prefixes[t.count - 1], &prefixes[i]))
			prefixes[t.count++] = prefixes[i];
	return t;
}

static uint32_t
table_match(const struct table *t, const struct ip_addr *a, int max_len)
{
	for (int len = max_len; len >= 0; len--) {
		struct ip_prefix p = prefix_of(a, (unsigned)len);
		const struct ip_prefix *at = bsearch(&p, t->prefixes, t->count, sizeof(p), compare);

		if (at != NULL)
			return (uint32_t)(at - t->prefixes);
	}
	return TRIE_NONE;
}

/* An order that is neither sorted nor the reverse. */
static void
shuffle(uint32_t *order, size_t n, struct rng *r)
{
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	for (size_t i = n; i > 1; i--) {
		size_t j = rng_below(r, i);
		uint32_t other = order[j];

		order[j] = order[i - 1];
		order[i - 1] = other;
	}
}

static void
check_match(const struct table *t, const struct trie *trie, struct ip_addr a)
{
	int bits = (int)ip_bits((enum ip_family)a.family);
	uint32_t batch, expected = table_match(t, &a, bits);

	assert_int_equal(trie_lpm(trie, a.hi, a.lo), expected);
	trie_lpm_batch(trie, &a.hi, &a.lo, 1, &batch);
	assert_int_equal(batch, expected);
}

static void
check_around(const struct table *t, const struct trie *trie, const struct ip_prefix *p)
{
	struct ip_addr first = prefix_first(p), last = prefix_last(p), before = first, after = last;

	assert_int_equal(trie_cover(trie, p), table_match(t, &first, p->len - 1));
	if (p->family == IP_V4) {
		before.hi -= UINT64_C(1) << 32;
		after.hi += UINT64_C(1) << 32;
	} else {
		before.hi -= before.lo-- == 0;
		after.hi += ++after.lo == 0;
	}
	check_match(t, trie, first);
	check_match(t, trie, last);
	check_match(t, trie, before);
	check_match(t, trie, after);
}

static void
check_table(struct ip_prefix *prefixes, size_t n, uint64_t seed)
{
	struct rng r = rng_make(seed);
	struct table t = table_sorted(prefixes, n);
	struct trie *trie = trie_new((enum ip_family)prefixes[0].family);
	uint32_t *order = calloc(t.count, sizeof(*order));
	struct ip_prefix cursor;
	uint32_t value;

	shuffle(order, t.count, &r);
	for (size_t i = 0; i < t.count; i++)
		assert_int_equal(trie_insert(trie, &prefixes[order[i]], order[i]), TRIE_NONE);
	assert_int_equal(trie_count(trie), t.count);
	for (size_t i = 0; i < t.count; i += 61)
		check_around(&t, trie, &prefixes[i]);
	value = trie_first(trie, &cursor);
	for (size_t i = 0; i < t.count; i++) {
		assert_int_equal(value, i);
		assert_true(prefix_equal(&cursor, &prefixes[i]));
		value = trie_next(trie, &cursor);
	}
	assert_int_equal(value, TRIE_NONE);
	shuffle(order, t.count, &r);
	for (size_t i = 0; i < t.count; i++)
		assert_int_equal(trie_remove(trie, &prefixes[order[i]]), order[i]);
	assert_int_equal(trie_first(trie, &cursor), TRIE_NONE);
	trie_free(trie);
	assert_int_equal(mem_used(MEM_TRIE), 0);
	free(order);
	free(prefixes);
}

static void
check_file(const char *name, const char *test)
{
	uint64_t seed = test_seed(test);

	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		size_t n;
		struct ip_prefix *prefixes = table_read(name, family, &n);

		if (prefixes == NULL)
			data_skip(name);
		assert_true(n > 100000);
		check_table(prefixes, n, seed);
	}
}

static void
test_table_2023(void **state)
{
	(void)state;
	check_file(TABLE_2023, "table_2023");
}

static void
test_table_2026(void **state)
{
	(void)state;
	check_file(TABLE_2026, "table_2026");
}

/* Without the real data there is at least this. */
static void
test_table_made(void **state)
{
	uint64_t seed = test_seed("table_made");

	(void)state;
	check_table(table_make(IP_V4, 100000, seed), 100000, seed);
	check_table(table_make(IP_V6, 50000, seed), 50000, seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_2023),
		cmocka_unit_test(test_table_2026),
		cmocka_unit_test(test_table_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
