/* SPDX-License-Identifier: Apache-2.0 */
/* Making a connection to a neighbour we dial, and trying again (RFC 4271's ConnectRetry). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/peer_io.h"
#include "bgpd/sock_io.h"
#include "lib/clock_io.h"

#define CONNECT_TIMEOUT_S 10.0
#define LOG_BURST         3 /* failed attempts logged a minute and neighbour */

static void
failed(struct peer *p, int error)
{
	dial_stop(p);
	p->dial.failures++;
	if (log_allowed(&p->dial_log, LOG_BURST, clock_mono()))
		log_info("bgp", "neighbor=%s event=connect-failed error=\"%s\" failures=%u",
		    p->n.config.name, strerror(error), p->dial.failures);
	peer_event(p, BGP_EV_TCP_DOWN);
}

static void
on_connected(struct ev_loop *loop, ev_io *w, int events)
{
	struct peer *p = CONTAINER_OF(w, struct peer, dial.connected);
	struct bgp_ends ends;
	int fd = p->dial.fd, r = bgp_sock_connected(fd, &ends);

	(void)events;
	peer_enter(p);
	if (r < 0) {
		failed(p, -r);
	} else {
		ev_io_stop(loop, &p->dial.connected);
		p->dial.fd = -1;
		dial_stop(p);
		peer_connected(p, fd, &ends);
	}
	peer_leave(p);
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
	struct peer *p = CONTAINER_OF(w, struct peer, dial.timer);

	(void)loop;
	(void)events;
	peer_enter(p);
	if (p->dial.fd >= 0)
		failed(p, ETIMEDOUT);
	else
		peer_event(p, BGP_EV_RETRY_TIMER);
	peer_leave(p);
}

static void
set_timer(struct peer *p, double seconds)
{
	ev_timer_stop(p->speaker->loop, &p->dial.timer);
	ev_timer_set(&p->dial.timer, seconds, 0.);
	ev_timer_start(p->speaker->loop, &p->dial.timer);
}

void
dial_init(struct peer *p)
{
	p->dial.fd = -1;
	ev_init(&p->dial.connected, on_connected);
	ev_init(&p->dial.timer, on_timer);
}

void
dial_start(struct peer *p)
{
	int fd = bgp_sock_connect(&p->n.config);

	p->n.retry_at = MONO_NEVER;
	if (fd < 0) {
		failed(p, -fd);
		return;
	}
	p->dial.fd = fd;
	ev_io_set(&p->dial.connected, fd, EV_WRITE);
	ev_io_start(p->speaker->loop, &p->dial.connected);
	set_timer(p, CONNECT_TIMEOUT_S);
}

void
dial_stop(struct peer *p)
{
	ev_timer_stop(p->speaker->loop, &p->dial.timer);
	p->n.retry_at = MONO_NEVER;
	if (p->dial.fd < 0)
		return;
	ev_io_stop(p->speaker->loop, &p->dial.connected);
	close(p->dial.fd);
	p->dial.fd = -1;
}

void
dial_arm_retry(struct peer *p)
{
	double delay = bgp_retry_s(p->dial.failures, rng_unit(&p->speaker->rng));

	p->n.retry_at = mono_add_us(clock_mono(), (int64_t)(delay * 1e6));
	set_timer(p, delay);
}
