/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets, over loopback: what is sent arrives, is counted and is passed on. The loop is run
 * until a state is reached; SIGALRM ends a test that never gets there.
 */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/mem.h"
#include "sflowin/udp_io.h"
#include "tests/support/sflow_build.h"

static const struct ip_addr any4 = { .family = IP_V4 };
static const struct ip_addr loopback4 = { .hi = UINT64_C(0x7f000001) << 32, .family = IP_V4 };
static const struct ip_addr any6 = { .family = IP_V6 };
static const struct ip_addr loopback6 = { .lo = 1, .family = IP_V6 };

struct bed {
	struct ev_loop *loop;
	struct sflow_agents *agents;
	struct sflow_udp *udp;
	size_t samples;
	size_t used_before;
	uint16_t port;
};

static void
count_samples(void *ctx, void *tag, const struct sflow_sample *samples, size_t n)
{
	struct bed *bed = ctx;

	(void)tag;
	(void)samples;
	bed->samples += n;
}

static int
open_socket(int family, struct sockaddr_storage *sa, socklen_t *len)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memset(sa, 0, sizeof(*sa));
	sa->ss_family = (sa_family_t)family;
	*len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	if (family == AF_INET)
		((struct sockaddr_in *)sa)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)sa)->sin6_addr = in6addr_loopback;
	assert_true(fd >= 0);
	return fd;
}

/* A bound socket and its port. */
static int
open_collector(int family, uint16_t *port)
{
	struct sockaddr_storage sa;
	socklen_t len;
	int fd = open_socket(family, &sa, &len);

	assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	*port = ntohs(((struct sockaddr_in *)&sa)->sin_port);
	return fd;
}

/* A port nobody has at this moment. */
static uint16_t
free_port(void)
{
	uint16_t port;

	close(open_collector(AF_INET, &port));
	return port;
}

static int
set_up(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct sflow_sink sink = { .ctx = bed, .samples = count_samples };
	struct ip_addr sources[] = { loopback4, loopback6 };
	struct sflow_agent_config config = {
		.address = ip_v4(0xc0000201), .sources = sources, .n_sources = 2
	};

	alarm(60);
	bed->used_before = mem_used(MEM_SFLOW);
	bed->loop = ev_loop_new(EVFLAG_AUTO);
	bed->agents = sflow_agents_new();
	bed->udp = sflow_udp_new(bed->loop, bed->agents, &sink);
	bed->port = free_port();
	sflow_agents_configure(bed->agents, &config, 1);
	*state = bed;
	return 0;
}

static int
tear_down(void **state)
{
	struct bed *bed = *state;

	sflow_udp_free(bed->udp);
	sflow_agents_free(bed->agents);
	assert_int_equal(mem_used(MEM_SFLOW), bed->used_before);
	/* No watcher is left behind: a loop without any ends at once. */
	assert_false(ev_run(bed->loop, EVRUN_NOWAIT));
	ev_loop_destroy(bed->loop);
	free(bed);
	alarm(0);
	return 0;
}

static size_t
build(uint8_t *buf, size_t size, uint32_t sequence)
{
	struct sflow_build_agent agent = { .address = ip_v4(0xc0000201), .sequence = sequence };
	struct sflow_build_flow flow = { .sequence = sequence, .rate = 1 };
	struct sflow_build_packet packet = { .src = ip_v4(1), .dst = ip_v4(2), .frame_len = 100 };
	struct sflow_build b;

	sflow_build_begin(&b, buf, size, &agent);
	assert_true(sflow_build_flow(&b, &flow, &packet));
	return sflow_build_end(&b);
}

static void
send_bytes(int family, uint16_t port, const void *data, size_t len)
{
	struct sockaddr_storage sa;
	socklen_t sa_len;
	int fd = open_socket(family, &sa, &sa_len);

	((struct sockaddr_in *)&sa)->sin_port = htons(port); /* at the same place for both */
	assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&sa, sa_len), (ssize_t)len);
	close(fd);
}

static void
send_datagrams(int family, uint16_t port, uint32_t first, uint32_t n)
{
	uint8_t buf[512];

	for (uint32_t i = 0; i < n; i++)
		send_bytes(family, port, buf, build(buf, sizeof(buf), first + i));
}

