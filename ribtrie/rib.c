/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RIB.
 *
 *	trie                entries (arena)                     further paths (arena)
 *	prefix -> id -----> [ best path | prefix ] --more-----> [ path ] -> [ path ]
 *	                       |                                   |
 *	                       +-> attribute set <-----------------+     (a reference each)
 *
 * Most prefixes have one path and no path id, so that is all an entry holds: 16 bytes for IPv4, 28
 * for IPv6. A further path takes 14. An entry whose best path has a path id (ADD-PATH) keeps that
 * in a first element of the list that is no path. Entries never move and ids are their places.
 *
 * Changes to an entry with several paths take all of them out, change the list, put it in order
 * and store it again (rib_paths.c): staleness and sources may have changed since it was last
 * ordered, so there is no shortcut that would be right. Lists are short.
 *
 * A path is stale when its epoch is not the current one of its source, which makes marking all of
 * a source's paths O(1) (purge.c). Marking does not order anything anew: a stale best path stays
 * in use (RFC 4724 4.2 asks for that) until something else about the prefix changes.
 *
 * Cost: announcing what is known costs a walk down the trie and allocates nothing.
 */
#include "ribtrie/rib.h"

#include "ribtrie/rib_table.h"

static const struct rib_table *
table_of(const struct rib *r, enum ip_family family)
{
	ASSERT(family < IP_FAMILIES);
	return &r->tables[family];
}

static struct rib_table *
table_for(struct rib *r, enum ip_family family)
{
	ASSERT(family < IP_FAMILIES);
	return &r->tables[family];
}

/* An entry whose id is in use. */
static const struct entry *
entry_used(const struct rib *r, enum ip_family family, uint32_t id)
{
	const struct rib_table *t = table_of(r, family);
	const struct entry *e = entry_at(t, id);

	ASSERT(id < t->entries.used && e->attrs != ATTRS_NONE);
	return e;
}

static void
table_init(struct rib_table *t, enum ip_family family)
{
	size_t words = ip_bits(family) / 32;

	t->family = family;
	t->withheld_action = RIB_WITHHELD;
	t->trie = trie_new(family);
	arena_init(&t->entries, MEM_RIB, sizeof(struct entry) + words * sizeof(uint32_t));
	arena_init(&t->further, MEM_RIB, sizeof(struct further));
}

struct rib *
rib_new(struct attrs_table *attrs)
{
	struct rib *r = mem_alloc(MEM_RIB, sizeof(*r));

	r->attrs = attrs;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		table_init(&r->tables[family], family);
	return r;
}

static void
table_fini(struct rib *r, struct rib_table *t)
{
	for (uint32_t id = 0; id < t->entries.used; id++) {
		const struct entry *e = entry_at(t, id);
		struct path_list l;

		if (e->attrs == ATTRS_NONE)
			continue;
		paths_load(t, e, &l);
		for (size_t i = 0; i < l.count; i++)
			attrs_unref(r->attrs, l.paths[i].attrs);
		path_list_fini(&l);
	}
	arena_fini(&t->entries);
	arena_fini(&t->further);
	trie_free(t->trie);
}

void
rib_free(struct rib *r)
{
	if (r == NULL)
		return;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		table_fini(r, &r->tables[family]);
	mem_free(MEM_RIB, r);
}

struct attrs_table *
rib_attrs(const struct rib *r)
{
	return r->attrs;
}

void
rib_set_source(struct rib *r, unsigned source, const struct rib_source *info)
{
	ASSERT(source < RIB_SOURCES_MAX);
	r->sources[source] = *info;
}

const struct rib_source *
rib_source_peek(const struct rib *r, unsigned source)
{
	ASSERT(source < RIB_SOURCES_MAX);
	return &r->sources[source];
}

/* --- entries -----------------------------------------------------------------------------------
 */

static void
entry_set_prefix(const struct rib_table *t, struct entry *e, const struct ip_prefix *p)
{
	e->len = p->len;
	e->addr[0] = (uint32_t)(p->hi >> 32);
	if (t->family == IP_V6) {
		e->addr[1] = (uint32_t)p->hi;
		e->addr[2] = (uint32_t)(p->lo >> 32);
		e->addr[3] = (uint32_t)p->lo;
	}
}

struct ip_prefix
entry_prefix(const struct rib_table *t, const struct entry *e)
{
	struct ip_prefix p = {
		.hi = (uint64_t)e->addr[0] << 32, .family = (uint8_t)t->family, .len = e->len
	};

	if (t->family == IP_V6) {
		p.hi |= e->addr[1];
		p.lo = (uint64_t)e->addr[2] << 32 | e->addr[3];
	}
	return p;
}

