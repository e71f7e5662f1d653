/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/support.h"

void
lines_add(struct lines *l, const char *text)
{
	if (l->n == l->room) {
		l->room = 2 * l->room + 64;
		l->line = realloc(l->line, l->room * sizeof(*l->line));
		assert_non_null(l->line);
	}
	l->line[l->n++] = strdup(text);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
lines_sort(struct lines *l)
{
	if (l->n > 0)
		qsort(l->line, l->n, sizeof(*l->line), compare);
}

void
lines_free(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->line[i]);
	free(l->line);
}

void
lines_of_command(struct lines *l, const char *command)
{
	FILE *from = popen(command, "r");
	char *line = NULL;
	size_t room = 0;

	assert_non_null(from);
	while (getline(&line, &room, from) > 0) {
		line[strcspn(line, "\n")] = '\0';
		lines_add(l, line);
	}
	free(line);
	assert_int_equal(pclose(from), 0);
}

void
lines_assert_same(const struct lines *ours, const struct lines *reference)
{
	for (size_t i = 0; i < ours->n && i < reference->n; i++)
		if (strcmp(ours->line[i], reference->line[i]) != 0)
			fail_msg("line %zu\nours      %s\nreference %s", i, ours->line[i],
			    reference->line[i]);
	assert_int_equal(ours->n, reference->n);
}

bool
program_is_there(const char *name)
{
	char text[200];

	snprintf(text, sizeof(text), "command -v %s >/dev/null", name);
	return system(text) == 0;
}
