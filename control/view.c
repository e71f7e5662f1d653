/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing here changes anything: each function fills one of backend.h's values from the objects of
 * the app. Everything is looked up at the time of the call, so there is no second copy of the state
 * to keep right; the one thing kept is the coverage, for a while.
 */
#include "control/view_priv.h"

#include <math.h>
#include <string.h>

#include "control/command.h"
#include "control/dump.h"
#include "control/events.h"
#include "control/explain.h"
#include "control/feedback.h"
#include "control/kernel_io.h"
#include "lib/mem.h"

static void
view_totals(void *ctx, struct web_totals *out)
{
	struct app *app = app_of(ctx);
	const struct sflow_totals *sflow = sflow_agents_totals(app->sflow);
	struct sflow_udp_stats udp;
	struct bgp_speaker_stats bgp;
	struct kernel_status kernel = { 0 };

	sflow_udp_stats(app->udp, &udp);
	bgp_speaker_stats(app->speaker, &bgp);
	if (app->kernel != NULL)
		kernel_status(app->kernel, &kernel);
	*out = (struct web_totals){
		.version = app->version,
		.start_wall_ms = app->started_wall_ms,
		.uptime_s = mono_sub_s(app->now, app->started),
		.cpu_s = app->cpu_s,
		.loop_lag_max_s = lag_worst_s(&app->lag),
		.loop_turns = app->lag.turns,
		.loop_turn_bounds_s = lag_bounds_s,
		.loop_turn_bounds = LAG_BOUNDS,
		.loop_busy_s = app->lag.busy_s,
		.loop_late_s = app->lag.late_s,
		.sflow_datagrams = sflow->datagrams,
		.sflow_bytes = sflow->bytes,
		.sflow_malformed = sflow->malformed,
		.sflow_unknown_agent = sflow->unknown_agent,
		.sflow_refused_source = sflow->refused_source,
		.sflow_kernel_drops = udp.kernel_drops,
		.sflow_truncated = udp.truncated,
		.sflow_flow_samples = sflow->flow_samples,
		.sflow_counter_samples = sflow->counter_samples,
		.sflow_samples_used = sflow->samples_used,
		.sflow_forwarded = udp.forwarded,
		.sflow_forward_errors = udp.forward_errors,
		.netlink_requests = kernel.fib.requests,
		.netlink_errors = kernel.fib.errors,
		.netlink_repairs = kernel.fib.repairs,
		.netlink_dumps = kernel.dumps,
		.netlink_overruns = kernel.overruns,
		.bgp_accepted = bgp.accepted,
		.bgp_refused_unknown = bgp.refused_unknown,
		.bgp_refused_busy = bgp.refused_busy,
		.bgp_refused_held = bgp.refused_held,
		.bgp_refused_full = bgp.refused_full,
		.attr_sets = attrs_count(app->attrs),
		.nexthops = nexthop_count(app->attrs),
		.reloads = app->reload.count,
		.reloads_failed = app->reload.failed,
		.reload_wall_ms = app->reload.wall_ms,
		.reload_faults = app->reload.faults != NULL ? app->reload.faults : "",
		.events_info = events_raised(app->events, EVENT_INFO),
		.events_warning = events_raised(app->events, EVENT_WARNING),
		.events_error = events_raised(app->events, EVENT_ERROR),
	};
}

/* Seconds from now to t, not less than 0; infinite for MONO_NEVER. */
static double
left_s(const struct app *app, struct mono t)
{
	return mono_is_never(t) ? INFINITY : fmax(mono_sub_s(t, app->now), 0);
}

/* --- neighbours --- */

/* "Established" as the REST interface writes it. */
static const char *
state_word(enum bgp_state state)
{
	static const char *const words[] = { "idle", "connect", "active", "opensent", "openconfirm",
		"established" };

	return words[state];
}

static void
learn_family(const struct app_neighbor *n, enum ip_family family, struct web_neighbor *out)
{
	struct router_source_status s;

	router_source_status(n->router, n->source, family, &s);
	out->family[family].negotiated = s.negotiated;
	out->family[family].end_of_rib = s.end_of_rib;
	out->family[family].ready = s.ready;
	out->family[family].paths = s.paths;
	out->family[family].stale_paths = s.stale;
	if (s.stale > 0)
		out->family[family].stale_left_s = left_s(n->app, s.stale_until);
	out->family[family].learned_added = s.added;
	out->family[family].learned_removed = s.removed;
	out->family[family].own_paths = s.own;
}

