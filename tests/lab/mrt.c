/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record is {timestamp 4, type 2, subtype 2, length 4, body}. Whatever is in it becomes the body
 * of an UPDATE, so that there is one decoder of path attributes and it is the daemon's:
 *
 *   BGP4MP          is one already, behind its own header
 *   RIB_IPV4_*      attributes as they are, the prefix behind them
 *   RIB_IPV6_*      the same, but MP_REACH_NLRI is written in full: a RIB holds only its next hop
 *                   (RFC 6396 4.3.4), or, by an old mistake of some, all of it without NLRI
 *
 * Attributes that would not fit a message of 4,096 octets are skipped and counted.
 *
 * mrt_each() does the reading; mrt_read() makes a table of it.
 */
#include "tests/lab/mrt.h"

#include <stdio.h>

#include "bgpd/msg.h"
#include "bgpd/nlri.h"
#include "bgpd/open.h"
#include "lib/mem.h"
#include "tests/lab/input.h"

/* The longest record that is read; a PEER_INDEX_TABLE of 65,535 peers has 1.5 MB. */
#define RECORD_MAX (4u << 20)

enum mrt_type {
	MRT_TABLE_DUMP_V2 = 13,
	MRT_BGP4MP = 16,
	MRT_BGP4MP_ET = 17
};

enum table_dump_v2 {
	PEER_INDEX_TABLE = 1,
	RIB_IPV4_UNICAST = 2,
	RIB_IPV6_UNICAST = 4,
	RIB_IPV4_UNICAST_ADDPATH = 8,
	RIB_IPV6_UNICAST_ADDPATH = 10
};

/* RFC 6396 4.4, RFC 8050 3. */
enum bgp4mp {
	BGP4MP_MESSAGE = 1,
	BGP4MP_MESSAGE_AS4 = 4,
	BGP4MP_MESSAGE_LOCAL = 6,
	BGP4MP_MESSAGE_AS4_LOCAL = 7,
	BGP4MP_MESSAGE_ADDPATH = 8,
	BGP4MP_MESSAGE_AS4_ADDPATH = 9,
	BGP4MP_MESSAGE_LOCAL_ADDPATH = 10,
	BGP4MP_MESSAGE_AS4_LOCAL_ADDPATH = 11
};

/* Of PEER_INDEX_TABLE. */
struct peer {
	struct ip_addr address;
	uint32_t as;
};

struct mrt {
	mrt_update_fn *fn;
	void *ctx;
	uint64_t *skipped;
	struct mrt_update update; /* what is the same for all of a record */
	struct peer *peers;
	size_t n_peers;
	uint8_t record[RECORD_MAX];
};

static struct ip_addr
read_address(struct rd *r, enum ip_family family)
{
	uint8_t bytes[16];

	rd_copy(r, bytes, family == IP_V4 ? 4 : 16);
	return ip_from_bytes(family, bytes);
}

/* --- BGP4MP -------------------------------------------------------------------------------- */

/* Is the subtype one of BGP messages, and of which kind. */
static bool
is_message(unsigned subtype, bool *as4, bool *add_path)
{
	switch (subtype) {
	case BGP4MP_MESSAGE:
	case BGP4MP_MESSAGE_LOCAL:
	case BGP4MP_MESSAGE_ADDPATH:
	case BGP4MP_MESSAGE_LOCAL_ADDPATH: *as4 = false; break;
	case BGP4MP_MESSAGE_AS4:
	case BGP4MP_MESSAGE_AS4_LOCAL:
	case BGP4MP_MESSAGE_AS4_ADDPATH:
	case BGP4MP_MESSAGE_AS4_LOCAL_ADDPATH: *as4 = true; break;
	default: return false;
	}
	*add_path = subtype >= BGP4MP_MESSAGE_ADDPATH;
	return true;
}

static void
take_message(struct mrt *m, struct mrt_update *u, struct rd r)
{
	struct bgp_error err;
	struct bgp_msg msg;
	size_t n = rd_left(&r);
	const uint8_t *data = rd_bytes(&r, n);

	if (data == NULL ||
	    bgp_msg_peek(data, n, BGP_MSG_EXT_MAX, &msg, &err) != BGP_FRAME_MESSAGE) {
		++*m->skipped;
	} else if (msg.type == BGP_MSG_UPDATE) {
		u->body = bgp_msg_body(&msg);
		m->fn(m->ctx, u);
	}
}

static void
take_bgp4mp(struct mrt *m, unsigned subtype, struct rd r)
{
	struct mrt_update u = m->update;
	enum ip_family family;

	if (!is_message(subtype, &u.four_octet_as, &u.add_path)) {
		++*m->skipped;
		return;
	}
	u.peer_as = u.four_octet_as ? rd_u32(&r) : rd_u16(&r);
	rd_skip(&r, u.four_octet_as ? 4 : 2); /* AS of the collector */
	rd_skip(&r, 2);                       /* interface */
	if (!bgp_family_of(rd_u16(&r), BGP_SAFI_UNICAST, &family)) {
		++*m->skipped;
		return;
	}
	u.peer = read_address(&r, family);
	rd_skip(&r, family == IP_V4 ? 4 : 16);
	if (!rd_ok(&r))
		++*m->skipped;
	else
		take_message(m, &u, r);
}

