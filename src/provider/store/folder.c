/* SPDX-License-Identifier: MIT */
/* IMAPIFolder: see folder.h. */
#include "folder.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "copy.h"
#include "eid.h"
#include "folders.h"
#include "mem.h"
#include "message.h"
#include "namedprop.h"
#include "receipts.h"
#include "saved_sort.h"
#include "search.h"
#include "telling.h"
#include "text.h"
#include "value_stream.h"

static const IMAPIFolderVtbl folder_vtbl;

static struct folder *
folder_from(IMAPIFolder *iface)
{
	return COM_OBJECT(iface, struct folder, ifolder);
}

static HRESULT
folder_enter(struct folder *folder, bool write)
{
	HRESULT hr = store_enter(folder->store);

	if (SUCCEEDED(hr) && write && !folder->writable)
		return store_leave(folder->store, MAPI_E_NO_ACCESS);
	return hr;
}

static HRESULT
folder_leave(struct folder *folder, HRESULT hr)
{
	return store_leave(folder->store, hr);
}

COM_UNKNOWN(folder, struct folder, ifolder, IMAPIFolder)

static HRESULT
folder_GetLastError(IMAPIFolder *This, HRESULT failure, ULONG flags, LPMAPIERROR *error)
{
	return store_last_error(folder_from(This)->store, failure, flags, error);
}

/* Folders are not transacted: there is nothing to save (pywin32.md trap 22). */
static HRESULT
folder_SaveChanges(IMAPIFolder *This, ULONG flags)
{
	return S_OK;
}

static HRESULT
folder_bag(struct folder *folder, struct bag **out)
{
	HRESULT hr;

	*out = bag_create();
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = folder_read(folder->store, folder->id, folder->writable, *out);
	return (hr == MAPI_E_NOT_FOUND) ? MAPI_E_OBJECT_DELETED : hr;
}

static HRESULT
folder_GetProps(
    IMAPIFolder *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *values)
{
	struct folder *folder = folder_from(This);
	struct bag *bag;
	HRESULT hr;

	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*values = NULL;
	hr = folder_enter(folder, false);
	if (FAILED(hr))
		return hr;
	hr = folder_bag(folder, &bag);
	if (SUCCEEDED(hr))
		hr = bag_get_props(bag, tags, flags, count, values);
	bag_free(bag);
	return folder_leave(folder, hr);
}

static HRESULT
folder_GetPropList(IMAPIFolder *This, ULONG flags, LPSPropTagArray *tags)
{
	static const ULONG objects[] = { PR_CONTAINER_HIERARCHY, PR_CONTAINER_CONTENTS,
		PR_FOLDER_ASSOCIATED_CONTENTS, 0 };
	struct folder *folder = folder_from(This);
	struct bag *bag;
	HRESULT hr;

	if (!tags)
		return MAPI_E_INVALID_PARAMETER;
	*tags = NULL;
	hr = folder_enter(folder, false);
	if (FAILED(hr))
		return hr;
	hr = folder_bag(folder, &bag);
	if (SUCCEEDED(hr))
		hr = bag_get_prop_list(bag, flags, tags);
	if (SUCCEEDED(hr))
		hr = tags_append(tags, objects);
	bag_free(bag);
	return folder_leave(folder, hr);
}

static HRESULT
open_hierarchy(struct folder *folder, ULONG flags, IMAPITable **table)
{
	HRESULT hr = folder_enter(folder, false);

	if (SUCCEEDED(hr))
		hr = folder_leave(folder, S_OK);
	return SUCCEEDED(hr) ? hierarchy_table(folder->store, folder->id, flags, table) : hr;
}

