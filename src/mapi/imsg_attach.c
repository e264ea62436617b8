/* SPDX-License-Identifier: MIT */
/* IAttach of a message in a storage: see imsg.h. */
#include "imsg.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "mem.h"
#include "objcopy.h"
#include "storage.h"
#include "stream.h"
#include "value_stream.h"

static const ULONG attach_readonly[] = { PR_OBJECT_TYPE, PR_ACCESS, PR_ACCESS_LEVEL, PR_ATTACH_NUM,
	PR_ATTACH_SIZE, 0 };

#define SELF(This) COM_OBJECT(This, struct imsg_attach, iattach)
#define OBJECT(This) (&SELF(This)->object)

static void
finalize(void *self)
{
	struct imsg_attach *attach = self;

	object_clear(&attach->object);
	com_release(&attach->message->object.com);
}

static const struct com_interface interfaces[] = {
	{ &IID_IAttachment, offsetof(struct imsg_attach, iattach) },
	{ &IID_IMAPIProp, offsetof(struct imsg_attach, iattach) },
	{ NULL, 0 },
};

static const struct com_class attach_class = { "attachment in a storage", interfaces, finalize };

static HRESULT
attach_QueryInterface(IAttach *This, const IID *iid, LPVOID *out)
{
	return com_query_interface(&OBJECT(This)->com, iid, out);
}

static ULONG
attach_AddRef(IAttach *This)
{
	return com_add_ref(&OBJECT(This)->com);
}

static ULONG
attach_Release(IAttach *This)
{
	return com_release(&OBJECT(This)->com);
}

/* --- Saving -------------------------------------------------------------------------------- */

/* Into the message, in memory, in the place of the one of its number. */
static HRESULT
save(struct imsg_attach *attach)
{
	struct imsg_object *message = &attach->message->object;
	struct part *part = attach->object.part;
	const SPropValue *data = bag_get(part->bag, PR_ATTACH_DATA_BIN);
	bool has_data = data && PROP_TYPE(data->ulPropTag) == PT_BINARY;
	guint place;
	HRESULT hr =
	    bag_set_long(part->bag, PR_ATTACH_SIZE, has_data ? (LONG)data->Value.bin.cb : 0);

	if (SUCCEEDED(hr))
		hr = object_own(message);
	if (FAILED(hr))
		return hr;
	if (part_find_attachment(message->part, part->number, &place)) {
		part_unref(g_ptr_array_index(message->part->attachments, place));
		g_ptr_array_index(message->part->attachments, place) = part_ref(part);
	} else {
		g_ptr_array_add(message->part->attachments, part_ref(part));
	}
	attach->object.own = false;
	return imsg_note_attachments(message->part);
}

static HRESULT
attach_SaveChanges(IAttach *This, ULONG flags)
{
	struct imsg_attach *attach = SELF(This);
	HRESULT hr;

	if (flags &
	    ~(ULONG)(KEEP_OPEN_READONLY | KEEP_OPEN_READWRITE | FORCE_SAVE | MAPI_DEFERRED_ERRORS))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = object_enter(&attach->object, true);
	if (FAILED(hr))
		return hr;
	hr = object_own(&attach->object);
	if (SUCCEEDED(hr))
		hr = save(attach);
	if (SUCCEEDED(hr) && flags & KEEP_OPEN_READONLY)
		attach->object.writable = false;
	return object_leave(&attach->object, hr);
}

HRESULT
imsg_attach_keep(struct imsg_attach *attach, struct part *embedded)
{
	struct part *part;
	HRESULT hr = object_own(&attach->object);

	if (FAILED(hr))
		return hr;
	part = attach->object.part;
	part_unref(part->embedded);
	part->embedded = part_ref(embedded);
	COM_CLEAR(part->ole);
	return bag_set_long(part->bag, PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG);
}

/* --- IMAPIProp ----------------------------------------------------------------------------- */