static void
push_family(const struct app_neighbor *n, const struct bgp_neighbor_status *bgp,
    enum ip_family family, struct web_neighbor *out)
{
	struct target_port_status s;

	target_port_status(n->app->target, n->port, family, &s);
	out->family[family].negotiated = bgp->state == BGP_ESTABLISHED && bgp->families[family];
	out->family[family].desired = s.desired;
	out->family[family].installed = s.installed;
	out->family[family].installed_max = s.installed_max;
	out->family[family].pending = s.pending;
	out->family[family].pushed_added = s.added;
	out->family[family].pushed_removed = s.removed;
	out->family[family].pushed_changed = s.changed;
}

static uint64_t
messages(const struct bgp_counters *c)
{
	return c->opens + c->updates + c->keepalives + c->notifications + c->refreshes;
}

static struct web_capabilities
capabilities(const struct bgp_open *open)
{
	/* RFC 7911 4: 1 receive, 2 send. */
	static const char *const add_path[] = { NULL, "receive", "send", "both" };
	const struct bgp_graceful_restart *g = &open->restart;
	struct web_capabilities c = { .valid = open->as != 0,
		.four_octet_as = open->four_octet_as,
		.route_refresh = open->refresh_type != 0,
		.enhanced_refresh = open->enhanced_refresh,
		.extended_message = open->extended_message,
		.extended_nexthop = open->extended_nexthop,
		.graceful_restart = open->graceful_restart,
		.restart_time_s = g->time_s,
		.restarted = g->restarted,
		.notification = g->notification };

	for (int f = 0; f < IP_FAMILIES; f++) {
		c.families[f] = open->families[f];
		c.add_path[f] = add_path[open->add_path[f]];
		c.restart_families[f] = g->families[f];
		c.restart_forwarding[f] = g->forwarding[f];
	}
	memcpy(c.unknown, open->unknown, sizeof(c.unknown));
	return c;
}

/* The connection, what was negotiated, and messages by type. */
static void
add_session(const struct app *app, const struct bgp_neighbor_status *bgp, struct web_neighbor *out)
{
	const struct bgp_counters *in = &bgp->received, *sent = &bgp->sent;

	out->local_port = bgp->local_port;
	out->remote_port = bgp->remote_port;
	out->hold_time_configured_s = bgp->config->hold_time_s;
	out->hold_time_offered_s = bgp->open_received.hold_time_s;
	out->hold_left_s = left_s(app, bgp->hold_at);
	out->keepalive_left_s = left_s(app, bgp->keepalive_at);
	out->retry_left_s = left_s(app, bgp->retry_at);
	out->disabled = bgp->disabled;
	out->held = bgp->held;
	out->held_left_s = bgp->held ? left_s(app, bgp->held_until) : INFINITY;
	out->dials = bgp->config->active;
	out->route_refresh = bgp->route_refresh;
	out->four_octet_as = bgp->four_octet_as;
	out->capabilities_sent = capabilities(&bgp->open_sent);
	out->capabilities_received = capabilities(&bgp->open_received);
	out->routes_announced = bgp->routes_announced;
	out->routes_withdrawn = bgp->routes_withdrawn;
	out->received.opens = in->opens;
	out->received.updates = in->updates;
	out->received.keepalives = in->keepalives;
	out->received.notifications = in->notifications;
	out->received.refreshes = in->refreshes;
	out->received.bytes = in->bytes;
	out->sent.opens = sent->opens;
	out->sent.updates = sent->updates;
	out->sent.keepalives = sent->keepalives;
	out->sent.notifications = sent->notifications;
	out->sent.refreshes = sent->refreshes;
	out->sent.bytes = sent->bytes;
	for (int f = 0; f < IP_FAMILIES; f++) {
		out->family[f].configured = bgp->config->families[f];
		out->family[f].max_prefixes = bgp->config->max_prefixes[f];
		out->family[f].over_limit = bgp->over_limit[f];
	}
}

