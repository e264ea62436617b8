/* SPDX-License-Identifier: MIT */
/*
 * IMAPITable, over rows in memory (CreateTable); what differs for the contents of a folder is in
 * the store's own tests.
 *
 * Letters of people: who wrote, about what, how large, of which kinds, read or not.
 */
#include "tabletesting.h"

#define NUMBER PROP_TAG(PT_LONG, 0x6600) /* the index column */
#define KINDS PROP_TAG(PT_MV_STRING8, 0x6601)
#define WHO PR_SENDER_NAME_A
#define WHAT PR_SUBJECT_A
#define SIZE PR_MESSAGE_SIZE

static const struct letter {
	const char *who, *what, *kinds[3];
	LONG size;
	bool read;
} letters[] = {
	{ "ann", "apples", { "red", "sweet" }, 30, true },
	{ "bob", "beans", { "green" }, 20, false },
	{ "ann", "beans", { NULL }, 10, false },
	{ "cleo", "apples", { "sour", "green", "red" }, 50, true },
	{ "bob", "apples", { "sweet" }, 40, true },
};

struct fixture {
	ITableData *data;
	IMAPITable *table;
	GString *heard;
};

static void
put(struct fixture *fixture, LONG number, const struct letter *letter)
{
	LPSTR kinds[3];
	SPropValue values[6] = { { .ulPropTag = NUMBER }, { .ulPropTag = WHO },
		{ .ulPropTag = WHAT }, { .ulPropTag = SIZE }, { .ulPropTag = PR_MESSAGE_FLAGS },
		{ .ulPropTag = KINDS } };
	SRow row = { .cValues = 6, .lpProps = values };
	ULONG i = 0;

	values[0].Value.l = number;
	values[1].Value.lpszA = (LPSTR)(size_t)letter->who;
	values[2].Value.lpszA = (LPSTR)(size_t)letter->what;
	values[3].Value.l = letter->size;
	values[4].Value.l = letter->read ? MSGFLAG_READ : 0;
	for (; i < 3 && letter->kinds[i]; i++)
		kinds[i] = (LPSTR)(size_t)letter->kinds[i];
	values[5].Value.MVszA.cValues = i;
	values[5].Value.MVszA.lppszA = kinds;
	row.cValues -= i == 0;
	assert_int_equal(fixture->data->lpVtbl->HrModifyRow(fixture->data, &row), S_OK);
}

static void
set_columns(IMAPITable *table, ULONG first, ULONG second)
{
	SizedSPropTagArray(
	    8, columns) = { 8, { first, second, PR_ROW_TYPE, PR_DEPTH, PR_CONTENT_COUNT,
				   PR_CONTENT_UNREAD, PR_INSTANCE_KEY, NUMBER } };

	assert_int_equal(
	    table->lpVtbl->SetColumns(table, (LPSPropTagArray)(void *)&columns, 0), S_OK);
}

static int
setup(void **state)
{
	static struct fixture fixture;
	SizedSPropTagArray(1, columns) = { 1, { NUMBER } };
	size_t i;

	assert_int_equal(
	    CreateTable(NULL, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer, NULL,
		TBLTYPE_DYNAMIC, NUMBER, (LPSPropTagArray)(void *)&columns, &fixture.data),
	    S_OK);
	for (i = 0; i < G_N_ELEMENTS(letters); i++)
		put(&fixture, (LONG)i + 1, &letters[i]);
	fixture.heard = g_string_new(NULL);
	assert_int_equal(
	    fixture.data->lpVtbl->HrGetView(fixture.data, NULL, NULL, 0, &fixture.table), S_OK);
	set_columns(fixture.table, NUMBER, WHO);
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	fixture->table->lpVtbl->Release(fixture->table);
	fixture->data->lpVtbl->Release(fixture->data);
	g_string_free(fixture->heard, TRUE);
	return 0;
}

