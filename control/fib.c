/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries, requests and their results. The kernel answers in the order of the requests, so what is
 * under way is a queue, and an answer belongs to its head; heads that are passed over have lost
 * their answer, which the next audit makes good.
 */
#include "control/fib_priv.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "lib/mem.h"

struct fib *
fib_new(const struct fib_config *config, struct nl_model *model, const struct fib_ops *ops)
{
	struct fib *f = mem_alloc(MEM_KERNEL, sizeof(*f));

	f->config = *config;
	f->model = model;
	f->ops = *ops;
	for (int i = 0; i < IP_FAMILIES; i++) {
		f->index[i] = trie_new((enum ip_family)i);
		f->hop_index[i] = trie_new((enum ip_family)i);
	}
	return f;
}

void
fib_free(struct fib *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < IP_FAMILIES; i++) {
		trie_free(f->index[i]);
		trie_free(f->hop_index[i]);
		mem_free(MEM_KERNEL, f->entries[i]);
	}
	for (size_t i = 0; i < f->n_hops; i++)
		mem_free(MEM_KERNEL, f->hops[i]);
	mem_free(MEM_KERNEL, f->hops);
	mem_free(MEM_KERNEL, f->leaves);
	mem_free(MEM_KERNEL, f->pending);
	mem_free(MEM_KERNEL, f->events);
	mem_free(MEM_KERNEL, f);
}

const struct fib_config *
fib_config(const struct fib *f)
{
	return &f->config;
}

const struct fib_stats *
fib_stats(const struct fib *f)
{
	return &f->stats;
}

/* --- entries --- */

struct fib_entry *
fib_get(const struct fib *f, const struct ip_prefix *p)
{
	uint32_t i = trie_get(f->index[p->family], p);

	return i == TRIE_NONE ? NULL : &f->entries[p->family][i];
}

struct fib_entry *
fib_add(struct fib *f, const struct ip_prefix *p)
{
	unsigned family = p->family;
	uint32_t i = trie_insert_new(f->index[family], p, (uint32_t)f->n[family]);

	if (i != TRIE_NONE)
		return &f->entries[family][i];
	if (f->n[family] == f->cap[family]) {
		f->cap[family] = f->cap[family] == 0 ? 256 : f->cap[family] * 2;
		f->entries[family] = mem_resize(
		    MEM_KERNEL, f->entries[family], f->cap[family], sizeof(struct fib_entry));
	}
	f->entries[family][f->n[family]] = (struct fib_entry){ .prefix = *p, .hop = FIB_NO_HOP };
	return &f->entries[family][f->n[family]++];
}

void
fib_drop(struct fib *f, struct fib_entry *e)
{
	unsigned family = e->prefix.family;
	struct fib_entry *last = &f->entries[family][--f->n[family]];

	ASSERT(e->hop == FIB_NO_HOP);
	trie_remove(f->index[family], &e->prefix);
	if (e != last) {
		*e = *last;
		trie_insert(f->index[family], &e->prefix, (uint32_t)(e - f->entries[family]));
	}
}

/* --- events --- */

void
fib_tell(struct fib *f, enum fib_event_kind kind, const struct ip_prefix *p, const char *why)
{
	struct fib_event *e;

	if (f->event_first > 0 && f->event_first == f->n_events)
		f->event_first = f->n_events = 0;
	if (f->n_events == f->cap_events) {
		f->cap_events = f->cap_events == 0 ? 64 : f->cap_events * 2;
		f->events = mem_resize(MEM_KERNEL, f->events, f->cap_events, sizeof(*f->events));
	}
	e = &f->events[f->n_events++];
	*e = (struct fib_event){ .kind = kind, .prefix = *p };
	if (why != NULL)
		snprintf(e->why, sizeof(e->why), "%s", why);
}

bool
fib_next_event(struct fib *f, struct fib_event *out)
{
	if (f->event_first == f->n_events)
		return false;
	*out = f->events[f->event_first++];
	return true;
}

/* --- requests --- */

struct wr *
fib_request(struct fib *f, enum fib_request request, const struct ip_prefix *p, uint32_t *seq)
{
	struct wr *w = f->ops.message(f->ops.ctx); /* may bring results */
	struct fib_pending *was;

	if (f->n_pending == 0)
		f->first = 0;
	if (f->first + f->n_pending == f->cap_pending) {
		f->cap_pending = f->cap_pending == 0 ? 64 : f->cap_pending * 2;
		f->pending =
		    mem_resize(MEM_KERNEL, f->pending, f->cap_pending, sizeof(*f->pending));
	}
	was = &f->pending[f->first + f->n_pending++];
	*was = (struct fib_pending){ .seq = ++f->seq, .request = (uint8_t)request };
	if (p != NULL)
		was->prefix = *p;
	f->stats.requests++;
	*seq = was->seq;
	return w;
}

