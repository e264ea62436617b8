/* SPDX-License-Identifier: MIT */
/* IMessage on a storage (MAPI reference: OpenIMsgOnIStg): see imsg.h. */
#include "imsg.h"

#include <edkmdb.h>
#include <mapiaux.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "mem.h"
#include "objcopy.h"
#include "propnames.h"
#include "storage.h"
#include "table.h"
#include "unsupported.h"
#include "value_stream.h"

#define UTF8_PAGE 65001

static const ULONG message_readonly[] = { PR_OBJECT_TYPE, PR_ACCESS, PR_ACCESS_LEVEL,
	PR_STORE_SUPPORT_MASK, PR_HASATTACH, PR_DISPLAY_TO_A, PR_DISPLAY_CC_A, PR_DISPLAY_BCC_A,
	PR_NORMALIZED_SUBJECT_A, PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS, 0 };

#define SELF(This) COM_OBJECT(This, struct imsg, imessage)
#define OBJECT(This) (&SELF(This)->object)

static void
finalize(void *self)
{
	struct imsg *message = self;

	session_remove(message);
	imsg_close(message);
	object_clear(&message->object);
	if (message->parent)
		com_release(&message->parent->object.com);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMessage, offsetof(struct imsg, imessage) },
	{ &IID_IMAPIProp, offsetof(struct imsg, imessage) },
	{ NULL, 0 },
};

static const struct com_class imsg_class = { "message in a storage", interfaces, finalize };

static HRESULT
imsg_QueryInterface(IMessage *This, const IID *iid, LPVOID *out)
{
	return com_query_interface(&OBJECT(This)->com, iid, out);
}

static ULONG
imsg_AddRef(IMessage *This)
{
	return com_add_ref(&OBJECT(This)->com);
}

static ULONG
imsg_Release(IMessage *This)
{
	return com_release(&OBJECT(This)->com);
}

void
imsg_close(struct imsg *message)
{
	struct document *document = message->object.document;
	MSGCALLRELEASE *released = message->released;
	IStorage *storage;

	g_rec_mutex_lock(&document->lock);
	storage = message->storage;
	message->storage = NULL;
	message->released = NULL;
	if (storage)
		document->closed = true;
	g_rec_mutex_unlock(&document->lock);
	COM_CLEAR(storage);
	if (released)
		released(message->caller, &message->imessage);
}

/* --- Saving -------------------------------------------------------------------------------- */

HRESULT
imsg_note_attachments(struct part *message)
{
	LONG flags = bag_get_long(message->bag, PR_MESSAGE_FLAGS, 0) & ~MSGFLAG_HASATTACH;
	HRESULT hr;

	if (message->attachments->len)
		flags |= MSGFLAG_HASATTACH;
	hr = bag_set_long(message->bag, PR_MESSAGE_FLAGS, flags);
	return SUCCEEDED(hr) ? bag_set_bool(message->bag, PR_HASATTACH, message->attachments->len)
			     : hr;
}

/* What follows from the rest. 8-bit text is UTF-8 here, and the file says so. */
static HRESULT
summarize(struct imsg *message)
{
	struct part *part;
	HRESULT hr = object_own(&message->object);

	part = message->object.part;
	if (SUCCEEDED(hr))
		hr = imsg_note_attachments(part);
	if (SUCCEEDED(hr))
		hr = recipients_summarize(part->recipients, part->bag);
	if (SUCCEEDED(hr) && !message->object.document->unicode)
		hr = bag_set_long(part->bag, PR_MESSAGE_CODEPAGE, UTF8_PAGE);
	return hr;
}

static HRESULT
save_outermost(struct imsg *message)
{
	HRESULT hr = imsg_save(message->storage, message->object.document, message->object.part);

	if (SUCCEEDED(hr) && message->commits)
		hr = message->storage->lpVtbl->Commit(message->storage, STGC_DEFAULT);
	return MapStorageSCode(hr);
}

static HRESULT
save_within(struct imsg *message)
{
	message->object.own = false;
	return imsg_attach_keep(message->parent, message->object.part);
}

static HRESULT
imsg_SaveChanges(IMessage *This, ULONG flags)
{
	struct imsg *message = SELF(This);
	HRESULT hr;

	if (flags &
	    ~(ULONG)(KEEP_OPEN_READONLY | KEEP_OPEN_READWRITE | FORCE_SAVE | MAPI_DEFERRED_ERRORS))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = object_enter(&message->object, true);
	if (FAILED(hr))
		return hr;
	hr = summarize(message);
	if (SUCCEEDED(hr))
		hr = message->parent ? save_within(message) : save_outermost(message);
	if (SUCCEEDED(hr) && flags & KEEP_OPEN_READONLY)
		message->object.writable = false;
	return object_leave(&message->object, hr);
}

