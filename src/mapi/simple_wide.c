/* SPDX-License-Identifier: MIT */
/* Simple MAPI: MAPISendMailW, whose structures have the layout of the others, with 16-bit text. */
#include <string.h>
#include <mapicode.h>
#include "mem.h"
#include "simple.h"
#include "text.h"

/* The text as UTF-8 on `root`, in place of a pointer that held 16-bit text until now. */
static HRESULT
narrow(void *root, LPSTR *text)
{
	const WCHAR *wide = (const WCHAR *)(void *)*text;

	if (!wide)
		return S_OK;
	*text = text_to_utf8(root, wide);
	return *text ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
narrow_all(void *root, LPSTR **texts, size_t count)
{
	HRESULT hr = S_OK;
	size_t i;

	for (i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = narrow(root, texts[i]);
	return hr;
}

/* A copy of `count` structures, on `root`. */
static HRESULT
copy_array(void *root, ULONG count, size_t size, void *from, void **out)
{
	*out = NULL;
	if (!count)
		return S_OK;
	if (!from)
		return MAPI_E_INVALID_PARAMETER;
	*out = mem_zalloc(root, count * size);
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(*out, from, count * size);
	return S_OK;
}

static HRESULT
copy_people(void *root, ULONG count, MapiRecipDescW *from, MapiRecipDesc **out)
{
	HRESULT hr = copy_array(root, count, sizeof *from, from, (void **)out);
	ULONG i;

	for (i = 0; SUCCEEDED(hr) && i < count; i++) {
		LPSTR *texts[] = { &(*out)[i].lpszName, &(*out)[i].lpszAddress };

		hr = narrow_all(root, texts, G_N_ELEMENTS(texts));
	}
	return hr;
}

static HRESULT
copy_files(void *root, ULONG count, MapiFileDescW *from, MapiFileDesc **out)
{
	HRESULT hr = copy_array(root, count, sizeof *from, from, (void **)out);
	ULONG i;

	for (i = 0; SUCCEEDED(hr) && i < count; i++) {
		LPSTR *texts[] = { &(*out)[i].lpszPathName, &(*out)[i].lpszFileName };

		hr = narrow_all(root, texts, G_N_ELEMENTS(texts));
	}
	return hr;
}

/* All of it hangs on *out. */
static HRESULT
copy_message(MapiMessageW *from, MapiMessage **out)
{
	MapiMessage *copy = mem_zalloc(NULL, sizeof *copy);
	HRESULT hr = copy ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	*out = copy;
	if (FAILED(hr))
		return hr;
	memcpy(copy, from, sizeof *copy);
	{
		LPSTR *texts[] = { &copy->lpszSubject, &copy->lpszNoteText, &copy->lpszMessageType,
			&copy->lpszDateReceived, &copy->lpszConversationID };

		hr = narrow_all(copy, texts, G_N_ELEMENTS(texts));
	}
	if (SUCCEEDED(hr) && from->lpOriginator)
		hr = copy_people(copy, 1, from->lpOriginator, &copy->lpOriginator);
	if (SUCCEEDED(hr))
		hr = copy_people(copy, from->nRecipCount, from->lpRecips, &copy->lpRecips);
	if (SUCCEEDED(hr))
		hr = copy_files(copy, from->nFileCount, from->lpFiles, &copy->lpFiles);
	return hr;
}

ULONG
simple_send_mail_w(
    LHANDLE session, ULONG_PTR ui, lpMapiMessageW message, FLAGS flags, ULONG reserved)
{
	MapiMessage *narrowed = NULL;
	ULONG code;
	HRESULT hr;

	if (!message)
		return MAPI_E_FAILURE;
	hr = copy_message(message, &narrowed);
	code = SUCCEEDED(hr) ? simple_send_mail(session, ui, narrowed, flags, reserved)
			     : simple_code(hr);
	mem_free(narrowed);
	return code;
}
