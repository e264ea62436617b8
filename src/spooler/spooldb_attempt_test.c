/* SPDX-License-Identifier: MIT */
/* The records of tries are bounded, however long a message is tried. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <glib/gstdio.h>
#include <mapicode.h>
#include "spooldb_private.h"

#define HOUR (3600 * (gint64)G_USEC_PER_SEC)
#define TRIES 300

static gint64
add_message(struct spooldb *db, GBytes *profile, gint64 now, const char *client)
{
	struct spool_message *m = spool_message_create();
	struct spool_recipient *r = spool_recipient_create();
	gint64 id = 0;

	g_bytes_unref(m->entry);
	m->entry = g_bytes_new("m", 1);
	m->submitted = now;
	m->client = g_strdup(client);
	g_ptr_array_add(m->recipients, r);
	assert_int_equal(spooldb_add(db, profile, m, 0, now, &id), S_OK);
	spool_message_free(m);
	return id;
}

/* One try, refused for now in these words; the time of the next. */
static gint64
refuse(struct spooldb *db, GBytes *profile, gint64 now, char **journey)
{
	struct lease *lease = NULL;
	struct report *report;
	enum spool_act act;
	gint64 again;

	assert_int_equal(spooldb_lease(db, profile, now, &lease, &again), S_OK);
	assert_non_null(lease);
	report = report_create(lease->id, lease->entry, "way");
	g_ptr_array_add(report->verdicts, verdict_create(0, VERDICT_TEMPORARY, "not now"));
	g_free(report->journey);
	report->journey = g_strjoinv("\n", journey);
	assert_int_equal(spooldb_report(db, report, now, &act), S_OK);
	assert_int_equal(act, ACT_RETRY);
	assert_int_equal(spooldb_settle(db, lease->id, act, "", now), S_OK);
	report_free(report);
	lease_free(lease);
	return spooldb_next_due(db, profile);
}

/* The first and the last lines of a try are there, and when the next one is; its size. */
static gsize
check_record(const struct spool_attempt *attempt, char **said)
{
	char **lines = attempt->journey;
	guint count = g_strv_length(lines);
	gsize size = 0;

	assert_string_equal(attempt->transport, "way");
	assert_string_equal(lines[0], said[0]);
	assert_string_equal(lines[count - 2], said[g_strv_length(said) - 1]);
	assert_true(g_str_has_prefix(lines[count - 1], "* next-try: "));
	for (guint i = 0; i < count; i++)
		size += strlen(lines[i]);
	return size;
}

static void
first_and_last_tries_are_kept(void **state)
{
	struct retry_policy policy = { HOUR, HOUR, 10000 * HOUR };
	g_autoptr(GBytes) profile = g_bytes_new("profile-0123456", 16);
	g_autoptr(GPtrArray) said = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *folder = g_dir_make_tmp("spooldb-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "spool.db", NULL);
	static const char *const files[] = { "", "-wal", "-shm", ".reserve" };
	g_autofree char *why = NULL;
	struct spool_message *m = NULL;
	struct spooldb *db = NULL;
	gint64 now = 10000 * HOUR, id;
	gsize size = 0;

	for (int i = 0; i < 2000; i++)
		g_ptr_array_add(said, g_strdup_printf("< 451-line %d that nobody reads", i));
	g_ptr_array_add(said, NULL);
	assert_int_equal(spooldb_open(path, &policy, &db, &why), S_OK);
	id = add_message(db, profile, now, NULL);
	for (int i = 0; i < TRIES; i++)
		now = refuse(db, profile, now, (char **)said->pdata);
	assert_int_equal(spooldb_load(db, id, true, &m), S_OK);
	assert_int_equal(m->tries, TRIES);
	assert_int_equal(m->attempts->len, 64);
	for (guint i = 0; i < m->attempts->len; i++) {
		const struct spool_attempt *attempt = g_ptr_array_index(m->attempts, i);

		if (i == 8)
			assert_string_equal(attempt->text, "237 tries are left out here");
		else
			size += check_record(attempt, (char **)said->pdata);
	}
	assert_in_range(size, 512 * 1024, 1024 * 1024);
	spool_message_free(m);
	spooldb_close(db);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *name = g_strconcat(path, files[i], NULL);

		g_remove(name);
	}
	assert_int_equal(g_rmdir(folder), 0);
}

