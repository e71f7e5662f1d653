/* SPDX-License-Identifier: Apache-2.0 */
/* The pass over a configuration's bytes that makes them ready for libconfig. */
#ifndef CONTROL_CONFIG_SCAN_H
#define CONTROL_CONFIG_SCAN_H

#include "control/config/source.h"

/* Write `text`, that of source->files[0], and what it includes into source->text; faults are added,
 * and source->broken set when libconfig had better not see it. */
void scan_source(struct source *source, const char *text, size_t len, struct faults *faults);

#endif
