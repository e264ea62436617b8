/* SPDX-License-Identifier: MIT */
/* IMessage: see message.h. */
#include "message.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "client_part.h"
#include "copy.h"
#include "folders.h"
#include "namedprop.h"
#include "promoted.h"
#include "readflag.h"
#include "subject.h"
#include "submit.h"

/* The first can be set until the first save. */
const ULONG message_readonly[] = { PR_MESSAGE_FLAGS, PR_ENTRYID, PR_RECORD_KEY, PR_PARENT_ENTRYID,
	PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK,
	PR_OBJECT_TYPE, PR_ACCESS, PR_ACCESS_LEVEL, PR_NORMALIZED_SUBJECT_A, PR_HASATTACH,
	PR_MESSAGE_SIZE, PR_MSG_STATUS, PR_LAST_MODIFICATION_TIME, PR_DISPLAY_TO_A, PR_DISPLAY_CC_A,
	PR_DISPLAY_BCC_A, PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS, 0 };

/* What a client may say of a message it makes. */
#define FLAGS_OF_CLIENT                                                                            \
	(MSGFLAG_READ | MSGFLAG_UNMODIFIED | MSGFLAG_UNSENT | MSGFLAG_FROMME | MSGFLAG_RESEND |    \
	    MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING | 0x7000)

static struct message *
message_from(IMessage *iface)
{
	return COM_OBJECT(iface, struct message, imessage);
}

static const ULONG *
message_readonly_now(const struct message *message)
{
	return message->id ? message_readonly : message_readonly + 1;
}

HRESULT
message_enter(struct message *message, bool write)
{
	HRESULT hr = store_enter(message->store);

	if (FAILED(hr))
		return hr;
	if (message->invalid || (message->parent && attach_is_invalid(message->parent)))
		hr = MAPI_E_INVALID_OBJECT;
	else if (write && !message->writable)
		hr = MAPI_E_NO_ACCESS;
	return FAILED(hr) ? store_leave(message->store, hr) : S_OK;
}

HRESULT
message_leave(struct message *message, HRESULT hr)
{
	return store_leave(message->store, hr);
}

HRESULT
message_identify(struct message *message)
{
	struct store_identity identity = { MAPI_MESSAGE, message->id, message->folder };
	LONG access = MAPI_ACCESS_READ;
	HRESULT hr;

	if (message->parent)
		identity.id = identity.parent = 0;
	if (message->writable)
		access |= MAPI_ACCESS_MODIFY | MAPI_ACCESS_DELETE;
	hr = store_identify(message->store, &identity, message->set.bag);
	if (SUCCEEDED(hr))
		hr = bag_set_long(message->set.bag, PR_ACCESS, access);
	if (SUCCEEDED(hr))
		hr = bag_set_long(
		    message->set.bag, PR_ACCESS_LEVEL, message->writable ? MAPI_MODIFY : 0);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(message->set.bag, PR_HASATTACH,
		    bag_get_long(message->set.bag, PR_MESSAGE_FLAGS, 0) & MSGFLAG_HASATTACH);
	return hr;
}

COM_UNKNOWN(message, struct message, imessage, IMessage)

static HRESULT
message_GetLastError(IMessage *This, HRESULT failure, ULONG flags, LPMAPIERROR *error)
{
	return store_last_error(message_from(This)->store, failure, flags, error);
}

/* A message within an attachment is saved into that attachment. */
static HRESULT
message_save_embedded(struct message *message)
{
	struct message *copy;
	HRESULT hr;

	hr = message_summarize(message);
	if (SUCCEEDED(hr))
		hr = embedded_copy(message, &copy);
	return SUCCEEDED(hr) ? attach_keep_embedded(message->parent, copy) : hr;
}

static HRESULT
message_SaveChanges(IMessage *This, ULONG flags)
{
	struct message *message = message_from(This);
	HRESULT hr = message_enter(message, true);

	if (FAILED(hr))
		return hr;
	client_calls_add(&message->calls, CALL_SAVE_CHANGES);
	hr = message->parent ? message_save_embedded(message) : message_save(message, flags, false);
	if (SUCCEEDED(hr) && (flags & KEEP_OPEN_READONLY)) {
		message->writable = false;
		hr = message_identify(message);
	}
	return message_leave(message, hr);
}

