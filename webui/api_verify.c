/* SPDX-License-Identifier: Apache-2.0 */
/* The proof of what is installed, part by part: an answer that takes as long as it takes. */
#include "webui/api.h"
#include "webui/json.h"

#define PAUSE_MS 20 /* between two pieces of work */

struct verify_rows {
	struct web_rows rows;
	struct web_app *app;
	struct web_verify verify;
};

static json_t *
verified_json(const struct web_verified *v)
{
	json_t *o = json_object();

	web_json_text(o, "neighbor", v->neighbor);
	web_json_text(o, "family", ip_family_name((enum ip_family)v->family));
	web_json_count(o, "intervals", v->intervals);
	web_json_count(o, "wrong", v->wrong);
	if (v->wrong == 0)
		return o;
	web_json_addr(o, "address", &v->address);
	if (v->has_rib_nexthop)
		web_json_addr(o, "ribNexthop", &v->rib_nexthop);
	if (v->has_table_nexthop)
		web_json_addr(o, "tableNexthop", &v->table_nexthop);
	return o;
}

static bool
verify_next(struct web_rows *rows, struct str *out)
{
	struct verify_rows *r = CONTAINER_OF(rows, struct verify_rows, rows);
	const struct web_backend *b = &r->app->backend;
	struct web_verified v;
	json_t *row;

	switch (b->verify(b->ctx, &r->verify, &v)) {
	case WEB_VERIFY_DONE: return false;
	case WEB_VERIFY_MORE: rows->wait_ms = PAUSE_MS; return true;
	case WEB_VERIFY_ROW: break;
	}
	row = verified_json(&v);
	web_json_dump(row, out);
	json_decref(row);
	return true;
}

static void
verify_free(struct web_rows *rows)
{
	mem_free(MEM_HTTP, CONTAINER_OF(rows, struct verify_rows, rows));
}

void
web_api_verify(struct web_call *call, struct web_answer *a)
{
	struct verify_rows *r = mem_alloc(MEM_HTTP, sizeof(*r));
	json_t *root = json_object();

	r->rows = (struct web_rows){ .next = verify_next, .free = verify_free };
	r->app = call->app;
	json_object_set_new(root, "verified", json_array());
	web_answer_list(a, root, "verified", &r->rows);
}
