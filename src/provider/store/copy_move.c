/* SPDX-License-Identifier: MIT */
/*
 * CopyTo and CopyProps with MAPI_MOVE (see copy.h): a copy, and then what was copied goes from the
 * source.  What is in a folder is moved by the folder itself, which keeps entry IDs within a store.
 * Nothing is deleted before its copy is there.
 */
#include "copy.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "mem.h"

static bool
names(const SPropTagArray *tags, ULONG tag)
{
	ULONG at;

	for (at = 0; tags && at < tags->cValues; at++)
		if (PROP_ID(tags->aulPropTag[at]) == PROP_ID(tag))
			return true;
	return false;
}

static bool
moves(const struct copy_request *request, ULONG tag)
{
	return request->include ? names(request->include, tag) : !names(request->exclude, tag);
}

/* The properties that were copied; what is computed stays, as DeleteProps says. */
static HRESULT
delete_properties(const struct copy_request *request)
{
	IMAPIProp *source = request->source;
	SPropTagArray *all = NULL;
	ULONG kept = 0, at;
	HRESULT hr = source->lpVtbl->GetPropList(source, 0, &all);

	if (FAILED(hr))
		return hr;
	for (at = 0; at < all->cValues; at++)
		if (moves(request, all->aulPropTag[at]) &&
		    PROP_TYPE(all->aulPropTag[at]) != PT_OBJECT)
			all->aulPropTag[kept++] = all->aulPropTag[at];
	all->cValues = kept;
	if (kept)
		hr = source->lpVtbl->DeleteProps(source, all, NULL);
	mem_free(all);
	return hr;
}

static void
rows_free(SRowSet *rows)
{
	ULONG at;

	for (at = 0; rows && at < rows->cRows; at++)
		mem_free(rows->aRow[at].lpProps);
	mem_free(rows);
}

/* All rows with one column; the table is released. */
static HRESULT
rows_of(IMAPITable *table, ULONG tag, SRowSet **rows)
{
	SizedSPropTagArray(1, columns) = { 1, { tag } };
	ULONG count = 0;
	HRESULT hr;

	*rows = NULL;
	hr = table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->GetRowCount(table, 0, &count);
	if (SUCCEEDED(hr) && count)
		hr = table->lpVtbl->QueryRows(table, (LONG)count, 0, rows);
	table->lpVtbl->Release(table);
	return hr;
}

/* --- Messages ------------------------------------------------------------------------------- */

static HRESULT
delete_attachments(IMessage *message)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ULONG at;
	HRESULT hr = message->lpVtbl->GetAttachmentTable(message, 0, &table);

	if (SUCCEEDED(hr))
		hr = rows_of(table, PR_ATTACH_NUM, &rows);
	for (at = 0; rows && at < rows->cRows && SUCCEEDED(hr); at++)
		hr = message->lpVtbl->DeleteAttach(
		    message, (ULONG)rows->aRow[at].lpProps[0].Value.l, 0, NULL, 0);
	rows_free(rows);
	return hr;
}

static HRESULT
move_message(const struct copy_request *request)
{
	IMessage *source = (IMessage *)request->source;
	struct copy_request copy = *request;
	ADRLIST none = { 0 };
	HRESULT hr;

	copy.flags &= ~(ULONG)MAPI_MOVE;
	hr = copy_unchecked(&copy);
	if (SUCCEEDED(hr))
		hr = delete_properties(request);
	if (SUCCEEDED(hr) && moves(request, PR_MESSAGE_RECIPIENTS))
		hr = source->lpVtbl->ModifyRecipients(source, 0, &none);
	if (SUCCEEDED(hr) && moves(request, PR_MESSAGE_ATTACHMENTS))
		hr = delete_attachments(source);
	return hr;
}

/* --- Folders -------------------------------------------------------------------------------- */

