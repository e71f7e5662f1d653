/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sequence numbers: what was lost, came twice or came late, and when to start over.
 *
 *          late or duplicate        next, or a gap
 *      |<------- 64 ------->|<------- 2^20 ------->|      elsewhere: the sender started over
 *                          last
 *
 * A number that comes late was counted lost before; the counts only ever grow (they are exported),
 * so what never came is lost - late. A sender that starts over loses nothing: numbers far from the
 * last are not a gap of billions but another beginning.
 *
 * The table holds one sequence for each sender it is asked about, up to a cap.
 */
#ifndef SFLOWIN_SEQ_H
#define SFLOWIN_SEQ_H

#include "lib/base.h"

#define SEQ_LATE_MAX 64
#define SEQ_GAP_MAX  (1U << 20)

struct seq {
	uint32_t last;
	uint64_t seen; /* bit i: last - i came */
};

enum seq_verdict {
	SEQ_NEXT,
	SEQ_GAP,
	SEQ_DUPLICATE,
	SEQ_LATE,
	SEQ_RESTART
};

/* Start at `number`. */
void seq_start(struct seq *s, uint32_t number);

/* The next number as it comes; *lost is how many a gap left out, else 0. Numbers wrap at 2^32. */
enum seq_verdict seq_next(struct seq *s, uint32_t number, uint32_t *lost);

/* Whose sequence it is. */
enum seq_kind {
	SEQ_DATAGRAMS,
	SEQ_FLOWS,
	SEQ_COUNTERS,
	SEQ_KINDS
};

struct seq_key {
	uint64_t who;  /* sub-agent << 32 | index of the data source */
	uint32_t what; /* class of the data source << 8 | enum seq_kind */
};

/* Datagrams have a sub-agent only: index and class are 0. */
static inline struct seq_key
seq_key_make(enum seq_kind kind, uint32_t sub_agent, uint8_t class, uint32_t index)
{
	return (struct seq_key){ .who = (uint64_t)sub_agent << 32 | index,
		.what = (uint32_t) class << 8 | kind };
}

struct seq_entry {
	struct seq_key key;
	bool started;   /* `seq` has a number */
	uint32_t epoch; /* datagrams: restarts of the sub-agent; others: the one they belong to */
	uint32_t uptime_ms;  /* datagrams: of the last one */
	uint32_t drops;      /* flows: total at the last one */
	uint32_t came, lost; /* flows: of late, see seq_scale() */
	bool ingress;        /* flows: some were sampled where the packet came in */
	struct seq seq;
};

struct seq_table {
	struct seq_entry *entries; /* in the order they came */
	uint32_t *slots;           /* open addressing: index + 1 into entries, 0 is free */
	uint32_t n, mask;
	uint64_t hash_seed;
	uint32_t count[SEQ_KINDS];
};

void seq_table_init(struct seq_table *t, uint64_t hash_seed);
void seq_table_fini(struct seq_table *t);

/*
 * Where samples got lost those that came stand for them, too. Counts of late: beyond
 * SEQ_LOSS_WINDOW both are halved, so the part that is lost follows what the sender does within as
 * many samples.
 */
#define SEQ_LOSS_WINDOW 1024

/* One more came by this verdict; `lost` were left out before it, by a gap or at the sender. */
void seq_note_loss(struct seq_entry *e, enum seq_verdict verdict, uint32_t lost);

/* What a sample of `bytes` stands for then: up to four times as much. More is not believed: so much
 * is lost only in an outage, and then nothing is known of the time of it. */
uint64_t seq_scale(const struct seq_entry *e, uint64_t bytes);

/* The entry of `key` or NULL. Valid until the next seq_table_get(). */
const struct seq_entry *seq_table_find(const struct seq_table *t, struct seq_key key);

/* The entry of `key`, added (zero but for the key) where it is not there yet; NULL when that would
 * make more than `max`. Valid until the next call. */
struct seq_entry *seq_table_get(struct seq_table *t, struct seq_key key, uint32_t max);

#endif