static uint64_t
datagrams(const struct bed *bed)
{
	return sflow_agents_totals(bed->agents)->datagrams;
}

static void
run_until_datagrams(struct bed *bed, uint64_t n)
{
	while (datagrams(bed) < n)
		ev_run(bed->loop, EVRUN_ONCE);
	assert_int_equal(datagrams(bed), n);
}

static void
test_receive(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), 0);
	send_datagrams(AF_INET, bed->port, 1, 1);
	run_until_datagrams(bed, 1);
	/* By the timer, then by the event again, in any mixture. */
	for (uint32_t i = 1; i < 20; i++) {
		send_datagrams(AF_INET, bed->port, 1 + i, 1);
		run_until_datagrams(bed, 1 + i);
		if (i % 3 == 0)
			for (int k = 0; k < 3; k++)
				ev_run(bed->loop, EVRUN_NOWAIT);
	}
	assert_int_equal(bed->samples, 20);
}

/* May our sockets have a receive buffer of 4 MB? */
static bool
large_buffers(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 4 << 20;
	socklen_t len = sizeof(size);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, len) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, len);
	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len);
	close(fd);
	return size >= 4 << 20;
}

/* More than a batch, and more than one turn of the loop takes. */
static void
test_burst(void **state)
{
	struct bed *bed = *state;
	struct sflow_udp_stats stats;
	const uint32_t n = 1500;

	if (!large_buffers()) {
		print_message("SKIP: a burst needs CAP_NET_ADMIN or a net.core.rmem_max of 4 MB\n");
		skip();
	}
	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), 0);
	send_datagrams(AF_INET, bed->port, 1, n);
	ev_run(bed->loop, EVRUN_ONCE);
	assert_true(datagrams(bed) <= 512);
	while (bed->samples < n)
		ev_run(bed->loop, EVRUN_ONCE);
	sflow_udp_stats(bed->udp, &stats);
	assert_int_equal(datagrams(bed), n);
	assert_int_equal(stats.kernel_drops, 0);
}

static void
test_both_families_on_one_socket(void **state)
{
	struct bed *bed = *state;
	struct sflow_agent_stats stats;

	assert_int_equal(sflow_udp_listen(bed->udp, &any6, bed->port), 0);
	send_datagrams(AF_INET, bed->port, 1, 1);
	run_until_datagrams(bed, 1);
	assert_true(sflow_agents_stats(bed->agents, 0, &stats));
	assert_true(ip_equal(&stats.last_source, &loopback4));
	send_datagrams(AF_INET6, bed->port, 2, 1);
	run_until_datagrams(bed, 2);
	assert_true(sflow_agents_stats(bed->agents, 0, &stats));
	assert_true(ip_equal(&stats.last_source, &loopback6));
	assert_int_equal(bed->samples, 2);
}

static void
test_two_sockets_on_one_port(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(sflow_udp_listen(bed->udp, &any4, bed->port), 0);
	assert_int_equal(sflow_udp_listen(bed->udp, &any6, bed->port), 0);
	send_datagrams(AF_INET, bed->port, 1, 1);
	send_datagrams(AF_INET6, bed->port, 2, 1);
	run_until_datagrams(bed, 2);
	assert_int_equal(bed->samples, 2);
}

static void
test_listen_errors(void **state)
{
	struct bed *bed = *state;
	struct ip_addr not_ours = ip_v4(0xc0000263);

	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), 0);
	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), -EADDRINUSE);
	assert_int_equal(sflow_udp_listen(bed->udp, &not_ours, bed->port), -EADDRNOTAVAIL);
	assert_false(sflow_udp_unlisten(bed->udp, &loopback6, bed->port));
	assert_true(sflow_udp_unlisten(bed->udp, &loopback4, bed->port));
	assert_false(sflow_udp_unlisten(bed->udp, &loopback4, bed->port));
	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), 0);
}

static void
test_truncated(void **state)
{
	static uint8_t big[9217];
	struct bed *bed = *state;
	struct sflow_udp_stats stats;

	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), 0);
	send_bytes(AF_INET, bed->port, big, sizeof(big));
	send_bytes(AF_INET, bed->port, big, sizeof(big) - 1);
	send_bytes(AF_INET, bed->port, big, 0);
	run_until_datagrams(bed, 2);
	sflow_udp_stats(bed->udp, &stats);
	assert_int_equal(stats.truncated, 1);
	assert_int_equal(sflow_agents_totals(bed->agents)->malformed, 2);
}

