/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded routes: hand-made records, real files beside bgpdump, and the stream we write. */
#include "tests/lab/emit.h"
#include "tests/lab/mrt.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/msg.h"
#include "lib/mem.h"
#include "tests/lab/attrsgen.h"
#include "tests/lab/gentable.h"
#include "tests/lab/nexthops.h"

/* Write bytes to a file and read it; the absorb's table is finished. */
static bool
read_bytes(struct absorb *a, const void *data, size_t len, bool stream, const struct ip_addr *peer)
{
	char path[] = "/tmp/hotfib-mrt-XXXXXX";
	int fd = mkstemp(path);
	int loud = dup(STDERR_FILENO);
	bool ok;

	assert_true(fd >= 0 && loud >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	/* What it says of a broken file is not for the log of a test that breaks files. */
	assert_non_null(freopen("/dev/null", "w", stderr));
	ok = stream ? mrt_read_stream(a, path) : mrt_read(a, path, peer);
	fflush(stderr);
	dup2(loud, STDERR_FILENO);
	close(loud);
	unlink(path);
	table_finish(a->table);
	return ok;
}

static struct absorb *
absorb_new(struct table *t)
{
	struct absorb *a = mem_alloc(MEM_MISC, sizeof(*a));

	table_init(t);
	a->table = t;
	return a;
}

static void
absorb_free(struct absorb *a)
{
	table_fini(a->table);
	mem_free(MEM_MISC, a);
}

/* A record's head; gives the mark for close_record(). */
static size_t
open_record(struct wr *w, uint16_t type, uint16_t subtype)
{
	wr_u32(w, 0);
	wr_u16(w, type);
	wr_u16(w, subtype);
	wr_u32(w, 0);
	return wr_mark(w);
}

static void
close_record(struct wr *w, size_t mark)
{
	wr_set_u16(w, mark - 2, wr_len(w) - mark);
}

static void
put_hex(struct wr *w, const char *hex)
{
	uint8_t bytes[256];

	wr_bytes(w, bytes, hex_decode(hex, bytes, sizeof(bytes)));
}

/* An entry of a RIB: ORIGIN, AS_PATH of one AS, then these. */
static void
put_entry(struct wr *w, uint16_t peer, uint16_t as, const char *attrs)
{
	size_t mark;

	wr_u16(w, peer);
	wr_u32(w, 0);
	mark = wr_mark(w);
	wr_u16(w, 0);
	put_hex(w, "400101 00 400206 0201 0000");
	wr_u16(w, as);
	put_hex(w, attrs);
	wr_set_u16(w, mark, wr_len(w) - mark - 2);
}

/* A RIB of 2001:db8:1::/48 from two peers: its next hop abbreviated, and as the whole attribute. */
static size_t
make_rib(uint8_t *buf, size_t size)
{
	struct wr w = wr_make(buf, size);
	size_t mark = open_record(&w, 13, 1);

	put_hex(&w, "0a000001 0000 0002");            /* collector, no name, peers */
	put_hex(&w, "02 0a000002 c6120002 0000fde9"); /* IPv4, 4-octet AS */
	put_hex(&w, "01 0a000003 20010db8 0000000000000000 00000003 fdea"); /* IPv6, 2-octet AS */
	close_record(&w, mark);
	mark = open_record(&w, 13, 4);
	put_hex(&w, "00000000 30 20010db80001 0002");
	put_entry(&w, 0, 65001, "800e11 10 20010db8 0000000000000000 00000099 800404 00000005");
	put_entry(&w, 1, 65002,
	    "800e1c 0002 01 10 20010db8 0000000000000000 000000aa 00 30 20010db80001"
	    "800404 00000006");
	close_record(&w, mark);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static void
a_rib_gives_the_routes_of_a_peer(void **state)
{
	static const struct {
		const char *peer;
		size_t n;
		uint32_t nexthop, origin, med;
	} cases[] = {
		{ "198.18.0.2", 1, 0x99, 65001, 5 },
		{ "2001:db8::3", 1, 0xaa, 65002, 6 },
		{ "198.18.0.3", 0, 0, 0, 0 },
	};
	uint8_t bytes[512];
	size_t n = make_rib(bytes, sizeof(bytes));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct table t;
		struct absorb *a = absorb_new(&t);
		struct ip_addr peer;

		assert_true(ip_parse(cases[i].peer, &peer));
		assert_true(read_bytes(a, bytes, n, false, &peer));
		assert_int_equal(a->skipped + a->rejected, 0);
		assert_int_equal(t.n, cases[i].n);
		if (t.n > 0) {
			assert_int_equal(t.nexthops[0].lo, cases[i].nexthop);
			assert_int_equal(t.routes[0].origin, cases[i].origin);
			assert_int_equal(t.attrs[t.routes[0].attrs].med, cases[i].med);
		}
		absorb_free(a);
	}
}

static void
every_cut_of_a_file_is_noticed(void **state)
{
	static const char hex[] =
	    "00000000 00100004 00000043 0000fde9 0000fdea 0000 0001 c6120001 c6120002"
	    "ffffffffffffffffffffffffffffffff 002f 02 0000 0014"
	    "400101 00 400206 02010000fde9 400304 c6120001 180a0000";
	uint8_t bytes[128];
	size_t n = hex_decode(hex, bytes, sizeof(bytes));

	(void)state;
	for (size_t cut = 0; cut <= n; cut++) {
		struct table t;
		struct absorb *a = absorb_new(&t);

		assert_int_equal(read_bytes(a, bytes, cut, false, NULL), cut == 0 || cut == n);
		assert_int_equal(t.n, cut == n);
		absorb_free(a);
	}
}

static void
wild_records_do_no_harm(void **state)
{
	struct rng rng = rng_make(test_seed("wild"));
	static const uint8_t subtypes[] = { 1, 2, 4, 8, 10, 1, 4, 7 };

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		uint8_t bytes[200];
		struct wr w = wr_make(bytes, sizeof(bytes));
		unsigned kind = (unsigned)rng_below(&rng, ARRAY_LEN(subtypes));
		size_t len = rng_below(&rng, 150);
		struct table t;
		struct absorb *a = absorb_new(&t);

		wr_u32(&w, 0);
		wr_u16(&w, kind < 5 ? 13 : 16);
		wr_u16(&w, subtypes[kind]);
		wr_u32(&w, (uint32_t)len);
		for (size_t k = 0; k < len; k++)
			wr_u8(&w, (uint8_t)(rng_u64(&rng) & rng_u64(&rng)));
		assert_true(read_bytes(a, bytes, wr_len(&w), false, NULL));
		absorb_free(a);
	}
}

