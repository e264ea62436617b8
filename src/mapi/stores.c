/* SPDX-License-Identifier: MIT */
/*
 * The stores of a session: which there are, what they are called by, and logging on to them.
 *
 * A store's entry ID is its own and known only once it was opened; the profile section keeps a
 * copy, so that the stores table and OpenEntry need not open every store.  A provider that fails
 * stays in the list with its reason.
 */
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "entryid.h"
#include "hr.h"
#include "log.h"
#include "mem.h"
#include "module.h"
#include "profile_private.h"
#include "prop.h"
#include "session_private.h"

#define EID_FLAGS 4 /* ENTRYID.abFlags stand before the UID */

/* --- The list ------------------------------------------------------------------------------ */

static void
free_entry(void *data)
{
	struct store_entry *entry = data;

	g_free(entry->module);
	g_free(entry->display_name);
	g_free(entry->reason);
	g_free(entry->id);
	g_array_unref(entry->uids);
	if (entry->record_key)
		g_byte_array_unref(entry->record_key);
	g_free(entry);
}

static const SBinary *
find_binary(const SPropValue *values, ULONG count, ULONG tag)
{
	const SPropValue *value = prop_find(values, count, tag);

	return value && value->Value.bin.cb ? &value->Value.bin : NULL;
}

static void
find_uid(const SPropValue *values, ULONG count, ULONG tag, MAPIUID *uid)
{
	const SBinary *bytes = find_binary(values, count, tag);

	if (bytes && bytes->cb == sizeof *uid)
		memcpy(uid, bytes->lpb, sizeof *uid);
}

/* Takes over what `values`, of the store or of its section, say the store is called by. */
static void
take_identity(struct store_entry *entry, const SPropValue *values, ULONG count)
{
	const SBinary *id = find_binary(values, count, PR_ENTRYID);
	const SBinary *key = find_binary(values, count, PR_RECORD_KEY);
	const void *inner;
	ULONG size;
	char *dll = NULL;

	if (id) {
		if (FAILED(storeid_unwrap(id->lpb, id->cb, &dll, &inner, &size))) {
			inner = id->lpb;
			size = id->cb;
		}
		g_free(entry->id);
		entry->id = g_memdup2(inner, size);
		entry->id_size = size;
		g_free(dll);
	}
	if (key) {
		if (entry->record_key)
			g_byte_array_unref(entry->record_key);
		entry->record_key = g_byte_array_new();
		g_byte_array_append(entry->record_key, key->lpb, key->cb);
	}
	find_uid(values, count, PR_MDB_PROVIDER, &entry->mdb_provider);
}

static HRESULT
create_entry(struct profile *profile, const MAPIUID *provider, struct store_entry **out)
{
	struct store_entry *entry;
	SPropValue *values;
	ULONG count;
	HRESULT hr;

	hr = profile_section_read(profile, provider, &values, &count);
	*out = NULL;
	if (FAILED(hr))
		return hr;
	entry = g_new0(struct store_entry, 1);
	entry->provider = *provider;
	entry->uids = g_array_new(FALSE, FALSE, sizeof(MAPIUID));
	hr = prop_read_text(values, count, PR_PROVIDER_DLL_NAME_W, &entry->module);
	if (SUCCEEDED(hr))
		hr = prop_read_text(values, count, PR_DISPLAY_NAME_W, &entry->display_name);
	entry->is_default = prop_find_bool(values, count, PR_DEFAULT_STORE, false);
	find_uid(values, count, PR_SERVICE_UID, &entry->service);
	take_identity(entry, values, count);
	if (!entry->display_name)
		entry->display_name = g_strdup(profile_name(profile));
	mem_free(values);
	*out = entry; /* also of a failure, to be freed with all others */
	return hr;
}

HRESULT
stores_create(struct profile *profile, GPtrArray **out)
{
	GPtrArray *stores = g_ptr_array_new_with_free_func(free_entry);
	GArray *providers = profile_providers(profile, MAPI_STORE_PROVIDER);
	struct store_entry *standard = NULL;
	HRESULT hr = S_OK;
	guint i;

	for (i = 0; i < providers->len; i++) {
		struct store_entry *entry;

		hr = create_entry(profile, &g_array_index(providers, MAPIUID, i), &entry);
		if (entry)
			g_ptr_array_add(stores, entry);
		if (FAILED(hr))
			break;
		/* One default at most, and the first store where none is marked. */
		if (entry->is_default && standard)
			entry->is_default = false;
		else if (entry->is_default)
			standard = entry;
	}
	if (!standard && stores->len)
		((struct store_entry *)g_ptr_array_index(stores, 0))->is_default = true;
	g_array_unref(providers);
	*out = stores;
	return hr;
}

