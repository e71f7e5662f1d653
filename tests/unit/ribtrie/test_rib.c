/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RIB against a plain list of paths that always tells the truth, under random announcing,
 * withdrawing, marking and sweeping.
 */
#include "tests/unit/ribtrie/rib_world.h"

static void
test_oracle(void **state)
{
	uint64_t seed = test_seed("rib_oracle");

	(void)state;
	for (unsigned round = 0; round < 4; round++) {
		struct world *w = world_new(round % 2 == 0 ? IP_V4 : IP_V6, seed + round);
		struct rib_sweep sweep;
		bool running = false;

		for (unsigned i = 0; i < 20000; i++) {
			uint64_t what = rng_below(&w->rng, 200);

			if (what == 0)
				do_mark(w, random_source(w),
				    rng_below(&w->rng, 2) ? RIB_STALE_LOST : RIB_STALE_REFRESH);
			else if (what < 10)
				sweep_some(w, &sweep, &running);
			else
				random_change(w);
			if (i % 50 == 0)
				check_counts(w);
		}
		check_counts(w);
		assert_true(w->sweep_calls > 100);
		world_free(w);
	}
}

/* A sweep that nothing disturbs removes all that is stale and nothing else, in slices. */
static void
test_sweep_is_complete(void **state)
{
	struct world *w = world_new(IP_V4, test_seed("sweep_is_complete"));
	struct sweep_ctx ctx = { .w = w, .source = 1 };
	struct rib_sweep sweep;
	unsigned slices = 1;

	(void)state;
	for (unsigned i = 0; i < PREFIXES; i++) {
		do_announce(w, i, 1, i % 3, i % SETS);
		do_announce(w, i, 1, 7, (i + 1) % SETS);
		if (i % 2 == 0)
			do_announce(w, i, 2, 0, (i + 2) % SETS);
	}
	do_mark(w, 1, RIB_STALE_LOST);
	for (unsigned i = 0; i < PREFIXES; i += 5)
		do_announce(w, i, 1, i % 3, i % SETS);
	check_counts(w);
	rib_sweep_start(&sweep, IP_V4, 1);
	while (!rib_sweep(w->rib, &sweep, 7, on_removed, &ctx))
		slices++;
	assert_in_range(slices, PREFIXES / 7 - 3, PREFIXES / 7 + 1);
	assert_int_equal(rib_stale_count(w->rib, IP_V4, 1), 0);
	assert_int_equal(rib_source_path_count(w->rib, IP_V4, 1), PREFIXES / 5);
	assert_int_equal(w->sweep_calls, 2 * PREFIXES - PREFIXES / 5);
	check_counts(w);
	world_free(w);
}

/* A path of a lost session stays in use until its prefix changes; then a fresh one of another
 * source goes before it, but not one of its own. In a refresh nothing gives way. */
static void
test_stale_gives_way(void **state)
{
	struct world *w = world_new(IP_V4, 1);
	struct rib_path out[4];
	enum rib_reason reason;
	uint32_t id;

	(void)state;
	do_announce(w, 0, 1, 0, 0);
	do_announce(w, 0, 1, 1, 0);
	id = rib_lookup(w->rib, &w->prefixes[0]);

	do_mark(w, 1, RIB_STALE_REFRESH);
	do_announce(w, 0, 0, 0, 0);
	assert_int_equal(rib_paths(w->rib, IP_V4, id, out, 4, &reason), 3);
	assert_int_equal(reason, RIB_BY_PATH_ID);
	assert_int_equal(out[0].source, 1); /* by eBGP */
	do_withdraw(w, 0, 0, 0);

	do_mark(w, 1, RIB_STALE_LOST);
	assert_true(rib_best_stale(w->rib, IP_V4, id));
	do_announce(w, 0, 1, 1, 0);
	assert_int_equal(rib_paths(w->rib, IP_V4, id, out, 4, &reason), 2);
	assert_int_equal(out[0].path_id, 0);
	assert_int_equal(reason, RIB_BY_PATH_ID);

	do_mark(w, 1, RIB_STALE_LOST);
	do_announce(w, 0, 0, 0, 0);
	assert_int_equal(rib_paths(w->rib, IP_V4, id, out, 4, &reason), 3);
	assert_int_equal(reason, RIB_BY_STALE);
	assert_int_equal(out[0].source, 0);
	assert_false(out[0].stale);
	assert_true(out[1].stale);
	check_counts(w);
	world_free(w);
}

/* Sessions that flap more often than an epoch byte can tell, with a stale path from the very
 * first: it must not look fresh again. */
static void
test_many_marks(void **state)
{
	struct world *w = world_new(IP_V6, 2);

	(void)state;
	do_announce(w, 0, 3, 0, 0);
	do_announce(w, 1, 2, 0, 0);
	do_announce(w, 1, 3, 0, 1);
	do_announce(w, 2, 3, 9, 1);
	for (unsigned i = 0; i < 1000; i++) {
		do_mark(w, 3, i % 2 ? RIB_STALE_LOST : RIB_STALE_REFRESH);
		if (i % 3 == 0)
			do_announce(w, 3, 3, 0, 2);
		check_counts(w);
	}
	world_free(w);
}

