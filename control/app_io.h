/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the daemon from a configuration and runs it until SIGTERM or SIGINT. */
#ifndef CONTROL_APP_IO_H
#define CONTROL_APP_IO_H

#include "control/config/config.h"

/* Takes the configuration over. `debug`: log at that level whatever it says. Gives the exit code: 0
 * after an orderly stop, 1 when a listener cannot be opened. */
int app_run(struct config *config, const char *version, bool debug);

#endif
