/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel carries out rtnetlink requests within the call that sends them, so the results of a
 * batch are there to be read when it returns; nothing is ever waited for. Notifications and dumps
 * are read as they come, a bounded number in a turn of the loop; what follows from them is done
 * once, at the end of the turn.
 */
#include "control/kernel_io.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "control/fib_intake.h"
#include "control/netlink/protocol.h"
#include "control/netlink/socket_io.h"
#include "control/push_netlink.h"
#include "lib/clock_io.h"
#include "lib/mem.h"

#define BATCH_BYTES    65536
#define BATCH_MESSAGES 128
#define RECEIVE_BYTES  65536
#define RESULTS_BYTES  (1 << 20) /* of receive buffer: for more results than a batch has */
#define DATAGRAMS_TURN 64
#define SOON_S         0.2 /* a dump after something that has consequences */

struct kernel {
	struct ev_loop *loop;
	struct config_netlink config;
	struct nl_model *model;
	struct fib *fib;
	struct push_netlink *push;

	struct nl_socket requests, monitor, dumps;
	ev_io on_monitor, on_dump;
	ev_timer audit, more;
	ev_prepare turn_end;

	uint8_t *batch, *buffer, *results; /* results come while the buffer is worked on */
	struct wr w;
	unsigned n_batch;

	bool dumping, again; /* another dump is wanted after this one */
	enum nl_kind kind;   /* of the dump that is under way */
	uint32_t dump_seq;
	bool dump_broken; /* an error, or it changed under it: to be begun anew */

	uint64_t resolved_at, foreign_at;
	struct kernel_status status;
	struct log_limit complaints;
};

/* --- when to read everything --- */

static void
dump_in(struct kernel *k, double seconds)
{
	if (k->dumping) {
		k->again = true;
		return;
	}
	if (ev_is_active(&k->audit) && ev_timer_remaining(k->loop, &k->audit) <= seconds)
		return;
	ev_timer_stop(k->loop, &k->audit);
	ev_timer_set(&k->audit, seconds, 0.);
	ev_timer_start(k->loop, &k->audit);
}

/* --- requests --- */

static void
take_results(struct kernel *k)
{
	struct nl_head head;
	long n;

	while ((n = nl_socket_receive(&k->requests, k->results, RECEIVE_BYTES)) != -EAGAIN) {
		struct rd r = rd_make(k->results, n > 0 ? (size_t)n : 0);
		struct nl_ack ack;

		if (n < 0 && n != -ENOBUFS)
			break;
		while (nl_next(&r, &head))
			if (head.type == NLMSG_ERROR && nl_ack_decode(&head, &ack))
				fib_result(k->fib, head.seq, &ack);
	}
}

static void
send_batch(void *ctx)
{
	struct kernel *k = ctx;
	size_t len = wr_len(&k->w);
	int error;

	if (len == 0)
		return;
	k->w = wr_make(k->batch, BATCH_BYTES);
	k->n_batch = 0;
	error = nl_socket_send(&k->requests, k->batch, len);
	if (error != 0 && log_allowed(&k->complaints, 5, clock_mono()))
		log_error("netlink", "send error=\"%s\"", strerror(-error));
	take_results(k);
	if (fib_results_over(k->fib)) {
		k->status.overruns++;
		dump_in(k, 0.);
	}
}

static struct wr *
next_message(void *ctx)
{
	struct kernel *k = ctx;

	if (k->n_batch == BATCH_MESSAGES || wr_room(&k->w) < NL_MESSAGE_MAX)
		send_batch(k);
	k->n_batch++;
	return &k->w;
}

/* --- what is read --- */

static void
take_message(struct kernel *k, const struct nl_head *head, bool in_dump)
{
	const struct fib_intake intake = { .fib = k->fib,
		.model = k->model,
		.protocol = (uint8_t)k->config.protocol,
		.own_port = k->requests.port };

	switch (fib_intake_take(&intake, head, in_dump)) {
	case FIB_INTAKE_TAKEN: break;
	case FIB_INTAKE_CONSEQUENCES: dump_in(k, SOON_S); break;
	case FIB_INTAKE_MALFORMED: k->status.not_understood++; break;
	}
}

