/* SPDX-License-Identifier: Apache-2.0 */
#include "webui/listen_io.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

union any_addr {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

/* Close fd and give the errno of what failed before. */
static int
fail(int fd)
{
	int err = errno;

	close(fd);
	return -err;
}

int
web_listen_tcp(const struct ip_addr *address, uint16_t port)
{
	bool v6 = address->family == IP_V6;
	union any_addr sa = { 0 };
	uint8_t bytes[16];
	int on = 1, fd;

	ip_to_bytes(address, bytes);
	if (v6) {
		sa.in6.sin6_family = AF_INET6;
		sa.in6.sin6_port = htons(port);
		memcpy(&sa.in6.sin6_addr, bytes, 16);
	} else {
		sa.in.sin_family = AF_INET;
		sa.in.sin_port = htons(port);
		memcpy(&sa.in.sin_addr, bytes, 4);
	}
	fd = socket(sa.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* :: shall not take 0.0.0.0's place: each is configured for itself. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    (v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0) ||
	    bind(fd, &sa.any, v6 ? sizeof(sa.in6) : sizeof(sa.in)) != 0 || listen(fd, BACKLOG) != 0)
		return fail(fd);
	return fd;
}

/* 0 when nobody answers at the path; a stale socket is removed, anything else is left alone. */
static int
clear_stale(const union any_addr *sa)
{
	struct stat st;
	int fd, err = 0;

	if (lstat(sa->un.sun_path, &st) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, &sa->any, sizeof(sa->un)) == 0 || errno == EAGAIN)
		err = -EADDRINUSE;
	else if (errno != ECONNREFUSED && errno != ENOENT)
		err = -errno;
	else if (unlink(sa->un.sun_path) != 0 && errno != ENOENT)
		err = -errno;
	close(fd);
	return err;
}

int
web_listen_unix(const char *path, struct stat *made)
{
	union any_addr sa = { .un = { .sun_family = AF_UNIX } };
	int fd, err;

	if (strlen(path) >= sizeof(sa.un.sun_path))
		return -ENAMETOOLONG;
	strcpy(sa.un.sun_path, path);
	err = clear_stale(&sa);
	if (err != 0)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, &sa.any, sizeof(sa.un)) != 0)
		return fail(fd);
	/* Nobody can connect before listen(), so the mode is never wider than it says. */
	if (chmod(path, 0660) != 0 || lstat(path, made) != 0 || listen(fd, BACKLOG) != 0) {
		err = fail(fd);
		unlink(path);
		return err;
	}
	return fd;
}

void
web_unlisten_unix(const char *path, const struct stat *made)
{
	struct stat st;

	if (lstat(path, &st) == 0 && st.st_dev == made->st_dev && st.st_ino == made->st_ino)
		unlink(path);
}

uint16_t
web_listen_port(int fd)
{
	union any_addr sa = { 0 };
	socklen_t len = sizeof(sa);

	if (getsockname(fd, &sa.any, &len) != 0)
		return 0;
	return ntohs(sa.any.sa_family == AF_INET6 ? sa.in6.sin6_port : sa.in.sin_port);
}
