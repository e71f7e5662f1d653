/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What entries of a family take of a table, by their length: one slot each, or as the ASIC has it.
 * An ASIC may have another table beside that, for one length only (an exact match table for /24);
 * entries of that length go there while there is room, and then take slots like all others.
 */
#ifndef CONTROL_SELECT_SLOTS_H
#define CONTROL_SELECT_SLOTS_H

#include "lib/base.h"

#define SLOTS_NEVER    255            /* an entry of that length does not fit the table */
#define SLOTS_TOO_MANY (SIZE_MAX / 2) /* more than any table has */

struct slots {
	uint8_t of[129];
	uint8_t exact_len; /* 0: there is no such table */
	uint32_t exact_room;
};

/* What some set of entries takes. */
struct slots_fill {
	size_t pool;  /* slots, but for those of exact_len */
	size_t exact; /* entries of exact_len */
};

/* One slot for each entry. */
extern const struct slots slots_plain;

static inline void
slots_put(const struct slots *s, struct slots_fill *f, unsigned len)
{
	if (len == s->exact_len && len > 0)
		f->exact++;
	else
		f->pool += s->of[len];
}

static inline void
slots_take(const struct slots *s, struct slots_fill *f, unsigned len)
{
	if (len == s->exact_len && len > 0)
		f->exact--;
	else
		f->pool -= s->of[len];
}

/* Slots of the table. More entries of exact_len than fit their own, where they do not fit this one,
 * take more than any table has. */
static inline size_t
slots_used(const struct slots *s, const struct slots_fill *f)
{
	size_t over = f->exact > s->exact_room ? f->exact - s->exact_room : 0;

	if (over == 0)
		return f->pool;
	return s->of[s->exact_len] != SLOTS_NEVER ? f->pool + over * s->of[s->exact_len]
						  : SLOTS_TOO_MANY;
}

#endif