/* --- what we write, we read ---------------------------------------------------------------- */

static void
check_stream(bool packed, uint64_t seed)
{
	static const bool both[IP_FAMILIES] = { true, true };
	struct bgp_encode how = { .local_as = 65001, .four_octet_as = true };
	struct nexthops_pool pools[IP_FAMILIES] = { { 0 } };
	size_t cap = 8u << 20;
	uint8_t *buf = mem_alloc(MEM_MISC, cap);
	struct wr w = wr_make(buf, cap);
	struct nexthops_model m;
	struct table t, back;
	struct absorb *a;
	struct emit e;

	assert_true(nexthops_model("s0", &m));
	assert_true(nexthops_pool_add(pools, "198.18.0.1-198.18.0.250,2001:db8::1-2001:db8::fa"));
	table_init(&t);
	gentable(&t, IP_V4, 20000, seed);
	gentable(&t, IP_V6, 8000, seed);
	table_finish(&t);
	nexthops_assign(&t, &m, pools, seed);
	attrsgen_assign(&t, 900, seed);
	t.routes[77].withdrawn = 1;
	emit_init(&e, &t, &how, both, packed);
	while (emit_next(&e, &w))
		;
	assert_int_equal(e.routes, t.n - 1);
	assert_int_equal(e.too_long, 0);
	if (packed)
		assert_in_range(e.updates, 900, 1100);
	else
		assert_int_equal(e.updates, t.n - 1);
	a = absorb_new(&back);
	assert_true(read_bytes(a, buf, wr_len(&w), true, NULL));
	assert_int_equal(a->rejected, 0);
	assert_int_equal(back.n, t.n - 1);
	for (size_t i = 0, k = 0; i < t.n; i++) {
		const struct route_attrs *x = &t.attrs[t.routes[i].attrs], *y;

		if (t.routes[i].withdrawn)
			continue;
		y = &back.attrs[back.routes[k].attrs];
		assert_true(prefix_equal(&t.routes[i].prefix, &back.routes[k].prefix));
		assert_true(route_nexthop_equal(&x->nexthop, &y->nexthop));
		assert_int_equal(x->as_path.len, y->as_path.len);
		assert_memory_equal(x->as_path.data, y->as_path.data, x->as_path.len);
		assert_int_equal(x->communities.len, y->communities.len);
		assert_int_equal(x->has_med, y->has_med);
		assert_int_equal(x->med, y->med);
		k++;
	}
	emit_fini(&e);
	absorb_free(a);
	table_fini(&t);
	nexthops_pool_fini(pools);
	mem_free(MEM_MISC, buf);
}

