/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From sFlow-RT's Active Route Manager to hotfib.
 *
 * ARM knows one router: a reflector that gives the table (with an IPv6 address, a second session to
 * the same one), an agent that measures it, and a target that takes the selection. That becomes the
 * router "edge", learning neighbours "reflector" and "reflector6", push neighbours "target" and
 * "target6".
 *
 *   - Listening: the properties do not say which of our addresses a router dials, and sFlow-RT
 *     listens on all of them, so we do: 0.0.0.0 and ::, for the families that have a session. Who
 * is not a neighbour is refused anyway.
 *   - sFlow: likewise on all addresses. Datagrams count when they come from the agent's own address
 *     or over loopback, which is how an agent on the same switch sends.
 *   - REST: sFlow-RT listens on all addresses by default; hotfib has no authentication yet and
 *     stays on loopback, whatever http.hostname says.
 *   - headroom is 0: N means N. (ARM adds before it removes and passes N for a moment; hotfib never
 *     does, and with no headroom it has to remove first.)
 *   - A family whose target has no address has capacity 0. No target at all is ARM's simulation
 *     mode: hotfib then observes.
 *
 * Every line of the result says in a comment which key gave it. The result is parsed before it is
 * given out, so what is imported is valid.
 */
#include "control/config/import.h"

#include <string.h>

#include "control/config/config.h"
#include "control/config/properties.h"
#include "control/config/source.h"
#include "control/config/suggest.h"
#include "control/config/value.h"

enum key {
	BGP_START,
	BGP_PORT,
	REFLECTOR_IP,
	REFLECTOR_IP6,
	REFLECTOR_AS,
	REFLECTOR_ID,
	SFLOW_PORT,
	SFLOW_IP,
	SFLOW_T,
	TARGET_IP,
	TARGET_IP6,
	TARGET_AS,
	TARGET_ID,
	TARGET_PREFIXES,
	TARGET_PREFIXES6,
	TARGET_MINVALUE,
	HTTP_PORT,
	HTTP_HOSTNAME,
	KEYS
};

static const char *const yes_words[] = { "no", "yes", NULL };

/* A key is a setting as the schema has them: kind, range, default; `name` is its own. */
static const struct schema_row keys[KEYS] = {
	[BGP_START] = { .name = "bgp.start",
	    .kind = SCHEMA_WORD,
	    .words = yes_words,
	    .value = "no" },
	[BGP_PORT] = { .name = "bgp.port",
	    .kind = SCHEMA_U16,
	    .min = 1,
	    .max = UINT16_MAX,
	    .value = "1179" },
	[REFLECTOR_IP] = { .name = "arm.reflector.ip",
	    .kind = SCHEMA_ADDRESS,
	    .value = "127.0.0.1" },
	[REFLECTOR_IP6] = { .name = "arm.reflector.ip6", .kind = SCHEMA_ADDRESS, .value = "::1" },
	[REFLECTOR_AS] = { .name = "arm.reflector.as", .kind = SCHEMA_AS, .value = "65000" },
	[REFLECTOR_ID] = { .name = "arm.reflector.id",
	    .kind = SCHEMA_ROUTER_ID,
	    .value = "0.0.0.1" },
	[SFLOW_PORT] = { .name = "sflow.port",
	    .kind = SCHEMA_U16,
	    .min = 1,
	    .max = UINT16_MAX,
	    .value = "6343" },
	[SFLOW_IP] = { .name = "arm.sflow.ip", .kind = SCHEMA_ADDRESS }, /* that of the reflector */
	[SFLOW_T] = { .name = "arm.sflow.t",
	    .kind = SCHEMA_REAL,
	    .min = 0.1,
	    .max = 3600,
	    .value = "10" },
	[TARGET_IP] = { .name = "arm.target.ip", .kind = SCHEMA_ADDRESS },
	[TARGET_IP6] = { .name = "arm.target.ip6", .kind = SCHEMA_ADDRESS },
	[TARGET_AS] = { .name = "arm.target.as", .kind = SCHEMA_AS }, /* that of the reflector */
	[TARGET_ID] = { .name = "arm.target.id", .kind = SCHEMA_ROUTER_ID, .value = "0.0.0.2" },
	[TARGET_PREFIXES] = { .name = "arm.target.prefixes",
	    .kind = SCHEMA_U32,
	    .max = 10000000,
	    .value = "20000" },
	[TARGET_PREFIXES6] = { .name = "arm.target.prefixes6",
	    .kind = SCHEMA_U32,
	    .max = 10000000,
	    .value = "20000" },
	[TARGET_MINVALUE] = { .name = "arm.target.minvalue",
	    .kind = SCHEMA_REAL,
	    .max = 1e12,
	    .value = "0" },
	[HTTP_PORT] = { .name = "http.port",
	    .kind = SCHEMA_U16,
	    .min = 1,
	    .max = UINT16_MAX,
	    .value = "8008" },
	[HTTP_HOSTNAME] = { .name = "http.hostname", .kind = SCHEMA_ADDRESS, .value = "127.0.0.1" },
};

