/* SPDX-License-Identifier: Apache-2.0 */
/* Pools: from the configuration, through the selection, against the enumeration of small tables. */
#include "tests/support/support.h"

#include <string.h>

#include "control/config/pools.h"
#include "control/select/priced.h"
#include "lib/mem.h"
#include "ribtrie/rib.h"
#include "tests/support/hops.h"

static struct config *
parse(const char *pools, struct str *faults)
{
	struct config *c;
	struct str text;

	str_init(&text, MEM_MISC);
	str_addf(&text,
	    "bgp: { listen = [ \"127.0.0.1\" ]; neighbors = ( { name = \"r\", address = "
	    "\"127.0.0.2\", local-as = 65000, router-id = \"0.0.0.1\", role = \"learn\", "
	    "router = \"edge\" }, { name = \"p\", address = \"127.0.0.3\", local-as = 65000, "
	    "router-id = \"0.0.0.1\", role = \"push\" } ) }\n"
	    "target: { router = \"edge\"; via = [ \"p\" ]; pools = %s }\n",
	    pools);
	str_clear(faults);
	c = config_parse_text(text.text, "test", faults);
	str_fini(&text);
	return c;
}

/* The example of an ASIC with a shared table and an exact match table. */
static void
test_shared_and_exact(void **state)
{
	char error[POOLS_ERROR_MAX];
	struct pools p;
	struct str faults;
	struct config *c;

	(void)state;
	str_init(&faults, MEM_MISC);
	c = parse(
	    "( { name = \"l3\", capacity = 110000, classes = ( { family = \"ipv4\", cost = 1 }, "
	    "{ family = \"ipv6\", max-length = 64, cost = 2 }, "
	    "{ family = \"ipv6\", min-length = 65, cost = 4 } ) }, "
	    "{ name = \"lem\", capacity = 40000, "
	    "classes = ( { family = \"ipv4\", length = 24 } ) } )",
	    &faults);
	if (c == NULL)
		fail_msg("%s", faults.text);
	assert_true(pools_make(c->target.pools, c->target.n_pools, &p, error));
	assert_true(p.shared);
	assert_int_equal(p.capacity[IP_V4], 110000);
	assert_int_equal(p.slots[IP_V4].exact_len, 24);
	assert_int_equal(p.slots[IP_V4].exact_room, 40000);
	assert_int_equal(p.slots[IP_V4].of[24], 1);
	assert_int_equal(p.slots[IP_V6].of[64], 2);
	assert_int_equal(p.slots[IP_V6].of[65], 4);
	assert_int_equal(p.slots[IP_V6].exact_len, 0);
	{ /* what is printed says the same */
		struct str printed;
		struct config *again;

		str_init(&printed, MEM_MISC);
		config_print(c, &printed);
		again = config_parse_text(printed.text, "printed", &faults);
		if (again == NULL)
			fail_msg("%s in %s", faults.text, printed.text);
		assert_int_equal(again->target.n_pools, 2);
		assert_int_equal(again->target.pools[0].classes[2].min_length, 65);
		config_free(again);
		str_fini(&printed);
	}
	config_free(c);
	c = parse(
	    "( { name = \"v4\", capacity = 10, classes = ( { family = \"ipv4\", min-length = 8, "
	    "max-length = 24 } ) }, { name = \"v6\", capacity = 20, classes = ( "
	    "{ family = \"ipv6\" } ) } )",
	    &faults);
	assert_non_null(c);
	assert_true(pools_make(c->target.pools, c->target.n_pools, &p, error));
	assert_false(p.shared);
	assert_int_equal(p.capacity[IP_V4], 10);
	assert_int_equal(p.capacity[IP_V6], 20);
	assert_int_equal(p.slots[IP_V4].of[7], SLOTS_NEVER);
	assert_int_equal(p.slots[IP_V4].of[25], SLOTS_NEVER);
	config_free(c);
	str_fini(&faults);
}

