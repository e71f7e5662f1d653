/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backend for tests of the web room: one router "edge" with a learn neighbour (10.0.0.254, AS
 * 65254) and a push neighbour, made-up routes 10.0.0.0/24, 10.0.1.0/24, ... and 2001:db8::/48, ...
 * Header-only, so that a fuzz target needs nothing else. Everything in it may be changed by the
 * test.
 */
#ifndef TESTS_WEB_FAKE_H
#define TESTS_WEB_FAKE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/mem.h"
#include "webui/backend.h"

struct web_fake {
	struct web_totals totals;
	struct web_neighbor neighbors[3];
	struct web_attribute_error attribute_errors[2]; /* of the first */
	unsigned n_attribute_errors;
	struct web_router routers[2];
	struct web_agent agents[3];
	size_t n_neighbors, n_routers, n_agents;

	size_t n_routes[IP_FAMILIES];
	size_t n_active; /* of them have traffic, the first most */
	size_t n_installed, n_differences;
	size_t withdrawn; /* routes below this index are gone for route(), not for top() */
	double value_scale;
	const uint8_t *as_path; /* of every route */
	size_t as_path_len;

	struct web_hardware hardware[2];
	size_t n_hardware;
	struct web_event events[4];
	size_t n_events;

	bool frozen; /* by freeze(), with who and why */
	char froze_why[100];
	bool bad_config;       /* reload() fails */
	const char *commanded; /* the neighbour that command_neighbor() was last for */
	enum web_neighbor_command command;
	char commanded_why[100];

	struct web_top_query last_query;
	size_t last_router;
	unsigned tops; /* calls of top() */

	struct web_whatif_query last_whatif;
	unsigned whatif_pending; /* so many more times before it is ready */
	enum web_whatif_state whatif_state;
};

static inline struct ip_prefix
web_fake_prefix(enum ip_family family, size_t i)
{
	if (family == IP_V4)
		return prefix_make(
		    IP_V4, (UINT64_C(0x0a000000) << 32) + ((uint64_t)i << 40), 0, 24);
	return prefix_make(IP_V6, UINT64_C(0x20010db800000000) + ((uint64_t)i << 16), 0, 48);
}

/* The index of what web_fake_prefix() made; SIZE_MAX for other prefixes. */
static inline size_t
web_fake_index(const struct web_fake *f, const struct ip_prefix *p)
{
	struct ip_prefix first = web_fake_prefix((enum ip_family)p->family, 0);
	size_t i = (p->hi - first.hi) >> (p->family == IP_V4 ? 40 : 16);
	struct ip_prefix same;

	if (p->hi < first.hi || i >= f->n_routes[p->family])
		return SIZE_MAX;
	same = web_fake_prefix((enum ip_family)p->family, i);
	return prefix_equal(p, &same) ? i : SIZE_MAX;
}

static inline double
web_fake_rate(const struct web_fake *f, size_t i)
{
	return i < f->n_active ? f->value_scale / (double)(i + 1) : 0;
}

static inline void
web_fake_totals(void *ctx, struct web_totals *out)
{
	*out = ((struct web_fake *)ctx)->totals;
}

static inline bool
web_fake_neighbor(void *ctx, size_t i, struct web_neighbor *out)
{
	struct web_fake *f = ctx;

	if (i >= f->n_neighbors)
		return false;
	*out = f->neighbors[i];
	return true;
}

static inline bool
web_fake_attribute_error(void *ctx, size_t neighbor, unsigned k, struct web_attribute_error *out)
{
	struct web_fake *f = ctx;

	if (neighbor != 0 || k >= f->n_attribute_errors)
		return false;
	*out = f->attribute_errors[k];
	return true;
}

static inline bool
web_fake_router(void *ctx, size_t i, struct web_router *out)
{
	struct web_fake *f = ctx;

	if (i >= f->n_routers)
		return false;
	*out = f->routers[i];
	return true;
}

static inline bool
web_fake_agent(void *ctx, size_t i, struct web_agent *out)
{
	struct web_fake *f = ctx;

	if (i >= f->n_agents)
		return false;
	*out = f->agents[i];
	return true;
}

static inline bool
web_fake_find_router(void *ctx, const char *text, struct web_router_ref *out)
{
	struct web_fake *f = ctx;

	for (size_t i = 0; i < f->n_neighbors; i++) {
		char address[IP_TEXT_MAX];

		if (strcmp(text, f->neighbors[i].name) == 0 ||
		    strcmp(text, ip_format(&f->neighbors[i].address, address)) == 0) {
			*out = (struct web_router_ref){ .router = 0, .neighbor = i };
			return true;
		}
	}
	for (size_t i = 0; i < f->n_routers; i++) {
		if (strcmp(text, f->routers[i].name) == 0) {
			*out = (struct web_router_ref){ .router = i,
				.neighbor = i == 0 && f->n_neighbors > 0 ? 0 : SIZE_MAX };
			return true;
		}
	}
	return false;
}

