/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the known word nearest to a mistyped one. */
#ifndef CONTROL_CONFIG_SUGGEST_H
#define CONTROL_CONFIG_SUGGEST_H

#include "lib/base.h"

/* Letters added, left out, changed or swapped with their neighbour to get from a to b (optimal
 * string alignment distance); only the first 63 bytes of each are compared. */
unsigned suggest_distance(const char *a, const char *b);

/* The search for the nearest: start with { 0 }, offer each candidate, take `best`, which is NULL
 * when nothing is near enough (a third of the word's letters, at least one). */
struct suggest {
	const char *best;
	unsigned distance;
};

void suggest_offer(struct suggest *s, const char *word, const char *candidate);

/* " (did you mean 'x'?)" in buf; nothing where there is no nearest. */
#define SUGGEST_TEXT_MAX 96
const char *suggest_text(const char *nearest, char buf[SUGGEST_TEXT_MAX]);

#endif