struct fib_pending *
fib_last_request(struct fib *f)
{
	return &f->pending[f->first + f->n_pending - 1];
}

static void
fill_route(const struct fib *f, const struct fib_entry *e, struct nl_route *r)
{
	*r = (struct nl_route){ .prefix = e->prefix,
		.table = f->config.table,
		.metric = f->config.metric,
		.protocol = f->config.protocol,
		.type = RTN_UNICAST,
		.scope = RT_SCOPE_UNIVERSE };
}

/* Two requests about one entry are not under way together: the second depends on the first. */
static struct fib_entry *
settled(struct fib *f, const struct ip_prefix *p)
{
	struct fib_entry *e = fib_get(f, p);

	if (e == NULL || !e->pending)
		return e;
	f->ops.flush(f->ops.ctx);
	e = fib_get(f, p);
	if (e != NULL)
		e->pending = false; /* without an answer: as if it had come */
	return e;
}

void
fib_send(struct fib *f, const struct ip_prefix *p)
{
	struct fib_entry *e = settled(f, p);
	struct fib_hop *h;
	struct nl_route r;
	bool replace;
	uint32_t seq;
	struct wr *w;

	if (e == NULL || e->hop == FIB_NO_HOP)
		return;
	h = f->hops[e->hop];
	if (!h->made)
		fib_hop_make(f, h);
	w = fib_request(f, FIB_ASKED_ROUTE, p, &seq);
	e = fib_get(f, p); /* it may have moved */
	replace = e->sent != 0 || e->seen != 0;
	fill_route(f, e, &r);
	if (f->config.objects)
		r.nexthop = h->id;
	else
		r.paths = h->to.paths;
	nl_route_put(w, seq, &r, replace);
	fib_last_request(f)->exclusive = !replace;
	f->stats.route_puts++;
	e->sent = fib_hop_content(f, h);
	e->last_seq = seq;
	e->pending = true;
	e->acknowledged = false;
}

void
fib_send_removal(struct fib *f, const struct ip_prefix *p)
{
	struct fib_entry *e = settled(f, p);
	struct nl_route r;
	uint32_t seq;
	struct wr *w;

	if (e == NULL)
		return;
	w = fib_request(f, FIB_ASKED_REMOVAL, p, &seq);
	e = fib_get(f, p);
	fill_route(f, e, &r);
	nl_route_remove(w, seq, &r);
	f->stats.route_removals++;
	e->sent = 0;
	e->last_seq = seq;
	e->pending = true;
	e->acknowledged = false;
}

/* --- what is wanted --- */

static void
let_go(struct fib *f, struct fib_entry *e)
{
	if (e->hop != FIB_NO_HOP)
		fib_hop_unref(f, e->hop);
	e->hop = FIB_NO_HOP;
}

void
fib_put(struct fib *f, const struct ip_prefix *p, const struct route_nexthop *key)
{
	uint32_t hop = fib_hop_ref(f, key); /* may send, and so bring results */
	const struct fib_hop *h = f->hops[hop];
	struct fib_entry *e = settled(f, p);

	if (e == NULL)
		e = fib_add(f, p);
	let_go(f, e);
	e->hop = hop;
	if (!h->usable) {
		char why[FIB_WHY_MAX];

		fib_hop_why(h, why);
		fib_tell(f, FIB_UNRESOLVED, p, why);
		let_go(f, e);
		if (e->sent == 0 && e->seen == 0)
			fib_drop(f, e);
		return;
	}
	if (e->sent == 0 && e->seen == fib_hop_content(f, h)) {
		e->sent = e->seen; /* of an earlier life, and right as it is */
		e->acknowledged = true;
	}
	if (e->acknowledged && e->sent == fib_hop_content(f, h))
		fib_tell(f, e->seen == e->sent ? FIB_SEEN : FIB_ACKNOWLEDGED, p, NULL);
	else
		fib_send(f, p);
}

void
fib_remove(struct fib *f, const struct ip_prefix *p)
{
	struct fib_entry *e = settled(f, p);

	if (e == NULL)
		return;
	let_go(f, e);
	if (e->sent != 0 || e->seen != 0)
		fib_send_removal(f, p);
	else
		fib_drop(f, e);
}

void
fib_withdraw_all(struct fib *f)
{
	for (int family = 0; family < IP_FAMILIES; family++) {
		struct ip_prefix at;
		uint32_t i = trie_first(f->index[family], &at);

		/* The walk is by prefix: entries may move. */
		for (; i != TRIE_NONE; i = trie_next(f->index[family], &at))
			fib_remove(f, &at);
	}
	fib_flush(f);
	fib_hop_audit(f);
}

