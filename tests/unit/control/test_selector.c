/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every algorithm behind one interface, through the plan, against the slow oracle: routes that
 * come, go and change, traffic, capacities that change, stale input, restarts that adopt what is
 * held, both families, both kinds of default, with guards and without, with made-up prefixes and
 * without. After every single operation each address has its old next hop, its new one or the
 * default, and no more entries are held than fit. Plans are paced or not; after a paced one all is
 * right, too, if not as good as it may be.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "control/select/plan.h"
#include "control/select/selector_state.h"
#include "control/select/verify.h"
#include "tests/support/forwarding.h"
#include "tests/support/hops.h"
#include "tests/support/prefixes.h"

#define HOPS 4
#define T_S  10.0

struct world {
	enum ip_family family;
	struct attrs_table *attrs;
	struct rib *rib;
	struct traffic *traffic;
	struct installed *held;
	struct forward_table oracle, before, pushed;
	uint32_t hop[HOPS]; /* attribute sets; hop[0] is that of the default */
	struct selector *selector;
	struct selector_context context;
	struct mono now;
	size_t capacity;
	const struct slots *slots; /* NULL: one each */
	double min_rate_bps;
	unsigned slices;              /* of work after each step */
	struct ip_prefix changed[16]; /* routes, since the last plan */
	size_t n_changed;
	size_t most;  /* operations a plan that repair nothing */
	bool settled; /* what is held is what was wanted */
	size_t near;  /* choices and plans that looked at some places only */
};

static void
world_init(struct world *w, enum ip_family family, enum selector_kind algorithm, bool follow)
{
	memset(w, 0, sizeof(*w));
	w->family = family;
	w->attrs = attrs_table_new(1);
	w->rib = rib_new(w->attrs);
	w->traffic = traffic_new(T_S, mono_us(0));
	traffic_set_tau(w->traffic, T_S, mono_us(0));
	w->held = installed_new(family, w->attrs);
	forward_init(&w->oracle);
	forward_init(&w->before);
	forward_init(&w->pushed);
	for (uint32_t h = 0; h < HOPS; h++)
		w->hop[h] = hop_attrs(w->attrs, h);
	w->selector = selector_new(algorithm);
	w->context = (struct selector_context){ .held = w->held,
		.default_attrs = w->hop[0],
		.follow = follow,
		.samples_per_s = 100,
		.bytes_per_sample = 1000 };
	w->now = mono_us(1000000);
	w->min_rate_bps = 0.5;
}

static void
world_fini(struct world *w)
{
	selector_free(w->selector);
	installed_free(w->held);
	traffic_free(w->traffic);
	rib_free(w->rib);
	for (uint32_t h = 0; h < HOPS; h++)
		attrs_unref(w->attrs, w->hop[h]);
	attrs_table_free(w->attrs);
	forward_fini(&w->oracle);
	forward_fini(&w->before);
	forward_fini(&w->pushed);
}

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

