/* SPDX-License-Identifier: Apache-2.0 */
/* What two OPENs agree on, and what a session does with it: one capability a part. */
#include "tests/unit/bgpd/pair.h"

/* Two sessions, up. */
static void
pair_up(struct end *a, const struct bgp_conn_config *ca, struct end *b,
    const struct bgp_conn_config *cb)
{
	end_init(a, ca);
	end_init(b, cb);
	pump(a, b, SIZE_MAX);
	assert_int_equal(bgp_conn_state(a->conn), BGP_ESTABLISHED);
	assert_int_equal(bgp_conn_state(b->conn), BGP_ESTABLISHED);
}

static void
pair_fini(struct end *a, struct end *b)
{
	end_fini(a);
	end_fini(b);
}

/* An UPDATE from its parts. */
static void
put_update(struct wr *w, struct span withdrawn, struct span attrs, struct span nlri)
{
	size_t mark = bgp_msg_begin(w, BGP_MSG_UPDATE);

	wr_u16(w, (uint16_t)withdrawn.len);
	wr_bytes(w, withdrawn.data, withdrawn.len);
	wr_u16(w, (uint16_t)attrs.len);
	wr_bytes(w, attrs.data, attrs.len);
	wr_bytes(w, nlri.data, nlri.len);
	bgp_msg_end(w, mark);
	assert_true(wr_ok(w));
}

static struct span
bytes_of(const char *hex, uint8_t *buf, size_t size)
{
	return (struct span){ .data = buf, .len = hex_decode(hex, buf, size) };
}

static void
send_update(struct end *e, const char *withdrawn, const char *attrs, const char *nlri)
{
	uint8_t parts[3][512], buf[BGP_MSG_MAX];
	struct wr w = wr_make(buf, sizeof(buf));

	put_update(&w, bytes_of(withdrawn, parts[0], 512), bytes_of(attrs, parts[1], 512),
	    bytes_of(nlri, parts[2], 512));
	bgp_conn_send_raw(e->conn, buf, wr_len(&w));
}

#define ATTRS   "40010100 400200 400304 0a000001"
#define ATTRS_6 "40010100 400200"
#define NH_6    "20010db8000000000000000000000001"

/* --- ADD-PATH (RFC 7911) -----------------------------------------------------------------------
 */

static void
test_add_path(void **state)
{
	struct bgp_conn_config sender = speaker;

	(void)state;
	sender.sends_add_path = true;
	for (size_t chunk = 1; chunk < 64; chunk += 7) {
		static const uint32_t ids[] = { 1, UINT32_MAX, 7, 1, 7 };
		struct end a, b;

		pair_up(&a, &learner, &b, &sender);
		assert_true(bgp_conn_agreed(a.conn)->add_path[IP_V4]);
		assert_true(bgp_conn_agreed(a.conn)->add_path[IP_V6]);
		/* What it sends, not what it gets. */
		assert_false(bgp_conn_agreed(b.conn)->add_path[IP_V4]);
		send_update(&b, "", ATTRS, "00000001 08 0a ffffffff 08 0a");
		send_update(&b, "", ATTRS_6 "800e1e 00020110" NH_6 "00 00000007 20 20010db8", "");
		send_update(&b, "00000001 08 0a", "800f0c 000201 00000007 20 20010db8", "");
		bgp_conn_end_of_rib(b.conn, IP_V4);
		bgp_conn_end_of_rib(b.conn, IP_V6);
		pump(&a, &b, chunk);
		assert_int_equal(a.announced, 3);
		assert_int_equal(a.withdrawn, 2);
		assert_int_equal(a.n_path_ids, ARRAY_LEN(ids));
		assert_memory_equal(a.path_ids, ids, sizeof(ids));
		assert_int_equal(a.end_of_rib[IP_V4] + a.end_of_rib[IP_V6], 2);
		assert_int_equal(a.problems, 0);
		pair_fini(&a, &b);
	}
}

/* It takes both; and a family the session does not have has no paths either. */
static void
test_add_path_not_agreed(void **state)
{
	struct bgp_conn_config sender = speaker, v4_learner = learner, deaf = learner;
	struct end a, b;

	(void)state;
	pair_up(&a, &learner, &b, &speaker);
	assert_false(bgp_conn_agreed(a.conn)->add_path[IP_V4]);
	send_update(&b, "", ATTRS, "08 0a");
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.announced, 1);
	assert_int_equal(a.n_path_ids, 0);
	pair_fini(&a, &b);

	sender.sends_add_path = true;
	v4_learner.families[IP_V6] = false;
	pair_up(&a, &v4_learner, &b, &sender);
	assert_true(bgp_conn_agreed(a.conn)->add_path[IP_V4]);
	assert_false(bgp_conn_agreed(a.conn)->add_path[IP_V6]);
	pair_fini(&a, &b);

	/* Who takes no routes asks for no paths. */
	deaf.deliver = false;
	pair_up(&a, &deaf, &b, &sender);
	assert_false(bgp_conn_agreed(a.conn)->add_path[IP_V4]);
	pair_fini(&a, &b);
}

