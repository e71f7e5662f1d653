/* SPDX-License-Identifier: Apache-2.0 */
/* Hot points inside routes: the counters against exact counts, where the points are when routes
 * come and go, and what the priced selection makes of them. */
#include "tests/support/support.h"

#include <stdlib.h>

#include "control/hotpoints.h"
#include "control/select/selector.h"
#include "control/traffic.h"
#include "lib/mem.h"
#include "ribtrie/rib.h"
#include "tests/support/hops.h"
#include "tests/support/prefixes.h"

/* --- counters ----------------------------------------------------------------------------- */

#define KEYS 200

static uint64_t
key(uint32_t i)
{
	return (uint64_t)(0x0a000000 + (i << 8)) << 32;
}

/* Streams of all shapes: what is promised in hotpoints.h holds, and what has more than an eighth of
 * the whole has a counter. */
static void
test_against_exact_counts(void **state)
{
	struct rng r = rng_make(test_seed("hotpoints"));
	struct hotpoints *h = hotpoints_new();

	(void)state;
	for (int round = 0; round < 300; round++) {
		uint32_t block = hotpoints_take(h);
		double exact[KEYS] = { 0 }, total = 0, counted = 0;
		unsigned spread = 1 + (unsigned)rng_below(&r, KEYS), n;
		struct hotpoint points[HOTPOINTS];
		bool have[KEYS] = { false };

		for (int i = 0; i < 2000; i++) {
			uint32_t k = (uint32_t)rng_below(&r, 1 + rng_below(&r, spread));
			double weight = 1 + (double)rng_below(&r, 1500);
			uint64_t address = key(k) | rng_below(&r, 256) << 32;

			if (!hotpoints_add(h, block, address, weight))
				hotpoints_enter(h, block, address, 24, weight);
			exact[k] += weight;
			total += weight;
		}
		n = hotpoints_get(h, block, points);
		assert_true(n <= HOTPOINTS);
		for (unsigned i = 0; i < n; i++) {
			uint32_t k = (uint32_t)((points[i].hi >> 40) - 0x0a0000);

			assert_true(k < KEYS && !have[k] && points[i].len == 24);
			assert_true(key(k) == points[i].hi);
			have[k] = true;
			counted += points[i].weight;
			if (exact[k] > points[i].weight * (1 + 1e-9) ||
			    exact[k] < (points[i].weight - points[i].error) * (1 - 1e-9))
				fail_msg("%g is not %g less up to %g", exact[k], points[i].weight,
				    points[i].error);
		}
		assert_true(counted > total * (1 - 1e-9) && counted < total * (1 + 1e-9));
		for (uint32_t k = 0; k < KEYS; k++)
			if (exact[k] > total / HOTPOINTS && !have[k])
				fail_msg("a point with %g of %g has no counter", exact[k], total);
		if (round % 2 == 0)
			hotpoints_release(h, block);
	}
	assert_int_equal(hotpoints_count(h), 150);
	assert_true(hotpoints_bytes(h) <= 2 * 150 * 256);
	hotpoints_free(h);
	assert_int_equal(mem_used(MEM_TRAFFIC), 0);
}

static void
test_forget_and_scale(void **state)
{
	struct hotpoints *h = hotpoints_new();
	uint32_t block = hotpoints_take(h);
	struct hotpoint p[HOTPOINTS];

	(void)state;
	for (uint32_t i = 0; i < HOTPOINTS; i++)
		hotpoints_enter(h, block, key(i), 24, 10 + i);
	hotpoints_forget(h, block, key(3) | UINT64_C(200) << 32, 32); /* inside a point */
	assert_int_equal(hotpoints_get(h, block, p), HOTPOINTS - 1);
	hotpoints_forget(h, block, key(0), 23); /* around two */
	assert_int_equal(hotpoints_get(h, block, p), HOTPOINTS - 3);
	assert_false(hotpoints_add(h, block, key(1), 1));
	hotpoints_scale(h, 0.5);
	hotpoints_enter(h, block, key(1), 24, 1); /* a free counter owes nothing */
	for (unsigned i = hotpoints_get(h, block, p); i-- > 0;)
		assert_true(
		    p[i].error == 0 &&
		    p[i].weight ==
			(p[i].hi == key(1) ? 1 : (10 + (double)((p[i].hi >> 40) & 0xff)) / 2));
	hotpoints_forget(h, block, 0, 0);
	assert_int_equal(hotpoints_get(h, block, p), 0);
	hotpoints_free(h);
}

/* --- in routes ---------------------------------------------------------------------------- */

struct world {
	struct attrs_table *attrs;
	struct rib *rib;
	struct traffic *traffic;
	uint32_t hop[3];
	enum ip_family family;
	struct mono now;
};

