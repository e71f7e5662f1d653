/* SPDX-License-Identifier: Apache-2.0 */
#include "control/fib_intake.h"

#include <linux/rtnetlink.h>

static enum fib_intake_result
result(bool consequences)
{
	return consequences ? FIB_INTAKE_CONSEQUENCES : FIB_INTAKE_TAKEN;
}

static enum fib_source
source_of(const struct fib_intake *in, const struct nl_head *head, bool in_dump)
{
	if (in_dump)
		return FIB_IN_DUMP;
	return head->port == in->own_port ? FIB_BY_US : FIB_BY_OTHERS;
}

static enum fib_intake_result
take_route(const struct fib_intake *in, const struct nl_head *head, bool in_dump)
{
	bool removed = head->type == RTM_DELROUTE;
	struct nl_route r;

	if (!nl_route_decode(head, &r))
		return FIB_INTAKE_MALFORMED;
	if (r.protocol == in->protocol) {
		fib_seen(in->fib, &r, removed, source_of(in, head, in_dump));
		return FIB_INTAKE_TAKEN;
	}
	if (!removed && fib_robbed(in->fib, &r))
		return FIB_INTAKE_TAKEN;
	return result(nl_model_route(in->model, &r, removed));
}

static enum fib_intake_result
take_link(const struct fib_intake *in, const struct nl_head *head)
{
	struct nl_link l;

	if (!nl_link_decode(head, &l))
		return FIB_INTAKE_MALFORMED;
	return result(
	    l.family == NL_AF_UNSPEC && nl_model_link(in->model, &l, head->type == RTM_DELLINK));
}

static enum fib_intake_result
take_neigh(const struct fib_intake *in, const struct nl_head *head)
{
	struct nl_neigh n;

	if (!nl_neigh_decode(head, &n))
		return FIB_INTAKE_MALFORMED;
	nl_model_neigh(in->model, &n, head->type == RTM_DELNEIGH);
	return FIB_INTAKE_TAKEN;
}

static enum fib_intake_result
take_nexthop(const struct fib_intake *in, const struct nl_head *head)
{
	struct nl_nexthop n;

	if (!nl_nexthop_decode(head, &n))
		return FIB_INTAKE_MALFORMED;
	nl_model_nexthop(in->model, &n, head->type == RTM_DELNEXTHOP);
	return FIB_INTAKE_TAKEN;
}

enum fib_intake_result
fib_intake_take(const struct fib_intake *in, const struct nl_head *head, bool in_dump)
{
	switch (head->type) {
	case RTM_NEWLINK:
	case RTM_DELLINK: return take_link(in, head);
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH: return take_neigh(in, head);
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP: return take_nexthop(in, head);
	case RTM_NEWROUTE:
	case RTM_DELROUTE: return take_route(in, head, in_dump);
	case RTM_DELADDR: /* and routes that it made possible */ return FIB_INTAKE_CONSEQUENCES;
	default: return FIB_INTAKE_TAKEN;
	}
}
