/* SPDX-License-Identifier: Apache-2.0 */
#include "sflowin/seq.h"

#include "lib/hash.h"
#include "lib/mem.h"

#define SLOTS_MIN 16
#define SCALE_MAX 4

void
seq_start(struct seq *s, uint32_t number)
{
	*s = (struct seq){ .last = number, .seen = 1 };
}

enum seq_verdict
seq_next(struct seq *s, uint32_t number, uint32_t *lost)
{
	uint32_t ahead = number - s->last, behind = s->last - number;
	uint64_t bit;

	*lost = 0;
	if (behind < SEQ_LATE_MAX) {
		bit = UINT64_C(1) << behind;
		if ((s->seen & bit) != 0)
			return SEQ_DUPLICATE;
		s->seen |= bit;
		return SEQ_LATE;
	}
	if (ahead > SEQ_GAP_MAX) {
		seq_start(s, number);
		return SEQ_RESTART;
	}
	s->last = number;
	s->seen = ahead < SEQ_LATE_MAX ? s->seen << ahead | 1 : 1;
	*lost = ahead - 1;
	return ahead == 1 ? SEQ_NEXT : SEQ_GAP;
}

void
seq_note_loss(struct seq_entry *e, enum seq_verdict verdict, uint32_t lost)
{
	switch (verdict) {
	case SEQ_DUPLICATE: return;
	case SEQ_RESTART: e->came = e->lost = 0; break;
	case SEQ_LATE: e->lost -= e->lost > 0; break;
	case SEQ_NEXT:
	case SEQ_GAP: break;
	}
	e->came++;
	e->lost += lost < SEQ_LOSS_WINDOW ? lost : SEQ_LOSS_WINDOW;
	while (e->came + e->lost > SEQ_LOSS_WINDOW) {
		e->came = (e->came + 1) / 2;
		e->lost /= 2;
	}
}

uint64_t
seq_scale(const struct seq_entry *e, uint64_t bytes)
{
	uint64_t most = bytes > UINT64_MAX / SCALE_MAX ? UINT64_MAX : bytes * SCALE_MAX;
	double scaled = (double)bytes * (e->came + e->lost) / (e->came > 0 ? e->came : 1);

	if (e->lost == 0)
		return bytes;
	return scaled < (double)most ? (uint64_t)scaled : most;
}

void
seq_table_init(struct seq_table *t, uint64_t hash_seed)
{
	*t = (struct seq_table){ .hash_seed = hash_seed };
}

void
seq_table_fini(struct seq_table *t)
{
	mem_free(MEM_SFLOW, t->entries);
	mem_free(MEM_SFLOW, t->slots);
}

static uint64_t
hash_key(const struct seq_table *t, struct seq_key key)
{
	return hash_fold(key.who ^ t->hash_seed, key.what ^ UINT64_C(0xa0761d6478bd642f));
}

static bool
key_equal(struct seq_key a, struct seq_key b)
{
	return a.who == b.who && a.what == b.what;
}

/* The slot of the key, or the free one where it belongs. */
static uint32_t *
find_slot(const struct seq_table *t, struct seq_key key)
{
	uint32_t i = (uint32_t)hash_key(t, key) & t->mask;

	while (t->slots[i] != 0 && !key_equal(t->entries[t->slots[i] - 1].key, key))
		i = (i + 1) & t->mask;
	return &t->slots[i];
}

/* Room for one more: slots are never more than half full. */
static void
grow(struct seq_table *t)
{
	uint32_t n_slots = t->slots == NULL ? SLOTS_MIN : (t->mask + 1) * 2;

	t->entries = mem_resize(MEM_SFLOW, t->entries, n_slots / 2, sizeof(t->entries[0]));
	mem_free(MEM_SFLOW, t->slots);
	t->slots = mem_calloc(MEM_SFLOW, n_slots, sizeof(t->slots[0]));
	t->mask = n_slots - 1;
	for (uint32_t i = 0; i < t->n; i++)
		*find_slot(t, t->entries[i].key) = i + 1;
}

const struct seq_entry *
seq_table_find(const struct seq_table *t, struct seq_key key)
{
	uint32_t slot = t->slots != NULL ? *find_slot(t, key) : 0;

	return slot != 0 ? &t->entries[slot - 1] : NULL;
}

struct seq_entry *
seq_table_get(struct seq_table *t, struct seq_key key, uint32_t max)
{
	uint32_t *slot;

	if (t->slots == NULL)
		grow(t);
	slot = find_slot(t, key);
	if (*slot != 0)
		return &t->entries[*slot - 1];
	if (t->n >= max)
		return NULL;
	if (t->n == (t->mask + 1) / 2) {
		grow(t);
		slot = find_slot(t, key);
	}
	t->entries[t->n] = (struct seq_entry){ .key = key };
	t->count[key.what & 0xff]++;
	*slot = ++t->n;
	return &t->entries[t->n - 1];
}
