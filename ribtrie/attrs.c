/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interned attribute sets.
 *
 * A full table has ten to twenty times more routes than attribute sets, so a set is stored once,
 * packed, and named by id:
 *
 *	id -> struct set { chain, hash, refs, nexthop, length, bytes } -> packed bytes
 *	                                      |
 *	                                      +-> struct hop { chain, hash, refs, next hop }
 *
 * Packed form, canonical so that equal sets have equal bytes: a flag byte, ORIGIN, the numbers that
 * the flags say are there, then each span with its length before it (seven bits a byte, the top
 * bit says that more follow). The next hop is not among the bytes: it is interned first, and its id
 * takes part in hash and comparison.
 *
 * Interning packs into a scratch buffer and looks that up, so a known set allocates nothing. The
 * hash is seeded, so a neighbour cannot choose sets that collide. Nothing moves: spans that
 * attrs_get() gives stay where they are until the set is freed.
 *
 * Cost a set: 24 bytes and the packed ones rounded up to 8, and 4 to 8 of hash buckets.
 */
#include "ribtrie/attrs.h"

#include <string.h>

#include "lib/hash.h"
#include "lib/rd.h"
#include "lib/wr.h"
#include "ribtrie/idhash.h"

#define BLOB_UNIT 8

/* A packed set is at most this and its spans: flags, ORIGIN, six numbers, six span lengths. */
#define FIXED_MAX (2 + 6 * 4 + 6 * 5)

enum pack_flag {
	PACK_MED = 1 << 0,
	PACK_LOCAL_PREF = 1 << 1,
	PACK_ORIGINATOR_ID = 1 << 2,
	PACK_AGGREGATOR = 1 << 3,
	PACK_OTC = 1 << 4,
	PACK_ATOMIC_AGGREGATE = 1 << 5,
};

#define SET_LEN_MAX (1u << 24)

struct set {
	struct idhash_link link;
	uint32_t refs;
	uint32_t nexthop;
	uint32_t blob;     /* in attrs_table.blobs */
	uint32_t len : 24; /* bytes */
	uint32_t marks : 8;
};

struct hop {
	struct idhash_link link;
	uint32_t refs; /* 0: the id is free (its first word is then the arena's) */
	bool unusable;
	struct route_nexthop value;
};

struct attrs_table {
	struct arena sets, hops, blobs;
	struct idhash set_index, hop_index;
	uint64_t seed;
	uint8_t *scratch;
	size_t scratch_size;
	attrs_mark_fn *mark;
	void *mark_ctx;
};

struct attrs_table *
attrs_table_new(uint64_t seed)
{
	struct attrs_table *t = mem_alloc(MEM_ATTRS, sizeof(*t));

	t->seed = seed;
	arena_init(&t->sets, MEM_ATTRS, sizeof(struct set));
	arena_init(&t->hops, MEM_ATTRS, sizeof(struct hop));
	arena_init(&t->blobs, MEM_ATTRS, BLOB_UNIT);
	idhash_init(&t->set_index, MEM_ATTRS, &t->sets);
	idhash_init(&t->hop_index, MEM_ATTRS, &t->hops);
	t->scratch_size = 1024;
	t->scratch = mem_alloc(MEM_ATTRS, t->scratch_size);
	return t;
}

void
attrs_table_free(struct attrs_table *t)
{
	if (t == NULL)
		return;
	ASSERT(attrs_count(t) == 0 && nexthop_count(t) == 0);
	idhash_fini(&t->set_index);
	idhash_fini(&t->hop_index);
	arena_fini(&t->sets);
	arena_fini(&t->hops);
	arena_fini(&t->blobs);
	mem_free(MEM_ATTRS, t->scratch);
	mem_free(MEM_ATTRS, t);
}

size_t
attrs_count(const struct attrs_table *t)
{
	return idhash_count(&t->set_index);
}

size_t
nexthop_count(const struct attrs_table *t)
{
	return idhash_count(&t->hop_index);
}

