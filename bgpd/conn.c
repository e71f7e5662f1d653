/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session over one connection.
 *
 * Every message, timer and call becomes an event for the state machine (fsm.h); run() does the
 * actions it gives back, and is the only place that changes the state. end_with() is the only way
 * out: it queues the NOTIFICATION, if there is one, notes why in words and tells the caller once.
 *
 * Receiving does not copy: whole messages are decoded where they lie in the caller's buffer, and
 * only the beginning of a message that is not all there yet is kept (in `part`, at most one
 * message) until the rest has come. So the result does not depend on how the stream is cut.
 *
 * Any op may end the connection (bgp_conn_cease()), so the state is looked at again after each.
 */
#include "bgpd/conn_priv.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/fsm.h"
#include "bgpd/msg.h"
#include "lib/mem.h"

/* RFC 4271 8 suggests 4 minutes before OPEN; a peer that has connected has no reason to wait. */
#define OPEN_HOLD_S 30

static unsigned run(struct bgp_conn *c, enum bgp_event event, const struct bgp_error *err);

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
	bgp_sendq_init(&c->queue);
	return c;
}

void
bgp_conn_free(struct bgp_conn *c)
{
	bgp_sendq_fini(&c->queue);
	mem_free(MEM_BGP, c);
}

static bool
is_open(const struct bgp_conn *c)
{
	return c->state >= BGP_OPENSENT;
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
	case BGP_EV_HOLD_TIMER: return BGP_DOWN_HOLD_TIMER;
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
		bgp_notify_describe(
		    notify ? "sent" : "received", err, c->end_text, sizeof(c->end_text));
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

	bgp_adjout_init(&c->adjout, &how);
	if (c->ops.up != NULL)
		c->ops.up(c->ctx, c);
	for (unsigned f = 0; f < IP_FAMILIES && c->state == BGP_ESTABLISHED; f++)
		if (c->config.announces_nothing && c->agreed.families[f])
			bgp_conn_end_of_rib(c, (enum ip_family)f);
}

/* Feed the machine; gives the actions, which have been done (BGP_ACT_DELIVER is the caller's). */
static unsigned
run(struct bgp_conn *c, enum bgp_event event, const struct bgp_error *err)
{
	bool was_up = c->state == BGP_ESTABLISHED;
	struct bgp_step step = bgp_fsm(c->state, event);
	struct bgp_error step_err = { .code = step.code, .subcode = step.subcode };

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
	if (step.actions & BGP_ACT_END)
		end_with(c, was_up, event, step.code != 0 ? &step_err : err,
		    (step.actions & BGP_ACT_NOTIFY) != 0);
	return step.actions;
}

/* --- receiving -------------------------------------------------------------------------------- */

static void
report(struct bgp_conn *c, const struct bgp_problem *problem)
{
	if (c->ops.problem != NULL)
		c->ops.problem(c->ctx, c, problem);
}

static void
reset(struct bgp_conn *c, const struct bgp_error *err, struct span message)
{
	struct bgp_problem problem = {
		.disposition = BGP_SESSION_RESET, .why = err->why, .message = message
	};

	report(c, &problem);
	run(c, BGP_EV_ERROR, err);
}

/* What both OPENs together allow. */
static void
agree(struct bgp_conn *c, const struct bgp_open *open)
{
	const struct bgp_conn_config *config = &c->config;
	struct bgp_conn_agreed *a = &c->agreed;

	a->remote_as = open->as;
	a->remote_router_id = open->router_id;
	a->hold_time_s =
	    open->hold_time_s < config->hold_time_s ? open->hold_time_s : config->hold_time_s;
	a->keepalive_s = a->hold_time_s / 3;
	a->four_octet_as = open->four_octet_as && !config->two_octet_as;
	a->route_refresh = open->refresh_type != 0;
	a->restart = open->restart;
	c->open_received = *open;
	a->enhanced_refresh = open->enhanced_refresh && open->refresh_type == BGP_MSG_REFRESH;
	a->extended_message = open->extended_message;
	for (unsigned f = 0; f < IP_FAMILIES; f++) {
		a->families[f] = open->families[f] && config->families[f];
		a->restart.families[f] &= a->families[f];
		a->restart.forwarding[f] &= a->families[f];
		a->add_path[f] = a->families[f] && config->deliver &&
				 (open->add_path[f] & BGP_ADD_PATH_SEND) != 0;
	}
	a->extended_nexthop = open->extended_nexthop && a->families[IP_V4];
	c->codec = (struct bgp_codec){ .local_as = config->local_as,
		.remote_as = config->remote_as,
		.router_id = config->router_id,
		.four_octet_as = a->four_octet_as,
		.any_first_as = config->any_first_as,
		.extended_nexthop = a->extended_nexthop };
	memcpy(c->codec.families, a->families, sizeof(a->families));
	memcpy(c->codec.add_path, a->add_path, sizeof(a->add_path));
}

