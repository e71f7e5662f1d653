/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session over one connection.
 *
 * Every message, timer and call becomes an event for the state machine (fsm.h); bgp_conn_run() does
 * the actions it gives back, and is the only place that changes the state. end_with() is the only
 * way out: it queues the NOTIFICATION, if there is one, notes why in words and tells the caller
 * once.
 */
#include "bgpd/conn_priv.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/fsm.h"
#include "bgpd/msg.h"
#include "lib/mem.h"

/* RFC 4271 8 suggests 4 minutes before OPEN; a peer that has connected has no reason to wait. */
#define OPEN_HOLD_S 30

struct bgp_conn *
bgp_conn_new(const struct bgp_conn_config *config, const struct bgp_conn_ops *ops, void *ctx,
    struct bgp_conn_stats *stats, uint64_t seed)
{
	struct bgp_conn *c = mem_alloc(MEM_BGP, sizeof(*c));

	ASSERT(config->local_as != 0 && config->remote_as != 0 && config->router_id != 0);
	c->config = *config;
	c->ops = *ops;
	c->ctx = ctx;
	c->stats = stats;
	c->rng = rng_make(seed);
	c->state = BGP_CONNECT;
	c->hold_at = c->keepalive_at = MONO_NEVER;
	c->need = BGP_HEADER_LEN;
	c->own_scratch = config->scratch == NULL;
	c->scratch = c->own_scratch ? mem_alloc(MEM_BGP, sizeof(*c->scratch)) : config->scratch;
	bgp_sendq_init(&c->queue);
	return c;
}

void
bgp_conn_free(struct bgp_conn *c)
{
	bgp_sendq_fini(&c->queue);
	mem_free(MEM_BGP, c->adjout);
	mem_free(MEM_BGP, c->part);
	if (c->own_scratch)
		mem_free(MEM_BGP, c->scratch);
	mem_free(MEM_BGP, c);
}

/* --- sending ---------------------------------------------------------------------------------- */

/* We are ready to keep a peer's routes (the capability alone says so), and ask the peer to keep
 * ours only where we announce any. Forwarding with what we have announced is the peer's own and
 * survives us, so F is always true. */
static struct bgp_graceful_restart
our_restart(const struct bgp_conn_config *config)
{
	struct bgp_graceful_restart g = { .restarted = config->restarted, .notification = true };

	if (config->announces_nothing || config->restart_time_s == 0)
		return g;
	g.time_s = config->restart_time_s;
	memcpy(g.families, config->families, sizeof(g.families));
	memcpy(g.forwarding, config->families, sizeof(g.forwarding));
	return g;
}

static void
send_open(struct bgp_conn *c)
{
	struct wr w = bgp_sendq_begin(&c->queue, BGP_MSG_MAX);
	struct bgp_open *open = &c->open_sent;

	*open = (struct bgp_open){ .as = c->config.local_as,
		.hold_time_s = c->config.hold_time_s,
		.router_id = c->config.router_id,
		.multiprotocol = true,
		.four_octet_as = !c->config.two_octet_as,
		.extended_nexthop = c->config.families[IP_V4],
		.extended_message = true,
		.enhanced_refresh = true,
		.graceful_restart = true,
		.restart = our_restart(&c->config),
		.refresh_type = BGP_MSG_REFRESH };
	memcpy(open->families, c->config.families, sizeof(open->families));
	for (unsigned f = 0; f < IP_FAMILIES; f++)
		if (open->families[f])
			open->add_path[f] =
			    (uint8_t)((c->config.deliver ? BGP_ADD_PATH_RECEIVE : 0) |
				      (c->config.sends_add_path ? BGP_ADD_PATH_SEND : 0));
	bgp_open_encode(&w, open);
	bgp_sendq_commit(&c->queue, &w);
}

/* KEEPALIVE, and when the next is due: a third of the hold time, less up to a quarter of that
 * (RFC 4271 4.4 and 10). */
static void
send_keepalive(struct bgp_conn *c)
{
	struct wr w = bgp_sendq_begin(&c->queue, BGP_HEADER_LEN);
	double interval_ms = c->agreed.keepalive_s * 1000.0 * (0.75 + 0.25 * rng_unit(&c->rng));

	bgp_msg_keepalive(&w);
	bgp_sendq_commit(&c->queue, &w);
	c->keepalive_at =
	    c->agreed.hold_time_s > 0 ? mono_add_ms(c->now, (int64_t)interval_ms) : MONO_NEVER;
}

static bool
both_have_n_bit(const struct bgp_conn *c)
{
	return c->open_sent.restart.notification && c->open_received.restart.notification;
}

