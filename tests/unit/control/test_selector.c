/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every algorithm behind one interface, through the plan, against the slow oracle: routes that
 * come, go and change, traffic, capacities that change, stale input, restarts that adopt what is
 * held, both families, both kinds of default, with guards and without, with made-up prefixes and
 * without. After every single operation each address has its old next hop, its new one or the
 * default, and no more entries are held than fit. Plans are paced or not; after a paced one all is
 * right, too, if not as good as it may be.
 *
 * Then `priced` in steps, while all that may change does so between any two slices of its work.
 * What it has decided by then is what it would decide if it had been made at that moment.
 */
#include "tests/unit/control/selector_world.h"

#include <stdlib.h>

#include "control/select/plan.h"
#include "control/select/priced_state.h"
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
	size_t most = w->capacity, held = installed_used(w->held), left;
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
		assert_true(installed_used(w->held) <= most);
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

/* What a part of a tree knows of traffic and of what is held, into another tree. */
static void
copy_below(const struct priced *p, const struct pnode *n, struct priced *to)
{
	struct ip_prefix at = pnode_prefix(&p->tree, n);

	if (n->never)
		return;
	if (n->weight > 0)
		priced_set_weight(to, &at, n->weight);
	if (n->ent != ACTION_NONE)
		assert_true(priced_program(to, &at, n->ent));
	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] != NULL)
			copy_below(p, n->child[b], to);
}

static void
assert_same_entries(const struct priced *a, const struct priced *b)
{
	struct priced_table x, y;

	priced_table_init(&x);
	priced_table_init(&y);
	priced_table_entries(a, &x);
	priced_table_entries(b, &y);
	assert_int_equal(x.n, y.n);
	for (size_t i = 0; i < x.n; i++) {
		assert_true(prefix_equal(&x.entries[i].prefix, &y.entries[i].prefix));
		assert_int_equal(x.entries[i].action, y.entries[i].action);
	}
	priced_table_fini(&x);
	priced_table_fini(&y);
}

/* Between passes the decision is that of a tree made afresh that knows the same; true where that
 * could be told. */
static bool
check_fresh(struct world *w, const struct select_input *in)
{
	struct selector *s = w->selector;
	struct priced *p = s->priced, *fresh;

	if (p == NULL)
		return false;
	assert_true(!priced_is_readable(p) || priced_is_solved(p));
	if (!priced_is_readable(p) || p->pass.stage != PASS_NONE || w->filled ||
	    !selector_is_made(s, in, &w->context))
		return false;
	priced_update(p);
	fresh = priced_new(&s->made_for);
	feed_lists(fresh, in);
	copy_below(p, p->tree.root, fresh);
	priced_set_eta(fresh, p->config.eta_permille);
	priced_set_keep(fresh, p->keep);
	priced_set_exact_price(fresh, p->exact_permille);
	priced_solve(fresh, p->price);
	assert_same_entries(p, fresh);
	priced_free(fresh);
	return true;
}

/* What an operator, the clock or the table may change in between any two steps. */
struct wild {
	struct slots slots;
	struct ip_prefix always[2], never[2];
	size_t n_always, n_never;
	bool stale, made;
};

static void
other_slots(struct world *w, struct wild *x, struct rng *r)
{
	x->slots = slots_plain;
	if (rng_below(r, 2) == 0)
		x->slots.of[1 + rng_below(r, 64)] = 2;
	if (rng_below(r, 2) == 0) {
		x->slots.exact_len = (uint8_t)(1 + rng_below(r, 32));
		x->slots.exact_room = (uint32_t)rng_below(r, 10);
		if (rng_below(r, 2) == 0)
			x->slots.of[x->slots.exact_len] = SLOTS_NEVER;
	}
	w->slots = &x->slots;
	installed_set_slots(w->held, w->slots);
}

static void
other_lists(struct world *w, struct wild *x, struct rng *r)
{
	x->n_always = w->oracle.n > 0 ? rng_below(r, 3) : 0;
	x->n_never = w->oracle.n > 0 ? rng_below(r, 3) : 0;
	for (size_t i = 0; i < x->n_always; i++)
		x->always[i] = w->oracle.entries[rng_below(r, w->oracle.n)].prefix;
	for (size_t i = 0; i < x->n_never; i++)
		x->never[i] = prefix_random(
		    r, w->family, &w->oracle.entries[rng_below(r, w->oracle.n)].prefix);
}

