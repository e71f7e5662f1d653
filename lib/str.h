/* SPDX-License-Identifier: Apache-2.0 */
/* A growing text buffer: always terminated, owned by whoever called str_init(). */
#ifndef LIB_STR_H
#define LIB_STR_H

#include <stdarg.h>

#include "lib/mem.h"

struct str {
	char *text;
	size_t len;
	size_t cap;
	enum mem_tag tag;
};

void str_init(struct str *s, enum mem_tag tag);
void str_fini(struct str *s);

/* Empty it, keep the memory. */
void str_clear(struct str *s);

void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const char *bytes, size_t n);
void str_addf(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
