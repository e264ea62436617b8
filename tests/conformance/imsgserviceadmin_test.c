/* SPDX-License-Identifier: MIT */
/* IMsgServiceAdmin(2) and IProviderAdmin: message services of a profile and their providers. */
#include "world.h"
#include <mapiaux.h>
#include <emapispi.h>

static IMsgServiceAdmin2 *
services_of(const char *profile)
{
	IProfAdmin *admin = NULL;
	IMsgServiceAdmin *services = NULL;
	IMsgServiceAdmin2 *out = NULL;

	OK(MAPIAdminProfiles(0, &admin));
	OK(admin->lpVtbl->AdminServices(admin, (LPTSTR)(uintptr_t)profile, NULL, 0, 0, &services));
	OK(services->lpVtbl->QueryInterface(services, &IID_IMsgServiceAdmin2, (void **)&out));
	RELEASE(services);
	RELEASE(admin);
	return out;
}

static SRowSet *
rows_of(IMsgServiceAdmin2 *services)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;

	OK(services->lpVtbl->GetMsgServiceTable(services, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	RELEASE(table);
	return rows;
}

static SPropValue *
cell(SRowSet *rows, ULONG row, ULONG tag)
{
	return PpropFindProp(rows->aRow[row].lpProps, rows->aRow[row].cValues, tag);
}

static MAPIUID
service_at(IMsgServiceAdmin2 *services, ULONG row)
{
	SRowSet *rows = rows_of(services);
	MAPIUID uid = *(MAPIUID *)(void *)cell(rows, row, PR_SERVICE_UID)->Value.bin.lpb;

	FreeProws(rows);
	return uid;
}

static void
a_new_service_tells_its_uid_and_wants_settings(void **state)
{
	IMsgServiceAdmin2 *services = services_of("test");
	SPropValue server = { .ulPropTag = CHANGE_PROP_TYPE(PR_EMAPI_SERVER_W, PT_STRING8) };
	MAPIUID uid;

	OK(services->lpVtbl->CreateMsgServiceEx(
	    services, (LPTSTR) "EMAPI_SMTP", (LPTSTR) "Work", 0, 0, &uid));
	FAILS(services->lpVtbl->ConfigureMsgService(services, &uid, 0, 0, 0, NULL),
	    MAPI_E_UNCONFIGURED);
	server.Value.lpszA = (LPSTR)(uintptr_t) "mail.example.test";
	OK(services->lpVtbl->ConfigureMsgService(services, &uid, 0, 0, 1, &server));
	OK(services->lpVtbl->RenameMsgService(services, &uid, 0, (LPTSTR) "Office"));
	OK(services->lpVtbl->DeleteMsgService(services, &uid));
	FAILS(services->lpVtbl->DeleteMsgService(services, &uid), MAPI_E_NOT_FOUND);
	FAILS(services->lpVtbl->CreateMsgService(services, (LPTSTR) "NOBODYS", NULL, 0, 0),
	    MAPI_E_NOT_FOUND);
	RELEASE(services);
}

static void
a_service_is_copied_into_another_profile(void **state)
{
	IMsgServiceAdmin2 *from = services_of("test"), *to;
	IProfAdmin *admin = NULL;
	MAPIUID uid = service_at(from, 2);
	SRowSet *rows;

	OK(MAPIAdminProfiles(0, &admin));
	OK(admin->lpVtbl->CreateProfile(admin, (LPTSTR) "other", NULL, 0, 0));
	RELEASE(admin);
	to = services_of("other");
	OK(from->lpVtbl->CopyMsgService(
	    from, &uid, (LPTSTR) "Copied", NULL, &IID_IMsgServiceAdmin, to, 0, 0));
	rows = rows_of(to);
	assert_int_equal(rows->cRows, 1);
	assert_string_equal(cell(rows, 0, PR_SERVICE_NAME_A)->Value.lpszA, "EMAPI_PICKUP");
	assert_string_equal(cell(rows, 0, PR_DISPLAY_NAME_A)->Value.lpszA, "Copied");
	assert_memory_not_equal(cell(rows, 0, PR_SERVICE_UID)->Value.bin.lpb, &uid, sizeof uid);
	FreeProws(rows);
	RELEASE(to);
	RELEASE(from);
}

static void
a_store_copied_within_a_profile_is_a_new_store(void **state)
{
	struct world *world = *state;
	IMsgServiceAdmin2 *services = services_of("test");
	MAPIUID uid = service_at(services, 0);
	IMAPISession *session = NULL;
	IMAPITable *table = NULL;

	OK(services->lpVtbl->CopyMsgService(
	    services, &uid, NULL, NULL, &IID_IMsgServiceAdmin, services, 0, 0));
	RELEASE(services);
	/* Both can be opened. */
	OK(MAPILogonEx(
	    0, (LPTSTR) "test", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL, &session));
	OK(session->lpVtbl->GetMsgStoresTable(session, 0, &table));
	{
		SRowSet *rows = NULL;
		IMsgStore *store = NULL;
		SPropValue *id;
		ULONG i;

		OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
		assert_int_equal(rows->cRows, 2);
		for (i = 0; i < 2; i++) {
			id = cell(rows, i, PR_ENTRYID);
			OK(session->lpVtbl->OpenMsgStore(session, 0, id->Value.bin.cb,
			    (ENTRYID *)(void *)id->Value.bin.lpb, NULL, MDB_WRITE, &store));
			RELEASE(store);
		}
		FreeProws(rows);
	}
	RELEASE(table);
	OK(session->lpVtbl->Logoff(session, 0, 0, 0));
	RELEASE(session);
	(void)world;
}

static void
copying_needs_a_service_and_a_target(void **state)
{
	IMsgServiceAdmin2 *services = services_of("test");
	MAPIUID nobody = { "nobody" }, uid = service_at(services, 1);

	FAILS(services->lpVtbl->CopyMsgService(
		  services, &nobody, NULL, NULL, &IID_IMsgServiceAdmin, services, 0, 0),
	    MAPI_E_NOT_FOUND);
	FAILS(services->lpVtbl->CopyMsgService(
		  services, &uid, NULL, NULL, &IID_IMsgServiceAdmin, NULL, 0, 0),
	    MAPI_E_INVALID_PARAMETER);
	FAILS(services->lpVtbl->CopyMsgService(services, &uid, NULL, NULL, &IID_IMsgServiceAdmin,
		  ((struct world *)*state)->store, 0, 0),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	RELEASE(services);
}

static void
one_service_is_the_primary_identity(void **state)
{
	IMsgServiceAdmin2 *services = services_of("test");
	MAPIUID first = service_at(services, 0), second = service_at(services, 1),
		nobody = { "nobody" };
	SRowSet *rows;

	OK(services->lpVtbl->SetPrimaryIdentity(services, &first, 0));
	OK(services->lpVtbl->SetPrimaryIdentity(services, &second, 0));
	rows = rows_of(services);
	assert_false((ULONG)cell(rows, 0, PR_RESOURCE_FLAGS)->Value.l & SERVICE_PRIMARY_IDENTITY);
	assert_true((ULONG)cell(rows, 1, PR_RESOURCE_FLAGS)->Value.l & SERVICE_PRIMARY_IDENTITY);
	FreeProws(rows);
	FAILS(services->lpVtbl->SetPrimaryIdentity(services, &nobody, 0), MAPI_E_NOT_FOUND);
	FAILS(services->lpVtbl->SetPrimaryIdentity(services, &second, 1), MAPI_E_UNKNOWN_FLAGS);
	OK(services->lpVtbl->SetPrimaryIdentity(services, NULL, 0));
	rows = rows_of(services);
	assert_false((ULONG)cell(rows, 1, PR_RESOURCE_FLAGS)->Value.l & SERVICE_PRIMARY_IDENTITY);
	FreeProws(rows);
	RELEASE(services);
}

static void
transports_are_put_in_order(void **state)
{
	IMsgServiceAdmin2 *services = services_of("test");
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	MAPIUID order[2];
	ULONG i, found = 0;

	OK(services->lpVtbl->CreateMsgService(services, (LPTSTR) "EMAPI_PICKUP", NULL, 0, 0));
	OK(services->lpVtbl->GetProviderTable(services, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	for (i = 0; i < rows->cRows; i++)
		if (cell(rows, i, PR_RESOURCE_TYPE)->Value.l == MAPI_TRANSPORT_PROVIDER)
			order[1 - found++] =
			    *(MAPIUID *)(void *)cell(rows, i, PR_PROVIDER_UID)->Value.bin.lpb;
	FreeProws(rows);
	RELEASE(table);
	assert_int_equal(found, 2);
	OK(services->lpVtbl->MsgServiceTransportOrder(services, 2, order, 0));
	OK(services->lpVtbl->GetProviderTable(services, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	for (i = found = 0; i < rows->cRows; i++)
		if (cell(rows, i, PR_RESOURCE_TYPE)->Value.l == MAPI_TRANSPORT_PROVIDER)
			assert_memory_equal(cell(rows, i, PR_PROVIDER_UID)->Value.bin.lpb,
			    &order[found++], sizeof *order);
	FreeProws(rows);
	RELEASE(table);
	RELEASE(services);
}

/* --- IProviderAdmin ------------------------------------------------------------------------ */

static void
providers_come_and_go_within_a_service(void **state)
{
	IMsgServiceAdmin2 *services = services_of("test");
	IProviderAdmin *providers = NULL;
	IMAPITable *table = NULL;
	IProfSect *section = NULL;
	MAPIUID service = service_at(services, 1), uid;

	OK(services->lpVtbl->AdminProviders(services, &service, 0, &providers));
	OK(providers->lpVtbl->CreateProvider(
	    providers, (LPTSTR) "EMAPI_PICKUP_XP", 0, NULL, 0, 0, &uid));
	assert_int_equal(
	    world_count(providers->lpVtbl->GetProviderTable(providers, 0, &table), &table), 2);
	OK(providers->lpVtbl->OpenProfileSection(providers, &uid, NULL, MAPI_MODIFY, &section));
	assert_int_equal(world_long(section, PR_RESOURCE_TYPE), MAPI_TRANSPORT_PROVIDER);
	RELEASE(section);
	OK(providers->lpVtbl->DeleteProvider(providers, &uid));
	FAILS(providers->lpVtbl->DeleteProvider(providers, &uid), MAPI_E_NOT_FOUND);
	FAILS(providers->lpVtbl->CreateProvider(providers, (LPTSTR) "NOBODYS", 0, NULL, 0, 0, &uid),
	    MAPI_E_NOT_FOUND);
	RELEASE(providers);
	RELEASE(services);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_new_service_tells_its_uid_and_wants_settings),
		CASE(a_service_is_copied_into_another_profile),
		CASE(a_store_copied_within_a_profile_is_a_new_store),
		CASE(copying_needs_a_service_and_a_target),
		CASE(one_service_is_the_primary_identity),
		CASE(transports_are_put_in_order),
		CASE(providers_come_and_go_within_a_service),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
