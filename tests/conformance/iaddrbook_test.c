/* SPDX-License-Identifier: MIT */
/* IAddrBook over two personal address books (MAPI reference: IAddrBook : IMAPIProp). */
#include "abtesting.h"

#include <fcntl.h>
#include <unistd.h>

/* The ID of the second book. */
static SBinary
second_book(void)
{
	IABContainer *root = ab_open(NULL, 0);
	IMAPITable *table;
	SRowSet *rows;
	SBinary id;

	assert_int_equal(root->lpVtbl->GetHierarchyTable(root, 0, &table), S_OK);
	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
	id = ab_keep(
	    &prop_find(rows->aRow[1].lpProps, rows->aRow[1].cValues, PR_ENTRYID)->Value.bin);
	FreeProws(rows);
	table->lpVtbl->Release(table);
	root->lpVtbl->Release(root);
	return id;
}

static void
the_root_has_the_containers_of_all_providers(void **state)
{
	static SizedSPropTagArray(
	    3, columns) = { 3, { PR_DISPLAY_NAME_A, PR_DEPTH, PR_CONTAINER_FLAGS } };
	IABContainer *root = ab_open(NULL, 0);
	IMAPITable *table;
	SRowSet *rows;

	assert_int_equal(ab_long(root, PR_OBJECT_TYPE), MAPI_ABCONT);
	assert_int_equal(root->lpVtbl->GetHierarchyTable(root, CONVENIENT_DEPTH, &table), S_OK);
	assert_int_equal(
	    HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, &rows), S_OK);
	assert_int_equal(rows->cRows, 2);
	assert_string_equal(rows->aRow[0].lpProps[0].Value.lpszA, "Contacts");
	assert_string_equal(rows->aRow[1].lpProps[0].Value.lpszA, "Archive");
	for (ULONG i = 0; i < 2; i++) {
		assert_int_equal(rows->aRow[i].lpProps[1].Value.l, 0);
		assert_int_equal(rows->aRow[i].lpProps[2].Value.l, AB_RECIPIENTS | AB_MODIFIABLE);
	}
	FreeProws(rows);
	table->lpVtbl->Release(table);
	assert_int_equal(root->lpVtbl->GetContentsTable(root, 0, &table), MAPI_E_NO_SUPPORT);
	root->lpVtbl->Release(root);
}

static void
open_entry_finds_the_provider_by_the_entry_id(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add(book, "Bob", "bob@example.test"), stranger = ab_keep(&id);
	IMAPIProp *entry;
	ULONG type;

	assert_int_equal(ab_book->lpVtbl->OpenEntry(
			     ab_book, id.cb, ab_eid(&id), NULL, 0, &type, (LPUNKNOWN *)&entry),
	    S_OK);
	assert_int_equal(type, MAPI_MAILUSER);
	entry->lpVtbl->Release(entry);
	assert_int_equal(ab_session->lpVtbl->OpenEntry(
			     ab_session, id.cb, ab_eid(&id), NULL, 0, &type, (LPUNKNOWN *)&entry),
	    S_OK);
	entry->lpVtbl->Release(entry);
	stranger.lpb[10] ^= 1;
	assert_int_equal(ab_book->lpVtbl->OpenEntry(ab_book, stranger.cb, ab_eid(&stranger), NULL,
			     0, &type, (LPUNKNOWN *)&entry),
	    MAPI_E_UNKNOWN_ENTRYID);
	assert_null(entry);
	book->lpVtbl->Release(book);
}

static void
compare_entry_ids(void **state)
{
	IABContainer *book = ab_personal();
	SBinary one = ab_add(book, "Bob", "bob@example.test");
	SBinary other = ab_add(book, "Bob", "bob@example.test"), same = ab_keep(&one);
	ULONG equal;

	assert_int_equal(ab_book->lpVtbl->CompareEntryIDs(
			     ab_book, one.cb, ab_eid(&one), same.cb, ab_eid(&same), 0, &equal),
	    S_OK);
	assert_true(equal);
	assert_int_equal(ab_book->lpVtbl->CompareEntryIDs(
			     ab_book, one.cb, ab_eid(&one), other.cb, ab_eid(&other), 0, &equal),
	    S_OK);
	assert_false(equal);
	book->lpVtbl->Release(book);
}

