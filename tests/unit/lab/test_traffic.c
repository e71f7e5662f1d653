/* SPDX-License-Identifier: Apache-2.0 */
/* The traffic mix: where packets go, how much goes where, and what the agent makes of it. */
#include "tests/lab/agent.h"
#include "tests/lab/gentable.h"
#include "tests/lab/traffic.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sflowin/agent.h"

static const struct traffic_config plain = {
	.alpha = 1, .plain_ranks = true, .hot_places = 4, .seed = 1
};

static void
assert_near(double value, double expected, double error)
{
	if (!(fabs(value - expected) <= error))
		fail_msg("%g is not %g +- %g", value, expected, error);
}

static void
add(struct table *t, const char *text)
{
	struct ip_prefix p;

	assert_true(prefix_parse(text, true, &p));
	table_add(t, &p, 1);
}

/* Route of the longest match, looked for one by one; TABLE_NONE: none. */
static uint32_t
naive_match(const struct table *t, const struct ip_addr *a)
{
	uint32_t best = TABLE_NONE;

	for (uint32_t i = 0; i < t->n; i++) {
		const struct ip_prefix *p = &t->routes[i].prefix;

		if (prefix_contains_addr(p, a) &&
		    (best == TABLE_NONE || p->len > t->routes[best].prefix.len))
			best = i;
	}
	return best;
}

static void
make_table(struct table *t, size_t v4, size_t v6, uint64_t seed)
{
	table_init(t);
	gentable(t, IP_V4, v4, seed);
	gentable(t, IP_V6, v6, seed);
	table_finish(t);
}

static void
packets_go_where_they_are_counted(void **state)
{
	struct traffic_config config = plain;
	struct traffic_packet packet;
	struct traffic *tr;
	struct table t;

	(void)state;
	config.seed = test_seed("packets");
	config.ipv6_share = .5;
	config.plain_ranks = false;
	/* Much nesting, odd lengths, and the whole of a prefix split up. */
	make_table(&t, 300, 300, config.seed);
	add(&t, "0.0.0.0/0");
	add(&t, "10.0.0.0/8");
	add(&t, "10.0.0.0/9");
	add(&t, "10.128.0.0/9");
	add(&t, "10.0.0.0/31");
	add(&t, "10.0.0.2/32");
	add(&t, "::/0");
	add(&t, "2001:db8::/126");
	add(&t, "2001:db8::1/128");
	table_finish(&t);
	tr = traffic_new(&t, &config);
	for (unsigned i = 0; i < 50000; i++) {
		assert_true(traffic_next(tr, &packet));
		assert_int_equal(packet.src.family, packet.dst.family);
		assert_int_equal(naive_match(&t, &packet.dst), packet.route);
	}
	traffic_free(tr);
	table_fini(&t);
}

static int
descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x > y ? -1 : x < y;
}

static void
shares_are_those_of_zipf(void **state)
{
	enum {
		N = 2000,
		DRAWS = 400000
	};
	static double share[N], seen[N];
	struct traffic_config config = plain;
	struct traffic *tr;
	struct table t;
	double harmonic = 0;
	unsigned ranks = 0;

	(void)state;
	config.seed = test_seed("zipf");
	make_table(&t, N, 0, config.seed);
	tr = traffic_new(&t, &config);
	memset(seen, 0, sizeof(seen));
	for (unsigned i = 0; i < DRAWS; i++) {
		struct traffic_packet packet;

		assert_true(traffic_next(tr, &packet));
		seen[packet.route]++;
	}
	for (uint32_t i = 0; i < N; i++) {
		double mean = traffic_share(tr, i) * DRAWS;

		assert_near(seen[i], mean, 7 * sqrt(mean) + 4);
		share[i] = traffic_share(tr, i);
	}
	qsort(share, N, sizeof(*share), descending);
	/* A route that has no address of its own has no share: ranks have no holes. */
	for (unsigned r = 1; r <= N && share[r - 1] > 0; r++) {
		assert_near(share[r - 1] * r / share[0], 1, 1e-9);
		harmonic += 1. / r;
		ranks = r;
	}
	assert_in_range(ranks, N / 2, N);
	assert_near(share[0], 1 / harmonic, 1e-9);
	traffic_free(tr);
	table_fini(&t);
}

static void
families_have_their_shares(void **state)
{
	struct traffic_config config = plain;
	double v6 = 0, ua_share = 0;
	struct traffic *tr;
	struct table t;

	(void)state;
	config.seed = test_seed("families");
	config.plain_ranks = false;
	config.ipv6_share = .3;
	config.active = 40;
	make_table(&t, 3000, 1000, config.seed);
	tr = traffic_new(&t, &config);
	for (uint32_t i = 0, n = 0; i < t.n; i++) {
		double share = traffic_share(tr, i);

		v6 += t.routes[i].prefix.family == IP_V6 ? share : 0;
		ua_share += share;
		n += share > 0;
		if (i + 1 == t.n)
			assert_int_equal(n, 80);
	}
	assert_near(v6, .3, 1e-9);
	assert_near(ua_share, 1, 1e-9);
	traffic_free(tr);
	table_fini(&t);
}