/* --- IMAPIProp ----------------------------------------------------------------------------- */

static HRESULT
imsg_GetLastError(IMessage *This, HRESULT failure, ULONG flags, LPMAPIERROR *error)
{
	return last_error_get(&OBJECT(This)->error, failure, flags, error);
}

static HRESULT
imsg_GetProps(IMessage *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *values)
{
	return object_get_props(OBJECT(This), tags, flags, count, values);
}

static HRESULT
imsg_GetPropList(IMessage *This, ULONG flags, LPSPropTagArray *tags)
{
	return object_get_prop_list(OBJECT(This), flags, tags);
}

static HRESULT
imsg_SetProps(IMessage *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	return object_set_props(OBJECT(This), count, values, problems);
}

static HRESULT
imsg_DeleteProps(IMessage *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	return object_delete_props(OBJECT(This), tags, problems);
}

static HRESULT
imsg_GetNamesFromIDs(IMessage *This, LPSPropTagArray *tags, LPGUID set, ULONG flags, ULONG *count,
    LPMAPINAMEID **names)
{
	return object_get_names(OBJECT(This), tags, set, flags, count, names);
}

static HRESULT
imsg_GetIDsFromNames(
    IMessage *This, ULONG count, LPMAPINAMEID *names, ULONG flags, LPSPropTagArray *tags)
{
	return object_get_ids(OBJECT(This), count, names, flags, tags);
}

static HRESULT
imsg_CopyTo(IMessage *This, ULONG iids, LPCIID excluded, LPSPropTagArray tags, ULONG_PTR window,
    LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct objcopy how = { NULL, tags, iids, excluded, progress, flags, problems };

	return objcopy((IMAPIProp *)This, target, &how);
}

static HRESULT
imsg_CopyProps(IMessage *This, LPSPropTagArray tags, ULONG_PTR window, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct objcopy how = { tags, NULL, 0, NULL, progress, flags, problems };

	return tags ? objcopy((IMAPIProp *)This, target, &how) : MAPI_E_INVALID_PARAMETER;
}

/* --- Recipients and attachments ------------------------------------------------------------ */

static HRESULT
imsg_GetRecipientTable(IMessage *This, ULONG flags, LPMAPITABLE *table)
{
	struct imsg_object *object = OBJECT(This);
	HRESULT hr;

	if (!table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	hr = object_enter(object, false);
	if (FAILED(hr))
		return hr;
	return object_leave(object, recipients_table(object->part->recipients, flags, table));
}

static HRESULT
imsg_ModifyRecipients(IMessage *This, ULONG flags, LPADRLIST list)
{
	struct imsg_object *object = OBJECT(This);
	HRESULT hr = object_enter(object, true);

	if (FAILED(hr))
		return hr;
	hr = object_own(object);
	if (SUCCEEDED(hr))
		hr = recipients_modify(
		    object->part->recipients, &object->part->next_recipient, flags, list);
	return object_leave(object, hr);
}

static const SizedSPropTagArray(11, attachment_columns) = { 11,
	{ PR_ATTACH_NUM, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_RENDERING_POSITION,
	    PR_ATTACH_FILENAME_A, PR_ATTACH_METHOD, PR_ATTACH_SIZE, PR_ATTACH_LONG_FILENAME_A,
	    PR_ATTACH_MIME_TAG_A, PR_DISPLAY_NAME_A, PR_OBJECT_TYPE } };

static HRESULT
add_attachment_row(const struct part *part, struct table_rows *rows)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (ULONG i = 0; SUCCEEDED(hr) && i < bag_count(part->bag); i++)
		if (bag_values(part->bag)[i].ulPropTag != PR_ATTACH_DATA_BIN) /* not for tables */
			hr = bag_set(bag, &bag_values(part->bag)[i]);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ATTACH_NUM, (LONG)part->number);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, &part->number, sizeof part->number);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_RECORD_KEY, &part->number, sizeof part->number);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_ATTACH);
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return hr;
}

static HRESULT
attachment_table(const struct part *part, ULONG flags, IMAPITable **out)
{
	struct table_rows *rows = table_rows_create();
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (guint i = 0; SUCCEEDED(hr) && i < part->attachments->len; i++)
		hr = add_attachment_row(g_ptr_array_index(part->attachments, i), rows);
	if (SUCCEEDED(hr))
		return table_create(
		    rows, (const SPropTagArray *)(const void *)&attachment_columns, flags, out);
	if (rows)
		table_rows_free(rows);
	return hr;
}

