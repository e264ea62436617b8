/* SPDX-License-Identifier: MIT */
/* Read and non-read reports: see receipts.h. */
#include "receipts.h"

#include <mapicode.h>
#include "folders.h"
#include "hr.h"
#include "log.h"
#include "message.h"

static void
report_free(gpointer report)
{
	IMessage *message = report;

	message->lpVtbl->Release(message);
}

void
receipts_init(struct receipts *receipts)
{
	receipts->read = g_array_new(FALSE, FALSE, sizeof(gint64));
	receipts->reports = g_ptr_array_new_with_free_func(report_free);
}

void
receipts_clear(struct receipts *receipts)
{
	g_array_unref(receipts->read);
	g_ptr_array_unref(receipts->reports);
}

void
receipts_read(struct receipts *receipts, gint64 message)
{
	g_array_append_val(receipts->read, message);
}

/* In memory only: nothing is written before it is submitted. */
static HRESULT
report_make(struct store *store, gint64 id, ULONG flags, IMessage **out)
{
	IMAPISupport *support = store->support;
	struct message *about = NULL, *report = NULL;
	HRESULT hr;

	*out = NULL;
	hr = message_open(store, id, 0, &about);
	if (SUCCEEDED(hr))
		hr = message_create(store, FOLDER_ID_OUTBOX, false, &report);
	if (SUCCEEDED(hr)) {
		IMessage *made = &report->imessage;

		hr = support->lpVtbl->ReadReceipt(support, flags, &about->imessage, &made);
		*out = made;
	}
	if (about)
		com_release(&about->com);
	if (FAILED(hr) && *out) {
		(*out)->lpVtbl->Release(*out);
		*out = NULL;
	}
	return hr;
}

static void
report_failed(const char *what, gint64 id, HRESULT hr)
{
	log_warning("no %s report of message %" G_GINT64_FORMAT " could be sent: %s", what, id,
	    hr_name(hr));
}

HRESULT
receipts_unread(struct store *store, struct receipts *receipts, const char *sql, gint64 argument)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr = db_ids(store->db, sql, argument, ids);
	guint at;

	for (at = 0; at < ids->len && SUCCEEDED(hr); at++) {
		gint64 id = g_array_index(ids, gint64, at);
		IMessage *report;
		HRESULT made = report_make(store, id, MAPI_NON_READ, &report);

		if (SUCCEEDED(made))
			g_ptr_array_add(receipts->reports, report);
		else if (made == MAPI_E_NOT_ENOUGH_MEMORY)
			hr = made;
		else
			report_failed("non-read", id, made);
	}
	g_array_unref(ids);
	return hr;
}

/* The sender was not told: the next time the message is read he will be. */
static void
pend_again(struct store *store, gint64 id)
{
	HRESULT hr = store_enter(store);

	if (FAILED(hr))
		return;
	hr = db_begin(store->db);
	if (SUCCEEDED(hr))
		db_end(store->db,
		    db_exec(store->db, "UPDATE message SET flags = flags | ? WHERE id = ?", "ui",
			(ULONG)MSGFLAG_RN_PENDING, id),
		    DB_RELAXED);
	store_leave(store, hr);
}

static HRESULT
send_read(struct store *store, gint64 id)
{
	IMessage *report = NULL;
	HRESULT hr = store_enter(store);

	if (FAILED(hr))
		return hr;
	hr = store_leave(store, report_make(store, id, 0, &report));
	if (SUCCEEDED(hr)) {
		hr = report->lpVtbl->SubmitMessage(report, 0);
		report->lpVtbl->Release(report);
	}
	return hr;
}

static void
send_all(struct store *store, const struct receipts *receipts)
{
	guint at;

	for (at = 0; at < receipts->read->len; at++) {
		gint64 id = g_array_index(receipts->read, gint64, at);
		HRESULT hr = send_read(store, id);

		if (FAILED(hr)) {
			report_failed("read", id, hr);
			pend_again(store, id);
		}
	}
	for (at = 0; at < receipts->reports->len; at++) {
		IMessage *report = g_ptr_array_index(receipts->reports, at);
		HRESULT hr = report->lpVtbl->SubmitMessage(report, 0);

		if (FAILED(hr))
			log_warning("a non-read report could not be sent: %s", hr_name(hr));
	}
}

HRESULT
receipts_send(struct store *store, struct receipts *receipts, HRESULT hr)
{
	if (SUCCEEDED(hr))
		send_all(store, receipts);
	receipts_clear(receipts);
	return hr;
}
