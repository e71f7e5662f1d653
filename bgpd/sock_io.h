/* SPDX-License-Identifier: Apache-2.0 */
/* TCP sockets as BGP wants them. All calls give -errno on failure. */
#ifndef BGPD_SOCK_IO_H
#define BGPD_SOCK_IO_H

#include "bgpd/neighbor_priv.h"

/* A listening socket on one address of one family. */
MUST_CHECK int bgp_sock_listen(const struct ip_addr *address, uint16_t port);

/* A connection under way to the neighbour, from config->local (all zero: any), with its key and
 * TTL. */
MUST_CHECK int bgp_sock_connect(const struct bgp_neighbor_config *config);

/* Connections between this socket and addresses in `remote` have to be signed with the key (RFC
 * 2385); NULL: not any more. A socket that is accepted has the key of the listening one. */
MUST_CHECK int bgp_sock_set_md5(int fd, const struct ip_prefix *remote, const char *key);

/* What this socket sends arrives with a TTL of 255 at a neighbour, and on a listening one so does
 * the answer to a SYN. */
MUST_CHECK int bgp_sock_set_ttl_max(int fd, uint8_t family);

/* Packets that have come further than this many hops (1 to 255) are dropped (RFC 5082). */
MUST_CHECK int bgp_sock_set_hops(int fd, uint8_t family, uint16_t hops);

/* The next connection waiting, set up for BGP, and its ends. */
MUST_CHECK int bgp_sock_accept(int listener, struct bgp_ends *ends);

/* After the socket of bgp_sock_connect() became writable: 0, or why it failed. */
MUST_CHECK int bgp_sock_connected(int fd, struct bgp_ends *ends);

#endif