static HRESULT
message_GetProps(
    IMessage *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *values)
{
	struct message *message = message_from(This);
	HRESULT hr;

	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*values = NULL;
	hr = message_enter(message, false);
	if (FAILED(hr))
		return hr;
	return message_leave(
	    message, propset_get_props(message->store, &message->set, tags, flags, count, values));
}

static HRESULT
message_GetPropList(IMessage *This, ULONG flags, LPSPropTagArray *tags)
{
	static const ULONG objects[] = { PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS, 0 };
	struct message *message = message_from(This);
	HRESULT hr;

	if (!tags)
		return MAPI_E_INVALID_PARAMETER;
	*tags = NULL;
	hr = message_enter(message, false);
	if (FAILED(hr))
		return hr;
	hr = propset_get_prop_list(&message->set, flags, tags);
	if (SUCCEEDED(hr))
		hr = tags_append(tags, objects);
	return message_leave(message, hr);
}

static HRESULT
message_open_property(
    struct message *message, ULONG tag, ULONG options, ULONG flags, IUnknown **out)
{
	struct stream_place place = { message->store, &message->set, &message->com };

	if ((flags & (MAPI_MODIFY | MAPI_CREATE)) && !message->writable)
		return MAPI_E_NO_ACCESS;
	if ((flags & (MAPI_MODIFY | MAPI_CREATE)) && tag_listed(message_readonly, tag))
		return MAPI_E_COMPUTED;
	if ((flags & (MAPI_MODIFY | MAPI_CREATE)) && tag_listed(promoted, tag))
		return MAPI_E_NO_SUPPORT; /* columns are set whole */
	return lob_stream_open(&place, tag,
	    (flags & (MAPI_MODIFY | MAPI_CREATE)) | (options & STREAM_APPEND), (IStream **)out);
}

static HRESULT
message_OpenProperty(
    IMessage *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct message *message = message_from(This);
	HRESULT hr;

	if (!out || !iid)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = message_enter(message, false);
	if (FAILED(hr))
		return hr;
	if (PROP_TYPE(tag) == PT_UNSPECIFIED)
		hr = MAPI_E_INVALID_PARAMETER;
	else if (tag == PR_MESSAGE_RECIPIENTS && IsEqualIID(iid, &IID_IMAPITable))
		hr = message_recipient_table(message, options & MAPI_UNICODE, (IMAPITable **)out);
	else if (tag == PR_MESSAGE_ATTACHMENTS && IsEqualIID(iid, &IID_IMAPITable))
		hr = message_attachment_table(message, options & MAPI_UNICODE, (IMAPITable **)out);
	else if (IsEqualIID(iid, &IID_IStream))
		hr = message_open_property(message, tag, options, flags, out);
	else
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	return message_leave(message, hr);
}

static bool
values_have(const SPropValue *values, ULONG count, ULONG tag)
{
	ULONG at;

	for (at = 0; at < count; at++)
		if (PROP_ID(values[at].ulPropTag) == PROP_ID(tag) &&
		    PROP_TYPE(values[at].ulPropTag) != PT_ERROR)
			return true;
	return false;
}

static HRESULT
message_set_props(
    struct message *message, ULONG count, const SPropValue *values, SPropProblemArray **problems)
{
	struct bag *bag = message->set.bag;
	HRESULT hr;
	ULONG at;

	for (at = 0; at < count; at++)
		if (PROP_TYPE(values[at].ulPropTag) != PT_ERROR &&
		    !promoted_fits(values[at].ulPropTag))
			return MAPI_E_INVALID_TYPE;
	hr = propset_set_props(
	    message->store, &message->set, count, values, message_readonly_now(message), problems);
	if (FAILED(hr))
		return hr;
	if (!message->id && values_have(values, count, PR_MESSAGE_FLAGS))
		hr = bag_set_long(bag, PR_MESSAGE_FLAGS,
		    (bag_get_long(bag, PR_MESSAGE_FLAGS, 0) & FLAGS_OF_CLIENT) |
			(message->associated ? MSGFLAG_ASSOCIATED : 0));
	if (values_have(values, count, PR_SUBJECT_A)) {
		if (!values_have(values, count, PR_SUBJECT_PREFIX_A))
			bag_remove(bag, PR_SUBJECT_PREFIX_A);
	} else if (!values_have(values, count, PR_SUBJECT_PREFIX_A)) {
		return hr;
	}
	return FAILED(hr) ? hr : subject_changed(bag);
}

