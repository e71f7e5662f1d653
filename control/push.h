/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where entries are pushed to: the narrow face of a target, whatever its transport. Operations take
 * effect in the order of the calls. push_bgp.h is the BGP transport, sim.h a simulated ASIC.
 *
 * A transport that hears what became of an operation says so by target_port_reached(),
 * target_port_refused() and target_port_lost(), never from inside one of these calls, and always
 * about the last operation on the prefix: what became of one that another has followed by now is of
 * no interest. A withdrawal is not reported; the transport sees to it.
 */
#ifndef CONTROL_PUSH_H
#define CONTROL_PUSH_H

#include "lib/route.h"

struct push {
	void *ctx;
	const char *name; /* lives as long as the port */
	/* It carries next hops and no other attributes: what differs in those is not sent again. */
	bool nexthops_only;
	/* It reports of every announcement. Until then nothing that leans on it is sent, see
	 * target_push.c; target_port_settled() says that reports have come. */
	bool reports;
	/* Why packets cannot be sent to the next hop now; NULL: they can. May be NULL: a transport
	 * that does not know, since somebody else resolves next hops. */
	const char *(*unusable)(void *ctx, const struct route_nexthop *hop);
	/* Able to take operations of the family now: up, negotiated, not congested. */
	bool (*ready)(void *ctx, enum ip_family family);
	/* Add or replace an entry. attrs_key names the attribute set; equal keys may be sent
	 * together. */
	void (*announce)(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs,
	    uint32_t attrs_key);
	/* Remove an entry; one that is not there any more is no error. */
	void (*withdraw)(void *ctx, const struct ip_prefix *p);
	/* Everything wanted has been sent once since the target came up. */
	void (*complete)(void *ctx, enum ip_family family);
	/* End of a batch: hand it to the transport. */
	void (*flush)(void *ctx);
};

#endif
