/* SPDX-License-Identifier: Apache-2.0 */
#include "webui/api.h"
#include "webui/json.h"

static json_t *
source_json(const struct web_hardware *h)
{
	json_t *o = json_object(), *tables = json_object();

	web_json_text(o, "source", h->source);
	web_json_text(o, "name", h->name);
	web_json_text(o, "error", h->error);
	web_json_bool(o, "known", h->known);
	if (h->known)
		web_json_real(o, "ageSeconds", h->age_s);
	for (size_t i = 0; i < h->n_tables; i++) {
		json_t *table = json_object();

		web_json_count(table, "used", h->tables[i].used);
		if (h->tables[i].max > 0)
			web_json_count(table, "max", h->tables[i].max);
		json_object_set_new(tables, h->tables[i].name, table);
	}
	json_object_set_new(o, "tables", tables);
	return o;
}

void
web_api_hardware(struct web_call *call, struct web_answer *a)
{
	const struct web_backend *b = &call->app->backend;
	json_t *root = json_object(), *list = json_array();
	struct web_hardware h;

	for (size_t i = 0; b->hardware(b->ctx, i, &h); i++)
		json_array_append_new(list, source_json(&h));
	json_object_set_new(root, "hardware", list);
	web_answer_json(a, 200, root);
}
