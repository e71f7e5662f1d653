/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A neighbour and its connections.
 *
 * Most of the time there is one link, Established. A second appears when the neighbour connects
 * again (it may have crashed, or it does not know better) or when both sides dial; whether it may
 * stay is decided when its OPEN has come (collision.h), and until then the first knows nothing of
 * it. While there is no link the neighbour's own machine waits (Active) or dials (Connect).
 *
 * Invariants: at most one incoming and one outgoing link are below Established at a time; at most
 * one link is Established, and n.session is its bgp_conn; sink.up and sink.down alternate.
 */
#include "bgpd/peer_io.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/collision.h"
#include "bgpd/sock_io.h"
#include "bgpd/verdict.h"
#include "lib/clock_io.h"
#include "lib/mem.h"

#define PROBLEM_BURST 1   /* bad messages logged a minute and neighbour */
#define END_BURST     5   /* connections that came to nothing, likewise */
#define HEX_BYTES     600 /* of a bad message in the log */

static struct link *
link_of(struct peer *p, const struct bgp_conn *c)
{
	for (unsigned i = 0; i < PEER_LINKS; i++)
		if (p->links[i] != NULL && p->links[i]->conn == c)
			return p->links[i];
	ASSERT(false);
	return NULL;
}

/* --- what a connection tells ------------------------------------------------------------------ */

static bool
restarts(const struct bgp_conn *c)
{
	const struct bgp_graceful_restart *g = &bgp_conn_agreed(c)->restart;

	return g->families[IP_V4] || g->families[IP_V6];
}

/* End the connection that gives way. A session with graceful restart ends as if it had been lost,
 * without a NOTIFICATION, so that what is kept of it is kept (RFC 4724 5). */
static void
give_way(struct bgp_conn *c)
{
	if (bgp_conn_state(c) == BGP_ESTABLISHED && restarts(c))
		bgp_conn_eof(c, "the neighbour has connected anew: it has restarted");
	else
		bgp_conn_cease(c, BGP_CEASE_COLLISION, NULL);
}

static enum bgp_collision_verdict
collide(struct peer *p, const struct link *old, const struct link *new, const struct bgp_open *open)
{
	struct bgp_collision c = { .old_state = bgp_conn_state(old->conn),
		.old_outgoing = old->outgoing,
		.new_outgoing = new->outgoing,
		.old_restarts = restarts(old->conn),
		.local_id = p->n.config.router_id,
		.remote_id = open->router_id,
		.local_as = p->n.config.local_as,
		.remote_as = open->as,
		.old_silent_us = mono_sub_us(clock_mono(), bgp_conn_last_heard(old->conn)),
		.old_keepalive_s = bgp_conn_agreed(old->conn)->keepalive_s };

	return bgp_collision_decide(&c);
}

static bool
on_open(void *ctx, struct bgp_conn *c, const struct bgp_open *open)
{
	struct peer *p = ctx;
	struct link *new = link_of(p, c);

	for (unsigned i = 0; i < PEER_LINKS; i++) {
		struct link *old = p->links[i];

		if (old == NULL || old == new)
			continue;
		switch (collide(p, old, new, open)) {
		case BGP_COLLISION_KEEP_OLD: return false;
		case BGP_COLLISION_KEEP_NEW: give_way(old->conn); break;
		case BGP_COLLISION_NONE: break;
		}
	}
	return true;
}

