/* SPDX-License-Identifier: MIT */
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3 /* SD_LISTEN_FDS_START */
#define FDS_MAX 64

static struct {
	struct sockaddr_un address;
	socklen_t size; /* 0: nobody to tell */
	gint64 watchdog;
	int fds[FDS_MAX];
	int count;
} service;

/* A path, or with '@' the name of an abstract socket. */
static void
take_address(const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length < 2 || length >= sizeof(service.address.sun_path) ||
	    (text[0] != '/' && text[0] != '@'))
		return;
	service.address.sun_family = AF_UNIX;
	memcpy(service.address.sun_path, text, length);
	service.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	if (text[0] == '@')
		service.address.sun_path[0] = '\0';
	else
		service.size++;
}

/* Whether a variable that names a process means this one; one that is absent does. */
static bool
is_us(const char *variable)
{
	const char *text = getenv(variable);

	return !text || g_ascii_strtoll(text, NULL, 10) == getpid();
}

static bool
listens(int fd, struct sockaddr_un *address)
{
	socklen_t size = sizeof(*address), length = sizeof(int);
	int accepting = 0, type = 0;

	memset(address, 0, sizeof(*address));
	return getsockname(fd, (struct sockaddr *)address, &size) == 0 &&
	       address->sun_family == AF_UNIX && address->sun_path[0] == '/' &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &length) == 0 && accepting &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_SEQPACKET;
}

static void
take_sockets(const char *text)
{
	gint64 count = text && getenv("LISTEN_PID") && is_us("LISTEN_PID")
			   ? g_ascii_strtoll(text, NULL, 10)
			   : 0;

	for (int fd = FIRST_FD; fd < FIRST_FD + MIN(count, FDS_MAX); fd++) {
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
			service.fds[service.count++] = fd;
	}
}

void
service_begin(void)
{
	static const char *const variables[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
		"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES" };
	const char *watchdog = getenv("WATCHDOG_USEC");

	take_address(getenv("NOTIFY_SOCKET"));
	if (watchdog && is_us("WATCHDOG_PID"))
		service.watchdog = MAX(g_ascii_strtoll(watchdog, NULL, 10), 0);
	take_sockets(getenv("LISTEN_FDS"));
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
		unsetenv(variables[i]);
}

bool
service_is_managed(void)
{
	return service.size > 0;
}

void
service_notify(const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;
	int fd;

	if (!service.size)
		return;
	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* A manager that does not read is no reason to wait. */
	sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&service.address, service.size);
	close(fd);
}

gint64
service_watchdog(void)
{
	return service.size ? service.watchdog : 0;
}

int
service_socket(const char *name, char **path)
{
	struct sockaddr_un address;

	*path = NULL;
	for (int i = 0; i < service.count; i++) {
		int fd = service.fds[i];
		const char *base;

		if (fd < 0 || !listens(fd, &address))
			continue;
		base = strrchr(address.sun_path, '/') + 1;
		if (strcmp(base, name) != 0)
			continue;
		service.fds[i] = -1;
		*path = g_strndup(address.sun_path, sizeof(address.sun_path));
		return fd;
	}
	return -1;
}
