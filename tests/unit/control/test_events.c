/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "control/events.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "tests/support/support.h"

static struct mono
at_s(int64_t s)
{
	return mono_us(s * 1000000);
}

static void
test_order_and_ids(void **state)
{
	struct events *e = events_new();
	const struct event *event;

	(void)state;
	assert_null(events_next(e, 0));
	assert_int_equal(events_newest(e), 0);
	events_raise(e, at_s(1), EVENT_INFO, "session", "neighbour %s is up", "a");
	events_raise(e, at_s(2), EVENT_ERROR, "table", "full");
	event = events_next(e, 0);
	assert_int_equal(event->id, 1);
	assert_string_equal(event->text, "neighbour a is up");
	assert_int_equal(event->first.us, 1000000);
	event = events_next(e, 1);
	assert_int_equal(event->id, 2);
	assert_int_equal(event->severity, EVENT_ERROR);
	assert_null(events_next(e, 2));
	assert_null(events_next(e, UINT64_MAX));
	assert_int_equal(events_newest(e), 2);
	events_raise(NULL, at_s(2), EVENT_ERROR, "table", "nobody listens");
	events_free(e);
	assert_int_equal(mem_used(MEM_MISC), 0);
}

static void
test_what_repeats_is_one_event(void **state)
{
	struct events *e = events_new();
	const struct event *event;

	(void)state;
	for (int i = 0; i < 100; i++) {
		events_raise(e, at_s(i), EVENT_WARNING, "session", "down");
		events_raise(e, at_s(i), EVENT_INFO, "session", "up");
	}
	assert_int_equal(events_newest(e), 2);
	event = events_next(e, 0);
	assert_int_equal(event->count, 100);
	assert_int_equal(event->first.us, 0);
	assert_int_equal(event->last.us, 99000000);
	assert_int_equal(events_raised(e, EVENT_WARNING), 100);
	assert_int_equal(events_raised(e, EVENT_INFO), 100);
	/* Another kind, another text, or after a while: another event. */
	events_raise(e, at_s(100), EVENT_WARNING, "table", "down");
	events_raise(e, at_s(100), EVENT_WARNING, "session", "down!");
	assert_int_equal(events_newest(e), 4);
	events_raise(e, at_s(99 + EVENTS_REPEAT_S), EVENT_WARNING, "session", "down");
	assert_int_equal(events_newest(e), 4);
	events_raise(e, at_s(100 + 2 * EVENTS_REPEAT_S), EVENT_WARNING, "session", "down");
	assert_int_equal(events_newest(e), 5);
	events_free(e);
}

static void
test_a_flood_is_suppressed(void **state)
{
	struct events *e = events_new();
	const struct event *event;

	(void)state;
	for (int i = 0; i < 1000; i++)
		events_raise(e, at_s(1), EVENT_INFO, "session", "number %d", i);
	assert_int_equal(events_newest(e), EVENTS_BURST);
	events_raise(e, at_s(1), EVENT_INFO, "table", "not of that kind");
	assert_int_equal(events_newest(e), EVENTS_BURST + 1);
	events_raise(e, at_s(62), EVENT_INFO, "session", "later");
	event = events_next(e, EVENTS_BURST + 1);
	assert_string_equal(event->text, "later");
	assert_int_equal(event->suppressed, 1000 - EVENTS_BURST);
	events_raise(e, at_s(63), EVENT_INFO, "session", "later still");
	assert_int_equal(events_next(e, event->id)->suppressed, 0);
	assert_int_equal(events_raised(e, EVENT_INFO), 1003);
	events_free(e);
}

static void
test_the_ring_is_bounded(void **state)
{
	struct events *e = events_new();
	size_t used = mem_used(MEM_MISC);
	char text[2 * EVENT_TEXT_MAX];
	const struct event *event;
	uint64_t id = 0;
	int n = 0;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 3 * EVENTS_KEPT; i++)
		events_raise(e, at_s(i * 10), EVENT_INFO, "k", "%d %s", i, text);
	assert_int_equal(mem_used(MEM_MISC), used);
	assert_int_equal(events_newest(e), 3 * EVENTS_KEPT);
	for (; (event = events_next(e, id)) != NULL; n++) {
		assert_int_equal(event->id, n == 0 ? 2 * EVENTS_KEPT + 1 : id + 1);
		assert_int_equal(strlen(event->text), EVENT_TEXT_MAX - 1);
		id = event->id;
	}
	assert_int_equal(n, EVENTS_KEPT);
	events_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_ids),
		cmocka_unit_test(test_what_repeats_is_one_event),
		cmocka_unit_test(test_a_flood_is_suppressed),
		cmocka_unit_test(test_the_ring_is_bounded),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