static void
on_notifications(struct ev_loop *loop, ev_io *w, int events)
{
	struct kernel *k = w->data;
	struct nl_head head;
	long n = 0;

	(void)loop;
	(void)events;
	for (unsigned i = 0; i < DATAGRAMS_TURN; i++) {
		struct rd r;

		n = nl_socket_receive(&k->monitor, k->buffer, RECEIVE_BYTES);
		if (n <= 0)
			break;
		for (r = rd_make(k->buffer, (size_t)n); nl_next(&r, &head);) {
			k->status.notifications++;
			take_message(k, &head, false);
		}
	}
	if (n == -ENOBUFS) {
		k->status.overruns++;
		if (log_allowed(&k->complaints, 5, clock_mono()))
			log_warning("netlink", "notifications were lost, reading everything anew");
		dump_in(k, 0.);
	}
}

/* --- dumps --- */

static void
dump_failed(struct kernel *k)
{
	k->dumping = false;
	dump_in(k, SOON_S);
}

static void
dump_kind(struct kernel *k, enum nl_kind kind)
{
	uint8_t request[64];
	struct wr w = wr_make(request, sizeof(request));
	int error;

	k->kind = kind;
	k->dump_broken = false;
	k->dump_seq++;
	send_batch(k); /* so that what was asked for before is before the dump */
	nl_model_dump_begin(k->model, kind);
	switch (kind) {
	case NL_LINKS: nl_dump_links(&w, k->dump_seq); break;
	case NL_NEIGHS: nl_dump_neighs(&w, k->dump_seq); break;
	case NL_NEXTHOPS: nl_dump_nexthops(&w, k->dump_seq); break;
	case NL_ROUTES4:
		fib_dump_begin(k->fib, IP_V4);
		nl_dump_routes(&w, k->dump_seq, IP_V4);
		break;
	default:
		fib_dump_begin(k->fib, IP_V6);
		nl_dump_routes(&w, k->dump_seq, IP_V6);
		break;
	}
	error = nl_socket_send(&k->dumps, request, wr_len(&w));
	if (error != 0) {
		log_error("netlink", "dump error=\"%s\"", strerror(-error));
		dump_failed(k);
	}
}

static void
dump_start(struct kernel *k)
{
	ev_timer_stop(k->loop, &k->audit);
	k->dumping = true;
	k->again = false;
	dump_kind(k, NL_LINKS);
}

static void
dump_whole(struct kernel *k)
{
	uint64_t repairs = k->status.fib.repairs;

	k->dumping = false;
	k->status.dumps++;
	fib_update(k->fib);
	fib_audit(k->fib);
	k->status.fib = *fib_stats(k->fib);
	if (k->status.fib.repairs != repairs)
		log_warning("netlink", "repaired=%llu",
		    (unsigned long long)(k->status.fib.repairs - repairs));
	if (!k->status.synced) {
		k->status.synced = true;
		log_info("netlink", "table=%u metric=%u protocol=%u nexthop-objects=%s ready",
		    k->config.table, k->config.metric, k->config.protocol,
		    k->status.objects ? "yes" : "no");
		push_netlink_up(k->push);
	}
	dump_in(k, k->again ? SOON_S : k->config.audit_s);
}

static void
dump_kind_done(struct kernel *k)
{
	if (k->dump_broken) {
		k->status.interrupted++;
		dump_failed(k);
		return;
	}
	nl_model_dump_end(k->model, k->kind);
	if (k->kind == NL_ROUTES4)
		fib_dump_end(k->fib, IP_V4);
	if (k->kind == NL_ROUTES6)
		fib_dump_end(k->fib, IP_V6);
	if (k->kind + 1 == NL_KINDS)
		dump_whole(k);
	else
		dump_kind(k, k->kind + 1);
}

/* The end of a kind's dump, or an error instead. */
static void
dump_ended(struct kernel *k, const struct nl_head *head)
{
	struct nl_ack ack = { 0 };

	if (head->type == NLMSG_ERROR && nl_ack_decode(head, &ack) && ack.error != 0) {
		if (k->kind != NL_NEXTHOPS) {
			log_error("netlink", "dump kind=%d error=\"%s\"", (int)k->kind,
			    strerror(-ack.error));
			k->dump_broken = true;
		}
	}
	dump_kind_done(k);
}

