/* SPDX-License-Identifier: Apache-2.0 */
/* What no single setting can be judged by: names that refer to others, addresses that meet. */
#ifndef CONTROL_CONFIG_CHECK_H
#define CONTROL_CONFIG_CHECK_H

#include "control/config/parse.h"

/* Add the faults and warnings of *c, whose values came from `places`. Fields that have no good
 * value are passed over. */
void check_config(const struct config *c, const struct places *places, struct faults *faults);

#endif
