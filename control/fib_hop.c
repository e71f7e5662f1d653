/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGP next hops and their nexthop objects.
 *
 * Ids are PROTOCOL << 24 | 24 bits of a hash of what the object stands for, the next free one where
 * that is taken; bit 23 tells the members of groups from what routes refer to. So a restart finds
 * each next hop under the id that it had, and routes that are there stay as they are.
 *
 * The kernel does not change an object of one path into a group or back, so a next hop that comes
 * to have several paths gets a new object, and its routes are sent again; one that is a group stays
 * one. Objects without routes are removed by the audit, not at once: some route may still be on its
 * way off it.
 */
#include <errno.h>
#include <linux/neighbour.h>
#include <stdio.h>

#include "control/fib_priv.h"
#include "lib/hash.h"
#include "lib/mem.h"

#define ID_BITS         0x7fffffu
#define ID_GROUP_MEMBER 0x800000u

/* --- ids --- */

static bool
id_taken(const struct fib *f, uint32_t id, bool group)
{
	const struct nl_nexthop *there = nl_model_get_nexthop(f->model, id);

	for (size_t i = 0; i < f->n_hops; i++)
		if (f->hops[i] != NULL && f->hops[i]->id == id)
			return true;
	for (size_t i = 0; i < f->n_leaves; i++)
		if (f->leaves[i].id == id)
			return true;
	return there != NULL && (there->protocol != f->config.protocol || there->is_group != group);
}

static uint32_t
id_for(const struct fib *f, uint64_t hash, bool member, bool group)
{
	uint32_t base = (uint32_t)f->config.protocol << 24 | (member ? ID_GROUP_MEMBER : 0);
	uint32_t low = (uint32_t)hash & ID_BITS;

	while (id_taken(f, base | low, group))
		low = (low + 1) & ID_BITS;
	return base | low;
}

static uint64_t
key_hash(const struct route_nexthop *key)
{
	const uint64_t words[5] = { key->addr.hi, key->addr.lo, key->addr.family,
		key->link_local_hi, key->link_local_lo };

	return hash_bytes(words, sizeof(words), 0);
}

static uint64_t
path_hash(const struct nl_path *path)
{
	const uint64_t words[5] = { path->gateway.hi, path->gateway.lo, path->gateway.family,
		path->ifindex, path->onlink };

	return hash_bytes(words, sizeof(words), 0);
}

uint32_t
fib_content_of_paths(const struct nl_paths *paths)
{
	uint64_t sum = 0;

	/* Whatever their order. */
	for (unsigned i = 0; i < paths->n; i++)
		sum += rng_mix(path_hash(&paths->path[i]) + paths->path[i].weight);
	return (uint32_t)rng_mix(sum) | 1;
}

uint32_t
fib_hop_content(const struct fib *f, const struct fib_hop *h)
{
	return f->config.objects ? h->id : fib_content_of_paths(&h->to.paths);
}

/* --- neighbours --- */

/* Those that somebody set by hand, or keeps by a protocol of its own, are not touched. */
static bool
neighbor_is_others(const struct nl_neigh *n)
{
	return n != NULL &&
	       ((n->state & (NUD_PERMANENT | NUD_NOARP)) != 0 || (n->flags & NTF_EXT_LEARNED) != 0);
}

static void
keep_neighbors(struct fib *f, const struct fib_hop *h)
{
	for (unsigned i = 0; i < h->to.paths.n; i++) {
		const struct nl_path *path = &h->to.paths.path[i];
		const struct nl_neigh *n =
		    nl_model_get_neigh(f->model, path->ifindex, &path->gateway);
		struct wr *w;
		uint32_t seq;

		if (neighbor_is_others(n) || (n != NULL && n->managed))
			continue;
		w = fib_request(f, FIB_ASKED_NEIGHBOR, NULL, &seq);
		nl_neigh_use(w, seq, &path->gateway, path->ifindex, !f->no_managed);
	}
}

/* --- objects --- */