struct value {
	unsigned line; /* 0: the file does not have it, this is the default */
	union {
		struct ip_addr address;
		uint32_t u32;
		uint16_t u16;
		double real;
		int word;
	} as;
};

struct import {
	struct value values[KEYS];
	struct faults faults;
	struct str *out;
};

static bool
given(const struct import *im, enum key key)
{
	return im->values[key].line != 0;
}

/* --- reading the keys --- */

static void
unknown_key(struct import *im, unsigned line, const char *name)
{
	struct suggest nearest = { 0 };
	char hint[SUGGEST_TEXT_MAX];

	for (int k = 0; k < KEYS; k++)
		suggest_offer(&nearest, name, keys[k].name);
	faults_warn(&im->faults, line, "'%.64s' means nothing to hotfib%s", name,
	    suggest_text(nearest.best, hint));
}

/* ARM's ...ip is for IPv4, its ...ip6 for IPv6. */
static bool
wrong_family(enum key key, const struct value *v)
{
	bool v6 = key == REFLECTOR_IP6 || key == TARGET_IP6;

	if (key != REFLECTOR_IP && key != TARGET_IP && !v6)
		return false;
	return (v->as.address.family == IP_V6) != v6;
}

static void
take_value(struct import *im, enum key key, const char *text, unsigned line)
{
	const struct schema_row *row = &keys[key];
	struct value v = { .line = line };
	struct str want, got;

	if (value_parse(row, text, &v.as) && !wrong_family(key, &v)) {
		im->values[key] = v;
		return;
	}
	str_init(&want, MEM_CONFIG);
	str_init(&got, MEM_CONFIG);
	if (row->kind == SCHEMA_ADDRESS)
		str_add(&want, key == REFLECTOR_IP || key == TARGET_IP     ? "an IPv4 address"
			       : key == REFLECTOR_IP6 || key == TARGET_IP6 ? "an IPv6 address"
									   : "an IP address");
	else
		value_describe(row, &want);
	value_quote(text, &got);
	faults_add(&im->faults, line, "%s must be %s, not %.80s", row->name, want.text, got.text);
	str_fini(&want);
	str_fini(&got);
}

/* A host name needs no resolving, as we stay on loopback whatever it is. */
static void
take_hostname(struct import *im, const char *text, unsigned line)
{
	struct ip_addr a;

	if (ip_parse(text, &a) && ip_is_loopback(&a))
		im->values[HTTP_HOSTNAME] = (struct value){ .line = line, .as.address = a };
	else if (strcmp(text, "localhost") != 0)
		faults_warn(&im->faults, line,
		    "http.hostname: hotfib has no authentication yet and is left on loopback "
		    "(http.insecure = true allows other addresses)");
}

static void
take_setting(struct import *im, const char *name, const char *text, unsigned line)
{
	int k = 0;

	while (k < KEYS && strcmp(keys[k].name, name) != 0)
		k++;
	if (k == KEYS) {
		unknown_key(im, line, name);
		return;
	}
	if (given(im, (enum key)k))
		faults_warn(&im->faults, line, "%s is set again: the last one counts", name);
	if (text[0] == '\0')
		return; /* as good as not there */
	if (k == HTTP_HOSTNAME)
		take_hostname(im, text, line);
	else
		take_value(im, (enum key)k, text, line);
}

static void
take_defaults(struct import *im)
{
	for (int k = 0; k < KEYS; k++) {
		bool ok = keys[k].value == NULL ||
			  value_parse(&keys[k], keys[k].value, &im->values[k].as);

		ASSERT(ok);
	}
}

static void
read_properties(struct import *im, const char *text)
{
	struct properties p = { .pos = text, .line = 1 };
	struct str key, value;
	unsigned line;

	str_init(&key, MEM_CONFIG);
	str_init(&value, MEM_CONFIG);
	take_defaults(im);
	while (properties_next(&p, &key, &value, &line))
		take_setting(im, key.text, value.text, line);
	if (!given(im, SFLOW_IP))
		im->values[SFLOW_IP].as = im->values[REFLECTOR_IP].as;
	if (!given(im, TARGET_AS))
		im->values[TARGET_AS].as = im->values[REFLECTOR_AS].as;
	str_fini(&key);
	str_fini(&value);
}

