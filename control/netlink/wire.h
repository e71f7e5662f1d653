/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of netlink messages (RFC 3549 2.2, 2.3): headers and attributes over struct rd and
 * struct wr. Numbers are in host order, and messages and attributes are padded to 4 bytes.
 *
 *      | length type flags seq port | family header | len type value pad | len type value pad | ...
 *
 * A datagram may hold several messages. Whatever is cut off or too long sets the reader's error.
 */
#ifndef CONTROL_NETLINK_WIRE_H
#define CONTROL_NETLINK_WIRE_H

#include "lib/ip.h"
#include "lib/rd.h"
#include "lib/wr.h"

/* A message as read: its header, and a reader of the rest. */
struct nl_head {
	uint16_t type, flags;
	uint32_t seq, port;
	struct rd body;
};

/* The next message of a datagram; false at its end, and on a broken header (then !rd_ok()). */
bool nl_next(struct rd *datagram, struct nl_head *out);

/* The next attribute; false at the end or on a broken one. Flag bits are taken off the type. */
bool nl_attr_next(struct rd *attrs, uint16_t *type, struct rd *value);

/* Host-order numbers. */
uint16_t nl_u16(struct rd *r);
uint32_t nl_u32(struct rd *r);

/* An address of 4 or 16 bytes; false on any other length. */
bool nl_addr(struct rd *value, struct ip_addr *out);

/* Begin a message; gives the mark for nl_end(), which fills in its length. */
size_t nl_begin(struct wr *w, uint16_t type, uint16_t flags, uint32_t seq);
void nl_end(struct wr *w, size_t mark);

void nl_put(struct wr *w, uint16_t type, const void *value, size_t len);
void nl_put_u32(struct wr *w, uint16_t type, uint32_t value);
void nl_put_addr(struct wr *w, uint16_t type, const struct ip_addr *a);

/* An attribute, or an array element with a u16 length in front, that holds others. */
size_t nl_nest(struct wr *w, uint16_t type);
void nl_nest_end(struct wr *w, size_t mark);

#endif
