/* SPDX-License-Identifier: MIT */
/*
 * The service provider interface: what a message store, address book or transport provider
 * implements, and the support object that MAPI gives to it. Source: MAPI reference, "Service
 * Provider" pages.
 *
 * A provider is a loadable module that exports one of MSProviderInit, ABProviderInit,
 * XPProviderInit, and its message service's entry point (MSGSERVICEENTRY) under the name its
 * service's settings tell.
 */
#ifndef EMAPI_MAPISPI_H
#define EMAPI_MAPISPI_H

#include "mapidefs.h"
#include "mapicode.h"
#include "mapiguid.h"
#include "mapitags.h"

/* Versions of this interface, as the ...ProviderInit functions exchange them. */
#define CURRENT_SPI_VERSION			((ULONG)0x00010010)
#define PDK1_SPI_VERSION			((ULONG)0x00010000)
#define PDK2_SPI_VERSION			((ULONG)0x00010008)
#define PDK3_SPI_VERSION			((ULONG)0x00010010)

DECLARE_MAPI_INTERFACE_PTR(IMAPISupport, LPMAPISUP);
DECLARE_MAPI_INTERFACE_PTR(IABProvider, LPABPROVIDER);
DECLARE_MAPI_INTERFACE_PTR(IABLogon, LPABLOGON);
DECLARE_MAPI_INTERFACE_PTR(IXPProvider, LPXPPROVIDER);
DECLARE_MAPI_INTERFACE_PTR(IXPLogon, LPXPLOGON);
DECLARE_MAPI_INTERFACE_PTR(IMSProvider, LPMSPROVIDER);
DECLARE_MAPI_INTERFACE_PTR(IMSLogon, LPMSLOGON);

/* --- IMAPISupport's flags and structures -------------------------------------------------- */

/* A key under which one part of a provider notifies another, perhaps in another process. */
typedef struct NOTIFKEY {
	ULONG cb;
	BYTE ab[MAPI_DIM];
} NOTIFKEY, *LPNOTIFKEY;
#define CbNewNOTIFKEY(_cb)		(offsetof(NOTIFKEY, ab) + (_cb))
#define CbNOTIFKEY(_lpkey)		(offsetof(NOTIFKEY, ab) + (_lpkey)->cb)
#define SizedNOTIFKEY(_cb, _name) \
	struct _NOTIFKEY_##_name { \
		ULONG cb; \
		BYTE ab[_cb]; \
	} _name

/* Subscribe, Notify, and OnNotify's answer. */
#define NOTIFY_SYNC				((ULONG)0x40000000)
#define NOTIFY_CANCELED				((ULONG)0x80000000)
#define CALLBACK_DISCONTINUE			((ULONG)0x80000000)
/* SpoolerNotify. */
#define NOTIFY_NEWMAIL				((ULONG)0x00000001)
#define NOTIFY_READYTOSEND			((ULONG)0x00000002)
#define NOTIFY_SENTDEFERRED			((ULONG)0x00000004)
#define NOTIFY_CRITSEC				((ULONG)0x00001000)
#define NOTIFY_NONCRIT				((ULONG)0x00002000)
#define NOTIFY_CONFIG_CHANGE			((ULONG)0x00004000)
#define NOTIFY_CRITICAL_ERROR			((ULONG)0x10000000)
#define NOTIFY_NEWMAIL_RECEIVED			((ULONG)0x20000000)
/* ModifyStatusRow. */
#define STATUSROW_UPDATE			((ULONG)0x10000000)
/* IStorageFromStream. */
#define STGSTRM_RESET				((ULONG)0x00000000)
#define STGSTRM_CURRENT				((ULONG)0x10000000)
#define STGSTRM_MODIFY				((ULONG)0x00000002)
#define STGSTRM_CREATE				((ULONG)0x00001000)
/* ReadReceipt: a non-read report. */
#define MAPI_NON_READ				((ULONG)0x00000001)
/* Details. */
#define FILL_ENTRY				((ULONG)0x00000001)

/*
 * A message preprocessor's two functions: replaces a message by others before it is sent, and
 * undoes.
 */
