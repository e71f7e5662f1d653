/* SPDX-License-Identifier: Apache-2.0 */
/* OPEN, capabilities and NOTIFICATION, boundary by boundary. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/msg.h"
#include "bgpd/open.h"

static bool
decode_bytes(const uint8_t *bytes, size_t len, struct bgp_open *open, struct bgp_error *err)
{
	uint8_t *copy = malloc(len > 0 ? len : 1); /* exact, for the address sanitizer */
	bool ok;

	memcpy(copy, bytes, len);
	memset(open, 0xee, sizeof(*open));
	ok = bgp_open_decode(rd_make(copy, len), open, err);
	free(copy);
	return ok;
}

static bool
decode(const char *hex, struct bgp_open *open, struct bgp_error *err)
{
	uint8_t bytes[512];

	return decode_bytes(bytes, hex_decode(hex, bytes, sizeof(bytes)), open, err);
}

#define FIXED "04 fe70 005a 01020304"
#define MP4   "0104 0001 00 01"
#define MP6   "0104 0002 00 01"
#define AS4   "4104 0000fe70"

static void
test_capabilities(void **state)
{
	struct bgp_open open;
	struct bgp_error err;

	(void)state;
	assert_true(decode(FIXED "00", &open, &err));
	assert_int_equal(open.as, 65136);
	assert_int_equal(open.hold_time_s, 90);
	assert_int_equal(open.router_id, 0x01020304);
	/* Without capabilities: IPv4 unicast. */
	assert_true(open.families[IP_V4]);
	assert_false(open.families[IP_V6] || open.four_octet_as || open.graceful_restart);
	assert_int_equal(open.refresh_type, 0);

	/* All in one parameter, one a parameter, and some twice. */
	assert_true(decode(FIXED "1e 021c" MP4 MP6 "0200 40020078" AS4 "4600 06 00", &open, &err));
	assert_true(open.families[IP_V4] && open.families[IP_V6] && open.four_octet_as);
	assert_true(open.graceful_restart);
	assert_int_equal(open.refresh_type, BGP_MSG_REFRESH);
	assert_true(decode(FIXED "18 0206" MP6 "0206" MP6 "0206" AS4, &open, &err));
	assert_false(open.families[IP_V4]);
	assert_true(open.families[IP_V6] && open.four_octet_as);

	/* The old refresh alone, and both in either order. */
	assert_true(decode(FIXED "04 0202 8000", &open, &err));
	assert_int_equal(open.refresh_type, BGP_MSG_REFRESH_OLD);
	assert_true(decode(FIXED "06 0204 8000 0200", &open, &err));
	assert_int_equal(open.refresh_type, BGP_MSG_REFRESH);
	assert_true(decode(FIXED "06 0204 0200 8000", &open, &err));
	assert_int_equal(open.refresh_type, BGP_MSG_REFRESH);

	/* Families that are not ours. */
	assert_true(decode(FIXED "0e 020c 0104 0001 00 80 0104 4004 00 47", &open, &err));
	assert_false(open.families[IP_V4] || open.families[IP_V6]);

	/* Graceful restart: time and flags, families, the last of two, broken ones. */
	assert_true(decode(FIXED "14 0212" MP4 "400a c078 0001 01 80 0002 01 00", &open, &err));
	assert_true(open.graceful_restart);
	assert_int_equal(open.restart.time_s, 120);
	assert_true(open.restart.restarted && open.restart.notification);
	assert_true(open.restart.families[IP_V4] && open.restart.forwarding[IP_V4]);
	assert_true(open.restart.families[IP_V6] && !open.restart.forwarding[IP_V6]);
	assert_true(decode(FIXED "12 0210 4006 0fff 0001 01 80 4006 8001 0002 01 80", &open, &err));
	assert_int_equal(open.restart.time_s, 1);
	assert_true(open.restart.restarted && !open.restart.notification);
	assert_true(!open.restart.families[IP_V4] && open.restart.forwarding[IP_V6]);
	assert_true(decode(FIXED "0d 020b" MP4 "4003 007800", &open, &err));
	assert_false(open.graceful_restart || open.restart.time_s != 0);
	assert_true(decode(FIXED "0b 0209" MP4 "4001 00", &open, &err));
	assert_false(open.graceful_restart);

	/* IPv4 over an IPv6 next hop: only that, among others, and not from a broken list. */
	assert_true(decode(FIXED "16 0214" MP4 "050c 0001 0080 0002 0001 0001 0002", &open, &err));
	assert_true(open.extended_nexthop);
	assert_true(decode(FIXED "10 020e" MP4 "0506 0002 0001 0001", &open, &err));
	assert_false(open.extended_nexthop);
	assert_true(decode(FIXED "0f 020d" MP4 "0505 0001 0001 00", &open, &err));
	assert_false(open.extended_nexthop);

	/* ADD-PATH: families that are not ours, values that mean nothing, broken lists. */
	assert_true(decode(FIXED "12 0210" MP4 "4508 00010102 00020103", &open, &err));
	assert_int_equal(open.add_path[IP_V4], BGP_ADD_PATH_SEND);
	assert_int_equal(open.add_path[IP_V6], BGP_ADD_PATH_SEND | BGP_ADD_PATH_RECEIVE);
	assert_true(decode(FIXED "12 0210" MP4 "4508 00010100 00020104", &open, &err));
	assert_true(open.add_path[IP_V4] == 0 && open.add_path[IP_V6] == 0);
	assert_true(decode(FIXED "0d 020b" MP4 "4503 000101", &open, &err));
	assert_int_equal(open.add_path[IP_V4], 0);
	assert_true(decode(FIXED "12 0210" MP4 "4508 00018001 00010101", &open, &err));
	assert_int_equal(open.add_path[IP_V4], BGP_ADD_PATH_RECEIVE);

	/* Codes nobody here knows are kept, and named. */
	assert_true(decode(FIXED "10 020e" MP4 "4900 ff02abcd 4700", &open, &err));
	assert_true(bgp_open_has_unknown(&open, 73) && bgp_open_has_unknown(&open, 255));
	assert_true(bgp_open_has_unknown(&open, 71));
	assert_false(bgp_open_has_unknown(&open, BGP_CAP_MULTIPROTOCOL));
	assert_false(bgp_open_has_unknown(&open, 72));

	/* An AS that needs 4 octets. */
	assert_true(decode("04 5ba0 005a 01020304 08 0206 4104 fa56ea00", &open, &err));
	assert_int_equal(open.as, 4200000000);
}