static IMAPITable *
table_in(void **state)
{
	return ((struct fixture *)*state)->table;
}

static void
sort(IMAPITable *table, SSortOrderSet *order)
{
	assert_int_equal(table->lpVtbl->SortTable(table, order, 0), S_OK);
}

static SRestriction
is(SPropValue *value, ULONG relop, ULONG tag, LONG number)
{
	SRestriction restriction = { .rt = RES_PROPERTY };

	value->ulPropTag = tag;
	value->Value.l = number;
	restriction.res.resProperty.relop = relop;
	restriction.res.resProperty.ulPropTag = tag;
	restriction.res.resProperty.lpProp = value;
	return restriction;
}

/* --- Reading ------------------------------------------------------------------------------- */

static void
QueryRows_reads_forward_and_backward(void **state)
{
	IMAPITable *table = table_in(state);
	SRowSet *rows;

	table_assert_rows(table, 2, 0, "1 2");
	table_assert_rows(table, 2, TBL_NOADVANCE, "3 4");
	table_assert_rows(table, 2, 0, "3 4");
	table_assert_rows(table, -3, 0, "2 3 4");
	table_assert_rows(table, 1, 0, "2"); /* the cursor stands before what was read */
	table_assert_rows(table, 99, 0, "3 4 5");
	table_assert_rows(table, 1, 0, "");
	assert_int_equal(table->lpVtbl->QueryRows(table, 0, 0, &rows), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(table->lpVtbl->QueryRows(table, 1, 0x40, &rows), MAPI_E_UNKNOWN_FLAGS);
}

static void
missing_columns_come_as_errors(void **state)
{
	IMAPITable *table = table_in(state);
	SRowSet *rows = NULL;

	set_columns(table, PR_NULL, PR_COMMENT_A);
	assert_int_equal(table->lpVtbl->QueryRows(table, 1, 0, &rows), S_OK);
	assert_int_equal(rows->aRow[0].lpProps[0].ulPropTag, PR_NULL);
	assert_int_equal(
	    rows->aRow[0].lpProps[1].ulPropTag, CHANGE_PROP_TYPE(PR_COMMENT_A, PT_ERROR));
	assert_int_equal(rows->aRow[0].lpProps[1].Value.err, MAPI_E_NOT_FOUND);
	FreeProws(rows);
}

/* --- Position ------------------------------------------------------------------------------ */

static void
SeekRow_says_how_far_it_went(void **state)
{
	IMAPITable *table = table_in(state);
	LONG sought;

	assert_int_equal(table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 3, &sought), S_OK);
	assert_int_equal(sought, 3);
	table_assert_rows(table, 1, TBL_NOADVANCE, "4");
	assert_int_equal(table->lpVtbl->SeekRow(table, BOOKMARK_CURRENT, 9, &sought), S_OK);
	assert_int_equal(sought, 2);
	assert_int_equal(table->lpVtbl->SeekRow(table, BOOKMARK_END, -1, &sought), S_OK);
	assert_int_equal(sought, -1);
	table_assert_rows(table, 1, 0, "5");
}

static void
SeekRowApprox_and_QueryPosition_speak_in_fractions(void **state)
{
	IMAPITable *table = table_in(state);
	ULONG row, numerator, denominator;

	assert_int_equal(table->lpVtbl->SeekRowApprox(table, 2, 5), S_OK);
	assert_int_equal(table->lpVtbl->QueryPosition(table, &row, &numerator, &denominator), S_OK);
	assert_int_equal(row, 2);
	assert_int_equal(numerator * 5, denominator * 2);
	assert_int_equal(table->lpVtbl->SeekRowApprox(table, 1, 0), MAPI_E_INVALID_PARAMETER);
}