static struct select_input
input(const struct world *w)
{
	return (struct select_input){ .rib = w->rib,
		.traffic = w->traffic,
		.family = w->family,
		.now = w->now,
		.limit = w->capacity,
		.slots = w->slots,
		.direction = TRAFFIC_TO,
		.min_rate_bps = w->min_rate_bps,
		.min_length = 1,
		.include_covered = true,
		.prune_covered = true };
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

/* What was put where something had changed is all of the decision. */
static void
check_put(struct world *w, const struct selection *wanted)
{
	struct priced_table whole;
	size_t n;

	if (selector_changed(w->selector, &n) == NULL)
		return;
	priced_table_init(&whole);
	priced_table_entries(w->selector->priced, &whole);
	assert_int_equal(whole.n, wanted->n);
	for (size_t i = 0; i < whole.n; i++) {
		const struct select_entry *e = &wanted->entries[i];

		assert_true(prefix_equal(&e->prefix, &whole.entries[i].prefix));
		assert_int_equal(e->synthetic, whole.entries[i].kind == PRICED_SYNTHETIC);
		assert_int_equal(e->id == RIB_NONE,
		    whole.entries[i].action == w->selector->made_for.default_action);
		if (e->id == RIB_NONE)
			continue;
		assert_int_equal(attrs_nexthop(w->attrs, e->attrs), whole.entries[i].action);
		assert_int_equal(e->attrs, rib_best_attrs(w->rib, w->family, e->id));
	}
	priced_table_fini(&whole);
}

static void
run(struct world *w, bool stale, struct selection *wanted)
{
	struct select_input in = input(w);

	if (stale)
		in.keep = w->held;
	if (w->slices % 2 == 0)
		(void)selector_look(w->selector, &in, &w->context);
	if (w->context.budget == 0) {
		selector_run(w->selector, &in, &w->context, wanted);
	} else {
		/* Until there is an answer to what the routes are now. */
		while (!selector_step(w->selector, &in, &w->context, true, wanted))
			(void)selector_work(w->selector, &in, &w->context);
		check_put(w, wanted);
		for (unsigned n = w->slices; n > 0; n--)
			(void)selector_work(w->selector, &in, &w->context);
	}
	selection_sort_by_prefix(wanted);
	assert_true(
	    selection_slots(wanted, in.slots != NULL ? in.slots : &slots_plain) <= in.limit);
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

static void
learn(struct world *w, const char *text, uint32_t hop, uint64_t bytes)
{
	struct ip_prefix p = prefix(text);

	rib_announce(w->rib, &p, 0, 0, w->hop[hop]);
	if (bytes > 0)
		traffic_add(w->traffic, rib_lookup(w->rib, &p), TRAFFIC_TO, bytes,
		    traffic_scale(w->traffic, w->now), w->now);
}

static void
assert_wanted(struct world *w, const char *expected)
{
	struct selection s;
	char text[1024] = "", buf[PREFIX_TEXT_MAX];

	selection_init(&s);
	run(w, false, &s);
	for (size_t i = 0; i < s.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s",
		    i > 0 ? " " : "", prefix_format(&s.entries[i].prefix, buf),
		    s.entries[i].id == RIB_NONE ? "(guard)" : "");
	assert_string_equal(text, expected);
	selection_fini(&s);
}

/* Each of the five things it can do, once. */
static void
test_repertoire(void **state)
{
	struct world w;
	struct ip_prefix never = prefix("203.0.113.0/24");

	(void)state;
	world_init(&w, IP_V4, SELECTOR_PRICED, false);
	w.capacity = 6;
	learn(&w, "10.0.0.0/8", 1, 500000); /* install, */
	learn(&w, "10.1.2.0/24", 2, 0);     /* with a guard over both of these */
	learn(&w, "10.1.3.0/24", 3, 0);
	learn(&w, "10.9.0.0/16", 1, 1000);   /* (has the same next hop: skip) */
	learn(&w, "192.0.2.0/25", 3, 70000); /* aggregate */
	learn(&w, "192.0.2.128/25", 3, 70000);
	learn(&w, "203.0.113.0/24", 2, 80000);
	assert_wanted(&w, "10.0.0.0/8 10.1.2.0/23(guard) 192.0.2.0/24 203.0.113.0/24");
	selector_free(w.selector);
	w.selector = selector_new(SELECTOR_PRICED);
	w.capacity = 2;
	assert_wanted(&w, "10.0.0.0/8 10.1.2.0/23(guard)"); /* earns more than the others do */
	w.capacity = 1;
	assert_wanted(&w, "192.0.2.0/24"); /* the /8 alone would hide something */
	{
		struct select_input in = input(&w);
		struct selection s;

		in.limit = 6;
		in.never = &never;
		in.n_never = 1;
		selection_init(&s);
		selector_run(w.selector, &in, &w.context, &s);
		for (size_t i = 0; i < s.n; i++)
			assert_false(prefix_contains(&never, &s.entries[i].prefix));
		in.never = NULL;
		in.n_never = 0;
		in.always = &never;
		in.n_always = 1;
		in.limit = 1;
		selector_run(w.selector, &in, &w.context, &s);
		assert_int_equal(s.n, 1);
		assert_true(prefix_equal(&s.entries[0].prefix, &never));
		selection_fini(&s);
	}
	world_fini(&w);
}

/* 60 active prefixes and room for 10,000: each is in, and leaves when its traffic is over. */
static void
test_almost_empty(void **state)
{
	struct selection s;
	struct world w;

	(void)state;
	world_init(&w, IP_V4, SELECTOR_PRICED, false);
	selection_init(&s);
	w.capacity = 10000;
	for (unsigned i = 0; i < 60; i++) {
		char text[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "%u.%u.0.0/16", 20 + i, i);
		learn(&w, text, 1 + i % 3, 1000);
	}
	run(&w, false, &s);
	assert_int_equal(s.n, 60);
	w.now = mono_add_ms(w.now, 40000);
	for (unsigned i = 0; i < 10; i++) {
		char text[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "%u.%u.0.0/16", 20 + i, i);
		learn(&w, text, 1 + i % 3, 1000);
	}
	run(&w, false, &s);
	assert_int_equal(s.n, 60);
	w.now = mono_add_ms(w.now, 30000);
	run(&w, false, &s);
	assert_int_equal(s.n, 10);
	selection_fini(&s);
	world_fini(&w);
}

/* More room, less room, or another least rate by a reload: the price is far off, and is found
 * within some passes, not by a fifth every ten seconds. At once, or in steps. */
static void
test_asked_anew(void **state)
{
	static const struct {
		size_t capacity;
		double min_rate_bps;
		size_t least, most;
	} asked[] = { { 2, 0.5, 1, 2 }, { 190, 0.5, 180, 190 }, { 5, 0.5, 4, 5 },
		{ 190, 1e5, 10, 90 }, { 190, 0.5, 180, 190 } };

	(void)state;
	for (size_t budget = 0; budget <= 50; budget += 50) {
		struct selection s;
		struct world w;

		world_init(&w, IP_V4, SELECTOR_PRICED, false);
		selection_init(&s);
		w.context.budget = budget;
		for (unsigned i = 0; i < 200; i++) {
			char text[PREFIX_TEXT_MAX];

			snprintf(text, sizeof(text), "%u.%u.0.0/16", 20 + i % 50, i / 50 * 2);
			learn(&w, text, 1 + i % 3, 20000000 / (i + 1));
		}
		for (size_t k = 0; k < ARRAY_LEN(asked); k++) {
			w.capacity = asked[k].capacity;
			w.min_rate_bps = asked[k].min_rate_bps;
			w.slices = 10000;
			run(&w, false, &s);
			run(&w, false, &s);
			if (s.n < asked[k].least || s.n > asked[k].most)
				fail_msg("budget %zu, question %zu: %zu entries", budget, k, s.n);
		}
		selection_fini(&s);
		world_fini(&w);
	}
}

/* Routes of a single address have no halves. */
static void
test_host_routes(void **state)
{
	static const char *const hosts[IP_FAMILIES] = { "192.0.2.1/32", "2001:db8::1/128" };

	(void)state;
	for (int f = 0; f < IP_FAMILIES; f++) {
		struct selection s;
		struct world w;

		world_init(&w, (enum ip_family)f, SELECTOR_PRICED, false);
		selection_init(&s);
		w.context.routes_only = true;
		w.capacity = 10;
		learn(&w, f == IP_V4 ? "192.0.2.0/24" : "2001:db8::/32", 1, 1000);
		learn(&w, hosts[f], 2, 1000);
		run(&w, false, &s);
		assert_int_equal(s.n, 2);
		selection_fini(&s);
		world_fini(&w);
	}
}

/* A table for one length only, which fits nowhere else: each of the two is filled, and neither
 * empties the other when there is too much for it. */
static void
test_exact_only(void **state)
{
	struct slots slots = slots_plain;

	(void)state;
	slots.exact_len = 24;
	slots.of[24] = SLOTS_NEVER;
	for (size_t budget = 0; budget <= 50; budget += 50) {
		struct selection s;
		struct world w;

		world_init(&w, IP_V4, SELECTOR_PRICED, false);
		selection_init(&s);
		w.context.budget = budget;
		w.context.routes_only = true;
		w.slots = &slots;
		w.capacity = 60;
		w.slices = 10000;
		for (unsigned i = 0; i < 400; i++) {
			char text[PREFIX_TEXT_MAX];

			snprintf(text, sizeof(text), "%u.%u.0.0/%u", 20 + i % 100, i / 100 * 2,
			    i % 4 == 0 ? 16 : 24);
			learn(&w, text, 1 + i % 3, 20000000 / (i + 1));
		}
		for (unsigned room = 100; room >= 10; room /= 3) {
			size_t n = 0;

			slots.exact_room = room;
			for (int i = 0; i < 3; i++)
				run(&w, false, &s);
			for (size_t i = 0; i < s.n; i++)
				n += s.entries[i].prefix.len == 24;
			if (n < room * 9 / 10 || n > room || s.n - n < 55)
				fail_msg(
				    "budget %zu, room for %u: %zu of %zu", budget, room, n, s.n);
		}
		selection_fini(&s);
		world_fini(&w);
	}
}

/* Stale input: no traffic for longer than it lives, and everything stays; the RIB still rules. */
static void
test_stale_keeps(void **state)
{
	struct ip_prefix gone = prefix("192.0.2.0/24");
	struct selection s;
	struct world w;

	(void)state;
	world_init(&w, IP_V4, SELECTOR_PRICED, false);
	selection_init(&s);
	w.capacity = 10;
	learn(&w, "10.0.0.0/8", 1, 500000);
	learn(&w, "192.0.2.0/24", 2, 500000);
	run(&w, false, &s);
	assert_int_equal(s.n, 2);
	w.now = mono_add_ms(w.now, 10000000);
	run(&w, true, &s);
	assert_int_equal(s.n, 2);
	rib_withdraw(w.rib, &gone, 0, 0);
	selector_route_changed(w.selector, w.rib, &gone);
	run(&w, true, &s);
	assert_int_equal(s.n, 1);
	run(&w, false, &s);
	assert_int_equal(s.n, 0);
	selection_fini(&s);
	world_fini(&w);
}

/* Looks until all that was sampled is known: would another choice be made? */
static bool
look(struct world *w)
{
	struct select_input in = input(w);

	if (selector_look(w->selector, &in, &w->context))
		return true;
	if (!selector_is_working(w->selector))
		return false;
	while (selector_work(w->selector, &in, &w->context))
		;
	return selector_has_news(w->selector);
}

/* Between two steps what was sampled counts, and nothing comes of what changes nothing. */
static void
test_look(void **state)
{
	struct ip_prefix cold = prefix("192.0.2.0/24");
	struct selection s;
	struct world w;

	(void)state;
	world_init(&w, IP_V4, SELECTOR_PRICED, false);
	selection_init(&s);
	w.capacity = 10;
	w.context.budget = 3;
	w.slices = 1000;
	for (unsigned i = 0; i < 20; i++) {
		char text[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "10.%u.0.0/16", 10 * i);
		learn(&w, text, 1 + i % 3, 100000 / (1 + i));
	}
	learn(&w, "192.0.2.0/24", 1, 0);
	for (unsigned i = 0; i < 3; i++) {
		w.now = mono_add_ms(w.now, 1000);
		run(&w, false, &s);
	}
	assert_in_range(s.n, 1, 10);
	assert_null(selection_find(&s, &cold));
	assert_false(look(&w));
	w.now = mono_add_ms(w.now, 250);
	learn(&w, "10.0.0.0/16", 1, 1000); /* is in already */
	assert_false(look(&w));
	w.now = mono_add_ms(w.now, 250);
	learn(&w, "192.0.2.0/24", 1, 1000000);
	assert_true(look(&w));
	run(&w, false, &s);
	assert_non_null(selection_find(&s, &cold));
	selection_fini(&s);
	world_fini(&w);
}

/* A restart that finds a full table adopts it as it is, and goes on with it. */
static void
test_restart_adopts(void **state)
{
	struct rng r = rng_make(test_seed("selector restart"));
	struct selection before, after;
	struct world w;

	(void)state;
	world_init(&w, IP_V4, SELECTOR_PRICED, false);
	selection_init(&before);
	selection_init(&after);
	w.capacity = 100;
	for (unsigned i = 0; i < 300; i++) {
		char text[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "%u.%u.%u.0/24", 20 + (unsigned)rng_below(&r, 4),
		    (unsigned)rng_below(&r, 4), (unsigned)rng_below(&r, 64));
		learn(&w, text, 1 + (uint32_t)rng_below(&r, 3), 1000000 / (i + 1));
	}
	for (int round = 0; round < 3; round++) {
		run(&w, false, &before);
		assert_true(before.n >= 98);
		for (size_t i = 0; i < before.n; i++)
			installed_put(w.held, &before.entries[i].prefix, before.entries[i].attrs,
			    before.entries[i].covered, w.now);
		for (struct ip_prefix at, *p = NULL;; p = &at) {
			const struct installed_entry *e = installed_next(w.held, &at, p == NULL);
			bool wanted = false;

			if (e == NULL)
				break;
			for (size_t i = 0; i < before.n; i++)
				wanted |= prefix_equal(&before.entries[i].prefix, &e->prefix);
			if (!wanted)
				assert_true(installed_remove(w.held, &at));
		}
	}
	selector_free(w.selector);
	w.selector = selector_new(SELECTOR_PRICED);
	run(&w, false, &after);
	assert_int_equal(after.n, before.n);
	for (size_t i = 0; i < after.n; i++)
		assert_true(prefix_equal(&after.entries[i].prefix, &before.entries[i].prefix));
	selection_fini(&before);
	selection_fini(&after);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repertoire),
		cmocka_unit_test(test_almost_empty),
		cmocka_unit_test(test_asked_anew),
		cmocka_unit_test(test_host_routes),
		cmocka_unit_test(test_exact_only),
		cmocka_unit_test(test_stale_keeps),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_restart_adopts),
		cmocka_unit_test(test_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