static bool
same_id(const struct store_entry *a, const struct store_entry *b)
{
	return a->id && b->id && a->id_size == b->id_size && !memcmp(a->id, b->id, a->id_size);
}

/* Another store with the same entry ID, if any. */
static struct store_entry *
find_twin(struct session *session, const struct store_entry *entry)
{
	guint i;

	for (i = 0; i < session->stores->len; i++) {
		struct store_entry *other = g_ptr_array_index(session->stores, i);

		if (other != entry && same_id(entry, other))
			return other;
	}
	return NULL;
}

static void
why_twin(
    char **why, struct session *session, const struct store_entry *a, const struct store_entry *b)
{
	why_set(why,
	    "The profile \"%s\" has the same store twice, as \"%s\" and as \"%s\" (one may be a "
	    "copy "
	    "of the other's file). Remove one of the two from %s.",
	    profile_name(session->profile), a->display_name, b->display_name,
	    profile_path(session->profile));
}

HRESULT
stores_check(struct session *session, char **why)
{
	guint i;

	for (i = 0; i < session->stores->len; i++) {
		struct store_entry *entry = g_ptr_array_index(session->stores, i);
		struct store_entry *twin = find_twin(session, entry);

		if (twin) {
			why_twin(why, session, entry, twin);
			return MAPI_E_LOGON_FAILED;
		}
	}
	return S_OK;
}

/* --- Logging on ---------------------------------------------------------------------------- */

/* Remembers a failure as the reason that opening answers. */
static HRESULT
fail(struct session *session, struct store_entry *entry, HRESULT hr, const char *why)
{
	entry->failure = hr;
	g_free(entry->reason);
	entry->reason = g_strdup_printf(
	    "The store \"%s\" cannot be opened: %s", entry->display_name, why ? why : hr_text(hr));
	last_error_set(&session->error, hr, entry->reason);
	log_warning("%s (%s)", entry->reason, hr_name(hr));
	return hr;
}

/* What one call of Logon or SpoolerLogon needs and gives. */
struct logon_call {
	struct session *session;
	struct store_entry *entry;
	ULONG flags;
	bool spooler;
	const struct support_hooks *hooks;
	struct store_logon *result;
	MAPIERROR *error;
};

static HRESULT
call_logon(struct logon_call *call, IMAPISupport *support, const void *id, ULONG size)
{
	struct store_entry *entry = call->entry;
	IMSProvider *provider = entry->ms_provider;
	LPTSTR name = (LPTSTR)(uintptr_t)profile_name(call->session->profile);
	ENTRYID *eid = (ENTRYID *)(uintptr_t)id;
	ULONG security_size = 0;
	BYTE *security = NULL;
	HRESULT hr;

	if (call->spooler)
		return provider->lpVtbl->SpoolerLogon(provider, support, 0, name, size, eid,
		    call->flags, NULL, 0, NULL, &call->error, &call->result->logon,
		    &call->result->store);
	hr = provider->lpVtbl->Logon(provider, support, 0, name, size, eid, call->flags, NULL,
	    &security_size, &security, &call->error, &call->result->logon, &call->result->store);
	mem_free(security); /* the worker's logon finds all in the profile section */
	return hr;
}

static void
clear_logon(struct store_logon *logon)
{
	COM_CLEAR(logon->store);
	COM_CLEAR(logon->logon);
}

/* Logs on, without the known entry ID where the store behind the section is another one now. */
static HRESULT
try_logon(struct logon_call *call)
{
	IMAPISupport *support = NULL;
	HRESULT hr;

	hr = support_create(call->session, &call->entry->provider, call->hooks, &support);
	if (FAILED(hr))
		return hr;
	hr = call_logon(call, support, call->entry->id, call->entry->id_size);
	if (call->entry->id && (hr == MAPI_E_UNKNOWN_ENTRYID || hr == MAPI_E_INVALID_ENTRYID ||
				   hr == MAPI_E_NOT_FOUND)) {
		mem_free(call->error);
		call->error = NULL;
		hr = call_logon(call, support, NULL, 0);
	}
	support->lpVtbl->Release(support);
	if (SUCCEEDED(hr) && !call->result->store)
		hr = MAPI_E_FAILONEPROVIDER;
	return hr;
}

/* Learns from an open store what it is called by, and writes that into its section. */
static HRESULT
learn_identity(struct session *session, struct store_entry *entry, IMsgStore *store)
{
	static const SizedSPropTagArray(
	    3, tags) = { 3, { PR_ENTRYID, PR_RECORD_KEY, PR_MDB_PROVIDER } };
	SPropValue *values = NULL;
	void *old = g_memdup2(entry->id, entry->id_size);
	ULONG old_size = entry->id_size, count = 0, kept = 0, i;
	HRESULT hr;

	hr = store->lpVtbl->GetProps(store, (SPropTagArray *)(uintptr_t)&tags, 0, &count, &values);
	if (FAILED(hr))
		goto out;
	for (i = 0; i < count; i++)
		if (PROP_TYPE(values[i].ulPropTag) == PT_BINARY)
			values[kept++] = values[i];
	take_identity(entry, values, kept);
	if (!entry->id || !kept)
		hr = MAPI_E_CORRUPT_STORE;
	else if (!old || old_size != entry->id_size || memcmp(old, entry->id, old_size))
		profile_section_write(session->profile, &entry->provider, kept, values, NULL);
out:
	mem_free(values);
	g_free(old);
	return hr;
}