typedef HRESULT (STDAPICALLTYPE PREPROCESSMESSAGE)(LPVOID lpvSession, LPMESSAGE lpMessage,
	LPADRBOOK lpAdrBook, LPMAPIFOLDER lpFolder, LPALLOCATEBUFFER lpAllocateBuffer,
	LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer, ULONG *lpcOutbound,
	LPMESSAGE **lpppMessage, LPADRLIST *lppRecipList);
typedef HRESULT (STDAPICALLTYPE REMOVEPREPROCESSINFO)(LPMESSAGE lpMessage);

/* --- Providers' flags --------------------------------------------------------------------- */

/* Shutdown. */
#define DEINIT_NORMAL				((ULONG)0x00000001)
#define DEINIT_HURRY				((ULONG)0x80000000)
/* TransportLogon; the last three are the answer. */
#define LOGON_NO_DIALOG				((ULONG)0x00000001)
#define LOGON_NO_CONNECT			((ULONG)0x00000004)
#define LOGON_NO_INBOUND			((ULONG)0x00000008)
#define LOGON_NO_OUTBOUND			((ULONG)0x00000010)
#define LOGON_SP_IDLE				((ULONG)0x00010000)
#define LOGON_SP_POLL				((ULONG)0x00020000)
#define LOGON_SP_RESOLVE			((ULONG)0x00040000)
/* OPTIONDATA.ulFlags. */
#define OPTION_TYPE_RECIPIENT			((ULONG)0x00000001)
#define OPTION_TYPE_MESSAGE			((ULONG)0x00000002)
/* TransportNotify. */
#define NOTIFY_ABORT_DEFERRED			((ULONG)0x40000000)
#define NOTIFY_CANCEL_MESSAGE			((ULONG)0x80000000)
#define NOTIFY_BEGIN_INBOUND			((ULONG)0x00000001)
#define NOTIFY_END_INBOUND			((ULONG)0x00010000)
#define NOTIFY_BEGIN_OUTBOUND			((ULONG)0x00000002)
#define NOTIFY_END_OUTBOUND			((ULONG)0x00020000)
#define NOTIFY_BEGIN_INBOUND_FLUSH		((ULONG)0x00000004)
#define NOTIFY_END_INBOUND_FLUSH		((ULONG)0x00040000)
#define NOTIFY_BEGIN_OUTBOUND_FLUSH		((ULONG)0x00000008)
#define NOTIFY_END_OUTBOUND_FLUSH		((ULONG)0x00080000)
/* TransportLogoff, IMSLogon::Logoff. */
#define LOGOFF_NORMAL				((ULONG)0x00000001)
#define LOGOFF_HURRY				((ULONG)0x80000000)
/* IXPLogon::SubmitMessage, and EndMessage's answer. */
#define BEGIN_DEFERRED				((ULONG)0x00000001)
#define END_RESEND_NOW				((ULONG)0x00010000)
#define END_RESEND_LATER			((ULONG)0x00020000)
#define END_DONT_RESEND				((ULONG)0x00040000)
/* SpoolerLogon. */
#define LOGON_SP_TRANSPORT			((ULONG)0x00000001)
#define LOGON_SP_PROMPT				((ULONG)0x00000002)
#define LOGON_SP_NEWPW				((ULONG)0x00000004)
#define LOGON_CHANGED				((ULONG)0x00000008)
/* CopyMessages, CopyFolder, DoProgressDialog. */
#define DIALOG_FOLDER				((ULONG)0x00000001)
#define DIALOG_MESSAGE				((ULONG)0x00000002)
#define DIALOG_PROP				((ULONG)0x00000004)
#define DIALOG_ATTACH				((ULONG)0x00000008)
#define DIALOG_MOVE				((ULONG)0x00000010)
#define DIALOG_COPY				((ULONG)0x00000020)
#define DIALOG_DELETE				((ULONG)0x00000040)
#define DIALOG_ALLOW_CANCEL			((ULONG)0x00000080)
#define DIALOG_CONFIRM_CANCEL			((ULONG)0x00000100)
/* PrepareSubmit and ExpandRecips. */
#define NEEDS_PREPROCESSING			((ULONG)0x00000001)
#define NEEDS_SPOOLER				((ULONG)0x00000002)
/* PrepareSubmit. */
#define CHECK_SENDER				((ULONG)0x00000001)
#define NON_STANDARD				((ULONG)0x00010000)

/*
 * A kind of settings that a transport offers for each message or recipient:
 * IXPLogon::RegisterOptions.
 */
