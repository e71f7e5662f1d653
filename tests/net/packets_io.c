/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends UDP packets to many destinations at exact rates, and knows what it sent.
 *
 *      packets_io INTERFACE GATEWAY_MAC
 *
 * Ethernet frames leave INTERFACE through a packet socket, so that no routing, neighbour table or
 * offload changes them. Commands on stdin, one a line:
 *
 *      flow ADDRESS PACKETS_PER_SECOND FRAME_BYTES    start, or change, traffic to an address
 *      stop ADDRESS                                   the same with a rate of 0
 *      count                                          print "ADDRESS PACKETS BYTES" for each flow,
 *                                                     then "."
 *
 * and the end of stdin ends the program. FRAME_BYTES counts as sFlow does: the frame on the wire
 * with its four octets of FCS, 66..1518.
 *
 * Pacing is even and deterministic: packet k of a flow is due at start + (k + phase) / rate, the
 * phases spread over the flows. What is due is sent together each TICK_US. Late ticks catch up, so
 * the mean is kept.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock_io.h"
#include "tests/support/sflow_build.h"

#define FLOWS_MAX 4096
#define BATCH     64
#define TICK_US   2000
#define FRAME_MIN 66
#define FRAME_MAX 1518
#define FCS       4
#define GOLDEN    0.6180339887498949 /* its multiples, modulo 1, spread evenly */

struct flow {
	struct ip_addr dst;
	double pps, phase;
	struct mono start;
	uint64_t sent; /* since start */
	uint64_t packets, bytes;
	uint32_t frame_len;
	uint8_t frame[FRAME_MAX];
};

static struct flow *flows[FLOWS_MAX];
static size_t n_flows;
static uint8_t gateway_mac[ETH_ALEN], own_mac[ETH_ALEN];

static void
die(const char *what)
{
	fprintf(stderr, "packets: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A packet socket bound to the interface. */
static int
socket_open(const char *interface)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct ifreq ifr = { 0 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		die("packet socket");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", interface);
	if (ioctl(fd, SIOCGIFHWADDR, &ifr) != 0)
		die(interface);
	memcpy(own_mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	to.sll_ifindex = (int)if_nametoindex(interface);
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("bind");
	return fd;
}

static struct flow *
flow_get(const struct ip_addr *dst)
{
	for (size_t i = 0; i < n_flows; i++)
		if (ip_equal(&flows[i]->dst, dst))
			return flows[i];
	if (n_flows == FLOWS_MAX)
		return NULL;
	flows[n_flows] = calloc(1, sizeof(*flows[0]));
	if (flows[n_flows] == NULL)
		die("flow");
	flows[n_flows]->dst = *dst;
	flows[n_flows]->phase = (double)n_flows * GOLDEN;
	flows[n_flows]->phase -= (double)(uint64_t)flows[n_flows]->phase;
	return flows[n_flows++];
}

static void
flow_set(struct flow *f, double pps, uint32_t frame_len)
{
	struct sflow_build_packet packet = { .dst = f->dst, .frame_len = frame_len };
	const char *source = f->dst.family == IP_V4 ? "198.18.0.2" : "2001:db8:18::2";

	if (!ip_parse(source, &packet.src))
		abort();
	memset(f->frame, 0, sizeof(f->frame));
	sflow_build_frame(&packet, f->frame, sizeof(f->frame));
	memcpy(f->frame, gateway_mac, ETH_ALEN);
	memcpy(f->frame + ETH_ALEN, own_mac, ETH_ALEN);
	f->pps = pps;
	f->frame_len = frame_len;
	f->start = clock_mono();
	f->sent = 0;
}

static void
flow_count(const struct flow *f)
{
	char text[IP_TEXT_MAX];

	printf("%s %lu %lu\n", ip_format(&f->dst, text), (unsigned long)f->packets,
	    (unsigned long)f->bytes);
}

/* False where the line is no command. */
static bool
command(const char *line)
{
	char address[64];
	unsigned frame_len;
	double pps;
	struct ip_addr dst;
	struct flow *f;

	if (strcmp(line, "count") == 0) {
		for (size_t i = 0; i < n_flows; i++)
			flow_count(flows[i]);
		printf(".\n");
		return true;
	}
	if (sscanf(line, "stop %63s", address) == 1 && ip_parse(address, &dst)) {
		f = flow_get(&dst);
		if (f != NULL)
			f->pps = 0;
		return f != NULL;
	}
	if (sscanf(line, "flow %63s %lf %u", address, &pps, &frame_len) != 3 ||
	    !ip_parse(address, &dst) || frame_len < FRAME_MIN || frame_len > FRAME_MAX ||
	    !(pps >= 0 && pps <= 1e6))
		return false;
	f = flow_get(&dst);
	if (f == NULL)
		return false;
	flow_set(f, pps, frame_len);
	return true;
}

/* What has come on stdin; false at its end. */
static bool
commands_read(void)
{
	static char buf[1 << 16];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, buf + len, sizeof(buf) - len);
	char *line = buf, *end;

	if (n <= 0)
		return false;
	len += (size_t)n;
	while ((end = memchr(line, '\n', len - (size_t)(line - buf))) != NULL) {
		*end = '\0';
		if (!command(line))
			fprintf(stderr, "packets: not understood: %s\n", line);
		line = end + 1;
	}
	len -= (size_t)(line - buf);
	memmove(buf, line, len);
	fflush(stdout);
	return len < sizeof(buf);
}

static void
batch_send(int fd, struct mmsghdr *batch, unsigned n)
{
	for (unsigned done = 0; done < n;) {
		int sent = sendmmsg(fd, batch + done, n - done, 0);

		if (sent < 0 && errno != ENOBUFS && errno != EINTR)
			die("send");
		if (sent > 0)
			done += (unsigned)sent;
	}
}

static void
send_due(int fd, struct mono now)
{
	struct mmsghdr batch[BATCH] = { 0 };
	struct iovec iov[BATCH];
	unsigned n = 0;

	for (size_t i = 0; i < n_flows; i++) {
		struct flow *f = flows[i];
		double due = mono_sub_s(now, f->start) * f->pps + 1 - f->phase;

		for (; f->pps > 0 && (double)f->sent + 1 <= due; f->sent++) {
			iov[n] = (struct iovec){ f->frame, f->frame_len - FCS };
			batch[n].msg_hdr = (struct msghdr){ .msg_iov = &iov[n], .msg_iovlen = 1 };
			f->packets++;
			f->bytes += f->frame_len;
			if (++n == BATCH) {
				batch_send(fd, batch, n);
				n = 0;
			}
		}
	}
	batch_send(fd, batch, n);
}

int
main(int argc, char **argv)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	uint8_t *m = gateway_mac;
	int fd;

	if (argc != 3 || sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &m[0], &m[1], &m[2],
			     &m[3], &m[4], &m[5]) != 6) {
		fprintf(stderr, "usage: packets_io INTERFACE GATEWAY_MAC <COMMANDS\n");
		return 2;
	}
	fd = socket_open(argv[1]);
	for (;;) {
		struct mono now = clock_mono();
		struct timespec tick = { .tv_nsec = (TICK_US - now.us % TICK_US) * 1000 };
		int ready = ppoll(&in, 1, &tick, NULL);

		if (ready > 0 && !commands_read())
			return 0;
		send_due(fd, clock_mono());
	}
}