static HRESULT
imsg_GetAttachmentTable(IMessage *This, ULONG flags, LPMAPITABLE *table)
{
	struct imsg_object *object = OBJECT(This);
	HRESULT hr;

	if (!table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	hr = object_enter(object, false);
	if (FAILED(hr))
		return hr;
	return object_leave(object, attachment_table(object->part, flags, table));
}

static HRESULT
imsg_OpenAttach(IMessage *This, ULONG number, LPCIID iid, ULONG flags, LPATTACH *attach)
{
	struct imsg_object *object = OBJECT(This);
	bool writable = flags & (MAPI_MODIFY | MAPI_BEST_ACCESS) ? object->writable : false;
	struct part *part;
	HRESULT hr;

	if (!attach)
		return MAPI_E_INVALID_PARAMETER;
	*attach = NULL;
	hr = object_enter(object, flags & MAPI_MODIFY && !(flags & MAPI_BEST_ACCESS));
	if (FAILED(hr))
		return hr;
	part = part_find_attachment(object->part, number, NULL);
	hr = part ? imsg_attach_open(SELF(This), part_ref(part), false, writable, iid, attach)
		  : MAPI_E_NOT_FOUND;
	return object_leave(object, hr);
}

/* Without a method and data yet. */
static HRESULT
new_attachment(struct part *message, struct part **out)
{
	struct part *part = part_new(false);
	HRESULT hr;

	if (!part)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	part->number = message->next_attachment;
	hr = bag_set_long(part->bag, PR_ATTACH_NUM, (LONG)part->number);
	if (SUCCEEDED(hr))
		hr = bag_set_long(part->bag, PR_ATTACH_METHOD, NO_ATTACHMENT);
	if (SUCCEEDED(hr))
		hr = bag_set_long(part->bag, PR_RENDERING_POSITION, -1);
	if (SUCCEEDED(hr))
		hr = bag_set_long(part->bag, PR_ATTACH_SIZE, 0);
	if (FAILED(hr)) {
		part_unref(part);
		return hr;
	}
	message->next_attachment++;
	*out = part;
	return S_OK;
}

static HRESULT
imsg_CreateAttach(IMessage *This, LPCIID iid, ULONG flags, ULONG *number, LPATTACH *attach)
{
	struct imsg_object *object = OBJECT(This);
	struct part *part;
	HRESULT hr;

	if (!attach || !number)
		return MAPI_E_INVALID_PARAMETER;
	*attach = NULL;
	hr = object_enter(object, true);
	if (FAILED(hr))
		return hr;
	hr = object_own(object);
	if (SUCCEEDED(hr))
		hr = new_attachment(object->part, &part);
	if (SUCCEEDED(hr)) {
		*number = part->number;
		hr = imsg_attach_open(SELF(This), part, true, true, iid, attach);
	}
	return object_leave(object, hr);
}

static HRESULT
imsg_DeleteAttach(
    IMessage *This, ULONG number, ULONG_PTR window, LPMAPIPROGRESS progress, ULONG flags)
{
	struct imsg_object *object = OBJECT(This);
	guint place;
	HRESULT hr = object_enter(object, true);

	if (FAILED(hr))
		return hr;
	hr = object_own(object);
	if (SUCCEEDED(hr) && !part_find_attachment(object->part, number, &place))
		hr = MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr)) {
		g_ptr_array_remove_index(object->part->attachments, place);
		hr = imsg_note_attachments(object->part);
	}
	return object_leave(object, hr);
}

static HRESULT
imsg_OpenProperty(IMessage *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct value_stream_request request = { (IMAPIProp *)This, OBJECT(This)->writable, tag, iid,
		flags };

	if (!out || !iid || PROP_TYPE(tag) == PT_UNSPECIFIED)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (tag == PR_MESSAGE_RECIPIENTS && IsEqualIID(iid, &IID_IMAPITable))
		return imsg_GetRecipientTable(This, options & MAPI_UNICODE, (IMAPITable **)out);
	if (tag == PR_MESSAGE_ATTACHMENTS && IsEqualIID(iid, &IID_IMAPITable))
		return imsg_GetAttachmentTable(This, options & MAPI_UNICODE, (IMAPITable **)out);
	return value_stream_open(&request, out);
}

