/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "webui/api.h"
#include "webui/json.h"
#include "webui/rows.h"

/* The router a path names; false with a 404 made. */
static bool
find_router(struct web_call *call, struct web_answer *a, struct web_router_ref *ref)
{
	const struct web_backend *b = &call->app->backend;

	if (b->find_router(b->ctx, call->name, ref))
		return true;
	web_answer_error(
	    a, 404, "no router, and no neighbour of one, is called \"%s\"", call->name);
	return false;
}

/* What is said of the neighbour and its session. */
static void
add_session(json_t *root, const struct web_backend *b, size_t neighbor, enum ip_family family)
{
	struct web_neighbor n = { .state = "idle" };

	if (neighbor != SIZE_MAX && !b->neighbor(b->ctx, neighbor, &n))
		n = (struct web_neighbor){ .state = "idle" };
	web_json_count(root, "as", n.remote_as);
	web_json_id(root, "id", n.remote_id);
	web_json_count(root, "learnedPrefixesAdded", n.family[family].learned_added);
	web_json_count(root, "learnedPrefixesRemoved", n.family[family].learned_removed);
	web_json_count(root, "pushedPrefixesAdded", n.family[family].pushed_added);
	web_json_count(root, "pushedPrefixesRemoved", n.family[family].pushed_removed);
	web_json_count(root, "startTime", (uint64_t)(n.start_wall_ms > 0 ? n.start_wall_ms : 0));
	web_json_text(root, "state", n.state);
}

/* No room for `rows` more in long answers; true with a 503 made. */
static bool
is_crowded(const struct web_call *call, struct web_answer *a, size_t rows)
{
	if (call->app->rows_held + rows <= WEB_ROWS_HELD_MAX)
		return false;
	web_answer_error(a, 503, "too many long answers are being read; try again");
	return true;
}

static void
topprefixes(struct web_call *call, enum ip_family family, bool extended, struct web_answer *a)
{
	const struct web_arg *arg = call->arg;
	const struct web_backend *b = &call->app->backend;
	/* The words are destination, source, egress, ingress. */
	struct web_top_query query = {
		.max_prefixes = (size_t)arg[TOP_MAX_PREFIXES].number,
		.min_value = arg[TOP_MIN_VALUE].number,
		.by_source = (int)arg[TOP_DIRECTION].number % 2 == 1,
		.min_prefix = (unsigned)arg[TOP_MIN_PREFIX].number,
		.include_covered = arg[TOP_INCLUDE_COVERED].number > 0,
		.prune_covered = arg[TOP_PRUNE_COVERED].number > 0,
	};
	struct web_top top = { 0 };
	struct web_router_ref ref;
	json_t *root;

	if (!find_router(call, a, &ref))
		return;
	if (query.max_prefixes > 0 && is_crowded(call, a, query.max_prefixes))
		return;
	b->top(b->ctx, ref.router, family, &query, &top);

	root = json_object();
	add_session(root, b, ref.neighbor, family);
	web_json_text(root, "direction", query.by_source ? "source" : "destination");
	web_json_count(root, "nPrefixes", top.n_prefixes);
	json_object_set_new(root, "topPrefixes", json_array());
	web_json_real(root, "valuePercentCoverage",
	    top.value_total > 0 ? 100 * top.value_top / top.value_total : 0);
	web_json_real(root, "valueTopPrefixes", top.value_top);
	web_json_real(root, "valueTotal", top.value_total);
	web_answer_list(
	    a, root, "topPrefixes", web_rows_top(call->app, ref.router, &top, extended));
}

void
web_api_topprefixes(struct web_call *call, struct web_answer *a)
{
	topprefixes(call, IP_V4, false, a);
}

void
web_api_topprefixes6(struct web_call *call, struct web_answer *a)
{
	topprefixes(call, IP_V6, false, a);
}

void
web_api_top(struct web_call *call, struct web_answer *a)
{
	topprefixes(call, IP_V4, true, a);
}

void
web_api_top6(struct web_call *call, struct web_answer *a)
{
	topprefixes(call, IP_V6, true, a);
}

void
web_api_prefix(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	const char *text = call->arg[PREFIX_ADDRESS].text;
	struct web_router_ref ref;
	struct web_route route;
	struct ip_prefix prefix;
	struct ip_addr addr;
	bool found;

	if (!find_router(call, a, &ref))
		return;
	if (ip_parse(text, &addr)) {
		found = b->route_lookup(b->ctx, ref.router, &addr, &route);
	} else if (prefix_parse(text, false, &prefix)) {
		found = b->route(b->ctx, ref.router, &prefix, &route);
	} else {
		web_answer_error(
		    a, 400, "address: \"%s\" is neither an IP address nor a prefix", text);
		return;
	}
	if (!found) {
		web_answer_json(a, 404, json_object());
		return;
	}
	web_route_add(&a->body, &route, route.rate_destination, NULL, true);
	str_add(&a->body, ",\"valueDestination\":");
	web_row_real(&a->body, route.rate_destination);
	str_add(&a->body, ",\"valueSource\":");
	web_row_real(&a->body, route.rate_source);
	str_add(&a->body, "}\n");
}

void
web_api_installed(struct web_call *call, struct web_answer *a)
{
	json_t *root;

	if (is_crowded(call, a, 0))
		return;
	root = json_object();
	json_object_set_new(root, "installed", json_array());
	web_answer_list(a, root, "installed", web_rows_installed(call->app));
}

void
web_api_diff(struct web_call *call, struct web_answer *a)
{
	json_t *root = json_object();

	json_object_set_new(root, "differences", json_array());
	web_answer_list(a, root, "differences", web_rows_differences(call->app));
}

void
web_api_rib(struct web_call *call, struct web_answer *a)
{
	/* The words are both, ipv4, ipv6. */
	int family = (int)call->arg[RIB_FAMILY].number;
	bool families[IP_FAMILIES] = { [IP_V4] = family != 2, [IP_V6] = family != 1 };
	struct web_router_ref ref;

	if (find_router(call, a, &ref))
		web_answer_stream(
		    a, "application/octet-stream", web_rows_dump(call->app, ref.router, families));
}
