/* SPDX-License-Identifier: MIT */
/*
 * Long values in contents tables and searches.  A body of some size is no part of a message's row
 * in the store's file; a program cannot tell.  Restrictions look at the whole of it, and a column
 * shows its first 255 characters (MAPI reference: Working with Large Columns).
 */
#include "tabletesting.h"
#include "storetesting.h"

#define NUMBER PROP_TAG(PT_LONG, 0x6600)
#define LONG_BYTES PROP_TAG(PT_BINARY, 0x6602)
#define LONG_KINDS PROP_TAG(PT_MV_STRING8, 0x6603)
#define LENGTH 100000

/* So long a text that ends in `end`. */
static char *
long_text(char fill, const char *end)
{
	char *text = g_strnfill(LENGTH, fill);

	memcpy(text + LENGTH - strlen(end), end, strlen(end));
	return text;
}

static IMessage *
new_message(IMAPIFolder *folder, LONG number)
{
	IMessage *message = NULL;

	OK(folder->lpVtbl->CreateMessage(folder, NULL, 0, &message));
	set_long(message, NUMBER, number);
	return message;
}

static void
keep(IMessage *message)
{
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
}

static void
put_body(IMAPIFolder *folder, LONG number, const char *body)
{
	IMessage *message = new_message(folder, number);

	if (body)
		set_text(message, PR_BODY_A, body);
	keep(message);
}

/* 1 without a body, 2 with a short one, 3 and 4 with long ones: words stand at their ends. */
static IMAPIFolder *
fill(struct world *world, IMAPITable **table)
{
	SizedSPropTagArray(1, columns) = { 1, { NUMBER } };
	IMAPIFolder *inbox = open_inbox(world);
	char *apples = long_text('x', " with apples"), *beans = long_text('x', " with beans");

	put_body(inbox, 1, NULL);
	put_body(inbox, 2, "a few apples");
	put_body(inbox, 3, apples);
	put_body(inbox, 4, beans);
	g_free(apples);
	g_free(beans);
	OK(inbox->lpVtbl->GetContentsTable(inbox, 0, table));
	OK((*table)->lpVtbl->SetColumns(*table, (SPropTagArray *)(void *)&columns, 0));
	return inbox;
}

static SRestriction
has(ULONG tag)
{
	SRestriction restriction = { .rt = RES_EXIST };

	restriction.res.resExist.ulPropTag = tag;
	return restriction;
}

static SRestriction
has_word(SPropValue *value, const char *word)
{
	SRestriction restriction = { .rt = RES_CONTENT };

	*value = (SPropValue){ .ulPropTag = PR_BODY_A, .Value.lpszA = (LPSTR)(uintptr_t)word };
	restriction.res.resContent =
	    (SContentRestriction){ FL_SUBSTRING | FL_IGNORECASE, PR_BODY_A, value };
	return restriction;
}

/* --- Restrictions -------------------------------------------------------------------------- */

static void
RES_EXIST_is_true_of_a_body_however_long(void **state)
{
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	SRestriction body = has(PR_BODY_W), html = has(PR_HTML);

	OK(table->lpVtbl->Restrict(table, &body, 0));
	table_assert_all(table, "2 3 4");
	OK(table->lpVtbl->Restrict(table, &html, 0));
	table_assert_all(table, "");
	RELEASE(table);
	RELEASE(inbox);
}

static void
RES_CONTENT_finds_words_at_the_end_of_a_long_body(void **state)
{
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	SPropValue value;
	SRestriction apples = has_word(&value, "Apples");

	OK(table->lpVtbl->Restrict(table, &apples, 0));
	table_assert_all(table, "2 3");
	OK(table->lpVtbl->Restrict(table, NULL, 0));
	OK(table->lpVtbl->FindRow(table, &apples, BOOKMARK_END, DIR_BACKWARD));
	table_assert_rows(table, 1, 0, "3");
	RELEASE(table);
	RELEASE(inbox);
}

