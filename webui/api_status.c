/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "webui/api.h"
#include "webui/field.h"
#include "webui/json.h"

static const struct web_field neighbor_fields[] = {
	{ "attributesDiscarded", offsetof(struct web_neighbor, attributes_discarded) },
	{ "bytesReceived", offsetof(struct web_neighbor, bytes_received) },
	{ "bytesSent", offsetof(struct web_neighbor, bytes_sent) },
	{ "establishedCount", offsetof(struct web_neighbor, established_count) },
	{ "messagesReceived", offsetof(struct web_neighbor, messages_received) },
	{ "messagesSent", offsetof(struct web_neighbor, messages_sent) },
	{ "notificationsReceived", offsetof(struct web_neighbor, notifications_received) },
	{ "notificationsSent", offsetof(struct web_neighbor, notifications_sent) },
	{ "queuedBytes", offsetof(struct web_neighbor, queued_bytes) },
	{ "treatedAsWithdraw", offsetof(struct web_neighbor, treated_as_withdraw) },
	{ "updatesReceived", offsetof(struct web_neighbor, updates_received) },
	{ "updatesSent", offsetof(struct web_neighbor, updates_sent) },
	{ 0 },
};

#define MESSAGES(member)                                                                           \
	(offsetof(struct web_neighbor, received.member) - offsetof(struct web_neighbor, received))

/* Of web_neighbor.received and sent, which are alike. */
static const struct web_field messages_fields[] = {
	{ "bytes", MESSAGES(bytes) },
	{ "keepalives", MESSAGES(keepalives) },
	{ "notifications", MESSAGES(notifications) },
	{ "opens", MESSAGES(opens) },
	{ "refreshes", MESSAGES(refreshes) },
	{ "updates", MESSAGES(updates) },
	{ 0 },
};

/* Offsets in an element of web_neighbor.family and web_router.family. */
#define NEIGHBOR_FAMILY(member)                                                                    \
	(offsetof(struct web_neighbor, family[0].member) - offsetof(struct web_neighbor, family[0]))
#define ROUTER_FAMILY(member)                                                                      \
	(offsetof(struct web_router, family[0].member) - offsetof(struct web_router, family[0]))

static const struct web_field neighbor_family_fields[] = {
	{ "desired", NEIGHBOR_FAMILY(desired) },
	{ "installed", NEIGHBOR_FAMILY(installed) },
	{ "installedMax", NEIGHBOR_FAMILY(installed_max) },
	{ "learnedPrefixesAdded", NEIGHBOR_FAMILY(learned_added) },
	{ "learnedPrefixesRemoved", NEIGHBOR_FAMILY(learned_removed) },
	{ "ownPaths", NEIGHBOR_FAMILY(own_paths) },
	{ "maxPrefixes", NEIGHBOR_FAMILY(max_prefixes) },
	{ "paths", NEIGHBOR_FAMILY(paths) },
	{ "pending", NEIGHBOR_FAMILY(pending) },
	{ "pushedPrefixesAdded", NEIGHBOR_FAMILY(pushed_added) },
	{ "pushedPrefixesChanged", NEIGHBOR_FAMILY(pushed_changed) },
	{ "pushedPrefixesRemoved", NEIGHBOR_FAMILY(pushed_removed) },
	{ "stalePaths", NEIGHBOR_FAMILY(stale_paths) },
	{ 0 },
};

static const struct web_field router_family_fields[] = {
	{ "active", ROUTER_FAMILY(active) },
	{ "capacity", ROUTER_FAMILY(capacity) },
	{ "desired", ROUTER_FAMILY(desired) },
	{ "exact", ROUTER_FAMILY(exact) },
	{ "exactRoom", ROUTER_FAMILY(exact_room) },
	{ "installed", ROUTER_FAMILY(installed) },
	{ "paths", ROUTER_FAMILY(paths) },
	{ "prefixes", ROUTER_FAMILY(prefixes) },
	{ "slots", ROUTER_FAMILY(slots) },
	{ "usable", ROUTER_FAMILY(usable) },
	{ 0 },
};

/* Null until somebody has come to a neighbour with a prefix. */
static void
add_address(json_t *o, const struct web_neighbor *n)
{
	char prefix[PREFIX_TEXT_MAX];

	if (n->dynamic && ip_is_zero(&n->address))
		web_json_text(o, "address", NULL);
	else
		web_json_addr(o, "address", &n->address);
	if (n->dynamic)
		web_json_text(o, "prefix", prefix_format(&n->range, prefix));
}

