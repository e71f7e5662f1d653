/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that change something. */
#include "webui/api.h"
#include "webui/json.h"

/* {"done": what} or why not. */
static void
answer_outcome(struct web_answer *a, enum web_outcome outcome, const char *what, const char *why)
{
	json_t *root;

	switch (outcome) {
	case WEB_UNKNOWN: web_answer_error(a, 404, "%s", why); return;
	case WEB_REFUSED: web_answer_error(a, 409, "%s", why); return;
	case WEB_DONE: break;
	}
	root = json_object();
	web_json_text(root, "done", what);
	web_answer_json(a, 200, root);
}

void
web_api_refresh(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	const char *why = NULL;
	enum web_outcome outcome = b->refresh(b->ctx, call->name, &why);

	answer_outcome(a, outcome, "asked for the whole table again", why);
}

static void
freeze(struct web_call *call, bool frozen, const char *what, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	const char *why = NULL;
	enum web_outcome outcome =
	    b->freeze(b->ctx, frozen, call->who, call->arg[FREEZE_REASON].text, &why);

	answer_outcome(a, outcome, what, why);
}

void
web_api_freeze(struct web_call *call, struct web_answer *a)
{
	freeze(call, true, "frozen: only what the routing table asks for changes", a);
}

void
web_api_thaw(struct web_call *call, struct web_answer *a)
{
	freeze(call, false, "thawed: the traffic decides again", a);
}
