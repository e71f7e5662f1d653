/* SPDX-License-Identifier: Apache-2.0 */
#include "control/app_sinks.h"

#include "control/app_feedback.h"

/* The session's own end: routes via that address are not pushed back to where they lead. */
static void
note_own_address(struct app *app, const struct ip_addr *address)
{
	if (!withhold_own(&app->withhold, address))
		return;
	attrs_mark_again(app->attrs);
	for (size_t i = 0; i < app->n_routers; i++)
		router_marks_changed(app->routers[i]);
}

static void
learn_up(void *ctx, struct bgp_neighbor *bgp)
{
	struct app_neighbor *n = ctx;
	struct bgp_neighbor_status s;
	struct rib_source info;

	bgp_neighbor_status(bgp, &s);
	note_own_address(n->app, &s.local);
	info = (struct rib_source){ .ebgp = s.remote_as != s.config->local_as,
		.router_id = s.remote_router_id,
		.address = s.remote };
	router_source_up(n->router, n->source, &info, s.families, n->app->now);
	app_feedback_up(n);
	for (int f = 0; f < IP_FAMILIES; f++)
		if (!s.restart.forwarding[f])
			router_source_not_preserved(n->router, n->source, (enum ip_family)f);
}

static void
learn_down(void *ctx, struct bgp_neighbor *bgp, enum bgp_down_reason reason)
{
	struct app_neighbor *n = ctx;
	struct bgp_neighbor_status s;
	struct router_loss loss;

	(void)reason; /* it is in end_is_graceful */
	bgp_neighbor_status(bgp, &s);
	for (int f = 0; f < IP_FAMILIES; f++) {
		loss.graceful[f] = s.end_is_graceful[f];
		loss.retain_s[f] =
		    loss.graceful[f] ? s.restart.time_s : n->app->config->stale_time_s;
	}
	router_source_lost(n->router, n->source, &loss, n->app->now);
}

/* What the session has brought: what is left of the one before does not count. */
static size_t
fresh_paths(const struct app_neighbor *n, uint8_t family)
{
	const struct rib *rib = router_rib(n->router);

	return rib_source_path_count(rib, (enum ip_family)family, n->source) -
	       rib_stale_count(rib, (enum ip_family)family, n->source);
}

/* A neighbour that comes with other prefixes each time could fill the memory with what is kept of
 * its lost sessions. What it may have twice is enough for a session and the one before. */
static void
limit_stale(const struct app_neighbor *n, uint8_t family)
{
	const struct rib *rib = router_rib(n->router);
	size_t max = n->config->bgp.max_prefixes[family];

	if (max > 0 && n->config->bgp.above_max == BGP_ABOVE_MAX_STOP &&
	    rib_source_path_count(rib, (enum ip_family)family, n->source) > 2 * max)
		router_drop_stale(n->router, n->source, (enum ip_family)family);
}

static void
learn_routes(
    void *ctx, struct bgp_neighbor *bgp, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct app_neighbor *n = ctx;

	router_routes(n->router, n->source, attrs, nlri);
	limit_stale(n, nlri.family);
	bgp_neighbor_holds(bgp, (enum ip_family)nlri.family, fresh_paths(n, nlri.family));
}

static void
learn_end_of_rib(void *ctx, struct bgp_neighbor *bgp, enum ip_family family)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	router_end_of_rib(n->router, n->source, family, n->app->now);
}

static void
learn_refresh_begin(void *ctx, struct bgp_neighbor *bgp, enum ip_family family)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	router_refresh_begin(n->router, n->source, family, n->app->now);
}

static void
learn_refresh_end(void *ctx, struct bgp_neighbor *bgp, enum ip_family family)
{
	struct app_neighbor *n = ctx;

	(void)bgp;
	router_refresh_end(n->router, n->source, family);
}

static void
push_up(void *ctx, struct bgp_neighbor *bgp)
{
	struct app_neighbor *n = ctx;
	struct bgp_neighbor_status s;

	bgp_neighbor_status(bgp, &s);
	note_own_address(n->app, &s.local);
	app_feedback_up(n);
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

struct bgp_sink
app_bgp_sink(struct app_neighbor *n)
{
	if (n->config->bgp.role == BGP_LEARN)
		return (struct bgp_sink){
			.ctx = n,
			.up = learn_up,
			.down = learn_down,
			.routes = learn_routes,
			.end_of_rib = learn_end_of_rib,
			.refresh = ignore_family, /* nothing is announced to it */
			.refresh_begin = learn_refresh_begin,
			.refresh_end = learn_refresh_end,
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

struct sflow_sink
app_sample_sink(struct app *app)
{
	return (struct sflow_sink){ .ctx = app, .samples = take_samples };
}

void
app_route_changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	const struct app_table *table = ctx;
	struct app *app = table->app;

	if (app->target == NULL || target_config(app->target)->router != table->router)
		return;
	app_feedback_route(app, p, result);
	target_route_changed(app->target, p, result);
}
