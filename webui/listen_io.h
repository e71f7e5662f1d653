/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets to listen on: non-blocking, close-on-exec. Each call gives a descriptor or -errno. */
#ifndef WEBUI_LISTEN_IO_H
#define WEBUI_LISTEN_IO_H

#include <sys/stat.h>

#include "lib/ip.h"

MUST_CHECK int web_listen_tcp(const struct ip_addr *address, uint16_t port);

/* A unix socket, mode 0660; see web_http_listen_unix(). `*made` says which file it is. */
MUST_CHECK int web_listen_unix(const char *path, struct stat *made);

/* Remove the socket file, if it is still the one that was made. */
void web_unlisten_unix(const char *path, const struct stat *made);

/* The port a TCP listener got. */
uint16_t web_listen_port(int fd);

#endif
