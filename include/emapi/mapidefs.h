/* SPDX-License-Identifier: MIT */
/*
 * Definitions that all of MAPI shares: property types and values, rows, restrictions, sort
 * orders, notifications, and (through the headers included below) constants, interfaces and
 * display tables.
 *
 * Sizes named cb are bytes, those named c or cValues are elements. Memory that a call returns
 * comes from MAPIAllocateBuffer, the caller ends it with MAPIFreeBuffer (rows: FreeProws;
 * recipient lists: FreePadrlist). Source: MAPI reference, "MAPI Structures" and "MAPI Macros".
 */
#ifndef EMAPI_MAPIDEFS_H
#define EMAPI_MAPIDEFS_H

#include "emapi_wintypes.h"
#include "mapicode.h"
#include "mapiguid.h"

/*
 * Elements that an array at the end of a structure is declared with; the real number stands
 * beside it.
 */
#define MAPI_DIM				1

typedef ULONG_PTR LHANDLE, *LPLHANDLE;

/* A message service's provider runs inside of a Windows service; without effect here. */
#define MAPI_NT_SERVICE				((ULONG)0x00010000)

/* The strings of a call, in and out, are WCHAR; without it they are char, UTF-8. */
#define MAPI_UNICODE				((ULONG)0x80000000)
#ifdef UNICODE
#define fMapiUnicode			MAPI_UNICODE
#else
#define fMapiUnicode			0
#endif

#define hrSuccess			0

/* --- Entry identifiers and unique identifiers --------------------------------------------- */

/* Names an object in a session; opaque but for the flags. abFlags[0] is built of these. */
#define MAPI_SHORTTERM				((ULONG)0x00000080)
#define MAPI_NOTRECIP				((ULONG)0x00000040)
#define MAPI_THISSESSION			((ULONG)0x00000020)
#define MAPI_NOW				((ULONG)0x00000010)
#define MAPI_NOTRESERVED			((ULONG)0x00000008)
/* abFlags[1]: the entry identifier is several in one. */
#define MAPI_COMPOUND				((ULONG)0x00000080)

typedef struct ENTRYID {
	BYTE abFlags[4];	/* MAPI_SHORTTERM and others */
	BYTE ab[MAPI_DIM];	/* the provider's MAPIUID, then what it likes */
} ENTRYID, *LPENTRYID;
#define CbNewENTRYID(_cb)		(offsetof(ENTRYID, ab) + (_cb))
#define CbENTRYID(_cb)			(offsetof(ENTRYID, ab) + (_cb))
#define SizedENTRYID(_cb, _name) \
	struct _ENTRYID_##_name { \
		BYTE abFlags[4]; \
		BYTE ab[_cb]; \
	} _name

/* A GUID's 16 bytes without an alignment. */
typedef struct _MAPIUID {
	BYTE ab[16];
} MAPIUID, *LPMAPIUID;
#define IsEqualMAPIUID(lpuid1, lpuid2)	(!memcmp((lpuid1), (lpuid2), sizeof(MAPIUID)))

/* One-off addresses: their provider's identifier, and the flags that follow it. */
#define MAPI_ONE_OFF_UID \
	{0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, \
	0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02}
#define MAPI_ONE_OFF_UNICODE			((ULONG)0x00008000)
#define MAPI_ONE_OFF_NO_RICH_INFO		((ULONG)0x00000001)

/* --- Property tags ------------------------------------------------------------------------ */

/* A tag is an identifier (high 16 bits) and a type (low 16 bits). */
#define PROP_TYPE(ulPropTag)		(((ULONG)(ulPropTag)) & PROP_TYPE_MASK)
#define PROP_ID(ulPropTag)		(((ULONG)(ulPropTag)) >> 16)
#define PROP_TAG(ulPropType, ulPropID)	((((ULONG)(ulPropID)) << 16) | ((ULONG)(ulPropType)))
#define CHANGE_PROP_TYPE(ulPropTag, ulPropType) \
	((((ULONG)0xFFFF0000) & (ulPropTag)) | (ulPropType))

/*
 * Types. MV_FLAG makes an array of values of one; MVI_FLAG a table column with a row for each
 * value.
 */
