/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames to addresses: one row for each stack of headers, each also cut at every octet. The octets
 * are written out by hand; IPv4 is always 192.0.2.1 > 198.51.100.2, IPv6 2001:db8::1 > 2001:db8::2.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "sflowin/pkt.h"

#define MACS  "020000000002 020000000001 "
#define ADDR4 "c0000201 c6336402"
#define IPV4  "4500001c 00000000 40118e9a " ADDR4 /* UDP, right checksum */
#define ADDR6 "20010db8000000000000000000000001 20010db8000000000000000000000002 "
#define IPV6  "60000000 0008 11 40 " ADDR6

enum {
	ETH = SFLOW_HEADER_ETHERNET,
	MPLS = SFLOW_HEADER_MPLS,
	PPP = SFLOW_HEADER_PPP
};

struct row {
	const char *what;
	uint32_t header_protocol;
	const char *hex;
	int family; /* -1: no IP */
	uint8_t protocol;
	size_t tail; /* octets behind the addresses: without them the answer is the same */
};

static const struct row rows[] = {
	{ "Ethernet II, IPv4", ETH, MACS "0800" IPV4 "0009", IP_V4, 17, 2 },
	{ "Ethernet II, IPv6", ETH, MACS "86dd" IPV6 "0009", IP_V6, 17, 2 },
	{ "IPv4 with options", ETH, MACS "0800 4600001c 00000000 4006917a" ADDR4 "01010101", IP_V4,
	    6, 4 },
	{ "IPv4 with total length 0", ETH, MACS "0800 45000000 00000000 40060000" ADDR4, IP_V4, 6,
	    0 },
	{ "802.1Q", ETH, MACS "8100 0064 0800" IPV4, IP_V4, 17, 0 },
	{ "802.1ad", ETH, MACS "88a8 0064 8100 0065 86dd" IPV6, IP_V6, 17, 0 },
	{ "QinQ with 9100", ETH, MACS "9100 0064 8100 0065 0800" IPV4, IP_V4, 17, 0 },
	{ "five tags", ETH, MACS "8100 0001 8100 0002 9200 0003 9300 0004 88a8 0005 0800" IPV4,
	    IP_V4, 17, 0 },
	{ "802.3 LLC/SNAP", ETH, MACS "0024 aaaa03 000000 0800" IPV4, IP_V4, 17, 0 },
	{ "802.3 LLC/SNAP, 802.1H", ETH, MACS "0024 aaaa03 0000f8 0800" IPV4, IP_V4, 17, 0 },
	{ "802.3 LLC/SNAP in a VLAN", ETH, MACS "8100 0001 0024 aaaa03 000000 86dd" IPV6, IP_V6, 17,
	    0 },
	{ "802.3 LLC, IP SAP", ETH, MACS "0020 060603" IPV4, IP_V4, 17, 0 },
	{ "802.3 LLC, spanning tree", ETH, MACS "0026 424203 0000000000" IPV4, -1, 0, 0 },
	{ "802.3 SNAP of another OUI", ETH, MACS "0026 aaaa03 00000c 0800" IPV4, -1, 0, 0 },
	{ "MPLS, one label, IPv4", ETH, MACS "8847 000101ff" IPV4, IP_V4, 17, 0 },
	{ "MPLS, three labels, IPv6", ETH, MACS "8847 000100ff 000200ff 000301ff" IPV6, IP_V6, 17,
	    0 },
	{ "MPLS multicast type", ETH, MACS "8848 000101ff" IPV4, IP_V4, 17, 0 },
	{ "MPLS, control word, Ethernet", ETH, MACS "8847 000101ff 00000000" MACS "0800" IPV4,
	    IP_V4, 17, 0 },
	{ "MPLS, Ethernet without control word", ETH, MACS "8847 000101ff" MACS "0800" IPV4, IP_V4,
	    17, 0 },
	{ "MPLS, Ethernet to a MAC that begins with 45", ETH,
	    MACS "8847 000101ff 450000000002 020000000001 0800" IPV4, IP_V4, 17, 0 },
	{ "MPLS, associated channel", ETH, MACS "8847 0000d1ff 10000007" IPV4, -1, 0, 0 },
	{ "MPLS without a bottom", ETH, MACS "8847 000100ff 000200ff 000300ff", -1, 0, 0 },
	{ "header protocol MPLS", MPLS, "000101ff" IPV4, IP_V4, 17, 0 },
	{ "PPPoE session, IPv4", ETH, MACS "8864 1100 0001 001e 0021" IPV4, IP_V4, 17, 0 },
	{ "PPPoE session, IPv6", ETH, MACS "8864 1100 0001 0032 0057" IPV6, IP_V6, 17, 0 },
	{ "PPPoE session, LCP", ETH, MACS "8864 1100 0001 001e c021" IPV4, -1, 0, 0 },
	{ "PPPoE of another version", ETH, MACS "8864 2100 0001 001e 0021" IPV4, -1, 0, 0 },
	{ "PPP, full", PPP, "ff03 0021" IPV4, IP_V4, 17, 0 },
	{ "PPP, address and control left out", PPP, "0057" IPV6, IP_V6, 17, 0 },
	{ "PPP, protocol compressed", PPP, "21" IPV4, IP_V4, 17, 0 },
	{ "PPP, MPLS", PPP, "ff03 0281 000101ff" IPV4, IP_V4, 17, 0 },
	{ "header protocol IPv4", SFLOW_HEADER_IPV4, IPV4, IP_V4, 17, 0 },
	{ "header protocol IPv6", SFLOW_HEADER_IPV6, IPV6, IP_V6, 17, 0 },
	{ "outermost header of IPv4 in IPv6", SFLOW_HEADER_IPV6, "60000000 001c 04 40" ADDR6 IPV4,
	    IP_V6, 4, 20 },
	{ "ARP", ETH, MACS "0806 00010800060400010200000000010a0000010000000000000a000002", -1, 0,
	    0 },
	{ "LLDP", ETH, MACS "88cc" IPV4, -1, 0, 0 },
	{ "IPv4 of version 5", SFLOW_HEADER_IPV4, "5500001c 00000000 40118e9a" ADDR4, -1, 0, 0 },
	{ "IPv4 with header length 16", SFLOW_HEADER_IPV4, "4400001c 00000000 40118e9a" ADDR4, -1,
	    0, 0 },
	{ "IPv4 shorter than its header", SFLOW_HEADER_IPV4, "45000013 00000000 40118e9a" ADDR4, -1,
	    0, 0 },
	{ "IPv6 of version 4", SFLOW_HEADER_IPV6, "40000000 0008 11 40" ADDR6, -1, 0, 0 },
	{ "unknown header protocol", 2, MACS "0800" IPV4, -1, 0, 0 },
	{ "header protocol 0xffffffff", 0xffffffff, MACS "0800" IPV4, -1, 0, 0 },
};

