/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set is named by (next hop, origin, variant). Routes that need attributes are sorted by next hop
 * and origin into pairs; then every pair is given as many variants, or every few pairs one set, as
 * makes the wanted number exactly:
 *
 *   more     all pairs have up to v - 1 variants, the first ones of the sorted list one more, where
 *            v is the smallest bound that gives enough
 *   fewer    the sets that there are beyond one a next hop are spread evenly over the sorted list;
 * a pair that gets none uses its predecessor's
 */
#include "tests/lab/attrsgen.h"

#include <stdlib.h>

#include "lib/hash.h"
#include "lib/mem.h"
#include "lib/wr.h"

/* A route that needs attributes, and after grouping the pair's first and the number in it. */
struct want {
	uint32_t route, nexthop, origin;
};

struct pair {
	uint32_t first, n; /* of the sorted wants */
	uint32_t variants; /* sets of its own; 0: uses the one before */
	bool starts_nexthop;
};

static int
by_pair(const void *a, const void *b)
{
	const struct want *x = a, *y = b;

	if (x->nexthop != y->nexthop)
		return x->nexthop < y->nexthop ? -1 : 1;
	if (x->origin != y->origin)
		return x->origin < y->origin ? -1 : 1;
	return x->route < y->route ? -1 : x->route > y->route;
}

static struct pair *
make_pairs(const struct want *wants, uint32_t n_wants, uint32_t *n_pairs)
{
	struct pair *pairs = mem_calloc(MEM_MISC, n_wants, sizeof(*pairs));
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_wants; i++) {
		bool new_nexthop = i == 0 || wants[i].nexthop != wants[i - 1].nexthop;

		if (new_nexthop || wants[i].origin != wants[i - 1].origin)
			pairs[n++] = (struct pair){
				.first = i, .variants = 1, .starts_nexthop = new_nexthop
			};
		pairs[n - 1].n++;
	}
	*n_pairs = n;
	return pairs;
}

static uint64_t
sets_with_bound(const struct pair *pairs, uint32_t n_pairs, uint32_t bound)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < n_pairs; i++)
		sum += u64_min(pairs[i].n, bound);
	return sum;
}

static void
spread_more(struct pair *pairs, uint32_t n_pairs, uint32_t n_wants, uint64_t n_sets)
{
	uint32_t low = 1, high = n_wants;
	uint64_t extra;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (sets_with_bound(pairs, n_pairs, mid) >= n_sets)
			high = mid;
		else
			low = mid + 1;
	}
	extra = n_sets - u64_min(n_sets, sets_with_bound(pairs, n_pairs, low - 1));
	for (uint32_t i = 0; i < n_pairs; i++) {
		pairs[i].variants = (uint32_t)u64_min(pairs[i].n, low - 1);
		if (pairs[i].n >= low && extra > 0) {
			pairs[i].variants = low;
			extra--;
		}
	}
}

static void
spread_fewer(struct pair *pairs, uint32_t n_pairs, uint64_t n_sets)
{
	uint64_t n_first = 0, give, others, seen = 0;

	for (uint32_t i = 0; i < n_pairs; i++)
		n_first += pairs[i].starts_nexthop;
	give = n_sets - u64_min(n_sets, n_first);
	others = n_pairs - n_first;
	for (uint32_t i = 0; i < n_pairs; i++) {
		if (pairs[i].starts_nexthop)
			continue;
		pairs[i].variants = (seen + 1) * give / others > seen * give / others;
		seen++;
	}
}

/* Bytes that the spans of a set under construction point to. */
struct scratch {
	uint8_t path[64], communities[64], large[24];
};

