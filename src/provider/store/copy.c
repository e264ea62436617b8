/* SPDX-License-Identifier: MIT */
/* CopyTo and CopyProps: see copy.h. */
#include "copy.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "mem.h"

#define PIECE (256 * 1024)

/* What belongs to an object and not to what it says. */
static const ULONG never_copied[] = { PR_ENTRYID, PR_RECORD_KEY, PR_PARENT_ENTRYID,
	PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK,
	PR_OBJECT_TYPE, PR_ACCESS, PR_ACCESS_LEVEL, PR_INSTANCE_KEY, PR_ATTACH_NUM, PR_ATTACH_SIZE,
	PR_MESSAGE_SIZE, PR_HASATTACH, PR_MSG_STATUS, PR_NORMALIZED_SUBJECT_A,
	PR_LAST_MODIFICATION_TIME, PR_DISPLAY_TO_A, PR_DISPLAY_CC_A, PR_DISPLAY_BCC_A,
	PR_CONTENT_COUNT, PR_CONTENT_UNREAD, PR_SUBFOLDERS, 0 };

static bool
array_has(const SPropTagArray *tags, ULONG tag)
{
	ULONG at;

	for (at = 0; tags && at < tags->cValues; at++)
		if (PROP_ID(tags->aulPropTag[at]) == PROP_ID(tag))
			return true;
	return false;
}

static bool
copy_wants(const struct copy_request *request, ULONG tag)
{
	if (request->include)
		return array_has(request->include, tag);
	return !array_has(request->exclude, tag);
}

static HRESULT
stream_copy(IStream *from, IStream *to)
{
	ULARGE_INTEGER all = { .QuadPart = G_MAXINT64 };
	HRESULT hr;

	hr = from->lpVtbl->CopyTo(from, to, all, NULL, NULL);
	return SUCCEEDED(hr) ? to->lpVtbl->Commit(to, 0) : hr;
}

/* A value too large to be handed out whole goes from stream to stream. */
static HRESULT
copy_long(const struct copy_request *request, IMAPIProp *target, ULONG tag)
{
	static const ULONG types[] = { PT_BINARY, PT_UNICODE, PT_STRING8 };
	IStream *from = NULL, *to = NULL;
	HRESULT hr = MAPI_E_NOT_FOUND;
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(types) && FAILED(hr); at++) {
		ULONG typed = CHANGE_PROP_TYPE(tag, types[at]);

		hr = request->source->lpVtbl->OpenProperty(
		    request->source, typed, &IID_IStream, 0, 0, (IUnknown **)&from);
		if (SUCCEEDED(hr))
			hr = target->lpVtbl->OpenProperty(target, typed, &IID_IStream, 0,
			    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&to);
		if (SUCCEEDED(hr))
			hr = stream_copy(from, to);
		COM_CLEAR(from);
		COM_CLEAR(to);
	}
	return hr;
}

static bool
target_has(IMAPIProp *target, ULONG tag)
{
	SizedSPropTagArray(1, tags) = { 1, { tag } };
	SPropValue *value = NULL;
	ULONG count;
	bool has;

	has = target->lpVtbl->GetProps(target, (SPropTagArray *)(void *)&tags, 0, &count, &value) ==
	      S_OK;
	mem_free(value);
	return has;
}

static HRESULT
copy_one(const struct copy_request *request, IMAPIProp *target, SPropValue *value)
{
	ULONG tag = value->ulPropTag;

	if (tag_listed(never_copied, tag) || !copy_wants(request, tag))
		return S_OK;
	if ((request->flags & MAPI_NOREPLACE) && target_has(target, tag))
		return S_OK;
	if (PROP_TYPE(tag) == PT_ERROR)
		return (value->Value.err == MAPI_E_NOT_ENOUGH_MEMORY)
			   ? copy_long(request, target, tag)
			   : S_OK;
	if (PROP_TYPE(tag) == PT_OBJECT)
		return S_OK;
	return target->lpVtbl->SetProps(target, 1, value, NULL);
}

