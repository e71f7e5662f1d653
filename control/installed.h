/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one push target is believed to hold for one family: the entries that were sent and not
 * withdrawn since its session came up, and those it was found to hold before that. The only state
 * that is fed back into the next plan.
 */
#ifndef CONTROL_INSTALLED_H
#define CONTROL_INSTALLED_H

#include "control/select/slots.h"
#include "lib/mono.h"
#include "ribtrie/attrs.h"

/* How far an entry has come. How far it can come depends on the target: a BGP session tells nothing
 * of what became of a route, so there it ends at `sent`. */
enum installed_state {
	INSTALLED_STALE,        /* held by the target from an earlier life, not planned for yet */
	INSTALLED_SENT,         /* handed to the transport */
	INSTALLED_ACKNOWLEDGED, /* the target says it has it */
	INSTALLED_SEEN,         /* read back from the target's table */
	INSTALLED_HARDWARE,     /* and from there it is in hardware */
	INSTALLED_STATES
};

struct installed_entry {
	struct ip_prefix prefix;
	uint32_t attrs;    /* referenced; the set that was announced */
	bool covered;      /* there for correctness below another entry, not for its own rate */
	bool there;        /* the target had the prefix before: a failed change leaves it so */
	uint8_t state;     /* enum installed_state */
	struct mono since; /* first announced */
};

struct installed_stats {
	uint64_t added, removed, changed; /* operations ever */
	size_t most;                      /* largest number of entries ever held at once */
	size_t in[INSTALLED_STATES];      /* entries now, by state */
	size_t there;                     /* entries now that the target is known to have */
};

struct installed;

struct installed *installed_new(enum ip_family family, struct attrs_table *attrs);
void installed_free(struct installed *s);

/* The target holds next hops and no other attributes (a kernel does). */
void installed_set_nexthops_only(struct installed *s);

/* The target need not be told to go from attribute set a to set b. */
bool installed_alike(const struct installed *s, uint32_t a, uint32_t b);

/* What its entries take of the target's table; one slot each unless said. Stays the caller's. */
void installed_set_slots(struct installed *s, const struct slots *slots);
const struct slots *installed_slots(const struct installed *s);
const struct slots_fill *installed_fill(const struct installed *s);
size_t installed_used(const struct installed *s);

size_t installed_count(const struct installed *s);
const struct installed_stats *installed_stats(const struct installed *s);
struct attrs_table *installed_attrs(const struct installed *s);

/* The entry of exactly this prefix, or NULL. Valid until the next change. */
const struct installed_entry *installed_get(const struct installed *s, const struct ip_prefix *p);

/* The longest entry that is or covers p, or NULL: where traffic to p's first address goes. */
const struct installed_entry *installed_match(const struct installed *s, const struct ip_prefix *p);

/* The longest entry that covers p and is shorter, or NULL. */
const struct installed_entry *installed_cover(const struct installed *s, const struct ip_prefix *p);

/* Announced: add or change the entry, which is `sent`; takes its own reference on attrs. */
void installed_put(
    struct installed *s, const struct ip_prefix *p, uint32_t attrs, bool covered, struct mono now);

/* Held by the target already: add or change the entry, which is `stale`. */
void installed_adopt(
    struct installed *s, const struct ip_prefix *p, uint32_t attrs, struct mono now);

/* What the target holds is what is wanted, nothing was sent: the entry takes over the attributes,
 * and is stale no longer but acknowledged. */
void installed_keep(struct installed *s, const struct ip_prefix *p, uint32_t attrs, bool covered);

/* The target told how far the entry has come; false where it is not held. */
bool installed_set_state(
    struct installed *s, const struct ip_prefix *p, enum installed_state state);

/* Withdrawn: false where it was not held. */
bool installed_remove(struct installed *s, const struct ip_prefix *p);

/* The target is gone and so is what it held: forget the entries, keep the statistics. */
void installed_clear(struct installed *s);

/*
 * What changed: the entries that came, went or got other attributes, numbered from 0. For those who
 * keep up with what is held; only the last of them are remembered, and installed_clear() makes all
 * of them forgotten.
 */
uint64_t installed_changes(const struct installed *s);
bool installed_remembers(const struct installed *s, uint64_t since);
const struct ip_prefix *installed_changed(const struct installed *s, uint64_t change);

/* Ordered walk by a cursor that survives changes: the first entry after *cursor, or the very first
 * with start; NULL at the end. */
const struct installed_entry *installed_next(
    const struct installed *s, struct ip_prefix *cursor, bool start);

#endif
