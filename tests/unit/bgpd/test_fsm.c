/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine as RFC 4271 8.2.2 has it, and the rule for two connections. */
#include "tests/support/support.h"

#include <string.h>

#include "bgpd/collision.h"
#include "bgpd/fsm.h"

/* What each state does with each event: "state[ code/subcode]", "." for nothing at all. Letters:
 * Idle, Connect, Active, (open)Sent, (open)conFirm, Established; an ! ends with the caller's
 * NOTIFICATION, 'x' ends without one. */
/* clang-format off */
static const char *const table[BGP_EVENTS][6] = {
	/*                            Idle   Conn   Act    Sent    Confirm  Established */
	[BGP_EV_START] =           { "C",   ".",   ".",   ".",    ".",     "." },
	[BGP_EV_START_PASSIVE] =   { "A",   ".",   ".",   ".",    ".",     "." },
	[BGP_EV_STOP] =            { ".",   "x",   "x",   "!",    "!",     "!" },
	[BGP_EV_RETRY_TIMER] =     { ".",   "C",   "C",   ".",    ".",     "." },
	[BGP_EV_HOLD_TIMER] =      { ".",   ".",   ".",   "4/0",  "4/0",   "4/0" },
	[BGP_EV_SEND_HOLD_TIMER] = { ".",   ".",   ".",   "8/0",  "8/0",   "8/0" },
	[BGP_EV_KEEPALIVE_TIMER] = { ".",   ".",   ".",   ".",    "F",     "E" },
	[BGP_EV_TCP_UP] =          { ".",   "S",   "S",   ".",    ".",     "." },
	[BGP_EV_TCP_DOWN] =        { ".",   "A",   "A",   "x",    "x",     "x" },
	[BGP_EV_OPEN] =            { ".",   ".",   ".",   "F",    "5/2",   "5/3" },
	[BGP_EV_KEEPALIVE] =       { ".",   ".",   ".",   "5/1",  "E",     "E" },
	[BGP_EV_UPDATE] =          { ".",   ".",   ".",   "5/1",  "5/2",   "E" },
	[BGP_EV_REFRESH] =         { ".",   ".",   ".",   "5/1",  "5/2",   "E" },
	[BGP_EV_NOTIFICATION] =    { ".",   ".",   ".",   "x",    "x",     "x" },
	[BGP_EV_ERROR] =           { ".",   ".",   ".",   "!",    "!",     "!" },
};
/* clang-format on */

static void
render(enum bgp_state from, const struct bgp_step *step, char text[8])
{
	if (step->actions & BGP_ACT_NOTIFY && step->code == 0)
		snprintf(text, 8, "!");
	else if (step->actions & BGP_ACT_NOTIFY)
		snprintf(text, 8, "%u/%u", step->code, step->subcode);
	else if (step->actions & BGP_ACT_END)
		snprintf(text, 8, "x");
	else if (step->actions == 0 && step->state == from)
		snprintf(text, 8, ".");
	else
		snprintf(text, 8, "%c", "ICASFE"[step->state]);
}

static void
test_table(void **state)
{
	(void)state;
	for (unsigned s = BGP_IDLE; s <= BGP_ESTABLISHED; s++)
		for (unsigned e = 0; e < BGP_EVENTS; e++) {
			struct bgp_step step = bgp_fsm((enum bgp_state)s, (enum bgp_event)e);
			char text[8];

			render((enum bgp_state)s, &step, text);
			if (strcmp(text, table[e][s]) != 0)
				fail_msg("%s, event %u: %s, not %s",
				    bgp_state_name((enum bgp_state)s), e, text, table[e][s]);
			/* Whoever ends, ends in Idle; nothing else does. */
			if (step.actions & BGP_ACT_END)
				assert_int_equal(step.state, BGP_IDLE);
			if (step.state == BGP_IDLE && s != BGP_IDLE)
				assert_true(step.actions & BGP_ACT_END);
		}
}

