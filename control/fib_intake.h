/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel says, to whom it concerns: routes of our protocol to fib.h, everything else to
 * the model. Pure: a message of a notification or a dump at a time.
 */
#ifndef CONTROL_FIB_INTAKE_H
#define CONTROL_FIB_INTAKE_H

#include "control/fib.h"

struct fib_intake {
	struct fib *fib;
	struct nl_model *model;
	uint8_t protocol;  /* of our routes */
	uint32_t own_port; /* of the socket that sends our requests */
};

enum fib_intake_result {
	FIB_INTAKE_TAKEN,
	FIB_INTAKE_CONSEQUENCES, /* the kernel may do more for it than it tells: read everything */
	FIB_INTAKE_MALFORMED     /* to be counted */
};

/* Messages of other types are taken, and nothing is done. */
enum fib_intake_result fib_intake_take(
    const struct fib_intake *in, const struct nl_head *head, bool in_dump);

#endif
