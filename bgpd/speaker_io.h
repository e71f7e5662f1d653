/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP speaker: listening sockets, connections, timers, and the neighbours they belong to.
 * One per process, on one event loop.
 */
#ifndef BGPD_SPEAKER_IO_H
#define BGPD_SPEAKER_IO_H

#include "bgpd/neighbor.h"

struct ev_loop;
struct bgp_speaker;

struct bgp_speaker_stats {
	uint64_t accepted;        /* connections that matched a neighbour */
	uint64_t refused_unknown; /* closed at accept: no neighbour for these addresses */
	uint64_t refused_busy;    /* a neighbour already had its one half-open connection */
	uint64_t refused_held;    /* a neighbour that is disabled, or had too many prefixes */
	uint64_t refused_full;    /* every dynamic neighbour of the range is somebody else */
};

/* `seed` for timer jitter. */
struct bgp_speaker *bgp_speaker_new(struct ev_loop *loop, uint64_t seed);

/* Drops everything at once; call bgp_speaker_stop() first for an orderly end. */
void bgp_speaker_free(struct bgp_speaker *s);

/* Listen; 0 or -errno. Several addresses of both families may be listened on (IPV6_V6ONLY). */
MUST_CHECK int bgp_speaker_listen(
    struct bgp_speaker *s, const struct ip_addr *address, uint16_t port);

/* Stop listening there; true if it was. */
bool bgp_speaker_unlisten(struct bgp_speaker *s, const struct ip_addr *address, uint16_t port);

/* Add a neighbour and start it. The sink is copied; its ctx is the caller's. */
struct bgp_neighbor *bgp_speaker_add(
    struct bgp_speaker *s, const struct bgp_neighbor_config *config, const struct bgp_sink *sink);

/* Close its session with Cease `subcode` (RFC 4486) and optional shutdown text (RFC 9003), forget
 * it. sink.down is called first if it was Established. */
void bgp_speaker_remove(
    struct bgp_speaker *s, struct bgp_neighbor *n, uint8_t subcode, const char *text);

/* Close the session as above, but keep the neighbour, which starts again by itself. */
void bgp_speaker_reset(
    struct bgp_speaker *s, struct bgp_neighbor *n, uint8_t subcode, const char *text);

/* Close its session with Cease/Administrative Shutdown and the text (RFC 9003; NULL: none), and
 * have none until it is enabled again. Its settings and counters stay. False: it is so already. */
bool bgp_speaker_disable(struct bgp_speaker *s, struct bgp_neighbor *n, const char *text);
bool bgp_speaker_enable(struct bgp_speaker *s, struct bgp_neighbor *n);

/* Close every session with Cease/Administrative Shutdown and the text; listeners close too. With
 * `keep`, push sessions with graceful restart are closed as if we had crashed, without a
 * NOTIFICATION: the neighbour keeps what we have announced until we are back, or its restart time
 * has passed (RFC 4724 4.2). */
void bgp_speaker_stop(struct bgp_speaker *s, const char *text, bool keep);

void bgp_speaker_stats(const struct bgp_speaker *s, struct bgp_speaker_stats *out);

#endif
