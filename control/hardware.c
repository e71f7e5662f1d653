/* SPDX-License-Identifier: Apache-2.0 */
#include "control/hardware.h"

#include <string.h>

/* Which tables routes of a family go to: one of its own or a shared one, and all routes count in
 * the total. Long IPv6 prefixes have their own table where IPv4 and IPv6 share; how many of ours
 * are long is not known here, so that table only limits when it is full. */
static const enum sflow_asic_table tables_of[IP_FAMILIES][4] = {
	[IP_V4] = { ASIC_IPV4, ASIC_IPV4_IPV6, ASIC_TOTAL_ROUTES, ASIC_TABLES },
	[IP_V6] = { ASIC_IPV6, ASIC_IPV4_IPV6, ASIC_TOTAL_ROUTES, ASIC_TABLES },
};

static bool
is_shared(enum sflow_asic_table table)
{
	return table == ASIC_IPV4_IPV6 || table == ASIC_TOTAL_ROUTES;
}

static size_t
less(size_t a, size_t b)
{
	return a - size_min(a, b);
}

/* What one table leaves to the family. */
static size_t
room_in(const struct asic_tables *t, enum sflow_asic_table table, enum ip_family family,
    const struct hardware_held *held, double reserve)
{
	enum ip_family other = family == IP_V4 ? IP_V6 : IP_V4;
	size_t max = t->table[table].max;
	size_t foreign = less(t->table[table].used, held->most[family]);

	max = less(max, (size_t)(reserve * (double)max));
	if (!is_shared(table))
		return less(max, foreign);
	foreign = less(foreign, held->most[other]);
	return less(less(max, foreign), held->now[other]);
}

bool
hardware_room(const struct asic_tables *t, enum ip_family family, const struct hardware_held *held,
    double reserve, size_t *room)
{
	bool known = false;

	*room = SIZE_MAX;
	for (const enum sflow_asic_table *i = tables_of[family]; *i != ASIC_TABLES; i++) {
		if (t->table[*i].max == 0)
			continue;
		known = true;
		*room = size_min(*room, room_in(t, *i, family, held, reserve));
	}
	return known;
}

static bool
is_full(const struct asic_tables *t, enum sflow_asic_table table)
{
	return t->table[table].max > 0 && t->table[table].used >= t->table[table].max;
}

enum sflow_asic_table
hardware_full(const struct asic_tables *t, enum ip_family family)
{
	if (family == IP_V6 && is_full(t, ASIC_LONG_IPV6))
		return ASIC_LONG_IPV6;
	for (const enum sflow_asic_table *i = tables_of[family]; *i != ASIC_TABLES; i++)
		if (is_full(t, *i))
			return *i;
	return ASIC_TABLES;
}

enum sflow_asic_table
hardware_main_table(const struct asic_tables *t)
{
	static const enum sflow_asic_table order[] = { ASIC_TOTAL_ROUTES, ASIC_IPV4_IPV6,
		ASIC_IPV4 };

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (t->table[order[i]].max > 0)
			return order[i];
	return ASIC_TABLES;
}

void
hardware_memory_init(struct hardware_memory *m, struct mono now)
{
	*m = (struct hardware_memory){ .started = now, .bucket_start = now };
}

void
hardware_memory_note(struct hardware_memory *m, const size_t held[static IP_FAMILIES],
    struct mono now, struct hardware_held *out)
{
	if (mono_sub_s(now, m->bucket_start) >= HARDWARE_LAG_S) {
		memcpy(m->bucket[1], m->bucket[0], sizeof(m->bucket[1]));
		memset(m->bucket[0], 0, sizeof(m->bucket[0]));
		m->bucket_start = now;
	}
	for (int f = 0; f < IP_FAMILIES; f++) {
		size_t *this = &m->bucket[0][f];

		if (held[f] > *this)
			*this = held[f];
		out->now[f] = held[f];
		out->most[f] = *this > m->bucket[1][f] ? *this : m->bucket[1][f];
		if (mono_sub_s(now, m->started) < HARDWARE_LAG_S)
			out->most[f] = SIZE_MAX;
	}
}

bool
hardware_number(const char *text, size_t len, uint32_t *out)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
		n = n * 10 + (uint64_t)(text[i] - '0');
		if (n > UINT32_MAX)
			return false;
	}
	if (i == 0)
		return false;
	while (i < len && (text[i] == '\n' || text[i] == ' '))
		i++;
	*out = (uint32_t)n;
	return i == len;
}
