/* SPDX-License-Identifier: MIT */
/* Interfaces of Exchange's message stores; included by edkmdb.h. */
#ifndef EMAPI_EDKINTERFACES_H
#define EMAPI_EDKINTERFACES_H

#include "edkmdb.h"

DECLARE_MAPI_INTERFACE_PTR(IExchangeModifyTable, LPEXCHANGEMODIFYTABLE);
DECLARE_MAPI_INTERFACE_PTR(IExchangeRuleAction, LPEXCHANGERULEACTION);
DECLARE_MAPI_INTERFACE_PTR(IExchangeManageStore, LPEXCHANGEMANAGESTORE);
DECLARE_MAPI_INTERFACE_PTR(IExchangeManageStore2, LPEXCHANGEMANAGESTORE2);
DECLARE_MAPI_INTERFACE_PTR(IExchangeManageStore3, LPEXCHANGEMANAGESTORE3);
DECLARE_MAPI_INTERFACE_PTR(IExchangeManageStore4, LPEXCHANGEMANAGESTORE4);
DECLARE_MAPI_INTERFACE_PTR(IExchangeNntpNewsfeed, LPEXCHANGENNTPNEWSFEED);
DECLARE_MAPI_INTERFACE_PTR(IExchangeFastTransfer, LPEXCHANGEFASTTRANSFER);
DECLARE_MAPI_INTERFACE_PTR(IExchangeExportChanges, LPEXCHANGEEXPORTCHANGES);
DECLARE_MAPI_INTERFACE_PTR(IExchangeExportChanges2, LPEXCHANGEEXPORTCHANGES2);
DECLARE_MAPI_INTERFACE_PTR(IExchangeExportChanges3, LPEXCHANGEEXPORTCHANGES3);
DECLARE_MAPI_INTERFACE_PTR(IExchangeImportContentsChanges, LPEXCHANGEIMPORTCONTENTSCHANGES);
DECLARE_MAPI_INTERFACE_PTR(IExchangeImportContentsChanges2, LPEXCHANGEIMPORTCONTENTSCHANGES2);
DECLARE_MAPI_INTERFACE_PTR(IExchangeImportHierarchyChanges, LPEXCHANGEIMPORTHIERARCHYCHANGES);
DECLARE_MAPI_INTERFACE_PTR(IExchangeChangeAdviseSink, LPEXCHANGECHANGEADVISESINK);
DECLARE_MAPI_INTERFACE_PTR(IExchangeChangeAdvisor, LPEXCHANGECHANGEADVISOR);
DECLARE_MAPI_INTERFACE_PTR(IExchangeBadItemCallback, LPEXCHANGEBADITEMCALLBACK);
DECLARE_MAPI_INTERFACE_PTR(IExchangeMoveUserProgress, LPEXCHANGEMOVEUSERPROGRESS);
DECLARE_MAPI_INTERFACE_PTR(IExchangeFavorites, LPEXCHANGEFAVORITES);
DECLARE_MAPI_INTERFACE_PTR(IExchangeMessageConversion, LPEXCHANGEMESSAGECONVERSION);

/* clang-format off */

/* --- IExchangeModifyTable: the table behind PR_ACL_TABLE and PR_RULES_TABLE --------------- */

#define MAPI_IEXCHANGEMODIFYTABLE_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The rows: members and their rights, or rules. */ \
	MAPIMETHOD(GetTable)(THIS_ ULONG ulFlags, LPMAPITABLE *lppTable) IPURE; \
	/* Adds, changes and removes rows; ROWLIST_REPLACE: these instead of all others. */ \
	MAPIMETHOD(ModifyTable)(THIS_ ULONG ulFlags, LPROWLIST lpMods) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeModifyTable
EMAPI_INTERFACE_(IExchangeModifyTable, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEMODIFYTABLE_METHODS(PURE)
};

/* --- IExchangeRuleAction: the actions of a deferred action message ------------------------ */

#define MAPI_IEXCHANGERULEACTION_METHODS(IPURE) \
	/* How many there are. */ \
	MAPIMETHOD(ActionCount)(THIS_ ULONG *lpcActions) IPURE; \
	/* One, from 0, and the rule it belongs to; the caller's to free. */ \
	MAPIMETHOD(GetAction)(THIS_ ULONG ulActionNumber, LARGE_INTEGER *lpruleid, \
		LPACTION *lppAction) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeRuleAction
EMAPI_INTERFACE_(IExchangeRuleAction, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGERULEACTION_METHODS(PURE)
};

/* --- IExchangeManageStore: mailboxes of a server; each later one adds a method ------------ */

#define MAPI_IEXCHANGEMANAGESTORE_METHODS(IPURE) \
	/* \
	 * The entry identifier of a mailbox, or of the public folders, by distinguished names; \
	 * OPENSTORE_*. The caller's to free. \
	 */ \
	MAPIMETHOD(CreateStoreEntryID)(THIS_ LPCSTR lpszMsgStoreDN, LPCSTR lpszMailboxDN, \
		ULONG ulFlags, ULONG *lpcbEntryID, LPENTRYID *lppEntryID) IPURE; \
	/* \
	 * That of a message (or with no message key a folder) by source keys; the caller's to \
	 * free. \
	 */ \
	MAPIMETHOD(EntryIDFromSourceKey)(THIS_ ULONG cFolderKeySize, BYTE *lpFolderSourceKey, \
		ULONG cMessageKeySize, BYTE *lpMessageSourceKey, ULONG *lpcbEntryID, \
		LPENTRYID *lppEntryID) IPURE; \
	/* frights* of a user on a folder. */ \
	MAPIMETHOD(GetRights)(THIS_ ULONG cbUserEntryID, LPENTRYID lpUserEntryID, ULONG cbEntryID, \
		LPENTRYID lpEntryID, ULONG *lpulRights) IPURE; \
	/* The mailboxes of a server. */ \
	MAPIMETHOD(GetMailboxTable)(THIS_ LPSTR lpszServerName, LPMAPITABLE *lppTable, \
		ULONG ulFlags) IPURE; \
	/* The public folders of a server. */ \
	MAPIMETHOD(GetPublicFolderTable)(THIS_ LPSTR lpszServerName, LPMAPITABLE *lppTable, \
		ULONG ulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeManageStore
EMAPI_INTERFACE_(IExchangeManageStore, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE_METHODS(PURE)
};

#define MAPI_IEXCHANGEMANAGESTORE2_METHODS(IPURE) \
	/* That of a newsgroup's folder; the caller's to free. */ \
	MAPIMETHOD(CreateNewsgroupNameEntryID)(THIS_ LPSTR lpszNewsgroupName, ULONG *lpcbEntryID, \
		LPENTRYID *lppEntryID) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeManageStore2
EMAPI_INTERFACE_(IExchangeManageStore2, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE2_METHODS(PURE)
};

#define MAPI_IEXCHANGEMANAGESTORE3_METHODS(IPURE) \
	/* The mailboxes from one on. */ \
	MAPIMETHOD(GetMailboxTableOffset)(THIS_ LPSTR lpszServerName, LPMAPITABLE *lppTable, \
		ULONG ulFlags, UINT uOffset) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeManageStore3
EMAPI_INTERFACE_(IExchangeManageStore3, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE2_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE3_METHODS(PURE)
};

#define MAPI_IEXCHANGEMANAGESTORE4_METHODS(IPURE) \
	/* The public folders from one on. */ \
	MAPIMETHOD(GetPublicFolderTableOffset)(THIS_ LPSTR lpszServerName, LPMAPITABLE *lppTable, \
		ULONG ulFlags, UINT uOffset) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeManageStore4
EMAPI_INTERFACE_(IExchangeManageStore4, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE2_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE3_METHODS(PURE)
	MAPI_IEXCHANGEMANAGESTORE4_METHODS(PURE)
};

/* --- IExchangeNntpNewsfeed ---------------------------------------------------------------- */

#define MAPI_IEXCHANGENNTPNEWSFEED_METHODS(IPURE) \
	/* Which newsfeed, and its settings. */ \
	MAPIMETHOD(Configure)(THIS_ LPSTR lpszNewsfeedDN, ULONG cValues, \
		LPSPropValue lpIMailPropArray) IPURE; \
	/* Which of these messages are wanted: a byte each, the caller's to free. */ \
	MAPIMETHOD(CheckMsgIds)(THIS_ LPSTR lpszMsgIds, ULONG *lpcfWanted, \
		BYTE **lppfWanted) IPURE; \
	/* Where an article is written to. */ \
	MAPIMETHOD(OpenArticleStream)(THIS_ LPSTREAM *lppStream) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeNntpNewsfeed
EMAPI_INTERFACE_(IExchangeNntpNewsfeed, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGENNTPNEWSFEED_METHODS(PURE)
};

/* --- IExchangeFastTransfer: copies objects as a stream of bytes --------------------------- */

#define MAPI_IEXCHANGEFASTTRANSFER_METHODS(IPURE) \
	/* What is to be copied: TRANSFER_*. */ \
	MAPIMETHOD(Config)(THIS_ ULONG ulFlags, ULONG ulTransferMethod) IPURE; \
	/* The next piece of the stream. */ \
	MAPIMETHOD(TransferBuffer)(THIS_ ULONG cb, LPBYTE lpb, ULONG *lpcbProcessed) IPURE; \
	/* TRUE where it can be copied so. */ \
	MAPIMETHOD_(BOOL, IsInterfaceOk)(THIS_ ULONG ulTransferMethod, const IID *refiid, \
		LPSPropTagArray lpptagList, ULONG ulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeFastTransfer
EMAPI_INTERFACE_(IExchangeFastTransfer, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEFASTTRANSFER_METHODS(PURE)
};

/* --- IExchangeExportChanges: what changed in a folder since a state ----------------------- */

#define MAPI_IEXCHANGEEXPORTCHANGES_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* \
	 * The state to begin from (an empty stream: none), SYNC_*, and the importer that gets \
	 * the changes. \
	 */ \
	MAPIMETHOD(Config)(THIS_ LPSTREAM lpStream, ULONG ulFlags, LPUNKNOWN lpUnk, \
		LPSRestriction lpRestriction, LPSPropTagArray lpIncludeProps, \
		LPSPropTagArray lpExcludeProps, ULONG ulBufferSize) IPURE; \
	/* The next step; SYNC_W_PROGRESS: call again. *lpulProgress of *lpulSteps is done. */ \
	MAPIMETHOD(Synchronize)(THIS_ ULONG *lpulSteps, ULONG *lpulProgress) IPURE; \
	/* Writes the state that was reached. */ \
	MAPIMETHOD(UpdateState)(THIS_ LPSTREAM lpStream) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeExportChanges
EMAPI_INTERFACE_(IExchangeExportChanges, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEEXPORTCHANGES_METHODS(PURE)
};

#define MAPI_IEXCHANGEEXPORTCHANGES2_METHODS(IPURE) \
	/* Config, where messages go out as streams in another form. */ \
	MAPIMETHOD(ConfigForConversionStream)(THIS_ LPSTREAM lpStream, ULONG ulFlags, \
		LPUNKNOWN lpUnk, LPSRestriction lpRestriction, ULONG cValuesConversion, \
		LPSPropValue lpPropArrayConversion, ULONG ulBufferSize) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeExportChanges2
EMAPI_INTERFACE_(IExchangeExportChanges2, IExchangeExportChanges)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEEXPORTCHANGES_METHODS(PURE)
	MAPI_IEXCHANGEEXPORTCHANGES2_METHODS(PURE)
};

#define MAPI_IEXCHANGEEXPORTCHANGES3_METHODS(IPURE) \
	/* Config, for the messages of a list alone. */ \
	MAPIMETHOD(ConfigForSelectiveSync)(THIS_ LPSTREAM lpStream, ULONG ulFlags, \
		LPUNKNOWN lpUnk, LPENTRYLIST lpMsgList, LPSRestriction lpRestriction, \
		LPSPropTagArray lpIncludeProps, LPSPropTagArray lpExcludeProps, \
		ULONG ulBufferSize) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeExportChanges3
EMAPI_INTERFACE_(IExchangeExportChanges3, IExchangeExportChanges2)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEEXPORTCHANGES_METHODS(PURE)
	MAPI_IEXCHANGEEXPORTCHANGES2_METHODS(PURE)
	MAPI_IEXCHANGEEXPORTCHANGES3_METHODS(PURE)
};

