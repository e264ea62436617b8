/* SPDX-License-Identifier: MIT */
/*
 * Power loss (design D3 and D4): clients submit while a spooler files and checkpoints run, all on a
 * disk that keeps a record (recorder.h).  Then the record is cut at many points, what was not
 * synced is dropped, kept, picked from and torn, and after each cut the store must open, pass
 * SQLite's check, and have every message whose SubmitMessage had answered S_OK, whole.
 *
 * The messages go through the store provider (MSProviderInit), so what is shown is its commit: the
 * log is synced after the lock was given back (db_end()).
 *
 *	powerloss [CUTS]	how many points of the record are tried, in four ways each
 */
#include <stdarg.h>
#include <stdbool.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <sqlite3.h>
#include "com.h"
#include "mem.h"
#include "recorder.h"
#include "testing/store_double.h"

#define SUBMITTERS 3
#define ROUNDS 3
#define PER_ROUND 12 /* messages of one submitter in one round */
#define ATTACHMENT 150000

static guint cuts = 60;
static char *store_path;
static gint running; /* submitters still at work */
static gint round_now;

/* --- What a message consists of ------------------------------------------------------------- */

/* A number names the message; its texts follow from it. */
static gint64
number_of(int submitter, int round, int message)
{
	return ((gint64)submitter * ROUNDS + round) * PER_ROUND + message + 1;
}

static gsize
body_size(gint64 number)
{
	static const gsize sizes[] = { 100, 3000, 20000, 70000, 500 };

	return sizes[number % (gint64)G_N_ELEMENTS(sizes)];
}

static bool
has_attachment(gint64 number)
{
	return number % 5 == 4;
}

static char *
pattern(gint64 number, gsize size)
{
	char *text = g_malloc(size + 1);

	for (gsize i = 0; i < size; i++)
		text[i] = (char)('a' + (number * 7 + (gint64)i * 11) % 26);
	text[size] = '\0';
	return text;
}

/* --- Submitting ------------------------------------------------------------------------------- */

static void
must(HRESULT hr, const char *what)
{
	if (SUCCEEDED(hr))
		return;
	fprintf(stderr, "%s: 0x%08X\n", what, (unsigned)hr);
	abort();
}

static void
attach(IMessage *message, gint64 number)
{
	g_autofree char *data = pattern(number, ATTACHMENT);
	IAttach *attachment = NULL;
	IStream *stream = NULL;
	ULONG at;

	must(message->lpVtbl->CreateAttach(message, NULL, 0, &at, &attachment), "CreateAttach");
	must(attachment->lpVtbl->OpenProperty(attachment, PR_ATTACH_DATA_BIN, &IID_IStream, 0,
		 MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&stream),
	    "OpenProperty");
	must(stream->lpVtbl->Write(stream, data, ATTACHMENT, NULL), "Write");
	must(stream->lpVtbl->Commit(stream, 0), "Commit");
	must(attachment->lpVtbl->SaveChanges(attachment, 0), "SaveChanges");
	COM_CLEAR(stream);
	COM_CLEAR(attachment);
}

static void
submit(IMAPIFolder *outbox, gint64 number)
{
	g_autofree char *subject = g_strdup_printf("%" G_GINT64_FORMAT, number);
	g_autofree char *body = pattern(number, body_size(number));
	IMessage *message = double_letter(outbox, subject, "bob@example.test");

	double_set_text(message, PR_BODY_A, body);
	if (has_attachment(number))
		attach(message, number);
	must(message->lpVtbl->SubmitMessage(message, 0), "SubmitMessage");
	recorder_promise(number);
	COM_CLEAR(message);
}

static gpointer
submitter(gpointer index)
{
	IMsgStore *store = NULL;
	IMAPIFolder *outbox;

	must(double_logon(store_path, false, &store, NULL), "logon");
	outbox = double_folder(store, PR_IPM_OUTBOX_ENTRYID);
	for (int i = 0; i < PER_ROUND; i++)
		submit(outbox, number_of(GPOINTER_TO_INT(index), round_now, i));
	COM_CLEAR(outbox);
	COM_CLEAR(store);
	g_atomic_int_add(&running, -1);
	return NULL;
}

/* --- Beside it ------------------------------------------------------------------------------ */

static void
finish(IMsgStore *store, const SPropValue *id)
{
	IMessage *message = NULL;

	must(double_open(store, id, MAPI_MODIFY, &message), "OpenEntry");
	must(store->lpVtbl->SetLockState(store, message, MSG_LOCKED), "SetLockState");
	COM_CLEAR(message);
	must(store->lpVtbl->FinishedMsg(
		 store, 0, id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb),
	    "FinishedMsg");
}

/* The spooler's part: every second message of the queue is filed. */
static gpointer
filer(gpointer unused)
{
	IMsgStore *store = NULL;

	must(double_logon(store_path, true, &store, NULL), "logon");
	while (g_atomic_int_get(&running) > 0) {
		IMAPITable *table = NULL;
		SRowSet *rows;

		must(store->lpVtbl->GetOutgoingQueue(store, 0, &table), "GetOutgoingQueue");
		rows = double_rows(table, 1000);
		for (ULONG i = 0; i < rows->cRows; i += 2)
			finish(store, double_column(rows, i, PR_ENTRYID));
		double_rows_free(rows);
		COM_CLEAR(table);
		g_usleep(3000);
	}
	COM_CLEAR(store);
	return NULL;
}

