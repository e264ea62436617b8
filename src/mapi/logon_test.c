/* SPDX-License-Identifier: MIT */
/* Logging on, and what a session does with its stores, on a fake provider (testing/fake_store.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <emapispi.h>
#include <emapi.h>
#include "mem.h"
#include "profile.h"
#include "prop.h"
#include "session.h"
#include "testing.h"

#define PLAIN (MAPI_EXTENDED | MAPI_NEW_SESSION)
#define DEFAULT (MAPI_EXTENDED | MAPI_USE_DEFAULT)

static const char two_stores[] = "[Profile]\nUID=000102030405060708090A0B0C0D0E0F\n"
				 "FromName=Ann\nFromAddress=ann@example.test\n"
				 "[Provider 00000000000000000000000000000001]\nType=store\n"
				 "Module=fake_store.so\nDisplayName=First\nPath=aaaaaaaaaaaaaaaa\n"
				 "[Provider 00000000000000000000000000000002]\nType=store\n"
				 "Module=fake_store.so\nDisplayName=Second\nPath=bbbbbbbbbbbbbbbb\n"
				 "Default=true\n";
static const char twins[] = "[Provider 00000000000000000000000000000001]\nType=store\n"
			    "Module=fake_store.so\nDisplayName=First\nPath=aaaaaaaaaaaaaaaa\n"
			    "[Provider 00000000000000000000000000000002]\nType=store\n"
			    "Module=fake_store.so\nDisplayName=Second\nPath=aaaaaaaaaaaaaaaa\n";
static const char broken[] = "[Provider 00000000000000000000000000000001]\nType=store\n"
			     "Module=gone.so\nDisplayName=Lost\n"
			     "[Provider 00000000000000000000000000000002]\nType=store\n"
			     "Module=fake_store.so\nDisplayName=Good\nPath=bbbbbbbbbbbbbbbb\n";

/* A count that the fake provider exports. */
static int
fake_count(const char *name)
{
	char *path = g_build_filename(g_getenv("EMAPI_PROVIDER_PATH"), "fake_store.so", NULL);
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	int count = atomic_load((atomic_int *)dlsym(module, name));

	dlclose(module);
	g_free(path);
	return count;
}

static int
setup(void **state)
{
	if (test_folders_create(state))
		return -1;
	test_write("config/emapi/profiles/two.profile", two_stores);
	return FAILED(MAPIInitialize(NULL));
}

static int
teardown(void **state)
{
	MAPIUninitialize();
	assert_int_equal(fake_count("fake_live"), 0);
	return test_folders_remove(state);
}

static IMAPISession *
log_on(const char *name, ULONG flags)
{
	IMAPISession *session;

	assert_int_equal(MAPILogonEx(0, (LPTSTR)(uintptr_t)name, NULL, flags, &session), S_OK);
	assert_null(emapi_logon_reason());
	return session;
}

/* The stores table's rows: PR_ENTRYID, PR_DISPLAY_NAME_A, PR_DEFAULT_STORE. */
static SRowSet *
list_stores(IMAPISession *session)
{
	static SizedSPropTagArray(
	    3, columns) = { 3, { PR_ENTRYID, PR_DISPLAY_NAME_A, PR_DEFAULT_STORE } };
	IMAPITable *table;
	SRowSet *rows;

	assert_int_equal(session->lpVtbl->GetMsgStoresTable(session, 0, &table), S_OK);
	assert_int_equal(
	    HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, &rows), S_OK);
	table->lpVtbl->Release(table);
	return rows;
}

static IMsgStore *
open_store(IMAPISession *session, unsigned number, ULONG flags)
{
	SRowSet *rows = list_stores(session);
	SBinary *id = &rows->aRow[number].lpProps[0].Value.bin;
	IMsgStore *store;

	assert_int_equal(session->lpVtbl->OpenMsgStore(
			     session, 0, id->cb, (ENTRYID *)id->lpb, NULL, flags, &store),
	    S_OK);
	FreeProws(rows);
	return store;
}

