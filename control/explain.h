/* SPDX-License-Identifier: Apache-2.0 */
/* Why a prefix is routed as it is: all its paths, the rule that chose, and what lies around it. */
#ifndef CONTROL_EXPLAIN_H
#define CONTROL_EXPLAIN_H

#include "control/app.h"

/* Everything of *out but out->route, which names a prefix that is in the router's table and is or
 * contains `place`. */
void explain_place(const struct app *app, const struct router *r, const struct ip_prefix *place,
    struct web_explanation *out);

#endif
