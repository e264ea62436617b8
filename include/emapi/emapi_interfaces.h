/* SPDX-License-Identifier: MIT */
/*
 * The interfaces of MAPI's objects; included by mapidefs.h. emapi_wintypes.h tells how to declare
 * and call one. Source: MAPI reference, "MAPI Interfaces".
 *
 * Every method returns S_OK, a warning (MAPI_W_*, a success) or an error. Common to all:
 * MAPI_E_INVALID_PARAMETER, MAPI_E_UNKNOWN_FLAGS, MAPI_E_BAD_CHARWIDTH (MAPI_UNICODE not
 * possible), MAPI_E_NOT_ENOUGH_MEMORY, MAPI_E_NO_SUPPORT (the object cannot do it),
 * MAPI_E_NO_ACCESS. lpInterface NULL asks for the usual interface. ulUIParam is a window, here
 * 0.
 */
#ifndef EMAPI_INTERFACES_H
#define EMAPI_INTERFACES_H

#include "mapidefs.h"

/* clang-format off */

/* --- IMAPIAdviseSink: told of events by whatever it was given to with Advise -------------- */

#define MAPI_IMAPIADVISESINK_METHODS(IPURE) \
	/* \
	 * What happened, cNotif events of it. They belong to the caller: copy what is to be \
	 * kept. May come on any thread; return soon, 0. \
	 */ \
	MAPIMETHOD_(ULONG, OnNotify)(THIS_ ULONG cNotif, LPNOTIFICATION lpNotifications) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIAdviseSink
EMAPI_INTERFACE_(IMAPIAdviseSink, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIADVISESINK_METHODS(PURE)
};

/* --- IMAPIProgress: a long operation tells how far it is ---------------------------------- */

