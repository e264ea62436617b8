/* SPDX-License-Identifier: MIT */
/*
 * The store provider's entry point and IMSProvider (MAPI reference: MSProviderInit,
 * IMSProvider::Logon, IMSProvider::SpoolerLogon).
 *
 * A logon finds its file in PR_EMAPI_PATH of the provider's own profile section; the file is made
 * by the first logon.
 */
#include <string.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "eid.h"
#include "entryid.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "store.h"
#include "text.h"

struct provider {
	struct com_object com;
	IMSProvider iprovider;
};

/* The arguments of the two logons that matter to us. */
struct logon_request {
	IMAPISupport *support;
	ULONG entryid_size;
	const ENTRYID *entryid;
	ULONG flags;
	const IID *iid;
	bool spooler;
	MAPIERROR **error;
	IMSLogon **logon;
	IMsgStore **store;
	LPTSTR profile;
};

COM_UNKNOWN(provider, struct provider, iprovider, IMSProvider)

static HRESULT
provider_Shutdown(IMSProvider *This, ULONG *flags)
{
	return S_OK;
}

/* --- The profile --------------------------------------------------------------------- */

struct settings {
	char *path;
	char *name;
	char *socket; /* of a store that keeps nothing (relay.h) */
	MAPIUID uid;  /* the profile section's own */
};

static void
settings_clear(struct settings *settings)
{
	g_free(settings->path);
	g_free(settings->name);
	g_free(settings->socket);
}

static HRESULT
settings_from_section(IProfSect *section, struct settings *settings)
{
	SizedSPropTagArray(4, tags) = { 4,
		{ PR_EMAPI_PATH_W, PR_DISPLAY_NAME_W, PR_EMAPI_SUBMIT_SOCKET_W, PR_PROVIDER_UID } };
	const SPropValue *uid;
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr;

	hr = section->lpVtbl->GetProps(
	    section, (SPropTagArray *)(void *)&tags, MAPI_UNICODE, &count, &values);
	if (FAILED(hr))
		return hr;
	hr = props_copy_text(values, count, PR_EMAPI_PATH_W, &settings->path);
	if (SUCCEEDED(hr))
		hr = props_copy_text(values, count, PR_DISPLAY_NAME_W, &settings->name);
	if (SUCCEEDED(hr))
		hr = props_copy_text(values, count, PR_EMAPI_SUBMIT_SOCKET_W, &settings->socket);
	uid = prop_find(values, count, PR_PROVIDER_UID);
	if (uid && uid->Value.bin.cb == sizeof(settings->uid))
		memcpy(&settings->uid, uid->Value.bin.lpb, sizeof(settings->uid));
	mem_free(values);
	return hr;
}

static HRESULT
settings_read(IMAPISupport *support, struct settings *settings, char **why)
{
	IProfSect *section = NULL;
	HRESULT hr;

	hr = support->lpVtbl->OpenProfileSection(support, NULL, 0, &section);
	if (SUCCEEDED(hr))
		hr = settings_from_section(section, settings);
	COM_CLEAR(section);
	if (FAILED(hr)) {
		*why = g_strdup_printf(
		    "The message store's section of the profile cannot be read: %s.", hr_text(hr));
		return hr;
	}
	if (!settings->socket && (!settings->path || !*settings->path)) {
		*why = g_strdup("The profile does not say where the message store's file is: "
				"add Path= to the store's [Provider] group.");
		return MAPI_E_UNCONFIGURED;
	}
	if (!settings->name || !*settings->name) {
		g_free(settings->name);
		settings->name = g_strdup("Personal Folders");
	}
	return S_OK;
}

/* --- Logging on ---------------------------------------------------------------------- */

static void
provider_error(const struct logon_request *request, HRESULT hr, const char *why)
{
	MAPIERROR *error;

	if (!request->error || !why)
		return;
	error = mem_zalloc(NULL, sizeof(*error));
	if (!error)
		return;
	error->ulVersion = MAPI_ERROR_VERSION;
	if (request->flags & MAPI_UNICODE) {
		error->lpszError = (LPTSTR)text_to_utf16(error, why);
		error->lpszComponent = (LPTSTR)text_to_utf16(error, "emapi message store");
	} else {
		error->lpszError = (LPTSTR)mem_strdup(error, why);
		error->lpszComponent = (LPTSTR)mem_strdup(error, "emapi message store");
	}
	error->ulLowLevelError = (ULONG)hr;
	*request->error = error;
}

/* An entry ID that names another store is not served with this profile section's file. */
static HRESULT
provider_check_entryid(const struct logon_request *request, struct store *store)
{
	const void *inner = request->entryid;
	ULONG size = request->entryid_size, type;
	char *dll = NULL;
	gint64 id;

	if (!inner || !size)
		return S_OK;
	if (storeid_is_wrapped(inner, size) &&
	    SUCCEEDED(storeid_unwrap(request->entryid, size, &dll, &inner, &size)))
		g_free(dll);
	return eid_parse(&store->uid, size, inner, &type, &id);
}

static HRESULT
provider_hand_out(const struct logon_request *request, struct store *store)
{
	HRESULT hr;

	hr = com_query_interface(
	    &store->com, request->iid ? request->iid : &IID_IMsgStore, (void **)request->store);
	if (SUCCEEDED(hr) && request->logon) {
		com_add_ref(&store->com);
		*request->logon = &store->ilogon;
	}
	return hr;
}

