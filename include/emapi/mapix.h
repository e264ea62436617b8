/* SPDX-License-Identifier: MIT */
/*
 * Extended MAPI for clients: initialising, logging on, sessions, profiles, the address book.
 * This header alone suffices for a client. Source: MAPI reference.
 *
 *	MAPIInitialize(NULL)		before anything else, once for each MAPIUninitialize()
 *	MAPILogonEx(...)		a session with a profile
 *	session->...			message stores, the address book, the status table
 *	Logoff, Release, MAPIUninitialize()
 */
#ifndef EMAPI_MAPIX_H
#define EMAPI_MAPIX_H

#include "mapidefs.h"
#include "mapicode.h"
#include "mapiguid.h"
#include "mapitags.h"

EMAPI_BEGIN_C

DECLARE_MAPI_INTERFACE_PTR(IProfAdmin, LPPROFADMIN);
DECLARE_MAPI_INTERFACE_PTR(IMsgServiceAdmin, LPSERVICEADMIN);
DECLARE_MAPI_INTERFACE_PTR(IMAPISession, LPMAPISESSION);

typedef ULONG FLAGS;

/* MAPILogonEx. */
#define MAPI_LOGON_UI				((ULONG)0x00000001)
#define MAPI_NEW_SESSION			((ULONG)0x00000002)
#define MAPI_APP_PROFILE			((ULONG)0x00000004)
#define MAPI_ALLOW_OTHERS			((ULONG)0x00000008)
#define MAPI_EXPLICIT_PROFILE			((ULONG)0x00000010)
#define MAPI_EXTENDED				((ULONG)0x00000020)
#define MAPI_FORCE_DOWNLOAD			((ULONG)0x00001000)
#define MAPI_SERVICE_UI_ALWAYS			((ULONG)0x00002000)
#define MAPI_NO_MAIL				((ULONG)0x00008000)
#define MAPI_PASSWORD_UI			((ULONG)0x00020000)
#define MAPI_TIMEOUT_SHORT			((ULONG)0x00100000)
#define MAPI_SIMPLE_DEFAULT			((ULONG)0x00001009)
#define MAPI_SIMPLE_EXPLICIT			((ULONG)0x00001012)

/* MAPIInitialize: a version, and whether callbacks may come on a thread of MAPI's. */
#define MAPI_INIT_VERSION			((ULONG)0x00000000)
#define MAPI_MULTITHREAD_NOTIFICATIONS		((ULONG)0x00000001)
typedef struct MAPIINIT_0 {
	ULONG ulVersion;
	ULONG ulFlags;
} MAPIINIT_0, *LPMAPIINIT_0;
typedef MAPIINIT_0 MAPIINIT;
typedef MAPIINIT *LPMAPIINIT;

/* Logoff. */
#define MAPI_LOGOFF_SHARED			((ULONG)0x00000001)
#define MAPI_LOGOFF_UI				((ULONG)0x00000002)
/* SetDefaultStore. */
#define MAPI_DEFAULT_STORE			((ULONG)0x00000001)
#define MAPI_SIMPLE_STORE_TEMPORARY		((ULONG)0x00000002)
#define MAPI_SIMPLE_STORE_PERMANENT		((ULONG)0x00000003)
#define MAPI_PRIMARY_STORE			((ULONG)0x00000004)
#define MAPI_SECONDARY_STORE			((ULONG)0x00000005)
/* ShowForm. */
#define MAPI_POST_MESSAGE			((ULONG)0x00000001)
#define MAPI_NEW_MESSAGE			((ULONG)0x00000002)
/* CreateProfile: with the default services. */
#define MAPI_DEFAULT_SERVICES			((ULONG)0x00000001)
/* PR_RESOURCE_FLAGS of a message service. */
#define SERVICE_DEFAULT_STORE			((ULONG)0x00000001)
#define SERVICE_SINGLE_COPY			((ULONG)0x00000002)
#define SERVICE_CREATE_WITH_STORE		((ULONG)0x00000004)
#define SERVICE_PRIMARY_IDENTITY		((ULONG)0x00000008)
#define SERVICE_NO_PRIMARY_IDENTITY		((ULONG)0x00000020)

/* --- Functions ------------------------------------------------------------------------------ */