size_t
attrs_bytes(const struct attrs_table *t)
{
	return sizeof(*t) + t->scratch_size + idhash_bytes(&t->set_index) +
	       idhash_bytes(&t->hop_index) + arena_bytes(&t->sets) + arena_bytes(&t->hops) +
	       arena_bytes(&t->blobs);
}

void
attrs_trim(struct attrs_table *t)
{
	arena_trim(&t->sets);
	arena_trim(&t->hops);
	arena_trim(&t->blobs);
}

/* The set of an id that is in use. */
static struct set *
set_at(const struct attrs_table *t, uint32_t id)
{
	struct set *s = arena_at(&t->sets, id);

	ASSERT(id < t->sets.used && s->refs > 0);
	return s;
}

static struct hop *
hop_at(const struct attrs_table *t, uint32_t id)
{
	struct hop *h = arena_at(&t->hops, id);

	ASSERT(id < t->hops.used && h->refs > 0);
	return h;
}

/* --- next hops ---------------------------------------------------------------------------------
 */

static uint32_t
hop_hash(const struct attrs_table *t, const struct route_nexthop *n)
{
	uint64_t words[] = { n->addr.hi, n->addr.lo, n->link_local_hi, n->link_local_lo };

	return (uint32_t)hash_bytes(words, sizeof(words), t->seed + n->addr.family);
}

static uint32_t
hop_find(const struct attrs_table *t, const struct route_nexthop *n, uint32_t hash)
{
	uint32_t id = idhash_first(&t->hop_index, hash);

	while (id != IDHASH_NONE && !route_nexthop_equal(&hop_at(t, id)->value, n))
		id = idhash_next(&t->hop_index, id, hash);
	return id;
}

static uint32_t
hop_add(struct attrs_table *t, const struct route_nexthop *n, uint32_t hash)
{
	uint32_t id = arena_alloc(&t->hops, 1);
	struct hop *h = arena_at(&t->hops, id);

	*h = (struct hop){ .value = *n };
	idhash_add(&t->hop_index, id, hash);
	return id;
}

static void
hop_unref(struct attrs_table *t, uint32_t id)
{
	struct hop *h = hop_at(t, id);

	if (--h->refs > 0)
		return;
	idhash_remove(&t->hop_index, id);
	arena_free(&t->hops, id, 1);
}

void
nexthop_set_usable(struct attrs_table *t, uint32_t nexthop, bool usable)
{
	hop_at(t, nexthop)->unusable = !usable;
}

bool
nexthop_usable(const struct attrs_table *t, uint32_t nexthop)
{
	return !hop_at(t, nexthop)->unusable;
}

uint32_t
nexthop_from(const struct attrs_table *t, uint32_t from)
{
	while (from < t->hops.used && ((struct hop *)arena_at(&t->hops, from))->refs == 0)
		from++;
	return from < t->hops.used ? from : NEXTHOP_NONE;
}

/* --- packed form -------------------------------------------------------------------------------
 */

static void
pack_span(struct wr *w, struct span s)
{
	size_t left = s.len;

	for (; left >= 0x80; left >>= 7)
		wr_u8(w, (uint8_t)(left | 0x80));
	wr_u8(w, (uint8_t)left);
	wr_bytes(w, s.data, s.len);
}

static struct span
unpack_span(struct rd *r)
{
	struct span s;
	size_t len = 0;
	unsigned shift = 0;
	uint8_t b;

	do {
		b = rd_u8(r);
		len |= (size_t)(b & 0x7f) << shift;
		shift += 7;
	} while (b & 0x80);
	s.data = rd_bytes(r, len);
	s.len = len;
	return s;
}