static void
test_retry(void **state)
{
	static const double expected[] = { 1, 1, 2, 4, 8, 16, 32, 64, 120, 120 };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(expected); i++) {
		assert_true(bgp_retry_s(i, 0) == expected[i]);
		assert_true(bgp_retry_s(i, 1) == expected[i] * 0.75);
	}
	assert_true(bgp_retry_s(UINT32_MAX, 0) == 120);
}

static void
test_actions(void **state)
{
	(void)state;
	assert_int_equal(bgp_fsm(BGP_IDLE, BGP_EV_START).actions, BGP_ACT_DIAL);
	assert_int_equal(bgp_fsm(BGP_CONNECT, BGP_EV_TCP_DOWN).actions, BGP_ACT_ARM_RETRY);
	assert_int_equal(bgp_fsm(BGP_ACTIVE, BGP_EV_RETRY_TIMER).actions, BGP_ACT_DIAL);
	assert_int_equal(
	    bgp_fsm(BGP_ACTIVE, BGP_EV_TCP_UP).actions, BGP_ACT_SEND_OPEN | BGP_ACT_ARM_OPEN_HOLD);
	assert_int_equal(
	    bgp_fsm(BGP_OPENSENT, BGP_EV_OPEN).actions, BGP_ACT_SEND_KEEPALIVE | BGP_ACT_ARM_HOLD);
	assert_int_equal(
	    bgp_fsm(BGP_OPENCONFIRM, BGP_EV_KEEPALIVE).actions, BGP_ACT_UP | BGP_ACT_ARM_HOLD);
	assert_int_equal(
	    bgp_fsm(BGP_OPENCONFIRM, BGP_EV_KEEPALIVE_TIMER).actions, BGP_ACT_SEND_KEEPALIVE);
	assert_int_equal(
	    bgp_fsm(BGP_ESTABLISHED, BGP_EV_UPDATE).actions, BGP_ACT_DELIVER | BGP_ACT_ARM_HOLD);
	assert_int_equal(
	    bgp_fsm(BGP_ESTABLISHED, BGP_EV_KEEPALIVE_TIMER).actions, BGP_ACT_SEND_KEEPALIVE);
}

static void
test_collision(void **state)
{
	const struct bgp_collision base = { .old_state = BGP_OPENCONFIRM,
		.local_id = 10,
		.remote_id = 20,
		.local_as = 65136,
		.remote_as = 65136,
		.old_keepalive_s = 30 };
	struct bgp_collision c = base;

	(void)state;
	/* Nothing to decide before the old one has its OPEN. */
	c.old_state = BGP_OPENSENT;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_NONE);

	/* The connection the higher identifier has opened stays: theirs. */
	c = base;
	c.new_outgoing = true;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_OLD);
	c = base;
	c.old_outgoing = true;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_NEW);
	/* Ours. */
	c.local_id = 30;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_OLD);
	c = base;
	c.local_id = 30;
	c.new_outgoing = true;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_NEW);
	/* Equal identifiers: the higher AS (RFC 6286 2.3). Both ends decide alike. */
	c.local_id = c.remote_id;
	c.remote_as = 65200;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_OLD);
	c.remote_as = 65001;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_NEW);
	/* Opened by the same side: the newer one. */
	c = base;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_NEW);

	/* Established stays while it is heard of, and goes when it has fallen silent. */
	c.old_state = BGP_ESTABLISHED;
	c.old_silent_us = 30 * 1000000;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_OLD);
	c.old_silent_us++;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_NEW);
	c.old_keepalive_s = 0;
	c.old_silent_us = 1;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_NEW);

	/* It dials anew, and had said that it keeps its forwarding over a restart (RFC 4724 5). */
	c.old_keepalive_s = 30;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_OLD);
	c.old_restarts = true;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_NEW);
	c.new_outgoing = true;
	assert_int_equal(bgp_collision_decide(&c), BGP_COLLISION_KEEP_OLD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_collision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
