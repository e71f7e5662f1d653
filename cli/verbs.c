/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs, which is the usage text as well, and the way from arguments to a verb. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

const struct cli_verb cli_verbs[] = {
	{ "show status", "", "", 0, 0, cli_show_status,
	    "How much traffic is covered, the tables, and what is wrong.\n"
	    "Exits with 3 when a session is down or the selection is frozen." },
	{ "show neighbors", "[NAME]", "", 0, 1, cli_show_neighbors,
	    "BGP sessions and what they carry; everything about the one called NAME." },
	{ "show agents", "", "", 0, 0, cli_show_agents, "sFlow agents, known and unknown." },
	{ "show top", "[-6] [-n N] [--router R] [--source]", "6nrS", 0, 0, cli_show_top,
	    "Prefixes with most traffic to them (--source: from them)." },
	{ "show route", "[--router R] PREFIX|ADDRESS", "r", 1, 0, cli_show_route,
	    "Every path to a prefix or address, why the best one is, and where packets go." },
	{ "explain", "[--router R] PREFIX|ADDRESS", "r", 1, 0, cli_show_route,
	    "The same: why it is installed, or is not." },
	{ "show installed", "", "", 0, 0, cli_show_installed, "Routes the push neighbours hold." },
	{ "diff", "", "", 0, 0, cli_diff,
	    "Where what the target holds is not what is wanted, and why. Exits with 3 when there "
	    "is such." },
	{ "show hardware", "", "", 0, 0, cli_show_hardware,
	    "How full the tables of the switch's ASIC are, where that is told." },
	{ "show events", "[-n N]", "n", 0, 0, cli_show_events,
	    "What happened lately: sessions, tables, the hardware." },
	{ "simulate", "[-6] [-n N,N,...] [--router R]", "6nLr", 0, 0, cli_simulate,
	    "What tables of other sizes would carry, and how many entries some coverage takes." },
	{ "dump rib", "[--router R] [--family F] FILE", "rF", 1, 0, cli_dump_rib,
	    "Write the learned table as MRT (TABLE_DUMP_V2), for bgpdump; - is the output." },
	{ "reload", "", "", 0, 0, cli_reload,
	    "Read the configuration again and put it in force, or say what is wrong with it." },
	{ "refresh", "NEIGHBOR", "", 1, 0, cli_refresh,
	    "Ask a learning neighbour for its whole table again (ROUTE-REFRESH)." },
	{ "reset", "NEIGHBOR [REASON]", "", 1, 1, cli_reset,
	    "End a neighbour's session and let it come back at once. It is told the reason.\n"
	    "One that was closed for too many prefixes comes back before its time." },
	{ "disable", "NEIGHBOR [REASON]", "", 1, 1, cli_disable,
	    "End a neighbour's session and have none until it is enabled. It is told the reason." },
	{ "enable", "NEIGHBOR [REASON]", "", 1, 1, cli_enable,
	    "Have a session with a neighbour again that was disabled." },
	{ "verify", "", "", 0, 0, cli_verify,
	    "Prove that every address is sent where the table says, or to the default.\n"
	    "Exits with 3 when one is not, and names the first." },
	{ "freeze", "[REASON]", "", 0, 1, cli_freeze,
	    "Keep what the hardware holds: until a thaw only what the RIB asks for changes." },
	{ "thaw", "[REASON]", "", 0, 1, cli_thaw, "Let traffic decide again." },
	{ "check", "FILE", "", 1, 0, cli_check, "Check a configuration as hotfibd reads it." },
	{ "import", "FILE", "", 1, 0, cli_import,
	    "Turn a sFlow-RT properties file with arm.* settings into a configuration." },
	{ "version", "", "", 0, 0, cli_version, "Versions of this program and of the daemon." },
	{ 0 },
};

/* Does the i-th word of a verb begin with `text`; *exact: is it equal. */
static bool
word_matches(const char *words, int i, const char *text, bool *exact)
{
	size_t len, text_len = strlen(text);

	while (i-- > 0) {
		words += strcspn(words, " ");
		if (*words == '\0')
			return false;
		words++;
	}
	len = strcspn(words, " ");
	*exact = len == text_len && memcmp(words, text, len) == 0;
	return text_len > 0 && text_len <= len && memcmp(words, text, text_len) == 0;
}

static int
count_words(const char *words)
{
	int n = 1;

	for (; *words != '\0'; words++)
		n += *words == ' ';
	return n;
}

/* Keep in `left` the verbs that fit the i-th word: the exact ones where there are any. */
static void
narrow(uint32_t *left, int i, const char *text)
{
	uint32_t fit = 0, equal = 0;
	bool exact;

	for (unsigned v = 0; cli_verbs[v].words != NULL; v++) {
		if ((*left & 1u << v) == 0 || !word_matches(cli_verbs[v].words, i, text, &exact))
			continue;
		fit |= 1u << v;
		if (exact)
			equal |= 1u << v;
	}
	*left = equal != 0 ? equal : fit;
}

/* "a, b, c": the verbs of a set, for a message. */
static void
name_verbs(uint32_t set, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned v = 0; cli_verbs[v].words != NULL && n < size; v++) {
		if ((set & 1u << v) != 0)
			n += (size_t)snprintf(
			    buf + n, size - n, "%s%s", n > 0 ? ", " : "", cli_verbs[v].words);
	}
}

