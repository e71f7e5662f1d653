/* SPDX-License-Identifier: Apache-2.0 */
/* Links are few and stand in a row; nexthop objects are sorted by id; neighbours hang on tries. */
#include <string.h>

#include "control/netlink/model_priv.h"
#include "lib/mem.h"

/* --- nexthop objects --- */

/* Where the id is, or belongs. */
static size_t
object_place(const struct nl_model *m, uint32_t id)
{
	size_t low = 0, high = m->n_objects;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->objects[middle]->is.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct object *
object_get(const struct nl_model *m, uint32_t id)
{
	size_t i = object_place(m, id);

	return i < m->n_objects && m->objects[i]->is.id == id ? m->objects[i] : NULL;
}

void
object_drop(struct nl_model *m, size_t i)
{
	mem_free(MEM_KERNEL, m->objects[i]);
	m->n_objects--;
	memmove(&m->objects[i], &m->objects[i + 1], (m->n_objects - i) * sizeof(*m->objects));
	m->generation++;
}

/* Take the member out of a group; true when none is left. */
static bool
group_lose(struct nl_nexthop *group, uint32_t id)
{
	unsigned k = 0;

	for (unsigned i = 0; i < group->n_members; i++)
		if (group->member[i].id != id)
			group->member[k++] = group->member[i];
	group->n_members = k;
	return k == 0;
}

/* An object goes, and with it its place in groups, and groups that are left empty. */
static void
object_remove(struct nl_model *m, uint32_t id)
{
	size_t place = object_place(m, id), i = 0;

	if (place == m->n_objects || m->objects[place]->is.id != id)
		return;
	object_drop(m, place);
	while (i < m->n_objects)
		if (m->objects[i]->is.is_group && group_lose(&m->objects[i]->is, id))
			object_drop(m, i);
		else
			i++;
}

void
nl_model_nexthop(struct nl_model *m, const struct nl_nexthop *nexthop, bool removed)
{
	size_t i = object_place(m, nexthop->id);

	if (removed) {
		object_remove(m, nexthop->id);
		return;
	}
	if (i == m->n_objects || m->objects[i]->is.id != nexthop->id) {
		m->objects =
		    mem_resize(MEM_KERNEL, m->objects, m->n_objects + 1, sizeof(*m->objects));
		memmove(&m->objects[i + 1], &m->objects[i],
		    (m->n_objects - i) * sizeof(struct object *));
		m->objects[i] = mem_alloc(MEM_KERNEL, sizeof(**m->objects));
		m->n_objects++;
	}
	m->objects[i]->is = *nexthop;
	m->objects[i]->marked = false;
	m->generation++;
}

const struct nl_nexthop *
nl_model_get_nexthop(const struct nl_model *m, uint32_t id)
{
	const struct object *o = object_get(m, id);

	return o != NULL ? &o->is : NULL;
}

const struct nl_nexthop *
nl_model_nexthop_at(const struct nl_model *m, size_t i)
{
	return i < m->n_objects ? &m->objects[i]->is : NULL;
}

/* --- links --- */

static struct link *
link_get(const struct nl_model *m, uint32_t ifindex)
{
	for (size_t i = 0; i < m->n_links; i++)
		if (m->links[i].is.ifindex == ifindex)
			return &m->links[i];
	return NULL;
}

static void
objects_on_link_gone(struct nl_model *m, uint32_t ifindex)
{
	size_t i = 0;

	while (i < m->n_objects) {
		const struct nl_nexthop *o = &m->objects[i]->is;

		if (!o->is_group && !o->blackhole && o->path.ifindex == ifindex) {
			object_remove(m, o->id);
			i = 0; /* groups may have gone, too */
		} else {
			i++;
		}
	}
}

bool
nl_model_link(struct nl_model *m, const struct nl_link *link, bool removed)
{
	struct link *l = link_get(m, link->ifindex);
	bool carried = l != NULL && l->is.carrier, carries = link->carrier && !removed;

	if (l == NULL && removed)
		return false;
	if (l == NULL) {
		m->links = mem_resize(MEM_KERNEL, m->links, m->n_links + 1, sizeof(*m->links));
		l = &m->links[m->n_links++];
		l->is = (struct nl_link){ .ifindex = 0 };
	}
	if (removed) {
		*l = m->links[--m->n_links];
		m->generation++;
	} else {
		if (l->is.ifindex == 0 || l->is.up != link->up || carried != carries)
			m->generation++;
		l->is = *link;
		l->marked = false;
	}
	if (!carries)
		objects_on_link_gone(m, link->ifindex);
	return carried && !carries;
}

const struct nl_link *
nl_model_get_link(const struct nl_model *m, uint32_t ifindex)
{
	const struct link *l = link_get(m, ifindex);

	return l != NULL ? &l->is : NULL;
}

/* --- neighbours --- */

static struct neigh *
neigh_get(const struct nl_model *m, uint32_t ifindex, const struct ip_addr *address)
{
	struct ip_prefix p = prefix_of(address, ip_bits((enum ip_family)address->family));
	union slot *slot = index_get(&m->neighs[address->family], &p);

	for (struct neigh *e = slot != NULL ? slot->neigh : NULL; e != NULL; e = e->next)
		if (e->is.ifindex == ifindex)
			return e;
	return NULL;
}

void
neigh_remove(struct nl_model *m, struct neigh *e)
{
	const struct ip_addr *a = &e->is.address;
	struct ip_prefix p = prefix_of(a, ip_bits((enum ip_family)a->family));
	union slot *slot = index_get(&m->neighs[a->family], &p);
	struct neigh *head = slot->neigh;

	if (head == e) {
		slot->neigh = e->next;
	} else {
		while (head->next != e)
			head = head->next;
		head->next = e->next;
	}
	if (slot->neigh == NULL)
		index_remove(&m->neighs[a->family], &p);
	m->generation += ip_is_link_local(a);
	mem_free(MEM_KERNEL, e);
}

void
nl_model_neigh(struct nl_model *m, const struct nl_neigh *neigh, bool removed)
{
	struct neigh *e = neigh_get(m, neigh->ifindex, &neigh->address);

	if (removed && e != NULL) {
		neigh_remove(m, e);
	} else if (!removed) {
		if (e == NULL) {
			struct ip_prefix p = prefix_of(
			    &neigh->address, ip_bits((enum ip_family)neigh->address.family));
			union slot *slot = index_add(&m->neighs[neigh->address.family], &p);

			e = mem_alloc(MEM_KERNEL, sizeof(*e));
			e->next = slot->neigh;
			slot->neigh = e;
			/* Only these say where a next hop is. */
			m->generation += ip_is_link_local(&neigh->address);
		}
		e->is = *neigh;
		e->marked = false;
	}
}

const struct nl_neigh *
nl_model_get_neigh(const struct nl_model *m, uint32_t ifindex, const struct ip_addr *address)
{
	const struct neigh *e = neigh_get(m, ifindex, address);

	return e != NULL ? &e->is : NULL;
}

uint32_t
nl_model_neigh_link(const struct nl_model *m, const struct ip_addr *address)
{
	struct ip_prefix p = prefix_of(address, ip_bits((enum ip_family)address->family));
	union slot *slot = index_get(&m->neighs[address->family], &p);
	const struct neigh *e = slot != NULL ? slot->neigh : NULL;

	return e != NULL && e->next == NULL ? e->is.ifindex : 0;
}
