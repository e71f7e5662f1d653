/* SPDX-License-Identifier: Apache-2.0 */
/* The decision process: each rule alone, and no dependence on the order of arrival. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "tests/support/attrs.h"
#include "tests/unit/ribtrie/decision.h"

#define PATHS_MAX 5

struct path {
	struct attrs_sample sample;
	unsigned source;
	uint32_t path_id;
};

struct fixture {
	struct attrs_table *attrs;
	struct rib *rib;
	struct rib_source sources[8];
	struct ip_prefix prefix;
};

static void
fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->attrs = attrs_table_new(1);
	f->rib = rib_new(f->attrs);
	f->prefix = prefix_make(IP_V4, UINT64_C(0xc6336400) << 32, 0, 24);
	for (unsigned i = 0; i < ARRAY_LEN(f->sources); i++) {
		f->sources[i].router_id = 10;
		f->sources[i].address = ip_v4(0x0a000001 + i);
		rib_set_source(f->rib, i, &f->sources[i]);
	}
}

static void
fixture_fini(struct fixture *f)
{
	rib_free(f->rib);
	attrs_table_free(f->attrs);
}

static void
set_source(struct fixture *f, unsigned i, bool ebgp, uint32_t router_id, uint32_t address)
{
	f->sources[i] =
	    (struct rib_source){ .ebgp = ebgp, .router_id = router_id, .address = ip_v4(address) };
	rib_set_source(f->rib, i, &f->sources[i]);
}

static struct rib_result
announce(struct fixture *f, const struct path *p)
{
	uint32_t id = attrs_intern(f->attrs, &p->sample.attrs);
	struct rib_result res = rib_announce(f->rib, &f->prefix, p->source, p->path_id, id);

	attrs_unref(f->attrs, id);
	return res;
}

static size_t
paths_of(struct fixture *f, struct rib_path *out, enum rib_reason *reason)
{
	uint32_t id = rib_lookup(f->rib, &f->prefix);

	assert_int_not_equal(id, RIB_NONE);
	return rib_paths(f->rib, IP_V4, id, out, PATHS_MAX, reason);
}

static void
withdraw_all(struct fixture *f, const struct path *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rib_withdraw(f->rib, &f->prefix, paths[i].source, paths[i].path_id);
	assert_int_equal(rib_count(f->rib, IP_V4), 0);
	assert_int_equal(attrs_count(f->attrs), 0);
}

/* --- each rule ---------------------------------------------------------------------------------
 */

static const uint32_t as_a[] = { 65001, 65010 }, as_b[] = { 65002, 65010 };
static const uint8_t cluster[8] = { 1 };

/* Spans point into the sample, so a path is filled where it will stay. */
static void
path_reset(struct path *p, unsigned source, const uint32_t *ases, size_t n)
{
	memset(p, 0, sizeof(*p));
	p->source = source;
	p->sample.attrs.nexthop.addr = ip_v4(0x0a000001 + source);
	attrs_sample_path(&p->sample, ases, n);
}

/* The better path is first in both orders of arrival, for this reason. */
static void
check_pair(struct fixture *f, const struct path *better, const struct path *worse,
    enum rib_reason expected)
{
	const struct path *orders[2][2] = { { better, worse }, { worse, better } };

	for (size_t i = 0; i < 2; i++) {
		struct rib_path out[PATHS_MAX];
		enum rib_reason reason;

		announce(f, orders[i][0]);
		announce(f, orders[i][1]);
		assert_int_equal(paths_of(f, out, &reason), 2);
		assert_string_equal(rib_reason_name(reason), rib_reason_name(expected));
		assert_int_equal(out[0].source, better->source);
		assert_int_equal(out[0].path_id, better->path_id);
		assert_int_equal(out[1].source, worse->source);
		rib_withdraw(f->rib, &f->prefix, better->source, better->path_id);
		rib_withdraw(f->rib, &f->prefix, worse->source, worse->path_id);
	}
}

