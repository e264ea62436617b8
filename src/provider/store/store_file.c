/* SPDX-License-Identifier: MIT */
/* IEmapiStoreFile: the store's file as a whole.  Contract: emapistore.h. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "db_private.h"
#include "hr.h"
#include "mem.h"
#include "paths.h"

#define PROBLEMS_MAX 100

static struct store *
store_from(IEmapiStoreFile *iface)
{
	return COM_OBJECT(iface, struct store, ifile);
}

COM_UNKNOWN(file, struct store, ifile, IEmapiStoreFile)

/* --- Check --------------------------------------------------------------------------------- */

/* Each gives a row for each problem: its sentence.  A read transaction holds them together. */
static const char *const checks[] = {
	"SELECT integrity_check FROM pragma_integrity_check(100) WHERE integrity_check <> 'ok'",
	"SELECT 'folder ' || id || ' (' || name || '): its count of messages says ' || contents || "
	"', and there is ' || n FROM (SELECT id, name, contents, (SELECT count(*) FROM message m"
	" WHERE m.folder = f.id AND m.associated = 0) + (SELECT count(*) FROM found"
	" WHERE found.folder = f.id) AS n FROM folder f) WHERE n <> contents",
	"SELECT 'folder ' || id || ' (' || name || '): its count of unread messages says ' || "
	"unread"
	" || ', and there is ' || n FROM (SELECT id, name, unread, (SELECT count(*) FROM message m"
	" WHERE m.folder = f.id AND m.associated = 0 AND (m.flags & 1) = 0) + (SELECT count(*)"
	" FROM found JOIN message m ON m.id = found.message WHERE found.folder = f.id AND"
	" (m.flags & 1) = 0) AS n FROM folder f) WHERE n <> unread",
	"SELECT 'folder ' || id || ' (' || name || ') lies in folder ' || parent || ', which is not"
	" there' FROM folder WHERE parent <> 0 AND parent NOT IN (SELECT id FROM folder)",
	"SELECT 'message ' || id || ' lies in folder ' || folder || ', which is not there'"
	" FROM message WHERE folder > 0 AND folder NOT IN (SELECT id FROM folder)",
	"SELECT 'message ' || id || ' lies in attachment ' || -folder || ', which is not there'"
	" FROM message WHERE folder < 0 AND -folder NOT IN (SELECT id FROM attachment)",
	"SELECT 'recipient ' || row || ' is of message ' || message || ', which is not there'"
	" FROM recipient WHERE message NOT IN (SELECT id FROM message)",
	"SELECT 'attachment ' || id || ' is of message ' || message || ', which is not there'"
	" FROM attachment WHERE message NOT IN (SELECT id FROM message)",
	"SELECT 'the outgoing queue has message ' || message || ', which is not there'"
	" FROM queue WHERE message NOT IN (SELECT id FROM message)",
	"SELECT 'message ' || id || ' and the outgoing queue do not agree whether it waits'"
	" FROM message WHERE queued IS NOT (SELECT seq FROM queue WHERE seq = queued AND message ="
	" message.id)",
	"SELECT 'the outgoing queue has message ' || queue.message || ' twice' FROM queue"
	" JOIN message ON message.id = queue.message WHERE queued IS NOT seq",
	"SELECT 'the long value ' || id || ' is of message ' || owner || ', which is not there'"
	" FROM lob WHERE kind = 1 AND owner NOT IN (SELECT id FROM message)",
	"SELECT 'the long value ' || id || ' is of attachment ' || owner || ', which is not there'"
	" FROM lob WHERE kind = 2 AND owner NOT IN (SELECT id FROM attachment)",
	"SELECT 'the long value ' || id || ': its size says ' || size || ', and there is ' || n"
	" FROM (SELECT id, size, ifnull((SELECT sum(length(data)) FROM chunk WHERE chunk.id BETWEEN"
	" lob.id << 24 AND (lob.id << 24) | 16777215), 0) AS n FROM lob WHERE kind <> 0)"
	" WHERE n <> size",
};

