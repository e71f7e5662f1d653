/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The priced selection through changes of traffic, routes and prices: against itself made afresh,
 * or after another history.
 */
#include "tests/unit/control/priced_world.h"

static void
assert_same_table(const struct priced *a, const struct priced *b)
{
	struct priced_table x, y;

	priced_table_init(&x);
	priced_table_init(&y);
	priced_table_get(a, &x);
	priced_table_get(b, &y);
	assert_int_equal(x.n, y.n);
	for (size_t i = 0; i < x.n; i++) {
		assert_true(prefix_equal(&x.entries[i].prefix, &y.entries[i].prefix));
		assert_int_equal(x.entries[i].action, y.entries[i].action);
		assert_int_equal(x.entries[i].id, y.entries[i].id);
	}
	assert_int_equal(x.covered, y.covered);
	assert_int_equal(x.total, y.total);
	assert_int_equal(priced_slots(a), priced_slots(b));
	priced_table_fini(&x);
	priced_table_fini(&y);
}

/* What is wanted just now is right, if it can be told, and each entry is there for a route. */
static void
assert_right(const struct small *s, struct priced *p)
{
	struct fib_route table[2 << DEPTH];
	struct verify_result result;
	struct priced_table t;

	if (!priced_is_readable(p))
		return;
	priced_update(p);
	priced_table_init(&t);
	priced_table_entries(p, &t);
	for (size_t i = 0; i < t.n; i++) {
		table[i] = (struct fib_route){ .prefix = t.entries[i].prefix,
			.action = t.entries[i].action };
		assert_true(
		    t.entries[i].id != RIB_NONE || table[i].action == s->config.default_action);
	}
	assert_true(
	    verify_rib(s->rib, IP_V4, s->config.default_action, table, t.n, false, &result));
	priced_table_fini(&t);
}

/* Weights and programmed entries that came and went, other prices, another order: the same table.
 */
static void
test_history(void **state)
{
	struct rng r = rng_make(test_seed("priced history"));
	struct small s;

	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		struct priced *fresh, *old;

		small_random(&s, &r, 5);
		small_restrict(&s, &r);
		fresh = priced_new(&s.config);
		old = priced_new(&s.config);
		for (unsigned k = 0; k < 60; k++) {
			struct ip_prefix at = small_prefix(1 + (unsigned)rng_below(&r, 63));

			priced_set_weight(old, &at, (int64_t)rng_below(&r, 500));
			if (rng_below(&r, 8) == 0) {
				priced_solve(old, 1 + (int64_t)rng_below(&r, 300));
				priced_set_programmed(old,
				    &(struct fib_route){ .prefix = at, .action = s.hop[1] }, 1);
			}
		}
		priced_begin_weights(old);
		give_weights(&s, old);
		give_weights(&s, fresh);
		for (unsigned k = 0; k < 3; k++) {
			int64_t price = 1 + (int64_t)rng_below(&r, 300);

			priced_solve(old, price);
			priced_solve(fresh, price);
			assert_same_table(old, fresh);
		}
		for (size_t limit = 1; limit < 30; limit += 9) {
			assert_int_equal(
			    priced_fit(old, limit, 1, 60), priced_fit(fresh, limit, 1, 60));
			priced_fill(old, limit);
			priced_fill(fresh, limit);
			assert_same_table(old, fresh);
			assert_right(&s, old);
		}
		priced_free(old);
		priced_free(fresh);
		small_fini(&s);
	}
}

/* A world at random with its traffic, nothing decided yet. */
static struct priced *
small_start(struct small *s, struct rng *r)
{
	struct priced *p;

	small_random(s, r, 5);
	small_restrict(s, r);
	p = priced_new(&s->config);
	give_weights(s, p);
	return p;
}

/* As one that is made anew and solved in full. */
static void
assert_like_fresh(const struct small *s, struct priced *p, int64_t price)
{
	struct priced *fresh = priced_new(&s->config);

	priced_set_keep(fresh, s->keep_held);
	give_weights(s, fresh);
	priced_solve(fresh, price);
	assert_same_table(p, fresh);
	assert_right(s, p);
	priced_free(fresh);
}

