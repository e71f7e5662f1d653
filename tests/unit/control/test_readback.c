/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers against what they read: a tree of files as switchd makes it, one of them a FIFO that
 * nobody writes to; and a redis-server of our own on a socket in the same directory.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "control/readback_io.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "tests/support/support.h"

#define DEADLINE_S 20

static char dir[] = "/tmp/hotfib-readback-XXXXXX";
static struct ev_loop *loop;

static char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void
on_deadline(struct ev_loop *l, ev_timer *w, int events)
{
	(void)events;
	*(bool *)w->data = true;
	ev_break(l, EVBREAK_ONE);
}

/* Run the loop until the source's error is `error` ("": and it is known); fails past the deadline.
 */
static void
run_until(const struct hardware_source *source, const char *error)
{
	ev_timer deadline;
	bool late = false;

	ev_timer_init(&deadline, on_deadline, DEADLINE_S, 0.);
	deadline.data = &late;
	ev_timer_start(loop, &deadline);
	while (!late && (strcmp(source->error, error) != 0 ||
			    (error[0] == '\0' && mono_is_never(source->at))))
		ev_run(loop, EVRUN_ONCE);
	ev_timer_stop(loop, &deadline);
	if (late)
		fail_msg("%s: still \"%s\" after %d s", source->kind, source->error, DEADLINE_S);
}

/* --- switchd --- */

static void
test_switchd(void **state)
{
	struct hardware_sources sources;
	struct config_hardware config = { .switchd = dir, .interval_s = 0.05 };
	size_t before = mem_used(MEM_MISC);
	struct readback *r = readback_new(loop, &config, &sources);
	const struct hardware_source *s = &sources.list[0];

	(void)state;
	assert_int_equal(sources.n, 1);
	assert_string_equal(s->kind, "switchd");
	run_until(s, "no sizes of tables there: No such file or directory");
	assert_int_equal(mkdir(path_of("route"), 0700), 0);
	assert_int_equal(mkdir(path_of("mac"), 0700), 0);
	write_file("mac/count", "7\n");
	write_file("route/mode", "1\n");
	write_file("route/count_0", "9812\n");
	write_file("route/max_0", "131072\n");
	run_until(s, "");
	/* Files that are not there say nothing; the others are enough. */
	assert_int_equal(s->tables.table[ASIC_IPV4_IPV6].used, 9812);
	assert_int_equal(s->tables.table[ASIC_IPV4_IPV6].max, 131072);
	assert_int_equal(s->tables.table[ASIC_MAC].used, 7);
	assert_int_equal(s->tables.table[ASIC_MAC].max, 0);
	readback_free(r);
	assert_int_equal(mem_used(MEM_MISC), before);
}

/* A read that lasts for ever stops neither the loop nor the end. */
static void
test_switchd_hangs(void **state)
{
	struct hardware_sources sources;
	struct config_hardware config = { .switchd = dir, .interval_s = 0.05 };
	struct readback *r;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path_of("route/max_total"), 0600), 0);
	r = readback_new(loop, &config, &sources);
	run_until(&sources.list[0], "switchd does not answer");
	/* It answers after all. */
	fd = open(path_of("route/max_total"), O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "200000\n", 7), 7);
	assert_int_equal(unlink(path_of("route/max_total")), 0);
	close(fd);
	run_until(&sources.list[0], "");
	assert_int_equal(sources.list[0].tables.table[ASIC_IPV4_IPV6].max, 131072);

	assert_int_equal(mkfifo(path_of("mac/max"), 0600), 0);
	run_until(&sources.list[0], "switchd does not answer");
	readback_free(r);
	/* Let the thread go that was left behind. */
	fd = open(path_of("mac/max"), O_WRONLY);
	assert_true(fd >= 0);
	close(fd);
}

/* --- redis --- */

static pid_t
start_redis(const char *socket)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket,
		    "--save", "", "--appendonly", "no", "--dir", dir, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* Connect, as soon as it listens; NULL when it has ended. */
static redisContext *
redis_client(const char *socket, pid_t pid)
{
	for (int i = 0; i < DEADLINE_S * 20; i++) {
		redisContext *c = redisConnectUnix(socket);

		if (c != NULL && c->err == 0)
			return c;
		redisFree(c);
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return NULL;
		usleep(50000);
	}
	return NULL;
}

