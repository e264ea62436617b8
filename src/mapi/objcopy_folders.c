/* SPDX-License-Identifier: MIT */
/* Messages from folder to folder, and folders with all that is in them: see objcopy.h. */
#include "objcopy.h"
#include <glib.h>
#include <stdbool.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "progress.h"
#include "prop.h"

#define DEPTH_MAX 100 /* folders within folders */

/* --- Messages ------------------------------------------------------------------------------ */

static HRESULT
copy_list(
    IMAPIFolder *from, const ENTRYLIST *list, IMAPIFolder *to, IMAPIProgress *progress, ULONG flags)
{
	bool partial = false;
	HRESULT hr;
	ULONG i;

	for (i = 0; i < list->cValues; i++) {
		ENTRYLIST one = { 1, &list->lpbin[i] };

		hr = objcopy_message(from, one.lpbin, to, flags);
		if (SUCCEEDED(hr) && (flags & MESSAGE_MOVE))
			hr = from->lpVtbl->DeleteMessages(from, &one, 0, NULL, 0);
		if (hr == MAPI_E_NOT_ENOUGH_MEMORY)
			return hr;
		partial = partial || hr != S_OK;
		hr = progress_step(progress, i + 1, list->cValues);
		if (FAILED(hr))
			return hr;
	}
	return partial ? MAPI_W_PARTIAL_COMPLETION : S_OK;
}

HRESULT
objcopy_messages(
    IMAPIFolder *from, const ENTRYLIST *list, IMAPIFolder *to, IMAPIProgress *progress, ULONG flags)
{
	return copy_list(from, list, to, progress, flags & MESSAGE_MOVE);
}

/* The first column of a table: entry IDs, borrowed from the rows. */
static HRESULT
list_rows(IMAPITable *table, ENTRYLIST *list, SRowSet **rows)
{
	static SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	HRESULT hr;
	ULONG i;

	list->cValues = 0;
	list->lpbin = NULL;
	hr = HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, rows);
	if (FAILED(hr) || !(*rows)->cRows)
		return hr;
	list->lpbin = g_try_new(SBinary, (*rows)->cRows);
	if (!list->lpbin)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < (*rows)->cRows; i++)
		if ((*rows)->aRow[i].lpProps[0].ulPropTag == PR_ENTRYID)
			list->lpbin[list->cValues++] = (*rows)->aRow[i].lpProps[0].Value.bin;
	return S_OK;
}

static HRESULT
copy_all_messages(
    IMAPIFolder *from, IMAPIFolder *to, IMAPIProgress *progress, ULONG table_flags, ULONG move)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ENTRYLIST list = { 0, NULL };
	HRESULT hr;

	hr = from->lpVtbl->GetContentsTable(from, table_flags, &table);
	if (hr == MAPI_E_NO_SUPPORT && table_flags)
		return S_OK; /* a store without associated contents */
	if (SUCCEEDED(hr))
		hr = list_rows(table, &list, &rows);
	if (SUCCEEDED(hr))
		hr = copy_list(from, &list, to, progress, table_flags | move);
	g_free(list.lpbin);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

/* --- Folders ------------------------------------------------------------------------------- */

struct walk {
	IMAPIProgress *progress;
	ULONG flags;
	unsigned depth;
	bool partial;
};

static HRESULT
note(struct walk *walk, HRESULT hr)
{
	walk->partial = walk->partial || hr == MAPI_W_PARTIAL_COMPLETION;
	return hr;
}

static HRESULT copy_tree(
    IMAPIFolder *from, const SBinary *id, IMAPIFolder *to, const char *name, struct walk *walk);

static HRESULT
copy_subfolders(IMAPIFolder *from, IMAPIFolder *to, struct walk *walk)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ENTRYLIST list = { 0, NULL };
	HRESULT hr;
	ULONG i;

	if (walk->depth >= DEPTH_MAX)
		return MAPI_E_TOO_COMPLEX;
	walk->depth++;
	hr = from->lpVtbl->GetHierarchyTable(from, 0, &table);
	if (SUCCEEDED(hr))
		hr = list_rows(table, &list, &rows);
	for (i = 0; SUCCEEDED(hr) && i < list.cValues; i++)
		hr = copy_tree(from, &list.lpbin[i], to, NULL, walk);
	walk->depth--;
	g_free(list.lpbin);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
