/* SPDX-License-Identifier: MIT */
/*
 * `emapi trace replay`: makes the calls of a trace again, in a home of its own with a profile that
 * sends nothing, and compares the results.
 *
 * Objects are known by their numbers in the trace, entry identifiers by their marks: what an
 * earlier call gave out under a mark is what a later one is given.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ftw.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapiutil.h>
#include "emapi.h"
#include "hr.h"
#include "trace.h"
#include "trace_values.h"

#define LONGEST 65536 /* bytes of a line */

struct replay {
	GHashTable *objects; /* number -> IUnknown */
	struct trace_values values;
	GHashTable *left_out; /* "IStream::Write" -> count */
	unsigned same, differ, skipped;
};

/* A call in the making. */
struct call {
	struct replay *replay;
	struct trace_line *line;
	void *object;
	ULONG flags;
	bool cannot; /* the trace does not tell what the call needs */
};

/* --- Parameters ---------------------------------------------------------------------------- */

static const char *
in(const struct call *call, const char *name)
{
	return trace_line_find(call->line->in, name);
}

static long
number(const struct call *call, const char *name)
{
	const char *value = in(call, name);

	return value ? strtol(value, NULL, 0) : 0;
}

static const IID *
iid(const struct call *call, const char *name)
{
	static const struct {
		const char *name;
		const IID *iid;
	} known[] = { { "IMAPISession", &IID_IMAPISession }, { "IMsgStore", &IID_IMsgStore },
		{ "IMAPIFolder", &IID_IMAPIFolder }, { "IMessage", &IID_IMessage },
		{ "IAttach", &IID_IAttachment }, { "IMAPITable", &IID_IMAPITable },
		{ "IMAPIProp", &IID_IMAPIProp }, { "IMAPIContainer", &IID_IMAPIContainer } };
	const char *value = in(call, name);

	for (size_t i = 0; value && i < G_N_ELEMENTS(known); i++)
		if (!strcmp(value, known[i].name))
			return known[i].iid;
	return NULL;
}

static HRESULT
cannot(struct call *call)
{
	call->cannot = true;
	return MAPI_E_NO_SUPPORT;
}

/* The object that came back gets the number that it has in the trace: "IMessage(5)". */
static void
take(struct call *call, const char *name, void *object)
{
	const char *value = trace_line_find(call->line->out, name);
	const char *open = value ? strchr(value, '(') : NULL;
	IUnknown *unknown = object;

	if (!unknown)
		return;
	if (open && strtoul(open + 1, NULL, 10))
		g_hash_table_insert(
		    call->replay->objects, GUINT_TO_POINTER(strtoul(open + 1, NULL, 10)), unknown);
	else
		unknown->lpVtbl->Release(unknown);
}

/* --- Calls --------------------------------------------------------------------------------- */

static HRESULT
play_logon(struct call *call)
{
	IMAPISession *session = NULL;
	HRESULT hr = MAPILogonEx(
	    0, NULL, NULL, MAPI_EXTENDED | MAPI_USE_DEFAULT | MAPI_NEW_SESSION, &session);

	take(call, "lppSession", session);
	return hr;
}

static HRESULT
play_release(struct call *call)
{
	g_hash_table_remove(call->replay->objects, GUINT_TO_POINTER(call->line->object));
	return S_OK;
}

static HRESULT
play_query_interface(struct call *call)
{
	IUnknown *object = call->object, *found = NULL;
	const IID *asked = iid(call, "riid");
	HRESULT hr;

	if (!asked)
		return cannot(call);
	hr = object->lpVtbl->QueryInterface(object, asked, (void **)&found);
	if (found)
		found->lpVtbl->Release(found);
	return hr;
}

static HRESULT
play_stores_table(struct call *call)
{
	IMAPISession *session = call->object;
	IMAPITable *table = NULL;
	HRESULT hr = session->lpVtbl->GetMsgStoresTable(session, call->flags, &table);

	take(call, "lppTable", table);
	return hr;
}

static HRESULT
play_open_store(struct call *call)
{
	IMAPISession *session = call->object;
	IMsgStore *store = NULL;
	SBinary id;
	HRESULT hr;

	if (!trace_value_bytes(&call->replay->values, in(call, "lpEntryID"), &id))
		return cannot(call);
	hr = session->lpVtbl->OpenMsgStore(session, 0, id.cb, (ENTRYID *)(void *)id.lpb,
	    iid(call, "lpInterface"), call->flags, &store);
	take(call, "lppMDB", store);
	return hr;
}