static void
the_search_path_begins_with_the_personal_book_until_it_is_set(void **state)
{
	SBinary second = second_book();
	SPropValue id = { .ulPropTag = PR_ENTRYID };
	SRowSet *path;
	struct {
		ULONG cRows;
		SRow aRow[1];
	} rows = { 1, { { 0, 1, &id } } };

	assert_int_equal(ab_book->lpVtbl->GetSearchPath(ab_book, 0, &path), S_OK);
	assert_true(path->cRows >= 1);
	assert_string_equal(path->aRow[0].lpProps[0].Value.lpszA, "Contacts");
	FreeProws(path);
	id.Value.bin = second;
	assert_int_equal(
	    ab_book->lpVtbl->SetSearchPath(ab_book, 0, (SRowSet *)(void *)&rows), S_OK);
	assert_int_equal(ab_book->lpVtbl->GetSearchPath(ab_book, 0, &path), S_OK);
	assert_int_equal(path->cRows, 1);
	assert_string_equal(path->aRow[0].lpProps[0].Value.lpszA, "Archive");
	FreeProws(path);
}

static void
the_personal_book_and_the_default_directory_can_be_chosen(void **state)
{
	SBinary second = second_book(), bad = ab_keep(&second);
	ENTRYID *id;
	ULONG size;

	assert_int_equal(ab_book->lpVtbl->SetPAB(ab_book, second.cb, ab_eid(&second)), S_OK);
	assert_int_equal(ab_book->lpVtbl->GetPAB(ab_book, &size, &id), S_OK);
	assert_int_equal(size, second.cb);
	assert_memory_equal(id, second.lpb, size);
	MAPIFreeBuffer(id);
	assert_int_equal(ab_book->lpVtbl->SetDefaultDir(ab_book, second.cb, ab_eid(&second)), S_OK);
	assert_int_equal(ab_book->lpVtbl->GetDefaultDir(ab_book, &size, &id), S_OK);
	assert_memory_equal(id, second.lpb, size);
	MAPIFreeBuffer(id);
	bad.lpb[10] ^= 1;
	assert_int_equal(ab_book->lpVtbl->SetPAB(ab_book, bad.cb, ab_eid(&bad)), MAPI_E_NOT_FOUND);
}

static void
resolve_name_looks_along_the_path(void **state)
{
	SBinary second = second_book();
	IABContainer *book = ab_personal();
	ADRLIST *list;
	MAPIERROR *error;

	ab_add(book, "Ann One", "one@example.test");
	ab_add(book, "Ann Two", "two@example.test");
	list = ab_recipient("ann one");
	assert_int_equal(ab_book->lpVtbl->ResolveName(ab_book, 0, 0, NULL, list), S_OK);
	ab_assert_row_text(list, PR_EMAIL_ADDRESS_W, "one@example.test");
	ab_assert_row_text(list, PR_DISPLAY_NAME_W, "Ann One");
	FreePadrlist(list);
	list = ab_recipient("ann");
	/* No dialog is waited for where there is no display. */
	assert_int_equal(ab_book->lpVtbl->ResolveName(ab_book, 0, MAPI_DIALOG, NULL, list),
	    MAPI_E_AMBIGUOUS_RECIP);
	assert_null(prop_find(list->aEntries[0].rgPropVals, list->aEntries[0].cValues, PR_ENTRYID));
	FreePadrlist(list);
	list = ab_recipient("nobody");
	assert_int_equal(ab_book->lpVtbl->ResolveName(ab_book, 0, 0, NULL, list), MAPI_E_NOT_FOUND);
	assert_int_equal(ab_book->lpVtbl->GetLastError(ab_book, MAPI_E_NOT_FOUND, 0, &error), S_OK);
	assert_non_null(strstr((char *)error->lpszError, "nobody"));
	MAPIFreeBuffer(error);
	FreePadrlist(list);
	list = ab_recipient("New <new@example.test>");
	assert_int_equal(ab_book->lpVtbl->ResolveName(ab_book, 0, 0, NULL, list), S_OK);
	ab_assert_row_text(list, PR_EMAIL_ADDRESS_W, "new@example.test");
	FreePadrlist(list);
	assert_true(second.cb > 0);
	book->lpVtbl->Release(book);
}

