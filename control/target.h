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
	uint32_t capacity[IP_FAMILIES];
	double headroom; /* the steady state aims at capacity x (1 - headroom) */
	double min_rate_bps;
	const struct ip_prefix *always, *never; /* owned by the caller */
	size_t n_always, n_never;
	struct attrs_table *attrs;
};

struct target;

struct target *target_new(const struct target_config *config);
void target_free(struct target *t);
const struct target_config *target_config(const struct target *t);

/* A port; numbered in order of adding. */
unsigned target_add_port(struct target *t, const struct push *push);

/* The port's session came up with these families (what it held before is gone), or went down. */
void target_port_up(struct target *t, unsigned port, const bool families[IP_FAMILIES]);
void target_port_down(struct target *t, unsigned port);

/* The peer asks for the family again (ROUTE-REFRESH): everything held is announced once more. */
void target_port_refresh(struct target *t, unsigned port, enum ip_family family);

/* The port can take more: go on with what is pending. */
void target_port_writable(struct target *t, unsigned port, struct mono now);

/* A best path of the router changed. A withdrawn entry with no other above it leaves at once;
 * anything else that touches what is installed asks for a repair. */
void target_route_changed(
    struct target *t, const struct ip_prefix *p, const struct rib_result *result);

/* True when a repair was asked for since the last target_run(). */
bool target_repair_wanted(const struct target *t);

/* Select, plan and push both families now. */
void target_run(struct target *t, struct mono now);

struct target_family_status {
	size_t capacity, limit; /* limit: capacity less headroom */
	size_t desired;         /* entries of the last selection */
	size_t no_room;         /* candidates that did not fit */
	double selection_s;     /* CPU time of the last run, set by target_note_cost() */
	uint64_t runs;
	struct selector_status selector;
};
void target_family_status(
    const struct target *t, enum ip_family family, struct target_family_status *out);
void target_note_cost(struct target *t, double cpu_s);

struct target_port_status {
	size_t desired, installed, installed_max, pending;
	uint64_t added, removed, changed;
};
void target_port_status(
    const struct target *t, unsigned port, enum ip_family family, struct target_port_status *out);

/* What the port is believed to hold. */
const struct installed *target_port_installed(
    const struct target *t, unsigned port, enum ip_family family);
unsigned target_ports(const struct target *t);

#endif
