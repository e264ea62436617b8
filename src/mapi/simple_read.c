/* SPDX-License-Identifier: MIT */
/*
 * Simple MAPI: finding and reading (MAPI reference: MAPIFindNext, MAPIReadMail, MAPIResolveName).
 */
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "imsg.h"
#include "mem.h"
#include "prop.h"
#include "rtf_stream.h"
#include "simple.h"

#define EPOCH G_GINT64_CONSTANT(11644473600) /* seconds from 1601 to 1970 */

/* --- Finding ------------------------------------------------------------------------------- */

static SRestriction
has_class(SPropValue *value, char *class, ULONG fuzzy)
{
	SRestriction restriction = { .rt = RES_CONTENT };

	value->ulPropTag = PR_MESSAGE_CLASS_A;
	value->Value.lpszA = class;
	restriction.res.resContent.ulFuzzyLevel = fuzzy | FL_IGNORECASE;
	restriction.res.resContent.ulPropTag = PR_MESSAGE_CLASS_A;
	restriction.res.resContent.lpProp = value;
	return restriction;
}

/* Messages of that class or derived from it ("IPM.Note.x", not "IPM.Notes"), unread ones where that
 * is asked for. */
static HRESULT
restrict_table(IMAPITable *table, const char *class, ULONG flags)
{
	g_autofree char *whole = g_strdup(class && *class ? class : "IPM");
	g_autofree char *derived = g_strconcat(whole, ".", NULL);
	SPropValue values[2];
	SRestriction classes[] = { has_class(&values[0], whole, FL_FULLSTRING),
		has_class(&values[1], derived, FL_PREFIX) };
	SRestriction parts[2], both;

	parts[0].rt = RES_OR;
	parts[0].res.resOr.cRes = G_N_ELEMENTS(classes);
	parts[0].res.resOr.lpRes = classes;
	parts[1].rt = RES_BITMASK;
	parts[1].res.resBitMask.relBMR = BMR_EQZ;
	parts[1].res.resBitMask.ulPropTag = PR_MESSAGE_FLAGS;
	parts[1].res.resBitMask.ulMask = MSGFLAG_READ;
	both.rt = RES_AND;
	both.res.resAnd.cRes = flags & MAPI_UNREAD_ONLY ? 2 : 1;
	both.res.resAnd.lpRes = parts;
	return table->lpVtbl->Restrict(table, &both, 0);
}

static HRESULT
open_table(struct simple *simple, const char *class, ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	static const SizedSSortOrderSet(
	    1, by_time) = { 1, 0, 0, { { PR_MESSAGE_DELIVERY_TIME, TABLE_SORT_ASCEND } } };
	IMAPIFolder *inbox = NULL;
	IMsgStore *store;
	HRESULT hr;

	*out = NULL;
	hr = simple_store(simple, &store);
	if (SUCCEEDED(hr))
		hr = simple_inbox(store, &inbox);
	if (SUCCEEDED(hr))
		hr = inbox->lpVtbl->GetContentsTable(inbox, 0, out);
	COM_CLEAR(inbox);
	if (SUCCEEDED(hr))
		hr = (*out)->lpVtbl->SetColumns(
		    *out, (SPropTagArray *)(uintptr_t)&columns, TBL_BATCH);
	if (SUCCEEDED(hr) && (flags & MAPI_GUARANTEE_FIFO))
		hr = (*out)->lpVtbl->SortTable(
		    *out, (SSortOrderSet *)(uintptr_t)&by_time, TBL_BATCH);
	if (SUCCEEDED(hr))
		hr = restrict_table(*out, class, flags);
	return hr;
}

/* Behind the seed.  It may be read by now: where unread messages are looked for, it is then no
 * more in the table, and the first unread one is next. */
