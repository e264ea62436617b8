/* SPDX-License-Identifier: MIT */
/*
 * Every vtable of every object that a client, a provider or the spooler meets, with the real
 * providers: no empty slot, one IUnknown for all interfaces of an object, and the documented answer
 * to an interface that it has not.
 *
 * With EMAPI_SLOTS=FILE each slot of each object's own interface is written there: object,
 * interface, number, module, offset in it.  tests/coverage.py makes docs/COVERAGE.md of that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <edkmdb.h>
#include <emapistore.h>
#include <mapiaux.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "paths.h"
#include "profile.h"
#include "session.h"
#include "testing.h"
#include "vtables_walk.h"

/* --- Objects ------------------------------------------------------------------------------- */

struct world {
	struct profile *profile;
	IMAPISession *session;
	IMsgStore *store;
	IMAPIFolder *outbox;
	IMessage *message;
};

static int
begin(void **state, const struct profile_settings *settings)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	*state = &world;
	if (test_folders_create(state) || FAILED(MAPIInitialize(NULL)))
		return -1;
	*state = &world;
	return FAILED(profile_create("test", settings, NULL)) ||
	       FAILED(profile_load("test", &world.profile, NULL)) ||
	       FAILED(session_create(
		   world.profile, MAPI_EXTENDED | MAPI_NEW_SESSION, &world.session, NULL));
}

static int
setup(void **state)
{
	struct profile_settings settings = { .from_name = "Ann",
		.from_address = "ann@example.test",
		.server = "127.0.0.1",
		.port = 9,
		.tls = "none" };

	return begin(state, &settings);
}

static int
setup_pickup(void **state)
{
	struct profile_settings settings = { .from_address = "ann@example.test" };

	return begin(state, &settings);
}

static int
teardown(void **state)
{
	struct world *world = *state;

	COM_CLEAR(world->message);
	COM_CLEAR(world->outbox);
	COM_CLEAR(world->store);
	world->session->lpVtbl->Logoff(world->session, 0, 0, 0);
	COM_CLEAR(world->session);
	profile_unref(world->profile);
	MAPIUninitialize();
	return test_folders_remove(state);
}

static void
open_store(struct world *world)
{
	IMAPITable *table;
	SRowSet *rows = NULL;
	SPropValue *id;

	assert_int_equal(
	    world->session->lpVtbl->GetMsgStoresTable(world->session, 0, &table), S_OK);
	WALK("stores table", table, IMAPITable);
	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
	id = PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_ENTRYID);
	assert_int_equal(world->session->lpVtbl->OpenMsgStore(world->session, 0, id->Value.bin.cb,
			     (ENTRYID *)id->Value.bin.lpb, NULL, MDB_WRITE, &world->store),
	    S_OK);
	FreeProws(rows);
	table->lpVtbl->Release(table);
}

static void
open_message(struct world *world)
{
	SPropValue *id = NULL;
	ULONG type;

	open_store(world);
	assert_int_equal(HrGetOneProp((IMAPIProp *)world->store, PR_IPM_OUTBOX_ENTRYID, &id), S_OK);
	assert_int_equal(world->store->lpVtbl->OpenEntry(world->store, id->Value.bin.cb,
			     (ENTRYID *)id->Value.bin.lpb, NULL, MAPI_MODIFY, &type,
			     (IUnknown **)&world->outbox),
	    S_OK);
	MAPIFreeBuffer(id);
	assert_int_equal(
	    world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, 0, &world->message), S_OK);
}

static void
session_and_profile(void **state)
{
	struct world *world = *state;
	IMAPISession *session = world->session;
	IMAPITable *table = NULL;
	IProfSect *section = NULL;

	WALK("session", session, IMAPISession);
	walk_table("status table", session->lpVtbl->GetStatusTable(session, 0, &table), &table);
	assert_int_equal(
	    session->lpVtbl->OpenProfileSection(session, NULL, NULL, MAPI_MODIFY, &section), S_OK);
	WALK("profile section", section, IProfSect);
	COM_CLEAR(section);
	WALK("allocator", MAPIGetDefaultMalloc(), IMalloc);
}

