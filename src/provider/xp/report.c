/* SPDX-License-Identifier: MIT */
/* Telling MAPI what became of the recipients: StatusRecips, and PR_RESPONSIBILITY. */
#include "xp.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>

#include "mem.h"
#include "prop.h"
#include "text.h"

/* A row of the list being filled; everything hangs on the list. */
struct row {
	void *root;
	ADRENTRY *entry;
	HRESULT hr;
};

#define ROW_MAX 16

static void
add_text(struct row *row, ULONG tag, const char *text)
{
	if (FAILED(row->hr) || !text || !*text)
		return;
	row->hr = prop_set_text(row->root, &row->entry->rgPropVals[row->entry->cValues], tag, text);
	if (SUCCEEDED(row->hr))
		row->entry->cValues++;
}

static void
add_long(struct row *row, ULONG tag, LONG number)
{
	prop_set_long(&row->entry->rgPropVals[row->entry->cValues++], tag, number);
}

/* PR_EMAPI_JOURNEY: one value a line, all of them in one block.  The 8-bit form, which is UTF-8 as
 * the lines are, since each message has a dozen of them. */
static void
add_journey(struct row *row, const GString *journey)
{
	SPropValue *value = &row->entry->rgPropVals[row->entry->cValues];
	SLPSTRArray *lines = &value->Value.MVszA;
	ULONG count = 0;
	char *at, *end;

	if (FAILED(row->hr) || journey->len == 0)
		return;
	for (at = journey->str; (at = strchr(at, '\n')) != NULL; at++)
		count++;
	lines->lppszA = mem_zalloc(row->root, count * sizeof *lines->lppszA + journey->len);
	if (!lines->lppszA) {
		row->hr = MAPI_E_NOT_ENOUGH_MEMORY;
		return;
	}
	at = (char *)(lines->lppszA + count);
	memcpy(at, journey->str, journey->len);
	end = at + journey->len;
	while (lines->cValues < count) {
		char *stop = memchr(at, '\n', (size_t)(end - at));

		*stop = '\0';
		lines->lppszA[lines->cValues++] = at;
		at = stop + 1;
	}
	value->ulPropTag = PR_EMAPI_JOURNEY_A;
	row->entry->cValues++;
}

static HRESULT
fill_row(struct row *row, const struct xp_recipient *recipient)
{
	const struct xp_verdict *verdict = &recipient->verdict;

	row->entry->rgPropVals = mem_zalloc(row->root, ROW_MAX * sizeof(SPropValue));
	if (!row->entry->rgPropVals)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	add_long(row, PR_ROWID, (LONG)recipient->row);
	add_long(row, PR_RECIPIENT_TYPE, recipient->kind);
	add_long(row, PR_EMAPI_RETRY_CLASS, verdict->retry_class);
	add_long(row, PR_EMAPI_REPLY_CODE, verdict->code);
	add_text(row, PR_DISPLAY_NAME_W, recipient->name ? recipient->name : recipient->address);
	add_text(row, PR_ADDRTYPE_W, recipient->type);
	add_text(row, PR_EMAIL_ADDRESS_W, recipient->address);
	add_text(row, PR_EMAPI_ENHANCED_STATUS_W, verdict->enhanced);
	add_text(row, PR_EMAPI_REPLY_TEXT_W, verdict->text);
	add_text(row, PR_EMAPI_REMOTE_MTA_W, verdict->remote_mta);
	add_text(row, PR_EMAPI_QUEUE_ID_W, verdict->queue_id);
	if (verdict->retry_class == EMAPI_RETRY_PERMANENT)
		add_text(row, PR_REPORT_TEXT_W, verdict->text);
	if (verdict->relayed)
		prop_set_bool(
		    &row->entry->rgPropVals[row->entry->cValues++], PR_EMAPI_RELAYED, true);
	return row->hr;
}

static bool
is_news(const struct xp_recipient *recipient)
{
	return recipient->verdict.given && !recipient->reported;
}

/* The list is one MAPI buffer: StatusRecips frees it where it succeeds
 * (IMAPISupport::StatusRecips). */
static HRESULT
build_list(const struct xp_recipients *recipients, ULONG count, ADRLIST **out)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(count));
	HRESULT hr = S_OK;
	guint i;

	*out = NULL;
	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < recipients->list->len && SUCCEEDED(hr); i++) {
		struct row row = { list, &list->aEntries[list->cEntries], S_OK };

		if (!is_news(xp_recipient_at(recipients, i)))
			continue;
		hr = fill_row(&row, xp_recipient_at(recipients, i));
		if (SUCCEEDED(hr) && list->cEntries == 0) {
			add_journey(&row, recipients->journey);
			hr = row.hr;
		}
		list->cEntries++;
	}
	if (FAILED(hr)) {
		mem_free(list);
		return hr;
	}
	*out = list;
	return S_OK;
}

