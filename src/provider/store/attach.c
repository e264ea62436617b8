/* SPDX-License-Identifier: MIT */
/*
 * IAttach: a copy of one attachment of a message.  SaveChanges hands it to the message in memory;
 * the store has it after the message's own SaveChanges.
 */
#include "message.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "copy.h"
#include "namedprop.h"

struct attach {
	struct com_object com;
	IAttach iattach;
	struct message *message;
	ULONG num;
	bool writable;
	struct propset set;
	gint64 id;                /* of the row; 0: none yet */
	struct message *embedded; /* saved into it and not yet handed to the message */
};

static const ULONG attach_readonly[] = { PR_ATTACH_NUM, PR_ATTACH_SIZE, PR_RECORD_KEY,
	PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK,
	PR_OBJECT_TYPE, PR_ACCESS, PR_ACCESS_LEVEL, 0 };

static struct attach *
attach_from(IAttach *iface)
{
	return COM_OBJECT(iface, struct attach, iattach);
}

static HRESULT
attach_enter(struct attach *attach, bool write)
{
	HRESULT hr = message_enter(attach->message, false);

	if (SUCCEEDED(hr) && write && !attach->writable)
		return message_leave(attach->message, MAPI_E_NO_ACCESS);
	return hr;
}

static HRESULT
attach_leave(struct attach *attach, HRESULT hr)
{
	return message_leave(attach->message, hr);
}

static HRESULT
attach_identify(struct attach *attach)
{
	struct store_identity identity = { MAPI_ATTACH, 0, 0 };
	struct bag *bag = attach->set.bag;
	LONG access = MAPI_ACCESS_READ;
	HRESULT hr;

	if (attach->writable)
		access |= MAPI_ACCESS_MODIFY | MAPI_ACCESS_DELETE;
	hr = store_identify(attach->message->store, &identity, bag);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ATTACH_NUM, (LONG)attach->num);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_RECORD_KEY, &attach->num, sizeof(attach->num));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS, access);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS_LEVEL, attach->writable ? MAPI_MODIFY : 0);
	return hr;
}

COM_UNKNOWN(attach, struct attach, iattach, IAttach)

static HRESULT
attach_GetLastError(IAttach *This, HRESULT failure, ULONG flags, LPMAPIERROR *error)
{
	return store_last_error(attach_from(This)->message->store, failure, flags, error);
}

static HRESULT
attach_save(struct attach *attach)
{
	struct message *message = attach->message;
	struct attachment *entry = message_find_attachment(message, attach->num);
	bool fresh = !entry;
	const SPropValue *data;
	guint64 size;
	HRESULT hr;

	if (fresh)
		entry = attachment_new();
	if (!entry)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	data = bag_get(attach->set.bag, PR_ATTACH_DATA_BIN);
	size = propset_long_bytes(&attach->set);
	if (data && PROP_TYPE(data->ulPropTag) == PT_BINARY)
		size += data->Value.bin.cb;
	hr = bag_set_long(attach->set.bag, PR_ATTACH_SIZE, (LONG)MIN(size, (guint64)G_MAXINT32));
	if (SUCCEEDED(hr))
		hr = propset_hand_over(message->store, &attach->set, &entry->set);
	if (FAILED(hr)) {
		if (fresh)
			attachment_free(message->store, entry);
		return hr;
	}
	entry->num = attach->num;
	if (attach->embedded) {
		if (entry->embedded)
			com_release(&entry->embedded->com);
		entry->embedded = attach->embedded;
		com_add_ref(&entry->embedded->com);
	}
	if (fresh)
		g_ptr_array_add(message->attachments, entry);
	message->attachments_dirty = true;
	return S_OK;
}

static HRESULT
attach_SaveChanges(IAttach *This, ULONG flags)
{
	struct attach *attach = attach_from(This);
	HRESULT hr = attach_enter(attach, true);

	if (FAILED(hr))
		return hr;
	hr = attach_save(attach);
	if (SUCCEEDED(hr) && (flags & KEEP_OPEN_READONLY)) {
		attach->writable = false;
		hr = attach_identify(attach);
	}
	return attach_leave(attach, hr);
}

static HRESULT
attach_GetProps(
    IAttach *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *values)
{
	struct attach *attach = attach_from(This);
	HRESULT hr;

	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*values = NULL;
	hr = attach_enter(attach, false);
	if (FAILED(hr))
		return hr;
	hr = propset_get_props(attach->message->store, &attach->set, tags, flags, count, values);
	return attach_leave(attach, hr);
}