typedef struct _OPTIONDATA {
	ULONG ulFlags;	/* OPTION_TYPE_* */
	LPGUID lpRecipGUID;	/* the provider's */
	LPTSTR lpszAdrType;
	LPTSTR lpszDLLName;
	ULONG ulOrdinal;	/* of the callback in the library */
	ULONG cbOptionsData;
	LPBYTE lpbOptionsData;
	ULONG cOptionsProps;
	LPSPropValue lpOptionsProps;
} OPTIONDATA, *LPOPTIONDATA;
typedef SCODE (STDMETHODCALLTYPE OPTIONCALLBACK)(HINSTANCE hInst, LPMALLOC lpMalloc, ULONG ulFlags,
	ULONG cbOptionData, LPBYTE lpbOptionData, LPMAPISUP lpMAPISup, LPMAPIPROP lpDataSource,
	LPMAPIPROP *lppWrappedSource, LPMAPIERROR *lppMAPIError);

/* --- A message service's entry point ------------------------------------------------------ */

#define MSG_SERVICE_UI_READ_ONLY		((ULONG)0x00000008)
#define SERVICE_LOGON_FAILED			((ULONG)0x00000020)
/* ulContext: what happened to the service. */
#define MSG_SERVICE_INSTALL			((ULONG)0x00000001)
#define MSG_SERVICE_CREATE			((ULONG)0x00000002)
#define MSG_SERVICE_CONFIGURE			((ULONG)0x00000003)
#define MSG_SERVICE_DELETE			((ULONG)0x00000004)
#define MSG_SERVICE_UNINSTALL			((ULONG)0x00000005)
#define MSG_SERVICE_PROVIDER_CREATE		((ULONG)0x00000006)
#define MSG_SERVICE_PROVIDER_DELETE		((ULONG)0x00000007)

typedef HRESULT (STDAPICALLTYPE MSGSERVICEENTRY)(HINSTANCE hInstance, LPMALLOC lpMalloc,
	LPMAPISUP lpMAPISup, ULONG_PTR ulUIParam, ULONG ulFlags, ULONG ulContext, ULONG cValues,
	LPSPropValue lpProps, LPPROVIDERADMIN lpProviderAdmin, LPMAPIERROR *lppMapiError);
typedef MSGSERVICEENTRY *LPMSGSERVICEENTRY;

/* clang-format off */

/* --- IMAPISupport: MAPI's help for a provider --------------------------------------------- */

