/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the decoder makes of real agents' datagrams, against what tshark makes of them.
 *
 * Both sides are written down as the same lines of text and compared line by line:
 *
 *      datagram 172.16.0.3 sub=0 seq=812646826 n=5
 *      sample 0:1
 *      flow rate=1024 frame=1518 2a0c:...:38 > 2a0c:...:39
 *
 * The same is done with datagrams of our own encoder, so that it is not only checked by the decoder
 * it is there to check.
 *
 * tshark writes PDML: one line a field, in the order of the octets. A flow sample's addresses are
 * the first ones after the start of the sampled header: those of the outermost IP header.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/str.h"
#include "sflowin/records.h"
#include "tests/support/sflow_build.h"

#define PCAP "sflow/agents.pcap"

/* --- our side ----------------------------------------------------------------------------- */

static void
say_addr(struct str *out, const struct ip_addr *a)
{
	char text[IP_TEXT_MAX];

	str_add(out, ip_format(a, text));
}

static void
say_flow(struct str *out, struct rd *body, bool expanded)
{
	struct sflow_sample sample;
	struct sflow_flow flow;
	bool found;

	assert_true(sflow_flow_head(body, expanded, &flow, &sample));
	found = sflow_flow_packet(body, flow.n_records, &sample);
	assert_true(rd_ok(body));
	str_addf(out, "flow rate=%u", sample.rate);
	if (found) {
		str_addf(out, " frame=%u ", sample.frame_len);
		say_addr(out, &sample.src);
		str_add(out, " > ");
		say_addr(out, &sample.dst);
		assert_true(sample.bytes == (uint64_t)sample.frame_len * sample.rate);
	}
	str_add(out, "\n");
}

static void
say_datagram(struct str *out, const uint8_t *data, size_t len)
{
	struct sflow_datagram d;
	struct sflow_part s;

	assert_true(sflow_datagram_decode(data, len, &d));
	str_add(out, "datagram ");
	say_addr(out, &d.agent);
	str_addf(out, " sub=%u seq=%u n=%u\n", d.sub_agent, d.sequence, d.n_samples);
	for (uint32_t i = 0; i < d.n_samples; i++) {
		assert_true(sflow_part_next(&d.samples, &s));
		str_addf(out, "sample %u:%u\n", s.format >> 12, s.format & 0xfff);
		if (s.format == SFLOW_FLOW_SAMPLE || s.format == SFLOW_FLOW_SAMPLE_EXPANDED)
			say_flow(out, &s.body, s.format == SFLOW_FLOW_SAMPLE_EXPANDED);
	}
}

/* The UDP payload of an IPv4 or IPv6 packet (LINKTYPE_RAW). */
static struct rd
udp_payload(const uint8_t *packet, size_t len)
{
	struct rd r = rd_make(packet, len);
	uint16_t udp_len;

	rd_skip(&r, packet[0] >> 4 == 4 ? (packet[0] & 15U) * 4 : 40);
	rd_skip(&r, 4);
	udp_len = rd_u16(&r);
	rd_skip(&r, 2);
	return rd_sub(&r, udp_len - 8U, 1);
}

static uint32_t
le32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

/* pcapng: blocks {type, length, body, length}; type 6 is a packet, its octets 28 from the start. */
static size_t
say_capture(struct str *out, const uint8_t *data, size_t len)
{
	size_t n = 0;

	for (size_t at = 0; at + 12 <= len; at += le32(data + at + 4)) {
		struct rd payload;

		if (le32(data + at) != 6)
			continue;
		payload = udp_payload(data + at + 28, le32(data + at + 20));
		assert_true(rd_ok(&payload));
		say_datagram(out, payload.pos, rd_left(&payload));
		n++;
	}
	return n;
}

/* --- tshark's side ------------------------------------------------------------------------ */

/* Of a line `<field name="NAME" ... show="VALUE" ...>`; false where it is not one. */
static bool
read_field(const char *line, const char *what, char *out, size_t size)
{
	const char *p = strstr(line, what), *end;

	if (p == NULL)
		return false;
	p += strlen(what);
	end = strchr(p, '"');
	if (end == NULL || (size_t)(end - p) >= size)
		return false;
	memcpy(out, p, (size_t)(end - p));
	out[end - p] = '\0';
	return true;
}

/* Longer values are of fields that are not looked at. */
#define VALUE_MAX 64

struct tshark {
	struct str *out;
	char agent[VALUE_MAX], sub[VALUE_MAX], seq[VALUE_MAX], enterprise[VALUE_MAX];
	char rate[VALUE_MAX], frame[VALUE_MAX], src[VALUE_MAX], dst[VALUE_MAX];
	char ip_len[VALUE_MAX], ip_src[VALUE_MAX], ip_dst[VALUE_MAX]; /* a sampled IPv4 record */
	bool in_sflow, in_flow, in_header;
};

static void
add_normal(struct str *out, const char *address)
{
	struct ip_addr a;

	assert_true(ip_parse(address, &a));
	say_addr(out, &a);
}

