/* SPDX-License-Identifier: MIT */
/* MAPIInitialize, MAPILogonEx and the memory functions of the API. */
#include <emapi.h>
#include <mapicode.h>
#include <mapix.h>
#include "hr.h"
#include "log.h"
#include "mem.h"
#include "notify.h"
#include "profile.h"
#include "session_private.h"
#include "text.h"
#include "trace.h"

static atomic_uint initialized;
static GMutex lock;            /* for `shared`; MAPI serializes logons */
static struct session *shared; /* what MAPI_ALLOW_OTHERS offered; one reference */
static GPrivate reason_key = G_PRIVATE_INIT(g_free);

/* --- Start and end ------------------------------------------------------------------------- */

HRESULT
MAPIInitialize(LPVOID init)
{
	const MAPIINIT_0 *settings = init;

	if (settings && settings->ulVersion != MAPI_INIT_VERSION)
		return MAPI_E_INVALID_PARAMETER;
	if (atomic_fetch_add(&initialized, 1) == 0)
		notify_use_thread(
		    settings && (settings->ulFlags & MAPI_MULTITHREAD_NOTIFICATIONS) != 0);
	return S_OK;
}

/* Once too often does no harm. */
void
MAPIUninitialize(void)
{
	unsigned count = atomic_load(&initialized);

	while (count && !atomic_compare_exchange_weak(&initialized, &count, count - 1))
		;
}

SCODE
MAPIAllocateBuffer(ULONG size, LPVOID *out)
{
	return mem_allocate(size, out);
}

SCODE
MAPIAllocateMore(ULONG size, LPVOID object, LPVOID *out)
{
	return mem_allocate_more(size, object, out);
}

ULONG
MAPIFreeBuffer(LPVOID buffer)
{
	return mem_free(buffer);
}

/* --- Logging on ---------------------------------------------------------------------------- */

const char *
emapi_logon_reason(void)
{
	return g_private_get(&reason_key);
}

static void
set_reason(HRESULT hr, char *why)
{
	if (FAILED(hr) && !why)
		why = g_strdup_printf("Logging on failed: %s.", hr_text(hr));
	if (why)
		log_error("%s", why);
	g_private_replace(&reason_key, why);
}

/* The profile to use: the one named, or the default where the flags say so.  MAPI_EXPLICIT_PROFILE
 * has the value of MAPI_BEST_ACCESS, which programs pass by habit: it counts only without
 * MAPI_USE_DEFAULT, and then no name is no profile anyway. */
static HRESULT
choose_profile(LPTSTR name, ULONG flags, char **out, bool *is_default)
{
	char *given = NULL;
	HRESULT hr;

	*out = NULL;
	*is_default = false;
	hr = text_from_arg(NULL, name, flags, &given);
	if (FAILED(hr))
		return hr;
	if (given && *given)
		*out = g_strdup(given);
	else if (flags & MAPI_USE_DEFAULT)
		*is_default = (*out = profile_default()) != NULL;
	mem_free(given);
	return S_OK;
}

/* Joins the shared session, if there is one. */
static HRESULT
join_shared(IMAPISession **out)
{
	if (shared && session_is_live(shared))
		return session_join(shared, out);
	if (shared && shared->pid == getpid())
		session_unref(shared);
	shared = NULL;
	return MAPI_E_NOT_FOUND;
}

static HRESULT
log_on(LPTSTR name, ULONG flags, IMAPISession **out, char **why)
{
	struct profile *profile = NULL;
	char *chosen = NULL;
	bool is_default;
	HRESULT hr;

	if (!(flags & MAPI_NEW_SESSION)) {
		hr = join_shared(out);
		if (hr != MAPI_E_NOT_FOUND)
			return hr;
	}
	hr = choose_profile(name, flags, &chosen, &is_default);
	if (SUCCEEDED(hr) && !chosen && !(flags & MAPI_USE_DEFAULT)) {
		*why = g_strdup("No profile was named, and the default one was not asked for "
				"(MAPI_USE_DEFAULT). emapi profile list tells which there are.");
		hr = MAPI_E_LOGON_FAILED;
	}
	if (SUCCEEDED(hr))
		hr = profile_load(chosen, &profile, why);
	if (SUCCEEDED(hr))
		hr = session_create(profile, flags, out, why);
	if (SUCCEEDED(hr) && is_default)
		session_set_chosen(*out, "it is the default profile");
	if (SUCCEEDED(hr) && (flags & MAPI_ALLOW_OTHERS)) {
		if (shared && shared->pid == getpid())
			session_unref(shared);
		shared = session_ref(session_from(*out));
	}
	profile_unref(profile);
	g_free(chosen);
	return hr;
}

HRESULT
MAPILogonEx(ULONG_PTR ui, LPTSTR name, LPTSTR password, ULONG flags, LPMAPISESSION *out)
{
	char *why = NULL;
	gint64 start;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (!atomic_load(&initialized))
		return MAPI_E_NOT_INITIALIZED;
	start = trace_start();
	g_mutex_lock(&lock);
	hr = log_on(name, flags, out, &why);
	g_mutex_unlock(&lock);
	set_reason(hr, why);
	if (start)
		trace_logon(start, hr, name, flags, out);
	return hr;
}
