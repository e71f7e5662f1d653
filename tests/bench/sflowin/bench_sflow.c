/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows P7 and P8 as far as this room goes: sockets and decoding, without the lookup and the rates
 * that control/ adds. Datagrams of 1,372 octets, 7 samples, 20 % IPv6.
 *
 *      P8.decode     ns a sample to decode, no socket and no agents
 *      P8.input      ns a sample through sflow_agents_input(): sequences and statistics too
 *      P8.saturated  CPU us a sample when the socket's buffer is always full; the anchor is a bare
 *                    recvmmsg() loop over the same buffer
 *      P8.timed      CPU us a sample at 300,000 a second from another process; the anchor is an
 *                    event-driven recvmmsg() loop at the same rate
 *      P7.intake     samples a second without loss, of the rates that were tried
 *
 * Saturated runs fill the buffer with the clock stopped, so that the sender is not measured and no
 * second core is needed. The paced runs do need one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock_io.h"
#include "lib/rng.h"
#include "sflowin/records.h"
#include "sflowin/udp_io.h"
#include "tests/support/figure.h"
#include "tests/support/sflow_build.h"

#define DATAGRAMS    512
#define DATAGRAM_LEN 1372
#define SAMPLES      7
#define AGENT        0x7f000001
#define BATCH        64
#define ROUNDS       10
#define PACED_S      2
#define TRIES        3 /* others share the machine */

static uint8_t datagrams[DATAGRAMS][DATAGRAM_LEN];

static void
figure(const char *id, double value, const char *unit, const char *anchor, double anchor_value,
    double target, bool at_least)
{
	figure_print(&(struct figure){ .id = id,
	    .value = value,
	    .unit = unit,
	    .anchor = anchor,
	    .anchor_value = anchor_value,
	    .goal = at_least ? FIGURE_AT_LEAST : FIGURE_AT_MOST,
	    .target = target });
}

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

/* --- datagrams ---------------------------------------------------------------------------- */

static struct sflow_build_packet
random_packet(struct rng *rng)
{
	struct sflow_build_packet p = { .frame_len = 128 + (uint32_t)rng_below(rng, 1390) };

	if (rng_below(rng, 5) == 0) {
		p.src = (struct ip_addr){ .hi = UINT64_C(0x2001) << 48 | rng_u64(rng) >> 16,
			.family = IP_V6 };
		p.dst = (struct ip_addr){ .hi = UINT64_C(0x2001) << 48 | rng_u64(rng) >> 16,
			.family = IP_V6 };
	} else {
		p.src = ip_v4((uint32_t)rng_u64(rng));
		p.dst = ip_v4((uint32_t)rng_u64(rng));
	}
	return p;
}

/* 64 data sources of one sub-agent, each with its own sequence. */
static void
build_datagrams(void)
{
	struct rng rng = rng_make(1);
	uint32_t sequences[64] = { 0 };

	for (uint32_t i = 0; i < DATAGRAMS; i++) {
		struct sflow_build_agent agent = { .address = ip_v4(AGENT), .sequence = i };
		struct sflow_build b;

		sflow_build_begin(&b, datagrams[i], DATAGRAM_LEN, &agent);
		for (int k = 0; k < SAMPLES; k++) {
			uint32_t source = (uint32_t)rng_below(&rng, 64);
			struct sflow_build_flow flow = { .sequence = sequences[source]++,
				.source_index = source,
				.rate = 4096 };
			struct sflow_build_packet packet = random_packet(&rng);

			packet.header_len = 128;
			packet.frame_len += 64;
			if (!sflow_build_flow(&b, &flow, &packet))
				abort();
		}
		if (sflow_build_end(&b) != DATAGRAM_LEN)
			abort();
	}
}

/* --- what is measured --------------------------------------------------------------------- */

struct receiver {
	struct sflow_agents *agents;
	struct sflow_sink sink;
	uint64_t samples, sum;
};

/* As little as a sink can do: look at each sample. */
static void
take_samples(void *ctx, void *tag, const struct sflow_sample *samples, size_t n)
{
	struct receiver *r = ctx;

	(void)tag;
	r->samples += n;
	for (size_t i = 0; i < n; i++)
		r->sum += samples[i].bytes ^ samples[i].dst.hi;
}

