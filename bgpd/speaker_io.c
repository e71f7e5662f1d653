/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/speaker_io.h"

#include "bgpd/listen_io.h"
#include "bgpd/peer_io.h"
#include "lib/mem.h"

struct bgp_speaker *
bgp_speaker_new(struct ev_loop *loop, uint64_t seed)
{
	struct bgp_speaker *s = mem_alloc(MEM_BGP, sizeof(*s));

	s->loop = loop;
	s->rng = rng_make(seed);
	s->ready_end = &s->ready;
	ev_check_init(&s->turn, link_serve);
	ev_set_priority(&s->turn, EV_MINPRI);
	ev_check_start(loop, &s->turn);
	return s;
}

void
bgp_speaker_free(struct bgp_speaker *s)
{
	while (s->listeners != NULL)
		listener_close(s->listeners);
	while (s->peers != NULL) {
		struct peer *p = s->peers;

		s->peers = p->next;
		ASSERT(p->depth == 0);
		peer_free(p);
	}
	bgp_linger_close_all(&s->lingering);
	ev_check_stop(s->loop, &s->turn);
	mem_free(MEM_BGP, s);
}

int
bgp_speaker_listen(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port)
{
	return listener_open(s, address, port);
}

bool
bgp_speaker_unlisten(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port)
{
	struct listener *l = listener_find(s, address, port);

	if (l != NULL)
		listener_close(l);
	return l != NULL;
}

struct bgp_neighbor *
bgp_speaker_add(
    struct bgp_speaker *s, const struct bgp_neighbor_config *config, const struct bgp_sink *sink)
{
	struct peer *p = peer_new(s, config, sink);

	p->next = s->peers;
	s->peers = p;
	peer_enter(p);
	if (listeners_admit(s, p) < 0)
		p->stopped = true; /* rather no session than one that is not protected */
	else
		peer_event(p, config->active ? BGP_EV_START : BGP_EV_START_PASSIVE);
	peer_leave(p);
	return &p->n;
}

void
bgp_speaker_remove(struct bgp_speaker *s, struct bgp_neighbor *n, uint8_t subcode, const char *text)
{
	struct peer *p = CONTAINER_OF(n, struct peer, n), **at = &s->peers;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	listeners_forget(s, p);
	peer_enter(p);
	p->removed = true;
	peer_cease(p, subcode, text);
	peer_leave(p);
}

void
bgp_speaker_reset(struct bgp_speaker *s, struct bgp_neighbor *n, uint8_t subcode, const char *text)
{
	struct peer *p = CONTAINER_OF(n, struct peer, n);

	(void)s;
	peer_enter(p);
	p->dial.failures = 0;
	limit_forget(p);
	peer_cease(p, subcode, text);
	peer_leave(p);
}

bool
bgp_speaker_disable(struct bgp_speaker *s, struct bgp_neighbor *n, const char *text)
{
	if (n->disabled)
		return false;
	n->disabled = true;
	bgp_speaker_reset(s, n, BGP_CEASE_SHUTDOWN, text);
	return true;
}

bool
bgp_speaker_enable(struct bgp_speaker *s, struct bgp_neighbor *n)
{
	struct peer *p = CONTAINER_OF(n, struct peer, n);

	(void)s;
	if (!n->disabled)
		return false;
	peer_enter(p);
	n->disabled = false;
	peer_leave(p); /* waits for it, or dials */
	return true;
}

/* Found anew each time: sink.down may remove neighbours. */
static struct peer *
running(struct bgp_speaker *s)
{
	struct peer *p = s->peers;

	while (p != NULL && p->stopped)
		p = p->next;
	return p;
}

static bool
keeps_ours(const struct peer *p)
{
	const struct bgp_conn *c = p->n.session;

	return c != NULL && p->n.config.role == BGP_PUSH &&
	       bgp_conn_open_sent(c)->restart.time_s > 0 &&
	       bgp_conn_open_received(c)->graceful_restart;
}

void
bgp_speaker_stop(struct bgp_speaker *s, const char *text, bool keep)
{
	struct peer *p;

	while (s->listeners != NULL)
		listener_close(s->listeners);
	while ((p = running(s)) != NULL) {
		peer_enter(p);
		p->stopped = true;
		if (keep && keeps_ours(p))
			bgp_conn_eof(p->n.session, "closed for our graceful restart");
		peer_cease(p, BGP_CEASE_SHUTDOWN, text);
		peer_leave(p);
	}
}

void
bgp_speaker_stats(const struct bgp_speaker *s, struct bgp_speaker_stats *out)
{
	*out = s->stats;
}
