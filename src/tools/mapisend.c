/* SPDX-License-Identifier: MIT */
/*
 * mapisend: one mail from the command line through a MAPI profile.
 *
 * The exit code says whether the mail is stored (design D8): 0 as soon as it is safe in the Outbox,
 * also while it waits; otherwise a sysexits code and nothing is stored.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapix.h>
#include "cli.h"
#include "client.h"
#include "hr.h"
#include "journey.h"
#include "letter.h"
#include "mailbox.h"
#include "mask.h"
#include "names.h"
#include "outcome.h"
#include "profile.h"
#include "session.h"
#include "spooler_link.h"
#include "text.h"

struct options {
	char **to, **cc, **bcc;
	char **attach;
	char *subject;
	char *body;
	char *body_file;
	char *html;
	char *profile;
	int wait;
	gboolean require_accepted;
	gboolean explain;
	gboolean json;
};

static int
parse(int *argc, char ***argv, struct options *o)
{
	const GOptionEntry entries[] = {
		{ "to", 't', 0, G_OPTION_ARG_STRING_ARRAY, &o->to, "to whom; may be repeated",
		    "ADDRESS" },
		{ "cc", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &o->cc, "a copy to", "ADDRESS" },
		{ "bcc", 'b', 0, G_OPTION_ARG_STRING_ARRAY, &o->bcc,
		    "a copy that the others do not see", "ADDRESS" },
		{ "subject", 's', 0, G_OPTION_ARG_STRING, &o->subject, "the subject", "TEXT" },
		{ "body", 0, 0, G_OPTION_ARG_STRING, &o->body, "the text", "TEXT" },
		{ "body-file", 0, 0, G_OPTION_ARG_FILENAME, &o->body_file,
		    "the text from a file; without it, --body and --html from standard input",
		    "FILE" },
		{ "html", 0, 0, G_OPTION_ARG_FILENAME, &o->html,
		    "an HTML form of the text, from a file", "FILE" },
		{ "attach", 'a', 0, G_OPTION_ARG_FILENAME_ARRAY, &o->attach,
		    "attach a file; may be repeated", "FILE" },
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &o->profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "wait", 'w', 0, G_OPTION_ARG_INT, &o->wait,
		    "how long to wait for the outcome (30); 0: return once the mail is stored",
		    "SECONDS" },
		{ "require-accepted", 0, 0, G_OPTION_ARG_NONE, &o->require_accepted,
		    "exit 1 unless a server has accepted the mail for every recipient", NULL },
		{ "explain", 0, 0, G_OPTION_ARG_NONE, &o->explain,
		    "tell each step, with the dialogue with the server", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o->json, "print the outcome as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("[ADDRESS...]");

	g_option_context_set_summary(
	    context, "Sends one mail through a MAPI profile (see: emapi profile create).");
	g_option_context_add_main_entries(context, entries, NULL);
	return cli_parse(context, argc, argv);
}

static void
options_clear(struct options *o)
{
	g_strfreev(o->to);
	g_strfreev(o->cc);
	g_strfreev(o->bcc);
	g_strfreev(o->attach);
	g_free(o->subject);
	g_free(o->body);
	g_free(o->body_file);
	g_free(o->html);
	g_free(o->profile);
}

static int
add_recipients(struct letter *letter, int kind, char **texts)
{
	for (; texts && *texts; texts++) {
		g_autofree char *why = NULL;

		if (!mailbox_parse_names(*texts, letter->recipients[kind], &why))
			return cli_fail(EX_DATAERR, "%s; nothing was stored or sent", why);
	}
	return 0;
}

static int
read_file(const char *path, char **text)
{
	g_autoptr(GError) error = NULL;

	if (g_file_get_contents(path, text, NULL, &error))
		return 0;
	return cli_fail(EX_NOINPUT, "%s; nothing was stored or sent", error->message);
}

static int
read_stdin(char **text)
{
	GString *all = g_string_new(NULL);
	char piece[65536];
	ssize_t size;

	if (isatty(STDIN_FILENO))
		cli_note("type the text, end it with Ctrl-D");
	while ((size = read(STDIN_FILENO, piece, sizeof(piece))) > 0)
		g_string_append_len(all, piece, size);
	*text = g_string_free(all, FALSE);
	if (size < 0)
		return cli_fail(EX_NOINPUT,
		    "reading standard input: %s; nothing was stored or sent", g_strerror(errno));
	return 0;
}

static int
read_texts(struct letter *letter, const struct options *o)
{
	int code = 0;

	letter->subject = g_strdup(o->subject);
	if (o->html)
		code = read_file(o->html, &letter->html);
	if (code)
		return code;
	if (o->body)
		letter->body = g_strdup(o->body);
	else if (o->body_file)
		return read_file(o->body_file, &letter->body);
	else if (!o->html)
		return read_stdin(&letter->body);
	return 0;
}

static int
fill_letter(struct letter *letter, const struct options *o, char **more)
{
	int code = add_recipients(letter, 0, o->to);

	if (!code)
		code = add_recipients(letter, 0, more);
	if (!code)
		code = add_recipients(letter, 1, o->cc);
	if (!code)
		code = add_recipients(letter, 2, o->bcc);
	if (!code && !letter->recipients[0]->len && !letter->recipients[1]->len &&
	    !letter->recipients[2]->len)
		code = cli_fail(EX_USAGE, "no recipients: say to whom, e.g. --to ann@example.test; "
					  "nothing was stored or sent");
	for (char **path = o->attach; !code && path && *path; path++)
		if (!letter_attach(letter, *path))
			code =
			    cli_fail(EX_NOINPUT, "cannot attach %s: %s; nothing was stored or sent",
				*path, g_strerror(errno));
	if (!code)
		code = read_texts(letter, o);
	return code;
}

/* What to do about a message that could not be stored. */
static const char *
advice(HRESULT hr)
{
	switch (hr) {
	case MAPI_E_NOT_ENOUGH_DISK:
		return "; make room on the disk, then send it again";
	case MAPI_E_NO_ACCESS:
		return "; allow this user to write there, then send it again";
	case MAPI_E_DISK_ERROR:
	case MAPI_E_BUSY:
	case MAPI_E_NOT_ENOUGH_MEMORY:
		return "; send it again later";
	default:
		return "";
	}
}

