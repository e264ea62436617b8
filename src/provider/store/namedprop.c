/* SPDX-License-Identifier: MIT */
/* Named properties: see namedprop.h. */
#include "namedprop.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "mem.h"
#include "text.h"

#define NAME_FIRST 0x8000
#define NAME_LAST 0xFFFE
#define TAG_UNKNOWN PROP_TAG(PT_ERROR, 0)

/* A name as the table keys it: the text of a string name as UTF-8, "" for a number. */
struct name_key {
	const GUID *guid;
	ULONG kind;
	LONG lid;
	const char *text;
};

static HRESULT
name_key_make(void *root, const MAPINAMEID *name, struct name_key *key)
{
	if (!name || !name->lpguid)
		return MAPI_E_INVALID_PARAMETER;
	*key = (struct name_key){ .guid = name->lpguid, .kind = name->ulKind, .text = "" };
	if (name->ulKind == MNID_ID) {
		key->lid = name->Kind.lID;
		return S_OK;
	}
	if (name->ulKind != MNID_STRING || !name->Kind.lpwstrName || !*name->Kind.lpwstrName)
		return MAPI_E_INVALID_PARAMETER;
	key->text = text_to_utf8(root, name->Kind.lpwstrName);
	return key->text ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
name_find(struct db *db, const struct name_key *key, gint64 *id)
{
	return db_int(db, id,
	    "SELECT id FROM name WHERE guid = ? AND kind = ? AND lid = ? AND text = ?", "buib",
	    key->guid, sizeof(GUID), key->kind, (gint64)key->lid, key->text, strlen(key->text));
}

static HRESULT
name_add(struct db *db, const struct name_key *key, gint64 *id)
{
	HRESULT hr;

	hr = db_int(db, id, "SELECT ifnull(max(id) + 1, 32768) FROM name", "");
	if (FAILED(hr))
		return hr;
	if (*id > NAME_LAST)
		return MAPI_E_NOT_ENOUGH_RESOURCES;
	return db_exec(db, "INSERT INTO name(id, guid, kind, lid, text) VALUES(?, ?, ?, ?, ?)",
	    "ibuib", *id, key->guid, sizeof(GUID), key->kind, (gint64)key->lid, key->text,
	    strlen(key->text));
}

/* One name's tag; `create` has a transaction open. */
static HRESULT
name_tag(struct store *store, void *root, const MAPINAMEID *name, bool create, ULONG *tag)
{
	struct name_key key;
	gint64 id;
	HRESULT hr;

	*tag = TAG_UNKNOWN;
	hr = name_key_make(root, name, &key);
	if (FAILED(hr))
		return hr;
	if (IsEqualGUID(key.guid, &PS_MAPI)) {
		if (key.kind == MNID_ID && key.lid > 0 && key.lid < NAME_FIRST)
			*tag = PROP_TAG(PT_UNSPECIFIED, (ULONG)key.lid);
		return S_OK;
	}
	hr = name_find(store->db, &key, &id);
	if (hr == MAPI_E_NOT_FOUND) {
		if (!create)
			return S_OK;
		hr = name_add(store->db, &key, &id);
	}
	if (SUCCEEDED(hr))
		*tag = PROP_TAG(PT_UNSPECIFIED, (ULONG)id);
	return hr;
}

static HRESULT
names_to_tags(struct store *store, ULONG count, MAPINAMEID **names, bool create, SPropTagArray *out)
{
	HRESULT hr = S_OK;
	ULONG at;

	for (at = 0; at < count && SUCCEEDED(hr); at++)
		hr = name_tag(store, out, names[at], create, &out->aulPropTag[at]);
	out->cValues = count;
	return hr;
}

static bool
tags_have_unknown(const SPropTagArray *tags)
{
	ULONG at;

	for (at = 0; at < tags->cValues; at++)
		if (tags->aulPropTag[at] == TAG_UNKNOWN)
			return true;
	return false;
}

/* Every name that fits, as tags. */
static HRESULT
names_all(struct store *store, const GUID *set, ULONG flags, SPropTagArray **out)
{
	SPropTagArray *tags = mem_zalloc(NULL, CbNewSPropTagArray(NAME_LAST - NAME_FIRST + 1));
	sqlite3_stmt *row;
	HRESULT hr;

	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = db_query(store->db, &row, "SELECT id, guid, kind FROM name ORDER BY id", "");
	while (SUCCEEDED(hr) && (hr = db_next(store->db, row)) == S_OK) {
		ULONG kind = (ULONG)sqlite3_column_int(row, 2);

		if (set && (sqlite3_column_bytes(row, 1) != sizeof(GUID) ||
			       memcmp(set, sqlite3_column_blob(row, 1), sizeof(GUID))))
			continue;
		if (flags & (kind == MNID_STRING ? MAPI_NO_STRINGS : MAPI_NO_IDS))
			continue;
		tags->aulPropTag[tags->cValues++] =
		    PROP_TAG(PT_UNSPECIFIED, (ULONG)sqlite3_column_int(row, 0));
	}
	if (FAILED(hr)) {
		mem_free(tags);
		return hr;
	}
	*out = tags;
	return S_OK;
}

static HRESULT
names_map(struct store *store, ULONG count, MAPINAMEID **names, bool create, SPropTagArray **out)
{
	SPropTagArray *tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)count));
	HRESULT hr;

	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = names_to_tags(store, count, names, false, tags);
	if (SUCCEEDED(hr) && create && tags_have_unknown(tags)) {
		hr = db_begin(store->db);
		if (SUCCEEDED(hr)) {
			hr = names_to_tags(store, count, names, true, tags);
			hr = db_end(store->db, hr, DB_DURABLE);
		}
	}
	if (FAILED(hr)) {
		mem_free(tags);
		return hr;
	}
	*out = tags;
	return tags_have_unknown(tags) ? MAPI_W_ERRORS_RETURNED : S_OK;
}

