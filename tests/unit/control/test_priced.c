/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The priced selection on tables small enough to know the answer: against the enumeration of every
 * table with few entries, against the recursion written down plainly over the whole binary tree,
 * against itself after another history; and on random nested tables of both families against the
 * verifier.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "control/select/priced.h"
#include "ribtrie/rib.h"
#include "tests/support/prefixes.h"

#define DEPTH      6 /* bits of the small universe, at the top of IPv4 */
#define HOPS       4
#define IMPOSSIBLE (-(INT64_C(1) << 60))

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
};

static struct ip_prefix
small_prefix(unsigned node)
{
	unsigned len = 31 - (unsigned)__builtin_clz(node);
	uint64_t key = node ^ 1u << len;

	return prefix_make(IP_V4, len > 0 ? key << (64 - len) : 0, 0, len);
}

static unsigned
small_node(const struct ip_prefix *p)
{
	return 1u << p->len | (unsigned)(p->len > 0 ? p->hi >> (64 - p->len) : 0);
}

static uint32_t
hop_attrs(struct attrs_table *t, uint32_t hop)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + hop) };

	return attrs_intern(t, &attrs);
}

static void
announce(struct rib *rib, const struct ip_prefix *p, uint32_t hop)
{
	uint32_t id = hop_attrs(rib_attrs(rib), hop);

	rib_announce(rib, p, 0, 0, id);
	attrs_unref(rib_attrs(rib), id);
}

static void
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
			announce(s->rib, &p, hop);
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

static void
small_fini(struct small *s)
{
	rib_free(s->rib);
	for (uint32_t h = 0; h < HOPS; h++)
		attrs_unref(s->attrs, s->keep[h]);
	attrs_table_free(s->attrs);
}

static void
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

static void
give_weights(const struct small *s, struct priced *p)
{
	for (unsigned i = 1; i < 2u << s->depth; i++) {
		struct ip_prefix at = small_prefix(i);

		if (s->weight[i] > 0)
			priced_set_weight(p, &at, s->weight[i]);
	}
	give_held(s, p);
}

static int64_t
entry_cost(const struct small *s, unsigned node, uint32_t action, int64_t price)
{
	unsigned len = 31 - (unsigned)__builtin_clz(node);
	int64_t cost = price * (s->config.slots[len] > 0 ? s->config.slots[len] : 1);
	int64_t part = cost * s->config.eta_permille / 1000;

	if (len < s->config.min_length)
		return -IMPOSSIBLE;
	if (!s->config.guards && action == s->config.default_action)
		return -IMPOSSIBLE;
	if (!s->config.synthetic &&
	    (s->route[node] == ACTION_NONE ||
		(action != s->act[node] && action != s->config.default_action)))
		return -IMPOSSIBLE;
	return action == s->held[node] ? cost - part : cost + part;
}

/* V(root, default) over the whole tree, by the definition. */
static int64_t
plain_value(const struct small *s, int64_t price)
{
	int64_t v[2 << DEPTH][HOPS + 1];
	uint32_t action[HOPS + 1];

	memcpy(action, s->hop, sizeof(s->hop));
	action[HOPS] = s->config.default_action;
	for (unsigned n = (2u << s->depth) - 1; n > 0; n--) {
		int64_t best = IMPOSSIBLE;

		for (unsigned a = 0; a <= HOPS; a++) {
			bool leaf = n >= 1u << s->depth;

			v[n][a] = action[a] == s->act[n] ? s->weight[n] : 0;
			if (!leaf)
				v[n][a] += v[2 * n][a] + v[2 * n + 1][a];
			else if (action[a] != s->act[n] && action[a] != s->config.default_action)
				v[n][a] = IMPOSSIBLE;
			if (v[n][a] < IMPOSSIBLE)
				v[n][a] = IMPOSSIBLE;
		}
		for (unsigned a = 0; a <= HOPS; a++) {
			int64_t value = v[n][a] - entry_cost(s, n, action[a], price);

			best = value > best ? value : best;
		}
		for (unsigned a = 0; a <= HOPS; a++)
			v[n][a] = v[n][a] > best ? v[n][a] : best;
	}
	return v[1][HOPS];
}