static int
resolve_names(const struct letter *letter, struct profile *profile, IMAPISession *session)
{
	int code = 0;

	for (int i = 0; !code && i < 3; i++)
		code = names_resolve(profile, session, letter->recipients[i]);
	return code;
}

static int
submit(const struct letter *letter, struct profile *profile, bool named, BYTE *key)
{
	g_autofree char *why = NULL, *words = NULL;
	IMAPISession *session = NULL;
	HRESULT hr = session_create(profile, MAPI_EXTENDED, &session, &why);
	int code = 0;

	if (SUCCEEDED(hr)) {
		session_set_chosen(
		    session, named ? "--profile named it" : "it is the default profile");
		code = resolve_names(letter, profile, session);
		if (!code)
			hr = letter_submit(letter, session, key, &why);
		session->lpVtbl->Logoff(session, 0, 0, 0);
		session->lpVtbl->Release(session);
	}
	if (code || SUCCEEDED(hr))
		return code;
	code = cli_exit_code(hr);
	words = cli_without_dot(why ? why : hr_text(hr));
	if (code == EX_CONFIG && !strstr(words, profile_path(profile)))
		return cli_fail(code, "%s; nothing was stored or sent; the profile is %s", words,
		    profile_path(profile));
	return cli_fail(code, "%s; nothing was stored or sent%s", words, advice(hr));
}

/* Keeps what was said last of the message; the outcome is settled when nothing more happens soon.
 */
struct outcome {
	GString *lines;
	GString *json;
	char *text;
	enum spool_state state;
	gint64 next;
	int tries;
	bool known;
	bool accepted;
};

static bool
is_settled(const struct spool_message *message)
{
	if (spool_state_final(message->state) || message->state == SPOOL_HELD)
		return true;
	if (outcome_all_accepted(message)) /* it is filed next, whatever becomes of us */
		return true;
	return message->state == SPOOL_WAITING && message->tries > 0;
}

static bool
note_outcome(const struct spool_message *message, void *context)
{
	struct outcome *outcome = context;

	outcome->known = true;
	outcome->state = message->state;
	outcome->next = message->next;
	outcome->tries = message->tries;
	outcome->accepted = outcome_all_accepted(message);
	g_free(outcome->text);
	outcome->text = text_printable(message->text);
	g_string_truncate(outcome->lines, 0);
	g_string_truncate(outcome->json, 0);
	for (guint i = 0; message->recipients && i < message->recipients->len; i++)
		outcome_recipient_line(message->recipients->pdata[i], outcome->lines);
	outcome_json(message, outcome->json);
	return !is_settled(message);
}

static void
print_journey(const BYTE *key)
{
	struct spool_message *message = NULL;

	if (FAILED(spooler_show(key, LETTER_KEY_SIZE, &message)))
		return;
	for (guint i = 0; message->attempts && i < message->attempts->len; i++) {
		const struct spool_attempt *attempt = message->attempts->pdata[i];
		g_autofree char *when = outcome_time(attempt->when);
		g_autofree char *text = text_printable(attempt->text);

		printf("%s %s: %s\n", when, *attempt->transport ? attempt->transport : "spooler",
		    text);
		for (char **line = attempt->journey; *line; line++) {
			g_autofree char *shown = journey_show(*line);

			printf("    %s\n", shown);
		}
	}
	spool_message_free(message);
}

