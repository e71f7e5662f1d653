/* SPDX-License-Identifier: Apache-2.0 */
/* Each reason why a route is in the table or is not, brought about; and why the target does not
 * hold what it should. */
#include "tests/support/support.h"

#include <string.h>

#include "control/refusals.h"
#include "control/verdict.h"
#include "control/view.h"
#include "lib/mem.h"
#include "tests/support/edge.h"
#include "tests/support/prefixes.h"

struct world {
	struct edge edge;
	bool blocked;
};

static bool
port_ready(void *ctx, enum ip_family family)
{
	const struct world *w = ctx;

	return family == IP_V4 && !w->blocked;
}

static void
world_init(struct world *w, struct target_config tc, uint32_t capacity)
{
	struct push push = push_nowhere("target", w);

	w->blocked = false;
	tc.capacity[IP_V4] = capacity;
	edge_init(&w->edge, &tc);
	push.ready = port_ready;
	(void)edge_add_port(&w->edge, &push);
}

static void
route(struct world *w, const char *text, uint32_t nexthop)
{
	struct ip_prefix p = prefix(text);

	edge_route(&w->edge, &p, nexthop);
}

/* n samples to the address within a second. */
static void
samples(struct world *w, const char *address, int n)
{
	struct ip_addr to;

	assert_true(ip_parse(address, &to));
	while (n-- > 0)
		edge_sample(&w->edge, to, 1000);
}

/* The whole table was learned; averages are filled. */
static void
ready(struct world *w)
{
	edge_end_of_rib(&w->edge);
	for (int i = 0; i < 5; i++)
		edge_second(&w->edge);
}

static void
assert_verdict(struct world *w, const char *text, const char *word, const char *part)
{
	struct ip_prefix p = prefix(text);
	uint32_t id = rib_lookup(router_rib(w->edge.router), &p);
	struct verdict v;

	if (id == RIB_NONE) /* a place in a route */
		id = rib_cover(router_rib(w->edge.router), &p);
	assert_true(id != RIB_NONE);
	verdict_make(w->edge.target, w->edge.router, id, &p, w->edge.now, &v);
	if (strcmp(v.word, word) != 0 || strstr(v.text, part) == NULL)
		fail_msg("%s: %s: %s", text, v.word, v.text);
}

static void
test_before_and_without(void **state)
{
	struct ip_prefix any = prefix("10.0.0.0/8");
	struct verdict v;
	struct world w;

	(void)state;
	world_init(&w, (struct target_config){ .selection = SELECTOR_TOP }, 10);
	route(&w, "10.0.0.0/8", 1);
	samples(&w, "10.1.1.1", 10);
	assert_verdict(&w, "10.0.0.0/8", "cold", "no table");
	verdict_make(NULL, w.edge.router, 0, &any, w.edge.now, &v);
	assert_string_equal(v.word, "no-target");
	ready(&w);
	w.blocked = true;
	edge_run(&w.edge);
	assert_verdict(&w, "10.0.0.0/8", "pending", "limited rate");
	target_port_down(w.edge.target, 0);
	assert_verdict(&w, "10.0.0.0/8", "pending", "nothing up");
	edge_fini(&w.edge);
}

