/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every event of the socket or the timer ends in service(), which lets the command queue more,
 * sends what is queued, closes what has ended, and arms the watchers for what is left:
 *
 *      readable -> feed --+
 *      writable ----------+--> service: more, send, close, arm
 *      timer -----> tick -+
 */
#include "tests/lab/peer_io.h"

#include <errno.h>
#include <ev.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock_io.h"
#include "lib/hash.h"
#include "lib/mem.h"
#include "tests/lab/sock_io.h"

#define REDIAL_S   0.5
#define REFLAP_S   0.001 /* with --flaps; the neighbour may not have noticed the end yet */
#define READ_CHUNK (128u << 10)

static struct {
	struct ip_addr local, remote, router_id;
	uint32_t port, local_as, remote_as, hold_time_s;
	bool listen, two_octet_as;
	uint64_t flaps;
	const char *families;
	bool has[IP_FAMILIES];
} options = { .port = BGP_PORT, .local_as = 65001, .hold_time_s = 90, .families = "ipv4,ipv6" };

const struct option_row peer_options[] = {
	{ "remote", "ADDRESS", OPTION_ADDR, &options.remote,
	    "the neighbour to dial, or the only one to accept" },
	{ "local", "ADDRESS", OPTION_ADDR, &options.local, "our address; default any" },
	{ "port", "N", OPTION_U32, &options.port, "TCP port to dial or listen on; default 179" },
	{ "listen", NULL, OPTION_FLAG, &options.listen, "wait for the neighbour, do not dial" },
	{ "as", "N", OPTION_U32, &options.local_as, "our AS; default 65001" },
	{ "remote-as", "N", OPTION_U32, &options.remote_as, "its AS; default ours (iBGP)" },
	{ "router-id", "ADDRESS", OPTION_ADDR, &options.router_id,
	    "our BGP identifier; default --local, or one of our own" },
	{ "hold", "SECONDS", OPTION_U32, &options.hold_time_s, "hold time; default 90, 0: none" },
	{ "families", "LIST", OPTION_TEXT, &options.families, "ipv4, ipv6 or both; default both" },
	{ "two-octet-as", NULL, OPTION_FLAG, &options.two_octet_as,
	    "play a speaker without 4-octet AS numbers" },
	{ "flaps", "N", OPTION_U64, &options.flaps,
	    "end the session when all is sent and dial again at once, so many times" },
	OPTION_TABLE_END,
};

struct peer {
	struct ev_loop *loop;
	struct peer_ops ops;
	void *ctx;
	struct bgp_conn_config config;
	struct bgp_conn_stats stats;
	struct bgp_conn *conn; /* while there is a connection, */
	int fd;                /* and its socket */
	bool connecting, idle; /* idle: ops.more had nothing */
	bool flapped;          /* ended for --flaps */
	ev_io accept, read, write;
	ev_timer timer; /* of the connection, or until the next dial */
	uint64_t connections;
};

/* --- a connection -------------------------------------------------------------------------- */

static void dial(struct peer *p);

static void
arm_timer(struct peer *p, double seconds)
{
	ev_timer_stop(p->loop, &p->timer);
	ev_timer_set(&p->timer, seconds > 0 ? seconds : 0, 0);
	ev_timer_start(p->loop, &p->timer);
}

static void
drop(struct peer *p)
{
	ev_io_stop(p->loop, &p->read);
	ev_io_stop(p->loop, &p->write);
	ev_timer_stop(p->loop, &p->timer);
	close(p->fd);
	bgp_conn_free(p->conn);
	p->conn = NULL;
	p->connecting = false;
	if (!options.listen)
		arm_timer(p, p->flapped || options.flaps > 0 ? REFLAP_S : REDIAL_S);
	p->flapped = false;
}

