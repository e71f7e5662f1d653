/* SPDX-License-Identifier: Apache-2.0 */
/* What we write is what our own decoder reads. */
#include "tests/unit/bgpd/decode.h"

#include "bgpd/aspath.h"
#include "bgpd/nlri.h"
#include "tests/support/prefixes.h"

static struct bgp_update
decode_message(const struct bgp_codec *codec, const uint8_t *data, size_t len)
{
	struct bgp_msg msg;
	struct bgp_error err;
	struct rd body;

	assert_int_equal(bgp_msg_peek(data, len, BGP_MSG_MAX, &msg, &err), BGP_FRAME_MESSAGE);
	assert_int_equal(msg.len, len);
	assert_int_equal(msg.type, BGP_MSG_UPDATE);
	body = bgp_msg_body(&msg);
	return decode_bytes(codec, body.pos, rd_left(&body));
}

static void
assert_span_equal(struct span a, struct span b)
{
	assert_int_equal(a.len, b.len);
	if (a.len > 0)
		assert_memory_equal(a.data, b.data, a.len);
}

static const uint8_t path_bytes[] = { 2, 2, 0, 0, 0xfd, 0xe9, 0, 1, 0, 1 };
static const uint8_t lists[] = { 0xfd, 0xe9, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3 };

static struct route_attrs
sample_attrs(enum ip_family family)
{
	struct route_attrs a = { .origin = ROUTE_ORIGIN_INCOMPLETE,
		.has_med = true,
		.med = 7,
		.has_local_pref = true,
		.local_pref = 300,
		.has_aggregator = true,
		.aggregator_as = 65537,
		.aggregator_id = 9,
		.has_originator_id = true,
		.originator_id = 0x01020304,
		.has_otc = true,
		.otc = 65001,
		.atomic_aggregate = true,
		.as_path = { path_bytes, sizeof(path_bytes) },
		.communities = { lists, 4 },
		.ext_communities = { lists, 8 },
		.large_communities = { lists, 12 },
		.cluster_list = { lists, 8 } };

	if (family == IP_V4)
		a.nexthop.addr = ip_v4(0x0a000001);
	else
		a.nexthop = (struct route_nexthop){
			.addr = { 0x20010db800000000, 1, IP_V6 },
			.link_local_hi = 0xfe80000000000000,
			.link_local_lo = 2,
		};
	return a;
}

static void
test_round_trip(void **state)
{
	const struct ip_prefix v4[] = { prefix("10.0.0.0/8"), prefix("192.0.2.0/25") };
	const struct ip_prefix v6[] = { prefix("2001:db8::/32"), prefix("::/0"),
		prefix("2001:db8::1/128") };

	(void)state;
	for (unsigned f = 0; f < IP_FAMILIES; f++)
		for (unsigned old = 0; old < 2; old++) {
			struct bgp_encode how = { .four_octet_as = old == 0, .reflect = true };
			struct route_attrs a = sample_attrs((enum ip_family)f);
			const struct ip_prefix *p = f == IP_V4 ? v4 : v6;
			size_t n = f == IP_V4 ? ARRAY_LEN(v4) : ARRAY_LEN(v6);
			uint8_t buf[BGP_MSG_MAX];
			struct wr w = wr_make(buf, sizeof(buf));
			struct bgp_nlri nlri;
			struct bgp_update u;
			struct ip_prefix got;
			uint32_t id;

			assert_int_equal(bgp_update_announce(&w, &how, &a, p, n), n);
			assert_true(wr_ok(&w));
			u = decode_message(old ? &old_ibgp : &ibgp, buf, wr_len(&w));
			assert_int_equal(u.disposition, BGP_ACCEPT);
			nlri = f == IP_V4 ? u.announced : u.mp_announced;
			for (size_t i = 0; i < n; i++) {
				assert_true(bgp_nlri_next(&nlri, &got, &id));
				assert_true(prefix_equal(&got, &p[i]));
			}
			assert_false(bgp_nlri_next(&nlri, &got, &id));
			assert_true(route_nexthop_equal(
			    f == IP_V4 ? &u.attrs.nexthop : &u.mp_nexthop, &a.nexthop));
			assert_int_equal(u.attrs.origin, a.origin);
			assert_int_equal(u.attrs.med, 7);
			assert_int_equal(u.attrs.local_pref, 300);
			assert_int_equal(u.attrs.aggregator_as, 65537);
			assert_int_equal(u.attrs.aggregator_id, 9);
			assert_int_equal(u.attrs.originator_id, a.originator_id);
			assert_int_equal(u.attrs.otc, 65001);
			assert_true(u.attrs.atomic_aggregate);
			assert_span_equal(u.attrs.as_path, a.as_path);
			assert_span_equal(u.attrs.communities, a.communities);
			assert_span_equal(u.attrs.ext_communities, a.ext_communities);
			assert_span_equal(u.attrs.large_communities, a.large_communities);
			assert_span_equal(u.attrs.cluster_list, a.cluster_list);
		}
}

