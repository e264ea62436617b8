/* SPDX-License-Identifier: MIT */
/* Packets: values arrive as sent, a bad or vanished peer is told apart and does no harm. */
#include "testing.h"

#include <fcntl.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include "ipc.h"

static void
open_pair(int *pair)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void
values_arrive(void **state)
{
	GVariantBuilder values = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
	struct ipc_message *message;
	size_t size;
	GVariant *list;
	int pair[2];

	open_pair(pair);
	g_variant_builder_add(&values, "{sv}", "name", ipc_text("Grüße\xFF"));
	g_variant_builder_add(&values, "{sv}", "id", g_variant_new_int64(1ll << 40));
	g_variant_builder_add(&values, "{sv}", "row", g_variant_new_uint32(7));
	g_variant_builder_add(
	    &values, "{sv}", "key", g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, "a\0b", 3, 1));
	g_variant_builder_add(&values, "{sv}", "due", g_variant_new_parsed("@au [1, 2, 3]"));
	assert_int_equal(ipc_send(pair[0], "send", g_variant_builder_end(&values)), S_OK);
	assert_int_equal(ipc_receive(pair[1], 1000, &message), S_OK);
	assert_string_equal(message->verb, "send");
	assert_string_equal(ipc_string(message, "name", NULL), "Grüße\uFFFD");
	assert_int_equal(ipc_int(message, "id", 0), 1ll << 40);
	assert_int_equal(ipc_int(message, "row", 0), 7);
	assert_int_equal(ipc_int(message, "name", -1), -1);
	assert_string_equal(ipc_string(message, "id", "none"), "none");
	assert_memory_equal(ipc_bytes(message, "key", &size), "a\0b", 3);
	assert_int_equal(size, 3);
	assert_null(ipc_bytes(message, "nothing", &size));
	assert_int_equal(size, 0);
	list = ipc_value(message, "due", "au");
	assert_int_equal(g_variant_n_children(list), 3);
	g_variant_unref(list);
	assert_null(ipc_value(message, "due", "as"));
	ipc_message_free(message);
	close(pair[0]);
	close(pair[1]);
}

static void
a_plain_ok_is_taken_and_nothing_else(void **state)
{
	GVariantBuilder values = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
	struct ipc_message *message;
	GBytes *packet;
	int pair[2];

	open_pair(pair);
	assert_false(ipc_take_ok(pair[1]));
	assert_int_equal(ipc_send(pair[0], "ok", NULL), S_OK);
	g_variant_builder_add(&values, "{sv}", "id", g_variant_new_int64(7));
	packet = ipc_packet("ok", g_variant_builder_end(&values));
	assert_int_equal(ipc_send_packet(pair[0], packet), S_OK);
	assert_int_equal(ipc_send_packet(pair[0], packet), S_OK);
	g_bytes_unref(packet);
	assert_true(ipc_take_ok(pair[1]));
	for (int i = 0; i < 2; i++) {
		assert_false(ipc_take_ok(pair[1]));
		assert_int_equal(ipc_receive(pair[1], 1000, &message), S_OK);
		assert_string_equal(message->verb, "ok");
		assert_int_equal(ipc_int(message, "id", 0), 7);
		ipc_message_free(message);
	}
	close(pair[0]);
	assert_false(ipc_take_ok(pair[1]));
	assert_int_equal(ipc_receive(pair[1], 1000, &message), MAPI_E_END_OF_SESSION);
	close(pair[1]);
}

static void
silence_and_the_end_are_told_apart(void **state)
{
	struct ipc_message *message;
	int pair[2];

	open_pair(pair);
	assert_int_equal(ipc_receive(pair[0], 20, &message), MAPI_E_TIMEOUT);
	assert_null(message);
	assert_int_equal(ipc_send(pair[1], "bye", NULL), S_OK);
	close(pair[1]);
	assert_int_equal(ipc_receive(pair[0], 1000, &message), S_OK);
	assert_string_equal(message->verb, "bye");
	ipc_message_free(message);
	assert_int_equal(ipc_receive(pair[0], 1000, &message), MAPI_E_END_OF_SESSION);
	assert_int_equal(ipc_send(pair[0], "hello", NULL), MAPI_E_NETWORK_ERROR);
	close(pair[0]);
}

/* Who ends with something unread resets the connection, and is heard all the same. */
static void
last_words_are_heard(void **state)
{
	struct ipc_message *message;
	int pair[2];

	open_pair(pair);
	assert_int_equal(ipc_send(pair[1], "one", NULL), S_OK);
	assert_int_equal(ipc_send(pair[1], "two", NULL), S_OK);
	assert_int_equal(ipc_send(pair[0], "unread", NULL), S_OK);
	close(pair[1]);
	assert_int_equal(ipc_receive(pair[0], 0, &message), S_OK);
	assert_string_equal(message->verb, "one");
	ipc_message_free(message);
	assert_int_equal(ipc_receive(pair[0], 0, &message), S_OK);
	assert_string_equal(message->verb, "two");
	ipc_message_free(message);
	assert_int_equal(ipc_receive(pair[0], 0, &message), MAPI_E_END_OF_SESSION);
	close(pair[0]);
}

static void
nonsense_is_no_message(void **state)
{
	static const char nonsense[] = "no GVariant at all";
	struct ipc_message *message;
	int pair[2];

	open_pair(pair);
	assert_int_equal(send(pair[0], nonsense, sizeof(nonsense), 0), sizeof(nonsense));
	assert_int_equal(ipc_receive(pair[1], 1000, &message), MAPI_E_CALL_FAILED);
	assert_null(message);
	assert_int_equal(ipc_send(pair[0], "ok", NULL), S_OK);
	assert_int_equal(ipc_receive(pair[1], 1000, &message), S_OK);
	ipc_message_free(message);
	close(pair[0]);
	close(pair[1]);
}

