/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of values: parse, print and describe each, side by side.
 *
 * Fields are reached by memcpy through the offsets of the schema. Printing gives the shortest text
 * that parses back to the same value.
 */
#include "control/config/value.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 63
#define PATH_MAX_LEN 107 /* of a unix socket: unix(7) */

enum value_form
value_form(enum schema_kind kind)
{
	switch (kind) {
	case SCHEMA_BOOL:
	case SCHEMA_BOOL_NOT: return VALUE_BOOL;
	case SCHEMA_U16:
	case SCHEMA_U32:
	case SCHEMA_AS:
	case SCHEMA_REAL: return VALUE_NUMBER;
	default: return VALUE_STRING;
	}
}

size_t
value_size(enum schema_kind kind)
{
	switch (kind) {
	case SCHEMA_NAME: return sizeof(char *);
	case SCHEMA_ADDRESS: return sizeof(struct ip_addr);
	case SCHEMA_ENDPOINT: return sizeof(struct config_endpoint);
	case SCHEMA_PREFIX: return sizeof(struct ip_prefix);
	default: ASSERT(kind == SCHEMA_FAMILY); return 0;
	}
}

_Static_assert(sizeof(enum bgp_role) == sizeof(int) && sizeof(enum log_level) == sizeof(int) &&
		   sizeof(enum config_default) == sizeof(int),
    "a SCHEMA_WORD is stored as an int");

/* --- text to value --- */

/* A whole number without sign or blanks; false on anything else. */
static bool
parse_digits(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		v = v * 10 + (uint64_t)(*text - '0');
		if (v > max)
			return false;
	}
	*out = v;
	return true;
}

static bool
parse_integer(const struct schema_row *row, const char *text, void *dst)
{
	uint64_t max = row->kind == SCHEMA_AS ? UINT32_MAX : (uint64_t)row->max;
	uint64_t min = row->kind == SCHEMA_AS ? 1 : (uint64_t)row->min;
	uint64_t v;

	if (!parse_digits(text, max, &v) || v < min)
		return false;
	if (row->kind == SCHEMA_U16)
		memcpy(dst, &(uint16_t){ (uint16_t)v }, sizeof(uint16_t));
	else
		memcpy(dst, &(uint32_t){ (uint32_t)v }, sizeof(uint32_t));
	return true;
}

static bool
parse_real(const struct schema_row *row, const char *text, void *dst)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || isnan(v) || v < row->min || v > row->max)
		return false;
	memcpy(dst, &v, sizeof(v));
	return true;
}

/* No control characters: the text goes to terminals and logs. */
static bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool
is_name(const char *text)
{
	size_t len = strlen(text);

	for (const char *p = text; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr(".:_-", *p) == NULL)
			return false;
	return len > 0 && len <= NAME_MAX_LEN;
}

static bool
parse_text(const struct schema_row *row, const char *text, void *dst)
{
	char *copied;

	if (row->kind == SCHEMA_NAME ? !is_name(text) : !is_printable(text))
		return false;
	if (row->kind == SCHEMA_SECRET &&
	    (strlen(text) < (size_t)row->min || strlen(text) > (size_t)row->max))
		return false;
	if (row->kind == SCHEMA_PATH && (text[0] != '/' || strlen(text) > PATH_MAX_LEN))
		return false;
	memcpy(&copied, dst, sizeof(copied));
	mem_free(MEM_CONFIG, copied);
	copied = mem_strdup(MEM_CONFIG, text);
	memcpy(dst, &copied, sizeof(copied));
	return true;
}

static bool
parse_word(const struct schema_row *row, const char *text, void *dst)
{
	for (int i = 0; row->words[i] != NULL; i++) {
		if (strcmp(row->words[i], text) == 0) {
			memcpy(dst, &i, sizeof(i));
			return true;
		}
	}
	return false;
}

static bool
parse_family(const char *text, bool *dst)
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		if (strcmp(ip_family_name((enum ip_family)f), text) == 0) {
			dst[f] = true;
			return true;
		}
	}
	return false;
}

static bool
parse_bool(const struct schema_row *row, const char *text, void *dst)
{
	bool v = strcmp(text, "true") == 0;

	if (!v && strcmp(text, "false") != 0)
		return false;
	v = v != (row->kind == SCHEMA_BOOL_NOT);
	memcpy(dst, &v, sizeof(v));
	return true;
}

static bool
parse_router_id(const char *text, void *dst)
{
	struct ip_addr a;
	uint32_t id;

	if (!ip_parse(text, &a) || a.family != IP_V4 || ip_is_zero(&a))
		return false;
	id = ip_to_v4(a.hi);
	memcpy(dst, &id, sizeof(id));
	return true;
}

static bool
parse_community(const char *text, void *dst)
{
	unsigned as, value;
	uint32_t community;
	int used = 0;

	if (text[strspn(text, "0123456789:")] != '\0' ||
	    sscanf(text, "%5u:%5u%n", &as, &value, &used) != 2 || text[used] != '\0' ||
	    as > UINT16_MAX || value > UINT16_MAX || (as | value) == 0)
		return false;
	community = (uint32_t)as << 16 | value;
	memcpy(dst, &community, sizeof(community));
	return true;
}

