/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an UPDATE: carve, then look.
 *
 *   withdrawn length 2 | withdrawn routes | attributes length 2 | attributes | NLRI
 *
 * The three parts are carved with their own readers, so nothing below can see outside of its part.
 * Prefixes are validated first, because treat-as-withdraw needs to know what to withdraw: if they
 * cannot be found the session has to be reset (RFC 7606 3 j, 5.3).
 */
#include "bgpd/update.h"

#include <string.h>

#include "bgpd/attr.h"
#include "bgpd/nlri.h"

static const struct span no_data = { .data = NULL, .len = 0 };

static struct bgp_nlri
v4_nlri(const struct bgp_codec *codec, const struct rd *r)
{
	return (struct bgp_nlri){
		.pos = r->pos, .end = r->end, .family = IP_V4, .add_path = codec->add_path[IP_V4]
	};
}

static bool
nlri_is_empty(const struct bgp_nlri *n)
{
	return n->pos == n->end;
}

/* The IPv4 prefixes of the message body; false after a reset. A peer with which IPv4 was not
 * agreed may not send any: they are validated, and not taken. */
static bool
take_body_nlri(const struct bgp_codec *codec, const struct rd *withdrawn, const struct rd *nlri,
    struct bgp_update *u)
{
	bool add_path = codec->add_path[IP_V4];

	if (!bgp_nlri_check(withdrawn, IP_V4, add_path, &u->n_withdrawn)) {
		bgp_update_reset(
		    u, BGP_UPDATE_NETWORK, 0, "invalid prefix in withdrawn routes", no_data);
		return false;
	}
	if (!bgp_nlri_check(nlri, IP_V4, add_path, &u->n_announced)) {
		bgp_update_reset(u, BGP_UPDATE_NETWORK, 0, "invalid prefix in NLRI", no_data);
		return false;
	}
	if (!codec->families[IP_V4])
		u->n_withdrawn = u->n_announced = 0;
	if (u->n_withdrawn > 0)
		u->withdrawn = v4_nlri(codec, withdrawn);
	if (u->n_announced > 0)
		u->announced = v4_nlri(codec, nlri);
	return true;
}

/* RFC 4271 5: what must be there when something is announced. LOCAL_PREF is not insisted on. */
static void
check_mandatory(struct bgp_update *u, const struct bgp_attr_list *list, bool body_routes)
{
	if (!bgp_attr_seen(list, BGP_ATTR_ORIGIN))
		bgp_update_judge(u, BGP_TREAT_AS_WITHDRAW, BGP_ATTR_ORIGIN, "no ORIGIN");
	if (!bgp_attr_seen(list, BGP_ATTR_AS_PATH))
		bgp_update_judge(u, BGP_TREAT_AS_WITHDRAW, BGP_ATTR_AS_PATH, "no AS_PATH");
	if (!body_routes)
		return;
	if (!bgp_attr_seen(list, BGP_ATTR_NEXT_HOP))
		bgp_update_judge(u, BGP_TREAT_AS_WITHDRAW, BGP_ATTR_NEXT_HOP, "no NEXT_HOP");
	else if (!bgp_nexthop_is_usable(&u->attrs.nexthop.addr))
		bgp_update_judge(u, BGP_TREAT_AS_WITHDRAW, BGP_ATTR_NEXT_HOP, "NEXT_HOP value");
}

/* eBGP: the peer's own AS leads AS_PATH (RFC 4271 6.3), ours is not in it (9.1.2). iBGP: we are
 * neither originator nor on the reflection path (RFC 4456 8). */
static void
check_loops(const struct bgp_codec *codec, const struct bgp_attr_list *list, struct bgp_update *u)
{
	const struct route_attrs *a = &u->attrs;
	struct rd clusters = rd_make(a->cluster_list.data, a->cluster_list.len);

	if (bgp_codec_is_ebgp(codec) && list->as_path_good) {
		if (!codec->any_first_as && route_as_path_first(a->as_path) != codec->remote_as)
			bgp_update_judge(u, BGP_TREAT_AS_WITHDRAW, BGP_ATTR_AS_PATH,
			    "AS_PATH does not begin with the peer's AS");
		if (list->as_path_has_local)
			bgp_update_judge(
			    u, BGP_IGNORE_ROUTE, BGP_ATTR_AS_PATH, "our AS is in AS_PATH");
	}
	if (a->has_originator_id && a->originator_id == codec->router_id)
		bgp_update_judge(
		    u, BGP_IGNORE_ROUTE, BGP_ATTR_ORIGINATOR_ID, "we are the originator");
	while (rd_left(&clusters) > 0)
		if (rd_u32(&clusters) == codec->router_id)
			bgp_update_judge(u, BGP_IGNORE_ROUTE, BGP_ATTR_CLUSTER_LIST,
			    "our identifier is in CLUSTER_LIST");
}

/* RFC 4724 2: an UPDATE with nothing in it, or with nothing but an empty MP_UNREACH_NLRI. */
static void
detect_end_of_rib(const struct bgp_codec *codec, const struct bgp_attr_list *list, bool attrs_empty,
    struct bgp_update *u)
{
	if (attrs_empty) {
		u->end_of_rib = codec->families[IP_V4];
		u->end_of_rib_family = IP_V4;
	} else if (list->n == 1 && u->mp_withdrawn.pos != NULL && nlri_is_empty(&u->mp_withdrawn)) {
		u->end_of_rib = true;
		u->end_of_rib_family = u->mp_withdrawn.family;
	}
}

/* BGP_ACCEPT, and nothing in it. Of a memset() whose size it sees, gcc makes a string instruction
 * that takes longer to begin than the rest takes: a tenth of what an UPDATE costs. */
static void
clear(struct bgp_update *u)
{
	size_t size = sizeof(*u);

	__asm__("" : "+r"(size));
	memset(u, 0, size);
}

void
bgp_update_decode(const struct bgp_codec *codec, struct bgp_scratch *scratch, struct rd body,
    struct bgp_update *u)
{
	size_t withdrawn_len = rd_u16(&body);
	struct rd withdrawn = rd_sub(&body, withdrawn_len, 1);
	size_t attrs_len = rd_u16(&body);
	struct rd attrs = rd_sub(&body, attrs_len, 1);
	struct bgp_attr_list list;
	bool body_routes, reachable;

	clear(u);
	if (!rd_ok(&body)) {
		bgp_update_reset(u, BGP_UPDATE_MALFORMED, 0, "lengths exceed the UPDATE", no_data);
		return;
	}
	body_routes = rd_left(&body) > 0;
	if (!take_body_nlri(codec, &withdrawn, &body, u))
		return;
	bgp_attrs_decode(codec, scratch, &attrs, u, &list);
	if (u->disposition == BGP_SESSION_RESET)
		return;
	reachable = body_routes || bgp_attr_seen(&list, BGP_ATTR_MP_REACH);
	if (reachable) {
		check_mandatory(u, &list, body_routes);
		check_loops(codec, &list, u);
	} else if (u->disposition == BGP_TREAT_AS_WITHDRAW) {
		/* RFC 7606 5.2: what the error hides may be the very routes. */
		bgp_update_reset(u, BGP_UPDATE_MALFORMED, u->bad_attr, u->why, no_data);
	} else if (withdrawn_len == 0) {
		detect_end_of_rib(codec, &list, attrs_len == 0, u);
	}
}