static void
test_bad_opens(void **state)
{
	static const struct {
		const char *what, *hex;
		uint8_t subcode;
	} bad[] = {
		{ "version 5", "05 fe70 005a 01020304 00", BGP_OPEN_VERSION },
		{ "cut", "04 fe70 005a 010203", BGP_OPEN_UNSPECIFIC },
		{ "length too long", FIXED "01", BGP_OPEN_UNSPECIFIC },
		{ "length too short", FIXED "00 02", BGP_OPEN_UNSPECIFIC },
		{ "parameter cut", FIXED "01 02", BGP_OPEN_UNSPECIFIC },
		{ "parameter overruns", FIXED "04 0203 0200", BGP_OPEN_UNSPECIFIC },
		{ "capability cut", FIXED "03 0201 02", BGP_OPEN_UNSPECIFIC },
		{ "capability overruns", FIXED "04 0202 0201", BGP_OPEN_UNSPECIFIC },
		{ "authentication parameter", FIXED "02 0100", BGP_OPEN_PARAMETER },
		{ "multiprotocol of 3", FIXED "07 0205 0103 000100", BGP_OPEN_UNSPECIFIC },
		{ "4-octet AS of 3", FIXED "07 0205 4103 000001", BGP_OPEN_UNSPECIFIC },
		{ "AS differs from My AS", FIXED "08 0206 4104 0000fe71", BGP_OPEN_PEER_AS },
	};
	struct bgp_open open;
	struct bgp_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (decode(bad[i].hex, &open, &err) || err.code != BGP_ERR_OPEN ||
		    err.subcode != bad[i].subcode)
			fail_msg("%s: %u/%u", bad[i].what, err.code, err.subcode);
}

/* RFC 9072: marked by type 255, with 2-byte lengths throughout; the first byte should be 255 but
 * only 0 means "none". */