static void
bookmarks_follow_their_row(void **state)
{
	struct fixture *fixture = *state;
	IMAPITable *table = fixture->table;
	SPropValue one = { .ulPropTag = NUMBER, .Value.l = 1 };
	BOOKMARK mark;

	table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 2, NULL);
	assert_int_equal(table->lpVtbl->CreateBookmark(table, &mark), S_OK);
	fixture->data->lpVtbl->HrDeleteRow(fixture->data, &one);
	assert_int_equal(table->lpVtbl->SeekRow(table, mark, 0, NULL), S_OK);
	table_assert_rows(table, 1, 0, "3");
}

static void
bookmark_whose_row_has_gone_stands_on_the_next_and_says_so_once(void **state)
{
	struct fixture *fixture = *state;
	IMAPITable *table = fixture->table;
	SPropValue three = { .ulPropTag = NUMBER, .Value.l = 3 };
	BOOKMARK mark;

	table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 2, NULL);
	assert_int_equal(table->lpVtbl->CreateBookmark(table, &mark), S_OK);
	fixture->data->lpVtbl->HrDeleteRow(fixture->data, &three);
	assert_int_equal(table->lpVtbl->SeekRow(table, mark, 0, NULL), MAPI_W_POSITION_CHANGED);
	table_assert_rows(table, 1, 0, "4");
	assert_int_equal(table->lpVtbl->SeekRow(table, mark, 0, NULL), S_OK);
	assert_int_equal(table->lpVtbl->FreeBookmark(table, mark), S_OK);
	assert_int_equal(table->lpVtbl->SeekRow(table, mark, 0, NULL), MAPI_E_INVALID_BOOKMARK);
	assert_int_equal(table->lpVtbl->FreeBookmark(table, mark), MAPI_E_INVALID_BOOKMARK);
}

static void
FindRow_searches_from_any_bookmark_in_both_directions(void **state)
{
	IMAPITable *table = table_in(state);
	SPropValue value;
	SRestriction small = is(&value, RELOP_LE, SIZE, 30);
	BOOKMARK mark;

	assert_int_equal(table->lpVtbl->FindRow(table, &small, BOOKMARK_BEGINNING, 0), S_OK);
	table_assert_rows(table, 1, 0, "1");
	assert_int_equal(table->lpVtbl->FindRow(table, &small, BOOKMARK_CURRENT, 0), S_OK);
	table_assert_rows(table, 1, TBL_NOADVANCE, "2");
	assert_int_equal(table->lpVtbl->CreateBookmark(table, &mark), S_OK);
	assert_int_equal(table->lpVtbl->FindRow(table, &small, BOOKMARK_END, DIR_BACKWARD), S_OK);
	table_assert_rows(table, 1, 0, "3");
	assert_int_equal(table->lpVtbl->FindRow(table, &small, mark, DIR_BACKWARD), S_OK);
	table_assert_rows(table, 1, 0, "1");
	value.Value.l = 5;
	assert_int_equal(
	    table->lpVtbl->FindRow(table, &small, BOOKMARK_BEGINNING, 0), MAPI_E_NOT_FOUND);
	table_assert_rows(table, 1, 0, "2"); /* where it was */
}

/* --- Restriction and order ----------------------------------------------------------------- */

static void
Restrict_shows_what_fits_and_NULL_all(void **state)
{
	IMAPITable *table = table_in(state);
	SPropValue value;
	SRestriction large = is(&value, RELOP_GT, SIZE, 25);
	ULONG count;

	assert_int_equal(table->lpVtbl->Restrict(table, &large, TBL_BATCH), S_OK);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &count), S_OK);
	assert_int_equal(count, 3);
	table_assert_all(table, "1 4 5");
	assert_int_equal(table->lpVtbl->Restrict(table, NULL, 0), S_OK);
	table_assert_all(table, "1 2 3 4 5");
}

