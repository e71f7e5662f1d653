/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the fake backend at first. Included by web_fake.h only. */
#ifndef TESTS_SUPPORT_WEB_FAKE_DATA_H
#define TESTS_SUPPORT_WEB_FAKE_DATA_H

/* All well: both sessions up, 3 routes of each family, 2 installed. */
static inline void
web_fake_init(struct web_fake *f)
{
	/* AS_SEQUENCE 1 2 3 */
	static const uint8_t as_path[] = { 2, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3 };
	static const double bounds_s[] = { 0.001, 0.01 };
	static const uint64_t turns[] = { 100, 20, 3 };

	*f = (struct web_fake){ .n_neighbors = 2,
		.n_routers = 1,
		.n_agents = 1,
		.n_routes = { 3, 3 },
		.n_active = 3,
		.n_installed = 2,
		.value_scale = 9.7e7,
		.as_path = as_path,
		.as_path_len = sizeof(as_path) };
	f->totals = (struct web_totals){ .version = "0.1-test",
		.start_wall_ms = 1467322500000,
		.uptime_s = 90061,
		.cpu_s = 12.25,
		.loop_lag_max_s = 0.002,
		.loop_turns = turns,
		.loop_turn_bounds_s = bounds_s,
		.loop_turn_bounds = 2,
		.loop_busy_s = 1.25,
		.loop_late_s = 0.25,
		.sflow_datagrams = 1000,
		.sflow_flow_samples = 7000 };
	f->neighbors[0] = (struct web_neighbor){ .name = "reflector",
		.role = "learn",
		.router = "edge",
		.state = "established",
		.last_error = "",
		.address = ip_v4(0x0a0000fe),
		.local_address = ip_v4(0x0a000001),
		.local_as = 65254,
		.remote_as = 65254,
		.local_id = 1,
		.remote_id = 0x0a0000fe,
		.start_wall_ms = 1467322582093,
		.state_age_s = 86400,
		.established_count = 1,
		.hold_time_s = 90,
		.keepalive_s = 30,
		.hold_left_s = INFINITY,
		.keepalive_left_s = INFINITY,
		.retry_left_s = INFINITY,
		.held_left_s = INFINITY,
		.updates_received = 12345 };
	f->neighbors[1] = f->neighbors[0];
	f->neighbors[1].name = "target";
	f->neighbors[1].role = "push";
	f->neighbors[1].address = ip_v4(0x0a000088);
	f->routers[0] = (struct web_router){ .name = "edge" };
	f->routers[1] = (struct web_router){ .name = "spare" };
	for (int i = 0; i < IP_FAMILIES; i++) {
		f->neighbors[0].family[i].negotiated = f->neighbors[1].family[i].negotiated = true;
		f->neighbors[0].family[i].stale_left_s = INFINITY;
		f->neighbors[1].family[i].stale_left_s = INFINITY;
		f->neighbors[0].family[i].end_of_rib = f->neighbors[0].family[i].ready = true;
		f->neighbors[0].family[i].paths = f->neighbors[0].family[i].learned_added = 691838;
		f->neighbors[1].family[i].desired = f->neighbors[1].family[i].installed = 2;
		f->neighbors[1].family[i].pushed_added = 5;
		f->neighbors[1].family[i].pushed_removed = 3;
		f->routers[0].family[i].prefixes = 691838;
		f->routers[0].family[i].paths = 700000;
		f->routers[0].family[i].active = 40000;
		f->routers[0].family[i].rate_total = 2e8;
		f->routers[0].family[i].rate_installed = 1.9e8;
		f->routers[0].family[i].has_target = true;
		f->routers[0].family[i].capacity = f->routers[0].family[i].usable = 10000;
		f->routers[0].family[i].desired = f->routers[0].family[i].installed = 9800;
		f->routers[0].family[i].frozen_why = f->routers[1].family[i].frozen_why = "";
	}
	f->n_hardware = 2;
	f->hardware[0] = (struct web_hardware){ .source = "sflow",
		.name = "10.0.0.136",
		.error = "",
		.known = true,
		.age_s = 2.5,
		.n_tables = 2,
		.tables = { { "total_routes", 9812, 131072 }, { "ipv4_routes", 9000, 0 } } };
	f->hardware[1] = (struct web_hardware){
		.source = "redis", .name = "/run/redis.sock", .error = "no \"answer\""
	};
	f->n_events = 3;
	for (size_t i = 0; i < f->n_events; i++)
		f->events[i] = (struct web_event){ .id = i + 5,
			.severity = i == 0   ? "error"
				    : i == 1 ? "info"
					     : "warning",
			.kind = i == 1 ? "table" : "session",
			.text = "neighbour target went down: \xff",
			.first_wall_ms = 1467322582093,
			.last_wall_ms = 1467322582093 + (int64_t)i,
			.count = i + 1,
			.suppressed = i };
	f->agents[0] = (struct web_agent){ .address = ip_v4(0x0a000088),
		.last_source = ip_v4(0x7f000001),
		.configured = true,
		.router = "edge",
		.t_s = 10,
		.datagrams = 1000,
		.datagrams_lost = 2,
		.flow_samples = 7000,
		.flow_lost = 1,
		.sampling_rate = 4096,
		.asic_routes = 9812,
		.asic_routes_max = 131072,
		.uptime_ms = 123456,
		.first_seen_wall_ms = 1467322582093,
		.last_seen_wall_ms = 1467322999999,
		.last_seen_age_s = 0.2 };
}

#endif
