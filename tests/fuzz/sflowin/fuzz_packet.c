/* SPDX-License-Identifier: Apache-2.0 */
/* Sampled frames: the first octet is the header protocol, the rest the frame. */
#include <stdint.h>

#include "sflowin/pkt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sflow_sample p, again;

	if (size < 1 || !sflow_packet_decode(data[0], data + 1, size - 1, &p))
		return 0;
	ASSERT(p.src.family == p.dst.family && p.src.family < IP_FAMILIES);
	ASSERT(size > (p.src.family == IP_V4 ? 20 : 40));
	ASSERT(p.src.family == IP_V6 || (p.src.lo | p.dst.lo) == 0);
	/* The same again gives the same. */
	ASSERT(sflow_packet_decode(data[0], data + 1, size - 1, &again));
	ASSERT(ip_equal(&p.src, &again.src) && ip_equal(&p.dst, &again.dst));
	return 0;
}
