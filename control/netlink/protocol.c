/* SPDX-License-Identifier: Apache-2.0 */
#include "control/netlink/protocol.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint8_t number;
} known[] = {
	{ "redirect", 1 },
	{ "kernel", 2 },
	{ "boot", 3 },
	{ "static", 4 },
	{ "gated", 8 },
	{ "ra", 9 },
	{ "mrt", 10 },
	{ "zebra", 11 },
	{ "bird", 12 },
	{ "dnrouted", 13 },
	{ "xorp", 14 },
	{ "ntk", 15 },
	{ "dhcp", 16 },
	{ "keepalived", 18 },
	{ "babel", 42 },
	{ "openr", 99 },
	{ "bgp", 186 },
	{ "isis", 187 },
	{ "ospf", 188 },
	{ "rip", 189 },
	{ "ripng", 190 },
	{ "nhrp", 191 },
	{ "eigrp", 192 },
	{ "ldp", 193 },
	{ "sharp", 194 },
	{ "pbr", 195 },
	{ "zstatic", 196 },
	{ "openfabric", 197 },
	{ "srte", 198 },
};

bool
nl_protocol_parse(const char *text, uint8_t *out)
{
	char *end;
	unsigned long n;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i].name, text) == 0) {
			*out = known[i].number;
			return true;
		}
	if (text[0] < '0' || text[0] > '9')
		return false;
	n = strtoul(text, &end, 10);
	*out = (uint8_t)n;
	return *end == '\0' && n <= UINT8_MAX;
}
