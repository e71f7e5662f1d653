/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole of control over made-up time: samples of a drifting traffic mix on a full table, each
 * second a decision and each quarter a look as in the daemon, 100 operations a second (500 at
 * once). What part of what an omniscient table would cover is covered, and at how many updates a
 * second; beside it `top` with its window of 10 s, not paced. Then a crowd at a prefix nobody went
 * to, and the loss of the most used next hop.
 *
 * Model of tests/support/fibmodel.h; each place's rate is multiplied by an Ornstein-Uhlenbeck
 * process in the log domain, sigma 0.6, time constant 30 min. 2,000 samples/s at random.
 *
 *      bench_tracking [seed]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/select/priced.h"
#include "tests/bench/control/fibworld.h"
#include "tests/support/figure.h"

#define N          10000
#define SAMPLES_S  2000
#define DRIFT_S    10 /* rates move */
#define SIGMA      0.6
#define OU_S       1800.
#define WARM_S     1800
#define MEASURED_S 900
#define TOP_WARM_S 60
#define TOP_S      60
#define STEP_MS    50 /* of time */
#define LOOK_MS    250
#define CROWDS     5
#define CROWD_PART 0.01

struct bench {
	struct fibworld w;
	double *drift, *upto; /* of each place: its process; rates summed up */
	size_t crowd;         /* a place with CROWD_PART of all traffic, or SIZE_MAX */
	double decide_s;      /* CPU time of runs and looks */
};

static void
figure(const struct bench *b, const char *id, double value, const char *unit, double target,
    bool at_most)
{
	char name[64], data[160];

	snprintf(name, sizeof(name), "S.%s", id);
	snprintf(data, sizeof(data),
	    "%s, %zu routes, %zu places, s0 T1 alpha 1 H 8, default punt, N %d, %d samples/s "
	    "unless "
	    "said, seed %llu",
	    b->w.model.real ? "real table" : "generated table", b->w.model.routes, b->w.model.n, N,
	    SAMPLES_S, (unsigned long long)b->w.model.config.seed);
	figure_print(&(struct figure){ .id = name,
	    .value = value,
	    .unit = unit,
	    .goal = at_most ? FIGURE_AT_MOST : FIGURE_AT_LEAST,
	    .target = target,
	    .data = data });
}

/* --- the world ------------------------------------------------------------------------------ */

static void
start(struct bench *b, enum selector_kind selection)
{
	fibworld_start(&b->w, (struct target_config){ .selection = selection,
				  .synthetic = true,
				  .capacity = { N, 0 },
				  .update_rate = selection == SELECTOR_PRICED ? 100 : 0,
				  .update_burst = 500 });
	b->crowd = SIZE_MAX;
	b->drift = calloc(b->w.model.n, sizeof(*b->drift));
	b->upto = calloc(b->w.model.n, sizeof(*b->upto));
	for (size_t i = 0; i < b->w.model.n; i++)
		b->drift[i] = SIGMA * sqrt(-2 * log(1 - rng_unit(&b->w.r))) *
			      cos(6.283185307179586 * rng_unit(&b->w.r));
}

static void
stop(struct bench *b)
{
	fibworld_stop(&b->w);
	free(b->drift);
	free(b->upto);
}

static double
rate_now(const struct bench *b, size_t i)
{
	return (double)b->w.model.places[i].weight * exp(b->drift[i] - SIGMA * SIGMA / 2);
}

static void
drift(struct bench *b)
{
	double keep = exp(-DRIFT_S / OU_S), noise = SIGMA * sqrt(1 - keep * keep), sum = 0;

	for (size_t i = 0; i < b->w.model.n; i++) {
		double normal = sqrt(-2 * log(1 - rng_unit(&b->w.r))) *
				cos(6.283185307179586 * rng_unit(&b->w.r));

		b->drift[i] = keep * b->drift[i] + noise * normal;
		b->upto[i] = sum += rate_now(b, i);
	}
}

