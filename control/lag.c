/* SPDX-License-Identifier: Apache-2.0 */
#include "control/lag.h"

const double lag_bounds_s[LAG_BOUNDS] = { 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
	0.05, 0.1, 0.2, 0.5, 1 };

void
lag_note(struct lag *lag, struct mono start, struct mono end)
{
	double busy_s = mono_sub_s(end, start);
	unsigned i = 0;

	if (mono_sub_s(end, lag->minute_start) >= 60) {
		lag->last_minute_s = lag->this_minute_s;
		lag->this_minute_s = 0;
		lag->minute_start = end;
	}
	if (busy_s > lag->this_minute_s)
		lag->this_minute_s = busy_s;
	while (i < LAG_BOUNDS && busy_s > lag_bounds_s[i])
		i++;
	lag->turns[i]++;
	lag->busy_s += busy_s;
	if (busy_s > LAG_LATE_S)
		lag->late_s += busy_s;
}

double
lag_worst_s(const struct lag *lag)
{
	return lag->this_minute_s > lag->last_minute_s ? lag->this_minute_s : lag->last_minute_s;
}
