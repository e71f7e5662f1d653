/* SPDX-License-Identifier: Apache-2.0 */
/* What must not be pushed is not, and nothing that would hide it either: whatever is selected by,
 * packets that follow such a route are left to the default. */
#include "tests/support/support.h"

#include <string.h>

#include "control/withhold.h"
#include "lib/rng.h"
#include "tests/support/edge.h"
#include "tests/support/forwarding.h"

#define PREFIXES 60
#define DEFAULT  9 /* next hop of the default route, where there is one */

static const uint8_t no_advertise[4] = { 0xff, 0xff, 0xff, 0x02 };
static const uint8_t no_export[4] = { 0xff, 0xff, 0xff, 0x01 };
static const uint8_t no_subconfed[8] = { 0, 1, 0, 1, 0xff, 0xff, 0xff, 0x03 };

struct world {
	struct rng rng;
	struct edge edge;
	struct withhold own;
	struct forward_table rib, pushed; /* what is withheld is default in `rib` */
	struct ip_prefix prefixes[PREFIXES];
	unsigned announced;
};

/* To the next hop of the default is where the default goes. */
static uint32_t
action_of(uint32_t nexthop)
{
	return nexthop == DEFAULT ? FORWARD_DEFAULT : nexthop;
}

static void
announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	struct world *w = ctx;

	(void)key;
	w->announced++;
	assert_int_equal(withhold_marks(&w->own, attrs) & WITHHOLD_NO_ADVERTISE, 0);
	forward_set(&w->pushed, p, action_of(ip_to_v4(attrs->nexthop.addr.hi) & 0xff));
}

static void
withdraw(void *ctx, const struct ip_prefix *p)
{
	struct world *w = ctx;

	assert_true(forward_remove(&w->pushed, p));
}

static void
learn(struct world *w, const struct ip_prefix *p, uint32_t nexthop, struct span communities)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(0x0a000000 + nexthop),
		.communities = communities };

	router_tell(w->edge.router, w->edge.source, p, nexthop > 0 ? &attrs : NULL);
}

static void
world_init(struct world *w, enum selector_kind kind, bool with_default, uint64_t seed)
{
	static const struct span none = { 0 };
	struct target_config tc = { .selection = kind,
		.follow = with_default,
		.capacity = { 30, 0 },
		.withheld_marks = WITHHOLD_NO_ADVERTISE };
	struct push push = push_nowhere("target", w);

	memset(w, 0, sizeof(*w));
	w->rng = rng_make(seed);
	edge_init(&w->edge, &tc);
	attrs_set_marks(w->edge.attrs, withhold_marks, &w->own);
	push.announce = announce;
	push.withdraw = withdraw;
	(void)edge_add_port(&w->edge, &push);
	for (unsigned i = 0; i < PREFIXES; i++)
		w->prefixes[i] =
		    prefix_make(IP_V4, (UINT64_C(10) << 56) | rng_below(&w->rng, 1 << 12) << 44, 0,
			8 + (unsigned)rng_below(&w->rng, 13));
	edge_end_of_rib(&w->edge);
	if (with_default) {
		struct ip_prefix everything = { .family = IP_V4 };

		learn(w, &everything, DEFAULT, none);
	}
}

static void
world_fini(struct world *w)
{
	edge_fini(&w->edge);
	withhold_fini(&w->own);
	forward_fini(&w->rib);
	forward_fini(&w->pushed);
}

static void
second(struct world *w)
{
	edge_second(&w->edge);
	edge_run(&w->edge);
}

static void
check(struct world *w)
{
	struct ip_addr bad;
	char text[IP_TEXT_MAX];

	if (!forward_equivalent(&w->pushed, &w->rib, NULL, &bad))
		fail_msg("%s is sent to a wrong next hop", ip_format(&bad, text));
}

static void
random_change(struct world *w)
{
	unsigned i = (unsigned)rng_below(&w->rng, PREFIXES);
	const struct ip_prefix *p = &w->prefixes[i];
	uint32_t nexthop = 1 + (uint32_t)rng_below(&w->rng, 3);
	unsigned what = (unsigned)rng_below(&w->rng, 10);
	struct span communities = { 0 };

	switch (what) {
	case 0: /* gone */
		learn(w, p, 0, communities);
		(void)forward_remove(&w->rib, p);
		return;
	case 1:
	case 2: /* held back as it is, or not any more */
		learn(w, p, nexthop, communities);
		router_hold_back(w->edge.router, p, what == 1);
		forward_set(&w->rib, p, what == 1 ? FORWARD_DEFAULT : nexthop);
		return;
	case 3:
	case 4: communities = (struct span){ no_advertise, 4 }; break;
	case 5: communities = (struct span){ no_export, 4 }; break;
	default: break;
	}
	router_hold_back(w->edge.router, p, false);
	learn(w, p, nexthop, communities);
	forward_set(&w->rib, p, communities.data == no_advertise ? FORWARD_DEFAULT : nexthop);
}