static void
say_packet(struct str *out, const char *len, const char *src, const char *dst)
{
	str_addf(out, " frame=%s ", len);
	add_normal(out, src);
	str_add(out, " > ");
	add_normal(out, dst);
}

static void
end_flow(struct tshark *t)
{
	if (!t->in_flow)
		return;
	str_addf(t->out, "flow rate=%s", t->rate);
	if (t->src[0] != '\0' && t->dst[0] != '\0')
		say_packet(t->out, t->frame, t->src, t->dst);
	else if (t->ip_src[0] != '\0')
		say_packet(t->out, t->ip_len, t->ip_src, t->ip_dst);
	str_add(t->out, "\n");
	t->in_flow = t->in_header = false;
	t->src[0] = t->dst[0] = t->ip_src[0] = '\0';
}

/* Fields that are only kept until something is said. */
static char *
place_of(struct tshark *t, const char *name)
{
	const struct {
		const char *name;
		char *place;
	} fields[] = {
		{ "sflow_245.agent", t->agent },
		{ "sflow_245.agent.v6", t->agent },
		{ "sflow_245.sub_agent_id", t->sub },
		{ "sflow_245.sequence_number", t->seq },
		{ "sflow.enterprise", t->enterprise },
		{ "sflow.flow_sample.sampling_rate", t->rate },
		{ "sflow_245.header.frame_length", t->frame },
		{ "sflow_245.ip.length", t->ip_len },
		{ "sflow_245.ipv4_src", t->ip_src },
		{ "sflow_245.ipv4_dst", t->ip_dst },
		{ "ip.src", t->src },
		{ "ip.dst", t->dst },
		{ "ipv6.src", t->src },
		{ "ipv6.dst", t->dst },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strcmp(name, fields[i].name) == 0)
			return fields[i].place;
	return NULL;
}

static void
take_field(struct tshark *t, const char *name, const char show[VALUE_MAX])
{
	char *place = place_of(t, name);

	if (place == t->src || place == t->dst) {
		if (t->in_header && place[0] == '\0')
			memcpy(place, show, VALUE_MAX);
		return;
	}
	if (place != NULL)
		memcpy(place, show, VALUE_MAX);
	if (strcmp(name, "sflow_245.numsamples") == 0) {
		str_add(t->out, "datagram ");
		add_normal(t->out, t->agent);
		str_addf(t->out, " sub=%s seq=%s n=%s\n", t->sub, t->seq, show);
	} else if (strcmp(name, "sflow_245.sampletype") == 0) {
		end_flow(t);
		str_addf(t->out, "sample %s:%s\n", t->enterprise, show);
	}
	t->in_flow = t->in_flow || place == t->rate;
	t->in_header = t->in_header || strcmp(name, "sflow_245.header") == 0;
}

static void
say_tshark(struct str *out, const char *path)
{
	struct tshark t = { .out = out };
	char command[4400], name[64], show[VALUE_MAX] = "";
	char *line = NULL;
	size_t cap = 0;
	FILE *f;

	snprintf(command, sizeof(command),
	    "tshark -n -r '%s' -d udp.port==6343,sflow -T pdml 2>/dev/null", path);
	f = popen(command, "r");
	assert_non_null(f);
	while (getline(&line, &cap, f) > 0) {
		if (strstr(line, "<packet>") != NULL) {
			end_flow(&t);
			t.in_sflow = false;
		} else if (strstr(line, "<proto name=\"sflow\"") != NULL) {
			t.in_sflow = true;
		} else if (t.in_sflow && read_field(line, "<field name=\"", name, sizeof(name))) {
			if (!read_field(line, " show=\"", show, sizeof(show)))
				show[0] = '\0';
			take_field(&t, name, show);
		}
	}
	end_flow(&t);
	free(line);
	assert_int_equal(pclose(f), 0);
}

/* --- the comparison ----------------------------------------------------------------------- */

static size_t
count_lines(const char *text, const char *start)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, start)) != NULL; p++)
		n++;
	return n;
}

static void
compare(char *ours, char *theirs)
{
	char *next_ours, *next_theirs;
	char *a = strtok_r(ours, "\n", &next_ours), *b = strtok_r(theirs, "\n", &next_theirs);
	int line = 1;

	for (; a != NULL && b != NULL; line++) {
		if (strcmp(a, b) != 0)
			fail_msg("line %d\n  ours   %s\n  tshark %s", line, a, b);
		a = strtok_r(NULL, "\n", &next_ours);
		b = strtok_r(NULL, "\n", &next_theirs);
	}
	assert_null(a);
	assert_null(b);
}

static bool
have_tshark(void)
{
	if (system("command -v tshark >/dev/null") == 0)
		return true;
	print_message("SKIP: tshark is not installed\n");
	return false;
}

