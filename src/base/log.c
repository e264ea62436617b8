/* SPDX-License-Identifier: MIT */
/* The log: see log.h.  A line is written by one write(), so that lines of several processes on one
 * file do not mix. */
#include "log.h"

#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "text.h"

#define JOURNAL "/run/systemd/journal/socket"
#define JOURNAL_LINE_MAX (64 * 1024)

static const char *const names[] = { "error", "warning", "info", "debug" };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over all below */
static int target = -1; /* a descriptor; -1: the log goes nowhere */
static int limit = -1;  /* the highest level that is written */
static bool in_file;
static int journal = -1; /* a datagram socket to the journal; -1: `target` is the log */
static bool started;

/* The level that EMAPI_LOG names, -1 where it names none. */
static int
level_of_environment(void)
{
	const char *value = getenv("EMAPI_LOG");
	int i;

	for (i = 0; value && i < (int)G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(value, names[i]) == 0)
			return i;
	return value && *value ? LOG_LEVEL_WARNING : -1;
}

/* The caller holds the lock. */
static void
start(void)
{
	if (started)
		return;
	started = true;
	limit = level_of_environment();
	if (limit >= 0)
		target = STDERR_FILENO;
}

void
log_open(const char *path, enum log_level level)
{
	int wanted = level_of_environment();

	pthread_mutex_lock(&lock);
	if (in_file && target >= 0)
		close(target);
	if (journal >= 0)
		close(journal);
	journal = -1;
	started = true;
	limit = wanted >= 0 ? wanted : (int)level;
	in_file = path != NULL;
	target = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : STDERR_FILENO;
	pthread_mutex_unlock(&lock);
}

/* "2026-11-23T10:11:12Z [123] " for files, "emapi: " for people who look on. */
static char *
make_line(enum log_level level, const char *text)
{
	char *printable = text_printable(text);
	GDateTime *now;
	char *time, *line;

	if (!in_file) {
		line = g_strdup_printf("emapi: %s: %s\n", names[level], printable);
		g_free(printable);
		return line;
	}
	now = g_date_time_new_now_utc();
	time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	line = g_strdup_printf("%s [%d] %s: %s\n", time, (int)getpid(), names[level], printable);
	g_free(time);
	g_date_time_unref(now);
	g_free(printable);
	return line;
}

/* --- The journal (systemd's JOURNAL_NATIVE_PROTOCOL) ---------------------------------------- */

/* JOURNAL_STREAM is "device:inode" of the stream that the journal reads. */
static bool
stderr_is_journal(void)
{
	const char *text = getenv("JOURNAL_STREAM");
	struct stat status;
	char *colon;
	guint64 device;

	if (!text || fstat(STDERR_FILENO, &status) != 0)
		return false;
	device = g_ascii_strtoull(text, &colon, 10);
	return *colon == ':' && device == status.st_dev &&
	       g_ascii_strtoull(colon + 1, NULL, 10) == status.st_ino;
}

static int
journal_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = secure_getenv("EMAPI_JOURNAL");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path && *path ? path : JOURNAL, sizeof(address.sun_path));
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool
log_open_journal(enum log_level level)
{
	int wanted = level_of_environment();
	int fd = stderr_is_journal() ? journal_connect() : -1;

	if (fd < 0)
		return false;
	log_open(NULL, level);
	pthread_mutex_lock(&lock);
	limit = wanted >= 0 ? wanted : (int)level;
	journal = fd;
	pthread_mutex_unlock(&lock);
	return true;
}

bool
log_is_journal(void)
{
	bool is;

	pthread_mutex_lock(&lock);
	is = journal >= 0;
	pthread_mutex_unlock(&lock);
	return is;
}

/* A value with line ends in it has its length in front, 64 bits little endian. */
static void
journal_field(GString *line, const char *name, const char *value)
{
	size_t size = strlen(value);
	guint64 length = GUINT64_TO_LE((guint64)size);

	g_string_append(line, name);
	if (strchr(value, '\n')) {
		g_string_append_c(line, '\n');
		g_string_append_len(line, (const char *)&length, sizeof(length));
	} else {
		g_string_append_c(line, '=');
	}
	g_string_append_len(line, value, (gssize)size);
	g_string_append_c(line, '\n');
}

static void
journal_write(enum log_level level, const struct log_field *fields, const char *text)
{
	static const char *const priorities[] = { "3", "4", "6", "7" };
	GString *line = g_string_new(NULL);
	char *printable = text_printable(text);

	journal_field(line, "MESSAGE", printable);
	journal_field(line, "PRIORITY", priorities[level]);
	journal_field(line, "SYSLOG_IDENTIFIER", g_get_prgname() ? g_get_prgname() : "emapi");
	for (; fields && fields->name; fields++)
		if (fields->value && line->len + strlen(fields->value) < JOURNAL_LINE_MAX)
			journal_field(line, fields->name, fields->value);
	/* A journal that is full or gone is no reason to wait. */
	(void)!send(journal, line->str, line->len, MSG_NOSIGNAL | MSG_DONTWAIT);
	g_free(printable);
	g_string_free(line, TRUE);
}

/* --- Lines --------------------------------------------------------------------------------- */

static void
write_text(enum log_level level, const char *text)
{
	char *line = make_line(level, text);

	if (write(target, line, strlen(line)) < 0)
		target = in_file ? target : -1; /* nobody listens any more */
	g_free(line);
}

static void
log_arguments(
    enum log_level level, const struct log_field *fields, const char *format, va_list arguments)
{
	char *text;

	pthread_mutex_lock(&lock);
	start();
	if ((target >= 0 || journal >= 0) && (int)level <= limit) {
		text = g_strdup_vprintf(format, arguments);
		if (journal >= 0)
			journal_write(level, fields, text);
		else
			write_text(level, text);
		g_free(text);
	}
	pthread_mutex_unlock(&lock);
}

void
log_at(enum log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_arguments(level, NULL, format, arguments);
	va_end(arguments);
}

void
log_event(enum log_level level, const struct log_field *fields, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_arguments(level, fields, format, arguments);
	va_end(arguments);
}
