/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept over a restart: the file's bytes there and back and broken, and a second life that
 * goes on from the first: its first selection is by the old ranks and changes nothing.
 */
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include "control/app_state.h"
#include "control/ceiling.h"
#include "control/sim.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "tests/support/edge.h"

/* --- the codec --- */

static struct state_record
make_record(const char *prefix, double rate)
{
	struct state_record r = { .traffic = { .rate_bps = { rate, 1 },
				      .demand_bps = rate / 2,
				      .demand_square = 7,
				      .idle_s = { 0.5, INFINITY } } };

	assert_true(prefix_parse(prefix, true, &r.prefix));
	return r;
}

static struct state
make_state(void)
{
	struct state s = { .wall_ms = 1467322500123, .n_tables = 2, .n_ceilings = 1 };

	s.tables = mem_calloc(MEM_MISC, 2, sizeof(*s.tables));
	for (size_t i = 0; i < 2; i++) {
		struct state_table *t = &s.tables[i];

		t->router = mem_strdup(MEM_MISC, "edge");
		t->family = i == 0 ? IP_V4 : IP_V6;
		t->totals = (struct traffic_saved_totals){ .tau_s = 60,
			.unfilled = 0.25,
			.samples_per_s = 100,
			.demand_bps = 1e9,
			.total_bps = { 2, 3 },
			.unrouted_bps = { 4, 5 } };
		t->n = 2;
		t->records = mem_calloc(MEM_MISC, 2, sizeof(*t->records));
		t->records[0] = make_record(i == 0 ? "0.0.0.0/0" : "::/0", 1024);
		t->records[1] = make_record(i == 0 ? "10.1.2.0/23" : "2001:db8::/32", 4096);
		t->records[1].traffic.n_points = 1;
		t->records[1].traffic.points[0].prefix =
		    prefix_make(t->family, t->records[1].prefix.hi, 0, i == 0 ? 24 : 48);
		t->records[1].traffic.points[0].weight = 64;
	}
	s.ceilings = mem_calloc(MEM_MISC, 1, sizeof(*s.ceilings));
	s.ceilings[0] = (struct state_ceiling){ mem_strdup(MEM_MISC, "sim"), IP_V6, 1234 };
	s.target[IP_V4] = (struct target_saved){ { 1536, 900 }, 30000 };
	s.target[IP_V6] = (struct target_saved){ { 0, 1000 }, 10000 };
	s.frozen = true;
	return s;
}

static void
test_there_and_back(void **state)
{
	struct state s = make_state(), back;
	size_t len, again;
	uint8_t *data = state_write(&s, &len), *second;

	(void)state;
	assert_null(state_read(data, len, &back));
	assert_int_equal(back.wall_ms, s.wall_ms);
	assert_int_equal(back.n_tables, 2);
	assert_string_equal(back.tables[1].router, "edge");
	assert_int_equal(back.tables[1].family, IP_V6);
	assert_true(back.tables[0].totals.unfilled == 0.25);
	assert_true(
	    prefix_equal(&back.tables[1].records[1].prefix, &s.tables[1].records[1].prefix));
	assert_true(back.tables[0].records[1].traffic.rate_bps[0] == 4096);
	assert_true(isinf(back.tables[0].records[0].traffic.idle_s[1]));
	assert_int_equal(back.tables[0].records[1].traffic.points[0].prefix.len, 24);
	assert_string_equal(back.ceilings[0].port, "sim");
	assert_int_equal(back.ceilings[0].entries, 1234);
	assert_true(back.target[IP_V4].selector.price_bps == 1536);
	assert_int_equal(back.target[IP_V4].selector.exact_permille, 900);
	assert_int_equal(back.target[IP_V6].quota, 10000);
	assert_true(back.frozen);
	second = state_write(&back, &again);
	assert_int_equal(len, again);
	assert_memory_equal(data, second, len);
	mem_free(MEM_MISC, data);
	mem_free(MEM_MISC, second);
	state_fini(&s);
	state_fini(&back);
}

/* Every byte matters, and every length. */
static void
test_broken(void **state)
{
	struct state s = make_state(), back;
	size_t len;
	uint8_t *data = state_write(&s, &len);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		data[i] ^= 0x40;
		assert_non_null(state_read(data, len, &back));
		state_fini(&back);
		data[i] ^= 0x40;
		assert_non_null(state_read(data, i, &back));
		state_fini(&back);
	}
	data[5] = STATE_VERSION + 1;
	assert_string_equal(state_read(data, len, &back), "it is of another version");
	mem_free(MEM_MISC, data);
	state_fini(&s);
}

/* --- a second life --- */

struct life {
	struct edge edge;
	struct app app;
};

static void
life_begin(struct life *l, enum selector_kind selection, uint32_t capacity)
{
	struct target_config tc = { .selection = selection,
		.capacity = { capacity, 0 },
		.headroom = 0.02,
		.synthetic = true };
	struct sim_config sc = { .name = "sim", .capacity = { SIM_ROOMY, 0 } };

	memset(l, 0, sizeof(*l));
	edge_init(&l->edge, &tc);
	l->app.now = l->app.started = l->edge.now;
	sc.attrs = l->app.attrs = l->edge.attrs;
	l->app.routers = &l->edge.router;
	l->app.n_routers = 1;
	l->app.target = l->edge.target;
	l->app.sim = sim_new(&sc);
	sim_attach(l->app.sim, l->app.target);
}

