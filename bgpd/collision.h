/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two connections with one neighbour: which one stays (RFC 4271 6.8).
 *
 * Asked when the OPEN of the new one has come, and so both ends are known to be who they should be.
 *
 *   the other is in OpenConfirm, one dialled and one accepted: the connection that the speaker with
 *   the higher identifier has opened stays; with equal identifiers, the higher AS (RFC 6286 2.3).
 *
 *   the other is in OpenConfirm and was opened by the same side: the new one stays. Nobody opens a
 *   second connection that still believes in the first.
 *
 *   the other is Established: it stays, as the RFC has it, so that two daemons configured alike by
 *   mistake cannot take the session from each other forever. Unless it has been silent for longer
 *   than a living peer's keepalive interval: then its peer has crashed or its host has restarted,
 *   the new one is the proof, and waiting for the hold timer would cost a further two intervals.
 *   Without keepalives (hold time 0) nothing else can tell us, so the new one stays. And it stays
 *   when the neighbour has dialled it and had asked for graceful restart (RFC 4724 5): it has
 *   restarted before its end of the old one could tell us.
 */
#ifndef BGPD_COLLISION_H
#define BGPD_COLLISION_H

#include "bgpd/neighbor.h"

struct bgp_collision {
	enum bgp_state old_state; /* below OpenConfirm: no collision yet, both go on */
	bool old_outgoing, new_outgoing;
	bool old_restarts; /* graceful restart with a family or more, in the peer's OPEN on the old
			      one */
	uint32_t local_id, remote_id, local_as, remote_as;
	int64_t old_silent_us;    /* since anything was received on the old one */
	uint16_t old_keepalive_s; /* its interval, 0 without keepalives */
};

enum bgp_collision_verdict {
	BGP_COLLISION_NONE,
	BGP_COLLISION_KEEP_OLD,
	BGP_COLLISION_KEEP_NEW
};

enum bgp_collision_verdict bgp_collision_decide(const struct bgp_collision *c);

#endif