/* The largest packet passes, one byte more does not, whoever tries. */
static void
packets_have_a_largest_size(void **state)
{
	char *text = g_malloc0(IPC_PACKET_MAX + 2);
	struct ipc_message *message;
	int pair[2], room = 1024 * 1024;

	memset(text, 'x', IPC_PACKET_MAX + 1);
	open_pair(pair);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	assert_int_equal(ipc_send(pair[0], text, NULL), MAPI_E_TOO_BIG);
	assert_int_equal(send(pair[0], text, IPC_PACKET_MAX + 1, 0), IPC_PACKET_MAX + 1);
	assert_int_equal(ipc_receive(pair[1], 1000, &message), MAPI_E_CALL_FAILED);
	text[IPC_PACKET_MAX - 16] = 0;
	assert_int_equal(ipc_send(pair[0], text, NULL), S_OK);
	assert_int_equal(ipc_receive(pair[1], 1000, &message), S_OK);
	assert_string_equal(message->verb, text);
	ipc_message_free(message);
	close(pair[0]);
	close(pair[1]);
	g_free(text);
}

/* Two descriptors in one packet, which ipc_send_fd() never sends. */
static void
send_two(int to, int a, int b)
{
	const char packet[] = "no packet of ours";
	struct iovec part = { (void *)(uintptr_t)packet, sizeof(packet) };
	char room[CMSG_SPACE(2 * sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fds[2] = { a, b };

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	assert_int_equal(sendmsg(to, &message, 0), sizeof(packet));
}

static int
descriptors(void)
{
	GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
	int count = 0;

	while (g_dir_read_name(dir))
		count++;
	g_dir_close(dir);
	return count;
}

static void
descriptors_go_along(void **state)
{
	struct ipc_message *message;
	int pair[2], pipes[2], fd, before;
	char byte = 0;

	open_pair(pair);
	assert_int_equal(pipe(pipes), 0);
	before = descriptors();
	assert_int_equal(ipc_send_fd(pair[0], "take", NULL, pipes[1]), S_OK);
	assert_int_equal(ipc_receive_fd(pair[1], 1000, &message, &fd), S_OK);
	assert_string_equal(message->verb, "take");
	ipc_message_free(message);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	/* Without one, with one that nobody wants, and with what is no message. */
	assert_int_equal(ipc_send(pair[0], "none", NULL), S_OK);
	assert_int_equal(ipc_receive_fd(pair[1], 1000, &message, &fd), S_OK);
	assert_int_equal(fd, -1);
	ipc_message_free(message);
	assert_int_equal(ipc_send_fd(pair[0], "unwanted", NULL, pipes[1]), S_OK);
	assert_int_equal(ipc_receive(pair[1], 1000, &message), S_OK);
	ipc_message_free(message);
	send_two(pair[0], pipes[0], pipes[1]);
	assert_int_equal(ipc_receive_fd(pair[1], 1000, &message, &fd), MAPI_E_CALL_FAILED);
	assert_int_equal(fd, -1);
	assert_int_equal(descriptors(), before);
	close(pipes[0]);
	close(pipes[1]);
	close(pair[0]);
	close(pair[1]);
}

static void
assert_reachable(const char *path)
{
	struct ipc_message *message;
	struct stat status;
	int listener, client, server;

	assert_int_equal(ipc_connect(path), -1);
	listener = ipc_listen(path);
	assert_true(listener >= 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	client = ipc_connect(path);
	assert_true(client >= 0);
	server = accept(listener, NULL, NULL);
	assert_int_equal(ipc_send(client, "hello", NULL), S_OK);
	assert_int_equal(ipc_receive(server, 1000, &message), S_OK);
	ipc_message_free(message);
	close(client);
	close(server);
	close(listener);
	listener = ipc_listen(path); /* what a dead one left is replaced */
	assert_true(listener >= 0);
	close(listener);
	unlink(path);
}

static void
sockets_are_reached_by_path(void **state)
{
	char *folder = g_dir_make_tmp("emapi-ipc-XXXXXX", NULL);
	char *deep =
	    g_build_filename(folder, "a-folder-whose-name-is-so-long-that-sun_path-cannot-hold-it",
		"and-another-one-below-it-of-some-more-length-still", NULL);
	char *path = g_build_filename(folder, "sock", NULL),
	     *far = g_build_filename(deep, "sock", NULL);

	assert_int_equal(g_mkdir_with_parents(deep, 0700), 0);
	assert_true(strlen(far) > 108);
	assert_reachable(path);
	assert_reachable(far);
	rmdir(deep);
	*strrchr(deep, '/') = 0;
	rmdir(deep);
	rmdir(folder);
	g_free(path);
	g_free(far);
	g_free(deep);
	g_free(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(a_plain_ok_is_taken_and_nothing_else),
		cmocka_unit_test(silence_and_the_end_are_told_apart),
		cmocka_unit_test(last_words_are_heard),
		cmocka_unit_test(nonsense_is_no_message),
		cmocka_unit_test(packets_have_a_largest_size),
		cmocka_unit_test(descriptors_go_along),
		cmocka_unit_test(sockets_are_reached_by_path),
	};

	return cmocka_run_group_tests_name("ipc", tests, NULL, NULL);
}