/* A free id, taken but not in use yet. */
static uint32_t
entry_new(struct rib_table *t)
{
	uint32_t id = arena_alloc(&t->entries, 1);

	entry_at(t, id)->attrs = ATTRS_NONE;
	return id;
}

static struct rib_result
result(enum rib_change change, uint32_t id)
{
	return (struct rib_result){ .change = change, .id = id };
}

/* The result of a change to an entry that stays. `old` still has its reference. */
static struct rib_result
result_changed(const struct rib *r, struct rib_table *t, uint32_t id, uint32_t old)
{
	uint32_t new = entry_at(t, id)->attrs;
	struct rib_result res = result(RIB_PATH_CHANGED, id);

	if (new != old) {
		res.change = RIB_BEST_CHANGED;
		res.nexthop_changed = attrs_nexthop(r->attrs, new) != attrs_nexthop(r->attrs, old);
		t->generation++;
	}
	return res;
}

/* The first path of the prefix; the entry is in the trie already. */
static struct rib_result
entry_add(struct rib *r, struct rib_table *t, uint32_t id, const struct ip_prefix *p,
    const struct best_path *path)
{
	struct entry *e = entry_at(t, id);
	struct path_list l;

	l.paths = l.few;
	l.count = 1;
	l.paths[0] = *path;
	e->more = ARENA_NONE;
	e->held_back = false;
	entry_set_prefix(t, e, p);
	paths_store(r, t, e, &l);
	attrs_ref(r->attrs, path->attrs);
	t->path_count++;
	t->sources[path->source].paths++;
	t->generation++;
	return result(RIB_ADDED, id);
}

/* --- announce ----------------------------------------------------------------------------------
 */

/* Replace a known path by what was announced now, whose epoch is the current one. */
static void
path_replace(struct rib *r, struct rib_table *t, struct best_path *old, uint32_t attrs)
{
	if (old->stale)
		t->sources[old->source].stale--;
	attrs_ref(r->attrs, attrs);
	old->attrs = attrs;
	old->epoch = t->sources[old->source].epoch;
	old->stale = false;
}

static struct best_path *
list_find(struct path_list *l, unsigned source, uint32_t path_id)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->paths[i].source == source && l->paths[i].path_id == path_id)
			return &l->paths[i];
	return NULL;
}

/* One path there and one announced, the same one: no list, no order. */
static struct rib_result
announce_single(struct rib *r, struct rib_table *t, uint32_t id, uint32_t attrs)
{
	struct entry *e = entry_at(t, id);
	uint32_t old = e->attrs;
	bool stale = path_is_stale(t, e->source, e->epoch);
	struct rib_result res;

	if (old == attrs && !stale)
		return result(RIB_UNCHANGED, id);
	if (stale)
		t->sources[e->source].stale--;
	e->epoch = t->sources[e->source].epoch;
	e->attrs = attrs;
	attrs_ref(r->attrs, attrs);
	res = result_changed(r, t, id, old);
	attrs_unref(r->attrs, old);
	return res;
}

static struct rib_result
announce_among(struct rib *r, struct rib_table *t, uint32_t id, const struct best_path *path)
{
	struct entry *e = entry_at(t, id);
	uint32_t old_best = e->attrs, replaced = ATTRS_NONE;
	struct path_list l;
	struct best_path *same;
	struct rib_result res = result(RIB_UNCHANGED, id);

	paths_load(t, e, &l);
	same = list_find(&l, path->source, path->path_id);
	if (same != NULL && same->attrs == path->attrs && !same->stale)
		goto out;
	if (same != NULL) {
		replaced = same->attrs;
		path_replace(r, t, same, path->attrs);
	} else {
		l.paths[l.count++] = *path;
		attrs_ref(r->attrs, path->attrs);
		t->path_count++;
		t->sources[path->source].paths++;
	}
	paths_store(r, t, e, &l);
	res = result_changed(r, t, id, old_best);
	if (replaced != ATTRS_NONE)
		attrs_unref(r->attrs, replaced);
out:
	path_list_fini(&l);
	return res;
}

struct rib_result
rib_announce(
    struct rib *r, const struct ip_prefix *p, unsigned source, uint32_t path_id, uint32_t attrs)
{
	struct rib_table *t = table_for(r, (enum ip_family)p->family);
	struct best_path path = { .attrs = attrs, .path_id = path_id, .source = (uint8_t)source };
	uint32_t fresh, id;
	const struct entry *e;

	ASSERT(source < RIB_SOURCES_MAX && attrs != ATTRS_NONE);
	path.epoch = t->sources[source].epoch;
	/* An id to store if the prefix is new: cheaper than going down twice. */
	fresh = entry_new(t);
	id = trie_insert_new(t->trie, p, fresh);
	if (id == TRIE_NONE)
		return entry_add(r, t, fresh, p, &path);
	arena_free(&t->entries, fresh, 1);
	e = entry_at(t, id);
	if (entry_is_single(e) && e->source == source && path_id == 0)
		return announce_single(r, t, id, attrs);
	return announce_among(r, t, id, &path);
}