/* What a table earns less what it costs; IMPOSSIBLE if it forwards anything wrongly. */
static int64_t
table_value(const struct small *s, const uint32_t *entry, int64_t price)
{
	uint32_t force[2 << DEPTH];
	int64_t value = 0;

	force[0] = s->config.default_action;
	for (unsigned n = 1; n < 2u << s->depth; n++) {
		force[n] = entry[n] != ACTION_NONE ? entry[n] : force[n / 2];
		if (entry[n] != ACTION_NONE)
			value -= entry_cost(s, n, entry[n], price);
		if (force[n] == s->act[n])
			value += s->weight[n];
		if (n >= 1u << s->depth && force[n] != s->act[n] &&
		    force[n] != s->config.default_action)
			return IMPOSSIBLE;
	}
	return value;
}

static void
table_to_array(const struct small *s, const struct priced_table *t, uint32_t *entry)
{
	for (unsigned n = 0; n < 2u << DEPTH; n++)
		entry[n] = ACTION_NONE;
	for (size_t i = 0; i < t->n; i++) {
		assert_true(t->entries[i].prefix.len <= s->depth);
		entry[small_node(&t->entries[i].prefix)] = t->entries[i].action;
	}
}

static int64_t
solved_value(const struct small *s, struct priced *p, int64_t price)
{
	struct priced_table t;
	uint32_t entry[2 << DEPTH];
	int64_t covered = 0, value;

	priced_table_init(&t);
	priced_table_get(p, &t);
	table_to_array(s, &t, entry);
	value = table_value(s, entry, price);
	assert_int_equal(priced_entries(p), t.n);
	for (size_t i = 0; i < t.n; i++)
		covered += t.entries[i].weight;
	assert_true(covered <= t.covered);
	priced_table_fini(&t);
	return value;
}

/* Against the recursion over all of the tree, with hysteresis, classes of slots and both defaults.
 */
static void
test_optimal(void **state)
{
	struct rng r = rng_make(test_seed("priced"));
	struct small s;

	(void)state;
	for (unsigned round = 0; round < 1500; round++) {
		unsigned depth = 2 + (unsigned)rng_below(&r, 4);
		struct priced *p;

		small_random(&s, &r, depth);
		p = priced_new(&s.config);
		give_weights(&s, p);
		for (unsigned k = 0; k < 4; k++) {
			int64_t price = 1 + (int64_t)rng_below(&r, k < 2 ? 20 : 600);
			int64_t value;

			priced_solve(p, price);
			value = solved_value(&s, p, price);
			assert_true(value > IMPOSSIBLE);
			assert_int_equal(value, plain_value(&s, price));
		}
		priced_free(p);
		small_fini(&s);
	}
}

/* An address at node n has the longest match that n itself has: not all of it is covered again. */
static bool
has_own_address(const struct small *s, unsigned n)
{
	if (n >= 1u << s->depth)
		return true;
	for (unsigned half = 2 * n; half <= 2 * n + 1; half++)
		if (s->route[half] == ACTION_NONE && has_own_address(s, half))
			return true;
	return false;
}

/* Where only routes may be entries, or nothing can be sent back to the default. With guards the
 * optimum is found, but for routes whose more-specifics leave nothing of them; without, idle parts
 * are put in as the RIB has them, which may be more than needed. */
static void
test_restricted(void **state)
{
	struct rng r = rng_make(test_seed("priced restricted"));
	struct small s;
	int64_t got = 0, best = 0;

	(void)state;
	for (unsigned round = 0; round < 1500; round++) {
		unsigned depth = 2 + (unsigned)rng_below(&r, 4);
		bool exact = true;
		struct priced *p;

		small_random(&s, &r, depth);
		memset(s.config.slots, 0, sizeof(s.config.slots));
		s.config.synthetic = round % 3 == 0;
		exact = s.config.guards = round % 3 == 1;
		for (unsigned n = 1; n < 2u << depth; n++) {
			if (has_own_address(&s, n))
				continue;
			s.weight[n] = 0;
			exact = exact && s.route[n] == ACTION_NONE;
		}
		p = priced_new(&s.config);
		give_weights(&s, p);
		for (unsigned k = 0; k < 4; k++) {
			int64_t price = 1 + (int64_t)rng_below(&r, k < 2 ? 20 : 600), value, most;

			priced_solve(p, price);
			value = solved_value(&s, p, price);
			most = plain_value(&s, price);
			assert_true(value > IMPOSSIBLE / 2);
			assert_true(value <= most);
			if (exact)
				assert_int_equal(value, most);
			got += value;
			best += most;
		}
		priced_free(p);
		small_fini(&s);
	}
	assert_true((double)got >= 0.98 * (double)best);
}

struct enumeration {
	const struct small *s;
	uint32_t entry[2 << DEPTH];
	int64_t price, best;
};