static void
send_object(struct fib *f, enum fib_request request, const struct nl_nexthop *o)
{
	uint32_t seq;
	struct wr *w = fib_request(f, request, NULL, &seq);

	nl_nexthop_put(w, seq, o, true);
	fib_last_request(f)->object = *o;
	f->stats.nexthop_puts++;
}

static struct nl_nexthop
single(const struct fib *f, uint32_t id, const struct nl_path *path)
{
	return (struct nl_nexthop){ .id = id,
		.protocol = f->config.protocol,
		.family = path->gateway.family == IP_V4 ? NL_AF_INET : NL_AF_INET6,
		.path = *path };
}

/* The kernel has the object just so. */
static bool
is_there(const struct fib *f, const struct nl_nexthop *o)
{
	const struct nl_nexthop *there = nl_model_get_nexthop(f->model, o->id);

	if (there == NULL || there->protocol != o->protocol || there->is_group != o->is_group ||
	    there->n_members != o->n_members)
		return false;
	for (unsigned i = 0; i < o->n_members; i++)
		if (there->member[i].id != o->member[i].id ||
		    there->member[i].weight != o->member[i].weight)
			return false;
	return o->is_group || (there->path.ifindex == o->path.ifindex && there->path.has_gateway &&
				  there->path.onlink == o->path.onlink &&
				  ip_equal(&there->path.gateway, &o->path.gateway));
}

static bool
same_way(const struct nl_path *a, const struct nl_path *b)
{
	return a->ifindex == b->ifindex && a->onlink == b->onlink &&
	       ip_equal(&a->gateway, &b->gateway);
}

static struct fib_leaf *
leaf_get(struct fib *f, const struct nl_path *path)
{
	struct fib_leaf *leaf;
	uint32_t id;

	for (size_t i = 0; i < f->n_leaves; i++)
		if (same_way(&f->leaves[i].path, path))
			return &f->leaves[i];
	id = id_for(f, path_hash(path), true, false);
	f->leaves = mem_resize(MEM_KERNEL, f->leaves, f->n_leaves + 1, sizeof(*f->leaves));
	leaf = &f->leaves[f->n_leaves++];
	*leaf = (struct fib_leaf){ .id = id, .path = *path };
	leaf->path.weight = 1;
	return leaf;
}

/* The member object of one path: its id. */
static uint32_t
leaf_make(struct fib *f, const struct nl_path *path)
{
	struct fib_leaf *leaf = leaf_get(f, path);
	struct nl_nexthop o = single(f, leaf->id, &leaf->path);
	bool missing = !leaf->made && !is_there(f, &o);

	leaf->made = true;
	if (missing)
		send_object(f, FIB_ASKED_LEAF, &o);
	return o.id;
}

static void
object_of(struct fib *f, const struct fib_hop *h, struct nl_nexthop *out)
{
	if (!h->group) {
		*out = single(f, h->id, &h->to.paths.path[0]);
		return;
	}
	*out = (struct nl_nexthop){ .id = h->id,
		.protocol = f->config.protocol,
		.is_group = true,
		.n_members = h->to.paths.n };
	for (unsigned i = 0; i < h->to.paths.n; i++) {
		out->member[i].id = leaf_make(f, &h->to.paths.path[i]);
		out->member[i].weight = h->to.paths.path[i].weight;
	}
}

void
fib_hop_make(struct fib *f, struct fib_hop *h)
{
	struct nl_nexthop o;

	h->made = true;
	if (!f->config.objects)
		return;
	object_of(f, h, &o);
	if (!is_there(f, &o))
		send_object(f, FIB_ASKED_OBJECT, &o);
}

/* --- next hops --- */

static struct fib_hop *
hop_by_id(struct fib *f, uint32_t id)
{
	for (size_t i = 0; i < f->n_hops; i++)
		if (f->hops[i] != NULL && f->hops[i]->id == id)
			return f->hops[i];
	return NULL;
}

static struct ip_prefix
host(const struct ip_addr *a)
{
	return prefix_of(a, ip_bits((enum ip_family)a->family));
}

