/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a simulation costs the process that does it, as the page asks for one: a full table of which
 * a tenth carries traffic, and sizes around 10,000. And how far below what no table of its size can
 * exceed the worst of its points is.
 *
 *      bench_whatif [seed]
 */
#include <stdio.h>
#include <stdlib.h>

#include "control/whatif.h"
#include "lib/clock_io.h"
#include "tests/support/fibmodel.h"
#include "tests/support/figure.h"

#define PLACES 130000

static void
fill_traffic(struct traffic *t, const struct fibmodel *m, struct mono now)
{
	for (size_t i = 0; i < m->n; i++)
		traffic_add(t, m->places[i].id, TRAFFIC_TO, (uint64_t)m->places[i].weight >> 20,
		    traffic_scale(t, now), now);
}

static void
figure(const struct fibmodel *m, const struct web_whatif *w, const char *id, double value,
    const char *unit)
{
	char name[64], data[128];

	snprintf(name, sizeof(name), "S.whatif.%s", id);
	snprintf(data, sizeof(data), "%s, %zu routes, %u of them active, %u sizes, seed %llu",
	    m->real ? "real table" : "generated table", m->routes, w->active, w->n_points,
	    (unsigned long long)m->config.seed);
	figure_print(&(struct figure){
	    .id = name, .value = value, .unit = unit, .goal = FIGURE_NOTE, .data = data });
}

int
main(int argc, char **argv)
{
	const struct fibmodel_config config = { .family = IP_V4,
		.nexthops = "s1",
		.alpha = 1.25,
		.hot = 4,
		.active = PLACES,
		.seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1 };
	const struct web_whatif_query query = {
		.family = IP_V4, .n_sizes = 5, .sizes = { 1000, 2000, 5000, 10000, 20000 }
	};
	const struct selector_context context = { .default_attrs = ATTRS_NONE };
	struct mono now = mono_us(0);
	struct traffic *t = traffic_new(600, now);
	struct fibmodel m;
	struct web_whatif w;
	double start, gap = 0;

	fibmodel_init(&m, &config);
	fill_traffic(t, &m, now);
	start = clock_cpu_s();
	whatif_compute(&(struct select_input){ .rib = m.rib,
			   .traffic = t,
			   .family = IP_V4,
			   .now = now,
			   .min_length = 1,
			   .include_covered = true,
			   .prune_covered = true },
	    &context, &query, &w);
	figure(&m, &w, "cpu", clock_cpu_s() - start, "s");
	for (uint32_t i = 0; i < w.n_points; i++)
		gap = w.points[i].bound - w.points[i].priced > gap
			  ? w.points[i].bound - w.points[i].priced
			  : gap;
	figure(&m, &w, "gap", gap * 100, "points");
	traffic_free(t);
	fibmodel_fini(&m);
	return 0;
}
