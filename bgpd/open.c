/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OPEN: a fixed part, then optional parameters, of which only Capabilities is used.
 *
 *   version 1 | my AS 2 | hold time 2 | identifier 4 | length 1 | parameters
 *
 * A parameter is {type 1, length 1, value}. RFC 9072 makes room for more: when the first type is
 * 255, a 2-byte total length follows and every parameter's length has 2 bytes. A Capabilities value
 * is a list of {code 1, length 1, value}. Every level is carved with rd_sub(), so that nothing can
 * be read outside of its parent, whatever the lengths claim.
 */
#include "bgpd/open.h"

#include <string.h>

#include "bgpd/msg.h"

static bool
fail(struct bgp_error *err, uint8_t subcode, const char *why)
{
	*err = (struct bgp_error){ .code = BGP_ERR_OPEN, .subcode = subcode, .why = why };
	return false;
}

/* RFC 8950 4: AFI, SAFI and next hop AFI, 2 bytes each. */
static const uint8_t v4_over_v6[6] = { 0, BGP_AFI_IPV4, 0, BGP_SAFI_UNICAST, 0, BGP_AFI_IPV6 };

static void
encode_capability(struct wr *w, uint8_t code, const void *value, size_t len)
{
	wr_u8(w, code);
	wr_u8(w, (uint8_t)len);
	wr_bytes(w, value, len);
}

static void
encode_add_path(struct wr *caps, const struct bgp_open *open)
{
	uint8_t value[4 * IP_FAMILIES];
	struct wr w = wr_make(value, sizeof(value));

	for (unsigned f = 0; f < IP_FAMILIES; f++) {
		if (open->add_path[f] == 0)
			continue;
		wr_u16(&w, bgp_afi_of((enum ip_family)f));
		wr_u8(&w, BGP_SAFI_UNICAST);
		wr_u8(&w, open->add_path[f]);
	}
	if (wr_len(&w) > 0)
		encode_capability(caps, BGP_CAP_ADD_PATH, value, wr_len(&w));
}

static void
encode_graceful_restart(struct wr *caps, const struct bgp_graceful_restart *g)
{
	uint8_t value[2 + 4 * IP_FAMILIES];
	struct wr w = wr_make(value, sizeof(value));

	ASSERT(g->time_s <= BGP_RESTART_TIME);
	wr_u16(&w, (uint16_t)((g->restarted ? BGP_RESTART_RESTARTED : 0) |
			      (g->notification ? BGP_RESTART_NOTIFICATION : 0) | g->time_s));
	for (unsigned f = 0; f < IP_FAMILIES; f++) {
		if (!g->families[f])
			continue;
		wr_u16(&w, bgp_afi_of((enum ip_family)f));
		wr_u8(&w, BGP_SAFI_UNICAST);
		wr_u8(&w, g->forwarding[f] ? BGP_RESTART_FORWARDING : 0);
	}
	encode_capability(caps, BGP_CAP_GRACEFUL_RESTART, value, wr_len(&w));
}

static void
encode_capabilities(struct wr *caps, const struct bgp_open *open)
{
	for (unsigned f = 0; f < IP_FAMILIES; f++) {
		uint8_t mp[4] = { 0, (uint8_t)bgp_afi_of((enum ip_family)f), 0, BGP_SAFI_UNICAST };

		if (open->families[f])
			encode_capability(caps, BGP_CAP_MULTIPROTOCOL, mp, sizeof(mp));
	}
	if (open->refresh_type != 0)
		encode_capability(caps, BGP_CAP_REFRESH, NULL, 0);
	if (open->graceful_restart)
		encode_graceful_restart(caps, &open->restart);
	if (open->four_octet_as) {
		wr_u8(caps, BGP_CAP_AS4);
		wr_u8(caps, 4);
		wr_u32(caps, open->as);
	}
	if (open->extended_nexthop)
		encode_capability(caps, BGP_CAP_EXTENDED_NEXTHOP, v4_over_v6, sizeof(v4_over_v6));
	if (open->enhanced_refresh)
		encode_capability(caps, BGP_CAP_ENHANCED_REFRESH, NULL, 0);
	if (open->extended_message)
		encode_capability(caps, BGP_CAP_EXTENDED_MESSAGE, NULL, 0);
	encode_add_path(caps, open);
}

