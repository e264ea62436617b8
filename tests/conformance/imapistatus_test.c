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

	FAILS(status->lpVtbl->SetProps(status, 1, &value, NULL), MAPI_E_NO_SUPPORT);
	assert_int_equal(world_long(status, PR_STATUS_CODE), STATUS_AVAILABLE);
	RELEASE(status);
}

static void
a_provider_changes_its_row(void **state)
{
	struct world *world = *state;
	struct session *session = session_from(world->session);
	GArray *providers = profile_providers(session_profile(session), MAPI_STORE_PROVIDER);
	SPropValue values[2] = { { .ulPropTag = PR_STATUS_STRING_A },
		{ .ulPropTag = PR_STATUS_CODE, .Value.l = STATUS_OFFLINE } };
	IMAPISupport *support = NULL;
	IMAPIStatus *status;

	values[0].Value.lpszA = (LPSTR)(uintptr_t) "Being repaired";
	OK(support_create(session, &g_array_index(providers, MAPIUID, 0), NULL, &support));
	g_array_unref(providers);
	OK(support->lpVtbl->ModifyStatusRow(support, 2, values, 0));
	values[0].Value.lpszA = (LPSTR)(uintptr_t) "Nearly done";
	OK(support->lpVtbl->ModifyStatusRow(support, 1, values, STATUSROW_UPDATE));
	status = open_status(world, MAPI_STORE_PROVIDER);
	assert_string_equal(world_text(status, PR_STATUS_STRING_A), "Nearly done");
	assert_int_equal(world_long(status, PR_STATUS_CODE), STATUS_OFFLINE);
	RELEASE(status);
	RELEASE(support);
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
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
