/* SPDX-License-Identifier: MIT */
/*
 * What a conformance test begins with: folders of its own, a profile "test" of ann@example.test
 *with a store and a pickup folder, a session on it, the store its Outbox and Sent Items.
 *
 *	static struct world *world;	// in each test: world = *state
 *	cmocka_unit_test_setup_teardown(name, world_create, world_destroy)
 */
#ifndef EMAPI_TESTS_WORLD_H
#define EMAPI_TESTS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <mapix.h>
#include "profile.h"
#include "testing.h"

#define RELEASE(object)                                                                            \
	do {                                                                                       \
		if (object)                                                                        \
			(object)->lpVtbl->Release(object);                                         \
		(object) = NULL;                                                                   \
	} while (0)

#define OK(call) assert_int_equal((call), S_OK)
#define FAILS(call, code) assert_int_equal((call), (HRESULT)(code))

struct world {
	IMAPISession *session;
	IMsgStore *store;
	IMAPIFolder *outbox, *sent;
};

/* The folder whose entry ID a property of the store is. */
G_GNUC_UNUSED static IMAPIFolder *
world_folder(struct world *world, ULONG tag)
{
	IMAPIFolder *folder = NULL;
	SPropValue *id = NULL;
	ULONG type;

	OK(HrGetOneProp((IMAPIProp *)world->store, tag, &id));
	OK(world->store->lpVtbl->OpenEntry(world->store, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, NULL, MAPI_MODIFY, &type,
	    (IUnknown **)(void *)&folder));
	MAPIFreeBuffer(id);
	return folder;
}

/* A text property, to be compared before the next call. */
G_GNUC_UNUSED static const char *
world_text(void *object, ULONG tag)
{
	static char text[4096];
	SPropValue *value = NULL;

	*text = 0;
	if (HrGetOneProp(object, CHANGE_PROP_TYPE(tag, PT_STRING8), &value) == S_OK)
		g_strlcpy(text, value->Value.lpszA, sizeof text);
	MAPIFreeBuffer(value);
	return text;
}

G_GNUC_UNUSED static LONG
world_long(void *object, ULONG tag)
{
	SPropValue *value = NULL;
	LONG number = -1;

	if (HrGetOneProp(object, tag, &value) == S_OK)
		number = value->Value.l;
	MAPIFreeBuffer(value);
	return number;
}

/* A saved message with a subject and a body. */
G_GNUC_UNUSED static IMessage *
world_message(IMAPIFolder *folder, const char *subject)
{
	SPropValue values[2] = { { .ulPropTag = PR_SUBJECT_A }, { .ulPropTag = PR_BODY_A } };
	IMessage *message = NULL;

	values[0].Value.lpszA = (LPSTR)(uintptr_t)subject;
	values[1].Value.lpszA = (LPSTR)(uintptr_t) "Good morning";
	OK(folder->lpVtbl->CreateMessage(folder, NULL, 0, &message));
	OK(message->lpVtbl->SetProps(message, 2, values, NULL));
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	return message;
}

/* An array of one recipient for ModifyRecipients. */
G_GNUC_UNUSED static void
world_add_recipient(IMessage *message, const char *name, const char *address)
{
	SizedADRLIST(1, list) = { .cEntries = 1 };
	SPropValue values[4] = { { .ulPropTag = PR_DISPLAY_NAME_A }, { .ulPropTag = PR_ADDRTYPE_A },
		{ .ulPropTag = PR_EMAIL_ADDRESS_A },
		{ .ulPropTag = PR_RECIPIENT_TYPE, .Value.l = MAPI_TO } };

	values[0].Value.lpszA = (LPSTR)(uintptr_t)name;
	values[1].Value.lpszA = (LPSTR)(uintptr_t) "SMTP";
	values[2].Value.lpszA = (LPSTR)(uintptr_t)address;
	list.aEntries[0].cValues = 4;
	list.aEntries[0].rgPropVals = values;
	OK(message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, (ADRLIST *)(void *)&list));
}

/* How many rows a table has; it is released. */
G_GNUC_UNUSED static ULONG
world_count(HRESULT hr, IMAPITable **table)
{
	ULONG count = 0;

	OK(hr);
	OK((*table)->lpVtbl->GetRowCount(*table, 0, &count));
	RELEASE(*table);
	return count;
}

static void
world_open_store(struct world *world)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	SPropValue *id;

	OK(world->session->lpVtbl->GetMsgStoresTable(world->session, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	id = PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_ENTRYID);
	OK(world->session->lpVtbl->OpenMsgStore(world->session, 0, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, NULL, MDB_WRITE, &world->store));
	FreeProws(rows);
	RELEASE(table);
	world->outbox = world_folder(world, PR_IPM_OUTBOX_ENTRYID);
	world->sent = world_folder(world, PR_IPM_SENTMAIL_ENTRYID);
}

G_GNUC_UNUSED static int
world_create(void **state)
{
	struct profile_settings settings = { .from_name = "Ann",
		.from_address = "ann@example.test" };
	struct world *world = g_new0(struct world, 1);

	if (test_folders_create(state) || FAILED(MAPIInitialize(NULL)) ||
	    FAILED(profile_create("test", &settings, NULL)) ||
	    FAILED(MAPILogonEx(0, (LPTSTR) "test", NULL,
		MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL, &world->session)))
		return -1;
	world_open_store(world);
	*state = world;
	return 0;
}

G_GNUC_UNUSED static int
world_destroy(void **state)
{
	struct world *world = *state;

	RELEASE(world->outbox);
	RELEASE(world->sent);
	RELEASE(world->store);
	if (world->session)
		world->session->lpVtbl->Logoff(world->session, 0, 0, 0);
	RELEASE(world->session);
	g_free(world);
	MAPIUninitialize();
	return test_folders_remove(state);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_create, world_destroy)

#endif
