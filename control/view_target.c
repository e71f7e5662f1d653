/* SPDX-License-Identifier: Apache-2.0 */
/* What the ports of the target hold, and the proof that it forwards as the RIB says. */
#include "control/nexthop.h"
#include "control/proof.h"
#include "control/select/emap.h"
#include "control/target.h"
#include "control/view_priv.h"
#include "lib/mem.h"

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

void
view_installed_now(void *ctx, const struct web_installed_row *row, const char **port, double *rate)
{
	const struct app *app = app_of(ctx);
	enum ip_family family = (enum ip_family)row->prefix.family;
	struct router *router;
	const char *name = NULL;
	uint32_t id;

	*port = "";
	*rate = 0;
	if (app->target == NULL)
		return;
	router = target_config(app->target)->router;
	id = rib_lookup(router_rib(router), &row->prefix);
	if (id != RIB_NONE)
		*rate = traffic_rate(router_traffic(router, family), id, TRAFFIC_TO, app->now);
	if (row->port < target_ports(app->target))
		name = target_port_name(app->target, row->port);
	if (name != NULL)
		*port = name;
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
