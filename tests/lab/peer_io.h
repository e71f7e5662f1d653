/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BGP peer that is played: one bgp_conn at a time over TCP, dialled again and again or accepted,
 * for as long as the command runs. The options are those of every command that plays one.
 */
#ifndef LAB_PEER_IO_H
#define LAB_PEER_IO_H

#include "bgpd/conn.h"
#include "tests/lab/options.h"

struct ev_loop;
struct peer;

/* Rows for options_parse(). */
extern const struct option_row peer_options[];

struct peer_ops {
	struct bgp_conn_ops conn; /* conn.end also for connections that never got up */
	/* The session is up and its queue has room: send more. False: there is no more for now;
	 * peer_resume() says when there is again. */
	bool (*more)(void *ctx, struct bgp_conn *c);
};

/* Begin. `deliver` as in struct bgp_conn_config. NULL, and a line on stderr, on bad options or when
 * the address cannot be listened on. */
struct peer *peer_new(struct ev_loop *loop, bool deliver, const struct peer_ops *ops, void *ctx);

/* Say goodbye to the neighbour, wait a moment for that to get out, and close. */
void peer_free(struct peer *p);

/* The session, while it is Established; else NULL. */
struct bgp_conn *peer_conn(struct peer *p);

/* Ask ops.more again: from inside an op, and from outside of one, where what has been queued is
 * also sent. */
void peer_resume(struct peer *p);
void peer_wake(struct peer *p);

/* Close the session with Cease and `text`; another one follows. */
void peer_reset(struct peer *p, const char *text);

/* What the options say. */
bool peer_is_ebgp(void);
uint32_t peer_local_as(void);
const bool *peer_families(void);

#endif
