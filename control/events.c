/* SPDX-License-Identifier: Apache-2.0 */
#include "control/events.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "lib/mem.h"

/* Kinds are words of the program, of which there are a dozen. */
#define KINDS_MAX 32
#define MINUTE_US (INT64_C(60) * 1000 * 1000)

struct kind {
	const char *name;
	struct mono window_start;
	unsigned in_window;
	uint64_t suppressed; /* since the last that found a place */
};

struct events {
	struct event ring[EVENTS_KEPT]; /* the event with an id is at place(id) */
	uint64_t newest;
	struct kind kinds[KINDS_MAX];
	unsigned n_kinds;
	uint64_t raised[EVENT_ERROR + 1];
};

struct events *
events_new(void)
{
	return mem_alloc(MEM_MISC, sizeof(struct events));
}

void
events_free(struct events *e)
{
	mem_free(MEM_MISC, e);
}

const char *
event_severity_name(enum event_severity severity)
{
	static const char *const names[] = {
		[EVENT_INFO] = "info", [EVENT_WARNING] = "warning", [EVENT_ERROR] = "error"
	};

	return names[severity];
}

static uint64_t
oldest(const struct events *e)
{
	return e->newest <= EVENTS_KEPT ? 1 : e->newest - EVENTS_KEPT + 1;
}

static size_t
place(uint64_t id)
{
	return (size_t)((id - 1) % EVENTS_KEPT);
}

static struct event *
find_same(struct events *e, struct mono now, const char *kind, const char *text)
{
	for (uint64_t id = e->newest; id >= oldest(e) && id > 0; id--) {
		struct event *old = &e->ring[place(id)];

		if (mono_sub_us(now, old->last) <= INT64_C(1000000) * EVENTS_REPEAT_S &&
		    strcmp(old->kind, kind) == 0 && strcmp(old->text, text) == 0)
			return old;
	}
	return NULL;
}

static struct kind *
kind_of(struct events *e, const char *name, struct mono now)
{
	for (unsigned i = 0; i < e->n_kinds; i++)
		if (strcmp(e->kinds[i].name, name) == 0)
			return &e->kinds[i];
	ASSERT(e->n_kinds < KINDS_MAX);
	e->kinds[e->n_kinds] = (struct kind){ .name = name, .window_start = now };
	return &e->kinds[e->n_kinds++];
}

static bool
has_place(struct kind *k, struct mono now)
{
	if (mono_sub_us(now, k->window_start) >= MINUTE_US) {
		k->window_start = now;
		k->in_window = 0;
	}
	if (k->in_window == EVENTS_BURST) {
		k->suppressed++;
		return false;
	}
	k->in_window++;
	return true;
}

static void
log_event(const struct event *event)
{
	static const enum log_level levels[] = { [EVENT_INFO] = LOG_LEVEL_INFO,
		[EVENT_WARNING] = LOG_LEVEL_WARNING,
		[EVENT_ERROR] = LOG_LEVEL_ERROR };

	log_line(levels[event->severity], "event", "kind=%s text=\"%s\"", event->kind, event->text);
}

void
events_raise(struct events *e, struct mono now, enum event_severity severity, const char *kind,
    const char *fmt, ...)
{
	char text[EVENT_TEXT_MAX];
	struct event *event;
	struct kind *k;
	va_list args;

	if (e == NULL)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	e->raised[severity]++;
	event = find_same(e, now, kind, text);
	if (event != NULL) {
		event->last = now;
		event->count++;
		return;
	}
	k = kind_of(e, kind, now);
	if (!has_place(k, now))
		return;
	event = &e->ring[place(++e->newest)];
	*event = (struct event){ .id = e->newest,
		.severity = severity,
		.kind = kind,
		.first = now,
		.last = now,
		.count = 1,
		.suppressed = k->suppressed };
	memcpy(event->text, text, sizeof(text));
	k->suppressed = 0;
	log_event(event);
}

const struct event *
events_next(const struct events *e, uint64_t after)
{
	uint64_t id = u64_max(after + 1, oldest(e));

	return after < e->newest ? &e->ring[place(id)] : NULL;
}

uint64_t
events_newest(const struct events *e)
{
	return e->newest;
}

uint64_t
events_raised(const struct events *e, enum event_severity severity)
{
	return e->raised[severity];
}
