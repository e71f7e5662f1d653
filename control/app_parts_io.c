/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To make the parts is to change them from a configuration that has none: app_apply() does both, so
 * what a reload does is what every start tests. Order:
 *
 *   routers that are new
 *   neighbours that go or change: their sessions end; a learning one that only changes keeps its
 *       place in the router, where its routes wait as those of any lost session
 *   the target: made, changed, or made anew where its router is another
 *   agents
 *   neighbours that come or have changed
 *   routers that nobody names any more
 *
 * The old configuration is borrowed from until the end of it.
 */
#include "control/app_parts_io.h"

#include <string.h>
#include <sys/random.h>

#include "bgpd/proto.h"
#include "control/app_feedback.h"
#include "control/app_sinks.h"
#include "control/config/diff.h"
#include "control/config/pools.h"
#include "control/events.h"
#include "control/feedback.h"
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
	struct app_table *table = mem_alloc(MEM_MISC, sizeof(*table));
	const struct router_config config = {
		.name = name,
		.t_s = time_constant(app->config, name),
		.stale_time_s = app->config->stale_time_s,
		.attrs = app->attrs,
		.changed = app_route_changed,
		.own_path = app_feedback_own_path,
		.ctx = table,
	};
	struct router *r = router_new(&config, app->now);

	*table = (struct app_table){ .app = app, .router = r };
	return r;
}

static void
free_router(struct router *r)
{
	struct app_table *table = router_ctx(r);

	router_free(r);
	mem_free(MEM_MISC, table);
}

/* What we push with these comes back to us as our own. */
static void
set_own_ids(const struct app *app, struct router *r)
{
	for (size_t i = 0; i < app->config->n_neighbors; i++)
		if (app->config->neighbors[i].bgp.role == BGP_PUSH)
			router_own_id(r, app->config->neighbors[i].bgp.router_id);
}

/* The routers that the configuration names, in its order. Those that it does not are appended
 * behind app->n_routers; the number of them. */
static size_t
settle_routers(struct app *app)
{
	const struct config *c = app->config;
	size_t max = c->n_neighbors + c->n_agents + 1, n, left = 0;
	const char **names = mem_calloc(MEM_MISC, max, sizeof(*names));
	struct router **routers;

	n = config_routers(c, names, max);
	routers = mem_calloc(MEM_MISC, n + app->n_routers, sizeof(struct router *));
	for (size_t i = 0; i < n; i++) {
		routers[i] = app_find_router(app, names[i]);
		if (routers[i] == NULL)
			routers[i] = make_router(app, names[i]);
		set_own_ids(app, routers[i]);
		router_set_times(routers[i], time_constant(c, names[i]), c->stale_time_s, app->now);
	}
	for (size_t i = 0; i < app->n_routers; i++) {
		bool named = false;

		for (size_t k = 0; k < n; k++)
			named |= routers[k] == app->routers[i];
		if (!named)
			routers[n + left++] = app->routers[i];
	}
	mem_free(MEM_MISC, names);
	mem_free(MEM_MISC, app->routers);
	app->routers = routers;
	app->n_routers = n;
	return left;
}

/* --- agents --- */

/* The agent before, if it fed the same router. */
static const struct app_agent *
agent_before(const struct app_agent *agents, size_t n, const struct app_agent *agent)
{
	for (size_t i = 0; i < n; i++)
		if (agents[i].router == agent->router &&
		    ip_equal(&agents[i].config->address, &agent->config->address))
			return &agents[i];
	return NULL;
}

static void
number_agents(struct app *app, const struct app_agent *before, size_t n_before)
{
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < n_before; i++)
		if (agent_before(app->agents, app->n_agents, &before[i]) == NULL)
			router_remove_agent(before[i].router, before[i].number);
	for (size_t i = 0; i < app->n_agents; i++) {
		struct app_agent *agent = &app->agents[i];
		const struct app_agent *old = agent_before(before, n_before, agent);

		if (old != NULL) {
			agent->number = old->number;
			router_set_agent_t(agent->router, agent->number, agent->config->t_s);
		} else {
			agent->number = router_add_agent(agent->router,
			    ip_format(&agent->config->address, text), agent->config->t_s);
		}
	}
}

