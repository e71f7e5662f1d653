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
#include "tests/support/edge.h"

#define N 100

struct world {
	struct edge edge;
	struct app app;
	struct config config;
	struct occupancy *occupancy;
};

static void
second(struct world *w)
{
	w->app.now = w->edge.now = mono_add_ms(w->edge.now, 1000);
	for (uint32_t i = 0; i < N; i++)
		edge_sample(&w->edge, ip_v4(UINT32_C(0x0b000000) + (i << 8)), 1000 - i);
	edge_tick(&w->edge);
	occupancy_tick(w->occupancy, &w->app);
	edge_run(&w->edge);
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
	return installed_count(target_port_installed(w->edge.target, 0, IP_V4));
}

static void
add_routes(struct world *w)
{
	for (uint32_t i = 0; i < N; i++) {
		struct ip_prefix p =
		    prefix_make(IP_V4, (UINT64_C(0x0b000000) + (i << 8)) << 32, 0, 24);

		edge_route(&w->edge, &p, 1 + i % 3);
	}
	edge_end_of_rib(&w->edge);
}

static void
world_init(struct world *w)
{
	const struct push push = push_nowhere("switch", w);
	struct target_config tc = {
		.selection = SELECTOR_TOP, .capacity = { 200, 0 }, .probe_s = 3600
	};

	memset(w, 0, sizeof(*w));
	w->app.config = &w->config;
	w->app.events = tc.events = events_new();
	w->app.sflow = sflow_agents_new();
	edge_init(&w->edge, &tc);
	w->app.target = w->edge.target;
	w->occupancy = occupancy_new(w->edge.now);
	w->app.hardware.n = 1;
	w->app.hardware.list[0] =
	    (struct hardware_source){ .kind = "switchd", .name = "/s", .at = MONO_NEVER };
	(void)edge_add_port(&w->edge, &push);
	add_routes(w);
	seconds(w, 5);
	assert_int_equal(held(w), N);
}

static void
world_fini(struct world *w)
{
	occupancy_free(w->occupancy);
	edge_fini(&w->edge);
	sflow_agents_free(w->app.sflow);
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
	assert_int_equal(target_port_ceiling(w.edge.target, 0, IP_V4), CEILING_NONE);
	report(&w, 120, 200);
	second(&w);
	assert_int_equal(events_of(&w, "hardware"), 1);
	seconds(&w, 2 * HARDWARE_LAG_S);
	/* Full, and we are steady: others have taken the room. */
	report(&w, 200, 200);
	second(&w);
	assert_int_equal(target_port_ceiling(w.edge.target, 0, IP_V4), 98);
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
	assert_int_equal(target_port_ceiling(w.edge.target, 0, IP_V4), 97);
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
