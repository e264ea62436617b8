/* SPDX-License-Identifier: MIT */
/* IMAPIStatus and the status table (MAPI reference: IMAPIStatus : IMAPIProp; Status Tables). */
#include "world.h"
#include <mapispi.h>
#include "session.h"

/* The status object of the first row of a resource type. */
static IMAPIStatus *
open_status(struct world *world, LONG type)
{
	static SizedSPropTagArray(2, columns) = { 2, { PR_RESOURCE_TYPE, PR_ENTRYID } };
	IMAPISession *session = world->session;
	IMAPITable *table = NULL;
	IMAPIStatus *status = NULL;
	SRowSet *rows = NULL;
	ULONG kind, i;

	OK(session->lpVtbl->GetStatusTable(session, 0, &table));
	OK(HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, &rows));
	for (i = 0; i < rows->cRows && !status; i++) {
		const SPropValue *row = rows->aRow[i].lpProps;

		if (row[0].Value.l != type)
			continue;
		OK(session->lpVtbl->OpenEntry(session, row[1].Value.bin.cb,
		    (ENTRYID *)(void *)row[1].Value.bin.lpb, NULL, 0, &kind,
		    (IUnknown **)(void *)&status));
		assert_int_equal(kind, MAPI_STATUS);
	}
	FreeProws(rows);
	RELEASE(table);
	assert_non_null(status);
	return status;
}

static void
every_part_of_the_session_has_a_row_and_an_object(void **state)
{
	static const LONG types[] = { MAPI_SUBSYSTEM, MAPI_SPOOLER, MAPI_AB, MAPI_STORE_PROVIDER,
		MAPI_TRANSPORT_PROVIDER };
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(types); i++) {
		IMAPIStatus *status = open_status(*state, types[i]);

		assert_int_equal(world_long(status, PR_RESOURCE_TYPE), types[i]);
		assert_int_equal(world_long(status, PR_OBJECT_TYPE), MAPI_STATUS);
		assert_string_not_equal(world_text(status, PR_DISPLAY_NAME_A), "");
		OK(status->lpVtbl->ValidateState(status, 0, SUPPRESS_UI));
		RELEASE(status);
	}
}

static void
resource_methods_say_what_works(void **state)
{
	IMAPIStatus *status = open_status(*state, MAPI_STORE_PROVIDER);

	assert_int_equal(world_long(status, PR_RESOURCE_METHODS), STATUS_VALIDATE_STATE);
	FAILS(status->lpVtbl->FlushQueues(status, 0, 0, NULL, FLUSH_UPLOAD), MAPI_E_NO_SUPPORT);
	FAILS(status->lpVtbl->SettingsDialog(status, 0, 0), MAPI_E_NO_SUPPORT);
	FAILS(status->lpVtbl->ChangePassword(status, NULL, NULL, 0), MAPI_E_NO_SUPPORT);
	RELEASE(status);
	status = open_status(*state, MAPI_SPOOLER);
	assert_int_equal(
	    world_long(status, PR_RESOURCE_METHODS), STATUS_VALIDATE_STATE | STATUS_FLUSH_QUEUES);
	/* Nobody fetches mail, and here no spooler can be started. */
	FAILS(status->lpVtbl->FlushQueues(status, 0, 0, NULL, FLUSH_DOWNLOAD), MAPI_E_NO_SUPPORT);
	assert_true(FAILED(status->lpVtbl->FlushQueues(status, 0, 0, NULL, FLUSH_UPLOAD)));
	RELEASE(status);
}

static void
flushing_the_spooler_sends_what_waits(void **state)
{
	struct world *world = *state;
	IMAPIStatus *status = open_status(world, MAPI_SPOOLER);
	IMessage *message = NULL;
	SPropValue subject = { .ulPropTag = PR_SUBJECT_A };
	IMAPITable *table = NULL;
	char *before = g_strdup(g_getenv("EMAPI_SPOOLER"));

	g_setenv("EMAPI_SPOOLER", g_getenv("EMAPI_TEST_SPOOLER"), TRUE);
	g_setenv("EMAPI_IDLE_SECONDS", "1", TRUE);
	subject.Value.lpszA = (LPSTR)(uintptr_t) "Flushed";
	OK(world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, 0, &message));
	OK(message->lpVtbl->SetProps(message, 1, &subject, NULL));
	world_add_recipient(message, "Bob", "bob@example.test");
	OK(message->lpVtbl->SubmitMessage(message, 0));
	RELEASE(message);
	OK(status->lpVtbl->FlushQueues(status, 0, 0, NULL, FLUSH_UPLOAD | FLUSH_NO_UI));
	assert_int_equal(
	    world_count(world->outbox->lpVtbl->GetContentsTable(world->outbox, 0, &table), &table),
	    0);
	assert_int_equal(
	    world_count(world->sent->lpVtbl->GetContentsTable(world->sent, 0, &table), &table), 1);
	RELEASE(status);
	g_setenv("EMAPI_SPOOLER", before, TRUE);
	g_free(before);
}

