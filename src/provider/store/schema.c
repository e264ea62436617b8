/* SPDX-License-Identifier: MIT */
/*
 * The tables of a store (design D3).  `tables` and `triggers` are those of version 1 and stay as
 * they are; what came later are the steps behind them, which a new file takes as an old one does.
 *
 * message   one row a message: what folders are listed, sorted and filtered by in columns of their
 *           own (see promoted.c), everything else in `props` (a blob of src/prop/blob.h).
 *           A message within an attachment has that attachment's id, negative, as its folder.
 * recipient, attachment
 * lob       a long value: over 64 KiB, or written by a stream.  Its bytes are rows of `chunk`,
 * whose key is (lob's id << 24) | number of the chunk.  kind 0: staged, no owner yet, made by
 *           process `owner`; kind 1: of message `owner`; kind 2: of attachment `owner`.
 * queue     the outgoing queue, in order of submission; `locker` is the process that sends it,
 *           `mark` says which of that number (process.h).  A message's place in it is the
 *           message's `queued`.
 * name      named properties: ids from 0x8000 up.
 * listener  the processes that want to hear of changes, each logon of theirs a row
 * change    what happened while there is a listener, the last 10,000: see watch.h
 * search, search_scope, found, search_dirty: search folders, see search.h
 *
 * The triggers of the last two groups are made when somebody first listens or searches: each
 * process reads the whole schema when it opens the file, and most never do either.
 *
 * Counts of folders are kept by triggers, and what hangs on a row goes with it.
 */
#include "db_private.h"
#include "folders.h"
#include "filetime.h"

#include <string.h>
#include <sys/random.h>
#include <mapicode.h>

static const char *const tables[] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
	"CREATE TABLE folder("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER NOT NULL, type INTEGER NOT NULL,"
	" name TEXT NOT NULL, name_key TEXT NOT NULL, contents INTEGER NOT NULL DEFAULT 0,"
	" unread INTEGER NOT NULL DEFAULT 0, hidden INTEGER NOT NULL DEFAULT 0,"
	" created INTEGER NOT NULL, modified INTEGER NOT NULL, props BLOB)",
	"CREATE UNIQUE INDEX folder_name ON folder(parent, name_key)",
	"CREATE TABLE message("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, folder INTEGER NOT NULL, associated INTEGER NOT "
	"NULL,"
	" version INTEGER NOT NULL DEFAULT 1, flags INTEGER NOT NULL, status INTEGER NOT NULL "
	"DEFAULT 0,"
	" size INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,"
	" subject TEXT, prefix TEXT, class TEXT, sender TEXT, display_to TEXT, display_cc TEXT,"
	" display_bcc TEXT, submit_time INTEGER, delivery_time INTEGER, importance INTEGER,"
	" priority INTEGER, sensitivity INTEGER, search_key BLOB,"
	" subject_key BLOB NOT NULL, sender_key BLOB NOT NULL, props BLOB)",
	"CREATE INDEX message_folder ON message(folder, associated, id)",
	"CREATE INDEX message_delivery ON message(folder, associated, ifnull(delivery_time, 0), id)"
	" WHERE folder <> 4",
	"CREATE INDEX message_submit ON message(folder, associated, ifnull(submit_time, 0), id)"
	" WHERE folder <> 4",
	"CREATE INDEX message_subject ON message(folder, associated, subject_key, id)"
	" WHERE folder <> 4",
	"CREATE INDEX message_sender ON message(folder, associated, sender_key, id)"
	" WHERE folder <> 4",
	"CREATE TABLE recipient(message INTEGER NOT NULL, row INTEGER NOT NULL, props BLOB,"
	" PRIMARY KEY(message, row)) WITHOUT ROWID",
	"CREATE TABLE attachment(id INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL,"
	" num INTEGER NOT NULL, size INTEGER NOT NULL, props BLOB)",
	"CREATE UNIQUE INDEX attachment_num ON attachment(message, num)",
	"CREATE TABLE lob(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL,"
	" owner INTEGER NOT NULL, tag INTEGER NOT NULL, size INTEGER NOT NULL)",
	"CREATE INDEX lob_owner ON lob(kind, owner)",
	"CREATE TABLE chunk(id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
	"CREATE TABLE queue(seq INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL UNIQUE,"
	" locker INTEGER NOT NULL DEFAULT 0)",
	"CREATE TABLE name(id INTEGER PRIMARY KEY, guid BLOB NOT NULL, kind INTEGER NOT NULL,"
	" lid INTEGER NOT NULL, text BLOB NOT NULL)",
	"CREATE UNIQUE INDEX name_key ON name(guid, kind, lid, text)",
	"CREATE TABLE receive(class TEXT PRIMARY KEY, folder INTEGER NOT NULL) WITHOUT ROWID",
};

