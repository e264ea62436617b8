/* SPDX-License-Identifier: MIT */
/* IABContainer, on the personal address book (MAPI reference: IABContainer : IMAPIContainer). */
#include "abtesting.h"

static void
a_new_book_is_empty_and_says_what_it_is(void **state)
{
	IABContainer *book = ab_personal();

	ab_assert_names(book, NULL, "");
	assert_int_equal(ab_long(book, PR_OBJECT_TYPE), MAPI_ABCONT);
	assert_int_equal(ab_long(book, PR_DISPLAY_TYPE), DT_LOCAL);
	assert_int_equal(ab_long(book, PR_CONTAINER_FLAGS), AB_RECIPIENTS | AB_MODIFIABLE);
	ab_assert_text(book, PR_DISPLAY_NAME_A, "Contacts");
	book->lpVtbl->Release(book);
}

static void
create_entry_saves_an_address(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add(book, "Bob Builder", "bob@example.test");
	IMailUser *user;
	ULONG type;

	assert_int_equal(book->lpVtbl->OpenEntry(book, id.cb, ab_eid(&id), &IID_IMailUser, 0, &type,
			     (LPUNKNOWN *)&user),
	    S_OK);
	assert_int_equal(type, MAPI_MAILUSER);
	ab_assert_text(user, PR_DISPLAY_NAME_A, "Bob Builder");
	ab_assert_text(user, PR_ADDRTYPE_A, "SMTP");
	user->lpVtbl->Release(user);
	ab_assert_names(book, NULL, "Bob Builder");
	book->lpVtbl->Release(book);
}

static void
create_entry_needs_a_name_or_an_address(void **state)
{
	IABContainer *book = ab_personal();
	IMAPIProp *entry = ab_create(book, PR_DEF_CREATE_MAILUSER, 0);
	MAPIERROR *error;

	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), MAPI_E_MISSING_REQUIRED_COLUMN);
	assert_int_equal(
	    entry->lpVtbl->GetLastError(entry, MAPI_E_MISSING_REQUIRED_COLUMN, 0, &error), S_OK);
	assert_non_null(strstr((char *)error->lpszError, "PR_DISPLAY_NAME"));
	MAPIFreeBuffer(error);
	ab_set_text(entry, PR_EMAIL_ADDRESS_A, "only@example.test");
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, KEEP_OPEN_READONLY), S_OK);
	ab_assert_text(entry, PR_DISPLAY_NAME_A, "only@example.test");
	entry->lpVtbl->Release(entry);
	book->lpVtbl->Release(book);
}

static void
create_entry_copies_an_entry_of_anybody(void **state)
{
	IABContainer *book = ab_personal();
	IMAPIProp *entry;
	ENTRYID *oneoff;
	ULONG size;

	assert_int_equal(ab_book->lpVtbl->CreateOneOff(ab_book, (LPTSTR) "Cleo", (LPTSTR) "SMTP",
			     (LPTSTR) "cleo@example.test", 0, &size, &oneoff),
	    S_OK);
	assert_int_equal(book->lpVtbl->CreateEntry(book, size, oneoff, 0, &entry), S_OK);
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	entry->lpVtbl->Release(entry);
	MAPIFreeBuffer(oneoff);
	ab_assert_names(book, "cleo", "Cleo");
	book->lpVtbl->Release(book);
}

static void
duplicates_are_refused_or_replaced_as_asked(void **state)
{
	IABContainer *book = ab_personal();
	IMAPIProp *entry;

	ab_add(book, "Dora", "dora@example.test");
	entry = ab_create(book, PR_DEF_CREATE_MAILUSER, CREATE_CHECK_DUP_LOOSE);
	ab_set_text(entry, PR_DISPLAY_NAME_A, "dora");
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), MAPI_E_COLLISION);
	entry->lpVtbl->Release(entry);

	entry = ab_create(book, PR_DEF_CREATE_MAILUSER, CREATE_CHECK_DUP_STRICT);
	ab_set_text(entry, PR_DISPLAY_NAME_A, "Dora");
	ab_set_text(entry, PR_EMAIL_ADDRESS_A, "other@example.test");
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	entry->lpVtbl->Release(entry);
	ab_assert_names(book, NULL, "Dora,Dora");

	entry = ab_create(book, PR_DEF_CREATE_MAILUSER, CREATE_CHECK_DUP_STRICT | CREATE_REPLACE);
	ab_set_text(entry, PR_DISPLAY_NAME_A, "Dora");
	ab_set_text(entry, PR_EMAIL_ADDRESS_A, "dora@example.test");
	ab_set_text(entry, PR_TITLE_A, "Chief");
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	entry->lpVtbl->Release(entry);
	ab_assert_names(book, NULL, "Dora,Dora");
	book->lpVtbl->Release(book);
}

