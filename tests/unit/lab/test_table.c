/* SPDX-License-Identifier: Apache-2.0 */
/* The table: settling what was said, finding, covering, sharing; reading lists; the sink's RIB. */
#include "tests/lab/list.h"
#include "tests/lab/rib.h"
#include "tests/lab/table.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"
#include "tests/support/prefixes.h"

static void
add(struct table *t, const char *text, uint32_t origin)
{
	struct ip_prefix p = prefix(text);

	table_add(t, &p, origin);
}

static void
the_last_word_on_a_prefix_counts(void **state)
{
	struct ip_prefix gone = prefix("10.0.0.0/8"), back = prefix("11.0.0.0/8"), p;
	struct table t;

	(void)state;
	table_init(&t);
	add(&t, "2001:db8::/32", 1);
	add(&t, "10.0.0.0/8", 2);
	add(&t, "10.0.0.0/9", 3);
	table_add_withdrawal(&t, &back);
	add(&t, "11.0.0.0/8", 4);
	table_add_withdrawal(&t, &gone);
	add(&t, "10.0.0.0/9", 5);
	table_finish(&t);
	assert_int_equal(t.n, 3);
	assert_int_equal(t.routes[0].origin, 5);
	assert_int_equal(t.routes[1].origin, 4);
	assert_int_equal(t.routes[2].origin, 1);
	assert_null(table_find(&t, &gone));
	assert_ptr_equal(table_find(&t, &back), &t.routes[1]);
	p = prefix("2001:db8::/32");
	assert_ptr_equal(table_find(&t, &p), &t.routes[2]);
	table_fini(&t);
}

static void
a_filter_limits_each_family(void **state)
{
	static const bool only_v6[IP_FAMILIES] = { false, true },
			  both[IP_FAMILIES] = { true, true };
	struct table t;

	(void)state;
	table_init(&t);
	add(&t, "10.0.0.0/8", 0);
	add(&t, "11.0.0.0/8", 0);
	add(&t, "2001:db8::/32", 0);
	add(&t, "2001:db9::/32", 0);
	table_finish(&t);
	table_filter(&t, both, 1);
	assert_int_equal(table_count(&t, IP_V4), 1);
	assert_int_equal(table_count(&t, IP_V6), 1);
	table_filter(&t, only_v6, SIZE_MAX);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.routes[0].prefix.family, IP_V6);
	table_fini(&t);
}

/* The longest route that covers route i, looked for one by one. */
static uint32_t
naive_cover(const struct table *t, uint32_t i)
{
	uint32_t best = TABLE_NONE;

	for (uint32_t k = 0; k < t->n; k++) {
		if (k != i && prefix_contains(&t->routes[k].prefix, &t->routes[i].prefix) &&
		    (best == TABLE_NONE || t->routes[k].prefix.len > t->routes[best].prefix.len))
			best = k;
	}
	return best;
}

static void
covering_routes_are_those_of_a_naive_search(void **state)
{
	struct rng rng = rng_make(test_seed("cover"));
	struct table_cover cover;
	struct table t;

	(void)state;
	table_init(&t);
	for (unsigned i = 0; i < 600; i++) {
		bool v4 = rng_below(&rng, 2) == 0;
		unsigned len = (unsigned)rng_below(&rng, v4 ? 33 : 129);
		/* Few distinct bits, so that much is nested. */
		uint64_t hi = rng_u64(&rng) & rng_u64(&rng) & rng_u64(&rng);
		struct ip_prefix p = prefix_make(v4 ? IP_V4 : IP_V6, v4 ? hi & ip_mask64(32) : hi,
		    v4 ? 0 : rng_u64(&rng) & rng_u64(&rng) & rng_u64(&rng), len);

		table_add(&t, &p, 0);
	}
	table_finish(&t);
	cover = (struct table_cover){ .table = &t };
	for (uint32_t i = 0; i < t.n; i++)
		assert_int_equal(table_cover_step(&cover, i), naive_cover(&t, i));
	table_fini(&t);
}

static void
equal_attributes_are_one_set(void **state)
{
	uint8_t path[] = { 2, 1, 0, 0, 0xfd, 0xe9 };
	struct route_attrs a = { .nexthop.addr = ip_v4(0x0a000001),
		.as_path = { path, sizeof(path) } };
	struct table t;
	uint32_t first;

	(void)state;
	table_init(&t);
	first = table_attrs(&t, &a);
	assert_int_equal(table_attrs(&t, &a), first);
	a.med = 7;
	a.has_med = true;
	assert_int_not_equal(table_attrs(&t, &a), first);
	a.has_med = false;
	a.med = 0;
	/* The set has its own copy of the bytes. */
	path[5] = 0xea;
	assert_int_not_equal(table_attrs(&t, &a), first);
	path[5] = 0xe9;
	assert_int_equal(table_attrs(&t, &a), first);
	assert_int_equal(t.n_attrs, 3);
	/* Same bytes in another attribute are another set. */
	a.communities = (struct span){ path + 2, 4 };
	first = table_attrs(&t, &a);
	a.cluster_list = a.communities;
	a.communities.len = 0;
	assert_int_not_equal(table_attrs(&t, &a), first);
	table_fini(&t);
}

