/* SPDX-License-Identifier: Apache-2.0 */
/* The next-hop model and the attribute generator. */
#include "tests/lab/attrsgen.h"
#include "tests/lab/gentable.h"
#include "tests/lab/nexthops.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
assert_near(double value, double expected, double error)
{
	if (!(fabs(value - expected) <= error))
		fail_msg("%g is not %g +- %g", value, expected, error);
}

static void
models_are_those_of_the_selections_reference(void **state)
{
	struct nexthops_model m;
	double sum = 0;

	(void)state;
	assert_false(nexthops_model("s3", &m));
	assert_true(nexthops_model("s1", &m));
	assert_int_equal(m.n, 8);
	assert_near(m.share[0], .733, 1e-9);
	assert_true(nexthops_model("s0", &m));
	assert_int_equal(m.n, 250);
	assert_near(m.share[0] / m.share[1], .19 / .18, 1e-9);
	assert_near(m.share[4] / m.share[0], .49 / (2 * log(250)) / .19, 1e-9);
	assert_true(nexthops_model("s2", &m));
	assert_int_equal(m.n, 750);
	assert_near(m.share[0] / m.share[15], pow(16, .75), 1e-9);
	for (unsigned i = 0; i < m.n; i++)
		sum += m.share[i];
	assert_near(sum, 1, 1e-9);
}

/* Of covered prefixes, how many have their parent's next hop, by whether they have its origin. */
static void
measure(const struct table *t, const uint32_t *nexthop, double *same, double *other)
{
	struct table_cover cover = { .table = t };
	double n[2] = { 0 }, hits[2] = { 0 };

	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t parent = table_cover_step(&cover, i);
		unsigned k;

		if (parent == TABLE_NONE)
			continue;
		k = t->routes[parent].origin == t->routes[i].origin;
		n[k]++;
		hits[k] += nexthop[i] == nexthop[parent];
	}
	*same = hits[1] / n[1];
	*other = hits[0] / n[0];
}

static void
children_follow_their_parent_as_often_as_the_model_says(void **state)
{
	static const char *const names[] = { "s0", "s1", "s2" };
	uint64_t seed = test_seed("children");
	struct table t;
	uint32_t *nexthop;

	(void)state;
	table_init(&t);
	gentable(&t, IP_V4, 100000, seed);
	table_finish(&t);
	nexthop = calloc(t.n, sizeof(*nexthop));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct nexthops_model m;
		double same, other, again = 0;

		assert_true(nexthops_model(names[i], &m));
		nexthops_draw(&t, &m, seed, nexthop);
		measure(&t, nexthop, &same, &other);
		/* A fresh draw, or a primary, may be the parent's by chance as well. */
		for (unsigned k = 0; k < m.n; k++)
			again += m.share[k] * m.share[k];
		assert_true(same > m.same_origin - .01);
		assert_true(same < m.same_origin + (1 - m.same_origin) * again + .03);
		assert_true(other > m.other_origin - .01);
		assert_true(other < m.other_origin + (1 - m.other_origin) * 3 * again + .03);
	}
	free(nexthop);
	table_fini(&t);
}

static void
shares_of_origins_come_out(void **state)
{
	uint64_t seed = test_seed("shares");
	struct nexthops_model m;
	double count[8] = { 0 };
	struct table t;
	uint32_t *nexthop;

	(void)state;
	assert_true(nexthops_model("s1", &m));
	table_init(&t);
	/* One prefix an origin, none covered: independent draws. */
	for (uint32_t i = 0; i < 50000; i++) {
		struct ip_prefix p = prefix_make(IP_V4, (uint64_t)(i + 65536) << 40, 0, 24);

		table_add(&t, &p, i + 1);
	}
	table_finish(&t);
	nexthop = calloc(t.n, sizeof(*nexthop));
	nexthops_draw(&t, &m, seed, nexthop);
	for (size_t i = 0; i < t.n; i++)
		count[nexthop[i]]++;
	for (unsigned k = 0; k < 8; k++) {
		double mean = m.share[k] * (double)t.n;

		assert_near(count[k], mean, 6 * sqrt(mean));
	}
	free(nexthop);
	table_fini(&t);
}

static void
a_cut_table_keeps_its_next_hops(void **state)
{
	static const bool both[IP_FAMILIES] = { true, true };
	uint64_t seed = test_seed("cut");
	uint32_t whole[20000], cut[1000];
	struct nexthops_model m;
	struct table t;

	(void)state;
	assert_true(nexthops_model("s0", &m));
	table_init(&t);
	gentable(&t, IP_V4, 20000, seed);
	table_finish(&t);
	nexthops_draw(&t, &m, seed, whole);
	table_filter(&t, both, 1000);
	nexthops_draw(&t, &m, seed, cut);
	assert_memory_equal(whole, cut, sizeof(cut));
	table_fini(&t);
}

