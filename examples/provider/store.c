/* SPDX-License-Identifier: MIT */
/*
 * A message store provider to start from: mail as files in a folder, just enough of a store to
 * write a message, to send it and to find it among the sent ones afterwards.
 *
 *	cc -shared -fPIC -fvisibility=hidden $(pkg-config --cflags emapi) \
 *	   store*.c -o example_store.so
 *
 * A profile names it as any other, with its folder, which is made when it is first opened:
 *
 *	[Provider 00112233445566778899aabbccddeeff]
 *	Type=store
 *	Default=true
 *	Module=/path/to/example_store.so
 *	0x6780001E=/path/to/folder
 *
 * There are an Outbox, Sent Items and an Inbox below the root folder; messages have properties and
 * recipients, but no attachments and no streams.  What MAPI's spooler asks of a store is all here:
 * SubmitMessage, GetOutgoingQueue, SetLockState, FinishedMsg, AbortSubmit; and SubmitMessage
 * answers S_OK only when the message is on the disk.
 *
 * store_files.c has the files, store_message.c the messages, store_folder.c the folders,
 * store_table.c the tables, store_props.c the properties; this one the store itself.
 */
#define INITGUID /* the interfaces' identifiers, without linking to libemapi */
#include "store.h"

#include <mapiaux.h>
#include <unistd.h>

#define PR_FOLDER_PATH PROP_TAG(PT_STRING8, 0x6780)

/* PR_MDB_PROVIDER: tells stores of this kind from others. */
static const BYTE kind[16] = "example store 01";

struct memory memory;

struct provider {
	IMSProvider iface;
	struct object object;
};

struct logon {
	IMSLogon iface;
	struct object object;
	struct store *store;
};

OBJECT_METHODS(provider, IMSProvider)
OBJECT_METHODS(logon, IMSLogon)
OBJECT_METHODS(store, IMsgStore)

struct store *
store_from(IMsgStore *iface)
{
	return (struct store *)iface;
}

/* --- Errors -------------------------------------------------------------------------------- */

HRESULT
store_fail(struct store *store, HRESULT hr, const char *what)
{
	snprintf(store->error, sizeof(store->error), "%s", what);
	return hr;
}

/* Short words are wide enough one by one: they are of our own making, or strerror's. */
HRESULT
store_error(struct store *store, HRESULT hr, ULONG flags, MAPIERROR **out)
{
	size_t size = strlen(store->error) + 1;
	MAPIERROR *error = NULL;
	void *text = NULL;
	HRESULT made;

	*out = NULL;
	if (SUCCEEDED(hr) || !*store->error)
		return S_OK;
	made = memory.buffer(sizeof(*error), (LPVOID *)&error);
	if (SUCCEEDED(made))
		made = memory.more((ULONG)(size * sizeof(WCHAR)), error, &text);
	if (FAILED(made)) {
		memory.free(error);
		return made;
	}
	for (size_t i = 0; i < size; i++) {
		if (flags & MAPI_UNICODE)
			((WCHAR *)text)[i] = (unsigned char)store->error[i];
		else
			((char *)text)[i] = store->error[i];
	}
	memset(error, 0, sizeof(*error));
	error->lpszError = text;
	*out = error;
	return S_OK;
}

static HRESULT
store_GetLastError(IMsgStore *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return store_error((struct store *)This, hr, flags, out);
}

/* --- Entry IDs ----------------------------------------------------------------------------- */

void
store_id(const struct store *store, ULONG object, ULONG place, ULONGLONG number, struct id *id)
{
	memset(id, 0, sizeof(*id));
	id->store = store->uid;
	id->kind = object;
	id->place = place;
	id->number = number;
}

HRESULT
store_check_id(const struct store *store, ULONG size, const void *bytes, struct id *id)
{
	if (size != sizeof(*id) || !bytes)
		return MAPI_E_INVALID_ENTRYID;
	memcpy(id, bytes, sizeof(*id));
	if (memcmp(&id->store, &store->uid, sizeof(id->store)) != 0)
		return MAPI_E_UNKNOWN_ENTRYID;
	if (id->kind != MAPI_STORE && id->kind != MAPI_FOLDER && id->kind != MAPI_MESSAGE)
		return MAPI_E_INVALID_ENTRYID;
	return id->place < PLACES ? S_OK : MAPI_E_INVALID_ENTRYID;
}

