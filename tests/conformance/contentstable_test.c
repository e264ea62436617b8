/* SPDX-License-Identifier: MIT */
/*
 * IMAPITable as the contents table of a store's folder: what differs from rows in memory
 * (imapitable_test.c).  Rows are messages, so they can be asked about recipients and attachments,
 * show what other objects change, and come in any order of any property.
 *
 * Letters of people, as there.
 */
#include "tabletesting.h"
#include "storetesting.h"

#define NUMBER PROP_TAG(PT_LONG, 0x6600)
#define KINDS PROP_TAG(PT_MV_STRING8, 0x6601)

static const struct letter {
	const char *who, *what, *to, *kinds[3];
	LONG importance;
	bool read, enclosed;
} letters[] = {
	{ "ann", "apples", "dan@example.test", { "red", "sweet" }, IMPORTANCE_NORMAL, true, false },
	{ "bob", "beans", "eve@example.test", { "green" }, IMPORTANCE_HIGH, false, true },
	{ "ann", "beans", "dan@example.test", { NULL }, IMPORTANCE_NORMAL, false, false },
	{ "cleo", "apples", "fay@example.test", { "sour", "green", "red" }, IMPORTANCE_LOW, true,
	    true },
	{ "bob", "apples", "eve@example.test", { "sweet" }, IMPORTANCE_NORMAL, true, false },
};

static void
enclose(IMessage *message)
{
	IAttach *attach = NULL;
	ULONG number;

	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach));
	set_long(attach, PR_ATTACH_METHOD, ATTACH_BY_VALUE);
	set_text(attach, PR_ATTACH_LONG_FILENAME_A, "list.txt");
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
}

static void
put(IMAPIFolder *folder, LONG number, const struct letter *letter)
{
	SPropValue kinds = { .ulPropTag = KINDS };
	IMessage *message = NULL;

	OK(folder->lpVtbl->CreateMessage(folder, NULL, 0, &message));
	set_text(message, PR_SENDER_NAME_A, letter->who);
	set_text(message, PR_SUBJECT_A, letter->what);
	set_long(message, PR_IMPORTANCE, letter->importance);
	set_long(message, PR_MESSAGE_FLAGS, letter->read ? MSGFLAG_READ : 0);
	set_long(message, NUMBER, number);
	world_add_recipient(message, letter->to, letter->to);
	kinds.Value.MVszA.lppszA = (LPSTR *)(uintptr_t)letter->kinds;
	while (kinds.Value.MVszA.cValues < 3 && letter->kinds[kinds.Value.MVszA.cValues])
		kinds.Value.MVszA.cValues++;
	if (kinds.Value.MVszA.cValues)
		OK(message->lpVtbl->SetProps(message, 1, &kinds, NULL));
	if (letter->enclosed)
		enclose(message);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
}

static void
show(IMAPITable *table, ULONG first, ULONG second)
{
	SizedSPropTagArray(
	    8, columns) = { 8, { first, second, PR_ROW_TYPE, PR_DEPTH, PR_CONTENT_COUNT,
				   PR_CONTENT_UNREAD, PR_INSTANCE_KEY, NUMBER } };

	OK(table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0));
}

/* The Inbox with all letters, and its table, which shows their numbers. */
static IMAPIFolder *
fill(struct world *world, IMAPITable **table)
{
	IMAPIFolder *inbox = open_inbox(world);

	for (size_t i = 0; i < G_N_ELEMENTS(letters); i++)
		put(inbox, (LONG)i + 1, &letters[i]);
	OK(inbox->lpVtbl->GetContentsTable(inbox, 0, table));
	show(*table, NUMBER, PR_SUBJECT_A);
	return inbox;
}

static SRestriction
is_text(SPropValue *value, ULONG tag, const char *text)
{
	SRestriction restriction = { .rt = RES_PROPERTY };

	*value = (SPropValue){ .ulPropTag = tag, .Value.lpszA = (LPSTR)(uintptr_t)text };
	restriction.res.resProperty =
	    (SPropertyRestriction){ .relop = RELOP_EQ, .ulPropTag = tag, .lpProp = value };
	return restriction;
}

/* --- Order and categories ------------------------------------------------------------------ */

static void
any_property_of_the_messages_orders_them(void **state)
{
	const SSortOrder orders[] = { { PR_IMPORTANCE, TABLE_SORT_DESCEND },
		{ NUMBER, TABLE_SORT_DESCEND } };
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);

	table_assert_all(table, "1 2 3 4 5");
	OK(table->lpVtbl->SortTable(table, table_order(0, 0, 2, orders), 0));
	table_assert_all(table, "2 5 3 1 4");
	OK(table->lpVtbl->SortTable(table, table_order(0, 0, 1, &orders[1]), 0));
	table_assert_all(table, "5 4 3 2 1");
	OK(table->lpVtbl->SortTable(table, NULL, 0));
	table_assert_all(table, "1 2 3 4 5");
	RELEASE(table);
	RELEASE(inbox);
}

