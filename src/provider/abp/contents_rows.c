/* SPDX-License-Identifier: MIT */
/* The rows of a contents table: see contents_rows.h. */
#include "contents_rows.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "log.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "table_data.h"

/* Where the views' sinks are found; ends with the last view, which may be after the rows. */
struct post {
	IMAPISupport *support;
	NOTIFKEY *key;
	gint quiet; /* atomic */
};

struct contents_rows {
	struct abp_logon *logon;
	ITableData *data;
	struct post *post; /* the data's */
	GHashTable *known; /* instance keys of the rows, as GBytes; NULL: nobody has asked yet */
};

static const SizedSPropTagArray(12, default_columns) = { 12,
	{ PR_DISPLAY_NAME_W, PR_ADDRTYPE_W, PR_EMAIL_ADDRESS_W, PR_ENTRYID, PR_OBJECT_TYPE,
	    PR_DISPLAY_TYPE, PR_SEARCH_KEY, PR_RECORD_KEY, PR_INSTANCE_KEY, PR_SMTP_ADDRESS_W,
	    PR_SEND_RICH_INFO, PR_TITLE_W } };

/* --- Sinks --------------------------------------------------------------------------------- */

static HRESULT
post_subscribe(void *context, IMAPIAdviseSink *sink, ULONG_PTR *connection)
{
	struct post *post = context;

	return post->support->lpVtbl->Subscribe(
	    post->support, post->key, fnevTableModified, 0, sink, connection);
}

static HRESULT
post_unsubscribe(void *context, ULONG_PTR connection)
{
	struct post *post = context;

	return post->support->lpVtbl->Unsubscribe(post->support, connection);
}

static void
post_notify(void *context, ULONG count, NOTIFICATION *notifications)
{
	struct post *post = context;
	ULONG flags = 0;

	if (!g_atomic_int_get(&post->quiet))
		post->support->lpVtbl->Notify(
		    post->support, post->key, count, notifications, &flags);
}

static void
post_free(void *context)
{
	struct post *post = context;

	COM_CLEAR(post->support);
	mem_free(post->key);
	g_free(post);
}

