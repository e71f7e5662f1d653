/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of the error codes, by table, and the two texts an operator sees.
 *
 * What the peer wrote ends in our log and on terminals, so it passes add_escaped() first and is cut
 * to the caller's buffer. Nothing here trusts a length inside the data field: one that lies is cut,
 * because an error in a NOTIFICATION is never answered.
 */
#include "bgpd/notify.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/msg.h"

#define HEX_BYTES 32 /* of an error's data in its text */

static const char *const header_names[] = {
	[BGP_HEADER_NOT_SYNCHRONIZED] = "Connection Not Synchronized",
	[BGP_HEADER_BAD_LENGTH] = "Bad Message Length",
	[BGP_HEADER_BAD_TYPE] = "Bad Message Type",
};

static const char *const open_names[] = {
	[BGP_OPEN_UNSPECIFIC] = "Unspecific",
	[BGP_OPEN_VERSION] = "Unsupported Version Number",
	[BGP_OPEN_PEER_AS] = "Bad Peer AS",
	[BGP_OPEN_ID] = "Bad BGP Identifier",
	[BGP_OPEN_PARAMETER] = "Unsupported Optional Parameter",
	[5] = "Authentication Failure",
	[BGP_OPEN_HOLD_TIME] = "Unacceptable Hold Time",
	[BGP_OPEN_CAPABILITY] = "Unsupported Capability",
	[11] = "Role Mismatch",
};

static const char *const update_names[] = {
	[BGP_UPDATE_MALFORMED] = "Malformed Attribute List",
	[2] = "Unrecognized Well-known Attribute",
	[3] = "Missing Well-known Attribute",
	[BGP_UPDATE_FLAGS] = "Attribute Flags Error",
	[BGP_UPDATE_LENGTH] = "Attribute Length Error",
	[6] = "Invalid ORIGIN Attribute",
	[8] = "Invalid NEXT_HOP Attribute",
	[BGP_UPDATE_OPTIONAL] = "Optional Attribute Error",
	[BGP_UPDATE_NETWORK] = "Invalid Network Field",
	[11] = "Malformed AS_PATH",
};

static const char *const fsm_names[] = {
	[0] = "Unspecified",
	[BGP_FSM_IN_OPENSENT] = "Unexpected Message in OpenSent",
	[BGP_FSM_IN_OPENCONFIRM] = "Unexpected Message in OpenConfirm",
	[BGP_FSM_IN_ESTABLISHED] = "Unexpected Message in Established",
};

static const char *const cease_names[] = {
	[BGP_CEASE_MAX_PREFIXES] = "Maximum Number of Prefixes Reached",
	[BGP_CEASE_SHUTDOWN] = "Administrative Shutdown",
	[BGP_CEASE_DECONFIGURED] = "Peer De-configured",
	[BGP_CEASE_RESET] = "Administrative Reset",
	[BGP_CEASE_REJECTED] = "Connection Rejected",
	[BGP_CEASE_CONFIG_CHANGE] = "Other Configuration Change",
	[BGP_CEASE_COLLISION] = "Connection Collision Resolution",
	[BGP_CEASE_RESOURCES] = "Out of Resources",
	[BGP_CEASE_HARD_RESET] = "Hard Reset",
	[10] = "BFD Down",
};

/* RFC 7313: an answer to a bad ROUTE-REFRESH. */
static const char *const refresh_names[] = {
	[BGP_REFRESH_BAD_LENGTH] = "Invalid Message Length",
};

static const struct {
	const char *name;
	const char *const *subcodes;
	size_t n;
} codes[] = {
	[BGP_ERR_HEADER] = { "Message Header Error", header_names, ARRAY_LEN(header_names) },
	[BGP_ERR_OPEN] = { "OPEN Message Error", open_names, ARRAY_LEN(open_names) },
	[BGP_ERR_UPDATE] = { "UPDATE Message Error", update_names, ARRAY_LEN(update_names) },
	[BGP_ERR_HOLD_TIMER] = { "Hold Timer Expired", NULL, 0 },
	[BGP_ERR_FSM] = { "Finite State Machine Error", fsm_names, ARRAY_LEN(fsm_names) },
	[BGP_ERR_CEASE] = { "Cease", cease_names, ARRAY_LEN(cease_names) },
	[BGP_ERR_REFRESH] = { "ROUTE-REFRESH Message Error", refresh_names,
	    ARRAY_LEN(refresh_names) },
	[BGP_ERR_SEND_HOLD_TIMER] = { "Send Hold Timer Expired", NULL, 0 },
};

void
bgp_notify_encode(struct wr *w, const struct bgp_error *e)
{
	size_t room = BGP_MSG_MAX - BGP_HEADER_LEN - 2;
	size_t mark = bgp_msg_begin(w, BGP_MSG_NOTIFICATION);

	wr_u8(w, e->code);
	wr_u8(w, e->subcode);
	wr_bytes(w, e->data.data, size_min(e->data.len, room));
	bgp_msg_end(w, mark);
}

size_t
bgp_notify_shutdown_data(const char *text, uint8_t buf[1 + BGP_SHUTDOWN_TEXT_MAX])
{
	size_t n = text != NULL ? strlen(text) : 0;

	if (n == 0)
		return 0;
	if (n > BGP_SHUTDOWN_TEXT_MAX) {
		n = BGP_SHUTDOWN_TEXT_MAX;
		/* 10xxxxxx continues a character: cut before its first byte. */
		while (n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80)
			n--;
	}
	buf[0] = (uint8_t)n;
	memcpy(buf + 1, text, n);
	return 1 + n;
}

