/* SPDX-License-Identifier: MIT */
/* The address book's root container: all containers of all providers below one (MAPI reference:
 * IAddrBook::OpenEntry, IMAPIContainer::GetHierarchyTable). */
#include "abooks.h"
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "bag.h"
#include "com.h"
#include "log.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "propcopy.h"
#include "session_private.h"
#include "table.h"
#include "unsupported.h"

struct abroot {
	struct com_object com;
	IABContainer iab;
	struct session *session;
	struct bag *bag; /* never changes */
};

#define SELF(This) COM_OBJECT(This, struct abroot, iab)

static void
finalize(void *object)
{
	struct abroot *self = object;

	bag_free(self->bag);
	session_unref(self->session);
}

static const struct com_interface interfaces[] = {
	{ &IID_IABContainer, offsetof(struct abroot, iab) },
	{ &IID_IMAPIContainer, offsetof(struct abroot, iab) },
	{ &IID_IMAPIProp, offsetof(struct abroot, iab) },
	{ NULL, 0 },
};

static const struct com_class abroot_class = { "address book root", interfaces, finalize };

COM_UNKNOWN(abroot, struct abroot, iab, IABContainer)

/* --- The hierarchy ------------------------------------------------------------------------- */

/* The rows of one provider's root; S_OK also where it has none to show. */
static HRESULT
read_provider(IABLogon *logon, ULONG flags, SRowSet **out)
{
	IABContainer *root = NULL;
	IMAPITable *table = NULL;
	SPropTagArray *columns = NULL;
	ULONG type;
	HRESULT hr;

	*out = NULL;
	hr = logon->lpVtbl->OpenEntry(
	    logon, 0, NULL, &IID_IABContainer, 0, &type, (IUnknown **)(void *)&root);
	if (SUCCEEDED(hr))
		hr = root->lpVtbl->GetHierarchyTable(root, flags, &table);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, columns, NULL, NULL, 0, out);
	mem_free(columns);
	COM_CLEAR(table);
	COM_CLEAR(root);
	return hr;
}

static HRESULT
add_rows(struct table_rows *rows, const SRowSet *more)
{
	HRESULT hr = S_OK;

	for (ULONG i = 0; SUCCEEDED(hr) && i < more->cRows; i++)
		hr = table_rows_add(rows, more->aRow[i].lpProps, more->aRow[i].cValues);
	return hr;
}

/* One provider's failure leaves the others' containers. */
static HRESULT
merge(struct session *session, ULONG flags, struct table_rows *rows)
{
	GPtrArray *logons = abooks_logons(session);
	HRESULT hr = S_OK;

	for (guint i = 0; SUCCEEDED(hr) && i < logons->len; i++) {
		SRowSet *more = NULL;
		HRESULT read = read_provider(g_ptr_array_index(logons, i), flags, &more);

		if (FAILED(read))
			log_warning("an address book's containers: %s", hr_name(read));
		else
			hr = add_rows(rows, more);
		FreeProws(more);
	}
	g_ptr_array_unref(logons);
	return hr;
}

static HRESULT
abroot_GetHierarchyTable(IABContainer *This, ULONG flags, LPMAPITABLE *out)
{
	static const SizedSPropTagArray(9, columns) = { 9,
		{ PR_DISPLAY_NAME_W, PR_ENTRYID, PR_DEPTH, PR_CONTAINER_FLAGS, PR_OBJECT_TYPE,
		    PR_DISPLAY_TYPE, PR_AB_PROVIDER_ID, PR_RECORD_KEY, PR_INSTANCE_KEY } };
	struct session *session = SELF(This)->session;
	struct table_rows *rows;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)(MAPI_UNICODE | CONVENIENT_DEPTH | MAPI_DEFERRED_ERRORS))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = session_check(session);
	if (FAILED(hr))
		return hr;
	rows = table_rows_create();
	if (!rows)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = merge(session, flags & (MAPI_UNICODE | CONVENIENT_DEPTH), rows);
	if (SUCCEEDED(hr))
		return table_create(
		    rows, (const SPropTagArray *)(const void *)&columns, flags & MAPI_UNICODE, out);
	table_rows_free(rows);
	return hr;
}

