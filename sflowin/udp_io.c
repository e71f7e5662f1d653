/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sFlow sockets.
 *
 * Being woken costs more than decoding: at 300,000 samples a second an event per datagram takes
 * three times the CPU of the work itself. So the first datagram wakes us, and from then on the
 * socket is polled by a timer, until a poll finds nothing:
 *
 *                    readable                    nothing came
 *      WAITING ----------------> POLLING ---------------------------> WAITING
 *      (ev_io)                   (ev_timer, every 5 ms; at once while there is more)
 *
 * Invariants: one of the two watchers is active; one turn of the loop takes at most TURN_MAX
 * datagrams of a socket, so that a flood of samples delays nothing else by more than about a
 * millisecond.
 *
 * Cost: a recvmmsg() for up to 64 datagrams into slots allocated once; no allocation after that.
 * What the kernel dropped for want of buffer comes as a running total with each datagram
 * (SO_RXQ_OVFL, socket(7)).
 */
#include "sflowin/udp_io.h"

#include <errno.h>
#include <ev.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock_io.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "sflowin/forward_io.h"
#include "sflowin/sockaddr_io.h"

#define BATCH       SFLOW_FORWARD_BATCH
#define TURN_MAX    512
#define SLOT_BYTES  9216       /* a jumbo frame; longer datagrams count as truncated */
#define RCVBUF      (16 << 20) /* a third of a second of 300,000 samples a second */
#define POLL_S      0.005
#define LOG_BURST   5
#define CONTROL_LEN CMSG_SPACE(sizeof(uint32_t))

struct endpoint {
	struct sflow_udp *udp;
	struct endpoint *next;
	struct ip_addr address;
	uint16_t port;
	int fd;
	uint32_t drops; /* the kernel's running total */
	ev_io readable;
	ev_timer poll;
};

/* Where a batch is received. */
struct slots {
	struct mmsghdr messages[BATCH];
	struct iovec iov[BATCH];
	union sflow_sockaddr from[BATCH];
	_Alignas(struct cmsghdr) uint8_t control[BATCH][CONTROL_LEN];
	uint8_t data[BATCH][SLOT_BYTES];
};

struct sflow_udp {
	struct ev_loop *loop;
	struct sflow_agents *agents;
	struct sflow_sink sink;
	struct endpoint *endpoints;
	struct sflow_forwarder *forwarder; /* NULL: nobody wants copies */
	struct sflow_udp_stats stats;
	struct log_limit log_limit;
	struct slots slots;
};

struct sflow_udp *
sflow_udp_new(struct ev_loop *loop, struct sflow_agents *agents, const struct sflow_sink *sink)
{
	struct sflow_udp *u = mem_alloc(MEM_SFLOW, sizeof(*u));

	u->loop = loop;
	u->agents = agents;
	u->sink = *sink;
	for (size_t i = 0; i < BATCH; i++) {
		u->slots.iov[i].iov_base = u->slots.data[i];
		u->slots.messages[i].msg_hdr.msg_name = &u->slots.from[i];
		u->slots.messages[i].msg_hdr.msg_iov = &u->slots.iov[i];
		u->slots.messages[i].msg_hdr.msg_iovlen = 1;
		u->slots.messages[i].msg_hdr.msg_control = u->slots.control[i];
	}
	return u;
}

/* --- receiving ---------------------------------------------------------------------------- */

/* Receive up to a batch; the number of datagrams. */
static size_t
receive(struct endpoint *e)
{
	struct sflow_udp *u = e->udp;
	int n;

	for (size_t i = 0; i < BATCH; i++) {
		u->slots.iov[i].iov_len = SLOT_BYTES;
		u->slots.messages[i].msg_hdr.msg_namelen = sizeof(u->slots.from[i]);
		u->slots.messages[i].msg_hdr.msg_controllen = CONTROL_LEN;
	}
	do
		n = recvmmsg(e->fd, u->slots.messages, BATCH, MSG_DONTWAIT, NULL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return (size_t)n;
	if (errno != EAGAIN && log_allowed(&u->log_limit, LOG_BURST, clock_mono()))
		log_warning("sflow", "receive port=%u error=\"%s\"", e->port, strerror(errno));
	return 0;
}

static void
count_drops(struct endpoint *e, struct msghdr *message)
{
	uint32_t drops;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&drops, CMSG_DATA(c), sizeof(drops));
		e->udp->stats.kernel_drops += drops - e->drops;
		e->drops = drops;
	}
}