static void
status_objects(void **state)
{
	struct world *world = *state;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ULONG type, opened = 0, i;

	assert_int_equal(world->session->lpVtbl->GetStatusTable(world->session, 0, &table), S_OK);
	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
	assert_true(rows->cRows >= 2);
	for (i = 0; i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];
		SPropValue *id = PpropFindProp(row->lpProps, row->cValues, PR_ENTRYID);
		IUnknown *status = NULL;

		if (!id)
			continue;
		assert_int_equal(world->session->lpVtbl->OpenEntry(world->session, id->Value.bin.cb,
				     (ENTRYID *)id->Value.bin.lpb, NULL, 0, &type, &status),
		    S_OK);
		assert_int_equal(type, MAPI_STATUS);
		WALK("status object", status, IMAPIStatus);
		COM_CLEAR(status);
		opened++;
	}
	FreeProws(rows);
	table->lpVtbl->Release(table);
	if (!opened)
		NOT_YET("no row of the status table has an entry ID");
}

static IAddrBook *
open_book(struct world *world)
{
	IAddrBook *book = NULL;
	HRESULT hr =
	    world->session->lpVtbl->OpenAddressBook(world->session, 0, NULL, AB_NO_DIALOG, &book);

	assert_false(FAILED(hr));
	return book;
}

static void
address_book(void **state)
{
	IAddrBook *book = open_book(*state);
	IUnknown *entry = NULL;
	ENTRYID *id = NULL;
	ULONG size, type;

	WALK("address book", book, IAddrBook);
	assert_int_equal(book->lpVtbl->CreateOneOff(book, (LPTSTR) "Bob", (LPTSTR) "SMTP",
			     (LPTSTR) "bob@example.test", 0, &size, &id),
	    S_OK);
	assert_int_equal(
	    book->lpVtbl->OpenEntry(book, size, id, NULL, MAPI_BEST_ACCESS, &type, &entry), S_OK);
	assert_int_equal(type, MAPI_MAILUSER);
	WALK("one-off", entry, IMailUser);
	COM_CLEAR(entry);
	MAPIFreeBuffer(id);
	book->lpVtbl->Release(book);
}

static void
address_book_root(void **state)
{
	IAddrBook *book = open_book(*state);
	IABContainer *root = NULL;
	IMAPITable *table = NULL;
	ULONG type;
	HRESULT hr = book->lpVtbl->OpenEntry(
	    book, 0, NULL, NULL, MAPI_BEST_ACCESS, &type, (IUnknown **)&root);

	book->lpVtbl->Release(book);
	if (hr == MAPI_E_NO_SUPPORT) {
		NOT_YET("the address book has no root container");
		return;
	}
	assert_int_equal(hr, S_OK);
	WALK("address book's root", root, IABContainer);
	walk_table(
	    "address book hierarchy", root->lpVtbl->GetHierarchyTable(root, 0, &table), &table);
	root->lpVtbl->Release(root);
}

static void
administration(void **state)
{
	struct world *world = *state;
	IProfAdmin *profiles = NULL;
	IMsgServiceAdmin *services = NULL, *own = NULL;
	IMAPITable *table = NULL;

	assert_int_equal(MAPIAdminProfiles(0, &profiles), S_OK);
	WALK("profile administration", profiles, IProfAdmin);
	walk_table("profile table", profiles->lpVtbl->GetProfileTable(profiles, 0, &table), &table);
	assert_int_equal(
	    profiles->lpVtbl->AdminServices(profiles, (LPTSTR) "test", NULL, 0, 0, &services),
	    S_OK);
	WALK("service administration", services, IMsgServiceAdmin2);
	walk_table(
	    "service table", services->lpVtbl->GetMsgServiceTable(services, 0, &table), &table);
	walk_table("providers of all services",
	    services->lpVtbl->GetProviderTable(services, 0, &table), &table);
	assert_int_equal(world->session->lpVtbl->AdminServices(world->session, 0, &own), S_OK);
	WALK("the session's service administration", own, IMsgServiceAdmin);
	COM_CLEAR(own);
	COM_CLEAR(services);
	COM_CLEAR(profiles);
}