#define MAPI_IMAPISUPPORT_METHODS1(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The three functions to allocate with, as given at initialization. */ \
	MAPIMETHOD(GetMemAllocRoutines)(THIS_ LPALLOCATEBUFFER *lpAllocateBuffer, \
		LPALLOCATEMORE *lpAllocateMore, LPFREEBUFFER *lpFreeBuffer) IPURE; \
	/* \
	 * Keeps a sink for a key; Notify with that key calls it. NOTIFY_SYNC: only while \
	 * Notify runs. \
	 */ \
	MAPIMETHOD(Subscribe)(THIS_ LPNOTIFKEY lpKey, ULONG ulEventMask, ULONG ulFlags, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	/* Ends what Subscribe began. */ \
	MAPIMETHOD(Unsubscribe)(THIS_ ULONG_PTR ulConnection) IPURE; \
	/* Passes events to all who subscribed to the key. The events stay the caller's. */ \
	MAPIMETHOD(Notify)(THIS_ LPNOTIFKEY lpKey, ULONG cNotification, \
		LPNOTIFICATION lpNotifications, ULONG *lpulFlags) IPURE; \
	/* \
	 * Sets columns of this provider's row in the status table; STATUSROW_UPDATE: changes \
	 * only. \
	 */ \
	MAPIMETHOD(ModifyStatusRow)(THIS_ ULONG cValues, LPSPropValue lpColumnVals, \
		ULONG ulFlags) IPURE; \
	/* A section of the profile; NULL: this provider's own. */ \
	MAPIMETHOD(OpenProfileSection)(THIS_ LPMAPIUID lpUid, ULONG ulFlags, \
		LPPROFSECT *lppProfileObj) IPURE; \
	/* Has messages to an address type run through a function before they are sent. */ \
	MAPIMETHOD(RegisterPreprocessor)(THIS_ LPMAPIUID lpMuid, LPTSTR lpszAdrType, \
		LPTSTR lpszDLLName, LPSTR lpszPreprocess, LPSTR lpszRemovePreprocessInfo, \
		ULONG ulFlags) IPURE; \
	/* A MAPIUID that is nowhere else. */ \
	MAPIMETHOD(NewUID)(THIS_ LPMAPIUID lpMuid) IPURE; \
	/* Turns an object whose memory must stay into one that fails every call. */ \
	MAPIMETHOD(MakeInvalid)(THIS_ ULONG ulFlags, LPVOID lpObject, ULONG ulRefCount, \
		ULONG cMethods) IPURE; \
	/* Lets the spooler do other things in a long operation. */ \
	MAPIMETHOD(SpoolerYield)(THIS_ ULONG ulFlags) IPURE; \
	/* \
	 * Tells the spooler: NOTIFY_READYTOSEND, NOTIFY_NEWMAIL ...; lpvData as the flag \
	 * demands. \
	 */ \
	MAPIMETHOD(SpoolerNotify)(THIS_ ULONG ulFlags, LPVOID lpvData) IPURE; \
	/* As IAddrBook::CreateOneOff. */ \
	MAPIMETHOD(CreateOneOff)(THIS_ LPTSTR lpszName, LPTSTR lpszAdrType, LPTSTR lpszAddress, \
		ULONG ulFlags, ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	/* \
	 * Says which MAPIUID this provider's entry identifiers carry; may be called for \
	 * several. \
	 */ \
	MAPIMETHOD(SetProviderUID)(THIS_ LPMAPIUID lpProviderID, ULONG ulFlags) IPURE; \
	/* *lpulResult TRUE where both name the same object, of whatever provider. */ \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntry1, LPENTRYID lpEntry1, ULONG cbEntry2, \
		LPENTRYID lpEntry2, ULONG ulCompareFlags, ULONG *lpulResult) IPURE;

#define MAPI_IMAPISUPPORT_METHODS2(IPURE) \
	/* The property object that another provider puts over one copied from it. */ \
	MAPIMETHOD(OpenTemplateID)(THIS_ ULONG cbTemplateID, LPENTRYID lpTemplateID, \
		ULONG ulTemplateFlags, LPMAPIPROP lpMAPIPropData, LPCIID lpInterface, \
		LPMAPIPROP *lppMAPIPropNew, LPMAPIPROP lpMAPIPropSibling) IPURE; \
	/* Any object of the session. */ \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulOpenFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	/* Templates of addresses that can be made. */ \
	MAPIMETHOD(GetOneOffTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* As IAddrBook::Address. */ \
	MAPIMETHOD(Address)(THIS_ ULONG_PTR *lpulUIParam, LPADRPARM lpAdrParms, \
		LPADRLIST *lppAdrList) IPURE; \
	/* As IAddrBook::Details. */ \
	MAPIMETHOD(Details)(THIS_ ULONG_PTR *lpulUIParam, LPFNDISMISS lpfnDismiss, \
		LPVOID lpvDismissContext, ULONG cbEntryID, LPENTRYID lpEntryID, \
		LPFNBUTTON lpfButtonCallback, LPVOID lpvButtonContext, LPTSTR lpszButtonText, \
		ULONG ulFlags) IPURE; \
	/* As IAddrBook::NewEntry. */ \
	MAPIMETHOD(NewEntry)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, ULONG cbEIDContainer, \
		LPENTRYID lpEIDContainer, ULONG cbEIDNewEntryTpl, LPENTRYID lpEIDNewEntryTpl, \
		ULONG *lpcbEIDNewEntry, LPENTRYID *lppEIDNewEntry) IPURE; \
	/* Shows a display table as property sheets. */ \
	MAPIMETHOD(DoConfigPropsheet)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, LPTSTR lpszTitle, \
		LPMAPITABLE lpDisplayTable, LPMAPIPROP lpCOnfigData, ULONG ulTopPage) IPURE; \
	/* Copies messages one by one, for a store that has nothing better. */ \
	MAPIMETHOD(CopyMessages)(THIS_ LPCIID lpSrcInterface, LPVOID lpSrcFolder, \
		LPENTRYLIST lpMsgList, LPCIID lpDestInterface, LPVOID lpDestFolder, \
		ULONG_PTR ulUIParam, LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	/* The same for a folder. */ \
	MAPIMETHOD(CopyFolder)(THIS_ LPCIID lpSrcInterface, LPVOID lpSrcFolder, ULONG cbEntryID, \
		LPENTRYID lpEntryID, LPCIID lpDestInterface, LPVOID lpDestFolder, \
		LPTSTR lszNewFolderName, ULONG_PTR ulUIParam, LPMAPIPROGRESS lpProgress, \
		ULONG ulFlags) IPURE; \
	/* The same for IMAPIProp::CopyTo. */ \
	MAPIMETHOD(DoCopyTo)(THIS_ LPCIID lpSrcInterface, LPVOID lpSrcObj, ULONG ciidExclude, \
		LPCIID rgiidExclude, LPSPropTagArray lpExcludeProps, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, LPCIID lpDestInterface, LPVOID lpDestObj, \
		ULONG ulFlags, LPSPropProblemArray *lppProblems) IPURE; \
	/* The same for IMAPIProp::CopyProps. */ \
	MAPIMETHOD(DoCopyProps)(THIS_ LPCIID lpSrcInterface, LPVOID lpSrcObj, \
		LPSPropTagArray lpIncludeProps, ULONG_PTR ulUIParam, LPMAPIPROGRESS lpProgress, \
		LPCIID lpDestInterface, LPVOID lpDestObj, ULONG ulFlags, \
		LPSPropProblemArray *lppProblems) IPURE; \
	/* An IMAPIProgress that shows a dialogue, or nothing. */ \
	MAPIMETHOD(DoProgressDialog)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPMAPIPROGRESS *lppProgress) IPURE; \
	/* Makes an empty message the read (or non-read) report of another. */ \
	MAPIMETHOD(ReadReceipt)(THIS_ ULONG ulFlags, LPMESSAGE lpReadMessage, \
		LPMESSAGE *lppEmptyMessage) IPURE; \
	/* \
	 * First step of a store's SubmitMessage: marks recipients, and tells whether \
	 * preprocessors wait. \
	 */ \
	MAPIMETHOD(PrepareSubmit)(THIS_ LPMESSAGE lpMessage, ULONG *lpulFlags) IPURE; \
	/* \
	 * Second step: entry identifiers for all, lists opened up, doubles removed. *lpulFlags \
	 * is NEEDS_* then. \
	 */ \
	MAPIMETHOD(ExpandRecips)(THIS_ LPMESSAGE lpMessage, ULONG *lpulFlags) IPURE; \
	/* Microsoft does not document it. */ \
	MAPIMETHOD(UpdatePAB)(THIS_ ULONG ulFlags, LPMESSAGE lpMessage) IPURE;

