/* SPDX-License-Identifier: Apache-2.0 */
/* Feedback of pushed routes into the learned table (feedback.h), as wired in the daemon: what it is
 * told, and that an alarm stops the BGP ports of the target. */
#ifndef CONTROL_APP_FEEDBACK_H
#define CONTROL_APP_FEEDBACK_H

#include "control/app.h"

/* A best path of the target's router changed; to be called before the target hears of it. */
void app_feedback_route(struct app *app, const struct ip_prefix *p, const struct rib_result *r);

/* router_config.own_path; ctx is the struct app_table of the router. */
void app_feedback_own_path(void *ctx, const struct ip_prefix *p);

/* A session came up: if it has to do with the target, pushing is tried again. */
void app_feedback_up(struct app_neighbor *n);

/* Once a second. */
void app_feedback_tick(struct app *app);

#endif