static void
categories_count_their_messages_and_the_unread_ones(void **state)
{
	const SSortOrder by_who[] = { { PR_SENDER_NAME_A, TABLE_SORT_ASCEND },
		{ NUMBER, TABLE_SORT_DESCEND } };
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	SRowSet *rows = NULL;

	show(table, PR_SENDER_NAME_A, NUMBER);
	OK(table->lpVtbl->SortTable(table, table_order(1, 1, 2, by_who), 0));
	table_assert_all(table, "-ann(2) ann ann -bob(2) bob bob -cleo(1) cleo");
	OK(table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 0, NULL));
	OK(table->lpVtbl->QueryRows(table, 2, 0, &rows));
	assert_int_equal(table_long(&rows->aRow[0], PR_CONTENT_UNREAD), 1);
	assert_int_equal(table_long(&rows->aRow[1], NUMBER), 3);
	FreeProws(rows);
	RELEASE(table);
	RELEASE(inbox);
}

static void
categories_open_and_close_and_their_state_goes_to_another_table(void **state)
{
	const SSortOrder by_what[] = { { PR_NORMALIZED_SUBJECT_A, TABLE_SORT_DESCEND },
		{ NUMBER, TABLE_SORT_ASCEND } };
	IMAPITable *table, *other = NULL;
	IMAPIFolder *inbox = fill(*state, &table);
	ULONG more = 0, size = 0;
	SRowSet *rows = NULL;
	BYTE *kept = NULL;
	SBinary *key;
	BOOKMARK place;

	show(table, PR_NORMALIZED_SUBJECT_A, NUMBER);
	OK(table->lpVtbl->SortTable(table, table_order(1, 0, 2, by_what), 0));
	table_assert_all(table, "+beans(2) +apples(3)");
	OK(table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 1, NULL));
	OK(table->lpVtbl->QueryRows(table, 1, 0, &rows));
	key = &rows->aRow[0].lpProps[6].Value.bin;
	OK(table->lpVtbl->ExpandRow(table, key->cb, key->lpb, 0, 0, NULL, &more));
	assert_int_equal(more, 3);
	table_assert_all(table, "+beans(2) -apples(3) apples apples apples");
	OK(table->lpVtbl->GetCollapseState(table, 0, key->cb, key->lpb, &size, &kept));
	OK(inbox->lpVtbl->GetContentsTable(inbox, 0, &other));
	show(other, PR_NORMALIZED_SUBJECT_A, NUMBER);
	OK(other->lpVtbl->SortTable(other, table_order(1, 0, 2, by_what), 0));
	table_assert_all(other, "+beans(2) +apples(3)");
	OK(other->lpVtbl->SetCollapseState(other, 0, size, kept, &place));
	table_assert_all(other, "+beans(2) -apples(3) apples apples apples");
	OK(table->lpVtbl->CollapseRow(table, key->cb, key->lpb, 0, &more));
	assert_int_equal(more, 3);
	table_assert_all(table, "+beans(2) +apples(3)");
	MAPIFreeBuffer(kept);
	FreeProws(rows);
	RELEASE(other);
	RELEASE(table);
	RELEASE(inbox);
}

static void
instances_of_a_property_of_many_values_are_rows_of_their_own(void **state)
{
	const SSortOrder by_kind[] = { { MVI_PROP(KINDS), TABLE_SORT_ASCEND } };
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	ULONG count;

	show(table, MVI_PROP(KINDS), PR_SENDER_NAME_A);
	OK(table->lpVtbl->SortTable(table, table_order(0, 0, 1, by_kind), 0));
	table_assert_all(table, "ann green green red red sour sweet sweet");
	OK(table->lpVtbl->SortTable(table, table_order(1, 0, 1, by_kind), 0));
	OK(table->lpVtbl->GetRowCount(table, 0, &count));
	assert_int_equal(count, 5); /* four kinds, and none */
	RELEASE(table);
	RELEASE(inbox);
}

/* --- Restrictions -------------------------------------------------------------------------- */

