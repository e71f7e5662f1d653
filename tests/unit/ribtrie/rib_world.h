/* SPDX-License-Identifier: Apache-2.0 */
/* A RIB beside a plain list of paths that always tells the truth; what is done to the one is done
 * to the other, and looked at. */
#ifndef TESTS_UNIT_RIBTRIE_RIB_WORLD_H
#define TESTS_UNIT_RIBTRIE_RIB_WORLD_H

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

static inline struct world *
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

static inline void
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

static inline struct path *
find_path(struct world *w, unsigned prefix, unsigned source, uint32_t path_id)
{
	for (size_t i = 0; i < w->count; i++) {
		struct path *p = &w->paths[i];

		if (p->prefix == prefix && p->source == source && p->path_id == path_id)
			return p;
	}
	return NULL;
}

static inline struct path *
find_best(struct world *w, unsigned prefix)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->paths[i].prefix == prefix && w->paths[i].best)
			return &w->paths[i];
	return NULL;
}

/* Its source was lost, and has said nothing of the prefix since. */
static inline bool
is_kept(struct world *w, const struct path *p)
{
	bool fresh = false;

	for (size_t i = 0; i < w->count; i++)
		fresh |= w->paths[i].prefix == p->prefix && w->paths[i].source == p->source &&
			 !w->paths[i].stale;
	return w->lost[p->source] && !fresh;
}

/* Choose the prefix's best path anew; gives how many paths there are. */
static inline size_t
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
static inline void
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

static inline void
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
static inline void
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

static inline unsigned
best_set(struct world *w, unsigned prefix)
{
	const struct path *best = find_best(w, prefix);

	return best != NULL ? best->set : SETS;
}

static inline void
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

static inline void
forget(struct world *w, struct path *p)
{
	*p = w->paths[--w->count];
}

static inline void
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

static inline void
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

static inline void
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

static inline unsigned
random_prefix(struct world *w)
{
	return (unsigned)rng_below(&w->rng, PREFIXES);
}

static inline unsigned
random_source(struct world *w)
{
	return (unsigned)rng_below(&w->rng, SOURCES);
}

/* Mostly no path id, as without ADD-PATH. */
static inline uint32_t
random_path_id(struct world *w)
{
	return rng_below(&w->rng, 3) > 0 ? 0 : (uint32_t)rng_below(&w->rng, 4);
}

static inline void
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

static inline void
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

#endif