static void
test_top(void **state)
{
	struct ip_prefix always = prefix("60.0.0.0/8"), never = prefix("50.0.0.0/8");
	struct world w;

	(void)state;
	world_init(&w,
	    (struct target_config){ .selection = SELECTOR_TOP,
		.always = &always,
		.n_always = 1,
		.never = &never,
		.n_never = 1 },
	    5);
	route(&w, "10.0.0.0/8", 1);
	route(&w, "10.1.0.0/16", 2);
	route(&w, "10.2.0.0/16", 1);
	route(&w, "20.0.0.0/8", 1);
	route(&w, "30.0.0.0/8", 1);
	route(&w, "40.0.0.0/8", 1);
	route(&w, "50.1.0.0/16", 1);
	route(&w, "60.0.0.0/8", 1);
	route(&w, "70.0.0.0/8", 1);
	samples(&w, "10.3.1.1", 100);
	samples(&w, "20.3.1.1", 50);
	samples(&w, "30.3.1.1", 40);
	samples(&w, "40.3.1.1", 10);
	samples(&w, "50.1.1.1", 200);
	ready(&w);
	edge_run(&w.edge);
	assert_verdict(&w, "10.0.0.0/8", "installed", "one of the heaviest");
	assert_verdict(&w, "10.1.0.0/16", "installed", "inside 10.0.0.0/8");
	assert_verdict(&w, "10.2.0.0/16", "carried", "10.0.0.0/8 is installed and has the same");
	assert_verdict(&w, "60.0.0.0/8", "installed", "always");
	assert_verdict(&w, "40.0.0.0/8", "no-room", "5 entries fill the table");
	assert_verdict(&w, "50.1.0.0/16", "never", "50.0.0.0/8 never");
	assert_verdict(&w, "70.0.0.0/8", "no-traffic", "no traffic");
	target_freeze(w.edge.target, true);
	assert_verdict(&w, "40.0.0.0/8", "frozen", "operator");
	target_freeze(w.edge.target, false);
	router_agent_heard(
	    w.edge.router, w.edge.agent, w.edge.now, mono_add_ms(w.edge.now, 120000));
	router_tick(w.edge.router, mono_add_ms(w.edge.now, 120000));
	assert_verdict(&w, "40.0.0.0/8", "frozen", "silent");
	edge_fini(&w.edge);
}

/* As a list of routes has it: 'i'nstalled, 'c'arried, in 'p'arts, '-' by default. */
static char
state_of(struct world *w, const char *text)
{
	struct router *routers[] = { w->edge.router };
	struct app app = { .target = w->edge.target,
		.attrs = w->edge.attrs,
		.now = w->edge.now,
		.routers = routers,
		.n_routers = 1 };
	struct web_backend backend = view_backend(&app);
	struct ip_prefix p = prefix(text);
	struct web_route route;

	assert_true(backend.route(backend.ctx, 0, &p, &route));
	assert_true(route.installed + route.carried + route.in_parts <= 1);
	return route.installed ? 'i' : route.carried ? 'c' : route.in_parts ? 'p' : '-';
}

static void
test_priced(void **state)
{
	struct world w;

	(void)state;
	world_init(&w,
	    (struct target_config){
		.selection = SELECTOR_PRICED, .follow = true, .synthetic = true },
	    4);
	route(&w, "0.0.0.0/0", 9);
	route(&w, "10.0.0.0/8", 1);
	route(&w, "20.0.0.0/8", 2);
	route(&w, "30.0.0.0/8", 9);
	route(&w, "40.0.0.0/8", 3);
	for (int i = 0; i < 64; i++) { /* every other /24 of it is another's */
		char text[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "50.0.%d.0/24", 2 * i);
		route(&w, text, 5);
	}
	route(&w, "50.0.0.0/16", 4);
	samples(&w, "10.3.1.1", 4000);
	samples(&w, "20.3.1.1", 3000);
	samples(&w, "30.3.1.1", 4000);
	samples(&w, "50.0.33.1", 2000);
	for (int i = 0; i < 4; i++) {
		char text[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "60.%d.0.0/16", i);
		route(&w, text, 1 + (uint32_t)i % 2);
		snprintf(text, sizeof(text), "60.%d.0.1", i);
		samples(&w, text, 500 - i);
	}
	samples(&w, "40.3.1.1", 1);
	ready(&w);
	edge_run(&w.edge);
	assert_verdict(&w, "10.0.0.0/8", "installed", "where a slot has to earn");
	assert_verdict(&w, "20.0.0.0/8", "installed", "where a slot has to earn");
	assert_verdict(&w, "30.0.0.0/8", "default-alike", "the same next hop");
	assert_verdict(&w, "40.0.0.0/8", "below-price", "a slot has to earn");
	assert_verdict(&w, "50.0.0.0/16", "parts", "inside it carr");
	assert_verdict(&w, "50.0.33.1/32", "carried", "installed, for this part of the route");
	assert_int_equal(state_of(&w, "10.0.0.0/8"), 'i');
	assert_int_equal(state_of(&w, "40.0.0.0/8"), '-');
	assert_int_equal(state_of(&w, "50.0.0.0/16"), 'p');
	edge_fini(&w.edge);
}