static void
test_extended_parameters(void **state)
{
	struct bgp_open open;
	struct bgp_error err;
	uint8_t big[1024], head[32];
	struct wr w = wr_make(big, sizeof(big));

	(void)state;
	assert_true(decode(FIXED "ff ff 0009 02 0006" MP6, &open, &err));
	assert_true(open.families[IP_V6]);
	assert_true(decode(FIXED "01 ff 0009 02 0006" MP6, &open, &err));
	assert_true(decode(FIXED "ff ff 0000", &open, &err));
	assert_false(decode(FIXED "ff", &open, &err));
	assert_false(decode(FIXED "ff ff", &open, &err));
	assert_false(decode(FIXED "ff ff 00", &open, &err));
	assert_false(decode(FIXED "ff ff 0001", &open, &err));
	assert_false(decode(FIXED "ff ff 0003 02 0001", &open, &err));
	assert_false(decode(FIXED "ff ff ffff 02 0000", &open, &err));
	assert_false(decode(FIXED "ff ff 0000 00", &open, &err));

	/* More than 255 bytes of capabilities. */
	wr_bytes(&w, head, hex_decode(FIXED "ff ff 0000 02 0000", head, sizeof(head)));
	for (unsigned i = 0; i < 100; i++)
		wr_bytes(&w, "\x45\x04\x00\x01\x01\x01", 6);
	wr_bytes(&w, "\x01\x04\x00\x02\x00\x01", 6);
	wr_set_u16(&w, 11, wr_len(&w) - 13);
	wr_set_u16(&w, 14, wr_len(&w) - 16);
	assert_true(decode_bytes(big, wr_len(&w), &open, &err));
	assert_true(open.families[IP_V6]);
	assert_false(open.families[IP_V4]);
	/* Cut anywhere it is refused, and nothing is read outside. */
	for (size_t cut = 0; cut < wr_len(&w); cut++)
		assert_false(decode_bytes(big, cut, &open, &err));
}

/* What we write is what we read. */
static void
test_round_trip(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct bgp_open in = { .as = i & 1 ? 4200000000 : 65001,
			.hold_time_s = 90,
			.router_id = 7,
			.families = { (i & 2) != 0, (i & 4) != 0 },
			.four_octet_as = (i & 1) != 0,
			.graceful_restart = (i & 8) != 0,
			.restart = { .time_s = i & 8 ? 4095 : 0,
			    .restarted = (i & 9) == 9,
			    .notification = (i & 10) == 10,
			    .families = { (i & 9) == 9, (i & 10) == 10 },
			    .forwarding = { (i & 13) == 13, (i & 14) == 14 } },
			.extended_message = (i & 2) != 0,
			.enhanced_refresh = (i & 4) != 0,
			.extended_nexthop = (i & 8) != 0,
			.add_path = { (uint8_t)(i & 3), i & 4 ? 1 : 0 },
			.refresh_type = i & 8 ? BGP_MSG_REFRESH : 0 };
		uint8_t buf[128];
		struct wr w = wr_make(buf, sizeof(buf));
		struct bgp_open out;
		struct bgp_error err;
		struct bgp_msg msg;

		bgp_open_encode(&w, &in);
		assert_int_equal(
		    bgp_msg_peek(buf, wr_len(&w), BGP_MSG_MAX, &msg, &err), BGP_FRAME_MESSAGE);
		assert_true(bgp_open_decode(bgp_msg_body(&msg), &out, &err));
		assert_int_equal(out.as, in.as);
		assert_int_equal(out.hold_time_s, 90);
		assert_int_equal(out.router_id, 7);
		assert_int_equal(out.four_octet_as, in.four_octet_as);
		assert_int_equal(out.graceful_restart, in.graceful_restart);
		assert_memory_equal(&out.restart, &in.restart, sizeof(in.restart));
		assert_int_equal(out.refresh_type, in.refresh_type);
		assert_int_equal(out.extended_nexthop, in.extended_nexthop);
		assert_int_equal(out.enhanced_refresh, in.enhanced_refresh);
		assert_int_equal(out.extended_message, in.extended_message);
		assert_int_equal(out.add_path[IP_V4], in.add_path[IP_V4]);
		assert_int_equal(out.add_path[IP_V6], in.add_path[IP_V6]);
		assert_int_equal(out.families[IP_V6], in.families[IP_V6]);
		/* Neither family: no capability, which means IPv4. */
		assert_int_equal(out.families[IP_V4], in.families[IP_V4] || !in.families[IP_V6]);
	}
}