typedef HRESULT (STDAPICALLTYPE MAPIINITIALIZE)(LPVOID lpMapiInit);
typedef void (STDAPICALLTYPE MAPIUNINITIALIZE)(void);
typedef HRESULT (STDMETHODCALLTYPE MAPILOGONEX)(ULONG_PTR ulUIParam, LPTSTR lpszProfileName,
	LPTSTR lpszPassword, ULONG ulFlags, LPMAPISESSION *lppSession);
typedef SCODE (STDMETHODCALLTYPE MAPIALLOCATEBUFFER)(ULONG cbSize, LPVOID *lppBuffer);
typedef SCODE (STDMETHODCALLTYPE MAPIALLOCATEMORE)(ULONG cbSize, LPVOID lpObject, LPVOID *lppBuffer);
typedef ULONG (STDAPICALLTYPE MAPIFREEBUFFER)(LPVOID lpBuffer);
typedef HRESULT (STDMETHODCALLTYPE MAPIADMINPROFILES)(ULONG ulFlags, LPPROFADMIN *lppProfAdmin);
typedef MAPIINITIALIZE *LPMAPIINITIALIZE;
typedef MAPIUNINITIALIZE *LPMAPIUNINITIALIZE;
typedef MAPILOGONEX *LPMAPILOGONEX;
typedef MAPIALLOCATEBUFFER *LPMAPIALLOCATEBUFFER;
typedef MAPIALLOCATEMORE *LPMAPIALLOCATEMORE;
typedef MAPIFREEBUFFER *LPMAPIFREEBUFFER;
typedef MAPIADMINPROFILES *LPMAPIADMINPROFILES;

/* lpMapiInit is a MAPIINIT_0 or NULL. */
EMAPI_EXPORT HRESULT MAPIInitialize(LPVOID lpMapiInit);
EMAPI_EXPORT void MAPIUninitialize(void);

/*
 * Logs on to a profile (by name, or with MAPI_USE_DEFAULT the default one) and gives the session, which
 * the caller ends with Logoff and Release. MAPI_E_LOGON_FAILED: no such profile, or no default one.
 */
EMAPI_EXPORT HRESULT MAPILogonEx(ULONG_PTR ulUIParam, LPTSTR lpszProfileName, LPTSTR lpszPassword,
	ULONG ulFlags, LPMAPISESSION *lppSession);

/* The profiles of this user. */
EMAPI_EXPORT HRESULT MAPIAdminProfiles(ULONG ulFlags, LPPROFADMIN *lppProfAdmin);

/*
 * Memory that crosses the API. MAPIAllocateMore hangs a block on lpObject, which must itself come from
 * MAPIAllocateBuffer; MAPIFreeBuffer frees that one with all that hangs on it. NULL is allowed there.
 * MAPI_E_NOT_ENOUGH_MEMORY.
 */
EMAPI_EXPORT SCODE MAPIAllocateBuffer(ULONG cbSize, LPVOID *lppBuffer);
EMAPI_EXPORT SCODE MAPIAllocateMore(ULONG cbSize, LPVOID lpObject, LPVOID *lppBuffer);
EMAPI_EXPORT ULONG MAPIFreeBuffer(LPVOID lpBuffer);

EMAPI_END_C

/* clang-format off */

/* --- IMAPISession: what a client holds after logging on -------------------------------------- */

