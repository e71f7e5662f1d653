/* SPDX-License-Identifier: Apache-2.0 */
/* What the priced selection is fed with, from the input that all algorithms take: its
 * configuration, lists and weights. */
#ifndef CONTROL_SELECT_FEED_H
#define CONTROL_SELECT_FEED_H

#include "control/select/priced.h"
#include "control/select/selector.h"

/* Rates become integers in units of 1/FEED_SCALE bytes/s, so that 70 Tbyte/s in all fit and the
 * smallest differences count. */
#define FEED_SCALE 1024.
int64_t feed_scaled(double bps);

/* The next hop of the context's default, or ACTION_NONE. */
uint32_t feed_default(const struct select_input *in, const struct selector_context *c);

void feed_config(
    const struct select_input *in, const struct selector_context *c, struct priced_config *out);

void feed_lists(struct priced *p, const struct select_input *in);

/* Weights on their way, some at a time: priced_set_weights(). */
#define FEED_BATCH 64
struct feed {
	struct priced *priced;
	const struct select_input *in;
	double unit; /* makes what a record has bytes/s */
	struct priced_weight batch[FEED_BATCH];
	size_t n;
};

void feed_begin(struct feed *f, struct priced *p, const struct select_input *in, double unit);

/* What is known of record i. Demand, not what is shown: averaged for as long as the price needs.
 * What goes to hot points of a route counts there, the rest where the route itself is in force.
 * Gives how many places that are. */
size_t feed_record(struct feed *f, size_t i);

/* Until then some of them are not known. */
void feed_end(struct feed *f);

/* All weights, anew. */
void feed_weights(struct priced *p, const struct select_input *in);

#endif
