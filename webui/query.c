/* SPDX-License-Identifier: Apache-2.0 */
#include "webui/query.h"

#include <string.h>
#include <strings.h>

bool
web_target_split(const char *target, struct web_target *out)
{
	size_t len;

	if (strncasecmp(target, "http://", 7) == 0) {
		target += 7;
		target += strcspn(target, "/?#");
	}
	if (target[0] != '/')
		return false;
	len = strcspn(target, "#");
	*out =
	    (struct web_target){ .path = target, .path_len = strcspn(target, "?#"), .query = "" };
	if (out->path_len < len) {
		out->query = target + out->path_len + 1;
		out->query_len = len - out->path_len - 1;
	}
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
web_decode(const char *text, size_t n, bool plus, char out[static WEB_VALUE_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)text[i];

		if (c == '%') {
			int high = i + 2 < n ? hex_value(text[i + 1]) : -1;
			int low = i + 2 < n ? hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = high * 16 + low;
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0' || used + 1 >= WEB_VALUE_MAX)
			return false;
		out[used++] = (char)c;
	}
	out[used] = '\0';
	return true;
}

enum web_lookup
web_query_get(const struct web_target *target, const char *name, char out[static WEB_VALUE_MAX])
{
	const char *at = target->query, *end = at + target->query_len;

	while (at < end) {
		const char *stop = memchr(at, '&', (size_t)(end - at));
		const char *equals;
		size_t name_len;

		if (stop == NULL)
			stop = end;
		equals = memchr(at, '=', (size_t)(stop - at));
		name_len = (size_t)((equals != NULL ? equals : stop) - at);
		if (web_decode(at, name_len, true, out) && strcmp(out, name) == 0) {
			const char *value = equals != NULL ? equals + 1 : stop;

			return web_decode(value, (size_t)(stop - value), true, out) ? WEB_FOUND
										    : WEB_BAD;
		}
		at = stop + 1;
	}
	return WEB_ABSENT;
}
