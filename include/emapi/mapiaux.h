/* SPDX-License-Identifier: MIT */
/* What Outlook 2003 and later added to MAPI: IMsgServiceAdmin2, some flags and properties. */
#ifndef EMAPI_MAPIAUX_H
#define EMAPI_MAPIAUX_H

#include "mapix.h"

DECLARE_MAPI_INTERFACE_PTR(IMsgServiceAdmin2, LPSERVICEADMIN2);

/* --- Flags -------------------------------------------------------------------------------- */

/* MAPILogonEx: a session of a background task. */
#define MAPI_BG_SESSION				((ULONG)0x00200000)
/* MAPIInitialize: without CoInitialize. */
#define MAPI_NO_COINIT				((ULONG)0x00000008)
/* SaveChanges of a message that has come. */
#define SPAMFILTER_ONSAVE			((ULONG)0x00000080)
#define ITEMPROC_FORCE				((ULONG)0x00000800)
#define NON_EMS_XP_SAVE				((ULONG)0x00001000)
/* OpenMsgStore: past the cache. */
#define MDB_ONLINE				((ULONG)0x00000100)
/* PR_STORE_SUPPORT_MASK: strings are kept as Unicode; items are processed in the store. */
#define STORE_UNICODE_OK			((ULONG)0x00040000)
#define STORE_ITEMPROC				((ULONG)0x00200000)
/* OpenEntry: past the cache, or from it alone. */
#define MAPI_NO_CACHE				((ULONG)0x00000200)
#define MAPI_CACHE_ONLY				((ULONG)0x00004000)
/* How items are grouped for archiving. */
#define AG_MONTHS				((ULONG)0x00000000)
#define AG_WEEKS				((ULONG)0x00000001)
#define AG_DAYS					((ULONG)0x00000002)
#define NUM_AG_TYPES				((ULONG)0x00000003)

/* --- PR_DISPLAY_TYPE_EX: the display type here, and in a forest it was shared from -------- */

#define DTE_FLAG_REMOTE_VALID			((ULONG)0x80000000)
#define DTE_FLAG_ACL_CAPABLE			((ULONG)0x40000000)
#define DTE_MASK_REMOTE				((ULONG)0x0000FF00)
#define DTE_MASK_LOCAL				((ULONG)0x000000FF)
#define DTE_IS_REMOTE_VALID(v)		(!!((v) & DTE_FLAG_REMOTE_VALID))
#define DTE_IS_ACL_CAPABLE(v)		(!!((v) & DTE_FLAG_ACL_CAPABLE))
#define DTE_REMOTE(v)			(((v) & DTE_MASK_REMOTE) >> 8)
#define DTE_LOCAL(v)			((v) & DTE_MASK_LOCAL)
#define DT_ROOM					((ULONG)0x00000007)
#define DT_EQUIPMENT				((ULONG)0x00000008)
#define DT_SEC_DISTLIST				((ULONG)0x00000009)

/* --- Properties --------------------------------------------------------------------------- */

#define PR_ATTACH_CONTENT_ID			PROP_TAG(PT_TSTRING, 0x3712)
#define PR_ATTACH_CONTENT_ID_W			PROP_TAG(PT_UNICODE, 0x3712)
#define PR_ATTACH_CONTENT_ID_A			PROP_TAG(PT_STRING8, 0x3712)
#define PR_DISPLAY_TYPE_EX			PROP_TAG(PT_LONG, 0x3905)
/* The kind of body that a message was written as. */
#define PR_MSG_EDITOR_FORMAT			PROP_TAG(PT_LONG, 0x5909)
#define EDITOR_FORMAT_DONTKNOW			((ULONG)0x00000000)
#define EDITOR_FORMAT_PLAINTEXT			((ULONG)0x00000001)
#define EDITOR_FORMAT_HTML			((ULONG)0x00000002)
#define EDITOR_FORMAT_RTF			((ULONG)0x00000003)
/* Exchange over HTTP, in a profile. */
#define PR_ROH_FLAGS				PROP_TAG(PT_LONG, 0x6623)
#define ROHFLAGS_USE_ROH			((ULONG)0x00000001)
#define ROHFLAGS_SSL_ONLY			((ULONG)0x00000002)
#define ROHFLAGS_MUTUAL_AUTH			((ULONG)0x00000004)
#define ROHFLAGS_HTTP_FIRST_ON_FAST		((ULONG)0x00000008)
#define ROHFLAGS_HTTP_FIRST_ON_SLOW		((ULONG)0x00000020)
#define PR_ROH_PROXY_AUTH_SCHEME		PROP_TAG(PT_LONG, 0x6627)
#define ROHAUTH_BASIC				((ULONG)0x00000001)
#define ROHAUTH_NTLM				((ULONG)0x00000002)

/* clang-format off */

/* --- IMsgServiceAdmin2: IMsgServiceAdmin, and one call that tells what it made ------------ */

#define MAPI_IMSGSERVICEADMIN_METHODS2(IPURE) \
	/* CreateMsgService, which tells the new service's PR_SERVICE_UID. */ \
	MAPIMETHOD(CreateMsgServiceEx)(THIS_ LPTSTR lpszService, LPTSTR lpszDisplayName, \
		ULONG_PTR ulUIParam, ULONG ulFlags, LPMAPIUID lpuidService) IPURE;

#undef INTERFACE
#define INTERFACE IMsgServiceAdmin2
EMAPI_INTERFACE_(IMsgServiceAdmin2, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMSGSERVICEADMIN_METHODS(PURE)
	MAPI_IMSGSERVICEADMIN_METHODS2(PURE)
};

#undef INTERFACE

/* clang-format on */

#endif /* EMAPI_MAPIAUX_H */