#define COUNT_ROW(sign, row)                                                                       \
	" UPDATE folder SET contents = contents " sign " (" row ".associated = 0),"                \
	" unread = unread " sign " (" row ".associated = 0 AND (" row ".flags & 1) = 0),"          \
	" hidden = hidden " sign " (" row ".associated <> 0) WHERE id = " row ".folder;"

static const char *const triggers[] = {
	"CREATE TRIGGER message_insert AFTER INSERT ON message BEGIN" COUNT_ROW("+", "NEW") " END",
	"CREATE TRIGGER message_update AFTER UPDATE OF folder, associated, flags ON message"
	" WHEN NEW.folder <> OLD.folder OR NEW.associated <> OLD.associated OR"
	" (NEW.flags & 1) <> (OLD.flags & 1) BEGIN" COUNT_ROW("-", "OLD")
	    COUNT_ROW("+", "NEW") " END",
	"CREATE TRIGGER message_delete AFTER DELETE ON message BEGIN" COUNT_ROW(
	    "-", "OLD") " DELETE FROM recipient WHERE message = OLD.id;"
			" DELETE FROM attachment WHERE message = OLD.id;"
			" DELETE FROM lob WHERE kind = 1 AND owner = OLD.id;"
			" DELETE FROM queue WHERE message = OLD.id; END",
	"CREATE TRIGGER attachment_delete AFTER DELETE ON attachment BEGIN"
	" DELETE FROM lob WHERE kind = 2 AND owner = OLD.id;"
	" DELETE FROM message WHERE folder = -OLD.id; END",
	"CREATE TRIGGER lob_delete AFTER DELETE ON lob BEGIN"
	" DELETE FROM chunk WHERE id BETWEEN OLD.id << 24 AND (OLD.id << 24) | 16777215; END",
};

/* Version 2: locks that outlive no reboot; notifications. */

static const char *const version2[] = {
	"ALTER TABLE queue ADD COLUMN mark TEXT NOT NULL DEFAULT ''",
	"CREATE TABLE listener(id INTEGER PRIMARY KEY, process INTEGER NOT NULL, mark TEXT NOT "
	"NULL)",
	"CREATE TABLE change(seq INTEGER PRIMARY KEY, event INTEGER NOT NULL, type INTEGER NOT "
	"NULL,"
	" id INTEGER NOT NULL, parent INTEGER NOT NULL, source INTEGER NOT NULL,"
	" old INTEGER NOT NULL)",
};

/* Version 3: search folders.  A found message's entry goes while the message is still there, so
 * that the counts come out right. */

static const char *const version3[] = {
	"ALTER TABLE folder ADD COLUMN sort BLOB", /* of SaveContentsSort: see saved_sort.h */
	"ALTER TABLE receive ADD COLUMN name TEXT NOT NULL DEFAULT ''", /* the class as it was set
									 */
	"CREATE TABLE search(folder INTEGER PRIMARY KEY, flags INTEGER NOT NULL,"
	" builder INTEGER NOT NULL DEFAULT 0, mark TEXT NOT NULL DEFAULT '', restriction BLOB NOT "
	"NULL)",
	"CREATE TABLE search_scope(folder INTEGER NOT NULL, scope INTEGER NOT NULL,"
	" PRIMARY KEY(folder, scope)) WITHOUT ROWID",
	"CREATE TABLE found(folder INTEGER NOT NULL, message INTEGER NOT NULL,"
	" PRIMARY KEY(folder, message)) WITHOUT ROWID",
	"CREATE INDEX found_message ON found(message)",
	"CREATE TABLE search_dirty(message INTEGER PRIMARY KEY)",
};