#define MAPI_IMAPISUPPORT_METHODS3(IPURE) \
	/* Files or deletes a message that is sent; the message is released. For FinishedMsg. */ \
	MAPIMETHOD(DoSentMail)(THIS_ ULONG ulFlags, LPMESSAGE lpMessage) IPURE; \
	/* The session's address book. */ \
	MAPIMETHOD(OpenAddressBook)(THIS_ LPCIID lpInterface, ULONG ulFlags, \
		LPADRBOOK *lppAdrBook) IPURE; \
	/* Microsoft does not document it. */ \
	MAPIMETHOD(Preprocess)(THIS_ ULONG ulFlags, ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	/* What remains to be done with a message, for a store that sends by itself. */ \
	MAPIMETHOD(CompleteMsg)(THIS_ ULONG ulFlags, ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	/* What is to happen to mail under way when the store logs off; LOGOFF_*. */ \
	MAPIMETHOD(StoreLogoffTransports)(THIS_ ULONG *lpulFlags) IPURE; \
	/* \
	 * What became of recipients: MAPI makes the delivery and non-delivery reports. A \
	 * transport adds emapispi.h's properties. \
	 */ \
	MAPIMETHOD(StatusRecips)(THIS_ LPMESSAGE lpMessage, LPADRLIST lpRecipList) IPURE; \
	/* \
	 * The store's own entry identifier made one that a session can open; the caller's to \
	 * free. \
	 */ \
	MAPIMETHOD(WrapStoreEntryID)(THIS_ ULONG cbOrigEntry, LPENTRYID lpOrigEntry, \
		ULONG *lpcbWrappedEntry, LPENTRYID *lppWrappedEntry) IPURE; \
	/* Writes what was set in the profile so far. */ \
	MAPIMETHOD(ModifyProfile)(THIS_ ULONG ulFlags) IPURE; \
	/* An IStorage on an IStream; STGSTRM_*. */ \
	MAPIMETHOD(IStorageFromStream)(THIS_ LPUNKNOWN lpUnkIn, LPCIID lpInterface, ULONG ulFlags, \
		LPSTORAGE *lppStorageOut) IPURE; \
	/* A support object for the dialogue of a message service. */ \
	MAPIMETHOD(GetSvcConfigSupportObj)(THIS_ ULONG ulFlags, LPMAPISUP *lppSvcSupport) IPURE;

#undef INTERFACE
#define INTERFACE IMAPISupport
EMAPI_INTERFACE_(IMAPISupport, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPISUPPORT_METHODS1(PURE)
	MAPI_IMAPISUPPORT_METHODS2(PURE)
	MAPI_IMAPISUPPORT_METHODS3(PURE)
};

/* --- IABProvider, IABLogon: an address book provider, and its logon for one session ------- */

#define MAPI_IABPROVIDER_METHODS(IPURE) \
	/* The last call; *lpulFlags is 0. */ \
	MAPIMETHOD(Shutdown)(THIS_ ULONG *lpulFlags) IPURE; \
	/* \
	 * One logon for each session; *lppABLogon is the caller's to release. \
	 * MAPI_E_UNCONFIGURED, MAPI_E_FAILONEPROVIDER. \
	 */ \
	MAPIMETHOD(Logon)(THIS_ LPMAPISUP lpMAPISup, ULONG_PTR ulUIParam, LPTSTR lpszProfileName, \
		ULONG ulFlags, ULONG *lpulpcbSecurity, LPBYTE *lppbSecurity, \
		LPMAPIERROR *lppMAPIError, LPABLOGON *lppABLogon) IPURE;

#undef INTERFACE
#define INTERFACE IABProvider
EMAPI_INTERFACE_(IABProvider, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IABPROVIDER_METHODS(PURE)
};

#define MAPI_IABLOGON_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* Ends the session's use. ulFlags is 0. */ \
	MAPIMETHOD(Logoff)(THIS_ ULONG ulFlags) IPURE; \
	/* Opens a container, address or list of this provider; NULL: its root. */ \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	/* *lpulResult TRUE where both name the same object. */ \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE; \
	/* Tells the sink of changes of an entry, until Unadvise. */ \
	MAPIMETHOD(Advise)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulEventMask, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	/* Ends what Advise began. */ \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	/* This provider's IMAPIStatus. */ \
	MAPIMETHOD(OpenStatusEntry)(THIS_ LPCIID lpInterface, ULONG ulFlags, ULONG *lpulObjType, \
		LPMAPISTATUS *lppEntry) IPURE; \
	/* Puts code of this provider over an entry that was copied elsewhere. */ \
	MAPIMETHOD(OpenTemplateID)(THIS_ ULONG cbTemplateID, LPENTRYID lpTemplateID, \
		ULONG ulTemplateFlags, LPMAPIPROP lpMAPIPropData, LPCIID lpInterface, \
		LPMAPIPROP *lppMAPIPropNew, LPMAPIPROP lpMAPIPropSibling) IPURE; \
	/* Templates of the addresses this provider can make. */ \
	MAPIMETHOD(GetOneOffTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* As IAddrBook::PrepareRecips, for its own entries. */ \
	MAPIMETHOD(PrepareRecips)(THIS_ ULONG ulFlags, LPSPropTagArray lpPropTagArray, \
		LPADRLIST lpRecipList) IPURE;

#undef INTERFACE
#define INTERFACE IABLogon
EMAPI_INTERFACE_(IABLogon, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IABLOGON_METHODS(PURE)
};

/* --- IXPProvider, IXPLogon: a transport provider, and its logon for one session ----------- */

#define MAPI_IXPPROVIDER_METHODS(IPURE) \
	/* The last call; *lpulFlags is DEINIT_*. */ \
	MAPIMETHOD(Shutdown)(THIS_ ULONG *lpulFlags) IPURE; \
	/* One logon for each session. *lpulFlags: LOGON_NO_* in, LOGON_SP_* out. */ \
	MAPIMETHOD(TransportLogon)(THIS_ LPMAPISUP lpMAPISup, ULONG_PTR ulUIParam, \
		LPTSTR lpszProfileName, ULONG *lpulFlags, LPMAPIERROR *lppMAPIError, \
		LPXPLOGON *lppXPLogon) IPURE;

#undef INTERFACE
#define INTERFACE IXPProvider
EMAPI_INTERFACE_(IXPProvider, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IXPPROVIDER_METHODS(PURE)
};

#define MAPI_IXPLOGON_METHODS(IPURE) \
	/* \
	 * Which recipients it can send to: address types (empty string: any), or MAPIUIDs of \
	 * address book providers. Both arrays stay the provider's. \
	 */ \
	MAPIMETHOD(AddressTypes)(THIS_ ULONG *lpulFlags, ULONG *lpcAdrType, \
		LPTSTR **lpppAdrTypeArray, ULONG *lpcMAPIUID, LPMAPIUID **lpppUIDArray) IPURE; \
	/* Kinds of settings for messages and recipients; the array stays the provider's. */ \
	MAPIMETHOD(RegisterOptions)(THIS_ ULONG *lpulFlags, ULONG *lpcOptions, \
		LPOPTIONDATA *lppOptions) IPURE; \
	/* \
	 * What begins and ends: NOTIFY_BEGIN_OUTBOUND ...; NOTIFY_CANCEL_MESSAGE with a \
	 * message's reference. \
	 */ \
	MAPIMETHOD(TransportNotify)(THIS_ ULONG *lpulFlags, LPVOID *lppvData) IPURE; \
	/* Time to do small things, asked for by LOGON_SP_IDLE. */ \
	MAPIMETHOD(Idle)(THIS_ ULONG ulFlags) IPURE; \
	/* Ends the session's use. LOGOFF_HURRY: at once. */ \
	MAPIMETHOD(TransportLogoff)(THIS_ ULONG ulFlags) IPURE; \
	/* \
	 * Sends a message to its recipients whose PR_RESPONSIBILITY is FALSE, sets that to \
	 * TRUE on those it took over, and tells the others through StatusRecips. \
	 * MAPI_E_NOT_ME: none is for it. *lpulMsgRef names the message in later calls. \
	 */ \
	MAPIMETHOD(SubmitMessage)(THIS_ ULONG ulFlags, LPMESSAGE lpMessage, ULONG_PTR *lpulMsgRef, \
		ULONG_PTR *lpulReturnParm) IPURE; \
	/* \
	 * The last call for a message: the moment to tell who got it. *lpulFlags: END_RESEND_* \
	 * or 0. \
	 */ \
	MAPIMETHOD(EndMessage)(THIS_ ULONG_PTR ulMsgRef, ULONG *lpulFlags) IPURE; \
	/* *lpulIncoming 1: there is mail to fetch. */ \
	MAPIMETHOD(Poll)(THIS_ ULONG *lpulIncoming) IPURE; \
	/* Fills a new message with one that has come. */ \
	MAPIMETHOD(StartMessage)(THIS_ ULONG ulFlags, LPMESSAGE lpMessage, \
		ULONG_PTR *lpulMsgRef) IPURE; \
	/* This provider's IMAPIStatus. */ \
	MAPIMETHOD(OpenStatusEntry)(THIS_ LPCIID lpInterface, ULONG ulFlags, ULONG *lpulObjType, \
		LPMAPISTATUS *lppEntry) IPURE; \
	/* As IMAPIStatus::ValidateState. */ \
	MAPIMETHOD(ValidateState)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	/* As IMAPIStatus::FlushQueues. */ \
	MAPIMETHOD(FlushQueues)(THIS_ ULONG_PTR ulUIParam, ULONG cbTargetTransport, \
		LPENTRYID lpTargetTransport, ULONG ulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IXPLogon
EMAPI_INTERFACE_(IXPLogon, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IXPLOGON_METHODS(PURE)
};

/* --- IMSProvider, IMSLogon: a message store provider, and its logon to one store ---------- */

#define MAPI_IMSPROVIDER_METHODS(IPURE) \
	/* The last call; *lpulFlags is 0. */ \
	MAPIMETHOD(Shutdown)(THIS_ ULONG *lpulFlags) IPURE; \
	/* \
	 * Opens a store: *lppMDB for the client, *lppMSLogon for MAPI, and bytes (the caller's \
	 * to free) that let the spooler in without a password. MAPI_E_UNCONFIGURED, \
	 * MAPI_E_FAILONEPROVIDER. \
	 */ \
	MAPIMETHOD(Logon)(THIS_ LPMAPISUP lpMAPISup, ULONG_PTR ulUIParam, LPTSTR lpszProfileName, \
		ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulFlags, LPCIID lpInterface, \
		ULONG *lpcbSpoolSecurity, LPBYTE *lppbSpoolSecurity, LPMAPIERROR *lppMAPIError, \
		LPMSLOGON *lppMSLogon, LPMDB *lppMDB) IPURE; \
	/* The same for the spooler, with the bytes that Logon gave. */ \
	MAPIMETHOD(SpoolerLogon)(THIS_ LPMAPISUP lpMAPISup, ULONG_PTR ulUIParam, \
		LPTSTR lpszProfileName, ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulFlags, \
		LPCIID lpInterface, ULONG cbSpoolSecurity, LPBYTE lpbSpoolSecurity, \
		LPMAPIERROR *lppMAPIError, LPMSLOGON *lppMSLogon, LPMDB *lppMDB) IPURE; \
	/* *lpulResult TRUE where both name the same store. */ \
	MAPIMETHOD(CompareStoreIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE;

#undef INTERFACE
#define INTERFACE IMSProvider
EMAPI_INTERFACE_(IMSProvider, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMSPROVIDER_METHODS(PURE)
};

#define MAPI_IMSLOGON_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* Ends MAPI's use of the store. *lpulFlags is LOGOFF_*. */ \
	MAPIMETHOD(Logoff)(THIS_ ULONG *lpulFlags) IPURE; \
	/* A folder or message of the store, as IMsgStore::OpenEntry. */ \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	/* *lpulResult TRUE where both name the same object. */ \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE; \
	/* As IMsgStore::Advise. */ \
	MAPIMETHOD(Advise)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulEventMask, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	/* Ends what Advise began. */ \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	/* This provider's IMAPIStatus. */ \
	MAPIMETHOD(OpenStatusEntry)(THIS_ LPCIID lpInterface, ULONG ulFlags, ULONG *lpulObjType, \
		LPVOID *lppEntry) IPURE;

#undef INTERFACE
#define INTERFACE IMSLogon
EMAPI_INTERFACE_(IMSLogon, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMSLOGON_METHODS(PURE)
};

#undef INTERFACE

/* clang-format on */

/* --- A provider's entry points ------------------------------------------------------------ */

/*
 * Called once after the module is loaded. The allocation functions are those the provider uses
 * for all that crosses the API. *lpulProviderVer is the version the provider speaks;
 * MAPI_E_VERSION where the two have none in common.
 */
typedef HRESULT (STDMAPIINITCALLTYPE ABPROVIDERINIT)(HINSTANCE hInstance, LPMALLOC lpMalloc,
	LPALLOCATEBUFFER lpAllocateBuffer, LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer,
	ULONG ulFlags, ULONG ulMAPIVer, ULONG *lpulProviderVer, LPABPROVIDER *lppABProvider);
typedef HRESULT (STDMAPIINITCALLTYPE XPPROVIDERINIT)(HINSTANCE hInstance, LPMALLOC lpMalloc,
	LPALLOCATEBUFFER lpAllocateBuffer, LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer,
	ULONG ulFlags, ULONG ulMAPIVer, ULONG *lpulProviderVer, LPXPPROVIDER *lppXPProvider);
typedef HRESULT (STDMAPIINITCALLTYPE MSPROVIDERINIT)(HINSTANCE hInstance, LPMALLOC lpMalloc,
	LPALLOCATEBUFFER lpAllocateBuffer, LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer,
	ULONG ulFlags, ULONG ulMAPIVer, ULONG *lpulProviderVer, LPMSPROVIDER *lppMSProvider);

EMAPI_BEGIN_C

EMAPI_EXPORT ABPROVIDERINIT ABProviderInit;
EMAPI_EXPORT XPPROVIDERINIT XPProviderInit;
EMAPI_EXPORT MSPROVIDERINIT MSProviderInit;

EMAPI_END_C

#endif /* EMAPI_MAPISPI_H */
