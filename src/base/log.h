/* SPDX-License-Identifier: MIT */
/*
 * The log: for those who run the program, not for users of the API (they get GetLastError).
 *
 * Lines go to standard error as "emapi: level: text" when EMAPI_LOG is set (error, warning, info
 * or debug), or when log_open() names a file; otherwise errors and warnings of the library are
 * dropped and left to results.  Control characters are shown as \xNN.  Never log a secret.
 */
#ifndef EMAPI_BASE_LOG_H
#define EMAPI_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Appends to `path` from now on (NULL: standard error), up to `level`; lines in a file begin with
 * the time and the process.  A file that cannot be opened drops the log.  EMAPI_LOG, where set, has
 * the last word on the level. */
void log_open(const char *path, enum log_level level);
/* Sends lines from now on to the systemd journal in its own protocol, with their level and fields,
 * when standard error is the journal's (JOURNAL_STREAM); else answers false and changes nothing. */
bool log_open_journal(enum log_level level);
/* Whether fields are of use. */
bool log_is_journal(void);

/* A field of a line in the journal: capitals, digits and underscores, and any text. */
struct log_field {
	const char *name;
	const char *value; /* NULL: left out */
};

/* A line with fields, which end with a NULL name; other logs have the text alone. */
void log_event(enum log_level level, const struct log_field *fields, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_at(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
