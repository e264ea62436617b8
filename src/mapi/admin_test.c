/* SPDX-License-Identifier: MIT */
/* IProfAdmin, IMsgServiceAdmin(2), IProviderAdmin and IProfSect as a client program uses them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapiaux.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <emapispi.h>
#include "mem.h"
#include "profile.h"
#include "prop.h"
#include "testing.h"

#define T(text) ((LPTSTR)(uintptr_t)(text))

static IProfAdmin *admin;

static int
setup(void **state)
{
	if (test_folders_create(state) || FAILED(MAPIInitialize(NULL)))
		return -1;
	return FAILED(MAPIAdminProfiles(0, &admin));
}

static int
teardown(void **state)
{
	admin->lpVtbl->Release(admin);
	MAPIUninitialize();
	return test_folders_remove(state);
}

static IMsgServiceAdmin2 *
services_of(const char *profile)
{
	IMsgServiceAdmin *services;
	IMsgServiceAdmin2 *services2;

	assert_int_equal(
	    admin->lpVtbl->AdminServices(admin, T(profile), NULL, 0, 0, &services), S_OK);
	assert_int_equal(
	    services->lpVtbl->QueryInterface(services, &IID_IMsgServiceAdmin2, (void **)&services2),
	    S_OK);
	services->lpVtbl->Release(services);
	return services2;
}

static MAPIUID
add_service(IMsgServiceAdmin2 *services, const char *name)
{
	MAPIUID uid;

	assert_int_equal(
	    services->lpVtbl->CreateMsgServiceEx(services, T(name), T("shown"), 0, 0, &uid), S_OK);
	return uid;
}

static SRowSet *
rows_of(IMAPITable *table, const SPropTagArray *columns)
{
	SRowSet *rows;

	assert_int_equal(
	    HrQueryAllRows(table, (SPropTagArray *)(uintptr_t)columns, NULL, NULL, 0, &rows), S_OK);
	table->lpVtbl->Release(table);
	return rows;
}

/* The provider table: PR_SERVICE_UID, PR_PROVIDER_UID, PR_SERVICE_NAME_A. */
static SRowSet *
providers_of(IMsgServiceAdmin2 *services)
{
	static SizedSPropTagArray(
	    3, columns) = { 3, { PR_SERVICE_UID, PR_PROVIDER_UID, PR_SERVICE_NAME_A } };
	IMAPITable *table;

	assert_int_equal(services->lpVtbl->GetProviderTable(services, 0, &table), S_OK);
	return rows_of(table, (SPropTagArray *)&columns);
}

/* --- Profiles ------------------------------------------------------------------------------ */

static void
makes_lists_and_deletes_profiles(void **state)
{
	static SizedSPropTagArray(2, columns) = { 2, { PR_DISPLAY_NAME_A, PR_DEFAULT_PROFILE } };
	IMAPITable *table;
	SRowSet *rows;

	assert_int_equal(admin->lpVtbl->CreateProfile(admin, T("one"), NULL, 0, 0), S_OK);
	assert_int_equal(
	    admin->lpVtbl->CreateProfile(admin, T(u"zwö"), NULL, 0, MAPI_UNICODE), S_OK);
	assert_int_equal(
	    admin->lpVtbl->CreateProfile(admin, T("one"), NULL, 0, 0), MAPI_E_NO_ACCESS);
	assert_int_equal(admin->lpVtbl->SetDefaultProfile(admin, T("one"), 0), S_OK);
	assert_int_equal(admin->lpVtbl->SetDefaultProfile(admin, T("none"), 0), MAPI_E_NOT_FOUND);
	assert_int_equal(admin->lpVtbl->GetProfileTable(admin, 0, &table), S_OK);
	rows = rows_of(table, (SPropTagArray *)&columns);
	assert_int_equal(rows->cRows, 2);
	assert_string_equal(rows->aRow[0].lpProps[0].Value.lpszA, "one");
	assert_true(rows->aRow[0].lpProps[1].Value.b);
	assert_string_equal(rows->aRow[1].lpProps[0].Value.lpszA, "zwö");
	assert_false(rows->aRow[1].lpProps[1].Value.b);
	FreeProws(rows);
	assert_int_equal(admin->lpVtbl->DeleteProfile(admin, T("one"), 0), S_OK);
	assert_int_equal(admin->lpVtbl->DeleteProfile(admin, T("one"), 0), MAPI_E_NOT_FOUND);
}

