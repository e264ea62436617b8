/* SPDX-License-Identifier: MIT */
/*
 * What the profile keeps of the address book, in its own section: the containers that names are
 * looked for in (PR_AB_SEARCH_PATH), the personal one and the one shown first.
 */
#include "abooks.h"
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "prop.h"
#include "session_private.h"

#define SECTION ((const MAPIUID *)&MUID_PROFILE_INSTANCE)

/* --- Containers ---------------------------------------------------------------------------- */

static void
free_container(void *object)
{
	struct ab_container *container = object;

	g_bytes_unref(container->id);
	g_free(container->name);
	g_free(container);
}

static void
add_container(GPtrArray *containers, const SRow *row)
{
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	struct ab_container *container;

	if (!id || !id->Value.bin.cb)
		return;
	container = g_new0(struct ab_container, 1);
	container->id = g_bytes_new(id->Value.bin.lpb, id->Value.bin.cb);
	container->name = prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	container->flags = (ULONG)prop_find_long(row->lpProps, row->cValues, PR_CONTAINER_FLAGS, 0);
	container->display_type =
	    (ULONG)prop_find_long(row->lpProps, row->cValues, PR_DISPLAY_TYPE, 0);
	g_ptr_array_add(containers, container);
}

GPtrArray *
ab_containers(struct session *session)
{
	GPtrArray *containers = g_ptr_array_new_with_free_func(free_container);
	IABContainer *root = NULL;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr = abroot_create(session, &IID_IABContainer, (IUnknown **)(void *)&root);

	if (SUCCEEDED(hr))
		hr = root->lpVtbl->GetHierarchyTable(root, CONVENIENT_DEPTH | MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++)
		add_container(containers, &rows->aRow[i]);
	FreeProws(rows);
	COM_CLEAR(table);
	COM_CLEAR(root);
	return containers;
}

static bool
is_id(const struct ab_container *container, const void *id, ULONG size)
{
	gsize own_size;
	const void *own = g_bytes_get_data(container->id, &own_size);

	return own_size == size && !memcmp(own, id, size);
}

static struct ab_container *
find(GPtrArray *containers, const void *id, ULONG size)
{
	for (guint i = 0; i < containers->len; i++)
		if (is_id(g_ptr_array_index(containers, i), id, size))
			return g_ptr_array_index(containers, i);
	return NULL;
}

static struct ab_container *
first_with(GPtrArray *containers, ULONG flags)
{
	for (guint i = 0; i < containers->len; i++) {
		struct ab_container *container = g_ptr_array_index(containers, i);

		if ((container->flags & flags) == flags)
			return container;
	}
	return NULL;
}

/* --- Choices ------------------------------------------------------------------------------- */

/* The container that the profile names under `tag`, while it is there. */
static struct ab_container *
chosen(struct session *session, GPtrArray *containers, ULONG tag)
{
	SPropValue *values = NULL;
	struct ab_container *found = NULL;
	const SPropValue *id;
	ULONG count = 0;

	profile_section_read(session->profile, SECTION, &values, &count);
	id = prop_find(values, count, tag);
	if (id)
		found = find(containers, id->Value.bin.lpb, id->Value.bin.cb);
	mem_free(values);
	return found;
}