static void
receiver_init(struct receiver *r)
{
	struct sflow_agent_config config = { .address = ip_v4(AGENT) };

	*r = (struct receiver){ .agents = sflow_agents_new() };
	r->sink = (struct sflow_sink){ .ctx = r, .samples = take_samples };
	sflow_agents_configure(r->agents, &config, 1);
}

static void
decode(struct receiver *r, const uint8_t *data)
{
	struct sflow_sample sample;
	struct sflow_datagram d;
	struct sflow_flow flow;
	struct sflow_part s;

	if (!sflow_datagram_decode(data, DATAGRAM_LEN, &d))
		abort();
	for (uint32_t i = 0; i < d.n_samples && sflow_part_next(&d.samples, &s); i++)
		if (sflow_flow_head(&s.body, false, &flow, &sample) &&
		    sflow_flow_packet(&s.body, flow.n_records, &sample))
			take_samples(r, NULL, &sample, 1);
}

static void
input(struct receiver *r, const uint8_t *data)
{
	const struct ip_addr source = ip_v4(AGENT);

	sflow_agents_input(r->agents, data, DATAGRAM_LEN, &source, mono_us(1), &r->sink);
}

/* Nanoseconds a sample, the best of some rounds: others share the machine. */
static void
bench_memory(const char *id, void (*work)(struct receiver *, const uint8_t *), double target)
{
	const unsigned repeat = 1000;
	struct receiver r;
	double best = 1e9;

	receiver_init(&r);
	for (int round = 0; round < ROUNDS; round++) {
		double start = clock_cpu_s(), ns;

		for (unsigned k = 0; k < repeat; k++)
			for (int i = 0; i < DATAGRAMS; i++)
				work(&r, datagrams[i]);
		ns = (clock_cpu_s() - start) * 1e9 / ((double)repeat * DATAGRAMS * SAMPLES);
		best = ns < best ? ns : best;
	}
	if (r.samples != (uint64_t)ROUNDS * repeat * DATAGRAMS * SAMPLES)
		fprintf(stderr, "%s: only %ju samples\n", id, (uintmax_t)r.samples);
	figure(id, best, "ns/sample", NULL, 0, target, false);
	sflow_agents_free(r.agents);
}

/* --- sending ------------------------------------------------------------------------------ */

/* A socket on a free port of the loopback. */
static int
open_bare(struct sockaddr_in *sa)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = 4 << 20;
	socklen_t len = sizeof(*sa);

	*sa = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(AGENT) };
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)sa, len) < 0 ||
	    getsockname(fd, (struct sockaddr *)sa, &len) < 0)
		fail("bind");
	return fd;
}

/* Datagrams that the buffer is sure to hold: the kernel charges 2,304 octets for one of ours. */
static unsigned
buffer_holds(int fd)
{
	int size = 0;
	socklen_t len = sizeof(size);

	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len);
	return (unsigned)size / 4608;
}

