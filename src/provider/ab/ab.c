/* SPDX-License-Identifier: MIT */
/*
 * The personal address book: contacts and distribution lists in a file of their own, so that
 * several profiles may share one, the spooler's worker reads lists without a logon to a store, and
 * a machine's profile, whose store keeps nothing, has one too.
 *
 * A key is the entry's number in the file, 8 bytes little endian; numbers are never used again.
 */
#include <string.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapitags.h>
#include "abp.h"
#include "blob.h"
#include "changes.h"
#include "file.h"
#include "mem.h"
#include "paths.h"

/* --- Keys and properties ------------------------------------------------------------------- */

static GBytes *
key_of(gint64 id)
{
	guint64 number = GUINT64_TO_LE((guint64)id);

	return g_bytes_new(&number, sizeof number);
}

/* 0, which is nobody's, for what is no key. */
static gint64
id_of(GBytes *bytes)
{
	guint64 number = 0;

	if (bytes && g_bytes_get_size(bytes) == sizeof number)
		memcpy(&number, g_bytes_get_data(bytes, NULL), sizeof number);
	return (gint64)GUINT64_FROM_LE(number);
}

static HRESULT
read_props(sqlite3_stmt *statement, int column, struct bag *bag)
{
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr = S_OK;

	if (sqlite3_column_bytes(statement, column) > 0)
		hr = blob_decode(sqlite3_column_blob(statement, column),
		    (size_t)sqlite3_column_bytes(statement, column), &values, &count);
	if (SUCCEEDED(hr) && count)
		hr = bag_set_array(bag, values, count);
	mem_free(values);
	return hr;
}

static HRESULT
write_props(const struct bag *bag, GBytes **out)
{
	GByteArray *bytes = g_byte_array_new();
	HRESULT hr = blob_encode(bag_values(bag), bag_count(bag), bytes);

	*out = g_byte_array_free_to_bytes(bytes);
	return hr;
}

/* --- Opening ------------------------------------------------------------------------------- */

static HRESULT
ab_open(const struct bag *settings, IMAPISupport *support, void **book, MAPIUID *uid, char **why)
{
	g_autofree char *path = NULL;
	struct file *file;
	HRESULT hr = bag_copy_text(settings, PR_EMAPI_PATH_W, &path);

	if (FAILED(hr))
		return hr; /* or it would be another book */
	if (!path || !*path) {
		g_free(path);
		path = paths_data("contacts.ab");
	}
	hr = file_open(path, &file, why);
	if (FAILED(hr))
		return hr;
	*uid = file->uid;
	*book = file;
	return S_OK;
}

static void
ab_close(void *book)
{
	file_close(book);
}

/* --- Reading ------------------------------------------------------------------------------- */

/* In the order of the index `entry_name`, which has all that a name is looked for in. */
#define ORDERED "SELECT id, type, props, anr FROM entry ORDER BY name COLLATE NOCASE, id LIMIT ?"
#define BY_NAME                                                                                    \
	"SELECT e.id, e.type, e.props, e.anr FROM (SELECT id, name FROM entry INDEXED BY"          \
	" entry_name WHERE instr(anr, ?1) AND instr(anr, ?2) ORDER BY name COLLATE NOCASE, id"     \
	" LIMIT ?3) AS found JOIN entry e ON e.id = found.id"                                      \
	" ORDER BY found.name COLLATE NOCASE, found.id"
/* Members that are the book's as they are now, others as they were when they were added. */
#define MEMBERS                                                                                    \
	"SELECT ifnull(e.id, 0), ifnull(e.type, 0), ifnull(e.props, m.props), ifnull(e.anr, ''),"  \
	" m.entryid FROM member m LEFT JOIN entry e ON e.id = m.own WHERE m.list = ?"              \
	" ORDER BY m.position"

static HRESULT
give_row(sqlite3_stmt *statement, char **words, abp_take take, void *context)
{
	gint64 id = sqlite3_column_int64(statement, 0);
	struct abp_row row = { (ULONG)sqlite3_column_int64(statement, 1), NULL, bag_create() };
	g_autofree char *folded = NULL;
	HRESULT hr = row.bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	bool meant = true;

	/* Before anything is decoded: of many rows few are meant. */
	if (id && words)
		meant = abp_anr_match((const char *)sqlite3_column_text(statement, 3), words);
	if (SUCCEEDED(hr) && meant)
		hr = read_props(statement, 2, row.bag);
	if (SUCCEEDED(hr) && id)
		row.bytes = key_of(id);
	else if (SUCCEEDED(hr))
		hr = bag_set_binary(row.bag, PR_ENTRYID, sqlite3_column_blob(statement, 4),
		    (size_t)sqlite3_column_bytes(statement, 4));
	if (SUCCEEDED(hr) && !id && words) {
		hr = abp_anr_fold(row.bag, &folded);
		meant = SUCCEEDED(hr) && abp_anr_match(folded, words);
	}
	if (SUCCEEDED(hr) && meant)
		hr = take(context, &row);
	g_clear_pointer(&row.bytes, g_bytes_unref);
	bag_free(row.bag);
	return hr;
}

