/* SPDX-License-Identifier: MIT */
/* `emapi trace replay`: sessions, stores, folders, messages. */
#include "trace_play.h"

#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapiutil.h>

/* --- Parameters ---------------------------------------------------------------------------- */

const char *
play_in(const struct play_call *call, const char *name)
{
	return trace_line_find(call->line->in, name);
}

gint64
play_number(const struct play_call *call, const char *name)
{
	const char *value = play_in(call, name);

	return value ? g_ascii_strtoll(value, NULL, 0) : 0;
}

const IID *
play_iid(const struct play_call *call, const char *name)
{
	static const struct {
		const char *name;
		const IID *iid;
	} known[] = { { "IMAPISession", &IID_IMAPISession }, { "IMsgStore", &IID_IMsgStore },
		{ "IMAPIFolder", &IID_IMAPIFolder }, { "IMessage", &IID_IMessage },
		{ "IAttach", &IID_IAttachment }, { "IMAPITable", &IID_IMAPITable },
		{ "IMAPIProp", &IID_IMAPIProp }, { "IMAPIContainer", &IID_IMAPIContainer },
		{ "IStream", &IID_IStream }, { "IAddrBook", &IID_IAddrBook },
		{ "IMailUser", &IID_IMailUser }, { "IDistList", &IID_IDistList },
		{ "IABContainer", &IID_IABContainer }, { "IProfSect", &IID_IProfSect },
		{ "IMAPIStatus", &IID_IMAPIStatus } };
	const char *value = play_in(call, name);

	for (size_t i = 0; value && i < G_N_ELEMENTS(known); i++)
		if (!strcmp(value, known[i].name))
			return known[i].iid;
	return NULL;
}

HRESULT
play_cannot(struct play_call *call)
{
	call->cannot = true;
	return MAPI_E_NO_SUPPORT;
}

void
play_take(struct play_call *call, const char *name, void *object)
{
	const char *value = trace_line_find(call->line->out, name);
	const char *open = value ? strchr(value, '(') : NULL;
	IUnknown *unknown = object;

	if (!unknown)
		return;
	if (open && strtoul(open + 1, NULL, 10))
		g_hash_table_insert(call->replay->objects,
		    play_key(call->line, strtoul(open + 1, NULL, 10)), unknown);
	else
		unknown->lpVtbl->Release(unknown);
}

gpointer
play_key(const struct trace_line *line, gulong number)
{
	return GSIZE_TO_POINTER((gsize)strtoul(line->thread, NULL, 10) << 32 | (guint32)number);
}

void *
play_object(const struct play_call *call, const char *name)
{
	const char *value = play_in(call, name);
	const char *open = value ? strchr(value, '(') : NULL;
	gulong number = open ? strtoul(open + 1, NULL, 10) : 0;

	return number ? g_hash_table_lookup(call->replay->objects, play_key(call->line, number))
		      : NULL;
}

/* --- Calls --------------------------------------------------------------------------------- */

static HRESULT
play_logon(struct play_call *call)
{
	IMAPISession *session = NULL;
	HRESULT hr = MAPILogonEx(
	    0, NULL, NULL, MAPI_EXTENDED | MAPI_USE_DEFAULT | MAPI_NEW_SESSION, &session);

	play_take(call, "lppSession", session);
	return hr;
}

static HRESULT
play_release(struct play_call *call)
{
	/* Here each object is held once. */
	if (strcmp(call->line->result, "0") != 0)
		return S_OK;
	g_hash_table_remove(call->replay->objects, play_key(call->line, call->line->object));
	return S_OK;
}

static HRESULT
play_query_interface(struct play_call *call)
{
	IUnknown *object = call->object, *found = NULL;
	const IID *asked = play_iid(call, "riid");
	HRESULT hr;

	if (!asked)
		return play_cannot(call);
	hr = object->lpVtbl->QueryInterface(object, asked, (void **)&found);
	if (found)
		found->lpVtbl->Release(found);
	return hr;
}

static HRESULT
play_stores_table(struct play_call *call)
{
	IMAPISession *session = call->object;
	IMAPITable *table = NULL;
	HRESULT hr = session->lpVtbl->GetMsgStoresTable(session, call->flags, &table);

	play_take(call, "lppTable", table);
	return hr;
}

