/* SPDX-License-Identifier: MIT */
/* IAddrBook of a session that has one-off addresses only (MAPI reference: IAddrBook : IMAPIProp).
 */
#include "addrbook.h"
#include <stdbool.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "bag.h"
#include "com.h"
#include "entryid.h"
#include "mailuser.h"
#include "mem.h"
#include "prop.h"
#include "propcopy.h"
#include "resolve.h"
#include "session_private.h"
#include "text.h"
#include "unsupported.h"

struct addrbook {
	struct com_object com;
	IAddrBook iaddrbook;
	struct session *session;
	struct bag *bag; /* never changes */
};

#define SELF(This) COM_OBJECT(This, struct addrbook, iaddrbook)

static void
finalize(void *object)
{
	struct addrbook *self = object;

	bag_free(self->bag);
	session_unref(self->session);
}

static const struct com_interface interfaces[] = {
	{ &IID_IAddrBook, offsetof(struct addrbook, iaddrbook) },
	{ &IID_IMAPIProp, offsetof(struct addrbook, iaddrbook) },
	{ NULL, 0 },
};

static const struct com_class addrbook_class = { "IAddrBook", interfaces, finalize };

COM_UNKNOWN(addrbook, struct addrbook, iaddrbook, IAddrBook)

/* --- IMAPIProp ----------------------------------------------------------------------------- */

static HRESULT
addrbook_GetLastError(IAddrBook *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->session->error, hr, flags, out);
}

static HRESULT
addrbook_GetProps(
    IAddrBook *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	return bag_get_props(SELF(This)->bag, tags, flags, count, out);
}

static HRESULT
addrbook_GetPropList(IAddrBook *This, ULONG flags, LPSPropTagArray *out)
{
	return out ? bag_get_prop_list(SELF(This)->bag, flags, out) : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
addrbook_CopyTo(IAddrBook *This, ULONG excluded, LPCIID excluded_iids, LPSPropTagArray exclude,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	return propcopy_to((IMAPIProp *)This, exclude, target, flags, problems);
}

static HRESULT
addrbook_CopyProps(IAddrBook *This, LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	return propcopy_props((IMAPIProp *)This, include, target, flags, problems);
}

/* --- Entries ------------------------------------------------------------------------------- */

static HRESULT
addrbook_OpenEntry(
    IAddrBook *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type, LPUNKNOWN *out)
{
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = session_check(SELF(This)->session);
	if (FAILED(hr))
		return hr;
	if (!id || !size)
		return MAPI_E_NO_SUPPORT; /* the root container: there are no containers yet */
	if (!oneoff_is(id, size))
		return MAPI_E_UNKNOWN_ENTRYID;
	hr = mailuser_open(id, size, iid, out);
	if (SUCCEEDED(hr) && type)
		*type = MAPI_MAILUSER;
	return hr;
}

static HRESULT
addrbook_CompareEntryIDs(IAddrBook *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (!result)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(session);
	if (FAILED(hr))
		return hr;
	return session_compare_entryids(session, size1, id1, size2, id2, result);
}

HRESULT
addrbook_create_oneoff(
    LPTSTR name, LPTSTR address_type, LPTSTR address, ULONG flags, ULONG *size, LPENTRYID *out)
{
	char *parts[3] = { NULL, NULL, NULL };
	HRESULT hr;

	if (!address_type || !address || !size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*size = 0;
	*out = NULL;
	hr = text_from_arg(NULL, name, flags, &parts[0]);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, address_type, flags, &parts[1]);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, address, flags, &parts[2]);
	if (SUCCEEDED(hr))
		hr = oneoff_encode(parts[0] ? parts[0] : parts[2], parts[1], parts[2],
		    flags & (MAPI_UNICODE | MAPI_SEND_NO_RICH_INFO), size, out);
	mem_free(parts[0]);
	mem_free(parts[1]);
	mem_free(parts[2]);
	return hr;
}