/* Samples of a step of time. */
static void
sample(struct bench *b, unsigned samples_s)
{
	struct fibworld *w = &b->w;
	struct sflow_sample batch[64];
	unsigned n = 0, due = samples_s * STEP_MS / 1000;

	w->edge.now = mono_add_ms(w->edge.now, STEP_MS);
	for (unsigned i = 0; i < due; i++) {
		bool crowd = b->crowd != SIZE_MAX && rng_unit(&w->r) < CROWD_PART;

		batch[n] = fibworld_sample(w, crowd ? b->crowd : fibworld_draw(w, b->upto));
		if (++n == ARRAY_LEN(batch) || i + 1 == due) {
			router_samples(w->edge.router, batch, n, w->edge.now);
			n = 0;
		}
	}
}

/* A step of time as in the daemon: a run a second, looks in between. */
static void
step(struct bench *b, unsigned samples_s)
{
	double cpu_s;

	sample(b, samples_s);
	cpu_s = clock_cpu_s();
	if (b->w.edge.now.us % 1000000 == 0) {
		fibworld_tick(&b->w);
	} else if (b->w.edge.now.us % (LOOK_MS * 1000) == 0) {
		fibworld_look(&b->w);
	}
	b->decide_s += clock_cpu_s() - cpu_s;
}

static void
second(struct bench *b, unsigned samples_s)
{
	for (unsigned ms = 0; ms < 1000; ms += STEP_MS)
		step(b, samples_s);
}

/* Part of the true traffic that the port forwards right. */
static double
covered(const struct bench *b)
{
	double sum = 0, total = 0;

	for (size_t i = 0; i < b->w.model.n; i++) {
		const struct fibmodel_place *p = &b->w.model.places[i];
		const struct installed_entry *e = installed_match(b->w.port, &p->prefix);

		total += rate_now(b, i);
		if (e != NULL && attrs_nexthop(b->w.model.attrs, e->attrs) == p->action)
			sum += rate_now(b, i);
	}
	return sum / total;
}

/* What a table of N that knows all rates would cover. */
static double
optimum(const struct bench *b)
{
	struct priced *p = priced_new(&(struct priced_config){ .rib = router_rib(b->w.edge.router),
	    .family = IP_V4,
	    .default_action = ACTION_PUNT,
	    .guards = true,
	    .synthetic = true,
	    .min_length = 1 });
	int64_t sum, total;

	for (size_t i = 0; i < b->w.model.n; i++)
		priced_set_weight(
		    p, &b->w.model.places[i].prefix, (int64_t)rate_now(b, i) / 16 + 1);
	priced_fit(p, N, 1, 30);
	priced_fill(p, N);
	sum = priced_covered(p, &total);
	priced_free(p);
	return (double)sum / (double)total;
}

/* --- figures -------------------------------------------------------------------------------- */

static void
track_priced(struct bench *b)
{
	uint64_t before = 0;
	double ratio = 0, sum = 0;
	unsigned looks = 0;

	for (unsigned s = 0; s < WARM_S + MEASURED_S; s++) {
		if (s % DRIFT_S == 0)
			drift(b);
		if (s == WARM_S) {
			before = b->w.operations;
			b->decide_s = 0;
		}
		second(b, SAMPLES_S);
		if (s >= WARM_S && (s - WARM_S) % 300 == 299) {
			double c = covered(b);

			sum += c;
			ratio += c / optimum(b);
			looks++;
		}
	}
	figure(b, "tracking.priced.coverage", sum / looks, "of true traffic", -1, false);
	figure(b, "tracking.priced.ratio", ratio / looks, "of the omniscient optimum", 0.98, false);
	figure(b, "tracking.priced.updates", (double)(b->w.operations - before) / MEASURED_S,
	    "updates/s", 2, true);
	figure(b, "tracking.priced.most", (double)b->w.most, "entries held at any time", N, true);
	figure(b, "tracking.priced.cpu", 1000 * b->decide_s / MEASURED_S,
	    "ms of CPU a second to decide", -1, true);
	figure(b, "tracking.tau", traffic_tau(router_traffic(b->w.edge.router, IP_V4)),
	    "s of averaging", -1, true);
}

