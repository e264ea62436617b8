/* SPDX-License-Identifier: MIT */
/* The store object, its folders, and the files it accepts. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "entryid.h"
#include "mem.h"

static int
setup(void **state)
{
	static struct place place;

	place_make(&place);
	*state = &place;
	return 0;
}

static int
teardown(void **state)
{
	place_free(*state);
	return 0;
}

static IMsgStore *
logon(struct place *place)
{
	IMsgStore *store = NULL;

	assert_int_equal(double_logon(place->path, false, &store, NULL), S_OK);
	return store;
}

static void
first_logon_makes_the_folders(void **state)
{
	static const struct {
		ULONG tag;
		const char *name;
	} folders[] = { { PR_IPM_SUBTREE_ENTRYID, "Top of Personal Folders" },
		{ PR_IPM_OUTBOX_ENTRYID, "Outbox" }, { PR_IPM_SENTMAIL_ENTRYID, "Sent Items" },
		{ PR_IPM_WASTEBASKET_ENTRYID, "Deleted Items" },
		{ PR_IPM_DRAFTS_ENTRYID, "Drafts" }, { PR_FINDER_ENTRYID, "Search Root" } };
	IMsgStore *store = logon(*state);
	IMAPIFolder *folder;
	SPropValue *value;
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(folders); at++) {
		folder = double_folder(store, folders[at].tag);
		value = double_prop(folder, PR_DISPLAY_NAME_A);
		assert_string_equal(value->Value.lpszA, folders[at].name);
		mem_free(value);
		value = double_prop(folder, PR_CONTENT_COUNT);
		assert_int_equal(value->Value.l, 0);
		mem_free(value);
		COM_CLEAR(folder);
	}
	folder = double_inbox(store);
	value = double_prop(folder, PR_DISPLAY_NAME_A);
	assert_string_equal(value->Value.lpszA, "Inbox");
	mem_free(value);
	COM_CLEAR(folder);
	value = double_prop(store, PR_VALID_FOLDER_MASK);
	assert_int_equal(value->Value.l & 0x1f, 0x1f);
	mem_free(value);
	COM_CLEAR(store);
}

static void
store_names_itself_the_same_after_reopening(void **state)
{
	struct place *place = *state;
	IMAPISupport *support = double_support(place->path, NULL, NULL);
	IMsgStore *store = NULL;
	SPropValue *before, *after;
	MAPIUID uid;

	assert_int_equal(double_logon_with(support, false, &store, NULL), S_OK);
	before = double_prop(store, PR_ENTRYID);
	assert_true(storeid_is_wrapped(before->Value.bin.lpb, before->Value.bin.cb));
	COM_CLEAR(store);
	store = logon(place);
	after = double_prop(store, PR_ENTRYID);
	assert_int_equal(before->Value.bin.cb, after->Value.bin.cb);
	assert_memory_equal(before->Value.bin.lpb, after->Value.bin.lpb, after->Value.bin.cb);
	mem_free(after);
	after = double_prop(store, PR_RECORD_KEY);
	assert_true(double_knows_uid(support, &uid));
	assert_memory_equal(after->Value.bin.lpb, &uid, sizeof(uid));
	mem_free(before);
	mem_free(after);
	COM_CLEAR(store);
	support->lpVtbl->Release(support);
}

static void
no_path_in_the_profile_says_what_to_add(void **state)
{
	IMsgStore *store = NULL;
	char *error = NULL;

	assert_int_equal(double_logon(NULL, false, &store, &error), MAPI_E_UNCONFIGURED);
	assert_non_null(strstr(error, "Path="));
	g_free(error);
}

static void
write_file(const char *path, const char *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
}

static void
change_file(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
refused(struct place *place, HRESULT expected, const char *word)
{
	IMsgStore *store = NULL;
	char *error = NULL;

	assert_int_equal(double_logon(place->path, false, &store, &error), expected);
	assert_null(store);
	assert_non_null(error);
	if (!strstr(error, word) || !strstr(error, place->path))
		fail_msg("the text says: %s", error);
	g_free(error);
}

static void
foreign_files_are_refused_and_left_alone(void **state)
{
	struct place *place = *state;
	struct stat status;

	write_file(place->path,
	    "this is a letter, not a store, and it is long enough to be read as one "
	    "page of something that it is not",
	    100);
	refused(place, MAPI_E_CORRUPT_STORE, "no emapi store");
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(status.st_size, 100);
	write_file(place->path, "", 0);
	refused(place, MAPI_E_CORRUPT_STORE, "empty");
	change_file(place->path, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
	refused(place, MAPI_E_CORRUPT_STORE, "another program");
}

static void
newer_store_is_refused(void **state)
{
	struct place *place = *state;
	IMsgStore *store = logon(place);

	COM_CLEAR(store);
	change_file(place->path, "PRAGMA user_version=6");
	refused(place, MAPI_E_VERSION, "newer emapi");
	change_file(place->path, "PRAGMA user_version=5");
	store = logon(place);
	COM_CLEAR(store);
}

static void
truncated_store_is_refused(void **state)
{
	struct place *place = *state;
	IMsgStore *store = logon(place);
	struct stat status;

	COM_CLEAR(store);
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(truncate(place->path, status.st_size / 2), 0);
	refused(place, MAPI_E_CORRUPT_STORE, "cut short");
	assert_int_equal(truncate(place->path, 40), 0);
	refused(place, MAPI_E_CORRUPT_STORE, "cut short");
}

static void
folder_without_permission_says_so(void **state)
{
	struct place *place = *state;
	IMsgStore *store = NULL;
	char *error = NULL, *path = g_strdup("/proc/nowhere/test.store");

	assert_true(FAILED(double_logon(path, false, &store, &error)));
	assert_non_null(error);
	g_free(error);
	g_free(path);
	assert_non_null(place);
}

static void
folders_are_made_renamed_and_removed(void **state)
{
	IMsgStore *store = logon(*state);
	IMAPIFolder *top = double_folder(store, PR_IPM_SUBTREE_ENTRYID), *made = NULL,
		    *again = NULL;
	IMAPITable *table = NULL;
	SPropValue *id;

	assert_int_equal(top->lpVtbl->CreateFolder(top, FOLDER_GENERIC, (LPTSTR)(size_t) "Projects",
			     (LPTSTR)(size_t) "what we do", NULL, 0, &made),
	    S_OK);
	assert_int_equal(top->lpVtbl->CreateFolder(top, FOLDER_GENERIC, (LPTSTR)(size_t) "PROJECTS",
			     NULL, NULL, 0, &again),
	    MAPI_E_COLLISION);
	assert_int_equal(top->lpVtbl->CreateFolder(top, FOLDER_GENERIC, (LPTSTR)(size_t) "Projects",
			     NULL, NULL, OPEN_IF_EXISTS, &again),
	    S_OK);
	double_set_text(again, PR_DISPLAY_NAME_W, "Plans");
	COM_CLEAR(again);
	id = double_prop(made, PR_DISPLAY_NAME_A);
	assert_string_equal(id->Value.lpszA, "Plans");
	mem_free(id);
	id = double_prop(made, PR_COMMENT_A);
	assert_string_equal(id->Value.lpszA, "what we do");
	mem_free(id);
	assert_int_equal(top->lpVtbl->GetHierarchyTable(top, 0, &table), S_OK);
	assert_int_equal(double_count(table), 6);
	COM_CLEAR(table);
	id = double_prop(made, PR_ENTRYID);
	assert_int_equal(top->lpVtbl->DeleteFolder(top, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb, 0, NULL, 0),
	    S_OK);
	COM_CLEAR(made);
	mem_free(id);
	id = double_prop(store, PR_IPM_OUTBOX_ENTRYID);
	assert_int_equal(
	    top->lpVtbl->DeleteFolder(top, id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb,
		0, NULL, DEL_MESSAGES | DEL_FOLDERS),
	    MAPI_E_NO_ACCESS);
	mem_free(id);
	COM_CLEAR(top);
	COM_CLEAR(store);
}

static void
hierarchy_goes_as_deep_as_asked(void **state)
{
	IMsgStore *store = logon(*state);
	IMAPIFolder *root = double_folder(store, 0);
	IMAPITable *table = NULL;
	SRowSet *rows;

	assert_int_equal(root->lpVtbl->GetHierarchyTable(root, 0, &table), S_OK);
	assert_int_equal(double_count(table), 4);
	COM_CLEAR(table);
	assert_int_equal(root->lpVtbl->GetHierarchyTable(root, CONVENIENT_DEPTH, &table), S_OK);
	assert_int_equal(double_count(table), 9);
	rows = double_rows(table, 100);
	assert_int_equal(double_column(rows, 0, PR_DEPTH)->Value.l, 0);
	double_rows_free(rows);
	COM_CLEAR(table);
	COM_CLEAR(root);
	COM_CLEAR(store);
}

static void
garbage_entry_ids_are_refused(void **state)
{
	IMsgStore *store = logon(*state);
	BYTE garbage[64];
	IUnknown *out;
	ULONG type, size;
	SPropValue *id = double_prop(store, PR_IPM_OUTBOX_ENTRYID);

	memset(garbage, 0xa5, sizeof(garbage));
	for (size = 1; size <= sizeof(garbage); size++)
		assert_true(FAILED(store->lpVtbl->OpenEntry(
		    store, size, (ENTRYID *)(void *)garbage, NULL, 0, &type, &out)));
	memcpy(garbage, id->Value.bin.lpb, id->Value.bin.cb);
	garbage[30] = 0x77; /* a folder that never was */
	assert_int_equal(store->lpVtbl->OpenEntry(store, id->Value.bin.cb,
			     (ENTRYID *)(void *)garbage, NULL, 0, &type, &out),
	    MAPI_E_NOT_FOUND);
	mem_free(id);
	COM_CLEAR(store);
}