static inline void
web_fake_top(void *ctx, size_t router, enum ip_family family, const struct web_top_query *query,
    struct web_top *out)
{
	struct web_fake *f = ctx;
	size_t n = 0;

	f->last_query = *query;
	f->last_router = router;
	f->tops++;
	*out = (struct web_top){ .n_prefixes = f->n_routes[family] };
	out->rows = mem_calloc(
	    MEM_HTTP, size_min(query->max_prefixes, f->n_routes[family]), sizeof(*out->rows));
	for (size_t i = 0; i < f->n_routes[family]; i++) {
		double value = web_fake_rate(f, i);

		out->value_total += value;
		if (n >= query->max_prefixes || value <= query->min_value)
			continue;
		out->rows[n].prefix = web_fake_prefix(family, i);
		out->rows[n].value = value;
		out->value_top += value;
		/* The second is there only because of the first. */
		if (query->include_covered && i == 1) {
			out->rows[n].covered = true;
			out->rows[n].parent = prefix_make(
			    family, out->rows[n].prefix.hi, 0, out->rows[n].prefix.len - 8u);
		}
		n++;
	}
	out->n_rows = n;
}

static inline void
web_fake_fill(struct web_fake *f, const struct ip_prefix *p, size_t i, struct web_route *out)
{
	static const uint8_t communities[] = { 0xfd, 0xe8, 0x00, 0x01, 0xfd, 0xe8, 0x02, 0x9a };

	*out = (struct web_route){ .prefix = *p,
		.rate_destination = web_fake_rate(f, i),
		.rate_source = web_fake_rate(f, i) / 4,
		.installed = i < f->n_installed,
		.carried = i == f->n_installed,
		.carrier = prefix_make((enum ip_family)p->family, p->hi, 0, 8) };
	out->attrs.nexthop.addr =
	    p->family == IP_V4 ? ip_v4(0xc0000201 + (uint32_t)(i % 3))
			       : (struct ip_addr){ UINT64_C(0xfe80) << 48, i % 3 + 1, IP_V6 };
	out->attrs.as_path = (struct span){ f->as_path, f->as_path_len };
	out->attrs.has_local_pref = true;
	out->attrs.local_pref = 100;
	if (i % 2 == 0) {
		out->attrs.has_med = true;
		out->attrs.med = 1;
		out->attrs.communities = (struct span){ communities, sizeof(communities) };
	}
}

static inline bool
web_fake_route(void *ctx, size_t router, const struct ip_prefix *p, struct web_route *out)
{
	struct web_fake *f = ctx;
	size_t i = web_fake_index(f, p);

	(void)router;
	if (i == SIZE_MAX || i < f->withdrawn)
		return false;
	web_fake_fill(f, p, i, out);
	return true;
}

static inline bool
web_fake_route_lookup(void *ctx, size_t router, const struct ip_addr *a, struct web_route *out)
{
	struct ip_prefix p = prefix_of(a, a->family == IP_V4 ? 24 : 48);

	return web_fake_route(ctx, router, &p, out);
}

/* A table of n entries covers n / 10,000 with `priced`, half of it with `top`. */
static inline enum web_whatif_state
web_fake_whatif(
    void *ctx, size_t router, const struct web_whatif_query *query, struct web_whatif *out)
{
	static const double goals[WEB_GOALS] = { 0.9, 0.95, 0.99, 0.999 };
	struct web_fake *f = ctx;

	(void)router;
	f->last_whatif = *query;
	if (f->whatif_pending > 0) {
		f->whatif_pending--;
		return WEB_WHATIF_PENDING;
	}
	*out = (struct web_whatif){ .rate_total = 1e6,
		.by_default = 0.25,
		.active = 77,
		.cpu_s = 0.5,
		.n_points = query->n_sizes };
	for (uint32_t i = 0; i < query->n_sizes; i++)
		out->points[i] = (struct web_whatif_point){ .entries = query->sizes[i],
			.priced = query->sizes[i] / 1e4,
			.top = query->sizes[i] / 2e4,
			.priced_used = query->sizes[i],
			.top_used = query->sizes[i] - 1,
			.bound = query->sizes[i] / 1e4 };
	for (unsigned i = 0; i < WEB_GOALS; i++)
		out->goals[i] = (struct web_whatif_goal){
			.coverage = goals[i], .priced = (uint32_t)(goals[i] * 1e4), .top = WEB_NEVER
		};
	return f->whatif_state;
}

