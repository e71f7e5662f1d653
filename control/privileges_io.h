/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hotfibd may do: nothing that any user may not, but CAP_NET_ADMIN where it writes routes into
 * the kernel. A service manager starts it so; started as root, it can change to a user by itself.
 */
#ifndef CONTROL_PRIVILEGES_IO_H
#define CONTROL_PRIVILEGES_IO_H

#include "lib/base.h"

/* Become this user and its groups for good. Of root's capabilities those remain that the start
 * needs: CAP_NET_ADMIN, and CAP_NET_BIND_SERVICE to listen on ports below 1024. 0 or -errno
 * (-ENOENT: no such user; -EPERM: we are not root). */
MUST_CHECK int privileges_become(const char *user);

/* The start is over. Unless we are root itself, keep CAP_NET_ADMIN if we have it and it is needed,
 * and no other capability, also not through what we execute. 0 or -errno. */
MUST_CHECK int privileges_settle(bool need_net_admin);

/* Do we have CAP_NET_ADMIN now? */
bool privileges_net_admin(void);

#endif
