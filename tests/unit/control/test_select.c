/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selection and plan against the slow oracle: random nested tables with random next hops and
 * traffic; every choice is checked for every address, and every single step of every plan for
 * every address and for the capacity.
 */
#include "tests/support/support.h"

#include <inttypes.h>
#include <string.h>

#include "control/select/plan.h"
#include "control/select/rank.h"
#include "lib/str.h"
#include "tests/support/forwarding.h"
#include "tests/support/prefixes.h"

#define T_S 10.0

/* A RIB, its traffic and the oracle's copy of it. */
struct world {
	struct attrs_table *attrs;
	struct rib *rib;
	struct traffic *traffic;
	struct forward_table oracle; /* action: the last byte of the next hop */
	enum ip_family family;
	struct mono now;
};

static void
world_init(struct world *w, enum ip_family family)
{
	memset(w, 0, sizeof(*w));
	w->attrs = attrs_table_new(1);
	w->rib = rib_new(w->attrs);
	w->traffic = traffic_new(T_S, mono_us(0));
	w->family = family;
	w->now = mono_us(1000000);
	forward_init(&w->oracle);
}

static void
world_fini(struct world *w)
{
	traffic_free(w->traffic);
	rib_free(w->rib);
	attrs_table_free(w->attrs);
	forward_fini(&w->oracle);
}

static void
learn(struct world *w, const struct ip_prefix *p, uint32_t nexthop, uint32_t med)
{
	struct route_attrs attrs = {
		.nexthop.addr = ip_v4(UINT32_C(0x0a000000) + nexthop), .has_med = true, .med = med
	};
	uint32_t id = attrs_intern(w->attrs, &attrs);

	rib_announce(w->rib, p, 0, 0, id);
	attrs_unref(w->attrs, id);
	forward_set(&w->oracle, p, nexthop);
}

static void
forget(struct world *w, const struct ip_prefix *p)
{
	struct rib_result r = rib_withdraw(w->rib, p, 0, 0);

	if (r.change == RIB_REMOVED) {
		traffic_drop(w->traffic, r.id);
		assert_true(forward_remove(&w->oracle, p));
	}
}

static void
sample(struct world *w, const struct ip_prefix *p, uint64_t bytes)
{
	uint32_t id = rib_lookup(w->rib, p);

	assert_int_not_equal(id, RIB_NONE);
	traffic_add(w->traffic, id, TRAFFIC_TO, bytes, traffic_scale(w->traffic, w->now), w->now);
}

static struct select_input
input(const struct world *w, size_t limit)
{
	return (struct select_input){ .rib = w->rib,
		.traffic = w->traffic,
		.family = w->family,
		.now = w->now,
		.limit = limit,
		.direction = TRAFFIC_TO,
		.min_length = 1,
		.include_covered = true,
		.prune_covered = true };
}

/* "10.0.0.0/8 10.1.0.0/16* ..." in prefix order, covered ones starred. */
static void
assert_chosen(const struct select_input *in, const char *expected)
{
	struct selection chosen;
	struct str text;
	char buf[PREFIX_TEXT_MAX];

	selection_init(&chosen);
	select_top(in, &chosen);
	selection_sort_by_prefix(&chosen);
	str_init(&text, MEM_MISC);
	for (size_t i = 0; i < chosen.n; i++)
		str_addf(&text, "%s%s%s", i > 0 ? " " : "",
		    prefix_format(&selection_at(&chosen, i)->prefix, buf),
		    selection_at(&chosen, i)->covered ? "*" : "");
	assert_string_equal(text.text, expected);
	str_fini(&text);
	selection_fini(&chosen);
}