static void
release(void *object)
{
	UlRelease(object);
}

/* --- MAPILogonEx --------------------------------------------------------------------------- */

static void
which_profile(void **state)
{
	static const struct {
		const char *name;
		ULONG flags;
		HRESULT hr;
	} cases[] = {
		{ "two", PLAIN, S_OK },
		{ "two", PLAIN | MAPI_EXPLICIT_PROFILE, S_OK },
		{ "", DEFAULT, S_OK },
		{ NULL, DEFAULT, S_OK },
		/* MAPI_BEST_ACCESS by habit has the value of MAPI_EXPLICIT_PROFILE */
		{ NULL, DEFAULT | MAPI_BEST_ACCESS, S_OK },
		{ "", DEFAULT | MAPI_LOGON_UI | MAPI_NO_MAIL, S_OK },
		{ "", PLAIN, MAPI_E_LOGON_FAILED },
		{ NULL, PLAIN | MAPI_LOGON_UI | MAPI_PASSWORD_UI, MAPI_E_LOGON_FAILED },
		{ "none", PLAIN, MAPI_E_LOGON_FAILED },
		{ "none", DEFAULT, MAPI_E_LOGON_FAILED },
	};
	IMAPISession *session;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_int_equal(MAPILogonEx(0, (LPTSTR)(uintptr_t)cases[i].name, NULL,
				     cases[i].flags, &session),
		    cases[i].hr);
		if (FAILED(cases[i].hr)) {
			assert_null(session);
			assert_non_null(strstr(emapi_logon_reason(), "emapi profile"));
		} else {
			release(session);
		}
	}
	session = NULL;
	assert_int_equal(
	    MAPILogonEx(0, (LPTSTR)(uintptr_t)u"two", NULL, PLAIN | MAPI_UNICODE, &session), S_OK);
	release(session);
}

static void
not_before_initialize(void **state)
{
	IMAPISession *session;

	MAPIUninitialize();
	assert_int_equal(MAPILogonEx(0, NULL, NULL, DEFAULT, &session), MAPI_E_NOT_INITIALIZED);
	MAPIInitialize(NULL);
}

static void
a_shared_session_is_joined(void **state)
{
	IMAPISession *first = log_on("two", MAPI_EXTENDED | MAPI_ALLOW_OTHERS), *second, *other;

	second = log_on("no such profile", MAPI_EXTENDED);
	assert_ptr_equal(session_from(first), session_from(second));
	other = log_on("two", PLAIN);
	assert_ptr_not_equal(session_from(first), session_from(other));
	/* One leaves; the other stays logged on. */
	assert_int_equal(first->lpVtbl->Logoff(first, 0, 0, 0), S_OK);
	FreeProws(list_stores(second));
	assert_int_equal(second->lpVtbl->Logoff(second, 0, 0, 0), S_OK);
	release(first);
	release(second);
	release(other);
	assert_int_equal(MAPILogonEx(0, (LPTSTR) "no such profile", NULL, MAPI_EXTENDED, &second),
	    MAPI_E_LOGON_FAILED);
}

/* --- Stores -------------------------------------------------------------------------------- */

static void
lists_and_opens_stores(void **state)
{
	IMAPISession *session = log_on("two", PLAIN), *again;
	SRowSet *rows = list_stores(session);
	IMsgStore *store, *same;
	int logons;

	assert_int_equal(rows->cRows, 2);
	assert_string_equal(rows->aRow[0].lpProps[1].Value.lpszA, "First");
	assert_false(rows->aRow[0].lpProps[2].Value.b);
	assert_true(rows->aRow[1].lpProps[2].Value.b);
	FreeProws(rows);
	store = open_store(session, 1, MAPI_BEST_ACCESS);
	same = open_store(session, 1, MDB_WRITE | MDB_NO_DIALOG);
	assert_ptr_equal(store, same);
	release(store);
	release(same);
	release(session);
	assert_int_equal(fake_count("fake_live"), 0);
	/* Once known, the table is there without opening the stores. */
	logons = fake_count("fake_logons");
	again = log_on("two", PLAIN);
	FreeProws(list_stores(again));
	assert_int_equal(fake_count("fake_logons"), logons);
	release(again);
}

