/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table written as MRT and read again: by the reader below, which knows nothing of the writer,
 * and by bgpdump where it is installed.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/mrt.h"
#include "lib/mem.h"
#include "lib/rd.h"
#include "tests/support/lines.h"
#include "tests/support/prefixes.h"
#include "tests/unit/control/table_app.h"

/* --- an independent reader ---------------------------------------------------------------------
 */

/* Read a path's attributes. Spans point into the dump. */
static void
read_attributes(struct rd r, enum ip_family family, struct route_attrs *a)
{
	*a = (struct route_attrs){ 0 };
	a->nexthop.addr.family = 99;
	while (rd_left(&r) > 0) {
		const uint8_t *start = r.pos;
		uint8_t flags = rd_u8(&r), type = rd_u8(&r);
		size_t len = (flags & 0x10) != 0 ? rd_u16(&r) : rd_u8(&r);
		struct rd v = rd_sub(&r, len, 1);
		struct span all = { v.pos, len };

		assert_true(rd_ok(&r));
		switch (type) {
		case 1: a->origin = rd_u8(&v); break;
		case 2: a->as_path = all; break;
		case 3:
			assert_int_equal(family, IP_V4);
			a->nexthop.addr = ip_from_bytes(IP_V4, rd_bytes(&v, 4));
			break;
		case 4:
			a->has_med = true;
			a->med = rd_u32(&v);
			break;
		case 5:
			a->has_local_pref = true;
			a->local_pref = rd_u32(&v);
			break;
		case 6: a->atomic_aggregate = true; break;
		case 7:
			a->has_aggregator = true;
			a->aggregator_as = rd_u32(&v);
			a->aggregator_id = rd_u32(&v);
			break;
		case 8: a->communities = all; break;
		case 9:
			a->has_originator_id = true;
			a->originator_id = rd_u32(&v);
			break;
		case 10: a->cluster_list = all; break;
		case 14:
			len = rd_u8(&v);
			assert_int_equal(rd_left(&v), len);
			a->nexthop.addr = ip_from_bytes(
			    len == 4 ? IP_V4 : IP_V6, rd_bytes(&v, len == 4 ? 4 : 16));
			if (len == 32) {
				a->nexthop.link_local_hi = rd_u64(&v);
				a->nexthop.link_local_lo = rd_u64(&v);
			}
			break;
		case 16: a->ext_communities = all; break;
		case 32: a->large_communities = all; break;
		case 35:
			a->has_otc = true;
			a->otc = rd_u32(&v);
			break;
		default:
			a->opaque = (struct span){ start, (size_t)(r.pos - start) };
			rd_skip(&v, rd_left(&v));
		}
		assert_true(rd_ok(&v));
	}
	assert_int_not_equal(a->nexthop.addr.family, 99);
}

static size_t
read_peers(struct rd r)
{
	size_t n, view_len;

	assert_int_equal(rd_u32(&r), 0x0a000001);
	view_len = rd_u16(&r);
	assert_int_equal(view_len, 4);
	assert_memory_equal(rd_bytes(&r, 4), "edge", 4);
	n = rd_u16(&r);
	assert_int_equal(n, 2);
	assert_int_equal(rd_u8(&r), 2);
	assert_int_equal(rd_u32(&r), 1);
	assert_int_equal(rd_u32(&r), 0xc0000201);
	assert_int_equal(rd_u32(&r), 65001);
	assert_int_equal(rd_u8(&r), 3);
	assert_int_equal(rd_u32(&r), 2);
	assert_int_equal(rd_u64(&r), UINT64_C(0x20010db8) << 32);
	assert_int_equal(rd_u64(&r), 2);
	assert_int_equal(rd_u32(&r), 4200000002);
	assert_true(rd_ok(&r));
	assert_int_equal(rd_left(&r), 0);
	return n;
}