/* A key that is no other table's. */
static HRESULT
post_create(IMAPISupport *support, struct post **out)
{
	struct post *post = g_new0(struct post, 1);
	MAPIUID uid;
	HRESULT hr = support->lpVtbl->NewUID(support, &uid);

	post->support = support;
	support->lpVtbl->AddRef(support);
	if (SUCCEEDED(hr)) {
		post->key = mem_zalloc(NULL, CbNewNOTIFKEY(sizeof uid));
		hr = post->key ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	if (FAILED(hr)) {
		post_free(post);
		return hr;
	}
	post->key->cb = sizeof uid;
	memcpy(post->key->ab, &uid, sizeof uid);
	*out = post;
	return S_OK;
}

/* --- Beginning and end --------------------------------------------------------------------- */

HRESULT
contents_rows_create(struct abp_logon *logon, ULONG flags, struct contents_rows **out)
{
	struct table_data_making making = {
		.type = logon->ops->watch ? TBLTYPE_DYNAMIC : TBLTYPE_SNAPSHOT,
		.key = PR_INSTANCE_KEY,
		.columns = (const SPropTagArray *)(const void *)&default_columns,
		.flags = flags & MAPI_UNICODE,
		.fixed = true,
	};
	struct contents_rows *rows = g_new0(struct contents_rows, 1);
	HRESULT hr;

	*out = NULL;
	rows->logon = logon;
	hr = post_create(logon->support, &rows->post);
	if (SUCCEEDED(hr)) {
		struct table_post post = { post_subscribe, post_unsubscribe, post_notify, post_free,
			rows->post };

		making.post = &post;
		hr = table_data_create(&making, &rows->data);
		if (FAILED(hr))
			post_free(rows->post);
	}
	if (SUCCEEDED(hr))
		*out = rows;
	else
		contents_rows_free(rows);
	return hr;
}

void
contents_rows_free(struct contents_rows *rows)
{
	if (!rows)
		return;
	COM_CLEAR(rows->data);
	g_clear_pointer(&rows->known, g_hash_table_unref);
	g_free(rows);
}

HRESULT
contents_rows_view(struct contents_rows *rows, IMAPITable **out)
{
	return table_data_view(rows->data, NULL, out);
}

/* --- Asking the book ----------------------------------------------------------------------- */

static GBytes *
instance_of(const struct bag *bag)
{
	const SPropValue *key = bag_get(bag, PR_INSTANCE_KEY);

	return g_bytes_new(key->Value.bin.lpb, key->Value.bin.cb);
}

static GHashTable *
keys_new(void)
{
	return g_hash_table_new_full(
	    g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
}

/* Only tables that are listened to need to know what they have: the keys are read off the rows with
 * the first change. */
static GHashTable *
known_keys(struct contents_rows *rows)
{
	ITableData *data = rows->data;
	SRow *row = NULL;

	if (rows->known)
		return rows->known;
	rows->known = keys_new();
	for (ULONG i = 0; SUCCEEDED(data->lpVtbl->HrEnumRow(data, i, &row)) && row; i++) {
		const SPropValue *key = prop_find(row->lpProps, row->cValues, PR_INSTANCE_KEY);

		if (key)
			g_hash_table_add(
			    rows->known, g_bytes_new(key->Value.bin.lpb, key->Value.bin.cb));
		mem_free(row);
		row = NULL;
	}
	return rows->known;
}

struct gathering {
	struct contents_rows *rows;
	GHashTable *found; /* NULL: none of them is known yet */
	gint64 count;
};

static bool
is_same(const SRow *row, const struct bag *bag)
{
	bool same = row->cValues == bag_count(bag);

	for (ULONG i = 0; same && i < row->cValues; i++) {
		const SPropValue *value = bag_get(bag, row->lpProps[i].ulPropTag);

		same = value && !prop_compare(value, &row->lpProps[i]);
	}
	return same;
}

/* What stands there already is no change. */
static HRESULT
put_row(struct contents_rows *rows, const struct bag *bag, bool is_new)
{
	SRow row = { 0, bag_count(bag), (SPropValue *)(uintptr_t)bag_values(bag) }, *old = NULL;
	ITableData *data = rows->data;
	bool same;

	if (is_new)
		return table_data_add(data, row.lpProps, row.cValues);
	same = SUCCEEDED(data->lpVtbl->HrQueryRow(
		   data, (SPropValue *)(uintptr_t)bag_get(bag, PR_INSTANCE_KEY), &old, NULL)) &&
	       is_same(old, bag);
	mem_free(old);
	return same ? S_OK : data->lpVtbl->HrModifyRow(data, &row);
}

static HRESULT
gather(void *context, const struct abp_row *row)
{
	struct gathering *g = context;
	HRESULT hr = abp_complete(g->rows->logon, row);
	GBytes *key;

	g->count++;
	if (FAILED(hr) || !bag_get(row->bag, PR_INSTANCE_KEY))
		return hr;
	hr = put_row(g->rows, row->bag, !g->found);
	if (!g->found)
		return hr;
	key = instance_of(row->bag);
	g_hash_table_add(g->found, g_bytes_ref(key));
	g_hash_table_add(g->rows->known, key);
	return hr;
}

static HRESULT
ask_book(
    struct contents_rows *rows, const struct abp_query *query, GHashTable *found, gint64 *count)
{
	struct abp_logon *logon = rows->logon;
	struct gathering g = { rows, found, 0 };
	char *why = NULL;
	HRESULT hr = abp_enter(logon);

	if (FAILED(hr))
		return hr;
	hr = logon->ops->list(logon->book, query, gather, &g, &why);
	*count = g.count;
	return abp_leave(logon, hr, why);
}

HRESULT
contents_rows_fill(struct contents_rows *rows, const struct abp_query *query, gint64 *count)
{
	return ask_book(rows, query, NULL, count);
}

static void
delete_row(struct contents_rows *rows, GBytes *key)
{
	SPropValue value = { .ulPropTag = PR_INSTANCE_KEY };
	gsize size;

	value.Value.bin.lpb = (BYTE *)(uintptr_t)g_bytes_get_data(key, &size);
	value.Value.bin.cb = (ULONG)size;
	rows->data->lpVtbl->HrDeleteRow(rows->data, &value);
}

/* Those that were not found any more. */
static void
delete_others(struct contents_rows *rows, GHashTable *found)
{
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, rows->known);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		if (g_hash_table_contains(found, key))
			continue;
		delete_row(rows, key);
		g_hash_table_iter_remove(&iter);
	}
}

