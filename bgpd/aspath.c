/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A path is a list of segments {type 1, count 1, count AS numbers}. bgp_aspath_check() is the gate:
 * it is on the hot path (once an UPDATE) and everything else here may assume what it accepted, so
 * the other functions meet no error but a full writer.
 */
#include "bgpd/aspath.h"

#include "bgpd/proto.h"

static bool
is_confed(uint8_t type)
{
	return type == ROUTE_AS_CONFED_SEQUENCE || type == ROUTE_AS_CONFED_SET;
}

const char *
bgp_aspath_check(struct span path, size_t as_size, uint32_t local_as, struct bgp_aspath_info *info)
{
	struct rd r = rd_make(path.data, path.len);

	*info = (struct bgp_aspath_info){ .has_local = false };
	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r);
		struct rd ases = rd_sub(&r, count, as_size);

		if (!rd_ok(&r))
			return "AS_PATH segment overruns the attribute";
		if (type < ROUTE_AS_SET || type > ROUTE_AS_CONFED_SET)
			return "AS_PATH segment type";
		if (count == 0)
			return "AS_PATH segment without AS numbers";
		info->has_confed |= is_confed(type);
		while (rd_left(&ases) > 0) {
			uint32_t as = as_size == 4 ? rd_u32(&ases) : rd_u16(&ases);

			if (as == 0)
				return "AS 0 in AS_PATH";
			info->has_local |= as == local_as;
		}
	}
	return NULL;
}

void
bgp_aspath_widen(struct wr *w, struct span path)
{
	struct rd r = rd_make(path.data, path.len);

	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r);

		wr_u8(w, type);
		wr_u8(w, count);
		for (unsigned i = 0; i < count; i++)
			wr_u32(w, rd_u16(&r));
	}
}

void
bgp_aspath_merge(struct wr *w, struct span path, struct span as4_path)
{
	unsigned have = route_as_path_length(path), as4 = route_as_path_length(as4_path);
	unsigned lead = have - as4;
	struct rd r = rd_make(path.data, path.len);
	struct rd tail = rd_make(as4_path.data, as4_path.len);

	if (as4 > have) {
		wr_bytes(w, path.data, path.len);
		return;
	}
	/* The front: confederation segments go along as long as they lead, they count nothing. */
	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r), take = count;
		const uint8_t *ases = rd_bytes(&r, (size_t)count * 4);

		if (!is_confed(type)) {
			if (lead == 0)
				break;
			if (type == ROUTE_AS_SEQUENCE && count > lead)
				take = (uint8_t)lead;
			lead -= type == ROUTE_AS_SET ? 1 : take;
		}
		wr_u8(w, type);
		wr_u8(w, take);
		wr_bytes(w, ases, (size_t)take * 4);
	}
	while (rd_left(&tail) > 0) {
		uint8_t type = rd_u8(&tail), count = rd_u8(&tail);
		const uint8_t *ases = rd_bytes(&tail, (size_t)count * 4);

		if (is_confed(type))
			continue;
		wr_u8(w, type);
		wr_u8(w, count);
		wr_bytes(w, ases, (size_t)count * 4);
	}
}

void
bgp_aspath_prepend(struct wr *w, struct span path, uint32_t as)
{
	struct rd r = rd_make(path.data, path.len);
	uint8_t count = 0;

	/* Into the first segment if that is a sequence with room for one more. */
	if (rd_left(&r) > 0 && path.data[0] == ROUTE_AS_SEQUENCE && path.data[1] < UINT8_MAX) {
		rd_skip(&r, 1);
		count = rd_u8(&r);
	}
	wr_u8(w, ROUTE_AS_SEQUENCE);
	wr_u8(w, (uint8_t)(count + 1));
	wr_u32(w, as);
	wr_bytes(w, r.pos, rd_left(&r));
}

bool
bgp_aspath_narrow(struct wr *w, struct span path)
{
	struct rd r = rd_make(path.data, path.len);
	bool lossy = false;

	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r);

		wr_u8(w, type);
		wr_u8(w, count);
		for (unsigned i = 0; i < count; i++) {
			uint32_t as = rd_u32(&r);

			lossy |= as > UINT16_MAX;
			wr_u16(w, (uint16_t)(as <= UINT16_MAX ? as : BGP_AS_TRANS));
		}
	}
	return lossy;
}
