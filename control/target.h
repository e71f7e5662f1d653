/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target: a router's table, a capacity, and the ports (push neighbours) that are to hold the
 * selection. Select, plan, push; once a second, and at once when a change of the RIB touches what
 * is installed.
 */
#ifndef CONTROL_TARGET_H
#define CONTROL_TARGET_H

#include "control/push.h"
#include "control/router.h"
#include "control/select/selector.h"

struct target_config {
	struct router *router;
	enum selector_kind selection;
	bool follow;    /* unmatched packets take the default route: see selector.h */
	bool synthetic; /* entries need not be prefixes of the RIB */
	uint32_t capacity[IP_FAMILIES];  /* slots */
	struct slots slots[IP_FAMILIES]; /* what entries take; zeroed: one each */
	bool shared;                     /* the families share capacity[IP_V4] */
	double headroom;                 /* the steady state aims at capacity x (1 - headroom) */
	double min_rate_bps;
	size_t slice; /* of selecting, nodes at a time; 0: some two milliseconds of work */
	double tau_s; /* averaging time of what is weighed; 0: from the price */
	/* Operations a second that only follow the traffic, and at once after a pause; 0: any
	 * number. What repairs, or fills a table that is empty for the most part, does not wait. */
	double update_rate, update_burst;
	const struct ip_prefix *always, *never; /* owned by the caller */
	size_t n_always, n_never;
	/* Routes with these marks must not be pushed (withhold.h); the router's RIB is told. */
	uint8_t withheld_marks;
	struct attrs_table *attrs;
	double probe_s;        /* see ceiling.h; 0: never try what was refused for want of room */
	struct events *events; /* may be NULL */
};

struct events;
struct refusal;
struct refusals;
struct target;

struct target *target_new(const struct target_config *config);
void target_free(struct target *t);
const struct target_config *target_config(const struct target *t);

/* By an operator's order, as if input were stale: until it is lifted what ports hold stays, but for
 * what the RIB asks for. */
void target_freeze(struct target *t, bool frozen);
bool target_is_frozen(const struct target *t);

/* A port; numbered in order of adding. */
unsigned target_add_port(struct target *t, const struct push *push);

/* The port is gone, and is told nothing any more: what it held is its own affair. Its number may be
 * given out again. */
void target_remove_port(struct target *t, unsigned port);

/* Go on with other settings; router, attrs and events are the same as before. Nothing is flushed:
 * the next run plans from what is held. */
void target_reconfigure(struct target *t, const struct target_config *config);

/* The port's session came up with these families (what it held before is gone), or went down. */
void target_port_up(struct target *t, unsigned port, const bool families[IP_FAMILIES]);
void target_port_down(struct target *t, unsigned port);

/* Take back what the port holds and push nothing more, or go on again. */
void target_port_stop(struct target *t, unsigned port, bool stop);

/* The peer asks for the family again (ROUTE-REFRESH): everything held is announced once more. */
void target_port_refresh(struct target *t, unsigned port, enum ip_family family);

/* --- what a port tells of what became of entries: target_results.c --- */

/* The port, which is up and not ready yet, holds this entry from an earlier life; of the attributes
 * it may know no more than the next hop. It stays until it is planned for, and is not given up for
 * want of traffic before averages are known (router_averages_known()) and samples were enough for
 * what was found, three an entry, or came for five minutes. */
void target_port_adopt(struct target *t, unsigned port, const struct ip_prefix *p,
    const struct route_attrs *attrs, struct mono now);

/* The last operation on the prefix, an announcement, has come so far. */
void target_port_reached(
    struct target *t, unsigned port, const struct ip_prefix *p, enum installed_state state);

/* The port does not hold the entry any more, and nobody asked for that: put back at once. */
void target_port_lost(struct target *t, unsigned port, const struct ip_prefix *p);

/* The last operation on the prefix, an announcement, failed, or what it made is not in hardware as
 * it should be. Where there was an entry before it is withdrawn, and so is everything above it. */
enum target_refusal {
	TARGET_REFUSED_ENTRY,  /* this one cannot be held: kept out for a while, with the reason */
	TARGET_REFUSED_FULL,   /* there is no room: what is held now is the ceiling */
	TARGET_REFUSED_NEXTHOP /* its next hop cannot be used: see push.unusable */
};
void target_port_refused(struct target *t, unsigned port, const struct ip_prefix *p,
    enum target_refusal kind, const char *why, struct mono now);

/* The port's table has routes of others at these prefixes: nothing is to overlap them. Borrowed
 * until the next call; it replaces what was said before. */
void target_port_keep_off(
    struct target *t, unsigned port, const struct ip_prefix *foreign, size_t n);

/* push.unusable says something else of some next hop than before. */
void target_port_nexthops_changed(struct target *t, unsigned port);

/* In words why packets cannot be sent to a next hop of attrs.h; valid until the next call. */
const char *target_why_unusable(struct target *t, uint32_t nexthop);

/* In words that no next hop at all can be used, so that nothing can be held; NULL: some can, or
 * there is none. Valid until the next call of either. */
const char *target_all_unusable(struct target *t);

/* The hardware behind the port says how many entries of the family it has for us; CEILING_NONE
 * where it does not say any more. The least valuable ones above that are given up. */
