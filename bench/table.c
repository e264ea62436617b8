/* SPDX-License-Identifier: MIT */
/*
 * bench-table: a large Inbox through IMAPITable.  Prints a name and a number a line: milliseconds
 * (medians of several new tables; "first": of the one that makes the order, or goes there first),
 * CPU microseconds for each message saved and moved, and the MiB that the process had at most.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <mapitags.h>
#include <mapiutil.h>

#define ROUNDS 5
#define PAGE 50
#define WRITES 200

static struct client client;
static LPMAPIFOLDER inbox;

static double
cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
print(const char *name, double value)
{
	printf("%s %.3f\n", name, value);
	fflush(stdout);
}

/* --- Reading ------------------------------------------------------------------------------- */

static LPMAPITABLE
open_table(void)
{
	SizedSPropTagArray(
	    10, columns) = { 10, { PR_ENTRYID, PR_SUBJECT_A, PR_SENDER_NAME_A, PR_DISPLAY_TO_A,
				     PR_MESSAGE_CLASS_A, PR_MESSAGE_FLAGS, PR_MESSAGE_SIZE,
				     PR_IMPORTANCE, PR_MESSAGE_DELIVERY_TIME, PR_HASATTACH } };
	LPMAPITABLE table = NULL;

	client_must("GetContentsTable", inbox->lpVtbl->GetContentsTable(inbox, 0, &table));
	client_must(
	    "SetColumns", table->lpVtbl->SetColumns(table, (LPSPropTagArray)(void *)&columns, 0));
	return table;
}

static void
read_page(LPMAPITABLE table)
{
	LPSRowSet rows = NULL;

	client_must("QueryRows", table->lpVtbl->QueryRows(table, PAGE, 0, &rows));
	if (rows->cRows == 0)
		client_die("no rows", S_FALSE);
	FreeProws(rows);
}

static double
sorted_page(ULONG tag)
{
	SizedSSortOrderSet(1, sort) = { 1, 0, 0, { { tag, TABLE_SORT_DESCEND } } };
	LPMAPITABLE table = open_table();
	double began = client_now();

	client_must(
	    "SortTable", table->lpVtbl->SortTable(table, (LPSSortOrderSet)(void *)&sort, 0));
	read_page(table);
	began = client_now() - began;
	table->lpVtbl->Release(table);
	return began * 1000;
}

static double
middle_page(ULONG unused)
{
	LPMAPITABLE table = open_table();
	double began = client_now();

	client_must("SeekRowApprox", table->lpVtbl->SeekRowApprox(table, 1, 2));
	read_page(table);
	began = client_now() - began;
	table->lpVtbl->Release(table);
	return began * 1000;
}

static double
count_rows(ULONG unused)
{
	LPMAPITABLE table = open_table();
	double began = client_now();
	ULONG count;

	client_must("GetRowCount", table->lpVtbl->GetRowCount(table, 0, &count));
	began = client_now() - began;
	table->lpVtbl->Release(table);
	return began * 1000;
}

static LPMAPITABLE
restricted(ULONG importance, const char *word)
{
	SPropValue value = { .ulPropTag = PR_IMPORTANCE };
	SRestriction restriction = { .rt = RES_PROPERTY };
	LPMAPITABLE table = open_table();

	if (word) {
		value.ulPropTag = PR_SUBJECT_A;
		value.Value.lpszA = (LPSTR)(size_t)word;
		restriction.rt = RES_CONTENT;
		restriction.res.resContent.ulFuzzyLevel = FL_SUBSTRING | FL_IGNORECASE;
		restriction.res.resContent.ulPropTag = PR_SUBJECT_A;
		restriction.res.resContent.lpProp = &value;
	} else {
		value.Value.l = (LONG)importance;
		restriction.res.resProperty.relop = RELOP_EQ;
		restriction.res.resProperty.ulPropTag = PR_IMPORTANCE;
		restriction.res.resProperty.lpProp = &value;
	}
	client_must("Restrict", table->lpVtbl->Restrict(table, &restriction, TBL_BATCH));
	return table;
}

/* The first page of those that fit, or all of them counted. */
static double
look_for(ULONG importance, const char *word, int all)
{
	double began = client_now();
	LPMAPITABLE table = restricted(importance, word);
	ULONG count;

	if (all)
		client_must("GetRowCount", table->lpVtbl->GetRowCount(table, 0, &count));
	else
		read_page(table);
	began = client_now() - began;
	table->lpVtbl->Release(table);
	return began * 1000;
}

