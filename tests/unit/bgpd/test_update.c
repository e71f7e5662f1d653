/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPDATEs: what each kind of bad input does (RFC 7606 as a table of messages and verdicts), and
 * what good input says.
 */
#include "tests/unit/bgpd/decode.h"

/* An UPDATE body from its three parts in hex. */
static struct bgp_update
decode(const struct bgp_codec *codec, const char *withdrawn, const char *attrs, const char *nlri)
{
	uint8_t part[4096], body[3 * 4096];
	struct wr w = wr_make(body, sizeof(body));
	size_t n = hex_decode(withdrawn, part, sizeof(part));

	wr_u16(&w, (uint16_t)n);
	wr_bytes(&w, part, n);
	n = hex_decode(attrs, part, sizeof(part));
	wr_u16(&w, (uint16_t)n);
	wr_bytes(&w, part, n);
	wr_bytes(&w, part, hex_decode(nlri, part, sizeof(part)));
	assert_true(wr_ok(&w));
	return decode_bytes(codec, body, wr_len(&w));
}

#define ORIGIN          "40010100"
#define PATH            "4002060201 0000fde9" /* 65001 */
#define PATH_LONG       "40020e0203 0000fde9 00000d1c 00010001"
#define NH              "400304 0a000001"
#define LP              "400504 000000c8"
#define BASE            ORIGIN PATH NH
#define V4              "18 c0a801" /* 192.168.1.0/24 */
#define NH6             "20010db8000000000000000000000001"
#define MP6(nh_len, nh) "0002 01" nh_len nh "00 20 20010db8"
#define MP_REACH        "800e1a" MP6("10", NH6)

struct verdict {
	const char *what;
	const struct bgp_codec *codec;
	const char *withdrawn, *attrs, *nlri;
	enum bgp_disposition disposition;
	uint8_t bad_attr;
	uint8_t subcode; /* of a session reset */
};

#define ACC BGP_ACCEPT
#define DIS BGP_DISCARD_ATTRIBUTE
#define IGN BGP_IGNORE_ROUTE
#define TAW BGP_TREAT_AS_WITHDRAW
#define RST BGP_SESSION_RESET

