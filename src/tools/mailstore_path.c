/* SPDX-License-Identifier: MIT */
/* Paths in a store: see mailstore.h. */
#include "mailstore.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

/* flags 0, the store's UID, version 1, type, 0 0, a number of 64 bits: emapi's own stores
 * (src/provider/store/eid.h).  Only for show: what a person types is compared with it. */
#define OWN_SIZE 32
#define OWN_NUMBER 24

char *
mailstore_id(const SBinary *id)
{
	guint64 number = 0;

	if (id->cb != OWN_SIZE || id->lpb[20] != 1)
		return text_hex(id->lpb, id->cb);
	for (int i = 7; i >= 0; i--)
		number = number << 8 | id->lpb[OWN_NUMBER + i];
	return g_strdup_printf("%" G_GUINT64_FORMAT, number);
}

void
mailstore_item_clear(struct mailstore_item *item)
{
	COM_CLEAR(item->prop);
	COM_CLEAR(item->parent);
	mem_free(item->id.lpb);
	memset(item, 0, sizeof(*item));
}

/* Opens an entry ID; `item` keeps a copy of it. */
static HRESULT
open_id(const struct mailstore *store, const SBinary *id, bool write, struct mailstore_item *item)
{
	BYTE *copy = mem_memdup(NULL, id->lpb, id->cb);
	IMAPIProp *prop = NULL;
	ULONG type = 0;
	HRESULT hr = copy ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = store->store->lpVtbl->OpenEntry(store->store, id->cb, (LPENTRYID)id->lpb, NULL,
		    write ? MAPI_MODIFY : 0, &type, (LPUNKNOWN *)&prop);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	COM_CLEAR(item->prop);
	mem_free(item->id.lpb);
	item->prop = prop;
	item->type = type;
	item->id.cb = id->cb;
	item->id.lpb = copy;
	return S_OK;
}

static HRESULT
open_top(const struct mailstore *store, bool root, bool write, struct mailstore_item *item)
{
	IMAPIProp *folder = NULL;
	SPropValue *id = NULL;
	ULONG type;
	HRESULT hr;

	if (!root) {
		hr = HrGetOneProp((LPMAPIPROP)store->store, PR_IPM_SUBTREE_ENTRYID, &id);
	} else {
		hr = store->store->lpVtbl->OpenEntry(
		    store->store, 0, NULL, NULL, 0, &type, (LPUNKNOWN *)&folder);
		if (SUCCEEDED(hr))
			hr = HrGetOneProp(folder, PR_ENTRYID, &id);
		COM_CLEAR(folder);
	}
	if (SUCCEEDED(hr))
		hr = open_id(store, &id->Value.bin, write, item);
	mem_free(id);
	return hr;
}

/* --- A step down --------------------------------------------------------------------------- */

struct step {
	const char *name; /* of a folder, or the shown id of a message */
	bool by_id;
	SBinary found;
};

