/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nexthop objects of BGP next hops, and the neighbours they lead to.
 *
 * Ids are PROTOCOL << 24 | 24 bits of a hash of what the object stands for, the next free one where
 * that is taken; bit 23 tells the members of groups from what routes refer to. So a restart finds
 * each next hop under the id that it had, and routes that are there stay as they are.
 */
#include <linux/neighbour.h>

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
fib_hop_id(const struct fib *f, const struct route_nexthop *key, bool group)
{
	return id_for(f, key_hash(key), false, group);
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

void
fib_keep_neighbors(struct fib *f, const struct fib_hop *h)
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

/* Members of groups that the kernel has dropped. */
void
fib_update_leaves(struct fib *f)
{
	for (size_t i = 0; i < f->n_leaves; i++)
		f->leaves[i].made =
		    f->leaves[i].made && nl_model_get_nexthop(f->model, f->leaves[i].id) != NULL;
}

/* --- objects that are not needed --- */

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
is_wanted(const struct fib *f, uint32_t id)
{
	for (size_t i = 0; i < f->n_hops && f->config.objects; i++)
		if (f->hops[i] != NULL && f->hops[i]->refs > 0 && f->hops[i]->id == id)
			return true;
	return content_in_use(f, id);
}

static bool
has_member(const struct nl_nexthop *group, uint32_t id)
{
	for (unsigned i = 0; i < group->n_members; i++)
		if (group->member[i].id == id)
			return true;
	return false;
}

/* By routes, or by a group that is: without its members it would go, and its routes with it. */
static bool
object_in_use(const struct fib *f, const struct nl_nexthop *o)
{
	const struct nl_nexthop *group;

	if (is_wanted(f, o->id))
		return true;
	for (size_t i = 0; (group = nl_model_nexthop_at(f->model, i)) != NULL; i++)
		if (group->is_group && has_member(group, o->id) && is_wanted(f, group->id))
			return true;
	return false;
}

void
fib_remove_idle_objects(struct fib *f)
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