static void
on_up(void *ctx, struct bgp_conn *c)
{
	struct peer *p = ctx;
	struct link *l = link_of(p, c);
	const struct bgp_conn_agreed *a = bgp_conn_agreed(c);
	char local[IP_TEXT_MAX], remote[IP_TEXT_MAX];

	ASSERT(p->n.session == NULL);
	p->n.session = p->n.furthest = c;
	p->n.ends = l->ends;
	p->n.wants_writable = false;
	p->n.established_count++;
	p->proven = true;
	p->n.open_sent = *bgp_conn_open_sent(c);
	p->n.open_received = *bgp_conn_open_received(c);
	p->n.restart = a->restart;
	p->n.end_is_graceful = false;
	memset(p->n.over_limit, 0, sizeof(p->n.over_limit));
	p->n.established_wall_ms = clock_wall_ms();
	bgp_neighbor_set_state(&p->n, BGP_ESTABLISHED, clock_mono());
	p->dial.failures = 0;
	log_info("bgp",
	    "neighbor=%s state=established local=%s remote=%s as=%u hold-time=%us families=%s%s%s",
	    p->n.config.name, ip_format(&l->ends.local, local), ip_format(&l->ends.remote, remote),
	    a->remote_as, a->hold_time_s, a->families[IP_V4] ? "ipv4" : "",
	    a->families[IP_V4] && a->families[IP_V6] ? "," : "", a->families[IP_V6] ? "ipv6" : "");
	if (p->n.sink.up != NULL)
		p->n.sink.up(p->n.sink.ctx, &p->n);
}

static void
on_end(void *ctx, struct bgp_conn *c, bool was_up, enum bgp_down_reason reason)
{
	struct peer *p = ctx;
	const char *why = bgp_conn_end_text(c);

	snprintf(p->n.last_error, sizeof(p->n.last_error), "%s", why);
	p->n.last_error_at = clock_mono();
	if (was_up || log_allowed(&p->end_log, END_BURST, clock_mono()))
		log_info("bgp", "neighbor=%s state=%s reason=\"%s\"", p->n.config.name,
		    was_up ? "down" : "not-established", why);
	if (p->n.furthest == c)
		p->n.furthest = NULL;
	if (!was_up)
		return;
	p->n.session = NULL;
	if (!p->n.held)
		limit_kept(p);
	p->n.end_is_graceful = bgp_conn_end_is_graceful(c);
	p->n.wants_writable = false;
	if (p->n.sink.down != NULL)
		p->n.sink.down(p->n.sink.ctx, &p->n, reason);
}

static void
on_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct peer *p = ctx;

	(void)c;
	p->n.sink.routes(p->n.sink.ctx, &p->n, attrs, nlri);
}

static void
on_end_of_rib(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct peer *p = ctx;

	(void)c;
	if (p->n.sink.end_of_rib != NULL)
		p->n.sink.end_of_rib(p->n.sink.ctx, &p->n, family);
}

static void
on_refresh(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct peer *p = ctx;

	(void)c;
	if (p->n.sink.refresh != NULL)
		p->n.sink.refresh(p->n.sink.ctx, &p->n, family);
}

static void
on_refresh_begin(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct peer *p = ctx;

	(void)c;
	if (p->n.sink.refresh_begin != NULL)
		p->n.sink.refresh_begin(p->n.sink.ctx, &p->n, family);
}

static void
on_refresh_end(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct peer *p = ctx;

	(void)c;
	if (p->n.sink.refresh_end != NULL)
		p->n.sink.refresh_end(p->n.sink.ctx, &p->n, family);
}

static void
on_problem(void *ctx, struct bgp_conn *c, const struct bgp_problem *problem)
{
	struct peer *p = ctx;
	const char *attr = bgp_attr_name(problem->bad_attr);
	size_t n = size_min(problem->message.len, HEX_BYTES);
	char hex[2 * HEX_BYTES + 1] = "";

	(void)c;
	/* A loop is no error of anybody's, and would take the place of one in the log. */
	if (problem->disposition == BGP_IGNORE_ROUTE ||
	    !log_allowed(&p->problem_log, PROBLEM_BURST, clock_mono()))
		return;
	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", problem->message.data[i]);
	log_warning("bgp",
	    "neighbor=%s event=bad-message action=%s attribute=%s reason=\"%s\" suppressed=%llu "
	    "length=%zu message=%s",
	    p->n.config.name, bgp_disposition_name(problem->disposition), attr != NULL ? attr : "-",
	    problem->why != NULL ? problem->why : "", (unsigned long long)p->problem_log.suppressed,
	    problem->message.len, hex);
	p->problem_log.suppressed = 0;
}

