/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our routes in the kernel, and the nexthop objects that carry them: what is wanted, what was sent,
 * what the kernel acknowledged, what was seen there. Pure: it writes messages into a batch that
 * somebody else sends, and is told of results, notifications and dumps.
 *
 *      BGP next hop --resolve--> paths --> one nexthop object <-- thousands of routes (by id)
 *
 * So a change of the paths is one message (RTM_NEWNEXTHOP with replace), however many routes there
 * are. Equal-cost paths are a group of objects of one path each. A kernel without objects gets the
 * paths in each route.
 *
 * An object's id comes from the next hop's address, so that after a restart the routes that are
 * there need no change: see fib_object.c.
 *
 * Ours are the routes of our protocol. A new route is made only where nothing has its prefix and
 * metric; it is changed by `replace` once it is ours; a removal names the protocol. So no route of
 * anyone else is ever touched. Who replaces one of ours at our own metric has taken it, and it is
 * taken back.
 */
#ifndef CONTROL_FIB_H
#define CONTROL_FIB_H

#include "control/netlink/model.h"
#include "control/nexthop.h"

struct fib_config {
	uint32_t table, metric;
	uint8_t protocol;
	bool objects;     /* the kernel has nexthop objects */
	bool via_default; /* see nexthop_resolve() */
};

/* The way to the kernel. */
struct fib_ops {
	void *ctx;
	/* Room for one more message of NL_MESSAGE_MAX in the batch. May send what is in it, and so
	 * call fib_result() for those. */
	struct wr *(*message)(void *ctx);
	void (*flush)(void *ctx); /* send the batch; results may come at once */
};

struct fib;

/* Model and ops outlive it. */
struct fib *fib_new(
    const struct fib_config *config, struct nl_model *model, const struct fib_ops *ops);
void fib_free(struct fib *f);
const struct fib_config *fib_config(const struct fib *f);

/* --- what is wanted --- */

/* The prefix goes to the next hop. Where that cannot be, FIB_REFUSED or FIB_UNRESOLVED follows. */
void fib_put(struct fib *f, const struct ip_prefix *p, const struct route_nexthop *hop);
void fib_remove(struct fib *f, const struct ip_prefix *p);

/* All of them go, and the nexthop objects too. */
void fib_withdraw_all(struct fib *f);

/* What was found there (FIB_FOUND) is wanted as it is, for now. Nothing is sent. */
void fib_adopt(struct fib *f, const struct ip_prefix *p, const struct route_nexthop *hop);

void fib_flush(struct fib *f);

/* NULL where the next hop can be used; else why not. Valid until the next call. */
const char *fib_unusable(struct fib *f, const struct route_nexthop *hop);

/* --- what the kernel says --- */

/* The result of the request, in the order of requests. */
void fib_result(struct fib *f, uint32_t seq, const struct nl_ack *ack);

/* All results that there are have come: those that have not are lost. True when there are any; a
 * dump will tell what became of them. */
bool fib_results_over(struct fib *f);

/* Who or what says that a route is there, or is not. */
enum fib_source {
	FIB_BY_OTHERS, /* a notification of somebody's doing, or the driver's */
	FIB_BY_US,     /* of our own request */
	FIB_IN_DUMP
};

/* A route of our protocol. */
void fib_seen(struct fib *f, const struct nl_route *r, bool removed, enum fib_source source);

/* A route of another protocol: true when it has taken the place of one of ours, which is put back.
 * It is none that the model is to know. */
bool fib_robbed(struct fib *f, const struct nl_route *r);

/* A whole dump of our routes of the family, or of everything. Repairs what differs. */
void fib_dump_begin(struct fib *f, enum ip_family family);
void fib_dump_end(struct fib *f, enum ip_family family);

/* The model changed: resolve next hops again, and do what follows. True when one has become usable
 * or is so no longer. */
bool fib_update(struct fib *f);

/* From now on routes of our protocol that are not wanted are removed by audits; before, they are
 * found and kept. */
void fib_complete(struct fib *f, enum ip_family family);

/* Once every audit: keep neighbours resolved, forget next hops without routes. */
void fib_audit(struct fib *f);

/* --- what became of it --- */

enum fib_event_kind {
	FIB_FOUND,        /* of an earlier life; `hop` is a gateway of it */
	FIB_ACKNOWLEDGED, /* the kernel has it */
	FIB_SEEN,         /* it was seen there */
	FIB_HARDWARE,     /* and is in hardware */
	FIB_FAILED,       /* but could not be put into hardware */
	FIB_REFUSED,      /* the kernel would not take it: `why` */
	FIB_FULL,         /* for want of room */
	FIB_UNRESOLVED    /* its next hop cannot be used (any more): it is not there, `why` */
};

#define FIB_WHY_MAX 160

struct fib_event {
	enum fib_event_kind kind;
	struct ip_prefix prefix;
	struct route_nexthop hop; /* FIB_FOUND */
	char why[FIB_WHY_MAX];
};

/* The next one, oldest first; false: none. */
bool fib_next_event(struct fib *f, struct fib_event *out);

struct fib_stats {
	uint64_t requests, errors; /* messages sent; refused by the kernel */
	uint64_t route_puts, route_removals, nexthop_puts;
	uint64_t repairs;      /* routes put back or corrected after somebody else's doing */
	uint64_t lost_results; /* requests whose result never came */
};
const struct fib_stats *fib_stats(const struct fib *f);

/* A row of `hotfib diff`: what is wanted and what is there are not the same. */
struct fib_diff {
	struct ip_prefix prefix;
	const char *what; /* "missing", "different", "extra", "not in hardware" */
	const char *why;
	bool wanted;
	struct route_nexthop hop; /* where it is wanted */
};

/* The next difference after *cursor; NULL-terminated walk as of installed_next(). */
bool fib_diff_next(const struct fib *f, enum ip_family family, struct ip_prefix *cursor, bool start,
    struct fib_diff *out);

#endif