static HRESULT
move_messages(IMAPIFolder *from, ULONG flags, const struct copy_request *request)
{
	ULONG dialog = request->flags & MAPI_DIALOG ? MESSAGE_DIALOG : 0;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ENTRYLIST list = { 0, NULL };
	HRESULT hr = from->lpVtbl->GetContentsTable(from, flags, &table);

	if (SUCCEEDED(hr))
		hr = rows_of(table, PR_ENTRYID, &rows);
	if (SUCCEEDED(hr) && rows) {
		list.lpbin = g_try_new(SBinary, rows->cRows);
		hr = list.lpbin ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
		for (; SUCCEEDED(hr) && list.cValues < rows->cRows; list.cValues++)
			list.lpbin[list.cValues] = rows->aRow[list.cValues].lpProps[0].Value.bin;
		if (SUCCEEDED(hr))
			hr = from->lpVtbl->CopyMessages(from, &list, request->iid, request->target,
			    request->window, request->progress, MESSAGE_MOVE | dialog);
	}
	g_free(list.lpbin);
	rows_free(rows);
	return hr;
}

static HRESULT
move_folders(IMAPIFolder *from, const struct copy_request *request)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT one, hr = from->lpVtbl->GetHierarchyTable(from, 0, &table);
	ULONG at;

	if (SUCCEEDED(hr))
		hr = rows_of(table, PR_ENTRYID, &rows);
	for (at = 0; rows && at < rows->cRows && SUCCEEDED(hr); at++) {
		const SBinary *id = &rows->aRow[at].lpProps[0].Value.bin;

		one = from->lpVtbl->CopyFolder(from, id->cb, (ENTRYID *)(void *)id->lpb,
		    request->iid, request->target, NULL, request->window, NULL, FOLDER_MOVE);
		hr = (SUCCEEDED(one) && hr != S_OK) ? hr : one;
	}
	rows_free(rows);
	return hr;
}

static const ULONG within[] = { PR_CONTAINER_CONTENTS, PR_FOLDER_ASSOCIATED_CONTENTS,
	PR_CONTAINER_HIERARCHY, 0 };

/* The folder's own properties, of those that are named. */
static HRESULT
move_named(const struct copy_request *request)
{
	struct copy_request copy = *request;
	SPropTagArray *tags = mem_memdup(NULL, request->include, CbSPropTagArray(request->include));
	ULONG kept = 0, at;
	HRESULT hr = S_OK;

	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (at = 0; at < tags->cValues; at++)
		if (!tag_listed(within, tags->aulPropTag[at]))
			tags->aulPropTag[kept++] = tags->aulPropTag[at];
	tags->cValues = kept;
	copy.include = tags;
	copy.flags &= ~(ULONG)MAPI_MOVE;
	if (kept)
		hr = copy_unchecked(&copy);
	if (SUCCEEDED(hr) && kept)
		hr = delete_properties(&copy);
	mem_free(tags);
	return hr;
}

/* Its own properties: all but those of what is in it.  A folder cannot be without them. */
static HRESULT
copy_own(const struct copy_request *request)
{
	struct copy_request copy = *request;

	copy.excluded_count = 1;
	copy.excluded = &IID_IMAPIFolder;
	copy.flags &= ~(ULONG)MAPI_MOVE;
	return copy_unchecked(&copy);
}

static HRESULT
move_folder(const struct copy_request *request)
{
	IMAPIFolder *from = (IMAPIFolder *)request->source;
	HRESULT hr, partial = S_OK;

	hr = request->include ? move_named(request) : copy_own(request);
	if (SUCCEEDED(hr) && moves(request, PR_CONTAINER_CONTENTS))
		hr = partial = move_messages(from, 0, request);
	if (SUCCEEDED(hr) && moves(request, PR_FOLDER_ASSOCIATED_CONTENTS))
		hr = move_messages(from, MAPI_ASSOCIATED, request);
	if (SUCCEEDED(hr) && moves(request, PR_CONTAINER_HIERARCHY))
		hr = move_folders(from, request);
	return (SUCCEEDED(hr) && partial != S_OK) ? partial : hr;
}

HRESULT
copy_move(const struct copy_request *request)
{
	if (IsEqualIID(request->kind, &IID_IMessage))
		return move_message(request);
	return move_folder(request);
}
