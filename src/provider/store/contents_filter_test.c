/* SPDX-License-Identifier: MIT */
/* What SQLite leaves out of a restricted table is never a row that fits. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapitags.h>
#include "com.h"
#include "restriction.h"

#define LETTERS 60

struct letters {
	struct place place;
	IMsgStore *store;
	IMAPIFolder *inbox;
	SRowSet *rows; /* of all, with what restrictions ask for */
};

static IMAPITable *
open_table(IMAPIFolder *folder)
{
	SizedSPropTagArray(
	    7, columns) = { 7, { PR_IMPORTANCE, PR_PRIORITY, PR_SENSITIVITY, PR_MESSAGE_CLASS_A,
				   PR_MESSAGE_FLAGS, PR_MESSAGE_SIZE, PR_DISPLAY_BCC_A } };
	IMAPITable *table = NULL;

	assert_int_equal(folder->lpVtbl->GetContentsTable(folder, 0, &table), S_OK);
	assert_int_equal(
	    table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0), S_OK);
	return table;
}

static void
fill(IMAPIFolder *folder)
{
	static const char *const classes[] = { "IPM.Note", "ipm.note", "IPM.Note.SMIME",
		"REPORT.IPM.Note.NDR", "IPM.Contact" };

	for (int at = 0; at < LETTERS; at++) {
		IMessage *message = double_letter(folder, "a letter", NULL);

		double_set_long(message, PR_IMPORTANCE, at % 3);
		double_set_long(message, PR_PRIORITY, at % 4 ? PRIO_NORMAL : PRIO_URGENT);
		double_set_long(message, PR_SENSITIVITY, at % 5 ? 0 : SENSITIVITY_PRIVATE);
		double_set_long(message, PR_MESSAGE_FLAGS, at % 2 ? MSGFLAG_READ : 0);
		double_set_text(message, PR_MESSAGE_CLASS_A, classes[at % 5]);
		assert_int_equal(message->lpVtbl->SaveChanges(message, 0), S_OK);
		COM_CLEAR(message);
	}
}

static int
setup(void **state)
{
	static struct letters letters;
	IMAPITable *table;

	place_make(&letters.place);
	assert_int_equal(double_logon(letters.place.path, false, &letters.store, NULL), S_OK);
	letters.inbox = double_inbox(letters.store);
	fill(letters.inbox);
	table = open_table(letters.inbox);
	letters.rows = double_rows(table, LETTERS + 1);
	assert_int_equal(letters.rows->cRows, LETTERS);
	COM_CLEAR(table);
	*state = &letters;
	return 0;
}

static int
teardown(void **state)
{
	struct letters *letters = *state;

	double_rows_free(letters->rows);
	COM_CLEAR(letters->inbox);
	COM_CLEAR(letters->store);
	place_free(&letters->place);
	return 0;
}

/* As many rows as matching each by hand lets through, in pages too. */
static void
check(const struct letters *letters, SRestriction *restriction)
{
	IMAPITable *table = open_table(letters->inbox);
	ULONG expected = 0, at, seen = 0;
	SRowSet *rows;

	for (at = 0; at < letters->rows->cRows; at++)
		expected += restriction_match(
		    restriction, letters->rows->aRow[at].lpProps, letters->rows->aRow[at].cValues);
	assert_int_equal(table->lpVtbl->Restrict(table, restriction, TBL_BATCH), S_OK);
	do {
		rows = double_rows(table, 7);
		for (at = 0; at < rows->cRows; at++)
			assert_true(restriction_match(
			    restriction, rows->aRow[at].lpProps, rows->aRow[at].cValues));
		seen += at;
		double_rows_free(rows);
	} while (at);
	assert_int_equal(seen, expected);
	assert_int_equal(double_count(table), expected);
	COM_CLEAR(table);
}

static SRestriction
property(ULONG relop, SPropValue *value)
{
	SRestriction restriction = { .rt = RES_PROPERTY };

	restriction.res.resProperty.relop = relop;
	restriction.res.resProperty.ulPropTag = value->ulPropTag;
	restriction.res.resProperty.lpProp = value;
	return restriction;
}