static void
contents_are_sorted_by_name_and_restricted_by_anr(void **state)
{
	IABContainer *book = ab_personal();

	ab_add(book, "Zoe Miller", "zoe@example.test");
	ab_add(book, "ann Bergman", "ann.b@example.test");
	ab_add(book, "\303\211mile Zola", "emile@example.test");
	ab_assert_names(book, NULL, "ann Bergman,Zoe Miller,\303\211mile Zola");
	ab_assert_names(book, "mil", "Zoe Miller");
	ab_assert_names(book, "emile", "\303\211mile Zola");
	ab_assert_names(book, "z", "Zoe Miller,\303\211mile Zola");
	ab_assert_names(book, "berg AN", "ann Bergman");
	ab_assert_names(book, "ergman", "");
	ab_assert_names(book, " , ", "");
	book->lpVtbl->Release(book);
}

static void
other_restrictions_and_sorts_work_too(void **state)
{
	static SizedSSortOrderSet(
	    1, down) = { 1, 0, 0, { { PR_DISPLAY_NAME_A, TABLE_SORT_DESCEND } } };
	IABContainer *book = ab_personal();
	SPropValue prefix = { .ulPropTag = PR_DISPLAY_NAME_A }, name = { .ulPropTag = PR_ANR_A };
	SRestriction parts[2] = { { .rt = RES_CONTENT }, { .rt = RES_PROPERTY } }, both;
	IMAPITable *table;
	SRowSet *rows;
	ULONG count;

	ab_add(book, "Ann One", "one@example.test");
	ab_add(book, "Ann Two", "two@example.test");
	ab_add(book, "Bob Ann", "three@example.test");
	prefix.Value.lpszA = (char *)(uintptr_t) "ann";
	name.Value.lpszA = (char *)(uintptr_t) "ann";
	parts[0].res.resContent.ulFuzzyLevel = FL_PREFIX | FL_IGNORECASE;
	parts[0].res.resContent.ulPropTag = PR_DISPLAY_NAME_A;
	parts[0].res.resContent.lpProp = &prefix;
	parts[1].res.resProperty.relop = RELOP_EQ;
	parts[1].res.resProperty.ulPropTag = PR_ANR_A;
	parts[1].res.resProperty.lpProp = &name;
	assert_int_equal(book->lpVtbl->GetContentsTable(book, 0, &table), S_OK);
	assert_int_equal(table->lpVtbl->Restrict(table, &parts[1], 0), S_OK);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &count), S_OK);
	assert_int_equal(count, 3);
	both.rt = RES_AND;
	both.res.resAnd.cRes = 2;
	both.res.resAnd.lpRes = parts;
	assert_int_equal(table->lpVtbl->Restrict(table, &both, 0), S_OK);
	assert_int_equal(table->lpVtbl->SortTable(table, (SSortOrderSet *)&down, 0), S_OK);
	assert_int_equal(table->lpVtbl->QueryRows(table, 10, 0, &rows), S_OK);
	assert_int_equal(rows->cRows, 2);
	assert_string_equal(rows->aRow[0].lpProps[0].Value.lpszA, "Ann Two");
	FreeProws(rows);
	both.rt = RES_OR;
	assert_int_equal(table->lpVtbl->Restrict(table, &both, 0), MAPI_E_TOO_COMPLEX);
	assert_int_equal(table->lpVtbl->Restrict(table, NULL, 0), S_OK);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &count), S_OK);
	assert_int_equal(count, 3);
	table->lpVtbl->Release(table);
	book->lpVtbl->Release(book);
}

