/* SPDX-License-Identifier: MIT */
/* See store_double.h. */
#include "store_double.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <setjmp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <glib/gstdio.h>
#include "bag.h"
#include "com.h"
#include "db.h"
#include "entryid.h"
#include "mem.h"
#include "objcopy.h"
#include "prop.h"
#include "text.h"
#include "unsupported.h"

void
place_make(struct place *place)
{
	char name[] = "/tmp/emapi-store-XXXXXX";

	assert_non_null(mkdtemp(name));
	place->folder = g_strdup(name);
	place->path = g_build_filename(name, "test.store", NULL);
}

struct db *
place_open(const char *path)
{
	struct db *db = NULL;
	char *why = NULL;

	if (FAILED(db_open(path, true, &db, &why)))
		fail_msg("%s", why);
	return db;
}

void
place_free(struct place *place)
{
	GDir *dir = g_dir_open(place->folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		char *path = g_build_filename(place->folder, name, NULL);

		g_unlink(path);
		g_free(path);
	}
	if (dir)
		g_dir_close(dir);
	g_rmdir(place->folder);
	g_free(place->folder);
	g_free(place->path);
}

/* --- Subscriptions, of all support objects ------------------------------------------- */

struct subscription {
	ULONG_PTR connection;
	GBytes *key;
	ULONG mask;
	IMAPIAdviseSink *sink;
};

static pthread_mutex_t subscriptions_lock = PTHREAD_MUTEX_INITIALIZER;
static GSList *subscriptions;
static ULONG_PTR last_connection;

/* --- Support and sections ------------------------------------------------------------ */

struct section {
	struct com_object com;
	IProfSect isection;
	struct bag *bag;
};

struct support {
	struct com_object com;
	IMAPISupport isupport;
	struct section *own, *identity;
	atomic_uint notified;
	MAPIUID uid;
	bool knows_uid;
};

COM_UNKNOWN(section, struct section, isection, IProfSect)

static HRESULT
section_GetProps(
    IProfSect *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	return bag_get_props(
	    COM_OBJECT(This, struct section, isection)->bag, tags, flags, count, out);
}

static const IProfSectVtbl section_vtbl = {
	.QueryInterface = section_QueryInterface,
	.AddRef = section_AddRef,
	.Release = section_Release,
	.GetProps = section_GetProps,
};

static void
section_finalize(void *self)
{
	bag_free(((struct section *)self)->bag);
}

static const struct com_interface section_interfaces[] = {
	{ &IID_IProfSect, offsetof(struct section, isection) },
	{ NULL, 0 },
};
static const struct com_class section_class = { "section", section_interfaces, section_finalize };

static struct section *
section_new(void)
{
	struct section *section = com_create(&section_class, sizeof(*section));

	assert_non_null(section);
	section->isection.lpVtbl = &section_vtbl;
	section->bag = bag_create();
	return section;
}

static struct support *
support_from(IMAPISupport *iface)
{
	return COM_OBJECT(iface, struct support, isupport);
}

COM_UNKNOWN(support, struct support, isupport, IMAPISupport)

static HRESULT
support_OpenProfileSection(IMAPISupport *This, LPMAPIUID uid, ULONG flags, LPPROFSECT *out)
{
	struct support *support = support_from(This);
	struct section *section = support->own;

	if (uid && !memcmp(uid, &MUID_PROFILE_INSTANCE, sizeof(*uid)))
		section = support->identity;
	else if (uid)
		return MAPI_E_NOT_FOUND;
	com_add_ref(&section->com);
	*out = &section->isection;
	return S_OK;
}

static HRESULT
support_SetProviderUID(IMAPISupport *This, LPMAPIUID uid, ULONG flags)
{
	support_from(This)->uid = *uid;
	support_from(This)->knows_uid = true;
	return S_OK;
}

static HRESULT
support_WrapStoreEntryID(
    IMAPISupport *This, ULONG size, LPENTRYID id, ULONG *out_size, LPENTRYID *out)
{
	return storeid_wrap("emapi_store.so", id, size, out_size, out);
}

static HRESULT
support_SpoolerNotify(IMAPISupport *This, ULONG flags, LPVOID data)
{
	if (flags == NOTIFY_READYTOSEND)
		support_from(This)->notified++;
	return MAPI_E_NETWORK_ERROR; /* nobody is there: the submit must not care */
}

static HRESULT
support_Subscribe(IMAPISupport *This, LPNOTIFKEY key, ULONG mask, ULONG flags,
    LPMAPIADVISESINK sink, ULONG_PTR *connection)
{
	struct subscription *made = g_new0(struct subscription, 1);

	made->key = g_bytes_new(key->ab, key->cb);
	made->mask = mask;
	made->sink = sink;
	sink->lpVtbl->AddRef(sink);
	pthread_mutex_lock(&subscriptions_lock);
	made->connection = *connection = ++last_connection;
	subscriptions = g_slist_append(subscriptions, made);
	pthread_mutex_unlock(&subscriptions_lock);
	return S_OK;
}

