/* SPDX-License-Identifier: MIT */
/* What others, and we, have changed in the file: see changes.h. */
#include "changes.h"

#include <mapicode.h>
#include "file.h"

/* A connection of its own: `data_version` tells of all commits but the connection's own. */
struct changes {
	struct file *file;
	gint64 version; /* when it was last read */
	gint64 place;   /* the last change that was told */
};

HRESULT
changes_open(const char *path, struct changes **out, char **why)
{
	struct changes *changes = g_new0(struct changes, 1);
	HRESULT hr = file_open(path, &changes->file, why);

	*out = NULL;
	if (SUCCEEDED(hr))
		hr = file_number(changes->file, "PRAGMA data_version", &changes->version, why);
	if (SUCCEEDED(hr))
		hr = file_number(changes->file, "SELECT max(id) FROM change", &changes->place, why);
	if (SUCCEEDED(hr))
		*out = changes;
	else
		changes_close(changes);
	return hr;
}

void
changes_close(struct changes *changes)
{
	if (changes->file)
		file_close(changes->file);
	g_free(changes);
}

/* What is older than the oldest that is kept was missed. */
static HRESULT
look_for_gap(struct changes *changes, bool *gap, char **why)
{
	gint64 first, last;
	HRESULT hr = file_number(changes->file, "SELECT min(id) FROM change", &first, why);

	if (SUCCEEDED(hr))
		hr = file_number(changes->file, "SELECT max(id) FROM change", &last, why);
	*gap = SUCCEEDED(hr) && first > changes->place + 1;
	if (*gap)
		changes->place = last;
	return hr;
}

static HRESULT
read_new(struct changes *changes, changes_take take, void *context, char **why)
{
	sqlite3_stmt *statement = NULL;
	HRESULT hr = file_query(changes->file, &statement, why,
	    "SELECT id, event, entry, type FROM change WHERE id > ? ORDER BY id", "i",
	    changes->place);

	while (SUCCEEDED(hr)) {
		hr = file_next(changes->file, statement, why);
		if (hr != S_OK)
			break;
		changes->place = sqlite3_column_int64(statement, 0);
		take(context, (ULONG)sqlite3_column_int64(statement, 1),
		    sqlite3_column_int64(statement, 2), (ULONG)sqlite3_column_int64(statement, 3));
	}
	sqlite3_finalize(statement);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
changes_read(struct changes *changes, changes_take take, void *context)
{
	g_autofree char *why = NULL;
	bool gap = false;
	gint64 version;
	HRESULT hr = file_number(changes->file, "PRAGMA data_version", &version, &why);

	if (FAILED(hr) || version == changes->version)
		return hr;
	hr = look_for_gap(changes, &gap, &why);
	if (SUCCEEDED(hr) && gap)
		take(context, 0, 0, 0);
	else if (SUCCEEDED(hr))
		hr = read_new(changes, take, context, &why);
	if (SUCCEEDED(hr))
		changes->version = version;
	return hr;
}