static void
RES_COUNT_lets_so_many_rows_through(void **state)
{
	IMAPITable *table = table_in(state);
	SPropValue value;
	SRestriction large = is(&value, RELOP_GT, SIZE, 15), few = { .rt = RES_COUNT };

	few.res.resCount.ulCount = 2;
	few.res.resCount.lpRes = &large;
	assert_int_equal(table->lpVtbl->Restrict(table, &few, 0), S_OK);
	table_assert_all(table, "1 2");
}

static void
RES_ANNOTATION_is_what_it_holds(void **state)
{
	IMAPITable *table = table_in(state);
	SPropValue value, note = { .ulPropTag = PR_COMMENT_A, .Value.lpszA = (LPSTR)(size_t) "x" };
	SRestriction large = is(&value, RELOP_GT, SIZE, 35), noted = { .rt = RES_ANNOTATION };

	noted.res.resAnnotation.cValues = 1;
	noted.res.resAnnotation.lpProp = &note;
	noted.res.resAnnotation.lpRes = &large;
	assert_int_equal(table->lpVtbl->Restrict(table, &noted, 0), S_OK);
	table_assert_all(table, "4 5");
}

static void
SortTable_orders_by_several_columns(void **state)
{
	IMAPITable *table = table_in(state);
	const SSortOrder orders[] = { { WHO, TABLE_SORT_DESCEND }, { SIZE, TABLE_SORT_ASCEND } };
	SSortOrderSet *order = NULL;

	sort(table, table_order(0, 0, 2, orders));
	table_assert_all(table, "4 2 5 3 1");
	assert_int_equal(table->lpVtbl->QuerySortOrder(table, &order), S_OK);
	assert_int_equal(order->cSorts, 2);
	assert_memory_equal(order->aSort, orders, sizeof(orders));
	MAPIFreeBuffer(order);
}

static void
SortTable_refuses_orders_that_make_no_sense(void **state)
{
	IMAPITable *table = table_in(state);
	const SSortOrder combined[] = { { WHO, TABLE_SORT_COMBINE } };
	const SSortOrder most[] = { { SIZE, TABLE_SORT_CATEG_MAX } };
	const SSortOrder plain[] = { { WHO, TABLE_SORT_ASCEND } };

	assert_int_equal(
	    table->lpVtbl->SortTable(table, table_order(1, 1, 1, combined), 0), MAPI_E_TOO_COMPLEX);
	assert_int_equal(
	    table->lpVtbl->SortTable(table, table_order(1, 1, 1, most), 0), MAPI_E_TOO_COMPLEX);
	assert_int_equal(table->lpVtbl->SortTable(table, table_order(2, 0, 1, plain), 0),
	    MAPI_E_INVALID_PARAMETER);
	assert_int_equal(table->lpVtbl->SortTable(table, table_order(0, 1, 1, plain), 0),
	    MAPI_E_INVALID_PARAMETER);
	table_assert_all(table, "1 2 3 4 5");
}

/* --- Instances of multi-valued columns ----------------------------------------------------- */

static void
instance_column_has_a_row_for_each_value(void **state)
{
	IMAPITable *table = table_in(state);
	const SSortOrder by_kind[] = { { MVI_PROP(KINDS), TABLE_SORT_ASCEND } };
	SRowSet *rows = NULL;
	ULONG count, i, j;

	set_columns(table, MVI_PROP(KINDS), WHO);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &count), S_OK);
	assert_int_equal(count, 8); /* the letter without kinds has a row too */
	sort(table, table_order(0, 0, 1, by_kind));
	table_assert_all(table, "ann green green red red sour sweet sweet");
	table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 0, NULL);
	assert_int_equal(table->lpVtbl->QueryRows(table, 99, 0, &rows), S_OK);
	assert_int_equal(rows->aRow[1].lpProps[0].ulPropTag, MVI_PROP(KINDS));
	for (i = 0; i < rows->cRows; i++) /* each row has a key of its own */
		for (j = 0; j < i; j++) {
			const SPropValue *a = table_value(&rows->aRow[i], PR_INSTANCE_KEY),
					 *b = table_value(&rows->aRow[j], PR_INSTANCE_KEY);

			assert_true(!a || !b || a->Value.bin.cb != b->Value.bin.cb ||
				    memcmp(a->Value.bin.lpb, b->Value.bin.lpb, a->Value.bin.cb));
		}
	FreeProws(rows);
}

