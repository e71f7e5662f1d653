/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read of our routes: notifications, dumps, and the repair of what others did to them.
 *
 * A notification may be older than what we have asked for since, so none is believed about an entry
 * on its own: it only leads to asking again, which does no harm where it was not needed. A dump
 * says nothing about entries that were asked for after it began.
 */
#include <linux/rtnetlink.h>

#include "control/fib_priv.h"

static uint32_t
content_of(const struct nl_route *r)
{
	return r->nexthop != 0 ? r->nexthop : fib_content_of_paths(&r->paths);
}

/* Younger than, where numbers may wrap. */
static bool
after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* By its prefix, since the entry may move. */
static void
send_again(struct fib *f, const struct fib_entry *e)
{
	struct ip_prefix p = e->prefix;

	fib_send(f, &p);
}

/* Ask again for an entry that somebody changed. */
static void
repair(struct fib *f, struct fib_entry *e)
{
	if (e->repairs >= FIB_REPAIRS_MAX || !f->hops[e->hop]->usable)
		return;
	e->repairs++;
	f->stats.repairs++;
	send_again(f, e);
}

static void
tell_state(struct fib *f, const struct fib_entry *e, uint32_t flags_before)
{
	const uint32_t hardware = RTM_F_OFFLOAD | RTM_F_TRAP;

	if ((e->flags & RTM_F_OFFLOAD_FAILED) != 0) {
		if ((flags_before & RTM_F_OFFLOAD_FAILED) == 0)
			fib_tell(f, FIB_FAILED, &e->prefix, "could not be put into hardware");
	} else if ((e->flags & hardware) != 0) {
		fib_tell(f, FIB_HARDWARE, &e->prefix, NULL);
	} else {
		fib_tell(f, FIB_SEEN, &e->prefix, NULL);
	}
}

/* A gateway of it stands for the BGP next hop that it once had. */
static void
found(struct fib *f, const struct nl_route *r)
{
	const struct nl_paths *paths = &r->paths;
	struct fib_event *event;
	const struct nl_nexthop *o =
	    r->nexthop != 0 ? nl_model_get_nexthop(f->model, r->nexthop) : NULL;

	if (o != NULL && o->is_group && o->n_members > 0)
		o = nl_model_get_nexthop(f->model, o->member[0].id);
	fib_tell(f, FIB_FOUND, &r->prefix, NULL);
	event = &f->events[f->n_events - 1];
	event->hop.addr = (struct ip_addr){ .family = r->prefix.family };
	if (o != NULL && o->path.has_gateway)
		event->hop.addr = o->path.gateway;
	else if (paths->n > 0 && paths->path[0].has_gateway)
		event->hop.addr = paths->path[0].gateway;
}

/* There although it is not wanted. */
static void
extra(struct fib *f, struct fib_entry *e)
{
	struct ip_prefix p = e->prefix;

	f->stats.repairs++;
	fib_send_removal(f, &p);
}

static void
seen_unknown(struct fib *f, const struct nl_route *r, enum fib_source source)
{
	struct fib_entry *e;

	if (source == FIB_BY_US) /* we have removed it since, and will hear of that */
		return;
	e = fib_add(f, &r->prefix);
	e->seen = content_of(r);
	e->flags = r->flags;
	if (!f->complete[r->prefix.family]) {
		found(f, r);
	} else if (source == FIB_BY_OTHERS && f->strays < FIB_STRAYS_MAX) {
		f->strays++;
		extra(f, e);
	}
}

void
fib_seen(struct fib *f, const struct nl_route *r, bool removed, enum fib_source source)
{
	struct fib_entry *e = fib_get(f, &r->prefix);
	uint32_t flags_before;

	if (r->metric != f->config.metric || r->table != f->config.table || r->tos != 0)
		return;
	if (e == NULL) {
		if (!removed)
			seen_unknown(f, r, source);
		return;
	}
	e->marked = false;
	if (removed) {
		e->seen = 0;
		if (source == FIB_BY_OTHERS && e->acknowledged && e->hop != FIB_NO_HOP)
			repair(f, e);
		else if (e->hop == FIB_NO_HOP && !e->pending && e->sent == 0)
			fib_drop(f, e);
		return;
	}
	flags_before = e->seen == content_of(r) ? e->flags : 0;
	e->seen = content_of(r);
	e->flags = r->flags;
	e->acknowledged |= !e->pending && e->seen == e->sent; /* whose result was lost */
	if (e->hop == FIB_NO_HOP || !e->acknowledged)
		return;
	if (e->seen == e->sent)
		tell_state(f, e, flags_before);
	else if (source == FIB_BY_OTHERS)
		repair(f, e);
}

