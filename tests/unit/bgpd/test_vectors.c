/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that other implementations test themselves with, and a real full table. */
#include "tests/unit/bgpd/decode.h"

#include "bgpd/aspath.h"
#include "bgpd/conn.h"
#include "bgpd/open.h"
#include "lib/hash.h"

/* Decode one message, whatever it is, in a block of its exact size. */
struct outcome {
	enum bgp_frame frame;
	uint8_t type;
	bool open_ok;
	struct bgp_update update;
};

static struct outcome
decode_any(const struct bgp_codec *codec, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	struct outcome o = { .type = 0 };
	struct bgp_open open;
	struct bgp_error err;
	struct bgp_msg msg;
	struct rd body;

	memcpy(copy, data, len);
	o.frame = bgp_msg_peek(copy, len, BGP_MSG_MAX, &msg, &err);
	if (o.frame == BGP_FRAME_MESSAGE) {
		o.type = msg.type;
		body = bgp_msg_body(&msg);
		if (msg.type == BGP_MSG_UPDATE)
			o.update = decode_bytes(codec, body.pos, rd_left(&body));
		else if (msg.type == BGP_MSG_OPEN)
			o.open_ok = bgp_open_decode(body, &open, &err);
	}
	free(copy);
	return o;
}

/* --- ExaBGP ------------------------------------------------------------------------------------
 */

/* What the session of a test had agreed on: all messages ExaBGP sends in its tests are legal. */
static const struct bgp_codec *
codec_of(const char *test)
{
	static const struct {
		const char *test;
		const struct bgp_codec *codec;
	} more[] = { { "conf-addpath", &many_paths }, { "conf-path-information", &many_paths },
		{ "extended-nexthop", &v4_over_v6 } };

	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		if (strcmp(test, more[i].test) == 0)
			return more[i].codec;
	return &ibgp;
}

/* Routes of families that we do not have. */
static bool
is_foreign(const struct bgp_update *u)
{
	return u->disposition == BGP_DISCARD_ATTRIBUTE && u->bad_attr == BGP_ATTR_MP_REACH &&
	       u->n_announced == 0;
}

/* IPv6 with an IPv4 next hop, which nothing we agree on allows: one message does it. */
static bool
is_v6_over_v4(const char *test, const struct bgp_update *u)
{
	return strcmp(test, "extended-nexthop") == 0 && u->disposition == BGP_SESSION_RESET &&
	       u->bad_attr == BGP_ATTR_MP_REACH && u->error.subcode == BGP_UPDATE_OPTIONAL;
}

/* What ExaBGP's tests do on purpose: a next hop of 255.255.255.255 or 127.0.0.1, and a well-known
 * attribute nobody knows. */
static bool
is_odd(const struct bgp_update *u)
{
	return u->disposition == BGP_TREAT_AS_WITHDRAW &&
	       (strcmp(u->why, "NEXT_HOP value") == 0 ||
		   strcmp(u->why, "unknown well-known attribute") == 0);
}

static void
check_exabgp(const char *test, const uint8_t *bytes, size_t len, bool length_ok, unsigned seen[])
{
	struct outcome o = decode_any(codec_of(test), bytes, len);

	(void)decode_any(&ebgp, bytes, len);
	(void)decode_any(&old_ibgp, bytes, len);
	if (!length_ok) {
		assert_int_not_equal(o.frame, BGP_FRAME_MESSAGE);
		return;
	}
	if (o.frame == BGP_FRAME_ERROR) {
		/* "unknown-message" is one of an unknown type. */
		assert_string_equal(test, "unknown-message");
		return;
	}
	seen[o.type]++;
	if (o.type == BGP_MSG_OPEN)
		assert_true(o.open_ok);
	else if (o.type == BGP_MSG_UPDATE && o.update.disposition != BGP_ACCEPT &&
		 !is_odd(&o.update) && !is_foreign(&o.update) && !is_v6_over_v4(test, &o.update))
		fail_msg("%s: %s", test, o.update.why);
}

static void
test_exabgp(void **state)
{
	static const char name[] = "bgp/vectors/exabgp_raw_messages.tsv";
	size_t len;
	char *text = (char *)data_read(name, &len), *line, *next;
	unsigned seen[256] = { 0 }, lines = 0;

	(void)state;
	if (text == NULL) {
		data_skip(name);
		return;
	}
	text = realloc(text, len + 1);
	text[len] = '\0';
	for (line = strtok_r(text, "\n", &next); line != NULL; line = strtok_r(NULL, "\n", &next)) {
		uint8_t bytes[8192];
		char *fields, *test = strtok_r(line, "\t", &fields);
		char *hex = strtok_r(NULL, "\t", &fields), *ok = strtok_r(NULL, "\t", &fields);

		if (test[0] == '#')
			continue;
		hex[strlen(hex) & ~(size_t)1] = '\0'; /* three are cut in mid-byte */
		check_exabgp(
		    test, bytes, hex_decode(hex, bytes, sizeof(bytes)), strcmp(ok, "1") == 0, seen);
		lines++;
	}
	free(text);
	assert_int_equal(lines, 135);
	assert_true(seen[BGP_MSG_OPEN] > 0 && seen[BGP_MSG_UPDATE] > 100);
}