static void
sorting_by_instances_alone_makes_rows_too(void **state)
{
	IMAPITable *table = table_in(state);
	const SSortOrder by_kind[] = { { MVI_PROP(KINDS), TABLE_SORT_DESCEND } };

	sort(table, table_order(0, 0, 1, by_kind));
	table_assert_all(table, "1 5 4 1 4 2 4 3");
	assert_int_equal(table->lpVtbl->SortTable(table, NULL, 0), S_OK);
	table_assert_all(table, "1 2 3 4 5");
}

static void
restriction_on_instances_does_not_add_rows(void **state)
{
	IMAPITable *table = table_in(state);
	SPropValue red = { .ulPropTag = MVI_PROP(KINDS), .Value.lpszA = (LPSTR)(size_t) "red" };
	SRestriction restriction = { .rt = RES_PROPERTY };

	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = MVI_PROP(KINDS);
	restriction.res.resProperty.lpProp = &red;
	assert_int_equal(table->lpVtbl->Restrict(table, &restriction, 0), S_OK);
	table_assert_all(table, "1 4");
}

/* --- Categories ---------------------------------------------------------------------------- */

static const SSortOrder by_who[] = { { WHO, TABLE_SORT_ASCEND }, { SIZE, TABLE_SORT_ASCEND } };
static const SSortOrder by_what_and_who[] = { { WHAT, TABLE_SORT_ASCEND },
	{ WHO, TABLE_SORT_DESCEND }, { SIZE, TABLE_SORT_ASCEND } };

/* Rows by name: headings by their category, leaves by number. */
static void
show_categories(IMAPITable *table, ULONG category)
{
	set_columns(table, category, NUMBER);
}

static SBinary
heading_key(IMAPITable *table, LONG position, BYTE room[64])
{
	SBinary key = { 0, room };
	SRowSet *rows = NULL;

	table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, position, NULL);
	assert_int_equal(table->lpVtbl->QueryRows(table, 1, 0, &rows), S_OK);
	assert_int_equal(rows->cRows, 1);
	key.cb = table_value(&rows->aRow[0], PR_INSTANCE_KEY)->Value.bin.cb;
	memcpy(room, table_value(&rows->aRow[0], PR_INSTANCE_KEY)->Value.bin.lpb, key.cb);
	FreeProws(rows);
	return key;
}

static void
categories_have_headings_with_counts(void **state)
{
	IMAPITable *table = table_in(state);
	SRowSet *rows = NULL;

	show_categories(table, WHO);
	sort(table, table_order(1, 1, 2, by_who));
	table_assert_all(table, "-ann(2) ann ann -bob(2) bob bob -cleo(1) cleo");
	show_categories(table, PR_ROW_TYPE);
	table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 0, NULL);
	assert_int_equal(table->lpVtbl->QueryRows(table, 2, 0, &rows), S_OK);
	assert_int_equal(table_long(&rows->aRow[0], PR_ROW_TYPE), TBL_EXPANDED_CATEGORY);
	assert_int_equal(table_long(&rows->aRow[0], PR_DEPTH), 0);
	assert_int_equal(table_long(&rows->aRow[0], PR_CONTENT_UNREAD), 1);
	assert_int_equal(table_long(&rows->aRow[1], PR_ROW_TYPE), TBL_LEAF_ROW);
	assert_int_equal(table_long(&rows->aRow[1], PR_DEPTH), 1);
	assert_int_equal(table_long(&rows->aRow[1], NUMBER), 3); /* the smaller one */
	FreeProws(rows);
}

