/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The selections compared on a full table with modelled next hops and traffic (fibmodel.h): what
 * part of the traffic a table of N entries covers, by the naive top N, by `top`, by `leaf` and by
 * `priced`, and what no table of that size can exceed; whether any address at all is sent to a
 * wrong next hop; how many slots `priced` needs for what `top` covers with 30,000; and what a solve
 * and an incremental change cost.
 *
 *      bench_priced [s0|s1|s2 [alpha [H [punt|follow [T0|T1 [seed]]]]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/select/leaf.h"
#include "control/select/priced.h"
#include "control/select/select.h"
#include "lib/clock_io.h"
#include "lib/mem.h"
#include "tests/support/fibmodel.h"
#include "tests/support/figure.h"

#define SOLVES 40 /* at most, to find a price */

static const size_t sizes[] = { 1000, 2000, 5000, 10000, 16000, 32000 };

struct bench {
	struct fibmodel model;
	struct traffic *traffic;
	uint32_t default_action;
	const char *mode;
};

struct outcome {
	double covered, wrong; /* parts of all traffic, % */
	uint64_t wrong_intervals;
	size_t entries;
};

static void
figure(const struct bench *b, const char *name, size_t n, double value, const char *unit,
    double target, bool at_most)
{
	const struct fibmodel_config *c = &b->model.config;
	char id[64], data[160];

	snprintf(id, sizeof(id), "S.%s.%zu", name, n);
	snprintf(data, sizeof(data),
	    "%s, %zu routes, %zu places, %s T%d alpha %g H %u, %s, seed %llu",
	    b->model.real ? "real table" : "generated table", b->model.routes, b->model.n,
	    c->nexthops, c->plain_ranks ? 0 : 1, c->alpha, c->hot, b->mode,
	    (unsigned long long)c->seed);
	figure_print(&(struct figure){ .id = id,
	    .value = value,
	    .unit = unit,
	    .goal = at_most ? FIGURE_AT_MOST : FIGURE_AT_LEAST,
	    .target = target,
	    .data = data });
}

static int
by_prefix(const void *a, const void *b)
{
	const struct fib_route *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

/* Judge a table by itself: the verifier over all addresses, and every place through the table. */
static struct outcome
judge(const struct bench *b, struct fib_route *table, size_t n)
{
	const struct fibmodel *m = &b->model;
	struct ip_prefix everything = { .family = (uint8_t)m->config.family };
	struct fib_cursor cursor = { .routes = table, .n = n };
	struct outcome o = { .entries = n };
	struct sweep_interval part = { 0 };
	struct verify_result v;
	struct sweep sweep;
	bool more;

	qsort(table, n, sizeof(*table), by_prefix);
	(void)verify_rib(m->rib, m->config.family, b->default_action, table, n, true, &v);
	o.wrong_intervals = v.wrong;
	sweep_init(&sweep, &everything, b->default_action, fib_next, &cursor);
	more = sweep_step(&sweep, &part);
	for (size_t i = 0; i < m->n; i++) {
		const struct fibmodel_place *p = &m->places[i];

		while (more && part.last < sweep_first(&p->prefix))
			more = sweep_step(&sweep, &part);
		if (part.value == p->action)
			o.covered += (double)p->weight;
		else if (part.value != b->default_action)
			o.wrong += (double)p->weight;
	}
	o.covered *= 100. / (double)m->total;
	o.wrong *= 100. / (double)m->total;
	return o;
}

static struct outcome
run_top(const struct bench *b, size_t limit, bool naive)
{
	struct select_input in = { .rib = b->model.rib,
		.traffic = b->traffic,
		.family = b->model.config.family,
		.now = mono_us(0),
		.limit = limit,
		.min_length = 1,
		.include_covered = !naive,
		.prune_covered = !naive };
	struct selection s;
	struct fib_route *table;
	struct outcome o;

	selection_init(&s);
	select_top(&in, &s);
	table = calloc(s.n + 1, sizeof(*table));
	for (size_t i = 0; i < s.n; i++)
		table[i] = (struct fib_route){ .prefix = selection_at(&s, i)->prefix,
			.action = rib_best_nexthop(
			    b->model.rib, b->model.config.family, selection_at(&s, i)->id) };
	o = judge(b, table, s.n);
	free(table);
	selection_fini(&s);
	return o;
}

static struct outcome
run_leaf(const struct bench *b, size_t limit)
{
	const struct fibmodel *m = &b->model;
	struct leaf_place *places = calloc(m->n, sizeof(*places));
	struct leaf_block *blocks;
	struct fib_route *table;
	struct outcome o;
	size_t n;

	for (size_t i = 0; i < m->n; i++)
		places[i] = (struct leaf_place){ .prefix = m->places[i].prefix,
			.weight = (double)m->places[i].weight };
	n = leaf_choose(&(struct leaf_question){ .rib = m->rib,
			    .family = m->config.family,
			    .default_action = b->default_action,
			    .min_length = 1 },
	    places, m->n, limit, &blocks);
	table = calloc(n + 1, sizeof(*table));
	for (size_t i = 0; i < n; i++)
		table[i] =
		    (struct fib_route){ .prefix = blocks[i].prefix, .action = blocks[i].action };
	o = judge(b, table, n);
	free(table);
	free(places);
	mem_free(MEM_SELECT, blocks);
	return o;
}

/* The solver's last decision; the bound is for a table of `limit` slots. */
static struct outcome
judge_priced(const struct bench *b, const struct priced *p, size_t *guards, size_t *synthetic)
{
	struct priced_table t;
	struct fib_route *table;
	struct outcome o;

	priced_table_init(&t);
	priced_table_get(p, &t);
	table = calloc(t.n + 1, sizeof(*table));
	*guards = *synthetic = 0;
	for (size_t i = 0; i < t.n; i++) {
		table[i] = (struct fib_route){ .prefix = t.entries[i].prefix,
			.action = t.entries[i].action };
		*guards += t.entries[i].kind == PRICED_GUARD;
		*synthetic += t.entries[i].kind == PRICED_SYNTHETIC;
	}
	o = judge(b, table, t.n);
	free(table);
	priced_table_fini(&t);
	return o;
}

static struct priced *
make_priced(const struct bench *b)
{
	struct priced *p = priced_new(&(struct priced_config){ .rib = b->model.rib,
	    .family = b->model.config.family,
	    .default_action = b->default_action,
	    .guards = true,
	    .synthetic = true,
	    .min_length = 1 });

	for (size_t i = 0; i < b->model.n; i++)
		priced_set_weight(p, &b->model.places[i].prefix, b->model.places[i].weight);
	return p;
}

/* All tables of `limit` slots cover at most this, %: the least of the bounds at prices around. */
static double
dual_bound(const struct bench *b, struct priced *p, size_t limit, int64_t price)
{
	double least = 100;

	for (int step = -1; step <= 1; step++) {
		int64_t at = price + price / 256 * step;
		struct outcome o;
		size_t unused;
		double bound;

		priced_solve(p, at);
		o = judge_priced(b, p, &unused, &unused);
		bound = o.covered + 100. * (double)at / (double)b->model.total *
					((double)limit - (double)o.entries);
		if (bound < least)
			least = bound;
	}
	return least;
}

static void
compare(const struct bench *b, struct priced *p)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size_t n = sizes[i], guards, synthetic;
		struct outcome naive = run_top(b, n, true), top = run_top(b, n, false);
		struct outcome leaf = run_leaf(b, n), priced;
		int64_t price = priced_fit(p, n, 1, SOLVES);
		double bound;

		priced_fill(p, n);
		priced = judge_priced(b, p, &guards, &synthetic);
		bound = dual_bound(b, p, n, price);
		figure(b, "coverage.naive", n, naive.covered, "%", -1, false);
		figure(b, "misforwarded.naive", n, naive.wrong, "% of traffic", -1, false);
		figure(b, "misforwarded.naive.intervals", n, (double)naive.wrong_intervals,
		    "intervals", -1, false);
		figure(b, "coverage.top", n, top.covered, "%", -1, false);
		figure(b, "coverage.leaf", n, leaf.covered, "%", -1, false);
		figure(b, "coverage.priced", n, priced.covered, "%", -1, false);
		figure(b, "bound", n, bound, "%", -1, false);
		figure(b, "ratio.priced", n, priced.covered / bound, "of the bound", 0.999, false);
		figure(b, "entries.priced", n, (double)priced.entries, "slots", (double)n, true);
		figure(b, "guards.priced", n, (double)guards, "slots", -1, false);
		figure(b, "synthetic.priced", n, (double)synthetic, "slots", -1, false);
		figure(b, "misforwarded.intervals", n,
		    (double)(top.wrong_intervals + leaf.wrong_intervals + priced.wrong_intervals),
		    "intervals", 0, true);
	}
}

/* The least N with which priced covers what top covers with 30,000. */
static void
equal_coverage(const struct bench *b, struct priced *p)
{
	struct outcome top = run_top(b, 30000, false);
	size_t low = 1, high = 30000, unused;

	while (high - low > high / 200) {
		size_t mid = low + (high - low) / 2;

		(void)priced_fit(p, mid, 1, SOLVES);
		priced_fill(p, mid);
		if (judge_priced(b, p, &unused, &unused).covered >= top.covered)
			high = mid;
		else
			low = mid;
	}
	figure(b, "coverage.top", 30000, top.covered, "%", -1, false);
	figure(b, "slots.for_top_30k", 30000, (double)high, "slots", 17000, true);
}

static void
bench_solves(const struct bench *b, struct priced *p, const char *name, double target)
{
	double best = 1e9;
	int64_t price = priced_fit(p, 10000, 1, SOLVES);

	for (int run = 0; run < 5; run++) {
		double start = clock_cpu_s(), took;

		priced_solve(p, price);
		took = clock_cpu_s() - start;
		if (took < best)
			best = took;
	}
	figure(b, name, b->model.n, best, "s", target, true);
	figure(b, "nodes", b->model.n, (double)priced_nodes(p), "nodes", -1, false);
	figure(b, "memory", b->model.n, (double)priced_bytes(p) / 1048576, "MiB", -1, false);
}

/* Change the weight of some places, by a little or a lot, and update: `each` at a time. The daemon
 * gives what was sampled since the last time. */
static void
bench_changes(const struct bench *b, struct priced *p, const char *name, size_t each, double target)
{
	static uint64_t run; /* new changes each time: what is there already is no change */
	struct rng r = rng_make(7 + run++);
	size_t n = 200000 / each * each;
	struct priced_weight *changes = calloc(n, sizeof(*changes));
	double start;

	for (size_t i = 0; i < n; i++) {
		const struct fibmodel_place *at = &b->model.places[rng_below(&r, b->model.n)];

		changes[i].place = at->prefix;
		changes[i].weight = 1 + (int64_t)((double)at->weight * 2 * rng_unit(&r));
	}
	priced_solve(p, priced_price(p));
	start = clock_cpu_s();
	for (size_t i = 0; i < n; i += each) {
		priced_set_weights(p, &changes[i], each);
		priced_update(p);
	}
	figure(b, name, b->model.n, (clock_cpu_s() - start) / (double)n * 1e6, "us", target, true);
	free(changes);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The next hop of a route with traffic changes, and back: from the RIB's change to the new table.
 */
static void
bench_routes(const struct bench *b, struct priced *p)
{
	struct rng r = rng_make(8);
	static double us[20000];
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a0000ff)) };
	uint32_t other = attrs_intern(b->model.attrs, &attrs);

	priced_solve(p, priced_price(p));
	for (size_t i = 0; i < ARRAY_LEN(us); i += 2) {
		const struct fibmodel_place *at = &b->model.places[rng_below(&r, b->model.n)];
		enum ip_family family = b->model.config.family;
		struct ip_prefix route = rib_prefix(b->model.rib, family, at->id);
		uint32_t mine = rib_best_attrs(b->model.rib, family, at->id);

		attrs_ref(b->model.attrs, mine);
		for (unsigned k = 0; k < 2; k++) {
			struct mono start;

			rib_announce(b->model.rib, &route, 0, 0, k == 0 ? other : mine);
			start = clock_mono();
			priced_route_changed(p, &route);
			priced_update(p);
			us[i + k] = (double)mono_sub_us(clock_mono(), start);
		}
		attrs_unref(b->model.attrs, mine);
	}
	attrs_unref(b->model.attrs, other);
	qsort(us, ARRAY_LEN(us), sizeof(*us), by_value);
	figure(b, "route.p50", b->model.n, us[ARRAY_LEN(us) / 2], "us", -1, true);
	figure(b, "route.p99", b->model.n, us[ARRAY_LEN(us) * 99 / 100], "us", 100, true);
}