static json_t *
neighbor_json(const struct web_neighbor *n)
{
	json_t *o = json_object(), *families = json_object();

	web_json_fields(o, neighbor_fields, n);
	web_json_text(o, "name", n->name);
	web_json_text(o, "description", n->description);
	web_json_text(o, "role", n->role);
	web_json_text(o, "router", n->router);
	web_json_text(o, "state", n->state);
	web_json_text(o, "lastError", n->last_error);
	add_address(o, n);
	web_json_addr(o, "localAddress", &n->local_address);
	web_json_count(o, "localAs", n->local_as);
	web_json_count(o, "remoteAs", n->remote_as);
	web_json_id(o, "localId", n->local_id);
	web_json_id(o, "remoteId", n->remote_id);
	web_json_count(o, "startTime", (uint64_t)n->start_wall_ms);
	web_json_real(o, "stateAgeSeconds", n->state_age_s);
	web_json_count(o, "holdTimeSeconds", n->hold_time_s);
	web_json_count(o, "keepaliveSeconds", n->keepalive_s);
	for (int f = 0; f < IP_FAMILIES; f++) {
		json_t *family = json_object();

		web_json_fields(family, neighbor_family_fields, &n->family[f]);
		web_json_bool(family, "configured", n->family[f].configured);
		web_json_bool(family, "negotiated", n->family[f].negotiated);
		web_json_bool(family, "endOfRib", n->family[f].end_of_rib);
		web_json_bool(family, "overLimit", n->family[f].over_limit);
		web_json_bool(family, "ready", n->family[f].ready);
		if (isfinite(n->family[f].stale_left_s))
			web_json_real(family, "staleSecondsLeft", n->family[f].stale_left_s);
		json_object_set_new(families, ip_family_name((enum ip_family)f), family);
	}
	json_object_set_new(o, "families", families);
	return o;
}

static json_t *
attribute_errors_json(const struct web_backend *b, size_t neighbor)
{
	json_t *list = json_array();
	struct web_attribute_error e;

	for (unsigned k = 0; b->attribute_error(b->ctx, neighbor, k, &e); k++) {
		json_t *o = json_object();

		web_json_text(o, "attribute", e.attribute);
		web_json_text(o, "action", e.action);
		web_json_count(o, "count", e.count);
		json_array_append_new(list, o);
	}
	return list;
}

/* Those that run. */
static json_t *
timers_json(const struct web_neighbor *n)
{
	json_t *o = json_object();

	if (isfinite(n->hold_left_s))
		web_json_real(o, "holdSecondsLeft", n->hold_left_s);
	if (isfinite(n->keepalive_left_s))
		web_json_real(o, "keepaliveSecondsLeft", n->keepalive_left_s);
	if (isfinite(n->retry_left_s))
		web_json_real(o, "retrySecondsLeft", n->retry_left_s);
	if (isfinite(n->held_left_s))
		web_json_real(o, "heldSecondsLeft", n->held_left_s);
	return o;
}

/* The same with what only matters when one looks at this neighbour. */
static json_t *
neighbor_details_json(const struct web_backend *b, size_t i, const struct web_neighbor *n)
{
	json_t *o = neighbor_json(n), *received = json_object(), *sent = json_object();
	json_t *capabilities = json_object();

	web_json_fields(received, messages_fields, &n->received);
	web_json_fields(sent, messages_fields, &n->sent);
	json_object_set_new(o, "received", received);
	json_object_set_new(o, "sent", sent);
	web_json_count(o, "localPort", n->local_port);
	web_json_count(o, "remotePort", n->remote_port);
	web_json_count(o, "holdTimeConfiguredSeconds", n->hold_time_configured_s);
	web_json_count(o, "holdTimeOfferedSeconds", n->hold_time_offered_s);
	web_json_bool(o, "disabled", n->disabled);
	web_json_bool(o, "held", n->held);
	json_object_set_new(o, "timers", timers_json(n));
	web_json_bool(o, "dials", n->dials);
	web_json_bool(o, "routeRefresh", n->route_refresh);
	web_json_bool(o, "fourOctetAs", n->four_octet_as);
	json_object_set_new(capabilities, "sent", web_capabilities_json(&n->capabilities_sent));
	json_object_set_new(
	    capabilities, "received", web_capabilities_json(&n->capabilities_received));
	json_object_set_new(o, "capabilities", capabilities);
	json_object_set_new(o, "attributeErrors", attribute_errors_json(b, i));
	web_json_count(o, "routesAnnounced", n->routes_announced);
	web_json_count(o, "routesWithdrawn", n->routes_withdrawn);
	if (n->last_error[0] != '\0')
		web_json_real(o, "lastErrorAgeSeconds", n->last_error_age_s);
	return o;
}