#define MV_FLAG					((ULONG)0x1000)
#define PT_UNSPECIFIED				((ULONG)0x0000)
#define PT_NULL					((ULONG)0x0001)
#define PT_I2					((ULONG)0x0002)
#define PT_LONG					((ULONG)0x0003)
#define PT_R4					((ULONG)0x0004)
#define PT_DOUBLE				((ULONG)0x0005)
#define PT_CURRENCY				((ULONG)0x0006)
#define PT_APPTIME				((ULONG)0x0007)
#define PT_ERROR				((ULONG)0x000A)
#define PT_BOOLEAN				((ULONG)0x000B)
#define PT_OBJECT				((ULONG)0x000D)
#define PT_I8					((ULONG)0x0014)
#define PT_STRING8				((ULONG)0x001E)
#define PT_UNICODE				((ULONG)0x001F)
#define PT_SYSTIME				((ULONG)0x0040)
#define PT_CLSID				((ULONG)0x0048)
#define PT_BINARY				((ULONG)0x0102)
#define PT_PTR					((ULONG)0x0103)
#define PT_SHORT				((ULONG)0x0002)
#define PT_I4					((ULONG)0x0003)
#define PT_FLOAT				((ULONG)0x0004)
#define PT_R8					((ULONG)0x0005)
#define PT_LONGLONG				((ULONG)0x0014)
#ifdef UNICODE
#define PT_TSTRING			PT_UNICODE
#define PT_MV_TSTRING			PT_MV_UNICODE
#define LPSZ				lpszW
#define LPPSZ				lppszW
#define MVSZ				MVszW
#else
#define PT_TSTRING			PT_STRING8
#define PT_MV_TSTRING			PT_MV_STRING8
#define LPSZ				lpszA
#define LPPSZ				lppszA
#define MVSZ				MVszA
#endif

#define PROP_TYPE_MASK				((ULONG)0xFFFF)
#define PROP_ID_NULL				((ULONG)0x0000)
#define PROP_ID_INVALID				((ULONG)0xFFFF)
/* A place in a list of tags that is left empty. */
#define PR_NULL					PROP_TAG(PT_NULL, PROP_ID_NULL)

#define PT_MV_I2				((ULONG)0x1002)
#define PT_MV_LONG				((ULONG)0x1003)
#define PT_MV_R4				((ULONG)0x1004)
#define PT_MV_DOUBLE				((ULONG)0x1005)
#define PT_MV_CURRENCY				((ULONG)0x1006)
#define PT_MV_APPTIME				((ULONG)0x1007)
#define PT_MV_SYSTIME				((ULONG)0x1040)
#define PT_MV_STRING8				((ULONG)0x101E)
#define PT_MV_BINARY				((ULONG)0x1102)
#define PT_MV_UNICODE				((ULONG)0x101F)
#define PT_MV_CLSID				((ULONG)0x1048)
#define PT_MV_I8				((ULONG)0x1014)
#define PT_MV_SHORT				((ULONG)0x1002)
#define PT_MV_I4				((ULONG)0x1003)
#define PT_MV_FLOAT				((ULONG)0x1004)
#define PT_MV_R8				((ULONG)0x1005)
#define PT_MV_LONGLONG				((ULONG)0x1014)
#define MV_INSTANCE				((ULONG)0x2000)
#define MVI_FLAG				(MV_FLAG | MV_INSTANCE)
#define MVI_PROP(tag)			((tag) | MVI_FLAG)

typedef struct _SPropTagArray {
	ULONG cValues;
	ULONG aulPropTag[MAPI_DIM];
} SPropTagArray, *LPSPropTagArray;
#define CbNewSPropTagArray(_ctag) \
	(offsetof(SPropTagArray, aulPropTag) + (_ctag) * sizeof(ULONG))
#define CbSPropTagArray(_lparray) \
	(offsetof(SPropTagArray, aulPropTag) + \
	(UINT)((_lparray)->cValues) * sizeof(ULONG))
#define SizedSPropTagArray(_ctag, _name) \
	struct _SPropTagArray_##_name { \
		ULONG cValues; \
		ULONG aulPropTag[_ctag]; \
	} _name

/* --- Property values ---------------------------------------------------------------------- */