/* One RIB entry of a TABLE_DUMP_V2 file (RFC 8050 4.1) as the UPDATE it came from; its path id. */
static uint32_t
send_rib_entry(struct end *e, struct rd *r, struct span prefix)
{
	uint8_t nlri[16], buf[BGP_MSG_MAX];
	struct wr n = wr_make(nlri, sizeof(nlri)), w = wr_make(buf, sizeof(buf));
	struct span attrs;
	uint32_t id;

	rd_skip(r, 2 + 4); /* peer, time */
	id = rd_u32(r);
	attrs.len = rd_u16(r);
	attrs.data = rd_bytes(r, attrs.len);
	assert_true(rd_ok(r));
	wr_u32(&n, id);
	wr_bytes(&n, prefix.data, prefix.len);
	put_update(&w, (struct span){ .len = 0 }, attrs, (struct span){ nlri, wr_len(&n) });
	bgp_conn_send_raw(e->conn, buf, wr_len(&w));
	return id;
}

static void
test_add_path_table(void **state)
{
	static const char name[] = "bgp/updates/bview.ipv4_unicast_add_path.gz";
	struct bgp_conn_config sender = speaker;
	unsigned entries = 0;
	struct end a, b;
	size_t len;
	uint8_t *data = data_read(name, &len);
	struct rd file = rd_make(data, data != NULL ? len : 0);

	(void)state;
	if (data == NULL) {
		data_skip(name);
		return;
	}
	sender.sends_add_path = true;
	pair_up(&a, &learner, &b, &sender);
	while (rd_left(&file) > 0) {
		uint16_t subtype;
		struct span prefix;
		struct rd r;
		unsigned n;

		rd_skip(&file, 4 + 2);
		subtype = rd_u16(&file);
		r = rd_sub(&file, rd_u32(&file), 1);
		if (subtype != 8) /* RIB_IPV4_UNICAST_ADDPATH */
			continue;
		rd_skip(&r, 4);
		prefix = (struct span){ .data = r.pos, .len = 1u + (r.pos[0] + 7u) / 8u };
		rd_skip(&r, prefix.len);
		for (n = rd_u16(&r); n > 0; n--) {
			uint32_t id = send_rib_entry(&b, &r, prefix);

			a.n_path_ids = 0;
			pump(&a, &b, SIZE_MAX);
			entries++;
			assert_int_equal(a.announced + a.withdrawn, entries);
			assert_int_equal(a.n_path_ids, id != 0);
			if (id != 0)
				assert_int_equal(a.path_ids[0], id);
		}
		assert_int_equal(rd_left(&r), 0);
	}
	assert_true(rd_ok(&file));
	assert_int_equal(entries, 62);
	/* Two are the dumping router's own, without any attribute: treat-as-withdraw. */
	assert_int_equal(a.announced, 60);
	assert_int_equal(a.problems, 2);
	assert_int_equal(a.stats.treated_as_withdraw, 2);
	pair_fini(&a, &b);
	free(data);
}

/* --- extended messages (RFC 8654) ---------------------------------------------------------------
 */