static void
RES_SIZE_knows_how_long_a_body_is(void **state)
{
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	SRestriction large = { .rt = RES_SIZE };

	large.res.resSize =
	    (SSizeRestriction){ .relop = RELOP_GT, .ulPropTag = PR_BODY_A, .cb = LENGTH / 2 };
	OK(table->lpVtbl->Restrict(table, &large, 0));
	table_assert_all(table, "3 4");
	RELEASE(table);
	RELEASE(inbox);
}

static void
an_attachment_has_its_data_for_RES_SUBRESTRICTION(void **state)
{
	SRestriction data = has(PR_ATTACH_DATA_BIN), parts = { .rt = RES_SUBRESTRICTION };
	SPropValue bytes = { .ulPropTag = PR_ATTACH_DATA_BIN };
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	IMessage *message = new_message(inbox, 5);
	char *text = long_text('y', "");
	IAttach *attach = NULL;
	ULONG number;

	bytes.Value.bin = (SBinary){ LENGTH, (BYTE *)text };
	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach));
	set_long(attach, PR_ATTACH_METHOD, ATTACH_BY_VALUE);
	OK(attach->lpVtbl->SetProps(attach, 1, &bytes, NULL));
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
	keep(message);
	parts.res.resSub.ulSubObject = PR_MESSAGE_ATTACHMENTS;
	parts.res.resSub.lpRes = &data;
	OK(table->lpVtbl->Restrict(table, &parts, 0));
	table_assert_all(table, "5");
	g_free(text);
	RELEASE(table);
	RELEASE(inbox);
}

/* --- Search folders ------------------------------------------------------------------------ */

static void
look_for(IMAPIFolder *search, IMAPIFolder *scope, SRestriction *restriction)
{
	SPropValue *id = get(scope, PR_ENTRYID);
	ENTRYLIST folders = { 1, &id->Value.bin };

	OK(search->lpVtbl->SetSearchCriteria(search, restriction, &folders, 0));
	MAPIFreeBuffer(id);
}

static void
search_folders_find_long_bodies_that_are_there_and_that_come(void **state)
{
	struct world *world = *state;
	IMAPIFolder *finder = world_folder(world, PR_FINDER_ENTRYID);
	IMAPIFolder *words = make_folder(finder, FOLDER_SEARCH, "Apples");
	IMAPIFolder *bodies = make_folder(finder, FOLDER_SEARCH, "Bodies");
	char *late = long_text('z', " late apples");
	IMAPITable *table;
	IMAPIFolder *inbox = fill(world, &table);
	SRestriction body = has(PR_BODY_A), apples;
	SPropValue value;

	apples = has_word(&value, "apples");
	look_for(words, inbox, &apples);
	look_for(bodies, inbox, &body);
	assert_int_equal(count_of(words, 0), 2);
	assert_int_equal(count_of(bodies, 0), 3);
	put_body(inbox, 5, late);
	put_body(inbox, 6, NULL);
	assert_int_equal(count_of(words, 0), 3);
	assert_int_equal(count_of(bodies, 0), 4);
	g_free(late);
	RELEASE(table);
	RELEASE(inbox);
	RELEASE(words);
	RELEASE(bodies);
	RELEASE(finder);
}

/* --- Columns ------------------------------------------------------------------------------- */

static SRow *
row_with(IMAPITable *table, ULONG tag, ULONG at, SRowSet **rows)
{
	SizedSPropTagArray(2, columns) = { 2, { tag, NUMBER } };

	OK(HrQueryAllRows(table, (SPropTagArray *)(void *)&columns, NULL, NULL, 0, rows));
	assert_true((*rows)->cRows > at);
	return &(*rows)->aRow[at];
}

static void
a_column_shows_the_first_255_characters(void **state)
{
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	SRowSet *rows = NULL;
	SRow *row = row_with(table, PR_BODY_A, 2, &rows);

	assert_int_equal(row->lpProps[0].ulPropTag, PR_BODY_A);
	assert_int_equal(strlen(row->lpProps[0].Value.lpszA), 255);
	assert_int_equal(strspn(row->lpProps[0].Value.lpszA, "x"), 255);
	assert_string_equal(rows->aRow[1].lpProps[0].Value.lpszA, "a few apples");
	FreeProws(rows);
	row = row_with(table, PR_BODY_W, 2, &rows);
	assert_int_equal(row->lpProps[0].ulPropTag, PR_BODY_W);
	assert_int_equal(row->lpProps[0].Value.lpszW[254], 'x');
	assert_int_equal(row->lpProps[0].Value.lpszW[255], 0);
	FreeProws(rows);
	RELEASE(table);
	RELEASE(inbox);
}