typedef CY CURRENCY;

typedef struct _SBinary {
	ULONG cb;
	LPBYTE lpb;
} SBinary, *LPSBinary;
typedef struct _SShortArray {
	ULONG cValues;
	short *lpi;
} SShortArray;
typedef struct _SGuidArray {
	ULONG cValues;
	GUID *lpguid;
} SGuidArray;
typedef struct _SRealArray {
	ULONG cValues;
	float *lpflt;
} SRealArray;
typedef struct _SLongArray {
	ULONG cValues;
	LONG *lpl;
} SLongArray;
typedef struct _SLargeIntegerArray {
	ULONG cValues;
	LARGE_INTEGER *lpli;
} SLargeIntegerArray;
typedef struct _SDateTimeArray {
	ULONG cValues;
	FILETIME *lpft;
} SDateTimeArray;
typedef struct _SAppTimeArray {
	ULONG cValues;
	double *lpat;
} SAppTimeArray;
typedef struct _SCurrencyArray {
	ULONG cValues;
	CURRENCY *lpcur;
} SCurrencyArray;
typedef struct _SBinaryArray {
	ULONG cValues;
	SBinary *lpbin;
} SBinaryArray;
typedef struct _SDoubleArray {
	ULONG cValues;
	double *lpdbl;
} SDoubleArray;
typedef struct _SWStringArray {
	ULONG cValues;
	LPWSTR *lppszW;
} SWStringArray;
typedef struct _SLPSTRArray {
	ULONG cValues;
	LPSTR *lppszA;
} SLPSTRArray;

/* Which member holds the value follows from the tag's type. */
typedef union _PV {
	short i;		/* PT_I2 */
	LONG l;			/* PT_LONG */
	ULONG ul;		/* PT_LONG, read without a sign */
	LPVOID lpv;		/* PT_PTR */
	float flt;		/* PT_R4 */
	double dbl;		/* PT_DOUBLE */
	unsigned short b;	/* PT_BOOLEAN */
	CURRENCY cur;		/* PT_CURRENCY */
	double at;		/* PT_APPTIME: days since 1899-12-30 */
	FILETIME ft;		/* PT_SYSTIME, UTC */
	LPSTR lpszA;		/* PT_STRING8, UTF-8 */
	SBinary bin;		/* PT_BINARY */
	LPWSTR lpszW;		/* PT_UNICODE */
	LPGUID lpguid;		/* PT_CLSID */
	LARGE_INTEGER li;	/* PT_I8 */
	SShortArray MVi;	/* PT_MV_I2 */
	SLongArray MVl;		/* PT_MV_LONG */
	SRealArray MVflt;	/* PT_MV_R4 */
	SDoubleArray MVdbl;	/* PT_MV_DOUBLE */
	SCurrencyArray MVcur;	/* PT_MV_CURRENCY */
	SAppTimeArray MVat;	/* PT_MV_APPTIME */
	SDateTimeArray MVft;	/* PT_MV_SYSTIME */
	SBinaryArray MVbin;	/* PT_MV_BINARY */
	SLPSTRArray MVszA;	/* PT_MV_STRING8 */
	SWStringArray MVszW;	/* PT_MV_UNICODE */
	SGuidArray MVguid;	/* PT_MV_CLSID */
	SLargeIntegerArray MVli;	/* PT_MV_I8 */
	SCODE err;		/* PT_ERROR */
	LONG x;			/* PT_NULL, PT_OBJECT: no value */
} __UPV;

typedef struct _SPropValue {
	ULONG ulPropTag;
	ULONG dwAlignPad;	/* 0 */
	union _PV Value;
} SPropValue, *LPSPropValue;

/*
 * What SetProps, DeleteProps and the copies could not do: one entry for each property concerned.
 */
typedef struct _SPropProblem {
	ULONG ulIndex;	/* of the property in the caller's array */
	ULONG ulPropTag;	/* may be another than the caller's, where a type was unspecified */
	SCODE scode;
} SPropProblem, *LPSPropProblem;
typedef struct _SPropProblemArray {
	ULONG cProblem;
	SPropProblem aProblem[MAPI_DIM];
} SPropProblemArray, *LPSPropProblemArray;
#define CbNewSPropProblemArray(_cprob) \
	(offsetof(SPropProblemArray, aProblem) + (_cprob) * sizeof(SPropProblem))
