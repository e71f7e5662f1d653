/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sampled frame is a stack of headers, each naming the next. The decoder is a loop over "what
 * comes next": a step consumes one header and names its payload, until IP is reached or a protocol
 * comes that cannot lead to IP. Every step but the last consumes at least one octet, so the
 * octets bound the loop and no depth has to be chosen.
 *
 *      Ethernet -> [VLAN tag]* -> IPv4 | IPv6 | MPLS | PPPoE -> PPP | LLC/SNAP -> ...
 *      MPLS [label]* -> IPv4 | IPv6 | control word, Ethernet      (by the first nibble, RFC 4928)
 *
 * Cost: the usual Ethernet-IP frame is two steps and no loop over octets.
 *
 * References: IEEE 802.3, 802.1Q, 802.2; RFC 1042 (SNAP), RFC 1661 and 1662 (PPP), RFC 2516
 * (PPPoE), RFC 3032 (MPLS), RFC 4385 (control word), RFC 791, RFC 8200.
 */
#include "sflowin/pkt.h"

#include "sflowin/datagram.h"

enum step {
	STEP_ETHERNET,
	STEP_ETHERTYPE,
	STEP_LLC,
	STEP_PPP,
	STEP_MPLS,
	STEP_IPV4,
	STEP_IPV6,
	STEP_STOP /* nothing that leads to IP */
};

/* 802.2: SNAP with an Ethernet type (RFC 1042), or IP by its own SAP. */
static enum step
read_llc(struct rd *r)
{
	uint8_t dsap = rd_u8(r);
	uint8_t ssap = rd_u8(r);
	uint8_t control = rd_u8(r);
	uint32_t oui;

	if (control != 0x03 || dsap != ssap)
		return STEP_STOP;
	if (dsap == 0x06)
		return STEP_IPV4;
	if (dsap != 0xaa)
		return STEP_STOP;
	oui = (uint32_t)rd_u8(r) << 16;
	oui |= rd_u16(r);
	/* 0000f8 is 802.1H, bridged Ethernet. */
	return oui == 0 || oui == 0x0000f8 ? STEP_ETHERTYPE : STEP_STOP;
}

/* The PPP protocol field, one octet where it was compressed (RFC 1661 section 2). */
static enum step
read_ppp_protocol(struct rd *r)
{
	uint16_t protocol = rd_u8(r);

	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | rd_u8(r));
	switch (protocol) {
	case 0x0021: return STEP_IPV4;
	case 0x0057: return STEP_IPV6;
	case 0x0281: /* unicast */
	case 0x0283: return STEP_MPLS;
	default: return STEP_STOP;
	}
}

/* A PPPoE session header (RFC 2516 section 4): version and type 1, code 0, session, length. */
static enum step
read_pppoe(struct rd *r)
{
	if (rd_u16(r) != 0x1100)
		return STEP_STOP;
	rd_skip(r, 4);
	return read_ppp_protocol(r);
}

/* The type or length field of a frame, with whatever tags come before it. */
static enum step
read_ethertype(struct rd *r)
{
	for (;;) {
		uint16_t type = rd_u16(r);

		switch (type) {
		case 0x0800: return STEP_IPV4;
		case 0x86dd: return STEP_IPV6;
		case 0x8100: /* 802.1Q customer tag */
		case 0x88a8: /* 802.1ad service tag */
		case 0x9100: /* tags of stacked VLANs before 802.1ad */
		case 0x9200:
		case 0x9300: rd_skip(r, 2); break;
		case 0x8847:
		case 0x8848: return STEP_MPLS;
		case 0x8864: return read_pppoe(r);
		default:
			/* Up to 1500 it is a length (IEEE 802.3). */
			return type <= 1500 ? STEP_LLC : STEP_STOP;
		}
	}
}

/* Address and control octets may have been left out (RFC 1662 and 1661 section 6.6). */
static enum step
read_ppp(struct rd *r)
{
	if (rd_peek_u8(r) == 0xff)
		rd_skip(r, 2);
	return read_ppp_protocol(r);
}

/* Does a header of this many 32-bit words sum up to an IPv4 header? Nothing speaks against it when
 * its end was cut off. */
static bool
looks_like_ipv4(struct rd r, unsigned words)
{
	uint64_t sum = 0;

	if (words < 5)
		return false;
	if (rd_left(&r) < words * sizeof(uint32_t))
		return true;
	for (unsigned i = 0; i < words; i++)
		sum += rd_u32(&r);
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return sum == 0xffff;
}

