/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/sendq.h"

#include <string.h>

#include "bgpd/msg.h"
#include "lib/mem.h"
#include "lib/rd.h"

/* An empty queue gives its buffer back above this. */
#define KEEP_BYTES (64u * 1024)

void
bgp_sendq_init(struct bgp_sendq *q)
{
	*q = (struct bgp_sendq){ .data = NULL };
}

void
bgp_sendq_fini(struct bgp_sendq *q)
{
	mem_free(MEM_BGP, q->data);
	bgp_sendq_init(q);
}

struct wr
bgp_sendq_begin(struct bgp_sendq *q, size_t room)
{
	/* Move what is left to the front once that is the smaller half: constant cost a byte. */
	if (q->head > q->cap / 2) {
		memmove(q->data, q->data + q->head, q->tail - q->head);
		q->sent -= q->head;
		q->tail -= q->head;
		q->head = 0;
	}
	if (q->cap - q->tail < room) {
		q->cap = q->cap * 2 > q->tail + room ? q->cap * 2 : q->tail + room;
		q->data = mem_resize(MEM_BGP, q->data, q->cap, 1);
	}
	return wr_make(q->data + q->tail, room);
}

void
bgp_sendq_commit(struct bgp_sendq *q, const struct wr *w)
{
	ASSERT(wr_ok(w) && w->start == q->data + q->tail);
	q->tail += wr_len(w);
	if (bgp_sendq_len(q) >= BGP_SENDQ_HIGH)
		q->full = true;
}

static size_t
message_len(const struct bgp_sendq *q, size_t at)
{
	struct rd r = rd_make(q->data + at, q->tail - at);

	rd_skip(&r, 16);
	return rd_u16(&r);
}

void
bgp_sendq_drop_unsent(struct bgp_sendq *q)
{
	if (q->sent > q->head)
		q->tail = q->head + message_len(q, q->head);
	else
		q->tail = q->head;
	q->full = false;
}

void
bgp_sendq_sent(struct bgp_sendq *q, size_t n, struct bgp_counters *counters)
{
	ASSERT(n <= bgp_sendq_len(q));
	q->sent += n;
	counters->bytes += n;
	while (q->head < q->sent) {
		size_t len = message_len(q, q->head);

		if (q->head + len > q->sent)
			break;
		bgp_msg_count(counters, q->data[q->head + 18]);
		q->head += len;
	}
	if (q->head == q->tail) {
		q->head = q->sent = q->tail = 0;
		if (q->cap > KEEP_BYTES) {
			mem_free(MEM_BGP, q->data);
			q->data = NULL;
			q->cap = 0;
		}
	}
	if (bgp_sendq_len(q) <= BGP_SENDQ_LOW)
		q->full = false;
}
