/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base.h"

#include <stdio.h>
#include <stdlib.h>

void
base_assert_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expr);
	abort();
}