struct bgp_error
bgp_notify_hard_reset(const struct bgp_error *e, uint8_t buf[BGP_HARD_RESET_MAX])
{
	struct wr w = wr_make(buf, BGP_HARD_RESET_MAX);

	wr_u8(&w, e->code);
	wr_u8(&w, e->subcode);
	wr_bytes(&w, e->data.data, size_min(e->data.len, BGP_HARD_RESET_MAX - 2));
	return (struct bgp_error){
		.code = BGP_ERR_CEASE, .subcode = BGP_CEASE_HARD_RESET, .data = { buf, wr_len(&w) }
	};
}

bool
bgp_notify_is_hard_reset(const struct bgp_error *e)
{
	return e->code == BGP_ERR_CEASE && e->subcode == BGP_CEASE_HARD_RESET;
}

void
bgp_notify_decode(struct rd body, struct bgp_error *e)
{
	*e = (struct bgp_error){ .why = NULL };
	if (rd_left(&body) < 2) {
		e->why = "truncated NOTIFICATION";
		return;
	}
	e->code = rd_u8(&body);
	e->subcode = rd_u8(&body);
	e->data = (struct span){ .data = body.pos, .len = rd_left(&body) };
}

/* "Cease/Administrative Shutdown". Unknown codes are given as numbers. */
static void
put_name(uint8_t code, uint8_t subcode, char *buf, size_t size)
{
	const char *sub;

	if (code >= ARRAY_LEN(codes) || codes[code].name == NULL) {
		snprintf(buf, size, "error %u/%u", code, subcode);
		return;
	}
	sub = subcode < codes[code].n ? codes[code].subcodes[subcode] : NULL;
	if (sub != NULL)
		snprintf(buf, size, "%s/%s", codes[code].name, sub);
	else if (subcode == 0)
		snprintf(buf, size, "%s", codes[code].name);
	else
		snprintf(buf, size, "%s/%u", codes[code].name, subcode);
}

/* Append bytes, escaped, to the text in buf. */
static void
add_escaped(char *buf, size_t size, const uint8_t *bytes, size_t n)
{
	size_t at = strlen(buf);

	for (size_t i = 0; i < n && at + 5 <= size; i++) {
		uint8_t c = bytes[i];

		if (c >= 0x20 && c < 0x7f && c != '\\' && c != '"')
			at += (size_t)snprintf(buf + at, size - at, "%c", c);
		else
			at += (size_t)snprintf(buf + at, size - at, "\\x%02x", c);
	}
}

/* Append data that has no words, in hex: as much of it as helps. */
static void
add_hex(char *buf, size_t size, struct span data)
{
	size_t at = strlen(buf), shown = size_min(data.len, HEX_BYTES);

	at += (size_t)snprintf(buf + at, size - at, ", data ");
	for (size_t i = 0; i < shown && at + 3 <= size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%02x", data.data[i]);
	if (shown < data.len && at + 4 <= size)
		snprintf(buf + at, size - at, "...");
}

static bool
is_shutdown(const struct bgp_error *e)
{
	return e->code == BGP_ERR_CEASE &&
	       (e->subcode == BGP_CEASE_SHUTDOWN || e->subcode == BGP_CEASE_RESET);
}

/* RFC 4486 4: {AFI 2, SAFI 1, limit 4}; false where it is not that. */
static bool
add_limit(char *buf, size_t size, const struct bgp_error *e)
{
	struct rd r = rd_make(e->data.data, e->data.len);
	uint16_t afi = rd_u16(&r);
	uint8_t safi = rd_u8(&r);
	uint32_t limit = rd_u32(&r);
	enum ip_family family;
	size_t at = strlen(buf);

	if (e->code != BGP_ERR_CEASE || e->subcode != BGP_CEASE_MAX_PREFIXES || !rd_ok(&r) ||
	    rd_left(&r) > 0 || !bgp_family_of(afi, safi, &family))
		return false;
	snprintf(buf + at, size - at, ": %s, limit %u", ip_family_name(family), limit);
	return true;
}

/* Append the name of an error and what it says more. */
static void
add_error(bool sent, const struct bgp_error *e, char *buf, size_t size)
{
	size_t at = strlen(buf);

	put_name(e->code, e->subcode, buf + at, size - at);
	at = strlen(buf);
	if (e->why != NULL) {
		snprintf(buf + at, size - at, ": %s", e->why);
	} else if (is_shutdown(e)) {
		/* RFC 9003: one length byte, then text. A length that lies is cut, not an error. */
		if (e->data.len < 2)
			return;
		snprintf(buf + at, size - at, ": ");
		add_escaped(
		    buf, size, e->data.data + 1, size_min(e->data.data[0], e->data.len - 1));
	} else if (e->data.len > 0 && !sent && !bgp_notify_is_hard_reset(e) &&
		   !add_limit(buf, size, e)) {
		add_hex(buf, size, e->data);
	}
}

void
bgp_notify_describe(bool sent, const struct bgp_error *e, char *buf, size_t size)
{
	struct bgp_error inner;
	size_t at;

	snprintf(buf, size, "%s ", sent ? "sent" : "received");
	add_error(sent, e, buf, size);
	if (!bgp_notify_is_hard_reset(e) || e->data.len < 2)
		return;
	/* RFC 8538 3: the error that it stands for is inside. */
	bgp_notify_decode(rd_make(e->data.data, e->data.len), &inner);
	at = strlen(buf);
	snprintf(buf + at, size - at, ": ");
	add_error(sent, &inner, buf, size);
}
