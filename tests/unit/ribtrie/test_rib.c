/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RIB against a plain list of paths that always tells the truth, under random announcing,
 * withdrawing, marking and sweeping.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "tests/support/attrs.h"
#include "tests/support/prefixes.h"
#include "tests/unit/ribtrie/decision.h"

#define SOURCES   5
#define PREFIXES  60
#define SETS      40
#define PATHS_MAX 4000

struct path {
	unsigned prefix; /* index in world.prefixes */
	unsigned source;
	uint32_t path_id;
	unsigned set;
	bool stale;
	bool best; /* chosen when the prefix last changed */
};

struct world {
	struct rng rng;
	enum ip_family family;
	struct attrs_table *attrs;
	struct rib *rib;
	struct rib_source sources[SOURCES];
	bool lost[SOURCES]; /* its stale paths are of a lost session */
	struct ip_prefix prefixes[PREFIXES];
	struct attrs_sample samples[SETS];
	uint32_t sets[SETS]; /* a reference each */
	struct path paths[PATHS_MAX];
	size_t count;
	size_t sweep_calls; /* what the sweep's callback saw */
};

static struct world *
world_new(enum ip_family family, uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));

	w->rng = rng_make(seed);
	w->family = family;
	w->attrs = attrs_table_new(seed);
	w->rib = rib_new(w->attrs);
	for (unsigned i = 0; i < SOURCES; i++) {
		w->sources[i] = (struct rib_source){
			.ebgp = i % 2, .router_id = 1 + i / 2, .address = ip_v4(0x0a000001 + i)
		};
		rib_set_source(w->rib, i, &w->sources[i]);
	}
	for (unsigned i = 0; i < SETS; i++) {
		attrs_sample_random(&w->samples[i], &w->rng);
		w->sets[i] = attrs_intern(w->attrs, &w->samples[i].attrs);
	}
	for (unsigned i = 0; i < PREFIXES; i++) {
		bool again;

		do {
			again = false;
			w->prefixes[i] =
			    prefix_random(&w->rng, family, i > 0 ? &w->prefixes[i - 1] : NULL);
			for (unsigned j = 0; j < i; j++)
				again |= prefix_equal(&w->prefixes[i], &w->prefixes[j]);
		} while (again);
	}
	return w;
}

static void
world_free(struct world *w)
{
	rib_free(w->rib);
	for (unsigned i = 0; i < SETS; i++)
		attrs_unref(w->attrs, w->sets[i]);
	assert_int_equal(attrs_count(w->attrs), 0);
	attrs_table_free(w->attrs);
	free(w);
	assert_int_equal(mem_used(MEM_RIB), 0);
	assert_int_equal(mem_used(MEM_TRIE), 0);
	assert_int_equal(mem_used(MEM_ATTRS), 0);
}

static struct path *
find_path(struct world *w, unsigned prefix, unsigned source, uint32_t path_id)
{
	for (size_t i = 0; i < w->count; i++) {
		struct path *p = &w->paths[i];

		if (p->prefix == prefix && p->source == source && p->path_id == path_id)
			return p;
	}
	return NULL;
}

static struct path *
find_best(struct world *w, unsigned prefix)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->paths[i].prefix == prefix && w->paths[i].best)
			return &w->paths[i];
	return NULL;
}

/* Its source was lost, and has said nothing of the prefix since. */
static bool
is_kept(struct world *w, const struct path *p)
{
	bool fresh = false;

	for (size_t i = 0; i < w->count; i++)
		fresh |= w->paths[i].prefix == p->prefix && w->paths[i].source == p->source &&
			 !w->paths[i].stale;
	return w->lost[p->source] && !fresh;
}

/* Choose the prefix's best path anew; gives how many paths there are. */
static size_t
decide(struct world *w, unsigned prefix)
{
	struct decision_path d[DECISION_MAX];
	struct path *of[DECISION_MAX];
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++) {
		struct path *p = &w->paths[i];

		if (p->prefix != prefix)
			continue;
		p->best = false;
		of[n] = p;
		d[n++] = (struct decision_path){ .attrs = &w->samples[p->set].attrs,
			.source = &w->sources[p->source],
			.path_id = p->path_id,
			.stale = is_kept(w, p) };
	}
	if (n > 0)
		of[decision_best(d, n)]->best = true;
	return n;
}