static void
prepare_recips_puts_the_columns_first(void **state)
{
	static SizedSPropTagArray(
	    3, tags) = { 3, { PR_TITLE_A, PR_EMAIL_ADDRESS_A, PR_ASSISTANT_A } };
	IABContainer *book = ab_personal();
	IMAPIProp *entry = ab_create(book, PR_DEF_CREATE_MAILUSER, 0);
	ADRLIST *list;
	SPropValue *values;

	ab_set_text(entry, PR_DISPLAY_NAME_A, "Bob");
	ab_set_text(entry, PR_EMAIL_ADDRESS_A, "bob@example.test");
	ab_set_text(entry, PR_TITLE_A, "Builder");
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	entry->lpVtbl->Release(entry);
	list = ab_recipient("bob");
	assert_int_equal(ab_book->lpVtbl->ResolveName(ab_book, 0, 0, NULL, list), S_OK);
	assert_int_equal(
	    ab_book->lpVtbl->PrepareRecips(ab_book, 0, (SPropTagArray *)&tags, list), S_OK);
	values = list->aEntries[0].rgPropVals;
	assert_int_equal(values[0].ulPropTag, PR_TITLE_A);
	assert_string_equal(values[0].Value.lpszA, "Builder");
	assert_string_equal(values[1].Value.lpszA, "bob@example.test");
	assert_int_equal(PROP_TYPE(values[2].ulPropTag), PT_ERROR);
	assert_non_null(prop_find(values, list->aEntries[0].cValues, PR_ENTRYID));
	FreePadrlist(list);
	book->lpVtbl->Release(book);
}

static void
new_entry_needs_a_whole_template_or_a_person(void **state)
{
	IABContainer *book = ab_personal();
	SBinary where = ab_id_of(book);
	ENTRYID *oneoff, *added;
	ULONG size, added_size;

	assert_int_equal(ab_book->lpVtbl->NewEntry(
			     ab_book, 0, 0, where.cb, ab_eid(&where), 0, NULL, &added_size, &added),
	    MAPI_E_NO_SUPPORT);
	assert_int_equal(ab_book->lpVtbl->CreateOneOff(ab_book, (LPTSTR) "Cleo", (LPTSTR) "SMTP",
			     (LPTSTR) "cleo@example.test", 0, &size, &oneoff),
	    S_OK);
	assert_int_equal(ab_book->lpVtbl->NewEntry(ab_book, 0, 0, where.cb, ab_eid(&where), size,
			     oneoff, &added_size, &added),
	    S_OK);
	assert_true(added_size > 0);
	ab_assert_names(book, NULL, "Cleo");
	MAPIFreeBuffer(added);
	MAPIFreeBuffer(oneoff);
	book->lpVtbl->Release(book);
}

/* --- Notifications ------------------------------------------------------------------------- */

static ULONG_PTR
listen_to(const SBinary *id, GString *heard)
{
	IMAPIAdviseSink *sink = NULL;
	ULONG_PTR connection = 0;

	assert_int_equal(HrAllocAdviseSink(ab_hear, heard, &sink), S_OK);
	assert_int_equal(
	    ab_book->lpVtbl->Advise(ab_book, id->cb, ab_eid(id),
		fnevObjectCreated | fnevObjectModified | fnevObjectDeleted, sink, &connection),
	    S_OK);
	sink->lpVtbl->Release(sink);
	return connection;
}

static void
advise_on_an_entry_tells_of_it_alone(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test");
	SBinary cleo = ab_add(book, "Cleo", "cleo@example.test");
	ENTRYLIST both = { 2, (SBinary[]){ cleo, bob } };
	g_autoptr(GString) heard = g_string_new(NULL);
	ULONG_PTR connection = listen_to(&bob, heard);
	IMAPIProp *entry;
	ULONG type;

	assert_int_equal(ab_book->lpVtbl->OpenEntry(ab_book, bob.cb, ab_eid(&bob), NULL,
			     MAPI_MODIFY, &type, (IUnknown **)(void *)&entry),
	    S_OK);
	ab_set_text(entry, PR_TITLE_A, "Captain");
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	entry->lpVtbl->Release(entry);
	ab_assert_heard(heard, "modified address");
	assert_int_equal(book->lpVtbl->DeleteEntries(book, &both, 0), S_OK);
	ab_assert_heard(heard, "deleted address");
	assert_int_equal(ab_book->lpVtbl->Unadvise(ab_book, connection), S_OK);
	assert_int_equal(ab_book->lpVtbl->Unadvise(ab_book, connection), MAPI_E_INVALID_PARAMETER);
	book->lpVtbl->Release(book);
}

