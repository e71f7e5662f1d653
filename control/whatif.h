/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a table of another size would carry: coverage by the number of entries, for `priced` and for
 * `top`, from the demand as it is now; and how many entries some coverage takes.
 *
 * Nothing that is running is touched: `priced` is solved on a tree of its own, without hysteresis,
 * at as many prices as it takes. That is a second or several for a busy full table, so the daemon
 * does it in another process (whatif_io.h).
 */
#ifndef CONTROL_WHATIF_H
#define CONTROL_WHATIF_H

#include "control/select/selector.h"
#include "webui/backend.h"

/* Of the input its limit, and of the context what is held, do not matter. */
void whatif_compute(const struct select_input *input, const struct selector_context *context,
    const struct web_whatif_query *query, struct web_whatif *out);

#endif