static uint32_t
hop_find(const struct fib *f, const struct route_nexthop *key)
{
	struct ip_prefix p = host(&key->addr);
	uint32_t hit = trie_get(f->hop_index[p.family], &p);

	if (hit == TRIE_NONE || route_nexthop_equal(&f->hops[hit]->key, key))
		return hit == TRIE_NONE ? FIB_NO_HOP : hit;
	/* Another one with the same first address (RFC 2545). */
	for (size_t i = 0; i < f->n_hops; i++)
		if (f->hops[i] != NULL && route_nexthop_equal(&f->hops[i]->key, key))
			return (uint32_t)i;
	return FIB_NO_HOP;
}

static void
resolve(struct fib *f, struct fib_hop *h)
{
	nexthop_resolve(f->model, &h->key, f->config.via_default, &h->to);
	h->refused = false;
	h->usable = h->to.paths.n > 0;
}

static uint32_t
hop_get(struct fib *f, const struct route_nexthop *key)
{
	struct ip_prefix p = host(&key->addr);
	uint32_t i = hop_find(f, key);
	struct fib_hop *h;

	if (i != FIB_NO_HOP)
		return i;
	for (i = 0; i < f->n_hops && f->hops[i] != NULL;)
		i++;
	if (i == f->n_hops)
		f->hops = mem_resize(MEM_KERNEL, f->hops, ++f->n_hops, sizeof(*f->hops));
	h = f->hops[i] = mem_alloc(MEM_KERNEL, sizeof(*h));
	h->key = *key;
	resolve(f, h);
	h->group = h->to.paths.n > 1;
	h->id = id_for(f, key_hash(key), false, h->group);
	trie_insert_new(f->hop_index[p.family], &p, i);
	return i;
}

/* Forget it. */
static void
hop_drop(struct fib *f, uint32_t hop)
{
	struct ip_prefix p = host(&f->hops[hop]->key.addr);
	bool indexed = trie_get(f->hop_index[p.family], &p) == hop;

	mem_free(MEM_KERNEL, f->hops[hop]);
	f->hops[hop] = NULL;
	if (!indexed)
		return;
	trie_remove(f->hop_index[p.family], &p);
	for (uint32_t i = 0; i < f->n_hops; i++)
		if (f->hops[i] != NULL &&
		    ip_equal(&f->hops[i]->key.addr, &(struct ip_addr){ p.hi, p.lo, p.family }))
			trie_insert_new(f->hop_index[p.family], &p, i);
}

uint32_t
fib_hop_ref(struct fib *f, const struct route_nexthop *key)
{
	uint32_t i = hop_get(f, key);
	struct fib_hop *h = f->hops[i];

	h->refs++;
	if (h->usable && !h->made) {
		fib_hop_make(f, h);
		keep_neighbors(f, h);
	}
	return i;
}

uint32_t
fib_hop_adopt(struct fib *f, const struct route_nexthop *key)
{
	uint32_t i = hop_get(f, key);

	f->hops[i]->refs++;
	return i;
}

void
fib_hop_unref(struct fib *f, uint32_t hop)
{
	ASSERT(f->hops[hop]->refs > 0);
	f->hops[hop]->refs--;
}

void
fib_hop_why(const struct fib_hop *h, char why[FIB_WHY_MAX])
{
	char address[IP_TEXT_MAX];

	snprintf(why, FIB_WHY_MAX, "next hop %s is %s: %s", ip_format(&h->key.addr, address),
	    h->refused ? "refused" : "unresolved", h->to.why);
}

const char *
fib_unusable(struct fib *f, const struct route_nexthop *key)
{
	uint32_t hop = hop_get(f, key); /* may move f->hops */

	return f->hops[hop]->usable ? NULL : f->hops[hop]->to.why;
}

/* --- results --- */

/* Routes that refer to it are seen to by fib_update(). */
static void
hop_refused(struct fib *f, struct fib_hop *h, const struct nl_ack *ack)
{
	f->refusals = true;
	h->usable = false;
	h->refused = true;
	snprintf(h->to.why, sizeof(h->to.why), "%s",
	    ack->text[0] != '\0' ? ack->text : strerror(-ack->error));
}

