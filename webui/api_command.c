/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that change something. */
#include <string.h>

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

static void
command_neighbor(struct web_call *call, enum web_neighbor_command command, const char *what,
    struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	const char *why = NULL;
	enum web_outcome outcome = b->command_neighbor(
	    b->ctx, command, call->name, call->who, call->arg[COMMAND_REASON].text, &why);

	answer_outcome(a, outcome, what, why);
}

void
web_api_refresh(struct web_call *call, struct web_answer *a)
{
	command_neighbor(call, WEB_NEIGHBOR_REFRESH, "asked for the whole table again", a);
}

void
web_api_reset(struct web_call *call, struct web_answer *a)
{
	command_neighbor(call, WEB_NEIGHBOR_RESET, "reset: the session may begin anew", a);
}

void
web_api_disable(struct web_call *call, struct web_answer *a)
{
	command_neighbor(call, WEB_NEIGHBOR_DISABLE, "disabled: no session until it is enabled", a);
}

void
web_api_enable(struct web_call *call, struct web_answer *a)
{
	command_neighbor(call, WEB_NEIGHBOR_ENABLE, "enabled: the session may begin", a);
}

static void
freeze(struct web_call *call, bool frozen, const char *what, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	const char *why = NULL;
	enum web_outcome outcome =
	    b->freeze(b->ctx, frozen, call->who, call->arg[COMMAND_REASON].text, &why);

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

/* A list of the text's lines. */
static json_t *
lines_json(const char *text)
{
	json_t *list = json_array();

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		struct str line;

		str_init(&line, MEM_HTTP);
		str_add_n(&line, text, n);
		json_array_append_new(list, web_json_string(line.text));
		str_fini(&line);
		text += n + (text[n] == '\n');
	}
	return list;
}

json_t *
web_reload_json(const struct web_totals *t)
{
	json_t *o = json_object();

	web_json_count(o, "count", t->reloads);
	web_json_count(o, "failed", t->reloads_failed);
	web_json_count(o, "time", (uint64_t)t->reload_wall_ms);
	json_object_set_new(
	    o, "faults", lines_json(t->reload_faults != NULL ? t->reload_faults : ""));
	return o;
}

void
web_api_reload(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	json_t *root = json_object();
	struct str changes, said;
	bool ok;

	str_init(&changes, MEM_HTTP);
	str_init(&said, MEM_HTTP);
	ok = b->reload(b->ctx, &changes, &said);
	if (ok) {
		web_json_text(root, "done", "the configuration is in force");
		json_object_set_new(root, "changes", lines_json(changes.text));
		json_object_set_new(root, "warnings", lines_json(said.text));
	} else {
		web_json_text(root, "error", "the configuration has faults, nothing was changed");
		json_object_set_new(root, "faults", lines_json(said.text));
	}
	web_answer_json(a, ok ? 200 : 409, root);
	str_fini(&changes);
	str_fini(&said);
}
