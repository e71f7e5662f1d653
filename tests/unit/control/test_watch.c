/* SPDX-License-Identifier: Apache-2.0 */
/* Events that come from looking at sessions and tables once a second. */
#include "tests/unit/control/table_app.h"

#include <ev.h>

#include "bgpd/speaker_io.h"
#include "control/events.h"
#include "control/watch.h"
#include "lib/log.h"
#include "tests/support/edge.h"

struct world {
	struct table_app t;
	struct ev_loop *loop;
	struct watch *watch;
	unsigned seconds;
};

static void
ignore_routes(
    void *ctx, struct bgp_neighbor *n, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	(void)ctx, (void)n, (void)attrs, (void)nlri;
}

/* The neighbours wait for connections that nobody makes: their tables are told by hand. */
static void
world_init(struct world *w)
{
	const struct bgp_sink sink = { .routes = ignore_routes };

	memset(w, 0, sizeof(*w));
	table_app_init(&w->t);
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->t.app.speaker = bgp_speaker_new(w->loop, 1);
	w->t.app.events = events_new();
	w->watch = watch_new();
	for (unsigned i = 0; i < 2; i++)
		w->t.neighbors[i].bgp =
		    bgp_speaker_add(w->t.app.speaker, &w->t.configs[i].bgp, &sink);
}

static void
world_fini(struct world *w)
{
	watch_free(w->watch);
	events_free(w->t.app.events);
	bgp_speaker_free(w->t.app.speaker);
	ev_loop_destroy(w->loop);
	table_app_fini(&w->t);
}

static void
seconds(struct world *w, unsigned n)
{
	while (n-- > 0) {
		w->t.app.now = mono_add_ms(w->t.app.now, 1000);
		router_tick(w->t.routers[0], w->t.app.now);
		watch_tick(w->watch, &w->t.app);
		w->seconds++;
	}
}

/* How many events have this text. */
static unsigned
count_events(const struct world *w, const char *text)
{
	const struct event *e;
	unsigned n = 0;

	for (uint64_t id = 0; (e = events_next(w->t.app.events, id)) != NULL; id = e->id)
		if (strcmp(e->text, text) == 0)
			n += (unsigned)e->count;
	return n;
}

/* A neighbour that sends nothing at all is not waited for for ever, and is told of, once. */
static void
test_silent_neighbour(void **state)
{
	static const char text[] = "neighbour second sends neither IPv4 routes nor End-of-RIB: its "
				   "table is taken as empty";
	struct router_source_status s;
	struct world w;

	(void)state;
	world_init(&w);
	/* `first` says for both families that it has nothing, `second` says so for IPv6. */
	for (int f = 0; f < IP_FAMILIES; f++)
		router_end_of_rib(w.t.routers[0], 0, (enum ip_family)f, w.t.app.now);
	router_end_of_rib(w.t.routers[0], 1, IP_V6, w.t.app.now);
	seconds(&w, TABLE_APP_STALE_S - 1);
	assert_int_equal(router_phase(w.t.routers[0], IP_V4), ROUTER_FROZEN);
	assert_int_equal(count_events(&w, text), 0);
	seconds(&w, 2);
	assert_int_equal(router_phase(w.t.routers[0], IP_V4), ROUTER_READY);
	assert_int_equal(router_phase(w.t.routers[0], IP_V6), ROUTER_READY);
	assert_int_equal(count_events(&w, text), 1);
	assert_int_equal(count_events(&w, "IPv4 of router edge is not frozen any more"), 1);
	seconds(&w, 100);
	/* And IPv4 was frozen, and IPv6 is ready: nothing more. */
	assert_int_equal(events_newest(w.t.app.events), 4);
	router_source_status(w.t.routers[0], 1, IP_V4, &s);
	assert_true(s.silent && s.ready && !s.end_of_rib);

	/* A new session begins to be waited for anew. */
	router_lose(w.t.routers[0], 1, TABLE_APP_STALE_S, w.t.app.now);
	router_source_status(w.t.routers[0], 1, IP_V4, &s);
	assert_false(s.silent);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_neighbour),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
