/* SPDX-License-Identifier: MIT */
/* IMAPISession (MAPI reference: IMAPISession : IUnknown). */
#include "session.h"
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "abooks.h"
#include "addrbook.h"
#include "client_journey.h"
#include "com.h"
#include "entryid.h"
#include "mem.h"
#include "module.h"
#include "pid.h"
#include "profsect.h"
#include "prop.h"
#include "session_private.h"
#include "spooler_link.h"
#include "svcadmin.h"
#include "text.h"
#include "trace.h"
#include "unsupported.h"

/* Lets a client open a section that belongs to a provider (EdkMdb.h has it on Windows). */
#define MAPI_FORCE_ACCESS 0x00080000

/* What one MAPILogonEx gave out. */
struct client {
	struct com_object com;
	IMAPISession imapisession;
	struct session *session;
	atomic_bool logged_off;
};

#define SELF(This) COM_OBJECT(This, struct client, imapisession)

/* --- The session --------------------------------------------------------------------------- */

static struct session *
create(struct profile *profile, ULONG flags)
{
	struct session *session = g_new0(struct session, 1);

	atomic_init(&session->refs, 1);
	g_rec_mutex_init(&session->lock);
	session->pid = getpid();
	session->flags = flags;
	session->chosen = "the program named it";
	session->began = g_get_real_time();
	session->profile = profile_ref(profile);
	last_error_init(&session->error, "emapi");
	return session;
}

struct session *
session_ref(struct session *session)
{
	atomic_fetch_add(&session->refs, 1);
	return session;
}

void
session_unref(struct session *session)
{
	if (!session || atomic_fetch_sub(&session->refs, 1) != 1)
		return;
	g_ptr_array_unref(session->stores);
	g_clear_pointer(&session->status_words, g_hash_table_unref);
	g_clear_pointer(&session->sinks, g_array_unref);
	g_clear_pointer(&session->abooks, g_ptr_array_unref);
	client_journey_free(session->journey);
	g_free(session->client_program);
	last_error_clear(&session->error);
	g_rec_mutex_clear(&session->lock);
	profile_unref(session->profile);
	g_free(session);
}

HRESULT
session_check(struct session *session)
{
	return session->ended || session->pid != pid_self() ? MAPI_E_END_OF_SESSION : S_OK;
}

void
session_set_chosen(IMAPISession *iface, const char *why)
{
	session_from(iface)->chosen = why;
}

void
session_set_no_journey(IMAPISession *iface)
{
	session_from(iface)->no_journey = true;
}

void
session_set_client(IMAPISession *iface, pid_t pid, const char *program)
{
	struct session *session = session_from(iface);

	g_free(session->client_program);
	session->client_program = g_strdup(program);
	session->client = pid;
	session->began = g_get_real_time();
	client_journey_free(session->journey);
	session->journey = NULL;
}

struct profile *
session_profile(struct session *session)
{
	return session->profile;
}

struct session *
session_from(IMAPISession *iface)
{
	return SELF(iface)->session;
}

/* One user less.  With `logoff` the last one ends the session and its stores; without, stores live
 * on with whoever holds them.  In a child after fork nothing of the parent's is touched. */
static void
leave(struct client *self, bool logoff, bool everyone)
{
	struct session *session = self->session;
	bool last;

	if (atomic_exchange(&self->logged_off, true) || session->pid != getpid())
		return;
	if (everyone)
		session_tell_end(session);
	g_rec_mutex_lock(&session->lock);
	last = !--session->users || everyone;
	g_rec_mutex_unlock(&session->lock);
	if (!last)
		return;
	session_forget_sinks(session);
	spooler_settle();
	g_rec_mutex_lock(&session->lock);
	abooks_close(session, logoff);
	stores_close(session, logoff);
	session->ended = session->ended || logoff;
	g_rec_mutex_unlock(&session->lock);
}

