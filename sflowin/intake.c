/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a datagram through the decoder.
 *
 *      datagram -> sequence of the sub-agent: here before?
 *            -> each sample: head -> sequence and drops of its source -> packet -> second sample
 *               of it? -> bytes, and those of samples that got lost -> batch -> sink
 *
 * An agent has one table of sequences: one for each sub-agent's datagrams, one for each data
 * source's flow samples and one for its counter samples.
 *
 * A sub-agent that restarts begins all its sequences again. Its uptime or its datagram sequence
 * shows that; its epoch is then stepped, and a sequence of an older epoch begins anew when it is
 * next seen, instead of being searched for now.
 *
 * Invariants: what the sink gets is valid during the call only; all is handed on when
 * sflow_intake() returns; nothing is allocated but when a sequence table grows, up to its cap.
 *
 * Cost: a hash lookup a datagram and one a sample, besides decoding.
 */
#include "sflowin/intake.h"

#include "sflowin/records.h"

#define BATCH 64

/* Reordering makes uptime go back a little; more than this is a restart. */
#define UPTIME_BACK_MS 10000

/* One datagram on its way. */
struct intake {
	struct sflow_totals *totals;
	struct sflow_agent *agent;
	const struct sflow_sink *sink; /* NULL: count only */
	uint32_t sub_agent;
	uint32_t epoch;
	struct mono now;
	size_t n;
	struct sflow_sample batch[BATCH];
};

static uint32_t
sequences_max(const struct sflow_agent *a)
{
	return a->stats.configured ? SFLOW_SEQUENCES_MAX : SFLOW_UNKNOWN_SEQUENCES_MAX;
}

/* Is this datagram the first of a sub-agent that started over? Uptime wraps after 49.7 days. */
static bool
uptime_went_back(uint32_t before, uint32_t now)
{
	return (int32_t)(now - before) < -UPTIME_BACK_MS;
}

/* Mostly there is nothing to count. */
static void
count_verdict(enum seq_verdict verdict, uint32_t lost, uint64_t *n_lost, uint64_t *n_duplicate,
    uint64_t *n_late)
{
	switch (verdict) {
	case SEQ_GAP: *n_lost += lost; break;
	case SEQ_DUPLICATE: ++*n_duplicate; break;
	case SEQ_LATE: ++*n_late; break;
	case SEQ_NEXT:
	case SEQ_RESTART: break;
	}
}

/* Follow the datagram sequence of the sub-agent; false when the datagram was here before. */
static bool
track_datagram(struct intake *in, const struct sflow_datagram *d)
{
	struct sflow_agent_stats *stats = &in->agent->stats;
	struct seq_key key = seq_key_make(SEQ_DATAGRAMS, d->sub_agent, 0, 0);
	struct seq_entry *e = seq_table_get(&in->agent->seqs, key, sequences_max(in->agent));
	enum seq_verdict verdict = SEQ_NEXT;
	uint32_t lost = 0;

	stats->datagrams++;
	if (e == NULL)
		return true;
	if (!e->started) {
		e->started = true;
		seq_start(&e->seq, d->sequence);
	} else if (uptime_went_back(e->uptime_ms, d->uptime_ms)) {
		seq_start(&e->seq, d->sequence);
		verdict = SEQ_RESTART;
	} else {
		verdict = seq_next(&e->seq, d->sequence, &lost);
	}
	in->epoch = e->epoch += verdict == SEQ_RESTART;
	stats->restarts += verdict == SEQ_RESTART;
	count_verdict(verdict, lost, &stats->datagrams_lost, &stats->datagrams_duplicate,
	    &stats->datagrams_out_of_order);
	/* A copy made by the network is as old as the original. Agents that never step their
	 * sequence number do step their uptime. */
	if (verdict == SEQ_DUPLICATE && (int32_t)(d->uptime_ms - e->uptime_ms) <= 0)
		return false;
	if (verdict != SEQ_LATE)
		e->uptime_ms = d->uptime_ms;
	return true;
}

/* Follow the sequence of a data source. Gives its entry, NULL where there are too many. */
static struct seq_entry *
track_source(struct intake *in, enum seq_kind kind, const struct sflow_source *source,
    enum seq_verdict *verdict, uint32_t *lost)
{
	struct seq_key key = seq_key_make(kind, in->sub_agent, source->class, source->index);
	struct seq_entry *e = seq_table_get(&in->agent->seqs, key, sequences_max(in->agent));

	*verdict = SEQ_NEXT;
	*lost = 0;
	if (e == NULL)
		return NULL;
	if (!e->started || e->epoch != in->epoch) {
		e->started = true;
		e->epoch = in->epoch;
		seq_start(&e->seq, source->sequence);
		*verdict = SEQ_RESTART;
	} else {
		*verdict = seq_next(&e->seq, source->sequence, lost);
	}
	return e;
}

/* What the agent itself dropped before this sample. `drops` is a total since its last reset: where
 * it went down it began again. */
static uint32_t
count_drops(struct seq_entry *e, uint32_t total, enum seq_verdict verdict)
{
	uint32_t drops = total - e->drops;

	if (verdict == SEQ_LATE || verdict == SEQ_DUPLICATE)
		return 0;
	e->drops = total;
	return verdict != SEQ_RESTART && drops <= INT32_MAX ? drops : 0;
}

