/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/msg.h"

static const uint8_t marker[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* Legal lengths by type (RFC 4271 6.1, RFC 2918 4, RFC 8654 4). NOTIFICATION: any, see
 * bgp_notify_decode(). ROUTE-REFRESH: what a wrong one costs depends on its subtype, see
 * conn_refresh.c. */
static bool
length_is_legal(uint8_t type, size_t len)
{
	switch (type) {
	case BGP_MSG_OPEN: return len >= 29 && len <= BGP_MSG_MAX;
	case BGP_MSG_UPDATE: return len >= 23;
	case BGP_MSG_KEEPALIVE: return len == BGP_HEADER_LEN;
	case BGP_MSG_REFRESH_OLD: return len == 23;
	default: return true;
	}
}

static enum bgp_frame
header_error(struct bgp_error *err, uint8_t subcode, const uint8_t *data, size_t len)
{
	*err = (struct bgp_error){
		.code = BGP_ERR_HEADER, .subcode = subcode, .data = { .data = data, .len = len }
	};
	return BGP_FRAME_ERROR;
}

enum bgp_frame
bgp_msg_peek(
    const uint8_t *data, size_t len, size_t max, struct bgp_msg *msg, struct bgp_error *err)
{
	struct rd r = rd_make(data, len);
	const uint8_t *mark = rd_bytes(&r, sizeof(marker));
	size_t msg_len = rd_u16(&r);
	uint8_t type = rd_u8(&r);

	if (!rd_ok(&r)) {
		msg->len = BGP_HEADER_LEN;
		return BGP_FRAME_MORE;
	}
	if (memcmp(mark, marker, sizeof(marker)) != 0)
		return header_error(err, BGP_HEADER_NOT_SYNCHRONIZED, NULL, 0);
	if (msg_len < BGP_HEADER_LEN || msg_len > max)
		return header_error(err, BGP_HEADER_BAD_LENGTH, data + 16, 2);
	if ((type < BGP_MSG_OPEN || type > BGP_MSG_REFRESH) && type != BGP_MSG_REFRESH_OLD)
		return header_error(err, BGP_HEADER_BAD_TYPE, data + 18, 1);
	if (!length_is_legal(type, msg_len))
		return header_error(err, BGP_HEADER_BAD_LENGTH, data + 16, 2);
	*msg = (struct bgp_msg){ .type = type, .data = data, .len = msg_len };
	return msg_len <= len ? BGP_FRAME_MESSAGE : BGP_FRAME_MORE;
}

size_t
bgp_msg_begin(struct wr *w, uint8_t type)
{
	size_t mark = wr_mark(w);

	wr_bytes(w, marker, sizeof(marker));
	wr_u16(w, 0);
	wr_u8(w, type);
	return mark;
}

void
bgp_msg_end(struct wr *w, size_t mark)
{
	size_t len = wr_len(w) - mark;

	if (len > BGP_MSG_MAX)
		w->failed = true;
	wr_set_u16(w, mark + 16, len);
}

void
bgp_msg_keepalive(struct wr *w)
{
	bgp_msg_end(w, bgp_msg_begin(w, BGP_MSG_KEEPALIVE));
}

void
bgp_msg_refresh(struct wr *w, uint8_t type, enum ip_family family, uint8_t subtype)
{
	size_t mark = bgp_msg_begin(w, type);

	wr_u16(w, bgp_afi_of(family));
	wr_u8(w, subtype);
	wr_u8(w, BGP_SAFI_UNICAST);
	bgp_msg_end(w, mark);
}

uint16_t
bgp_afi_of(enum ip_family family)
{
	return family == IP_V4 ? BGP_AFI_IPV4 : BGP_AFI_IPV6;
}

bool
bgp_family_of(uint16_t afi, uint8_t safi, enum ip_family *family)
{
	if (safi != BGP_SAFI_UNICAST || (afi != BGP_AFI_IPV4 && afi != BGP_AFI_IPV6))
		return false;
	*family = afi == BGP_AFI_IPV4 ? IP_V4 : IP_V6;
	return true;
}

void
bgp_msg_count(struct bgp_counters *counters, uint8_t type)
{
	switch (type) {
	case BGP_MSG_OPEN: counters->opens++; break;
	case BGP_MSG_UPDATE: counters->updates++; break;
	case BGP_MSG_NOTIFICATION: counters->notifications++; break;
	case BGP_MSG_KEEPALIVE: counters->keepalives++; break;
	case BGP_MSG_REFRESH:
	case BGP_MSG_REFRESH_OLD: counters->refreshes++; break;
	default: break;
	}
}