static HRESULT
collect(struct db *db, const char *sql, GPtrArray *problems)
{
	sqlite3_stmt *row;
	HRESULT hr = db_query(db, &row, sql, "");

	if (FAILED(hr))
		return hr;
	while ((hr = db_next(db, row)) == S_OK) {
		const char *text = (const char *)sqlite3_column_text(row, 0);

		g_ptr_array_add(problems, g_strdup(text ? text : "?"));
		if (problems->len >= PROBLEMS_MAX) {
			db_done(row);
			return S_OK;
		}
	}
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
check_all(struct db *db, GPtrArray *problems)
{
	HRESULT hr = db_exec(db, "BEGIN", ""), ended;

	if (FAILED(hr))
		return hr;
	for (size_t i = 0; i < G_N_ELEMENTS(checks) && SUCCEEDED(hr); i++)
		if (problems->len < PROBLEMS_MAX)
			hr = collect(db, checks[i], problems);
	ended = db_exec(db, "COMMIT", "");
	return FAILED(hr) ? hr : ended;
}

static HRESULT
hand_over(const GPtrArray *problems, LPSTR **out)
{
	LPSTR *list = mem_zalloc(NULL, (problems->len + 1) * sizeof(*list));

	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (guint i = 0; i < problems->len; i++) {
		list[i] = mem_strdup(list, problems->pdata[i]);
		if (!list[i]) {
			mem_free(list);
			return MAPI_E_NOT_ENOUGH_MEMORY;
		}
	}
	*out = list;
	return S_OK;
}

static HRESULT
file_Check(IEmapiStoreFile *This, ULONG flags, ULONG *count, LPSTR **problems)
{
	struct store *store = store_from(This);
	GPtrArray *found;
	HRESULT hr;

	if (!count || !problems)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*problems = NULL;
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	found = g_ptr_array_new_with_free_func(g_free);
	hr = check_all(store->db, found);
	if (SUCCEEDED(hr))
		hr = hand_over(found, problems);
	if (SUCCEEDED(hr))
		*count = found->len;
	g_ptr_array_unref(found);
	return store_leave(store, hr);
}

/* --- Backup -------------------------------------------------------------------------------- */

/* All pages in one step: one read transaction, so that writers, who append to the log, neither
 * wait nor make it begin anew. */
static HRESULT
copy_pages(struct db *db, sqlite3 *target)
{
	sqlite3_backup *backup = sqlite3_backup_init(target, "main", db->sqlite, "main");
	int code;

	if (!backup)
		return hr_from_sqlite(sqlite3_errcode(target));
	code = sqlite3_backup_step(backup, -1);
	if (code == SQLITE_DONE)
		code = SQLITE_OK;
	if (code == SQLITE_OK)
		code = sqlite3_backup_finish(backup);
	else
		sqlite3_backup_finish(backup);
	return db_failed(db, code, "a backup");
}

static HRESULT
copy_to(struct db *db, const char *path)
{
	sqlite3 *target = NULL;
	int code = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE, NULL);
	HRESULT hr = hr_from_sqlite(code);

	if (SUCCEEDED(hr))
		hr = copy_pages(db, target);
	code = sqlite3_close(target);
	return FAILED(hr) ? hr : hr_from_sqlite(code);
}

/* Creates PATH.part, which must not be there, with nothing in it. */
static HRESULT
make_part(const char *part)
{
	int fd = open(part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		return hr_from_errno(errno);
	close(fd);
	return S_OK;
}

static HRESULT
sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	HRESULT hr = S_OK;

	if (fd < 0 || fsync(fd) != 0)
		hr = hr_from_errno(errno);
	if (fd >= 0)
		close(fd);
	return hr;
}

static HRESULT
backup_to(struct db *db, const char *path)
{
	char *part = g_strconcat(path, ".part", NULL);
	HRESULT hr = access(path, F_OK) == 0 ? MAPI_E_COLLISION : make_part(part);

	if (SUCCEEDED(hr)) {
		hr = copy_to(db, part);
		if (SUCCEEDED(hr))
			hr = sync_file(part);
		/* Unlike rename(), never over a file that came meanwhile. */
		if (SUCCEEDED(hr) && link(part, path) != 0)
			hr = hr_from_errno(errno);
		unlink(part);
		if (SUCCEEDED(hr))
			paths_sync_parent(path);
	}
	g_free(part);
	return hr;
}

static HRESULT
file_Backup(IEmapiStoreFile *This, ULONG flags, LPCSTR path)
{
	struct store *store = store_from(This);
	HRESULT hr;

	if (!path || !*path)
		return MAPI_E_INVALID_PARAMETER;
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = store_enter(store);
	return FAILED(hr) ? hr : store_leave(store, backup_to(store->db, path));
}

const IEmapiStoreFileVtbl store_file_vtbl = {
	.QueryInterface = file_QueryInterface,
	.AddRef = file_AddRef,
	.Release = file_Release,
	.Check = file_Check,
	.Backup = file_Backup,
};
