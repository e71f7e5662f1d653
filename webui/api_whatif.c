/* SPDX-License-Identifier: Apache-2.0 */
/* What tables of other sizes would carry. The backend needs seconds for it; until then the answer,
 * a stream of one piece, has nothing to send. */
#include <stdlib.h>
#include <string.h>

#include "webui/api.h"
#include "webui/json.h"

struct whatif_rows {
	struct web_rows rows;
	struct web_app *app;
	size_t router;
	struct web_whatif_query query;
	unsigned polls;
	bool over;
};

#define POLLS_PER_BLANKS 50
#define POLL_MS          20

/* Now and then they tell the client that we are still at it. libcurl sees only whole octets a
 * second (CURLOPT_LOW_SPEED_LIMIT), so there are enough of them also where polls come late. */
static const char blanks[] = "                               \n";

static json_t *
points_json(const struct web_whatif *w)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < w->n_points; i++) {
		const struct web_whatif_point *p = &w->points[i];
		json_t *o = json_object(), *priced = json_object(), *top = json_object();

		web_json_count(o, "entries", p->entries);
		web_json_real(o, "bound", p->bound);
		web_json_real(priced, "coverage", p->priced);
		web_json_count(priced, "used", p->priced_used);
		web_json_real(top, "coverage", p->top);
		web_json_count(top, "used", p->top_used);
		json_object_set_new(o, "priced", priced);
		json_object_set_new(o, "top", top);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
needed_json(const struct web_whatif *w)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < WEB_GOALS; i++) {
		json_t *o = json_object();

		web_json_real(o, "coverage", w->goals[i].coverage);
		if (w->goals[i].priced != WEB_NEVER)
			web_json_count(o, "priced", w->goals[i].priced);
		if (w->goals[i].top != WEB_NEVER)
			web_json_count(o, "top", w->goals[i].top);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
whatif_json(const struct whatif_rows *r, enum web_whatif_state state, const struct web_whatif *w)
{
	const struct web_backend *b = &r->app->backend;
	struct web_router router;
	json_t *root = json_object();

	if (state != WEB_WHATIF_READY || !b->router(b->ctx, r->router, &router)) {
		web_json_text(root, "error",
		    state == WEB_WHATIF_BUSY ? "another simulation is under way, try again"
					     : "the simulation failed, see the log");
		return root;
	}
	web_json_text(root, "router", router.name);
	web_json_text(root, "family", r->query.family == IP_V4 ? "ipv4" : "ipv6");
	web_json_count(root, "active", w->active);
	web_json_real(root, "value", w->rate_total);
	web_json_real(root, "byDefault", w->by_default);
	web_json_real(root, "cpuSeconds", w->cpu_s);
	json_object_set_new(root, "points", points_json(w));
	json_object_set_new(root, "needed", needed_json(w));
	return root;
}

static bool
whatif_next(struct web_rows *rows, struct str *out)
{
	struct whatif_rows *r = CONTAINER_OF(rows, struct whatif_rows, rows);
	const struct web_backend *b = &r->app->backend;
	enum web_whatif_state state;
	struct web_whatif w;
	json_t *root;

	if (r->over)
		return false;
	state = b->whatif(b->ctx, r->router, &r->query, &w);
	if (state == WEB_WHATIF_PENDING && ++r->polls % POLLS_PER_BLANKS == 0) {
		str_add(out, blanks);
		return true;
	}
	if (state == WEB_WHATIF_PENDING) {
		rows->wait_ms = POLL_MS;
		return true;
	}
	r->over = true;
	root = whatif_json(r, state, &w);
	web_json_dump(root, out);
	str_add(out, "\n");
	json_decref(root);
	return true;
}

static void
whatif_free(struct web_rows *rows)
{
	mem_free(MEM_HTTP, CONTAINER_OF(rows, struct whatif_rows, rows));
}

static int
by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* "1000,5000" into rising sizes; false if it is anything else. */
static bool
parse_sizes(const char *text, struct web_whatif_query *q)
{
	uint32_t n = 0;

	while (*text != '\0') {
		char *end;
		unsigned long size = strtoul(text, &end, 10);

		if (*text < '0' || *text > '9' || size == 0 || size > 10000000 ||
		    (*end != ',' && *end != '\0') || (*end == ',' && end[1] == '\0') ||
		    q->n_sizes == WEB_SIZES_MAX)
			return false;
		q->sizes[q->n_sizes++] = (uint32_t)size;
		text = *end == ',' ? end + 1 : end;
	}
	qsort(q->sizes, q->n_sizes, sizeof(q->sizes[0]), by_size);
	for (uint32_t i = 0; i < q->n_sizes; i++)
		if (i == 0 || q->sizes[i] != q->sizes[n - 1])
			q->sizes[n++] = q->sizes[i];
	for (uint32_t i = n; i < q->n_sizes; i++)
		q->sizes[i] = 0;
	q->n_sizes = n;
	return n > 0;
}

void
web_api_whatif(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	const struct web_arg *sizes = &call->arg[WHATIF_N];
	struct whatif_rows made = { .rows = { .next = whatif_next, .free = whatif_free } }, *r;
	enum web_whatif_state state;
	struct web_whatif w;

	made.app = call->app;
	made.query.family = call->arg[WHATIF_FAMILY].number == 0 ? IP_V4 : IP_V6;
	if (!web_choose_router(call, &call->arg[WHATIF_ROUTER], a, &made.router))
		return;
	if (!parse_sizes(sizes->given ? sizes->text : "1000,2000,5000,10000,16000,32000,64000",
		&made.query)) {
		web_answer_error(a, 400, "n: \"%s\" is not a list of up to %u sizes as 1000,5000",
		    sizes->text, WEB_SIZES_MAX);
		return;
	}
	state = b->whatif(b->ctx, made.router, &made.query, &w);
	if (state == WEB_WHATIF_BUSY || state == WEB_WHATIF_FAILED) {
		web_answer_error(a, 503, "%s",
		    state == WEB_WHATIF_BUSY ? "another simulation is under way, try again"
					     : "no room for a simulation, see the log");
		return;
	}
	r = mem_alloc(MEM_HTTP, sizeof(*r));
	*r = made;
	web_answer_stream(a, "application/json", &r->rows);
}