static uint8_t
pack_flags(const struct route_attrs *a)
{
	unsigned flags = 0;

	flags |= a->has_med ? PACK_MED : 0;
	flags |= a->has_local_pref ? PACK_LOCAL_PREF : 0;
	flags |= a->has_originator_id ? PACK_ORIGINATOR_ID : 0;
	flags |= a->has_aggregator ? PACK_AGGREGATOR : 0;
	flags |= a->has_otc ? PACK_OTC : 0;
	flags |= a->atomic_aggregate ? PACK_ATOMIC_AGGREGATE : 0;
	return (uint8_t)flags;
}

static void
pack_number(struct wr *w, bool there, uint32_t v)
{
	if (there)
		wr_u32(w, v);
}

static uint32_t
unpack_number(struct rd *r, bool there)
{
	return there ? rd_u32(r) : 0;
}

/* Into the scratch buffer; gives the length. */
static size_t
pack(struct attrs_table *t, const struct route_attrs *a)
{
	size_t max = FIXED_MAX + a->as_path.len + a->communities.len + a->ext_communities.len +
		     a->large_communities.len + a->cluster_list.len + a->opaque.len;
	struct wr w;

	if (max > t->scratch_size) {
		t->scratch = mem_resize(MEM_ATTRS, t->scratch, max, 1);
		t->scratch_size = max;
	}
	w = wr_make(t->scratch, t->scratch_size);
	wr_u8(&w, pack_flags(a));
	wr_u8(&w, a->origin);
	pack_number(&w, a->has_med, a->med);
	pack_number(&w, a->has_local_pref, a->local_pref);
	pack_number(&w, a->has_originator_id, a->originator_id);
	pack_number(&w, a->has_aggregator, a->aggregator_as);
	pack_number(&w, a->has_aggregator, a->aggregator_id);
	pack_number(&w, a->has_otc, a->otc);
	pack_span(&w, a->as_path);
	pack_span(&w, a->communities);
	pack_span(&w, a->ext_communities);
	pack_span(&w, a->large_communities);
	pack_span(&w, a->cluster_list);
	pack_span(&w, a->opaque);
	ASSERT(wr_ok(&w));
	return wr_len(&w);
}

static void
unpack(struct rd r, struct route_attrs *a)
{
	uint8_t flags = rd_u8(&r);

	a->origin = rd_u8(&r);
	a->has_med = flags & PACK_MED;
	a->has_local_pref = flags & PACK_LOCAL_PREF;
	a->has_originator_id = flags & PACK_ORIGINATOR_ID;
	a->has_aggregator = flags & PACK_AGGREGATOR;
	a->has_otc = flags & PACK_OTC;
	a->atomic_aggregate = flags & PACK_ATOMIC_AGGREGATE;
	a->med = unpack_number(&r, a->has_med);
	a->local_pref = unpack_number(&r, a->has_local_pref);
	a->originator_id = unpack_number(&r, a->has_originator_id);
	a->aggregator_as = unpack_number(&r, a->has_aggregator);
	a->aggregator_id = unpack_number(&r, a->has_aggregator);
	a->otc = unpack_number(&r, a->has_otc);
	a->as_path = unpack_span(&r);
	a->communities = unpack_span(&r);
	a->ext_communities = unpack_span(&r);
	a->large_communities = unpack_span(&r);
	a->cluster_list = unpack_span(&r);
	a->opaque = unpack_span(&r);
	ASSERT(rd_ok(&r) && rd_left(&r) == 0);
}

/* --- sets --------------------------------------------------------------------------------------
 */

static uint32_t
blob_units(size_t len)
{
	return (uint32_t)((len + BLOB_UNIT - 1) / BLOB_UNIT);
}

static uint32_t
set_hash(const struct attrs_table *t, size_t len, uint32_t nexthop)
{
	return (uint32_t)hash_bytes(t->scratch, len, t->seed ^ rng_mix(nexthop));
}

