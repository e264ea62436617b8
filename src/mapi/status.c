/* SPDX-License-Identifier: MIT */
/* The tables of a session: its stores, and the state of all its parts. */
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <emapispi.h>
#include <unistd.h>
#include "bag.h"
#include "entryid.h"
#include "mem.h"
#include "prop.h"
#include "session_private.h"
#include "spooler_link.h"
#include "table.h"

#define PRODUCT "emapi"

/* --- Stores -------------------------------------------------------------------------------- */

static HRESULT
put_uid(struct bag *bag, ULONG tag, const MAPIUID *uid)
{
	return bag_set_binary(bag, tag, uid, sizeof *uid);
}

static HRESULT
put_store_ids(struct bag *bag, const struct store_entry *entry)
{
	static const MAPIUID nobody;
	ENTRYID *id = NULL;
	ULONG size;
	HRESULT hr;

	hr = stores_wrapped_id(entry, &size, &id);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_ENTRYID, id, size);
	if (SUCCEEDED(hr) && entry->record_key)
		hr = bag_set_binary(
		    bag, PR_RECORD_KEY, entry->record_key->data, entry->record_key->len);
	if (SUCCEEDED(hr))
		hr = put_uid(bag, PR_INSTANCE_KEY, &entry->provider);
	if (SUCCEEDED(hr))
		hr = put_uid(bag, PR_PROVIDER_UID, &entry->provider);
	if (SUCCEEDED(hr))
		hr = put_uid(bag, PR_SERVICE_UID, &entry->service);
	if (SUCCEEDED(hr) && memcmp(&entry->mdb_provider, &nobody, sizeof nobody))
		hr = put_uid(bag, PR_MDB_PROVIDER, &entry->mdb_provider);
	mem_free(id);
	return hr;
}

static HRESULT
put_store_words(struct bag *bag, const struct store_entry *entry)
{
	HRESULT hr = bag_set_text(bag, PR_DISPLAY_NAME_W, entry->display_name);

	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_PROVIDER_DISPLAY_W, entry->display_name);
	if (SUCCEEDED(hr) && entry->module)
		hr = bag_set_text(bag, PR_PROVIDER_DLL_NAME_W, entry->module);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(bag, PR_DEFAULT_STORE, entry->is_default);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_TYPE, MAPI_STORE_PROVIDER);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_STORE);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_FLAGS,
		    entry->is_default ? (LONG)(STATUS_DEFAULT_STORE | STATUS_PRIMARY_STORE) : 0);
	return hr;
}

static HRESULT
add_store_row(struct table_rows *rows, const struct store_entry *entry, LONG number)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = put_store_ids(bag, entry);
	if (SUCCEEDED(hr))
		hr = put_store_words(bag, entry);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ROWID, number);
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return hr;
}

HRESULT
session_stores_table(struct session *session, ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(12, columns) = { 12,
		{ PR_ENTRYID, PR_RECORD_KEY, PR_INSTANCE_KEY, PR_DISPLAY_NAME_W, PR_DEFAULT_STORE,
		    PR_RESOURCE_TYPE, PR_RESOURCE_FLAGS, PR_OBJECT_TYPE, PR_PROVIDER_DISPLAY_W,
		    PR_MDB_PROVIDER, PR_PROVIDER_UID, PR_SERVICE_UID } };
	struct table_rows *rows = table_rows_create();
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	guint i;

	g_rec_mutex_lock(&session->lock);
	stores_learn(session);
	for (i = 0; SUCCEEDED(hr) && i < session->stores->len; i++)
		hr = add_store_row(rows, g_ptr_array_index(session->stores, i), (LONG)i + 1);
	g_rec_mutex_unlock(&session->lock);
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows, (const SPropTagArray *)&columns, flags, out);
}

HRESULT
session_set_default_store(struct session *session, ULONG flags, ULONG size, const void *id)
{
	struct store_entry *chosen;
	HRESULT hr;
	guint i;

	if (!(flags & MAPI_DEFAULT_STORE) || !id)
		return MAPI_E_INVALID_PARAMETER;
	g_rec_mutex_lock(&session->lock);
	hr = stores_find(session, id, size, &chosen);
	for (i = 0; SUCCEEDED(hr) && i < session->stores->len; i++) {
		struct store_entry *entry = g_ptr_array_index(session->stores, i);
		SPropValue value;

		entry->is_default = entry == chosen;
		prop_set_bool(&value, PR_DEFAULT_STORE, entry->is_default);
		hr = profile_section_write(session->profile, &entry->provider, 1, &value, NULL);
	}
	g_rec_mutex_unlock(&session->lock);
	return hr;
}

/* --- Status -------------------------------------------------------------------------------- */

/* One part of the session, as its row tells. */
struct status {
	const char *name, *module, *text;
	LONG type, code, flags, methods;
	const MAPIUID *uid;
};

