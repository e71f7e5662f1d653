/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hotfib-lab traffic`: an sFlow agent that sends samples of a traffic mix in real time.
 *
 * A timer looks every two milliseconds for datagrams that are due. An agent that falls behind by a
 * second gives up what it owes and counts it: a late flood would be no traffic anybody has.
 */
#include <errno.h>
#include <ev.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock_io.h"
#include "lib/mem.h"
#include "tests/lab/agent.h"
#include "tests/lab/commands_io.h"
#include "tests/lab/lab.h"
#include "tests/lab/sock_io.h"
#include "tests/lab/source.h"

#define TICK_S     0.002
#define LATE_MAX_S 1.0

static struct {
	struct ip_addr to, from, agent;
	uint32_t port, sub_agent, rate, input, output, hot_places, frame_len;
	uint64_t active, seed;
	double samples_s, seconds, alpha, ipv6_share;
	bool plain_ranks;
	const char *truth;
} options = { .to = { .hi = UINT64_C(0x7f00000100000000) },
	.port = 6343,
	.agent = { .hi = UINT64_C(0xc612000100000000) },
	.rate = 1000,
	.input = 1,
	.output = 2,
	.hot_places = 4,
	.seed = 1,
	.samples_s = 1000,
	.alpha = 1,
	.ipv6_share = 0.2 };

const struct option_row traffic_options[] = {
	{ "to", "ADDRESS", OPTION_ADDR, &options.to, "the collector; default 127.0.0.1" },
	{ "port", "N", OPTION_U32, &options.port, "its UDP port; default 6343" },
	{ "from", "ADDRESS", OPTION_ADDR, &options.from, "source address; default any" },
	{ "agent", "ADDRESS", OPTION_ADDR, &options.agent,
	    "agent address in the datagrams; default 198.18.0.1" },
	{ "sub-agent", "N", OPTION_U32, &options.sub_agent, "sub-agent id; default 0" },
	{ "sampling", "N", OPTION_U32, &options.rate, "1 in N packets is sampled; default 1000" },
	{ "input", "N", OPTION_U32, &options.input, "ifIndex packets come in; default 1" },
	{ "output", "N", OPTION_U32, &options.output, "ifIndex packets leave by; default 2" },
	{ "samples", "N", OPTION_DOUBLE, &options.samples_s, "samples a second; default 1000" },
	{ "seconds", "N", OPTION_DOUBLE, &options.seconds, "end after so long; default never" },
	{ "alpha", "X", OPTION_DOUBLE, &options.alpha, "Zipf exponent; default 1" },
	{ "plain-ranks", NULL, OPTION_FLAG, &options.plain_ranks,
	    "ranks at random, not by AS and length" },
	{ "hot-places", "N", OPTION_U32, &options.hot_places,
	    "places with traffic in a prefix that has more-specifics; default 4" },
	{ "active", "N", OPTION_U64, &options.active,
	    "only the first N ranks of each family have traffic" },
	{ "ipv6-share", "X", OPTION_DOUBLE, &options.ipv6_share,
	    "share of IPv6 in the samples; default 0.2" },
	{ "frame", "N", OPTION_U32, &options.frame_len,
	    "octets of every frame; default a mix, on average 800" },
	{ "mix-seed", "N", OPTION_U64, &options.seed, "of the mix, not the table; default 1" },
	{ "print-truth", "FILE", OPTION_TEXT, &options.truth,
	    "write what each prefix is to carry as JSON lines" },
	OPTION_TABLE_END,
};

struct sender {
	struct table table;
	struct traffic *traffic;
	struct agent agent;
	int fd;
	ev_timer tick;
	bool paused;
	struct mono end;
	uint64_t errors, late; /* datagrams not sent; times it fell behind */
};

static void
on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
	struct sender *s = w->data;
	struct mono now = clock_mono();
	const uint8_t *data;
	size_t len;

	(void)events;
	if (mono_reached(now, s->end)) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	if (s->paused)
		return;
	if (mono_sub_s(now, s->agent.due) > LATE_MAX_S) {
		agent_skip_to(&s->agent, now);
		s->late++;
	}
	while ((data = agent_next(&s->agent, now, &len)) != NULL)
		s->errors += send(s->fd, data, len, 0) < 0;
}

/* --- commands ------------------------------------------------------------------------------ */

static bool
hot(void *ctx, char **words, unsigned n)
{
	struct sender *s = ctx;
	const struct table_route *r;
	struct ip_prefix p;
	char *end;
	double share = strtod(words[1], &end);

	(void)n;
	if (!prefix_parse(words[0], true, &p) || *end != '\0')
		return false;
	r = table_find(&s->table, &p);
	if (r == NULL)
		say("error: not in the table: %s", words[0]);
	else if (!traffic_set_share(s->traffic, (uint32_t)(r - s->table.routes), share))
		say("error: %s cannot have a share of %s", words[0], words[1]);
	else
		say("hot %s %g", words[0], share);
	return true;
}

static bool
pause_sending(void *ctx, char **words, unsigned n)
{
	struct sender *s = ctx;

	(void)words;
	(void)n;
	s->paused = true;
	say("paused");
	return true;
}

static bool
resume_sending(void *ctx, char **words, unsigned n)
{
	struct sender *s = ctx;

	(void)words;
	(void)n;
	s->paused = false;
	agent_skip_to(&s->agent, clock_mono());
	say("resumed");
	return true;
}

static bool
set_samples(void *ctx, char **words, unsigned n)
{
	struct sender *s = ctx;
	double v = strtod(words[0], NULL);

	(void)n;
	if (!(v > 0) || !isfinite(v))
		return false;
	s->agent.config.samples_s = v;
	say("samples %g", v);
	return true;
}

static bool
lose(void *ctx, char **words, unsigned n)
{
	struct sender *s = ctx;

	(void)n;
	agent_lose(&s->agent, (uint32_t)strtoul(words[0], NULL, 10));
	say("lost %s", words[0]);
	return true;
}

static bool
write_truth(const struct sender *s, const char *path)
{
	FILE *out = fopen(path, "w");
	bool ok = out != NULL;

	if (ok) {
		traffic_print_truth(
		    s->traffic, out, s->agent.config.samples_s, s->agent.config.rate);
		ok = fclose(out) == 0;
	}
	return ok;
}

static bool
truth(void *ctx, char **words, unsigned n)
{
	(void)n;
	if (write_truth(ctx, words[0]))
		say("truth %s", words[0]);
	else
		say("error: %s: %s", words[0], strerror(errno));
	return true;
}

static bool
status(void *ctx, char **words, unsigned n)
{
	const struct sender *s = ctx;

	(void)words;
	(void)n;
	say("status samples=%" PRIu64 " datagrams=%" PRIu64 " errors=%" PRIu64 " late=%" PRIu64,
	    s->agent.samples, s->agent.datagrams, s->errors, s->late);
	return true;
}

static const struct command commands[] = {
	{ "hot", "PREFIX SHARE", 2, 2, hot },
	{ "pause", "", 0, 0, pause_sending },
	{ "resume", "", 0, 0, resume_sending },
	{ "samples", "N", 1, 1, set_samples },
	{ "lose", "DATAGRAMS", 1, 1, lose },
	{ "truth", "FILE", 1, 1, truth },
	{ "status", "", 0, 0, status },
	{ NULL, NULL, 0, 0, NULL },
};

/* --- life ---------------------------------------------------------------------------------- */

static const char *
check_options(void)
{
	if (options.port == 0 || options.port > UINT16_MAX)
		return "--port: 1 to 65535";
	if (!(options.samples_s > 0))
		return "--samples: more than 0";
	if (options.ipv6_share > 1)
		return "--ipv6-share: 0 to 1";
	if (options.rate == 0 || options.hot_places == 0)
		return "--sampling, --hot-places: not 0";
	if (options.frame_len != 0 && (options.frame_len < 70 || options.frame_len > 9216))
		return "--frame: 70 to 9216";
	return NULL;
}

/* A socket to the collector; -1, and a line on stderr, on failure. */
static int
open_socket(void)
{
	char to[IP_TEXT_MAX];
	union sock_addr remote;
	socklen_t len = sock_addr_set(&remote, &options.to, (uint16_t)options.port);
	int fd, size = 4 << 20;

	if (ip_is_zero(&options.from))
		options.from.family = options.to.family;
	fd = sock_bound(&options.from, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, &remote.any, len) != 0) {
		fprintf(stderr, "cannot send to %s port %u: %s\n", ip_format(&options.to, to),
		    options.port, strerror(errno));
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

static bool
load(struct sender *s)
{
	struct traffic_config mix = { .alpha = options.alpha,
		.ipv6_share = options.ipv6_share,
		.plain_ranks = options.plain_ranks,
		.hot_places = options.hot_places,
		.active = options.active,
		.frame_len = options.frame_len,
		.seed = options.seed };
	struct agent_config agent = { .address = options.agent,
		.sub_agent = options.sub_agent,
		.rate = options.rate,
		.input = options.input,
		.output = options.output,
		.samples_s = options.samples_s };

	table_init(&s->table);
	if (!source_load(&s->table, false))
		return false;
	s->traffic = traffic_new(&s->table, &mix);
	agent_init(&s->agent, &agent, s->traffic, options.seed, clock_mono());
	if (options.truth != NULL && !write_truth(s, options.truth)) {
		fprintf(stderr, "%s: %s\n", options.truth, strerror(errno));
		return false;
	}
	return true;
}

int
traffic_main(const char **words)
{
	static struct sender s;
	struct ev_loop *loop = ev_default_loop(0);
	const char *why = check_options();
	struct mono start;

	(void)words;
	if (why != NULL) {
		fprintf(stderr, "%s\n", why);
		return LAB_USAGE;
	}
	if (!load(&s) || (s.fd = open_socket()) < 0)
		return LAB_FAILED;
	start = clock_mono();
	s.end =
	    options.seconds > 0 ? mono_add_us(start, (int64_t)(options.seconds * 1e6)) : MONO_NEVER;
	agent_skip_to(&s.agent, start);
	ev_timer_init(&s.tick, on_tick, TICK_S, TICK_S);
	s.tick.data = &s;
	ev_timer_start(loop, &s.tick);
	say("ready routes=%zu", s.table.n);
	commands_start(loop, commands, &s);
	ev_run(loop, 0);
	commands_stop();
	status(&s, NULL, 0);
	close(s.fd);
	traffic_free(s.traffic);
	table_fini(&s.table);
	return LAB_OK;
}
