/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/collision.h"

static bool
we_are_higher(const struct bgp_collision *c)
{
	if (c->local_id != c->remote_id)
		return c->local_id > c->remote_id;
	return c->local_as > c->remote_as;
}

enum bgp_collision_verdict
bgp_collision_decide(const struct bgp_collision *c)
{
	bool keep_new;

	if (c->old_state < BGP_OPENCONFIRM)
		return BGP_COLLISION_NONE;
	if (c->old_state == BGP_ESTABLISHED)
		keep_new = (c->old_restarts && !c->new_outgoing) ||
			   c->old_silent_us > c->old_keepalive_s * INT64_C(1000000);
	else if (c->old_outgoing == c->new_outgoing)
		keep_new = true;
	else
		keep_new = c->new_outgoing == we_are_higher(c);
	return keep_new ? BGP_COLLISION_KEEP_NEW : BGP_COLLISION_KEEP_OLD;
}
