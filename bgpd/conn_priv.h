/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a connection: conn.c runs the state machine, conn_receive.c listens, conn_push.c
 * announces, conn_refresh.c repeats. */
#ifndef BGPD_CONN_PRIV_H
#define BGPD_CONN_PRIV_H

#include "bgpd/adjout.h"
#include "bgpd/conn.h"
#include "bgpd/fsm.h"
#include "bgpd/msg.h"
#include "bgpd/sendq.h"

struct bgp_conn {
	struct bgp_conn_config config;
	struct bgp_conn_ops ops;
	void *ctx;
	struct bgp_conn_stats *stats;
	struct rng rng;

	enum bgp_state state;
	struct bgp_conn_agreed agreed;
	struct bgp_open open_sent, open_received;
	struct bgp_codec codec;
	bool end_is_graceful;
	bool end_of_rib_sent[IP_FAMILIES], end_of_rib_received[IP_FAMILIES];
	bool answering[IP_FAMILIES];  /* BoRR was sent, EoRR not yet */
	bool refreshing[IP_FAMILIES]; /* BoRR was received, EoRR not yet */
	struct mono now;              /* of the call we are in */
	struct mono hold_at, keepalive_at, heard_at;

	struct bgp_sendq queue;
	struct bgp_adjout *adjout; /* from Established on; NULL where nothing is announced */
	struct bgp_scratch *scratch;
	bool own_scratch;

	/* A message that is not all there yet: bytes, and how many it takes to know more. */
	uint8_t *part;
	size_t part_len, part_cap, need;
	char end_text[BGP_ERROR_TEXT_MAX];
};

static inline bool
bgp_conn_is_open(const struct bgp_conn *c)
{
	return c->state >= BGP_OPENSENT;
}

/* --- conn.c ----------------------------------------------------------------------------------- */

/* Feed the machine; gives the actions, which have been done (BGP_ACT_DELIVER is the caller's). */
unsigned bgp_conn_run(struct bgp_conn *c, enum bgp_event event, const struct bgp_error *err);

/* --- conn_refresh.c --------------------------------------------------------------------------- */

/* A ROUTE-REFRESH has come in Established. On false *err is what to send. */
MUST_CHECK bool bgp_conn_take_refresh(
    struct bgp_conn *c, const struct bgp_msg *msg, struct bgp_error *err);

/* Everything the peer asked for again has been sent: EoRR. False if nothing was asked for. */
bool bgp_conn_end_refresh(struct bgp_conn *c, enum ip_family family);

#endif
