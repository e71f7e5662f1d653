/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon as a service: its privileges once it has started, and what the service manager hears
 * of it. */
#ifndef CONTROL_SERVICE_IO_H
#define CONTROL_SERVICE_IO_H

#include "control/app.h"

/* It listens: give up what is needed no more, and say that it is ready. */
void service_started(const struct app *app);

/* Once a second, after all that is done then. */
void service_tick(const struct app *app, const struct web_backend *backend);

/* Before sessions are closed. */
void service_stopping(void);

#endif
