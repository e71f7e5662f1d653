/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated ASIC: a port of a target that holds its table in memory. It takes operations in order
 * and carries each out `latency_us` after it was given, has room for a number of entries that the
 * target is not told, and fails at random. For dry runs, demonstrations and tests.
 */
#ifndef CONTROL_SIM_H
#define CONTROL_SIM_H

#include "control/target.h"

/* Room for whatever comes. */
#define SIM_ROOMY UINT32_MAX

/* With so many operations waiting it is not ready for more. */
#define SIM_QUEUE_MAX 1024

struct sim_config {
	const char *name;               /* of the port; a literal */
	uint32_t capacity[IP_FAMILIES]; /* entries there is really room for */
	int64_t latency_us;
	double failure_rate; /* 0..1: adds and changes that fail for no other reason */
	uint64_t seed;
	struct attrs_table *attrs;
};

struct sim;

struct sim *sim_new(const struct sim_config *config);

/* Its port, where it has one, is removed from the target. */
void sim_free(struct sim *s);

/* Room, latency and failures of from now on. Entries that have no room any more stay. */
void sim_reconfigure(struct sim *s, const struct sim_config *config);

const char *sim_name(const struct sim *s);

/* Become a port of the target, which is up from now on and outlives the sim; its number. */
unsigned sim_attach(struct sim *s, struct target *t);

/* When there is something to do; MONO_NEVER when there is not. */
struct mono sim_due(const struct sim *s);

/* Carry out what is due and tell the target what became of it. The time goes for operations given
 * from now on, too: call it at least once a second. */
void sim_run(struct sim *s, struct mono now);

/* What it holds; it is what forwards. */
const struct installed *sim_table(const struct sim *s, enum ip_family family);

/* For tests: it holds the entry, as from an earlier life; the target is not told. */
void sim_hold(struct sim *s, const struct ip_prefix *p, const struct route_attrs *attrs);

/* For tests: the entry is gone without the target's doing, and the target is told. */
void sim_lose(struct sim *s, const struct ip_prefix *p);

#endif