/* A file is in no queue and nobody waits for its being read. */
static const IMessageVtbl imsg_vtbl = {
	.QueryInterface = imsg_QueryInterface,
	.AddRef = imsg_AddRef,
	.Release = imsg_Release,
	.GetLastError = imsg_GetLastError,
	.SaveChanges = imsg_SaveChanges,
	.GetProps = imsg_GetProps,
	.GetPropList = imsg_GetPropList,
	.OpenProperty = imsg_OpenProperty,
	.SetProps = imsg_SetProps,
	.DeleteProps = imsg_DeleteProps,
	.CopyTo = imsg_CopyTo,
	.CopyProps = imsg_CopyProps,
	.GetNamesFromIDs = imsg_GetNamesFromIDs,
	.GetIDsFromNames = imsg_GetIDsFromNames,
	.GetAttachmentTable = imsg_GetAttachmentTable,
	.OpenAttach = imsg_OpenAttach,
	.CreateAttach = imsg_CreateAttach,
	.DeleteAttach = imsg_DeleteAttach,
	.GetRecipientTable = imsg_GetRecipientTable,
	.ModifyRecipients = imsg_ModifyRecipients,
	.SubmitMessage = unsupported_IMessage_SubmitMessage,
	.SetReadFlag = unsupported_IMessage_SetReadFlag,
};

/* --- Opening ------------------------------------------------------------------------------- */

/* Takes over the part, also on failure. */
static HRESULT
create(struct document *document, struct part *part, struct imsg **out)
{
	struct imsg *message = com_create(&imsg_class, sizeof *message);

	*out = message;
	if (!message) {
		part_unref(part);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	message->imessage.lpVtbl = &imsg_vtbl;
	message->object.type = MAPI_MESSAGE;
	message->object.readonly = message_readonly;
	object_init(&message->object, document, part);
	return S_OK;
}

HRESULT
imsg_open_within(
    struct imsg_attach *parent, struct part *part, bool own, bool writable, IMessage **out)
{
	struct imsg *message;
	HRESULT hr = create(parent->object.document, part, &message);

	if (FAILED(hr))
		return hr;
	message->parent = parent;
	com_add_ref(&parent->object.com);
	message->object.own = own;
	message->object.writable = writable;
	if (writable)
		hr = object_own(&message->object);
	if (SUCCEEDED(hr) && writable)
		hr = object_identify(&message->object);
	if (FAILED(hr))
		com_release(&message->object.com);
	else
		*out = &message->imessage;
	return hr;
}

struct imsg_object *
imsg_object_of(IUnknown *object)
{
	IMessage *message = (IMessage *)object;

	return message->lpVtbl == &imsg_vtbl ? OBJECT(message) : NULL;
}

static struct document *
document_new(bool unicode)
{
	struct document *document = g_new0(struct document, 1);

	atomic_init(&document->refs, 1);
	g_rec_mutex_init(&document->lock);
	document->names = propnames_create();
	document->unicode = unicode;
	return document;
}

static HRESULT
open_outermost(IStorage *storage, bool writable, ULONG flags, struct imsg **out)
{
	struct document *document = document_new(flags & MAPI_UNICODE ? true : false);
	struct part *part;
	HRESULT hr = imsg_load(storage, document, &part);

	*out = NULL;
	if (SUCCEEDED(hr))
		hr = create(document, part, out);
	document_unref(document);
	if (FAILED(hr))
		return hr;
	(*out)->object.own = true;
	(*out)->object.writable = writable;
	(*out)->commits = !(flags & IMSG_NO_ISTG_COMMIT);
	hr = imsg_note_attachments((*out)->object.part);
	return SUCCEEDED(hr) ? object_identify(&(*out)->object) : hr;
}

/* Allocators are not used: what goes out is freed by MAPIFreeBuffer, which is also what a support
 * object's users have. */
SCODE
OpenIMsgOnIStg(LPMSGSESS session, LPALLOCATEBUFFER allocate, LPALLOCATEMORE allocate_more,
    LPFREEBUFFER free_buffer, LPMALLOC malloc_object, LPVOID support, LPSTORAGE storage,
    MSGCALLRELEASE *released, ULONG caller, ULONG flags, LPMESSAGE *out)
{
	struct imsg *message = NULL;
	STATSTG stat;
	HRESULT hr;

	if (!storage || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)(IMSG_NO_ISTG_COMMIT | MAPI_UNICODE))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = storage->lpVtbl->Stat(storage, &stat, STATFLAG_NONAME);
	if (SUCCEEDED(hr) && (stat.grfMode & 3) == STGM_WRITE)
		hr = MAPI_E_NO_ACCESS;
	if (SUCCEEDED(hr))
		hr = open_outermost(storage, (stat.grfMode & 3) == STGM_READWRITE, flags, &message);
	if (SUCCEEDED(hr) && session)
		hr = session_add(session, message);
	if (FAILED(hr)) {
		if (message)
			com_release(&message->object.com);
		return MapStorageSCode(hr);
	}
	message->storage = storage;
	storage->lpVtbl->AddRef(storage);
	message->released = released;
	message->caller = caller;
	*out = &message->imessage;
	return S_OK;
}
