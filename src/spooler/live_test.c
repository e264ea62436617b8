/* SPDX-License-Identifier: MIT */
#include "live.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "paths.h"
#include "testing.h"

static const char key[] = "0123456789abcdef";

static char *folder;

static int
set_up(void **state)
{
	folder = g_dir_make_tmp("emapi-test-XXXXXX", NULL);
	setenv("XDG_STATE_HOME", folder, 1);
	return folder ? 0 : -1;
}

static int
tear_down(void **state)
{
	g_autofree char *live = paths_state("live"), *state_folder = paths_state(NULL);

	rmdir(live);
	rmdir(state_folder);
	assert_int_equal(rmdir(folder), 0);
	g_free(folder);
	return 0;
}

static void
append(const char *line, void *context)
{
	g_string_append_printf(context, "%s|", line);
}

static void
assert_read(struct live *live, const char *lines)
{
	g_autoptr(GString) all = g_string_new(NULL);

	live_read(live, append, all);
	assert_string_equal(all->str, lines);
}

static void
nobody_looks_on(void **state)
{
	assert_false(live_wanted());
	assert_int_equal(live_connect(key, 16), -1);
}

static void
lines_come_in_order(void **state)
{
	struct live *live = live_open(key, 16);
	int fd;

	assert_non_null(live);
	assert_true(live_wanted());
	assert_int_equal(live_connect("another message.", 16), -1);
	assert_read(live, "");
	fd = live_connect(key, 16);
	assert_true(fd >= 0);
	live_say(fd, "> EHLO x\t+1");
	live_say(fd, "< 250 y\t+2");
	assert_true(live_wait(live));
	assert_read(live, "> EHLO x\t+1|< 250 y\t+2|");
	live_say(fd, "> QUIT");
	close(fd);
	assert_read(live, "> QUIT|");
	live_close(live);
	assert_false(live_wanted());
}

static void
the_next_worker_is_heard(void **state)
{
	struct live *live = live_open(key, 16);
	int first = live_connect(key, 16), second;

	live_say(first, "one");
	assert_read(live, "one|");
	second = live_connect(key, 16);
	live_say(second, "two");
	assert_read(live, "two|");
	close(first);
	close(second);
	assert_read(live, "");
	live_close(live);
}

static void
who_does_not_read_stops_nobody(void **state)
{
	struct live *live = live_open(key, 16);
	int fd = live_connect(key, 16);
	char line[5000];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = 0;
	for (int i = 0; i < 1000; i++)
		live_say(fd, line);
	live_close(live);
	live_say(fd, "nobody is there any more");
	close(fd);
}

static void
another_listens(void **state)
{
	struct live *live;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	live = live_join(ends[0]);
	assert_read(live, "");
	live_say(ends[1], "> EHLO x\t+1");
	live_say(ends[1], "< 250 y\t+2");
	assert_true(live_wait(live));
	assert_read(live, "> EHLO x\t+1|< 250 y\t+2|");
	close(ends[1]);
	assert_true(live_wait(live));
	assert_read(live, "");
	live_stop(live);
	assert_false(live_wait(live));
	live_close(live);
	assert_false(live_wanted());
}

static void
waiting_ends(void **state)
{
	struct live *live = live_open(key, 16);

	live_stop(live);
	assert_false(live_wait(live));
	live_close(live);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_looks_on),
		cmocka_unit_test(lines_come_in_order),
		cmocka_unit_test(the_next_worker_is_heard),
		cmocka_unit_test(who_does_not_read_stops_nobody),
		cmocka_unit_test(another_listens),
		cmocka_unit_test(waiting_ends),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