/* Version 4: a submit writes fewer pages.  Messages and the queue share one line of numbers
 * (number.h), and a message knows its place, so that the queue needs no second index.
 * message_narrow has what folders are sorted and filtered by: a large folder is gone through in it.
 * Few messages have another importance and the like than most: those stand in indexes of their
 * own. */

#define NOTE_LAST(number)                                                                          \
	" UPDATE meta SET value = max(value, " number ") WHERE key = 'last' AND " number           \
	" > max(ifnull((SELECT max(id) FROM message), 0),"                                         \
	" ifnull((SELECT max(seq) FROM queue), 0));"
#define RARE(column, usual)                                                                        \
	"CREATE INDEX message_" column " ON message(folder, associated, id, " column               \
	") WHERE " column " <> " usual " AND folder <> 4"

static const char *const version4[] = {
	"DROP TRIGGER message_delete",
	"ALTER TABLE queue RENAME TO queue3",
	"CREATE TABLE queue(seq INTEGER PRIMARY KEY, message INTEGER NOT NULL,"
	" locker INTEGER NOT NULL DEFAULT 0, mark TEXT NOT NULL DEFAULT '')",
	"INSERT INTO queue SELECT seq, message, locker, mark FROM queue3",
	"ALTER TABLE message ADD COLUMN queued INTEGER",
	"UPDATE message SET queued = (SELECT seq FROM queue3 WHERE message = message.id)"
	" WHERE id IN (SELECT message FROM queue3)",
	"INSERT INTO meta(key, value) SELECT 'last', ifnull(max(seq), 0) FROM sqlite_sequence"
	" WHERE name IN ('message', 'queue3')",
	"DROP TABLE queue3",
	"CREATE TRIGGER message_delete AFTER DELETE ON message BEGIN" COUNT_ROW(
	    "-", "OLD") " DELETE FROM recipient WHERE message = OLD.id;"
			" DELETE FROM attachment WHERE message = OLD.id;"
			" DELETE FROM lob WHERE kind = 1 AND owner = OLD.id;"
			" DELETE FROM queue WHERE seq = OLD.queued;" NOTE_LAST("OLD.id") " END",
	"CREATE TRIGGER queue_delete AFTER DELETE ON queue BEGIN" NOTE_LAST("OLD.seq") " END",
	"CREATE INDEX message_narrow ON message(folder, associated, id, flags, status, size,"
	" created, modified, subject, prefix, class, sender, display_to, display_cc, submit_time,"
	" delivery_time, importance, priority, sensitivity) WHERE folder <> 4",
	RARE("importance", "1"),
	RARE("priority", "0"),
	RARE("sensitivity", "0"),
	RARE("class", "'IPM.Note'"),
};

/* Version 5: what is made when it is first needed.  What an older file has of it goes, unless it is
 * in use. */

#define LISTENED "EXISTS(SELECT 1 FROM listener)"
#define LOG(event, type, row, parent, source, old)                                                 \
	" INSERT INTO change(event, type, id, parent, source, old) VALUES(" event ", " type        \
	", " row ".id, " row "." parent ", " source ", " old ");"
/* MAPI_FOLDER and MAPI_MESSAGE; fnevObjectCreated, Deleted, Modified, Moved. */
#define LOG_FOLDER(event, row) LOG(event, "3", row, "parent", "0", "0")
#define LOG_MESSAGE(event, row) LOG(event, "5", row, "folder", "0", "0")

#define SEARCHED "EXISTS(SELECT 1 FROM search)"
#define COUNT_FOUND(sign, row)                                                                     \
	" UPDATE folder SET contents = contents " sign " 1, unread = unread " sign                 \
	" ifnull((SELECT (flags & 1) = 0 FROM message WHERE id = " row                             \
	".message), 0) WHERE id = " row ".folder;"