/* --- what they mean together --- */

static bool
has_sessions(const struct import *im)
{
	return im->values[BGP_START].as.word == 1;
}

static bool
has_target(const struct import *im)
{
	return has_sessions(im) && (given(im, TARGET_IP) || given(im, TARGET_IP6));
}

static void
check_same_address(struct import *im, enum key target, enum key reflector)
{
	if (given(im, target) &&
	    ip_equal(&im->values[target].as.address, &im->values[reflector].as.address))
		faults_add(&im->faults, im->values[target].line,
		    "%s is the same as %s: the two sessions could not be told apart",
		    keys[target].name, keys[reflector].name);
}

static void
check_default(struct import *im, enum key key)
{
	struct str value;

	if (given(im, key))
		return;
	str_init(&value, MEM_CONFIG);
	value_print(&keys[key], &im->values[key].as, &value);
	faults_warn(&im->faults, 1, "%s is not set: %s is taken", keys[key].name, value.text);
	str_fini(&value);
}

static void
check_import(struct import *im)
{
	if (!has_sessions(im)) {
		faults_warn(&im->faults, given(im, BGP_START) ? im->values[BGP_START].line : 1,
		    "bgp.start is not \"yes\", so sFlow-RT has no BGP sessions: none are written, "
		    "and no target. hotfib has no such switch: it listens where bgp.listen says, "
		    "which is left empty");
		return;
	}
	check_default(im, REFLECTOR_AS);
	check_default(im, REFLECTOR_ID);
	if (!has_target(im)) {
		faults_warn(&im->faults, 1,
		    "neither arm.target.ip nor arm.target.ip6 is set (ARM's simulation): no target "
		    "is written, hotfib will observe only");
		return;
	}
	check_default(im, TARGET_AS);
	check_default(im, TARGET_ID);
	check_same_address(im, TARGET_IP, REFLECTOR_IP);
	check_same_address(im, TARGET_IP6, REFLECTOR_IP6);
}

/* --- writing --- */

/* "	NAME = VALUE  # KEY", with "(default)" where the file did not have the key. */
static void
write_setting(struct import *im, const char *tabs, const char *name, enum key key)
{
	str_addf(im->out, "%s%s = ", tabs, name);
	value_print(&keys[key], &im->values[key].as, im->out);
	str_addf(im->out, "\t# %s%s\n", keys[key].name, given(im, key) ? "" : " (default)");
}

static void
write_neighbor(struct import *im, const char *name, bool learn, enum key ip, bool last)
{
	str_addf(im->out, "\t\t{\n\t\t\tname = \"%s\"\n", name);
	write_setting(im, "\t\t\t", "address", ip);
	write_setting(im, "\t\t\t", "local-as", learn ? REFLECTOR_AS : TARGET_AS);
	write_setting(im, "\t\t\t", "router-id", learn ? REFLECTOR_ID : TARGET_ID);
	str_addf(im->out, "\t\t\trole = \"%s\"\n", learn ? "learn" : "push");
	if (learn)
		str_add(im->out, "\t\t\trouter = \"edge\"\n");
	str_add(im->out, last ? "\t\t}\n" : "\t\t},\n");
}

static void
write_bgp(struct import *im)
{
	bool v4 = given(im, TARGET_IP), v6 = given(im, TARGET_IP6);

	str_add(im->out, "bgp: {\n");
	if (!has_sessions(im)) {
		str_add(im->out, "\tlisten = [ ]\t# bgp.start is not yes\n}\n\n");
		return;
	}
	/* ARM always has both reflectors; one that never connects does no harm. */
	str_add(im->out, "\tlisten = [ \"0.0.0.0\", \"::\" ]\t# every address, as sFlow-RT does\n");
	write_setting(im, "\t", "port", BGP_PORT);
	str_add(im->out, "\tneighbors = (\n");
	write_neighbor(im, "reflector", true, REFLECTOR_IP, false);
	write_neighbor(im, "reflector6", true, REFLECTOR_IP6, !v4 && !v6);
	if (v4)
		write_neighbor(im, "target", false, TARGET_IP, !v6);
	if (v6)
		write_neighbor(im, "target6", false, TARGET_IP6, true);
	str_add(im->out, "\t)\n}\n\n");
}

