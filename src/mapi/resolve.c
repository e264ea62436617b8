/* SPDX-License-Identifier: MIT */
/* Recipients as people type them, made into one-offs or found in the address book. */
#include "resolve.h"
#include <glib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "abooks.h"
#include "adrlist.h"
#include "bag.h"
#include "com.h"
#include "entryid.h"
#include "mailuser.h"
#include "mem.h"
#include "prop.h"
#include "session_private.h"

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

/* Up to an unquoted `end`, which *text is then behind; NULL without it. */
static char *
take_quoted(const char **text, char end)
{
	GString *out = g_string_new(NULL);
	const char *at = *text;

	for (; *at && *at != end; at++) {
		bool quoting = *at == '\\';

		if (quoting && at[1] && strchr("\\[]:,", at[1])) {
			g_string_append_c(out, *++at);
		} else if (quoting && at[1] == 'x' && g_ascii_isxdigit(at[2]) &&
			   g_ascii_isxdigit(at[3])) {
			g_string_append_c(out,
			    (char)(g_ascii_xdigit_value(at[2]) * 16 + g_ascii_xdigit_value(at[3])));
			at += 3;
		} else {
			g_string_append_c(out, *at);
		}
	}
	if (!*at)
		return g_string_free(out, TRUE);
	*text = at + 1;
	return g_strstrip(g_string_free(out, FALSE));
}

