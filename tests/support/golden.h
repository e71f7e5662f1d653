/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goldens: what a test got against a file that says what it should. HOTFIB_UPDATE_GOLDEN=1 writes
 * the file instead; look at the difference before it is committed. Paths are from the top of the
 * tree, where tests run.
 */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include <stddef.h>

/* `got` against the file named as `input`, its ending replaced by `ending`. */
void golden_check(const char *input, const char *ending, const char *got);

/* `got` against what is between the lines `begin` and `end` of a file. */
void golden_check_part(const char *file, const char *begin, const char *end, const char *got);

/* check() each file that matches the pattern of glob(3), one at least; gives their number. */
size_t golden_each(const char *pattern, void (*check)(const char *file));

#endif
