/* SPDX-License-Identifier: MIT */
/* The service manager's protocols, with a socket of our own as the manager. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include "ipc.h"
#include "service.h"

static char *folder;

static int
manager(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void
speaks_to_the_manager(void **state)
{
	g_autofree char *notify = g_build_filename(folder, "notify", NULL);
	g_autofree char *spooler = g_build_filename(folder, "spooler.sock", NULL);
	g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
	g_autofree char *path = NULL, *none = NULL;
	char text[64] = "";
	int fd, given;

	service_notify("READY=1"); /* nobody: nothing happens */
	assert_false(service_is_managed());
	fd = manager(notify);
	given = ipc_listen(spooler);
	assert_int_equal(dup2(given, 3), 3);
	setenv("NOTIFY_SOCKET", notify, 1);
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1); /* the second is no socket */
	setenv("LISTEN_PID", pid, 1);
	service_begin();
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("LISTEN_FDS"));
	assert_true(service_is_managed());
	assert_int_equal(service_watchdog(), 3000000);
	service_notify("STATUS=%d waiting", 5);
	assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
	assert_string_equal(text, "STATUS=5 waiting");
	assert_int_equal(service_socket("other.sock", &none), -1);
	assert_null(none);
	assert_int_equal(service_socket("spooler.sock", &path), 3);
	assert_string_equal(path, spooler);
	assert_int_equal(service_socket("spooler.sock", &none), -1);
	unlink(notify);
	unlink(spooler);
	close(fd);
	close(given);
	close(3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(speaks_to_the_manager) };
	int failed;

	/* Descriptor 3 is the test's to give. */
	if (fcntl(3, F_GETFD) >= 0)
		close(3);
	if (open("/dev/null", O_RDONLY) != 3)
		return 1;
	folder = g_dir_make_tmp("emapi-service-XXXXXX", NULL);
	failed = cmocka_run_group_tests_name("service", tests, NULL, NULL);
	g_rmdir(folder);
	g_free(folder);
	return failed;
}
