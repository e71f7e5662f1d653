/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/listen_io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/sock_io.h"
#include "lib/clock_io.h"
#include "lib/mem.h"

#define ACCEPT_MAX 16 /* a turn of the loop */
#define PAUSE_S    1.0
#define LOG_BURST  3

/* A connection of this neighbour may come to this listener. */
static bool
serves(const struct listener *l, const struct peer *p)
{
	const struct ip_addr *local = &p->n.config.local;

	return l->address.family == p->n.config.remote.family &&
	       (ip_is_zero(&l->address) || ip_is_zero(local) || ip_equal(&l->address, local));
}

/* Where its connections come from. */
static struct ip_prefix
source_of(const struct peer *p)
{
	return p->n.config.dynamic ? p->n.config.range
				   : prefix_of(&p->n.config.remote,
					 ip_bits((enum ip_family)p->n.config.remote.family));
}

static void
cannot_protect(const struct peer *p, int error)
{
	log_error("bgp", "neighbor=%s event=cannot-protect error=\"%s\"", p->n.config.name,
	    strerror(error));
}

static int
admit(struct listener *l, const struct peer *p)
{
	const struct bgp_neighbor_config *c = &p->n.config;
	struct ip_prefix from = source_of(p);
	int r = 0;

	if (!serves(l, p))
		return 0;
	if (c->md5 != NULL)
		r = bgp_sock_set_md5(l->fd, &from, c->md5);
	/* Neighbours that do not check do not mind. */
	if (r == 0 && c->ttl_hops > 0)
		r = bgp_sock_set_ttl_max(l->fd, c->remote.family);
	if (r < 0)
		cannot_protect(p, -r);
	return r;
}

int
listeners_admit(struct bgp_speaker *s, const struct peer *p)
{
	int r = 0;

	for (struct listener *l = s->listeners; l != NULL && r == 0; l = l->next)
		r = admit(l, p);
	return r;
}

void
listeners_forget(struct bgp_speaker *s, const struct peer *p)
{
	struct ip_prefix from = source_of(p);

	if (p->n.config.md5 == NULL)
		return;
	for (struct listener *l = s->listeners; l != NULL; l = l->next) {
		int r = serves(l, p) ? bgp_sock_set_md5(l->fd, &from, NULL) : 0;

		if (r < 0)
			cannot_protect(p, -r);
		for (struct peer *q = s->peers; q != NULL; q = q->next) {
			struct ip_prefix other = source_of(q);

			if (prefix_equal(&other, &from))
				(void)admit(l, q);
		}
	}
}

/* How good a match is: a neighbour whose local address is configured comes before one that takes
 * any, and a configured remote address before one out of a range. */
static unsigned
rank(const struct peer *p, const struct bgp_ends *ends)
{
	bool exact;

	if (!bgp_neighbor_matches(&p->n, ends, &exact))
		return 0;
	return 1u + exact + (p->n.config.dynamic ? 0u : 2u);
}

static struct peer *
find_peer(struct bgp_speaker *s, const struct bgp_ends *ends)
{
	struct peer *best = NULL;

	for (struct peer *p = s->peers; p != NULL; p = p->next)
		if (rank(p, ends) > (best != NULL ? rank(best, ends) : 0))
			best = p;
	return best;
}

static bool
is_taken(const struct peer *p)
{
	return !ip_is_zero(&p->n.config.remote);
}

/* Of two dynamic neighbours the one to be given away: of the smaller range, then one that nobody
 * has, then the one that has been without a connection for longer, or was added before (the list
 * has the newest first). */
static bool
goes_first(const struct peer *p, const struct peer *than)
{
	if (p->n.config.range.len != than->n.config.range.len)
		return p->n.config.range.len > than->n.config.range.len;
	if (is_taken(p) != is_taken(than))
		return !is_taken(p);
	return !mono_before(than->n.state_since, p->n.state_since);
}

/* Somebody new: a dynamic neighbour whose range the address is in, and without a connection. NULL:
 * there is none; *full, because others have all of them. */
