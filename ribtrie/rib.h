/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RIB of one router: for each family a trie of prefixes, each with one or more paths from the
 * sources (learning neighbours) that feed this router. The best path is kept first.
 *
 * An entry is named by (family, id). Ids are small, dense and used again after the entry is
 * removed; everybody who keeps data by id must drop it on RIB_REMOVED.
 */
#ifndef RIBTRIE_RIB_H
#define RIBTRIE_RIB_H

#include "ribtrie/attrs.h"
#include "ribtrie/trie.h"

#define RIB_NONE        UINT32_MAX
#define RIB_SOURCES_MAX 64

struct rib;

/* What the decision process needs to know of a learning neighbour. */
struct rib_source {
	bool ebgp;
	uint32_t router_id;     /* host order; from its OPEN */
	struct ip_addr address; /* the last tie-break */
};

enum rib_change {
	RIB_UNCHANGED,    /* identical to what was there: a no-op */
	RIB_ADDED,        /* first path of a new entry */
	RIB_BEST_CHANGED, /* the best path's attributes are others now */
	RIB_PATH_CHANGED, /* something changed, but not the best path */
	RIB_REMOVED       /* the last path went: the id is free again */
};

struct rib_result {
	enum rib_change change;
	uint32_t id;          /* RIB_NONE when there is no such entry */
	bool nexthop_changed; /* with RIB_BEST_CHANGED: the action is another */
};

/* Why the best path is best, named after the rule that decided (RFC 4271 9.1.2.2, RFC 4456). */
enum rib_reason {
	RIB_ONLY_PATH,
	RIB_BY_NEXTHOP, /* packets can be sent to its next hop */
	RIB_BY_STALE,   /* a fresh path before one kept of a lost session */
	RIB_BY_LOCAL_PREF,
	RIB_BY_AS_PATH,
	RIB_BY_ORIGIN,
	RIB_BY_MED,
	RIB_BY_EBGP,
	RIB_BY_ROUTER_ID,
	RIB_BY_CLUSTER_LIST,
	RIB_BY_ADDRESS,
	RIB_BY_PATH_ID
};

struct rib_path {
	uint32_t attrs;
	uint32_t path_id; /* RFC 7911; 0 without ADD-PATH */
	uint8_t source;
	bool stale;
	enum rib_reason reason; /* why the path before it is better; RIB_ONLY_PATH of the first */
};

struct rib *rib_new(struct attrs_table *attrs);
void rib_free(struct rib *r);

struct attrs_table *rib_attrs(const struct rib *r);

/* Describe source 0..RIB_SOURCES_MAX-1; may be called again when a session comes up with another
 * router id (existing paths are not compared again until they change). */
void rib_set_source(struct rib *r, unsigned source, const struct rib_source *info);

/* What was last said of a source; zeros where nothing was. */
const struct rib_source *rib_source_peek(const struct rib *r, unsigned source);

/* Learn a path: takes its own reference on `attrs`. Refreshes a stale path, which is a
 * RIB_PATH_CHANGED when the best path's attributes stay the same. */
struct rib_result rib_announce(
    struct rib *r, const struct ip_prefix *p, unsigned source, uint32_t path_id, uint32_t attrs);
struct rib_result rib_withdraw(
    struct rib *r, const struct ip_prefix *p, unsigned source, uint32_t path_id);

/* Entries, and paths, of a family. */
size_t rib_count(const struct rib *r, enum ip_family family);
size_t rib_path_count(const struct rib *r, enum ip_family family);
size_t rib_source_path_count(const struct rib *r, enum ip_family family, unsigned source);

/* One more than the largest id ever used: the size for arrays indexed by id. */
uint32_t rib_id_limit(const struct rib *r, enum ip_family family);

/* A number that changes whenever any best path of the family does. */
uint64_t rib_generation(const struct rib *r, enum ip_family family);

uint32_t rib_lookup(const struct rib *r, const struct ip_prefix *p);
uint32_t rib_lpm(const struct rib *r, const struct ip_addr *a);
void rib_lpm_batch(const struct rib *r, enum ip_family family, const uint64_t *hi,
    const uint64_t *lo, size_t n, uint32_t *ids);

/* The nearest entry that covers p and is shorter; RIB_NONE where there is none. */
uint32_t rib_cover(const struct rib *r, const struct ip_prefix *p);

/* Of an entry: its prefix, its best path's attributes and next hop (but see rib_withhold). The id
 * must be in use. */