bool
resolve_oneoff(const char *typed, char **name, char **type, char **address)
{
	*type = *address = NULL;
	*name = take_quoted(&typed, '[');
	if (*name)
		*type = take_quoted(&typed, ':');
	if (*type)
		*address = take_quoted(&typed, ']');
	if (*name && !**name && *address) {
		g_free(*name);
		*name = g_strdup(*address);
	}
	if (*address && **type && **address && !typed[strspn(typed, " \t\r\n")] &&
	    !has_controls(*name) && !has_controls(*type) &&
	    (g_ascii_strcasecmp(*type, "SMTP") || is_address(*address)))
		return true;
	g_clear_pointer(name, g_free);
	g_clear_pointer(type, g_free);
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

/* What the entry becomes; text as the caller's flags want it. */
static HRESULT
become_oneoff(ADRENTRY *entry, ULONG flags, const char *name, const char *type, const char *address)
{
	struct bag *bag = bag_create();
	ENTRYID *id = NULL;
	ULONG size;
	HRESULT hr = bag ? oneoff_encode(name, type, address, MAPI_UNICODE, &size, &id)
			 : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = mailuser_properties(id, size, bag);
	if (SUCCEEDED(hr))
		hr = adr_resolve(entry, NULL, flags, bag);
	mem_free(id);
	bag_free(bag);
	return hr;
}

/* MAPI_RESOLVED for what is resolved, is a whole address or is not there to be looked at. */
static HRESULT
resolve_address(ADRENTRY *entry, ULONG flags, ULONG *flag)
{
	g_autofree char *typed =
	    prop_find_text(entry->rgPropVals, entry->cValues, PR_DISPLAY_NAME_W);
	g_autofree char *name = NULL, *type = NULL, *address = NULL;
	HRESULT hr = S_OK;

	*flag = MAPI_RESOLVED;
	if (!entry->cValues || is_resolved(entry))
		return S_OK;
	if (typed && resolve_parse(typed, &name, &address))
		hr = become_oneoff(entry, flags, name, "SMTP", address);
	else if (typed && resolve_oneoff(typed, &name, &type, &address))
		hr = become_oneoff(entry, flags, name, type, address);
	else
		*flag = MAPI_UNRESOLVED;
	return hr;
}

/* --- The address book ---------------------------------------------------------------------- */

/* What a resolved recipient is to say of itself. */
static const SizedSPropTagArray(9, columns) = { 9,
	{ PR_ENTRYID, PR_DISPLAY_NAME_W, PR_ADDRTYPE_W, PR_EMAIL_ADDRESS_W, PR_SMTP_ADDRESS_W,
	    PR_OBJECT_TYPE, PR_DISPLAY_TYPE, PR_SEARCH_KEY, PR_SEND_RICH_INFO } };

#define COLUMNS ((SPropTagArray *)(uintptr_t)&columns)

/* One name in a container that has no ResolveNames, by its contents table. */
static HRESULT
resolve_by_table(IMAPITable *table, ADRENTRY *entry, ULONG flags, ULONG *flag)
{
	g_autofree char *typed =
	    prop_find_text(entry->rgPropVals, entry->cValues, PR_DISPLAY_NAME_W);
	SPropValue name = { .ulPropTag = PR_ANR_A };
	SRestriction restriction = { .rt = RES_PROPERTY };
	SRowSet *rows = NULL;
	struct bag *found = bag_create();
	HRESULT hr = found ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	name.Value.lpszA = typed ? typed : (char *)(uintptr_t) "";
	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = PR_ANR_A;
	restriction.res.resProperty.lpProp = &name;
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->Restrict(table, &restriction, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryRows(table, 2, 0, &rows);
	if (SUCCEEDED(hr) && rows->cRows)
		*flag = rows->cRows == 1 ? MAPI_RESOLVED : MAPI_AMBIGUOUS;
	if (SUCCEEDED(hr) && *flag == MAPI_RESOLVED) {
		for (ULONG i = 0; SUCCEEDED(hr) && i < rows->aRow[0].cValues; i++)
			if (PROP_TYPE(rows->aRow[0].lpProps[i].ulPropTag) != PT_ERROR)
				hr = bag_set(found, &rows->aRow[0].lpProps[i]);
		if (SUCCEEDED(hr))
			hr = adr_resolve(entry, NULL, flags, found);
	}
	FreeProws(rows);
	bag_free(found);
	return hr;
}

static HRESULT
resolve_by_tables(IABContainer *container, ULONG flags, ADRLIST *list, FlagList *found)
{
	IMAPITable *table = NULL;
	HRESULT hr = container->lpVtbl->GetContentsTable(container, MAPI_UNICODE, &table);

	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, COLUMNS, 0);
	for (ULONG i = 0; SUCCEEDED(hr) && i < list->cEntries; i++)
		if (found->ulFlag[i] == MAPI_UNRESOLVED)
			hr = resolve_by_table(table, &list->aEntries[i], flags, &found->ulFlag[i]);
	COM_CLEAR(table);
	return hr;
}

/* The words of a container that cannot be searched now, for GetLastError. */
static void
note_trouble(struct session *session, void *object, HRESULT hr, const char *name, char **trouble)
{
	IMAPIProp *prop = object;
	MAPIERROR *error = NULL;

	if (*trouble)
		return;
	if (prop && SUCCEEDED(prop->lpVtbl->GetLastError(prop, hr, 0, &error)) && error)
		last_error_take(&session->error, hr, error, 0);
	else
		last_error_set(&session->error, hr, NULL);
	mem_free(error);
	{
		g_autofree char *told = last_error_text(&session->error);

		if (told && g_str_has_suffix(told, "."))
			told[strlen(told) - 1] = '\0';
		*trouble = g_strdup_printf("\"%s\" could not be searched: %s", name, told);
	}
}

/* A container that fails leaves the names to the next ones. */
static HRESULT
resolve_in(struct session *session, const SRow *row, ULONG flags, ADRLIST *list, FlagList *found,
    char **trouble)
{
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	g_autofree char *name = prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	IABContainer *container = NULL;
	ULONG type;
	HRESULT hr;

	hr = abooks_open_entry(
	    session, &id->Value.bin, &IID_IABContainer, 0, &type, (IUnknown **)(void *)&container);
	if (SUCCEEDED(hr))
		hr = container->lpVtbl->ResolveNames(
		    container, COLUMNS, flags & MAPI_UNICODE, list, found);
	if (hr == MAPI_E_NO_SUPPORT && container)
		hr = resolve_by_tables(container, flags, list, found);
	if (FAILED(hr) && hr != MAPI_E_NOT_ENOUGH_MEMORY)
		note_trouble(session, container, hr, name ? name : "", trouble);
	COM_CLEAR(container);
	return hr == MAPI_E_NOT_ENOUGH_MEMORY ? hr : S_OK;
}

static bool
any_is(const FlagList *found, ULONG flag)
{
	for (ULONG i = 0; i < found->cFlags; i++)
		if (found->ulFlag[i] == flag)
			return true;
	return false;
}

/* Along the search path, each name until it is found or ambiguous. */
static HRESULT
search_books(struct session *session, ULONG flags, ADRLIST *list, FlagList *found, char **trouble)
{
	SRowSet *path = NULL;
	HRESULT hr = ab_get_search_path(session, MAPI_UNICODE, &path);

	for (ULONG i = 0; SUCCEEDED(hr) && i < path->cRows && any_is(found, MAPI_UNRESOLVED); i++)
		hr = resolve_in(session, &path->aRow[i], flags, list, found, trouble);
	FreeProws(path);
	if (!*trouble)
		*trouble = abooks_trouble(session);
	return hr;
}

/* The names that are left, as words. */
static char *
name_those(const ADRLIST *list, const FlagList *found, ULONG flag)
{
	GString *names = g_string_new(NULL);

	for (ULONG i = 0; i < list->cEntries; i++) {
		const ADRENTRY *entry = &list->aEntries[i];
		g_autofree char *name =
		    prop_find_text(entry->rgPropVals, entry->cValues, PR_DISPLAY_NAME_W);

		if (found->ulFlag[i] == flag)
			g_string_append_printf(
			    names, "%s\"%s\"", names->len ? ", " : "", name ? name : "");
	}
	return g_string_free(names, FALSE);
}

static HRESULT
conclude(struct session *session, const ADRLIST *list, const FlagList *found, const char *trouble)
{
	bool missing = any_is(found, MAPI_UNRESOLVED);
	g_autofree char *names = NULL, *text = NULL;
	HRESULT hr;

	if (!missing && !any_is(found, MAPI_AMBIGUOUS))
		return S_OK;
	hr = missing ? MAPI_E_NOT_FOUND : MAPI_E_AMBIGUOUS_RECIP;
	names = name_those(list, found, missing ? MAPI_UNRESOLVED : MAPI_AMBIGUOUS);
	text = missing ? g_strdup_printf("%s is no address, and not in the address book%s%s.",
			     names, trouble ? "; " : "", trouble ? trouble : "")
		       : g_strdup_printf("%s may be several entries of the address book.", names);
	if (session)
		last_error_set(&session->error, hr, text);
	return hr;
}

HRESULT
resolve_list(struct session *session, ADRLIST *list, ULONG flags)
{
	FlagList *found = mem_zalloc(
	    NULL, offsetof(FlagList, ulFlag) + ((size_t)list->cEntries + 1) * sizeof(ULONG));
	g_autofree char *trouble = NULL;
	HRESULT hr = found ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (found)
		found->cFlags = list->cEntries;
	for (ULONG i = 0; SUCCEEDED(hr) && i < list->cEntries; i++)
		hr = resolve_address(&list->aEntries[i], flags, &found->ulFlag[i]);
	if (SUCCEEDED(hr) && session && any_is(found, MAPI_UNRESOLVED))
		hr = search_books(session, flags, list, found, &trouble);
	if (SUCCEEDED(hr))
		hr = conclude(session, list, found, trouble);
	mem_free(found);
	return hr;
}

/* --- PrepareRecips ------------------------------------------------------------------------- */

static HRESULT
prepare_oneoff(ADRENTRY *entry, const SBinary *id, const SPropTagArray *tags)
{
	struct bag *known = bag_create();
	HRESULT hr = known ? mailuser_properties(id->lpb, id->cb, known) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = adr_prepare(entry, tags, known);
	bag_free(known);
	return hr;
}

/* By opening the entry, for a provider that has no PrepareRecips. */
static HRESULT
prepare_by_opening(IABLogon *logon, ADRENTRY *entry, const SBinary *id, const SPropTagArray *tags)
{
	IMAPIProp *object = NULL;
	SPropValue *values = NULL;
	struct bag *known = bag_create();
	ULONG type, count = 0;
	HRESULT hr = known ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = logon->lpVtbl->OpenEntry(logon, id->cb, (ENTRYID *)(void *)id->lpb,
		    &IID_IMAPIProp, 0, &type, (IUnknown **)(void *)&object);
	if (SUCCEEDED(hr))
		hr = object->lpVtbl->GetProps(
		    object, (SPropTagArray *)(uintptr_t)tags, 0, &count, &values);
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++)
		if (PROP_TYPE(values[i].ulPropTag) != PT_ERROR)
			hr = bag_set(known, &values[i]);
	if (SUCCEEDED(hr))
		hr = adr_prepare(entry, tags, known);
	mem_free(values);
	COM_CLEAR(object);
	bag_free(known);
	return hr;
}

