/* SPDX-License-Identifier: Apache-2.0 */
#include "control/state.h"

#include <math.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/rd.h"
#include "lib/wr.h"

#define HEAD_BYTES  (4 + 2 + 8 + 4)
#define HASH_BYTES  32
#define POINT_BYTES (8 + 1 + 4)
/* Of a record at least, and at most without points. */
#define RECORD_BYTES_MIN (1 + 4 * 4 + 2 * 4 + 1)
#define RECORD_BYTES_MAX (RECORD_BYTES_MIN + 16)
#define TABLE_BYTES      (1 + 1 + 8 * 4 + 4)
#define TARGET_BYTES     (IP_FAMILIES * 3 * 4)

static const char magic[4] = { 'H', 'F', 'S', 'T' };

void
state_fini(struct state *s)
{
	for (size_t i = 0; i < s->n_tables; i++) {
		mem_free(MEM_MISC, s->tables[i].router);
		mem_free(MEM_MISC, s->tables[i].records);
	}
	for (size_t i = 0; i < s->n_ceilings; i++)
		mem_free(MEM_MISC, s->ceilings[i].port);
	mem_free(MEM_MISC, s->tables);
	mem_free(MEM_MISC, s->ceilings);
	*s = (struct state){ 0 };
}

/* --- writing --- */

static void
put_real(struct wr *w, double value)
{
	float f = (float)value;
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	wr_u32(w, bits);
}

static void
put_name(struct wr *w, const char *name)
{
	size_t n = strlen(name);

	ASSERT(n <= STATE_NAME_MAX);
	wr_u8(w, (uint8_t)n);
	wr_bytes(w, name, n);
}

static void
put_totals(struct wr *w, const struct traffic_saved_totals *t)
{
	put_real(w, t->tau_s);
	put_real(w, t->unfilled);
	put_real(w, t->samples_per_s);
	put_real(w, t->demand_bps);
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		put_real(w, t->total_bps[d]);
		put_real(w, t->unrouted_bps[d]);
	}
}

static void
put_record(struct wr *w, const struct state_record *r)
{
	struct ip_addr a = { r->prefix.hi, r->prefix.lo, r->prefix.family };
	uint8_t bytes[16];

	ip_to_bytes(&a, bytes);
	wr_u8(w, r->prefix.len);
	wr_bytes(w, bytes, (r->prefix.len + 7u) / 8);
	put_real(w, r->traffic.demand_bps);
	put_real(w, r->traffic.demand_square);
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		put_real(w, r->traffic.rate_bps[d]);
		put_real(w, r->traffic.idle_s[d]);
	}
	wr_u8(w, (uint8_t)r->traffic.n_points);
	for (unsigned k = 0; k < r->traffic.n_points; k++) {
		wr_u64(w, r->traffic.points[k].prefix.hi);
		wr_u8(w, r->traffic.points[k].prefix.len);
		put_real(w, r->traffic.points[k].weight);
	}
}

static size_t
room_for(const struct state *s)
{
	size_t n = HEAD_BYTES + HASH_BYTES + 5 + TARGET_BYTES;

	for (size_t i = 0; i < s->n_tables; i++)
		n += STATE_NAME_MAX + TABLE_BYTES +
		     s->tables[i].n * (RECORD_BYTES_MAX + TRAFFIC_POINTS * POINT_BYTES);
	return n + s->n_ceilings * (STATE_NAME_MAX + 6);
}

static void
put_body(struct wr *w, const struct state *s)
{
	wr_u16(w, (uint16_t)s->n_tables);
	for (size_t i = 0; i < s->n_tables; i++) {
		const struct state_table *t = &s->tables[i];

		put_name(w, t->router);
		wr_u8(w, (uint8_t)t->family);
		put_totals(w, &t->totals);
		wr_u32(w, (uint32_t)t->n);
		for (size_t k = 0; k < t->n; k++)
			put_record(w, &t->records[k]);
	}
	wr_u16(w, (uint16_t)s->n_ceilings);
	for (size_t i = 0; i < s->n_ceilings; i++) {
		put_name(w, s->ceilings[i].port);
		wr_u8(w, (uint8_t)s->ceilings[i].family);
		wr_u32(w, s->ceilings[i].entries);
	}
	for (int f = 0; f < IP_FAMILIES; f++) {
		put_real(w, s->target[f].selector.price_bps);
		wr_u32(w, s->target[f].selector.exact_permille);
		wr_u32(w, (uint32_t)s->target[f].quota);
	}
	wr_u8(w, s->frozen);
}

