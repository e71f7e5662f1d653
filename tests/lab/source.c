/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/source.h"

#include <inttypes.h>

#include "lib/mem.h"
#include "tests/lab/attrsgen.h"
#include "tests/lab/gentable.h"
#include "tests/lab/list.h"
#include "tests/lab/mrt.h"
#include "tests/lab/nexthops.h"

/* A model's numbers are mapped to these unless the command line has others. */
#define DEFAULT_POOL "198.18.0.1-198.18.2.238,2001:db8:18::1-2001:db8:18::2ee"

static struct {
	const char *list, *mrt, *stream;
	uint64_t ipv4, ipv6, limit, seed;
	struct ip_addr peer;
	bool only_ipv4, only_ipv6;
	const char *model, *nexthops;
	uint32_t sets;
} options = { .limit = UINT64_MAX, .seed = 1, .model = "s0" };

const struct option_row source_options[] = {
	{ "list", "FILE", OPTION_TEXT, &options.list,
	    "routes of lines PREFIX [ORIGIN-AS [NEXTHOP]]" },
	{ "mrt", "FILE", OPTION_TEXT, &options.mrt, "routes of an MRT file (RIB or updates)" },
	{ "peer", "ADDRESS", OPTION_ADDR, &options.peer,
	    "only this peer's routes of the MRT file" },
	{ "stream", "FILE", OPTION_TEXT, &options.stream, "routes of a file of BGP messages" },
	{ "ipv4", "N", OPTION_U64, &options.ipv4, "generate N IPv4 routes" },
	{ "ipv6", "N", OPTION_U64, &options.ipv6, "generate N IPv6 routes" },
	{ "only-ipv4", NULL, OPTION_FLAG, &options.only_ipv4, "leave out IPv6 routes" },
	{ "only-ipv6", NULL, OPTION_FLAG, &options.only_ipv6, "leave out IPv4 routes" },
	{ "limit", "N", OPTION_U64, &options.limit, "the first N routes of each family" },
	{ "model", "NAME", OPTION_TEXT, &options.model,
	    "next-hop model: s0 (default), s1, s2 or one" },
	{ "nexthops", "LIST", OPTION_TEXT, &options.nexthops,
	    "A,B-C,...: next hops of both families, used round" },
	{ "sets", "N", OPTION_U32, &options.sets,
	    "distinct attribute sets; 0 (default): one an origin and next hop" },
	{ "seed", "N", OPTION_U64, &options.seed, "of all that is random; default 1" },
	OPTION_TABLE_END,
};

bool
source_is_given(void)
{
	return options.list != NULL || options.mrt != NULL || options.stream != NULL ||
	       options.ipv4 > 0 || options.ipv6 > 0;
}

const struct ip_addr *
source_peer(void)
{
	return ip_is_zero(&options.peer) ? NULL : &options.peer;
}

static bool
complain(const char *why)
{
	fprintf(stderr, "%s\n", why);
	return false;
}

static bool
read_recorded(struct table *t)
{
	const struct ip_addr *peer = source_peer();
	struct absorb *a = mem_alloc(MEM_MISC, sizeof(*a));
	bool ok = true;

	a->table = t;
	if (options.mrt != NULL)
		ok = mrt_read(a, options.mrt, peer);
	if (ok && options.stream != NULL)
		ok = mrt_read_stream(a, options.stream);
	if (ok && (a->rejected > 0 || a->skipped > 0))
		fprintf(stderr, "%" PRIu64 " updates rejected%s%s, %" PRIu64 " records skipped\n",
		    a->rejected, a->why != NULL ? ", the last for " : "",
		    a->why != NULL ? a->why : "", a->skipped);
	mem_free(MEM_MISC, a);
	return ok;
}

/* Recorded next hop number k becomes address k modulo the pool's size. */
static void
move_nexthops(struct table *t, const struct nexthops_pool pools[IP_FAMILIES])
{
	for (size_t i = 0; i < t->n; i++) {
		struct table_route *r = &t->routes[i];
		const struct nexthops_pool *pool = &pools[r->prefix.family];
		struct route_attrs a;

		if (r->attrs == TABLE_NONE || pool->n == 0)
			continue;
		a = t->attrs[r->attrs];
		a.nexthop = (struct route_nexthop){ .addr = pool->addr[r->nexthop % pool->n] };
		r->nexthop = table_nexthop(t, &a.nexthop.addr);
		r->attrs = table_attrs(t, &a);
	}
}

static bool
complete(struct table *t, bool with_attrs)
{
	struct nexthops_pool pools[IP_FAMILIES] = { { 0 } };
	struct nexthops_model model;
	bool ok = true;

	if (!nexthops_model(options.model, &model))
		return complain("--model: s0, s1, s2 or one");
	if (options.nexthops != NULL)
		ok = nexthops_pool_add(pools, options.nexthops);
	if (ok && options.nexthops != NULL)
		move_nexthops(t, pools);
	for (unsigned f = 0; ok && f < IP_FAMILIES; f++) {
		if (pools[f].n == 0) {
			struct nexthops_pool all[IP_FAMILIES] = { { 0 } };

			ok = nexthops_pool_add(all, DEFAULT_POOL);
			pools[f] = all[f];
			mem_free(MEM_MISC, all[1 - f].addr);
		}
	}
	if (ok && with_attrs) {
		nexthops_assign(t, &model, pools, options.seed);
		attrsgen_assign(t, options.sets, options.seed);
	}
	nexthops_pool_fini(pools);
	return ok;
}

bool
source_load(struct table *t, bool with_attrs)
{
	bool families[IP_FAMILIES] = { !options.only_ipv6, !options.only_ipv4 };

	if (options.ipv4 > GENTABLE_MAX || options.ipv6 > GENTABLE_MAX)
		return complain("--ipv4, --ipv6: too many");
	/* The later wins: a list can change single routes of a larger table. */
	gentable(t, IP_V4, options.ipv4, options.seed);
	gentable(t, IP_V6, options.ipv6, options.seed);
	if (!read_recorded(t))
		return false;
	if (options.list != NULL && !list_read(t, options.list))
		return false;
	table_finish(t);
	table_filter(t, families, options.limit);
	if (t->n == 0)
		return complain("no routes: --list, --mrt, --stream, --ipv4 or --ipv6 say which");
	return complete(t, with_attrs);
}
