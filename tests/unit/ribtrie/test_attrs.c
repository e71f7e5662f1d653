/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "ribtrie/attrs.h"
#include "tests/support/attrs.h"

/* Equal sets get one id, different ones different ids, and what comes out went in. */
static void
test_intern_is_equality(void **state)
{
	struct rng r = rng_make(test_seed("intern_is_equality")), before = r;
	struct attrs_table *t = attrs_table_new(rng_u64(&r));
	struct attrs_sample *samples = calloc(300, sizeof(*samples));
	uint32_t ids[300];

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		/* Every third is the one before again, in other memory. */
		if (i % 3 == 2)
			r = before;
		before = r;
		attrs_sample_random(&samples[i], &r);
		ids[i] = attrs_intern(t, &samples[i].attrs);
	}
	for (size_t i = 0; i < 300; i++) {
		struct route_attrs out;

		attrs_get(t, ids[i], &out);
		assert_true(attrs_equal(&out, &samples[i].attrs));
		for (size_t j = 0; j < i; j++)
			assert_int_equal(
			    ids[i] == ids[j], attrs_equal(&samples[i].attrs, &samples[j].attrs));
		assert_true(route_nexthop_equal(
		    nexthop_peek(t, attrs_nexthop(t, ids[i])), &samples[i].attrs.nexthop));
	}
	for (size_t i = 0; i < 300; i++)
		attrs_unref(t, ids[i]);
	assert_int_equal(attrs_count(t), 0);
	assert_int_equal(nexthop_count(t), 0);
	attrs_table_free(t);
	free(samples);
	assert_int_equal(mem_used(MEM_ATTRS), 0);
}

/* The action is the next hop and nothing else. */
static void
test_nexthop_is_action(void **state)
{
	struct attrs_table *t = attrs_table_new(1);
	struct attrs_sample a, b;
	uint32_t ids[3];

	(void)state;
	attrs_sample_make(&a, 1);
	attrs_sample_make(&b, 2);
	b.attrs.nexthop = a.attrs.nexthop;
	ids[0] = attrs_intern(t, &a.attrs);
	ids[1] = attrs_intern(t, &b.attrs);
	b.attrs.nexthop.link_local_lo = 1;
	ids[2] = attrs_intern(t, &b.attrs);
	assert_int_not_equal(ids[0], ids[1]);
	assert_int_equal(attrs_nexthop(t, ids[0]), attrs_nexthop(t, ids[1]));
	assert_int_not_equal(attrs_nexthop(t, ids[1]), attrs_nexthop(t, ids[2]));
	assert_int_equal(nexthop_count(t), 2);
	assert_int_equal(attrs_count(t), 3);
	for (size_t i = 0; i < 3; i++)
		attrs_unref(t, ids[i]);
	attrs_table_free(t);
}

/* Each attribute alone makes a set another one, its absence differs from 0, and a byte that moves
 * from one span to the next is seen. */
static void
test_every_attribute_counts(void **state)
{
	static const uint8_t bytes[24] = { 0 };
	struct attrs_table *t = attrs_table_new(7);
	struct route_attrs sets[18];
	uint32_t ids[ARRAY_LEN(sets)];

	(void)state;
	memset(sets, 0, sizeof(sets));
	sets[1].origin = 1;
	sets[2].has_med = true;
	sets[3].has_local_pref = true;
	sets[4].has_originator_id = true;
	sets[5].has_aggregator = true;
	sets[6].has_otc = true;
	sets[7].atomic_aggregate = true;
	sets[8].as_path = (struct span){ bytes, 12 };
	sets[9].communities = (struct span){ bytes, 12 };
	sets[10].ext_communities = (struct span){ bytes, 16 };
	sets[11].large_communities = (struct span){ bytes, 12 };
	sets[12].cluster_list = (struct span){ bytes, 12 };
	sets[13].opaque = (struct span){ bytes, 12 };
	sets[14].nexthop.addr.family = IP_V6;
	sets[15].nexthop.addr.lo = 1;
	sets[16].nexthop.link_local_hi = 1;
	sets[17].nexthop.link_local_lo = 1;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		struct route_attrs out;

		ids[i] = attrs_intern(t, &sets[i]);
		attrs_get(t, ids[i], &out);
		assert_true(attrs_equal(&out, &sets[i]));
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(ids[i], ids[j]);
	}
	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		attrs_unref(t, ids[i]);
	attrs_table_free(t);
}