static void
hash(const uint8_t *data, size_t len, uint8_t out[HASH_BYTES])
{
	unsigned n = HASH_BYTES;

	ASSERT(EVP_Digest(data, len, out, &n, EVP_sha256(), NULL) == 1);
}

uint8_t *
state_write(const struct state *s, size_t *len)
{
	size_t room = room_for(s), length_at;
	uint8_t *data = mem_alloc(MEM_MISC, room), digest[HASH_BYTES];
	struct wr w = wr_make(data, room), length;

	ASSERT(s->n_tables <= STATE_PARTS_MAX && s->n_ceilings <= STATE_PARTS_MAX);
	wr_bytes(&w, magic, sizeof(magic));
	wr_u16(&w, STATE_VERSION);
	wr_u64(&w, (uint64_t)s->wall_ms);
	length_at = wr_len(&w);
	wr_u32(&w, 0);
	put_body(&w, s);
	length = wr_make(data + length_at, 4);
	wr_u32(&length, (uint32_t)(wr_len(&w) - HEAD_BYTES));
	hash(data, wr_len(&w), digest);
	wr_bytes(&w, digest, sizeof(digest));
	ASSERT(wr_ok(&w));
	*len = wr_len(&w);
	return data;
}

/* --- reading --- */

/* A rate, a time: not negative, not NaN. */
static bool
get_real(struct rd *r, double *out)
{
	uint32_t bits = rd_u32(r);
	float f;

	memcpy(&f, &bits, sizeof(f));
	*out = (double)f;
	return f >= 0;
}

static bool
get_finite(struct rd *r, double *out)
{
	return get_real(r, out) && isfinite(*out);
}

static char *
get_name(struct rd *r)
{
	size_t n = rd_u8(r);
	const uint8_t *bytes = rd_bytes(r, n);
	struct str name;

	if (bytes == NULL || n == 0 || memchr(bytes, '\0', n) != NULL)
		return NULL;
	str_init(&name, MEM_MISC);
	str_add_n(&name, (const char *)bytes, n);
	return name.text;
}

static bool
get_family(struct rd *r, enum ip_family *out)
{
	uint8_t family = rd_u8(r);

	*out = (enum ip_family)family;
	return family < IP_FAMILIES;
}

static bool
get_totals(struct rd *r, struct traffic_saved_totals *t)
{
	bool ok = get_finite(r, &t->tau_s) && t->tau_s >= 1 && t->tau_s <= 1e6;

	ok = ok && get_finite(r, &t->unfilled) && t->unfilled <= 1;
	ok = ok && get_finite(r, &t->samples_per_s) && get_finite(r, &t->demand_bps);
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++)
		ok = ok && get_finite(r, &t->total_bps[d]) && get_finite(r, &t->unrouted_bps[d]);
	return ok;
}

static bool
get_prefix(struct rd *r, enum ip_family family, struct ip_prefix *p)
{
	unsigned len = rd_u8(r), bytes = (len + 7) / 8;
	uint8_t address[16] = { 0 };
	struct ip_addr a;

	if (len > ip_bits(family))
		return false;
	rd_copy(r, address, bytes);
	a = ip_from_bytes(family, address);
	*p = prefix_make(family, a.hi, a.lo, len);
	return true;
}

static bool
get_points(struct rd *r, enum ip_family family, struct traffic_saved *t)
{
	t->n_points = rd_u8(r);
	if (t->n_points > TRAFFIC_POINTS)
		return false;
	for (unsigned k = 0; k < t->n_points; k++) {
		uint64_t hi = rd_u64(r);
		uint8_t len = rd_u8(r);

		if (len == 0 || len > ip_bits(family) || len > 64 ||
		    !get_finite(r, &t->points[k].weight))
			return false;
		t->points[k].prefix = prefix_make(family, hi, 0, len);
	}
	return true;
}

