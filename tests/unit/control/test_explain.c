/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lib/mem.h"
#include "tests/support/edge.h"
#include "tests/support/prefixes.h"
#include "tests/unit/control/table_app.h"

static void
announce(struct table_app *t, unsigned neighbor, const char *text, uint32_t path_id,
    uint32_t local_pref, uint32_t nexthop)
{
	struct ip_prefix p = prefix(text);
	struct attrs_sample s;

	attrs_sample_make(&s, 1);
	s.attrs.has_local_pref = true;
	s.attrs.local_pref = local_pref;
	s.attrs.nexthop = (struct route_nexthop){ .addr = ip_v4(nexthop) };
	table_app_announce(t, neighbor, &p, path_id, &s.attrs);
}

static void
explain(struct table_app *t, const char *text, struct web_explanation *e)
{
	struct ip_prefix p = prefix(text);

	assert_true(t->backend.explain(t->backend.ctx, 0, &p, e));
	assert_true(prefix_equal(&e->route.prefix, &p));
}

static void
test_paths_rule_and_cover(void **state)
{
	struct ip_prefix none;
	struct web_explanation e;
	struct table_app t;

	(void)state;
	table_app_init(&t);
	announce(&t, 0, "10.0.0.0/8", 0, 100, 1);
	announce(&t, 0, "10.1.0.0/16", 0, 100, 1);
	announce(&t, 0, "10.1.1.0/24", 3, 100, 2);
	announce(&t, 1, "10.1.1.0/24", 9, 200, 3);

	explain(&t, "10.0.0.0/8", &e);
	assert_false(e.covered);
	assert_false(e.has_target);
	assert_int_equal(e.n_paths, 1);
	assert_string_equal(e.rule, "only-path");
	mem_free(MEM_HTTP, e.paths);

	explain(&t, "10.1.0.0/16", &e);
	assert_true(e.covered && e.cover_alike);
	none = prefix("10.0.0.0/8");
	assert_true(prefix_equal(&e.cover, &none));
	mem_free(MEM_HTTP, e.paths);

	explain(&t, "10.1.1.0/24", &e);
	assert_true(e.covered);
	assert_false(e.cover_alike);
	assert_int_equal(ip_to_v4(e.cover_nexthop.hi), 1);
	assert_int_equal(e.n_paths, 2);
	assert_string_equal(e.rule, "local-pref");
	assert_string_equal(e.why, "its local preference is higher");
	assert_string_equal(e.paths[0].neighbor, "second");
	assert_true(ip_equal(&e.paths[0].address, &t.configs[1].bgp.remote));
	assert_int_equal(e.paths[0].path_id, 9);
	assert_int_equal(e.paths[0].attrs.local_pref, 200);
	assert_int_equal(ip_to_v4(e.route.attrs.nexthop.addr.hi), 3);
	assert_null(e.paths[0].rule);
	assert_string_equal(e.paths[1].neighbor, "first");
	assert_string_equal(e.paths[1].rule, "local-pref");
	assert_string_equal(e.paths[1].why, e.why);
	assert_int_equal(e.paths[1].path_id, 3);
	assert_false(e.paths[0].stale || e.paths[1].stale);
	mem_free(MEM_HTTP, e.paths);

	/* The best one's session is lost: it stays, and is marked. */
	router_lose(t.routers[0], t.neighbors[1].source, TABLE_APP_STALE_S, t.app.now);
	explain(&t, "10.1.1.0/24", &e);
	assert_string_equal(e.paths[0].neighbor, "second");
	assert_true(e.paths[0].stale);
	assert_false(e.paths[1].stale);
	mem_free(MEM_HTTP, e.paths);

	none = prefix("10.1.1.0/25"); /* a place in a route */
	assert_true(t.backend.explain(t.backend.ctx, 0, &none, &e));
	assert_int_equal(e.route.prefix.len, 24);
	mem_free(MEM_HTTP, e.paths);
	none = prefix("11.1.1.0/24");
	assert_false(t.backend.explain(t.backend.ctx, 0, &none, &e));
	table_app_fini(&t);
	assert_int_equal(mem_used(MEM_HTTP), 0);
}

/* More paths than an answer lists. */
static void
test_many_paths(void **state)
{
	struct web_explanation e;
	struct table_app t;

	(void)state;
	table_app_init(&t);
	for (uint32_t id = 1; id <= WEB_PATHS_MAX + 10; id++)
		announce(&t, 0, "10.0.0.0/8", id, 100, 1);
	explain(&t, "10.0.0.0/8", &e);
	assert_int_equal(e.n_paths, WEB_PATHS_MAX + 10);
	assert_string_equal(e.rule, "path-id");
	for (uint32_t i = 0; i < WEB_PATHS_MAX; i++)
		assert_int_equal(e.paths[i].path_id, i + 1);
	mem_free(MEM_HTTP, e.paths);
	table_app_fini(&t);
}

