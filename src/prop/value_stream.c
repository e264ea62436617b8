/* SPDX-License-Identifier: MIT */
/* Streams on values of objects that are not transacted: see value_stream.h. */
#include "value_stream.h"

#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "com.h"
#include "mem.h"
#include "stream.h"
#include "text.h"

struct value_owner {
	IMAPIProp *object;
	ULONG tag;
};

static HRESULT
value_commit(void *context, const void *data, size_t size)
{
	struct value_owner *owner = context;
	SPropValue value = { .ulPropTag = owner->tag };
	SPropProblemArray *problems = NULL;
	BYTE *copy = mem_zalloc(NULL, size + sizeof(WCHAR));
	HRESULT hr;

	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (size)
		memcpy(copy, data, size);
	switch (PROP_TYPE(owner->tag)) {
	case PT_STRING8:
		value.Value.lpszA = (char *)copy;
		break;
	case PT_UNICODE:
		copy[size & ~(size_t)1] = 0;
		value.Value.lpszW = (WCHAR *)(void *)copy;
		break;
	default:
		value.Value.bin.cb = (ULONG)size;
		value.Value.bin.lpb = copy;
	}
	hr = owner->object->lpVtbl->SetProps(owner->object, 1, &value, &problems);
	if (SUCCEEDED(hr) && problems)
		hr = problems->aProblem[0].scode;
	mem_free(problems);
	mem_free(copy);
	return hr;
}

static void
value_free(void *context)
{
	struct value_owner *owner = context;

	COM_CLEAR(owner->object);
	g_free(owner);
}

/* The bytes of a value; MAPI_E_NOT_FOUND or what the property answers. */
static HRESULT
value_bytes(const SPropValue *value, const void **data, size_t *size)
{
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_BINARY:
		*data = value->Value.bin.lpb;
		*size = value->Value.bin.cb;
		return S_OK;
	case PT_STRING8:
		*data = value->Value.lpszA;
		*size = strlen(value->Value.lpszA);
		return S_OK;
	case PT_UNICODE:
		*data = value->Value.lpszW;
		*size = text_wcslen(value->Value.lpszW) * sizeof(WCHAR);
		return S_OK;
	case PT_ERROR:
		return value->Value.err;
	default:
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	}
}

static HRESULT
value_open(const struct value_stream_request *request, const void *data, size_t size, IStream **out)
{
	struct value_owner *owner;
	struct stream_owner hooks = { value_commit, value_free, NULL };
	ULARGE_INTEGER none = { .QuadPart = 0 };
	HRESULT hr;

	if (!(request->flags & (MAPI_MODIFY | MAPI_CREATE)))
		return stream_create(data, size, NULL, out);
	owner = g_new0(struct value_owner, 1);
	owner->object = request->object;
	owner->tag = request->tag;
	owner->object->lpVtbl->AddRef(owner->object);
	hooks.context = owner;
	hr = stream_create(data, size, &hooks, out);
	if (FAILED(hr)) {
		value_free(owner);
		return hr;
	}
	/* An empty value, if nothing else. */
	return (request->flags & MAPI_CREATE) ? (*out)->lpVtbl->SetSize(*out, none) : S_OK;
}

HRESULT
value_stream_open(const struct value_stream_request *request, IUnknown **out)
{
	SizedSPropTagArray(1, tags) = { 1, { request->tag } };
	ULONG type = PROP_TYPE(request->tag), count = 0;
	IStream **stream = (IStream **)(void *)out;
	SPropValue *value = NULL;
	const void *data = NULL;
	size_t size = 0;
	HRESULT hr;

	if (!IsEqualIID(request->iid, &IID_IStream) ||
	    (type != PT_BINARY && type != PT_STRING8 && type != PT_UNICODE))
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	if ((request->flags & (MAPI_MODIFY | MAPI_CREATE)) && !request->writable)
		return MAPI_E_NO_ACCESS;
	if (request->flags & MAPI_CREATE)
		return value_open(request, NULL, 0, stream);
	hr = request->object->lpVtbl->GetProps(
	    request->object, (SPropTagArray *)(void *)&tags, 0, &count, &value);
	if (SUCCEEDED(hr))
		hr = value_bytes(value, &data, &size);
	if (SUCCEEDED(hr))
		hr = value_open(request, data, size, stream);
	mem_free(value);
	return hr;
}
