/* SPDX-License-Identifier: Apache-2.0 */
/* The events kept: our own list of them, and sFlow-RT's, which waits for the next one. */
#include <errno.h>
#include <stdlib.h>
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

/* --- sFlow-RT's --------------------------------------------------------------------------------
 *
 * GET /events/json?eventID=&maxEvents=&thresholdID=&timeout= gives an array, the newest first, of
 * the events with a higher eventID; where there is none it waits for one, `timeout` seconds at
 * most. Its events come from thresholds, ours have a kind in the place of that.
 */

#define POLL_MS         200
#define POLLS_PER_BLANK 25 /* so that a client that has gone is noticed */

struct event_rows {
	struct web_rows rows;
	struct web_app *app;
	char kind[WEB_VALUE_MAX]; /* "": all */
	uint64_t after;           /* ids above it */
	uint64_t next;            /* the id to be written next, downwards */
	size_t left;              /* may be written */
	bool begun;
	double until_s; /* by the daemon's uptime */
	unsigned polls;
	bool over;
};

static double
uptime_s(const struct web_backend *b)
{
	struct web_totals t;

	b->totals(b->ctx, &t);
	return t.uptime_s;
}

static bool
is_wanted(const struct event_rows *r, const struct web_event *e)
{
	return r->kind[0] == '\0' || strcmp(r->kind, e->kind) == 0;
}

/* The id of the newest event that is wanted; 0: none. */
static uint64_t
newest(const struct event_rows *r)
{
	const struct web_backend *b = &r->app->backend;
	uint64_t id = 0;
	struct web_event e;

	for (uint64_t at = r->after; b->event_next(b->ctx, at, &e); at = e.id)
		if (is_wanted(r, &e))
			id = e.id;
	return id;
}

static void
add_event(struct str *out, const struct web_event *e)
{
	json_t *o = json_object();

	web_json_count(o, "eventID", e->id);
	web_json_text(o, "thresholdID", e->kind);
	web_json_text(o, "metric", e->kind);
	web_json_count(o, "timestamp", (uint64_t)e->first_wall_ms);
	web_json_count(o, "value", e->count);
	web_json_text(o, "severity", e->severity);
	web_json_text(o, "text", e->text);
	web_json_dump(o, out);
	json_decref(o);
}

/* The next one down that is wanted; false at the end. */
static bool
next_down(struct event_rows *r, struct web_event *e)
{
	const struct web_backend *b = &r->app->backend;

	while (r->left > 0 && r->next > r->after && b->event_next(b->ctx, r->next - 1, e) &&
	       e->id == r->next) {
		r->next--;
		if (is_wanted(r, e))
			return true;
	}
	return false;
}

/* True while there is nothing, and time for something to come. */
static bool
waits(struct event_rows *r, struct str *out)
{
	r->next = newest(r);
	if (r->next > 0 || uptime_s(&r->app->backend) >= r->until_s)
		return false;
	if (++r->polls % POLLS_PER_BLANK == 0)
		str_add(out, " ");
	else
		r->rows.wait_ms = POLL_MS;
	return true;
}

static bool
events_next(struct web_rows *rows, struct str *out)
{
	struct event_rows *r = CONTAINER_OF(rows, struct event_rows, rows);
	bool first = !r->begun;
	struct web_event e;

	if (r->over)
		return false;
	if (first && waits(r, out))
		return true;
	r->begun = true;
	str_add(out, first ? "[" : "");
	if (next_down(r, &e)) {
		str_add(out, first ? "" : ",\n");
		add_event(out, &e);
		r->left--;
		return true;
	}
	str_add(out, "]\n");
	r->over = true;
	return true;
}

static void
events_free(struct web_rows *rows)
{
	mem_free(MEM_HTTP, CONTAINER_OF(rows, struct event_rows, rows));
}

/* An id, or -1 for that of nothing, as clients begin with. */
static bool
parse_id(const char *text, uint64_t *out)
{
	char *end;

	*out = 0;
	if (strcmp(text, "-1") == 0)
		return true;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

void
web_api_events_flat(struct web_call *call, struct web_answer *a)
{
	const struct web_arg *arg = call->arg, *id = &arg[FLAT_EVENT_ID];
	uint64_t after = 0;
	struct event_rows *r;

	if (id->given && !parse_id(id->text, &after)) {
		web_answer_error(a, 400, "eventID: \"%s\" is neither an id nor -1", id->text);
		return;
	}
	r = mem_alloc(MEM_HTTP, sizeof(*r));
	r->rows = (struct web_rows){ .next = events_next, .free = events_free };
	r->app = call->app;
	strcpy(r->kind, arg[FLAT_THRESHOLD_ID].text);
	r->after = after;
	r->left = (size_t)arg[FLAT_MAX_EVENTS].number;
	r->until_s = uptime_s(&call->app->backend) + arg[FLAT_TIMEOUT].number;
	web_answer_stream(a, "application/json", &r->rows);
}
