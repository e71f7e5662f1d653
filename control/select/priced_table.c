/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/priced_state.h"
#include "lib/mem.h"
#include "ribtrie/rib.h"

void
priced_table_init(struct priced_table *t)
{
	*t = (struct priced_table){ 0 };
}

void
priced_table_fini(struct priced_table *t)
{
	mem_free(MEM_SELECT, t->entries);
	priced_table_init(t);
}

/* The RIB entry with the longest match for the whole prefix. */
static uint32_t
route_of(const struct rib *rib, const struct ip_prefix *p)
{
	uint32_t id = rib_lookup(rib, p);

	return id != RIB_NONE ? id : rib_cover(rib, p);
}

/* Some RIB entry that an entry without traffic forwards for. */
static uint32_t
any_route(const struct rib *rib, const struct ip_prefix *p, uint32_t action)
{
	struct ip_prefix at = *p;
	uint32_t id = route_of(rib, p);

	while (id == RIB_NONE || rib_best_nexthop(rib, (enum ip_family)p->family, id) != action) {
		id = rib_next_below(rib, p, &at);
		if (id == RIB_NONE)
			break;
	}
	return id;
}

static size_t
list_entry(const struct priced *p, const struct pnode *n, struct priced_table *out)
{
	uint32_t def = p->config.default_action;

	if (out->n == out->cap) {
		out->cap = out->cap > 0 ? 2 * out->cap : 256;
		out->entries =
		    mem_resize(MEM_SELECT, out->entries, out->cap, sizeof(*out->entries));
	}
	out->entries[out->n] = (struct priced_entry){ .prefix = pnode_prefix(&p->tree, n),
		.action = n->want,
		.kind = n->route && n->act == n->want ? PRICED_ROUTE
			: n->want == def              ? PRICED_GUARD
						      : PRICED_SYNTHETIC,
		.pinned = n->always && n->route && n->act == n->want,
		.id = RIB_NONE };
	return out->n++;
}

/* `serving` is the entry in force, or SIZE_MAX; heaviest[] has the largest place of each entry. */
static void
list_below(const struct priced *p, const struct pnode *n, size_t serving, struct priced_table *out,
    int64_t **heaviest)
{
	if (n->want != ACTION_NONE) {
		size_t cap = out->cap;

		serving = list_entry(p, n, out);
		if (out->cap != cap)
			*heaviest = mem_resize(MEM_SELECT, *heaviest, out->cap, sizeof(**heaviest));
		(*heaviest)[serving] = 0;
	}
	if (n->act != ACTION_PUNT) /* without a route it counts in neither */
		out->total += n->weight;
	if (n->weight > 0 && n->act != ACTION_PUNT && priced_in_force(n) == n->act) {
		out->covered += n->weight;
		if (serving != SIZE_MAX) {
			struct priced_entry *e = &out->entries[serving];

			e->places++;
			e->weight += n->weight;
			if (n->weight > (*heaviest)[serving]) {
				struct ip_prefix place = pnode_prefix(&p->tree, n);

				(*heaviest)[serving] = n->weight;
				e->id = route_of(p->config.rib, &place);
			}
		}
	}
	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] != NULL)
			list_below(p, n->child[b], serving, out, heaviest);
}

void
priced_table_get(const struct priced *p, struct priced_table *t)
{
	int64_t *heaviest = NULL;

	t->n = 0;
	t->covered = t->total = 0;
	if (t->cap > 0)
		heaviest = mem_calloc(MEM_SELECT, t->cap, sizeof(*heaviest));
	list_below(p, p->tree.root, SIZE_MAX, t, &heaviest);
	mem_free(MEM_SELECT, heaviest);
	for (size_t i = 0; i < t->n; i++) {
		struct priced_entry *e = &t->entries[i];

		if (e->id == RIB_NONE && e->action != ACTION_PUNT)
			e->id = any_route(p->config.rib, &e->prefix, e->action);
	}
}