static HRESULT
refuse_twin(struct session *session, struct store_entry *entry, char **why)
{
	struct store_entry *twin = find_twin(session, entry);

	if (!twin)
		return S_OK;
	why_twin(why, session, entry, twin);
	return MAPI_E_COLLISION;
}

static HRESULT
log_on(struct logon_call *call)
{
	struct store_entry *entry = call->entry;
	char *why = NULL, *told;
	HRESULT hr = S_OK;

	if (!entry->ms_provider)
		hr = entry->module ? module_ms_provider(entry->module, &entry->ms_provider, &why)
				   : MAPI_E_UNCONFIGURED;
	if (FAILED(hr))
		goto out;
	hr = try_logon(call);
	if (FAILED(hr) && call->error) {
		last_error_take(&call->session->error, hr, call->error, 0);
		told = last_error_text(&call->session->error);
		why_set(&why, "%s", told);
		g_free(told);
	}
	if (SUCCEEDED(hr))
		hr = learn_identity(call->session, entry, call->result->store);
	if (SUCCEEDED(hr))
		hr = refuse_twin(call->session, entry, &why);
out:
	mem_free(call->error);
	call->error = NULL;
	if (FAILED(hr)) {
		clear_logon(call->result);
		fail(call->session, entry, hr, why);
	} else {
		entry->failure = S_OK;
		g_clear_pointer(&entry->reason, g_free);
	}
	g_free(why);
	return hr;
}

HRESULT
stores_open(
    struct session *session, struct store_entry *entry, ULONG flags, struct store_logon **out)
{
	bool writing = (flags & (MDB_WRITE | MAPI_BEST_ACCESS)) != 0;
	struct store_logon *logon = writing ? &entry->full : &entry->reader;
	struct logon_call call = { session, entry, MDB_NO_DIALOG, false, NULL, logon, NULL };
	HRESULT hr = S_OK;

	*out = NULL;
	call.flags |= flags & (MDB_NO_MAIL | MDB_TEMPORARY);
	if (writing)
		call.flags |= MDB_WRITE | MAPI_BEST_ACCESS;
	if (session->flags & MAPI_NO_MAIL)
		call.flags |= MDB_NO_MAIL;
	if (!logon->store)
		hr = session->users ? log_on(&call) : MAPI_E_END_OF_SESSION;
	if (SUCCEEDED(hr))
		*out = logon;
	return hr;
}

HRESULT
session_open_spooler_store(struct session *session, const MAPIUID *provider,
    const struct support_hooks *hooks, IMsgStore **out)
{
	struct store_entry *entry;
	struct logon_call call = { session, NULL, MDB_NO_DIALOG | MDB_WRITE | MAPI_BEST_ACCESS,
		true, hooks, NULL, NULL };
	HRESULT hr;

	*out = NULL;
	g_rec_mutex_lock(&session->lock);
	hr = session_check(session);
	entry = stores_find_provider(session, provider);
	if (SUCCEEDED(hr) && !entry)
		hr = MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr) && !entry->full.store) {
		call.entry = entry;
		call.result = &entry->full;
		hr = log_on(&call);
	}
	if (SUCCEEDED(hr)) {
		*out = entry->full.store;
		(*out)->lpVtbl->AddRef(*out);
	}
	g_rec_mutex_unlock(&session->lock);
	return hr;
}

void
stores_learn(struct session *session)
{
	struct store_logon *logon;
	guint i;

	for (i = 0; i < session->stores->len; i++) {
		struct store_entry *entry = g_ptr_array_index(session->stores, i);

		if (!entry->id && SUCCEEDED(entry->failure))
			stores_open(session, entry, MAPI_BEST_ACCESS, &logon);
	}
}

static void
close_logon(struct store_logon *logon, bool logoff)
{
	ULONG flags = LOGOFF_NORMAL;

	if (logon->logon && logoff)
		logon->logon->lpVtbl->Logoff(logon->logon, &flags);
	clear_logon(logon);
}

