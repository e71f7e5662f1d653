/* SPDX-License-Identifier: Apache-2.0 */
/* What a router keeps of a lost session, of a refresh and over a restart, and when it believes
 * that a table is complete. */
#include "tests/support/support.h"

#include <string.h>

#include "control/router.h"
#include "tests/support/edge.h"

#define STALE_S   300
#define RESTART_S 120

struct world {
	struct mono now;
	struct attrs_table *attrs;
	struct router *router;
	unsigned source, other;
	unsigned removed, best_changed;
	unsigned removed_before, most_in_slice;
};

static const bool both[IP_FAMILIES] = { true, true };

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	struct world *w = ctx;

	(void)p;
	w->removed += result->change == RIB_REMOVED;
	w->best_changed += result->change == RIB_BEST_CHANGED;
}

static void
world_init(struct world *w)
{
	struct router_config config = {
		.name = "edge", .t_s = 1, .stale_time_s = STALE_S, .changed = changed, .ctx = w
	};

	memset(w, 0, sizeof(*w));
	w->now = mono_us(1000000);
	w->attrs = config.attrs = attrs_table_new(1);
	w->router = router_new(&config, w->now);
	w->source = router_add_source(w->router, "reflector");
	w->other = router_add_source(w->router, "second");
}

static void
world_fini(struct world *w)
{
	router_free(w->router);
	attrs_table_free(w->attrs);
}

static void
up(struct world *w, unsigned source)
{
	struct rib_source info = { .router_id = source + 1 };

	router_source_up(w->router, source, &info, both, w->now);
}

/* Announce, or withdraw, the n /24s of 10/8 from the first on, next hop or local preference as
 * said. */
static void
say(struct world *w, unsigned source, unsigned first, unsigned n, uint32_t local_pref)
{
	struct route_attrs attrs = {
		.nexthop.addr = ip_v4(0x0a000001 + source),
		.has_local_pref = true,
		.local_pref = local_pref,
	};

	for (unsigned i = first; i < first + n; i++) {
		struct ip_prefix p =
		    prefix_make(IP_V4, (UINT64_C(0x0a000000) + (i << 8)) << 32, 0, 24);

		router_tell(w->router, source, &p, local_pref > 0 ? &attrs : NULL);
	}
}

static void
work(struct world *w)
{
	do {
		unsigned before = w->removed;

		if (!router_work(w->router))
			return;
		if (w->removed - before > w->most_in_slice)
			w->most_in_slice = w->removed - before;
	} while (true);
}

static void
seconds(struct world *w, int n)
{
	for (int i = 0; i < n; i++) {
		w->now = mono_add_ms(w->now, 1000);
		router_tick(w->router, w->now);
		work(w);
	}
}

static struct router_source_status
status(const struct world *w)
{
	struct router_source_status s;

	router_source_status(w->router, w->source, IP_V4, &s);
	return s;
}

static void
assert_table(const struct world *w, size_t paths, size_t stale)
{
	assert_int_equal(status(w).paths, paths);
	assert_int_equal(status(w).stale, stale);
}

static void
end_of_rib(struct world *w)
{
	router_end_of_rib(w->router, w->source, IP_V4, w->now);
}

/* 100 routes, ready. */
static void
load(struct world *w)
{
	up(w, w->source);
	say(w, w->source, 0, 100, 100);
	end_of_rib(w);
	seconds(w, 3);
	assert_true(status(w).ready);
	assert_int_equal(router_phase(w->router, IP_V4), ROUTER_READY);
}

