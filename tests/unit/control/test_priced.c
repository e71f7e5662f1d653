/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The priced selection gives the best table: against the enumeration of every table with few
 * entries, and against the recursion written down plainly over the whole binary tree.
 */
#include "tests/unit/control/priced_world.h"

#define IMPOSSIBLE (-(INT64_C(1) << 60))

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

static unsigned
small_node(const struct ip_prefix *p)
{
	return 1u << p->len | (unsigned)(p->len > 0 ? p->hi >> (64 - p->len) : 0);
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
			/* What fills the rest is right and allowed, too. */
			priced_fill(p, priced_slots(p) + 2);
			assert_true(solved_value(&s, p, price) > IMPOSSIBLE / 2);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_optimal),
		cmocka_unit_test(test_restricted),
		cmocka_unit_test(test_enumeration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
