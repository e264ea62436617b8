/* SPDX-License-Identifier: MIT */
/* Properties in memory: values, rights, objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "mem.h"

static IPropData *
create(void)
{
	SPropValue value = { .ulPropTag = PR_IMPORTANCE };
	IPropData *data;

	assert_int_equal(CreateIProp(&IID_IMAPIPropData, MAPIAllocateBuffer, MAPIAllocateMore,
			     MAPIFreeBuffer, NULL, &data),
	    S_OK);
	value.Value.l = 2;
	assert_int_equal(data->lpVtbl->SetProps(data, 1, &value, NULL), S_OK);
	return data;
}

static HRESULT
set_importance(IPropData *data, LONG importance)
{
	SPropValue value = { .ulPropTag = PR_IMPORTANCE };

	value.Value.l = importance;
	return data->lpVtbl->SetProps(data, 1, &value, NULL);
}

static ULONG
access_of(IPropData *data, ULONG number)
{
	SPropTagArray *tags;
	ULONG *access, found;

	assert_int_equal(data->lpVtbl->HrGetPropAccess(data, &tags, &access), S_OK);
	assert_true(number < tags->cValues);
	found = access[number];
	MAPIFreeBuffer(tags);
	MAPIFreeBuffer(access);
	return found;
}

static void
keeps_values(void **state)
{
	SizedSPropTagArray(2, tags) = { 2, { PR_IMPORTANCE, PR_SUBJECT_A } };
	IPropData *data = create(), *other;
	SPropValue *values;
	ULONG count;

	assert_int_equal(data->lpVtbl->GetProps(data, (SPropTagArray *)&tags, 0, &count, &values),
	    MAPI_W_ERRORS_RETURNED);
	assert_int_equal(values[0].Value.l, 2);
	assert_int_equal(values[1].Value.err, MAPI_E_NOT_FOUND);
	MAPIFreeBuffer(values);
	assert_int_equal(CreateIProp(NULL, NULL, NULL, NULL, NULL, &other), S_OK);
	assert_int_equal(
	    data->lpVtbl->CopyTo(data, 0, NULL, NULL, 0, NULL, &IID_IMAPIProp, other, 0, NULL),
	    S_OK);
	assert_int_equal(HrGetOneProp((IMAPIProp *)other, PR_IMPORTANCE, &values), S_OK);
	assert_int_equal(values->Value.l, 2);
	MAPIFreeBuffer(values);
	other->lpVtbl->Release(other);
	data->lpVtbl->Release(data);
	assert_int_equal(CreateIProp(&IID_IMessage, NULL, NULL, NULL, NULL, &other),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
}

static void
rights_of_properties(void **state)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_IMPORTANCE } };
	SPropTagArray *array = (SPropTagArray *)&tags;
	IPropData *data = create();
	ULONG access = IPROP_READONLY | IPROP_CLEAN, wrong = IPROP_READONLY | IPROP_READWRITE;

	assert_int_equal(access_of(data, 0), IPROP_READWRITE | IPROP_DIRTY);
	assert_int_equal(
	    data->lpVtbl->HrSetPropAccess(data, array, &wrong), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(data->lpVtbl->HrSetPropAccess(data, array, &access), S_OK);
	assert_int_equal(access_of(data, 0), IPROP_READONLY | IPROP_CLEAN);
	assert_int_equal(set_importance(data, 1), MAPI_E_NO_ACCESS);
	assert_int_equal(data->lpVtbl->DeleteProps(data, array, NULL), MAPI_E_NO_ACCESS);
	access = IPROP_READWRITE;
	assert_int_equal(data->lpVtbl->HrSetPropAccess(data, array, &access), S_OK);
	assert_int_equal(access_of(data, 0), IPROP_READWRITE | IPROP_CLEAN);
	assert_int_equal(set_importance(data, 1), S_OK);
	assert_int_equal(access_of(data, 0), IPROP_READWRITE | IPROP_DIRTY);
	assert_int_equal(data->lpVtbl->DeleteProps(data, array, NULL), S_OK);
	data->lpVtbl->Release(data);
}

static void
rights_of_the_object(void **state)
{
	IPropData *data = create();

	assert_int_equal(data->lpVtbl->HrSetObjAccess(data, 7), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(data->lpVtbl->HrSetObjAccess(data, IPROP_READONLY), S_OK);
	assert_int_equal(set_importance(data, 1), MAPI_E_NO_ACCESS);
	assert_int_equal(data->lpVtbl->HrSetObjAccess(data, IPROP_READWRITE), S_OK);
	assert_int_equal(set_importance(data, 1), S_OK);
	data->lpVtbl->Release(data);
}

static void
objects_are_listed(void **state)
{
	SizedSPropTagArray(2, tags) = { 2, { PR_ATTACH_DATA_OBJ, PR_IMPORTANCE } };
	IPropData *data = create();
	SPropProblemArray *problems;
	SPropTagArray *list;

	assert_int_equal(data->lpVtbl->HrAddObjProps(data, (SPropTagArray *)&tags, &problems),
	    MAPI_W_ERRORS_RETURNED);
	assert_int_equal(problems->cProblem, 1);
	assert_int_equal(problems->aProblem[0].ulPropTag, PR_IMPORTANCE);
	assert_int_equal(problems->aProblem[0].scode, MAPI_E_INVALID_TYPE);
	MAPIFreeBuffer(problems);
	assert_int_equal(data->lpVtbl->GetPropList(data, 0, &list), S_OK);
	assert_int_equal(list->cValues, 2);
	assert_int_equal(list->aulPropTag[1], PR_ATTACH_DATA_OBJ);
	MAPIFreeBuffer(list);
	data->lpVtbl->Release(data);
	assert_int_equal(mem_live(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_values),
		cmocka_unit_test(rights_of_properties),
		cmocka_unit_test(rights_of_the_object),
		cmocka_unit_test(objects_are_listed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
