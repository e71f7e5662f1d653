/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the RIB, shared by rib.c, rib_paths.c and purge.c. See rib.c for the picture. */
#ifndef RIBTRIE_RIB_TABLE_H
#define RIBTRIE_RIB_TABLE_H

#include "ribtrie/arena.h"
#include "ribtrie/best.h"
#include "ribtrie/rib.h"
#include "ribtrie/trie.h"

/* An entry: its best path and its prefix. 16 bytes for IPv4, 28 for IPv6. */
struct entry {
	uint32_t more;  /* first struct further, or ARENA_NONE */
	uint32_t attrs; /* ATTRS_NONE while the id is free */
	uint8_t source;
	uint8_t epoch;
	bool has_path_id : 1; /* the first further path is no path, but holds the best one's id */
	bool held_back : 1;
	uint8_t len;
	uint32_t addr[]; /* the prefix: 1 word for IPv4, 4 for IPv6 */
};

/* A path after the best one. Packed: two bytes of padding a path would be an eighth. */
struct __attribute__((packed, aligned(2))) further {
	uint32_t next;
	uint32_t attrs;
	uint32_t path_id;
	uint8_t source;
	uint8_t epoch;
};

struct rib_table {
	enum ip_family family;
	struct trie *trie; /* prefix -> index in entries */
	struct arena entries, further;
	size_t path_count;
	uint64_t generation;
	uint8_t withheld_marks;
	uint32_t withheld_action;
	struct {
		size_t paths, stale;
		uint8_t epoch; /* a path with another one is stale */
		uint8_t marks; /* epochs passed since there were no stale paths, at most */
		bool lost;     /* stale paths are of a lost session, not of a refresh */
	} sources[RIB_SOURCES_MAX];
};

struct rib {
	struct attrs_table *attrs;
	struct rib_source sources[RIB_SOURCES_MAX];
	struct rib_table tables[IP_FAMILIES];
};

/* All paths of an entry, taken out to be changed. */
struct path_list {
	struct best_path *paths;
	size_t count;
	size_t room;
	struct best_path few[8];
};

static inline struct entry *
entry_at(const struct rib_table *t, uint32_t id)
{
	return arena_at(&t->entries, id);
}

static inline struct further *
further_at(const struct rib_table *t, uint32_t index)
{
	return arena_at(&t->further, index);
}

static inline bool
path_is_stale(const struct rib_table *t, uint8_t source, uint8_t epoch)
{
	return epoch != t->sources[source].epoch;
}

/* One path and no path id: nothing but the entry itself. */
static inline bool
entry_is_single(const struct entry *e)
{
	return e->more == ARENA_NONE;
}

struct ip_prefix entry_prefix(const struct rib_table *t, const struct entry *e);

/* rib_paths.c */
/* Take them out with room for one more; path_list_fini() when done. */
void paths_load(const struct rib_table *t, const struct entry *e, struct path_list *l);

/* Fill in what paths are compared by. */
void paths_weigh(const struct rib *r, const struct rib_table *t, struct path_list *l);

/* Put at least one path in order and into the entry, which may be new. */
void paths_store(struct rib *r, struct rib_table *t, struct entry *e, struct path_list *l);
void path_list_fini(struct path_list *l);

/* Give the memory of all but the entry itself back. */
void paths_drop(struct rib_table *t, struct entry *e);

#endif
