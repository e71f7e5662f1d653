/* SPDX-License-Identifier: Apache-2.0 */
/* The priced selection on random nested tables of both families, against the verifier. */
#include "tests/unit/control/priced_world.h"

#include <stdlib.h>

#include "tests/support/prefixes.h"

static void
check_table(const struct priced *p, const struct rib *rib, enum ip_family family,
    uint32_t default_action, struct priced_table *t)
{
	struct fib_route *routes;
	struct verify_result v;
	char text[IP_TEXT_MAX];

	priced_table_get(p, t);
	routes = calloc(t->n + 1, sizeof(*routes));
	for (size_t i = 0; i < t->n; i++) {
		routes[i].prefix = t->entries[i].prefix;
		routes[i].action = t->entries[i].action;
		assert_true(i == 0 || prefix_cmp(&routes[i - 1].prefix, &routes[i].prefix) < 0);
		/* Its attributes are those of a route with the same next hop. */
		if (t->entries[i].kind != PRICED_GUARD)
			assert_int_equal(
			    rib_best_nexthop(rib, family, t->entries[i].id), routes[i].action);
	}
	if (!verify_rib(rib, family, default_action, routes, t->n, false, &v))
		fail_msg("%s is sent to a wrong next hop", ip_format(&v.address, text));
	free(routes);
}

/* Random nested tables of both families, prices swept: never a wrong address, and the dual bound of
 * every price holds for every size. */
static void
test_equivalence(void **state)
{
	struct rng r = rng_make(test_seed("priced equivalence"));

	(void)state;
	for (unsigned round = 0; round < 120; round++) {
		enum ip_family family = round % 2 == 0 ? IP_V4 : IP_V6;
		struct attrs_table *attrs = attrs_table_new(1);
		struct rib *rib = rib_new(attrs);
		struct ip_prefix known[400], near = prefix_random(&r, family, NULL);
		size_t n = 20 + rng_below(&r, 380);
		struct priced_config config = { .rib = rib,
			.family = family,
			.default_action = ACTION_PUNT,
			.guards = true,
			.synthetic = true,
			.min_length = 1 };
		struct priced_table t;
		struct priced *p;
		double bound[16], covered[16];
		size_t slots[16], k = 0;
		int64_t prices[16];

		if (family == IP_V6)
			for (unsigned len = 65; len < 129; len++)
				config.slots[len] = 2;
		for (size_t i = 0; i < n; i++) {
			near = prefix_random(&r, family, &near);
			known[i] = near;
			hop_announce(rib, &near, (uint32_t)rng_below(&r, HOPS));
		}
		if (rng_below(&r, 2) == 0)
			config.default_action =
			    rib_best_nexthop(rib, family, rib_lookup(rib, &known[0]));
		p = priced_new(&config);
		priced_table_init(&t);
		for (size_t i = 0; i < n; i++) {
			struct ip_prefix at = known[rng_below(&r, n)];

			if (rng_below(&r, 2) == 0)
				priced_set_weight(p, &at, 1 + (int64_t)rng_below(&r, 100000));
		}
		for (int64_t price = 1; price < 1000000 && k < 16; price = price * 4 + 1, k++) {
			priced_solve(p, price);
			check_table(p, rib, family, config.default_action, &t);
			prices[k] = price;
			slots[k] = priced_slots(p);
			covered[k] = (double)t.covered;
			bound[k] = (double)(t.covered - price * (int64_t)slots[k]);
		}
		for (size_t i = 0; i < k; i++)
			for (size_t j = 0; j < k; j++)
				assert_true(
				    covered[i] <= bound[j] + (double)prices[j] * (double)slots[i]);
		for (size_t limit = 0; limit < 40; limit += 7) {
			int64_t price = priced_fit(p, limit, 1, 60);

			priced_fill(p, limit);
			assert_true(priced_slots(p) <= limit);
			assert_int_equal(price, priced_price(p));
			check_table(p, rib, family, config.default_action, &t);
		}
		priced_table_fini(&t);
		priced_free(p);
		rib_free(rib);
		attrs_table_free(attrs);
	}
}

/* Without guards an idle part is worth what its routes say one by one, though all of them together
 * be alike: then one entry over all of it asks for others inside, and may not fit. */
static void
test_fill_tiled(void **state)
{
	struct attrs_table *attrs = attrs_table_new(1);
	struct rib *rib = rib_new(attrs);
	struct priced_config config = {
		.rib = rib, .default_action = ACTION_PUNT, .synthetic = true, .min_length = 1
	};
	struct priced_table t;
	struct priced *p;

	(void)state;
	hop_announce(rib, &(struct ip_prefix){ .hi = UINT64_C(0x0a000000) << 32, .len = 24 }, 2);
	for (uint64_t i = 0; i < 16; i++)
		hop_announce(
		    rib, &(struct ip_prefix){ .hi = (0x0a000000 + 16 * i) << 32, .len = 28 }, 1);
	p = priced_new(&config);
	priced_table_init(&t);
	for (uint64_t i = 0; i < 16; i += 8)
		priced_set_weight(
		    p, &(struct ip_prefix){ .hi = (0x0a000000 + 16 * i) << 32, .len = 28 }, 100);
	for (size_t limit = 0; limit < 6; limit++) {
		priced_solve(p, 1000);
		priced_fill(p, limit);
		assert_true(priced_slots(p) <= limit);
		check_table(p, rib, IP_V4, ACTION_PUNT, &t);
	}
	priced_table_fini(&t);
	priced_free(p);
	rib_free(rib);
	attrs_table_free(attrs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equivalence),
		cmocka_unit_test(test_fill_tiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