static void
finalize(void *object)
{
	struct client *self = object;

	leave(self, false, false);
	/* What the parent's session holds stays as it is in a child. */
	if (self->session->pid == getpid())
		session_unref(self->session);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMAPISession, offsetof(struct client, imapisession) },
	{ NULL, 0 },
};

static const struct com_class client_class = { "IMAPISession", interfaces, finalize };

COM_UNKNOWN(client, struct client, imapisession, IMAPISession)

/* The session, where this client may still use it. */
static HRESULT
enter(IMAPISession *This, struct session **session)
{
	struct client *self = SELF(This);

	*session = self->session;
	return atomic_load(&self->logged_off) ? MAPI_E_END_OF_SESSION
					      : session_check(self->session);
}

/* --- Methods ------------------------------------------------------------------------------- */

static HRESULT
client_GetLastError(IMAPISession *This, HRESULT result, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->session->error, result, flags, out);
}

static HRESULT
client_GetMsgStoresTable(IMAPISession *This, ULONG flags, LPMAPITABLE *out)
{
	struct session *session;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)(MAPI_UNICODE | MAPI_DEFERRED_ERRORS))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = enter(This, &session);
	return FAILED(hr) ? hr : session_stores_table(session, flags, out);
}

static HRESULT
client_OpenMsgStore(
    IMAPISession *This, ULONG_PTR ui, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, LPMDB *out)
{
	struct session *session;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (!id || !size)
		return MAPI_E_INVALID_ENTRYID;
	hr = enter(This, &session);
	if (SUCCEEDED(hr))
		hr = session_open_store(session, size, id, iid, flags, (IUnknown **)(void *)out);
	return hr;
}

static HRESULT
client_OpenAddressBook(IMAPISession *This, ULONG_PTR ui, LPCIID iid, ULONG flags, LPADRBOOK *out)
{
	struct session *session;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = enter(This, &session);
	return FAILED(hr) ? hr : addrbook_create(session, iid, out);
}

/* A provider's own section is shown to clients only where they insist. */
static bool
is_providers(struct session *session, const MAPIUID *section)
{
	GArray *providers = profile_providers(session->profile, 0);
	bool found = false;
	guint i;

	for (i = 0; i < providers->len && !found; i++)
		found = !memcmp(&g_array_index(providers, MAPIUID, i), section, sizeof *section);
	g_array_unref(providers);
	return found;
}

static HRESULT
client_OpenProfileSection(
    IMAPISession *This, LPMAPIUID uid, LPCIID iid, ULONG flags, LPPROFSECT *out)
{
	struct session *session;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = enter(This, &session);
	if (FAILED(hr))
		return hr;
	if (!uid)
		uid = (MAPIUID *)(uintptr_t)&MUID_PROFILE_INSTANCE;
	if (!(flags & MAPI_FORCE_ACCESS) && is_providers(session, uid))
		return MAPI_E_NO_ACCESS;
	return profsect_open(session->profile, uid, iid, flags, out);
}

static HRESULT
client_GetStatusTable(IMAPISession *This, ULONG flags, LPMAPITABLE *out)
{
	struct session *session;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = enter(This, &session);
	return FAILED(hr) ? hr : session_status_table(session, flags, out);
}

static HRESULT
client_OpenEntry(IMAPISession *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type,
    LPUNKNOWN *out)
{
	struct session *session;
	SBinary bytes = { size, (BYTE *)id };
	ULONG unwanted;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = enter(This, &session);
	if (FAILED(hr))
		return hr;
	return session_open_entry(session, &bytes, iid, flags, type ? type : &unwanted, out);
}

static HRESULT
client_CompareEntryIDs(IMAPISession *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	struct session *session;
	HRESULT hr;

	if (!result)
		return MAPI_E_INVALID_PARAMETER;
	hr = enter(This, &session);
	if (FAILED(hr))
		return hr;
	return session_compare_entryids(session, size1, id1, size2, id2, result);
}

