/* SPDX-License-Identifier: MIT */
/* IMalloc over the C library's heap. */
#include "imalloc.h"
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <mapiguid.h>
#include <mapiutil.h>

static HRESULT
malloc_QueryInterface(IMalloc *This, const IID *iid, LPVOID *out)
{
	if (!out)
		return E_POINTER;
	*out = NULL;
	if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMalloc))
		return E_NOINTERFACE;
	*out = This;
	return S_OK;
}

static ULONG
malloc_AddRef(IMalloc *This)
{
	return 1; /* as native's: nobody counts them */
}

static ULONG
malloc_Release(IMalloc *This)
{
	return 1;
}

static LPVOID
malloc_Alloc(IMalloc *This, SIZE_T size)
{
	return malloc(size ? size : 1);
}

static LPVOID
malloc_Realloc(IMalloc *This, LPVOID block, SIZE_T size)
{
	if (block && !size) {
		free(block);
		return NULL;
	}
	return realloc(block, size ? size : 1);
}

static void
malloc_Free(IMalloc *This, LPVOID block)
{
	free(block);
}

static SIZE_T
malloc_GetSize(IMalloc *This, LPVOID block)
{
	return block ? malloc_usable_size(block) : (SIZE_T)-1;
}

static int
malloc_DidAlloc(IMalloc *This, LPVOID block)
{
	return -1;
}

static void
malloc_HeapMinimize(IMalloc *This)
{
	malloc_trim(0);
}

static const IMallocVtbl malloc_vtbl = {
	.QueryInterface = malloc_QueryInterface,
	.AddRef = malloc_AddRef,
	.Release = malloc_Release,
	.Alloc = malloc_Alloc,
	.Realloc = malloc_Realloc,
	.Free = malloc_Free,
	.GetSize = malloc_GetSize,
	.DidAlloc = malloc_DidAlloc,
	.HeapMinimize = malloc_HeapMinimize,
};

IMalloc *
malloc_object(void)
{
	static IMalloc object = { &malloc_vtbl };

	return &object;
}

LPMALLOC
MAPIGetDefaultMalloc(void)
{
	return malloc_object();
}
