/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: accepted connections go to the neighbour they belong to, or are closed. */
#ifndef BGPD_LISTEN_IO_H
#define BGPD_LISTEN_IO_H

#include "bgpd/peer_io.h"

/* 0 or -errno. */
MUST_CHECK int listener_open(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port);

/* NULL where there is none. */
struct listener *listener_find(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port);

void listener_close(struct listener *l);

#endif
