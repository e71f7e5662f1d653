/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message, decoded as six kinds of session would. What was accepted must hold together: the
 * prefixes can be walked and counted, the spans lie in the message or the scratch space, and
 * writing the routes again gives something we accept too.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/aspath.h"
#include "bgpd/msg.h"
#include "bgpd/open.h"
#include "bgpd/update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bgp_scratch scratch;

static uint32_t
walk(struct bgp_nlri nlri)
{
	struct ip_prefix p;
	uint32_t id, n = 0;

	while (bgp_nlri_next(&nlri, &p, &id)) {
		ASSERT(p.len <= ip_bits((enum ip_family)p.family) && p.family == nlri.family);
		n++;
	}
	return n;
}

/* Read every byte of a span, for the address sanitizer. */
static void
touch(struct span s)
{
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum = (uint8_t)(sum + s.data[i]);
}

static void
touch_attrs(const struct route_attrs *a)
{
	struct bgp_aspath_info info;

	ASSERT(bgp_aspath_check(a->as_path, 4, 1, &info) == NULL);
	touch(a->as_path);
	touch(a->communities);
	touch(a->ext_communities);
	touch(a->large_communities);
	touch(a->cluster_list);
	touch(a->opaque);
	ASSERT(a->origin <= ROUTE_ORIGIN_INCOMPLETE);
}

/* The first announced prefix, written and read again. */
static void
write_again(const struct bgp_codec *codec, const struct bgp_update *u, struct bgp_nlri nlri,
    const struct route_nexthop *nexthop)
{
	struct bgp_encode how = { .four_octet_as = codec->four_octet_as,
		.reflect = true,
		.extended_nexthop = codec->extended_nexthop };
	struct route_attrs attrs = u->attrs;
	static struct bgp_scratch second;
	struct bgp_codec plain = *codec;
	uint8_t buf[BGP_MSG_MAX];
	struct wr w = wr_make(buf, sizeof(buf));
	struct bgp_update again;
	struct bgp_error err;
	struct ip_prefix p;
	struct bgp_msg msg;
	uint32_t id;

	attrs.nexthop = *nexthop;
	if (!bgp_nlri_next(&nlri, &p, &id) || bgp_update_announce(&w, &how, &attrs, &p, 1) == 0)
		return;
	ASSERT(bgp_msg_peek(buf, wr_len(&w), BGP_MSG_MAX, &msg, &err) == BGP_FRAME_MESSAGE);
	plain.add_path[IP_V4] = plain.add_path[IP_V6] = false; /* we send no path ids */
	bgp_update_decode(&plain, &second, bgp_msg_body(&msg), &again);
	ASSERT(bgp_update_is_good(&again));
	ASSERT(again.n_announced == 1);
	ASSERT(again.attrs.as_path.len == attrs.as_path.len);
	ASSERT(again.attrs.has_med == attrs.has_med && again.attrs.med == attrs.med);
}

static void
update(const struct bgp_codec *codec, struct rd body)
{
	struct bgp_update u;

	bgp_update_decode(codec, &scratch, body, &u);
	if (u.disposition == BGP_SESSION_RESET) {
		ASSERT(u.error.code == BGP_ERR_UPDATE && u.why != NULL);
		touch(u.error.data);
		return;
	}
	ASSERT(walk(u.withdrawn) + walk(u.mp_withdrawn) == u.n_withdrawn);
	ASSERT(walk(u.announced) + walk(u.mp_announced) == u.n_announced);
	if (!bgp_update_is_good(&u) || u.n_announced == 0)
		return;
	touch_attrs(&u.attrs);
	if (!bgp_codec_is_ebgp(codec)) {
		write_again(codec, &u, u.announced, &u.attrs.nexthop);
		write_again(codec, &u, u.mp_announced, &u.mp_nexthop);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bgp_codec codecs[] = {
		{ 65136, 65136, 1, true, { true, true }, { false, false }, false, false },
		{ 65136, 65136, 1, true, { true, true }, { true, true }, false, true },
		{ 65136, 65136, 1, false, { true, true }, { false, false }, false, false },
		{ 65136, 65001, 1, true, { true, true }, { false, false }, false, false },
		{ 65136, 65001, 1, false, { true, false }, { true, false }, true, true },
		{ 65136, 65136, 1, true, { false, true }, { false, false }, false, false },
	};
	struct bgp_open open;
	struct bgp_error err;
	struct bgp_msg msg;
	char text[256];

	if (bgp_msg_peek(data, size, BGP_MSG_EXT_MAX, &msg, &err) != BGP_FRAME_MESSAGE)
		return 0;
	switch (msg.type) {
	case BGP_MSG_UPDATE:
		for (size_t i = 0; i < ARRAY_LEN(codecs); i++)
			update(&codecs[i], bgp_msg_body(&msg));
		break;
	case BGP_MSG_OPEN:
		if (!bgp_open_decode(bgp_msg_body(&msg), &open, &err))
			ASSERT(err.code == BGP_ERR_OPEN);
		break;
	case BGP_MSG_NOTIFICATION:
		bgp_notify_decode(bgp_msg_body(&msg), &err);
		bgp_notify_describe(false, &err, text, sizeof(text));
		for (const char *c = text; *c != '\0'; c++)
			ASSERT(*c >= 0x20 && *c < 0x7f);
		break;
	default: break;
	}
	return 0;
}
