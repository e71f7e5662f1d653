/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A router with the table of tests/support/fibmodel.h, a target with one port that is made up, and
 * time that stands still until it is moved: for benches of all of control.
 */
#ifndef TESTS_BENCH_FIBWORLD_H
#define TESTS_BENCH_FIBWORLD_H

#include <stdlib.h>

#include "lib/clock_io.h"
#include "tests/support/edge.h"
#include "tests/support/fibmodel.h"

#define FIBWORLD_FRAME  1000
#define FIBWORLD_RATE   1000
#define FIBWORLD_PLACES 100000

struct fibworld {
	struct fibmodel model;
	struct rng r;
	struct edge edge;
	struct installed *port; /* what it holds */
	uint64_t operations;
	size_t most;       /* entries it held at any time */
	double first_op_s; /* CPU time at the first operation since this was 0 */
};

/* The model of benches of which the seed is the only argument. */
static inline struct fibmodel_config
fibworld_config(int argc, char **argv)
{
	return (struct fibmodel_config){ .family = IP_V4,
		.nexthops = "s0",
		.alpha = 1,
		.hot = 8,
		.active = FIBWORLD_PLACES,
		.seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1 };
}

static inline void
fibworld_count(struct fibworld *w)
{
	w->operations++;
	if (w->first_op_s == 0)
		w->first_op_s = clock_cpu_s();
	if (installed_count(w->port) > w->most)
		w->most = installed_count(w->port);
}

static void
fibworld_put(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	struct fibworld *w = ctx;

	(void)attrs;
	installed_put(w->port, p, key, false, w->edge.now);
	fibworld_count(w);
}

static void
fibworld_withdraw(void *ctx, const struct ip_prefix *p)
{
	struct fibworld *w = ctx;

	(void)installed_remove(w->port, p);
	fibworld_count(w);
}

/* The route has these attributes from now on. */
static inline void
fibworld_announce(struct fibworld *w, const struct ip_prefix *p, uint32_t attrs)
{
	struct route_attrs a;

	attrs_get(w->model.attrs, attrs, &a);
	router_tell(w->edge.router, w->edge.source, p, &a);
}

/* Everything but the model, which is there; it has the attributes. */
static inline void
fibworld_start(struct fibworld *w, struct target_config tc)
{
	struct push push = push_nowhere("port", w);
	struct ip_prefix at;
	uint32_t id;

	push.announce = fibworld_put;
	push.withdraw = fibworld_withdraw;
	w->r = rng_make(w->model.config.seed);
	w->operations = w->most = 0;
	w->port = installed_new(IP_V4, w->model.attrs);
	tc.attrs = w->model.attrs;
	edge_init(&w->edge, &tc);
	for (id = rib_first(w->model.rib, IP_V4, &at); id != RIB_NONE;
	     id = rib_next(w->model.rib, &at))
		fibworld_announce(w, &at, rib_best_attrs(w->model.rib, IP_V4, id));
	edge_end_of_rib(&w->edge);
	(void)edge_add_port(&w->edge, &push);
}

static inline void
fibworld_stop(struct fibworld *w)
{
	target_free(w->edge.target);
	router_free(w->edge.router);
	installed_free(w->port);
}

/* A place with more rate than others comes as much more often; upto[]: rates summed up. */
static inline size_t
fibworld_draw(struct fibworld *w, const double *upto)
{
	double at = rng_unit(&w->r) * upto[w->model.n - 1];
	size_t low = 0, high = w->model.n - 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (upto[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* A packet to somewhere in the place. */
static inline struct sflow_sample
fibworld_sample(struct fibworld *w, size_t place)
{
	const struct ip_prefix *p = &w->model.places[place].prefix;
	struct sflow_sample s = { .dst = prefix_first(p),
		.src = ip_v4(0x01010101),
		.frame_len = FIBWORLD_FRAME,
		.rate = FIBWORLD_RATE,
		.bytes = FIBWORLD_FRAME * FIBWORLD_RATE };

	s.dst.hi |= rng_below(&w->r, p->len < 32 ? UINT64_C(1) << (32 - p->len) : 1) << 32;
	return s;
}

/* Slices and what they ask for, until there is nothing more to do. */
static inline void
fibworld_settle(struct fibworld *w)
{
	for (bool more = true; more || target_repair_wanted(w->edge.target);) {
		more = target_work(w->edge.target, w->edge.now);
		if (target_repair_wanted(w->edge.target))
			edge_run(&w->edge);
	}
}

/* What the daemon does once a second. */
static inline void
fibworld_tick(struct fibworld *w)
{
	edge_tick(&w->edge);
	edge_run(&w->edge);
	fibworld_settle(w);
}

/* And in between. */
static inline void
fibworld_look(struct fibworld *w)
{
	target_look(w->edge.target, w->edge.now);
	fibworld_settle(w);
}

#endif
