/* SPDX-License-Identifier: Apache-2.0 */
#include "sflowin/forward_io.h"

#include <errno.h>
#include <unistd.h>

#include "lib/mem.h"
#include "sflowin/sockaddr_io.h"

struct sflow_forwarder {
	int fds[IP_FAMILIES]; /* -1 where no collector needs one */
	size_t n;
	union sflow_sockaddr to[];
};

int
sflow_forwarder_new(const struct sflow_forward *to, size_t n, struct sflow_forwarder **out)
{
	struct sflow_forwarder *f = mem_alloc(MEM_SFLOW, sizeof(*f) + n * sizeof(f->to[0]));
	int rc;

	f->n = n;
	f->fds[IP_V4] = f->fds[IP_V6] = -1;
	for (size_t i = 0; i < n; i++) {
		int *fd = &f->fds[to[i].address.family];

		f->to[i] = sflow_sockaddr_make(&to[i].address, to[i].port);
		if (*fd >= 0)
			continue;
		*fd = socket(f->to[i].sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (*fd < 0) {
			rc = -errno;
			sflow_forwarder_free(f);
			return rc;
		}
	}
	*out = f;
	return 0;
}

void
sflow_forwarder_free(struct sflow_forwarder *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < IP_FAMILIES; i++)
		if (f->fds[i] >= 0)
			close(f->fds[i]);
	mem_free(MEM_SFLOW, f);
}

/* Hand the messages to the kernel: those it does not take are errors, and only a full buffer
 * speaks for all that are left. */
static void
send_all(int fd, struct mmsghdr *messages, size_t n, struct sflow_udp_stats *stats)
{
	size_t i = 0;

	while (i < n) {
		int sent = sendmmsg(fd, &messages[i], (unsigned)(n - i), MSG_DONTWAIT);

		if (sent > 0) {
			stats->forwarded += (unsigned)sent;
			i += (unsigned)sent;
		} else if (errno == EAGAIN || errno == ENOBUFS) {
			stats->forward_errors += n - i;
			return;
		} else if (errno != EINTR) {
			stats->forward_errors++;
			i++;
		}
	}
}

void
sflow_forwarder_send(
    struct sflow_forwarder *f, struct iovec *datagrams, size_t n, struct sflow_udp_stats *stats)
{
	struct mmsghdr messages[SFLOW_FORWARD_BATCH] = { 0 };

	ASSERT(n <= SFLOW_FORWARD_BATCH);
	for (size_t i = 0; i < f->n; i++) {
		for (size_t k = 0; k < n; k++) {
			messages[k].msg_hdr = (struct msghdr){
				.msg_name = &f->to[i],
				.msg_namelen = sflow_sockaddr_len(&f->to[i]),
				.msg_iov = &datagrams[k],
				.msg_iovlen = 1,
			};
		}
		send_all(
		    f->fds[f->to[i].sa.sa_family == AF_INET ? IP_V4 : IP_V6], messages, n, stats);
	}
}
