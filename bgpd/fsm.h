/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The finite state machine of RFC 4271 8, as a pure function: (state, event) to (state, actions).
 *
 * As in RFC 4271 8.2.1 every connection has its own machine, from OpenSent on (conn.h runs it); the
 * neighbour itself has one that goes between Idle, Connect and Active while it has no connection
 * (peer_io.c runs it). Both use this table.
 */
#ifndef BGPD_FSM_H
#define BGPD_FSM_H

#include "bgpd/neighbor.h"

enum bgp_event {
	BGP_EV_START,         /* we dial */
	BGP_EV_START_PASSIVE, /* we wait */
	BGP_EV_STOP,
	BGP_EV_RETRY_TIMER,
	BGP_EV_HOLD_TIMER,
	BGP_EV_KEEPALIVE_TIMER,
	BGP_EV_SEND_HOLD_TIMER, /* RFC 9687 */
	BGP_EV_TCP_UP,
	BGP_EV_TCP_DOWN,
	BGP_EV_OPEN, /* from here on: a valid message has come */
	BGP_EV_KEEPALIVE,
	BGP_EV_UPDATE,
	BGP_EV_REFRESH,
	BGP_EV_NOTIFICATION,
	BGP_EV_ERROR, /* a bad message has come: the caller has the NOTIFICATION */
	BGP_EVENTS
};

enum bgp_action {
	BGP_ACT_DIAL = 1 << 0,
	BGP_ACT_ARM_RETRY = 1 << 1,
	BGP_ACT_SEND_OPEN = 1 << 2,
	BGP_ACT_SEND_KEEPALIVE = 1 << 3, /* and arm the keepalive timer */
	BGP_ACT_ARM_OPEN_HOLD = 1 << 4,  /* the long hold time, until OPEN has come */
	BGP_ACT_ARM_HOLD = 1 << 5,       /* the agreed hold time */
	BGP_ACT_UP = 1 << 6,
	BGP_ACT_DELIVER = 1 << 7, /* the message is for the routing table */
	BGP_ACT_NOTIFY = 1 << 8,  /* send a NOTIFICATION: step.code, or the caller's if that is 0 */
	BGP_ACT_END = 1 << 9      /* release the connection */
};

struct bgp_step {
	uint8_t state; /* enum bgp_state */
	uint8_t code, subcode;
	uint16_t actions;
};

/* Seconds to wait before dialling again after so many failures in a row (at least 1): 1, doubled
 * with each up to 120, less up to a quarter by `jitter` in 0..1 (RFC 4271 8.1.1, 10). */
double bgp_retry_s(unsigned failures, double jitter);

struct bgp_step bgp_fsm(enum bgp_state state, enum bgp_event event);

#endif
