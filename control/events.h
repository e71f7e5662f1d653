/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened that an operator wants to know: sessions that came and went, a table that froze, an
 * ASIC that is full. A ring of fixed size, oldest out first; each event is a line in the log too.
 *
 * An event is not a state: what is wrong now is in the status. It is raised when something changes,
 * and to keep a thing that flaps from filling the ring, an event that says the same as one not long
 * ago is counted there, and one kind gets only so many places a minute.
 */
#ifndef CONTROL_EVENTS_H
#define CONTROL_EVENTS_H

#include "lib/base.h"
#include "lib/mono.h"

/* Events kept; bytes of a text with its terminator. */
#define EVENTS_KEPT    1000
#define EVENT_TEXT_MAX 240

/* The same text within this long of its last time is the same event. */
#define EVENTS_REPEAT_S 300

/* New events of one kind a minute; others are only counted. */
#define EVENTS_BURST 20

enum event_severity {
	EVENT_INFO,
	EVENT_WARNING,
	EVENT_ERROR
};

struct event {
	uint64_t id; /* 1, 2, 3, ... in the order they were raised */
	enum event_severity severity;
	const char *kind; /* a word of ours: "session", "table", "ceiling" */
	struct mono first, last;
	uint64_t count;      /* times it was raised */
	uint64_t suppressed; /* others of its kind that found no place since the one before */
	char text[EVENT_TEXT_MAX];
};

struct events;

struct events *events_new(void);
void events_free(struct events *e);

/* Raise one. `kind` is kept as a pointer: a literal. The text is cut at EVENT_TEXT_MAX - 1 bytes;
 * it may hold what a peer sent. `e` NULL: nobody wants to know. */
void events_raise(struct events *e, struct mono now, enum event_severity severity, const char *kind,
    const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The first event with an id greater than `after`, valid until the next is raised; NULL at the end.
 * Ids that are missing are of events that have left the ring. */
const struct event *events_next(const struct events *e, uint64_t after);

/* Id of the newest; 0 before the first. */
uint64_t events_newest(const struct events *e);

/* Times anything was raised with that severity, repeats and suppressed ones included. */
uint64_t events_raised(const struct events *e, enum event_severity severity);

const char *event_severity_name(enum event_severity severity);

#endif
