/* SPDX-License-Identifier: Apache-2.0 */
/* Apart from support.c: benches use that too, and link without cmocka. */
#include "tests/support/support.h"

#include "lib/mem.h"

void
data_skip(const char *name)
{
	print_message("SKIP: no %s below HOTFIB_DATA (default ../shared/data)\n", name);
	skip();
}

int
test_all_freed(void **state)
{
	(void)state;
	for (int tag = 0; tag < MEM_TAGS; tag++)
		if (mem_used((enum mem_tag)tag) != 0)
			fail_msg("%zu bytes of %s are left", mem_used((enum mem_tag)tag),
			    mem_tag_name((enum mem_tag)tag));
	return 0;
}