static void
test_early_end_of_rib(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);

	/* The very first: an empty table is not believed as quickly as one with routes. */
	up(&w, w.source);
	end_of_rib(&w);
	seconds(&w, (int)ROUTER_QUIET_NO_EOR_S - 1);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_COLD);
	say(&w, w.source, 0, 100, 100);
	seconds(&w, 1);
	assert_false(status(&w).ready);
	seconds(&w, 2);
	assert_true(status(&w).ready);

	/* After a restart of the router: its table is empty when it says that it is complete. */
	assert_true(mono_is_never(status(&w).stale_until));
	router_lose(w.router, w.source, STALE_S, w.now);
	assert_true(mono_sub_s(status(&w).stale_until, w.now) == STALE_S);
	seconds(&w, 10);
	assert_true(mono_sub_s(status(&w).stale_until, w.now) == STALE_S - 10);
	up(&w, w.source);
	assert_true(mono_is_never(status(&w).stale_until));
	end_of_rib(&w);
	seconds(&w, 20);
	assert_table(&w, 100, 100);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_FROZEN);
	say(&w, w.source, 0, 30, 100);
	seconds(&w, 20);
	assert_table(&w, 100, 70);
	say(&w, w.source, 30, 60, 100);
	seconds(&w, 3);
	assert_table(&w, 90, 0);
	assert_int_equal(w.removed, 10);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);

	/* What has come back is little, and stays so: believed in the end. */
	router_lose(w.router, w.source, STALE_S, w.now);
	up(&w, w.source);
	say(&w, w.source, 0, 20, 100);
	end_of_rib(&w);
	seconds(&w, (int)ROUTER_QUIET_SHRUNK_S);
	assert_table(&w, 90, 70);
	seconds(&w, 2);
	assert_table(&w, 20, 0);
	world_fini(&w);
}

static void
test_missing_end_of_rib(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	load(&w);
	router_lose(w.router, w.source, STALE_S, w.now);
	up(&w, w.source);
	seconds(&w, STALE_S - 1);
	assert_table(&w, 100, 100);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_FROZEN);

	/* A table that comes at last counts without End-of-RIB, after a longer quiet. */
	say(&w, w.source, 0, 80, 100);
	seconds(&w, (int)ROUTER_QUIET_NO_EOR_S);
	assert_table(&w, 100, 20);
	seconds(&w, 1);
	assert_table(&w, 80, 0);

	/* Nothing at all for stale-time: nothing speaks for the routes any more. */
	router_lose(w.router, w.source, STALE_S, w.now);
	up(&w, w.source);
	seconds(&w, STALE_S - 1);
	assert_table(&w, 80, 80);
	seconds(&w, 1);
	assert_table(&w, 0, 0);
	world_fini(&w);
}

/* A router is not cold for ever because its source says neither what it has nor that this is all.
 */
static void
test_silent_source(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	up(&w, w.source);
	seconds(&w, STALE_S - 1);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_COLD);
	seconds(&w, 1);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);
	assert_true(status(&w).silent && status(&w).ready);
	/* What comes later is taken as any change. */
	say(&w, w.source, 0, 80, 100);
	assert_table(&w, 80, 0);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);

	/* Nor with a table of another, which is in use. */
	up(&w, w.other);
	seconds(&w, STALE_S - 1);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_FROZEN);
	seconds(&w, 1);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);
	assert_table(&w, 80, 0);
	world_fini(&w);

	/* However short stale-time is, there is time to begin. */
	world_init(&w);
	router_set_times(w.router, 1, 0, w.now);
	up(&w, w.source);
	seconds(&w, (int)ROUTER_QUIET_NO_EOR_S - 1);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_COLD);
	seconds(&w, 1);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);
	world_fini(&w);
}

static void
test_refresh(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	load(&w);
	router_refresh_end(w.router, w.source, IP_V4); /* no begin: ignored */
	seconds(&w, 1);
	assert_table(&w, 100, 0);

	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	assert_true(status(&w).refreshing);
	assert_table(&w, 100, 100);
	say(&w, w.source, 0, 60, 100);
	seconds(&w, 30);
	assert_table(&w, 100, 40);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);
	router_refresh_end(w.router, w.source, IP_V4);
	seconds(&w, 1);
	assert_table(&w, 60, 0);
	assert_int_equal(w.removed, 40);
	assert_int_equal(w.best_changed, 0);

	/* Begun again before it was ended: all of it counts anew (RFC 7313 4). */
	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	say(&w, w.source, 0, 50, 100);
	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	say(&w, w.source, 0, 20, 100);
	router_refresh_end(w.router, w.source, IP_V4);
	seconds(&w, 1);
	assert_table(&w, 20, 0);
	world_fini(&w);
}

