/* SPDX-License-Identifier: MIT */
/*
 * emapi-sendmail, the sendmail(8) interface to a MAPI profile: what its parts share.
 *
 *   sendmail_front.c     what is started: it loads the rest (sendmail_front.h)
 *   sendmail_options.c   the command line
 *   sendmail_input.c     standard input: mails and SMTP commands, piece by piece
 *   sendmail_envelope.c  who it is from and to, and what the header must be given
 *   sendmail_submit.c    into the Outbox
 *   sendmail_again.c     whether it is there already
 *   sendmail_send.c      all of that in one go
 *   sendmail_taker.c     the same in a process of the spooler
 *   sendmail_smtp.c      -bs
 *   sendmail_queue.c     mailq, -q
 *
 * Exit codes are sysexits; 0 means that the mail is stored for good.
 */
#ifndef EMAPI_TOOLS_SENDMAIL_H
#define EMAPI_TOOLS_SENDMAIL_H

#include <stdbool.h>
#include <glib.h>
#include <mapix.h>
#include "outbox.h"
#include "profile.h"

#define SENDMAIL_KEY_SIZE 16

/* --- The command line --------------------------------------------------------------------------
 */

enum sendmail_mode {
	SENDMAIL_SEND,
	SENDMAIL_SMTP,
	SENDMAIL_VERIFY,
	SENDMAIL_LIST,
	SENDMAIL_ALIASES,
	SENDMAIL_RUN,
};

struct sendmail_options {
	enum sendmail_mode mode;
	bool from_header; /* -t: the header names the recipients */
	bool ignore_dots;
	bool verbose;
	const char *sender; /* -f; "" is nobody; NULL: not said */
	const char *full_name;
	const char *notify, *ret, *envid; /* of delivery reports (RFC 3461) */
	const char *profile;
	const char *log;
	char run_by;            /* -qI, -qR, -qS: by what a message is picked; 0: all */
	const char *run_text;   /* and what must be in it */
	char *const *arguments; /* recipients, NULL-ended */
};

/* The options, for people. */
void sendmail_help(void);
/* 0, or an exit code after saying what is wrong. */
int sendmail_parse(int argc, char **argv, struct sendmail_options *options);

/* --- Input -------------------------------------------------------------------------------------
 */

struct sendmail_input {
	int fd;
	bool dots;      /* a line "." ends the mail */
	bool stuffed;   /* a dot that begins a line is doubled (SMTP) */
	bool crlf_only; /* LF alone ends no line */
	bool ended;     /* the mail is all read */
	bool cut;       /* by the end of the input, without its "." */
	int error;      /* errno of a failed read */
	int log;        /* gets all that is read; -1: none */
	bool in_line, eof;
	size_t at, size;
	char *buffer;
	const char *head; /* what was read before of it */
	size_t head_size;
	bool head_is_all; /* of what there is to read */
};

void sendmail_input_init(struct sendmail_input *input, int fd, int log);
void sendmail_input_clear(struct sendmail_input *input);
/* What somebody else has read of it already (borrowed), `all`: to the end. */
void sendmail_input_head(struct sendmail_input *input, const char *head, size_t size, bool all);
/* Begins another mail. */
void sendmail_input_mail(struct sendmail_input *input);
/* Appends the next piece of the mail, some 64 KiB at most; nothing once it has ended.  False where
 * it cannot be read. */
bool sendmail_input_read(struct sendmail_input *input, GByteArray *out);
/* One line of a dialogue without its end; *crlf: how it ended.  False at the end of the input; a
 * line of more than 64 KiB is cut short. */
bool sendmail_input_line(struct sendmail_input *input, GString *line, bool *crlf);

/* --- Envelope ----------------------------------------------------------------------------------
 */

/* The profile as far as it says who may be whom. */
struct sendmail_identity {
	char *name, *address;
	char *allow_from, *local_to, *header_from;
};

HRESULT sendmail_identity_read(const struct profile *profile, struct sendmail_identity *identity);
void sendmail_identity_clear(struct sendmail_identity *identity);

struct sendmail_person {
	LONG kind; /* MAPI_TO, MAPI_CC, MAPI_BCC */
	char *name, *address;
};

