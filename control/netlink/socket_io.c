/* SPDX-License-Identifier: Apache-2.0 */
#include "control/netlink/socket_io.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include "control/netlink/msg.h"

_Static_assert(NL_AF_INET == AF_INET && NL_AF_INET6 == AF_INET6 && NL_AF_UNSPEC == AF_UNSPEC,
    "address families are those of the system");

/* libnl has errors of its own; what opening a socket may give is among these. */
static int
to_errno(int error)
{
	switch (-error) {
	case 0: return 0;
	case NLE_NOMEM: return -ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS: return -EPERM;
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
	case NLE_OPNOTSUPP: return -EPROTONOSUPPORT;
	default: return -EINVAL;
	}
}

static void
set_option(int fd, int option)
{
	int on = 1;

	/* An older kernel does without. */
	(void)setsockopt(fd, SOL_NETLINK, option, &on, sizeof(on));
}

static void
set_buffer(int fd, size_t bytes)
{
	int size = (int)bytes;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int
nl_socket_open(struct nl_socket *s, size_t buffer_bytes, const int *groups)
{
	int error;

	*s = (struct nl_socket){ .sock = nl_socket_alloc(), .fd = -1 };
	if (s->sock == NULL)
		return -ENOMEM;
	error = nl_connect(s->sock, NETLINK_ROUTE);
	if (error == 0)
		error = nl_socket_set_nonblocking(s->sock);
	for (; error == 0 && groups != NULL && *groups != 0; groups++)
		error = nl_socket_add_membership(s->sock, *groups);
	if (error != 0) {
		nl_socket_close(s);
		return to_errno(error);
	}
	s->fd = nl_socket_get_fd(s->sock);
	s->port = nl_socket_get_local_port(s->sock);
	set_buffer(s->fd, buffer_bytes);
	set_option(s->fd, NETLINK_CAP_ACK);
	set_option(s->fd, NETLINK_EXT_ACK);
	return 0;
}

void
nl_socket_close(struct nl_socket *s)
{
	if (s->sock != NULL)
		nl_socket_free(s->sock);
	*s = (struct nl_socket){ .fd = -1 };
}

int
nl_socket_send(const struct nl_socket *s, const void *data, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	for (;;) {
		if (sendto(s->fd, data, len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) >= 0)
			return 0;
		if (errno != EINTR)
			return -errno;
	}
}

long
nl_socket_receive(const struct nl_socket *s, void *data, size_t size)
{
	for (;;) {
		struct sockaddr_nl from = { .nl_pid = 0 };
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(s->fd, data, size, MSG_DONTWAIT | MSG_TRUNC,
		    (struct sockaddr *)&from, &from_len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (from.nl_pid != 0)
			continue;
		return (size_t)n > size ? -ENOBUFS : n;
	}
}
