/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/route.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/rd.h"

/* snprintf that keeps counting past the end of the buffer. */
struct text {
	char *buf;
	size_t size, len;
};

static PRINTF_LIKE(2, 3) void add(struct text *t, const char *fmt, ...)
{
	size_t at = t->len < t->size ? t->len : t->size;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->size > 0 ? t->buf + at : NULL, t->size - at, fmt, args);
	va_end(args);
	ASSERT(n >= 0);
	t->len += (size_t)n;
}

unsigned
route_as_path_length(struct span as_path)
{
	struct rd r = rd_make(as_path.data, as_path.len);
	unsigned length = 0;

	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r);

		rd_skip(&r, (size_t)count * 4);
		if (type == ROUTE_AS_SEQUENCE)
			length += count;
		else if (type == ROUTE_AS_SET)
			length += 1;
	}
	return length;
}

uint32_t
route_as_path_first(struct span as_path)
{
	struct rd r = rd_make(as_path.data, as_path.len);

	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r);

		if (type == ROUTE_AS_SEQUENCE && count > 0)
			return rd_u32(&r);
		if (type == ROUTE_AS_SET)
			return 0;
		rd_skip(&r, (size_t)count * 4);
	}
	return 0;
}

uint32_t
route_as_path_origin(struct span as_path)
{
	struct rd r = rd_make(as_path.data, as_path.len);
	uint32_t origin = 0;

	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r);

		if (type == ROUTE_AS_SEQUENCE && count > 0) {
			rd_skip(&r, ((size_t)count - 1) * 4);
			origin = rd_u32(&r);
		} else {
			rd_skip(&r, (size_t)count * 4);
			if (type == ROUTE_AS_SET)
				origin = 0;
		}
	}
	return origin;
}

size_t
route_as_path_format(struct span as_path, char separator, char *buf, size_t size)
{
	struct rd r = rd_make(as_path.data, as_path.len);
	struct text t = { .buf = buf, .size = size };
	bool first = true;

	if (size > 0)
		buf[0] = '\0';
	while (rd_left(&r) > 0) {
		uint8_t type = rd_u8(&r), count = rd_u8(&r);
		struct rd ases = rd_sub(&r, count, 4);
		bool set = type == ROUTE_AS_SET || type == ROUTE_AS_CONFED_SET;
		bool confed = type >= ROUTE_AS_CONFED_SEQUENCE;
		bool inner_first = true;

		if (!first)
			add(&t, "%c", separator);
		first = false;
		if (set || confed)
			add(&t, "%c", set ? '{' : '(');
		while (rd_left(&ases) > 0) {
			if (!inner_first)
				add(&t, "%c", set ? ',' : separator);
			inner_first = false;
			add(&t, "%u", rd_u32(&ases));
		}
		if (set || confed)
			add(&t, "%c", set ? '}' : ')');
	}
	return t.len;
}

size_t
route_communities_format(struct span communities, char separator, char *buf, size_t size)
{
	struct rd r = rd_make(communities.data, communities.len);
	struct text t = { .buf = buf, .size = size };

	if (size > 0)
		buf[0] = '\0';
	while (rd_left(&r) >= 4) {
		uint16_t as = rd_u16(&r), value = rd_u16(&r);

		if (t.len > 0)
			add(&t, "%c", separator);
		add(&t, "%u:%u", as, value);
	}
	return t.len;
}

size_t
route_large_format(struct span large_communities, char separator, char *buf, size_t size)
{
	struct rd r = rd_make(large_communities.data, large_communities.len);
	struct text t = { .buf = buf, .size = size };

	if (size > 0)
		buf[0] = '\0';
	while (rd_left(&r) >= 12) {
		uint32_t as = rd_u32(&r), one = rd_u32(&r), two = rd_u32(&r);

		if (t.len > 0)
			add(&t, "%c", separator);
		add(&t, "%u:%u:%u", as, one, two);
	}
	return t.len;
}

/* One extended community: type, subtype and 6 bytes, whose shape the type says. */
static void
add_ext(struct text *t, uint64_t value)
{
	/* Bit 6 says non-transitive, and does not change the shape. */
	uint8_t type = (uint8_t)(value >> 56) & 0xbf, subtype = (uint8_t)(value >> 48);
	const char *name = subtype == 2 ? "rt" : "ro";
	struct ip_addr id = ip_v4((uint32_t)(value >> 16));
	char text[IP_TEXT_MAX];

	if ((subtype != 2 && subtype != 3) || type > 2)
		add(t, "%016llx", (unsigned long long)value);
	else if (type == 0)
		add(t, "%s:%u:%u", name, (unsigned)(value >> 32) & 0xffff, (unsigned)value);
	else if (type == 1)
		add(t, "%s:%s:%u", name, ip_format(&id, text), (unsigned)value & 0xffff);
	else
		add(t, "%s:%u:%u", name, (unsigned)(value >> 16), (unsigned)value & 0xffff);
}

size_t
route_ext_format(struct span ext_communities, char separator, char *buf, size_t size)
{
	struct rd r = rd_make(ext_communities.data, ext_communities.len);
	struct text t = { .buf = buf, .size = size };

	if (size > 0)
		buf[0] = '\0';
	while (rd_left(&r) >= 8) {
		if (t.len > 0)
			add(&t, "%c", separator);
		add_ext(&t, rd_u64(&r));
	}
	return t.len;
}

size_t
route_clusters_format(struct span cluster_list, char separator, char *buf, size_t size)
{
	struct rd r = rd_make(cluster_list.data, cluster_list.len);
	struct text t = { .buf = buf, .size = size };

	if (size > 0)
		buf[0] = '\0';
	while (rd_left(&r) >= 4) {
		struct ip_addr id = ip_v4(rd_u32(&r));
		char text[IP_TEXT_MAX];

		if (t.len > 0)
			add(&t, "%c", separator);
		add(&t, "%s", ip_format(&id, text));
	}
	return t.len;
}

const char *
route_origin_name(uint8_t origin)
{
	static const char *const names[] = { "IGP", "EGP", "INCOMPLETE" };

	return origin < ARRAY_LEN(names) ? names[origin] : "INCOMPLETE";
}

bool
route_has_community(struct span communities, uint32_t value)
{
	struct rd r = rd_make(communities.data, communities.len);

	while (rd_left(&r) >= 4)
		if (rd_u32(&r) == value)
			return true;
	return false;
}
