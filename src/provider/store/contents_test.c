/* SPDX-License-Identifier: MIT */
/* Contents tables: order, position, restriction, and that an index serves the indexed orders. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "mem.h"

#define LETTERS 50

struct listing {
	struct place place;
	IMsgStore *store;
	IMAPIFolder *inbox;
	IMAPITable *table;
};

/* Subjects s00 … s49 in a shuffled order; every seventh has the same time. */
static void
fill(struct listing *fixture)
{
	int at;

	for (at = 0; at < LETTERS; at++) {
		int number = (at * 17) % LETTERS;
		char *subject = g_strdup_printf("%ss%02d", number % 3 ? "" : "RE: ", number);
		IMessage *message = double_letter(fixture->inbox, subject, NULL);
		SPropValue time = { .ulPropTag = PR_MESSAGE_DELIVERY_TIME,
			.Value.ft = { (DWORD)(number % 7), 0x01d00000 } };

		double_set_long(message, PR_IMPORTANCE, number % 2);
		double_set_long(message, PROP_TAG(PT_LONG, 0x6700), number);
		if (number)
			assert_int_equal(message->lpVtbl->SetProps(message, 1, &time, NULL), S_OK);
		assert_int_equal(message->lpVtbl->SaveChanges(message, 0), S_OK);
		COM_CLEAR(message);
		g_free(subject);
	}
}

static int
setup(void **state)
{
	static struct listing fixture;
	SizedSPropTagArray(3, columns) = { 3,
		{ PR_NORMALIZED_SUBJECT_A, PR_MESSAGE_DELIVERY_TIME, PROP_TAG(PT_LONG, 0x6700) } };

	place_make(&fixture.place);
	assert_int_equal(double_logon(fixture.place.path, false, &fixture.store, NULL), S_OK);
	fixture.inbox = double_inbox(fixture.store);
	fill(&fixture);
	assert_int_equal(
	    fixture.inbox->lpVtbl->GetContentsTable(fixture.inbox, 0, &fixture.table), S_OK);
	assert_int_equal(
	    fixture.table->lpVtbl->SetColumns(fixture.table, (SPropTagArray *)(void *)&columns, 0),
	    S_OK);
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct listing *fixture = *state;

	COM_CLEAR(fixture->table);
	COM_CLEAR(fixture->inbox);
	COM_CLEAR(fixture->store);
	place_free(&fixture->place);
	return 0;
}

static int
number_of(const SRowSet *rows, ULONG row)
{
	return double_column(rows, row, PROP_TAG(PT_LONG, 0x6700))->Value.l;
}

static void
sort_by(IMAPITable *table, ULONG tag, ULONG order)
{
	SizedSSortOrderSet(1, sort) = { 1, 0, 0, { { tag, order } } };

	assert_int_equal(table->lpVtbl->SortTable(table, (SSortOrderSet *)(void *)&sort, 0), S_OK);
}

static void
pages_make_the_whole(void **state)
{
	static const LONG sizes[] = { 1, 7, 49, 50, 51, 1000 };
	struct listing *fixture = *state;
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(sizes); at++) {
		ULONG seen = 0, row, numerator, denominator;
		LONG moved;
		SRowSet *rows;

		assert_int_equal(
		    fixture->table->lpVtbl->SeekRow(fixture->table, BOOKMARK_BEGINNING, 0, &moved),
		    S_OK);
		do {
			rows = double_rows(fixture->table, sizes[at]);
			row = rows->cRows;
			seen += row;
			double_rows_free(rows);
		} while (row);
		assert_int_equal(seen, LETTERS);
		assert_int_equal(fixture->table->lpVtbl->QueryPosition(
				     fixture->table, &row, &numerator, &denominator),
		    S_OK);
		assert_int_equal(row, LETTERS);
		assert_int_equal(denominator, LETTERS);
	}
	assert_int_equal(double_count(fixture->table), LETTERS);
}

static void
subjects_sort_both_ways(void **state)
{
	struct listing *fixture = *state;
	SRowSet *rows;
	int pass, at;

	for (pass = 0; pass < 2; pass++) {
		sort_by(fixture->table, PR_NORMALIZED_SUBJECT_W,
		    pass ? TABLE_SORT_DESCEND : TABLE_SORT_ASCEND);
		for (at = 0; at < LETTERS; at += 10) { /* across pages */
			ULONG row;

			rows = double_rows(fixture->table, 10);
			assert_int_equal(rows->cRows, 10);
			for (row = 0; row < 10; row++)
				assert_int_equal(number_of(rows, row),
				    pass ? LETTERS - 1 - at - (int)row : at + (int)row);
			double_rows_free(rows);
		}
	}
}