static void
world_init(struct world *w, enum ip_family family)
{
	*w = (struct world){ .family = family, .attrs = attrs_table_new(1) };
	w->rib = rib_new(w->attrs);
	w->traffic = traffic_new(10, w->now);
	traffic_follow_rib(w->traffic, w->rib, family);
	for (uint32_t h = 0; h < ARRAY_LEN(w->hop); h++)
		w->hop[h] = hop_attrs(w->attrs, 1 + h);
}

static void
world_fini(struct world *w)
{
	traffic_free(w->traffic);
	rib_free(w->rib);
	for (uint32_t h = 0; h < ARRAY_LEN(w->hop); h++)
		attrs_unref(w->attrs, w->hop[h]);
	attrs_table_free(w->attrs);
}

static void
learn_prefix(struct world *w, const struct ip_prefix *p, uint32_t h)
{
	struct rib_result result = rib_announce(w->rib, p, 0, 0, w->hop[h]);

	if (result.change == RIB_ADDED)
		traffic_route_added(w->traffic, p);
}

static void
learn(struct world *w, const char *text, uint32_t h)
{
	struct ip_prefix p = prefix(text);

	learn_prefix(w, &p, h);
}

static void
forget(struct world *w, const struct ip_prefix *p)
{
	struct rib_result gone = rib_withdraw(w->rib, p, 0, 0);

	if (gone.change == RIB_REMOVED)
		traffic_drop(w->traffic, gone.id);
}

static void
send_to(struct world *w, const struct ip_addr *a, uint64_t bytes)
{
	uint32_t id = rib_lpm(w->rib, a);

	traffic_add_batch(w->traffic, &id, TRAFFIC_TO, &bytes, &a->hi, 1,
	    traffic_scale(w->traffic, w->now), w->now);
}

static void
send(struct world *w, const char *text, uint64_t bytes)
{
	struct ip_addr a;

	assert_true(ip_parse(text, &a));
	send_to(w, &a, bytes);
}

/* The weight of a point of the route in bytes; 0 where it is none. */
static double
point_bytes(const struct world *w, const char *route, const char *point)
{
	struct ip_prefix r = prefix(route), p = prefix(point);
	uint32_t id = rib_lookup(w->rib, &r);
	struct traffic_point points[TRAFFIC_POINTS];

	for (size_t i = 0; i < traffic_count(w->traffic); i++) {
		if (traffic_ids(w->traffic)[i] != id)
			continue;
		for (unsigned k = traffic_points(w->traffic, i, points); k-- > 0;)
			if (prefix_equal(&points[k].prefix, &p))
				return points[k].weight * TRAFFIC_TAU_S;
	}
	return 0;
}

#define ASSERT_POINT(w, route, point, bytes)                                                       \
	assert_true(point_bytes(w, route, point) > (bytes)-0.01 &&                                 \
		    point_bytes(w, route, point) < (bytes) + 0.01)

static void
test_length(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, IP_V4);
	learn(&w, "10.0.0.0/8", 0);
	learn(&w, "10.7.0.0/16", 1);
	learn(&w, "10.8.8.128/28", 1);
	learn(&w, "20.0.0.0/8", 0);
	send(&w, "10.1.2.3", 100);
	send(&w, "10.1.2.9", 50);
	send(&w, "10.8.8.1", 70);   /* the /24 has another route in it, the lower /25 has not */
	send(&w, "10.8.8.145", 30); /* beside it */
	send(&w, "10.7.2.1", 1000); /* leaf */
	send(&w, "20.1.1.1", 10);   /* leaf */
	ASSERT_POINT(&w, "10.0.0.0/8", "10.1.2.0/24", 150);
	ASSERT_POINT(&w, "10.0.0.0/8", "10.8.8.0/25", 70);
	ASSERT_POINT(&w, "10.0.0.0/8", "10.8.8.144/28", 30);
	ASSERT_POINT(&w, "20.0.0.0/8", "20.1.1.0/24", 0);
	/* 20/8 gets a more-specific; what lies inside a point or around it makes it forgotten. */
	learn(&w, "20.9.0.0/16", 1);
	send(&w, "20.1.1.1", 40);
	ASSERT_POINT(&w, "20.0.0.0/8", "20.1.1.0/24", 40);
	learn(&w, "10.1.2.128/25", 1);
	ASSERT_POINT(&w, "10.0.0.0/8", "10.1.2.0/24", 0);
	send(&w, "10.1.2.3", 5000);
	ASSERT_POINT(&w, "10.0.0.0/8", "10.1.2.0/25", 5000);
	learn(&w, "10.0.0.0/15", 1);
	ASSERT_POINT(&w, "10.0.0.0/8", "10.1.2.0/25", 0);
	world_fini(&w);
	world_init(&w, IP_V6);
	learn(&w, "2001:db8::/32", 0);
	learn(&w, "2001:db8:1:2:3::/80", 1);
	send(&w, "2001:db8:2:2::1", 100);
	send(&w, "2001:db8:1:3::1", 60);
	send(&w, "2001:db8:1:2:4::1", 30); /* nothing within 64 bits is without the /80 */
	ASSERT_POINT(&w, "2001:db8::/32", "2001:db8:2::/48", 100);
	ASSERT_POINT(&w, "2001:db8::/32", "2001:db8:1:3::/64", 60);
	ASSERT_POINT(&w, "2001:db8::/32", "2001:db8:1:2::/64", 0);
	world_fini(&w);
	assert_int_equal(mem_used(MEM_TRAFFIC), 0);
}

