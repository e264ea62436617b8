/* SPDX-License-Identifier: MIT */
/*
 * Utility functions of MAPI, for clients and providers: tables in memory, copies of properties,
 * entry identifiers as text, RTF. Source: MAPI reference, "MAPI Functions".
 */
#ifndef EMAPI_MAPIUTIL_H
#define EMAPI_MAPIUTIL_H

#include "mapix.h"

EMAPI_BEGIN_C

/* --- Tables in memory: ITableData --------------------------------------------------------- */

DECLARE_MAPI_INTERFACE_PTR(ITableData, LPTABLEDATA);
DECLARE_MAPI_INTERFACE_PTR(IPropData, LPPROPDATA);

/* HrModifyRows, HrDeleteRows: all rows. */
#define TAD_ALL_ROWS				((ULONG)0x00000001)

/* Called when a view made by HrGetView is released for the last time. */
typedef void (STDAPICALLTYPE CALLERRELEASE)(ULONG_PTR ulCallerData, LPTABLEDATA lpTblData,
	LPMAPITABLE lpVue);

/*
 * A table whose rows the caller puts in; each is known by the property ulPropTagIndexColumn.
 * ulTableType is TBLTYPE_*.
 */
EMAPI_EXPORT SCODE CreateTable(LPCIID lpInterface, ALLOCATEBUFFER *lpAllocateBuffer,
	ALLOCATEMORE *lpAllocateMore, FREEBUFFER *lpFreeBuffer, LPVOID lpvReserved,
	ULONG ulTableType, ULONG ulPropTagIndexColumn, LPSPropTagArray lpSPropTagArrayColumns,
	LPTABLEDATA *lppTableData);

/* --- Properties in memory: IPropData ------------------------------------------------------ */

/* HrSetObjAccess, HrSetPropAccess. */
#define IPROP_READONLY				((ULONG)0x00000001)
#define IPROP_READWRITE				((ULONG)0x00000002)
#define IPROP_CLEAN				((ULONG)0x00010000)
#define IPROP_DIRTY				((ULONG)0x00020000)

EMAPI_EXPORT SCODE CreateIProp(LPCIID lpInterface, ALLOCATEBUFFER *lpAllocateBuffer,
	ALLOCATEMORE *lpAllocateMore, FREEBUFFER *lpFreeBuffer, LPVOID lpvReserved,
	LPPROPDATA *lppPropData);

/* --- Idle routines ------------------------------------------------------------------------ */

#define PRILOWEST				((LONG)-32768)
#define PRIHIGHEST				((LONG)32767)
#define PRIUSER					((LONG)0)
#define IRONULL					((ULONG)0x00000000)
#define FIROWAIT				((ULONG)0x00000001)
#define FIROINTERVAL				((ULONG)0x00000002)
#define FIROPERBLOCK				((ULONG)0x00000004)
#define FIRODISABLED				((ULONG)0x00000020)
#define FIROONCEONLY				((ULONG)0x00000040)
#define IRCNULL					((ULONG)0x00000000)
#define FIRCPFN					((ULONG)0x00000001)
#define FIRCPV					((ULONG)0x00000002)
#define FIRCPRI					((ULONG)0x00000004)
#define FIRCCSEC				((ULONG)0x00000008)
#define FIRCIRO					((ULONG)0x00000010)

typedef BOOL (STDAPICALLTYPE FNIDLE)(LPVOID lpvContext);
typedef FNIDLE *PFNIDLE;
typedef void *FTG;
typedef FTG *PFTG;
#define FTGNULL					((FTG)NULL)

/*
 * Idle routines need these two round them; each may be called more than once. 0, or
 * -1.
 */
EMAPI_EXPORT LONG MAPIInitIdle(LPVOID lpvReserved);
EMAPI_EXPORT void MAPIDeinitIdle(void);
/*
 * Has a function called when nothing else is to do; NULL: no memory. csecIdle is
 * hundredths of a second.
 */
EMAPI_EXPORT FTG FtgRegisterIdleRoutine(PFNIDLE lpfnIdle, LPVOID lpvIdleParam, short priIdle,
	ULONG csecIdle, USHORT iroIdle);
