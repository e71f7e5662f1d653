/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hotfib-lab feed`: a BGP peer that announces a table, keeps the session up, and changes routes on
 * command. What a command has changed is kept: a session that comes up later gets the table as it
 * is by then, whether or not there was one at the time.
 *
 * The table's own routes are changed in place; routes that are not in it are kept in `extra` and
 * follow the table.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/msg.h"
#include "lib/clock_io.h"
#include "lib/mem.h"
#include "tests/lab/feed_io.h"
#include "tests/lab/input.h"
#include "tests/lab/lab.h"
#include "tests/lab/source.h"

#define CHUNK (64u << 10)

/* UPDATEs replayed in one turn of the loop. */
#define REPLAY_TURN 100

static struct {
	const char *raw, *replay;
	double speed;
	bool packed;
} options = { .speed = 1 };

const struct option_row feed_options[] = {
	{ "packed", NULL, OPTION_FLAG, &options.packed,
	    "routes of equal attributes share UPDATEs; default one each" },
	{ "raw", "FILE", OPTION_TEXT, &options.raw,
	    "send the UPDATEs of a file of BGP messages as they are" },
	{ "replay", "FILE", OPTION_TEXT, &options.replay,
	    "then say what an MRT file of updates says (of --peer), when it says it" },
	{ "speed", "X", OPTION_DOUBLE, &options.speed,
	    "replay X times as fast; 0: as fast as possible; default 1" },
	OPTION_TABLE_END,
};

/* --- sending the table --------------------------------------------------------------------- */

void
feed_begin_sending(struct feed *f, const bool families[IP_FAMILIES])
{
	memcpy(f->emit.families, families, sizeof(f->emit.families));
	emit_rewind(&f->emit);
	f->raw_at = 0;
	f->sending = true;
	f->began = clock_mono();
}

static void
on_up(void *ctx, struct bgp_conn *c)
{
	const struct bgp_conn_agreed *a = bgp_conn_agreed(c);
	struct feed *f = ctx;

	say("up remote_as=%u ipv4=%d ipv6=%d four_octet_as=%d", a->remote_as, a->families[IP_V4],
	    a->families[IP_V6], a->four_octet_as);
	f->emit.how.four_octet_as = a->four_octet_as;
	feed_begin_sending(f, a->families);
}

static void
on_end(void *ctx, struct bgp_conn *c, bool was_up, enum bgp_down_reason reason)
{
	struct feed *f = ctx;

	(void)reason;
	f->sending = false;
	say("%s %s", was_up ? "down" : "failed", bgp_conn_end_text(c));
}

static void
on_refresh(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	bool all[IP_FAMILIES] = { true, true };
	struct feed *f = ctx;

	(void)c;
	say("refresh %s", ip_family_name(family));
	if (!f->sending)
		all[1 - family] = false;
	feed_begin_sending(f, all);
	peer_resume(f->peer);
}

static void
on_end_of_rib(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	(void)ctx;
	(void)c;
	say("eor %s", ip_family_name(family));
}

/* Whole messages of the raw file, about a chunk of them. */
static void
send_raw(struct feed *f, struct bgp_conn *c)
{
	size_t n = 0;

	while (f->raw_at + n < f->raw_len && n < CHUNK) {
		const uint8_t *len = f->raw + f->raw_at + n + 16;

		n += (size_t)(len[0] << 8 | len[1]);
		f->emit.updates++;
	}
	bgp_conn_send_raw(c, f->raw + f->raw_at, n);
	f->raw_at += n;
}

static void
send_extra(struct feed *f, struct bgp_conn *c)
{
	size_t n;
	struct table_route *all = rib_sorted(&f->extra, &n);

	for (size_t i = 0; i < n; i++) {
		if (f->emit.families[all[i].prefix.family])
			bgp_conn_announce(
			    c, &all[i].prefix, &f->table.attrs[all[i].attrs], all[i].attrs);
	}
	bgp_conn_flush(c);
	mem_free(MEM_MISC, all);
}

static void on_replay(struct ev_loop *loop, ev_timer *w, int events);

/* Once, when the table has been sent for the first time. Sessions that come later get the routes as
 * they are by then. */
static void
begin_replay(struct feed *f)
{
	if (f->replay.n == 0 || !mono_is_never(f->replay_began))
		return;
	f->replay_began = clock_mono();
	ev_timer_init(&f->replay_timer, on_replay, 0., 0.);
	f->replay_timer.data = f;
	ev_timer_start(ev_default_loop(0), &f->replay_timer);
}

static bool
on_more(void *ctx, struct bgp_conn *c)
{
	static uint8_t buf[CHUNK];
	struct wr w = wr_make(buf, sizeof(buf));
	struct feed *f = ctx;

	if (!f->sending)
		return false;
	if (f->raw_at < f->raw_len) {
		send_raw(f, c);
		return true;
	}
	if (f->emit.at == 0)
		send_extra(f, c);
	if (emit_next(&f->emit, &w)) {
		bgp_conn_send_raw(c, buf, wr_len(&w));
		return true;
	}
	f->sending = false;
	say("sent routes=%" PRIu64 " updates=%" PRIu64 " too_long=%" PRIu64 " seconds=%.3f",
	    f->emit.routes, f->emit.updates, f->emit.too_long, mono_sub_s(clock_mono(), f->began));
	begin_replay(f);
	return false;
}

/* --- changing it ----------------------------------------------------------------------------- */

struct bgp_conn *
feed_conn(struct feed *f, unsigned family)
{
	struct bgp_conn *c = peer_conn(f->peer);

	return c != NULL && bgp_conn_agreed(c)->families[family] ? c : NULL;
}

void
feed_flush(struct feed *f)
{
	struct bgp_conn *c = peer_conn(f->peer);

	if (c != NULL)
		bgp_conn_flush(c);
	peer_wake(f->peer);
}

void
feed_set_route(struct feed *f, const struct ip_prefix *p, uint32_t attrs)
{
	struct table_route *r = table_find(&f->table, p);
	struct bgp_conn *c = feed_conn(f, p->family);

	if (r != NULL) {
		r->attrs = attrs;
		r->withdrawn = 0;
	} else {
		rib_set(&f->extra, p, attrs);
	}
	if (c != NULL)
		bgp_conn_announce(c, p, &f->table.attrs[attrs], attrs);
}

bool
feed_unset_route(struct feed *f, const struct ip_prefix *p)
{
	struct table_route *r = table_find(&f->table, p);
	struct bgp_conn *c = feed_conn(f, p->family);

	if (r == NULL ? !rib_remove(&f->extra, p) : r->withdrawn)
		return false;
	if (r != NULL)
		r->withdrawn = 1;
	if (c != NULL)
		bgp_conn_withdraw(c, p);
	return true;
}

/* --- replay -------------------------------------------------------------------------------- */

static void
replay_nlri(struct feed *f, struct bgp_nlri nlri, const struct route_attrs *attrs)
{
	uint32_t id = attrs != NULL && nlri.pos != nlri.end ? table_attrs(&f->table, attrs) : 0;
	struct ip_prefix p;
	uint32_t path_id;

	while (bgp_nlri_next(&nlri, &p, &path_id)) {
		if (attrs != NULL)
			feed_set_route(f, &p, id);
		else
			feed_unset_route(f, &p);
	}
}

static void
replay_update(struct feed *f, struct bgp_update *u)
{
	bool good = bgp_update_is_good(u);

	if (u->disposition == BGP_SESSION_RESET)
		return;
	replay_nlri(f, u->withdrawn, NULL);
	replay_nlri(f, u->mp_withdrawn, NULL);
	replay_nlri(f, u->announced, good ? &u->attrs : NULL);
	u->attrs.nexthop = u->mp_nexthop;
	replay_nlri(f, u->mp_announced, good ? &u->attrs : NULL);
}

static void
on_replay(struct ev_loop *loop, ev_timer *w, int events)
{
	struct feed *f = w->data;
	double elapsed_s = mono_sub_s(clock_mono(), f->replay_began);
	int64_t until_us =
		    options.speed > 0 ? (int64_t)(elapsed_s * options.speed * 1e6) : INT64_MAX,
		due_us;
	struct bgp_update u;
	double wait_s = 0;

	(void)events;
	for (unsigned n = 0; n < REPLAY_TURN && replay_next(&f->replay, until_us, &u); n++)
		replay_update(f, &u);
	feed_flush(f);
	due_us = replay_due_us(&f->replay);
	if (due_us < 0) {
		say("replayed updates=%zu seconds=%.3f", f->replay.n, elapsed_s);
		return;
	}
	if (options.speed > 0)
		wait_s = (double)due_us * 1e-6 / options.speed - elapsed_s;
	ev_timer_set(w, wait_s > 0 ? wait_s : 0, 0);
	ev_timer_start(loop, w);
}

/* --- life ---------------------------------------------------------------------------------- */

/* Keep the UPDATEs of the file; false, and a line on stderr, when it is not one of BGP messages. */
static bool
load_raw(struct feed *f, const char *path)
{
	size_t cap = 1u << 20;
	struct bgp_error err;
	struct bgp_msg msg;
	struct input in;

	if (!input_open(&in, path))
		return false;
	f->raw = mem_alloc(MEM_MISC, cap);
	for (;;) {
		uint8_t *at;

		if (cap - f->raw_len < BGP_MSG_MAX) {
			cap *= 2;
			f->raw = mem_resize(MEM_MISC, f->raw, cap, 1);
		}
		at = f->raw + f->raw_len;
		if (input_read(&in, at, BGP_HEADER_LEN) == 0)
			return input_close(&in);
		if (bgp_msg_peek(at, BGP_HEADER_LEN, BGP_MSG_MAX, &msg, &err) == BGP_FRAME_ERROR ||
		    input_read(&in, at + BGP_HEADER_LEN, msg.len - BGP_HEADER_LEN) !=
			msg.len - BGP_HEADER_LEN) {
			fprintf(stderr, "%s: not a stream of BGP messages, or cut\n", path);
			input_drop(&in);
			return false;
		}
		if (msg.type == BGP_MSG_UPDATE)
			f->raw_len += msg.len;
	}
}

static bool
load(struct feed *f)
{
	if (options.raw != NULL)
		return load_raw(f, options.raw);
	f->replay_began = MONO_NEVER;
	if (options.replay != NULL && !replay_load(&f->replay, options.replay, source_peer()))
		return false;
	if (options.replay != NULL && !source_is_given()) {
		table_finish(&f->table);
		return true;
	}
	return source_load(&f->table, true);
}

int
feed_main(const char **words)
{
	static struct feed f;
	static const struct peer_ops ops = {
		.conn = { .up = on_up,
		    .end = on_end,
		    .end_of_rib = on_end_of_rib,
		    .refresh = on_refresh },
		.more = on_more,
	};
	struct ev_loop *loop = ev_default_loop(0);
	struct bgp_encode how = { .local_as = 0 };

	(void)words;
	table_init(&f.table);
	rib_init(&f.extra);
	if (!load(&f))
		return LAB_FAILED;
	f.peer = peer_new(loop, false, &ops, &f);
	if (f.peer == NULL)
		return LAB_FAILED;
	how.local_as = peer_local_as();
	how.ebgp = peer_is_ebgp();
	emit_init(&f.emit, &f.table, &how, peer_families(), options.packed);
	say("ready routes=%zu sets=%u nexthops=%u", f.table.n, f.table.n_attrs, f.table.n_nexthops);
	commands_start(loop, feed_commands, &f);
	ev_run(loop, 0);
	commands_stop();
	peer_free(f.peer);
	emit_fini(&f.emit);
	rib_fini(&f.extra);
	table_fini(&f.table);
	mem_free(MEM_MISC, f.raw);
	replay_fini(&f.replay);
	return LAB_OK;
}