struct ip_prefix rib_prefix(const struct rib *r, enum ip_family family, uint32_t id);
uint32_t rib_best_attrs(const struct rib *r, enum ip_family family, uint32_t id);
uint32_t rib_best_nexthop(const struct rib *r, enum ip_family family, uint32_t id);

/*
 * What is learned but must not be installed. Where the best path's attributes have one of `marks`
 * (attrs.h), or its next hop cannot be used (nexthop_set_usable()), or the entry is held back, the
 * next hop that the entry counts with is `action`: what unmatched packets do, as RIB_WITHHELD if
 * that is none of the next hops here. At first no marks do.
 */
#define RIB_WITHHELD (UINT32_MAX - 1)
void rib_withhold(struct rib *r, enum ip_family family, uint8_t marks, uint32_t action);
void rib_marks_changed(struct rib *r); /* after attrs_mark_again() */
bool rib_is_withheld(const struct rib *r, enum ip_family family, uint32_t id);

/* Hold the entry of exactly this prefix back, or do not any more; forgotten when it is removed.
 * RIB_BEST_CHANGED if that made a difference. */
struct rib_result rib_hold_back(struct rib *r, const struct ip_prefix *p, bool hold);

/* The best path is stale (see rib_mark_stale). */
bool rib_best_stale(const struct rib *r, enum ip_family family, uint32_t id);

/* All paths, best first, into out[]: gives how many there are (maybe more than max). *reason says
 * why the first beats the second, as out[1].reason does. */
size_t rib_paths(const struct rib *r, enum ip_family family, uint32_t id, struct rib_path *out,
    size_t max, enum rib_reason *reason);
const char *rib_reason_name(enum rib_reason reason);

typedef void rib_changed_fn(void *ctx, const struct ip_prefix *p, const struct rib_result *result);

/* nexthop_set_usable() was called: decide again where there is a choice, and say which best paths
 * changed. */
void rib_nexthops_changed(struct rib *r, rib_changed_fn *changed, void *ctx);

/* Ordered walks: as trie_first/next/next_below. */
uint32_t rib_first(const struct rib *r, enum ip_family family, struct ip_prefix *cursor);
uint32_t rib_next(const struct rib *r, struct ip_prefix *cursor);
uint32_t rib_next_below(const struct rib *r, const struct ip_prefix *top, struct ip_prefix *cursor);

/* As trie_walk_below(); trie_walk_next() gives the ids. */
void rib_walk_below(struct trie_walk *w, const struct rib *r, const struct ip_prefix *top);

/*
 * Stale marking: rib_mark_stale() makes every path of the source stale in O(1); announcing a path
 * again makes it fresh. Marking does not choose best paths anew (RFC 4724 4.2: no difference in
 * forwarding); the reason matters when something about a prefix changes later:
 *
 *   RIB_STALE_LOST     the session is gone, or has come back since and has not said anything of
 *                      this prefix yet: what the source has there gives way to fresh paths of
 *                      others
 *   RIB_STALE_REFRESH  a refresh is under way (RFC 7313): as good as before
 *
 * The last reason given counts for all stale paths of the source. rib_sweep() removes the stale
 * ones, at most `budget` entries a call, from *cursor on (a walk of its own; start it with
 * rib_sweep_start). `removed` is called after each change with the result of removing that path.
 * Gives true when the walk is complete.
 */
enum rib_stale {
	RIB_STALE_LOST,
	RIB_STALE_REFRESH
};

struct rib_sweep {
	struct ip_prefix cursor;
	enum ip_family family;
	uint8_t source;
	bool started;
};

void rib_mark_stale(struct rib *r, enum ip_family family, unsigned source, enum rib_stale reason);
size_t rib_stale_count(const struct rib *r, enum ip_family family, unsigned source);
void rib_sweep_start(struct rib_sweep *sweep, enum ip_family family, unsigned source);
bool rib_sweep(
    struct rib *r, struct rib_sweep *sweep, size_t budget, rib_changed_fn *removed, void *ctx);

/* Bytes held: entries and further paths (trie_bytes and attrs_bytes are separate). */
size_t rib_bytes(const struct rib *r);
/* A family's table has stopped growing: what is held ahead of need, also for attributes, goes back
 * to the system. */
void rib_trim(struct rib *r, enum ip_family family);
size_t rib_trie_bytes(const struct rib *r, enum ip_family family);

#endif
