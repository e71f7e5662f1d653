/* SPDX-License-Identifier: Apache-2.0 */
/* The send queue and what is packed into it. */
#include "tests/unit/bgpd/pair.h"

/* --- the send queue -----------------------------------------------------------------------------
 */

static void
test_marks(void **state)
{
	struct route_attrs attrs = attrs_for(IP_V4);
	struct end a, b;
	uint32_t key = 0;
	size_t len;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	while (!bgp_conn_is_full(b.conn)) {
		struct ip_prefix p = prefix_make(IP_V4, (uint64_t)key << 32, 0, 32);

		bgp_conn_announce(b.conn, &p, &attrs, key++);
	}
	assert_in_range(bgp_conn_queued(b.conn), 256 * 1024, 257 * 1024);
	bgp_conn_flush(b.conn);
	/* It stays full down to the low mark. */
	while (bgp_conn_queued(b.conn) > 64 * 1024 + 100) {
		const uint8_t *bytes = bgp_conn_output(b.conn, &len);

		assert_true(bgp_conn_is_full(b.conn));
		bgp_conn_feed(a.conn, bytes, 100, start);
		bgp_conn_sent(b.conn, 100);
	}
	carry(&b, &a, 100, start);
	assert_false(bgp_conn_is_full(b.conn));
	assert_int_equal(a.announced, key);
	end_fini(&a);
	end_fini(&b);
}

/* The message half sent is finished, the rest gives way, then the NOTIFICATION: at every byte. */
static void
test_cease_with_a_queue(void **state)
{
	(void)state;
	for (size_t sent = 0; sent < 300; sent++) {
		struct route_attrs attrs = attrs_for(IP_V4);
		struct end a, b;
		const uint8_t *bytes;
		size_t len;

		end_init(&a, &learner);
		end_init(&b, &speaker);
		pump(&a, &b, SIZE_MAX);
		for (uint32_t key = 0; key < 10; key++) {
			struct ip_prefix p = prefix_make(IP_V4, (uint64_t)key << 32, 0, 32);

			bgp_conn_announce(b.conn, &p, &attrs, key);
		}
		bgp_conn_flush(b.conn);
		bytes = bgp_conn_output(b.conn, &len);
		assert_true(sent < len);
		bgp_conn_feed(a.conn, bytes, sent, start);
		bgp_conn_sent(b.conn, sent);
		bgp_conn_cease(b.conn, BGP_CEASE_RESET, "again");
		carry(&b, &a, SIZE_MAX, start);
		assert_string_equal(
		    bgp_conn_end_text(a.conn), "received Cease/Administrative Reset: again");
		assert_true(a.announced <= 5);
		end_fini(&a);
		end_fini(&b);
	}
}

/* An announcement no message can carry becomes a withdrawal. */
static void
test_unencodable(void **state)
{
	static uint8_t communities[4096];
	struct route_attrs attrs = attrs_for(IP_V4);
	struct ip_prefix p = prefix("10.0.0.0/8");
	struct end a, b;

	(void)state;
	attrs.communities = (struct span){ communities, sizeof(communities) };
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	bgp_conn_announce(b.conn, &p, &attrs, 1);
	bgp_conn_flush(b.conn);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(b.stats.unencodable, 1);
	assert_int_equal(a.announced, 0);
	assert_int_equal(a.withdrawn, 1);
	end_fini(&a);
	end_fini(&b);
}

/* Operations arrive in their order, and share an UPDATE only with their like. */
static void
test_order_and_packing(void **state)
{
	struct route_attrs v4 = attrs_for(IP_V4), v6 = attrs_for(IP_V6);
	struct ip_prefix a4 = prefix("10.0.0.0/8"), b4 = prefix("11.0.0.0/8");
	struct ip_prefix a6 = prefix("2001:db8::/32");
	struct end a, b;
	uint64_t before;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	before = b.stats.sent.updates;
	bgp_conn_announce(b.conn, &a4, &v4, 1); /* 1 */
	bgp_conn_announce(b.conn, &b4, &v4, 1);
	bgp_conn_announce(b.conn, &a4, &v4, 2); /* 2: another key */
	bgp_conn_announce(b.conn, &a6, &v6, 2); /* 3: another family */
	bgp_conn_withdraw(b.conn, &a4);         /* 4: another kind */
	bgp_conn_withdraw(b.conn, &b4);
	bgp_conn_withdraw(b.conn, &a6);         /* 5: another family */
	bgp_conn_announce(b.conn, &a4, &v4, 2); /* 6 */
	bgp_conn_flush(b.conn);
	bgp_conn_announce(b.conn, &b4, &v4, 2); /* 7: after a flush */
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.stats.received.updates, before + 6); /* the last one is still open */
	bgp_conn_flush(b.conn);
	bgp_conn_flush(b.conn);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.stats.received.updates, before + 7);
	assert_int_equal(a.announced, 6);
	assert_int_equal(a.withdrawn, 3);
	end_fini(&a);
	end_fini(&b);
}

/* A peer that asks for everything again and again, and reads nothing of the answers. */
static void
test_refresh_flood(void **state)
{
	const struct bgp_conn_config *const configs[] = { &learner, &speaker };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(configs); i++) {
		struct end a;
		uint8_t bytes[BGP_HEADER_LEN + 4];
		struct wr w = wr_make(bytes, sizeof(bytes));

		end_come_up(&a, configs[i], configs[1 - i]);
		if (!configs[i]->announces_nothing)
			bgp_conn_end_of_rib(a.conn, IP_V4);
		bgp_msg_refresh(&w, BGP_MSG_REFRESH, IP_V4, BGP_REFRESH_REQUEST);
		for (unsigned k = 0; k < 100000; k++)
			bgp_conn_feed(a.conn, bytes, wr_len(&w), start);
		assert_int_equal(bgp_conn_state(a.conn), BGP_ESTABLISHED);
		assert_int_equal(a.stats.received.refreshes, 100000);
		assert_in_range(bgp_conn_queued(a.conn), 200 * 1024, 257 * 1024);
		/* It is answered as ever when it has read. */
		discard_output(&a);
		bgp_conn_feed(a.conn, bytes, wr_len(&w), start);
		assert_int_equal(bgp_conn_queued(a.conn), i == 0 ? 2 * wr_len(&w) : wr_len(&w));
		end_fini(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_cease_with_a_queue),
		cmocka_unit_test(test_unencodable),
		cmocka_unit_test(test_order_and_packing),
		cmocka_unit_test(test_refresh_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
