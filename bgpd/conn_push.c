/* SPDX-License-Identifier: Apache-2.0 */
/* What we say of our own accord in Established: announcements, withdrawals, End-of-RIB. */
#include "bgpd/conn_priv.h"

void
bgp_conn_announce(struct bgp_conn *c, const struct ip_prefix *p, const struct route_attrs *attrs,
    uint32_t attrs_key)
{
	ASSERT(c->state == BGP_ESTABLISHED && c->agreed.families[p->family]);
	ASSERT(c->adjout != NULL);
	if (!bgp_adjout_announce(c->adjout, &c->queue, p, attrs, attrs_key))
		c->stats->unencodable++;
}

void
bgp_conn_withdraw(struct bgp_conn *c, const struct ip_prefix *p)
{
	ASSERT(c->state == BGP_ESTABLISHED && c->agreed.families[p->family]);
	ASSERT(c->adjout != NULL);
	bgp_adjout_withdraw(c->adjout, &c->queue, p);
}

void
bgp_conn_flush(struct bgp_conn *c)
{
	if (c->adjout != NULL)
		bgp_adjout_flush(c->adjout, &c->queue);
}

void
bgp_conn_end_of_rib(struct bgp_conn *c, enum ip_family family)
{
	struct wr w;

	ASSERT(c->state == BGP_ESTABLISHED && c->agreed.families[family]);
	bgp_conn_flush(c);
	if (bgp_conn_end_refresh(c, family))
		return;
	c->end_of_rib_sent[family] = true;
	w = bgp_sendq_begin(&c->queue, BGP_MSG_MAX);
	bgp_update_end_of_rib(&w, family);
	bgp_sendq_commit(&c->queue, &w);
}

void
bgp_conn_send_raw(struct bgp_conn *c, const void *messages, size_t len)
{
	struct wr w;

	ASSERT(c->state == BGP_ESTABLISHED);
	bgp_conn_flush(c);
	w = bgp_sendq_begin(&c->queue, len);
	wr_bytes(&w, messages, len);
	bgp_sendq_commit(&c->queue, &w);
}