static HRESULT
folder_OpenProperty(
    IMAPIFolder *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct folder *folder = folder_from(This);
	IMAPITable **table = (IMAPITable **)out;
	HRESULT hr;

	if (!out || !iid)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (IsEqualIID(iid, &IID_IStream)) {
		struct value_stream_request request = { (IMAPIProp *)This, folder->writable, tag,
			iid, flags };

		return value_stream_open(&request, out);
	}
	if (tag == PR_CONTAINER_HIERARCHY && IsEqualIID(iid, &IID_IMAPITable))
		return open_hierarchy(folder, options & MAPI_UNICODE, table);
	hr = folder_enter(folder, false);
	if (FAILED(hr))
		return hr;
	if (!IsEqualIID(iid, &IID_IMAPITable))
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	else if (tag == PR_CONTAINER_CONTENTS)
		hr = contents_table(folder->store, folder->id, options & MAPI_UNICODE, table);
	else if (tag == PR_FOLDER_ASSOCIATED_CONTENTS)
		hr = contents_table(
		    folder->store, folder->id, (options & MAPI_UNICODE) | MAPI_ASSOCIATED, table);
	else
		hr = MAPI_E_NO_SUPPORT;
	return folder_leave(folder, hr);
}

static HRESULT
folder_SetProps(IMAPIFolder *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	struct folder *folder = folder_from(This);
	HRESULT hr;

	if (problems)
		*problems = NULL;
	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	hr = folder_enter(folder, true);
	if (FAILED(hr))
		return hr;
	return folder_leave(
	    folder, folder_write(folder->store, folder->id, count, values, NULL, problems));
}

static HRESULT
folder_DeleteProps(IMAPIFolder *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	struct folder *folder = folder_from(This);
	HRESULT hr;

	if (problems)
		*problems = NULL;
	if (!tags || !tags->cValues)
		return MAPI_E_INVALID_PARAMETER;
	hr = folder_enter(folder, true);
	if (FAILED(hr))
		return hr;
	return folder_leave(
	    folder, folder_write(folder->store, folder->id, 0, NULL, tags, problems));
}

