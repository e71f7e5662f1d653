/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "webui/api.h"
#include "webui/json.h"

static json_t *
event_json(const struct web_event *e)
{
	json_t *o = json_object();

	web_json_count(o, "id", e->id);
	web_json_text(o, "severity", e->severity);
	web_json_text(o, "kind", e->kind);
	web_json_text(o, "text", e->text);
	web_json_count(o, "time", (uint64_t)e->first_wall_ms);
	web_json_count(o, "lastTime", (uint64_t)e->last_wall_ms);
	web_json_count(o, "count", e->count);
	web_json_count(o, "suppressed", e->suppressed);
	return o;
}

/* Place of a severity among the words of the parameter. */
static double
severity_of(const struct web_param *p, const char *word)
{
	double i = 0;

	while (strcmp(p->words[(size_t)i], word) != 0)
		i++;
	return i;
}

/* Oldest first; of more than maxEvents the newest. */
void
web_api_events(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	const struct web_param *severity = &call->row->params[EVENTS_SEVERITY];
	size_t max = (size_t)call->arg[EVENTS_MAX_EVENTS].number;
	uint64_t id = (uint64_t)call->arg[EVENTS_AFTER].number;
	json_t *root = json_object(), *list = json_array();
	struct web_event e;

	while (b->event_next(b->ctx, id, &e)) {
		id = e.id;
		if (severity_of(severity, e.severity) < call->arg[EVENTS_SEVERITY].number)
			continue;
		json_array_append_new(list, event_json(&e));
		if (json_array_size(list) > max)
			json_array_remove(list, 0);
	}
	json_object_set_new(root, "events", list);
	web_json_count(root, "newest", id);
	web_answer_json(a, 200, root);
}
