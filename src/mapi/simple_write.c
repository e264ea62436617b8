/* SPDX-License-Identifier: MIT */
/*
 * Simple MAPI: sending, saving and deleting (MAPI reference: MAPISendMail, MAPISendDocuments,
 * MAPISaveMail, MAPIDeleteMail), and the functions that would show a window.  There is none here:
 * where the user would be asked, the answer is MAPI_E_NOT_SUPPORTED and nothing is done.
 */
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "simple.h"

static HRESULT
open_outbox(IMsgStore *store, IMAPIFolder **out)
{
	SPropValue *value = NULL;
	HRESULT hr;

	*out = NULL;
	hr = HrGetOneProp((IMAPIProp *)store, PR_IPM_OUTBOX_ENTRYID, &value);
	if (SUCCEEDED(hr))
		hr = simple_open_folder(store, &value->Value.bin, out);
	mem_free(value);
	return hr;
}

static HRESULT
send_message(struct simple *simple, const MapiMessage *source)
{
	IMAPIFolder *outbox = NULL;
	IMessage *message = NULL;
	IMsgStore *store;
	HRESULT hr;

	if (!source->nRecipCount)
		return SIMPLE_E(MAPI_E_INVALID_RECIPS);
	hr = simple_store(simple, &store);
	if (SUCCEEDED(hr))
		hr = open_outbox(store, &outbox);
	if (SUCCEEDED(hr))
		hr = outbox->lpVtbl->CreateMessage(outbox, NULL, 0, &message);
	if (SUCCEEDED(hr))
		hr = simple_fill(simple, source, message);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->SubmitMessage(message, 0);
	COM_CLEAR(message);
	COM_CLEAR(outbox);
	return hr;
}

ULONG
simple_send_mail(LHANDLE session, ULONG_PTR ui, lpMapiMessage message, FLAGS flags, ULONG reserved)
{
	struct simple *simple;
	HRESULT hr;

	if (!message)
		return MAPI_E_FAILURE;
	if (flags & MAPI_DIALOG)
		return MAPI_E_NOT_SUPPORTED;
	hr = simple_enter(session, flags, &simple);
	if (SUCCEEDED(hr))
		hr = send_message(simple, message);
	simple_leave(simple);
	return simple_code(hr);
}

/* --- Saving -------------------------------------------------------------------------------- */

static HRESULT
create(struct simple *simple, const MapiMessage *source, IMessage **out)
{
	SPropValue flags = { .ulPropTag = PR_MESSAGE_FLAGS };
	IMAPIFolder *inbox = NULL;
	IMsgStore *store;
	HRESULT hr;

	/* What a message that was never saved may say of itself. */
	flags.Value.l = (source->flFlags & MAPI_UNREAD ? 0 : MSGFLAG_READ) |
			(source->flFlags & MAPI_SENT ? 0 : MSGFLAG_UNSENT);
	*out = NULL;
	hr = simple_store(simple, &store);
	if (SUCCEEDED(hr))
		hr = simple_inbox(store, &inbox);
	if (SUCCEEDED(hr))
		hr = inbox->lpVtbl->CreateMessage(inbox, NULL, 0, out);
	if (SUCCEEDED(hr))
		hr = HrSetOneProp((IMAPIProp *)*out, &flags);
	COM_CLEAR(inbox);
	return hr;
}

static HRESULT
save(struct simple *simple, const MapiMessage *source, ULONG flags, char *id)
{
	IMessage *message = NULL;
	SPropValue *entry = NULL;
	HRESULT hr;

	if (*id)
		hr = simple_open_message(simple, id, MAPI_MODIFY, &message);
	else
		hr = create(simple, source, &message);
	if (SUCCEEDED(hr))
		hr = simple_fill(simple, source, message);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->SaveChanges(message, KEEP_OPEN_READONLY);
	if (SUCCEEDED(hr) && !*id)
		hr = HrGetOneProp((IMAPIProp *)message, PR_ENTRYID, &entry);
	if (SUCCEEDED(hr) && !*id)
		hr = simple_id_write(simple, &entry->Value.bin, flags, id);
	mem_free(entry);
	COM_CLEAR(message);
	return hr;
}

ULONG
simple_save_mail(
    LHANDLE session, ULONG_PTR ui, lpMapiMessage message, FLAGS flags, ULONG reserved, LPSTR id)
{
	struct simple *simple;
	HRESULT hr;

	if (!message || !id)
		return MAPI_E_FAILURE;
	if (session == lhSessionNull && *id)
		return MAPI_E_INVALID_SESSION;
	hr = simple_enter(session, flags, &simple);
	if (SUCCEEDED(hr))
		hr = save(simple, message, flags, id);
	simple_leave(simple);
	return simple_code(hr);
}

/* --- Deleting ------------------------------------------------------------------------------ */

static HRESULT
delete_message(struct simple *simple, const char *id)
{
	IMessage *message = NULL;
	IMAPIFolder *folder = NULL;
	SPropValue *parent = NULL;
	SBinary *entry = NULL;
	SBinaryArray list = { 1, NULL };
	IMsgStore *store;
	HRESULT hr;

	hr = simple_open_message(simple, id, 0, &message);
	if (SUCCEEDED(hr))
		hr = HrGetOneProp((IMAPIProp *)message, PR_PARENT_ENTRYID, &parent);
	if (SUCCEEDED(hr))
		hr = simple_store(simple, &store);
	if (SUCCEEDED(hr))
		hr = simple_open_folder(store, &parent->Value.bin, &folder);
	if (SUCCEEDED(hr))
		hr = simple_id_read(simple, id, &entry);
	COM_CLEAR(message);
	list.lpbin = entry;
	if (SUCCEEDED(hr))
		hr = folder->lpVtbl->DeleteMessages(folder, &list, 0, NULL, 0);
	mem_free(entry);
	mem_free(parent);
	COM_CLEAR(folder);
	return hr == MAPI_W_PARTIAL_COMPLETION ? SIMPLE_E(MAPI_E_MESSAGE_IN_USE) : hr;
}

ULONG
simple_delete_mail(LHANDLE session, ULONG_PTR ui, LPSTR id, FLAGS flags, ULONG reserved)
{
	struct simple *simple;
	HRESULT hr;

	if (session == lhSessionNull)
		return MAPI_E_INVALID_SESSION;
	hr = simple_enter(session, 0, &simple);
	if (SUCCEEDED(hr))
		hr = delete_message(simple, id);
	simple_leave(simple);
	return simple_code(hr);
}

/* --- What only a window can do ------------------------------------------------------------- */

ULONG
simple_send_documents(ULONG_PTR ui, LPSTR delimiter, LPSTR paths, LPSTR names, ULONG reserved)
{
	return MAPI_E_NOT_SUPPORTED;
}

ULONG
MAPIAddress(LHANDLE session, ULONG_PTR ui, LPSTR caption, ULONG fields, LPSTR labels, ULONG count,
    lpMapiRecipDesc recipients, FLAGS flags, ULONG reserved, LPULONG new_count,
    lpMapiRecipDesc *new_recipients)
{
	if (new_count)
		*new_count = 0;
	if (new_recipients)
		*new_recipients = NULL;
	return MAPI_E_NOT_SUPPORTED;
}

ULONG
MAPIDetails(LHANDLE session, ULONG_PTR ui, lpMapiRecipDesc recipient, FLAGS flags, ULONG reserved)
{
	return MAPI_E_NOT_SUPPORTED;
}
