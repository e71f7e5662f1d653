/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct target, for its own files: target.c has the ports and carries plans out,
 * target_select.c decides what each port is to hold. */
#ifndef CONTROL_TARGET_PRIV_H
#define CONTROL_TARGET_PRIV_H

#include "control/select/plan.h"
#include "control/target.h"

struct port_family {
	bool up;
	bool complete; /* everything desired was sent once since it came up */
	bool resend;   /* the peer asked for everything again */
	struct ip_prefix resend_at;
	bool resend_started;
	struct installed *held;
	size_t pending;
};

struct port {
	struct push push;
	struct port_family family[IP_FAMILIES];
};

struct choice {
	struct selector *selector;
	struct selection wanted;
	bool current; /* `wanted` is current enough to go on with */
};

struct target {
	struct target_config config;
	struct port *ports;
	unsigned n_ports;
	struct choice choice[IP_FAMILIES];
	struct plan plan;
	bool repair;
	double cost_s;
	uint64_t runs;
};

static inline size_t
target_limit(const struct target *t, enum ip_family family)
{
	return (size_t)(t->config.capacity[family] * (1.0 - t->config.headroom));
}

void choice_init(struct choice *c, const struct target_config *config);
void choice_fini(struct choice *c);

/* A best path changed: what was chosen borrows from the RIB, so it is not current any more. */
void choice_route_changed(
    struct target *t, const struct ip_prefix *p, const struct rib_result *result);

/* Choose for a family, for a target that holds `held` (NULL: what the fullest port holds). stale:
 * evict nothing for its rate. */
void choice_make(struct target *t, enum ip_family family, bool stale, const struct installed *held,
    struct mono now);

/* An algorithm without a memory knows only from what a port holds what to keep while input is
 * stale: so each port has its own choice then. */
bool choice_is_per_port(const struct target *t);

#endif