/* Span lengths around each size of their packed form, up to more than a BGP message holds. */
static void
test_long_spans(void **state)
{
	static const size_t lens[] = { 1, 127, 128, 129, 500, 512, 4096, 16383, 16384, 65535,
		70000 };
	struct attrs_table *t = attrs_table_new(3);
	uint8_t *bytes = malloc(70000);
	uint32_t ids[ARRAY_LEN(lens)];

	(void)state;
	for (size_t i = 0; i < 70000; i++)
		bytes[i] = (uint8_t)rng_mix(i);
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		struct route_attrs a = { .opaque = { bytes, lens[i] },
			.communities = { bytes, 4 } };

		ids[i] = attrs_intern(t, &a);
	}
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		struct route_attrs out;

		attrs_get(t, ids[i], &out);
		assert_int_equal(out.opaque.len, lens[i]);
		assert_memory_equal(out.opaque.data, bytes, lens[i]);
		attrs_unref(t, ids[i]);
	}
	attrs_table_free(t);
	free(bytes);
	assert_int_equal(mem_used(MEM_ATTRS), 0);
}

/* Random interning, referencing and forgetting: counts follow, the bytes stay put, nothing leaks,
 * and ids stay dense. */
static void
test_churn(void **state)
{
	struct rng r = rng_make(test_seed("churn"));
	struct attrs_table *t = attrs_table_new(rng_u64(&r));
	uint32_t held[2000], largest = 0;
	uint64_t number[2000];
	const uint8_t *where[2000];
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 60000; i++) {
		struct attrs_sample s;
		struct route_attrs out;
		size_t k;

		if (n < 2000 && rng_below(&r, 100) < (i / 10000 % 2 == 0 ? 70u : 35u)) {
			number[n] = rng_below(&r, 5000);
			attrs_sample_make(&s, number[n]);
			held[n] = attrs_intern(t, &s.attrs);
			attrs_get(t, held[n], &out);
			where[n] = out.as_path.data;
			largest = held[n] > largest ? held[n] : largest;
			n++;
			continue;
		}
		if (n == 0)
			continue;
		k = rng_below(&r, n);
		attrs_get(t, held[k], &out);
		attrs_sample_make(&s, number[k]);
		assert_true(attrs_equal(&out, &s.attrs));
		assert_ptr_equal(out.as_path.data, where[k]);
		attrs_ref(t, held[k]);
		attrs_unref(t, held[k]);
		attrs_unref(t, held[k]);
		n--;
		held[k] = held[n];
		number[k] = number[n];
		where[k] = where[n];
	}
	assert_true(largest < 2000);
	assert_in_range(mem_used(MEM_ATTRS), attrs_bytes(t), attrs_bytes(t) + 256);
	while (n > 0)
		attrs_unref(t, held[--n]);
	assert_int_equal(attrs_count(t), 0);
	attrs_table_free(t);
	assert_int_equal(mem_used(MEM_ATTRS), 0);
}

/* A known set costs no memory. */
static void
test_known_set_allocates_nothing(void **state)
{
	struct attrs_table *t = attrs_table_new(5);
	struct attrs_sample s;
	uint32_t id;
	size_t used;

	(void)state;
	attrs_sample_make(&s, 1);
	id = attrs_intern(t, &s.attrs);
	used = mem_used(MEM_ATTRS);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(attrs_intern(t, &s.attrs), id);
	assert_int_equal(mem_used(MEM_ATTRS), used);
	for (unsigned i = 0; i < 100001; i++)
		attrs_unref(t, id);
	attrs_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intern_is_equality),
		cmocka_unit_test(test_nexthop_is_action),
		cmocka_unit_test(test_every_attribute_counts),
		cmocka_unit_test(test_long_spans),
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_known_set_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