#define LOG_FOUND(event, row)                                                                      \
	" INSERT INTO change(event, type, id, parent, source, old) VALUES(" event ", 21, " row     \
	".message, " row ".folder, 0, 0);"

static const char *const listening[] = {
	"CREATE TRIGGER change_trim AFTER INSERT ON change BEGIN"
	" DELETE FROM change WHERE seq <= NEW.seq - 10000; END",
	"CREATE TRIGGER listen_message_insert AFTER INSERT ON message"
	" WHEN NEW.folder > 0 AND " LISTENED " BEGIN" LOG_MESSAGE("4", "NEW") " END",
	"CREATE TRIGGER listen_message_delete AFTER DELETE ON message"
	" WHEN OLD.folder > 0 AND " LISTENED " BEGIN" LOG_MESSAGE("8", "OLD") " END",
	"CREATE TRIGGER listen_message_update AFTER UPDATE ON message"
	" WHEN NEW.folder > 0 AND NEW.folder = OLD.folder AND " LISTENED
	" BEGIN" LOG_MESSAGE("16", "NEW") " END",
	"CREATE TRIGGER listen_message_move AFTER UPDATE OF folder ON message"
	" WHEN NEW.folder > 0 AND NEW.folder <> OLD.folder AND " LISTENED
	" BEGIN" LOG("32", "5", "NEW", "folder", "OLD.id", "OLD.folder") " END",
	"CREATE TRIGGER listen_folder_insert AFTER INSERT ON folder WHEN " LISTENED
	" BEGIN" LOG_FOLDER("4", "NEW") " END",
	"CREATE TRIGGER listen_folder_delete AFTER DELETE ON folder WHEN " LISTENED
	" BEGIN" LOG_FOLDER("8", "OLD") " END",
	"CREATE TRIGGER listen_folder_update AFTER UPDATE ON folder"
	" WHEN NEW.parent = OLD.parent AND " LISTENED " BEGIN" LOG_FOLDER("16", "NEW") " END",
	"CREATE TRIGGER listen_folder_move AFTER UPDATE OF parent ON folder"
	" WHEN NEW.parent <> OLD.parent AND " LISTENED
	" BEGIN" LOG("32", "3", "NEW", "parent", "OLD.id", "OLD.parent") " END",
	"CREATE TRIGGER listen_found_insert AFTER INSERT ON found WHEN " LISTENED
	" BEGIN" LOG_FOUND("4", "NEW") " END",
	"CREATE TRIGGER listen_found_delete AFTER DELETE ON found WHEN " LISTENED
	" BEGIN" LOG_FOUND("8", "OLD") " END",
	"CREATE TRIGGER listen_found_update AFTER UPDATE ON message"
	" WHEN NEW.folder > 0 AND " LISTENED " AND " SEARCHED " BEGIN"
	" INSERT INTO change(event, type, id, parent, source, old)"
	" SELECT 16, 21, NEW.id, found.folder, 0, 0 FROM found WHERE message = NEW.id; END",
};

static const char *const searching[] = {
	"CREATE TRIGGER search_message_insert AFTER INSERT ON message"
	" WHEN NEW.folder > 0 AND " SEARCHED " BEGIN"
	" INSERT OR IGNORE INTO search_dirty VALUES(NEW.id); END",
	"CREATE TRIGGER search_message_update AFTER UPDATE ON message"
	" WHEN NEW.folder > 0 AND " SEARCHED " BEGIN"
	" INSERT OR IGNORE INTO search_dirty VALUES(NEW.id); END",
	"CREATE TRIGGER search_message_flags AFTER UPDATE OF flags ON message"
	" WHEN (NEW.flags & 1) <> (OLD.flags & 1) AND " SEARCHED " BEGIN"
	" UPDATE folder SET unread = unread + (OLD.flags & 1) - (NEW.flags & 1)"
	" WHERE id IN (SELECT folder FROM found WHERE message = NEW.id); END",
	"CREATE TRIGGER search_message_delete BEFORE DELETE ON message"
	" WHEN OLD.folder > 0 AND " SEARCHED " BEGIN"
	" DELETE FROM found WHERE message = OLD.id;"
	" DELETE FROM search_dirty WHERE message = OLD.id; END",
	"CREATE TRIGGER found_insert AFTER INSERT ON found BEGIN" COUNT_FOUND("+", "NEW") " END",
	"CREATE TRIGGER found_delete AFTER DELETE ON found BEGIN" COUNT_FOUND("-", "OLD") " END",
	"CREATE TRIGGER search_folder_delete AFTER DELETE ON folder WHEN " SEARCHED " BEGIN"
	" DELETE FROM found WHERE folder = OLD.id; DELETE FROM search WHERE folder = OLD.id;"
	" DELETE FROM search_scope WHERE folder = OLD.id OR scope = OLD.id; END",
};

