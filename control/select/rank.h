/* SPDX-License-Identifier: Apache-2.0 */
/* The k largest of many weights, in order. */
#ifndef CONTROL_SELECT_RANK_H
#define CONTROL_SELECT_RANK_H

#include "lib/base.h"

/* Numbers of the largest weights, heaviest first, equal ones by number: at least the k largest
 * where n >= k, all of them otherwise, with room for n in `out`. Weights are >= 0, not NaN. Gives
 * how many are in `out`. Linear: one histogram pass over the weights' upper bits, one collecting
 * pass, then a sort of little more than k. */
size_t rank_top(const double *weights, size_t n, size_t k, uint32_t *out);

#endif