/* Send what is queued, as much as the socket takes; false when the transport has failed. */
static bool
send_queued(struct peer *p)
{
	const uint8_t *data;
	size_t len;

	while ((data = bgp_conn_output(p->conn, &len)) != NULL) {
		ssize_t n = send(p->fd, data, len, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		bgp_conn_sent(p->conn, (size_t)n);
	}
	return true;
}

/* True when something was queued. */
static bool
queue_more(struct peer *p)
{
	bool queued = false;

	while (
	    !p->idle && bgp_conn_state(p->conn) == BGP_ESTABLISHED && !bgp_conn_is_full(p->conn)) {
		if (p->ops.more != NULL && p->ops.more(p->ctx, p->conn))
			queued = true;
		else
			p->idle = true;
	}
	return queued;
}

static void
service(struct peer *p)
{
	struct mono deadline;

	if (p->conn == NULL || p->connecting)
		return;
	/* Until the socket is full or there is no more: nobody else would wake us. */
	do {
		if (!send_queued(p))
			bgp_conn_eof(p->conn, strerror(errno));
	} while (queue_more(p));
	if (options.flaps > 0 && peer_conn(p) != NULL && bgp_conn_queued(p->conn) == 0) {
		options.flaps--;
		p->flapped = true;
		bgp_conn_cease(p->conn, BGP_CEASE_RESET, NULL);
		(void)send_queued(p);
	}
	if (bgp_conn_state(p->conn) == BGP_IDLE) {
		drop(p);
		return;
	}
	if (bgp_conn_queued(p->conn) > 0)
		ev_io_start(p->loop, &p->write);
	else
		ev_io_stop(p->loop, &p->write);
	deadline = bgp_conn_deadline(p->conn);
	if (mono_is_never(deadline))
		ev_timer_stop(p->loop, &p->timer);
	else
		arm_timer(p, mono_sub_s(deadline, clock_mono()));
}

static void
begin(struct peer *p, int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	p->fd = fd;
	ev_io_set(&p->read, fd, EV_READ);
	ev_io_set(&p->write, fd, EV_WRITE);
	p->idle = false;
	p->conn =
	    bgp_conn_new(&p->config, &p->ops.conn, p->ctx, &p->stats, rng_mix(++p->connections));
}

static void
connected(struct peer *p)
{
	p->connecting = false;
	ev_io_start(p->loop, &p->read);
	bgp_conn_start(p->conn, clock_mono());
	service(p);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	static uint8_t buf[READ_CHUNK];
	struct peer *p = w->data;
	ssize_t n = recv(p->fd, buf, sizeof(buf), 0);

	(void)loop;
	(void)events;
	if (n > 0)
		bgp_conn_feed(p->conn, buf, (size_t)n, clock_mono());
	else if (n == 0)
		bgp_conn_eof(p->conn, "closed by the neighbour");
	else if (errno != EAGAIN && errno != EINTR)
		bgp_conn_eof(p->conn, strerror(errno));
	service(p);
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int events)
{
	struct peer *p = w->data;
	socklen_t len = sizeof(int);
	int err = 0;

	(void)loop;
	(void)events;
	if (!p->connecting) {
		service(p);
		return;
	}
	getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err != 0)
		drop(p);
	else
		connected(p);
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
	struct peer *p = w->data;

	(void)loop;
	(void)events;
	if (p->conn == NULL) {
		dial(p);
		return;
	}
	bgp_conn_tick(p->conn, clock_mono());
	service(p);
}

static void
dial(struct peer *p)
{
	union sock_addr remote;
	socklen_t len = sock_addr_set(&remote, &options.remote, (uint16_t)options.port);
	int fd = sock_bound(&options.local, SOCK_STREAM, 0);

	if (fd < 0 || (connect(fd, &remote.any, len) != 0 && errno != EINPROGRESS)) {
		if (fd >= 0)
			close(fd);
		arm_timer(p, REDIAL_S);
		return;
	}
	begin(p, fd);
	p->connecting = true;
	ev_io_start(p->loop, &p->write);
}

