/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table small enough to know the answer: the world of the tests of the priced selection. All
 * prefixes of up to DEPTH bits at the top of IPv4, with routes, traffic and programmed entries at
 * random.
 */
#ifndef TESTS_PRICED_WORLD_H
#define TESTS_PRICED_WORLD_H

#include "tests/support/support.h"

#include <string.h>

#include "control/select/priced.h"
#include "tests/support/hops.h"

#define DEPTH 6 /* bits of the small universe, at the top of IPv4 */
#define HOPS  4

/* The small universe as arrays over the binary tree: node 1 is 0/0, 2n and 2n+1 are n's halves. */
struct small {
	struct attrs_table *attrs;
	struct rib *rib;
	unsigned depth;
	uint32_t route[2 << DEPTH]; /* next-hop id, or ACTION_NONE */
	uint32_t act[2 << DEPTH];   /* in force at the node */
	int64_t weight[2 << DEPTH];
	uint32_t held[2 << DEPTH];
	uint32_t hop[HOPS];  /* next-hop ids */
	uint32_t keep[HOPS]; /* attribute sets that keep them */
	struct priced_config config;
	bool keep_held; /* see priced_set_keep() */
};

static inline struct ip_prefix
small_prefix(unsigned node)
{
	unsigned len = 31 - (unsigned)__builtin_clz(node);
	uint64_t key = node ^ 1u << len;

	return prefix_make(IP_V4, len > 0 ? key << (64 - len) : 0, 0, len);
}

static inline void
small_random(struct small *s, struct rng *r, unsigned depth)
{
	memset(s, 0, sizeof(*s));
	s->depth = depth;
	s->attrs = attrs_table_new(1);
	s->rib = rib_new(s->attrs);
	for (uint32_t h = 0; h < HOPS; h++) {
		s->keep[h] = hop_attrs(s->attrs, h);
		s->hop[h] = attrs_nexthop(s->attrs, s->keep[h]);
	}
	s->config = (struct priced_config){ .rib = s->rib,
		.family = IP_V4,
		.default_action = rng_below(r, 3) == 0 ? s->hop[0] : ACTION_PUNT,
		.guards = true,
		.synthetic = true,
		.min_length = (unsigned)rng_below(r, 2),
		.eta_permille = rng_below(r, 2) == 0 ? 0 : 300 };
	if (rng_below(r, 3) == 0)
		for (unsigned len = 3; len < 129; len++)
			s->config.slots[len] = 2;
	for (unsigned n = 1; n < 2u << depth; n++) {
		struct ip_prefix p = small_prefix(n);
		uint32_t hop = (uint32_t)rng_below(r, HOPS);

		s->route[n] = s->held[n] = ACTION_NONE;
		if (rng_below(r, 3) == 0) {
			s->route[n] = s->hop[hop];
			hop_announce(s->rib, &p, hop);
		}
		s->act[n] = s->route[n] != ACTION_NONE ? s->route[n]
			    : n > 1                    ? s->act[n / 2]
						       : s->config.default_action;
	}
	for (unsigned n = 1; n < 2u << depth; n++) {
		bool routed = s->route[n] != ACTION_NONE;

		if (n >= 1u << depth)
			routed = s->act[n] != s->config.default_action || routed;
		if (routed && rng_below(r, 2) == 0)
			s->weight[n] = (int64_t)rng_below(r, rng_below(r, 2) == 0 ? 10 : 1000);
		if (n > 1 && rng_below(r, 8) == 0)
			s->held[n] = rng_below(r, 3) == 0 ? s->config.default_action : s->act[n];
	}
}

/* In half of the cases only routes may be entries, or none with the default action, and sometimes
 * none of some lengths. */
static inline void
small_restrict(struct small *s, struct rng *r)
{
	if (rng_below(r, 2) == 0)
		return;
	s->config.synthetic = rng_below(r, 2) == 0;
	s->config.guards = !s->config.synthetic && rng_below(r, 2) == 0;
	if (rng_below(r, 3) == 0)
		s->config.slots[2 + rng_below(r, s->depth - 1)] = SLOTS_NEVER;
}

static inline void
small_fini(struct small *s)
{
	rib_free(s->rib);
	for (uint32_t h = 0; h < HOPS; h++)
		attrs_unref(s->attrs, s->keep[h]);
	attrs_table_free(s->attrs);
}

static inline void
give_held(const struct small *s, struct priced *p)
{
	struct fib_route held[2 << DEPTH];
	size_t n_held = 0;
	unsigned first[2 << DEPTH], n = 0;

	/* In prefix order: a walk with the shorter one first. */
	first[n++] = 1;
	while (n > 0) {
		unsigned i = first[--n];

		if (s->held[i] != ACTION_NONE)
			held[n_held++] =
			    (struct fib_route){ .prefix = small_prefix(i), .action = s->held[i] };
		if (2 * i + 1 < 2u << s->depth) {
			first[n++] = 2 * i + 1;
			first[n++] = 2 * i;
		}
	}
	priced_set_programmed(p, held, n_held);
}

static inline void
give_weights(const struct small *s, struct priced *p)
{
	struct priced_weight weights[2 << DEPTH];
	size_t n = 0;

	for (unsigned i = 1; i < 2u << s->depth; i++)
		if (s->weight[i] > 0)
			weights[n++] = (struct priced_weight){ small_prefix(i), s->weight[i] };
	priced_set_weights(p, weights, n);
	give_held(s, p);
}

#endif
