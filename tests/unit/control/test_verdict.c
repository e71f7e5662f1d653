/* SPDX-License-Identifier: Apache-2.0 */
/* Each reason why a route is in the table or is not, brought about; and why the target does not
 * hold what it should. */
#include "tests/support/support.h"

#include <string.h>

#include "control/refusals.h"
#include "control/verdict.h"
#include "control/view.h"
#include "lib/mem.h"

struct world {
	struct attrs_table *attrs;
	struct router *router;
	struct target *target;
	unsigned source, agent;
	struct mono now;
	bool blocked;
};

static bool
port_ready(void *ctx, enum ip_family family)
{
	const struct world *w = ctx;

	return family == IP_V4 && !w->blocked;
}

static void
port_announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	(void)ctx, (void)p, (void)attrs, (void)key;
}

static void
port_withdraw(void *ctx, const struct ip_prefix *p)
{
	(void)ctx, (void)p;
}

static void
port_complete(void *ctx, enum ip_family family)
{
	(void)ctx, (void)family;
}

static void
port_flush(void *ctx)
{
	(void)ctx;
}

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	target_route_changed(((struct world *)ctx)->target, p, result);
}

static void
world_init(struct world *w, struct target_config tc, uint32_t capacity)
{
	static const bool v4_only[IP_FAMILIES] = { [IP_V4] = true };
	struct router_config rc = {
		.name = "edge", .t_s = 10, .stale_time_s = 60, .changed = changed, .ctx = w
	};
	struct push push = { .ctx = w,
		.name = "target",
		.ready = port_ready,
		.announce = port_announce,
		.withdraw = port_withdraw,
		.complete = port_complete,
		.flush = port_flush };

	memset(w, 0, sizeof(*w));
	w->now = mono_us(1000000);
	tc.capacity[IP_V4] = capacity;
	w->attrs = rc.attrs = tc.attrs = attrs_table_new(1);
	w->router = tc.router = router_new(&rc, w->now);
	w->source = router_add_source(w->router, "reflector");
	w->agent = router_add_agent(w->router, "10.0.0.136", 10);
	w->target = target_new(&tc);
	(void)target_add_port(w->target, &push);
	router_source_up(w->router, w->source, &(struct rib_source){ 0 }, v4_only, w->now);
	target_port_up(w->target, 0, v4_only);
}

static void
world_fini(struct world *w)
{
	target_free(w->target);
	router_free(w->router);
	attrs_table_free(w->attrs);
}

static struct ip_prefix
parse(const char *text)
{
	struct ip_prefix p;

	assert_true(prefix_parse(text, true, &p));
	return p;
}

static void
route(struct world *w, const char *text, uint32_t nexthop)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + nexthop) };
	struct ip_prefix p = parse(text);
	uint32_t v4 = ip_to_v4(p.hi);
	uint8_t bytes[5] = { p.len, (uint8_t)(v4 >> 24), (uint8_t)(v4 >> 16), (uint8_t)(v4 >> 8),
		(uint8_t)v4 };
	struct bgp_nlri nlri = {
		.pos = bytes, .end = bytes + 1 + (p.len + 7) / 8, .family = IP_V4
	};

	router_routes(w->router, w->source, nexthop > 0 ? &attrs : NULL, nlri);
}

/* n samples to the address within a second. */
static void
samples(struct world *w, const char *address, int n)
{
	struct sflow_sample s = { .frame_len = 1000, .rate = 1000, .bytes = 1000000 };

	assert_true(ip_parse(address, &s.dst));
	s.src = ip_v4(UINT32_C(0xc6336401));
	while (n-- > 0)
		router_samples(w->router, &s, 1, w->now);
}

/* The whole table was learned; averages are filled. */
static void
ready(struct world *w)
{
	router_end_of_rib(w->router, w->source, IP_V4, w->now);
	for (int i = 0; i < 5; i++) {
		w->now = mono_add_ms(w->now, 1000);
		router_agent_heard(w->router, w->agent, w->now, w->now);
		router_tick(w->router, w->now);
		while (router_work(w->router))
			;
	}
}

static void
assert_verdict(struct world *w, const char *prefix, const char *word, const char *part)
{
	struct ip_prefix p = parse(prefix);
	uint32_t id = rib_lookup(router_rib(w->router), &p);
	struct verdict v;

	assert_true(id != RIB_NONE);
	verdict_make(w->target, w->router, IP_V4, id, w->now, &v);
	if (strcmp(v.word, word) != 0 || strstr(v.text, part) == NULL)
		fail_msg("%s: %s: %s", prefix, v.word, v.text);
}

