/* SPDX-License-Identifier: MIT */
/*
 * mapisend: one mail from the command line through a MAPI profile.
 *
 * The exit code says whether the mail is stored (design D8): 0 as soon as it is safe in the Outbox,
 * also while it waits; otherwise a sysexits code and nothing is stored.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapix.h>
#include "cli.h"
#include "client.h"
#include "hr.h"
#include "letter.h"
#include "mapisend_follow.h"
#include "mapisend_options.h"
#include "mask.h"
#include "module.h"
#include "outcome.h"
#include "profile.h"
#include "session.h"
#include "spooler_link.h"
#include "text.h"

/* The store that nearly each profile has. */
static const struct module_part parts[] = {
	{ "emapi_store.so", "MSProviderInit", MSProviderInit },
};

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

/* Why it is this profile. */
static const char *
because(const struct mapisend_options *o)
{
	return o->profile ? "--profile named it" : "it is the default profile";
}

static int
submit(const struct mapisend_options *o, const struct letter *letter, struct profile *profile,
    const BYTE *key)
{
	g_autofree char *why = NULL, *words = NULL;
	static IMAPISession *session; /* until the process ends, which closes all at once */
	HRESULT hr = session_log_on(profile, MAPI_EXTENDED, &session, &why);
	int code = 0;

	if (SUCCEEDED(hr)) {
		session_set_chosen(session, because(o));
		code = mapisend_resolve(letter, profile, session);
		if (!code)
			hr = letter_submit(letter, session, key, &why);
		spooler_settle();
	}
	if (code || SUCCEEDED(hr))
		return code;
	code = cli_exit_code(hr);
	words = cli_without_dot(why ? why : hr_text(hr));
	if (code == EX_CONFIG && !strstr(words, profile_path(profile)))
		return cli_fail(code,
		    "%s; nothing was stored or sent; the profile is %s: mend it there "
		    "(emapi doctor tells more)",
		    words, profile_path(profile));
	return cli_fail(code, "%s; nothing was stored or sent%s", words, advice(hr));
}

/* Keeps what was said last of the message; the outcome is settled when nothing more happens soon.
 */
struct outcome {
	GString *lines; /* or as JSON, which was asked for */
	bool json;
	char *text;
	enum spool_state state;
	gint64 next;
	int tries;
	bool known;
	bool accepted;
	struct follow *follow; /* NULL: nobody looks on */
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

	if (outcome->follow)
		follow_news(outcome->follow, message);
	outcome->known = true;
	outcome->state = message->state;
	outcome->next = message->next;
	outcome->tries = message->tries;
	outcome->accepted = outcome_all_accepted(message);
	g_free(outcome->text);
	outcome->text = text_printable(message->text);
	g_string_truncate(outcome->lines, 0);
	if (outcome->json)
		outcome_json(message, outcome->lines);
	for (guint i = 0; !outcome->json && message->recipients && i < message->recipients->len;
	     i++)
		outcome_recipient_line(message->recipients->pdata[i], outcome->lines);
	return !is_settled(message);
}

/* Where it is, and by what the queue is hurried: that of the machine runs for its administrator, a
 * user hurries his own messages. */
static const char *
safe(bool machine)
{
	return machine ? "the mail is safe with the machine's mail service"
		       : "the mail is safe in the Outbox";
}