static HRESULT
prepare_in_book(struct session *session, ADRENTRY *entry, const SBinary *id, ULONG flags,
    const SPropTagArray *tags)
{
	SizedADRLIST(1, one) = { 1, { { 0 } } };
	IABLogon *logon = NULL;
	HRESULT hr = abooks_route(session, id->lpb, id->cb, true, &logon);

	if (FAILED(hr))
		return adr_prepare(entry, tags, NULL); /* nobody's here: what it says itself */
	one.aEntries[0] = *entry;
	hr = logon->lpVtbl->PrepareRecips(
	    logon, flags, (SPropTagArray *)(uintptr_t)tags, (ADRLIST *)(void *)&one);
	*entry = one.aEntries[0];
	if (hr == MAPI_E_NO_SUPPORT)
		hr = prepare_by_opening(logon, entry, id, tags);
	logon->lpVtbl->Release(logon);
	return hr;
}

static HRESULT
prepare_entry(struct session *session, ADRENTRY *entry, ULONG flags, const SPropTagArray *tags)
{
	const SPropValue *value = prop_find(entry->rgPropVals, entry->cValues, PR_ENTRYID);
	const SBinary *id = value ? &value->Value.bin : NULL;

	if (!id || !id->cb)
		return adr_prepare(entry, tags, NULL);
	if (oneoff_is(id->lpb, id->cb))
		return prepare_oneoff(entry, id, tags);
	return prepare_in_book(session, entry, id, flags, tags);
}

HRESULT
resolve_prepare(struct session *session, ADRLIST *list, ULONG flags, const SPropTagArray *tags)
{
	HRESULT hr = S_OK;

	for (ULONG i = 0; SUCCEEDED(hr) && i < list->cEntries; i++)
		hr = prepare_entry(session, &list->aEntries[i], flags, tags);
	return hr;
}
