/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every algorithm behind one interface, through the plan, against the slow oracle: routes that
 * come, go and change, traffic, capacities that change, stale input, restarts that adopt what is
 * held, both families, both kinds of default, with guards and without, with made-up prefixes and
 * without. After every single operation each address has its old next hop, its new one or the
 * default, and no more entries are held than fit. Plans are paced or not; after a paced one all is
 * right, too, if not as good as it may be.
 */
#include "tests/unit/control/selector_world.h"

#include <stdlib.h>

#include "control/select/plan.h"
#include "tests/support/prefixes.h"

static void
change_route(struct world *w, struct rng *r)
{
	struct ip_prefix p;

	if (w->oracle.n > 0 && rng_below(r, 2) == 0)
		p = w->oracle.entries[rng_below(r, w->oracle.n)].prefix;
	else
		p = prefix_random(r, w->family,
		    w->oracle.n > 0 ? &w->oracle.entries[rng_below(r, w->oracle.n)].prefix : NULL);
	if (rng_below(r, w->oracle.n > 40 ? 2 : 4) == 0) {
		struct rib_result gone = rib_withdraw(w->rib, &p, 0, 0);

		if (gone.change != RIB_REMOVED)
			return;
		traffic_drop(w->traffic, gone.id);
		assert_true(forward_remove(&w->oracle, &p));
	} else {
		/* In the world of `follow` a route may have the default's next hop. */
		uint32_t h = (uint32_t)rng_below(r, HOPS);

		if (!w->context.follow && h == 0)
			h = 1;
		rib_announce(w->rib, &p, 0, 0, w->hop[h]);
		forward_set(&w->oracle, &p, h);
	}
	selector_route_changed(w->selector, w->rib, &p);
	assert_true(w->n_changed < ARRAY_LEN(w->changed));
	w->changed[w->n_changed++] = p;
}

