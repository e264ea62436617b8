/* SPDX-License-Identifier: MIT */
/*
 * emapi explain: how a message went, or would go, from the program to the next server, and what
 * that means: does it need Outlook, an Exchange server, an SMTP server?
 */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <emapispi.h>
#include "ab.h"
#include "client_part.h"
#include "com.h"
#include "hr.h"
#include "journey.h"
#include "mem.h"
#include "outcome.h"
#include "prop.h"
#include "queue.h"
#include "session.h"
#include "story.h"
#include "story_future.h"
#include "text.h"

struct options {
	char *to;
	char *message_id;
	char *profile;
	gboolean json;
};

static int
open_session(const char *name, IMAPISession **out)
{
	g_autofree char *why = NULL;
	struct profile *profile = NULL;
	int code = cli_load_profile(name, "", &profile);
	HRESULT hr;

	*out = NULL;
	if (code)
		return code;
	hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, out, &why);
	profile_unref(profile);
	return FAILED(hr) ? cli_fail(cli_exit_code(hr), "%s", why ? why : hr_text(hr)) : 0;
}

static void
close_session(IMAPISession *session)
{
	if (!session)
		return;
	session->lpVtbl->Logoff(session, 0, 0, 0);
	session->lpVtbl->Release(session);
}

/* --- What the store still knows ------------------------------------------------------------ */

/* What stands on the message of its client, as lines; earlier messages have them so. */
static char **
client_lines(const SPropValue *values, ULONG count, gint64 submitted)
{
	const SPropValue *lines = prop_find(values, count, PR_EMAPI_JOURNEY_A);
	const SPropValue *part = prop_find(values, count, PR_EMAPI_CLIENT);
	GPtrArray *all = g_ptr_array_new();

	if (part)
		client_part_lines(part->Value.bin.lpb, part->Value.bin.cb, submitted, all);
	for (ULONG i = 0; !part && lines && i < lines->Value.MVszA.cValues; i++)
		g_ptr_array_add(all, g_strdup(lines->Value.MVszA.lppszA[i]));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

static char *
folder_name(IMAPISession *session, const SBinary *id)
{
	IMAPIFolder *folder = NULL;
	SPropValue *name = NULL;
	char *text = NULL;
	ULONG type;

	if (SUCCEEDED(session->lpVtbl->OpenEntry(
		session, id->cb, (LPENTRYID)id->lpb, NULL, 0, &type, (LPUNKNOWN *)&folder)) &&
	    SUCCEEDED(HrGetOneProp((LPMAPIPROP)folder, PR_DISPLAY_NAME_W, &name)))
		text = prop_find_text(name, 1, PR_DISPLAY_NAME_W);
	mem_free(name);
	COM_CLEAR(folder);
	return text;
}

/* Where the message lies and what its client wrote down; a store that cannot be opened leaves both
 * unknown, a message that is gone is "" .  What the machine's daemon has, nobody else opens; it
 * keeps the client's part in its own record. */
static void
look_up(const struct spool_message *m, char ***client, char **folder, bool *machine)
{
	static SizedSPropTagArray(
	    3, tags) = { 3, { PR_EMAPI_CLIENT, PR_EMAPI_JOURNEY_A, PR_PARENT_ENTRYID } };
	g_autofree char *why = NULL;
	struct profile *profile = NULL;
	IMAPISession *session = NULL;
	IMessage *message = NULL;
	SPropValue *values = NULL;
	ULONG type, count = 0;
	gsize size = 0;
	const void *entry = m->entry ? g_bytes_get_data(m->entry, &size) : NULL;
	HRESULT hr = profile_load(m->profile, &profile, &why);

	*machine = SUCCEEDED(hr) && profile_is_machine(profile);
	if (*machine && m->client)
		*client = g_strsplit(m->client, "\n", -1);
	if (*machine)
		hr = MAPI_E_NO_ACCESS;
	if (SUCCEEDED(hr))
		hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, &session, NULL);
	if (SUCCEEDED(hr))
		hr = session->lpVtbl->OpenEntry(session, (ULONG)size, (LPENTRYID)(uintptr_t)entry,
		    NULL, 0, &type, (LPUNKNOWN *)&message);
	if (hr == MAPI_E_NOT_FOUND && session)
		*folder = g_strdup("");
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->GetProps(message, (SPropTagArray *)&tags, 0, &count, &values);
	if (SUCCEEDED(hr)) {
		*client = client_lines(values, count, m->submitted);
		if (values[2].ulPropTag == PR_PARENT_ENTRYID)
			*folder = folder_name(session, &values[2].Value.bin);
	}
	mem_free(values);
	COM_CLEAR(message);
	close_session(session);
	profile_unref(profile);
}

