/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions to decode for, and decoding in a heap block of the exact size, so that the address
 * sanitizer sees a read one byte past the end. */
#ifndef TESTS_UNIT_BGPD_DECODE_H
#define TESTS_UNIT_BGPD_DECODE_H

#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/msg.h"
#include "bgpd/update.h"

#define AS_LOCAL  65136
#define AS_REMOTE 65001
#define ROUTER_ID 0x0a000088u

static const struct bgp_codec __attribute__((unused)) ibgp = { .local_as = AS_LOCAL,
	.remote_as = AS_LOCAL,
	.router_id = ROUTER_ID,
	.four_octet_as = true,
	.families = { true, true } };

static const struct bgp_codec __attribute__((unused)) ebgp = { .local_as = AS_LOCAL,
	.remote_as = AS_REMOTE,
	.router_id = ROUTER_ID,
	.four_octet_as = true,
	.families = { true, true } };

static const struct bgp_codec __attribute__((unused)) old_ibgp = { .local_as = AS_LOCAL,
	.remote_as = AS_LOCAL,
	.router_id = ROUTER_ID,
	.four_octet_as = false,
	.families = { true, true } };

static const struct bgp_codec __attribute__((unused)) v6_only = { .local_as = AS_LOCAL,
	.remote_as = AS_LOCAL,
	.router_id = ROUTER_ID,
	.four_octet_as = true,
	.families = { false, true } };

static const struct bgp_codec __attribute__((unused)) many_paths = { .local_as = AS_LOCAL,
	.remote_as = AS_LOCAL,
	.router_id = ROUTER_ID,
	.four_octet_as = true,
	.families = { true, true },
	.add_path = { true, true } };

static const struct bgp_codec __attribute__((unused)) v4_over_v6 = { .local_as = AS_LOCAL,
	.remote_as = AS_LOCAL,
	.router_id = ROUTER_ID,
	.four_octet_as = true,
	.families = { true, true },
	.extended_nexthop = true };

static struct bgp_scratch scratch;
static uint8_t *body_copy;

static inline struct bgp_update
decode_bytes(const struct bgp_codec *codec, const uint8_t *body, size_t len)
{
	struct bgp_update u;

	free(body_copy);
	body_copy = malloc(len > 0 ? len : 1);
	memcpy(body_copy, body, len);
	memset(&u, 0xee, sizeof(u));
	bgp_update_decode(codec, &scratch, rd_make(body_copy, len), &u);
	return u;
}

#endif
