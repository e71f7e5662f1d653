/* SPDX-License-Identifier: Apache-2.0 */
/* `hotfib-lab stream FILE`: what a feeder would send, into a file: OPEN, KEEPALIVE, UPDATEs,
 * End-of-RIB. Benches replay it into a decoder. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bgpd/msg.h"
#include "bgpd/open.h"
#include "lib/mem.h"
#include "tests/lab/emit.h"
#include "tests/lab/lab.h"
#include "tests/lab/source.h"

#define CHUNK (256u << 10)

static struct {
	uint32_t as;
	struct ip_addr router_id;
	bool packed, ebgp;
} options = { .as = 65001 };

const struct option_row stream_options[] = {
	{ "packed", NULL, OPTION_FLAG, &options.packed,
	    "routes of equal attributes share UPDATEs" },
	{ "as", "N", OPTION_U32, &options.as, "AS of the speaker; default 65001" },
	{ "ebgp", NULL, OPTION_FLAG, &options.ebgp, "as to another AS: path prepended" },
	{ "router-id", "ADDRESS", OPTION_ADDR, &options.router_id,
	    "BGP identifier; default 10.0.0.1" },
	OPTION_TABLE_END,
};

static void
write_head(struct wr *w, const bool families[IP_FAMILIES])
{
	struct bgp_open open = { .as = options.as,
		.hold_time_s = 90,
		.router_id = ip_to_v4(options.router_id.hi),
		.families = { families[IP_V4], families[IP_V6] },
		.four_octet_as = true,
		.graceful_restart = true,
		.refresh_type = BGP_MSG_REFRESH };

	if (open.router_id == 0)
		open.router_id = 0x0a000001;
	bgp_open_encode(w, &open);
	bgp_msg_keepalive(w);
}

static bool
write_table(const struct table *t, FILE *out, struct emit *e)
{
	bool families[IP_FAMILIES] = { table_count(t, IP_V4) > 0, table_count(t, IP_V6) > 0 };
	struct bgp_encode how = {
		.local_as = options.as, .ebgp = options.ebgp, .four_octet_as = true, .reflect = true
	};
	uint8_t *buf = mem_alloc(MEM_MISC, CHUNK);
	struct wr w = wr_make(buf, CHUNK);
	bool ok = true;

	emit_init(e, t, &how, families, options.packed);
	write_head(&w, families);
	do {
		ok = fwrite(buf, 1, wr_len(&w), out) == wr_len(&w);
		w = wr_make(buf, CHUNK);
	} while (ok && emit_next(e, &w));
	emit_fini(e);
	mem_free(MEM_MISC, buf);
	return ok;
}

int
stream_main(const char **words)
{
	bool to_stdout = words[0] != NULL && strcmp(words[0], "-") == 0;
	struct table t;
	struct emit e;
	FILE *out;
	bool ok;

	if (words[0] == NULL) {
		fprintf(stderr, "stream: which FILE to write?\n");
		return LAB_USAGE;
	}
	table_init(&t);
	if (!source_load(&t, true))
		return LAB_FAILED;
	out = to_stdout ? stdout : fopen(words[0], "w");
	if (out == NULL) {
		fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
		return LAB_FAILED;
	}
	ok = write_table(&t, out, &e);
	ok &= (to_stdout ? fflush(out) : fclose(out)) == 0;
	if (!ok)
		fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
	fprintf(stderr,
	    "%" PRIu64 " routes, %" PRIu64 " updates, %u attribute sets, %" PRIu64 " too long\n",
	    e.routes, e.updates, t.n_attrs, e.too_long);
	table_fini(&t);
	return ok ? LAB_OK : LAB_FAILED;
}