struct sendmail_mail {
	GByteArray *head; /* the whole header, and what was read with it of the body */
	size_t header_end;
	GPtrArray *recipients;       /* struct sendmail_person */
	GHashTable *known;           /* their addresses in lower case */
	char *sender;                /* envelope: NULL the profile's, "" nobody */
	struct sendmail_person from; /* of the header; NULL members where it names nobody */
	bool from_allowed;           /* it stands for the profile's own */
	char *subject, *message_id;
	LONG importance, priority;
	const char *notify, *ret, *envid; /* borrowed */
	bool keyed;                       /* it has its key: */
	BYTE key[SENDMAIL_KEY_SIZE];      /* PR_SEARCH_KEY */
	bool again;                       /* by which it may be stored already */
};

void sendmail_mail_init(struct sendmail_mail *mail);
void sendmail_mail_clear(struct sendmail_mail *mail);

/* Appends who a text of the command line or of SMTP names to the recipients; who is named twice is
 * there once.  False with a sentence in *why. */
bool sendmail_add_recipients(const struct sendmail_identity *identity, struct sendmail_mail *mail,
    const char *text, char **why);
/* Sets the envelope's sender; "" is nobody. */
bool sendmail_set_sender(const struct sendmail_identity *identity, struct sendmail_mail *mail,
    const char *text, char **why);
/* Reads the header: with `take` its recipients are appended, else those that there are get the
 * names and kinds it has for them.  Gives addresses that have no domain one, and does to From what
 * the profile wants.  `full_name` (may be NULL) is for a header without From. */
bool sendmail_read_header(const struct sendmail_identity *identity, struct sendmail_mail *mail,
    bool take, const char *full_name, char **why);

/* --- Submission --------------------------------------------------------------------------------
 */

/* One profile's session, opened at the first mail. */
struct sendmail_session {
	struct profile *profile;
	bool named; /* by an option or EMAPI_PROFILE, not by default */
	IMAPISession *session;
	struct outbox outbox;
	pid_t client; /* for whom this process stores mail; 0: for itself */
	const char *client_program;
};

void sendmail_session_close(struct sendmail_session *session);
/* Stores the mail, head first and then what is left of `input`, and submits it: after S_OK it is on
 * disk and in the queue, and mail->key is its key.  On failure nothing is stored, and *why says
 * why; of one that may be stored already that cannot be known. */
HRESULT sendmail_submit(struct sendmail_session *session, struct sendmail_mail *mail,
    struct sendmail_input *input, char **why);

/* sendmail_again.c.  Whether a message of this key is in the queue or was once; then it is on disk
 * and the spooler woken.  A failure: that cannot be known. */
HRESULT sendmail_is_there(
    struct sendmail_session *session, const BYTE key[SENDMAIL_KEY_SIZE], bool *there);
/* The file of the profile's default store; NULL: it tells none.  g_free(). */
char *sendmail_store_path(struct profile *profile);

/* Reads the header of a mail from `input` into mail->head.  An exit code. */
int sendmail_load(struct sendmail_mail *mail, struct sendmail_input *input, char **why);

/* --- Sending -----------------------------------------------------------------------------------
 */

/* The name of the profile to send with, `environment` what EMAPI_PROFILE says; *named: not the
 * default one.  NULL where there is none.  g_free(). */
char *sendmail_profile_name(
    const struct sendmail_options *options, const char *environment, bool *named);
/* The profile as far as it says who may be whom; an exit code after saying what is wrong. */
int sendmail_read_identity(struct profile *profile, struct sendmail_identity *identity);
/* Reads the one mail that the options tell of and submits it.  `mail` is empty but for its key.  An
 * exit code, after saying what is wrong. */
int sendmail_send(const struct sendmail_options *options, struct sendmail_session *session,
    const struct sendmail_identity *identity, struct sendmail_mail *mail,
    struct sendmail_input *input);

/* --- Other modes -------------------------------------------------------------------------------
 */

/* `session` is not open yet. */
int sendmail_smtp(
    const struct sendmail_options *options, const struct sendmail_session *session, int log);
int sendmail_list(void);
int sendmail_run(const struct sendmail_options *options);

#endif
