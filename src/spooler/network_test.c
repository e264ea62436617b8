/* SPDX-License-Identifier: MIT */
/* In a network of its own, which only root may make: else nothing is tested, aloud. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <glib.h>
#include "network.h"

static GMainLoop *loop;
static int changes;

static void
on_change(void *context)
{
	changes++;
	g_main_loop_quit(loop);
}

static gboolean
on_timeout(gpointer data)
{
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

static void
add_address(const char *text)
{
	struct ifreq request = { 0 };
	struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(request.ifr_name, "lo");
	address->sin_family = AF_INET;
	inet_pton(AF_INET, text, &address->sin_addr);
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
	request.ifr_flags = IFF_UP;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static void
an_address_that_comes_is_told_once(void **state)
{
	struct network *network;

	loop = g_main_loop_new(NULL, FALSE);
	network = network_watch(on_change, NULL);
	assert_non_null(network);
	add_address("127.0.0.1");
	add_address("127.0.0.2");
	g_timeout_add_seconds(10, on_timeout, NULL);
	g_main_loop_run(loop);
	assert_int_equal(changes, 1);
	network_free(network);
	g_main_loop_unref(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_address_that_comes_is_told_once) };

	if (unshare(CLONE_NEWNET) != 0) {
		puts("1..0 # SKIP no network of our own may be made here");
		return 0;
	}
	return cmocka_run_group_tests_name("spooler/network", tests, NULL, NULL);
}
