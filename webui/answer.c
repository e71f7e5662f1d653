/* SPDX-License-Identifier: Apache-2.0 */
#include "webui/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "webui/json.h"

/* Rows rendered a call at most, and the text that is enough for one. */
#define ROWS_PER_READ  256
#define BYTES_PER_READ 8192

void
web_answer_init(struct web_answer *a)
{
	*a = (struct web_answer){ .status = 200, .content_type = "application/json" };
	str_init(&a->body, MEM_HTTP);
}

void
web_answer_fini(struct web_answer *a)
{
	str_fini(&a->body);
	mem_free(MEM_HTTP, a->tail_text);
	if (a->rows != NULL)
		a->rows->free(a->rows);
	a->rows = NULL;
}

void
web_answer_text(struct web_answer *a, unsigned status, const char *text)
{
	a->status = status;
	a->content_type = "text/plain; charset=utf-8";
	str_clear(&a->body);
	str_add(&a->body, text);
}

void
web_answer_error(struct web_answer *a, unsigned status, const char *fmt, ...)
{
	char text[512];
	va_list args;
	json_t *root = json_object();

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	web_json_text(root, "error", text);
	web_answer_json(a, status, root);
}

void
web_answer_json(struct web_answer *a, unsigned status, json_t *root)
{
	a->status = status;
	str_clear(&a->body);
	web_json_dump(root, &a->body);
	str_add(&a->body, "\n");
	json_decref(root);
}

void
web_answer_list(struct web_answer *a, json_t *root, const char *list, struct web_rows *rows)
{
	char empty[64];
	char *at;

	web_answer_json(a, 200, root);
	/* A quote inside any text of the object is escaped, so this finds the member itself. */
	snprintf(empty, sizeof(empty), "\"%s\":[]", list);
	at = strstr(a->body.text, empty);
	ASSERT(at != NULL);
	at += strlen(empty) - 1;
	a->tail = a->tail_text = mem_strdup(MEM_HTTP, at);
	a->body.len = (size_t)(at - a->body.text);
	*at = '\0';
	a->rows = rows;
}

void
web_answer_stream(struct web_answer *a, const char *content_type, struct web_rows *rows)
{
	a->content_type = content_type;
	str_clear(&a->body);
	a->tail = "";
	a->raw = true;
	a->rows = rows;
}

ssize_t
web_answer_length(const struct web_answer *a)
{
	if (a->rows != NULL)
		return -1;
	return (ssize_t)(a->asset != NULL ? a->asset_len : a->body.len);
}

/* Render into the emptied body until there is enough, the budget is spent or the list ends. */
static void
render(struct web_answer *a)
{
	struct str *out = &a->body;

	a->rows->wait_ms = 0;
	for (int i = 0; i < ROWS_PER_READ && out->len < BYTES_PER_READ && !a->rows_done &&
			a->rows->wait_ms == 0;
	     i++) {
		size_t start = out->len, row;

		if (a->row_written && !a->raw)
			str_add(out, ",\n");
		row = out->len;
		if (!a->rows->next(a->rows, out)) {
			a->rows_done = true;
			out->len = start;
			str_add(out, a->tail);
		} else if (out->len == row) {
			out->len = start;
		} else {
			a->row_written = true;
		}
	}
}

ssize_t
web_answer_read(struct web_answer *a, char *buf, size_t size)
{
	const char *data = a->asset != NULL ? a->asset : a->body.text;
	size_t len = a->asset != NULL ? a->asset_len : a->body.len;
	size_t n;

	if (a->sent == len) {
		if (a->rows == NULL || a->rows_done)
			return -1;
		str_clear(&a->body);
		a->sent = 0;
		render(a);
		data = a->body.text;
		len = a->body.len;
	}
	n = size_min(len - a->sent, size);
	memcpy(buf, data + a->sent, n);
	a->sent += n;
	return (ssize_t)n;
}
