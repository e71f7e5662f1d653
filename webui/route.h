/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to its answer: the one table of paths, their parameters and their handlers.
 *
 * web_dispatch() is a pure function of the request and the backend. A path in the table with a
 * method that is not is 405; a parameter that is not what the table says is 400 before the handler
 * runs; parameters the table does not name are ignored, as sFlow-RT does; of several with one name
 * the first counts. HEAD is answered as GET, and whoever sends it leaves out the body.
 *
 * What changes something is a POST, and taken only from where the operator is: the unix socket,
 * whose permissions say who that is. A browser cannot be talked into it.
 */
#ifndef WEBUI_ROUTE_H
#define WEBUI_ROUTE_H

#include "webui/answer.h"
#include "webui/backend.h"
#include "webui/http_io.h"
#include "webui/query.h"

/* Longest request target that is looked at. */
#define WEB_TARGET_MAX 4096

/* Ranked rows that all unfinished answers together may hold (72 bytes each): more is 503. */
#define WEB_ROWS_HELD_MAX 4000000

/* What the handlers share. */
struct web_app {
	struct web_backend backend;
	struct web_http_stats stats; /* counted by whoever serves */
	size_t rows_held;            /* ranked rows in answers not yet freed */
};

struct web_request {
	const char *method;
	const char *target;        /* as sent: path and query, percent-encoded */
	const char *if_none_match; /* NULL where absent */
	bool may_command;          /* it came by the unix socket */
	const char *who;           /* then: "uid 0", for the log; NULL: unknown */
};

enum web_param_type {
	WEB_INTEGER,
	WEB_NUMBER,
	WEB_BOOLEAN,
	WEB_CHOICE, /* one of the words of `words`; its position is the value */
	WEB_STRING
};

struct web_param {
	const char *name;
	enum web_param_type type;
	double max;      /* of numbers, which are never below 0 */
	double fallback; /* where absent */
	const char *words[5];
};

struct web_arg {
	bool given;
	double number; /* numbers; position of a choice; 1 for true */
	char text[WEB_VALUE_MAX];
};

#define WEB_PARAMS_MAX 6

struct web_call {
	struct web_app *app;
	const struct web_route_row *row;
	const char *who;                    /* gives a command */
	char name[WEB_VALUE_MAX];           /* what stood for {...} in the pattern */
	struct web_arg arg[WEB_PARAMS_MAX]; /* in the order of the row's parameters */
};

struct web_route_row {
	const char *method;
	const char *pattern; /* "/bgp/prefix/{router}/json": at most one {...}, a whole segment */
	void (*handler)(struct web_call *call, struct web_answer *answer);
	const struct web_param *params; /* ends with a NULL name; NULL: none */
};

/* The table; ends with a NULL method. */
extern const struct web_route_row web_routes[];

/* Fill *answer, which the caller frees with web_answer_fini() while the app still lives. */
void web_dispatch(
    struct web_app *app, const struct web_request *request, struct web_answer *answer);

#endif