static HRESULT
message_SetProps(IMessage *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	struct message *message = message_from(This);
	HRESULT hr;

	if (problems)
		*problems = NULL;
	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	hr = message_enter(message, true);
	if (FAILED(hr))
		return hr;
	client_calls_add(&message->calls, CALL_SET_PROPS);
	return message_leave(message, message_set_props(message, count, values, problems));
}

static HRESULT
message_DeleteProps(IMessage *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	struct message *message = message_from(This);
	HRESULT hr;

	if (problems)
		*problems = NULL;
	hr = message_enter(message, true);
	if (FAILED(hr))
		return hr;
	hr = propset_delete_props(message->store, &message->set, tags, message_readonly, problems);
	if (SUCCEEDED(hr))
		subject_changed(message->set.bag);
	return message_leave(message, hr);
}

static HRESULT
message_CopyTo(IMessage *This, ULONG iids, LPCIID excluded, LPSPropTagArray tags, ULONG_PTR window,
    LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct copy_request request = { .store = message_from(This)->store,
		.source = (IMAPIProp *)This,
		.kind = &IID_IMessage,
		.excluded_count = iids,
		.excluded = excluded,
		.exclude = tags,
		.window = window,
		.progress = progress,
		.iid = iid,
		.target = target,
		.flags = flags,
		.problems = problems };

	return copy_object(&request);
}

