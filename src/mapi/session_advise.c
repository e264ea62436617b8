/* SPDX-License-Identifier: MIT */
/* IMAPISession::Advise: on the session itself, on its stores and on what lies in them. */
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "addrbook.h"
#include "com.h"
#include "entryid.h"
#include "notify.h"
#include "session_private.h"

/* One registration; `there` is the number that whoever sends it gave out. */
struct sink {
	ULONG_PTR connection, there;
	IMsgStore *store; /* who sends; both NULL: the session */
	IAddrBook *book;
};

/* Events of the session, as notify.c sorts them. */
struct session_key {
	NOTIFKEY head;
	BYTE more[sizeof(void *)];
};

static void
make_key(struct session *session, struct session_key *key)
{
	memset(key, 0, sizeof *key);
	key->head.cb = sizeof session;
	memcpy(key->head.ab, &session, sizeof session);
}

static HRESULT
end(struct sink *sink)
{
	HRESULT hr;

	if (sink->store)
		hr = sink->store->lpVtbl->Unadvise(sink->store, sink->there);
	else if (sink->book)
		hr = sink->book->lpVtbl->Unadvise(sink->book, sink->there);
	else
		hr = notify_unsubscribe(sink->there);
	COM_CLEAR(sink->store);
	COM_CLEAR(sink->book);
	return hr;
}

/* --- Advise -------------------------------------------------------------------------------- */

/* The sink is called at once: after the session has ended nobody would call it. */
static HRESULT
advise_session(struct session *session, ULONG mask, IMAPIAdviseSink *to, struct sink *sink)
{
	struct session_key key;

	make_key(session, &key);
	return notify_subscribe(
	    &key.head, mask | fnevCriticalError | fnevExtended, NOTIFY_SYNC, to, &sink->there);
}

static HRESULT
advise_book(
    struct session *session, const SBinary *id, ULONG mask, IMAPIAdviseSink *to, struct sink *sink)
{
	HRESULT hr = addrbook_create(session, NULL, &sink->book);

	if (SUCCEEDED(hr))
		hr = sink->book->lpVtbl->Advise(
		    sink->book, id->cb, (ENTRYID *)(void *)id->lpb, mask, to, &sink->there);
	if (FAILED(hr))
		COM_CLEAR(sink->book);
	return hr;
}

static HRESULT
advise_store(
    struct session *session, const SBinary *id, ULONG mask, IMAPIAdviseSink *to, struct sink *sink)
{
	bool whole = storeid_is_wrapped(id->lpb, id->cb);
	struct store_logon at = { 0 };
	HRESULT hr;

	if (whole)
		hr = session_open_store(session, id->cb, id->lpb, NULL, MAPI_BEST_ACCESS,
		    (IUnknown **)(void *)&at.store);
	else
		hr = session_route(session, id->lpb, id->cb, &at);
	if (SUCCEEDED(hr))
		hr = at.store->lpVtbl->Advise(at.store, whole ? 0 : id->cb,
		    whole ? NULL : (ENTRYID *)(void *)id->lpb, mask, to, &sink->there);
	COM_CLEAR(at.logon);
	if (SUCCEEDED(hr))
		sink->store = at.store;
	else
		COM_CLEAR(at.store);
	return hr;
}

static HRESULT
begin(
    struct session *session, const SBinary *id, ULONG mask, IMAPIAdviseSink *to, struct sink *sink)
{
	HRESULT hr;

	if (!id->cb)
		return advise_session(session, mask, to, sink);
	hr = oneoff_is(id->lpb, id->cb) ? MAPI_E_UNKNOWN_ENTRYID
					: advise_store(session, id, mask, to, sink);
	if (hr == MAPI_E_UNKNOWN_ENTRYID)
		hr = advise_book(session, id, mask, to, sink);
	return hr;
}

HRESULT
session_advise(struct session *session, const SBinary *id, ULONG mask, IMAPIAdviseSink *to,
    ULONG_PTR *connection)
{
	static atomic_ulong last;
	struct sink sink = { .connection = atomic_fetch_add(&last, 1) + 1 };
	HRESULT hr = begin(session, id, mask, to, &sink);

	if (FAILED(hr))
		return hr;
	g_rec_mutex_lock(&session->lock);
	if (!session->sinks)
		session->sinks = g_array_new(FALSE, FALSE, sizeof(struct sink));
	g_array_append_val(session->sinks, sink);
	g_rec_mutex_unlock(&session->lock);
	*connection = sink.connection;
	return S_OK;
}

/* --- Its end ------------------------------------------------------------------------------- */

HRESULT
session_unadvise(struct session *session, ULONG_PTR connection)
{
	struct sink sink = { 0 };
	guint i;

	g_rec_mutex_lock(&session->lock);
	for (i = 0; session->sinks && i < session->sinks->len && !sink.connection; i++) {
		if (g_array_index(session->sinks, struct sink, i).connection != connection)
			continue;
		sink = g_array_index(session->sinks, struct sink, i);
		g_array_remove_index(session->sinks, i);
	}
	g_rec_mutex_unlock(&session->lock);
	return sink.connection ? end(&sink) : MAPI_E_INVALID_PARAMETER;
}

void
session_forget_sinks(struct session *session)
{
	GArray *sinks;
	guint i;

	g_rec_mutex_lock(&session->lock);
	sinks = g_steal_pointer(&session->sinks);
	g_rec_mutex_unlock(&session->lock);
	for (i = 0; sinks && i < sinks->len; i++)
		end(&g_array_index(sinks, struct sink, i));
	if (sinks)
		g_array_unref(sinks);
}

void
session_tell_end(struct session *session)
{
	NOTIFICATION event = { .ulEventType = fnevExtended };
	struct session_key key;
	ULONG flags = 0;

	make_key(session, &key);
	notify_all(&key.head, 1, &event, &flags);
}

/* --- Message options ----------------------------------------------------------------------- */

/* No transport of ours registers any; an address type that none serves is another matter. */
HRESULT
session_default_options(
    struct session *session, const char *address_type, ULONG *count, SPropValue **out)
{
	GArray *transports = profile_providers(session->profile, MAPI_TRANSPORT_PROVIDER);
	HRESULT hr =
	    transports->len && !g_ascii_strcasecmp(address_type, "SMTP") ? S_OK : MAPI_E_NOT_FOUND;

	g_array_unref(transports);
	return hr;
}