static void
note_waiting(const struct outcome *outcome, int wait)
{
	g_autofree char *when = outcome->next ? outcome_time(outcome->next) : NULL;

	if (outcome->known && outcome->state == SPOOL_LEASED)
		cli_note("the mail is safe in the Outbox; it is being sent, and not accepted yet "
			 "after %d s; `emapi queue list` tells what becomes of it",
		    wait);
	else if (outcome->known && outcome->tries > 0)
		cli_note("the mail is safe in the Outbox, but not accepted for every recipient "
			 "yet; it is tried again by itself%s%s; sooner by: emapi queue run",
		    when ? " at " : "", when ? when : "");
	else
		cli_note("the mail is safe in the Outbox and not accepted yet after %d s; it is "
			 "tried again by itself; `emapi queue list` tells more",
		    wait);
}

/* It is over, and not everybody has it.  Folders and reports of the machine's daemon are its own: a
 * user asks its queue. */
static void
note_refused(const struct outcome *outcome, bool machine)
{
	bool nobody = outcome->state == SPOOL_FAILED;
	const char *what =
	    nobody ? "no server took the mail" : "not every recipient gets the mail, see above";
	const char *then = nobody ? "correct what was refused and send it anew"
				  : "correct those addresses and send it to them anew";

	if (machine)
		cli_note("%s; it is not tried again, and `emapi queue show last` tells why: %s",
		    what, then);
	else
		cli_note("%s; it is in Sent Items, a report about %s in the Inbox, and it is not "
			 "tried again: %s",
		    what, nobody ? "it" : "the others", then);
}

/* Says on standard error where the mail is when no server has taken all of it yet. */
static void
note_where(const struct outcome *outcome, HRESULT hr, const struct options *o, bool machine)
{
	g_autofree char *reached = spooler_why();
	g_autofree char *reason = cli_without_dot(outcome->known ? outcome->text
						  : reached      ? reached
								 : hr_text(hr));

	if (!outcome->known && FAILED(hr) && hr != MAPI_E_TIMEOUT)
		cli_note("the mail is safe in the Outbox, but the spooler, which sends it, cannot "
			 "be reached: %s (%s); once that is mended: emapi queue run",
		    reason, hr_name(hr));
	else if (outcome->state == SPOOL_HELD)
		cli_note("the mail is safe in the Outbox but held: %s; once that is mended: emapi "
			 "queue run",
		    reason);
	else if (outcome->known && spool_state_final(outcome->state) && !outcome->accepted)
		note_refused(outcome, machine);
	else if (!outcome->known || !spool_state_final(outcome->state))
		note_waiting(outcome, o->wait);
}

static int
report(const struct options *o, const struct profile *profile, const BYTE *key)
{
	struct outcome outcome = { .lines = g_string_new(NULL), .json = g_string_new(NULL) };
	int code = 0;
	HRESULT hr;

	hr = spooler_watch(
	    key, LETTER_KEY_SIZE, profile_uid(profile), o->wait * 1000, note_outcome, &outcome);
	if (o->explain && !o->json)
		print_journey(key);
	if (o->json)
		printf("%s\n", outcome.known ? outcome.json->str : "null");
	else
		fputs(outcome.lines->str, stdout);
	fflush(stdout);
	if (!outcome.accepted)
		note_where(&outcome, hr, o, profile_is_machine(profile));
	if (o->require_accepted && !outcome.accepted)
		code = 1;
	g_string_free(outcome.lines, TRUE);
	g_string_free(outcome.json, TRUE);
	g_free(outcome.text);
	return code;
}

static void
explain_stored(const struct profile *profile, const BYTE *key)
{
	g_autofree char *hex = text_hex(key, LETTER_KEY_SIZE);

	printf("profile \"%s\" (%s)\n", profile_name(profile), profile_path(profile));
	printf("submitted: message %s is on disk in the Outbox and in the outgoing queue\n", hex);
}

static int
send_letter(const struct options *o, struct letter *letter)
{
	struct profile *profile = NULL;
	BYTE key[LETTER_KEY_SIZE];
	int code = cli_load_profile(o->profile, "; nothing was stored or sent", &profile);

	if (!code)
		code = submit(letter, profile, o->profile != NULL, key);
	if (!code && o->explain && !o->json)
		explain_stored(profile, key);
	if (!code && o->wait > 0)
		code = report(o, profile, key);
	profile_unref(profile);
	return code;
}

int
main(int argc, char **argv)
{
	struct options options = { .wait = 30 };
	struct letter *letter = letter_create();
	int code;

	/* Over a limit of the file size, writing fails and says so instead of killing us. */
	signal(SIGXFSZ, SIG_IGN);
	/* Each category is a file to read: the others are not used. */
	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	mask_core_files();
	cli_set_name("mapisend");
	g_set_prgname("mapisend");
	code = parse(&argc, &argv, &options);
	if (!code)
		code = fill_letter(letter, &options, argv + 1);
	if (!code)
		code = send_letter(&options, letter);
	letter_free(letter);
	options_clear(&options);
	return code;
}
