/* SPDX-License-Identifier: Apache-2.0 */
/* TCP sockets as BGP wants them. All calls give -errno on failure. */
#ifndef BGPD_SOCK_IO_H
#define BGPD_SOCK_IO_H

#include "bgpd/neighbor_priv.h"

/* A listening socket on one address of one family. */
MUST_CHECK int bgp_sock_listen(const struct ip_addr *address, uint16_t port);

/* A connection under way from local (all zero: any) to remote. */
MUST_CHECK int bgp_sock_connect(
    const struct ip_addr *local, const struct ip_addr *remote, uint16_t port);

/* The next connection waiting, set up for BGP, and its ends. */
MUST_CHECK int bgp_sock_accept(int listener, struct bgp_ends *ends);

/* After the socket of bgp_sock_connect() became writable: 0, or why it failed. */
MUST_CHECK int bgp_sock_connected(int fd, struct bgp_ends *ends);

#endif