void
fib_object_result(struct fib *f, const struct fib_pending *was, const struct nl_ack *ack)
{
	struct fib_hop *h = hop_by_id(f, was->object.id);

	if (was->request == FIB_ASKED_NEIGHBOR) {
		/* Too old for it: the audit asks again in the old way. */
		f->no_managed |= ack->error == -EINVAL || ack->error == -EOPNOTSUPP;
	} else if (was->request == FIB_ASKED_OBJECT_REMOVAL) {
		if (ack->error == 0 || ack->error == -ENOENT)
			nl_model_nexthop(f->model, &was->object, true);
	} else if (ack->error == 0) {
		/* Its notification says the same, but later. */
		nl_model_nexthop(f->model, &was->object, false);
	} else if (h != NULL && was->request == FIB_ASKED_OBJECT) {
		hop_refused(f, h, ack);
	} else {
		for (size_t i = 0; i < f->n_leaves; i++)
			if (f->leaves[i].id == was->object.id)
				f->leaves[i].made = false;
	}
}

/* --- changes --- */

/* Prefixes of the routes to the hop: mem_free(MEM_KERNEL, result). Results move entries, so that
 * what goes on to send does not walk over them. */
static struct ip_prefix *
routes_of(const struct fib *f, uint32_t hop, size_t *n)
{
	struct ip_prefix *out = mem_calloc(MEM_KERNEL, f->hops[hop]->refs + 1, sizeof(*out));

	*n = 0;
	for (int family = 0; family < IP_FAMILIES; family++)
		for (size_t i = 0; i < f->n[family]; i++)
			if (f->entries[family][i].hop == hop)
				out[(*n)++] = f->entries[family][i].prefix;
	ASSERT(*n == f->hops[hop]->refs);
	return out;
}

/* Send the hop's routes again, all of them. `gone`: the kernel has none of them any more. */
static void
resend_routes(struct fib *f, uint32_t hop, bool gone)
{
	size_t n;
	struct ip_prefix *routes = routes_of(f, hop, &n);

	for (size_t i = 0; i < n; i++) {
		struct fib_entry *e = fib_get(f, &routes[i]);

		if (e == NULL || e->hop != hop)
			continue;
		if (gone)
			e->sent = e->seen = 0;
		fib_send(f, &routes[i]);
	}
	mem_free(MEM_KERNEL, routes);
}

/* The next hop leads nowhere: its routes go. With their object they go in one message. */
static void
withdraw_routes(struct fib *f, uint32_t hop, bool gone)
{
	struct fib_hop *h = f->hops[hop];
	char why[FIB_WHY_MAX];
	struct ip_prefix *routes;
	size_t n;

	fib_hop_why(h, why);
	if (f->config.objects && h->made && !gone) {
		uint32_t seq;
		struct wr *w = fib_request(f, FIB_ASKED_OBJECT_REMOVAL, NULL, &seq);

		nl_nexthop_remove(w, seq, h->id);
		fib_last_request(f)->object.id = h->id;
		gone = true;
	}
	h->made = false;
	routes = routes_of(f, hop, &n);
	for (size_t i = 0; i < n; i++) {
		struct fib_entry *e = fib_get(f, &routes[i]);

		if (e == NULL || e->hop != hop)
			continue;
		fib_tell(f, FIB_UNRESOLVED, &routes[i], why);
		if (gone)
			e->sent = e->seen = 0;
		fib_remove(f, &routes[i]);
	}
	mem_free(MEM_KERNEL, routes);
}

/* The object that routes refer to has gone from the kernel, and they with it. */
static bool
object_gone(const struct fib *f, const struct fib_hop *h)
{
	return f->config.objects && h->made && nl_model_get_nexthop(f->model, h->id) == NULL;
}

/* A next hop with one path comes to have several: see above. */
static bool
becomes_group(struct fib *f, struct fib_hop *h)
{
	if (!f->config.objects || h->group || h->to.paths.n < 2)
		return false;
	h->group = true;
	h->id = 0; /* its old one is not free */
	h->id = id_for(f, key_hash(&h->key), false, true);
	return true;
}