static const struct verdict verdicts[] = {
	{ "a plain route", &ibgp, "", BASE, V4, ACC, 0, 0 },
	{ "LOCAL_PREF absent on iBGP is accepted", &ibgp, "", ORIGIN PATH NH, V4, ACC, 0, 0 },
	{ "the default route", &ibgp, "", BASE, "00", ACC, 0, 0 },
	{ "withdrawal only", &ibgp, V4, "", "", ACC, 0, 0 },

	/* Prefixes. */
	{ "v4 length 33 in NLRI", &ibgp, "", BASE, "21 c0a8010100", RST, 0, 10 },
	{ "v4 prefix cut in NLRI", &ibgp, "", BASE, "18 c0a8", RST, 0, 10 },
	{ "v4 length 33 withdrawn", &ibgp, "21 c0a8010100", "", "", RST, 0, 10 },
	{ "v4 prefix cut, withdrawn", &ibgp, "20 c0a801", "", "", RST, 0, 10 },
	{ "good withdrawals do not excuse bad NLRI", &ibgp, V4, BASE, V4 "18", RST, 0, 10 },
	{ "v6 length 129 in MP_REACH", &ibgp, "",
	    ORIGIN PATH "800e26 00020110" NH6 "00 81 20010db8000000000000000000000000", "", RST, 14,
	    9 },
	{ "v6 prefix cut in MP_REACH", &ibgp, "", ORIGIN PATH "800e19 00020110" NH6 "00 20 20010d",
	    "", RST, 14, 9 },
	{ "v6 prefix cut in MP_UNREACH", &ibgp, "", "800f07 000201 20 20010d", "", RST, 15, 9 },

	/* IPv4 with an IPv6 next hop (RFC 8950 3). */
	{ "v4 over v6", &v4_over_v6, "", ORIGIN PATH "800e19 00010110" NH6 "00 18 c0a801", "", ACC,
	    0, 0 },
	{ "v4 over v6, two addresses", &v4_over_v6, "",
	    ORIGIN PATH "800e29 00010120" NH6 "fe800000000000000000000000000001 00 18 c0a801", "",
	    ACC, 0, 0 },
	{ "v4 over v4 in MP_REACH, all the same", &v4_over_v6, "",
	    ORIGIN PATH "800e0d 00010104 0a000001 00 18 c0a801", "", ACC, 0, 0 },
	{ "v4 over v6, not agreed", &ibgp, "", ORIGIN PATH "800e19 00010110" NH6 "00 18 c0a801", "",
	    RST, 14, 9 },
	{ "v4 over 8 bytes", &v4_over_v6, "",
	    ORIGIN PATH "800e11 00010108 0000000000000001 00 18 c0a801", "", RST, 14, 9 },
	{ "v6 over v4", &v4_over_v6, "", ORIGIN PATH "800e0e 00020104 0a000001 00 20 20010db8", "",
	    RST, 14, 9 },
	{ "v4 over ::1", &v4_over_v6, "",
	    ORIGIN PATH "800e19 00010110 00000000000000000000000000000001 00 18 c0a801", "", TAW,
	    14, 0 },

	/* Path ids (RFC 7911 3). */
	{ "a prefix with its path id", &many_paths, "", BASE, "00000007" V4, ACC, 0, 0 },
	{ "withdrawal with a path id", &many_paths, "00000007" V4, "", "", ACC, 0, 0 },
	{ "v6 prefix with its path id", &many_paths, "",
	    ORIGIN PATH "800e1e 00020110" NH6 "00 00000007 20 20010db8", "", ACC, 0, 0 },
	{ "path id without a prefix", &many_paths, "", BASE, "00000007", RST, 0, 10 },
	{ "path id cut", &many_paths, "", BASE, "000000", RST, 0, 10 },
	{ "path id cut, withdrawn", &many_paths, "000000", "", "", RST, 0, 10 },
	{ "v6 path id cut in MP_REACH", &many_paths, "",
	    ORIGIN PATH "800e18 00020110" NH6 "00 000000", "", RST, 14, 9 },
	{ "v6 prefix without path id in MP_UNREACH", &many_paths, "", "800f08 000201 20 20010db8",
	    "", RST, 15, 9 },

	/* The attribute list. */
	{ "list ends after flags", &ibgp, "", BASE "40", V4, TAW, 0, 0 },
	{ "list ends after type", &ibgp, "", BASE "4001", V4, TAW, 0, 0 },
	{ "extended length cut", &ibgp, "", BASE "500100", V4, TAW, 0, 0 },
	{ "value overruns the list", &ibgp, "", ORIGIN NH "40020a 0201 0000fde9", V4, TAW, 0, 0 },
	{ "overrun without any NLRI", &ibgp, "", ORIGIN "40020a 0201", "", RST, 0, 1 },
	{ "overrun with withdrawals only", &ibgp, V4, ORIGIN "40020a 0201", "", RST, 0, 1 },
	{ "extended length with a short value", &ibgp, "", "50010001 00" PATH NH, V4, ACC, 0, 0 },
	{ "repeated ORIGIN", &ibgp, "", BASE "40010105", V4, DIS, 1, 0 },
	{ "repeated unknown attribute", &ibgp, "", BASE "c0630100 c0630101", V4, DIS, 99, 0 },
	{ "repeated MP_REACH", &ibgp, "", ORIGIN PATH MP_REACH MP_REACH, "", RST, 14, 1 },
	{ "repeated MP_UNREACH", &ibgp, "", "800f03 000201 800f03 000201", "", RST, 15, 1 },
	{ "unknown well-known", &ibgp, "", BASE "40630100", V4, TAW, 99, 0 },
	{ "unknown optional transitive", &ibgp, "", BASE "c0630100", V4, ACC, 0, 0 },
	{ "unknown optional non-transitive", &ibgp, "", BASE "80630100", V4, ACC, 0, 0 },
	{ "what we do not parse can hold anything", &ibgp, "",
	    BASE "c01703 ffffff c01605 0000000000", V4, ACC, 0, 0 },

	/* Mandatory ones. */
	{ "no ORIGIN", &ibgp, "", PATH NH, V4, TAW, 1, 0 },
	{ "no AS_PATH", &ibgp, "", ORIGIN NH, V4, TAW, 2, 0 },
	{ "no NEXT_HOP", &ibgp, "", ORIGIN PATH, V4, TAW, 3, 0 },
	{ "NEXT_HOP is not needed with MP_REACH only", &ibgp, "", ORIGIN PATH MP_REACH, "", ACC, 0,
	    0 },
	{ "but it is when there is NLRI too", &ibgp, "", ORIGIN PATH MP_REACH, V4, TAW, 3, 0 },
	{ "no ORIGIN with MP_REACH", &ibgp, "", PATH MP_REACH, "", TAW, 1, 0 },
	{ "nothing mandatory without routes", &ibgp, V4, "800f03 000201", "", ACC, 0, 0 },

	/* Values. */
	{ "ORIGIN length 0", &ibgp, "", "400100" PATH NH, V4, TAW, 1, 0 },
	{ "ORIGIN length 2", &ibgp, "", "4001020000" PATH NH, V4, TAW, 1, 0 },
	{ "ORIGIN value 2", &ibgp, "", "40010102" PATH NH, V4, ACC, 0, 0 },
	{ "ORIGIN value 3", &ibgp, "", "40010103" PATH NH, V4, TAW, 1, 0 },
	{ "ORIGIN value 3, no NLRI", &ibgp, "", "40010103" PATH NH, "", RST, 1, 1 },
	{ "AS_PATH empty", &ibgp, "", ORIGIN "400200" NH, V4, ACC, 0, 0 },
	{ "AS_PATH with 1 byte left", &ibgp, "", ORIGIN "400207 0201 0000fde9 02" NH, V4, TAW, 2,
	    0 },
	{ "AS_PATH segment overrun", &ibgp, "", ORIGIN "400206 0202 0000fde9" NH, V4, TAW, 2, 0 },
	{ "AS_PATH segment of no AS", &ibgp, "", ORIGIN "400202 0200" NH, V4, TAW, 2, 0 },
	{ "AS_PATH segment type 0", &ibgp, "", ORIGIN "400206 0001 0000fde9" NH, V4, TAW, 2, 0 },
	{ "AS_PATH segment type 5", &ibgp, "", ORIGIN "400206 0501 0000fde9" NH, V4, TAW, 2, 0 },
	{ "AS 0", &ibgp, "", ORIGIN "40020a 0202 0000fde9 00000000" NH, V4, TAW, 2, 0 },
	{ "confederation segment on iBGP", &ibgp, "", ORIGIN "400206 0301 0000fde9" NH, V4, ACC, 0,
	    0 },
	{ "confederation segment on eBGP", &ebgp, "",
	    ORIGIN "40020c 0201 0000fde9 0301 0000fde9" NH, V4, TAW, 2, 0 },
	{ "eBGP, the peer's AS first", &ebgp, "", BASE, V4, ACC, 0, 0 },
	{ "eBGP, another AS first", &ebgp, "", ORIGIN "400206 0201 00000d1c" NH, V4, TAW, 2, 0 },
	{ "eBGP, empty AS_PATH", &ebgp, "", ORIGIN "400200" NH, V4, TAW, 2, 0 },
	{ "eBGP, our AS in AS_PATH", &ebgp, "", ORIGIN "40020a 0202 0000fde9 0000fe70" NH, V4, IGN,
	    2, 0 },
	{ "iBGP, our AS in AS_PATH", &ibgp, "", ORIGIN "40020a 0202 0000fde9 0000fe70" NH, V4, ACC,
	    0, 0 },
	{ "eBGP rules are for routes", &ebgp, V4, ORIGIN "400206 0201 00000d1c", "", ACC, 0, 0 },
	{ "NEXT_HOP length 3", &ibgp, "", ORIGIN PATH "400303 0a0000", V4, TAW, 3, 0 },
	{ "NEXT_HOP length 16", &ibgp, "", ORIGIN PATH "400310" NH6, V4, TAW, 3, 0 },
	{ "NEXT_HOP 0.0.0.0", &ibgp, "", ORIGIN PATH "400304 00000000", V4, TAW, 3, 0 },
	{ "NEXT_HOP 127.0.0.1", &ibgp, "", ORIGIN PATH "400304 7f000001", V4, TAW, 3, 0 },
	{ "NEXT_HOP 224.0.0.1", &ibgp, "", ORIGIN PATH "400304 e0000001", V4, TAW, 3, 0 },
	{ "NEXT_HOP 255.255.255.255", &ibgp, "", ORIGIN PATH "400304 ffffffff", V4, TAW, 3, 0 },
	{ "NEXT_HOP 223.255.255.255", &ibgp, "", ORIGIN PATH "400304 dfffffff", V4, ACC, 0, 0 },
	{ "MED length 3", &ibgp, "", BASE "800403 000000", V4, TAW, 4, 0 },
	{ "LOCAL_PREF length 5", &ibgp, "", BASE "400505 0000000000", V4, TAW, 5, 0 },
	{ "LOCAL_PREF from eBGP", &ebgp, "", BASE LP, V4, DIS, 5, 0 },
	{ "malformed LOCAL_PREF from eBGP", &ebgp, "", BASE "400501 00", V4, DIS, 5, 0 },
	{ "ATOMIC_AGGREGATE length 1", &ibgp, "", BASE "400601 00", V4, DIS, 6, 0 },
	{ "AGGREGATOR length 6 from a 4-octet peer", &ibgp, "", BASE "c00706 fde9 0a000001", V4,
	    DIS, 7, 0 },
	{ "AGGREGATOR length 8 from a 2-octet peer", &old_ibgp, "",
	    ORIGIN "400200" NH "c00708 0000fde9 0a000001", V4, DIS, 7, 0 },
	{ "AGGREGATOR AS 0", &ibgp, "", BASE "c00708 00000000 0a000001", V4, DIS, 7, 0 },
	{ "COMMUNITIES length 0", &ibgp, "", BASE "c00800", V4, TAW, 8, 0 },
	{ "COMMUNITIES length 6", &ibgp, "", BASE "c00806 000000000000", V4, TAW, 8, 0 },
	{ "ORIGINATOR_ID length 3", &ibgp, "", BASE "800903 000000", V4, TAW, 9, 0 },
	{ "ORIGINATOR_ID from eBGP", &ebgp, "", BASE "800903 000000", V4, DIS, 9, 0 },
	{ "ORIGINATOR_ID is us", &ibgp, "", BASE "800904 0a000088", V4, IGN, 9, 0 },
	{ "CLUSTER_LIST length 0", &ibgp, "", BASE "800a00", V4, TAW, 10, 0 },
	{ "CLUSTER_LIST length 5", &ibgp, "", BASE "800a05 0000000000", V4, TAW, 10, 0 },
	{ "CLUSTER_LIST from eBGP", &ebgp, "", BASE "800a00", V4, DIS, 10, 0 },
	{ "we are in CLUSTER_LIST", &ibgp, "", BASE "800a08 01010101 0a000088", V4, IGN, 10, 0 },
	{ "EXTENDED COMMUNITIES length 4", &ibgp, "", BASE "c01004 00000000", V4, TAW, 16, 0 },
	{ "LARGE_COMMUNITY length 8", &ibgp, "", BASE "c02008 0000000000000000", V4, TAW, 32, 0 },
	{ "ONLY_TO_CUSTOMER length 3", &ibgp, "", BASE "c02303 000000", V4, TAW, 35, 0 },
	{ "AS4_PATH from a 4-octet peer", &ibgp, "", BASE "c01106 0201 0000fde9", V4, DIS, 17, 0 },
	{ "malformed AS4_PATH", &old_ibgp, "", ORIGIN "400204 0201 fde9" NH "c01105 0201 0000fd",
	    V4, DIS, 17, 0 },
	{ "AS4_AGGREGATOR from a 4-octet peer", &ibgp, "", BASE "c01208 0000fde9 0a000001", V4, DIS,
	    18, 0 },
	{ "AS4_AGGREGATOR length", &old_ibgp, "", ORIGIN "400200" NH "c01206 fde9 0a000001", V4,
	    DIS, 18, 0 },

	/* Flags. */
	{ "ORIGIN optional", &ibgp, "", "c0010100" PATH NH, V4, TAW, 1, 0 },
	{ "ORIGIN partial is accepted", &ibgp, "", "60010100" PATH NH, V4, ACC, 0, 0 },
	{ "AS_PATH not transitive", &ibgp, "", ORIGIN "0002060201 0000fde9" NH, V4, TAW, 2, 0 },
	{ "MED transitive", &ibgp, "", BASE "c00404 00000000", V4, TAW, 4, 0 },
	{ "COMMUNITIES well-known", &ibgp, "", BASE "400804 00010001", V4, TAW, 8, 0 },
	{ "AS4_PATH not transitive", &old_ibgp, "", ORIGIN "400200" NH "801106 0201 0000fde9", V4,
	    DIS, 17, 0 },
	{ "MP_REACH transitive", &ibgp, "", ORIGIN PATH "c00e1a" MP6("10", NH6), "", RST, 14, 4 },
	{ "MP_UNREACH well-known", &ibgp, "", "400f03 000201", "", RST, 15, 4 },

	/* MP_REACH and MP_UNREACH. */
	{ "MP_REACH", &ibgp, "", ORIGIN PATH MP_REACH, "", ACC, 0, 0 },
	{ "next hop of 32 bytes", &ibgp, "",
	    ORIGIN PATH "800e2a" MP6("20", NH6 "fe800000000000000000000000000001"), "", ACC, 0, 0 },
	{ "next hop of 4 bytes", &ibgp, "", ORIGIN PATH "800e0e" MP6("04", "0a000001"), "", RST, 14,
	    9 },
	{ "next hop of 24 bytes", &ibgp, "", ORIGIN PATH "800e22" MP6("18", NH6 "0000000000000000"),
	    "", RST, 14, 9 },
	{ "next hop of 0 bytes", &ibgp, "", ORIGIN PATH "800e0a" MP6("00", ""), "", RST, 14, 9 },
	{ "next hop cut", &ibgp, "", ORIGIN PATH "800e08 00020110 20010db8", "", RST, 14, 9 },
	{ "reserved byte missing", &ibgp, "", ORIGIN PATH "800e14 00020110" NH6, "", RST, 14, 9 },
	{ "no prefixes", &ibgp, "", ORIGIN PATH "800e15 00020110" NH6 "00", "", ACC, 0, 0 },
	{ "IPv4 in MP_REACH", &ibgp, "", ORIGIN PATH "800e0d 00010104 0a000001 00 18c0a801", "",
	    ACC, 0, 0 },
	{ "IPv4 in MP_REACH, next hop of 16 bytes", &ibgp, "",
	    ORIGIN PATH "800e19 00010110" NH6 "00 18c0a801", "", RST, 14, 9 },
	{ "family not agreed", &ibgp, "", ORIGIN PATH "800e0a 00020204 0a000001 00 ff", "", DIS, 14,
	    0 },
	{ "IPv4 not agreed", &v6_only, V4, BASE, V4, ACC, 0, 0 },
	{ "next hop ::", &ibgp, "",
	    ORIGIN PATH "800e1a" MP6("10", "00000000000000000000000000000000"), "", TAW, 14, 0 },
	{ "next hop ::1", &ibgp, "",
	    ORIGIN PATH "800e1a" MP6("10", "00000000000000000000000000000001"), "", TAW, 14, 0 },
	{ "next hop ff02::1", &ibgp, "",
	    ORIGIN PATH "800e1a" MP6("10", "ff020000000000000000000000000001"), "", TAW, 14, 0 },
	{ "next hop ::ffff:10.0.0.1", &ibgp, "",
	    ORIGIN PATH "800e1a" MP6("10", "00000000000000000000ffff0a000001"), "", TAW, 14, 0 },
	{ "next hop fe80::1", &ibgp, "",
	    ORIGIN PATH "800e1a" MP6("10", "fe800000000000000000000000000001"), "", ACC, 0, 0 },
	{ "MP_UNREACH cut", &ibgp, "", "800f02 0002", "", RST, 15, 9 },
	{ "the strongest verdict wins", &ibgp, "",
	    ORIGIN PATH "400601 00"
			"c00800" MP_REACH,
	    "", TAW, 8, 0 },
};