/* --- withdraw ----------------------------------------------------------------------------------
 */

static struct rib_result
entry_remove(struct rib *r, struct rib_table *t, uint32_t id, const struct ip_prefix *p)
{
	struct entry *e = entry_at(t, id);

	trie_remove(t->trie, p);
	attrs_unref(r->attrs, e->attrs);
	paths_drop(t, e);
	e->attrs = ATTRS_NONE;
	arena_free(&t->entries, id, 1);
	t->generation++;
	return result(RIB_REMOVED, id);
}

struct rib_result
rib_withdraw(struct rib *r, const struct ip_prefix *p, unsigned source, uint32_t path_id)
{
	struct rib_table *t = table_for(r, (enum ip_family)p->family);
	uint32_t id = trie_get(t->trie, p), old_best, removed;
	struct rib_result res;
	struct path_list l;
	struct best_path *path;
	struct entry *e;

	ASSERT(source < RIB_SOURCES_MAX);
	if (id == TRIE_NONE)
		return result(RIB_UNCHANGED, RIB_NONE);
	e = entry_at(t, id);
	paths_load(t, e, &l);
	path = list_find(&l, source, path_id);
	if (path == NULL) {
		path_list_fini(&l);
		return result(RIB_UNCHANGED, id);
	}
	t->path_count--;
	t->sources[source].paths--;
	t->sources[source].stale -= path->stale;
	if (l.count == 1) {
		path_list_fini(&l);
		return entry_remove(r, t, id, p);
	}
	old_best = e->attrs;
	removed = path->attrs;
	*path = l.paths[--l.count];
	paths_store(r, t, e, &l);
	path_list_fini(&l);
	res = result_changed(r, t, id, old_best);
	attrs_unref(r->attrs, removed);
	return res;
}

/* --- questions ---------------------------------------------------------------------------------
 */

size_t
rib_count(const struct rib *r, enum ip_family family)
{
	return trie_count(table_of(r, family)->trie);
}

size_t
rib_path_count(const struct rib *r, enum ip_family family)
{
	return table_of(r, family)->path_count;
}

size_t
rib_source_path_count(const struct rib *r, enum ip_family family, unsigned source)
{
	ASSERT(source < RIB_SOURCES_MAX);
	return table_of(r, family)->sources[source].paths;
}

uint32_t
rib_id_limit(const struct rib *r, enum ip_family family)
{
	return table_of(r, family)->entries.used;
}

uint64_t
rib_generation(const struct rib *r, enum ip_family family)
{
	return table_of(r, family)->generation;
}

uint32_t
rib_lookup(const struct rib *r, const struct ip_prefix *p)
{
	return trie_get(table_of(r, (enum ip_family)p->family)->trie, p);
}

uint32_t
rib_lpm(const struct rib *r, const struct ip_addr *a)
{
	return trie_lpm(table_of(r, (enum ip_family)a->family)->trie, a->hi, a->lo);
}

void
rib_lpm_batch(const struct rib *r, enum ip_family family, const uint64_t *hi, const uint64_t *lo,
    size_t n, uint32_t *ids)
{
	trie_lpm_batch(table_of(r, family)->trie, hi, lo, n, ids);
}

uint32_t
rib_cover(const struct rib *r, const struct ip_prefix *p)
{
	return trie_cover(table_of(r, (enum ip_family)p->family)->trie, p);
}

struct ip_prefix
rib_prefix(const struct rib *r, enum ip_family family, uint32_t id)
{
	return entry_prefix(table_of(r, family), entry_used(r, family, id));
}

uint32_t
rib_best_attrs(const struct rib *r, enum ip_family family, uint32_t id)
{
	return entry_used(r, family, id)->attrs;
}

static bool
is_withheld(const struct rib *r, const struct rib_table *t, const struct entry *e)
{
	return e->held_back || !nexthop_usable(r->attrs, attrs_nexthop(r->attrs, e->attrs)) ||
	       (attrs_marks(r->attrs, e->attrs) & t->withheld_marks) != 0;
}

uint32_t
rib_best_nexthop(const struct rib *r, enum ip_family family, uint32_t id)
{
	const struct rib_table *t = table_of(r, family);
	const struct entry *e = entry_used(r, family, id);

	return is_withheld(r, t, e) ? t->withheld_action : attrs_nexthop(r->attrs, e->attrs);
}

bool
rib_is_withheld(const struct rib *r, enum ip_family family, uint32_t id)
{
	return is_withheld(r, table_of(r, family), entry_used(r, family, id));
}

