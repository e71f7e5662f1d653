/* SPDX-License-Identifier: Apache-2.0 */
/* What `hotfib-lab feed` is told on its stdin. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "tests/lab/feed_io.h"
#include "tests/lab/lab.h"

/* "1,2,3" as one AS_SEQUENCE. */
static bool
parse_path(const char *text, uint8_t *buf, size_t size, struct span *out)
{
	struct wr w = wr_make(buf, size);

	wr_u8(&w, ROUTE_AS_SEQUENCE);
	wr_u8(&w, 0);
	for (const char *p = text; *p != '\0';) {
		char *end;
		unsigned long as = strtoul(p, &end, 10);

		if (end == p || (*end != ',' && *end != '\0') || as > UINT32_MAX)
			return false;
		wr_u32(&w, (uint32_t)as);
		if (!wr_ok(&w) || buf[1]++ == UINT8_MAX)
			return false;
		p = end + (*end == ',');
	}
	*out = (struct span){ .data = buf, .len = wr_len(&w) };
	return true;
}

/* What the table says of the prefix, else a plain route of ours through any next hop we know. */
static bool
attrs_before(struct feed *f, const struct ip_prefix *p, struct route_attrs *out)
{
	const struct table_route *r = table_find(&f->table, p);

	if (r == NULL)
		r = rib_find(&f->extra, p);
	if (r != NULL) {
		*out = f->table.attrs[r->attrs];
		return true;
	}
	*out = (struct route_attrs){ .nexthop.addr.family = IP_FAMILIES };
	return false;
}

static bool
announce(void *ctx, char **words, unsigned n)
{
	uint8_t path[1024];
	struct feed *f = ctx;
	struct route_attrs a;
	struct ip_prefix p;

	if (!prefix_parse(words[0], true, &p))
		return false;
	attrs_before(f, &p, &a);
	for (unsigned i = 1; i < n; i += 2) {
		const char *value = i + 1 < n ? words[i + 1] : "";

		if (strcmp(words[i], "nexthop") == 0) {
			a.nexthop = (struct route_nexthop){ .link_local_hi = 0 };
			if (!ip_parse(value, &a.nexthop.addr))
				return false;
		} else if (strcmp(words[i], "path") == 0) {
			if (!parse_path(value, path, sizeof(path), &a.as_path))
				return false;
		} else if (strcmp(words[i], "med") == 0) {
			a.has_med = true;
			a.med = (uint32_t)strtoul(value, NULL, 10);
		} else {
			return false;
		}
	}
	if (a.nexthop.addr.family != p.family) {
		say("error: a route that is not in the table needs a nexthop of its family");
		return true;
	}
	feed_set_route(f, &p, table_attrs(&f->table, &a));
	feed_flush(f);
	say("announced %s", words[0]);
	return true;
}

static bool
withdraw(void *ctx, char **words, unsigned n)
{
	struct feed *f = ctx;

	for (unsigned i = 0; i < n; i++) {
		struct ip_prefix p;

		if (!prefix_parse(words[i], true, &p))
			return false;
		say(feed_unset_route(f, &p) ? "withdrawn %s" : "error: not announced: %s",
		    words[i]);
	}
	feed_flush(f);
	return true;
}

static bool
withdraw_all(void *ctx, char **words, unsigned n)
{
	struct feed *f = ctx;
	size_t count = 0;

	(void)words;
	(void)n;
	for (size_t i = 0; i < f->table.n; i++)
		count += feed_unset_route(f, &f->table.routes[i].prefix);
	feed_flush(f);
	say("withdrawn %zu", count);
	return true;
}

static bool
announce_all(void *ctx, char **words, unsigned n)
{
	struct feed *f = ctx;

	(void)words;
	(void)n;
	for (size_t i = 0; i < f->table.n; i++)
		f->table.routes[i].withdrawn = 0;
	if (peer_conn(f->peer) != NULL)
		feed_begin_sending(f, bgp_conn_agreed(peer_conn(f->peer))->families);
	peer_wake(f->peer);
	return true;
}

static bool
flap(void *ctx, char **words, unsigned n)
{
	struct feed *f = ctx;
	size_t count = size_min(strtoul(words[0], NULL, 10), f->table.n);

	(void)n;
	/* Evenly over the table; first all down, then all up, as after a lost link. */
	for (unsigned up = 0; up < 2; up++) {
		for (size_t i = 0; i < count; i++) {
			const struct table_route *r = &f->table.routes[i * f->table.n / count];

			if (up)
				feed_set_route(f, &r->prefix, r->attrs);
			else
				feed_unset_route(f, &r->prefix);
		}
	}
	feed_flush(f);
	say("flapped %zu", count);
	return true;
}

static bool
move(void *ctx, char **words, unsigned n)
{
	struct feed *f = ctx;
	struct ip_addr from, to;
	size_t count = 0;

	(void)n;
	if (!ip_parse(words[0], &from) || !ip_parse(words[1], &to) || from.family != to.family)
		return false;
	for (size_t i = 0; i < f->table.n; i++) {
		const struct table_route *r = &f->table.routes[i];
		struct route_attrs a = f->table.attrs[r->attrs];

		if (r->withdrawn || !ip_equal(&a.nexthop.addr, &from))
			continue;
		a.nexthop = (struct route_nexthop){ .addr = to };
		feed_set_route(f, &r->prefix, table_attrs(&f->table, &a));
		count++;
	}
	feed_flush(f);
	say("moved %zu", count);
	return true;
}

static bool
reset(void *ctx, char **words, unsigned n)
{
	struct feed *f = ctx;

	(void)words;
	(void)n;
	peer_reset(f->peer, "reset by command");
	return true;
}

static bool
status(void *ctx, char **words, unsigned n)
{
	struct feed *f = ctx;
	size_t withdrawn = 0;

	(void)words;
	(void)n;
	for (size_t i = 0; i < f->table.n; i++)
		withdrawn += f->table.routes[i].withdrawn;
	say("status up=%d sending=%d routes=%zu sets=%u", peer_conn(f->peer) != NULL, f->sending,
	    f->table.n - withdrawn + rib_size(&f->extra), f->table.n_attrs);
	return true;
}

const struct command feed_commands[] = {
	{ "announce", "PREFIX [nexthop ADDRESS] [path AS,AS,...] [med N]", 1, 7, announce },
	{ "withdraw", "PREFIX...", 1, COMMANDS_WORDS - 1, withdraw },
	{ "announce-all", "", 0, 0, announce_all },
	{ "withdraw-all", "", 0, 0, withdraw_all },
	{ "flap", "N", 1, 1, flap },
	{ "move", "NEXTHOP NEXTHOP", 2, 2, move },
	{ "reset", "", 0, 0, reset },
	{ "status", "", 0, 0, status },
	{ NULL, NULL, 0, 0, NULL },
};
