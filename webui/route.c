/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of paths and the dispatch by it.
 *
 * The path is split at its slashes before it is decoded, so that an encoded slash belongs to a
 * name; the table is walked from the top, which for two dozen rows is quicker than being clever.
 * Everything is bounded: the target by WEB_TARGET_MAX, each decoded piece by WEB_VALUE_MAX, the
 * parameters by what the row asks for.
 *
 * Names, defaults and meaning of the sFlow-RT paths: its OpenAPI description and the posts on
 * blog.sflow.com; hotfib-api(7) is our own description.
 */
#include "webui/route.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "webui/api.h"

#define TOP_PARAMS(max_length)                                                                     \
	{                                                                                          \
		[TOP_MAX_PREFIXES] = { "maxPrefixes", WEB_INTEGER, 2000000, 20000, { 0 } },        \
		[TOP_MIN_VALUE] = { "minValue", WEB_NUMBER, HUGE_VAL, 0, { 0 } },                  \
		[TOP_DIRECTION] = { "direction", WEB_CHOICE, 0, 0,                                 \
			{ "destination", "source", "egress", "ingress" } },                        \
		[TOP_INCLUDE_COVERED] = { "includeCovered", WEB_BOOLEAN, 0, 0, { 0 } },            \
		[TOP_PRUNE_COVERED] = { "pruneCovered", WEB_BOOLEAN, 0, 0, { 0 } },                \
		[TOP_MIN_PREFIX] = { "minPrefix", WEB_INTEGER, (max_length), 0, { 0 } }, { 0 },    \
	}

static const struct web_param top_params[] = TOP_PARAMS(32);
static const struct web_param top6_params[] = TOP_PARAMS(128);
static const struct web_param prefix_params[] = {
	[PREFIX_ADDRESS] = { "address", WEB_STRING, 0, 0, { 0 } },
	{ 0 },
};
static const struct web_param route_params[] = {
	[ROUTE_ROUTER] = { "router", WEB_STRING, 0, 0, { 0 } },
	[ROUTE_ADDRESS] = { "address", WEB_STRING, 0, 0, { 0 } },
	{ 0 },
};
static const struct web_param whatif_params[] = {
	[WHATIF_ROUTER] = { "router", WEB_STRING, 0, 0, { 0 } },
	[WHATIF_FAMILY] = { "family", WEB_CHOICE, 0, 0, { "ipv4", "ipv6" } },
	[WHATIF_N] = { "n", WEB_STRING, 0, 0, { 0 } },
	{ 0 },
};
static const struct web_param rib_params[] = {
	[RIB_FAMILY] = { "family", WEB_CHOICE, 0, 0, { "both", "ipv4", "ipv6" } },
	{ 0 },
};
static const struct web_param agents_params[] = {
	[AGENTS_AGENT] = { "agent", WEB_STRING, 0, 0, { 0 } },
	{ 0 },
};
static const struct web_param events_params[] = {
	[EVENTS_AFTER] = { "after", WEB_INTEGER, 9007199254740991, 0, { 0 } },
	[EVENTS_MAX_EVENTS] = { "maxEvents", WEB_INTEGER, 1000000, 1000, { 0 } },
	[EVENTS_SEVERITY] = { "severity", WEB_CHOICE, 0, 0, { "info", "warning", "error" } },
	{ 0 },
};

static const struct web_param flat_events_params[] = {
	[FLAT_EVENT_ID] = { "eventID", WEB_STRING, 0, 0, { 0 } },
	[FLAT_MAX_EVENTS] = { "maxEvents", WEB_INTEGER, 1000000, 1000, { 0 } },
	[FLAT_THRESHOLD_ID] = { "thresholdID", WEB_STRING, 0, 0, { 0 } },
	[FLAT_TIMEOUT] = { "timeout", WEB_INTEGER, 3600, 0, { 0 } },
	{ 0 },
};

static const struct web_param command_params[] = {
	[COMMAND_REASON] = { "reason", WEB_STRING, 0, 0, { 0 } },
	{ 0 },
};