HRESULT
contents_rows_renew(struct contents_rows *rows, const struct abp_query *query, bool tell)
{
	GHashTable *found = keys_new();
	gint64 count;
	HRESULT hr;

	known_keys(rows);
	g_atomic_int_set(&rows->post->quiet, !tell);
	hr = ask_book(rows, query, found, &count);
	if (SUCCEEDED(hr))
		delete_others(rows, found);
	g_atomic_int_set(&rows->post->quiet, FALSE);
	g_hash_table_unref(found);
	return hr;
}

/* --- Single changes ------------------------------------------------------------------------ */

static HRESULT
read_entry(struct contents_rows *rows, const struct abp_key *key, struct bag *bag)
{
	struct abp_logon *logon = rows->logon;
	struct abp_row row = { key->type, key->bytes, bag };
	char *why = NULL;
	HRESULT hr = abp_enter(logon);

	if (FAILED(hr))
		return hr;
	hr = logon->ops->read(logon->book, key, bag, &why);
	if (SUCCEEDED(hr))
		hr = abp_complete(logon, &row);
	return abp_leave(logon, hr, why);
}

/* Whether the entry belongs into the table as it now is. */
static bool
belongs(
    struct contents_rows *rows, const struct abp_query *query, const struct bag *bag, GBytes *key)
{
	g_auto(GStrv) words = NULL;
	g_autofree char *folded = NULL;

	if (query->list && !g_hash_table_contains(known_keys(rows), key))
		return false;
	if (!query->anr)
		return true;
	words = abp_anr_words(query->anr);
	return words[0] && SUCCEEDED(abp_anr_fold(bag, &folded)) && abp_anr_match(folded, words);
}

static HRESULT
take_one(struct contents_rows *rows, const struct abp_query *query, const struct abp_change *change)
{
	struct bag *bag = bag_create();
	GBytes *key = NULL;
	SBinary id;
	HRESULT hr =
	    bag ? abp_id_create(&rows->logon->uid, change->key.type, change->key.bytes, NULL, &id)
		: MAPI_E_NOT_ENOUGH_MEMORY;

	if (FAILED(hr)) {
		bag_free(bag);
		return hr;
	}
	key = g_bytes_new(id.lpb, id.cb);
	mem_free(id.lpb);
	hr = change->event == fnevObjectDeleted ? MAPI_E_NOT_FOUND
						: read_entry(rows, &change->key, bag);
	if (SUCCEEDED(hr) && belongs(rows, query, bag, key)) {
		hr = put_row(rows, bag, false);
		g_hash_table_add(known_keys(rows), g_bytes_ref(key));
	} else if (SUCCEEDED(hr) || hr == MAPI_E_NOT_FOUND) {
		if (g_hash_table_remove(known_keys(rows), key))
			delete_row(rows, key);
		hr = S_OK;
	}
	g_bytes_unref(key);
	bag_free(bag);
	return hr;
}

void
contents_rows_take(struct contents_rows *rows, const struct abp_query *query,
    const struct abp_change *changes, guint count)
{
	HRESULT hr = S_OK;
	bool all = false;

	for (guint i = 0; i < count; i++)
		all = all || !changes[i].event ||
		      (query->list && g_bytes_equal(query->list, changes[i].key.bytes));
	if (all)
		hr = contents_rows_renew(rows, query, true);
	for (guint i = 0; !all && SUCCEEDED(hr) && i < count; i++)
		hr = take_one(rows, query, &changes[i]);
	if (FAILED(hr))
		log_warning("an address book's table cannot follow the book: %s", hr_name(hr));
}