static void
a_stream_we_write_comes_back(void **state)
{
	uint64_t seed = test_seed("stream");

	(void)state;
	check_stream(false, seed);
	check_stream(true, seed);
}

/* --- real files ---------------------------------------------------------------------------- */

/* Lines of bgpdump -m whose third field is `kind`, the distinct sixth (the prefix) of them. */
static long
bgpdump_count(const char *path, char kind, bool distinct)
{
	char command[8192];
	long n = -1;
	FILE *f;

	snprintf(command, sizeof(command),
	    "%s '%s' | bgpdump -m - 2>/dev/null | awk -F'|' '$3 == \"%c\" { print $6 }' %s | wc -l",
	    strstr(path, ".xz") != NULL ? "xz -dc" : "gzip -dc", path, kind,
	    distinct ? "| sort -u" : "");
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld", &n), 1);
	pclose(f);
	return n;
}

static void
check_file(const char *name, char kind, uint64_t rejected_prefixes, bool distinct)
{
	char path[4096];
	struct table t;
	struct absorb *a;

	if (!data_path(name, path, sizeof(path))) {
		data_skip(name);
		return;
	}
	if (system("command -v bgpdump >/dev/null") != 0) {
		print_message("SKIP: no bgpdump\n");
		skip();
	}
	a = absorb_new(&t);
	assert_true(mrt_read(a, path, NULL));
	table_finish(&t);
	if (distinct)
		assert_int_equal(t.n + rejected_prefixes, bgpdump_count(path, kind, true));
	else
		assert_int_equal(
		    a->announced + rejected_prefixes, bgpdump_count(path, kind, false));
	absorb_free(a);
}

static void
updates_are_those_bgpdump_finds(void **state)
{
	static const char name[] = "bgp/updates/updates.20160811.1600.gz";
	char path[4096];
	struct table t;
	struct absorb *a;

	(void)state;
	check_file(name, 'A', 0, false);
	if (!data_path(name, path, sizeof(path)))
		return;
	a = absorb_new(&t);
	assert_true(mrt_read(a, path, NULL));
	assert_int_equal(a->withdrawn, 1956);
	absorb_free(a);
}

static void
ribs_are_those_bgpdump_finds(void **state)
{
	(void)state;
	check_file("bgp/rib/routeviews-rib.20140523.0600.partial.mrt.xz", 'B', 0, true);
}

/* Seven prefixes come in one UPDATE with AS 0 in its path, which is no route (RFC 7607). */
static void
the_full_feed_is_read_from_either_file(void **state)
{
	static const char mrt[] = "bgp/full-feed-2015.mrt.gz", raw[] = "bgp/full-feed-2015.bgp.xz";
	char path[4096], raw_path[4096];
	struct table t, u;
	struct absorb *a, *b;

	(void)state;
	if (!data_path(mrt, path, sizeof(path)) || !data_path(raw, raw_path, sizeof(raw_path))) {
		data_skip(mrt);
		return;
	}
	a = absorb_new(&t);
	b = absorb_new(&u);
	assert_true(mrt_read(a, path, NULL));
	assert_true(mrt_read_stream(b, raw_path));
	table_finish(&t);
	table_finish(&u);
	assert_int_equal(b->updates, 89679);
	assert_int_equal(b->rejected, 1);
	assert_int_equal(t.n, u.n);
	assert_int_equal(t.n, 577706 - 7);
	for (size_t i = 0; i < t.n; i++)
		assert_true(prefix_equal(&t.routes[i].prefix, &u.routes[i].prefix));
	absorb_free(a);
	absorb_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rib_gives_the_routes_of_a_peer),
		cmocka_unit_test(every_cut_of_a_file_is_noticed),
		cmocka_unit_test(wild_records_do_no_harm),
		cmocka_unit_test(a_stream_we_write_comes_back),
		cmocka_unit_test(updates_are_those_bgpdump_finds),
		cmocka_unit_test(ribs_are_those_bgpdump_finds),
		cmocka_unit_test(the_full_feed_is_read_from_either_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