static bool
get_record(struct rd *r, enum ip_family family, struct state_record *out)
{
	struct traffic_saved *t = &out->traffic;
	bool ok = get_prefix(r, family, &out->prefix);

	ok = ok && get_finite(r, &t->demand_bps) && get_finite(r, &t->demand_square);
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++)
		ok = ok && get_finite(r, &t->rate_bps[d]) && get_real(r, &t->idle_s[d]);
	return ok && get_points(r, family, t) && rd_ok(r);
}

static bool
get_table(struct rd *r, struct state_table *t)
{
	size_t n;

	t->router = get_name(r);
	if (t->router == NULL || !get_family(r, &t->family) || !get_totals(r, &t->totals))
		return false;
	n = rd_u32(r);
	if (!rd_ok(r) || n > rd_left(r) / RECORD_BYTES_MIN || n > STATE_RECORDS_MAX)
		return false;
	t->records = mem_calloc(MEM_MISC, n, sizeof(*t->records));
	for (; t->n < n; t->n++)
		if (!get_record(r, t->family, &t->records[t->n]))
			return false;
	return true;
}

static bool
get_target(struct rd *r, struct target_saved *out)
{
	bool ok = get_finite(r, &out->selector.price_bps);

	out->selector.exact_permille = rd_u32(r);
	out->quota = rd_u32(r);
	return ok && out->selector.exact_permille <= SELECTOR_EXACT_PERMILLE_MAX &&
	       (out->selector.exact_permille > 0 || out->selector.price_bps <= 0);
}

const char *
state_read_body(const uint8_t *body, size_t len, struct state *out)
{
	struct rd r = rd_make(body, len);
	size_t n = rd_u16(&r);

	if (n > STATE_PARTS_MAX)
		return "too many tables";
	out->tables = mem_calloc(MEM_MISC, n, sizeof(*out->tables));
	while (out->n_tables < n)
		if (!get_table(&r, &out->tables[out->n_tables++]))
			return "a table is malformed";
	n = rd_u16(&r);
	if (n > STATE_PARTS_MAX)
		return "too many ceilings";
	out->ceilings = mem_calloc(MEM_MISC, n, sizeof(*out->ceilings));
	while (out->n_ceilings < n) {
		struct state_ceiling *c = &out->ceilings[out->n_ceilings++];

		c->port = get_name(&r);
		if (c->port == NULL || !get_family(&r, &c->family))
			return "a ceiling is malformed";
		c->entries = rd_u32(&r);
	}
	for (int f = 0; f < IP_FAMILIES; f++)
		if (!get_target(&r, &out->target[f]))
			return "the target's price is malformed";
	n = rd_u8(&r);
	out->frozen = n == 1;
	if (n > 1)
		return "it is neither frozen nor not";
	return !rd_ok(&r) ? "it ends early" : rd_left(&r) > 0 ? "something follows it" : NULL;
}

const char *
state_read(const uint8_t *data, size_t len, struct state *out)
{
	struct rd r = rd_make(data, len);
	uint8_t digest[HASH_BYTES];
	const uint8_t *found;
	size_t body;

	*out = (struct state){ 0 };
	found = rd_bytes(&r, sizeof(magic));
	if (found == NULL || memcmp(found, magic, sizeof(magic)) != 0)
		return "it is no state of hotfib's";
	if (rd_u16(&r) != STATE_VERSION)
		return "it is of another version";
	out->wall_ms = (int64_t)rd_u64(&r);
	body = rd_u32(&r);
	if (!rd_ok(&r) || rd_left(&r) != body + HASH_BYTES)
		return "its length is wrong";
	hash(data, HEAD_BYTES + body, digest);
	if (memcmp(digest, data + HEAD_BYTES + body, HASH_BYTES) != 0)
		return "its checksum is wrong";
	return state_read_body(data + HEAD_BYTES, body, out);
}
