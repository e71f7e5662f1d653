/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/replay.h"

#include <stdio.h>
#include <string.h>

#include "lib/mem.h"

struct loading {
	struct replay *replay;
	const struct ip_addr *peer;
};

static void
take(void *ctx, const struct mrt_update *m)
{
	struct loading *l = ctx;
	struct replay *r = l->replay;
	int64_t at_us = (int64_t)m->time_s * 1000000 + m->time_us;
	size_t len = rd_left(&m->body);

	if (l->peer != NULL && !ip_equal(l->peer, &m->peer))
		return;
	if (r->n == 0)
		r->first_us = at_us;
	if (r->n == r->cap) {
		r->cap = r->cap > 0 ? 2 * r->cap : 1024;
		r->events = mem_resize(MEM_MISC, r->events, r->cap, sizeof(*r->events));
	}
	while (r->bytes_cap - r->n_bytes < len) {
		r->bytes_cap = r->bytes_cap > 0 ? 2 * r->bytes_cap : 1u << 20;
		r->bytes = mem_resize(MEM_MISC, r->bytes, r->bytes_cap, 1);
	}
	memcpy(r->bytes + r->n_bytes, m->body.pos, len);
	r->events[r->n++] = (struct replay_event){ .at_us = at_us - r->first_us,
		.offset = r->n_bytes,
		.len = len,
		.four_octet_as = m->four_octet_as,
		.add_path = m->add_path };
	r->n_bytes += len;
}

bool
replay_load(struct replay *r, const char *path, const struct ip_addr *peer)
{
	struct loading l = { .replay = r, .peer = peer };
	uint64_t skipped = 0;

	if (!mrt_each(path, &skipped, take, &l))
		return false;
	if (r->n == 0)
		fprintf(stderr, "%s: no UPDATEs%s\n", path, peer != NULL ? " of that peer" : "");
	return r->n > 0;
}

void
replay_fini(struct replay *r)
{
	mem_free(MEM_MISC, r->events);
	mem_free(MEM_MISC, r->bytes);
}

bool
replay_next(struct replay *r, int64_t elapsed_us, struct bgp_update *u)
{
	const struct replay_event *e = &r->events[r->next];
	/* AS numbers that are in nobody's path (RFC 7300). */
	struct bgp_codec codec = { .local_as = UINT32_MAX,
		.remote_as = UINT32_MAX - 1,
		.router_id = UINT32_MAX,
		.families = { true, true },
		.any_first_as = true };

	if (r->next == r->n || e->at_us > elapsed_us)
		return false;
	codec.four_octet_as = e->four_octet_as;
	codec.add_path[IP_V4] = codec.add_path[IP_V6] = e->add_path;
	bgp_update_decode(&codec, &r->scratch, rd_make(r->bytes + e->offset, e->len), u);
	r->next++;
	return true;
}

int64_t
replay_due_us(const struct replay *r)
{
	return r->next < r->n ? r->events[r->next].at_us : -1;
}