static void
test_covered_and_pruned(void **state)
{
	struct world w;
	struct select_input in;
	static const struct {
		const char *prefix;
		uint32_t nexthop;
	} routes[] = {
		{ "0.0.0.0/0", 9 },
		{ "10.0.0.0/8", 1 },
		{ "10.1.0.0/16", 1 }, /* as the /8: pruned */
		{ "10.1.2.0/24", 2 }, /* differs: covered */
		{ "10.2.0.0/16", 2 }, /* differs: covered */
		{ "10.2.3.0/24", 1 }, /* differs from the /16 */
		{ "10.2.4.0/24", 2 }, /* as the /16: pruned */
		{ "192.0.2.0/24", 3 },
	};

	(void)state;
	world_init(&w, IP_V4);
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		struct ip_prefix p = prefix(routes[i].prefix);

		learn(&w, &p, routes[i].nexthop, 0);
		sample(&w, &p, 1000);
	}
	sample(&w, &(struct ip_prefix){ 0 }, 1 << 30); /* 0/0 has most, and is never chosen */
	in = input(&w, 10);
	sample(&w, &(struct ip_prefix){ .hi = UINT64_C(10) << 56, .len = 8 }, 50000);
	assert_chosen(&in, "10.0.0.0/8 10.1.2.0/24 10.2.0.0/16 10.2.3.0/24 192.0.2.0/24");
	in.limit = 4; /* the /8 with its closure fits exactly */
	assert_chosen(&in, "10.0.0.0/8 10.1.2.0/24* 10.2.0.0/16* 10.2.3.0/24*");
	in.limit = 3; /* it does not: its parts are taken one by one, by weight then by number */
	assert_chosen(&in, "10.1.0.0/16 10.1.2.0/24 10.2.3.0/24");
	in.limit = 10;
	in.prune_covered = false;
	assert_chosen(&in, "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 10.2.0.0/16 10.2.3.0/24 10.2.4.0/24 "
			   "192.0.2.0/24");
	in.include_covered = false;
	in.limit = 2;
	assert_chosen(&in, "10.0.0.0/8 10.1.0.0/16");
	world_fini(&w);
}

static void
test_never_and_always(void **state)
{
	struct world w;
	struct select_input in;
	struct ip_prefix wide = prefix("10.0.0.0/8"), inside = prefix("10.1.0.0/16");
	struct ip_prefix other = prefix("192.0.2.0/24");

	(void)state;
	world_init(&w, IP_V4);
	learn(&w, &wide, 1, 0);
	learn(&w, &inside, 2, 0);
	learn(&w, &other, 3, 0);
	sample(&w, &wide, 1000);
	sample(&w, &inside, 1000);
	in = input(&w, 10);
	in.never = &inside;
	in.n_never = 1;
	assert_chosen(&in, ""); /* not the /16, and nothing that would hide it */
	in.always = &other;
	in.n_always = 1;
	assert_chosen(&in, "192.0.2.0/24");
	in.n_never = 0;
	other = prefix("0.0.0.0/0"); /* only when asked for, and then with all that differs */
	learn(&w, &other, 3, 0);
	assert_chosen(&in, "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16");
	in.n_always = 0;
	sample(&w, &other, 1 << 30);
	assert_chosen(&in, "10.0.0.0/8 10.1.0.0/16");
	world_fini(&w);
}

static void
assert_leaves(const struct select_input *in, const char *expected)
{
	struct selection s;
	struct str text;
	char buf[PREFIX_TEXT_MAX];

	selection_init(&s);
	str_init(&text, MEM_MISC);
	select_leaf(in, &s);
	selection_sort_by_prefix(&s);
	for (size_t i = 0; i < s.n; i++)
		str_addf(&text, "%s%s", i > 0 ? " " : "",
		    prefix_format(&selection_at(&s, i)->prefix, buf));
	assert_string_equal(text.text, expected);
	str_fini(&text);
	selection_fini(&s);
}

/* `leaf` obeys an operator's lists and stale input as the others do. */
static void
test_leaf(void **state)
{
	struct ip_prefix wide = prefix("10.0.0.0/14"), inside = prefix("10.1.0.0/16"),
			 other = prefix("192.0.2.0/24"), busy = prefix("198.51.100.0/24");
	struct installed *held;
	struct select_input in;
	struct world w;

	(void)state;
	world_init(&w, IP_V4);
	held = installed_new(IP_V4, w.attrs);
	learn(&w, &wide, 1, 0);
	learn(&w, &inside, 2, 0);
	learn(&w, &other, 3, 0);
	learn(&w, &busy, 4, 0);
	sample(&w, &wide, 1000);
	sample(&w, &inside, 1000);
	sample(&w, &busy, 5000);
	in = input(&w, 10);
	assert_leaves(&in, "10.0.0.0/16 10.1.0.0/16 10.2.0.0/15 198.51.100.0/24");
	in.never = &inside;
	in.n_never = 1;
	assert_leaves(&in, "10.0.0.0/16 10.2.0.0/15 198.51.100.0/24");
	in.always = &other;
	in.n_always = 1;
	assert_leaves(&in, "10.0.0.0/16 10.2.0.0/15 192.0.2.0/24 198.51.100.0/24");
	in.limit = 1;
	assert_leaves(&in, "192.0.2.0/24");
	in.n_always = 0;
	assert_leaves(&in, "198.51.100.0/24");
	/* Frozen: what is held stays, and what is not right any more goes. */
	installed_put(
	    held, &other, rib_best_attrs(w.rib, IP_V4, rib_lookup(w.rib, &other)), false, w.now);
	installed_put(
	    held, &inside, rib_best_attrs(w.rib, IP_V4, rib_lookup(w.rib, &inside)), false, w.now);
	in.keep = held;
	assert_leaves(&in, "192.0.2.0/24");
	installed_free(held);
	world_fini(&w);
}