static struct span
make_path(uint8_t *buf, size_t size, struct rng *rng, uint32_t nexthop, uint32_t origin)
{
	static const uint8_t hops[] = { 0, 0, 1, 1, 1, 2, 2, 3 };
	unsigned transit = hops[rng_below(rng, ARRAY_LEN(hops))];
	unsigned prepends = rng_below(rng, 16) == 0 ? 2 : 0;
	struct wr w = wr_make(buf, size);

	wr_u8(&w, ROUTE_AS_SEQUENCE);
	wr_u8(&w, (uint8_t)(1 + transit + (origin != 0 ? 1 + prepends : 0)));
	wr_u32(&w, ATTRSGEN_NEIGHBOR_AS(nexthop));
	for (unsigned i = 0; i < transit; i++)
		wr_u32(&w, (uint32_t)(1000 + rng_below(rng, 400)));
	for (unsigned i = 0; origin != 0 && i < 1 + prepends; i++)
		wr_u32(&w, origin);
	ASSERT(wr_ok(&w));
	return (struct span){ .data = buf, .len = wr_len(&w) };
}

static uint32_t
make_set(struct table *t, const struct want *want, uint32_t variant, uint64_t seed)
{
	uint64_t key[2] = { (uint64_t)want->nexthop << 32 | want->origin, variant };
	struct rng rng = rng_make(hash_bytes(key, sizeof(key), seed));
	struct route_attrs a = { .nexthop.addr = t->nexthops[want->nexthop] };
	unsigned n_communities = (unsigned)rng_below(&rng, 7);
	struct scratch s;
	struct wr w;

	a.origin = rng_below(&rng, 10) < 8 ? ROUTE_ORIGIN_IGP : ROUTE_ORIGIN_INCOMPLETE;
	a.as_path = make_path(s.path, sizeof(s.path), &rng, want->nexthop, want->origin);
	a.has_med = variant > 0 || rng_below(&rng, 3) == 0;
	/* The MED tells variants apart for certain; all else may fall out equal. */
	a.med = a.has_med ? variant * 100 + (uint32_t)rng_below(&rng, 100) : 0;
	w = wr_make(s.communities, sizeof(s.communities));
	for (unsigned i = 0; i < n_communities; i++)
		wr_u32(&w, (1000 + 100 * i) << 16 | (uint32_t)rng_below(&rng, 3000));
	a.communities = (struct span){ .data = s.communities, .len = wr_len(&w) };
	if (rng_below(&rng, 10) == 0) {
		w = wr_make(s.large, sizeof(s.large));
		wr_u32(&w, ATTRSGEN_NEIGHBOR_AS(want->nexthop));
		wr_u32(&w, 1);
		wr_u32(&w, (uint32_t)rng_below(&rng, 1000));
		a.large_communities = (struct span){ .data = s.large, .len = wr_len(&w) };
	}
	return table_attrs(t, &a);
}

void
attrsgen_assign(struct table *t, uint32_t n_sets, uint64_t seed)
{
	struct want *wants = mem_calloc(MEM_MISC, t->n, sizeof(*wants));
	struct pair *pairs;
	uint32_t n_wants = 0, n_pairs, last = TABLE_NONE;

	for (uint32_t i = 0; i < t->n; i++) {
		const struct table_route *r = &t->routes[i];

		if (r->attrs == TABLE_NONE)
			wants[n_wants++] = (struct want){ i, r->nexthop, r->origin };
	}
	qsort(wants, n_wants, sizeof(*wants), by_pair);
	pairs = make_pairs(wants, n_wants, &n_pairs);
	if (n_sets > n_pairs)
		spread_more(pairs, n_pairs, n_wants, n_sets);
	else if (n_sets > 0)
		spread_fewer(pairs, n_pairs, n_sets);
	for (uint32_t i = 0; i < n_pairs; i++) {
		const struct want *w = &wants[pairs[i].first];
		uint32_t variants = pairs[i].variants > 0 ? pairs[i].variants : 1;

		for (uint32_t v = 0; v < variants; v++) {
			if (pairs[i].variants > 0)
				last = make_set(t, w, v, seed);
			for (uint32_t k = v; k < pairs[i].n; k += variants)
				t->routes[w[k].route].attrs = last;
		}
	}
	mem_free(MEM_MISC, pairs);
	mem_free(MEM_MISC, wants);
}
