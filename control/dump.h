/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a router's table that writes it as MRT, a prefix at a time. */
#ifndef CONTROL_DUMP_H
#define CONTROL_DUMP_H

#include "control/app.h"

/* As web_backend.dump_next. */
bool dump_next(
    const struct app *app, const struct router *r, struct web_dump *dump, struct str *out);

#endif
