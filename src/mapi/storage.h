/* SPDX-License-Identifier: MIT */
/*
 * IStorage over the tree of a compound file (compound.h), from any thread.
 *
 * The whole file is held in memory. What is done to storages and streams shows in the tree at once;
 * Commit of the outermost storage writes the file anew, Revert of it reads it again, and whatever
 * was opened before then answers STG_E_REVERTED.  Commit and Revert of those within do nothing.
 */
#ifndef EMAPI_MAPI_STORAGE_H
#define EMAPI_MAPI_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <mapidefs.h>

/* A storage without a file, writable. */
HRESULT storage_create(IStorage **out);
/* One that is filled from the bytes of a compound file. */
HRESULT storage_from_bytes(const void *bytes, size_t size, IStorage **out);
/* The same storage, one of ours, to read alone. */
HRESULT storage_view(IStorage *storage, IStorage **out);
/* Any storage as the bytes of a compound file; g_free(). */
HRESULT storage_to_bytes(IStorage *storage, BYTE **bytes, size_t *size);

/* For all storages, of whatever make: a stream's bytes on the MAPI buffer `root`, which has to be
 * there, with two zeros behind them; a new stream of these bytes in place of one of that name. */
HRESULT storage_read(IStorage *storage, const WCHAR *name, void *root, BYTE **bytes, size_t *size);
HRESULT storage_write(IStorage *storage, const WCHAR *name, const void *bytes, size_t size);
/* One within, to read; STG_E_FILENOTFOUND. */
HRESULT storage_open(IStorage *storage, const WCHAR *name, IStorage **out);
/* A new one within. */
HRESULT storage_make(IStorage *storage, const WCHAR *name, IStorage **out);
/* All that is in one also into the other. */
HRESULT storage_copy(IStorage *from, IStorage *to);

#endif
