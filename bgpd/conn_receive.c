/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the peer says: bytes to messages, messages to events and to the caller's ops.
 *
 * Receiving does not copy: whole messages are decoded where they lie in the caller's buffer, and
 * only the beginning of a message that is not all there yet is kept (in `part`, at most one
 * message) until the rest has come. So the result does not depend on how the stream is cut.
 *
 * Any op may end the connection (bgp_conn_cease()), so the state is looked at again after each.
 */
#include "bgpd/conn_priv.h"

#include <string.h>

#include "bgpd/msg.h"
#include "lib/mem.h"

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
	bgp_conn_run(c, BGP_EV_ERROR, err);
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
		bgp_conn_run(c, BGP_EV_OPEN, NULL);
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
		bgp_conn_run(c, BGP_EV_OPEN, NULL);
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

	bgp_update_decode(&c->codec, c->scratch, bgp_msg_body(msg), &u);
	c->stats->routes_announced += u.n_announced;
	c->stats->routes_withdrawn += u.n_withdrawn;
	if (UNLIKELY(u.disposition != BGP_ACCEPT)) {
		struct bgp_problem problem = { .disposition = u.disposition,
			.bad_attr = u.bad_attr,
			.why = u.why,
			.message = { .data = msg->data, .len = msg->len } };

		bgp_faults_count(&c->stats->faults, &u);
		c->stats->attributes_discarded += u.discarded;
		c->stats->treated_as_withdraw += u.disposition == BGP_TREAT_AS_WITHDRAW;
		report(c, &problem);
		if (u.disposition == BGP_SESSION_RESET) {
			bgp_conn_run(c, BGP_EV_ERROR, &u.error);
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
		if (bgp_conn_run(c, BGP_EV_UPDATE, NULL) & BGP_ACT_DELIVER)
			on_update(c, msg);
		break;
	case BGP_MSG_OPEN: on_open(c, msg); break;
	case BGP_MSG_KEEPALIVE: bgp_conn_run(c, BGP_EV_KEEPALIVE, NULL); break;
	case BGP_MSG_NOTIFICATION:
		bgp_notify_decode(bgp_msg_body(msg), &err);
		bgp_conn_run(c, BGP_EV_NOTIFICATION, &err);
		break;
	default:
		if (bgp_conn_run(c, BGP_EV_REFRESH, NULL) & BGP_ACT_DELIVER)
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

	while (bgp_conn_is_open(c)) {
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

/* Room in part for what it takes to know more. */
static void
make_room(struct bgp_conn *c)
{
	if (c->need <= c->part_cap)
		return;
	ASSERT(c->need <= BGP_MSG_EXT_MAX);
	c->part_cap = c->need > BGP_MSG_MAX ? c->need : BGP_MSG_MAX;
	c->part = mem_resize(MEM_BGP, c->part, c->part_cap, 1);
}

/* Its message is done with. What an extended one had needed is given back. */
static void
empty_part(struct bgp_conn *c)
{
	c->part_len = 0;
	if (c->part_cap <= BGP_MSG_MAX)
		return;
	mem_free(MEM_BGP, c->part);
	c->part = NULL;
	c->part_cap = 0;
}

void
bgp_conn_feed(struct bgp_conn *c, const void *data, size_t len, struct mono now)
{
	const uint8_t *pos = data;
	size_t used;

	if (!bgp_conn_is_open(c))
		return;
	c->now = c->heard_at = now;
	c->stats->received.bytes += len;
	/* Complete what is in part: first its header, which tells its length. */
	while (c->part_len > 0 && len > 0 && bgp_conn_is_open(c)) {
		size_t take = size_min(len, c->need - c->part_len);

		make_room(c);
		memcpy(c->part + c->part_len, pos, take);
		c->part_len += take;
		pos += take;
		len -= take;
		if (c->part_len == c->need && take_messages(c, c->part, c->part_len) > 0)
			empty_part(c);
	}
	if (c->part_len > 0 || !bgp_conn_is_open(c))
		return;
	used = take_messages(c, pos, len);
	if (!bgp_conn_is_open(c))
		return;
	c->part_len = len - used;
	ASSERT(c->part_len < c->need);
	if (c->part_len == 0)
		return;
	make_room(c);
	memcpy(c->part, pos + used, c->part_len);
}