static void
enumerate(struct enumeration *e, unsigned from, unsigned left)
{
	int64_t value = table_value(e->s, e->entry, e->price);

	if (value > e->best)
		e->best = value;
	if (left == 0)
		return;
	for (unsigned n = from; n < 2u << e->s->depth; n++) {
		for (unsigned h = 0; h <= HOPS; h++) {
			e->entry[n] = h < HOPS ? e->s->hop[h] : e->s->config.default_action;
			enumerate(e, n + 1, left - 1);
		}
		e->entry[n] = ACTION_NONE;
	}
}

/* Against every table of at most three entries: nothing beats it, and where it needs no more than
 * three itself it is one of them. */
static void
test_enumeration(void **state)
{
	struct rng r = rng_make(test_seed("priced enumeration"));
	unsigned small_ones = 0;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		struct enumeration e;
		struct small s;
		struct priced *p;

		small_random(&s, &r, 3);
		e.s = &s;
		e.price = 1 + (int64_t)rng_below(&r, 400);
		e.best = IMPOSSIBLE;
		for (unsigned n = 0; n < 2u << DEPTH; n++)
			e.entry[n] = ACTION_NONE;
		p = priced_new(&s.config);
		give_weights(&s, p);
		priced_solve(p, e.price);
		enumerate(&e, 1, 3);
		assert_true(solved_value(&s, p, e.price) >= e.best);
		if (priced_entries(p) <= 3) {
			assert_int_equal(solved_value(&s, p, e.price), e.best);
			small_ones++;
		}
		priced_free(p);
		small_fini(&s);
	}
	assert_true(small_ones > 5);
}

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
		priced_free(old);
		priced_free(fresh);
		small_fini(&s);
	}
}

/* Incremental changes give what a full solve gives. */
static void
test_incremental(void **state)
{
	struct rng r = rng_make(test_seed("priced incremental"));
	struct small s;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct priced *p, *fresh;
		int64_t price;

		small_random(&s, &r, 5);
		p = priced_new(&s.config);
		give_weights(&s, p);
		price = 1 + (int64_t)rng_below(&r, 200);
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
			fresh = priced_new(&s.config);
			give_weights(&s, fresh);
			priced_solve(fresh, price);
			assert_same_table(p, fresh);
			priced_free(fresh);
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

		announce(s->rib, &p, hop);
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
		struct priced *p, *fresh;
		int64_t price;

		small_random(&s, &r, 5);
		p = priced_new(&s.config);
		give_weights(&s, p);
		price = 1 + (int64_t)rng_below(&r, 200);
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
			fresh = priced_new(&s.config);
			give_weights(&s, fresh);
			priced_solve(fresh, price);
			assert_same_table(p, fresh);
			priced_free(fresh);
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

/* What is wanted just now is right, if it can be told. */
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
	for (size_t i = 0; i < t.n; i++)
		table[i] = (struct fib_route){ .prefix = t.entries[i].prefix,
			.action = t.entries[i].action };
	assert_true(
	    verify_rib(s->rib, IP_V4, s->config.default_action, table, t.n, false, &result));
	priced_table_fini(&t);
}

/* In slices, with routes and entries that change in between: right at every moment, and at the end
 * what a full solve gives. */