static HRESULT
copy_all(const struct copy_request *request, IMAPIProp *target)
{
	SPropValue *values = NULL;
	ULONG count = 0, at;
	HRESULT hr;

	hr =
	    request->source->lpVtbl->GetProps(request->source, NULL, MAPI_UNICODE, &count, &values);
	for (at = 0; at < count && SUCCEEDED(hr); at++)
		hr = copy_one(request, target, &values[at]);
	mem_free(values);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
copy_check(const struct copy_request *request)
{
	if (request->problems)
		*request->problems = NULL;
	if (!request->target || !request->iid)
		return MAPI_E_INVALID_PARAMETER;
	if (request->flags & MAPI_MOVE)
		return (request->flags & MAPI_DECLINE_OK) ? MAPI_E_DECLINE_COPY : MAPI_E_NO_SUPPORT;
	return S_OK;
}

HRESULT
copy_props(const struct copy_request *request)
{
	HRESULT hr = copy_check(request);

	return FAILED(hr) ? hr : copy_all(request, request->target);
}

HRESULT
copy_attach(const struct copy_request *request)
{
	return copy_props(request);
}

/* --- Recipients and attachments of a message ----------------------------------------- */

static void
rows_free(SRowSet *rows)
{
	ULONG at;

	for (at = 0; rows && at < rows->cRows; at++)
		mem_free(rows->aRow[at].lpProps);
	mem_free(rows);
}

static HRESULT
copy_recipients(IMessage *from, IMessage *to)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ULONG count = 0;
	HRESULT hr;

	hr = from->lpVtbl->GetRecipientTable(from, MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->GetRowCount(table, 0, &count);
	if (SUCCEEDED(hr) && count)
		hr = table->lpVtbl->QueryRows(table, (LONG)count, 0, &rows);
	/* Rows and address lists have one layout (MAPI reference: ADRLIST). */
	if (SUCCEEDED(hr) && rows)
		hr = to->lpVtbl->ModifyRecipients(to, 0, (ADRLIST *)(void *)rows);
	rows_free(rows);
	COM_CLEAR(table);
	return hr;
}

/* A message in the attachment, if there is one. */
static HRESULT
copy_embedded(IAttach *source, IAttach *target)
{
	struct copy_request request = { .iid = &IID_IMessage };
	IMessage *from = NULL, *to = NULL;
	HRESULT hr;

	hr = source->lpVtbl->OpenProperty(
	    source, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (IUnknown **)&from);
	if (FAILED(hr))
		return (hr == MAPI_E_NOT_ENOUGH_MEMORY) ? hr : S_OK;
	hr = target->lpVtbl->OpenProperty(target, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&to);
	if (SUCCEEDED(hr)) {
		request.source = (IMAPIProp *)from;
		request.target = to;
		hr = copy_message(&request);
	}
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->SaveChanges(to, 0);
	COM_CLEAR(from);
	COM_CLEAR(to);
	return hr;
}

static HRESULT
copy_one_attachment(IMessage *from, IMessage *to, ULONG num)
{
	struct copy_request request = { .iid = &IID_IAttachment };
	IAttach *source = NULL, *target = NULL;
	ULONG new_num;
	HRESULT hr;

	hr = from->lpVtbl->OpenAttach(from, num, NULL, 0, &source);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->CreateAttach(to, NULL, 0, &new_num, &target);
	if (SUCCEEDED(hr)) {
		request.source = (IMAPIProp *)source;
		request.target = target;
		hr = copy_all(&request, (IMAPIProp *)target);
	}
	if (SUCCEEDED(hr))
		hr = copy_embedded(source, target);
	if (SUCCEEDED(hr))
		hr = target->lpVtbl->SaveChanges(target, 0);
	COM_CLEAR(source);
	COM_CLEAR(target);
	return hr;
}

static HRESULT
copy_attachments(IMessage *from, IMessage *to)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ULONG count = 0, at;
	HRESULT hr;

	hr = from->lpVtbl->GetAttachmentTable(from, 0, &table);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->GetRowCount(table, 0, &count);
	if (SUCCEEDED(hr) && count)
		hr = table->lpVtbl->QueryRows(table, (LONG)count, 0, &rows);
	for (at = 0; rows && at < rows->cRows && SUCCEEDED(hr); at++)
		/* PR_ATTACH_NUM is the table's first column. */
		hr = copy_one_attachment(from, to, (ULONG)rows->aRow[at].lpProps[0].Value.l);
	rows_free(rows);
	COM_CLEAR(table);
	return hr;
}

HRESULT
copy_message(const struct copy_request *request)
{
	IMessage *from = (IMessage *)request->source, *to = NULL;
	IUnknown *target = request->target;
	HRESULT hr = copy_check(request);

	if (FAILED(hr))
		return hr;
	hr = target->lpVtbl->QueryInterface(target, &IID_IMessage, (void **)&to);
	if (FAILED(hr))
		return copy_all(request, request->target);
	hr = copy_all(request, (IMAPIProp *)to);
	if (SUCCEEDED(hr) && copy_wants(request, PR_MESSAGE_RECIPIENTS))
		hr = copy_recipients(from, to);
	if (SUCCEEDED(hr) && copy_wants(request, PR_MESSAGE_ATTACHMENTS))
		hr = copy_attachments(from, to);
	COM_CLEAR(to);
	return hr;
}

/* --- Messages from store to store ----------------------------------------------------------------
 */

static HRESULT
copy_to_folder(IMAPIFolder *from, const SBinary *id, IMAPIFolder *to)
{
	struct copy_request request = { .iid = &IID_IMessage };
	IMessage *source = NULL, *target = NULL;
	ULONG type;
	HRESULT hr;

	hr = from->lpVtbl->OpenEntry(from, id->cb, (ENTRYID *)(void *)id->lpb, &IID_IMessage, 0,
	    &type, (IUnknown **)&source);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->CreateMessage(to, NULL, 0, &target);
	if (SUCCEEDED(hr)) {
		request.source = (IMAPIProp *)source;
		request.target = target;
		hr = copy_message(&request);
	}
	if (SUCCEEDED(hr))
		hr = target->lpVtbl->SaveChanges(target, 0);
	COM_CLEAR(source);
	COM_CLEAR(target);
	return hr;
}

HRESULT
copy_messages(IMAPIFolder *from, const ENTRYLIST *list, IMAPIFolder *to, ULONG flags)
{
	bool partial = false;
	HRESULT hr = S_OK;
	ULONG at;

	for (at = 0; at < list->cValues && hr != MAPI_E_NOT_ENOUGH_MEMORY; at++) {
		ENTRYLIST one = { 1, &list->lpbin[at] };

		hr = copy_to_folder(from, one.lpbin, to);
		if (SUCCEEDED(hr) && (flags & MESSAGE_MOVE))
			hr = from->lpVtbl->DeleteMessages(from, &one, 0, NULL, 0);
		partial = partial || hr != S_OK;
	}
	if (hr == MAPI_E_NOT_ENOUGH_MEMORY)
		return hr;
	return partial ? MAPI_W_PARTIAL_COMPLETION : S_OK;
}
