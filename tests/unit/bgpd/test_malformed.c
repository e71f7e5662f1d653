/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzing corpus of another implementation (bio-rd): what each input does to a session that waits
 * for an OPEN, and to one that is up. */
#include "tests/unit/bgpd/pair.h"

#include <dirent.h>

/* The NOTIFICATION that answers; -1: none, the session goes on; -2: none, and it ends. */
struct answer {
	int code, subcode;
};

static const struct file {
	const char *name; /* as far as it tells them apart */
	struct answer in_opensent, in_established;
} files[] = {
	/* 5/1: a whole UPDATE or KEEPALIVE before the OPEN. 3/1: lengths that exceed the UPDATE.
	 * Longer than 4096 is legal only once extended messages were agreed on (1b0227c4).
	 * 3/10: withdrawn prefixes longer than 32. 2/0: optional parameters that do not fit. */
	{ "0.bytes", { 5, 1 }, { -1, 0 } },
	{ "0157cd85", { 5, 1 }, { 3, 1 } },
	{ "015c42a3", { 5, 1 }, { 3, 1 } },
	{ "060a1dde", { 2, 0 }, { 5, 3 } },
	{ "0a8e36b0", { 5, 1 }, { 3, 1 } },
	{ "0ace7093", { 5, 1 }, { 3, 1 } },
	{ "0ba3ebb1", { 5, 1 }, { 3, 1 } },
	{ "0df74acb", { 5, 1 }, { 3, 1 } },
	{ "1.bytes", { 1, 1 }, { 1, 1 } },
	{ "11f3430f", { 5, 1 }, { 3, 1 } },
	{ "17e66349", { 5, 1 }, { 3, 1 } },
	{ "1aae43a3", { 5, 1 }, { 3, 1 } },
	{ "1b0227c4", { 1, 2 }, { -1, 0 } },
	{ "2.bytes", { -2, 0 }, { -2, 0 } },
	{ "246d9b10", { 5, 1 }, { 3, 1 } },
	{ "257d2fe4", { 5, 1 }, { 3, 1 } },
	{ "25e08ee0", { 5, 1 }, { 3, 1 } },
	{ "3.bytes", { 2, 2 }, { 5, 3 } },
	{ "3a199e74", { 5, 1 }, { 3, 1 } },
	{ "3b1d7d76", { -1, 0 }, { -1, 0 } },
	{ "3e079343", { 5, 1 }, { 3, 1 } },
	{ "4.bytes", { 1, 2 }, { 1, 2 } },
	{ "4466603d", { 5, 1 }, { 3, 1 } },
	{ "48bc0d32", { 5, 1 }, { 3, 1 } },
	{ "48befb08", { 2, 0 }, { 5, 3 } },
	{ "4f4a2076", { 5, 1 }, { 3, 1 } },
	{ "4f901d0f", { -1, 0 }, { -1, 0 } },
	{ "5.bytes", { 5, 1 }, { -1, 0 } },
	{ "58417300", { 5, 1 }, { 3, 1 } },
	{ "5c090c61", { 5, 1 }, { 3, 10 } },
	{ "5fd3ce66", { 5, 1 }, { 3, 10 } },
	{ "6.bytes", { 5, 1 }, { 1, 2 } },
	{ "6148ec90", { 5, 1 }, { 3, 1 } },
	{ "62371dc5", { 1, 2 }, { 1, 2 } },
	{ "63e58e73", { 5, 1 }, { 3, 1 } },
	{ "6698ba73", { -1, 0 }, { -1, 0 } },
	{ "6d51a3c6", { 5, 1 }, { 3, 1 } },
	{ "6f9ac81c", { 5, 1 }, { 3, 10 } },
	{ "728a5dac", { 5, 1 }, { 3, 1 } },
	{ "7967fa67", { 5, 1 }, { 3, 1 } },
	{ "7f76af64", { 5, 1 }, { 3, 1 } },
};

static const struct file *
find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (strncmp(name, files[i].name, strlen(files[i].name)) == 0)
			return &files[i];
	fail_msg("%s: not in the table", name);
	return NULL;
}

/* In pieces of this size, each in a block of its own. */
static void
feed(struct end *e, const uint8_t *data, size_t len, size_t chunk)
{
	for (size_t at = 0; at < len; at += chunk) {
		size_t n = size_min(chunk, len - at);
		uint8_t *piece = malloc(n);

		memcpy(piece, data + at, n);
		bgp_conn_feed(e->conn, piece, n, start);
		free(piece);
	}
}

static void
check(const struct end *e, const char *name, struct answer expected)
{
	size_t len;

	if (expected.code == -1) {
		if (e->ends != 0)
			fail_msg("%s: %s", name, bgp_conn_end_text(e->conn));
		return;
	}
	assert_int_equal(e->ends, 1);
	if (expected.code == -2)
		assert_null(bgp_conn_output(e->conn, &len));
	else
		assert_notification(e, name, expected.code, expected.subcode, NULL);
}

static void
play(const char *name, const uint8_t *data, size_t len)
{
	static const size_t chunks[] = { 1, 7, SIZE_MAX };
	const struct file *f = find(name);
	struct end e;

	for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
		size_t chunk = size_min(chunks[i], len);

		end_init(&e, &learner);
		discard_output(&e);
		feed(&e, data, len, chunk);
		check(&e, name, f->in_opensent);
		end_fini(&e);
		end_come_up(&e, &learner, &speaker);
		feed(&e, data, len, chunk);
		check(&e, name, f->in_established);
		assert_int_equal(e.announced, 0);
		assert_int_equal(e.withdrawn, strcmp(name, "5.bytes") == 0 ? 2 : 0);
		end_fini(&e);
	}
}

static void
test_malformed(void **state)
{
	char path[4096];
	unsigned n = 0;
	struct dirent *entry;
	DIR *dir;

	(void)state;
	if (!data_path("bgp/malformed/bio-rd", path, sizeof(path))) {
		data_skip("bgp/malformed/bio-rd");
		return;
	}
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char name[512];
		uint8_t *data;
		size_t len;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "bgp/malformed/bio-rd/%s", entry->d_name);
		data = data_read(name, &len);
		play(entry->d_name, data, len);
		free(data);
		n++;
	}
	closedir(dir);
	assert_int_equal(n, ARRAY_LEN(files));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
