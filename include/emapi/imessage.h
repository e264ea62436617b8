/* SPDX-License-Identifier: MIT */
/* Messages in compound files (.msg): an IMessage on an IStorage. */
#ifndef EMAPI_IMESSAGE_H
#define EMAPI_IMESSAGE_H

#include "mapiutil.h"

EMAPI_BEGIN_C

/* Groups messages that are open, so that they can be closed together. */
typedef struct _MSGSESS *LPMSGSESS;

/* Called when the message is released for the last time; ulCallerData is OpenIMsgOnIStg's. */
typedef void (STDAPICALLTYPE MSGCALLRELEASE)(ULONG ulCallerData, LPMESSAGE lpMessage);

/* OpenIMsgOnIStg: SaveChanges does not commit the storage. */
#define IMSG_NO_ISTG_COMMIT			((ULONG)0x00000001)

/* Attributes of properties. */
#define PROPATTR_MANDATORY			((ULONG)0x00000001)
#define PROPATTR_READABLE			((ULONG)0x00000002)
#define PROPATTR_WRITEABLE			((ULONG)0x00000004)
#define PROPATTR_NOT_PRESENT			((ULONG)0x00000008)

typedef struct _SPropAttrArray {
	ULONG cValues;
	ULONG aPropAttr[MAPI_DIM];
} SPropAttrArray, *LPSPropAttrArray;
#define CbNewSPropAttrArray(_cattr) \
	(offsetof(SPropAttrArray, aPropAttr) + (_cattr) * sizeof(ULONG))
#define CbSPropAttrArray(_lparray) \
	(offsetof(SPropAttrArray, aPropAttr) + (UINT)((_lparray)->cValues) * sizeof(ULONG))
#define SizedSPropAttrArray(_cattr, _name) \
	struct _SPropAttrArray_##_name { \
		ULONG cValues; \
		ULONG aPropAttr[_cattr]; \
	} _name

/*
 * Groups the messages opened with it. lpMalloc has to be there, but is not used; ulFlags is 0 or
 * MAPI_UNICODE, which is OpenIMsgOnIStg's to mean something (page openimsgsession).
 */
EMAPI_EXPORT SCODE OpenIMsgSession(LPMALLOC lpMalloc, ULONG ulFlags, LPMSGSESS *lppMsgSess);
/*
 * Closes all messages of the group, and the group: their storages are let go, their callbacks
 * called, and what somebody still holds of them answers MAPI_E_INVALID_OBJECT until released.
 */
EMAPI_EXPORT void CloseIMsgSession(LPMSGSESS lpMsgSess);
/*
 * A message on a storage that is open to read or to read and write, such as HrIStorageFromStream's
 * on OpenStreamOnFile's stream of a .msg file. lpMsgSess, the allocators, lpMapiSup and the callback
 * may be NULL; *lppMsg is the caller's to release, and holds the storage until then.
 *
 * The whole message is read at once and is in memory; SaveChanges writes the whole of it and, without
 * IMSG_NO_ISTG_COMMIT, commits the storage. What it makes in the storage has names that begin with
 * two underscores; what else is there stays.
 * ulFlags: IMSG_NO_ISTG_COMMIT; MAPI_UNICODE, which makes a new message's file Unicode. Text of a
 * file that is not is UTF-8 when written, and says so in PR_MESSAGE_CODEPAGE.
 * MAPI_E_NO_ACCESS of a storage open to write alone, MAPI_E_CORRUPT_DATA of messages nested too deep.
 * SubmitMessage and SetReadFlag are MAPI_E_NO_SUPPORT. (Page openimsgonistg; [MS-OXMSG].)
 */
EMAPI_EXPORT SCODE OpenIMsgOnIStg(LPMSGSESS lpMsgSess, LPALLOCATEBUFFER lpAllocateBuffer,
	LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer, LPMALLOC lpMalloc,
	LPVOID lpMapiSup, LPSTORAGE lpStg, MSGCALLRELEASE *lpfMsgCallRelease, ULONG ulCallerData,
	ULONG ulFlags, LPMESSAGE *lppMsg);
/*
 * PROPATTR_* of properties of such a message or its attachments, the caller's to free with
 * MAPIFreeBuffer; PROPATTR_NOT_PRESENT, and MAPI_W_ERRORS_RETURNED, for those it does not have.
 * MAPI_E_INVALID_PARAMETER for objects that OpenIMsgOnIStg did not make.
 */
EMAPI_EXPORT HRESULT GetAttribIMsgOnIStg(LPVOID lpObject, LPSPropTagArray lpPropTagArray,
	LPSPropAttrArray *lppPropAttrArray);
/*
 * Sets them, as many as there are tags, and SaveChanges writes them to the file. What is not
 * PROPATTR_WRITEABLE cannot be set or deleted any more (MAPI_E_NO_ACCESS as a problem). Problems as
 * in IMAPIProp::SetProps, with MAPI_W_ERRORS_RETURNED.
 */
EMAPI_EXPORT HRESULT SetAttribIMsgOnIStg(LPVOID lpObject, LPSPropTagArray lpPropTags,
	LPSPropAttrArray lpPropAttrs, LPSPropProblemArray *lppPropProblems);
/* MAPI's code for one of a storage (STG_E_*). */
EMAPI_EXPORT SCODE MapStorageSCode(SCODE StgSCode);

EMAPI_END_C

#endif /* EMAPI_IMESSAGE_H */
