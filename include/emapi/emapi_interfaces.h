/* SPDX-License-Identifier: MIT */
/*
 * The interfaces of MAPI's objects; included by mapidefs.h. emapi_wintypes.h tells how to declare and
 * call one. Source: MAPI reference, "MAPI Interfaces".
 *
 * Every method returns S_OK, a warning (MAPI_W_*, a success) or an error. Common to all:
 * MAPI_E_INVALID_PARAMETER, MAPI_E_UNKNOWN_FLAGS, MAPI_E_BAD_CHARWIDTH (MAPI_UNICODE not possible),
 * MAPI_E_NOT_ENOUGH_MEMORY, MAPI_E_NO_SUPPORT (the object cannot do it), MAPI_E_NO_ACCESS.
 * lpInterface NULL asks for the usual interface. ulUIParam is a window, here 0.
 */
#ifndef EMAPI_INTERFACES_H
#define EMAPI_INTERFACES_H

#include "mapidefs.h"

/* clang-format off */

/* --- IMAPIAdviseSink: told of events by whatever it was given to with Advise ------------------ */

#define MAPI_IMAPIADVISESINK_METHODS(IPURE) \
	MAPIMETHOD_(ULONG, OnNotify)(THIS_ ULONG cNotif, LPNOTIFICATION lpNotifications) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIAdviseSink
EMAPI_INTERFACE_(IMAPIAdviseSink, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIADVISESINK_METHODS(PURE)
};

/* --- IMAPIProgress: a long operation tells how far it is -------------------------------------- */