static void
test_policy(void **state)
{
	const struct bgp_open good = {
		.as = 65136, .hold_time_s = 3, .router_id = 2, .families = { true, false }
	};
	const struct bgp_open_policy policy = { 65136, 65136, 1, { true, true } };
	const struct bgp_open_policy external = { 65001, 65136, 2, { true, true } };
	const struct bgp_open_policy v6 = { 65136, 65136, 1, { false, true } };
	struct bgp_open open = good;
	struct bgp_error err;

	(void)state;
	assert_true(bgp_open_check(&good, &policy, &err));
	open.router_id = 1;
	assert_false(bgp_open_check(&open, &policy, &err));
	assert_int_equal(err.subcode, BGP_OPEN_ID);
	open.router_id = 2; /* RFC 6286: only iBGP needs different ones */
	assert_true(bgp_open_check(&open, &external, &err));
	open.hold_time_s = 0;
	assert_true(bgp_open_check(&open, &policy, &err));
	open.hold_time_s = 2;
	assert_false(bgp_open_check(&open, &policy, &err));
	assert_int_equal(err.subcode, BGP_OPEN_HOLD_TIME);
	assert_false(bgp_open_check(&good, &v6, &err));
	assert_int_equal(err.subcode, BGP_OPEN_CAPABILITY);
}

/* --- framing and NOTIFICATION -------------------------------------------------------------------
 */

static void
test_peek(void **state)
{
	uint8_t bytes[64];
	size_t n = hex_decode("ffffffffffffffffffffffffffffffff 0017 02 00000000", bytes, 64);
	struct bgp_error err;
	struct bgp_msg msg;

	(void)state;
	for (size_t len = 0; len < n; len++) {
		assert_int_equal(bgp_msg_peek(bytes, len, BGP_MSG_MAX, &msg, &err), BGP_FRAME_MORE);
		assert_int_equal(msg.len, len < 19 ? 19 : 23);
	}
	assert_int_equal(bgp_msg_peek(bytes, n, BGP_MSG_MAX, &msg, &err), BGP_FRAME_MESSAGE);
	assert_int_equal(msg.len, 23);
	/* Extended messages, by type (RFC 8654 4). */
	for (uint8_t type = BGP_MSG_OPEN; type <= BGP_MSG_REFRESH; type++) {
		static const enum bgp_frame at[][2] = { [BGP_MSG_OPEN] = { 0, 2 },
			[BGP_MSG_UPDATE] = { 0, 0 },
			[BGP_MSG_NOTIFICATION] = { 0, 0 },
			[BGP_MSG_KEEPALIVE] = { 2, 2 },
			[BGP_MSG_REFRESH] = { 0, 0 } };
		static const enum bgp_frame frames[] = { BGP_FRAME_MORE, BGP_FRAME_MESSAGE,
			BGP_FRAME_ERROR };
		uint8_t head[19];

		memcpy(head, bytes, sizeof(head));
		head[18] = type;
		for (unsigned i = 0; i < 2; i++) {
			size_t len = BGP_MSG_MAX + i;

			head[16] = (uint8_t)(len >> 8);
			head[17] = (uint8_t)len;
			assert_int_equal(bgp_msg_peek(head, 19, BGP_MSG_EXT_MAX, &msg, &err),
			    frames[at[type][i]]);
			assert_int_equal(bgp_msg_peek(head, 19, BGP_MSG_MAX, &msg, &err),
			    i == 0 ? frames[at[type][0]] : BGP_FRAME_ERROR);
		}
		memset(head + 16, 0xff, 2);
		assert_int_equal(
		    bgp_msg_peek(head, 19, BGP_MSG_EXT_MAX, &msg, &err), frames[at[type][1]]);
	}

	/* A bad header does not wait for its body. */
	bytes[3] = 0;
	assert_int_equal(bgp_msg_peek(bytes, 18, BGP_MSG_MAX, &msg, &err), BGP_FRAME_MORE);
	assert_int_equal(bgp_msg_peek(bytes, 19, BGP_MSG_MAX, &msg, &err), BGP_FRAME_ERROR);
	assert_int_equal(err.subcode, BGP_HEADER_NOT_SYNCHRONIZED);
}

