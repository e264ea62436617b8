/* SPDX-License-Identifier: MIT */
/*
 * bench-readstore FILE [COUNT]: reading through the API, beside SQLite handing out the same bytes.
 * Saves COUNT messages of 25 properties in the Inbox of the default store and, in FILE, as many
 * rows with a blob of their size.  Then, in turns: opens messages at random and gets the 25
 * properties, against one SELECT of the blob; QueryRows of 1,000 rows by 10 columns, against a
 * SELECT of 10 columns.  Prints four medians in microseconds: message, raw, rows, raw.
 */
#include "client.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mapitags.h>
#include <mapiutil.h>

#define ROUNDS 7
#define READS 2000
#define ROWS 1000
#define PROPS 25
#define BLOB 900 /* what the 25 values take, encoded */

static sqlite3 *db;
static LPMAPIFOLDER inbox;
static LPMDB store;
static SBinary *ids;
static int count = 5000;
static SizedSPropTagArray(PROPS, tags);

static void
must(const char *what, HRESULT hr)
{
	if (FAILED(hr))
		client_die(what, hr);
}

static void
must_sql(int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return;
	fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *values)
{
	qsort(values, ROUNDS, sizeof(double), compare);
	return values[ROUNDS / 2];
}

/* --- Filling ------------------------------------------------------------------------------- */

/* Ten columns and fifteen more texts. */
static void
name_tags(void)
{
	static const ULONG first[] = { PR_SUBJECT_A, PR_MESSAGE_CLASS_A, PR_SENDER_NAME_A,
		PR_DISPLAY_TO_A, PR_IMPORTANCE, PR_PRIORITY, PR_SENSITIVITY, PR_MESSAGE_FLAGS,
		PR_MESSAGE_SIZE, PR_CREATION_TIME, PR_SENDER_EMAIL_ADDRESS_A, PR_SENDER_ADDRTYPE_A,
		PR_SENT_REPRESENTING_NAME_A, PR_SENT_REPRESENTING_EMAIL_ADDRESS_A,
		PR_SENT_REPRESENTING_ADDRTYPE_A, PR_INTERNET_MESSAGE_ID_A,
		PR_CONVERSATION_TOPIC_A };

	tags.cValues = PROPS;
	memcpy(tags.aulPropTag, first, sizeof(first));
	for (ULONG i = sizeof(first) / sizeof(first[0]); i < PROPS; i++)
		tags.aulPropTag[i] = PROP_TAG(PT_STRING8, 0x6800 + i);
}

static void
save_one(int number)
{
	SPropValue values[PROPS];
	LPSPropValue id = NULL;
	LPMESSAGE message = NULL;
	char text[64];
	ULONG filled = 0, got = 0;
	SizedSPropTagArray(1, wanted) = { 1, { PR_ENTRYID } };

	snprintf(text, sizeof(text), "a text of about forty characters, %06d", number);
	for (ULONG i = 0; i < PROPS; i++) {
		if (PROP_TYPE(tags.aulPropTag[i]) != PT_STRING8 ||
		    tags.aulPropTag[i] == PR_DISPLAY_TO_A)
			continue;
		values[filled].ulPropTag = tags.aulPropTag[i];
		values[filled++].Value.lpszA = text;
	}
	must("CreateMessage", inbox->lpVtbl->CreateMessage(inbox, NULL, 0, &message));
	must("SetProps", message->lpVtbl->SetProps(message, filled, values, NULL));
	must("SaveChanges", message->lpVtbl->SaveChanges(message, KEEP_OPEN_READONLY));
	must("GetProps",
	    message->lpVtbl->GetProps(message, (LPSPropTagArray)(void *)&wanted, 0, &got, &id));
	ids[number].cb = id->Value.bin.cb;
	ids[number].lpb = malloc(id->Value.bin.cb);
	memcpy(ids[number].lpb, id->Value.bin.lpb, id->Value.bin.cb);
	MAPIFreeBuffer(id);
	message->lpVtbl->Release(message);
}

static void
open_inbox(void)
{
	ULONG size, type;
	LPENTRYID id = NULL;

	must("GetReceiveFolder", store->lpVtbl->GetReceiveFolder(store, NULL, 0, &size, &id, NULL));
	must("OpenEntry", store->lpVtbl->OpenEntry(store, size, id, NULL, MAPI_MODIFY, &type,
			      (LPUNKNOWN *)(void *)&inbox));
	MAPIFreeBuffer(id);
}

