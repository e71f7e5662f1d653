/* SPDX-License-Identifier: Apache-2.0 */
/* `hotfib-lab table`: the routes as text, sorted by prefix. */
#include "tests/lab/lab.h"
#include "tests/lab/source.h"

int
table_main(const char **words)
{
	char line[TABLE_LINE_MAX];
	struct table t;

	(void)words;
	table_init(&t);
	if (!source_load(&t, true))
		return LAB_FAILED;
	for (size_t i = 0; i < t.n; i++)
		puts(table_format_route(&t.routes[i].prefix, &t.attrs[t.routes[i].attrs], line));
	table_fini(&t);
	return fflush(stdout) == 0 ? LAB_OK : LAB_FAILED;
}
