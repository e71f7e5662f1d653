/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon as the web room sees it: implements webui/backend.h over struct app. */
#ifndef CONTROL_VIEW_H
#define CONTROL_VIEW_H

#include "control/app.h"

/* The backend borrows the app. */
struct web_backend view_backend(struct app *app);

#endif