static HRESULT
go_behind(struct simple *simple, IMAPITable *table, const char *seed, ULONG flags)
{
	SPropValue value = { .ulPropTag = PR_ENTRYID };
	SRestriction is_seed = { .rt = RES_PROPERTY };
	SBinary *id;
	HRESULT hr;

	hr = simple_id_read(simple, seed, &id);
	if (FAILED(hr))
		return hr;
	value.Value.bin = *id;
	is_seed.res.resProperty.relop = RELOP_EQ;
	is_seed.res.resProperty.ulPropTag = PR_ENTRYID;
	is_seed.res.resProperty.lpProp = &value;
	hr = table->lpVtbl->FindRow(table, &is_seed, BOOKMARK_BEGINNING, 0);
	mem_free(id);
	if (SUCCEEDED(hr))
		return table->lpVtbl->SeekRow(table, BOOKMARK_CURRENT, 1, NULL);
	if (hr == MAPI_E_NOT_FOUND && (flags & MAPI_UNREAD_ONLY))
		return table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 0, NULL);
	return hr == MAPI_E_NOT_FOUND ? SIMPLE_E(MAPI_E_INVALID_MESSAGE) : hr;
}

static HRESULT
find_next(struct simple *simple, const char *class, const char *seed, ULONG flags, char *out)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	hr = open_table(simple, class, flags, &table);
	if (SUCCEEDED(hr) && seed && *seed)
		hr = go_behind(simple, table, seed, flags);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryRows(table, 1, 0, &rows);
	if (SUCCEEDED(hr) && rows->cRows == 0)
		hr = SIMPLE_E(MAPI_E_NO_MESSAGES);
	if (SUCCEEDED(hr))
		hr = simple_id_write(simple, &rows->aRow[0].lpProps[0].Value.bin, flags, out);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

ULONG
simple_find_next(LHANDLE session, LPSTR class, LPSTR seed, FLAGS flags, LPSTR out)
{
	struct simple *simple;
	HRESULT hr;

	if (!out)
		return MAPI_E_FAILURE;
	if (session == lhSessionNull)
		return MAPI_E_INVALID_SESSION;
	hr = simple_enter(session, 0, &simple);
	if (SUCCEEDED(hr))
		hr = find_next(simple, class, seed, flags, out);
	simple_leave(simple);
	return simple_code(hr);
}

/* --- People -------------------------------------------------------------------------------- */

HRESULT
simple_describe(void *root, const SPropValue *values, ULONG count, ULONG class, MapiRecipDesc *out)
{
	const SPropValue *id = prop_find(values, count, PR_ENTRYID);
	const SPropValue *name = prop_find(values, count, PR_DISPLAY_NAME_A);
	const SPropValue *type = prop_find(values, count, PR_ADDRTYPE_A);
	const SPropValue *address = prop_find(values, count, PR_EMAIL_ADDRESS_A);
	char *full;

	out->ulRecipClass = class;
	out->lpszName = mem_strdup(root, name ? name->Value.lpszA : "");
	full = g_strdup_printf("%s%s%s", type ? type->Value.lpszA : "", type ? ":" : "",
	    address ? address->Value.lpszA : "");
	out->lpszAddress = mem_strdup(root, address ? full : "");
	g_free(full);
	if (id) {
		out->ulEIDSize = id->Value.bin.cb;
		out->lpEntryID = mem_memdup(root, id->Value.bin.lpb, id->Value.bin.cb);
	}
	if (!out->lpszName || !out->lpszAddress || (id && !out->lpEntryID))
		return MAPI_E_NOT_ENOUGH_MEMORY;
	return S_OK;
}

