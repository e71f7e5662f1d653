/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition root: makes every part from the configuration, wires them, and owns the timers.
 *
 *      BGP sessions --routes--> router --changed--> target --ops--> BGP sessions
 *      sFlow sockets --samples--> router                ^
 *      1 s tick --> router, target; a wanted repair ----+
 *
 * Everything runs on one libev loop. `app->now` is read once per turn of it. A repair run is
 * started REPAIR_DELAY_MS after it was asked for, so that a burst of changes costs one run, and not
 * before the last run's cost times REPAIR_REST, so that repairs take at most a fifth of the CPU.
 */
#include "control/app_io.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "control/app.h"
#include "control/push_bgp.h"
#include "control/view.h"
#include "lib/clock_io.h"
#include "lib/mem.h"
#include "webui/http_io.h"

#define REPAIR_DELAY_MS 5
#define REPAIR_REST     4.0

struct runner {
	struct app app;
	struct ev_loop *loop;
	struct web_http *http;
	ev_timer tick, repair;
	ev_prepare before_poll;
	ev_check after_poll;
	ev_idle work;
	ev_signal term, interrupt;
};

/* --- what neighbours deliver --- */

static void
learn_up(void *ctx, struct bgp_neighbor *bgp)
{
	struct app_neighbor *n = ctx;
	struct bgp_neighbor_status s;
	struct rib_source info;

	bgp_neighbor_status(bgp, &s);
	info = (struct rib_source){ .ebgp = s.remote_as != s.config->local_as,
		.router_id = s.remote_router_id,
		.address = s.config->remote };
	router_source_up(n->router, n->source, &info, s.families, n->app->now);
}

static void
learn_down(void *ctx, struct bgp_neighbor *bgp, enum bgp_down_reason reason)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	(void)reason;
	router_source_down(n->router, n->source, n->app->now);
}

static void
learn_routes(
    void *ctx, struct bgp_neighbor *bgp, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	router_routes(n->router, n->source, attrs, nlri);
}

static void
learn_end_of_rib(void *ctx, struct bgp_neighbor *bgp, enum ip_family family)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	router_end_of_rib(n->router, n->source, family, n->app->now);
}

static void
push_up(void *ctx, struct bgp_neighbor *bgp)
{
	struct app_neighbor *n = ctx;
	struct bgp_neighbor_status s;

	bgp_neighbor_status(bgp, &s);
	if (n->has_port)
		target_port_up(n->app->target, n->port, s.families);
}

static void
push_down(void *ctx, struct bgp_neighbor *bgp, enum bgp_down_reason reason)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	(void)reason;
	if (n->has_port)
		target_port_down(n->app->target, n->port);
}

static void
push_refresh(void *ctx, struct bgp_neighbor *bgp, enum ip_family family)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	if (n->has_port)
		target_port_refresh(n->app->target, n->port, family);
}

static void
push_writable(void *ctx, struct bgp_neighbor *bgp)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	if (n->has_port)
		target_port_writable(n->app->target, n->port, n->app->now);
}

static void
ignore_family(void *ctx, struct bgp_neighbor *bgp, enum ip_family family)
{
	(void)ctx;
	(void)bgp;
	(void)family;
}

static void
ignore_routes(
    void *ctx, struct bgp_neighbor *bgp, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	(void)ctx;
	(void)bgp;
	(void)attrs;
	(void)nlri;
}

static void
ignore_writable(void *ctx, struct bgp_neighbor *bgp)
{
	(void)ctx;
	(void)bgp;
}

static struct bgp_sink
sink_for(struct app_neighbor *n)
{
	if (n->config->bgp.role == BGP_LEARN)
		return (struct bgp_sink){
			.ctx = n,
			.up = learn_up,
			.down = learn_down,
			.routes = learn_routes,
			.end_of_rib = learn_end_of_rib,
			.refresh = ignore_family, /* nothing is announced to it */
			.writable = ignore_writable,
		};
	return (struct bgp_sink){
		.ctx = n,
		.up = push_up,
		.down = push_down,
		.routes = ignore_routes,
		.end_of_rib = ignore_family,
		.refresh = push_refresh,
		.writable = push_writable,
	};
}

static void
take_samples(void *ctx, void *tag, const struct sflow_sample *samples, size_t n)
{
	struct app *app = ctx;
	struct app_agent *agent = tag;

	router_samples(agent->router, samples, n, app->now);
}