static bool
view_neighbor(void *ctx, size_t i, struct web_neighbor *out)
{
	struct app *app = app_of(ctx);
	const struct app_neighbor *n;
	const struct bgp_neighbor_config *config;
	struct bgp_neighbor_status bgp;

	if (i >= app->n_neighbors)
		return false;
	n = app->neighbors[i];
	config = &n->config->bgp;
	bgp_neighbor_status(n->bgp, &bgp);
	*out = (struct web_neighbor){
		.name = config->name,
		.description = config->description,
		.role = config->role == BGP_LEARN ? "learn" : "push",
		.router = n->router != NULL ? router_name(n->router) : "",
		.state = state_word(bgp.state),
		.last_error = "",
		.address = bgp.remote,
		.dynamic = config->dynamic,
		.range = config->range,
		.local_address = bgp.local,
		.local_as = config->local_as,
		.remote_as = bgp.remote_as > 0 ? bgp.remote_as : config->remote_as,
		.local_id = config->router_id,
		.remote_id = bgp.remote_router_id,
		.start_wall_ms = bgp.established_wall_ms,
		.state_age_s = mono_sub_s(app->now, bgp.state_since),
		.established_count = bgp.established_count,
		.hold_time_s = bgp.hold_time_s,
		.keepalive_s = bgp.keepalive_s,
		.updates_received = bgp.received.updates,
		.updates_sent = bgp.sent.updates,
		.messages_received = messages(&bgp.received),
		.messages_sent = messages(&bgp.sent),
		.bytes_received = bgp.received.bytes,
		.bytes_sent = bgp.sent.bytes,
		.notifications_received = bgp.received.notifications,
		.notifications_sent = bgp.sent.notifications,
		.treated_as_withdraw = bgp.treated_as_withdraw,
		.attributes_discarded = bgp.attributes_discarded,
		.queued_bytes = bgp.queued_bytes,
	};
	add_session(app, &bgp, out);
	if (bgp.last_error[0] != '\0') {
		out->last_error_age_s = mono_sub_s(app->now, bgp.last_error_at);
		memcpy(app->last_error, bgp.last_error, sizeof(app->last_error));
		out->last_error = app->last_error;
	}
	for (int f = 0; f < IP_FAMILIES; f++) {
		out->family[f].stale_left_s = INFINITY;
		if (config->role == BGP_LEARN)
			learn_family(n, (enum ip_family)f, out);
		else if (n->has_port)
			push_family(n, &bgp, (enum ip_family)f, out);
	}
	return true;
}

static bool
view_attribute_error(void *ctx, size_t neighbor, unsigned k, struct web_attribute_error *out)
{
	const struct app *app = app_of(ctx);
	struct bgp_error_count e;

	if (!bgp_neighbor_error_count(app->neighbors[neighbor]->bgp, k, &e))
		return false;
	*out = (struct web_attribute_error){ e.attribute, e.action, e.count };
	return true;
}

/* --- routers --- */

static bool
view_router(void *ctx, size_t i, struct web_router *out)
{
	struct app *app = app_of(ctx);
	struct router *router;
	bool has_target;

	if (i >= app->n_routers)
		return false;
	router = app->routers[i];
	*out = (struct web_router){ .name = router_name(router) };
	has_target = app->target != NULL && target_config(app->target)->router == router;
	if (app->push_stopped && has_target)
		out->push_stopped = feedback_text(app->feedback);
	if (has_target)
		out->no_nexthop = target_all_unusable(app->target);
	for (int f = 0; f < IP_FAMILIES; f++) {
		enum ip_family family = (enum ip_family)f;
		const struct rib *rib = router_rib(router);
		const struct traffic *traffic = router_traffic(router, family);

		out->family[f].prefixes = rib_count(rib, family);
		out->family[f].paths = rib_path_count(rib, family);
		out->family[f].active = traffic_count(traffic);
		out->family[f].rate_total = traffic_total(traffic, TRAFFIC_TO, app->now);
		out->family[f].rate_unrouted = traffic_unrouted(traffic, TRAFFIC_TO, app->now);
		out->family[f].frozen = router_phase(router, family) == ROUTER_FROZEN;
		out->family[f].frozen_why = router_phase_why(router, family);
		if (has_target)
			view_router_target(app, family, out);
	}
	return true;
}

