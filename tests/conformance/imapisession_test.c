/* SPDX-License-Identifier: MIT */
/* IMAPISession: logging on and off, stores, notifications, identity (MAPI reference: IMAPISession).
 */
#include "world.h"

/* --- Logging on and off -------------------------------------------------------------------- */

static void
a_shared_session_is_joined_without_a_profile(void **state)
{
	IMAPISession *first = NULL, *second = NULL, *third = NULL;

	OK(MAPILogonEx(0, (LPTSTR) "test", NULL,
	    MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_ALLOW_OTHERS, &first));
	OK(MAPILogonEx(0, NULL, NULL, MAPI_EXTENDED, &second));
	assert_ptr_not_equal(first, second);
	/* The one who leaves does not take the other's session away. */
	OK(first->lpVtbl->Logoff(first, 0, 0, 0));
	OK(second->lpVtbl->GetLastError(second, S_OK, 0, &(MAPIERROR *){ NULL }));
	FAILS(first->lpVtbl->Logoff(first, 0, 0, 0), MAPI_E_END_OF_SESSION);
	OK(second->lpVtbl->Logoff(second, 0, 0, 0));
	/* With the last one it is over. */
	FAILS(MAPILogonEx(0, NULL, NULL, MAPI_EXTENDED, &third), MAPI_E_LOGON_FAILED);
	assert_null(third);
	RELEASE(first);
	RELEASE(second);
}

static void
a_new_session_is_apart_from_the_shared_one(void **state)
{
	IMAPISession *shared = NULL, *own = NULL;
	IMAPITable *table = NULL;

	OK(MAPILogonEx(0, (LPTSTR) "test", NULL,
	    MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_ALLOW_OTHERS, &shared));
	OK(MAPILogonEx(0, (LPTSTR) "test", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION, &own));
	OK(shared->lpVtbl->Logoff(shared, 0, MAPI_LOGOFF_SHARED, 0));
	OK(own->lpVtbl->GetMsgStoresTable(own, 0, &table));
	RELEASE(table);
	OK(own->lpVtbl->Logoff(own, 0, 0, 0));
	RELEASE(own);
	RELEASE(shared);
}

struct heard {
	unsigned calls;
	ULONG event;
};

static LONG
hear(LPVOID context, ULONG count, LPNOTIFICATION notifications)
{
	struct heard *heard = context;

	heard->calls++;
	heard->event = notifications[count - 1].ulEventType;
	return 0;
}

static void
logoff_shared_tells_and_ends_everybody(void **state)
{
	IMAPISession *one = NULL, *other = NULL;
	IMAPIAdviseSink *sink = NULL;
	IMAPITable *table = NULL;
	struct heard heard = { 0 };
	ULONG_PTR connection = 0;

	OK(MAPILogonEx(
	    0, (LPTSTR) "test", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_ALLOW_OTHERS, &one));
	OK(MAPILogonEx(0, NULL, NULL, MAPI_EXTENDED, &other));
	OK(HrAllocAdviseSink(hear, &heard, &sink));
	OK(other->lpVtbl->Advise(other, 0, NULL, 0, sink, &connection));
	assert_int_not_equal(connection, 0);
	OK(one->lpVtbl->Logoff(one, 0, MAPI_LOGOFF_SHARED, 0));
	assert_int_equal(heard.calls, 1);
	assert_int_equal(heard.event, fnevExtended);
	FAILS(other->lpVtbl->GetMsgStoresTable(other, 0, &table), MAPI_E_END_OF_SESSION);
	RELEASE(sink);
	RELEASE(one);
	RELEASE(other);
}

static void
after_logoff_only_release_is_left(void **state)
{
	IMAPISession *session = NULL;
	IAddrBook *book = NULL;
	ENTRYID *id = NULL;
	ULONG size;

	OK(MAPILogonEx(0, (LPTSTR) "test", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION, &session));
	OK(session->lpVtbl->Logoff(session, 0, 0, 0));
	FAILS(session->lpVtbl->OpenAddressBook(session, 0, NULL, 0, &book), MAPI_E_END_OF_SESSION);
	FAILS(session->lpVtbl->QueryIdentity(session, &size, &id), MAPI_E_END_OF_SESSION);
	assert_int_equal(session->lpVtbl->Release(session), 0);
}

