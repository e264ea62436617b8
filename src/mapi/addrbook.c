/* SPDX-License-Identifier: MIT */
/* IAddrBook: all address book providers of a session as one (MAPI reference: IAddrBook :
 * IMAPIProp).
 */
#include "addrbook_private.h"
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "bag.h"
#include "com.h"
#include "propcopy.h"
#include "session_private.h"
#include "unsupported.h"

#define SELF(This) ADDRBOOK(This)

static void
finalize(void *object)
{
	struct addrbook *self = object;

	bag_free(self->bag);
	g_hash_table_unref(self->connections);
	g_mutex_clear(&self->lock);
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

/* The methods of IMAPIProp are there to read (MAPI reference: IAddrBook : IMAPIProp, "not
 * writable"). */
static HRESULT
addrbook_SaveChanges(IAddrBook *This, ULONG flags)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
addrbook_SetProps(IAddrBook *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
addrbook_DeleteProps(IAddrBook *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
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

static const IAddrBookVtbl addrbook_vtbl = {
	.QueryInterface = addrbook_QueryInterface,
	.AddRef = addrbook_AddRef,
	.Release = addrbook_Release,
	.GetLastError = addrbook_GetLastError,
	.SaveChanges = addrbook_SaveChanges,
	.GetProps = addrbook_GetProps,
	.GetPropList = addrbook_GetPropList,
	.OpenProperty = unsupported_IAddrBook_OpenProperty,
	.SetProps = addrbook_SetProps,
	.DeleteProps = addrbook_DeleteProps,
	.CopyTo = addrbook_CopyTo,
	.CopyProps = addrbook_CopyProps,
	.GetNamesFromIDs = unsupported_IAddrBook_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IAddrBook_GetIDsFromNames,
	.OpenEntry = addrbook_OpenEntry,
	.CompareEntryIDs = addrbook_CompareEntryIDs,
	.Advise = addrbook_Advise,
	.Unadvise = addrbook_Unadvise,
	.CreateOneOff = addrbook_CreateOneOff,
	.NewEntry = addrbook_NewEntry,
	.ResolveName = addrbook_ResolveName,
	.Address = unsupported_IAddrBook_Address,
	.Details = unsupported_IAddrBook_Details,
	.RecipOptions = unsupported_IAddrBook_RecipOptions,
	.QueryDefaultRecipOpt = unsupported_IAddrBook_QueryDefaultRecipOpt,
	.GetPAB = addrbook_GetPAB,
	.SetPAB = addrbook_SetPAB,
	.GetDefaultDir = addrbook_GetDefaultDir,
	.SetDefaultDir = addrbook_SetDefaultDir,
	.GetSearchPath = addrbook_GetSearchPath,
	.SetSearchPath = addrbook_SetSearchPath,
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
	g_mutex_init(&self->lock);
	self->connections =
	    g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)addrbook_forget);
	if (!self->bag || FAILED(bag_set_long(self->bag, PR_OBJECT_TYPE, MAPI_ADDRBOOK)) ||
	    FAILED(bag_set_text(self->bag, PR_DISPLAY_NAME_W, "Address book")))
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr) &&
	    FAILED(com_query_interface(&self->com, iid ? iid : &IID_IAddrBook, (void **)out)))
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	com_release(&self->com);
	return hr;
}
