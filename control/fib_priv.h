/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of fib.h, shared by fib.c (routes), fib_hop.c (next hops), fib_object.c (their objects in
 * the kernel) and fib_seen.c (what is read). */
#ifndef CONTROL_FIB_PRIV_H
#define CONTROL_FIB_PRIV_H

#include "control/fib.h"
#include "ribtrie/trie.h"

#define FIB_NO_HOP UINT32_MAX

/* Corrections of one entry between two audits; more than that is a fight, and waits. */
#define FIB_REPAIRS_MAX 3
/* And routes with our mark that others add, which are removed at once. */
#define FIB_STRAYS_MAX 64

/*
 * Where a route leads is one number, its *content*: the id of its nexthop object, or where there
 * are none a hash of its paths. 0: no route.
 */
struct fib_entry {
	struct ip_prefix prefix;
	uint32_t hop;      /* wanted: number of the next hop; FIB_NO_HOP: not wanted */
	uint32_t sent;     /* content last sent; 0: nothing, or its removal */
	uint32_t seen;     /* content last seen there */
	uint32_t flags;    /* RTM_F_ seen with it */
	uint32_t last_seq; /* of the last request about it */
	bool pending;      /* whose result is still to come */
	bool acknowledged; /* what was sent is there */
	bool marked;       /* not mentioned yet by the dump that is under way */
	uint8_t repairs;
};

/* An object of one path, a member of groups. */
struct fib_leaf {
	uint32_t id;
	struct nl_path path; /* its weight is the group's */
	bool made;
};

/* A BGP next hop. */
struct fib_hop {
	struct route_nexthop key;
	uint32_t id;  /* of its nexthop object */
	size_t refs;  /* entries */
	bool usable;  /* resolved, and not refused by the kernel */
	bool group;   /* its object is a group, and stays one */
	bool made;    /* the object is there, or asked for */
	bool refused; /* by the kernel, as long as nothing changes */
	struct nexthop_answer to;
};

enum fib_request {
	FIB_ASKED_ROUTE,
	FIB_ASKED_REMOVAL,
	FIB_ASKED_OBJECT,
	FIB_ASKED_LEAF,
	FIB_ASKED_OBJECT_REMOVAL,
	FIB_ASKED_NEIGHBOR
};

struct fib_pending {
	uint32_t seq;
	uint8_t request;          /* enum fib_request */
	bool exclusive;           /* a route that was to be new */
	struct ip_prefix prefix;  /* of a route */
	struct nl_nexthop object; /* as it was sent */
};

struct fib {
	struct fib_config config;
	struct nl_model *model;
	struct fib_ops ops;

	struct trie *index[IP_FAMILIES]; /* prefix -> number in entries */
	struct fib_entry *entries[IP_FAMILIES];
	size_t n[IP_FAMILIES], cap[IP_FAMILIES];
	bool complete[IP_FAMILIES];
	uint32_t dump_seq[IP_FAMILIES]; /* the last request before the dump */

	struct fib_hop **hops; /* NULL: a free number */
	size_t n_hops;
	struct trie *hop_index[IP_FAMILIES]; /* address -> number, of one with that address */
	struct fib_leaf *leaves;
	size_t n_leaves;
	uint64_t resolved_at; /* the model's generation */
	bool refusals;        /* a next hop's object was refused: its routes have to go */
	bool no_managed;      /* the kernel does not keep neighbours resolved */

	uint32_t seq;
	struct fib_pending *pending; /* a queue: [first, first + n_pending) */
	size_t first, n_pending, cap_pending;

	unsigned strays; /* since the last audit */
	struct fib_event *events;
	size_t event_first, n_events, cap_events;
	struct fib_stats stats;
};

/* --- fib.c --- */

struct fib_entry *fib_get(const struct fib *f, const struct ip_prefix *p);
struct fib_entry *fib_add(struct fib *f, const struct ip_prefix *p);

/* Forget the entry: nothing wanted, nothing there. */
void fib_drop(struct fib *f, struct fib_entry *e);

/* A message in the batch, whose result will be this; *seq is its number. */
struct wr *fib_request(
    struct fib *f, enum fib_request request, const struct ip_prefix *p, uint32_t *seq);
struct fib_pending *fib_last_request(struct fib *f);

/* Ask for what is wanted of the entry, whose next hop is usable; or that it go. */
void fib_send(struct fib *f, const struct ip_prefix *p);
void fib_send_removal(struct fib *f, const struct ip_prefix *p);

void fib_tell(struct fib *f, enum fib_event_kind kind, const struct ip_prefix *p, const char *why);

/* --- fib_object.c --- */

/* A free id for the next hop's object. */
uint32_t fib_hop_id(const struct fib *f, const struct route_nexthop *key, bool group);

/* The content of routes to it. */
uint32_t fib_hop_content(const struct fib *f, const struct fib_hop *h);
uint32_t fib_content_of_paths(const struct nl_paths *paths);

/* Have its object as it should be; no-op where it is. */
void fib_hop_make(struct fib *f, struct fib_hop *h);

/* Its paths' gateways stay resolved. */
void fib_keep_neighbors(struct fib *f, const struct fib_hop *h);

/* Look which members of groups the kernel has dropped. */
void fib_update_leaves(struct fib *f);

void fib_remove_idle_objects(struct fib *f);

/* --- fib_hop.c --- */

/* The next hop's number, made and resolved where it is new; one reference for the caller. */
uint32_t fib_hop_ref(struct fib *f, const struct route_nexthop *key);
/* The same, but its object is not made before it is needed. */
uint32_t fib_hop_adopt(struct fib *f, const struct route_nexthop *key);
void fib_hop_unref(struct fib *f, uint32_t hop);

/* The kernel would not have it: not usable until the model changes. fib_update() withdraws what
 * refers to it. */
void fib_hop_refused(struct fib *f, struct fib_hop *h, const struct nl_ack *ack);

/* "next hop 192.0.2.1 is unresolved: no route to it". */
void fib_hop_why(const struct fib_hop *h, char why[FIB_WHY_MAX]);

/* Once every audit. */
void fib_hop_audit(struct fib *f);

void fib_object_result(struct fib *f, const struct fib_pending *was, const struct nl_ack *ack);

#endif