/* --- Notifications ------------------------------------------------------------------------- */

static void
advise_on_a_folder_hears_of_new_messages(void **state)
{
	struct world *world = *state;
	IMAPISession *session = world->session;
	IMAPIAdviseSink *sink = NULL;
	IMessage *message;
	SPropValue *id = NULL;
	struct heard heard = { 0 };
	ULONG_PTR connection = 0;
	unsigned i;

	OK(HrAllocAdviseSink(hear, &heard, &sink));
	OK(HrGetOneProp((IMAPIProp *)world->sent, PR_ENTRYID, &id));
	OK(session->lpVtbl->Advise(session, id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb,
	    fnevObjectModified, sink, &connection));
	message = world_message(world->sent, "New");
	for (i = 0; i < 100 && !heard.calls; i++) {
		g_usleep(20000);
		OK(HrDispatchNotifications(0));
	}
	assert_true(heard.calls > 0);
	OK(session->lpVtbl->Unadvise(session, connection));
	FAILS(session->lpVtbl->Unadvise(session, connection), MAPI_E_INVALID_PARAMETER);
	MAPIFreeBuffer(id);
	RELEASE(message);
	RELEASE(sink);
}

static void
advise_on_a_strangers_entry_is_refused(void **state)
{
	struct world *world = *state;
	IMAPIAdviseSink *sink = NULL;
	struct heard heard = { 0 };
	ULONG_PTR connection = 7;
	BYTE strange[40] = { 0, 0, 0, 0, 'n', 'o', 'b', 'o', 'd', 'y' };

	OK(HrAllocAdviseSink(hear, &heard, &sink));
	assert_true(FAILED(world->session->lpVtbl->Advise(world->session, sizeof strange,
	    (ENTRYID *)(void *)strange, fnevObjectModified, sink, &connection)));
	assert_int_equal(connection, 0);
	FAILS(world->session->lpVtbl->Advise(world->session, 0, NULL, 0, NULL, &connection),
	    MAPI_E_INVALID_PARAMETER);
	RELEASE(sink);
}

/* --- Identity, address types, options ------------------------------------------------------ */

static void
the_identity_opens_to_the_sender(void **state)
{
	IMAPISession *session = ((struct world *)*state)->session;
	IMailUser *user = NULL;
	ENTRYID *id = NULL;
	ULONG size, type;

	OK(session->lpVtbl->QueryIdentity(session, &size, &id));
	OK(session->lpVtbl->OpenEntry(
	    session, size, id, NULL, 0, &type, (IUnknown **)(void *)&user));
	assert_int_equal(type, MAPI_MAILUSER);
	assert_string_equal(world_text(user, PR_DISPLAY_NAME_A), "Ann");
	assert_string_equal(world_text(user, PR_EMAIL_ADDRESS_A), "ann@example.test");
	MAPIFreeBuffer(id);
	RELEASE(user);
}

static void
address_types_are_those_of_the_transports(void **state)
{
	IMAPISession *session = ((struct world *)*state)->session;
	LPTSTR *types = NULL;
	ULONG count = 0;

	OK(session->lpVtbl->EnumAdrTypes(session, 0, &count, &types));
	assert_int_equal(count, 1);
	assert_string_equal((char *)types[0], "SMTP");
	MAPIFreeBuffer(types);
}

static void
no_transport_has_message_options(void **state)
{
	struct world *world = *state;
	IMAPISession *session = world->session;
	IMessage *message = world_message(world->outbox, "Optional");
	SPropValue *options = NULL;
	ULONG count = 9;

	OK(session->lpVtbl->QueryDefaultMessageOpt(session, (LPTSTR) "SMTP", 0, &count, &options));
	assert_int_equal(count, 0);
	assert_null(options);
	FAILS(session->lpVtbl->QueryDefaultMessageOpt(session, (LPTSTR) "FAX", 0, &count, &options),
	    MAPI_E_NOT_FOUND);
	FAILS(session->lpVtbl->MessageOptions(session, 0, 0, (LPTSTR) "SMTP", message),
	    MAPI_E_NOT_FOUND);
	RELEASE(message);
}