/* No character is cut in two, in neither kind of text. */
static void
cuts_fall_between_characters(void **state)
{
	GString *text = g_string_new("x");
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	IMessage *message = new_message(inbox, 5);
	SPropValue wide = { .ulPropTag = PR_BODY_W };
	SRowSet *rows = NULL;
	SRow *row;

	while (text->len < LENGTH)
		g_string_append(text, "\xF0\x9F\x8D\x8E"); /* two units of UTF-16 */
	put_body(inbox, 6, text->str);
	wide.Value.lpszW = (WCHAR *)g_utf8_to_utf16(text->str, -1, NULL, NULL, NULL);
	OK(message->lpVtbl->SetProps(message, 1, &wide, NULL));
	g_free(wide.Value.lpszW);
	keep(message);
	row = row_with(table, PR_BODY_A, 4, &rows);
	for (int at = 0; at < 2; at++, row++) {
		glong units = row->lpProps[1].Value.l == 6 ? 255 : 128;

		assert_true(g_utf8_validate(row->lpProps[0].Value.lpszA, -1, NULL));
		assert_int_equal(g_utf8_strlen(row->lpProps[0].Value.lpszA, -1), units);
	}
	FreeProws(rows);
	g_string_free(text, TRUE);
	RELEASE(table);
	RELEASE(inbox);
}

static void
bytes_are_cut_and_values_of_many_are_whole(void **state)
{
	char *text = long_text('y', "!");
	LPSTR kinds[2] = { text, (LPSTR)(uintptr_t) "short" };
	SPropValue values[2] = { { .ulPropTag = LONG_BYTES }, { .ulPropTag = LONG_KINDS } };
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	IMessage *message = new_message(inbox, 5);
	SRowSet *rows = NULL;
	SRow *row;

	values[0].Value.bin = (SBinary){ LENGTH, (BYTE *)text };
	values[1].Value.MVszA = (SLPSTRArray){ 2, kinds };
	OK(message->lpVtbl->SetProps(message, 2, values, NULL));
	keep(message);
	row = row_with(table, LONG_BYTES, 4, &rows);
	assert_int_equal(row->lpProps[0].Value.bin.cb, 255);
	FreeProws(rows);
	row = row_with(table, LONG_KINDS, 4, &rows);
	assert_int_equal(row->lpProps[0].Value.MVszA.cValues, 2);
	assert_string_equal(row->lpProps[0].Value.MVszA.lppszA[0], text);
	FreeProws(rows);
	g_free(text);
	RELEASE(table);
	RELEASE(inbox);
}

static void
messages_can_be_put_in_the_order_of_their_bodies(void **state)
{
	const SSortOrder by_body[] = { { PR_BODY_A, TABLE_SORT_DESCEND } };
	char *second = long_text('m', "");
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);

	put_body(inbox, 5, second);
	OK(table->lpVtbl->SortTable(table, table_order(0, 0, 1, by_body), 0));
	table_assert_all(table, "3 4 5 2 1");
	g_free(second);
	RELEASE(table);
	RELEASE(inbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(RES_EXIST_is_true_of_a_body_however_long),
		CASE(RES_CONTENT_finds_words_at_the_end_of_a_long_body),
		CASE(RES_SIZE_knows_how_long_a_body_is),
		CASE(an_attachment_has_its_data_for_RES_SUBRESTRICTION),
		CASE(search_folders_find_long_bodies_that_are_there_and_that_come),
		CASE(a_column_shows_the_first_255_characters),
		CASE(cuts_fall_between_characters),
		CASE(bytes_are_cut_and_values_of_many_are_whole),
		CASE(messages_can_be_put_in_the_order_of_their_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