/* Our own session: no reflection attributes; eBGP: our AS in front, no LOCAL_PREF; iBGP: 100 where
 * there was none. */
static void
test_own_session(void **state)
{
	struct bgp_encode how = { .four_octet_as = true, .local_as = AS_REMOTE };
	struct route_attrs a = sample_attrs(IP_V4);
	struct ip_prefix p = prefix("10.0.0.0/8");
	uint8_t buf[BGP_MSG_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	struct bgp_update u;
	char text[64];

	(void)state;
	a.has_local_pref = false;
	a.opaque = (struct span){ (const uint8_t *)"\xc0\x63\x01\x00", 4 };
	assert_int_equal(bgp_update_announce(&w, &how, &a, &p, 1), 1);
	u = decode_message(&ibgp, buf, wr_len(&w));
	assert_int_equal(u.attrs.local_pref, 100);
	assert_false(u.attrs.has_originator_id);
	assert_int_equal(u.attrs.cluster_list.len, 0);
	assert_int_equal(u.attrs.opaque.len, 0);
	route_as_path_format(u.attrs.as_path, ' ', text, sizeof(text));
	assert_string_equal(text, "65001 65537");

	how.ebgp = true;
	a.has_local_pref = true;
	w = wr_make(buf, sizeof(buf));
	assert_int_equal(bgp_update_announce(&w, &how, &a, &p, 1), 1);
	u = decode_message(&ebgp, buf, wr_len(&w));
	assert_int_equal(u.disposition, BGP_ACCEPT);
	assert_int_equal(u.discarded, 0);
	assert_false(u.attrs.has_local_pref);
	route_as_path_format(u.attrs.as_path, ' ', text, sizeof(text));
	assert_string_equal(text, "65001 65001 65537");
}

static void
test_prepend(void **state)
{
	uint8_t path[2 + 255 * 4] = { 2, 255 }, out[2048];
	struct wr w = wr_make(out, sizeof(out));

	(void)state;
	for (unsigned i = 0; i < 255; i++)
		path[2 + 4 * i + 3] = 1;
	/* No room in a segment of 255: one of its own. */
	bgp_aspath_prepend(&w, (struct span){ path, sizeof(path) }, 65001);
	assert_int_equal(wr_len(&w), sizeof(path) + 6);
	assert_memory_equal(out, "\x02\x01\x00\x00\xfd\xe9\x02\xff", 8);
	/* In front of a set, and of nothing. */
	w = wr_make(out, sizeof(out));
	bgp_aspath_prepend(&w, (struct span){ (const uint8_t *)"\x01\x01\0\0\0\x05", 6 }, 65001);
	assert_int_equal(wr_len(&w), 12);
	w = wr_make(out, sizeof(out));
	bgp_aspath_prepend(&w, (struct span){ .len = 0 }, 65001);
	assert_memory_equal(out, "\x02\x01\x00\x00\xfd\xe9", 6);
}

/* As many as fit, never a byte more than 4096, and all of them in the end. */
static void
test_packing(void **state)
{
	static struct ip_prefix many[3000];
	struct bgp_encode how = { .four_octet_as = true };

	(void)state;
	for (unsigned f = 0; f < IP_FAMILIES; f++) {
		struct route_attrs a = sample_attrs((enum ip_family)f);
		size_t done = 0, messages = 0;

		for (size_t i = 0; i < ARRAY_LEN(many); i++)
			many[i] = prefix_make((enum ip_family)f,
			    (uint64_t)i << 40 | UINT64_C(1) << 63, 0, f == IP_V4 ? 24 : 48);
		while (done < ARRAY_LEN(many)) {
			uint8_t buf[BGP_MSG_MAX];
			struct wr w = wr_make(buf, sizeof(buf));
			size_t n =
			    bgp_update_announce(&w, &how, &a, many + done, ARRAY_LEN(many) - done);
			struct bgp_update u = decode_message(&ibgp, buf, wr_len(&w));
			struct bgp_nlri nlri = f == IP_V4 ? u.announced : u.mp_announced;
			struct ip_prefix p;
			uint32_t id;

			assert_true(n > 0);
			assert_int_equal(u.n_announced, n);
			assert_true(done + n == ARRAY_LEN(many) ||
				    wr_len(&w) + bgp_nlri_size(&many[done]) > BGP_MSG_MAX);
			while (bgp_nlri_next(&nlri, &p, &id))
				assert_true(prefix_equal(&p, &many[done++]));
			messages++;
		}
		assert_true(messages <= (f == IP_V4 ? 4 : 6));
	}
}

/* As much NLRI as there is room for makes a message that is not too long. */
static void
test_full_withdrawal(void **state)
{
	(void)state;
	for (int f = 0; f < IP_FAMILIES; f++) {
		uint8_t buf[BGP_MSG_MAX], nlri[BGP_WITHDRAW_ROOM];
		struct wr w = wr_make(buf, sizeof(buf)), all = wr_make(nlri, sizeof(nlri));
		unsigned n = 0;
		struct bgp_update u;

		for (;; n++) {
			struct ip_prefix p = prefix_make(
			    (enum ip_family)f, (uint64_t)n << 40 | UINT64_C(0x20) << 56, 0, 24);

			if (wr_len(&all) + bgp_nlri_size(&p) > BGP_WITHDRAW_ROOM)
				break;
			bgp_nlri_encode(&all, &p);
		}
		bgp_update_compose_withdraw(
		    &w, (enum ip_family)f, (struct span){ nlri, wr_len(&all) });
		assert_true(wr_ok(&w) && wr_len(&w) <= BGP_MSG_MAX);
		u = decode_message(&ibgp, buf, wr_len(&w));
		assert_int_equal(u.disposition, BGP_ACCEPT);
		assert_int_equal(u.n_withdrawn, n);
	}
}

/* Attributes that no message can hold: nothing is written. */
static void
test_too_long(void **state)
{
	static uint8_t communities[4096];
	struct bgp_encode how = { .four_octet_as = true };
	struct ip_prefix p = prefix("10.0.0.0/8");
	struct ip_prefix p6 = prefix("2001:db8::/32");
	uint8_t buf[BGP_MSG_MAX];

	(void)state;
	for (size_t len = 3900; len <= sizeof(communities); len += 4) {
		struct route_attrs a = sample_attrs(IP_V4);
		struct wr w = wr_make(buf, sizeof(buf));
		size_t n;

		a.communities = (struct span){ communities, len };
		n = bgp_update_announce(&w, &how, &a, &p, 1);
		assert_true(wr_ok(&w));
		if (n == 0)
			assert_int_equal(wr_len(&w), 0);
		else
			assert_true(wr_len(&w) <= BGP_MSG_MAX);
		/* A next hop of the other family. */
		assert_int_equal(bgp_update_announce(&w, &how, &a, &p6, 1), 0);
	}
}

static void
test_end_of_rib_encoding(void **state)
{
	uint8_t buf[64];

	(void)state;
	for (unsigned f = 0; f < IP_FAMILIES; f++) {
		struct wr w = wr_make(buf, sizeof(buf));
		struct bgp_update u;

		bgp_update_end_of_rib(&w, (enum ip_family)f);
		u = decode_message(&ibgp, buf, wr_len(&w));
		assert_true(u.end_of_rib);
		assert_int_equal(u.end_of_rib_family, f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_own_session),
		cmocka_unit_test(test_prepend),
		cmocka_unit_test(test_packing),
		cmocka_unit_test(test_full_withdrawal),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_end_of_rib_encoding),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(body_copy);
	return failed;
}