static void
resolve_names_flags_each_entry(void **state)
{
	static const struct {
		const char *typed;
		ULONG flag;
	} cases[] = {
		{ "bob", MAPI_RESOLVED },              /* a prefix of one */
		{ "ann", MAPI_AMBIGUOUS },             /* of two */
		{ "Ann Two", MAPI_RESOLVED },          /* the whole name of one of them */
		{ "one@example.test", MAPI_RESOLVED }, /* an address */
		{ "=Bob Ann", MAPI_RESOLVED },         /* only the whole name */
		{ "=Bob", MAPI_UNRESOLVED },
		{ "nobody", MAPI_UNRESOLVED },
	};
	IABContainer *book = ab_personal();

	ab_add(book, "Ann One", "one@example.test");
	ab_add(book, "Ann Two", "two@example.test");
	ab_add(book, "Bob Ann", "three@example.test");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		ADRLIST *list = ab_recipient(cases[i].typed);
		struct {
			ULONG cFlags;
			ULONG ulFlag[1];
		} flags = { 1, { MAPI_UNRESOLVED } };

		assert_int_equal(book->lpVtbl->ResolveNames(
				     book, NULL, MAPI_UNICODE, list, (FlagList *)(void *)&flags),
		    S_OK);
		assert_int_equal(flags.ulFlag[0], cases[i].flag);
		assert_int_equal(prop_find(list->aEntries[0].rgPropVals, list->aEntries[0].cValues,
				     PR_ENTRYID) != NULL,
		    cases[i].flag == MAPI_RESOLVED);
		FreePadrlist(list);
	}
	book->lpVtbl->Release(book);
}

static void
copy_entries_and_delete_entries(void **state)
{
	IABContainer *book = ab_personal(), *other;
	SBinary id = ab_add(book, "Eva", "eva@example.test"), other_id;
	SRowSet *path;
	ENTRYLIST list = { 1, &id };

	assert_int_equal(ab_book->lpVtbl->GetSearchPath(ab_book, 0, &path), S_OK);
	FreeProws(path);
	{
		IABContainer *root = ab_open(NULL, 0);
		IMAPITable *table;
		SRowSet *rows;

		root->lpVtbl->GetHierarchyTable(root, 0, &table);
		assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
		assert_int_equal(rows->cRows, 2);
		other_id =
		    ab_keep(&prop_find(rows->aRow[1].lpProps, rows->aRow[1].cValues, PR_ENTRYID)
				 ->Value.bin);
		FreeProws(rows);
		table->lpVtbl->Release(table);
		root->lpVtbl->Release(root);
	}
	other = ab_open(&other_id, MAPI_MODIFY);
	assert_int_equal(other->lpVtbl->CopyEntries(other, &list, 0, NULL, AB_NO_DIALOG), S_OK);
	ab_assert_names(other, NULL, "Eva");
	assert_int_equal(book->lpVtbl->DeleteEntries(book, &list, 0), S_OK);
	ab_assert_names(book, NULL, "");
	ab_assert_names(other, NULL, "Eva");
	/* Another book's entry is not this book's to delete. */
	assert_int_equal(other->lpVtbl->DeleteEntries(other, &list, 0), MAPI_E_UNKNOWN_ENTRYID);
	other->lpVtbl->Release(other);
	book->lpVtbl->Release(book);
}

static void
a_book_opened_to_read_is_not_changed(void **state)
{
	IABContainer *book = ab_personal(), *reader;
	SBinary id = ab_id_of(book);
	IMAPIProp *entry;

	reader = ab_open(&id, 0);
	assert_int_equal(reader->lpVtbl->CreateEntry(reader, 0, NULL, 0, &entry), MAPI_E_NO_ACCESS);
	assert_null(entry);
	reader->lpVtbl->Release(reader);
	book->lpVtbl->Release(book);
}