/* What the neighbour sends back of ours. */
static void
announce_own(struct table_app *t, const char *text, uint32_t path_id)
{
	struct ip_prefix p = prefix(text);
	struct attrs_sample s;

	attrs_sample_make(&s, 1);
	s.attrs.has_originator_id = true;
	s.attrs.originator_id = 0x0a000009;
	table_app_announce(t, 0, &p, path_id, &s.attrs);
}

static size_t
ignored(struct table_app *t, const char *text)
{
	struct web_explanation e;
	size_t n;

	explain(t, text, &e);
	n = e.n_ignored;
	mem_free(MEM_HTTP, e.paths);
	mem_free(MEM_HTTP, e.ignored);
	return n;
}

/* Our own paths are shown while they are there, apart from those that count. */
static void
test_own_paths(void **state)
{
	struct ip_prefix p = prefix("10.0.0.0/8");
	struct web_explanation e;
	struct table_app t;

	(void)state;
	table_app_init(&t);
	router_own_id(t.routers[0], 0x0a000009);
	announce(&t, 0, "10.0.0.0/8", 1, 100, 1);
	announce(&t, 0, "10.1.0.0/16", 1, 100, 1);
	announce_own(&t, "10.0.0.0/8", 2);
	announce_own(&t, "10.0.0.0/8", 3);
	explain(&t, "10.0.0.0/8", &e);
	assert_int_equal(e.n_paths, 1);
	assert_int_equal(e.n_ignored, 2);
	assert_int_equal(e.ignored[0].path_id + e.ignored[1].path_id, 5);
	assert_string_equal(e.ignored[0].neighbor, "first");
	assert_true(ip_equal(&e.ignored[0].address, &t.configs[0].bgp.remote));
	assert_int_equal(e.ignored[0].attrs.originator_id, 0x0a000009);
	assert_non_null(strstr(e.ignored[0].why, "our own"));
	mem_free(MEM_HTTP, e.paths);
	mem_free(MEM_HTTP, e.ignored);
	assert_int_equal(ignored(&t, "10.1.0.0/16"), 0);

	/* Withdrawn; replaced by a real one; gone with the session, and with a refresh. */
	table_app_announce(&t, 0, &p, 2, NULL);
	assert_int_equal(ignored(&t, "10.0.0.0/8"), 1);
	announce(&t, 0, "10.0.0.0/8", 3, 100, 1);
	assert_int_equal(ignored(&t, "10.0.0.0/8"), 0);
	announce_own(&t, "10.0.0.0/8", 3);
	assert_int_equal(ignored(&t, "10.0.0.0/8"), 1);
	router_refresh_begin(t.routers[0], 0, IP_V6, t.app.now);
	assert_int_equal(ignored(&t, "10.0.0.0/8"), 1);
	router_refresh_begin(t.routers[0], 0, IP_V4, t.app.now);
	assert_int_equal(ignored(&t, "10.0.0.0/8"), 0);
	announce_own(&t, "10.0.0.0/8", 3);
	router_lose(t.routers[0], 0, TABLE_APP_STALE_S, t.app.now);
	assert_int_equal(ignored(&t, "10.0.0.0/8"), 0);
	table_app_fini(&t);
	assert_int_equal(mem_used(MEM_HTTP), 0);
	assert_int_equal(mem_used(MEM_RIB), 0);
}

/* More of them than are remembered, of many prefixes, and all of them gone again. */
static void
test_many_own_paths(void **state)
{
	struct ip_prefix last = prefix_make(IP_V4, (uint64_t)OWN_PATHS_MAX << 40, 0, 24);
	struct attrs_sample s;
	struct table_app t;

	(void)state;
	table_app_init(&t);
	router_own_id(t.routers[0], 0x0a000009);
	attrs_sample_make(&s, 1);
	s.attrs.has_originator_id = true;
	s.attrs.originator_id = 0x0a000009;
	for (uint64_t i = 0; i <= OWN_PATHS_MAX; i++) {
		struct ip_prefix p = prefix_make(IP_V4, i << 40, 0, 24);
		const struct own_path *own;

		table_app_announce(&t, 0, &p, 1, &s.attrs);
		own = router_own_paths(t.routers[0], &p, NULL);
		assert_int_equal(own != NULL, i < OWN_PATHS_MAX);
		assert_true(own == NULL || router_own_paths(t.routers[0], &p, own) == NULL);
	}
	for (uint64_t i = 0; i < OWN_PATHS_MAX; i += 2) {
		struct ip_prefix p = prefix_make(IP_V4, i << 40, 0, 24);

		table_app_announce(&t, 0, &p, 1, NULL);
		assert_null(router_own_paths(t.routers[0], &p, NULL));
	}
	table_app_announce(&t, 0, &last, 1, &s.attrs);
	assert_non_null(router_own_paths(t.routers[0], &last, NULL));
	router_lose(t.routers[0], 0, TABLE_APP_STALE_S, t.app.now);
	assert_null(router_own_paths(t.routers[0], &last, NULL));
	table_app_fini(&t);
	assert_int_equal(mem_used(MEM_RIB), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_rule_and_cover),
		cmocka_unit_test(test_many_paths),
		cmocka_unit_test(test_own_paths),
		cmocka_unit_test(test_many_own_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
