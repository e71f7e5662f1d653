/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one push target is believed to hold for one family: the entries that were sent and not
 * withdrawn since its session came up. The only state that is fed back into the next plan.
 */
#ifndef CONTROL_INSTALLED_H
#define CONTROL_INSTALLED_H

#include "lib/mono.h"
#include "ribtrie/attrs.h"

struct installed_entry {
	struct ip_prefix prefix;
	uint32_t attrs;    /* referenced; the set that was announced */
	bool covered;      /* there for correctness below another entry, not for its own rate */
	struct mono since; /* first announced */
};

struct installed_stats {
	uint64_t added, removed, changed; /* operations ever */
	size_t most;                      /* largest number of entries ever held at once */
};

struct installed;

struct installed *installed_new(enum ip_family family, struct attrs_table *attrs);
void installed_free(struct installed *s);

size_t installed_count(const struct installed *s);
const struct installed_stats *installed_stats(const struct installed *s);
struct attrs_table *installed_attrs(const struct installed *s);

/* The entry of exactly this prefix, or NULL. Valid until the next change. */
const struct installed_entry *installed_get(const struct installed *s, const struct ip_prefix *p);

/* The longest entry that is or covers p, or NULL: where traffic to p's first address goes. */
const struct installed_entry *installed_match(const struct installed *s, const struct ip_prefix *p);

/* The longest entry that covers p and is shorter, or NULL. */
const struct installed_entry *installed_cover(const struct installed *s, const struct ip_prefix *p);

/* Announced: add or change the entry; takes its own reference on attrs. */
void installed_put(
    struct installed *s, const struct ip_prefix *p, uint32_t attrs, bool covered, struct mono now);

/* Withdrawn: false where it was not held. */
bool installed_remove(struct installed *s, const struct ip_prefix *p);

/* The target is gone and so is what it held: forget the entries, keep the statistics. */
void installed_clear(struct installed *s);

/* Ordered walk by a cursor that survives changes: the first entry after *cursor, or the very first
 * with start; NULL at the end. */
const struct installed_entry *installed_next(
    const struct installed *s, struct ip_prefix *cursor, bool start);

#endif