static void
settle_agents(struct app *app)
{
	const struct config *c = app->config;
	struct sflow_agent_config *configs = mem_calloc(MEM_MISC, c->n_agents, sizeof(*configs));
	struct app_agent *before = app->agents;
	size_t n_before = app->n_agents;

	app->n_agents = c->n_agents;
	app->agents = mem_calloc(MEM_MISC, c->n_agents, sizeof(*app->agents));
	for (size_t i = 0; i < c->n_agents; i++) {
		struct app_agent *agent = &app->agents[i];

		agent->config = &c->agents[i];
		agent->router = app_find_router(app, c->agents[i].router);
		configs[i] = (struct sflow_agent_config){ .address = c->agents[i].address,
			.sources = c->agents[i].sources,
			.n_sources = c->agents[i].n_sources,
			.tag = agent };
	}
	number_agents(app, before, n_before);
	sflow_agents_configure(app->sflow, configs, c->n_agents);
	mem_free(MEM_MISC, configs);
	mem_free(MEM_MISC, before);
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

static struct router *
target_router(const struct app *app)
{
	if (app->config->has_target)
		return app_find_router(app, app->config->target.router);
	return app->n_routers > 0 ? app->routers[0] : NULL;
}

/* What the configuration says of the target; without a word of it, the first router's. */
static struct target_config
target_settings(const struct app *app)
{
	const struct config *c = app->config;
	const struct config_target *t = &c->target;
	struct target_config config = {
		.router = target_router(app),
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
	if (t->n_pools > 0) {
		struct pools pools;
		char error[POOLS_ERROR_MAX];
		bool good = pools_make(t->pools, t->n_pools, &pools, error);

		ASSERT(good); /* the configuration was checked */
		memcpy(config.slots, pools.slots, sizeof(config.slots));
		memcpy(config.capacity, pools.capacity, sizeof(config.capacity));
		config.shared = pools.shared;
	}
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

/* The target that there is selects from another router, or there is nothing to select from. */
static bool
target_is_another(const struct app *app)
{
	return app->target != NULL && target_config(app->target)->router != target_router(app);
}

static void
settle_sim(struct app *app)
{
	bool wanted = app->target != NULL && (app->dry_run || in_via(app->config, CONFIG_VIA_SIM));
	struct sim_config config = sim_settings(app);

	if (app->sim != NULL && (!wanted || strcmp(sim_name(app->sim), config.name) != 0)) {
		sim_free(app->sim);
		app->sim = NULL;
	}
	if (!wanted)
		return;
	if (app->sim != NULL) {
		sim_reconfigure(app->sim, &config);
	} else {
		app->sim = sim_new(&config);
		sim_attach(app->sim, app->target);
	}
}

static void
settle_kernel(struct app *app)
{
	if (app->kernel != NULL || app->target == NULL || !in_via(app->config, CONFIG_VIA_NETLINK))
		return;
	app->kernel = kernel_new(app->loop, &app->config->netlink);
	if (app->kernel != NULL)
		kernel_attach(app->kernel, app->target);
}

/* No neighbour has a port any more where it is another one. */
static void
settle_target(struct app *app)
{
	if (target_is_another(app)) {
		sim_free(app->sim);
		app->sim = NULL;
		feedback_free(app->feedback);
		app->feedback = NULL;
		app->push_stopped = false;
		target_free(app->target);
		app->target = NULL;
	}
	app->dry_run = !app->config->has_target || app->config->target.n_via == 0;
	if (target_router(app) != NULL) {
		struct target_config config = target_settings(app);

		if (app->target != NULL)
			target_reconfigure(app->target, &config);
		else
			app->target = target_new(&config);
	}
	settle_sim(app);
	settle_kernel(app);
	for (int f = 0; f < IP_FAMILIES; f++)
		app->coverage[f] = (struct coverage_meter){ 0 };
}

/* --- neighbours --- */

static const struct config_neighbor *
find_config(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_neighbors; i++)
		if (strcmp(c->neighbors[i].bgp.name, name) == 0)
			return &c->neighbors[i];
	return NULL;
}

/* The session can go on as it is. */
static bool
stays(const struct app *app, const struct app_neighbor *n, const struct config_neighbor *now)
{
	static const char *const no_matter[] = { "description", NULL };
	bool has_port = in_via(app->config, n->config->bgp.name);

	return diff_same(&schema_neighbor, n->config, now, no_matter) && n->has_port == has_port &&
	       !(has_port && target_is_another(app));
}

/* End its session. The place of a learning one in its router is kept when it comes back there. */
static void
stop_neighbor(struct app *app, struct app_neighbor *n, const struct config_neighbor *now)
{
	bool keeps_place = n->config->bgp.role == BGP_LEARN && now != NULL &&
			   now->bgp.role == BGP_LEARN &&
			   strcmp(now->router, n->config->router) == 0;

	if (now != NULL)
		bgp_speaker_remove(app->speaker, n->bgp, BGP_CEASE_CONFIG_CHANGE, NULL);
	else
		bgp_speaker_remove(app->speaker, n->bgp, BGP_CEASE_DECONFIGURED, NULL);
	n->bgp = NULL;
	if (n->has_port)
		target_remove_port(app->target, n->port);
	n->has_port = false;
	if (keeps_place)
		return;
	if (n->config->bgp.role == BGP_LEARN)
		router_remove_source(n->router, n->source, app->now);
	n->router = NULL;
}

static void
start_neighbor(struct app *app, struct app_neighbor *n)
{
	struct bgp_sink sink = app_bgp_sink(n);

	if (n->config->bgp.role == BGP_LEARN && n->router == NULL) {
		n->router = app_find_router(app, n->config->router);
		n->source = router_add_source(n->router, n->config->bgp.name);
	}
	n->bgp = bgp_speaker_add(app->speaker, &n->config->bgp, &sink);
	if (n->disabled)
		(void)bgp_speaker_disable(app->speaker, n->bgp, NULL);
	if (in_via(app->config, n->config->bgp.name)) {
		struct push push = push_bgp(&n->push, n->bgp, &n->config->push);

		n->router = target_config(app->target)->router;
		n->port = target_add_port(app->target, &push);
		n->has_port = true;
		if (app->feedback == NULL)
			app->feedback = feedback_new(n->router);
	}
}

/* Those that the configuration does not name any more, or names otherwise. */
static void
stop_neighbors(struct app *app)
{
	for (size_t i = 0; i < app->n_neighbors; i++) {
		struct app_neighbor *n = app->neighbors[i];
		const struct config_neighbor *now = find_config(app->config, n->config->bgp.name);

		if (now == NULL || !stays(app, n, now))
			stop_neighbor(app, n, now);
		if (now != NULL)
			n->config = now;
	}
}

static void
start_neighbors(struct app *app)
{
	const struct config *c = app->config;
	struct app_neighbor **list =
	    mem_calloc(MEM_MISC, c->n_neighbors, sizeof(struct app_neighbor *));

	for (size_t i = 0; i < c->n_neighbors; i++) {
		struct app_neighbor *n = app_find_neighbor(app, c->neighbors[i].bgp.name);

		if (n == NULL) {
			n = mem_alloc(MEM_MISC, sizeof(*n));
			n->app = app;
			n->config = &c->neighbors[i];
		}
		if (n->bgp == NULL)
			start_neighbor(app, n);
		list[i] = n;
	}
	for (size_t i = 0; i < app->n_neighbors; i++)
		if (app->neighbors[i]->bgp == NULL)
			mem_free(MEM_MISC, app->neighbors[i]);
	mem_free(MEM_MISC, app->neighbors);
	app->neighbors = list;
	app->n_neighbors = c->n_neighbors;
}

/* --- what reads the hardware --- */

static void
settle_readback(struct app *app, const struct config *before)
{
	static const char *const others[] = { "sflow", "reserve", "probe", NULL };

	if (before != NULL && diff_same(&schema_hardware, before, app->config, others))
		return;
	readback_free(app->readback);
	app->readback = readback_new(app->loop, &app->config->hardware, &app->hardware);
}

/* --- all of them --- */

void
app_apply(struct app *app, struct config *config)
{
	const struct config *before = app->config;
	size_t left;

	app->config = config;
	left = settle_routers(app);
	stop_neighbors(app);
	settle_target(app);
	settle_agents(app);
	start_neighbors(app);
	settle_readback(app, before);
	for (size_t i = 0; i < left; i++)
		free_router(app->routers[app->n_routers + i]);
}

static uint64_t
random_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint64_t)clock_mono().us;
	return seed;
}

void
app_init(struct app *app, struct ev_loop *loop)
{
	struct sflow_sink samples = app_sample_sink(app);

	app->loop = loop;
	app->events = events_new();
	app->watch = watch_new();
	app->attrs = attrs_table_new(random_seed());
	attrs_set_marks(app->attrs, withhold_marks, &app->withhold);
	app->sflow = sflow_agents_new();
	app->speaker = bgp_speaker_new(loop, random_seed());
	app->udp = sflow_udp_new(loop, app->sflow, &samples);
	app->occupancy = occupancy_new(app->now);
}

bool
app_has_target(const struct app *app)
{
	return app->kernel != NULL || !in_via(app->config, CONFIG_VIA_NETLINK);
}

void
app_fini(struct app *app)
{
	sflow_udp_free(app->udp);
	bgp_speaker_free(app->speaker);
	sflow_agents_free(app->sflow);
	sim_free(app->sim);
	feedback_free(app->feedback);
	kernel_free(app->kernel);
	target_free(app->target);
	for (size_t i = 0; i < app->n_routers; i++)
		free_router(app->routers[i]);
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
	mem_free(MEM_MISC, app->reload.faults);
}
