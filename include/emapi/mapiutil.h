/* SPDX-License-Identifier: MIT */
/*
 * Utility functions of MAPI, for clients and providers: tables in memory, copies of properties, entry
 * identifiers as text, RTF. Source: MAPI reference, "MAPI Functions".
 */
#ifndef EMAPI_MAPIUTIL_H
#define EMAPI_MAPIUTIL_H

#include "mapix.h"

EMAPI_BEGIN_C

/* --- Tables in memory: ITableData -------------------------------------------------------------------- */

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

/* --- Properties in memory: IPropData ------------------------------------------------------------------- */

/* HrSetObjAccess, HrSetPropAccess. */
#define IPROP_READONLY				((ULONG)0x00000001)
#define IPROP_READWRITE				((ULONG)0x00000002)
#define IPROP_CLEAN				((ULONG)0x00010000)
#define IPROP_DIRTY				((ULONG)0x00020000)

EMAPI_EXPORT SCODE CreateIProp(LPCIID lpInterface, ALLOCATEBUFFER *lpAllocateBuffer,
	ALLOCATEMORE *lpAllocateMore, FREEBUFFER *lpFreeBuffer, LPVOID lpvReserved,
	LPPROPDATA *lppPropData);

/* --- Idle routines --------------------------------------------------------------------------------------- */

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

EMAPI_EXPORT LONG MAPIInitIdle(LPVOID lpvReserved);
EMAPI_EXPORT void MAPIDeinitIdle(void);
EMAPI_EXPORT FTG FtgRegisterIdleRoutine(PFNIDLE lpfnIdle, LPVOID lpvIdleParam, short priIdle,
	ULONG csecIdle, USHORT iroIdle);
EMAPI_EXPORT void DeregisterIdleRoutine(FTG ftg);
EMAPI_EXPORT void EnableIdleRoutine(FTG ftg, BOOL fEnable);
EMAPI_EXPORT void ChangeIdleRoutine(FTG ftg, PFNIDLE lpfnIdle, LPVOID lpvIdleParam, short priIdle,
	ULONG csecIdle, USHORT iroIdle, USHORT ircIdle);

/* --- Memory and streams ------------------------------------------------------------------------------------- */

EMAPI_EXPORT LPMALLOC MAPIGetDefaultMalloc(void);

#define SOF_UNIQUEFILENAME			((ULONG)0x80000000)
#define OPENSTREAMONFILE			"OpenStreamOnFile"
typedef HRESULT (STDMETHODCALLTYPE *LPOPENSTREAMONFILE)(LPALLOCATEBUFFER lpAllocateBuffer,
	LPFREEBUFFER lpFreeBuffer, ULONG ulFlags, LPCTSTR lpszFileName, LPCTSTR lpszPrefix,
	LPSTREAM *lppStream);

EMAPI_EXPORT HRESULT OpenStreamOnFile(LPALLOCATEBUFFER lpAllocateBuffer, LPFREEBUFFER lpFreeBuffer,
	ULONG ulFlags, LPCTSTR lpszFileName, LPCTSTR lpszPrefix, LPSTREAM *lppStream);
EMAPI_EXPORT HRESULT OpenStreamOnFileW(LPALLOCATEBUFFER lpAllocateBuffer, LPFREEBUFFER lpFreeBuffer,
	ULONG ulFlags, LPCWSTR lpszFileName, LPCWSTR lpszPrefix, LPSTREAM *lppStream);

/* --- Properties ----------------------------------------------------------------------------------------------- */

EMAPI_EXPORT SCODE PropCopyMore(LPSPropValue lpSPropValueDest, LPSPropValue lpSPropValueSrc,
	ALLOCATEMORE *lpfAllocMore, LPVOID lpvObject);
EMAPI_EXPORT ULONG UlPropSize(LPSPropValue lpSPropValue);
EMAPI_EXPORT BOOL FEqualNames(LPMAPINAMEID lpName1, LPMAPINAMEID lpName2);
EMAPI_EXPORT void GetInstance(LPSPropValue lpPropMv, LPSPropValue lpPropSv, ULONG uliInst);
EMAPI_EXPORT BOOL FPropContainsProp(LPSPropValue lpSPropValueDst, LPSPropValue lpSPropValueSrc,
	ULONG ulFuzzyLevel);
EMAPI_EXPORT BOOL FPropCompareProp(LPSPropValue lpSPropValue1, ULONG ulRelOp,
	LPSPropValue lpSPropValue2);