static struct peer *
give_dynamic(struct bgp_speaker *s, const struct bgp_ends *ends, bool *full)
{
	struct peer *best = NULL;

	*full = false;
	for (struct peer *p = s->peers; p != NULL; p = p->next) {
		if (!bgp_neighbor_in_range(&p->n, ends))
			continue;
		*full = true;
		if (!peer_is_connected(p) && !p->stopped && !p->n.disabled &&
		    (best == NULL || goes_first(p, best)))
			best = p;
	}
	if (best != NULL)
		peer_take_address(best, &ends->remote);
	return best;
}

static void
refuse(struct bgp_speaker *s, int fd, const struct bgp_ends *ends, bool full)
{
	char local[IP_TEXT_MAX], remote[IP_TEXT_MAX];

	close(fd);
	if (full)
		s->stats.refused_full++;
	else
		s->stats.refused_unknown++;
	if (!log_allowed(&s->unknown_log, LOG_BURST, clock_mono()))
		return;
	log_info("bgp", "event=refused reason=\"%s\" remote=%s local=%s suppressed=%llu",
	    full ? "no dynamic neighbor left" : "no such neighbor",
	    ip_format(&ends->remote, remote), ip_format(&ends->local, local),
	    (unsigned long long)s->unknown_log.suppressed);
	s->unknown_log.suppressed = 0;
}

/* No descriptor for the connection that waits: it would wake us for ever. */
static void
pause_accepting(struct listener *l, int error)
{
	struct bgp_speaker *s = l->speaker;

	if (log_allowed(&s->accept_log, LOG_BURST, clock_mono()))
		log_error("bgp", "event=accept-failed error=\"%s\"", strerror(error));
	ev_io_stop(s->loop, &l->readable);
	ev_timer_set(&l->pause, PAUSE_S, 0.);
	ev_timer_start(s->loop, &l->pause);
}

static void
on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct listener *l = CONTAINER_OF(w, struct listener, readable);
	struct bgp_speaker *s = l->speaker;

	(void)loop;
	(void)events;
	for (unsigned i = 0; i < ACCEPT_MAX; i++) {
		struct bgp_ends ends;
		int fd = bgp_sock_accept(l->fd, &ends);
		struct peer *p;
		bool full = false;

		if (fd == -EAGAIN)
			return;
		if (fd < 0) {
			pause_accepting(l, -fd);
			return;
		}
		p = find_peer(s, &ends);
		if (p == NULL)
			p = give_dynamic(s, &ends, &full);
		if (p != NULL)
			peer_accept(p, fd, &ends);
		else
			refuse(s, fd, &ends, full);
	}
}

static void
on_pause_over(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)events;
	ev_io_start(loop, &CONTAINER_OF(w, struct listener, pause)->readable);
}

int
listener_open(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port)
{
	int fd = bgp_sock_listen(address, port);
	struct listener *l;
	int r = 0;

	if (fd < 0)
		return fd;
	l = mem_alloc(MEM_BGP, sizeof(*l));
	l->speaker = s;
	l->address = *address;
	l->port = port;
	l->fd = fd;
	l->next = s->listeners;
	s->listeners = l;
	ev_io_init(&l->readable, on_readable, fd, EV_READ);
	ev_timer_init(&l->pause, on_pause_over, 0., 0.);
	for (struct peer *p = s->peers; p != NULL && r == 0; p = p->next)
		r = admit(l, p);
	if (r < 0)
		listener_close(l);
	else
		ev_io_start(s->loop, &l->readable);
	return r;
}

struct listener *
listener_find(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port)
{
	struct listener *l = s->listeners;

	while (l != NULL && (l->port != port || !ip_equal(&l->address, address)))
		l = l->next;
	return l;
}

void
listener_close(struct listener *l)
{
	struct listener **at = &l->speaker->listeners;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	ev_io_stop(l->speaker->loop, &l->readable);
	ev_timer_stop(l->speaker->loop, &l->pause);
	close(l->fd);
	mem_free(MEM_BGP, l);
}