static HRESULT
play_open_store(struct play_call *call)
{
	IMAPISession *session = call->object;
	IMsgStore *store = NULL;
	SBinary id;
	HRESULT hr;

	if (!trace_value_bytes(&call->replay->values, play_in(call, "lpEntryID"), &id))
		return play_cannot(call);
	hr = session->lpVtbl->OpenMsgStore(session, 0, id.cb, (ENTRYID *)(void *)id.lpb,
	    play_iid(call, "lpInterface"), call->flags, &store);
	play_take(call, "lppMDB", store);
	return hr;
}

static HRESULT
play_logoff(struct play_call *call)
{
	IMAPISession *session = call->object;

	return session->lpVtbl->Logoff(session, 0, call->flags, 0);
}

static HRESULT
play_open_entry(struct play_call *call)
{
	IUnknown *found = NULL;
	ULONG type;
	SBinary id;
	HRESULT hr;

	if (!trace_value_bytes(&call->replay->values, play_in(call, "lpEntryID"), &id))
		return play_cannot(call);
#define OPEN(iface)                                                                                \
	((iface *)call->object)                                                                    \
	    ->lpVtbl->OpenEntry(call->object, id.cb, (ENTRYID *)(void *)id.lpb,                    \
		play_iid(call, "lpInterface"), call->flags, &type, &found)
	if (!strcmp(call->line->iface, "IMAPISession"))
		hr = OPEN(IMAPISession);
	else if (!strcmp(call->line->iface, "IMsgStore"))
		hr = OPEN(IMsgStore);
	else
		hr = OPEN(IMAPIFolder);
	play_take(call, "lppUnk", found);
	return hr;
}

static HRESULT
play_folder_table(struct play_call *call)
{
	IMAPIFolder *folder = call->object;
	IMAPITable *table = NULL;
	HRESULT hr = !strcmp(call->line->method, "GetContentsTable")
			 ? folder->lpVtbl->GetContentsTable(folder, call->flags, &table)
			 : folder->lpVtbl->GetHierarchyTable(folder, call->flags, &table);

	play_take(call, "lppTable", table);
	return hr;
}

static HRESULT
play_create_message(struct play_call *call)
{
	IMAPIFolder *folder = call->object;
	IMessage *message = NULL;
	HRESULT hr = folder->lpVtbl->CreateMessage(
	    folder, play_iid(call, "lpInterface"), call->flags, &message);

	play_take(call, "lppMessage", message);
	return hr;
}

static HRESULT
play_recipients(struct play_call *call)
{
	IMessage *message = call->object;
	ADRLIST *list;

	if (!trace_value_list(&call->replay->values, play_in(call, "lpMods"), &list))
		return play_cannot(call);
	return message->lpVtbl->ModifyRecipients(message, call->flags, list);
}

static HRESULT
play_submit(struct play_call *call)
{
	IMessage *message = call->object;

	return message->lpVtbl->SubmitMessage(message, call->flags);
}

static HRESULT
play_message_table(struct play_call *call)
{
	IMessage *message = call->object;
	IMAPITable *table = NULL;
	HRESULT hr = !strcmp(call->line->method, "GetRecipientTable")
			 ? message->lpVtbl->GetRecipientTable(message, call->flags, &table)
			 : message->lpVtbl->GetAttachmentTable(message, call->flags, &table);

	play_take(call, "lppTable", table);
	return hr;
}

static HRESULT
play_create_attach(struct play_call *call)
{
	IMessage *message = call->object;
	IAttach *attachment = NULL;
	ULONG place;
	HRESULT hr = message->lpVtbl->CreateAttach(
	    message, play_iid(call, "lpInterface"), call->flags, &place, &attachment);

	play_take(call, "lppAttach", attachment);
	return hr;
}

static HRESULT
play_open_attach(struct play_call *call)
{
	IMessage *message = call->object;
	IAttach *attachment = NULL;
	HRESULT hr = message->lpVtbl->OpenAttach(message, play_number(call, "ulAttachmentNum"),
	    play_iid(call, "lpInterface"), call->flags, &attachment);

	play_take(call, "lppAttach", attachment);
	return hr;
}

static HRESULT
play_delete_attach(struct play_call *call)
{
	IMessage *message = call->object;

	return message->lpVtbl->DeleteAttach(
	    message, play_number(call, "ulAttachmentNum"), 0, NULL, call->flags);
}

