/* SPDX-License-Identifier: MIT */
/* Marking messages read: see readflag.h. */
#include "readflag.h"

#include <mapicode.h>

gint64
read_flag_change(gint64 now, ULONG flags)
{
	if (flags & CLEAR_READ_FLAG)
		now &= ~(gint64)MSGFLAG_READ;
	else if (!(flags & (GENERATE_RECEIPT_ONLY | CLEAR_RN_PENDING | CLEAR_NRN_PENDING)))
		now |= MSGFLAG_READ;
	if (flags & (CLEAR_RN_PENDING | SUPPRESS_RECEIPT))
		now &= ~(gint64)MSGFLAG_RN_PENDING;
	if (flags & CLEAR_NRN_PENDING)
		now &= ~(gint64)MSGFLAG_NRN_PENDING;
	return now;
}

HRESULT
set_read_flag(struct store *store, gint64 id, ULONG flags, gint64 *now)
{
	HRESULT hr = db_begin(store->db);
	gint64 old;

	if (FAILED(hr))
		return hr;
	hr = db_int(store->db, &old, "SELECT flags FROM message WHERE id = ?", "i", id);
	if (SUCCEEDED(hr)) {
		*now = read_flag_change(old, flags);
		if (*now != old)
			hr = db_exec(
			    store->db, "UPDATE message SET flags = ? WHERE id = ?", "ii", *now, id);
	}
	return db_end(store->db, hr, DB_RELAXED);
}