static void
route_changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	struct app *app = ctx;

	if (app->target != NULL)
		target_route_changed(app->target, p, result);
}

/* --- making it --- */

static struct router *
router_by_name(const struct app *app, const char *name)
{
	for (size_t i = 0; i < app->n_routers; i++)
		if (strcmp(router_name(app->routers[i]), name) == 0)
			return app->routers[i];
	ASSERT(false); /* config_routers() gave every name there is */
	return NULL;
}

/* A router has one time constant: the longest of its agents'. */
static double
time_constant(const struct config *c, const char *router)
{
	double t_s = 0;

	for (size_t i = 0; i < c->n_agents; i++)
		if (strcmp(c->agents[i].router, router) == 0 && c->agents[i].t_s > t_s)
			t_s = c->agents[i].t_s;
	return t_s > 0 ? t_s : 10;
}

static void
make_routers(struct app *app)
{
	const struct config *c = app->config;
	size_t max = c->n_neighbors + c->n_agents + 1;
	const char **names = mem_calloc(MEM_MISC, max, sizeof(*names));

	app->n_routers = config_routers(c, names, max);
	app->routers = mem_calloc(MEM_MISC, app->n_routers, sizeof(struct router *));
	for (size_t i = 0; i < app->n_routers; i++) {
		const struct router_config rc = {
			.name = names[i],
			.t_s = time_constant(c, names[i]),
			.stale_time_s = c->stale_time_s,
			.attrs = app->attrs,
			.changed = route_changed,
			.ctx = app,
		};

		app->routers[i] = router_new(&rc, app->now);
	}
	mem_free(MEM_MISC, names);
}

static void
make_agents(struct app *app)
{
	const struct config *c = app->config;
	struct sflow_agent_config *configs = mem_calloc(MEM_MISC, c->n_agents, sizeof(*configs));

	app->n_agents = c->n_agents;
	app->agents = mem_calloc(MEM_MISC, c->n_agents, sizeof(*app->agents));
	for (size_t i = 0; i < c->n_agents; i++) {
		struct app_agent *agent = &app->agents[i];
		char text[IP_TEXT_MAX];

		agent->config = &c->agents[i];
		agent->router = router_by_name(app, c->agents[i].router);
		agent->number = router_add_agent(
		    agent->router, ip_format(&c->agents[i].address, text), c->agents[i].t_s);
		configs[i] = (struct sflow_agent_config){ .address = c->agents[i].address,
			.sources = c->agents[i].sources,
			.n_sources = c->agents[i].n_sources,
			.tag = agent };
	}
	app->sflow = sflow_agents_new();
	sflow_agents_configure(app->sflow, configs, c->n_agents);
	mem_free(MEM_MISC, configs);
}

static void
make_target(struct app *app)
{
	const struct config_target *t = &app->config->target;
	struct target_config config;

	if (!app->config->has_target)
		return;
	config = (struct target_config){
		.router = router_by_name(app, t->router),
		.select = select_by_name(t->selection),
		.capacity = { t->capacity[IP_V4], t->capacity[IP_V6] },
		.headroom = t->headroom,
		.min_rate_bps = t->min_rate_bps,
		.always = t->always,
		.n_always = t->n_always,
		.never = t->never,
		.n_never = t->n_never,
		.attrs = app->attrs,
	};
	ASSERT(config.select != NULL);
	app->target = target_new(&config);
}

static bool
in_via(const struct config_target *t, const char *name)
{
	for (size_t i = 0; i < t->n_via; i++)
		if (strcmp(t->via[i], name) == 0)
			return true;
	return false;
}

static void
make_neighbors(struct app *app)
{
	const struct config *c = app->config;

	app->n_neighbors = c->n_neighbors;
	app->neighbors = mem_calloc(MEM_MISC, c->n_neighbors, sizeof(*app->neighbors));
	for (size_t i = 0; i < c->n_neighbors; i++) {
		struct app_neighbor *n = &app->neighbors[i];
		struct bgp_sink sink;

		n->app = app;
		n->config = &c->neighbors[i];
		sink = sink_for(n);
		if (n->config->bgp.role == BGP_LEARN) {
			n->router = router_by_name(app, n->config->router);
			n->source = router_add_source(n->router, n->config->bgp.name);
		}
		n->bgp = bgp_speaker_add(app->speaker, &n->config->bgp, &sink);
		if (c->has_target && in_via(&c->target, n->config->bgp.name)) {
			struct push push = push_bgp(n->bgp);

			n->router = target_config(app->target)->router;
			n->port = target_add_port(app->target, &push);
			n->has_port = true;
		}
	}
}