HRESULT
names_get_ids(
    struct store *store, ULONG count, MAPINAMEID **names, ULONG flags, SPropTagArray **tags)
{
	HRESULT hr;

	if (!tags)
		return MAPI_E_INVALID_PARAMETER;
	*tags = NULL;
	if (count && !names)
		return MAPI_E_INVALID_PARAMETER;
	if ((flags & MAPI_CREATE) && !count)
		return MAPI_E_INVALID_PARAMETER;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	if (!count)
		hr = names_all(store, NULL, 0, tags);
	else
		hr = names_map(store, count, names, (flags & MAPI_CREATE) != 0, tags);
	return store_leave(store, hr);
}

static HRESULT
name_fill(void *root, sqlite3_stmt *row, MAPINAMEID *name)
{
	const void *guid = sqlite3_column_blob(row, 0);
	char *text;

	if (sqlite3_column_bytes(row, 0) != sizeof(GUID))
		return MAPI_E_CORRUPT_STORE;
	name->lpguid = mem_memdup(root, guid, sizeof(GUID));
	name->ulKind = (ULONG)sqlite3_column_int(row, 1);
	if (name->ulKind == MNID_ID) {
		name->Kind.lID = (LONG)sqlite3_column_int64(row, 2);
		return name->lpguid ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	text = mem_strndup(root, sqlite3_column_blob(row, 3), (size_t)sqlite3_column_bytes(row, 3));
	name->Kind.lpwstrName = text ? text_to_utf16(root, text) : NULL;
	return (name->lpguid && name->Kind.lpwstrName) ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

/* *out stays NULL for an id without a name. */
static HRESULT
name_of(struct store *store, void *root, ULONG id, MAPINAMEID **out)
{
	MAPINAMEID *name = mem_zalloc(root, sizeof(*name));
	sqlite3_stmt *row;
	HRESULT hr;

	*out = NULL;
	if (!name)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (id < NAME_FIRST) {
		name->lpguid = mem_memdup(root, &PS_MAPI, sizeof(GUID));
		name->ulKind = MNID_ID;
		name->Kind.lID = (LONG)id;
		*out = name;
		return name->lpguid ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	hr = db_query(
	    store->db, &row, "SELECT guid, kind, lid, text FROM name WHERE id = ?", "u", id);
	if (FAILED(hr))
		return hr;
	hr = db_next(store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : S_OK;
	hr = name_fill(root, row, name);
	db_done(row);
	if (SUCCEEDED(hr))
		*out = name;
	return hr;
}

static HRESULT
names_list(struct store *store, const SPropTagArray *tags, MAPINAMEID ***out)
{
	MAPINAMEID **names = mem_zalloc(NULL, (size_t)tags->cValues * sizeof(*names) + 1);
	bool missing = false;
	HRESULT hr = S_OK;
	ULONG at;

	if (!names)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (at = 0; at < tags->cValues && SUCCEEDED(hr); at++) {
		hr = name_of(store, names, PROP_ID(tags->aulPropTag[at]), &names[at]);
		if (!names[at])
			missing = true;
	}
	if (FAILED(hr)) {
		mem_free(names);
		return hr;
	}
	*out = names;
	return missing ? MAPI_W_ERRORS_RETURNED : S_OK;
}

HRESULT
names_get_names(struct store *store, SPropTagArray **tags, const GUID *set, ULONG flags,
    ULONG *count, MAPINAMEID ***names)
{
	SPropTagArray *all = NULL;
	HRESULT hr;

	if (!tags || !count || !names)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*names = NULL;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	if (!*tags)
		hr = names_all(store, set, flags, &all);
	if (SUCCEEDED(hr))
		hr = names_list(store, all ? all : *tags, names);
	if (SUCCEEDED(hr)) {
		*count = (all ? all : *tags)->cValues;
		if (all)
			*tags = all;
	} else {
		mem_free(all);
	}
	return store_leave(store, hr);
}