/* --- TABLE_DUMP_V2 ------------------------------------------------------------------------- */

static void
take_peers(struct mrt *m, struct rd r)
{
	size_t n;

	rd_skip(&r, 4); /* collector */
	rd_skip(&r, rd_u16(&r));
	n = rd_u16(&r);
	m->peers = mem_resize(MEM_MISC, m->peers, n, sizeof(*m->peers));
	m->n_peers = n;
	for (size_t i = 0; i < n; i++) {
		uint8_t type = rd_u8(&r);

		rd_skip(&r, 4); /* BGP identifier */
		m->peers[i].address = read_address(&r, (type & 1) != 0 ? IP_V6 : IP_V4);
		m->peers[i].as = (type & 2) != 0 ? rd_u32(&r) : rd_u16(&r);
	}
	if (!rd_ok(&r)) {
		++*m->skipped;
		m->n_peers = 0;
	}
}

/* Write MP_REACH_NLRI for one prefix from what the RIB has of it. */
static void
write_mp_reach(struct wr *w, struct rd value, const struct ip_prefix *p)
{
	size_t mark, n;

	if (rd_peek_u8(&value) == 0) /* AFI, SAFI: the whole attribute */
		rd_skip(&value, 3);
	n = rd_u8(&value);
	wr_u8(w, BGP_FLAG_OPTIONAL | BGP_FLAG_EXTENDED);
	wr_u8(w, BGP_ATTR_MP_REACH);
	mark = wr_mark(w);
	wr_u16(w, 0);
	wr_u16(w, BGP_AFI_IPV6);
	wr_u8(w, BGP_SAFI_UNICAST);
	wr_u8(w, (uint8_t)n);
	wr_bytes(w, value.pos, size_min(n, rd_left(&value)));
	wr_u8(w, 0);
	bgp_nlri_encode(w, p);
	wr_set_u16(w, mark, wr_len(w) - mark - 2);
}

/* Fails w when they are broken, or an IPv6 route has no next hop (some old writers forgot it). */
static void
copy_attributes(struct wr *w, struct rd attrs, const struct ip_prefix *p)
{
	bool has_nexthop = p->family == IP_V4;

	while (rd_left(&attrs) > 0) {
		const uint8_t *start = attrs.pos;
		uint8_t flags = rd_u8(&attrs), type = rd_u8(&attrs);
		size_t len = (flags & BGP_FLAG_EXTENDED) != 0 ? rd_u16(&attrs) : rd_u8(&attrs);
		struct rd value = rd_sub(&attrs, len, 1);

		if (type == BGP_ATTR_MP_REACH && p->family == IP_V6) {
			write_mp_reach(w, value, p);
			has_nexthop = true;
		} else if (rd_ok(&attrs)) {
			wr_bytes(w, start, (size_t)(attrs.pos - start));
		}
	}
	w->failed |= !rd_ok(&attrs) || !has_nexthop;
}

static void
take_rib_entry(struct mrt *m, struct mrt_update *u, const struct ip_prefix *p, struct rd attrs)
{
	uint8_t body[BGP_MSG_MAX - BGP_HEADER_LEN];
	struct wr w = wr_make(body, sizeof(body));
	size_t mark;

	wr_u16(&w, 0); /* no withdrawn routes */
	mark = wr_mark(&w);
	wr_u16(&w, 0);
	copy_attributes(&w, attrs, p);
	wr_set_u16(&w, mark, wr_len(&w) - mark - 2);
	if (p->family == IP_V4)
		bgp_nlri_encode(&w, p);
	if (!wr_ok(&w)) {
		++*m->skipped;
		return;
	}
	u->body = rd_make(body, wr_len(&w));
	m->fn(m->ctx, u);
}

static void
take_rib(struct mrt *m, enum ip_family family, bool add_path, struct rd r)
{
	uint8_t bytes[16] = { 0 };
	struct ip_addr address;
	struct ip_prefix p;
	unsigned len, n;

	rd_skip(&r, 4); /* sequence number */
	len = rd_u8(&r);
	if (len > ip_bits(family)) {
		++*m->skipped;
		return;
	}
	rd_copy(&r, bytes, (len + 7) / 8);
	address = ip_from_bytes(family, bytes);
	p = prefix_of(&address, len);
	n = rd_u16(&r);
	for (unsigned i = 0; i < n; i++) {
		struct mrt_update u = m->update;
		unsigned peer = rd_u16(&r);
		struct rd attrs;

		u.of_rib = u.four_octet_as = true;
		u.time_s = rd_u32(&r);
		u.time_us = 0;
		u.path_id = add_path ? rd_u32(&r) : 0;
		attrs = rd_sub(&r, rd_u16(&r), 1);
		if (!rd_ok(&r) || peer >= m->n_peers) {
			++*m->skipped;
			return;
		}
		u.peer = m->peers[peer].address;
		u.peer_as = m->peers[peer].as;
		take_rib_entry(m, &u, &p, attrs);
	}
}