static HRESULT
attach_GetPropList(IAttach *This, ULONG flags, LPSPropTagArray *tags)
{
	struct attach *attach = attach_from(This);
	HRESULT hr;

	if (!tags)
		return MAPI_E_INVALID_PARAMETER;
	*tags = NULL;
	hr = attach_enter(attach, false);
	if (FAILED(hr))
		return hr;
	return attach_leave(attach, propset_get_prop_list(&attach->set, flags, tags));
}

static HRESULT
attach_open_stream(struct attach *attach, ULONG tag, ULONG options, ULONG flags, IUnknown **out)
{
	struct stream_place place = { attach->message->store, &attach->set, &attach->com };

	if ((flags & (MAPI_MODIFY | MAPI_CREATE)) && !attach->writable)
		return MAPI_E_NO_ACCESS;
	if ((flags & (MAPI_MODIFY | MAPI_CREATE)) && tag_listed(attach_readonly, tag))
		return MAPI_E_COMPUTED;
	return lob_stream_open(&place, tag,
	    (flags & (MAPI_MODIFY | MAPI_CREATE)) | (options & STREAM_APPEND), (IStream **)out);
}

static HRESULT
attach_open_message(struct attach *attach, ULONG flags, IUnknown **out)
{
	bool write = (flags & (MAPI_MODIFY | MAPI_CREATE)) != 0;
	struct message *message;
	HRESULT hr;

	if (write && !attach->writable)
		return MAPI_E_NO_ACCESS;
	hr = embedded_open(
	    &attach->com, attach->message->store, attach->embedded, attach->id, flags, &message);
	if (FAILED(hr))
		return hr;
	*out = (IUnknown *)&message->imessage;
	if (flags & MAPI_CREATE)
		hr = bag_set_long(attach->set.bag, PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG);
	return hr;
}

HRESULT
attach_keep_embedded(struct com_object *object, struct message *embedded)
{
	struct attach *attach = (struct attach *)object;

	if (attach->embedded) {
		embedded_inherit(attach->embedded, embedded);
		com_release(&attach->embedded->com);
	}
	attach->embedded = embedded;
	return S_OK;
}

bool
attach_is_invalid(struct com_object *object)
{
	return ((struct attach *)object)->message->invalid;
}

static HRESULT
attach_OpenProperty(
    IAttach *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct attach *attach = attach_from(This);
	HRESULT hr;

	if (!out || !iid)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = attach_enter(attach, false);
	if (FAILED(hr))
		return hr;
	if (PROP_TYPE(tag) == PT_UNSPECIFIED)
		hr = MAPI_E_INVALID_PARAMETER;
	else if (tag == PR_ATTACH_DATA_OBJ && IsEqualIID(iid, &IID_IMessage))
		hr = attach_open_message(attach, flags, out);
	else if (tag == PR_ATTACH_DATA_OBJ && IsEqualIID(iid, &IID_IStream))
		hr = attach_open_stream(attach, PR_ATTACH_DATA_BIN, options, flags, out); /* OLE */
	else if (PROP_TYPE(tag) == PT_OBJECT)
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	else if (!IsEqualIID(iid, &IID_IStream))
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	else
		hr = attach_open_stream(attach, tag, options, flags, out);
	return attach_leave(attach, hr);
}

static HRESULT
attach_SetProps(IAttach *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	struct attach *attach = attach_from(This);
	HRESULT hr;

	if (problems)
		*problems = NULL;
	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	hr = attach_enter(attach, true);
	if (FAILED(hr))
		return hr;
	hr = propset_set_props(
	    attach->message->store, &attach->set, count, values, attach_readonly, problems);
	return attach_leave(attach, hr);
}

static HRESULT
attach_DeleteProps(IAttach *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	struct attach *attach = attach_from(This);
	HRESULT hr;

	if (problems)
		*problems = NULL;
	hr = attach_enter(attach, true);
	if (FAILED(hr))
		return hr;
	hr = propset_delete_props(
	    attach->message->store, &attach->set, tags, attach_readonly, problems);
	return attach_leave(attach, hr);
}

