/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/str.h"

#include <stdio.h>
#include <string.h>

void
str_init(struct str *s, enum mem_tag tag)
{
	*s = (struct str){ .text = mem_alloc(tag, 64), .cap = 64, .tag = tag };
}

void
str_fini(struct str *s)
{
	mem_free(s->tag, s->text);
	s->text = NULL;
}

void
str_clear(struct str *s)
{
	s->len = 0;
	s->text[0] = '\0';
}

/* Make room for n more bytes and the terminator. */
static void
reserve(struct str *s, size_t n)
{
	if (s->len + n + 1 <= s->cap)
		return;
	while (s->cap < s->len + n + 1)
		s->cap *= 2;
	s->text = mem_resize(s->tag, s->text, s->cap, 1);
}

void
str_add_n(struct str *s, const char *bytes, size_t n)
{
	reserve(s, n);
	memcpy(s->text + s->len, bytes, n);
	s->len += n;
	s->text[s->len] = '\0';
}

void
str_add(struct str *s, const char *text)
{
	str_add_n(s, text, strlen(text));
}

void
str_addf(struct str *s, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(s->text + s->len, s->cap - s->len, fmt, args);
	va_end(args);
	ASSERT(n >= 0);
	if ((size_t)n >= s->cap - s->len) {
		reserve(s, (size_t)n);
		va_start(args, fmt);
		vsnprintf(s->text + s->len, s->cap - s->len, fmt, args);
		va_end(args);
	}
	s->len += (size_t)n;
}
