/* SPDX-License-Identifier: Apache-2.0 */
/* How the target stands, what its ports hold, and the proof that it forwards as the RIB says. */
#include "control/app_coverage.h"
#include "control/nexthop.h"
#include "control/proof.h"
#include "control/select/emap.h"
#include "control/serves.h"
#include "control/target.h"
#include "control/view_priv.h"
#include "lib/mem.h"

/* --- status --- */

/* The target's table as one of its ports holds it: the first with anything, else the first. */
const struct installed *
view_target_held(const struct target *t, enum ip_family family)
{
	for (unsigned i = 0; i < target_ports(t); i++)
		if (installed_count(target_port_installed(t, i, family)) > 0)
			return target_port_installed(t, i, family);
	return target_ports(t) > 0 ? target_port_installed(t, 0, family) : NULL;
}

static void
selection_of(const struct app *app, enum ip_family family, const struct target_family_status *s,
    struct web_selection *out)
{
	const struct target_config *c = target_config(app->target);
	const struct traffic *traffic = router_traffic(c->router, family);

	*out = (struct web_selection){ .name = selector_names[c->selection],
		.follow = c->follow,
		.price_bps = s->selector.price_bps / traffic_demand_filled(traffic, app->now),
		.tau_s = traffic_tau(traffic),
		.eta = s->selector.eta_permille / 1000.,
		.guards = s->selector.guards,
		.synthetic = s->selector.synthetic,
		.passes = s->selector.passes,
		.bytes = s->selector.bytes };
	if (s->default_attrs != ATTRS_NONE) {
		out->has_default = true;
		out->default_nexthop =
		    nexthop_peek(app->attrs, attrs_nexthop(app->attrs, s->default_attrs))->addr;
	}
}

void
view_router_target(struct app *app, enum ip_family family, struct web_router *out)
{
	const struct installed *held = view_target_held(app->target, family);
	const struct coverage *covered;
	struct target_family_status s;

	target_family_status(app->target, family, &s);
	out->family[family].has_target = true;
	out->family[family].dry_run = app->dry_run;
	if (target_is_frozen(app->target) && !out->family[family].frozen) {
		out->family[family].frozen = true;
		out->family[family].frozen_why = "an operator's order";
	}
	out->family[family].capacity = s.capacity;
	out->family[family].usable = target_capacity(app->target, family);
	out->family[family].desired = s.desired;
	out->family[family].selection_ms = s.selection_s * 1000;
	selection_of(app, family, &s, &out->family[family].selection);
	if (held != NULL) {
		const struct slots *slots = installed_slots(held);

		out->family[family].installed = installed_count(held);
		out->family[family].slots = installed_used(held);
		out->family[family].exact_room = slots->exact_room;
		out->family[family].exact =
		    size_min(installed_fill(held)->exact, slots->exact_room);
	}
	/* It was measured a while ago: its parts are of the total of then. */
	covered = app_coverage(app, family);
	if (covered->total_bps <= 0)
		return;
	out->family[family].rate_installed =
	    out->family[family].rate_total * covered->installed_bps / covered->total_bps;
	out->family[family].rate_default =
	    out->family[family].rate_total * covered->default_bps / covered->total_bps;
}

/* --- installed entries --- */

static size_t
rows_of_port(
    const struct app *app, unsigned port, enum ip_family family, struct web_installed_row *out)
{
	const struct installed *held = target_port_installed(app->target, port, family);
	const struct installed_entry *e;
	struct ip_prefix at;
	size_t n = 0;

	for (e = installed_next(held, &at, true); e != NULL; e = installed_next(held, &at, false))
		out[n++] = (struct web_installed_row){
			.prefix = e->prefix,
			.nexthop =
			    nexthop_peek(app->attrs, attrs_nexthop(app->attrs, e->attrs))->addr,
			.port = port,
			.age_s = (float)mono_sub_s(app->now, e->since),
			.covered = e->covered,
		};
	return n;
}