static void
on_dump_data(struct ev_loop *loop, ev_io *w, int events)
{
	struct kernel *k = w->data;
	struct nl_head head;

	(void)loop;
	(void)events;
	for (unsigned i = 0; i < DATAGRAMS_TURN; i++) {
		long n = nl_socket_receive(&k->dumps, k->buffer, RECEIVE_BYTES);
		struct rd r;

		if (n == -ENOBUFS)
			k->dump_broken = true;
		if (n <= 0)
			break;
		for (r = rd_make(k->buffer, (size_t)n); nl_next(&r, &head);) {
			if (head.seq != k->dump_seq || !k->dumping)
				continue;
			k->dump_broken |= (head.flags & NLM_F_DUMP_INTR) != 0;
			if (head.type == NLMSG_DONE || head.type == NLMSG_ERROR) {
				dump_ended(k, &head);
				break; /* the rest of the datagram, and maybe the buffer, is not its
					  own */
			}
			take_message(k, &head, true);
		}
	}
}

static void
on_audit(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	dump_start(w->data);
}

/* --- turns of the loop --- */

static void
on_more(struct ev_loop *loop, ev_timer *w, int events)
{
	struct kernel *k = w->data;

	(void)loop;
	(void)events;
	push_netlink_more(k->push, clock_mono());
}

static void
on_turn_end(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct kernel *k = w->data;
	bool usable_changed;

	(void)events;
	if (!k->status.synced)
		return;
	usable_changed = fib_update(k->fib);
	if (push_netlink_turn(k->push, usable_changed, clock_mono()) && !ev_is_active(&k->more)) {
		ev_timer_set(&k->more, 0., 0.);
		ev_timer_start(loop, &k->more);
	}
	fib_flush(k->fib);
}

/* --- life --- */

/* True when it is so already, or could be made so; a kernel that does not know it needs it not. */
static bool
set_sysctl(const char *path, char value)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char now = value;
	bool ok = true;

	if (fd < 0)
		return true;
	if (read(fd, &now, 1) == 1 && now != value) {
		close(fd);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		ok = fd >= 0 && write(fd, &value, 1) == 1;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

/* A kernel that says what we need to hear, and no more: see conf/sysctl.d. Without the first one a
 * change of an object is told once for each of its routes (of either family), and those echoes are
 * skipped; without the others nothing is heard of hardware. */
static void
tune_notifications(void)
{
	static const struct {
		const char *path;
		char value;
	} wanted[] = {
		{ "/proc/sys/net/ipv4/nexthop_compat_mode", '0' },
		{ "/proc/sys/net/ipv4/fib_notify_on_flag_change", '1' },
		{ "/proc/sys/net/ipv6/fib_notify_on_flag_change", '1' },
	};

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!set_sysctl(wanted[i].path, wanted[i].value))
			log_info("netlink", "cannot set %s to %c", wanted[i].path, wanted[i].value);
}

/* A kernel older than 5.3 has none. */
static bool
has_objects(struct kernel *k)
{
	uint8_t request[64];
	struct wr w = wr_make(request, sizeof(request));
	struct nl_ack ack = { 0 };
	struct nl_head head;
	struct rd r;
	long n;

	nl_dump_nexthops(&w, 0);
	if (nl_socket_send(&k->requests, request, wr_len(&w)) != 0)
		return false;
	n = nl_socket_receive(&k->requests, k->buffer, RECEIVE_BYTES);
	if (n <= 0)
		return false;
	r = rd_make(k->buffer, (size_t)n);
	if (!nl_next(&r, &head))
		return false;
	return head.type != NLMSG_ERROR || !nl_ack_decode(&head, &ack) || ack.error == 0;
}

static int
open_sockets(struct kernel *k)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR,
		RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP, 0 };
	int error = nl_socket_open(&k->requests, RESULTS_BYTES, NULL);

	if (error == 0)
		error = nl_socket_open(&k->dumps, RESULTS_BYTES, NULL);
	if (error == 0)
		error = nl_socket_open(&k->monitor, k->config.buffer_bytes, groups);
	return error;
}