static void
fill_raw(const char *path)
{
	must_sql(sqlite3_open(path, &db));
	must_sql(sqlite3_exec(db,
	    "PRAGMA page_size=16384; PRAGMA journal_mode=WAL;"
	    "CREATE TABLE m(id INTEGER PRIMARY KEY, folder, a, b, c, d, e, f, g, h, i, j, data);"
	    "CREATE INDEX m_folder ON m(folder, id)",
	    NULL, NULL, NULL));
	char *sql = sqlite3_mprintf(
	    "WITH n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<%d) INSERT INTO m SELECT"
	    " i, 2, printf('a text of about forty characters, %%06d', i), 'IPM.Note',"
	    " 'a text of about forty characters', 'b', 1, 0, 0, 1, 2000, i*1000, zeroblob(%d)"
	    " FROM n",
	    count, BLOB);
	must_sql(sqlite3_exec(db, sql, NULL, NULL, NULL));
	sqlite3_free(sql);
}

/* --- Reading ------------------------------------------------------------------------------- */

static double
read_messages(void)
{
	double began = client_now();

	for (int i = 0; i < READS; i++) {
		const SBinary *id = &ids[(unsigned)i * 2654435761u % (unsigned)count];
		LPMESSAGE message = NULL;
		LPSPropValue values = NULL;
		ULONG type, got = 0;

		must("OpenEntry", store->lpVtbl->OpenEntry(store, id->cb, (LPENTRYID)id->lpb, NULL,
				      0, &type, (LPUNKNOWN *)(void *)&message));
		must("GetProps", message->lpVtbl->GetProps(
				     message, (LPSPropTagArray)(void *)&tags, 0, &got, &values));
		MAPIFreeBuffer(values);
		message->lpVtbl->Release(message);
	}
	return (client_now() - began) * 1e6 / READS;
}

static double
read_blobs(void)
{
	sqlite3_stmt *statement = NULL;
	char copy[BLOB];
	double began;

	must_sql(sqlite3_prepare_v2(db, "SELECT data FROM m WHERE id=?", -1, &statement, NULL));
	began = client_now();
	for (int i = 0; i < READS; i++) {
		sqlite3_bind_int64(statement, 1, 1 + (unsigned)i * 2654435761u % (unsigned)count);
		must_sql(sqlite3_step(statement));
		memcpy(copy, sqlite3_column_blob(statement, 0), BLOB);
		sqlite3_reset(statement);
	}
	began = (client_now() - began) * 1e6 / READS;
	sqlite3_finalize(statement);
	return began;
}

static double
query_rows(void)
{
	SizedSPropTagArray(10, columns) = { 10, { 0 } };
	LPMAPITABLE table = NULL;
	LPSRowSet rows = NULL;
	double began;

	memcpy(columns.aulPropTag, tags.aulPropTag, sizeof(columns.aulPropTag));
	must("GetContentsTable", inbox->lpVtbl->GetContentsTable(inbox, 0, &table));
	must("SetColumns", table->lpVtbl->SetColumns(table, (LPSPropTagArray)(void *)&columns, 0));
	began = client_now();
	must("QueryRows", table->lpVtbl->QueryRows(table, ROWS, 0, &rows));
	began = (client_now() - began) * 1e6;
	if (rows->cRows != ROWS)
		client_die("too few rows", S_FALSE);
	FreeProws(rows);
	table->lpVtbl->Release(table);
	return began;
}

/* Each value is copied out, as a row set has its own. */
static double
raw_rows(void)
{
	sqlite3_stmt *statement = NULL;
	double began;
	int rows = 0;

	must_sql(sqlite3_prepare_v2(db,
	    "SELECT a, b, c, d, e, f, g, h, i, j FROM m WHERE folder=2 ORDER BY id LIMIT 1000", -1,
	    &statement, NULL));
	began = client_now();
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < 10; i++) {
			if (i < 4)
				free(strdup((const char *)sqlite3_column_text(statement, i)));
			else
				sqlite3_column_int64(statement, i);
		}
		rows++;
	}
	began = (client_now() - began) * 1e6;
	sqlite3_finalize(statement);
	if (rows != ROWS)
		client_die("too few raw rows", S_FALSE);
	return began;
}

int
main(int argc, char **argv)
{
	double times[4][ROUNDS];
	struct client client;

	if (argc < 2)
		return 64;
	if (argc > 2)
		count = atoi(argv[2]);
	if (count < ROWS || !(ids = calloc((size_t)count, sizeof(*ids))))
		return 64;
	client_open(&client);
	store = client.store;
	open_inbox();
	name_tags();
	for (int i = 0; i < count; i++)
		save_one(i);
	fill_raw(argv[1]);
	for (int i = 0; i < ROUNDS; i++) {
		times[0][i] = read_messages();
		times[1][i] = read_blobs();
		times[2][i] = query_rows();
		times[3][i] = raw_rows();
	}
	for (int i = 0; i < 4; i++)
		printf("%.2f%c", median(times[i]), i < 3 ? ' ' : '\n');
	inbox->lpVtbl->Release(inbox);
	client_close(&client);
	return 0;
}