static bool
view_find_router(void *ctx, const char *text, struct web_router_ref *out)
{
	struct app *app = app_of(ctx);
	struct ip_addr address;
	bool is_address = ip_parse(text, &address);
	const struct router *found = NULL;

	*out = (struct web_router_ref){ .neighbor = SIZE_MAX };
	for (size_t i = 0; i < app->n_neighbors; i++) {
		const struct app_neighbor *n = app->neighbors[i];

		if (n->router != NULL &&
		    (strcmp(n->config->bgp.name, text) == 0 ||
			(is_address && ip_equal(&address, &n->config->bgp.remote)))) {
			found = n->router;
			out->neighbor = i;
			break;
		}
	}
	for (size_t i = 0; i < app->n_routers; i++) {
		if (found == NULL && strcmp(router_name(app->routers[i]), text) == 0)
			found = app->routers[i];
		if (found == app->routers[i])
			out->router = i;
	}
	if (found == NULL)
		return false;
	for (size_t i = 0; i < app->n_neighbors && out->neighbor == SIZE_MAX; i++)
		if (app->neighbors[i]->router == found &&
		    app->neighbors[i]->config->bgp.role == BGP_LEARN &&
		    bgp_neighbor_established(app->neighbors[i]->bgp))
			out->neighbor = i;
	for (size_t i = 0; i < app->n_neighbors && out->neighbor == SIZE_MAX; i++)
		if (app->neighbors[i]->router == found &&
		    app->neighbors[i]->config->bgp.role == BGP_LEARN)
			out->neighbor = i;
	return true;
}

/* --- rankings and routes --- */

static void
view_top(void *ctx, size_t router, enum ip_family family, const struct web_top_query *query,
    struct web_top *out)
{
	struct app *app = app_of(ctx);
	struct router *r = app->routers[router];
	const struct traffic *traffic = router_traffic(r, family);
	enum traffic_direction direction = query->by_source ? TRAFFIC_FROM : TRAFFIC_TO;
	struct select_input in = {
		.rib = router_rib(r),
		.traffic = traffic,
		.family = family,
		.now = app->now,
		.limit = query->max_prefixes,
		.direction = direction,
		.min_rate_bps = query->min_value,
		.min_length = query->min_prefix,
		.include_covered = query->include_covered,
		.prune_covered = query->prune_covered,
		.show_withheld = true,
	};
	struct selection chosen;

	*out = (struct web_top){
		.value_total = traffic_total(traffic, direction, app->now),
		.n_prefixes = rib_count(router_rib(r), family),
	};
	selection_init(&chosen);
	select_top(&in, &chosen);
	selection_sort_by_rate(&chosen);
	out->n_rows = chosen.n;
	out->rows = mem_calloc(MEM_HTTP, chosen.n, sizeof(*out->rows));
	for (size_t i = 0; i < chosen.n; i++) {
		const struct select_entry *e = selection_at(&chosen, i);

		out->rows[i] = (struct web_top_row){ .prefix = e->prefix,
			.parent = e->covered ? prefix_make((enum ip_family)e->prefix.family,
						   e->prefix.hi, e->prefix.lo, e->parent_len)
					     : (struct ip_prefix){ 0 },
			.covered = e->covered,
			.value = e->rate_bps };
		out->value_top += e->rate_bps;
	}
	selection_fini(&chosen);
}

#define PARTS_LOOKS 64 /* entries inside a route that are looked at */

/* Entries inside the route carry parts of it: they have its next hop, where it is the RIB's. */
static bool
is_in_parts(const struct app *app, const struct router *r, const struct installed *held,
    const struct ip_prefix *route, uint32_t id, uint32_t nexthop)
{
	struct ip_prefix at = *route;
	const struct installed_entry *e = installed_next(held, &at, false);

	for (unsigned i = 0; i < PARTS_LOOKS && e != NULL && prefix_contains(route, &at); i++) {
		struct ip_addr first = prefix_first(&at);

		if (attrs_nexthop(app->attrs, e->attrs) == nexthop &&
		    rib_lpm(router_rib(r), &first) == id)
			return true;
		e = installed_next(held, &at, false);
	}
	return false;
}