static void
numbers_by_each_operator(void **state)
{
	static const ULONG tags[] = { PR_IMPORTANCE, PR_PRIORITY, PR_SENSITIVITY, PR_MESSAGE_SIZE };
	SPropValue value = { 0 };
	SRestriction restriction;

	for (size_t at = 0; at < G_N_ELEMENTS(tags); at++)
		for (ULONG relop = RELOP_LT; relop <= RELOP_NE; relop++)
			for (value.Value.l = -1; value.Value.l <= 2; value.Value.l++) {
				value.ulPropTag = tags[at];
				restriction = property(relop, &value);
				check(*state, &restriction);
			}
}

/* Text is compared without regard to case, the column's index is not. */
static void
classes_by_name_and_beginning(void **state)
{
	static const char *const texts[] = { "IPM.Note", "ipm.NOTE", "IPM.Contact", "report",
		"REPORT.ipm.note.ndr", "IPM", "" };
	SPropValue value = { .ulPropTag = PR_MESSAGE_CLASS_A };
	SRestriction restriction;

	for (size_t at = 0; at < G_N_ELEMENTS(texts); at++) {
		value.Value.lpszA = (char *)(size_t)texts[at];
		for (ULONG relop = RELOP_LT; relop <= RELOP_NE; relop++) {
			restriction = property(relop, &value);
			check(*state, &restriction);
		}
		for (ULONG how = FL_FULLSTRING; how <= FL_PREFIX; how++) {
			restriction.rt = RES_CONTENT;
			restriction.res.resContent.ulFuzzyLevel = how | FL_IGNORECASE;
			restriction.res.resContent.ulPropTag = PR_MESSAGE_CLASS_A;
			restriction.res.resContent.lpProp = &value;
			check(*state, &restriction);
		}
	}
}

static void
flags_by_mask(void **state)
{
	SRestriction restriction = { .rt = RES_BITMASK };

	restriction.res.resBitMask.ulPropTag = PR_MESSAGE_FLAGS;
	for (ULONG mask = 1; mask; mask <<= 1)
		for (ULONG relation = BMR_EQZ; relation <= BMR_NEZ; relation++) {
			restriction.res.resBitMask.ulMask = mask;
			restriction.res.resBitMask.relBMR = relation;
			check(*state, &restriction);
		}
}

static void
several_at_once(void **state)
{
	SPropValue high = { .ulPropTag = PR_IMPORTANCE, .Value.l = IMPORTANCE_HIGH };
	SPropValue urgent = { .ulPropTag = PR_PRIORITY, .Value.l = PRIO_URGENT };
	SPropValue nobody = { .ulPropTag = PR_DISPLAY_BCC_A, .Value.lpszA = (char *)(size_t) "x" };
	SRestriction terms[12], whole = { .rt = RES_AND }, inner = { .rt = RES_OR };

	terms[0] = property(RELOP_EQ, &high);
	terms[1] = property(RELOP_EQ, &urgent);
	whole.res.resAnd.lpRes = terms;
	whole.res.resAnd.cRes = 2;
	check(*state, &whole);
	inner.res.resOr = (SOrRestriction){ 2, terms };
	check(*state, &inner);
	inner = (SRestriction){ .rt = RES_NOT };
	inner.res.resNot.lpRes = &terms[0];
	check(*state, &inner);
	terms[1] = property(RELOP_NE, &nobody);
	check(*state, &whole);
	/* More than SQLite is asked at once. */
	for (size_t at = 1; at < G_N_ELEMENTS(terms); at++)
		terms[at] = property(RELOP_GE, &urgent);
	whole.res.resAnd.cRes = G_N_ELEMENTS(terms);
	check(*state, &whole);
}

#define TEST(name) cmocka_unit_test(name)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(numbers_by_each_operator),
		TEST(classes_by_name_and_beginning),
		TEST(flags_by_mask),
		TEST(several_at_once),
	};

	return cmocka_run_group_tests_name("contents_filter", tests, setup, teardown);
}
