/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing is ever announced to a neighbour whose role is not push: whatever it sends, all it gets
 * is OPEN, KEEPALIVE, ROUTE-REFRESH, NOTIFICATION and, as UPDATEs, End-of-RIB. At the level of what
 * role means (the neighbour's configuration of its connections), not of the connection's own.
 */
#include "tests/unit/bgpd/pair.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bgpd/neighbor_priv.h"

#define MESSAGES 400

/* What has come out of a connection, by type; End-of-RIB apart. */
struct heard {
	unsigned type[BGP_MSG_REFRESH + 1], end_of_rib[IP_FAMILIES];
};

/* All that waits to be sent. An UPDATE that is no End-of-RIB fails the test. */
static void
hear(struct end *e, struct heard *h)
{
	static const uint8_t eor4[] = { 0, 0, 0, 0 };
	static const uint8_t eor6[] = { 0, 0, 0, 7, 0x90, 15, 0, 3, 0, 2, 1 };
	const uint8_t *bytes;
	size_t len;

	while ((bytes = bgp_conn_output(e->conn, &len)) != NULL) {
		struct bgp_error err;
		struct bgp_msg msg;
		struct rd body;

		assert_int_equal(
		    bgp_msg_peek(bytes, len, BGP_MSG_MAX, &msg, &err), BGP_FRAME_MESSAGE);
		body = bgp_msg_body(&msg);
		assert_in_range(msg.type, BGP_MSG_OPEN, BGP_MSG_REFRESH);
		if (msg.type != BGP_MSG_UPDATE) {
			h->type[msg.type]++;
		} else if (rd_left(&body) == sizeof(eor4)) {
			assert_memory_equal(body.pos, eor4, sizeof(eor4));
			h->end_of_rib[IP_V4]++;
		} else {
			assert_int_equal(rd_left(&body), sizeof(eor6));
			assert_memory_equal(body.pos, eor6, sizeof(eor6));
			h->end_of_rib[IP_V6]++;
		}
		bgp_conn_sent(e->conn, msg.len);
	}
}

/* A neighbour with this role and a connection as it makes them, and the connection's peer. */
static void
come_up(struct bgp_neighbor *n, struct end *a, struct end *b, enum bgp_role role)
{
	const struct bgp_neighbor_config config = { .name = "edge",
		.role = role,
		.local_as = 65136,
		.router_id = 1,
		.hold_time_s = 90,
		.restart_time_s = 120,
		.families = { true, true } };
	const struct bgp_sink sink = { .ctx = NULL };
	struct bgp_conn_config conn_config;

	*n = (struct bgp_neighbor){ 0 };
	bgp_neighbor_init(n, &config, &sink, start);
	conn_config = bgp_neighbor_conn_config(n);
	end_init(a, &conn_config);
	end_init(b, &speaker);
	n->session = a->conn;
}

static void
go_down(struct bgp_neighbor *n, struct end *a, struct end *b)
{
	bgp_neighbor_fini(n);
	end_fini(a);
	end_fini(b);
}

/* One random thing a peer may do to a session. */
static void
provoke(struct end *b, struct rng *rng)
{
	enum ip_family family = rng_below(rng, 2) == 0 ? IP_V4 : IP_V6;
	struct route_attrs attrs = attrs_for(family);
	struct ip_prefix p = prefix_make(family, rng_u64(rng), 0, 24);

	switch (rng_below(rng, 4)) {
	case 0: bgp_conn_request_refresh(b->conn, family); break;
	case 1: bgp_conn_announce(b->conn, &p, &attrs, (uint32_t)rng_below(rng, 3)); break;
	case 2: bgp_conn_withdraw(b->conn, &p); break;
	default: bgp_conn_end_of_rib(b->conn, family); break;
	}
	bgp_conn_flush(b->conn);
}

static void
test_learner_announces_nothing(void **state)
{
	struct rng rng = rng_make(test_seed("silence"));
	struct bgp_neighbor n;
	struct heard h = { 0 };
	struct end a, b;

	(void)state;
	come_up(&n, &a, &b, BGP_LEARN);
	while (b.ups == 0) {
		const uint8_t *bytes;
		size_t len;

		if ((bytes = bgp_conn_output(a.conn, &len)) != NULL)
			bgp_conn_feed(b.conn, bytes, len, start);
		hear(&a, &h);
		carry(&b, &a, SIZE_MAX, start);
	}
	for (unsigned i = 0; i < MESSAGES; i++) {
		provoke(&b, &rng);
		carry(&b, &a, SIZE_MAX, start);
		hear(&a, &h);
		assert_int_equal(bgp_conn_state(a.conn), BGP_ESTABLISHED);
	}
	assert_true(b.stats.sent.refreshes > 0 && a.announced > 0);
	/* Asked for everything, it says that this was all: BoRR and EoRR (RFC 7313). */
	assert_int_equal(h.type[BGP_MSG_REFRESH], 2 * b.stats.sent.refreshes);
	assert_int_equal(h.end_of_rib[IP_V4], 1);
	assert_int_equal(h.end_of_rib[IP_V6], 1);
	assert_int_equal(h.type[BGP_MSG_OPEN], 1);
	bgp_conn_cease(a.conn, BGP_CEASE_RESET, NULL);
	hear(&a, &h);
	assert_int_equal(h.type[BGP_MSG_NOTIFICATION], 1);
	go_down(&n, &a, &b);
}

/* The signal that the call ends a process with; 0: none. */
static int
dies_of(void (*call)(struct bgp_neighbor *n), struct bgp_neighbor *n)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL); /* not cmocka's */
		fclose(stderr);
		call(n);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
announce(struct bgp_neighbor *n)
{
	const struct ip_prefix p = prefix("198.51.100.0/24");
	const struct route_attrs attrs = attrs_for(IP_V4);

	bgp_push_announce(n, &p, &attrs, 1);
}

static void
withdraw(struct bgp_neighbor *n)
{
	const struct ip_prefix p = prefix("198.51.100.0/24");

	bgp_push_withdraw(n, &p);
}

/* Whoever tries to announce to a learning neighbour does not get past the call: it is a fault of
 * ours that stops the daemon rather than leaks a route. */
static void
test_announcing_to_a_learner_is_a_fault(void **state)
{
	struct bgp_neighbor n;
	struct end a, b;

	(void)state;
	come_up(&n, &a, &b, BGP_LEARN);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(dies_of(announce, &n), SIGABRT);
	assert_int_equal(dies_of(withdraw, &n), SIGABRT);
	go_down(&n, &a, &b);

	come_up(&n, &a, &b, BGP_PUSH);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(dies_of(announce, &n), 0);
	assert_int_equal(dies_of(withdraw, &n), 0);
	go_down(&n, &a, &b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learner_announces_nothing),
		cmocka_unit_test(test_announcing_to_a_learner_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
