/* SPDX-License-Identifier: MIT */
/* The log: silent unless asked, one line for each event whatever the text. */
#include "testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "log.h"

static char *path;
static int own_stderr;

/* From now on standard error goes to a file. */
static int
redirect(void **state)
{
	int fd = g_file_open_tmp("emapi-log-XXXXXX", &path, NULL);

	unsetenv("EMAPI_LOG");
	own_stderr = dup(STDERR_FILENO);
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		return -1;
	close(fd);
	return 0;
}

static int
restore(void **state)
{
	dup2(own_stderr, STDERR_FILENO);
	close(own_stderr);
	unlink(path);
	g_free(path);
	return 0;
}

static char *
written(void)
{
	char *text;

	fflush(stderr);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void
silent_unless_asked(void **state)
{
	char *text;

	log_error("nobody asked");
	text = written();
	assert_string_equal(text, "");
	g_free(text);
}

static void
lines_are_lines(void **state)
{
	char *text;

	log_open(NULL, LOG_LEVEL_INFO);
	log_warning("two\nlines of %d", 1);
	log_debug("too much");
	text = written();
	assert_string_equal(text, "emapi: warning: two\\x0Alines of 1\n");
	g_free(text);
}

static void
environment_has_the_last_word(void **state)
{
	char *text, *file = g_strconcat(path, ".log", NULL);

	setenv("EMAPI_LOG", "debug", 1);
	log_open(file, LOG_LEVEL_ERROR);
	log_debug("to the file");
	log_info("second");
	assert_true(g_file_get_contents(file, &text, NULL, NULL));
	assert_non_null(strstr(text, "debug: to the file\n"));
	assert_non_null(strstr(text, "info: second\n"));
	assert_int_equal(text[4], '-');
	g_free(text);
	log_open("/nowhere/at/all", LOG_LEVEL_DEBUG);
	log_error("dropped");
	text = written();
	assert_null(strstr(text, "dropped"));
	g_free(text);
	unlink(file);
	g_free(file);
	unsetenv("EMAPI_LOG");
}

/* What one datagram to the journal says. */
static char *
journal_says(int fd)
{
	char text[4096];
	ssize_t size = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	return size < 0 ? NULL : g_strndup(text, (size_t)size);
}

static void
journal_has_fields(void **state)
{
	static const struct log_field fields[] = { { "EMAPI_STATE", "filed" },
		{ "EMAPI_TEXT", "a\nb" }, { "EMAPI_NONE", NULL }, { NULL, NULL } };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char *stream, *text;
	struct stat status;

	assert_false(log_open_journal(LOG_LEVEL_INFO)); /* standard error is a file */
	g_snprintf(address.sun_path, sizeof(address.sun_path), "%s.journal", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setenv("EMAPI_JOURNAL", address.sun_path, 1);
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	stream = g_strdup_printf("%lu:%lu", (gulong)status.st_dev, (gulong)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	assert_true(log_open_journal(LOG_LEVEL_INFO));
	assert_true(log_is_journal());
	log_debug("too much");
	log_event(LOG_LEVEL_WARNING, fields, "message %d: filed", 7);
	text = journal_says(fd);
	assert_non_null(strstr(text, "MESSAGE=message 7: filed\nPRIORITY=4\n"));
	assert_non_null(strstr(text, "\nEMAPI_STATE=filed\nEMAPI_TEXT\n\x03"));
	assert_null(strstr(text, "NONE"));
	assert_null(journal_says(fd));
	log_open(NULL, LOG_LEVEL_INFO);
	assert_false(log_is_journal());
	unlink(address.sun_path);
	close(fd);
	g_free(stream);
	g_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silent_unless_asked),
		cmocka_unit_test(lines_are_lines),
		cmocka_unit_test(environment_has_the_last_word),
		cmocka_unit_test(journal_has_fields),
	};

	return cmocka_run_group_tests_name("log", tests, redirect, restore);
}
