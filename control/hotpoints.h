/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where inside a route its traffic goes: the few busiest points of each, a point being a prefix of
 * some fixed length. Metwally, Agrawal, El Abbadi, "Efficient computation of frequent and top-k
 * elements in data streams" (ICDT 2005): HOTPOINTS counters, and a point that has none takes over
 * the smallest, which it may owe its whole weight to:
 *
 *      weight - error <= true weight <= weight        smallest counter <= total / HOTPOINTS
 *
 * so any point with more than an eighth of the traffic has a counter. Weights are in units that
 * never decay of themselves (traffic.h).
 */
#ifndef CONTROL_HOTPOINTS_H
#define CONTROL_HOTPOINTS_H

#include "lib/ip.h"

#define HOTPOINTS 8

/* A point's bits are the first `len` of hi, at most 64. */
struct hotpoint {
	uint64_t hi;
	double weight, error;
	uint8_t len;
};

/* The counters of many routes: blocks, numbered from 0. */
struct hotpoints;

struct hotpoints *hotpoints_new(void);
void hotpoints_free(struct hotpoints *h);

/* A block without points; no longer used. */
uint32_t hotpoints_take(struct hotpoints *h);
void hotpoints_release(struct hotpoints *h, uint32_t block);

/* Count for the point that holds the address; false where it has no counter. */
bool hotpoints_add(struct hotpoints *h, uint32_t block, uint64_t hi, double weight);

/* Then it is to be given one: `len` bits, 1..64, so that it overlaps no other point. */
void hotpoints_enter(struct hotpoints *h, uint32_t block, uint64_t hi, unsigned len, double weight);

/* Forget points that overlap the first `len` bits of hi. */
void hotpoints_forget(struct hotpoints *h, uint32_t block, uint64_t hi, unsigned len);

/* The points of a block, in no order; gives their number. */
unsigned hotpoints_get(const struct hotpoints *h, uint32_t block, struct hotpoint out[HOTPOINTS]);

/* Multiply all weights. */
void hotpoints_scale(struct hotpoints *h, double factor);

/* Blocks in use, and bytes held for all that ever were. */
size_t hotpoints_count(const struct hotpoints *h);
size_t hotpoints_bytes(const struct hotpoints *h);

#endif