static HRESULT
play_logoff(struct call *call)
{
	IMAPISession *session = call->object;

	return session->lpVtbl->Logoff(session, 0, call->flags, 0);
}

static HRESULT
play_open_entry(struct call *call)
{
	IUnknown *found = NULL;
	ULONG type;
	SBinary id;
	HRESULT hr;

	if (!trace_value_bytes(&call->replay->values, in(call, "lpEntryID"), &id))
		return cannot(call);
#define OPEN(iface)                                                                                \
	((iface *)call->object)                                                                    \
	    ->lpVtbl->OpenEntry(call->object, id.cb, (ENTRYID *)(void *)id.lpb,                    \
		iid(call, "lpInterface"), call->flags, &type, &found)
	if (!strcmp(call->line->iface, "IMAPISession"))
		hr = OPEN(IMAPISession);
	else if (!strcmp(call->line->iface, "IMsgStore"))
		hr = OPEN(IMsgStore);
	else
		hr = OPEN(IMAPIFolder);
	take(call, "lppUnk", found);
	return hr;
}

static HRESULT
play_folder_table(struct call *call)
{
	IMAPIFolder *folder = call->object;
	IMAPITable *table = NULL;
	HRESULT hr = !strcmp(call->line->method, "GetContentsTable")
			 ? folder->lpVtbl->GetContentsTable(folder, call->flags, &table)
			 : folder->lpVtbl->GetHierarchyTable(folder, call->flags, &table);

	take(call, "lppTable", table);
	return hr;
}

static HRESULT
play_create_message(struct call *call)
{
	IMAPIFolder *folder = call->object;
	IMessage *message = NULL;
	HRESULT hr =
	    folder->lpVtbl->CreateMessage(folder, iid(call, "lpInterface"), call->flags, &message);

	take(call, "lppMessage", message);
	return hr;
}

static HRESULT
play_get_props(struct call *call)
{
	IMAPIProp *object = call->object;
	const char *recorded = trace_line_find(call->line->out, "lppPropArray");
	SPropTagArray *tags;
	SPropValue *props = NULL;
	ULONG count = 0;
	HRESULT hr;

	if (!trace_value_tags(&call->replay->values, in(call, "lpPropTagArray"), &tags))
		return cannot(call);
	hr = object->lpVtbl->GetProps(object, tags, call->flags, &count, &props);
	if (SUCCEEDED(hr) && recorded && *recorded == '[')
		trace_values_learn(&call->replay->values, &recorded, count, props);
	MAPIFreeBuffer(props);
	return hr;
}

static HRESULT
play_set_props(struct call *call)
{
	IMAPIProp *object = call->object;
	const char *recorded = in(call, "lpPropArray");
	SPropValue *props;
	ULONG count;

	if (!recorded || !trace_value_props(&call->replay->values, &recorded, &count, &props))
		return cannot(call);
	return object->lpVtbl->SetProps(object, count, props, NULL);
}

static HRESULT
play_delete_props(struct call *call)
{
	IMAPIProp *object = call->object;
	SPropTagArray *tags;

	if (!trace_value_tags(&call->replay->values, in(call, "lpPropTagArray"), &tags))
		return cannot(call);
	return object->lpVtbl->DeleteProps(object, tags, NULL);
}

static HRESULT
play_save(struct call *call)
{
	IMAPIProp *object = call->object;

	return object->lpVtbl->SaveChanges(object, call->flags);
}

static HRESULT
play_recipients(struct call *call)
{
	IMessage *message = call->object;
	ADRLIST *list;

	if (!trace_value_list(&call->replay->values, in(call, "lpMods"), &list))
		return cannot(call);
	return message->lpVtbl->ModifyRecipients(message, call->flags, list);
}

static HRESULT
play_submit(struct call *call)
{
	IMessage *message = call->object;

	return message->lpVtbl->SubmitMessage(message, call->flags);
}

static HRESULT
play_message_table(struct call *call)
{
	IMessage *message = call->object;
	IMAPITable *table = NULL;
	HRESULT hr = !strcmp(call->line->method, "GetRecipientTable")
			 ? message->lpVtbl->GetRecipientTable(message, call->flags, &table)
			 : message->lpVtbl->GetAttachmentTable(message, call->flags, &table);

	take(call, "lppTable", table);
	return hr;
}