#define MAPI_IMAPIPROGRESS_METHODS(IPURE) \
	MAPIMETHOD(Progress)(THIS_ ULONG ulValue, ULONG ulCount, ULONG ulTotal) IPURE; \
	MAPIMETHOD(GetFlags)(THIS_ ULONG *lpulFlags) IPURE; \
	MAPIMETHOD(GetMax)(THIS_ ULONG *lpulMax) IPURE; \
	MAPIMETHOD(GetMin)(THIS_ ULONG *lpulMin) IPURE; \
	MAPIMETHOD(SetLimits)(THIS_ LPULONG lpulMin, LPULONG lpulMax, LPULONG lpulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIProgress
EMAPI_INTERFACE_(IMAPIProgress, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROGRESS_METHODS(PURE)
};

/* --- IMAPIProp: an object with properties; most others derive from it -------------------------- */

#define MAPI_IMAPIPROP_METHODS(IPURE) \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	MAPIMETHOD(SaveChanges)(THIS_ ULONG ulFlags) IPURE; \
	MAPIMETHOD(GetProps)(THIS_ LPSPropTagArray lpPropTagArray, ULONG ulFlags, \
		ULONG *lpcValues, LPSPropValue *lppPropArray) IPURE; \
	MAPIMETHOD(GetPropList)(THIS_ ULONG ulFlags, LPSPropTagArray *lppPropTagArray) IPURE; \
	MAPIMETHOD(OpenProperty)(THIS_ ULONG ulPropTag, LPCIID lpiid, ULONG ulInterfaceOptions, \
		ULONG ulFlags, LPUNKNOWN *lppUnk) IPURE; \
	MAPIMETHOD(SetProps)(THIS_ ULONG cValues, LPSPropValue lpPropArray, \
		LPSPropProblemArray *lppProblems) IPURE; \
	MAPIMETHOD(DeleteProps)(THIS_ LPSPropTagArray lpPropTagArray, \
		LPSPropProblemArray *lppProblems) IPURE; \
	MAPIMETHOD(CopyTo)(THIS_ ULONG ciidExclude, LPCIID rgiidExclude, \
		LPSPropTagArray lpExcludeProps, ULONG_PTR ulUIParam, LPMAPIPROGRESS lpProgress, \
		LPCIID lpInterface, LPVOID lpDestObj, ULONG ulFlags, \
		LPSPropProblemArray *lppProblems) IPURE; \
	MAPIMETHOD(CopyProps)(THIS_ LPSPropTagArray lpIncludeProps, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, LPCIID lpInterface, LPVOID lpDestObj, ULONG ulFlags, \
		LPSPropProblemArray *lppProblems) IPURE; \
	MAPIMETHOD(GetNamesFromIDs)(THIS_ LPSPropTagArray *lppPropTags, LPGUID lpPropSetGuid, \
		ULONG ulFlags, ULONG *lpcPropNames, LPMAPINAMEID **lpppPropNames) IPURE; \
	MAPIMETHOD(GetIDsFromNames)(THIS_ ULONG cPropNames, LPMAPINAMEID *lppPropNames, \
		ULONG ulFlags, LPSPropTagArray *lppPropTags) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIProp
EMAPI_INTERFACE_(IMAPIProp, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
};

/* --- IMAPITable: rows and columns of what an object holds -------------------------------------- */

#define MAPI_IMAPITABLE_METHODS(IPURE) \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	MAPIMETHOD(Advise)(THIS_ ULONG ulEventMask, LPMAPIADVISESINK lpAdviseSink, \
		ULONG_PTR *lpulConnection) IPURE; \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	MAPIMETHOD(GetStatus)(THIS_ ULONG *lpulTableStatus, ULONG *lpulTableType) IPURE; \
	MAPIMETHOD(SetColumns)(THIS_ LPSPropTagArray lpPropTagArray, ULONG ulFlags) IPURE; \
	MAPIMETHOD(QueryColumns)(THIS_ ULONG ulFlags, LPSPropTagArray *lpPropTagArray) IPURE; \
	MAPIMETHOD(GetRowCount)(THIS_ ULONG ulFlags, ULONG *lpulCount) IPURE; \
	MAPIMETHOD(SeekRow)(THIS_ BOOKMARK bkOrigin, LONG lRowCount, LONG *lplRowsSought) IPURE; \
	MAPIMETHOD(SeekRowApprox)(THIS_ ULONG ulNumerator, ULONG ulDenominator) IPURE; \
	MAPIMETHOD(QueryPosition)(THIS_ ULONG *lpulRow, ULONG *lpulNumerator, \
		ULONG *lpulDenominator) IPURE; \
	MAPIMETHOD(FindRow)(THIS_ LPSRestriction lpRestriction, BOOKMARK bkOrigin, \
		ULONG ulFlags) IPURE; \
	MAPIMETHOD(Restrict)(THIS_ LPSRestriction lpRestriction, ULONG ulFlags) IPURE; \
	MAPIMETHOD(CreateBookmark)(THIS_ BOOKMARK *lpbkPosition) IPURE; \
	MAPIMETHOD(FreeBookmark)(THIS_ BOOKMARK bkPosition) IPURE; \
	MAPIMETHOD(SortTable)(THIS_ LPSSortOrderSet lpSortCriteria, ULONG ulFlags) IPURE; \
	MAPIMETHOD(QuerySortOrder)(THIS_ LPSSortOrderSet *lppSortCriteria) IPURE; \
	MAPIMETHOD(QueryRows)(THIS_ LONG lRowCount, ULONG ulFlags, LPSRowSet *lppRows) IPURE; \
	MAPIMETHOD(Abort)(THIS) IPURE; \
	MAPIMETHOD(ExpandRow)(THIS_ ULONG cbInstanceKey, LPBYTE pbInstanceKey, ULONG ulRowCount, \
		ULONG ulFlags, LPSRowSet *lppRows, ULONG *lpulMoreRows) IPURE; \
	MAPIMETHOD(CollapseRow)(THIS_ ULONG cbInstanceKey, LPBYTE pbInstanceKey, ULONG ulFlags, \
		ULONG *lpulRowCount) IPURE; \
	MAPIMETHOD(WaitForCompletion)(THIS_ ULONG ulFlags, ULONG ulTimeout, \
		ULONG *lpulTableStatus) IPURE; \
	MAPIMETHOD(GetCollapseState)(THIS_ ULONG ulFlags, ULONG cbInstanceKey, \
		LPBYTE lpbInstanceKey, ULONG *lpcbCollapseState, LPBYTE *lppbCollapseState) IPURE; \
	MAPIMETHOD(SetCollapseState)(THIS_ ULONG ulFlags, ULONG cbCollapseState, \
		LPBYTE pbCollapseState, BOOKMARK *lpbkLocation) IPURE;