/* --- FRR ----------------------------------------------------------------------------------------
 */

/* The value of the next "key": "..." at *at, within the same object; NULL at the end. Enough for
 * these files, whose keys come in one order. */
static char *
next_value(char **at, const char *key)
{
	char pattern[32], *begin, *end;

	snprintf(pattern, sizeof(pattern), "\"%s\": \"", key);
	begin = strstr(*at, pattern);
	if (begin == NULL)
		return NULL;
	begin += strlen(pattern);
	end = strchr(begin, '"');
	*end = '\0';
	*at = end + 1;
	return begin;
}

/* The text of an object's "rest", up to where it ends. */
static char *
next_rest(char **at)
{
	char *begin = strstr(*at, "\"rest\": ["), *end = strstr(begin, "\n  ]");

	*end = '\0';
	*at = end + 1;
	return begin;
}

static char *
read_text(const char *name)
{
	size_t len;
	char *text = (char *)data_read(name, &len);

	if (text == NULL) {
		data_skip(name);
		return NULL;
	}
	text = realloc(text, len + 1);
	text[len] = '\0';
	return text;
}

/* An UPDATE with ORIGIN, AS_PATH and this attribute. */
static struct bgp_update
decode_attribute(uint8_t type, const uint8_t *value, size_t len)
{
	uint8_t body[1024];
	struct wr w = wr_make(body, sizeof(body));

	wr_u16(&w, 0);
	wr_u16(&w, (uint16_t)(7 + 4 + len));
	wr_bytes(&w, "\x40\x01\x01\x00\x40\x02\x00\x90", 8);
	wr_u8(&w, type);
	wr_u16(&w, (uint16_t)len);
	wr_bytes(&w, value, len);
	assert_true(wr_ok(&w));
	return decode_bytes(&ibgp, body, wr_len(&w));
}

static void
test_frr_mp(void **state)
{
	char *text = read_text("bgp/vectors/frr/frr_mp_attr.json"), *at = text, *name;
	unsigned cases = 0;

	(void)state;
	while (text != NULL && (name = next_value(&at, "name")) != NULL) {
		uint8_t value[512];
		size_t len = hex_decode(next_value(&at, "hex"), value, sizeof(value));
		bool bad = strstr(next_rest(&at), "SHOULD_ERR") != NULL;
		bool unreach = strstr(name, "unreach") != NULL;
		struct bgp_update u;

		if (strcmp(name, "PREFIX-SID") == 0)
			continue;
		/* Families that were not agreed on are not looked into. */
		if (strstr(name, "VPN") != NULL)
			bad = false;
		/* FRR wants at least one prefix; RFC 4760 does not say so. */
		if (strcmp(name, "IPv6-bug") == 0)
			bad = false;
		u = decode_attribute(unreach ? BGP_ATTR_MP_UNREACH : BGP_ATTR_MP_REACH, value, len);
		if ((u.disposition == BGP_SESSION_RESET) != bad)
			fail_msg("%s: %s", name, u.why != NULL ? u.why : "accepted");
		if (bad)
			assert_int_equal(u.error.subcode, BGP_UPDATE_OPTIONAL);
		cases++;
	}
	if (text != NULL)
		assert_int_equal(cases, 28);
	free(text);
}

/* FRR's text of a path, as far as it writes it like us: sequences only. */
static bool
frr_text(char *rest, char *out, size_t size)
{
	char *begin = strstr(rest, "\\\""), *end;

	if (begin == NULL)
		return false;
	begin += 2;
	end = strstr(begin, "\\\"");
	if (end == NULL)
		return false;
	snprintf(out, size, "%.*s", (int)(end - begin), begin);
	return strpbrk(out, "{}[].") == NULL;
}

