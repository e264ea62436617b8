/* SPDX-License-Identifier: MIT */
/* What a store without better ways of its own has from IMAPISupport: copies, receipts, shutdown. */
#include <mapicode.h>
#include <mapiguid.h>
#include "mem.h"
#include "objcopy.h"
#include "progress.h"
#include "readreceipt.h"
#include "support_private.h"
#include "text.h"

/* --- Copies -------------------------------------------------------------------------------- */

HRESULT
support_DoCopyTo(IMAPISupport *This, LPCIID source_iid, LPVOID source, ULONG excluded,
    LPCIID excluded_iids, LPSPropTagArray exclude, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID target_iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct objcopy how = { .exclude = exclude,
		.excluded_count = excluded,
		.excluded = excluded_iids,
		.progress = progress,
		.flags = flags,
		.problems = problems };

	if (excluded && !excluded_iids)
		return MAPI_E_INVALID_PARAMETER;
	return objcopy(source, target, &how);
}

HRESULT
support_DoCopyProps(IMAPISupport *This, LPCIID source_iid, LPVOID source, LPSPropTagArray include,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID target_iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	struct objcopy how = {
		.include = include, .progress = progress, .flags = flags, .problems = problems
	};

	return include ? objcopy(source, target, &how) : MAPI_E_INVALID_PARAMETER;
}

/* The interface that the caller says an object is to be used by. */
static HRESULT
as_folder(void *object, IMAPIFolder **out)
{
	IUnknown *unknown = object;

	*out = NULL;
	if (!unknown)
		return MAPI_E_INVALID_PARAMETER;
	return SUCCEEDED(unknown->lpVtbl->QueryInterface(unknown, &IID_IMAPIFolder, (void **)out))
		   ? S_OK
		   : MAPI_E_INTERFACE_NOT_SUPPORTED;
}

HRESULT
support_CopyMessages(IMAPISupport *This, LPCIID source_iid, LPVOID source, LPENTRYLIST list,
    LPCIID target_iid, LPVOID target, ULONG_PTR ui, LPMAPIPROGRESS progress, ULONG flags)
{
	IMAPIFolder *from = NULL, *to = NULL;
	HRESULT hr;

	if (!list || (list->cValues && !list->lpbin))
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~(ULONG)(MESSAGE_MOVE | MESSAGE_DIALOG | MAPI_DECLINE_OK))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = as_folder(source, &from);
	if (SUCCEEDED(hr))
		hr = as_folder(target, &to);
	if (SUCCEEDED(hr))
		hr = objcopy_messages(from, list, to, progress, flags);
	COM_CLEAR(from);
	COM_CLEAR(to);
	return hr;
}

HRESULT
support_CopyFolder(IMAPISupport *This, LPCIID source_iid, LPVOID source, ULONG size, LPENTRYID id,
    LPCIID target_iid, LPVOID target, LPTSTR name, ULONG_PTR ui, LPMAPIPROGRESS progress,
    ULONG flags)
{
	SBinary bytes = { size, (BYTE *)id };
	IMAPIFolder *from = NULL, *to = NULL;
	char *text = NULL;
	HRESULT hr;

	if (!size || !id)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~(ULONG)(COPY_SUBFOLDERS | FOLDER_DIALOG | FOLDER_MOVE | MAPI_UNICODE |
			     MAPI_DECLINE_OK))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = text_from_arg(NULL, name, flags, &text);
	if (SUCCEEDED(hr))
		hr = as_folder(source, &from);
	if (SUCCEEDED(hr))
		hr = as_folder(target, &to);
	if (SUCCEEDED(hr))
		hr = objcopy_folder(from, &bytes, to, text, progress, flags);
	COM_CLEAR(from);
	COM_CLEAR(to);
	mem_free(text);
	return hr;
}

HRESULT
support_DoProgressDialog(IMAPISupport *This, ULONG_PTR ui, ULONG flags, LPMAPIPROGRESS *out)
{
	return out ? progress_create(MAPI_TOP_LEVEL, out) : MAPI_E_INVALID_PARAMETER;
}

/* --- Receipts ------------------------------------------------------------------------------ */

HRESULT
support_ReadReceipt(IMAPISupport *This, ULONG flags, LPMESSAGE message, LPMESSAGE *report)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (!message || !report || !*report)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~MAPI_NON_READ)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = session_check(self->session);
	if (SUCCEEDED(hr))
		hr = readreceipt_fill(self->session, message, !(flags & MAPI_NON_READ), *report);
	return hr;
}

/* --- MakeInvalid --------------------------------------------------------------------------- */

#define METHODS_MAX 128

/* What is left of an object: its memory is the provider's, from MAPIAllocateBuffer. */
struct invalid {
	const void *const *vtbl;
	atomic_uint refs;
};

static HRESULT
invalid_method(struct invalid *This)
{
	return MAPI_E_INVALID_OBJECT;
}

static ULONG
invalid_AddRef(struct invalid *This)
{
	return atomic_fetch_add(&This->refs, 1) + 1;
}

static ULONG
invalid_Release(struct invalid *This)
{
	ULONG left = atomic_fetch_sub(&This->refs, 1) - 1;

	if (!left)
		mem_free(This);
	return left;
}

/* Arguments beyond the first are the caller's to clean up in C's calling convention. */
static const void *const invalid_vtbl[METHODS_MAX] = {
	[0] = invalid_method,
	[1] = invalid_AddRef,
	[2] = invalid_Release,
	[3 ... METHODS_MAX - 1] = invalid_method,
};

HRESULT
support_MakeInvalid(IMAPISupport *This, ULONG flags, LPVOID object, ULONG refs, ULONG methods)
{
	struct invalid *dead = object;

	if (!dead || flags || !refs || methods < 3 || methods > METHODS_MAX)
		return MAPI_E_INVALID_PARAMETER;
	atomic_init(&dead->refs, refs);
	dead->vtbl = invalid_vtbl;
	return S_OK;
}
