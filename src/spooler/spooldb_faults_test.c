/* SPDX-License-Identifier: MIT */
/*
 * Each write, truncation and sync of spool.db fails once, or from then on, with an I/O error or for
 * want of room, and each allocation of SQLite fails once, while two messages are sent.  A step that
 * fails is done again, as the worker does, until the disk is mended.  Whatever S_OK was said of
 * holds after all is opened anew: nobody who was told to have the mail is sent it again, and nobody
 * who was not is forgotten.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <glib/gstdio.h>
#include <mapicode.h>
#include <sqlite3.h>
#include "spooldb.h"
#include "../provider/store/testing/faults.h"

#define SECOND (gint64) G_USEC_PER_SEC
#define MINUTE (60 * SECOND)
#define DAY (24 * 60 * MINUTE)
#define MESSAGES 2
#define RECIPIENTS 3

/* The second recipient is refused for now at the first try, the third for good. */
static const enum verdict_class verdicts[2][RECIPIENTS] = {
	{ VERDICT_ACCEPTED, VERDICT_TEMPORARY, VERDICT_PERMANENT },
	{ VERDICT_ACCEPTED, VERDICT_ACCEPTED, VERDICT_PERMANENT },
};

struct story {
	char *folder, *path;
	GBytes *profile, *store;
	struct spooldb *db;
	gint64 now;
	int given[MESSAGES][RECIPIENTS]; /* how often the server took it */
	int lost;                        /* verdicts that could not be written down */
	gint64 id[MESSAGES];
	bool told[MESSAGES]; /* by the worker, which does not tell twice */
};

static struct retry_policy policy = { MINUTE, 60 * MINUTE, 5 * DAY };

static GBytes *
entry_of(int message)
{
	g_autofree char *text = g_strdup_printf("message %d", message);

	return g_bytes_new(text, strlen(text));
}

static HRESULT
open_db(struct story *s)
{
	g_autofree char *why = NULL;
	HRESULT hr = S_OK;

	if (!s->db)
		hr = spooldb_open(s->path, &policy, &s->db, &why);
	return FAILED(hr) ? hr : spooldb_recover(s->db, s->now);
}

/* What the worker's scan does: it asks first, and tells only what is new. */
static HRESULT
scan(struct story *s, int message)
{
	g_autoptr(GBytes) entry = entry_of(message);
	struct spool_message *m;
	bool known = false;
	HRESULT hr;

	if (s->told[message])
		return S_OK;
	hr = spooldb_known(s->db, s->store, entry, 1000 * DAY, s->now, &known);
	s->told[message] = SUCCEEDED(hr);
	if (FAILED(hr) || known)
		return hr;
	m = spool_message_create();
	m->submitted = 1000 * DAY;
	g_bytes_unref(m->key);
	g_bytes_unref(m->store);
	g_bytes_unref(m->entry);
	m->key = g_bytes_ref(entry);
	m->store = g_bytes_ref(s->store);
	m->entry = g_bytes_ref(entry);
	for (guint32 i = 0; i < RECIPIENTS; i++) {
		struct spool_recipient *r = spool_recipient_create();

		r->row = i;
		r->kind = MAPI_TO;
		g_ptr_array_add(m->recipients, r);
	}
	hr = spooldb_add(s->db, s->profile, m, 0, s->now, &s->id[message]);
	spool_message_free(m);
	s->told[message] = SUCCEEDED(hr);
	return hr;
}

/* What the scheduler does when something was rolled back; nothing is in hand. */
static void
regain(struct story *s)
{
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(gint64));

	if (spooldb_lost(s->db) && SUCCEEDED(spooldb_regain(s->db, none, s->now)))
		memset(s->told, 0, sizeof(s->told));
}

/* The server's word for one recipient, told until it is written down; a worker has more patience,
 * but not for ever. */
static enum spool_act
deliver(struct story *s, const struct lease *lease, int message, guint32 row, int try)
{
	struct report *r = report_create(lease->id, lease->entry, "Test transport");
	enum spool_act act = ACT_RETRY;
	HRESULT hr = MAPI_E_CALL_FAILED;

	g_ptr_array_add(r->verdicts, verdict_create(row, verdicts[try][row], "words"));
	s->given[message][row] += verdicts[try][row] == VERDICT_ACCEPTED;
	for (int i = 0; i < 3 && FAILED(hr); i++)
		hr = spooldb_report(s->db, r, s->now, &act);
	s->lost += FAILED(hr);
	report_free(r);
	return act;
}

static int
message_of(const struct lease *lease)
{
	const char *text = g_bytes_get_data(lease->entry, NULL);

	return text[g_bytes_get_size(lease->entry) - 1] - '0';
}

/* One message to whom it is due; true when there was one. */
static bool
send_one(struct story *s, int try)
{
	enum spool_act act = ACT_RETRY;
	struct lease *lease = NULL;
	gint64 again;

	if (FAILED(spooldb_lease(s->db, s->profile, s->now, &lease, &again)) || !lease)
		return false;
	act = lease->act;
	for (guint i = 0; act == ACT_SEND && i < lease->due->len && !s->lost; i++) {
		guint32 row = g_array_index(lease->due, guint32, i);
		enum spool_act next = deliver(s, lease, message_of(lease), row, try);

		if (i + 1 == lease->due->len)
			act = next;
	}
	if (!s->lost)
		spooldb_settle(s->db, lease->id, act == ACT_SEND ? ACT_RETRY : act, "", s->now);
	lease_free(lease);
	return true;
}