/* The proof over the whole table and 10,000 entries. */
static void
bench_verify(const struct bench *b, struct priced *p)
{
	struct priced_table t;
	struct fib_route *table;
	struct verify_result v;
	double start;

	(void)priced_fit(p, 10000, 1, SOLVES);
	priced_table_init(&t);
	priced_table_get(p, &t);
	table = calloc(t.n + 1, sizeof(*table));
	for (size_t i = 0; i < t.n; i++)
		table[i] = (struct fib_route){ .prefix = t.entries[i].prefix,
			.action = t.entries[i].action };
	start = clock_cpu_s();
	(void)verify_rib(
	    b->model.rib, b->model.config.family, b->default_action, table, t.n, true, &v);
	figure(b, "verify", t.n, clock_cpu_s() - start, "s", -1, true);
	figure(b, "verify.wrong", t.n, (double)v.wrong, "intervals", 0, true);
	free(table);
	priced_table_fini(&t);
}

static void
load(struct bench *b, const struct fibmodel_config *config, bool follow)
{
	struct traffic_scale scale;

	fibmodel_init(&b->model, config);
	b->default_action = follow ? b->model.first_hop : ACTION_PUNT;
	b->mode = follow ? "default follow" : "default punt";
	b->traffic = traffic_new(1e6, mono_us(0));
	traffic_set_limit(b->traffic, SIZE_MAX);
	scale = traffic_scale(b->traffic, mono_us(0));
	for (size_t i = 0; i < b->model.n; i++)
		traffic_add(b->traffic, b->model.places[i].id, TRAFFIC_TO,
		    (uint64_t)b->model.places[i].weight, scale, mono_us(0));
}

