/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the view share: view.c has BGP, routers and routes, view_target.c what ports
 * hold, view_differences.c what they do not, view_reports.c what agents, hardware and the event
 * ring tell. */
#ifndef CONTROL_VIEW_PRIV_H
#define CONTROL_VIEW_PRIV_H

#include "control/view.h"

static inline struct app *
app_of(void *ctx)
{
	return ctx;
}

/* A monotonic time on the wall clock, in ms since the epoch. */
static inline int64_t
wall_ms(const struct app *app, struct mono t)
{
	return app->started_wall_ms + mono_sub_us(t, app->started) / 1000;
}

/* The target's table as one of its ports holds it; NULL without a port. */
const struct installed *view_target_held(const struct target *t, enum ip_family family);

/* What the status of the target's router says of the target. */
void view_router_target(struct app *app, enum ip_family family, struct web_router *out);

bool view_agent(void *ctx, size_t i, struct web_agent *out);
bool view_hardware(void *ctx, size_t i, struct web_hardware *out);
void view_differences(void *ctx, struct web_differences *out);
void view_installed(void *ctx, struct web_installed *out);
void view_installed_facts(
    void *ctx, const struct web_installed_row *row, struct web_installed_facts *out);
enum web_verify_state view_verify(void *ctx, struct web_verify *verify, struct web_verified *out);
bool view_event_next(void *ctx, uint64_t after, struct web_event *out);

#endif
