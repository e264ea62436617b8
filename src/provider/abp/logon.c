/* SPDX-License-Identifier: MIT */
/* IABLogon (MAPI reference: IABLogon : IUnknown). */
#include "abp_private.h"

#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "hr.h"
#include "mem.h"
#include "pid.h"
#include "prop.h"
#include "provstatus.h"
#include "watch.h"

#define SELF(This) COM_OBJECT(This, struct abp_logon, iablogon)

static void
finalize(void *object)
{
	struct abp_logon *self = object;

	if (self->pid == pid_self())
		abp_watch_stop(self);
	if (self->book && self->pid == pid_self())
		self->ops->close(self->book);
	COM_CLEAR(self->support);
	g_rec_mutex_clear(&self->lock);
	g_free(self->name);
	g_free(self->error);
}

static const struct com_interface interfaces[] = {
	{ &IID_IABLogon, offsetof(struct abp_logon, iablogon) },
	{ NULL, 0 },
};

static const struct com_class logon_class = { "IABLogon", interfaces, finalize };

COM_UNKNOWN(logon, struct abp_logon, iablogon, IABLogon)

/* --- For all objects ----------------------------------------------------------------------- */

HRESULT
abp_enter(struct abp_logon *logon)
{
	if (logon->pid != pid_self())
		return MAPI_E_END_OF_SESSION;
	g_rec_mutex_lock(&logon->lock);
	return S_OK;
}

HRESULT
abp_leave(struct abp_logon *logon, HRESULT hr, char *why)
{
	bool wrote = logon->wrote;

	logon->wrote = false;
	if (FAILED(hr) && why) {
		g_free(logon->error);
		logon->error = g_steal_pointer(&why);
		logon->error_hr = hr;
	}
	g_rec_mutex_unlock(&logon->lock);
	g_free(why);
	if (wrote)
		abp_watch_look(logon);
	return hr;
}

HRESULT
abp_last_error(struct abp_logon *logon, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (FAILED(abp_enter(logon)))
		return S_OK;
	if (logon->error && logon->error_hr == hr)
		*out = abp_make_error(logon->ops, logon->error, hr, flags);
	return abp_leave(logon, S_OK, NULL);
}

static NOTIFKEY *
notify_key(const SBinary *id)
{
	NOTIFKEY *key = mem_zalloc(NULL, CbNewNOTIFKEY(id->cb));

	if (key) {
		key->cb = id->cb;
		memcpy(key->ab, id->lpb, id->cb);
	}
	return key;
}

static void
notify_one(struct abp_logon *logon, const SBinary *id, NOTIFICATION *note)
{
	NOTIFKEY *to = notify_key(id);
	ULONG flags = 0;

	if (to)
		logon->support->lpVtbl->Notify(logon->support, to, 1, note, &flags);
	mem_free(to);
}

void
abp_notify(struct abp_logon *logon, ULONG event, const struct abp_key *key)
{
	void *root = mem_zalloc(NULL, 1);
	NOTIFICATION note = { .ulEventType = key ? event : fnevObjectModified };
	OBJECT_NOTIFICATION *about = &note.info.obj;
	SBinary id, book;

	if (!root || FAILED(abp_id_create(&logon->uid, MAPI_ABCONT, NULL, root, &book)))
		goto out;
	id = book;
	about->ulObjType = key ? key->type : MAPI_ABCONT;
	if (key && FAILED(abp_id_create(&logon->uid, key->type, key->bytes, root, &id)))
		goto out;
	about->cbEntryID = id.cb;
	about->lpEntryID = (ENTRYID *)(void *)id.lpb;
	if (key) {
		about->cbParentID = book.cb;
		about->lpParentID = (ENTRYID *)(void *)book.lpb;
		notify_one(logon, &id, &note);
	}
	notify_one(logon, &book, &note);
out:
	mem_free(root);
}

