/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/support.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

bool
data_path(const char *name, char *buf, size_t size)
{
	const char *dir = getenv("HOTFIB_DATA");

	snprintf(buf, size, "%s/%s", dir != NULL ? dir : "../shared/data", name);
	return access(buf, R_OK) == 0;
}

uint8_t *
data_read(const char *name, size_t *len)
{
	char path[4096], command[4200];
	const char *dot = strrchr(name, '.');
	const char *tool = "cat";
	size_t cap = 1 << 20, n;
	uint8_t *data;
	FILE *f;

	if (!data_path(name, path, sizeof(path)))
		return NULL;
	if (dot != NULL && strcmp(dot, ".xz") == 0)
		tool = "xz -dc";
	else if (dot != NULL && strcmp(dot, ".gz") == 0)
		tool = "gzip -dc";
	snprintf(command, sizeof(command), "%s '%s'", tool, path);
	f = popen(command, "r");
	if (f == NULL)
		return NULL;
	data = malloc(cap);
	*len = 0;
	while ((n = fread(data + *len, 1, cap - *len, f)) > 0) {
		*len += n;
		if (*len == cap) {
			cap *= 2;
			data = realloc(data, cap);
		}
	}
	if (pclose(f) != 0) {
		fprintf(stderr, "%s failed\n", command);
		abort();
	}
	return data;
}

uint64_t
test_seed(const char *test_name)
{
	const char *given = getenv("HOTFIB_SEED");
	uint64_t seed;

	if (given != NULL)
		seed = strtoull(given, NULL, 0);
	else if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		abort();
	printf("%s: HOTFIB_SEED=%" PRIu64 "\n", test_name, seed);
	fflush(stdout);
	return seed;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
hex_decode(const char *hex, uint8_t *out, size_t size)
{
	size_t n = 0;

	while (*hex != '\0') {
		if (isspace((unsigned char)*hex) || *hex == ':') {
			hex++;
			continue;
		}
		ASSERT(nibble(hex[0]) >= 0 && nibble(hex[1]) >= 0 && n < size);
		out[n++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
		hex += 2;
	}
	return n;
}