/* Two paths, the second with every attribute there is. */
static inline bool
web_fake_explain(
    void *ctx, size_t router, const struct ip_prefix *place, struct web_explanation *out)
{
	static const uint8_t ext[] = { 0, 2, 0xfd, 0xe8, 0, 0, 0, 7 };
	static const uint8_t large[] = { 0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const uint8_t clusters[] = { 10, 0, 0, 1, 10, 0, 0, 2 };
	static const uint8_t opaque[] = { 0xe0, 99, 1, 0xff };
	unsigned len = place->family == IP_V4 ? 24 : 48;
	struct ip_prefix p = prefix_make(
	    (enum ip_family)place->family, place->hi, 0, place->len < len ? place->len : len);
	struct route_attrs *all;

	*out = (struct web_explanation){ .n_paths = 2,
		.has_target = true,
		.demand = 1250,
		.demand_error = 0.5,
		.demand_samples = 15.5,
		.price = 2000,
		.verdict = "below-price",
		.because = "it carries too little",
		.n_points = 1,
		.points = { { .prefix = p, .rate = 1000 } } };
	if (!web_fake_route(ctx, router, &p, &out->route))
		return false;
	out->covered = true;
	out->cover = prefix_make((enum ip_family)p.family, p.hi, 0, p.len - 8u);
	out->cover_nexthop = ip_v4(0xc0000209);
	out->rule = "as-path";
	out->why = "its AS path is shorter";
	out->paths = mem_calloc(MEM_HTTP, 2, sizeof(*out->paths));
	out->paths[0] = (struct web_path){
		.neighbor = "reflector", .address = ip_v4(0x0a0000fe), .attrs = out->route.attrs
	};
	out->paths[1] = out->paths[0];
	out->paths[1].path_id = 7;
	out->paths[1].stale = true;
	out->paths[1].rule = "stale";
	out->paths[1].why = "it is not stale";
	out->n_ignored = 1;
	out->ignored = mem_calloc(MEM_HTTP, 1, sizeof(*out->ignored));
	out->ignored[0] = out->paths[0];
	out->ignored[0].path_id = 9;
	out->ignored[0].why = "it is our own";
	all = &out->paths[1].attrs;
	all->nexthop.link_local_hi = UINT64_C(0xfe80) << 48;
	all->nexthop.link_local_lo = 1;
	all->has_originator_id = all->has_aggregator = all->has_otc = all->atomic_aggregate = true;
	all->originator_id = 0x0a000003;
	all->aggregator_as = 65001;
	all->aggregator_id = 0x0a000004;
	all->otc = 65002;
	all->ext_communities = (struct span){ ext, sizeof(ext) };
	all->large_communities = (struct span){ large, sizeof(large) };
	all->cluster_list = (struct span){ clusters, sizeof(clusters) };
	all->opaque = (struct span){ opaque, sizeof(opaque) };
	return true;
}

/* Not MRT: a record is the number of a route in binary and its family. */
static inline bool
web_fake_dump_next(void *ctx, size_t router, struct web_dump *dump, struct str *out)
{
	struct web_fake *f = ctx;
	char record[5] = { 0 };

	(void)router;
	while (dump->family < IP_FAMILIES &&
	       (!dump->families[dump->family] || dump->sequence == f->n_routes[dump->family])) {
		dump->family++;
		dump->sequence = 0;
	}
	if (dump->family == IP_FAMILIES)
		return false;
	memcpy(record, &dump->sequence, 4);
	record[4] = (char)dump->family;
	/* Every seventh is gone by now. */
	if (dump->sequence++ % 7 != 6)
		str_add_n(out, record, sizeof(record));
	return true;
}

static inline void
web_fake_installed(void *ctx, struct web_installed *out)
{
	const struct web_fake *f = ctx;

	*out = (struct web_installed){ .n_rows = f->n_installed };
	if (f->n_installed > 0)
		out->rows = mem_calloc(MEM_HTTP, f->n_installed, sizeof(*out->rows));
	for (size_t i = 0; i < f->n_installed; i++)
		out->rows[i] = (struct web_installed_row){ .prefix = web_fake_prefix(IP_V4, i),
			.nexthop = ip_v4(0xc0000201),
			.age_s = 61.5F,
			.covered = i == 1 };
}

static inline void
web_fake_installed_facts(
    void *ctx, const struct web_installed_row *row, struct web_installed_facts *out)
{
	const struct web_fake *f = ctx;
	size_t i = web_fake_index(f, &row->prefix);

	*out = (struct web_installed_facts){ .port = "target",
		.kind = i == 1 ? "aggregate" : "route",
		.serves = { row->prefix, web_fake_prefix(IP_V4, i + 1) },
		.n_serves = i == 1 ? 2 : 1,
		.more = i == 1,
		.rate = web_fake_rate(f, i) };
}

/* Of each kind one. */
static inline void
web_fake_differences(void *ctx, struct web_differences *out)
{
	static const char *const what[] = { "missing", "not sent", "extra" };
	static const char texts[] = "netlink\0the next audit puts it right";
	const struct web_fake *f = ctx;

	str_add_n(&out->text, texts, sizeof(texts));
	out->rows = mem_calloc(MEM_HTTP, f->n_differences, sizeof(*out->rows));
	out->n_rows = f->n_differences;
	for (size_t i = 0; i < out->n_rows; i++)
		out->rows[i] = (struct web_difference){ .prefix = web_fake_prefix(IP_V4, i),
			.what = what[i % 3],
			.wanted = i != 2,
			.nexthop = ip_v4(0xc0000201),
			.why = strlen(texts) + 1 };
}

static inline bool
web_fake_event_next(void *ctx, uint64_t after, struct web_event *out)
{
	struct web_fake *f = ctx;

	for (size_t i = 0; i < f->n_events; i++) {
		if (f->events[i].id > after) {
			*out = f->events[i];
			return true;
		}
	}
	return false;
}

/* Only a learning neighbour can be asked for its table. */
static inline enum web_outcome
web_fake_command_neighbor(void *ctx, enum web_neighbor_command command, const char *neighbor,
    const char *who, const char *reason, const char **why)
{
	struct web_fake *f = ctx;

	*why = "no \"neighbour\" of this name";
	for (size_t i = 0; i < f->n_neighbors; i++) {
		if (strcmp(f->neighbors[i].name, neighbor) != 0)
			continue;
		*why = "a push neighbour";
		if (command == WEB_NEIGHBOR_REFRESH && strcmp(f->neighbors[i].role, "learn") != 0)
			return WEB_REFUSED;
		f->commanded = f->neighbors[i].name;
		f->command = command;
		snprintf(f->commanded_why, sizeof(f->commanded_why), "%s: %s", who, reason);
		return WEB_DONE;
	}
	return WEB_UNKNOWN;
}

static inline bool
web_fake_reload(void *ctx, struct str *changes, struct str *said)
{
	const struct web_fake *f = ctx;

	if (f->bad_config) {
		str_add(said, "hotfib.conf:3: unknown setting 'capcity'\nneeds a restart: x\n");
		return false;
	}
	str_add(changes, "target.capacity changed\nbgp.neighbors.b added\n");
	str_add(said, "hotfib.conf:9: warning: port has no effect\n");
	return true;
}

static inline bool
web_fake_hardware(void *ctx, size_t i, struct web_hardware *out)
{
	struct web_fake *f = ctx;

	if (i >= f->n_hardware)
		return false;
	*out = f->hardware[i];
	return true;
}

static inline enum web_outcome
web_fake_freeze(void *ctx, bool frozen, const char *who, const char *reason, const char **why)
{
	struct web_fake *f = ctx;

	*why = "it is so already";
	if (f->frozen == frozen)
		return WEB_REFUSED;
	f->frozen = frozen;
	snprintf(f->froze_why, sizeof(f->froze_why), "%s: %s", who, reason);
	return WEB_DONE;
}

/* One port; its IPv4 is wrong in one place, after two steps. */
static inline enum web_verify_state
web_fake_verify(void *ctx, struct web_verify *verify, struct web_verified *out)
{
	(void)ctx;
	if (verify->walk[0]++ < 2)
		return WEB_VERIFY_MORE;
	if (verify->walk[0] > 4)
		return WEB_VERIFY_DONE;
	*out = (struct web_verified){ .neighbor = "target",
		.family = verify->walk[0] == 3 ? IP_V4 : IP_V6,
		.intervals = 17 };
	if (out->family == IP_V4) {
		out->wrong = 1;
		out->address = ip_v4(0x0a000001);
		out->has_rib_nexthop = true;
		out->rib_nexthop = ip_v4(0xc0000201);
	}
	return WEB_VERIFY_ROW;
}

static inline struct web_backend
web_fake_backend(struct web_fake *f)
{
	return (struct web_backend){ .ctx = f,
		.totals = web_fake_totals,
		.neighbor = web_fake_neighbor,
		.attribute_error = web_fake_attribute_error,
		.router = web_fake_router,
		.agent = web_fake_agent,
		.find_router = web_fake_find_router,
		.top = web_fake_top,
		.route = web_fake_route,
		.route_lookup = web_fake_route_lookup,
		.explain = web_fake_explain,
		.whatif = web_fake_whatif,
		.dump_next = web_fake_dump_next,
		.installed = web_fake_installed,
		.installed_facts = web_fake_installed_facts,
		.differences = web_fake_differences,
		.event_next = web_fake_event_next,
		.hardware = web_fake_hardware,
		.command_neighbor = web_fake_command_neighbor,
		.verify = web_fake_verify,
		.freeze = web_fake_freeze,
		.reload = web_fake_reload };
}

#include "tests/support/web_fake_data.h"

#endif
