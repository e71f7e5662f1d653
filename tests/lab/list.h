/* SPDX-License-Identifier: Apache-2.0 */
/* Routes from a text file. */
#ifndef LAB_LIST_H
#define LAB_LIST_H

#include "tests/lab/table.h"

/* Append the routes of lines "PREFIX [ORIGIN-AS [NEXTHOP]]"; empty lines and those that begin with
 * '#' are skipped. False, and file, line and reason on stderr, on anything else. */
MUST_CHECK bool list_read(struct table *t, const char *path);

#endif