static void
named_properties_last(void **state)
{
	struct place *place = *state;
	IMsgStore *store = logon(place);
	GUID set = PS_PUBLIC_STRINGS;
	WCHAR name[] = u"K\u00e4se";
	MAPINAMEID text = { &set, MNID_STRING, { .lpwstrName = name } };
	MAPINAMEID number = { &set, MNID_ID, { .lID = 0x8233 } };
	MAPINAMEID *names[] = { &text, &number }, **found = NULL;
	SPropTagArray *tags = NULL, *again = NULL;
	ULONG count;

	assert_int_equal(
	    store->lpVtbl->GetIDsFromNames(store, 2, names, 0, &tags), MAPI_W_ERRORS_RETURNED);
	assert_int_equal(tags->aulPropTag[0], PROP_TAG(PT_ERROR, 0));
	mem_free(tags);
	assert_int_equal(store->lpVtbl->GetIDsFromNames(store, 2, names, MAPI_CREATE, &tags), S_OK);
	assert_true(PROP_ID(tags->aulPropTag[0]) >= 0x8000);
	assert_int_equal(PROP_TYPE(tags->aulPropTag[0]), PT_UNSPECIFIED);
	COM_CLEAR(store);
	store = logon(place);
	assert_int_equal(store->lpVtbl->GetIDsFromNames(store, 2, names, 0, &again), S_OK);
	assert_memory_equal(tags, again, CbSPropTagArray(tags));
	assert_int_equal(
	    store->lpVtbl->GetNamesFromIDs(store, &again, NULL, 0, &count, &found), S_OK);
	assert_int_equal(count, 2);
	assert_memory_equal(found[0]->Kind.lpwstrName, name, sizeof(name));
	assert_int_equal(found[1]->Kind.lID, 0x8233);
	mem_free(found);
	mem_free(tags);
	mem_free(again);
	COM_CLEAR(store);
}

