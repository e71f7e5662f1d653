/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the ports of the target are not as they should be: wanted and not sent yet, held and not
 * wanted any more, refused; and for the kernel what its table has of ours. Entries on their way are
 * in here, too, so that it is never silent about what is not done.
 *
 * What is wanted is what was selected last. Where the RIB has changed since, which is for some
 * milliseconds mostly, that says nothing, and only the rest is listed.
 */
#include <string.h>

#include "control/fib.h"
#include "control/kernel_io.h"
#include "control/refusals.h"
#include "control/target.h"
#include "control/view_priv.h"
#include "lib/mem.h"

struct list {
	const struct app *app;
	struct web_differences *out;
	size_t cap;
	size_t port, why; /* of the last row: mostly they are those of the next one, too */
};

/* The place of the words, which are there already where they are the last ones again. */
static size_t
place(struct list *l, size_t last, const char *words)
{
	struct str *text = &l->out->text;
	size_t at = text->len;

	if (l->out->n_rows > 0 && strcmp(text->text + last, words) == 0)
		return last;
	str_add_n(text, words, strlen(words) + 1);
	return at;
}

/* hop NULL: it is not wanted. */
static void
add(struct list *l, const struct ip_prefix *prefix, const struct route_nexthop *hop,
    const char *port, const char *what, const char *why)
{
	struct web_differences *out = l->out;

	l->port = place(l, l->port, port);
	l->why = place(l, l->why, why);
	if (out->n_rows == l->cap) {
		l->cap = l->cap == 0 ? 64 : l->cap * 2;
		out->rows = mem_resize(MEM_HTTP, out->rows, l->cap, sizeof(*out->rows));
	}
	out->rows[out->n_rows++] = (struct web_difference){ .prefix = *prefix,
		.what = what,
		.wanted = hop != NULL,
		.nexthop = hop != NULL ? hop->addr : (struct ip_addr){ 0 },
		.port = l->port,
		.why = l->why };
}

static const struct route_nexthop *
nexthop_of(const struct list *l, uint32_t attrs)
{
	return nexthop_peek(l->app->attrs, attrs_nexthop(l->app->attrs, attrs));
}

/* --- what is wanted, beside what is held --- */

static void
compare_port(struct list *l, unsigned port, enum ip_family family)
{
	const struct target *t = l->app->target;
	const struct installed *held = target_port_installed(t, port, family);
	const struct selection *wanted = target_wanted(t, family);
	const char *name = target_port_name(t, port);
	const char *why = target_port_why_pending(t, port, family);
	const struct installed_entry *e;
	struct ip_prefix at;

	for (size_t i = 0; i < wanted->n; i++) {
		const struct select_entry *w = selection_at(wanted, i);

		e = installed_get(held, &w->prefix);
		if (e == NULL || !installed_alike(held, e->attrs, w->attrs))
			add(l, &w->prefix, nexthop_of(l, w->attrs), name, "not sent", why);
	}
	for (e = installed_next(held, &at, true); e != NULL; e = installed_next(held, &at, false))
		if (selection_find(wanted, &e->prefix) == NULL)
			add(l, &e->prefix, NULL, name, "not withdrawn", why);
}

/* --- what cannot be --- */

static void
add_refusals(struct list *l)
{
	const struct target *t = l->app->target;
	const struct refusals *r = target_refusals(t);
	const struct rib *rib = router_rib(target_config(t)->router);

	for (size_t i = 0; i < r->n; i++) {
		const struct refusal *e = &r->list[i];
		enum ip_family family = (enum ip_family)e->prefix.family;
		uint32_t id = rib_lookup(rib, &e->prefix);
		double s = mono_sub_s(e->until, l->app->now);
		struct str why;

		str_init(&why, MEM_HTTP);
		str_addf(&why, "%s, %u time%s", e->why, e->times, e->times == 1 ? "" : "s");
		if (s > 0)
			str_addf(&why, "; it is tried again in %.0f s", s);
		add(l, &e->prefix,
		    id != RIB_NONE ? nexthop_of(l, rib_best_attrs(rib, family, id)) : NULL, "",
		    "refused", why.text);
		str_fini(&why);
	}
}

/* --- the kernel's table --- */

static void
compare_kernel(struct list *l, enum ip_family family)
{
	const struct fib *fib = kernel_fib(l->app->kernel);
	struct ip_prefix at;
	struct fib_diff d;

	for (bool more = fib_diff_next(fib, family, &at, true, &d); more;
	     more = fib_diff_next(fib, family, &at, false, &d))
		add(l, &d.prefix, d.wanted ? &d.hop : NULL, "netlink", d.what, d.why);
}

void
view_differences(void *ctx, struct web_differences *out)
{
	struct app *app = app_of(ctx);
	struct list l = { .app = app, .out = out };

	if (app->target == NULL)
		return;
	add_refusals(&l);
	for (int f = 0; f < IP_FAMILIES; f++) {
		enum ip_family family = (enum ip_family)f;

		for (unsigned i = 0; i < target_ports(app->target); i++)
			if (target_port_name(app->target, i) != NULL &&
			    target_wanted(app->target, family) != NULL)
				compare_port(&l, i, family);
		if (app->kernel != NULL)
			compare_kernel(&l, family);
	}
}
