/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the real server that wait for something: the next event (sFlow-RT's long poll). */
#include "tests/unit/webui/http_client.h"

/* So many requests were taken. */
static void
wait_taken(uint64_t n)
{
	while (stats().requests < n)
		ev_run(loop, EVRUN_ONCE);
}

#define ASK(parameters) "GET /events/json?" parameters " HTTP/1.1\r\nHost: x\r\n\r\n"

/* Nothing newer: the answer comes when there is an event. */
static void
test_next_event(void **state)
{
	struct client c, other;

	(void)state;
	connect_one(&c);
	client_say(&c, ASK("eventID=7&timeout=60"));
	wait_taken(1);
	/* Others are answered meanwhile. */
	connect_one(&other);
	for (size_t i = 1; i <= 3; i++) {
		client_say(&other, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
		wait_for(&other, "ok\n", i);
	}
	assert_int_equal(occurrences(c.in.text, "eventID"), 0);
	fake.events[fake.n_events] = (struct web_event){
		.id = 8, .severity = "info", .kind = "session", .text = "it is up", .count = 1
	};
	fake.n_events++;
	wait_last_chunk(&c);
	assert_int_equal(occurrences(c.in.text, "\"eventID\":8,"), 1);
	assert_int_equal(occurrences(c.in.text, "\"eventID\":"), 1);
	client_stop(&other);

	/* The same connection asks on. */
	str_clear(&c.in);
	client_say(&c, ASK("eventID=8&timeout=60"));
	wait_taken(5);
	client_stop(&c);
	/* It has gone: the server's end frees everything (teardown). */
}

/* Nothing comes: an empty list at the end of the time. */
static void
test_time_out(void **state)
{
	struct client c;

	(void)state;
	connect_one(&c);
	client_say(&c, ASK("eventID=7&timeout=10"));
	wait_taken(1);
	fake.totals.uptime_s += 9;
	for (int i = 0; i < 3; i++)
		ev_run(loop, EVRUN_ONCE);
	assert_int_equal(occurrences(c.in.text, "[]"), 0);
	fake.totals.uptime_s += 1;
	wait_last_chunk(&c);
	assert_int_equal(occurrences(c.in.text, "[]\n"), 1);
	client_stop(&c);
}

/* Many of them, and they go while they wait. */
static void
test_many_waiting(void **state)
{
	struct client c[50];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		connect_one(&c[i]);
		client_say(&c[i], ASK("eventID=7&timeout=60"));
	}
	wait_taken(ARRAY_LEN(c));
	for (size_t i = 0; i < ARRAY_LEN(c); i += 2)
		client_stop(&c[i]);
	fake.events[0].id = 9; /* the ring went round */
	fake.n_events = 1;
	for (size_t i = 1; i < ARRAY_LEN(c); i += 2) {
		wait_last_chunk(&c[i]);
		assert_int_equal(occurrences(c[i].in.text, "\"eventID\":9,"), 1);
		client_stop(&c[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(test_next_event),
		SERVER_TEST(test_time_out),
		SERVER_TEST(test_many_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
