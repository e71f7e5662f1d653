/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The priced selection driven by bytes: routes that come, go and change, weights, prices, tables
 * taken over as programmed. After each decision no address is sent to a wrong next hop, and the
 * state that grew by changes decides as one that is made from nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "control/select/priced.h"
#include "lib/rd.h"
#include "ribtrie/rib.h"

#define PLACES 512 /* nodes of a binary tree of 8 bits */
#define HOPS   4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct attrs_table *attrs;
	struct rib *rib;
	uint32_t hop[HOPS]; /* attribute sets */
	struct priced_config config;
	struct priced *priced;
	int64_t weight[PLACES];
	struct fib_route held[PLACES];
	size_t n_held;
};

static struct ip_prefix
place(unsigned node)
{
	unsigned len = 31 - (unsigned)__builtin_clz(node);

	return prefix_make(IP_V4, len > 0 ? (uint64_t)(node ^ 1u << len) << (64 - len) : 0, 0, len);
}

static unsigned
read_node(struct rd *r)
{
	uint8_t high = rd_u8(r);

	return 1 + ((unsigned)high << 8 | rd_u8(r)) % (PLACES - 1);
}

static struct priced *
make(const struct world *w)
{
	struct priced *p = priced_new(&w->config);

	for (unsigned n = 1; n < PLACES; n++) {
		struct ip_prefix at = place(n);

		if (w->weight[n] > 0)
			priced_set_weight(p, &at, w->weight[n]);
	}
	priced_set_programmed(p, w->held, w->n_held);
	return p;
}

/* Into w->held where `commit`. */
static void
check(struct world *w, bool commit)
{
	struct priced *fresh = make(w);
	struct priced_table a, b;
	struct fib_route routes[PLACES * 2];
	struct verify_result v;

	priced_solve(fresh, priced_price(w->priced));
	priced_table_init(&a);
	priced_table_init(&b);
	priced_table_get(w->priced, &a);
	priced_table_get(fresh, &b);
	ASSERT(a.n == b.n && a.covered == b.covered && a.total == b.total);
	ASSERT(a.n < ARRAY_LEN(routes));
	for (size_t i = 0; i < a.n; i++) {
		ASSERT(prefix_equal(&a.entries[i].prefix, &b.entries[i].prefix));
		ASSERT(a.entries[i].action == b.entries[i].action);
		routes[i] = (struct fib_route){ .prefix = a.entries[i].prefix,
			.action = a.entries[i].action };
	}
	ASSERT(verify_rib(w->rib, IP_V4, w->config.default_action, routes, a.n, false, &v));
	if (commit && a.n <= PLACES) {
		memcpy(w->held, routes, a.n * sizeof(*routes));
		w->n_held = a.n;
	}
	priced_table_fini(&a);
	priced_table_fini(&b);
	priced_free(fresh);
}

static void
step(struct world *w, struct rd *r)
{
	unsigned op = rd_u8(r), node;
	struct ip_prefix at;

	switch (op % 8) {
	case 0:
	case 1:
	case 2:
		node = read_node(r);
		at = place(node);
		if (op % 8 == 2)
			rib_withdraw(w->rib, &at, 0, 0);
		else
			rib_announce(w->rib, &at, 0, 0, w->hop[rd_u8(r) % HOPS]);
		priced_route_changed(w->priced, &at);
		break;
	case 3:
	case 4:
		node = read_node(r);
		at = place(node);
		w->weight[node] = rd_u8(r) * (op % 8 == 3 ? 1 : 40);
		priced_set_weight(w->priced, &at, w->weight[node]);
		break;
	case 5:
		priced_solve(w->priced, 1 + rd_u16(r));
		check(w, false);
		break;
	default:
		priced_update(w->priced);
		check(w, op % 8 == 7);
		priced_set_programmed(w->priced, w->held, w->n_held);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size_min(size, 600));
	struct world *w = calloc(1, sizeof(*w));
	uint8_t flags = rd_u8(&r);

	ASSERT(w != NULL);
	w->attrs = attrs_table_new(1);
	w->rib = rib_new(w->attrs);
	for (uint32_t h = 0; h < HOPS; h++)
		w->hop[h] = attrs_intern(w->attrs,
		    &(struct route_attrs){ .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + h) });
	w->config = (struct priced_config){ .rib = w->rib,
		.family = IP_V4,
		.default_action =
		    (flags & 1) != 0 ? attrs_nexthop(w->attrs, w->hop[0]) : ACTION_PUNT,
		.guards = (flags & 2) == 0,
		.synthetic = (flags & 4) == 0,
		.min_length = (flags & 8) != 0 ? 3 : 1,
		.eta_permille = (flags & 16) != 0 ? 300 : 0 };
	w->priced = make(w);
	priced_solve(w->priced, 10);
	while (rd_left(&r) > 0)
		step(w, &r);
	priced_free(w->priced);
	rib_free(w->rib);
	for (uint32_t h = 0; h < HOPS; h++)
		attrs_unref(w->attrs, w->hop[h]);
	attrs_table_free(w->attrs);
	free(w);
	return 0;
}
