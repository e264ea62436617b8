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
	ULONG ulVersion;	/* MAPI_INIT_VERSION */
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

/* --- Functions ---------------------------------------------------------------------------- */

typedef HRESULT (STDAPICALLTYPE MAPIINITIALIZE)(LPVOID lpMapiInit);
typedef void (STDAPICALLTYPE MAPIUNINITIALIZE)(void);
typedef HRESULT (STDMETHODCALLTYPE MAPILOGONEX)(ULONG_PTR ulUIParam, LPTSTR lpszProfileName,
	LPTSTR lpszPassword, ULONG ulFlags, LPMAPISESSION *lppSession);
typedef SCODE (STDMETHODCALLTYPE MAPIALLOCATEBUFFER)(ULONG cbSize, LPVOID *lppBuffer);
typedef SCODE (STDMETHODCALLTYPE MAPIALLOCATEMORE)(ULONG cbSize, LPVOID lpObject,
	LPVOID *lppBuffer);
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
 * Logs on to a profile (by name, or with MAPI_USE_DEFAULT the default one) and gives the
 * session, which the caller ends with Logoff and Release. MAPI_E_LOGON_FAILED: no such profile,
 * or no default one.
 */
EMAPI_EXPORT HRESULT MAPILogonEx(ULONG_PTR ulUIParam, LPTSTR lpszProfileName, LPTSTR lpszPassword,
	ULONG ulFlags, LPMAPISESSION *lppSession);

/* The profiles of this user. */
EMAPI_EXPORT HRESULT MAPIAdminProfiles(ULONG ulFlags, LPPROFADMIN *lppProfAdmin);

/*
 * Memory that crosses the API. MAPIAllocateMore hangs a block on lpObject, which must itself
 * come from MAPIAllocateBuffer; MAPIFreeBuffer frees that one with all that hangs on it. NULL is
 * allowed there. MAPI_E_NOT_ENOUGH_MEMORY.
 */
EMAPI_EXPORT SCODE MAPIAllocateBuffer(ULONG cbSize, LPVOID *lppBuffer);
EMAPI_EXPORT SCODE MAPIAllocateMore(ULONG cbSize, LPVOID lpObject, LPVOID *lppBuffer);
EMAPI_EXPORT ULONG MAPIFreeBuffer(LPVOID lpBuffer);

EMAPI_END_C

/* clang-format off */

/* --- IMAPISession: what a client holds after logging on ----------------------------------- */