void target_port_room(struct target *t, unsigned port, enum ip_family family, size_t room);

/* The hardware says that the table is full, and we are not the only one to fill it: as if an entry
 * had been refused. `why` is for the event. */
void target_port_full(
    struct target *t, unsigned port, enum ip_family family, const char *why, struct mono now);

/* What was learned from refusals (ceiling.h), CEILING_NONE where nothing was; and to go on from
 * what an earlier run had learned. */
size_t target_port_ceiling(const struct target *t, unsigned port, enum ip_family family);
void target_port_restore_ceiling(
    struct target *t, unsigned port, enum ip_family family, size_t learned, struct mono now);

/* What choosing has learned, and another run goes on from. */
struct target_saved {
	struct selector_saved selector;
	size_t quota; /* of a shared table, slots */
};
void target_save(const struct target *t, struct target_saved out[IP_FAMILIES]);
void target_restore(struct target *t, const struct target_saved saved[IP_FAMILIES]);

/* Entries the port may be given: the configured capacity or what is known to be less; and what the
 * selection is made for: the least of all ports, since they hold the same. */
size_t target_port_capacity(const struct target *t, unsigned port, enum ip_family family);
size_t target_capacity(const struct target *t, enum ip_family family);

/* What keeps the prefix out: nothing overlaps an entry that a port refused, for some time, nor a
 * route of others in a port's table (that of *port). NULL: nothing does. */
const struct refusal *target_refusal(
    const struct target *t, const struct ip_prefix *p, struct mono now);
const struct ip_prefix *target_foreign(
    const struct target *t, const struct ip_prefix *p, unsigned *port);

/* All that were refused, also those whose time is up. */
const struct refusals *target_refusals(const struct target *t);

/* In words why the port has not been sent everything that is wanted. */
const char *target_port_why_pending(const struct target *t, unsigned port, enum ip_family family);

/* The port can take more: go on with what is pending. */
void target_port_writable(struct target *t, unsigned port, struct mono now);

/* What the port had to tell has been told: go on with what waited for that. */
void target_port_settled(struct target *t, unsigned port, struct mono now);

/* A best path of the router changed. A withdrawn entry with no other above it leaves at once;
 * anything else that touches what is installed asks for a repair. */
void target_route_changed(
    struct target *t, const struct ip_prefix *p, const struct rib_result *result);

/* True when a repair was asked for since the last target_run(). */
bool target_repair_wanted(const struct target *t);

/* Select, plan and push both families now. */
void target_run(struct target *t, struct mono now);

/* The same for a loop that is not to be held for all of it: begin, then a part each time; true
 * while there is another. */
void target_begin(struct target *t, struct mono now);
bool target_run_next(struct target *t, struct mono now);

/* Between the runs of each second: what was sampled since counts, and where that asks for another
 * table a run is wanted. */
void target_look(struct target *t, struct mono now);

/* What the fullest port holds; NULL without ports. */
const struct installed *target_held(const struct target *t, enum ip_family family);

/* What was selected last, sorted by prefix; NULL where the RIB has changed since. */
const struct selection *target_wanted(const struct target *t, enum ip_family family);

/* What the entry at the prefix carries by that, with all that it serves; 0 where that is not known.
 */
double target_served_bps(const struct target *t, const struct ip_prefix *p, struct mono now);

/* The next hop of the router's default route; ACTION_NONE: there is none. */
uint32_t target_default(const struct target *t, enum ip_family family);

/* What is asked of the selection of a family now. */
void target_question(struct target *t, enum ip_family family, struct mono now,
    struct select_input *in, struct selector_context *context);

/* A slice of selecting, where that takes longer; true while there is more. A run that takes what
 * came out of it is asked for at the end. */
bool target_work(struct target *t, struct mono now);

struct target_family_status {
	size_t capacity;    /* configured */
	size_t limit;       /* of that, or of what was learned to be less, less headroom */
	size_t desired;     /* entries of the last selection */
	size_t no_room;     /* candidates that did not fit */
	double selection_s; /* CPU time of the last run, set by target_note_cost() */
	uint64_t runs;
	struct selector_status selector;
	/* Next hop of what no entry matches, where it is one that counts: else RIB_NONE. And the
	 * attributes of the default route, ATTRS_NONE without. */
	uint32_t default_action, default_attrs;
};
void target_family_status(
    const struct target *t, enum ip_family family, struct target_family_status *out);
void target_note_cost(struct target *t, double cpu_s);

struct target_port_status {
	size_t desired, installed, installed_max, pending;
	uint64_t added, removed, changed;
	uint64_t refused, lost;
	size_t in[INSTALLED_STATES]; /* installed, by how far they have come */
	size_t capacity;             /* configured or learned, whichever is less */
};
void target_port_status(
    const struct target *t, unsigned port, enum ip_family family, struct target_port_status *out);

bool target_port_is_up(const struct target *t, unsigned port, enum ip_family family);
const char *target_port_name(const struct target *t, unsigned port);

/* What the port is believed to hold. */
const struct installed *target_port_installed(
    const struct target *t, unsigned port, enum ip_family family);

/* One more than the highest number of a port; numbers that nobody has hold nothing, and their name
 * is NULL. */
unsigned target_ports(const struct target *t);

#endif
