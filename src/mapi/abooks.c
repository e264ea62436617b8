/* SPDX-License-Identifier: MIT */
/* The session's address book providers: see abooks.h. */
#include "abooks.h"
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "entryid.h"
#include "hr.h"
#include "log.h"
#include "mem.h"
#include "module.h"
#include "prop.h"
#include "session_private.h"

#define UID_AT 4 /* in an entry ID, after the flags */

struct abook {
	MAPIUID provider; /* its profile section */
	char *module;
	char *name;
	GArray *uids; /* of MAPIUID: IMAPISupport::SetProviderUID */
	IABProvider *ab_provider;
	IABLogon *logon;
	bool tried;
	HRESULT failure; /* why there is no logon */
	char *reason;
};

static void
free_abook(void *object)
{
	struct abook *book = object;

	COM_CLEAR(book->logon);
	COM_CLEAR(book->ab_provider);
	g_array_unref(book->uids);
	g_free(book->module);
	g_free(book->name);
	g_free(book->reason);
	g_free(book);
}

static struct abook *
create_abook(struct profile *profile, const MAPIUID *provider)
{
	struct abook *book = g_new0(struct abook, 1);
	SPropValue *values = NULL;
	ULONG count = 0;

	book->provider = *provider;
	book->uids = g_array_new(FALSE, FALSE, sizeof(MAPIUID));
	profile_section_read(profile, provider, &values, &count);
	book->module = prop_find_text(values, count, PR_PROVIDER_DLL_NAME_W);
	book->name = prop_find_text(values, count, PR_DISPLAY_NAME_W);
	if (!book->name)
		book->name = g_strdup(book->module ? book->module : "address book");
	mem_free(values);
	return book;
}

/* The list, made at the first need; the lock is held. */
static GPtrArray *
books_of(struct session *session)
{
	GArray *providers;

	if (session->abooks)
		return session->abooks;
	session->abooks = g_ptr_array_new_with_free_func(free_abook);
	providers = profile_providers(session->profile, MAPI_AB_PROVIDER);
	for (guint i = 0; i < providers->len; i++)
		g_ptr_array_add(session->abooks,
		    create_abook(session->profile, &g_array_index(providers, MAPIUID, i)));
	g_array_unref(providers);
	return session->abooks;
}

/* --- Logging on ---------------------------------------------------------------------------- */

static HRESULT
call_logon(struct session *session, struct abook *book, MAPIERROR **error)
{
	LPTSTR name = (LPTSTR)(uintptr_t)profile_name(session->profile);
	IMAPISupport *support = NULL;
	ULONG security_size = 0;
	BYTE *security = NULL;
	HRESULT hr;

	hr = support_create(session, &book->provider, NULL, &support);
	if (FAILED(hr))
		return hr;
	hr = book->ab_provider->lpVtbl->Logon(book->ab_provider, support, 0, name, AB_NO_DIALOG,
	    &security_size, &security, error, &book->logon);
	mem_free(security);
	support->lpVtbl->Release(support);
	return SUCCEEDED(hr) && !book->logon ? MAPI_E_FAILONEPROVIDER : hr;
}

static void
log_on(struct session *session, struct abook *book)
{
	MAPIERROR *error = NULL;
	g_autofree char *why = NULL, *told = NULL;
	HRESULT hr = book->module ? module_ab_provider(book->module, &book->ab_provider, &why)
				  : MAPI_E_UNCONFIGURED;

	book->tried = true;
	if (SUCCEEDED(hr))
		hr = call_logon(session, book, &error);
	if (SUCCEEDED(hr)) {
		mem_free(error);
		return;
	}
	book->logon = NULL;
	book->failure = hr;
	if (error) {
		last_error_take(&session->error, hr, error, 0);
		told = last_error_text(&session->error);
	}
	mem_free(error);
	book->reason = g_strdup_printf("The address book \"%s\" cannot be used: %s", book->name,
	    told  ? told
	    : why ? why
		  : hr_text(hr));
	last_error_set(&session->error, hr, book->reason);
	log_warning("%s (%s)", book->reason, hr_name(hr));
}

/* Each is tried once in a session; the lock is held. */
static void
open_all(struct session *session)
{
	GPtrArray *books = books_of(session);

	for (guint i = 0; session->users && i < books->len; i++) {
		struct abook *book = g_ptr_array_index(books, i);

		if (!book->tried)
			log_on(session, book);
	}
}

static void
release_logon(void *logon)
{
	UlRelease(logon);
}

GPtrArray *
abooks_logons(struct session *session)
{
	GPtrArray *logons = g_ptr_array_new_with_free_func(release_logon);
	GPtrArray *books;

	g_rec_mutex_lock(&session->lock);
	open_all(session);
	books = books_of(session);
	for (guint i = 0; i < books->len; i++) {
		struct abook *book = g_ptr_array_index(books, i);

		if (!book->logon)
			continue;
		book->logon->lpVtbl->AddRef(book->logon);
		g_ptr_array_add(logons, book->logon);
	}
	g_rec_mutex_unlock(&session->lock);
	return logons;
}