/* --- One message --------------------------------------------------------------------------- */

/* The last try that spoke to somebody, else the last of all. */
static const struct spool_attempt *
telling_attempt(const struct spool_message *m)
{
	const struct spool_attempt *found = NULL;

	for (guint i = 0; m->attempts && i < m->attempts->len; i++) {
		const struct spool_attempt *a = m->attempts->pdata[i];
		g_autofree char *server = journey_find(a->journey, '*', "server");

		if (*a->transport && (server || !found))
			found = a;
	}
	return found;
}

static char *
reply_of(const struct spool_message *m)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < m->recipients->len; i++) {
		const struct spool_recipient *r = m->recipients->pdata[i];

		g_autofree char *reply = outcome_reply(r);

		if (*reply)
			g_string_append_printf(all, "%s%s %s: %s", all->len ? "; " : "",
			    r->code ? "for" : "nothing about", r->address, reply);
	}
	if (!all->len)
		g_string_append(all, "Nothing yet.");
	return g_string_free(all, FALSE);
}

static void
tell(const struct spool_message *m, bool json, GString *out)
{
	struct story *story = story_create();
	g_auto(GStrv) client = NULL;
	g_autofree char *folder = NULL, *id = queue_id(m, true), *reply = reply_of(m),
			*where = NULL;
	g_autofree char *subject = text_printable(m->subject);
	const struct spool_attempt *attempt = telling_attempt(m);
	struct story_sources from = { .message = m };

	look_up(m, &client, &folder, &from.machine);
	from.client = client;
	from.folder = folder;
	story_tell(story, &from);
	where = story_whereabouts(&from);
	if (from.machine && !attempt)
		story_answers_of_machine(story, reply, where);
	else
		story_answers(story, attempt ? attempt->transport : "the profile's transport",
		    attempt ? attempt->journey : NULL, reply, where);
	if (json) {
		g_string_append_c(out, '{');
		outcome_json_members(m, out);
		json_member(out, "folder", folder);
		story_json(story, out);
		g_string_append(out, "}\n");
	} else {
		g_string_append_printf(out, "Message %s  \"%s\"\n\n", id, subject);
		story_print(story, out);
	}
	story_free(story);
}

static int
explain_key(GBytes *bytes, bool json)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct spool_message *whole = NULL;
	gsize size = 0;
	const void *key = g_bytes_get_data(bytes, &size);
	HRESULT hr = spooler_show(key, size, &whole);

	if (FAILED(hr))
		return queue_unreachable(hr);
	tell(whole, json, out);
	fputs(out->str, stdout);
	spool_message_free(whole);
	return 0;
}

static int
explain_id(const char *id, bool json)
{
	struct spool_message *found = NULL;
	int code = queue_find(id, &found);

	if (code)
		return code;
	code = explain_key(found->key, json);
	spool_message_free(found);
	return code;
}

struct newest {
	const char *profile;
	gint64 submitted;
	GBytes *key;
};

static bool
keep_newest(const struct spool_message *m, void *context)
{
	struct newest *newest = context;

	if (m->key && !strcmp(m->profile, newest->profile) && m->submitted >= newest->submitted) {
		g_clear_pointer(&newest->key, g_bytes_unref);
		newest->key = g_bytes_ref(m->key);
		newest->submitted = m->submitted;
	}
	return true;
}