/* One record of a prefix has to be what the RIB says of it, its paths in that order. */
static void
check_record(const struct table_app *t, struct rd r, uint16_t subtype, uint32_t sequence)
{
	enum ip_family family = subtype == 2 || subtype == 8 ? IP_V4 : IP_V6;
	bool with_ids = subtype >= 8, any_id = false;
	const struct rib *rib = router_rib(t->routers[0]);
	struct rib_path expected[20];
	enum rib_reason reason;
	struct ip_prefix p;
	uint8_t bytes[16] = { 0 };
	struct ip_addr a;
	unsigned len;
	uint32_t id;
	size_t n;

	assert_true(subtype == 2 || subtype == 4 || subtype == 8 || subtype == 10);
	assert_int_equal(rd_u32(&r), sequence);
	len = rd_u8(&r);
	rd_copy(&r, bytes, (len + 7) / 8);
	a = ip_from_bytes(family, bytes);
	p = prefix_of(&a, len);
	id = rib_lookup(rib, &p);
	assert_int_not_equal(id, RIB_NONE);
	n = rib_paths(rib, family, id, expected, ARRAY_LEN(expected), &reason);
	assert_int_equal(rd_u16(&r), n);
	for (size_t i = 0; i < n; i++) {
		struct route_attrs got, want;

		assert_int_equal(rd_u16(&r), expected[i].source);
		assert_int_equal(rd_u32(&r), 1467322500);
		if (with_ids)
			assert_int_equal(rd_u32(&r), expected[i].path_id);
		any_id |= expected[i].path_id != 0;
		read_attributes(rd_sub(&r, rd_u16(&r), 1), family, &got);
		attrs_get(t->app.attrs, expected[i].attrs, &want);
		assert_true(attrs_equal(&got, &want));
	}
	assert_int_equal(any_id, with_ids);
	assert_true(rd_ok(&r));
	assert_int_equal(rd_left(&r), 0);
}

/* Read a whole dump; gives the number of prefixes. */
static size_t
check_dump(const struct table_app *t, const struct str *dump)
{
	struct rd r = rd_make(dump->text, dump->len);
	size_t n = 0;

	for (bool first = true; rd_left(&r) > 0; first = false) {
		uint16_t subtype;
		struct rd body;

		assert_int_equal(rd_u32(&r), 1467322500);
		assert_int_equal(rd_u16(&r), 13);
		subtype = rd_u16(&r);
		body = rd_sub(&r, rd_u32(&r), 1);
		assert_true(rd_ok(&r));
		assert_int_equal(first, subtype == 1);
		if (first)
			read_peers(body);
		else
			check_record(t, body, subtype, (uint32_t)n++);
	}
	return n;
}

/* --- tables ------------------------------------------------------------------------------------
 */

/* A set the RIB may hold for that family, with a next hop bgpdump can read where `plain`. */
static void
random_attrs(struct attrs_sample *s, struct rng *rng, enum ip_family family, bool plain)
{
	static const uint8_t unknown[] = { 0xe0, 200, 3, 1, 2, 3 };

	attrs_sample_random(s, rng);
	s->attrs.opaque = (struct span){ NULL, 0 };
	if (!plain && rng_below(rng, 2) == 0)
		s->attrs.opaque = (struct span){ unknown, sizeof(unknown) };
	if (family == IP_V6 || plain)
		s->attrs.nexthop = (struct route_nexthop){ .addr = ip_v4(0xc0000263) };
	if (family == IP_V6) {
		s->attrs.nexthop.addr =
		    (struct ip_addr){ UINT64_C(0x20010db8) << 32, rng_below(rng, 9), IP_V6 };
		if (rng_below(rng, 2) == 0)
			s->attrs.nexthop.link_local_hi = UINT64_C(0xfe80) << 48;
	}
}

static void
fill(struct table_app *t, struct rng *rng, size_t n, bool plain)
{
	struct ip_prefix near[IP_FAMILIES] = { { .family = IP_V4 }, { .family = IP_V6 } };

	for (size_t i = 0; i < n; i++) {
		enum ip_family family = (enum ip_family)rng_below(rng, 2);
		struct ip_prefix p = near[family] = prefix_random(rng, family, &near[family]);
		size_t paths = 1 + rng_below(rng, 3);

		/* bgpdump shortens a lone group of zeros, RFC 5952 does not. */
		if (plain && p.len > 64)
			p = prefix_make(family, p.hi, 0, 64);
		for (size_t k = 0; k < paths; k++) {
			struct attrs_sample s;

			random_attrs(&s, rng, family, plain);
			table_app_announce(t, (unsigned)rng_below(rng, 2), &p,
			    rng_below(rng, 3) == 0 ? (uint32_t)rng_below(rng, 4) : 0, &s.attrs);
		}
	}
}