void
fib_adopt(struct fib *f, const struct ip_prefix *p, const struct route_nexthop *key)
{
	struct fib_entry *e = fib_get(f, p);

	if (e == NULL || e->hop != FIB_NO_HOP || e->seen == 0)
		return;
	e->hop = fib_hop_adopt(f, key);
	e->sent = e->seen;
	e->acknowledged = true;
}

void
fib_flush(struct fib *f)
{
	f->ops.flush(f->ops.ctx);
}

/* --- results --- */

static void
describe_error(const struct nl_ack *ack, char *out, size_t size)
{
	if (ack->text[0] != '\0')
		snprintf(out, size, "the kernel says: %s", ack->text);
	else
		snprintf(out, size, "the kernel says: %s", strerror(-ack->error));
}

/* The kernel has no room, or the driver none in hardware. */
static bool
is_full(int error)
{
	return error == -ENOSPC || error == -ENOMEM || error == -E2BIG || error == -EXFULL;
}

/* It is not the route that the kernel minds, but where it leads: an interface went down or an
 * object went with it, which we have not heard of yet. */
static bool
is_of_hop(const struct nl_ack *ack)
{
	switch (-ack->error) {
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ENETDOWN:
	case ENODEV: return true;
	/* The words of fib_create_info() and ip6_route_info_create(). */
	case EINVAL: return strcmp(ack->text, "Nexthop id does not exist") == 0;
	default: return false;
	}
}

/* A route that was not taken. What was there before, if anything, still is. */
static void
route_refused(
    struct fib *f, struct fib_entry *e, const struct fib_pending *was, const struct nl_ack *ack)
{
	struct ip_prefix p = e->prefix;
	struct fib_hop *h = e->hop != FIB_NO_HOP ? f->hops[e->hop] : NULL;
	char why[FIB_WHY_MAX];

	if (h != NULL && h->usable && is_of_hop(ack))
		fib_hop_refused(f, h, ack);
	e->sent = was->exclusive ? 0 : e->seen;
	if (h != NULL && !h->usable) {
		fib_hop_why(h, why);
		fib_tell(f, FIB_UNRESOLVED, &p, why);
	} else if (was->exclusive && ack->error == -EEXIST) {
		snprintf(why, sizeof(why), "another's route has its prefix and metric %u",
		    f->config.metric);
		fib_tell(f, FIB_REFUSED, &p, why);
	} else {
		describe_error(ack, why, sizeof(why));
		fib_tell(f, is_full(ack->error) ? FIB_FULL : FIB_REFUSED, &p, why);
	}
	let_go(f, e);
	if (e->sent == 0 && e->seen == 0)
		fib_drop(f, e);
}

static void
route_result(struct fib *f, const struct fib_pending *was, const struct nl_ack *ack)
{
	struct fib_entry *e = fib_get(f, &was->prefix);

	if (e == NULL || e->last_seq != was->seq)
		return;
	e->pending = false;
	if (was->request == FIB_ASKED_REMOVAL) {
		/* ESRCH: it was gone, or is not ours. */
		e->seen = 0;
		if (e->hop == FIB_NO_HOP)
			fib_drop(f, e);
	} else if (ack->error != 0) {
		route_refused(f, e, was, ack);
	} else {
		e->acknowledged = true;
		fib_tell(f, FIB_ACKNOWLEDGED, &was->prefix, NULL);
	}
}

/* What became of it will be seen. */
static void
lose_result(struct fib *f, const struct fib_pending *was)
{
	bool route = was->request == FIB_ASKED_ROUTE || was->request == FIB_ASKED_REMOVAL;
	struct fib_entry *e = route ? fib_get(f, &was->prefix) : NULL;

	f->stats.lost_results++;
	if (e != NULL && e->last_seq == was->seq)
		e->pending = false;
}

bool
fib_results_over(struct fib *f)
{
	bool lost = f->n_pending > 0;

	while (f->n_pending > 0) {
		lose_result(f, &f->pending[f->first++]);
		f->n_pending--;
	}
	f->first = 0;
	return lost;
}

void
fib_result(struct fib *f, uint32_t seq, const struct nl_ack *ack)
{
	/* Copied: a result may lead to further requests. */
	struct fib_pending was = { .seq = 0 };

	while (f->n_pending > 0) {
		was = f->pending[f->first++];
		f->n_pending--;
		if (was.seq == seq)
			break;
		lose_result(f, &was);
	}
	if (f->n_pending == 0)
		f->first = 0;
	if (was.seq != seq)
		return;
	f->stats.errors += ack->error != 0;
	if (was.request == FIB_ASKED_ROUTE || was.request == FIB_ASKED_REMOVAL)
		route_result(f, &was, ack);
	else
		fib_object_result(f, &was, ack);
}
