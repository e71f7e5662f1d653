/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selection over a full table: ranking alone (P10), and the whole of select + sort + plan with
 * Zipf-shaped traffic on 1 % and 100 % of the prefixes. One JSON line a figure.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/select/plan.h"
#include "control/select/rank.h"
#include "lib/clock_io.h"
#include "tests/support/figure.h"
#include "tests/support/prefixes.h"
#include "tests/support/support.h"

#define RUNS     7
#define NEXTHOPS 250

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static void
bench_rank(void)
{
	size_t n = 1290000;
	double *weights = malloc(n * sizeof(*weights));
	uint32_t *order = malloc(n * sizeof(*order));
	struct rng r = rng_make(1);
	double ms[RUNS];

	for (size_t i = 0; i < n; i++)
		weights[i] = pow(rng_unit(&r) + 1e-7, -1.0);
	for (int run = 0; run < RUNS; run++) {
		double start = clock_cpu_s();

		if (rank_top(weights, n, 10000, order) < 10000)
			abort();
		ms[run] = (clock_cpu_s() - start) * 1000;
	}
	figure_print(&(struct figure){ .id = "P10.rank",
	    .value = median(ms, RUNS),
	    .unit = "ms",
	    .goal = FIGURE_AT_MOST,
	    .target = 8,
	    .data = "1.29M records, top 10,000" });
	free(weights);
	free(order);
}

struct bench {
	struct attrs_table *attrs;
	struct rib *rib;
	struct ip_prefix *prefixes;
	size_t n;
	bool real;
};

/* Next hops drawn with a heavy head, attribute sets 80,000. */
static void
load(struct bench *b)
{
	struct rng r = rng_make(2);

	b->attrs = attrs_table_new(1);
	b->rib = rib_new(b->attrs);
	b->prefixes = table_read(TABLE_2026, IP_V4, &b->n);
	b->real = b->prefixes != NULL;
	if (!b->real)
		b->prefixes = table_make(IP_V4, b->n = 1000000, 1);
	for (size_t i = 0; i < b->n; i++) {
		uint32_t hop = (uint32_t)(NEXTHOPS * pow(rng_unit(&r), 3));
		struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + hop),
			.has_med = true,
			.med = (uint32_t)rng_below(&r, 80000 / NEXTHOPS) };
		uint32_t id = attrs_intern(b->attrs, &attrs);

		rib_announce(b->rib, &b->prefixes[i], 0, 0, id);
		attrs_unref(b->attrs, id);
	}
}

static void
bench_select(const struct bench *b, const char *id, size_t active)
{
	struct mono now = mono_us(0);
	struct traffic *traffic = traffic_new(10, now);
	struct traffic_scale scale = traffic_scale(traffic, now);
	double ms[RUNS];
	struct installed *held = installed_new(IP_V4, b->attrs);
	struct select_input in = { .rib = b->rib,
		.traffic = traffic,
		.family = IP_V4,
		.now = now,
		.limit = 10000,
		.min_length = 1,
		.include_covered = true,
		.prune_covered = true };
	struct rng r = rng_make(3);
	struct selection wanted;
	struct plan plan;
	char data[64];

	traffic_set_limit(traffic, SIZE_MAX);
	for (size_t rank = 1; rank <= active; rank++) {
		const struct ip_prefix *p = &b->prefixes[rng_below(&r, b->n)];

		traffic_add(traffic, rib_lookup(b->rib, p), TRAFFIC_TO,
		    (uint64_t)(1e12 / (double)rank), scale, now);
	}
	selection_init(&wanted);
	plan_init(&plan);
	for (int run = 0; run < RUNS; run++) {
		double start = clock_cpu_s();

		select_top(&in, &wanted);
		selection_sort_by_prefix(&wanted);
		plan_build(held, &wanted, in.limit, &plan);
		ms[run] = (clock_cpu_s() - start) * 1000;
	}
	snprintf(data, sizeof(data), "%s, %zu prefixes, %zu active, N=10,000",
	    b->real ? "real" : "generated", b->n, traffic_count(traffic));
	figure_print(
	    &(struct figure){ .id = id, .value = median(ms, RUNS), .unit = "ms", .data = data });
	plan_fini(&plan);
	selection_fini(&wanted);
	installed_free(held);
	traffic_free(traffic);
}

int
main(void)
{
	struct bench b;

	bench_rank();
	load(&b);
	bench_select(&b, "selection.active_10k", 10000);
	bench_select(&b, "selection.active_100k", 100000);
	bench_select(&b, "selection.active_all", 2000000);
	rib_free(b.rib);
	attrs_table_free(b.attrs);
	free(b.prefixes);
	return 0;
}