static bool
decode(const struct row *row, const uint8_t *bytes, size_t len, struct sflow_sample *out)
{
	/* A block of the exact size, so that the sanitizer sees a read behind it. */
	uint8_t *copy = malloc(len > 0 ? len : 1);
	bool found;

	memcpy(copy, bytes, len);
	found = sflow_packet_decode(row->header_protocol, copy, len, out);
	free(copy);
	return found;
}

static void
check_addresses(const struct row *row, const struct sflow_sample *p)
{
	char src[IP_TEXT_MAX], dst[IP_TEXT_MAX];

	ip_format(&p->src, src);
	ip_format(&p->dst, dst);
	assert_string_equal(src, row->family == IP_V4 ? "192.0.2.1" : "2001:db8::1");
	assert_string_equal(dst, row->family == IP_V4 ? "198.51.100.2" : "2001:db8::2");
	assert_int_equal(p->src.family, row->family);
	assert_int_equal(p->dst.family, row->family);
}

static void
test_stacks(void **state)
{
	uint8_t bytes[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = hex_decode(rows[i].hex, bytes, sizeof(bytes));
		struct sflow_sample p;

		if (decode(&rows[i], bytes, len, &p) != (rows[i].family >= 0))
			fail_msg("%s", rows[i].what);
		if (rows[i].family < 0)
			continue;
		check_addresses(&rows[i], &p);
		if (p.protocol != rows[i].protocol)
			fail_msg("%s: protocol %u", rows[i].what, p.protocol);
	}
}

