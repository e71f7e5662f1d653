/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TCP connection: bytes between the socket and the bgp_conn, and its deadline on an ev_timer.
 *
 * Reading: whoever has something to read waits in line, and after the other events of a turn of the
 * loop they are served, one recv() of at most BGP_TURN_BYTES each, until BGP_TURN_MS have passed;
 * the rest stays in line, for the next turn. So several tables at once leave the rest of the daemon
 * its latency, and no neighbour waits for another's. Writing: straight away when there is something
 * to write; the writable watcher runs only while the kernel's buffer is full, or somebody waits for
 * the queue to fall. The timer is not moved with every message: when it fires early it is set
 * again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/peer_io.h"
#include "lib/clock_io.h"
#include "lib/mem.h"

static void
transport_down(struct link *l, const char *what)
{
	char why[BGP_ERROR_TEXT_MAX];

	snprintf(why, sizeof(why), "%s in %s", what, bgp_state_name(bgp_conn_state(l->conn)));
	bgp_conn_eof(l->conn, why);
}

static void
receive(struct link *l)
{
	struct bgp_speaker *s = l->peer->speaker;
	ssize_t n = recv(l->fd, s->receive_buffer, sizeof(s->receive_buffer), 0);

	if (n > 0)
		bgp_conn_feed(l->conn, s->receive_buffer, (size_t)n, clock_mono());
	else if (n == 0)
		transport_down(l, "connection closed by the peer");
	else if (errno != EAGAIN && errno != EINTR)
		transport_down(l, strerror(errno));
}

static void
watch_writable(struct link *l, bool on)
{
	if (on && !ev_is_active(&l->writable))
		ev_io_start(l->peer->speaker->loop, &l->writable);
	else if (!on && ev_is_active(&l->writable))
		ev_io_stop(l->peer->speaker->loop, &l->writable);
}

static bool
owes_writable(const struct link *l)
{
	return l->peer->n.session == l->conn && l->peer->n.wants_writable;
}

/* RFC 9687 3: twice the hold time at least, or a peer that is only slow would be lost. */
static unsigned
send_hold_s(const struct link *l)
{
	unsigned configured = l->peer->n.config.send_hold_s;
	unsigned hold = 2u * bgp_conn_agreed(l->conn)->hold_time_s;

	return configured == 0 || configured > hold ? configured : hold;
}

static void
watch_send_hold(struct link *l, bool on)
{
	struct ev_loop *loop = l->peer->speaker->loop;

	if (!on || send_hold_s(l) == 0) {
		ev_timer_stop(loop, &l->send_hold);
	} else if (!ev_is_active(&l->send_hold)) {
		ev_timer_set(&l->send_hold, send_hold_s(l), 0.);
		ev_timer_start(loop, &l->send_hold);
	}
}

/* The NOTIFICATION leaves if the peer reads again within the time a closing socket is given. */
static void
on_send_hold(struct ev_loop *loop, ev_timer *w, int events)
{
	struct link *l = CONTAINER_OF(w, struct link, send_hold);
	struct peer *p = l->peer;

	(void)loop;
	(void)events;
	peer_enter(p);
	bgp_conn_send_hold_expired(l->conn);
	peer_leave(p);
}

