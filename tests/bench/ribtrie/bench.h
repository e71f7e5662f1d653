/* SPDX-License-Identifier: Apache-2.0 */
/* Figures, and the tables the benches of this room measure with. */
#ifndef TESTS_BENCH_RIBTRIE_H
#define TESTS_BENCH_RIBTRIE_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/figure.h"
#include "tests/support/prefixes.h"

#define BENCH_V4_COUNT 1168945 /* as large as the real one, where that is absent */
#define BENCH_V6_COUNT 279855

struct bench_table {
	struct ip_prefix *prefixes; /* shuffled: no order of loading is better than this is bad */
	size_t count;
	const char *data;
};

static inline void
bench_figure(const char *id, double value, const char *unit, double target, enum figure_goal goal,
    const char *data)
{
	figure_print(&(struct figure){
	    .id = id, .value = value, .unit = unit, .goal = goal, .target = target, .data = data });
}

/* A figure without a target of its own. */
static inline void
bench_note(const char *id, double value, const char *unit, const char *data)
{
	bench_figure(id, value, unit, 0, FIGURE_NOTE, data);
}

static inline void
bench_shuffle(struct ip_prefix *items, size_t n, uint64_t seed)
{
	struct rng r = rng_make(seed);

	for (size_t i = n; i > 1; i--) {
		size_t j = rng_below(&r, i);
		struct ip_prefix other = items[j];

		items[j] = items[i - 1];
		items[i - 1] = other;
	}
}

static inline struct bench_table
bench_table(enum ip_family family)
{
	struct bench_table t = { .data = TABLE_2026 };

	t.prefixes = table_read(TABLE_2026, family, &t.count);
	if (t.prefixes == NULL) {
		t.count = family == IP_V4 ? BENCH_V4_COUNT : BENCH_V6_COUNT;
		t.prefixes = table_make(family, t.count, 1);
		t.data = "generated";
	}
	bench_shuffle(t.prefixes, t.count, 2);
	return t;
}

#endif
