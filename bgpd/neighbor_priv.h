/* SPDX-License-Identifier: Apache-2.0 */
/* The neighbour inside this room: what neighbor.c answers from and peer_io.c keeps up to date. */
#ifndef BGPD_NEIGHBOR_PRIV_H
#define BGPD_NEIGHBOR_PRIV_H

#include "bgpd/conn.h"

/* The two ends of a connection. */
struct bgp_ends {
	struct ip_addr local, remote;
	uint16_t local_port, remote_port;
};

struct bgp_neighbor {
	struct bgp_neighbor_config config; /* its strings are ours */
	struct bgp_sink sink;
	struct bgp_conn *session;  /* the Established connection, or NULL */
	struct bgp_conn *furthest; /* the connection status speaks of, or NULL */
	struct bgp_ends ends;      /* of furthest */
	enum bgp_state state;
	struct mono state_since;
	int64_t established_wall_ms;
	uint64_t established_count;
	struct bgp_open open_sent, open_received; /* of the last session */
	struct bgp_graceful_restart restart;      /* likewise */
	bool end_is_graceful;                     /* likewise */
	struct bgp_conn_stats stats;
	char last_error[BGP_ERROR_TEXT_MAX];
	struct mono last_error_at;
	bool disabled;                /* no session until it is enabled again */
	bool over_limit[IP_FAMILIES]; /* in this session, or the last */
	bool held;                    /* closed for that, until held_until */
	struct mono held_until;
	/* The first prefix above the limit in this session. */
	void (*exceeds)(struct bgp_neighbor *n, enum ip_family family, size_t prefixes);
	struct mono retry_at;                 /* as in bgp_neighbor_status */
	bool wants_writable;                  /* the caller was told that the queue is full */
	void (*wake)(struct bgp_neighbor *n); /* there is something to send */
};

void bgp_neighbor_init(struct bgp_neighbor *n, const struct bgp_neighbor_config *config,
    const struct bgp_sink *sink, struct mono now);
void bgp_neighbor_fini(struct bgp_neighbor *n);

void bgp_neighbor_set_state(struct bgp_neighbor *n, enum bgp_state state, struct mono now);

/* What connections of this neighbour are made with. */
struct bgp_conn_config bgp_neighbor_conn_config(const struct bgp_neighbor *n);

/* True when a connection between these addresses belongs to this neighbour. `exact`: the local
 * address is configured, not "any". */
bool bgp_neighbor_matches(const struct bgp_neighbor *n, const struct bgp_ends *ends, bool *exact);

/* The same for a dynamic neighbour that could take the remote address. */
bool bgp_neighbor_in_range(const struct bgp_neighbor *n, const struct bgp_ends *ends);

#endif