/* Correlation of the logarithms of the shares of covered prefixes and their parents, where both
 * have one origin. */
static double
family_likeness(const struct table *t, const struct traffic *tr)
{
	struct table_cover cover = { .table = t };
	double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t parent = table_cover_step(&cover, i);
		double a, b;

		if (parent == TABLE_NONE || t->routes[parent].origin != t->routes[i].origin)
			continue;
		/* A prefix that is all covered has no traffic. */
		if (traffic_share(tr, parent) <= 0 || traffic_share(tr, i) <= 0)
			continue;
		a = log(traffic_share(tr, parent));
		b = log(traffic_share(tr, i));
		n++;
		x += a;
		y += b;
		xx += a * a;
		yy += b * b;
		xy += a * b;
	}
	assert_true(n > 5000);
	return (n * xy - x * y) / sqrt((n * xx - x * x) * (n * yy - y * y));
}

static void
ranks_are_correlated_by_as(void **state)
{
	struct traffic_config config = plain;
	struct table t;

	(void)state;
	config.seed = test_seed("correlation");
	make_table(&t, 30000, 0, config.seed);
	for (unsigned k = 0; k < 2; k++) {
		struct traffic *tr;
		double likeness;

		config.plain_ranks = k == 0;
		tr = traffic_new(&t, &config);
		likeness = family_likeness(&t, tr);
		if (k == 0)
			assert_near(likeness, 0, 0.15);
		else
			assert_true(likeness > 0.3);
		traffic_free(tr);
	}
	table_fini(&t);
}

static void
a_share_can_be_set(void **state)
{
	struct traffic_config config = plain;
	struct traffic_packet packet;
	struct traffic *tr;
	struct table t;
	double before;

	(void)state;
	table_init(&t);
	add(&t, "10.0.0.0/8");
	add(&t, "10.0.0.0/9");
	add(&t, "10.128.0.0/9");
	add(&t, "11.0.0.0/8");
	add(&t, "12.0.0.0/8");
	add(&t, "12.0.0.0/16");
	table_finish(&t);
	config.active = 2;
	tr = traffic_new(&t, &config);
	/* Covered by its halves: no address of its own. */
	assert_false(traffic_set_share(tr, 0, .5));
	assert_false(traffic_set_share(tr, 1, 1));
	assert_false(traffic_set_share(tr, 1, NAN));
	for (uint32_t i = 1; i < t.n; i++)
		assert_true(traffic_set_share(tr, i, i / 20.));
	before = traffic_share(tr, 2);
	assert_near(traffic_share(tr, 5), .25, 1e-12);
	assert_true(traffic_set_share(tr, 4, .5));
	assert_near(traffic_share(tr, 4), .5, 1e-12);
	assert_true(traffic_set_share(tr, 4, 0));
	assert_near(traffic_share(tr, 4), 0, 0);
	assert_true(traffic_share(tr, 2) > before);
	for (unsigned i = 0; i < 5000; i++) {
		assert_true(traffic_next(tr, &packet));
		assert_int_not_equal(packet.route, 4);
	}
	/* All silent; then one alone. */
	for (uint32_t i = 1; i < t.n; i++)
		assert_true(traffic_set_share(tr, i, 0));
	assert_false(traffic_next(tr, &packet));
	assert_true(traffic_set_share(tr, 3, .25));
	assert_true(traffic_next(tr, &packet));
	assert_int_equal(packet.route, 3);
	assert_near(traffic_share(tr, 3), 1, 0);
	traffic_free(tr);
	table_fini(&t);
}

static void
frames_have_the_mean_they_say(void **state)
{
	struct traffic_config config = plain;
	struct traffic_packet packet;
	struct traffic *tr;
	struct table t;
	double octets = 0;

	(void)state;
	config.seed = test_seed("frames");
	make_table(&t, 10, 0, 1);
	tr = traffic_new(&t, &config);
	for (unsigned i = 0; i < 100000; i++) {
		assert_true(traffic_next(tr, &packet));
		octets += packet.frame_len;
	}
	assert_near(octets / 100000, traffic_mean_frame(tr), 15);
	traffic_free(tr);
	config.frame_len = 500;
	tr = traffic_new(&t, &config);
	assert_true(traffic_next(tr, &packet));
	assert_int_equal(packet.frame_len, 500);
	traffic_free(tr);
	table_fini(&t);
}

/* --- the agent ----------------------------------------------------------------------------- */