static void
many_sets_are_found_again(void **state)
{
	struct table t;

	(void)state;
	table_init(&t);
	for (unsigned round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 5000; i++) {
			struct route_attrs a = {
				.nexthop.addr = ip_v4(i), .med = i, .has_med = true
			};

			assert_int_equal(table_attrs(&t, &a), i);
			assert_int_equal(table_nexthop(&t, &a.nexthop.addr), i);
		}
	}
	table_fini(&t);
}

static void
a_route_is_printed_in_one_line(void **state)
{
	static const uint8_t path[] = { 2, 2, 0, 0, 0xfd, 0xe9, 0, 1, 0, 0 };
	static const uint8_t communities[] = { 0xfd, 0xe9, 0, 7 };
	struct route_attrs a = { .nexthop.addr = ip_v4(0xc6120001), .med = 5, .has_med = true };
	struct ip_prefix p = prefix("192.0.2.0/24");
	char line[TABLE_LINE_MAX];

	(void)state;
	assert_string_equal(
	    table_format_route(&p, &a, line), "192.0.2.0/24 198.18.0.1 - origin=IGP med=5");
	a.as_path = (struct span){ path, sizeof(path) };
	a.communities = (struct span){ communities, sizeof(communities) };
	a.has_local_pref = true;
	a.local_pref = 100;
	assert_string_equal(table_format_route(&p, &a, line),
	    "192.0.2.0/24 198.18.0.1 65001,65536 origin=IGP med=5 local_pref=100 "
	    "communities=65001:7");
}

/* Read a list of this text; the number of routes, or -1. */
static int
read_list(const char *text, struct table *t)
{
	char path[] = "/tmp/hotfib-list-XXXXXX";
	int fd = mkstemp(path);
	bool ok;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	table_init(t);
	ok = list_read(t, path);
	unlink(path);
	if (!ok)
		return -1;
	table_finish(t);
	return (int)t->n;
}

static void
lists_are_read(void **state)
{
	static const char *const bad[] = { "10.0.0.0/33\n", "10.0.0.1/8\n", "hello\n",
		"10.0.0.0/8 -1\n", "10.0.0.0/8 4294967296\n", "10.0.0.0/8 1 2001:db8::1\n",
		"10.0.0.0/8 1 10.0.0.1 more\n" };
	struct table t;

	(void)state;
	assert_int_equal(
	    read_list("# c\n\n10.0.0.0/8\r\n 11.0.0.0/8\t5 \n2001:db8::/32 6 2001:db8::1", &t), 3);
	assert_int_equal(t.routes[1].origin, 5);
	assert_int_equal(t.routes[1].nexthop, TABLE_NONE);
	assert_int_equal(t.routes[2].nexthop, 0);
	assert_int_equal(t.nexthops[0].lo, 1);
	table_fini(&t);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(read_list(bad[i], &t), -1);
		table_fini(&t);
	}
}

static void
the_sinks_rib_is_a_map(void **state)
{
	enum {
		KEYS = 700
	};
	static uint32_t truth[KEYS]; /* attrs + 1; 0: absent */
	struct rng rng = rng_make(test_seed("rib"));
	size_t n = 0, most = 0, sorted_n;
	struct table_route *sorted;
	struct rib rib;

	(void)state;
	rib_init(&rib);
	for (unsigned i = 0; i < 200000; i++) {
		uint32_t k = (uint32_t)rng_below(&rng, KEYS),
			 attrs = (uint32_t)rng_below(&rng, 100);
		struct ip_prefix p =
		    prefix_make(k & 1 ? IP_V6 : IP_V4, (uint64_t)k << 40, 0, k & 2 ? 24 : 23);
		const struct table_route *found = rib_find(&rib, &p);
		uint32_t *key;

		/* At /23 two keys may be one prefix: name it by its value. */
		key = &truth[(p.hi >> 40) | (k & 3)];
		if ((size_t)(key - truth) >= KEYS)
			continue;
		assert_int_equal(found != NULL ? found->attrs + 1 : 0, *key);
		if (rng_below(&rng, 2) == 0) {
			n += *key == 0;
			rib_set(&rib, &p, attrs);
			*key = attrs + 1;
		} else {
			assert_int_equal(rib_remove(&rib, &p), *key != 0);
			n -= *key != 0;
			*key = 0;
		}
		most = n > most ? n : most;
		assert_int_equal(rib_size(&rib), n);
	}
	assert_int_equal(rib.most, most);
	sorted = rib_sorted(&rib, &sorted_n);
	assert_int_equal(sorted_n, n);
	for (size_t i = 1; i < n; i++)
		assert_true(prefix_cmp(&sorted[i - 1].prefix, &sorted[i].prefix) < 0);
	mem_free(MEM_MISC, sorted);
	rib_clear(&rib);
	assert_int_equal(rib_size(&rib), 0);
	assert_int_equal(rib.most, most);
	rib_fini(&rib);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_word_on_a_prefix_counts),
		cmocka_unit_test(a_filter_limits_each_family),
		cmocka_unit_test(covering_routes_are_those_of_a_naive_search),
		cmocka_unit_test(equal_attributes_are_one_set),
		cmocka_unit_test(many_sets_are_found_again),
		cmocka_unit_test(a_route_is_printed_in_one_line),
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(the_sinks_rib_is_a_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