static void
life_end(struct life *l)
{
	app_state_drop(&l->app);
	sim_free(l->app.sim);
	edge_fini(&l->edge);
}

/* A table of /20s, every eighth of them with a /24 that goes elsewhere. */
static void
learn(struct life *l, uint32_t routes)
{
	for (uint32_t i = 0; i < routes; i++) {
		struct ip_prefix p =
		    prefix_make(IP_V4, (UINT64_C(0x20000000) + (i << 12)) << 32, 0, 20);

		if (i % 9 == 8)
			p = prefix_make(IP_V4, (UINT64_C(0x14000300) + (i / 9 << 12)) << 32, 0, 24);
		edge_route(&l->edge, &p, 1 + i % 5);
	}
	edge_end_of_rib(&l->edge);
}

/* Samples of a second by a law of ranks. */
static void
samples(struct life *l, struct rng *rng, uint32_t routes)
{
	struct sflow_sample s[200];

	for (size_t i = 0; i < ARRAY_LEN(s); i++) {
		uint32_t rank = (uint32_t)((double)routes * pow(rng_unit(rng), 3));

		s[i] = (struct sflow_sample){ .frame_len = 1000,
			.rate = 1000,
			.bytes = 1000000,
			.src = ip_v4(0xc6336401),
			.dst = ip_v4(UINT32_C(0x20000000) + (rank << 12) + 5) };
	}
	router_samples(l->edge.router, s, ARRAY_LEN(s), l->edge.now);
}

static void
second(struct life *l)
{
	edge_second(&l->edge);
	l->app.now = l->edge.now;
	app_state_tick(&l->app);
	sim_run(l->app.sim, l->app.now);
	edge_run(&l->edge);
	sim_run(l->app.sim, l->app.now);
}

/* Seconds without samples until the selection has nothing more to do. */
static void
at_rest(struct life *l)
{
	const struct installed_stats *stats = installed_stats(sim_table(l->app.sim, IP_V4));
	uint64_t done = 0;
	int quiet = 0;

	for (int i = 0; quiet < 5; i++) {
		assert_true(i < 60);
		second(l);
		quiet = stats->added + stats->removed + stats->changed == done ? quiet + 1 : 0;
		done = stats->added + stats->removed + stats->changed;
	}
}

static double
price_of(const struct life *l)
{
	struct target_family_status s;

	target_family_status(l->app.target, IP_V4, &s);
	return s.selector.price_bps;
}

static void
test_second_life(void **state)
{
	struct rng rng = rng_make(test_seed("state"));

	(void)state;
	for (int k = 0; k < 2; k++) {
		enum selector_kind selection = k == 0 ? SELECTOR_TOP : SELECTOR_PRICED;
		struct life first, next;
		const struct installed_stats *stats;
		struct ip_prefix at = { .family = IP_V4 };
		struct state saved, back;
		uint8_t *data;
		size_t len;

		life_begin(&first, selection, 300);
		learn(&first, 3000);
		for (int i = 0; i < 120; i++) {
			samples(&first, &rng, 3000);
			second(&first);
		}
		assert_true(installed_count(sim_table(first.app.sim, IP_V4)) > 250);
		at_rest(&first);
		target_port_restore_ceiling(first.app.target, 0, IP_V4, 299, first.app.now);
		assert_true(app_state_take(&first.app, 1, &saved));
		data = state_write(&saved, &len);
		state_fini(&saved);
		assert_null(state_read(data, len, &back));

		/* The target still holds what it held; the table comes anew, and no sample has. */
		life_begin(&next, selection, 300);
		app_state_give(&next.app, &back);
		assert_int_equal(target_port_ceiling(next.app.target, 0, IP_V4), 299);
		target_port_restore_ceiling(next.app.target, 0, IP_V4, CEILING_NONE, next.app.now);
		for (const struct installed_entry *e =
			 installed_next(sim_table(first.app.sim, IP_V4), &at, true);
		     e != NULL; e = installed_next(sim_table(first.app.sim, IP_V4), &at, false)) {
			struct route_attrs attrs;

			attrs_get(first.app.attrs, e->attrs, &attrs);
			target_port_adopt(next.app.target, 0, &e->prefix, &attrs, next.app.now);
			sim_hold(next.app.sim, &e->prefix, &attrs);
		}
		stats = installed_stats(sim_table(next.app.sim, IP_V4));
		learn(&next, 3000);
		assert_false(app_state_take(&next.app, 1, &saved)); /* not before it has its own */
		state_fini(&saved);
		for (int i = 0; i < 4; i++)
			second(&next);
		assert_null(next.app.saved);
		assert_true(router_averages_known(next.edge.router, next.app.now));
		if (stats->removed + stats->changed > 0)
			fail_msg("%s: %llu removed, %llu changed", selector_names[selection],
			    (unsigned long long)stats->removed, (unsigned long long)stats->changed);
		assert_int_equal(stats->added, installed_count(sim_table(first.app.sim, IP_V4)));
		assert_true(fabs(price_of(&next) / price_of(&first) - 1) < 1e-6 ||
			    price_of(&next) == price_of(&first));
		mem_free(MEM_MISC, data);
		life_end(&first);
		life_end(&next);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_second_life),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
