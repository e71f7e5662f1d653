/* SPDX-License-Identifier: Apache-2.0 */
/* Where the daemon listens: BGP, sFlow, HTTP and the unix socket; and where it forwards sFlow to.
 */
#ifndef CONTROL_APP_LISTEN_IO_H
#define CONTROL_APP_LISTEN_IO_H

#include "control/app.h"

/* Open all that app->config names. What could not be opened is logged; false where there is any. */
bool app_listen(struct app *app);

#endif