/* Send n datagrams, the first of them with this sequence number. */
static void
send_some(int fd, uint32_t sequence, unsigned n)
{
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec iov[BATCH];

	while (n > 0) {
		unsigned batch = n < BATCH ? n : BATCH;

		for (unsigned i = 0; i < batch; i++) {
			uint8_t *d = datagrams[(sequence + i) % DATAGRAMS];
			struct wr w = wr_make(d + 16, 4);

			wr_u32(&w, sequence + i);
			iov[i] = (struct iovec){ .iov_base = d, .iov_len = DATAGRAM_LEN };
			messages[i].msg_hdr.msg_iov = &iov[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		if (sendmmsg(fd, messages, batch, 0) != (int)batch)
			fail("sendmmsg");
		sequence += batch;
		n -= batch;
	}
}

static int
open_sender(const struct sockaddr_in *to)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(AGENT) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
	    connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		fail("sender");
	return fd;
}

/* A child that sends `samples_per_s` for PACED_S; it has ended when the pipe `*done` does, after
 * it wrote how many datagrams it sent and how long that took. */
struct sent {
	uint32_t datagrams;
	double seconds;
};

static pid_t
start_sender(const struct sockaddr_in *to, double samples_per_s, int *done)
{
	int pipe_fds[2];
	pid_t child;
	struct sent sent = { 0 };
	struct mono start;

	fflush(stdout);
	if (pipe(pipe_fds) < 0)
		fail("pipe");
	child = fork();
	if (child < 0)
		fail("fork");
	if (child > 0) {
		close(pipe_fds[1]);
		*done = pipe_fds[0];
		return child;
	}
	int fd = open_sender(to);

	start = clock_mono();
	while (sent.seconds < PACED_S) {
		double due = sent.seconds * samples_per_s / SAMPLES;

		if (due - sent.datagrams >= BATCH) {
			send_some(fd, sent.datagrams, BATCH);
			sent.datagrams += BATCH;
		} else {
			nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
		}
		sent.seconds = mono_sub_s(clock_mono(), start);
	}
	if (write(pipe_fds[1], &sent, sizeof(sent)) != sizeof(sent))
		_exit(1);
	_exit(0);
}

/* --- a bare receiver ---------------------------------------------------------------------- */

struct bare {
	int fd;
	uint64_t datagrams;
	struct mmsghdr messages[BATCH];
	struct iovec iov[BATCH];
	uint8_t slots[BATCH][9216];
};

static void
bare_init(struct bare *b, int fd)
{
	b->fd = fd;
	b->datagrams = 0;
	for (int i = 0; i < BATCH; i++) {
		b->iov[i] =
		    (struct iovec){ .iov_base = b->slots[i], .iov_len = sizeof(b->slots[i]) };
		b->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &b->iov[i], .msg_iovlen = 1 };
	}
}

static void
bare_drain(struct bare *b)
{
	int n;

	do {
		n = recvmmsg(b->fd, b->messages, BATCH, MSG_DONTWAIT, NULL);
		b->datagrams += n > 0 ? (unsigned)n : 0;
	} while (n == BATCH);
}

static struct bare bare;

/* CPU seconds a datagram. */
static double
bare_saturated(void)
{
	struct sockaddr_in sa;
	double best = 1e9;
	unsigned n;
	int out;

	bare_init(&bare, open_bare(&sa));
	out = open_sender(&sa);
	n = buffer_holds(bare.fd);
	for (int round = 0; round < ROUNDS; round++) {
		double start, each;

		send_some(out, 0, n);
		bare.datagrams = 0;
		start = clock_cpu_s();
		bare_drain(&bare);
		each = (clock_cpu_s() - start) / (double)bare.datagrams;
		best = each < best ? each : best;
		if (bare.datagrams != n)
			fprintf(stderr, "P8.saturated: %ju of %u\n", (uintmax_t)bare.datagrams, n);
	}
	close(out);
	close(bare.fd);
	return best;
}

static void
on_bare(struct ev_loop *loop, ev_io *w, int events)
{
	(void)loop;
	(void)events;
	bare_drain(w->data);
}

/* --- the receiver of the daemon ----------------------------------------------------------- */

struct daemon {
	struct receiver r;
	struct ev_loop *loop;
	struct sflow_udp *udp;
	struct sockaddr_in sa;
	unsigned buffer;
};

static void
daemon_init(struct daemon *d)
{
	struct ip_addr address = ip_v4(AGENT);
	int fd = open_bare(&d->sa), rc;

	d->buffer = buffer_holds(fd);
	close(fd); /* for its port */
	receiver_init(&d->r);
	d->loop = ev_loop_new(EVFLAG_AUTO);
	d->udp = sflow_udp_new(d->loop, d->r.agents, &d->r.sink);
	rc = sflow_udp_listen(d->udp, &address, ntohs(d->sa.sin_port));
	if (rc < 0) {
		errno = -rc;
		fail("listen");
	}
}

static void
daemon_fini(struct daemon *d)
{
	sflow_udp_free(d->udp);
	sflow_agents_free(d->r.agents);
	ev_loop_destroy(d->loop);
}