char *
abooks_trouble(struct session *session)
{
	char *reason = NULL;
	GPtrArray *books;

	g_rec_mutex_lock(&session->lock);
	books = books_of(session);
	for (guint i = 0; !reason && i < books->len; i++)
		reason = g_strdup(((struct abook *)g_ptr_array_index(books, i))->reason);
	g_rec_mutex_unlock(&session->lock);
	return reason;
}

/* --- Whose it is --------------------------------------------------------------------------- */

static bool
has_uid(const struct abook *book, const void *uid)
{
	for (guint i = 0; i < book->uids->len; i++)
		if (!memcmp(&g_array_index(book->uids, MAPIUID, i), uid, sizeof(MAPIUID)))
			return true;
	return false;
}

HRESULT
abooks_route(struct session *session, const void *id, ULONG size, bool load, IABLogon **out)
{
	GPtrArray *books;

	*out = NULL;
	if (size < UID_AT + sizeof(MAPIUID))
		return MAPI_E_UNKNOWN_ENTRYID;
	g_rec_mutex_lock(&session->lock);
	if (load)
		open_all(session);
	books = books_of(session);
	for (guint i = 0; !*out && i < books->len; i++) {
		struct abook *book = g_ptr_array_index(books, i);

		if (book->logon && has_uid(book, (const BYTE *)id + UID_AT)) {
			*out = book->logon;
			(*out)->lpVtbl->AddRef(*out);
		}
	}
	g_rec_mutex_unlock(&session->lock);
	return *out ? S_OK : MAPI_E_UNKNOWN_ENTRYID;
}

HRESULT
abooks_by_provider(struct session *session, const MAPIUID *provider, IABLogon **out)
{
	HRESULT hr = MAPI_E_UNKNOWN_ENTRYID;
	GPtrArray *books;

	*out = NULL;
	g_rec_mutex_lock(&session->lock);
	books = books_of(session);
	for (guint i = 0; i < books->len; i++) {
		struct abook *book = g_ptr_array_index(books, i);

		if (memcmp(&book->provider, provider, sizeof *provider))
			continue;
		open_all(session);
		*out = book->logon;
		if (*out)
			(*out)->lpVtbl->AddRef(*out);
		hr = *out ? S_OK : FAILED(book->failure) ? book->failure : MAPI_E_END_OF_SESSION;
	}
	g_rec_mutex_unlock(&session->lock);
	return hr;
}

bool
abooks_add_uid(struct session *session, const MAPIUID *provider, const MAPIUID *uid)
{
	struct abook *found = NULL;
	GPtrArray *books;

	g_rec_mutex_lock(&session->lock);
	books = books_of(session);
	for (guint i = 0; !found && i < books->len; i++) {
		struct abook *book = g_ptr_array_index(books, i);

		if (!memcmp(&book->provider, provider, sizeof *provider))
			found = book;
	}
	if (found && !has_uid(found, uid))
		g_array_append_val(found->uids, *uid);
	g_rec_mutex_unlock(&session->lock);
	return found != NULL;
}

void
abooks_close(struct session *session, bool logoff)
{
	for (guint i = 0; session->abooks && i < session->abooks->len; i++) {
		struct abook *book = g_ptr_array_index(session->abooks, i);
		ULONG flags = 0;

		if (book->logon && logoff)
			book->logon->lpVtbl->Logoff(book->logon, 0);
		COM_CLEAR(book->logon);
		if (book->ab_provider && logoff)
			book->ab_provider->lpVtbl->Shutdown(book->ab_provider, &flags);
		COM_CLEAR(book->ab_provider);
	}
	g_clear_pointer(&session->abooks, g_ptr_array_unref);
}

HRESULT
abooks_open_entry(struct session *session, const SBinary *id, const IID *iid, ULONG flags,
    ULONG *type, IUnknown **out)
{
	IABLogon *logon = NULL;
	HRESULT hr;

	*out = NULL;
	hr = abooks_route(session, id->lpb, id->cb, true, &logon);
	if (FAILED(hr))
		return hr;
	hr = logon->lpVtbl->OpenEntry(
	    logon, id->cb, (ENTRYID *)(void *)id->lpb, iid, flags, type, out);
	if (FAILED(hr)) {
		MAPIERROR *error = NULL;

		if (SUCCEEDED(logon->lpVtbl->GetLastError(logon, hr, 0, &error)) && error)
			last_error_take(&session->error, hr, error, 0);
		mem_free(error);
	}
	logon->lpVtbl->Release(logon);
	return hr;
}
