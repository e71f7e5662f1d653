/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running daemon: what was made from the configuration, and how its parts are wired.
 *
 *      app_parts_io.c   makes, changes and frees the parts: routers, neighbours, agents, target
 *      app_listen_io.c  opens what it listens on
 *      app_reload_io.c  does that again when the configuration has changed
 *      app_state_io.c   keeps what a restart would lose (app_state.c)
 *      app_sinks.c      what neighbours and agents deliver, and to whom it goes
 *      app_io.c         the loop: timers, signals
 *      view.c           shows it
 */
#ifndef CONTROL_APP_H
#define CONTROL_APP_H

#include "bgpd/speaker_io.h"
#include "control/config/config.h"
#include "control/coverage.h"
#include "control/lag.h"
#include "control/hardware.h"
#include "control/push_bgp.h"
#include "control/router.h"
#include "control/target.h"
#include "control/withhold.h"
#include "sflowin/udp_io.h"
#include "webui/backend.h"

struct app;
struct ev_loop;
struct events;
struct feedback;
struct kernel;
struct occupancy;
struct readback;
struct sim;
struct state;
struct watch;
struct web_http;
struct whatif_job;

/* A configured neighbour and what it is wired to. Its address is the context of the BGP session's
 * sink, so it stays where it is. */
struct app_neighbor {
	struct app *app;
	const struct config_neighbor *config;
	struct bgp_neighbor *bgp; /* NULL only while the configuration changes */
	struct router *router;    /* learn: the table it feeds; push: the target's, NULL without */
	unsigned source;          /* learn: its number in the router */
	bool disabled;            /* by an operator; a reload does not change that */
	bool has_port;            /* push: is in target.via */
	unsigned port;            /* its number in the target */
	struct push_bgp push;     /* what the port pushes by */
};

/* A router: the context of what it tells. */
struct app_table {
	struct app *app;
	struct router *router;
};

/* A configured agent. */
struct app_agent {
	const struct config_agent *config;
	struct router *router;
	unsigned number; /* in the router */
};

/* What became of reloads. */
struct app_reload {
	uint64_t count, failed;
	int64_t wall_ms; /* the last one; 0: none yet */
	char *faults;    /* what was wrong with it, a line each; NULL: nothing */
};

struct app {
	struct ev_loop *loop;
	struct config *config;
	bool debug; /* log at that level whatever the configuration says */
	struct app_reload reload;
	struct state *saved; /* by an earlier run, and not in force yet; NULL: nothing */
	const char *version;
	struct mono started;
	int64_t started_wall_ms;
	struct mono now; /* as of this turn of the loop */
	double cpu_s;    /* used by the process, as of the last second */

	struct attrs_table *attrs;
	struct withhold withhold; /* what must not be pushed */
	struct router **routers;
	size_t n_routers;
	struct app_neighbor **neighbors; /* in the order of the configuration */
	size_t n_neighbors;
	struct app_agent *agents;
	size_t n_agents;
	struct target *target; /* NULL without routers */
	struct sim *sim;       /* NULL where it is no target */
	struct kernel *kernel; /* NULL where it is no target */
	bool dry_run;          /* the sim is there to show what would be pushed */

	struct bgp_speaker *speaker;
	struct sflow_agents *sflow;
	struct sflow_udp *udp;
	struct web_http *http;
	struct lag lag;
	struct feedback *feedback; /* NULL where nothing is pushed over BGP */
	bool push_stopped;         /* because of it */
	struct events *events;
	struct watch *watch;              /* raises the events of sessions and tables */
	struct hardware_sources hardware; /* filled by readback */
	struct readback *readback;
	struct occupancy *occupancy;
	struct whatif_job *whatif; /* the last simulation; NULL: none */

	char last_error[BGP_ERROR_TEXT_MAX]; /* what view.c lent last */
	char lent_address[IP_TEXT_MAX];      /* likewise */

	struct coverage_meter coverage[IP_FAMILIES];
};

/* By the name the configuration gives it; NULL where there is none. */
struct router *app_find_router(const struct app *app, const char *name);
struct app_neighbor *app_find_neighbor(const struct app *app, const char *name);

#endif
