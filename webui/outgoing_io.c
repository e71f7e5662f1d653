/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers on their way out: libmicrohttpd pulls a block at a time, which costs all of them together
 * no more than TURN_US_MAX a turn of the loop. An answer that waits for something - a simulation,
 * the next event - is put aside, and asked again after the time it says.
 */
#include "lib/clock_io.h"
#include "webui/http_priv_io.h"

#define BLOCK_BYTES (16 * 1024)

static const char content_policy[] =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/* Nothing to send yet: libmicrohttpd would ask again at once, and again. */
static void
wait_a_while(struct outgoing *o)
{
	double wait_s = o->answer.rows->wait_ms / 1000.;
	struct web_http *h = o->http;

	MHD_suspend_connection(o->mhd);
	o->next_waiting = h->waiting;
	h->waiting = o;
	if (ev_is_active(&h->wait) && ev_timer_remaining(h->loop, &h->wait) <= wait_s)
		return;
	ev_timer_stop(h->loop, &h->wait);
	ev_timer_set(&h->wait, wait_s, 0);
	ev_timer_start(h->loop, &h->wait);
}

void
outgoing_resume(struct web_http *h)
{
	struct outgoing *o = h->waiting, *next;

	h->waiting = NULL;
	for (; o != NULL; o = next) {
		next = o->next_waiting;
		MHD_resume_connection(o->mhd);
	}
}

static ssize_t
read_answer(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct outgoing *o = cls;
	struct mono start;
	ssize_t n;

	(void)pos;
	if (o->http->render_us >= TURN_US_MAX)
		return 0;
	start = clock_mono();
	n = web_answer_read(&o->answer, buf, max);
	o->http->render_us += mono_sub_us(clock_mono(), start);
	if (n == 0 && o->answer.rows != NULL && o->answer.rows->wait_ms > 0)
		wait_a_while(o);
	return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void
free_answer(void *cls)
{
	struct outgoing *o = cls;

	web_answer_fini(&o->answer);
	mem_free(MEM_HTTP, o);
}

static void
count_answer(struct web_http_stats *stats, unsigned status)
{
	stats->requests++;
	if (status >= 500)
		stats->errors_5xx++;
	else if (status >= 400)
		stats->errors_4xx++;
}

static void
add_headers(struct MHD_Response *response, const struct web_answer *a, bool close)
{
	MHD_add_response_header(response, "Content-Type", a->content_type);
	MHD_add_response_header(
	    response, "Cache-Control", a->cache_control != NULL ? a->cache_control : "no-store");
	MHD_add_response_header(response, "Content-Security-Policy", content_policy);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	if (a->etag[0] != '\0')
		MHD_add_response_header(response, "ETag", a->etag);
	if (a->allow != NULL)
		MHD_add_response_header(response, "Allow", a->allow);
	if (close)
		MHD_add_response_header(response, "Connection", "close");
}

enum MHD_Result
outgoing_send(struct MHD_Connection *connection, struct outgoing *o, bool close)
{
	ssize_t length = web_answer_length(&o->answer);
	unsigned status = o->answer.status;
	struct MHD_Response *response;
	enum MHD_Result result;

	o->mhd = connection;
	count_answer(&o->http->app.stats, status);
	response =
	    MHD_create_response_from_callback(length < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)length,
		BLOCK_BYTES, read_answer, o, free_answer);
	if (response == NULL) {
		free_answer(o);
		return MHD_NO;
	}
	add_headers(response, &o->answer, close);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

struct outgoing *
outgoing_new(struct web_http *h)
{
	struct outgoing *o = mem_alloc(MEM_HTTP, sizeof(*o));

	o->http = h;
	return o;
}