void
bgp_open_encode(struct wr *w, const struct bgp_open *open)
{
	uint8_t params[64];
	struct wr caps = wr_make(params, sizeof(params));
	size_t mark;

	encode_capabilities(&caps, open);
	ASSERT(wr_ok(&caps));

	mark = bgp_msg_begin(w, BGP_MSG_OPEN);
	wr_u8(w, BGP_VERSION);
	wr_u16(w, (uint16_t)(open->as <= UINT16_MAX ? open->as : BGP_AS_TRANS));
	wr_u16(w, open->hold_time_s);
	wr_u32(w, open->router_id);
	if (wr_len(&caps) == 0) {
		wr_u8(w, 0);
	} else {
		wr_u8(w, (uint8_t)(wr_len(&caps) + 2));
		wr_u8(w, BGP_PARAM_CAPABILITIES);
		wr_u8(w, (uint8_t)wr_len(&caps));
		wr_bytes(w, params, wr_len(&caps));
	}
	bgp_msg_end(w, mark);
}

/* RFC 7911 4: {AFI 2, SAFI 1, Send/Receive 1} a family. A value that is not one of the three, and a
 * list of broken length, are ignored. */
static void
decode_add_path(struct bgp_open *o, struct rd value)
{
	if (rd_left(&value) % 4 != 0)
		return;
	while (rd_left(&value) > 0) {
		uint16_t afi = rd_u16(&value);
		uint8_t safi = rd_u8(&value), how = rd_u8(&value);
		enum ip_family family;

		if (bgp_family_of(afi, safi, &family) && how >= BGP_ADD_PATH_RECEIVE &&
		    how <= (BGP_ADD_PATH_RECEIVE | BGP_ADD_PATH_SEND))
			o->add_path[family] = how;
	}
}

static void
decode_extended_nexthop(struct bgp_open *o, struct rd value)
{
	if (rd_left(&value) % sizeof(v4_over_v6) != 0)
		return;
	while (rd_left(&value) > 0)
		o->extended_nexthop |= memcmp(rd_bytes(&value, sizeof(v4_over_v6)), v4_over_v6,
					   sizeof(v4_over_v6)) == 0;
}

/* RFC 4724 3: flags and time 2, then {AFI 2, SAFI 1, flags 1} a family. Of several the last counts;
 * one of broken length is ignored. */
static void
decode_graceful_restart(struct bgp_open *o, struct rd value)
{
	struct bgp_graceful_restart *g = &o->restart;
	uint16_t head = rd_u16(&value);

	if (!rd_ok(&value) || rd_left(&value) % 4 != 0)
		return;
	o->graceful_restart = true;
	*g = (struct bgp_graceful_restart){ .time_s = head & BGP_RESTART_TIME,
		.restarted = (head & BGP_RESTART_RESTARTED) != 0,
		.notification = (head & BGP_RESTART_NOTIFICATION) != 0 };
	while (rd_left(&value) > 0) {
		uint16_t afi = rd_u16(&value);
		uint8_t safi = rd_u8(&value), flags = rd_u8(&value);
		enum ip_family family;

		if (!bgp_family_of(afi, safi, &family))
			continue;
		g->families[family] = true;
		g->forwarding[family] = (flags & BGP_RESTART_FORWARDING) != 0;
	}
}

static bool
decode_capability(struct bgp_open *o, uint8_t code, struct rd value, struct bgp_error *err)
{
	enum ip_family family;
	uint16_t afi;
	uint8_t safi;

	switch (code) {
	case BGP_CAP_MULTIPROTOCOL:
		if (rd_left(&value) != 4)
			return fail(err, BGP_OPEN_UNSPECIFIC, "multiprotocol capability length");
		o->multiprotocol = true;
		afi = rd_u16(&value);
		rd_skip(&value, 1);
		safi = rd_u8(&value);
		if (bgp_family_of(afi, safi, &family))
			o->families[family] = true;
		return true;
	case BGP_CAP_REFRESH: o->refresh_type = BGP_MSG_REFRESH; return true;
	case BGP_CAP_REFRESH_OLD:
		if (o->refresh_type == 0)
			o->refresh_type = BGP_MSG_REFRESH_OLD;
		return true;
	case BGP_CAP_GRACEFUL_RESTART: decode_graceful_restart(o, value); return true;
	case BGP_CAP_AS4:
		if (rd_left(&value) != 4)
			return fail(err, BGP_OPEN_UNSPECIFIC, "4-octet AS capability length");
		o->as = rd_u32(&value);
		o->four_octet_as = true;
		return true;
	case BGP_CAP_EXTENDED_NEXTHOP: decode_extended_nexthop(o, value); return true;
	case BGP_CAP_ENHANCED_REFRESH: o->enhanced_refresh = true; return true;
	case BGP_CAP_EXTENDED_MESSAGE: o->extended_message = true; return true;
	case BGP_CAP_ADD_PATH: decode_add_path(o, value); return true;
	default: o->unknown[code / 32] |= 1u << (code % 32); return true;
	}
}

