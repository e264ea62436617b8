/* SPDX-License-Identifier: MIT */
/* IProfAdmin: whole profiles (MAPI reference: IProfAdmin : IUnknown). */
#include "world.h"

static IProfAdmin *
admin_open(void)
{
	IProfAdmin *admin = NULL;

	OK(MAPIAdminProfiles(0, &admin));
	return admin;
}

static bool
has_profile(IProfAdmin *admin, const char *name, bool *is_default)
{
	static SizedSPropTagArray(2, columns) = { 2, { PR_DISPLAY_NAME_A, PR_DEFAULT_PROFILE } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	bool found = false;
	ULONG i;

	OK(admin->lpVtbl->GetProfileTable(admin, 0, &table));
	OK(HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, &rows));
	for (i = 0; i < rows->cRows; i++) {
		if (strcmp(rows->aRow[i].lpProps[0].Value.lpszA, name))
			continue;
		found = true;
		if (is_default)
			*is_default = rows->aRow[i].lpProps[1].Value.b;
	}
	FreeProws(rows);
	RELEASE(table);
	return found;
}

static void
profiles_are_created_listed_and_deleted(void **state)
{
	IProfAdmin *admin = admin_open();

	OK(admin->lpVtbl->CreateProfile(admin, (LPTSTR) "second", NULL, 0, MAPI_DEFAULT_SERVICES));
	assert_true(has_profile(admin, "test", NULL));
	assert_true(has_profile(admin, "second", NULL));
	FAILS(admin->lpVtbl->CreateProfile(admin, (LPTSTR) "second", NULL, 0, 0), MAPI_E_NO_ACCESS);
	OK(admin->lpVtbl->DeleteProfile(admin, (LPTSTR) "second", 0));
	assert_false(has_profile(admin, "second", NULL));
	FAILS(admin->lpVtbl->DeleteProfile(admin, (LPTSTR) "second", 0), MAPI_E_NOT_FOUND);
	RELEASE(admin);
}

static void
names_may_be_16_bit(void **state)
{
	IProfAdmin *admin = admin_open();

	OK(admin->lpVtbl->CreateProfile(
	    admin, (LPTSTR)(uintptr_t)u"B\u00fcro", NULL, 0, MAPI_UNICODE));
	assert_true(has_profile(admin, "B\xC3\xBCro", NULL));
	RELEASE(admin);
}

static void
the_default_profile_is_marked(void **state)
{
	IProfAdmin *admin = admin_open();
	bool is_default = false;

	OK(admin->lpVtbl->CreateProfile(admin, (LPTSTR) "other", NULL, 0, 0));
	OK(admin->lpVtbl->SetDefaultProfile(admin, (LPTSTR) "other", 0));
	assert_true(has_profile(admin, "other", &is_default));
	assert_true(is_default);
	FAILS(admin->lpVtbl->SetDefaultProfile(admin, (LPTSTR) "nobody's", 0), MAPI_E_NOT_FOUND);
	RELEASE(admin);
}