bool
fib_robbed(struct fib *f, const struct nl_route *r)
{
	struct fib_entry *e;

	if (r->metric != f->config.metric || r->table != f->config.table || r->tos != 0)
		return false;
	e = fib_get(f, &r->prefix);
	if (e == NULL || e->hop == FIB_NO_HOP || !e->acknowledged)
		return false;
	repair(f, e);
	return true;
}

/* --- dumps --- */

void
fib_dump_begin(struct fib *f, enum ip_family family)
{
	f->dump_seq[family] = f->seq;
	for (size_t i = 0; i < f->n[family]; i++)
		f->entries[family][i].marked = true;
}

/* Not mentioned, so it was not there when the dump came by. */
static void
missing(struct fib *f, struct fib_entry *e)
{
	e->seen = 0;
	if (e->hop != FIB_NO_HOP)
		repair(f, e);
	else
		fib_drop(f, e);
}

/* Adopted as it was found, and now that it is known to be wanted not as it would be made: without
 * an object, say. */
static bool
is_old(const struct fib *f, const struct fib_entry *e)
{
	const struct fib_hop *h = f->hops[e->hop];

	return f->complete[e->prefix.family] && h->usable && e->sent != fib_hop_content(f, h);
}

void
fib_dump_end(struct fib *f, enum ip_family family)
{
	size_t i = f->n[family];

	f->strays = 0;
	/* From the end: what is dropped is replaced by one that was looked at already. */
	while (i-- > 0) {
		struct fib_entry *e;

		if (i >= f->n[family])
			continue;
		e = &f->entries[family][i];
		if (after(e->last_seq, f->dump_seq[family]) || e->pending)
			continue;
		e->repairs = 0;
		if (e->marked)
			missing(f, e);
		else if (e->hop == FIB_NO_HOP && e->seen != 0 && f->complete[family])
			extra(f, e);
		else if (e->hop != FIB_NO_HOP && e->seen != e->sent)
			repair(f, e);
		else if (e->hop != FIB_NO_HOP && is_old(f, e))
			send_again(f, e);
	}
	f->ops.flush(f->ops.ctx);
}

void
fib_complete(struct fib *f, enum ip_family family)
{
	f->complete[family] = true;
}

void
fib_audit(struct fib *f)
{
	fib_hop_audit(f);
}

/* --- differences --- */

static const char *
why_different(const struct fib *f, const struct fib_entry *e)
{
	if (e->pending)
		return "the kernel has been asked";
	if (e->hop == FIB_NO_HOP && !f->complete[e->prefix.family])
		return "it was there at the start, and not everything is known yet";
	if (e->repairs >= FIB_REPAIRS_MAX)
		return "somebody keeps changing it: the next audit puts it right";
	return "the next audit puts it right";
}

static bool
difference(const struct fib *f, const struct fib_entry *e, struct fib_diff *out)
{
	*out = (struct fib_diff){ .prefix = e->prefix };
	out->wanted = e->hop != FIB_NO_HOP;
	if (out->wanted)
		out->hop = f->hops[e->hop]->key;
	out->why = why_different(f, e);
	if (e->hop == FIB_NO_HOP)
		out->what = "extra";
	else if (e->seen == 0)
		out->what = "missing";
	else if (e->seen != e->sent)
		out->what = "different";
	else if ((e->flags & RTM_F_OFFLOAD_FAILED) != 0) {
		out->what = "not in hardware";
		out->why = "its driver has no room for it, or cannot do it";
	}
	return out->what != NULL;
}

bool
fib_diff_next(const struct fib *f, enum ip_family family, struct ip_prefix *cursor, bool start,
    struct fib_diff *out)
{
	uint32_t i =
	    start ? trie_first(f->index[family], cursor) : trie_next(f->index[family], cursor);

	while (i != TRIE_NONE && !difference(f, &f->entries[family][i], out))
		i = trie_next(f->index[family], cursor);
	return i != TRIE_NONE;
}