static HRESULT
attach_GetLastError(IAttach *This, HRESULT failure, ULONG flags, LPMAPIERROR *error)
{
	return last_error_get(&OBJECT(This)->error, failure, flags, error);
}

static HRESULT
attach_GetProps(
    IAttach *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *values)
{
	return object_get_props(OBJECT(This), tags, flags, count, values);
}

static HRESULT
attach_GetPropList(IAttach *This, ULONG flags, LPSPropTagArray *tags)
{
	return object_get_prop_list(OBJECT(This), flags, tags);
}

static HRESULT
attach_SetProps(IAttach *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	return object_set_props(OBJECT(This), count, values, problems);
}

static HRESULT
attach_DeleteProps(IAttach *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	return object_delete_props(OBJECT(This), tags, problems);
}

static HRESULT
attach_GetNamesFromIDs(IAttach *This, LPSPropTagArray *tags, LPGUID set, ULONG flags, ULONG *count,
    LPMAPINAMEID **names)
{
	return object_get_names(OBJECT(This), tags, set, flags, count, names);
}

static HRESULT
attach_GetIDsFromNames(
    IAttach *This, ULONG count, LPMAPINAMEID *names, ULONG flags, LPSPropTagArray *tags)
{
	return object_get_ids(OBJECT(This), count, names, flags, tags);
}

static HRESULT
attach_CopyTo(IAttach *This, ULONG iids, LPCIID excluded, LPSPropTagArray tags, ULONG_PTR window,
    LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct objcopy how = { NULL, tags, iids, excluded, progress, flags, problems };

	return objcopy((IMAPIProp *)This, target, &how);
}

static HRESULT
attach_CopyProps(IAttach *This, LPSPropTagArray tags, ULONG_PTR window, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct objcopy how = { tags, NULL, 0, NULL, progress, flags, problems };

	return tags ? objcopy((IMAPIProp *)This, target, &how) : MAPI_E_INVALID_PARAMETER;
}

/* --- What is within ------------------------------------------------------------------------ */

static HRESULT
open_message(struct imsg_attach *attach, ULONG flags, IMessage **out)
{
	bool create = flags & MAPI_CREATE, write = flags & (MAPI_CREATE | MAPI_MODIFY);
	struct part *part = create ? part_new(true) : part_ref(attach->object.part->embedded);

	if (part)
		return imsg_open_within(attach, part, create, write, out);
	return create ? MAPI_E_NOT_ENOUGH_MEMORY : MAPI_E_NOT_FOUND;
}

/* The attachment's own storage; who only reads gets it read-only. */
static HRESULT
open_storage(struct imsg_attach *attach, ULONG flags, IStorage **out)
{
	IStorage *storage = NULL, *there = attach->object.part->ole;
	HRESULT hr;

	if (!(flags & (MAPI_CREATE | MAPI_MODIFY)))
		return there ? storage_view(there, out) : MAPI_E_NOT_FOUND;
	if (!there && !(flags & MAPI_CREATE))
		return MAPI_E_NOT_FOUND;
	hr = object_own(&attach->object);
	if (SUCCEEDED(hr))
		hr = storage_create(&storage);
	if (SUCCEEDED(hr) && !(flags & MAPI_CREATE))
		hr = storage_copy(there, storage);
	if (FAILED(hr)) {
		COM_CLEAR(storage);
		return MapStorageSCode(hr);
	}
	COM_CLEAR(attach->object.part->ole);
	attach->object.part->ole = storage;
	storage->lpVtbl->AddRef(storage);
	*out = storage;
	return S_OK;
}

