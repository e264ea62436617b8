/* SPDX-License-Identifier: MIT */
/* Packets between processes: see ipc.h. */
#include "ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"

#define PACKET_TYPE "(sa{sv})"

/* --- Packets ------------------------------------------------------------------------------- */

GVariant *
ipc_text(const char *text)
{
	return g_variant_new_take_string(g_utf8_make_valid(text ? text : "", -1));
}

static HRESULT
hr_from_send(int error)
{
	switch (error) {
	case EMSGSIZE:
		return MAPI_E_TOO_BIG;
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN:
		return MAPI_E_NETWORK_ERROR;
	default:
		return hr_from_errno(error);
	}
}

/* Room for one descriptor beside a packet. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static void
attach(struct msghdr *packet, union control *control, int attached)
{
	memset(control, 0, sizeof(*control));
	packet->msg_control = control;
	packet->msg_controllen = sizeof(control->room);
	control->header.cmsg_level = SOL_SOCKET;
	control->header.cmsg_type = SCM_RIGHTS;
	control->header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control->header), &attached, sizeof(int));
}

static HRESULT
send_packet(int fd, const void *data, size_t size, int attached)
{
	struct iovec part = { (void *)(uintptr_t)data, size };
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control;

	if (attached >= 0)
		attach(&packet, &control, attached);
	while (sendmsg(fd, &packet, MSG_NOSIGNAL) < 0) {
		struct pollfd writable = { .fd = fd, .events = POLLOUT };

		if (errno == EAGAIN)
			poll(&writable, 1, -1);
		else if (errno != EINTR)
			return hr_from_send(errno);
	}
	return S_OK;
}

HRESULT
ipc_send(int fd, const char *verb, GVariant *values)
{
	return ipc_send_fd(fd, verb, values, -1);
}

GBytes *
ipc_packet(const char *verb, GVariant *values)
{
	GVariant *packet;
	GBytes *bytes;

	if (!values)
		values = g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0);
	packet = g_variant_ref_sink(g_variant_new("(s@a{sv})", verb, values));
	bytes = g_variant_get_data_as_bytes(packet);
	g_variant_unref(packet);
	return bytes;
}

static HRESULT
send_bytes(int fd, GBytes *packet, int attached)
{
	gsize size;
	const void *data = g_bytes_get_data(packet, &size);

	return size > IPC_PACKET_MAX ? MAPI_E_TOO_BIG : send_packet(fd, data, size, attached);
}

HRESULT
ipc_send_packet(int fd, GBytes *packet)
{
	return send_bytes(fd, packet, -1);
}

HRESULT
ipc_send_fd(int fd, const char *verb, GVariant *values, int attached)
{
	GBytes *packet = ipc_packet(verb, values);
	HRESULT hr = send_bytes(fd, packet, attached);

	g_bytes_unref(packet);
	return hr;
}

/* S_OK when there is something to read, the end of the stream included. */
static HRESULT
wait_readable(int fd, int timeout_ms)
{
	gint64 end = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	for (;;) {
		gint64 left = timeout_ms < 0 ? -1 : (end - g_get_monotonic_time() + 999) / 1000;
		int ready = poll(&readable, 1, timeout_ms < 0 ? -1 : (int)MAX(left, 0));

		if (ready > 0)
			return S_OK;
		if (ready == 0)
			return MAPI_E_TIMEOUT;
		if (errno != EINTR)
			return hr_from_errno(errno);
	}
}

/* Takes over `data`. */
static HRESULT
parse_packet(void *data, size_t size, struct ipc_message **out)
{
	GBytes *bytes = g_bytes_new_take(data, size);
	GVariant *packet = g_variant_new_from_bytes(G_VARIANT_TYPE(PACKET_TYPE), bytes, FALSE);
	HRESULT hr = MAPI_E_CALL_FAILED;

	g_variant_ref_sink(packet);
	if (g_variant_is_normal_form(packet)) {
		*out = g_new0(struct ipc_message, 1);
		g_variant_get(packet, "(s@a{sv})", &(*out)->verb, &(*out)->values);
		hr = S_OK;
	}
	g_variant_unref(packet);
	g_bytes_unref(bytes);
	return hr;
}