/* --- listening --- */

/* Report a listener that could not be opened; true when it could. */
static bool
listening(const char *what, const struct config_endpoint *e, int error)
{
	char text[IP_TEXT_MAX];

	ip_format(&e->address, text);
	if (error == 0) {
		log_info("main", "listening=%s address=%s port=%u", what, text, e->port);
		return true;
	}
	log_error("main", "listening=%s address=%s port=%u error=\"%s\"", what, text, e->port,
	    strerror(-error));
	return false;
}

static bool
open_listeners(struct runner *run)
{
	const struct config *c = run->app.config;
	bool ok = true;
	int error;

	for (size_t i = 0; i < c->n_bgp_listen; i++)
		ok &= listening("bgp", &c->bgp_listen[i],
		    bgp_speaker_listen(
			run->app.speaker, &c->bgp_listen[i].address, c->bgp_listen[i].port));
	for (size_t i = 0; i < c->n_sflow_listen; i++)
		ok &= listening("sflow", &c->sflow_listen[i],
		    sflow_udp_listen(
			run->app.udp, &c->sflow_listen[i].address, c->sflow_listen[i].port));
	for (size_t i = 0; i < c->n_http_listen; i++)
		ok &= listening("http", &c->http_listen[i],
		    web_http_listen(run->http, &c->http_listen[i].address, c->http_listen[i].port));
	error = web_http_listen_unix(run->http, c->socket);
	if (error != 0) {
		log_error(
		    "main", "listening=http socket=%s error=\"%s\"", c->socket, strerror(-error));
		ok = false;
	}
	return ok;
}

static bool
start_forwarding(struct app *app)
{
	const struct config *c = app->config;
	struct sflow_forward *to = mem_calloc(MEM_MISC, c->n_forwards, sizeof(*to));
	int error;

	for (size_t i = 0; i < c->n_forwards; i++)
		to[i] = (struct sflow_forward){ .address = c->forwards[i].to.address,
			.port = c->forwards[i].to.port };
	error = sflow_udp_forward(app->udp, to, c->n_forwards);
	mem_free(MEM_MISC, to);
	if (error != 0)
		log_error("main", "sflow forwarding error=\"%s\"", strerror(-error));
	return error == 0;
}

/* --- running it --- */

static void
run_target(struct app *app)
{
	double cpu_s = clock_cpu_s();

	target_run(app->target, app->now);
	target_note_cost(app->target, clock_cpu_s() - cpu_s);
}

static void
agents_heard(struct app *app)
{
	struct sflow_agent_stats s;

	for (size_t i = 0; sflow_agents_stats(app->sflow, i, &s); i++)
		for (size_t k = 0; k < app->n_agents; k++)
			if (s.datagrams > 0 &&
			    ip_equal(&app->agents[k].config->address, &s.address))
				router_agent_heard(app->agents[k].router, app->agents[k].number,
				    s.last_seen, app->now);
}

static void
on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
	struct runner *run = w->data;
	struct app *app = &run->app;

	(void)loop;
	(void)events;
	app->cpu_s = clock_cpu_s();
	agents_heard(app);
	for (size_t i = 0; i < app->n_routers; i++)
		router_tick(app->routers[i], app->now);
	if (app->target != NULL)
		run_target(app);
	ev_idle_start(run->loop, &run->work);
}

static void
on_repair(struct ev_loop *loop, ev_timer *w, int events)
{
	struct runner *run = w->data;

	(void)loop;
	(void)events;
	run_target(&run->app);
}

/* Slices of long work, while there is any. */
static void
on_idle(struct ev_loop *loop, ev_idle *w, int events)
{
	struct runner *run = w->data;
	bool more = false;

	(void)events;
	for (size_t i = 0; i < run->app.n_routers; i++)
		more |= router_work(run->app.routers[i]);
	if (!more)
		ev_idle_stop(loop, w);
}

