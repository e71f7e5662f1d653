/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a request target (RFC 9112 section 3.2, RFC 3986): pieces and percent-encoding. */
#ifndef WEBUI_QUERY_H
#define WEBUI_QUERY_H

#include "lib/base.h"

/* Longest decoded path segment or parameter value, with its terminator. */
#define WEB_VALUE_MAX 256

/* Split "/a/b?x=1#f", or the absolute form "http://host/a/b?x=1", into path and query spans of
 * `target`; false unless the path starts with a slash. */
struct web_target {
	const char *path, *query;
	size_t path_len, query_len; /* query_len 0 where there is none */
};
MUST_CHECK bool web_target_split(const char *target, struct web_target *out);

/* Decode n bytes of percent-encoding into out, terminated; '+' is a space when `plus`. False on a
 * bad escape, on NUL, and where it does not fit. */
MUST_CHECK bool web_decode(const char *text, size_t n, bool plus, char out[static WEB_VALUE_MAX]);

enum web_lookup {
	WEB_ABSENT,
	WEB_FOUND,
	WEB_BAD /* there, but badly encoded or too long */
};

/* The first parameter of that name in a query. "x" alone is an empty value. */
enum web_lookup web_query_get(
    const struct web_target *target, const char *name, char out[static WEB_VALUE_MAX]);

#endif
