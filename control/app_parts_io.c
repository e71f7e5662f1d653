/* SPDX-License-Identifier: Apache-2.0 */
#include "control/app_parts_io.h"

#include <string.h>
#include <sys/random.h>

#include "control/app_sinks.h"
#include "control/events.h"
#include "control/kernel_io.h"
#include "control/occupancy.h"
#include "control/push_bgp.h"
#include "control/readback_io.h"
#include "control/sim.h"
#include "control/watch.h"
#include "lib/clock_io.h"
#include "lib/mem.h"

#define OBSERVED_CAPACITY 10000 /* of a dry run that the configuration says nothing of */

/* --- routers --- */

struct router *
app_find_router(const struct app *app, const char *name)
{
	for (size_t i = 0; i < app->n_routers; i++)
		if (strcmp(router_name(app->routers[i]), name) == 0)
			return app->routers[i];
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

static struct router *
make_router(struct app *app, const char *name)
{
	const struct router_config config = {
		.name = name,
		.t_s = time_constant(app->config, name),
		.stale_time_s = app->config->stale_time_s,
		.attrs = app->attrs,
		.changed = app_route_changed,
		.ctx = app,
	};

	return router_new(&config, app->now);
}

static void
make_routers(struct app *app)
{
	const struct config *c = app->config;
	size_t max = c->n_neighbors + c->n_agents + 1;
	const char **names = mem_calloc(MEM_MISC, max, sizeof(*names));

	app->n_routers = config_routers(c, names, max);
	app->routers = mem_calloc(MEM_MISC, app->n_routers, sizeof(struct router *));
	for (size_t i = 0; i < app->n_routers; i++)
		app->routers[i] = make_router(app, names[i]);
	mem_free(MEM_MISC, names);
}

/* --- agents --- */

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
		agent->router = app_find_router(app, c->agents[i].router);
		agent->number = router_add_agent(
		    agent->router, ip_format(&c->agents[i].address, text), c->agents[i].t_s);
		configs[i] = (struct sflow_agent_config){ .address = c->agents[i].address,
			.sources = c->agents[i].sources,
			.n_sources = c->agents[i].n_sources,
			.tag = agent };
	}
	sflow_agents_configure(app->sflow, configs, c->n_agents);
	mem_free(MEM_MISC, configs);
}

/* --- the target --- */

static bool
in_via(const struct config *c, const char *name)
{
	for (size_t i = 0; c->has_target && i < c->target.n_via; i++)
		if (strcmp(c->target.via[i], name) == 0)
			return true;
	return false;
}

/* What must not be pushed to this target: it depends on the sessions it is pushed over. */
static uint8_t
withheld_marks(const struct config *c)
{
	unsigned marks = WITHHOLD_OWN_NEXTHOP;

	for (size_t i = 0; i < c->n_neighbors; i++) {
		const struct bgp_neighbor_config *n = &c->neighbors[i].bgp;

		if (!in_via(c, n->name))
			continue;
		marks |= WITHHOLD_NO_ADVERTISE;
		if (n->remote_as != 0 && n->remote_as != n->local_as)
			marks |= WITHHOLD_NO_EXPORT;
	}
	return (uint8_t)marks;
}

/* What the configuration says of the target; without a word of it, the first router's. */
static struct target_config
target_settings(const struct app *app)
{
	const struct config *c = app->config;
	const struct config_target *t = &c->target;
	struct target_config config = {
		.router = c->has_target ? app_find_router(app, t->router) : app->routers[0],
		.capacity = { OBSERVED_CAPACITY, OBSERVED_CAPACITY },
		.headroom = 0.02,
		.synthetic = true,
		.attrs = app->attrs,
		.probe_s = app->config->hardware.probe_s,
		.events = app->events,
	};

	if (!c->has_target)
		return config;
	config.selection = t->selection;
	config.follow = t->default_action == CONFIG_DEFAULT_FOLLOW;
	config.synthetic = t->synthetic;
	config.capacity[IP_V4] = t->capacity[IP_V4];
	config.capacity[IP_V6] = t->capacity[IP_V6];
	config.headroom = t->headroom;
	config.min_rate_bps = t->min_rate_bps;
	config.tau_s = t->tau_s;
	config.update_rate = t->update_rate;
	config.update_burst = t->update_burst;
	config.always = t->always;
	config.n_always = t->n_always;
	config.never = t->never;
	config.n_never = t->n_never;
	config.withheld_marks = withheld_marks(c);
	return config;
}

static uint32_t
room(uint32_t configured)
{
	return configured > 0 ? configured : SIM_ROOMY;
}