/* --- PR_RESPONSIBILITY ------------------------------------------------------------------------ */

static bool
is_settled(const struct xp_recipients *recipients, ULONG row)
{
	guint i;

	for (i = 0; i < recipients->list->len; i++) {
		const struct xp_recipient *recipient = xp_recipient_at(recipients, i);

		if (recipient->row == row)
			return is_news(recipient) &&
			       (recipient->verdict.retry_class == EMAPI_RETRY_NONE ||
				   recipient->verdict.retry_class == EMAPI_RETRY_PERMANENT);
	}
	return false;
}

/* The row without the errors of missing columns, and with PR_RESPONSIBILITY TRUE. */
static HRESULT
take_row(void *root, const SRow *source, ADRENTRY *entry)
{
	ULONG i;

	entry->rgPropVals = mem_zalloc(root, (source->cValues + 1) * sizeof(SPropValue));
	if (!entry->rgPropVals)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < source->cValues; i++) {
		ULONG tag = source->lpProps[i].ulPropTag;

		if (PROP_TYPE(tag) != PT_ERROR && PROP_TYPE(tag) != PT_NULL &&
		    PROP_ID(tag) != PROP_ID(PR_RESPONSIBILITY))
			entry->rgPropVals[entry->cValues++] = source->lpProps[i];
	}
	prop_set_bool(&entry->rgPropVals[entry->cValues++], PR_RESPONSIBILITY, true);
	return S_OK;
}

static HRESULT
modify_rows(IMessage *message, const struct xp_recipients *recipients, const SRowSet *rows)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(rows->cRows));
	HRESULT hr = S_OK;
	ULONG i;

	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < rows->cRows && SUCCEEDED(hr); i++) {
		const SRow *row = &rows->aRow[i];

		if (is_settled(recipients,
			(ULONG)prop_find_long(row->lpProps, row->cValues, PR_ROWID, -1)))
			hr = take_row(list, row, &list->aEntries[list->cEntries++]);
	}
	if (SUCCEEDED(hr) && list->cEntries > 0)
		hr = message->lpVtbl->ModifyRecipients(message, MODRECIP_MODIFY, list);
	mem_free(list);
	return hr;
}

/* ModifyRecipients replaces whole rows, so whole rows are read first. */
static HRESULT
set_responsibility(IMessage *message, const struct xp_recipients *recipients)
{
	IMAPITable *table = NULL;
	SPropTagArray *columns = NULL;
	HRESULT hr;
	ULONG i, got = 0;

	hr = message->lpVtbl->GetRecipientTable(message, MAPI_UNICODE, &table);
	if (FAILED(hr))
		return hr;
	hr = table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, columns, 0);
	while (SUCCEEDED(hr)) {
		SRowSet *rows = NULL;

		hr = table->lpVtbl->QueryRows(table, 200, 0, &rows);
		if (FAILED(hr))
			break;
		got = rows->cRows;
		if (got > 0)
			hr = modify_rows(message, recipients, rows);
		for (i = 0; i < got; i++)
			mem_free(rows->aRow[i].lpProps);
		mem_free(rows);
		if (got == 0)
			break;
	}
	mem_free(columns);
	table->lpVtbl->Release(table);
	return hr;
}

HRESULT
xp_recipients_report(IMAPISupport *support, IMessage *message, struct xp_recipients *recipients)
{
	ADRLIST *list = NULL;
	ULONG count = 0;
	HRESULT hr;
	guint i;

	for (i = 0; i < recipients->list->len; i++)
		count += is_news(xp_recipient_at(recipients, i));
	if (count == 0)
		return S_OK;
	hr = build_list(recipients, count, &list);
	if (FAILED(hr))
		return hr;
	hr = support->lpVtbl->StatusRecips(support, message, list);
	if (FAILED(hr)) {
		mem_free(list);
		return hr;
	}
	hr = recipients->unmarked ? S_OK : set_responsibility(message, recipients);
	for (i = 0; i < recipients->list->len; i++)
		if (is_news(xp_recipient_at(recipients, i)))
			xp_recipient_at(recipients, i)->reported = true;
	g_string_truncate(recipients->journey, 0);
	return hr;
}
