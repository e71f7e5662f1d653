/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities as people read them. Each call writes to buf and gives it. */
#ifndef LIB_HUMAN_H
#define LIB_HUMAN_H

#include "lib/base.h"

/* Enough for any of them with the terminator. */
#define HUMAN_MAX 32

/* 1234567 as "1,234,567". */
char *human_count(uint64_t value, char buf[HUMAN_MAX]);

/* Bytes per second as bits per second with three digits: "0 bit/s", "97.4 kbit/s", "412 Gbit/s". */
char *human_bit_rate(double bytes_per_s, char buf[HUMAN_MAX]);

/* Bytes with three digits and binary prefixes: "512 B", "1.50 MiB". */
char *human_bytes(uint64_t bytes, char buf[HUMAN_MAX]);

/* Seconds as the two largest units: "12s", "4m07s", "3h25m", "3d04h". */
char *human_age(double seconds, char buf[HUMAN_MAX]);

/* 0.97846 as "97.8 %". Cut off, not rounded: 100 % means all of it. */
char *human_percent(double ratio, char buf[HUMAN_MAX]);

#endif