static HRESULT
play_create_attach(struct call *call)
{
	IMessage *message = call->object;
	IAttach *attachment = NULL;
	ULONG place;
	HRESULT hr = message->lpVtbl->CreateAttach(
	    message, iid(call, "lpInterface"), call->flags, &place, &attachment);

	take(call, "lppAttach", attachment);
	return hr;
}

static HRESULT
play_columns(struct call *call)
{
	IMAPITable *table = call->object;
	SPropTagArray *tags;

	if (!trace_value_tags(&call->replay->values, in(call, "lpPropTagArray"), &tags) || !tags)
		return cannot(call);
	return table->lpVtbl->SetColumns(table, tags, call->flags);
}

static HRESULT
play_seek(struct call *call)
{
	IMAPITable *table = call->object;

	return table->lpVtbl->SeekRow(
	    table, number(call, "bkOrigin"), number(call, "lRowCount"), NULL);
}

static HRESULT
play_count(struct call *call)
{
	IMAPITable *table = call->object;
	ULONG count;

	return table->lpVtbl->GetRowCount(table, call->flags, &count);
}

static HRESULT
play_rows(struct call *call)
{
	IMAPITable *table = call->object;
	const char *recorded = trace_line_find(call->line->out, "lppRows");
	SRowSet *rows = NULL;
	HRESULT hr = table->lpVtbl->QueryRows(table, number(call, "lRowCount"), call->flags, &rows);

	if (recorded && *recorded == '{')
		recorded++;
	for (ULONG i = 0; rows && i < rows->cRows && recorded && *recorded == '['; i++)
		trace_values_learn(
		    &call->replay->values, &recorded, rows->aRow[i].cValues, rows->aRow[i].lpProps);
	FreeProws(rows);
	return hr;
}

static const struct {
	const char *iface; /* NULL: any that has properties */
	const char *method;
	HRESULT (*play)(struct call *call);
} plays[] = {
	{ "", "MAPILogonEx", play_logon },
	{ "IMAPISession", "GetMsgStoresTable", play_stores_table },
	{ "IMAPISession", "OpenMsgStore", play_open_store },
	{ "IMAPISession", "OpenEntry", play_open_entry },
	{ "IMAPISession", "Logoff", play_logoff },
	{ "IMsgStore", "OpenEntry", play_open_entry },
	{ "IMAPIFolder", "OpenEntry", play_open_entry },
	{ "IMAPIFolder", "CreateMessage", play_create_message },
	{ "IMAPIFolder", "GetContentsTable", play_folder_table },
	{ "IMAPIFolder", "GetHierarchyTable", play_folder_table },
	{ "IMessage", "ModifyRecipients", play_recipients },
	{ "IMessage", "SubmitMessage", play_submit },
	{ "IMessage", "GetRecipientTable", play_message_table },
	{ "IMessage", "GetAttachmentTable", play_message_table },
	{ "IMessage", "CreateAttach", play_create_attach },
	{ "IMAPITable", "SetColumns", play_columns },
	{ "IMAPITable", "SeekRow", play_seek },
	{ "IMAPITable", "GetRowCount", play_count },
	{ "IMAPITable", "QueryRows", play_rows },
	{ NULL, "GetProps", play_get_props },
	{ NULL, "SetProps", play_set_props },
	{ NULL, "DeleteProps", play_delete_props },
	{ NULL, "SaveChanges", play_save },
	{ NULL, "QueryInterface", play_query_interface },
	{ NULL, "Release", play_release },
};

static bool
has_properties(const char *iface)
{
	static const char *const names[] = { "IMsgStore", "IMAPIFolder", "IMessage", "IAttach",
		"IMAPIProp" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!strcmp(iface, names[i]))
			return true;
	return false;
}

static bool
fits(size_t which, const struct trace_line *line)
{
	if (strcmp(plays[which].method, line->method))
		return false;
	if (plays[which].iface)
		return !strcmp(plays[which].iface, line->iface);
	return line->object &&
	       (plays[which].play == play_release || plays[which].play == play_query_interface ||
		   has_properties(line->iface));
}

/* --- The run ------------------------------------------------------------------------------- */

static void
skip(struct replay *replay, const struct trace_line *line)
{
	char *name = g_strdup_printf("%s%s%s", line->iface, *line->iface ? "::" : "", line->method);
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(replay->left_out, name));

	g_hash_table_insert(replay->left_out, name, GUINT_TO_POINTER(count + 1));
	replay->skipped++;
}

