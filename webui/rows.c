/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the long lists, written straight into text: a jansson object for each of 20,000 routes
 * would cost several times what the row does. Nothing here needs escaping but a neighbour's name:
 * prefixes, addresses, AS paths and communities are digits and punctuation.
 *
 * Between two rows the table may change. So the ranking is a snapshot of prefixes and rates, and so
 * are the list of installed entries, since only the entries of one moment forward as the RIB says
 * (an entry may be there for the sake of another), and the differences.
 */
#include "webui/rows.h"

#include <string.h>

#include "webui/json.h"

void
web_formatted_add(struct str *out, struct span span, web_format_fn *format)
{
	char small[256];
	size_t len = format(span, '-', small, sizeof(small));
	char *large;

	if (len < sizeof(small)) {
		str_add_n(out, small, len);
		return;
	}
	large = mem_alloc(MEM_HTTP, len + 1);
	format(span, '-', large, len + 1);
	str_add_n(out, large, len);
	mem_free(MEM_HTTP, large);
}

void
web_route_add(struct str *out, const struct web_route *route, double value,
    const struct ip_prefix *parent, bool extended)
{
	const struct route_attrs *attrs = &route->attrs;
	char text[PREFIX_TEXT_MAX];

	str_add(out, "{\"aspath\":\"");
	web_formatted_add(out, attrs->as_path, route_as_path_format);
	str_add(out, "\"");
	if (extended && route->carried)
		str_addf(out, ",\"carriedby\":\"%s\"", prefix_format(&route->carrier, text));
	if (attrs->communities.len > 0) {
		str_add(out, ",\"communities\":\"");
		web_formatted_add(out, attrs->communities, route_communities_format);
		str_add(out, "\"");
	}
	if (extended)
		str_addf(out, ",\"installed\":%s", route->installed ? "true" : "false");
	if (attrs->has_local_pref)
		str_addf(out, ",\"localpref\":%u", attrs->local_pref);
	if (attrs->has_med)
		str_addf(out, ",\"med\":%u", attrs->med);
	str_addf(out, ",\"nexthop\":\"%s\"", ip_format(&attrs->nexthop.addr, text));
	str_addf(out, ",\"origin\":\"%s\"", route_origin_name(attrs->origin));
	if (parent != NULL)
		str_addf(out, ",\"parentprefix\":\"%s\"", prefix_format(parent, text));
	if (extended && route->in_parts)
		str_add(out, ",\"parts\":true");
	str_addf(out, ",\"prefix\":\"%s\",\"value\":", prefix_format(&route->prefix, text));
	web_row_real(out, value);
}

struct top_rows {
	struct web_rows rows;
	struct web_app *app;
	size_t router;
	struct web_top top;
	size_t next;
	bool extended;
};

static bool
top_next(struct web_rows *rows, struct str *out)
{
	struct top_rows *t = CONTAINER_OF(rows, struct top_rows, rows);
	const struct web_backend *b = &t->app->backend;
	const struct web_top_row *row;
	struct web_route route;

	if (t->next == t->top.n_rows)
		return false;
	row = &t->top.rows[t->next++];
	if (b->route(b->ctx, t->router, &row->prefix, &route)) {
		web_route_add(
		    out, &route, row->value, row->covered ? &row->parent : NULL, t->extended);
		str_add(out, "}");
	}
	return true;
}

static void
top_free(struct web_rows *rows)
{
	struct top_rows *t = CONTAINER_OF(rows, struct top_rows, rows);

	t->app->rows_held -= t->top.n_rows;
	mem_free(MEM_HTTP, t->top.rows);
	mem_free(MEM_HTTP, t);
}

struct web_rows *
web_rows_top(struct web_app *app, size_t router, struct web_top *top, bool extended)
{
	struct top_rows *t = mem_alloc(MEM_HTTP, sizeof(*t));

	*t = (struct top_rows){ .rows = { .next = top_next, .free = top_free },
		.app = app,
		.router = router,
		.top = *top,
		.extended = extended };
	app->rows_held += top->n_rows;
	*top = (struct web_top){ 0 };
	return &t->rows;
}

struct installed_rows {
	struct web_rows rows;
	struct web_app *app;
	struct web_installed held;
	size_t next;
};

