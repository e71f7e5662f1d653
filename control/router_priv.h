/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a router, shared by router.c and router_source.c. */
#ifndef CONTROL_ROUTER_PRIV_H
#define CONTROL_ROUTER_PRIV_H

#include "control/own_paths.h"
#include "control/router.h"

/* One family of a source. router_source.c has the picture. */
struct source_family {
	bool negotiated, end_of_rib, ready;
	bool was_ready;  /* ever */
	bool silent;     /* ready without a route or End-of-RIB: taken as empty */
	bool refreshing; /* the peer has begun to send everything again, and has not ended it */
	bool graceful;   /* what is stale is kept because the peer asked for it */
	bool sweeping;
	size_t held;  /* paths kept when the session was lost: what a reload is measured by */
	size_t fresh; /* paths that are not stale, as of the last tick */
	struct mono quiet_since;
	struct mono refresh_until;
	struct mono expiry; /* of what is stale, if there is no session then; else MONO_NEVER */
	uint64_t added, removed, own;
	struct rib_sweep sweep;
};

struct source {
	char *name; /* NULL: nobody has this number */
	bool up;
	bool leaving;        /* removed, and its routes are not gone yet */
	struct mono lost_at; /* MONO_NEVER while up, or before the first session */
	struct source_family family[IP_FAMILIES];
};

struct agent {
	char *name; /* NULL: nobody has this number */
	double t_s;
	bool heard, silent;
	struct mono last;
	struct mono thaw_at; /* MONO_NEVER unless it came back and is not trusted yet */
};

struct router {
	struct router_config config;
	char *name;
	struct rib *rib;
	struct traffic *traffic[IP_FAMILIES];
	struct source sources[RIB_SOURCES_MAX];
	unsigned n_sources;
	uint32_t *own_ids;
	unsigned n_own_ids;
	struct own_paths own_paths;
	struct agent *agents;
	unsigned n_agents;
	struct mono averages_known_at; /* MONO_NEVER: not a sample yet */
	struct mono sampled_since;     /* the same */
	bool taken_over;               /* averages were */
	bool was_ready[IP_FAMILIES];   /* a source that is gone was */
	enum router_phase phase[IP_FAMILIES];
	char why[IP_FAMILIES][128];
};

/* Free the numbers of sources that have left. */
void sources_release(struct router *r);

/* Readiness and expiry of one family of a source, as of now. */
void source_tick(struct router *r, unsigned source, enum ip_family family, struct mono now);

#endif
