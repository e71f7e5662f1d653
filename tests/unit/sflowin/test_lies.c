/* SPDX-License-Identifier: Apache-2.0 */
/* A valid datagram cut at every octet, and every length and count in it replaced by lies. */
#include "tests/unit/sflowin/content.h"

/* A datagram of everything: gives its length. */
static size_t
build_everything(uint8_t *buf, size_t size)
{
	const struct sflow_build_packet packet = packet_v4();
	struct sflow_build_flow expanded = compact;
	struct sflow_build b;
	size_t mark, len;

	expanded.expanded = true;
	sflow_build_begin(&b, buf, size, &agent);
	assert_true(sflow_build_flow(&b, &compact, &packet));
	assert_true(sflow_build_flow(&b, &expanded, &packet));
	assert_true(sflow_build_counters(&b, 1, 2));
	put_expanded_counters(&b);
	put_asic(&b, SFLOW_ASIC_WORDS);
	mark = sflow_build_open_flow(&b, &compact, 4);
	put_other_record(&b, 1001);
	put_sampled_ip(&b, IP_V4, 1400);
	put_sampled_ip(&b, IP_V6, 1400);
	put_other_record(&b, 2);
	sflow_build_close(&b, mark);
	mark = sflow_build_open_sample(&b, SFLOW_DROP_NOTIFICATION);
	wr_u32(&b.w, 1);
	sflow_build_close(&b, mark);
	mark = sflow_build_open_sample(&b, SFLOW_FORMAT(8800, 1));
	wr_u32(&b.w, 1);
	sflow_build_close(&b, mark);
	len = sflow_build_end(&b);
	assert_true(len > 0);
	return len;
}

static void
test_everything(void **state)
{
	uint8_t buf[2048];
	struct content c;

	(void)state;
	assert_true(decode(buf, build_everything(buf, sizeof(buf)), &c));
	assert_false(c.broken);
	assert_int_equal(c.flows, 3);
	assert_int_equal(c.with_ip, 3);
	assert_int_equal(c.counters, 3);
	assert_true(c.has_asic);
	assert_int_equal(c.others, 2);
}

/* Cut anywhere, a datagram is broken, and what comes out before is right. */
static void
test_every_cut(void **state)
{
	uint8_t buf[2048];
	size_t len = build_everything(buf, sizeof(buf));
	struct content whole, c;
	unsigned before = 0;

	(void)state;
	assert_true(decode(buf, len, &whole));
	for (size_t cut = 0; cut < len; cut++) {
		unsigned now;

		assert_int_equal(decode(buf, cut, &c), cut >= 28);
		if (cut >= 28)
			assert_true(c.broken);
		now = c.flows + c.counters + c.others;
		assert_true(now >= before && now < 8);
		before = now;
		if (c.with_ip > 0)
			assert_int_equal(c.sample.rate, 4096);
	}
	assert_int_equal(before, 7);
}

/* Every word of the datagram in turn is a lie: it may be a length, a count, a format or data.
 * Nothing is read outside (the sanitizer watches), and there are never more samples than fit. */
static void
test_every_word_lies(void **state)
{
	static const uint32_t lies[] = { 0, 1, 3, 4, 0x7f, 0x100, 0x7fffffff, 0x80000000,
		0xfffffffc, 0xfffffffd, 0xffffffff };
	uint8_t buf[2048];
	size_t len = build_everything(buf, sizeof(buf));

	(void)state;
	for (size_t at = 0; at + 4 <= len; at += 4) {
		for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
			uint8_t copy[sizeof(buf)];
			struct wr w = wr_make(copy + at, 4);
			struct content c;

			memcpy(copy, buf, len);
			wr_u32(&w, lies[i]);
			if (decode(copy, len, &c))
				assert_true(c.flows + c.counters + c.others <= len / 8);
		}
	}
}

/* The lies that matter, and what they must do. */
static void
test_nested_lies(void **state)
{
	static const struct {
		const char *what;
		size_t at; /* in a datagram of one compact flow sample with a raw header */
		uint32_t value;
		unsigned with_ip;
		bool broken;
	} lies[] = {
		{ "more samples than there are", 24, 0xffffffff, 1, true },
		{ "no samples", 24, 0, 0, false },
		{ "sample length beyond the end", 32, 0xffffffff, 0, true },
		{ "sample length one word too long", 32, 188, 0, true },
		{ "sample cut in its head", 32, 16, 0, true },
		{ "sample cut behind its head", 32, 32, 0, true },
		{ "more records than there are", 64, 0xffffffff, 1, true },
		{ "no records", 64, 0, 0, false },
		{ "record length beyond the end", 72, 0xffffffff, 0, true },
		{ "record length one word too long", 72, 148, 0, true },
		{ "record cut in its head", 72, 12, 0, true },
		{ "header length beyond the record", 88, 129, 0, true },
		{ "header length of all ones", 88, 0xffffffff, 0, true },
		{ "header cut behind the addresses", 88, 34, 1, false },
		{ "header cut in the addresses", 88, 33, 0, false },
		{ "no header", 88, 0, 0, false },
	};
	const struct sflow_build_packet packet = packet_v4();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		uint8_t buf[512];
		struct sflow_build b;
		struct content c;
		struct wr w = wr_make(buf + lies[i].at, 4);
		size_t len;

		sflow_build_begin(&b, buf, sizeof(buf), &agent);
		assert_true(sflow_build_flow(&b, &compact, &packet));
		len = sflow_build_end(&b);
		wr_u32(&w, lies[i].value);
		assert_true(decode(buf, len, &c));
		if (c.with_ip != lies[i].with_ip || c.broken != lies[i].broken)
			fail_msg("%s: %u with IP, broken %d", lies[i].what, c.with_ip, c.broken);
	}
}

/* One broken sample does not take the ones behind it with it. */
static void
test_broken_sample_is_contained(void **state)
{
	const struct sflow_build_packet packet = packet_v4();
	uint8_t buf[512];
	struct sflow_build b;
	struct content c;
	struct wr w = wr_make(buf + 88, 4);

	(void)state;
	sflow_build_begin(&b, buf, sizeof(buf), &agent);
	assert_true(sflow_build_flow(&b, &compact, &packet));
	assert_true(sflow_build_flow(&b, &compact, &packet));
	wr_u32(&w, 0xffffffff); /* header length of the first */
	assert_true(decode(buf, sflow_build_end(&b), &c));
	assert_true(c.broken);
	assert_int_equal(c.flows, 2);
	assert_int_equal(c.with_ip, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_every_word_lies),
		cmocka_unit_test(test_nested_lies),
		cmocka_unit_test(test_broken_sample_is_contained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
