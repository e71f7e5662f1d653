/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two tables of what each bad input does (RFC 4271 6, 6608, 7313, 7606, ...), row by row: the
 * first of messages that end the session, and with which NOTIFICATION; the second of UPDATEs, and
 * what becomes of their routes. Messages are made by hand and meet a session in memory.
 */
#include "tests/unit/bgpd/pair.h"

#define MARK       "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE  MARK "001304"
#define OPEN_FIXED "04 fe70 005a 00000002"
#define OPEN       MARK "001d01" OPEN_FIXED "00"
#define UPDATE     MARK "001702 0000 0000"
#define REFRESH    MARK "001705 0001 00 01"
/* All that changes how messages are read: extended messages and enhanced refresh. */
#define OPEN_MORE MARK "002501" OPEN_FIXED "08 0206 0200 0600 4600"

/* --- header, OPEN and the state machine -------------------------------------------------------
 */

struct scene {
	const char *what;
	enum bgp_state in; /* the state the message meets */
	const char *message;
	int code, subcode; /* of the NOTIFICATION that answers; -1: none, the session goes on;
			    * -2: none, and it ends */
	const char *data;
};

static const struct scene scenes[] = {
	/* Marker. */
	{ "marker", BGP_OPENSENT, "fffffffffffffffffffffffffffffffe 001304", 1, 1, "" },
	{ "marker, in Established", BGP_ESTABLISHED, "00ffffffffffffffffffffffffffffff 001304", 1,
	    1, "" },
	/* Lengths. */
	{ "length 18", BGP_OPENSENT, MARK "001204", 1, 2, "0012" },
	{ "length 0", BGP_ESTABLISHED, MARK "000002", 1, 2, "0000" },
	{ "length 4097", BGP_ESTABLISHED, MARK "100102", 1, 2, "1001" },
	{ "OPEN of 28", BGP_OPENSENT, MARK "001c01", 1, 2, "001c" },
	{ "OPEN of 4097", BGP_OPENSENT, MARK "100101", 1, 2, "1001" },
	{ "UPDATE of 22", BGP_ESTABLISHED, MARK "001602", 1, 2, "0016" },
	{ "KEEPALIVE of 20", BGP_ESTABLISHED, MARK "001404 00", 1, 2, "0014" },
	{ "ROUTE-REFRESH of 22", BGP_ESTABLISHED, MARK "001605 0001 00", 1, 2, "0016" },
	{ "ROUTE-REFRESH of 24", BGP_ESTABLISHED, MARK "001805 0001 00 01 00", 1, 2, "0018" },
	/* Types. */
	{ "type 0", BGP_OPENSENT, MARK "001300", 1, 3, "00" },
	{ "type 6", BGP_ESTABLISHED, MARK "001306", 1, 3, "06" },
	/* OPEN: version, AS, identifier. */
	{ "version 3", BGP_OPENSENT, MARK "001d01 03 fe70 005a 00000002 00", 2, 1, "0004" },
	{ "another AS", BGP_OPENSENT, MARK "001d01 04 fe71 005a 00000002 00", 2, 2, "" },
	{ "another 4-octet AS", BGP_OPENSENT,
	    MARK "002501 04 5ba0 005a 00000002 08 0206 4104 0001fe70", 2, 2, "" },
	{ "My AS and the capability differ", BGP_OPENSENT,
	    MARK "002501 04 fe71 005a 00000002 08 0206 4104 0000fe70", 2, 2, "" },
	{ "AS 0", BGP_OPENSENT, MARK "001d01 04 0000 005a 00000002 00", 2, 2, "" },
	{ "AS 0 in the capability", BGP_OPENSENT,
	    MARK "002501 04 5ba0 005a 00000002 08 0206 4104 00000000", 2, 2, "" },
	{ "identifier 0", BGP_OPENSENT, MARK "001d01 04 fe70 005a 00000000 00", 2, 3, "" },
	{ "our identifier, iBGP", BGP_OPENSENT, MARK "001d01 04 fe70 005a 00000001 00", 2, 3, "" },
	/* OPEN: parameters and capabilities, hold time. */
	{ "parameter of unknown type", BGP_OPENSENT, MARK "002001" OPEN_FIXED "03 010100", 2, 4,
	    "" },
	{ "hold time 1", BGP_OPENSENT, MARK "001d01 04 fe70 0001 00000002 00", 2, 6, "" },
	{ "hold time 2", BGP_OPENSENT, MARK "001d01 04 fe70 0002 00000002 00", 2, 6, "" },
	{ "hold time 3", BGP_OPENSENT, MARK "001d01 04 fe70 0003 00000002 00", -1, 0, "" },
	{ "parameters overrun", BGP_OPENSENT, MARK "001d01" OPEN_FIXED "02", 2, 0, "" },
	{ "a parameter overruns", BGP_OPENSENT, MARK "001f01" OPEN_FIXED "02 0203", 2, 0, "" },
	{ "a capability overruns", BGP_OPENSENT, MARK "002101" OPEN_FIXED "04 0202 4104", 2, 0,
	    "" },
	{ "extended parameters overrun", BGP_OPENSENT, MARK "002001" OPEN_FIXED "ff ff 0001", 2, 0,
	    "" },
	{ "no family that we have", BGP_OPENSENT,
	    MARK "002501" OPEN_FIXED "08 0206 0104 4004 00 47", 2, 7, "010400010001010400020001" },
	{ "unknown capability", BGP_OPENSENT, MARK "002301" OPEN_FIXED "06 0204 4902 abcd", -1, 0,
	    "" },
	{ "capability twice", BGP_OPENSENT, MARK "002301" OPEN_FIXED "06 0204 0200 0200", -1, 0,
	    "" },
	{ "a family we do not have, too", BGP_OPENSENT,
	    MARK "002b01" OPEN_FIXED "0e 020c 0104 0001 00 01 0104 0001 00 80", -1, 0, "" },
	/* Messages in the wrong state. */
	{ "KEEPALIVE too early", BGP_OPENSENT, KEEPALIVE, 5, 1, "" },
	{ "UPDATE too early", BGP_OPENSENT, UPDATE, 5, 1, "" },
	{ "ROUTE-REFRESH too early", BGP_OPENSENT, REFRESH, 5, 1, "" },
	{ "OPEN in OpenConfirm", BGP_OPENCONFIRM, OPEN, 5, 2, "" },
	{ "UPDATE in OpenConfirm", BGP_OPENCONFIRM, UPDATE, 5, 2, "" },
	{ "OPEN in Established", BGP_ESTABLISHED, OPEN, 5, 3, "" },
	/* NOTIFICATION, in any state and of any shape. */
	{ "NOTIFICATION", BGP_OPENSENT, MARK "001503 0601", -2, 0, "" },
	{ "NOTIFICATION", BGP_OPENCONFIRM, MARK "001503 0601", -2, 0, "" },
	{ "NOTIFICATION", BGP_ESTABLISHED, MARK "001703 ffff 0001", -2, 0, "" },
	{ "NOTIFICATION that is too short", BGP_ESTABLISHED, MARK "001303", -2, 0, "" },
	{ "NOTIFICATION with odd text", BGP_ESTABLISHED, MARK "001803 0602 ff 1b5b", -2, 0, "" },
	/* ROUTE-REFRESH that is ignored. */
	{ "ROUTE-REFRESH", BGP_ESTABLISHED, REFRESH, -1, 0, "" },
	{ "ROUTE-REFRESH of the old type", BGP_ESTABLISHED, MARK "001780 0001 00 01", -1, 0, "" },
	{ "ROUTE-REFRESH of a family not agreed on", BGP_ESTABLISHED, MARK "001705 0002 00 01", -1,
	    0, "" },
	{ "ROUTE-REFRESH of a strange family", BGP_ESTABLISHED, MARK "001705 4004 00 47", -1, 0,
	    "" },
	{ "ROUTE-REFRESH with a subtype", BGP_ESTABLISHED, MARK "001705 0001 01 01", -1, 0, "" },
	/* What ends a session from within an UPDATE. */
	{ "bad lengths in UPDATE", BGP_ESTABLISHED, MARK "001702 0001 0000", 3, 1, "" },
	{ "bad NLRI", BGP_ESTABLISHED, MARK "001902 0000 0000 21 00", 3, 10, "" },
	{ "bad MP_UNREACH", BGP_ESTABLISHED, MARK "001b02 0000 0004 800f01 00", 3, 9, "800f0100" },
	{ "treated as withdraw", BGP_ESTABLISHED, MARK "001902 0000 0000 08 0a", -1, 0, "" },
	{ "KEEPALIVE", BGP_ESTABLISHED, KEEPALIVE, -1, 0, "" },
};