static void
test_real_agents(void **state)
{
	struct str ours, theirs;
	char path[4096];
	uint8_t *data;
	size_t len;

	(void)state;
	if (!have_tshark())
		skip();
	data = data_read(PCAP, &len);
	if (data == NULL)
		data_skip(PCAP);
	assert_true(data_path(PCAP, path, sizeof(path)));
	str_init(&ours, MEM_MISC);
	str_init(&theirs, MEM_MISC);
	assert_int_equal(say_capture(&ours, data, len), 99);
	say_tshark(&theirs, path);
	/* Two empty texts would be equal: these are what the file is known to hold. */
	assert_int_equal(count_lines(theirs.text, "datagram "), 99);
	assert_int_equal(count_lines(theirs.text, "sample "), 290);
	assert_int_equal(count_lines(theirs.text, "flow rate"), 75);
	assert_int_equal(count_lines(theirs.text, " frame="), 65);
	compare(ours.text, theirs.text);
	str_fini(&ours);
	str_fini(&theirs);
	free(data);
}

/* A datagram of random samples; gives its length. */
static size_t
build_datagram(struct rng *rng, uint8_t *buf, size_t size)
{
	struct sflow_build_agent agent = { .sub_agent = (uint32_t)rng_below(rng, 4),
		.sequence = (uint32_t)rng_u64(rng),
		.uptime_ms = (uint32_t)rng_u64(rng) };
	struct sflow_build b;
	bool more = true;

	agent.address =
	    rng_below(rng, 2) == 0 ? ip_v4(0xc0000201) : ip_from_bytes(IP_V6, "0123456789abcdef");
	sflow_build_begin(&b, buf, size, &agent);
	for (uint32_t i = 0; more && i < 20; i++) {
		bool v6 = rng_below(rng, 2) == 0;
		struct sflow_build_flow flow = { .expanded = rng_below(rng, 2) == 0,
			.sequence = i,
			.source_index = i,
			.rate = 1 + (uint32_t)rng_below(rng, 10000),
			.input = i };
		struct sflow_build_packet packet = { .frame_len =
							 70 + (uint32_t)rng_below(rng, 1400),
			.header_len = 64 + (uint32_t)rng_below(rng, 100),
			.vlan = (uint16_t)rng_below(rng, 3) };

		packet.src = v6 ? (struct ip_addr){ .hi = UINT64_C(0x20010db8) << 32,
			.lo = rng_u64(rng),
			.family = IP_V6 }
				: ip_v4(0x0a000000 | (uint32_t)rng_below(rng, 1 << 24));
		packet.dst = packet.src;
		packet.dst.hi ^= UINT64_C(1) << 32;
		if (rng_below(rng, 5) == 0)
			more = sflow_build_counters(&b, i, i);
		else
			more = sflow_build_flow(&b, &flow, &packet);
	}
	return sflow_build_end(&b);
}

/* A pcap file of one UDP datagram a record, LINKTYPE_RAW, appended to f. */
static void
write_packet(FILE *f, const uint8_t *data, size_t len)
{
	uint32_t record[4] = { 0, 0, (uint32_t)len + 28, (uint32_t)len + 28 };
	uint8_t headers[28];
	struct wr w = wr_make(headers, sizeof(headers));

	wr_u32(&w, 0x45000000 | (uint32_t)(len + 28));
	wr_u32(&w, 0);
	wr_u32(&w, 64U << 24 | 17 << 16);
	wr_u32(&w, 0xc0000201);
	wr_u32(&w, 0xc0000202);
	wr_u16(&w, 6343);
	wr_u16(&w, 6343);
	wr_u32(&w, (uint32_t)(len + 8) << 16);
	assert_true(wr_ok(&w));
	assert_int_equal(fwrite(record, sizeof(record), 1, f), 1);
	assert_int_equal(fwrite(headers, sizeof(headers), 1, f), 1);
	assert_int_equal(fwrite(data, len, 1, f), 1);
}

static void
test_own_encoder(void **state)
{
	const uint32_t pcap[6] = { 0xa1b2c3d4, 4U << 16 | 2, 0, 0, 65535, 101 };
	char path[] = "/tmp/test_tshark.XXXXXX";
	struct rng rng = rng_make(test_seed("test_own_encoder"));
	struct str ours, theirs;
	uint8_t buf[1400];
	FILE *f;

	(void)state;
	if (!have_tshark())
		skip();
	str_init(&ours, MEM_MISC);
	str_init(&theirs, MEM_MISC);
	f = fdopen(mkstemp(path), "w");
	assert_non_null(f);
	assert_int_equal(fwrite(pcap, sizeof(pcap), 1, f), 1);
	for (int i = 0; i < 100; i++) {
		size_t len = build_datagram(&rng, buf, sizeof(buf));

		assert_true(len > 0);
		write_packet(f, buf, len);
		say_datagram(&ours, buf, len);
	}
	assert_int_equal(fclose(f), 0);
	say_tshark(&theirs, path);
	unlink(path);
	assert_int_equal(count_lines(theirs.text, "datagram "), 100);
	compare(ours.text, theirs.text);
	str_fini(&ours);
	str_fini(&theirs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_agents),
		cmocka_unit_test(test_own_encoder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
