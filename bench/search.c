/* SPDX-License-Identifier: MIT */
/*
 * Search folders over Sent Items: seconds until a search that finds nothing and one that finds all
 * is complete, milliseconds for the count and the first 50 rows of the latter, and the microseconds
 * of CPU that saving a message takes without and with a search that watches.
 *
 * bench-search SUBJECT SAVES
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>

static struct client client;
static LPMAPIFOLDER sent, finder;

static void
check(const char *what, HRESULT hr)
{
	if (FAILED(hr))
		client_die(what, hr);
}

static LPMAPIFOLDER
make_search(const char *name)
{
	LPMAPIFOLDER folder = NULL;

	check("CreateFolder", finder->lpVtbl->CreateFolder(finder, FOLDER_SEARCH, (LPTSTR)name,
				  NULL, NULL, OPEN_IF_EXISTS, &folder));
	return folder;
}

/* Seconds. */
static double
search(LPMAPIFOLDER folder, const char *word)
{
	SPropValue text = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (LPSTR)(size_t)word };
	SRestriction restriction = { .rt = RES_CONTENT };
	LPSPropValue id = NULL;
	ENTRYLIST scope = { 1, NULL };
	double began;

	restriction.res.resContent.ulFuzzyLevel = FL_SUBSTRING | FL_IGNORECASE;
	restriction.res.resContent.ulPropTag = PR_SUBJECT_A;
	restriction.res.resContent.lpProp = &text;
	check("HrGetOneProp", HrGetOneProp((LPMAPIPROP)sent, PR_ENTRYID, &id));
	scope.lpbin = &id->Value.bin;
	began = client_now();
	check("SetSearchCriteria",
	    folder->lpVtbl->SetSearchCriteria(folder, &restriction, &scope, RESTART_SEARCH));
	began = client_now() - began;
	MAPIFreeBuffer(id);
	return began;
}

/* Seconds for the count and the first rows. */
static double
first_page(LPMAPIFOLDER folder, ULONG *count)
{
	LPMAPITABLE table = NULL;
	LPSRowSet rows = NULL;
	double began = client_now();

	check("GetContentsTable", folder->lpVtbl->GetContentsTable(folder, 0, &table));
	check("GetRowCount", table->lpVtbl->GetRowCount(table, 0, count));
	check("QueryRows", table->lpVtbl->QueryRows(table, 50, 0, &rows));
	began = client_now() - began;
	FreeProws(rows);
	table->lpVtbl->Release(table);
	return began;
}

static double
cpu(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Microseconds of CPU for each message saved into Sent Items. */
static double
save(const char *subject, int count)
{
	SPropValue value = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (LPSTR)(size_t)subject };
	double began = cpu();

	for (int i = 0; i < count; i++) {
		LPMESSAGE message = NULL;

		check("CreateMessage", sent->lpVtbl->CreateMessage(sent, NULL, 0, &message));
		check("SetProps", message->lpVtbl->SetProps(message, 1, &value, NULL));
		check("SaveChanges", message->lpVtbl->SaveChanges(message, 0));
		message->lpVtbl->Release(message);
	}
	return (cpu() - began) / count;
}

static void
stop(LPMAPIFOLDER folder)
{
	LPSPropValue id = NULL;

	check("HrGetOneProp", HrGetOneProp((LPMAPIPROP)folder, PR_ENTRYID, &id));
	folder->lpVtbl->Release(folder);
	check("DeleteFolder", finder->lpVtbl->DeleteFolder(finder, id->Value.bin.cb,
				  (LPENTRYID)id->Value.bin.lpb, 0, NULL, 0));
	MAPIFreeBuffer(id);
}

int
main(int argc, char **argv)
{
	LPMAPIFOLDER none, all;
	double nothing, everything, page, without, with;
	ULONG found;

	if (argc != 3)
		return 2;
	client_open(&client);
	sent = client_folder(&client, PR_IPM_SENTMAIL_ENTRYID);
	finder = client_folder(&client, PR_FINDER_ENTRYID);
	without = save(argv[1], atoi(argv[2]));
	none = make_search("None");
	nothing = search(none, "no subject has this");
	stop(none);
	all = make_search("All");
	everything = search(all, argv[1]);
	page = first_page(all, &found);
	with = save(argv[1], atoi(argv[2]));
	stop(all);
	printf("%.3f %.3f %u %.3f %.1f %.1f\n", nothing, everything, (unsigned)found, page * 1000,
	    without, with);
	finder->lpVtbl->Release(finder);
	sent->lpVtbl->Release(sent);
	client_close(&client);
	return 0;
}