static void
provider_administration(void **state)
{
	struct world *world = *state;
	IMsgServiceAdmin *services = NULL;
	IProviderAdmin *providers = NULL;
	IProfSect *section = NULL;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	SPropValue *uid;

	assert_int_equal(world->session->lpVtbl->AdminServices(world->session, 0, &services), S_OK);
	assert_int_equal(services->lpVtbl->GetMsgServiceTable(services, 0, &table), S_OK);
	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
	COM_CLEAR(table);
	uid = PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_SERVICE_UID);
	assert_int_equal(services->lpVtbl->AdminProviders(
			     services, (MAPIUID *)uid->Value.bin.lpb, 0, &providers),
	    S_OK);
	WALK("provider administration", providers, IProviderAdmin);
	walk_table(
	    "provider table", providers->lpVtbl->GetProviderTable(providers, 0, &table), &table);
	assert_int_equal(services->lpVtbl->OpenProfileSection(
			     services, (MAPIUID *)uid->Value.bin.lpb, NULL, MAPI_MODIFY, &section),
	    S_OK);
	WALK("a service's profile section", section, IProfSect);
	COM_CLEAR(section);
	FreeProws(rows);
	COM_CLEAR(providers);
	COM_CLEAR(services);
}

static void
store_and_folders(void **state)
{
	struct world *world = *state;
	IMAPITable *table = NULL;
	IMAPIFolder *root = NULL;
	ULONG type;

	open_message(world);
	WALK("store", world->store, IMsgStore);
	walk_table("receive folder table",
	    world->store->lpVtbl->GetReceiveFolderTable(world->store, 0, &table), &table);
	assert_int_equal(world->store->lpVtbl->OpenEntry(
			     world->store, 0, NULL, NULL, MAPI_MODIFY, &type, (IUnknown **)&root),
	    S_OK);
	WALK("root folder", root, IMAPIFolder);
	walk_table("hierarchy table", root->lpVtbl->GetHierarchyTable(root, 0, &table), &table);
	walk_table("deep hierarchy table",
	    root->lpVtbl->GetHierarchyTable(root, CONVENIENT_DEPTH, &table), &table);
	COM_CLEAR(root);
	WALK("outbox", world->outbox, IMAPIFolder);
	walk_table("contents table",
	    world->outbox->lpVtbl->GetContentsTable(world->outbox, 0, &table), &table);
	walk_table("associated contents table",
	    world->outbox->lpVtbl->GetContentsTable(world->outbox, MAPI_ASSOCIATED, &table),
	    &table);
}

static void
messages(void **state)
{
	struct world *world = *state;
	IMAPITable *table = NULL;
	IStream *body = NULL;

	open_message(world);
	WALK("message", world->message, IMessage);
	walk_table("recipient table",
	    world->message->lpVtbl->GetRecipientTable(world->message, 0, &table), &table);
	walk_table("attachment table",
	    world->message->lpVtbl->GetAttachmentTable(world->message, 0, &table), &table);
	assert_int_equal(
	    world->message->lpVtbl->OpenProperty(world->message, PR_BODY_W, &IID_IStream,
		STGM_READWRITE, MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&body),
	    S_OK);
	WALK("body stream", body, IStream);
	COM_CLEAR(body);
}

static void
attachments(void **state)
{
	struct world *world = *state;
	SPropValue embedded = { .ulPropTag = PR_ATTACH_METHOD, .Value.l = ATTACH_EMBEDDED_MSG };
	IAttach *attach = NULL;
	IUnknown *data = NULL;
	ULONG number;

	open_message(world);
	assert_int_equal(
	    world->message->lpVtbl->CreateAttach(world->message, NULL, 0, &number, &attach), S_OK);
	WALK("attachment", attach, IAttachment);
	assert_int_equal(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_BIN, &IID_IStream,
			     STGM_READWRITE, MAPI_CREATE | MAPI_MODIFY, &data),
	    S_OK);
	WALK("attachment stream", data, IStream);
	COM_CLEAR(data);
	COM_CLEAR(attach);
	assert_int_equal(
	    world->message->lpVtbl->CreateAttach(world->message, NULL, 0, &number, &attach), S_OK);
	assert_int_equal(attach->lpVtbl->SetProps(attach, 1, &embedded, NULL), S_OK);
	assert_int_equal(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
			     MAPI_CREATE | MAPI_MODIFY, &data),
	    S_OK);
	WALK("message within an attachment", data, IMessage);
	COM_CLEAR(data);
	COM_CLEAR(attach);
}

static LONG
ignore(LPVOID context, ULONG count, LPNOTIFICATION notifications)
{
	return 0;
}

