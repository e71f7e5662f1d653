/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum log_level max_level = LOG_LEVEL_INFO;

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* syslog(3) priorities, as sd-daemon(3) wants them in front of the line. */
static const int priorities[] = {
	[LOG_LEVEL_ERROR] = 3,
	[LOG_LEVEL_WARNING] = 4,
	[LOG_LEVEL_INFO] = 6,
	[LOG_LEVEL_DEBUG] = 7,
};

void
log_set_level(enum log_level max)
{
	max_level = max;
}

/* JOURNAL_STREAM is inherited; it names the device and inode of the stream that the journal reads,
 * which stderr may not be (systemd.exec(5)). */
static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void
log_line(enum log_level level, const char *area, const char *fmt, ...)
{
	static int journal = -1;
	char line[2048];
	va_list args;

	if (level > max_level)
		return;
	if (journal < 0)
		journal = is_journal();
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (journal) {
		fprintf(stderr, "<%d>%s %s\n", priorities[level], area, line);
	} else {
		char stamp[32];
		time_t now = time(NULL);
		struct tm tm;

		gmtime_r(&now, &tm);
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
		fprintf(stderr, "%s %s %s %s\n", stamp, level_names[level], area, line);
	}
}

bool
log_allowed(struct log_limit *limit, uint32_t burst, struct mono now)
{
	if (mono_sub_us(now, limit->window_start) >= 60 * 1000000) {
		limit->window_start = now;
		limit->in_window = 0;
	}
	if (limit->in_window < burst) {
		limit->in_window++;
		return true;
	}
	limit->suppressed++;
	return false;
}
