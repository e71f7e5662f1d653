/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A router: one learned table with its traffic. The only place where routes and samples meet.
 *
 * It is fed by learning neighbours (sources) and sFlow agents, keeps the RIB and the rates, decides
 * when a family's table counts as complete, and when the input is stale:
 *
 *   cold    nothing may be pushed: no source has given a whole table yet
 *   ready   every source that is up gave its table (see ROUTER_QUIET_S)
 *   frozen  was ready, but a source is lost or loading again, or an agent has fallen silent:
 *           withdrawals and next-hop changes count, nothing is evicted for want of samples
 */
#ifndef CONTROL_ROUTER_H
#define CONTROL_ROUTER_H

#include "bgpd/neighbor.h"
#include "control/own_paths.h"
#include "control/traffic.h"
#include "ribtrie/rib.h"
#include "sflowin/sample.h"

/*
 * End-of-RIB is not "table complete". The table is when its fresh paths have not grown by more than
 * 1 % (or ROUTER_QUIET_ADDS paths) a second for so long:
 */
#define ROUTER_QUIET_ADDS 10
/* after End-of-RIB, where there are routes; */
#define ROUTER_QUIET_S 2.0
/* after End-of-RIB of an empty table, and after routes from a source that says no End-of-RIB, as
 * RFC 4724 allows without graceful restart; */
#define ROUTER_QUIET_NO_EOR_S 10.0
/* (or stale-time, if that is shorter) while less than half of what the source gave before the
 * session was lost has come back: its own upstreams may be on their way. */
#define ROUTER_QUIET_SHRUNK_S 60.0
/* A source that sends neither a route nor End-of-RIB is taken as empty after stale-time (and no
 * less than ROUTER_QUIET_NO_EOR_S): a router that starts may hold its table back for minutes, but
 * one that has none to give must not keep the others' from being used for ever. */

/* An enhanced refresh that is not ended by then is taken as ended at the next quiet (RFC 7313 4).
 */
#define ROUTER_REFRESH_MAX_S 120.0

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
	/* Our own path of p came where the source sends only one (see router_own_id). */
	void (*own_path)(void *ctx, const struct ip_prefix *p);
	void *ctx;
};

struct router *router_new(const struct router_config *config, struct mono now);
void router_free(struct router *r);

/* Other times from now on; rates and what is stale already keep their place. */
void router_set_times(struct router *r, double t_s, double stale_time_s, struct mono now);

const char *router_name(const struct router *r);
void *router_ctx(const struct router *r); /* of its config */
const struct rib *router_rib(const struct router *r);
struct traffic *router_traffic(struct router *r, enum ip_family family);
const struct traffic *router_traffic_peek(const struct router *r, enum ip_family family);

/*
 * A BGP identifier of ours, as we push with it. Paths that come with it as ORIGINATOR_ID (RFC 4456)
 * are what we have pushed ourselves: a router with one table for both sends it back. They are
 * counted and not kept but for show; where the source sends several paths a prefix (ADD-PATH) the
 * real ones are still there, and where it does not, ours has taken their place.
 */
void router_own_id(struct router *r, uint32_t router_id);

/* Those of a prefix that are there now, as own_paths_next(). */
const struct own_path *router_own_paths(
    const struct router *r, const struct ip_prefix *p, const struct own_path *last);

/* As rib_withhold(). */
void router_withhold(struct router *r, enum ip_family family, uint8_t marks, uint32_t action);

void router_marks_changed(struct router *r); /* rib_marks_changed() */

/* As rib_hold_back(), and says what changed. */
void router_hold_back(struct router *r, const struct ip_prefix *p, bool hold);

/* --- sources: numbered in order of adding --- */

unsigned router_add_source(struct router *r, const char *name);

/* The session came up with these families. What is held of the one before is stale until it is
 * announced again. */
void router_source_up(struct router *r, unsigned source, const struct rib_source *info,
    const bool families[IP_FAMILIES], struct mono now);

