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
#include "statusobj.h"
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
struct part {
	const char *name, *module, *text;
	LONG type, code, flags, methods;
	const MAPIUID *uid;
};

static HRESULT
put_words(struct bag *bag, const struct part *part)
{
	HRESULT hr = bag_set_text(bag, PR_DISPLAY_NAME_W, part->name);

	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_PROVIDER_DISPLAY_W, part->name);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_PROVIDER_DLL_NAME_W, part->module);
	return FAILED(hr) ? hr : bag_set_text(bag, PR_STATUS_STRING_W, part->text);
}

static HRESULT
put_part(struct bag *bag, const struct part *part)
{
	BYTE id[STATUSID_SIZE];
	HRESULT hr = put_words(bag, part);

	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_TYPE, part->type);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_STATUS_CODE, part->code);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_FLAGS, part->flags);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_METHODS, part->methods);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_STATUS);
	if (SUCCEEDED(hr))
		hr = put_uid(bag, PR_INSTANCE_KEY, part->uid);
	statusid_write(part->uid, id);
	return FAILED(hr) ? hr : bag_set_binary(bag, PR_ENTRYID, id, sizeof id);
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

/* What a provider said of itself (IMAPISupport::ModifyStatusRow). */
static HRESULT
put_own_words(struct session *session, const MAPIUID *provider, struct bag *bag)
{
	struct bag *said =
	    session->status_words ? g_hash_table_lookup(session->status_words, provider) : NULL;

	return said ? bag_set_array(bag, bag_values(said), bag_count(said)) : S_OK;
}

static HRESULT
put_provider(struct session *session, const MAPIUID *provider, struct bag *bag)
{
	struct store_entry *entry = stores_find_provider(session, provider);
	struct part part = { .text = "",
		.uid = provider,
		.code = STATUS_AVAILABLE,
		.methods = STATUS_VALIDATE_STATE };
	SPropValue *values = NULL;
	ULONG count;
	char *name, *module;
	HRESULT hr;

	hr = profile_section_read(session->profile, provider, &values, &count);
	if (FAILED(hr))
		return hr;
	name = prop_find_text(values, count, PR_DISPLAY_NAME_W);
	module = prop_find_text(values, count, PR_PROVIDER_DLL_NAME_W);
	part.name = name ? name : "";
	part.module = module ? module : "";
	part.type = prop_find_long(values, count, PR_RESOURCE_TYPE, 0);
	if (part.type == MAPI_TRANSPORT_PROVIDER) {
		part.code |= STATUS_OUTBOUND_ENABLED;
		part.flags = STATUS_PRIMARY_IDENTITY;
		part.methods |= STATUS_FLUSH_QUEUES;
	}
	if (entry && FAILED(entry->failure)) {
		part.code = STATUS_FAILURE;
		part.text = entry->reason;
	}
	hr = put_part(bag, &part);
	if (SUCCEEDED(hr) && part.type == MAPI_TRANSPORT_PROVIDER)
		hr = put_identity(bag, session);
	if (SUCCEEDED(hr))
		hr = put_own_words(session, provider, bag);
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
put_spooler(struct session *session, struct bag *bag)
{
	struct part part = { .name = "MAPI spooler",
		.module = "emapi-spooler",
		.type = MAPI_SPOOLER,
		.code = STATUS_AVAILABLE,
		.methods = STATUS_VALIDATE_STATE | STATUS_FLUSH_QUEUES,
		.uid = &status_spooler };

	if (session->flags & MAPI_NO_MAIL)
		part.code = STATUS_FAILURE;
	part.text = spooler_runs() ? "" : "starts when there is something to send";
	return put_part(bag, &part);
}

static HRESULT
put_own(struct bag *bag, const char *name, LONG type, const MAPIUID *uid)
{
	struct part part = { .name = name,
		.module = PRODUCT,
		.text = "",
		.type = type,
		.code = STATUS_AVAILABLE,
		.methods = STATUS_VALIDATE_STATE,
		.uid = uid };

	return put_part(bag, &part);
}

/* Under the session's lock. */
static HRESULT
put_row(struct session *session, const MAPIUID *row, struct bag *bag)
{
	if (!memcmp(row, &status_subsystem, sizeof *row))
		/* Programs learn by this row what their profile is called. */
		return put_own(bag, profile_name(session->profile), MAPI_SUBSYSTEM, row);
	if (!memcmp(row, &status_spooler, sizeof *row))
		return put_spooler(session, bag);
	if (!memcmp(row, &status_book, sizeof *row))
		return put_own(bag, "Address book", MAPI_AB, row);
	return put_provider(session, row, bag);
}

HRESULT
session_status_row(struct session *session, const MAPIUID *row, struct bag *bag)
{
	HRESULT hr;

	g_rec_mutex_lock(&session->lock);
	hr = put_row(session, row, bag);
	g_rec_mutex_unlock(&session->lock);
	return hr;
}

static void
free_bag(void *bag)
{
	bag_free(bag);
}

static guint
hash_uid(const void *uid)
{
	guint hash;

	memcpy(&hash, uid, sizeof hash);
	return hash;
}

static gboolean
same_uid(const void *one, const void *other)
{
	return !memcmp(one, other, sizeof(MAPIUID));
}

HRESULT
session_status_modify(struct session *session, const MAPIUID *provider, ULONG count,
    const SPropValue *values, ULONG flags)
{
	struct bag *said;
	HRESULT hr;

	g_rec_mutex_lock(&session->lock);
	if (!session->status_words)
		session->status_words = g_hash_table_new_full(hash_uid, same_uid, g_free, free_bag);
	said = g_hash_table_lookup(session->status_words, provider);
	if (!said && (said = bag_create()))
		g_hash_table_insert(
		    session->status_words, g_memdup2(provider, sizeof *provider), said);
	else if (said && !(flags & STATUSROW_UPDATE))
		bag_clear(said);
	hr = said ? bag_set_array(said, values, count) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr)) { /* by these a row is found: they stay ours */
		bag_remove(said, PR_ENTRYID);
		bag_remove(said, PR_INSTANCE_KEY);
	}
	g_rec_mutex_unlock(&session->lock);
	return hr;
}

static HRESULT
add_row(struct session *session, struct table_rows *rows, const MAPIUID *row, LONG *number)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? put_row(session, row, bag) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ROWID, ++*number);
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return hr;
}

HRESULT
session_status_table(struct session *session, ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(14, columns) = { 14,
		{ PR_DISPLAY_NAME_W, PR_ENTRYID, PR_RESOURCE_TYPE, PR_STATUS_CODE,
		    PR_STATUS_STRING_W, PR_RESOURCE_FLAGS, PR_RESOURCE_METHODS,
		    PR_PROVIDER_DLL_NAME_W, PR_PROVIDER_DISPLAY_W, PR_OBJECT_TYPE, PR_INSTANCE_KEY,
		    PR_ROWID, PR_IDENTITY_DISPLAY_W, PR_IDENTITY_ENTRYID } };
	const MAPIUID *const own[] = { &status_subsystem, &status_spooler, &status_book };
	GArray *providers = profile_providers(session->profile, 0);
	struct table_rows *rows = table_rows_create();
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	LONG number = 0;
	guint i;

	g_rec_mutex_lock(&session->lock);
	for (i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(own); i++)
		hr = add_row(session, rows, own[i], &number);
	for (i = 0; SUCCEEDED(hr) && i < providers->len; i++)
		hr = add_row(session, rows, &g_array_index(providers, MAPIUID, i), &number);
	g_rec_mutex_unlock(&session->lock);
	g_array_unref(providers);
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows, (const SPropTagArray *)&columns, flags, out);
}