/* Ends after which the peer shall keep nothing of ours, whatever it does after others. */
static bool
is_for_good(const struct bgp_error *err)
{
	return err->code == BGP_ERR_CEASE &&
	       (err->subcode == BGP_CEASE_MAX_PREFIXES || err->subcode == BGP_CEASE_SHUTDOWN ||
		   err->subcode == BGP_CEASE_DECONFIGURED);
}

static void
send_notification(struct bgp_conn *c, const struct bgp_error *err)
{
	uint8_t inner[BGP_HARD_RESET_MAX];
	struct bgp_error hard;
	struct wr w;

	if (both_have_n_bit(c) && is_for_good(err)) {
		hard = bgp_notify_hard_reset(err, inner);
		err = &hard;
	}
	bgp_sendq_drop_unsent(&c->queue);
	w = bgp_sendq_begin(&c->queue, BGP_MSG_MAX);
	bgp_notify_encode(&w, err);
	bgp_sendq_commit(&c->queue, &w);
}

/* --- the state machine ------------------------------------------------------------------------ */

static enum bgp_down_reason
reason_of(enum bgp_event event, const struct bgp_error *err)
{
	switch (event) {
	case BGP_EV_TCP_DOWN: return BGP_DOWN_CLOSED;
	case BGP_EV_NOTIFICATION: return BGP_DOWN_NOTIFICATION_RECEIVED;
	case BGP_EV_HOLD_TIMER:
	case BGP_EV_SEND_HOLD_TIMER: return BGP_DOWN_HOLD_TIMER;
	case BGP_EV_STOP:
		/* These are between the two ends, not by our operator. */
		return err->subcode == BGP_CEASE_COLLISION || err->subcode == BGP_CEASE_MAX_PREFIXES
			   ? BGP_DOWN_NOTIFICATION_SENT
			   : BGP_DOWN_ADMIN;
	default: return BGP_DOWN_NOTIFICATION_SENT;
	}
}

static bool
is_graceful(const struct bgp_conn *c, enum bgp_event event, const struct bgp_error *err)
{
	if (!c->open_received.graceful_restart)
		return false;
	if (event == BGP_EV_TCP_DOWN)
		return true;
	return both_have_n_bit(c) && !bgp_notify_is_hard_reset(err) &&
	       (event == BGP_EV_NOTIFICATION || !is_for_good(err));
}

/* Leave for good: c->state is already Idle. err is NULL when the transport is gone. */
static void
end_with(
    struct bgp_conn *c, bool was_up, enum bgp_event event, const struct bgp_error *err, bool notify)
{
	c->hold_at = c->keepalive_at = MONO_NEVER;
	c->end_is_graceful = was_up && is_graceful(c, event, err);
	if (notify)
		send_notification(c, err);
	else
		bgp_sendq_drop_unsent(&c->queue);
	if (err != NULL)
		bgp_notify_describe(notify, err, c->end_text, sizeof(c->end_text));
	if (c->ops.end != NULL)
		c->ops.end(c->ctx, c, was_up, reason_of(event, err));
}

static void
go_up(struct bgp_conn *c)
{
	struct bgp_encode how = { .local_as = c->config.local_as,
		.ebgp = bgp_codec_is_ebgp(&c->codec),
		.four_octet_as = c->codec.four_octet_as,
		.reflect = c->config.reflect,
		.extended_nexthop = c->agreed.extended_nexthop };

	if (!c->config.announces_nothing) {
		c->adjout = mem_alloc(MEM_BGP, sizeof(*c->adjout));
		bgp_adjout_init(c->adjout, &how);
	}
	if (c->ops.up != NULL)
		c->ops.up(c->ctx, c);
	for (unsigned f = 0; f < IP_FAMILIES && c->state == BGP_ESTABLISHED; f++)
		if (c->config.announces_nothing && c->agreed.families[f])
			bgp_conn_end_of_rib(c, (enum ip_family)f);
}

unsigned
bgp_conn_run(struct bgp_conn *c, enum bgp_event event, const struct bgp_error *err)
{
	bool was_up = c->state == BGP_ESTABLISHED;
	struct bgp_step step = bgp_fsm(c->state, event);

	c->state = (enum bgp_state)step.state;
	if (step.actions & BGP_ACT_SEND_OPEN)
		send_open(c);
	if (step.actions & BGP_ACT_SEND_KEEPALIVE)
		send_keepalive(c);
	if (step.actions & BGP_ACT_ARM_OPEN_HOLD)
		c->hold_at = mono_add_ms(c->now, OPEN_HOLD_S * 1000);
	if (step.actions & BGP_ACT_ARM_HOLD)
		c->hold_at = c->agreed.hold_time_s > 0
				 ? mono_add_ms(c->now, c->agreed.hold_time_s * INT64_C(1000))
				 : MONO_NEVER;
	if (step.actions & BGP_ACT_UP)
		go_up(c);
	if (step.actions & BGP_ACT_END) {
		struct bgp_error step_err = { .code = step.code, .subcode = step.subcode };

		end_with(c, was_up, event, step.code != 0 ? &step_err : err,
		    (step.actions & BGP_ACT_NOTIFY) != 0);
	}
	return step.actions;
}