/* The newest message of one profile. */
static int
explain_last_of(const char *name, bool json)
{
	struct newest newest = { .profile = name };
	struct profile *profile = NULL;
	int code = cli_load_profile(name, "", &profile);
	HRESULT hr = code ? S_OK : spooler_list(true, 0, keep_newest, &newest);

	if (FAILED(hr))
		code = queue_unreachable(hr);
	else if (!code && !newest.key)
		code = cli_fail(EX_NOINPUT,
		    "no message of profile \"%s\" was sent yet, or none in the last 30 days; emapi "
		    "explain --profile '%s' --to ADDRESS tells how one would go",
		    name, name);
	else if (!code)
		code = explain_key(newest.key, json);
	g_clear_pointer(&newest.key, g_bytes_unref);
	profile_unref(profile);
	return code;
}

/* --- By Message-ID ------------------------------------------------------------------------- */

/* The PR_SEARCH_KEY, in hex, of the message in that folder with that Message-ID.  g_free(). */
static char *
find_in_folder(IMsgStore *store, ULONG folder_tag, const char *message_id)
{
	static SizedSPropTagArray(1, columns) = { 1, { PR_SEARCH_KEY } };
	SPropValue wanted = { .ulPropTag = PR_INTERNET_MESSAGE_ID_A };
	SRestriction is = { .rt = RES_PROPERTY,
		.res.resProperty = { RELOP_EQ, PR_INTERNET_MESSAGE_ID_A, &wanted } };
	SPropValue *id = NULL;
	IMAPIFolder *folder = NULL;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	char *hex = NULL;
	ULONG type;
	HRESULT hr = HrGetOneProp((LPMAPIPROP)store, folder_tag, &id);

	wanted.Value.lpszA = (LPSTR)(uintptr_t)message_id;
	if (SUCCEEDED(hr))
		hr = store->lpVtbl->OpenEntry(store, id->Value.bin.cb, (LPENTRYID)id->Value.bin.lpb,
		    NULL, 0, &type, (LPUNKNOWN *)&folder);
	if (SUCCEEDED(hr))
		hr = folder->lpVtbl->GetContentsTable(folder, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, (LPSPropTagArray)&columns, &is, NULL, 1, &rows);
	if (SUCCEEDED(hr) && rows->cRows && rows->aRow[0].lpProps[0].ulPropTag == PR_SEARCH_KEY)
		hex = text_hex(
		    rows->aRow[0].lpProps[0].Value.bin.lpb, rows->aRow[0].lpProps[0].Value.bin.cb);
	FreeProws(rows);
	COM_CLEAR(table);
	COM_CLEAR(folder);
	mem_free(id);
	return hex;
}

static char *
find_by_message_id(IMAPISession *session, const char *message_id)
{
	static SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	char *hex = NULL;
	HRESULT hr = session->lpVtbl->GetMsgStoresTable(session, 0, &table);

	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, (LPSPropTagArray)&columns, NULL, NULL, 0, &rows);
	for (ULONG i = 0; SUCCEEDED(hr) && !hex && i < rows->cRows; i++) {
		const SBinary *id = &rows->aRow[i].lpProps[0].Value.bin;
		IMsgStore *store = NULL;

		if (FAILED(session->lpVtbl->OpenMsgStore(
			session, 0, id->cb, (LPENTRYID)id->lpb, NULL, MDB_NO_DIALOG, &store)))
			continue;
		hex = find_in_folder(store, PR_IPM_SENTMAIL_ENTRYID, message_id);
		if (!hex)
			hex = find_in_folder(store, PR_IPM_OUTBOX_ENTRYID, message_id);
		COM_CLEAR(store);
	}
	FreeProws(rows);
	COM_CLEAR(table);
	return hex;
}