EMAPI_EXPORT void DeregisterIdleRoutine(FTG ftg);
EMAPI_EXPORT void EnableIdleRoutine(FTG ftg, BOOL fEnable);
EMAPI_EXPORT void ChangeIdleRoutine(FTG ftg, PFNIDLE lpfnIdle, LPVOID lpvIdleParam, short priIdle,
	ULONG csecIdle, USHORT iroIdle, USHORT ircIdle);

/* --- Memory and streams ------------------------------------------------------------------- */

/* MAPI's allocator as IMalloc, to be released. */
EMAPI_EXPORT LPMALLOC MAPIGetDefaultMalloc(void);

#define SOF_UNIQUEFILENAME			((ULONG)0x80000000)
#define OPENSTREAMONFILE			"OpenStreamOnFile"
typedef HRESULT (STDMETHODCALLTYPE *LPOPENSTREAMONFILE)(LPALLOCATEBUFFER lpAllocateBuffer,
	LPFREEBUFFER lpFreeBuffer, ULONG ulFlags, LPCTSTR lpszFileName, LPCTSTR lpszPrefix,
	LPSTREAM *lppStream);

/*
 * A stream on a file. ulFlags is STGM_*, and SOF_UNIQUEFILENAME makes a name from the
 * prefix.
 */
EMAPI_EXPORT HRESULT OpenStreamOnFile(LPALLOCATEBUFFER lpAllocateBuffer, LPFREEBUFFER lpFreeBuffer,
	ULONG ulFlags, LPCTSTR lpszFileName, LPCTSTR lpszPrefix, LPSTREAM *lppStream);
EMAPI_EXPORT HRESULT OpenStreamOnFileW(LPALLOCATEBUFFER lpAllocateBuffer, LPFREEBUFFER lpFreeBuffer,
	ULONG ulFlags, LPCWSTR lpszFileName, LPCWSTR lpszPrefix, LPSTREAM *lppStream);

/* --- Properties --------------------------------------------------------------------------- */

/* Copies one property; what its value points to hangs on lpvObject. */
EMAPI_EXPORT SCODE PropCopyMore(LPSPropValue lpSPropValueDest, LPSPropValue lpSPropValueSrc,
	ALLOCATEMORE *lpfAllocMore, LPVOID lpvObject);
/* Bytes of a value, without the SPropValue itself. */
EMAPI_EXPORT ULONG UlPropSize(LPSPropValue lpSPropValue);
/* TRUE where both are the same name. */
EMAPI_EXPORT BOOL FEqualNames(LPMAPINAMEID lpName1, LPMAPINAMEID lpName2);
/* One value, from 0, of a multi-valued property; points into it. */
EMAPI_EXPORT void GetInstance(LPSPropValue lpPropMv, LPSPropValue lpPropSv, ULONG uliInst);
/* TRUE where a text or binary value holds the other, by FL_*. */
EMAPI_EXPORT BOOL FPropContainsProp(LPSPropValue lpSPropValueDst, LPSPropValue lpSPropValueSrc,
	ULONG ulFuzzyLevel);
/* TRUE where the relation, RELOP_*, holds. */
EMAPI_EXPORT BOOL FPropCompareProp(LPSPropValue lpSPropValue1, ULONG ulRelOp,
	LPSPropValue lpSPropValue2);
/* Below, equal to or above 0. */
EMAPI_EXPORT LONG LPropCompareProp(LPSPropValue lpSPropValueA, LPSPropValue lpSPropValueB);
/* Bytes of an array with all it points to. */
EMAPI_EXPORT SCODE ScCountProps(int cValues, LPSPropValue lpPropArray, ULONG *lpcb);
/* The property whose identifier is the tag's, or NULL; points into the array. */
EMAPI_EXPORT LPSPropValue LpValFindProp(ULONG ulPropTag, ULONG cValues, LPSPropValue lpPropArray);
/* Copies an array into a block of ScCountProps bytes. */
EMAPI_EXPORT SCODE ScCopyProps(int cValues, LPSPropValue lpPropArray, LPVOID lpvDst, ULONG *lpcb);
/* Makes a block of ScCopyProps fit again after it moved from one address to another. */
EMAPI_EXPORT SCODE ScRelocProps(int cValues, LPSPropValue lpPropArray, LPVOID lpvBaseOld,
	LPVOID lpvBaseNew, ULONG *lpcb);