static void
dump(struct table_app *t, bool v4, bool v6, struct str *out)
{
	struct web_dump d = { .families = { v4, v6 } };

	str_init(out, MEM_MISC);
	while (t->backend.dump_next(t->backend.ctx, 0, &d, out))
		;
}

static size_t
table_size(const struct table_app *t, enum ip_family family)
{
	return rib_count(router_rib(t->routers[0]), family);
}

static void
test_random_table(void **state)
{
	struct rng rng = rng_make(test_seed("random_table"));
	struct table_app t;
	struct str out;

	(void)state;
	for (size_t round = 0; round < 20; round++) {
		table_app_init(&t);
		fill(&t, &rng, round * 20, false);
		dump(&t, true, true, &out);
		assert_int_equal(
		    check_dump(&t, &out), table_size(&t, IP_V4) + table_size(&t, IP_V6));
		str_fini(&out);
		dump(&t, true, false, &out);
		assert_int_equal(check_dump(&t, &out), table_size(&t, IP_V4));
		str_fini(&out);
		dump(&t, false, true, &out);
		assert_int_equal(check_dump(&t, &out), table_size(&t, IP_V6));
		str_fini(&out);
		table_app_fini(&t);
		assert_int_equal(mem_used(MEM_HTTP), 0);
	}
}

/* The walk goes on behind what it wrote, whatever was withdrawn and announced meanwhile. */
static void
test_table_changes_meanwhile(void **state)
{
	struct web_dump d = { .families = { true, true } };
	struct attrs_sample s;
	struct table_app t;
	struct ip_prefix p;
	struct str out;
	size_t calls = 0;

	(void)state;
	table_app_init(&t);
	attrs_sample_make(&s, 1);
	for (uint32_t i = 0; i < 100; i++) {
		p = prefix_make(IP_V4, (uint64_t)(0x0a000000 + (i << 8)) << 32, 0, 24);
		table_app_announce(&t, 0, &p, 0, &s.attrs);
	}
	str_init(&out, MEM_MISC);
	while (t.backend.dump_next(t.backend.ctx, 0, &d, &out)) {
		/* The first call is the peers; then what was just written is withdrawn. */
		if (calls > 0) {
			p = d.prefix;
			table_app_announce(&t, 0, &p, 0, NULL);
		}
		calls++;
	}
	assert_int_equal(calls, 101);
	assert_int_equal(d.sequence, 100);
	assert_int_equal(table_size(&t, IP_V4), 0);
	str_fini(&out);
	table_app_fini(&t);
}

static void
test_too_long_for_the_format(void **state)
{
	static uint8_t huge[65536];
	struct mrt_path paths[2] = { { .peer = 0 }, { .peer = 1 } };
	struct ip_prefix p = prefix_make(IP_V4, UINT64_C(10) << 56, 0, 8);
	struct str out;
	uint16_t count;

	(void)state;
	str_init(&out, MEM_MISC);
	paths[0].attrs.nexthop.addr = paths[1].attrs.nexthop.addr = ip_v4(1);
	paths[0].attrs.opaque = (struct span){ huge, sizeof(huge) };
	assert_false(mrt_add_prefix(&out, 1, 0, &p, paths, 1));
	assert_int_equal(out.len, 0);
	assert_false(mrt_add_prefix(&out, 1, 0, &p, paths, 0));
	assert_true(mrt_add_prefix(&out, 1, 0, &p, paths, 2));
	memcpy(&count, out.text + 12 + 4 + 1 + 1, 2);
	assert_int_equal(__builtin_bswap16(count), 1);
	str_fini(&out);
}

/* --- bgpdump -----------------------------------------------------------------------------------
 */