static void
utility_objects(void **state)
{
	IMAPIAdviseSink *sink = NULL, *relay = NULL;
	IPropData *data = NULL;

	assert_int_equal(CreateIProp(&IID_IMAPIPropData, MAPIAllocateBuffer, MAPIAllocateMore,
			     MAPIFreeBuffer, NULL, &data),
	    S_OK);
	WALK("property data", data, IMAPIPropData);
	assert_int_equal(HrAllocAdviseSink(ignore, NULL, &sink), S_OK);
	WALK("sink of a callback", sink, IMAPIAdviseSink);
	assert_int_equal(HrThisThreadAdviseSink(sink, &relay), S_OK);
	WALK("sink for a thread", relay, IMAPIAdviseSink);
	COM_CLEAR(relay);
	COM_CLEAR(sink);
	COM_CLEAR(data);
}

static void
file_stream(void **state)
{
	char *path = g_build_filename(test_folder, "stream", NULL);
	IStream *stream = NULL;

	assert_int_equal(OpenStreamOnFile(MAPIAllocateBuffer, MAPIFreeBuffer,
			     STGM_CREATE | STGM_READWRITE, (LPTSTR)path, NULL, &stream),
	    S_OK);
	WALK("stream on a file", stream, IStream);
	COM_CLEAR(stream);
	g_free(path);
}

/* --- What providers show to MAPI ----------------------------------------------------------- */

void *
find_symbol(const char *module, const char *name)
{
	char *path = paths_provider(module);
	void *handle = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	void *symbol = handle ? dlsym(handle, name) : NULL;

	if (!symbol)
		fail_msg("%s: %s", module, handle ? name : dlerror());
	g_free(path);
	return symbol;
}

static IMAPISupport *
create_support(struct world *world, ULONG type)
{
	GArray *providers = profile_providers(world->profile, type);
	IMAPISupport *support = NULL;

	assert_int_equal(support_create(session_from(world->session),
			     &g_array_index(providers, MAPIUID, 0), NULL, &support),
	    S_OK);
	g_array_unref(providers);
	return support;
}

/* Logs on as a client or as the spooler. */
static void
walk_store_logon(IMSProvider *provider, IMAPISupport *support, bool spooler)
{
	IMSLogon *logon = NULL;
	IMsgStore *store = NULL;
	IMAPITable *queue = NULL;
	IMAPIStatus *status = NULL;
	ULONG size = 0, flags = 0, type;
	BYTE *security = NULL;
	HRESULT hr;

	if (spooler)
		hr = provider->lpVtbl->SpoolerLogon(provider, support, 0, (LPTSTR) "test", 0, NULL,
		    MDB_NO_DIALOG | MDB_WRITE, NULL, 0, NULL, NULL, &logon, &store);
	else
		hr = provider->lpVtbl->Logon(provider, support, 0, (LPTSTR) "test", 0, NULL,
		    MDB_NO_DIALOG | MDB_WRITE, NULL, &size, &security, NULL, &logon, &store);
	assert_int_equal(hr, S_OK);
	WALK("store logon", logon, IMSLogon);
	WALK("store", store, IMsgStore);
	assert_int_equal(
	    logon->lpVtbl->OpenStatusEntry(logon, NULL, 0, &type, (void **)&status), S_OK);
	WALK("emapi_store.so", status, IMAPIStatus);
	COM_CLEAR(status);
	if (spooler)
		walk_table(
		    "outgoing queue", store->lpVtbl->GetOutgoingQueue(store, 0, &queue), &queue);
	MAPIFreeBuffer(security);
	logon->lpVtbl->Logoff(logon, &flags);
	COM_CLEAR(logon);
	COM_CLEAR(store);
}

static void
store_provider(void **state)
{
	struct world *world = *state;
	MSPROVIDERINIT *init =
	    (MSPROVIDERINIT *)(uintptr_t)find_symbol("emapi_store.so", "MSProviderInit");
	IMAPISupport *support = create_support(world, MAPI_STORE_PROVIDER);
	IMSProvider *provider = NULL;
	IMAPIProgress *progress = NULL;
	ULONG version = 0, flags = 0;

	WALK("support object", support, IMAPISup);
	assert_int_equal(support->lpVtbl->DoProgressDialog(support, 0, 0, &progress), S_OK);
	WALK("progress", progress, IMAPIProgress);
	COM_CLEAR(progress);
	assert_int_equal(init(NULL, MAPIGetDefaultMalloc(), MAPIAllocateBuffer, MAPIAllocateMore,
			     MAPIFreeBuffer, 0, CURRENT_SPI_VERSION, &version, &provider),
	    S_OK);
	WALK("store provider", provider, IMSProvider);
	walk_store_logon(provider, support, false);
	walk_store_logon(provider, support, true);
	provider->lpVtbl->Shutdown(provider, &flags);
	COM_CLEAR(provider);
	COM_CLEAR(support);
}

