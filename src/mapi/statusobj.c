/* SPDX-License-Identifier: MIT */
/* IMAPIStatus (MAPI reference: IMAPIStatus : IMAPIProp). */
#include "statusobj.h"
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapix.h>
#include "abooks.h"
#include "bag.h"
#include "com.h"
#include "lasterror.h"
#include "mem.h"
#include "propcopy.h"
#include "session_private.h"
#include "spooler_link.h"
#include "unsupported.h"

#define EID_FLAGS 4
#define ANSWER_MS 10000
#define FLUSH_SECONDS 120 /* that long a flush waits for mail that is being sent */

const MAPIUID status_subsystem = { "emapi.subsystem" }, status_spooler = { "emapi.spooler" },
	      status_book = { "emapi.ab" };
static const MAPIUID status_uid = { { 0x0B, 0x1C, 0x6F, 0x52, 0x97, 0xE4, 0x4A, 0x3D, 0xA6, 0x18,
    0x75, 0x20, 0xC9, 0x5D, 0x8B, 0x31 } };

struct status {
	struct com_object com;
	IMAPIStatus istatus;
	struct session *session;
	MAPIUID row;
	struct bag *bag; /* never changes: any thread may read it */
	struct last_error error;
};

#define SELF(This) COM_OBJECT(This, struct status, istatus)

static void
finalize(void *object)
{
	struct status *self = object;

	bag_free(self->bag);
	last_error_clear(&self->error);
	session_unref(self->session);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMAPIStatus, offsetof(struct status, istatus) },
	{ &IID_IMAPIProp, offsetof(struct status, istatus) },
	{ NULL, 0 },
};

static const struct com_class status_class = { "IMAPIStatus", interfaces, finalize };

COM_UNKNOWN(status, struct status, istatus, IMAPIStatus)

void
statusid_write(const MAPIUID *row, BYTE out[STATUSID_SIZE])
{
	memset(out, 0, EID_FLAGS);
	memcpy(out + EID_FLAGS, &status_uid, sizeof status_uid);
	memcpy(out + EID_FLAGS + sizeof status_uid, row, sizeof *row);
}

bool
statusid_is(const void *id, ULONG size)
{
	return size == STATUSID_SIZE &&
	       !memcmp((const BYTE *)id + EID_FLAGS, &status_uid, sizeof status_uid);
}

/* --- Properties ---------------------------------------------------------------------------- */

static HRESULT
status_GetLastError(IMAPIStatus *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->error, hr, flags, out);
}

static HRESULT
status_GetProps(
    IMAPIStatus *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	return bag_get_props(SELF(This)->bag, tags, flags, count, out);
}

static HRESULT
status_GetPropList(IMAPIStatus *This, ULONG flags, LPSPropTagArray *out)
{
	return out ? bag_get_prop_list(SELF(This)->bag, flags, out) : MAPI_E_INVALID_PARAMETER;
}

