/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recorded BGP of many peers, fed to a router with a source for each: the final table, path by
 * path, and every best path are those of an independent reference, bgpdump_table.py, which knows
 * only what bgpdump prints of the same file.
 */
#include "tests/support/lines.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/nlri.h"
#include "bgpd/update.h"
#include "control/router.h"
#include "lib/mem.h"
#include "lib/str.h"
#include "tests/lab/mrt.h"

#define SCRIPT    "tests/unit/control/bgpdump_table.py"
#define PATHS_MAX 64

struct world {
	struct attrs_table *attrs;
	struct router *router;
	struct ip_addr peers[RIB_SOURCES_MAX];
	unsigned n_peers;
	struct bgp_scratch scratch;
	uint64_t updates, rejected, cut;
	unsigned every; /* of a RIB only every so many-th prefix, by its text; 0: all */
};

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	(void)ctx, (void)p, (void)result;
}

static struct world *
world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct router_config config = { .name = "edge", .t_s = 1, .changed = changed, .ctx = w };

	w->attrs = config.attrs = attrs_table_new(1);
	w->router = router_new(&config, mono_us(1));
	return w;
}

static void
world_free(struct world *w)
{
	router_free(w->router);
	attrs_table_free(w->attrs);
	free(w);
}

static unsigned
source_of(struct world *w, const struct ip_addr *peer)
{
	static const bool both[IP_FAMILIES] = { true, true };
	struct rib_source info = { .ebgp = true, .address = *peer };
	unsigned i = 0;

	while (i < w->n_peers && !ip_equal(&w->peers[i], peer))
		i++;
	if (i < w->n_peers)
		return i;
	assert_true(w->n_peers < RIB_SOURCES_MAX);
	w->peers[w->n_peers++] = *peer;
	i = router_add_source(w->router, "peer");
	router_source_up(w->router, i, &info, both, mono_us(1));
	return i;
}

/* The sum of the characters of its text says whether a prefix is looked at: the reference can say
 * so, too. */
static bool
is_left_out(const struct world *w, struct bgp_nlri nlri)
{
	char text[PREFIX_TEXT_MAX];
	struct ip_prefix p;
	uint32_t path_id;
	unsigned sum = 0;

	if (w->every == 0 || !bgp_nlri_next(&nlri, &p, &path_id))
		return false;
	for (const char *c = prefix_format(&p, text); *c != '\0'; c++)
		sum += (unsigned char)*c;
	return sum % w->every != 0;
}

/* Deliver one field; the path of a RIB gets its path id in front. */
static void
deliver(struct world *w, const struct mrt_update *m, const struct route_attrs *attrs,
    struct bgp_nlri nlri)
{
	uint8_t bytes[4 + BGP_NLRI_MAX];
	struct wr wr = wr_make(bytes, sizeof(bytes));

	if (nlri.pos == nlri.end || is_left_out(w, nlri))
		return;
	if (m->path_id != 0) {
		assert_true(nlri.end - nlri.pos <= BGP_NLRI_MAX);
		wr_u32(&wr, m->path_id);
		wr_bytes(&wr, nlri.pos, (size_t)(nlri.end - nlri.pos));
		nlri.pos = bytes;
		nlri.end = bytes + wr_len(&wr);
		nlri.add_path = true;
	}
	router_routes(w->router, source_of(w, &m->peer), attrs, nlri);
}

static void
take(void *ctx, const struct mrt_update *m)
{
	struct world *w = ctx;
	/* AS numbers that are in nobody's path (RFC 7300). */
	const struct bgp_codec codec = { .local_as = UINT32_MAX,
		.remote_as = UINT32_MAX - 1,
		.router_id = UINT32_MAX,
		.four_octet_as = m->four_octet_as,
		.families = { true, true },
		.add_path = { m->add_path, m->add_path },
		.any_first_as = true };
	struct bgp_update u;
	bool good;

	bgp_update_decode(&codec, &w->scratch, m->body, &u);
	w->updates++;
	if (u.disposition == BGP_SESSION_RESET) {
		/* A last prefix without its bytes: bgpdump takes what is before it. */
		struct rd shorter = m->body;

		w->cut++;
		shorter.end--;
		bgp_update_decode(&codec, &w->scratch, shorter, &u);
	}
	good = bgp_update_is_good(&u);
	w->rejected += !good;
	assert_int_not_equal(u.disposition, BGP_SESSION_RESET);
	deliver(w, m, NULL, u.withdrawn);
	deliver(w, m, NULL, u.mp_withdrawn);
	deliver(w, m, good ? &u.attrs : NULL, u.announced);
	u.attrs.nexthop = u.mp_nexthop;
	deliver(w, m, good ? &u.attrs : NULL, u.mp_announced);
}

/* --- what we have, and what the reference says ---------------------------------------------------
 */