static bool
decode_capabilities(struct bgp_open *o, struct rd r, struct bgp_error *err)
{
	while (rd_left(&r) > 0) {
		uint8_t code = rd_u8(&r), len = rd_u8(&r);
		struct rd value = rd_sub(&r, len, 1);

		if (!rd_ok(&r))
			return fail(err, BGP_OPEN_UNSPECIFIC, "capability overruns its parameter");
		if (!decode_capability(o, code, value, err))
			return false;
	}
	return true;
}

static bool
decode_parameters(struct bgp_open *o, struct rd r, bool extended, struct bgp_error *err)
{
	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r);
		size_t len = extended ? rd_u16(&r) : rd_u8(&r);
		struct rd value = rd_sub(&r, len, 1);

		if (!rd_ok(&r))
			return fail(
			    err, BGP_OPEN_UNSPECIFIC, "optional parameter overruns the OPEN");
		if (type != BGP_PARAM_CAPABILITIES)
			return fail(err, BGP_OPEN_PARAMETER, "optional parameter of unknown type");
		if (!decode_capabilities(o, value, err))
			return false;
	}
	return true;
}

bool
bgp_open_decode(struct rd body, struct bgp_open *out, struct bgp_error *err)
{
	static const uint8_t our_version[2] = { 0, BGP_VERSION };
	struct bgp_open o = { .as = 0 };
	uint8_t version = rd_u8(&body);
	uint16_t my_as = rd_u16(&body);
	size_t params_len;
	bool extended;

	o.as = my_as;
	o.hold_time_s = rd_u16(&body);
	o.router_id = rd_u32(&body);
	params_len = rd_u8(&body);
	if (!rd_ok(&body))
		return fail(err, BGP_OPEN_UNSPECIFIC, "truncated OPEN");
	if (version != BGP_VERSION) {
		fail(err, BGP_OPEN_VERSION, NULL);
		err->data = (struct span){ our_version, sizeof(our_version) };
		return false;
	}
	/* RFC 9072 2: the type decides; a one-byte length of 0 says there are none. */
	extended = params_len > 0 && rd_left(&body) > 0 && body.pos[0] == BGP_PARAM_EXTENDED;
	if (extended) {
		rd_skip(&body, 1);
		params_len = rd_u16(&body);
	}
	if (!rd_ok(&body) || params_len != rd_left(&body))
		return fail(err, BGP_OPEN_UNSPECIFIC, "optional parameters length");
	if (!decode_parameters(&o, body, extended, err))
		return false;
	if (!o.multiprotocol)
		o.families[IP_V4] = true;
	/* RFC 6793 4.1: an AS that fits 2 octets may stand there itself. */
	if (o.four_octet_as && my_as != o.as && my_as != BGP_AS_TRANS)
		return fail(err, BGP_OPEN_PEER_AS, "My AS and the 4-octet AS differ");
	*out = o;
	return true;
}

static const uint8_t mp_capabilities[12] = { BGP_CAP_MULTIPROTOCOL, 4, 0, BGP_AFI_IPV4, 0,
	BGP_SAFI_UNICAST, BGP_CAP_MULTIPROTOCOL, 4, 0, BGP_AFI_IPV6, 0, BGP_SAFI_UNICAST };

bool
bgp_open_check(const struct bgp_open *open, const struct bgp_open_policy *p, struct bgp_error *err)
{
	bool common = false;

	if (open->as == 0 || open->as != p->remote_as)
		return fail(err, BGP_OPEN_PEER_AS, "not the configured AS");
	if (open->router_id == 0)
		return fail(err, BGP_OPEN_ID, "the identifier is 0");
	if (p->remote_as == p->local_as && open->router_id == p->router_id)
		return fail(err, BGP_OPEN_ID, "the identifier is our own: change our router-id");
	if (open->hold_time_s == 1 || open->hold_time_s == 2)
		return fail(err, BGP_OPEN_HOLD_TIME, NULL);
	for (unsigned f = 0; f < IP_FAMILIES; f++)
		common |= open->families[f] && p->families[f];
	if (!common) {
		fail(err, BGP_OPEN_CAPABILITY, "no address family in common");
		/* RFC 5492 3: the capabilities that we would need. */
		err->data =
		    (struct span){ p->families[IP_V4] ? mp_capabilities : mp_capabilities + 6,
			    p->families[IP_V4] && p->families[IP_V6] ? 12 : 6 };
		return false;
	}
	return true;
}
