/* SPDX-License-Identifier: MIT */
/* Running a command for what it prints, e.g. a password manager. */
#ifndef EMAPI_MAPI_COMMAND_H
#define EMAPI_MAPI_COMMAND_H

#include <stddef.h>
#include <emapi_wintypes.h>

/* More output than this is not a secret but a mistake. */
#define COMMAND_OUTPUT_MAX ((size_t)64 * 1024 + 1)

/* Runs `command` by /bin/sh with no input, in a process group of its own, and gives its standard
 * output; wipe and g_free() it.  A command that is not done in time is ended with all that it
 * started.
 * MAPI_E_TIMEOUT; MAPI_E_CALL_FAILED when it cannot be run, prints too much, or ends with another
 * status than 0 (what cannot be known where the host waits for all children).  *why (may be NULL),
 * g_free(), then tells what happened as the end of a sentence that begins with the command: "did
 * not end within 60 s". */
HRESULT command_output(const char *command, int seconds, char **output, char **why);

#endif
