/* SPDX-License-Identifier: MIT */
/*
 * Long values: bytes in chunks of LOB_CHUNK, apart from the rows they belong to (design D3).
 *
 * A long value is made staged, without an owner; saving its object gives it one in the same
 * transaction.  Staged values of processes that are no more are swept at logon.  All functions but
 * lob_read() and lob_load() want an open transaction.  A chunk that is not there reads as zeros.
 */
#ifndef EMAPI_STORE_LOB_H
#define EMAPI_STORE_LOB_H

#include "db.h"

#define LOB_CHUNK (256 * 1024)
/* Values up to this size stay in the row; larger ones become long values. */
#define LOB_THRESHOLD (64 * 1024)

enum lob_kind { LOB_STAGED = 0, LOB_MESSAGE = 1, LOB_ATTACHMENT = 2 };

HRESULT lob_create(struct db *db, ULONG tag, gint64 *id);
/* Replaces chunk `number`; `size` 0 removes it. */
HRESULT lob_write(struct db *db, gint64 id, gint64 number, const void *data, size_t size);
HRESULT lob_set_size(struct db *db, gint64 id, guint64 size);
/* Makes a staged value from memory. */
HRESULT lob_store(struct db *db, ULONG tag, const void *data, size_t size, gint64 *id);
/* A staged copy. */
HRESULT lob_copy(struct db *db, gint64 id, gint64 *copy);
/* Gives a staged value to its owner; one that has an owner keeps it. */
HRESULT lob_own(struct db *db, gint64 id, enum lob_kind kind, gint64 owner);
HRESULT lob_delete(struct db *db, gint64 id);
/* Removes the value if it is still staged. */
HRESULT lob_discard(struct db *db, gint64 id);
/* Removes what dead processes have staged; takes a transaction of its own where there is any. */
HRESULT lob_sweep(struct db *db);

/* One whole chunk into `buffer` (LOB_CHUNK bytes), the rest zeroed. */
HRESULT lob_read(struct db *db, gint64 id, gint64 number, BYTE *buffer);
/* The first `size` bytes, zero-ended by two bytes more, on the MAPI buffer `root`. */
HRESULT lob_load(struct db *db, gint64 id, guint64 size, void *root, BYTE **out);

#endif
