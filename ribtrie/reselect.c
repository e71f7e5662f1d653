/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Next hops that cannot be used any more, or can again: the decision process starts over for what
 * has a choice (RFC 4271 9.1.2: a route whose next hop is not resolvable is left out).
 *
 * Cost: all prefixes with several paths are put in order anew, about a microsecond each. Links do
 * not come and go all the time.
 */
#include "ribtrie/rib_table.h"

static void
reselect(struct rib *r, struct rib_table *t, uint32_t id, rib_changed_fn *changed, void *ctx)
{
	struct entry *e = entry_at(t, id);
	uint32_t before = e->attrs;
	struct ip_prefix p;
	struct path_list l;
	struct rib_result res;

	paths_load(t, e, &l);
	paths_store(r, t, e, &l);
	path_list_fini(&l);
	if (e->attrs == before)
		return;
	res = (struct rib_result){ .change = RIB_BEST_CHANGED,
		.id = id,
		.nexthop_changed =
		    attrs_nexthop(r->attrs, e->attrs) != attrs_nexthop(r->attrs, before) };
	p = entry_prefix(t, e);
	changed(ctx, &p, &res);
}

void
rib_nexthops_changed(struct rib *r, rib_changed_fn *changed, void *ctx)
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		struct rib_table *t = &r->tables[f];

		/* Actions are others now even where no path took another's place. */
		t->generation++;
		for (uint32_t id = 0; id < t->entries.used; id++)
			if (entry_at(t, id)->attrs != ATTRS_NONE &&
			    !entry_is_single(entry_at(t, id)))
				reselect(r, t, id, changed, ctx);
	}
}
