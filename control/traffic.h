/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rate estimators: a moving average in bytes/s for each prefix that carries traffic, by destination
 * and by source. One object for each router and family; entries are named by their RIB id.
 *
 * The average is exponential with time constant t: a sample of B bytes at time s counts
 * B/t * exp(-(now - s)/t). Weights are kept in inflated units (B/t * exp((s - epoch)/t)), so that
 * they all decay together without being touched and compare as they are; traffic_rate() divides by
 * exp((now - epoch)/t). Only prefixes that had a sample within the last TRAFFIC_IDLE_T time
 * constants have a record.
 */
#ifndef CONTROL_TRAFFIC_H
#define CONTROL_TRAFFIC_H

#include "lib/mono.h"

enum traffic_direction {
	TRAFFIC_TO,   /* by destination address: egress towards the prefix */
	TRAFFIC_FROM, /* by source address: ingress from it */
	TRAFFIC_DIRECTIONS
};

/* A prefix without a sample for this many time constants is idle: its average is below e^-8. */
#define TRAFFIC_IDLE_T 8.0

struct traffic;

/* t_s > 0: the time constant in seconds. */
struct traffic *traffic_new(double t_s, struct mono now);
void traffic_free(struct traffic *t);

double traffic_time_constant(const struct traffic *t);
void traffic_set_time_constant(struct traffic *t, double t_s, struct mono now);

/* The factor that makes `bytes` at `now` a weight: traffic_add() takes it so that a batch of
 * samples costs one exponential. May renormalise all records. */
double traffic_scale(struct traffic *t, struct mono now);

/* Count bytes for the entry `id`; scale from traffic_scale(t, now). */
void traffic_add(struct traffic *t, uint32_t id, enum traffic_direction direction, uint64_t bytes,
    double scale, struct mono now);

/* The same for n packets at once, with TRAFFIC_UNROUTED as the id of one without a route: what they
 * touch lies far apart in memory, so all of it is fetched before any of it is needed. */
#define TRAFFIC_UNROUTED UINT32_MAX
void traffic_add_batch(struct traffic *t, const uint32_t *ids, enum traffic_direction direction,
    const uint64_t *bytes, size_t n, double scale, struct mono now);

/* Count bytes of a packet without a route. */
void traffic_add_unrouted(
    struct traffic *t, enum traffic_direction direction, uint64_t bytes, double scale);

/* The entry is gone from the RIB, its id may be used again: forget it. What it carried stays in
 * the totals, which decay by themselves. */
void traffic_drop(struct traffic *t, uint32_t id);

/* Forget records idle at `now`, looking at no more than `budget` of them. */
void traffic_expire(struct traffic *t, size_t budget, struct mono now);

/* Rates in bytes/s. An unknown id has rate 0. */
double traffic_rate(
    const struct traffic *t, uint32_t id, enum traffic_direction direction, struct mono now);
double traffic_total(const struct traffic *t, enum traffic_direction direction, struct mono now);
double traffic_unrouted(const struct traffic *t, enum traffic_direction direction, struct mono now);

/* The records, densely numbered 0..count-1 in no particular order until the next change:
 * weights[i] belongs to entry ids[i]; weight * traffic_unit(now) is its rate in bytes/s. */
size_t traffic_count(const struct traffic *t);
const uint32_t *traffic_ids(const struct traffic *t);
const double *traffic_weights(const struct traffic *t, enum traffic_direction direction);
double traffic_unit(const struct traffic *t, struct mono now);

/* No sample to it (from it) for TRAFFIC_IDLE_T time constants: i is a record number. */
bool traffic_idle(
    const struct traffic *t, size_t i, enum traffic_direction direction, struct mono now);

#endif