static void
wrong_arguments_are_said(void **state)
{
	IABContainer *book = ab_personal();
	IMAPITable *table;
	IMAPIProp *entry;

	assert_int_equal(book->lpVtbl->GetContentsTable(book, 0, NULL), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(
	    book->lpVtbl->GetContentsTable(book, 0x1000, &table), MAPI_E_UNKNOWN_FLAGS);
	assert_int_equal(book->lpVtbl->GetHierarchyTable(book, 0, &table), MAPI_E_NO_SUPPORT);
	assert_int_equal(
	    book->lpVtbl->CreateEntry(book, 0, NULL, 0x100, &entry), MAPI_E_UNKNOWN_FLAGS);
	assert_int_equal(book->lpVtbl->DeleteEntries(book, NULL, 0), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(
	    book->lpVtbl->ResolveNames(book, NULL, 0, NULL, NULL), MAPI_E_INVALID_PARAMETER);
	book->lpVtbl->Release(book);
}

/* --- Tables that are listened to ----------------------------------------------------------- */

static IMAPITable *
listen_to_contents(IABContainer *book, const char *anr, GString *heard)
{
	SPropValue name = { .ulPropTag = PR_ANR_A, .Value.lpszA = (char *)(uintptr_t)anr };
	SRestriction restriction = { .rt = RES_PROPERTY };
	IMAPIAdviseSink *sink = NULL;
	IMAPITable *table = NULL;
	ULONG_PTR connection;

	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = PR_ANR_A;
	restriction.res.resProperty.lpProp = &name;
	assert_int_equal(HrAllocAdviseSink(ab_hear, heard, &sink), S_OK);
	assert_int_equal(book->lpVtbl->GetContentsTable(book, 0, &table), S_OK);
	assert_int_equal(
	    table->lpVtbl->Restrict(table, anr ? &restriction : NULL, TBL_BATCH), S_OK);
	assert_int_equal(table->lpVtbl->Advise(table, fnevTableModified, sink, &connection), S_OK);
	sink->lpVtbl->Release(sink);
	return table;
}

static void
rename_entry(const SBinary *id, const char *name)
{
	IMAPIProp *entry;
	ULONG type;

	assert_int_equal(ab_book->lpVtbl->OpenEntry(ab_book, id->cb, ab_eid(id), NULL, MAPI_MODIFY,
			     &type, (IUnknown **)(void *)&entry),
	    S_OK);
	ab_set_text(entry, PR_DISPLAY_NAME_A, name);
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	entry->lpVtbl->Release(entry);
}

static void
a_contents_table_tells_its_sinks_row_by_row(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test"), cleo;
	ENTRYLIST list = { 1, &bob };
	g_autoptr(GString) heard = g_string_new(NULL);
	IMAPITable *table = listen_to_contents(book, NULL, heard);
	ULONG rows = 0, status, type;

	cleo = ab_add(book, "Cleo", "cleo@example.test");
	ab_assert_heard(heard, "added Cleo");
	rename_entry(&cleo, "Cleopatra");
	ab_assert_heard(heard, "modified Cleopatra");
	assert_int_equal(book->lpVtbl->DeleteEntries(book, &list, 0), S_OK);
	ab_assert_heard(heard, "deleted");
	ab_run_another("add", "Dora");
	ab_assert_heard(heard, "added Dora");
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &rows), S_OK);
	assert_int_equal(rows, 2);
	assert_int_equal(table->lpVtbl->GetStatus(table, &status, &type), S_OK);
	assert_int_equal(type, TBLTYPE_DYNAMIC);
	table->lpVtbl->Release(table);
	ab_add(book, "Eva", "eva@example.test");
	ab_assert_heard(heard, "");
	book->lpVtbl->Release(book);
}

static void
a_table_by_name_takes_in_who_is_called_so_and_lets_go_who_is_not(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "rob@example.test");
	g_autoptr(GString) heard = g_string_new(NULL);
	IMAPITable *table = listen_to_contents(book, "cleo", heard);
	ULONG rows = 1;

	ab_add(book, "Dora", "dora@example.test");
	rename_entry(&bob, "Cleo");
	ab_assert_heard(heard, "added Cleo");
	rename_entry(&bob, "Fred");
	ab_assert_heard(heard, "deleted");
	/* Another restriction is no event. */
	assert_int_equal(table->lpVtbl->Restrict(table, NULL, 0), S_OK);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &rows), S_OK);
	assert_int_equal(rows, 2);
	ab_assert_heard(heard, "");
	table->lpVtbl->Release(table);
	book->lpVtbl->Release(book);
}

/* --- A large book -------------------------------------------------------------------------- */

#define MANY 230

/* The names of the next rows, which follow one another. */
static void
assert_next(IMAPITable *table, LONG count, ULONG from, ULONG rows)
{
	SRowSet *set = NULL;

	assert_int_equal(table->lpVtbl->QueryRows(table, count, 0, &set), S_OK);
	assert_int_equal(set->cRows, rows);
	for (ULONG i = 0; i < rows; i++) {
		g_autofree char *name = g_strdup_printf("Name %03u", (unsigned)(from + i));

		assert_string_equal(set->aRow[i].lpProps[0].Value.lpszA, name);
	}
	FreeProws(set);
}