static void
write_sflow(struct import *im)
{
	const struct ip_addr *agent = &im->values[SFLOW_IP].as.address;
	unsigned port = im->values[SFLOW_PORT].as.u16;

	str_addf(im->out,
	    "sflow: {\n\tlisten = [ \"0.0.0.0:%u\", \"[::]:%u\" ]\t# every address; sflow.port%s\n",
	    port, port, given(im, SFLOW_PORT) ? "" : " (default)");
	str_add(im->out, "\tagents = (\n\t\t{\n");
	str_addf(im->out, "\t\t\taddress = \"%s\"\t# arm.sflow.ip%s\n",
	    ip_format(agent, (char[IP_TEXT_MAX]){ 0 }),
	    given(im, SFLOW_IP) ? "" : " (default: arm.reflector.ip)");
	str_add(im->out, "\t\t\tsources = [ \"127.0.0.1\", \"::1\"");
	if (!ip_is_loopback(agent))
		str_addf(im->out, ", \"%s\"", ip_format(agent, (char[IP_TEXT_MAX]){ 0 }));
	str_add(im->out, " ]\n\t\t\trouter = \"edge\"\n");
	write_setting(im, "\t\t\t", "t", SFLOW_T);
	str_add(im->out, "\t\t}\n\t)\n}\n\n");
}

/* A family without a target address gets nothing. */
static void
write_capacity(struct import *im, const char *name, enum key prefixes, enum key ip)
{
	if (given(im, ip))
		write_setting(im, "\t", name, prefixes);
	else
		str_addf(im->out, "\t%s = 0\t# %s is not set\n", name, keys[ip].name);
}

static void
write_target(struct import *im)
{
	bool v4 = given(im, TARGET_IP), v6 = given(im, TARGET_IP6);

	if (!has_target(im))
		return;
	str_add(im->out, "target: {\n\trouter = \"edge\"\n");
	str_addf(im->out, "\tvia = [ %s%s%s ]\n", v4 ? "\"target\"" : "", v4 && v6 ? ", " : "",
	    v6 ? "\"target6\"" : "");
	write_capacity(im, "capacity", TARGET_PREFIXES, TARGET_IP);
	write_capacity(im, "capacity6", TARGET_PREFIXES6, TARGET_IP6);
	write_setting(im, "\t", "min-rate", TARGET_MINVALUE);
	str_add(im->out, "\theadroom = 0\t# N means N, as in ARM\n}\n\n");
}

static void
write_http(struct import *im)
{
	const struct ip_addr *a = &im->values[HTTP_HOSTNAME].as.address;
	char text[IP_TEXT_MAX];

	ip_format(a, text);
	str_addf(im->out,
	    a->family == IP_V6 ? "http: {\n\tlisten = [ \"[%s]:%u\" ]"
			       : "http: {\n\tlisten = [ \"%s:%u\" ]",
	    text, im->values[HTTP_PORT].as.u16);
	str_addf(im->out, "\t# http.port%s, http.hostname%s\n}\n",
	    given(im, HTTP_PORT) ? "" : " (default)",
	    given(im, HTTP_HOSTNAME) ? "" : " (default: loopback)");
}

/* Our own parser has the last word: what it would refuse is not given out. */
static void
check_result(struct import *im, const char *text)
{
	struct str why;
	struct config *c;

	str_init(&why, MEM_CONFIG);
	c = config_parse_text(text, "result", &why);
	if (c == NULL)
		faults_add(&im->faults, 1, "the result would not be valid: %.*s",
		    (int)strcspn(why.text, "\n"), why.text);
	config_free(c);
	str_fini(&why);
}

bool
import_properties(const char *text, const char *file, struct str *out, struct str *faults)
{
	struct import im = { .out = out };
	struct source source;
	size_t before = out->len;
	bool ok;

	faults_init(&im.faults);
	source_from_text(&source, "", file, &im.faults);
	read_properties(&im, text);
	if (im.faults.fatal == 0)
		check_import(&im);
	str_add(out,
	    "# hotfib.conf, from sFlow-RT's properties. A comment names the key of a value.\n\n");
	write_bgp(&im);
	write_sflow(&im);
	write_target(&im);
	write_http(&im);
	if (im.faults.fatal == 0)
		check_result(&im, out->text + before);
	ok = im.faults.fatal == 0;
	if (!ok) {
		out->text[before] = '\0';
		out->len = before;
	}
	faults_print(&im.faults, &source, faults);
	faults_fini(&im.faults);
	source_fini(&source);
	return ok;
}