static bool
installed_next(struct web_rows *rows, struct str *out)
{
	struct installed_rows *r = CONTAINER_OF(rows, struct installed_rows, rows);
	const struct web_backend *b = &r->app->backend;
	const struct web_installed_row *row;
	struct web_installed_facts facts;
	char text[PREFIX_TEXT_MAX];

	if (r->next == r->held.n_rows)
		return false;
	row = &r->held.rows[r->next++];
	b->installed_facts(b->ctx, row, &facts);
	str_addf(out,
	    "{\"ageSeconds\":%.3f,\"covered\":%s,\"kind\":\"%s\",\"neighbor\":", row->age_s,
	    row->covered ? "true" : "false", facts.kind);
	web_row_text(out, facts.port);
	str_addf(out, ",\"nexthop\":\"%s\"", ip_format(&row->nexthop, text));
	str_addf(out, ",\"prefix\":\"%s\",\"serves\":[", prefix_format(&row->prefix, text));
	for (unsigned i = 0; i < facts.n_serves; i++)
		str_addf(out, "%s\"%s\"", i > 0 ? "," : "", prefix_format(&facts.serves[i], text));
	str_addf(out, "],\"servesMore\":%s,\"value\":", facts.more ? "true" : "false");
	web_row_real(out, facts.rate);
	str_add(out, "}");
	return true;
}

static void
installed_free(struct web_rows *rows)
{
	struct installed_rows *r = CONTAINER_OF(rows, struct installed_rows, rows);

	r->app->rows_held -= r->held.n_rows;
	mem_free(MEM_HTTP, r->held.rows);
	mem_free(MEM_HTTP, r);
}

struct web_rows *
web_rows_installed(struct web_app *app)
{
	struct installed_rows *r = mem_alloc(MEM_HTTP, sizeof(*r));

	r->rows = (struct web_rows){ .next = installed_next, .free = installed_free };
	r->app = app;
	app->backend.installed(app->backend.ctx, &r->held);
	app->rows_held += r->held.n_rows;
	return &r->rows;
}

struct difference_rows {
	struct web_rows rows;
	struct web_app *app;
	struct web_differences found;
	size_t next;
};

static bool
difference_next(struct web_rows *rows, struct str *out)
{
	struct difference_rows *r = CONTAINER_OF(rows, struct difference_rows, rows);
	const struct web_difference *d;
	char text[PREFIX_TEXT_MAX];

	if (r->next == r->found.n_rows)
		return false;
	d = &r->found.rows[r->next++];
	str_add(out, "{\"neighbor\":");
	web_row_text(out, r->found.text.text + d->port);
	if (d->wanted)
		str_addf(out, ",\"nexthop\":\"%s\"", ip_format(&d->nexthop, text));
	str_addf(out,
	    ",\"prefix\":\"%s\",\"what\":\"%s\",\"why\":", prefix_format(&d->prefix, text),
	    d->what);
	web_row_text(out, r->found.text.text + d->why);
	str_add(out, "}");
	return true;
}

static void
difference_free(struct web_rows *rows)
{
	struct difference_rows *r = CONTAINER_OF(rows, struct difference_rows, rows);

	r->app->rows_held -= r->found.n_rows;
	mem_free(MEM_HTTP, r->found.rows);
	str_fini(&r->found.text);
	mem_free(MEM_HTTP, r);
}

struct web_rows *
web_rows_differences(struct web_app *app)
{
	struct difference_rows *r = mem_alloc(MEM_HTTP, sizeof(*r));

	r->rows = (struct web_rows){ .next = difference_next, .free = difference_free };
	r->app = app;
	str_init(&r->found.text, MEM_HTTP);
	app->backend.differences(app->backend.ctx, &r->found);
	app->rows_held += r->found.n_rows;
	return &r->rows;
}

struct dump_rows {
	struct web_rows rows;
	struct web_app *app;
	size_t router;
	struct web_dump dump;
};

static bool
dump_next(struct web_rows *rows, struct str *out)
{
	struct dump_rows *r = CONTAINER_OF(rows, struct dump_rows, rows);
	const struct web_backend *b = &r->app->backend;

	return b->dump_next(b->ctx, r->router, &r->dump, out);
}

static void
dump_free(struct web_rows *rows)
{
	mem_free(MEM_HTTP, CONTAINER_OF(rows, struct dump_rows, rows));
}

struct web_rows *
web_rows_dump(struct web_app *app, size_t router, const bool families[static IP_FAMILIES])
{
	struct dump_rows *r = mem_alloc(MEM_HTTP, sizeof(*r));

	r->rows = (struct web_rows){ .next = dump_next, .free = dump_free };
	r->app = app;
	r->router = router;
	memcpy(r->dump.families, families, sizeof(r->dump.families));
	return &r->rows;
}