static void
cExpanded_says_how_many_levels_are_open(void **state)
{
	IMAPITable *table = table_in(state);

	show_categories(table, WHAT);
	sort(table, table_order(2, 0, 3, by_what_and_who));
	table_assert_all(table, "+apples(3) +beans(2)");
	show_categories(table, WHO); /* which the upper headings do not have */
	sort(table, table_order(2, 1, 3, by_what_and_who));
	table_assert_all(table, "-?(3) *+cleo(1) *+bob(1) *+ann(1) -?(2) *+bob(1) *+ann(1)");
	show_categories(table, NUMBER);
	sort(table, table_order(2, 2, 3, by_what_and_who));
	table_assert_all(table, "-?(3) *-?(1) 4 *-?(1) 5 *-?(1) 1 -?(2) *-?(1) 2 *-?(1) 3");
}

static void
ExpandRow_and_CollapseRow_open_and_close_one_heading(void **state)
{
	IMAPITable *table = table_in(state);
	BYTE room[64];
	SBinary key;
	SRowSet *rows = NULL;
	ULONG more, gone;

	show_categories(table, WHO);
	sort(table, table_order(1, 0, 2, by_who));
	table_assert_all(table, "+ann(2) +bob(2) +cleo(1)");
	key = heading_key(table, 1, room);
	assert_int_equal(
	    table->lpVtbl->ExpandRow(table, key.cb, key.lpb, 1, 0, &rows, &more), S_OK);
	assert_int_equal(more, 2);
	assert_int_equal(rows->cRows, 1);
	FreeProws(rows);
	table_assert_rows(table, 9, 0, "bob +cleo(1)"); /* behind what was returned */
	table_assert_all(table, "+ann(2) -bob(2) bob bob +cleo(1)");
	assert_int_equal(table->lpVtbl->CollapseRow(table, key.cb, key.lpb, 0, &gone), S_OK);
	assert_int_equal(gone, 2);
	table_assert_all(table, "+ann(2) +bob(2) +cleo(1)");
	room[0]++;
	assert_int_equal(
	    table->lpVtbl->CollapseRow(table, key.cb, key.lpb, 0, &gone), MAPI_E_NOT_FOUND);
}

static void
bookmark_in_what_is_collapsed_moves_to_the_next_row_shown(void **state)
{
	IMAPITable *table = table_in(state);
	BYTE room[64];
	SBinary key;
	BOOKMARK mark;

	show_categories(table, WHO);
	sort(table, table_order(1, 1, 2, by_who));
	key = heading_key(table, 0, room);
	table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 2, NULL);
	assert_int_equal(table->lpVtbl->CreateBookmark(table, &mark), S_OK);
	assert_int_equal(table->lpVtbl->CollapseRow(table, key.cb, key.lpb, 0, NULL), S_OK);
	assert_int_equal(table->lpVtbl->SeekRow(table, mark, 0, NULL), MAPI_W_POSITION_CHANGED);
	table_assert_rows(table, 1, 0, "-bob(2)");
}

static void
TABLE_SORT_COMBINE_makes_one_category_of_two_columns(void **state)
{
	IMAPITable *table = table_in(state);
	const SSortOrder orders[] = { { WHO, TABLE_SORT_ASCEND }, { WHAT, TABLE_SORT_COMBINE } };

	show_categories(table, WHAT);
	sort(table, table_order(2, 0, 2, orders));
	table_assert_all(table, "+apples(1) +beans(1) +apples(1) +beans(1) +apples(1)");
}

