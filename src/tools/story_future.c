/* SPDX-License-Identifier: MIT */
#include "story_future.h"

#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>
#include <emapispi.h>
#include "cli.h"
#include "hr.h"
#include "journey.h"
#include "mailbox.h"
#include "mem.h"
#include "prop.h"
#include "session.h"
#include "spooler_link.h"
#include "text.h"
#include "trial.h"

static char *
sender_of(struct profile *profile)
{
	g_autofree char *name = NULL, *address = NULL;
	SPropValue *values = NULL;
	ULONG count = 0;

	if (FAILED(profile_section_read(
		profile, (const MAPIUID *)&MUID_PROFILE_INSTANCE, &values, &count)))
		return g_strdup("nobody");
	name = prop_find_text(values, count, PR_EMAPI_FROM_NAME_W);
	address = prop_find_text(values, count, PR_EMAPI_FROM_ADDRESS_W);
	mem_free(values);
	if (!address)
		return g_strdup("nobody: the profile has no FromAddress");
	return name && *name ? g_strdup_printf("%s <%s>", name, address)
			     : g_steal_pointer(&address);
}

void
story_future_begin(struct story *story, IMAPISession *session, const char *because)
{
	struct profile *profile = session_profile(session_from(session));
	g_autofree char *sender = sender_of(profile);

	story_add(story, "Profile", "\"%s\" (%s): %s", profile_name(profile), profile_path(profile),
	    because);
	story_add(story, "Sender", "%s", sender);
}

/* --- Recipients ---------------------------------------------------------------------------- */

static void
tell_mailbox(struct story_step *step, const char *kind, const struct mailbox *m)
{
	SPropValue *values = m->values;
	g_autofree char *name = prop_find_text(values, m->count, PR_DISPLAY_NAME_W);
	g_autofree char *address = prop_find_text(values, m->count, PR_EMAIL_ADDRESS_W);
	g_autofree char *type = prop_find_text(values, m->count, PR_ADDRTYPE_W);
	bool list = prop_find_long(values, m->count, PR_OBJECT_TYPE, 0) == MAPI_DISTLIST;

	if (!values)
		story_detail(step, "%-3s %s%s%s%s", kind, m->name ? m->name : "",
		    m->name ? " <" : "", m->address, m->name ? ">" : "");
	else if (list)
		story_detail(step, "%-3s %s: a list of the address book; its members get the mail",
		    kind, name ? name : m->name);
	else
		story_detail(step, "%-3s %s <%s> (%s), as the address book has \"%s\"", kind,
		    name ? name : "", address ? address : "?", type ? type : "?", m->name);
}

void
story_future_recipients(struct story *story, const struct letter *letter)
{
	static const char *const kinds[] = { "To", "Cc", "Bcc" };
	guint total = 0;
	struct story_step *step;

	for (int i = 0; i < 3; i++)
		total += letter->recipients[i]->len;
	step = story_recipients(story, total);
	for (int i = 0; i < 3; i++)
		for (guint j = 0; j < letter->recipients[i]->len; j++)
			tell_mailbox(step, kinds[i], letter->recipients[i]->pdata[j]);
}

/* --- The way ------------------------------------------------------------------------------- */

/* Whether a mail could go, else what would become of it and what to do. */
static void
tell_check(struct story *story, const char *profile, const struct trial *trial)
{
	struct story_step *step;

	if (SUCCEEDED(trial->hr)) {
		story_add(story, "Check", "the way is open: asked just now, and nothing was sent");
		return;
	}
	step = story_add(story, "Check", "FAILED: %s",
	    trial->why && *trial->why ? trial->why : hr_text(trial->hr));
	if (trial->hr == MAPI_E_TOO_BIG)
		return;
	story_detail(step, "mail       %s",
	    trial->hr == MAPI_E_NETWORK_ERROR
		? "what is sent now is safe in the Outbox and tried again by itself"
		: "what is sent now is safe in the Outbox, and held until this is mended");
	story_detail(step, "what to do emapi test '%s' tells it step by step", profile);
}

