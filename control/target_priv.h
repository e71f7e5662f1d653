/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct target, for its own files: target.c has the ports and the run, target_push.c
 * carries plans out, target_select.c decides what each port is to hold, target_results.c hears what
 * became of it. */
#ifndef CONTROL_TARGET_PRIV_H
#define CONTROL_TARGET_PRIV_H

#include "control/ceiling.h"
#include "control/events.h"
#include "control/refusals.h"
#include "control/select/plan.h"
#include "control/target.h"

struct port_family {
	bool up;
	bool filled;   /* everything desired was sent once since it came up */
	bool complete; /* and the neighbour was told so, once the rates are known */
	bool resend;   /* the peer asked for everything again */
	struct ip_prefix resend_at;
	bool resend_started;
	struct installed *held;
	size_t pending;
	bool repairing; /* more was planned than the port could be sent yet */
	struct ceiling ceiling;
	double tokens; /* operations that repair nothing and may be sent now */
	struct mono tokens_at;
	bool adopted; /* it held entries when it came up, and averages were not known since */
	/* After its last plan it held what was wanted; what has changed since on either side is
	 * known by these numbers, of `choice.moves` and of installed_changes(). */
	bool settled;
	uint64_t moves, held_changes;
	uint64_t refused, lost;
};

struct port {
	struct push push;
	const struct ip_prefix *foreign; /* routes of others in its table */
	size_t n_foreign;
	bool stopped;
	struct port_family family[IP_FAMILIES];
};

/* Changes of the RIB that touch what is held: repairs are due there. */
struct changes {
	struct ip_prefix *prefixes; /* sorted, none inside another, when `n_new` is 0 */
	size_t n, cap, n_new;
};

/* Places where what is wanted changed, numbered from 0; the last of them. */
#define MOVES_LOG 1024
struct moves {
	uint64_t n, forgotten; /* ever; before which none are in the log */
	struct ip_prefix log[MOVES_LOG];
};

struct choice {
	struct changes changes;
	struct moves moves;
	bool stale;
	struct selector *selector;
	struct selection wanted;
	bool current; /* `wanted` is current enough to go on with */
};

enum target_due {
	DUE_NOTHING,
	DUE_CHOICE,
	DUE_PUSH
};

struct target {
	struct target_config config;
	struct port *ports;
	uint64_t ports_version; /* one more for each that comes or goes */
	unsigned n_ports;
	struct choice choice[IP_FAMILIES];
	struct plan plan;
	struct refusals refusals;
	struct ip_prefix *never;   /* room for target_never() */
	size_t quota[IP_FAMILIES]; /* of a shared table, see target_share() */
	bool repair;
	enum target_due due[IP_FAMILIES]; /* of the run under way */
	bool frozen;                      /* by an operator */
	char why[160];                    /* lent by target_why_unusable() */
	double cost_s;
	uint64_t runs;
};

static inline size_t
target_limit(const struct target *t, enum ip_family family)
{
	size_t capacity = target_capacity(t, family);
	size_t limit = (size_t)((double)capacity * (1.0 - t->config.headroom));

	return limit > 0 || capacity == 0 ? limit : 1;
}

/* The families share a table: move slots to the one that pays more for them. */
void target_share(struct target *t);

void choice_init(struct choice *c, const struct target_config *config);
void choice_fini(struct choice *c);

/* Ask the ports which next hops can be used, and let best paths follow. */
void choice_ask_nexthops(struct target *t, struct mono now);

/* A best path changed: what was chosen borrows from the RIB, so it is not current any more. */
void choice_route_changed(
    struct target *t, const struct ip_prefix *p, const struct rib_result *result);

/* Choose for a family, for a target that holds `held` (NULL: what the fullest port holds). stale:
 * evict nothing for its rate. */
void choice_make(struct target *t, enum ip_family family, bool stale, const struct installed *held,
    struct mono now);

/* Let the selector know what the ports hold now, which the next choice would have to otherwise. */
void choice_note_held(struct target *t, enum ip_family family, struct mono now);

/* See struct target_family_status. */
void choice_default(
    const struct target *t, enum ip_family family, uint32_t *action, uint32_t *attrs);

/* A slice of choosing; true while there is more. */
bool choice_work(struct target *t, enum ip_family family, struct mono now);

/* An algorithm without a memory knows only from what a port holds what to keep while input is
 * stale: so each port has its own choice then. */
bool choice_is_per_port(const struct target *t);

/* --- target_push.c --- */

/* Plan from what the port holds to the current selection, and send as much of it as can be. */
void port_push(struct target *t, struct port *port, enum ip_family family, struct mono now);

/* Where the peer asked for everything again: announce what is held, from where the last call
 * stopped. */
void port_resend(struct target *t, struct port *port, enum ip_family family);

/* --- target_pace.c --- */

/* Places that changed; NULL: all of it may have. */
void moves_add(struct moves *m, const struct ip_prefix *at, size_t n);

void changes_add(struct changes *c, const struct ip_prefix *p);
void changes_fini(struct changes *c);

/* Plan what a port is to be sent now, into t->plan; gives how many operations wait for their turn.
 */
size_t target_plan(
    struct target *t, struct port_family *pf, enum ip_family family, struct mono now);

/* Everything planned has been sent, or not. */
void target_planned(
    const struct target *t, struct port_family *pf, enum ip_family family, bool all);

/* The operation is being sent. */
void target_spend(struct port_family *pf, const struct plan_op *op);

/* --- target_results.c --- */

/* The prefixes that nothing may overlap: the configured ones, those that were refused, and the
 * routes of others that ports told of. */
const struct ip_prefix *target_never(
    struct target *t, enum ip_family family, struct mono now, size_t *n);

/* Ceilings that were not tried for long enough are raised a little. */
void target_probe_ceilings(struct target *t, enum ip_family family, struct mono now);

#endif