static void
describe(const char *body_hex, char *text, size_t size)
{
	uint8_t body[300];
	size_t n = hex_decode(body_hex, body, sizeof(body));
	struct bgp_error err;

	bgp_notify_decode(rd_make(body, n), &err);
	bgp_notify_describe(false, &err, text, size);
}

static void
test_notification_text(void **state)
{
	static const struct {
		const char *body, *text;
	} cases[] = {
		{ "0602", "received Cease/Administrative Shutdown" },
		{ "0602 03 666f6f", "received Cease/Administrative Shutdown: foo" },
		{ "0604 03 666f6f", "received Cease/Administrative Reset: foo" },
		{ "0601 03 666f6f",
		    "received Cease/Maximum Number of Prefixes Reached, data 03666f6f" },
		{ "0601 0002 01 000003e8",
		    "received Cease/Maximum Number of Prefixes Reached: ipv6, limit 1000" },
		{ "0305 400200",
		    "received UPDATE Message Error/Attribute Length Error, data 400200" },
		{ "0300 000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f 20",
		    "received UPDATE Message Error, data 000102030405060708090a0b0c0d0e0f"
		    "101112131415161718191a1b1c1d1e1f..." },
		{ "0602 ff 666f6f", "received Cease/Administrative Shutdown: foo" }, /* lies */
		{ "0602 02 666f6f", "received Cease/Administrative Shutdown: fo" },
		{ "0602 00", "received Cease/Administrative Shutdown" },
		{ "0602 05 1b5b324a 22", "received Cease/Administrative Shutdown: \\x1b[2J\\x22" },
		{ "0602 03 c3a90a", "received Cease/Administrative Shutdown: \\xc3\\xa9\\x0a" },
		{ "0602 02 5c6e", "received Cease/Administrative Shutdown: \\x5cn" },
		{ "0400", "received Hold Timer Expired" },
		{ "0503", "received Finite State Machine Error/Unexpected Message in Established" },
		{ "0277", "received OPEN Message Error/119" },
		{ "0207", "received OPEN Message Error/Unsupported Capability" },
		{ "ff01", "received error 255/1" },
		{ "0001", "received error 0/1" },
		{ "06", "received error 0/0: truncated NOTIFICATION" },
		{ "", "received error 0/0: truncated NOTIFICATION" },
	};
	char text[256], small[24];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		describe(cases[i].body, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
		describe(cases[i].body, small, sizeof(small));
		assert_true(strlen(small) < sizeof(small));
	}
}

static void
test_shutdown_data(void **state)
{
	uint8_t data[256];
	char text[600];

	(void)state;
	assert_int_equal(bgp_notify_shutdown_data(NULL, data), 0);
	assert_int_equal(bgp_notify_shutdown_data("", data), 0);
	assert_int_equal(bgp_notify_shutdown_data("abc", data), 4);
	assert_memory_equal(data,
	    "\x03"
	    "abc",
	    4);
	memset(text, 'x', sizeof(text));
	text[255] = '\0';
	assert_int_equal(bgp_notify_shutdown_data(text, data), 256);
	/* 300 bytes of 3-byte characters: the cut is at 255 exactly; one byte before, at 253. */
	for (unsigned i = 0; i < 100; i++)
		memcpy(text + 3 * i, "\xe2\x82\xac", 3);
	text[300] = '\0';
	assert_int_equal(bgp_notify_shutdown_data(text, data), 256);
	memmove(text + 1, text, 301);
	text[0] = 'x';
	assert_int_equal(bgp_notify_shutdown_data(text, data), 1 + 253);
	assert_int_equal(data[0], 253);
}

/* The data field never makes a message too long. */
static void
test_notification_encoding(void **state)
{
	static uint8_t data[5000];
	uint8_t buf[BGP_MSG_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	struct bgp_error err = { .code = 3, .subcode = 9, .data = { data, sizeof(data) } };

	(void)state;
	bgp_notify_encode(&w, &err);
	assert_true(wr_ok(&w));
	assert_int_equal(wr_len(&w), BGP_MSG_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_bad_opens),
		cmocka_unit_test(test_extended_parameters),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_peek),
		cmocka_unit_test(test_notification_text),
		cmocka_unit_test(test_shutdown_data),
		cmocka_unit_test(test_notification_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
