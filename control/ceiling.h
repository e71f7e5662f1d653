/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The learned ceiling of a table: how many entries the hardware has shown it takes, where that is
 * less than was configured.
 *
 *      limit = min(configured, what the hardware says it has for us, learned)
 *
 * A refusal lowers what is learned to a margin below what was held; whoever asks for the limit then
 * selects with less, so the least valuable entries are what goes. The capacity of an ASIC is no
 * constant - it depends on the lengths of prefixes, and tables are shared with hosts and other
 * daemons - so the ceiling is probed upwards, slowly: on some switches an overflow harms routes
 * that were in hardware already. Steps begin small and double while they succeed; after a step that
 * failed the ceiling returns to what had held, and the next try waits twice as long, up to
 * CEILING_WAIT_MAX times.
 *
 * Plain arithmetic: embed it, no memory, no clock.
 */
#ifndef CONTROL_CEILING_H
#define CONTROL_CEILING_H

#include "lib/base.h"
#include "lib/mono.h"

/* No limit learned, or reported. */
#define CEILING_NONE SIZE_MAX

/* Part of what was held that is given up when more was refused: room for the next changes. */
#define CEILING_MARGIN 0.02

/* Steps up, as parts of the ceiling: the first, and the largest. At least one entry. */
#define CEILING_STEP_MIN 0.001
#define CEILING_STEP_MAX 0.02

/* The longest wait between steps, in waits of config.probe_s. */
#define CEILING_WAIT_MAX 64

/* Refusals within this long of a lowering are of what was on its way: they lower nothing more. */
#define CEILING_SETTLE_S 5

struct ceiling {
	double probe_s;    /* wait before the first step up; 0: never */
	size_t learned;    /* entries; CEILING_NONE */
	size_t reported;   /* entries the hardware has for us; CEILING_NONE where it does not say */
	size_t proven;     /* while probing: the ceiling before the step */
	bool probing;      /* the last step has not stood its time yet */
	size_t step;       /* the next one */
	double wait_s;     /* between steps, now */
	struct mono next;  /* when the next step may be taken */
	struct mono since; /* of the last lowering */
	uint64_t refusals, lowerings, probes, failed_probes; /* ever */
};

/* What a call did, for an event. */
enum ceiling_change {
	CEILING_SAME,
	CEILING_LOWERED,
	CEILING_RAISED, /* a step up */
	CEILING_LIFTED  /* it has reached what is configured: nothing is learned any more */
};

/* Nothing learned yet. */
void ceiling_init(struct ceiling *c, double probe_s);

/* Go on from what an earlier run had learned (CEILING_NONE: nothing). */
void ceiling_restore(struct ceiling *c, size_t learned, struct mono now);

/* Entries that may be held: `configured` or less. */
size_t ceiling_limit(const struct ceiling *c, size_t configured);

/*
 * The hardware had no room for an entry while it held `held` of ours (not counting the one it
 * refused). To be told of refusals for want of room only: an entry refused for what it is must not
 * be tried over and over, or it would lower the ceiling each time.
 */
enum ceiling_change ceiling_refused(struct ceiling *c, size_t held, struct mono now);

/* What the hardware says it has for us: its maximum less a reserve and what others use;
 * CEILING_NONE when it does not say. */
void ceiling_report(struct ceiling *c, size_t room);

/* Time passes, and `pressed` says that more would be installed if there were room: unused room
 * proves nothing, so only then a step is taken. Call it once a second. */
enum ceiling_change ceiling_tick(
    struct ceiling *c, size_t configured, bool pressed, struct mono now);

#endif
