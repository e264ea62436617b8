/* SPDX-License-Identifier: MIT */
/* mapiform.h: forms are windows, and here is no library of them; IMAPISession's PrepareForm and
 * ShowForm say the same. */
#include <mapicode.h>
#include <mapiform.h>

HRESULT
MAPIOpenFormMgr(LPMAPISESSION session, LPMAPIFORMMGR *out)
{
	if (!session || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	return MAPI_E_NO_SUPPORT;
}

HRESULT
MAPIOpenLocalFormContainer(LPMAPIFORMCONTAINER *out)
{
	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	return MAPI_E_NO_SUPPORT;
}