static const struct bgp_conn_ops conn_ops = {
	.open = on_open,
	.up = on_up,
	.end = on_end,
	.routes = on_routes,
	.end_of_rib = on_end_of_rib,
	.refresh = on_refresh,
	.problem = on_problem,
	.refresh_begin = on_refresh_begin,
	.refresh_end = on_refresh_end,
};

/* --- connections come and go ------------------------------------------------------------------ */

/* The link that is furthest, and a count of those of one direction below Established. */
static struct link *
survey(struct peer *p, bool outgoing, unsigned *half_open)
{
	struct link *best = NULL;

	*half_open = 0;
	for (unsigned i = 0; i < PEER_LINKS; i++) {
		struct link *l = p->links[i];

		if (l == NULL || bgp_conn_state(l->conn) == BGP_IDLE)
			continue;
		if (best == NULL || bgp_conn_state(l->conn) > bgp_conn_state(best->conn))
			best = l;
		if (l->outgoing == outgoing && bgp_conn_state(l->conn) != BGP_ESTABLISHED)
			++*half_open;
	}
	return best;
}

static bool
add_link(struct peer *p, int fd, const struct bgp_ends *ends, bool outgoing)
{
	struct bgp_conn_config config = bgp_neighbor_conn_config(&p->n);
	unsigned half_open, slot = 0;
	struct link *l;

	(void)survey(p, outgoing, &half_open);
	while (slot < PEER_LINKS && p->links[slot] != NULL)
		slot++;
	if (half_open > 0 || slot == PEER_LINKS) {
		close(fd);
		return false;
	}
	config.scratch = &p->speaker->scratch;
	l = p->links[slot] = link_new(p, fd, ends, outgoing);
	l->conn = bgp_conn_new(&config, &conn_ops, p, &p->n.stats, rng_u64(&p->speaker->rng));
	bgp_conn_start(l->conn, clock_mono());
	return true;
}

bool
peer_is_connected(const struct peer *p)
{
	for (unsigned i = 0; i < PEER_LINKS; i++)
		if (p->links[i] != NULL)
			return true;
	return false;
}

void
peer_take_address(struct peer *p, const struct ip_addr *remote)
{
	char text[IP_TEXT_MAX];

	ASSERT(p->n.config.dynamic && !peer_is_connected(p));
	p->n.config.remote = *remote;
	p->proven = false;
	limit_forget(p);
	p->n.last_error[0] = '\0';
	log_info(
	    "bgp", "neighbor=%s event=taken remote=%s", p->n.config.name, ip_format(remote, text));
}

/* Whoever came to a dynamic neighbour and had no session has no claim to it. */
static void
free_address(struct peer *p)
{
	if (p->n.config.dynamic && !p->proven)
		p->n.config.remote = (struct ip_addr){ .family = p->n.config.range.family };
}

/* The key came with the listening socket; the TTL is the neighbour's own. */
static bool
check_ttl(const struct peer *p, int fd)
{
	uint16_t hops = p->n.config.ttl_hops;

	return hops == 0 || bgp_sock_set_hops(fd, p->n.config.remote.family, hops) == 0;
}

void
peer_accept(struct peer *p, int fd, const struct bgp_ends *ends)
{
	peer_enter(p);
	if (p->stopped || !check_ttl(p, fd)) {
		close(fd);
	} else if (p->n.held || p->n.disabled) {
		close(fd);
		p->speaker->stats.refused_held++;
	} else if (add_link(p, fd, ends, false)) {
		p->speaker->stats.accepted++;
	} else {
		p->speaker->stats.refused_busy++;
		if (log_allowed(&p->refused_log, 1, clock_mono()))
			log_info("bgp",
			    "neighbor=%s event=refused reason=\"a connection is open already\"",
			    p->n.config.name);
	}
	peer_leave(p);
}

