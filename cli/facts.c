/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/facts.h"

#include <stdarg.h>

void
say(const struct cli *cli, const char *label, const char *text)
{
	fprintf(cli->out, "  %-18s ", label);
	safe_print(cli->out, text);
	fputs("\n", cli->out);
}

void
sayf(const struct cli *cli, const char *label, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(cli, label, text);
}

char *
count_text(const struct cli *cli, uint64_t value, char buf[HUMAN_MAX])
{
	if (!cli->raw)
		return human_count(value, buf);
	snprintf(buf, HUMAN_MAX, "%llu", (unsigned long long)value);
	return buf;
}

char *
rate_text(const struct cli *cli, double bytes_per_s, char buf[HUMAN_MAX])
{
	if (!cli->raw)
		return human_bit_rate(bytes_per_s, buf);
	snprintf(buf, HUMAN_MAX, "%.0f", bytes_per_s * 8);
	return buf;
}

char *
age_text(const struct cli *cli, double seconds, char buf[HUMAN_MAX])
{
	if (!cli->raw)
		return human_age(seconds, buf);
	snprintf(buf, HUMAN_MAX, "%.0f", seconds);
	return buf;
}

void
add_count(struct table *t, const struct cli *cli, uint64_t value)
{
	char buf[HUMAN_MAX];

	table_add(t, count_text(cli, value, buf));
}

void
add_rate(struct table *t, const struct cli *cli, double bytes_per_s)
{
	char buf[HUMAN_MAX];

	table_add(t, rate_text(cli, bytes_per_s, buf));
}

void
add_age(struct table *t, const struct cli *cli, double seconds)
{
	char buf[HUMAN_MAX];

	table_add(t, age_text(cli, seconds, buf));
}

void
add_ratio(struct table *t, const struct cli *cli, double ratio)
{
	char buf[HUMAN_MAX];

	if (cli->raw)
		table_addf(t, "%.6f", ratio);
	else
		table_add(t, human_percent(ratio, buf));
}