static void
on_open(struct bgp_conn *c, const struct bgp_msg *msg)
{
	struct bgp_open_policy policy = { .local_as = c->config.local_as,
		.remote_as = c->config.remote_as,
		.router_id = c->config.router_id };
	struct span message = { .data = msg->data, .len = msg->len };
	struct bgp_error err;
	struct bgp_open open;

	if (c->state != BGP_OPENSENT) {
		run(c, BGP_EV_OPEN, NULL);
		return;
	}
	memcpy(policy.families, c->config.families, sizeof(policy.families));
	if (!bgp_open_decode(bgp_msg_body(msg), &open, &err) ||
	    !bgp_open_check(&open, &policy, &err)) {
		reset(c, &err, message);
		return;
	}
	agree(c, &open);
	if (c->ops.open != NULL && !c->ops.open(c->ctx, c, &open))
		bgp_conn_cease(c, BGP_CEASE_COLLISION, NULL);
	else
		run(c, BGP_EV_OPEN, NULL);
}

/* One call of ops.routes, unless there is nothing to say or the session has ended meanwhile. */
static void
give_routes(struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	if (nlri.pos != nlri.end && c->state == BGP_ESTABLISHED)
		c->ops.routes(c->ctx, c, attrs, nlri);
}

static void
give_update(struct bgp_conn *c, struct bgp_update *u)
{
	const struct route_attrs *attrs = bgp_update_is_good(u) ? &u->attrs : NULL;

	if (c->ops.routes != NULL) {
		give_routes(c, NULL, u->withdrawn);
		give_routes(c, NULL, u->mp_withdrawn);
		give_routes(c, attrs, u->announced);
		u->attrs.nexthop = u->mp_nexthop;
		give_routes(c, attrs, u->mp_announced);
	}
	if (u->end_of_rib)
		c->end_of_rib_received[u->end_of_rib_family] = true;
	if (u->end_of_rib && c->ops.end_of_rib != NULL && c->state == BGP_ESTABLISHED)
		c->ops.end_of_rib(c->ctx, c, (enum ip_family)u->end_of_rib_family);
}

static void
on_update(struct bgp_conn *c, const struct bgp_msg *msg)
{
	struct bgp_update u;

	bgp_update_decode(&c->codec, &c->scratch, bgp_msg_body(msg), &u);
	c->stats->routes_announced += u.n_announced;
	c->stats->routes_withdrawn += u.n_withdrawn;
	if (UNLIKELY(u.disposition != BGP_ACCEPT)) {
		struct bgp_problem problem = { .disposition = u.disposition,
			.bad_attr = u.bad_attr,
			.why = u.why,
			.message = { .data = msg->data, .len = msg->len } };

		c->stats->attributes_discarded += u.discarded;
		c->stats->treated_as_withdraw += u.disposition == BGP_TREAT_AS_WITHDRAW;
		report(c, &problem);
		if (u.disposition == BGP_SESSION_RESET) {
			run(c, BGP_EV_ERROR, &u.error);
			return;
		}
	}
	if (c->config.deliver)
		give_update(c, &u);
}

static void
on_refresh(struct bgp_conn *c, const struct bgp_msg *msg)
{
	struct bgp_error err;

	if (!bgp_conn_take_refresh(c, msg, &err))
		reset(c, &err, (struct span){ .data = msg->data, .len = msg->len });
}