const struct cli_verb *
cli_find_verb(char **argv, int argc, int *used, char error[static 256])
{
	uint32_t left = UINT32_MAX;
	char names[200];

	for (int i = 0; i < argc; i++) {
		uint32_t before = left;

		narrow(&left, i, argv[i]);
		if (left == 0) {
			name_verbs(i > 0 ? before : UINT32_MAX, names, sizeof(names));
			snprintf(error, 256, "no verb \"%.20s\"; there is %s", argv[i], names);
			return NULL;
		}
		for (unsigned v = 0; cli_verbs[v].words != NULL; v++) {
			if (left == 1u << v && count_words(cli_verbs[v].words) == i + 1) {
				*used = i + 1;
				return &cli_verbs[v];
			}
		}
	}
	name_verbs(left, names, sizeof(names));
	snprintf(error, 256, "say which: %s", names);
	return NULL;
}

static const char common_usage[] = "  -s PATH      the daemon's socket (default " CLI_SOCKET ")\n"
				   "  -j           JSON, one line a record\n"
				   "  -J           JSON, indented\n"
				   "  -H           plain numbers: bit/s, bytes, seconds\n"
				   "  --no-header  tables without their heading\n"
				   "  -h, --help   this text, or a verb's\n";

/* By the letters of cli_verb.options. */
static const struct {
	char letter;
	const char *usage;
} special_usage[] = {
	{ '6', "  -6           IPv6 prefixes\n" },
	{ 'n', "  -n N         the first N (default 20)\n" },
	{ 'L', "  -n N,N,...   tables of so many entries; 10k is 10000\n" },
	{ 'F', "  --family F   only ipv4 or ipv6\n" },
	{ 'r', "  --router R   of router R, where there are several\n" },
	{ 'S', "  --source     traffic from the prefixes instead of to them\n" },
};

static void
print_usage(FILE *to, const struct cli_verb *verb)
{
	if (verb != NULL) {
		fprintf(to, "usage: hotfib %s%s%s\n\n%s\n\n", verb->words,
		    verb->args[0] != '\0' ? " " : "", verb->args, verb->help);
		for (size_t i = 0; i < ARRAY_LEN(special_usage); i++) {
			if (strchr(verb->options, special_usage[i].letter) != NULL &&
			    (special_usage[i].letter != 'n' || strchr(verb->options, 'L') == NULL))
				fputs(special_usage[i].usage, to);
		}
	} else {
		fputs("usage: hotfib [-s PATH] [-jJH] [--no-header] VERB ...\n\n", to);
		for (const struct cli_verb *v = cli_verbs; v->words != NULL; v++)
			fprintf(to, "  %s%s%s\n      %.*s\n", v->words,
			    v->args[0] != '\0' ? " " : "", v->args, (int)strcspn(v->help, "\n"),
			    v->help);
		fputs("\nWords may be cut short while they are unique: hotfib sh ne\n\n", to);
	}
	fputs(common_usage, to);
}

static const struct option long_options[] = {
	{ "family", required_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ "n", required_argument, NULL, 'n' },
	{ "no-header", no_argument, NULL, 'N' },
	{ "router", required_argument, NULL, 'r' },
	{ "source", no_argument, NULL, 'S' },
	{ "socket", required_argument, NULL, 's' },
	{ 0 },
};

struct parsed {
	bool help;
	char special[8]; /* option letters given that only some verbs take */
};

static bool
parse_count(const char *text, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out > 0 &&
	       *out <= 2000000;
}

/* Options into cli; false after a message. */
static bool
parse_options(struct cli *cli, int argc, char **argv, struct parsed *p)
{
	int c;

	*p = (struct parsed){ 0 };
	optind = 0; /* glibc: begin anew, also for a second run in one process */
	opterr = 0;
	while ((c = getopt_long(argc, argv, "s:jJHh6n:", long_options, NULL)) != -1) {
		switch (c) {
		case 's': cli->socket = optarg; break;
		case 'j': cli->json = true; break;
		case 'J': cli->json = cli->indent = true; break;
		case 'H': cli->raw = true; break;
		case 'N': cli->no_header = true; break;
		case 'h': p->help = true; break;
		case '6': cli->ipv6 = true; break;
		case 'S': cli->by_source = true; break;
		case 'r': cli->router = optarg; break;
		case 'F': cli->family = optarg; break;
		case 'n': cli->n_text = optarg; break;
		default:
			fprintf(cli->err, "hotfib: bad option %s; --help tells them\n",
			    argv[optind > 1 ? optind - 1 : 1]);
			return false;
		}
		if (strchr("6nrSF", c) != NULL && strlen(p->special) + 1 < sizeof(p->special))
			p->special[strlen(p->special)] = (char)c;
	}
	return true;
}

int
cli_run(struct cli *cli, int argc, char **argv)
{
	const struct cli_verb *verb;
	struct parsed p;
	char error[256];
	int used;

	if (!parse_options(cli, argc, argv, &p))
		return CLI_USAGE;
	argv += optind;
	argc -= optind;
	if (argc == 0) {
		print_usage(p.help ? cli->out : cli->err, NULL);
		return p.help ? CLI_OK : CLI_USAGE;
	}
	verb = cli_find_verb(argv, argc, &used, error);
	if (verb == NULL) {
		fprintf(cli->err, "hotfib: %s\n", error);
		return CLI_USAGE;
	}
	if (p.help) {
		print_usage(cli->out, verb);
		return CLI_OK;
	}
	if (argc - used < verb->n_args || argc - used > verb->n_args + verb->n_optional ||
	    strspn(p.special, verb->options) != strlen(p.special)) {
		print_usage(cli->err, verb);
		return CLI_USAGE;
	}
	if (cli->n_text != NULL && strchr(verb->options, 'L') == NULL &&
	    !parse_count(cli->n_text, &cli->top_n)) {
		fprintf(cli->err, "hotfib: -n: \"%s\" is not a number from 1 to 2000000\n",
		    cli->n_text);
		return CLI_USAGE;
	}
	return verb->run(cli, argv + used);
}