static void
test_idle_and_minimum(void **state)
{
	struct world w;
	struct select_input in;
	struct ip_prefix a = prefix("192.0.2.0/24"), b = prefix("198.51.100.0/24");

	(void)state;
	world_init(&w, IP_V4);
	learn(&w, &a, 1, 0);
	learn(&w, &b, 1, 0);
	sample(&w, &a, 10000);
	sample(&w, &b, 100000);
	in = input(&w, 10);
	in.min_rate_bps = 1000.5; /* 10,000 bytes over 10 s are 1,000 a second */
	assert_chosen(&in, "198.51.100.0/24");
	in.min_rate_bps = 0;
	assert_chosen(&in, "192.0.2.0/24 198.51.100.0/24");
	w.now = mono_us(1000000 + (int64_t)(TRAFFIC_IDLE_T * T_S * 1e6));
	in.now = w.now;
	assert_chosen(&in, "192.0.2.0/24 198.51.100.0/24");
	in.now = mono_add_ms(w.now, 1);
	assert_chosen(&in, "");
	world_fini(&w);
}

/* Prefixes that nest and share bits: a few roots, and extensions of earlier ones. */
static struct ip_prefix
random_prefix(struct rng *r, enum ip_family family, const struct forward_table *known)
{
	unsigned bits = ip_bits(family), len;
	uint64_t hi, lo = 0;

	if (known->n == 0 || rng_below(r, 4) == 0) {
		hi = family == IP_V4 ? UINT64_C(0x0a00) << 48 : UINT64_C(0x20010db8) << 32;
		hi |= rng_below(r, 16) << 44;
		len = (unsigned)rng_below(r, 24);
	} else {
		struct ip_prefix base = known->entries[rng_below(r, known->n)].prefix;

		hi = base.hi;
		lo = base.lo;
		len = base.len;
	}
	for (unsigned more = (unsigned)rng_below(r, 6); more > 0 && len < bits; more--) {
		if (rng_below(r, 2) == 1) {
			if (len < 64)
				hi |= UINT64_C(1) << (63 - len);
			else
				lo |= UINT64_C(1) << (127 - len);
		}
		len++;
	}
	return prefix_make(family, hi, lo, len);
}

static void
random_change(struct world *w, struct rng *r)
{
	if (w->oracle.n > 0 && rng_below(r, 3) == 0) {
		struct ip_prefix p = w->oracle.entries[rng_below(r, w->oracle.n)].prefix;

		if (rng_below(r, 2) == 0)
			forget(w, &p);
		else
			learn(w, &p, 1 + (uint32_t)rng_below(r, 3), (uint32_t)rng_below(r, 2));
	} else {
		struct ip_prefix p = random_prefix(r, w->family, &w->oracle);

		learn(w, &p, 1 + (uint32_t)rng_below(r, 3), 0);
	}
}

static void
fail_at(const char *what, const struct ip_addr *bad)
{
	char text[IP_TEXT_MAX];

	fail_msg("%s: %s is sent to a wrong next hop", what, ip_format(bad, text));
}

static uint32_t
action_of(const struct world *w, uint32_t attrs)
{
	struct route_attrs a;

	attrs_get(w->attrs, attrs, &a);
	return ip_to_v4(a.nexthop.addr.hi) & 0xff;
}