static int
explain_message_id(const struct options *o)
{
	g_autofree char *wanted = *o->message_id == '<' ? g_strdup(o->message_id)
							: g_strdup_printf("<%s>", o->message_id);
	g_autofree char *hex = NULL, *shown = text_printable(wanted);
	IMAPISession *session = NULL;
	int code = open_session(o->profile, &session);

	if (code)
		return code;
	hex = find_by_message_id(session, wanted);
	close_session(session);
	if (!hex)
		return cli_fail(EX_NOINPUT,
		    "no message in the Outbox or Sent Items has the Message-ID %s "
		    "(another profile? --profile NAME)",
		    shown);
	return explain_id(hex, o->json);
}

/* --- Before sending ------------------------------------------------------------------------ */

/* Whom the mail would go to: an address, or a name that the address book has. */
static int
recipient_words(const struct options *o, char **out)
{
	struct ab_entry *entry = NULL;
	struct ab ab = { 0 };
	int code = 0;

	*out = NULL;
	if (strchr(o->to, '@')) {
		*out = g_strdup_printf("%s, an SMTP address", o->to);
		return 0;
	}
	code = ab_open(&ab, o->profile);
	if (!code)
		code = ab_find_one(&ab, o->to, &entry);
	if (!code && entry->type == MAPI_DISTLIST)
		*out = g_strdup_printf(
		    "%s: a list of the address book; its members get the mail", entry->name);
	else if (!code)
		*out = g_strdup_printf("%s <%s> (%s), as the address book has \"%s\"", entry->name,
		    entry->address ? entry->address : "?", entry->kind ? entry->kind : "?", o->to);
	ab_entry_free(entry);
	ab_close(&ab);
	return code;
}

static void
tell_future(IMAPISession *session, const struct options *o, const char *recipient, GString *out)
{
	struct profile *profile = session_profile(session_from(session));
	struct story *story = story_create();

	story_future_begin(
	    story, session, o->profile ? "you named it" : "it is the default profile");
	story_add(story, "Recipient", "%s", recipient);
	story_future_way(story, session, 0);
	if (o->json) {
		g_string_append_c(out, '{');
		json_member(out, "to", o->to);
		json_member(out, "profile", profile_name(profile));
		story_json(story, out);
		g_string_append(out, "}\n");
	} else {
		g_string_append_printf(out, "A message to %s, sent now\n\n", o->to);
		story_print(story, out);
	}
	story_free(story);
}

static int
explain_to(const struct options *o)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *recipient = NULL;
	IMAPISession *session = NULL;
	int code = open_session(o->profile, &session);

	if (!code)
		code = recipient_words(o, &recipient);
	if (code) {
		close_session(session);
		return code;
	}
	tell_future(session, o, recipient, out);
	close_session(session);
	fputs(out->str, stdout);
	return 0;
}

static int
run(int argc, char **argv)
{
	struct options o = { 0 };
	const GOptionEntry entries[] = {
		{ "to", 0, 0, G_OPTION_ARG_STRING, &o.to, "how a message to ADDRESS would go now",
		    "ADDRESS" },
		{ "message-id", 0, 0, G_OPTION_ARG_STRING, &o.message_id,
		    "the message with this Message-ID", "MESSAGE-ID" },
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &o.profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("[ID|last]");
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (argc > 2 || (argc > 1 && (o.to || o.message_id)) || (o.to && o.message_id))
		code = cli_fail(
		    EX_USAGE, "one of a message's ID, --message-id and --to, please (try --help)");
	else if (o.to)
		code = explain_to(&o);
	else if (o.message_id)
		code = explain_message_id(&o);
	else if (o.profile && (argc < 2 || !strcmp(argv[1], "last")))
		code = explain_last_of(o.profile, o.json);
	else
		code = explain_id(argc > 1 ? argv[1] : "last", o.json);
	g_free(o.to);
	g_free(o.message_id);
	g_free(o.profile);
	return code;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "how a message went or would go, and what that needs",
	.run = run,
};