/* As it came out of resolving, with text as the narrow API has it. */
static HRESULT
describe_resolved(const ADRENTRY *entry, MapiRecipDesc **out)
{
	MapiRecipDesc *found = mem_zalloc(NULL, sizeof *found);
	SPropValue *narrow = NULL;
	HRESULT hr = S_OK;

	*out = NULL;
	narrow = mem_zalloc(NULL, ((size_t)entry->cValues + 1) * sizeof *narrow);
	if (!found || !narrow)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	for (ULONG i = 0; i < entry->cValues && SUCCEEDED(hr); i++) {
		const SPropValue *value = &entry->rgPropVals[i];

		if (PROP_TYPE(value->ulPropTag) == PT_UNICODE)
			hr = prop_convert(narrow, value, PT_STRING8, &narrow[i]);
		else
			narrow[i] = *value;
	}
	if (SUCCEEDED(hr))
		hr = simple_describe(found, narrow, entry->cValues, MAPI_TO, found);
	mem_free(narrow);
	if (FAILED(hr))
		mem_free(found);
	else
		*out = found;
	return hr;
}

ULONG
simple_resolve_name(
    LHANDLE session, ULONG_PTR ui, LPSTR name, FLAGS flags, ULONG reserved, lpMapiRecipDesc *out)
{
	struct simple *simple;
	ADRLIST *list = NULL;
	HRESULT hr;

	if (!out)
		return MAPI_E_FAILURE;
	*out = NULL;
	if (!name || !*name)
		return MAPI_E_UNKNOWN_RECIPIENT;
	hr = simple_enter(session, flags, &simple);
	if (SUCCEEDED(hr))
		hr = simple_resolve(simple, name, &list);
	if (SUCCEEDED(hr))
		hr = describe_resolved(&list->aEntries[0], out);
	FreePadrlist(list);
	simple_leave(simple);
	return simple_code(hr);
}

/* --- Reading ------------------------------------------------------------------------------- */

enum {
	SUBJECT,
	CLASS,
	FLAGS_,
	TIME,
	SUBMITTED,
	RECEIPT,
	SENDER_NAME,
	SENDER_TYPE,
	SENDER_ADDRESS,
	SENDER_ID,
	ENVELOPE_COUNT
};

static const SizedSPropTagArray(ENVELOPE_COUNT, envelope) = { ENVELOPE_COUNT,
	{ PR_SUBJECT_A, PR_MESSAGE_CLASS_A, PR_MESSAGE_FLAGS, PR_MESSAGE_DELIVERY_TIME,
	    PR_CLIENT_SUBMIT_TIME, PR_READ_RECEIPT_REQUESTED, PR_SENDER_NAME_A,
	    PR_SENDER_ADDRTYPE_A, PR_SENDER_EMAIL_ADDRESS_A, PR_SENDER_ENTRYID } };

static char *
time_text(void *root, const SPropValue *value)
{
	guint64 ticks =
	    (guint64)value->Value.ft.dwHighDateTime << 32 | value->Value.ft.dwLowDateTime;
	time_t seconds = (time_t)((gint64)(ticks / 10000000) - EPOCH);
	struct tm parts;
	char text[64] = "";

	if (PROP_TYPE(value->ulPropTag) == PT_SYSTIME && localtime_r(&seconds, &parts))
		strftime(text, sizeof text, "%Y/%m/%d %H:%M", &parts);
	return mem_strdup(root, text);
}

static char *
text_of(void *root, const SPropValue *value)
{
	return mem_strdup(
	    root, PROP_TYPE(value->ulPropTag) == PT_STRING8 ? value->Value.lpszA : "");
}

static HRESULT
read_sender(const SPropValue *from, MapiMessage *out)
{
	SPropValue values[4];

	out->lpOriginator = mem_zalloc(out, sizeof *out->lpOriginator);
	if (!out->lpOriginator)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(values, &from[SENDER_NAME], sizeof values);
	values[0].ulPropTag = CHANGE_PROP_TYPE(PR_DISPLAY_NAME, PROP_TYPE(values[0].ulPropTag));
	values[1].ulPropTag = CHANGE_PROP_TYPE(PR_ADDRTYPE, PROP_TYPE(values[1].ulPropTag));
	values[2].ulPropTag = CHANGE_PROP_TYPE(PR_EMAIL_ADDRESS, PROP_TYPE(values[2].ulPropTag));
	values[3].ulPropTag = CHANGE_PROP_TYPE(PR_ENTRYID, PROP_TYPE(values[3].ulPropTag));
	return simple_describe(out, values, 4, MAPI_ORIG, out->lpOriginator);
}

