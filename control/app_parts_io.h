/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the daemon, made from app->config and freed again: routers, agents, the target and
 * neighbours. One at a time too, each named as the configuration names it.
 */
#ifndef CONTROL_APP_PARTS_IO_H
#define CONTROL_APP_PARTS_IO_H

#include "control/app.h"

struct ev_loop;

/* Make everything that app->config names; app->now is set. Nothing is listened on yet. */
void app_make_parts(struct app *app, struct ev_loop *loop);

/* False, and it is logged why, where the target needs something of the system that it did not get.
 */
bool app_has_target(const struct app *app);

/* Sessions are closed at once: call bgp_speaker_stop() first for an orderly end. */
void app_free_parts(struct app *app);

/* NULL where there is none. */
struct router *app_find_router(const struct app *app, const char *name);
struct app_neighbor *app_find_neighbor(const struct app *app, const char *name);

/* Wire the neighbour to its router or to the target, and start its session. The config is
 * borrowed; the result is not in app->neighbors yet. */
struct app_neighbor *app_start_neighbor(struct app *app, const struct config_neighbor *config);

#endif
