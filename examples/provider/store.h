/* SPDX-License-Identifier: MIT */
/*
 * What the files of the example message store share; store.c tells what it is.
 */
#ifndef EXAMPLE_STORE_H
#define EXAMPLE_STORE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf */
#endif
#include "com.h"
#include <stdbool.h>
#include <stdio.h>

struct memory {
	ALLOCATEBUFFER *buffer;
	ALLOCATEMORE *more;
	FREEBUFFER *free;
};
extern struct memory memory;

/* --- store_props.c: lists of properties ---------------------------------------------------- */

/* All values in memory of their own: malloc.  At most one of each property. */
struct props {
	SPropValue *values;
	ULONG count;
};

void props_clear(struct props *props);
const SPropValue *props_find(const struct props *props, ULONG tag);
/* Copies the value in; PT_ERROR is passed over.  MAPI_E_NO_SUPPORT for types that are not kept here
 * (lists, objects, currency). */
HRESULT props_set(struct props *props, const SPropValue *value);
HRESULT props_set_long(struct props *props, ULONG tag, LONG number);
HRESULT props_set_binary(struct props *props, ULONG tag, const void *data, ULONG size);
void props_remove(struct props *props, ULONG tag);
/* As IMAPIProp::GetProps, and as a row of a table with those columns. */
HRESULT props_get(const struct props *props, const SPropTagArray *tags, ULONG flags, ULONG *count,
    SPropValue **out);
HRESULT props_list(const struct props *props, ULONG flags, SPropTagArray **out);
/* To and from a file, which holds them as bytes; MAPI_E_CORRUPT_STORE for what is none. */
HRESULT props_write(const struct props *props, FILE *file);
HRESULT props_read(struct props *props, FILE *file);

/* --- store_table.c ------------------------------------------------------------------------- */

/* A table over a copy of rows, which it takes over: an array from malloc. */
HRESULT table_create(struct props *rows, ULONG count, ULONG flags, IMAPITable **out);

/* --- store.c ------------------------------------------------------------------------------- */

/* The folders; each is a folder on the disk, but for the root and what only holds others. */
enum place { ROOT, OUTBOX, SENT, INBOX, PLACES };

/* An entry ID.  The UID after the flags is the store's, and its PR_RECORD_KEY. */
struct id {
	BYTE flags[4];
	MAPIUID store;
	ULONG kind; /* MAPI_STORE, MAPI_FOLDER, MAPI_MESSAGE */
	ULONG place;
	ULONGLONG number; /* of a message: for life, in whatever folder */
};

struct store {
	IMsgStore iface;
	struct object object;
	IMAPISupport *support;
	char *folder;
	MAPIUID uid;
	int locked; /* the file of the message that the spooler has locked; -1 */
	ULONGLONG locked_number;
	char error[300]; /* of the last failure */
};

extern const IMsgStoreVtbl store_vtbl;

struct store *store_from(IMsgStore *iface);
/* Remembers words for GetLastError; answers hr. */
HRESULT store_fail(struct store *store, HRESULT hr, const char *what);
HRESULT store_error(struct store *store, HRESULT hr, ULONG flags, MAPIERROR **out);
void store_id(const struct store *store, ULONG kind, ULONG place, ULONGLONG number, struct id *id);
/* MAPI_E_INVALID_ENTRYID, MAPI_E_UNKNOWN_ENTRYID. */
HRESULT store_check_id(const struct store *store, ULONG size, const void *bytes, struct id *id);
HRESULT store_open(
    struct store *store, ULONG size, const void *bytes, ULONG flags, ULONG *type, IUnknown **out);

/* --- store_files.c: messages as files ------------------------------------------------------ */

/*
 * A message is one file; the folder on the disk tells its state, so that each change of state is
 * one rename:  outbox (being written), queue (submitted; in MAPI's eyes in the Outbox too), sent,
 * inbox.
 */
enum state { DRAFT, QUEUED, FILED, RECEIVED, STATES };

struct content {
	struct props props;
	struct props *recipients;
	ULONG recipient_count;
};

void content_clear(struct content *content);
/* Finds the message wherever it is.  MAPI_E_NOT_FOUND. */
HRESULT files_find(struct store *store, ULONGLONG number, enum state *state);
HRESULT files_read(
    struct store *store, ULONGLONG number, enum state *state, struct content *content);
/* Writes it whole, or leaves what was; on the disk when it answers S_OK. */
HRESULT files_write(
    struct store *store, ULONGLONG number, enum state state, const struct content *content);
HRESULT files_move(struct store *store, ULONGLONG number, enum state from, enum state to);
HRESULT files_delete(struct store *store, ULONGLONG number, enum state state);
/* Opens the file and takes its lock, which others, also of other processes, then cannot have.
 * MAPI_E_NO_ACCESS. */
HRESULT files_lock(struct store *store, ULONGLONG number, enum state state, int *fd);
/* A table of the messages in one state. */
HRESULT files_table(struct store *store, enum state state, ULONG flags, IMAPITable **out);
HRESULT files_make_folders(struct store *store);
/* The store's UID, made the first time. */
HRESULT files_read_uid(struct store *store);

/* --- store_folder.c, store_message.c ------------------------------------------------------- */

HRESULT folder_create(struct store *store, enum place place, IMAPIFolder **out);
/* number 0: a new one, which will lie in that state once it is saved. */
HRESULT message_create(struct store *store, ULONGLONG number, enum state state, IMessage **out);
/* The message behind an object of this store. */
ULONGLONG message_number(IMessage *iface);
HRESULT message_save(IMessage *iface);

#endif