/* Gives the data source's entry, or NULL. */
static struct seq_entry *
count_flow(struct intake *in, const struct sflow_flow *flow, uint32_t rate)
{
	struct sflow_agent_stats *stats = &in->agent->stats;
	enum seq_verdict verdict;
	uint32_t lost, drops;
	struct seq_entry *e = track_source(in, SEQ_FLOWS, &flow->source, &verdict, &lost);

	in->totals->flow_samples++;
	stats->flow_samples++;
	stats->sampling_rate = rate;
	count_verdict(
	    verdict, lost, &stats->flow_lost, &stats->flow_duplicate, &stats->flow_out_of_order);
	if (e == NULL)
		return NULL;
	drops = count_drops(e, flow->drops, verdict);
	stats->flow_drops += drops;
	seq_note_loss(e, verdict, lost + drops);
	return e;
}

/*
 * A packet that was sampled where it came in may be sampled again where it goes out, if the agent
 * samples both. Only one may count. Where packets come in is preferred, as there each does once; a
 * sample on the way out counts where the interface it came in by is not sampled itself.
 */
static bool
is_second_sample(const struct intake *in, struct seq_entry *e, const struct sflow_sample *s)
{
	const struct seq_entry *other;

	if (e == NULL || s->source_class != 0)
		return false;
	if (s->source_id == s->input) {
		e->ingress = true;
		return false;
	}
	if (s->source_id != s->output)
		return false;
	other =
	    seq_table_find(&in->agent->seqs, seq_key_make(SEQ_FLOWS, in->sub_agent, 0, s->input));
	return other != NULL && other->ingress && other->epoch == in->epoch;
}

static void
hand_on(struct intake *in)
{
	if (in->n == 0)
		return;
	in->totals->samples_used += in->n;
	in->sink->samples(in->sink->ctx, in->agent->tag, in->batch, in->n);
	in->n = 0;
}

static void
take_flow(struct intake *in, struct rd *body, bool expanded)
{
	struct sflow_sample *sample = &in->batch[in->n]; /* in place: it counts when n is stepped */
	struct sflow_flow flow;
	struct seq_entry *e;

	if (!sflow_flow_head(body, expanded, &flow, sample))
		return;
	e = count_flow(in, &flow, sample->rate);
	if (!sflow_flow_packet(body, flow.n_records, sample)) {
		in->agent->stats.non_ip_samples++;
		return;
	}
	if (is_second_sample(in, e, sample)) {
		in->agent->stats.flow_second++;
		return;
	}
	if (in->sink == NULL)
		return;
	if (e != NULL)
		sample->bytes = seq_scale(e, sample->bytes);
	in->agent->stats.bytes_sampled += sample->bytes;
	if (++in->n == BATCH)
		hand_on(in);
}

static void
take_counters(struct intake *in, struct rd *body, bool expanded)
{
	struct sflow_agent_stats *stats = &in->agent->stats;
	struct sflow_source source;
	struct asic_tables asic;
	enum seq_verdict verdict;
	uint32_t lost;

	if (!sflow_counter_head(body, expanded, &source))
		return;
	(void)track_source(in, SEQ_COUNTERS, &source, &verdict, &lost);
	in->totals->counter_samples++;
	stats->counter_samples++;
	count_verdict(verdict, lost, &stats->counter_lost, &stats->counter_duplicate,
	    &stats->counter_out_of_order);
	if (sflow_counter_asic(body, &asic) && verdict != SEQ_LATE && verdict != SEQ_DUPLICATE) {
		stats->asic = asic;
		stats->asic_seen = in->now;
	}
}

/* All samples of a datagram; false where it broke off or one of them was broken. */
static bool
take_samples(struct intake *in, struct sflow_datagram *d)
{
	struct sflow_part sample;
	bool whole = true;

	for (uint32_t i = 0; i < d->n_samples && sflow_part_next(&d->samples, &sample); i++) {
		switch (sample.format) {
		case SFLOW_FLOW_SAMPLE: take_flow(in, &sample.body, false); break;
		case SFLOW_FLOW_SAMPLE_EXPANDED: take_flow(in, &sample.body, true); break;
		case SFLOW_COUNTER_SAMPLE: take_counters(in, &sample.body, false); break;
		case SFLOW_COUNTER_SAMPLE_EXPANDED: take_counters(in, &sample.body, true); break;
		case SFLOW_DROP_NOTIFICATION: in->agent->stats.notifications++; break;
		default: in->agent->stats.unknown_samples++; break;
		}
		whole = whole && rd_ok(&sample.body);
	}
	return whole && rd_ok(&d->samples);
}

void
sflow_intake(struct sflow_agent *agent, struct sflow_datagram *d, struct mono now,
    struct sflow_totals *totals, const struct sflow_sink *sink)
{
	struct intake in;

	/* Not an initializer: that would clear the batch too. */
	in.totals = totals;
	in.agent = agent;
	in.sink = sink;
	in.sub_agent = d->sub_agent;
	in.epoch = 0;
	in.now = now;
	in.n = 0;
	if (!track_datagram(&in, d))
		return;
	if (!take_samples(&in, d)) {
		totals->malformed++;
		agent->stats.malformed++;
	}
	hand_on(&in);
}
