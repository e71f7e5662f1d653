/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state file: read once at start, written every minute by a child process (a sync of a slow
 * disk must not stop the loop) and at the end. It is replaced as a whole, by rename.
 */
#ifndef CONTROL_APP_STATE_IO_H
#define CONTROL_APP_STATE_IO_H

#include "control/app.h"

struct ev_loop;
struct app_state_file;

/* Takes over what app->config->state_file has, if it is of any use; the log says what is wrong with
 * it otherwise. The loop is the default one. */
struct app_state_file *app_state_start(struct app *app, struct ev_loop *loop);

/* Once a second. */
void app_state_file_tick(struct app_state_file *f);

/* Write it for the last time and free. */
void app_state_end(struct app_state_file *f);

#endif
