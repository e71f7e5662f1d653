/* SPDX-License-Identifier: Apache-2.0 */
/* Framing: the 19-byte header every BGP message has (RFC 4271 4.1, 6.1). */
#ifndef BGPD_MSG_H
#define BGPD_MSG_H

#include "bgpd/neighbor.h"
#include "bgpd/notify.h"

/* One whole message, borrowed from the bytes it was found in. */
struct bgp_msg {
	uint8_t type;
	const uint8_t *data; /* the header's first byte */
	size_t len;          /* header included */
};

enum bgp_frame {
	BGP_FRAME_MORE,    /* not all there: msg->len says how many bytes to come back with */
	BGP_FRAME_MESSAGE, /* the type is known and the length legal for it */
	BGP_FRAME_ERROR    /* *err says what to send */
};

/* The message that begins at data, which may have `max` bytes: BGP_MSG_MAX, or BGP_MSG_EXT_MAX
 * where extended messages were agreed on (RFC 8654; OPEN and KEEPALIVE stay within BGP_MSG_MAX). A
 * bad header is an error as soon as its 19 bytes are there, however much of the body is. */
enum bgp_frame bgp_msg_peek(
    const uint8_t *data, size_t len, size_t max, struct bgp_msg *msg, struct bgp_error *err);

/* What follows the header. */
static inline struct rd
bgp_msg_body(const struct bgp_msg *msg)
{
	return rd_make(msg->data + BGP_HEADER_LEN, msg->len - BGP_HEADER_LEN);
}

/* Begin a message and end it: the length is filled in. The mark goes from one to the other. */
size_t bgp_msg_begin(struct wr *w, uint8_t type);
void bgp_msg_end(struct wr *w, size_t mark);

/* Whole messages. */
void bgp_msg_keepalive(struct wr *w);
void bgp_msg_refresh(struct wr *w, uint8_t type, enum ip_family family, uint8_t subtype);

/* AFI of a family, and back; false when it is not one of ours. */
uint16_t bgp_afi_of(enum ip_family family);
bool bgp_family_of(uint16_t afi, uint8_t safi, enum ip_family *family);

/* One more message of the type. */
void bgp_msg_count(struct bgp_counters *counters, uint8_t type);

#endif