/* Two of the words in SQL, the first and the last; what is between is for abp_anr_match(), and then
 * all rows are wanted.  The statement keeps copies: it outlives the words. */
static HRESULT
query_by_name(
    struct file *file, const struct abp_query *query, char **words, sqlite3_stmt **out, char **why)
{
	guint count = g_strv_length(words);
	g_autofree char *first = g_strconcat(" ", words[0], NULL);
	g_autofree char *last = g_strconcat(" ", words[count - 1], NULL);
	gint64 limit = query->limit && count <= 2 ? (gint64)query->limit : -1;
	HRESULT hr = file_query(file, out, why, BY_NAME, "tti", first, last, limit);

	if (SUCCEEDED(hr)) {
		sqlite3_bind_text(*out, 1, first, -1, SQLITE_TRANSIENT);
		sqlite3_bind_text(*out, 2, last, -1, SQLITE_TRANSIENT);
	}
	return hr;
}

static HRESULT
start_query(
    struct file *file, const struct abp_query *query, char **words, sqlite3_stmt **out, char **why)
{
	if (query->list)
		return file_query(file, out, why, MEMBERS, "i", id_of(query->list));
	if (words)
		return query_by_name(file, query, words, out, why);
	return file_query(
	    file, out, why, ORDERED, "i", query->limit ? (gint64)query->limit : (gint64)-1);
}