/* ADDRESS, ADDRESS:PORT (IPv4), [ADDRESS] or [ADDRESS]:PORT (IPv6). */
static bool
parse_endpoint(const struct schema_row *row, const char *text, void *dst)
{
	struct config_endpoint e = { .port = row->port };
	char address[IP_TEXT_MAX];
	bool bracket = text[0] == '[';
	const char *start = bracket ? text + 1 : text;
	const char *end, *port = NULL;
	uint64_t v;

	if (ip_parse(text, &e.address)) {
		memcpy(dst, &e, sizeof(e));
		return true;
	}
	end = strchr(start, bracket ? ']' : ':');
	if (end == NULL || (size_t)(end - start) >= sizeof(address))
		return false;
	memcpy(address, start, (size_t)(end - start));
	address[end - start] = '\0';
	port = bracket ? end + 1 : end;
	if (!ip_parse(address, &e.address) || bracket != (e.address.family == IP_V6))
		return false;
	if (*port != '\0') {
		if (*port != ':' || row->port == 0 || !parse_digits(port + 1, UINT16_MAX, &v) ||
		    v == 0)
			return false;
		e.port = (uint16_t)v;
	}
	memcpy(dst, &e, sizeof(e));
	return true;
}

bool
value_parse(const struct schema_row *row, const char *text, void *dst)
{
	switch (row->kind) {
	case SCHEMA_STRING:
	case SCHEMA_NAME:
	case SCHEMA_SECRET:
	case SCHEMA_PATH: return parse_text(row, text, dst);
	case SCHEMA_BOOL:
	case SCHEMA_BOOL_NOT: return parse_bool(row, text, dst);
	case SCHEMA_U16:
	case SCHEMA_U32:
	case SCHEMA_AS: return parse_integer(row, text, dst);
	case SCHEMA_REAL: return parse_real(row, text, dst);
	case SCHEMA_ROUTER_ID: return parse_router_id(text, dst);
	case SCHEMA_COMMUNITY: return parse_community(text, dst);
	case SCHEMA_WORD: return parse_word(row, text, dst);
	case SCHEMA_FAMILY: return parse_family(text, dst);
	case SCHEMA_ADDRESS: return ip_parse(text, dst);
	case SCHEMA_ENDPOINT: return parse_endpoint(row, text, dst);
	case SCHEMA_PREFIX: return prefix_parse(text, true, dst);
	case SCHEMA_GROUP:
	case SCHEMA_LIST: break;
	}
	return false;
}

/* --- value to text --- */

bool
value_present(const struct schema_row *row, const void *src)
{
	const char *text;
	struct ip_prefix p;
	struct ip_addr a;
	uint32_t community;

	if (value_form(row->kind) != VALUE_STRING || row->array)
		return true;
	if (row->kind == SCHEMA_SECRET)
		return false;
	if (row->kind == SCHEMA_COMMUNITY) {
		memcpy(&community, src, sizeof(community));
		return community != 0;
	}
	if (row->kind == SCHEMA_ADDRESS) {
		memcpy(&a, src, sizeof(a));
		return row->required || !ip_is_zero(&a);
	}
	if (row->kind == SCHEMA_PREFIX) {
		memcpy(&p, src, sizeof(p));
		return p.len > 0;
	}
	if (row->kind == SCHEMA_STRING || row->kind == SCHEMA_NAME || row->kind == SCHEMA_PATH) {
		memcpy(&text, src, sizeof(text));
		return text != NULL;
	}
	return true;
}

void
value_quote(const char *text, struct str *out)
{
	str_add(out, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			str_addf(out, "\\x%02x", c);
		else
			str_add_n(out, text, 1);
	}
	str_add(out, "\"");
}

static void
print_integer(uint32_t v, struct str *out)
{
	/* Other readers of libconfig's syntax cut what has no suffix. */
	str_addf(out, v > INT32_MAX ? "%uL" : "%u", v);
}

static void
print_real(double v, struct str *out)
{
	const char *exponent;
	char text[32];

	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v) /* exactly: this is the question */
			break;
	}
	/* libconfig takes an exponent only behind a point. */
	exponent = strchr(text, 'e');
	if (exponent != NULL && strchr(text, '.') == NULL)
		str_addf(out, "%.*s.0%s", (int)(exponent - text), text, exponent);
	else
		str_add(out, text);
}

static void
print_endpoint(const struct config_endpoint *e, bool with_port, struct str *out)
{
	char text[IP_TEXT_MAX];

	ip_format(&e->address, text);
	if (!with_port)
		str_addf(out, "\"%s\"", text);
	else
		str_addf(
		    out, e->address.family == IP_V6 ? "\"[%s]:%u\"" : "\"%s:%u\"", text, e->port);
}