#define MAPI_IMAPISESSION_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The profile's message stores: PR_ENTRYID, PR_DEFAULT_STORE, PR_DISPLAY_NAME ... */ \
	MAPIMETHOD(GetMsgStoresTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* Opens one, read-only without MDB_WRITE or MAPI_BEST_ACCESS. */ \
	MAPIMETHOD(OpenMsgStore)(THIS_ ULONG_PTR ulUIParam, ULONG cbEntryID, LPENTRYID lpEntryID, \
		LPCIID lpInterface, ULONG ulFlags, LPMDB *lppMDB) IPURE; \
	/* The address book of all providers. MAPI_W_ERRORS_RETURNED: some would not load. */ \
	MAPIMETHOD(OpenAddressBook)(THIS_ ULONG_PTR ulUIParam, LPCIID lpInterface, ULONG ulFlags, \
		LPADRBOOK *lppAdrBook) IPURE; \
	/* A section of this profile by its MAPIUID; NULL the session's own. */ \
	MAPIMETHOD(OpenProfileSection)(THIS_ LPMAPIUID lpUID, LPCIID lpInterface, ULONG ulFlags, \
		LPPROFSECT *lppProfSect) IPURE; \
	/* Providers, spooler, address book: one a row. */ \
	MAPIMETHOD(GetStatusTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* Any object of the session by its entry identifier. */ \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	/* *lpulResult TRUE where both name the same object. */ \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE; \
	/* Tells the sink of events; entry identifier NULL: of the session's own. */ \
	MAPIMETHOD(Advise)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulEventMask, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	/* Ends what Advise began; the sink is released. */ \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	/* Shows a message's settings for an address type. */ \
	MAPIMETHOD(MessageOptions)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, LPTSTR lpszAdrType, \
		LPMESSAGE lpMessage) IPURE; \
	/* The settings a transport begins messages with; the caller's to free. */ \
	MAPIMETHOD(QueryDefaultMessageOpt)(THIS_ LPTSTR lpszAdrType, ULONG ulFlags, \
		ULONG *lpcValues, LPSPropValue *lppOptions) IPURE; \
	/* Address types the transports can send to, "SMTP" and others; the caller's to free. */ \
	MAPIMETHOD(EnumAdrTypes)(THIS_ ULONG ulFlags, ULONG *lpcAdrTypes, \
		LPTSTR **lpppszAdrTypes) IPURE; \
	/* \
	 * Entry identifier of this user; the caller's to free. MAPI_W_NO_SERVICE: nobody \
	 * knows. \
	 */ \
	MAPIMETHOD(QueryIdentity)(THIS_ ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	/* Ends the session; ulReserved 0. Release follows. */ \
	MAPIMETHOD(Logoff)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, ULONG ulReserved) IPURE; \
	/* Makes a store the default (MAPI_DEFAULT_STORE) or another kind. */ \
	MAPIMETHOD(SetDefaultStore)(THIS_ ULONG ulFlags, ULONG cbEntryID, \
		LPENTRYID lpEntryID) IPURE; \
	/* The message services of this profile. */ \
	MAPIMETHOD(AdminServices)(THIS_ ULONG ulFlags, LPSERVICEADMIN *lppServiceAdmin) IPURE; \
	/* Shows a message in its form. */ \
	MAPIMETHOD(ShowForm)(THIS_ ULONG_PTR ulUIParam, LPMDB lpMsgStore, \
		LPMAPIFOLDER lpParentFolder, LPCIID lpInterface, ULONG_PTR ulMessageToken, \
		LPMESSAGE lpMessageSent, ULONG ulFlags, ULONG ulMessageStatus, \
		ULONG ulMessageFlags, ULONG ulAccess, LPSTR lpszMessageClass) IPURE; \
	/* A token by which ShowForm knows the message. */ \
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

/* --- IAddrBook: all address book providers of the profile as one -------------------------- */

#define MAPI_IADDRBOOK_METHODS(IPURE) \
	/* Opens a container, address or list; NULL: the root container. */ \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	/* *lpulResult TRUE where both name the same object. */ \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE; \
	/* Tells the sink of changes of an entry, until Unadvise. */ \
	MAPIMETHOD(Advise)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulEventMask, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	/* Ends what Advise began; the sink is released. */ \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	/* An entry identifier that holds name, type and address itself; the caller's to free. */ \
	MAPIMETHOD(CreateOneOff)(THIS_ LPTSTR lpszName, LPTSTR lpszAdrType, LPTSTR lpszAddress, \
		ULONG ulFlags, ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	/* Adds an address to a container, asking the user. */ \
	MAPIMETHOD(NewEntry)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, ULONG cbEIDContainer, \
		LPENTRYID lpEIDContainer, ULONG cbEIDNewEntryTpl, LPENTRYID lpEIDNewEntryTpl, \
		ULONG *lpcbEIDNewEntry, LPENTRYID *lppEIDNewEntry) IPURE; \
	/* \
	 * Gives an entry identifier to each entry of the list that has none, by its \
	 * PR_DISPLAY_NAME. MAPI_E_NOT_FOUND, MAPI_E_AMBIGUOUS_RECIP. Entries may be allocated \
	 * anew. \
	 */ \
	MAPIMETHOD(ResolveName)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPTSTR lpszNewEntryTitle, LPADRLIST lpAdrList) IPURE; \
	/* Shows the address book to pick recipients from. */ \
	MAPIMETHOD(Address)(THIS_ ULONG_PTR *lpulUIParam, LPADRPARM lpAdrParms, \
		LPADRLIST *lppAdrList) IPURE; \
	/* Shows one address. */ \
	MAPIMETHOD(Details)(THIS_ ULONG_PTR *lpulUIParam, LPFNDISMISS lpfnDismiss, \
		LPVOID lpvDismissContext, ULONG cbEntryID, LPENTRYID lpEntryID, \
		LPFNBUTTON lpfButtonCallback, LPVOID lpvButtonContext, LPTSTR lpszButtonText, \
		ULONG ulFlags) IPURE; \
	/* Shows a recipient's settings. */ \
	MAPIMETHOD(RecipOptions)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPADRENTRY lpRecip) IPURE; \
	/* The settings a transport begins recipients with; the caller's to free. */ \
	MAPIMETHOD(QueryDefaultRecipOpt)(THIS_ LPTSTR lpszAdrType, ULONG ulFlags, \
		ULONG *lpcValues, LPSPropValue *lppOptions) IPURE; \
	/* The personal address book; the caller's to free. */ \
	MAPIMETHOD(GetPAB)(THIS_ ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	/* Makes a container the personal address book. */ \
	MAPIMETHOD(SetPAB)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	/* The container shown first; the caller's to free. */ \
	MAPIMETHOD(GetDefaultDir)(THIS_ ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	/* Makes a container the one shown first. */ \
	MAPIMETHOD(SetDefaultDir)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	/* The containers that ResolveName looks in, in order; FreeProws frees them. */ \
	MAPIMETHOD(GetSearchPath)(THIS_ ULONG ulFlags, LPSRowSet *lppSearchPath) IPURE; \
	/* The same, set. */ \
	MAPIMETHOD(SetSearchPath)(THIS_ ULONG ulFlags, LPSRowSet lpSearchPath) IPURE; \
	/* Makes short-term entry identifiers long-term ones and adds the properties named. */ \
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

/* --- IProfAdmin: makes, copies and deletes profiles --------------------------------------- */

#define MAPI_IPROFADMIN_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* PR_DISPLAY_NAME and PR_DEFAULT_PROFILE of each profile. */ \
	MAPIMETHOD(GetProfileTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* \
	 * An empty one, or with MAPI_DEFAULT_SERVICES. Password: NULL. MAPI_E_NO_ACCESS: the \
	 * name is taken. \
	 */ \
	MAPIMETHOD(CreateProfile)(THIS_ LPTSTR lpszProfileName, LPTSTR lpszPassword, \
		ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	/* A session that uses it keeps working. MAPI_E_NOT_FOUND. */ \
	MAPIMETHOD(DeleteProfile)(THIS_ LPTSTR lpszProfileName, ULONG ulFlags) IPURE; \
	/* Profiles have no passwords here. */ \
	MAPIMETHOD(ChangeProfilePassword)(THIS_ LPTSTR lpszProfileName, LPTSTR lpszOldPassword, \
		LPTSTR lpszNewPassword, ULONG ulFlags) IPURE; \
	/* MAPI_E_NOT_FOUND; MAPI_E_NO_ACCESS: the new name is taken. */ \
	MAPIMETHOD(CopyProfile)(THIS_ LPTSTR lpszOldProfileName, LPTSTR lpszOldPassword, \
		LPTSTR lpszNewProfileName, ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	/* Messages that wait keep their profile: they know it by its MAPIUID. */ \
	MAPIMETHOD(RenameProfile)(THIS_ LPTSTR lpszOldProfileName, LPTSTR lpszOldPassword, \
		LPTSTR lpszNewProfileName, ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	/* NULL: none is the default. */ \
	MAPIMETHOD(SetDefaultProfile)(THIS_ LPTSTR lpszProfileName, ULONG ulFlags) IPURE; \
	/* The message services of a profile. */ \
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

/* --- IMsgServiceAdmin: the message services of a profile ---------------------------------- */

#define MAPI_IMSGSERVICEADMIN_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The services: PR_SERVICE_UID, PR_SERVICE_NAME, PR_DISPLAY_NAME ... */ \
	MAPIMETHOD(GetMsgServiceTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* \
	 * Adds a service by its name; the table tells its PR_SERVICE_UID then. \
	 * MAPI_E_NOT_FOUND. \
	 */ \
	MAPIMETHOD(CreateMsgService)(THIS_ LPTSTR lpszService, LPTSTR lpszDisplayName, \
		ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	/* With its providers. MAPI_E_NOT_FOUND. */ \
	MAPIMETHOD(DeleteMsgService)(THIS_ LPMAPIUID lpUID) IPURE; \
	/* Copies a service, perhaps to another profile's administration object. */ \
	MAPIMETHOD(CopyMsgService)(THIS_ LPMAPIUID lpUID, LPTSTR lpszDisplayName, \
		LPCIID lpInterfaceToCopy, LPCIID lpInterfaceDst, LPVOID lpObjectDst, \
		ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	/* Not supported by MAPI. */ \
	MAPIMETHOD(RenameMsgService)(THIS_ LPMAPIUID lpUID, ULONG ulFlags, \
		LPTSTR lpszDisplayName) IPURE; \
	/* Sets a service up by properties, or by a dialogue where there is a display. */ \
	MAPIMETHOD(ConfigureMsgService)(THIS_ LPMAPIUID lpUID, ULONG_PTR ulUIParam, ULONG ulFlags, \
		ULONG cValues, LPSPropValue lpProps) IPURE; \
	/* A section of this profile by its MAPIUID. */ \
	MAPIMETHOD(OpenProfileSection)(THIS_ LPMAPIUID lpUID, LPCIID lpInterface, ULONG ulFlags, \
		LPPROFSECT *lppProfSect) IPURE; \
	/* The order in which transports are asked to send; all must be named. */ \
	MAPIMETHOD(MsgServiceTransportOrder)(THIS_ ULONG cUID, LPMAPIUID lpUIDList, \
		ULONG ulFlags) IPURE; \
	/* The providers of one service. */ \
	MAPIMETHOD(AdminProviders)(THIS_ LPMAPIUID lpUID, ULONG ulFlags, \
		LPPROVIDERADMIN *lppProviderAdmin) IPURE; \
	/* Which service says who the user is; NULL: none. */ \
	MAPIMETHOD(SetPrimaryIdentity)(THIS_ LPMAPIUID lpUID, ULONG ulFlags) IPURE; \
	/* The providers of all services, one a row. */ \
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