/* The first descriptor that came, -1 where none did.  The room's padding may hold a second one,
 * which nobody has asked for. */
static int
attached_to(struct msghdr *packet)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(packet);
	size_t count = 0, i;
	int first = -1, fd;

	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (i = 0; i < count; i++) {
		memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
		if (first < 0)
			first = fd;
		else
			close(fd);
	}
	return first;
}

/* The size of the packet that waits, so that its room is no larger; errors as recv() has them.  One
 * who has ended with something unread resets the connection, which is said once, before what he
 * said last. */
static ssize_t
waiting_size(int fd)
{
	ssize_t size;

	do
		size = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
	while (size < 0 && (errno == EINTR || errno == ECONNRESET));
	return size;
}

/* What recv() gives; with `attached` also a descriptor, else the kernel closes what came. */
static ssize_t
receive_packet(int fd, void *data, size_t room, int *attached)
{
	struct iovec part = { data, room };
	union control control;
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t size;

	if (attached) {
		packet.msg_control = &control;
		packet.msg_controllen = sizeof(control.room);
	}
	do
		size = recvmsg(fd, &packet, MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (size < 0 && errno == EINTR);
	if (attached && size >= 0)
		*attached = attached_to(&packet);
	return size;
}

HRESULT
ipc_receive(int fd, int timeout_ms, struct ipc_message **out)
{
	return ipc_receive_fd(fd, timeout_ms, out, NULL);
}

static void
drop(int *attached)
{
	if (attached && *attached >= 0) {
		close(*attached);
		*attached = -1;
	}
}

HRESULT
ipc_receive_fd(int fd, int timeout_ms, struct ipc_message **out, int *attached)
{
	HRESULT hr = S_OK;
	ssize_t size = waiting_size(fd);
	size_t room;
	char *data;

	*out = NULL;
	if (attached)
		*attached = -1;
	if (size < 0 && errno == EAGAIN) {
		hr = wait_readable(fd, timeout_ms);
		if (FAILED(hr))
			return hr;
		size = waiting_size(fd);
	}
	/* One that is too long is taken from the socket all the same. */
	room = size > 0 && size <= IPC_PACKET_MAX ? (size_t)size : 1;
	data = g_malloc(room);
	size = receive_packet(fd, data, room, attached);
	if (size > 0 && (size_t)size <= room) {
		hr = parse_packet(data, (size_t)size, out);
		if (FAILED(hr))
			drop(attached);
		return hr;
	}
	drop(attached);
	if (size == 0 || (size < 0 && errno == ECONNRESET))
		hr = MAPI_E_END_OF_SESSION;
	else if (size < 0 && errno == EAGAIN)
		hr = MAPI_E_TIMEOUT;
	else
		hr = size < 0 ? hr_from_errno(errno) : MAPI_E_CALL_FAILED;
	g_free(data);
	return hr;
}

bool
ipc_take_ok(int fd)
{
	/* As GVariant has it: the word, an array of nothing at a multiple of 8, the word's end. */
	static const char ok[] = { 'o', 'k', 0, 0, 0, 0, 0, 0, 3 };
	char bytes[sizeof(ok) + 1];
	ssize_t size;

	do
		size = recv(fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
	while (size < 0 && errno == EINTR);
	if (size != (ssize_t)sizeof(ok) || memcmp(bytes, ok, sizeof(ok)) != 0)
		return false;
	return recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) == size;
}

void
ipc_message_free(struct ipc_message *message)
{
	if (!message)
		return;
	g_free(message->verb);
	g_variant_unref(message->values);
	g_free(message);
}

GVariant *
ipc_value(const struct ipc_message *message, const char *name, const char *type)
{
	return g_variant_lookup_value(message->values, name, G_VARIANT_TYPE(type));
}

/* What the values are read from is one serialized packet, so what points into a part of it lives
 * as long as the message. */
const char *
ipc_string(const struct ipc_message *message, const char *name, const char *fallback)
{
	const char *text;

	return g_variant_lookup(message->values, name, "&s", &text) ? text : fallback;
}

const void *
ipc_bytes(const struct ipc_message *message, const char *name, size_t *size)
{
	GVariant *value = ipc_value(message, name, "ay");
	const void *data;

	*size = 0;
	if (!value)
		return NULL;
	data = g_variant_get_fixed_array(value, size, 1);
	g_variant_unref(value);
	return data;
}

gint64
ipc_int(const struct ipc_message *message, const char *name, gint64 fallback)
{
	GVariant *value = g_variant_lookup_value(message->values, name, NULL);
	gint64 number = fallback;

	if (!value)
		return fallback;
	switch (g_variant_classify(value)) {
	case G_VARIANT_CLASS_BOOLEAN:
		number = g_variant_get_boolean(value);
		break;
	case G_VARIANT_CLASS_BYTE:
		number = g_variant_get_byte(value);
		break;
	case G_VARIANT_CLASS_INT16:
		number = g_variant_get_int16(value);
		break;
	case G_VARIANT_CLASS_UINT16:
		number = g_variant_get_uint16(value);
		break;
	case G_VARIANT_CLASS_INT32:
		number = g_variant_get_int32(value);
		break;
	case G_VARIANT_CLASS_UINT32:
		number = g_variant_get_uint32(value);
		break;
	case G_VARIANT_CLASS_INT64:
		number = g_variant_get_int64(value);
		break;
	case G_VARIANT_CLASS_UINT64:
		number = (gint64)g_variant_get_uint64(value);
		break;
	default:
		break;
	}
	g_variant_unref(value);
	return number;
}

/* --- Sockets ------------------------------------------------------------------------------- */

/* Fills in `path`, or a way to it that fits; *folder is then a descriptor to close, else -1. */
static bool
make_address(const char *path, struct sockaddr_un *address, int *folder)
{
	char *name = NULL, *folder_name;

	*folder = -1;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) < sizeof(address->sun_path)) {
		memcpy(address->sun_path, path, strlen(path) + 1);
		return true;
	}
	folder_name = g_path_get_dirname(path);
	*folder = open(folder_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_free(folder_name);
	if (*folder < 0)
		return false;
	name = g_path_get_basename(path);
	folder_name = g_strdup_printf("/proc/self/fd/%d/%s", *folder, name);
	g_free(name);
	if (strlen(folder_name) < sizeof(address->sun_path))
		memcpy(address->sun_path, folder_name, strlen(folder_name) + 1);
	g_free(folder_name);
	if (address->sun_path[0])
		return true;
	close(*folder);
	*folder = -1;
	errno = ENAMETOOLONG;
	return false;
}

static int
connect_to(int fd, const struct sockaddr_un *address)
{
	int done;

	do
		done = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	while (done < 0 && errno == EINTR);
	return done;
}

static int
listen_at(int fd, const struct sockaddr_un *address)
{
	struct stat status;

	if (lstat(address->sun_path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(address->sun_path);
	/* The mode of the descriptor is the socket's when it is bound. */
	if (fchmod(fd, S_IRUSR | S_IWUSR) < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return -1;
	return listen(fd, 64);
}

static int
open_socket(const char *path, int (*use)(int fd, const struct sockaddr_un *address))
{
	struct sockaddr_un address;
	int folder, fd, error;

	if (!make_address(path, &address, &folder))
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && use(fd, &address) < 0) {
		error = errno;
		close(fd);
		errno = error;
		fd = -1;
	}
	if (folder >= 0) {
		error = errno;
		close(folder);
		errno = error;
	}
	return fd;
}

int
ipc_connect(const char *path)
{
	return open_socket(path, connect_to);
}

int
ipc_listen(const char *path)
{
	return open_socket(path, listen_at);
}
