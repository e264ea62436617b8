/* SPDX-License-Identifier: MIT */
/* Setting and telling a search's criteria: see search.h. */
#include "search.h"

#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "eid.h"
#include "mem.h"
#include "process.h"
#include "prop.h"
#include "restriction.h"
#include "restriction_blob.h"

/* There is no index of contents: whether one is wanted makes no difference. */
#define INDEX_FLAGS 0x00030000u
#define KNOWN_FLAGS                                                                                \
	(STOP_SEARCH | RESTART_SEARCH | RECURSIVE_SEARCH | SHALLOW_SEARCH | FOREGROUND_SEARCH |    \
	    BACKGROUND_SEARCH | INDEX_FLAGS)

static HRESULT
flags_check(ULONG flags)
{
	static const ULONG exclusive[] = { STOP_SEARCH | RESTART_SEARCH,
		RECURSIVE_SEARCH | SHALLOW_SEARCH, FOREGROUND_SEARCH | BACKGROUND_SEARCH };
	size_t at;

	if (flags & ~KNOWN_FLAGS)
		return MAPI_E_UNKNOWN_FLAGS;
	for (at = 0; at < G_N_ELEMENTS(exclusive); at++)
		if ((flags & exclusive[at]) == exclusive[at])
			return MAPI_E_INVALID_PARAMETER;
	return S_OK;
}

static HRESULT
request_check(const struct search_request *request)
{
	HRESULT hr = flags_check(request->flags);

	if (SUCCEEDED(hr) && request->restriction)
		hr = restriction_check_subs(request->restriction);
	if (SUCCEEDED(hr) && request->folders &&
	    (!request->folders->cValues || !request->folders->lpbin))
		hr = MAPI_E_INVALID_PARAMETER;
	return hr;
}

/* The state that the flags ask for, from the one it is in. */
static ULONG
state_after(ULONG state, ULONG flags, bool first)
{
	if (flags & RECURSIVE_SEARCH)
		state |= SEARCH_RECURSIVE;
	if (flags & SHALLOW_SEARCH)
		state &= ~SEARCH_RECURSIVE;
	if (flags & FOREGROUND_SEARCH)
		state |= SEARCH_FOREGROUND;
	if (flags & BACKGROUND_SEARCH)
		state &= ~SEARCH_FOREGROUND;
	if (first || (flags & RESTART_SEARCH))
		state |= SEARCH_RUNNING;
	if (flags & STOP_SEARCH)
		state &= ~SEARCH_RUNNING;
	return state;
}

/* --- Writing, in one transaction ------------------------------------------------------------- */

static HRESULT
scope_add(struct store *store, gint64 folder, const SBinary *id)
{
	gint64 scope, type;
	HRESULT hr = eid_parse_as(&store->uid, id->cb, id->lpb, MAPI_FOLDER, &scope);

	if (SUCCEEDED(hr))
		hr = db_int(store->db, &type, "SELECT type FROM folder WHERE id = ?", "i", scope);
	if (SUCCEEDED(hr) && type == FOLDER_SEARCH)
		hr = MAPI_E_INVALID_PARAMETER;
	if (FAILED(hr))
		return hr;
	return db_exec(store->db, "INSERT OR IGNORE INTO search_scope(folder, scope) VALUES(?, ?)",
	    "ii", folder, scope);
}

static HRESULT
scope_write(struct store *store, gint64 folder, const ENTRYLIST *folders)
{
	HRESULT hr = db_exec(store->db, "DELETE FROM search_scope WHERE folder = ?", "i", folder);
	ULONG at;

	for (at = 0; at < folders->cValues && SUCCEEDED(hr); at++)
		hr = scope_add(store, folder, &folders->lpbin[at]);
	return hr;
}

static HRESULT
criteria_write(struct store *store, gint64 folder, const SRestriction *restriction, ULONG state)
{
	GByteArray *bytes = g_byte_array_new();
	HRESULT hr = restriction_encode(restriction, bytes);

	if (SUCCEEDED(hr))
		hr = db_exec(store->db,
		    "INSERT INTO search(folder, flags, restriction) VALUES(?1, ?2, ?3)"
		    " ON CONFLICT(folder) DO UPDATE SET flags = ?2, restriction = ?3",
		    "iub", folder, state, bytes->data, (size_t)bytes->len);
	g_byte_array_unref(bytes);
	return hr;
}

/* From here on this process looks through all; what was found before is nothing. */
static HRESULT
begin_anew(struct store *store, gint64 folder)
{
	char mark[PROCESS_MARK];
	HRESULT hr;

	process_mark(getpid(), mark);
	hr = db_exec(store->db, "UPDATE search SET builder = ?, mark = ? WHERE folder = ?", "iti",
	    (gint64)getpid(), mark, folder);
	if (SUCCEEDED(hr))
		hr = db_exec(store->db, "DELETE FROM found WHERE folder = ?", "i", folder);
	return hr;
}

static HRESULT
stop(struct store *store, gint64 folder)
{
	return db_exec(
	    store->db, "UPDATE search SET builder = 0, mark = '' WHERE folder = ?", "i", folder);
}

static HRESULT
set_in_transaction(
    struct store *store, gint64 folder, const struct search_request *request, bool *anew)
{
	struct search now;
	bool first, changed;
	ULONG state;
	HRESULT hr = search_load(store, folder, &now);