static HRESULT
support_Unsubscribe(IMAPISupport *This, ULONG_PTR connection)
{
	GSList *at;

	pthread_mutex_lock(&subscriptions_lock);
	for (at = subscriptions; at; at = at->next) {
		struct subscription *subscription = at->data;

		if (subscription->connection != connection)
			continue;
		subscriptions = g_slist_delete_link(subscriptions, at);
		subscription->sink->lpVtbl->Release(subscription->sink);
		g_bytes_unref(subscription->key);
		g_free(subscription);
		break;
	}
	pthread_mutex_unlock(&subscriptions_lock);
	return at ? S_OK : MAPI_E_NOT_FOUND;
}

/* At once, on the store's thread. */
static HRESULT
support_Notify(
    IMAPISupport *This, LPNOTIFKEY key, ULONG count, LPNOTIFICATION notifications, ULONG *flags)
{
	GBytes *bytes = g_bytes_new(key->ab, key->cb);
	GSList *at;

	assert_int_equal(count, 1);
	pthread_mutex_lock(&subscriptions_lock);
	for (at = subscriptions; at; at = at->next) {
		struct subscription *subscription = at->data;

		if (g_bytes_equal(bytes, subscription->key) &&
		    (subscription->mask & notifications->ulEventType))
			subscription->sink->lpVtbl->OnNotify(
			    subscription->sink, count, notifications);
	}
	pthread_mutex_unlock(&subscriptions_lock);
	g_bytes_unref(bytes);
	return S_OK;
}

/* --- Copies and reports, as MAPI's own support object makes them ----------------------------- */

static HRESULT
support_DoCopyTo(IMAPISupport *This, LPCIID source_iid, LPVOID source, ULONG excluded,
    LPCIID excluded_iids, LPSPropTagArray exclude, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID target_iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct objcopy how = { .exclude = exclude,
		.excluded_count = excluded,
		.excluded = excluded_iids,
		.progress = progress,
		.flags = flags,
		.problems = problems };

	return objcopy(source, target, &how);
}

static HRESULT
support_DoCopyProps(IMAPISupport *This, LPCIID source_iid, LPVOID source, LPSPropTagArray include,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID target_iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	struct objcopy how = {
		.include = include, .progress = progress, .flags = flags, .problems = problems
	};

	return objcopy(source, target, &how);
}

static HRESULT
support_CopyMessages(IMAPISupport *This, LPCIID source_iid, LPVOID source, LPENTRYLIST list,
    LPCIID target_iid, LPVOID target, ULONG_PTR ui, LPMAPIPROGRESS progress, ULONG flags)
{
	return objcopy_messages(source, list, target, progress, flags);
}

/* A report to the message's sender, with nothing in it but its class. */
static HRESULT
support_ReadReceipt(IMAPISupport *This, ULONG flags, LPMESSAGE message, LPMESSAGE *report)
{
	SPropValue *sender = NULL;

	if (FAILED(double_get(message, PR_SENDER_EMAIL_ADDRESS_A, &sender)) ||
	    PROP_TYPE(sender->ulPropTag) != PT_STRING8) {
		mem_free(sender);
		return MAPI_E_NO_RECIPIENTS;
	}
	double_set_text(*report, PR_MESSAGE_CLASS_A,
	    flags & MAPI_NON_READ ? "REPORT.IPM.Note.IPNNRN" : "REPORT.IPM.Note.IPNRN");
	double_add_recipient(*report, MAPI_TO, sender->Value.lpszA);
	mem_free(sender);
	return S_OK;
}

static const IMAPISupportVtbl support_vtbl = {
	.QueryInterface = support_QueryInterface,
	.AddRef = support_AddRef,
	.Release = support_Release,
	.OpenProfileSection = support_OpenProfileSection,
	.SetProviderUID = support_SetProviderUID,
	.WrapStoreEntryID = support_WrapStoreEntryID,
	.SpoolerNotify = support_SpoolerNotify,
	.Subscribe = support_Subscribe,
	.Unsubscribe = support_Unsubscribe,
	.Notify = support_Notify,
	.PrepareSubmit = unsupported_IMAPISupport_PrepareSubmit,
	.ExpandRecips = unsupported_IMAPISupport_ExpandRecips,
	.CopyMessages = support_CopyMessages,
	.CopyFolder = unsupported_IMAPISupport_CopyFolder,
	.DoCopyTo = support_DoCopyTo,
	.DoCopyProps = support_DoCopyProps,
	.ReadReceipt = support_ReadReceipt,
};

static void
support_finalize(void *self)
{
	struct support *support = self;

	com_release(&support->own->com);
	com_release(&support->identity->com);
}