static HRESULT
ab_list(void *book, const struct abp_query *query, abp_take take, void *context, char **why)
{
	struct file *file = book;
	g_auto(GStrv) words = query->anr ? abp_anr_words(query->anr) : NULL;
	sqlite3_stmt *statement = NULL;
	HRESULT hr;

	if (words && !words[0])
		return S_OK; /* nothing but commas means nobody */
	hr = start_query(file, query, words, &statement, why);
	while (SUCCEEDED(hr)) {
		hr = file_next(file, statement, why);
		if (hr != S_OK)
			break;
		hr = give_row(statement, words, take, context);
	}
	sqlite3_finalize(statement);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
ab_count(void *book, gint64 *count, char **why)
{
	return file_number(book, "SELECT count(*) FROM entry", count, why);
}

static HRESULT
ab_read(void *book, const struct abp_key *key, struct bag *bag, char **why)
{
	struct file *file = book;
	sqlite3_stmt *statement = NULL;
	HRESULT hr;

	hr = file_query(file, &statement, why, "SELECT props FROM entry WHERE id = ? AND type = ?",
	    "ii", id_of(key->bytes), (gint64)key->type);
	if (SUCCEEDED(hr))
		hr = file_next(file, statement, why);
	if (hr == S_OK)
		hr = read_props(statement, 0, bag);
	else if (hr == S_FALSE)
		hr = MAPI_E_NOT_FOUND;
	sqlite3_finalize(statement);
	return hr;
}

/* --- Writing ------------------------------------------------------------------------------- */

static HRESULT
insert(struct file *file, struct abp_key *key, const char *name, const char *anr, GBytes *props,
    char **why)
{
	HRESULT hr =
	    file_exec(file, why, "INSERT INTO entry (type, name, anr, props) VALUES (?, ?, ?, ?)",
		"ittb", (gint64)key->type, name, anr, props);

	if (SUCCEEDED(hr))
		key->bytes = key_of(sqlite3_last_insert_rowid(file->sqlite));
	return hr;
}

static HRESULT
update(struct file *file, const struct abp_key *key, const char *name, const char *anr,
    GBytes *props, char **why)
{
	HRESULT hr =
	    file_exec(file, why, "UPDATE entry SET name = ?, anr = ?, props = ? WHERE id = ?",
		"ttbi", name, anr, props, id_of(key->bytes));

	if (SUCCEEDED(hr) && !sqlite3_changes(file->sqlite)) {
		*why = g_strdup("The entry was deleted from the address book meanwhile.");
		hr = MAPI_E_OBJECT_DELETED;
	}
	return hr;
}

static HRESULT
ab_write(void *book, struct abp_key *key, const struct bag *bag, char **why)
{
	g_autofree char *name = NULL, *anr = NULL;
	GBytes *props = NULL;
	HRESULT hr = bag_copy_text(bag, PR_DISPLAY_NAME_W, &name);

	if (SUCCEEDED(hr))
		hr = abp_anr_fold(bag, &anr);
	if (SUCCEEDED(hr))
		hr = write_props(bag, &props);
	if (SUCCEEDED(hr))
		hr = key->bytes ? update(book, key, name ? name : "", anr, props, why)
				: insert(book, key, name ? name : "", anr, props, why);
	g_clear_pointer(&props, g_bytes_unref);
	return hr;
}

static HRESULT
ab_erase(void *book, const struct abp_key *key, char **why)
{
	gint64 id = id_of(key->bytes);
	HRESULT hr = file_begin(book, why);

	if (FAILED(hr))
		return hr;
	hr = file_exec(book, why, "DELETE FROM member WHERE own = ? OR list = ?", "ii", id, id);
	if (SUCCEEDED(hr))
		hr = file_exec(book, why, "DELETE FROM entry WHERE id = ?", "i", id);
	return file_end(book, hr, why);
}

static HRESULT
ab_add_member(
    void *book, GBytes *list, const SBinary *id, GBytes *own, const struct bag *bag, char **why)
{
	GBytes *props = NULL, *entryid = g_bytes_new(id->lpb, id->cb);
	HRESULT hr = own ? S_OK : write_props(bag, &props);

	if (SUCCEEDED(hr) && own)
		hr = file_exec(book, why,
		    "INSERT OR IGNORE INTO member (list, own, entryid) VALUES (?, ?, ?)", "iib",
		    id_of(list), id_of(own), entryid);
	else if (SUCCEEDED(hr))
		hr = file_exec(book, why,
		    "INSERT OR IGNORE INTO member (list, entryid, props) VALUES (?, ?, ?)", "ibb",
		    id_of(list), entryid, props);
	g_clear_pointer(&props, g_bytes_unref);
	g_bytes_unref(entryid);
	return hr;
}

static HRESULT
ab_remove_member(void *book, GBytes *list, const SBinary *id, char **why)
{
	GBytes *entryid = g_bytes_new(id->lpb, id->cb);
	HRESULT hr = file_exec(book, why, "DELETE FROM member WHERE list = ? AND entryid = ?", "ib",
	    id_of(list), entryid);

	g_bytes_unref(entryid);
	return hr;
}

/* --- Changes ------------------------------------------------------------------------------- */

/* A file that was taken away under an open book would be gone with the last who has it open. */
static HRESULT
ab_check(void *book, char **why)
{
	struct file *file = book;
	gint64 count;

	if (!g_file_test(file->path, G_FILE_TEST_EXISTS)) {
		*why = g_strdup_printf("The address book %s has gone: put it back, or close what "
				       "uses it.",
		    file->path);
		return MAPI_E_NOT_FOUND;
	}
	return file_number(file, "SELECT count(*) FROM book", &count, why);
}

static HRESULT
ab_watch(void *book, void **watch, char **why)
{
	struct changes *changes = NULL;
	HRESULT hr = changes_open(((struct file *)book)->path, &changes, why);

	*watch = changes;
	return hr;
}

static void
ab_unwatch(void *watch)
{
	changes_close(watch);
}

struct telling {
	abp_changed changed;
	void *context;
};

static void
tell(void *context, ULONG event, gint64 entry, ULONG type)
{
	const struct telling *telling = context;
	struct abp_key key = { type, event ? key_of(entry) : NULL };

	telling->changed(telling->context, event, event ? &key : NULL);
	g_clear_pointer(&key.bytes, g_bytes_unref);
}

static HRESULT
ab_changes(void *watch, abp_changed changed, void *context)
{
	struct telling telling = { changed, context };

	return changes_read(watch, tell, &telling);
}

/* --- The provider -------------------------------------------------------------------------- */

static const struct abp_ops ab_ops = {
	.component = "emapi personal address book",
	.module = "emapi_ab.so",
	.name = "Personal Address Book",
	.display_type = DT_LOCAL,
	.open = ab_open,
	.close = ab_close,
	.list = ab_list,
	.read = ab_read,
	.write = ab_write,
	.erase = ab_erase,
	.add_member = ab_add_member,
	.remove_member = ab_remove_member,
	.count = ab_count,
	.check = ab_check,
	.watch = ab_watch,
	.unwatch = ab_unwatch,
	.changes = ab_changes,
};

/* Buffers come from libemapi-core, whose allocators are the ones MAPI hands in here. */
HRESULT
ABProviderInit(HINSTANCE instance, LPMALLOC heap, LPALLOCATEBUFFER allocate, LPALLOCATEMORE more,
    LPFREEBUFFER release, ULONG flags, ULONG version, ULONG *provider_version, LPABPROVIDER *out)
{
	return abp_provider_init(&ab_ops, version, provider_version, out);
}
