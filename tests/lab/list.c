/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/list.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lab/input.h"

#define BLANKS " \t\r\n"

/* Split `line` into at most n words; the number found, n + 1 where there are more. */
static size_t
split(char *line, char **words, size_t n)
{
	size_t found = 0;

	for (char *p = line + strspn(line, BLANKS); *p != '\0'; p += strspn(p, BLANKS)) {
		if (found == n)
			return n + 1;
		words[found++] = p;
		p += strcspn(p, BLANKS);
		if (*p != '\0')
			*p++ = '\0';
	}
	return found;
}

static bool
parse_as(const char *text, uint32_t *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

/* NULL, or what is wrong with the line. */
static const char *
read_line(struct table *t, char *line)
{
	struct ip_addr nexthop;
	struct ip_prefix p;
	struct table_route *r;
	uint32_t origin = 0;
	char *words[3];
	size_t n = split(line, words, ARRAY_LEN(words));

	if (n == 0 || words[0][0] == '#')
		return NULL;
	if (n > ARRAY_LEN(words))
		return "more than PREFIX ORIGIN-AS NEXTHOP";
	if (!prefix_parse(words[0], true, &p))
		return "not a prefix";
	if (n > 1 && !parse_as(words[1], &origin))
		return "not an AS number";
	if (n > 2 && (!ip_parse(words[2], &nexthop) || nexthop.family != p.family))
		return "not a next hop of the prefix's family";
	r = table_add(t, &p, origin);
	if (n > 2)
		r->nexthop = table_nexthop(t, &nexthop);
	return NULL;
}

bool
list_read(struct table *t, const char *path)
{
	const char *why = NULL;
	unsigned line_no = 0;
	struct input in;
	char line[512];

	if (!input_open(&in, path))
		return false;
	while (why == NULL && fgets(line, sizeof(line), in.file) != NULL) {
		line_no++;
		why = read_line(t, line);
	}
	if (why != NULL) {
		fprintf(stderr, "%s:%u: %s\n", path, line_no, why);
		input_drop(&in);
		return false;
	}
	return input_close(&in);
}
