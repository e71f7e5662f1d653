/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/fsm.h"

#include "bgpd/proto.h"

#define RETRY_MIN_S 1.0
#define RETRY_MAX_S 120.0

double
bgp_retry_s(unsigned failures, double jitter)
{
	double s = RETRY_MIN_S;

	for (unsigned i = 1; i < failures && s < RETRY_MAX_S; i++)
		s *= 2;
	return (s < RETRY_MAX_S ? s : RETRY_MAX_S) * (1 - 0.25 * jitter);
}

static struct bgp_step
go(enum bgp_state state, unsigned actions)
{
	return (struct bgp_step){ .state = (uint8_t)state, .actions = (uint16_t)actions };
}

/* End the connection with a NOTIFICATION; code 0: the caller knows which. */
static struct bgp_step
fail(uint8_t code, uint8_t subcode)
{
	return (struct bgp_step){ .state = BGP_IDLE,
		.code = code,
		.subcode = subcode,
		.actions = BGP_ACT_NOTIFY | BGP_ACT_END };
}

/* Without a connection. */
static struct bgp_step
idle(enum bgp_event event)
{
	switch (event) {
	case BGP_EV_START: return go(BGP_CONNECT, BGP_ACT_DIAL);
	case BGP_EV_START_PASSIVE: return go(BGP_ACTIVE, 0);
	default: return go(BGP_IDLE, 0);
	}
}

static struct bgp_step
connect_or_active(enum bgp_state state, enum bgp_event event)
{
	switch (event) {
	case BGP_EV_STOP: return go(BGP_IDLE, BGP_ACT_END);
	case BGP_EV_RETRY_TIMER: return go(BGP_CONNECT, BGP_ACT_DIAL);
	case BGP_EV_TCP_UP: return go(BGP_OPENSENT, BGP_ACT_SEND_OPEN | BGP_ACT_ARM_OPEN_HOLD);
	case BGP_EV_TCP_DOWN: return go(BGP_ACTIVE, BGP_ACT_ARM_RETRY);
	default: return go(state, 0);
	}
}

/* What ends a connection in all of its states alike. */
static struct bgp_step
ending(enum bgp_state state, enum bgp_event event)
{
	switch (event) {
	case BGP_EV_STOP:
	case BGP_EV_ERROR: return fail(0, 0);
	case BGP_EV_HOLD_TIMER: return fail(BGP_ERR_HOLD_TIMER, 0);
	case BGP_EV_SEND_HOLD_TIMER: return fail(BGP_ERR_SEND_HOLD_TIMER, 0);
	case BGP_EV_TCP_DOWN:
	case BGP_EV_NOTIFICATION: return go(BGP_IDLE, BGP_ACT_END);
	default: return go(state, 0);
	}
}

/* RFC 6608 names the subcodes of a message that comes in the wrong state. */
static struct bgp_step
open_sent(enum bgp_event event)
{
	switch (event) {
	case BGP_EV_OPEN: return go(BGP_OPENCONFIRM, BGP_ACT_SEND_KEEPALIVE | BGP_ACT_ARM_HOLD);
	case BGP_EV_KEEPALIVE:
	case BGP_EV_UPDATE:
	case BGP_EV_REFRESH: return fail(BGP_ERR_FSM, BGP_FSM_IN_OPENSENT);
	default: return ending(BGP_OPENSENT, event);
	}
}

static struct bgp_step
open_confirm(enum bgp_event event)
{
	switch (event) {
	case BGP_EV_KEEPALIVE: return go(BGP_ESTABLISHED, BGP_ACT_UP | BGP_ACT_ARM_HOLD);
	case BGP_EV_KEEPALIVE_TIMER: return go(BGP_OPENCONFIRM, BGP_ACT_SEND_KEEPALIVE);
	case BGP_EV_OPEN:
	case BGP_EV_UPDATE:
	case BGP_EV_REFRESH: return fail(BGP_ERR_FSM, BGP_FSM_IN_OPENCONFIRM);
	default: return ending(BGP_OPENCONFIRM, event);
	}
}

static struct bgp_step
established(enum bgp_event event)
{
	switch (event) {
	case BGP_EV_UPDATE:
	case BGP_EV_REFRESH: return go(BGP_ESTABLISHED, BGP_ACT_DELIVER | BGP_ACT_ARM_HOLD);
	case BGP_EV_KEEPALIVE: return go(BGP_ESTABLISHED, BGP_ACT_ARM_HOLD);
	case BGP_EV_KEEPALIVE_TIMER: return go(BGP_ESTABLISHED, BGP_ACT_SEND_KEEPALIVE);
	case BGP_EV_OPEN: return fail(BGP_ERR_FSM, BGP_FSM_IN_ESTABLISHED);
	default: return ending(BGP_ESTABLISHED, event);
	}
}

struct bgp_step
bgp_fsm(enum bgp_state state, enum bgp_event event)
{
	switch (state) {
	case BGP_IDLE: return idle(event);
	case BGP_CONNECT:
	case BGP_ACTIVE: return connect_or_active(state, event);
	case BGP_OPENSENT: return open_sent(event);
	case BGP_OPENCONFIRM: return open_confirm(event);
	case BGP_ESTABLISHED: return established(event);
	}
	return go(BGP_IDLE, 0);
}
