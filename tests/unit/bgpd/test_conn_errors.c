/* SPDX-License-Identifier: Apache-2.0 */
/* Messages made by hand: every wrong one gets its NOTIFICATION. */
#include "tests/unit/bgpd/pair.h"

/* --- messages by hand ---------------------------------------------------------------------------
 */

#define MARK       "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE  MARK "001304"
#define OPEN_FIXED "04 fe70 005a 00000002"
#define OPEN       MARK "001d01" OPEN_FIXED "00"
#define UPDATE     MARK "001702 0000 0000"
#define REFRESH    MARK "001705 0001 00 01"

struct scene {
	const char *what;
	enum bgp_state in; /* the state the message meets */
	const char *message;
	int code, subcode; /* of the NOTIFICATION that answers; -1: none, the session goes on;
			    * -2: none, and it ends */
	const char *data;
};

static const struct scene scenes[] = {
	{ "marker", BGP_OPENSENT, "fffffffffffffffffffffffffffffffe 001304", 1, 1, "" },
	{ "marker, in Established", BGP_ESTABLISHED, "00ffffffffffffffffffffffffffffff 001304", 1,
	    1, "" },
	{ "length 18", BGP_OPENSENT, MARK "001204", 1, 2, "0012" },
	{ "length 4097", BGP_ESTABLISHED, MARK "100102", 1, 2, "1001" },
	{ "OPEN of 28", BGP_OPENSENT, MARK "001c01", 1, 2, "001c" },
	{ "UPDATE of 22", BGP_ESTABLISHED, MARK "001602", 1, 2, "0016" },
	{ "KEEPALIVE of 20", BGP_ESTABLISHED, MARK "001404 00", 1, 2, "0014" },
	{ "ROUTE-REFRESH of 22", BGP_ESTABLISHED, MARK "001605 0001 00", 1, 2, "0016" },
	{ "ROUTE-REFRESH of 24", BGP_ESTABLISHED, MARK "001805 0001 00 01 00", 1, 2, "0018" },
	{ "type 0", BGP_OPENSENT, MARK "001300", 1, 3, "00" },
	{ "type 6", BGP_ESTABLISHED, MARK "001306", 1, 3, "06" },
	{ "version 3", BGP_OPENSENT, MARK "001d01 03 fe70 005a 00000002 00", 2, 1, "0004" },
	{ "another AS", BGP_OPENSENT, MARK "001d01 04 fe71 005a 00000002 00", 2, 2, "" },
	{ "AS 0", BGP_OPENSENT, MARK "001d01 04 0000 005a 00000002 00", 2, 2, "" },
	{ "identifier 0", BGP_OPENSENT, MARK "001d01 04 fe70 005a 00000000 00", 2, 3, "" },
	{ "our identifier, iBGP", BGP_OPENSENT, MARK "001d01 04 fe70 005a 00000001 00", 2, 3, "" },
	{ "hold time 1", BGP_OPENSENT, MARK "001d01 04 fe70 0001 00000002 00", 2, 6, "" },
	{ "hold time 2", BGP_OPENSENT, MARK "001d01 04 fe70 0002 00000002 00", 2, 6, "" },
	{ "hold time 3", BGP_OPENSENT, MARK "001d01 04 fe70 0003 00000002 00", -1, 0, "" },
	{ "parameter of unknown type", BGP_OPENSENT, MARK "002001" OPEN_FIXED "03 010100", 2, 4,
	    "" },
	{ "parameters overrun", BGP_OPENSENT, MARK "001d01" OPEN_FIXED "02", 2, 0, "" },
	{ "KEEPALIVE too early", BGP_OPENSENT, KEEPALIVE, 5, 1, "" },
	{ "UPDATE too early", BGP_OPENSENT, UPDATE, 5, 1, "" },
	{ "ROUTE-REFRESH too early", BGP_OPENSENT, REFRESH, 5, 1, "" },
	{ "OPEN in OpenConfirm", BGP_OPENCONFIRM, OPEN, 5, 2, "" },
	{ "UPDATE in OpenConfirm", BGP_OPENCONFIRM, UPDATE, 5, 2, "" },
	{ "OPEN in Established", BGP_ESTABLISHED, OPEN, 5, 3, "" },
	{ "bad lengths in UPDATE", BGP_ESTABLISHED, MARK "001702 0001 0000", 3, 1, "" },
	{ "bad NLRI", BGP_ESTABLISHED, MARK "001902 0000 0000 21 00", 3, 10, "" },
	{ "bad MP_UNREACH", BGP_ESTABLISHED, MARK "001b02 0000 0004 800f01 00", 3, 9, "800f0100" },
	{ "treated as withdraw", BGP_ESTABLISHED, MARK "001902 0000 0000 08 0a", -1, 0, "" },
	{ "ROUTE-REFRESH", BGP_ESTABLISHED, REFRESH, -1, 0, "" },
	{ "ROUTE-REFRESH of the old type", BGP_ESTABLISHED, MARK "001780 0001 00 01", -1, 0, "" },
	{ "ROUTE-REFRESH of a strange family", BGP_ESTABLISHED, MARK "001705 4004 00 47", -1, 0,
	    "" },
	{ "ROUTE-REFRESH with a subtype", BGP_ESTABLISHED, MARK "001705 0001 01 01", -1, 0, "" },
	{ "NOTIFICATION", BGP_OPENSENT, MARK "001503 0601", -2, 0, "" },
	{ "NOTIFICATION", BGP_OPENCONFIRM, MARK "001503 0601", -2, 0, "" },
	{ "NOTIFICATION", BGP_ESTABLISHED, MARK "001703 ffff 0001", -2, 0, "" },
	{ "NOTIFICATION that is too short", BGP_ESTABLISHED, MARK "001303", -2, 0, "" },
	{ "KEEPALIVE", BGP_ESTABLISHED, KEEPALIVE, -1, 0, "" },
};