static void
refuses_what_is_no_store(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);
	BYTE garbage[24] = { 1, 2, 3 };
	IMsgStore *store;
	IUnknown *object;
	ULONG type;

	assert_int_equal(session->lpVtbl->OpenMsgStore(session, 0, 0, NULL, NULL, 0, &store),
	    MAPI_E_INVALID_ENTRYID);
	assert_int_equal(session->lpVtbl->OpenMsgStore(
			     session, 0, sizeof garbage, (ENTRYID *)garbage, NULL, 0, &store),
	    MAPI_E_NOT_FOUND);
	assert_int_equal(session->lpVtbl->OpenEntry(
			     session, sizeof garbage, (ENTRYID *)garbage, NULL, 0, &type, &object),
	    MAPI_E_UNKNOWN_ENTRYID);
	assert_null(object);
	release(session);
}

static void
a_store_outlives_its_session(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);
	IMsgStore *store = open_store(session, 0, MAPI_BEST_ACCESS);
	SPropValue *value;
	int logoffs = fake_count("fake_logoffs");

	release(session);
	assert_int_equal(fake_count("fake_logoffs"), logoffs);
	assert_int_equal(HrGetOneProp((IMAPIProp *)store, PR_ENTRYID, &value), S_OK);
	mem_free(value);
	release(store);
	assert_int_equal(fake_count("fake_live"), 0);
}

static void
logoff_ends_everything(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);
	IMsgStore *store = open_store(session, 0, MAPI_BEST_ACCESS);
	IMAPITable *table;
	int logoffs = fake_count("fake_logoffs");

	assert_int_equal(session->lpVtbl->Logoff(session, 0, 0, 0), S_OK);
	assert_int_equal(fake_count("fake_logoffs"), logoffs + 2);
	assert_int_equal(
	    session->lpVtbl->GetMsgStoresTable(session, 0, &table), MAPI_E_END_OF_SESSION);
	assert_int_equal(session->lpVtbl->Logoff(session, 0, 0, 0), MAPI_E_END_OF_SESSION);
	release(session);
	release(store);
	assert_int_equal(fake_count("fake_live"), 0);
}

static void
a_profile_may_be_deleted_under_a_session(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);

	assert_int_equal(profile_delete("two"), S_OK);
	release(open_store(session, 0, MAPI_BEST_ACCESS));
	release(session);
	assert_int_equal(
	    MAPILogonEx(0, (LPTSTR) "two", NULL, PLAIN, &session), MAPI_E_LOGON_FAILED);
}

static void
one_store_twice_is_refused(void **state)
{
	IMAPISession *session;
	SRowSet *rows;
	SBinary *id;
	IMsgStore *store;
	MAPIERROR *error;

	test_write("config/emapi/profiles/twins.profile", twins);
	session = log_on("twins", PLAIN);
	rows = list_stores(session);
	id = &rows->aRow[1].lpProps[0].Value.bin;
	assert_int_equal(
	    session->lpVtbl->OpenMsgStore(session, 0, id->cb, (ENTRYID *)id->lpb, NULL, 0, &store),
	    MAPI_E_COLLISION);
	assert_int_equal(session->lpVtbl->GetLastError(session, MAPI_E_COLLISION, 0, &error), S_OK);
	assert_non_null(strstr((char *)error->lpszError, "same store twice"));
	mem_free(error);
	FreeProws(rows);
	release(session);
	/* Known from now on, and told at once. */
	assert_int_equal(
	    MAPILogonEx(0, (LPTSTR) "twins", NULL, PLAIN, &session), MAPI_E_LOGON_FAILED);
	assert_non_null(strstr(emapi_logon_reason(), "same store twice"));
}

