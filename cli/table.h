/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aligned text tables, and text made safe for a terminal: what the daemon says may come from a BGP
 * peer, and must not move the cursor of the operator.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdio.h>

#include "lib/str.h"

struct table {
	const char *const *titles; /* one a column; a leading '>' aligns it to the right */
	size_t n_columns;
	char **cells; /* row by row */
	size_t n_cells;
	size_t cap;
};

void table_init(struct table *t, const char *const *titles, size_t n_columns);
void table_fini(struct table *t);

/* The next cell, row by row. The text is made safe. */
void table_add(struct table *t, const char *text);
void table_addf(struct table *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The last column is not padded, so that lines have no blank end. */
void table_print(const struct table *t, FILE *out, bool header);

/* Append text with what the locale cannot print as \xNN, one a byte; a backslash stays. */
void safe_add(struct str *out, const char *text);

/* The same straight to a file. */
void safe_print(FILE *out, const char *text);

#endif
