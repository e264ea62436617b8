/* SPDX-License-Identifier: MIT */
/* The logon's object, its lock, and what all objects of a store have in common: see store.h. */
#include "store.h"

#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "blob.h"
#include "eid.h"
#include "filetime.h"
#include "hr.h"
#include "lob.h"
#include "mem.h"
#include "pid.h"
#include "prop.h"
#include "search.h"
#include "text.h"
#include "made.h"
#include "places.h"
#include "watch.h"

const MAPIUID store_provider_uid = { { 0x5b, 0xc1, 0x77, 0x0e, 0x34, 0x9a, 0x4e, 0x61, 0x93, 0x2f,
    0xd8, 0x46, 0x1f, 0xa0, 0x6c, 0x25 } };

static void
store_finalize(void *self)
{
	struct store *store = self;

	places_free(store);
	if (store_is_mine(store)) {
		watch_free(store);
		made_free(store);
		db_close(store->db);
	} else {
		db_abandon(store->db);
	}
	relay_free(store->relay);
	COM_CLEAR(store->identity);
	COM_CLEAR(store->support);
	g_rec_mutex_clear(&store->mutex);
	g_free(store->name);
	mem_free(store->wrapped.lpb);
}

static const struct com_interface store_interfaces[] = {
	{ &IID_IMsgStore, offsetof(struct store, istore) },
	{ &IID_IMAPIProp, offsetof(struct store, istore) },
	{ &IID_IMSLogon, offsetof(struct store, ilogon) },
	{ &iid_store_queue, offsetof(struct store, iqueue) },
	{ &IID_IEmapiStoreFile, offsetof(struct store, ifile) },
	{ NULL, 0 },
};

static const struct com_class store_class = { "store", store_interfaces, store_finalize };

static HRESULT
store_read_uid(struct store *store)
{
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(store->db, &row, "SELECT value FROM meta WHERE key = 'uid'", "");
	if (FAILED(hr))
		return hr;
	hr = db_next(store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : MAPI_E_CORRUPT_STORE;
	if (sqlite3_column_bytes(row, 0) == sizeof(store->uid))
		memcpy(&store->uid, sqlite3_column_blob(row, 0), sizeof(store->uid));
	else
		hr = MAPI_E_CORRUPT_STORE;
	db_done(row);
	return hr;
}

static HRESULT
store_wrap_entryid(struct store *store)
{
	IMAPISupport *support = store->support;
	BYTE bytes[EID_SIZE];
	ENTRYID *id = NULL;
	HRESULT hr;

	eid_make(&store->uid, MAPI_STORE, 0, bytes);
	hr = support->lpVtbl->WrapStoreEntryID(
	    support, sizeof(bytes), (ENTRYID *)(void *)bytes, &store->wrapped.cb, &id);
	store->wrapped.lpb = (BYTE *)id;
	return hr;
}

/* What processes have left that ended without a word.  Mostly there is nothing, which one look
 * tells: a program that opens a store for one message waits for it. */
static HRESULT
sweep(struct store *store)
{
	gint64 left = 0;
	HRESULT hr = db_int(store->db, &left,
	    "SELECT EXISTS(SELECT 1 FROM lob WHERE kind = 0) OR EXISTS(SELECT 1 FROM listener)"
	    " OR EXISTS(SELECT 1 FROM search WHERE builder <> 0)",
	    "");

	if (SUCCEEDED(hr) && left)
		hr = lob_sweep(store->db);
	if (SUCCEEDED(hr) && left)
		hr = watch_sweep(store->db);
	if (SUCCEEDED(hr) && left)
		hr = search_sweep(store);
	return hr;
}

HRESULT
store_create(const struct store_logon *logon, struct store **out)
{
	struct store *store;
	HRESULT hr;

	*out = NULL;
	store = com_create(&store_class, sizeof(*store));
	if (!store) {
		db_close(logon->db);
		relay_free(logon->relay);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	store->istore.lpVtbl = &store_msgstore_vtbl;
	store->ilogon.lpVtbl = &store_logon_vtbl;
	store->iqueue.lpVtbl = &store_squeue_vtbl;
	store->ifile.lpVtbl = &store_file_vtbl;
	store->db = logon->db;
	store->relay = logon->relay;
	store->pid = pid_self();
	store->spooler = logon->spooler;
	store->writable = logon->writable;
	store->name = g_strdup(logon->name);
	g_rec_mutex_init(&store->mutex);
	store->support = logon->support;
	store->support->lpVtbl->AddRef(store->support);
	hr = store_read_uid(store);
	if (SUCCEEDED(hr))
		hr = store_wrap_entryid(store);
	if (SUCCEEDED(hr))
		hr = db_set_checkpointer(store->db, store->spooler);
	if (SUCCEEDED(hr)) {
		db_set_before_commit(store->db, "search_dirty", search_update, store);
		hr = sweep(store);
	}
	if (FAILED(hr)) {
		com_release(&store->com);
		return hr;
	}
	*out = store;
	return S_OK;
}

bool
store_is_mine(const struct store *store)
{
	return store->pid == pid_self();
}

HRESULT
store_enter(struct store *store)
{
	if (!store_is_mine(store))
		return MAPI_E_END_OF_SESSION;
	g_rec_mutex_lock(&store->mutex);
	return S_OK;
}

HRESULT
store_leave(struct store *store, HRESULT hr)
{
	struct watch *watch = store->watch;

	if (watch)
		watch_poke(watch);
	g_rec_mutex_unlock(&store->mutex);
	return hr;
}

HRESULT
store_last_error(struct store *store, HRESULT failure, ULONG flags, MAPIERROR **out)
{
	const char *words;
	MAPIERROR *error;
	char *text;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (!FAILED(failure))
		return S_OK;
	error = mem_zalloc(NULL, sizeof(*error));
	if (!error)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	error->ulVersion = MAPI_ERROR_VERSION;
	/* A collision's words speak of indexes. */
	words = failure == MAPI_E_COLLISION ? NULL : db_error(store->db, failure);
	if (relay_why(store->relay, failure))
		text = g_strdup(relay_why(store->relay, failure));
	else
		text = g_strdup_printf("%s (%s)%s%s", hr_text(failure), hr_name(failure),
		    words ? ": " : "", words ? words : "");
	if (flags & MAPI_UNICODE) {
		error->lpszError = (LPTSTR)text_to_utf16(error, text);
		error->lpszComponent = (LPTSTR)text_to_utf16(error, "emapi message store");
	} else {
		error->lpszError = (LPTSTR)mem_strdup(error, text);
		error->lpszComponent = (LPTSTR)mem_strdup(error, "emapi message store");
	}
	g_free(text);
	if (!error->lpszError || !error->lpszComponent) {
		mem_free(error);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	*out = error;
	return S_OK;
}

HRESULT
bag_set_eid(struct bag *bag, ULONG tag, const MAPIUID *store, ULONG type, gint64 id)
{
	BYTE bytes[EID_SIZE];

	eid_make(store, type, id, bytes);
	return bag_set_binary(bag, tag, bytes, sizeof(bytes));
}

HRESULT
bag_set_time(struct bag *bag, ULONG tag, gint64 filetime)
{
	SPropValue value = { .ulPropTag = tag };

	value.Value.ft = filetime_struct(filetime);
	return bag_set(bag, &value);
}

static HRESULT
store_identify_store(struct store *store, struct bag *bag)
{
	HRESULT hr;

	hr = bag_set_binary(bag, PR_STORE_ENTRYID, store->wrapped.lpb, store->wrapped.cb);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_STORE_RECORD_KEY, &store->uid, sizeof(store->uid));
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_MAPPING_SIGNATURE, &store->uid, sizeof(store->uid));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_STORE_SUPPORT_MASK, STORE_SUPPORT);
	return hr;
}