copy_inside(IMAPIFolder *from, IMAPIFolder *to, struct walk *walk)
{
	ULONG move = walk->flags & FOLDER_MOVE ? MESSAGE_MOVE : 0;
	HRESULT hr;

	hr = note(walk, copy_all_messages(from, to, walk->progress, 0, move));
	if (SUCCEEDED(hr))
		hr = note(walk, copy_all_messages(from, to, NULL, MAPI_ASSOCIATED, move));
	if (SUCCEEDED(hr) && (walk->flags & (COPY_SUBFOLDERS | FOLDER_MOVE)))
		hr = copy_subfolders(from, to, walk);
	return hr;
}

static HRESULT
create_like(IMAPIFolder *source, IMAPIFolder *to, const char *name, IMAPIFolder **out)
{
	static SizedSPropTagArray(
	    3, tags) = { 3, { PR_DISPLAY_NAME_W, PR_COMMENT_W, PR_FOLDER_TYPE } };
	struct objcopy how = { .excluded_count = 1, .excluded = &IID_IMAPIFolder };
	SizedSPropTagArray(2, given) = { 2, { PR_DISPLAY_NAME_W, PR_COMMENT_W } };
	SPropValue *values = NULL;
	char *own, *comment;
	ULONG count = 0;
	HRESULT hr;

	hr = source->lpVtbl->GetProps(source, (SPropTagArray *)&tags, 0, &count, &values);
	if (FAILED(hr))
		return hr;
	own = prop_find_text(values, count, PR_DISPLAY_NAME_W);
	comment = prop_find_text(values, count, PR_COMMENT_W);
	if (prop_find_long(values, count, PR_FOLDER_TYPE, FOLDER_GENERIC) != FOLDER_GENERIC)
		hr = MAPI_E_NO_ACCESS; /* a root or a search */
	else
		hr = to->lpVtbl->CreateFolder(to, FOLDER_GENERIC,
		    (LPTSTR)(uintptr_t)(name ? name : own), (LPTSTR)comment, NULL, 0, out);
	how.exclude = (SPropTagArray *)(void *)&given;
	if (SUCCEEDED(hr))
		hr = objcopy((IMAPIProp *)source, (IUnknown *)*out, &how);
	g_free(own);
	g_free(comment);
	mem_free(values);
	return hr;
}

static HRESULT
copy_tree(
    IMAPIFolder *from, const SBinary *id, IMAPIFolder *to, const char *name, struct walk *walk)
{
	ENTRYID *eid = (ENTRYID *)(void *)id->lpb;
	IMAPIFolder *source = NULL, *target = NULL;
	bool before = walk->partial;
	ULONG type;
	HRESULT hr;

	walk->partial = false;
	hr = from->lpVtbl->OpenEntry(from, id->cb, eid, &IID_IMAPIFolder,
	    walk->flags & FOLDER_MOVE ? MAPI_MODIFY : 0, &type, (IUnknown **)(void *)&source);
	if (SUCCEEDED(hr))
		hr = create_like(source, to, name, &target);
	if (SUCCEEDED(hr))
		hr = copy_inside(source, target, walk);
	COM_CLEAR(source);
	COM_CLEAR(target);
	/* What did not go whole stays where it is. */
	if (SUCCEEDED(hr) && (walk->flags & FOLDER_MOVE) && !walk->partial)
		hr = note(walk, from->lpVtbl->DeleteFolder(
				    from, id->cb, eid, 0, NULL, DEL_MESSAGES | DEL_FOLDERS));
	walk->partial = walk->partial || before;
	return hr;
}

