/* SPDX-License-Identifier: MIT */
/* A spool.db of its own for each test, with a profile, a store and an entry to speak of.  To be
 * included after cmocka.h. */
#ifndef EMAPI_SPOOLER_TESTING_SPOOL_FILE_H
#define EMAPI_SPOOLER_TESTING_SPOOL_FILE_H

#include <glib/gstdio.h>
#include <mapicode.h>
#include "spooldb.h"

#define SECOND (gint64) G_USEC_PER_SEC
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct fixture {
	char *folder, *path;
	GBytes *profile, *store, *entry;
	struct spooldb *db;
	gint64 now; /* of the test; begins at 10,000 days */
};

/* As a scheduler that starts. */
static void
reopen(struct fixture *f)
{
	struct retry_policy policy = { MINUTE, 60 * MINUTE, 5 * DAY };
	char *why = NULL;

	spooldb_close(f->db);
	f->db = NULL;
	assert_int_equal(spooldb_open(f->path, &policy, &f->db, &why), S_OK);
	assert_null(why);
	assert_int_equal(spooldb_recover(f->db, f->now), S_OK);
}

static int
setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->folder = g_dir_make_tmp("spooldb-XXXXXX", NULL);
	f->path = g_build_filename(f->folder, "spool.db", NULL);
	f->profile = g_bytes_new("profile-0123456", 16);
	f->store = g_bytes_new("store-012345678", 16);
	f->entry = g_bytes_new("entry", 5);
	f->now = 10000 * DAY;
	reopen(f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const files[] = { "", "-wal", "-shm", ".reserve" };
	struct fixture *f = *state;

	spooldb_close(f->db);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_strconcat(f->path, files[i], NULL);

		g_remove(path);
	}
	g_rmdir(f->folder);
	g_bytes_unref(f->profile);
	g_bytes_unref(f->store);
	g_bytes_unref(f->entry);
	g_free(f->path);
	g_free(f->folder);
	g_free(f);
	return 0;
}

#endif
