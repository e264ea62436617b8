/* SPDX-License-Identifier: MIT */
/* IMailUser of a one-off address (MAPI reference: IMailUser : IMAPIProp). */
#include "mailuser.h"
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "adrlist.h"
#include "bag.h"
#include "com.h"
#include "display.h"
#include "entryid.h"
#include "mem.h"
#include "propcopy.h"
#include "unsupported.h"

struct mailuser {
	struct com_object com;
	IMailUser imailuser;
	struct bag *bag; /* never changes */
};

#define SELF(This) COM_OBJECT(This, struct mailuser, imailuser)

static void
finalize(void *object)
{
	bag_free(((struct mailuser *)object)->bag);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMailUser, offsetof(struct mailuser, imailuser) },
	{ &IID_IMAPIProp, offsetof(struct mailuser, imailuser) },
	{ NULL, 0 },
};

static const struct com_class mailuser_class = { "IMailUser", interfaces, finalize };

COM_UNKNOWN(mailuser, struct mailuser, imailuser, IMailUser)

static HRESULT
mailuser_GetLastError(IMailUser *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	return S_OK;
}

static HRESULT
mailuser_SaveChanges(IMailUser *This, ULONG flags)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
mailuser_GetProps(
    IMailUser *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	return bag_get_props(SELF(This)->bag, tags, flags, count, out);
}

static HRESULT
mailuser_GetPropList(IMailUser *This, ULONG flags, LPSPropTagArray *out)
{
	return out ? bag_get_prop_list(SELF(This)->bag, flags, out) : MAPI_E_INVALID_PARAMETER;
}

/* What it shows of itself is a table; there is nothing else to open. */
static HRESULT
mailuser_OpenProperty(
    IMailUser *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct display_details details = { MAPI_MAILUSER, false, options };
	IMAPITable *table = NULL;
	HRESULT hr;

	if (!iid || !out || PROP_TYPE(tag) == PT_UNSPECIFIED)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (PROP_ID(tag) != PROP_ID(PR_DETAILS_TABLE))
		return MAPI_E_NO_SUPPORT;
	if (!IsEqualGUID(iid, &IID_IMAPITable))
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	hr = display_details(&details, &table);
	*out = (IUnknown *)table;
	return hr;
}

static HRESULT
mailuser_SetProps(IMailUser *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
mailuser_DeleteProps(IMailUser *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
mailuser_CopyTo(IMailUser *This, ULONG excluded, LPCIID excluded_iids, LPSPropTagArray exclude,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	return propcopy_to((IMAPIProp *)This, exclude, target, flags, problems);
}

static HRESULT
mailuser_CopyProps(IMailUser *This, LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	return propcopy_props((IMAPIProp *)This, include, target, flags, problems);
}

static const IMailUserVtbl mailuser_vtbl = {
	.QueryInterface = mailuser_QueryInterface,
	.AddRef = mailuser_AddRef,
	.Release = mailuser_Release,
	.GetLastError = mailuser_GetLastError,
	.SaveChanges = mailuser_SaveChanges,
	.GetProps = mailuser_GetProps,
	.GetPropList = mailuser_GetPropList,
	.OpenProperty = mailuser_OpenProperty,
	.SetProps = mailuser_SetProps,
	.DeleteProps = mailuser_DeleteProps,
	.CopyTo = mailuser_CopyTo,
	.CopyProps = mailuser_CopyProps,
	.GetNamesFromIDs = unsupported_IMailUser_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IMailUser_GetIDsFromNames,
};

/* What all one-offs are. */
static HRESULT
put_constants(struct bag *bag)
{
	HRESULT hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_MAILUSER);

	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DISPLAY_TYPE, DT_MAILUSER);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS, MAPI_ACCESS_READ);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS_LEVEL, 0);
	return hr;
}

static HRESULT
put_identity(struct bag *bag, const struct oneoff *oneoff, const void *id, ULONG size)
{
	HRESULT hr;

	hr = bag_set_binary(bag, PR_ENTRYID, id, size);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_RECORD_KEY, id, size);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, id, size);
	if (SUCCEEDED(hr))
		hr = adr_set_search_key(bag, oneoff->address_type, oneoff->address);
	return hr;
}

HRESULT
mailuser_properties(const void *id, ULONG size, struct bag *bag)
{
	struct oneoff *oneoff = NULL;
	HRESULT hr;

	hr = oneoff_decode(id, size, &oneoff);
	if (SUCCEEDED(hr))
		hr = put_constants(bag);
	if (SUCCEEDED(hr))
		hr = put_identity(bag, oneoff, id, size);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_DISPLAY_NAME_W, oneoff->name);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_ADDRTYPE_W, oneoff->address_type);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_EMAIL_ADDRESS_W, oneoff->address);
	if (SUCCEEDED(hr) && !g_ascii_strcasecmp(oneoff->address_type, "SMTP"))
		hr = bag_set_text(bag, PR_SMTP_ADDRESS_W, oneoff->address);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(bag, PR_SEND_RICH_INFO, oneoff->rich_info);
	mem_free(oneoff);
	return hr;
}

HRESULT
mailuser_open(const void *id, ULONG size, const IID *iid, IUnknown **out)
{
	struct mailuser *self;
	HRESULT hr;

	*out = NULL;
	self = com_create(&mailuser_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->imailuser.lpVtbl = &mailuser_vtbl;
	self->bag = bag_create();
	hr = self->bag ? mailuser_properties(id, size, self->bag) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr) &&
	    FAILED(com_query_interface(&self->com, iid ? iid : &IID_IMailUser, (void **)out)))
		hr = MAPI_E_INTERFACE_NOT_SUPPORTED;
	com_release(&self->com);
	return hr;
}