#define CbSPropProblemArray(_lparray) \
	(offsetof(SPropProblemArray, aProblem) + \
	(UINT)((_lparray)->cProblem) * sizeof(SPropProblem))
#define SizedSPropProblemArray(_cprob, _name) \
	struct _SPropProblemArray_##_name { \
		ULONG cProblem; \
		SPropProblem aProblem[_cprob]; \
	} _name

/* --- Lists of entry identifiers ----------------------------------------------------------- */

/* Each SBinary is an entry identifier. */
typedef SBinaryArray ENTRYLIST, *LPENTRYLIST;

/* Entry identifiers one after the other in one block, each begun at a multiple of 4. */
typedef struct FLATENTRY {
	ULONG cb;
	BYTE abEntry[MAPI_DIM];
} FLATENTRY, *LPFLATENTRY;
typedef struct FLATENTRYLIST {
	ULONG cEntries;
	ULONG cbEntries;
	BYTE abEntries[MAPI_DIM];
} FLATENTRYLIST, *LPFLATENTRYLIST;
typedef struct MTSID {
	ULONG cb;
	BYTE ab[MAPI_DIM];
} MTSID, *LPMTSID;
typedef struct FLATMTSIDLIST {
	ULONG cMTSIDs;
	ULONG cbMTSIDs;
	BYTE abMTSIDs[MAPI_DIM];
} FLATMTSIDLIST, *LPFLATMTSIDLIST;

#define CbNewFLATENTRY(_cb)		(offsetof(FLATENTRY, abEntry) + (_cb))
#define CbFLATENTRY(_lpentry)		(offsetof(FLATENTRY, abEntry) + (_lpentry)->cb)
#define CbNewFLATENTRYLIST(_cb)		(offsetof(FLATENTRYLIST, abEntries) + (_cb))
#define CbFLATENTRYLIST(_lplist)	(offsetof(FLATENTRYLIST, abEntries) + (_lplist)->cbEntries)
#define CbNewMTSID(_cb)			(offsetof(MTSID, ab) + (_cb))
#define CbMTSID(_lpentry)		(offsetof(MTSID, ab) + (_lpentry)->cb)
#define CbNewFLATMTSIDLIST(_cb)		(offsetof(FLATMTSIDLIST, abMTSIDs) + (_cb))
#define CbFLATMTSIDLIST(_lplist)	(offsetof(FLATMTSIDLIST, abMTSIDs) + (_lplist)->cbMTSIDs)

/* --- Rows and recipient lists ------------------------------------------------------------- */

/*
 * Each entry's rgPropVals (row's lpProps) is an allocation of its own, so that a list can be
 * changed entry by entry: FreePadrlist and FreeProws free them all and the list.
 */
typedef struct _ADRENTRY {
	ULONG ulReserved1;	/* 0 */
	ULONG cValues;
	LPSPropValue rgPropVals;
} ADRENTRY, *LPADRENTRY;
typedef struct _ADRLIST {
	ULONG cEntries;
	ADRENTRY aEntries[MAPI_DIM];
} ADRLIST, *LPADRLIST;
#define CbNewADRLIST(_centries) \
	(offsetof(ADRLIST, aEntries) + (_centries) * sizeof(ADRENTRY))
#define CbADRLIST(_lpadrlist) \
	(offsetof(ADRLIST, aEntries) + (UINT)(_lpadrlist)->cEntries * sizeof(ADRENTRY))
#define SizedADRLIST(_centries, _name) \
	struct _ADRLIST_##_name { \
		ULONG cEntries; \
		ADRENTRY aEntries[_centries]; \
	} _name

typedef struct _SRow {
	ULONG ulAdrEntryPad;	/* 0 */
	ULONG cValues;
	LPSPropValue lpProps;
} SRow, *LPSRow;
typedef struct _SRowSet {
	ULONG cRows;
	SRow aRow[MAPI_DIM];
} SRowSet, *LPSRowSet;
#define CbNewSRowSet(_crow) \
	(offsetof(SRowSet, aRow) + (_crow) * sizeof(SRow))
