/* SPDX-License-Identifier: MIT */
/* COM objects: interfaces by IID, identity, and the end of an object at its last reference. */
#include "testing.h"

#include <string.h>
#include "com.h"
#include "unsupported.h"

struct thing {
	struct com_object com;
	IMAPIProp imapiprop;
	IMAPITable imapitable;
	int *ended;
};

static void
thing_finalize(void *self)
{
	++*((struct thing *)self)->ended;
}

static const struct com_interface thing_interfaces[] = {
	{ &IID_IMAPIProp, offsetof(struct thing, imapiprop) },
	{ &IID_IMAPITable, offsetof(struct thing, imapitable) },
	{ NULL, 0 },
};

static const struct com_class thing_class = { "thing", thing_interfaces, thing_finalize };

COM_UNKNOWN(thing, struct thing, imapiprop, IMAPIProp)
COM_UNKNOWN(thing_table, struct thing, imapitable, IMAPITable)

static const IMAPIPropVtbl thing_vtbl = {
	.QueryInterface = thing_QueryInterface,
	.AddRef = thing_AddRef,
	.Release = thing_Release,
	.SaveChanges = unsupported_IMAPIProp_SaveChanges,
};

static const IMAPITableVtbl thing_table_vtbl = {
	.QueryInterface = thing_table_QueryInterface,
	.AddRef = thing_table_AddRef,
	.Release = thing_table_Release,
};

static struct thing *
create_thing(int *ended)
{
	struct thing *thing = com_create(&thing_class, sizeof(*thing));

	thing->imapiprop.lpVtbl = &thing_vtbl;
	thing->imapitable.lpVtbl = &thing_table_vtbl;
	thing->ended = ended;
	return thing;
}

static void
interfaces_are_one_object(void **state)
{
	int ended = 0;
	IMAPIProp *prop = &create_thing(&ended)->imapiprop;
	IUnknown *first, *second;
	IMAPITable *table;

	assert_int_equal(
	    prop->lpVtbl->QueryInterface(prop, &IID_IMAPITable, (LPVOID *)&table), S_OK);
	assert_int_equal(prop->lpVtbl->QueryInterface(prop, &IID_IUnknown, (LPVOID *)&first), S_OK);
	assert_int_equal(
	    table->lpVtbl->QueryInterface(table, &IID_IUnknown, (LPVOID *)&second), S_OK);
	assert_ptr_equal(first, second);
	assert_int_equal(prop->lpVtbl->Release(prop), 3);
	assert_int_equal(first->lpVtbl->Release(first), 2);
	assert_int_equal(second->lpVtbl->Release(second), 1);
	assert_int_equal(ended, 0);
	COM_CLEAR(table);
	assert_null(table);
	assert_int_equal(ended, 1);
}

static void
unknown_interfaces_leave_null(void **state)
{
	int ended = 0;
	IMAPIProp *prop = &create_thing(&ended)->imapiprop;
	void *out = prop;

	assert_int_equal(prop->lpVtbl->QueryInterface(prop, &IID_IMessage, &out),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	assert_null(out);
	assert_int_equal(prop->lpVtbl->QueryInterface(prop, NULL, &out), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(
	    prop->lpVtbl->QueryInterface(prop, &IID_IUnknown, NULL), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(prop->lpVtbl->SaveChanges(prop, 0), MAPI_E_NO_SUPPORT);
	assert_int_equal(prop->lpVtbl->Release(prop), 0);
	assert_int_equal(ended, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interfaces_are_one_object),
		cmocka_unit_test(unknown_interfaces_leave_null),
	};

	return cmocka_run_group_tests_name("com", tests, NULL, NULL);
}