/* In a refresh the source's paths are as good as before: a change of another's does not move the
 * best path away and back. */
static void
test_refresh_moves_nothing(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	load(&w);
	up(&w, w.other);
	say(&w, w.other, 0, 100, 50);
	assert_int_equal(w.best_changed, 0);
	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	say(&w, w.other, 0, 100, 60);
	say(&w, w.source, 0, 100, 100);
	router_refresh_end(w.router, w.source, IP_V4);
	seconds(&w, 3);
	assert_int_equal(w.best_changed, 0);

	/* A lost session's do give way, once the other says something new. */
	router_lose(w.router, w.source, STALE_S, w.now);
	say(&w, w.other, 0, 100, 60);
	assert_int_equal(w.best_changed, 0);
	say(&w, w.other, 0, 10, 50);
	assert_int_equal(w.best_changed, 10);
	world_fini(&w);
}

/* A table that is complete by its quiet while a refresh is under way. */
static void
test_refresh_while_loading(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	up(&w, w.source);
	say(&w, w.source, 0, 100, 100);
	end_of_rib(&w);
	seconds(&w, 1);
	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	say(&w, w.source, 0, 10, 100);
	seconds(&w, 20);
	assert_table(&w, 100, 90);
	assert_false(status(&w).ready);
	say(&w, w.source, 10, 90, 100);
	router_refresh_end(w.router, w.source, IP_V4);
	seconds(&w, 3);
	assert_table(&w, 100, 0);
	assert_true(status(&w).ready);
	assert_int_equal(w.removed, 0);
	world_fini(&w);
}

/* A refresh that begins in the middle of a sweep does not make the sweep remove what it marks. */
static void
test_refresh_in_sweep(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	up(&w, w.source);
	say(&w, w.source, 0, 20000, 100);
	end_of_rib(&w);
	seconds(&w, 3);
	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	say(&w, w.source, 10000, 10000, 100);
	router_refresh_end(w.router, w.source, IP_V4);
	assert_true(router_work(w.router));
	assert_in_range(status(&w).paths, 10001, 19999);
	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	work(&w);
	assert_in_range(status(&w).paths, 10001, 19999);
	say(&w, w.source, 10000, 10000, 100);
	router_refresh_end(w.router, w.source, IP_V4);
	seconds(&w, 1);
	assert_table(&w, 10000, 0);
	assert_in_range(w.most_in_slice, 1, 2500); /* in slices */
	world_fini(&w);
}

static void
test_refresh_is_cut_off(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	load(&w);

	/* By the end of the session: like any lost session. */
	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	say(&w, w.source, 0, 10, 100);
	router_lose(w.router, w.source, STALE_S, w.now);
	seconds(&w, 10);
	assert_false(status(&w).refreshing);
	assert_table(&w, 100, 100);
	up(&w, w.source);
	router_refresh_end(w.router, w.source, IP_V4); /* of a refresh that is over */
	seconds(&w, 1);
	assert_table(&w, 100, 100);
	say(&w, w.source, 0, 100, 100);
	end_of_rib(&w);
	seconds(&w, 3);
	assert_table(&w, 100, 0);
	assert_int_equal(w.removed, 0);

	/* By a peer that forgets to end it: not while it still sends. */
	router_refresh_begin(w.router, w.source, IP_V4, w.now);
	seconds(&w, (int)ROUTER_REFRESH_MAX_S - 2);
	say(&w, w.source, 0, 50, 100);
	seconds(&w, 2);
	assert_table(&w, 100, 50);
	say(&w, w.source, 50, 30, 100);
	seconds(&w, 1);
	assert_table(&w, 100, 20);
	seconds(&w, 3);
	assert_table(&w, 80, 0);
	assert_false(status(&w).refreshing);
	world_fini(&w);
}