/* Of a store and of a folder. */
static void
values_are_read_and_written_by_stream(void **state)
{
	IMsgStore *store = logon(*state);
	IMAPIFolder *inbox = double_inbox(store);
	IMAPIProp *objects[] = { (IMAPIProp *)store, (IMAPIProp *)inbox };
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(objects); at++) {
		IMAPIProp *object = objects[at];
		IStream *stream = NULL;
		SPropValue *value;
		char text[16] = "";
		ULONG done;

		assert_int_equal(object->lpVtbl->OpenProperty(object, PROP_TAG(PT_STRING8, 0x6601),
				     &IID_IStream, 0, 0, (IUnknown **)&stream),
		    MAPI_E_NOT_FOUND);
		assert_int_equal(
		    object->lpVtbl->OpenProperty(object, PROP_TAG(PT_STRING8, 0x6601), &IID_IStream,
			0, MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&stream),
		    S_OK);
		assert_int_equal(stream->lpVtbl->Write(stream, "long text", 9, NULL), S_OK);
		assert_int_equal(stream->lpVtbl->Commit(stream, 0), S_OK);
		COM_CLEAR(stream);
		value = double_prop(object, PROP_TAG(PT_STRING8, 0x6601));
		assert_string_equal(value->Value.lpszA, "long text");
		mem_free(value);
		assert_int_equal(object->lpVtbl->OpenProperty(object, PROP_TAG(PT_STRING8, 0x6601),
				     &IID_IStream, 0, 0, (IUnknown **)&stream),
		    S_OK);
		assert_int_equal(stream->lpVtbl->Read(stream, text, 15, &done), S_OK);
		assert_string_equal(text, "long text");
		assert_true(FAILED(stream->lpVtbl->Write(stream, "x", 1, NULL)));
		COM_CLEAR(stream);
	}
	COM_CLEAR(inbox);
	COM_CLEAR(store);
}

