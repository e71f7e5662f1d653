/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd inside the libev loop.
 *
 *   listeners --accept--> one MHD daemon (no threads, no listening socket of its own)
 *                              | its epoll descriptor: one ev_io
 *                              | its nearest timeout:  one ev_timer
 *                         turn(): MHD_run(), then ask for the timeout again
 *
 * We accept ourselves, so that any number of TCP and unix sockets share one set of connections, one
 * limit and one timer. Some places are kept for the unix socket: the operator's `hotfib` must get
 * in while somebody floods the TCP side.
 *
 * A request is answered by web_dispatch() from its target as it was sent; libmicrohttpd's own
 * decoding is not used. Bodies are pulled out of the answer a piece at a time. In a turn, all
 * connections together get TURN_US_MAX for making answers (a ranking takes milliseconds) and as
 * much again for sending them; who comes too late is asked again in the next turn. So however many
 * long lists are being read, the loop is ours for a few milliseconds at most, and a short question
 * does not wait for the long answers.
 *
 * Sizes: the request line and headers of a connection fit CONNECTION_MEMORY or it is refused, and a
 * connection that says nothing for IDLE_S is closed.
 */
#include "webui/http_priv_io.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock_io.h"
#include "lib/log.h"
#include "webui/listen_io.h"

#define CONNECTIONS_MAX     128
#define TCP_CONNECTIONS_MAX 112
#define CONNECTION_MEMORY   (32 * 1024)
#define IDLE_S              30
#define ACCEPTS_PER_TURN    32
#define ACCEPT_RETRY_S      1.0

struct connection {
	bool tcp;
	char who[16];    /* at the other end of a unix socket */
	bool in_request; /* a request began and was not handed to us yet */
	bool spoke;      /* a request was handed to us */
};

/* One request of a connection. */
struct exchange {
	bool accepted; /* its headers were looked at */
	char *target;
};

/* No request of ours has a body. One that has is refused before it is read, and the connection is
 * closed: what follows must not be taken for the next request. */
static bool
has_body(struct MHD_Connection *connection)
{
	const char *length =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding") !=
		   NULL ||
	       (length != NULL && strcmp(length, "0") != 0);
}

static struct connection *
connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

/* Called once the headers are there, and again when the (empty) body is. */
static enum MHD_Result
on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct web_http *h = cls;
	struct exchange *x = *state;
	struct connection *c = connection_of(mhd);
	struct web_request request = { .method = method };
	struct outgoing *o;
	struct mono start;

	(void)url, (void)version, (void)upload;
	if (!x->accepted) {
		x->accepted = true;
		if (c != NULL) {
			c->in_request = false;
			c->spoke = true;
		}
		if (!has_body(mhd))
			return MHD_YES;
		o = outgoing_new(h);
		web_answer_init(&o->answer);
		web_answer_error(&o->answer, 413, "a request must not have a body");
		return outgoing_send(mhd, o, true);
	}
	*upload_size = 0;
	/* Not answered now, libmicrohttpd asks again in the next turn. */
	if (h->dispatch_us >= TURN_US_MAX)
		return MHD_YES;
	start = clock_mono();
	request.target = x->target;
	request.may_command = c != NULL && !c->tcp;
	request.who = c != NULL ? c->who : NULL;
	request.if_none_match = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "If-None-Match");
	o = outgoing_new(h);
	web_dispatch(&h->app, &request, &o->answer);
	h->dispatch_us += mono_sub_us(clock_mono(), start);
	return outgoing_send(mhd, o, false);
}

/* The target as it was sent; what is given back becomes *state of on_request(). */
static void *
on_target(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	struct exchange *x = mem_alloc(MEM_HTTP, sizeof(*x));
	struct connection *c = connection_of(mhd);

	(void)cls;
	x->target = mem_strdup(MEM_HTTP, uri);
	if (c != NULL)
		c->in_request = true;
	return x;
}

static void
on_completed(
    void *cls, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode code)
{
	struct exchange *x = *state;

	(void)cls, (void)mhd, (void)code;
	if (x != NULL)
		mem_free(MEM_HTTP, x->target);
	mem_free(MEM_HTTP, x);
	*state = NULL;
}

/* --- connections -------------------------------------------------------------------------------
 */

