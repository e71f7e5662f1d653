/* SPDX-License-Identifier: Apache-2.0 */
/* Reload: the configuration file is read again, and what differs is changed. All or nothing. */
#ifndef CONTROL_APP_RELOAD_IO_H
#define CONTROL_APP_RELOAD_IO_H

#include "control/app.h"

/*
 * The command of webui/backend.h; ctx is the app. True: the configuration is in force, a line for
 * each setting that differs is appended to `changes`, and warnings about it to `said`. False:
 * nothing was changed, and what is wrong, all of it, is appended to `said`. Not to be called from
 * inside a sink.
 */
bool app_reload(void *ctx, struct str *changes, struct str *said);

/* For a signal: nobody listens but the log. */
void app_reload_quietly(struct app *app);

#endif
