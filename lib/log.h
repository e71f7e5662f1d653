/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: one logfmt line an event on stderr, with systemd's <N> priority prefix when the journal
 * is listening. Pure code does not log: it returns values, and the nearest *_io.c or control/
 * reports them once.
 *
 *   log_info("bgp", "neighbor=%s state=established", name);
 *   2026-11-21T10:11:12Z info bgp neighbor=reflector state=established
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include "lib/base.h"
#include "lib/mono.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Lines above `max` are dropped. Default: info. */
void log_set_level(enum log_level max);

void log_line(enum log_level level, const char *area, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define log_error(area, ...)   log_line(LOG_LEVEL_ERROR, area, __VA_ARGS__)
#define log_warning(area, ...) log_line(LOG_LEVEL_WARNING, area, __VA_ARGS__)
#define log_info(area, ...)    log_line(LOG_LEVEL_INFO, area, __VA_ARGS__)
#define log_debug(area, ...)   log_line(LOG_LEVEL_DEBUG, area, __VA_ARGS__)

/* At most `burst` lines a minute for one source of noise: true when the line may be written.
 * `suppressed` counts those that were not. Zero-initialise it. */
struct log_limit {
	struct mono window_start;
	uint32_t in_window;
	uint64_t suppressed;
};

bool log_allowed(struct log_limit *limit, uint32_t burst, struct mono now);

#endif