/* Every frame cut at every octet: the addresses come out as long as they are there, never else. */
static void
test_cuts(void **state)
{
	uint8_t bytes[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = hex_decode(rows[i].hex, bytes, sizeof(bytes));

		for (size_t cut = 0; cut <= len; cut++) {
			bool expected = rows[i].family >= 0 && cut + rows[i].tail >= len;
			struct sflow_sample p;

			if (decode(&rows[i], bytes, cut, &p) != expected)
				fail_msg("%s: cut at %zu of %zu", rows[i].what, cut, len);
			if (expected)
				check_addresses(&rows[i], &p);
		}
	}
}

struct chain {
	const char *what;
	uint8_t first;
	const char *hex;
	uint8_t protocol;
};

static const struct chain chains[] = {
	{ "no extension", 6, "", 6 },
	{ "hop-by-hop", 0, "3a00 000000000000", 58 },
	{ "long hop-by-hop", 0, "0601 000000000000 0000000000000000", 6 },
	{ "hop-by-hop, routing, destination", 0,
	    "2b00 000000000000 3c00 000000000000 1100 000000000000", 17 },
	{ "authentication of 16 octets", 51, "0602 0000 00000001 00000001 00000000", 6 },
	{ "first fragment", 44, "1100 0001 00000001", 17 },
	{ "first fragment, then destination options", 44, "3c00 0001 00000001 0600 000000000000",
	    6 },
	{ "later fragment", 44, "1100 0551 00000001 3c00", 17 },
	{ "mobility", 135, "3b00 000000000000", 59 },
	{ "encapsulating security payload ends it", 50, "00000001 00000001", 50 },
	{ "cut in the options", 0, "0601 0000", 0 },
	{ "cut before the options", 0, "", 0 },
	{ "length beyond the end", 0, "06ff 000000000000", 0 },
	{ "cut fragment header", 44, "1100 0551", 0 },
};

static void
test_extension_headers(void **state)
{
	uint8_t bytes[256];
	const struct row row = { .header_protocol = SFLOW_HEADER_IPV6, .family = IP_V6 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(chains); i++) {
		size_t len = hex_decode(IPV6, bytes, sizeof(bytes));
		struct sflow_sample p;

		bytes[6] = chains[i].first;
		len += hex_decode(chains[i].hex, bytes + len, sizeof(bytes) - len);
		assert_true(decode(&row, bytes, len, &p));
		check_addresses(&row, &p);
		if (p.protocol != chains[i].protocol)
			fail_msg("%s: protocol %u", chains[i].what, p.protocol);
	}
}

/* A frame of nothing but tags or labels, as long as a datagram can be, ends. */
static void
test_endless_stacks(void **state)
{
	static uint8_t bytes[9216];
	struct row row = { .header_protocol = ETH };
	struct sflow_sample p;

	(void)state;
	for (size_t i = 12; i + 4 <= sizeof(bytes); i += 4)
		memcpy(bytes + i, "\x81\x00\x00\x01", 4);
	assert_false(decode(&row, bytes, sizeof(bytes), &p));
	for (size_t i = 14; i + 8 <= sizeof(bytes); i += 8)
		memcpy(bytes + i, "\xaa\xaa\x03\x00\x00\x00\x00\x08", 8);
	memcpy(bytes + 12, "\x00\x08", 2);
	assert_false(decode(&row, bytes, sizeof(bytes), &p));
	memset(bytes, 0, sizeof(bytes));
	row.header_protocol = MPLS;
	assert_false(decode(&row, bytes, sizeof(bytes), &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_extension_headers),
		cmocka_unit_test(test_endless_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