static int
by_prefix(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

/* Sorted, and none inside another. */
static void
settle_changed(struct world *w)
{
	size_t n = 0;

	if (w->n_changed > 0)
		qsort(w->changed, w->n_changed, sizeof(*w->changed), by_prefix);
	for (size_t i = 0; i < w->n_changed; i++)
		if (n == 0 || !prefix_contains(&w->changed[n - 1], &w->changed[i]))
			w->changed[n++] = w->changed[i];
	w->n_changed = n;
}

static void
sample(struct world *w, struct rng *r)
{
	uint32_t id;

	if (w->oracle.n == 0)
		return;
	id = rib_lookup(w->rib, &w->oracle.entries[rng_below(r, w->oracle.n)].prefix);
	traffic_add(w->traffic, id, TRAFFIC_TO,
	    1 + rng_below(r, rng_below(r, 2) == 0 ? 100 : 100000),
	    traffic_scale(w->traffic, w->now), w->now);
}

/* Hop 0 is where the default goes. */
static uint32_t
action_of(const struct world *w, uint32_t attrs)
{
	uint32_t h = 0;

	while (h < HOPS && attrs_nexthop(w->attrs, w->hop[h]) != attrs_nexthop(w->attrs, attrs))
		h++;
	assert_true(h < HOPS);
	return h == 0 ? FORWARD_DEFAULT : h;
}

/* Where only some places have changed a plan that looks at these is the whole plan. */
static void
check_near(struct world *w, const struct selection *wanted, const struct plan *whole)
{
	size_t n;
	const struct ip_prefix *at = selector_changed(w->selector, &n);
	struct plan near;

	if (at == NULL || !w->settled)
		return;
	w->near++;
	plan_init(&near);
	near.changed = whole->changed;
	near.n_changed = whole->n_changed;
	plan_build_near(w->held, wanted, w->capacity, at, n, &near);
	assert_int_equal(near.n, whole->n);
	for (size_t i = 0; i < near.n; i++) {
		assert_true(prefix_equal(&near.ops[i].prefix, &whole->ops[i].prefix));
		assert_int_equal(near.ops[i].kind, whole->ops[i].kind);
		assert_int_equal(near.ops[i].attrs, whole->ops[i].attrs);
		assert_int_equal(near.ops[i].repairs, whole->ops[i].repairs);
		assert_int_equal(near.ops[i].fills, whole->ops[i].fills);
		assert_int_equal(near.ops[i].goes_on, whole->ops[i].goes_on);
	}
	plan_fini(&near);
}

static void
carry_out(struct world *w, const struct selection *wanted)
{
	size_t most = w->capacity, held = installed_count(w->held), left;
	struct plan plan;
	struct ip_addr bad;
	char text[IP_TEXT_MAX];

	if (held > most)
		most = held;
	plan_init(&plan);
	settle_changed(w);
	plan.changed = w->changed;
	plan.n_changed = w->n_changed;
	plan_build(w->held, wanted, w->capacity, &plan);
	check_near(w, wanted, &plan);
	left = plan_pace(&plan, w->held, w->capacity, w->most, w->most % 2 == 0);
	w->n_changed = 0;
	for (size_t i = 0; i < plan.n; i++) {
		const struct plan_op *op = &plan.ops[i];

		if (op->kind == PLAN_DELETE) {
			assert_true(installed_remove(w->held, &op->prefix));
			assert_true(forward_remove(&w->pushed, &op->prefix));
		} else {
			installed_put(w->held, &op->prefix, op->attrs, op->covered, w->now);
			forward_set(&w->pushed, &op->prefix, action_of(w, op->attrs));
		}
		assert_true(installed_count(w->held) <= most);
		if (!forward_equivalent(&w->pushed, &w->oracle, &w->before, &bad))
			fail_msg("%s is sent to a wrong next hop", ip_format(&bad, text));
	}
	if (!forward_equivalent(&w->pushed, &w->oracle, NULL, &bad))
		fail_msg("%s is sent to a wrong next hop after the plan", ip_format(&bad, text));
	if (left == 0)
		assert_int_equal(installed_count(w->held), wanted->n);
	w->settled = left == 0;
	plan_fini(&plan);
}

/* Gives how often only some places were looked at. */
static size_t
one_walk(uint64_t seed, enum ip_family family, enum selector_kind algorithm, bool follow)
{
	struct rng r = rng_make(seed);
	struct selection wanted;
	struct world w;

	world_init(&w, family, algorithm, follow);
	selection_init(&wanted);
	w.capacity = 1 + rng_below(&r, 24);
	w.most = rng_below(&r, 2) == 0 ? SIZE_MAX : rng_below(&r, 5);
	w.context.routes_only = rng_below(&r, 4) == 0;
	if (rng_below(&r, 4) == 0)
		w.context.default_attrs = ATTRS_NONE;
	if (rng_below(&r, 2) == 0)
		w.context.budget = 1 + rng_below(&r, 30);
	for (int round = 0; round < 40; round++) {
		w.slices = (unsigned)rng_below(&r, 12);
		forward_copy(&w.before, &w.oracle);
		for (uint64_t n = rng_below(&r, 8); n > 0; n--)
			change_route(&w, &r);
		for (uint64_t n = rng_below(&r, 30); n > 0; n--)
			sample(&w, &r);
		if (rng_below(&r, 10) == 0)
			w.capacity = 1 + rng_below(&r, 24);
		if (rng_below(&r, 10) == 0) { /* a restart that adopts */
			selector_free(w.selector);
			w.selector = selector_new(algorithm);
		}
		w.now = mono_add_ms(w.now, 500 * (int64_t)rng_below(&r, 4));
		run(&w, rng_below(&r, 6) == 0, &wanted);
		carry_out(&w, &wanted);
	}
	selection_fini(&wanted);
	world_fini(&w);
	return w.near;
}

static void
test_walks(void **state)
{
	static const enum selector_kind algorithms[] = { SELECTOR_PRICED, SELECTOR_LEAF,
		SELECTOR_PRICED, SELECTOR_TOP };
	uint64_t seed = test_seed("selector");
	size_t near = 0;

	(void)state;
	for (unsigned i = 0; i < 120; i++)
		near +=
		    one_walk(seed + i, i % 3 == 0 ? IP_V6 : IP_V4, algorithms[i % 4], i % 8 >= 4);
	assert_true(near > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
