/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format, from the documentation of java.util.Properties: a line is blank, a comment ('#' or
 * '!' first), or a key and a value, separated by '=', ':' or blanks. A backslash takes the meaning
 * of what follows away, or gives it one: \t \n \r \f, \uXXXX, and at the end of a line, that the
 * next line goes on.
 *
 * Bytes beyond ASCII are passed on as they are.
 */
#include "control/config/properties.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f' || c == '\r';
}

static void
skip_blanks(struct properties *p)
{
	while (is_blank(*p->pos))
		p->pos++;
}

static void
skip_line(struct properties *p)
{
	p->pos += strcspn(p->pos, "\n");
}

/* A backslash before the end of the line: go on at the first character of the next. */
static bool
skip_continuation(struct properties *p)
{
	const char *next = p->pos + 1;

	if (*p->pos != '\\')
		return false;
	if (*next == '\r')
		next++;
	if (*next != '\n')
		return false;
	p->pos = next + 1;
	p->line++;
	skip_blanks(p);
	return true;
}

/* Blanks inside a setting, which may go on on the next line. */
static void
skip_gap(struct properties *p)
{
	do
		skip_blanks(p);
	while (skip_continuation(p));
}

static void
add_utf8(struct str *out, unsigned long c)
{
	if (c < 0x80)
		str_addf(out, "%c", (int)c);
	else if (c < 0x800)
		str_addf(out, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
	else
		str_addf(out, "%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 0x3f)),
		    (int)(0x80 | (c & 0x3f)));
}

/* What the backslash at pos and the character after it stand for. */
static void
take_escape(struct properties *p, struct str *out)
{
	static const char letters[] = "tnrf", meanings[] = "\t\n\r\f";
	char c = *++p->pos;
	const char *letter;
	char hex[5] = "";

	if (c == '\0')
		return;
	p->pos++;
	letter = strchr(letters, c);
	if (letter != NULL) {
		str_add_n(out, &meanings[letter - letters], 1);
		return;
	}
	if (c == 'u') {
		for (size_t i = 0; i < 4 && isxdigit((unsigned char)p->pos[i]); i++)
			hex[i] = p->pos[i];
		if (strlen(hex) == 4 && strcmp(hex, "0000") != 0) {
			add_utf8(out, strtoul(hex, NULL, 16));
			p->pos += 4;
			return;
		}
	}
	str_add_n(out, &c, 1);
}

static void
take_key(struct properties *p, struct str *key)
{
	str_clear(key);
	while (*p->pos != '\0' && *p->pos != '\n') {
		if (skip_continuation(p))
			continue;
		if (*p->pos == '\\')
			take_escape(p, key);
		else if (is_blank(*p->pos) || *p->pos == '=' || *p->pos == ':')
			break;
		else
			str_add_n(key, p->pos++, 1);
	}
	skip_gap(p);
	if (*p->pos == '=' || *p->pos == ':') {
		p->pos++;
		skip_gap(p);
	}
}

static void
take_value(struct properties *p, struct str *value)
{
	str_clear(value);
	while (*p->pos != '\0' && *p->pos != '\n') {
		if (skip_continuation(p))
			continue;
		if (*p->pos == '\\')
			take_escape(p, value);
		else
			str_add_n(value, p->pos++, 1);
	}
	while (value->len > 0 && isspace((unsigned char)value->text[value->len - 1]))
		value->text[--value->len] = '\0';
}

bool
properties_next(struct properties *p, struct str *key, struct str *value, unsigned *line)
{
	for (;;) {
		skip_blanks(p);
		if (*p->pos == '#' || *p->pos == '!')
			skip_line(p);
		if (*p->pos == '\0')
			return false;
		if (*p->pos != '\n')
			break;
		p->pos++;
		p->line++;
	}
	*line = p->line;
	take_key(p, key);
	take_value(p, value);
	return true;
}