/* Checkpoints of all kinds, by a connection as the store's are. */
static gpointer
checkpointer(gpointer unused)
{
	static const int kinds[] = { SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL,
		SQLITE_CHECKPOINT_RESTART, SQLITE_CHECKPOINT_TRUNCATE };
	sqlite3 *db = NULL;

	if (sqlite3_open(store_path, &db) != SQLITE_OK)
		abort();
	sqlite3_exec(db, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
	while (g_atomic_int_get(&running) > 0) {
		sqlite3_wal_checkpoint_v2(db, NULL, kinds[g_random_int_range(0, 4)], NULL, NULL);
		g_usleep((gulong)g_random_int_range(500, 8000));
	}
	sqlite3_close(db);
	return NULL;
}

/* After each round nobody has the store open: the next one makes a new log. */
static void
run_round(int round)
{
	GThread *threads[SUBMITTERS + 2];

	round_now = round;
	running = SUBMITTERS;
	for (int i = 0; i < SUBMITTERS; i++)
		threads[i] = g_thread_new("submit", submitter, GINT_TO_POINTER(i));
	threads[SUBMITTERS] = g_thread_new("file", filer, NULL);
	threads[SUBMITTERS + 1] = g_thread_new("checkpoint", checkpointer, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
}

/* --- After the power loss ------------------------------------------------------------------- */

/* number -> entry ID (SPropValue, of `keep`). */
static void
take_rows(IMAPITable *table, GHashTable *found, GPtrArray *keep)
{
	SizedSPropTagArray(2, columns) = { 2, { PR_SUBJECT_A, PR_ENTRYID } };
	SRowSet *rows;

	must(table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0), "SetColumns");
	rows = double_rows(table, 10000);
	for (ULONG i = 0; i < rows->cRows; i++) {
		const SPropValue *row = rows->aRow[i].lpProps;

		g_hash_table_insert(found,
		    GINT_TO_POINTER((int)g_ascii_strtoll(row[0].Value.lpszA, NULL, 10)),
		    (gpointer)(uintptr_t)&row[1]);
	}
	g_ptr_array_add(keep, rows);
	COM_CLEAR(table);
}

static void
keep_free(gpointer rows)
{
	double_rows_free(rows);
}

static char *
check_stream(void *object, ULONG tag, gint64 number, gsize size)
{
	g_autofree char *expected = pattern(number, size);
	g_autofree char *data = g_malloc(size + 1);
	IMAPIProp *prop = object;
	IStream *stream = NULL;
	ULONG got = 0;
	HRESULT hr =
	    prop->lpVtbl->OpenProperty(prop, tag, &IID_IStream, 0, 0, (IUnknown **)(void *)&stream);

	if (SUCCEEDED(hr))
		hr = stream->lpVtbl->Read(stream, data, (ULONG)size + 1, &got);
	COM_CLEAR(stream);
	if (FAILED(hr))
		return g_strdup_printf("0x%08X cannot be read: 0x%08X", tag, (unsigned)hr);
	if (got != size || memcmp(data, expected, size) != 0)
		return g_strdup_printf("0x%08X has other bytes (%u of %zu)", tag, got, size);
	return NULL;
}

static char *
check_attachment(IMessage *message, gint64 number)
{
	IAttach *attachment = NULL;
	HRESULT hr = message->lpVtbl->OpenAttach(message, 0, NULL, 0, &attachment);
	char *error;

	if (FAILED(hr))
		return g_strdup_printf("no attachment: 0x%08X", (unsigned)hr);
	error = check_stream(attachment, PR_ATTACH_DATA_BIN, number, ATTACHMENT);
	COM_CLEAR(attachment);
	return error;
}

static char *
check_recipients(IMessage *message)
{
	IMAPITable *table = NULL;
	ULONG count = 0;
	HRESULT hr = message->lpVtbl->GetRecipientTable(message, 0, &table);

	if (SUCCEEDED(hr))
		hr = table->lpVtbl->GetRowCount(table, 0, &count);
	COM_CLEAR(table);
	return SUCCEEDED(hr) && count == 1 ? NULL : g_strdup("its recipient is gone");
}

static char *
check_message(IMsgStore *store, const SPropValue *id, gint64 number)
{
	IMessage *message = NULL;
	HRESULT hr = double_open(store, id, 0, &message);
	char *error;

	if (FAILED(hr))
		return g_strdup_printf("cannot be opened: 0x%08X", (unsigned)hr);
	error = check_stream(message, PR_BODY_A, number, body_size(number));
	if (!error)
		error = check_recipients(message);
	if (!error && has_attachment(number))
		error = check_attachment(message, number);
	COM_CLEAR(message);
	return error;
}

static char *
check_integrity(const char *path)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	char *error = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		error = g_strdup_printf("SQLite: %s", sqlite3_errmsg(db));
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
		error = g_strdup((const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return error;
}

/* Every promised message is in the queue or in Sent Items, and whole. */
static char *
check_promises(IMsgStore *store, const GArray *promises)
{
	g_autoptr(GHashTable) found = g_hash_table_new(NULL, NULL);
	g_autoptr(GPtrArray) keep = g_ptr_array_new_with_free_func(keep_free);
	IMAPIFolder *sent = double_folder(store, PR_IPM_SENTMAIL_ENTRYID);
	IMAPITable *table = NULL;
	char *error = NULL;

	must(store->lpVtbl->GetOutgoingQueue(store, 0, &table), "GetOutgoingQueue");
	take_rows(table, found, keep);
	must(sent->lpVtbl->GetContentsTable(sent, 0, &table), "GetContentsTable");
	take_rows(table, found, keep);
	for (guint i = 0; i < promises->len && !error; i++) {
		gint64 number = g_array_index(promises, gint64, i);
		const SPropValue *id = g_hash_table_lookup(found, GINT_TO_POINTER((int)number));
		g_autofree char *why = id ? check_message(store, id, number) : g_strdup("is lost");

		if (why)
			error = g_strdup_printf("message %" G_GINT64_FORMAT " %s", number, why);
	}
	COM_CLEAR(sent);
	return error;
}

static char *
check_image(const char *folder, const GArray *promises)
{
	g_autofree char *path = g_build_filename(folder, "test.store", NULL);
	IMsgStore *store = NULL;
	char *why = NULL, *error = check_integrity(path);

	if (error)
		return error;
	if (FAILED(double_logon(path, false, &store, &why)))
		return g_strdup_printf("the store cannot be opened: %s", why ? why : "?");
	error = check_promises(store, promises);
	COM_CLEAR(store);
	return error;
}

static void
empty_folder(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		g_unlink(path);
	}
	if (dir)
		g_dir_close(dir);
}

/* --- The tests ------------------------------------------------------------------------------ */

static struct place place;
static char image[] = "/dev/shm/emapi-powerloss-XXXXXX";

/* What is wrong after a cut at the point with so much left; NULL if nothing. */
static char *
cut_at(guint point, enum leftover left, GRand *chance)
{
	g_autoptr(GArray) promises = recorder_promises(point);
	g_autofree char *error = NULL;

	recorder_replay(point, left, chance, image);
	error = check_image(image, promises);
	empty_folder(image);
	return error ? g_strdup_printf("cut at %u of %u, leftover kind %d: %s", point,
			   recorder_points(), left, error)
		     : NULL;
}

static char *
cut_all_ways(guint point, GRand *chance)
{
	char *error = NULL;

	for (int left = 0; left < LEFT_KINDS && !error; left++)
		error = cut_at(point, (enum leftover)left, chance);
	return error;
}

/* Half of the cuts are where a sync or a promise has just been: there most can go wrong. */
static void
no_submitted_message_is_lost(void **state)
{
	guint32 seed = g_random_int();
	g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
	char *error = cut_all_ways(recorder_points(), chance);

	for (guint i = 0; i < cuts && !error; i++) {
		guint point = (guint)g_rand_int_range(chance, 0, (gint32)recorder_points() + 1);

		while (i % 2 && point < recorder_points() && !recorder_is_edge(point))
			point++;
		error = cut_all_ways(point, chance);
	}
	if (error)
		fail_msg("seed %u: %s", seed, error);
}

/* On a disk that does not sync when told to, the same cuts lose mail: the test sees such things. */
static void
a_lying_disk_loses_messages(void **state)
{
	g_autoptr(GRand) chance = g_rand_new();
	g_autofree char *error = NULL;

	recorder_replay_lying(TRUE);
	error = cut_at(recorder_points(), LEFT_NOTHING, chance);
	recorder_replay_lying(FALSE);
	assert_non_null(error);
}

static int
record_rounds(void **state)
{
	struct recorder_counts counts;
	IMsgStore *store = NULL;

	place_make(&place);
	store_path = place.path;
	must(double_logon(place.path, false, &store, NULL), "logon"); /* makes the file */
	COM_CLEAR(store);
	recorder_start(place.folder);
	for (int round = 0; round < ROUNDS; round++)
		run_round(round);
	recorder_stop();
	counts = recorder_counts();
	print_message("# %u writes, %u syncs, %u truncations, %u deletions; %d messages; "
		      "%u cuts in %d ways\n",
	    counts.writes, counts.syncs, counts.truncations, counts.deletions,
	    SUBMITTERS * ROUNDS * PER_ROUND, cuts + 1, LEFT_KINDS);
	return mkdtemp(image) ? 0 : -1;
}

static int
clean_up(void **state)
{
	g_rmdir(image);
	place_free(&place);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_submitted_message_is_lost),
		cmocka_unit_test(a_lying_disk_loses_messages),
	};

	if (argc > 1)
		cuts = (guint)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests_name("power loss", tests, record_rounds, clean_up);
}
