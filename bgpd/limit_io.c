/* SPDX-License-Identifier: Apache-2.0 */
/* A neighbour with more prefixes than it may have: warned about, or closed and kept out for a
 * while, which is longer each time in a row. */
#include "bgpd/peer_io.h"
#include "lib/clock_io.h"

#define DOUBLINGS_MAX 4

static void
on_hold_over(struct ev_loop *loop, ev_timer *w, int events)
{
	struct peer *p = CONTAINER_OF(w, struct peer, hold);

	(void)loop;
	(void)events;
	peer_enter(p);
	p->n.held = false;
	peer_leave(p); /* waits for it, or dials */
}

static void
keep_out(struct peer *p)
{
	unsigned doublings = p->too_often < DOUBLINGS_MAX ? p->too_often : DOUBLINGS_MAX;
	unsigned s = (unsigned)p->n.config.max_prefixes_restart_s << doublings;

	p->too_often++;
	peer_event(p, BGP_EV_STOP);
	p->n.held = true;
	p->n.held_until = MONO_NEVER;
	if (s == 0)
		return;
	p->n.held_until = mono_add_ms(clock_mono(), s * INT64_C(1000));
	ev_timer_stop(p->speaker->loop, &p->hold);
	ev_timer_set(&p->hold, s, 0.);
	ev_timer_start(p->speaker->loop, &p->hold);
}

static void
exceeds(struct bgp_neighbor *n, enum ip_family family, size_t prefixes)
{
	struct peer *p = CONTAINER_OF(n, struct peer, n);
	uint32_t limit = n->config.max_prefixes[family];

	log_warning("bgp",
	    "neighbor=%s event=max-prefixes family=%s prefixes=%zu limit=%u action=%s",
	    n->config.name, ip_family_name(family), prefixes, limit,
	    n->config.above_max == BGP_ABOVE_MAX_WARN ? "warn" : "stop");
	if (n->config.above_max == BGP_ABOVE_MAX_WARN)
		return;
	peer_enter(p);
	keep_out(p);
	bgp_conn_cease_max_prefixes(n->session, family, limit);
	peer_leave(p);
}

void
limit_init(struct peer *p)
{
	ev_init(&p->hold, on_hold_over);
	p->n.exceeds = exceeds;
}

void
limit_forget(struct peer *p)
{
	ev_timer_stop(p->speaker->loop, &p->hold);
	p->n.held = false;
	p->too_often = 0;
}

void
limit_kept(struct peer *p)
{
	p->too_often = 0;
}