static void
test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		const struct verdict *v = &verdicts[i];
		struct bgp_update u = decode(v->codec, v->withdrawn, v->attrs, v->nlri);

		if (u.disposition != v->disposition || u.bad_attr != v->bad_attr ||
		    (v->disposition == RST &&
			(u.error.code != BGP_ERR_UPDATE || u.error.subcode != v->subcode)))
			fail_msg("%s: verdict %d, attribute %u, subcode %u (%s)", v->what,
			    (int)u.disposition, u.bad_attr, u.error.subcode,
			    u.why != NULL ? u.why : "-");
		assert_true((u.disposition == ACC) == (u.why == NULL));
	}
}

/* A broken message may be cut anywhere: never a read outside, and lengths that do not add up are a
 * reset with 3/1. */
static void
test_lengths(void **state)
{
	static const struct {
		const char *body;
		uint8_t subcode;
	} bad[] = {
		{ "0001 0000", 1 },                     /* withdrawn routes overrun */
		{ "ffff 0000", 1 }, { "0000 0001", 1 }, /* attributes overrun */
		{ "0000 ffff 40010100", 1 },
		{ "0002 0000", 1 }, /* no room for the attribute length */
	};
	uint8_t buf[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct bgp_update u =
		    decode_bytes(&ibgp, buf, hex_decode(bad[i].body, buf, sizeof(buf)));

		assert_int_equal(u.disposition, RST);
		assert_int_equal(u.error.code, 3);
		assert_int_equal(u.error.subcode, bad[i].subcode);
	}
}