static void
add_paths(struct lines *l, struct world *w, const struct ip_prefix *p, uint32_t id)
{
	struct rib_path paths[PATHS_MAX];
	enum rib_reason reason;
	size_t n = rib_paths(
	    router_rib(w->router), (enum ip_family)p->family, id, paths, PATHS_MAX, &reason);
	char prefix[PREFIX_TEXT_MAX], peer[IP_TEXT_MAX], nexthop[IP_TEXT_MAX];
	struct str text;

	assert_true(n <= PATHS_MAX);
	str_init(&text, MEM_MISC);
	prefix_format(p, prefix);
	for (size_t i = 0; i < n; i++) {
		char as_path[4096], communities[4096];
		struct route_attrs a;

		attrs_get(w->attrs, paths[i].attrs, &a);
		route_as_path_format(a.as_path, ' ', as_path, sizeof(as_path));
		route_communities_format(a.communities, ' ', communities, sizeof(communities));
		str_clear(&text);
		str_addf(&text, "path|%s|%s|%u|%s|%s|%s|%u|%s", prefix,
		    ip_format(&w->peers[paths[i].source], peer), paths[i].path_id, as_path,
		    route_origin_name(a.origin), ip_format(&a.nexthop.addr, nexthop), a.med,
		    communities);
		lines_add(l, text.text);
	}
	str_clear(&text);
	str_addf(&text, "best|%s|%s|%u", prefix, ip_format(&w->peers[paths[0].source], peer),
	    paths[0].path_id);
	lines_add(l, text.text);
	str_fini(&text);
}

static void
ours(struct lines *l, struct world *w)
{
	const struct rib *rib = router_rib(w->router);

	for (int f = 0; f < IP_FAMILIES; f++) {
		struct ip_prefix p = { .family = (uint8_t)f };

		for (uint32_t id = rib_first(rib, (enum ip_family)f, &p); id != RIB_NONE;
		     id = rib_next(rib, &p))
			add_paths(l, w, &p, id);
	}
	lines_sort(l);
}

static void
reference(struct lines *l, const char *path, unsigned every)
{
	size_t len = strlen(path);
	char command[1024];

	/* bgpdump itself does not read .xz. */
	snprintf(command, sizeof(command), "%s '%s' | bgpdump -m - 2>/dev/null | python3 %s %u",
	    len > 3 && strcmp(path + len - 3, ".xz") == 0 ? "xz -dc" : "gzip -dc", path, SCRIPT,
	    every);
	lines_of_command(l, command);
	lines_sort(l);
}

struct expected {
	unsigned peers;    /* with routes */
	uint64_t rejected; /* UPDATEs that are not to be used */
	bool empty;        /* nothing is left in the end */
	unsigned every;    /* look at every so many-th prefix only */
	uint64_t cut;      /* UPDATEs whose last prefix is cut off: the session would be reset */
};

static void
check_file(const char *name, struct expected e)
{
	struct lines a = { 0 }, b = { 0 };
	uint64_t skipped = 0;
	struct world *w;
	char path[512];

	if (!data_path(name, path, sizeof(path)))
		data_skip(name);
	if (!program_is_there("bgpdump") || !program_is_there("python3")) {
		print_message("SKIP: needs bgpdump and python3\n");
		skip();
	}
	w = world_new();
	w->every = e.every;
	assert_true(mrt_each(path, &skipped, take, w));
	ours(&a, w);
	reference(&b, path, e.every);
	print_message(
	    "%s: %u peers, %llu UPDATEs, %llu rejected, %llu records skipped, %zu lines\n", name,
	    w->n_peers, (unsigned long long)w->updates, (unsigned long long)w->rejected,
	    (unsigned long long)skipped, a.n);
	lines_assert_same(&a, &b);
	assert_int_equal(w->n_peers, e.peers);
	assert_int_equal(w->rejected, e.rejected);
	assert_int_equal(w->cut, e.cut);
	assert_int_equal(a.n == 0, e.empty);
	lines_free(&a);
	lines_free(&b);
	world_free(w);
}

static void
test_updates(void **state)
{
	(void)state;
	check_file("bgp/updates/updates.20160811.1600.gz", (struct expected){ .peers = 35 });
}

static void
test_ribs(void **state)
{
	(void)state;
	check_file("bgp/rib/routeviews-rib.20140523.0600.partial.mrt.xz",
	    (struct expected){ .peers = 35, .every = 8 });
	check_file("bgp/rib/routeviews-rib6.20151101.0600.partial.mrt.xz",
	    (struct expected){ .peers = 27, .every = 8 });
}

static void
test_add_path(void **state)
{
	(void)state;
	check_file("bgp/updates/bview.ipv4_unicast_add_path.gz",
	    (struct expected){ .peers = 3, .rejected = 2 });
	/* Its writer has left out the next hops: there is nothing in it to be used. */
	check_file("bgp/updates/bview.ipv6_unicast_add_path.gz",
	    (struct expected){ .peers = 0, .empty = true });
}

static void
test_edges(void **state)
{
	(void)state;
	check_file("bgp/updates/updates.nlri_mask_trailing_bits.gz",
	    (struct expected){ .peers = 1, .cut = 1 });
	check_file("bgp/updates/updates.long_withdrawal.gz",
	    (struct expected){ .peers = 1, .empty = true });
	check_file("bgp/updates/bview.64k_stream_overflow.gz",
	    (struct expected){ .peers = 23, .rejected = 1 });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_updates),
		cmocka_unit_test(test_ribs),
		cmocka_unit_test(test_add_path),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
