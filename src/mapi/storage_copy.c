/* SPDX-License-Identifier: MIT */
/* What is done with storages of any make: see storage.h. */
#include "storage.h"
#include "storage_private.h"

#include <stdlib.h>
#include <mapicode.h>
#include "mem.h"

#define READ_MODE (STGM_READ | STGM_SHARE_EXCLUSIVE)
#define WRITE_MODE (STGM_READWRITE | STGM_SHARE_EXCLUSIVE)
#define MAKE_MODE (WRITE_MODE | STGM_CREATE)
#define STREAM_MAX 0x7FFFFFFFu

HRESULT
storage_open(IStorage *storage, const WCHAR *name, IStorage **out)
{
	return storage->lpVtbl->OpenStorage(storage, name, NULL, READ_MODE, NULL, 0, out);
}

HRESULT
storage_make(IStorage *storage, const WCHAR *name, IStorage **out)
{
	return storage->lpVtbl->CreateStorage(storage, name, MAKE_MODE, 0, 0, out);
}

static HRESULT
read_stream(IStream *stream, void *root, BYTE **out, size_t *size)
{
	STATSTG stat;
	ULONG done = 0;
	BYTE *bytes;
	HRESULT hr = stream->lpVtbl->Stat(stream, &stat, STATFLAG_NONAME);

	if (FAILED(hr))
		return hr;
	if (stat.cbSize.QuadPart > STREAM_MAX)
		return STG_E_DOCFILECORRUPT;
	bytes = mem_zalloc(root, (size_t)stat.cbSize.QuadPart + sizeof(WCHAR));
	if (!bytes)
		return STG_E_INSUFFICIENTMEMORY;
	hr = stream->lpVtbl->Read(stream, bytes, (ULONG)stat.cbSize.QuadPart, &done);
	*out = bytes;
	*size = done;
	return hr;
}

HRESULT
storage_read(IStorage *storage, const WCHAR *name, void *root, BYTE **bytes, size_t *size)
{
	IStream *stream = NULL;
	HRESULT hr;

	*bytes = NULL;
	*size = 0;
	hr = storage->lpVtbl->OpenStream(storage, name, NULL, READ_MODE, 0, &stream);
	if (SUCCEEDED(hr))
		hr = read_stream(stream, root, bytes, size);
	COM_CLEAR(stream);
	return hr;
}

HRESULT
storage_write(IStorage *storage, const WCHAR *name, const void *bytes, size_t size)
{
	IStream *stream = NULL;
	ULONG done = 0;
	HRESULT hr;

	if (size > STREAM_MAX)
		return STG_E_MEDIUMFULL;
	hr = storage->lpVtbl->CreateStream(storage, name, MAKE_MODE, 0, 0, &stream);
	if (SUCCEEDED(hr) && size)
		hr = stream->lpVtbl->Write(stream, bytes, (ULONG)size, &done);
	if (SUCCEEDED(hr) && done != size)
		hr = STG_E_WRITEFAULT;
	if (SUCCEEDED(hr))
		hr = stream->lpVtbl->Commit(stream, STGC_DEFAULT);
	COM_CLEAR(stream);
	return hr;
}

/* --- Copies -------------------------------------------------------------------------------- */

static HRESULT copy_all(IStorage *from, IStorage *to, unsigned depth);

static HRESULT
copy_stream(IStorage *from, const WCHAR *name, IStorage *to, const WCHAR *new_name)
{
	ULARGE_INTEGER all = { .QuadPart = G_MAXINT64 };
	IStream *source = NULL, *target = NULL;
	HRESULT hr;

	hr = from->lpVtbl->OpenStream(from, name, NULL, READ_MODE, 0, &source);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->CreateStream(to, new_name, MAKE_MODE, 0, 0, &target);
	if (SUCCEEDED(hr))
		hr = source->lpVtbl->CopyTo(source, target, all, NULL, NULL);
	COM_CLEAR(source);
	COM_CLEAR(target);
	return hr;
}

/* What is there under the name is added to, as native storages copy. */
static HRESULT
copy_storage(IStorage *from, const WCHAR *name, IStorage *to, const WCHAR *new_name, unsigned depth)
{
	IStorage *source = NULL, *target = NULL;
	HRESULT hr;

	hr = storage_open(from, name, &source);
	if (SUCCEEDED(hr)) {
		hr = to->lpVtbl->OpenStorage(to, new_name, NULL, WRITE_MODE, NULL, 0, &target);
		if (FAILED(hr))
			hr = storage_make(to, new_name, &target);
	}
	if (SUCCEEDED(hr))
		hr = copy_all(source, target, depth + 1);
	COM_CLEAR(source);
	COM_CLEAR(target);
	return hr;
}

static HRESULT
copy_element(IStorage *from, const STATSTG *element, IStorage *to, unsigned depth)
{
	return element->type == STGTY_STORAGE
		   ? copy_storage(from, element->pwcsName, to, element->pwcsName, depth)
		   : copy_stream(from, element->pwcsName, to, element->pwcsName);
}

static HRESULT
copy_all(IStorage *from, IStorage *to, unsigned depth)
{
	IEnumSTATSTG *list = NULL;
	STATSTG element;
	HRESULT hr;

	if (depth > COMPOUND_DEPTH_MAX)
		return STG_E_DOCFILECORRUPT;
	hr = from->lpVtbl->Stat(from, &element, STATFLAG_NONAME);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->SetClass(to, &element.clsid);
	if (SUCCEEDED(hr))
		hr = from->lpVtbl->EnumElements(from, 0, NULL, 0, &list);
	while (SUCCEEDED(hr) && (hr = list->lpVtbl->Next(list, 1, &element, NULL)) == S_OK) {
		hr = copy_element(from, &element, to, depth);
		free(element.pwcsName);
	}
	COM_CLEAR(list);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
storage_copy(IStorage *from, IStorage *to)
{
	return copy_all(from, to, 0);
}

HRESULT
storage_copy_element(IStorage *from, const WCHAR *name, IStorage *to, const WCHAR *new_name)
{
	HRESULT hr = copy_stream(from, name, to, new_name);

	return hr == STG_E_FILENOTFOUND ? copy_storage(from, name, to, new_name, 0) : hr;
}