/* A path as bgpdump -m writes it, without the time and what is not asked about. Records of the
 * ADD-PATH subtypes have a field more. */
static void
expect_path(struct lines *l, const struct ip_prefix *p, const struct rib_path *path,
    bool with_path_id, const struct route_attrs *a)
{
	static const char *const peers[] = { "192.0.2.1|65001", "2001:db8::2|4200000002" };
	char prefix[PREFIX_TEXT_MAX], nexthop[IP_TEXT_MAX], as_path[300], id[20] = "", line[1000];
	char communities[300], aggregator[40] = "", router[IP_TEXT_MAX];
	struct ip_addr by = ip_v4(a->aggregator_id);

	if (with_path_id)
		snprintf(id, sizeof(id), "|%u", path->path_id);
	route_as_path_format(a->as_path, ' ', as_path, sizeof(as_path));
	route_communities_format(a->communities, ' ', communities, sizeof(communities));
	if (a->has_aggregator)
		snprintf(aggregator, sizeof(aggregator), "%u %s", a->aggregator_as,
		    ip_format(&by, router));
	snprintf(line, sizeof(line), "%s|%s%s|%s|%s|%s|%u|%u|%s|%s|%s", peers[path->source],
	    prefix_format(p, prefix), id, as_path, route_origin_name(a->origin),
	    ip_format(&a->nexthop.addr, nexthop), a->has_local_pref ? a->local_pref : 0,
	    a->has_med ? a->med : 0, communities, a->atomic_aggregate ? "AG" : "NAG", aggregator);
	lines_add(l, line);
}

static void
expect_table(const struct table_app *t, enum ip_family family, struct lines *l)
{
	const struct rib *rib = router_rib(t->routers[0]);
	struct ip_prefix cursor;
	uint32_t id;

	for (id = rib_first(rib, family, &cursor); id != RIB_NONE; id = rib_next(rib, &cursor)) {
		struct rib_path paths[20];
		enum rib_reason reason;
		size_t n = rib_paths(rib, family, id, paths, ARRAY_LEN(paths), &reason);

		bool with_path_id = false;

		for (size_t i = 0; i < n; i++)
			with_path_id |= paths[i].path_id != 0;
		for (size_t i = 0; i < n; i++) {
			struct route_attrs a;

			attrs_get(t->app.attrs, paths[i].attrs, &a);
			expect_path(l, &cursor, &paths[i], with_path_id, &a);
		}
	}
}

/* TABLE_DUMP2|time|B|peer|as|prefix|(path id|)path|origin|nexthop|localpref|med|... */
static void
run_bgpdump(const struct str *out, struct lines *l)
{
	char file[] = "/tmp/hotfib-test-XXXXXX", command[200];
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, out->text, out->len), out->len);
	close(fd);
	snprintf(command, sizeof(command),
	    "bgpdump -q -m %s | awk -F'|' '{ s = $4; n = $9 ~ /^[EI][GN][CP]/ ? 15 : 14;"
	    " for (i = 5; i <= n; i++) s = s \"|\" $i; print s }'",
	    file);
	lines_of_command(l, command);
	unlink(file);
}

static void
test_bgpdump_reads_it(void **state)
{
	struct rng rng = rng_make(test_seed("bgpdump"));
	struct lines want = { 0 }, got = { 0 };
	struct table_app t;
	struct str out;

	(void)state;
	if (!program_is_there("bgpdump")) {
		print_message("SKIP: no bgpdump\n");
		skip();
	}
	table_app_init(&t);
	fill(&t, &rng, 1000, true);
	dump(&t, true, true, &out);
	run_bgpdump(&out, &got);
	expect_table(&t, IP_V4, &want);
	expect_table(&t, IP_V6, &want);
	lines_sort(&want);
	lines_sort(&got);
	assert_true(want.n > 500);
	lines_assert_same(&want, &got);
	lines_free(&want);
	lines_free(&got);
	str_fini(&out);
	table_app_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_table),
		cmocka_unit_test(test_table_changes_meanwhile),
		cmocka_unit_test(test_too_long_for_the_format),
		cmocka_unit_test(test_bgpdump_reads_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