static HRESULT
folder_CopyTo(IMAPIFolder *This, ULONG iids, LPCIID excluded, LPSPropTagArray tags,
    ULONG_PTR window, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	struct copy_request request = { .store = folder_from(This)->store,
		.source = (IMAPIProp *)This,
		.kind = &IID_IMAPIFolder,
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
folder_CopyProps(IMAPIFolder *This, LPSPropTagArray tags, ULONG_PTR window, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct copy_request request = { .store = folder_from(This)->store,
		.source = (IMAPIProp *)This,
		.kind = &IID_IMAPIFolder,
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
folder_GetNamesFromIDs(IMAPIFolder *This, LPSPropTagArray *tags, LPGUID set, ULONG flags,
    ULONG *count, LPMAPINAMEID **names)
{
	return names_get_names(folder_from(This)->store, tags, set, flags, count, names);
}

static HRESULT
folder_GetIDsFromNames(
    IMAPIFolder *This, ULONG count, LPMAPINAMEID *names, ULONG flags, LPSPropTagArray *tags)
{
	return names_get_ids(folder_from(This)->store, count, names, flags, tags);
}

static HRESULT
folder_GetContentsTable(IMAPIFolder *This, ULONG flags, LPMAPITABLE *table)
{
	struct folder *folder = folder_from(This);
	HRESULT hr;

	if (!table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	hr = folder_enter(folder, false);
	if (FAILED(hr))
		return hr;
	hr = contents_table(folder->store, folder->id, flags, table);
	if (hr == MAPI_E_NOT_FOUND)
		hr = MAPI_E_OBJECT_DELETED;
	if (SUCCEEDED(hr))
		hr = saved_sort_apply(folder, *table);
	if (FAILED(hr))
		COM_CLEAR(*table);
	return folder_leave(folder, hr);
}

static HRESULT
folder_GetHierarchyTable(IMAPIFolder *This, ULONG flags, LPMAPITABLE *table)
{
	struct folder *folder = folder_from(This);

	if (!table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	return open_hierarchy(folder, flags, table);
}

static HRESULT
folder_OpenEntry(IMAPIFolder *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type,
    LPUNKNOWN *out)
{
	struct folder *folder = folder_from(This);
	struct store_entry entry = { size, id, iid, flags };
	HRESULT hr;

	if (!out || !type)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = folder_enter(folder, false);
	if (FAILED(hr))
		return hr;
	return folder_leave(folder, store_open_entry(folder->store, &entry, type, out));
}

static HRESULT
folder_CreateMessage(IMAPIFolder *This, LPCIID iid, ULONG flags, LPMESSAGE *out)
{
	struct folder *folder = folder_from(This);
	struct message *message;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = folder_enter(folder, true);
	if (FAILED(hr))
		return hr;
	/* Every store's own folders stay; who submits need not look whether the Outbox is there. */
	if (folder->id >= FOLDER_ID_FIRST_FREE)
		hr = folder_exists(folder->store, folder->id);
	if (hr == MAPI_E_NOT_FOUND)
		hr = MAPI_E_OBJECT_DELETED;
	if (SUCCEEDED(hr) && folder->search && !(flags & MAPI_ASSOCIATED))
		hr = MAPI_E_NO_SUPPORT;
	if (SUCCEEDED(hr))
		hr = message_create(
		    folder->store, folder->id, (flags & MAPI_ASSOCIATED) != 0, &message);
	if (SUCCEEDED(hr)) {
		hr = com_query_interface(&message->com, iid ? iid : &IID_IMessage, (void **)out);
		com_release(&message->com);
	}
	return folder_leave(folder, hr);
}

/* The folder of ours that a caller's target is; NULL for another provider's or store's. */
static struct folder *
folder_target(struct folder *source, void *target)
{
	IMAPIFolder *iface = target;
	struct folder *folder;

	if (!iface || iface->lpVtbl->AddRef != folder_AddRef)
		return NULL;
	folder = folder_from(iface);
	return memcmp(&folder->store->uid, &source->store->uid, sizeof(MAPIUID)) ? NULL : folder;
}

/* To a folder of another store: MAPI's way, which works with any. */
static HRESULT
folder_copy_abroad(struct folder_job *job, IUnknown *target, const IID *iid, ULONG_PTR window)
{
	IMAPISupport *support = job->folder->store->support;

	if (job->flags & MAPI_DECLINE_OK)
		return MAPI_E_DECLINE_COPY;
	return support->lpVtbl->CopyMessages(support, (IID *)(size_t)&IID_IMAPIFolder,
	    &job->folder->ifolder, (ENTRYLIST *)(size_t)job->list, (IID *)(size_t)iid, target,
	    window, job->progress, job->flags);
}

static HRESULT
folder_CopyMessages(IMAPIFolder *This, LPENTRYLIST list, LPCIID iid, LPVOID target,
    ULONG_PTR window, LPMAPIPROGRESS progress, ULONG flags)
{
	struct folder *folder = folder_from(This), *to;
	struct folder_job job = { .folder = folder, .list = list, .flags = flags };
	HRESULT hr;

	if (!target || !list || (list->cValues && !list->lpbin))
		return MAPI_E_INVALID_PARAMETER;
	hr = folder_enter(folder, (flags & MESSAGE_MOVE) != 0);
	if (FAILED(hr))
		return hr;
	job.progress = (flags & MESSAGE_DIALOG) ? progress : NULL;
	to = folder_target(folder, target);
	if (to && to->search)
		hr = MAPI_E_NO_SUPPORT;
	else if (to && !to->writable)
		hr = MAPI_E_NO_ACCESS;
	else if (to) {
		job.target = to->id;
		hr = folder_copy_messages(&job);
	}
	folder_leave(folder, hr);
	return to ? hr : folder_copy_abroad(&job, target, iid, window);
}

/* A call that reports may be due for; they are sent when its work is done. */
static HRESULT
folder_run(struct folder_job *job, HRESULT (*work)(struct folder_job *))
{
	struct store *store = job->folder->store;
	struct receipts receipts;
	HRESULT hr = folder_enter(job->folder, true);

	if (FAILED(hr))
		return hr;
	receipts_init(&receipts);
	job->receipts = &receipts;
	com_add_ref(&store->com);
	hr = receipts_send(store, &receipts, folder_leave(job->folder, work(job)));
	com_release(&store->com);
	return hr;
}

static HRESULT
folder_DeleteMessages(
    IMAPIFolder *This, LPENTRYLIST list, ULONG_PTR window, LPMAPIPROGRESS progress, ULONG flags)
{
	struct folder_job job = { .folder = folder_from(This), .list = list, .flags = flags };

	job.progress = (flags & MESSAGE_DIALOG) ? progress : NULL;
	return folder_run(&job, folder_delete_messages);
}

static HRESULT
folder_SetSearchCriteria(
    IMAPIFolder *This, LPSRestriction restriction, LPENTRYLIST folders, ULONG flags)
{
	struct folder *folder = folder_from(This);
	struct search_request request = { restriction, folders, flags };
	HRESULT hr = folder_enter(folder, true);

	if (FAILED(hr))
		return hr;
	return folder_leave(folder,
	    folder->search ? search_set(folder->store, folder->id, &request) : MAPI_E_NO_SUPPORT);
}

static HRESULT
folder_GetSearchCriteria(
    IMAPIFolder *This, ULONG flags, LPSRestriction *restriction, LPENTRYLIST *folders, ULONG *state)
{
	struct folder *folder = folder_from(This);
	struct search_answer answer = { restriction, folders, state };
	HRESULT hr;

	if (restriction)
		*restriction = NULL;
	if (folders)
		*folders = NULL;
	if (state)
		*state = 0;
	hr = folder_enter(folder, false);
	if (FAILED(hr))
		return hr;
	return folder_leave(folder, folder->search
					? search_get(folder->store, folder->id, flags, &answer)
					: MAPI_E_NOT_INITIALIZED);
}

static HRESULT
folder_create(struct folder *folder, const struct folder_making *making, struct folder **out)
{
	gint64 id;
	HRESULT hr;

	if (!making->name || !*making->name)
		return MAPI_E_INVALID_PARAMETER;
	if (folder->search)
		return MAPI_E_NO_SUPPORT;
	hr = folder_add(folder->store, folder->id, making, &id);
	if (SUCCEEDED(hr))
		hr = folder_open(folder->store, id, MAPI_MODIFY, out);
	return hr;
}

static HRESULT
folder_CreateFolder(IMAPIFolder *This, ULONG type, LPTSTR name, LPTSTR comment, LPCIID iid,
    ULONG flags, LPMAPIFOLDER *out)
{
	struct folder *folder = folder_from(This), *made = NULL;
	struct folder_making making = { type, NULL, NULL, flags };
	char *root, *name8 = NULL, *comment8 = NULL;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (type != FOLDER_GENERIC && type != FOLDER_SEARCH)
		return MAPI_E_INVALID_PARAMETER;
	hr = folder_enter(folder, true);
	if (FAILED(hr))
		return hr;
	root = mem_zalloc(NULL, 1);
	hr = root ? text_from_arg(root, name, flags, &name8) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = text_from_arg(root, comment, flags, &comment8);
	making.name = name8;
	making.comment = comment8;
	if (SUCCEEDED(hr))
		hr = folder_create(folder, &making, &made);
	if (SUCCEEDED(hr)) {
		hr = com_query_interface(&made->com, iid ? iid : &IID_IMAPIFolder, (void **)out);
		com_release(&made->com);
	}
	mem_free(root);
	return folder_leave(folder, hr);
}

static HRESULT
folder_copy_or_move(
    struct folder *folder, gint64 which, gint64 target, const char *name, ULONG flags)
{
	char *key = name ? folder_name_key(name) : NULL;
	struct folder_name as = { name, key };
	HRESULT hr;

	if (flags & FOLDER_MOVE)
		hr = folder_move(folder->store, which, target, &as);
	else
		hr = folder_copy(folder->store, which, target, &as, (flags & COPY_SUBFOLDERS) != 0);
	g_free(key);
	return hr;
}

static HRESULT
folder_copy_within(
    struct folder *folder, const SBinary *id, struct folder *to, LPTSTR name, ULONG flags)
{
	char *name8 = NULL;
	gint64 which;
	HRESULT hr;

	hr = eid_parse_as(&folder->store->uid, id->cb, id->lpb, MAPI_FOLDER, &which);
	if (SUCCEEDED(hr) && to->search)
		hr = MAPI_E_NO_SUPPORT;
	if (SUCCEEDED(hr) && !to->writable)
		hr = MAPI_E_NO_ACCESS;
	if (SUCCEEDED(hr) && name)
		hr = text_from_arg(NULL, name, flags, &name8);
	if (SUCCEEDED(hr))
		hr = folder_copy_or_move(folder, which, to->id, name8, flags);
	if (name8 && (void *)name8 != (void *)name)
		mem_free(name8);
	return hr;
}

static HRESULT
folder_CopyFolder(IMAPIFolder *This, ULONG size, LPENTRYID id, LPCIID iid, LPVOID target,
    LPTSTR name, ULONG_PTR window, LPMAPIPROGRESS progress, ULONG flags)
{
	struct folder *folder = folder_from(This), *to;
	IMAPISupport *support = folder->store->support;
	SBinary which = { size, (BYTE *)id };
	HRESULT hr;

	if (!target || !size || !id)
		return MAPI_E_INVALID_PARAMETER;
	hr = folder_enter(folder, (flags & FOLDER_MOVE) != 0);
	if (FAILED(hr))
		return hr;
	progress = (flags & FOLDER_DIALOG) ? progress : NULL;
	to = folder_target(folder, target);
	if (to)
		hr = folder_copy_within(folder, &which, to, name, flags);
	folder_leave(folder, hr);
	if (to && SUCCEEDED(hr))
		tell_progress(progress, 1, 1);
	if (to)
		return hr;
	if (flags & MAPI_DECLINE_OK)
		return MAPI_E_DECLINE_COPY;
	return support->lpVtbl->CopyFolder(support, (IID *)(size_t)&IID_IMAPIFolder, This, size, id,
	    (IID *)(size_t)iid, target, name, window, progress, flags);
}

/* The work of DeleteFolder; the folder's number is the job's target. */
static HRESULT
folder_delete_folder(struct folder_job *job)
{
	return folder_remove(
	    job->folder->store, job->folder->id, job->target, job->flags, job->receipts);
}

static HRESULT
folder_DeleteFolder(IMAPIFolder *This, ULONG size, LPENTRYID id, ULONG_PTR window,
    LPMAPIPROGRESS progress, ULONG flags)
{
	struct folder_job job = { .folder = folder_from(This), .flags = flags };
	HRESULT hr;

	hr = eid_parse_as(&job.folder->store->uid, size, id, MAPI_FOLDER, &job.target);
	if (SUCCEEDED(hr))
		hr = folder_run(&job, folder_delete_folder);
	if (SUCCEEDED(hr) && (flags & FOLDER_DIALOG))
		tell_progress(progress, 1, 1);
	return hr;
}

static HRESULT
folder_SetReadFlags(
    IMAPIFolder *This, LPENTRYLIST list, ULONG_PTR window, LPMAPIPROGRESS progress, ULONG flags)
{
	struct folder_job job = { .folder = folder_from(This), .list = list, .flags = flags };

	job.progress = (flags & MESSAGE_DIALOG) ? progress : NULL;
	return folder_run(&job, folder_set_read_flags);
}

static HRESULT
folder_GetMessageStatus(IMAPIFolder *This, ULONG size, LPENTRYID id, ULONG flags, ULONG *status)
{
	struct folder *folder = folder_from(This);
	gint64 which;
	HRESULT hr;

	if (!status)
		return MAPI_E_INVALID_PARAMETER;
	*status = 0;
	hr = folder_enter(folder, false);
	if (FAILED(hr))
		return hr;
	hr = eid_parse_as(&folder->store->uid, size, id, MAPI_MESSAGE, &which);
	if (SUCCEEDED(hr))
		hr = folder_message_status(folder, which, status);
	return folder_leave(folder, hr);
}

static HRESULT
folder_SetMessageStatus(
    IMAPIFolder *This, ULONG size, LPENTRYID id, ULONG status, ULONG mask, ULONG *old)
{
	struct folder *folder = folder_from(This);
	struct status_change change = { status, mask };
	ULONG before = 0;
	gint64 which;
	HRESULT hr = folder_enter(folder, true);

	if (FAILED(hr))
		return hr;
	hr = eid_parse_as(&folder->store->uid, size, id, MAPI_MESSAGE, &which);
	if (SUCCEEDED(hr))
		hr = folder_change_message_status(folder, which, &change, &before);
	if (old)
		*old = before;
	return folder_leave(folder, hr);
}

static HRESULT
folder_SaveContentsSort(IMAPIFolder *This, LPSSortOrderSet sort, ULONG flags)
{
	struct folder *folder = folder_from(This);
	HRESULT hr;

	if (flags & ~(ULONG)RECURSIVE_SORT)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = folder_enter(folder, true);
	if (FAILED(hr))
		return hr;
	return folder_leave(folder, saved_sort_set(folder, sort, (flags & RECURSIVE_SORT) != 0));
}

static HRESULT
folder_EmptyFolder(IMAPIFolder *This, ULONG_PTR window, LPMAPIPROGRESS progress, ULONG flags)
{
	struct folder_job job = { .folder = folder_from(This), .flags = flags };

	if (job.folder->search)
		return MAPI_E_NO_SUPPORT;
	job.progress = (flags & FOLDER_DIALOG) ? progress : NULL;
	return folder_run(&job, folder_empty);
}

static const IMAPIFolderVtbl folder_vtbl = {
	.QueryInterface = folder_QueryInterface,
	.AddRef = folder_AddRef,
	.Release = folder_Release,
	.GetLastError = folder_GetLastError,
	.SaveChanges = folder_SaveChanges,
	.GetProps = folder_GetProps,
	.GetPropList = folder_GetPropList,
	.OpenProperty = folder_OpenProperty,
	.SetProps = folder_SetProps,
	.DeleteProps = folder_DeleteProps,
	.CopyTo = folder_CopyTo,
	.CopyProps = folder_CopyProps,
	.GetNamesFromIDs = folder_GetNamesFromIDs,
	.GetIDsFromNames = folder_GetIDsFromNames,
	.GetContentsTable = folder_GetContentsTable,
	.GetHierarchyTable = folder_GetHierarchyTable,
	.OpenEntry = folder_OpenEntry,
	.SetSearchCriteria = folder_SetSearchCriteria,
	.GetSearchCriteria = folder_GetSearchCriteria,
	.CreateMessage = folder_CreateMessage,
	.CopyMessages = folder_CopyMessages,
	.DeleteMessages = folder_DeleteMessages,
	.CreateFolder = folder_CreateFolder,
	.CopyFolder = folder_CopyFolder,
	.DeleteFolder = folder_DeleteFolder,
	.SetReadFlags = folder_SetReadFlags,
	.GetMessageStatus = folder_GetMessageStatus,
	.SetMessageStatus = folder_SetMessageStatus,
	.SaveContentsSort = folder_SaveContentsSort,
	.EmptyFolder = folder_EmptyFolder,
};

static void
folder_finalize(void *self)
{
	com_release(&((struct folder *)self)->store->com);
}

static const struct com_interface folder_interfaces[] = {
	{ &IID_IMAPIFolder, offsetof(struct folder, ifolder) },
	{ &IID_IMAPIContainer, offsetof(struct folder, ifolder) },
	{ &IID_IMAPIProp, offsetof(struct folder, ifolder) },
	{ NULL, 0 },
};

static const struct com_class folder_class = { "folder", folder_interfaces, folder_finalize };

HRESULT
folder_open(struct store *store, gint64 id, ULONG flags, struct folder **out)
{
	struct folder *folder;
	gint64 type;
	HRESULT hr;

	*out = NULL;
	if ((flags & MAPI_MODIFY) && !(flags & MAPI_BEST_ACCESS) && !store->writable)
		return MAPI_E_NO_ACCESS;
	hr = db_int(store->db, &type, "SELECT type FROM folder WHERE id = ?", "i", id);
	if (FAILED(hr))
		return hr;
	folder = com_create(&folder_class, sizeof(*folder));
	if (!folder)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	folder->ifolder.lpVtbl = &folder_vtbl;
	folder->store = store;
	folder->id = id;
	folder->search = type == FOLDER_SEARCH;
	folder->writable = store->writable; /* also when nobody asked: many programs do not */
	com_add_ref(&store->com);
	*out = folder;
	return S_OK;
}