static void
RES_SUBRESTRICTION_asks_for_recipients_and_attachments(void **state)
{
	SPropValue value;
	SRestriction inner = is_text(&value, PR_EMAIL_ADDRESS_A, "EVE@example.test");
	SRestriction outer = { .rt = RES_SUBRESTRICTION }, negated = { .rt = RES_NOT };
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);

	outer.res.resSub.ulSubObject = PR_MESSAGE_RECIPIENTS;
	outer.res.resSub.lpRes = &inner;
	OK(table->lpVtbl->Restrict(table, &outer, 0));
	table_assert_all(table, "2 5");
	negated.res.resNot.lpRes = &outer;
	OK(table->lpVtbl->Restrict(table, &negated, 0));
	table_assert_all(table, "1 3 4");
	outer.res.resSub.ulSubObject = PR_MESSAGE_ATTACHMENTS;
	inner = is_text(&value, PR_ATTACH_LONG_FILENAME_A, "list.txt");
	OK(table->lpVtbl->Restrict(table, &outer, 0));
	table_assert_all(table, "2 4");
	OK(table->lpVtbl->FindRow(table, &outer, BOOKMARK_END, DIR_BACKWARD));
	table_assert_rows(table, 1, 0, "4");
	RELEASE(table);
	RELEASE(inbox);
}

static void
RES_SUBRESTRICTION_is_of_nothing_else_and_not_in_itself(void **state)
{
	SPropValue value;
	SRestriction inner = is_text(&value, PR_EMAIL_ADDRESS_A, "eve@example.test");
	SRestriction middle = { .rt = RES_SUBRESTRICTION }, outer = { .rt = RES_SUBRESTRICTION };
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);

	middle.res.resSub.ulSubObject = PR_MESSAGE_RECIPIENTS;
	middle.res.resSub.lpRes = &inner;
	outer.res.resSub.ulSubObject = PR_MESSAGE_ATTACHMENTS;
	outer.res.resSub.lpRes = &middle;
	FAILS(table->lpVtbl->Restrict(table, &outer, 0), MAPI_E_TOO_COMPLEX);
	middle.res.resSub.ulSubObject = PR_SUBJECT_A;
	assert_true(FAILED(table->lpVtbl->Restrict(table, &middle, 0)));
	table_assert_all(table, "1 2 3 4 5"); /* as it was */
	RELEASE(table);
	RELEASE(inbox);
}

static void
a_restriction_and_categories_work_together(void **state)
{
	const SSortOrder by_who[] = { { PR_SENDER_NAME_A, TABLE_SORT_ASCEND } };
	SPropValue value;
	SRestriction apples = is_text(&value, PR_SUBJECT_A, "Apples");
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);

	show(table, PR_SENDER_NAME_A, NUMBER);
	OK(table->lpVtbl->SortTable(table, table_order(1, 0, 1, by_who), 0));
	OK(table->lpVtbl->Restrict(table, &apples, 0));
	table_assert_all(table, "+ann(1) +bob(1) +cleo(1)");
	OK(table->lpVtbl->Restrict(table, NULL, 0));
	table_assert_all(table, "+ann(2) +bob(2) +cleo(1)");
	RELEASE(table);
	RELEASE(inbox);
}

static void
what_other_objects_change_is_seen_by_restrictions(void **state)
{
	SPropValue value = { .ulPropTag = PR_IMPORTANCE, .Value.l = IMPORTANCE_HIGH };
	SRestriction high = { .rt = RES_PROPERTY };
	IMAPITable *table;
	IMAPIFolder *inbox = fill(*state, &table);
	SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	IMessage *message;
	SRowSet *rows = NULL;

	high.res.resProperty = (SPropertyRestriction){
		.relop = RELOP_EQ, .ulPropTag = PR_IMPORTANCE, .lpProp = &value
	};
	OK(table->lpVtbl->Restrict(table, &high, 0));
	table_assert_all(table, "2");
	OK(table->lpVtbl->Restrict(table, NULL, 0));
	OK(HrQueryAllRows(table, (SPropTagArray *)(void *)&columns, NULL, NULL, 0, &rows));
	message = open_message(((struct world *)*state)->store, rows->aRow[3].lpProps, MAPI_MODIFY);
	set_long(message, PR_IMPORTANCE, IMPORTANCE_HIGH);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	FreeProws(rows);
	show(table, NUMBER, PR_SUBJECT_A);
	OK(table->lpVtbl->Restrict(table, &high, 0));
	table_assert_all(table, "2 4");
	RELEASE(table);
	RELEASE(inbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(any_property_of_the_messages_orders_them),
		CASE(categories_count_their_messages_and_the_unread_ones),
		CASE(categories_open_and_close_and_their_state_goes_to_another_table),
		CASE(instances_of_a_property_of_many_values_are_rows_of_their_own),
		CASE(RES_SUBRESTRICTION_asks_for_recipients_and_attachments),
		CASE(RES_SUBRESTRICTION_is_of_nothing_else_and_not_in_itself),
		CASE(a_restriction_and_categories_work_together),
		CASE(what_other_objects_change_is_seen_by_restrictions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
