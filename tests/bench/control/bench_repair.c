/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of an UPDATE to what the port is handed: decoding, RIB, selection, plan. A full
 * table, 10,000 entries installed for the traffic of fibmodel.h, one next hop changed at a time: of
 * any route, and of routes that an installed entry forwards for. CPU time until the first operation
 * (or until it is sure that there is none), and until everything is done. Once with a default
 * route, and once without one, when there can be no guards and idle parts of the table are counted.
 *
 * What a run or a look does beside that is not in it, since these come in between. The daemon waits
 * some milliseconds between the UPDATE and the run, so that a burst is one: that is not in it
 * either.
 *
 *      bench_repair [seed]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgpd/conn.h"
#include "bgpd/msg.h"
#include "tests/bench/control/fibworld.h"
#include "tests/support/figure.h"

#define N         10000
#define FILL_S    60
#define FILL_RATE 20000 /* samples/s */
#define RATE_LIVE 2000
#define CHANGES   3000
#define A_SECOND  50 /* changes; between them the daemon's runs and looks */
#define A_LOOK    12

struct bench {
	struct fibworld w;
	bool guards; /* there is a default route */
	double *upto;
	struct bgp_conn *conn;
	struct bgp_conn_stats stats;
	struct ip_prefix *routes;
};

struct times {
	double first_us[CHANGES], done_us[CHANGES];
	size_t n, operations;
};

static void
figure(const struct bench *b, const char *id, double value, const char *unit, double target)
{
	char name[64], data[128];

	snprintf(name, sizeof(name), "S.repair.%s%s", b->guards ? "" : "noguard.", id);
	snprintf(data, sizeof(data), "%s, %zu routes%s, %zu entries installed, seed %llu",
	    b->w.model.real ? "real table" : "generated table", b->w.model.routes,
	    b->guards ? " and a default" : "", installed_count(b->w.port),
	    (unsigned long long)b->w.model.config.seed);
	figure_print(&(struct figure){ .id = name,
	    .value = value,
	    .unit = unit,
	    .goal = FIGURE_AT_MOST,
	    .target = target,
	    .data = data });
}

/* --- the session that brings changes -------------------------------------------------------- */

static void
on_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct bench *b = ctx;

	(void)c;
	router_routes(b->w.edge.router, b->w.edge.source, attrs, nlri);
}

static void
connect_session(struct bench *b)
{
	static const struct bgp_conn_ops ops = { .routes = on_routes };
	struct bgp_conn_config config = { .local_as = 65136,
		.remote_as = 65136,
		.router_id = 77777,
		.hold_time_s = 90,
		.families = { true, true },
		.deliver = true };
	struct bgp_open open = { .as = 65136,
		.hold_time_s = 90,
		.router_id = 2,
		.families = { true, true },
		.four_octet_as = true };
	uint8_t hello[256];
	struct wr w = wr_make(hello, sizeof(hello));

	b->conn = bgp_conn_new(&config, &ops, b, &b->stats, 1);
	bgp_open_encode(&w, &open);
	bgp_msg_keepalive(&w);
	bgp_conn_start(b->conn, b->w.edge.now);
	bgp_conn_feed(b->conn, hello, wr_len(&w), b->w.edge.now);
	ASSERT(bgp_conn_state(b->conn) == BGP_ESTABLISHED);
}

/* An UPDATE that gives the route another next hop: that of some other route. */
static size_t
write_update(struct bench *b, const struct ip_prefix *p, uint8_t *out, size_t size)
{
	const struct rib *rib = router_rib(b->w.edge.router);
	struct bgp_encode how = { .four_octet_as = true };
	struct wr w = wr_make(out, size);
	uint32_t is = rib_best_nexthop(rib, IP_V4, rib_lookup(rib, p)), id;
	struct route_attrs attrs;

	do
		id = rib_lookup(rib, &b->routes[rng_below(&b->w.r, b->w.model.routes)]);
	while (rib_best_nexthop(rib, IP_V4, id) == is);
	attrs_get(b->w.model.attrs, rib_best_attrs(rib, IP_V4, id), &attrs);
	ASSERT(bgp_update_announce(&w, &how, &attrs, p, 1) == 1);
	return wr_len(&w);
}

/* --- measuring ------------------------------------------------------------------------------ */

static void
sample(struct bench *b, unsigned n)
{
	while (n-- > 0) {
		struct sflow_sample s = fibworld_sample(&b->w, fibworld_draw(&b->w, b->upto));

		router_samples(b->w.edge.router, &s, 1, b->w.edge.now);
	}
}

/* What the daemon does between changes. */
static void
go_on(struct bench *b, unsigned i)
{
	b->w.edge.now = mono_add_ms(b->w.edge.now, 1000 / A_SECOND);
	sample(b, RATE_LIVE / A_SECOND);
	if (i % A_SECOND == A_SECOND - 1) {
		fibworld_tick(&b->w);
	} else if (i % A_LOOK == A_LOOK - 1) {
		fibworld_look(&b->w);
	}
}

