/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the daemon as a configuration wants them: routers, neighbours, the target, agents.
 */
#ifndef CONTROL_APP_PARTS_IO_H
#define CONTROL_APP_PARTS_IO_H

#include "control/app.h"

struct ev_loop;

/* What there is of everything once, with no parts. The app is zeroed, but for its times. */
void app_init(struct app *app, struct ev_loop *loop);

/*
 * Go from what is there to what the configuration wants: make, change and free parts. What does not
 * differ does not notice. The configuration becomes app->config; with the former one the app is
 * done when this returns.
 */
void app_apply(struct app *app, struct config *config);

/* False, and it is logged why, where the target needs something of the system that it did not get.
 */
bool app_has_target(const struct app *app);

/* Sessions are closed at once: call bgp_speaker_stop() first for an orderly end. */
void app_fini(struct app *app);

#endif