static void
track_top(struct bench *b)
{
	uint64_t before = 0;
	double c;

	drift(b);
	for (unsigned s = 0; s < TOP_WARM_S + TOP_S; s++) {
		if (s == TOP_WARM_S)
			before = b->w.operations;
		second(b, SAMPLES_S);
	}
	c = covered(b);
	figure(b, "tracking.top.coverage", c, "of true traffic", -1, false);
	figure(b, "tracking.top.ratio", c / optimum(b), "of the omniscient optimum", -1, false);
	figure(b, "tracking.top.updates", (double)(b->w.operations - before) / TOP_S, "updates/s",
	    -1, true);
}

/* Somewhere where nothing is carried by the port. */
static size_t
cold_place(struct bench *b)
{
	size_t i;

	do
		i = rng_below(&b->w.r, b->w.model.n);
	while (installed_match(b->w.port, &b->w.model.places[i].prefix) != NULL);
	return i;
}

/* It may begin at any time between two runs. */
static void
flash_crowd(struct bench *b, unsigned samples_s, const char *id, double target)
{
	double worst = 0;

	for (int run = 0; run < CROWDS; run++) {
		struct mono begun;
		double s;

		b->crowd = SIZE_MAX;
		for (unsigned ms = 0; ms < 1000 + 1000 / CROWDS; ms += STEP_MS)
			step(b, samples_s);
		b->crowd = cold_place(b);
		begun = b->w.edge.now;
		do {
			step(b, samples_s);
			s = mono_sub_s(b->w.edge.now, begun);
		} while (installed_match(b->w.port, &b->w.model.places[b->crowd].prefix) == NULL &&
			 s < 60);
		worst = s > worst ? s : worst;
	}
	b->crowd = SIZE_MAX;
	figure(b, id, worst, "s from the first sample, worst of 5", target, true);
}

/* All routes of the most used next hop change to another one. */
static void
next_hop_flap(struct bench *b)
{
	const struct rib *rib = router_rib(b->w.edge.router);
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0afffffe)) };
	uint32_t other = attrs_intern(b->w.model.attrs, &attrs), old = b->w.model.first_hop;
	uint64_t before = b->w.operations;
	size_t wrong = 0, affected = 0;
	const struct installed_entry *e;
	struct ip_prefix at;
	double start = clock_cpu_s(), learned;

	for (e = installed_next(b->w.port, &at, true); e != NULL;
	     e = installed_next(b->w.port, &at, false))
		affected += attrs_nexthop(b->w.model.attrs, e->attrs) == old;
	b->w.most = installed_count(b->w.port);
	for (uint32_t id = rib_first(rib, IP_V4, &at); id != RIB_NONE; id = rib_next(rib, &at))
		if (rib_best_nexthop(rib, IP_V4, id) == old)
			fibworld_announce(&b->w, &at, other);
	learned = clock_cpu_s();
	edge_run(&b->w.edge);
	fibworld_settle(&b->w);
	figure(b, "flap.learn", learned - start, "s of CPU to take in the new routes", -1, true);
	figure(b, "flap.repair", clock_cpu_s() - learned, "s of CPU to repair", -1, true);
	for (e = installed_next(b->w.port, &at, true); e != NULL;
	     e = installed_next(b->w.port, &at, false))
		wrong += attrs_nexthop(b->w.model.attrs, e->attrs) == old;
	figure(b, "flap.entries", (double)affected, "entries had the next hop", -1, true);
	figure(b, "flap.left", (double)wrong, "entries still have it", 0, true);
	figure(b, "flap.updates", (double)(b->w.operations - before), "updates", -1, true);
	figure(b, "flap.most", (double)b->w.most, "entries held at any time", N, true);
	attrs_unref(b->w.model.attrs, other);
}

int
main(int argc, char **argv)
{
	struct fibmodel_config config = fibworld_config(argc, argv);
	struct bench b = { 0 };

	fibmodel_init(&b.w.model, &config);
	start(&b, SELECTOR_TOP);
	track_top(&b);
	stop(&b);
	start(&b, SELECTOR_PRICED);
	track_priced(&b);
	flash_crowd(&b, SAMPLES_S, "flash.2000", 2);
	flash_crowd(&b, 200, "flash.200", -1);
	next_hop_flap(&b);
	stop(&b);
	fibmodel_fini(&b.w.model);
	return 0;
}
