/* SPDX-License-Identifier: Apache-2.0 */
#include "control/notify_io.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"

static struct {
	int fd;              /* connected; -1: nobody wants to know */
	int64_t watchdog_us; /* half of the time; 0: no watchdog */
	struct mono fed;
} manager = { .fd = -1 };

/* A path, or with a leading @ a name in the abstract namespace (unix(7)). */
static int
connect_to(const char *name)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd;

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(sun.sun_path))
		return -EINVAL;
	memcpy(sun.sun_path, name, len);
	if (name[0] == '@')
		sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&sun,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

/* WATCHDOG_USEC, if it is meant for this process. */
static int64_t
watchdog_us(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	long long value;

	if (usec == NULL || (pid != NULL && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	value = strtoll(usec, NULL, 10);
	return value > 0 ? value : 0;
}

void
notify_open(void)
{
	const char *name = getenv("NOTIFY_SOCKET");

	if (name != NULL) {
		int fd = connect_to(name);

		if (fd < 0)
			log_warning("main", "NOTIFY_SOCKET=%s error=\"%s\"", name, strerror(-fd));
		manager.fd = fd < 0 ? -1 : fd;
		manager.watchdog_us = watchdog_us() / 2;
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void
tell(const char *text)
{
	if (manager.fd >= 0)
		(void)send(manager.fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
notify_ready(void)
{
	tell("READY=1");
}

void
notify_reloading(struct mono now)
{
	char text[64];

	/* CLOCK_MONOTONIC, which is what struct mono counts (lib/clock_io.c). */
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, now.us);
	tell(text);
}

void
notify_stopping(void)
{
	tell("STOPPING=1");
}

void
notify_status(const char *text)
{
	char message[512] = "STATUS=";
	size_t n = strlen(message);

	for (; *text != '\0' && n + 1 < sizeof(message); text++)
		if (*text >= ' ' && *text <= '~')
			message[n++] = *text;
	message[n] = '\0';
	tell(message);
}

void
notify_alive(struct mono now)
{
	if (manager.watchdog_us == 0 || mono_sub_us(now, manager.fed) < manager.watchdog_us)
		return;
	manager.fed = now;
	tell("WATCHDOG=1");
}
