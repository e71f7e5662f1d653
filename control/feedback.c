/* SPDX-License-Identifier: Apache-2.0 */
#include "control/feedback.h"

#include <math.h>
#include <stdio.h>

#include "lib/mem.h"
#include "ribtrie/trie.h"

enum watch_state {
	WATCH_FREE,
	WATCH_GONE, /* withdrawn soon after our announcement: does it return? */
	WATCH_HELD  /* it did: held down */
};

struct watched {
	struct ip_prefix prefix;
	enum watch_state state;
	struct mono since;
	uint32_t next; /* free places */
};

struct feedback {
	struct router *router;
	struct trie *index[IP_FAMILIES]; /* prefix -> place in watched */
	struct watched *watched;
	uint32_t n, n_held; /* places ever used, and held down now */
	uint32_t free;      /* first free place below n; TRIE_NONE */
	uint64_t announced_total;
	double announced, recent_cycles; /* fading */
	struct mono faded_at;
	struct feedback_status status;
	char text[300];
};

struct feedback *
feedback_new(struct router *router)
{
	struct feedback *f = mem_alloc(MEM_MISC, sizeof(*f));

	f->router = router;
	f->free = TRIE_NONE;
	for (int i = 0; i < IP_FAMILIES; i++)
		f->index[i] = trie_new((enum ip_family)i);
	f->watched = mem_calloc(MEM_MISC, FEEDBACK_MAX, sizeof(*f->watched));
	return f;
}

void
feedback_free(struct feedback *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < IP_FAMILIES; i++)
		trie_free(f->index[i]);
	mem_free(MEM_MISC, f->watched);
	mem_free(MEM_MISC, f);
}

/* --- what is watched --- */

static struct watched *
find(const struct feedback *f, const struct ip_prefix *p)
{
	uint32_t i = trie_get(f->index[p->family], p);

	return i == TRIE_NONE ? NULL : &f->watched[i];
}

static void
forget(struct feedback *f, struct watched *w)
{
	struct ip_prefix p = w->prefix;
	bool held = w->state == WATCH_HELD;

	trie_remove(f->index[p.family], &p);
	f->n_held -= held;
	*w = (struct watched){ .next = f->free };
	f->free = (uint32_t)(w - f->watched);
	if (held)
		router_hold_back(f->router, &p, false);
}

/* A place for the prefix, or the one it has; NULL where all are taken. */
static struct watched *
watch(struct feedback *f, const struct ip_prefix *p)
{
	struct watched *w = find(f, p);
	uint32_t i = f->free;

	if (w != NULL)
		return w;
	if (i != TRIE_NONE)
		f->free = f->watched[i].next;
	else if (f->n < FEEDBACK_MAX)
		i = f->n++;
	else
		return NULL;
	f->watched[i] = (struct watched){ .prefix = *p };
	trie_insert(f->index[p->family], p, i);
	return &f->watched[i];
}

static void
hold(struct feedback *f, struct watched *w, struct mono now)
{
	f->n_held += w->state != WATCH_HELD;
	w->state = WATCH_HELD;
	w->since = now;
	router_hold_back(f->router, &w->prefix, true);
}

/* --- what happens --- */

static void
fade(struct feedback *f, struct mono now)
{
	double k = exp(-mono_sub_s(now, f->faded_at) / FEEDBACK_MEMORY_S);

	f->announced *= k;
	f->recent_cycles *= k;
	f->faded_at = now;
}

/* One round; `sure`: it cannot be anything else. */
static void
count_cycle(struct feedback *f, const struct ip_prefix *p, bool sure, struct mono now)
{
	fade(f, now);
	f->status.cycles++;
	f->recent_cycles++;
	if (f->status.alarm || f->recent_cycles <= FEEDBACK_CYCLES)
		return;
	if (!sure && 2 * f->recent_cycles < f->announced)
		return;
	f->status.alarm = true;
	f->status.own_path = sure;
	f->status.example = *p;
}

void
feedback_removed(
    struct feedback *f, const struct ip_prefix *p, struct mono announced, struct mono now)
{
	struct watched *w;

	if (f->status.alarm || mono_is_never(announced) ||
	    mono_sub_s(now, announced) > FEEDBACK_WITHIN_S)
		return;
	w = watch(f, p);
	if (w == NULL || w->state == WATCH_HELD)
		return;
	w->state = WATCH_GONE;
	w->since = now;
}

bool
feedback_watches(const struct feedback *f, const struct ip_prefix *p)
{
	return trie_count(f->index[p->family]) > 0 && find(f, p) != NULL;
}

void
feedback_added(struct feedback *f, const struct ip_prefix *p, struct mono now)
{
	struct watched *w = find(f, p);

	if (w == NULL || f->status.alarm)
		return;
	if (w->state == WATCH_HELD) { /* it left the RIB meanwhile, and the mark with it */
		router_hold_back(f->router, p, true);
		return;
	}
	if (mono_sub_s(now, w->since) > FEEDBACK_RETURN_S) {
		forget(f, w);
		return;
	}
	hold(f, w, now);
	count_cycle(f, p, false, now);
}

void
feedback_own_path(struct feedback *f, const struct ip_prefix *p, struct mono now)
{
	struct watched *w = f->status.alarm ? NULL : watch(f, p);

	if (w != NULL)
		hold(f, w, now);
	count_cycle(f, p, true, now);
}

void
feedback_announced(struct feedback *f, uint64_t total)
{
	if (total > f->announced_total) /* ports may have been removed */
		f->announced += (double)(total - f->announced_total);
	f->announced_total = total;
}

void
feedback_tick(struct feedback *f, struct mono now)
{
	fade(f, now);
	for (uint32_t i = 0; i < f->n; i++) {
		struct watched *w = &f->watched[i];
		double age_s = mono_sub_s(now, w->since);

		if ((w->state == WATCH_GONE && age_s > FEEDBACK_RETURN_S) ||
		    (w->state == WATCH_HELD && age_s >= FEEDBACK_HOLD_S))
			forget(f, w);
	}
}

void
feedback_reset(struct feedback *f, struct mono now)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (f->watched[i].state != WATCH_FREE)
			forget(f, &f->watched[i]);
	f->status.alarm = false;
	f->announced = f->recent_cycles = 0;
	f->faded_at = now;
}

void
feedback_status(const struct feedback *f, struct feedback_status *out)
{
	*out = f->status;
	out->held = f->n_held;
}

const char *
feedback_text(struct feedback *f)
{
	char prefix[PREFIX_TEXT_MAX];

	if (!f->status.alarm)
		return "";
	snprintf(f->text, sizeof(f->text),
	    "pushing over BGP is stopped: the router feeds back what is pushed (%s %s); let it "
	    "send "
	    "all paths (ADD-PATH), or keep the learned table in a view of its own, or push by "
	    "netlink",
	    f->status.own_path ? "our own path came back for"
			       : "after our announcement it withdrew",
	    prefix_format(&f->status.example, prefix));
	return f->text;
}