static void
times_sort_with_ties_and_gaps(void **state)
{
	struct listing *fixture = *state;
	DWORD last = 0;
	SRowSet *rows;
	ULONG at, row = 0;

	sort_by(fixture->table, PR_MESSAGE_DELIVERY_TIME, TABLE_SORT_ASCEND);
	for (at = 0; at < LETTERS; at += row) {
		rows = double_rows(fixture->table, 3);
		for (row = 0; row < rows->cRows; row++) {
			const SPropValue *time = double_column(rows, row, PR_MESSAGE_DELIVERY_TIME);

			if (!at && !row)
				assert_int_equal(PROP_TYPE(time->ulPropTag), PT_ERROR);
			else
				assert_true(time->Value.ft.dwLowDateTime >= last);
			last = at + row ? time->Value.ft.dwLowDateTime : 0;
		}
		double_rows_free(rows);
		assert_true(row > 0);
	}
	assert_int_equal(at, LETTERS);
}

static void
any_property_sorts(void **state)
{
	struct listing *fixture = *state;
	SizedSSortOrderSet(2, sort) = { 2, 0, 0,
		{ { PR_IMPORTANCE, TABLE_SORT_DESCEND },
		    { PROP_TAG(PT_LONG, 0x6700), TABLE_SORT_ASCEND } } };
	SRowSet *rows;
	ULONG row;

	assert_int_equal(
	    fixture->table->lpVtbl->SortTable(fixture->table, (SSortOrderSet *)(void *)&sort, 0),
	    S_OK);
	rows = double_rows(fixture->table, LETTERS);
	for (row = 0; row < LETTERS; row++)
		assert_int_equal(number_of(rows, row), row < 25 ? 2 * row + 1 : 2 * (row - 25));
	double_rows_free(rows);
}

static void
restrictions_choose(void **state)
{
	struct listing *fixture = *state;
	SPropValue ten = { .ulPropTag = PROP_TAG(PT_LONG, 0x6700), .Value.l = 10 };
	SPropValue re = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (char *)(size_t) "re:" };
	SRestriction parts[2] = { { .rt = RES_PROPERTY }, { .rt = RES_CONTENT } },
		     both = { .rt = RES_AND };
	SRowSet *rows;

	parts[0].res.resProperty.relop = RELOP_LT;
	parts[0].res.resProperty.ulPropTag = ten.ulPropTag;
	parts[0].res.resProperty.lpProp = &ten;
	parts[1].res.resContent.ulFuzzyLevel = FL_PREFIX | FL_IGNORECASE;
	parts[1].res.resContent.ulPropTag = PR_SUBJECT_A;
	parts[1].res.resContent.lpProp = &re;
	both.res.resAnd.cRes = 2;
	both.res.resAnd.lpRes = parts;
	sort_by(fixture->table, PR_NORMALIZED_SUBJECT_A, TABLE_SORT_ASCEND);
	assert_int_equal(fixture->table->lpVtbl->Restrict(fixture->table, &both, 0), S_OK);
	assert_int_equal(double_count(fixture->table), 4);
	rows = double_rows(fixture->table, 10);
	assert_int_equal(rows->cRows, 4);
	assert_int_equal(number_of(rows, 3), 9);
	double_rows_free(rows);
	assert_int_equal(fixture->table->lpVtbl->Restrict(fixture->table, NULL, 0), S_OK);
	assert_int_equal(double_count(fixture->table), LETTERS);
	assert_int_equal(
	    fixture->table->lpVtbl->FindRow(fixture->table, &parts[0], BOOKMARK_BEGINNING, 0),
	    S_OK);
	ten.Value.l = -1;
	assert_int_equal(
	    fixture->table->lpVtbl->FindRow(fixture->table, &parts[0], BOOKMARK_BEGINNING, 0),
	    MAPI_E_NOT_FOUND);
}

