/* SPDX-License-Identifier: Apache-2.0 */
/* A netlink socket (rtnetlink), never blocking. Errors are -errno. */
#ifndef CONTROL_NETLINK_SOCKET_IO_H
#define CONTROL_NETLINK_SOCKET_IO_H

#include "lib/base.h"

struct nl_sock;

struct nl_socket {
	struct nl_sock *sock; /* libnl's; NULL: closed */
	int fd;
	uint32_t port; /* ours, as messages name it */
};

/* With a receive buffer of that many bytes, beyond net.core.rmem_max where we may, and subscribed
 * to the groups (RTNLGRP_*, ending with 0; NULL: none). */
MUST_CHECK int nl_socket_open(struct nl_socket *s, size_t buffer_bytes, const int *groups);
void nl_socket_close(struct nl_socket *s);

/* Send a buffer of whole messages; 0 or -errno. */
MUST_CHECK int nl_socket_send(const struct nl_socket *s, const void *data, size_t len);

/* The next datagram of the kernel's: its length; -EAGAIN when there is none, -ENOBUFS when some
 * were lost. What another process sends is dropped. */
MUST_CHECK long nl_socket_receive(const struct nl_socket *s, void *data, size_t size);

#endif
