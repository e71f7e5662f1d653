/* SPDX-License-Identifier: Apache-2.0 */
/* SONiC's counters from redis, by hiredis on our loop. The connection is kept; whatever goes wrong
 * with it, the next time it is asked it begins anew. */
#include <ev.h>
#include <hiredis/adapters/libev.h>
#include <hiredis/async.h>
#include <string.h>

#include "control/crm.h"
#include "control/readback_priv_io.h"
#include "lib/mem.h"

struct redis_reader {
	struct ev_loop *loop;
	struct hardware_source *source;
	const char *path;
	const struct config_endpoint *tcp;
	unsigned db;
	redisAsyncContext *redis; /* NULL: not connected */
	bool waiting;             /* for an answer */
	struct mono asked;
};

static void
take(struct redis_reader *r, const redisReply *reply)
{
	struct crm crm = { .used = { 0 } };
	struct asic_tables tables;

	for (size_t i = 0; i + 1 < reply->elements; i += 2) {
		const redisReply *field = reply->element[i], *value = reply->element[i + 1];

		if (field->type != REDIS_REPLY_STRING || value->type != REDIS_REPLY_STRING)
			continue;
		if (!crm_take(&crm, field->str, value->str)) {
			readback_fail(r->source, "%.60s is no number", field->str);
			return;
		}
	}
	if (crm_tables(&crm, &tables))
		readback_take(r->source, &tables);
	else
		readback_fail(r->source, "no sizes of tables in " CRM_KEY " of database %u", r->db);
}

static void
on_reply(redisAsyncContext *redis, void *answer, void *ctx)
{
	struct redis_reader *r = ctx;
	const redisReply *reply = answer;

	r->waiting = false;
	if (reply == NULL) { /* the connection is going */
		if (redis->err != 0)
			readback_fail(r->source, "%s", redis->errstr);
		return;
	}
	if (reply->type == REDIS_REPLY_ERROR)
		readback_fail(r->source, "%.100s", reply->str);
	else if (reply->type == REDIS_REPLY_ARRAY)
		take(r, reply);
}

static void
give_up(struct redis_reader *r)
{
	redisAsyncContext *redis = r->redis;

	r->redis = NULL;
	if (redis != NULL)
		redisAsyncFree(redis); /* calls what waits; out of a callback, after it */
	r->waiting = false;
}

/* What was asked after it would be answered from another database. */
static void
on_selected(redisAsyncContext *redis, void *answer, void *ctx)
{
	struct redis_reader *r = ctx;
	const redisReply *reply = answer;

	(void)redis;
	if (reply != NULL && reply->type == REDIS_REPLY_ERROR) {
		readback_fail(r->source, "%.100s", reply->str);
		give_up(r);
	}
}

/* hiredis frees a context that could not connect, or that has lost its connection. */
static void
on_connected(const redisAsyncContext *redis, int status)
{
	struct redis_reader *r = redis->data;

	if (status == REDIS_OK)
		return;
	readback_fail(r->source, "%s", redis->errstr);
	r->redis = NULL;
	r->waiting = false;
}

static void
on_disconnected(const redisAsyncContext *redis, int status)
{
	struct redis_reader *r = redis->data;

	if (status != REDIS_OK)
		readback_fail(r->source, "%s", redis->errstr);
	r->redis = NULL;
	r->waiting = false;
}

static bool
connect_to(struct redis_reader *r)
{
	char text[IP_TEXT_MAX];

	r->redis = r->path != NULL
		       ? redisAsyncConnectUnix(r->path)
		       : redisAsyncConnect(ip_format(&r->tcp->address, text), r->tcp->port);
	if (r->redis == NULL || r->redis->err != 0) {
		readback_fail(
		    r->source, "%s", r->redis != NULL ? r->redis->errstr : "out of memory");
		give_up(r);
		return false;
	}
	r->redis->data = r;
	redisLibevAttach(r->loop, r->redis);
	redisAsyncSetConnectCallback(r->redis, on_connected);
	redisAsyncSetDisconnectCallback(r->redis, on_disconnected);
	redisAsyncCommand(r->redis, on_selected, r, "SELECT %u", r->db);
	return true;
}

struct redis_reader *
redis_reader_new(struct ev_loop *loop, const char *path, const struct config_endpoint *tcp,
    unsigned db, struct hardware_source *source)
{
	struct redis_reader *r = mem_alloc(MEM_MISC, sizeof(*r));

	*r = (struct redis_reader){
		.loop = loop, .source = source, .path = path, .tcp = tcp, .db = db
	};
	return r;
}

void
redis_reader_free(struct redis_reader *r)
{
	if (r == NULL)
		return;
	give_up(r);
	mem_free(MEM_MISC, r);
}

void
redis_reader_ask(struct redis_reader *r, struct mono now)
{
	if (r->waiting) {
		if (!readback_is_late(r->asked, now))
			return;
		readback_fail(r->source, "redis does not answer");
		give_up(r);
	}
	if (r->redis == NULL && !connect_to(r))
		return;
	r->asked = now;
	r->waiting = redisAsyncCommand(r->redis, on_reply, r, "HGETALL " CRM_KEY) == REDIS_OK;
}