	first = hr == MAPI_E_NOT_INITIALIZED;
	if (first && (!request->restriction || !request->folders))
		return hr;
	if (FAILED(hr) && !first)
		return hr;
	state = state_after(now.flags, request->flags, first);
	changed = first || request->restriction || request->folders ||
		  ((state ^ now.flags) & SEARCH_RECURSIVE);
	if (changed && !(request->flags & STOP_SEARCH))
		state |= SEARCH_RUNNING;
	*anew = (state & SEARCH_RUNNING) && (changed || !(now.flags & SEARCH_RUNNING));
	hr = schema_search(store->db);
	if (SUCCEEDED(hr))
		hr = criteria_write(store, folder,
		    request->restriction ? request->restriction : now.restriction, state);
	if (SUCCEEDED(hr) && request->folders)
		hr = scope_write(store, folder, request->folders);
	if (SUCCEEDED(hr) && (request->flags & STOP_SEARCH))
		hr = stop(store, folder);
	if (SUCCEEDED(hr) && *anew)
		hr = begin_anew(store, folder);
	search_clear(&now);
	return hr;
}

HRESULT
search_set(struct store *store, gint64 folder, const struct search_request *request)
{
	bool anew = false;
	HRESULT hr = request_check(request);

	if (SUCCEEDED(hr))
		hr = db_begin(store->db);
	if (FAILED(hr))
		return hr;
	hr = db_end(store->db, set_in_transaction(store, folder, request, &anew), DB_DURABLE);
	return SUCCEEDED(hr) && anew ? search_run(store, folder) : hr;
}

/* --- Telling --------------------------------------------------------------------------------- */

static HRESULT
scope_read(struct store *store, gint64 folder, ENTRYLIST **out)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	ENTRYLIST *list = mem_zalloc(NULL, sizeof(*list));
	HRESULT hr = list ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	BYTE bytes[EID_SIZE];
	guint at;

	if (SUCCEEDED(hr))
		hr = db_ids(
		    store->db, "SELECT scope FROM search_scope WHERE folder = ?", folder, ids);
	if (SUCCEEDED(hr))
		list->lpbin = mem_zalloc(list, (ids->len + (size_t)1) * sizeof(SBinary));
	if (SUCCEEDED(hr) && !list->lpbin)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++) {
		SBinary *one = &list->lpbin[list->cValues++];

		eid_make(&store->uid, MAPI_FOLDER, g_array_index(ids, gint64, at), bytes);
		one->cb = sizeof(bytes);
		one->lpb = mem_memdup(list, bytes, sizeof(bytes));
		hr = one->lpb ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	g_array_unref(ids);
	if (FAILED(hr))
		mem_free(list);
	else
		*out = list;
	return hr;
}

static HRESULT
value_recode(void *root, ULONG flags, SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag), mv = type & MV_FLAG;
	SPropValue recoded;
	HRESULT hr;

	type &= ~(ULONG)MV_FLAG;
	if (type != PT_STRING8 && type != PT_UNICODE)
		return S_OK;
	hr = prop_convert(
	    root, value, mv | ((flags & MAPI_UNICODE) ? PT_UNICODE : PT_STRING8), &recoded);
	if (SUCCEEDED(hr))
		*value = recoded;
	return hr;
}

static ULONG
tag_recode(ULONG tag, ULONG flags)
{
	ULONG type = PROP_TYPE(tag) & ~(ULONG)MV_FLAG;

	if (type != PT_STRING8 && type != PT_UNICODE)
		return tag;
	return CHANGE_PROP_TYPE(
	    tag, (PROP_TYPE(tag) & MV_FLAG) | ((flags & MAPI_UNICODE) ? PT_UNICODE : PT_STRING8));
}

/* Text as the caller reads it. */
static HRESULT
recode(void *root, ULONG flags, SRestriction *restriction)
{
	SAndRestriction *list = &restriction->res.resAnd;
	HRESULT hr = S_OK;
	ULONG at;

	switch (restriction->rt) {
	case RES_AND:
	case RES_OR:
		for (at = 0; at < list->cRes && SUCCEEDED(hr); at++)
			hr = recode(root, flags, &list->lpRes[at]);
		return hr;
	case RES_NOT:
		return recode(root, flags, restriction->res.resNot.lpRes);
	case RES_SUBRESTRICTION:
		return recode(root, flags, restriction->res.resSub.lpRes);
	case RES_COMMENT:
		return restriction->res.resComment.lpRes
			   ? recode(root, flags, restriction->res.resComment.lpRes)
			   : S_OK;
	case RES_CONTENT:
		restriction->res.resContent.ulPropTag =
		    tag_recode(restriction->res.resContent.ulPropTag, flags);
		return value_recode(root, flags, restriction->res.resContent.lpProp);
	case RES_PROPERTY:
		restriction->res.resProperty.ulPropTag =
		    tag_recode(restriction->res.resProperty.ulPropTag, flags);
		return value_recode(root, flags, restriction->res.resProperty.lpProp);
	default:
		return S_OK;
	}
}

HRESULT
search_get(struct store *store, gint64 folder, ULONG flags, const struct search_answer *answer)
{
	struct search search;
	HRESULT hr = search_load(store, folder, &search);

	if (SUCCEEDED(hr) && answer->folders)
		hr = scope_read(store, folder, answer->folders);
	if (SUCCEEDED(hr) && answer->restriction) {
		hr = recode(search.restriction, flags, search.restriction);
		if (SUCCEEDED(hr)) {
			*answer->restriction = search.restriction;
			search.restriction = NULL;
		}
	}
	if (SUCCEEDED(hr) && answer->state)
		*answer->state = search.flags | (search.building ? SEARCH_REBUILD : 0);
	if (FAILED(hr) && answer->folders) {
		mem_free(*answer->folders);
		*answer->folders = NULL;
	}
	search_clear(&search);
	return hr;
}