static HRESULT
put_status(struct bag *bag, const struct status *status)
{
	HRESULT hr = bag_set_text(bag, PR_DISPLAY_NAME_W, status->name);

	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_PROVIDER_DISPLAY_W, status->name);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_PROVIDER_DLL_NAME_W, status->module);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_STATUS_STRING_W, status->text);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_TYPE, status->type);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_STATUS_CODE, status->code);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_FLAGS, status->flags);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_METHODS, status->methods);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_STATUS);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, status->uid, sizeof *status->uid);
	return hr;
}

/* The sender stands in the rows of what sends. */
static HRESULT
put_identity(struct bag *bag, struct session *session)
{
	ENTRYID *id = NULL;
	ULONG size;
	SPropValue *values = NULL;
	ULONG count = 0;
	char *name;
	HRESULT hr;

	hr = session_identity(session, &size, &id);
	if (hr != S_OK)
		goto out;
	profile_section_read(
	    session->profile, (const MAPIUID *)&MUID_PROFILE_INSTANCE, &values, &count);
	name = prop_find_text(values, count, PR_EMAPI_FROM_NAME_W);
	if (!name)
		name = prop_find_text(values, count, PR_EMAPI_FROM_ADDRESS_W);
	hr = bag_set_text(bag, PR_IDENTITY_DISPLAY_W, name ? name : "");
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_IDENTITY_ENTRYID, id, size);
	g_free(name);
out:
	mem_free(values);
	mem_free(id);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
add_status(
    struct session *session, struct table_rows *rows, const struct status *status, LONG *number)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? put_status(bag, status) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr) && status->type == MAPI_TRANSPORT_PROVIDER)
		hr = put_identity(bag, session);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ROWID, ++*number);
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return hr;
}

static HRESULT
add_provider(
    struct session *session, struct table_rows *rows, const MAPIUID *provider, LONG *number)
{
	struct store_entry *entry = stores_find_provider(session, provider);
	struct status status = { .text = "", .uid = provider, .code = STATUS_AVAILABLE };
	SPropValue *values = NULL;
	ULONG count;
	char *name, *module;
	HRESULT hr;

	hr = profile_section_read(session->profile, provider, &values, &count);
	if (FAILED(hr))
		return hr;
	name = prop_find_text(values, count, PR_DISPLAY_NAME_W);
	module = prop_find_text(values, count, PR_PROVIDER_DLL_NAME_W);
	status.name = name ? name : "";
	status.module = module ? module : "";
	status.type = prop_find_long(values, count, PR_RESOURCE_TYPE, 0);
	if (status.type == MAPI_TRANSPORT_PROVIDER) {
		status.code |= STATUS_OUTBOUND_ENABLED;
		status.flags = STATUS_PRIMARY_IDENTITY;
	}
	if (entry && FAILED(entry->failure)) {
		status.code = STATUS_FAILURE;
		status.text = entry->reason;
	}
	hr = add_status(session, rows, &status, number);
	g_free(name);
	g_free(module);
	mem_free(values);
	return hr;
}

/* Whether a spooler runs now; none is started to find out. */
static bool
spooler_runs(void)
{
	int fd;

	if (FAILED(spooler_connect(false, &fd)))
		return false;
	close(fd);
	return true;
}

static HRESULT
add_own_rows(struct session *session, struct table_rows *rows, LONG *number)
{
	static const MAPIUID subsystem = { "emapi.subsystem" }, spooler = { "emapi.spooler" },
			     book = { "emapi.ab" };
	bool runs = spooler_runs(), off = (session->flags & MAPI_NO_MAIL) != 0;
	struct status status[] = {
		{ "MAPI subsystem", PRODUCT, "", MAPI_SUBSYSTEM, STATUS_AVAILABLE, 0, 0,
		    &subsystem },
		{ "MAPI spooler", "emapi-spooler",
		    runs ? "" : "starts when there is something to send", MAPI_SPOOLER,
		    off ? STATUS_FAILURE : STATUS_AVAILABLE, 0, 0, &spooler },
		{ "Address book", PRODUCT, "", MAPI_AB, STATUS_AVAILABLE, 0, 0, &book },
	};
	HRESULT hr = S_OK;
	size_t i;

	for (i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(status); i++)
		hr = add_status(session, rows, &status[i], number);
	return hr;
}

HRESULT
session_status_table(struct session *session, ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(10, columns) = { 10,
		{ PR_DISPLAY_NAME_W, PR_RESOURCE_TYPE, PR_STATUS_CODE, PR_STATUS_STRING_W,
		    PR_RESOURCE_FLAGS, PR_RESOURCE_METHODS, PR_PROVIDER_DLL_NAME_W, PR_OBJECT_TYPE,
		    PR_INSTANCE_KEY, PR_ROWID } };
	GArray *providers = profile_providers(session->profile, 0);
	struct table_rows *rows = table_rows_create();
	LONG number = 0;
	HRESULT hr;
	guint i;

	g_rec_mutex_lock(&session->lock);
	hr = rows ? add_own_rows(session, rows, &number) : MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; SUCCEEDED(hr) && i < providers->len; i++)
		hr = add_provider(session, rows, &g_array_index(providers, MAPIUID, i), &number);
	g_rec_mutex_unlock(&session->lock);
	g_array_unref(providers);
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows, (const SPropTagArray *)&columns, flags, out);
}
