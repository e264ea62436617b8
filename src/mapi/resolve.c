/* SPDX-License-Identifier: MIT */
/* Recipients as people type them, made into one-offs. */
#include "resolve.h"
#include <glib.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "bag.h"
#include "entryid.h"
#include "mailuser.h"
#include "mem.h"
#include "prop.h"

#define ADDRESS_MAX 254 /* RFC 5321 4.5.3.1.3, less the angle brackets */
#define LOCAL_MAX 64

/* --- Addresses ----------------------------------------------------------------------------- */

/* What a mailbox may look like; servers judge the rest (RFC 5321 4.1.2). */
static bool
is_address(const char *text)
{
	const char *at = strrchr(text, '@'), *p;
	bool quoted = text[0] == '"';

	if (!at || at == text || !at[1] || strlen(text) > ADDRESS_MAX || at - text > LOCAL_MAX)
		return false;
	if (quoted && at[-1] != '"')
		return false;
	for (p = text; *p; p++) {
		if ((guchar)*p < ' ' || *p == 0x7F)
			return false;
		if ((!quoted || p > at) && strchr(" <>(),;\\\"", *p))
			return false;
		if (!quoted && p < at && *p == '@')
			return false;
	}
	return at[1] != '.' && at[strlen(at) - 1] != '.';
}

static bool
has_controls(const char *text)
{
	for (; *text; text++)
		if ((guchar)*text < ' ' || *text == 0x7F)
			return true;
	return false;
}

/* A copy without the quotes around it. */
static char *
unquote(const char *name)
{
	size_t length = strlen(name);

	if (length >= 2 && name[0] == '"' && name[length - 1] == '"')
		return g_strstrip(g_strndup(name + 1, length - 2));
	return g_strdup(name);
}

/* "SMTP:" in front, in any case. */
static const char *
skip_type(const char *text)
{
	return g_ascii_strncasecmp(text, "smtp:", 5) ? text : text + 5;
}

bool
resolve_parse(const char *typed, char **name, char **address)
{
	char *buffer = g_strstrip(g_strdup(typed)), *text = buffer, *open, *close;
	size_t length = strlen(text);

	*name = *address = NULL;
	if (length > 2 && text[0] == '[' && text[length - 1] == ']' && strchr(text, ':')) {
		text[length - 1] = '\0';
		text++;
	}
	open = strrchr(text, '<');
	close = open ? strchr(open, '>') : NULL;
	if (close && !close[1]) {
		*open = '\0';
		*close = '\0';
		*address = g_strdup(skip_type(g_strstrip(open + 1)));
		*name = unquote(g_strstrip(text));
	} else {
		*address = g_strdup(skip_type(text));
	}
	if (!*name || !**name) {
		g_free(*name);
		*name = g_strdup(*address);
	}
	g_free(buffer);
	if (is_address(*address) && !has_controls(*name))
		return true;
	g_clear_pointer(name, g_free);
	g_clear_pointer(address, g_free);
	return false;
}

/* --- Entries ------------------------------------------------------------------------------- */

static bool
is_resolved(const ADRENTRY *entry)
{
	const SPropValue *id = prop_find(entry->rgPropVals, entry->cValues, PR_ENTRYID);

	return id && id->Value.bin.cb;
}

static HRESULT
describe(const char *name, const char *address, struct bag *bag)
{
	ENTRYID *id = NULL;
	ULONG size;
	HRESULT hr;

	hr = oneoff_encode(name, "SMTP", address, MAPI_UNICODE, &size, &id);
	if (SUCCEEDED(hr))
		hr = mailuser_properties(id, size, bag);
	mem_free(id);
	return hr;
}

/* Text as the caller's flags want it, in a new array that takes the place of the entry's. */
static HRESULT
replace_values(ADRENTRY *entry, const struct bag *bag, ULONG flags)
{
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	hr = bag_get_props(bag, NULL, flags & MAPI_UNICODE, &count, &values);
	if (FAILED(hr))
		return hr;
	mem_free(entry->rgPropVals);
	entry->rgPropVals = values;
	entry->cValues = count;
	return S_OK;
}

