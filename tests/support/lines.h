/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of lines of text, ours and another program's, to be compared in any order. */
#ifndef TESTS_SUPPORT_LINES_H
#define TESTS_SUPPORT_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed: none. */
struct lines {
	char **line;
	size_t n, room;
};

void lines_add(struct lines *l, const char *text);
void lines_sort(struct lines *l);
void lines_free(struct lines *l);

/* Add what the shell command prints, which has to end with status 0. */
void lines_of_command(struct lines *l, const char *command);

/* The same lines in the same order, or the test fails with the first that differ. */
void lines_assert_same(const struct lines *ours, const struct lines *reference);

/* There is a program of this name. */
bool program_is_there(const char *name);

#endif
