/* SPDX-License-Identifier: Apache-2.0 */
/* ROUTE-REFRESH, both ways: plain (RFC 2918) and enhanced (RFC 7313), where the answer is bracketed
 * by BoRR and EoRR so that the asking side can sweep what was not sent again. */
#include "bgpd/conn_priv.h"

#include "bgpd/msg.h"

static void
send_refresh(struct bgp_conn *c, uint8_t type, enum ip_family family, uint8_t subtype)
{
	struct wr w;

	bgp_conn_flush(c);
	w = bgp_sendq_begin(&c->queue, BGP_MSG_MAX);
	bgp_msg_refresh(&w, type, family, subtype);
	bgp_sendq_commit(&c->queue, &w);
}

bool
bgp_conn_request_refresh(struct bgp_conn *c, enum ip_family family)
{
	if (c->state != BGP_ESTABLISHED || c->open_received.refresh_type == 0 ||
	    !c->agreed.families[family])
		return false;
	send_refresh(c, c->open_received.refresh_type, family, BGP_REFRESH_REQUEST);
	return true;
}

bool
bgp_conn_end_refresh(struct bgp_conn *c, enum ip_family family)
{
	if (!c->answering[family])
		return false;
	send_refresh(c, BGP_MSG_REFRESH, family, BGP_REFRESH_END);
	c->answering[family] = false;
	return true;
}

/* The peer asks. RFC 7313 4: no BoRR before the family's End-of-RIB; until then the table is on its
 * way anyway. */
static void
answer(struct bgp_conn *c, enum ip_family family)
{
	/* To who asks and does not read, what waits for it is the answer. */
	bool answered = c->queue.full && (c->config.announces_nothing || c->answering[family]);

	if (c->agreed.enhanced_refresh && c->end_of_rib_sent[family] && !answered) {
		send_refresh(c, BGP_MSG_REFRESH, family, BGP_REFRESH_BEGIN);
		c->answering[family] = true;
	}
	if (c->config.announces_nothing)
		(void)bgp_conn_end_refresh(c, family);
	else if (c->ops.refresh != NULL)
		c->ops.refresh(c->ctx, c, family);
}

/* RFC 7313 4: BoRR before End-of-RIB, and EoRR without BoRR, are ignored. */
static void
begin(struct bgp_conn *c, enum ip_family family)
{
	if (c->open_received.graceful_restart && !c->end_of_rib_received[family])
		return;
	c->refreshing[family] = true;
	if (c->config.deliver && c->ops.refresh_begin != NULL)
		c->ops.refresh_begin(c->ctx, c, family);
}

static void
end(struct bgp_conn *c, enum ip_family family)
{
	if (!c->refreshing[family])
		return;
	c->refreshing[family] = false;
	if (c->config.deliver && c->ops.refresh_end != NULL)
		c->ops.refresh_end(c->ctx, c, family);
}

/* RFC 7313 5: only BoRR and EoRR of a wrong length have an error of their own. */
static void
bad_length(const struct bgp_conn *c, const struct bgp_msg *msg, struct bgp_error *err)
{
	struct rd body = bgp_msg_body(msg);
	uint8_t subtype;

	rd_skip(&body, 2);
	subtype = rd_u8(&body);
	if (c->agreed.enhanced_refresh && rd_ok(&body) &&
	    (subtype == BGP_REFRESH_BEGIN || subtype == BGP_REFRESH_END))
		*err = (struct bgp_error){ .code = BGP_ERR_REFRESH,
			.subcode = BGP_REFRESH_BAD_LENGTH,
			.data = { msg->data, msg->len } };
	else
		*err = (struct bgp_error){ .code = BGP_ERR_HEADER,
			.subcode = BGP_HEADER_BAD_LENGTH,
			.data = { msg->data + 16, 2 } };
}

bool
bgp_conn_take_refresh(struct bgp_conn *c, const struct bgp_msg *msg, struct bgp_error *err)
{
	struct rd body = bgp_msg_body(msg);
	uint16_t afi = rd_u16(&body);
	uint8_t subtype = rd_u8(&body), safi = rd_u8(&body);
	enum ip_family family;

	if (!rd_ok(&body) || rd_left(&body) > 0) {
		bad_length(c, msg, err);
		return false;
	}
	if (!bgp_family_of(afi, safi, &family) || !c->agreed.families[family])
		return true;
	if (subtype == BGP_REFRESH_REQUEST)
		answer(c, family);
	else if (c->agreed.enhanced_refresh && subtype == BGP_REFRESH_BEGIN)
		begin(c, family);
	else if (c->agreed.enhanced_refresh && subtype == BGP_REFRESH_END)
		end(c, family);
	return true;
}
