/* SPDX-License-Identifier: MIT */
/*
 * bench-book NAME PART: the profile's first address book, where NAME means one entry and PART many.
 * Prints milliseconds, medians of several: ResolveName of NAME, of PART (ambiguous), and, each with
 * a new table, the first 50 rows of the book, of the book sorted by address, of those PART may
 * mean. The first line is the number of entries.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>

#define ROUNDS 15
#define PAGE 50

static LPADRBOOK book;
static LPABCONT container;

/* The median of several runs of `work`, in milliseconds. */
static double
median(void (*work)(const void *), const void *argument)
{
	double times[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double began = client_now();

		work(argument);
		times[i] = (client_now() - began) * 1000;
	}
	qsort(times, ROUNDS, sizeof *times, client_compare);
	return times[ROUNDS / 2];
}

/* --- Names --------------------------------------------------------------------------------- */

struct name {
	const char *text;
	HRESULT expected;
};

static void
resolve(const void *argument)
{
	const struct name *name = argument;
	LPADRLIST list = NULL;
	LPSPropValue value = NULL;
	HRESULT hr;

	client_must("MAPIAllocateBuffer", MAPIAllocateBuffer(CbNewADRLIST(1), (LPVOID *)&list));
	client_must("MAPIAllocateBuffer", MAPIAllocateBuffer(sizeof *value, (LPVOID *)&value));
	client_must("MAPIAllocateMore",
	    MAPIAllocateMore((ULONG)strlen(name->text) + 1, value, (LPVOID *)&value->Value.lpszA));
	strcpy(value->Value.lpszA, name->text);
	value->ulPropTag = PR_DISPLAY_NAME_A;
	list->cEntries = 1;
	list->aEntries[0].ulReserved1 = 0;
	list->aEntries[0].cValues = 1;
	list->aEntries[0].rgPropVals = value;
	hr = book->lpVtbl->ResolveName(book, 0, 0, NULL, list);
	if (hr != name->expected)
		client_die("ResolveName", hr);
	FreePadrlist(list);
}

/* --- Pages --------------------------------------------------------------------------------- */

struct page {
	ULONG sort;       /* a property; 0: none */
	const char *part; /* PR_ANR; NULL: all */
};

static void
read_page(const void *argument)
{
	SizedSPropTagArray(
	    4, columns) = { 4, { PR_DISPLAY_NAME_A, PR_EMAIL_ADDRESS_A, PR_ENTRYID, PR_TITLE_A } };
	const struct page *page = argument;
	SizedSSortOrderSet(1, order) = { 1, 0, 0, { { page->sort, TABLE_SORT_ASCEND } } };
	SPropValue part = { .ulPropTag = PR_ANR_A, .Value.lpszA = (LPSTR)(size_t)page->part };
	SRestriction restriction = { .rt = RES_PROPERTY };
	LPMAPITABLE table = NULL;
	LPSRowSet rows = NULL;

	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = PR_ANR_A;
	restriction.res.resProperty.lpProp = &part;
	client_must("GetContentsTable", container->lpVtbl->GetContentsTable(container, 0, &table));
	client_must("SetColumns",
	    table->lpVtbl->SetColumns(table, (LPSPropTagArray)(void *)&columns, TBL_BATCH));
	if (page->part)
		client_must("Restrict", table->lpVtbl->Restrict(table, &restriction, TBL_BATCH));
	if (page->sort)
		client_must("SortTable",
		    table->lpVtbl->SortTable(table, (LPSSortOrderSet)(void *)&order, TBL_BATCH));
	client_must("QueryRows", table->lpVtbl->QueryRows(table, PAGE, 0, &rows));
	if (!rows->cRows)
		client_die("no rows", S_FALSE);
	FreeProws(rows);
	table->lpVtbl->Release(table);
}

static ULONG
count_entries(void)
{
	LPMAPITABLE table = NULL;
	ULONG count = 0;

	client_must("GetContentsTable", container->lpVtbl->GetContentsTable(container, 0, &table));
	client_must("GetRowCount", table->lpVtbl->GetRowCount(table, 0, &count));
	table->lpVtbl->Release(table);
	return count;
}

int
main(int argc, char **argv)
{
	struct client client;
	struct name one, many;
	struct page all = { 0, NULL }, sorted = { PR_EMAIL_ADDRESS_A, NULL }, named = { 0, NULL };
	LPENTRYID id = NULL;
	ULONG size, type;

	if (argc != 3)
		return 2;
	one = (struct name){ argv[1], S_OK };
	many = (struct name){ argv[2], MAPI_E_AMBIGUOUS_RECIP };
	named.part = argv[2];
	client_open(&client);
	client_must("OpenAddressBook",
	    client.session->lpVtbl->OpenAddressBook(client.session, 0, NULL, AB_NO_DIALOG, &book));
	client_must("GetPAB", book->lpVtbl->GetPAB(book, &size, &id));
	client_must("OpenEntry", book->lpVtbl->OpenEntry(book, size, id, &IID_IABContainer, 0,
				     &type, (LPUNKNOWN *)(void *)&container));
	MAPIFreeBuffer(id);
	printf("%u\n", (unsigned)count_entries());
	printf("%.3f %.3f %.3f %.3f %.3f\n", median(resolve, &one), median(resolve, &many),
	    median(read_page, &all), median(read_page, &sorted), median(read_page, &named));
	container->lpVtbl->Release(container);
	book->lpVtbl->Release(book);
	client_close(&client);
	return 0;
}
