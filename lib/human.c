/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/human.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

char *
human_count(uint64_t value, char buf[HUMAN_MAX])
{
	char digits[HUMAN_MAX];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			buf[out++] = ',';
		buf[out++] = digits[i];
	}
	buf[out] = '\0';
	return buf;
}

/* Three digits of a value below `step` of the fitting unit. */
static char *
scaled(double value, double step, const char *const *units, size_t n_units, char buf[HUMAN_MAX])
{
	size_t unit = 0;

	/* 999.5 would print as 1000. */
	while (value >= step - (step == 1000 ? 0.5 : 0) && unit + 1 < n_units) {
		value /= step;
		unit++;
	}
	snprintf(buf, HUMAN_MAX, "%.*f %s",
	    unit == 0 || value >= 99.95 ? 0
	    : value >= 9.995            ? 1
					: 2,
	    value, units[unit]);
	return buf;
}

char *
human_bit_rate(double bytes_per_s, char buf[HUMAN_MAX])
{
	static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s",
		"Pbit/s" };

	/* Above what the widest unit shows in the buffer there is nothing to read off anyway. */
	if (!(bytes_per_s > 0))
		bytes_per_s = 0;
	return scaled(fmin(bytes_per_s * 8, 1e20), 1000, units, ARRAY_LEN(units), buf);
}

char *
human_bytes(uint64_t bytes, char buf[HUMAN_MAX])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

	return scaled((double)bytes, 1024, units, ARRAY_LEN(units), buf);
}

char *
human_age(double seconds, char buf[HUMAN_MAX])
{
	uint64_t s = seconds > 0 ? (uint64_t)fmin(seconds, 1e15) : 0;
	unsigned long long days = s / 86400, hours = s / 3600, minutes = s / 60;

	if (days > 0)
		snprintf(buf, HUMAN_MAX, "%llud%02lluh", days, hours % 24);
	else if (hours > 0)
		snprintf(buf, HUMAN_MAX, "%lluh%02llum", hours, minutes % 60);
	else if (minutes > 0)
		snprintf(buf, HUMAN_MAX, "%llum%02llus", minutes, (unsigned long long)s % 60);
	else
		snprintf(buf, HUMAN_MAX, "%llus", (unsigned long long)s);
	return buf;
}

char *
human_percent(double ratio, char buf[HUMAN_MAX])
{
	if (!(ratio > 0))
		ratio = 0;
	/* The smallest step up keeps 0.978, whose nearest double lies below it, at 97.8. */
	snprintf(buf, HUMAN_MAX, "%.1f %%", floor(fmin(ratio, 10) * 1000 + 1e-9) / 10);
	return buf;
}
