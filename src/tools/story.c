/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <stdio.h>
#include <string.h>
#include <mapidefs.h>
#include "cli.h"
#include "journey.h"
#include "outcome.h"
#include "text.h"
#include "trace.h"

static void
step_free(void *object)
{
	struct story_step *step = object;

	g_free(step->title);
	g_free(step->text);
	g_ptr_array_unref(step->details);
	g_free(step);
}

static void
answer_free(void *object)
{
	struct story_answer *answer = object;

	g_free(answer->answer);
	g_free(answer);
}

struct story *
story_create(void)
{
	struct story *story = g_new0(struct story, 1);

	story->steps = g_ptr_array_new_with_free_func(step_free);
	story->answers = g_ptr_array_new_with_free_func(answer_free);
	return story;
}

void
story_free(struct story *story)
{
	g_ptr_array_unref(story->steps);
	g_ptr_array_unref(story->answers);
	g_free(story);
}

struct story_step *
story_add(struct story *story, const char *title, const char *format, ...)
{
	struct story_step *step = g_new0(struct story_step, 1);
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	step->title = g_strdup(title);
	step->text = text_printable(text);
	step->details = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(story->steps, step);
	return step;
}

void
story_detail(struct story_step *step, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_ptr_array_add(step->details, text_printable(text));
}

/* --- The steps ----------------------------------------------------------------------------- */

/* "2026-11-28T20:50:25.123Z" as local time of day, with the date where it is not today. */
static char *
local_time(const char *iso)
{
	g_autoptr(GDateTime) when = iso ? g_date_time_new_from_iso8601(iso, NULL) : NULL;

	if (!when)
		return g_strdup("?");
	return outcome_time(g_date_time_to_unix(when) * G_USEC_PER_SEC);
}

/* " (MAPI_EXTENDED)": the flags of a call, as a fact has them; "" where it has not.  g_free(). */
static char *
call_flags(char **journey, const char *name, const char *call)
{
	g_autofree char *number = journey_find(journey, '*', name);
	g_autofree char *names =
	    number ? trace_flag_names(call, (ULONG)g_ascii_strtoull(number, NULL, 16)) : NULL;

	return names ? g_strdup_printf(" (%s)", names) : g_strdup("");
}

static void
tell_store(struct story_step *step, char **journey)
{
	g_autofree char *standard = call_flags(journey, "default-store", "OpenMsgStore");
	g_autofree char *other = call_flags(journey, "store", "OpenMsgStore");

	if (*standard || *other)
		story_detail(step, "          OpenMsgStore%s%s", *standard ? standard : other,
		    *standard ? ": the default store" : "");
}

static void
tell_client(struct story *story, const struct story_sources *from)
{
	g_autofree char *program = journey_find(from->client, '*', "program");
	g_autofree char *process = journey_find(from->client, '*', "process");
	g_autofree char *user = journey_find(from->client, '*', "user");
	g_autofree char *because = journey_find(from->client, '*', "profile-because");
	g_autofree char *logon = journey_find(from->client, '*', "logon");
	g_autofree char *submit = journey_find(from->client, '*', "submit");
	g_autofree char *logged_on = local_time(logon), *submitted = local_time(submit);
	g_autofree char *flags = call_flags(from->client, "logon-flags", "MAPILogonEx");
	g_autofree char *calls = journey_find(from->client, '*', "calls");
	g_autofree char *taken_by = journey_find(from->client, '*', "taken-by");
	struct story_step *step;

	if (program) {
		step = story_add(story, "Program",
		    "%s (process %s, user %s) made the message and submitted it", program, process,
		    user);
		story_detail(step, "%s  MAPILogonEx%s, profile \"%s\"", logged_on, flags,
		    from->message->profile);
		tell_store(step, from->client);
		if (calls)
			story_detail(step, "          %s", calls);
		story_detail(step, "%s  IMessage::SubmitMessage", submitted);
		if (taken_by)
			story_detail(step,
			    "by process %s of your spooler, to which it handed the mail", taken_by);
		if (from->machine)
			story_detail(step,
			    "and handed the message to the machine's mail service (emapi-spooler "
			    "--machine), which has its process and user from the kernel and the "
			    "rest from the program itself");
	} else if (from->machine) {
		story_add(story, "Program",
		    "handed the message to the machine's mail service (emapi-spooler "
		    "--machine), whose store is not for users to read");
	} else {
		story_add(story, "Program",
		    "not known any more: the message itself is no longer there to tell");
	}
	story_add(story, "Profile", "\"%s\"%s%s", from->message->profile, because ? ": " : "",
	    because ? because : "");
}