/* What the RIB says of a prefix is what the list says. */
static void
check_prefix(struct world *w, unsigned prefix)
{
	struct rib_path out[DECISION_MAX];
	enum rib_reason reason;
	uint32_t id = rib_lookup(w->rib, &w->prefixes[prefix]);
	const struct path *best = find_best(w, prefix);
	struct ip_prefix named;
	size_t n, expected = 0;

	for (size_t i = 0; i < w->count; i++)
		expected += w->paths[i].prefix == prefix;
	if (best == NULL) {
		assert_int_equal(id, RIB_NONE);
		return;
	}
	assert_true(id < rib_id_limit(w->rib, w->family));
	named = rib_prefix(w->rib, w->family, id);
	assert_true(prefix_equal(&named, &w->prefixes[prefix]));
	n = rib_paths(w->rib, w->family, id, out, DECISION_MAX, &reason);
	assert_int_equal(n, expected);
	assert_int_equal(reason == RIB_ONLY_PATH, n == 1);
	assert_int_equal(out[0].source, best->source);
	assert_int_equal(out[0].path_id, best->path_id);
	assert_int_equal(rib_best_attrs(w->rib, w->family, id), w->sets[best->set]);
	assert_int_equal(
	    rib_best_nexthop(w->rib, w->family, id), attrs_nexthop(w->attrs, w->sets[best->set]));
	assert_int_equal(rib_best_stale(w->rib, w->family, id), best->stale);
	for (size_t i = 0; i < n; i++) {
		const struct path *p = find_path(w, prefix, out[i].source, out[i].path_id);

		assert_non_null(p);
		assert_int_equal(out[i].attrs, w->sets[p->set]);
		assert_int_equal(out[i].stale, p->stale);
	}
}

static void
check_counts(struct world *w)
{
	size_t entries = 0, of[SOURCES] = { 0 }, stale[SOURCES] = { 0 };

	for (size_t i = 0; i < w->count; i++) {
		entries += w->paths[i].best;
		of[w->paths[i].source]++;
		stale[w->paths[i].source] += w->paths[i].stale;
	}
	assert_int_equal(rib_count(w->rib, w->family), entries);
	assert_int_equal(rib_path_count(w->rib, w->family), w->count);
	assert_int_equal(rib_count(w->rib, !w->family), 0);
	for (unsigned s = 0; s < SOURCES; s++) {
		assert_int_equal(rib_source_path_count(w->rib, w->family, s), of[s]);
		assert_int_equal(rib_stale_count(w->rib, w->family, s), stale[s]);
	}
	for (unsigned i = 0; i < PREFIXES; i++)
		check_prefix(w, i);
}

/* The result of a change, given the best set before (SETS: none) and whether anything changed. */
static void
check_result(
    struct world *w, unsigned prefix, unsigned before, bool changed, const struct rib_result *res)
{
	const struct path *best = find_best(w, prefix);
	unsigned after = best != NULL ? best->set : SETS;
	enum rib_change expected = RIB_UNCHANGED;

	if (changed) {
		expected = RIB_PATH_CHANGED;
		if (before == SETS)
			expected = RIB_ADDED;
		else if (after == SETS)
			expected = RIB_REMOVED;
		else if (w->sets[after] != w->sets[before])
			expected = RIB_BEST_CHANGED;
	}
	assert_int_equal(res->change, expected);
	if (expected == RIB_BEST_CHANGED)
		assert_int_equal(
		    res->nexthop_changed, attrs_nexthop(w->attrs, w->sets[after]) !=
					      attrs_nexthop(w->attrs, w->sets[before]));
	if (expected != RIB_REMOVED)
		assert_int_equal(res->id, rib_lookup(w->rib, &w->prefixes[prefix]));
}

static unsigned
best_set(struct world *w, unsigned prefix)
{
	const struct path *best = find_best(w, prefix);

	return best != NULL ? best->set : SETS;
}

static void
do_announce(struct world *w, unsigned prefix, unsigned source, uint32_t path_id, unsigned set)
{
	struct path *p = find_path(w, prefix, source, path_id);
	unsigned before = best_set(w, prefix);
	uint64_t generation = rib_generation(w->rib, w->family);
	bool changed = p == NULL || p->stale || w->sets[p->set] != w->sets[set];
	struct rib_result res;

	if (p == NULL) {
		assert_true(w->count < PATHS_MAX);
		p = &w->paths[w->count++];
	}
	*p = (struct path){
		.prefix = prefix, .source = source, .path_id = path_id, .set = set, .best = p->best
	};
	if (changed)
		decide(w, prefix);
	res = rib_announce(w->rib, &w->prefixes[prefix], source, path_id, w->sets[set]);
	check_result(w, prefix, before, changed, &res);
	if (res.change == RIB_ADDED || res.change == RIB_BEST_CHANGED)
		assert_int_not_equal(rib_generation(w->rib, w->family), generation);
}

