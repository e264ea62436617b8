/* SPDX-License-Identifier: MIT */
/* Property sets with long values, loading and saving: see propset.h.  IMAPIProp's bodies are in
 * propset_methods.c. */
#include "propset.h"

#include <string.h>
#include <mapicode.h>
#include "blob.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

HRESULT
propset_init(struct propset *set)
{
	set->bag = bag_create();
	set->longs = g_array_new(FALSE, TRUE, sizeof(struct long_value));
	set->dirty = false;
	return set->bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

/* A staged value that nobody will own is removed at once; a failure leaves it to the sweep. */
static void
propset_discard(struct store *store, const struct long_value *value)
{
	if (!value->owned || !store_is_mine(store) || FAILED(db_begin(store->db)))
		return;
	db_end(store->db, lob_discard(store->db, value->id), DB_RELAXED);
}

void
propset_clear(struct store *store, struct propset *set)
{
	guint at;

	for (at = 0; set->longs && at < set->longs->len; at++)
		propset_discard(store, &g_array_index(set->longs, struct long_value, at));
	if (set->longs)
		g_array_unref(set->longs);
	bag_free(set->bag);
	memset(set, 0, sizeof(*set));
}

struct long_value *
propset_find_long(const struct propset *set, ULONG tag)
{
	guint at;

	for (at = 0; at < set->longs->len; at++) {
		struct long_value *value = &g_array_index(set->longs, struct long_value, at);

		if (PROP_ID(value->tag) == PROP_ID(tag))
			return value;
	}
	return NULL;
}

void
propset_drop_long(struct store *store, struct propset *set, ULONG tag)
{
	struct long_value *value = propset_find_long(set, tag);

	if (!value)
		return;
	propset_discard(store, value);
	g_array_remove_index_fast(
	    set->longs, (guint)(value - (struct long_value *)(void *)set->longs->data));
}

HRESULT
propset_put_long(struct store *store, struct propset *set, const struct long_value *value)
{
	struct long_value *old = propset_find_long(set, value->tag);

	if (old && old->id == value->id) {
		*old = *value;
	} else {
		propset_drop_long(store, set, value->tag);
		g_array_append_val(set->longs, *value);
	}
	bag_remove(set->bag, value->tag);
	set->dirty = true;
	return S_OK;
}

HRESULT
propset_load(struct store *store, struct propset *set, enum lob_kind kind, gint64 owner)
{
	struct long_value value = { 0 };
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(store->db, &row, "SELECT id, tag, size FROM lob WHERE kind = ? AND owner = ?",
	    "ui", (ULONG)kind, owner);
	if (FAILED(hr))
		return hr;
	while ((hr = db_next(store->db, row)) == S_OK) {
		value.id = sqlite3_column_int64(row, 0);
		value.tag = (ULONG)sqlite3_column_int64(row, 1);
		value.size = (guint64)sqlite3_column_int64(row, 2);
		g_array_append_val(set->longs, value);
	}
	return FAILED(hr) ? hr : S_OK;
}

/* The bytes of a value as a stream shows them; other types as a blob of one property. */
static HRESULT
value_bytes(const SPropValue *value, GByteArray *out)
{
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_BINARY:
		g_byte_array_append(out, value->Value.bin.lpb, value->Value.bin.cb);
		return S_OK;
	case PT_STRING8:
		g_byte_array_append(
		    out, (const BYTE *)value->Value.lpszA, (guint)strlen(value->Value.lpszA));
		return S_OK;
	case PT_UNICODE:
		g_byte_array_append(out, (const BYTE *)value->Value.lpszW,
		    (guint)(text_wcslen(value->Value.lpszW) * sizeof(WCHAR)));
		return S_OK;
	default:
		return blob_encode(value, 1, out);
	}
}

static HRESULT
value_store(struct db *db, const SPropValue *value, struct long_value *made)
{
	GByteArray *bytes = g_byte_array_new();
	HRESULT hr;

	hr = value_bytes(value, bytes);
	made->tag = value->ulPropTag;
	made->owned = true;
	made->size = bytes->len;
	if (SUCCEEDED(hr))
		hr = lob_store(db, made->tag, bytes->data, bytes->len, &made->id);
	g_byte_array_unref(bytes);
	return hr;
}

static bool
value_is_long(const SPropValue *value, const ULONG *skip)
{
	return prop_size(value) > LOB_THRESHOLD && !tag_listed(skip, value->ulPropTag);
}