#undef INTERFACE
#define INTERFACE IMAPITable
EMAPI_INTERFACE_(IMAPITable, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPITABLE_METHODS(PURE)
};

/* --- IProfSect: a section of a profile ---------------------------------------------------------- */

#undef INTERFACE
#define INTERFACE IProfSect
EMAPI_INTERFACE_(IProfSect, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
};

/* --- IMAPIStatus: the state of a provider, the spooler, the address book ------------------------ */

#define MAPI_IMAPISTATUS_METHODS(IPURE) \
	MAPIMETHOD(ValidateState)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	MAPIMETHOD(SettingsDialog)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	MAPIMETHOD(ChangePassword)(THIS_ LPTSTR lpOldPass, LPTSTR lpNewPass, ULONG ulFlags) IPURE; \
	MAPIMETHOD(FlushQueues)(THIS_ ULONG_PTR ulUIParam, ULONG cbTargetTransport, \
		LPENTRYID lpTargetTransport, ULONG ulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIStatus
EMAPI_INTERFACE_(IMAPIStatus, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IMAPISTATUS_METHODS(PURE)
};

/* --- IMAPIContainer: what folders and address book containers have in common -------------------- */

#define MAPI_IMAPICONTAINER_METHODS(IPURE) \
	MAPIMETHOD(GetContentsTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(GetHierarchyTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	MAPIMETHOD(SetSearchCriteria)(THIS_ LPSRestriction lpRestriction, \
		LPENTRYLIST lpContainerList, ULONG ulSearchFlags) IPURE; \
	MAPIMETHOD(GetSearchCriteria)(THIS_ ULONG ulFlags, LPSRestriction *lppRestriction, \
		LPENTRYLIST *lppContainerList, ULONG *lpulSearchState) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIContainer
EMAPI_INTERFACE_(IMAPIContainer, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IMAPICONTAINER_METHODS(PURE)
};

/* --- IABContainer: a list of addresses ----------------------------------------------------------- */

#define MAPI_IABCONTAINER_METHODS(IPURE) \
	MAPIMETHOD(CreateEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulCreateFlags, \
		LPMAPIPROP *lppMAPIPropEntry) IPURE; \
	MAPIMETHOD(CopyEntries)(THIS_ LPENTRYLIST lpEntries, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	MAPIMETHOD(DeleteEntries)(THIS_ LPENTRYLIST lpEntries, ULONG ulFlags) IPURE; \
	MAPIMETHOD(ResolveNames)(THIS_ LPSPropTagArray lpPropTagArray, ULONG ulFlags, \
		LPADRLIST lpAdrList, LPFlagList lpFlagList) IPURE;

#undef INTERFACE
#define INTERFACE IABContainer
EMAPI_INTERFACE_(IABContainer, IMAPIContainer)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IMAPICONTAINER_METHODS(PURE)
	MAPI_IABCONTAINER_METHODS(PURE)
};

/* --- IMailUser: an address ------------------------------------------------------------------------ */

#undef INTERFACE
#define INTERFACE IMailUser
EMAPI_INTERFACE_(IMailUser, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
};

/* --- IDistList: a distribution list --------------------------------------------------------------- */

#define MAPI_IDISTLIST_METHODS(IPURE) MAPI_IABCONTAINER_METHODS(IPURE)

#undef INTERFACE
#define INTERFACE IDistList
EMAPI_INTERFACE_(IDistList, IMAPIContainer)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IMAPICONTAINER_METHODS(PURE)
	MAPI_IDISTLIST_METHODS(PURE)
};

/* --- IMAPIFolder: a folder of messages and folders ------------------------------------------------ */

#define MAPI_IMAPIFOLDER_METHODS(IPURE) \
	MAPIMETHOD(CreateMessage)(THIS_ LPCIID lpInterface, ULONG ulFlags, \
		LPMESSAGE *lppMessage) IPURE; \
	MAPIMETHOD(CopyMessages)(THIS_ LPENTRYLIST lpMsgList, LPCIID lpInterface, \
		LPVOID lpDestFolder, ULONG_PTR ulUIParam, LPMAPIPROGRESS lpProgress, \
		ULONG ulFlags) IPURE; \
	MAPIMETHOD(DeleteMessages)(THIS_ LPENTRYLIST lpMsgList, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	MAPIMETHOD(CreateFolder)(THIS_ ULONG ulFolderType, LPTSTR lpszFolderName, \
		LPTSTR lpszFolderComment, LPCIID lpInterface, ULONG ulFlags, \
		LPMAPIFOLDER *lppFolder) IPURE; \
	MAPIMETHOD(CopyFolder)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		LPVOID lpDestFolder, LPTSTR lpszNewFolderName, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	MAPIMETHOD(DeleteFolder)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	MAPIMETHOD(SetReadFlags)(THIS_ LPENTRYLIST lpMsgList, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	MAPIMETHOD(GetMessageStatus)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulFlags, \
		ULONG *lpulMessageStatus) IPURE; \
	MAPIMETHOD(SetMessageStatus)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, \
		ULONG ulNewStatus, ULONG ulNewStatusMask, ULONG *lpulOldStatus) IPURE; \
	MAPIMETHOD(SaveContentsSort)(THIS_ LPSSortOrderSet lpSortCriteria, ULONG ulFlags) IPURE; \
	MAPIMETHOD(EmptyFolder)(THIS_ ULONG_PTR ulUIParam, LPMAPIPROGRESS lpProgress, \
		ULONG ulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIFolder
EMAPI_INTERFACE_(IMAPIFolder, IMAPIContainer)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IMAPICONTAINER_METHODS(PURE)
	MAPI_IMAPIFOLDER_METHODS(PURE)
};

/* --- IMsgStore: a message store -------------------------------------------------------------------- */

#define MAPI_IMSGSTORE_METHODS(IPURE) \
	MAPIMETHOD(Advise)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulEventMask, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE; \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	MAPIMETHOD(SetReceiveFolder)(THIS_ LPTSTR lpszMessageClass, ULONG ulFlags, \
		ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	MAPIMETHOD(GetReceiveFolder)(THIS_ LPTSTR lpszMessageClass, ULONG ulFlags, \
		ULONG *lpcbEntryID, LPENTRYID *lppEntryID, LPTSTR *lppszExplicitClass) IPURE; \
	MAPIMETHOD(GetReceiveFolderTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(StoreLogoff)(THIS_ ULONG *lpulFlags) IPURE; \
	MAPIMETHOD(AbortSubmit)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulFlags) IPURE; \
	MAPIMETHOD(GetOutgoingQueue)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(SetLockState)(THIS_ LPMESSAGE lpMessage, ULONG ulLockState) IPURE; \
	MAPIMETHOD(FinishedMsg)(THIS_ ULONG ulFlags, ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	MAPIMETHOD(NotifyNewMail)(THIS_ LPNOTIFICATION lpNotification) IPURE;

#undef INTERFACE
#define INTERFACE IMsgStore
EMAPI_INTERFACE_(IMsgStore, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IMSGSTORE_METHODS(PURE)
};

/* --- IMessage ---------------------------------------------------------------------------------------- */

#define MAPI_IMESSAGE_METHODS(IPURE) \
	MAPIMETHOD(GetAttachmentTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(OpenAttach)(THIS_ ULONG ulAttachmentNum, LPCIID lpInterface, ULONG ulFlags, \
		LPATTACH *lppAttach) IPURE; \
	MAPIMETHOD(CreateAttach)(THIS_ LPCIID lpInterface, ULONG ulFlags, \
		ULONG *lpulAttachmentNum, LPATTACH *lppAttach) IPURE; \
	MAPIMETHOD(DeleteAttach)(THIS_ ULONG ulAttachmentNum, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	MAPIMETHOD(GetRecipientTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(ModifyRecipients)(THIS_ ULONG ulFlags, LPADRLIST lpMods) IPURE; \
	MAPIMETHOD(SubmitMessage)(THIS_ ULONG ulFlags) IPURE; \
	MAPIMETHOD(SetReadFlag)(THIS_ ULONG ulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IMessage
EMAPI_INTERFACE_(IMessage, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IMESSAGE_METHODS(PURE)
};

/* --- IAttach: an attachment of a message -------------------------------------------------------------- */

#undef INTERFACE
#define INTERFACE IAttach
EMAPI_INTERFACE_(IAttach, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
};

/* --- IMAPIControl: a button in a display table --------------------------------------------------------- */

#define MAPI_IMAPICONTROL_METHODS(IPURE) \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	MAPIMETHOD(Activate)(THIS_ ULONG ulFlags, ULONG_PTR ulUIParam) IPURE; \
	MAPIMETHOD(GetState)(THIS_ ULONG ulFlags, ULONG *lpulState) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIControl
EMAPI_INTERFACE_(IMAPIControl, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPICONTROL_METHODS(PURE)
};

/* --- IProviderAdmin: the providers of one message service ---------------------------------------------- */

#define MAPI_IPROVIDERADMIN_METHODS(IPURE) \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	MAPIMETHOD(GetProviderTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	MAPIMETHOD(CreateProvider)(THIS_ LPTSTR lpszProvider, ULONG cValues, LPSPropValue lpProps, \
		ULONG_PTR ulUIParam, ULONG ulFlags, MAPIUID *lpUID) IPURE; \
	MAPIMETHOD(DeleteProvider)(THIS_ LPMAPIUID lpUID) IPURE; \
	MAPIMETHOD(OpenProfileSection)(THIS_ LPMAPIUID lpUID, LPCIID lpInterface, ULONG ulFlags, \
		LPPROFSECT *lppProfSect) IPURE;

#undef INTERFACE
#define INTERFACE IProviderAdmin
EMAPI_INTERFACE_(IProviderAdmin, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IPROVIDERADMIN_METHODS(PURE)
};

/* --- IMAPIClientShutdown: the client's process is about to end ------------------------------------------ */

#define MAPI_IMAPICLIENTSHUTDOWN_METHODS(IPURE) \
	MAPIMETHOD(QueryFastShutdown)(THIS) IPURE; \
	MAPIMETHOD(NotifyProcessShutdown)(THIS) IPURE; \
	MAPIMETHOD(DoFastShutdown)(THIS) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIClientShutdown
EMAPI_INTERFACE_(IMAPIClientShutdown, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPICLIENTSHUTDOWN_METHODS(PURE)
};

/* --- IMAPIProviderShutdown: the same, told to a provider ------------------------------------------------ */

#define MAPI_IMAPIPROVIDERSHUTDOWN_METHODS(IPURE) \
	MAPIMETHOD(QueryFastShutdown)(THIS) IPURE; \
	MAPIMETHOD(NotifyProcessShutdown)(THIS) IPURE; \
	MAPIMETHOD(DoFastShutdown)(THIS) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIProviderShutdown
EMAPI_INTERFACE_(IMAPIProviderShutdown, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROVIDERSHUTDOWN_METHODS(PURE)
};

#undef INTERFACE

/* clang-format on */

#endif /* EMAPI_INTERFACES_H */
