/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as sockets want them. */
#ifndef LAB_SOCK_IO_H
#define LAB_SOCK_IO_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/ip.h"

union sock_addr {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Fills *out and gives its length. */
socklen_t sock_addr_set(union sock_addr *out, const struct ip_addr *a, uint16_t port);
struct ip_addr sock_addr_get(const union sock_addr *s);

/* A socket of the address's family, bound to it; -1 and errno on failure. */
int sock_bound(const struct ip_addr *local, int type, uint16_t port);

#endif