static void
a_store_that_cannot_be_opened_fails_to_validate(void **state)
{
	struct world *world = *state;
	IMAPIStatus *status;
	MAPIERROR *error = NULL;
	char *path = g_build_filename(test_folder, "data/emapi/test.store", NULL);
	HRESULT hr;

	RELEASE(world->outbox);
	RELEASE(world->sent);
	RELEASE(world->store);
	OK(world->session->lpVtbl->Logoff(world->session, 0, 0, 0));
	RELEASE(world->session);
	assert_true(g_file_set_contents(path, "This is no store.", -1, NULL));
	OK(MAPILogonEx(0, (LPTSTR) "test", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL,
	    &world->session));
	status = open_status(world, MAPI_STORE_PROVIDER);
	hr = status->lpVtbl->ValidateState(status, 0, SUPPRESS_UI);
	assert_true(FAILED(hr));
	OK(status->lpVtbl->GetLastError(status, hr, 0, &error));
	assert_non_null(error);
	assert_string_not_equal((char *)error->lpszError, "");
	MAPIFreeBuffer(error);
	RELEASE(status);
	g_free(path);
}

static void
what_it_says_cannot_be_written(void **state)
{
	IMAPIStatus *status = open_status(*state, MAPI_SUBSYSTEM);
	SPropValue value = { .ulPropTag = PR_STATUS_CODE };

	FAILS(status->lpVtbl->SetProps(status, 1, &value, NULL), MAPI_E_NO_ACCESS);
	FAILS(status->lpVtbl->SaveChanges(status, 0), MAPI_E_NO_ACCESS);
	assert_int_equal(world_long(status, PR_STATUS_CODE), STATUS_AVAILABLE);
	RELEASE(status);
}

/* PR_STATUS_STRING of the row of a resource type. */
static char *
row_text(struct world *world, LONG type)
{
	static SizedSPropTagArray(2, columns) = { 2, { PR_RESOURCE_TYPE, PR_STATUS_STRING_A } };
	IMAPISession *session = world->session;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	char *text = NULL;

	OK(session->lpVtbl->GetStatusTable(session, 0, &table));
	OK(HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, &rows));
	for (ULONG i = 0; i < rows->cRows && !text; i++)
		if (rows->aRow[i].lpProps[0].Value.l == type)
			text = g_strdup(rows->aRow[i].lpProps[1].Value.lpszA);
	FreeProws(rows);
	RELEASE(table);
	return text;
}

static IMAPISupport *
support_of(struct world *world, ULONG type)
{
	struct session *session = session_from(world->session);
	GArray *providers = profile_providers(session_profile(session), type);
	IMAPISupport *support = NULL;

	OK(support_create(session, &g_array_index(providers, MAPIUID, 0), NULL, &support));
	g_array_unref(providers);
	return support;
}

static void
a_provider_changes_its_row(void **state)
{
	static const ULONG types[] = { MAPI_STORE_PROVIDER, MAPI_TRANSPORT_PROVIDER };
	struct world *world = *state;
	SPropValue values[2] = { { .ulPropTag = PR_STATUS_STRING_A },
		{ .ulPropTag = PR_STATUS_CODE, .Value.l = STATUS_OFFLINE } };

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		IMAPISupport *support = support_of(world, types[i]);
		g_autofree char *text = NULL;

		values[0].Value.lpszA = (LPSTR)(uintptr_t) "Being repaired";
		OK(support->lpVtbl->ModifyStatusRow(support, 2, values, 0));
		values[0].Value.lpszA = (LPSTR)(uintptr_t) "Nearly done";
		OK(support->lpVtbl->ModifyStatusRow(support, 1, values, STATUSROW_UPDATE));
		text = row_text(world, (LONG)types[i]);
		assert_string_equal(text, "Nearly done");
		RELEASE(support);
	}
}

/* Where a provider has no object that can be had, MAPI makes one of its row. */
static void
the_object_that_mapi_makes_says_what_the_row_says(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = support_of(world, MAPI_TRANSPORT_PROVIDER);
	SPropValue values[2] = { { .ulPropTag = PR_STATUS_STRING_A },
		{ .ulPropTag = PR_STATUS_CODE, .Value.l = STATUS_OFFLINE } };
	IMAPIStatus *status;

	values[0].Value.lpszA = (LPSTR)(uintptr_t) "Nearly done";
	OK(support->lpVtbl->ModifyStatusRow(support, 2, values, 0));
	status = open_status(world, MAPI_TRANSPORT_PROVIDER);
	assert_string_equal(world_text(status, PR_STATUS_STRING_A), "Nearly done");
	assert_int_equal(world_long(status, PR_STATUS_CODE), STATUS_OFFLINE);
	RELEASE(status);
	RELEASE(support);
}

