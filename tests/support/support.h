/* SPDX-License-Identifier: Apache-2.0 */
/* What tests and benches share: cmocka, the real data, seeds. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lib/rng.h"

/* Path of a file below HOTFIB_DATA (default ../shared/data) into buf; false where it is absent. */
bool data_path(const char *name, char *buf, size_t size);

/* The whole file, decompressed by its ending (.xz, .gz), in malloc'ed memory; NULL where absent. */
uint8_t *data_read(const char *name, size_t *len);

/* In a cmocka test: skip, saying which data is missing. */
void data_skip(const char *name);

/* A test that must leave nothing of lib/mem.h in use. */
#define TEST_FREES(f) cmocka_unit_test_teardown(f, test_all_freed)
int test_all_freed(void **state);

/* The run's seed: HOTFIB_SEED, else random. Printed, so that a failure can be run again. */
uint64_t test_seed(const char *test_name);

/* "0a1b 2c" into bytes; gives their number. Asserts on bad hex or lack of room. */
size_t hex_decode(const char *hex, uint8_t *out, size_t size);

#endif