/* Whether `folder` is, or lies within, the folder with this record key. */
static HRESULT
lies_within(IMAPIFolder *folder, const SBinary *key, bool *within)
{
	static SizedSPropTagArray(2, tags) = { 2, { PR_RECORD_KEY, PR_PARENT_ENTRYID } };
	IMAPIFolder *at = folder, *parent;
	HRESULT hr = S_OK;
	unsigned depth;

	*within = false;
	at->lpVtbl->AddRef(at);
	for (depth = 0; at && depth < DEPTH_MAX && !*within; depth++) {
		SPropValue *values = NULL;
		ULONG count, type;

		hr = at->lpVtbl->GetProps(at, (SPropTagArray *)&tags, 0, &count, &values);
		*within = SUCCEEDED(hr) && values[0].ulPropTag == PR_RECORD_KEY &&
			  values[0].Value.bin.cb == key->cb &&
			  !memcmp(values[0].Value.bin.lpb, key->lpb, key->cb);
		parent = NULL;
		if (SUCCEEDED(hr) && values[1].ulPropTag == PR_PARENT_ENTRYID)
			at->lpVtbl->OpenEntry(at, values[1].Value.bin.cb,
			    (ENTRYID *)(void *)values[1].Value.bin.lpb, &IID_IMAPIFolder, 0, &type,
			    (IUnknown **)(void *)&parent);
		mem_free(values);
		at->lpVtbl->Release(at);
		at = parent;
	}
	COM_CLEAR(at);
	return hr;
}

static HRESULT
refuse_cycle(IMAPIFolder *source, IMAPIFolder *to)
{
	SPropValue *key = NULL;
	bool within = false;
	HRESULT hr;

	hr = HrGetOneProp((IMAPIProp *)source, PR_RECORD_KEY, &key);
	if (FAILED(hr))
		return hr == MAPI_E_NOT_FOUND ? S_OK : hr;
	hr = lies_within(to, &key->Value.bin, &within);
	mem_free(key);
	return SUCCEEDED(hr) && within ? MAPI_E_FOLDER_CYCLE : S_OK;
}

HRESULT
objcopy_folder(IMAPIFolder *from, const SBinary *id, IMAPIFolder *to, const char *name,
    IMAPIProgress *progress, ULONG flags)
{
	struct walk walk = { .progress = progress, .flags = flags };
	IMAPIFolder *source = NULL;
	ULONG type;
	HRESULT hr;

	hr = from->lpVtbl->OpenEntry(from, id->cb, (ENTRYID *)(void *)id->lpb, &IID_IMAPIFolder, 0,
	    &type, (IUnknown **)(void *)&source);
	if (SUCCEEDED(hr))
		hr = refuse_cycle(source, to);
	COM_CLEAR(source);
	if (SUCCEEDED(hr))
		hr = copy_tree(from, id, to, name, &walk);
	if (SUCCEEDED(hr))
		hr = walk.partial ? MAPI_W_PARTIAL_COMPLETION : S_OK;
	return hr;
}

HRESULT
objcopy_contents(IMAPIFolder *from, IMAPIFolder *to, const struct objcopy *how)
{
	struct walk walk = { .progress = how->progress, .flags = COPY_SUBFOLDERS };
	HRESULT hr = refuse_cycle(from, to);

	if (SUCCEEDED(hr) && objcopy_wants(how, PR_CONTAINER_CONTENTS))
		hr = note(&walk, copy_all_messages(from, to, how->progress, 0, 0));
	if (SUCCEEDED(hr) && objcopy_wants(how, PR_FOLDER_ASSOCIATED_CONTENTS))
		hr = note(&walk, copy_all_messages(from, to, NULL, MAPI_ASSOCIATED, 0));
	if (SUCCEEDED(hr) && objcopy_wants(how, PR_CONTAINER_HIERARCHY))
		hr = copy_subfolders(from, to, &walk);
	if (FAILED(hr))
		return hr;
	return walk.partial ? MAPI_W_PARTIAL_COMPLETION : S_OK;
}
