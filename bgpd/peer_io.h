/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The speaker's insides: who owns what.
 *
 *   speaker --> listeners            listen_io.c   accept, and nothing else
 *           --> peers (neighbours)   peer_io.c     which connections a neighbour has, and why
 *                 --> links          link_io.c     one TCP connection: socket, timers, bgp_conn
 *                 --> dial           dial_io.c     the connection being made, and when to try again
 *                 --> hold           limit_io.c    the time it is kept out for too many prefixes
 *           --> lingering sockets    linger_io.c
 *
 * Links and peers are freed in peer_leave() only, when no call into them is under way: every
 * callback of the loop and every call from outside stands between peer_enter() and peer_leave(), so
 * that a sink may reset or remove the neighbour that is calling it.
 */
#ifndef BGPD_PEER_IO_H
#define BGPD_PEER_IO_H

#include <ev.h>

#include "bgpd/fsm.h"
#include "bgpd/linger_io.h"
#include "bgpd/neighbor_priv.h"
#include "bgpd/speaker_io.h"
#include "lib/log.h"

/* Received in one go from one neighbour, at most; and after so long in one turn of the loop those
 * that are left wait for the next. */
#define BGP_TURN_BYTES (64u * 1024)
#define BGP_TURN_MS    4

/* The session, its successor and a connection of our own making. */
#define PEER_LINKS 3

struct peer;

struct link {
	struct peer *peer;
	struct bgp_conn *conn;
	struct bgp_ends ends;
	bool outgoing;
	int fd;
	bool waits;              /* in the speaker's queue of those with something to read */
	struct link *next_ready; /* there */
	ev_io readable, writable;
	ev_timer timer;
	struct mono armed;  /* what the timer is set to */
	ev_timer send_hold; /* runs while something waits; what is sent begins it anew */
};

struct dial {
	int fd; /* -1: not dialling */
	unsigned failures;
	ev_io connected;
	ev_timer timer; /* dialling: give up; else: try again */
};

struct peer {
	struct bgp_neighbor n;
	struct bgp_speaker *speaker;
	struct peer *next;
	struct link *links[PEER_LINKS];
	struct dial dial;
	enum bgp_state machine; /* the neighbour's own: Idle, Connect or Active */
	unsigned depth;         /* calls under way */
	bool stopped, removed;
	bool proven;        /* dynamic: its address has had a session */
	ev_timer hold;      /* closed for too many prefixes: let in again */
	unsigned too_often; /* times in a row */
	struct log_limit dial_log, end_log, problem_log, refused_log;
};

struct listener {
	struct bgp_speaker *speaker;
	struct listener *next;
	struct ip_addr address;
	uint16_t port;
	int fd;
	ev_io readable;
	ev_timer pause; /* out of file descriptors: accept again after it */
};

struct bgp_speaker {
	struct ev_loop *loop;
	struct rng rng;
	struct listener *listeners;
	struct peer *peers;
	struct bgp_linger *lingering;
	struct bgp_speaker_stats stats;
	struct log_limit unknown_log, accept_log;
	/* Links with something to read, the one that has waited longest first. */
	struct link *ready, **ready_end;
	ev_check turn; /* after all other events of a turn */
	struct bgp_scratch scratch;
	uint8_t receive_buffer[BGP_TURN_BYTES];
};

/* --- peer_io.c -------------------------------------------------------------------------------- */

struct peer *peer_new(
    struct bgp_speaker *s, const struct bgp_neighbor_config *config, const struct bgp_sink *sink);
void peer_free(struct peer *p);

void peer_enter(struct peer *p);
void peer_leave(struct peer *p);

bool peer_is_connected(const struct peer *p);

/* A dynamic neighbour without a connection is that of this address from now on. */
void peer_take_address(struct peer *p, const struct ip_addr *remote);

/* A connection of this neighbour, which takes fd; closed if there is no room for it. */
void peer_accept(struct peer *p, int fd, const struct bgp_ends *ends);
void peer_connected(struct peer *p, int fd, const struct bgp_ends *ends);

/* An event for the neighbour's own machine. */
void peer_event(struct peer *p, enum bgp_event event);

/* End every connection with this Cease. */
void peer_cease(struct peer *p, uint8_t subcode, const char *text);

/* --- link_io.c -------------------------------------------------------------------------------- */

struct link *link_new(struct peer *p, int fd, const struct bgp_ends *ends, bool outgoing);

/* Close at once, or politely if a NOTIFICATION is still to be sent. The session must have ended. */
void link_free(struct link *l);

/* Read from links that have something, for a while (ev_check of the speaker). */
void link_serve(struct ev_loop *loop, ev_check *w, int events);

/* Send what the socket takes. Failure shows at the next event of the socket. */
void link_send(struct link *l);

/* After any event: send, and set the timer to the session's deadline. */
void link_settle(struct link *l);

/* --- limit_io.c ------------------------------------------------------------------------------- */

void limit_init(struct peer *p);

/* Let it in again, and forget how often it was kept out. */
void limit_forget(struct peer *p);

/* The session that has ended was not closed for its number of prefixes. */
void limit_kept(struct peer *p);

/* --- dial_io.c -------------------------------------------------------------------------------- */

void dial_init(struct peer *p);
void dial_start(struct peer *p);
void dial_stop(struct peer *p);

/* Try again later: 1 s after the first failure, doubled up to 2 minutes, with jitter. */
void dial_arm_retry(struct peer *p);

#endif