static void
random_samples(struct world *w)
{
	for (int i = 0; i < 30; i++)
		edge_sample(
		    &w->edge, ip_v4(0x0a000000 | (uint32_t)rng_below(&w->rng, 1 << 24)), 1000);
}

static void
check_kind(enum selector_kind kind, bool with_default, uint64_t seed)
{
	struct world w;

	world_init(&w, kind, with_default, seed);
	for (int round = 0; round < 150; round++) {
		for (uint64_t n = rng_below(&w.rng, 6); n > 0; n--)
			random_change(&w);
		random_samples(&w);
		second(&w);
		if (router_phase(w.edge.router, IP_V4) == ROUTER_READY)
			check(&w);
	}
	assert_int_equal(router_phase(w.edge.router, IP_V4), ROUTER_READY);
	assert_true(w.announced > 20);
	world_fini(&w);
}

static void
test_selection(void **state)
{
	uint64_t seed = test_seed("withhold_selection");

	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		check_kind(SELECTOR_PRICED, false, seed + i);
		check_kind(SELECTOR_PRICED, true, seed + i);
		check_kind(SELECTOR_TOP, false, seed + i);
		check_kind(SELECTOR_LEAF, false, seed + i);
	}
}

/* A route that must not be pushed alone, and below one that could be. */
static void
test_no_advertise(void **state)
{
	static const enum selector_kind kinds[] = { SELECTOR_PRICED, SELECTOR_TOP, SELECTOR_LEAF };
	struct ip_prefix wide = prefix_make(IP_V4, UINT64_C(10) << 56, 0, 8);
	struct ip_prefix inside = prefix_make(IP_V4, UINT64_C(0x0a01) << 48, 0, 16);
	const struct span none = { 0 }, marked = { no_advertise, 4 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct ip_addr to;
		struct world w;

		world_init(&w, kinds[k], false, 1);
		learn(&w, &wide, 1, none);
		learn(&w, &inside, 2, marked);
		for (int i = 0; i < 20; i++) {
			to = ip_v4(i % 2 ? 0x0a010001 : 0x0a800001);
			edge_sample(&w.edge, to, 1000);
			second(&w);
		}
		assert_int_equal(forward_lookup(&w.pushed, &to), FORWARD_DEFAULT);
		to = ip_v4(0x0a010002);
		assert_int_equal(forward_lookup(&w.pushed, &to), FORWARD_DEFAULT);

		learn(&w, &inside, 2, none);
		for (int i = 0; i < 20; i++) {
			edge_sample(&w.edge, to, 1000);
			second(&w);
		}
		assert_int_equal(forward_lookup(&w.pushed, &to), 2);
		world_fini(&w);
	}
}

static void
test_marks(void **state)
{
	struct withhold own = { 0 };
	struct route_attrs a = { .nexthop.addr = ip_v4(0x0a000001) };
	struct attrs_table *attrs = attrs_table_new(1);
	struct ip_addr address = ip_v4(0x0a000001), zero = { 0 };
	uint32_t id;

	(void)state;
	assert_int_equal(withhold_marks(&own, &a), 0);
	a.communities = (struct span){ no_advertise, 4 };
	assert_int_equal(withhold_marks(&own, &a), WITHHOLD_NO_ADVERTISE);
	a.communities = (struct span){ no_export, 4 };
	assert_int_equal(withhold_marks(&own, &a), WITHHOLD_NO_EXPORT);
	a.communities = (struct span){ no_subconfed, 8 };
	assert_int_equal(withhold_marks(&own, &a), WITHHOLD_NO_EXPORT);

	/* An address of ours becomes known later: sets that are there are marked again. */
	attrs_set_marks(attrs, withhold_marks, &own);
	id = attrs_intern(attrs, &a);
	assert_int_equal(attrs_marks(attrs, id), WITHHOLD_NO_EXPORT);
	assert_false(withhold_own(&own, &zero));
	assert_true(withhold_own(&own, &address));
	assert_false(withhold_own(&own, &address));
	attrs_mark_again(attrs);
	assert_int_equal(attrs_marks(attrs, id), WITHHOLD_NO_EXPORT | WITHHOLD_OWN_NEXTHOP);
	assert_string_equal(withhold_name(WITHHOLD_OWN_NEXTHOP | WITHHOLD_NO_EXPORT), "NO_EXPORT");
	attrs_unref(attrs, id);
	attrs_table_free(attrs);
	withhold_fini(&own);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_no_advertise),
		cmocka_unit_test(test_selection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