static HRESULT
compare(ULONG size1, const void *id1, ULONG size2, const void *id2, ULONG *result)
{
	*result = size1 == size2 && memcmp(id1, id2, size1) == 0;
	return S_OK;
}

static HRESULT
store_CompareEntryIDs(IMsgStore *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	return compare(size1, id1, size2, id2, result);
}

HRESULT
store_open(
    struct store *store, ULONG size, const void *bytes, ULONG flags, ULONG *type, IUnknown **out)
{
	enum state state;
	struct id id;
	HRESULT hr = S_OK;

	*out = NULL;
	store_id(store, MAPI_FOLDER, ROOT, 0, &id);
	if (size)
		hr = store_check_id(store, size, bytes, &id);
	if (FAILED(hr))
		return hr;
	*type = id.kind;
	if (id.kind == MAPI_FOLDER)
		return folder_create(store, (enum place)id.place, (IMAPIFolder **)out);
	if (id.kind != MAPI_MESSAGE)
		return MAPI_E_INVALID_ENTRYID;
	hr = files_find(store, id.number, &state);
	return FAILED(hr) ? hr : message_create(store, id.number, state, (IMessage **)out);
}

static HRESULT
store_OpenEntry(
    IMsgStore *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type, LPUNKNOWN *out)
{
	return store_open((struct store *)This, size, id, flags, type, out);
}

/* --- Properties ---------------------------------------------------------------------------- */

static HRESULT
set_folder_id(const struct store *store, struct props *props, ULONG tag, enum place place)
{
	struct id id;

	store_id(store, MAPI_FOLDER, place, 0, &id);
	return props_set_binary(props, tag, &id, sizeof(id));
}

/* PR_ENTRYID has to be wrapped: it tells MAPI which provider to load. */
static HRESULT
set_store_id(struct store *store, struct props *props)
{
	ENTRYID *wrapped = NULL;
	ULONG size = 0;
	struct id id;
	HRESULT hr;

	store_id(store, MAPI_STORE, ROOT, 0, &id);
	hr = store->support->lpVtbl->WrapStoreEntryID(
	    store->support, sizeof(id), (ENTRYID *)&id, &size, &wrapped);
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_ENTRYID, wrapped, size);
	memory.free(wrapped);
	return hr;
}

static HRESULT
fill(struct store *store, struct props *props)
{
	SPropValue name = { .ulPropTag = PR_DISPLAY_NAME_A, .Value.lpszA = store->folder };
	HRESULT hr = set_store_id(store, props);

	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_RECORD_KEY, &store->uid, sizeof(store->uid));
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_STORE_RECORD_KEY, &store->uid, sizeof(store->uid));
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_MDB_PROVIDER, kind, sizeof(kind));
	if (SUCCEEDED(hr))
		hr = props_set(props, &name);
	if (SUCCEEDED(hr))
		hr = props_set_long(props, PR_OBJECT_TYPE, MAPI_STORE);
	if (SUCCEEDED(hr))
		hr = props_set_long(props, PR_STORE_SUPPORT_MASK,
		    (LONG)(STORE_ENTRYID_UNIQUE | STORE_MODIFY_OK | STORE_CREATE_OK |
			   STORE_SUBMIT_OK | STORE_UNICODE_OK));
	if (SUCCEEDED(hr))
		hr = props_set_long(props, PR_VALID_FOLDER_MASK,
		    (LONG)(FOLDER_IPM_SUBTREE_VALID | FOLDER_IPM_INBOX_VALID |
			   FOLDER_IPM_OUTBOX_VALID | FOLDER_IPM_SENTMAIL_VALID));
	if (SUCCEEDED(hr))
		hr = set_folder_id(store, props, PR_IPM_SUBTREE_ENTRYID, ROOT);
	if (SUCCEEDED(hr))
		hr = set_folder_id(store, props, PR_IPM_OUTBOX_ENTRYID, OUTBOX);
	if (SUCCEEDED(hr))
		hr = set_folder_id(store, props, PR_IPM_SENTMAIL_ENTRYID, SENT);
	return hr;
}