static void
command(redisContext *c, const char *text)
{
	redisReply *reply = redisCommand(c, text);

	assert_non_null(reply);
	if (reply->type == REDIS_REPLY_ERROR)
		fail_msg("%s: %s", text, reply->str);
	freeReplyObject(reply);
}

static void
end_redis(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_redis(void **state)
{
	char socket[256];
	struct hardware_sources sources, others;
	struct config_hardware config = { .redis = socket, .redis_db = 2, .interval_s = 0.05 };
	const struct hardware_source *s = &sources.list[0];
	size_t before = mem_used(MEM_MISC);
	struct readback *r, *other;
	redisContext *c;
	pid_t pid;

	(void)state;
	snprintf(socket, sizeof(socket), "%s", path_of("redis.sock"));
	pid = start_redis(socket);
	c = redis_client(socket, pid);
	if (c == NULL)
		skip(); /* no redis-server here */
	r = readback_new(loop, &config, &sources);
	assert_string_equal(s->kind, "redis");
	run_until(s, "no sizes of tables in CRM:STATS of database 2");
	command(c, "HSET CRM:STATS crm_stats_ipv4_route_used 1 crm_stats_ipv4_route_available 1");
	command(c, "SELECT 2");
	command(c, "HSET CRM:STATS crm_stats_ipv4_route_used 9812 crm_stats_ipv4_route_available "
		   "121260 crm_stats_acl_group_used x");
	run_until(s, "");
	assert_int_equal(s->tables.table[ASIC_IPV4].used, 9812);
	assert_int_equal(s->tables.table[ASIC_IPV4].max, 131072);

	command(c, "HSET CRM:STATS crm_stats_ipv4_route_used many");
	run_until(s, "crm_stats_ipv4_route_used is no number");
	assert_int_equal(s->tables.table[ASIC_IPV4].used, 9812); /* the last good word */
	command(c, "DEL CRM:STATS");
	command(c, "SET CRM:STATS text");
	run_until(s, "WRONGTYPE Operation against a key holding the wrong kind of value");

	/* A database that it does not have: nothing is taken from another one instead. */
	config.redis_db = 99;
	other = readback_new(loop, &config, &others);
	run_until(&others.list[0], "ERR DB index is out of range");
	run_until(s, "WRONGTYPE Operation against a key holding the wrong kind of value");
	assert_string_equal(others.list[0].error, "ERR DB index is out of range");
	assert_true(mono_is_never(others.list[0].at));
	readback_free(other);

	/* It goes, and comes back. */
	redisFree(c);
	end_redis(pid);
	command(c = (pid = start_redis(socket), redis_client(socket, pid)), "SELECT 2");
	command(c, "HSET CRM:STATS crm_stats_ipv6_route_used 5 crm_stats_ipv6_route_available 5");
	run_until(s, "");
	assert_int_equal(s->tables.table[ASIC_IPV6].max, 10);

	/* It is stopped: the loop goes on, and says so. */
	assert_int_equal(kill(pid, SIGSTOP), 0);
	run_until(s, "redis does not answer");
	readback_free(r);
	assert_int_equal(mem_used(MEM_MISC), before);
	redisFree(c);
	end_redis(pid);
}

static void
test_redis_is_not_there(void **state)
{
	struct hardware_sources sources;
	struct config_hardware config = { .redis = (char[]){ "127.0.0.1:1" },
		.redis_at = { .address = { .hi = UINT64_C(0x7f000001) << 32, .family = IP_V4 },
		    .port = 1 },
		.interval_s = 0.05 };
	struct readback *r = readback_new(loop, &config, &sources);

	(void)state;
	run_until(&sources.list[0], strerror(ECONNREFUSED));
	readback_free(r);
	config.redis = path_of("nobody.sock");
	r = readback_new(loop, &config, &sources);
	run_until(&sources.list[0], strerror(ENOENT));
	readback_free(r);
}

static int
set_up(void **state)
{
	(void)state;
	loop = ev_default_loop(EVFLAG_AUTO);
	(void)signal(SIGPIPE, SIG_IGN); /* hiredis writes to sockets as if they were files */
	log_set_level(LOG_LEVEL_ERROR);
	return mkdtemp(dir) == NULL;
}

static int
clean_up(void **state)
{
	char command_line[300];

	(void)state;
	snprintf(command_line, sizeof(command_line), "rm -rf '%s'", dir);
	return system(command_line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_switchd),
		cmocka_unit_test(test_switchd_hangs),
		cmocka_unit_test(test_redis),
		cmocka_unit_test(test_redis_is_not_there),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