EMAPI_EXPORT LONG LPropCompareProp(LPSPropValue lpSPropValueA, LPSPropValue lpSPropValueB);
EMAPI_EXPORT SCODE ScCountProps(int cValues, LPSPropValue lpPropArray, ULONG *lpcb);
EMAPI_EXPORT LPSPropValue LpValFindProp(ULONG ulPropTag, ULONG cValues, LPSPropValue lpPropArray);
EMAPI_EXPORT SCODE ScCopyProps(int cValues, LPSPropValue lpPropArray, LPVOID lpvDst, ULONG *lpcb);
EMAPI_EXPORT SCODE ScRelocProps(int cValues, LPSPropValue lpPropArray, LPVOID lpvBaseOld,
	LPVOID lpvBaseNew, ULONG *lpcb);
EMAPI_EXPORT SCODE ScDupPropset(int cValues, LPSPropValue lpPropArray,
	LPALLOCATEBUFFER lpAllocateBuffer, LPSPropValue *lppPropArray);
EMAPI_EXPORT HRESULT HrGetOneProp(LPMAPIPROP lpMapiProp, ULONG ulPropTag, LPSPropValue *lppProp);
EMAPI_EXPORT HRESULT HrSetOneProp(LPMAPIPROP lpMapiProp, LPSPropValue lpProp);
EMAPI_EXPORT BOOL FPropExists(LPMAPIPROP lpMapiProp, ULONG ulPropTag);
EMAPI_EXPORT LPSPropValue PpropFindProp(LPSPropValue lpPropArray, ULONG cValues, ULONG ulPropTag);

/* --- Objects -------------------------------------------------------------------------------------------------- */

EMAPI_EXPORT ULONG UlAddRef(LPVOID lpunk);
EMAPI_EXPORT ULONG UlRelease(LPVOID lpunk);

/* --- Tables and rows ------------------------------------------------------------------------------------------ */

EMAPI_EXPORT HRESULT HrAddColumns(LPMAPITABLE lptbl, LPSPropTagArray lpproptagColumnsNew,
	LPALLOCATEBUFFER lpAllocateBuffer, LPFREEBUFFER lpFreeBuffer);
EMAPI_EXPORT HRESULT HrAddColumnsEx(LPMAPITABLE lptbl, LPSPropTagArray lpproptagColumnsNew,
	LPALLOCATEBUFFER lpAllocateBuffer, LPFREEBUFFER lpFreeBuffer,
	void (*lpfnFilterColumns)(LPSPropTagArray));
EMAPI_EXPORT void FreePadrlist(LPADRLIST lpAdrlist);
EMAPI_EXPORT void FreeProws(LPSRowSet lpRows);
EMAPI_EXPORT HRESULT HrQueryAllRows(LPMAPITABLE lpTable, LPSPropTagArray lpPropTags,
	LPSRestriction lpRestriction, LPSSortOrderSet lpSortOrderSet, LONG crowsMax,
	LPSRowSet *lppRows);

/* --- Notifications --------------------------------------------------------------------------------------------- */

#define szHrDispatchNotifications		"HrDispatchNotifications"
typedef HRESULT (STDAPICALLTYPE DISPATCHNOTIFICATIONS)(ULONG ulFlags);
typedef DISPATCHNOTIFICATIONS *LPDISPATCHNOTIFICATIONS;

EMAPI_EXPORT HRESULT HrAllocAdviseSink(LPNOTIFCALLBACK lpfnCallback, LPVOID lpvContext,
	LPMAPIADVISESINK *lppAdviseSink);
EMAPI_EXPORT HRESULT HrThisThreadAdviseSink(LPMAPIADVISESINK lpAdviseSink,
	LPMAPIADVISESINK *lppAdviseSink);
EMAPI_EXPORT HRESULT HrDispatchNotifications(ULONG ulFlags);
EMAPI_EXPORT SCODE ScCountNotifications(int cNotifications, LPNOTIFICATION lpNotifications,
	ULONG *lpcb);
EMAPI_EXPORT SCODE ScCopyNotifications(int cNotification, LPNOTIFICATION lpNotifications,
	LPVOID lpvDst, ULONG *lpcb);
EMAPI_EXPORT SCODE ScRelocNotifications(int cNotification, LPNOTIFICATION lpNotifications,
	LPVOID lpvBaseOld, LPVOID lpvBaseNew, ULONG *lpcb);

/* --- Display tables --------------------------------------------------------------------------------------------- */

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

EMAPI_EXPORT HRESULT BuildDisplayTable(LPALLOCATEBUFFER lpAllocateBuffer,
	LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer, LPMALLOC lpMalloc,
	HINSTANCE hInstance, UINT cPages, LPDTPAGE lpPage, ULONG ulFlags, LPMAPITABLE *lppTable,
	LPTABLEDATA *lppTblData);

