/* SPDX-License-Identifier: Apache-2.0 */
/* Where the daemon listens: BGP, sFlow, HTTP and the unix socket; and where it forwards sFlow to.
 */
#ifndef CONTROL_APP_LISTEN_IO_H
#define CONTROL_APP_LISTEN_IO_H

#include "control/app.h"

/*
 * Listen where `to` says and no more where only `from` does (NULL: nowhere yet); connections that
 * are open stay so. False where something could not be opened: a line for each is appended to
 * `faults`, and all is as it was before.
 */
MUST_CHECK bool app_listen(
    struct app *app, const struct config *from, const struct config *to, struct str *faults);

#endif