/* From each version to the next. */
static const struct step {
	const char *const *statements;
	size_t count;
} steps[SCHEMA_VERSION - 1] = {
	{ version2, G_N_ELEMENTS(version2) }, { version3, G_N_ELEMENTS(version3) },
	{ version4, G_N_ELEMENTS(version4) }, { NULL, 0 }, /* schema_lighten() */
};

/* clang-format off */
static const struct { gint64 id, parent; ULONG type; const char *name, *class; } tree[] = {
	{ FOLDER_ID_ROOT,         0,               FOLDER_ROOT,    "", NULL },
	{ FOLDER_ID_IPM,          FOLDER_ID_ROOT,  FOLDER_GENERIC, "Top of Personal Folders", NULL },
	{ FOLDER_ID_INBOX,        FOLDER_ID_IPM,   FOLDER_GENERIC, "Inbox", "IPF.Note" },
	{ FOLDER_ID_OUTBOX,       FOLDER_ID_IPM,   FOLDER_GENERIC, "Outbox", "IPF.Note" },
	{ FOLDER_ID_SENT,         FOLDER_ID_IPM,   FOLDER_GENERIC, "Sent Items", "IPF.Note" },
	{ FOLDER_ID_DELETED,      FOLDER_ID_IPM,   FOLDER_GENERIC, "Deleted Items", "IPF.Note" },
	{ FOLDER_ID_DRAFTS,       FOLDER_ID_IPM,   FOLDER_GENERIC, "Drafts", "IPF.Note" },
	{ FOLDER_ID_FINDER,       FOLDER_ID_ROOT,  FOLDER_GENERIC, "Search Root", NULL },
	{ FOLDER_ID_VIEWS,        FOLDER_ID_ROOT,  FOLDER_GENERIC, "Views", NULL },
	{ FOLDER_ID_COMMON_VIEWS, FOLDER_ID_ROOT,  FOLDER_GENERIC, "Common Views", NULL },
};
/* clang-format on */

static HRESULT
schema_run(struct db *db, const char *const *statements, size_t count)
{
	HRESULT hr = S_OK;
	size_t at;

	for (at = 0; at < count && SUCCEEDED(hr); at++)
		hr = db_exec(db, statements[at], "");
	return hr;
}

static HRESULT
schema_fill(struct db *db)
{
	gint64 now = filetime_now();
	HRESULT hr = S_OK;
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(tree) && SUCCEEDED(hr); at++) {
		char *key = g_utf8_casefold(tree[at].name, -1);

		hr = db_exec(db,
		    "INSERT INTO folder(id, parent, type, name, name_key, created, modified)"
		    " VALUES(?, ?, ?, ?, ?, ?, ?)",
		    "iiuttii", tree[at].id, tree[at].parent, tree[at].type, tree[at].name, key, now,
		    now);
		g_free(key);
	}
	/* Ids in between stay free for what a later version adds. */
	if (SUCCEEDED(hr))
		hr = db_exec(db, "UPDATE sqlite_sequence SET seq = ? WHERE name = 'folder'", "u",
		    (ULONG)FOLDER_ID_FIRST_FREE - 1);
	return hr;
}

/* The name within a statement that makes a trigger; g_free(). */
static char *
trigger_name(const char *statement)
{
	const char *name = statement + strlen("CREATE TRIGGER ");

	return g_strndup(name, strcspn(name, " "));
}