/* As far as the disk allows. */
static void
tell(struct story *s)
{
	if (FAILED(open_db(s)))
		return;
	for (int try = 0; try < 2 && !s->lost; try++) {
		for (int i = 0; i < MESSAGES; i++)
			scan(s, i);
		for (int i = 0; i < 2 * MESSAGES && !s->lost && send_one(s, try); i++)
			spooldb_sync(s->db);
		regain(s);
		s->now += 10 * MINUTE;
	}
}

/* Without an end of the process in between. */
static void
go_on(struct story *s)
{
	regain(s);
	for (int i = 0; i < MESSAGES; i++)
		assert_int_equal(scan(s, i), S_OK);
	for (int i = 0; i < 10 && send_one(s, 1); i++)
		s->now += 2 * 60 * MINUTE;
}

/* The disk is mended: what is left is done, then all is as it should be.  Twice may have it only
 * whoever's verdict could not be written down (the worker keeps that in a file of its own). */
static void
finish(struct story *s, const char *what, unsigned long n)
{
	g_autoptr(GArray) left = NULL;
	int lost = s->lost, twice = 0;

	s->now += DAY;
	/* A worker whose verdict was not taken ends, and so must its message begin anew: as after
	 * the end of the process. */
	if (lost || n % 2 || !s->db) {
		spooldb_close(s->db);
		s->db = NULL;
		memset(s->told, 0, sizeof(s->told));
		assert_int_equal(open_db(s), S_OK);
	}
	s->lost = 0;
	go_on(s);
	for (int m = 0; m < MESSAGES; m++)
		for (int r = 0; r < RECIPIENTS; r++) {
			int more = s->given[m][r] - (verdicts[1][r] == VERDICT_ACCEPTED);

			if (more < 0)
				fail_msg(
				    "%s %lu fails: message %d, recipient %d: lost", what, n, m, r);
			twice += more;
		}
	if (twice > lost)
		fail_msg("%s %lu fails: %d sent twice, %d verdicts lost", what, n, twice, lost);
	left = spooldb_ids(s->db, false, 0, 10);
	assert_int_equal(left->len, 0);
}

static void
begin(struct story *s)
{
	memset(s, 0, sizeof(*s));
	s->folder = g_dir_make_tmp("spooldb-XXXXXX", NULL);
	s->path = g_build_filename(s->folder, "spool.db", NULL);
	s->profile = g_bytes_new("profile-0123456", 16);
	s->store = g_bytes_new("store-012345678", 16);
	s->now = 1000 * DAY;
}

static void
end(struct story *s)
{
	static const char *const files[] = { "", "-wal", "-shm", ".reserve" };

	spooldb_close(s->db);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_strconcat(s->path, files[i], NULL);

		g_remove(path);
	}
	g_rmdir(s->folder);
	g_bytes_unref(s->profile);
	g_bytes_unref(s->store);
	g_free(s->path);
	g_free(s->folder);
}

/* What fails: how the n-th is made to (0: none), and how many there were. */
struct kind {
	const char *name;
	void (*arm)(unsigned long n);
	unsigned long (*count)(void);
};

static const struct kind writes = { "write", faults_sqlite_io, faults_sqlite_writes };
static const struct kind allocations = { "allocation", faults_sqlite_memory,
	faults_sqlite_allocations };

/* With the n-th failing; how many there were. */
static unsigned long
fail_one(const struct kind *kind, unsigned long n, unsigned long *lost)
{
	unsigned long count;
	struct story s;

	begin(&s);
	kind->arm(n);
	tell(&s);
	count = kind->count();
	kind->arm(0);
	*lost += s.lost > 0;
	finish(&s, kind->name, n);
	end(&s);
	return count;
}

static void
each_fails(const struct kind *kind, bool lasting)
{
	unsigned long total, lost = 0;

	total = fail_one(kind, 0, &lost);
	assert_int_equal(lost, 0);
	for (unsigned long n = 1; n <= total; n += faults_stride() + n / 200)
		fail_one(kind, n, &lost);
	print_message(
	    "# each of %lu %ss; %lu times a verdict could not be kept\n", total, kind->name, lost);
	if (!lasting)
		assert_int_equal(lost, 0);
}

static void
each_write_fails(bool full, bool lasting)
{
	faults_sqlite_io_kind(full, lasting);
	each_fails(&writes, lasting);
}

static void
io_error_once(void **state)
{
	each_write_fails(false, false);
}

static void
no_room_once(void **state)
{
	each_write_fails(true, false);
}

static void
io_errors_from_then_on(void **state)
{
	each_write_fails(false, true);
}

static void
no_room_from_then_on(void **state)
{
	each_write_fails(true, true);
}

static void
every_allocation_of_sqlite_fails_once(void **state)
{
	each_fails(&allocations, false);
}

static int
install(void **state)
{
	faults_install();
	return 0;
}

/* With an argument: the test of that name alone. */
int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(io_error_once),
		cmocka_unit_test(no_room_once),
		cmocka_unit_test(io_errors_from_then_on),
		cmocka_unit_test(no_room_from_then_on),
		cmocka_unit_test(every_allocation_of_sqlite_fails_once),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("spooldb faults", tests, install, NULL);
}
