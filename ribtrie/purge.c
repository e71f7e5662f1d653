/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stale paths: marking all of a source's in O(1), removing them in slices.
 *
 * A path carries the epoch of its source at its last announcement; the source's own epoch moves on
 * when it is marked, and every path with another one is stale. Epochs are one byte. Should a source
 * be marked 255 times while there always are stale paths left, the oldest would become fresh again;
 * before that, one walk over the table gives all stale ones the same epoch.
 */
#include "ribtrie/rib_table.h"

#define MARKS_MAX 254

/* Make all stale paths of the source one epoch old. */
static void
stale_renumber(struct rib_table *t, unsigned source)
{
	uint8_t now = t->sources[source].epoch, before = (uint8_t)(now - 1);

	for (uint32_t id = 0; id < t->entries.used; id++) {
		struct entry *e = entry_at(t, id);

		if (e->attrs == ATTRS_NONE)
			continue;
		if (e->source == source && e->epoch != now)
			e->epoch = before;
		/* The element that only holds a path id may match too: it has no use for an epoch.
		 */
		for (uint32_t i = e->more; i != ARENA_NONE; i = further_at(t, i)->next) {
			struct further *f = further_at(t, i);

			if (f->source == source && f->epoch != now)
				f->epoch = before;
		}
	}
	t->sources[source].marks = 1;
}

void
rib_mark_stale(struct rib *r, enum ip_family family, unsigned source, enum rib_stale reason)
{
	struct rib_table *t;

	ASSERT(family < IP_FAMILIES && source < RIB_SOURCES_MAX);
	t = &r->tables[family];
	if (t->sources[source].paths == 0)
		return;
	if (t->sources[source].stale == 0)
		t->sources[source].marks = 0;
	else if (t->sources[source].marks == MARKS_MAX)
		stale_renumber(t, source);
	t->sources[source].epoch++;
	t->sources[source].marks++;
	t->sources[source].lost = reason == RIB_STALE_LOST;
	t->sources[source].stale = t->sources[source].paths;
	t->generation++;
}

size_t
rib_stale_count(const struct rib *r, enum ip_family family, unsigned source)
{
	ASSERT(family < IP_FAMILIES && source < RIB_SOURCES_MAX);
	return r->tables[family].sources[source].stale;
}

void
rib_sweep_start(struct rib_sweep *sweep, enum ip_family family, unsigned source)
{
	ASSERT(family < IP_FAMILIES && source < RIB_SOURCES_MAX);
	*sweep = (struct rib_sweep){
		.family = family, .source = (uint8_t)source, .cursor = { .family = (uint8_t)family }
	};
}

/* The path id of some stale path of the source at this entry. */
static bool
find_stale(const struct rib_table *t, uint32_t id, uint8_t source, uint32_t *path_id)
{
	struct path_list l;
	bool found = false;

	paths_load(t, entry_at(t, id), &l);
	for (size_t i = 0; i < l.count && !found; i++) {
		found = l.paths[i].source == source && l.paths[i].stale;
		*path_id = l.paths[i].path_id;
	}
	path_list_fini(&l);
	return found;
}

static void
sweep_prefix(struct rib *r, const struct rib_sweep *sweep, rib_changed_fn *removed, void *ctx)
{
	const struct rib_table *t = &r->tables[sweep->family];
	struct ip_prefix p = sweep->cursor;
	uint32_t id, path_id;

	/* Looked up again each time: the id is gone with its last path, and the callback may do
	 * what it likes. */
	while ((id = trie_get(t->trie, &p)) != TRIE_NONE &&
	       find_stale(t, id, sweep->source, &path_id)) {
		struct rib_result res = rib_withdraw(r, &p, sweep->source, path_id);

		if (removed != NULL)
			removed(ctx, &p, &res);
	}
}

bool
rib_sweep(struct rib *r, struct rib_sweep *sweep, size_t budget, rib_changed_fn *removed, void *ctx)
{
	const struct rib_table *t = &r->tables[sweep->family];

	for (; budget > 0; budget--) {
		uint32_t id;

		if (t->sources[sweep->source].stale == 0)
			return true;
		id = sweep->started ? trie_next(t->trie, &sweep->cursor)
				    : trie_first(t->trie, &sweep->cursor);
		sweep->started = true;
		if (id == TRIE_NONE)
			return true;
		sweep_prefix(r, sweep, removed, ctx);
	}
	return false;
}