static HRESULT
store_GetProps(IMsgStore *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct props props = { NULL, 0 };
	HRESULT hr = fill((struct store *)This, &props);

	if (SUCCEEDED(hr))
		hr = props_get(&props, tags, flags, count, out);
	props_clear(&props);
	return hr;
}

static HRESULT
store_GetPropList(IMsgStore *This, ULONG flags, LPSPropTagArray *out)
{
	struct props props = { NULL, 0 };
	HRESULT hr = fill((struct store *)This, &props);

	if (SUCCEEDED(hr))
		hr = props_list(&props, flags, out);
	props_clear(&props);
	return hr;
}

/* Everything that comes in goes to the Inbox. */
static HRESULT
store_GetReceiveFolder(IMsgStore *This, LPTSTR message_class, ULONG flags, ULONG *size,
    LPENTRYID *out, LPTSTR *explicit_class)
{
	struct id id;
	HRESULT hr;

	store_id((struct store *)This, MAPI_FOLDER, INBOX, 0, &id);
	hr = memory.buffer(sizeof(id), (LPVOID *)out);
	if (SUCCEEDED(hr) && explicit_class)
		hr = memory.buffer(sizeof(WCHAR), (LPVOID *)explicit_class);
	if (FAILED(hr))
		return hr;
	memcpy(*out, &id, sizeof(id));
	*size = sizeof(id);
	if (explicit_class)
		memset(*explicit_class, 0, sizeof(WCHAR));
	return S_OK;
}

/* --- For the spooler ----------------------------------------------------------------------- */

static HRESULT
store_GetOutgoingQueue(IMsgStore *This, ULONG flags, LPMAPITABLE *out)
{
	return files_table((struct store *)This, QUEUED, flags, out);
}

static void
unlock(struct store *store)
{
	if (store->locked >= 0)
		close(store->locked);
	store->locked = -1;
	store->locked_number = 0;
}

/* The lock ends with the process that has it: no message stays locked for ever. */
static HRESULT
store_SetLockState(IMsgStore *This, LPMESSAGE message, ULONG state)
{
	struct store *store = (struct store *)This;
	ULONGLONG number = message_number(message);
	HRESULT hr;

	if (!(state & MSG_LOCKED)) {
		if (store->locked_number == number)
			unlock(store);
		return S_OK;
	}
	if (store->locked_number == number)
		return S_OK;
	unlock(store);
	hr = message_save(message); /* as it is documented */
	if (SUCCEEDED(hr))
		hr = files_lock(store, number, QUEUED, &store->locked);
	if (SUCCEEDED(hr))
		store->locked_number = number;
	return hr;
}

static HRESULT
store_FinishedMsg(IMsgStore *This, ULONG flags, ULONG size, LPENTRYID bytes)
{
	struct store *store = (struct store *)This;
	struct content content = { { NULL, 0 }, NULL, 0 };
	const SPropValue *delete;
	enum state state;
	struct id id;
	HRESULT hr = store_check_id(store, size, bytes, &id);

	if (SUCCEEDED(hr))
		hr = files_read(store, id.number, &state, &content);
	if (SUCCEEDED(hr) && state != QUEUED)
		hr = MAPI_E_NOT_IN_QUEUE;
	if (SUCCEEDED(hr)) {
		delete = props_find(&content.props, PR_DELETE_AFTER_SUBMIT);
		hr = delete &&delete->Value.b ? files_delete(store, id.number, QUEUED)
					      : files_move(store, id.number, QUEUED, FILED);
	}
	if (SUCCEEDED(hr) && store->locked_number == id.number)
		unlock(store);
	content_clear(&content);
	return hr;
}

static HRESULT
store_AbortSubmit(IMsgStore *This, ULONG size, LPENTRYID bytes, ULONG flags)
{
	struct store *store = (struct store *)This;
	enum state state;
	struct id id;
	int lock = -1;
	HRESULT hr = store_check_id(store, size, bytes, &id);

	if (SUCCEEDED(hr))
		hr = files_find(store, id.number, &state);
	if (SUCCEEDED(hr) && state != QUEUED)
		hr = MAPI_E_NOT_IN_QUEUE;
	if (SUCCEEDED(hr))
		hr = files_lock(store, id.number, QUEUED, &lock);
	if (hr == MAPI_E_NO_ACCESS)
		hr = MAPI_E_UNABLE_TO_ABORT;
	if (SUCCEEDED(hr))
		hr = files_move(store, id.number, QUEUED, DRAFT);
	if (lock >= 0)
		close(lock);
	return hr;
}