static void
positions_move_and_are_marked(void **state)
{
	struct listing *fixture = *state;
	IMAPITable *table = fixture->table;
	BOOKMARK mark;
	SRowSet *rows;
	LONG moved;

	sort_by(table, PR_NORMALIZED_SUBJECT_A, TABLE_SORT_ASCEND);
	assert_int_equal(table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 20, &moved), S_OK);
	assert_int_equal(moved, 20);
	rows = double_rows(table, 1);
	assert_int_equal(number_of(rows, 0), 20);
	double_rows_free(rows);
	assert_int_equal(table->lpVtbl->CreateBookmark(table, &mark), S_OK);
	assert_int_equal(table->lpVtbl->SeekRow(table, BOOKMARK_END, -1, &moved), S_OK);
	rows = double_rows(table, 5);
	assert_int_equal(rows->cRows, 1);
	assert_int_equal(number_of(rows, 0), LETTERS - 1);
	double_rows_free(rows);
	assert_int_equal(table->lpVtbl->SeekRow(table, mark, 2, &moved), S_OK);
	rows = double_rows(table, 1);
	assert_int_equal(number_of(rows, 0), 23);
	double_rows_free(rows);
	rows = double_rows(table, -4);
	assert_int_equal(rows->cRows, 4);
	assert_int_equal(number_of(rows, 0), 20);
	double_rows_free(rows);
	assert_int_equal(table->lpVtbl->FreeBookmark(table, mark), S_OK);
	assert_int_equal(table->lpVtbl->SeekRow(table, mark, 0, &moved), MAPI_E_INVALID_BOOKMARK);
	assert_int_equal(table->lpVtbl->SeekRowApprox(table, 1, 2), S_OK);
	rows = double_rows(table, 1);
	assert_int_equal(number_of(rows, 0), LETTERS / 2);
	double_rows_free(rows);
}

static void
noadvance_stays(void **state)
{
	struct listing *fixture = *state;
	SRowSet *rows = NULL;
	int first;

	assert_int_equal(
	    fixture->table->lpVtbl->QueryRows(fixture->table, 5, TBL_NOADVANCE, &rows), S_OK);
	first = number_of(rows, 0);
	double_rows_free(rows);
	rows = double_rows(fixture->table, 5);
	assert_int_equal(number_of(rows, 0), first);
	double_rows_free(rows);
}

static void
copies_of_one(IMAPIFolder *inbox, ULONG count)
{
	IMAPITable *table = NULL;
	SRowSet *rows;
	SBinary *ids = g_new(SBinary, count);
	ENTRYLIST list = { count, ids };
	ULONG at;

	assert_int_equal(inbox->lpVtbl->GetContentsTable(inbox, 0, &table), S_OK);
	rows = double_rows(table, LETTERS);
	for (at = 0; at < count; at++)
		ids[at] = double_column(rows, at % LETTERS, PR_ENTRYID)->Value.bin;
	assert_int_equal(inbox->lpVtbl->CopyMessages(inbox, &list, NULL, inbox, 0, NULL, 0), S_OK);
	double_rows_free(rows);
	COM_CLEAR(table);
	g_free(ids);
}

/* As a list of ids would be, with what comes and goes taken in. */
static void
large_folder_keeps_the_orders_made_for_it(void **state)
{
	struct listing *fixture = *state;
	const ULONG number = PROP_TAG(PT_LONG, 0x6700), copies = 5000;
	IMAPITable *table = fixture->table;
	SPropValue wanted = { .ulPropTag = PROP_TAG(PT_LONG, 0x6700), .Value.l = 49 };
	SRestriction last = { .rt = RES_PROPERTY };
	IMessage *message;
	SRowSet *rows;
	LONG moved;
	int pass, before = -5;
	ULONG at, seen = 0;

	copies_of_one(fixture->inbox, copies);
	for (pass = 0; pass < 2; pass++) {
		sort_by(table, number, pass ? TABLE_SORT_DESCEND : TABLE_SORT_ASCEND);
		rows = double_rows(table, 150);
		assert_int_equal(rows->cRows, 150);
		assert_int_equal(number_of(rows, 0), pass ? 49 : 0);
		assert_int_equal(number_of(rows, 149), pass ? 48 : 1);
		double_rows_free(rows);
	}
	sort_by(table, number, TABLE_SORT_ASCEND);
	message = double_letter(fixture->inbox, "newest", NULL);
	double_set_long(message, number, -5);
	assert_int_equal(message->lpVtbl->SaveChanges(message, 0), S_OK);
	COM_CLEAR(message);
	do { /* page by page through all of it */
		rows = double_rows(table, 997);
		for (at = 0; at < rows->cRows; at++, seen++) {
			assert_true(number_of(rows, at) >= before);
			before = number_of(rows, at);
		}
		at = rows->cRows;
		double_rows_free(rows);
	} while (at);
	assert_int_equal(seen, LETTERS + copies + 1);
	last.res.resProperty.relop = RELOP_EQ;
	last.res.resProperty.ulPropTag = wanted.ulPropTag;
	last.res.resProperty.lpProp = &wanted;
	assert_int_equal(table->lpVtbl->FindRow(table, &last, BOOKMARK_BEGINNING, 0), S_OK);
	assert_int_equal(table->lpVtbl->SeekRow(table, BOOKMARK_END, -1, &moved), S_OK);
	rows = double_rows(table, 9);
	assert_int_equal(rows->cRows, 1);
	assert_int_equal(number_of(rows, 0), 49);
	double_rows_free(rows);
}