static HRESULT
abroot_OpenEntry(IABContainer *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type,
    LPUNKNOWN *out)
{
	struct session *session = SELF(This)->session;
	SBinary bytes = { size, (BYTE *)id };
	ULONG unwanted;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = session_check(session);
	if (FAILED(hr))
		return hr;
	if (!id || !size)
		return MAPI_E_INVALID_ENTRYID;
	return abooks_open_entry(session, &bytes, iid, flags, type ? type : &unwanted, out);
}

/* --- IMAPIProp ----------------------------------------------------------------------------- */

static HRESULT
abroot_GetLastError(IABContainer *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->session->error, hr, flags, out);
}

static HRESULT
abroot_SaveChanges(IABContainer *This, ULONG flags)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
abroot_GetProps(
    IABContainer *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	return bag_get_props(SELF(This)->bag, tags, flags, count, out);
}

static HRESULT
abroot_GetPropList(IABContainer *This, ULONG flags, LPSPropTagArray *out)
{
	return out ? bag_get_prop_list(SELF(This)->bag, flags, out) : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
abroot_SetProps(IABContainer *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
abroot_DeleteProps(IABContainer *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
abroot_CopyTo(IABContainer *This, ULONG excluded, LPCIID excluded_iids, LPSPropTagArray exclude,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	return propcopy_to((IMAPIProp *)This, exclude, target, flags, problems);
}

static HRESULT
abroot_CopyProps(IABContainer *This, LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	return propcopy_props((IMAPIProp *)This, include, target, flags, problems);
}

/* Nobody can have set any: SetSearchCriteria is for folders. */
static HRESULT
abroot_GetSearchCriteria(IABContainer *This, ULONG flags, LPSRestriction *restriction,
    LPENTRYLIST *containers, ULONG *state)
{
	return MAPI_E_NOT_INITIALIZED;
}

static const IABContainerVtbl abroot_vtbl = {
	.QueryInterface = abroot_QueryInterface,
	.AddRef = abroot_AddRef,
	.Release = abroot_Release,
	.GetLastError = abroot_GetLastError,
	.SaveChanges = abroot_SaveChanges,
	.GetProps = abroot_GetProps,
	.GetPropList = abroot_GetPropList,
	.OpenProperty = unsupported_IABContainer_OpenProperty,
	.SetProps = abroot_SetProps,
	.DeleteProps = abroot_DeleteProps,
	.CopyTo = abroot_CopyTo,
	.CopyProps = abroot_CopyProps,
	.GetNamesFromIDs = unsupported_IABContainer_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IABContainer_GetIDsFromNames,
	.GetContentsTable = unsupported_IABContainer_GetContentsTable,
	.GetHierarchyTable = abroot_GetHierarchyTable,
	.OpenEntry = abroot_OpenEntry,
	.SetSearchCriteria = unsupported_IABContainer_SetSearchCriteria,
	.GetSearchCriteria = abroot_GetSearchCriteria,
	.CreateEntry = unsupported_IABContainer_CreateEntry,
	.CopyEntries = unsupported_IABContainer_CopyEntries,
	.DeleteEntries = unsupported_IABContainer_DeleteEntries,
	.ResolveNames = unsupported_IABContainer_ResolveNames,
};

static HRESULT
describe(struct bag *bag)
{
	HRESULT hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_ABCONT);

	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DISPLAY_TYPE, (LONG)DT_NOT_SPECIFIC);
	if (SUCCEEDED(hr))
		hr = bag_set_long(
		    bag, PR_CONTAINER_FLAGS, (LONG)(AB_SUBCONTAINERS | AB_UNMODIFIABLE));
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_DISPLAY_NAME_W, "Address book");
	return hr;
}

HRESULT
abroot_create(struct session *session, const IID *iid, IUnknown **out)
{
	struct abroot *self = com_create(&abroot_class, sizeof *self);
	HRESULT hr;

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iab.lpVtbl = &abroot_vtbl;
	self->session = session_ref(session);
	self->bag = bag_create();
	hr = self->bag ? describe(self->bag) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr) &&
	    FAILED(com_query_interface(&self->com, iid ? iid : &IID_IABContainer, (void **)out)))
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	com_release(&self->com);
	return hr;
}