static void
tell_trial(struct story *story, const char *profile, const struct trial *trial, guint providers)
{
	g_autofree char *connection = story_connection(trial->journey);
	g_autofree char *limit = journey_find(trial->journey, '*', "size-limit");
	g_autofree char *folder = journey_find(trial->journey, '*', "folder");
	g_autofree char *names = journey_find_all(trial->journey, "trying");
	struct story_step *step =
	    story_add(story, "Transport", "%s: %s", trial->name ? trial->name : "?",
		providers == 1 ? "the profile has no other"
			       : "the first in the profile that carries SMTP addresses");

	if (names)
		story_detail(step, "address    %s", names);
	if (connection)
		story_detail(step, "connection %s", connection);
	if (folder)
		story_detail(step, "folder     %s", folder);
	if (limit)
		story_detail(step, "size limit %s bytes, as the server says", limit);
	else if (connection)
		story_detail(step, "size limit the server tells none");
	tell_check(story, profile, trial);
}

/* The first that carries SMTP addresses, as the spooler chooses; else the first. */
static void
try_transports(IMAPISession *session, const GArray *providers, struct trial *trial)
{
	for (guint i = 0; i < providers->len; i++) {
		trial_clear(trial);
		*trial = (struct trial){ 0 };
		trial_run(session, &g_array_index(providers, MAPIUID, i), trial);
		if (trial->carries_smtp)
			break;
	}
}

static void
check_size(struct trial *trial, guint64 size)
{
	g_autofree char *text = journey_find(trial->journey, '*', "size-limit");
	guint64 limit = text ? g_ascii_strtoull(text, NULL, 10) : 0;

	if (FAILED(trial->hr) || !limit || size <= limit)
		return;
	trial->hr = MAPI_E_TOO_BIG;
	g_free(trial->why);
	trial->why = g_strdup_printf("the mail has %" G_GUINT64_FORMAT
				     " bytes, and the server takes %" G_GUINT64_FORMAT
				     ": attach less, or send a link",
	    size, limit);
}

/* Whom it will speak to is the daemon's own affair; whether it is there can be seen. */
static HRESULT
tell_machine(struct story *story)
{
	int fd = spooler_connect_machine();

	story_add(story, "Transport",
	    "the machine's mail service (emapi-spooler --machine) takes it and sends it, by a "
	    "server that the administrator chose");
	if (fd < 0) {
		story_add(story, "Check",
		    "FAILED: the machine's mail service does not answer: nothing can be handed to "
		    "it. Ask the administrator (systemctl status emapi-spooler)");
		return MAPI_E_NETWORK_ERROR;
	}
	close(fd);
	story_add(story, "Check", "the machine's mail service answers: asked just now");
	return S_OK;
}

HRESULT
story_future_way(struct story *story, IMAPISession *session, guint64 size)
{
	struct profile *profile = session_profile(session_from(session));
	GArray *providers = profile_providers(profile, MAPI_TRANSPORT_PROVIDER);
	static const char nothing[] = "Nothing was sent.";
	static const char nowhere[] = "There is none yet: nothing was sent.";
	struct trial trial = { 0 };
	HRESULT hr;

	if (providers->len > 0) {
		try_transports(session, providers, &trial);
		check_size(&trial, size);
		tell_trial(story, profile_name(profile), &trial, providers->len);
	} else if (profile_is_machine(profile)) {
		trial.hr = tell_machine(story);
	} else {
		trial.hr = MAPI_E_UNCONFIGURED;
		story_add(story, "Check",
		    "FAILED: the profile has no transport: a mail would be held in the Outbox. Add "
		    "one (emapi-profile(5) shows how)");
	}
	if (profile_is_machine(profile))
		story_answers_of_machine(story, nothing, nowhere);
	else
		story_answers(story, trial.name ? trial.name : "the profile's transport",
		    trial.journey, nothing, nowhere);
	hr = trial.hr;
	trial_clear(&trial);
	g_array_unref(providers);
	return hr;
}
