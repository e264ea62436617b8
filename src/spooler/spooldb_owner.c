/* SPDX-License-Identifier: MIT */
/* What spool.db tells one user of the machine: his own messages alone (owner.h). */
#include "spooldb_private.h"

#include <string.h>
#include "owner.h"
#include "text.h"

gint64
spooldb_owned_newest(struct spooldb *db, uid_t uid)
{
	g_autoptr(GBytes) tail = owner_tail(uid);

	return spooldb_number(db, 0,
	    "SELECT id FROM message WHERE substr(key, -8)=? ORDER BY id DESC LIMIT 1", "b", tail);
}

GArray *
spooldb_owned_ids(struct spooldb *db, uid_t uid, bool all, gint64 after, int limit)
{
	g_autoptr(GBytes) tail = owner_tail(uid);

	if (all)
		return spooldb_read_ids(db, spooldb_query(db,
						"SELECT id FROM message WHERE id>? AND substr(key, "
						"-8)=? ORDER BY id LIMIT ?",
						"ibd", after, tail, limit));
	return spooldb_read_ids(
	    db, spooldb_query(db,
		    "SELECT id FROM message WHERE id>? AND " SQL_OPEN " AND substr(key, -8)=?"
		    " ORDER BY id LIMIT ?",
		    "ibd", after, tail, limit));
}

GArray *
spooldb_owned_match(struct spooldb *db, uid_t uid, const char *hex, int limit)
{
	g_autofree char *even = g_strndup(hex, strlen(hex) / 2 * 2);
	g_autofree char *pattern = g_ascii_strup(hex, -1);
	guint8 bytes[OWNER_KEY_MAX + 2 * OWNER_TAIL + 1];
	size_t size = strlen(even) / 2;
	g_autoptr(GBytes) tail = owner_tail(uid);
	g_autoptr(GBytes) first = NULL;
	g_autoptr(GBytes) last = NULL;

	/* Nobody asks for the end, which he does not see. */
	if (!*hex || size > OWNER_KEY_MAX || !text_unhex(even, bytes, size))
		return g_array_new(FALSE, FALSE, sizeof(gint64));
	first = g_bytes_new(bytes, size);
	memset(bytes + size, 0xFF, sizeof(bytes) - size);
	last = g_bytes_new(bytes, sizeof(bytes));
	return spooldb_read_ids(
	    db, spooldb_query(db,
		    "SELECT max(id) FROM message WHERE key BETWEEN ? AND ? AND substr(key, -8)=?"
		    " AND substr(hex(key), 1, length(hex(key)) - 16) GLOB ? || '*' GROUP BY key "
		    "LIMIT ?",
		    "bbbtd", first, last, tail, pattern, limit));
}