/* Statements that come and go: not kept by their text's address. */
static HRESULT
run_once(struct db *db, char *sql)
{
	int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
	HRESULT hr = db_failed(db, code, sql);

	g_free(sql);
	return hr;
}

static HRESULT
drop(struct db *db, const char *const *made, size_t count)
{
	HRESULT hr = S_OK;
	size_t at;

	for (at = 0; at < count && SUCCEEDED(hr); at++) {
		g_autofree char *name = trigger_name(made[at]);

		hr = run_once(db, g_strconcat("DROP TRIGGER IF EXISTS ", name, NULL));
	}
	return hr;
}

static HRESULT
make(struct db *db, const char *const *wanted, size_t count)
{
	HRESULT hr = S_OK;
	size_t at;

	for (at = 0; at < count && SUCCEEDED(hr); at++)
		hr = run_once(db, g_strconcat("CREATE TRIGGER IF NOT EXISTS ",
				      wanted[at] + strlen("CREATE TRIGGER "), NULL));
	return hr;
}

/* The same for a whole group, where one of it is not there. */
static HRESULT
need(struct db *db, const char *const *wanted, size_t count)
{
	g_autofree char *last = trigger_name(wanted[count - 1]);
	gint64 there;
	HRESULT hr;

	hr = db_int(db, &there, "SELECT count(*) FROM sqlite_master WHERE name = ?", "t", last);
	return SUCCEEDED(hr) && !there ? make(db, wanted, count) : hr;
}

HRESULT
schema_listen(struct db *db)
{
	return need(db, listening, G_N_ELEMENTS(listening));
}

HRESULT
schema_search(struct db *db)
{
	return need(db, searching, G_N_ELEMENTS(searching));
}

/* A process that listens may be of the older version still. */
static HRESULT
settle(struct db *db, const char *const *group, size_t count, gint64 used)
{
	return used ? make(db, group, count) : drop(db, group, count);
}

static HRESULT
schema_lighten(struct db *db)
{
	gint64 listened, searched;
	HRESULT hr = db_int(db, &listened, "SELECT count(*) FROM listener", "");

	if (SUCCEEDED(hr))
		hr = db_int(db, &searched, "SELECT count(*) FROM search", "");
	if (SUCCEEDED(hr))
		hr = settle(db, listening, G_N_ELEMENTS(listening), listened);
	if (SUCCEEDED(hr))
		hr = settle(db, searching, G_N_ELEMENTS(searching), searched);
	return hr;
}

HRESULT
schema_upgrade(struct db *db, gint64 version)
{
	HRESULT hr = S_OK;

	for (; version < SCHEMA_VERSION && SUCCEEDED(hr); version++)
		hr = schema_run(db, steps[version - 1].statements, steps[version - 1].count);
	if (SUCCEEDED(hr))
		hr = schema_lighten(db);
	if (SUCCEEDED(hr))
		hr = db_exec(db, "PRAGMA user_version=" G_STRINGIFY(SCHEMA_VERSION), "");
	return hr;
}

HRESULT
schema_create(struct db *db)
{
	MAPIUID uid;
	HRESULT hr;

	if (getrandom(&uid, sizeof(uid), 0) != sizeof(uid))
		return MAPI_E_CALL_FAILED;
	hr = db_exec(db, "PRAGMA application_id=" G_STRINGIFY(SCHEMA_APPLICATION), "");
	if (SUCCEEDED(hr))
		hr = schema_run(db, tables, G_N_ELEMENTS(tables));
	if (SUCCEEDED(hr))
		hr = schema_run(db, triggers, G_N_ELEMENTS(triggers));
	if (SUCCEEDED(hr))
		hr = schema_upgrade(db, 1);
	if (SUCCEEDED(hr))
		hr = schema_fill(db);
	if (SUCCEEDED(hr))
		hr = db_exec(
		    db, "INSERT INTO meta(key, value) VALUES('uid', ?)", "b", &uid, sizeof(uid));
	if (SUCCEEDED(hr))
		hr = db_exec(db, "INSERT INTO receive(class, folder) VALUES('', ?)", "u",
		    (ULONG)FOLDER_ID_INBOX);
	return hr;
}