static void
on_after_poll(struct ev_loop *loop, ev_check *w, int events)
{
	struct runner *run = w->data;

	(void)loop;
	(void)events;
	run->app.now = clock_mono();
}

static void
note_lag(struct app_lag *lag, struct mono turn_start, struct mono now)
{
	double busy_s = mono_sub_s(now, turn_start);

	if (mono_sub_s(now, lag->minute_start) >= 60) {
		lag->last_minute_s = lag->this_minute_s;
		lag->this_minute_s = 0;
		lag->minute_start = now;
	}
	if (busy_s > lag->this_minute_s)
		lag->this_minute_s = busy_s;
}

static void
on_before_poll(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct runner *run = w->data;
	struct app *app = &run->app;

	(void)events;
	note_lag(&app->lag, app->now, clock_mono());
	if (app->target != NULL && target_repair_wanted(app->target) &&
	    !ev_is_active(&run->repair)) {
		struct target_family_status s;
		double delay_s = REPAIR_DELAY_MS * 1e-3;

		target_family_status(app->target, IP_V4, &s);
		if (s.selection_s * REPAIR_REST > delay_s)
			delay_s = s.selection_s * REPAIR_REST;
		ev_timer_set(&run->repair, delay_s, 0.);
		ev_timer_start(loop, &run->repair);
	}
}

static void
on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
	(void)events;
	log_info("main", "signal=%s stopping", strsignal(w->signum));
	ev_break(loop, EVBREAK_ALL);
}

static void
start_watchers(struct runner *run)
{
	ev_timer_init(&run->tick, on_tick, 1., 1.);
	ev_timer_init(&run->repair, on_repair, 0., 0.);
	ev_prepare_init(&run->before_poll, on_before_poll);
	ev_check_init(&run->after_poll, on_after_poll);
	ev_set_priority(&run->after_poll, EV_MAXPRI);
	ev_idle_init(&run->work, on_idle);
	ev_signal_init(&run->term, on_signal, SIGTERM);
	ev_signal_init(&run->interrupt, on_signal, SIGINT);
	run->tick.data = run->repair.data = run->before_poll.data = run;
	run->after_poll.data = run->work.data = run;
	ev_timer_start(run->loop, &run->tick);
	ev_prepare_start(run->loop, &run->before_poll);
	ev_check_start(run->loop, &run->after_poll);
	ev_signal_start(run->loop, &run->term);
	ev_signal_start(run->loop, &run->interrupt);
}

static uint64_t
random_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint64_t)clock_mono().us;
	return seed;
}

static void
tear_down(struct runner *run)
{
	struct app *app = &run->app;

	bgp_speaker_stop(app->speaker, "hotfibd is stopping");
	web_http_free(run->http);
	sflow_udp_free(app->udp);
	bgp_speaker_free(app->speaker);
	sflow_agents_free(app->sflow);
	target_free(app->target);
	for (size_t i = 0; i < app->n_routers; i++)
		router_free(app->routers[i]);
	attrs_table_free(app->attrs);
	mem_free(MEM_MISC, app->routers);
	mem_free(MEM_MISC, app->agents);
	mem_free(MEM_MISC, app->neighbors);
}

int
app_run(const struct config *config, const char *version)
{
	struct runner run = { .loop = ev_default_loop(EVFLAG_AUTO) };
	struct app *app = &run.app;
	struct web_backend backend = view_backend(app);
	struct sflow_sink samples = { .ctx = app, .samples = take_samples };
	bool ok;

	app->config = config;
	app->version = version;
	app->now = app->started = app->lag.minute_start = clock_mono();
	app->started_wall_ms = clock_wall_ms();
	app->attrs = attrs_table_new(random_seed());
	make_routers(app);
	make_agents(app);
	make_target(app);
	app->speaker = bgp_speaker_new(run.loop, random_seed());
	app->udp = sflow_udp_new(run.loop, app->sflow, &samples);
	run.http = web_http_new(run.loop, &backend);
	make_neighbors(app);
	ok = open_listeners(&run) && start_forwarding(app);
	if (ok) {
		log_info("main", "version=%s config=%s neighbors=%zu agents=%zu started", version,
		    config->file, app->n_neighbors, app->n_agents);
		start_watchers(&run);
		ev_run(run.loop, 0);
	}
	tear_down(&run);
	log_info("main", "stopped");
	return ok ? 0 : 1;
}