/* A copy of an array in one allocation, the caller's to free. */
EMAPI_EXPORT SCODE ScDupPropset(int cValues, LPSPropValue lpPropArray,
	LPALLOCATEBUFFER lpAllocateBuffer, LPSPropValue *lppPropArray);
/* One property, the caller's to free. MAPI_E_NOT_FOUND; never MAPI_W_ERRORS_RETURNED. */
EMAPI_EXPORT HRESULT HrGetOneProp(LPMAPIPROP lpMapiProp, ULONG ulPropTag, LPSPropValue *lppProp);
/* Sets one property; its problem is the result. */
EMAPI_EXPORT HRESULT HrSetOneProp(LPMAPIPROP lpMapiProp, LPSPropValue lpProp);
/* TRUE where the object has it; PT_UNSPECIFIED: with any type. */
EMAPI_EXPORT BOOL FPropExists(LPMAPIPROP lpMapiProp, ULONG ulPropTag);
/*
 * The property with exactly this tag (PT_UNSPECIFIED: any type), or NULL; points into
 * the array.
 */
EMAPI_EXPORT LPSPropValue PpropFindProp(LPSPropValue lpPropArray, ULONG cValues, ULONG ulPropTag);

/* --- Objects ------------------------------------------------------------------------------ */

/* AddRef and Release of any object; NULL is allowed. */
EMAPI_EXPORT ULONG UlAddRef(LPVOID lpunk);
EMAPI_EXPORT ULONG UlRelease(LPVOID lpunk);

/* --- Tables and rows ---------------------------------------------------------------------- */

/* Sets a table's columns: the new ones, then those it had. */
EMAPI_EXPORT HRESULT HrAddColumns(LPMAPITABLE lptbl, LPSPropTagArray lpproptagColumnsNew,
	LPALLOCATEBUFFER lpAllocateBuffer, LPFREEBUFFER lpFreeBuffer);
EMAPI_EXPORT HRESULT HrAddColumnsEx(LPMAPITABLE lptbl, LPSPropTagArray lpproptagColumnsNew,
	LPALLOCATEBUFFER lpAllocateBuffer, LPFREEBUFFER lpFreeBuffer,
	void (*lpfnFilterColumns)(LPSPropTagArray));
/* Frees a list with each entry's properties; NULL is allowed. */
EMAPI_EXPORT void FreePadrlist(LPADRLIST lpAdrlist);
/* Frees a row set with each row's properties; NULL is allowed. */
EMAPI_EXPORT void FreeProws(LPSRowSet lpRows);
/*
 * All rows of a table, from its start. Columns, restriction and order may be NULL:
 * left alone. More than crowsMax (0: any number): MAPI_E_TABLE_TOO_BIG. FreeProws
 * frees the set.
 */
EMAPI_EXPORT HRESULT HrQueryAllRows(LPMAPITABLE lpTable, LPSPropTagArray lpPropTags,
	LPSRestriction lpRestriction, LPSSortOrderSet lpSortOrderSet, LONG crowsMax,
	LPSRowSet *lppRows);

/* --- Notifications ------------------------------------------------------------------------ */

#define szHrDispatchNotifications		"HrDispatchNotifications"
typedef HRESULT (STDAPICALLTYPE DISPATCHNOTIFICATIONS)(ULONG ulFlags);
typedef DISPATCHNOTIFICATIONS *LPDISPATCHNOTIFICATIONS;

/* A sink that calls a function. */
EMAPI_EXPORT HRESULT HrAllocAdviseSink(LPNOTIFCALLBACK lpfnCallback, LPVOID lpvContext,
	LPMAPIADVISESINK *lppAdviseSink);
/* A sink that calls the other one on this thread, in HrDispatchNotifications. */
EMAPI_EXPORT HRESULT HrThisThreadAdviseSink(LPMAPIADVISESINK lpAdviseSink,
	LPMAPIADVISESINK *lppAdviseSink);