/* A route that is installed for what lies inside it. */
static void
test_priced_for_others(void **state)
{
	struct world w;

	(void)state;
	world_init(
	    &w, (struct target_config){ .selection = SELECTOR_PRICED, .synthetic = true }, 2);
	route(&w, "10.0.0.0/8", 1);
	route(&w, "20.0.0.0/8", 2);
	for (int i = 0; i < 40; i++) {
		char text[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "10.%d.0.0/16", i);
		route(&w, text, 1);
		snprintf(text, sizeof(text), "10.%d.0.1", i);
		samples(&w, text, 100);
	}
	route(&w, "10.0.0.0/9", 1);
	samples(&w, "10.200.0.1", 10);
	samples(&w, "20.3.1.1", 3000);
	route(&w, "30.0.0.0/8", 3);
	samples(&w, "30.3.1.1", 100);
	ready(&w);
	edge_run(&w.edge);
	assert_verdict(&w, "10.0.0.0/8", "installed", "and its entry");
	assert_verdict(&w, "20.0.0.0/8", "installed", "bit/s, where a slot has to earn");
	edge_fini(&w.edge);
}

/* The default route, which is never pushed, and a family that there is no room for. */
static void
test_default_and_no_room(void **state)
{
	struct world w;

	(void)state;
	world_init(
	    &w, (struct target_config){ .selection = SELECTOR_PRICED, .synthetic = true }, 1);
	route(&w, "0.0.0.0/0", 9);
	route(&w, "10.0.0.0/8", 1);
	samples(&w, "10.3.1.1", 100);
	samples(&w, "20.3.1.1", 100);
	ready(&w);
	edge_run(&w.edge);
	assert_verdict(&w, "0.0.0.0/0", "default-route", "not pushed");
	assert_verdict(&w, "10.0.0.0/8", "installed", "a slot has to earn");
	edge_fini(&w.edge);

	world_init(&w, (struct target_config){ .selection = SELECTOR_PRICED }, 1);
	route(&w, "10.0.0.0/8", 1);
	samples(&w, "10.3.1.1", 100);
	ready(&w);
	target_port_room(w.edge.target, 0, IP_V4, 0);
	edge_run(&w.edge);
	assert_verdict(&w, "10.0.0.0/8", "no-capacity", "no room for IPv4 entries");
	edge_fini(&w.edge);
}

/* The rows of `hotfib diff`, a line each. */
static void
assert_differences(struct world *w, const char *expected)
{
	struct app app = { .target = w->edge.target, .attrs = w->edge.attrs, .now = w->edge.now };
	struct web_backend backend = view_backend(&app);
	struct web_differences d = { 0 };
	struct str lines;

	str_init(&lines, MEM_HTTP);
	str_init(&d.text, MEM_HTTP);
	backend.differences(backend.ctx, &d);
	for (size_t i = 0; i < d.n_rows; i++) {
		char prefix[PREFIX_TEXT_MAX], nexthop[IP_TEXT_MAX] = "-";

		if (d.rows[i].wanted)
			ip_format(&d.rows[i].nexthop, nexthop);
		str_addf(&lines, "%s %s %s %s: %s\n", prefix_format(&d.rows[i].prefix, prefix),
		    d.text.text + d.rows[i].port, d.rows[i].what, nexthop,
		    d.text.text + d.rows[i].why);
	}
	assert_string_equal(lines.text, expected);
	mem_free(MEM_HTTP, d.rows);
	str_fini(&d.text);
	str_fini(&lines);
}

