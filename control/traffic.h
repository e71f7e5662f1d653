/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rate estimators for each prefix that carries traffic. One object for each router and family;
 * entries are named by their RIB id. A record has three moving averages in bytes/s:
 *
 *      by destination, by source    time constant t, seconds: what lists and graphs show
 *      demand                       by destination, time constant tau, minutes to an hour: what
 *                                   selection weighs, with the number of samples behind it
 *
 * An average is exponential: a sample of B bytes at time s counts B/t * exp(-(now - s)/t). Weights
 * are kept in inflated units (B/t * exp((s - epoch)/t)), so that they all decay together without
 * being touched and compare as they are; traffic_rate() divides by exp((now - epoch)/t).
 *
 * Only prefixes that had a sample within TRAFFIC_IDLE_T of the one time constant or
 * TRAFFIC_IDLE_TAU of the other have a record, and no more than a limit: beyond that a new one
 * takes the place of one of the lightest.
 */
#ifndef CONTROL_TRAFFIC_H
#define CONTROL_TRAFFIC_H

#include "lib/ip.h"
#include "lib/mono.h"

struct rib;

enum traffic_direction {
	TRAFFIC_TO,   /* by destination address: egress towards the prefix */
	TRAFFIC_FROM, /* by source address: ingress from it */
	TRAFFIC_DIRECTIONS
};

/* A prefix without a sample for this many time constants is idle: its average is below e^-8. */
#define TRAFFIC_IDLE_T 8.0

/* The same for demand, where a prefix that was heavy, and would take long to fade from a table with
 * room, has stopped: it gave hundreds of samples a tau. What others had is below e^-4. */
#define TRAFFIC_IDLE_TAU 4.0

/* The averaging time of demand to begin with: short, so that a rate is soon worth something. */
#define TRAFFIC_TAU_S 60.0

/* Records, unless traffic_set_limit() says otherwise: some 13 MB. */
#define TRAFFIC_RECORDS_MAX (1U << 18)

struct traffic;

/* t_s > 0: the time constant in seconds of what is shown. */
struct traffic *traffic_new(double t_s, struct mono now);
void traffic_free(struct traffic *t);

double traffic_time_constant(const struct traffic *t);
void traffic_set_time_constant(struct traffic *t, double t_s, struct mono now);

/* No more records than that, at least 1. Not to be made less than there are. */
void traffic_set_limit(struct traffic *t, size_t records);

/* The factors that make `bytes` at `now` weights: traffic_add() takes them so that a batch of
 * samples costs two exponentials. May renormalise all records. */
struct traffic_scale {
	double shown, demand;
};
struct traffic_scale traffic_scale(struct traffic *t, struct mono now);

/* Count one sample of so many bytes for the entry `id`; scale from traffic_scale(t, now). */
void traffic_add(struct traffic *t, uint32_t id, enum traffic_direction direction, uint64_t bytes,
    struct traffic_scale scale, struct mono now);

/* The same for n packets at once, with TRAFFIC_UNROUTED as the id of one without a route, and the
 * upper halves of their addresses: what they touch lies far apart in memory, so all of it is
 * fetched before any of it is needed. */
#define TRAFFIC_UNROUTED UINT32_MAX
void traffic_add_batch(struct traffic *t, const uint32_t *ids, enum traffic_direction direction,
    const uint64_t *bytes, const uint64_t *hi, size_t n, struct traffic_scale scale,
    struct mono now);

/* Count bytes of a packet without a route. */
void traffic_add_unrouted(struct traffic *t, enum traffic_direction direction, uint64_t bytes,
    struct traffic_scale scale);

/* The entry is gone from the RIB, its id may be used again: forget it. What it carried stays in
 * the totals, which decay by themselves. */
void traffic_drop(struct traffic *t, uint32_t id);

/* Forget records idle by the longer constant at `now`, looking at no more than `budget`. */
void traffic_expire(struct traffic *t, size_t budget, struct mono now);

/* Rates in bytes/s. An unknown id has rate 0. */
double traffic_rate(
    const struct traffic *t, uint32_t id, enum traffic_direction direction, struct mono now);
double traffic_total(const struct traffic *t, enum traffic_direction direction, struct mono now);
double traffic_unrouted(const struct traffic *t, enum traffic_direction direction, struct mono now);

/* The number of an entry's record; false where it has none. */
bool traffic_find(const struct traffic *t, uint32_t id, size_t *record);