static void
a_copy_has_secrets_of_its_own(void **state)
{
	SPropValue password = { .ulPropTag = PROP_TAG(PT_STRING8, 0x67F0) };
	IProfAdmin *admin = admin_open();
	IMsgServiceAdmin *services = NULL;
	IMAPITable *table = NULL;
	IProfSect *section = NULL;
	SRowSet *rows = NULL;
	MAPIUID provider;

	/* A password on the transport, copied, and the original deleted. */
	OK(admin->lpVtbl->AdminServices(admin, (LPTSTR) "test", NULL, 0, 0, &services));
	OK(services->lpVtbl->GetProviderTable(services, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	provider = *(MAPIUID *)(void *)PpropFindProp(
	    rows->aRow[2].lpProps, rows->aRow[2].cValues, PR_PROVIDER_UID)
			->Value.bin.lpb;
	FreeProws(rows);
	RELEASE(table);
	OK(services->lpVtbl->OpenProfileSection(services, &provider, NULL, MAPI_MODIFY, &section));
	password.Value.lpszA = (LPSTR)(uintptr_t) "secret";
	OK(section->lpVtbl->SetProps(section, 1, &password, NULL));
	RELEASE(section);
	RELEASE(services);
	OK(admin->lpVtbl->CopyProfile(admin, (LPTSTR) "test", NULL, (LPTSTR) "copy", 0, 0));
	OK(admin->lpVtbl->CreateProfile(admin, (LPTSTR) "spare", NULL, 0, 0));
	OK(admin->lpVtbl->DeleteProfile(admin, (LPTSTR) "test", 0));
	OK(admin->lpVtbl->AdminServices(admin, (LPTSTR) "copy", NULL, 0, 0, &services));
	OK(services->lpVtbl->GetProviderTable(services, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	assert_int_equal(rows->cRows, 3);
	assert_memory_not_equal(
	    PpropFindProp(rows->aRow[2].lpProps, rows->aRow[2].cValues, PR_PROVIDER_UID)
		->Value.bin.lpb,
	    &provider, sizeof provider);
	provider = *(MAPIUID *)(void *)PpropFindProp(
	    rows->aRow[2].lpProps, rows->aRow[2].cValues, PR_PROVIDER_UID)
			->Value.bin.lpb;
	OK(services->lpVtbl->OpenProfileSection(services, &provider, NULL, 0, &section));
	assert_string_equal(world_text(section, PROP_TAG(PT_STRING8, 0x67F0)), "secret");
	RELEASE(section);
	FreeProws(rows);
	RELEASE(table);
	RELEASE(services);
	RELEASE(admin);
}

static void
a_renamed_profile_stays_the_default(void **state)
{
	IProfAdmin *admin = admin_open();
	bool is_default = false;

	OK(admin->lpVtbl->SetDefaultProfile(admin, (LPTSTR) "test", 0));
	OK(admin->lpVtbl->RenameProfile(admin, (LPTSTR) "test", NULL, (LPTSTR) "renamed", 0, 0));
	assert_false(has_profile(admin, "test", NULL));
	assert_true(has_profile(admin, "renamed", &is_default));
	assert_true(is_default);
	FAILS(admin->lpVtbl->RenameProfile(admin, (LPTSTR) "gone", NULL, (LPTSTR) "x", 0, 0),
	    MAPI_E_NOT_FOUND);
	RELEASE(admin);
}

/* The file's owner is who may read it: a password would promise what nothing keeps. */
static void
profiles_have_no_passwords_and_say_so(void **state)
{
	IProfAdmin *admin = admin_open();
	MAPIERROR *error = NULL;

	FAILS(admin->lpVtbl->CreateProfile(admin, (LPTSTR) "safe", (LPTSTR) "secret", 0, 0),
	    MAPI_E_NO_SUPPORT);
	OK(admin->lpVtbl->GetLastError(admin, MAPI_E_NO_SUPPORT, 0, &error));
	assert_non_null(error);
	MAPIFreeBuffer(error);
	assert_false(has_profile(admin, "safe", NULL));
	OK(admin->lpVtbl->CreateProfile(admin, (LPTSTR) "open", (LPTSTR) "", 0, 0));
	/* "It will return S_OK. However, no action will be taken." */
	OK(admin->lpVtbl->ChangeProfilePassword(
	    admin, (LPTSTR) "open", (LPTSTR) "", (LPTSTR) "new", 0));
	FAILS(admin->lpVtbl->ChangeProfilePassword(admin, NULL, NULL, NULL, 0),
	    MAPI_E_INVALID_PARAMETER);
	RELEASE(admin);
}

static void
services_of_no_profile_are_not_found(void **state)
{
	IProfAdmin *admin = admin_open();
	IMsgServiceAdmin *services = NULL;

	FAILS(admin->lpVtbl->AdminServices(admin, (LPTSTR) "gone", NULL, 0, 0, &services),
	    MAPI_E_NOT_FOUND);
	assert_null(services);
	RELEASE(admin);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(profiles_are_created_listed_and_deleted),
		CASE(names_may_be_16_bit),
		CASE(the_default_profile_is_marked),
		CASE(a_copy_has_secrets_of_its_own),
		CASE(a_renamed_profile_stays_the_default),
		CASE(profiles_have_no_passwords_and_say_so),
		CASE(services_of_no_profile_are_not_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
