/* SPDX-License-Identifier: MIT */
/* Objects with their properties, and messages with all that is in them: see objcopy.h. */
#include "objcopy.h"
#include <glib.h>
#include <stdbool.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "prop.h"
#include "propcopy.h"

/* What belongs to an object and not to what it says. */
static const ULONG own[] = { PR_ENTRYID, PR_RECORD_KEY, PR_PARENT_ENTRYID, PR_STORE_ENTRYID,
	PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK, PR_OBJECT_TYPE, PR_ACCESS,
	PR_ACCESS_LEVEL, PR_INSTANCE_KEY, PR_ATTACH_NUM, PR_ATTACH_SIZE, PR_MESSAGE_SIZE,
	PR_HASATTACH, PR_MSG_STATUS, PR_NORMALIZED_SUBJECT_A, PR_LAST_MODIFICATION_TIME,
	PR_DISPLAY_TO_A, PR_DISPLAY_CC_A, PR_DISPLAY_BCC_A, PR_CONTENT_COUNT, PR_CONTENT_UNREAD,
	PR_SUBFOLDERS, PR_FOLDER_TYPE };

BOOL
objcopy_wants(const struct objcopy *how, ULONG tag)
{
	return how->include ? propcopy_has_tag(how->include, tag)
			    : !propcopy_has_tag(how->exclude, tag);
}

/* Whether the caller left an interface to be used for what is within. */
static bool
may_use(const struct objcopy *how, const IID *iid)
{
	ULONG i;

	for (i = 0; i < how->excluded_count; i++)
		if (IsEqualGUID(&how->excluded[i], iid))
			return false;
	return true;
}

static void *
ask(void *object, const IID *iid)
{
	IUnknown *unknown = object;
	void *out = NULL;

	if (FAILED(unknown->lpVtbl->QueryInterface(unknown, iid, &out)))
		return NULL;
	return out;
}

/* --- Properties ---------------------------------------------------------------------------- */

static SPropTagArray *
with_own(const SPropTagArray *exclude)
{
	ULONG count = exclude ? exclude->cValues : 0, i;
	SPropTagArray *all =
	    mem_zalloc(NULL, CbNewSPropTagArray((size_t)count + G_N_ELEMENTS(own)));

	if (!all)
		return NULL;
	for (i = 0; i < count; i++)
		all->aulPropTag[all->cValues++] = exclude->aulPropTag[i];
	for (i = 0; i < G_N_ELEMENTS(own); i++)
		all->aulPropTag[all->cValues++] = own[i];
	return all;
}

/* Objects asked for by name and copied apart are no problems. */
static void
drop_objects(SPropProblemArray **problems)
{
	SPropProblemArray *array = problems ? *problems : NULL;
	ULONG kept = 0, i;

	if (!array)
		return;
	for (i = 0; i < array->cProblem; i++)
		if (PROP_TYPE(array->aProblem[i].ulPropTag) != PT_OBJECT)
			array->aProblem[kept++] = array->aProblem[i];
	array->cProblem = kept;
	if (kept)
		return;
	mem_free(array);
	*problems = NULL;
}

static HRESULT
copy_properties(IMAPIProp *source, IMAPIProp *target, const struct objcopy *how)
{
	SPropTagArray *exclude;
	HRESULT hr;

	if (how->include)
		return propcopy_props(source, how->include, target, how->flags, how->problems);
	exclude = with_own(how->exclude);
	if (!exclude)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = propcopy_to(source, exclude, target, how->flags, how->problems);
	mem_free(exclude);
	return hr;
}

/* --- Messages ------------------------------------------------------------------------------ */

static HRESULT
copy_recipients(IMessage *from, IMessage *to, ULONG flags)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	hr = from->lpVtbl->GetRecipientTable(from, MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows);
	/* Rows and address lists have one layout (MAPI reference: ADRLIST). */
	if (SUCCEEDED(hr) && (rows->cRows || !(flags & MAPI_NOREPLACE)))
		hr = to->lpVtbl->ModifyRecipients(to, 0, (ADRLIST *)(void *)rows);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
copy_embedded(IAttach *from, IAttach *to)
{
	struct objcopy how = { 0 };
	IMessage *source = NULL, *target = NULL;
	HRESULT hr;

	hr = from->lpVtbl->OpenProperty(
	    from, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (IUnknown **)(void *)&source);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->OpenProperty(to, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
		    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&target);
	if (SUCCEEDED(hr))
		hr = objcopy((IMAPIProp *)source, (IUnknown *)target, &how);
	if (SUCCEEDED(hr))
		hr = target->lpVtbl->SaveChanges(target, 0);
	COM_CLEAR(source);
	COM_CLEAR(target);
	return hr;
}

/* What stands in PR_ATTACH_DATA_OBJ: a message, or an OLE object as its bytes. */
static HRESULT
copy_data(IAttach *from, IAttach *to)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_ATTACH_METHOD } };
	SPropValue *value = NULL;
	ULONG count;
	LONG method;
	HRESULT hr;

	hr = from->lpVtbl->GetProps(from, (SPropTagArray *)(void *)&tags, 0, &count, &value);
	if (FAILED(hr))
		return hr;
	method = prop_find_long(value, count, PR_ATTACH_METHOD, NO_ATTACHMENT);
	mem_free(value);
	if (method == ATTACH_EMBEDDED_MSG)
		return copy_embedded(from, to);
	if (method == ATTACH_OLE)
		hr = propcopy_stream((IMAPIProp *)from, (IMAPIProp *)to, PR_ATTACH_DATA_OBJ);
	return hr == MAPI_E_NOT_FOUND ? S_OK : hr;
}