/* Delivers what waits for this thread. ulFlags is 0. */
EMAPI_EXPORT HRESULT HrDispatchNotifications(ULONG ulFlags);
/* Bytes of notifications with all they point to. */
EMAPI_EXPORT SCODE ScCountNotifications(int cNotifications, LPNOTIFICATION lpNotifications,
	ULONG *lpcb);
/* Copies them into a block of that size. */
EMAPI_EXPORT SCODE ScCopyNotifications(int cNotification, LPNOTIFICATION lpNotifications,
	LPVOID lpvDst, ULONG *lpcb);
/* Makes the block fit again after it moved. */
EMAPI_EXPORT SCODE ScRelocNotifications(int cNotification, LPNOTIFICATION lpNotifications,
	LPVOID lpvBaseOld, LPVOID lpvBaseNew, ULONG *lpcb);

/* --- Display tables ----------------------------------------------------------------------- */

/* One control of a page. */
typedef struct DTCTL {
	ULONG ulCtlType;	/* DTCT_* */
	ULONG ulCtlFlags;
	LPBYTE lpbNotif;
	ULONG cbNotif;
	LPTSTR lpszFilter;
	ULONG ulItemID;
	union {
		LPVOID lpv;
		LPDTBLLABEL lplabel;
		LPDTBLEDIT lpedit;
		LPDTBLLBX lplbx;
		LPDTBLCOMBOBOX lpcombobox;
		LPDTBLDDLBX lpddlbx;
		LPDTBLCHECKBOX lpcheckbox;
		LPDTBLGROUPBOX lpgroupbox;
		LPDTBLBUTTON lpbutton;
		LPDTBLRADIOBUTTON lpradiobutton;
		LPDTBLMVLISTBOX lpmvlbx;
		LPDTBLMVDDLBX lpmvddlbx;
		LPDTBLPAGE lppage;
	} ctl;
} DTCTL, *LPDTCTL;

typedef struct DTPAGE {
	ULONG cctl;
	LPTSTR lpszResourceName;
	__extension__ union {
		LPTSTR lpszComponent;
		ULONG ulItemID;
	};
	LPDTCTL lpctl;
} DTPAGE, *LPDTPAGE;

/* A display table, and its rows, of descriptions of pages. */
EMAPI_EXPORT HRESULT BuildDisplayTable(LPALLOCATEBUFFER lpAllocateBuffer,
	LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer, LPMALLOC lpMalloc,
	HINSTANCE hInstance, UINT cPages, LPDTPAGE lpPage, ULONG ulFlags, LPMAPITABLE *lppTable,
	LPTABLEDATA *lppTblData);

/* --- Message stores ----------------------------------------------------------------------- */

/* HrValidateIPMSubtree. */
#define MAPI_FORCE_CREATE			((ULONG)0x00000001)
#define MAPI_FULL_IPM_TREE			((ULONG)0x00000002)

/*
 * Makes a store's standard folders where they are missing; tells their entry
 * identifiers.
 */
EMAPI_EXPORT HRESULT HrValidateIPMSubtree(LPMDB lpMDB, ULONG ulFlags, ULONG *lpcValues,
	LPSPropValue *lppValues, LPMAPIERROR *lpperr);
/*
 * A store provider's own entry identifier made one that a session can open; the
 * caller's to free.
 */
EMAPI_EXPORT HRESULT WrapStoreEntryID(ULONG ulFlags, LPTSTR lpszDLLName, ULONG cbOrigEntry,
	LPENTRYID lpOrigEntry, ULONG *lpcbWrappedEntry, LPENTRYID *lppWrappedEntry);

/* --- Binary values and entry identifiers as text ------------------------------------------ */