/* An OLE object's bytes have come: a compound file becomes its storage. */
static HRESULT
keep_bytes(void *context, const void *bytes, size_t size)
{
	struct imsg_attach *attach = context;
	IStorage *storage = NULL;
	HRESULT hr = object_enter(&attach->object, true);

	if (FAILED(hr))
		return hr;
	hr = storage_from_bytes(bytes, size, &storage);
	if (SUCCEEDED(hr))
		hr = object_own(&attach->object);
	if (SUCCEEDED(hr)) {
		COM_CLEAR(attach->object.part->ole);
		attach->object.part->ole = storage;
	} else if (hr == STG_E_INVALIDHEADER) {
		hr = object_own(&attach->object);
		if (SUCCEEDED(hr))
			hr = bag_set_binary(
			    attach->object.part->bag, PR_ATTACH_DATA_BIN, bytes, size);
	}
	return object_leave(&attach->object, MapStorageSCode(hr));
}

static void
release_attach(void *context)
{
	com_release(&((struct imsg_attach *)context)->object.com);
}

/* An OLE object as its bytes, which is how stores have it. */
static HRESULT
open_bytes(struct imsg_attach *attach, ULONG flags, IStream **out)
{
	struct stream_owner owner = { keep_bytes, release_attach, attach };
	bool write = flags & (MAPI_CREATE | MAPI_MODIFY);
	IStorage *there = attach->object.part->ole;
	BYTE *bytes = NULL;
	size_t size = 0;
	HRESULT hr = S_OK;

	if (!(flags & MAPI_CREATE))
		hr = there ? storage_to_bytes(there, &bytes, &size) : MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr)) {
		com_add_ref(&attach->object.com);
		hr = stream_create(bytes, size, write ? &owner : NULL, out);
		if (FAILED(hr) || !write)
			com_release(&attach->object.com);
	}
	g_free(bytes);
	return MapStorageSCode(hr);
}

static HRESULT
open_object(struct imsg_attach *attach, const IID *iid, ULONG flags, IUnknown **out)
{
	HRESULT hr = object_enter(&attach->object, flags & (MAPI_CREATE | MAPI_MODIFY));

	if (FAILED(hr))
		return hr;
	if (IsEqualIID(iid, &IID_IMessage))
		hr = open_message(attach, flags, (IMessage **)out);
	else if (IsEqualIID(iid, &IID_IStorage))
		hr = open_storage(attach, flags, (IStorage **)out);
	else if (IsEqualIID(iid, &IID_IStream))
		hr = open_bytes(attach, flags, (IStream **)out);
	else
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	return object_leave(&attach->object, hr);
}

static HRESULT
attach_OpenProperty(
    IAttach *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct value_stream_request request = { (IMAPIProp *)This, OBJECT(This)->writable, tag, iid,
		flags };

	if (!out || !iid || PROP_TYPE(tag) == PT_UNSPECIFIED)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (tag == PR_ATTACH_DATA_OBJ)
		return open_object(SELF(This), iid, flags, out);
	return value_stream_open(&request, out);
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

HRESULT
imsg_attach_open(
    struct imsg *message, struct part *part, bool own, bool writable, const IID *iid, IAttach **out)
{
	struct imsg_attach *attach = com_create(&attach_class, sizeof *attach);
	HRESULT hr = S_OK;

	if (!attach) {
		part_unref(part);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	attach->iattach.lpVtbl = &attach_vtbl;
	attach->message = message;
	com_add_ref(&message->object.com);
	attach->object.type = MAPI_ATTACH;
	attach->object.readonly = attach_readonly;
	object_init(&attach->object, message->object.document, part);
	attach->object.own = own;
	attach->object.writable = writable;
	if (own)
		hr = object_identify(&attach->object);
	if (SUCCEEDED(hr))
		hr = com_query_interface(
		    &attach->object.com, iid ? iid : &IID_IAttachment, (void **)out);
	com_release(&attach->object.com);
	return hr;
}

struct imsg_object *
imsg_attach_object_of(IUnknown *object)
{
	IAttach *attach = (IAttach *)object;

	return attach->lpVtbl == &attach_vtbl ? OBJECT(attach) : NULL;
}