static void
advise_on_a_book_tells_of_all_in_it_until_unadvise(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_id_of(book), team;
	g_autoptr(GString) heard = g_string_new(NULL);
	ULONG_PTR connection = listen_to(&id, heard);
	ENTRYLIST list = { 1, &team };

	ab_add(book, "Bob", "bob@example.test");
	team = ab_add_list(book, "Team");
	ab_assert_heard(heard, "created address,created list");
	assert_int_equal(book->lpVtbl->DeleteEntries(book, &list, 0), S_OK);
	ab_assert_heard(heard, "deleted list");
	assert_int_equal(ab_book->lpVtbl->Unadvise(ab_book, connection), S_OK);
	ab_add(book, "Cleo", "cleo@example.test");
	ab_assert_heard(heard, "");
	book->lpVtbl->Release(book);
}

/* Once, and again only after it could be read in between. */
static void
a_book_that_cannot_be_read_is_a_critical_error(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_id_of(book);
	g_autoptr(GString) heard = g_string_new(NULL);
	g_autofree char *path = g_build_filename(test_folder, "data/emapi/contacts.ab", NULL);
	IMAPIAdviseSink *sink = NULL;
	ULONG_PTR connection = 0;
	char head[100], broken[100];
	int fd;

	ab_add(book, "Bob", "bob@example.test");
	assert_int_equal(HrAllocAdviseSink(ab_hear, heard, &sink), S_OK);
	assert_int_equal(ab_book->lpVtbl->Advise(ab_book, id.cb, ab_eid(&id),
			     fnevCriticalError | fnevObjectCreated, sink, &connection),
	    S_OK);
	sink->lpVtbl->Release(sink);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, head, sizeof head, 0), sizeof head);
	memset(broken, 'x', sizeof broken);
	assert_int_equal(pwrite(fd, broken, sizeof broken, 0), sizeof broken);
	ab_assert_heard(heard, "critical");
	ab_assert_heard(heard, "");
	assert_int_equal(pwrite(fd, head, sizeof head, 0), sizeof head);
	close(fd);
	ab_run_another("add", "Dora");
	ab_assert_heard(heard, "created address");
	assert_int_equal(ab_book->lpVtbl->Unadvise(ab_book, connection), S_OK);
	book->lpVtbl->Release(book);
}

static void
what_another_process_changes_is_told_within_a_second(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_id_of(book);
	g_autoptr(GString) heard = g_string_new(NULL);
	ULONG_PTR connection = listen_to(&id, heard);

	ab_run_another("add", "Dora");
	ab_assert_heard(heard, "created address");
	assert_int_equal(ab_book->lpVtbl->Unadvise(ab_book, connection), S_OK);
	book->lpVtbl->Release(book);
}

static void
dialogs_are_not_supported(void **state)
{
	ADRPARM parameters = { 0 };
	ADRLIST *list = NULL;
	ULONG_PTR window = 0;

	assert_int_equal(
	    ab_book->lpVtbl->Address(ab_book, &window, &parameters, &list), MAPI_E_NO_SUPPORT);
	assert_int_equal(
	    ab_book->lpVtbl->Details(ab_book, &window, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0),
	    MAPI_E_NO_SUPPORT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ab_setup, ab_teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(the_root_has_the_containers_of_all_providers),
		CASE(open_entry_finds_the_provider_by_the_entry_id),
		CASE(compare_entry_ids),
		CASE(the_search_path_begins_with_the_personal_book_until_it_is_set),
		CASE(the_personal_book_and_the_default_directory_can_be_chosen),
		CASE(resolve_name_looks_along_the_path),
		CASE(prepare_recips_puts_the_columns_first),
		CASE(new_entry_needs_a_whole_template_or_a_person),
		CASE(advise_on_an_entry_tells_of_it_alone),
		CASE(advise_on_a_book_tells_of_all_in_it_until_unadvise),
		CASE(a_book_that_cannot_be_read_is_a_critical_error),
		CASE(what_another_process_changes_is_told_within_a_second),
		CASE(dialogs_are_not_supported),
	};

	if (argc == 3)
		return ab_act_by(argv[1], argv[2]);

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