#define MAPI_IMAPIPROGRESS_METHODS(IPURE) \
	/* ulValue lies between GetMin and GetMax; ulCount of ulTotal objects are done. */ \
	MAPIMETHOD(Progress)(THIS_ ULONG ulValue, ULONG ulCount, ULONG ulTotal) IPURE; \
	/* MAPI_TOP_LEVEL, or 0 where the work is a part of a larger one. */ \
	MAPIMETHOD(GetFlags)(THIS_ ULONG *lpulFlags) IPURE; \
	/* The value that means all done. */ \
	MAPIMETHOD(GetMax)(THIS_ ULONG *lpulMax) IPURE; \
	/* The value to begin with. */ \
	MAPIMETHOD(GetMin)(THIS_ ULONG *lpulMin) IPURE; \
	/* For who splits the work up; each may be NULL: left as it is. */ \
	MAPIMETHOD(SetLimits)(THIS_ LPULONG lpulMin, LPULONG lpulMax, LPULONG lpulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIProgress
EMAPI_INTERFACE_(IMAPIProgress, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROGRESS_METHODS(PURE)
};

/* --- IMAPIProp: an object with properties; most others derive from it --------------------- */

#define MAPI_IMAPIPROP_METHODS(IPURE) \
	/* \
	 * Text on the last failure of a method of this object. *lppMAPIError, the caller's to \
	 * free, is NULL where there is none to tell. \
	 */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* \
	 * Makes changes last. Without KEEP_OPEN_* the object is closed: release it. \
	 * MAPI_E_OBJECT_CHANGED: somebody else changed it meanwhile (FORCE_SAVE overrules), \
	 * MAPI_E_OBJECT_DELETED. \
	 */ \
	MAPIMETHOD(SaveChanges)(THIS_ ULONG ulFlags) IPURE; \
	/* \
	 * Values in the order of the tags (NULL: all). One that is missing comes as PT_ERROR \
	 * with its own identifier, and the call returns MAPI_W_ERRORS_RETURNED; a value too \
	 * long for a row may come so too, with MAPI_E_NOT_ENOUGH_MEMORY: read it as a stream. \
	 * The array is the caller's to free. \
	 */ \
	MAPIMETHOD(GetProps)(THIS_ LPSPropTagArray lpPropTagArray, ULONG ulFlags, \
		ULONG *lpcValues, LPSPropValue *lppPropArray) IPURE; \
	/* The tags of all properties the object has; the caller's to free. */ \
	MAPIMETHOD(GetPropList)(THIS_ ULONG ulFlags, LPSPropTagArray *lppPropTagArray) IPURE; \
	/* \
	 * A property as an object: IStream for long values, IMessage for an embedded one, \
	 * IMAPITable for PT_OBJECT lists. Changes through it last once it and the object are \
	 * saved. MAPI_E_INTERFACE_NOT_SUPPORTED, MAPI_E_NOT_FOUND (without MAPI_CREATE). \
	 */ \
	MAPIMETHOD(OpenProperty)(THIS_ ULONG ulPropTag, LPCIID lpiid, ULONG ulInterfaceOptions, \
		ULONG ulFlags, LPUNKNOWN *lppUnk) IPURE; \
	/* \
	 * Sets cValues properties. S_OK also where some could not be set: *lppProblems (may be \
	 * NULL: not asked) then says which, and is the caller's to free. PT_ERROR entries are \
	 * passed over. \
	 */ \
	MAPIMETHOD(SetProps)(THIS_ ULONG cValues, LPSPropValue lpPropArray, \
		LPSPropProblemArray *lppProblems) IPURE; \
	/* Removes properties; problems as in SetProps. */ \
	MAPIMETHOD(DeleteProps)(THIS_ LPSPropTagArray lpPropTagArray, \
		LPSPropProblemArray *lppProblems) IPURE; \
	/* \
	 * Copies all properties but the excluded ones to another object, with recipients and \
	 * attachments. MAPI_E_COLLISION with MAPI_NOREPLACE; MAPI_W_PARTIAL_COMPLETION. \
	 */ \
	MAPIMETHOD(CopyTo)(THIS_ ULONG ciidExclude, LPCIID rgiidExclude, \
		LPSPropTagArray lpExcludeProps, ULONG_PTR ulUIParam, LPMAPIPROGRESS lpProgress, \
		LPCIID lpInterface, LPVOID lpDestObj, ULONG ulFlags, \
		LPSPropProblemArray *lppProblems) IPURE; \
	/* Copies the properties that are named. */ \
	MAPIMETHOD(CopyProps)(THIS_ LPSPropTagArray lpIncludeProps, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, LPCIID lpInterface, LPVOID lpDestObj, ULONG ulFlags, \
		LPSPropProblemArray *lppProblems) IPURE; \
	/* \
	 * The names behind tags from 0x8000 on; NULL where one has none, with \
	 * MAPI_W_ERRORS_RETURNED. *lppPropTags NULL asks for all of a property set. \
	 */ \
	MAPIMETHOD(GetNamesFromIDs)(THIS_ LPSPropTagArray *lppPropTags, LPGUID lpPropSetGuid, \
		ULONG ulFlags, ULONG *lpcPropNames, LPMAPINAMEID **lpppPropNames) IPURE; \
	/* \
	 * Tags, type PT_UNSPECIFIED, for names; MAPI_CREATE gives new names an identifier. \
	 * PT_ERROR and MAPI_W_ERRORS_RETURNED for one that is not known. \
	 */ \
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

/* --- IMAPITable: rows and columns of what an object holds --------------------------------- */

#define MAPI_IMAPITABLE_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* \
	 * Tells the sink of changes of this table, until Unadvise. ulEventMask is \
	 * fnevTableModified. \
	 */ \
	MAPIMETHOD(Advise)(THIS_ ULONG ulEventMask, LPMAPIADVISESINK lpAdviseSink, \
		ULONG_PTR *lpulConnection) IPURE; \
	/* Ends what Advise began; the sink is released. */ \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	/* TBLSTAT_* and TBLTYPE_*. */ \
	MAPIMETHOD(GetStatus)(THIS_ ULONG *lpulTableStatus, ULONG *lpulTableType) IPURE; \
	/* The columns of later QueryRows, in this order. Rows and position stay. */ \
	MAPIMETHOD(SetColumns)(THIS_ LPSPropTagArray lpPropTagArray, ULONG ulFlags) IPURE; \
	/* The columns now, or with TBL_ALL_COLUMNS all there are; the caller's to free. */ \
	MAPIMETHOD(QueryColumns)(THIS_ ULONG ulFlags, LPSPropTagArray *lpPropTagArray) IPURE; \
	/* Rows within the restriction. MAPI_W_APPROX_COUNT: not exact. */ \
	MAPIMETHOD(GetRowCount)(THIS_ ULONG ulFlags, ULONG *lpulCount) IPURE; \
	/* \
	 * Moves lRowCount rows on (or back) from a bookmark, not beyond an end. *lplRowsSought \
	 * may be NULL. \
	 */ \
	MAPIMETHOD(SeekRow)(THIS_ BOOKMARK bkOrigin, LONG lRowCount, LONG *lplRowsSought) IPURE; \
	/* Moves to about that fraction of the table. */ \
	MAPIMETHOD(SeekRowApprox)(THIS_ ULONG ulNumerator, ULONG ulDenominator) IPURE; \
	/* The current row's number from 0, and its place as a fraction. */ \
	MAPIMETHOD(QueryPosition)(THIS_ ULONG *lpulRow, ULONG *lpulNumerator, \
		ULONG *lpulDenominator) IPURE; \
	/* Moves to the next row that meets the restriction. MAPI_E_NOT_FOUND. */ \
	MAPIMETHOD(FindRow)(THIS_ LPSRestriction lpRestriction, BOOKMARK bkOrigin, \
		ULONG ulFlags) IPURE; \
	/* \
	 * Shows only rows that meet it; NULL shows all. Drops bookmarks, position to the \
	 * start. \
	 */ \
	MAPIMETHOD(Restrict)(THIS_ LPSRestriction lpRestriction, ULONG ulFlags) IPURE; \
	/* \
	 * Remembers the current row; FreeBookmark ends it. MAPI_E_UNABLE_TO_COMPLETE: too \
	 * many. \
	 */ \
	MAPIMETHOD(CreateBookmark)(THIS_ BOOKMARK *lpbkPosition) IPURE; \
	/* MAPI_E_INVALID_BOOKMARK. The three standard ones are left alone. */ \
	MAPIMETHOD(FreeBookmark)(THIS_ BOOKMARK bkPosition) IPURE; \
	/* Drops bookmarks, position to the start. MAPI_E_TOO_COMPLEX, MAPI_E_NO_SUPPORT. */ \
	MAPIMETHOD(SortTable)(THIS_ LPSSortOrderSet lpSortCriteria, ULONG ulFlags) IPURE; \
	/* The order now; the caller's to free. */ \
	MAPIMETHOD(QuerySortOrder)(THIS_ LPSSortOrderSet *lppSortCriteria) IPURE; \
	/* \
	 * Up to lRowCount rows from the current one on (negative: before it), and moves past \
	 * them but for TBL_NOADVANCE. No rows left: an empty set and S_OK. FreeProws frees the \
	 * set. \
	 */ \
	MAPIMETHOD(QueryRows)(THIS_ LONG lRowCount, ULONG ulFlags, LPSRowSet *lppRows) IPURE; \
	/* Ends asynchronous work on the table. */ \
	MAPIMETHOD(Abort)(THIS) IPURE; \
	/* Shows the rows of a category; up to ulRowCount of them come back. */ \
	MAPIMETHOD(ExpandRow)(THIS_ ULONG cbInstanceKey, LPBYTE pbInstanceKey, ULONG ulRowCount, \
		ULONG ulFlags, LPSRowSet *lppRows, ULONG *lpulMoreRows) IPURE; \
	/* Hides the rows of a category; *lpulRowCount says how many. */ \
	MAPIMETHOD(CollapseRow)(THIS_ ULONG cbInstanceKey, LPBYTE pbInstanceKey, ULONG ulFlags, \
		ULONG *lpulRowCount) IPURE; \
	/* Waits up to ulTimeout milliseconds for asynchronous work. MAPI_E_TIMEOUT. */ \
	MAPIMETHOD(WaitForCompletion)(THIS_ ULONG ulFlags, ULONG ulTimeout, \
		ULONG *lpulTableStatus) IPURE; \
	/* Which categories are open, and a row, as bytes to be kept; the caller's to free. */ \
	MAPIMETHOD(GetCollapseState)(THIS_ ULONG ulFlags, ULONG cbInstanceKey, \
		LPBYTE lpbInstanceKey, ULONG *lpcbCollapseState, LPBYTE *lppbCollapseState) IPURE; \
	/* Brings that back; *lpbkLocation is the row. */ \
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

/* --- IProfSect: a section of a profile ---------------------------------------------------- */

#undef INTERFACE
#define INTERFACE IProfSect
EMAPI_INTERFACE_(IProfSect, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
};

/* --- IMAPIStatus: the state of a provider, the spooler, the address book ------------------ */

#define MAPI_IMAPISTATUS_METHODS(IPURE) \
	/* Looks whether all is well and brings the status row up to date. */ \
	MAPIMETHOD(ValidateState)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	/* Shows the settings; MAPI_E_NO_SUPPORT where there is no display. */ \
	MAPIMETHOD(SettingsDialog)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags) IPURE; \
	/* MAPI_UNICODE tells how both are to be read. */ \
	MAPIMETHOD(ChangePassword)(THIS_ LPTSTR lpOldPass, LPTSTR lpNewPass, ULONG ulFlags) IPURE; \
	/* Sends or fetches now what waits; FLUSH_*. */ \
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