static void
tell_outbox(struct story *story, const struct story_sources *from)
{
	g_autofree char *when = outcome_time(from->message->submitted);

	story_add(story, "Outbox",
	    "on disk in the Outbox and the outgoing queue%s at %s; from here on no crash loses it",
	    from->machine ? " of the machine's mail service" : "", when);
}

static const char *
kind_name(int kind)
{
	static const char *const names[] = { "", "To", "Cc", "Bcc" };

	return names[kind & 3];
}

struct story_step *
story_recipients(struct story *story, guint count)
{
	return story_add(
	    story, "Recipients", "%u%s", count, count == 1 ? "" : ", each with a fate of its own");
}

static void
tell_recipients(struct story *story, const struct spool_message *m)
{
	struct story_step *step = story_recipients(story, m->recipients->len);

	for (guint i = 0; i < m->recipients->len; i++) {
		const struct spool_recipient *r = m->recipients->pdata[i];

		story_detail(step, "%-3s %s%s%s%s (%s)", kind_name(r->kind),
		    r->name && *r->name && strcmp(r->name, r->address) ? r->name : "",
		    r->name && *r->name && strcmp(r->name, r->address) ? " <" : "", r->address,
		    r->name && *r->name && strcmp(r->name, r->address) ? ">" : "", r->type);
	}
}

char *
story_connection(char **journey)
{
	g_autofree char *server = journey_find(journey, '*', "server");
	g_autofree char *tls = journey_find(journey, '*', "tls");
	g_autofree char *subject = journey_find(journey, '*', "certificate-subject");
	g_autofree char *issuer = journey_find(journey, '*', "certificate-issuer");
	g_autofree char *expires = journey_find(journey, '*', "certificate-expires");
	g_autofree char *login = journey_find(journey, '*', "login");
	GString *text;

	if (!server)
		return NULL;
	text = g_string_new(server);
	if (tls)
		g_string_append_printf(text, "; %s", tls);
	else
		g_string_append(text, text_is_loopback(server)
					  ? "; no TLS: up to there it does not leave this machine"
					  : "; no TLS: it can be read on the way");
	if (subject)
		g_string_append_printf(text,
		    "; certificate for \"%s\", issued by \"%s\", valid until %s", subject,
		    issuer ? issuer : "?", expires ? expires : "?");
	g_string_append_printf(
	    text, "; %s%s", login ? "logged in by " : "no login", login ? login : "");
	return g_string_free(text, FALSE);
}

/* Who had the message, and why it went this way. */
static void
tell_choice(struct story_step *step, char **journey)
{
	g_autofree char *worker = journey_find(journey, '*', "worker");
	g_autofree char *lease = journey_find(journey, '*', "lease");
	g_autofree char *because = journey_find(journey, '*', "transport-because");
	g_autofree char *whom = journey_find(journey, '*', "for");
	g_autofree char *taken = local_time(lease);

	if (worker)
		story_detail(step, "worker     process %s has the message since %s", worker, taken);
	if (because)
		story_detail(step, "chosen     %s", because);
	if (whom)
		story_detail(step, "for        %s", whom);
}

static void
tell_next_try(struct story_step *step, char **journey)
{
	g_autofree char *next = journey_find(journey, '*', "next-try");
	g_autofree char *when = local_time(next);

	if (next)
		story_detail(step, "next try   at %s, by itself", when);
}

static void
tell_attempt(struct story *story, const struct spool_attempt *a)
{
	g_autofree char *when = outcome_time(a->when);
	g_autofree char *connection = story_connection(a->journey);
	g_autofree char *names = journey_find_all(a->journey, "trying");
	struct story_step *step;

	if (!*a->transport) {
		story_add(story, "Spooler", "%s: %s", when, a->text);
		return;
	}
	step = story_add(story, "Transport", "%s at %s: %s", a->transport, when, a->text);
	tell_choice(step, a->journey);
	if (names)
		story_detail(step, "address    %s", names);
	if (connection)
		story_detail(step, "connection %s", connection);
	for (char **line = a->journey; *line; line++) {
		struct journey_line parsed;

		journey_parse(*line, &parsed);
		if (!parsed.name || parsed.mark == '!') {
			g_autofree char *shown = journey_explain(*line);

			g_ptr_array_add(step->details, g_steal_pointer(&shown));
		}
		journey_line_clear(&parsed);
	}
	tell_next_try(step, a->journey);
}