void
abp_notify_failure(struct abp_logon *logon, HRESULT failure)
{
	NOTIFICATION note = { .ulEventType = fnevCriticalError };
	ERROR_NOTIFICATION *about = &note.info.err;
	MAPIERROR error = { .ulVersion = MAPI_ERROR_VERSION,
		.lpszError = (LPTSTR)(uintptr_t) "Changes of the address book cannot be read: what "
						 "happens is not told until they can be again.",
		.lpszComponent = (LPTSTR)(uintptr_t)logon->ops->component };
	SBinary book;

	if (FAILED(abp_id_create(&logon->uid, MAPI_ABCONT, NULL, NULL, &book)))
		return;
	about->cbEntryID = book.cb;
	about->lpEntryID = (ENTRYID *)(void *)book.lpb;
	about->scode = failure;
	about->lpMAPIError = &error;
	notify_one(logon, &book, &note);
	mem_free(book.lpb);
}

/* --- Opening ------------------------------------------------------------------------------- */

static HRESULT
read_entry(struct abp_logon *logon, const struct abp_key *key, struct bag *bag, char **why)
{
	struct abp_row row = { key->type, key->bytes, bag };
	HRESULT hr = logon->ops->read(logon->book, key, bag, why);

	return SUCCEEDED(hr) ? abp_complete(logon, &row) : hr;
}

static HRESULT
open_kind(struct abp_logon *logon, const struct abp_key *key, bool is_root, struct abp_object **out,
    char **why)
{
	enum abp_kind kind = key->type == MAPI_MAILUSER   ? ABP_USER
			     : key->type == MAPI_DISTLIST ? ABP_LIST
			     : is_root                    ? ABP_ROOT
							  : ABP_BOOK;
	struct bag *bag = bag_create();
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	*out = NULL;
	if (SUCCEEDED(hr) && key->bytes)
		hr = read_entry(logon, key, bag, why);
	else if (SUCCEEDED(hr))
		hr = kind == ABP_USER || kind == ABP_LIST
			 ? abp_describe_template(logon, key->type, bag)
			 : abp_describe_container(logon, kind, bag);
	if (SUCCEEDED(hr))
		return abp_object_create(logon, kind, key, bag, out);
	bag_free(bag);
	return hr;
}

HRESULT
abp_open(struct abp_logon *logon, const SBinary *id, const IID *iid, ULONG flags, ULONG *type,
    IUnknown **out)
{
	struct abp_key key = { 0, NULL };
	struct abp_object *object = NULL;
	bool is_template;
	char *why = NULL;
	HRESULT hr = S_OK;

	*out = NULL;
	if (id->cb)
		hr = abp_id_parse(&logon->uid, id->lpb, id->cb, &key.type, &key.bytes);
	is_template = SUCCEEDED(hr) && !key.bytes && key.type != 0 && key.type != MAPI_ABCONT;
	if (is_template && !logon->ops->write)
		hr = MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr) && (flags & MAPI_MODIFY) && (is_template || !logon->ops->write) &&
	    (key.bytes || is_template))
		hr = MAPI_E_NO_ACCESS;
	if (SUCCEEDED(hr))
		hr = abp_enter(logon);
	if (SUCCEEDED(hr)) {
		hr = open_kind(logon, &key, key.type == 0, &object, &why);
		abp_leave(logon, hr, why);
	}
	if (SUCCEEDED(hr)) {
		object->writable =
		    logon->ops->write && !is_template && (flags & (MAPI_MODIFY | MAPI_BEST_ACCESS));
		if (type)
			*type = key.type ? key.type : MAPI_ABCONT;
		hr = abp_object_hand_out(object, iid, (void **)out);
	}
	if (key.bytes)
		g_bytes_unref(key.bytes);
	return hr;
}