/* The records, densely numbered 0..count-1 in no particular order until the next change:
 * weights[i] belongs to entry ids[i]; weight * traffic_unit(now) is its rate in bytes/s. */
size_t traffic_count(const struct traffic *t);
const uint32_t *traffic_ids(const struct traffic *t);
const double *traffic_weights(const struct traffic *t, enum traffic_direction direction);
double traffic_unit(const struct traffic *t, struct mono now);

/* No sample to it (from it) for TRAFFIC_IDLE_T time constants: i is a record number. */
bool traffic_idle(
    const struct traffic *t, size_t i, enum traffic_direction direction, struct mono now);

/* Record i had a sample in that direction at `since` or later. */
bool traffic_sampled(
    const struct traffic *t, size_t i, enum traffic_direction direction, struct mono since);

/* --- demand: what selection weighs --- */

double traffic_tau(const struct traffic *t);

/* Average over another time from now on. Every rate and its number of samples are at `now` what
 * they were, and change at the new pace from there. */
void traffic_set_tau(struct traffic *t, double tau_s, struct mono now);

/*
 * Of record i: weight * traffic_demand_unit(now) bytes/s. `square` is the sum of the squares of
 * what each sample contributes to the weight, which is the variance of the weight if samples come
 * at random; so weight^2 / square is the number of equal samples that would tell as much.
 */
struct traffic_demand {
	double weight, square;
};
const struct traffic_demand *traffic_demands(const struct traffic *t);
double traffic_demand_unit(const struct traffic *t, struct mono now);

/* All that has a route. */
double traffic_demand_total(const struct traffic *t, struct mono now);

/* In the first minutes averages are still filling up: the part of their final value that a steady
 * rate has by now, above 0 to 1. Rates of demand, and prices, are to be divided by it for show. */
double traffic_demand_filled(const struct traffic *t, struct mono now);

/* Routed samples a second by destination, and what one stands for in the mean; 0 before the first.
 */
double traffic_samples_per_s(const struct traffic *t, struct mono now);
double traffic_bytes_per_sample(const struct traffic *t);

struct traffic_estimate {
	double rate_bps; /* of demand, filled up */
	double samples;  /* effective number behind it */
	double error;    /* relative, at 95 % confidence: 0.1 is +-10 %; 0 without a sample */
};

/* What is known of an entry's demand. */
void traffic_estimate(
    const struct traffic *t, uint32_t id, struct mono now, struct traffic_estimate *out);

/*
 * Hot points, where traffic_follow_rib() was called before the first sample: in a route with
 * more-specifics the few places that most of its own traffic goes to, if there are such. No other
 * route is in a point. The weight is in the units of the record's; it is less than the true one
 * rather than more, and what points leave of the record's weight is somewhere in the route.
 */
#define TRAFFIC_POINTS 8

struct traffic_point {
	struct ip_prefix prefix;
	double weight;
};

void traffic_follow_rib(struct traffic *t, const struct rib *rib, enum ip_family family);

/* The RIB has a new route: points it lies in or contains are not what they were. */
void traffic_route_added(struct traffic *t, const struct ip_prefix *p);

/* The points of record i; gives their number. */
unsigned traffic_points(
    const struct traffic *t, size_t i, struct traffic_point out[TRAFFIC_POINTS]);

/* --- to be kept over a restart: traffic_saved.c --- */

/* Record i in units of bytes/s as of `now`, its points too. */
struct traffic_saved {
	double rate_bps[TRAFFIC_DIRECTIONS];
	double demand_bps, demand_square;
	double idle_s[TRAFFIC_DIRECTIONS]; /* since the last sample; INFINITY where there is none */
	struct traffic_point points[TRAFFIC_POINTS];
	unsigned n_points;
};
void traffic_save(const struct traffic *t, size_t i, struct mono now, struct traffic_saved *out);

/* What entry `id` has now gives way to that, as if it was of `now`. */
void traffic_restore(
    struct traffic *t, uint32_t id, const struct traffic_saved *saved, struct mono now);

struct traffic_saved_totals {
	double tau_s;    /* above 0 */
	double unfilled; /* 0..1 */
	double samples_per_s, demand_bps;
	double total_bps[TRAFFIC_DIRECTIONS], unrouted_bps[TRAFFIC_DIRECTIONS];
};
void traffic_save_totals(
    const struct traffic *t, struct mono now, struct traffic_saved_totals *out);

/* To be called before records are restored. */
void traffic_restore_totals(
    struct traffic *t, const struct traffic_saved_totals *saved, struct mono now);

#endif
