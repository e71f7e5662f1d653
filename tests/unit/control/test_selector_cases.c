/* SPDX-License-Identifier: Apache-2.0 */
/* What `priced` chooses in tables made for it, one case a test. */
#include "tests/unit/control/selector_world.h"

#include "tests/support/prefixes.h"

static void
learn(struct world *w, const char *text, uint32_t hop, uint64_t bytes)
{
	struct ip_prefix p = prefix(text);

	rib_announce(w->rib, &p, 0, 0, w->hop[hop]);
	if (bytes > 0)
		traffic_add(w->traffic, rib_lookup(w->rib, &p), TRAFFIC_TO, bytes,
		    traffic_scale(w->traffic, w->now), w->now);
}

/* One of some routes beside each other, with different next hops. */
static void
learn_sixteen(struct world *w, unsigned i, uint64_t bytes)
{
	char text[PREFIX_TEXT_MAX];

	snprintf(text, sizeof(text), "10.%u.0.0/16", 10 * i);
	learn(w, text, 1 + i % 3, bytes);
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
		    i > 0 ? " " : "", prefix_format(&selection_at(&s, i)->prefix, buf),
		    selection_at(&s, i)->id == RIB_NONE ? "(guard)" : "");
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
			assert_false(prefix_contains(&never, &selection_at(&s, i)->prefix));
		in.never = NULL;
		in.n_never = 0;
		in.always = &never;
		in.n_always = 1;
		in.limit = 1;
		selector_run(w.selector, &in, &w.context, &s);
		assert_int_equal(s.n, 1);
		assert_true(prefix_equal(&selection_at(&s, 0)->prefix, &never));
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
				n += selection_at(&s, i)->prefix.len == 24;
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

/* The input goes stale in the middle of a pass, with so little left that there are no slices any
 * more: the RIB still rules, however far the pass came. */
static void
test_stale_in_a_pass(void **state)
{
	(void)state;
	for (unsigned slices = 0; slices < 16; slices++) {
		struct ip_prefix gone = prefix("10.0.0.0/16");
		struct selection s;
		struct world w;

		world_init(&w, IP_V4, SELECTOR_PRICED, false);
		selection_init(&s);
		w.capacity = 20;
		w.context.budget = 24;
		w.slices = 1000;
		for (unsigned i = 0; i < 12; i++)
			learn_sixteen(&w, i, 100000);
		run(&w, false, &s);
		w.now = mono_add_ms(w.now, 20000);
		run(&w, false, &s); /* nothing is new, and the next pass is due */
		w.slices = slices;
		w.now = mono_add_ms(w.now, 20000);
		run(&w, false, &s);
		assert_int_equal(s.n, 12);
		for (unsigned i = 5; i < 12; i++) {
			struct ip_prefix p = prefix_make(
			    IP_V4, (uint64_t)10 << 56 | (uint64_t)(10 * i) << 48, 0, 16);

			traffic_drop(w.traffic, rib_lookup(w.rib, &p));
		}
		run(&w, true, &s);
		rib_withdraw(w.rib, &gone, 0, 0);
		selector_route_changed(w.selector, w.rib, &gone);
		run(&w, true, &s);
		for (size_t i = 0; i < s.n; i++)
			assert_false(prefix_equal(&selection_at(&s, i)->prefix, &gone));
		assert_true(s.n >= 4);
		selection_fini(&s);
		world_fini(&w);
	}
}

/* With stale input a small tree is made, and soon made anew for another default: it knows the
 * traffic both times. */
static void
test_stale_made_anew(void **state)
{
	struct selection s;
	struct world w;

	(void)state;
	world_init(&w, IP_V4, SELECTOR_PRICED, false);
	selection_init(&s);
	w.capacity = 10;
	w.context.budget = 24;
	for (unsigned i = 0; i < 7; i++)
		learn_sixteen(&w, i, 100000);
	for (unsigned i = 0; i < 4; i++) {
		w.context.default_attrs = i % 2 == 0 ? w.hop[0] : ATTRS_NONE;
		for (unsigned k = 0; k < 2; k++) {
			run(&w, true, &s);
			assert_int_equal(s.n, 7);
		}
	}
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
	for (unsigned i = 0; i < 20; i++)
		learn_sixteen(&w, i, 100000 / (1 + i));
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
			installed_put(w.held, &selection_at(&before, i)->prefix,
			    selection_at(&before, i)->attrs, selection_at(&before, i)->covered,
			    w.now);
		for (struct ip_prefix at, *p = NULL;; p = &at) {
			const struct installed_entry *e = installed_next(w.held, &at, p == NULL);
			bool wanted = false;

			if (e == NULL)
				break;
			for (size_t i = 0; i < before.n; i++)
				wanted |=
				    prefix_equal(&selection_at(&before, i)->prefix, &e->prefix);
			if (!wanted)
				assert_true(installed_remove(w.held, &at));
		}
	}
	selector_free(w.selector);
	w.selector = selector_new(SELECTOR_PRICED);
	run(&w, false, &after);
	assert_int_equal(after.n, before.n);
	for (size_t i = 0; i < after.n; i++)
		assert_true(prefix_equal(
		    &selection_at(&after, i)->prefix, &selection_at(&before, i)->prefix));
	selection_fini(&before);
	selection_fini(&after);
	world_fini(&w);
}