/* Bytes of hexadecimal text, half as many as it has digits. FALSE: not hexadecimal. */
EMAPI_EXPORT BOOL FBinFromHex(LPTSTR lpsz, LPBYTE lpb);
/* The same into cb bytes at most. */
EMAPI_EXPORT SCODE ScBinFromHexBounded(LPTSTR lpsz, LPBYTE lpb, ULONG cb);
/* Upper-case hexadecimal text of cb bytes: 2 * cb + 1 characters. */
EMAPI_EXPORT void HexFromBin(LPBYTE lpb, int cb, LPTSTR lpsz);
/* The number at the start of hexadecimal text; 0 where there is none. */
EMAPI_EXPORT ULONG UlFromSzHex(LPCTSTR lpsz);
/* Entry identifier of hexadecimal text; the caller's to free. */
EMAPI_EXPORT HRESULT HrEntryIDFromSz(LPTSTR lpsz, ULONG *lpcb, LPENTRYID *lppEntryID);
/* Hexadecimal text of an entry identifier; the caller's to free. */
EMAPI_EXPORT HRESULT HrSzFromEntryID(ULONG cb, LPENTRYID lpEntryID, LPTSTR *lpsz);
/*
 * One entry identifier of a store's record key and a message's entry identifier, and
 * apart again. All results are the caller's to free.
 */
EMAPI_EXPORT HRESULT HrComposeEID(LPMAPISESSION lpSession, ULONG cbStoreRecordKey,
	LPBYTE lpStoreRecordKey, ULONG cbMsgEntryID, LPENTRYID lpMsgEntryID, ULONG *lpcbEID,
	LPENTRYID *lppEntryID);
EMAPI_EXPORT HRESULT HrDecomposeEID(LPMAPISESSION lpSession, ULONG cbEntryID, LPENTRYID lpEntryID,
	ULONG *lpcbStoreEntryID, LPENTRYID *lppStoreEntryID, ULONG *lpcbMsgEntryID,
	LPENTRYID *lppMsgEntryID);
/* The same as text. */
EMAPI_EXPORT HRESULT HrComposeMsgID(LPMAPISESSION lpSession, ULONG cbStoreSearchKey,
	LPBYTE pStoreSearchKey, ULONG cbMsgEntryID, LPENTRYID lpMsgEntryID, LPTSTR *lpszMsgID);
EMAPI_EXPORT HRESULT HrDecomposeMsgID(LPMAPISESSION lpSession, LPTSTR lpszMsgID,
	ULONG *lpcbStoreEntryID, LPENTRYID *lppStoreEntryID, ULONG *lppcbMsgEntryID,
	LPENTRYID *lppMsgEntryID);

/* --- Strings ------------------------------------------------------------------------------ */

/* Points into the text, or NULL. */
EMAPI_EXPORT LPTSTR SzFindCh(LPCTSTR lpsz, USHORT ch);
EMAPI_EXPORT LPTSTR SzFindLastCh(LPCTSTR lpsz, USHORT ch);
EMAPI_EXPORT LPTSTR SzFindSz(LPCTSTR lpsz, LPCTSTR lpszKey);
/* The number at the start of decimal text; 0 where there is none. */
EMAPI_EXPORT unsigned int UFromSz(LPCTSTR lpsz);
/*
 * The name \\server\share\path of a file on a Windows share that is mounted here (cifs, smb3 in
 * /proc/self/mounts), and the path of such a name. S_FALSE, with a copy, for what is one already,
 * MAPI_E_NOT_FOUND for what no mount has, MAPI_E_TOO_BIG, MAPI_E_INVALID_PARAMETER.
 */
EMAPI_EXPORT SCODE ScUNCFromLocalPath(LPSTR lpszLocal, LPSTR lpszUNC, UINT cchUNC);
EMAPI_EXPORT SCODE ScLocalPathFromUNC(LPSTR lpszUNC, LPSTR lpszLocal, UINT cchLocal);

/* --- Times: 64-bit sums and products ------------------------------------------------------ */

/* 64-bit arithmetic on times and durations of a tenth of a microsecond. */
EMAPI_EXPORT FILETIME FtAddFt(FILETIME ftAddend1, FILETIME ftAddend2);
EMAPI_EXPORT FILETIME FtMulDwDw(DWORD ftMultiplicand, DWORD ftMultiplier);
EMAPI_EXPORT FILETIME FtMulDw(DWORD ftMultiplier, FILETIME ftMultiplicand);
EMAPI_EXPORT FILETIME FtSubFt(FILETIME ftMinuend, FILETIME ftSubtrahend);
EMAPI_EXPORT FILETIME FtNegFt(FILETIME ft);