void
bgp_conn_start(struct bgp_conn *c, struct mono now)
{
	c->now = c->heard_at = now;
	bgp_conn_run(c, BGP_EV_TCP_UP, NULL);
}

void
bgp_conn_eof(struct bgp_conn *c, const char *why)
{
	if (!bgp_conn_is_open(c))
		return;
	snprintf(c->end_text, sizeof(c->end_text), "%s", why);
	bgp_conn_run(c, BGP_EV_TCP_DOWN, NULL);
}

void
bgp_conn_cease(struct bgp_conn *c, uint8_t subcode, const char *text)
{
	uint8_t data[1 + BGP_SHUTDOWN_TEXT_MAX];
	struct bgp_error err = { .code = BGP_ERR_CEASE, .subcode = subcode };

	if (!bgp_conn_is_open(c))
		return;
	err.data = (struct span){ .data = data, .len = bgp_notify_shutdown_data(text, data) };
	bgp_conn_run(c, BGP_EV_STOP, &err);
}

void
bgp_conn_cease_max_prefixes(struct bgp_conn *c, enum ip_family family, uint32_t limit)
{
	uint8_t data[7];
	struct wr w = wr_make(data, sizeof(data));
	struct bgp_error err = { .code = BGP_ERR_CEASE,
		.subcode = BGP_CEASE_MAX_PREFIXES,
		.why = family == IP_V4 ? "ipv4" : "ipv6" };

	if (!bgp_conn_is_open(c))
		return;
	wr_u16(&w, bgp_afi_of(family));
	wr_u8(&w, BGP_SAFI_UNICAST);
	wr_u32(&w, limit);
	err.data = (struct span){ .data = data, .len = wr_len(&w) };
	bgp_conn_run(c, BGP_EV_STOP, &err);
}

void
bgp_conn_send_hold_expired(struct bgp_conn *c)
{
	if (bgp_conn_is_open(c))
		bgp_conn_run(c, BGP_EV_SEND_HOLD_TIMER, NULL);
}

/* --- time ------------------------------------------------------------------------------------- */

void
bgp_conn_tick(struct bgp_conn *c, struct mono now)
{
	c->now = now;
	if (mono_reached(now, c->hold_at))
		bgp_conn_run(c, BGP_EV_HOLD_TIMER, NULL);
	if (mono_reached(now, c->keepalive_at))
		bgp_conn_run(c, BGP_EV_KEEPALIVE_TIMER, NULL);
}

struct mono
bgp_conn_deadline(const struct bgp_conn *c)
{
	return mono_min(c->hold_at, c->keepalive_at);
}

struct mono
bgp_conn_hold_at(const struct bgp_conn *c)
{
	return c->hold_at;
}

struct mono
bgp_conn_keepalive_at(const struct bgp_conn *c)
{
	return c->keepalive_at;
}

struct mono
bgp_conn_last_heard(const struct bgp_conn *c)
{
	return c->heard_at;
}

/* --- what is asked of it ---------------------------------------------------------------------- */

enum bgp_state
bgp_conn_state(const struct bgp_conn *c)
{
	return c->state;
}

const struct bgp_conn_agreed *
bgp_conn_agreed(const struct bgp_conn *c)
{
	return &c->agreed;
}

const struct bgp_open *
bgp_conn_open_sent(const struct bgp_conn *c)
{
	return &c->open_sent;
}

const struct bgp_open *
bgp_conn_open_received(const struct bgp_conn *c)
{
	return &c->open_received;
}

bool
bgp_conn_end_is_graceful(const struct bgp_conn *c)
{
	return c->end_is_graceful;
}

const char *
bgp_conn_end_text(const struct bgp_conn *c)
{
	return c->end_text;
}

const uint8_t *
bgp_conn_output(const struct bgp_conn *c, size_t *len)
{
	*len = bgp_sendq_len(&c->queue);
	return *len > 0 ? c->queue.data + c->queue.sent : NULL;
}

void
bgp_conn_sent(struct bgp_conn *c, size_t n)
{
	bgp_sendq_sent(&c->queue, n, &c->stats->sent);
}

size_t
bgp_conn_queued(const struct bgp_conn *c)
{
	return bgp_sendq_len(&c->queue);
}

bool
bgp_conn_is_full(const struct bgp_conn *c)
{
	return c->queue.full;
}