struct seen {
	uint64_t n, bytes;
	uint64_t hash; /* of the destinations, in order */
};

static void
on_samples(void *ctx, void *tag, const struct sflow_sample *samples, size_t n)
{
	struct seen *s = ctx;

	(void)tag;
	for (size_t i = 0; i < n; i++) {
		s->n++;
		s->bytes += samples[i].bytes;
		s->hash = rng_mix(s->hash ^ samples[i].dst.hi ^ samples[i].dst.lo);
		assert_int_equal(samples[i].rate, 512);
		assert_int_equal(samples[i].input, 7);
		assert_int_equal(samples[i].output, 9);
	}
}

/* Run an agent for a second of steps; what the daemon's decoder makes of it. */
static void
run_agent(struct table *t, int64_t step_us, struct seen *seen, struct sflow_agent_stats *stats,
    uint64_t *truth)
{
	struct agent_config config = { .address = ip_v4(0xc6120001),
		.rate = 512,
		.input = 7,
		.output = 9,
		.samples_s = 20000 };
	struct sflow_agent_config agent_config = { .address = config.address };
	struct sflow_sink sink = { .ctx = seen, .samples = on_samples };
	struct traffic *tr = traffic_new(t, &plain);
	struct sflow_agents *agents = sflow_agents_new();
	static struct agent a;
	bool found = false;

	*seen = (struct seen){ .n = 0 };
	sflow_agents_configure(agents, &agent_config, 1);
	agent_init(&a, &config, tr, 5, mono_us(0));
	/* The last step is after the flush time, so that nothing is left in the agent. */
	for (int64_t now = 0; now <= 1000000; now += step_us) {
		struct mono at = mono_us(now);
		const uint8_t *data;
		size_t len;

		while ((data = agent_next(&a, at, &len)) != NULL) {
			assert_true(len <= AGENT_DATAGRAM_MAX);
			sflow_agents_input(agents, data, len, &config.address, at, &sink);
		}
	}
	for (size_t i = 0; !found && sflow_agents_stats(agents, i, stats); i++)
		found = ip_equal(&stats->address, &config.address);
	assert_true(found);
	assert_int_equal(stats->datagrams, a.datagrams);
	*truth = a.samples - (a.open ? a.build.n_samples : 0);
	sflow_agents_free(agents);
	traffic_free(tr);
}

static void
the_daemon_decodes_what_the_agent_sends(void **state)
{
	struct sflow_agent_stats stats;
	struct seen seen, again;
	uint64_t truth;
	struct table t;

	(void)state;
	make_table(&t, 1000, 200, 3);
	run_agent(&t, 1000, &seen, &stats, &truth);
	assert_int_equal(seen.n, truth);
	assert_near((double)seen.n, 20000, 6 * sqrt(20000));
	assert_near((double)seen.bytes / (double)seen.n / 512, TRAFFIC_MIX_MEAN, 30);
	assert_int_equal(stats.malformed, 0);
	assert_int_equal(stats.datagrams_lost, 0);
	assert_int_equal(stats.flow_lost, 0);
	assert_int_equal(stats.non_ip_samples, 0);
	/* How often it is asked changes nothing. */
	run_agent(&t, 40000, &again, &stats, &truth);
	assert_int_equal(again.n, seen.n);
	assert_int_equal(again.hash, seen.hash);
	table_fini(&t);
}

static void
a_slow_agent_does_not_hold_samples_back(void **state)
{
	struct agent_config config = { .address = ip_v4(0xc6120001), .rate = 1, .samples_s = 2 };
	struct traffic *tr;
	struct agent *a = calloc(1, sizeof(*a));
	struct table t;
	size_t len;

	(void)state;
	make_table(&t, 10, 0, 1);
	tr = traffic_new(&t, &plain);
	agent_init(a, &config, tr, 1, mono_us(0));
	/* Due, but the datagram waits for company; and then no longer. */
	assert_null(agent_next(a, a->due, &len));
	assert_int_equal(a->samples, 1);
	assert_non_null(agent_next(a, mono_add_ms(a->first, AGENT_FLUSH_MS), &len));
	assert_true(len > 0);
	agent_skip_to(a, mono_us(INT64_C(3600000000)));
	assert_true(a->due.us >= INT64_C(3600000000));
	traffic_free(tr);
	table_fini(&t);
	free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_go_where_they_are_counted),
		cmocka_unit_test(shares_are_those_of_zipf),
		cmocka_unit_test(families_have_their_shares),
		cmocka_unit_test(ranks_are_correlated_by_as),
		cmocka_unit_test(a_share_can_be_set),
		cmocka_unit_test(frames_have_the_mean_they_say),
		cmocka_unit_test(the_daemon_decodes_what_the_agent_sends),
		cmocka_unit_test(a_slow_agent_does_not_hold_samples_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