static HRESULT
logon_OpenEntry(
    IABLogon *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type, LPUNKNOWN *out)
{
	SBinary bytes = { id ? size : 0, (BYTE *)id };

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)(MAPI_BEST_ACCESS | MAPI_MODIFY | MAPI_DEFERRED_ERRORS))
		return MAPI_E_UNKNOWN_FLAGS;
	return abp_open(SELF(This), &bytes, iid, flags, type, out);
}

/* --- The rest ------------------------------------------------------------------------------ */

static HRESULT
logon_GetLastError(IABLogon *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return abp_last_error(SELF(This), hr, flags, out);
}

static HRESULT
logon_Logoff(IABLogon *This, ULONG flags)
{
	return S_OK;
}

static HRESULT
logon_CompareEntryIDs(IABLogon *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	const MAPIUID *uid = &SELF(This)->uid;
	GBytes *one = NULL, *other = NULL;
	ULONG type1, type2;
	HRESULT hr;

	if (!result)
		return MAPI_E_INVALID_PARAMETER;
	*result = FALSE;
	hr = abp_id_parse(uid, id1, size1, &type1, &one);
	if (SUCCEEDED(hr))
		hr = abp_id_parse(uid, id2, size2, &type2, &other);
	if (SUCCEEDED(hr))
		*result = type1 == type2 && (one ? g_bytes_equal(one, other) : TRUE);
	g_clear_pointer(&one, g_bytes_unref);
	g_clear_pointer(&other, g_bytes_unref);
	return hr;
}

/* The keys are those of abp_notify(). */
static HRESULT
logon_Advise(IABLogon *This, ULONG size, LPENTRYID id, ULONG mask, LPMAPIADVISESINK sink,
    ULONG_PTR *connection)
{
	struct abp_logon *self = SELF(This);
	SBinary bytes = { size, (BYTE *)id };
	GBytes *key = NULL;
	NOTIFKEY *to;
	char *why = NULL;
	ULONG type;
	HRESULT hr;

	if (!id || !size || !sink || !connection)
		return MAPI_E_INVALID_PARAMETER;
	*connection = 0;
	hr = abp_id_parse(&self->uid, id, size, &type, &key);
	g_clear_pointer(&key, g_bytes_unref);
	if (SUCCEEDED(hr))
		hr = abp_enter(self);
	if (FAILED(hr))
		return hr;
	hr = abp_leave(self, abp_watch_start(self, &why), why);
	if (FAILED(hr))
		return hr;
	to = notify_key(&bytes);
	hr = to ? self->support->lpVtbl->Subscribe(self->support, to, mask, 0, sink, connection)
		: MAPI_E_NOT_ENOUGH_MEMORY;
	mem_free(to);
	return hr;
}

static HRESULT
logon_Unadvise(IABLogon *This, ULONG_PTR connection)
{
	IMAPISupport *support = SELF(This)->support;

	return support->lpVtbl->Unsubscribe(support, connection);
}

/* No entry of ours has a PR_TEMPLATEID: nobody's code but ours knows them, and a copy elsewhere is
 * the other's. */
static HRESULT
logon_OpenTemplateID(IABLogon *This, ULONG size, LPENTRYID id, ULONG flags, LPMAPIPROP data,
    LPCIID iid, LPMAPIPROP *out, LPMAPIPROP sibling)
{
	GBytes *key = NULL;
	ULONG type;
	HRESULT hr;

	if (!data || !out || sibling)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = abp_id_parse(&SELF(This)->uid, id, size, &type, &key);
	g_clear_pointer(&key, g_bytes_unref);
	return SUCCEEDED(hr) ? MAPI_E_NO_SUPPORT : MAPI_E_UNKNOWN_ENTRYID;
}

/* Enough to see that the book answers. */
static HRESULT
take_nothing(void *context, const struct abp_row *row)
{
	return S_OK;
}