static HRESULT
give(const struct ab_container *container, ULONG *size, ENTRYID **out)
{
	gsize length = 0;
	const void *id = container ? g_bytes_get_data(container->id, &length) : NULL;

	*size = 0;
	*out = id ? mem_memdup(NULL, id, length) : NULL;
	if (id && !*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	*size = (ULONG)length;
	return S_OK;
}

static struct ab_container *
personal(struct session *session, GPtrArray *containers)
{
	struct ab_container *found = chosen(session, containers, PR_AB_DEFAULT_PAB);

	return found ? found : first_with(containers, AB_RECIPIENTS | AB_MODIFIABLE);
}

HRESULT
ab_get_pab(struct session *session, ULONG *size, ENTRYID **out)
{
	GPtrArray *containers = ab_containers(session);
	HRESULT hr = give(personal(session, containers), size, out);

	g_ptr_array_unref(containers);
	return hr;
}

/* The chosen one, else one that many share, else the personal one. */
static struct ab_container *
default_dir(struct session *session, GPtrArray *containers)
{
	struct ab_container *found = chosen(session, containers, PR_AB_DEFAULT_DIR);

	for (guint i = 0; !found && i < containers->len; i++) {
		struct ab_container *container = g_ptr_array_index(containers, i);

		if (container->display_type == DT_GLOBAL && !(container->flags & AB_NOT_DEFAULT))
			found = container;
	}
	return found ? found : first_with(containers, AB_RECIPIENTS);
}

HRESULT
ab_get_default_dir(struct session *session, ULONG *size, ENTRYID **out)
{
	GPtrArray *containers = ab_containers(session);
	HRESULT hr = give(default_dir(session, containers), size, out);

	g_ptr_array_unref(containers);
	return hr;
}

static HRESULT
forget(struct session *session, ULONG tag)
{
	SizedSPropTagArray(1, tags) = { 1, { tag } };

	return profile_section_write(
	    session->profile, SECTION, 0, NULL, (SPropTagArray *)(void *)&tags);
}

HRESULT
ab_set_choice(struct session *session, ULONG tag, ULONG size, const void *id)
{
	GPtrArray *containers;
	SPropValue value = { .ulPropTag = tag };
	HRESULT hr = MAPI_E_NOT_FOUND;

	if (!size)
		return forget(session, tag);
	containers = ab_containers(session);
	if (find(containers, id, size))
		hr =
		    tag == PR_AB_DEFAULT_PAB && !(find(containers, id, size)->flags & AB_MODIFIABLE)
			? MAPI_E_NO_ACCESS
			: S_OK;
	g_ptr_array_unref(containers);
	if (FAILED(hr))
		return hr;
	value.Value.bin.cb = size;
	value.Value.bin.lpb = (BYTE *)(uintptr_t)id;
	return profile_section_write(session->profile, SECTION, 1, &value, NULL);
}

/* --- The search path ----------------------------------------------------------------------- */

/* As IAddrBook::GetSearchPath documents it for a path that was never set. */
static void
default_path(struct session *session, GPtrArray *containers, GPtrArray *path)
{
	struct ab_container *first = first_with(containers, AB_RECIPIENTS | AB_MODIFIABLE);
	struct ab_container *standard = default_dir(session, containers);
	bool shared = false;

	if (first)
		g_ptr_array_add(path, first);
	for (guint i = 0; i < containers->len; i++) {
		struct ab_container *container = g_ptr_array_index(containers, i);

		if (container->display_type != DT_GLOBAL || container == first)
			continue;
		g_ptr_array_add(path, container);
		shared = true;
	}
	if (!shared && standard && standard != first)
		g_ptr_array_add(path, standard);
}

/* What is stored, less what is no longer there.  False where nothing was ever stored. */
static bool
stored_path(struct session *session, GPtrArray *containers, GPtrArray *path)
{
	SPropValue *values = NULL;
	const SPropValue *stored;
	ULONG count = 0;

	profile_section_read(session->profile, SECTION, &values, &count);
	stored = prop_find(values, count, PR_AB_SEARCH_PATH);
	for (ULONG i = 0; stored && i < stored->Value.MVbin.cValues; i++) {
		const SBinary *id = &stored->Value.MVbin.lpbin[i];
		struct ab_container *container = find(containers, id->lpb, id->cb);

		if (container)
			g_ptr_array_add(path, container);
	}
	mem_free(values);
	return stored != NULL;
}

static HRESULT
make_row(const struct ab_container *container, ULONG flags, SRow *row)
{
	SPropValue *values = mem_zalloc(NULL, 5 * sizeof *values);
	ULONG name_tag = flags & MAPI_UNICODE ? PR_DISPLAY_NAME_W : PR_DISPLAY_NAME_A;
	gsize size;
	const void *id = g_bytes_get_data(container->id, &size);
	HRESULT hr;

	if (!values)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	row->lpProps = values;
	row->cValues = 5;
	hr = prop_set_text(values, &values[0], name_tag, container->name ? container->name : "");
	if (SUCCEEDED(hr))
		hr = prop_set_binary(values, &values[1], PR_ENTRYID, id, size);
	prop_set_long(&values[2], PR_CONTAINER_FLAGS, (LONG)container->flags);
	prop_set_long(&values[3], PR_DISPLAY_TYPE, (LONG)container->display_type);
	prop_set_long(&values[4], PR_OBJECT_TYPE, MAPI_ABCONT);
	return hr;
}

HRESULT
ab_get_search_path(struct session *session, ULONG flags, SRowSet **out)
{
	GPtrArray *containers = ab_containers(session), *path = g_ptr_array_new();
	SRowSet *rows;
	HRESULT hr = S_OK;

	if (!stored_path(session, containers, path))
		default_path(session, containers, path);
	rows = mem_zalloc(NULL, CbNewSRowSet((size_t)path->len + 1));
	if (!rows)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	for (guint i = 0; SUCCEEDED(hr) && i < path->len; i++) {
		hr = make_row(g_ptr_array_index(path, i), flags, &rows->aRow[i]);
		rows->cRows++;
	}
	if (FAILED(hr)) {
		FreeProws(rows);
		rows = NULL;
	}
	g_ptr_array_unref(path);
	g_ptr_array_unref(containers);
	*out = rows;
	return hr;
}

HRESULT
ab_set_search_path(struct session *session, const SRowSet *rows)
{
	SPropValue value = { .ulPropTag = PR_AB_SEARCH_PATH };
	g_autofree SBinary *ids = g_new0(SBinary, rows->cRows + 1);

	if (!rows->cRows)
		return forget(session, PR_AB_SEARCH_PATH);
	for (ULONG i = 0; i < rows->cRows; i++) {
		const SPropValue *id =
		    prop_find(rows->aRow[i].lpProps, rows->aRow[i].cValues, PR_ENTRYID);

		if (!id)
			return MAPI_E_MISSING_REQUIRED_COLUMN;
		ids[i] = id->Value.bin;
	}
	value.Value.MVbin.cValues = rows->cRows;
	value.Value.MVbin.lpbin = ids;
	return profile_section_write(session->profile, SECTION, 1, &value, NULL);
}