static void
test_faults(void **state)
{
	static const struct {
		const char *pools, *fault;
	} bad[] = {
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\" } ) },\n"
		  "{ name = \"a\", capacity = 1, classes = ( { family = \"ipv6\" } ) } )",
		    "test:3: target.pools: two are called a" },
		{ "( { name = \"a\", capacity = 1, classes = ( ) } )", "a has no classes" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\", length = 24, "
		  "max-length = 25 } ) } )",
		    "a length, or min-length" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\" } ) }, "
		  "{ name = \"b\", capacity = 1, classes = ( { family = \"ipv4\" } ) } )",
		    "b and a are both for several lengths" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\" }, "
		  "{ family = \"ipv4\", length = 9 } ) } )",
		    "two classes are for" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\", length = 24 } "
		  ") } )",
		    "single length only" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\", "
		  "min-length = 9, max-length = 8 } ) } )",
		    "of length 9 to 8" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\", length = 33 } "
		  ") } )",
		    "length 33" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\", length = 24, "
		  "cost = 2 } ) } )",
		    "of cost 1" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\" } ) } ); "
		  "capacity = 7",
		    "give one of them" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv4\" } ) } ); "
		  "selection = \"top\"",
		    "only the \"priced\" selection" },
		{ "( { name = \"a\", classes = ( { family = \"ipv4\" } ) } )", "capacity" },
		{ "( { name = \"a\", capacity = 1, classes = ( { family = \"ipv5\" } ) } )",
		    "family" },
	};
	struct str faults;

	(void)state;
	str_init(&faults, MEM_MISC);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct config *c = parse(bad[i].pools, &faults);

		/* Each with its line. */
		if (c != NULL || strstr(faults.text, bad[i].fault) == NULL ||
		    strstr(faults.text, ":0:") != NULL)
			fail_msg("%s: %s", bad[i].pools, faults.text);
	}
	str_fini(&faults);
}

/* --- against enumeration ---------------------------------------------------------------------- */

#define ROUTES 8

struct table {
	struct ip_prefix prefix[ROUTES];
	int64_t weight[ROUTES];
};

/* Of routes that do not meet, any set that fits may be installed: the best by trying all. */
static int64_t
best_of_all(const struct table *t, const struct slots *s, size_t limit)
{
	int64_t best = 0;

	for (unsigned set = 0; set < 1u << ROUTES; set++) {
		struct slots_fill fill = { 0 };
		int64_t sum = 0;
		bool possible = true;

		for (unsigned i = 0; i < ROUTES; i++) {
			unsigned len = t->prefix[i].len;

			if ((set & 1u << i) == 0)
				continue;
			possible &= s->of[len] != SLOTS_NEVER || len == s->exact_len;
			slots_put(s, &fill, len);
			sum += t->weight[i];
		}
		if (possible && slots_used(s, &fill) <= limit && sum > best)
			best = sum;
	}
	return best;
}

/* Routes of three lengths and costs, far from each other: whatever comes out fits, is never better
 * than the best there is, and is that where some price gives just that many slots. */
static void
test_against_enumeration(void **state)
{
	struct rng r = rng_make(test_seed("pools"));
	unsigned met = 0, rounds = 400;

	(void)state;
	for (unsigned round = 0; round < rounds; round++) {
		enum ip_family family = round % 2 == 0 ? IP_V4 : IP_V6;
		struct attrs_table *attrs = attrs_table_new(1);
		struct rib *rib = rib_new(attrs);
		struct priced_config config = { .rib = rib,
			.family = family,
			.default_action = ACTION_PUNT,
			.guards = true,
			.min_length = 1 };
		struct slots s = { .exact_len = 24, .exact_room = (uint32_t)rng_below(&r, 4) };
		size_t limit = rng_below(&r, 10);
		struct table t;
		struct priced *p;
		int64_t covered, total, best;

		for (unsigned len = 0; len <= 128; len++)
			s.of[len] = len <= 20 ? 1 : len <= 24 ? 2 : 3;
		if (rng_below(&r, 4) == 0)
			s.of[24] = SLOTS_NEVER;
		memcpy(config.slots, s.of, sizeof(s.of));
		config.exact_len = s.exact_len;
		config.exact_room = s.exact_room;
		for (unsigned i = 0; i < ROUTES; i++) {
			static const unsigned lens[] = { 16, 24, 24, 28 };

			t.prefix[i] = prefix_make(family,
			    (uint64_t)(0x20 + 8 * i) << 56 | UINT64_C(0x0101) << 40, 0,
			    lens[rng_below(&r, 4)]);
			t.weight[i] = 1 + (int64_t)rng_below(&r, 1000);
			hop_announce(rib, &t.prefix[i], i);
		}
		p = priced_new(&config);
		for (unsigned i = 0; i < ROUTES; i++)
			priced_set_weight(p, &t.prefix[i], t.weight[i]);
		priced_fit(p, limit, 1, 60);
		covered = priced_covered(p, &total);
		best = best_of_all(&t, &s, limit);
		assert_true(priced_slots(p) <= limit);
		assert_true(covered <= best);
		met += covered == best;
		priced_free(p);
		rib_free(rib);
		attrs_table_free(attrs);
	}
	/* A price for all cannot always fill a knapsack to the brim. */
	if (met < rounds / 3)
		fail_msg("the best in %u of %u", met, rounds);
	assert_int_equal(mem_used(MEM_SELECT), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared_and_exact),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_against_enumeration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