void
view_installed(void *ctx, struct web_installed *out)
{
	const struct app *app = app_of(ctx);
	unsigned ports = app->target != NULL ? target_ports(app->target) : 0;
	size_t n = 0;

	for (unsigned i = 0; i < ports; i++)
		for (int f = 0; f < IP_FAMILIES; f++)
			n += installed_count(
			    target_port_installed(app->target, i, (enum ip_family)f));
	*out = (struct web_installed){ 0 };
	if (n > 0)
		out->rows = mem_calloc(MEM_HTTP, n, sizeof(*out->rows));
	for (unsigned i = 0; i < ports; i++)
		for (int f = 0; f < IP_FAMILIES; f++)
			out->n_rows +=
			    rows_of_port(app, i, (enum ip_family)f, out->rows + out->n_rows);
}

static void
fill_served(const struct app *app, const struct installed_entry *e, const struct installed *held,
    struct web_installed_facts *out)
{
	enum ip_family family = (enum ip_family)e->prefix.family;
	struct router *router = target_config(app->target)->router;
	const struct rib *rib = router_rib(router);
	struct serves serves;

	serves_find(rib, held, &e->prefix, attrs_nexthop(app->attrs, e->attrs),
	    target_default(app->target, family), &serves);
	out->kind = serves_kind_name(serves.kind);
	out->more = serves.more;
	for (unsigned i = 0; i < serves.n_routes; i++)
		out->serves[out->n_serves++] = rib_prefix(rib, family, serves.routes[i]);
	out->rate = target_served_bps(app->target, &e->prefix, app->now);
	if (out->rate <= 0 && serves.kind == SERVES_ROUTE)
		out->rate = traffic_rate(
		    router_traffic(router, family), serves.routes[0], TRAFFIC_TO, app->now);
}

void
view_installed_facts(
    void *ctx, const struct web_installed_row *row, struct web_installed_facts *out)
{
	const struct app *app = app_of(ctx);
	enum ip_family family = (enum ip_family)row->prefix.family;
	const struct installed *held;
	const struct installed_entry *e;

	_Static_assert(SERVES_ROUTES_MAX == WEB_SERVES_MAX, "room for all");
	*out = (struct web_installed_facts){ .port = "", .kind = "none" };
	if (app->target == NULL || row->port >= target_ports(app->target))
		return;
	if (target_port_name(app->target, row->port) != NULL)
		out->port = target_port_name(app->target, row->port);
	held = target_port_installed(app->target, row->port, family);
	e = installed_get(held, &row->prefix);
	if (e != NULL)
		fill_served(app, e, held, out);
}

/* --- the proof --- */

static bool
nexthop_of(const struct app *app, uint32_t action, struct ip_addr *out)
{
	if (action >= ACTION_MIXED) /* the default, where that is no next hop */
		return false;
	*out = nexthop_peek(app->attrs, action)->addr;
	return true;
}

enum web_verify_state
view_verify(void *ctx, struct web_verify *verify, struct web_verified *out)
{
	const struct app *app = app_of(ctx);
	struct proof *p = (struct proof *)(void *)verify->walk, is;
	bool done;

	_Static_assert(sizeof(*p) <= sizeof(verify->walk), "a proof fits");
	if (app->target == NULL)
		return WEB_VERIFY_DONE;
	if (!proof_step(app->target, p, &is, &done))
		return done ? WEB_VERIFY_DONE : WEB_VERIFY_MORE;
	*out = (struct web_verified){ .neighbor = target_port_name(app->target, is.port),
		.family = is.family,
		.intervals = is.sum.intervals,
		.wrong = is.sum.wrong,
		.address = is.sum.address };
	if (is.sum.wrong > 0) {
		out->has_rib_nexthop = nexthop_of(app, is.sum.rib_action, &out->rib_nexthop);
		out->has_table_nexthop = nexthop_of(app, is.sum.table_action, &out->table_nexthop);
	}
	return WEB_VERIFY_ROW;
}
