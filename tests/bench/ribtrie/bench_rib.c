/* SPDX-License-Identifier: Apache-2.0 */
/* Rows P2 (bytes a route, all included) and P3 (bytes a further path), and what an announcement
 * costs without its message. */
#include "lib/clock_io.h"
#include "ribtrie/rib.h"
#include "tests/bench/ribtrie/bench.h"
#include "tests/support/attrs.h"

#define SETS_A_MILLION 80000 /* attribute sets a million routes */
#define RATE_BYTES     8     /* the rate record of a route, kept by control/ */
#define INTERNS        2000000u

static size_t
bytes_of(const struct rib *r, enum ip_family family)
{
	return rib_bytes(r) + rib_trie_bytes(r, family) + attrs_bytes(rib_attrs(r));
}

static void
set_sources(struct rib *r)
{
	for (unsigned i = 0; i < 2; i++) {
		struct rib_source s = { .router_id = i + 1, .address = ip_v4(0x0a000001 + i) };

		rib_set_source(r, i, &s);
	}
}

/* One round of announcements from a source; gives nanoseconds each. */
static double
announce_all(
    struct rib *r, const struct bench_table *b, unsigned source, const uint32_t *sets, size_t nsets)
{
	double start = clock_cpu_s();

	for (size_t i = 0; i < b->count; i++)
		rib_announce(r, &b->prefixes[i], source, 0, sets[(i + source) % nsets]);
	return (clock_cpu_s() - start) / (double)b->count * 1e9;
}

static void
bench_family(enum ip_family family, const char *name, double target)
{
	struct bench_table b = bench_table(family);
	struct attrs_table *attrs = attrs_table_new(1);
	struct rib *r = rib_new(attrs);
	size_t nsets = b.count * SETS_A_MILLION / 1000000, before;
	uint32_t *sets = calloc(nsets, sizeof(*sets));
	double count = (double)b.count, ns[3];
	char id[32];

	set_sources(r);
	for (size_t i = 0; i < nsets; i++) {
		struct attrs_sample s;

		attrs_sample_make(&s, i);
		sets[i] = attrs_intern(attrs, &s.attrs);
	}
	ns[0] = announce_all(r, &b, 0, sets, nsets);
	ns[1] = announce_all(r, &b, 0, sets, nsets);
	before = bytes_of(r, family);
	snprintf(id, sizeof(id), "P2.%s", name);
	bench_figure(
	    id, (double)before / count + RATE_BYTES, "bytes/route", target, FIGURE_AT_MOST, b.data);
	snprintf(id, sizeof(id), "rib.%s.attrs", name);
	bench_note(id, (double)attrs_bytes(attrs) / (double)nsets, "bytes/set", b.data);
	ns[2] = announce_all(r, &b, 1, sets, nsets);
	ASSERT(rib_path_count(r, family) == 2 * b.count);
	snprintf(id, sizeof(id), "P3.%s", name);
	bench_figure(id, (double)(bytes_of(r, family) - before) / count, "bytes/path", 16,
	    FIGURE_AT_MOST, b.data);
	snprintf(id, sizeof(id), "rib.%s.announce.new", name);
	bench_note(id, ns[0], "ns", b.data);
	snprintf(id, sizeof(id), "rib.%s.announce.known", name);
	bench_note(id, ns[1], "ns", b.data);
	snprintf(id, sizeof(id), "rib.%s.announce.second", name);
	bench_note(id, ns[2], "ns", b.data);
	for (size_t i = 0; i < nsets; i++)
		attrs_unref(attrs, sets[i]);
	rib_free(r);
	attrs_table_free(attrs);
	free(sets);
	free(b.prefixes);
}

/* Interning known sets, all of a full table's in random order. */
static void
bench_intern(void)
{
	struct attrs_table *attrs = attrs_table_new(1);
	struct attrs_sample *samples = calloc(SETS_A_MILLION, sizeof(*samples));
	struct rng r = rng_make(4);
	size_t bytes = 0;
	double start;

	for (size_t i = 0; i < SETS_A_MILLION; i++) {
		attrs_sample_make(&samples[i], i);
		attrs_intern(attrs, &samples[i].attrs);
		bytes += samples[i].used;
	}
	start = clock_cpu_s();
	for (unsigned i = 0; i < INTERNS; i++)
		attrs_intern(attrs, &samples[rng_below(&r, 64)].attrs);
	bench_figure("attrs.intern.known", (clock_cpu_s() - start) / INTERNS * 1e9, "ns", 100,
	    FIGURE_AT_MOST, "64 sets of 80000");
	start = clock_cpu_s();
	for (unsigned i = 0; i < INTERNS; i++)
		attrs_intern(attrs, &samples[rng_below(&r, SETS_A_MILLION)].attrs);
	bench_note("attrs.intern.known.cold", (clock_cpu_s() - start) / INTERNS * 1e9, "ns",
	    "80000 sets at random");
	bench_note("attrs.spans", (double)bytes / SETS_A_MILLION, "bytes/set", "80000 sets");
	/* The references are left to the end of the process. */
	free(samples);
}

int
main(void)
{
	bench_family(IP_V4, "v4", 72);
	bench_family(IP_V6, "v6", 96);
	bench_intern();
	return 0;
}