static void
test_frr_aspath(void **state)
{
	char *text = read_text("bgp/vectors/frr/frr_aspath.json"), *at = text, *name;
	unsigned good = 0, bad = 0, compared = 0;

	(void)state;
	while (text != NULL && (name = next_value(&at, "name")) != NULL) {
		static uint8_t bytes[1024], wide[2048];
		size_t len = hex_decode(next_value(&at, "hex"), bytes, sizeof(bytes));
		char *rest = next_rest(&at);
		bool is_bad = strstr(rest, "{NULL") != NULL || strstr(name, "AS_ZERO") != NULL;
		struct wr w = wr_make(wide, sizeof(wide));
		struct bgp_aspath_info info;
		char theirs[4096], ours[4096];

		if (is_bad != (bgp_aspath_check((struct span){ bytes, len }, 2, 1, &info) != NULL))
			fail_msg("%s", name);
		is_bad ? bad++ : good++;
		if (is_bad)
			continue;
		bgp_aspath_widen(&w, (struct span){ bytes, len });
		assert_true(wr_ok(&w));
		assert_null(bgp_aspath_check((struct span){ wide, wr_len(&w) }, 4, 1, &info));
		if (!frr_text(rest, theirs, sizeof(theirs)))
			continue;
		route_as_path_format((struct span){ wide, wr_len(&w) }, ' ', ours, sizeof(ours));
		/* FRR joins what it has read; we keep the segments, and so their brackets. */
		if (strchr(theirs, '(') == NULL)
			assert_string_equal(ours, theirs);
		compared++;
	}
	if (text != NULL) {
		assert_int_equal(bad, 5);
		assert_true(good > 20 && compared > 10);
	}
	free(text);
}

/* --- a full table
 * --------------------------------------------------------------------------------- */

struct feed {
	uint64_t *prefixes; /* v4: address and length, a hash set */
	size_t mask, distinct;
	uint64_t announced, withdrawn, problems;
};

static void
remember(struct feed *f, const struct ip_prefix *p)
{
	uint64_t key = p->hi | p->len | UINT64_C(1) << 8; /* never 0 */
	size_t at = rng_mix(key) & f->mask;

	while (f->prefixes[at] != 0 && f->prefixes[at] != key)
		at = (at + 1) & f->mask;
	f->distinct += f->prefixes[at] == 0;
	f->prefixes[at] = key;
}

static void
on_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct feed *f = ctx;
	struct ip_prefix p;
	uint32_t id;

	(void)c;
	while (bgp_nlri_next(&nlri, &p, &id)) {
		assert_int_equal(p.family, IP_V4);
		f->announced += attrs != NULL;
		f->withdrawn += attrs == NULL;
		remember(f, &p);
	}
}

static void
on_problem(void *ctx, struct bgp_conn *c, const struct bgp_problem *problem)
{
	struct feed *f = ctx;

	(void)c;
	f->problems++;
	if (problem->disposition == BGP_TREAT_AS_WITHDRAW)
		assert_string_equal(problem->why, "AS 0 in AS_PATH");
	else
		assert_string_equal(problem->why, "AGGREGATOR with AS 0");
}

/* A whole session of 2015 as a peer sent it, OPEN included, in pieces of several sizes. */
static void
test_full_feed(void **state)
{
	static const char name[] = "bgp/full-feed-2015.bgp.xz";
	static const struct bgp_conn_ops ops = { .routes = on_routes, .problem = on_problem };
	static const struct bgp_conn_config config = { .local_as = 3856,
		.remote_as = 3856,
		.router_id = 1,
		.hold_time_s = 180,
		.families = { true, true },
		.deliver = true };
	struct feed f = { .mask = (1u << 21) - 1 };
	struct bgp_conn_stats stats = { .routes_announced = 0 };
	struct bgp_conn *c = bgp_conn_new(&config, &ops, &f, &stats, 1);
	uint8_t *data;
	size_t len, chunk = 1;

	(void)state;
	data = data_read(name, &len);
	if (data == NULL) {
		bgp_conn_free(c);
		data_skip(name);
		return;
	}
	f.prefixes = calloc(f.mask + 1, sizeof(*f.prefixes));
	bgp_conn_start(c, mono_us(0));
	for (size_t at = 0; at < len; at += chunk, chunk = chunk * 2 % 65521) {
		if (chunk > len - at)
			chunk = len - at;
		bgp_conn_feed(c, data + at, chunk, mono_us(1));
	}
	assert_int_equal(bgp_conn_state(c), BGP_ESTABLISHED);
	assert_int_equal(stats.received.updates, 89679);
	assert_int_equal(stats.received.keepalives, 2);
	assert_int_equal(f.distinct, 577706);
	/* Not all of it is clean: AS 0 is in one path and in some aggregators (RFC 7607). */
	assert_int_equal(stats.treated_as_withdraw, 1);
	assert_int_equal(stats.routes_withdrawn, 3);
	assert_int_equal(f.withdrawn, 3 + 4);
	assert_int_equal(stats.attributes_discarded, 3);
	assert_int_equal(f.problems, 4);
	assert_int_equal(stats.routes_announced, f.announced + 4);
	free(f.prefixes);
	free(data);
	bgp_conn_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exabgp),
		cmocka_unit_test(test_frr_mp),
		cmocka_unit_test(test_frr_aspath),
		cmocka_unit_test(test_full_feed),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(body_copy);
	return failed;
}