const struct web_route_row web_routes[] = {
	/* sFlow-RT's. */
	{ "GET", "/version", web_api_version, NULL },
	{ "GET", "/bgp/topprefixes/{router}/json", web_api_topprefixes, top_params },
	{ "GET", "/bgp/topprefixes6/{router}/json", web_api_topprefixes6, top6_params },
	{ "GET", "/bgp/prefix/{router}/json", web_api_prefix, prefix_params },
	{ "GET", "/agents/json", web_api_agents, agents_params },
	{ "GET", "/analyzer/json", web_api_analyzer, NULL },
	{ "GET", "/events/json", web_api_events_flat, flat_events_params },
	/* For monitoring. */
	{ "GET", "/metrics", web_api_metrics, NULL },
	{ "GET", "/healthz", web_api_healthz, NULL },
	{ "GET", "/readyz", web_api_readyz, NULL },
	/* Our own. */
	{ "GET", "/api/v1/status", web_api_status, NULL },
	{ "GET", "/api/v1/neighbors", web_api_neighbors, NULL },
	{ "GET", "/api/v1/neighbor/{name}", web_api_neighbor, NULL },
	{ "GET", "/api/v1/agents", web_api_agent_list, NULL },
	{ "GET", "/api/v1/top/{router}/ipv4", web_api_top, top_params },
	{ "GET", "/api/v1/top/{router}/ipv6", web_api_top6, top6_params },
	{ "GET", "/api/v1/route", web_api_route, route_params },
	{ "GET", "/api/v1/whatif", web_api_whatif, whatif_params },
	{ "GET", "/api/v1/rib/{router}/mrt", web_api_rib, rib_params },
	{ "GET", "/api/v1/installed", web_api_installed, NULL },
	{ "GET", "/api/v1/diff", web_api_diff, NULL },
	{ "GET", "/api/v1/events", web_api_events, events_params },
	{ "GET", "/api/v1/hardware", web_api_hardware, NULL },
	{ "GET", "/api/v1/verify", web_api_verify, NULL },
	/* Commands. */
	{ "POST", "/api/v1/neighbor/{name}/refresh", web_api_refresh, command_params },
	{ "POST", "/api/v1/neighbor/{name}/reset", web_api_reset, command_params },
	{ "POST", "/api/v1/neighbor/{name}/disable", web_api_disable, command_params },
	{ "POST", "/api/v1/neighbor/{name}/enable", web_api_enable, command_params },
	{ "POST", "/api/v1/freeze", web_api_freeze, command_params },
	{ "POST", "/api/v1/thaw", web_api_thaw, command_params },
	{ "POST", "/api/v1/reload", web_api_reload, NULL },
	/* The page. */
	{ "GET", "/", web_api_asset, NULL },
	{ "GET", "/app/{file}", web_api_asset, NULL },
	{ 0 },
};

/* Match segment by segment; what stands for {...} is decoded into name. */
static bool
match(const char *pattern, const char *path, size_t path_len, char name[static WEB_VALUE_MAX])
{
	const char *end = path + path_len;

	for (;;) {
		char segment[WEB_VALUE_MAX];
		const char *stop;
		size_t pattern_len;

		if (*pattern != '/' || path == end || *path != '/')
			return *pattern == '\0' && path == end;
		pattern++;
		path++;
		pattern_len = strcspn(pattern, "/");
		stop = memchr(path, '/', (size_t)(end - path));
		if (stop == NULL)
			stop = end;
		if (!web_decode(path, (size_t)(stop - path), false, segment))
			return false;
		if (*pattern == '{') {
			if (segment[0] == '\0')
				return false;
			strcpy(name, segment);
		} else if (strlen(segment) != pattern_len ||
			   memcmp(segment, pattern, pattern_len) != 0) {
			return false;
		}
		pattern += pattern_len;
		path = stop;
	}
}

static bool
parse_number(const struct web_param *p, const char *text, double *out)
{
	const char *allowed = p->type == WEB_INTEGER ? "0123456789" : "0123456789.eE+-";
	char *end;

	/* Keeps strtod from hexadecimal, infinities and blanks. */
	if (text[0] == '\0' || text[strspn(text, allowed)] != '\0')
		return false;
	*out = strtod(text, &end);
	return *end == '\0' && isfinite(*out) && *out >= 0 && *out <= p->max;
}

static bool
parse_choice(const struct web_param *p, const char *text, double *out)
{
	for (size_t i = 0; i < ARRAY_LEN(p->words) && p->words[i] != NULL; i++) {
		if (strcmp(text, p->words[i]) == 0) {
			*out = (double)i;
			return true;
		}
	}
	return false;
}

