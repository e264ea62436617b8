/* SPDX-License-Identifier: MIT */
/*
 * emapi-sendmail in two parts.  What is started links libc alone: it hands the mail to a process of
 * the spooler that has the store open (handover.h), and where that cannot be loads the program
 * itself, libemapi-sendmail.so, which does all that emapi-sendmail does and says what is wrong.
 * That process of the spooler loads it too.
 */
#ifndef EMAPI_TOOLS_SENDMAIL_FRONT_H
#define EMAPI_TOOLS_SENDMAIL_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SENDMAIL_EXPORT __attribute__((visibility("default")))

/* What the front leaves to the whole program. */
struct sendmail_start {
	const char *head; /* what was read of standard input */
	size_t size;
	bool eof;                 /* that is all of it */
	const unsigned char *key; /* HANDOVER_KEY_SIZE bytes for the message; NULL: any */
	bool again;               /* it was handed over and may be stored by that key */
};

/* The whole program.  The exit code. */
SENDMAIL_EXPORT int emapi_sendmail_main(int argc, char **argv, const struct sendmail_start *start);
/* The other process: `fd` is the listening socket, `parent` the scheduler, with which it ends. */
SENDMAIL_EXPORT int emapi_sendmail_take(int fd, pid_t parent);

#endif
