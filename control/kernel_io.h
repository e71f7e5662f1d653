/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel as a target: three sockets, and what they fill.
 *
 *      requests   batches of messages, each acknowledged at once         -> fib_result()
 *      monitor    subscribed to links, neighbours, routes, nexthops      -> model, fib_seen()
 *      dumps      everything, from time to time: the audit               -> the same
 *
 * The first whole dump comes before anything is pushed. Another follows every audit_s; soon after
 * something that the kernel does not tell the consequences of (a link that went down takes IPv4
 * routes with it silently); and at once when the monitor's buffer overran (ENOBUFS).
 */
#ifndef CONTROL_KERNEL_IO_H
#define CONTROL_KERNEL_IO_H

#include "control/config/config.h"
#include "control/fib.h"
#include "control/target.h"

struct ev_loop;
struct kernel;

/* NULL, and logged, when the kernel cannot be talked to. */
struct kernel *kernel_new(struct ev_loop *loop, const struct config_netlink *config);

/* Routes stay in the kernel. */
void kernel_free(struct kernel *k);

/* Before an end that is to leave nothing behind: all our routes and nexthop objects go. */
void kernel_withdraw(struct kernel *k);

/* Become a port of the target, which comes up when the first dump is whole. The target outlives
 * the kernel. The port's number. */
unsigned kernel_attach(struct kernel *k, struct target *t);

struct kernel_status {
	bool synced;                           /* the first dump is whole */
	bool objects;                          /* nexthop objects are used */
	uint64_t dumps, interrupted, overruns; /* whole; begun anew; monitor's buffer */
	uint64_t notifications, not_understood;
	struct fib_stats fib;
};
void kernel_status(const struct kernel *k, struct kernel_status *out);

const struct fib *kernel_fib(const struct kernel *k);

#endif