/*
 * Labels do not name their payload; its first nibble does (RFC 4928), where it is IP or begins with
 * a control word (RFC 4385). A pseudowire without one begins with a MAC address instead. One that
 * begins with 4 is told from IPv4 by the checksum, one that begins with 0 from a control word by
 * flags and length, which are 0 for a frame of 60 octets and more. Nothing tells one that begins
 * with 6 from IPv6.
 */
static enum step
read_mpls(struct rd *r)
{
	struct rd ahead;
	uint16_t first;

	while (rd_ok(r) && (rd_u32(r) & 0x100) == 0)
		continue;
	ahead = *r;
	first = rd_u16(&ahead);
	switch (first >> 12) {
	case 0:
		if (first == 0)
			rd_skip(r, 4);
		return STEP_ETHERNET;
	case 1: return STEP_STOP; /* associated channel: OAM, RFC 5586 */
	case 4: return looks_like_ipv4(*r, first >> 8 & 15) ? STEP_IPV4 : STEP_ETHERNET;
	case 6: return STEP_IPV6;
	default: return STEP_ETHERNET;
	}
}

static bool
read_ipv4(struct rd *r, struct sflow_sample *out)
{
	const uint8_t *p = rd_bytes(r, 20);
	unsigned header_len, total_len;

	if (p == NULL || p[0] >> 4 != 4)
		return false;
	header_len = (p[0] & 15U) * 4;
	total_len = (unsigned)p[2] << 8 | p[3];
	/* Total length 0 is what hosts sample that leave segmentation to their network card. */
	if (header_len < 20 || (total_len != 0 && total_len < header_len))
		return false;
	out->protocol = p[9];
	sflow_addr_read(&out->src, IP_V4, p + 12);
	sflow_addr_read(&out->dst, IP_V4, p + 16);
	return true;
}

/* Follow extension headers to the protocol behind them; 0 when they go on past the sampled octets
 * (RFC 8200 section 4). */
static uint8_t
skip_extensions(struct rd *r, uint8_t next)
{
	while (rd_ok(r)) {
		uint8_t type = next;
		uint16_t offset;
		uint8_t len;

		switch (type) {
		case 0:   /* hop-by-hop options */
		case 43:  /* routing */
		case 60:  /* destination options */
		case 135: /* mobility */
		case 139: /* HIP */
		case 140: /* shim6 */
		case 51:  /* authentication: counted in words of 4, RFC 4302 section 2.2 */
			next = rd_u8(r);
			len = rd_u8(r);
			rd_skip(r, type == 51 ? len * 4U + 6 : len * 8U + 6);
			break;
		case 44: /* fragment */
			next = rd_u8(r);
			rd_skip(r, 1);
			offset = rd_u16(r) >> 3;
			rd_skip(r, 4);
			/* Later fragments begin in the middle of the payload. */
			if (offset != 0)
				return rd_ok(r) ? next : 0;
			break;
		default: return type;
		}
	}
	return 0;
}

static bool
read_ipv6(struct rd *r, struct sflow_sample *out)
{
	const uint8_t *p = rd_bytes(r, 40);

	if (p == NULL || p[0] >> 4 != 6)
		return false;
	sflow_addr_read(&out->src, IP_V6, p + 8);
	sflow_addr_read(&out->dst, IP_V6, p + 24);
	out->protocol = skip_extensions(r, p[6]);
	return true;
}

static enum step
first_step(uint32_t header_protocol)
{
	switch (header_protocol) {
	case SFLOW_HEADER_ETHERNET: return STEP_ETHERNET;
	case SFLOW_HEADER_PPP: return STEP_PPP;
	case SFLOW_HEADER_IPV4: return STEP_IPV4;
	case SFLOW_HEADER_IPV6: return STEP_IPV6;
	case SFLOW_HEADER_MPLS: return STEP_MPLS;
	default: return STEP_STOP;
	}
}

bool
sflow_packet_decode(
    uint32_t header_protocol, const uint8_t *data, size_t len, struct sflow_sample *out)
{
	struct rd r = rd_make(data, len);
	enum step step = first_step(header_protocol);

	while (step != STEP_IPV4 && step != STEP_IPV6) {
		if (!rd_ok(&r))
			return false;
		switch (step) {
		case STEP_ETHERNET:
			rd_skip(&r, 12); /* two MAC addresses */
			__attribute__((fallthrough));
		case STEP_ETHERTYPE: step = read_ethertype(&r); break;
		case STEP_LLC: step = read_llc(&r); break;
		case STEP_PPP: step = read_ppp(&r); break;
		case STEP_MPLS: step = read_mpls(&r); break;
		default: return false;
		}
	}
	return step == STEP_IPV4 ? read_ipv4(&r, out) : read_ipv6(&r, out);
}