static void
compare(struct replay *replay, unsigned at, const struct trace_line *line, HRESULT now)
{
	HRESULT before = (HRESULT)strtoul(line->result, NULL, 16);
	g_autofree char *was = g_strdup(hr_name(before));

	if (!g_str_has_prefix(line->result, "0x") || before == now) {
		replay->same++;
		return;
	}
	replay->differ++;
	printf("line %u: %s(%u)::%s was %s and is %s\n", at, line->iface, line->object,
	    line->method, was, hr_name(now));
}

static void
play(struct replay *replay, unsigned at, struct trace_line *line)
{
	const char *flags = trace_line_find(line->in, "ulFlags");
	struct call call = { replay, line,
		g_hash_table_lookup(replay->objects, GUINT_TO_POINTER(line->object)),
		flags ? strtoul(flags, NULL, 0) : 0 };
	size_t which = 0;
	HRESULT hr;

	while (which < G_N_ELEMENTS(plays) && !fits(which, line))
		which++;
	if (which == G_N_ELEMENTS(plays) || (line->object && !call.object)) {
		skip(replay, line);
		return;
	}
	hr = plays[which].play(&call);
	if (call.cannot)
		skip(replay, line);
	else
		compare(replay, at, line, hr);
}

static void
release(gpointer object)
{
	IUnknown *unknown = object;

	unknown->lpVtbl->Release(unknown);
}

static int
play_all(char **lines)
{
	struct replay replay = { g_hash_table_new_full(NULL, NULL, NULL, release) };
	GHashTableIter iter;
	gpointer name, count;

	trace_values_init(&replay.values);
	replay.left_out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (unsigned i = 0; lines[i]; i++) {
		struct trace_line line = { 0 };

		if (strlen(lines[i]) < LONGEST && trace_line_parse(lines[i], &line))
			play(&replay, i + 1, &line);
		trace_line_clear(&line);
	}
	g_hash_table_iter_init(&iter, replay.left_out);
	while (g_hash_table_iter_next(&iter, &name, &count))
		printf("not replayed: %s, %u times\n", (char *)name, GPOINTER_TO_UINT(count));
	printf("%u calls with the same result, %u with another, %u not replayed\n", replay.same,
	    replay.differ, replay.skipped);
	g_hash_table_unref(replay.objects);
	g_hash_table_unref(replay.left_out);
	trace_values_clear(&replay.values);
	return replay.differ || !replay.same ? EX_DATAERR : 0;
}

/* --- A home of its own --------------------------------------------------------------------- */

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	return g_remove(path);
}

/* A folder for all that emapi keeps, and a profile in it.  No spooler: nothing is sent. */
static bool
make_home(const char *folder)
{
	static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME",
		"XDG_STATE_HOME", "XDG_RUNTIME_DIR" };
	g_autofree char *pickup = g_build_filename(folder, "pickup", NULL);
	const char *arguments[] = { "/proc/self/exe", "profile", "create", "replay", "--default",
		"--from", "replay@example.test", "--pickup", pickup, NULL };
	int status = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
		g_setenv(variables[i], folder, TRUE);
	g_setenv("EMAPI_SPOOLER", "/nonexistent", TRUE);
	g_unsetenv("EMAPI_TRACE");
	return g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
		   NULL, NULL, &status, NULL) &&
	       status == 0;
}

static int
run_replay(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("FILE");
	g_autofree char *folder = NULL;
	g_auto(GStrv) lines = NULL;
	int code;

	g_option_context_set_summary(context,
	    "Makes the calls of a trace again, with a profile of its own that sends nothing, and "
	    "compares\nthe results. Exit code 65: one is another.");
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (argc != 2)
		return cli_fail(EX_USAGE, "give the file of a trace");
	code = trace_read(argv[1], &lines);
	if (code)
		return code;
	folder = g_dir_make_tmp("emapi-replay-XXXXXX", NULL);
	if (!folder)
		return cli_fail(
		    EX_CANTCREAT, "no temporary folder could be made: %s", g_strerror(errno));
	if (!make_home(folder))
		code = cli_fail(EX_CANTCREAT, "no profile could be made in %s", folder);
	else if (FAILED(MAPIInitialize(NULL)))
		code = cli_fail(EX_SOFTWARE, "MAPI cannot be initialized");
	else
		code = play_all(lines);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return code;
}

const struct command command_trace_replay = {
	.name = "trace replay",
	.summary = "make the calls of a trace again and compare the results",
	.run = run_replay,
};