/* 0, or -errno of a connection that is over. */
static int
send_queue(struct link *l)
{
	const uint8_t *bytes;
	size_t len;

	while ((bytes = bgp_conn_output(l->conn, &len)) != NULL) {
		ssize_t n = send(l->fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		bgp_conn_sent(l->conn, (size_t)n);
		/* It begins anew in link_send(), which comes after this. */
		ev_timer_stop(l->peer->speaker->loop, &l->send_hold);
	}
	return 0;
}

void
link_send(struct link *l)
{
	bool waits;

	(void)send_queue(l);
	/* The queue may be empty and the kernel's buffer full. */
	waits = bgp_conn_queued(l->conn) > 0 || owes_writable(l);
	watch_writable(l, waits);
	watch_send_hold(l, waits);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct link *l = CONTAINER_OF(w, struct link, readable);
	struct bgp_speaker *s = l->peer->speaker;

	(void)loop;
	(void)events;
	if (l->waits)
		return;
	l->waits = true;
	l->next_ready = NULL;
	*s->ready_end = l;
	s->ready_end = &l->next_ready;
}

static void
leave_line(struct link *l)
{
	struct bgp_speaker *s = l->peer->speaker;
	struct link **at = &s->ready;

	if (!l->waits)
		return;
	while (*at != l)
		at = &(*at)->next_ready;
	*at = l->next_ready;
	if (s->ready_end == &l->next_ready)
		s->ready_end = at;
	l->waits = false;
}

/* The descriptors of those that are left are still readable: the next turn comes at once. */
void
link_serve(struct ev_loop *loop, ev_check *w, int events)
{
	struct bgp_speaker *s = CONTAINER_OF(w, struct bgp_speaker, turn);
	struct mono until = mono_add_ms(clock_mono(), BGP_TURN_MS);

	(void)loop;
	(void)events;
	while (s->ready != NULL) {
		struct link *l = s->ready;
		struct peer *p = l->peer;

		leave_line(l);
		peer_enter(p);
		receive(l);
		peer_leave(p);
		if (mono_reached(clock_mono(), until))
			break;
	}
}

static void
on_writable(struct ev_loop *loop, ev_io *w, int events)
{
	struct link *l = CONTAINER_OF(w, struct link, writable);
	struct peer *p = l->peer;
	int r;

	(void)loop;
	(void)events;
	peer_enter(p);
	r = send_queue(l);
	if (r < 0) {
		transport_down(l, strerror(-r));
	} else if (owes_writable(l) && !bgp_conn_is_full(l->conn)) {
		p->n.wants_writable = false;
		if (p->n.sink.writable != NULL)
			p->n.sink.writable(p->n.sink.ctx, &p->n);
	}
	peer_leave(p);
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
	struct link *l = CONTAINER_OF(w, struct link, timer);
	struct peer *p = l->peer;

	(void)loop;
	(void)events;
	peer_enter(p);
	l->armed = MONO_NEVER;
	/* If it was us who were late, the peer's KEEPALIVE lies in the socket already. */
	receive(l);
	bgp_conn_tick(l->conn, clock_mono());
	peer_leave(p);
}

static void
arm(struct link *l)
{
	struct mono deadline = bgp_conn_deadline(l->conn);
	double delay;

	if (!mono_before(deadline, l->armed))
		return;
	delay = mono_sub_s(deadline, clock_mono());
	ev_timer_stop(l->peer->speaker->loop, &l->timer);
	ev_timer_set(&l->timer, delay > 0 ? delay : 0., 0.);
	ev_now_update(l->peer->speaker->loop);
	ev_timer_start(l->peer->speaker->loop, &l->timer);
	l->armed = deadline;
}

void
link_settle(struct link *l)
{
	if (bgp_conn_state(l->conn) == BGP_IDLE)
		return;
	link_send(l);
	arm(l);
}

struct link *
link_new(struct peer *p, int fd, const struct bgp_ends *ends, bool outgoing)
{
	struct link *l = mem_alloc(MEM_BGP, sizeof(*l));

	l->peer = p;
	l->fd = fd;
	l->ends = *ends;
	l->outgoing = outgoing;
	l->armed = MONO_NEVER;
	ev_io_init(&l->readable, on_readable, fd, EV_READ);
	ev_io_init(&l->writable, on_writable, fd, EV_WRITE);
	ev_timer_init(&l->timer, on_timer, 0., 0.);
	ev_timer_init(&l->send_hold, on_send_hold, 0., 0.);
	ev_io_start(p->speaker->loop, &l->readable);
	return l;
}

void
link_free(struct link *l)
{
	struct bgp_speaker *s = l->peer->speaker;
	const uint8_t *bytes;
	size_t len;

	leave_line(l);
	ev_io_stop(s->loop, &l->readable);
	ev_io_stop(s->loop, &l->writable);
	ev_timer_stop(s->loop, &l->timer);
	ev_timer_stop(s->loop, &l->send_hold);
	bytes = bgp_conn_output(l->conn, &len);
	if (bytes != NULL && bgp_conn_state(l->conn) == BGP_IDLE) {
		bgp_linger_take(&s->lingering, s->loop, l->fd, bytes, len);
		bgp_conn_sent(l->conn, len); /* as far as the counters go */
	} else {
		close(l->fd);
	}
	bgp_conn_free(l->conn);
	mem_free(MEM_BGP, l);
}
