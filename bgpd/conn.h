/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One BGP session over one transport connection, without the transport: bytes are fed in, bytes
 * are taken out, time is passed in. The caller owns the socket, the real timers and the clock.
 *
 *        socket --> bgp_conn_feed()        bgp_conn_output() --> socket
 *                   bgp_conn_eof()         bgp_conn_sent()
 *        timer  --> bgp_conn_tick() <----  bgp_conn_deadline()
 *                         |
 *                         +--> struct bgp_conn_ops: up, down, routes, end_of_rib, refresh, ...
 *
 * A connection begins with bgp_conn_start(), in OpenSent, and ends once, in Idle: after that it
 * takes no more input, and what is left in the output (a NOTIFICATION) is to be sent before the
 * socket is closed. Everything an op is handed is valid during that call only. An op may call any
 * function here except bgp_conn_free() and bgp_conn_feed().
 */
#ifndef BGPD_CONN_H
#define BGPD_CONN_H

#include "bgpd/neighbor.h"
#include "bgpd/open.h"
#include "bgpd/update.h"
#include "bgpd/verdict.h"
#include "lib/rng.h"

struct bgp_conn;

struct bgp_conn_config {
	uint32_t local_as, remote_as; /* equal: iBGP; both not 0 */
	uint32_t router_id;           /* host order, not 0 */
	uint16_t hold_time_s;         /* proposed; 0 or >= 3 */
	bool families[IP_FAMILIES];
	/* Received routes go to ops.routes, and the peer is offered to send several paths a prefix
	 * (RFC 7911); else they are only checked for errors. */
	bool deliver;
	/* Room to decode in, borrowed; connections of one thread may share it. NULL: its own. */
	struct bgp_scratch *scratch;
	bool announces_nothing; /* send End-of-RIB for every family as soon as Established */
	/* Our graceful restart (RFC 4724): how long the peer is asked to keep what we have
	 * announced when the session is lost; 0: it need not. */
	uint16_t restart_time_s;
	bool restarted;      /* we have, and this is the first session since */
	bool any_first_as;   /* as in struct bgp_codec */
	bool two_octet_as;   /* play an old speaker, without the 4-octet AS capability (tests) */
	bool reflect;        /* as in struct bgp_encode (tests, lab) */
	bool sends_add_path; /* offer it; bgp_conn_send_raw() only (tests) */
};

/* What was wrong with a message, for the log: an UPDATE's RFC 7606 verdict, or why we closed. */
struct bgp_problem {
	enum bgp_disposition disposition;
	uint8_t bad_attr;
	const char *why;
	struct span message; /* the offending message, as far as it is there */
};

/* Any of these may be NULL. */
struct bgp_conn_ops {
	/* A valid OPEN has come. False: this connection loses a collision (RFC 4271 6.8). */
	bool (*open)(void *ctx, struct bgp_conn *c, const struct bgp_open *open);
	void (*up)(void *ctx, struct bgp_conn *c);
	/* The connection has ended, Established (was_up) or not; bgp_conn_end_text() says why. */
	void (*end)(void *ctx, struct bgp_conn *c, bool was_up, enum bgp_down_reason reason);
	/* As in struct bgp_sink. */
	void (*routes)(
	    void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri);
	void (*end_of_rib)(void *ctx, struct bgp_conn *c, enum ip_family family);
	void (*refresh)(void *ctx, struct bgp_conn *c, enum ip_family family);
	void (*problem)(void *ctx, struct bgp_conn *c, const struct bgp_problem *problem);
	/* As in struct bgp_sink; only with `deliver`. An end follows a begin, or another begin. */
	void (*refresh_begin)(void *ctx, struct bgp_conn *c, enum ip_family family);
	void (*refresh_end)(void *ctx, struct bgp_conn *c, enum ip_family family);
};

/* Counted by the connection, kept by the caller over connections. */
struct bgp_conn_stats {
	struct bgp_counters received, sent;
	uint64_t routes_announced, routes_withdrawn;
	uint64_t treated_as_withdraw, attributes_discarded;
	struct bgp_fault_counts faults;
	uint64_t unencodable; /* announcements too long for our own encoding: sent as withdrawals */
};

/* What two OPENs have agreed on; from OpenConfirm on. */
struct bgp_conn_agreed {
	uint32_t remote_as, remote_router_id;
	uint16_t hold_time_s, keepalive_s;
	struct bgp_graceful_restart restart; /* the peer's; families that were agreed on only */
	bool families[IP_FAMILIES];
	bool add_path[IP_FAMILIES]; /* the peer sends path ids */
	bool route_refresh, enhanced_refresh, four_octet_as;
	bool extended_nexthop; /* IPv4 routes may have an IPv6 next hop (RFC 8950), both ways */
	bool extended_message; /* it may send up to 65,535 bytes; we never exceed 4,096 */
};