static void
forget(struct world *w, struct path *p)
{
	*p = w->paths[--w->count];
}

static void
do_withdraw(struct world *w, unsigned prefix, unsigned source, uint32_t path_id)
{
	struct path *p = find_path(w, prefix, source, path_id);
	unsigned before = best_set(w, prefix);
	bool changed = p != NULL;
	struct rib_result res;

	if (p != NULL) {
		forget(w, p);
		decide(w, prefix);
	}
	res = rib_withdraw(w->rib, &w->prefixes[prefix], source, path_id);
	check_result(w, prefix, before, changed, &res);
}

static void
do_mark(struct world *w, unsigned source, enum rib_stale reason)
{
	rib_mark_stale(w->rib, w->family, source, reason);
	w->lost[source] = reason == RIB_STALE_LOST;
	for (size_t i = 0; i < w->count; i++)
		w->paths[i].stale |= w->paths[i].source == source;
}

/* The sweep says which prefix changed; the list drops one stale path of it. */
struct sweep_ctx {
	struct world *w;
	unsigned source;
};

static void
on_removed(void *arg, const struct ip_prefix *p, const struct rib_result *res)
{
	struct sweep_ctx *ctx = arg;
	struct world *w = ctx->w;
	unsigned prefix = 0, before;
	struct rib_path left[DECISION_MAX];
	size_t n = 0;

	while (!prefix_equal(&w->prefixes[prefix], p))
		prefix++;
	before = best_set(w, prefix);
	if (res->change != RIB_REMOVED) {
		enum rib_reason reason;

		n = rib_paths(w->rib, w->family, res->id, left, DECISION_MAX, &reason);
	}
	for (size_t i = 0; i < w->count; i++) {
		struct path *path = &w->paths[i];
		bool there = false;

		for (size_t j = 0; j < n; j++)
			there |= left[j].source == path->source && left[j].path_id == path->path_id;
		if (path->prefix != prefix || there)
			continue;
		assert_true(path->stale);
		assert_int_equal(path->source, ctx->source);
		forget(w, path);
		break;
	}
	assert_int_equal(decide(w, prefix), n);
	check_result(w, prefix, before, true, res);
	w->sweep_calls++;
}

static unsigned
random_prefix(struct world *w)
{
	return (unsigned)rng_below(&w->rng, PREFIXES);
}

static unsigned
random_source(struct world *w)
{
	return (unsigned)rng_below(&w->rng, SOURCES);
}

/* Mostly no path id, as without ADD-PATH. */
static uint32_t
random_path_id(struct world *w)
{
	return rng_below(&w->rng, 3) > 0 ? 0 : (uint32_t)rng_below(&w->rng, 4);
}

static void
random_change(struct world *w)
{
	unsigned prefix = random_prefix(w), source = random_source(w);
	uint32_t path_id = random_path_id(w);
	const struct path *known = NULL;

	if (w->count > 0 && rng_below(&w->rng, 3) == 0)
		known = &w->paths[rng_below(&w->rng, w->count)];
	if (known != NULL && rng_below(&w->rng, 2) == 0)
		do_announce(w, known->prefix, known->source, known->path_id, known->set);
	else if (known != NULL)
		do_withdraw(w, known->prefix, known->source, known->path_id);
	else if (rng_below(&w->rng, 100) < 65)
		do_announce(w, prefix, source, path_id, (unsigned)rng_below(&w->rng, SETS));
	else
		do_withdraw(w, prefix, source, path_id);
}

static void
sweep_some(struct world *w, struct rib_sweep *sweep, bool *running)
{
	struct sweep_ctx ctx = { .w = w, .source = sweep->source };

	if (!*running) {
		rib_sweep_start(sweep, w->family, random_source(w));
		*running = true;
		return;
	}
	if (rib_sweep(w->rib, sweep, 1 + rng_below(&w->rng, 10), on_removed, &ctx))
		*running = false;
}

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