/* The new session says that the peer's forwarding state of the family did not survive: what it had
 * asked to be kept goes at once (RFC 4724 4.2). */
void router_source_not_preserved(struct router *r, unsigned source, enum ip_family family);

/* The session was lost: its routes are stale from then on, and kept for so long if it does not come
 * back; 0: not at all. */
struct router_loss {
	bool graceful[IP_FAMILIES]; /* the peer asked for it: RFC 4724, RFC 8538 */
	double retain_s[IP_FAMILIES];
};
void router_source_lost(
    struct router *r, unsigned source, const struct router_loss *loss, struct mono now);

/* What is stale of the source goes now, before its time. */
void router_drop_stale(struct router *r, unsigned source, enum ip_family family);

/* The source will not come back. Its routes are stale at once, and are swept as soon as another
 * source of the router has given its whole table, or there is none to wait for, or the stale time
 * is over; then its number may be given out again. The session is down. */
void router_remove_source(struct router *r, unsigned source, struct mono now);

/* How many more sources router_add_source() has room for. */
unsigned router_free_sources(const struct router *r);

/* Routes of one UPDATE field; attrs NULL: withdrawn. */
void router_routes(
    struct router *r, unsigned source, const struct route_attrs *attrs, struct bgp_nlri nlri);
void router_end_of_rib(struct router *r, unsigned source, enum ip_family family, struct mono now);

/* The source begins, and has ended, to send everything of the family again (RFC 7313): what it did
 * not send in between is removed, in slices. An end without a begin is ignored. */
void router_refresh_begin(
    struct router *r, unsigned source, enum ip_family family, struct mono now);
void router_refresh_end(struct router *r, unsigned source, enum ip_family family);

struct router_source_status {
	bool up, negotiated, end_of_rib, ready;
	bool silent;     /* ready, because it sent neither a route nor End-of-RIB for too long */
	bool refreshing; /* between begin and end of a refresh */
	size_t paths, stale;
	struct mono stale_until; /* without a session, stale paths go then; else MONO_NEVER */
	uint64_t added, removed; /* prefixes learned from it, re-announcements not counted */
	uint64_t own;            /* paths of ours that it sent back */
};
void router_source_status(const struct router *r, unsigned source, enum ip_family family,
    struct router_source_status *out);

/* nexthop_set_usable() was called for next hops of it: best paths are chosen anew. */
void router_nexthops_changed(struct router *r);

/* --- agents: numbered in order of adding --- */

unsigned router_add_agent(struct router *r, const char *name, double t_s);

/* It is not waited for any more; its number may be given out again. */
void router_remove_agent(struct router *r, unsigned agent);
void router_set_agent_t(struct router *r, unsigned agent, double t_s);

/* Samples of one agent: longest match by destination and by source, then into the averages. */
void router_samples(
    struct router *r, const struct sflow_sample *samples, size_t n, struct mono now);

/* The averages mean something: samples came in three time constants ago, or averages of before were
 * taken over. */
bool router_averages_known(const struct router *r, struct mono now);

/* For how long samples have been coming; 0 before the first, INFINITY where averages of before were
 * taken over. */
double router_sampled_s(const struct router *r, struct mono now);

/* Averages of before were taken over. */
void router_averages_taken_over(struct router *r, struct mono now);

/* There is an agent: without one no sample will ever come. */
bool router_is_sampled(const struct router *r);

/* When the agent was last heard, as of this tick; never, if it was not. */
void router_agent_heard(struct router *r, unsigned agent, struct mono last, struct mono now);

/* --- time --- */

/* Once a second: readiness, expiry of stale routes and idle records. */
void router_tick(struct router *r, struct mono now);

/* A slice of sweeping stale routes, of about a millisecond; false when there was nothing to do. */
bool router_work(struct router *r);

enum router_phase router_phase(const struct router *r, enum ip_family family);

/* Why it is frozen or cold, in words; "" when ready. */
const char *router_phase_why(const struct router *r, enum ip_family family);

#endif
