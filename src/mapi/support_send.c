/* SPDX-License-Identifier: MIT */
/* What IMAPISupport does for a store's SubmitMessage and FinishedMsg, and for transports. */
#include <stdbool.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "client_journey.h"
#include "mem.h"
#include "prop.h"
#include "spooler_link.h"
#include "storequeue.h"
#include "support_private.h"

HRESULT
support_SpoolerYield(IMAPISupport *This, ULONG flags)
{
	struct support *self = SELF(This);

	if (self->hooks.spooler_yield)
		return self->hooks.spooler_yield(self->hooks.context, flags);
	return S_OK; /* each worker is a process of its own: nobody waits for it */
}

HRESULT
support_SpoolerNotify(IMAPISupport *This, ULONG flags, LPVOID data)
{
	struct support *self = SELF(This);
	struct profile *profile = self->session->profile;

	if (self->hooks.spooler_notify)
		return self->hooks.spooler_notify(self->hooks.context, flags, data);
	if (self->session->pid != getpid())
		return MAPI_E_END_OF_SESSION;
	if (!(flags & (NOTIFY_READYTOSEND | NOTIFY_QUEUE_SOON | NOTIFY_QUEUE_SAFE)))
		return MAPI_E_NO_SUPPORT;
	if (self->session->flags & MAPI_NO_MAIL)
		return S_OK; /* asked for: the spooler is not to know of this session */
	if (flags == NOTIFY_QUEUE_SOON)
		return spooler_wake_soon(profile_uid(profile), profile_name(profile));
	if (flags == NOTIFY_QUEUE_SAFE)
		return spooler_wake_heard(profile_uid(profile), profile_name(profile));
	return spooler_wake(profile_uid(profile), profile_name(profile));
}

HRESULT
support_StatusRecips(IMAPISupport *This, LPMESSAGE message, LPADRLIST recipients)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (!message || !recipients)
		return MAPI_E_INVALID_PARAMETER;
	if (!self->hooks.status_recips)
		return MAPI_E_NO_SUPPORT;
	hr = self->hooks.status_recips(self->hooks.context, message, recipients);
	if (SUCCEEDED(hr)) /* as documented; the caller's where it fails */
		mem_free(recipients);
	return hr;
}

/* A message marked MSGFLAG_RESEND: who has it already is left out of the next try. */
static HRESULT
prepare_row(const SRow *row, ADRENTRY *entry)
{
	LONG type = prop_find_long(row->lpProps, row->cValues, PR_RECIPIENT_TYPE, MAPI_TO);
	bool again = ((ULONG)type & MAPI_SUBMITTED) != 0;
	SPropValue *values;
	ULONG count = 0, i;
	HRESULT hr = S_OK;

	values = mem_zalloc(NULL, ((size_t)row->cValues + 2) * sizeof *values);
	if (!values)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; SUCCEEDED(hr) && i < row->cValues; i++) {
		ULONG tag = row->lpProps[i].ulPropTag;

		if (tag != PR_RECIPIENT_TYPE && tag != PR_RESPONSIBILITY)
			hr = prop_copy(values, &row->lpProps[i], &values[count++]);
	}
	if (FAILED(hr)) {
		mem_free(values);
		return hr;
	}
	prop_set_long(&values[count++], PR_RECIPIENT_TYPE,
	    again ? (LONG)((ULONG)type & ~MAPI_SUBMITTED) : (LONG)MAPI_P1);
	prop_set_bool(&values[count++], PR_RESPONSIBILITY, !again);
	entry->rgPropVals = values;
	entry->cValues = count;
	return S_OK;
}

static HRESULT
prepare_recipients(IMessage *message)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ADRLIST *list = NULL;
	HRESULT hr;
	ULONG i;

	hr = message->lpVtbl->GetRecipientTable(message, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows);
	if (FAILED(hr))
		goto out;
	list = mem_zalloc(NULL, CbNewADRLIST((size_t)rows->cRows));
	if (!list)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		hr = prepare_row(&rows->aRow[i], &list->aEntries[i]);
		list->cEntries += SUCCEEDED(hr);
	}
	if (SUCCEEDED(hr) && list->cEntries)
		hr = message->lpVtbl->ModifyRecipients(message, 0, list);
out:
	FreePadrlist(list);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

HRESULT
support_PrepareSubmit(IMAPISupport *This, LPMESSAGE message, ULONG *flags)
{
	static SizedSPropTagArray(1, tags) = { 1, { PR_MESSAGE_FLAGS } };
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	if (!message)
		return MAPI_E_INVALID_PARAMETER;
	if (flags)
		*flags = 0;
	hr = message->lpVtbl->GetProps(message, (SPropTagArray *)&tags, 0, &count, &values);
	if (SUCCEEDED(hr) &&
	    (prop_find_long(values, count, PR_MESSAGE_FLAGS, 0) & (LONG)MSGFLAG_RESEND))
		hr = prepare_recipients(message);
	mem_free(values);
	return FAILED(hr) ? hr : S_OK;
}

