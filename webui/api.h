/* SPDX-License-Identifier: Apache-2.0 */
/* The handlers of the table in route.c, and the places of their parameters in call->arg. */
#ifndef WEBUI_API_H
#define WEBUI_API_H

#include "webui/route.h"

enum top_arg {
	TOP_MAX_PREFIXES,
	TOP_MIN_VALUE,
	TOP_DIRECTION,
	TOP_INCLUDE_COVERED,
	TOP_PRUNE_COVERED,
	TOP_MIN_PREFIX
};
#define PREFIX_ADDRESS 0
#define ROUTE_ROUTER   0
#define ROUTE_ADDRESS  1
enum whatif_arg {
	WHATIF_ROUTER,
	WHATIF_FAMILY,
	WHATIF_N
};
#define AGENTS_AGENT   0
#define RIB_FAMILY     0
#define COMMAND_REASON 0
enum events_arg {
	EVENTS_AFTER,
	EVENTS_MAX_EVENTS,
	EVENTS_SEVERITY
};
enum flat_events_arg {
	FLAT_EVENT_ID,
	FLAT_MAX_EVENTS,
	FLAT_THRESHOLD_ID,
	FLAT_TIMEOUT
};

void web_api_version(struct web_call *call, struct web_answer *a);
void web_api_topprefixes(struct web_call *call, struct web_answer *a);
void web_api_topprefixes6(struct web_call *call, struct web_answer *a);
void web_api_top(struct web_call *call, struct web_answer *a);
void web_api_top6(struct web_call *call, struct web_answer *a);
void web_api_prefix(struct web_call *call, struct web_answer *a);
void web_api_agents(struct web_call *call, struct web_answer *a);
void web_api_analyzer(struct web_call *call, struct web_answer *a);
void web_api_metrics(struct web_call *call, struct web_answer *a);
void web_api_healthz(struct web_call *call, struct web_answer *a);
void web_api_readyz(struct web_call *call, struct web_answer *a);
void web_api_status(struct web_call *call, struct web_answer *a);
void web_api_neighbors(struct web_call *call, struct web_answer *a);
void web_api_neighbor(struct web_call *call, struct web_answer *a);
void web_api_agent_list(struct web_call *call, struct web_answer *a);
void web_api_route(struct web_call *call, struct web_answer *a);
void web_api_whatif(struct web_call *call, struct web_answer *a);
void web_api_rib(struct web_call *call, struct web_answer *a);
void web_api_installed(struct web_call *call, struct web_answer *a);
void web_api_diff(struct web_call *call, struct web_answer *a);
void web_api_events(struct web_call *call, struct web_answer *a);
void web_api_events_flat(struct web_call *call, struct web_answer *a);
void web_api_hardware(struct web_call *call, struct web_answer *a);
void web_api_reload(struct web_call *call, struct web_answer *a);
void web_api_verify(struct web_call *call, struct web_answer *a);
void web_api_refresh(struct web_call *call, struct web_answer *a);
void web_api_reset(struct web_call *call, struct web_answer *a);
void web_api_disable(struct web_call *call, struct web_answer *a);
void web_api_enable(struct web_call *call, struct web_answer *a);
void web_api_freeze(struct web_call *call, struct web_answer *a);
void web_api_thaw(struct web_call *call, struct web_answer *a);
void web_api_asset(struct web_call *call, struct web_answer *a);

/* The router that `arg` names, or the only one; false with the answer made. */
bool web_choose_router(
    struct web_call *call, const struct web_arg *arg, struct web_answer *a, size_t *out);

/* Parts of answers that several handlers use. */
json_t *web_agent_json(const struct web_agent *agent);
json_t *web_analyzer_json(const struct web_backend *b);
json_t *web_capabilities_json(const struct web_capabilities *c); /* null where there are none */
json_t *web_reload_json(const struct web_totals *t);

/* Why hotfib is not ready to steer traffic yet: an array of texts, empty when it is. */
json_t *web_readiness(const struct web_backend *b);

/* What is wrong now with something that was configured - a session that is down, a selection that
 * is frozen: an array of texts, empty when all is well. */
json_t *web_problems(const struct web_backend *b);

/* The state of things in one sentence, without its full stop. */
void web_summary(const struct web_backend *b, struct str *out);

#endif