/* A route that an installed entry forwards for. */
static struct ip_prefix
route_of_entry(struct bench *b)
{
	const struct rib *rib = router_rib(b->w.edge.router);

	for (;;) {
		struct ip_prefix p = b->routes[rng_below(&b->w.r, b->w.model.routes)];
		const struct installed_entry *e = installed_next(b->w.port, &p, false);
		uint32_t id;

		if (e == NULL)
			continue;
		id = rib_lookup(rib, &e->prefix);
		if (id == RIB_NONE)
			id = rib_cover(rib, &e->prefix);
		if (id != RIB_NONE && rib_prefix(rib, IP_V4, id).len > 0)
			return rib_prefix(rib, IP_V4, id);
	}
}

static void
change(struct bench *b, bool installed, struct times *t)
{
	struct ip_prefix p =
	    installed ? route_of_entry(b) : b->routes[rng_below(&b->w.r, b->w.model.routes)];
	uint8_t update[512];
	size_t len = write_update(b, &p, update, sizeof(update));
	double begin, end;

	b->w.first_op_s = 0;
	begin = clock_cpu_s();
	bgp_conn_feed(b->conn, update, len, b->w.edge.now);
	if (target_repair_wanted(b->w.edge.target))
		edge_run(&b->w.edge);
	end = clock_cpu_s();
	t->operations += b->w.first_op_s > 0;
	t->first_us[t->n] = ((b->w.first_op_s > 0 ? b->w.first_op_s : end) - begin) * 1e6;
	t->done_us[t->n++] = (end - begin) * 1e6;
	fibworld_settle(&b->w);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
quantile(double *values, size_t n, double part)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[(size_t)(part * (double)(n - 1))];
}

static void
measure(struct bench *b, bool installed)
{
	const char *name = installed ? "installed" : "any";
	static struct times t;
	char id[64];

	t.n = t.operations = 0;
	for (unsigned i = 0; i < CHANGES; i++) {
		change(b, installed, &t);
		go_on(b, i);
	}
	snprintf(id, sizeof(id), "%s.p50", name);
	figure(b, id, quantile(t.first_us, t.n, 0.5), "us of CPU to the first operation", -1);
	snprintf(id, sizeof(id), "%s.p99", name);
	figure(b, id, quantile(t.first_us, t.n, 0.99), "us of CPU to the first operation", 100);
	snprintf(id, sizeof(id), "%s.done", name);
	figure(b, id, quantile(t.done_us, t.n, 0.99), "us of CPU to the last, p99", -1);
	snprintf(id, sizeof(id), "%s.part", name);
	figure(b, id, (double)t.operations / (double)t.n, "of the changes needed an operation", -1);
}

static void
tell_default(struct bench *b)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(0x0afffffe) };
	struct ip_prefix all = { .family = IP_V4 };

	router_tell(b->w.edge.router, b->w.edge.source, &all, &attrs);
}

static void
start(struct bench *b)
{
	struct ip_prefix at;
	double sum = 0;
	size_t n = 0;

	b->routes = calloc(b->w.model.routes, sizeof(*b->routes));
	for (uint32_t id = rib_first(b->w.model.rib, IP_V4, &at); id != RIB_NONE;
	     id = rib_next(b->w.model.rib, &at))
		b->routes[n++] = at;
	b->upto = calloc(b->w.model.n, sizeof(*b->upto));
	for (size_t i = 0; i < b->w.model.n; i++)
		b->upto[i] = sum += (double)b->w.model.places[i].weight;
	fibworld_start(&b->w, (struct target_config){ .selection = SELECTOR_PRICED,
				  .synthetic = true,
				  .capacity = { N, 0 },
				  .update_rate = 100,
				  .update_burst = 500 });
	if (b->guards)
		tell_default(b);
	connect_session(b);
	for (unsigned s = 0; s < FILL_S; s++) {
		b->w.edge.now = mono_add_ms(b->w.edge.now, 1000);
		sample(b, FILL_RATE);
		fibworld_tick(&b->w);
	}
}

static void
run(const struct fibmodel_config *config, bool guards)
{
	struct bench b = { .guards = guards };

	fibmodel_init(&b.w.model, config);
	start(&b);
	measure(&b, false);
	measure(&b, true);
	bgp_conn_free(b.conn);
	fibworld_stop(&b.w);
	fibmodel_fini(&b.w.model);
	free(b.upto);
	free(b.routes);
}

int
main(int argc, char **argv)
{
	struct fibmodel_config config = fibworld_config(argc, argv);

	/* In processes of their own: neither gets the memory that the other has left behind. */
	for (int guards = 1; guards >= 0; guards--) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			run(&config, guards);
			return 0;
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
			return 1;
	}
	return 0;
}