/* True when it has become usable, or is so no longer. */
static bool
update_hop(struct fib *f, uint32_t hop)
{
	struct fib_hop *h = f->hops[hop];
	struct nl_paths before = h->to.paths;
	bool was_usable = h->usable, gone = object_gone(f, h), moved;

	if (h->refused && h->made) {
		withdraw_routes(f, hop, gone);
		return true;
	}
	resolve(f, h);
	if (!h->usable) {
		if (h->made || h->refs > 0)
			withdraw_routes(f, hop, gone);
		return was_usable;
	}
	if (h->refs == 0 && !h->made)
		return !was_usable;
	moved = becomes_group(f, h);
	if (!gone && !moved && h->made && nl_paths_equal(&before, &h->to.paths))
		return !was_usable;
	fib_hop_make(f, h);
	keep_neighbors(f, h);
	if (gone || moved || !f->config.objects)
		resend_routes(f, hop, gone);
	return !was_usable;
}

/* Members of groups that the kernel has dropped. */
static void
update_leaves(struct fib *f)
{
	for (size_t i = 0; i < f->n_leaves; i++)
		f->leaves[i].made =
		    f->leaves[i].made && nl_model_get_nexthop(f->model, f->leaves[i].id) != NULL;
}

bool
fib_update(struct fib *f)
{
	bool changed = false;

	f->ops.flush(f->ops.ctx);
	/* Results come back into the model, and then there is nothing left to do. */
	while (f->refusals || f->resolved_at != nl_model_generation(f->model)) {
		f->refusals = false;
		f->resolved_at = nl_model_generation(f->model);
		update_leaves(f);
		for (uint32_t i = 0; i < f->n_hops; i++)
			if (f->hops[i] != NULL)
				changed |= update_hop(f, i);
		f->ops.flush(f->ops.ctx);
	}
	return changed;
}

/* --- the audit --- */

/* Some route may still refer to the object. */
static bool
content_in_use(const struct fib *f, uint32_t id)
{
	for (int family = 0; family < IP_FAMILIES; family++)
		for (size_t i = 0; i < f->n[family]; i++)
			if (f->entries[family][i].sent == id || f->entries[family][i].seen == id)
				return true;
	return false;
}

static bool
object_in_use(const struct fib *f, const struct nl_nexthop *o)
{
	for (size_t i = 0; i < f->n_hops; i++) {
		const struct fib_hop *h = f->hops[i];

		if (h == NULL || h->refs == 0)
			continue;
		if (h->id == o->id)
			return true;
		for (unsigned k = 0; h->group && k < h->to.paths.n; k++)
			if (same_way(&h->to.paths.path[k], &o->path) && !o->is_group)
				return true;
	}
	return content_in_use(f, o->id);
}

static void
remove_idle_objects(struct fib *f)
{
	size_t i = 0;

	while (nl_model_nexthop_at(f->model, i) != NULL)
		i++;
	/* From the end: results take away what is behind the place. */
	while (i-- > 0) {
		const struct nl_nexthop *o = nl_model_nexthop_at(f->model, i);
		uint32_t id, seq;
		struct wr *w;

		if (o == NULL || o->protocol != f->config.protocol || object_in_use(f, o))
			continue;
		id = o->id;
		w = fib_request(f, FIB_ASKED_OBJECT_REMOVAL, NULL, &seq);
		nl_nexthop_remove(w, seq, id);
		fib_last_request(f)->object.id = id;
	}
}

void
fib_hop_audit(struct fib *f)
{
	for (uint32_t i = 0; i < f->n_hops; i++) {
		if (f->hops[i] == NULL)
			continue;
		if (f->hops[i]->refs > 0)
			keep_neighbors(f, f->hops[i]);
		else if (f->hops[i]->usable)
			hop_drop(f, i);
	}
	if (f->config.objects)
		remove_idle_objects(f);
	f->ops.flush(f->ops.ctx);
}
