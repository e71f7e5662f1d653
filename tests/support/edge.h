/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests and benches of control stand on: a router "edge" that learns from one neighbour and
 * hears one agent, and a target of it. Time and ports are the caller's.
 */
#ifndef TESTS_SUPPORT_EDGE_H
#define TESTS_SUPPORT_EDGE_H

#include "control/target.h"

#define EDGE_T_S     10 /* averaging time */
#define EDGE_STALE_S 60

struct edge {
	struct attrs_table *attrs;
	struct router *router;
	struct target *target;
	unsigned source, agent;
	bool families[IP_FAMILIES]; /* those for which the target has room */
	struct mono now, heard;     /* heard: the agent, last */
	bool deaf;                  /* it is not heard any more */
};

/* The neighbour is up. Of *config the router is set here, and attrs where that is NULL. */
void edge_init(struct edge *e, const struct target_config *config);

/* Frees target, router and attrs. */
void edge_fini(struct edge *e);

/* The neighbour's session comes up (again). */
void edge_up(struct edge *e);

/* What the neighbour has to say is complete. */
void edge_end_of_rib(struct edge *e);

/* A port, which is up. */
unsigned edge_add_port(struct edge *e, const struct push *push);

/* The neighbour announces the prefix, next hop 10.0.0.0 + `hop`; 0: withdraws it. */
void edge_route(struct edge *e, const struct ip_prefix *p, uint32_t hop);

/* A sample, one of 1,000 packets, of so many bytes to an address. */
void edge_sample(struct edge *e, struct ip_addr to, uint32_t bytes);

/* What is due each second: the agent is heard, the router's tick. By itself, or after a second has
 * gone by. */
void edge_tick(struct edge *e);
void edge_second(struct edge *e);

/* A run of the target. */
void edge_run(struct edge *e);

/* An UPDATE of one prefix; attrs NULL: a withdrawal. */
void router_tell(
    struct router *r, unsigned source, const struct ip_prefix *p, const struct route_attrs *attrs);

/* The source's session is lost; what it has said is kept for so long. */
void router_lose(struct router *r, unsigned source, double retain_s, struct mono now);

/* A port that is always ready and takes everything without a look at it; a test puts in what it
 * wants to see. */
struct push push_nowhere(const char *name, void *ctx);

#endif
