/* SPDX-License-Identifier: Apache-2.0 */
/* One figure, one JSON line; and the tables the benches of this room measure with. */
#ifndef TESTS_BENCH_RIBTRIE_H
#define TESTS_BENCH_RIBTRIE_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/prefixes.h"

#define BENCH_V4_COUNT 1168945 /* as large as the real one, where that is absent */
#define BENCH_V6_COUNT 279855

struct bench_table {
	struct ip_prefix *prefixes; /* shuffled: no order of loading is better than this is bad */
	size_t count;
	const char *data;
};

enum bench_goal {
	BENCH_AT_LEAST,
	BENCH_AT_MOST
};

static inline void
bench_figure(const char *id, double value, const char *unit, double target, enum bench_goal goal,
    const char *data)
{
	bool met = goal == BENCH_AT_LEAST ? value >= target : value <= target;

	printf("{\"id\":\"%s\",\"value\":%.4g,\"unit\":\"%s\",\"anchor\":null,"
	       "\"anchor_value\":null,\"target\":%.4g,\"met\":%s,\"data\":\"%s\"}\n",
	    id, value, unit, target, met ? "true" : "false", data);
	fflush(stdout);
}

/* A figure without a target of its own. */
static inline void
bench_note(const char *id, double value, const char *unit, const char *data)
{
	printf("{\"id\":\"%s\",\"value\":%.4g,\"unit\":\"%s\",\"anchor\":null,"
	       "\"anchor_value\":null,\"target\":null,\"met\":null,\"data\":\"%s\"}\n",
	    id, value, unit, data);
	fflush(stdout);
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