/* An UPDATE of `size` bytes: prefixes of one length, each once, after an opaque attribute. */
static void
send_long(struct end *e, size_t size, unsigned *prefixes)
{
	static uint8_t buf[BGP_MSG_EXT_MAX], zero[BGP_MSG_EXT_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	size_t opaque = 1 + (size - 23 - 18 - 4 - 1) % 4, left;

	for (unsigned i = 0; i < 16; i++)
		wr_u8(&w, 0xff);
	wr_u16(&w, (uint16_t)size);
	wr_u8(&w, BGP_MSG_UPDATE);
	wr_u16(&w, 0);
	wr_u16(&w, (uint16_t)(14 + 4 + opaque));
	wr_bytes(&w, "\x40\x01\x01\x00\x40\x02\x00\x40\x03\x04\x0a\x00\x00\x01", 14);
	wr_bytes(&w, "\xd0\x63\x00", 3);
	wr_u8(&w, (uint8_t)opaque);
	wr_bytes(&w, zero, opaque);
	for (left = size - wr_len(&w), *prefixes = 0; left >= 4; left -= 4, ++*prefixes)
		wr_u32(&w, 24u << 24 | *prefixes);
	wr_bytes(&w, zero, left); /* default routes */
	*prefixes += (unsigned)left;
	assert_int_equal(wr_len(&w), size);
	bgp_conn_send_raw(e->conn, buf, size);
}

static void
test_extended_message(void **state)
{
	static const size_t sizes[] = { 4096, 4097, 5000, 65535 };
	static const size_t chunks[] = { 1, 4096, 65521, SIZE_MAX };
	struct end a, b;
	unsigned n, sum = 0;

	(void)state;
	pair_up(&a, &learner, &b, &speaker);
	assert_true(bgp_conn_agreed(a.conn)->extended_message);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t k = 0; k < ARRAY_LEN(chunks); k++) {
			send_long(&b, sizes[i], &n);
			sum += n;
			/* What follows is found. */
			bgp_conn_end_of_rib(b.conn, IP_V4);
			pump(&a, &b, chunks[k]);
			assert_int_equal(a.announced, sum);
			assert_int_equal(a.end_of_rib[IP_V4], i * ARRAY_LEN(chunks) + k + 1);
		}
	}
	assert_int_equal(a.problems, 0);
	pair_fini(&a, &b);
}

/* A peer that did not ask for it may not send any: 1/2, with the length it had. */
static void
test_extended_message_not_agreed(void **state)
{
	struct bgp_open open = { .as = 65136,
		.hold_time_s = 90,
		.router_id = 2,
		.four_octet_as = true,
		.families = { true, true } };
	uint8_t buf[256];
	struct wr w = wr_make(buf, sizeof(buf));
	struct end a;
	struct mono now = start;

	(void)state;
	end_init(&a, &learner);
	bgp_open_encode(&w, &open);
	bgp_msg_keepalive(&w);
	bgp_conn_feed(a.conn, buf, wr_len(&w), now);
	assert_int_equal(bgp_conn_state(a.conn), BGP_ESTABLISHED);
	assert_false(bgp_conn_agreed(a.conn)->extended_message);
	bgp_conn_feed(a.conn,
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x10\x01\x02", 19,
	    now);
	assert_string_equal(
	    bgp_conn_end_text(a.conn), "sent Message Header Error/Bad Message Length");
	end_fini(&a);
}

/* A route that only fits an extended message is not announced to anybody, but withdrawn. */
static void
test_never_send_extended(void **state)
{
	static uint8_t path[2 + 255 * 4], long_path[10 * sizeof(path)];
	struct route_attrs attrs = attrs_for(IP_V4);
	struct bgp_conn_config external = speaker, external_learner = learner;
	struct ip_prefix p = prefix("10.0.0.0/8");

	(void)state;
	path[0] = ROUTE_AS_SEQUENCE;
	path[1] = 255;
	for (size_t i = 2; i < sizeof(path); i += 4)
		memcpy(path + i, "\x00\x01\x00\x01", 4);
	for (size_t i = 0; i < sizeof(long_path); i += sizeof(path))
		memcpy(long_path + i, path, sizeof(path));
	attrs.as_path = (struct span){ long_path, sizeof(long_path) };
	external.local_as = external_learner.remote_as = 65001;
	for (unsigned i = 0; i < 4; i++) {
		struct bgp_conn_config cb = i & 1 ? external : speaker;
		struct end a, b;

		cb.two_octet_as = (i & 2) != 0;
		pair_up(&a, i & 1 ? &external_learner : &learner, &b, &cb);
		bgp_conn_announce(b.conn, &p, &attrs, 1);
		bgp_conn_flush(b.conn);
		pump(&a, &b, SIZE_MAX);
		assert_int_equal(b.stats.unencodable, 1);
		assert_int_equal(a.announced, 0);
		assert_int_equal(a.withdrawn, 1);
		pair_fini(&a, &b);
	}
}

/* --- enhanced route refresh (RFC 7313) ----------------------------------------------------------
 */

static void
send_refresh(struct end *e, const char *rest)
{
	uint8_t bytes[64], body[32];
	size_t n = hex_decode(rest, body, sizeof(body));
	struct wr w = wr_make(bytes, sizeof(bytes));
	size_t mark = bgp_msg_begin(&w, BGP_MSG_REFRESH);

	wr_bytes(&w, body, n);
	bgp_msg_end(&w, mark);
	bgp_conn_send_raw(e->conn, bytes, wr_len(&w));
}

