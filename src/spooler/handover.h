/* SPDX-License-Identifier: MIT */
/*
 * How emapi-sendmail hands a mail to a process of the user's spooler that has the store open, and
 * is told when it is on disk.  Of libc alone, for the front of
 * emapi-sendmail (src/tools/sendmail_front.h); the other side is the taker (taking.h), the code of
 * which is src/tools/sendmail_taker.c.
 *
 * Over the socket HANDOVER_SOCKET, beside the spooler's lock file, goes one packet (ipc.h): the
 * verb `mail`, with a memory file attached.  In that file are a struct handover_head, then the
 * words (arguments, then what the environment says that matters, each with its end), then the mail
 * as it was read.  The answer is `ok`: it is on disk and in the queue; or anything else: it is not.
 */
#ifndef EMAPI_TOOLS_HANDOVER_H
#define EMAPI_TOOLS_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HANDOVER_SOCKET "sendmail.sock"
/* What the front and emapi-spooler load: the program, and in it who takes the mail. */
#define HANDOVER_MODULE "libemapi-sendmail.so"
/* One of its functions; NULL, with dlerror() set. */
void *handover_symbol(const char *name);

#define HANDOVER_KEY_SIZE 16
#define HANDOVER_MAIL_MAX (1024 * 1024) /* larger mails are stored by emapi-sendmail itself */
#define HANDOVER_WORDS_MAX (64 * 1024)
#define HANDOVER_MARK "EMAPI\n1" /* and the format's number */

/* Both are processes of one machine and one version: numbers are as it has them. */
struct handover_head {
	char mark[8];
	char version[24];                     /* of emapi */
	unsigned char key[HANDOVER_KEY_SIZE]; /* PR_SEARCH_KEY of the message */
	uint32_t arguments, environment;      /* how many words of each */
	uint32_t words, mail;                 /* how many bytes of each */
	uint32_t to_dot; /* 1: read up to a line of a dot alone, not to the end */
	uint32_t zero;
};

#define HANDOVER_MAX (sizeof(struct handover_head) + HANDOVER_WORDS_MAX + HANDOVER_MAIL_MAX)

/* The packets `mail` and `ok` as bytes. */
#define HANDOVER_PACKET_SIZE 9
extern const char handover_mail[HANDOVER_PACKET_SIZE];
extern const char handover_ok[HANDOVER_PACKET_SIZE];

/* Sets mark and version. */
void handover_begin(struct handover_head *head);
/* Whether these arguments ask for a mail to be read and sent and nothing more, by options that are
 * known here; *dots: a line of a dot alone ends it.  False also for what may be so: then the whole
 * program decides. */
bool handover_takes(char *const *argv, bool *dots);
/* Whether a mail that is read so far has such a line.  *line is where its last line begins: 0 at
 * first, then what it was set to. */
bool handover_ended(const char *mail, size_t size, size_t *line);
/* Whether "NAME=value" says something of where profiles and stores lie, or of what is done to a
 * mail before it is stored. */
bool handover_carries(const char *variable);

/* --- The other side ------------------------------------------------------------------------- */

/* What was handed over; all of it points into the bytes. */
struct handover {
	const struct handover_head *head;
	char **arguments;   /* NULL-ended; free() */
	char **environment; /* NULL-ended, behind them */
	const char *mail;
};

/* False where the bytes, at an address for any type, are nothing that this version of emapi hands
 * over, or memory is short. */
bool handover_parse(char *data, size_t size, struct handover *out);

#endif