#define CbSRowSet(_lprowset) \
	(offsetof(SRowSet, aRow) + (UINT)((_lprowset)->cRows) * sizeof(SRow))
#define SizedSRowSet(_crow, _name) \
	struct _SRowSet_##_name { \
		ULONG cRows; \
		SRow aRow[_crow]; \
	} _name

/* --- Memory ------------------------------------------------------------------------------- */

/*
 * MAPIAllocateBuffer, MAPIAllocateMore and MAPIFreeBuffer (mapix.h), as they are passed to
 * providers.
 */
typedef SCODE (STDMETHODCALLTYPE ALLOCATEBUFFER)(ULONG cbSize, LPVOID *lppBuffer);
typedef SCODE (STDMETHODCALLTYPE ALLOCATEMORE)(ULONG cbSize, LPVOID lpObject, LPVOID *lppBuffer);
typedef ULONG (STDAPICALLTYPE FREEBUFFER)(LPVOID lpBuffer);
typedef ALLOCATEBUFFER *LPALLOCATEBUFFER;
typedef ALLOCATEMORE *LPALLOCATEMORE;
typedef FREEBUFFER *LPFREEBUFFER;

/* --- Interfaces, by name ------------------------------------------------------------------ */

DECLARE_MAPI_INTERFACE_PTR(IMsgStore, LPMDB);
DECLARE_MAPI_INTERFACE_PTR(IMAPIFolder, LPMAPIFOLDER);
DECLARE_MAPI_INTERFACE_PTR(IMessage, LPMESSAGE);
DECLARE_MAPI_INTERFACE_PTR(IAttach, LPATTACH);
DECLARE_MAPI_INTERFACE_PTR(IAddrBook, LPADRBOOK);
DECLARE_MAPI_INTERFACE_PTR(IABContainer, LPABCONT);
DECLARE_MAPI_INTERFACE_PTR(IMailUser, LPMAILUSER);
DECLARE_MAPI_INTERFACE_PTR(IDistList, LPDISTLIST);
DECLARE_MAPI_INTERFACE_PTR(IMAPIStatus, LPMAPISTATUS);
DECLARE_MAPI_INTERFACE_PTR(IMAPITable, LPMAPITABLE);
DECLARE_MAPI_INTERFACE_PTR(IProfSect, LPPROFSECT);
DECLARE_MAPI_INTERFACE_PTR(IMAPIProp, LPMAPIPROP);
DECLARE_MAPI_INTERFACE_PTR(IMAPIContainer, LPMAPICONTAINER);
DECLARE_MAPI_INTERFACE_PTR(IMAPIAdviseSink, LPMAPIADVISESINK);
DECLARE_MAPI_INTERFACE_PTR(IMAPIProgress, LPMAPIPROGRESS);
DECLARE_MAPI_INTERFACE_PTR(IProviderAdmin, LPPROVIDERADMIN);
DECLARE_MAPI_INTERFACE_PTR(IMAPIControl, LPMAPICONTROL);
DECLARE_MAPI_INTERFACE_PTR(IMAPIClientShutdown, LPMAPICLIENTSHUTDOWN);
DECLARE_MAPI_INTERFACE_PTR(IMAPIProviderShutdown, LPMAPIPROVIDERSHUTDOWN);

/* --- Errors ------------------------------------------------------------------------------- */

/* What GetLastError tells. One block: MAPIFreeBuffer frees it with its strings. */
typedef struct _MAPIERROR {
	ULONG ulVersion;	/* MAPI_ERROR_VERSION */
	LPTSTR lpszError;	/* what went wrong, for a person */
	LPTSTR lpszComponent;	/* who says so */
	ULONG ulLowLevelError;	/* a number of the component's own */
	ULONG ulContext;	/* where in the component */
} MAPIERROR, *LPMAPIERROR;
#define MAPI_ERROR_VERSION			((ULONG)0x00000000)

/* --- Notifications ------------------------------------------------------------------------ */