static void
a_store_whose_file_was_taken_away_says_so(void **state)
{
	struct world *world = *state;
	IMAPIStatus *status = open_status(world, MAPI_STORE_PROVIDER);
	g_autofree char *path = g_build_filename(test_folder, "data/emapi/test.store", NULL);
	g_autofree char *away = g_strconcat(path, ".away", NULL);
	MAPIERROR *error = NULL;
	HRESULT hr;

	assert_string_equal(world_text(status, PR_PROVIDER_DLL_NAME_A), "emapi_store.so");
	assert_int_equal(world_long(status, PR_STATUS_CODE), STATUS_AVAILABLE);
	assert_int_equal(rename(path, away), 0);
	hr = status->lpVtbl->ValidateState(status, 0, SUPPRESS_UI);
	assert_int_equal(hr, MAPI_E_NOT_FOUND);
	assert_int_equal(world_long(status, PR_STATUS_CODE), STATUS_FAILURE);
	OK(status->lpVtbl->GetLastError(status, hr, 0, &error));
	assert_non_null(strstr((char *)error->lpszError, path));
	assert_string_equal(world_text(status, PR_STATUS_STRING_A), (char *)error->lpszError);
	MAPIFreeBuffer(error);
	assert_int_equal(rename(away, path), 0);
	OK(status->lpVtbl->ValidateState(status, 0, SUPPRESS_UI));
	assert_int_equal(world_long(status, PR_STATUS_CODE), STATUS_AVAILABLE);
	FAILS(status->lpVtbl->ValidateState(status, 0, REFRESH_XP_HEADER_CACHE),
	    MAPI_E_UNKNOWN_FLAGS);
	RELEASE(status);
}

/* What IXPLogon::ValidateState found is told by each of the logon's status objects. */
static void
a_transport_tells_what_it_found(void **state)
{
	static const struct support_hooks hooks = { 0 };
	static SizedSPropTagArray(1, name) = { 1, { PR_DISPLAY_NAME_A } };
	struct world *world = *state;
	struct session *session = session_from(world->session);
	GArray *providers = profile_providers(session_profile(session), MAPI_TRANSPORT_PROVIDER);
	IXPLogon *logon = NULL;
	IMAPIStatus *status = NULL;
	IMessage *copy = NULL;
	ULONG type = 0;

	OK(session_open_transport(session, &g_array_index(providers, MAPIUID, 0), &hooks, &logon));
	OK(logon->lpVtbl->OpenStatusEntry(logon, NULL, 0, &type, &status));
	assert_int_equal(type, MAPI_STATUS);
	assert_int_equal(world_long(status, PR_RESOURCE_TYPE), MAPI_TRANSPORT_PROVIDER);
	assert_int_equal(
	    world_long(status, PR_STATUS_CODE), STATUS_AVAILABLE | STATUS_OUTBOUND_ENABLED);
	OK(logon->lpVtbl->ValidateState(logon, 0, SUPPRESS_UI));
	OK(status->lpVtbl->ValidateState(status, 0, SUPPRESS_UI));
	OK(status->lpVtbl->FlushQueues(status, 0, 0, NULL, FLUSH_UPLOAD));
	RELEASE(status);
	FAILS(logon->lpVtbl->OpenStatusEntry(logon, &IID_IMessage, 0, &type, &status),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	assert_null(status);
	OK(logon->lpVtbl->OpenStatusEntry(logon, &IID_IMAPIStatus, 0, &type, &status));
	OK(world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, 0, &copy));
	OK(status->lpVtbl->CopyProps(
	    status, (SPropTagArray *)&name, 0, NULL, &IID_IMessage, copy, 0, NULL));
	assert_string_not_equal(world_text(copy, PR_DISPLAY_NAME_A), "");
	FAILS(status->lpVtbl->CopyProps(
		  status, (SPropTagArray *)&name, 0, NULL, &IID_IMessage, copy, MAPI_MOVE, NULL),
	    MAPI_E_NO_ACCESS);
	RELEASE(copy);
	RELEASE(status);
	logon->lpVtbl->TransportLogoff(logon, 0);
	RELEASE(logon);
	g_array_unref(providers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_part_of_the_session_has_a_row_and_an_object),
		CASE(resource_methods_say_what_works),
		CASE(flushing_the_spooler_sends_what_waits),
		CASE(a_store_that_cannot_be_opened_fails_to_validate),
		CASE(what_it_says_cannot_be_written),
		CASE(a_provider_changes_its_row),
		CASE(the_object_that_mapi_makes_says_what_the_row_says),
		CASE(a_store_whose_file_was_taken_away_says_so),
		CASE(a_transport_tells_what_it_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