/* The kernel drops what does not fit the buffer and says so with the next datagram. */
static void
test_kernel_drops(void **state)
{
	struct bed *bed = *state;
	static uint8_t big[9000];
	struct sflow_udp_stats stats;
	const uint64_t n = 8000; /* 72 MB: no receive buffer of ours is so large */

	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), 0);
	for (uint64_t i = 0; i < n; i++)
		send_bytes(AF_INET, bed->port, big, sizeof(big));
	do {
		ev_run(bed->loop, EVRUN_ONCE);
		send_bytes(AF_INET, bed->port, big, sizeof(big));
		sflow_udp_stats(bed->udp, &stats);
	} while (stats.kernel_drops == 0);
	assert_true(stats.kernel_drops < n);
	assert_true(datagrams(bed) < n);
}

static void
expect_copy(int fd, uint32_t sequence)
{
	uint8_t want[512], got[512];
	size_t len = build(want, sizeof(want), sequence);

	assert_int_equal(recv(fd, got, sizeof(got), 0), len);
	assert_memory_equal(want, got, len);
}

static void
test_forward(void **state)
{
	struct bed *bed = *state;
	struct sflow_forward to[3] = { { .address = loopback4 }, { .address = loopback6 },
		{ .address = loopback4 } };
	int fds[3] = { open_collector(AF_INET, &to[0].port), open_collector(AF_INET6, &to[1].port),
		open_collector(AF_INET, &to[2].port) };
	struct sflow_udp_stats stats;

	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), 0);
	assert_int_equal(sflow_udp_forward(bed->udp, to, 3), 0);
	send_datagrams(AF_INET, bed->port, 1, 10);
	run_until_datagrams(bed, 10);
	for (uint32_t i = 0; i < 10; i++)
		for (size_t k = 0; k < 3; k++)
			expect_copy(fds[k], 1 + i);
	sflow_udp_stats(bed->udp, &stats);
	assert_int_equal(stats.forwarded, 30);
	assert_int_equal(stats.forward_errors, 0);
	/* The list is replaced, then emptied. */
	assert_int_equal(sflow_udp_forward(bed->udp, &to[2], 1), 0);
	send_datagrams(AF_INET, bed->port, 11, 1);
	run_until_datagrams(bed, 11);
	expect_copy(fds[2], 11);
	assert_int_equal(sflow_udp_forward(bed->udp, NULL, 0), 0);
	send_datagrams(AF_INET, bed->port, 12, 1);
	run_until_datagrams(bed, 12);
	sflow_udp_stats(bed->udp, &stats);
	assert_int_equal(stats.forwarded, 31);
	for (size_t k = 0; k < 3; k++) {
		uint8_t byte;

		assert_int_equal(recv(fds[k], &byte, 1, MSG_DONTWAIT), -1);
		close(fds[k]);
	}
}

/* A collector that cannot be reached costs a count, and the others nothing. */
static void
test_forward_errors(void **state)
{
	struct bed *bed = *state;
	struct sflow_forward to[2] = { { .address = ip_v4(0xffffffff), .port = 6343 },
		{ .address = loopback4 } };
	int fd = open_collector(AF_INET, &to[1].port);
	struct sflow_udp_stats stats;

	assert_int_equal(sflow_udp_listen(bed->udp, &loopback4, bed->port), 0);
	assert_int_equal(sflow_udp_forward(bed->udp, to, 2), 0);
	send_datagrams(AF_INET, bed->port, 1, 3);
	run_until_datagrams(bed, 3);
	sflow_udp_stats(bed->udp, &stats);
	assert_int_equal(stats.forwarded, 3);
	assert_int_equal(stats.forward_errors, 3);
	for (uint32_t i = 0; i < 3; i++)
		expect_copy(fd, 1 + i);
	close(fd);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_receive),
		TEST(test_burst),
		TEST(test_both_families_on_one_socket),
		TEST(test_two_sockets_on_one_port),
		TEST(test_listen_errors),
		TEST(test_truncated),
		TEST(test_kernel_drops),
		TEST(test_forward),
		TEST(test_forward_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