/* Carry a plan out step by step against the oracle. */
static void
check_plan(struct world *w, struct installed *held, struct forward_table *pushed,
    const struct selection *wanted, size_t capacity, const struct forward_table *before)
{
	struct plan plan;
	struct ip_addr bad;

	plan_init(&plan);
	plan_build(held, wanted, capacity, &plan);
	for (size_t i = 0; i < plan.n; i++) {
		const struct plan_op *op = &plan.ops[i];

		if (op->kind == PLAN_DELETE) {
			assert_true(installed_remove(held, &op->prefix));
			assert_true(forward_remove(pushed, &op->prefix));
		} else {
			assert_int_equal(
			    op->kind == PLAN_CHANGE, installed_get(held, &op->prefix) != NULL);
			installed_put(held, &op->prefix, op->attrs, op->covered, w->now);
			forward_set(pushed, &op->prefix, action_of(w, op->attrs));
		}
		assert_true(installed_count(held) <= capacity);
		assert_int_equal(installed_count(held), pushed->n);
		if (!forward_equivalent(pushed, &w->oracle, before, &bad))
			fail_at("during a plan", &bad);
	}
	assert_int_equal(installed_count(held), wanted->n);
	plan_fini(&plan);
}

static void
one_walk(uint64_t seed, enum ip_family family, size_t capacity, double headroom)
{
	struct rng r = rng_make(seed);
	struct world w;
	struct installed *held;
	struct forward_table pushed, before;
	struct selection wanted;
	struct ip_addr bad;

	world_init(&w, family);
	held = installed_new(family, w.attrs);
	forward_init(&pushed);
	forward_init(&before);
	selection_init(&wanted);
	for (int round = 0; round < 40; round++) {
		struct select_input in;

		forward_copy(&before, &w.oracle);
		for (uint64_t n = rng_below(&r, 12); n > 0; n--)
			random_change(&w, &r);
		for (uint64_t n = rng_below(&r, 12); n > 0 && w.oracle.n > 0; n--)
			sample(&w, &w.oracle.entries[rng_below(&r, w.oracle.n)].prefix,
			    1 + rng_below(&r, 100000));
		w.now = mono_add_ms(w.now, 1000 * (int64_t)rng_below(&r, 4));
		in = input(&w, (size_t)((double)capacity * (1 - headroom)));
		if (rng_below(&r, 4) == 0)
			in.keep = held;
		if (rng_below(&r, 3) == 0)
			select_leaf(&in, &wanted);
		else
			select_top(&in, &wanted);
		selection_sort_by_prefix(&wanted);
		assert_true(wanted.n <= in.limit);
		check_plan(&w, held, &pushed, &wanted, capacity, &before);
		if (!forward_equivalent(&pushed, &w.oracle, NULL, &bad))
			fail_at("after a plan", &bad);
	}
	selection_fini(&wanted);
	forward_fini(&before);
	forward_fini(&pushed);
	installed_free(held);
	world_fini(&w);
}

static void
test_random_walks(void **state)
{
	uint64_t seed = test_seed("select");

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		one_walk(seed + i, i % 2 == 0 ? IP_V4 : IP_V6, 1 + i, i % 3 == 0 ? 0 : 0.1);
}

static void
test_rank(void **state)
{
	uint64_t seed = test_seed("rank");
	struct rng r = rng_make(seed);

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		size_t n = rng_below(&r, 300), k = rng_below(&r, 50), got;
		double weights[300];
		uint32_t order[300];

		for (size_t i = 0; i < n; i++)
			weights[i] = rng_below(&r, 3) == 0 ? 1.0 : rng_unit(&r) * 1e12;
		got = rank_top(weights, n, k, order);
		assert_true(got >= (k < n ? k : n) || (k == 0 && got == 0));
		for (size_t i = 0; i + 1 < got; i++)
			assert_true(weights[order[i]] > weights[order[i + 1]] ||
				    (weights[order[i]] == weights[order[i + 1]] &&
					order[i] < order[i + 1]));
		for (size_t i = 0; i < n && got > 0; i++) {
			bool listed = false;

			for (size_t j = 0; j < got; j++)
				listed |= order[j] == i;
			assert_true(listed || weights[i] <= weights[order[got - 1]]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_covered_and_pruned),
		cmocka_unit_test(test_never_and_always),
		cmocka_unit_test(test_leaf),
		cmocka_unit_test(test_idle_and_minimum),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_random_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