/* There are no personal distribution lists, and every message is sent by the spooler. */
HRESULT
support_ExpandRecips(IMAPISupport *This, LPMESSAGE message, ULONG *flags)
{
	if (!message || !flags)
		return MAPI_E_INVALID_PARAMETER;
	*flags = NEEDS_SPOOLER;
	return client_journey_put(SELF(This)->session, message);
}

/* Leaves the messages of a store that logs off with the spooler, which is a process of its own. */
HRESULT
support_StoreLogoffTransports(IMAPISupport *This, ULONG *flags)
{
	if (!flags)
		return MAPI_E_INVALID_PARAMETER;
	*flags = LOGOFF_COMPLETE;
	return S_OK;
}

/* --- After sending ------------------------------------------------------------------------- */

/* Where a sent message goes, read off itself. */
struct filing {
	SPropValue *values;
	const SBinary *id, *folder, *sent;
	bool delete;
};

static const SBinary *
binary_of(const SPropValue *values, ULONG index, ULONG tag)
{
	return values[index].ulPropTag == tag ? &values[index].Value.bin : NULL;
}

static HRESULT
read_filing(IMessage *message, struct filing *filing)
{
	static SizedSPropTagArray(4, tags) = { 4,
		{ PR_ENTRYID, PR_PARENT_ENTRYID, PR_SENTMAIL_ENTRYID, PR_DELETE_AFTER_SUBMIT } };
	ULONG count;
	HRESULT hr;

	hr = message->lpVtbl->GetProps(message, (SPropTagArray *)&tags, 0, &count, &filing->values);
	if (FAILED(hr))
		return hr;
	filing->id = binary_of(filing->values, 0, PR_ENTRYID);
	filing->folder = binary_of(filing->values, 1, PR_PARENT_ENTRYID);
	filing->sent = binary_of(filing->values, 2, PR_SENTMAIL_ENTRYID);
	filing->delete = prop_find_bool(filing->values, count, PR_DELETE_AFTER_SUBMIT, false);
	return filing->id && filing->folder ? S_OK : MAPI_E_CORRUPT_DATA;
}

static HRESULT
open_folder(struct session *session, const SBinary *id, IMAPIFolder **out)
{
	ULONG type;

	return session_open_entry(
	    session, id, &IID_IMAPIFolder, MAPI_MODIFY, &type, (IUnknown **)(void *)out);
}

static HRESULT
file_message(struct session *session, const struct filing *filing)
{
	ENTRYLIST list = { 1, (SBinary *)(uintptr_t)filing->id };
	IMAPIFolder *from = NULL, *to = NULL;
	HRESULT hr;

	if (!filing->delete &&!filing->sent)
		return S_OK; /* it stays where it is */
	hr = open_folder(session, filing->folder, &from);
	if (SUCCEEDED(hr) && filing->delete)
		hr = from->lpVtbl->DeleteMessages(from, &list, 0, NULL, 0);
	else if (SUCCEEDED(hr)) {
		hr = open_folder(session, filing->sent, &to);
		if (SUCCEEDED(hr))
			hr = from->lpVtbl->CopyMessages(
			    from, &list, &IID_IMAPIFolder, to, 0, NULL, MESSAGE_MOVE);
	}
	COM_CLEAR(from);
	COM_CLEAR(to);
	return hr;
}

HRESULT
support_DoSentMail(IMAPISupport *This, ULONG flags, LPMESSAGE message)
{
	struct support *self = SELF(This);
	struct filing filing = { 0 };
	HRESULT hr;

	if (!message)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(self->session);
	if (SUCCEEDED(hr))
		hr = read_filing(message, &filing);
	if (SUCCEEDED(hr)) {
		message->lpVtbl->Release(message); /* as documented: before it is moved */
		hr = file_message(self->session, &filing);
	}
	mem_free(filing.values);
	return hr;
}

HRESULT
support_CompleteMsg(IMAPISupport *This, ULONG flags, ULONG size, LPENTRYID id)
{
	struct support *self = SELF(This);
	SBinary bytes = { size, (BYTE *)id };
	IMessage *message = NULL;
	ULONG type;
	HRESULT hr;

	if (!size || !id)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(self->session);
	if (SUCCEEDED(hr))
		hr = session_open_entry(self->session, &bytes, &IID_IMessage, MAPI_MODIFY, &type,
		    (IUnknown **)(void *)&message);
	if (FAILED(hr))
		return hr;
	hr = support_DoSentMail(This, 0, message);
	if (FAILED(hr))
		message->lpVtbl->Release(message);
	return hr;
}