static void
copies_and_renames_profiles(void **state)
{
	struct profile *one, *two;
	char *name;

	assert_int_equal(admin->lpVtbl->CreateProfile(admin, T("one"), NULL, 0, 0), S_OK);
	assert_int_equal(admin->lpVtbl->CopyProfile(admin, T("one"), NULL, T("two"), 0, 0), S_OK);
	profile_load("one", &one, NULL);
	profile_load("two", &two, NULL);
	assert_memory_not_equal(profile_uid(one), profile_uid(two), sizeof(MAPIUID));
	profile_unref(one);
	profile_unref(two);
	assert_int_equal(
	    admin->lpVtbl->CopyProfile(admin, T("none"), NULL, T("x"), 0, 0), MAPI_E_NOT_FOUND);
	assert_int_equal(
	    admin->lpVtbl->RenameProfile(admin, T("one"), NULL, T("two"), 0, 0), MAPI_E_NO_ACCESS);
	profile_set_default("one");
	assert_int_equal(
	    admin->lpVtbl->RenameProfile(admin, T("one"), NULL, T("three"), 0, 0), S_OK);
	name = profile_default();
	assert_string_equal(name, "three");
	g_free(name);
}

/* pywin32.md, acceptance check 9, but for the store itself. */
static void
a_program_sets_up_its_own_profile(void **state)
{
	SPropValue values[2] = { { PR_EMAPI_SERVER_A, 0, { .lpszA = (char *)"mail.example.test" } },
		{ PR_EMAPI_PORT, 0, { .l = 2525 } } };
	static SizedSPropTagArray(2, columns) = { 2, { PR_SERVICE_UID, PR_SERVICE_NAME_A } };
	IMAPISession *session;
	IMsgServiceAdmin2 *services;
	IMAPITable *table;
	SPropValue wanted;
	SRestriction restriction = { .rt = RES_PROPERTY };
	SRowSet *row;
	MAPIUID uid;

	assert_int_equal(admin->lpVtbl->CreateProfile(admin, T("own"), T(""), 0, 0), S_OK);
	services = services_of("own");
	add_service(services, "EMAPI_STORE");
	uid = add_service(services, "EMAPI_SMTP");
	assert_int_equal(
	    services->lpVtbl->ConfigureMsgService(services, &uid, 0, 0, 2, values), S_OK);
	assert_int_equal(services->lpVtbl->GetMsgServiceTable(services, 0, &table), S_OK);
	wanted.ulPropTag = PR_SERVICE_UID;
	wanted.Value.bin.cb = sizeof uid;
	wanted.Value.bin.lpb = uid.ab;
	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = PR_SERVICE_UID;
	restriction.res.resProperty.lpProp = &wanted;
	assert_int_equal(table->lpVtbl->SetColumns(table, (SPropTagArray *)&columns, 0), S_OK);
	assert_int_equal(table->lpVtbl->FindRow(table, &restriction, BOOKMARK_BEGINNING, 0), S_OK);
	assert_int_equal(table->lpVtbl->QueryRows(table, 1, 0, &row), S_OK);
	assert_string_equal(row->aRow[0].lpProps[1].Value.lpszA, "EMAPI_SMTP");
	FreeProws(row);
	table->lpVtbl->Release(table);
	services->lpVtbl->Release(services);
	assert_int_equal(admin->lpVtbl->SetDefaultProfile(admin, T("own"), 0), S_OK);
	assert_int_equal(MAPILogonEx(0, T(""), NULL,
			     MAPI_EXTENDED | MAPI_USE_DEFAULT | MAPI_BEST_ACCESS, &session),
	    S_OK);
	assert_int_equal(admin->lpVtbl->DeleteProfile(admin, T("own"), 0), S_OK);
	session->lpVtbl->Release(session);
	assert_int_equal(MAPILogonEx(0, T(""), NULL, MAPI_EXTENDED | MAPI_USE_DEFAULT, &session),
	    MAPI_E_LOGON_FAILED);
}