/* With extended messages and enhanced refresh agreed on. */
static const struct scene more_scenes[] = {
	{ "length 65535", BGP_ESTABLISHED, MARK "ffff02", -1, 0, "" },
	{ "KEEPALIVE of 4097", BGP_ESTABLISHED, MARK "100104", 1, 2, "1001" },
	{ "OPEN of 4097", BGP_ESTABLISHED, MARK "100101", 1, 2, "1001" },
	{ "BoRR of 24", BGP_ESTABLISHED, MARK "001805 0001 01 01 00", 7, 1,
	    MARK "001805 0001 01 01 00" },
	{ "EoRR of 24", BGP_ESTABLISHED, MARK "001805 0001 02 01 00", 7, 1,
	    MARK "001805 0001 02 01 00" },
	{ "refresh of 24", BGP_ESTABLISHED, MARK "001805 0001 00 01 00", 1, 2, "0018" },
};

/* Forget what was sent so far. */
static void
play(const char *open, const struct scene *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct scene *s = &all[i];
		struct end e;
		size_t len;

		end_init(&e, &learner);
		if (s->in >= BGP_OPENCONFIRM)
			feed_hex(&e, open);
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
			assert_notification(&e, s->what, s->code, s->subcode, s->data);
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

static void
test_scenes(void **state)
{
	(void)state;
	play(OPEN, scenes, ARRAY_LEN(scenes));
	play(OPEN_MORE, more_scenes, ARRAY_LEN(more_scenes));
}

/* --- what we say of our own accord --------------------------------------------------------------
 */

static void
come_up(struct end *e, const char *open)
{
	end_init(e, &learner);
	feed_hex(e, open);
	feed_hex(e, KEEPALIVE);
	assert_int_equal(bgp_conn_state(e->conn), BGP_ESTABLISHED);
	discard_output(e);
}

static void
assert_sent(struct end *e, const char *what, int code, int subcode, const char *data)
{
	assert_notification(e, what, code, subcode, data);
	assert_int_equal(bgp_conn_state(e->conn), BGP_IDLE);
	end_fini(e);
}

static void
test_notifications(void **state)
{
	struct end e;

	(void)state;
	come_up(&e, OPEN);
	bgp_conn_tick(e.conn, mono_add_ms(start, 90 * 1000));
	assert_sent(&e, "hold timer", 4, 0, "");
	come_up(&e, OPEN);
	bgp_conn_send_hold_expired(e.conn);
	assert_sent(&e, "send hold timer", 8, 0, "");
	come_up(&e, OPEN);
	bgp_conn_cease_max_prefixes(e.conn, IP_V6, 100000);
	assert_sent(&e, "too many prefixes", 6, 1, "0002 01 000186a0");
	come_up(&e, OPEN);
	bgp_conn_cease(e.conn, BGP_CEASE_SHUTDOWN, "bye");
	assert_sent(&e, "shutdown", 6, 2, "03 627965");
	for (uint8_t subcode = BGP_CEASE_DECONFIGURED; subcode <= BGP_CEASE_RESOURCES; subcode++) {
		come_up(&e, OPEN);
		bgp_conn_cease(e.conn, subcode, NULL);
		assert_sent(&e, "cease", 6, subcode, "");
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

/* --- UPDATEs ------------------------------------------------------------------------------------
 */

#define ORIGIN    "40010100"
#define PATH      "4002060201 0000fde9" /* 65001 */
#define NH        "400304 0a000001"
#define BASE      ORIGIN PATH NH
#define V4        "18 c0a801" /* 192.168.1.0/24 */
#define NH6       "20010db8000000000000000000000001"
#define MP_REACH  "800e1a 0002 01 10" NH6 "00 20 20010db8"
#define MP_NH(nh) "800e1a 0002 01 10" nh "00 20 20010db8"

enum kind {
	IBGP,
	EBGP,
	OLD /* iBGP, with 2-octet AS numbers */
};

struct case_of {
	const char *what;
	enum kind kind;
	const char *withdrawn, *attrs, *nlri;
	enum bgp_disposition disposition;
	uint8_t attr;                  /* that is blamed */
	uint8_t subcode;               /* of a reset */
	unsigned announced, withdraws; /* what reaches the table */
};

#define ACC BGP_ACCEPT
#define DIS BGP_DISCARD_ATTRIBUTE
#define IGN BGP_IGNORE_ROUTE
#define TAW BGP_TREAT_AS_WITHDRAW
#define RST BGP_SESSION_RESET

/* In the order of the table. */
/* clang-format off */
static const struct case_of cases[] = {
	/* prefix length >32 (v6 >128), or prefix bytes overrun the field */
	{ "v4 length 33", IBGP, "", BASE, "21 c0a8010100", RST, 0, 10, 0, 0 },
	{ "v4 overrun, withdrawn", IBGP, "18 c0a8", "", "", RST, 0, 10, 0, 0 },
	{ "v6 length 129", IBGP, "", ORIGIN PATH "800e26 00020110" NH6 "00 81 20010db8000000000000000000000000", "", RST, 14, 9, 0, 0 },
	{ "v6 overrun in MP_UNREACH", IBGP, "", "800f07 000201 20 20010d", "", RST, 15, 9, 0, 0 },
	/* attribute runs past Total Attribute Length; 1-3 bytes left over */
	{ "attribute overruns", IBGP, "18 c0a802", BASE "800410 00000000", V4, TAW, 0, 0, 0, 2 },
	{ "1 byte left over", IBGP, "", BASE "40", V4, TAW, 0, 0, 0, 1 },
	{ "2 bytes left over", IBGP, "", BASE "4005", V4, TAW, 0, 0, 0, 1 },
	{ "3 bytes left over, extended", IBGP, "", BASE "500500", V4, TAW, 0, 0, 0, 1 },
	{ "overrun, no reachable NLRI", IBGP, V4, ORIGIN "40020a 0201", "", RST, 0, 1, 0, 0 },
	/* an error stronger than discard and no reachable NLRI */
	{ "bad ORIGIN, nothing reachable", IBGP, V4, "40010103", "", RST, 1, 1, 0, 0 },
	{ "bad ORIGIN beside MP_UNREACH", IBGP, "", "40010103 800f08 000201 20 20010db8", "", RST, 1, 1, 0, 0 },
	{ "discard, nothing reachable", IBGP, V4, "400601 00", "", DIS, 6, 0, 0, 1 },
	/* flags Optional/Transitive wrong for a known attribute */
	{ "ORIGIN optional", IBGP, "", "c0010100" PATH NH, V4, TAW, 1, 0, 0, 1 },
	{ "MED transitive", IBGP, "", BASE "c00404 00000000", V4, TAW, 4, 0, 0, 1 },
	{ "MP_REACH transitive", IBGP, "", ORIGIN PATH "c00e1a 00020110" NH6 "00 20 20010db8", "", RST, 14, 4, 0, 0 },
	{ "MP_UNREACH well-known", IBGP, "", "400f03 000201", "", RST, 15, 4, 0, 0 },
	{ "Partial on a well-known one", IBGP, "", "60010100" PATH NH, V4, ACC, 0, 0, 1, 0 },
	{ "extended length, short value", IBGP, "", "50010001 00" PATH NH, V4, ACC, 0, 0, 1, 0 },
	/* Optional=0 with unknown type */
	{ "unknown well-known", IBGP, "", BASE "40630100", V4, TAW, 99, 0, 0, 1 },
	/* duplicates */
	{ "two MP_REACH", IBGP, "", ORIGIN PATH MP_REACH MP_REACH, "", RST, 14, 1, 0, 0 },
	{ "two MP_UNREACH", IBGP, "", "800f03 000201 800f03 000201", "", RST, 15, 1, 0, 0 },
	{ "two MED, the second bad", IBGP, "", BASE "800404 00000001 800401 00", V4, DIS, 4, 0, 1, 0 },
	/* missing */
	{ "no ORIGIN", IBGP, "", PATH NH, V4, TAW, 1, 0, 0, 1 },
	{ "no AS_PATH", IBGP, "", ORIGIN NH, V4, TAW, 2, 0, 0, 1 },
	{ "no NEXT_HOP", IBGP, "", ORIGIN PATH, V4, TAW, 3, 0, 0, 1 },
	{ "no LOCAL_PREF", IBGP, "", BASE, V4, ACC, 0, 0, 1, 0 },
	/* ORIGIN */
	{ "ORIGIN length 2", IBGP, "", "4001020000" PATH NH, V4, TAW, 1, 0, 0, 1 },
	{ "ORIGIN value 3", IBGP, "", "40010103" PATH NH, V4, TAW, 1, 0, 0, 1 },
	/* AS_PATH */
	{ "segment type 5", IBGP, "", ORIGIN "400206 0501 0000fde9" NH, V4, TAW, 2, 0, 0, 1 },
	{ "segment of none", IBGP, "", ORIGIN "400202 0200" NH, V4, TAW, 2, 0, 0, 1 },
	{ "segment overrun", IBGP, "", ORIGIN "400206 0202 0000fde9" NH, V4, TAW, 2, 0, 0, 1 },
	{ "1 byte left in AS_PATH", IBGP, "", ORIGIN "400207 0201 0000fde9 02" NH, V4, TAW, 2, 0, 0, 1 },
	{ "AS 0", IBGP, "", ORIGIN "400206 0201 00000000" NH, V4, TAW, 2, 0, 0, 1 },
	{ "confederation on eBGP", EBGP, "", ORIGIN "40020c 0201 0000fde9 0301 0000fde9" NH, V4, TAW, 2, 0, 0, 1 },
	{ "first AS not the peer's", EBGP, "", ORIGIN "400206 0201 00000d1c" NH, V4, TAW, 2, 0, 0, 1 },
	{ "our AS, eBGP", EBGP, "", ORIGIN "40020a 0202 0000fde9 0000fe70" NH, V4, IGN, 2, 0, 0, 1 },
	/* NEXT_HOP */
	{ "NEXT_HOP length 3", IBGP, "", ORIGIN PATH "400303 0a0000", V4, TAW, 3, 0, 0, 1 },
	{ "NEXT_HOP 0.0.0.0", IBGP, "", ORIGIN PATH "400304 00000000", V4, TAW, 3, 0, 0, 1 },
	{ "NEXT_HOP 127.0.0.1", IBGP, "", ORIGIN PATH "400304 7f000001", V4, TAW, 3, 0, 0, 1 },
	{ "NEXT_HOP 224.0.0.1", IBGP, "", ORIGIN PATH "400304 e0000001", V4, TAW, 3, 0, 0, 1 },
	/* MED, LOCAL_PREF */
	{ "MED length 3", IBGP, "", BASE "800403 000000", V4, TAW, 4, 0, 0, 1 },
	{ "LOCAL_PREF length 5", IBGP, "", BASE "400505 0000000000", V4, TAW, 5, 0, 0, 1 },
	{ "LOCAL_PREF from eBGP", EBGP, "", BASE "400504 000000c8", V4, DIS, 5, 0, 1, 0 },
	/* ATOMIC_AGGREGATE, AGGREGATOR */
	{ "ATOMIC_AGGREGATE length 1", IBGP, "", BASE "400601 00", V4, DIS, 6, 0, 1, 0 },
	{ "AGGREGATOR length 6", IBGP, "", BASE "c00706 fde9 0a000001", V4, DIS, 7, 0, 1, 0 },
	{ "AGGREGATOR length 8, 2-octet peer", OLD, "", ORIGIN "400200" NH "c00708 0000fde9 0a000001", V4, DIS, 7, 0, 1, 0 },
	{ "AGGREGATOR AS 0", IBGP, "", BASE "c00708 00000000 0a000001", V4, DIS, 7, 0, 1, 0 },
	/* communities */
	{ "COMMUNITIES length 0", IBGP, "", BASE "c00800", V4, TAW, 8, 0, 0, 1 },
	{ "COMMUNITIES length 6", IBGP, "", BASE "c00806 000000000000", V4, TAW, 8, 0, 0, 1 },
	{ "EXTENDED COMMUNITIES length 4", IBGP, "", BASE "c01004 00000000", V4, TAW, 16, 0, 0, 1 },
	{ "LARGE_COMMUNITY length 8", IBGP, "", BASE "c02008 0000000000000000", V4, TAW, 32, 0, 0, 1 },
	/* ORIGINATOR_ID, CLUSTER_LIST */
	{ "ORIGINATOR_ID length 3", IBGP, "", BASE "800903 000000", V4, TAW, 9, 0, 0, 1 },
	{ "CLUSTER_LIST length 5", IBGP, "", BASE "800a05 0000000000", V4, TAW, 10, 0, 0, 1 },
	{ "CLUSTER_LIST length 0", IBGP, "", BASE "800a00", V4, TAW, 10, 0, 0, 1 },
	{ "ORIGINATOR_ID, eBGP", EBGP, "", BASE "800903 000000", V4, DIS, 9, 0, 1, 0 },
	{ "CLUSTER_LIST, eBGP", EBGP, "", BASE "800a05 0000000000", V4, DIS, 10, 0, 1, 0 },
	/* AS4_PATH, AS4_AGGREGATOR */
	{ "AS4_PATH from a 4-octet peer", IBGP, "", BASE "c01106 0201 0000fde9", V4, DIS, 17, 0, 1, 0 },
	{ "AS4_AGGREGATOR, 4-octet peer", IBGP, "", BASE "c01208 0000fde9 0a000001", V4, DIS, 18, 0, 1, 0 },
	{ "malformed AS4_PATH", OLD, "", ORIGIN "400204 0201 fde9" NH "c01105 0201 0000fd", V4, DIS, 17, 0, 1, 0 },
	{ "malformed AS4_AGGREGATOR", OLD, "", ORIGIN "400200" NH "c01206 fde9 0a000001", V4, DIS, 18, 0, 1, 0 },
	{ "AS4_PATH is the longer", OLD, "", ORIGIN "400204 0201 fde9" NH "c0110a 0202 0000fde9 00010001", V4, ACC, 0, 0, 1, 0 },
	/* OTC */
	{ "OTC length 3", IBGP, "", BASE "c02303 000000", V4, TAW, 35, 0, 0, 1 },
	{ "OTC of 0", IBGP, "", BASE "c02304 00000000", V4, ACC, 0, 0, 1, 0 },
	/* MP_REACH */
	{ "next hop of 4 bytes for v6", IBGP, "", ORIGIN PATH "800e0e 00020104 0a000001 00 20 20010db8", "", RST, 14, 9, 0, 0 },
	{ "next hop of 24 bytes", IBGP, "", ORIGIN PATH "800e22 00020118" NH6 "0000000000000000 00 20 20010db8", "", RST, 14, 9, 0, 0 },
	{ "next hop cut", IBGP, "", ORIGIN PATH "800e08 00020110 20010db8", "", RST, 14, 9, 0, 0 },
	{ "reserved byte missing", IBGP, "", ORIGIN PATH "800e14 00020110" NH6, "", RST, 14, 9, 0, 0 },
	{ "MP_REACH of a family not agreed on", IBGP, "", ORIGIN PATH "800e0a 00020204 0a000001 00 ff", "", DIS, 14, 0, 0, 0 },
	{ "MP_UNREACH of a family not agreed on", IBGP, "", "800f04 000202 ff", "", ACC, 0, 0, 0, 0 },
	{ "MP_UNREACH cut", IBGP, "", "800f02 0002", "", RST, 15, 9, 0, 0 },
	/* IPv6 next hops */
	{ "next hop ::", IBGP, "", ORIGIN PATH MP_NH("00000000000000000000000000000000"), "", TAW, 14, 0, 0, 1 },
	{ "next hop ::1", IBGP, "", ORIGIN PATH MP_NH("00000000000000000000000000000001"), "", TAW, 14, 0, 0, 1 },
	{ "next hop ff02::1", IBGP, "", ORIGIN PATH MP_NH("ff020000000000000000000000000001"), "", TAW, 14, 0, 0, 1 },
	{ "next hop ::ffff:10.0.0.1", IBGP, "", ORIGIN PATH MP_NH("00000000000000000000ffff0a000001"), "", TAW, 14, 0, 0, 1 },
	{ "next hop fe80::1", IBGP, "", ORIGIN PATH MP_NH("fe800000000000000000000000000001"), "", ACC, 0, 0, 1, 0 },
	/* unknown optional ones: what we do not use stays bytes */
	{ "unknown transitive", IBGP, "", BASE "c0630100", V4, ACC, 0, 0, 1, 0 },
	{ "tunnel encapsulation of nonsense", IBGP, "", BASE "c01703 ffffff", V4, ACC, 0, 0, 1, 0 },
	{ "unknown non-transitive", IBGP, "", BASE "80630100", V4, ACC, 0, 0, 1, 0 },
	/* NLRI */
	{ "0.0.0.0/0", IBGP, "", BASE "", "00", ACC, 0, 0, 1, 0 },
	{ "bits after the length", IBGP, "", BASE "", "08 0a 09 ffff", ACC, 0, 0, 2, 0 },
	{ "End-of-RIB", IBGP, "", "", "", ACC, 0, 0, 0, 0 },
	{ "End-of-RIB of IPv6", IBGP, "", "800f03 000201", "", ACC, 0, 0, 0, 0 },
};
/* clang-format on */

static void
come_up_as(struct end *e, enum kind kind)
{
	struct bgp_conn_config peer = speaker, ours = learner;

	if (kind == EBGP)
		peer.local_as = ours.remote_as = 65001;
	if (kind == EBGP)
		peer.remote_as = ours.local_as;
	peer.two_octet_as = kind == OLD;
	end_come_up(e, &ours, &peer);
}

static size_t
put_part(struct wr *w, const char *hex)
{
	uint8_t part[512];
	size_t n = hex_decode(hex, part, sizeof(part));

	wr_bytes(w, part, n);
	return n;
}

static void
feed_update(struct end *e, const struct case_of *c)
{
	uint8_t bytes[1024];
	struct wr w = wr_make(bytes, sizeof(bytes));
	size_t begin = bgp_msg_begin(&w, BGP_MSG_UPDATE), at = wr_mark(&w);

	wr_u16(&w, 0);
	wr_set_u16(&w, at, put_part(&w, c->withdrawn));
	at = wr_mark(&w);
	wr_u16(&w, 0);
	wr_set_u16(&w, at, put_part(&w, c->attrs));
	put_part(&w, c->nlri);
	bgp_msg_end(&w, begin);
	assert_true(wr_ok(&w));
	bgp_conn_feed(e->conn, bytes, wr_len(&w), start);
}

/* The one error that was counted, of the attribute and with the action that were expected. */
static bool
counted(const struct end *e, const struct case_of *c)
{
	const char *attr = c->attr == 0 ? "none" : bgp_attr_name(c->attr);
	struct bgp_error_count count;

	for (unsigned k = 0; bgp_faults_get(&e->stats.faults, k, &count); k++)
		if (strcmp(count.attribute, attr != NULL ? attr : "other") == 0 &&
		    strcmp(count.action, bgp_disposition_name(c->disposition)) == 0)
			return count.count == 1;
	return c->disposition == ACC;
}

static void
test_updates(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct case_of *c = &cases[i];
		struct end e;

		come_up_as(&e, c->kind);
		feed_update(&e, c);
		if (e.announced != c->announced || e.withdrawn != c->withdraws ||
		    e.last.disposition != c->disposition || e.last.bad_attr != c->attr)
			fail_msg("%s: +%u -%u, verdict %d of attribute %u (%s)", c->what,
			    e.announced, e.withdrawn, (int)e.last.disposition, e.last.bad_attr,
			    e.last.why != NULL ? e.last.why : "");
		if (!counted(&e, c))
			fail_msg("%s: not counted", c->what);
		if (c->disposition == RST)
			assert_notification(&e, c->what, 3, c->subcode, NULL);
		assert_int_equal(
		    bgp_conn_state(e.conn), c->disposition == RST ? BGP_IDLE : BGP_ESTABLISHED);
		assert_int_equal(e.problems, c->disposition != ACC);
		end_fini(&e);
	}
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
		cmocka_unit_test(test_notifications),
		cmocka_unit_test(test_ebgp_identifier),
		cmocka_unit_test(test_updates),
		cmocka_unit_test(test_treat_as_withdraw_withdraws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
