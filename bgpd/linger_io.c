/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/linger_io.h"

#include <errno.h>
#include <ev.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/mem.h"

#define PATIENCE_S  2.0
#define DRAIN_READS 256

struct bgp_linger {
	struct bgp_linger **list, *next;
	struct ev_loop *loop;
	ev_io io;
	ev_timer timer;
	uint8_t *bytes; /* to be sent, from `sent` on */
	size_t len, sent;
};

static void
finish(struct bgp_linger *l)
{
	struct bgp_linger **at = l->list;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	ev_io_stop(l->loop, &l->io);
	ev_timer_stop(l->loop, &l->timer);
	close(l->io.fd);
	mem_free(MEM_BGP, l->bytes);
	mem_free(MEM_BGP, l);
}

/* False when the connection is over. */
static bool
send_rest(struct bgp_linger *l)
{
	ssize_t n;

	if (l->sent == l->len)
		return true;
	n = send(l->io.fd, l->bytes + l->sent, l->len - l->sent, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	l->sent += (size_t)n;
	if (l->sent < l->len)
		return true;
	shutdown(l->io.fd, SHUT_WR);
	ev_io_stop(l->loop, &l->io);
	ev_io_set(&l->io, l->io.fd, EV_READ);
	ev_io_start(l->loop, &l->io);
	return true;
}

static void
on_io(struct ev_loop *loop, ev_io *w, int events)
{
	struct bgp_linger *l = CONTAINER_OF(w, struct bgp_linger, io);
	uint8_t sink[16384];
	ssize_t n = -1;

	(void)loop;
	if ((events & EV_READ) != 0) {
		n = recv(w->fd, sink, sizeof(sink), 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			finish(l);
			return;
		}
	}
	if ((events & EV_WRITE) != 0 && !send_rest(l))
		finish(l);
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	finish(CONTAINER_OF(w, struct bgp_linger, timer));
}

void
bgp_linger_take(
    struct bgp_linger **list, struct ev_loop *loop, int fd, const void *bytes, size_t len)
{
	struct bgp_linger *l = mem_alloc(MEM_BGP, sizeof(*l));

	l->list = list;
	l->loop = loop;
	l->next = *list;
	*list = l;
	l->bytes = mem_alloc(MEM_BGP, len);
	memcpy(l->bytes, bytes, len);
	l->len = len;
	ev_io_init(&l->io, on_io, fd, EV_READ | EV_WRITE);
	ev_io_start(loop, &l->io);
	ev_timer_init(&l->timer, on_timer, PATIENCE_S, 0.);
	ev_timer_start(loop, &l->timer);
	if (!send_rest(l))
		finish(l);
}

/* What is in the receive buffer by now must not turn the close into a reset. */
static void
drain(int fd)
{
	uint8_t sink[16384];

	for (unsigned i = 0; i < DRAIN_READS; i++)
		if (recv(fd, sink, sizeof(sink), 0) <= 0)
			break;
}

void
bgp_linger_close_all(struct bgp_linger **list)
{
	while (*list != NULL) {
		drain((*list)->io.fd);
		finish(*list);
	}
}