static HRESULT
play_read_flag(struct play_call *call)
{
	IMessage *message = call->object;

	return message->lpVtbl->SetReadFlag(message, call->flags);
}

static HRESULT
play_create_folder(struct play_call *call)
{
	IMAPIFolder *folder = call->object, *made = NULL;
	LPSTR name, comment;
	HRESULT hr;

	if (!trace_value_text(&call->replay->values, play_in(call, "lpszFolderName"), &name) ||
	    !trace_value_text(
		&call->replay->values, play_in(call, "lpszFolderComment"), &comment) ||
	    !name)
		return play_cannot(call);
	hr = folder->lpVtbl->CreateFolder(folder, play_number(call, "ulFolderType"), (LPTSTR)name,
	    (LPTSTR)comment, play_iid(call, "lpInterface"), call->flags & ~MAPI_UNICODE, &made);
	play_take(call, "lppFolder", made);
	return hr;
}

/* Messages by the marks of their entry identifiers, to or from the folder. */
static HRESULT
play_messages(struct play_call *call)
{
	IMAPIFolder *folder = call->object;
	const char *method = call->line->method;
	ENTRYLIST *list;

	if (!trace_value_entries(&call->replay->values, play_in(call, "lpMsgList"), &list))
		return play_cannot(call);
	if (!strcmp(method, "DeleteMessages"))
		return folder->lpVtbl->DeleteMessages(folder, list, 0, NULL, call->flags);
	if (!strcmp(method, "SetReadFlags"))
		return folder->lpVtbl->SetReadFlags(folder, list, 0, NULL, call->flags);
	if (!play_object(call, "lpDestFolder"))
		return play_cannot(call);
	return folder->lpVtbl->CopyMessages(
	    folder, list, NULL, play_object(call, "lpDestFolder"), 0, NULL, call->flags);
}

static HRESULT
play_empty_folder(struct play_call *call)
{
	IMAPIFolder *folder = call->object;

	return folder->lpVtbl->EmptyFolder(folder, 0, NULL, call->flags);
}

static HRESULT
play_delete_folder(struct play_call *call)
{
	IMAPIFolder *folder = call->object;
	SBinary id;

	if (!trace_value_bytes(&call->replay->values, play_in(call, "lpEntryID"), &id))
		return play_cannot(call);
	return folder->lpVtbl->DeleteFolder(
	    folder, id.cb, (ENTRYID *)(void *)id.lpb, 0, NULL, call->flags);
}

const struct play_method play_objects[] = {
	{ "", "MAPILogonEx", play_logon },
	{ "IMAPISession", "GetMsgStoresTable", play_stores_table },
	{ "IMAPISession", "OpenMsgStore", play_open_store },
	{ "IMAPISession", "OpenEntry", play_open_entry },
	{ "IMAPISession", "Logoff", play_logoff },
	{ "IMsgStore", "OpenEntry", play_open_entry },
	{ "IMAPIFolder", "OpenEntry", play_open_entry },
	{ "IMAPIFolder", "CreateMessage", play_create_message },
	{ "IMAPIFolder", "CreateFolder", play_create_folder },
	{ "IMAPIFolder", "CopyMessages", play_messages },
	{ "IMAPIFolder", "DeleteMessages", play_messages },
	{ "IMAPIFolder", "SetReadFlags", play_messages },
	{ "IMAPIFolder", "EmptyFolder", play_empty_folder },
	{ "IMAPIFolder", "DeleteFolder", play_delete_folder },
	{ "IMAPIFolder", "GetContentsTable", play_folder_table },
	{ "IMAPIFolder", "GetHierarchyTable", play_folder_table },
	{ "IMessage", "ModifyRecipients", play_recipients },
	{ "IMessage", "SubmitMessage", play_submit },
	{ "IMessage", "SetReadFlag", play_read_flag },
	{ "IMessage", "GetRecipientTable", play_message_table },
	{ "IMessage", "GetAttachmentTable", play_message_table },
	{ "IMessage", "CreateAttach", play_create_attach },
	{ "IMessage", "OpenAttach", play_open_attach },
	{ "IMessage", "DeleteAttach", play_delete_attach },
	{ "*", "QueryInterface", play_query_interface },
	{ "*", "Release", play_release },
	{ NULL, NULL, NULL },
};