static void
pools_are_lists_and_ranges(void **state)
{
	static const char *const bad[] = { "x", "10.0.0.2-10.0.0.1", "10.0.0.1-::1", "10.0.0.1-",
		"10.0.0.1,,10.0.0.2", "10.0.0.0-11.0.0.0" };
	char long_text[200] = "10.0.0.1";
	struct nexthops_pool pools[IP_FAMILIES] = { { 0 } };

	(void)state;
	assert_true(
	    nexthops_pool_add(pools, "10.0.0.254-10.0.1.1,192.0.2.1,2001:db8::ffff-2001:db8::1:1"));
	assert_int_equal(pools[IP_V4].n, 5);
	assert_int_equal(ip_to_v4(pools[IP_V4].addr[2].hi), 0x0a000100);
	assert_int_equal(pools[IP_V6].n, 3);
	assert_int_equal(pools[IP_V6].addr[2].lo, 0x10001);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nexthops_pool p[IP_FAMILIES] = { { 0 } };

		assert_false(nexthops_pool_add(p, bad[i]));
		nexthops_pool_fini(p);
	}
	/* Longer than any range. */
	memset(long_text + 8, '1', sizeof(long_text) - 9);
	assert_false(nexthops_pool_add(pools, long_text));
	nexthops_pool_fini(pools);
}

static void
make_table(struct table *t, uint64_t seed)
{
	struct nexthops_pool pools[IP_FAMILIES] = { { 0 } };
	struct nexthops_model m;

	assert_true(nexthops_model("s0", &m));
	assert_true(nexthops_pool_add(pools, "10.0.0.1-10.0.0.250,2001:db8::1-2001:db8::fa"));
	table_init(t);
	gentable(t, IP_V4, 15000, seed);
	gentable(t, IP_V6, 5000, seed);
	table_finish(t);
	nexthops_assign(t, &m, pools, seed);
	nexthops_pool_fini(pools);
}

static void
as_many_attribute_sets_as_asked_for(void **state)
{
	uint64_t seed = test_seed("sets");
	uint32_t natural;
	struct table t;

	(void)state;
	make_table(&t, seed);
	attrsgen_assign(&t, 0, seed);
	natural = t.n_attrs;
	table_fini(&t);
	for (unsigned i = 0; i < 5; i++) {
		uint32_t wanted[] = { 1000, natural - 1, natural, natural + 1, 15000 };

		make_table(&t, seed);
		attrsgen_assign(&t, wanted[i], seed);
		assert_int_equal(t.n_attrs, wanted[i]);
		table_fini(&t);
	}
	/* Never fewer than next hops, never more than routes. */
	make_table(&t, seed);
	attrsgen_assign(&t, 1, seed);
	assert_int_equal(t.n_attrs, t.n_nexthops);
	table_fini(&t);
	make_table(&t, seed);
	attrsgen_assign(&t, 1000000, seed);
	assert_int_equal(t.n_attrs, t.n);
	table_fini(&t);
}

static void
attributes_fit_their_routes(void **state)
{
	uint64_t seed = test_seed("attributes");
	struct table t;

	(void)state;
	make_table(&t, seed);
	attrsgen_assign(&t, 0, seed);
	for (size_t i = 0; i < t.n; i++) {
		const struct table_route *r = &t.routes[i];
		const struct route_attrs *a = &t.attrs[r->attrs];

		assert_true(ip_equal(&a->nexthop.addr, &t.nexthops[r->nexthop]));
		assert_int_equal(a->nexthop.addr.family, r->prefix.family);
		assert_int_equal(route_as_path_origin(a->as_path), r->origin);
		assert_int_equal(route_as_path_first(a->as_path), ATTRSGEN_NEIGHBOR_AS(r->nexthop));
	}
	table_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(models_are_those_of_the_selections_reference),
		cmocka_unit_test(children_follow_their_parent_as_often_as_the_model_says),
		cmocka_unit_test(shares_of_origins_come_out),
		cmocka_unit_test(a_cut_table_keeps_its_next_hops),
		cmocka_unit_test(pools_are_lists_and_ranges),
		cmocka_unit_test(as_many_attribute_sets_as_asked_for),
		cmocka_unit_test(attributes_fit_their_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
