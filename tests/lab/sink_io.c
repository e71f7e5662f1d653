/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hotfib-lab sink`: a BGP peer that keeps what it is told and shows it: the router with the small
 * table. It watches its own size: with --max, a table that was ever larger makes it fail, at the
 * very route that was too many.
 */
#include <errno.h>
#include <ev.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock_io.h"
#include "lib/mem.h"
#include "tests/lab/commands_io.h"
#include "tests/lab/lab.h"
#include "tests/lab/peer_io.h"
#include "tests/lab/rib.h"

static struct {
	uint64_t max;
	bool watch;
} options;

const struct option_row sink_options[] = {
	{ "max", "N", OPTION_U64, &options.max, "fail if there are ever more routes than N" },
	{ "watch", NULL, OPTION_FLAG, &options.watch, "print each route as it comes and goes" },
	OPTION_TABLE_END,
};

struct sink {
	struct peer *peer;
	struct rib rib;
	struct table attrs; /* for its attribute sets only */
	struct mono began;
	uint64_t announced, withdrawn;
	bool over;
};

static void
on_up(void *ctx, struct bgp_conn *c)
{
	const struct bgp_conn_agreed *a = bgp_conn_agreed(c);
	struct sink *s = ctx;

	s->began = clock_mono();
	say("up remote_as=%u ipv4=%d ipv6=%d four_octet_as=%d", a->remote_as, a->families[IP_V4],
	    a->families[IP_V6], a->four_octet_as);
}

static void
on_end(void *ctx, struct bgp_conn *c, bool was_up, enum bgp_down_reason reason)
{
	struct sink *s = ctx;

	(void)reason;
	rib_clear(&s->rib);
	say("%s %s", was_up ? "down" : "failed", bgp_conn_end_text(c));
}

static void
say_count(const struct sink *s, const char *what)
{
	say("%s ipv4=%zu ipv6=%zu most=%zu announced=%" PRIu64 " withdrawn=%" PRIu64
	    " seconds=%.3f",
	    what, s->rib.n[IP_V4], s->rib.n[IP_V6], s->rib.most, s->announced, s->withdrawn,
	    mono_sub_s(clock_mono(), s->began));
}

static void
on_end_of_rib(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	(void)c;
	say_count(ctx, family == IP_V4 ? "eor ipv4" : "eor ipv6");
}

static void
on_problem(void *ctx, struct bgp_conn *c, const struct bgp_problem *problem)
{
	(void)ctx;
	(void)c;
	say("problem attribute=%u %s", problem->bad_attr,
	    problem->why != NULL ? problem->why : "unknown");
}

static void
add_route(struct sink *s, const struct ip_prefix *p, uint32_t attrs)
{
	char line[TABLE_LINE_MAX];

	rib_set(&s->rib, p, attrs);
	s->announced++;
	if (options.watch)
		say("announce %s", table_format_route(p, &s->attrs.attrs[attrs], line));
	if (options.max > 0 && rib_size(&s->rib) > options.max && !s->over) {
		s->over = true;
		say("over max=%" PRIu64 " with %s", options.max, prefix_format(p, line));
	}
}

static void
on_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	uint32_t id = attrs != NULL ? table_attrs(&((struct sink *)ctx)->attrs, attrs) : 0, path_id;
	char text[PREFIX_TEXT_MAX];
	struct sink *s = ctx;
	struct ip_prefix p;

	(void)c;
	while (bgp_nlri_next(&nlri, &p, &path_id)) {
		if (attrs != NULL) {
			add_route(s, &p, id);
			continue;
		}
		rib_remove(&s->rib, &p);
		s->withdrawn++;
		if (options.watch)
			say("withdraw %s", prefix_format(&p, text));
	}
}

/* --- commands ------------------------------------------------------------------------------ */

static bool
dump(void *ctx, char **words, unsigned n)
{
	const struct sink *s = ctx;
	FILE *out = n > 0 ? fopen(words[0], "w") : stdout;
	char line[TABLE_LINE_MAX];
	struct table_route *all;
	size_t count;

	if (out == NULL) {
		say("error: %s: %s", words[0], strerror(errno));
		return true;
	}
	all = rib_sorted(&s->rib, &count);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s\n",
		    table_format_route(&all[i].prefix, &s->attrs.attrs[all[i].attrs], line));
	mem_free(MEM_MISC, all);
	if (n > 0 && fclose(out) != 0)
		say("error: %s: %s", words[0], strerror(errno));
	say("dumped %zu", count);
	return true;
}

static bool
count_routes(void *ctx, char **words, unsigned n)
{
	(void)words;
	(void)n;
	say_count(ctx, "count");
	return true;
}

static bool
find(void *ctx, char **words, unsigned n)
{
	const struct table_route *r;
	const struct sink *s = ctx;
	char line[TABLE_LINE_MAX];
	struct ip_prefix p;

	(void)n;
	if (!prefix_parse(words[0], true, &p))
		return false;
	r = rib_find(&s->rib, &p);
	say("%s %s", r != NULL ? "found" : "absent",
	    r != NULL ? table_format_route(&p, &s->attrs.attrs[r->attrs], line) : words[0]);
	return true;
}

static bool
refresh(void *ctx, char **words, unsigned n)
{
	struct sink *s = ctx;
	struct bgp_conn *c = peer_conn(s->peer);
	enum ip_family family = strcmp(words[0], "ipv6") == 0 ? IP_V6 : IP_V4;

	(void)n;
	if (strcmp(words[0], ip_family_name(family)) != 0)
		return false;
	if (c == NULL || !bgp_conn_request_refresh(c, family))
		say("error: no session that can refresh %s", words[0]);
	peer_wake(s->peer);
	return true;
}

static bool
reset(void *ctx, char **words, unsigned n)
{
	struct sink *s = ctx;

	(void)words;
	(void)n;
	peer_reset(s->peer, "reset by command");
	return true;
}

static const struct command commands[] = {
	{ "dump", "[FILE]", 0, 1, dump },
	{ "count", "", 0, 0, count_routes },
	{ "find", "PREFIX", 1, 1, find },
	{ "refresh", "ipv4|ipv6", 1, 1, refresh },
	{ "reset", "", 0, 0, reset },
	{ NULL, NULL, 0, 0, NULL },
};

int
sink_main(const char **words)
{
	static struct sink s;
	static const struct peer_ops ops = {
		.conn = { .up = on_up,
		    .end = on_end,
		    .routes = on_routes,
		    .end_of_rib = on_end_of_rib,
		    .problem = on_problem },
	};
	struct ev_loop *loop = ev_default_loop(0);

	(void)words;
	rib_init(&s.rib);
	table_init(&s.attrs);
	s.peer = peer_new(loop, true, &ops, &s);
	if (s.peer == NULL)
		return LAB_FAILED;
	say("ready");
	commands_start(loop, commands, &s);
	ev_run(loop, 0);
	commands_stop();
	say_count(&s, "end");
	peer_free(s.peer);
	rib_fini(&s.rib);
	table_fini(&s.attrs);
	return s.over ? LAB_FAILED : LAB_OK;
}