static double
first_important(ULONG importance)
{
	return look_for(importance, NULL, 0);
}

static double
first_with_word(ULONG unused)
{
	return look_for(0, "needle", 0);
}

static double
all_with_word(ULONG unused)
{
	return look_for(0, "needle", 1);
}

static double
median_of(double (*work)(ULONG), ULONG argument)
{
	double times[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		times[i] = work(argument);
	qsort(times, ROUNDS, sizeof(double), client_compare);
	return times[ROUNDS / 2];
}

/* --- Writing ------------------------------------------------------------------------------- */

static LPSPropValue
save_one(void)
{
	SPropValue subject = { .ulPropTag = PR_SUBJECT_A,
		.Value.lpszA = (LPSTR)(size_t) "A letter that comes late" };
	LPMESSAGE message = NULL;
	LPSPropValue id = NULL;

	client_must("CreateMessage", inbox->lpVtbl->CreateMessage(inbox, NULL, 0, &message));
	client_must("SetProps", message->lpVtbl->SetProps(message, 1, &subject, NULL));
	client_must("SaveChanges", message->lpVtbl->SaveChanges(message, KEEP_OPEN_READONLY));
	client_must("HrGetOneProp", HrGetOneProp((LPMAPIPROP)message, PR_ENTRYID, &id));
	message->lpVtbl->Release(message);
	return id;
}

static void
write_some(void)
{
	LPSPropValue ids[WRITES];
	LPMAPIFOLDER sent = client_folder(&client, PR_IPM_SENTMAIL_ENTRYID);
	double began = cpu_now();

	for (int i = 0; i < WRITES; i++)
		ids[i] = save_one();
	print("insert", (cpu_now() - began) * 1e6 / WRITES);
	began = cpu_now();
	for (int i = 0; i < WRITES; i++) {
		ENTRYLIST list = { 1, &ids[i]->Value.bin };

		client_must("CopyMessages",
		    inbox->lpVtbl->CopyMessages(inbox, &list, NULL, sent, 0, NULL, MESSAGE_MOVE));
		MAPIFreeBuffer(ids[i]);
	}
	print("move", (cpu_now() - began) * 1e6 / WRITES);
	sent->lpVtbl->Release(sent);
}

/* MiB at most since exec; getrusage() would count those of who started this program too. */
static double
peak_memory(void)
{
	char line[256];
	double kib = 0;
	FILE *status = fopen("/proc/self/status", "r");

	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, "VmHWM:", 6))
			kib = atof(line + 6);
	if (status)
		fclose(status);
	return kib / 1024;
}

static void
open_inbox(void)
{
	ULONG size, type;
	LPENTRYID id = NULL;

	client_must("GetReceiveFolder",
	    client.store->lpVtbl->GetReceiveFolder(client.store, NULL, 0, &size, &id, NULL));
	client_must("OpenEntry", client.store->lpVtbl->OpenEntry(client.store, size, id, NULL,
				     MAPI_MODIFY, &type, (LPUNKNOWN *)(void *)&inbox));
	MAPIFreeBuffer(id);
}

int
main(void)
{
	static const struct {
		const char *name;
		ULONG tag;
	} indexed[] = { { "delivery", PR_MESSAGE_DELIVERY_TIME },
		{ "submit", PR_CLIENT_SUBMIT_TIME }, { "subject", PR_NORMALIZED_SUBJECT_A },
		{ "sender", PR_SENDER_NAME_A } },
	  others[] = { { "size", PR_MESSAGE_SIZE }, { "to", PR_DISPLAY_TO_A },
		  { "blob", PR_INTERNET_MESSAGE_ID_A } };
	char name[64];

	client_open(&client);
	open_inbox();
	write_some();
	print("count", median_of(count_rows, 0));
	print("middle-first", middle_page(0));
	print("middle", median_of(middle_page, 0));
	for (size_t i = 0; i < sizeof(indexed) / sizeof(indexed[0]); i++)
		print(indexed[i].name, median_of(sorted_page, indexed[i].tag));
	print("low", median_of(first_important, 0));
	print("rare", median_of(first_important, 2));
	print("word", median_of(first_with_word, 0));
	print("words", median_of(all_with_word, 0));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(name, sizeof(name), "%s-first", others[i].name);
		print(name, sorted_page(others[i].tag));
		print(others[i].name, median_of(sorted_page, others[i].tag));
	}
	print("memory", peak_memory());
	inbox->lpVtbl->Release(inbox);
	client_close(&client);
	return 0;
}
