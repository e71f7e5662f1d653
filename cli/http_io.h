/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP over the daemon's unix socket. */
#ifndef CLI_HTTP_IO_H
#define CLI_HTTP_IO_H

#include "cli/cli.h"

/* cli->get of the real program. */
int cli_http_get(const struct cli *cli, const char *path, struct str *body, long *status,
    char error[static 256]);

/* cli->post. */
int cli_http_post(const struct cli *cli, const char *path, struct str *body, long *status,
    char error[static 256]);

/* cli->download. */
int cli_http_download(const struct cli *cli, const char *path, FILE *to, struct str *body,
    long *status, char error[static 256]);

#endif