static void
test_slices(void **state)
{
	struct rng r = rng_make(test_seed("priced slices"));
	struct small s;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct priced *p, *fresh;

		small_random(&s, &r, 5);
		s.config.guards = s.config.default_action != ACTION_PUNT || rng_below(&r, 3) > 0;
		s.config.synthetic = rng_below(&r, 4) > 0;
		p = priced_new(&s.config);
		give_weights(&s, p);
		for (unsigned k = 0; k < 8; k++) {
			int64_t price = 1 + (int64_t)rng_below(&r, 200);

			if (rng_below(&r, 2) == 0) {
				priced_pass_weights(p);
				for (unsigned n = 1; n < 2u << s.depth; n++)
					if (rng_below(&r, 2) == 0)
						s.weight[n] = (int64_t)rng_below(&r, 600);
				give_weights(&s, p);
				assert_right(&s, p);
			}
			priced_pass_start(p, price, s.config.eta_permille, false);
			while (priced_pass(p, 1 + (size_t)rng_below(&r, 8))) {
				if (rng_below(&r, 4) == 0) {
					struct ip_prefix at = small_change_route(&s, &r);

					priced_route_changed(p, &at);
				}
				if (rng_below(&r, 8) == 0) {
					unsigned n = 2 + (unsigned)rng_below(&r, 62);

					s.held[n] = rng_below(&r, 2) ? ACTION_NONE : s.act[n];
					give_held(&s, p);
				}
				if (rng_below(&r, 3) == 0)
					assert_right(&s, p);
			}
			fresh = priced_new(&s.config);
			give_weights(&s, fresh);
			priced_solve(fresh, price);
			assert_right(&s, p);
			if (s.config.guards && s.config.synthetic)
				assert_same_table(p, fresh);
			assert_same_entries(p);
			priced_free(fresh);
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

static void
check_table(const struct priced *p, const struct rib *rib, enum ip_family family,
    uint32_t default_action, struct priced_table *t)
{
	struct fib_route *routes;
	struct verify_result v;
	char text[IP_TEXT_MAX];

	priced_table_get(p, t);
	routes = calloc(t->n + 1, sizeof(*routes));
	for (size_t i = 0; i < t->n; i++) {
		routes[i].prefix = t->entries[i].prefix;
		routes[i].action = t->entries[i].action;
		assert_true(i == 0 || prefix_cmp(&routes[i - 1].prefix, &routes[i].prefix) < 0);
		/* Its attributes are those of a route with the same next hop. */
		if (t->entries[i].kind != PRICED_GUARD)
			assert_int_equal(
			    rib_best_nexthop(rib, family, t->entries[i].id), routes[i].action);
	}
	if (!verify_rib(rib, family, default_action, routes, t->n, false, &v))
		fail_msg("%s is sent to a wrong next hop", ip_format(&v.address, text));
	free(routes);
}

/* Random nested tables of both families, prices swept: never a wrong address, and the dual bound of
 * every price holds for every size. */
static void
test_equivalence(void **state)
{
	struct rng r = rng_make(test_seed("priced equivalence"));

	(void)state;
	for (unsigned round = 0; round < 120; round++) {
		enum ip_family family = round % 2 == 0 ? IP_V4 : IP_V6;
		struct attrs_table *attrs = attrs_table_new(1);
		struct rib *rib = rib_new(attrs);
		struct ip_prefix known[400], near = prefix_random(&r, family, NULL);
		size_t n = 20 + rng_below(&r, 380);
		struct priced_config config = { .rib = rib,
			.family = family,
			.default_action = ACTION_PUNT,
			.guards = true,
			.synthetic = true,
			.min_length = 1 };
		struct priced_table t;
		struct priced *p;
		double bound[16], covered[16];
		size_t slots[16], k = 0;
		int64_t prices[16];

		if (family == IP_V6)
			for (unsigned len = 65; len < 129; len++)
				config.slots[len] = 2;
		for (size_t i = 0; i < n; i++) {
			near = prefix_random(&r, family, &near);
			known[i] = near;
			announce(rib, &near, (uint32_t)rng_below(&r, HOPS));
		}
		if (rng_below(&r, 2) == 0)
			config.default_action =
			    rib_best_nexthop(rib, family, rib_lookup(rib, &known[0]));
		p = priced_new(&config);
		priced_table_init(&t);
		for (size_t i = 0; i < n; i++) {
			struct ip_prefix at = known[rng_below(&r, n)];

			if (rng_below(&r, 2) == 0)
				priced_set_weight(p, &at, 1 + (int64_t)rng_below(&r, 100000));
		}
		for (int64_t price = 1; price < 1000000 && k < 16; price = price * 4 + 1, k++) {
			priced_solve(p, price);
			check_table(p, rib, family, config.default_action, &t);
			prices[k] = price;
			slots[k] = priced_slots(p);
			covered[k] = (double)t.covered;
			bound[k] = (double)(t.covered - price * (int64_t)slots[k]);
		}
		for (size_t i = 0; i < k; i++)
			for (size_t j = 0; j < k; j++)
				assert_true(
				    covered[i] <= bound[j] + (double)prices[j] * (double)slots[i]);
		for (size_t limit = 0; limit < 40; limit += 7) {
			int64_t price = priced_fit(p, limit, 1, 60);

			priced_fill(p, limit);
			assert_true(priced_slots(p) <= limit);
			assert_int_equal(price, priced_price(p));
			check_table(p, rib, family, config.default_action, &t);
		}
		priced_table_fini(&t);
		priced_free(p);
		rib_free(rib);
		attrs_table_free(attrs);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_optimal),
		cmocka_unit_test(test_restricted),
		cmocka_unit_test(test_enumeration),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_incremental),
		cmocka_unit_test(test_route_changes),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_hysteresis_settles),
		cmocka_unit_test(test_equivalence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
