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
#include <unistd.h>
#include "text.h"

static const char *const names[] = { "error", "warning", "info", "debug" };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over all below */
static int target = -1; /* a descriptor; -1: the log goes nowhere */
static int limit = -1;  /* the highest level that is written */
static bool in_file;
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

void
log_at(enum log_level level, const char *format, ...)
{
	va_list arguments;
	char *text, *line;

	pthread_mutex_lock(&lock);
	start();
	if (target >= 0 && (int)level <= limit) {
		va_start(arguments, format);
		text = g_strdup_vprintf(format, arguments);
		va_end(arguments);
		line = make_line(level, text);
		if (write(target, line, strlen(line)) < 0)
			target = in_file ? target : -1; /* nobody listens any more */
		g_free(line);
		g_free(text);
	}
	pthread_mutex_unlock(&lock);
}
