/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: accepted connections go to the neighbour they belong to, or are closed. */
#ifndef BGPD_LISTEN_IO_H
#define BGPD_LISTEN_IO_H

#include "bgpd/peer_io.h"

/* 0 or -errno. */
MUST_CHECK int listener_open(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port);

/* NULL where there is none. */
struct listener *listener_find(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port);

/*
 * The keys and TTLs of neighbours on listening sockets, which must have them before a SYN comes: a
 * new listener takes those of all neighbours, a new neighbour is told to all listeners. What cannot
 * be set is logged; 0 or -errno.
 */
MUST_CHECK int listeners_admit(struct bgp_speaker *s, const struct peer *p);

/* The neighbour, which is in the list no more, has gone; another may have its address. */
void listeners_forget(struct bgp_speaker *s, const struct peer *p);

void listener_close(struct listener *l);

#endif
