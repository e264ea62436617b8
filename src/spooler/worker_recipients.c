/* SPDX-License-Identifier: MIT */
/* Recipients' rows.  See worker.h. */
#include "worker.h"

#include <string.h>
#include "entryid.h"
#include "mem.h"
#include "prop.h"

/* Sanity: no store hands out more; a broken table must not eat all memory. */
#define ROWS_MAX (1000 * 1000)

/* Moves the rows of `more` to the end of *all; frees the shell of `more`. */
static HRESULT
append_rows(SRowSet **all, SRowSet *more)
{
	ULONG had = *all ? (*all)->cRows : 0;
	SRowSet *joined = NULL;

	if (!*all) {
		*all = more;
		return S_OK;
	}
	if (had + more->cRows > ROWS_MAX)
		return MAPI_E_TOO_BIG;
	joined = mem_zalloc(NULL, CbNewSRowSet(had + more->cRows));
	if (!joined)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(joined->aRow, (*all)->aRow, had * sizeof(SRow));
	memcpy(joined->aRow + had, more->aRow, more->cRows * sizeof(SRow));
	joined->cRows = had + more->cRows;
	mem_free(*all);
	mem_free(more);
	*all = joined;
	return S_OK;
}

void
rows_free(SRowSet *rows)
{
	for (ULONG i = 0; rows && i < rows->cRows; i++)
		mem_free(rows->aRow[i].lpProps);
	mem_free(rows);
}

HRESULT
rows_read(IMAPITable *table, SRowSet **out)
{
	SPropTagArray *columns = NULL;
	SRowSet *all = NULL, *some = NULL;
	HRESULT hr;

	*out = NULL;
	hr = table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, columns, 0);
	mem_free(columns);
	while (SUCCEEDED(hr)) {
		hr = table->lpVtbl->QueryRows(table, 500, 0, &some);
		if (FAILED(hr))
			break;
		if (some->cRows == 0) {
			if (all)
				rows_free(some);
			else
				all = some;
			break;
		}
		hr = append_rows(&all, some);
		if (FAILED(hr))
			rows_free(some);
	}
	if (FAILED(hr)) {
		rows_free(all);
		return hr;
	}
	*out = all;
	return S_OK;
}

static char *
text_of(const SRow *row, ULONG tag)
{
	char *text = prop_find_text(row->lpProps, row->cValues, tag);

	return text ? text : g_strdup("");
}

/* What the one-off in PR_ENTRYID says, where the row itself says nothing. */
static void
address_from_oneoff(const SRow *row, char **type, char **address)
{
	const SPropValue *entry = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	struct oneoff *oneoff = NULL;

	if (!entry || !oneoff_is(entry->Value.bin.lpb, entry->Value.bin.cb) ||
	    FAILED(oneoff_decode(entry->Value.bin.lpb, entry->Value.bin.cb, &oneoff)))
		return;
	g_free(*address);
	*address = g_strdup(oneoff->address ? oneoff->address : "");
	if (!**type) {
		g_free(*type);
		*type = g_strdup(oneoff->address_type ? oneoff->address_type : "");
	}
	mem_free(oneoff);
}

void
recipient_address(const SRow *row, char **type, char **address)
{
	char *upper;

	*type = text_of(row, PR_ADDRTYPE_W);
	*address = text_of(row, PR_EMAIL_ADDRESS_W);
	if (!**address)
		address_from_oneoff(row, type, address);
	if (!**address) {
		g_free(*address);
		*address = text_of(row, PR_SMTP_ADDRESS_W);
	}
	if (!**type && strchr(*address, '@')) {
		g_free(*type);
		*type = g_strdup("SMTP");
	}
	upper = g_ascii_strup(*type, -1);
	g_free(*type);
	*type = upper;
}

void
sending_recipient_free(struct sending_recipient *r)
{
	g_free(r->type);
	g_free(r->address);
	g_bytes_unref(r->entry);
	verdict_free(r->pending);
	g_free(r);
}

static struct sending_recipient *
recipient_from_row(const SRow *row, ULONG number)
{
	struct sending_recipient *r = g_new0(struct sending_recipient, 1);
	const SPropValue *entry = prop_find(row->lpProps, row->cValues, PR_ENTRYID);

	r->place = (guint32)prop_find_long(row->lpProps, row->cValues, PR_ROWID, (LONG)number);
	r->row = (guint32)prop_find_long(
	    row->lpProps, row->cValues, PR_EMAPI_MEMBER_ROW, (LONG)r->place);
	r->kind = prop_find_long(row->lpProps, row->cValues, PR_RECIPIENT_TYPE, MAPI_TO) & 0x0F;
	recipient_address(row, &r->type, &r->address);
	r->entry =
	    entry ? g_bytes_new(entry->Value.bin.lpb, entry->Value.bin.cb) : g_bytes_new(NULL, 0);
	return r;
}

static HRESULT
read_table(IMessage *message, SRowSet **rows)
{
	IMAPITable *table = NULL;
	HRESULT hr = message->lpVtbl->GetRecipientTable(message, MAPI_UNICODE, &table);

	if (FAILED(hr))
		return hr;
	hr = rows_read(table, rows);
	table->lpVtbl->Release(table);
	return hr;
}

HRESULT
recipients_read(IMAPISession *session, IMessage *message, SRowSet **rows, GPtrArray **recipients)
{
	HRESULT hr;

	*rows = NULL;
	*recipients = NULL;
	hr = read_table(message, rows);
	if (SUCCEEDED(hr) && session && lists_any(*rows)) {
		hr = lists_expand(session, message, *rows);
		rows_free(*rows);
		*rows = NULL;
		if (SUCCEEDED(hr))
			hr = read_table(message, rows);
	}
	if (FAILED(hr))
		return hr;
	*recipients = g_ptr_array_new_with_free_func((GDestroyNotify)sending_recipient_free);
	for (ULONG i = 0; i < (*rows)->cRows; i++)
		g_ptr_array_add(*recipients, recipient_from_row(&(*rows)->aRow[i], i));
	return S_OK;
}