static void
on_message(struct bgp_conn *c, const struct bgp_msg *msg)
{
	struct bgp_error err;

	bgp_msg_count(&c->stats->received, msg->type);
	switch (msg->type) {
	case BGP_MSG_UPDATE:
		if (run(c, BGP_EV_UPDATE, NULL) & BGP_ACT_DELIVER)
			on_update(c, msg);
		break;
	case BGP_MSG_OPEN: on_open(c, msg); break;
	case BGP_MSG_KEEPALIVE: run(c, BGP_EV_KEEPALIVE, NULL); break;
	case BGP_MSG_NOTIFICATION:
		bgp_notify_decode(bgp_msg_body(msg), &err);
		run(c, BGP_EV_NOTIFICATION, &err);
		break;
	default:
		if (run(c, BGP_EV_REFRESH, NULL) & BGP_ACT_DELIVER)
			on_refresh(c, msg);
		break;
	}
}

/* From OpenConfirm on both OPENs are known. */
static size_t
message_max(const struct bgp_conn *c)
{
	return c->agreed.extended_message ? BGP_MSG_EXT_MAX : BGP_MSG_MAX;
}

/* Take the whole messages at the front of data; gives the bytes they had. c->need says how many
 * bytes what is left needs to have. */
static size_t
take_messages(struct bgp_conn *c, const uint8_t *data, size_t len)
{
	size_t used = 0;

	while (is_open(c)) {
		struct bgp_msg msg;
		struct bgp_error err;

		switch (bgp_msg_peek(data + used, len - used, message_max(c), &msg, &err)) {
		case BGP_FRAME_MORE: c->need = msg.len; return used;
		case BGP_FRAME_ERROR:
			reset(c, &err,
			    (struct span){
				.data = data + used, .len = size_min(len - used, message_max(c)) });
			return used;
		case BGP_FRAME_MESSAGE:
			on_message(c, &msg);
			used += msg.len;
			break;
		}
	}
	return used;
}

void
bgp_conn_feed(struct bgp_conn *c, const void *data, size_t len, struct mono now)
{
	const uint8_t *pos = data;
	size_t used;

	if (!is_open(c))
		return;
	c->now = c->heard_at = now;
	c->stats->received.bytes += len;
	/* Complete what is in part: first its header, which tells its length. */
	while (c->part_len > 0 && len > 0 && is_open(c)) {
		size_t take = size_min(len, c->need - c->part_len);

		memcpy(c->part + c->part_len, pos, take);
		c->part_len += take;
		pos += take;
		len -= take;
		if (c->part_len == c->need && take_messages(c, c->part, c->part_len) > 0)
			c->part_len = 0;
	}
	if (c->part_len > 0 || !is_open(c))
		return;
	used = take_messages(c, pos, len);
	if (!is_open(c))
		return;
	c->part_len = len - used;
	ASSERT(c->part_len < c->need && c->need <= sizeof(c->part));
	memcpy(c->part, pos + used, c->part_len);
}

void
bgp_conn_start(struct bgp_conn *c, struct mono now)
{
	c->now = c->heard_at = now;
	run(c, BGP_EV_TCP_UP, NULL);
}

void
bgp_conn_eof(struct bgp_conn *c, const char *why)
{
	if (!is_open(c))
		return;
	snprintf(c->end_text, sizeof(c->end_text), "%s", why);
	run(c, BGP_EV_TCP_DOWN, NULL);
}

void
bgp_conn_cease(struct bgp_conn *c, uint8_t subcode, const char *text)
{
	uint8_t data[1 + BGP_SHUTDOWN_TEXT_MAX];
	struct bgp_error err = { .code = BGP_ERR_CEASE, .subcode = subcode };

	if (!is_open(c))
		return;
	err.data = (struct span){ .data = data, .len = bgp_notify_shutdown_data(text, data) };
	run(c, BGP_EV_STOP, &err);
}

/* --- time ------------------------------------------------------------------------------------- */

void
bgp_conn_tick(struct bgp_conn *c, struct mono now)
{
	c->now = now;
	if (mono_reached(now, c->hold_at))
		run(c, BGP_EV_HOLD_TIMER, NULL);
	if (mono_reached(now, c->keepalive_at))
		run(c, BGP_EV_KEEPALIVE_TIMER, NULL);
}

struct mono
bgp_conn_deadline(const struct bgp_conn *c)
{
	return mono_min(c->hold_at, c->keepalive_at);
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
