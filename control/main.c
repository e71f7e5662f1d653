/* SPDX-License-Identifier: Apache-2.0 */
/* hotfibd: command line, then app_run(). */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control/app_io.h"
#include "control/config/import.h"
#include "control/notify_io.h"
#include "control/privileges_io.h"
#include "version.h"

#define DEFAULT_CONFIG "/etc/hotfib/hotfib.conf"

static const char usage[] =
    "usage: hotfibd [-c FILE] [-d] [--user USER]\n"
    "       hotfibd --check FILE\n"
    "       hotfibd --print FILE\n"
    "       hotfibd --import FILE\n"
    "\n"
    "  -c, --config FILE   configuration (default " DEFAULT_CONFIG ")\n"
    "  -d, --debug         log at level debug\n"
    "      --user USER     started as root: become this user\n"
    "      --check FILE    report every fault of a configuration, exit 1 if there is one\n"
    "      --print FILE    print the effective configuration, defaults included\n"
    "      --import FILE   turn an sFlow-RT properties file (arm.*, bgp.*) into a configuration\n"
    "  -V, --version       print the version\n"
    "  -h, --help          print this\n";

/* A socket must not be what the log is written to because whoever started us has closed that. */
static bool
fill_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

/* The exit code of what was written to stdout: 1 where it has not arrived. */
static int
written(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, "hotfibd: cannot write the output: %s\n", strerror(errno));
	return 1;
}

/* Parse a configuration, printing faults and warnings to stderr. NULL when it has a fault. */
static struct config *
load(const char *file)
{
	struct config *config;
	struct str faults;

	str_init(&faults, MEM_CONFIG);
	config = config_parse_file(file, &faults);
	fputs(faults.text, stderr);
	str_fini(&faults);
	return config;
}

static int
check(const char *file)
{
	struct config *config = load(file);

	if (config == NULL)
		return 1;
	config_free(config);
	return 0;
}

static int
print(const char *file)
{
	struct config *config = load(file);
	struct str text;
	int code;

	if (config == NULL)
		return 1;
	str_init(&text, MEM_CONFIG);
	config_print(config, &text);
	fputs(text.text, stdout);
	code = written();
	str_fini(&text);
	config_free(config);
	return code;
}

/* A whole file (at most 1 MB) into *out; false with errno set. */
static bool
read_file(const char *file, struct str *out)
{
	FILE *f = strcmp(file, "-") == 0 ? stdin : fopen(file, "r");
	char buf[4096];
	size_t n;
	bool ok;

	if (f == NULL)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0 && out->len < 1 << 20)
		str_add_n(out, buf, n);
	ok = !ferror(f);
	if (n > 0) {
		errno = EFBIG;
		ok = false;
	}
	if (f != stdin)
		fclose(f);
	return ok;
}

static int
import(const char *file)
{
	struct str text, out, faults;
	int code = 1;

	str_init(&text, MEM_CONFIG);
	str_init(&out, MEM_CONFIG);
	str_init(&faults, MEM_CONFIG);
	if (!read_file(file, &text)) {
		fprintf(stderr, "hotfibd: %s: %s\n", file, strerror(errno));
	} else {
		if (import_properties(text.text, file, &out, &faults)) {
			fputs(out.text, stdout);
			code = written();
		}
		fputs(faults.text, stderr);
	}
	str_fini(&text);
	str_fini(&out);
	str_fini(&faults);
	return code;
}

static int
run(const char *file, const char *user, bool debug)
{
	struct config *config = load(file);
	int code = user != NULL ? privileges_become(user) : 0;

	if (config == NULL)
		return 1;
	if (code < 0) {
		fprintf(stderr, "hotfibd: --user %s: %s\n", user,
		    code == -ENOENT ? "there is no such user" : strerror(-code));
		config_free(config);
		return 1;
	}
	notify_open();
	log_set_level(debug ? LOG_LEVEL_DEBUG : config->log_level);
	return app_run(config, HOTFIB_VERSION, debug);
}

int
main(int argc, char **argv)
{
	enum {
		CHECK = 256,
		PRINT,
		IMPORT,
		USER
	};
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "debug", no_argument, NULL, 'd' },
		{ "check", required_argument, NULL, CHECK },
		{ "print", required_argument, NULL, PRINT },
		{ "import", required_argument, NULL, IMPORT },
		{ "user", required_argument, NULL, USER },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *file = DEFAULT_CONFIG, *user = NULL;
	bool debug = false;
	int option;

	if (!fill_standard_files())
		return 1;
	while ((option = getopt_long(argc, argv, "c:dVh", options, NULL)) != -1) {
		switch (option) {
		case 'c': file = optarg; break;
		case 'd': debug = true; break;
		case CHECK: return check(optarg);
		case PRINT: return print(optarg);
		case IMPORT: return import(optarg);
		case USER: user = optarg; break;
		case 'V': printf("hotfibd %s\n", HOTFIB_VERSION); return 0;
		case 'h': fputs(usage, stdout); return 0;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		return 2;
	}
	return run(file, user, debug);
}
