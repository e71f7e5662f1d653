/* SPDX-License-Identifier: Apache-2.0 */
/* The sub-commands of hotfib-lab. Each is handed its positional words and has had its options
 * parsed; it gives the exit code. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "tests/lab/options.h"

#define LAB_OK     0
#define LAB_FAILED 1
#define LAB_USAGE  2

/* Rows of each command's own options. */
extern const struct option_row feed_options[], sink_options[], stream_options[], traffic_options[];

int feed_main(const char **words);
int sink_main(const char **words);
int stream_main(const char **words);
int table_main(const char **words);
int traffic_main(const char **words);

#endif
