/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/emit.h"

#include <stdlib.h>

#include "lib/mem.h"

/* More prefixes than the largest UPDATE holds (a /0 takes one byte, but there is only one). */
#define BATCH_MAX 2048

static int
by_attrs(const void *a, const void *b, void *table)
{
	const struct table *t = table;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	uint32_t x = t->routes[i].attrs, y = t->routes[j].attrs;

	if (x != y)
		return x < y ? -1 : 1;
	return i < j ? -1 : i > j;
}

void
emit_init(struct emit *e, const struct table *t, const struct bgp_encode *how,
    const bool families[IP_FAMILIES], bool packed)
{
	*e = (struct emit){ .table = t,
		.how = *how,
		.families = { families[IP_V4], families[IP_V6] },
		.packed = packed };
	if (!packed)
		return;
	e->by_attrs = mem_calloc(MEM_MISC, t->n, sizeof(*e->by_attrs));
	for (uint32_t i = 0; i < t->n; i++)
		e->by_attrs[i] = i;
	qsort_r(e->by_attrs, t->n, sizeof(*e->by_attrs), by_attrs, (void *)(uintptr_t)t);
}

void
emit_fini(struct emit *e)
{
	mem_free(MEM_MISC, e->by_attrs);
}

void
emit_rewind(struct emit *e)
{
	e->at = 0;
	e->eor_at = 0;
	e->routes = e->updates = e->too_long = 0;
}

static const struct table_route *
route_at(const struct emit *e, size_t i)
{
	return &e->table->routes[e->packed ? e->by_attrs[i] : i];
}

static bool
is_wanted(const struct emit *e, const struct table_route *r)
{
	return e->families[r->prefix.family] && !r->withdrawn;
}

/* One UPDATE, from the route at e->at on. */
static void
emit_update(struct emit *e, struct wr *w)
{
	struct ip_prefix batch[BATCH_MAX];
	const struct table_route *first = route_at(e, e->at);
	size_t n = 0, done;

	while (n < (e->packed ? BATCH_MAX : 1) && e->at + n < e->table->n) {
		const struct table_route *r = route_at(e, e->at + n);

		if (r->attrs != first->attrs || r->prefix.family != first->prefix.family ||
		    r->withdrawn)
			break;
		batch[n++] = r->prefix;
	}
	done = bgp_update_announce(w, &e->how, &e->table->attrs[first->attrs], batch, n);
	if (done == 0) {
		e->too_long += n;
		e->at += n;
		return;
	}
	e->updates++;
	e->routes += done;
	e->at += done;
}

bool
emit_next(struct emit *e, struct wr *w)
{
	size_t before = wr_len(w);

	while (e->at < e->table->n && wr_room(w) >= BGP_MSG_MAX) {
		if (is_wanted(e, route_at(e, e->at)))
			emit_update(e, w);
		else
			e->at++;
	}
	for (; e->at == e->table->n && e->eor_at < IP_FAMILIES && wr_room(w) >= BGP_MSG_MAX;
	     e->eor_at++) {
		if (e->families[e->eor_at])
			bgp_update_end_of_rib(w, (enum ip_family)e->eor_at);
	}
	return wr_len(w) > before;
}