static double
daemon_saturated(void)
{
	struct daemon d;
	double best = 1e9;
	uint32_t sequence = 0;
	int out;

	daemon_init(&d);
	out = open_sender(&d.sa);
	for (int round = 0; round < ROUNDS; round++) {
		double start, each;

		send_some(out, sequence, d.buffer);
		sequence += d.buffer;
		start = clock_cpu_s();
		while (sflow_agents_totals(d.r.agents)->datagrams < sequence)
			ev_run(d.loop, EVRUN_ONCE);
		each = (clock_cpu_s() - start) / d.buffer;
		best = each < best ? each : best;
	}
	if (d.r.samples != (uint64_t)sequence * SAMPLES)
		fprintf(stderr, "P8.saturated: %ju samples\n", (uintmax_t)d.r.samples);
	close(out);
	daemon_fini(&d);
	return best;
}

/* --- paced runs --------------------------------------------------------------------------- */

static void
on_done(struct ev_loop *loop, ev_io *w, int events)
{
	(void)w;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* Run the loop until the sender has ended and nothing more comes. CPU seconds used. */
static double
run_paced(struct ev_loop *loop, const struct sockaddr_in *sa, double rate, struct sent *sent)
{
	int done = -1;
	pid_t child = start_sender(sa, rate, &done);
	double start = clock_cpu_s(), used;
	ev_io w;

	ev_io_init(&w, on_done, done, EV_READ);
	ev_io_start(loop, &w);
	ev_run(loop, 0);
	used = clock_cpu_s() - start;
	ev_io_stop(loop, &w);
	if (read(done, sent, sizeof(*sent)) != sizeof(*sent))
		fail("sender");
	for (int i = 0; i < 20; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
		ev_run(loop, EVRUN_NOWAIT);
	}
	waitpid(child, NULL, 0);
	close(done);
	return used;
}

/* CPU seconds a datagram. */
static double
bare_paced(double rate)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct sockaddr_in sa;
	struct sent sent;
	double used;
	ev_io w;

	bare_init(&bare, open_bare(&sa));
	ev_io_init(&w, on_bare, bare.fd, EV_READ);
	w.data = &bare;
	ev_io_start(loop, &w);
	used = run_paced(loop, &sa, rate, &sent);
	ev_io_stop(loop, &w);
	ev_loop_destroy(loop);
	close(bare.fd);
	return used / (double)bare.datagrams;
}

/* The same; *lost and *got are samples, *got a second. */
static double
daemon_paced(double rate, uint64_t *lost, double *got)
{
	struct daemon d;
	struct sent sent;
	double used, each;

	daemon_init(&d);
	used = run_paced(d.loop, &d.sa, rate, &sent);
	*lost = (uint64_t)sent.datagrams * SAMPLES - d.r.samples;
	*got = (double)d.r.samples / sent.seconds;
	each = used / ((double)d.r.samples / SAMPLES);
	daemon_fini(&d);
	return each;
}

static void
bench_lossless(void)
{
	static const double rates[] = { 0.5e6, 1.1e6, 1.5e6, 2e6, 2.5e6, 3e6 };
	double best = 0;

	for (size_t i = 0; i < ARRAY_LEN(rates) * TRIES; i++) {
		double rate = rates[i / TRIES], got, each;
		uint64_t lost;

		if (best >= 0.9 * rate)
			continue;
		each = daemon_paced(rate, &lost, &got);
		fprintf(stderr,
		    "P7.intake: asked %.2gM, got %.3gM samples/s, lost %ju, %.3g CPU us/sample\n",
		    rate * 1e-6, got * 1e-6, (uintmax_t)lost, each * 1e6 / SAMPLES);
		if (lost == 0 && got > best)
			best = got;
		else if (i % TRIES == TRIES - 1)
			break;
	}
	figure("P7.intake", best, "samples/s", NULL, 0, 1e6, true);
}

int
main(void)
{
	uint64_t lost;
	double anchor, got;

	build_datagrams();
	bench_memory("P8.decode", decode, 10);
	bench_memory("P8.input", input, -1);
	anchor = bare_saturated() * 1e6 / SAMPLES;
	figure("P8.saturated", daemon_saturated() * 1e6 / SAMPLES, "CPU us/sample", "recvmmsg loop",
	    anchor, 1.75 * anchor, false);
	anchor = bare_paced(300e3) * 1e6 / SAMPLES;
	figure("P8.timed", daemon_paced(300e3, &lost, &got) * 1e6 / SAMPLES, "CPU us/sample",
	    "event-driven recvmmsg loop", anchor, anchor, false);
	bench_lossless();
	return 0;
}
