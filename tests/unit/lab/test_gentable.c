/* SPDX-License-Identifier: Apache-2.0 */
/* The generated table looks like the real one in what it promises: counts, lengths, nesting. */
#include "tests/lab/gentable.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lab/list.h"

static void
assert_near(double value, double expected, double error)
{
	if (!(fabs(value - expected) <= error))
		fail_msg("%g is not %g +- %g", value, expected, error);
}

static void
generate(struct table *t, enum ip_family family, size_t n, uint64_t seed)
{
	table_init(t);
	gentable(t, family, n, seed);
	assert_int_equal(t->n, n);
	table_finish(t);
	/* Nothing was there twice. */
	assert_int_equal(t->n, n);
}

static void
any_number_of_prefixes_can_be_had(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 7, 50, 999, 12345 };
	uint64_t seed = test_seed("sizes");

	(void)state;
	for (unsigned f = 0; f < IP_FAMILIES; f++) {
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			struct table t;

			generate(&t, (enum ip_family)f, sizes[i], seed);
			assert_int_equal(table_count(&t, (enum ip_family)f), sizes[i]);
			table_fini(&t);
		}
	}
}

static void
the_same_seed_gives_the_same_table(void **state)
{
	uint64_t seed = test_seed("same seed");
	struct table a, b, c;
	size_t same = 0;

	(void)state;
	generate(&a, IP_V4, 5000, seed);
	generate(&b, IP_V4, 5000, seed);
	generate(&c, IP_V4, 5000, seed + 1);
	for (size_t i = 0; i < a.n; i++) {
		assert_true(prefix_equal(&a.routes[i].prefix, &b.routes[i].prefix));
		assert_int_equal(a.routes[i].origin, b.routes[i].origin);
		same += prefix_equal(&a.routes[i].prefix, &c.routes[i].prefix);
	}
	assert_true(same < a.n / 10);
	table_fini(&a);
	table_fini(&b);
	table_fini(&c);
}

static void
special_space_stays_free(void **state)
{
	static const char *const special[] = { "10.0.0.0/8", "127.0.0.0/8", "198.18.0.0/15",
		"224.0.0.0/3", "192.0.2.0/24", "2001:db8::/32", "fc00::/7", "0.0.0.0/8" };
	uint64_t seed = test_seed("special");
	struct table t;

	(void)state;
	table_init(&t);
	gentable(&t, IP_V4, 60000, seed);
	gentable(&t, IP_V6, 20000, seed);
	for (size_t i = 0; i < t.n; i++) {
		for (size_t k = 0; k < ARRAY_LEN(special); k++) {
			struct ip_prefix s;

			assert_true(prefix_parse(special[k], true, &s));
			assert_false(prefix_contains(&s, &t.routes[i].prefix));
			assert_false(prefix_contains(&t.routes[i].prefix, &s));
		}
		assert_int_not_equal(t.routes[i].origin, 0);
		assert_int_not_equal(t.routes[i].origin, 23456);
	}
	table_fini(&t);
}

struct figures {
	double len[129]; /* share of each length */
	double covered;  /* of all */
	double same;     /* of those covered: same origin as the parent */
	double non_leaf; /* of all */
	size_t most;     /* direct children of one prefix */
};

static void
measure(const struct table *t, struct figures *f)
{
	struct table_cover cover = { .table = t };
	uint32_t *children = calloc(t->n, sizeof(*children));
	double one = 1. / (double)t->n, n_covered = 0;

	assert_non_null(children);
	*f = (struct figures){ .covered = 0 };
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t parent = table_cover_step(&cover, i);

		f->len[t->routes[i].prefix.len] += one;
		if (parent == TABLE_NONE)
			continue;
		n_covered++;
		f->same += t->routes[parent].origin == t->routes[i].origin;
		f->non_leaf += children[parent] == 0 ? one : 0;
		if (++children[parent] > f->most)
			f->most = children[parent];
	}
	f->covered = n_covered * one;
	f->same /= n_covered;
	free(children);
}

/* Figures of the June 2026 table; what a generated one may differ by. */
static void
check_shape(
    enum ip_family family, size_t n, double len24_or_48, double len22_or_32, double non_leaf)
{
	static const double covered[] = GENTABLE_COVERED, same[] = GENTABLE_SAME_ORIGIN;
	unsigned longest = family == IP_V4 ? 24 : 48, middle = family == IP_V4 ? 22 : 32;
	struct figures f;
	struct table t;

	generate(&t, family, n, test_seed(ip_family_name(family)));
	measure(&t, &f);
	printf(
	    "%s nonleaf %f most %zu same %f\n", ip_family_name(family), f.non_leaf, f.most, f.same);
	assert_near(f.covered, covered[family], 0.005);
	assert_near(f.same, same[family], 0.02);
	assert_near(f.len[longest], len24_or_48, 0.02);
	assert_near(f.len[middle], len22_or_32, 0.02);
	assert_near(f.non_leaf, non_leaf, 0.03);
	assert_true(f.most > 200);
	table_fini(&t);
}

static void
ipv4_has_the_shape_of_the_internet(void **state)
{
	(void)state;
	check_shape(IP_V4, 200000, 0.634, 0.105, 0.102);
}

static void
ipv6_has_the_shape_of_the_internet(void **state)
{
	(void)state;
	check_shape(IP_V6, 100000, 0.464, 0.097, 0.077);
}

/* The figures above are those of the data they claim to be of. */
static void
the_shape_is_that_of_the_real_table(void **state)
{
	static const char name[] = "rib/prefix-origin-2026.txt.xz";
	static const bool v4[IP_FAMILIES] = { true, false };
	static const double covered[] = GENTABLE_COVERED, same[] = GENTABLE_SAME_ORIGIN;
	char path[4096];
	struct figures f;
	struct table t;

	(void)state;
	if (!data_path(name, path, sizeof(path))) {
		data_skip(name);
		return;
	}
	table_init(&t);
	assert_true(list_read(&t, path));
	table_finish(&t);
	assert_int_equal(table_count(&t, IP_V4), 1168945);
	assert_int_equal(table_count(&t, IP_V6), 279855);
	table_filter(&t, v4, SIZE_MAX);
	measure(&t, &f);
	assert_near(f.covered, covered[IP_V4], 0.001);
	assert_near(f.same, same[IP_V4], 0.001);
	assert_near(f.len[24], 0.634, 0.001);
	assert_near(f.non_leaf, 0.102, 0.001);
	assert_int_equal(f.most, 9666);
	table_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_prefixes_can_be_had),
		cmocka_unit_test(the_same_seed_gives_the_same_table),
		cmocka_unit_test(special_space_stays_free),
		cmocka_unit_test(ipv4_has_the_shape_of_the_internet),
		cmocka_unit_test(ipv6_has_the_shape_of_the_internet),
		cmocka_unit_test(the_shape_is_that_of_the_real_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