static HRESULT
read_envelope(IMessage *message, MapiMessage *out)
{
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	hr = message->lpVtbl->GetProps(
	    message, (SPropTagArray *)(uintptr_t)&envelope, 0, &count, &values);
	if (FAILED(hr))
		return hr;
	out->lpszSubject = text_of(out, &values[SUBJECT]);
	out->lpszMessageType = text_of(out, &values[CLASS]);
	out->lpszDateReceived = time_text(
	    out, &values[PROP_TYPE(values[TIME].ulPropTag) == PT_SYSTIME ? TIME : SUBMITTED]);
	if (values[FLAGS_].ulPropTag == PR_MESSAGE_FLAGS) {
		out->flFlags |= values[FLAGS_].Value.l & MSGFLAG_READ ? 0 : MAPI_UNREAD;
		out->flFlags |= values[FLAGS_].Value.l & MSGFLAG_UNSENT ? 0 : MAPI_SENT;
	}
	if (values[RECEIPT].ulPropTag == PR_READ_RECEIPT_REQUESTED && values[RECEIPT].Value.b)
		out->flFlags |= MAPI_RECEIPT_REQUESTED;
	hr = read_sender(values, out);
	if (!out->lpszSubject || !out->lpszMessageType || !out->lpszDateReceived)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	mem_free(values);
	return hr;
}

