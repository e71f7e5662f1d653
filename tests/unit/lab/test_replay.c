/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded UPDATEs come out in order, each when it is due, of the peer that is asked for. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bgpd/msg.h"
#include "lib/mem.h"
#include "tests/lab/replay.h"

/* A BGP4MP_ET record of peer 10.0.0.`peer`, with a withdrawal of 10.`net`/16. */
static void
add_record(FILE *to, uint32_t time_s, uint32_t time_us, uint8_t peer, uint8_t net, bool add_path)
{
	uint8_t bytes[200];
	struct wr w = wr_make(bytes, sizeof(bytes));
	size_t length, message, withdrawn;

	wr_u32(&w, time_s);
	wr_u16(&w, 17);
	wr_u16(&w, add_path ? 9 : 4);
	length = wr_mark(&w);
	wr_u32(&w, 0);
	wr_u32(&w, time_us);
	wr_u32(&w, 65001);
	wr_u32(&w, 65000);
	wr_u16(&w, 0);
	wr_u16(&w, 1);
	wr_u32(&w, 0x0a000000 | peer);
	wr_u32(&w, 0x0a0000fe);
	message = wr_len(&w);
	for (int i = 0; i < 16; i++)
		wr_u8(&w, 0xff);
	wr_u16(&w, 0);
	wr_u8(&w, BGP_MSG_UPDATE);
	withdrawn = wr_mark(&w);
	wr_u16(&w, 0);
	if (add_path)
		wr_u32(&w, 7);
	wr_u8(&w, 16);
	wr_u8(&w, 10);
	wr_u8(&w, net);
	wr_set_u16(&w, withdrawn, wr_len(&w) - withdrawn - 2);
	wr_u16(&w, 0);
	wr_set_u16(&w, message + 16, wr_len(&w) - message);
	wr_set_u16(&w, length + 2, wr_len(&w) - length - 4);
	assert_true(wr_ok(&w));
	assert_int_equal(fwrite(bytes, 1, wr_len(&w), to), wr_len(&w));
}

static void
assert_next(struct replay *r, int64_t elapsed_us, unsigned net)
{
	struct bgp_update u;
	struct ip_prefix p;
	uint32_t path_id;

	assert_true(replay_next(r, elapsed_us, &u));
	assert_true(bgp_update_is_good(&u));
	assert_true(bgp_nlri_next(&u.withdrawn, &p, &path_id));
	assert_int_equal(p.len, 16);
	assert_int_equal(p.hi >> 48, 0x0a00 | net);
	assert_false(bgp_nlri_next(&u.withdrawn, &p, &path_id));
}

static void
test_replay(void **state)
{
	char path[] = "/tmp/hotfib-replay-XXXXXX";
	FILE *to = fdopen(mkstemp(path), "w");
	struct ip_addr one = ip_v4(0x0a000001), nobody = ip_v4(0x0a000009);
	struct replay *r = calloc(1, sizeof(*r));
	struct bgp_update u;

	(void)state;
	assert_non_null(to);
	add_record(to, 1000, 900000, 1, 1, false);
	add_record(to, 1001, 0, 2, 2, false);
	add_record(to, 1002, 400000, 1, 3, true);
	assert_int_equal(fclose(to), 0);

	assert_true(replay_load(r, path, NULL));
	assert_int_equal(r->n, 3);
	assert_next(r, 0, 1);
	assert_false(replay_next(r, 99999, &u));
	assert_int_equal(replay_due_us(r), 100000);
	assert_next(r, 100000, 2);
	assert_false(replay_next(r, 1499999, &u));
	assert_next(r, 1500000, 3);
	assert_false(replay_next(r, INT64_MAX, &u));
	assert_int_equal(replay_due_us(r), -1);
	replay_fini(r);

	memset(r, 0, sizeof(*r));
	assert_true(replay_load(r, path, &one));
	assert_int_equal(r->n, 2);
	assert_next(r, INT64_MAX, 1);
	assert_next(r, INT64_MAX, 3);
	replay_fini(r);

	memset(r, 0, sizeof(*r));
	assert_false(replay_load(r, path, &nobody));
	replay_fini(r);
	free(r);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_replay) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
