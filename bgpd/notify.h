/* SPDX-License-Identifier: Apache-2.0 */
/* NOTIFICATION: what went wrong, as a value, on the wire and in words (RFC 4271 4.5, 6; RFC 4486,
 * 6608, 9003). */
#ifndef BGPD_NOTIFY_H
#define BGPD_NOTIFY_H

#include "bgpd/proto.h"
#include "lib/rd.h"
#include "lib/route.h"
#include "lib/wr.h"

/* An error in NOTIFICATION terms. code 0: no error. */
struct bgp_error {
	uint8_t code, subcode;
	struct span data; /* borrowed */
	const char *why;  /* more than the code says, a constant string; may be NULL */
};

/* A NOTIFICATION's shutdown text may have this many bytes (RFC 9003 2). */
#define BGP_SHUTDOWN_TEXT_MAX 255

/* Append a NOTIFICATION message. */
void bgp_notify_encode(struct wr *w, const struct bgp_error *e);

/* Data field of a Cease/Administrative Shutdown or Reset with `text` (NULL: none) into buf, cut at
 * BGP_SHUTDOWN_TEXT_MAX bytes but never inside a UTF-8 character; gives the bytes used. */
size_t bgp_notify_shutdown_data(const char *text, uint8_t buf[1 + BGP_SHUTDOWN_TEXT_MAX]);

/* Room for a Hard Reset around an error with shutdown text. */
#define BGP_HARD_RESET_MAX (2 + 1 + BGP_SHUTDOWN_TEXT_MAX)

/* Cease/Hard Reset around *e, whose data is cut to fit (RFC 8538 3); the result borrows buf. */
struct bgp_error bgp_notify_hard_reset(const struct bgp_error *e, uint8_t buf[BGP_HARD_RESET_MAX]);

bool bgp_notify_is_hard_reset(const struct bgp_error *e);

/* Read the body of a NOTIFICATION. One that is too short gives code 0: the session ends all the
 * same, and an error in a NOTIFICATION is never answered (RFC 4271 6.4). */
void bgp_notify_decode(struct rd body, struct bgp_error *e);

/* "sent Cease/Administrative Shutdown: text", or "received ...", into buf, cut at size. After the
 * colon come `why`, or the peer's shutdown text, escaped: printable ASCII as it is, all else as
 * \xNN, so that a log line or terminal is never in the peer's hands. Data of another error that we
 * have received are in hex, those of Maximum Number of Prefixes Reached in words. Of a Hard Reset
 * the error inside is described, too. */
void bgp_notify_describe(bool sent, const struct bgp_error *e, char *buf, size_t size);

#endif