/* config and ops are copied, stats is borrowed; seed for jitter. */
struct bgp_conn *bgp_conn_new(const struct bgp_conn_config *config, const struct bgp_conn_ops *ops,
    void *ctx, struct bgp_conn_stats *stats, uint64_t seed);
void bgp_conn_free(struct bgp_conn *c);

/* The transport is connected: queue our OPEN. */
void bgp_conn_start(struct bgp_conn *c, struct mono now);

/* Bytes from the peer, cut anywhere. After the end they are ignored. */
void bgp_conn_feed(struct bgp_conn *c, const void *data, size_t len, struct mono now);

/* The transport has ended; `why` as bgp_conn_end_text() shall say it. */
void bgp_conn_eof(struct bgp_conn *c, const char *why);

/* Timers that are due are run. Feed what has arrived first. */
void bgp_conn_tick(struct bgp_conn *c, struct mono now);
struct mono bgp_conn_deadline(const struct bgp_conn *c);

/* End with Cease/subcode, and a text for Administrative Shutdown and Reset (else NULL). To a peer
 * with the N-bit those after which nothing shall be kept go as Hard Reset (RFC 8538 3). */
void bgp_conn_cease(struct bgp_conn *c, uint8_t subcode, const char *text);

/* End with Cease/Maximum Number of Prefixes Reached, of the family and above the limit. */
void bgp_conn_cease_max_prefixes(struct bgp_conn *c, enum ip_family family, uint32_t limit);

/* The peer has taken nothing for its send hold time: end with Send Hold Timer Expired (RFC 9687 3),
 * which may not reach it. */
void bgp_conn_send_hold_expired(struct bgp_conn *c);

/* Bytes to be sent: the longest contiguous part, NULL and *len 0 when there are none. Tell with
 * bgp_conn_sent() how many of them went out. */
const uint8_t *bgp_conn_output(const struct bgp_conn *c, size_t *len);
void bgp_conn_sent(struct bgp_conn *c, size_t n);
size_t bgp_conn_queued(const struct bgp_conn *c);

/* True from the moment the queue reaches the high-water mark until it has fallen to the low one. */
bool bgp_conn_is_full(const struct bgp_conn *c);

/* BGP_OPENSENT to BGP_ESTABLISHED; BGP_CONNECT before the start, BGP_IDLE after the end. */
enum bgp_state bgp_conn_state(const struct bgp_conn *c);
const struct bgp_conn_agreed *bgp_conn_agreed(const struct bgp_conn *c);

/* Our OPEN, and the peer's from OpenConfirm on. */
const struct bgp_open *bgp_conn_open_sent(const struct bgp_conn *c);
const struct bgp_open *bgp_conn_open_received(const struct bgp_conn *c);

/* When the hold timer ends it, and when the next KEEPALIVE is due; MONO_NEVER: it does not run. */
struct mono bgp_conn_hold_at(const struct bgp_conn *c);
struct mono bgp_conn_keepalive_at(const struct bgp_conn *c);

/* When the last message came (start time before the first). */
struct mono bgp_conn_last_heard(const struct bgp_conn *c);

/* After the end: why, in words, with who said it. */
const char *bgp_conn_end_text(const struct bgp_conn *c);

/* After the end: true if by graceful restart either side keeps what it has of the other, for the
 * families and the time in the other's capability: the transport was lost, or, where both have the
 * N-bit, a NOTIFICATION other than Hard Reset was sent or received (RFC 4724 4.2, RFC 8538 4). */
bool bgp_conn_end_is_graceful(const struct bgp_conn *c);

/* Announcing, in Established only (ASSERTed). Order, packing and flush as in neighbor.h. The
 * End-of-RIB that follows ops.refresh is sent as EoRR to a peer that knows it (RFC 7313). The
 * caller's bytes of bgp_conn_send_raw() are whole messages encoded elsewhere. */
void bgp_conn_announce(struct bgp_conn *c, const struct ip_prefix *p,
    const struct route_attrs *attrs, uint32_t attrs_key);
void bgp_conn_withdraw(struct bgp_conn *c, const struct ip_prefix *p);
void bgp_conn_end_of_rib(struct bgp_conn *c, enum ip_family family);
void bgp_conn_flush(struct bgp_conn *c);
void bgp_conn_send_raw(struct bgp_conn *c, const void *messages, size_t len);

/* Queue a ROUTE-REFRESH; false if the peer does not understand it or has not the family. */
bool bgp_conn_request_refresh(struct bgp_conn *c, enum ip_family family);

#endif
