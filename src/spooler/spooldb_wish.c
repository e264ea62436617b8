/* SPDX-License-Identifier: MIT */
/* spool.db: what people wished before the file was made anew, as facts until the message is learnt
 * from its store again.  See spooldb.h. */
#include "spooldb_private.h"

#include "damage.h"

/* "hold:STORE:ENTRY" is the time of the submission that is meant; "wishes:FILE" is 1 when those of
 * that file are kept. */
static const char *const wants[] = { "hold:", "cancel:" };

bool
spooldb_has_wishes(struct spooldb *db, const char *aside)
{
	g_autofree char *name = g_path_get_basename(aside);

	return spooldb_number(db, 0, "SELECT value FROM fact WHERE name='wishes:'||?", "t", name);
}

HRESULT
spooldb_keep_wishes(struct spooldb *db, const char *aside, const GPtrArray *wishes)
{
	g_autofree char *name = g_path_get_basename(aside);
	HRESULT hr = spooldb_begin(db, SPOOLDB_NOW);

	for (guint i = 0; SUCCEEDED(hr) && i < wishes->len; i++) {
		const struct damage_wish *wish = g_ptr_array_index(wishes, i);

		hr = spooldb_run(db,
		    "REPLACE INTO fact(name, value) VALUES(?||hex(?)||':'||hex(?), ?)", "tbbi",
		    wants[wish->cancel], wish->store, wish->entry, wish->submitted);
	}
	if (SUCCEEDED(hr))
		hr = spooldb_run(
		    db, "REPLACE INTO fact(name, value) VALUES('wishes:'||?, 1)", "t", name);
	hr = spooldb_end(db, hr);
	return SUCCEEDED(hr) ? spooldb_sync(db) : hr;
}

HRESULT
spooldb_wish_again(struct spooldb *db, gint64 id, const struct spool_message *m, gint64 now)
{
	HRESULT hr = S_OK;

	for (int cancel = 0; SUCCEEDED(hr) && cancel < 2; cancel++) {
		if (!spooldb_number(db, 0,
			"SELECT 1 FROM fact WHERE name=?||hex(?)||':'||hex(?) AND value=?", "tbbi",
			wants[cancel], m->store, m->entry, m->submitted))
			continue;
		hr = spooldb_apply_want(db, id, cancel ? WANT_CANCEL : WANT_HOLD, now);
		if (SUCCEEDED(hr))
			hr = spooldb_run(db, "DELETE FROM fact WHERE name=?||hex(?)||':'||hex(?)",
			    "tbb", wants[cancel], m->store, m->entry);
	}
	return hr;
}
