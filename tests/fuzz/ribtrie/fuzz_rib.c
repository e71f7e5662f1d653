/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Announcing, withdrawing, marking and sweeping from bytes, over few prefixes, sources, path ids
 * and attribute sets, so that they meet. Checked: the counts, that results agree with what is
 * there afterwards, and that nothing leaks.
 */
#include "lib/mem.h"
#include "lib/rd.h"
#include "ribtrie/rib.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SOURCES 4
#define SETS    8

static void
make_sets(struct attrs_table *t, uint32_t sets[SETS])
{
	static const uint8_t paths[2][6] = { { ROUTE_AS_SEQUENCE, 1, 0, 0, 1, 0 },
		{ ROUTE_AS_SEQUENCE, 1, 0, 0, 2, 0 } };

	for (unsigned i = 0; i < SETS; i++) {
		struct route_attrs a = { .nexthop.addr = ip_v4(i & 1),
			.has_med = true,
			.med = i >> 1 & 1,
			.as_path = { paths[i >> 2], 6 } };

		sets[i] = attrs_intern(t, &a);
	}
}

static void
check(const struct rib *r, enum ip_family family, const struct ip_prefix *p,
    const struct rib_result *res)
{
	uint32_t id = rib_lookup(r, p);
	size_t paths = 0;
	enum rib_reason reason;
	struct rib_path best;

	ASSERT((id == RIB_NONE) == (res->change == RIB_REMOVED || res->id == RIB_NONE));
	for (unsigned s = 0; s < SOURCES; s++) {
		ASSERT(rib_stale_count(r, family, s) <= rib_source_path_count(r, family, s));
		paths += rib_source_path_count(r, family, s);
	}
	ASSERT(rib_path_count(r, family) == paths);
	ASSERT(rib_count(r, family) <= paths);
	if (id == RIB_NONE)
		return;
	ASSERT(id == res->id);
	ASSERT(rib_paths(r, family, id, &best, 1, &reason) >= 1);
	ASSERT(best.attrs == rib_best_attrs(r, family, id));
	ASSERT(best.stale == rib_best_stale(r, family, id));
}

static void
on_removed(void *ctx, const struct ip_prefix *p, const struct rib_result *res)
{
	const struct rib *r = ctx;

	check(r, (enum ip_family)p->family, p, res);
}

static void
step(struct rib *r, enum ip_family family, struct rd *in, const uint32_t sets[SETS],
    struct rib_sweep *sweep)
{
	uint8_t what = rd_u8(in), which = rd_u8(in);
	unsigned source = what >> 4 & (SOURCES - 1);
	uint32_t path_id = what >> 6;
	struct ip_prefix p = prefix_make(
	    family, UINT64_C(0x2001) << 48 | (uint64_t)(which & 3) << 40, 0, 20 + (which & 7));
	struct rib_result res;

	switch (what & 15) {
	case 0:
		rib_mark_stale(r, family, source, which & 1 ? RIB_STALE_LOST : RIB_STALE_REFRESH);
		return;
	case 1: rib_sweep_start(sweep, family, source); return;
	case 2:
	case 3: rib_sweep(r, sweep, 1 + (which & 3), on_removed, r); return;
	case 4:
	case 5:
	case 6:
	case 7: res = rib_withdraw(r, &p, source, path_id); break;
	default: res = rib_announce(r, &p, source, path_id, sets[which >> 5]); break;
	}
	check(r, family, &p, &res);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd in = rd_make(data, size);
	enum ip_family family = rd_u8(&in) & 1 ? IP_V6 : IP_V4;
	struct attrs_table *attrs = attrs_table_new(1);
	struct rib *r = rib_new(attrs);
	struct rib_sweep sweep;
	uint32_t sets[SETS];

	for (unsigned i = 0; i < SOURCES; i++) {
		struct rib_source s = { .ebgp = i & 1, .router_id = i / 2, .address = ip_v4(i) };

		rib_set_source(r, i, &s);
	}
	make_sets(attrs, sets);
	rib_sweep_start(&sweep, family, 0);
	while (rd_left(&in) >= 2)
		step(r, family, &in, sets, &sweep);
	rib_free(r);
	for (unsigned i = 0; i < SETS; i++)
		attrs_unref(attrs, sets[i]);
	attrs_table_free(attrs);
	ASSERT(mem_used(MEM_RIB) + mem_used(MEM_ATTRS) + mem_used(MEM_TRIE) == 0);
	return 0;
}