/* Has the peer sent anything but its FIN, which counts as a byte? False where the kernel does not
 * say, as on unix sockets. */
static bool
has_sent(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return false;
	return info.tcpi_bytes_received > 1;
}

static void
identify(struct connection *c, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *fd =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct ucred user;
	socklen_t len = sizeof(user);

	if (fd != NULL && getsockopt(fd->connect_fd, SOL_SOCKET, SO_PEERCRED, &user, &len) == 0)
		snprintf(c->who, sizeof(c->who), "uid %u", user.uid);
}

static void
connection_started(struct web_http *h, struct MHD_Connection *mhd, void **context)
{
	struct connection *c = mem_alloc(MEM_HTTP, sizeof(*c));
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	c->tcp = info != NULL && info->client_addr->sa_family != AF_UNIX;
	h->n_tcp_connections += c->tcp;
	if (!c->tcp)
		identify(c, mhd);
	*context = c;
}

static void
connection_ended(struct web_http *h, struct MHD_Connection *mhd, void **context)
{
	struct connection *c = *context;
	const union MHD_ConnectionInfo *fd =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

	/* A port probe or a browser's spare connection says nothing at all, and is no fault. */
	if (c->in_request || (!c->spoke && fd != NULL && has_sent(fd->connect_fd)))
		h->app.stats.malformed++;
	h->n_tcp_connections -= c->tcp;
	mem_free(MEM_HTTP, c);
	*context = NULL;
}

static void
on_connection(
    void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		connection_started(cls, mhd, context);
	else if (*context != NULL)
		connection_ended(cls, mhd, context);
}

/* --- the loop ----------------------------------------------------------------------------------
 */

/* Let libmicrohttpd do what it can, then wake again when it wants to. */
static void
turn(struct web_http *h)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	h->dispatch_us = h->render_us = 0;
	MHD_run(h->daemon);
	ev_timer_stop(h->loop, &h->timeout);
	if (MHD_get_timeout(h->daemon, &wait_ms) != MHD_YES)
		return;
	ev_timer_set(&h->timeout, (double)wait_ms / 1000, 0);
	ev_timer_start(h->loop, &h->timeout);
}

static void
on_epoll(struct ev_loop *loop, struct ev_io *io, int events)
{
	(void)loop, (void)events;
	turn(CONTAINER_OF(io, struct web_http, epoll));
}

static void
on_timeout(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop, (void)events;
	turn(CONTAINER_OF(timer, struct web_http, timeout));
}

static void
on_wait(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct web_http *h = CONTAINER_OF(timer, struct web_http, wait);

	(void)loop, (void)events;
	outgoing_resume(h);
	turn(h);
}

static void
on_accept_retry(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct web_http *h = CONTAINER_OF(timer, struct web_http, accept_retry);

	(void)events;
	for (size_t i = 0; i < h->n_listeners; i++)
		ev_io_start(loop, &h->listeners[i]->io);
}

/* Out of descriptors or memory: a listener that stays readable would spin the loop. */
static void
pause_accepting(struct web_http *h, int err)
{
	log_warning("http", "accept error=\"%s\" retry_s=%.0f", strerror(err), ACCEPT_RETRY_S);
	for (size_t i = 0; i < h->n_listeners; i++)
		ev_io_stop(h->loop, &h->listeners[i]->io);
	ev_timer_stop(h->loop, &h->accept_retry);
	ev_timer_set(&h->accept_retry, ACCEPT_RETRY_S, 0);
	ev_timer_start(h->loop, &h->accept_retry);
}

static void
on_listener(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct listener *l = CONTAINER_OF(io, struct listener, io);
	struct web_http *h = l->http;

	(void)loop, (void)events;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t len = sizeof(from);
		int fd =
		    accept4(io->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			    errno == ENOMEM)
				pause_accepting(h, errno);
			break;
		}
		if (l->path == NULL && h->n_tcp_connections >= TCP_CONNECTIONS_MAX) {
			close(fd);
			continue;
		}
		/* Refuses above CONNECTIONS_MAX, and closes fd itself. */
		(void)MHD_add_connection(h->daemon, fd, (struct sockaddr *)&from, len);
	}
	turn(h);
}

/* --- life --------------------------------------------------------------------------------------
 */