#define MAPI_IMAPISESSION_METHODS(IPURE) \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	MAPIMETHOD(GetMsgStoresTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(OpenMsgStore)(THIS_ ULONG_PTR ulUIParam, ULONG cbEntryID, LPENTRYID lpEntryID, \
		LPCIID lpInterface, ULONG ulFlags, LPMDB *lppMDB) IPURE; \
	MAPIMETHOD(OpenAddressBook)(THIS_ ULONG_PTR ulUIParam, LPCIID lpInterface, ULONG ulFlags, \
		LPADRBOOK *lppAdrBook) IPURE; \
	MAPIMETHOD(OpenProfileSection)(THIS_ LPMAPIUID lpUID, LPCIID lpInterface, ULONG ulFlags, \
		LPPROFSECT *lppProfSect) IPURE; \
	MAPIMETHOD(GetStatusTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE; \
	MAPIMETHOD(Advise)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulEventMask, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	MAPIMETHOD(MessageOptions)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, LPTSTR lpszAdrType, \
		LPMESSAGE lpMessage) IPURE; \
	MAPIMETHOD(QueryDefaultMessageOpt)(THIS_ LPTSTR lpszAdrType, ULONG ulFlags, \
		ULONG *lpcValues, LPSPropValue *lppOptions) IPURE; \
	MAPIMETHOD(EnumAdrTypes)(THIS_ ULONG ulFlags, ULONG *lpcAdrTypes, \
		LPTSTR **lpppszAdrTypes) IPURE; \
	MAPIMETHOD(QueryIdentity)(THIS_ ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	MAPIMETHOD(Logoff)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, ULONG ulReserved) IPURE; \
	MAPIMETHOD(SetDefaultStore)(THIS_ ULONG ulFlags, ULONG cbEntryID, \
		LPENTRYID lpEntryID) IPURE; \
	MAPIMETHOD(AdminServices)(THIS_ ULONG ulFlags, LPSERVICEADMIN *lppServiceAdmin) IPURE; \
	MAPIMETHOD(ShowForm)(THIS_ ULONG_PTR ulUIParam, LPMDB lpMsgStore, \
		LPMAPIFOLDER lpParentFolder, LPCIID lpInterface, ULONG_PTR ulMessageToken, \
		LPMESSAGE lpMessageSent, ULONG ulFlags, ULONG ulMessageStatus, \
		ULONG ulMessageFlags, ULONG ulAccess, LPSTR lpszMessageClass) IPURE; \
	MAPIMETHOD(PrepareForm)(THIS_ LPCIID lpInterface, LPMESSAGE lpMessage, \
		ULONG_PTR *lpulMessageToken) IPURE;

#undef INTERFACE
#define INTERFACE IMAPISession
EMAPI_INTERFACE_(IMAPISession, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPISESSION_METHODS(PURE)
};

/* --- IAddrBook: all address book providers of the profile as one ------------------------------ */

