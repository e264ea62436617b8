/* SPDX-License-Identifier: MIT */
/*
 * Each MAPI buffer that a session, an address book or the administration of profiles takes fails
 * once: the call says so, and nothing stays behind (testing.h, test_each_allocation_fails).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <emapispi.h>
#include "../base/testing.h"
#include "testing.h"

#define T(text) ((LPTSTR)(uintptr_t)(text))
#define NEW_SESSION (MAPI_EXTENDED | MAPI_NEW_SESSION)

static const char profile[] = "[Profile]\nUID=000102030405060708090A0B0C0D0E0F\n"
			      "FromName=Ann\nFromAddress=ann@example.test\n"
			      "[Service 00000000000000000000000000000009]\n"
			      "ServiceName=EMAPI_STORE\nDisplayName=Mail\n"
			      "[Provider 00000000000000000000000000000001]\nType=store\n"
			      "Service=00000000000000000000000000000009\n"
			      "Module=fake_store.so\nDisplayName=First\nPath=aaaaaaaaaaaaaaaa\n"
			      "Default=true\n";

static int
setup(void **state)
{
	if (test_folders_create(state))
		return -1;
	test_write("config/emapi/profiles/one.profile", profile);
	return FAILED(MAPIInitialize(NULL));
}

static int
teardown(void **state)
{
	MAPIUninitialize();
	return test_folders_remove(state);
}

/* All rows of a table, which is released. */
static HRESULT
read_rows(IMAPITable *table, SRowSet **rows)
{
	HRESULT hr = HrQueryAllRows(table, NULL, NULL, NULL, 0, rows);

	UlRelease(table);
	return hr;
}

static HRESULT
open_first_store(IMAPISession *session, const SRowSet *rows)
{
	IMsgStore *store = NULL;
	SPropValue *id;
	HRESULT hr;

	id = PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_ENTRYID);
	assert_non_null(id);
	hr = session->lpVtbl->OpenMsgStore(session, 0, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, NULL, MDB_NO_DIALOG, &store);
	UlRelease(store);
	return hr;
}

static HRESULT
log_on_and_open(void *context)
{
	IMAPISession *session = NULL;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	hr = MAPILogonEx(0, T("one"), NULL, NEW_SESSION, &session);
	if (SUCCEEDED(hr))
		hr = session->lpVtbl->GetMsgStoresTable(session, 0, &table);
	if (SUCCEEDED(hr))
		hr = read_rows(table, &rows);
	if (SUCCEEDED(hr))
		hr = open_first_store(session, rows);
	FreeProws(rows);
	UlRelease(session);
	return hr;
}

static HRESULT
resolve(IAddrBook *book)
{
	ADRLIST *list = NULL;
	SPropValue *name = NULL;
	HRESULT hr;

	hr = MAPIAllocateBuffer(CbNewADRLIST(1), (void **)&list);
	if (FAILED(hr))
		return hr;
	list->cEntries = 0;
	hr = MAPIAllocateBuffer(2 * sizeof(*name), (void **)&name);
	if (SUCCEEDED(hr)) {
		memset(name, 0, 2 * sizeof(*name));
		name[0].ulPropTag = PR_DISPLAY_NAME_A;
		name[0].Value.lpszA = (char *)(uintptr_t) "Bob <bob@example.test>";
		name[1].ulPropTag = PR_RECIPIENT_TYPE;
		name[1].Value.l = MAPI_TO;
		list->cEntries = 1;
		list->aEntries[0].cValues = 2;
		list->aEntries[0].rgPropVals = name;
		hr = book->lpVtbl->ResolveName(book, 0, 0, NULL, list);
	}
	FreePadrlist(list);
	return hr;
}

static HRESULT
use_address_book(void *context)
{
	IMAPISession *session = context;
	IAddrBook *book = NULL;
	ENTRYID *id = NULL;
	ULONG size = 0;
	HRESULT hr;

	hr = session->lpVtbl->OpenAddressBook(session, 0, NULL, AB_NO_DIALOG, &book);
	if (SUCCEEDED(hr))
		hr = book->lpVtbl->CreateOneOff(
		    book, T("Bob"), T("SMTP"), T("bob@example.test"), 0, &size, &id);
	if (SUCCEEDED(hr))
		hr = resolve(book);
	MAPIFreeBuffer(id);
	UlRelease(book);
	return hr;
}

static HRESULT
read_section(IMsgServiceAdmin *services, const SRowSet *rows)
{
	SPropValue setting = { .ulPropTag = PR_EMAPI_PORT, .Value.l = 25 };
	IProfSect *section = NULL;
	SPropValue *id, *values = NULL;
	ULONG count;
	HRESULT hr;

	id = PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_PROVIDER_UID);
	assert_non_null(id);
	hr = services->lpVtbl->OpenProfileSection(
	    services, (MAPIUID *)(void *)id->Value.bin.lpb, NULL, MAPI_MODIFY, &section);
	if (SUCCEEDED(hr))
		hr = section->lpVtbl->GetProps(section, NULL, MAPI_UNICODE, &count, &values);
	if (SUCCEEDED(hr))
		hr = section->lpVtbl->SetProps(section, 1, &setting, NULL);
	MAPIFreeBuffer(values);
	UlRelease(section);
	return hr;
}

static HRESULT
administer(void *context)
{
	IProfAdmin *admin = NULL;
	IMsgServiceAdmin *services = NULL;
	IMAPITable *table = NULL;
	SRowSet *profiles = NULL, *providers = NULL;
	HRESULT hr;

	hr = MAPIAdminProfiles(0, &admin);
	if (SUCCEEDED(hr))
		hr = admin->lpVtbl->GetProfileTable(admin, 0, &table);
	if (SUCCEEDED(hr))
		hr = read_rows(table, &profiles);
	if (SUCCEEDED(hr))
		hr = admin->lpVtbl->AdminServices(admin, T("one"), NULL, 0, 0, &services);
	if (SUCCEEDED(hr))
		hr = services->lpVtbl->GetProviderTable(services, 0, &table);
	if (SUCCEEDED(hr))
		hr = read_rows(table, &providers);
	if (SUCCEEDED(hr))
		hr = read_section(services, providers);
	FreeProws(profiles);
	FreeProws(providers);
	UlRelease(services);
	UlRelease(admin);
	return hr;
}

/* What a store says of itself may be without a value that no memory was left for (GetProps: a
 * PT_ERROR and a warning); the logon goes on then. */
static void
a_logon_without_memory(void **state)
{
	unsigned long before = mem_live(), start = mem_allocations(), count, i;

	assert_int_equal(log_on_and_open(NULL), S_OK);
	count = mem_allocations() - start;
	for (i = 1; i <= count; i++) {
		HRESULT hr;

		mem_fail_after(i);
		hr = log_on_and_open(NULL);
		mem_fail_after(0);
		assert_true(SUCCEEDED(hr) || hr == MAPI_E_NOT_ENOUGH_MEMORY);
		assert_int_equal(mem_live(), before);
	}
	assert_int_equal(log_on_and_open(NULL), S_OK);
}

static void
an_address_book_without_memory(void **state)
{
	IMAPISession *session;

	assert_int_equal(MAPILogonEx(0, T("one"), NULL, NEW_SESSION, &session), S_OK);
	assert_int_equal(use_address_book(session), S_OK);
	test_each_allocation_fails(use_address_book, session);
	UlRelease(session);
}

static void
administration_without_memory(void **state)
{
	test_each_allocation_fails(administer, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_logon_without_memory),
		TEST(an_address_book_without_memory),
		TEST(administration_without_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