/* Decode n received datagrams and pass copies on. */
static void
take(struct endpoint *e, size_t n)
{
	struct sflow_udp *u = e->udp;
	struct mono now = clock_mono();
	struct iovec copies[BATCH];
	size_t n_copies = 0;

	for (size_t i = 0; i < n; i++) {
		struct mmsghdr *m = &u->slots.messages[i];
		struct ip_addr source = sflow_sockaddr_ip(&u->slots.from[i]);

		count_drops(e, &m->msg_hdr);
		if ((m->msg_hdr.msg_flags & MSG_TRUNC) != 0) {
			u->stats.truncated++;
			continue;
		}
		sflow_agents_input(u->agents, u->slots.data[i], m->msg_len, &source, now, &u->sink);
		copies[n_copies++] = (struct iovec){ u->slots.data[i], m->msg_len };
	}
	if (u->forwarder != NULL)
		sflow_forwarder_send(u->forwarder, copies, n_copies, &u->stats);
}

/* One turn: take what is there, up to TURN_MAX datagrams, and decide how to go on. */
static void
drain(struct endpoint *e)
{
	struct ev_loop *loop = e->udp->loop;
	size_t n, total = 0;

	do {
		n = receive(e);
		take(e, n);
		total += n;
	} while (n == BATCH && total < TURN_MAX);
	ev_timer_stop(loop, &e->poll);
	if (total == 0) {
		ev_io_start(loop, &e->readable);
		return;
	}
	ev_io_stop(loop, &e->readable);
	ev_timer_set(&e->poll, n == BATCH ? 0 : POLL_S, 0);
	ev_timer_start(loop, &e->poll);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	(void)loop;
	(void)events;
	drain(w->data);
}

static void
on_poll(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	drain(w->data);
}

/* --- endpoints ---------------------------------------------------------------------------- */

/* As much buffer as we may have: beyond net.core.rmem_max only with CAP_NET_ADMIN. */
static int
set_options(int fd)
{
	int size = RCVBUF, given, on = 1;
	socklen_t len = sizeof(given);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* The kernel says what it gives twice over (socket(7)). */
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &given, &len) == 0 && given / 2 < RCVBUF)
		log_info("sflow",
		    "receive-buffer=%d asked=%d: net.core.rmem_max or CAP_NET_ADMIN gives more",
		    given / 2, RCVBUF);
	return setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) < 0 ? -errno : 0;
}

static int
open_bound(const struct ip_addr *address, uint16_t port, bool v6_only)
{
	union sflow_sockaddr sa = sflow_sockaddr_make(address, port);
	int fd = socket(sa.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = v6_only, rc;

	if (fd < 0)
		return -errno;
	rc = set_options(fd);
	if (rc == 0 && address->family == IP_V6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		rc = -errno;
	if (rc == 0 && bind(fd, &sa.sa, sflow_sockaddr_len(&sa)) < 0)
		rc = -errno;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int
sflow_udp_listen(struct sflow_udp *u, const struct ip_addr *address, uint16_t port)
{
	bool both = address->family == IP_V6 && ip_is_zero(address);
	int fd = open_bound(address, port, !both);
	struct endpoint *e;

	if (fd == -EADDRINUSE && both)
		fd = open_bound(address, port, true);
	if (fd < 0)
		return fd;
	e = mem_alloc(MEM_SFLOW, sizeof(*e));
	e->udp = u;
	e->address = *address;
	e->port = port;
	e->fd = fd;
	ev_io_init(&e->readable, on_readable, fd, EV_READ);
	ev_timer_init(&e->poll, on_poll, POLL_S, 0);
	e->readable.data = e->poll.data = e;
	ev_io_start(u->loop, &e->readable);
	e->next = u->endpoints;
	u->endpoints = e;
	return 0;
}

static void
endpoint_close(struct endpoint *e)
{
	ev_io_stop(e->udp->loop, &e->readable);
	ev_timer_stop(e->udp->loop, &e->poll);
	close(e->fd);
	mem_free(MEM_SFLOW, e);
}

bool
sflow_udp_unlisten(struct sflow_udp *u, const struct ip_addr *address, uint16_t port)
{
	for (struct endpoint **p = &u->endpoints; *p != NULL; p = &(*p)->next) {
		struct endpoint *e = *p;

		if (e->port != port || !ip_equal(&e->address, address))
			continue;
		*p = e->next;
		endpoint_close(e);
		return true;
	}
	return false;
}

int
sflow_udp_forward(struct sflow_udp *u, const struct sflow_forward *to, size_t n)
{
	struct sflow_forwarder *f = NULL;
	int rc = n > 0 ? sflow_forwarder_new(to, n, &f) : 0;

	if (rc < 0)
		return rc;
	sflow_forwarder_free(u->forwarder);
	u->forwarder = f;
	return 0;
}

void
sflow_udp_free(struct sflow_udp *u)
{
	if (u == NULL)
		return;
	while (u->endpoints != NULL) {
		struct endpoint *e = u->endpoints;

		u->endpoints = e->next;
		endpoint_close(e);
	}
	sflow_forwarder_free(u->forwarder);
	mem_free(MEM_SFLOW, u);
}

void
sflow_udp_stats(const struct sflow_udp *u, struct sflow_udp_stats *out)
{
	*out = u->stats;
}