static void
forms_are_windows_and_there_are_none(void **state)
{
	struct world *world = *state;
	IMAPISession *session = world->session;
	IMessage *message = world_message(world->outbox, "Shown");
	ULONG_PTR token = 0;

	FAILS(session->lpVtbl->PrepareForm(session, NULL, message, &token), MAPI_E_NO_SUPPORT);
	RELEASE(message);
}

/* --- Stores and sections ------------------------------------------------------------------- */

static void
the_default_store_can_be_set_again(void **state)
{
	struct world *world = *state;
	IMAPISession *session = world->session;
	SPropValue *id = NULL;

	OK(HrGetOneProp((IMAPIProp *)world->store, PR_ENTRYID, &id));
	OK(session->lpVtbl->SetDefaultStore(
	    session, MAPI_DEFAULT_STORE, id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb));
	FAILS(session->lpVtbl->SetDefaultStore(
		  session, 0, id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb),
	    MAPI_E_INVALID_PARAMETER);
	MAPIFreeBuffer(id);
}

static void
a_providers_section_is_not_shown_unasked(void **state)
{
	struct world *world = *state;
	IMAPISession *session = world->session;
	IMAPITable *table = NULL;
	IProfSect *section = NULL;
	SRowSet *rows = NULL;
	SPropValue *uid;

	OK(session->lpVtbl->OpenProfileSection(session, NULL, NULL, 0, &section));
	RELEASE(section);
	OK(session->lpVtbl->GetMsgStoresTable(session, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	uid = PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_PROVIDER_UID);
	FAILS(session->lpVtbl->OpenProfileSection(
		  session, (MAPIUID *)(void *)uid->Value.bin.lpb, NULL, 0, &section),
	    MAPI_E_NO_ACCESS);
	FreeProws(rows);
	RELEASE(table);
}

static void
entry_ids_are_equal_by_what_they_name(void **state)
{
	struct world *world = *state;
	IMAPISession *session = world->session;
	SPropValue *one = NULL, *other = NULL;
	ULONG same = 7;

	OK(HrGetOneProp((IMAPIProp *)world->sent, PR_ENTRYID, &one));
	OK(HrGetOneProp((IMAPIProp *)world->outbox, PR_ENTRYID, &other));
	OK(session->lpVtbl->CompareEntryIDs(session, one->Value.bin.cb,
	    (ENTRYID *)(void *)one->Value.bin.lpb, one->Value.bin.cb,
	    (ENTRYID *)(void *)one->Value.bin.lpb, 0, &same));
	assert_true(same);
	OK(session->lpVtbl->CompareEntryIDs(session, one->Value.bin.cb,
	    (ENTRYID *)(void *)one->Value.bin.lpb, other->Value.bin.cb,
	    (ENTRYID *)(void *)other->Value.bin.lpb, 0, &same));
	assert_false(same);
	MAPIFreeBuffer(one);
	MAPIFreeBuffer(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_shared_session_is_joined_without_a_profile),
		CASE(a_new_session_is_apart_from_the_shared_one),
		CASE(logoff_shared_tells_and_ends_everybody),
		CASE(after_logoff_only_release_is_left),
		CASE(advise_on_a_folder_hears_of_new_messages),
		CASE(advise_on_a_strangers_entry_is_refused),
		CASE(the_identity_opens_to_the_sender),
		CASE(address_types_are_those_of_the_transports),
		CASE(no_transport_has_message_options),
		CASE(forms_are_windows_and_there_are_none),
		CASE(the_default_store_can_be_set_again),
		CASE(a_providers_section_is_not_shown_unasked),
		CASE(entry_ids_are_equal_by_what_they_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