/* Incremental changes give what a full solve gives. */
static void
test_incremental(void **state)
{
	struct rng r = rng_make(test_seed("priced incremental"));
	struct small s;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct priced *p = small_start(&s, &r);
		int64_t price = 1 + (int64_t)rng_below(&r, 200);

		priced_solve(p, price);
		for (unsigned k = 0; k < 20; k++) {
			for (uint64_t m = 1 + rng_below(&r, 4); m > 0; m--) {
				unsigned n = 1 + (unsigned)rng_below(&r, 63);
				struct ip_prefix at = small_prefix(n);

				s.weight[n] =
				    rng_below(&r, 3) == 0 ? 0 : (int64_t)rng_below(&r, 600);
				priced_set_weight(p, &at, s.weight[n]);
			}
			priced_update(p);
			assert_like_fresh(&s, p, price);
		}
		priced_free(p);
		small_fini(&s);
	}
}

/* Announce, withdraw or change the route of a random place. */
static struct ip_prefix
small_change_route(struct small *s, struct rng *r)
{
	unsigned n = 1 + (unsigned)rng_below(r, (2u << s->depth) - 1);
	struct ip_prefix p = small_prefix(n);

	if (s->route[n] != ACTION_NONE && rng_below(r, 2) == 0) {
		rib_withdraw(s->rib, &p, 0, 0);
		s->route[n] = ACTION_NONE;
	} else {
		uint32_t hop = (uint32_t)rng_below(r, HOPS);

		hop_announce(s->rib, &p, hop);
		s->route[n] = s->hop[hop];
	}
	for (n = 1; n < 2u << s->depth; n++)
		s->act[n] = s->route[n] != ACTION_NONE ? s->route[n]
			    : n > 1                    ? s->act[n / 2]
						       : s->config.default_action;
	return p;
}

/* Routes that come, go and change between updates, with traffic and hysteresis. */
static void
test_route_changes(void **state)
{
	struct rng r = rng_make(test_seed("priced route changes"));
	struct small s;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct priced *p = small_start(&s, &r);
		int64_t price = 1 + (int64_t)rng_below(&r, 200);

		priced_solve(p, price);
		for (unsigned k = 0; k < 20; k++) {
			for (uint64_t m = 1 + rng_below(&r, 3); m > 0; m--) {
				unsigned n = 1 + (unsigned)rng_below(&r, 63);
				struct ip_prefix at = small_change_route(&s, &r);

				priced_route_changed(p, &at);
				at = small_prefix(n);
				s.weight[n] = (int64_t)rng_below(&r, 300);
				priced_set_weight(p, &at, s.weight[n]);
			}
			if (rng_below(&r, 4) == 0) {
				price = 1 + (int64_t)rng_below(&r, 200);
				priced_solve(p, price);
			} else {
				priced_update(p);
			}
			assert_like_fresh(&s, p, price);
		}
		priced_free(p);
		small_fini(&s);
	}
}

/* Entries alone, against all of the table. */
static void
assert_same_entries(const struct priced *p)
{
	struct priced_table all, entries;

	priced_table_init(&all);
	priced_table_init(&entries);
	priced_table_get(p, &all);
	priced_table_entries(p, &entries);
	assert_int_equal(entries.n, all.n);
	for (size_t i = 0; i < all.n; i++) {
		const struct priced_entry *x = &all.entries[i], *y = &entries.entries[i];

		assert_true(prefix_equal(&x->prefix, &y->prefix));
		assert_int_equal(x->action, y->action);
		assert_int_equal(x->kind, y->kind);
		assert_int_equal(x->id, y->id);
		assert_int_equal(x->weight, y->weight);
		assert_int_equal(x->places, y->places);
	}
	priced_table_fini(&all);
	priced_table_fini(&entries);
}

/* What may come between two slices, and asks for no other pass. */
static void
small_disturb(struct small *s, struct priced *p, struct rng *r)
{
	if (rng_below(r, 4) == 0) {
		struct ip_prefix at = small_change_route(s, r);

		priced_route_changed(p, &at);
	}
	if (rng_below(r, 8) == 0) {
		unsigned n = 2 + (unsigned)rng_below(r, 62);

		s->held[n] = rng_below(r, 2) ? ACTION_NONE : s->act[n];
		give_held(s, p);
	}
	if (rng_below(r, 3) == 0)
		assert_right(s, p);
}

/* In slices, with routes and entries that change in between: right at every moment, and at the end
 * what a full solve gives. Some passes are given up for another one, or for a solve at once. */