/* One block: the array, then its texts. */
static HRESULT
client_EnumAdrTypes(IMAPISession *This, ULONG flags, ULONG *count, LPTSTR **out)
{
	struct session *session;
	GArray *transports;
	LPTSTR *types;
	HRESULT hr;

	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*out = NULL;
	hr = enter(This, &session);
	if (FAILED(hr))
		return hr;
	transports = profile_providers(session->profile, MAPI_TRANSPORT_PROVIDER);
	types = mem_zalloc(NULL, sizeof *types);
	if (!types) {
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
		goto out;
	}
	/* All transports of ours carry SMTP; asking one would load it into the client. */
	types[0] = flags & MAPI_UNICODE ? (LPTSTR)(void *)text_to_utf16(types, "SMTP")
					: (LPTSTR)(void *)mem_strdup(types, "SMTP");
	*count = transports->len ? 1 : 0;
	*out = types;
out:
	g_array_unref(transports);
	return hr;
}

static HRESULT
client_QueryIdentity(IMAPISession *This, ULONG *size, LPENTRYID *out)
{
	struct session *session;
	HRESULT hr;

	if (!size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*size = 0;
	*out = NULL;
	hr = enter(This, &session);
	return FAILED(hr) ? hr : session_identity(session, size, out);
}

static HRESULT
client_Advise(IMAPISession *This, ULONG size, LPENTRYID id, ULONG mask, LPMAPIADVISESINK sink,
    ULONG_PTR *connection)
{
	SBinary bytes = { size, (BYTE *)id };
	struct session *session;
	HRESULT hr;

	if (!sink || !connection)
		return MAPI_E_INVALID_PARAMETER;
	*connection = 0;
	if (!id != !size)
		return MAPI_E_INVALID_ENTRYID;
	hr = enter(This, &session);
	return FAILED(hr) ? hr : session_advise(session, &bytes, mask, sink, connection);
}

static HRESULT
client_Unadvise(IMAPISession *This, ULONG_PTR connection)
{
	struct session *session;
	HRESULT hr;

	hr = enter(This, &session);
	return FAILED(hr) ? hr : session_unadvise(session, connection);
}

/* No transport of ours has options that are set in a dialog. */
static HRESULT
client_MessageOptions(
    IMAPISession *This, ULONG_PTR ui, ULONG flags, LPTSTR address_type, LPMESSAGE message)
{
	struct session *session;
	HRESULT hr;

	if (!message)
		return MAPI_E_INVALID_PARAMETER;
	hr = enter(This, &session);
	return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
}

static HRESULT
client_QueryDefaultMessageOpt(
    IMAPISession *This, LPTSTR address_type, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct session *session;
	char *text = NULL;
	HRESULT hr;

	if (!address_type || !count || !out)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*out = NULL;
	hr = enter(This, &session);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, address_type, flags, &text);
	if (SUCCEEDED(hr))
		hr = session_default_options(session, text, count, out);
	mem_free(text);
	return hr;
}

static HRESULT
client_Logoff(IMAPISession *This, ULONG_PTR ui, ULONG flags, ULONG reserved)
{
	struct client *self = SELF(This);
	struct session *session;
	HRESULT hr;

	hr = enter(This, &session);
	if (SUCCEEDED(hr))
		leave(self, true, (flags & MAPI_LOGOFF_SHARED) != 0);
	return hr;
}

static HRESULT
client_SetDefaultStore(IMAPISession *This, ULONG flags, ULONG size, LPENTRYID id)
{
	struct session *session;
	HRESULT hr;

	hr = enter(This, &session);
	return FAILED(hr) ? hr : session_set_default_store(session, flags, size, id);
}

static HRESULT
client_AdminServices(IMAPISession *This, ULONG flags, LPSERVICEADMIN *out)
{
	struct session *session;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = enter(This, &session);
	return FAILED(hr) ? hr : svcadmin_create(session->profile, out);
}

