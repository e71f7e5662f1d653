/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/sock_io.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 32

union address {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
to_sockaddr(const struct ip_addr *ip, uint16_t port, union address *out)
{
	memset(out, 0, sizeof(*out));
	if (ip->family == IP_V4) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		out->v4.sin_addr.s_addr = htonl(ip_to_v4(ip->hi));
		return sizeof(out->v4);
	}
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons(port);
	ip_to_bytes(ip, out->v6.sin6_addr.s6_addr);
	return sizeof(out->v6);
}

static void
from_sockaddr(const union address *a, struct ip_addr *ip, uint16_t *port)
{
	if (a->sa.sa_family == AF_INET) {
		*ip = ip_v4(ntohl(a->v4.sin_addr.s_addr));
		*port = ntohs(a->v4.sin_port);
	} else {
		*ip = ip_from_bytes(IP_V6, a->v6.sin6_addr.s6_addr);
		*port = ntohs(a->v6.sin6_port);
	}
}

static int
set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0 ? 0 : -errno;
}

/* Messages leave at once, and with the precedence of routing traffic (RFC 4271 Appendix E). Neither
 * is worth losing a session for. */
static void
set_bgp_options(int fd, uint8_t family)
{
	(void)set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (family == IP_V4)
		(void)set_int(fd, IPPROTO_IP, IP_TOS, IPTOS_PREC_INTERNETCONTROL);
	else
		(void)set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, IPTOS_PREC_INTERNETCONTROL);
}

int
bgp_sock_set_md5(int fd, const struct ip_prefix *remote, const char *key)
{
	struct tcp_md5sig sig = { .tcpm_flags = TCP_MD5SIG_FLAG_PREFIX,
		.tcpm_prefixlen = remote->len };
	struct ip_addr first = prefix_first(remote);
	union address a;
	size_t len = key != NULL ? strlen(key) : 0;
	int r;

	ASSERT(len <= sizeof(sig.tcpm_key));
	memcpy(&sig.tcpm_addr, &a, to_sockaddr(&first, 0, &a));
	sig.tcpm_keylen = (uint16_t)len;
	if (len > 0)
		memcpy(sig.tcpm_key, key, len);
	r = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG_EXT, &sig, sizeof(sig)) == 0 ? 0 : -errno;
	explicit_bzero(&sig, sizeof(sig));
	/* Forgetting a key that is not there. */
	return r == -ENOENT && len == 0 ? 0 : r;
}

int
bgp_sock_set_ttl_max(int fd, uint8_t family)
{
	return family == IP_V4 ? set_int(fd, IPPROTO_IP, IP_TTL, 255)
			       : set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255);
}

int
bgp_sock_set_hops(int fd, uint8_t family, uint16_t hops)
{
	ASSERT(hops >= 1 && hops <= 255);
	return family == IP_V4 ? set_int(fd, IPPROTO_IP, IP_MINTTL, 256 - hops)
			       : set_int(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, 256 - hops);
}

static int
get_ends(int fd, struct bgp_ends *ends)
{
	union address a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, &a.sa, &len) != 0)
		return -errno;
	from_sockaddr(&a, &ends->local, &ends->local_port);
	len = sizeof(a);
	if (getpeername(fd, &a.sa, &len) != 0)
		return -errno;
	from_sockaddr(&a, &ends->remote, &ends->remote_port);
	return 0;
}

static int
new_socket(uint8_t family)
{
	int fd = socket(family == IP_V4 ? AF_INET : AF_INET6,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

	return fd >= 0 ? fd : -errno;
}

static int
bind_and_listen(int fd, const struct ip_addr *address, uint16_t port)
{
	union address a;
	socklen_t len = to_sockaddr(address, port, &a);
	int r = set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);

	/* One family a socket, so that a neighbour's address has one form only. */
	if (r == 0 && address->family == IP_V6)
		r = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (r == 0 && (bind(fd, &a.sa, len) != 0 || listen(fd, BACKLOG) != 0))
		r = -errno;
	return r;
}

int
bgp_sock_listen(const struct ip_addr *address, uint16_t port)
{
	int fd = new_socket(address->family), r;

	if (fd < 0)
		return fd;
	r = bind_and_listen(fd, address, port);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

/* What the neighbour's configuration asks of a socket that dials it. */
static int
protect(int fd, const struct bgp_neighbor_config *config)
{
	struct ip_prefix remote =
	    prefix_of(&config->remote, ip_bits((enum ip_family)config->remote.family));
	int r = 0;

	if (config->md5 != NULL)
		r = bgp_sock_set_md5(fd, &remote, config->md5);
	if (r == 0 && config->ttl_hops > 0)
		r = bgp_sock_set_ttl_max(fd, config->remote.family);
	if (r == 0 && config->ttl_hops > 0)
		r = bgp_sock_set_hops(fd, config->remote.family, config->ttl_hops);
	return r;
}

int
bgp_sock_connect(const struct bgp_neighbor_config *config)
{
	union address from, to;
	socklen_t from_len = to_sockaddr(&config->local, 0, &from);
	socklen_t to_len = to_sockaddr(&config->remote, config->port, &to);
	int fd = new_socket(config->remote.family), r;

	if (fd < 0)
		return fd;
	set_bgp_options(fd, config->remote.family);
	r = protect(fd, config);
	if (r == 0 && !ip_is_zero(&config->local) && bind(fd, &from.sa, from_len) != 0)
		r = -errno;
	if (r == 0 && connect(fd, &to.sa, to_len) != 0 && errno != EINPROGRESS)
		r = -errno;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int
bgp_sock_accept(int listener, struct bgp_ends *ends)
{
	int fd, r;

	do
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd < 0)
		return -errno;
	r = get_ends(fd, ends);
	if (r < 0) {
		/* Gone again already: as if it had never been there. */
		close(fd);
		return -EAGAIN;
	}
	set_bgp_options(fd, ends->local.family);
	return fd;
}

int
bgp_sock_connected(int fd, struct bgp_ends *ends)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return -errno;
	return error != 0 ? -error : get_ends(fd, ends);
}