static json_t *
neighbors_json(const struct web_backend *b)
{
	json_t *list = json_array();
	struct web_neighbor n;

	for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++)
		json_array_append_new(list, neighbor_json(&n));
	return list;
}

static json_t *
selection_json(const struct web_selection *s)
{
	json_t *o = json_object();

	web_json_text(o, "name", s->name != NULL ? s->name : "");
	web_json_text(o, "default", s->follow ? "follow" : "punt");
	if (s->has_default)
		web_json_addr(o, "defaultNexthop", &s->default_nexthop);
	web_json_real(o, "price", s->price_bps);
	web_json_real(o, "tauSeconds", s->tau_s);
	web_json_real(o, "eta", s->eta);
	web_json_count(o, "guards", s->guards);
	web_json_count(o, "synthetic", s->synthetic);
	web_json_count(o, "passes", s->passes);
	web_json_count(o, "memoryBytes", s->bytes);
	return o;
}

static json_t *
router_json(const struct web_router *r)
{
	json_t *o = json_object(), *families = json_object();

	web_json_text(o, "name", r->name);
	if (r->push_stopped != NULL)
		web_json_text(o, "pushStopped", r->push_stopped);
	for (int f = 0; f < IP_FAMILIES; f++) {
		double total = r->family[f].rate_total;
		double covered = r->family[f].rate_installed + r->family[f].rate_default;
		json_t *family = json_object();

		web_json_fields(family, router_family_fields, &r->family[f]);
		web_json_real(family, "rateTotal", total);
		web_json_real(family, "rateInstalled", r->family[f].rate_installed);
		web_json_real(family, "rateDefault", r->family[f].rate_default);
		web_json_real(family, "rateUnrouted", r->family[f].rate_unrouted);
		web_json_real(family, "coverage", total > 0 ? covered / total : 0);
		web_json_bool(family, "hasTarget", r->family[f].has_target);
		web_json_bool(family, "dryRun", r->family[f].dry_run);
		web_json_bool(family, "frozen", r->family[f].frozen);
		web_json_text(family, "frozenWhy", r->family[f].frozen_why);
		web_json_real(family, "selectionMs", r->family[f].selection_ms);
		if (r->family[f].has_target)
			json_object_set_new(
			    family, "selection", selection_json(&r->family[f].selection));
		json_object_set_new(families, ip_family_name((enum ip_family)f), family);
	}
	json_object_set_new(o, "families", families);
	return o;
}

static json_t *
routers_json(const struct web_backend *b)
{
	json_t *list = json_array();
	struct web_router r;

	for (size_t i = 0; b->router(b->ctx, i, &r); i++)
		json_array_append_new(list, router_json(&r));
	return list;
}

static json_t *
agents_json(const struct web_backend *b)
{
	json_t *list = json_array();
	struct web_agent agent;

	for (size_t i = 0; b->agent(b->ctx, i, &agent); i++) {
		json_t *o = web_agent_json(&agent);

		web_json_addr(o, "address", &agent.address);
		json_array_append_new(list, o);
	}
	return list;
}

void
web_api_status(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	json_t *root = json_object(), *reasons = web_readiness(b);
	struct web_totals totals;
	struct str summary;

	str_init(&summary, MEM_HTTP);
	web_summary(b, &summary);
	web_json_text(root, "summary", summary.text);
	str_fini(&summary);
	web_json_bool(root, "ready", json_array_size(reasons) == 0);
	json_object_set_new(root, "notReadyReasons", reasons);
	json_object_set_new(root, "problems", web_problems(b));
	json_object_set_new(root, "totals", web_analyzer_json(b));
	b->totals(b->ctx, &totals);
	json_object_set_new(root, "reload", web_reload_json(&totals));
	json_object_set_new(root, "routers", routers_json(b));
	json_object_set_new(root, "neighbors", neighbors_json(b));
	json_object_set_new(root, "agents", agents_json(b));
	web_answer_json(a, 200, root);
}

void
web_api_neighbors(struct web_call *call, struct web_answer *a)
{
	json_t *root = json_object();

	json_object_set_new(root, "neighbors", neighbors_json(&call->app->backend));
	web_answer_json(a, 200, root);
}

void
web_api_agent_list(struct web_call *call, struct web_answer *a)
{
	json_t *root = json_object();

	json_object_set_new(root, "agents", agents_json(&call->app->backend));
	web_answer_json(a, 200, root);
}

void
web_api_neighbor(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	struct web_neighbor n;

	for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++) {
		if (strcmp(n.name, call->name) == 0) {
			web_answer_json(a, 200, neighbor_details_json(b, i, &n));
			return;
		}
	}
	web_answer_error(a, 404, "no neighbour is called \"%s\"", call->name);
}
