/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries that a target refused: they are kept out of the selection for a while, which doubles each
 * time (REFUSAL_MIN_S to REFUSAL_MAX_S), and then tried again. Small and bounded: a target that
 * refuses more than REFUSALS_MAX entries at once is not short of these but of room.
 */
#ifndef CONTROL_REFUSALS_H
#define CONTROL_REFUSALS_H

#include "lib/ip.h"
#include "lib/mono.h"

#define REFUSALS_MAX    256
#define REFUSAL_MIN_S   30
#define REFUSAL_MAX_S   1800
#define REFUSAL_WHY_MAX 96

struct refusal {
	struct ip_prefix prefix;
	char why[REFUSAL_WHY_MAX];
	unsigned times;    /* in a row */
	struct mono until; /* kept out before it */
};

struct refusals {
	struct refusal list[REFUSALS_MAX];
	size_t n;
};

/* Refused (again): false when there is no place left. */
bool refusals_add(struct refusals *r, const struct ip_prefix *p, const char *why, struct mono now);

/* The target took the entry: nothing is held against it any more. */
void refusals_forgive(struct refusals *r, const struct ip_prefix *p);

/* The refusal of exactly this prefix, also one whose time is up; NULL where there is none. */
const struct refusal *refusals_find(const struct refusals *r, const struct ip_prefix *p);

/* One in force now that this prefix overlaps, its own before others; NULL where there is none. */
const struct refusal *refusals_overlapping(
    const struct refusals *r, const struct ip_prefix *p, struct mono now);

/* Prefixes of the family to keep out now, into out[REFUSALS_MAX]; the number. Those that have not
 * been tried for REFUSAL_MAX_S after their time are forgotten. */
size_t refusals_active(
    struct refusals *r, enum ip_family family, struct mono now, struct ip_prefix *out);

#endif
