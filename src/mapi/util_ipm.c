/* SPDX-License-Identifier: MIT */
/* HrValidateIPMSubtree: the standard folders of a store, made where they are missing. */
#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "bag.h"
#include "com.h"
#include "mem.h"
#include "prop.h"

#define INBOX_TAG PROP_TAG(PT_BINARY, PROP_ID_NULL) /* as documented: it has no property */

struct standard {
	ULONG tag, mask;
	const char *name;
	bool below; /* in the IPM subtree, not in the root */
	bool least; /* also without MAPI_FULL_IPM_TREE */
};

/* Parents before children. */
static const struct standard folders[] = {
	{ PR_IPM_SUBTREE_ENTRYID, FOLDER_IPM_SUBTREE_VALID, "IPM Subtree", false, true },
	{ PR_FINDER_ENTRYID, FOLDER_FINDER_VALID, "Search Root", false, true },
	{ PR_VIEWS_ENTRYID, FOLDER_VIEWS_VALID, "Folder Views", false, false },
	{ PR_COMMON_VIEWS_ENTRYID, FOLDER_COMMON_VIEWS_VALID, "Common Views", false, false },
	{ PR_IPM_WASTEBASKET_ENTRYID, FOLDER_IPM_WASTEBASKET_VALID, "Deleted Items", true, true },
	{ PR_IPM_OUTBOX_ENTRYID, FOLDER_IPM_OUTBOX_VALID, "Outbox", true, false },
	{ PR_IPM_SENTMAIL_ENTRYID, FOLDER_IPM_SENTMAIL_VALID, "Sent Items", true, false },
	{ INBOX_TAG, FOLDER_IPM_INBOX_VALID, "Inbox", true, false },
};

struct repair {
	IMsgStore *store;
	ULONG flags, mask;
	IMAPIFolder *root, *subtree;
	struct bag *bag; /* what is told, and set */
	bool changed;
};

static HRESULT
open_folder(struct repair *repair, const SBinary *id, IMAPIFolder **out)
{
	ULONG type;

	return repair->store->lpVtbl->OpenEntry(repair->store, id ? id->cb : 0,
	    id ? (ENTRYID *)(void *)id->lpb : NULL, &IID_IMAPIFolder, MAPI_BEST_ACCESS, &type,
	    (IUnknown **)(void *)out);
}

/* The folder as the store names it; MAPI_E_NOT_FOUND where it does not. */
static HRESULT
find(struct repair *repair, const struct standard *standard, SBinary *id, void **root)
{
	SPropValue *value = NULL;
	ENTRYID *entry = NULL;
	HRESULT hr;

	if (standard->tag == INBOX_TAG) {
		hr = repair->store->lpVtbl->GetReceiveFolder(
		    repair->store, (LPTSTR) "IPM", 0, &id->cb, &entry, NULL);
		id->lpb = (BYTE *)entry;
		*root = entry;
		return hr;
	}
	hr = HrGetOneProp((IMAPIProp *)repair->store, standard->tag, &value);
	*root = value;
	if (SUCCEEDED(hr))
		*id = value->Value.bin;
	return hr;
}

static HRESULT
make(struct repair *repair, const struct standard *standard, IMAPIFolder **out)
{
	IMAPIFolder *parent = standard->below ? repair->subtree : repair->root;
	SPropValue *id = NULL;
	HRESULT hr;

	hr = parent->lpVtbl->CreateFolder(parent, FOLDER_GENERIC, (LPTSTR)(uintptr_t)standard->name,
	    NULL, NULL, OPEN_IF_EXISTS, out);
	if (SUCCEEDED(hr))
		hr = HrGetOneProp((IMAPIProp *)*out, PR_ENTRYID, &id);
	if (SUCCEEDED(hr))
		hr =
		    bag_set_binary(repair->bag, standard->tag, id->Value.bin.lpb, id->Value.bin.cb);
	if (SUCCEEDED(hr) && standard->tag == INBOX_TAG)
		hr = repair->store->lpVtbl->SetReceiveFolder(
		    repair->store, NULL, 0, id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb);
	mem_free(id);
	repair->changed = true;
	return hr;
}

static HRESULT
check(struct repair *repair, const struct standard *standard)
{
	bool valid = (repair->mask & standard->mask) != 0;
	IMAPIFolder *folder = NULL;
	void *root = NULL;
	SBinary id;
	HRESULT hr = MAPI_E_NOT_FOUND;

	if (valid)
		hr = find(repair, standard, &id, &root);
	if (SUCCEEDED(hr) &&
	    ((repair->flags & MAPI_FORCE_CREATE) || standard->tag == PR_IPM_SUBTREE_ENTRYID))
		hr = open_folder(repair, &id, &folder);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(repair->bag, standard->tag, id.lpb, id.cb);
	else if (hr != MAPI_E_NOT_ENOUGH_MEMORY)
		hr = make(repair, standard, &folder);
	if (SUCCEEDED(hr))
		repair->mask |= standard->mask;
	if (SUCCEEDED(hr) && standard->tag == PR_IPM_SUBTREE_ENTRYID)
		repair->subtree = g_steal_pointer(&folder);
	COM_CLEAR(folder);
	mem_free(root);
	return hr;
}

/* The Inbox has no property of the store: it is told, and not set. */
static HRESULT
write_store(struct repair *repair, const SPropValue *values, ULONG count)
{
	SPropValue *kept = g_try_new(SPropValue, count);
	ULONG i, n = 0;
	HRESULT hr;

	if (!kept)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count; i++)
		if (values[i].ulPropTag != INBOX_TAG)
			kept[n++] = values[i];
	hr = repair->store->lpVtbl->SetProps(repair->store, n, kept, NULL);
	g_free(kept);
	return hr;
}

static HRESULT
run(struct repair *repair)
{
	SPropValue *mask = NULL;
	HRESULT hr;
	size_t i;

	if (HrGetOneProp((IMAPIProp *)repair->store, PR_VALID_FOLDER_MASK, &mask) == S_OK)
		repair->mask = (ULONG)mask->Value.l;
	mem_free(mask);
	hr = open_folder(repair, NULL, &repair->root);
	for (i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(folders); i++)
		if (folders[i].least || (repair->flags & MAPI_FULL_IPM_TREE))
			hr = check(repair, &folders[i]);
	if (SUCCEEDED(hr))
		hr = bag_set_long(repair->bag, PR_VALID_FOLDER_MASK, (LONG)repair->mask);
	if (SUCCEEDED(hr) && repair->changed)
		hr = write_store(repair, bag_values(repair->bag), bag_count(repair->bag));
	return hr;
}

HRESULT
HrValidateIPMSubtree(
    LPMDB store, ULONG flags, ULONG *count, LPSPropValue *values, LPMAPIERROR *error)
{
	struct repair repair = { .store = store, .flags = flags };
	HRESULT hr;

	if (!store || (values && !count))
		return MAPI_E_INVALID_PARAMETER;
	if (error)
		*error = NULL;
	if (values)
		*values = NULL;
	if (count)
		*count = 0;
	repair.bag = bag_create();
	hr = repair.bag ? run(&repair) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr) && values) {
		hr = prop_copy_array(bag_values(repair.bag), bag_count(repair.bag), values);
		*count = SUCCEEDED(hr) ? bag_count(repair.bag) : 0;
	}
	if (FAILED(hr) && error)
		store->lpVtbl->GetLastError(store, hr, 0, error);
	COM_CLEAR(repair.subtree);
	COM_CLEAR(repair.root);
	bag_free(repair.bag);
	return hr;
}
