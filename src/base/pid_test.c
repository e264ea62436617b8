/* SPDX-License-Identifier: MIT */
/* A child knows its own number, however it was made. */
#include "testing.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pid.h"

static void
check_child(pid_t child)
{
	int status = -1;

	assert_true(child >= 0);
	if (child == 0)
		_exit(pid_self() == getpid() ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(pid_self(), getpid());
}

static void
after_fork(void **state)
{
	assert_int_equal(pid_self(), getpid());
	check_child(fork());
}

/* As a sandbox or a language's runtime makes one, past libc. */
static void
after_a_bare_clone(void **state)
{
	assert_int_equal(pid_self(), getpid());
	check_child((pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0L));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_fork),
		cmocka_unit_test(after_a_bare_clone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
