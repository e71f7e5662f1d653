/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a handler answers: a status, a few headers, and a body that is a text, a piece of the
 * program, or a list rendered row by row while it is sent.
 *
 *    body ("{...[")   row , row , row ...   tail ("]...}")
 *
 * A list is never rendered as a whole: web_answer_read() renders some rows, hands them out, and
 * goes on from there the next time, so that a long answer takes a bounded part of each turn of the
 * event loop and a bounded amount of memory however slow the client is.
 */
#ifndef WEBUI_ANSWER_H
#define WEBUI_ANSWER_H

#include <jansson.h>
#include <sys/types.h>

#include "lib/str.h"

/* The rows of a list answer. Embedded in a struct of its maker, who frees it. */
struct web_rows {
	/* Append one row, without separators, and give true; false at the end of the list. A row
	 * that is gone by now appends nothing. */
	bool (*next)(struct web_rows *rows, struct str *out);
	void (*free)(struct web_rows *rows);
	/* Set by next() with nothing appended: what it waits for is not there, ask again after so
	 * long. */
	unsigned wait_ms;
};

struct web_answer {
	unsigned status;
	const char *content_type;
	const char *cache_control; /* NULL: no-store */
	const char *allow;         /* of a 405; else NULL */
	char etag[24];             /* with its quotes; "" where there is none */
	struct str body;
	const void *asset; /* sent instead of the body where not NULL; static */
	size_t asset_len;
	struct web_rows *rows; /* NULL: the body is all */
	const char *tail;      /* after the last row; inside tail_text */
	char *tail_text;

	/* Where reading is. */
	size_t sent;
	bool row_written, rows_done;
	bool raw; /* nothing between the rows */
};

/* An empty 200 of type application/json. */
void web_answer_init(struct web_answer *a);
void web_answer_fini(struct web_answer *a);

void web_answer_text(struct web_answer *a, unsigned status, const char *text);

/* {"error": "..."} */
void web_answer_error(struct web_answer *a, unsigned status, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Take `root` and answer it as compact JSON, keys sorted. */
void web_answer_json(struct web_answer *a, unsigned status, json_t *root);

/* Take `root`, an object whose member `list` is an empty array, and answer it with `rows`, which
 * are taken too, as that array's members. */
void web_answer_list(struct web_answer *a, json_t *root, const char *list, struct web_rows *rows);

/* Answer `rows`, which are taken, as they are, one behind the other. They may hold any bytes. */
void web_answer_stream(struct web_answer *a, const char *content_type, struct web_rows *rows);

/* Length where it is known before reading; -1 for lists. */
ssize_t web_answer_length(const struct web_answer *a);

/* Up to `size` more bytes into buf: how many (0: nothing just now, ask again), or -1 at the end.
 * Renders at most a fixed number of rows a call. */
ssize_t web_answer_read(struct web_answer *a, char *buf, size_t size);

#endif