static void
unload(struct bench *b)
{
	traffic_free(b->traffic);
	fibmodel_fini(&b->model);
}

/* Everything but the comparison. */
static void
measure(struct bench *b, const struct fibmodel_config *config, bool follow, const char *name,
    double target)
{
	struct priced *p;
	double start;

	load(b, config, follow);
	start = clock_cpu_s();
	p = make_priced(b);
	figure(b, "build", b->model.n, clock_cpu_s() - start, "s", -1, true);
	bench_solves(b, p, name, target);
	bench_verify(b, p);
	bench_changes(b, p, "change", 64, 1.25);
	bench_changes(b, p, "change.alone", 1, -1);
	bench_routes(b, p);
	priced_free(p);
	unload(b);
}

int
main(int argc, char **argv)
{
	struct fibmodel_config config = { .family = IP_V4,
		.nexthops = argc > 1 ? argv[1] : "s0",
		.alpha = argc > 2 ? atof(argv[2]) : 1,
		.hot = argc > 3 ? (unsigned)atoi(argv[3]) : 4,
		.plain_ranks = argc > 5 && strcmp(argv[5], "T0") == 0,
		.seed = argc > 6 ? strtoull(argv[6], NULL, 10) : 1 };
	bool follow = argc > 4 && strcmp(argv[4], "follow") == 0;
	struct bench b;
	struct priced *p;

	load(&b, &config, follow);
	p = make_priced(&b);
	compare(&b, p);
	equal_coverage(&b, p);
	priced_free(p);
	unload(&b);

	measure(&b, &config, follow, "solve.all", -1);
	config.active = 100000;
	measure(&b, &config, follow, "solve.100k", 0.3);
	config.family = IP_V6;
	config.active = 0;
	measure(&b, &config, follow, "solve6.all", -1);
	return 0;
}