static void
test_refused(void **state)
{
	struct ip_prefix foreign = prefix("30.0.0.0/16"), p = prefix("10.1.0.0/16");
	struct world w;

	(void)state;
	world_init(&w, (struct target_config){ .selection = SELECTOR_TOP }, 10);
	route(&w, "10.0.0.0/8", 1);
	route(&w, "10.1.0.0/16", 2);
	route(&w, "20.0.0.0/8", 1);
	route(&w, "30.0.0.0/16", 2);
	samples(&w, "10.1.1.1", 100);
	samples(&w, "10.2.1.1", 100);
	samples(&w, "20.3.1.1", 50);
	samples(&w, "30.0.1.1", 40);
	target_port_keep_off(w.edge.target, 0, &foreign, 1);
	ready(&w);
	edge_run(&w.edge);
	assert_verdict(&w, "30.0.0.0/16", "foreign", "target has a route of others at 30.0.0.0/16");
	assert_differences(&w, "");

	target_port_refused(
	    w.edge.target, 0, &p, TARGET_REFUSED_ENTRY, "no place in its bucket", w.edge.now);
	edge_run(&w.edge);
	w.edge.now = mono_add_ms(w.edge.now, 10000);
	assert_verdict(&w, "10.1.0.0/16", "refused",
	    "refused it (no place in its bucket); it is tried again in 20 s");
	assert_verdict(&w, "10.0.0.0/8", "refused", "refused 10.1.0.0/16 (no place");
	assert_verdict(&w, "20.0.0.0/8", "installed", "heaviest");
	assert_differences(&w,
	    "10.1.0.0/16  refused 10.0.0.2: no place in its bucket, 1 time; it is "
	    "tried again in 20 s\n");
	w.edge.now = mono_add_ms(w.edge.now, 21000);
	assert_differences(&w, "10.1.0.0/16  refused 10.0.0.2: no place in its bucket, 1 time\n");
	edge_run(&w.edge);
	target_port_reached(w.edge.target, 0, &p, INSTALLED_ACKNOWLEDGED);
	assert_verdict(&w, "10.1.0.0/16", "installed", "heaviest");
	assert_differences(&w, "");
	edge_fini(&w.edge);
}

static void
test_not_sent(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, (struct target_config){ .selection = SELECTOR_TOP }, 10);
	route(&w, "10.0.0.0/8", 1);
	route(&w, "20.0.0.0/8", 1);
	samples(&w, "10.1.1.1", 100);
	ready(&w);
	edge_run(&w.edge);
	assert_differences(&w, "");

	samples(&w, "20.1.1.1", 100);
	route(&w, "10.0.0.0/8", 2);
	w.blocked = true;
	w.edge.now = mono_add_ms(w.edge.now, 1000);
	edge_run(&w.edge);
	assert_differences(&w,
	    "10.0.0.0/8 target not sent 10.0.0.2: it takes no more at the moment\n"
	    "20.0.0.0/8 target not sent 10.0.0.1: it takes no more at the moment\n");
	w.blocked = false;
	target_port_writable(w.edge.target, 0, w.edge.now);
	assert_differences(&w, "");

	target_port_stop(w.edge.target, 0, true);
	w.blocked = true;
	edge_run(&w.edge);
	w.blocked = false;
	target_port_down(w.edge.target, 0);
	assert_differences(&w,
	    "10.0.0.0/8 target not sent 10.0.0.2: nothing is up to send it to\n"
	    "20.0.0.0/8 target not sent 10.0.0.1: nothing is up to send it to\n");
	edge_fini(&w.edge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_and_without),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_priced),
		cmocka_unit_test(test_priced_for_others),
		cmocka_unit_test(test_default_and_no_room),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
