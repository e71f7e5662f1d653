/* SPDX-License-Identifier: Apache-2.0 */
/* One prefix, explained: its paths with all their attributes, and why the best is best. */
#include "webui/api.h"
#include "webui/json.h"
#include "webui/rows.h"

static void
add_list(json_t *o, const char *key, struct span span, web_format_fn *format)
{
	struct str text;

	str_init(&text, MEM_HTTP);
	web_formatted_add(&text, span, format);
	web_json_text(o, key, text.text);
	str_fini(&text);
}

static void
add_list_if(json_t *o, const char *key, struct span span, web_format_fn *format)
{
	if (span.len > 0)
		add_list(o, key, span, format);
}

static void
add_prefix(json_t *o, const char *key, const struct ip_prefix *p)
{
	char text[PREFIX_TEXT_MAX];

	web_json_text(o, key, prefix_format(p, text));
}

static size_t
hex_format(struct span span, char separator, char *buf, size_t size)
{
	(void)separator;
	if (size > 0)
		buf[0] = '\0';
	for (size_t i = 0; i < span.len && 2 * i + 2 < size; i++)
		snprintf(buf + 2 * i, 3, "%02x", span.data[i]);
	return 2 * span.len;
}

/* The members that topPrefixes have too are called and written alike. */
static void
add_attributes(json_t *o, const struct route_attrs *a)
{
	struct ip_addr link_local = { a->nexthop.link_local_hi, a->nexthop.link_local_lo, IP_V6 };

	web_json_addr(o, "nexthop", &a->nexthop.addr);
	if (!ip_is_zero(&link_local))
		web_json_addr(o, "nexthopLinkLocal", &link_local);
	add_list(o, "aspath", a->as_path, route_as_path_format);
	web_json_count(o, "aspathLength", route_as_path_length(a->as_path));
	web_json_text(o, "origin", route_origin_name(a->origin));
	if (a->has_local_pref)
		web_json_count(o, "localpref", a->local_pref);
	if (a->has_med)
		web_json_count(o, "med", a->med);
	add_list_if(o, "communities", a->communities, route_communities_format);
	add_list_if(o, "largeCommunities", a->large_communities, route_large_format);
	add_list_if(o, "extendedCommunities", a->ext_communities, route_ext_format);
	if (a->has_originator_id)
		web_json_id(o, "originatorId", a->originator_id);
	add_list_if(o, "clusterList", a->cluster_list, route_clusters_format);
	if (a->atomic_aggregate)
		web_json_bool(o, "atomicAggregate", true);
	if (a->has_aggregator) {
		web_json_count(o, "aggregatorAs", a->aggregator_as);
		web_json_id(o, "aggregatorId", a->aggregator_id);
	}
	if (a->has_otc)
		web_json_count(o, "onlyToCustomer", a->otc);
	add_list_if(o, "otherAttributes", a->opaque, hex_format);
}

static json_t *
path_json(const struct web_path *p)
{
	json_t *o = json_object();

	web_json_text(o, "neighbor", p->neighbor);
	web_json_addr(o, "neighborAddress", &p->address);
	web_json_count(o, "pathId", p->path_id);
	if (p->why != NULL)
		web_json_text(o, "why", p->why);
	add_attributes(o, &p->attrs);
	return o;
}

static json_t *
ignored_json(const struct web_explanation *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_ignored; i++)
		json_array_append_new(list, path_json(&e->ignored[i]));
	return list;
}

static json_t *
paths_json(const struct web_explanation *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < size_min(e->n_paths, WEB_PATHS_MAX); i++) {
		const struct web_path *p = &e->paths[i];
		json_t *o = path_json(p);

		web_json_bool(o, "best", i == 0);
		web_json_bool(o, "stale", p->stale);
		if (p->rule != NULL)
			web_json_text(o, "rule", p->rule);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
points_json(const struct web_explanation *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_points; i++) {
		json_t *o = json_object();

		add_prefix(o, "prefix", &e->points[i].prefix);
		web_json_real(o, "value", e->points[i].rate);
		json_array_append_new(list, o);
	}
	return list;
}

/* Where packets to the prefix go at the target. */
static const char *
forwarding(const struct web_explanation *e)
{
	if (!e->has_target)
		return "no target";
	return e->route.installed  ? "installed"
	       : e->route.carried  ? "carried"
	       : e->route.in_parts ? "parts"
				   : "default";
}

static json_t *
explanation_json(const struct web_explanation *e, const char *router)
{
	json_t *root = json_object();

	web_json_text(root, "router", router);
	add_prefix(root, "prefix", &e->route.prefix);
	web_json_text(root, "verdict", e->verdict);
	web_json_text(root, "because", e->because);
	web_json_real(root, "demand", e->demand);
	web_json_real(root, "demandError", e->demand_error);
	web_json_real(root, "demandSamples", e->demand_samples);
	if (e->price > 0)
		web_json_real(root, "price", e->price);
	if (e->n_points > 0)
		json_object_set_new(root, "points", points_json(e));
	web_json_text(root, "forwarding", forwarding(e));
	if (e->has_target && e->withheld != NULL)
		web_json_text(root, "withheld", e->withheld);
	if (e->has_target && e->route.carried)
		add_prefix(root, "carriedby", &e->route.carrier);
	if (e->covered) {
		add_prefix(root, "cover", &e->cover);
		web_json_addr(root, "coverNexthop", &e->cover_nexthop);
		web_json_bool(root, "coverAlike", e->cover_alike);
	}
	web_json_real(root, "valueDestination", e->route.rate_destination);
	web_json_real(root, "valueSource", e->route.rate_source);
	web_json_text(root, "rule", e->rule);
	web_json_text(root, "why", e->why);
	web_json_count(root, "nPaths", e->n_paths);
	json_object_set_new(root, "paths", paths_json(e));
	if (e->n_ignored > 0)
		json_object_set_new(root, "ignoredPaths", ignored_json(e));
	return root;
}

bool
web_choose_router(
    struct web_call *call, const struct web_arg *arg, struct web_answer *a, size_t *out)
{
	const struct web_backend *b = &call->app->backend;
	struct web_router_ref ref;
	struct web_router r;

	*out = 0;
	if (arg->given) {
		if (b->find_router(b->ctx, arg->text, &ref)) {
			*out = ref.router;
			return true;
		}
		web_answer_error(
		    a, 404, "no router, and no neighbour of one, is called \"%s\"", arg->text);
		return false;
	}
	if (b->router(b->ctx, 0, &r) && !b->router(b->ctx, 1, &r))
		return true;
	web_answer_error(a, 400, "router: say which; there is not just one");
	return false;
}

void
web_api_route(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	const char *text = call->arg[ROUTE_ADDRESS].text;
	struct web_explanation e;
	struct web_router r;
	struct ip_prefix place;
	size_t router;

	if (!web_choose_router(call, &call->arg[ROUTE_ROUTER], a, &router))
		return;
	if (!prefix_parse(text, false, &place)) {
		web_answer_error(
		    a, 400, "address: \"%s\" is neither an IP address nor a prefix", text);
		return;
	}
	if (!b->explain(b->ctx, router, &place, &e)) {
		web_answer_error(a, 404, "no route to %s", text);
		return;
	}
	b->router(b->ctx, router, &r);
	web_answer_json(a, 200, explanation_json(&e, r.name));
	mem_free(MEM_HTTP, e.paths);
	mem_free(MEM_HTTP, e.ignored);
}