static void
default_services_come_along(void **state)
{
	IMsgServiceAdmin2 *services;
	SRowSet *rows;

	assert_int_equal(
	    admin->lpVtbl->CreateProfile(admin, T("d"), NULL, 0, MAPI_DEFAULT_SERVICES), S_OK);
	services = services_of("d");
	rows = providers_of(services);
	assert_int_equal(rows->cRows, 3);
	assert_string_equal(rows->aRow[0].lpProps[2].Value.lpszA, "EMAPI_STORE");
	assert_string_equal(rows->aRow[1].lpProps[2].Value.lpszA, "EMAPI_AB");
	assert_string_equal(rows->aRow[2].lpProps[2].Value.lpszA, "EMAPI_PICKUP");
	FreeProws(rows);
	services->lpVtbl->Release(services);
}

/* --- Services and providers ---------------------------------------------------------------- */

static void
says_what_is_missing(void **state)
{
	IMsgServiceAdmin2 *services;
	MAPIERROR *error;
	MAPIUID uid, other = { "nobody" };

	admin->lpVtbl->CreateProfile(admin, T("p"), NULL, 0, 0);
	services = services_of("p");
	assert_int_equal(
	    services->lpVtbl->CreateMsgServiceEx(services, T("MSEMS"), NULL, 0, 0, &uid),
	    MAPI_E_NOT_FOUND);
	assert_int_equal(
	    services->lpVtbl->GetLastError(services, MAPI_E_NOT_FOUND, 0, &error), S_OK);
	assert_non_null(strstr((char *)error->lpszError, "MSEMS"));
	mem_free(error);
	uid = add_service(services, "EMAPI_SMTP");
	assert_int_equal(services->lpVtbl->ConfigureMsgService(services, &uid, 0, 0, 0, NULL),
	    MAPI_E_UNCONFIGURED);
	assert_int_equal(services->lpVtbl->ConfigureMsgService(services, &other, 0, 0, 0, NULL),
	    MAPI_E_NOT_FOUND);
	assert_int_equal(services->lpVtbl->DeleteMsgService(services, &other), MAPI_E_NOT_FOUND);
	assert_int_equal(services->lpVtbl->DeleteMsgService(services, &uid), S_OK);
	services->lpVtbl->Release(services);
}

static void
two_stores_have_files_of_their_own(void **state)
{
	IMsgServiceAdmin2 *services;
	SRowSet *rows;
	IProfSect *section;
	SPropValue *paths[2], *standard;
	int i;

	admin->lpVtbl->CreateProfile(admin, T("p"), NULL, 0, 0);
	services = services_of("p");
	add_service(services, "EMAPI_STORE");
	add_service(services, "EMAPI_STORE");
	rows = providers_of(services);
	for (i = 0; i < 2; i++) {
		assert_int_equal(
		    services->lpVtbl->OpenProfileSection(services,
			(MAPIUID *)rows->aRow[i].lpProps[1].Value.bin.lpb, NULL, 0, &section),
		    S_OK);
		assert_int_equal(
		    HrGetOneProp((IMAPIProp *)section, PR_EMAPI_PATH_A, &paths[i]), S_OK);
		assert_int_equal(HrGetOneProp((IMAPIProp *)section, PR_DEFAULT_STORE, &standard),
		    i ? MAPI_E_NOT_FOUND : S_OK);
		mem_free(standard);
		section->lpVtbl->Release(section);
	}
	assert_string_not_equal(paths[0]->Value.lpszA, paths[1]->Value.lpszA);
	mem_free(paths[0]);
	mem_free(paths[1]);
	FreeProws(rows);
	services->lpVtbl->Release(services);
}

static void
transports_can_be_put_in_order(void **state)
{
	IMsgServiceAdmin2 *services;
	SRowSet *rows;
	MAPIUID order[2];

	admin->lpVtbl->CreateProfile(admin, T("p"), NULL, 0, 0);
	services = services_of("p");
	add_service(services, "EMAPI_PICKUP");
	add_service(services, "EMAPI_STORE");
	add_service(services, "EMAPI_SMTP");
	rows = providers_of(services);
	memcpy(&order[0], rows->aRow[2].lpProps[1].Value.bin.lpb, sizeof order[0]);
	memcpy(&order[1], rows->aRow[0].lpProps[1].Value.bin.lpb, sizeof order[1]);
	FreeProws(rows);
	assert_int_equal(services->lpVtbl->MsgServiceTransportOrder(services, 2, order, 0), S_OK);
	rows = providers_of(services);
	assert_string_equal(rows->aRow[0].lpProps[2].Value.lpszA, "EMAPI_SMTP");
	assert_string_equal(rows->aRow[1].lpProps[2].Value.lpszA, "EMAPI_PICKUP");
	assert_string_equal(rows->aRow[2].lpProps[2].Value.lpszA, "EMAPI_STORE");
	FreeProws(rows);
	services->lpVtbl->Release(services);
}

