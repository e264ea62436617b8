/* SPDX-License-Identifier: MIT */
/*
 * Search folders (MAPI reference: IMAPIContainer::SetSearchCriteria, MAPI Search Folders).
 *
 * `search` has a row for each folder with criteria, `search_scope` the folders it looks through,
 * `found` what it has found; `contents` and `unread` of the folder's own row are kept by triggers
 * as those of other folders are.  Triggers note in `search_dirty` which messages a transaction
 * made, changed or moved while there is a search; search_update() judges these before the
 * transaction commits.  So what is found is always what is there, whoever wrote it, and without a
 * search folder a writer pays nothing.
 *
 * A search begins in three steps, so that nobody waits long for the write lock: the criteria are
 * written, which lets other writers' messages be judged from now on; all messages in scope are read
 * without a lock; those that fit are noted as dirty, some hundred a transaction, and judged as all
 * others.  `builder` is the process that is at it; if it dies, the next logon begins anew.
 */
#ifndef EMAPI_STORE_SEARCH_H
#define EMAPI_STORE_SEARCH_H

#include "store.h"

/* Lock held in all functions.  For db_set_before_commit(), with the store. */
HRESULT search_update(void *store);
/* Finishes searches whose process died. */
HRESULT search_sweep(struct store *store);
/* Inside a transaction: all messages of a folder that was moved, and below it, are judged anew. */
HRESULT search_folder_moved(struct store *store, gint64 folder);

/* SetSearchCriteria; returns when the search is complete.  MAPI_E_NOT_INITIALIZED for a first call
 * without restriction or folders, MAPI_E_TOO_COMPLEX, MAPI_E_INVALID_PARAMETER for flags that
 * exclude each other and for a search folder in the list, MAPI_E_NOT_FOUND for a folder that is not
 * there, MAPI_E_UNKNOWN_FLAGS. */
struct search_request {
	const SRestriction *restriction; /* NULL: as it is */
	const ENTRYLIST *folders;        /* NULL: as they are */
	ULONG flags;
};
HRESULT search_set(struct store *store, gint64 folder, const struct search_request *request);
/* GetSearchCriteria; each output may be NULL.  MAPI_E_NOT_INITIALIZED. */
struct search_answer {
	SRestriction **restriction;
	ENTRYLIST **folders;
	ULONG *state; /* SEARCH_… */
};
HRESULT search_get(
    struct store *store, gint64 folder, ULONG flags, const struct search_answer *answer);

/* search_run.c: looks through all of the scope. */
HRESULT search_run(struct store *store, gint64 folder);
/* search.c: one search's criteria.  MAPI_E_NOT_INITIALIZED. */
struct search {
	gint64 folder;
	ULONG flags; /* SEARCH_RUNNING, SEARCH_RECURSIVE, SEARCH_FOREGROUND */
	bool building;
	SRestriction *restriction; /* a MAPI buffer */
};
HRESULT search_load(struct store *store, gint64 folder, struct search *out);
void search_clear(struct search *search);
/* Whether a message with these properties fits. */
struct contents_row;
bool search_fits(
    struct store *store, const SRestriction *restriction, const struct contents_row *row);
/* Whether a recipient or attachment of a message fits (RES_SUBRESTRICTION). */
bool search_any_part(
    struct store *store, gint64 message, ULONG object, const SRestriction *restriction);

#endif
