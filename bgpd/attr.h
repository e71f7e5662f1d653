/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The path attributes of one UPDATE: a table with one row an attribute says its flags, its decoder
 * and what an error in it costs (RFC 7606). Attributes without a row stay opaque bytes, so that an
 * error inside what hotfib does not use can never matter.
 */
#ifndef BGPD_ATTR_H
#define BGPD_ATTR_H

#include "bgpd/update.h"
#include "bgpd/verdict.h"

/* What was met in the attribute list. */
struct bgp_attr_list {
	uint64_t seen[4];       /* bitmap of types */
	unsigned n;             /* attributes, repeated ones included */
	bool as_path_good;      /* AS_PATH was there and well formed */
	bool as_path_has_local; /* our AS is in it */
};

static inline bool
bgp_attr_seen(const struct bgp_attr_list *list, uint8_t type)
{
	return (list->seen[type / 64] >> (type % 64) & 1) != 0;
}

/* Decode all attributes of `block` into u->attrs, u->mp_* and the verdict, which only ever gets
 * stronger. Stops early only at BGP_SESSION_RESET. MP_REACH_NLRI and MP_UNREACH_NLRI are in
 * u->mp_announced and u->mp_withdrawn, validated; both stay empty for a family not negotiated. */
void bgp_attrs_decode(const struct bgp_codec *codec, struct bgp_scratch *scratch, struct rd *block,
    struct bgp_update *u, struct bgp_attr_list *list);

/* False for what no route can have as next hop: zero, loopback, multicast, class E, v4-mapped. */
bool bgp_nexthop_is_usable(const struct ip_addr *a);

#endif
