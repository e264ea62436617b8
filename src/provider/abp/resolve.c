/* SPDX-License-Identifier: MIT */
/* IABContainer::ResolveNames and IABLogon::PrepareRecips. */
#include "abp_private.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "adrlist.h"
#include "mem.h"
#include "prop.h"

/* Among more than this an exact one is not looked for any further. */
#define CANDIDATES_MAX 200

/* What a container says of a recipient where nobody asks for columns. */
static const SizedSPropTagArray(9, default_tags) = { 9,
	{ PR_ENTRYID, PR_DISPLAY_NAME_W, PR_ADDRTYPE_W, PR_EMAIL_ADDRESS_W, PR_SMTP_ADDRESS_W,
	    PR_OBJECT_TYPE, PR_DISPLAY_TYPE, PR_SEARCH_KEY, PR_SEND_RICH_INFO } };

/* What one typed name has found. */
struct search {
	struct abp_logon *logon;
	const char *typed;
	bool only_exact; /* "=name" */
	unsigned found;
	unsigned exact;
	struct bag *best;
};

static HRESULT
note_found(void *context, const struct abp_row *row)
{
	struct search *search = context;
	bool exact = abp_is_exactly(row->bag, search->typed);
	HRESULT hr = S_OK;

	search->found++;
	search->exact += exact;
	if (!exact && (search->only_exact || search->exact))
		return S_OK;
	if (exact ? search->exact > 1 : search->found > 1)
		return S_OK;
	hr = abp_complete(search->logon, row);
	if (SUCCEEDED(hr)) {
		bag_clear(search->best);
		hr = bag_set_array(search->best, bag_values(row->bag), bag_count(row->bag));
	}
	return hr;
}

static ULONG
verdict(const struct search *search)
{
	unsigned count = search->exact || search->only_exact ? search->exact : search->found;

	return count == 0 ? MAPI_UNRESOLVED : count == 1 ? MAPI_RESOLVED : MAPI_AMBIGUOUS;
}

static HRESULT
resolve_one(struct abp_object *self, const SPropTagArray *tags, ULONG flags, ADRENTRY *entry,
    ULONG *flag, char **why)
{
	struct abp_logon *logon = self->logon;
	g_autofree char *typed =
	    prop_find_text(entry->rgPropVals, entry->cValues, PR_DISPLAY_NAME_W);
	struct search search = { logon, NULL, false, 0, 0, NULL };
	struct abp_query query = { NULL, self->key.bytes, CANDIDATES_MAX };
	HRESULT hr;

	if (!typed || !*g_strstrip(typed))
		return S_OK;
	search.only_exact = typed[0] == '=' && typed[1];
	search.typed = query.anr = typed + search.only_exact;
	search.best = bag_create();
	hr = search.best ? logon->ops->list(logon->book, &query, note_found, &search, why)
			 : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		*flag = verdict(&search);
	if (SUCCEEDED(hr) && *flag == MAPI_RESOLVED)
		hr = adr_resolve(entry, tags, flags, search.best);
	bag_free(search.best);
	return hr;
}

HRESULT
abp_ResolveNames(
    IABContainer *This, LPSPropTagArray tags, ULONG flags, LPADRLIST list, LPFlagList flag_list)
{
	struct abp_object *self = ABP_OBJECT(This);
	const SPropTagArray *columns =
	    tags ? tags : (const SPropTagArray *)(const void *)&default_tags;
	char *why = NULL;
	HRESULT hr;

	if (!list || !flag_list || flag_list->cFlags < list->cEntries)
		return MAPI_E_INVALID_PARAMETER;
	if (self->kind == ABP_ROOT || abp_is_unsaved_list(self))
		return MAPI_E_NO_SUPPORT;
	hr = abp_enter(self->logon);
	if (FAILED(hr))
		return hr;
	for (ULONG i = 0; SUCCEEDED(hr) && i < list->cEntries; i++)
		if (flag_list->ulFlag[i] == MAPI_UNRESOLVED)
			hr = resolve_one(
			    self, columns, flags, &list->aEntries[i], &flag_list->ulFlag[i], &why);
	return abp_leave(self->logon, hr, why);
}

/* --- PrepareRecips ------------------------------------------------------------------------- */

static HRESULT
prepare_one(struct abp_logon *logon, const SPropTagArray *tags, ADRENTRY *entry, char **why)
{
	const SPropValue *id = prop_find(entry->rgPropVals, entry->cValues, PR_ENTRYID);
	struct abp_key key = { 0, NULL };
	struct bag *known;
	HRESULT hr;

	if (!id ||
	    FAILED(abp_id_parse(
		&logon->uid, id->Value.bin.lpb, id->Value.bin.cb, &key.type, &key.bytes)) ||
	    !key.bytes)
		return S_OK; /* not one of ours */
	known = bag_create();
	hr = known ? logon->ops->read(logon->book, &key, known, why) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = abp_complete(logon, &(struct abp_row){ key.type, key.bytes, known });
	if (hr == MAPI_E_NOT_FOUND) /* it is gone; what the row says of it stays */
		hr = S_OK;
	if (SUCCEEDED(hr))
		hr = adr_prepare(entry, tags, known);
	g_clear_pointer(&key.bytes, g_bytes_unref);
	bag_free(known);
	return hr;
}

/* Entry IDs of ours are all long-term. */
HRESULT
abp_PrepareRecips(IABLogon *This, ULONG flags, LPSPropTagArray tags, LPADRLIST list)
{
	struct abp_logon *logon = COM_OBJECT(This, struct abp_logon, iablogon);
	char *why = NULL;
	HRESULT hr;

	if (!list)
		return MAPI_E_INVALID_PARAMETER;
	if (!tags || !tags->cValues)
		return S_OK;
	hr = abp_enter(logon);
	if (FAILED(hr))
		return hr;
	for (ULONG i = 0; SUCCEEDED(hr) && i < list->cEntries; i++)
		hr = prepare_one(logon, tags, &list->aEntries[i], &why);
	return abp_leave(logon, hr, why);
}
