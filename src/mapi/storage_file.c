/* SPDX-License-Identifier: MIT */
/* The file behind a storage: an IStream or ILockBytes of whatever make (MAPI reference:
 * HrIStorageFromStream). */
#include "storage.h"
#include "storage_private.h"

#include <mapicode.h>

#define FILE_MAX ((ULONGLONG)0xFFFFFFFFu)

struct tree *
tree_ref(struct tree *tree)
{
	atomic_fetch_add(&tree->refs, 1);
	return tree;
}

void
tree_unref(struct tree *tree)
{
	if (!tree || atomic_fetch_sub(&tree->refs, 1) > 1)
		return;
	COM_CLEAR(tree->stream);
	COM_CLEAR(tree->bytes);
	g_mutex_clear(&tree->lock);
	g_free(tree);
}

static HRESULT
file_size(const struct tree *tree, ULONGLONG *size)
{
	STATSTG stat = { 0 };
	HRESULT hr;

	hr = tree->stream ? tree->stream->lpVtbl->Stat(tree->stream, &stat, STATFLAG_NONAME)
			  : tree->bytes->lpVtbl->Stat(tree->bytes, &stat, STATFLAG_NONAME);
	*size = stat.cbSize.QuadPart;
	return hr;
}

static HRESULT
seek_to(const struct tree *tree, ULONGLONG place)
{
	LARGE_INTEGER move = { .QuadPart = (LONGLONG)place };

	return tree->stream ? tree->stream->lpVtbl->Seek(tree->stream, move, STREAM_SEEK_SET, NULL)
			    : S_OK;
}

static HRESULT
read_part(const struct tree *tree, ULONGLONG place, BYTE *bytes, ULONG size, ULONG *got)
{
	ULARGE_INTEGER at = { .QuadPart = place };

	*got = 0;
	return tree->stream ? tree->stream->lpVtbl->Read(tree->stream, bytes, size, got)
			    : tree->bytes->lpVtbl->ReadAt(tree->bytes, at, bytes, size, got);
}

static HRESULT
write_part(const struct tree *tree, ULONGLONG place, const BYTE *bytes, ULONG size, ULONG *put)
{
	ULARGE_INTEGER at = { .QuadPart = place };

	*put = 0;
	return tree->stream ? tree->stream->lpVtbl->Write(tree->stream, bytes, size, put)
			    : tree->bytes->lpVtbl->WriteAt(tree->bytes, at, bytes, size, put);
}

HRESULT
tree_read_file(const struct tree *tree, BYTE **out, size_t *size)
{
	ULONGLONG whole;
	size_t done = 0;
	ULONG got = 1;
	BYTE *bytes;
	HRESULT hr = file_size(tree, &whole);

	*out = NULL;
	*size = 0;
	if (FAILED(hr))
		return hr;
	whole = whole > tree->origin ? whole - tree->origin : 0;
	if (whole > FILE_MAX)
		return STG_E_DOCFILECORRUPT;
	bytes = g_try_malloc(whole ? (size_t)whole : 1);
	if (!bytes)
		return STG_E_INSUFFICIENTMEMORY;
	hr = seek_to(tree, tree->origin);
	while (SUCCEEDED(hr) && got && done < whole) {
		hr =
		    read_part(tree, tree->origin + done, bytes + done, (ULONG)(whole - done), &got);
		done += got;
	}
	if (FAILED(hr)) {
		g_free(bytes);
		return hr;
	}
	*out = bytes;
	*size = done;
	return S_OK;
}

/* Room first: what has none for the file leaves it as it was. */
HRESULT
tree_write_file(const struct tree *tree, const BYTE *bytes, size_t size)
{
	ULARGE_INTEGER end = { .QuadPart = tree->origin + size };
	ULONGLONG before;
	size_t done = 0;
	HRESULT hr = file_size(tree, &before);

	if (SUCCEEDED(hr) && before < end.QuadPart)
		hr = tree->stream ? tree->stream->lpVtbl->SetSize(tree->stream, end)
				  : tree->bytes->lpVtbl->SetSize(tree->bytes, end);
	if (SUCCEEDED(hr))
		hr = seek_to(tree, tree->origin);
	while (SUCCEEDED(hr) && done < size) {
		ULONG put;

		hr =
		    write_part(tree, tree->origin + done, bytes + done, (ULONG)(size - done), &put);
		if (SUCCEEDED(hr) && !put)
			hr = STG_E_WRITEFAULT;
		done += put;
	}
	if (SUCCEEDED(hr) && before > end.QuadPart)
		hr = tree->stream ? tree->stream->lpVtbl->SetSize(tree->stream, end)
				  : tree->bytes->lpVtbl->SetSize(tree->bytes, end);
	if (FAILED(hr))
		return hr;
	return tree->stream ? tree->stream->lpVtbl->Commit(tree->stream, STGC_DEFAULT)
			    : tree->bytes->lpVtbl->Flush(tree->bytes);
}
