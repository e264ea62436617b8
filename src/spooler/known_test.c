/* SPDX-License-Identifier: MIT */
/* A queue that cannot be read is not one without the mail, which would then be stored once more. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <mapicode.h>
#include "known.h"

static HRESULT queue_result, row_result;

static HRESULT
find_row(IMAPITable *table, SRestriction *restriction, BOOKMARK origin, ULONG flags)
{
	return row_result;
}

static ULONG
release(IMAPITable *table)
{
	return 0;
}

static IMAPITableVtbl table_methods = { .Release = release, .FindRow = find_row };
static IMAPITable queue = { &table_methods };

static HRESULT
get_queue(IMsgStore *store, ULONG flags, IMAPITable **out)
{
	*out = &queue;
	return queue_result;
}

static IMsgStoreVtbl store_methods = { .GetOutgoingQueue = get_queue };
static IMsgStore store = { &store_methods };

static HRESULT
ask(HRESULT opened, HRESULT found, bool *known)
{
	queue_result = opened;
	row_result = found;
	return known_to_queue(&store, "0123456789abcdef", 16, known);
}

static void
only_a_queue_that_was_read_says_no(void **state)
{
	bool known = false;

	assert_int_equal(ask(S_OK, S_OK, &known), S_OK);
	assert_true(known);
	assert_int_equal(ask(S_OK, MAPI_E_NOT_FOUND, &known), S_OK);
	assert_false(known);
	assert_int_equal(ask(S_OK, MAPI_E_DISK_ERROR, &known), MAPI_E_DISK_ERROR);
	assert_int_equal(ask(MAPI_E_CORRUPT_STORE, S_OK, &known), MAPI_E_CORRUPT_STORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_a_queue_that_was_read_says_no) };

	return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
