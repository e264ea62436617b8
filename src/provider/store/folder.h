/* SPDX-License-Identifier: MIT */
/* Folders.  They are not transacted: every change is in the store when the call returns. */
#ifndef EMAPI_STORE_FOLDER_H
#define EMAPI_STORE_FOLDER_H

#include "store.h"

struct folder {
	struct com_object com;
	IMAPIFolder ifolder;
	struct store *store;
	gint64 id;
	bool writable;
	bool search; /* its messages are links: none can be made or put in it, nor folders */
};

/* MAPI_E_NOT_FOUND.  Lock held, as in all functions here. */
HRESULT folder_open(struct store *store, gint64 id, ULONG flags, struct folder **out);

/* folder_row.c: all properties of a folder, stored and computed, into an empty bag. */
HRESULT folder_read(struct store *store, gint64 id, bool writable, struct bag *bag);
/* SetProps and DeleteProps on the row (one of `values` and `tags` is NULL). */
HRESULT folder_write(struct store *store, gint64 id, ULONG count, const SPropValue *values,
    const SPropTagArray *tags, SPropProblemArray **problems);
/* A subfolder.  MAPI_E_COLLISION when the name is taken and no OPEN_IF_EXISTS in `flags`, or taken
 * by a folder of another type. */
struct folder_making {
	ULONG type; /* FOLDER_GENERIC, FOLDER_SEARCH */
	const char *name, *comment;
	ULONG flags;
};
HRESULT folder_add(
    struct store *store, gint64 parent, const struct folder_making *making, gint64 *id);
/* flags DEL_MESSAGES, DEL_FOLDERS: MAPI_E_HAS_MESSAGES, MAPI_E_HAS_FOLDERS, MAPI_E_NO_ACCESS for a
 * folder of the store itself, MAPI_E_NOT_FOUND. */
struct receipts;
HRESULT folder_remove(
    struct store *store, gint64 parent, gint64 id, ULONG flags, struct receipts *receipts);
/* Inside a transaction: a folder and all below it.  S_FALSE for a folder of the store itself, and
 * where mail below it waits to be sent: nothing is done. */
HRESULT folder_remove_tree(struct store *store, gint64 id, struct receipts *receipts);
/* `name` of a moved or copied folder: its own where `text` is NULL.  MAPI_E_COLLISION,
 * MAPI_E_FOLDER_CYCLE, MAPI_E_NO_ACCESS, MAPI_E_NOT_FOUND. */
struct folder_name {
	const char *text; /* as it is shown */
	const char *key;  /* folder_name_key() of it */
};
HRESULT folder_move(struct store *store, gint64 id, gint64 target, const struct folder_name *name);
/* folder_copy.c: `deep` with all below it.  MAPI_W_PARTIAL_COMPLETION when waiting mail stayed. */
HRESULT folder_copy(
    struct store *store, gint64 id, gint64 target, const struct folder_name *name, bool deep);
/* What names are compared by, without regard to case; g_free(). */
char *folder_name_key(const char *name);
/* Whether a folder is another or below it. */
HRESULT folder_within(struct store *store, gint64 id, gint64 of, bool *within);
HRESULT folder_exists(struct store *store, gint64 id);

/* folder_messages.c: MAPI_W_PARTIAL_COMPLETION when some could not be done.  One transaction, or
 * with a progress one for each of some messages; MAPI_E_USER_CANCEL leaves the rest undone. */
struct folder_job {
	struct folder *folder;
	const ENTRYLIST *list;
	IMAPIProgress *progress; /* may be NULL */
	struct receipts *receipts;
	ULONG flags;   /* of the method */
	gint64 target; /* the folder that messages go to */
};
HRESULT folder_delete_messages(struct folder_job *job);
/* Subfolders too; associated messages with DEL_ASSOCIATED. */
HRESULT folder_empty(struct folder_job *job);
/* All messages where there is no list. */
HRESULT folder_set_read_flags(struct folder_job *job);
HRESULT folder_copy_messages(struct folder_job *job);
/* Get- and SetMessageStatus: the bits of `mask` become those of `status`.  MAPI_E_NOT_FOUND. */
struct status_change {
	ULONG status, mask;
};
HRESULT folder_message_status(struct folder *folder, gint64 id, ULONG *status);
HRESULT folder_change_message_status(
    struct folder *folder, gint64 id, const struct status_change *change, ULONG *old);
/* One message with all that hangs on it, in a transaction of the caller. */
HRESULT folder_copy_row(struct db *db, gint64 message, gint64 folder, gint64 *copied);

/* hierarchy.c: called without the store's lock, which is taken within that of the table's rows. */
HRESULT hierarchy_table(struct store *store, gint64 folder, ULONG flags, IMAPITable **out);
/* contents.c */
HRESULT contents_table(struct store *store, gint64 folder, ULONG flags, IMAPITable **out);

#endif
