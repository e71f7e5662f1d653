/* SPDX-License-Identifier: Apache-2.0 */
#include "control/push_bgp.h"

static bool
ready(void *ctx, enum ip_family family)
{
	struct bgp_neighbor *n = ctx;

	return bgp_neighbor_established(n) && bgp_neighbor_has_family(n, family) &&
	       bgp_push_ready(n);
}

static void
announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t attrs_key)
{
	bgp_push_announce(ctx, p, attrs, attrs_key);
}

static void
withdraw(void *ctx, const struct ip_prefix *p)
{
	bgp_push_withdraw(ctx, p);
}

static void
complete(void *ctx, enum ip_family family)
{
	bgp_push_end_of_rib(ctx, family);
}

static void
flush(void *ctx)
{
	bgp_push_flush(ctx);
}

struct push
push_bgp(struct bgp_neighbor *n)
{
	return (struct push){
		.ctx = n,
		.name = bgp_neighbor_config(n)->name,
		.ready = ready,
		.announce = announce,
		.withdraw = withdraw,
		.complete = complete,
		.flush = flush,
	};
}