static void
TABLE_SORT_CATEG_MAX_orders_categories_by_their_largest_value(void **state)
{
	IMAPITable *table = table_in(state);
	const SSortOrder most[] = { { WHO, TABLE_SORT_DESCEND }, { SIZE, TABLE_SORT_CATEG_MAX },
		{ SIZE, TABLE_SORT_ASCEND } };
	const SSortOrder least[] = { { WHO, TABLE_SORT_ASCEND }, { SIZE, TABLE_SORT_CATEG_MIN } };

	show_categories(table, WHO);
	sort(table, table_order(1, 1, 3, most));
	table_assert_all(table, "-cleo(1) cleo -bob(2) bob bob -ann(2) ann ann");
	sort(table, table_order(1, 0, 2, least));
	table_assert_all(table, "+ann(2) +bob(2) +cleo(1)");
}

static void
collapse_state_comes_back_in_another_table(void **state)
{
	struct fixture *fixture = *state;
	IMAPITable *table = fixture->table, *other = NULL;
	BYTE room[64], *saved = NULL;
	SBinary key;
	ULONG size = 0;
	BOOKMARK mark;

	show_categories(table, WHO);
	sort(table, table_order(1, 0, 2, by_who));
	key = heading_key(table, 1, room);
	assert_int_equal(table->lpVtbl->ExpandRow(table, key.cb, key.lpb, 0, 0, NULL, NULL), S_OK);
	assert_int_equal(
	    table->lpVtbl->GetCollapseState(table, 0, key.cb, key.lpb, &size, &saved), S_OK);
	assert_int_equal(
	    fixture->data->lpVtbl->HrGetView(fixture->data, NULL, NULL, 0, &other), S_OK);
	show_categories(other, WHO);
	sort(other, table_order(1, 0, 2, by_who));
	assert_int_equal(other->lpVtbl->SetCollapseState(other, 0, size, saved, &mark), S_OK);
	table_assert_all(other, "+ann(2) -bob(2) bob bob +cleo(1)");
	assert_int_equal(other->lpVtbl->SeekRow(other, mark, 0, NULL), S_OK);
	table_assert_rows(other, 1, 0, "-bob(2)");
	assert_int_equal(other->lpVtbl->SetCollapseState(other, 0, size - 1, saved, &mark),
	    MAPI_E_INVALID_PARAMETER);
	MAPIFreeBuffer(saved);
	other->lpVtbl->Release(other);
	assert_int_equal(table->lpVtbl->SortTable(table, NULL, 0), S_OK);
	assert_int_equal(table->lpVtbl->GetCollapseState(table, 0, key.cb, key.lpb, &size, &saved),
	    MAPI_E_NO_SUPPORT);
}

/* --- Events -------------------------------------------------------------------------------- */

static void
categories_tell_of_headings_and_rows(void **state)
{
	struct fixture *fixture = *state;
	IMAPITable *table = fixture->table;
	const struct letter first = { "dan", "apples", { NULL }, 5, false },
			    again = { "ann", "apples", { NULL }, 5, false };
	SPropValue six = { .ulPropTag = NUMBER, .Value.l = 6 };
	ULONG_PTR connection;
	IMAPIAdviseSink *sink;

	show_categories(table, WHO);
	sort(table, table_order(1, 1, 2, by_who));
	sink = table_listen(table, fixture->heard, &connection);
	put(fixture, 6, &first); /* 72 is the H of a heading's key */
	table_assert_heard(fixture->heard, "added(72 after 4) added(6 after 72) ");
	put(fixture, 6, &again); /* from the one category into the other */
	table_assert_heard(
	    fixture->heard, "deleted(72) modified(72 after -) modified(6 after 72) ");
	fixture->data->lpVtbl->HrDeleteRow(fixture->data, &six);
	table_assert_heard(fixture->heard, "deleted(6) modified(72 after -) ");
	table_assert_all(table, "-ann(2) ann ann -bob(2) bob bob -cleo(1) cleo");
	sink->lpVtbl->Release(sink);
}