static void
print_string_kind(const struct schema_row *row, const void *src, struct str *out)
{
	char text[PREFIX_TEXT_MAX];
	struct config_endpoint e;
	struct ip_prefix p;
	struct ip_addr a;
	uint32_t id;
	int word;

	switch (row->kind) {
	case SCHEMA_ROUTER_ID:
		memcpy(&id, src, sizeof(id));
		a = ip_v4(id);
		str_addf(out, "\"%s\"", ip_format(&a, text));
		break;
	case SCHEMA_COMMUNITY:
		memcpy(&id, src, sizeof(id));
		str_addf(out, "\"%u:%u\"", id >> 16, id & UINT16_MAX);
		break;
	case SCHEMA_WORD:
		memcpy(&word, src, sizeof(word));
		str_addf(out, "\"%s\"", row->words[word]);
		break;
	case SCHEMA_ADDRESS:
		memcpy(&a, src, sizeof(a));
		str_addf(out, "\"%s\"", ip_format(&a, text));
		break;
	case SCHEMA_ENDPOINT:
		memcpy(&e, src, sizeof(e));
		print_endpoint(&e, row->port != 0, out);
		break;
	case SCHEMA_PREFIX:
		memcpy(&p, src, sizeof(p));
		str_addf(out, "\"%s\"", prefix_format(&p, text));
		break;
	default: ASSERT(false); /* no other kind is printed */
	}
}

void
value_print(const struct schema_row *row, const void *src, struct str *out)
{
	const char *text;
	uint16_t u16;
	uint32_t u32;
	double real;
	bool flag;

	switch (row->kind) {
	case SCHEMA_STRING:
	case SCHEMA_NAME:
	case SCHEMA_PATH:
		memcpy(&text, src, sizeof(text));
		value_quote(text, out);
		break;
	case SCHEMA_BOOL:
	case SCHEMA_BOOL_NOT:
		memcpy(&flag, src, sizeof(flag));
		str_add(out, flag != (row->kind == SCHEMA_BOOL_NOT) ? "true" : "false");
		break;
	case SCHEMA_U16:
		memcpy(&u16, src, sizeof(u16));
		print_integer(u16, out);
		break;
	case SCHEMA_U32:
	case SCHEMA_AS:
		memcpy(&u32, src, sizeof(u32));
		print_integer(u32, out);
		break;
	case SCHEMA_REAL:
		memcpy(&real, src, sizeof(real));
		print_real(real, out);
		break;
	default: print_string_kind(row, src, out);
	}
}

/* --- in words --- */

static void
describe_words(const char *const *words, struct str *out)
{
	for (int i = 0; words[i] != NULL; i++)
		str_addf(out, "%s\"%s\"",
		    i == 0                 ? ""
		    : words[i + 1] == NULL ? " or "
					   : ", ",
		    words[i]);
}

void
value_describe(const struct schema_row *row, struct str *out)
{
	switch (row->kind) {
	case SCHEMA_GROUP: str_add(out, "a group { ... }"); break;
	case SCHEMA_LIST: str_add(out, "a list of groups ( { ... }, ... )"); break;
	case SCHEMA_STRING: str_add(out, "a text without control characters"); break;
	case SCHEMA_SECRET:
		str_addf(out, "a text of %.0f..%.0f bytes without control characters", row->min,
		    row->max);
		break;
	case SCHEMA_NAME:
		str_addf(out, "a name of 1 to %d letters, digits or . : _ -", NAME_MAX_LEN);
		break;
	case SCHEMA_PATH:
		str_addf(out, "an absolute path of at most %d bytes", PATH_MAX_LEN);
		break;
	case SCHEMA_BOOL:
	case SCHEMA_BOOL_NOT: str_add(out, "true or false"); break;
	case SCHEMA_U16:
	case SCHEMA_U32: str_addf(out, "an integer %.0f..%.0f", row->min, row->max); break;
	case SCHEMA_AS: str_add(out, "an AS number 1..4294967295"); break;
	case SCHEMA_REAL: str_addf(out, "a number %g..%.10g", row->min, row->max); break;
	case SCHEMA_ROUTER_ID:
		str_add(out, "an identifier like \"192.0.2.1\" that is not zero");
		break;
	case SCHEMA_COMMUNITY: str_add(out, "a community like \"65000:4242\""); break;
	case SCHEMA_WORD: describe_words(row->words, out); break;
	case SCHEMA_FAMILY: str_add(out, "\"ipv4\" or \"ipv6\""); break;
	case SCHEMA_ADDRESS: str_add(out, "an IPv4 or IPv6 address"); break;
	case SCHEMA_ENDPOINT:
		str_add(out, row->port == 0 ? "an IPv4 or IPv6 address"
					    : "an address like \"192.0.2.1\", \"192.0.2.1:80\" or "
					      "\"[2001:db8::1]:80\"");
		break;
	case SCHEMA_PREFIX: str_add(out, "a prefix like \"192.0.2.0/24\""); break;
	}
}