HRESULT
store_identify(struct store *store, const struct store_identity *identity, struct bag *bag)
{
	HRESULT hr;

	hr = store_identify_store(store, bag);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, (LONG)identity->type);
	if (SUCCEEDED(hr) && identity->id)
		hr = bag_set_eid(bag, PR_ENTRYID, &store->uid, identity->type, identity->id);
	if (SUCCEEDED(hr) && identity->id)
		hr = bag_set_eid(bag, PR_RECORD_KEY, &store->uid, identity->type, identity->id);
	if (SUCCEEDED(hr) && identity->parent)
		hr =
		    bag_set_eid(bag, PR_PARENT_ENTRYID, &store->uid, MAPI_FOLDER, identity->parent);
	return hr;
}

HRESULT
tags_append(SPropTagArray **tags, const ULONG *more)
{
	SPropTagArray *longer;
	ULONG count = 0;

	while (more[count])
		count++;
	longer = mem_zalloc(NULL, CbNewSPropTagArray((size_t)(*tags)->cValues + count));
	if (longer) {
		memcpy(longer, *tags, CbSPropTagArray(*tags));
		memcpy(longer->aulPropTag + longer->cValues, more, count * sizeof(*more));
		longer->cValues += count;
	}
	mem_free(*tags);
	*tags = longer;
	return longer ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

bool
tag_listed(const ULONG *list, ULONG tag)
{
	for (; list && *list; list++)
		if (PROP_ID(*list) == PROP_ID(tag))
			return true;
	return false;
}

HRESULT
bag_from_blob(struct bag *bag, const void *data, size_t size)
{
	void *root = bag_shared(bag);
	SPropValue *values;
	ULONG count;
	HRESULT hr;

	if (!root)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (!size)
		return S_OK;
	hr = blob_decode_onto(root, data, size, &values, &count);
	return SUCCEEDED(hr) ? bag_put(bag, values, count) : hr;
}

HRESULT
bag_to_blob(const struct bag *bag, const ULONG *skip, GByteArray *out)
{
	const SPropValue *values = bag_values(bag);
	ULONG count = bag_count(bag), kept = 0, at;
	SPropValue *some;
	HRESULT hr;

	if (!count)
		return S_OK;
	some = g_new(SPropValue, count);
	for (at = 0; at < count; at++)
		if (!tag_listed(skip, values[at].ulPropTag))
			some[kept++] = values[at];
	hr = kept ? blob_encode(some, kept, out) : S_OK;
	g_free(some);
	return hr;
}