static void
test_rules(void **state)
{
	struct fixture f;
	struct path a, b;
	struct route_attrs *const x = &a.sample.attrs, *const y = &b.sample.attrs;

	(void)state;
	fixture_init(&f);

	/* Each case makes `a` better by one rule and worse by the one after it. */
	path_reset(&a, 1, as_a, 2);
	path_reset(&b, 0, as_a, 1);
	x->has_local_pref = true;
	x->local_pref = 101;
	check_pair(&f, &a, &b, RIB_BY_LOCAL_PREF);
	x->has_local_pref = false;
	y->has_local_pref = true;
	y->local_pref = 99;
	check_pair(&f, &a, &b, RIB_BY_LOCAL_PREF);

	path_reset(&a, 1, as_a, 1);
	path_reset(&b, 0, as_b, 2);
	x->origin = ROUTE_ORIGIN_INCOMPLETE;
	check_pair(&f, &a, &b, RIB_BY_AS_PATH);

	path_reset(&a, 1, as_a, 2);
	path_reset(&b, 0, as_a, 2);
	y->origin = ROUTE_ORIGIN_EGP;
	x->has_med = true;
	x->med = 5;
	check_pair(&f, &a, &b, RIB_BY_ORIGIN);

	/* Missing MED is 0, the best there is. */
	path_reset(&a, 1, as_a, 2);
	path_reset(&b, 0, as_a, 2);
	set_source(&f, 0, true, 10, 0x0a000001);
	y->has_med = true;
	y->med = 1;
	check_pair(&f, &a, &b, RIB_BY_MED);
	set_source(&f, 0, false, 10, 0x0a000001);

	/* MED of another AS is not compared. */
	path_reset(&a, 1, as_a, 2);
	path_reset(&b, 0, as_b, 2);
	x->has_med = true;
	x->med = 1000;
	set_source(&f, 1, true, 20, 0x0a000002);
	check_pair(&f, &a, &b, RIB_BY_EBGP);
	set_source(&f, 1, false, 9, 0x0a000002);
	check_pair(&f, &a, &b, RIB_BY_ROUTER_ID);

	/* ORIGINATOR_ID in place of the router id; then the longer cluster list loses. */
	path_reset(&a, 1, as_a, 2);
	path_reset(&b, 0, as_a, 2);
	set_source(&f, 1, false, 99, 0x0a000002);
	x->has_originator_id = true;
	x->originator_id = 9;
	x->cluster_list = (struct span){ cluster, 8 };
	check_pair(&f, &a, &b, RIB_BY_ROUTER_ID);
	x->originator_id = 10;
	x->cluster_list = (struct span){ cluster, 4 };
	y->cluster_list = (struct span){ cluster, 8 };
	check_pair(&f, &a, &b, RIB_BY_CLUSTER_LIST);

	path_reset(&a, 0, as_a, 2);
	path_reset(&b, 1, as_a, 2);
	set_source(&f, 1, false, 10, 0x0a000002);
	a.path_id = 7;
	check_pair(&f, &a, &b, RIB_BY_ADDRESS);

	path_reset(&a, 0, as_a, 2);
	path_reset(&b, 0, as_b, 2);
	a.path_id = 1;
	b.path_id = 2;
	check_pair(&f, &a, &b, RIB_BY_PATH_ID);
	a.path_id = 0;
	check_pair(&f, &a, &b, RIB_BY_PATH_ID);

	assert_int_equal(attrs_count(f.attrs), 0);
	fixture_fini(&f);
}

/* --- order of arrival --------------------------------------------------------------------------
 */

/* Announce in every order (Heap's algorithm): the whole list must come out the same. */
struct permutation {
	struct fixture *f;
	const struct path *paths;
	size_t n;
	size_t order[PATHS_MAX];
	size_t expected_best;
	struct rib_path first[PATHS_MAX]; /* the list of the first order */
	bool have_first;
	unsigned tried;
};

static void
try_order(struct permutation *p)
{
	struct rib_path out[PATHS_MAX];
	enum rib_reason reason;
	const struct path *best = &p->paths[p->expected_best];

	for (size_t i = 0; i < p->n; i++)
		announce(p->f, &p->paths[p->order[i]]);
	assert_int_equal(paths_of(p->f, out, &reason), p->n);
	assert_int_equal(out[0].source, best->source);
	assert_int_equal(out[0].path_id, best->path_id);
	if (!p->have_first)
		memcpy(p->first, out, sizeof(out));
	p->have_first = true;
	for (size_t i = 0; i < p->n; i++) {
		assert_int_equal(out[i].source, p->first[i].source);
		assert_int_equal(out[i].path_id, p->first[i].path_id);
	}
	withdraw_all(p->f, p->paths, p->n);
	p->tried++;
}