static void
a_provider_that_is_gone_stays_in_the_table(void **state)
{
	IMAPISession *session;
	SRowSet *rows;
	SBinary *id;
	IMsgStore *store;
	MAPIERROR *error;

	test_write("config/emapi/profiles/broken.profile", broken);
	session = log_on("broken", PLAIN);
	rows = list_stores(session);
	assert_int_equal(rows->cRows, 2);
	id = &rows->aRow[0].lpProps[0].Value.bin;
	assert_int_equal(
	    session->lpVtbl->OpenMsgStore(session, 0, id->cb, (ENTRYID *)id->lpb, NULL, 0, &store),
	    MAPI_E_FAILONEPROVIDER);
	assert_int_equal(
	    session->lpVtbl->GetLastError(session, MAPI_E_FAILONEPROVIDER, 0, &error), S_OK);
	assert_non_null(strstr((char *)error->lpszError, "gone.so"));
	assert_non_null(strstr((char *)error->lpszError, "Lost"));
	mem_free(error);
	FreeProws(rows);
	release(open_store(session, 1, 0));
	release(session);
}

static void
a_replaced_store_is_learned_anew(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);
	char *text;

	release(open_store(session, 0, MAPI_BEST_ACCESS));
	release(session);
	text = test_read("config/emapi/profiles/two.profile");
	memcpy(strstr(text, "aaaaaaaaaaaaaaaa"), "cccccccccccccccc", 16);
	test_write("config/emapi/profiles/two.profile", text);
	g_free(text);
	session = log_on("two", PLAIN);
	release(open_store(session, 0, MAPI_BEST_ACCESS));
	release(session);
}

/* --- Entries and the rest ------------------------------------------------------------------ */

static void
opens_by_entry_id(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);
	SRowSet *rows = list_stores(session);
	SBinary *wrapped = &rows->aRow[0].lpProps[0].Value.bin;
	BYTE inside[24] = { 0, 0, 0, 0, 'b', 'b', 'b', 'b', 'b', 'b', 'b', 'b', 'b', 'b', 'b', 'b',
		'b', 'b', 'b', 'b', 1 };
	IUnknown *object;
	ULONG type = 0, same;

	assert_int_equal(session->lpVtbl->OpenEntry(session, wrapped->cb, (ENTRYID *)wrapped->lpb,
			     NULL, MAPI_BEST_ACCESS, &type, &object),
	    S_OK);
	assert_int_equal(type, MAPI_STORE);
	release(object);
	assert_int_equal(session->lpVtbl->OpenEntry(
			     session, sizeof inside, (ENTRYID *)inside, NULL, 0, &type, &object),
	    S_OK);
	release(object);
	assert_int_equal(
	    session->lpVtbl->CompareEntryIDs(session, wrapped->cb, (ENTRYID *)wrapped->lpb,
		wrapped->cb, (ENTRYID *)wrapped->lpb, 0, &same),
	    S_OK);
	assert_true(same);
	assert_int_equal(session->lpVtbl->CompareEntryIDs(session, wrapped->cb,
			     (ENTRYID *)wrapped->lpb, sizeof inside, (ENTRYID *)inside, 0, &same),
	    S_OK);
	assert_false(same);
	FreeProws(rows);
	release(session);
}

