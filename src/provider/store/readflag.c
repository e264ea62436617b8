/* SPDX-License-Identifier: MIT */
/* Marking messages read: see readflag.h. */
#include "readflag.h"

#include <mapicode.h>

HRESULT
read_flags_check(ULONG flags)
{
	if ((flags & CLEAR_READ_FLAG) && (flags & (SUPPRESS_RECEIPT | GENERATE_RECEIPT_ONLY)))
		return MAPI_E_INVALID_PARAMETER;
	return S_OK;
}

/* A message that was read can no longer go unread. */
static gint64
mark_read(gint64 now, ULONG flags, bool *report)
{
	if (now & MSGFLAG_READ)
		return now;
	*report = (now & MSGFLAG_RN_PENDING) && !(flags & SUPPRESS_RECEIPT);
	return (now | MSGFLAG_READ) & ~(gint64)(MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING);
}

gint64
read_flag_change(gint64 now, ULONG flags, bool *report)
{
	gint64 pending = now & MSGFLAG_RN_PENDING;

	*report = false;
	if (flags & CLEAR_RN_PENDING)
		now &= ~(gint64)MSGFLAG_RN_PENDING;
	if (flags & CLEAR_NRN_PENDING)
		now &= ~(gint64)MSGFLAG_NRN_PENDING;
	if (flags & CLEAR_READ_FLAG)
		return now & ~(gint64)MSGFLAG_READ;
	if (flags & GENERATE_RECEIPT_ONLY) {
		*report = pending && !(flags & (SUPPRESS_RECEIPT | CLEAR_RN_PENDING));
		return now & ~(gint64)(MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING);
	}
	if (flags & (CLEAR_RN_PENDING | CLEAR_NRN_PENDING))
		return now;
	return mark_read(now, flags, report);
}

/* Mail on its way out is as it was sent, except to the spooler. */
static HRESULT
change_row(struct store *store, gint64 id, ULONG flags, bool *report, gint64 *now)
{
	gint64 old, queued;
	HRESULT hr = db_int(store->db, &old, "SELECT flags FROM message WHERE id = ?", "i", id);

	if (SUCCEEDED(hr))
		hr = db_int(
		    store->db, &queued, "SELECT count(queued) FROM message WHERE id = ?", "i", id);
	if (FAILED(hr))
		return hr;
	if (queued && !store->spooler)
		return MAPI_E_SUBMITTED;
	*now = read_flag_change(old, flags, report);
	if (*now == old)
		return S_OK;
	return db_exec(store->db, "UPDATE message SET flags = ? WHERE id = ?", "ii", *now, id);
}

HRESULT
set_read_flag(struct store *store, gint64 id, ULONG flags, struct receipts *receipts, gint64 *now)
{
	bool report = false;
	HRESULT hr = db_begin(store->db);

	if (FAILED(hr))
		return hr;
	hr = db_end(store->db, change_row(store, id, flags, &report, now), DB_RELAXED);
	if (SUCCEEDED(hr) && report)
		receipts_read(receipts, id);
	return hr;
}