/* --- Conversations ------------------------------------------------------------------------ */

#define szScCreateConversationIndex		"ScCreateConversationIndex"
typedef SCODE (STDAPICALLTYPE CREATECONVERSATIONINDEX)(ULONG cbParent, LPBYTE lpbParent,
	ULONG *lpcbConvIndex, LPBYTE *lppbConvIndex);
typedef CREATECONVERSATIONINDEX *LPCREATECONVERSATIONINDEX;

/*
 * The PR_CONVERSATION_INDEX of a first message (cbParent 0: 22 bytes) or of an answer
 * (5 more); the caller's to free.
 */
EMAPI_EXPORT SCODE ScCreateConversationIndex(ULONG cbParent, LPBYTE lpbParent, ULONG *lpcbConvIndex,
	LPBYTE *lppbConvIndex);

/* --- RTF ---------------------------------------------------------------------------------- */

/* RTFSync: which body changed. */
#define RTF_SYNC_RTF_CHANGED			((ULONG)0x00000001)
#define RTF_SYNC_BODY_CHANGED			((ULONG)0x00000002)

/* What WrapCompressedRTFStreamEx is asked for, and what it found. */
typedef struct RTF_WCSINFO {
	ULONG size;	/* of this structure, bytes */
	ULONG ulFlags;	/* MAPI_MODIFY, STORE_UNCOMPRESSED_RTF, MAPI_NATIVE_BODY */
	ULONG ulInCodePage;
	ULONG ulOutCodePage;
} RTF_WCSINFO;
typedef struct RTF_WCSRETINFO {
	ULONG size;	/* of this structure, bytes */
	ULONG ulStreamFlags;	/* MAPI_NATIVE_BODY_TYPE_* */
} RTF_WCSRETINFO;

/*
 * Brings PR_RTF_COMPRESSED and PR_BODY of a message into step; *lpfMessageUpdated
 * TRUE: save it.
 */
EMAPI_EXPORT HRESULT RTFSync(LPMESSAGE lpMessage, ULONG ulFlags, BOOL *lpfMessageUpdated);
/*
 * RTF as text, read from (or with MAPI_MODIFY written to) a stream of
 * PR_RTF_COMPRESSED; end writing by Commit.
 */
EMAPI_EXPORT HRESULT WrapCompressedRTFStream(LPSTREAM lpCompressedRTFStream, ULONG ulFlags,
	LPSTREAM *lpUncompressedRTFStream);
/* The same with code pages, and the kind of body that the RTF was made from. */
EMAPI_EXPORT HRESULT WrapCompressedRTFStreamEx(LPSTREAM pCompressedRTFStream,
	const RTF_WCSINFO *pWCSInfo, LPSTREAM *ppUncompressedRTFStream, RTF_WCSRETINFO *pRetInfo);

/* --- Rest --------------------------------------------------------------------------------- */

typedef BOOL (STDAPICALLTYPE FGETCOMPONENTPATH)(LPTSTR lpszComponent, LPTSTR lpszQualifier,
	LPTSTR lpszDllPath, DWORD cchBufferSize, BOOL fInstall);
typedef FGETCOMPONENTPATH *LPFGETCOMPONENTPATH;

/*
 * An IStorage on the compound file in an IStream or ILockBytes, which it holds. lpInterface is NULL,
 * IID_IStream or IID_ILockBytes; ulFlags STGSTRM_RESET (0: from the beginning, to read),
 * STGSTRM_CURRENT (from the stream's position), STGSTRM_MODIFY, STGSTRM_CREATE (empty, to write).
 * The file is held in memory, up to 4 GiB to read and 2 GiB to write; Commit of the storage writes
 * it anew, and without Commit nothing is written. Storages within show changes at once.
 * MAPI_E_CORRUPT_DATA for what is no compound file or a broken one.
 */
EMAPI_EXPORT HRESULT HrIStorageFromStream(LPUNKNOWN lpUnkIn, LPCIID lpInterface, ULONG ulFlags,
	LPSTORAGE *lppStorageOut);
