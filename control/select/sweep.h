/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sorted list of prefixes cuts the address space into intervals on which the longest match is
 * constant. The sweep gives them in order, in linear time and with one small stack, for both
 * families alike.
 *
 *      10/8 A    |-----------------------------|
 *      10.1/16 B       |-----|
 *      intervals |  A  |  B  |        A        |
 */
#ifndef CONTROL_SELECT_SWEEP_H
#define CONTROL_SELECT_SWEEP_H

#include "lib/ip.h"

/* An address of either family, left-aligned: the last address of an IPv4 prefix has all the bits
 * below its 32 set. */
__extension__ typedef unsigned __int128 sweep_addr;

/* The next prefix in the order of prefix_cmp() and what it stands for; false at the end. */
typedef bool sweep_next_fn(void *ctx, struct ip_prefix *p, uint32_t *value);

struct sweep_interval {
	sweep_addr first, last;
	uint32_t value; /* of the longest prefix that holds it */
};

struct sweep_level {
	sweep_addr last;
	uint32_t value;
};

struct sweep {
	sweep_next_fn *next;
	void *ctx;
	sweep_addr at, end;
	bool ended;
	bool pending; /* a prefix has been read that does not begin yet */
	sweep_addr pending_first;
	struct sweep_level pending_level;
	unsigned depth;
	struct sweep_level stack[130]; /* only the first `depth` of them mean anything */
};

/* Sweep over `range`: `next` gives prefixes inside it, `outside` is the value where there is none.
 */
void sweep_init(struct sweep *s, const struct ip_prefix *range, uint32_t outside,
    sweep_next_fn *next, void *ctx);

/* The next interval; false when the range has been covered. Neighbouring intervals may have the
 * same value. */
bool sweep_step(struct sweep *s, struct sweep_interval *out);

static inline sweep_addr
sweep_first(const struct ip_prefix *p)
{
	return (sweep_addr)p->hi << 64 | p->lo;
}

static inline sweep_addr
sweep_last(const struct ip_prefix *p)
{
	return sweep_first(p) | (p->len < 128 ? ~(sweep_addr)0 >> p->len : 0);
}

struct ip_addr sweep_ip(enum ip_family family, sweep_addr a);

#endif