static HRESULT
store_StoreLogoff(IMsgStore *This, ULONG *flags)
{
	unlock((struct store *)This);
	return S_OK;
}

const IMsgStoreVtbl store_vtbl = {
	OBJECT_VTBL(store),
	.GetLastError = store_GetLastError,
	.SaveChanges = no_IMsgStore_SaveChanges,
	.GetProps = store_GetProps,
	.GetPropList = store_GetPropList,
	.OpenProperty = no_IMsgStore_OpenProperty,
	.SetProps = no_IMsgStore_SetProps,
	.DeleteProps = no_IMsgStore_DeleteProps,
	.CopyTo = no_IMsgStore_CopyTo,
	.CopyProps = no_IMsgStore_CopyProps,
	.GetNamesFromIDs = no_IMsgStore_GetNamesFromIDs,
	.GetIDsFromNames = no_IMsgStore_GetIDsFromNames,
	.Advise = no_IMsgStore_Advise,
	.Unadvise = no_IMsgStore_Unadvise,
	.CompareEntryIDs = store_CompareEntryIDs,
	.OpenEntry = store_OpenEntry,
	.SetReceiveFolder = no_IMsgStore_SetReceiveFolder,
	.GetReceiveFolder = store_GetReceiveFolder,
	.GetReceiveFolderTable = no_IMsgStore_GetReceiveFolderTable,
	.StoreLogoff = store_StoreLogoff,
	.AbortSubmit = store_AbortSubmit,
	.GetOutgoingQueue = store_GetOutgoingQueue,
	.SetLockState = store_SetLockState,
	.FinishedMsg = store_FinishedMsg,
	.NotifyNewMail = no_IMsgStore_NotifyNewMail,
};

static void
store_destroy(void *object)
{
	struct store *self = object;

	unlock(self);
	self->support->lpVtbl->Release(self->support);
	free(self->folder);
	free(self);
}

/* --- IMSLogon ------------------------------------------------------------------------------ */

static HRESULT
logon_GetLastError(IMSLogon *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return store_error(((struct logon *)This)->store, hr, flags, out);
}

static HRESULT
logon_Logoff(IMSLogon *This, ULONG *flags)
{
	return S_OK;
}

static HRESULT
logon_OpenEntry(
    IMSLogon *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type, LPUNKNOWN *out)
{
	return store_open(((struct logon *)This)->store, size, id, flags, type, out);
}

static HRESULT
logon_CompareEntryIDs(IMSLogon *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	return compare(size1, id1, size2, id2, result);
}

static const IMSLogonVtbl logon_vtbl = {
	OBJECT_VTBL(logon),
	.GetLastError = logon_GetLastError,
	.Logoff = logon_Logoff,
	.OpenEntry = logon_OpenEntry,
	.CompareEntryIDs = logon_CompareEntryIDs,
	.Advise = no_IMSLogon_Advise,
	.Unadvise = no_IMSLogon_Unadvise,
	.OpenStatusEntry = no_IMSLogon_OpenStatusEntry,
};

static void
logon_destroy(void *object)
{
	struct logon *self = object;

	store_Release(&self->store->iface);
	free(self);
}

static HRESULT
create_logon(struct store *store, IMSLogon **out)
{
	static const IID *const answers[] = { &IID_IMSLogon, NULL };
	struct logon *self = calloc(1, sizeof(*self));

	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iface.lpVtbl = &logon_vtbl;
	object_init(&self->object, answers, logon_destroy);
	self->store = store;
	store_AddRef(&store->iface);
	*out = &self->iface;
	return S_OK;
}

/* --- IMSProvider --------------------------------------------------------------------------- */

