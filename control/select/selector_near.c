/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision as a selection: the whole of it, or only where it has changed.
 *
 * A change of one route moves a few entries of ten thousand, and all the others are what they were.
 * So places are noted: those where the tree decided otherwise (priced_moved()), and routes that
 * changed where entries are (one that is gone by then has moved). At each of them the selection
 * gets anew what is inside, since entries there may carry the route's attributes, and what is
 * above, which may serve more or less now. Everything else borrows from routes that did not change.
 *
 * What an entry serves in bytes/s moves with every sample; that is as of the last time that all of
 * it was put, which each pass asks for.
 */
#include <string.h>

#include "control/select/selector_state.h"
#include "lib/mem.h"

/* Entries near one place; with more it is faster to put everything. */
#define PLACE_ENTRIES 512

void
selector_near_route(struct selector *s, const struct ip_prefix *p)
{
	struct near *near = &s->near;

	if (near->whole || near->n_routes > NEAR_ROUTES || !priced_wants_near(s->priced, p))
		return;
	if (near->n_routes < NEAR_ROUTES)
		near->routes[near->n_routes] = *p;
	near->n_routes++;
}

const struct ip_prefix *
selector_changed(const struct selector *s, size_t *n)
{
	*n = s->near.everywhere ? 0 : s->near.n_at;
	return s->near.everywhere ? NULL : s->near.at;
}

/* --- entries -------------------------------------------------------------------------------- */

static void
count(struct selector *s, const struct select_entry *e, bool more)
{
	size_t one = more ? 1 : (size_t)-1;

	s->status.guards += e->id == RIB_NONE ? one : 0;
	s->status.synthetic += e->synthetic ? one : 0;
}

/* `above`: the next entry above it, or NULL. */
static void
put_entry(struct selector *s, const struct select_input *in, const struct selector_context *c,
    const struct priced_entry *e, const struct ip_prefix *above, struct select_entry *o)
{
	*o = (struct select_entry){ .prefix = e->prefix,
		.id = e->id,
		.attrs = c->default_attrs,
		.pinned = e->pinned,
		.synthetic = e->kind == PRICED_SYNTHETIC,
		.rate_bps = (double)e->weight / FEED_SCALE };
	if (e->action != s->made_for.default_action)
		o->attrs = rib_best_attrs(in->rib, in->family, e->id);
	else
		o->id = RIB_NONE;
	if (e->weight == 0 && above != NULL) {
		o->covered = true;
		o->parent_len = above->len;
	}
	count(s, o, true);
}

/* The entries of a table, as far as they follow each other in order, from number `first` of *out
 * on. The first `depth` of the table lie above all others, and are not put. */
static void
put_entries(struct selector *s, const struct select_input *in, const struct selector_context *c,
    const struct priced_table *t, size_t depth, struct selection *out, size_t first)
{
	const struct ip_prefix *above[129];
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct priced_entry *e = &t->entries[i];

		while (n > 0 && !prefix_contains(above[n - 1], &e->prefix))
			n--;
		if (i >= depth)
			put_entry(s, in, c, e, n > 0 ? above[n - 1] : NULL,
			    selection_at(out, first + i - depth));
		above[n++] = &e->prefix;
	}
}

/* *out is what is wanted of the tree now. */
static void
settle(struct selector *s, const struct select_input *in, const struct selector_context *c,
    struct selection *out)
{
	s->status.covered =
	    s->table.total > 0 ? (double)s->table.covered / (double)s->table.total : 0;
	s->status.bytes = priced_bytes(s->priced);
	out->considered = traffic_count(in->traffic);
	s->near.n_routes = 0;
	s->near.out = out;
	s->near.n = out->n;
	s->near.default_attrs = c->default_attrs;
	priced_settle(s->priced);
}

void
selector_put(struct selector *s, const struct select_input *in, const struct selector_context *c,
    struct selection *out)
{
	s->status.guards = s->status.synthetic = 0;
	selection_resize(out, s->table.n);
	out->no_room = 0;
	put_entries(s, in, c, &s->table, 0, out, 0);
	s->near.whole = false;
	s->near.everywhere = true;
	settle(s, in, c, out);
}

/* --- near what has changed ------------------------------------------------------------------ */

/* All places, in order and none inside another. */
static bool
gather(struct selector *s)
{
	struct near *near = &s->near;
	size_t n_moved;
	const struct ip_prefix *moved = priced_moved(s->priced, &n_moved);

	if (moved == NULL || near->n_routes > NEAR_ROUTES)
		return false;
	memcpy(near->at, moved, n_moved * sizeof(*moved));
	memcpy(near->at + n_moved, near->routes, near->n_routes * sizeof(*moved));
	near->n_at = prefix_sort_out(near->at, n_moved + near->n_routes);
	return true;
}

/* The entries above a place are there already: what they serve may be something else. */
static bool
put_above(struct selector *s, const struct select_input *in, const struct selector_context *c,
    size_t above, struct selection *out)
{
	const struct priced_entry *e = s->near.table.entries;

	for (size_t i = 0; i < above; i++) {
		size_t at = selection_from(out, &e[i].prefix);

		if (at == out->n || !prefix_equal(&selection_at(out, at)->prefix, &e[i].prefix))
			return false;
		count(s, selection_at(out, at), false);
		put_entry(s, in, c, &e[i], i > 0 ? &e[i - 1].prefix : NULL, selection_at(out, at));
	}
	return true;
}

static bool
put_place(struct selector *s, const struct select_input *in, const struct selector_context *c,
    const struct ip_prefix *place, struct selection *out)
{
	size_t above, first, end;

	if (!priced_table_near(s->priced, place, PLACE_ENTRIES, &s->near.table, &above) ||
	    !put_above(s, in, c, above, out))
		return false;
	first = end = selection_from(out, place);
	for (; end < out->n && prefix_contains(place, &selection_at(out, end)->prefix); end++)
		count(s, selection_at(out, end), false);
	selection_replace(out, first, end - first, s->near.table.n - above);
	put_entries(s, in, c, &s->near.table, above, out, first);
	return true;
}

bool
selector_put_near(struct selector *s, const struct select_input *in,
    const struct selector_context *c, struct selection *out)
{
	const struct near *near = &s->near;

	if (near->whole || near->out != out || near->n != out->n ||
	    near->default_attrs != c->default_attrs || !gather(s))
		return false;
	for (size_t i = 0; i < near->n_at; i++)
		if (!put_place(s, in, c, &near->at[i], out))
			return false;
	s->near.everywhere = false;
	settle(s, in, c, out);
	return true;
}
