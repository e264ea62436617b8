/* SPDX-License-Identifier: MIT */
/* Numbers of messages and places in the queue: see number.h. */
#include "number.h"

/* SQLite writes its record of the numbers of `message` with each new one above it: it is kept this
 * far ahead. */
#define AHEAD 64

static HRESULT
keep_ahead(struct db *db, gint64 number)
{
	gint64 known = 0;
	HRESULT hr = db_int(db, &known,
	    "SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'message'), -1)", "");

	if (FAILED(hr) || known >= number)
		return hr;
	if (known < 0) /* there has never been one */
		return db_exec(db, "INSERT INTO sqlite_sequence(name, seq) VALUES('message', ?)",
		    "i", number + AHEAD);
	return db_exec(
	    db, "UPDATE sqlite_sequence SET seq = ? WHERE name = 'message'", "i", number + AHEAD);
}

HRESULT
number_next(struct db *db, gint64 *out)
{
	HRESULT hr = db_int(db, out,
	    "SELECT 1 + max(ifnull((SELECT max(id) FROM message), 0),"
	    " ifnull((SELECT max(seq) FROM queue), 0),"
	    " (SELECT value FROM meta WHERE key = 'last'))",
	    "");

	return SUCCEEDED(hr) ? keep_ahead(db, *out) : hr;
}
