/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/attrs.h"

#include <string.h>

static struct span
add_words(struct attrs_sample *s, const uint32_t *words, size_t n)
{
	struct span span = { .data = s->bytes + s->used, .len = n * 4 };

	ASSERT(s->used + n * 4 <= sizeof(s->bytes));
	for (size_t i = 0; i < n; i++) {
		uint32_t v = __builtin_bswap32(words[i]);

		memcpy(s->bytes + s->used, &v, 4);
		s->used += 4;
	}
	return span;
}

void
attrs_sample_path(struct attrs_sample *s, const uint32_t *ases, size_t n)
{
	size_t start = s->used;

	s->attrs.as_path = (struct span){ 0 };
	if (n == 0)
		return;
	ASSERT(n < 256 && s->used + 2 <= sizeof(s->bytes));
	s->bytes[s->used++] = ROUTE_AS_SEQUENCE;
	s->bytes[s->used++] = (uint8_t)n;
	add_words(s, ases, n);
	s->attrs.as_path = (struct span){ .data = s->bytes + start, .len = s->used - start };
}

void
attrs_sample_make(struct attrs_sample *s, uint64_t n)
{
	struct rng r = rng_make(n);
	uint32_t words[12];
	size_t hops = 3 + rng_below(&r, 4), communities = 2 + rng_below(&r, 9);

	memset(s, 0, sizeof(*s));
	s->attrs.nexthop.addr = ip_v4(0xc0000200 + (uint32_t)rng_below(&r, 40));
	s->attrs.has_local_pref = true;
	s->attrs.local_pref = 100;
	s->attrs.has_med = true;
	for (size_t i = 0; i < hops; i++)
		words[i] = 1 + (uint32_t)rng_below(&r, 400000);
	words[hops - 1] = (uint32_t)n; /* makes it different */
	attrs_sample_path(s, words, hops);
	for (size_t i = 0; i < communities; i++)
		words[i] = (uint32_t)rng_u64(&r);
	s->attrs.communities = add_words(s, words, communities);
}

static void
random_path(struct attrs_sample *s, struct rng *r)
{
	uint32_t ases[4];
	size_t n = rng_below(r, 4);

	for (size_t i = 0; i < n; i++)
		ases[i] = 65000 + (uint32_t)rng_below(r, 3);
	attrs_sample_path(s, ases, n);
}

static struct span
random_span(struct attrs_sample *s, struct rng *r, size_t words)
{
	uint32_t values[6];

	if (rng_below(r, 2) == 0)
		return (struct span){ 0 };
	for (size_t i = 0; i < words; i++)
		values[i] = (uint32_t)rng_below(r, 3);
	return add_words(s, values, words);
}

void
attrs_sample_random(struct attrs_sample *s, struct rng *r)
{
	struct route_attrs *a = &s->attrs;

	memset(s, 0, sizeof(*s));
	a->nexthop.addr = ip_v4(0xc0000201 + (uint32_t)rng_below(r, 3));
	if (rng_below(r, 3) == 0) {
		a->nexthop.addr = (struct ip_addr){
			.hi = UINT64_C(0x20010db8) << 32, .lo = rng_below(r, 2), .family = IP_V6
		};
		a->nexthop.link_local_hi = rng_below(r, 2) * (UINT64_C(0xfe80) << 48);
	}
	a->origin = (uint8_t)rng_below(r, 3);
	a->has_med = rng_below(r, 2);
	a->med = a->has_med ? (uint32_t)rng_below(r, 3) : 0;
	a->has_local_pref = rng_below(r, 2);
	a->local_pref = a->has_local_pref ? 99 + (uint32_t)rng_below(r, 3) : 0;
	a->has_originator_id = rng_below(r, 2);
	a->originator_id = a->has_originator_id ? (uint32_t)rng_below(r, 3) : 0;
	a->has_aggregator = rng_below(r, 4) == 0;
	a->aggregator_as = a->has_aggregator ? 65000 : 0;
	a->aggregator_id = a->has_aggregator ? 1 : 0;
	a->has_otc = rng_below(r, 4) == 0;
	a->otc = a->has_otc ? (uint32_t)rng_below(r, 2) : 0;
	a->atomic_aggregate = rng_below(r, 4) == 0;
	random_path(s, r);
	a->communities = random_span(s, r, 1 + rng_below(r, 2));
	a->ext_communities = random_span(s, r, 2);
	a->large_communities = random_span(s, r, 3);
	a->cluster_list = random_span(s, r, 1 + rng_below(r, 3));
	a->opaque = random_span(s, r, 1);
}

static bool
span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool
numbers_equal(const struct route_attrs *a, const struct route_attrs *b)
{
	return a->has_med == b->has_med && a->med == b->med &&
	       a->has_local_pref == b->has_local_pref && a->local_pref == b->local_pref &&
	       a->has_originator_id == b->has_originator_id &&
	       a->originator_id == b->originator_id && a->has_aggregator == b->has_aggregator &&
	       a->aggregator_as == b->aggregator_as && a->aggregator_id == b->aggregator_id &&
	       a->has_otc == b->has_otc && a->otc == b->otc;
}

bool
attrs_equal(const struct route_attrs *a, const struct route_attrs *b)
{
	return route_nexthop_equal(&a->nexthop, &b->nexthop) && a->origin == b->origin &&
	       a->atomic_aggregate == b->atomic_aggregate && numbers_equal(a, b) &&
	       span_equal(a->as_path, b->as_path) && span_equal(a->communities, b->communities) &&
	       span_equal(a->ext_communities, b->ext_communities) &&
	       span_equal(a->large_communities, b->large_communities) &&
	       span_equal(a->cluster_list, b->cluster_list) && span_equal(a->opaque, b->opaque);
}
