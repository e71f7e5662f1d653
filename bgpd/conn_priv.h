/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a connection: conn.c receives and runs the state machine, conn_push.c announces. */
#ifndef BGPD_CONN_PRIV_H
#define BGPD_CONN_PRIV_H

#include "bgpd/adjout.h"
#include "bgpd/conn.h"
#include "bgpd/sendq.h"

struct bgp_conn {
	struct bgp_conn_config config;
	struct bgp_conn_ops ops;
	void *ctx;
	struct bgp_conn_stats *stats;
	struct rng rng;

	enum bgp_state state;
	struct bgp_conn_agreed agreed;
	uint8_t refresh_type; /* message type to ask with; 0: it cannot */
	struct bgp_codec codec;
	struct mono now; /* of the call we are in */
	struct mono hold_at, keepalive_at, heard_at;

	struct bgp_sendq queue;
	struct bgp_adjout adjout;
	struct bgp_scratch scratch;

	size_t part_len, need; /* bytes in part, and how many it takes to know more */
	uint8_t part[BGP_MSG_EXT_MAX];
	char end_text[BGP_ERROR_TEXT_MAX];
};

#endif