/* Events, for Advise's mask and NOTIFICATION.ulEventType. */
#define fnevCriticalError			((ULONG)0x00000001)
#define fnevNewMail				((ULONG)0x00000002)
#define fnevObjectCreated			((ULONG)0x00000004)
#define fnevObjectDeleted			((ULONG)0x00000008)
#define fnevObjectModified			((ULONG)0x00000010)
#define fnevObjectMoved				((ULONG)0x00000020)
#define fnevObjectCopied			((ULONG)0x00000040)
#define fnevSearchComplete			((ULONG)0x00000080)
#define fnevTableModified			((ULONG)0x00000100)
#define fnevStatusObjectModified		((ULONG)0x00000200)
#define fnevReservedForMapi			((ULONG)0x40000000)
#define fnevExtended				((ULONG)0x80000000)

/* TABLE_NOTIFICATION.ulTableEvent. */
#define TABLE_CHANGED				((ULONG)0x00000001)
#define TABLE_ERROR				((ULONG)0x00000002)
#define TABLE_ROW_ADDED				((ULONG)0x00000003)
#define TABLE_ROW_DELETED			((ULONG)0x00000004)
#define TABLE_ROW_MODIFIED			((ULONG)0x00000005)
#define TABLE_SORT_DONE				((ULONG)0x00000006)
#define TABLE_RESTRICT_DONE			((ULONG)0x00000007)
#define TABLE_SETCOL_DONE			((ULONG)0x00000008)
#define TABLE_RELOAD				((ULONG)0x00000009)

#define szMAPINotificationMsg			"MAPI Notify window message"

/* fnevCriticalError */
typedef struct _ERROR_NOTIFICATION {
	ULONG cbEntryID;
	LPENTRYID lpEntryID;
	SCODE scode;
	ULONG ulFlags;	/* MAPI_UNICODE or 0: how lpMAPIError is to be read */
	LPMAPIERROR lpMAPIError;
} ERROR_NOTIFICATION;
/* fnevNewMail */
typedef struct _NEWMAIL_NOTIFICATION {
	ULONG cbEntryID;
	LPENTRYID lpEntryID;
	ULONG cbParentID;
	LPENTRYID lpParentID;
	ULONG ulFlags;	/* MAPI_UNICODE or 0: how lpszMessageClass is to be read */
	LPTSTR lpszMessageClass;
	ULONG ulMessageFlags;	/* PR_MESSAGE_FLAGS */
} NEWMAIL_NOTIFICATION;
/* fnevObject*, fnevSearchComplete */
typedef struct _OBJECT_NOTIFICATION {
	ULONG cbEntryID;
	LPENTRYID lpEntryID;
	ULONG ulObjType;
	ULONG cbParentID;
	LPENTRYID lpParentID;
	ULONG cbOldID;
	LPENTRYID lpOldID;
	ULONG cbOldParentID;
	LPENTRYID lpOldParentID;
	LPSPropTagArray lpPropTagArray;	/* what changed, or NULL where not known */
} OBJECT_NOTIFICATION;
/* fnevTableModified */
typedef struct _TABLE_NOTIFICATION {
	ULONG ulTableEvent;	/* TABLE_* */
	HRESULT hResult;	/* of TABLE_ERROR */
	SPropValue propIndex;	/* the row's PR_INSTANCE_KEY */
	SPropValue propPrior;	/* that of the row before it; PR_NULL: it is the first */
	SRow row;	/* the row as it is now */
	ULONG ulPad;
} TABLE_NOTIFICATION;
/* fnevExtended */
typedef struct _EXTENDED_NOTIFICATION {
	ULONG ulEvent;
	ULONG cb;
	LPBYTE pbEventParameters;
} EXTENDED_NOTIFICATION;
/* fnevStatusObjectModified */
typedef struct STATUS_OBJECT_NOTIFICATION {
	ULONG cbEntryID;
	LPENTRYID lpEntryID;
	ULONG cValues;
	LPSPropValue lpPropVals;
} STATUS_OBJECT_NOTIFICATION;

/* Belongs to who calls OnNotify and lasts until that returns. */
typedef struct _NOTIFICATION {
	ULONG ulEventType;
	ULONG ulAlignPad;
	union {
		ERROR_NOTIFICATION err;
		NEWMAIL_NOTIFICATION newmail;
		OBJECT_NOTIFICATION obj;
		TABLE_NOTIFICATION tab;
		EXTENDED_NOTIFICATION ext;
		STATUS_OBJECT_NOTIFICATION statobj;
	} info;
} NOTIFICATION, *LPNOTIFICATION;

