/* SPDX-License-Identifier: Apache-2.0 */
#include "control/netlink/wire.h"

#include <linux/netlink.h>

/* The same as unsigned numbers. */
#define ATTR_HEADER_BYTES    sizeof(struct nlattr)
#define ATTR_TYPE_BITS       ((uint16_t)(unsigned)NLA_TYPE_MASK)
#define MESSAGE_HEADER_BYTES sizeof(struct nlmsghdr)

/* --- reading --- */

uint16_t
nl_u16(struct rd *r)
{
	uint16_t v;

	rd_copy(r, &v, sizeof(v));
	return v;
}

uint32_t
nl_u32(struct rd *r)
{
	uint32_t v;

	rd_copy(r, &v, sizeof(v));
	return v;
}

/* What pads `len` to a multiple of 4; the last of its kind may come without. */
static void
skip_pad(struct rd *r, size_t len)
{
	size_t pad = NLMSG_ALIGN(len) - len;

	rd_skip(r, size_min(pad, rd_left(r)));
}

bool
nl_next(struct rd *datagram, struct nl_head *out)
{
	uint32_t len;

	if (rd_left(datagram) == 0)
		return false;
	len = nl_u32(datagram);
	*out = (struct nl_head){ .type = nl_u16(datagram), .flags = 0 };
	out->flags = nl_u16(datagram);
	out->seq = nl_u32(datagram);
	out->port = nl_u32(datagram);
	if (!rd_ok(datagram) || len < MESSAGE_HEADER_BYTES) {
		datagram->failed = true;
		return false;
	}
	out->body = rd_sub(datagram, len - MESSAGE_HEADER_BYTES, 1);
	skip_pad(datagram, len);
	return rd_ok(datagram);
}

bool
nl_attr_next(struct rd *attrs, uint16_t *type, struct rd *value)
{
	uint16_t len;

	if (rd_left(attrs) == 0)
		return false;
	len = nl_u16(attrs);
	*type = nl_u16(attrs) & ATTR_TYPE_BITS;
	if (!rd_ok(attrs) || len < ATTR_HEADER_BYTES) {
		attrs->failed = true;
		return false;
	}
	*value = rd_sub(attrs, len - ATTR_HEADER_BYTES, 1);
	skip_pad(attrs, len);
	return rd_ok(attrs);
}

bool
nl_addr(struct rd *value, struct ip_addr *out)
{
	size_t len = rd_left(value);

	if (len != 4 && len != 16)
		return false;
	*out = ip_from_bytes(len == 4 ? IP_V4 : IP_V6, rd_bytes(value, len));
	return true;
}

/* --- writing --- */

static void
put_host_u16(struct wr *w, uint16_t v)
{
	wr_bytes(w, &v, sizeof(v));
}

static void
put_host_u32(struct wr *w, uint32_t v)
{
	wr_bytes(w, &v, sizeof(v));
}

static void
put_pad(struct wr *w, size_t len)
{
	static const uint8_t zeros[4];

	wr_bytes(w, zeros, NLMSG_ALIGN(len) - len);
}

size_t
nl_begin(struct wr *w, uint16_t type, uint16_t flags, uint32_t seq)
{
	size_t mark = wr_mark(w);

	put_host_u32(w, 0);
	put_host_u16(w, type);
	put_host_u16(w, flags);
	put_host_u32(w, seq);
	put_host_u32(w, 0);
	return mark;
}

void
nl_end(struct wr *w, size_t mark)
{
	uint32_t len = (uint32_t)(wr_len(w) - mark);

	if (wr_ok(w))
		memcpy(w->start + mark, &len, sizeof(len));
}

void
nl_put(struct wr *w, uint16_t type, const void *value, size_t len)
{
	put_host_u16(w, (uint16_t)(ATTR_HEADER_BYTES + len));
	put_host_u16(w, type);
	wr_bytes(w, value, len);
	put_pad(w, len);
}

void
nl_put_u32(struct wr *w, uint16_t type, uint32_t value)
{
	nl_put(w, type, &value, sizeof(value));
}

void
nl_put_addr(struct wr *w, uint16_t type, const struct ip_addr *a)
{
	uint8_t bytes[16];

	nl_put(w, type, bytes, ip_to_bytes(a, bytes));
}

size_t
nl_nest(struct wr *w, uint16_t type)
{
	size_t mark = wr_mark(w);

	put_host_u16(w, 0);
	put_host_u16(w, type);
	return mark;
}

void
nl_nest_end(struct wr *w, size_t mark)
{
	uint16_t len = (uint16_t)(wr_len(w) - mark);

	if (wr_ok(w))
		memcpy(w->start + mark, &len, sizeof(len));
}
