/* SPDX-License-Identifier: MIT */
/* Hook providers: see each message that was sent or has come, and may take it elsewhere. */
#ifndef EMAPI_MAPIHOOK_H
#define EMAPI_MAPIHOOK_H

#include "mapix.h"

DECLARE_MAPI_INTERFACE_PTR(ISpoolerHook, LPSPOOLERHOOK);

/* The hooks' answers: delete the message, ask no further hook. */
#define HOOK_DELETE				((ULONG)0x00000001)
#define HOOK_CANCEL				((ULONG)0x00000002)
/* Which hooks a provider has, in its profile section. */
#define HOOK_INBOUND				((ULONG)0x00000200)
#define HOOK_OUTBOUND				((ULONG)0x00000400)

/* clang-format off */

/* --- ISpoolerHook ------------------------------------------------------------------------- */

#define MAPI_ISPOOLERHOOK_METHODS(IPURE) \
	/* \
	 * A message that has come, before it is filed. The hook may change it, or name another \
	 * folder: *lppEntryID, allocated with MAPIAllocateBuffer. \
	 */ \
	MAPIMETHOD(InboundMsgHook)(THIS_ LPMESSAGE lpMessage, LPMAPIFOLDER lpFolder, LPMDB lpMDB, \
		ULONG *lpulFlags, ULONG *lpcbEntryID, LPBYTE *lppEntryID) IPURE; \
	/* The same for a message that was sent. */ \
	MAPIMETHOD(OutboundMsgHook)(THIS_ LPMESSAGE lpMessage, LPMAPIFOLDER lpFolder, LPMDB lpMDB, \
		ULONG *lpulFlags, ULONG *lpcbEntryID, LPBYTE *lppEntryID) IPURE;

#undef INTERFACE
#define INTERFACE ISpoolerHook
EMAPI_INTERFACE_(ISpoolerHook, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_ISPOOLERHOOK_METHODS(PURE)
};

#undef INTERFACE

/* clang-format on */

/* A hook provider's entry point. */
typedef HRESULT (STDMAPIINITCALLTYPE HPPROVIDERINIT)(LPMAPISESSION lpSession, HINSTANCE hInstance,
	LPALLOCATEBUFFER lpAllocateBuffer, LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer,
	LPMAPIUID lpSectionUID, ULONG ulFlags, LPSPOOLERHOOK *lppSpoolerHook);

EMAPI_BEGIN_C

EMAPI_EXPORT HPPROVIDERINIT HPProviderInit;

EMAPI_END_C

#endif /* EMAPI_MAPIHOOK_H */