/* Routes and samples at random: no point is in another route or has another one in it, and no
 * record's points weigh more than it. */
static void
test_random_routes(void **state)
{
	struct rng r = rng_make(test_seed("points"));

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct world w;
		struct ip_prefix last = { .family = (uint8_t)(round % 2) };

		world_init(&w, (enum ip_family)(round % 2));
		for (int step = 0; step < 1500; step++) {
			struct ip_prefix p = prefix_random(&r, w.family, &last);
			struct ip_addr a =
			    rng_below(&r, 2) == 0 ? prefix_first(&p) : prefix_last(&p);

			w.now = mono_add_ms(w.now, 10000);
			if (rng_below(&r, 4) == 0)
				learn_prefix(&w, &p, 0);
			else if (rng_below(&r, 6) == 0)
				forget(&w, &p);
			else
				send_to(&w, &a, rng_below(&r, 1500));
			last =
			    rng_below(&r, 8) == 0 ? (struct ip_prefix){ .family = last.family } : p;
		}
		for (size_t i = 0; i < traffic_count(w.traffic); i++) {
			struct traffic_point points[TRAFFIC_POINTS];
			double sum = 0;

			for (unsigned k = traffic_points(w.traffic, i, points); k-- > 0;) {
				struct ip_prefix at = points[k].prefix;
				struct ip_addr first = prefix_first(&at);

				assert_int_equal(rib_lpm(w.rib, &first), traffic_ids(w.traffic)[i]);
				assert_int_equal(
				    rib_next_below(w.rib, &points[k].prefix, &at), RIB_NONE);
				sum += points[k].weight;
			}
			assert_true(
			    sum <= traffic_demands(w.traffic)[i].weight * (1 + 1e-6) + 1e-9);
		}
		world_fini(&w);
	}
	assert_int_equal(mem_used(MEM_TRAFFIC), 0);
}

/* A route around a thousand others of another next hop, busy in two places: two slots carry it,
 * which would take a thousand and one to install the route itself. */
static void
test_split(void **state)
{
	struct rng r = rng_make(test_seed("split"));
	struct selector *s = selector_new(SELECTOR_PRICED);
	struct selector_context context = {
		.default_attrs = ATTRS_NONE, .samples_per_s = 100, .bytes_per_sample = 1000
	};
	struct ip_prefix hot[2] = { prefix("10.20.17.0/24"), prefix("10.40.33.0/24") };
	struct selection out;
	struct world w;

	(void)state;
	world_init(&w, IP_V4);
	learn(&w, "10.0.0.0/8", 0);
	for (uint32_t i = 0; i < 1000; i++) {
		struct ip_prefix p =
		    prefix_make(IP_V4, (uint64_t)(0x0a000000 + i * 4096) << 32, 0, 24);

		learn_prefix(&w, &p, 1 + i % 2);
	}
	for (int i = 0; i < 10000; i++) {
		struct ip_addr a = prefix_first(&hot[i % 2]);

		a.hi |= rng_below(&r, 256) << 32;
		if (i % 5 == 0)
			a = ip_v4(0x0ac00000 + (uint32_t)rng_below(&r, 1 << 22));
		w.now = mono_add_ms(w.now, 10);
		send_to(&w, &a, 1000);
	}
	{
		struct select_input in = { .rib = w.rib,
			.traffic = w.traffic,
			.family = IP_V4,
			.now = w.now,
			.limit = 100,
			.min_length = 1 };

		selection_init(&out);
		selector_run(s, &in, &context, &out);
	}
	assert_int_equal(out.n, 2);
	for (unsigned k = 0; k < 2; k++) {
		bool served = false;

		for (size_t i = 0; i < out.n; i++)
			served |= prefix_contains(&selection_at(&out, i)->prefix, &hot[k]);
		assert_true(served);
	}
	selection_fini(&out);
	selector_free(s);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_exact_counts),
		cmocka_unit_test(test_forget_and_scale),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_random_routes),
		cmocka_unit_test(test_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