static void
on_accept(struct ev_loop *loop, ev_io *w, int events)
{
	struct peer *p = w->data;
	union sock_addr from;
	socklen_t len = sizeof(from);
	int fd = accept4(w->fd, &from.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct ip_addr source;

	(void)loop;
	(void)events;
	if (fd < 0)
		return;
	source = sock_addr_get(&from);
	/* One neighbour at a time; a second connection has to wait until the first is over. */
	if (p->conn != NULL ||
	    (!ip_is_zero(&options.remote) && !ip_equal(&options.remote, &source))) {
		close(fd);
		return;
	}
	begin(p, fd);
	connected(p);
}

/* --- options and life ---------------------------------------------------------------------- */

static bool
complain(const char *why)
{
	fprintf(stderr, "%s\n", why);
	return false;
}

static uint32_t
pick_router_id(void)
{
	uint64_t key[4] = { options.local_as, options.remote.hi, options.local.lo,
		options.port << 1 | options.listen };

	if (!ip_is_zero(&options.router_id))
		return ip_to_v4(options.router_id.hi);
	if (options.local.family == IP_V4 && !ip_is_zero(&options.local))
		return ip_to_v4(options.local.hi);
	return 0x0a000000u | ((uint32_t)hash_bytes(key, sizeof(key), 0) & 0xffffff) | 1;
}

static bool
check_options(struct bgp_conn_config *config)
{
	options.has[IP_V4] = strstr(options.families, "ipv4") != NULL;
	options.has[IP_V6] = strstr(options.families, "ipv6") != NULL;
	if (!options.has[IP_V4] && !options.has[IP_V6])
		return complain("--families: ipv4, ipv6 or both");
	if (options.port == 0 || options.port > UINT16_MAX)
		return complain("--port: 1 to 65535");
	if (options.hold_time_s > UINT16_MAX || options.hold_time_s == 1 ||
	    options.hold_time_s == 2)
		return complain("--hold: 0 or 3 to 65535");
	if (options.local_as == 0)
		return complain("--as: not 0");
	if (ip_is_zero(&options.remote) && !options.listen)
		return complain("--remote says whom to dial, or --listen");
	if (ip_is_zero(&options.local))
		options.local.family = options.remote.family;
	if (!ip_is_zero(&options.remote) && options.local.family != options.remote.family)
		return complain("--local and --remote are of different families");
	if (options.remote_as == 0)
		options.remote_as = options.local_as;
	*config = (struct bgp_conn_config){ .local_as = options.local_as,
		.remote_as = options.remote_as,
		.router_id = pick_router_id(),
		.hold_time_s = (uint16_t)options.hold_time_s,
		.families = { options.has[IP_V4], options.has[IP_V6] },
		.any_first_as = true,
		.two_octet_as = options.two_octet_as };
	return true;
}

static bool
start_listening(struct peer *p)
{
	int fd = sock_bound(&options.local, SOCK_STREAM, (uint16_t)options.port);

	if (fd < 0 || listen(fd, 8) != 0) {
		char text[IP_TEXT_MAX];

		fprintf(stderr, "cannot listen on %s port %u: %s\n",
		    ip_format(&options.local, text), options.port, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	ev_io_set(&p->accept, fd, EV_READ);
	ev_io_start(p->loop, &p->accept);
	return true;
}

struct peer *
peer_new(struct ev_loop *loop, bool deliver, const struct peer_ops *ops, void *ctx)
{
	struct peer *p = mem_alloc(MEM_MISC, sizeof(*p));

	p->loop = loop;
	p->ops = *ops;
	p->ctx = ctx;
	ev_init(&p->accept, on_accept);
	ev_init(&p->read, on_readable);
	ev_init(&p->write, on_writable);
	ev_init(&p->timer, on_timer);
	p->accept.data = p->read.data = p->write.data = p->timer.data = p;
	if (!check_options(&p->config)) {
		mem_free(MEM_MISC, p);
		return NULL;
	}
	p->config.deliver = deliver;
	p->config.announces_nothing = deliver;
	if (!options.listen) {
		dial(p);
	} else if (!start_listening(p)) {
		mem_free(MEM_MISC, p);
		return NULL;
	}
	return p;
}

void
peer_free(struct peer *p)
{
	if (p->conn != NULL && !p->connecting) {
		struct pollfd wait = { .fd = p->fd, .events = POLLOUT };

		bgp_conn_cease(p->conn, BGP_CEASE_SHUTDOWN, "hotfib-lab ends");
		while (send_queued(p) && bgp_conn_queued(p->conn) > 0 && poll(&wait, 1, 1000) > 0)
			;
	}
	if (p->conn != NULL)
		drop(p);
	ev_timer_stop(p->loop, &p->timer);
	if (ev_is_active(&p->accept))
		close(p->accept.fd);
	ev_io_stop(p->loop, &p->accept);
	mem_free(MEM_MISC, p);
}

struct bgp_conn *
peer_conn(struct peer *p)
{
	bool up = p->conn != NULL && bgp_conn_state(p->conn) == BGP_ESTABLISHED;

	return up ? p->conn : NULL;
}

void
peer_resume(struct peer *p)
{
	p->idle = false;
}

void
peer_wake(struct peer *p)
{
	peer_resume(p);
	service(p);
}

void
peer_reset(struct peer *p, const char *text)
{
	if (p->conn == NULL || p->connecting)
		return;
	bgp_conn_cease(p->conn, BGP_CEASE_RESET, text);
	service(p);
}

bool
peer_is_ebgp(void)
{
	return options.local_as != options.remote_as;
}

uint32_t
peer_local_as(void)
{
	return options.local_as;
}

const bool *
peer_families(void)
{
	return options.has;
}