HRESULT
propset_stage(struct store *store, struct propset *set, const ULONG *skip)
{
	const SPropValue *values = bag_values(set->bag);
	ULONG at, count = bag_count(set->bag);
	GArray *made = NULL;
	HRESULT hr = S_OK;

	for (at = 0; at < count && SUCCEEDED(hr); at++) {
		struct long_value value = { 0 };

		if (!value_is_long(&values[at], skip))
			continue;
		if (!made) {
			hr = db_begin(store->db);
			if (FAILED(hr))
				return hr;
			made = g_array_new(FALSE, TRUE, sizeof(struct long_value));
		}
		hr = value_store(store->db, &values[at], &value);
		g_array_append_val(made, value);
	}
	if (!made)
		return S_OK;
	hr = db_end(store->db, hr, DB_RELAXED);
	for (at = 0; at < made->len && SUCCEEDED(hr); at++)
		hr = propset_put_long(store, set, &g_array_index(made, struct long_value, at));
	g_array_unref(made);
	return hr;
}

HRESULT
propset_encode(struct propset *set, const ULONG *skip, GByteArray *out)
{
	return bag_to_blob(set->bag, skip, out);
}

static bool
propset_has_id(const struct propset *set, gint64 id)
{
	guint at;

	for (at = 0; at < set->longs->len; at++)
		if (g_array_index(set->longs, struct long_value, at).id == id)
			return true;
	return false;
}

/* Long values the row has and the set has not. */
static HRESULT
propset_delete_gone(struct db *db, const struct propset *set, enum lob_kind kind, gint64 owner)
{
	GArray *gone = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *row;
	HRESULT hr;
	guint at;

	hr = db_query(
	    db, &row, "SELECT id FROM lob WHERE kind = ? AND owner = ?", "ui", (ULONG)kind, owner);
	while (SUCCEEDED(hr) && (hr = db_next(db, row)) == S_OK) {
		gint64 id = sqlite3_column_int64(row, 0);

		if (!propset_has_id(set, id))
			g_array_append_val(gone, id);
	}
	for (at = 0; at < gone->len && SUCCEEDED(hr); at++)
		hr = lob_delete(db, g_array_index(gone, gint64, at));
	g_array_unref(gone);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
propset_own(
    struct store *store, const struct propset *set, enum lob_kind kind, gint64 owner, bool fresh)
{
	HRESULT hr = S_OK;
	guint at;

	if (!fresh)
		hr = propset_delete_gone(store->db, set, kind, owner);
	for (at = 0; at < set->longs->len && SUCCEEDED(hr); at++) {
		const struct long_value *value = &g_array_index(set->longs, struct long_value, at);

		hr = lob_own(store->db, value->id, kind, owner);
	}
	return hr;
}

void
propset_saved(struct propset *set)
{
	guint at;

	for (at = 0; at < set->longs->len; at++)
		g_array_index(set->longs, struct long_value, at).owned = false;
	set->dirty = false;
}

guint64
propset_long_bytes(const struct propset *set)
{
	guint64 sum = 0;
	guint at;

	for (at = 0; at < set->longs->len; at++)
		sum += g_array_index(set->longs, struct long_value, at).size;
	return sum;
}

HRESULT
propset_hand_over(struct store *store, struct propset *source, struct propset *target)
{
	GArray *longs = g_array_new(FALSE, TRUE, sizeof(struct long_value));
	struct bag *bag = bag_create();
	HRESULT hr;
	guint at;

	hr = bag ? bag_set_array(bag, bag_values(source->bag), bag_count(source->bag))
		 : MAPI_E_NOT_ENOUGH_MEMORY;
	if (FAILED(hr)) {
		bag_free(bag);
		g_array_unref(longs);
		return hr;
	}
	for (at = 0; at < source->longs->len; at++) {
		struct long_value *value = &g_array_index(source->longs, struct long_value, at);
		struct long_value *known = propset_find_long(target, value->tag);
		struct long_value moved = *value;

		if (known && known->id == value->id) {
			moved.owned = moved.owned || known->owned;
			known->owned = false; /* it stays: not to be discarded below */
		}
		value->owned = false;
		g_array_append_val(longs, moved);
	}
	propset_clear(store, target);
	target->bag = bag;
	target->longs = longs;
	target->dirty = true;
	source->dirty = false;
	return S_OK;
}

HRESULT
propset_borrow(const struct propset *source, struct propset *target)
{
	guint at;

	for (at = 0; at < source->longs->len; at++) {
		struct long_value value = g_array_index(source->longs, struct long_value, at);

		value.owned = false;
		g_array_append_val(target->longs, value);
	}
	return bag_set_array(target->bag, bag_values(source->bag), bag_count(source->bag));
}

void
propset_inherit(struct propset *old, struct propset *heir)
{
	guint at;

	for (at = 0; at < old->longs->len; at++) {
		struct long_value *mine = &g_array_index(old->longs, struct long_value, at);
		struct long_value *same = propset_find_long(heir, mine->tag);

		if (!same || same->id != mine->id)
			continue;
		same->owned = same->owned || mine->owned;
		mine->owned = false;
	}
}