/* It is no try, and stays where tries are left out. */
static void
what_the_client_did_is_kept_beside_the_tries(void **state)
{
	struct retry_policy policy = { HOUR, HOUR, 10000 * HOUR };
	g_autoptr(GBytes) profile = g_bytes_new("profile-0123456", 16);
	static const char *const files[] = { "", "-wal", "-shm", ".reserve" };
	char *said[] = { (char *)(uintptr_t) "< 451 later", NULL };
	g_autofree char *folder = g_dir_make_tmp("spooldb-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "spool.db", NULL);
	g_autofree char *why = NULL;
	struct spool_message *m = NULL;
	struct spooldb *db = NULL;
	gint64 now = 10000 * HOUR, id;

	assert_int_equal(spooldb_open(path, &policy, &db, &why), S_OK);
	id = add_message(db, profile, now, "* program: mapisend\n* process: 7");
	for (int i = 0; i < 70; i++)
		now = refuse(db, profile, now, said);
	assert_int_equal(spooldb_load(db, id, true, &m), S_OK);
	assert_string_equal(m->client, "* program: mapisend\n* process: 7");
	assert_int_equal(m->attempts->len, 63);
	assert_string_equal(
	    ((const struct spool_attempt *)m->attempts->pdata[0])->transport, "way");
	spool_message_free(m);
	spooldb_close(db);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *name = g_strconcat(path, files[i], NULL);

		g_remove(name);
	}
	assert_int_equal(g_rmdir(folder), 0);
}

/* As records were written before. */
static GBytes *
earlier_record(const char *const *lines)
{
	g_autoptr(GVariant) record = g_variant_ref_sink(g_variant_new(
	    "(xss@as)", (gint64)1234567, "way", "1 accepted", g_variant_new_strv(lines, -1)));

	return g_variant_get_data_as_bytes(record);
}

static void
records_of_earlier_builds_are_read(void **state)
{
	const char *const lines[] = { "> one\n< two", "* next-try: soon", NULL };
	g_autoptr(GBytes) bytes = earlier_record(lines);
	struct spool_attempt *a = spooldb_read_attempt(bytes);

	assert_int_equal(a->when, 1234567);
	assert_string_equal(a->transport, "way");
	assert_string_equal(a->text, "1 accepted");
	assert_int_equal(g_strv_length(a->journey), 3);
	assert_string_equal(a->journey[1], "< two");
	spool_attempt_free(a);
}

/* Any part of a record, or of what is none, reads as something. */
static void
a_damaged_record_is_read_as_far_as_it_goes(void **state)
{
	static const char whole[] = "\1\2\3\4\5\6\0\1way\0text\0* one\n\xff two";

	for (gsize size = 0; size < sizeof(whole); size++) {
		g_autofree char *part = g_memdup2(whole, size); /* for the sanitizer to see */
		g_autoptr(GBytes) bytes = g_bytes_new(part, size);
		struct spool_attempt *a = spooldb_read_attempt(bytes);

		assert_non_null(a->transport);
		assert_non_null(a->text);
		assert_non_null(a->journey);
		for (char **line = a->journey; *line; line++)
			assert_true(g_utf8_validate(*line, -1, NULL));
		spool_attempt_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_client_did_is_kept_beside_the_tries),
		cmocka_unit_test(records_of_earlier_builds_are_read),
		cmocka_unit_test(a_damaged_record_is_read_as_far_as_it_goes),
		cmocka_unit_test(first_and_last_tries_are_kept),
	};

	return cmocka_run_group_tests_name("spooldb_attempt", tests, NULL, NULL);
}