static int64_t
covered_below(const struct pnode *n, int64_t *total)
{
	int64_t covered = 0;

	if (n->act != ACTION_PUNT) {
		*total += n->weight;
		covered = priced_in_force(n) == n->act ? n->weight : 0;
	}
	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] != NULL)
			covered += covered_below(n->child[b], total);
	return covered;
}

int64_t
priced_covered(const struct priced *p, int64_t *total)
{
	*total = 0;
	return covered_below(p->tree.root, total);
}

/* Add up what an entry serves, from n down to the next entries. */
static void
serve(const struct pnode *n, struct priced_entry *e, const struct pnode **heaviest)
{
	if (n->weight > 0 && n->act == e->action) {
		e->places++;
		e->weight += n->weight;
		if (*heaviest == NULL || n->weight > (*heaviest)->weight)
			*heaviest = n;
	}
	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] != NULL && n->child[b]->want == ACTION_NONE)
			serve(n->child[b], e, heaviest);
}

/* The nodes lie far apart in memory: have those that are next on their way, and then what is below
 * them. */
static void
fetch_ahead(const struct priced *p, size_t i)
{
	if (i + 8 < p->n_wanted)
		pnode_fetch(p->wanted[i + 8]);
	if (i + 4 < p->n_wanted)
		for (unsigned b = 0; b < 2; b++)
			pnode_fetch(p->wanted[i + 4]->child[b]);
}

/* An entry, with what it serves. */
static void
list_serving(const struct priced *p, const struct pnode *n, struct priced_table *t)
{
	size_t at = list_entry(p, n, t); /* which may move the list */
	struct priced_entry *e = &t->entries[at];
	const struct pnode *heaviest = NULL;

	if (e->action == ACTION_PUNT)
		return;
	serve(n, e, &heaviest);
	if (heaviest != NULL) {
		struct ip_prefix place = pnode_prefix(&p->tree, heaviest);

		e->id = route_of(p->config.rib, &place);
	}
	if (e->id == RIB_NONE)
		e->id = any_route(p->config.rib, &e->prefix, e->action);
}

void
priced_table_entries(const struct priced *p, struct priced_table *t)
{
	t->n = 0;
	t->covered = p->covered;
	t->total = p->total;
	for (size_t i = 0; i < p->n_wanted; i++) {
		fetch_ahead(p, i);
		list_serving(p, p->wanted[i], t);
	}
}

/* The node above the prefix that comes after `above` (NULL: the first); NULL after the last. */
static const struct pnode *
next_above(const struct priced *p, const struct ip_prefix *prefix, const struct pnode *above)
{
	const struct pnode *n =
	    above == NULL ? p->tree.root : above->child[prefix_bit_at(prefix, above->len)];
	struct ip_prefix at;

	if (n == NULL || n->len >= prefix->len)
		return NULL;
	at = pnode_prefix(&p->tree, n);
	return prefix_contains(&at, prefix) ? n : NULL;
}

bool
priced_wants_near(const struct priced *p, const struct ip_prefix *prefix)
{
	const struct pnode *n = NULL;
	struct ip_prefix at;
	size_t i;

	while ((n = next_above(p, prefix, n)) != NULL)
		if (n->want != ACTION_NONE)
			return true;
	i = priced_wanted_from(p, prefix);
	if (i == p->n_wanted)
		return false;
	at = pnode_prefix(&p->tree, p->wanted[i]);
	return prefix_contains(prefix, &at);
}

bool
priced_table_near(const struct priced *p, const struct ip_prefix *prefix, size_t most,
    struct priced_table *t, size_t *above)
{
	const struct pnode *n = NULL;
	size_t i = priced_wanted_from(p, prefix);

	t->n = 0;
	while ((n = next_above(p, prefix, n)) != NULL)
		if (n->want != ACTION_NONE)
			list_serving(p, n, t);
	*above = t->n;
	for (; i < p->n_wanted && t->n < most; i++) {
		struct ip_prefix at = pnode_prefix(&p->tree, p->wanted[i]);

		if (!prefix_contains(prefix, &at))
			return true;
		list_serving(p, p->wanted[i], t);
	}
	return t->n < most;
}