/* The set that is in the scratch buffer. */
static uint32_t
set_find(const struct attrs_table *t, size_t len, uint32_t nexthop, uint32_t hash)
{
	uint32_t id = idhash_first(&t->set_index, hash);

	for (; id != IDHASH_NONE; id = idhash_next(&t->set_index, id, hash)) {
		const struct set *s = arena_at(&t->sets, id);

		if (s->nexthop == nexthop && s->len == len &&
		    memcmp(arena_at(&t->blobs, s->blob), t->scratch, len) == 0)
			break;
	}
	return id;
}

/* The set that is in the scratch buffer and not there yet. */
static uint32_t
set_add(struct attrs_table *t, size_t len, uint32_t nexthop, uint32_t hash)
{
	uint32_t id = arena_alloc(&t->sets, 1);
	struct set *s = arena_at(&t->sets, id);

	ASSERT(len < SET_LEN_MAX);
	*s = (struct set){
		.nexthop = nexthop,
		.blob = arena_alloc(&t->blobs, blob_units(len)),
		.len = (uint32_t)len & (SET_LEN_MAX - 1),
	};
	memcpy(arena_at(&t->blobs, s->blob), t->scratch, len);
	idhash_add(&t->set_index, id, hash);
	((struct hop *)arena_at(&t->hops, nexthop))->refs++;
	return id;
}

uint32_t
attrs_intern(struct attrs_table *t, const struct route_attrs *attrs)
{
	uint32_t hop_key = hop_hash(t, &attrs->nexthop), set_key;
	uint32_t nexthop = hop_find(t, &attrs->nexthop, hop_key);
	size_t len = pack(t, attrs);
	uint32_t id = IDHASH_NONE;
	bool known = nexthop != IDHASH_NONE;

	if (!known)
		nexthop = hop_add(t, &attrs->nexthop, hop_key);
	set_key = set_hash(t, len, nexthop);
	if (known)
		id = set_find(t, len, nexthop, set_key);
	if (id == IDHASH_NONE) {
		id = set_add(t, len, nexthop, set_key);
		if (t->mark != NULL)
			((struct set *)arena_at(&t->sets, id))->marks = t->mark(t->mark_ctx, attrs);
	}
	((struct set *)arena_at(&t->sets, id))->refs++;
	return id;
}

void
attrs_ref(struct attrs_table *t, uint32_t id)
{
	set_at(t, id)->refs++;
}

void
attrs_unref(struct attrs_table *t, uint32_t id)
{
	struct set *s = set_at(t, id);

	if (--s->refs > 0)
		return;
	idhash_remove(&t->set_index, id);
	hop_unref(t, s->nexthop);
	arena_free(&t->blobs, s->blob, blob_units(s->len));
	arena_free(&t->sets, id, 1);
}

void
attrs_get(const struct attrs_table *t, uint32_t id, struct route_attrs *out)
{
	const struct set *s = set_at(t, id);

	out->nexthop = hop_at(t, s->nexthop)->value;
	unpack(rd_make(arena_at(&t->blobs, s->blob), s->len), out);
}

uint32_t
attrs_nexthop(const struct attrs_table *t, uint32_t id)
{
	return set_at(t, id)->nexthop;
}

const struct route_nexthop *
nexthop_peek(const struct attrs_table *t, uint32_t nexthop)
{
	return &hop_at(t, nexthop)->value;
}

/* --- marks -------------------------------------------------------------------------------------
 */

void
attrs_set_marks(struct attrs_table *t, attrs_mark_fn *fn, void *ctx)
{
	t->mark = fn;
	t->mark_ctx = ctx;
	attrs_mark_again(t);
}

void
attrs_mark_again(struct attrs_table *t)
{
	for (uint32_t id = 0; id < t->sets.used; id++) {
		struct set *s = arena_at(&t->sets, id);
		struct route_attrs attrs;

		if (s->refs == 0)
			continue;
		attrs_get(t, id, &attrs);
		s->marks = t->mark != NULL ? t->mark(t->mark_ctx, &attrs) : 0;
	}
}

uint8_t
attrs_marks(const struct attrs_table *t, uint32_t id)
{
	return set_at(t, id)->marks;
}
