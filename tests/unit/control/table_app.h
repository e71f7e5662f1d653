/* SPDX-License-Identifier: Apache-2.0 */
/* An app that has only a table: one router "edge", learned from two neighbours, no target. */
#ifndef TESTS_TABLE_APP_H
#define TESTS_TABLE_APP_H

#include <string.h>

#include "control/view.h"
#include "tests/support/attrs.h"
#include "tests/support/support.h"

#define TABLE_APP_STALE_S 20

struct table_app {
	struct app app;
	struct config_neighbor configs[2];
	struct app_neighbor neighbors[2];
	struct app_neighbor *list[2];
	struct router *routers[1];
	struct web_backend backend;
};

static inline void
table_app_ignore(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	(void)ctx, (void)p, (void)result;
}

static inline void
table_app_init(struct table_app *t)
{
	static const bool families[IP_FAMILIES] = { true, true };
	struct router_config config = { .name = "edge",
		.t_s = 1,
		.stale_time_s = TABLE_APP_STALE_S,
		.changed = table_app_ignore };

	memset(t, 0, sizeof(*t));
	config.attrs = t->app.attrs = attrs_table_new(1);
	t->routers[0] = router_new(&config, t->app.now);
	t->app.routers = t->routers;
	t->app.n_routers = 1;
	t->app.neighbors = t->list;
	t->app.n_neighbors = 2;
	t->app.started_wall_ms = 1467322500000;
	for (unsigned i = 0; i < 2; i++) {
		struct bgp_neighbor_config *bgp = &t->configs[i].bgp;
		struct rib_source source;

		bgp->name = i == 0 ? "first" : "second";
		bgp->role = BGP_LEARN;
		bgp->remote = i == 0 ? ip_v4(0xc0000201)
				     : (struct ip_addr){ UINT64_C(0x20010db8) << 32, 2, IP_V6 };
		bgp->remote_as = i == 0 ? 65001 : 4200000002;
		bgp->local_as = 65000;
		bgp->router_id = 0x0a000001;
		source =
		    (struct rib_source){ .ebgp = true, .router_id = i + 1, .address = bgp->remote };
		t->list[i] = &t->neighbors[i];
		t->neighbors[i] = (struct app_neighbor){ .app = &t->app,
			.config = &t->configs[i],
			.router = t->routers[0],
			.source = router_add_source(t->routers[0], bgp->name) };
		router_source_up(
		    t->routers[0], t->neighbors[i].source, &source, families, t->app.now);
	}
	t->backend = view_backend(&t->app);
}

static inline void
table_app_fini(struct table_app *t)
{
	router_free(t->routers[0]);
	attrs_table_free(t->app.attrs);
}

/* Neighbour i announces the prefix; attrs NULL: withdraws it. */
static inline void
table_app_announce(struct table_app *t, unsigned i, const struct ip_prefix *p, uint32_t path_id,
    const struct route_attrs *attrs)
{
	struct ip_addr a = { p->hi, p->lo, p->family };
	uint8_t bytes[21] = { (uint8_t)(path_id >> 24), (uint8_t)(path_id >> 16),
		(uint8_t)(path_id >> 8), (uint8_t)path_id, p->len };
	uint8_t address[16];

	ip_to_bytes(&a, address);
	memcpy(bytes + 5, address, 16);
	router_routes(t->routers[0], t->neighbors[i].source, attrs,
	    (struct bgp_nlri){ .pos = bytes,
		.end = bytes + 5 + (p->len + 7) / 8,
		.family = p->family,
		.add_path = true });
}

#endif