static HRESULT
read_setting(IMAPISupport *support, char **out)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_FOLDER_PATH } };
	IProfSect *section = NULL;
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	hr = support->lpVtbl->OpenProfileSection(support, NULL, 0, &section);
	if (FAILED(hr))
		return hr;
	hr = section->lpVtbl->GetProps(section, (SPropTagArray *)&tags, 0, &count, &values);
	if (SUCCEEDED(hr) && values->ulPropTag == PR_FOLDER_PATH)
		*out = strdup(values->Value.lpszA);
	section->lpVtbl->Release(section);
	memory.free(values);
	return FAILED(hr) ? hr : *out ? S_OK : MAPI_E_UNCONFIGURED;
}

static HRESULT
create_store(IMAPISupport *support, struct store **out)
{
	static const IID *const answers[] = { &IID_IMsgStore, &IID_IMAPIProp, NULL };
	struct store *self = calloc(1, sizeof(*self));

	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iface.lpVtbl = &store_vtbl;
	object_init(&self->object, answers, store_destroy);
	self->locked = -1;
	self->support = support;
	support->lpVtbl->AddRef(support);
	*out = self;
	return S_OK;
}

/* The MAPIERROR of a logon that failed: there is no object yet to ask for it. */
static HRESULT
log_on(IMAPISupport *support, ULONG size, const void *bytes, MAPIERROR **error, IMSLogon **logon,
    IMsgStore **out)
{
	struct store *self = NULL;
	struct id id;
	HRESULT hr = create_store(support, &self);

	if (FAILED(hr))
		return hr;
	hr = read_setting(support, &self->folder);
	if (SUCCEEDED(hr))
		hr = files_make_folders(self);
	if (SUCCEEDED(hr))
		hr = files_read_uid(self);
	if (SUCCEEDED(hr) && size)
		hr = store_check_id(self, size, bytes, &id);
	if (SUCCEEDED(hr))
		hr = support->lpVtbl->SetProviderUID(support, &self->uid, 0);
	if (SUCCEEDED(hr))
		hr = create_logon(self, logon);
	if (FAILED(hr)) {
		store_error(self, hr, 0, error);
		store_Release(&self->iface);
		return hr;
	}
	*out = &self->iface;
	return S_OK;
}

static HRESULT
provider_Logon(IMSProvider *This, LPMAPISUP support, ULONG_PTR window, LPTSTR profile, ULONG size,
    LPENTRYID id, ULONG flags, LPCIID iid, ULONG *security_size, LPBYTE *security,
    LPMAPIERROR *error, LPMSLOGON *logon, LPMDB *out)
{
	*security_size = 0;
	*security = NULL;
	return log_on(support, size, id, error, logon, out);
}

static HRESULT
provider_SpoolerLogon(IMSProvider *This, LPMAPISUP support, ULONG_PTR window, LPTSTR profile,
    ULONG size, LPENTRYID id, ULONG flags, LPCIID iid, ULONG security_size, LPBYTE security,
    LPMAPIERROR *error, LPMSLOGON *logon, LPMDB *out)
{
	return log_on(support, size, id, error, logon, out);
}

static HRESULT
provider_CompareStoreIDs(IMSProvider *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	return compare(size1, id1, size2, id2, result);
}

static HRESULT
provider_Shutdown(IMSProvider *This, ULONG *flags)
{
	return S_OK;
}

static const IMSProviderVtbl provider_vtbl = {
	OBJECT_VTBL(provider),
	.Shutdown = provider_Shutdown,
	.Logon = provider_Logon,
	.SpoolerLogon = provider_SpoolerLogon,
	.CompareStoreIDs = provider_CompareStoreIDs,
};

EMAPI_EXPORT STDINITMETHODIMP
MSProviderInit(HINSTANCE instance, LPMALLOC allocator, LPALLOCATEBUFFER allocate,
    LPALLOCATEMORE more, LPFREEBUFFER release, ULONG flags, ULONG version, ULONG *own_version,
    LPMSPROVIDER *out)
{
	static const IID *const answers[] = { &IID_IMSProvider, NULL };
	struct provider *self;

	*own_version = CURRENT_SPI_VERSION;
	if (version < CURRENT_SPI_VERSION)
		return MAPI_E_VERSION;
	self = calloc(1, sizeof(*self));
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memory.buffer = allocate;
	memory.more = more;
	memory.free = release;
	self->iface.lpVtbl = &provider_vtbl;
	object_init(&self->object, answers, free);
	*out = &self->iface;
	return S_OK;
}