static void
walk_transport(struct world *world, const char *module)
{
	XPPROVIDERINIT *init = (XPPROVIDERINIT *)(uintptr_t)find_symbol(module, "XPProviderInit");
	IMAPISupport *support = create_support(world, MAPI_TRANSPORT_PROVIDER);
	IXPProvider *provider = NULL;
	IMAPIStatus *status = NULL;
	IXPLogon *logon = NULL;
	ULONG version = 0, flags = 0, type;
	HRESULT hr;

	assert_int_equal(init(NULL, MAPIGetDefaultMalloc(), MAPIAllocateBuffer, MAPIAllocateMore,
			     MAPIFreeBuffer, 0, CURRENT_SPI_VERSION, &version, &provider),
	    S_OK);
	WALK(module, provider, IXPProvider);
	assert_int_equal(provider->lpVtbl->TransportLogon(
			     provider, support, 0, (LPTSTR) "test", &flags, NULL, &logon),
	    S_OK);
	WALK(module, logon, IXPLogon);
	hr = logon->lpVtbl->OpenStatusEntry(logon, NULL, 0, &type, &status);
	if (hr == MAPI_E_NO_SUPPORT) {
		NOT_YET("the transport has no status object");
	} else {
		assert_int_equal(hr, S_OK);
		WALK(module, status, IMAPIStatus);
	}
	COM_CLEAR(status);
	logon->lpVtbl->TransportLogoff(logon, 0);
	COM_CLEAR(logon);
	provider->lpVtbl->Shutdown(provider, &flags);
	COM_CLEAR(provider);
	COM_CLEAR(support);
}

static void
smtp_provider(void **state)
{
	walk_transport(*state, "emapi_smtp.so");
}

static void
pickup_provider(void **state)
{
	walk_transport(*state, "emapi_pickup.so");
}

/* --- Address books ------------------------------------------------------------------------- */

static int
begin_with_book(void **state, const char *provider)
{
	static struct world world;
	g_autofree char *text =
	    g_strdup_printf("[Profile]\nUID=000102030405060708090A0B0C0D0E0F\n"
			    "FromAddress=ann@example.test\n"
			    "[Provider 00000000000000000000000000000001]\nType=ab\n%s",
		provider);

	memset(&world, 0, sizeof(world));
	if (test_folders_create(state) || FAILED(MAPIInitialize(NULL)))
		return -1;
	*state = &world;
	test_write("config/emapi/profiles/test.profile", text);
	return FAILED(profile_load("test", &world.profile, NULL)) ||
	       FAILED(session_create(
		   world.profile, MAPI_EXTENDED | MAPI_NEW_SESSION, &world.session, NULL));
}

static int
setup_contacts(void **state)
{
	return begin_with_book(state, "Module=emapi_ab.so\nDisplayName=Contacts\n");
}

static void
contacts_provider(void **state)
{
	IMAPISupport *support = create_support(*state, MAPI_AB_PROVIDER);

	walk_book("emapi_ab.so", support, true);
	COM_CLEAR(support);
}

#ifdef WITH_LDAP
static int
setup_directory(void **state)
{
	return begin_with_book(state, "Module=emapi_ldap.so\nServer=127.0.0.1\nPort=9\n"
				      "BaseDN=dc=example\nTLS=none\n");
}

static void
directory_provider(void **state)
{
	IMAPISupport *support = create_support(*state, MAPI_AB_PROVIDER);

	walk_book("emapi_ldap.so", support, false);
	COM_CLEAR(support);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(session_and_profile),
		TEST(status_objects),
		TEST(address_book),
		TEST(address_book_root),
		TEST(administration),
		TEST(provider_administration),
		TEST(store_and_folders),
		TEST(messages),
		TEST(attachments),
		TEST(utility_objects),
		TEST(file_stream),
		TEST(store_provider),
		TEST(smtp_provider),
		cmocka_unit_test_setup_teardown(pickup_provider, setup_pickup, teardown),
		cmocka_unit_test_setup_teardown(contacts_provider, setup_contacts, teardown),
#ifdef WITH_LDAP
		cmocka_unit_test_setup_teardown(directory_provider, setup_directory, teardown),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
