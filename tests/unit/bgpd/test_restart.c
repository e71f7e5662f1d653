/* SPDX-License-Identifier: Apache-2.0 */
/* Graceful restart (RFC 4724, 8538): what is offered, and which ends of a session are graceful. */
#include "tests/unit/bgpd/pair.h"

#define MARK      "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE MARK "001304"
#define OPEN_HEAD "04 fe70 005a 00000002"
#define MP4       "0104 0001 00 01"

/* A session that pushes asks for its routes to be kept; one that learns has none there. */
static void
test_offer(void **state)
{
	struct bgp_conn_config push = speaker, learn = learner;
	const struct bgp_graceful_restart *theirs;
	struct end a, b;

	(void)state;
	push.restart_time_s = 120;
	push.restarted = true;
	learn.restart_time_s = 120;
	end_init(&a, &learn);
	end_init(&b, &push);
	pump(&a, &b, SIZE_MAX);
	theirs = &bgp_conn_open_received(a.conn)->restart;
	assert_int_equal(theirs->time_s, 120);
	assert_true(theirs->restarted && theirs->notification);
	assert_true(theirs->families[IP_V4] && theirs->families[IP_V6]);
	assert_true(theirs->forwarding[IP_V4] && theirs->forwarding[IP_V6]);
	assert_memory_equal(theirs, &bgp_conn_open_sent(b.conn)->restart, sizeof(*theirs));
	theirs = &bgp_conn_open_received(b.conn)->restart;
	assert_int_equal(theirs->time_s, 0);
	assert_true(theirs->notification && !theirs->restarted);
	assert_false(theirs->families[IP_V4] || theirs->families[IP_V6]);
	end_fini(&a);
	end_fini(&b);

	/* Not asked for: understood all the same. */
	push.restart_time_s = 0;
	end_init(&a, &learn);
	end_init(&b, &push);
	pump(&a, &b, SIZE_MAX);
	assert_true(bgp_conn_open_received(a.conn)->graceful_restart);
	assert_false(bgp_conn_open_received(a.conn)->restart.families[IP_V4]);
	end_fini(&a);
	end_fini(&b);
}

enum how {
	LOST,       /* the transport closed */
	HOLD_TIMER, /* we heard nothing */
	RECEIVED,   /* this NOTIFICATION came */
	BAD,        /* this message made us send one */
	CEASE       /* we sent this subcode */
};

/* Of a session with a peer that has no graceful restart, has it, and has it with the N-bit. */
static const struct {
	const char *what;
	enum how how;
	const char *message;
	uint8_t cease;
	bool graceful[3];
} ends[] = {
	{ "transport lost", LOST, NULL, 0, { false, true, true } },
	{ "hold timer", HOLD_TIMER, NULL, 0, { false, false, true } },
	{ "shutdown received", RECEIVED, MARK "001503 0602", 0, { false, false, true } },
	{ "their hold timer", RECEIVED, MARK "001503 0400", 0, { false, false, true } },
	{ "hard reset received", RECEIVED, MARK "001703 0609 0602", 0, { false, false, false } },
	{ "truncated NOTIFICATION", RECEIVED, MARK "001303", 0, { false, false, true } },
	{ "bad message", BAD, MARK "001306", 0, { false, false, true } },
	{ "reset by us", CEASE, NULL, BGP_CEASE_RESET, { false, false, true } },
	{ "collision", CEASE, NULL, BGP_CEASE_COLLISION, { false, false, true } },
	{ "shut down by us", CEASE, NULL, BGP_CEASE_SHUTDOWN, { false, false, false } },
	{ "removed by us", CEASE, NULL, BGP_CEASE_DECONFIGURED, { false, false, false } },
	{ "too many prefixes", CEASE, NULL, BGP_CEASE_MAX_PREFIXES, { false, false, false } },
};

static void
come_up(struct end *e, unsigned kind)
{
	static const char *const opens[] = {
		MARK "002501 " OPEN_HEAD "08 0206" MP4,
		MARK "002d01 " OPEN_HEAD "10 020e" MP4 "4006 0078 0001 01 80",
		MARK "002d01 " OPEN_HEAD "10 020e" MP4 "4006 4078 0001 01 80",
	};

	end_init(e, &learner);
	feed_hex(e, opens[kind]);
	feed_hex(e, KEEPALIVE);
	assert_int_equal(bgp_conn_state(e->conn), BGP_ESTABLISHED);
	discard_output(e);
}

static void
test_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		for (unsigned kind = 0; kind < 3; kind++) {
			struct end e;

			come_up(&e, kind);
			switch (ends[i].how) {
			case LOST: bgp_conn_eof(e.conn, "gone"); break;
			case HOLD_TIMER:
				bgp_conn_tick(e.conn, bgp_conn_deadline(e.conn));
				bgp_conn_tick(e.conn, mono_add_ms(start, 90 * 1000));
				break;
			case RECEIVED:
			case BAD: feed_hex(&e, ends[i].message); break;
			case CEASE: bgp_conn_cease(e.conn, ends[i].cease, NULL); break;
			}
			assert_int_equal(e.downs, 1);
			if (bgp_conn_end_is_graceful(e.conn) != ends[i].graceful[kind])
				fail_msg("%s, peer %u", ends[i].what, kind);
			end_fini(&e);
		}
	}
}

/* A NOTIFICATION after which the peer shall keep nothing goes as Hard Reset to one that otherwise
 * would, with what it was inside. */
static void
test_hard_reset(void **state)
{
	static const uint8_t plain[] = { 6, 2, 3, 'b', 'y', 'e' };
	static const uint8_t hard[] = { 6, 9, 6, 2, 3, 'b', 'y', 'e' };
	const uint8_t *bytes;
	struct end e;
	size_t n;

	(void)state;
	come_up(&e, 1);
	bgp_conn_cease(e.conn, BGP_CEASE_SHUTDOWN, "bye");
	bytes = bgp_conn_output(e.conn, &n);
	assert_int_equal(n, BGP_HEADER_LEN + sizeof(plain));
	assert_memory_equal(bytes + BGP_HEADER_LEN, plain, sizeof(plain));
	end_fini(&e);

	come_up(&e, 2);
	bgp_conn_cease(e.conn, BGP_CEASE_SHUTDOWN, "bye");
	bytes = bgp_conn_output(e.conn, &n);
	assert_int_equal(n, BGP_HEADER_LEN + sizeof(hard));
	assert_memory_equal(bytes + BGP_HEADER_LEN, hard, sizeof(hard));
	assert_string_equal(bgp_conn_end_text(e.conn), "sent Cease/Administrative Shutdown: bye");
	end_fini(&e);

	/* And read: what is inside is what matters to people. */
	come_up(&e, 2);
	feed_hex(&e, MARK "001b03 0609 0602 03 627965");
	assert_string_equal(bgp_conn_end_text(e.conn),
	    "received Cease/Hard Reset: Cease/Administrative Shutdown: bye");
	end_fini(&e);
}

/* A connection that never was a session has nothing to keep. */
static void
test_not_up(void **state)
{
	struct end e;

	(void)state;
	end_init(&e, &learner);
	feed_hex(&e, MARK "002d01 " OPEN_HEAD "10 020e" MP4 "4006 4078 0001 01 80");
	bgp_conn_eof(e.conn, "gone");
	assert_int_equal(e.ends, 1);
	assert_false(bgp_conn_end_is_graceful(e.conn));
	end_fini(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_hard_reset),
		cmocka_unit_test(test_not_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
