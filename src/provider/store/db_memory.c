/* SPDX-License-Identifier: MIT */
/* A store's database that is no file: see relay.h. */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <mapicode.h>
#include "db_private.h"
#include "hr.h"

static struct db *
memory_new(void)
{
	struct db *db = g_new0(struct db, 1);

	db->path = g_strdup("(memory)");
	db->statements = g_hash_table_new(g_direct_hash, g_direct_equal);
	/* Only to have something to lock: SQLite's own locks keep connections apart here. */
	db->lock = memfd_create("emapi-lock", MFD_CLOEXEC);
	return db;
}

static HRESULT
memory_connect(struct db *db, const char *name)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	g_autofree char *path = g_strconcat("/emapi-", name, NULL); /* '/': shared by name */
	HRESULT hr = hr_from_sqlite(sqlite3_open_v2(path, &db->sqlite, flags, "memdb"));

	if (!db->sqlite)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (FAILED(hr))
		return hr;
	sqlite3_extended_result_codes(db->sqlite, 1);
	sqlite3_busy_timeout(db->sqlite, 10000);
	hr = db_exec(db, "PRAGMA journal_mode=MEMORY", "");
	if (SUCCEEDED(hr))
		hr = db_exec(db, "PRAGMA synchronous=OFF", "");
	if (SUCCEEDED(hr))
		hr = db_exec(db, "PRAGMA recursive_triggers=ON", "");
	if (SUCCEEDED(hr))
		hr = db_exec(db, "PRAGMA temp_store=MEMORY", "");
	return hr;
}

/* Once for all connections. */
static HRESULT
memory_fill(struct db *db, const MAPIUID *uid)
{
	gint64 application = 0;
	HRESULT hr = db_begin(db);

	if (FAILED(hr))
		return hr;
	hr = db_int(db, &application, "PRAGMA application_id", "");
	if (SUCCEEDED(hr) && !application) {
		hr = schema_create(db);
		if (SUCCEEDED(hr))
			hr = db_exec(db, "UPDATE meta SET value = ? WHERE key = 'uid'", "b", uid,
			    sizeof(*uid));
	}
	return db_end(db, hr, DB_RELAXED);
}

HRESULT
db_open_memory(const char *name, const MAPIUID *uid, struct db **out, char **why)
{
	struct db *db = memory_new();
	HRESULT hr = db->lock < 0 ? hr_from_errno(errno) : memory_connect(db, name);

	*out = NULL;
	*why = NULL;
	if (SUCCEEDED(hr))
		hr = memory_fill(db, uid);
	if (FAILED(hr)) {
		*why =
		    g_strdup_printf("A message store in memory cannot be made: %s.", hr_text(hr));
		db_close(db);
		return hr;
	}
	*out = db;
	return S_OK;
}
