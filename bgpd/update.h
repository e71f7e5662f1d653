/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPDATE: from bytes to routes and back (RFC 4271 4.3, 4760, 7606).
 *
 * Decoding is all or nothing: every prefix of the message has been validated before the caller sees
 * the first one, and the RFC 7606 verdict is known. Nothing is allocated and nearly nothing copied:
 * the result borrows the message (and the scratch space, where an attribute had to be rewritten).
 */
#ifndef BGPD_UPDATE_H
#define BGPD_UPDATE_H

#include "bgpd/neighbor.h"
#include "bgpd/notify.h"

/* What becomes of an UPDATE, in order of strength (RFC 7606 2). */
enum bgp_disposition {
	BGP_ACCEPT,
	BGP_DISCARD_ATTRIBUTE, /* accepted without the attribute(s) counted in `discarded` */
	BGP_IGNORE_ROUTE,      /* a loop, no error: what it announces is withdrawn */
	BGP_TREAT_AS_WITHDRAW, /* an error: what it announces is withdrawn */
	BGP_SESSION_RESET,     /* `error` says what to send */
	BGP_DISPOSITIONS
};

/* One thing that is wrong. */
struct bgp_fault {
	uint8_t attr; /* type of the attribute, 0 if it is none */
	uint8_t disposition;
};

/* What the codec has to know of the session. */
struct bgp_codec {
	uint32_t local_as, remote_as, router_id;
	bool four_octet_as;
	bool families[IP_FAMILIES]; /* negotiated */
	bool add_path[IP_FAMILIES]; /* its prefixes come with path ids */
	bool any_first_as;     /* do not insist on an eBGP peer's own AS in front (route servers) */
	bool extended_nexthop; /* IPv4 routes may have an IPv6 next hop (RFC 8950) */
};

static inline bool
bgp_codec_is_ebgp(const struct bgp_codec *c)
{
	return c->local_as != c->remote_as;
}

/* Room for attributes that cannot be borrowed as they are: AS paths of 2-octet peers grow by at
 * most 2, an AS4_PATH may come on top. Nothing is touched before it is needed. */
struct bgp_scratch {
	uint8_t path[2 * BGP_MSG_EXT_MAX];
	uint8_t merged[3 * BGP_MSG_EXT_MAX];
	uint8_t opaque[BGP_MSG_EXT_MAX];
};

struct bgp_update {
	enum bgp_disposition disposition;
	uint8_t bad_attr;       /* type of the attribute that decided, 0 if it was none */
	const char *why;        /* in words, a constant string; NULL if all was well */
	struct bgp_error error; /* when BGP_SESSION_RESET */
	uint32_t discarded;     /* attributes */
	uint8_t n_faults;       /* what was found, once each, as far as there is room */
	struct bgp_fault faults[8];

	bool end_of_rib;
	uint8_t end_of_rib_family;

	/* Withdrawals of the message body (IPv4) and of MP_UNREACH_NLRI. */
	struct bgp_nlri withdrawn, mp_withdrawn;
	/* Announcements: of the body with attrs, and of MP_REACH_NLRI with the same but for
	 * mp_nexthop. To be taken as withdrawals unless bgp_update_is_good(). */
	struct bgp_nlri announced, mp_announced;
	uint32_t n_withdrawn, n_announced; /* prefixes, body and MP together */
	struct route_attrs attrs;
	struct route_nexthop mp_nexthop;
};

static inline bool
bgp_update_is_good(const struct bgp_update *u)
{
	return u->disposition <= BGP_DISCARD_ATTRIBUTE;
}

/* Decode the body of an UPDATE into *u, which needs no initialisation. */
void bgp_update_decode(const struct bgp_codec *codec, struct bgp_scratch *scratch, struct rd body,
    struct bgp_update *u);

/* How attributes are written. */
struct bgp_encode {
	uint32_t local_as; /* prepended on eBGP */
	bool ebgp;         /* LOCAL_PREF is left out */
	bool four_octet_as;
	bool reflect; /* also ORIGINATOR_ID, CLUSTER_LIST and opaque: what a reflector sends */
	bool extended_nexthop; /* the peer takes IPv4 routes with an IPv6 next hop */
};

/* True if a route of the family may have this next hop: one of its own family, or an IPv6 one for
 * IPv4 where that was agreed on (RFC 8950). */
bool bgp_nexthop_fits(
    const struct bgp_encode *how, enum ip_family family, const struct route_nexthop *nexthop);

/* Append one attribute: its header, with a length of two octets where one is too short, and value.
 */
void bgp_attr_put(struct wr *w, uint8_t flags, uint8_t type, const void *value, size_t len);
void bgp_attr_put_u32(struct wr *w, uint8_t flags, uint8_t type, uint32_t value);

/* Append the attributes but NEXT_HOP of MP_REACH_NLRI routes (those with an IPv6 next hop), which
 * is written by bgp_update_compose(). */
void bgp_attrs_encode(struct wr *w, const struct bgp_encode *how, const struct route_attrs *attrs,
    enum ip_family family);

/* Bytes of NLRI there is room for in an UPDATE with attrs_len bytes of attributes; 0 if none. */
size_t bgp_update_room(const struct route_nexthop *nexthop, size_t attrs_len);

/* The same for an UPDATE that only withdraws, of either family. */
#define BGP_WITHDRAW_ROOM (BGP_MSG_MAX - BGP_HEADER_LEN - 4 - 7)

/* Append a whole UPDATE from its parts, which must fit: announcement, and withdrawal. */
void bgp_update_compose(struct wr *w, enum ip_family family, const struct route_nexthop *nexthop,
    struct span attrs, struct span nlri);
void bgp_update_compose_withdraw(struct wr *w, enum ip_family family, struct span nlri);

/* Append one UPDATE that announces the first of n prefixes of one family, as many as fit; gives
 * how many that is. 0: the attributes alone are too long, or the next hop does not fit.
 */
size_t bgp_update_announce(struct wr *w, const struct bgp_encode *how,
    const struct route_attrs *attrs, const struct ip_prefix *prefixes, size_t n);

void bgp_update_end_of_rib(struct wr *w, enum ip_family family);

#endif