void
rib_withhold(struct rib *r, enum ip_family family, uint8_t marks, uint32_t action)
{
	struct rib_table *t = table_for(r, family);

	if (t->withheld_marks == marks && t->withheld_action == action)
		return;
	t->withheld_marks = marks;
	t->withheld_action = action;
	t->generation++;
}

void
rib_marks_changed(struct rib *r)
{
	for (size_t i = 0; i < IP_FAMILIES; i++)
		r->tables[i].generation++;
}

struct rib_result
rib_hold_back(struct rib *r, const struct ip_prefix *p, bool hold)
{
	struct rib_table *t = table_for(r, (enum ip_family)p->family);
	uint32_t id = trie_get(t->trie, p);
	struct rib_result res = result(RIB_UNCHANGED, id);
	struct entry *e;

	if (id == TRIE_NONE)
		return result(RIB_UNCHANGED, RIB_NONE);
	e = entry_at(t, id);
	if (e->held_back == hold)
		return res;
	e->held_back = hold;
	t->generation++;
	res.change = RIB_BEST_CHANGED;
	res.nexthop_changed = true;
	return res;
}

bool
rib_best_stale(const struct rib *r, enum ip_family family, uint32_t id)
{
	const struct entry *e = entry_used(r, family, id);

	return path_is_stale(table_of(r, family), e->source, e->epoch);
}

size_t
rib_paths(const struct rib *r, enum ip_family family, uint32_t id, struct rib_path *out, size_t max,
    enum rib_reason *reason)
{
	struct path_list l;
	size_t count;

	paths_load(table_of(r, family), entry_used(r, family, id), &l);
	if (l.count > 1)
		paths_weigh(r, table_of(r, family), &l);
	for (size_t i = 0; i < l.count && i < max; i++)
		out[i] = (struct rib_path){ .attrs = l.paths[i].attrs,
			.path_id = l.paths[i].path_id,
			.source = l.paths[i].source,
			.stale = l.paths[i].stale,
			.reason =
			    i == 0 ? RIB_ONLY_PATH : best_reason(&l.paths[i - 1], &l.paths[i]) };
	*reason = l.count > 1 ? best_reason(&l.paths[0], &l.paths[1]) : RIB_ONLY_PATH;
	count = l.count;
	path_list_fini(&l);
	return count;
}

const char *
rib_reason_name(enum rib_reason reason)
{
	static const char *const names[] = {
		[RIB_ONLY_PATH] = "only-path",
		[RIB_BY_NEXTHOP] = "next-hop",
		[RIB_BY_STALE] = "stale",
		[RIB_BY_LOCAL_PREF] = "local-pref",
		[RIB_BY_AS_PATH] = "as-path",
		[RIB_BY_ORIGIN] = "origin",
		[RIB_BY_MED] = "med",
		[RIB_BY_EBGP] = "ebgp",
		[RIB_BY_ROUTER_ID] = "router-id",
		[RIB_BY_CLUSTER_LIST] = "cluster-list",
		[RIB_BY_ADDRESS] = "address",
		[RIB_BY_PATH_ID] = "path-id",
	};

	return reason < ARRAY_LEN(names) ? names[reason] : "unknown";
}

uint32_t
rib_first(const struct rib *r, enum ip_family family, struct ip_prefix *cursor)
{
	return trie_first(table_of(r, family)->trie, cursor);
}

uint32_t
rib_next(const struct rib *r, struct ip_prefix *cursor)
{
	return trie_next(table_of(r, (enum ip_family)cursor->family)->trie, cursor);
}

uint32_t
rib_next_below(const struct rib *r, const struct ip_prefix *top, struct ip_prefix *cursor)
{
	return trie_next_below(table_of(r, (enum ip_family)top->family)->trie, top, cursor);
}

void
rib_walk_below(struct trie_walk *w, const struct rib *r, const struct ip_prefix *top)
{
	trie_walk_below(w, table_of(r, (enum ip_family)top->family)->trie, top);
}

size_t
rib_bytes(const struct rib *r)
{
	size_t bytes = sizeof(*r);

	for (size_t i = 0; i < IP_FAMILIES; i++)
		bytes += arena_bytes(&r->tables[i].entries) + arena_bytes(&r->tables[i].further);
	return bytes;
}

size_t
rib_trie_bytes(const struct rib *r, enum ip_family family)
{
	return trie_bytes(table_of(r, family)->trie);
}

void
rib_trim(struct rib *r, enum ip_family family)
{
	struct rib_table *t = &r->tables[family];

	arena_trim(&t->entries);
	arena_trim(&t->further);
	trie_trim(t->trie);
	attrs_trim(r->attrs);
}