/* What is held is what was wanted. */
static void
hold(struct world *w, const struct selection *wanted)
{
	struct ip_prefix at;

	for (const struct installed_entry *e = installed_next(w->held, &at, true); e != NULL;
	     e = installed_next(w->held, &at, false))
		if (selection_find(wanted, &at) == NULL)
			assert_true(installed_remove(w->held, &at));
	for (size_t i = 0; i < wanted->n; i++) {
		const struct select_entry *e = selection_at(wanted, i);

		installed_put(w->held, &e->prefix, e->attrs, e->covered, w->now);
	}
}

/* With "punt" the next hop of the table's default route is one like others: an entry with it is
 * held as firmly, also when the default's becomes another one. */
static void
test_next_hop_of_the_default(void **state)
{
	static const char *const held[] = { "10.0.0.0/8", "10.0.0.0/8", "192.0.2.0/24" };

	(void)state;
	for (uint32_t hop = 0; hop < 2; hop++) {
		struct selection s;
		struct world w;

		world_init(&w, IP_V4, SELECTOR_PRICED, false);
		selection_init(&s);
		w.capacity = 1;
		w.context.eta_permille = 300;
		learn(&w, "10.0.0.0/8", hop, 1000000);
		learn(&w, "192.0.2.0/24", 2, 900000);
		for (size_t i = 0; i < ARRAY_LEN(held); i++) {
			assert_wanted(&w, held[i]);
			run(&w, false, &s);
			hold(&w, &s);
			w.context.default_attrs = w.hop[i % 2];
			/* A tenth more, and then twice as much. */
			learn(&w, "192.0.2.0/24", 2, i == 0 ? 200000 : 1100000);
		}
		selection_fini(&s);
		world_fini(&w);
	}
}

/* Many routes of one next hop and of others, some inside others. */
static void
learn_many(struct world *w, struct rng *r)
{
	for (unsigned i = 0; i < 600; i++) {
		char text[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "%u.%u.%u.0/%u", 20 + (unsigned)rng_below(r, 4),
		    (unsigned)rng_below(r, 4), (unsigned)rng_below(r, 16) * 16,
		    rng_below(r, 4) == 0 ? 20 : 24);
		learn(w, text, (uint32_t)rng_below(r, HOPS), 20000000 / (i + 1));
	}
	learn(w, "0.0.0.0/0", 0, 0);
}

/* Frozen by stale input nothing moves, and nothing is decided over and over, also where there is
 * room for less than there was: then that much goes, once. */
static void
test_stale_rests(void **state)
{
	struct rng r = rng_make(test_seed("selector frozen"));

	(void)state;
	for (size_t budget = 0; budget <= 50; budget += 50) {
		struct selector_status before, after;
		struct selection s;
		struct world w;
		double first = 0;

		world_init(&w, IP_V4, SELECTOR_PRICED, false);
		selection_init(&s);
		w.capacity = 100;
		w.context.budget = budget;
		w.slices = 10000;
		learn_many(&w, &r);
		for (int i = 0; i < 8; i++) {
			w.now = mono_add_ms(w.now, 1000);
			run(&w, false, &s);
			hold(&w, &s);
		}
		for (w.capacity = 100; w.capacity >= 50; w.capacity -= 50) {
			size_t moved = 0;

			for (int i = 0; i < 5; i++) {
				run(&w, true, &s);
				hold(&w, &s);
			}
			assert_true(s.n > w.capacity * 3 / 4);
			selector_status(w.selector, &before);
			for (int i = 0; i < 40; i++) {
				w.now = mono_add_ms(w.now, 1000);
				run(&w, true, &s);
				for (size_t k = 0; k < s.n; k++)
					moved += installed_get(
						     w.held, &selection_at(&s, k)->prefix) == NULL;
				moved += installed_count(w.held) != s.n;
				hold(&w, &s);
			}
			selector_status(w.selector, &after);
			if (moved > 0 || after.passes - before.passes > 5)
				fail_msg("budget %zu, room for %zu: %zu moved in %llu passes",
				    budget, w.capacity, moved,
				    (unsigned long long)(after.passes - before.passes));
			if (first <= 0)
				first = after.price_bps;
			if (after.price_bps > 4 * first)
				fail_msg("budget %zu, room for %zu: a price of %.0f was %.0f",
				    budget, w.capacity, after.price_bps, first);
		}
		selection_fini(&s);
		world_fini(&w);
	}
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
		cmocka_unit_test(test_stale_in_a_pass),
		cmocka_unit_test(test_stale_made_anew),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_restart_adopts),
		cmocka_unit_test(test_next_hop_of_the_default),
		cmocka_unit_test(test_stale_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