static HRESULT
addrbook_CreateOneOff(IAddrBook *This, LPTSTR name, LPTSTR address_type, LPTSTR address,
    ULONG flags, ULONG *size, LPENTRYID *out)
{
	return addrbook_create_oneoff(name, address_type, address, flags, size, out);
}

static HRESULT
addrbook_ResolveName(IAddrBook *This, ULONG_PTR ui, ULONG flags, LPTSTR title, LPADRLIST list)
{
	HRESULT hr;

	if (!list)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(SELF(This)->session);
	return FAILED(hr) ? hr : resolve_list(list, flags);
}

static HRESULT
addrbook_PrepareRecips(IAddrBook *This, ULONG flags, LPSPropTagArray tags, LPADRLIST list)
{
	HRESULT hr;

	if (!list)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(SELF(This)->session);
	if (FAILED(hr) || !tags)
		return hr; /* no entry ID of ours is short-term: nothing to convert */
	return resolve_prepare(list, tags);
}

static HRESULT
addrbook_GetSearchPath(IAddrBook *This, ULONG flags, LPSRowSet *out)
{
	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = mem_zalloc(NULL, CbNewSRowSet(1)); /* no containers, no rows */
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static const IAddrBookVtbl addrbook_vtbl = {
	.QueryInterface = addrbook_QueryInterface,
	.AddRef = addrbook_AddRef,
	.Release = addrbook_Release,
	.GetLastError = addrbook_GetLastError,
	.SaveChanges = unsupported_IAddrBook_SaveChanges,
	.GetProps = addrbook_GetProps,
	.GetPropList = addrbook_GetPropList,
	.OpenProperty = unsupported_IAddrBook_OpenProperty,
	.SetProps = unsupported_IAddrBook_SetProps,
	.DeleteProps = unsupported_IAddrBook_DeleteProps,
	.CopyTo = addrbook_CopyTo,
	.CopyProps = addrbook_CopyProps,
	.GetNamesFromIDs = unsupported_IAddrBook_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IAddrBook_GetIDsFromNames,
	.OpenEntry = addrbook_OpenEntry,
	.CompareEntryIDs = addrbook_CompareEntryIDs,
	.Advise = unsupported_IAddrBook_Advise,
	.Unadvise = unsupported_IAddrBook_Unadvise,
	.CreateOneOff = addrbook_CreateOneOff,
	.NewEntry = unsupported_IAddrBook_NewEntry,
	.ResolveName = addrbook_ResolveName,
	.Address = unsupported_IAddrBook_Address,
	.Details = unsupported_IAddrBook_Details,
	.RecipOptions = unsupported_IAddrBook_RecipOptions,
	.QueryDefaultRecipOpt = unsupported_IAddrBook_QueryDefaultRecipOpt,
	.GetPAB = unsupported_IAddrBook_GetPAB,
	.SetPAB = unsupported_IAddrBook_SetPAB,
	.GetDefaultDir = unsupported_IAddrBook_GetDefaultDir,
	.SetDefaultDir = unsupported_IAddrBook_SetDefaultDir,
	.GetSearchPath = addrbook_GetSearchPath,
	.SetSearchPath = unsupported_IAddrBook_SetSearchPath,
	.PrepareRecips = addrbook_PrepareRecips,
};

HRESULT
addrbook_create(struct session *session, const IID *iid, IAddrBook **out)
{
	struct addrbook *self = com_create(&addrbook_class, sizeof *self);
	HRESULT hr = S_OK;

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iaddrbook.lpVtbl = &addrbook_vtbl;
	self->session = session_ref(session);
	self->bag = bag_create();
	if (!self->bag || FAILED(bag_set_long(self->bag, PR_OBJECT_TYPE, MAPI_ADDRBOOK)) ||
	    FAILED(bag_set_text(self->bag, PR_DISPLAY_NAME_W, "Address book")))
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr) &&
	    FAILED(com_query_interface(&self->com, iid ? iid : &IID_IAddrBook, (void **)out)))
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	com_release(&self->com);
	return hr;
}