static void
note_waiting(const struct outcome *outcome, int wait, bool machine)
{
	g_autofree char *when = outcome->next ? outcome_time(outcome->next) : NULL;

	if (outcome->known && outcome->state == SPOOL_LEASED)
		cli_note("%s; it is being sent, and not accepted yet after %d s; `emapi queue "
			 "list` tells what becomes of it",
		    safe(machine), wait);
	else if (outcome->known && outcome->tries > 0)
		cli_note("%s, but not accepted for every recipient yet; it is tried again by "
			 "itself%s%s; sooner by: emapi queue %s",
		    safe(machine), when ? " at " : "", when ? when : "",
		    machine ? "retry last" : "run");
	else
		cli_note("%s and not accepted yet after %d s; it is tried again by itself; `emapi "
			 "queue list` tells more",
		    safe(machine), wait);
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
note_where(
    const struct outcome *outcome, HRESULT hr, const struct mapisend_options *o, bool machine)
{
	const char *then = machine ? "tell the administrator; it goes on once that is mended"
				   : "once that is mended: emapi queue run";
	g_autofree char *reached = spooler_why();
	g_autofree char *reason = cli_without_dot(outcome->known ? outcome->text
						  : reached      ? reached
								 : hr_text(hr));

	if (!outcome->known && FAILED(hr) && hr != MAPI_E_TIMEOUT)
		cli_note("%s, but the spooler, which sends it, cannot be reached: %s; %s",
		    safe(machine), reason, then);
	else if (outcome->state == SPOOL_HELD)
		cli_note("%s but held: %s; %s", safe(machine), reason, then);
	else if (outcome->known && spool_state_final(outcome->state) && !outcome->accepted)
		note_refused(outcome, machine);
	else if (!outcome->known || !spool_state_final(outcome->state))
		note_waiting(outcome, o->wait, machine);
}

static int
report(const struct mapisend_options *o, const struct profile *profile, const BYTE *key,
    struct follow *follow)
{
	struct outcome outcome = {
		.lines = g_string_new(NULL),
		.json = o->json,
		.follow = follow,
	};
	int code = 0;
	HRESULT hr;

	hr = spooler_watch(
	    key, LETTER_KEY_SIZE, profile_uid(profile), o->wait * 1000, note_outcome, &outcome);
	if (o->explain && o->json)
		follow_json(key, outcome.lines);
	if (o->json)
		printf("%s\n", outcome.known ? outcome.lines->str : "null");
	else
		fputs(outcome.lines->str, stdout);
	fflush(stdout);
	if (!outcome.accepted)
		note_where(&outcome, hr, o, profile_is_machine(profile));
	if (o->require_accepted && !outcome.accepted)
		code = 1;
	g_string_free(outcome.lines, TRUE);
	g_free(outcome.text);
	return code;
}

/* emapi-render shows the mail: it can load GMime.  What it reads from standard input is still
 * there. */
static int
become_dry_run(char **argv)
{
	g_autofree char *renderer = cli_helper("emapi-render");

	argv[0] = (char *)(uintptr_t) "mapisend";
	execv(renderer, argv);
	return cli_fail(
	    EX_UNAVAILABLE, "%s: %s; nothing was stored or sent", renderer, g_strerror(errno));
}

static int
send_letter(const struct mapisend_options *o, struct letter *letter)
{
	struct follow *follow = NULL;
	struct profile *profile = NULL;
	BYTE key[LETTER_KEY_SIZE];
	int code;

	code = cli_load_profile(o->profile, "; nothing was stored or sent", &profile);

	/* It starts, and a worker logs on, while we do. */
	if (!code && !profile_is_machine(profile))
		spooler_prepare(profile_uid(profile));
	if (!code && FAILED(letter_key(key)))
		code = cli_fail(EX_TEMPFAIL, "%s; nothing was stored or sent",
		    hr_text(MAPI_E_NOT_ENOUGH_RESOURCES));
	if (!code && o->explain && !o->json)
		follow = follow_create(key, profile, o->wait > 0);
	if (!code)
		code = submit(o, letter, profile, key);
	if (!code && follow)
		follow_stored(follow, profile, because(o));
	if (!code && o->wait > 0)
		code = report(o, profile, key, follow);
	follow_free(follow);
	profile_unref(profile);
	return code;
}

int
main(int argc, char **argv)
{
	struct mapisend_options options = { .wait = 30 };
	struct letter *letter = letter_create();
	g_auto(GStrv) given = g_strdupv(argv);
	int code, error;

	cli_take_memory();
	module_parts(parts, G_N_ELEMENTS(parts));
	/* Over a limit of the file size, writing fails and says so instead of killing us. */
	signal(SIGXFSZ, SIG_IGN);
	if (!cli_is_ascii(argv))
		cli_set_locale(); /* some 0.5 ms */
	mask_core_files();
	cli_set_name("mapisend");
	g_set_prgname("mapisend");
	code = mapisend_parse(&argc, &argv, &options);
	if (!code && options.dry_run)
		code = become_dry_run(given);
	if (!code)
		code = mapisend_fill(letter, &options, argv + 1);
	if (!code)
		code = send_letter(&options, letter);
	letter_free(letter);
	mapisend_options_clear(&options);
	error = cli_flush();
	if (error && !code)
		cli_note(
		    "the outcome could not be printed: %s; the mail is stored all the same, and "
		    "emapi explain tells of it",
		    g_strerror(error));
	return code;
}
