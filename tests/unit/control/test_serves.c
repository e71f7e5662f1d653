/* SPDX-License-Identifier: Apache-2.0 */
/* What entries are there for: one of each kind, in a table as `priced` makes them. */
#include "tests/support/support.h"

#include <string.h>

#include "control/serves.h"
#include "tests/support/attrs.h"
#include "tests/support/hops.h"
#include "tests/support/prefixes.h"

#define DEFAULT 9 /* the last octet of the default's next hop */

struct world {
	struct attrs_table *attrs;
	struct rib *rib;
	struct installed *held;
};

static void
route(struct world *w, const char *text, uint32_t hop)
{
	struct ip_prefix p = prefix(text);

	hop_announce(w->rib, &p, hop);
}

static void
hold(struct world *w, const char *text, uint32_t hop)
{
	struct ip_prefix p = prefix(text);
	uint32_t id = hop_attrs(w->attrs, hop);

	installed_put(w->held, &p, id, false, mono_us(0));
	attrs_unref(w->attrs, id);
}

/* The kind of an entry and its routes: "aggregate 11.0.0.0/24 11.0.2.0/24 ..." */
static void
assert_serves(struct world *w, const char *text, const char *expected)
{
	struct ip_prefix p = prefix(text);
	const struct installed_entry *e = installed_get(w->held, &p);
	char got[256], one[PREFIX_TEXT_MAX];
	uint32_t id = hop_attrs(w->attrs, DEFAULT);
	struct serves s;
	size_t n;

	assert_non_null(e);
	serves_find(w->rib, w->held, &p, attrs_nexthop(w->attrs, e->attrs),
	    attrs_nexthop(w->attrs, id), &s);
	n = (size_t)snprintf(got, sizeof(got), "%s", serves_kind_name(s.kind));
	for (unsigned i = 0; i < s.n_routes; i++) {
		struct ip_prefix r = rib_prefix(w->rib, IP_V4, s.routes[i]);

		n += (size_t)snprintf(got + n, sizeof(got) - n, " %s", prefix_format(&r, one));
	}
	snprintf(got + n, sizeof(got) - n, "%s", s.more ? " ..." : "");
	attrs_unref(w->attrs, id);
	assert_string_equal(got, expected);
}

static void
world_init(struct world *w)
{
	const struct rib_source source = { .router_id = 1 };

	w->attrs = attrs_table_new(1);
	w->rib = rib_new(w->attrs);
	rib_set_source(w->rib, 0, &source);
	w->held = installed_new(IP_V4, w->attrs);
	route(w, "0.0.0.0/0", DEFAULT);
}

static void
world_fini(struct world *w)
{
	installed_free(w->held);
	rib_free(w->rib);
	attrs_table_free(w->attrs);
}

static void
test_kinds(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	route(&w, "11.0.0.0/16", 1);
	route(&w, "11.0.4.0/24", 2);
	route(&w, "12.0.0.0/24", 1);
	route(&w, "12.0.1.0/24", 2);
	route(&w, "12.0.2.0/24", 1);
	hold(&w, "11.0.0.0/16", 1);
	hold(&w, "11.0.8.0/22", 1);
	hold(&w, "11.0.4.0/24", DEFAULT);
	hold(&w, "12.0.0.0/22", 1);
	hold(&w, "12.0.1.0/24", DEFAULT);
	hold(&w, "12.0.3.0/24", DEFAULT);
	hold(&w, "13.0.0.0/8", 3);
	assert_serves(&w, "11.0.0.0/16", "route 11.0.0.0/16");
	assert_serves(&w, "11.0.8.0/22", "part 11.0.0.0/16");
	assert_serves(&w, "11.0.4.0/24", "guard 11.0.4.0/24");
	assert_serves(&w, "12.0.0.0/22", "aggregate 12.0.0.0/24 12.0.2.0/24");
	assert_serves(&w, "12.0.1.0/24", "guard 12.0.1.0/24");
	/* The default route itself is what covers it. */
	assert_serves(&w, "12.0.3.0/24", "part 0.0.0.0/0");
	/* Its routes are gone. */
	assert_serves(&w, "13.0.0.0/8", "none");
	world_fini(&w);
}

static void
test_bounds(void **state)
{
	char text[PREFIX_TEXT_MAX];
	struct world w;

	(void)state;
	world_init(&w);
	for (unsigned i = 0; i < SERVES_ROUTES_MAX; i++) {
		snprintf(text, sizeof(text), "12.0.%u.0/24", 2 * i);
		route(&w, text, 1);
	}
	hold(&w, "12.0.0.0/16", 1);
	assert_serves(
	    &w, "12.0.0.0/16", "aggregate 12.0.0.0/24 12.0.2.0/24 12.0.4.0/24 12.0.6.0/24");
	route(&w, "12.0.8.0/24", 1);
	assert_serves(
	    &w, "12.0.0.0/16", "aggregate 12.0.0.0/24 12.0.2.0/24 12.0.4.0/24 12.0.6.0/24 ...");

	/* Not searched to the end: whether there are more is not known, and said so. */
	for (unsigned i = 0; i <= SERVES_LOOKS_MAX + 1; i++) {
		snprintf(text, sizeof(text), "13.%u.%u.0/24", i / 256, i % 256);
		route(&w, text, i == 0 ? 1 : 2);
	}
	hold(&w, "13.0.0.0/8", 1);
	assert_serves(&w, "13.0.0.0/8", "aggregate 13.0.0.0/24 ...");
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
