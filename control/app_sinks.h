/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BGP neighbours and sFlow agents deliver, and to whom it goes: routes and samples to the
 * router, a changed best path and the state of push sessions to the target.
 */
#ifndef CONTROL_APP_SINKS_H
#define CONTROL_APP_SINKS_H

#include "control/app.h"

/* The sink of a neighbour, by its role. Borrows the neighbour. */
struct bgp_sink app_bgp_sink(struct app_neighbor *n);

/* The sink of the samples of all agents; their tag is a struct app_agent. Borrows the app. */
struct sflow_sink app_sample_sink(struct app *app);

/* router_config.changed of every router; ctx is its struct app_table. */
void app_route_changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result);

#endif