static HRESULT
attach_CopyTo(IAttach *This, ULONG iids, LPCIID excluded, LPSPropTagArray tags, ULONG_PTR window,
    LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct copy_request request = { .store = attach_from(This)->message->store,
		.source = (IMAPIProp *)This,
		.kind = &IID_IAttachment,
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
attach_CopyProps(IAttach *This, LPSPropTagArray tags, ULONG_PTR window, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct copy_request request = { .store = attach_from(This)->message->store,
		.source = (IMAPIProp *)This,
		.kind = &IID_IAttachment,
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
attach_GetNamesFromIDs(IAttach *This, LPSPropTagArray *tags, LPGUID set, ULONG flags, ULONG *count,
    LPMAPINAMEID **names)
{
	return names_get_names(attach_from(This)->message->store, tags, set, flags, count, names);
}

static HRESULT
attach_GetIDsFromNames(
    IAttach *This, ULONG count, LPMAPINAMEID *names, ULONG flags, LPSPropTagArray *tags)
{
	return names_get_ids(attach_from(This)->message->store, count, names, flags, tags);
}

static const IAttachVtbl attach_vtbl = {
	.QueryInterface = attach_QueryInterface,
	.AddRef = attach_AddRef,
	.Release = attach_Release,
	.GetLastError = attach_GetLastError,
	.SaveChanges = attach_SaveChanges,
	.GetProps = attach_GetProps,
	.GetPropList = attach_GetPropList,
	.OpenProperty = attach_OpenProperty,
	.SetProps = attach_SetProps,
	.DeleteProps = attach_DeleteProps,
	.CopyTo = attach_CopyTo,
	.CopyProps = attach_CopyProps,
	.GetNamesFromIDs = attach_GetNamesFromIDs,
	.GetIDsFromNames = attach_GetIDsFromNames,
};

static void
attach_finalize(void *self)
{
	struct attach *attach = self;
	struct store *store = attach->message->store;
	bool entered = SUCCEEDED(store_enter(store));

	propset_clear(store, &attach->set);
	if (attach->embedded)
		com_release(&attach->embedded->com);
	if (entered)
		store_leave(store, S_OK);
	com_release(&attach->message->com);
}

static const struct com_interface attach_interfaces[] = {
	{ &IID_IAttachment, offsetof(struct attach, iattach) },
	{ &IID_IMAPIProp, offsetof(struct attach, iattach) },
	{ NULL, 0 },
};

static const struct com_class attach_class = { "attachment", attach_interfaces, attach_finalize };

/* A fresh one has no method and no data yet; else it is a copy of what the message has. */
static HRESULT
attach_fill(struct attach *attach, bool fresh)
{
	const struct attachment *entry;
	HRESULT hr;

	if (fresh) {
		hr = bag_set_long(attach->set.bag, PR_ATTACH_METHOD, NO_ATTACHMENT);
		if (SUCCEEDED(hr))
			hr = bag_set_long(attach->set.bag, PR_RENDERING_POSITION, -1);
		return SUCCEEDED(hr) ? bag_set_long(attach->set.bag, PR_ATTACH_SIZE, 0) : hr;
	}
	hr = message_load_attachments(attach->message);
	if (FAILED(hr))
		return hr;
	entry = message_find_attachment(attach->message, attach->num);
	if (!entry)
		return MAPI_E_NOT_FOUND;
	attach->id = ABS(entry->id);
	attach->embedded = entry->embedded;
	if (attach->embedded)
		com_add_ref(&attach->embedded->com);
	return propset_borrow(&entry->set, &attach->set);
}

HRESULT
attach_create(
    struct message *message, ULONG num, bool fresh, bool writable, const IID *iid, IAttach **out)
{
	struct attach *attach = com_create(&attach_class, sizeof(*attach));
	HRESULT hr;

	*out = NULL;
	if (!attach)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	attach->iattach.lpVtbl = &attach_vtbl;
	attach->message = message;
	attach->num = num;
	attach->writable = writable;
	com_add_ref(&message->com);
	hr = propset_init(&attach->set);
	if (SUCCEEDED(hr))
		hr = attach_fill(attach, fresh);
	if (SUCCEEDED(hr))
		hr = attach_identify(attach);
	if (SUCCEEDED(hr))
		hr = com_query_interface(&attach->com, iid ? iid : &IID_IAttachment, (void **)out);
	com_release(&attach->com);
	return hr;
}