/* Many paths of one prefix, as a route server with ADD-PATH sends them. */
static void
test_many_paths(void **state)
{
	struct world *w = world_new(IP_V4, 3);
	struct rib_path out[300];
	enum rib_reason reason;
	uint32_t id;

	(void)state;
	for (uint32_t i = 0; i < 300; i++)
		rib_announce(w->rib, &w->prefixes[0], i % SOURCES, i, w->sets[i * 7 % SETS]);
	id = rib_lookup(w->rib, &w->prefixes[0]);
	assert_int_equal(rib_paths(w->rib, IP_V4, id, out, 300, &reason), 300);
	assert_int_equal(rib_paths(w->rib, IP_V4, id, out, 2, &reason), 300);
	for (uint32_t i = 0; i < 300; i++)
		rib_withdraw(w->rib, &w->prefixes[0], i % SOURCES, i);
	assert_int_equal(rib_count(w->rib, IP_V4), 0);
	assert_int_equal(rib_path_count(w->rib, IP_V4), 0);
	world_free(w);
}

/* Announcing what is known changes nothing and takes no memory; ids of removed entries are used
 * again. */
static void
test_known_and_reused(void **state)
{
	struct world *w = world_new(IP_V4, 4);
	struct rib_result res;
	uint64_t generation;
	size_t used;
	uint32_t id;

	(void)state;
	for (unsigned i = 0; i < PREFIXES; i++)
		do_announce(w, i, 0, 0, i % SETS);
	used = mem_used(MEM_RIB) + mem_used(MEM_ATTRS) + mem_used(MEM_TRIE);
	generation = rib_generation(w->rib, IP_V4);
	for (unsigned i = 0; i < 100 * PREFIXES; i++) {
		unsigned prefix = i % PREFIXES;

		res = rib_announce(w->rib, &w->prefixes[prefix], 0, 0, w->sets[prefix % SETS]);
		assert_int_equal(res.change, RIB_UNCHANGED);
		assert_int_equal(res.id, rib_lookup(w->rib, &w->prefixes[prefix]));
	}
	assert_int_equal(mem_used(MEM_RIB) + mem_used(MEM_ATTRS) + mem_used(MEM_TRIE), used);
	assert_int_equal(rib_generation(w->rib, IP_V4), generation);
	for (unsigned i = 0; i < 1000; i++) {
		id = rib_lookup(w->rib, &w->prefixes[i % PREFIXES]);
		res = rib_withdraw(w->rib, &w->prefixes[i % PREFIXES], 0, 0);
		assert_int_equal(res.change, RIB_REMOVED);
		assert_int_equal(res.id, id);
		res = rib_announce(w->rib, &w->prefixes[i % PREFIXES], 0, 0, w->sets[i % SETS]);
		assert_int_equal(res.change, RIB_ADDED);
	}
	assert_in_range(rib_id_limit(w->rib, IP_V4), PREFIXES, PREFIXES + 1);
	world_free(w);
}

/* The questions that go to the trie: walks and matches of entries. */
static void
test_walk_and_match(void **state)
{
	struct world *w = world_new(IP_V6, test_seed("walk_and_match"));
	struct ip_prefix cursor, top, last = { 0 };
	uint32_t id;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < PREFIXES; i++)
		do_announce(w, i, 0, 0, i % SETS);
	for (id = rib_first(w->rib, IP_V6, &cursor); id != RIB_NONE;
	     id = rib_next(w->rib, &cursor)) {
		struct ip_prefix p = rib_prefix(w->rib, IP_V6, id);
		struct ip_addr a = prefix_first(&p);
		uint32_t cover = rib_cover(w->rib, &p), batch;

		assert_true(prefix_equal(&p, &cursor));
		assert_true(n == 0 || prefix_cmp(&last, &cursor) < 0);
		last = cursor;
		rib_lpm_batch(w->rib, IP_V6, &a.hi, &a.lo, 1, &batch);
		assert_int_equal(batch, rib_lpm(w->rib, &a));
		if (cover != RIB_NONE) {
			struct ip_prefix above = rib_prefix(w->rib, IP_V6, cover);

			assert_true(above.len < p.len && prefix_contains(&above, &p));
		}
		n++;
	}
	assert_int_equal(n, PREFIXES);
	top = cursor = (struct ip_prefix){ .family = IP_V6 };
	for (n = rib_lookup(w->rib, &top) != RIB_NONE;
	     rib_next_below(w->rib, &top, &cursor) != RIB_NONE;)
		n++;
	assert_int_equal(n, PREFIXES);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_sweep_is_complete),
		cmocka_unit_test(test_stale_gives_way),
		cmocka_unit_test(test_many_marks),
		cmocka_unit_test(test_many_paths),
		cmocka_unit_test(test_known_and_reused),
		cmocka_unit_test(test_walk_and_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