/* What the target does at `place`, which the route contains or is. */
static void
fill_forwarding(const struct app *app, const struct installed *held, const struct ip_prefix *place,
    uint32_t nexthop, struct web_route *out)
{
	const struct installed_entry *e = installed_match(held, place);

	out->installed = e != NULL && prefix_equal(&e->prefix, &out->prefix);
	out->carried =
	    e != NULL && !out->installed && attrs_nexthop(app->attrs, e->attrs) == nexthop;
	if (out->carried)
		out->carrier = e->prefix;
}

/* A place of NULL: the whole route. */
static bool
fill_route(struct app *app, struct router *r, enum ip_family family, uint32_t id,
    const struct ip_prefix *place, struct web_route *out)
{
	const struct installed *held = NULL;
	uint32_t nexthop;

	if (id == RIB_NONE)
		return false;
	nexthop = rib_best_nexthop(router_rib(r), family, id);
	if (app->target != NULL && target_config(app->target)->router == r)
		held = view_target_held(app->target, family);
	*out = (struct web_route){
		.prefix = rib_prefix(router_rib(r), family, id),
		.rate_destination =
		    traffic_rate(router_traffic(r, family), id, TRAFFIC_TO, app->now),
		.rate_source = traffic_rate(router_traffic(r, family), id, TRAFFIC_FROM, app->now),
	};
	attrs_get(app->attrs, rib_best_attrs(router_rib(r), family, id), &out->attrs);
	if (held == NULL)
		return true;
	if (place == NULL)
		place = &out->prefix;
	fill_forwarding(app, held, place, nexthop, out);
	if (!out->installed && !out->carried && prefix_equal(place, &out->prefix))
		out->in_parts = is_in_parts(app, r, held, &out->prefix, id, nexthop);
	return true;
}

static bool
view_route(void *ctx, size_t router, const struct ip_prefix *p, struct web_route *out)
{
	struct router *r = app_of(ctx)->routers[router];

	return fill_route(
	    app_of(ctx), r, (enum ip_family)p->family, rib_lookup(router_rib(r), p), NULL, out);
}

static bool
view_route_lookup(void *ctx, size_t router, const struct ip_addr *a, struct web_route *out)
{
	struct router *r = app_of(ctx)->routers[router];

	return fill_route(
	    app_of(ctx), r, (enum ip_family)a->family, rib_lpm(router_rib(r), a), NULL, out);
}

static bool
view_explain(void *ctx, size_t router, const struct ip_prefix *place, struct web_explanation *out)
{
	struct router *r = app_of(ctx)->routers[router];
	uint32_t id = rib_lookup(router_rib(r), place);

	if (id == RIB_NONE)
		id = rib_cover(router_rib(r), place);
	*out = (struct web_explanation){ .n_paths = 0 };
	if (!fill_route(app_of(ctx), r, (enum ip_family)place->family, id, place, &out->route))
		return false;
	explain_place(app_of(ctx), r, place, out);
	return true;
}

static bool
view_dump_next(void *ctx, size_t router, struct web_dump *dump, struct str *out)
{
	struct app *app = app_of(ctx);
	struct router *r = router < app->n_routers ? app->routers[router] : NULL;

	if (!dump->started)
		dump->table = r;
	return r != NULL && dump->table == r && dump_next(app, r, dump, out);
}

struct web_backend
view_backend(struct app *app)
{
	return (struct web_backend){
		.ctx = app,
		.totals = view_totals,
		.neighbor = view_neighbor,
		.attribute_error = view_attribute_error,
		.router = view_router,
		.agent = view_agent,
		.find_router = view_find_router,
		.top = view_top,
		.route = view_route,
		.route_lookup = view_route_lookup,
		.explain = view_explain,
		.dump_next = view_dump_next,
		.installed = view_installed,
		.installed_facts = view_installed_facts,
		.differences = view_differences,
		.event_next = view_event_next,
		.hardware = view_hardware,
		.verify = view_verify,
		.command_neighbor = command_neighbor,
		.freeze = command_freeze,
	};
}