/* --- IExchangeImportContentsChanges: takes changes of messages ---------------------------- */

#define MAPI_IEXCHANGEIMPORTCONTENTSCHANGES_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The state so far, and SYNC_*. */ \
	MAPIMETHOD(Config)(THIS_ LPSTREAM lpStream, ULONG ulFlags) IPURE; \
	/* Writes the state that was reached. */ \
	MAPIMETHOD(UpdateState)(THIS_ LPSTREAM lpStream) IPURE; \
	/* \
	 * A message that is new or has changed, known by the properties; the caller fills and \
	 * saves *lppmessage. SYNC_E_IGNORE: not wanted. \
	 */ \
	MAPIMETHOD(ImportMessageChange)(THIS_ ULONG cpvalChanges, LPSPropValue ppvalChanges, \
		ULONG ulFlags, LPMESSAGE *lppmessage) IPURE; \
	/* Messages that are gone, by source keys. */ \
	MAPIMETHOD(ImportMessageDeletion)(THIS_ ULONG ulFlags, LPENTRYLIST lpSrcEntryList) IPURE; \
	/* Messages that were read, or unread again. */ \
	MAPIMETHOD(ImportPerUserReadStateChange)(THIS_ ULONG cElements, \
		LPREADSTATE lpReadState) IPURE; \
	/* A message that moved here from another folder. */ \
	MAPIMETHOD(ImportMessageMove)(THIS_ ULONG cbSourceKeySrcFolder, \
		BYTE *pbSourceKeySrcFolder, ULONG cbSourceKeySrcMessage, \
		BYTE *pbSourceKeySrcMessage, ULONG cbPCLMessage, BYTE *pbPCLMessage, \
		ULONG cbSourceKeyDestMessage, BYTE *pbSourceKeyDestMessage, \
		ULONG cbChangeNumDestMessage, BYTE *pbChangeNumDestMessage) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeImportContentsChanges
EMAPI_INTERFACE_(IExchangeImportContentsChanges, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEIMPORTCONTENTSCHANGES_METHODS(PURE)
};

#define MAPI_IEXCHANGEIMPORTCONTENTSCHANGES2_METHODS(IPURE) \
	/* Config, where messages come as streams in another form. */ \
	MAPIMETHOD(ConfigForConversionStream)(THIS_ LPSTREAM lpStream, ULONG ulFlags, \
		ULONG cValuesConversion, LPSPropValue lpPropArrayConversion) IPURE; \
	/* ImportMessageChange, with a stream to write to. */ \
	MAPIMETHOD(ImportMessageChangeAsAStream)(THIS_ ULONG cpvalChanges, \
		LPSPropValue ppvalChanges, ULONG ulFlags, LPSTREAM *lppstream) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeImportContentsChanges2
EMAPI_INTERFACE_(IExchangeImportContentsChanges2, IExchangeImportContentsChanges)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEIMPORTCONTENTSCHANGES_METHODS(PURE)
	MAPI_IEXCHANGEIMPORTCONTENTSCHANGES2_METHODS(PURE)
};

/* --- IExchangeImportHierarchyChanges: takes changes of folders ---------------------------- */

#define MAPI_IEXCHANGEIMPORTHIERARCHYCHANGES_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The state so far, and SYNC_*. */ \
	MAPIMETHOD(Config)(THIS_ LPSTREAM lpStream, ULONG ulFlags) IPURE; \
	/* Writes the state that was reached. */ \
	MAPIMETHOD(UpdateState)(THIS_ LPSTREAM lpStream) IPURE; \
	/* A folder that is new or has changed. */ \
	MAPIMETHOD(ImportFolderChange)(THIS_ ULONG cpvalChanges, LPSPropValue ppvalChanges) IPURE; \
	/* Folders that are gone, by source keys. */ \
	MAPIMETHOD(ImportFolderDeletion)(THIS_ ULONG ulFlags, LPENTRYLIST lpSrcEntryList) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeImportHierarchyChanges
EMAPI_INTERFACE_(IExchangeImportHierarchyChanges, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEIMPORTHIERARCHYCHANGES_METHODS(PURE)
};

