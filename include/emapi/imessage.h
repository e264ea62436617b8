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

/* Groups the messages opened with it; ulFlags is 0. */
EMAPI_EXPORT SCODE OpenIMsgSession(LPMALLOC lpMalloc, ULONG ulFlags, LPMSGSESS *lppMsgSess);
/* Closes all messages of the group. */
EMAPI_EXPORT void CloseIMsgSession(LPMSGSESS lpMsgSess);
/*
 * A message on a storage. lpMsgSess, lpMapiSup and the callback may be NULL; *lppMsg
 * is the caller's to release, and keeps the storage.
 */
EMAPI_EXPORT SCODE OpenIMsgOnIStg(LPMSGSESS lpMsgSess, LPALLOCATEBUFFER lpAllocateBuffer,
	LPALLOCATEMORE lpAllocateMore, LPFREEBUFFER lpFreeBuffer, LPMALLOC lpMalloc,
	LPVOID lpMapiSup, LPSTORAGE lpStg, MSGCALLRELEASE *lpfMsgCallRelease, ULONG ulCallerData,
	ULONG ulFlags, LPMESSAGE *lppMsg);
/*
 * PROPATTR_* of properties of such a message (or its attachments and recipients), the
 * caller's to free.
 */
EMAPI_EXPORT HRESULT GetAttribIMsgOnIStg(LPVOID lpObject, LPSPropTagArray lpPropTagArray,
	LPSPropAttrArray *lppPropAttrArray);
/* Sets them; problems as in IMAPIProp::SetProps. */
EMAPI_EXPORT HRESULT SetAttribIMsgOnIStg(LPVOID lpObject, LPSPropTagArray lpPropTags,
	LPSPropAttrArray lpPropAttrs, LPSPropProblemArray *lppPropProblems);
/* MAPI's code for one of a storage (STG_E_*). */
EMAPI_EXPORT SCODE MapStorageSCode(SCODE StgSCode);

EMAPI_END_C

#endif /* EMAPI_IMESSAGE_H */
