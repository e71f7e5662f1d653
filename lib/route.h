/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path attributes of a route in decoded form: what bgpd/ decodes from an UPDATE, ribtrie/ interns,
 * control/ compares and bgpd/ encodes again. A plain value: spans borrow the bytes of whoever made
 * it (a received message, an interned set) and are valid only as long as those.
 *
 * Sources: RFC 4271 section 5, RFC 4456 (reflection), RFC 1997/4360/8092 (communities), RFC 6793
 * (4-octet AS: an AS path here always has 4-octet numbers), RFC 9234 (OTC).
 */
#ifndef LIB_ROUTE_H
#define LIB_ROUTE_H

#include "lib/ip.h"

struct span {
	const uint8_t *data;
	size_t len;
};

enum route_origin {
	ROUTE_ORIGIN_IGP = 0,
	ROUTE_ORIGIN_EGP = 1,
	ROUTE_ORIGIN_INCOMPLETE = 2
};

/* AS_PATH segment types (RFC 4271 4.3, RFC 5065). */
enum route_segment {
	ROUTE_AS_SET = 1,
	ROUTE_AS_SEQUENCE = 2,
	ROUTE_AS_CONFED_SEQUENCE = 3,
	ROUTE_AS_CONFED_SET = 4
};

/* The next hop as BGP gave it. Two routes have the same action when this is equal. */
struct route_nexthop {
	struct ip_addr addr;
	uint64_t link_local_hi, link_local_lo; /* RFC 2545 second address; both 0 where absent */
};

struct route_attrs {
	struct route_nexthop nexthop;
	uint8_t origin; /* enum route_origin */
	bool has_med, has_local_pref, has_originator_id, has_aggregator, has_otc;
	bool atomic_aggregate;
	uint32_t med, local_pref;
	uint32_t originator_id; /* host order */
	uint32_t aggregator_as, aggregator_id;
	uint32_t otc;
	struct span as_path;           /* segments {type, count, count x u32}, network order */
	struct span communities;       /* n x 4 bytes, network order */
	struct span ext_communities;   /* n x 8 bytes */
	struct span large_communities; /* n x 12 bytes */
	struct span cluster_list;      /* n x 4 bytes */
	struct span opaque;            /* unknown optional transitive attributes, whole TLVs */
};

static inline bool
route_nexthop_equal(const struct route_nexthop *a, const struct route_nexthop *b)
{
	return ip_equal(&a->addr, &b->addr) && a->link_local_hi == b->link_local_hi &&
	       a->link_local_lo == b->link_local_lo;
}

/* AS path length as the decision process counts it: a set is 1, confederation segments are 0
 * (RFC 4271 9.1.2.2 a, RFC 5065 5.3). The path must be well-formed. */
unsigned route_as_path_length(struct span as_path);

/* First AS (the neighbouring AS) and last AS (the origin); 0 where the path is empty or that end is
 * a set. */
uint32_t route_as_path_first(struct span as_path);
uint32_t route_as_path_origin(struct span as_path);

/* Text into buf, cut at size (always terminated). Path: numbers joined with `separator`, sets in
 * braces; communities "65000:1" joined likewise. Gives the untruncated length. */
size_t route_as_path_format(struct span as_path, char separator, char *buf, size_t size);
size_t route_communities_format(struct span communities, char separator, char *buf, size_t size);

/* The same for the other kinds: "65000:1:2" (RFC 8092); "rt:65000:1" and "ro:..." for route target
 * and origin of each type, others as 16 hex digits (RFC 4360, 5668); "192.0.2.1" (RFC 4456). */
size_t route_large_format(struct span large_communities, char separator, char *buf, size_t size);
size_t route_ext_format(struct span ext_communities, char separator, char *buf, size_t size);
size_t route_clusters_format(struct span cluster_list, char separator, char *buf, size_t size);

/* "IGP", "EGP" or "INCOMPLETE". */
const char *route_origin_name(uint8_t origin);

/* True when `communities` holds the 32-bit value. */
bool route_has_community(struct span communities, uint32_t value);

#endif
