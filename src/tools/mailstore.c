/* SPDX-License-Identifier: MIT */
#include "mailstore.h"

#include <stdio.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "hr.h"
#include "mem.h"
#include "outbox.h"
#include "prop.h"
#include "session.h"

/* --- Options ------------------------------------------------------------------------------- */

int
mailstore_parse(struct mailstore_options *o, const GOptionEntry *more, const char *arguments,
    int *argc, char ***argv)
{
	const GOptionEntry shared[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &o->profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "store", 0, 0, G_OPTION_ARG_STRING, &o->store,
		    "the store of this name instead of the profile's default one", "NAME" },
		{ NULL },
	};
	const GOptionEntry json[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o->json, "as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(arguments);

	if (more)
		cli_add_options(context, more);
	if (!o->no_json)
		cli_add_options(context, json);
	cli_add_options(context, shared);
	return cli_parse(context, argc, argv);
}

void
mailstore_options_clear(struct mailstore_options *o)
{
	g_free(o->profile);
	g_free(o->store);
}

void
mailstore_tell(const struct mailstore_options *options, const char *verb, char *const *paths,
    int count, const char *to)
{
	g_autoptr(GString) out = g_string_new("{");

	if (!options->json)
		return;
	json_string(out, verb);
	g_string_append(out, ":[");
	for (int i = 0; i < count; i++) {
		g_string_append(out, i ? "," : "");
		json_string(out, paths[i]);
	}
	g_string_append_c(out, ']');
	if (to)
		json_member(out, "to", to);
	printf("%s}\n", out->str);
}

/* --- The store ----------------------------------------------------------------------------- */

int
mailstore_fail(const char *step, void *object, HRESULT hr)
{
	g_autofree char *why = NULL;

	outbox_explain(&why, step, object, hr);
	return cli_fail(hr == MAPI_E_NOT_FOUND ? EX_NOINPUT : cli_exit_code(hr), "%s", why);
}

struct store_search {
	const char *name; /* NULL: the default one */
	SBinary id;
};

static HRESULT
match_store(const SRow *row, void *context)
{
	struct store_search *search = context;
	g_autofree char *name = prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	bool match = search->name
			 ? name && !strcmp(name, search->name)
			 : prop_find_bool(row->lpProps, row->cValues, PR_DEFAULT_STORE, false);

	if (!match || !id)
		return S_OK;
	search->id.lpb = mem_memdup(NULL, id->Value.bin.lpb, id->Value.bin.cb);
	search->id.cb = id->Value.bin.cb;
	return search->id.lpb ? MAPI_E_CANCEL : MAPI_E_NOT_ENOUGH_MEMORY;
}

static int
open_named(struct mailstore *out, const char *name, ULONG flags)
{
	static const SizedSPropTagArray(
	    3, columns) = { 3, { PR_ENTRYID, PR_DISPLAY_NAME_W, PR_DEFAULT_STORE } };
	struct store_search search = { .name = name };
	IMAPISession *session = out->session;
	IMAPITable *table = NULL;
	HRESULT hr = session->lpVtbl->GetMsgStoresTable(session, 0, &table);

	if (SUCCEEDED(hr))
		hr = mailstore_rows(table, (const SPropTagArray *)&columns, match_store, &search);
	if (FAILED(hr) && hr != MAPI_E_CANCEL)
		return mailstore_fail("listing the stores", session, hr);
	if (!search.id.lpb && name)
		return cli_fail(EX_NOINPUT, "the profile has no store \"%s\"", name);
	if (!search.id.lpb)
		return cli_fail(EX_CONFIG, "the profile has no message store");
	hr = session->lpVtbl->OpenMsgStore(session, 0, search.id.cb, (LPENTRYID)search.id.lpb, NULL,
	    MDB_NO_DIALOG | flags, &out->store);
	mem_free(search.id.lpb);
	return FAILED(hr) ? mailstore_fail("opening the store", session, hr) : 0;
}

int
mailstore_open(const struct mailstore_options *options, bool write, struct mailstore *out)
{
	g_autofree char *why = NULL;
	struct profile *profile = NULL;
	int code = cli_load_profile(options->profile, "", &profile);
	HRESULT hr;

	memset(out, 0, sizeof(*out));
	if (code)
		return code;
	hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, &out->session, &why);
	profile_unref(profile);
	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "%s", why ? why : hr_text(hr));
	return open_named(out, options->store, write ? MDB_WRITE : 0);
}

void
mailstore_close(struct mailstore *store)
{
	COM_CLEAR(store->store);
	if (store->session)
		store->session->lpVtbl->Logoff(store->session, 0, 0, 0);
	COM_CLEAR(store->session);
}

/* --- Tables -------------------------------------------------------------------------------- */

static HRESULT
each_row(const SRowSet *rows, mailstore_row fn, void *context)
{
	HRESULT hr = S_OK;

	for (ULONG i = 0; i < rows->cRows && SUCCEEDED(hr); i++)
		hr = fn(&rows->aRow[i], context);
	return hr;
}

HRESULT
mailstore_rows(IMAPITable *table, const SPropTagArray *columns, mailstore_row fn, void *context)
{
	bool more = true;
	HRESULT hr = S_OK;

	if (columns)
		hr = table->lpVtbl->SetColumns(table, (SPropTagArray *)(uintptr_t)columns, 0);
	while (SUCCEEDED(hr) && more) {
		SRowSet *rows = NULL;

		hr = table->lpVtbl->QueryRows(table, 100, 0, &rows);
		if (FAILED(hr))
			break;
		more = rows->cRows > 0;
		hr = each_row(rows, fn, context);
		FreeProws(rows);
	}
	table->lpVtbl->Release(table);
	return hr;
}