static void
rows_in_collapsed_categories_are_not_told_of(void **state)
{
	struct fixture *fixture = *state;
	IMAPITable *table = fixture->table;
	const struct letter again = { "ann", "apples", { NULL }, 5, true };
	ULONG_PTR connection;
	IMAPIAdviseSink *sink;

	sort(table, table_order(1, 0, 2, by_who));
	sink = table_listen(table, fixture->heard, &connection);
	put(fixture, 6, &again); /* the heading counts one more */
	table_assert_heard(fixture->heard, "modified(72 after -) ");
	sink->lpVtbl->Release(sink);
}

static void
asynchronous_calls_say_when_they_are_done(void **state)
{
	struct fixture *fixture = *state;
	IMAPITable *table = fixture->table;
	SizedSPropTagArray(1, columns) = { 1, { NUMBER } };
	ULONG_PTR connection;
	IMAPIAdviseSink *sink = table_listen(table, fixture->heard, &connection);

	assert_int_equal(
	    table->lpVtbl->SetColumns(table, (LPSPropTagArray)(void *)&columns, TBL_ASYNC), S_OK);
	table_assert_heard(fixture->heard, "columns ");
	assert_int_equal(table->lpVtbl->Restrict(table, NULL, TBL_ASYNC), S_OK);
	table_assert_heard(fixture->heard, "restricted ");
	assert_int_equal(
	    table->lpVtbl->SortTable(table, table_order(0, 0, 1, by_who), TBL_ASYNC), S_OK);
	table_assert_heard(fixture->heard, "sorted ");
	assert_int_equal(table->lpVtbl->SortTable(table, NULL, 0), S_OK);
	table_assert_heard(fixture->heard, "");
	sink->lpVtbl->Release(sink);
}

static void
nothing_is_ever_left_running(void **state)
{
	IMAPITable *table = table_in(state);
	ULONG status = 0, type;

	assert_int_equal(table->lpVtbl->Abort(table), S_OK);
	assert_int_equal(table->lpVtbl->WaitForCompletion(table, 0, 1000, &status), S_OK);
	assert_int_equal(status, TBLSTAT_COMPLETE);
	assert_int_equal(table->lpVtbl->GetStatus(table, &status, &type), S_OK);
	assert_int_equal(status, TBLSTAT_COMPLETE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(QueryRows_reads_forward_and_backward),
		TEST(missing_columns_come_as_errors),
		TEST(SeekRow_says_how_far_it_went),
		TEST(SeekRowApprox_and_QueryPosition_speak_in_fractions),
		TEST(bookmarks_follow_their_row),
		TEST(bookmark_whose_row_has_gone_stands_on_the_next_and_says_so_once),
		TEST(FindRow_searches_from_any_bookmark_in_both_directions),
		TEST(Restrict_shows_what_fits_and_NULL_all),
		TEST(RES_COUNT_lets_so_many_rows_through),
		TEST(RES_ANNOTATION_is_what_it_holds),
		TEST(SortTable_orders_by_several_columns),
		TEST(SortTable_refuses_orders_that_make_no_sense),
		TEST(instance_column_has_a_row_for_each_value),
		TEST(sorting_by_instances_alone_makes_rows_too),
		TEST(restriction_on_instances_does_not_add_rows),
		TEST(categories_have_headings_with_counts),
		TEST(cExpanded_says_how_many_levels_are_open),
		TEST(ExpandRow_and_CollapseRow_open_and_close_one_heading),
		TEST(bookmark_in_what_is_collapsed_moves_to_the_next_row_shown),
		TEST(TABLE_SORT_COMBINE_makes_one_category_of_two_columns),
		TEST(TABLE_SORT_CATEG_MAX_orders_categories_by_their_largest_value),
		TEST(collapse_state_comes_back_in_another_table),
		TEST(categories_tell_of_headings_and_rows),
		TEST(rows_in_collapsed_categories_are_not_told_of),
		TEST(asynchronous_calls_say_when_they_are_done),
		TEST(nothing_is_ever_left_running),
	};

	return cmocka_run_group_tests_name("IMAPITable", tests, NULL, NULL);
}