/* --- Message stores ---------------------------------------------------------------------------------------------- */

/* HrValidateIPMSubtree. */
#define MAPI_FORCE_CREATE			((ULONG)0x00000001)
#define MAPI_FULL_IPM_TREE			((ULONG)0x00000002)

EMAPI_EXPORT HRESULT HrValidateIPMSubtree(LPMDB lpMDB, ULONG ulFlags, ULONG *lpcValues,
	LPSPropValue *lppValues, LPMAPIERROR *lpperr);
EMAPI_EXPORT HRESULT WrapStoreEntryID(ULONG ulFlags, LPTSTR lpszDLLName, ULONG cbOrigEntry,
	LPENTRYID lpOrigEntry, ULONG *lpcbWrappedEntry, LPENTRYID *lppWrappedEntry);

/* --- Binary values and entry identifiers as text ------------------------------------------------------------------ */

EMAPI_EXPORT BOOL FBinFromHex(LPTSTR lpsz, LPBYTE lpb);
EMAPI_EXPORT SCODE ScBinFromHexBounded(LPTSTR lpsz, LPBYTE lpb, ULONG cb);
EMAPI_EXPORT void HexFromBin(LPBYTE lpb, int cb, LPTSTR lpsz);
EMAPI_EXPORT ULONG UlFromSzHex(LPCTSTR lpsz);
EMAPI_EXPORT HRESULT HrEntryIDFromSz(LPTSTR lpsz, ULONG *lpcb, LPENTRYID *lppEntryID);
EMAPI_EXPORT HRESULT HrSzFromEntryID(ULONG cb, LPENTRYID lpEntryID, LPTSTR *lpsz);
EMAPI_EXPORT HRESULT HrComposeEID(LPMAPISESSION lpSession, ULONG cbStoreRecordKey,
	LPBYTE lpStoreRecordKey, ULONG cbMsgEntryID, LPENTRYID lpMsgEntryID, ULONG *lpcbEID,
	LPENTRYID *lppEntryID);
EMAPI_EXPORT HRESULT HrDecomposeEID(LPMAPISESSION lpSession, ULONG cbEntryID, LPENTRYID lpEntryID,
	ULONG *lpcbStoreEntryID, LPENTRYID *lppStoreEntryID, ULONG *lpcbMsgEntryID,
	LPENTRYID *lppMsgEntryID);
EMAPI_EXPORT HRESULT HrComposeMsgID(LPMAPISESSION lpSession, ULONG cbStoreSearchKey,
	LPBYTE pStoreSearchKey, ULONG cbMsgEntryID, LPENTRYID lpMsgEntryID, LPTSTR *lpszMsgID);
EMAPI_EXPORT HRESULT HrDecomposeMsgID(LPMAPISESSION lpSession, LPTSTR lpszMsgID,
	ULONG *lpcbStoreEntryID, LPENTRYID *lppStoreEntryID, ULONG *lppcbMsgEntryID,
	LPENTRYID *lppMsgEntryID);

/* --- Strings ------------------------------------------------------------------------------------------------------- */

EMAPI_EXPORT LPTSTR SzFindCh(LPCTSTR lpsz, USHORT ch);
EMAPI_EXPORT LPTSTR SzFindLastCh(LPCTSTR lpsz, USHORT ch);
EMAPI_EXPORT LPTSTR SzFindSz(LPCTSTR lpsz, LPCTSTR lpszKey);
EMAPI_EXPORT unsigned int UFromSz(LPCTSTR lpsz);
EMAPI_EXPORT SCODE ScUNCFromLocalPath(LPSTR lpszLocal, LPSTR lpszUNC, UINT cchUNC);
EMAPI_EXPORT SCODE ScLocalPathFromUNC(LPSTR lpszUNC, LPSTR lpszLocal, UINT cchLocal);

/* --- Times: 64-bit sums and products --------------------------------------------------------------------------------- */

EMAPI_EXPORT FILETIME FtAddFt(FILETIME ftAddend1, FILETIME ftAddend2);
EMAPI_EXPORT FILETIME FtMulDwDw(DWORD ftMultiplicand, DWORD ftMultiplier);
EMAPI_EXPORT FILETIME FtMulDw(DWORD ftMultiplier, FILETIME ftMultiplicand);
EMAPI_EXPORT FILETIME FtSubFt(FILETIME ftMinuend, FILETIME ftSubtrahend);
EMAPI_EXPORT FILETIME FtNegFt(FILETIME ft);

/* --- Conversations --------------------------------------------------------------------------------------------------- */

