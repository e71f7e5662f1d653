/* SPDX-License-Identifier: Apache-2.0 */
/* The capabilities of an OPEN as JSON. */
#include "webui/api.h"
#include "webui/json.h"

static json_t *
families_json(const bool families[IP_FAMILIES])
{
	json_t *list = json_array();

	for (int f = 0; f < IP_FAMILIES; f++)
		if (families[f])
			json_array_append_new(
			    list, web_json_string(ip_family_name((enum ip_family)f)));
	return list;
}

static json_t *
add_path_json(const struct web_capabilities *c)
{
	json_t *o = json_object();

	for (int f = 0; f < IP_FAMILIES; f++)
		if (c->add_path[f] != NULL)
			web_json_text(o, ip_family_name((enum ip_family)f), c->add_path[f]);
	return o;
}

static json_t *
graceful_restart_json(const struct web_capabilities *c)
{
	json_t *o = json_object();

	web_json_count(o, "timeSeconds", c->restart_time_s);
	web_json_bool(o, "restarted", c->restarted);
	web_json_bool(o, "notification", c->notification);
	json_object_set_new(o, "families", families_json(c->restart_families));
	json_object_set_new(o, "forwarding", families_json(c->restart_forwarding));
	return o;
}

static json_t *
unknown_json(const struct web_capabilities *c)
{
	json_t *list = json_array();

	for (unsigned code = 0; code < 256; code++)
		if (c->unknown[code / 32] >> (code % 32) & 1)
			json_array_append_new(list, json_integer(code));
	return list;
}

json_t *
web_capabilities_json(const struct web_capabilities *c)
{
	json_t *o;

	if (!c->valid)
		return json_null();
	o = json_object();
	json_object_set_new(o, "multiprotocol", families_json(c->families));
	web_json_bool(o, "fourOctetAs", c->four_octet_as);
	web_json_bool(o, "routeRefresh", c->route_refresh);
	web_json_bool(o, "enhancedRouteRefresh", c->enhanced_refresh);
	web_json_bool(o, "extendedMessage", c->extended_message);
	web_json_bool(o, "extendedNexthop", c->extended_nexthop);
	json_object_set_new(o, "addPath", add_path_json(c));
	json_object_set_new(
	    o, "gracefulRestart", c->graceful_restart ? graceful_restart_json(c) : json_null());
	json_object_set_new(o, "unknown", unknown_json(c));
	return o;
}