static void
feed_hex(struct end *e, const char *hex)
{
	uint8_t bytes[512];

	bgp_conn_feed(e->conn, bytes, hex_decode(hex, bytes, sizeof(bytes)), start);
}

/* Forget what was sent so far. */
static void
discard_output(struct end *e)
{
	size_t n;

	if (bgp_conn_output(e->conn, &n) != NULL)
		bgp_conn_sent(e->conn, n);
}

static void
check_notification(const struct end *e, const struct scene *s)
{
	uint8_t data[64];
	size_t data_len = hex_decode(s->data, data, sizeof(data)), len;
	const uint8_t *bytes = bgp_conn_output(e->conn, &len);

	if (bytes == NULL || len != 21 + data_len || bytes[18] != BGP_MSG_NOTIFICATION ||
	    bytes[19] != s->code || bytes[20] != s->subcode ||
	    memcmp(bytes + 21, data, data_len) != 0)
		fail_msg("%s: %s", s->what, bgp_conn_end_text(e->conn));
}

static void
test_scenes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct end e;
		size_t len;

		end_init(&e, &learner);
		if (s->in >= BGP_OPENCONFIRM)
			feed_hex(&e, OPEN);
		if (s->in == BGP_ESTABLISHED)
			feed_hex(&e, KEEPALIVE);
		assert_int_equal(bgp_conn_state(e.conn), s->in);
		discard_output(&e);
		feed_hex(&e, s->message);
		if (s->code == -1) {
			assert_true(bgp_conn_state(e.conn) >= s->in);
			assert_int_equal(e.ends, 0);
		} else if (s->code == -2) {
			assert_int_equal(e.reason, BGP_DOWN_NOTIFICATION_RECEIVED);
			assert_null(bgp_conn_output(e.conn, &len));
		} else {
			check_notification(&e, s);
			assert_int_equal(e.reason, BGP_DOWN_NOTIFICATION_SENT);
		}
		if (s->code != -1) {
			assert_int_equal(bgp_conn_state(e.conn), BGP_IDLE);
			assert_int_equal(e.ends, 1);
			assert_int_equal(e.downs, s->in == BGP_ESTABLISHED);
		}
		end_fini(&e);
	}
}

/* eBGP may share the identifier (RFC 6286). */
static void
test_ebgp_identifier(void **state)
{
	struct bgp_conn_config config = learner;
	struct end e;

	(void)state;
	config.remote_as = 65001;
	end_init(&e, &config);
	feed_hex(&e, MARK "001d01 04 fde9 005a 00000001 00");
	assert_int_equal(bgp_conn_state(e.conn), BGP_OPENCONFIRM);
	end_fini(&e);
}

/* Treat-as-withdraw reaches the sink as a withdrawal of everything the UPDATE announced. */
static void
test_treat_as_withdraw_withdraws(void **state)
{
	static const char bad_origin[] =
	    MARK "004902 0002 080b 002b 40010109 400200 400304 0a000001"
		 "800e1a 000201 10 20010db8000000000000000000000001"
		 "00 20 20010db8"
		 "080a 10c0a8";
	uint8_t message[128];
	struct end a, b;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	bgp_conn_send_raw(b.conn, message, hex_decode(bad_origin, message, sizeof(message)));
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.announced, 0);
	assert_int_equal(a.withdrawn, 4);
	assert_int_equal(a.problems, 1);
	assert_int_equal(a.stats.treated_as_withdraw, 1);
	assert_int_equal(bgp_conn_state(a.conn), BGP_ESTABLISHED);
	end_fini(&a);
	end_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_ebgp_identifier),
		cmocka_unit_test(test_treat_as_withdraw_withdraws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