static HRESULT
validate(IUnknown *logon, char **why)
{
	struct abp_logon *self = SELF((IABLogon *)logon);
	struct abp_query query = { "emapi", NULL, 1 };
	HRESULT hr = abp_enter(self);

	if (FAILED(hr))
		return hr;
	hr = self->ops->check ? self->ops->check(self->book, why)
			      : self->ops->list(self->book, &query, take_nothing, NULL, why);
	return abp_leave(self, hr, NULL);
}

static HRESULT
logon_OpenStatusEntry(IABLogon *This, LPCIID iid, ULONG flags, ULONG *type, LPMAPISTATUS *out)
{
	struct abp_logon *self = SELF(This);
	struct provstatus_source source = { .type = MAPI_AB_PROVIDER,
		.name = self->name,
		.module = self->ops->module,
		.component = self->ops->component,
		.support = self->support,
		.logon = (IUnknown *)This,
		.validate = validate };

	return provstatus_open(&source, iid, flags, type, (void **)out);
}

static HRESULT
logon_GetOneOffTable(IABLogon *This, ULONG flags, LPMAPITABLE *out)
{
	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	return abp_templates(SELF(This), flags, out);
}

static const IABLogonVtbl logon_vtbl = {
	.QueryInterface = logon_QueryInterface,
	.AddRef = logon_AddRef,
	.Release = logon_Release,
	.GetLastError = logon_GetLastError,
	.Logoff = logon_Logoff,
	.OpenEntry = logon_OpenEntry,
	.CompareEntryIDs = logon_CompareEntryIDs,
	.Advise = logon_Advise,
	.Unadvise = logon_Unadvise,
	.OpenStatusEntry = logon_OpenStatusEntry,
	.OpenTemplateID = logon_OpenTemplateID,
	.GetOneOffTable = logon_GetOneOffTable,
	.PrepareRecips = abp_PrepareRecips,
};

/* --- Logging on ---------------------------------------------------------------------------- */

static HRESULT
read_settings(IMAPISupport *support, struct bag *settings)
{
	IProfSect *section = NULL;
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr;

	hr = support->lpVtbl->OpenProfileSection(support, NULL, 0, &section);
	if (SUCCEEDED(hr))
		hr = section->lpVtbl->GetProps(section, NULL, MAPI_UNICODE, &count, &values);
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++)
		if (PROP_TYPE(values[i].ulPropTag) != PT_ERROR)
			hr = bag_set(settings, &values[i]);
	mem_free(values);
	COM_CLEAR(section);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
open_book(struct abp_logon *self, char **why)
{
	struct bag *settings = bag_create();
	HRESULT hr = settings ? read_settings(self->support, settings) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (FAILED(hr))
		*why = g_strdup_printf(
		    "The address book's section of the profile cannot be read: %s.", hr_text(hr));
	if (SUCCEEDED(hr))
		hr = self->ops->open(settings, self->support, &self->book, &self->uid, why);
	if (SUCCEEDED(hr))
		hr = bag_copy_text(settings, PR_DISPLAY_NAME_W, &self->name);
	if (SUCCEEDED(hr) && (!self->name || !*self->name)) {
		g_free(self->name);
		self->name = g_strdup(self->ops->name);
	}
	bag_free(settings);
	return hr;
}

HRESULT
abp_logon_create(const struct abp_ops *ops, IMAPISupport *support, IABLogon **out, char **why)
{
	struct abp_logon *self = com_create(&logon_class, sizeof *self);
	HRESULT hr;

	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iablogon.lpVtbl = &logon_vtbl;
	self->ops = ops;
	self->pid = pid_self();
	g_rec_mutex_init(&self->lock);
	self->support = support;
	support->lpVtbl->AddRef(support);
	hr = open_book(self, why);
	if (SUCCEEDED(hr))
		hr = support->lpVtbl->SetProviderUID(support, &self->uid, 0);
	if (FAILED(hr)) {
		com_release(&self->com);
		return hr;
	}
	*out = &self->iablogon;
	return S_OK;
}
