/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/slots.h"

const struct slots slots_plain = { .of = { [0 ... 128] = 1 } };
