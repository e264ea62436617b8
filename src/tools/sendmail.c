/* SPDX-License-Identifier: MIT */
/*
 * emapi-sendmail: in the place of /usr/sbin/sendmail, for programs that hand their mail to that;
 * also as mailq and newaliases, by the name it is called by.  Its parts: sendmail.h.
 */
#include "sendmail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli.h"
#include "client.h"
#include "hr.h"
#include "module.h"
#include "outcome.h"
#include "sendmail_front.h"
#include "spooler_link.h"
#include "text.h"

#define LOG_MARK "=== emapi-sendmail "
#define VERBOSE_SECONDS 30

/* -X: what goes in and out is appended to a file.  Web programs have been made to write files of an
 * attacker's choice by this option: so it makes none, and takes only one that is the user's alone
 * and empty, or such a log already. */
static int
open_log(const char *path, char **argv, int *log)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *when = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S%z");
	g_autofree char *command = g_strjoinv(" ", argv);
	g_autofree char *shown = text_printable(command);
	char mark[sizeof LOG_MARK] = "";
	struct stat status;

	*log = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (*log >= 0 && (fstat(*log, &status) != 0 || !S_ISREG(status.st_mode) ||
			     status.st_uid != geteuid() || (status.st_mode & 077) != 0 ||
			     (status.st_size > 0 && (pread(*log, mark, strlen(LOG_MARK), 0) < 0 ||
							strcmp(mark, LOG_MARK) != 0)))) {
		close(*log);
		*log = -1;
		errno = EPERM;
	}
	if (*log < 0)
		return cli_fail(EX_CANTCREAT,
		    "-X %s: %s; it must be there, empty or such a log, of mode 600 and yours; "
		    "nothing was stored or sent",
		    path, g_strerror(errno));
	dprintf(*log, LOG_MARK "%d %s %s\n", (int)getpid(), when, shown);
	return 0;
}

static int
load_profile(const struct sendmail_options *o, struct sendmail_session *session)
{
	g_autofree char *name = NULL, *why = NULL;
	HRESULT hr;

	name = sendmail_profile_name(o, getenv("EMAPI_PROFILE"), &session->named);
	if (!name)
		return cli_fail(EX_CONFIG,
		    "there is no default profile to send with; make one: emapi profile create NAME "
		    "--default --from 'You <you@example.com>' --smtp HOST:PORT; nothing was stored "
		    "or sent");
	hr = profile_load(name, &session->profile, &why);
	if (FAILED(hr))
		return cli_fail(EX_CONFIG, "%s; nothing was stored or sent", why);
	return 0;
}

/* --- What -v tells -----------------------------------------------------------------------------
 */

static bool
note_outcome(const struct spool_message *message, void *context)
{
	GString *lines = context;

	g_string_truncate(lines, 0);
	for (guint i = 0; message->recipients && i < message->recipients->len; i++)
		outcome_recipient_line(message->recipients->pdata[i], lines);
	return !spool_state_final(message->state) && message->state != SPOOL_HELD &&
	       !(message->state == SPOOL_WAITING && message->tries > 0);
}

static void
tell(struct profile *profile, const struct sendmail_mail *mail)
{
	g_autofree char *hex = text_hex(mail->key, SENDMAIL_KEY_SIZE);
	g_autoptr(GString) lines = g_string_new(NULL);

	printf("stored as %.8s, profile \"%s\", %u %s\n", hex, profile_name(profile),
	    mail->recipients->len, mail->recipients->len == 1 ? "recipient" : "recipients");
	fflush(stdout);
	spooler_watch(mail->key, SENDMAIL_KEY_SIZE, profile_uid(profile), VERBOSE_SECONDS * 1000,
	    note_outcome, lines);
	fputs(lines->str, stdout);
}

/* --- Sending -----------------------------------------------------------------------------------
 */

