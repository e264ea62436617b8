/* SPDX-License-Identifier: MIT */
/* What storages, their streams and their enumerators share. */
#ifndef EMAPI_MAPI_STORAGE_PRIVATE_H
#define EMAPI_MAPI_STORAGE_PRIVATE_H

#include "com.h"
#include "compound.h"

/* One file, or none. */
struct tree {
	atomic_uint refs;
	GMutex lock;       /* over all nodes */
	IStream *stream;   /* the file, or ... */
	ILockBytes *bytes; /* ... so; both NULL without one */
	ULONGLONG origin;  /* where in it the compound file begins */
};

struct tree *tree_ref(struct tree *tree);
void tree_unref(struct tree *tree);

/* The file's bytes, from the origin to its end; g_free(). */
HRESULT tree_read_file(const struct tree *tree, BYTE **bytes, size_t *size);
HRESULT tree_write_file(const struct tree *tree, const BYTE *bytes, size_t size);

/* Objects on nodes, which they hold. */
HRESULT node_stream_create(struct tree *tree, struct node *node, bool writable, IStream **out);
/* Takes over the array of STATSTG (names by the task allocator), made with element_clear(). */
void element_clear(STATSTG *element);
HRESULT node_enum_create(GArray *elements, IEnumSTATSTG **out);
/* The caller holds the lock.  STG_E_INSUFFICIENTMEMORY. */
HRESULT node_stat(const struct node *node, bool writable, DWORD flags, STATSTG *out);

/* One stream or storage, with all that is in it. */
HRESULT storage_copy_element(
    IStorage *from, const WCHAR *name, IStorage *to, const WCHAR *new_name);

#endif
