/* SPDX-License-Identifier: Apache-2.0 */
/* What the target covers, as measured of late: see coverage.h. */
#ifndef CONTROL_APP_COVERAGE_H
#define CONTROL_APP_COVERAGE_H

#include "control/app.h"

/* Only with a target. */
const struct coverage *app_coverage(struct app *app, enum ip_family family);

/* A slice of a measurement that is due; true while there is more. */
bool app_coverage_work(struct app *app);

#endif