#define MAPI_IADDRBOOK_METHODS(IPURE) \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE; \
	MAPIMETHOD(Advise)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulEventMask, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	MAPIMETHOD(CreateOneOff)(THIS_ LPTSTR lpszName, LPTSTR lpszAdrType, LPTSTR lpszAddress, \
		ULONG ulFlags, ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	MAPIMETHOD(NewEntry)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, ULONG cbEIDContainer, \
		LPENTRYID lpEIDContainer, ULONG cbEIDNewEntryTpl, LPENTRYID lpEIDNewEntryTpl, \
		ULONG *lpcbEIDNewEntry, LPENTRYID *lppEIDNewEntry) IPURE; \
	MAPIMETHOD(ResolveName)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPTSTR lpszNewEntryTitle, LPADRLIST lpAdrList) IPURE; \
	MAPIMETHOD(Address)(THIS_ ULONG_PTR *lpulUIParam, LPADRPARM lpAdrParms, \
		LPADRLIST *lppAdrList) IPURE; \
	MAPIMETHOD(Details)(THIS_ ULONG_PTR *lpulUIParam, LPFNDISMISS lpfnDismiss, \
		LPVOID lpvDismissContext, ULONG cbEntryID, LPENTRYID lpEntryID, \
		LPFNBUTTON lpfButtonCallback, LPVOID lpvButtonContext, LPTSTR lpszButtonText, \
		ULONG ulFlags) IPURE; \
	MAPIMETHOD(RecipOptions)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPADRENTRY lpRecip) IPURE; \
	MAPIMETHOD(QueryDefaultRecipOpt)(THIS_ LPTSTR lpszAdrType, ULONG ulFlags, \
		ULONG *lpcValues, LPSPropValue *lppOptions) IPURE; \
	MAPIMETHOD(GetPAB)(THIS_ ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	MAPIMETHOD(SetPAB)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	MAPIMETHOD(GetDefaultDir)(THIS_ ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	MAPIMETHOD(SetDefaultDir)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	MAPIMETHOD(GetSearchPath)(THIS_ ULONG ulFlags, LPSRowSet *lppSearchPath) IPURE; \
	MAPIMETHOD(SetSearchPath)(THIS_ ULONG ulFlags, LPSRowSet lpSearchPath) IPURE; \
	MAPIMETHOD(PrepareRecips)(THIS_ ULONG ulFlags, LPSPropTagArray lpPropTagArray, \
		LPADRLIST lpRecipList) IPURE;

#undef INTERFACE
#define INTERFACE IAddrBook
EMAPI_INTERFACE_(IAddrBook, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IADDRBOOK_METHODS(PURE)
};

/* --- IProfAdmin: makes, copies and deletes profiles -------------------------------------------- */

#define MAPI_IPROFADMIN_METHODS(IPURE) \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	MAPIMETHOD(GetProfileTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(CreateProfile)(THIS_ LPTSTR lpszProfileName, LPTSTR lpszPassword, \
		ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	MAPIMETHOD(DeleteProfile)(THIS_ LPTSTR lpszProfileName, ULONG ulFlags) IPURE; \
	MAPIMETHOD(ChangeProfilePassword)(THIS_ LPTSTR lpszProfileName, LPTSTR lpszOldPassword, \
		LPTSTR lpszNewPassword, ULONG ulFlags) IPURE; \
	MAPIMETHOD(CopyProfile)(THIS_ LPTSTR lpszOldProfileName, LPTSTR lpszOldPassword, \
		LPTSTR lpszNewProfileName, ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	MAPIMETHOD(RenameProfile)(THIS_ LPTSTR lpszOldProfileName, LPTSTR lpszOldPassword, \
		LPTSTR lpszNewProfileName, ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	MAPIMETHOD(SetDefaultProfile)(THIS_ LPTSTR lpszProfileName, ULONG ulFlags) IPURE; \
	MAPIMETHOD(AdminServices)(THIS_ LPTSTR lpszProfileName, LPTSTR lpszPassword, \
		ULONG_PTR ulUIParam, ULONG ulFlags, LPSERVICEADMIN *lppServiceAdmin) IPURE;

#undef INTERFACE
#define INTERFACE IProfAdmin
EMAPI_INTERFACE_(IProfAdmin, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IPROFADMIN_METHODS(PURE)
};

/* --- IMsgServiceAdmin: the message services of a profile ---------------------------------------- */

#define MAPI_IMSGSERVICEADMIN_METHODS(IPURE) \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	MAPIMETHOD(GetMsgServiceTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(CreateMsgService)(THIS_ LPTSTR lpszService, LPTSTR lpszDisplayName, \
		ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	MAPIMETHOD(DeleteMsgService)(THIS_ LPMAPIUID lpUID) IPURE; \
	MAPIMETHOD(CopyMsgService)(THIS_ LPMAPIUID lpUID, LPTSTR lpszDisplayName, \
		LPCIID lpInterfaceToCopy, LPCIID lpInterfaceDst, LPVOID lpObjectDst, \
		ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	MAPIMETHOD(RenameMsgService)(THIS_ LPMAPIUID lpUID, ULONG ulFlags, \
		LPTSTR lpszDisplayName) IPURE; \
	MAPIMETHOD(ConfigureMsgService)(THIS_ LPMAPIUID lpUID, ULONG_PTR ulUIParam, ULONG ulFlags, \
		ULONG cValues, LPSPropValue lpProps) IPURE; \
	MAPIMETHOD(OpenProfileSection)(THIS_ LPMAPIUID lpUID, LPCIID lpInterface, ULONG ulFlags, \
		LPPROFSECT *lppProfSect) IPURE; \
	MAPIMETHOD(MsgServiceTransportOrder)(THIS_ ULONG cUID, LPMAPIUID lpUIDList, \
		ULONG ulFlags) IPURE; \
	MAPIMETHOD(AdminProviders)(THIS_ LPMAPIUID lpUID, ULONG ulFlags, \
		LPPROVIDERADMIN *lppProviderAdmin) IPURE; \
	MAPIMETHOD(SetPrimaryIdentity)(THIS_ LPMAPIUID lpUID, ULONG ulFlags) IPURE; \
	MAPIMETHOD(GetProviderTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE;

#undef INTERFACE
#define INTERFACE IMsgServiceAdmin
EMAPI_INTERFACE_(IMsgServiceAdmin, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMSGSERVICEADMIN_METHODS(PURE)
};

#undef INTERFACE

/* clang-format on */

#endif /* EMAPI_MAPIX_H */
