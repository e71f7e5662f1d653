/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A router: one learned table with its traffic. The only place where routes and samples meet.
 *
 * It is fed by learning neighbours (sources) and sFlow agents, keeps the RIB and the rates, decides
 * when a family's table counts as complete, and when the input is stale:
 *
 *   cold    nothing may be pushed: no source has given a whole table yet
 *   ready   every source that is up gave End-of-RIB, and then ROUTER_QUIET_S of quiet; or routes
 *           without End-of-RIB, and then ROUTER_QUIET_NO_EOR_S
 *   frozen  was ready, but a source is lost or loading again, or an agent has fallen silent:
 *           withdrawals and next-hop changes count, nothing is evicted for want of samples
 */
#ifndef CONTROL_ROUTER_H
#define CONTROL_ROUTER_H

#include "bgpd/neighbor.h"
#include "control/traffic.h"
#include "ribtrie/rib.h"
#include "sflowin/sample.h"

/* End-of-RIB is not "table complete": after it, this long without the table growing by more than
 * 1 % (or ROUTER_QUIET_ADDS prefixes) a second. */
#define ROUTER_QUIET_S    2.0
#define ROUTER_QUIET_ADDS 10

/* The same for a source that says no End-of-RIB, as RFC 4724 allows without graceful restart, once
 * it has sent routes. */
#define ROUTER_QUIET_NO_EOR_S 10.0

enum router_phase {
	ROUTER_COLD,
	ROUTER_READY,
	ROUTER_FROZEN
};

struct router;

struct router_config {
	const char *name;    /* copied */
	double t_s;          /* time constant of the averages */
	double stale_time_s; /* how long routes of a lost source stay */
	struct attrs_table *attrs;
	/* A best path changed: called at once, for every change. */
	void (*changed)(void *ctx, const struct ip_prefix *p, const struct rib_result *result);
	void *ctx;
};

struct router *router_new(const struct router_config *config, struct mono now);
void router_free(struct router *r);

const char *router_name(const struct router *r);
const struct rib *router_rib(const struct router *r);
struct traffic *router_traffic(struct router *r, enum ip_family family);

/* --- sources: numbered in order of adding --- */

unsigned router_add_source(struct router *r, const char *name);

/* The session came up with these families, or went down: its routes are stale from then on. */
void router_source_up(struct router *r, unsigned source, const struct rib_source *info,
    const bool families[IP_FAMILIES], struct mono now);
void router_source_down(struct router *r, unsigned source, struct mono now);

/* Routes of one UPDATE field; attrs NULL: withdrawn. */
void router_routes(
    struct router *r, unsigned source, const struct route_attrs *attrs, struct bgp_nlri nlri);
void router_end_of_rib(struct router *r, unsigned source, enum ip_family family, struct mono now);

struct router_source_status {
	bool up, negotiated, end_of_rib, ready;
	size_t paths, stale;
	uint64_t added, removed; /* prefixes learned from it, re-announcements not counted */
};
void router_source_status(const struct router *r, unsigned source, enum ip_family family,
    struct router_source_status *out);

/* --- agents: numbered in order of adding --- */

unsigned router_add_agent(struct router *r, const char *name, double t_s);

/* Samples of one agent: longest match by destination and by source, then into the averages. */
void router_samples(
    struct router *r, const struct sflow_sample *samples, size_t n, struct mono now);

/* When the agent was last heard, as of this tick; never, if it was not. */
void router_agent_heard(struct router *r, unsigned agent, struct mono last, struct mono now);

/* --- time --- */

/* Once a second: readiness, expiry of stale routes and idle records. */
void router_tick(struct router *r, struct mono now);

/* A slice of sweeping stale routes; true while there is more to do. */
bool router_work(struct router *r);

enum router_phase router_phase(const struct router *r, enum ip_family family);

/* Why it is frozen or cold, in words; "" when ready. */
const char *router_phase_why(const struct router *r, enum ip_family family);

#endif