static const struct com_interface support_interfaces[] = {
	{ &IID_IMAPISup, offsetof(struct support, isupport) },
	{ NULL, 0 },
};
static const struct com_class support_class = { "support", support_interfaces, support_finalize };

IMAPISupport *
double_support(const char *path, const char *from_name, const char *from_address)
{
	struct support *support = com_create(&support_class, sizeof(*support));

	assert_non_null(support);
	support->isupport.lpVtbl = &support_vtbl;
	support->own = section_new();
	support->identity = section_new();
	if (path)
		bag_set_text(support->own->bag, PR_EMAPI_PATH_W, path);
	if (from_name)
		bag_set_text(support->identity->bag, PR_EMAPI_FROM_NAME_W, from_name);
	if (from_address)
		bag_set_text(support->identity->bag, PR_EMAPI_FROM_ADDRESS_W, from_address);
	return &support->isupport;
}

unsigned
double_notified(IMAPISupport *support)
{
	return support_from(support)->notified;
}

bool
double_knows_uid(IMAPISupport *support, MAPIUID *uid)
{
	*uid = support_from(support)->uid;
	return support_from(support)->knows_uid;
}

/* --- Logging on ---------------------------------------------------------------------- */

static ULONG
free_buffer(LPVOID buffer)
{
	return mem_free(buffer);
}

HRESULT
double_logon_with(IMAPISupport *support, bool spooler, IMsgStore **store, char **error)
{
	ULONG flags = MDB_NO_DIALOG | MDB_WRITE, version, security_size;
	IMSProvider *provider = NULL;
	IMSLogon *logon = NULL;
	MAPIERROR *problem = NULL;
	BYTE *security = NULL;
	HRESULT hr;

	if (error)
		*error = NULL;
	*store = NULL;
	hr = MSProviderInit(NULL, NULL, mem_allocate, mem_allocate_more, free_buffer, 0,
	    CURRENT_SPI_VERSION, &version, &provider);
	if (FAILED(hr))
		return hr;
	if (spooler)
		hr = provider->lpVtbl->SpoolerLogon(provider, support, 0, NULL, 0, NULL, flags,
		    NULL, 0, NULL, &problem, &logon, store);
	else
		hr = provider->lpVtbl->Logon(provider, support, 0, NULL, 0, NULL, flags, NULL,
		    &security_size, &security, &problem, &logon, store);
	if (problem && error)
		*error = g_strdup((const char *)problem->lpszError);
	mem_free(problem);
	COM_CLEAR(logon);
	COM_CLEAR(provider);
	return hr;
}

HRESULT
double_logon(const char *path, bool spooler, IMsgStore **store, char **error)
{
	IMAPISupport *support = double_support(path, "Ann", "ann@example.test");
	HRESULT hr = double_logon_with(support, spooler, store, error);

	support->lpVtbl->Release(support);
	return hr;
}

/* --- Short forms --------------------------------------------------------------------- */

HRESULT
double_get(void *object, ULONG tag, SPropValue **value)
{
	SizedSPropTagArray(1, tags) = { 1, { tag } };
	IMAPIProp *prop = object;
	ULONG count = 0;

	*value = NULL;
	return prop->lpVtbl->GetProps(prop, (SPropTagArray *)(void *)&tags, 0, &count, value);
}

SPropValue *
double_prop(void *object, ULONG tag)
{
	SPropValue *value;

	assert_int_equal(double_get(object, tag, &value), S_OK);
	return value;
}

IMAPIFolder *
double_folder(IMsgStore *store, ULONG tag)
{
	SPropValue *id = tag ? double_prop(store, tag) : NULL;
	IMAPIFolder *folder = NULL;
	ULONG type;

	assert_int_equal(store->lpVtbl->OpenEntry(store, id ? id->Value.bin.cb : 0,
			     id ? (ENTRYID *)(void *)id->Value.bin.lpb : NULL, NULL, MAPI_MODIFY,
			     &type, (IUnknown **)&folder),
	    S_OK);
	assert_int_equal(type, MAPI_FOLDER);
	mem_free(id);
	return folder;
}

IMAPIFolder *
double_inbox(IMsgStore *store)
{
	IMAPIFolder *folder = NULL;
	ENTRYID *id;
	ULONG size, type;

	assert_int_equal(store->lpVtbl->GetReceiveFolder(store, NULL, 0, &size, &id, NULL), S_OK);
	assert_int_equal(store->lpVtbl->OpenEntry(
			     store, size, id, NULL, MAPI_MODIFY, &type, (IUnknown **)&folder),
	    S_OK);
	mem_free(id);
	return folder;
}

