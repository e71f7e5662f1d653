/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the daemon that is kept over a restart (state.h): taken from the app, given back. */
#ifndef CONTROL_APP_STATE_H
#define CONTROL_APP_STATE_H

#include "control/app.h"
#include "control/state.h"

/* State of another run that is older than this is of no use. */
#define APP_STATE_AGE_MAX_S 900

/* What there is to keep: of each table that was learned the prefixes with most demand, four times
 * as many as the target holds. False where there is nothing, or not yet what was saved before. */
bool app_state_take(const struct app *app, int64_t wall_ms, struct state *out);

/* Take the state of an earlier run over. Ceilings are in force at once; averages wait for their
 * tables, see app_state_tick(). Not to be called twice. */
void app_state_give(struct app *app, struct state *state);

/* Once a second, before the target runs: averages of tables that are complete by now come into
 * force. After APP_STATE_AGE_MAX_S what is left is dropped. */
void app_state_tick(struct app *app);

void app_state_drop(struct app *app);

#endif
