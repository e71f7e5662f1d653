/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole of control over made-up time: samples of a drifting traffic mix on a full table, a
 * decision a second as in the daemon, 100 operations a second (500 at once). What part of what an
 * omniscient table would cover is covered, and at how many updates a second; beside it `top` with
 * its window of 10 s, not paced. Then a crowd at a prefix nobody went to, and the loss of the most
 * used next hop.
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
#include "lib/clock_io.h"
#include "tests/support/edge.h"
#include "tests/support/fibmodel.h"

#define N          10000
#define PLACES     100000
#define SAMPLES_S  2000
#define DRIFT_S    10 /* rates move */
#define SIGMA      0.6
#define OU_S       1800.
#define WARM_S     1800
#define MEASURED_S 900
#define TOP_WARM_S 60
#define TOP_S      60
#define FRAME      1000
#define RATE       1000

struct bench {
	struct fibmodel model;
	struct rng r;
	struct edge edge;
	struct installed *port;
	uint64_t operations;
	size_t most;
	double *drift, *upto; /* of each place: its process; rates summed up */
	size_t crowd;         /* a place with a given part of all traffic, or SIZE_MAX */
	double crowd_part;
};

static void
figure(const struct bench *b, const char *id, double value, const char *unit, double target,
    bool at_most)
{
	char wanted[64] = "\"target\":null,\"met\":null";

	if (target >= 0)
		snprintf(wanted, sizeof(wanted), "\"target\":%g,\"met\":%s", target,
		    (at_most ? value <= target : value >= target) ? "true" : "false");
	printf("{\"id\":\"S.%s\",\"value\":%.6g,\"unit\":\"%s\",\"anchor\":null,"
	       "\"anchor_value\":null,%s,\"data\":\"%s, %zu routes, %zu places, s0 T1 alpha 1 H 8, "
	       "default punt, N %d, %d samples/s unless said, seed %llu\"}\n",
	    id, value, unit, wanted, b->model.real ? "real table" : "generated table",
	    b->model.routes, b->model.n, N, SAMPLES_S, (unsigned long long)b->model.config.seed);
	fflush(stdout);
}

/* --- the port ------------------------------------------------------------------------------- */

static void
port_announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	struct bench *b = ctx;

	(void)attrs;
	installed_put(b->port, p, key, false, b->edge.now);
	b->operations++;
	if (installed_count(b->port) > b->most)
		b->most = installed_count(b->port);
}

static void
port_withdraw(void *ctx, const struct ip_prefix *p)
{
	struct bench *b = ctx;

	(void)installed_remove(b->port, p);
	b->operations++;
}

/* --- the world ------------------------------------------------------------------------------ */

static void
announce(struct bench *b, const struct ip_prefix *p, uint32_t attrs)
{
	struct route_attrs a;

	attrs_get(b->model.attrs, attrs, &a);
	router_tell(b->edge.router, b->edge.source, p, &a);
}

static void
start(struct bench *b, enum selector_kind selection)
{
	struct target_config tc = { .selection = selection,
		.synthetic = true,
		.capacity = { N, 0 },
		.update_rate = selection == SELECTOR_PRICED ? 100 : 0,
		.update_burst = 500,
		.attrs = b->model.attrs };
	struct push push = push_nowhere("port", b);
	struct ip_prefix at;
	uint32_t id;

	b->r = rng_make(b->model.config.seed);
	b->crowd = SIZE_MAX;
	edge_init(&b->edge, &tc);
	b->port = installed_new(IP_V4, b->model.attrs);
	for (id = rib_first(b->model.rib, IP_V4, &at); id != RIB_NONE;
	     id = rib_next(b->model.rib, &at))
		announce(b, &at, rib_best_attrs(b->model.rib, IP_V4, id));
	edge_end_of_rib(&b->edge);
	push.announce = port_announce;
	push.withdraw = port_withdraw;
	(void)edge_add_port(&b->edge, &push);
	b->drift = calloc(b->model.n, sizeof(*b->drift));
	b->upto = calloc(b->model.n, sizeof(*b->upto));
	for (size_t i = 0; i < b->model.n; i++)
		b->drift[i] = SIGMA * sqrt(-2 * log(1 - rng_unit(&b->r))) *
			      cos(6.283185307179586 * rng_unit(&b->r));
}

