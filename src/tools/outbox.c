/* SPDX-License-Identifier: MIT */
#include "outbox.h"

#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "hr.h"
#include "mem.h"

/* The entry ID of the profile's default store, in a row set of one row. */
static HRESULT
find_default_store(IMAPISession *session, SRowSet **rows)
{
	static const SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	SPropValue yes = { .ulPropTag = PR_DEFAULT_STORE, .Value.b = TRUE };
	SRestriction is_default = {
		.rt = RES_PROPERTY,
		.res.resProperty = { RELOP_EQ, PR_DEFAULT_STORE, &yes },
	};
	IMAPITable *table = NULL;
	HRESULT hr = session->lpVtbl->GetMsgStoresTable(session, 0, &table);

	if (FAILED(hr))
		return hr;
	hr = HrQueryAllRows(table, (LPSPropTagArray)&columns, &is_default, NULL, 0, rows);
	table->lpVtbl->Release(table);
	if (SUCCEEDED(hr) &&
	    ((*rows)->cRows == 0 || (*rows)->aRow[0].lpProps[0].ulPropTag != PR_ENTRYID)) {
		FreeProws(*rows);
		*rows = NULL;
		hr = MAPI_E_NOT_FOUND;
	}
	return hr;
}

/* *none: the profile has none. */
static HRESULT
open_default_store(IMAPISession *session, IMsgStore **store, bool *none)
{
	SRowSet *rows = NULL;
	SBinary *id;
	HRESULT hr = find_default_store(session, &rows);

	*none = hr == MAPI_E_NOT_FOUND;
	if (FAILED(hr))
		return hr;
	id = &rows->aRow[0].lpProps[0].Value.bin;
	hr = session->lpVtbl->OpenMsgStore(
	    session, 0, id->cb, (LPENTRYID)id->lpb, NULL, MDB_NO_DIALOG | MDB_WRITE, store);
	FreeProws(rows);
	return hr;
}

static HRESULT
open_outbox(IMsgStore *store, IMAPIFolder **outbox)
{
	SPropValue *id = NULL;
	ULONG type;
	HRESULT hr = HrGetOneProp((LPMAPIPROP)store, PR_IPM_OUTBOX_ENTRYID, &id);

	if (FAILED(hr))
		return hr;
	hr = store->lpVtbl->OpenEntry(store, id->Value.bin.cb, (LPENTRYID)id->Value.bin.lpb, NULL,
	    MAPI_MODIFY, &type, (LPUNKNOWN *)outbox);
	mem_free(id);
	return hr;
}

/* The object's own words for what failed, NULL when it has none.  g_free(). */
static char *
last_error(IMAPIProp *object, HRESULT failed)
{
	MAPIERROR *error = NULL;
	char *text = NULL;

	if (object && SUCCEEDED(object->lpVtbl->GetLastError(object, failed, 0, &error)) && error)
		text = g_strdup(error->lpszError);
	mem_free(error);
	return text;
}

void
outbox_explain(char **why, const char *step, IMAPIProp *object, HRESULT hr)
{
	g_autofree char *words = *why ? NULL : last_error(object, hr);
	bool named = words && strstr(words, hr_name(hr));

	if (*why)
		return;
	if (!words)
		words = g_strdup(hr_text(hr));
	if (g_str_has_suffix(words, "."))
		words[strlen(words) - 1] = '\0';
	*why = g_strdup_printf("%s%s%s%s%s%s", step ? step : "", step ? ": " : "", words,
	    named ? "" : " (", named ? "" : hr_name(hr), named ? "" : ")");
}

void
outbox_discard(IMAPIFolder *folder, IMessage *message)
{
	SPropValue *id = NULL;
	ENTRYLIST list = { 1, NULL };

	/* What was never saved has none. */
	if (FAILED(HrGetOneProp((LPMAPIPROP)message, PR_ENTRYID, &id)))
		return;
	list.lpbin = &id->Value.bin;
	folder->lpVtbl->DeleteMessages(folder, &list, 0, NULL, 0);
	mem_free(id);
}

HRESULT
outbox_open(IMAPISession *session, struct outbox *out, char **why)
{
	bool none;
	HRESULT hr;

	*why = NULL;
	out->folder = NULL;
	hr = open_default_store(session, &out->store, &none);
	if (none)
		*why = g_strdup("the profile has no message store to put the message into");
	/* A session's GetLastError has the place in the vtable that each object's has, and its
	 * words on a store say it all. */
	if (FAILED(hr)) {
		outbox_explain(why, NULL, (IMAPIProp *)session, hr);
		return hr;
	}
	hr = open_outbox(out->store, &out->folder);
	if (FAILED(hr)) {
		outbox_explain(why, "opening the Outbox", (IMAPIProp *)out->store, hr);
		outbox_close(out);
	}
	return hr;
}

void
outbox_close(struct outbox *outbox)
{
	COM_CLEAR(outbox->folder);
	COM_CLEAR(outbox->store);
}
