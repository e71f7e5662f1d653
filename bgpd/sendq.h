/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole BGP messages waiting for the socket: a growing buffer that knows where messages begin, so
 * that all but the one already half sent can be dropped to make way for a NOTIFICATION.
 *
 *     data      head                sent             tail           cap
 *      |  gone   | first unfinished  | to be sent ... | free ........|
 */
#ifndef BGPD_SENDQ_H
#define BGPD_SENDQ_H

#include "bgpd/neighbor.h"
#include "lib/wr.h"

/* `full` from the high mark until the queue has fallen to the low one. */
#define BGP_SENDQ_HIGH (256u * 1024)
#define BGP_SENDQ_LOW  (64u * 1024)

struct bgp_sendq {
	uint8_t *data;
	size_t head, sent, tail, cap;
	bool full;
};

void bgp_sendq_init(struct bgp_sendq *q);
void bgp_sendq_fini(struct bgp_sendq *q);

/* A writer with room for `room` bytes at the end; bgp_sendq_commit() takes what it wrote, which
 * must be whole messages. */
struct wr bgp_sendq_begin(struct bgp_sendq *q, size_t room);
void bgp_sendq_commit(struct bgp_sendq *q, const struct wr *w);

/* Forget every message of which no byte has been sent. */
void bgp_sendq_drop_unsent(struct bgp_sendq *q);

static inline size_t
bgp_sendq_len(const struct bgp_sendq *q)
{
	return q->tail - q->sent;
}

/* n of the bytes at data + sent have gone; messages that are out whole are counted by type. */
void bgp_sendq_sent(struct bgp_sendq *q, size_t n, struct bgp_counters *counters);

#endif