/* --- records ------------------------------------------------------------------------------- */

static void
take_record(struct mrt *m, unsigned type, unsigned subtype, struct rd r)
{
	if (type == MRT_BGP4MP_ET)
		m->update.time_us = rd_u32(&r);
	if (type == MRT_BGP4MP || type == MRT_BGP4MP_ET)
		take_bgp4mp(m, subtype, r);
	else if (type != MRT_TABLE_DUMP_V2)
		++*m->skipped;
	else if (subtype == PEER_INDEX_TABLE)
		take_peers(m, r);
	else if (subtype == RIB_IPV4_UNICAST || subtype == RIB_IPV4_UNICAST_ADDPATH)
		take_rib(m, IP_V4, subtype == RIB_IPV4_UNICAST_ADDPATH, r);
	else if (subtype == RIB_IPV6_UNICAST || subtype == RIB_IPV6_UNICAST_ADDPATH)
		take_rib(m, IP_V6, subtype == RIB_IPV6_UNICAST_ADDPATH, r);
	else
		++*m->skipped;
}

static bool
bad(struct input *in, const char *why)
{
	fprintf(stderr, "%s: %s\n", in->path, why);
	input_drop(in);
	return false;
}

static bool
read_records(struct mrt *m, struct input *in)
{
	uint8_t head[12];
	size_t n;

	while ((n = input_read(in, head, sizeof(head))) > 0) {
		struct rd r = rd_make(head, sizeof(head));
		unsigned type, subtype;
		size_t len;

		m->update =
		    (struct mrt_update){ .record = m->update.record + 1, .time_s = rd_u32(&r) };
		type = rd_u16(&r);
		subtype = rd_u16(&r);
		len = rd_u32(&r);
		if (n == sizeof(head) && len > RECORD_MAX)
			return bad(in, "not an MRT file, or broken: record too long");
		if (n < sizeof(head) || input_read(in, m->record, len) < len)
			return bad(in, "cut inside an MRT record");
		take_record(m, type, subtype, rd_make(m->record, len));
	}
	return input_close(in);
}

bool
mrt_each(const char *path, uint64_t *skipped, mrt_update_fn *fn, void *ctx)
{
	struct mrt *m;
	struct input in;
	bool ok;

	if (!input_open(&in, path))
		return false;
	m = mem_alloc(MEM_MISC, sizeof(*m));
	m->fn = fn;
	m->ctx = ctx;
	m->skipped = skipped;
	ok = read_records(m, &in);
	mem_free(MEM_MISC, m->peers);
	mem_free(MEM_MISC, m);
	return ok;
}

/* --- a table ------------------------------------------------------------------------------- */

struct reading {
	struct absorb *absorb;
	const struct ip_addr *peer;
	uint64_t taken; /* record of a RIB whose path was taken */
};

static void
take_update(void *ctx, const struct mrt_update *u)
{
	struct reading *r = ctx;

	if (r->peer != NULL && !ip_equal(r->peer, &u->peer))
		return;
	if (u->of_rib && r->taken == u->record)
		return;
	r->taken = u->record;
	absorb_update(r->absorb, u->body, u->four_octet_as, u->add_path);
}

bool
mrt_read(struct absorb *a, const char *path, const struct ip_addr *peer)
{
	struct reading r = { .absorb = a, .peer = peer };

	return mrt_each(path, &a->skipped, take_update, &r);
}

bool
mrt_read_stream(struct absorb *a, const char *path)
{
	bool four_octet_as = true;
	uint8_t buf[BGP_MSG_MAX];
	struct input in;
	size_t n;

	if (!input_open(&in, path))
		return false;
	while ((n = input_read(&in, buf, BGP_HEADER_LEN)) > 0) {
		struct bgp_error err;
		struct bgp_open open;
		struct bgp_msg msg;

		if (n == BGP_HEADER_LEN &&
		    bgp_msg_peek(buf, n, BGP_MSG_MAX, &msg, &err) != BGP_FRAME_ERROR && msg.len > n)
			n += input_read(&in, buf + n, msg.len - n);
		if (bgp_msg_peek(buf, n, BGP_MSG_MAX, &msg, &err) != BGP_FRAME_MESSAGE)
			return bad(&in, "not a stream of BGP messages, or cut inside one");
		if (msg.type == BGP_MSG_OPEN && bgp_open_decode(bgp_msg_body(&msg), &open, &err))
			four_octet_as = open.four_octet_as;
		else if (msg.type == BGP_MSG_UPDATE)
			absorb_update(a, bgp_msg_body(&msg), four_octet_as, false);
	}
	return input_close(&in);
}