static HRESULT
resolve_entry(ADRENTRY *entry, ULONG flags)
{
	static const ULONG gone[] = { PR_ACCESS, PR_ACCESS_LEVEL, PR_INSTANCE_KEY };
	struct bag *bag = bag_create();
	char *typed = prop_find_text(entry->rgPropVals, entry->cValues, PR_DISPLAY_NAME_W);
	char *name = NULL, *address = NULL;
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	size_t i;

	if (SUCCEEDED(hr) && (!typed || !resolve_parse(typed, &name, &address)))
		hr = MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr))
		hr = bag_set_array(bag, entry->rgPropVals, entry->cValues);
	if (SUCCEEDED(hr))
		hr = describe(name, address, bag);
	for (i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(gone); i++)
		bag_remove(bag, gone[i]); /* the object's, not the recipient's */
	if (SUCCEEDED(hr))
		hr = replace_values(entry, bag, flags);
	g_free(typed);
	g_free(name);
	g_free(address);
	bag_free(bag);
	return hr;
}

HRESULT
resolve_list(ADRLIST *list, ULONG flags)
{
	HRESULT result = S_OK, hr;
	ULONG i;

	for (i = 0; i < list->cEntries; i++) {
		if (is_resolved(&list->aEntries[i]))
			continue;
		hr = resolve_entry(&list->aEntries[i], flags);
		if (FAILED(hr) && hr != MAPI_E_NOT_FOUND)
			return hr;
		if (FAILED(hr))
			result = hr;
	}
	return result;
}

/* --- PrepareRecips ------------------------------------------------------------------------- */

static bool
is_asked(const SPropTagArray *tags, ULONG tag)
{
	ULONG i;

	for (i = 0; i < tags->cValues; i++)
		if (PROP_ID(tags->aulPropTag[i]) == PROP_ID(tag))
			return true;
	return false;
}

/* The asked properties first, in their order, then what else the entry has. */
static HRESULT
prepare_entry(ADRENTRY *entry, const SPropTagArray *tags)
{
	struct bag *bag = bag_create();
	const SPropValue *id = prop_find(entry->rgPropVals, entry->cValues, PR_ENTRYID);
	SPropValue *values = NULL, *asked = NULL;
	ULONG count = 0, i;
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr) && id && oneoff_is(id->Value.bin.lpb, id->Value.bin.cb))
		hr = mailuser_properties(id->Value.bin.lpb, id->Value.bin.cb, bag);
	if (SUCCEEDED(hr))
		hr = bag_set_array(bag, entry->rgPropVals, entry->cValues);
	if (SUCCEEDED(hr))
		hr = bag_get_props(bag, tags, 0, &count, &asked);
	if (FAILED(hr))
		goto out;
	values = mem_zalloc(NULL, ((size_t)count + entry->cValues) * sizeof *values);
	hr = values ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = prop_copy(values, &asked[i], &values[i]);
	for (i = 0; SUCCEEDED(hr) && i < entry->cValues; i++)
		if (!is_asked(tags, entry->rgPropVals[i].ulPropTag))
			hr = prop_copy(values, &entry->rgPropVals[i], &values[count++]);
	if (FAILED(hr))
		goto out;
	mem_free(entry->rgPropVals);
	entry->rgPropVals = g_steal_pointer(&values);
	entry->cValues = count;
out:
	mem_free(values);
	mem_free(asked);
	bag_free(bag);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
resolve_prepare(ADRLIST *list, const SPropTagArray *tags)
{
	HRESULT hr = S_OK;
	ULONG i;

	for (i = 0; SUCCEEDED(hr) && i < list->cEntries; i++)
		hr = prepare_entry(&list->aEntries[i], tags);
	return hr;
}