static void
test_cut_everywhere(void **state)
{
	static const char full[] = "0004 18c0a801 0054" BASE "800404 00000005" LP "c00804 00010002"
				   "800a04 01010101" MP_REACH "c02308 0000000000000000" V4 V4;
	uint8_t bytes[256];
	size_t len = hex_decode(full, bytes, sizeof(bytes));

	(void)state;
	for (size_t cut = 0; cut <= len; cut++)
		for (unsigned i = 0; i < 4; i++) {
			static const struct bgp_codec *const codecs[] = { &ibgp, &ebgp, &old_ibgp,
				&v6_only };
			struct bgp_update u = decode_bytes(codecs[i], bytes, cut);
			struct ip_prefix p;
			uint32_t id;

			if (u.disposition == RST)
				continue;
			while (bgp_nlri_next(&u.announced, &p, &id) ||
			       bgp_nlri_next(&u.mp_announced, &p, &id) ||
			       bgp_nlri_next(&u.withdrawn, &p, &id) ||
			       bgp_nlri_next(&u.mp_withdrawn, &p, &id))
				;
		}
}

static void
expect_prefix(struct bgp_nlri *nlri, const char *text)
{
	char buf[PREFIX_TEXT_MAX];
	struct ip_prefix p;
	uint32_t id = 1;

	assert_true(bgp_nlri_next(nlri, &p, &id));
	assert_string_equal(prefix_format(&p, buf), text);
	assert_int_equal(id, 0);
}