/* For HrAllocAdviseSink. */
typedef LONG (STDAPICALLTYPE NOTIFCALLBACK)(LPVOID lpvContext, ULONG cNotification,
	LPNOTIFICATION lpNotifications);
typedef NOTIFCALLBACK *LPNOTIFCALLBACK;

/* --- Named properties --------------------------------------------------------------------- */

#define MNID_ID					((ULONG)0x00000000)
#define MNID_STRING				((ULONG)0x00000001)

/* A property's name: a property set, and in it a number (MNID_ID) or a string (MNID_STRING). */
typedef struct _MAPINAMEID {
	LPGUID lpguid;
	ULONG ulKind;
	union {
		LONG lID;
		LPWSTR lpwstrName;
	} Kind;
} MAPINAMEID, *LPMAPINAMEID;

/* --- Sort orders -------------------------------------------------------------------------- */

/* SSortOrder.ulOrder. */
#define TABLE_SORT_ASCEND			((ULONG)0x00000000)
#define TABLE_SORT_DESCEND			((ULONG)0x00000001)
#define TABLE_SORT_COMBINE			((ULONG)0x00000002)
#define TABLE_SORT_CATEG_MAX			((ULONG)0x00000004)
#define TABLE_SORT_CATEG_MIN			((ULONG)0x00000008)

typedef struct _SSortOrder {
	ULONG ulPropTag;
	ULONG ulOrder;
} SSortOrder, *LPSSortOrder;
typedef struct _SSortOrderSet {
	ULONG cSorts;
	ULONG cCategories;	/* how many of the first ones group rows */
	ULONG cExpanded;	/* how many of those begin expanded */
	SSortOrder aSort[MAPI_DIM];
} SSortOrderSet, *LPSSortOrderSet;
#define CbNewSSortOrderSet(_csort) \
	(offsetof(SSortOrderSet, aSort) + (_csort) * sizeof(SSortOrder))
#define CbSSortOrderSet(_lpset) \
	(offsetof(SSortOrderSet, aSort) + \
	(UINT)((_lpset)->cSorts) * sizeof(SSortOrder))
#define SizedSSortOrderSet(_csort, _name) \
	struct _SSortOrderSet_##_name { \
		ULONG cSorts; \
		ULONG cCategories; \
		ULONG cExpanded; \
		SSortOrder aSort[_csort]; \
	} _name

/* A position in a table that stays with its row. */
typedef ULONG_PTR BOOKMARK;
#define BOOKMARK_BEGINNING			((BOOKMARK)0)
#define BOOKMARK_CURRENT			((BOOKMARK)1)
#define BOOKMARK_END				((BOOKMARK)2)

/* --- Restrictions ------------------------------------------------------------------------- */

/* SContentRestriction.ulFuzzyLevel: one of the first three, and any of the others. */
#define FL_FULLSTRING				((ULONG)0x00000000)
#define FL_SUBSTRING				((ULONG)0x00000001)
#define FL_PREFIX				((ULONG)0x00000002)
#define FL_IGNORECASE				((ULONG)0x00010000)
#define FL_IGNORENONSPACE			((ULONG)0x00020000)
#define FL_LOOSE				((ULONG)0x00040000)

/* SRestriction.rt. */
#define RES_AND					((ULONG)0x00000000)
#define RES_OR					((ULONG)0x00000001)
#define RES_NOT					((ULONG)0x00000002)
#define RES_CONTENT				((ULONG)0x00000003)
#define RES_PROPERTY				((ULONG)0x00000004)
#define RES_COMPAREPROPS			((ULONG)0x00000005)
#define RES_BITMASK				((ULONG)0x00000006)
#define RES_SIZE				((ULONG)0x00000007)
#define RES_EXIST				((ULONG)0x00000008)
#define RES_SUBRESTRICTION			((ULONG)0x00000009)
#define RES_COMMENT				((ULONG)0x0000000A)
#define RES_COUNT				((ULONG)0x0000000B)
#define RES_ANNOTATION				((ULONG)0x0000000C)

