/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/sock_io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

socklen_t
sock_addr_set(union sock_addr *out, const struct ip_addr *a, uint16_t port)
{
	uint8_t bytes[16];

	memset(out, 0, sizeof(*out));
	ip_to_bytes(a, bytes);
	if (a->family == IP_V4) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		memcpy(&out->v4.sin_addr, bytes, 4);
		return sizeof(out->v4);
	}
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons(port);
	memcpy(&out->v6.sin6_addr, bytes, 16);
	return sizeof(out->v6);
}

struct ip_addr
sock_addr_get(const union sock_addr *s)
{
	return s->any.sa_family == AF_INET ? ip_from_bytes(IP_V4, &s->v4.sin_addr)
					   : ip_from_bytes(IP_V6, &s->v6.sin6_addr);
}

int
sock_bound(const struct ip_addr *local, int type, uint16_t port)
{
	bool v4 = local->family == IP_V4;
	int fd = socket(v4 ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	union sock_addr address;
	socklen_t len = sock_addr_set(&address, local, port);
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!v4)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &address.any, len) != 0) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}