static void
expect_end(struct bgp_nlri *nlri)
{
	struct ip_prefix p;
	uint32_t id;

	assert_false(bgp_nlri_next(nlri, &p, &id));
}

static void
test_everything_at_once(void **state)
{
	struct bgp_update u = decode(&ibgp, "08 0a 00",
	    BASE "800404 00000005" LP "400600 c00708 0000fde9 0a000009"
		 "c00808 fde90001 ffffff01 800904 01020304 800a04 01010101"
		 "800f08 000201 20 20010db9" MP_REACH "c01008 0002fde900000001"
		 "c0200c 0000fde90000000100000002 c02304 0000fde9"
		 "c06302 abcd 80640100 d0650001 7f",
	    "18 c0a801 13 0a1fff 20 01020304");
	char text[64];

	(void)state;
	assert_int_equal(u.disposition, ACC);
	expect_prefix(&u.withdrawn, "10.0.0.0/8");
	expect_prefix(&u.withdrawn, "0.0.0.0/0");
	expect_end(&u.withdrawn);
	expect_prefix(&u.mp_withdrawn, "2001:db9::/32");
	expect_end(&u.mp_withdrawn);
	expect_prefix(&u.announced, "192.168.1.0/24");
	expect_prefix(&u.announced, "10.31.224.0/19"); /* host bits masked off */
	expect_prefix(&u.announced, "1.2.3.4/32");
	expect_end(&u.announced);
	expect_prefix(&u.mp_announced, "2001:db8::/32");
	expect_end(&u.mp_announced);
	assert_int_equal(u.n_withdrawn, 3);
	assert_int_equal(u.n_announced, 4);
	assert_int_equal(u.attrs.nexthop.addr.hi >> 32, 0x0a000001);
	assert_int_equal(u.mp_nexthop.addr.hi, 0x20010db800000000);
	assert_int_equal(u.mp_nexthop.addr.lo, 1);
	assert_true(u.attrs.has_med && u.attrs.med == 5);
	assert_true(u.attrs.has_local_pref && u.attrs.local_pref == 200);
	assert_true(u.attrs.atomic_aggregate && u.attrs.has_aggregator);
	assert_int_equal(u.attrs.aggregator_as, 65001);
	assert_int_equal(u.attrs.aggregator_id, 0x0a000009);
	assert_true(u.attrs.has_originator_id && u.attrs.originator_id == 0x01020304);
	assert_true(u.attrs.has_otc && u.attrs.otc == 65001);
	route_communities_format(u.attrs.communities, ' ', text, sizeof(text));
	assert_string_equal(text, "65001:1 65535:65281");
	assert_int_equal(u.attrs.ext_communities.len, 8);
	assert_int_equal(u.attrs.large_communities.len, 12);
	assert_int_equal(u.attrs.cluster_list.len, 4);
	/* The two transitive ones, not the one between them, whole TLVs. */
	assert_int_equal(u.attrs.opaque.len, 10);
	assert_memory_equal(u.attrs.opaque.data, "\xc0\x63\x02\xab\xcd\xd0\x65\x00\x01\x7f", 10);
	assert_false(u.end_of_rib);
}