static void
stop(struct bench *b)
{
	target_free(b->edge.target);
	router_free(b->edge.router);
	installed_free(b->port);
	free(b->drift);
	free(b->upto);
}

static double
rate_now(const struct bench *b, size_t i)
{
	return (double)b->model.places[i].weight * exp(b->drift[i] - SIGMA * SIGMA / 2);
}

static void
drift(struct bench *b)
{
	double keep = exp(-DRIFT_S / OU_S), noise = SIGMA * sqrt(1 - keep * keep), sum = 0;

	for (size_t i = 0; i < b->model.n; i++) {
		double normal =
		    sqrt(-2 * log(1 - rng_unit(&b->r))) * cos(6.283185307179586 * rng_unit(&b->r));

		b->drift[i] = keep * b->drift[i] + noise * normal;
		b->upto[i] = sum += rate_now(b, i);
	}
}

static size_t
draw(struct bench *b)
{
	double at = rng_unit(&b->r) * b->upto[b->model.n - 1];
	size_t low = 0, high = b->model.n - 1;

	if (b->crowd != SIZE_MAX && rng_unit(&b->r) < b->crowd_part)
		return b->crowd;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->upto[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* A second of samples, without a decision. */
static void
sample_second(struct bench *b, unsigned samples_s)
{
	struct sflow_sample batch[64];
	unsigned n = 0;

	b->edge.now = mono_add_ms(b->edge.now, 1000);
	for (unsigned i = 0; i < samples_s; i++) {
		const struct ip_prefix *p = &b->model.places[draw(b)].prefix;

		batch[n] = (struct sflow_sample){ .dst = prefix_first(p),
			.src = ip_v4(0x01010101),
			.frame_len = FRAME,
			.rate = RATE,
			.bytes = FRAME * RATE };
		batch[n].dst.hi |= rng_below(&b->r, p->len < 32 ? UINT64_C(1) << (32 - p->len) : 1)
				   << 32;
		if (++n == ARRAY_LEN(batch) || i + 1 == samples_s) {
			router_samples(b->edge.router, batch, n, b->edge.now);
			n = 0;
		}
	}
	edge_tick(&b->edge);
}

/* As the daemon does: a run a second and whenever one is asked for, and slices in between. */
static void
decide(struct bench *b)
{
	edge_run(&b->edge);
	for (bool more = true; more || target_repair_wanted(b->edge.target);) {
		more = target_work(b->edge.target, b->edge.now);
		if (target_repair_wanted(b->edge.target))
			edge_run(&b->edge);
	}
}

/* Part of the true traffic that the port forwards right. */
static double
covered(const struct bench *b)
{
	double sum = 0, total = 0;

	for (size_t i = 0; i < b->model.n; i++) {
		const struct fibmodel_place *p = &b->model.places[i];
		const struct installed_entry *e = installed_match(b->port, &p->prefix);

		total += rate_now(b, i);
		if (e != NULL && attrs_nexthop(b->model.attrs, e->attrs) == p->action)
			sum += rate_now(b, i);
	}
	return sum / total;
}

/* What a table of N that knows all rates would cover. */
static double
optimum(const struct bench *b)
{
	struct priced *p = priced_new(&(struct priced_config){ .rib = router_rib(b->edge.router),
	    .family = IP_V4,
	    .default_action = ACTION_PUNT,
	    .guards = true,
	    .synthetic = true,
	    .min_length = 1 });
	int64_t sum, total;

	for (size_t i = 0; i < b->model.n; i++)
		priced_set_weight(p, &b->model.places[i].prefix, (int64_t)rate_now(b, i) / 16 + 1);
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
		if (s == WARM_S)
			before = b->operations;
		sample_second(b, SAMPLES_S);
		decide(b);
		if (s >= WARM_S && (s - WARM_S) % 300 == 299) {
			double c = covered(b);

			sum += c;
			ratio += c / optimum(b);
			looks++;
		}
	}
	figure(b, "tracking.priced.coverage", sum / looks, "of true traffic", -1, false);
	figure(b, "tracking.priced.ratio", ratio / looks, "of the omniscient optimum", 0.98, false);
	figure(b, "tracking.priced.updates", (double)(b->operations - before) / MEASURED_S,
	    "updates/s", 2, true);
	figure(b, "tracking.priced.most", (double)b->most, "entries held at any time", N, true);
	figure(b, "tracking.tau", traffic_tau(router_traffic(b->edge.router, IP_V4)),
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
			before = b->operations;
		sample_second(b, SAMPLES_S);
		decide(b);
	}
	c = covered(b);
	figure(b, "tracking.top.coverage", c, "of true traffic", -1, false);
	figure(b, "tracking.top.ratio", c / optimum(b), "of the omniscient optimum", -1, false);
	figure(b, "tracking.top.updates", (double)(b->operations - before) / TOP_S, "updates/s", -1,
	    true);
}

/* Somewhere where nothing is carried by the port. */
static size_t
cold_place(struct bench *b)
{
	size_t i;

	do
		i = rng_below(&b->r, b->model.n);
	while (installed_match(b->port, &b->model.places[i].prefix) != NULL);
	return i;
}

static void
flash_crowd(struct bench *b, unsigned samples_s, const char *id, double target)
{
	double worst = 0;

	for (int run = 0; run < 5; run++) {
		unsigned s = 0;

		b->crowd = cold_place(b);
		b->crowd_part = 0.01;
		do {
			sample_second(b, samples_s);
			decide(b);
			s++;
		} while (
		    installed_match(b->port, &b->model.places[b->crowd].prefix) == NULL && s < 60);
		worst = s > worst ? s : worst;
		b->crowd = SIZE_MAX;
	}
	figure(b, id, worst, "s from the first sample, worst of 5", target, true);
}

/* All routes of the most used next hop change to another one. */
static void
next_hop_flap(struct bench *b)
{
	const struct rib *rib = router_rib(b->edge.router);
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0afffffe)) };
	uint32_t other = attrs_intern(b->model.attrs, &attrs), old = b->model.first_hop;
	uint64_t before = b->operations;
	size_t wrong = 0, affected = 0;
	const struct installed_entry *e;
	struct ip_prefix at;
	double start = clock_cpu_s(), learned;

	for (e = installed_next(b->port, &at, true); e != NULL;
	     e = installed_next(b->port, &at, false))
		affected += attrs_nexthop(b->model.attrs, e->attrs) == old;
	b->most = installed_count(b->port);
	for (uint32_t id = rib_first(rib, IP_V4, &at); id != RIB_NONE; id = rib_next(rib, &at))
		if (rib_best_nexthop(rib, IP_V4, id) == old)
			announce(b, &at, other);
	learned = clock_cpu_s();
	decide(b);
	figure(b, "flap.learn", learned - start, "s of CPU to take in the new routes", -1, true);
	figure(b, "flap.repair", clock_cpu_s() - learned, "s of CPU to repair", -1, true);
	for (e = installed_next(b->port, &at, true); e != NULL;
	     e = installed_next(b->port, &at, false))
		wrong += attrs_nexthop(b->model.attrs, e->attrs) == old;
	figure(b, "flap.entries", (double)affected, "entries had the next hop", -1, true);
	figure(b, "flap.left", (double)wrong, "entries still have it", 0, true);
	figure(b, "flap.updates", (double)(b->operations - before), "updates", -1, true);
	figure(b, "flap.most", (double)b->most, "entries held at any time", N, true);
	attrs_unref(b->model.attrs, other);
}

int
main(int argc, char **argv)
{
	struct fibmodel_config config = { .family = IP_V4,
		.nexthops = "s0",
		.alpha = 1,
		.hot = 8,
		.active = PLACES,
		.seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1 };
	struct bench b = { 0 };

	fibmodel_init(&b.model, &config);
	start(&b, SELECTOR_TOP);
	track_top(&b);
	stop(&b);
	start(&b, SELECTOR_PRICED);
	track_priced(&b);
	flash_crowd(&b, SAMPLES_S, "flash.2000", 2);
	flash_crowd(&b, 200, "flash.200", -1);
	next_hop_flap(&b);
	stop(&b);
	fibmodel_fini(&b.model);
	return 0;
}
