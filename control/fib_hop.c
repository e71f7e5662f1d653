/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGP next hops: resolved, and resolved again when the kernel's routes and links change.
 *
 * The kernel does not change an object of one path into a group or back, so a next hop that comes
 * to have several paths gets a new object, and its routes are sent again; one that is a group stays
 * one. Objects without routes are removed by the audit, not at once: some route may still be on its
 * way off it.
 */
#include <errno.h>
#include <stdio.h>

#include "control/fib_priv.h"
#include "lib/mem.h"

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
	h->id = fib_hop_id(f, key, h->group);
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
		fib_keep_neighbors(f, h);
	}
	return i;
}

uint32_t
fib_hop_adopt(struct fib *f, const struct route_nexthop *key)
{
	uint32_t i = hop_get(f, key);
	struct fib_hop *h = f->hops[i];

	h->refs++;
	h->made |= !f->config.objects; /* the routes are there, and no object is to be made */
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

void
fib_hop_refused(struct fib *f, struct fib_hop *h, const struct nl_ack *ack)
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
		fib_hop_refused(f, h, ack);
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
	h->id = fib_hop_id(f, &h->key, true);
	return true;
}

/* True when it has become usable, or is so no longer. fresh: the model has changed. */
static bool
update_hop(struct fib *f, uint32_t hop, bool fresh)
{
	struct fib_hop *h = f->hops[hop];
	struct nl_paths before = h->to.paths;
	bool was_usable = h->usable, gone = object_gone(f, h), moved;

	if (h->refused && (h->made || h->refs > 0)) {
		withdraw_routes(f, hop, gone);
		return true;
	}
	if (h->refused && !fresh)
		return false;
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
	fib_keep_neighbors(f, h);
	if (gone || moved || !f->config.objects)
		resend_routes(f, hop, gone);
	return !was_usable;
}

bool
fib_update(struct fib *f)
{
	bool changed = false;

	f->ops.flush(f->ops.ctx);
	/* Results come back into the model, and then there is nothing left to do. */
	while (f->refusals || f->resolved_at != nl_model_generation(f->model)) {
		bool fresh = f->resolved_at != nl_model_generation(f->model);

		f->refusals = false;
		f->resolved_at = nl_model_generation(f->model);
		fib_update_leaves(f);
		for (uint32_t i = 0; i < f->n_hops; i++)
			if (f->hops[i] != NULL)
				changed |= update_hop(f, i, fresh);
		f->ops.flush(f->ops.ctx);
	}
	return changed;
}

/* --- the audit --- */

/* One whose routes were adopted may have an object from then that leads elsewhere by now. */
static void
audit_hop(struct fib *f, struct fib_hop *h)
{
	fib_keep_neighbors(f, h);
	if (h->usable && !h->made && nl_model_get_nexthop(f->model, h->id) != NULL)
		fib_hop_make(f, h);
}

void
fib_hop_audit(struct fib *f)
{
	for (uint32_t i = 0; i < f->n_hops; i++) {
		if (f->hops[i] == NULL)
			continue;
		if (f->hops[i]->refs > 0)
			audit_hop(f, f->hops[i]);
		else if (!f->hops[i]->refused)
			hop_drop(f, i);
	}
	fib_remove_idle_objects(f);
	f->ops.flush(f->ops.ctx);
}