static void
other_terms(struct world *w, struct wild *x, struct rng *r)
{
	struct selector_context *c = &w->context;

	switch (rng_below(r, 50)) {
	case 0:
		c->budget = rng_below(r, 6) == 0 ? 0 : 1 + rng_below(r, 1 + rng_below(r, 200));
		break;
	case 1: c->default_attrs = c->default_attrs == ATTRS_NONE ? w->hop[0] : ATTRS_NONE; break;
	case 2: c->routes_only ^= true; break;
	case 3: w->capacity = 1 + rng_below(r, 24); break;
	case 4: /* a restart that adopts */
		selector_free(w->selector);
		w->selector = selector_new(SELECTOR_PRICED);
		break;
	case 5: w->min_rate_bps = 0.5 * (double)rng_below(r, 2); break;
	case 6: other_lists(w, x, r); break;
	case 7: other_slots(w, x, r); break;
	case 8: traffic_set_tau(w->traffic, 1 + (double)rng_below(r, 100), w->now); break;
	case 9: w->now = mono_add_ms(w->now, 1000 * (int64_t)rng_below(r, 60)); break;
	case 10: c->tau_s = 20 * (double)rng_below(r, 2); break;
	case 11: c->eta_permille = 200 * (unsigned)rng_below(r, 2); break;
	default: x->stale ^= rng_below(r, 8) == 0; break;
	}
}

static void
wild_step(struct world *w, struct wild *x, const struct select_input *in, struct selection *wanted)
{
	const struct selector_context *c = &w->context;
	bool changed = w->n_changed > 0 || !x->made;

	if (c->budget == 0) {
		selector_run(w->selector, in, c, wanted);
	} else if (!selector_step(w->selector, in, c, changed, wanted)) {
		x->made &= !changed;
		return;
	}
	/* So small a tree may have been filled up. */
	w->filled = c->budget == 0 || 3 * traffic_count(w->traffic) < c->budget || w->filled;
	x->made = true;
	check_put(w, wanted);
	assert_true(
	    selection_slots(wanted, in->slots != NULL ? in->slots : &slots_plain) <= in->limit);
	carry_out(w, wanted);
	if (w->slices % 2 == 0)
		selector_note_held(w->selector, in, c);
}

static struct select_input
wild_input(const struct world *w, const struct wild *x)
{
	struct select_input in = input(w);

	in.keep = x->stale ? w->held : NULL;
	in.always = x->always;
	in.n_always = x->n_always;
	in.never = x->never;
	in.n_never = x->n_never;
	return in;
}

/* A step, a slice of work or a look, after some changes; true where the decision was that of a tree
 * made afresh. */
static bool
wild_round(struct world *w, struct wild *x, struct rng *r, struct selection *wanted)
{
	struct select_input in;

	if (w->n_changed == 0)
		forward_copy(&w->before, &w->oracle);
	other_terms(w, x, r);
	for (uint64_t n = rng_below(r, 2) * rng_below(r, 4); n > 0 && w->n_changed < 12; n--)
		change_route(w, r);
	for (uint64_t n = rng_below(r, 2) * rng_below(r, 12); n > 0; n--)
		sample(w, r);
	w->now = mono_add_ms(w->now, (int64_t)rng_below(r, 400));
	w->slices = (unsigned)rng_below(r, 8);
	in = wild_input(w, x);
	if (w->slices < 2)
		wild_step(w, x, &in, wanted);
	else if (w->slices < 6)
		(void)selector_work(w->selector, &in, &w->context);
	else if (!x->stale)
		(void)selector_look(w->selector, &in, &w->context);
	if (w->selector->steps.work == WORK_PASS)
		w->filled = false;
	return check_fresh(w, &in);
}

/* Gives in how many rounds the decision was that of a tree made afresh. */
static size_t
wild_walk(uint64_t seed, enum ip_family family, bool follow)
{
	struct rng r = rng_make(seed);
	struct wild x = { 0 };
	struct selection wanted;
	struct world w;
	size_t told = 0;

	world_init(&w, family, SELECTOR_PRICED, follow);
	selection_init(&wanted);
	w.capacity = 1 + rng_below(&r, 24);
	w.most = rng_below(&r, 2) == 0 ? SIZE_MAX : rng_below(&r, 5);
	w.context.routes_only = rng_below(&r, 4) == 0;
	w.context.budget = 1 + rng_below(&r, 1 + rng_below(&r, 200));
	for (int round = 0; round < 200; round++)
		told += wild_round(&w, &x, &r, &wanted);
	selection_fini(&wanted);
	world_fini(&w);
	return told;
}

/* Everything that may change does so between any two slices of work. */
static void
test_wild(void **state)
{
	uint64_t seed = test_seed("selector wild");
	size_t told = 0;

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		told += wild_walk(seed + i, i % 3 == 0 ? IP_V6 : IP_V4, i % 8 >= 4);
	assert_true(told > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),
		cmocka_unit_test(test_wild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
