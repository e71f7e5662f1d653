/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator may tell the daemon: the commands of webui/backend.h. */
#ifndef CONTROL_COMMAND_H
#define CONTROL_COMMAND_H

#include "control/app.h"

/* ctx is the app. */
enum web_outcome command_refresh(void *ctx, const char *neighbor, const char **why);

#endif