static void
test_before_and_without(void **state)
{
	struct verdict v;
	struct world w;

	(void)state;
	world_init(&w, (struct target_config){ .selection = SELECTOR_TOP }, 10);
	route(&w, "10.0.0.0/8", 1);
	samples(&w, "10.1.1.1", 10);
	assert_verdict(&w, "10.0.0.0/8", "cold", "no table");
	verdict_make(NULL, w.router, IP_V4, 0, w.now, &v);
	assert_string_equal(v.word, "no-target");
	ready(&w);
	w.blocked = true;
	target_run(w.target, w.now);
	assert_verdict(&w, "10.0.0.0/8", "pending", "limited rate");
	target_port_down(w.target, 0);
	assert_verdict(&w, "10.0.0.0/8", "pending", "nothing up");
	world_fini(&w);
}

static void
test_top(void **state)
{
	struct ip_prefix always = parse("60.0.0.0/8"), never = parse("50.0.0.0/8");
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
	target_run(w.target, w.now);
	assert_verdict(&w, "10.0.0.0/8", "installed", "one of the heaviest");
	assert_verdict(&w, "10.1.0.0/16", "installed", "inside 10.0.0.0/8");
	assert_verdict(&w, "10.2.0.0/16", "carried", "10.0.0.0/8 is installed and has the same");
	assert_verdict(&w, "60.0.0.0/8", "installed", "always");
	assert_verdict(&w, "40.0.0.0/8", "no-room", "5 entries fill the table");
	assert_verdict(&w, "50.1.0.0/16", "never", "50.0.0.0/8 never");
	assert_verdict(&w, "70.0.0.0/8", "no-traffic", "no traffic");
	router_agent_heard(w.router, w.agent, w.now, mono_add_ms(w.now, 120000));
	router_tick(w.router, mono_add_ms(w.now, 120000));
	assert_verdict(&w, "40.0.0.0/8", "frozen", "silent");
	world_fini(&w);
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
	target_run(w.target, w.now);
	assert_verdict(&w, "10.0.0.0/8", "installed", "where a slot has to earn");
	assert_verdict(&w, "20.0.0.0/8", "installed", "where a slot has to earn");
	assert_verdict(&w, "30.0.0.0/8", "default-alike", "the same next hop");
	assert_verdict(&w, "40.0.0.0/8", "below-price", "a slot has to earn");
	assert_verdict(&w, "50.0.0.0/16", "parts", "inside it carr");
	world_fini(&w);
}

/* The rows of `hotfib diff`, a line each. */
static void
assert_differences(struct world *w, const char *expected)
{
	struct app app = { .target = w->target, .attrs = w->attrs, .now = w->now };
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
	struct ip_prefix foreign = parse("30.0.0.0/16"), p = parse("10.1.0.0/16");
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
	target_port_keep_off(w.target, 0, &foreign, 1);
	ready(&w);
	target_run(w.target, w.now);
	assert_verdict(&w, "30.0.0.0/16", "foreign", "target has a route of others at 30.0.0.0/16");
	assert_differences(&w, "");

	target_port_refused(w.target, 0, &p, TARGET_REFUSED_ENTRY, "no place in its bucket", w.now);
	target_run(w.target, w.now);
	w.now = mono_add_ms(w.now, 10000);
	assert_verdict(&w, "10.1.0.0/16", "refused",
	    "refused it (no place in its bucket); it is tried again in 20 s");
	assert_verdict(&w, "10.0.0.0/8", "refused", "refused 10.1.0.0/16 (no place");
	assert_verdict(&w, "20.0.0.0/8", "installed", "heaviest");
	assert_differences(&w,
	    "10.1.0.0/16  refused 10.0.0.2: no place in its bucket, 1 time; it is "
	    "tried again in 20 s\n");
	w.now = mono_add_ms(w.now, 21000);
	assert_differences(&w, "10.1.0.0/16  refused 10.0.0.2: no place in its bucket, 1 time\n");
	target_run(w.target, w.now);
	target_port_reached(w.target, 0, &p, INSTALLED_ACKNOWLEDGED);
	assert_verdict(&w, "10.1.0.0/16", "installed", "heaviest");
	assert_differences(&w, "");
	world_fini(&w);
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
	target_run(w.target, w.now);
	assert_differences(&w, "");

	samples(&w, "20.1.1.1", 100);
	route(&w, "10.0.0.0/8", 2);
	w.blocked = true;
	w.now = mono_add_ms(w.now, 1000);
	target_run(w.target, w.now);
	assert_differences(&w,
	    "10.0.0.0/8 target not sent 10.0.0.2: it takes no more at the moment\n"
	    "20.0.0.0/8 target not sent 10.0.0.1: it takes no more at the moment\n");
	w.blocked = false;
	target_port_writable(w.target, 0, w.now);
	assert_differences(&w, "");

	target_port_stop(w.target, 0, true);
	w.blocked = true;
	target_run(w.target, w.now);
	w.blocked = false;
	target_port_down(w.target, 0);
	assert_differences(&w,
	    "10.0.0.0/8 target not sent 10.0.0.2: nothing is up to send it to\n"
	    "20.0.0.0/8 target not sent 10.0.0.1: nothing is up to send it to\n");
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_and_without),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_priced),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
