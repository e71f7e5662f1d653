/* SPDX-License-Identifier: Apache-2.0 */
/* Why a route is, or is not, in the target's table: in a word and in a sentence. */
#ifndef CONTROL_VERDICT_H
#define CONTROL_VERDICT_H

#include "control/target.h"

#define VERDICT_TEXT_MAX 320

struct verdict {
	const char *word; /* see the table in verdict.c */
	char text[VERDICT_TEXT_MAX];
	double price_bps; /* what a slot had to earn at the last decision, bytes/s; 0: no such */
};

/* Of entry `id` of the router's RIB, at `place`, which it contains or is. `t` is NULL where nothing
 * is pushed for the router. */
void verdict_make(struct target *t, const struct router *r, uint32_t id,
    const struct ip_prefix *place, struct mono now, struct verdict *out);

#endif
