/* SPDX-License-Identifier: MIT */
/* spool.db: what is done when somebody sets the clock.  See spooldb.h. */
#include "spooldb_private.h"

/* A transport may ask for a day of patience; nobody has to wait longer between two tries. */
#define LONGEST_WAIT (25 * 3600 * (gint64)G_USEC_PER_SEC)

HRESULT
spooldb_clock_set(struct spooldb *db, gint64 by, gint64 now)
{
	HRESULT hr = spooldb_begin(db, SPOOLDB_LATER);

	/* Lifetimes go on: set forward by a year, the clock shall not send all mail back. */
	if (SUCCEEDED(hr))
		hr = spooldb_run(
		    db, "UPDATE message SET expires=expires+? WHERE " SQL_OPEN, "i", by);
	if (SUCCEEDED(hr) && by < 0)
		hr = spooldb_run(db,
		    "UPDATE recipient SET next=next+?1 WHERE state=0 AND next>?2 AND message IN"
		    " (SELECT id FROM message WHERE " SQL_OPEN " AND defer<=?2)",
		    "ii", by, now);
	if (SUCCEEDED(hr) && by < 0)
		hr = spooldb_run(db,
		    "UPDATE message SET next=next+?1 WHERE state IN (0, 2) AND next>?2 AND next<?3"
		    " AND defer<=?2",
		    "iii", by, now, G_MAXINT64);
	return spooldb_end(db, hr);
}

HRESULT
spooldb_bound_waits(struct spooldb *db, gint64 now)
{
	gint64 latest = now + LONGEST_WAIT;
	HRESULT hr = spooldb_run(db,
	    "UPDATE recipient SET next=?1 WHERE state=0 AND next>?1 AND message IN"
	    " (SELECT id FROM message WHERE state=0 AND next>?1 AND defer<=?2)",
	    "ii", latest, now);

	if (FAILED(hr))
		return hr;
	return spooldb_run(db,
	    "UPDATE message SET next=?1 WHERE state IN (0, 2) AND next>?1 AND next<?3 AND "
	    "defer<=?2",
	    "iii", latest, now, G_MAXINT64);
}
