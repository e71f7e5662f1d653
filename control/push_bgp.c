/* SPDX-License-Identifier: Apache-2.0 */
#include "control/push_bgp.h"

#include "lib/wr.h"

static struct bgp_neighbor *
neighbor(void *ctx)
{
	struct push_bgp *p = ctx;

	return p->neighbor;
}

static bool
ready(void *ctx, enum ip_family family)
{
	struct bgp_neighbor *n = neighbor(ctx);

	return bgp_neighbor_established(n) && bgp_neighbor_has_family(n, family) &&
	       bgp_push_ready(n);
}

void
push_bgp_apply(struct push_bgp *p, const struct route_attrs *in, struct route_attrs *out)
{
	struct wr w = wr_make(p->communities, sizeof(p->communities));

	*out = *in;
	if (p->policy.local_pref != 0) {
		out->has_local_pref = true;
		out->local_pref = p->policy.local_pref;
	}
	if (p->policy.community == 0 || route_has_community(in->communities, p->policy.community))
		return;
	wr_bytes(&w, in->communities.data, in->communities.len);
	wr_u32(&w, p->policy.community);
	if (wr_ok(&w))
		out->communities = (struct span){ p->communities, wr_len(&w) };
}

static void
announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t attrs_key)
{
	struct route_attrs changed;

	push_bgp_apply(ctx, attrs, &changed);
	bgp_push_announce(neighbor(ctx), p, &changed, attrs_key);
}

static void
withdraw(void *ctx, const struct ip_prefix *p)
{
	bgp_push_withdraw(neighbor(ctx), p);
}

static void
complete(void *ctx, enum ip_family family)
{
	bgp_push_end_of_rib(neighbor(ctx), family);
}

static void
flush(void *ctx)
{
	bgp_push_flush(neighbor(ctx));
}

struct push
push_bgp(struct push_bgp *p, struct bgp_neighbor *n, const struct push_policy *policy)
{
	p->neighbor = n;
	p->policy = *policy;
	return (struct push){
		.ctx = p,
		.name = bgp_neighbor_config(n)->name,
		.ready = ready,
		.announce = announce,
		.withdraw = withdraw,
		.complete = complete,
		.flush = flush,
	};
}
