/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities(7), without libcap: two system calls and three words of bits. */
#include "control/privileges_io.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(cap) (UINT64_C(1) << (cap))

struct caps {
	uint64_t effective, permitted;
};

static int
get_caps(struct caps *out)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	out->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	out->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	return 0;
}

/* Exactly these, effective and permitted, and none to pass on. */
static int
set_caps(uint64_t caps)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].effective = data[i].permitted = (uint32_t)(caps >> 32 * i);
	/* The ambient ones are no more than the inheritable ones, so they go, too. */
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int
privileges_become(const char *user)
{
	const struct passwd *pw = (errno = 0, getpwnam(user));
	int r;

	if (pw == NULL)
		return errno != 0 ? -errno : -ENOENT;
	if (geteuid() != 0)
		return pw->pw_uid == geteuid() ? 0 : -EPERM;
	/* KEEPCAPS: permitted ones outlive setresuid(); it is off again at the next execve(). */
	if (initgroups(user, pw->pw_gid) < 0 || prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) < 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
		return -errno;
	r = set_caps(BIT(CAP_NET_ADMIN) | BIT(CAP_NET_BIND_SERVICE));
	return r;
}

int
privileges_settle(bool need_net_admin)
{
	struct caps caps;
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return -errno;
	if (geteuid() == 0)
		return 0;
	r = get_caps(&caps);
	if (r < 0)
		return r;
	return set_caps(need_net_admin ? caps.permitted & BIT(CAP_NET_ADMIN) : 0);
}

bool
privileges_net_admin(void)
{
	struct caps caps;

	return get_caps(&caps) == 0 && (caps.effective & BIT(CAP_NET_ADMIN)) != 0;
}
