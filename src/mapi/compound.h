/* SPDX-License-Identifier: MIT */
/*
 * Compound files ([MS-CFB]), the container of .msg: a tree of storages and streams in memory, read
 * from and written as the bytes of a file.  What locks is storage.h.
 *
 * Bytes are trusted in nothing: chains and trees that run in circles or out of the file, and
 * streams that together are larger than the file, are STG_E_DOCFILECORRUPT.
 */
#ifndef EMAPI_MAPI_COMPOUND_H
#define EMAPI_MAPI_COMPOUND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>
#include <mapidefs.h>

#define COMPOUND_NAME_MAX 31  /* characters of a name */
#define COMPOUND_DEPTH_MAX 96 /* storages in storages */

struct node {
	atomic_uint refs;
	bool is_storage;
	bool removed;        /* from its storage, while somebody still has it open */
	GPtrArray *children; /* of a storage: struct node, in the order of node_compare_names() */
	BYTE *data;          /* of a stream */
	size_t size, room;
	unsigned depth; /* of storages above it */
	CLSID clsid;
	DWORD state;
	FILETIME created, modified;
	WCHAR name[COMPOUND_NAME_MAX + 1];
};

/* `name` has at most COMPOUND_NAME_MAX characters; NULL when memory is short. */
struct node *node_new(bool is_storage, const WCHAR *name);
struct node *node_ref(struct node *node);
void node_unref(struct node *node);

/* Whether it is one that storages and streams may have ([MS-CFB] 2.6.1). */
bool node_is_name(const WCHAR *name);
/* As the trees in files are ordered: shorter names first, case ignored. */
int node_compare_names(const WCHAR *a, const WCHAR *b);
struct node *node_find(const struct node *storage, const WCHAR *name); /* borrowed, or NULL */
/* Takes over the reference; false where the name is there already. */
bool node_add(struct node *storage, struct node *child);
void node_remove(struct node *storage, struct node *child);
/* New bytes are zero; STG_E_MEDIUMFULL beyond 2 GiB, STG_E_INSUFFICIENTMEMORY. */
HRESULT node_resize(struct node *stream, uint64_t size);

bool compound_is(const void *bytes, size_t size);
/* STG_E_INVALIDHEADER for what is no compound file. */
HRESULT compound_read(const void *bytes, size_t size, struct node **root);
/* Of version 3, sectors of 512 bytes.  *bytes is for g_free(). */
HRESULT compound_write(const struct node *root, BYTE **bytes, size_t *size);

#endif
