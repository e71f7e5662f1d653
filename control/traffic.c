/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rate records in parallel arrays.
 *
 * slot[id] is 1 + the record number of entry id, or 0: four bytes a route, so that a table of a
 * million idle routes costs 4 MB here. The records themselves are columns (ids, weights by
 * direction, time of the last sample), because ranking reads one column of all of them.
 * Records are removed by moving the last one into the hole.
 *
 * Inflated weights grow as exp((now - epoch)/t). When the exponent passes RENORMALISE_AT, all
 * weights are divided by it and the epoch moves: once in 200 t, a linear pass.
 */
#include "control/traffic.h"

#include <math.h>
#include <string.h>

#include "lib/mem.h"

#define RENORMALISE_AT 200.0

struct traffic {
	double t_s;
	struct mono epoch;
	uint32_t *slot;
	size_t slots;
	size_t n, cap;
	uint32_t *ids;
	double *weight[TRAFFIC_DIRECTIONS];
	int64_t *last_us[TRAFFIC_DIRECTIONS]; /* time of the last sample; INT64_MIN for none */
	double total[TRAFFIC_DIRECTIONS], unrouted[TRAFFIC_DIRECTIONS]; /* inflated as well */
	size_t expire_at; /* where the last traffic_expire() stopped */
};

struct traffic *
traffic_new(double t_s, struct mono now)
{
	struct traffic *t = mem_alloc(MEM_TRAFFIC, sizeof(*t));

	ASSERT(t_s > 0);
	t->t_s = t_s;
	t->epoch = now;
	return t;
}

void
traffic_free(struct traffic *t)
{
	if (t == NULL)
		return;
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		mem_free(MEM_TRAFFIC, t->weight[d]);
		mem_free(MEM_TRAFFIC, t->last_us[d]);
	}
	mem_free(MEM_TRAFFIC, t->ids);
	mem_free(MEM_TRAFFIC, t->slot);
	mem_free(MEM_TRAFFIC, t);
}

static double
inflation(const struct traffic *t, struct mono now)
{
	return exp(mono_sub_s(now, t->epoch) / t->t_s);
}

static void
renormalise(struct traffic *t, struct mono now)
{
	double factor = 1.0 / inflation(t, now);

	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		for (size_t i = 0; i < t->n; i++)
			t->weight[d][i] *= factor;
		t->total[d] *= factor;
		t->unrouted[d] *= factor;
	}
	t->epoch = now;
}

double
traffic_time_constant(const struct traffic *t)
{
	return t->t_s;
}

void
traffic_set_time_constant(struct traffic *t, double t_s, struct mono now)
{
	ASSERT(t_s > 0);
	renormalise(t, now);
	t->t_s = t_s;
}

double
traffic_scale(struct traffic *t, struct mono now)
{
	if (mono_sub_s(now, t->epoch) > RENORMALISE_AT * t->t_s)
		renormalise(t, now);
	return inflation(t, now) / t->t_s;
}

static void
grow_records(struct traffic *t)
{
	t->cap = t->cap == 0 ? 256 : t->cap * 2;
	t->ids = mem_resize(MEM_TRAFFIC, t->ids, t->cap, sizeof(*t->ids));
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		t->weight[d] = mem_resize(MEM_TRAFFIC, t->weight[d], t->cap, sizeof(double));
		t->last_us[d] = mem_resize(MEM_TRAFFIC, t->last_us[d], t->cap, sizeof(int64_t));
	}
}

static void
grow_slots(struct traffic *t, uint32_t id)
{
	size_t slots = t->slots == 0 ? 1024 : t->slots;

	while (slots <= id)
		slots += slots / 2;
	t->slot = mem_resize(MEM_TRAFFIC, t->slot, slots, sizeof(*t->slot));
	memset(t->slot + t->slots, 0, (slots - t->slots) * sizeof(*t->slot));
	t->slots = slots;
}