static HRESULT
read_recipients(IMessage *message, MapiMessage *out)
{
	static const SizedSPropTagArray(
	    5, columns) = { 5, { PR_RECIPIENT_TYPE, PR_DISPLAY_NAME_A, PR_ADDRTYPE_A,
				   PR_EMAIL_ADDRESS_A, PR_ENTRYID } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	hr = message->lpVtbl->GetRecipientTable(message, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(
		    table, (SPropTagArray *)(uintptr_t)&columns, NULL, NULL, 0, &rows);
	if (SUCCEEDED(hr)) {
		out->lpRecips = mem_zalloc(out, (rows->cRows + 1) * sizeof *out->lpRecips);
		hr = out->lpRecips ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];
		LONG class = prop_find_long(row->lpProps, row->cValues, PR_RECIPIENT_TYPE, 0);

		hr = simple_describe(out, row->lpProps, row->cValues, (ULONG) class & 3,
		    &out->lpRecips[out->nRecipCount++]);
	}
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

/* --- Bodies and attachments ---------------------------------------------------------------- */

/* All of a property that may be too large for GetProps; nothing where it is absent. */
static HRESULT
read_stream(IMAPIProp *object, ULONG tag, GByteArray *out)
{
	IStream *stream = NULL;
	HRESULT hr;

	hr = object->lpVtbl->OpenProperty(object, tag, &IID_IStream, 0, 0, (IUnknown **)&stream);
	if (SUCCEEDED(hr))
		hr = rtf_stream_read(stream, out);
	COM_CLEAR(stream);
	return hr == MAPI_E_NOT_FOUND ? S_OK : hr;
}

static HRESULT
read_body(IMessage *message, MapiMessage *out)
{
	GByteArray *text = g_byte_array_new();
	HRESULT hr;

	hr = read_stream((IMAPIProp *)message, PR_BODY_A, text);
	if (SUCCEEDED(hr)) {
		out->lpszNoteText = mem_strndup(out, (const char *)text->data, text->len);
		hr = out->lpszNoteText ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	g_byte_array_unref(text);
	return hr;
}

/* A temporary file, the caller's to delete; its name ends as the attachment's does. */
static HRESULT
write_file(const GByteArray *data, const char *name, MapiMessage *out, MapiFileDesc *file)
{
	const char *dot = strrchr(name, '.');
	char *path, *plain = g_strdup(dot && !strchr(dot, '/') ? dot : "");
	HRESULT hr = SIMPLE_E(MAPI_E_ATTACHMENT_WRITE_FAILURE);
	GError *error = NULL;
	int fd;

	path = g_strdup_printf("%s/emapi-XXXXXX%.16s", g_get_tmp_dir(), plain);
	fd = g_mkstemp(path);
	if (fd >= 0) {
		close(fd);
		if (g_file_set_contents_full(path, (const char *)data->data, data->len,
			G_FILE_SET_CONTENTS_NONE, 0600, &error))
			hr = S_OK;
		else
			unlink(path);
	}
	if (error && error->code == G_FILE_ERROR_NOSPC)
		hr = SIMPLE_E(MAPI_E_DISK_FULL);
	g_clear_error(&error);
	file->lpszPathName = mem_strdup(out, path);
	file->lpszFileName = mem_strdup(out, name);
	if (SUCCEEDED(hr) && (!file->lpszPathName || !file->lpszFileName)) {
		unlink(path);
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	}
	g_free(plain);
	g_free(path);
	return hr;
}

/* A message that is attached becomes a .msg file, which is what Windows makes of one. */
static HRESULT
read_within(IAttach *attach, GByteArray *data)
{
	IMessage *within = NULL;
	BYTE *bytes = NULL;
	size_t size = 0;
	HRESULT hr = attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (IUnknown **)(void *)&within);

	if (SUCCEEDED(hr))
		hr = imsg_to_bytes(within, &bytes, &size);
	if (SUCCEEDED(hr))
		g_byte_array_append(data, bytes, (guint)size);
	g_free(bytes);
	COM_CLEAR(within);
	return hr;
}

/* What the file is called; g_free(). */
static char *
file_name(const SRow *row, bool is_message)
{
	static const ULONG tags[] = { PR_ATTACH_LONG_FILENAME_A, PR_ATTACH_FILENAME_A,
		PR_DISPLAY_NAME_A };
	const SPropValue *name = NULL;

	for (size_t i = 0; !name && i < (is_message ? 3u : 2u); i++)
		name = prop_find(row->lpProps, row->cValues, tags[i]);
	if (!is_message)
		return g_strdup(name ? name->Value.lpszA : "");
	if (!name || !*name->Value.lpszA)
		return g_strdup("message.msg");
	return g_str_has_suffix(name->Value.lpszA, ".msg")
		   ? g_strdup(name->Value.lpszA)
		   : g_strconcat(name->Value.lpszA, ".msg", NULL);
}

static HRESULT
read_attachment(IAttach *attach, bool is_message, GByteArray *data)
{
	return is_message ? read_within(attach, data)
			  : read_stream((IMAPIProp *)attach, PR_ATTACH_DATA_BIN, data);
}

static HRESULT
read_file(IMessage *message, const SRow *row, ULONG flags, MapiMessage *out)
{
	bool is_message =
	    prop_find_long(row->lpProps, row->cValues, PR_ATTACH_METHOD, 0) == ATTACH_EMBEDDED_MSG;
	g_autofree char *name = file_name(row, is_message);
	LONG number = prop_find_long(row->lpProps, row->cValues, PR_ATTACH_NUM, 0);
	MapiFileDesc *file = &out->lpFiles[out->nFileCount];
	GByteArray *data = NULL;
	IAttach *attach = NULL;
	HRESULT hr;

	file->nPosition =
	    (ULONG)prop_find_long(row->lpProps, row->cValues, PR_RENDERING_POSITION, -1);
	if (flags & MAPI_SUPPRESS_ATTACH) {
		out->nFileCount++;
		file->lpszFileName = mem_strdup(out, name);
		return file->lpszFileName ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	data = g_byte_array_new();
	hr = message->lpVtbl->OpenAttach(message, (ULONG)number, NULL, 0, &attach);
	if (SUCCEEDED(hr))
		hr = read_attachment(attach, is_message, data);
	if (SUCCEEDED(hr))
		hr = write_file(data, name, out, file);
	if (SUCCEEDED(hr))
		out->nFileCount++;
	COM_CLEAR(attach);
	g_byte_array_unref(data);
	return hr;
}

/* MAPI_BODY_AS_FILE: the text is the first of the files, and no text beside them. */
static HRESULT
move_body_to_file(MapiMessage *out)
{
	MapiFileDesc *file = &out->lpFiles[out->nFileCount];
	GByteArray *data = g_byte_array_new();
	HRESULT hr;

	file->nPosition = (ULONG)-1;
	g_byte_array_append(
	    data, (const guint8 *)out->lpszNoteText, (guint)strlen(out->lpszNoteText));
	hr = write_file(data, "body.txt", out, file);
	if (SUCCEEDED(hr)) {
		out->nFileCount++;
		out->lpszNoteText = NULL; /* hangs on the message, as all of it */
	}
	g_byte_array_unref(data);
	return hr;
}

static HRESULT
read_files(IMessage *message, ULONG flags, MapiMessage *out)
{
	static const SizedSPropTagArray(
	    6, columns) = { 6, { PR_ATTACH_NUM, PR_ATTACH_LONG_FILENAME_A, PR_ATTACH_FILENAME_A,
				   PR_DISPLAY_NAME_A, PR_ATTACH_METHOD, PR_RENDERING_POSITION } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	hr = message->lpVtbl->GetAttachmentTable(message, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(
		    table, (SPropTagArray *)(uintptr_t)&columns, NULL, NULL, 0, &rows);
	if (SUCCEEDED(hr)) {
		out->lpFiles = mem_zalloc(out, (rows->cRows + 1) * sizeof *out->lpFiles);
		hr = out->lpFiles ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	if (SUCCEEDED(hr) && (flags & MAPI_BODY_AS_FILE))
		hr = move_body_to_file(out);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++)
		hr = read_file(message, &rows->aRow[i], flags, out);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

static void
remove_written(const MapiMessage *message)
{
	for (ULONG i = 0; i < message->nFileCount; i++)
		if (message->lpFiles[i].lpszPathName)
			unlink(message->lpFiles[i].lpszPathName);
}

static HRESULT
read_message(struct simple *simple, const char *id, ULONG flags, MapiMessage **out)
{
	MapiMessage *found = mem_zalloc(NULL, sizeof *found);
	IMessage *message = NULL;
	HRESULT hr = MAPI_E_NOT_ENOUGH_MEMORY;

	if (found)
		hr = simple_open_message(simple, id, MAPI_BEST_ACCESS, &message);
	if (SUCCEEDED(hr))
		hr = read_envelope(message, found);
	if (SUCCEEDED(hr))
		hr = read_recipients(message, found);
	if (SUCCEEDED(hr) && !(flags & MAPI_ENVELOPE_ONLY))
		hr = read_body(message, found);
	if (SUCCEEDED(hr) && !(flags & MAPI_ENVELOPE_ONLY))
		hr = read_files(message, flags, found);
	if (SUCCEEDED(hr) && !(flags & MAPI_PEEK))
		message->lpVtbl->SetReadFlag(message, 0); /* it is read, whatever this says */
	COM_CLEAR(message);
	if (SUCCEEDED(hr)) {
		*out = found;
		return S_OK;
	}
	if (found)
		remove_written(found);
	mem_free(found);
	return hr;
}

ULONG
simple_read_mail(
    LHANDLE session, ULONG_PTR ui, LPSTR id, FLAGS flags, ULONG reserved, lpMapiMessage *out)
{
	struct simple *simple;
	HRESULT hr;

	if (!out)
		return MAPI_E_FAILURE;
	*out = NULL;
	if (session == lhSessionNull)
		return MAPI_E_INVALID_SESSION;
	hr = simple_enter(session, 0, &simple);
	if (SUCCEEDED(hr))
		hr = read_message(simple, id, flags, out);
	simple_leave(simple);
	return simple_code(hr);
}
