/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target of 100 entries that a BGP session holds (which never says what became of them), and
 * reports of the ASIC's tables beside it.
 */
#include "tests/support/support.h"

#include <string.h>

#include "control/app.h"
#include "control/ceiling.h"
#include "control/events.h"
#include "control/occupancy.h"
#include "lib/log.h"

#define N 100

struct world {
	struct app app;
	struct config config;
	struct router *router;
	struct occupancy *occupancy;
	unsigned source;
};

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	struct world *w = ctx;

	target_route_changed(w->app.target, p, result);
}

static bool
ready(void *ctx, enum ip_family family)
{
	(void)ctx, (void)family;
	return true;
}

static void
announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	(void)ctx, (void)p, (void)attrs, (void)key;
}

static void
withdraw(void *ctx, const struct ip_prefix *p)
{
	(void)ctx, (void)p;
}

static void
complete(void *ctx, enum ip_family family)
{
	(void)ctx, (void)family;
}

static void
flush(void *ctx)
{
	(void)ctx;
}

static void
second(struct world *w)
{
	w->app.now = mono_add_ms(w->app.now, 1000);
	for (uint32_t i = 0; i < N; i++) {
		struct sflow_sample s = { .frame_len = 1000 - i,
			.rate = 1000,
			.bytes = (1000 - i) * UINT64_C(1000),
			.dst = ip_v4(UINT32_C(0x0b000000) + (i << 8)),
			.src = ip_v4(UINT32_C(0xc6336401)) };

		router_samples(w->router, &s, 1, w->app.now);
	}
	router_tick(w->router, w->app.now);
	occupancy_tick(w->occupancy, &w->app);
	target_run(w->app.target, w->app.now);
}

static void
seconds(struct world *w, int n)
{
	while (n-- > 0)
		second(w);
}

static size_t
held(const struct world *w)
{
	return installed_count(target_port_installed(w->app.target, 0, IP_V4));
}

static void
add_routes(struct world *w)
{
	for (uint32_t i = 0; i < N; i++) {
		struct route_attrs attrs = { .nexthop.addr = ip_v4(0x0a000001 + i % 3) };
		uint8_t bytes[4] = { 24, 11, 0, (uint8_t)i };

		router_routes(w->router, w->source, &attrs,
		    (struct bgp_nlri){ .pos = bytes, .end = bytes + 4, .family = IP_V4 });
	}
	router_end_of_rib(w->router, w->source, IP_V4, w->app.now);
}

static void
world_init(struct world *w)
{
	static const bool v4_only[IP_FAMILIES] = { [IP_V4] = true };
	const struct push push = { .ctx = w,
		.name = "switch",
		.ready = ready,
		.announce = announce,
		.withdraw = withdraw,
		.complete = complete,
		.flush = flush };
	struct router_config rc = {
		.name = "edge", .t_s = 10, .stale_time_s = 60, .changed = changed, .ctx = w
	};
	struct target_config tc = {
		.selection = SELECTOR_TOP, .capacity = { 200, 0 }, .probe_s = 3600
	};
	struct rib_source info = { .router_id = 1 };

	memset(w, 0, sizeof(*w));
	w->app.config = &w->config;
	w->app.now = mono_us(1000000);
	w->app.events = tc.events = events_new();
	w->app.attrs = rc.attrs = tc.attrs = attrs_table_new(1);
	w->app.sflow = sflow_agents_new();
	w->router = tc.router = router_new(&rc, w->app.now);
	w->source = router_add_source(w->router, "reflector");
	w->app.target = target_new(&tc);
	w->occupancy = occupancy_new(w->app.now);
	w->app.hardware.n = 1;
	w->app.hardware.list[0] =
	    (struct hardware_source){ .kind = "switchd", .name = "/s", .at = MONO_NEVER };
	(void)target_add_port(w->app.target, &push);
	target_port_up(w->app.target, 0, v4_only);
	router_source_up(w->router, w->source, &info, v4_only, w->app.now);
	add_routes(w);
	seconds(w, 5);
	assert_int_equal(held(w), N);
}

static void
world_fini(struct world *w)
{
	occupancy_free(w->occupancy);
	target_free(w->app.target);
	router_free(w->router);
	sflow_agents_free(w->app.sflow);
	attrs_table_free(w->app.attrs);
	events_free(w->app.events);
}

/* switchd says that so many of the IPv4 table's entries are used. */
static void
report(struct world *w, uint32_t used, uint32_t max)
{
	struct hardware_source *s = &w->app.hardware.list[0];

	s->tables.table[ASIC_IPV4].used = used;
	s->tables.table[ASIC_IPV4].max = max;
	s->at = w->app.now;
}

/* Events of a kind since the last call. */
static size_t
events_of(struct world *w, const char *kind)
{
	static uint64_t seen;
	const struct event *e;
	size_t n = 0;
	uint64_t id = seen > events_newest(w->app.events) ? 0 : seen;

	for (; (e = events_next(w->app.events, id)) != NULL; id = e->id)
		n += strcmp(e->kind, kind) == 0;
	seen = id;
	return n;
}

static void
test_room(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	w.config.hardware.reserve = 0.1;
	/* More than there is room for: the least go at once. */
	report(&w, 100, 100);
	second(&w);
	assert_int_equal(held(&w), 90);
	/* In time it is known what is others'. */
	seconds(&w, 2 * HARDWARE_LAG_S);
	report(&w, 100, 100);
	second(&w);
	assert_int_equal(held(&w), 80);
	/* Another of the sources has less. */
	w.app.hardware.n = 2;
	w.app.hardware.list[1] = w.app.hardware.list[0];
	w.app.hardware.list[1].tables.table[ASIC_TOTAL_ROUTES].max = 50;
	second(&w);
	assert_int_equal(held(&w), 45);
	w.app.hardware.n = 1;
	second(&w);
	assert_int_equal(held(&w), 80);
	/* What nobody has said for long does not count. */
	seconds(&w, OCCUPANCY_STALE_S + 1);
	assert_int_equal(held(&w), N);
	world_fini(&w);
}

static void
test_full(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	(void)events_of(&w, "");
	/* At first it may be full of what an earlier run left. */
	report(&w, 200, 200);
	second(&w);
	assert_int_equal(events_of(&w, "hardware"), 1);
	assert_int_equal(target_port_ceiling(w.app.target, 0, IP_V4), CEILING_NONE);
	report(&w, 120, 200);
	second(&w);
	assert_int_equal(events_of(&w, "hardware"), 1);
	seconds(&w, 2 * HARDWARE_LAG_S);
	/* Full, and we are steady: others have taken the room. */
	report(&w, 200, 200);
	second(&w);
	assert_int_equal(target_port_ceiling(w.app.target, 0, IP_V4), 98);
	assert_int_equal(held(&w), 98);
	assert_int_equal(events_of(&w, "ceiling"), 1);
	/* Reports that say the same for a while lower no more; after that they do. */
	for (int i = 0; i < HARDWARE_LAG_S - 10; i++) {
		report(&w, 200, 200);
		second(&w);
	}
	assert_int_equal(held(&w), 98);
	for (int i = 0; i < 20; i++) {
		report(&w, 200, 200);
		second(&w);
	}
	assert_int_equal(target_port_ceiling(w.app.target, 0, IP_V4), 97);
	assert_int_equal(events_of(&w, "hardware"), 0);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_full),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