static struct sim_config
sim_settings(const struct app *app)
{
	const struct config *c = app->config;

	if (app->dry_run)
		return (struct sim_config){
			.name = "dry run", .capacity = { SIM_ROOMY, SIM_ROOMY }, .attrs = app->attrs
		};
	return (struct sim_config){
		.name = CONFIG_VIA_SIM,
		.capacity = { room(c->sim.capacity[IP_V4]), room(c->sim.capacity[IP_V6]) },
		.latency_us = (int64_t)(c->sim.latency_s * 1e6),
		.failure_rate = c->sim.failure_rate,
		.seed = c->sim.seed,
		.attrs = app->attrs,
	};
}

static void
make_target(struct app *app)
{
	struct target_config config;

	if (app->n_routers == 0)
		return;
	config = target_settings(app);
	app->target = target_new(&config);
	app->dry_run = !app->config->has_target || app->config->target.n_via == 0;
	if (app->dry_run || in_via(app->config, CONFIG_VIA_SIM)) {
		struct sim_config sim = sim_settings(app);

		app->sim = sim_new(&sim);
		sim_attach(app->sim, app->target);
	}
}

static void
make_kernel(struct app *app, struct ev_loop *loop)
{
	if (!in_via(app->config, CONFIG_VIA_NETLINK))
		return;
	app->kernel = kernel_new(loop, &app->config->netlink);
	if (app->kernel != NULL)
		kernel_attach(app->kernel, app->target);
}

/* --- neighbours --- */

struct app_neighbor *
app_find_neighbor(const struct app *app, const char *name)
{
	for (size_t i = 0; i < app->n_neighbors; i++)
		if (strcmp(app->neighbors[i]->config->bgp.name, name) == 0)
			return app->neighbors[i];
	return NULL;
}

struct app_neighbor *
app_start_neighbor(struct app *app, const struct config_neighbor *config)
{
	struct app_neighbor *n = mem_alloc(MEM_MISC, sizeof(*n));
	struct bgp_sink sink;

	n->app = app;
	n->config = config;
	sink = app_bgp_sink(n);
	if (config->bgp.role == BGP_LEARN) {
		n->router = app_find_router(app, config->router);
		n->source = router_add_source(n->router, config->bgp.name);
	}
	n->bgp = bgp_speaker_add(app->speaker, &config->bgp, &sink);
	if (in_via(app->config, config->bgp.name)) {
		struct push push = push_bgp(n->bgp);

		n->router = target_config(app->target)->router;
		n->port = target_add_port(app->target, &push);
		n->has_port = true;
	}
	return n;
}

static void
make_neighbors(struct app *app)
{
	const struct config *c = app->config;

	app->n_neighbors = c->n_neighbors;
	app->neighbors = mem_calloc(MEM_MISC, c->n_neighbors, sizeof(struct app_neighbor *));
	for (size_t i = 0; i < c->n_neighbors; i++)
		app->neighbors[i] = app_start_neighbor(app, &c->neighbors[i]);
}

/* --- all of them --- */

static uint64_t
random_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint64_t)clock_mono().us;
	return seed;
}

void
app_make_parts(struct app *app, struct ev_loop *loop)
{
	struct sflow_sink samples = app_sample_sink(app);

	app->events = events_new();
	app->watch = watch_new();
	app->attrs = attrs_table_new(random_seed());
	attrs_set_marks(app->attrs, withhold_marks, &app->withhold);
	make_routers(app);
	app->sflow = sflow_agents_new();
	make_agents(app);
	make_target(app);
	make_kernel(app, loop);
	app->speaker = bgp_speaker_new(loop, random_seed());
	app->udp = sflow_udp_new(loop, app->sflow, &samples);
	make_neighbors(app);
	app->occupancy = occupancy_new(app->now);
	app->readback = readback_new(loop, &app->config->hardware, &app->hardware);
}

bool
app_has_target(const struct app *app)
{
	return app->kernel != NULL || !in_via(app->config, CONFIG_VIA_NETLINK);
}

void
app_free_parts(struct app *app)
{
	sflow_udp_free(app->udp);
	bgp_speaker_free(app->speaker);
	sflow_agents_free(app->sflow);
	sim_free(app->sim);
	kernel_free(app->kernel);
	target_free(app->target);
	for (size_t i = 0; i < app->n_routers; i++)
		router_free(app->routers[i]);
	attrs_table_free(app->attrs);
	withhold_fini(&app->withhold);
	for (size_t i = 0; i < app->n_neighbors; i++)
		mem_free(MEM_MISC, app->neighbors[i]);
	mem_free(MEM_MISC, app->routers);
	mem_free(MEM_MISC, app->agents);
	mem_free(MEM_MISC, app->neighbors);
	readback_free(app->readback);
	occupancy_free(app->occupancy);
	watch_free(app->watch);
	events_free(app->events);
}
