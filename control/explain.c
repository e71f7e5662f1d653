/* SPDX-License-Identifier: Apache-2.0 */
#include "control/explain.h"

#include <stdio.h>

#include "control/verdict.h"
#include "lib/mem.h"

/* What the rule means for a path, compared with the next best one. */
static const char *
words(enum rib_reason rule)
{
	static const char *const texts[] = {
		[RIB_ONLY_PATH] = "it is the only path",
		[RIB_BY_NEXTHOP] =
		    "packets can be sent to its next hop, and not to the next best path's",
		[RIB_BY_STALE] = "it is not stale, the next best path is",
		[RIB_BY_LOCAL_PREF] = "its local preference is higher",
		[RIB_BY_AS_PATH] = "its AS path is shorter",
		[RIB_BY_ORIGIN] = "its origin is lower: IGP before EGP before INCOMPLETE",
		[RIB_BY_MED] = "its MED is lower",
		[RIB_BY_EBGP] = "it is external, the next best path is internal",
		[RIB_BY_ROUTER_ID] = "its router id, or originator id, is lower",
		[RIB_BY_CLUSTER_LIST] = "its cluster list is shorter",
		[RIB_BY_ADDRESS] = "its neighbour's address is lower",
		[RIB_BY_PATH_ID] = "its path id is lower",
	};

	return rule < ARRAY_LEN(texts) ? texts[rule] : "";
}

/* The configured neighbour that is source number `source` of the router. */
static const struct config_neighbor *
neighbor_of_source(const struct app *app, const struct router *r, unsigned source)
{
	for (size_t i = 0; i < app->n_neighbors; i++) {
		const struct app_neighbor *n = app->neighbors[i];

		if (n->router == r && n->config->bgp.role == BGP_LEARN && n->source == source)
			return n->config;
	}
	return NULL;
}

static void
list_paths(const struct app *app, const struct router *r, enum ip_family family, uint32_t id,
    struct web_explanation *out)
{
	struct rib_path *paths = mem_calloc(MEM_HTTP, WEB_PATHS_MAX, sizeof(*paths));
	enum rib_reason rule;
	size_t listed;

	out->n_paths = rib_paths(router_rib(r), family, id, paths, WEB_PATHS_MAX, &rule);
	out->rule = rib_reason_name(rule);
	out->why = words(rule);
	listed = size_min(out->n_paths, WEB_PATHS_MAX);
	out->paths = mem_calloc(MEM_HTTP, listed, sizeof(*out->paths));
	for (size_t i = 0; i < listed; i++) {
		const struct config_neighbor *n = neighbor_of_source(app, r, paths[i].source);

		out->paths[i].neighbor = n != NULL ? n->bgp.name : "";
		out->paths[i].address = rib_source_peek(router_rib(r), paths[i].source)->address;
		out->paths[i].path_id = paths[i].path_id;
		out->paths[i].stale = paths[i].stale;
		if (i > 0) {
			out->paths[i].rule = rib_reason_name(paths[i].reason);
			out->paths[i].why = words(paths[i].reason);
		}
		attrs_get(app->attrs, paths[i].attrs, &out->paths[i].attrs);
	}
	mem_free(MEM_HTTP, paths);
}

/* Our own paths that were sent back. */
static void
list_ignored(const struct app *app, const struct router *r, struct web_explanation *out)
{
	const struct own_path *own = NULL;

	while ((own = router_own_paths(r, &out->route.prefix, own)) != NULL &&
	       out->n_ignored < WEB_PATHS_MAX) {
		const struct config_neighbor *n = neighbor_of_source(app, r, own->source);
		struct web_path *path;

		out->ignored =
		    mem_resize(MEM_HTTP, out->ignored, out->n_ignored + 1, sizeof(*out->ignored));
		path = &out->ignored[out->n_ignored++];
		*path = (struct web_path){ .neighbor = n != NULL ? n->bgp.name : "",
			.address = rib_source_peek(router_rib(r), own->source)->address,
			.path_id = own->path_id,
			.why = "it is our own, pushed with this originator id and sent back" };
		attrs_get(app->attrs, own->attrs, &path->attrs);
	}
}

static const char *
why_withheld(const struct app *app, const struct rib *rib, enum ip_family family, uint32_t id)
{
	uint32_t attrs = rib_best_attrs(rib, family, id), hop = attrs_nexthop(app->attrs, attrs);
	uint8_t marks = attrs_marks(app->attrs, attrs) & target_config(app->target)->withheld_marks;

	if (!rib_is_withheld(rib, family, id))
		return NULL;
	if (marks != 0)
		return withhold_name(marks);
	if (!nexthop_usable(app->attrs, hop))
		return target_why_unusable(app->target, hop);
	return "held down: the router has fed it back";
}

static void
list_points(const struct router *r, enum ip_family family, uint32_t id, struct mono now,
    struct web_explanation *out)
{
	const struct traffic *traffic = router_traffic_peek(r, family);
	double unit = traffic_demand_unit(traffic, now) / traffic_demand_filled(traffic, now);
	struct traffic_point points[TRAFFIC_POINTS];
	size_t record;

	_Static_assert(TRAFFIC_POINTS <= WEB_POINTS_MAX, "all of them");
	if (!traffic_find(traffic, id, &record))
		return;
	out->n_points = traffic_points(traffic, record, points);
	for (size_t i = 0; i < out->n_points; i++)
		out->points[i] = (struct web_point){ .prefix = points[i].prefix,
			.rate = points[i].weight * unit };
}

/* What it weighs, and what selection made of that. */
static void
add_verdict(const struct app *app, const struct router *r, uint32_t id,
    const struct ip_prefix *place, struct web_explanation *out)
{
	enum ip_family family = (enum ip_family)place->family;
	struct traffic_estimate demand;
	struct verdict verdict;

	traffic_estimate(router_traffic_peek(r, family), id, app->now, &demand);
	verdict_make(out->has_target ? app->target : NULL, r, id, place, app->now, &verdict);
	out->demand = demand.rate_bps;
	out->demand_error = demand.error;
	out->demand_samples = demand.samples;
	out->price = verdict.price_bps;
	out->verdict = verdict.word;
	snprintf(out->because, sizeof(out->because), "%s", verdict.text);
	list_points(r, family, id, app->now, out);
}

void
explain_place(const struct app *app, const struct router *r, const struct ip_prefix *place,
    struct web_explanation *out)
{
	enum ip_family family = (enum ip_family)out->route.prefix.family;
	const struct rib *rib = router_rib(r);
	uint32_t id = rib_lookup(rib, &out->route.prefix);
	uint32_t cover = rib_cover(rib, &out->route.prefix);

	ASSERT(id != RIB_NONE);
	out->has_target = app->target != NULL && target_config(app->target)->router == r;
	if (out->has_target)
		out->withheld = why_withheld(app, rib, family, id);
	out->covered = cover != RIB_NONE;
	if (out->covered) {
		uint32_t nexthop = attrs_nexthop(app->attrs, rib_best_attrs(rib, family, cover));

		out->cover = rib_prefix(rib, family, cover);
		out->cover_nexthop = nexthop_peek(app->attrs, nexthop)->addr;
		out->cover_alike =
		    nexthop == attrs_nexthop(app->attrs, rib_best_attrs(rib, family, id));
	}
	list_paths(app, r, family, id, out);
	list_ignored(app, r, out);
	add_verdict(app, r, id, place, out);
}