static void
restrict_to_name(IMAPITable *table, const char *name)
{
	SPropValue value = { .ulPropTag = PR_ANR_A, .Value.lpszA = (LPSTR)(uintptr_t)name };
	SRestriction restriction = { .rt = RES_PROPERTY };

	restriction.res.resProperty =
	    (SPropertyRestriction){ .relop = RELOP_EQ, .ulPropTag = PR_ANR_A, .lpProp = &value };
	assert_int_equal(table->lpVtbl->Restrict(table, &restriction, 0), S_OK);
}

/* It reads the first rows before the others: nobody can tell. */
static void
a_large_book_is_read_on_to_its_end(void **state)
{
	SizedSPropTagArray(1, columns) = { 1, { PR_DISPLAY_NAME_A } };
	IABContainer *book = ab_personal();
	ULONG rows = 0, at = 0, numerator, denominator;
	IMAPITable *table;

	for (unsigned i = MANY; i-- > 0;) {
		g_autofree char *name = g_strdup_printf("Name %03u", i);

		ab_add(book, name, "many@example.test");
	}
	assert_int_equal(book->lpVtbl->GetContentsTable(book, 0, &table), S_OK);
	assert_int_equal(
	    table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0), S_OK);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &rows), S_OK);
	assert_int_equal(rows, MANY);
	assert_next(table, 150, 0, 150);
	assert_next(table, -10, 140, 10);
	assert_next(table, 45, 140, 45);
	assert_next(table, 15, 185, 15);
	assert_next(table, 5, 200, 5);
	assert_int_equal(table->lpVtbl->QueryPosition(table, &at, &numerator, &denominator), S_OK);
	assert_int_equal(at, 205);
	assert_next(table, 50, 205, 25);
	assert_next(table, 50, MANY, 0);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &rows), S_OK);
	assert_int_equal(rows, MANY);
	table->lpVtbl->Release(table);
	assert_int_equal(book->lpVtbl->GetContentsTable(book, 0, &table), S_OK);
	assert_int_equal(
	    table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0), S_OK);
	assert_next(table, 3, 0, 3);
	assert_int_equal(table->lpVtbl->SeekRowApprox(table, 1, 2), S_OK);
	assert_next(table, 3, MANY / 2, 3);
	assert_int_equal(table->lpVtbl->SeekRow(table, BOOKMARK_END, -2, NULL), S_OK);
	assert_next(table, 3, MANY - 2, 2);
	restrict_to_name(table, "name many");
	assert_next(table, 150, 0, 150);
	assert_next(table, 60, 150, 60);
	assert_next(table, 60, 210, MANY - 210);
	restrict_to_name(table, "many 017");
	assert_next(table, 50, 17, 1);
	restrict_to_name(table, "nobody");
	assert_next(table, 50, 0, 0);
	table->lpVtbl->Release(table);
	book->lpVtbl->Release(book);
}

static void
there_is_no_PR_SEARCH_to_open(void **state)
{
	IABContainer *book = ab_personal();
	IUnknown *search = NULL;

	assert_int_equal(
	    book->lpVtbl->OpenProperty(book, PR_SEARCH, &IID_IMAPIContainer, 0, 0, &search),
	    MAPI_E_NOT_FOUND);
	book->lpVtbl->Release(book);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ab_setup, ab_teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(a_new_book_is_empty_and_says_what_it_is),
		CASE(create_entry_saves_an_address),
		CASE(create_entry_needs_a_name_or_an_address),
		CASE(create_entry_copies_an_entry_of_anybody),
		CASE(duplicates_are_refused_or_replaced_as_asked),
		CASE(contents_are_sorted_by_name_and_restricted_by_anr),
		CASE(other_restrictions_and_sorts_work_too),
		CASE(resolve_names_flags_each_entry),
		CASE(copy_entries_and_delete_entries),
		CASE(a_book_opened_to_read_is_not_changed),
		CASE(wrong_arguments_are_said),
		CASE(a_large_book_is_read_on_to_its_end),
		CASE(there_is_no_PR_SEARCH_to_open),
		CASE(a_contents_table_tells_its_sinks_row_by_row),
		CASE(a_table_by_name_takes_in_who_is_called_so_and_lets_go_who_is_not),
	};

	if (argc == 3)
		return ab_act_by(argv[1], argv[2]);

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
