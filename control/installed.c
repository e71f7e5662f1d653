/* SPDX-License-Identifier: Apache-2.0 */
#include "control/installed.h"

#include <string.h>

#include "lib/mem.h"
#include "ribtrie/trie.h"

#define LOG_CHANGES 1024

struct installed {
	struct trie *trie; /* prefix -> number in `entries` */
	struct attrs_table *attrs;
	struct installed_entry *entries;
	size_t n, cap;
	enum ip_family family;
	bool nexthops_only;
	struct installed_stats stats;
	const struct slots *slots;
	struct slots_fill fill;
	uint64_t changes, forgotten; /* ever; before which none are in the log */
	struct ip_prefix log[LOG_CHANGES];
};

struct installed *
installed_new(enum ip_family family, struct attrs_table *attrs)
{
	struct installed *s = mem_alloc(MEM_SELECT, sizeof(*s));

	s->trie = trie_new(family);
	s->attrs = attrs;
	s->family = family;
	s->slots = &slots_plain;
	return s;
}

void
installed_free(struct installed *s)
{
	if (s == NULL)
		return;
	installed_clear(s);
	trie_free(s->trie);
	mem_free(MEM_SELECT, s->entries);
	mem_free(MEM_SELECT, s);
}

void
installed_set_nexthops_only(struct installed *s)
{
	s->nexthops_only = true;
}

bool
installed_alike(const struct installed *s, uint32_t a, uint32_t b)
{
	return a == b ||
	       (s->nexthops_only && attrs_nexthop(s->attrs, a) == attrs_nexthop(s->attrs, b));
}

void
installed_set_slots(struct installed *s, const struct slots *slots)
{
	s->slots = slots;
	s->fill = (struct slots_fill){ 0 };
	for (size_t i = 0; i < s->n; i++)
		slots_put(slots, &s->fill, s->entries[i].prefix.len);
}

const struct slots *
installed_slots(const struct installed *s)
{
	return s->slots;
}

const struct slots_fill *
installed_fill(const struct installed *s)
{
	return &s->fill;
}

size_t
installed_used(const struct installed *s)
{
	return slots_used(s->slots, &s->fill);
}

size_t
installed_count(const struct installed *s)
{
	return s->n;
}

const struct installed_stats *
installed_stats(const struct installed *s)
{
	return &s->stats;
}

struct attrs_table *
installed_attrs(const struct installed *s)
{
	return s->attrs;
}

const struct installed_entry *
installed_get(const struct installed *s, const struct ip_prefix *p)
{
	uint32_t i = trie_get(s->trie, p);

	return i == TRIE_NONE ? NULL : &s->entries[i];
}

const struct installed_entry *
installed_cover(const struct installed *s, const struct ip_prefix *p)
{
	uint32_t i = trie_cover(s->trie, p);

	return i == TRIE_NONE ? NULL : &s->entries[i];
}

const struct installed_entry *
installed_match(const struct installed *s, const struct ip_prefix *p)
{
	const struct installed_entry *e = installed_get(s, p);

	return e != NULL ? e : installed_cover(s, p);
}

uint64_t
installed_changes(const struct installed *s)
{
	return s->changes;
}

bool
installed_remembers(const struct installed *s, uint64_t since)
{
	return since >= s->forgotten && since <= s->changes && s->changes - since <= LOG_CHANGES;
}

const struct ip_prefix *
installed_changed(const struct installed *s, uint64_t change)
{
	return &s->log[change % LOG_CHANGES];
}

static void
note_change(struct installed *s, const struct ip_prefix *p)
{
	s->log[s->changes++ % LOG_CHANGES] = *p;
}

static void
set_state(struct installed *s, struct installed_entry *e, enum installed_state state)
{
	s->stats.in[e->state]--;
	s->stats.in[state]++;
	e->state = (uint8_t)state;
}

static void
set_there(struct installed *s, struct installed_entry *e)
{
	s->stats.there += !e->there;
	e->there = true;
}

