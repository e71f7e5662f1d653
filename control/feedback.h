/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detects a router that has one BGP table for what hotfib learns and what it pushes (FRR, GoBGP,
 * OpenBGPD, EOS without a view or ADD-PATH). There a pushed route that becomes the best takes the
 * place of the real one on the learning session:
 *
 *      we announce p --> the real p is withdrawn, or replaced by our own path (ORIGINATOR_ID)
 *                    --> nothing justifies p any more, we withdraw it --> the real p returns ...
 *
 * One such round makes a *cycle*: the route is held down for FEEDBACK_HOLD_S, so that nothing
 * oscillates. Cycles for most of what is announced are an *alarm*: pushing has to stop, and what
 * was pushed to be taken back, until the sessions are set up otherwise. Our own path on a session
 * without ADD-PATH needs no such statistics: there is no other way it can get there.
 *
 * A busy Internet withdraws and announces too, now and then just after we have announced the same
 * prefix; hence "most of".
 */
#ifndef CONTROL_FEEDBACK_H
#define CONTROL_FEEDBACK_H

#include "control/router.h"

/* A withdrawal counts when it comes so soon after our announcement, a return when it comes so soon
 * after the withdrawal. */
#define FEEDBACK_WITHIN_S 2.0
#define FEEDBACK_RETURN_S 5.0
#define FEEDBACK_HOLD_S   15.0

/* More cycles than this are an alarm, if they are half of what was announced. Both are forgotten
 * with this time constant. */
#define FEEDBACK_CYCLES   3
#define FEEDBACK_MEMORY_S 600.0

/* Prefixes looked after at a time; others are let through. */
#define FEEDBACK_MAX 16384

struct feedback;

/* The router outlives it. */
struct feedback *feedback_new(struct router *router);
void feedback_free(struct feedback *f);

/* The prefix has left the RIB; `announced` is when we announced it (MONO_NEVER: it was not). To be
 * called before the target hears of it. */
void feedback_removed(
    struct feedback *f, const struct ip_prefix *p, struct mono announced, struct mono now);

/* True if feedback_added() would do something: nearly never. */
bool feedback_watches(const struct feedback *f, const struct ip_prefix *p);

/* The prefix is in the RIB, new; may hold it back in the router. */
void feedback_added(struct feedback *f, const struct ip_prefix *p, struct mono now);

/* Our own path of this prefix came on a session without ADD-PATH. */
void feedback_own_path(struct feedback *f, const struct ip_prefix *p, struct mono now);

/* So many announcements were made (added and changed entries, ever). */
void feedback_announced(struct feedback *f, uint64_t total);

/* Once a second: what was held down for long enough is let go. */
void feedback_tick(struct feedback *f, struct mono now);

/* A session of the router has been set up anew: see whether it is better now. Nothing is held down
 * any more. */
void feedback_reset(struct feedback *f, struct mono now);

struct feedback_status {
	bool alarm;
	bool own_path;            /* it was our own path that came back; else withdrawals */
	uint64_t cycles;          /* ever */
	size_t held;              /* prefixes held down now */
	struct ip_prefix example; /* of the cycle that made the alarm */
};
void feedback_status(const struct feedback *f, struct feedback_status *out);

/* What is wrong and what helps, in words; "" without an alarm. Lent until the next call. */
const char *feedback_text(struct feedback *f);

#endif