/* The profile's name as it was given to the logon, which says how its text is coded. */
static char *
profile_name_of(const struct logon_request *request)
{
	char *name = NULL, *copy;

	text_from_arg(NULL, request->profile, request->flags, &name);
	copy = g_strdup(name ? name : "");
	mem_free(name);
	return copy;
}

static HRESULT
open_file(const struct logon_request *request, const struct settings *settings,
    struct store_logon *logon, char **why)
{
	g_autofree char *profile = NULL, *name = NULL;
	HRESULT hr;

	if (!settings->socket)
		return db_open(settings->path, true, &logon->db, why);
	name = text_hex(&settings->uid, sizeof(settings->uid));
	hr = db_open_memory(name, &settings->uid, &logon->db, why);
	if (FAILED(hr))
		return hr;
	profile = profile_name_of(request);
	logon->relay = relay_create(settings->socket, profile);
	return S_OK;
}

static HRESULT
provider_open(const struct logon_request *request, char **why)
{
	struct settings settings = { 0 };
	struct store_logon logon = { .support = request->support, .spooler = request->spooler };
	struct store *store = NULL;
	HRESULT hr;

	hr = settings_read(request->support, &settings, why);
	if (SUCCEEDED(hr))
		hr = open_file(request, &settings, &logon, why);
	if (SUCCEEDED(hr)) {
		logon.name = settings.name;
		logon.writable =
		    request->spooler || (request->flags & (MDB_WRITE | MAPI_BEST_ACCESS));
		hr = store_create(&logon, &store);
	}
	if (SUCCEEDED(hr))
		hr = provider_check_entryid(request, store);
	if (SUCCEEDED(hr))
		hr = request->support->lpVtbl->SetProviderUID(request->support, &store->uid, 0);
	if (hr == MAPI_E_NO_SUPPORT)
		hr = S_OK;
	if (SUCCEEDED(hr))
		hr = provider_hand_out(request, store);
	if (store)
		com_release(&store->com);
	settings_clear(&settings);
	return hr;
}

static HRESULT
provider_logon(const struct logon_request *request)
{
	char *why = NULL;
	HRESULT hr;

	if (request->error)
		*request->error = NULL;
	if (request->logon)
		*request->logon = NULL;
	if (!request->support || !request->store)
		return MAPI_E_INVALID_PARAMETER;
	*request->store = NULL;
	hr = provider_open(request, &why);
	if (FAILED(hr))
		provider_error(request, hr, why);
	g_free(why);
	return hr;
}

static HRESULT
provider_Logon(IMSProvider *This, LPMAPISUP support, ULONG_PTR window, LPTSTR profile, ULONG size,
    LPENTRYID id, ULONG flags, LPCIID iid, ULONG *security_size, LPBYTE *security,
    LPMAPIERROR *error, LPMSLOGON *logon, LPMDB *store)
{
	struct logon_request request = { support, size, id, flags, iid, false, error, logon, store,
		profile };

	/* The spooler reads the same profile: it needs no more than that. */
	if (security_size)
		*security_size = 0;
	if (security)
		*security = NULL;
	return provider_logon(&request);
}

static HRESULT
provider_SpoolerLogon(IMSProvider *This, LPMAPISUP support, ULONG_PTR window, LPTSTR profile,
    ULONG size, LPENTRYID id, ULONG flags, LPCIID iid, ULONG security_size, LPBYTE security,
    LPMAPIERROR *error, LPMSLOGON *logon, LPMDB *store)
{
	struct logon_request request = { support, size, id, flags, iid, true, error, logon, store,
		profile };

	return provider_logon(&request);
}

static HRESULT
provider_CompareStoreIDs(IMSProvider *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	return store_compare(size1, id1, size2, id2, result);
}

static const IMSProviderVtbl provider_vtbl = {
	.QueryInterface = provider_QueryInterface,
	.AddRef = provider_AddRef,
	.Release = provider_Release,
	.Shutdown = provider_Shutdown,
	.Logon = provider_Logon,
	.SpoolerLogon = provider_SpoolerLogon,
	.CompareStoreIDs = provider_CompareStoreIDs,
};

static const struct com_interface provider_interfaces[] = {
	{ &IID_IMSProvider, offsetof(struct provider, iprovider) },
	{ NULL, 0 },
};

static const struct com_class provider_class = { "store provider", provider_interfaces, NULL };

/* Buffers come from libemapi-core, whose allocators are the ones MAPI hands in here. */
HRESULT
MSProviderInit(HINSTANCE instance, LPMALLOC heap, LPALLOCATEBUFFER allocate, LPALLOCATEMORE more,
    LPFREEBUFFER free_buffer, ULONG flags, ULONG version, ULONG *provider_version,
    LPMSPROVIDER *out)
{
	struct provider *provider;

	if (!provider_version || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	*provider_version = CURRENT_SPI_VERSION;
	if (version < CURRENT_SPI_VERSION)
		return MAPI_E_VERSION;
	provider = com_create(&provider_class, sizeof(*provider));
	if (!provider)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	provider->iprovider.lpVtbl = &provider_vtbl;
	*out = &provider->iprovider;
	return S_OK;
}