static void
receive_folders_follow_the_class(void **state)
{
	IMsgStore *store = logon(*state);
	SPropValue *drafts = double_prop(store, PR_IPM_DRAFTS_ENTRYID);
	ENTRYID *id = NULL;
	LPTSTR class = NULL;
	ULONG size;

	assert_int_equal(store->lpVtbl->SetReceiveFolder(store, (LPTSTR)(size_t) "IPM.Note.Phone",
			     0, drafts->Value.bin.cb, (ENTRYID *)(void *)drafts->Value.bin.lpb),
	    S_OK);
	assert_int_equal(store->lpVtbl->GetReceiveFolder(
			     store, (LPTSTR)(size_t) "IPM.NOTE.Phone.Mine", 0, &size, &id, &class),
	    S_OK);
	assert_memory_equal(id, drafts->Value.bin.lpb, size);
	assert_string_equal((const char *)class, "IPM.Note.Phone");
	mem_free(id);
	mem_free(class);
	assert_int_equal(store->lpVtbl->GetReceiveFolder(
			     store, (LPTSTR)(size_t) "IPM.Note", 0, &size, &id, &class),
	    S_OK);
	assert_memory_not_equal(id, drafts->Value.bin.lpb, size);
	assert_string_equal((const char *)class, "");
	mem_free(id);
	mem_free(class);
	mem_free(drafts);
	COM_CLEAR(store);
}

static void
child_of_a_fork_is_told_so(void **state)
{
	IMsgStore *store = logon(*state);
	IMAPIFolder *outbox = double_folder(store, PR_IPM_OUTBOX_ENTRYID);
	int status;
	pid_t child = fork();

	if (!child) {
		SPropValue *value = NULL;
		HRESULT hr = double_get(store, PR_ENTRYID, &value);

		outbox->lpVtbl->Release(outbox);
		store->lpVtbl->Release(store);
		double_child_end(hr == MAPI_E_END_OF_SESSION ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(double_messages(outbox), 0);
	COM_CLEAR(outbox);
	COM_CLEAR(store);
}

static void
first_logons_at_once_make_one_store(void **state)
{
	enum { PROCESSES = 6 };
	struct place *place = *state;
	int pipes[2], at, status;
	MAPIUID uids[PROCESSES];

	assert_int_equal(pipe(pipes), 0);
	for (at = 0; at < PROCESSES; at++)
		if (!fork()) {
			IMAPISupport *support = double_support(place->path, NULL, NULL);
			IMsgStore *store = NULL;
			MAPIUID uid;

			if (FAILED(double_logon_with(support, false, &store, NULL)) ||
			    !double_knows_uid(support, &uid))
				double_child_end(1);
			double_child_end(write(pipes[1], &uid, sizeof(uid)) == sizeof(uid) ? 0 : 2);
		}
	for (at = 0; at < PROCESSES; at++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(read(pipes[0], uids, sizeof(uids)), sizeof(uids));
	for (at = 1; at < PROCESSES; at++)
		assert_memory_equal(&uids[0], &uids[at], sizeof(MAPIUID));
	close(pipes[0]);
	close(pipes[1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(first_logon_makes_the_folders, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    store_names_itself_the_same_after_reopening, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    no_path_in_the_profile_says_what_to_add, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    foreign_files_are_refused_and_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(newer_store_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(truncated_store_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(folder_without_permission_says_so, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    folders_are_made_renamed_and_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(hierarchy_goes_as_deep_as_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(garbage_entry_ids_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(named_properties_last, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    values_are_read_and_written_by_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(receive_folders_follow_the_class, setup, teardown),
		cmocka_unit_test_setup_teardown(child_of_a_fork_is_told_so, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    first_logons_at_once_make_one_store, setup, teardown),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
