/* SPDX-License-Identifier: Apache-2.0 */
/* Apart from support.c: benches use that too, and link without cmocka. */
#include "tests/support/support.h"

void
data_skip(const char *name)
{
	print_message("SKIP: no %s below HOTFIB_DATA (default ../shared/data)\n", name);
	skip();
}