/* a asks, b says everything again between BoRR and EoRR. */
static void
test_enhanced_refresh(void **state)
{
	struct route_attrs attrs = attrs_for(IP_V4);
	struct ip_prefix p = prefix("10.0.0.0/8");
	struct end a, b;

	(void)state;
	pair_up(&a, &learner, &b, &speaker);
	assert_true(bgp_conn_agreed(a.conn)->enhanced_refresh);
	/* Asked before its End-of-RIB, b sends just the table. */
	assert_true(bgp_conn_request_refresh(a.conn, IP_V4));
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(b.refreshes[IP_V4], 1);
	bgp_conn_announce(b.conn, &p, &attrs, 1);
	bgp_conn_end_of_rib(b.conn, IP_V4);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.end_of_rib[IP_V4], 1);
	assert_int_equal(a.refresh_begins[IP_V4], 0);

	for (unsigned i = 1; i < 3; i++) {
		assert_true(bgp_conn_request_refresh(a.conn, IP_V4));
		pump(&a, &b, 1);
		assert_int_equal(b.refreshes[IP_V4], 1 + i);
		assert_int_equal(a.refresh_begins[IP_V4], i);
		bgp_conn_announce(b.conn, &p, &attrs, 1);
		bgp_conn_end_of_rib(b.conn, IP_V4);
		pump(&a, &b, 1);
		assert_int_equal(a.announced, 1 + i);
		assert_int_equal(a.refresh_ends[IP_V4], i);
		assert_int_equal(a.end_of_rib[IP_V4], 1);
	}
	assert_int_equal(a.refresh_begins[IP_V6], 0);

	/* Who has nothing to say says so. */
	assert_true(bgp_conn_request_refresh(b.conn, IP_V6));
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.refreshes[IP_V6], 0);
	assert_int_equal(a.stats.sent.refreshes, 3 + 2);
	assert_int_equal(b.refresh_begins[IP_V6], 0); /* it takes no routes */
	pair_fini(&a, &b);
}

static void
test_enhanced_refresh_order(void **state)
{
	struct end a, b;

	(void)state;
	pair_up(&a, &learner, &b, &speaker);
	/* BoRR before End-of-RIB, EoRR without BoRR, an unknown subtype, another family. */
	send_refresh(&b, "0001 01 01");
	send_refresh(&b, "0001 02 01");
	send_refresh(&b, "0001 03 01");
	bgp_conn_end_of_rib(b.conn, IP_V4);
	send_refresh(&b, "0001 02 01");
	send_refresh(&b, "0001 01 80");
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.refresh_begins[IP_V4] + a.refresh_ends[IP_V4], 0);
	/* BoRR twice, EoRR twice. */
	send_refresh(&b, "0001 01 01");
	send_refresh(&b, "0001 01 01");
	send_refresh(&b, "0001 02 01");
	send_refresh(&b, "0001 02 01");
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.refresh_begins[IP_V4], 2);
	assert_int_equal(a.refresh_ends[IP_V4], 1);
	assert_int_equal(bgp_conn_state(a.conn), BGP_ESTABLISHED);
	pair_fini(&a, &b);
}

static void
test_bad_refresh(void **state)
{
	static const struct {
		const char *rest, *text;
	} bad[] = {
		{ "0001 01", "ROUTE-REFRESH Message Error/Invalid Message Length" },
		{ "0001 02 01 00", "ROUTE-REFRESH Message Error/Invalid Message Length" },
		{ "0001 00 01 00", "Message Header Error/Bad Message Length" },
		{ "0001", "Message Header Error/Bad Message Length" },
		{ "", "Message Header Error/Bad Message Length" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char text[128];
		struct end a, b;

		pair_up(&a, &learner, &b, &speaker);
		send_refresh(&b, bad[i].rest);
		pump(&a, &b, SIZE_MAX);
		snprintf(text, sizeof(text), "sent %s", bad[i].text);
		assert_string_equal(bgp_conn_end_text(a.conn), text);
		assert_int_equal(a.problems, 1);
		pair_fini(&a, &b);
	}
}

/* --- IPv4 with an IPv6 next hop (RFC 8950) ------------------------------------------------------
 */

static void
test_extended_nexthop(void **state)
{
	struct route_attrs attrs = attrs_for(IP_V6), plain = attrs_for(IP_V4);
	struct ip_prefix p = prefix("10.0.0.0/8"), other = prefix("11.0.0.0/8");
	struct ip_prefix v6 = prefix("2001:db8::/32");
	struct end a, b;

	(void)state;
	pair_up(&a, &learner, &b, &speaker);
	assert_true(bgp_conn_agreed(a.conn)->extended_nexthop);
	bgp_conn_announce(b.conn, &p, &attrs, 1);
	bgp_conn_announce(b.conn, &other, &attrs, 1);
	bgp_conn_flush(b.conn);
	pump(&a, &b, 1);
	assert_int_equal(a.announced, 2);
	assert_true(ip_equal(&a.nexthop, &attrs.nexthop.addr));
	bgp_conn_announce(b.conn, &p, &plain, 2);
	bgp_conn_flush(b.conn);
	pump(&a, &b, 1);
	assert_true(ip_equal(&a.nexthop, &plain.nexthop.addr));
	bgp_conn_withdraw(b.conn, &other);
	/* The other way round there is nothing to agree on. */
	bgp_conn_announce(b.conn, &v6, &plain, 3);
	bgp_conn_flush(b.conn);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.announced, 3);
	assert_int_equal(a.withdrawn, 2);
	assert_int_equal(b.stats.unencodable, 1);
	assert_int_equal(a.problems, 0);
	pair_fini(&a, &b);
}