static const char *
state_words(enum spool_state state, bool machine)
{
	switch (state) {
	case SPOOL_WAITING:
		return "waits in the Outbox and is tried again by itself";
	case SPOOL_LEASED:
		return "is being sent";
	case SPOOL_SENT:
		return "sent, and about to be filed";
	case SPOOL_HELD:
		return "held in the Outbox until somebody sees to it";
	case SPOOL_FILED:
		return "sent: nobody is left to be tried";
	case SPOOL_FAILED:
		return machine ? "refused for every recipient, and not tried again"
			       : "refused for every recipient; the Inbox has a report";
	case SPOOL_CANCELLED:
		return "taken out of the queue before it was sent";
	default:
		return "unknown";
	}
}

/* A recipient's line has these words already. */
static bool
is_told(const struct story_step *step, const char *text)
{
	g_autofree char *printable = text_printable(text);

	for (guint i = 0; i < step->details->len; i++)
		if (strstr(step->details->pdata[i], printable))
			return true;
	return false;
}

static void
tell_outcome(struct story *story, const struct story_sources *from)
{
	const struct spool_message *m = from->message;
	g_autofree char *next = outcome_time(m->next);
	struct story_step *step =
	    story_add(story, "Outcome", "%s", state_words(m->state, from->machine));

	for (guint i = 0; i < m->recipients->len; i++) {
		g_autoptr(GString) line = g_string_new(NULL);

		outcome_recipient_line(m->recipients->pdata[i], line);
		g_strchomp(line->str);
		story_detail(step, "%s", line->str);
	}
	if (*m->text && !is_told(step, m->text))
		story_detail(step, "%s", m->text);
	if (m->state == SPOOL_WAITING && m->next)
		story_detail(step, "next try at %s, by itself; sooner by: emapi queue retry", next);
}

static void
tell_filing(struct story *story, const struct story_sources *from)
{
	const struct spool_message *m = from->message;
	g_autofree char *when = outcome_time(m->changed);

	if (m->state == SPOOL_FILED || m->state == SPOOL_FAILED)
		story_add(story, "Filing",
		    "left the outgoing queue at %s; the message lies in \"%s\"", when,
		    from->folder);
	else
		story_add(story, "Filing", "not yet: the message lies in \"%s\"", from->folder);
}

void
story_tell(struct story *story, const struct story_sources *from)
{
	const struct spool_message *m = from->message;

	tell_client(story, from);
	tell_outbox(story, from);
	tell_recipients(story, m);
	for (guint i = 0; m->attempts && i < m->attempts->len; i++)
		tell_attempt(story, m->attempts->pdata[i]);
	if (!m->attempts || !m->attempts->len)
		story_add(story, "Spooler", "no transport has had it yet");
	tell_outcome(story, from);
	if (from->folder && *from->folder)
		tell_filing(story, from);
	else if (from->folder)
		story_add(story, "Filing",
		    "the message is no longer in the store (deleted after it was sent, as its "
		    "sender asked, or by somebody)");
}

/* --- Showing ------------------------------------------------------------------------------- */

void
story_print(const struct story *story, GString *out)
{
	for (guint i = 0; i < story->steps->len; i++) {
		const struct story_step *step = story->steps->pdata[i];

		g_string_append_printf(out, "%2u  %-10s  %s\n", i + 1, step->title, step->text);
		for (guint j = 0; j < step->details->len; j++)
			g_string_append_printf(
			    out, "                %s\n", (char *)step->details->pdata[j]);
	}
	g_string_append_c(out, '\n');
	for (guint i = 0; i < story->answers->len; i++) {
		const struct story_answer *answer = story->answers->pdata[i];

		g_string_append_printf(out, "%s\n    %s\n", answer->question, answer->answer);
	}
}

static void
step_json(const struct story_step *step, GString *out)
{
	g_string_append(out, out->str[out->len - 1] == '[' ? "{" : ",{");
	json_member(out, "title", step->title);
	json_member(out, "text", step->text);
	g_string_append(out, ",\"details\":[");
	for (guint j = 0; j < step->details->len; j++) {
		g_string_append(out, j ? "," : "");
		json_string(out, step->details->pdata[j]);
	}
	g_string_append(out, "]}");
}

void
story_json(const struct story *story, GString *out)
{
	g_string_append(out, ",\"steps\":[");
	for (guint i = 0; i < story->steps->len; i++)
		step_json(story->steps->pdata[i], out);
	g_string_append(out, "],\"answers\":[");
	for (guint i = 0; i < story->answers->len; i++) {
		const struct story_answer *answer = story->answers->pdata[i];

		g_string_append(out, i ? ",{" : "{");
		json_member(out, "question", answer->question);
		json_member(out, "answer", answer->answer);
		g_string_append_c(out, '}');
	}
	g_string_append_c(out, ']');
}