/* For programs that use these functions without MAPIInitialize. ulFlags is 0. */
EMAPI_EXPORT SCODE ScInitMapiUtil(ULONG ulFlags);
EMAPI_EXPORT void DeinitMapiUtil(void);

EMAPI_END_C

/* clang-format off */

#define MAPI_ITABLEDATA_METHODS(IPURE) \
	/* \
	 * A table of these rows, sorted (NULL: as they were put in), with position and \
	 * restriction of its own. The callback (may be NULL) tells when it was released. \
	 */ \
	MAPIMETHOD(HrGetView)(THIS_ LPSSortOrderSet lpSSortOrderSet, \
		CALLERRELEASE *lpfCallerRelease, ULONG_PTR ulCallerData, \
		LPMAPITABLE *lppMAPITable) IPURE; \
	/* \
	 * Puts a row in place of the one with the same index value, or adds it. Values are \
	 * copied; views tell their sinks. \
	 */ \
	MAPIMETHOD(HrModifyRow)(THIS_ LPSRow lpSRow) IPURE; \
	/* The row whose index column is this value. MAPI_E_NOT_FOUND. */ \
	MAPIMETHOD(HrDeleteRow)(THIS_ LPSPropValue lpSPropValue) IPURE; \
	/* A copy of that row, the caller's to free, and its number (may be NULL). */ \
	MAPIMETHOD(HrQueryRow)(THIS_ LPSPropValue lpsPropValue, LPSRow *lppSRow, \
		ULONG *lpuliRow) IPURE; \
	/* A copy of the row of that number; *lppSRow NULL and S_OK past the end. */ \
	MAPIMETHOD(HrEnumRow)(THIS_ ULONG ulRowNumber, LPSRow *lppSRow) IPURE; \
	/* Tells the views' sinks that rows which show these values have changed. */ \
	MAPIMETHOD(HrNotify)(THIS_ ULONG ulFlags, ULONG cValues, LPSPropValue lpSPropValue) IPURE; \
	/* \
	 * Puts a row before that number. MAPI_E_INVALID_PARAMETER: its index value is there \
	 * already. \
	 */ \
	MAPIMETHOD(HrInsertRow)(THIS_ ULONG uliRow, LPSRow lpSRow) IPURE; \
	/* HrModifyRow for many, with one notification. */ \
	MAPIMETHOD(HrModifyRows)(THIS_ ULONG ulFlags, LPSRowSet lpSRowSet) IPURE; \
	/* HrDeleteRow for many, or with TAD_ALL_ROWS all; *cRowsDeleted may be NULL. */ \
	MAPIMETHOD(HrDeleteRows)(THIS_ ULONG ulFlags, LPSRowSet lprowsetToDelete, \
		ULONG *cRowsDeleted) IPURE;

#undef INTERFACE
#define INTERFACE ITableData
EMAPI_INTERFACE_(ITableData, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_ITABLEDATA_METHODS(PURE)
};

#define MAPI_IPROPDATA_METHODS(IPURE) \
	/* IPROP_READONLY or IPROP_READWRITE for the object. */ \
	MAPIMETHOD(HrSetObjAccess)(THIS_ ULONG ulAccess) IPURE; \
	/* The same, and IPROP_CLEAN or IPROP_DIRTY, for properties: one ULONG each. */ \
	MAPIMETHOD(HrSetPropAccess)(THIS_ LPSPropTagArray lpPropTagArray, \
		ULONG *rgulAccess) IPURE; \
	/* What was set; both arrays are the caller's to free. */ \
	MAPIMETHOD(HrGetPropAccess)(THIS_ LPSPropTagArray *lppPropTagArray, \
		ULONG **lprgulAccess) IPURE; \
	/* Adds PT_OBJECT properties to the list. */ \
	MAPIMETHOD(HrAddObjProps)(THIS_ LPSPropTagArray lppPropTagArray, \
		LPSPropProblemArray *lprgulAccess) IPURE;

#undef INTERFACE
#define INTERFACE IPropData
EMAPI_INTERFACE_(IPropData, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IPROPDATA_METHODS(PURE)
};

#undef INTERFACE

/* clang-format on */

#endif /* EMAPI_MAPIUTIL_H */
