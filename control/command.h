/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator may tell the daemon: the commands of webui/backend.h. */
#ifndef CONTROL_COMMAND_H
#define CONTROL_COMMAND_H

#include "control/app.h"

/* ctx is the app. */
enum web_outcome command_neighbor(void *ctx, enum web_neighbor_command command,
    const char *neighbor, const char *who, const char *reason, const char **why);

enum web_outcome command_freeze(
    void *ctx, bool frozen, const char *who, const char *reason, const char **why);

#endif
