/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of `hotfib-lab feed`: feed_io.c sends, feed_commands_io.c changes on command. */
#ifndef TESTS_LAB_FEED_IO_H
#define TESTS_LAB_FEED_IO_H

#include <ev.h>

#include "tests/lab/commands_io.h"
#include "tests/lab/emit.h"
#include "tests/lab/peer_io.h"
#include "tests/lab/replay.h"
#include "tests/lab/rib.h"

struct feed {
	struct peer *peer;
	struct table table;
	struct rib extra;
	struct emit emit;
	bool sending;
	struct mono began;
	/* --raw: UPDATE messages one behind the other. */
	uint8_t *raw;
	size_t raw_len, raw_at;
	struct replay replay;
	ev_timer replay_timer;
	struct mono replay_began; /* MONO_NEVER: not yet */
};

/* Send what is in the table of these families from the beginning. */
void feed_begin_sending(struct feed *f, const bool families[IP_FAMILIES]);

/* Change a route, and tell a session that is there; to be flushed. False: there was none. */
void feed_set_route(struct feed *f, const struct ip_prefix *p, uint32_t attrs);
bool feed_unset_route(struct feed *f, const struct ip_prefix *p);
void feed_flush(struct feed *f);

/* The session, if there is one with the family. */
struct bgp_conn *feed_conn(struct feed *f, unsigned family);

/* Their context is the feed. */
extern const struct command feed_commands[];

#endif
