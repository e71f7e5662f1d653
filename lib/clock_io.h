/* SPDX-License-Identifier: Apache-2.0 */
/* The only place that reads clocks; everything else is handed the time. */
#ifndef LIB_CLOCK_IO_H
#define LIB_CLOCK_IO_H

#include "lib/mono.h"

/* CLOCK_MONOTONIC now. */
struct mono clock_mono(void);

/* Wall clock in milliseconds since 1970-01-01 UTC. */
int64_t clock_wall_ms(void);

/* CPU time this process has used, in seconds. */
double clock_cpu_s(void);

#endif