static HRESULT
message_CopyProps(IMessage *This, LPSPropTagArray tags, ULONG_PTR window, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct copy_request request = { .store = message_from(This)->store,
		.source = (IMAPIProp *)This,
		.kind = &IID_IMessage,
		.include = tags,
		.window = window,
		.progress = progress,
		.iid = iid,
		.target = target,
		.flags = flags,
		.problems = problems };

	return tags ? copy_object(&request) : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
message_GetNamesFromIDs(IMessage *This, LPSPropTagArray *tags, LPGUID set, ULONG flags,
    ULONG *count, LPMAPINAMEID **names)
{
	return names_get_names(message_from(This)->store, tags, set, flags, count, names);
}

static HRESULT
message_GetIDsFromNames(
    IMessage *This, ULONG count, LPMAPINAMEID *names, ULONG flags, LPSPropTagArray *tags)
{
	return names_get_ids(message_from(This)->store, count, names, flags, tags);
}

static HRESULT
message_GetAttachmentTable(IMessage *This, ULONG flags, LPMAPITABLE *table)
{
	struct message *message = message_from(This);
	HRESULT hr;

	if (!table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	hr = message_enter(message, false);
	if (FAILED(hr))
		return hr;
	return message_leave(message, message_attachment_table(message, flags, table));
}

static HRESULT
message_OpenAttach(IMessage *This, ULONG num, LPCIID iid, ULONG flags, LPATTACH *attach)
{
	struct message *message = message_from(This);
	bool writable = message->writable && (flags & (MAPI_MODIFY | MAPI_BEST_ACCESS));
	HRESULT hr;

	if (!attach)
		return MAPI_E_INVALID_PARAMETER;
	*attach = NULL;
	hr = message_enter(message, (flags & MAPI_MODIFY) && !(flags & MAPI_BEST_ACCESS));
	if (FAILED(hr))
		return hr;
	return message_leave(message, attach_create(message, num, false, writable, iid, attach));
}

static HRESULT
message_CreateAttach(IMessage *This, LPCIID iid, ULONG flags, ULONG *num, LPATTACH *attach)
{
	struct message *message = message_from(This);
	HRESULT hr;

	if (!attach || !num)
		return MAPI_E_INVALID_PARAMETER;
	*attach = NULL;
	hr = message_enter(message, true);
	if (FAILED(hr))
		return hr;
	hr = message_load_attachments(message);
	if (SUCCEEDED(hr)) {
		client_calls_add(&message->calls, CALL_CREATE_ATTACH);
		hr = attach_create(message, message->next_num, true, true, iid, attach);
		if (SUCCEEDED(hr))
			*num = message->next_num++;
	}
	return message_leave(message, hr);
}

static HRESULT
message_DeleteAttach(
    IMessage *This, ULONG num, ULONG_PTR window, LPMAPIPROGRESS progress, ULONG flags)
{
	struct message *message = message_from(This);
	HRESULT hr = message_enter(message, true);

	if (FAILED(hr))
		return hr;
	return message_leave(message, message_delete_attachment(message, num));
}

static HRESULT
message_GetRecipientTable(IMessage *This, ULONG flags, LPMAPITABLE *table)
{
	struct message *message = message_from(This);
	HRESULT hr;

	if (!table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	hr = message_enter(message, false);
	if (FAILED(hr))
		return hr;
	return message_leave(message, message_recipient_table(message, flags, table));
}

static HRESULT
message_ModifyRecipients(IMessage *This, ULONG flags, LPADRLIST list)
{
	struct message *message = message_from(This);
	HRESULT hr = message_enter(message, true);

	if (FAILED(hr))
		return hr;
	client_calls_add(&message->calls, CALL_MODIFY_RECIPIENTS);
	return message_leave(message, message_modify_recipients(message, flags, list));
}

static HRESULT
message_SubmitMessage(IMessage *This, ULONG flags)
{
	struct message *message = message_from(This);
	struct store *store = message->store;
	HRESULT hr = message_enter(message, true);

	if (FAILED(hr))
		return hr;
	message->woken = MAPI_E_CANCEL;
	hr = message_leave(message, message_submit(message));
	if (SUCCEEDED(hr))
		submit_notify_safe(store, message->woken);
	return hr;
}

static HRESULT
message_mark(struct message *message, ULONG flags, struct receipts *receipts)
{
	gint64 now = bag_get_long(message->set.bag, PR_MESSAGE_FLAGS, 0);
	bool report;
	HRESULT hr = S_OK;

	/* Who suppresses a report that is pending wants none later either. */
	if ((flags & SUPPRESS_RECEIPT) && (flags & GENERATE_RECEIPT_ONLY) && message->writable &&
	    bag_get_bool(message->set.bag, PR_READ_RECEIPT_REQUESTED, false))
		hr = bag_set_bool(message->set.bag, PR_READ_RECEIPT_REQUESTED, false);
	if (FAILED(hr))
		return hr;
	if (message->id && !message->parent)
		hr = set_read_flag(message->store, message->id, flags, receipts, &now);
	else
		now = read_flag_change(now, flags, &report);
	return SUCCEEDED(hr) ? bag_set_long(message->set.bag, PR_MESSAGE_FLAGS, (LONG)now) : hr;
}

static HRESULT
message_SetReadFlag(IMessage *This, ULONG flags)
{
	struct message *message = message_from(This);
	struct receipts receipts;
	HRESULT hr;

	if (flags & ~(ULONG)READ_FLAGS)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = read_flags_check(flags);
	if (SUCCEEDED(hr))
		hr = message_enter(message, false);
	if (FAILED(hr))
		return hr;
	receipts_init(&receipts);
	hr = message_leave(message, message_mark(message, flags, &receipts));
	return receipts_send(message->store, &receipts, hr);
}

static const IMessageVtbl message_vtbl = {
	.QueryInterface = message_QueryInterface,
	.AddRef = message_AddRef,
	.Release = message_Release,
	.GetLastError = message_GetLastError,
	.SaveChanges = message_SaveChanges,
	.GetProps = message_GetProps,
	.GetPropList = message_GetPropList,
	.OpenProperty = message_OpenProperty,
	.SetProps = message_SetProps,
	.DeleteProps = message_DeleteProps,
	.CopyTo = message_CopyTo,
	.CopyProps = message_CopyProps,
	.GetNamesFromIDs = message_GetNamesFromIDs,
	.GetIDsFromNames = message_GetIDsFromNames,
	.GetAttachmentTable = message_GetAttachmentTable,
	.OpenAttach = message_OpenAttach,
	.CreateAttach = message_CreateAttach,
	.DeleteAttach = message_DeleteAttach,
	.GetRecipientTable = message_GetRecipientTable,
	.ModifyRecipients = message_ModifyRecipients,
	.SubmitMessage = message_SubmitMessage,
	.SetReadFlag = message_SetReadFlag,
};

static void
message_finalize(void *self)
{
	struct message *message = self;
	bool entered = SUCCEEDED(store_enter(message->store));

	attachments_free(message->store, message->attachments);
	propset_clear(message->store, &message->set);
	if (message->recipients)
		g_ptr_array_unref(message->recipients);
	if (entered)
		store_leave(message->store, S_OK);
	if (message->parent)
		com_release(message->parent);
	com_release(&message->store->com);
}

static const struct com_interface message_interfaces[] = {
	{ &IID_IMessage, offsetof(struct message, imessage) },
	{ &IID_IMAPIProp, offsetof(struct message, imessage) },
	{ NULL, 0 },
};

static const struct com_class message_class = { "message", message_interfaces, message_finalize };

HRESULT
message_new(struct store *store, struct message **out)
{
	struct message *message = com_create(&message_class, sizeof(*message));
	HRESULT hr;

	*out = NULL;
	if (!message)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	message->imessage.lpVtbl = &message_vtbl;
	message->store = store;
	com_add_ref(&store->com);
	hr = propset_init(&message->set);
	if (FAILED(hr))
		com_release(&message->com);
	else
		*out = message;
	return hr;
}

HRESULT
message_begin(struct message *message)
{
	ULONG associated = message->associated ? MSGFLAG_ASSOCIATED : 0;
	HRESULT hr;

	message->recipients = recipients_new();
	message->attachments = g_ptr_array_new();
	hr = bag_set_long(message->set.bag, PR_MESSAGE_FLAGS,
	    (LONG)(MSGFLAG_UNSENT | MSGFLAG_UNMODIFIED | associated));
	if (SUCCEEDED(hr))
		hr = bag_set_long(message->set.bag, PR_MSG_STATUS, 0);
	if (SUCCEEDED(hr))
		hr = bag_set_long(message->set.bag, PR_IMPORTANCE, IMPORTANCE_NORMAL);
	if (SUCCEEDED(hr))
		hr = bag_set_long(message->set.bag, PR_PRIORITY, PRIO_NORMAL);
	if (SUCCEEDED(hr))
		hr = bag_set_long(message->set.bag, PR_SENSITIVITY, SENSITIVITY_NONE);
	return SUCCEEDED(hr) ? message_summarize(message) : hr;
}

HRESULT
message_create(struct store *store, gint64 folder, bool associated, struct message **out)
{
	struct message *message;
	HRESULT hr;

	*out = NULL;
	hr = message_new(store, &message);
	if (FAILED(hr))
		return hr;
	message->folder = folder;
	message->calls = client_calls_begin(true, (guint)MIN(folder, FOLDER_ID_FIRST_FREE));
	message->associated = associated;
	message->writable = true;
	hr = message_begin(message);
	if (SUCCEEDED(hr))
		hr = message_identify(message);
	if (FAILED(hr))
		com_release(&message->com);
	else
		*out = message;
	return hr;
}

/* A message on its way out can only be read, except by the spooler. */
static HRESULT
message_choose_access(struct message *message, ULONG flags)
{
	gint64 queued;
	HRESULT hr;

	message->writable = (flags & (MAPI_MODIFY | MAPI_BEST_ACCESS)) != 0;
	if (!message->writable || message->store->spooler)
		return S_OK;
	hr = db_int(message->store->db, &queued, "SELECT count(queued) FROM message WHERE id = ?",
	    "i", message->id);
	if (SUCCEEDED(hr) && (queued || !message->store->writable)) {
		if (!(flags & MAPI_BEST_ACCESS))
			return MAPI_E_NO_ACCESS;
		message->writable = false;
	}
	return hr;
}

HRESULT
message_open(struct store *store, gint64 id, ULONG flags, struct message **out)
{
	struct message *message;
	HRESULT hr;

	*out = NULL;
	hr = message_new(store, &message);
	if (FAILED(hr))
		return hr;
	message->id = id;
	hr = message_choose_access(message, flags);
	if (SUCCEEDED(hr))
		hr = message_load(message);
	message->calls =
	    client_calls_begin(false, (guint)MIN(message->folder, FOLDER_ID_FIRST_FREE));
	if (FAILED(hr))
		com_release(&message->com);
	else
		*out = message;
	return hr;
}