/* relop: the property stands left of the operator, the value right. RELOP_RE: like a pattern. */
#define RELOP_LT				((ULONG)0x00000000)
#define RELOP_LE				((ULONG)0x00000001)
#define RELOP_GT				((ULONG)0x00000002)
#define RELOP_GE				((ULONG)0x00000003)
#define RELOP_EQ				((ULONG)0x00000004)
#define RELOP_NE				((ULONG)0x00000005)
#define RELOP_RE				((ULONG)0x00000006)

/* SBitMaskRestriction.relBMR: (property & ulMask) == 0, != 0. */
#define BMR_EQZ					((ULONG)0x00000000)
#define BMR_NEZ					((ULONG)0x00000001)

typedef struct _SRestriction *LPSRestriction;

typedef struct _SAndRestriction {
	ULONG cRes;
	LPSRestriction lpRes;
} SAndRestriction;
typedef struct _SOrRestriction {
	ULONG cRes;
	LPSRestriction lpRes;
} SOrRestriction;
typedef struct _SNotRestriction {
	ULONG ulReserved;	/* 0 */
	LPSRestriction lpRes;
} SNotRestriction;
typedef struct _SContentRestriction {
	ULONG ulFuzzyLevel;	/* FL_* */
	ULONG ulPropTag;	/* of the rows; may be PT_MV_* */
	LPSPropValue lpProp;	/* the text or bytes looked for */
} SContentRestriction;
typedef struct _SBitMaskRestriction {
	ULONG relBMR;	/* BMR_* */
	ULONG ulPropTag;
	ULONG ulMask;
} SBitMaskRestriction;
typedef struct _SPropertyRestriction {
	ULONG relop;	/* RELOP_* */
	ULONG ulPropTag;
	LPSPropValue lpProp;
} SPropertyRestriction;
typedef struct _SComparePropsRestriction {
	ULONG relop;	/* RELOP_* */
	ULONG ulPropTag1;
	ULONG ulPropTag2;
} SComparePropsRestriction;
typedef struct _SSizeRestriction {
	ULONG relop;	/* RELOP_* */
	ULONG ulPropTag;
	ULONG cb;	/* bytes of the value */
} SSizeRestriction;
typedef struct _SExistRestriction {
	ULONG ulReserved1;	/* 0 */
	ULONG ulPropTag;
	ULONG ulReserved2;	/* 0 */
} SExistRestriction;
typedef struct _SSubRestriction {
	ULONG ulSubObject;	/* PR_MESSAGE_RECIPIENTS or PR_MESSAGE_ATTACHMENTS */
	LPSRestriction lpRes;
} SSubRestriction;
typedef struct _SCommentRestriction {
	ULONG cValues;
	LPSRestriction lpRes;	/* counts; the properties are for people */
	LPSPropValue lpProp;
} SCommentRestriction;
typedef struct _SAnnotationRestriction {
	ULONG cValues;
	LPSRestriction lpRes;
	LPSPropValue lpProp;
} SAnnotationRestriction;
typedef struct _SCountRestriction {
	ULONG ulCount;	/* at most so many rows */
	LPSRestriction lpRes;
} SCountRestriction;

typedef struct _SRestriction {
	ULONG rt;
	union {
		SComparePropsRestriction resCompareProps;
		SAndRestriction resAnd;
		SOrRestriction resOr;
		SNotRestriction resNot;
		SContentRestriction resContent;
		SPropertyRestriction resProperty;
		SBitMaskRestriction resBitMask;
		SSizeRestriction resSize;
		SExistRestriction resExist;
		SSubRestriction resSub;
		SCommentRestriction resComment;
		SAnnotationRestriction resAnnotation;
		SCountRestriction resCount;
	} res;
} SRestriction;

/* Answers of ResolveNames, one for each recipient: MAPI_UNRESOLVED, _AMBIGUOUS, _RESOLVED. */
typedef struct _flaglist {
	ULONG cFlags;
	ULONG ulFlag[MAPI_DIM];
} FlagList, *LPFlagList;

#include "emapi_constants.h"
#include "emapi_display.h"
#include "emapi_interfaces.h"

#endif /* EMAPI_MAPIDEFS_H */