void
double_set_text(void *object, ULONG tag, const char *text)
{
	SPropValue value = { .ulPropTag = tag };
	IMAPIProp *prop = object;
	WCHAR *wide = NULL;

	if (PROP_TYPE(tag) == PT_UNICODE)
		value.Value.lpszW = wide = text_to_utf16(NULL, text);
	else
		value.Value.lpszA = (char *)(size_t)text;
	assert_int_equal(prop->lpVtbl->SetProps(prop, 1, &value, NULL), S_OK);
	mem_free(wide);
}

void
double_set_long(void *object, ULONG tag, LONG number)
{
	SPropValue value = { .ulPropTag = tag, .Value.l = number };
	IMAPIProp *prop = object;

	assert_int_equal(prop->lpVtbl->SetProps(prop, 1, &value, NULL), S_OK);
}

void
double_add_recipient(IMessage *message, LONG type, const char *address)
{
	SPropValue values[3] = { { .ulPropTag = PR_RECIPIENT_TYPE, .Value.l = type },
		{ .ulPropTag = PR_ADDRTYPE_A, .Value.lpszA = (char *)(size_t) "SMTP" },
		{ .ulPropTag = PR_EMAIL_ADDRESS_A, .Value.lpszA = (char *)(size_t)address } };
	ADRLIST list = { 1, { { 0, 3, values } } };

	assert_int_equal(message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, &list), S_OK);
}

IMessage *
double_letter(IMAPIFolder *folder, const char *subject, const char *to)
{
	IMessage *message = NULL;

	assert_int_equal(folder->lpVtbl->CreateMessage(folder, NULL, 0, &message), S_OK);
	if (subject)
		double_set_text(message, PR_SUBJECT_W, subject);
	if (to)
		double_add_recipient(message, MAPI_TO, to);
	return message;
}

SRowSet *
double_rows(IMAPITable *table, LONG count)
{
	SRowSet *rows = NULL;

	assert_int_equal(table->lpVtbl->QueryRows(table, count, 0, &rows), S_OK);
	return rows;
}

void
double_rows_free(SRowSet *rows)
{
	ULONG at;

	for (at = 0; at < rows->cRows; at++)
		mem_free(rows->aRow[at].lpProps);
	mem_free(rows);
}

ULONG
double_count(IMAPITable *table)
{
	ULONG count = 99999;

	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &count), S_OK);
	return count;
}

const SPropValue *
double_column(const SRowSet *rows, ULONG row, ULONG tag)
{
	ULONG at;

	assert_true(row < rows->cRows);
	for (at = 0; at < rows->aRow[row].cValues; at++)
		if (PROP_ID(rows->aRow[row].lpProps[at].ulPropTag) == PROP_ID(tag))
			return &rows->aRow[row].lpProps[at];
	fail_msg("no column 0x%08X", tag);
	return NULL;
}

HRESULT
double_open(IMsgStore *store, const SPropValue *entryid, ULONG flags, IMessage **message)
{
	ULONG type;

	*message = NULL;
	return store->lpVtbl->OpenEntry(store, entryid->Value.bin.cb,
	    (ENTRYID *)(void *)entryid->Value.bin.lpb, NULL, flags, &type, (IUnknown **)message);
}

ULONG
double_messages(IMAPIFolder *folder)
{
	IMAPITable *table = NULL;
	ULONG count;

	assert_int_equal(folder->lpVtbl->GetContentsTable(folder, 0, &table), S_OK);
	count = double_count(table);
	COM_CLEAR(table);
	return count;
}

/* --- The fixture ----------------------------------------------------------------------------- */

int
fixture_setup(void **state)
{
	static struct fixture fixture;

	place_make(&fixture.place);
	assert_int_equal(double_logon(fixture.place.path, false, &fixture.store, NULL), S_OK);
	fixture.outbox = double_folder(fixture.store, PR_IPM_OUTBOX_ENTRYID);
	*state = &fixture;
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	COM_CLEAR(fixture->outbox);
	COM_CLEAR(fixture->store);
	place_free(&fixture->place);
	return 0;
}

/* As a new process would: another logon. */
static void
reopen(struct fixture *fixture)
{
	COM_CLEAR(fixture->outbox);
	COM_CLEAR(fixture->store);
	assert_int_equal(double_logon(fixture->place.path, false, &fixture->store, NULL), S_OK);
	fixture->outbox = double_folder(fixture->store, PR_IPM_OUTBOX_ENTRYID);
}

IMessage *
save_and_reopen(struct fixture *fixture, IMessage *message, ULONG flags)
{
	SPropValue *id;

	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	id = double_prop(message, PR_ENTRYID);
	COM_CLEAR(message);
	reopen(fixture);
	assert_int_equal(double_open(fixture->store, id, flags, &message), S_OK);
	mem_free(id);
	return message;
}

void
double_child_end(int code)
{
	char *command = g_strdup_printf("exit %d", code);

	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(code ? code : 127);
}