static bool
parse_arg(const struct web_param *p, struct web_arg *arg)
{
	switch (p->type) {
	case WEB_INTEGER:
	case WEB_NUMBER: return parse_number(p, arg->text, &arg->number);
	case WEB_BOOLEAN:
		arg->number = strcmp(arg->text, "true") == 0;
		return arg->number > 0 || strcmp(arg->text, "false") == 0;
	case WEB_CHOICE: return parse_choice(p, arg->text, &arg->number);
	case WEB_STRING: return true;
	}
	return false;
}

static void
refuse_arg(const struct web_param *p, const char *text, struct web_answer *a)
{
	struct str words;

	switch (p->type) {
	case WEB_INTEGER:
		web_answer_error(
		    a, 400, "%s: \"%s\" is not an integer from 0 to %.0f", p->name, text, p->max);
		break;
	case WEB_NUMBER:
		web_answer_error(a, 400, "%s: \"%s\" is not a number of 0 or more", p->name, text);
		break;
	case WEB_BOOLEAN:
		web_answer_error(a, 400, "%s: \"%s\" is neither true nor false", p->name, text);
		break;
	default:
		str_init(&words, MEM_HTTP);
		for (size_t i = 0; i < ARRAY_LEN(p->words) && p->words[i] != NULL; i++)
			str_addf(&words, "%s%s", i > 0 ? ", " : "", p->words[i]);
		web_answer_error(a, 400, "%s: \"%s\" is none of %s", p->name, text, words.text);
		str_fini(&words);
	}
}

/* Read the row's parameters; false with the answer made where one is bad. */
static bool
read_args(struct web_call *call, const struct web_target *target, struct web_answer *a)
{
	const struct web_param *p = call->row->params;

	for (size_t i = 0; p != NULL && p->name != NULL; i++, p++) {
		struct web_arg *arg = &call->arg[i];

		ASSERT(i < WEB_PARAMS_MAX);
		switch (web_query_get(target, p->name, arg->text)) {
		case WEB_ABSENT:
			arg->text[0] = '\0';
			arg->number = p->fallback;
			break;
		case WEB_BAD:
			web_answer_error(a, 400, "%s: badly encoded or longer than %d bytes",
			    p->name, WEB_VALUE_MAX - 1);
			return false;
		case WEB_FOUND:
			arg->given = true;
			if (!parse_arg(p, arg)) {
				refuse_arg(p, arg->text, a);
				return false;
			}
		}
	}
	return true;
}

static bool
method_fits(const struct web_route_row *row, const char *method)
{
	return strcmp(method, row->method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(row->method, "GET") == 0);
}

/* The client has the very same bytes already. */
static void
answer_unchanged(const struct web_request *request, struct web_answer *a)
{
	if (a->etag[0] == '\0' || request->if_none_match == NULL)
		return;
	if (strcmp(request->if_none_match, "*") != 0 &&
	    strstr(request->if_none_match, a->etag) == NULL)
		return;
	a->status = 304;
	a->asset = NULL;
	str_clear(&a->body);
}

void
web_dispatch(struct web_app *app, const struct web_request *request, struct web_answer *a)
{
	struct web_call call = { .app = app, .who = request->who != NULL ? request->who : "?" };
	struct web_target target;
	const char *allow = NULL;

	web_answer_init(a);
	if (strlen(request->target) > WEB_TARGET_MAX) {
		web_answer_error(a, 414, "request target longer than %d bytes", WEB_TARGET_MAX);
		return;
	}
	if (!web_target_split(request->target, &target)) {
		web_answer_error(a, 400, "bad request target");
		return;
	}
	for (call.row = web_routes; call.row->method != NULL; call.row++) {
		if (!match(call.row->pattern, target.path, target.path_len, call.name))
			continue;
		allow = strcmp(call.row->method, "GET") == 0 ? "GET, HEAD" : call.row->method;
		if (!method_fits(call.row, request->method))
			continue;
		if (!request->may_command && strcmp(call.row->method, "GET") != 0) {
			web_answer_error(a, 403, "commands are taken on the unix socket only");
			return;
		}
		if (read_args(&call, &target, a)) {
			call.row->handler(&call, a);
			answer_unchanged(request, a);
		}
		return;
	}
	if (allow != NULL) {
		web_answer_error(a, 405, "method %s not allowed here", request->method);
		a->allow = allow;
	} else {
		web_answer_error(a, 404, "no such path; hotfib-api(7) lists them");
	}
}