static void
test_end_of_rib(void **state)
{
	struct bgp_update u = decode(&ibgp, "", "", "");

	(void)state;
	assert_true(u.end_of_rib && u.end_of_rib_family == IP_V4);
	u = decode(&v6_only, "", "", "");
	assert_false(u.end_of_rib);
	u = decode(&ibgp, "", "800f03 000201", "");
	assert_true(u.end_of_rib && u.end_of_rib_family == IP_V6);
	u = decode(&ibgp, "", "900f0003 000101", "");
	assert_true(u.end_of_rib && u.end_of_rib_family == IP_V4);
	u = decode(&ibgp, "", "800f03 000202", "");
	assert_false(u.end_of_rib);
	u = decode(&ibgp, "", "800f04 000201 00", "");
	assert_false(u.end_of_rib);
	u = decode(&ibgp, V4, "800f03 000201", "");
	assert_false(u.end_of_rib);
	u = decode(&ibgp, "", ORIGIN "800f03 000201", "");
	assert_false(u.end_of_rib);
	u = decode(&ibgp, "", "", V4);
	assert_false(u.end_of_rib);
	assert_int_equal(u.disposition, TAW);
}

/* A second address that is not link-local is left out (RFC 2545 3). */
static void
test_second_nexthop(void **state)
{
	struct bgp_update u = decode(
	    &ibgp, "", ORIGIN PATH "800e2a" MP6("20", NH6 "fe8000000000000000000000000000aa"), "");

	(void)state;
	assert_int_equal(u.mp_nexthop.link_local_hi, 0xfe80000000000000);
	assert_int_equal(u.mp_nexthop.link_local_lo, 0xaa);
	u = decode(&ibgp, "", ORIGIN PATH "800e2a" MP6("20", NH6 NH6), "");
	assert_int_equal(u.disposition, ACC);
	assert_int_equal(u.mp_nexthop.link_local_hi, 0);
	assert_int_equal(u.mp_nexthop.link_local_lo, 0);
}

