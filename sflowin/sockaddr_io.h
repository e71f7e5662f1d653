/* SPDX-License-Identifier: Apache-2.0 */
/* Between struct ip_addr and the socket API's addresses. */
#ifndef SFLOWIN_SOCKADDR_IO_H
#define SFLOWIN_SOCKADDR_IO_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/ip.h"

union sflow_sockaddr {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static inline union sflow_sockaddr
sflow_sockaddr_make(const struct ip_addr *a, uint16_t port)
{
	union sflow_sockaddr out = { .v6 = { .sin6_family = AF_INET6 } };
	uint8_t bytes[16];

	ip_to_bytes(a, bytes);
	if (a->family == IP_V4) {
		out.v4.sin_family = AF_INET;
		out.v4.sin_port = htons(port);
		__builtin_memcpy(&out.v4.sin_addr, bytes, 4);
	} else {
		out.v6.sin6_port = htons(port);
		__builtin_memcpy(&out.v6.sin6_addr, bytes, 16);
	}
	return out;
}

static inline socklen_t
sflow_sockaddr_len(const union sflow_sockaddr *a)
{
	return a->sa.sa_family == AF_INET ? sizeof(a->v4) : sizeof(a->v6);
}

/* IPv4-mapped addresses come out as they are. */
static inline struct ip_addr
sflow_sockaddr_ip(const union sflow_sockaddr *a)
{
	return a->sa.sa_family == AF_INET ? ip_from_bytes(IP_V4, &a->v4.sin_addr)
					  : ip_from_bytes(IP_V6, &a->v6.sin6_addr);
}

#endif
