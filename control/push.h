/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where entries are pushed to: the narrow face of a target, whatever its transport. Operations take
 * effect in the order of the calls. push_bgp.h is the BGP transport.
 */
#ifndef CONTROL_PUSH_H
#define CONTROL_PUSH_H

#include "lib/route.h"

struct push {
	void *ctx;
	/* Able to take operations of the family now: up, negotiated, not congested. */
	bool (*ready)(void *ctx, enum ip_family family);
	/* Add or replace an entry. attrs_key names the attribute set; equal keys may be sent
	 * together. */
	void (*announce)(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs,
	    uint32_t attrs_key);
	void (*withdraw)(void *ctx, const struct ip_prefix *p);
	/* Everything wanted has been sent once since the target came up. */
	void (*complete)(void *ctx, enum ip_family family);
	/* End of a batch: hand it to the transport. */
	void (*flush)(void *ctx);
};

#endif
