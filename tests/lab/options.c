/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool
parse_u64(const char *text, uint64_t max, uint64_t *out)
{
	char *end;
	unsigned long long v;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno != 0 || *end != '\0' || v > max)
		return false;
	*out = v;
	return true;
}

static bool
parse_double(const char *text, double *out)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || !isfinite(v) || v < 0)
		return false;
	*out = v;
	return true;
}

static bool
set_value(const struct option_row *row, const char *text)
{
	uint64_t u = 0;

	switch (row->type) {
	case OPTION_FLAG: *(bool *)row->value = true; return true;
	case OPTION_TEXT: *(const char **)row->value = text; return true;
	case OPTION_U32:
		if (!parse_u64(text, UINT32_MAX, &u))
			return false;
		*(uint32_t *)row->value = (uint32_t)u;
		return true;
	case OPTION_U64: return parse_u64(text, UINT64_MAX, row->value);
	case OPTION_DOUBLE: return parse_double(text, row->value);
	case OPTION_ADDR: return ip_parse(text, row->value);
	case OPTION_END: break;
	}
	return false;
}

static const struct option_row *
find(const struct option_row *const *tables, const char *name, size_t len)
{
	for (; *tables != NULL; tables++) {
		for (const struct option_row *row = *tables; row->name != NULL; row++) {
			if (strlen(row->name) == len && memcmp(row->name, name, len) == 0)
				return row;
		}
	}
	return NULL;
}

enum options_result
options_parse(int argc, char **argv, const struct option_row *const tables[OPTION_TABLES_MAX],
    const char **words, size_t n_words)
{
	for (int i = 1; i < argc; i++) {
		const struct option_row *row;
		const char *name, *value;

		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return OPTIONS_HELP;
		if (strncmp(argv[i], "--", 2) != 0) {
			if (n_words == 0) {
				fprintf(stderr, "unexpected argument: %s\n", argv[i]);
				return OPTIONS_BAD;
			}
			*words++ = argv[i];
			n_words--;
			continue;
		}
		name = argv[i] + 2;
		value = strchr(name, '=');
		row = find(tables, name, value != NULL ? (size_t)(value - name) : strlen(name));
		if (row == NULL) {
			fprintf(stderr, "unknown option: %s\n", argv[i]);
			return OPTIONS_BAD;
		}
		if (row->type == OPTION_FLAG && value != NULL) {
			fprintf(stderr, "--%s takes no value\n", row->name);
			return OPTIONS_BAD;
		}
		if (value != NULL)
			value++;
		else if (row->type != OPTION_FLAG && i + 1 < argc)
			value = argv[++i];
		if (row->type != OPTION_FLAG && value == NULL) {
			fprintf(stderr, "--%s needs a value: %s\n", row->name, row->arg);
			return OPTIONS_BAD;
		}
		if (!set_value(row, value)) {
			fprintf(stderr, "--%s: bad value: %s\n", row->name, value);
			return OPTIONS_BAD;
		}
	}
	return OPTIONS_OK;
}

void
options_print(FILE *out, const struct option_row *const tables[OPTION_TABLES_MAX])
{
	for (; *tables != NULL; tables++) {
		for (const struct option_row *row = *tables; row->name != NULL; row++) {
			char left[64];

			snprintf(left, sizeof(left), "--%s%s%s", row->name,
			    row->arg != NULL ? " " : "", row->arg != NULL ? row->arg : "");
			fprintf(out, "  %-26s %s\n", left, row->help);
		}
	}
}
