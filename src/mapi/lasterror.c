/* SPDX-License-Identifier: MIT */
/* The text behind GetLastError. */
#include "lasterror.h"
#include <mapicode.h>
#include "hr.h"
#include "mem.h"
#include "text.h"

void
last_error_init(struct last_error *error, const char *component)
{
	g_mutex_init(&error->lock);
	error->component = component;
	error->hr = S_OK;
	error->text = NULL;
	error->low_level = 0;
}

void
last_error_clear(struct last_error *error)
{
	g_free(error->text);
	error->text = NULL;
	g_mutex_clear(&error->lock);
}

static void
remember(struct last_error *error, HRESULT hr, char *text, ULONG low_level)
{
	g_mutex_lock(&error->lock);
	g_free(error->text);
	error->hr = hr;
	error->text = text;
	error->low_level = low_level;
	g_mutex_unlock(&error->lock);
}

void
last_error_set(struct last_error *error, HRESULT hr, const char *text)
{
	remember(error, hr, g_strdup(text ? text : hr_text(hr)), 0);
}

void
last_error_take(struct last_error *error, HRESULT hr, const MAPIERROR *given, ULONG flags)
{
	char *text = NULL;

	if (given && given->lpszError && (flags & MAPI_UNICODE))
		text = text_to_utf8(NULL, (const WCHAR *)given->lpszError);
	else if (given && given->lpszError)
		text = mem_strdup(NULL, (const char *)given->lpszError);
	remember(
	    error, hr, g_strdup(text ? text : hr_text(hr)), given ? given->ulLowLevelError : 0);
	mem_free(text);
}

char *
last_error_text(struct last_error *error)
{
	char *text;

	g_mutex_lock(&error->lock);
	text = g_strdup(error->text);
	g_mutex_unlock(&error->lock);
	return text;
}

static LPTSTR
text_out(void *root, const char *text, ULONG flags)
{
	if (flags & MAPI_UNICODE)
		return (LPTSTR)(void *)text_to_utf16(root, text);
	return (LPTSTR)(void *)mem_strdup(root, text);
}

static HRESULT
build(struct last_error *error, ULONG flags, LPMAPIERROR *out)
{
	MAPIERROR *found = mem_zalloc(NULL, sizeof *found);

	if (!found)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	found->ulVersion = MAPI_ERROR_VERSION;
	found->ulLowLevelError = error->low_level;
	found->lpszError = text_out(found, error->text, flags);
	found->lpszComponent = text_out(found, error->component, flags);
	if (!found->lpszError || !found->lpszComponent) {
		mem_free(found);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	*out = found;
	return S_OK;
}

HRESULT
last_error_get(struct last_error *error, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	HRESULT result = S_OK;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	g_mutex_lock(&error->lock);
	if (error->text && error->hr == hr)
		result = build(error, flags, out);
	g_mutex_unlock(&error->lock);
	return result;
}