/* --- IExchangeChangeAdviseSink, IExchangeChangeAdvisor: told that folders changed --------- */

#define MAPI_IEXCHANGECHANGEADVISESINK_METHODS(IPURE) \
	/* These folders (keys) changed; ulHierChanged: the hierarchy did. */ \
	MAPIMETHOD_(ULONG, OnNotify)(THIS_ ULONG ulFlags, LPENTRYLIST lpEntryList) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeChangeAdviseSink
EMAPI_INTERFACE_(IExchangeChangeAdviseSink, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGECHANGEADVISESINK_METHODS(PURE)
};

#define MAPI_IEXCHANGECHANGEADVISOR_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The state so far, and the sink to tell. */ \
	MAPIMETHOD(Config)(THIS_ LPSTREAM lpStream, LPGUID lpGUID, \
		LPEXCHANGECHANGEADVISESINK lpAdviseSink, ULONG ulFlags) IPURE; \
	/* Writes the state that was reached. */ \
	MAPIMETHOD(UpdateState)(THIS_ LPSTREAM lpStream) IPURE; \
	/* Folders to watch. */ \
	MAPIMETHOD(AddKeys)(THIS_ LPENTRYLIST lpEntryList) IPURE; \
	/* Folders to watch no longer. */ \
	MAPIMETHOD(RemoveKeys)(THIS_ LPENTRYLIST lpEntryList) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeChangeAdvisor
EMAPI_INTERFACE_(IExchangeChangeAdvisor, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGECHANGEADVISOR_METHODS(PURE)
};

/* --- IExchangeBadItemCallback, IExchangeMoveUserProgress: while a mailbox is moved -------- */

#define MAPI_IEXCHANGEBADITEMCALLBACK_METHODS(IPURE) \
	/* An item could not be moved; S_OK: go on without it. */ \
	MAPIMETHOD(BadItem)(THIS_ HRESULT hResult, ULONG ulFlags, LPWSTR lpwszFolderName, \
		LPSBinary lpsbFolderEid, ULONG cValues, LPSPropValue lpPropArray) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeBadItemCallback
EMAPI_INTERFACE_(IExchangeBadItemCallback, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEBADITEMCALLBACK_METHODS(PURE)
};

#define MAPI_IEXCHANGEMOVEUSERPROGRESS_METHODS(IPURE) \
	/* The move comes to this folder. */ \
	MAPIMETHOD(NextFolder)(THIS_ ULONG ulFlags, LPWSTR lpwszFolderName) IPURE; \
	/* ulCount of ulTotal are done. */ \
	MAPIMETHOD(Progress)(THIS_ ULONG ulFlags, ULONG ulCount, ULONG ulTotal) IPURE; \
	/* The move begins again. */ \
	MAPIMETHOD(Restart)(THIS_ ULONG ulFlags) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeMoveUserProgress
EMAPI_INTERFACE_(IExchangeMoveUserProgress, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEMOVEUSERPROGRESS_METHODS(PURE)
};

/* --- IExchangeFavorites: favorite public folders ------------------------------------------ */

#define MAPI_IEXCHANGEFAVORITES_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* Folders to add. */ \
	MAPIMETHOD(AddFavorites)(THIS_ LPENTRYLIST lpEntryList) IPURE; \
	/* Folders to take away. */ \
	MAPIMETHOD(DelFavorites)(THIS_ LPENTRYLIST lpEntryList) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeFavorites
EMAPI_INTERFACE_(IExchangeFavorites, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEFAVORITES_METHODS(PURE)
};

/* --- IExchangeMessageConversion: a message in another form -------------------------------- */

#define MAPI_IEXCHANGEMESSAGECONVERSION_METHODS(IPURE) \
	/* The message as a stream; the properties say in what form. */ \
	MAPIMETHOD(OpenStream)(THIS_ ULONG cValues, LPSPropValue lpPropArray, \
		LPSTREAM *lppStream) IPURE;

#undef INTERFACE
#define INTERFACE IExchangeMessageConversion
EMAPI_INTERFACE_(IExchangeMessageConversion, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IEXCHANGEMESSAGECONVERSION_METHODS(PURE)
};

#undef INTERFACE

/* clang-format on */

#endif /* EMAPI_EDKINTERFACES_H */