/* RFC 6793 4.2.3 with every relation of the two paths. */
static void
test_two_octet_peer(void **state)
{
	static const struct {
		const char *attrs, *path;
		uint32_t aggregator_as;
	} cases[] = {
		{ "400206 0202 fde9 0d1c", "65001 3356", 0 },
		{ "400208 0203 fde9 5ba0 5ba0 c0110a 0202 00010001 00010002", "65001 65537 65538",
		    0 },
		{ "400206 0202 5ba0 5ba0 c0110a 0202 00010001 00010002", "65537 65538", 0 },
		{ "400204 0201 5ba0 c0110a 0202 00010001 00010002", "23456", 0 }, /* too long */
		{ "40020a 0202 fde9 5ba0 0101 0d1c c01106 0101 00010001", "65001 23456 {65537}",
		    0 },
		{ "40020a 0301 fde9 0202 fdea 5ba0 c01106 0201 00010001", "(65001) 65002 65537",
		    0 },
		{ "400206 0202 fde9 5ba0 c0110c 0301 0000fe01 0201 00010001", "65001 65537", 0 },
		{ "400206 0202 fde9 5ba0 c00706 5ba0 0a000001 c01208 00010003 0a000001"
		  "c01106 0201 00010001",
		    "65001 65537", 65539 },
		/* An old speaker has aggregated: both AS4_ attributes are of before. */
		{ "400206 0202 fde9 5ba0 c00706 fde9 0a000001 c01208 00010003 0a000001"
		  "c01106 0201 00010001",
		    "65001 23456", 65001 },
		/* AS4_PATH may come first. */
		{ "c01106 0201 00010001 400206 0202 fde9 5ba0", "65001 65537", 0 },
	};
	char attrs[256], text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bgp_update u;

		snprintf(attrs, sizeof(attrs), "%s%s%s", ORIGIN, NH, cases[i].attrs);
		u = decode(&old_ibgp, "", attrs, V4);
		assert_int_equal(u.disposition, ACC);
		route_as_path_format(u.attrs.as_path, ' ', text, sizeof(text));
		assert_string_equal(text, cases[i].path);
		assert_int_equal(u.attrs.aggregator_as, cases[i].aggregator_as);
	}
}

/* Our 4-octet AS hides behind AS_TRANS; AS4_PATH tells. */
static void
test_loop_in_as4_path(void **state)
{
	struct bgp_codec codec = { .local_as = 65537,
		.remote_as = 65001,
		.router_id = ROUTER_ID,
		.families = { true, true } };
	struct bgp_update u =
	    decode(&codec, "", ORIGIN NH "400206 0202 fde9 5ba0 c0110a 0202 0000fde9 00010001", V4);

	(void)state;
	assert_int_equal(u.disposition, IGN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_everything_at_once),
		cmocka_unit_test(test_end_of_rib),
		cmocka_unit_test(test_second_nexthop),
		cmocka_unit_test(test_two_octet_peer),
		cmocka_unit_test(test_loop_in_as4_path),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(body_copy);
	return failed;
}