struct web_http *
web_http_new(struct ev_loop *loop, const struct web_backend *backend)
{
	struct web_http *h = mem_alloc(MEM_HTTP, sizeof(*h));
	const union MHD_DaemonInfo *info;

	h->loop = loop;
	h->app.backend = *backend;
	h->daemon =
	    MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0,
		NULL, NULL, on_request, h, MHD_OPTION_URI_LOG_CALLBACK, on_target, h,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, h, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, h, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	/* Without a listening socket nothing can fail here but memory and descriptors. */
	ASSERT(h->daemon != NULL);
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	ASSERT(info != NULL);
	ev_io_init(&h->epoll, on_epoll, info->epoll_fd, EV_READ);
	ev_io_start(loop, &h->epoll);
	ev_timer_init(&h->timeout, on_timeout, 0, 0);
	ev_timer_init(&h->accept_retry, on_accept_retry, 0, 0);
	ev_timer_init(&h->wait, on_wait, 0, 0);
	return h;
}

static void
remove_listener(struct web_http *h, size_t i)
{
	struct listener *l = h->listeners[i];

	h->n_listeners--;
	memmove(&h->listeners[i], &h->listeners[i + 1],
	    (h->n_listeners - i) * sizeof(struct listener *));
	ev_io_stop(h->loop, &l->io);
	close(l->io.fd);
	if (l->path != NULL)
		web_unlisten_unix(l->path, &l->made);
	mem_free(MEM_HTTP, l->path);
	mem_free(MEM_HTTP, l);
}

void
web_http_free(struct web_http *h)
{
	if (h == NULL)
		return;
	while (h->n_listeners > 0)
		remove_listener(h, h->n_listeners - 1);
	ev_io_stop(h->loop, &h->epoll);
	ev_timer_stop(h->loop, &h->timeout);
	ev_timer_stop(h->loop, &h->accept_retry);
	ev_timer_stop(h->loop, &h->wait);
	outgoing_resume(h);
	MHD_stop_daemon(h->daemon);
	mem_free(MEM_HTTP, h);
}

/* Takes fd, which may be an error, and what `where` says of it when 0 is returned; or -errno. */
static int
add_listener(struct web_http *h, int fd, const struct listener *where)
{
	struct listener *l;

	if (fd < 0)
		return fd;
	if (h->n_listeners == LISTENERS_MAX) {
		close(fd);
		return -ENOSPC;
	}
	l = mem_alloc(MEM_HTTP, sizeof(*l));
	*l = *where;
	l->http = h;
	ev_io_init(&l->io, on_listener, fd, EV_READ);
	ev_io_start(h->loop, &l->io);
	h->listeners[h->n_listeners++] = l;
	return 0;
}

int
web_http_listen(struct web_http *h, const struct ip_addr *address, uint16_t port)
{
	const struct listener where = { .address = *address, .port = port };

	return add_listener(h, web_listen_tcp(address, port), &where);
}

int
web_http_listen_unix(struct web_http *h, const char *path)
{
	struct listener where = { .path = mem_strdup(MEM_HTTP, path) };
	int rc = add_listener(h, web_listen_unix(path, &where.made), &where);

	if (rc < 0)
		mem_free(MEM_HTTP, where.path);
	return rc;
}

bool
web_http_unlisten(struct web_http *h, const struct ip_addr *address, uint16_t port)
{
	for (size_t i = 0; i < h->n_listeners; i++) {
		const struct listener *l = h->listeners[i];

		if (l->path == NULL && l->port == port && ip_equal(&l->address, address)) {
			remove_listener(h, i);
			return true;
		}
	}
	return false;
}

bool
web_http_unlisten_unix(struct web_http *h, const char *path)
{
	for (size_t i = 0; i < h->n_listeners; i++) {
		if (h->listeners[i]->path != NULL && strcmp(h->listeners[i]->path, path) == 0) {
			remove_listener(h, i);
			return true;
		}
	}
	return false;
}

uint16_t
web_http_port(const struct web_http *h, size_t i)
{
	for (size_t k = 0; k < h->n_listeners; k++) {
		if (h->listeners[k]->path == NULL && i-- == 0)
			return web_listen_port(h->listeners[k]->io.fd);
	}
	return 0;
}

void
web_http_stats(const struct web_http *h, struct web_http_stats *out)
{
	*out = h->app.stats;
}