/* To a peer without the capability such a route is withdrawn. */
static void
test_extended_nexthop_not_agreed(void **state)
{
	struct bgp_open open = { .as = 65136,
		.hold_time_s = 90,
		.router_id = 1,
		.four_octet_as = true,
		.families = { true, true } };
	struct route_attrs attrs = attrs_for(IP_V6);
	struct ip_prefix p = prefix("10.0.0.0/8");
	uint8_t buf[256], expected[64];
	struct wr w = wr_make(buf, sizeof(buf));
	const uint8_t *out;
	size_t len, n;
	struct end b;

	(void)state;
	end_init(&b, &speaker);
	bgp_open_encode(&w, &open);
	bgp_msg_keepalive(&w);
	bgp_conn_feed(b.conn, buf, wr_len(&w), start);
	assert_int_equal(bgp_conn_state(b.conn), BGP_ESTABLISHED);
	assert_false(bgp_conn_agreed(b.conn)->extended_nexthop);
	bgp_conn_sent(b.conn, bgp_conn_queued(b.conn));
	bgp_conn_announce(b.conn, &p, &attrs, 1);
	bgp_conn_flush(b.conn);
	assert_int_equal(b.stats.unencodable, 1);
	n = hex_decode("ffffffffffffffffffffffffffffffff 0019 02 0002 080a 0000", expected, 64);
	out = bgp_conn_output(b.conn, &len);
	assert_int_equal(len, n);
	assert_memory_equal(out, expected, n);
	end_fini(&b);
}

/* --- graceful restart, the peer's (RFC 4724, 8538) ----------------------------------------------
 */

static void
test_graceful_restart(void **state)
{
	/* IPv4 and IPv6 with F, 120 s, N; our session has IPv4 only. */
	static const char open[] =
	    "ffffffffffffffffffffffffffffffff 0037 01 04 fe70 005a 00000002"
	    "1a 0218 0104 0001 00 01 4104 0000fe70 400a 4078 0001 01 80 0002 01 80";
	struct bgp_conn_config v4 = learner;
	const struct bgp_graceful_restart *restart;
	uint8_t bytes[64];
	struct end a;

	(void)state;
	v4.families[IP_V6] = false;
	end_init(&a, &v4);
	bgp_conn_feed(a.conn, bytes, hex_decode(open, bytes, sizeof(bytes)), start);
	assert_int_equal(bgp_conn_state(a.conn), BGP_OPENCONFIRM);
	restart = &bgp_conn_agreed(a.conn)->restart;
	assert_int_equal(restart->time_s, 120);
	assert_true(restart->notification && !restart->restarted);
	assert_true(restart->families[IP_V4] && restart->forwarding[IP_V4]);
	assert_false(restart->families[IP_V6] || restart->forwarding[IP_V6]);
	end_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_path),
		cmocka_unit_test(test_add_path_not_agreed),
		cmocka_unit_test(test_add_path_table),
		cmocka_unit_test(test_extended_message),
		cmocka_unit_test(test_extended_message_not_agreed),
		cmocka_unit_test(test_never_send_extended),
		cmocka_unit_test(test_enhanced_refresh),
		cmocka_unit_test(test_enhanced_refresh_order),
		cmocka_unit_test(test_bad_refresh),
		cmocka_unit_test(test_extended_nexthop),
		cmocka_unit_test(test_graceful_restart),
		cmocka_unit_test(test_extended_nexthop_not_agreed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