void
stores_close(struct session *session, bool logoff)
{
	guint i;

	for (i = 0; i < session->stores->len; i++) {
		struct store_entry *entry = g_ptr_array_index(session->stores, i);
		ULONG flags = DEINIT_NORMAL;

		close_logon(&entry->reader, logoff);
		close_logon(&entry->full, logoff);
		if (entry->ms_provider && logoff)
			entry->ms_provider->lpVtbl->Shutdown(entry->ms_provider, &flags);
		COM_CLEAR(entry->ms_provider);
	}
}

/* --- Finding ------------------------------------------------------------------------------- */

struct store_entry *
stores_find_provider(struct session *session, const MAPIUID *provider)
{
	guint i;

	for (i = 0; i < session->stores->len; i++) {
		struct store_entry *entry = g_ptr_array_index(session->stores, i);

		if (!memcmp(&entry->provider, provider, sizeof *provider))
			return entry;
	}
	return NULL;
}

HRESULT
stores_wrapped_id(const struct store_entry *entry, ULONG *size, ENTRYID **out)
{
	BYTE surrogate[EID_FLAGS + sizeof(MAPIUID)] = { 0 };

	if (entry->id)
		return storeid_wrap(
		    entry->module ? entry->module : "", entry->id, entry->id_size, size, out);
	memcpy(surrogate + EID_FLAGS, &entry->provider, sizeof entry->provider);
	return storeid_wrap(
	    entry->module ? entry->module : "", surrogate, sizeof surrogate, size, out);
}

static bool
is_surrogate(const struct store_entry *entry, const void *id, ULONG size)
{
	return size == EID_FLAGS + sizeof(MAPIUID) &&
	       !memcmp((const BYTE *)id + EID_FLAGS, &entry->provider, sizeof(MAPIUID));
}

/* By bytes, and for a store that is open by the provider's own idea of what is equal. */
static bool
is_store(const struct store_entry *entry, const void *id, ULONG size)
{
	IMSProvider *provider = entry->ms_provider;
	ULONG same = FALSE;

	if (!entry->id)
		return false;
	if (entry->id_size == size && !memcmp(entry->id, id, size))
		return true;
	if (!provider || FAILED(provider->lpVtbl->CompareStoreIDs(provider, entry->id_size,
			     entry->id, size, (ENTRYID *)(uintptr_t)id, 0, &same)))
		return false;
	return same;
}

static struct store_entry *
find_known(struct session *session, const void *id, ULONG size)
{
	guint i;

	for (i = 0; i < session->stores->len; i++) {
		struct store_entry *entry = g_ptr_array_index(session->stores, i);

		if (is_store(entry, id, size) || is_surrogate(entry, id, size))
			return entry;
	}
	return NULL;
}

HRESULT
stores_find(struct session *session, const void *id, ULONG size, struct store_entry **out)
{
	const void *inner = id;
	ULONG inner_size = size;
	char *dll = NULL;
	HRESULT hr = S_OK;

	*out = NULL;
	if (storeid_is_wrapped(id, size))
		hr = storeid_unwrap(id, size, &dll, &inner, &inner_size);
	if (FAILED(hr))
		return hr;
	g_free(dll);
	*out = find_known(session, inner, inner_size);
	if (!*out) {
		stores_learn(session);
		*out = find_known(session, inner, inner_size);
	}
	return *out ? S_OK : MAPI_E_NOT_FOUND;
}

static bool
has_uid(const struct store_entry *entry, const BYTE *uid)
{
	guint i;

	for (i = 0; i < entry->uids->len; i++)
		if (!memcmp(&g_array_index(entry->uids, MAPIUID, i), uid, sizeof(MAPIUID)))
			return true;
	return entry->id && entry->id_size >= EID_FLAGS + sizeof(MAPIUID) &&
	       !memcmp((BYTE *)entry->id + EID_FLAGS, uid, sizeof(MAPIUID));
}

HRESULT
stores_route(struct session *session, const void *id, ULONG size, struct store_entry **out)
{
	const BYTE *uid = (const BYTE *)id + EID_FLAGS;
	unsigned round;
	guint i;

	*out = NULL;
	if (size < EID_FLAGS + sizeof(MAPIUID))
		return MAPI_E_UNKNOWN_ENTRYID;
	for (round = 0; round < 2; round++) {
		for (i = 0; i < session->stores->len; i++) {
			struct store_entry *entry = g_ptr_array_index(session->stores, i);

			if (has_uid(entry, uid)) {
				*out = entry;
				return S_OK;
			}
		}
		stores_learn(session);
	}
	return MAPI_E_UNKNOWN_ENTRYID;
}

HRESULT
stores_add_uid(struct session *session, const MAPIUID *provider, const MAPIUID *uid)
{
	struct store_entry *entry;

	g_rec_mutex_lock(&session->lock);
	entry = stores_find_provider(session, provider);
	if (entry && !has_uid(entry, uid->ab))
		g_array_append_val(entry->uids, *uid);
	g_rec_mutex_unlock(&session->lock);
	return S_OK;
}