static void
test_slices(void **state)
{
	struct rng r = rng_make(test_seed("priced slices"));
	struct small s;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct priced *p = small_start(&s, &r);

		for (unsigned k = 0; k < 8; k++) {
			int64_t price = 1 + (int64_t)rng_below(&r, 200);
			unsigned left = rng_below(&r, 3) == 0 ? (unsigned)rng_below(&r, 12) : 1000;
			unsigned eta = (unsigned)rng_below(&r, 2) * 300;
			bool keep = rng_below(&r, 3) == 0;

			if (rng_below(&r, 2) == 0) {
				priced_pass_weights(p);
				for (unsigned n = 1; n < 2u << s.depth; n++)
					if (rng_below(&r, 2) == 0)
						s.weight[n] = (int64_t)rng_below(&r, 600);
				give_weights(&s, p);
				assert_right(&s, p);
				small_disturb(&s, p, &r);
			}
			priced_pass_start(p, price, eta, keep);
			while (left > 0 && priced_pass(p, 1 + (size_t)rng_below(&r, 8))) {
				small_disturb(&s, p, &r);
				left--;
			}
			s.config.eta_permille = eta;
			s.keep_held = keep;
			if (left == 0) {
				s.keep_held ^= rng_below(&r, 2) == 0;
				priced_set_keep(p, s.keep_held);
				small_disturb(&s, p, &r);
				if (rng_below(&r, 2) == 0)
					continue;
				priced_solve(p, price);
			}
			assert_like_fresh(&s, p, price);
			assert_same_entries(p);
		}
		priced_free(p);
		small_fini(&s);
	}
}

/* What is programmed at the optimum stays the optimum: committing a solution changes nothing. */
static void
test_hysteresis_settles(void **state)
{
	struct rng r = rng_make(test_seed("priced hysteresis"));
	struct small s;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct priced_table t;
		struct fib_route held[2 << DEPTH];
		struct priced *p;
		int64_t price = 1 + (int64_t)rng_below(&r, 300);

		small_random(&s, &r, 5);
		s.config.eta_permille = 300;
		p = priced_new(&s.config);
		give_weights(&s, p);
		priced_solve(p, price);
		priced_table_init(&t);
		priced_table_get(p, &t);
		for (size_t i = 0; i < t.n; i++)
			held[i] = (struct fib_route){ .prefix = t.entries[i].prefix,
				.action = t.entries[i].action };
		priced_set_programmed(p, held, t.n);
		for (unsigned k = 0; k < 2; k++) {
			struct priced_table again;

			if (k == 0)
				priced_update(p);
			else
				priced_solve(p, price + price / 5);
			priced_table_init(&again);
			priced_table_get(p, &again);
			if (k == 0) {
				assert_int_equal(again.n, t.n);
				for (size_t i = 0; i < t.n; i++)
					assert_true(prefix_equal(
					    &again.entries[i].prefix, &t.entries[i].prefix));
			}
			priced_table_fini(&again);
		}
		priced_table_fini(&t);
		priced_free(p);
		small_fini(&s);
	}
}

/* A few routes at the top of IPv4, in a RIB of their own. */
struct few {
	struct attrs_table *attrs;
	struct rib *rib;
	struct priced_config config;
};

static void
few_init(struct few *f)
{
	f->attrs = attrs_table_new(1);
	f->rib = rib_new(f->attrs);
	f->config = (struct priced_config){ .rib = f->rib,
		.default_action = ACTION_PUNT,
		.guards = true,
		.synthetic = true,
		.min_length = 1 };
}

static void
few_fini(struct few *f)
{
	rib_free(f->rib);
	attrs_table_free(f->attrs);
}

static struct ip_prefix
few_prefix(unsigned at, uint8_t len)
{
	return (struct ip_prefix){ .hi = (uint64_t)at << 56, .len = len };
}

/* 32.0.0.0/3 is hidden by its more-specifics, which are all alike. It is worth the same whether or
 * not one of them was a place of traffic before. */
static void
test_hidden(void **state)
{
	struct ip_prefix p[] = { few_prefix(0, 2), few_prefix(32, 3), few_prefix(32, 5),
		few_prefix(40, 5), few_prefix(48, 4) };
	struct priced *old, *fresh;
	struct few f;

	(void)state;
	few_init(&f);
	f.config.synthetic = false;
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		hop_announce(f.rib, &p[i], i == 1 ? 3 : 2);
	old = priced_new(&f.config);
	fresh = priced_new(&f.config);
	for (size_t i = 0; i < 2; i++) {
		struct priced *to = i == 0 ? old : fresh;

		priced_set_weight(to, &p[0], 361);
		if (to == old)
			priced_set_weight(to, &p[2], 100);
		priced_set_weight(to, &p[1], 546);
		priced_set_weight(to, &p[3], 185);
		priced_solve(to, 17);
	}
	priced_set_weight(old, &p[2], 0);
	priced_update(old);
	assert_same_table(old, fresh);
	priced_free(old);
	priced_free(fresh);
	few_fini(&f);
}