#define szScCreateConversationIndex		"ScCreateConversationIndex"
typedef SCODE (STDAPICALLTYPE CREATECONVERSATIONINDEX)(ULONG cbParent, LPBYTE lpbParent,
	ULONG *lpcbConvIndex, LPBYTE *lppbConvIndex);
typedef CREATECONVERSATIONINDEX *LPCREATECONVERSATIONINDEX;

EMAPI_EXPORT SCODE ScCreateConversationIndex(ULONG cbParent, LPBYTE lpbParent, ULONG *lpcbConvIndex,
	LPBYTE *lppbConvIndex);

/* --- RTF -------------------------------------------------------------------------------------------------------------- */

/* RTFSync: which body changed. */
#define RTF_SYNC_RTF_CHANGED			((ULONG)0x00000001)
#define RTF_SYNC_BODY_CHANGED			((ULONG)0x00000002)

/* What WrapCompressedRTFStreamEx is asked for, and what it found. */
typedef struct RTF_WCSINFO {
	ULONG size;
	ULONG ulFlags;
	ULONG ulInCodePage;
	ULONG ulOutCodePage;
} RTF_WCSINFO;
typedef struct RTF_WCSRETINFO {
	ULONG size;
	ULONG ulStreamFlags;
} RTF_WCSRETINFO;

EMAPI_EXPORT HRESULT RTFSync(LPMESSAGE lpMessage, ULONG ulFlags, BOOL *lpfMessageUpdated);
EMAPI_EXPORT HRESULT WrapCompressedRTFStream(LPSTREAM lpCompressedRTFStream, ULONG ulFlags,
	LPSTREAM *lpUncompressedRTFStream);
EMAPI_EXPORT HRESULT WrapCompressedRTFStreamEx(LPSTREAM pCompressedRTFStream,
	const RTF_WCSINFO *pWCSInfo, LPSTREAM *ppUncompressedRTFStream, RTF_WCSRETINFO *pRetInfo);

/* --- Rest ---------------------------------------------------------------------------------------------------------------- */

typedef BOOL (STDAPICALLTYPE FGETCOMPONENTPATH)(LPTSTR lpszComponent, LPTSTR lpszQualifier,
	LPTSTR lpszDllPath, DWORD cchBufferSize, BOOL fInstall);
typedef FGETCOMPONENTPATH *LPFGETCOMPONENTPATH;

EMAPI_EXPORT HRESULT HrIStorageFromStream(LPUNKNOWN lpUnkIn, LPCIID lpInterface, ULONG ulFlags,
	LPSTORAGE *lppStorageOut);
EMAPI_EXPORT SCODE ScInitMapiUtil(ULONG ulFlags);
EMAPI_EXPORT void DeinitMapiUtil(void);

EMAPI_END_C

/* clang-format off */

#define MAPI_ITABLEDATA_METHODS(IPURE) \
	MAPIMETHOD(HrGetView)(THIS_ LPSSortOrderSet lpSSortOrderSet, \
		CALLERRELEASE *lpfCallerRelease, ULONG_PTR ulCallerData, \
		LPMAPITABLE *lppMAPITable) IPURE; \
	MAPIMETHOD(HrModifyRow)(THIS_ LPSRow lpSRow) IPURE; \
	MAPIMETHOD(HrDeleteRow)(THIS_ LPSPropValue lpSPropValue) IPURE; \
	MAPIMETHOD(HrQueryRow)(THIS_ LPSPropValue lpsPropValue, LPSRow *lppSRow, \
		ULONG *lpuliRow) IPURE; \
	MAPIMETHOD(HrEnumRow)(THIS_ ULONG ulRowNumber, LPSRow *lppSRow) IPURE; \
	MAPIMETHOD(HrNotify)(THIS_ ULONG ulFlags, ULONG cValues, LPSPropValue lpSPropValue) IPURE; \
	MAPIMETHOD(HrInsertRow)(THIS_ ULONG uliRow, LPSRow lpSRow) IPURE; \
	MAPIMETHOD(HrModifyRows)(THIS_ ULONG ulFlags, LPSRowSet lpSRowSet) IPURE; \
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
	MAPIMETHOD(HrSetObjAccess)(THIS_ ULONG ulAccess) IPURE; \
	MAPIMETHOD(HrSetPropAccess)(THIS_ LPSPropTagArray lpPropTagArray, \
		ULONG *rgulAccess) IPURE; \
	MAPIMETHOD(HrGetPropAccess)(THIS_ LPSPropTagArray *lppPropTagArray, \
		ULONG **lprgulAccess) IPURE; \
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
