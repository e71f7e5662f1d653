/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/clock_io.h"

#include <time.h>

static int64_t
read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

struct mono
clock_mono(void)
{
	return mono_us(read_us(CLOCK_MONOTONIC));
}

int64_t
clock_wall_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

double
clock_cpu_s(void)
{
	return (double)read_us(CLOCK_PROCESS_CPUTIME_ID) * 1e-6;
}