/* --- IMAPIContainer: what folders and address book containers have in common -------------- */

#define MAPI_IMAPICONTAINER_METHODS(IPURE) \
	/* \
	 * What lies in the container: messages, or addresses. MAPI_ASSOCIATED: the hidden \
	 * ones. \
	 */ \
	MAPIMETHOD(GetContentsTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* The containers in it; with CONVENIENT_DEPTH all levels, PR_DEPTH tells which. */ \
	MAPIMETHOD(GetHierarchyTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* \
	 * Opens an object of this container's store or address book. Entry identifier NULL: \
	 * the root. *lpulObjType tells what *lppUnk is: MAPI_MESSAGE, MAPI_FOLDER ... \
	 */ \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	/* Makes a search folder search: a restriction and the folders to look in. */ \
	MAPIMETHOD(SetSearchCriteria)(THIS_ LPSRestriction lpRestriction, \
		LPENTRYLIST lpContainerList, ULONG ulSearchFlags) IPURE; \
	/* \
	 * What it searches, and SEARCH_*. MAPI_E_NOT_INITIALIZED: nothing was set. All are the \
	 * caller's to free, and each may be NULL. \
	 */ \
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

/* --- IABContainer: a list of addresses ---------------------------------------------------- */

#define MAPI_IABCONTAINER_METHODS(IPURE) \
	/* A new address made from a template; saved when SaveChanges is called on it. */ \
	MAPIMETHOD(CreateEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulCreateFlags, \
		LPMAPIPROP *lppMAPIPropEntry) IPURE; \
	/* Copies addresses into this container. */ \
	MAPIMETHOD(CopyEntries)(THIS_ LPENTRYLIST lpEntries, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	/* Removes addresses. */ \
	MAPIMETHOD(DeleteEntries)(THIS_ LPENTRYLIST lpEntries, ULONG ulFlags) IPURE; \
	/* \
	 * Looks up each entry of the list whose flag is MAPI_UNRESOLVED by its \
	 * PR_DISPLAY_NAME; sets the flag, and where it is MAPI_RESOLVED the entry's \
	 * properties. \
	 */ \
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

/* --- IMailUser: an address ---------------------------------------------------------------- */

#undef INTERFACE
#define INTERFACE IMailUser
EMAPI_INTERFACE_(IMailUser, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
};

/* --- IDistList: a distribution list ------------------------------------------------------- */

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

/* --- IMAPIFolder: a folder of messages and folders ---------------------------------------- */

#define MAPI_IMAPIFOLDER_METHODS(IPURE) \
	/* A new message; in the folder once it is saved. */ \
	MAPIMETHOD(CreateMessage)(THIS_ LPCIID lpInterface, ULONG ulFlags, \
		LPMESSAGE *lppMessage) IPURE; \
	/* Copies, or with MESSAGE_MOVE moves. MAPI_W_PARTIAL_COMPLETION: not all. */ \
	MAPIMETHOD(CopyMessages)(THIS_ LPENTRYLIST lpMsgList, LPCIID lpInterface, \
		LPVOID lpDestFolder, ULONG_PTR ulUIParam, LPMAPIPROGRESS lpProgress, \
		ULONG ulFlags) IPURE; \
	/* Deletes for good. MAPI_W_PARTIAL_COMPLETION: not all. */ \
	MAPIMETHOD(DeleteMessages)(THIS_ LPENTRYLIST lpMsgList, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	/* \
	 * At once, without SaveChanges. MAPI_E_COLLISION: the name is taken (OPEN_IF_EXISTS \
	 * opens it). \
	 */ \
	MAPIMETHOD(CreateFolder)(THIS_ ULONG ulFolderType, LPTSTR lpszFolderName, \
		LPTSTR lpszFolderComment, LPCIID lpInterface, ULONG ulFlags, \
		LPMAPIFOLDER *lppFolder) IPURE; \
	/* Copies, or with FOLDER_MOVE moves. MAPI_E_FOLDER_CYCLE, MAPI_E_COLLISION. */ \
	MAPIMETHOD(CopyFolder)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		LPVOID lpDestFolder, LPTSTR lpszNewFolderName, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	/* MAPI_E_HAS_FOLDERS and MAPI_E_HAS_MESSAGES without DEL_FOLDERS and DEL_MESSAGES. */ \
	MAPIMETHOD(DeleteFolder)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	/* Marks messages (NULL: all) as IMessage::SetReadFlag does. */ \
	MAPIMETHOD(SetReadFlags)(THIS_ LPENTRYLIST lpMsgList, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	/* PR_MSG_STATUS of one message. */ \
	MAPIMETHOD(GetMessageStatus)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulFlags, \
		ULONG *lpulMessageStatus) IPURE; \
	/* Sets the bits of the mask; the old status may be asked for. */ \
	MAPIMETHOD(SetMessageStatus)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, \
		ULONG ulNewStatus, ULONG ulNewStatusMask, ULONG *lpulOldStatus) IPURE; \
	/* The order that new contents tables begin with. */ \
	MAPIMETHOD(SaveContentsSort)(THIS_ LPSSortOrderSet lpSortCriteria, ULONG ulFlags) IPURE; \
	/* \
	 * Deletes what is in it, but not the folder, and hidden messages only with \
	 * DEL_ASSOCIATED. \
	 */ \
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

/* --- IMsgStore: a message store ----------------------------------------------------------- */

#define MAPI_IMSGSTORE_METHODS(IPURE) \
	/* \
	 * Tells the sink of events on an object (entry identifier NULL: on all of the store), \
	 * until Unadvise. \
	 */ \
	MAPIMETHOD(Advise)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulEventMask, \
		LPMAPIADVISESINK lpAdviseSink, ULONG_PTR *lpulConnection) IPURE; \
	/* Ends what Advise began; the sink is released. */ \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE; \
	/* *lpulResult TRUE where both name the same object. */ \
	MAPIMETHOD(CompareEntryIDs)(THIS_ ULONG cbEntryID1, LPENTRYID lpEntryID1, \
		ULONG cbEntryID2, LPENTRYID lpEntryID2, ULONG ulFlags, ULONG *lpulResult) IPURE; \
	/* \
	 * Opens a folder or message; entry identifier NULL: the root folder. As \
	 * IMAPIContainer::OpenEntry. \
	 */ \
	MAPIMETHOD(OpenEntry)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, LPCIID lpInterface, \
		ULONG ulFlags, ULONG *lpulObjType, LPUNKNOWN *lppUnk) IPURE; \
	/* \
	 * Where messages of a class (NULL: all others) arrive; entry identifier NULL: takes \
	 * that back. \
	 */ \
	MAPIMETHOD(SetReceiveFolder)(THIS_ LPTSTR lpszMessageClass, ULONG ulFlags, \
		ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	/* \
	 * Where messages of a class arrive, and the class whose setting that was. Both are the \
	 * caller's to free. \
	 */ \
	MAPIMETHOD(GetReceiveFolder)(THIS_ LPTSTR lpszMessageClass, ULONG ulFlags, \
		ULONG *lpcbEntryID, LPENTRYID *lppEntryID, LPTSTR *lppszExplicitClass) IPURE; \
	/* All such settings. */ \
	MAPIMETHOD(GetReceiveFolderTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* \
	 * LOGOFF_* says how to end, and on return what was found (LOGOFF_OUTBOUND ...). \
	 * Release follows. \
	 */ \
	MAPIMETHOD(StoreLogoff)(THIS_ ULONG *lpulFlags) IPURE; \
	/* \
	 * Takes a message that waits to be sent back. MAPI_E_UNABLE_TO_ABORT: too late, \
	 * MAPI_E_NOT_IN_QUEUE. \
	 */ \
	MAPIMETHOD(AbortSubmit)(THIS_ ULONG cbEntryID, LPENTRYID lpEntryID, ULONG ulFlags) IPURE; \
	/* Messages that wait to be sent, oldest first. For the spooler. */ \
	MAPIMETHOD(GetOutgoingQueue)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* MSG_LOCKED: the spooler works on it and it cannot be taken back. For the spooler. */ \
	MAPIMETHOD(SetLockState)(THIS_ LPMESSAGE lpMessage, ULONG ulLockState) IPURE; \
	/* \
	 * All transports are through with the message: it goes where PR_SENTMAIL_ENTRYID or \
	 * PR_DELETE_AFTER_SUBMIT say. For the spooler. \
	 */ \
	MAPIMETHOD(FinishedMsg)(THIS_ ULONG ulFlags, ULONG cbEntryID, LPENTRYID lpEntryID) IPURE; \
	/* Passes on that mail has come. For the spooler. */ \
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

/* --- IMessage ----------------------------------------------------------------------------- */

#define MAPI_IMESSAGE_METHODS(IPURE) \
	/* The attachments, one a row; PR_ATTACH_NUM opens one. */ \
	MAPIMETHOD(GetAttachmentTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* By PR_ATTACH_NUM. MAPI_E_NOT_FOUND. */ \
	MAPIMETHOD(OpenAttach)(THIS_ ULONG ulAttachmentNum, LPCIID lpInterface, ULONG ulFlags, \
		LPATTACH *lppAttach) IPURE; \
	/* A new attachment, which lasts once it and then the message are saved. */ \
	MAPIMETHOD(CreateAttach)(THIS_ LPCIID lpInterface, ULONG ulFlags, \
		ULONG *lpulAttachmentNum, LPATTACH *lppAttach) IPURE; \
	/* Lasts once the message is saved. */ \
	MAPIMETHOD(DeleteAttach)(THIS_ ULONG ulAttachmentNum, ULONG_PTR ulUIParam, \
		LPMAPIPROGRESS lpProgress, ULONG ulFlags) IPURE; \
	/* The recipients, one a row; PR_ROWID names one in ModifyRecipients. */ \
	MAPIMETHOD(GetRecipientTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* \
	 * Adds, changes or removes by MODRECIP_*; 0 replaces all by the list, which stays the \
	 * caller's. PT_NULL values are an error, PT_ERROR ones are passed over. \
	 */ \
	MAPIMETHOD(ModifyRecipients)(THIS_ ULONG ulFlags, LPADRLIST lpMods) IPURE; \
	/* \
	 * Saves and sends. S_OK: the message is safe and will go out even if this process \
	 * ends; afterwards only Release is allowed. MAPI_E_NO_RECIPIENTS. \
	 */ \
	MAPIMETHOD(SubmitMessage)(THIS_ ULONG ulFlags) IPURE; \
	/* Read, or with CLEAR_READ_FLAG unread; sends the read report that was asked for. */ \
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

/* --- IAttach: an attachment of a message -------------------------------------------------- */

#undef INTERFACE
#define INTERFACE IAttach
EMAPI_INTERFACE_(IAttach, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
};

/* --- IMAPIControl: a button in a display table -------------------------------------------- */

#define MAPI_IMAPICONTROL_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The button was pressed. */ \
	MAPIMETHOD(Activate)(THIS_ ULONG ulFlags, ULONG_PTR ulUIParam) IPURE; \
	/* MAPI_ENABLED or MAPI_DISABLED. */ \
	MAPIMETHOD(GetState)(THIS_ ULONG ulFlags, ULONG *lpulState) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIControl
EMAPI_INTERFACE_(IMAPIControl, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPICONTROL_METHODS(PURE)
};

/* --- IProviderAdmin: the providers of one message service --------------------------------- */

#define MAPI_IPROVIDERADMIN_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The providers of the service, one a row. */ \
	MAPIMETHOD(GetProviderTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* Adds a provider of the service by name; *lpUID names it from then on. */ \
	MAPIMETHOD(CreateProvider)(THIS_ LPTSTR lpszProvider, ULONG cValues, LPSPropValue lpProps, \
		ULONG_PTR ulUIParam, ULONG ulFlags, MAPIUID *lpUID) IPURE; \
	/* MAPI_E_NOT_FOUND. */ \
	MAPIMETHOD(DeleteProvider)(THIS_ LPMAPIUID lpUID) IPURE; \
	/* A provider's section by its MAPIUID; NULL the default one. Ends with Release. */ \
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

/* --- IMAPIClientShutdown: the client's process is about to end ---------------------------- */

#define MAPI_IMAPICLIENTSHUTDOWN_METHODS(IPURE) \
	/* S_OK: all providers can stand a sudden end. */ \
	MAPIMETHOD(QueryFastShutdown)(THIS) IPURE; \
	/* The process is about to end. */ \
	MAPIMETHOD(NotifyProcessShutdown)(THIS) IPURE; \
	/* It ends now, without any further call. */ \
	MAPIMETHOD(DoFastShutdown)(THIS) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIClientShutdown
EMAPI_INTERFACE_(IMAPIClientShutdown, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPICLIENTSHUTDOWN_METHODS(PURE)
};

/* --- IMAPIProviderShutdown: the same, told to a provider ---------------------------------- */

#define MAPI_IMAPIPROVIDERSHUTDOWN_METHODS(IPURE) \
	/* S_OK: this provider can stand a sudden end. */ \
	MAPIMETHOD(QueryFastShutdown)(THIS) IPURE; \
	/* Puts what must not be lost on disk. */ \
	MAPIMETHOD(NotifyProcessShutdown)(THIS) IPURE; \
	/* The last call that comes. */ \
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