static void
the_identity_is_a_mail_user(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);
	ENTRYID *id;
	ULONG size, type;
	IUnknown *user;
	SPropValue *value;

	assert_int_equal(session->lpVtbl->QueryIdentity(session, &size, &id), S_OK);
	assert_int_equal(
	    session->lpVtbl->OpenEntry(session, size, id, NULL, 0, &type, &user), S_OK);
	assert_int_equal(type, MAPI_MAILUSER);
	assert_int_equal(HrGetOneProp((IMAPIProp *)user, PR_EMAIL_ADDRESS_A, &value), S_OK);
	assert_string_equal(value->Value.lpszA, "ann@example.test");
	mem_free(value);
	assert_int_equal(HrGetOneProp((IMAPIProp *)user, PR_SEARCH_KEY, &value), S_OK);
	assert_string_equal((char *)value->Value.bin.lpb, "SMTP:ANN@EXAMPLE.TEST");
	mem_free(value);
	mem_free(id);
	release(user);
	release(session);
}

static void
the_status_table_names_all_parts(void **state)
{
	static SizedSPropTagArray(2, columns) = { 2, { PR_RESOURCE_TYPE, PR_STATUS_CODE } };
	IMAPISession *session = log_on("two", PLAIN);
	IMAPITable *table;
	SRowSet *rows;

	assert_int_equal(session->lpVtbl->GetStatusTable(session, 0, &table), S_OK);
	assert_int_equal(
	    HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, &rows), S_OK);
	assert_int_equal(rows->cRows, 5);
	assert_int_equal(rows->aRow[0].lpProps[0].Value.l, MAPI_SUBSYSTEM);
	assert_int_equal(rows->aRow[1].lpProps[0].Value.l, MAPI_SPOOLER);
	FreeProws(rows);
	release(table);
	release(session);
}

/* What a child of a process with a session finds: 'y' when all is as it should be. */
static char
look_as_child(IMAPISession *session)
{
	IMAPITable *table;
	IMAPISession *own;

	if (session->lpVtbl->GetMsgStoresTable(session, 0, &table) != MAPI_E_END_OF_SESSION)
		return 'n';
	session->lpVtbl->Release(session);
	/* A session of its own works. */
	if (FAILED(MAPILogonEx(0, (LPTSTR) "two", NULL, PLAIN, &own)))
		return 'n';
	FreeProws(list_stores(own));
	return 'y';
}

static void
a_child_has_no_session(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);
	IMsgStore *store = open_store(session, 0, MAPI_BEST_ACCESS);
	char result = '?';
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		result = look_as_child(session);
		if (write(ends[1], &result, 1) < 0)
			_exit(1);
		/* A leak check would blame it for the parent's memory. */
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	assert_int_equal(read(ends[0], &result, 1), 1);
	assert_int_equal(result, 'y');
	waitpid(child, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	release(store);
	release(session);
}

static void
the_default_store_can_be_chosen(void **state)
{
	IMAPISession *session = log_on("two", PLAIN);
	SRowSet *rows = list_stores(session);
	SBinary *id = &rows->aRow[0].lpProps[0].Value.bin;

	assert_int_equal(session->lpVtbl->SetDefaultStore(
			     session, MAPI_DEFAULT_STORE, id->cb, (ENTRYID *)id->lpb),
	    S_OK);
	FreeProws(rows);
	release(session);
	session = log_on("two", PLAIN);
	rows = list_stores(session);
	assert_true(rows->aRow[0].lpProps[2].Value.b);
	assert_false(rows->aRow[1].lpProps[2].Value.b);
	FreeProws(rows);
	release(session);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(which_profile),
		TEST(not_before_initialize),
		TEST(a_shared_session_is_joined),
		TEST(lists_and_opens_stores),
		TEST(refuses_what_is_no_store),
		TEST(a_store_outlives_its_session),
		TEST(logoff_ends_everything),
		TEST(a_profile_may_be_deleted_under_a_session),
		TEST(one_store_twice_is_refused),
		TEST(a_provider_that_is_gone_stays_in_the_table),
		TEST(a_replaced_store_is_learned_anew),
		TEST(opens_by_entry_id),
		TEST(the_identity_is_a_mail_user),
		TEST(the_status_table_names_all_parts),
		TEST(a_child_has_no_session),
		TEST(the_default_store_can_be_chosen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