static void
providers_come_and_go(void **state)
{
	SPropValue value = { PR_EMAPI_SERVER_A, 0, { .lpszA = (char *)"second.example.test" } };
	IMsgServiceAdmin2 *services;
	IProviderAdmin *providers;
	IMAPITable *table;
	MAPIUID service, provider;
	ULONG count;

	admin->lpVtbl->CreateProfile(admin, T("p"), NULL, 0, 0);
	services = services_of("p");
	service = add_service(services, "EMAPI_SMTP");
	assert_int_equal(services->lpVtbl->AdminProviders(services, &service, 0, &providers), S_OK);
	assert_int_equal(
	    providers->lpVtbl->CreateProvider(providers, T("none"), 0, NULL, 0, 0, &provider),
	    MAPI_E_NOT_FOUND);
	assert_int_equal(providers->lpVtbl->CreateProvider(
			     providers, T("EMAPI_SMTP_XP"), 1, &value, 0, 0, &provider),
	    S_OK);
	assert_int_equal(providers->lpVtbl->GetProviderTable(providers, 0, &table), S_OK);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &count), S_OK);
	assert_int_equal(count, 2);
	table->lpVtbl->Release(table);
	assert_int_equal(providers->lpVtbl->DeleteProvider(providers, &provider), S_OK);
	assert_int_equal(providers->lpVtbl->DeleteProvider(providers, &provider), MAPI_E_NOT_FOUND);
	providers->lpVtbl->Release(providers);
	services->lpVtbl->Release(services);
}

/* --- Sections ------------------------------------------------------------------------------ */

static void
a_section_comes_into_being_when_written(void **state)
{
	SPropValue values[2] = { { PROP_TAG(PT_STRING8, 0x6700), 0, { .lpszA = (char *)"v" } },
		{ PR_EMAPI_PASSWORD, 0, { .lpszA = (char *)"s3cret" } } };
	MAPIUID uid = { "new section" };
	IMsgServiceAdmin2 *services;
	IProfSect *section;
	SPropValue *value;
	SPropTagArray *tags;
	char *text;

	admin->lpVtbl->CreateProfile(admin, T("p"), NULL, 0, 0);
	services = services_of("p");
	assert_int_equal(services->lpVtbl->OpenProfileSection(services, &uid, NULL, 0, &section),
	    MAPI_E_NOT_FOUND);
	assert_int_equal(
	    services->lpVtbl->OpenProfileSection(services, &uid, NULL, MAPI_MODIFY, &section),
	    S_OK);
	assert_int_equal(section->lpVtbl->SetProps(section, 2, values, NULL), S_OK);
	section->lpVtbl->Release(section);
	assert_int_equal(
	    services->lpVtbl->OpenProfileSection(services, &uid, &IID_IMAPIProp, 0, &section),
	    S_OK);
	assert_int_equal(
	    HrGetOneProp((IMAPIProp *)section, PROP_TAG(PT_UNICODE, 0x6700), &value), S_OK);
	assert_int_equal(value->Value.lpszW[0], 'v');
	mem_free(value);
	/* A secret is there for who asks for it, and in no list. */
	assert_int_equal(HrGetOneProp((IMAPIProp *)section, PR_EMAPI_PASSWORD, &value), S_OK);
	assert_string_equal(value->Value.lpszA, "s3cret");
	mem_free(value);
	assert_int_equal(section->lpVtbl->GetPropList(section, 0, &tags), S_OK);
	assert_int_equal(tags->cValues, 1);
	mem_free(tags);
	text = test_read("config/emapi/profiles/p.profile");
	assert_null(strstr(text, "s3cret"));
	g_free(text);
	assert_int_equal(section->lpVtbl->SetProps(section, 1, values, NULL), MAPI_E_NO_ACCESS);
	section->lpVtbl->Release(section);
	services->lpVtbl->Release(services);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_lists_and_deletes_profiles),
		TEST(copies_and_renames_profiles),
		TEST(a_program_sets_up_its_own_profile),
		TEST(default_services_come_along),
		TEST(says_what_is_missing),
		TEST(two_stores_have_files_of_their_own),
		TEST(transports_can_be_put_in_order),
		TEST(providers_come_and_go),
		TEST(a_section_comes_into_being_when_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
