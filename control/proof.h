/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof on demand: what a port is believed to hold, against the RIB, for every address. It is
 * made part by part of the address space, so that the loop is not held; each part is exact for the
 * moment at which it is looked at, whatever changes between the parts.
 */
#ifndef CONTROL_PROOF_H
#define CONTROL_PROOF_H

#include "control/select/verify.h"
#include "control/target.h"

/* Zeroed to begin. */
struct proof {
	unsigned port;
	uint8_t family;
	uint32_t part;            /* the next one */
	struct verify_result sum; /* of this port and family so far */
};

/* Look at some more, some milliseconds' worth. True with `sum`, `port` and `family` of *out set
 * when a port's family is complete; false with *done where all are, or where there is more. */
bool proof_step(const struct target *t, struct proof *p, struct proof *out, bool *done);

#endif
