/* SPDX-License-Identifier: Apache-2.0 */
#include "control/installed.h"

#include "lib/mem.h"
#include "ribtrie/trie.h"

struct installed {
	struct trie *trie; /* prefix -> number in `entries` */
	struct attrs_table *attrs;
	struct installed_entry *entries;
	size_t n, cap;
	enum ip_family family;
	struct installed_stats stats;
};

struct installed *
installed_new(enum ip_family family, struct attrs_table *attrs)
{
	struct installed *s = mem_alloc(MEM_SELECT, sizeof(*s));

	s->trie = trie_new(family);
	s->attrs = attrs;
	s->family = family;
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

void
installed_put(
    struct installed *s, const struct ip_prefix *p, uint32_t attrs, bool covered, struct mono now)
{
	uint32_t i = trie_get(s->trie, p);
	struct installed_entry *e;

	attrs_ref(s->attrs, attrs);
	if (i != TRIE_NONE) {
		e = &s->entries[i];
		attrs_unref(s->attrs, e->attrs);
		e->attrs = attrs;
		e->covered = covered;
		s->stats.changed++;
		return;
	}
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 256 : s->cap * 2;
		s->entries = mem_resize(MEM_SELECT, s->entries, s->cap, sizeof(*s->entries));
	}
	s->entries[s->n] = (struct installed_entry){
		.prefix = *p, .attrs = attrs, .covered = covered, .since = now
	};
	trie_insert(s->trie, p, (uint32_t)s->n);
	s->n++;
	s->stats.added++;
	if (s->n > s->stats.most)
		s->stats.most = s->n;
}

bool
installed_remove(struct installed *s, const struct ip_prefix *p)
{
	uint32_t i = trie_remove(s->trie, p);

	if (i == TRIE_NONE)
		return false;
	attrs_unref(s->attrs, s->entries[i].attrs);
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
	trie_free(s->trie);
	s->trie = trie_new(s->family);
}

const struct installed_entry *
installed_next(const struct installed *s, struct ip_prefix *cursor, bool start)
{
	uint32_t i = start ? trie_first(s->trie, cursor) : trie_next(s->trie, cursor);

	return i == TRIE_NONE ? NULL : &s->entries[i];
}
