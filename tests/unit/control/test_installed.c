/* SPDX-License-Identifier: Apache-2.0 */
/* Who follows what is held by the log of changes knows what who looks at all of it does; and what a
 * selection is cut down to. */
#include "tests/support/support.h"

#include <stdlib.h>

#include "control/installed.h"
#include "control/select/select.h"
#include "lib/str.h"
#include "tests/support/hops.h"
#include "tests/support/prefixes.h"

#define PREFIXES 300

static void
test_log(void **state)
{
	struct rng r = rng_make(test_seed("installed"));
	struct attrs_table *attrs = attrs_table_new(1);
	struct installed *held = installed_new(IP_V4, attrs);
	struct ip_prefix *pool = table_make(IP_V4, PREFIXES, rng_u64(&r));
	uint32_t sets[4], known[PREFIXES];
	uint64_t since = 0, followed = 0;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		sets[i] = hop_attrs(attrs, 1 + i);
	for (size_t i = 0; i < PREFIXES; i++)
		known[i] = ATTRS_NONE;
	for (unsigned round = 0; round < 2000; round++) {
		uint64_t n = rng_below(&r, 20) == 0 ? rng_below(&r, 3000) : rng_below(&r, 5);

		for (; n > 0; n--) {
			const struct ip_prefix *p = &pool[rng_below(&r, PREFIXES)];

			if (rng_below(&r, 3) == 0)
				(void)installed_remove(held, p);
			else
				installed_put(held, p, sets[rng_below(&r, 4)], false, mono_us(0));
		}
		if (rng_below(&r, 50) == 0)
			installed_clear(held);
		for (size_t i = 0; i < PREFIXES; i++) {
			const struct installed_entry *e = installed_get(held, &pool[i]);
			bool listed = !installed_remembers(held, since);

			for (uint64_t c = since; !listed && c < installed_changes(held); c++)
				listed = prefix_equal(installed_changed(held, c), &pool[i]);
			if (!listed)
				assert_int_equal(known[i], e != NULL ? e->attrs : ATTRS_NONE);
			known[i] = e != NULL ? e->attrs : ATTRS_NONE;
		}
		followed += round > 0 && installed_remembers(held, since);
		since = installed_changes(held);
	}
	assert_true(followed > 1000 && followed < 2000);
	installed_free(held);
	free(pool);
	for (uint32_t i = 0; i < 4; i++)
		attrs_unref(attrs, sets[i]);
	attrs_table_free(attrs);
}

static void
assert_trimmed(size_t limit, const struct slots *slots, const char *expected)
{
	static const struct {
		const char *prefix;
		double rate_bps;
		bool pinned;
	} all[] = { { "10.0.0.0/8", 50, false }, { "10.1.0.0/16", 10, false },
		{ "10.1.2.0/24", 0, false }, { "192.0.2.0/24", 5, true },
		{ "198.51.100.0/24", 15, false }, { "203.0.113.0/24", 25, false } };
	struct selection s;
	char buf[PREFIX_TEXT_MAX];
	struct str text;

	selection_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct select_entry *e = selection_add(&s);

		*e = (struct select_entry){ .rate_bps = all[i].rate_bps, .pinned = all[i].pinned };
		assert_true(prefix_parse(all[i].prefix, true, &e->prefix));
	}
	selection_trim(&s, limit, slots);
	str_init(&text, MEM_MISC);
	for (size_t i = 0; i < s.n; i++)
		str_addf(&text, "%s%s", i > 0 ? " " : "",
		    prefix_format(&selection_at(&s, i)->prefix, buf));
	assert_string_equal(text.text != NULL ? text.text : "", expected);
	assert_int_equal(s.no_room, ARRAY_LEN(all) - s.n);
	str_fini(&text);
	selection_fini(&s);
}

/* What is under one root earns 20 a slot; what an operator pinned goes last. */
static void
test_trim(void **state)
{
	struct slots own = slots_plain;

	(void)state;
	assert_trimmed(6, &slots_plain,
	    "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24");
	assert_trimmed(
	    5, &slots_plain, "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 192.0.2.0/24 203.0.113.0/24");
	assert_trimmed(4, &slots_plain, "192.0.2.0/24 203.0.113.0/24");
	assert_trimmed(1, &slots_plain, "192.0.2.0/24");
	assert_trimmed(0, &slots_plain, "");
	/* Three /24s have a table of their own, the fourth takes one of two slots too many. */
	own.exact_len = 24;
	own.exact_room = 3;
	assert_trimmed(2, &own, "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 192.0.2.0/24 203.0.113.0/24");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
