/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Push into the kernel's routing table: the port between a target and fib.h. It hands over what is
 * announced, and tells the target what became of it.
 */
#ifndef CONTROL_PUSH_NETLINK_H
#define CONTROL_PUSH_NETLINK_H

#include "control/fib.h"
#include "control/target.h"

/* Operations taken in one turn of the loop. */
#define PUSH_NETLINK_TURN 4096

struct push_netlink;

/* Fib and model outlive it. */
struct push_netlink *push_netlink_new(struct fib *f, const struct nl_model *model);
void push_netlink_free(struct push_netlink *p);

/* Become a port of the target; its number. */
unsigned push_netlink_attach(struct push_netlink *p, struct target *t);

/* The kernel's tables have been read: from the next turn on the port is up. */
void push_netlink_up(struct push_netlink *p);

/* At the end of each turn of the loop, after fib_update() said whether a next hop became usable or
 * is so no longer. True when the target has more to push than it could in this turn: then call
 * push_netlink_more() in the next. */
bool push_netlink_turn(struct push_netlink *p, bool usable_changed, struct mono now);
void push_netlink_more(struct push_netlink *p, struct mono now);

#endif