static void
try_orders(struct permutation *p, size_t k)
{
	if (k <= 1) {
		try_order(p);
		return;
	}
	for (size_t i = 0; i < k; i++) {
		size_t j = k % 2 == 0 ? i : 0, swap;

		try_orders(p, k - 1);
		swap = p->order[j];
		p->order[j] = p->order[k - 1];
		p->order[k - 1] = swap;
	}
}

static void
check_permutations(struct fixture *f, const struct path *paths, size_t n)
{
	static const unsigned factorial[] = { 1, 1, 2, 6, 24, 120 };
	struct permutation p = { .f = f, .paths = paths, .n = n };
	struct decision_path d[PATHS_MAX];

	for (size_t i = 0; i < n; i++) {
		p.order[i] = i;
		d[i] = (struct decision_path){ .attrs = &paths[i].sample.attrs,
			.source = &f->sources[paths[i].source],
			.path_id = paths[i].path_id };
	}
	p.expected_best = decision_best(d, n);
	try_orders(&p, n);
	assert_int_equal(p.tried, factorial[n]);
}

/* The circle that MED makes: b beats a by MED, c beats b and a beats c by router id. */
static void
test_med_circle(void **state)
{
	struct fixture f;
	struct path paths[3];
	struct rib_path out[PATHS_MAX];
	enum rib_reason reason;

	(void)state;
	fixture_init(&f);
	path_reset(&paths[0], 0, as_a, 2);
	path_reset(&paths[1], 1, as_a, 2);
	path_reset(&paths[2], 2, as_b, 2);
	set_source(&f, 0, false, 1, 0x0a000001);
	set_source(&f, 2, false, 2, 0x0a000003);
	set_source(&f, 1, false, 3, 0x0a000002);
	paths[0].sample.attrs.has_med = true;
	paths[0].sample.attrs.med = 20;
	paths[1].sample.attrs.has_med = true;
	paths[1].sample.attrs.med = 10;
	check_permutations(&f, paths, 3);
	for (size_t i = 0; i < 3; i++)
		announce(&f, &paths[i]);
	paths_of(&f, out, &reason);
	assert_int_equal(out[0].source, 2);
	assert_int_equal(reason, RIB_BY_ROUTER_ID);
	fixture_fini(&f);
}

static void
test_random_permutations(void **state)
{
	struct rng r = rng_make(test_seed("random_permutations"));
	struct fixture f;
	struct path paths[PATHS_MAX];

	(void)state;
	fixture_init(&f);
	for (unsigned round = 0; round < 400; round++) {
		size_t n = round < 380 ? 1 + rng_below(&r, 4) : 5;

		for (unsigned i = 0; i < ARRAY_LEN(f.sources); i++)
			set_source(&f, i, rng_below(&r, 2), 1 + (uint32_t)rng_below(&r, 3),
			    0x0a000001 + i);
		for (size_t i = 0; i < n; i++) {
			attrs_sample_random(&paths[i].sample, &r);
			/* Most rules tie, so that the later ones are reached. */
			if (rng_below(&r, 4) != 0) {
				paths[i].sample.attrs.has_local_pref = false;
				paths[i].sample.attrs.local_pref = 0;
				paths[i].sample.attrs.origin = 0;
				attrs_sample_path(
				    &paths[i].sample, rng_below(&r, 2) ? as_a : as_b, 2);
			}
			paths[i].source = (unsigned)i;
			paths[i].path_id = (uint32_t)rng_below(&r, 2);
			if (i > 0 && rng_below(&r, 3) == 0) {
				paths[i].source = paths[i - 1].source;
				paths[i].path_id = paths[i - 1].path_id + 1;
			}
		}
		check_permutations(&f, paths, n);
	}
	fixture_fini(&f);
	assert_int_equal(mem_used(MEM_RIB), 0);
	assert_int_equal(mem_used(MEM_ATTRS), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_med_circle),
		cmocka_unit_test(test_random_permutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
