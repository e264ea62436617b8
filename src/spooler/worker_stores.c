/* SPDX-License-Identifier: MIT */
/* The profile's message stores.  See worker.h. */
#include "worker.h"

#include <string.h>
#include "mem.h"
#include "prop.h"

static void
store_free(struct worker_store *s)
{
	ULONG flags = LOGOFF_ORDERLY;

	if (s->store) {
		s->store->lpVtbl->StoreLogoff(s->store, &flags);
		s->store->lpVtbl->Release(s->store);
	}
	g_bytes_unref(s->uid);
	g_free(s->reason);
	g_free(s);
}

static HRESULT
read_record_key(struct worker_store *s)
{
	SizedSPropTagArray(2, tags) = { 2, { PR_RECORD_KEY, PR_STORE_RECORD_KEY } };
	SPropValue *values = NULL;
	ULONG count = 0;
	const SPropValue *key;
	HRESULT hr = s->store->lpVtbl->GetProps(
	    s->store, (SPropTagArray *)&tags, MAPI_UNICODE, &count, &values);

	if (FAILED(hr))
		return hr;
	key = prop_find(values, count, PR_RECORD_KEY);
	if (!key)
		key = prop_find(values, count, PR_STORE_RECORD_KEY);
	if (key)
		s->uid = g_bytes_new(key->Value.bin.lpb, key->Value.bin.cb);
	mem_free(values);
	return key ? S_OK : MAPI_E_NOT_FOUND;
}

static struct worker_store *
open_store(struct worker *w, const MAPIUID *provider)
{
	struct worker_store *s = g_new0(struct worker_store, 1);

	s->provider = *provider;
	s->hr = session_open_spooler_store(session_from(w->session), provider, NULL, &s->store);
	if (FAILED(s->hr)) {
		s->store = NULL;
		s->reason = worker_error(w->session, s->hr);
	} else {
		s->hr = read_record_key(s);
		if (FAILED(s->hr))
			s->reason = worker_error(s->store, s->hr);
	}
	if (FAILED(s->hr))
		log_error("cannot open a store: %s", s->reason);
	return s;
}

HRESULT
worker_open_stores(struct worker *w, char **why)
{
	GArray *providers = profile_providers(w->profile, MAPI_STORE_PROVIDER);
	HRESULT hr = MAPI_E_NOT_FOUND;

	w->stores = g_ptr_array_new_with_free_func((GDestroyNotify)store_free);
	for (guint i = 0; i < providers->len; i++) {
		struct worker_store *s = open_store(w, &g_array_index(providers, MAPIUID, i));

		g_ptr_array_add(w->stores, s);
		if (SUCCEEDED(s->hr))
			hr = S_OK;
		else if (FAILED(hr))
			hr = s->hr;
	}
	if (FAILED(hr) && providers->len == 0)
		*why = g_strdup("the profile has no message store");
	else if (FAILED(hr))
		*why = g_strdup(((struct worker_store *)g_ptr_array_index(w->stores, 0))->reason);
	g_array_unref(providers);
	return hr;
}

void
worker_close_stores(struct worker *w)
{
	g_clear_pointer(&w->stores, g_ptr_array_unref);
}

struct worker_store *
worker_find_store(struct worker *w, GBytes *uid)
{
	for (guint i = 0; i < w->stores->len; i++) {
		struct worker_store *s = g_ptr_array_index(w->stores, i);

		if (s->uid && g_bytes_equal(s->uid, uid))
			return s;
	}
	return NULL;
}
