/* SPDX-License-Identifier: Apache-2.0 */
/* hotfib-lab: the neighbours of hotfib, played: BGP peers and an sFlow agent. For demo, tests and
 * benches; nothing here is part of the daemon. */
#include <string.h>

#include "tests/lab/lab.h"
#include "tests/lab/peer_io.h"
#include "tests/lab/source.h"

static const struct {
	const char *name, *word, *help, *commands;
	int (*run)(const char **words);
	const struct option_row *options[OPTION_TABLES_MAX];
} lab[] = {
	{ "feed", NULL, "BGP peer that announces a table",
	    "announce PREFIX [nexthop A] [path AS,AS] [med N] | withdraw PREFIX... |\n"
	    "  announce-all | withdraw-all | flap N | move NEXTHOP NEXTHOP | reset | status | quit",
	    feed_main, { peer_options, feed_options, source_options } },
	{ "sink", NULL, "BGP peer that keeps what it is told",
	    "dump [FILE] | count | find PREFIX | refresh ipv4|ipv6 | reset | quit", sink_main,
	    { peer_options, sink_options } },
	{ "traffic", NULL, "sFlow agent with a Zipf-shaped traffic mix over a table",
	    "hot PREFIX SHARE | pause | resume | samples N | lose DATAGRAMS | truth FILE |\n"
	    "  status | quit",
	    traffic_main, { traffic_options, source_options } },
	{ "stream", "FILE", "write a table as a stream of BGP messages", NULL, stream_main,
	    { stream_options, source_options } },
	{ "table", NULL, "print a table", NULL, table_main, { source_options } },
};

static void
usage(FILE *out)
{
	fprintf(out, "usage: hotfib-lab COMMAND [OPTION...]\n\n");
	for (size_t i = 0; i < ARRAY_LEN(lab); i++)
		fprintf(out, "  %-8s %s\n", lab[i].name, lab[i].help);
	fprintf(out, "\nhotfib-lab COMMAND --help has the rest.\n");
}

static void
command_help(size_t i)
{
	printf("usage: hotfib-lab %s [OPTION...]%s%s\n%s.\n\n", lab[i].name,
	    lab[i].word != NULL ? " " : "", lab[i].word != NULL ? lab[i].word : "", lab[i].help);
	options_print(stdout, lab[i].options);
	if (lab[i].commands != NULL)
		printf("\nOn standard input, a line each:\n  %s\n", lab[i].commands);
}

int
main(int argc, char **argv)
{
	const char *words[2] = { NULL, NULL };

	if (argc < 2) {
		usage(stderr);
		return LAB_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage(stdout);
		return LAB_OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(lab); i++) {
		if (strcmp(argv[1], lab[i].name) != 0)
			continue;
		switch (
		    options_parse(argc - 1, argv + 1, lab[i].options, words, lab[i].word != NULL)) {
		case OPTIONS_OK: return lab[i].run(words);
		case OPTIONS_HELP: command_help(i); return LAB_OK;
		case OPTIONS_BAD: return LAB_USAGE;
		}
	}
	fprintf(stderr, "hotfib-lab: unknown command: %s\n", argv[1]);
	usage(stderr);
	return LAB_USAGE;
}