void
peer_connected(struct peer *p, int fd, const struct bgp_ends *ends)
{
	p->machine = BGP_IDLE;
	(void)add_link(p, fd, ends, true);
}

void
peer_event(struct peer *p, enum bgp_event event)
{
	struct bgp_step step = bgp_fsm(p->machine, event);

	p->machine = (enum bgp_state)step.state;
	if (step.actions & BGP_ACT_ARM_RETRY)
		dial_arm_retry(p);
	if (step.actions & BGP_ACT_DIAL)
		dial_start(p);
	if (step.actions & BGP_ACT_END)
		dial_stop(p);
}

void
peer_cease(struct peer *p, uint8_t subcode, const char *text)
{
	peer_event(p, BGP_EV_STOP);
	for (unsigned i = 0; i < PEER_LINKS; i++)
		if (p->links[i] != NULL)
			bgp_conn_cease(p->links[i]->conn, subcode, text);
}

/* Without a link: dial or wait. A session that ended is not dialled again at once, or two ends that
 * disagree would do so as fast as they can. */
static void
keep_trying(struct peer *p)
{
	if (p->machine != BGP_IDLE || p->stopped || p->removed || p->n.held || p->n.disabled)
		return;
	peer_event(p, BGP_EV_START_PASSIVE);
	if (p->n.config.active) {
		p->dial.failures++;
		dial_arm_retry(p);
	}
}

static void
note_state(struct peer *p, enum bgp_state state)
{
	if (state != p->n.state)
		log_debug("bgp", "neighbor=%s state=%s before=%s", p->n.config.name,
		    bgp_state_name(state), bgp_state_name(p->n.state));
	bgp_neighbor_set_state(&p->n, state, clock_mono());
}

static void
settle(struct peer *p)
{
	struct link *best;
	unsigned half_open;

	for (unsigned i = 0; i < PEER_LINKS; i++) {
		if (p->links[i] == NULL)
			continue;
		link_settle(p->links[i]);
		if (bgp_conn_state(p->links[i]->conn) == BGP_IDLE) {
			link_free(p->links[i]);
			p->links[i] = NULL;
		}
	}
	best = survey(p, false, &half_open);
	if (best == NULL) {
		free_address(p);
		keep_trying(p);
	} else if (p->n.session != NULL && p->machine != BGP_IDLE) {
		peer_event(p, BGP_EV_STOP);
	}
	p->n.furthest = best != NULL ? best->conn : NULL;
	if (best != NULL)
		p->n.ends = best->ends;
	note_state(p, best != NULL ? bgp_conn_state(best->conn) : p->machine);
}

void
peer_enter(struct peer *p)
{
	p->depth++;
}

void
peer_leave(struct peer *p)
{
	/* Still inside while settling, so that nobody settles below us. */
	if (p->depth == 1)
		settle(p);
	if (--p->depth == 0 && p->removed)
		peer_free(p);
}

/* Something was queued from outside. Inside, peer_leave() will send it. */
static void
wake(struct bgp_neighbor *n)
{
	struct peer *p = CONTAINER_OF(n, struct peer, n);

	if (p->depth == 0 && n->session != NULL)
		link_send(link_of(p, n->session));
}

struct peer *
peer_new(
    struct bgp_speaker *s, const struct bgp_neighbor_config *config, const struct bgp_sink *sink)
{
	struct peer *p = mem_alloc(MEM_BGP, sizeof(*p));

	bgp_neighbor_init(&p->n, config, sink, clock_mono());
	ASSERT(config->role == BGP_PUSH || sink->routes != NULL);
	p->n.wake = wake;
	p->speaker = s;
	dial_init(p);
	limit_init(p);
	return p;
}

void
peer_free(struct peer *p)
{
	dial_stop(p);
	ev_timer_stop(p->speaker->loop, &p->hold);
	for (unsigned i = 0; i < PEER_LINKS; i++)
		if (p->links[i] != NULL)
			link_free(p->links[i]);
	bgp_neighbor_fini(&p->n);
	mem_free(MEM_BGP, p);
}