static void
make_state(struct kernel *k)
{
	struct nl_model_config model = { .table = k->config.table,
		.own = (uint8_t)k->config.protocol };
	struct fib_config fib = { .table = k->config.table,
		.metric = k->config.metric,
		.protocol = (uint8_t)k->config.protocol,
		.via_default = k->config.resolve_via_default };
	const struct fib_ops ops = { .ctx = k, .message = next_message, .flush = send_batch };

	for (size_t i = 0; i < k->config.n_beside; i++) {
		uint8_t protocol;

		if (nl_protocol_parse(k->config.beside[i], &protocol))
			model.beside[protocol] = true;
	}
	k->config.beside = NULL; /* the configuration may go */
	k->config.n_beside = 0;
	fib.objects = k->status.objects = k->config.nexthop_objects && has_objects(k);
	tune_notifications();
	k->model = nl_model_new(&model);
	k->fib = fib_new(&fib, k->model, &ops);
	k->push = push_netlink_new(k->fib, k->model);
}

static void
start(struct kernel *k)
{
	ev_io_init(&k->on_monitor, on_notifications, k->monitor.fd, EV_READ);
	ev_io_init(&k->on_dump, on_dump_data, k->dumps.fd, EV_READ);
	ev_timer_init(&k->audit, on_audit, 0., 0.);
	ev_timer_init(&k->more, on_more, 0., 0.);
	ev_prepare_init(&k->turn_end, on_turn_end);
	ev_set_priority(&k->turn_end, EV_MAXPRI); /* before a run is planned */
	k->on_monitor.data = k->on_dump.data = k->audit.data = k->more.data = k->turn_end.data = k;
	ev_io_start(k->loop, &k->on_monitor);
	ev_io_start(k->loop, &k->on_dump);
	ev_prepare_start(k->loop, &k->turn_end);
	dump_start(k);
}

struct kernel *
kernel_new(struct ev_loop *loop, const struct config_netlink *config)
{
	struct kernel *k = mem_alloc(MEM_KERNEL, sizeof(*k));
	int error;

	k->loop = loop;
	k->config = *config;
	k->batch = mem_alloc(MEM_KERNEL, BATCH_BYTES);
	k->buffer = mem_alloc(MEM_KERNEL, RECEIVE_BYTES);
	k->results = mem_alloc(MEM_KERNEL, RECEIVE_BYTES);
	k->w = wr_make(k->batch, BATCH_BYTES);
	k->requests.fd = k->dumps.fd = k->monitor.fd = -1;
	error = open_sockets(k);
	if (error != 0) {
		log_error("netlink", "socket error=\"%s\"", strerror(-error));
		kernel_free(k);
		return NULL;
	}
	make_state(k);
	start(k);
	return k;
}

void
kernel_free(struct kernel *k)
{
	if (k == NULL)
		return;
	if (k->fib != NULL) {
		ev_io_stop(k->loop, &k->on_monitor);
		ev_io_stop(k->loop, &k->on_dump);
		ev_timer_stop(k->loop, &k->audit);
		ev_timer_stop(k->loop, &k->more);
		ev_prepare_stop(k->loop, &k->turn_end);
		send_batch(k);
	}
	push_netlink_free(k->push);
	fib_free(k->fib);
	nl_model_free(k->model);
	nl_socket_close(&k->requests);
	nl_socket_close(&k->dumps);
	nl_socket_close(&k->monitor);
	mem_free(MEM_KERNEL, k->batch);
	mem_free(MEM_KERNEL, k->buffer);
	mem_free(MEM_KERNEL, k->results);
	mem_free(MEM_KERNEL, k);
}

void
kernel_withdraw(struct kernel *k)
{
	fib_withdraw_all(k->fib);
}

unsigned
kernel_attach(struct kernel *k, struct target *t)
{
	return push_netlink_attach(k->push, t);
}

void
kernel_status(const struct kernel *k, struct kernel_status *out)
{
	*out = k->status;
	out->fib = *fib_stats(k->fib);
}

const struct fib *
kernel_fib(const struct kernel *k)
{
	return k->fib;
}
