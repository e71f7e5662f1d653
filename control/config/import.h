/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sFlow-RT properties (key=value lines with the Active Route Manager's arm.* and sFlow-RT's bgp.*,
 * http.* and sflow.* keys) into our configuration text.
 */
#ifndef CONTROL_CONFIG_IMPORT_H
#define CONTROL_CONFIG_IMPORT_H

#include "lib/str.h"

/* Convert `text` (named `file` in messages). The configuration goes to `out`, faults and warnings
 * ("FILE:LINE: message") to `faults`. False when there is a fault; keys that mean nothing to us are
 * warnings. */
bool import_properties(const char *text, const char *file, struct str *out, struct str *faults);

#endif
