/* SPDX-License-Identifier: Apache-2.0 */
#include "webui/json.h"

#include <math.h>
#include <string.h>

#define DIGITS 15

/* Length of the well-formed UTF-8 sequence at s (RFC 3629: no overlong forms, no surrogates, up to
 * U+10FFFF), or 0. */
static size_t
utf8_length(const char *text)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t n = s[0] < 0x80   ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

json_t *
web_json_string(const char *text)
{
	json_t *value;
	struct str clean;

	if (text == NULL)
		return json_null();
	value = json_string(text);
	if (value != NULL)
		return value;
	str_init(&clean, MEM_HTTP);
	while (*text != '\0') {
		size_t n = utf8_length(text);

		str_add_n(&clean, n > 0 ? text : "\xef\xbf\xbd", n > 0 ? n : 3);
		text += n > 0 ? n : 1;
	}
	value = json_string(clean.text);
	str_fini(&clean);
	ASSERT(value != NULL);
	return value;
}

void
web_json_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, web_json_string(text));
}

void
web_json_count(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)u64_min(value, INT64_MAX)));
}

void
web_json_real(json_t *object, const char *key, double value)
{
	json_object_set_new(object, key, json_real(isfinite(value) ? value : 0));
}

void
web_json_bool(json_t *object, const char *key, bool value)
{
	json_object_set_new(object, key, json_boolean(value));
}

void
web_json_addr(json_t *object, const char *key, const struct ip_addr *a)
{
	char text[IP_TEXT_MAX];

	web_json_text(object, key, ip_format(a, text));
}

void
web_json_id(json_t *object, const char *key, uint32_t bgp_id)
{
	struct ip_addr a = ip_v4(bgp_id);

	web_json_addr(object, key, &a);
}

static int
append(const char *bytes, size_t n, void *out)
{
	str_add_n(out, bytes, n);
	return 0;
}

void
web_json_dump(const json_t *value, struct str *out)
{
	json_dump_callback(value, append, out,
	    JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS));
}

void
web_row_real(struct str *out, double value)
{
	str_addf(out, "%.*g", DIGITS, isfinite(value) ? value : 0.0);
}

void
web_row_text(struct str *out, const char *text)
{
	json_t *value = web_json_string(text);

	web_json_dump(value, out);
	json_decref(value);
}