/* What SQLite plans for the orders that are meant to follow an index. */
static gint64
key_of(const SRowSet *rows, ULONG row)
{
	gint64 key;

	memcpy(&key, double_column(rows, row, PR_INSTANCE_KEY)->Value.bin.lpb, sizeof(key));
	return key;
}

static IMAPITable *
table_by(IMAPIFolder *folder, ULONG tag)
{
	IMAPITable *table = NULL;

	assert_int_equal(folder->lpVtbl->GetContentsTable(folder, 0, &table), S_OK);
	if (tag)
		sort_by(table, tag, TABLE_SORT_ASCEND);
	return table;
}

/* Rows by jumps, each by a table of its own so that what others found is used, are those of reading
 * one page after another. */
static void
check_far_rows(IMAPIFolder *folder, ULONG tag)
{
	static const LONG far[] = { 3000, 3000, 4500, 3001, 4999, 2900, 3000 };
	GArray *keys = g_array_new(FALSE, FALSE, sizeof(gint64));
	IMAPITable *table = table_by(folder, tag);
	SRowSet *rows;
	LONG moved;
	gint64 key;

	do {
		rows = double_rows(table, 1000);
		for (moved = 0; moved < (LONG)rows->cRows; moved++) {
			key = key_of(rows, (ULONG)moved);
			g_array_append_val(keys, key);
		}
		double_rows_free(rows);
	} while (moved);
	COM_CLEAR(table);
	for (size_t at = 0; at < G_N_ELEMENTS(far); at++) {
		table = table_by(folder, tag);
		assert_int_equal(
		    table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, far[at], &moved), S_OK);
		rows = double_rows(table, 1);
		assert_int_equal(key_of(rows, 0), g_array_index(keys, gint64, far[at]));
		double_rows_free(rows);
		COM_CLEAR(table);
	}
	g_array_unref(keys);
}

static void
far_rows_are_found_again_where_they_are(void **state)
{
	struct listing *fixture = *state;
	IMAPITable *table;
	SBinary id;
	ENTRYLIST list = { 1, &id };
	SRowSet *rows;

	copies_of_one(fixture->inbox, 5000);
	check_far_rows(fixture->inbox, 0);
	check_far_rows(fixture->inbox, PR_NORMALIZED_SUBJECT_A);
	table = table_by(fixture->inbox, 0);
	rows = double_rows(table, 1);
	id = double_column(rows, 0, PR_ENTRYID)->Value.bin;
	assert_int_equal(
	    fixture->inbox->lpVtbl->DeleteMessages(fixture->inbox, &list, 0, NULL, 0), S_OK);
	double_rows_free(rows);
	COM_CLEAR(table);
	check_far_rows(fixture->inbox, 0);
	check_far_rows(fixture->inbox, PR_NORMALIZED_SUBJECT_A);
}

static void
indexes_serve_the_indexed_orders(void **state)
{
	static const char *const keys[] = { "ifnull(delivery_time, 0)", "ifnull(submit_time, 0)",
		"subject_key", "sender_key" };
	struct listing *fixture = *state;
	sqlite3 *db = NULL;
	size_t at;

	assert_int_equal(sqlite3_open(fixture->place.path, &db), SQLITE_OK);
	for (at = 0; at < 2 * G_N_ELEMENTS(keys); at++) {
		const char *key = keys[at / 2];
		char *sql = g_strdup_printf(
		    "EXPLAIN QUERY PLAN SELECT id, subject FROM message WHERE folder = ?2"
		    " AND associated = ?3 AND folder <> 4 AND %s %s ?4 %s ORDER BY %s%s"
		    " LIMIT ?6",
		    key, at % 2 ? ">" : "=", at % 2 ? "" : "AND id > ?5", at % 2 ? key : "id",
		    at % 2 ? ", id" : "");
		sqlite3_stmt *plan = NULL;

		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), SQLITE_OK);
		while (sqlite3_step(plan) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(plan, 3);

			if (strstr(step, "TEMP B-TREE") || strstr(step, "SCAN") ||
			    !strstr(step, ">"))
				fail_msg("%s: %s", key, step);
		}
		sqlite3_finalize(plan);
		g_free(sql);
	}
	sqlite3_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(pages_make_the_whole),
		TEST(subjects_sort_both_ways),
		TEST(times_sort_with_ties_and_gaps),
		TEST(any_property_sorts),
		TEST(restrictions_choose),
		TEST(positions_move_and_are_marked),
		TEST(noadvance_stays),
		TEST(large_folder_keeps_the_orders_made_for_it),
		TEST(far_rows_are_found_again_where_they_are),
		TEST(indexes_serve_the_indexed_orders),
	};

	return cmocka_run_group_tests_name("contents", tests, NULL, NULL);
}
