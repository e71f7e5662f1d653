/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/edge.h"

#include <string.h>

/* --- the port ------------------------------------------------------------------------------- */

static bool
ready(void *ctx, enum ip_family family)
{
	(void)ctx, (void)family;
	return true;
}

static void
announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	(void)ctx, (void)p, (void)attrs, (void)key;
}

static void
withdraw(void *ctx, const struct ip_prefix *p)
{
	(void)ctx, (void)p;
}

static void
complete(void *ctx, enum ip_family family)
{
	(void)ctx, (void)family;
}

static void
flush(void *ctx)
{
	(void)ctx;
}

struct push
push_nowhere(const char *name, void *ctx)
{
	return (struct push){ .ctx = ctx,
		.name = name,
		.ready = ready,
		.announce = announce,
		.withdraw = withdraw,
		.complete = complete,
		.flush = flush };
}

/* --- the router ----------------------------------------------------------------------------- */

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	const struct edge *e = ctx;

	target_route_changed(e->target, p, result);
}

void
edge_init(struct edge *e, const struct target_config *config)
{
	struct router_config rc = { .name = "edge",
		.t_s = EDGE_T_S,
		.stale_time_s = EDGE_STALE_S,
		.changed = changed,
		.ctx = e };
	struct target_config tc = *config;

	*e = (struct edge){ .now = mono_us(1000000) };
	if (tc.attrs == NULL)
		tc.attrs = attrs_table_new(1);
	e->attrs = rc.attrs = tc.attrs;
	e->router = tc.router = router_new(&rc, e->now);
	e->source = router_add_source(e->router, "reflector");
	e->agent = router_add_agent(e->router, "10.0.0.136", EDGE_T_S);
	e->target = target_new(&tc);
	for (int f = 0; f < IP_FAMILIES; f++)
		e->families[f] = tc.capacity[f] > 0;
	edge_up(e);
}

void
edge_fini(struct edge *e)
{
	target_free(e->target);
	router_free(e->router);
	attrs_table_free(e->attrs);
}

void
edge_up(struct edge *e)
{
	struct rib_source info = { .router_id = 1 };

	router_source_up(e->router, e->source, &info, e->families, e->now);
}

void
edge_end_of_rib(struct edge *e)
{
	for (int f = 0; f < IP_FAMILIES; f++)
		if (e->families[f])
			router_end_of_rib(e->router, e->source, (enum ip_family)f, e->now);
}

unsigned
edge_add_port(struct edge *e, const struct push *push)
{
	unsigned port = target_add_port(e->target, push);

	target_port_up(e->target, port, e->families);
	return port;
}

void
router_tell(
    struct router *r, unsigned source, const struct ip_prefix *p, const struct route_attrs *attrs)
{
	struct ip_addr first = prefix_first(p);
	uint8_t bytes[17] = { p->len };

	ip_to_bytes(&first, bytes + 1);
	router_routes(r, source, attrs,
	    (struct bgp_nlri){
		.pos = bytes, .end = bytes + 1 + (p->len + 7) / 8, .family = p->family });
}

void
router_lose(struct router *r, unsigned source, double retain_s, struct mono now)
{
	const struct router_loss loss = { .retain_s = { retain_s, retain_s } };

	router_source_lost(r, source, &loss, now);
}

void
edge_route(struct edge *e, const struct ip_prefix *p, uint32_t hop)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + hop) };

	router_tell(e->router, e->source, p, hop > 0 ? &attrs : NULL);
}

void
edge_sample(struct edge *e, struct ip_addr to, uint32_t bytes)
{
	struct sflow_sample s = { .frame_len = bytes,
		.rate = 1000,
		.bytes = bytes * UINT64_C(1000),
		.dst = to,
		.src = ip_v4(UINT32_C(0xc6336401)) };

	router_samples(e->router, &s, 1, e->now);
}

void
edge_tick(struct edge *e)
{
	if (!e->deaf)
		e->heard = e->now;
	router_agent_heard(e->router, e->agent, e->heard, e->now);
	router_tick(e->router, e->now);
	while (router_work(e->router))
		;
}

void
edge_second(struct edge *e)
{
	e->now = mono_add_ms(e->now, 1000);
	edge_tick(e);
}

void
edge_run(struct edge *e)
{
	target_run(e->target, e->now);
}