static void
lose_gracefully(struct world *w, double retain_s)
{
	const struct router_loss loss = { .graceful = { true, false },
		.retain_s = { retain_s, STALE_S } };

	router_source_lost(w->router, w->source, &loss, w->now);
}

static void
test_graceful_restart(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	load(&w);

	/* Back in time, forwarding state preserved: kept until the table is there. */
	lose_gracefully(&w, RESTART_S);
	seconds(&w, RESTART_S - 1);
	assert_table(&w, 100, 100);
	up(&w, w.source);
	seconds(&w, 30);
	assert_table(&w, 100, 100);
	say(&w, w.source, 0, 90, 100);
	seconds(&w, 1);
	end_of_rib(&w);
	seconds(&w, 3);
	assert_table(&w, 90, 0);

	/* Lost again before the table was complete: its time goes on. */
	lose_gracefully(&w, RESTART_S);
	seconds(&w, 60);
	up(&w, w.source);
	say(&w, w.source, 0, 45, 100);
	lose_gracefully(&w, RESTART_S);
	assert_table(&w, 90, 90);
	seconds(&w, RESTART_S - 60 - 1);
	assert_table(&w, 90, 90);
	seconds(&w, 1);
	assert_table(&w, 0, 0);
	world_fini(&w);
}

static void
test_forwarding_not_preserved(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	load(&w);
	lose_gracefully(&w, RESTART_S);
	up(&w, w.source);
	router_source_not_preserved(w.router, w.source, IP_V4);
	say(&w, w.source, 0, 10, 100);
	work(&w);
	assert_table(&w, 10, 0);
	assert_int_equal(w.removed, 100 - 10);
	end_of_rib(&w);
	seconds(&w, 3); /* and there is nothing larger to wait for */
	assert_true(status(&w).ready);

	/* Nobody asked for a restart: how the new session begins says nothing of the old one. */
	router_lose(w.router, w.source, STALE_S, w.now);
	up(&w, w.source);
	router_source_not_preserved(w.router, w.source, IP_V4);
	work(&w);
	assert_table(&w, 10, 10);

	/* Kept for no time at all: a hard reset. */
	lose_gracefully(&w, 0);
	work(&w);
	assert_table(&w, 0, 0);
	world_fini(&w);
}

/* A family that the new session has not: nothing will refresh its routes. */
static void
test_family_not_offered_again(void **state)
{
	static const bool v6_only[IP_FAMILIES] = { false, true };
	struct rib_source info = { .router_id = 1 };
	struct world w;

	(void)state;
	world_init(&w);
	load(&w);
	router_lose(w.router, w.source, STALE_S, w.now);
	router_source_up(w.router, w.source, &info, v6_only, w.now);
	work(&w);
	assert_table(&w, 0, 0);
	world_fini(&w);
}

/* Agents come and go with reloads; without one there are no samples to be waited for. */
static void
test_agents(void **state)
{
	struct world w;
	unsigned one, other;

	(void)state;
	world_init(&w);
	assert_false(router_is_sampled(w.router));
	one = router_add_agent(w.router, "192.0.2.1", 1);
	other = router_add_agent(w.router, "192.0.2.2", 1);
	router_remove_agent(w.router, one);
	assert_true(router_is_sampled(w.router));
	assert_int_equal(router_add_agent(w.router, "192.0.2.3", 1), one);
	router_remove_agent(w.router, one);
	router_remove_agent(w.router, other);
	assert_false(router_is_sampled(w.router));
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_early_end_of_rib),
		cmocka_unit_test(test_missing_end_of_rib),
		cmocka_unit_test(test_silent_source),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_refresh_moves_nothing),
		cmocka_unit_test(test_refresh_while_loading),
		cmocka_unit_test(test_refresh_in_sweep),
		cmocka_unit_test(test_refresh_is_cut_off),
		cmocka_unit_test(test_graceful_restart),
		cmocka_unit_test(test_forwarding_not_preserved),
		cmocka_unit_test(test_family_not_offered_again),
		cmocka_unit_test(test_agents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
