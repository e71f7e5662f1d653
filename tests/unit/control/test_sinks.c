/* SPDX-License-Identifier: Apache-2.0 */
/* What neighbours deliver, on its way into a table: what is kept of lost sessions. */
#include "tests/unit/control/table_app.h"

#include <ev.h>

#include "bgpd/speaker_io.h"
#include "control/app_sinks.h"
#include "lib/log.h"

#define MAX 1000

struct world {
	struct table_app t;
	struct config config;
	struct ev_loop *loop;
	struct bgp_sink sink;
};

/* The first neighbour, with the sink it has in the daemon, and told by hand. */
static void
world_init(struct world *w, double stale_time_s, uint32_t max)
{
	memset(w, 0, sizeof(*w));
	table_app_init(&w->t);
	w->config.stale_time_s = stale_time_s;
	w->t.app.config = &w->config;
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->t.app.speaker = bgp_speaker_new(w->loop, 1);
	w->t.configs[0].bgp.max_prefixes[IP_V4] = max;
	w->sink = app_bgp_sink(&w->t.neighbors[0]);
	w->t.neighbors[0].bgp = bgp_speaker_add(w->t.app.speaker, &w->t.configs[0].bgp, &w->sink);
}

static void
world_fini(struct world *w)
{
	bgp_speaker_free(w->t.app.speaker);
	ev_loop_destroy(w->loop);
	table_app_fini(&w->t);
}

/* n prefixes from the k-th on, one an UPDATE, with as many slices of work as there are turns of the
 * loop; gives the most paths there were. */
static size_t
announce(struct world *w, uint32_t k, uint32_t n)
{
	const struct route_attrs attrs = { .nexthop.addr = ip_v4(0x0a000001) };
	size_t most = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t a = 0x14000000 + (k + i) * 256;
		uint8_t bytes[] = { 24, (uint8_t)(a >> 24), (uint8_t)(a >> 16), (uint8_t)(a >> 8) };
		struct bgp_nlri nlri = { bytes, bytes + sizeof(bytes), IP_V4, false };
		size_t paths;

		w->sink.routes(w->sink.ctx, w->t.neighbors[0].bgp, &attrs, nlri);
		paths = rib_source_path_count(router_rib(w->t.routers[0]), IP_V4, 0);
		most = paths > most ? paths : most;
		if (i % 100 == 0)
			(void)router_work(w->t.routers[0]);
	}
	return most;
}

static struct router_source_status
status(const struct world *w)
{
	struct router_source_status s;

	router_source_status(w->t.routers[0], 0, IP_V4, &s);
	return s;
}

static void
lose(struct world *w)
{
	w->sink.down(w->sink.ctx, w->t.neighbors[0].bgp, BGP_DOWN_NOTIFICATION_RECEIVED);
}

static void
up(struct world *w)
{
	static const bool families[IP_FAMILIES] = { true, true };
	const struct rib_source info = { .router_id = 1 };

	router_source_up(w->t.routers[0], 0, &info, families, w->t.app.now);
}

/* Other prefixes in each session, as many as it may have: what is kept does not add up. */
static void
test_stale_is_limited(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 600, MAX);
	for (uint32_t session = 0; session < 10; session++) {
		assert_in_range(announce(&w, session * MAX, MAX), MAX, 3 * MAX);
		assert_int_equal(status(&w).paths - status(&w).stale, MAX);
		lose(&w);
		assert_true(status(&w).stale >= MAX);
		up(&w);
	}
	world_fini(&w);

	/* The same table each time is one table. */
	world_init(&w, 600, MAX);
	for (uint32_t session = 0; session < 10; session++) {
		assert_int_equal(announce(&w, 0, MAX), MAX);
		lose(&w);
		assert_int_equal(status(&w).stale, MAX);
		up(&w);
	}
	world_fini(&w);
}

/* Where a limit only warns, what is above it is a table like any other, over a restart, too. */
static void
test_warning_drops_nothing(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 600, MAX);
	w.t.configs[0].bgp.above_max = BGP_ABOVE_MAX_WARN;
	announce(&w, 0, 3 * MAX);
	lose(&w);
	up(&w);
	announce(&w, 0, MAX);
	assert_int_equal(status(&w).paths, 3 * MAX);
	assert_int_equal(status(&w).stale, 2 * MAX);
	world_fini(&w);
}

/* Not kept by graceful restart (a hard reset, too many prefixes): for stale-time all the same, as
 * of any session that is lost; where that is 0 they go with it. */
static void
test_end_for_good(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 600, 0);
	announce(&w, 0, 10);
	lose(&w);
	assert_int_equal(status(&w).stale, 10);
	assert_true(mono_sub_s(status(&w).stale_until, w.t.app.now) == 600);
	while (router_work(w.t.routers[0]))
		;
	assert_int_equal(status(&w).paths, 10);
	world_fini(&w);

	world_init(&w, 0, 0);
	announce(&w, 0, 10);
	lose(&w);
	while (router_work(w.t.routers[0]))
		;
	assert_int_equal(status(&w).paths, 0);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stale_is_limited),
		cmocka_unit_test(test_warning_drops_nothing),
		cmocka_unit_test(test_end_for_good),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
