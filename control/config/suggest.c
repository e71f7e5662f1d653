/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/suggest.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 63

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	unsigned min = a < b ? a : b;

	return min < c ? min : c;
}

/* Row i of the table holds the distances from the first i letters of a to each beginning of b;
 * three rows are enough. */
unsigned
suggest_distance(const char *a, const char *b)
{
	size_t a_len = strnlen(a, WORD_MAX), b_len = strnlen(b, WORD_MAX);
	unsigned rows[3][WORD_MAX + 1];

	for (unsigned k = 0; k <= b_len; k++)
		rows[0][k] = k;
	for (unsigned i = 1; i <= a_len; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3],
			 *before = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned k = 1; k <= b_len; k++) {
			unsigned change = a[i - 1] != b[k - 1];

			row[k] = min3(row[k - 1] + 1, above[k] + 1, above[k - 1] + change);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    row[k] > before[k - 2] + 1)
				row[k] = before[k - 2] + 1;
		}
	}
	return rows[a_len % 3][b_len];
}

void
suggest_offer(struct suggest *s, const char *word, const char *candidate)
{
	unsigned distance = suggest_distance(word, candidate);
	size_t near = strlen(word) / 3;

	if (distance > (near > 0 ? near : 1) || distance >= strlen(word))
		return;
	if (s->best == NULL || distance < s->distance)
		*s = (struct suggest){ .best = candidate, .distance = distance };
}

const char *
suggest_text(const char *nearest, char buf[SUGGEST_TEXT_MAX])
{
	buf[0] = '\0';
	if (nearest != NULL)
		snprintf(buf, SUGGEST_TEXT_MAX, " (did you mean '%s'?)", nearest);
	return buf;
}