/* The record of an entry, made where there is none. */
static size_t
record_of(struct traffic *t, uint32_t id)
{
	if (id >= t->slots)
		grow_slots(t, id);
	if (t->slot[id] != 0)
		return t->slot[id] - 1;
	if (t->n == t->cap)
		grow_records(t);
	t->ids[t->n] = id;
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		t->weight[d][t->n] = 0;
		t->last_us[d][t->n] = INT64_MIN;
	}
	t->slot[id] = (uint32_t)++t->n;
	return t->n - 1;
}

void
traffic_add(struct traffic *t, uint32_t id, enum traffic_direction direction, uint64_t bytes,
    double scale, struct mono now)
{
	size_t i = record_of(t, id);
	double weight = (double)bytes * scale;

	t->weight[direction][i] += weight;
	t->last_us[direction][i] = now.us;
	t->total[direction] += weight;
}

void
traffic_add_unrouted(
    struct traffic *t, enum traffic_direction direction, uint64_t bytes, double scale)
{
	t->unrouted[direction] += (double)bytes * scale;
}

void
traffic_add_batch(struct traffic *t, const uint32_t *ids, enum traffic_direction direction,
    const uint64_t *bytes, size_t n, double scale, struct mono now)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] < t->slots)
			__builtin_prefetch(&t->slot[ids[i]]);
	for (size_t i = 0; i < n; i++) {
		uint32_t slot = ids[i] < t->slots ? t->slot[ids[i]] : 0;

		if (slot != 0) {
			__builtin_prefetch(&t->weight[direction][slot - 1], 1);
			__builtin_prefetch(&t->last_us[direction][slot - 1], 1);
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (ids[i] != TRAFFIC_UNROUTED)
			traffic_add(t, ids[i], direction, bytes[i], scale, now);
		else
			traffic_add_unrouted(t, direction, bytes[i], scale);
	}
}

static void
remove_record(struct traffic *t, size_t i)
{
	size_t last = --t->n;

	t->slot[t->ids[i]] = 0;
	if (i == last)
		return;
	t->ids[i] = t->ids[last];
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		t->weight[d][i] = t->weight[d][last];
		t->last_us[d][i] = t->last_us[d][last];
	}
	t->slot[t->ids[i]] = (uint32_t)i + 1;
}

void
traffic_drop(struct traffic *t, uint32_t id)
{
	if (id < t->slots && t->slot[id] != 0)
		remove_record(t, t->slot[id] - 1);
}

bool
traffic_idle(const struct traffic *t, size_t i, enum traffic_direction direction, struct mono now)
{
	int64_t last = t->last_us[direction][i];

	return last == INT64_MIN || (double)(now.us - last) * 1e-6 > TRAFFIC_IDLE_T * t->t_s;
}

void
traffic_expire(struct traffic *t, size_t budget, struct mono now)
{
	if (budget > t->n)
		budget = t->n;
	while (budget-- > 0) {
		if (t->expire_at >= t->n)
			t->expire_at = 0;
		if (traffic_idle(t, t->expire_at, TRAFFIC_TO, now) &&
		    traffic_idle(t, t->expire_at, TRAFFIC_FROM, now))
			remove_record(t, t->expire_at);
		else
			t->expire_at++;
	}
}

double
traffic_unit(const struct traffic *t, struct mono now)
{
	return 1.0 / inflation(t, now);
}

double
traffic_rate(
    const struct traffic *t, uint32_t id, enum traffic_direction direction, struct mono now)
{
	if (id >= t->slots || t->slot[id] == 0)
		return 0;
	return t->weight[direction][t->slot[id] - 1] * traffic_unit(t, now);
}

double
traffic_total(const struct traffic *t, enum traffic_direction direction, struct mono now)
{
	return t->total[direction] * traffic_unit(t, now);
}

double
traffic_unrouted(const struct traffic *t, enum traffic_direction direction, struct mono now)
{
	return t->unrouted[direction] * traffic_unit(t, now);
}

size_t
traffic_count(const struct traffic *t)
{
	return t->n;
}

const uint32_t *
traffic_ids(const struct traffic *t)
{
	return t->ids;
}

const double *
traffic_weights(const struct traffic *t, enum traffic_direction direction)
{
	return t->weight[direction];
}