static int
send_mail(const struct sendmail_options *o, struct sendmail_session *session,
    const struct sendmail_start *start, int log)
{
	struct sendmail_identity identity;
	struct sendmail_mail mail;
	struct sendmail_input input;
	int code = sendmail_read_identity(session->profile, &identity);

	sendmail_mail_init(&mail);
	mail.keyed = start->key != NULL;
	if (start->key)
		memcpy(mail.key, start->key, sizeof mail.key);
	mail.again = start->again;
	sendmail_input_init(&input, STDIN_FILENO, log);
	sendmail_input_head(&input, start->head, start->size, start->eof);
	spooler_want_taker();
	if (!code)
		code = sendmail_send(o, session, &identity, &mail, &input);
	/* The message is on disk, and the end of the process closes all at once. */
	if (!code)
		spooler_settle();
	else
		sendmail_session_close(session);
	if (!code && o->verbose)
		tell(session->profile, &mail);
	sendmail_input_clear(&input);
	sendmail_mail_clear(&mail);
	sendmail_identity_clear(&identity);
	return code;
}

/* -bv: each address, and what would be done with it. */
static int
verify(const struct sendmail_options *o, struct profile *profile)
{
	struct sendmail_identity identity;
	int code = sendmail_read_identity(profile, &identity);

	if (!code && !*o->arguments)
		code = cli_fail(EX_USAGE, "no addresses to verify");
	for (char *const *argument = o->arguments; *argument && code != EX_CONFIG; argument++) {
		struct sendmail_mail mail;
		g_autofree char *why = NULL;

		sendmail_mail_init(&mail);
		if (!sendmail_add_recipients(&identity, &mail, *argument, &why))
			code = cli_fail(EX_DATAERR, "%s", why);
		for (guint i = 0; i < mail.recipients->len; i++)
			printf("%s... well formed; the profile \"%s\" would send to it from %s\n",
			    ((struct sendmail_person *)mail.recipients->pdata[i])->address,
			    profile_name(profile), identity.address);
		sendmail_mail_clear(&mail);
	}
	sendmail_identity_clear(&identity);
	return code;
}

static int
speak_smtp(const struct sendmail_options *o, const struct sendmail_session *session, int log)
{
	struct sendmail_identity identity;
	int code = sendmail_read_identity(session->profile, &identity);

	sendmail_identity_clear(&identity);
	return code ? code : sendmail_smtp(o, session, log);
}

static int
with_profile(const struct sendmail_options *o, const struct sendmail_start *start, int log)
{
	static struct sendmail_session session; /* after a mail open until the process ends */
	int code = load_profile(o, &session);

	if (code)
		return code;
	if (o->mode == SENDMAIL_SMTP)
		code = speak_smtp(o, &session, log);
	else if (o->mode == SENDMAIL_VERIFY)
		code = verify(o, session.profile);
	else
		code = send_mail(o, &session, start, log);
	profile_unref(session.profile);
	return code;
}

static int
dispatch(const struct sendmail_options *o, char **argv, const struct sendmail_start *start)
{
	int log = -1, code = 0;

	switch (o->mode) {
	case SENDMAIL_LIST:
		return sendmail_list();
	case SENDMAIL_RUN:
		return sendmail_run(o);
	case SENDMAIL_ALIASES:
		printf(
		    "there are no aliases: emapi sends each mail to the addresses it is given\n");
		return 0;
	default:
		if (o->log)
			code = open_log(o->log, argv, &log);
		if (!code)
			code = with_profile(o, start, log);
		if (log >= 0) {
			dprintf(log, "=== exit %d\n", code);
			close(log);
		}
		return code;
	}
}

/* The store that nearly each profile has. */
static const struct module_part parts[] = {
	{ "emapi_store.so", "MSProviderInit", MSProviderInit },
};

int
emapi_sendmail_main(int argc, char **argv, const struct sendmail_start *start)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc > 0 ? argv[0] : "sendmail";
	struct sendmail_options options = { .mode = SENDMAIL_SEND };
	int code;

	module_parts(parts, G_N_ELEMENTS(parts));
	cli_set_name(name);
	g_set_prgname(name);
	if (!strcmp(name, "mailq"))
		options.mode = SENDMAIL_LIST;
	else if (!strcmp(name, "newaliases"))
		options.mode = SENDMAIL_ALIASES;
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		sendmail_help();
		return 0;
	}
	code = sendmail_parse(argc, argv, &options);
	return code ? code : dispatch(&options, argv, start);
}
