/* SPDX-License-Identifier: MIT */
/* Rules' actions as bytes (edkmdb.h; [MS-OXORULE] 2.2.5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <edkmdb.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>

/* One of each kind. */
static void
test_all_kinds_come_back(void **state)
{
	static WCHAR *words[] = { (WCHAR *)u"rot", (WCHAR *)u"" };
	SPropValue recipient[] = { { .ulPropTag = PR_DISPLAY_NAME_W,
				       .Value.lpszW = (WCHAR *)u"Zoë" },
		{ .ulPropTag = PR_EMAIL_ADDRESS_A, .Value.lpszA = (char *)"zoe@example.test" },
		{ .ulPropTag = PR_ENTRYID, .Value.bin = { 3, (BYTE *)"abc" } },
		{ .ulPropTag = PR_RESPONSIBILITY, .Value.b = TRUE } };
	SizedADRLIST(1, list) = { .cEntries = 1, .aEntries = { { 0, 4, recipient } } };
	ACTION all[] = { { .acttype = OP_MOVE,
			     .actMoveCopy = { 5, (ENTRYID *)(void *)"store", 6,
				 (ENTRYID *)(void *)"folder" } },
		{ .acttype = OP_OOF_REPLY,
		    .ulActionFlavor = STOCK_REPLY_TEMPLATE,
		    .actReply = { 4, (ENTRYID *)(void *)"mail", PS_PUBLIC_STRINGS } },
		{ .acttype = OP_DEFER_ACTION, .actDeferAction = { 3, (BYTE *)"\0\1\2" } },
		{ .acttype = OP_BOUNCE, .scBounceCode = BOUNCE_ACCESS_DENIED },
		{ .acttype = OP_FORWARD,
		    .ulActionFlavor = FWD_PRESERVE_SENDER,
		    .ulFlags = 7,
		    .lpadrlist = (ADRLIST *)(void *)&list },
		{ .acttype = OP_TAG,
		    .propTag = { .ulPropTag = PROP_TAG(PT_MV_UNICODE, 0x6701),
			.Value.MVszW = { 2, words } } },
		{ .acttype = OP_DELETE }, { .acttype = OP_MARK_AS_READ } };
	ACTIONS actions = { EDK_RULES_VERSION, G_N_ELEMENTS(all), all }, *got = NULL;
	BYTE *bytes = NULL;
	ULONG size;

	assert_int_equal(HrSerializeActions(NULL, &actions, &bytes, &size), S_OK);
	assert_int_equal(HrDeserializeActions(NULL, bytes, size, &got), S_OK);
	assert_int_equal(got->cActions, G_N_ELEMENTS(all));
	assert_int_equal(got->lpAction[0].actMoveCopy.cbFldEntryId, 6);
	assert_memory_equal(got->lpAction[0].actMoveCopy.lpFldEntryId, "folder", 6);
	assert_int_equal(got->lpAction[1].ulActionFlavor, STOCK_REPLY_TEMPLATE);
	assert_memory_equal(&got->lpAction[1].actReply.guidReplyTemplate, &PS_PUBLIC_STRINGS, 16);
	assert_memory_equal(got->lpAction[2].actDeferAction.pbData, "\0\1\2", 3);
	assert_int_equal(got->lpAction[3].scBounceCode, BOUNCE_ACCESS_DENIED);
	assert_int_equal(got->lpAction[4].ulFlags, 7);
	assert_int_equal(got->lpAction[4].lpadrlist->cEntries, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(recipient); i++)
		assert_int_equal(
		    LPropCompareProp(
			&got->lpAction[4].lpadrlist->aEntries[0].rgPropVals[i], &recipient[i]),
		    0);
	assert_int_equal(LPropCompareProp(&got->lpAction[5].propTag, &all[5].propTag), 0);
	assert_int_equal(got->lpAction[7].acttype, OP_MARK_AS_READ);
	MAPIFreeBuffer(got);
	for (ULONG cut = 0; cut < size; cut++)
		assert_true(FAILED(HrDeserializeActions(NULL, bytes, cut, &got)));
	MAPIFreeBuffer(bytes);
}

/* OP_BOUNCE byte for byte. */
static void
test_the_bytes_are_those_of_the_specification(void **state)
{
	static const BYTE expected[] = { 0, 0, /* no named properties */
		1, 0, 0, 0,                    /* RuleVersion */
		1, 0, 0, 0,                    /* NoOfActions */
		13, 0, 0, 0,                   /* ActionLength */
		6,                             /* OP_BOUNCE */
		0, 0, 0, 0, 0, 0, 0, 0,        /* ActionFlavor, ActionFlags */
		0x0D, 0, 0, 0 };
	ACTION bounce = { .acttype = OP_BOUNCE, .scBounceCode = BOUNCE_MESSAGE_SIZE_TOO_LARGE };
	ACTIONS actions = { EDK_RULES_VERSION, 1, &bounce };
	BYTE *bytes = NULL;
	ULONG size;

	assert_int_equal(HrSerializeActions(NULL, &actions, &bytes, &size), S_OK);
	assert_int_equal(size, sizeof expected);
	assert_memory_equal(bytes, expected, size);
	MAPIFreeBuffer(bytes);
}

static void
test_what_is_wrong_is_refused(void **state)
{
	static BYTE many[] = { 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F };
	static BYTE later[] = { 0, 0, 2, 0, 0, 0, 0, 0, 0, 0 };
	ACTION unknown = { .acttype = (ACTTYPE)99 };
	ACTIONS actions = { EDK_RULES_VERSION, 1, &unknown }, *got = NULL;
	BYTE *bytes = NULL;
	ULONG size;

	assert_int_equal(
	    HrSerializeActions(NULL, &actions, &bytes, &size), MAPI_E_INVALID_PARAMETER);
	actions.ulVersion = 2;
	assert_int_equal(HrSerializeActions(NULL, &actions, &bytes, &size), MAPI_E_VERSION);
	assert_int_equal(HrSerializeActions(NULL, NULL, &bytes, &size), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(HrDeserializeActions(NULL, many, sizeof many, &got), MAPI_E_CORRUPT_DATA);
	assert_int_equal(HrDeserializeActions(NULL, later, sizeof later, &got), MAPI_E_VERSION);
	assert_int_equal(HrDeserializeActions(NULL, NULL, 0, &got), MAPI_E_INVALID_PARAMETER);
}

/* The number of a named property means nothing elsewhere: an error, and no bytes that lie. */
static void
test_named_properties_are_refused(void **state)
{
	ACTION tag = { .acttype = OP_TAG,
		.propTag = { .ulPropTag = PROP_TAG(PT_LONG, 0x8001), .Value.l = 7 } };
	ACTIONS actions = { EDK_RULES_VERSION, 1, &tag }, *got = NULL;
	BYTE *bytes = NULL;
	ULONG size;

	assert_int_equal(HrSerializeActions(NULL, &actions, &bytes, &size), MAPI_E_NO_SUPPORT);
	assert_null(bytes);
	tag.propTag.ulPropTag = PROP_TAG(PT_LONG, 0x6701);
	assert_int_equal(HrSerializeActions(NULL, &actions, &bytes, &size), S_OK);
	bytes[size - 5] = 0x80; /* the tag's last byte: 0x6701 becomes 0x8001 */
	assert_int_equal(HrDeserializeActions(NULL, bytes, size, &got), MAPI_E_NO_SUPPORT);
	MAPIFreeBuffer(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kinds_come_back),
		cmocka_unit_test(test_the_bytes_are_those_of_the_specification),
		cmocka_unit_test(test_what_is_wrong_is_refused),
		cmocka_unit_test(test_named_properties_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
