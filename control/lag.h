/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the event loop is away from polling: each turn's work is a delay to all that comes
 * meanwhile. Counted by length since the start, with the worst of the last minute.
 */
#ifndef CONTROL_LAG_H
#define CONTROL_LAG_H

#include "lib/mono.h"

#define LAG_BOUNDS 13

/* Seconds, rising. */
extern const double lag_bounds_s[LAG_BOUNDS];

struct lag {
	uint64_t turns[LAG_BOUNDS + 1]; /* no longer than that bound; the last: than none */
	double busy_s;                  /* of all turns */
	double late_s;                  /* of those longer than LAG_LATE_S */
	double last_minute_s;           /* the longest of the last whole minute */
	double this_minute_s;
	struct mono minute_start;
};

#define LAG_LATE_S 0.01

/* A turn's work, from when polling gave something until it is polled again. */
void lag_note(struct lag *lag, struct mono start, struct mono end);

/* The longest turn of the last one to two minutes, in seconds. */
double lag_worst_s(const struct lag *lag);

#endif
