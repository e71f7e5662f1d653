/* SPDX-License-Identifier: Apache-2.0 */
#include "ribtrie/rib_table.h"

/* The further paths of an entry proper, after the one that only holds a path id. */
static uint32_t
first_further(const struct rib_table *t, const struct entry *e)
{
	return e->has_path_id ? further_at(t, e->more)->next : e->more;
}

static size_t
count_paths(const struct rib_table *t, const struct entry *e)
{
	size_t n = 1;

	for (uint32_t i = first_further(t, e); i != ARENA_NONE; i = further_at(t, i)->next)
		n++;
	return n;
}

void
paths_load(const struct rib_table *t, const struct entry *e, struct path_list *l)
{
	size_t n = 1;

	l->count = count_paths(t, e);
	l->room = ARRAY_LEN(l->few);
	l->paths = l->few;
	if (l->count + 1 > l->room) {
		l->room = l->count + 1;
		l->paths = mem_calloc(MEM_RIB, l->room, sizeof(*l->paths));
	}
	l->paths[0] = (struct best_path){
		.attrs = e->attrs,
		.path_id = e->has_path_id ? further_at(t, e->more)->path_id : 0,
		.source = e->source,
		.epoch = e->epoch,
		.stale = path_is_stale(t, e->source, e->epoch),
	};
	for (uint32_t i = first_further(t, e); i != ARENA_NONE; n++) {
		const struct further *f = further_at(t, i);

		l->paths[n] = (struct best_path){
			.attrs = f->attrs,
			.path_id = f->path_id,
			.source = f->source,
			.epoch = f->epoch,
			.stale = path_is_stale(t, f->source, f->epoch),
		};
		i = f->next;
	}
}

void
path_list_fini(struct path_list *l)
{
	if (l->paths != l->few)
		mem_free(MEM_RIB, l->paths);
}

/* Make the chain of the entry n long. */
static void
chain_resize(struct rib_table *t, struct entry *e, size_t n)
{
	size_t have = 0;

	for (uint32_t i = e->more; i != ARENA_NONE; i = further_at(t, i)->next)
		have++;
	for (; have < n; have++) {
		uint32_t i = arena_alloc(&t->further, 1);

		further_at(t, i)->next = e->more;
		e->more = i;
	}
	for (; have > n; have--) {
		uint32_t i = e->more;

		e->more = further_at(t, i)->next;
		arena_free(&t->further, i, 1);
	}
}

/* What a source has at a prefix is kept from before as a whole or not at all: else the first of
 * several paths that a returning peer announces again would be best until the others follow. */
static bool
kept_from_before(const struct rib_table *t, const struct path_list *l, const struct best_path *p)
{
	if (!p->stale || !t->sources[p->source].lost)
		return false;
	for (size_t i = 0; i < l->count; i++)
		if (l->paths[i].source == p->source && !l->paths[i].stale)
			return false;
	return true;
}

void
paths_weigh(const struct rib *r, const struct rib_table *t, struct path_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct best_path *p = &l->paths[i];

		best_fill(p, r->attrs, &r->sources[p->source]);
		p->kept = kept_from_before(t, l, p);
	}
}

void
paths_store(struct rib *r, struct rib_table *t, struct entry *e, struct path_list *l)
{
	const struct best_path *best = l->paths;
	uint32_t i;

	if (l->count > 1) {
		paths_weigh(r, t, l);
		best_order(l->paths, l->count);
	}
	e->attrs = best->attrs;
	e->source = best->source;
	e->epoch = best->epoch;
	e->has_path_id = best->path_id != 0;
	chain_resize(t, e, l->count - 1 + e->has_path_id);
	i = e->more;
	if (e->has_path_id) {
		further_at(t, i)->path_id = best->path_id;
		i = further_at(t, i)->next;
	}
	for (size_t n = 1; n < l->count; n++) {
		struct further *f = further_at(t, i);

		f->attrs = l->paths[n].attrs;
		f->path_id = l->paths[n].path_id;
		f->source = l->paths[n].source;
		f->epoch = l->paths[n].epoch;
		i = f->next;
	}
}

void
paths_drop(struct rib_table *t, struct entry *e)
{
	chain_resize(t, e, 0);
	e->has_path_id = false;
}
