/* SPDX-License-Identifier: Apache-2.0 */
#include "sflowin/datagram.h"

#define VERSION_5 5

/* enum address_type; UNKNOWN = 0 names no agent, so it is not accepted here. */
enum {
	ADDRESS_IP_V4 = 1,
	ADDRESS_IP_V6 = 2
};

static bool
read_address(struct rd *r, struct ip_addr *out)
{
	uint32_t type = rd_u32(r);
	const uint8_t *bytes;

	if (type != ADDRESS_IP_V4 && type != ADDRESS_IP_V6)
		return false;
	bytes = rd_bytes(r, type == ADDRESS_IP_V4 ? 4 : 16);
	if (bytes == NULL)
		return false;
	*out = sflow_addr_unmap(ip_from_bytes(type == ADDRESS_IP_V4 ? IP_V4 : IP_V6, bytes));
	return true;
}

bool
sflow_datagram_decode(const uint8_t *data, size_t len, struct sflow_datagram *out)
{
	struct rd r = rd_make(data, len);

	if (rd_u32(&r) != VERSION_5 || !read_address(&r, &out->agent))
		return false;
	out->sub_agent = rd_u32(&r);
	out->sequence = rd_u32(&r);
	out->uptime_ms = rd_u32(&r);
	out->n_samples = rd_u32(&r);
	out->samples = r;
	return rd_ok(&r);
}