static HRESULT
match_row(const SRow *row, void *context)
{
	struct step *step = context;
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	g_autofree char *shown = NULL;

	if (!id)
		return S_OK;
	shown = step->by_id ? mailstore_id(&id->Value.bin)
			    : prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	if (!shown || g_ascii_strcasecmp(shown, step->name) != 0)
		return S_OK;
	step->found.lpb = mem_memdup(NULL, id->Value.bin.lpb, id->Value.bin.cb);
	step->found.cb = id->Value.bin.cb;
	return step->found.lpb ? MAPI_E_CANCEL : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
look_into(IMAPIFolder *folder, struct step *step, ULONG flags)
{
	static const SizedSPropTagArray(2, columns) = { 2, { PR_ENTRYID, PR_DISPLAY_NAME_W } };
	IMAPITable *table = NULL;
	HRESULT hr = step->by_id ? folder->lpVtbl->GetContentsTable(folder, flags, &table)
				 : folder->lpVtbl->GetHierarchyTable(folder, 0, &table);

	if (SUCCEEDED(hr))
		hr = mailstore_rows(table, (const SPropTagArray *)&columns, match_row, step);
	if (hr == MAPI_E_CANCEL)
		return S_OK;
	return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
}

static HRESULT
step_down(const struct mailstore *store, const char *name, bool write, struct mailstore_item *item)
{
	struct step step = { .name = name };
	HRESULT hr = look_into((IMAPIFolder *)item->prop, &step, 0);

	if (SUCCEEDED(hr))
		hr = open_id(store, &step.found, write, item);
	mem_free(step.found.lpb);
	return hr;
}

/* The message of that id in the folder `item`, which becomes its parent. */
static HRESULT
step_to_message(
    const struct mailstore *store, const char *id, bool write, struct mailstore_item *item)
{
	struct step step = { .name = id, .by_id = true };
	HRESULT hr = look_into((IMAPIFolder *)item->prop, &step, 0);

	if (hr == MAPI_E_NOT_FOUND)
		hr = look_into((IMAPIFolder *)item->prop, &step, MAPI_ASSOCIATED);
	if (SUCCEEDED(hr)) {
		item->parent = (IMAPIFolder *)item->prop;
		item->prop = NULL;
		hr = open_id(store, &step.found, write, item);
	}
	mem_free(step.found.lpb);
	return hr;
}

/* The next name of a path, which moves on; NULL at the end.  g_free(). */
static char *
next_name(const char **path)
{
	GString *name = g_string_new(NULL);
	const char *p = *path;

	while (*p == '/')
		p++;
	for (; *p && *p != '/'; p++) {
		if (*p == '\\' && p[1])
			p++;
		g_string_append_c(name, *p);
	}
	*path = p;
	return g_string_free(name, name->len == 0);
}

static HRESULT
walk(const struct mailstore *store, const char *path, bool write, struct mailstore_item *item)
{
	HRESULT hr = open_top(store, g_str_has_prefix(path, "//"), write, item);
	char *name;

	while (SUCCEEDED(hr) && (name = next_name(&path))) {
		hr = step_down(store, name, write, item);
		g_free(name);
	}
	return hr;
}

static bool
is_entry_id(const char *path)
{
	size_t length = strlen(path);

	return length >= 40 && length % 2 == 0 && strspn(path, "0123456789abcdefABCDEF") == length;
}

static HRESULT
find_id(const struct mailstore *store, const char *hex, bool write, struct mailstore_item *item)
{
	SBinary id = { .cb = strlen(hex) / 2 };
	HRESULT hr;

	id.lpb = g_malloc(id.cb);
	text_unhex(hex, id.lpb, id.cb);
	hr = open_id(store, &id, write, item);
	g_free(id.lpb);
	return hr;
}

static HRESULT
find(const struct mailstore *store, const char *path, bool write, struct mailstore_item *item)
{
	const char *mark = strrchr(path, '#');
	g_autofree char *folder = NULL;
	HRESULT hr;

	if (is_entry_id(path))
		return find_id(store, path, write, item);
	hr = walk(store, path, write, item);
	if (hr != MAPI_E_NOT_FOUND || !mark)
		return hr;
	mailstore_item_clear(item);
	folder = g_strndup(path, mark - path);
	hr = walk(store, folder, write, item);
	return FAILED(hr) ? hr : step_to_message(store, mark + 1, write, item);
}

int
mailstore_find(
    const struct mailstore *store, const char *path, bool write, struct mailstore_item *out)
{
	HRESULT hr;

	memset(out, 0, sizeof(*out));
	if (!strcmp(path, ".")) {
		out->type = MAPI_STORE;
		out->prop = (IMAPIProp *)store->store;
		out->prop->lpVtbl->AddRef(out->prop);
		return 0;
	}
	hr = find(store, path, write, out);
	if (SUCCEEDED(hr))
		return 0;
	mailstore_item_clear(out);
	if (hr == MAPI_E_NOT_FOUND || hr == MAPI_E_UNKNOWN_ENTRYID || hr == MAPI_E_INVALID_ENTRYID)
		return cli_fail(EX_NOINPUT,
		    "the store has no \"%s\" (emapi store tree shows its folders, emapi store ls "
		    "FOLDER its messages)",
		    path);
	return mailstore_fail(path, store->store, hr);
}

int
mailstore_find_type(const struct mailstore *store, const char *path, ULONG type, bool write,
    struct mailstore_item *out)
{
	int code = mailstore_find(store, path, write, out);

	if (code || out->type == type)
		return code;
	mailstore_item_clear(out);
	return cli_fail(EX_USAGE, "\"%s\" is no %s", path,
	    type == MAPI_MESSAGE ? "message (FOLDER#ID is one)" : "folder");
}

int
mailstore_parent(
    const struct mailstore *store, const struct mailstore_item *item, IMAPIFolder **out)
{
	SPropValue *id = NULL;
	ULONG type;
	HRESULT hr;

	*out = NULL;
	if (item->parent) {
		item->parent->lpVtbl->AddRef(item->parent);
		*out = item->parent;
		return 0;
	}
	hr = HrGetOneProp(item->prop, PR_PARENT_ENTRYID, &id);
	if (SUCCEEDED(hr))
		hr = store->store->lpVtbl->OpenEntry(store->store, id->Value.bin.cb,
		    (LPENTRYID)id->Value.bin.lpb, NULL, MAPI_MODIFY, &type, (LPUNKNOWN *)out);
	mem_free(id);
	return FAILED(hr) ? mailstore_fail("opening the folder it lies in", item->prop, hr) : 0;
}