/* The same of 224.0.0.0/3, inside a route with the action of its more-specifics: that is enough. */
static void
test_hidden_inside(void **state)
{
	struct ip_prefix p[] = { few_prefix(192, 2), few_prefix(224, 3), few_prefix(224, 4),
		few_prefix(240, 5), few_prefix(248, 5) };
	struct priced *old;
	struct few f;

	(void)state;
	few_init(&f);
	f.config.synthetic = false;
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		hop_announce(f.rib, &p[i], i == 1 ? 0 : 2);
	old = priced_new(&f.config);
	priced_set_weight(old, &p[0], 1000);
	for (size_t i = 1; i < ARRAY_LEN(p); i++) {
		priced_set_weight(old, &p[i], 100);
		priced_solve(old, 17);
		priced_set_weight(old, &p[i], 0);
		priced_update(old);
		assert_int_equal(priced_entries(old), 1);
	}
	priced_free(old);
	few_fini(&f);
}

/* Entries only at routes, and 64.0.0.0/4 is never to have one of its own: a guard in 0.0.0.0/1 it
 * can have, as long as it is a route. */
static void
test_never_is_route(void **state)
{
	struct ip_prefix all = few_prefix(0, 1), never = few_prefix(64, 4);
	struct priced *old;
	struct few f;

	(void)state;
	few_init(&f);
	f.config.synthetic = false;
	hop_announce(f.rib, &all, 3);
	old = priced_new(&f.config);
	priced_never(old, &never);
	priced_set_weight(old, &all, 1000);
	priced_solve(old, 10);
	for (unsigned k = 0; k < 4; k++) {
		struct priced *fresh = priced_new(&f.config);

		priced_never(fresh, &never);
		priced_set_weight(fresh, &all, 1000);
		priced_solve(fresh, 10);
		assert_int_equal(priced_entries(fresh), k % 2 == 0 ? 0 : 2);
		assert_same_table(old, fresh);
		priced_free(fresh);
		if (k % 2 == 0)
			hop_announce(f.rib, &never, 2);
		else
			(void)rib_withdraw(f.rib, &never, 0, 0);
		priced_route_changed(old, &never);
		priced_update(old);
	}
	priced_free(old);
	few_fini(&f);
}

/* What is kept must be worth something there, in the eyes of a tree with a node for 112.0.0.0/4 and
 * of one without. */
static void
test_kept(void **state)
{
	struct ip_prefix p[] = { few_prefix(112, 5), few_prefix(64, 3), few_prefix(96, 4),
		few_prefix(64, 2), few_prefix(120, 5) };
	static const uint32_t hops[] = { 0, 0, 2, 3, 1 };
	struct ip_prefix inside = few_prefix(96, 3);
	uint32_t action;
	struct priced *old, *fresh;
	struct few f;

	(void)state;
	few_init(&f);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		hop_announce(f.rib, &p[i], hops[i]);
	action = rib_best_nexthop(f.rib, IP_V4, rib_lookup(f.rib, &p[0]));
	old = priced_new(&f.config);
	fresh = priced_new(&f.config);
	for (size_t i = 0; i < 2; i++) {
		struct priced *to = i == 0 ? old : fresh;

		assert_true(priced_program(to, &p[3], action));
		assert_true(priced_program(to, &inside, action));
		assert_true(priced_program(to, &p[2], ACTION_PUNT));
		priced_set_weight(to, &p[1], 500);
		priced_set_keep(to, true);
	}
	priced_set_weight(old, &p[0], 500);
	priced_solve(old, 174);
	priced_set_weight(old, &p[0], 0);
	priced_update(old);
	priced_solve(fresh, 174);
	assert_same_table(old, fresh);
	priced_free(old);
	priced_free(fresh);
	few_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_incremental),
		cmocka_unit_test(test_route_changes),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_hidden_inside),
		cmocka_unit_test(test_never_is_route),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_hysteresis_settles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