static HRESULT
copy_attachment(IMessage *from, IMessage *to, ULONG number)
{
	struct objcopy how = { 0 };
	IAttach *source = NULL, *target = NULL;
	ULONG new_number;
	HRESULT hr;

	hr = from->lpVtbl->OpenAttach(from, number, NULL, 0, &source);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->CreateAttach(to, NULL, 0, &new_number, &target);
	if (SUCCEEDED(hr))
		hr = copy_properties((IMAPIProp *)source, (IMAPIProp *)target, &how);
	if (SUCCEEDED(hr))
		hr = copy_data(source, target);
	if (SUCCEEDED(hr))
		hr = target->lpVtbl->SaveChanges(target, 0);
	COM_CLEAR(source);
	COM_CLEAR(target);
	return hr;
}

static HRESULT
copy_attachments(IMessage *from, IMessage *to)
{
	static SizedSPropTagArray(1, columns) = { 1, { PR_ATTACH_NUM } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;
	ULONG i;

	hr = from->lpVtbl->GetAttachmentTable(from, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, &rows);
	for (i = 0; SUCCEEDED(hr) && i < rows->cRows; i++)
		hr = copy_attachment(from, to, (ULONG)rows->aRow[i].lpProps[0].Value.l);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
copy_message_parts(IMessage *from, IMessage *to, const struct objcopy *how)
{
	HRESULT hr = S_OK;

	if (objcopy_wants(how, PR_MESSAGE_RECIPIENTS))
		hr = copy_recipients(from, to, how->flags);
	if (SUCCEEDED(hr) && objcopy_wants(how, PR_MESSAGE_ATTACHMENTS))
		hr = copy_attachments(from, to);
	return hr;
}

/* --- Any object ---------------------------------------------------------------------------- */

/* What is within `source`, as far as `target` is of the same kind. */
static HRESULT
copy_parts(IMAPIProp *source, IUnknown *target, const struct objcopy *how)
{
	static const IID *const kinds[] = { &IID_IMessage, &IID_IMAPIFolder, &IID_IAttachment };
	void *from = NULL, *to = NULL;
	HRESULT hr = S_OK;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds) && !from; i++) {
		if (!may_use(how, kinds[i]) || !(from = ask(source, kinds[i])))
			continue;
		to = ask(target, kinds[i]);
		if (to && (how->flags & MAPI_MOVE))
			hr = how->flags & MAPI_DECLINE_OK ? MAPI_E_DECLINE_COPY : MAPI_E_NO_SUPPORT;
		else if (to && i == 0)
			hr = copy_message_parts(from, to, how);
		else if (to && i == 1)
			hr = objcopy_contents(from, to, how);
		else if (to && objcopy_wants(how, PR_ATTACH_DATA_OBJ))
			hr = copy_data(from, to);
	}
	if (to)
		((IUnknown *)to)->lpVtbl->Release(to);
	if (from)
		((IUnknown *)from)->lpVtbl->Release(from);
	if (to && SUCCEEDED(hr))
		drop_objects(how->problems);
	return hr;
}

HRESULT
objcopy(IMAPIProp *source, IUnknown *target, const struct objcopy *how)
{
	IMAPIProp *to;
	HRESULT hr;

	if (how->problems)
		*how->problems = NULL;
	if (!source || !target || (how->include && !how->include->cValues))
		return MAPI_E_INVALID_PARAMETER;
	if ((IUnknown *)source == target)
		return MAPI_E_NO_ACCESS;
	to = ask(target, &IID_IMAPIProp);
	if (!to)
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	hr = copy_properties(source, to, how);
	if (SUCCEEDED(hr))
		hr = copy_parts(source, target, how);
	if (FAILED(hr) && how->problems) {
		mem_free(*how->problems);
		*how->problems = NULL;
	}
	to->lpVtbl->Release(to);
	return hr;
}

HRESULT
objcopy_message(IMAPIFolder *from, const SBinary *id, IMAPIFolder *to, ULONG flags)
{
	struct objcopy how = { 0 };
	IMessage *source = NULL, *target = NULL;
	ULONG type;
	HRESULT hr;

	hr = from->lpVtbl->OpenEntry(from, id->cb, (ENTRYID *)(void *)id->lpb, &IID_IMessage, 0,
	    &type, (IUnknown **)(void *)&source);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->CreateMessage(to, NULL, flags & MAPI_ASSOCIATED, &target);
	if (SUCCEEDED(hr))
		hr = objcopy((IMAPIProp *)source, (IUnknown *)target, &how);
	if (SUCCEEDED(hr))
		hr = target->lpVtbl->SaveChanges(target, 0);
	COM_CLEAR(source);
	COM_CLEAR(target);
	return hr;
}