/* The entry of the prefix with these attributes, added where there is none. */
static struct installed_entry *
place(struct installed *s, const struct ip_prefix *p, uint32_t attrs, struct mono now)
{
	uint32_t i = trie_get(s->trie, p);
	struct installed_entry *e;

	note_change(s, p);
	attrs_ref(s->attrs, attrs);
	if (i != TRIE_NONE) {
		e = &s->entries[i];
		attrs_unref(s->attrs, e->attrs);
		e->attrs = attrs;
		s->stats.changed++;
		return e;
	}
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 256 : s->cap * 2;
		s->entries = mem_resize(MEM_SELECT, s->entries, s->cap, sizeof(*s->entries));
	}
	e = &s->entries[s->n];
	*e = (struct installed_entry){ .prefix = *p, .attrs = attrs, .since = now };
	s->stats.in[e->state]++;
	trie_insert(s->trie, p, (uint32_t)s->n);
	slots_put(s->slots, &s->fill, p->len);
	s->n++;
	s->stats.added++;
	if (s->n > s->stats.most)
		s->stats.most = s->n;
	return e;
}

void
installed_put(
    struct installed *s, const struct ip_prefix *p, uint32_t attrs, bool covered, struct mono now)
{
	struct installed_entry *e = place(s, p, attrs, now);

	e->covered = covered;
	set_state(s, e, INSTALLED_SENT);
}

void
installed_adopt(struct installed *s, const struct ip_prefix *p, uint32_t attrs, struct mono now)
{
	struct installed_entry *e = place(s, p, attrs, now);

	e->covered = false;
	set_there(s, e);
	set_state(s, e, INSTALLED_STALE);
}

void
installed_keep(struct installed *s, const struct ip_prefix *p, uint32_t attrs, bool covered)
{
	uint32_t i = trie_get(s->trie, p);
	struct installed_entry *e;

	ASSERT(i != TRIE_NONE);
	e = &s->entries[i];
	if (e->attrs != attrs)
		note_change(s, p);
	attrs_ref(s->attrs, attrs);
	attrs_unref(s->attrs, e->attrs);
	e->attrs = attrs;
	e->covered = covered;
	if (e->state == INSTALLED_STALE)
		set_state(s, e, INSTALLED_ACKNOWLEDGED);
}

bool
installed_set_state(struct installed *s, const struct ip_prefix *p, enum installed_state state)
{
	uint32_t i = trie_get(s->trie, p);

	if (i == TRIE_NONE)
		return false;
	if (state >= INSTALLED_ACKNOWLEDGED)
		set_there(s, &s->entries[i]);
	set_state(s, &s->entries[i], state);
	return true;
}

bool
installed_remove(struct installed *s, const struct ip_prefix *p)
{
	uint32_t i = trie_remove(s->trie, p);

	if (i == TRIE_NONE)
		return false;
	note_change(s, p);
	attrs_unref(s->attrs, s->entries[i].attrs);
	s->stats.in[s->entries[i].state]--;
	s->stats.there -= s->entries[i].there;
	slots_take(s->slots, &s->fill, p->len);
	s->n--;
	if (i != s->n) {
		s->entries[i] = s->entries[s->n];
		trie_insert(s->trie, &s->entries[i].prefix, i);
	}
	s->stats.removed++;
	return true;
}

void
installed_clear(struct installed *s)
{
	for (size_t i = 0; i < s->n; i++)
		attrs_unref(s->attrs, s->entries[i].attrs);
	s->n = 0;
	s->forgotten = ++s->changes;
	s->fill = (struct slots_fill){ 0 };
	memset(s->stats.in, 0, sizeof(s->stats.in));
	s->stats.there = 0;
	trie_free(s->trie);
	s->trie = trie_new(s->family);
}

const struct installed_entry *
installed_next(const struct installed *s, struct ip_prefix *cursor, bool start)
{
	uint32_t i = start ? trie_first(s->trie, cursor) : trie_next(s->trie, cursor);

	return i == TRIE_NONE ? NULL : &s->entries[i];
}
