/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier against the slow oracle: random nested tables with a pushed part that is right, then
 * made wrong in one place. Every answer must agree, and a named address must really be wrong.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "control/select/verify.h"
#include "tests/support/forwarding.h"
#include "tests/support/prefixes.h"

#define ROUTES_MAX 64

struct list {
	struct fib_route routes[ROUTES_MAX];
	size_t n;
};

static int
by_prefix(const void *a, const void *b)
{
	const struct fib_route *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

static void
list_sort(struct list *l)
{
	if (l->n > 0)
		qsort(l->routes, l->n, sizeof(l->routes[0]), by_prefix);
}

static void
list_from(struct list *l, const struct forward_table *t)
{
	assert_true(t->n <= ROUTES_MAX);
	l->n = t->n;
	for (size_t i = 0; i < t->n; i++)
		l->routes[i] = (struct fib_route){ .prefix = t->entries[i].prefix,
			.action = t->entries[i].action };
	list_sort(l);
}

static bool
verify(enum ip_family family, uint32_t def, const struct list *rib, const struct list *table,
    struct verify_result *out)
{
	struct fib_cursor r = { .routes = rib->routes, .n = rib->n };
	struct fib_cursor f = { .routes = table->routes, .n = table->n };

	return verify_lists(family, def, fib_next, &r, fib_next, &f, true, out);
}

static struct fib_route
route(const char *text, uint32_t action)
{
	struct fib_route r = { .action = action };

	assert_true(prefix_parse(text, true, &r.prefix));
	return r;
}

static void
test_edges(void **state)
{
	static const struct {
		const char *rib[2], *table[2], *bad;
		uint32_t rib_action[2], table_action[2];
	} cases[] = {
		{ { "0.0.0.0/0", NULL }, { "0.0.0.0/0", NULL }, NULL, { 1 }, { 1 } },
		{ { "0.0.0.0/0", NULL }, { "0.0.0.0/0", NULL }, "0.0.0.0", { 1 }, { 2 } },
		{ { NULL }, { "255.255.255.255/32", NULL }, "255.255.255.255", { 0 }, { 2 } },
		{ { "0.0.0.0/0", "255.255.255.255/32" }, { "0.0.0.0/0" }, "255.255.255.255",
		    { 1, 2 }, { 1 } },
		{ { "0.0.0.0/0", "0.0.0.0/32" }, { "0.0.0.0/0" }, "0.0.0.0", { 1, 2 }, { 1 } },
		{ { "10.0.0.0/8", "10.1.0.0/16" }, { "10.0.0.0/8" }, "10.1.0.0", { 1, 2 }, { 1 } },
		{ { "10.0.0.0/8", "10.1.0.0/16" }, { "10.0.0.0/8", "10.1.0.0/16" }, NULL, { 1, 2 },
		    { 1, 9 } }, /* 9 is the default: a guard */
		{ { "10.0.0.0/9", "10.128.0.0/9" }, { "10.0.0.0/8" }, NULL, { 1, 1 }, { 1 } },
		{ { "10.0.0.0/9" }, { "10.0.0.0/8" }, "10.128.0.0", { 1 }, { 1 } },
		{ { "::/0", "::1/128" }, { "::/0" }, "::1", { 1, 2 }, { 1 } },
		{ { "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" }, { "::/0" },
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", { 1, 2 }, { 1 } },
		{ { "2001:db8::/64" }, { "2001:db8::/65", "2001:db8:0:0:8000::/65" }, NULL, { 1 },
		    { 1, 1 } },
		{ { "2001:db8::/64" }, { "2001:db8::/63" }, "2001:db8:0:1::", { 1 }, { 1 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct list rib = { .n = 0 }, table = { .n = 0 };
		struct verify_result v;
		char text[IP_TEXT_MAX];

		for (size_t k = 0; k < 2 && cases[i].rib[k] != NULL; k++)
			rib.routes[rib.n++] = route(cases[i].rib[k], cases[i].rib_action[k]);
		for (size_t k = 0; k < 2 && cases[i].table[k] != NULL; k++)
			table.routes[table.n++] =
			    route(cases[i].table[k], cases[i].table_action[k]);
		list_sort(&rib);
		list_sort(&table);
		assert_int_equal(
		    verify((enum ip_family)table.routes[0].prefix.family, 9, &rib, &table, &v),
		    cases[i].bad == NULL);
		if (cases[i].bad != NULL)
			assert_string_equal(ip_format(&v.address, text), cases[i].bad);
	}
}

static void
test_counts(void **state)
{
	struct list rib = { .n = 3 }, table = { .n = 1 };
	struct verify_result v;

	(void)state;
	rib.routes[0] = route("10.0.0.0/8", 1);
	rib.routes[1] = route("10.1.0.0/16", 2);
	rib.routes[2] = route("10.3.0.0/16", 3);
	table.routes[0] = route("10.0.0.0/8", 1);
	assert_false(verify(IP_V4, 9, &rib, &table, &v));
	assert_int_equal(v.intervals, 7); /* before, four parts and two holes of the /8, after */
	assert_int_equal(v.wrong, 2);
	assert_int_equal(v.rib_action, 2);
	assert_int_equal(v.table_action, 1);
}

static bool
really_wrong(const struct forward_table *pushed, const struct forward_table *rib, uint32_t def,
    const struct ip_addr *a)
{
	uint32_t given = forward_lookup(pushed, a);

	return given != FORWARD_DEFAULT && given != def && given != forward_lookup(rib, a);
}

/* A random RIB, a random part of it pushed, some entries altered; both judges must agree. */
static void
one_round(struct rng *r, enum ip_family family, unsigned *wrong)
{
	struct forward_table rib, pushed;
	struct list rib_list, pushed_list;
	struct ip_prefix near = prefix_random(r, family, NULL);
	struct verify_result v;
	struct ip_addr bad;
	bool ok;

	forward_init(&rib);
	forward_init(&pushed);
	for (uint64_t n = rng_below(r, 24); n > 0; n--) {
		near = prefix_random(r, family, &near);
		forward_set(&rib, &near, 1 + (uint32_t)rng_below(r, 2));
	}
	for (size_t i = 0; i < rib.n; i++)
		if (rng_below(r, 4) != 0)
			forward_set(&pushed, &rib.entries[i].prefix, rib.entries[i].action);
	if (pushed.n > 0 && rng_below(r, 3) == 0)
		pushed.entries[rng_below(r, pushed.n)].action = 1 + (uint32_t)rng_below(r, 2);
	if (rng_below(r, 3) == 0) {
		near = prefix_random(r, family, &near);
		forward_set(&pushed, &near, 1 + (uint32_t)rng_below(r, 2));
	}
	list_from(&rib_list, &rib);
	list_from(&pushed_list, &pushed);
	ok = forward_equivalent(&pushed, &rib, NULL, &bad);
	assert_int_equal(verify(family, FORWARD_DEFAULT, &rib_list, &pushed_list, &v), ok);
	if (!ok) {
		assert_true(really_wrong(&pushed, &rib, FORWARD_DEFAULT, &v.address));
		assert_int_equal(v.rib_action, forward_lookup(&rib, &v.address));
		assert_int_equal(v.table_action, forward_lookup(&pushed, &v.address));
	}
	*wrong += !ok;
	forward_fini(&rib);
	forward_fini(&pushed);
}

static void
test_random(void **state)
{
	struct rng r = rng_make(test_seed("verify"));
	unsigned wrong = 0;

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		one_round(&r, i % 2 == 0 ? IP_V4 : IP_V6, &wrong);
	assert_true(wrong > 100 && wrong < 2900); /* both answers were exercised */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
