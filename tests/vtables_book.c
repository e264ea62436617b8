/* SPDX-License-Identifier: MIT */
/* The objects of our address book providers: see vtables_test.c. */
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
#include "com.h"
#include "vtables_walk.h"

/* A new entry of the container, saved where there is a name for it. */
static IMAPIProp *
make_entry(IABContainer *book, ULONG tag)
{
	SPropValue *template = NULL;
	SPropValue name = { .ulPropTag = PR_DISPLAY_NAME_A, .Value.lpszA = (char *)"Bob" };
	IMAPIProp *entry = NULL;

	assert_int_equal(HrGetOneProp((IMAPIProp *)book, tag, &template), S_OK);
	assert_int_equal(book->lpVtbl->CreateEntry(book, template->Value.bin.cb,
			     (ENTRYID *)(void *)template->Value.bin.lpb, 0, &entry),
	    S_OK);
	MAPIFreeBuffer(template);
	assert_int_equal(entry->lpVtbl->SetProps(entry, 1, &name, NULL), S_OK);
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	return entry;
}

static void
walk_entries(IABContainer *book)
{
	IMAPIProp *user = make_entry(book, PR_DEF_CREATE_MAILUSER);
	IMAPIProp *list = make_entry(book, PR_DEF_CREATE_DL);
	IMAPITable *table = NULL;

	WALK("contact", user, IMailUser);
	WALK("distribution list", list, IDistList);
	walk_table("details table",
	    user->lpVtbl->OpenProperty(
		user, PR_DETAILS_TABLE, &IID_IMAPITable, 0, 0, (IUnknown **)(void *)&table),
	    &table);
	walk_table("template table",
	    book->lpVtbl->OpenProperty(
		book, PR_CREATE_TEMPLATES, &IID_IMAPITable, 0, 0, (IUnknown **)(void *)&table),
	    &table);
	COM_CLEAR(user);
	COM_CLEAR(list);
}

static IABContainer *
open_container(IABLogon *logon, const SBinary *id)
{
	IABContainer *container = NULL;
	ULONG type;

	assert_int_equal(
	    logon->lpVtbl->OpenEntry(logon, id ? id->cb : 0, id ? (ENTRYID *)(void *)id->lpb : NULL,
		NULL, MAPI_BEST_ACCESS, &type, (IUnknown **)(void *)&container),
	    S_OK);
	assert_int_equal(type, MAPI_ABCONT);
	return container;
}

static void
walk_containers(IABLogon *logon, bool writable)
{
	IABContainer *root = open_container(logon, NULL), *book;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;

	WALK("provider's root", root, IABContainer);
	assert_int_equal(root->lpVtbl->GetHierarchyTable(root, 0, &table), S_OK);
	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
	WALK("provider's hierarchy", table, IMAPITable);
	COM_CLEAR(table);
	book = open_container(logon,
	    &PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_ENTRYID)->Value.bin);
	FreeProws(rows);
	WALK("address book container", book, IABContainer);
	walk_table(
	    "address book contents", book->lpVtbl->GetContentsTable(book, 0, &table), &table);
	if (writable)
		walk_entries(book);
	COM_CLEAR(book);
	COM_CLEAR(root);
}

void
walk_book(const char *module, IMAPISupport *support, bool writable)
{
	ABPROVIDERINIT *init = (ABPROVIDERINIT *)(uintptr_t)find_symbol(module, "ABProviderInit");
	IABProvider *provider = NULL;
	IMAPIStatus *status = NULL;
	IABLogon *logon = NULL;
	ULONG version = 0, flags = 0, size = 0, type;
	BYTE *security = NULL;

	assert_int_equal(init(NULL, MAPIGetDefaultMalloc(), MAPIAllocateBuffer, MAPIAllocateMore,
			     MAPIFreeBuffer, 0, CURRENT_SPI_VERSION, &version, &provider),
	    S_OK);
	WALK(module, provider, IABProvider);
	assert_int_equal(provider->lpVtbl->Logon(provider, support, 0, (LPTSTR)(uintptr_t) "test",
			     AB_NO_DIALOG, &size, &security, NULL, &logon),
	    S_OK);
	WALK(module, logon, IABLogon);
	assert_int_equal(logon->lpVtbl->OpenStatusEntry(logon, NULL, 0, &type, &status), S_OK);
	WALK(module, status, IMAPIStatus);
	COM_CLEAR(status);
	walk_containers(logon, writable);
	logon->lpVtbl->Logoff(logon, 0);
	COM_CLEAR(logon);
	provider->lpVtbl->Shutdown(provider, &flags);
	COM_CLEAR(provider);
}