static const IMAPISessionVtbl client_vtbl = {
	.QueryInterface = client_QueryInterface,
	.AddRef = client_AddRef,
	.Release = client_Release,
	.GetLastError = client_GetLastError,
	.GetMsgStoresTable = client_GetMsgStoresTable,
	.OpenMsgStore = client_OpenMsgStore,
	.OpenAddressBook = client_OpenAddressBook,
	.OpenProfileSection = client_OpenProfileSection,
	.GetStatusTable = client_GetStatusTable,
	.OpenEntry = client_OpenEntry,
	.CompareEntryIDs = client_CompareEntryIDs,
	.Advise = client_Advise,
	.Unadvise = client_Unadvise,
	.MessageOptions = client_MessageOptions,
	.QueryDefaultMessageOpt = client_QueryDefaultMessageOpt,
	.EnumAdrTypes = client_EnumAdrTypes,
	.QueryIdentity = client_QueryIdentity,
	.Logoff = client_Logoff,
	.SetDefaultStore = client_SetDefaultStore,
	.AdminServices = client_AdminServices,
	.ShowForm = unsupported_IMAPISession_ShowForm,
	.PrepareForm = unsupported_IMAPISession_PrepareForm,
};

/* --- Creation ------------------------------------------------------------------------------ */

HRESULT
session_join(struct session *session, IMAPISession **out)
{
	struct client *self = com_create(&client_class, sizeof *self);

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->imapisession.lpVtbl = &client_vtbl;
	self->session = session_ref(session);
	g_rec_mutex_lock(&session->lock);
	session->users++;
	g_rec_mutex_unlock(&session->lock);
	*out = &self->imapisession;
	return S_OK;
}

bool
session_is_live(struct session *session)
{
	bool live;

	if (session->pid != getpid())
		return false;
	g_rec_mutex_lock(&session->lock);
	live = !session->ended && session->users;
	g_rec_mutex_unlock(&session->lock);
	return live;
}

HRESULT
session_create(struct profile *profile, ULONG flags, IMAPISession **out, char **why)
{
	struct session *session = create(profile, flags);
	HRESULT hr;

	*out = NULL;
	if (why)
		*why = NULL;
	hr = stores_create(profile, &session->stores);
	if (SUCCEEDED(hr))
		hr = stores_check(session, why);
	if (SUCCEEDED(hr))
		hr = session_join(session, out);
	session_unref(session);
	return hr;
}

HRESULT
session_log_on(struct profile *profile, ULONG flags, IMAPISession **out, char **why)
{
	gint64 start = trace_start();
	HRESULT hr = session_create(profile, flags, out, why);

	if (start)
		trace_logon(start, hr, (LPTSTR)(uintptr_t)profile_name(profile), flags, out);
	return hr;
}

HRESULT
session_open_transport(struct session *session, const MAPIUID *provider,
    const struct support_hooks *hooks, IXPLogon **out)
{
	LPTSTR name = (LPTSTR)(uintptr_t)profile_name(session->profile);
	IXPProvider *xp = NULL;
	IMAPISupport *support = NULL;
	MAPIERROR *error = NULL;
	SPropValue *values = NULL;
	ULONG count, flags = LOGON_NO_DIALOG;
	char *module = NULL, *why = NULL;
	HRESULT hr;

	*out = NULL;
	hr = profile_section_read(session->profile, provider, &values, &count);
	if (FAILED(hr))
		return hr;
	module = prop_find_text(values, count, PR_PROVIDER_DLL_NAME_W);
	hr = module ? module_xp_provider(module, &xp, &why) : MAPI_E_UNCONFIGURED;
	if (SUCCEEDED(hr))
		hr = support_create(session, provider, hooks, &support);
	if (SUCCEEDED(hr))
		hr = xp->lpVtbl->TransportLogon(xp, support, 0, name, &flags, &error, out);
	if (FAILED(hr) && error)
		last_error_take(&session->error, hr, error, 0);
	else if (FAILED(hr))
		last_error_set(&session->error, hr, why);
	mem_free(error);
	COM_CLEAR(support);
	COM_CLEAR(xp);
	g_free(why);
	g_free(module);
	mem_free(values);
	return hr;
}