/* The methods of IMAPIProp are there to read (MAPI reference: IMAPIStatus : IMAPIProp). */
static HRESULT
status_SaveChanges(IMAPIStatus *This, ULONG flags)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
status_SetProps(IMAPIStatus *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
status_DeleteProps(IMAPIStatus *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
status_CopyTo(IMAPIStatus *This, ULONG excluded, LPCIID excluded_iids, LPSPropTagArray exclude,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	return flags & MAPI_MOVE ? MAPI_E_NO_ACCESS
				 : propcopy_to((IMAPIProp *)This, exclude, target, flags, problems);
}

static HRESULT
status_CopyProps(IMAPIStatus *This, LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	return flags & MAPI_MOVE
		   ? MAPI_E_NO_ACCESS
		   : propcopy_props((IMAPIProp *)This, include, target, flags, problems);
}

/* --- ValidateState ------------------------------------------------------------------------- */

/* An address book that could be logged on to has an object of its own (open_books()). */
static HRESULT
validate_book(struct status *self)
{
	g_autofree char *reason = NULL;
	IABLogon *logon = NULL;
	HRESULT hr = abooks_by_provider(self->session, &self->row, &logon);

	COM_CLEAR(logon);
	if (SUCCEEDED(hr) || hr == MAPI_E_UNKNOWN_ENTRYID)
		return S_OK;
	reason = abooks_trouble(self->session);
	last_error_set(&self->error, hr, reason);
	return hr;
}

/* A store is as good as a logon to it. */
static HRESULT
validate_store(struct status *self, struct store_entry *entry)
{
	struct session *session = self->session;
	struct store_logon *logon;
	char *reason;
	HRESULT hr;

	g_rec_mutex_lock(&session->lock);
	hr = stores_open(session, entry, MAPI_BEST_ACCESS, &logon);
	reason = FAILED(hr) ? g_strdup(entry->reason) : NULL;
	g_rec_mutex_unlock(&session->lock);
	if (FAILED(hr))
		last_error_set(&self->error, hr, reason);
	g_free(reason);
	return hr;
}

static HRESULT
status_ValidateState(IMAPIStatus *This, ULONG_PTR ui, ULONG flags)
{
	struct status *self = SELF(This);
	struct store_entry *entry;
	HRESULT hr = session_check(self->session);

	if (FAILED(hr))
		return hr;
	if (flags & ~(ULONG)(SUPPRESS_UI | CONFIG_CHANGED))
		return MAPI_E_NO_SUPPORT; /* they are about remote transports */
	entry = stores_find_provider(self->session, &self->row);
	return entry ? validate_store(self, entry) : validate_book(self);
}

/* --- FlushQueues --------------------------------------------------------------------------- */

static GVariant *
profile_value(struct session *session)
{
	GVariantBuilder values;

	g_variant_builder_init(&values, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&values, "{sv}", "profile",
	    g_variant_new_fixed_array(
		G_VARIANT_TYPE_BYTE, profile_uid(session->profile), sizeof(MAPIUID), 1));
	return g_variant_builder_end(&values);
}

/* One question about the profile's queue; `answer` (may be NULL) is to be freed. */
static HRESULT
ask_spooler(struct status *self, int fd, const char *verb, struct ipc_message **answer)
{
	struct ipc_message *got = NULL;
	HRESULT hr = ipc_send(fd, verb, profile_value(self->session));

	if (SUCCEEDED(hr))
		hr = ipc_receive(fd, ANSWER_MS, &got);
	if (SUCCEEDED(hr) && strcmp(got->verb, "ok")) {
		hr = (HRESULT)ipc_int(got, "hr", MAPI_E_CALL_FAILED);
		hr = FAILED(hr) ? hr : MAPI_E_CALL_FAILED;
		last_error_set(&self->error, hr, ipc_string(got, "text", NULL));
	}
	if (SUCCEEDED(hr) && answer)
		*answer = got;
	else
		ipc_message_free(got);
	return hr;
}

/* Until nothing of the profile is due or under way; what waits for a later try is not waited
 * for. */
static HRESULT
wait_until_flushed(struct status *self, int fd)
{
	gint64 deadline = g_get_monotonic_time() + FLUSH_SECONDS * G_USEC_PER_SEC;
	gulong pause = 20000;
	HRESULT hr = S_OK;
	gint64 left = 1;

	while (SUCCEEDED(hr) && left) {
		struct ipc_message *answer = NULL;

		g_usleep(pause);
		pause = MIN(pause * 2, 500000);
		hr = ask_spooler(self, fd, "count", &answer);
		if (SUCCEEDED(hr))
			left = ipc_int(answer, "due", 0) + ipc_int(answer, "busy", 0);
		ipc_message_free(answer);
		if (left && g_get_monotonic_time() > deadline)
			return MAPI_E_TIMEOUT;
	}
	return hr;
}

static HRESULT
status_FlushQueues(IMAPIStatus *This, ULONG_PTR ui, ULONG size, LPENTRYID transport, ULONG flags)
{
	struct status *self = SELF(This);
	LONG methods = bag_get_long(self->bag, PR_RESOURCE_METHODS, 0);
	char *why;
	int fd = -1;
	HRESULT hr = session_check(self->session);

	if (FAILED(hr))
		return hr;
	if (!((ULONG)methods & STATUS_FLUSH_QUEUES) || !(flags & FLUSH_UPLOAD))
		return MAPI_E_NO_SUPPORT; /* no transport of ours fetches mail */
	hr = spooler_connect(true, &fd);
	if (FAILED(hr)) {
		why = spooler_why();
		last_error_set(&self->error, hr, why);
		g_free(why);
		return hr;
	}
	/* A spooler that has just begun learns of the profile by being woken. */
	hr =
	    spooler_wake(profile_uid(self->session->profile), profile_name(self->session->profile));
	if (SUCCEEDED(hr))
		hr = ask_spooler(self, fd, "run", NULL);
	if (SUCCEEDED(hr) && !(flags & FLUSH_ASYNC_OK))
		hr = wait_until_flushed(self, fd);
	close(fd);
	return hr;
}

/* --- The object ---------------------------------------------------------------------------- */

static const IMAPIStatusVtbl status_vtbl = {
	.QueryInterface = status_QueryInterface,
	.AddRef = status_AddRef,
	.Release = status_Release,
	.GetLastError = status_GetLastError,
	.SaveChanges = status_SaveChanges,
	.GetProps = status_GetProps,
	.GetPropList = status_GetPropList,
	.OpenProperty = unsupported_IMAPIStatus_OpenProperty,
	.SetProps = status_SetProps,
	.DeleteProps = status_DeleteProps,
	.CopyTo = status_CopyTo,
	.CopyProps = status_CopyProps,
	.GetNamesFromIDs = unsupported_IMAPIStatus_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IMAPIStatus_GetIDsFromNames,
	.ValidateState = status_ValidateState,
	.SettingsDialog = unsupported_IMAPIStatus_SettingsDialog,
	.ChangePassword = unsupported_IMAPIStatus_ChangePassword,
	.FlushQueues = status_FlushQueues,
};

/* An address book is logged on to when its state is asked for. */
static HRESULT
open_books(struct session *session, const MAPIUID *row, const IID *iid, IUnknown **out)
{
	IABLogon *logon = NULL;
	ULONG type;
	HRESULT hr = abooks_by_provider(session, row, &logon);

	if (SUCCEEDED(hr))
		hr = logon->lpVtbl->OpenStatusEntry(
		    logon, iid, 0, &type, (IMAPIStatus **)(void *)out);
	COM_CLEAR(logon);
	return hr;
}

/* The provider's own object, where it has one. */
static HRESULT
open_providers(struct session *session, const MAPIUID *row, const IID *iid, IUnknown **out)
{
	struct store_entry *entry = stores_find_provider(session, row);
	IMSLogon *logon = NULL;
	ULONG type;
	HRESULT hr = MAPI_E_NO_SUPPORT;

	g_rec_mutex_lock(&session->lock);
	if (entry && entry->full.logon) {
		logon = entry->full.logon;
		logon->lpVtbl->AddRef(logon);
	}
	g_rec_mutex_unlock(&session->lock);
	if (!logon)
		return open_books(session, row, iid, out);
	hr = logon->lpVtbl->OpenStatusEntry(logon, iid, 0, &type, (void **)out);
	COM_CLEAR(logon);
	return hr;
}

HRESULT
statusobj_open(struct session *session, const void *id, ULONG size, const IID *iid, IUnknown **out)
{
	struct status *self;
	MAPIUID row;
	HRESULT hr;

	*out = NULL;
	if (!statusid_is(id, size))
		return MAPI_E_INVALID_ENTRYID;
	memcpy(&row, (const BYTE *)id + EID_FLAGS + sizeof status_uid, sizeof row);
	if (SUCCEEDED(open_providers(session, &row, iid, out)))
		return S_OK;
	self = com_create(&status_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->istatus.lpVtbl = &status_vtbl;
	self->session = session_ref(session);
	self->row = row;
	last_error_init(&self->error, "emapi");
	self->bag = bag_create();
	hr = self->bag ? session_status_row(session, &row, self->bag) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr)) {
		hr = com_query_interface(&self->com, iid ? iid : &IID_IMAPIStatus, (void **)out);
		hr = FAILED(hr) ? MAPI_E_INTERFACE_NOT_SUPPORTED : S_OK;
	}
	com_release(&self->com);
	return hr;
}
