/* SPDX-License-Identifier: MIT */
/*
 * Simple MAPI: a dozen functions to send and read mail. Strings are UTF-8. Errors are the small
 * numbers below, not HRESULTs. What it shares with Extended MAPI comes from mapix.h.
 * Source: "Simple MAPI", Windows documents.
 */
#ifndef EMAPI_MAPI_H
#define EMAPI_MAPI_H

#include "mapix.h"

EMAPI_BEGIN_C

#define lhSessionNull				((ULONG)0x00000000)

/* --- Structures --------------------------------------------------------------------------- */

/* MapiFileDesc.flFlags: an OLE object, or the picture of one. */
#define MAPI_OLE				((ULONG)0x00000001)
#define MAPI_OLE_STATIC				((ULONG)0x00000002)

/* An attachment: the file lpszPathName, shown as lpszFileName, at nPosition of the text or -1. */
typedef struct MapiFileDesc {
	ULONG ulReserved;	/* 0 */
	ULONG flFlags;
	ULONG nPosition;	/* place in lpszNoteText, or -1 */
	LPSTR lpszPathName;
	LPSTR lpszFileName;	/* NULL: as lpszPathName */
	LPVOID lpFileType;	/* MapiFileTagExt, or NULL */
} MapiFileDesc, *lpMapiFileDesc;
/* Its type, for lpFileType: object identifiers, see mapioid.h. */
typedef struct MapiFileTagExt {
	ULONG ulReserved;	/* 0 */
	ULONG cbTag;	/* bytes of lpTag */
	LPBYTE lpTag;
	ULONG cbEncoding;
	LPBYTE lpEncoding;
} MapiFileTagExt, *lpMapiFileTagExt;
/* A recipient or the sender; ulRecipClass is MAPI_ORIG, MAPI_TO, MAPI_CC, MAPI_BCC. */
typedef struct MapiRecipDesc {
	ULONG ulReserved;	/* 0 */
	ULONG ulRecipClass;
	LPSTR lpszName;
	LPSTR lpszAddress;	/* "SMTP:ann@example.test" */
	ULONG ulEIDSize;	/* bytes of lpEntryID */
	LPVOID lpEntryID;
} MapiRecipDesc, *lpMapiRecipDesc;
typedef struct MapiMessage {
	ULONG ulReserved;	/* 0 */
	LPSTR lpszSubject;
	LPSTR lpszNoteText;	/* the body */
	LPSTR lpszMessageType;	/* message class; NULL: an ordinary message */
	LPSTR lpszDateReceived;	/* YYYY/MM/DD HH:MM */
	LPSTR lpszConversationID;
	FLAGS flFlags;
	lpMapiRecipDesc lpOriginator;
	ULONG nRecipCount;
	lpMapiRecipDesc lpRecips;
	ULONG nFileCount;
	lpMapiFileDesc lpFiles;
} MapiMessage, *lpMapiMessage;

/* The same with 16-bit text, for MAPISendMailW. */
typedef struct MapiFileDescW {
	ULONG ulReserved;	/* 0 */
	ULONG flFlags;
	ULONG nPosition;	/* place in lpszNoteText, or -1 */
	LPWSTR lpszPathName;
	LPWSTR lpszFileName;	/* NULL: as lpszPathName */
	LPVOID lpFileType;	/* MapiFileTagExt, or NULL */
} MapiFileDescW, *lpMapiFileDescW;
typedef struct MapiRecipDescW {
	ULONG ulReserved;	/* 0 */
	ULONG ulRecipClass;
	LPWSTR lpszName;
	LPWSTR lpszAddress;	/* "SMTP:ann@example.test" */
	ULONG ulEIDSize;	/* bytes of lpEntryID */
	LPVOID lpEntryID;
} MapiRecipDescW, *lpMapiRecipDescW;
typedef struct MapiMessageW {
	ULONG ulReserved;	/* 0 */
	LPWSTR lpszSubject;
	LPWSTR lpszNoteText;	/* the body */
	LPWSTR lpszMessageType;	/* message class; NULL: an ordinary message */
	LPWSTR lpszDateReceived;	/* YYYY/MM/DD HH:MM */
	LPWSTR lpszConversationID;
	FLAGS flFlags;
	lpMapiRecipDescW lpOriginator;
	ULONG nRecipCount;
	lpMapiRecipDescW lpRecips;
	ULONG nFileCount;
	lpMapiFileDescW lpFiles;
} MapiMessageW, *lpMapiMessageW;

/* MapiMessage.flFlags. */
#define MAPI_UNREAD				((ULONG)0x00000001)
#define MAPI_RECEIPT_REQUESTED			((ULONG)0x00000002)
#define MAPI_SENT				((ULONG)0x00000004)

/* --- Flags beside those of mapix.h -------------------------------------------------------- */

/* MAPIFindNext. */
#define MAPI_UNREAD_ONLY			((ULONG)0x00000020)
#define MAPI_GUARANTEE_FIFO			((ULONG)0x00000100)
#define MAPI_LONG_MSGID				((ULONG)0x00004000)
/* MAPIReadMail. */
#define MAPI_PEEK				((ULONG)0x00000080)
#define MAPI_SUPPRESS_ATTACH			((ULONG)0x00000800)
#define MAPI_ENVELOPE_ONLY			((ULONG)0x00000040)
#define MAPI_BODY_AS_FILE			((ULONG)0x00000200)
/* MAPIDetails, MAPIResolveName. */
#define MAPI_AB_NOMODIFY			((ULONG)0x00000400)

/* --- Errors ------------------------------------------------------------------------------- */

#define MAPI_USER_ABORT				((ULONG)0x00000001)
#define MAPI_E_USER_ABORT			((ULONG)0x00000001)
#define MAPI_E_FAILURE				((ULONG)0x00000002)
#define MAPI_E_LOGON_FAILURE			((ULONG)0x00000003)
#define MAPI_E_LOGIN_FAILURE			((ULONG)0x00000003)
#define MAPI_E_DISK_FULL			((ULONG)0x00000004)
#define MAPI_E_INSUFFICIENT_MEMORY		((ULONG)0x00000005)
#define MAPI_E_ACCESS_DENIED			((ULONG)0x00000006)
#define MAPI_E_TOO_MANY_SESSIONS		((ULONG)0x00000008)
#define MAPI_E_TOO_MANY_FILES			((ULONG)0x00000009)
#define MAPI_E_TOO_MANY_RECIPIENTS		((ULONG)0x0000000A)
#define MAPI_E_ATTACHMENT_NOT_FOUND		((ULONG)0x0000000B)
#define MAPI_E_ATTACHMENT_OPEN_FAILURE		((ULONG)0x0000000C)
#define MAPI_E_ATTACHMENT_WRITE_FAILURE		((ULONG)0x0000000D)
#define MAPI_E_UNKNOWN_RECIPIENT		((ULONG)0x0000000E)
#define MAPI_E_BAD_RECIPTYPE			((ULONG)0x0000000F)
#define MAPI_E_NO_MESSAGES			((ULONG)0x00000010)
#define MAPI_E_INVALID_MESSAGE			((ULONG)0x00000011)
#define MAPI_E_TEXT_TOO_LARGE			((ULONG)0x00000012)
#define MAPI_E_INVALID_SESSION			((ULONG)0x00000013)
#define MAPI_E_TYPE_NOT_SUPPORTED		((ULONG)0x00000014)
#define MAPI_E_AMBIGUOUS_RECIPIENT		((ULONG)0x00000015)
#define MAPI_E_AMBIG_RECIP			((ULONG)0x00000015)
#define MAPI_E_MESSAGE_IN_USE			((ULONG)0x00000016)
#define MAPI_E_NETWORK_FAILURE			((ULONG)0x00000017)
#define MAPI_E_INVALID_EDITFIELDS		((ULONG)0x00000018)
#define MAPI_E_INVALID_RECIPS			((ULONG)0x00000019)
#define MAPI_E_NOT_SUPPORTED			((ULONG)0x0000001A)

/* --- Functions ---------------------------------------------------------------------------- */

typedef ULONG (STDAPICALLTYPE MAPILOGON)(ULONG_PTR ulUIParam, LPSTR lpszProfileName,
	LPSTR lpszPassword, FLAGS flFlags, ULONG ulReserved, LPLHANDLE lplhSession);
typedef MAPILOGON *LPMAPILOGON;
typedef ULONG (STDAPICALLTYPE MAPILOGOFF)(LHANDLE lhSession, ULONG_PTR ulUIParam, FLAGS flFlags,
	ULONG ulReserved);
typedef MAPILOGOFF *LPMAPILOGOFF;
typedef ULONG (STDAPICALLTYPE MAPISENDMAIL)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	lpMapiMessage lpMessage, FLAGS flFlags, ULONG ulReserved);
typedef MAPISENDMAIL *LPMAPISENDMAIL;
typedef ULONG (STDAPICALLTYPE MAPISENDMAILW)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	lpMapiMessageW lpMessage, FLAGS flFlags, ULONG ulReserved);
typedef MAPISENDMAILW *LPMAPISENDMAILW;
typedef ULONG (STDAPICALLTYPE MAPISENDDOCUMENTS)(ULONG_PTR ulUIParam, LPSTR lpszDelimChar,
	LPSTR lpszFilePaths, LPSTR lpszFileNames, ULONG ulReserved);
typedef MAPISENDDOCUMENTS *LPMAPISENDDOCUMENTS;
typedef ULONG (STDAPICALLTYPE MAPIFINDNEXT)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	LPSTR lpszMessageType, LPSTR lpszSeedMessageID, FLAGS flFlags, ULONG ulReserved,
	LPSTR lpszMessageID);
typedef MAPIFINDNEXT *LPMAPIFINDNEXT;
typedef ULONG (STDAPICALLTYPE MAPIREADMAIL)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	LPSTR lpszMessageID, FLAGS flFlags, ULONG ulReserved, lpMapiMessage *lppMessage);
typedef MAPIREADMAIL *LPMAPIREADMAIL;
typedef ULONG (STDAPICALLTYPE MAPISAVEMAIL)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	lpMapiMessage lpMessage, FLAGS flFlags, ULONG ulReserved, LPSTR lpszMessageID);
typedef MAPISAVEMAIL *LPMAPISAVEMAIL;
typedef ULONG (STDAPICALLTYPE MAPIDELETEMAIL)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	LPSTR lpszMessageID, FLAGS flFlags, ULONG ulReserved);
typedef MAPIDELETEMAIL *LPMAPIDELETEMAIL;
typedef ULONG (STDAPICALLTYPE MAPIADDRESS)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	LPSTR lpszCaption, ULONG nEditFields, LPSTR lpszLabels, ULONG nRecips,
	lpMapiRecipDesc lpRecips, FLAGS flFlags, ULONG ulReserved, LPULONG lpnNewRecips,
	lpMapiRecipDesc *lppNewRecips);
typedef MAPIADDRESS *LPMAPIADDRESS;
typedef ULONG (STDAPICALLTYPE MAPIDETAILS)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	lpMapiRecipDesc lpRecip, FLAGS flFlags, ULONG ulReserved);
typedef MAPIDETAILS *LPMAPIDETAILS;
typedef ULONG (STDAPICALLTYPE MAPIRESOLVENAME)(LHANDLE lhSession, ULONG_PTR ulUIParam,
	LPSTR lpszName, FLAGS flFlags, ULONG ulReserved, lpMapiRecipDesc *lppRecip);
typedef MAPIRESOLVENAME *LPMAPIRESOLVENAME;

/*
 * ulReserved is 0 in all of them. What ends in a pointer to a pointer is freed by
 * MAPIFreeBuffer.
 */
/* A session by profile name, or with MAPI_USE_DEFAULT; MAPILogoff ends it. */
EMAPI_EXPORT ULONG MAPILogon(ULONG_PTR ulUIParam, LPSTR lpszProfileName, LPSTR lpszPassword,
	FLAGS flFlags, ULONG ulReserved, LPLHANDLE lplhSession);
EMAPI_EXPORT ULONG MAPILogoff(LHANDLE lhSession, ULONG_PTR ulUIParam, FLAGS flFlags,
	ULONG ulReserved);
/*
 * Sends a message. lhSession 0: logs on for this call. Success: the message is safe in
 * the Outbox.
 */
EMAPI_EXPORT ULONG MAPISendMail(LHANDLE lhSession, ULONG_PTR ulUIParam, lpMapiMessage lpMessage,
	FLAGS flFlags, ULONG ulReserved);
/* The same with 16-bit text. */
EMAPI_EXPORT ULONG MAPISendMailW(LHANDLE lhSession, ULONG_PTR ulUIParam, lpMapiMessageW lpMessage,
	FLAGS flFlags, ULONG ulReserved);
/*
 * Sends files, whose paths and names stand parted by lpszDelimChar; asks the user for
 * the rest.
 */
EMAPI_EXPORT ULONG MAPISendDocuments(ULONG_PTR ulUIParam, LPSTR lpszDelimChar, LPSTR lpszFilePaths,
	LPSTR lpszFileNames, ULONG ulReserved);
/*
 * The message that follows lpszSeedMessageID (NULL or empty: the first) in the Inbox;
 * lpszMessageID has room for 64 bytes, with MAPI_LONG_MSGID for 512.
 * MAPI_E_NO_MESSAGES.
 */
EMAPI_EXPORT ULONG MAPIFindNext(LHANDLE lhSession, ULONG_PTR ulUIParam, LPSTR lpszMessageType,
	LPSTR lpszSeedMessageID, FLAGS flFlags, ULONG ulReserved, LPSTR lpszMessageID);
/* A message by that name. Attachments come as temporary files, the caller's to delete. */
EMAPI_EXPORT ULONG MAPIReadMail(LHANDLE lhSession, ULONG_PTR ulUIParam, LPSTR lpszMessageID,
	FLAGS flFlags, ULONG ulReserved, lpMapiMessage *lppMessage);
/* Keeps a message in the Inbox, in place of lpszMessageID where that is not empty. */
EMAPI_EXPORT ULONG MAPISaveMail(LHANDLE lhSession, ULONG_PTR ulUIParam, lpMapiMessage lpMessage,
	FLAGS flFlags, ULONG ulReserved, LPSTR lpszMessageID);
/* Deletes a message. */
EMAPI_EXPORT ULONG MAPIDeleteMail(LHANDLE lhSession, ULONG_PTR ulUIParam, LPSTR lpszMessageID,
	FLAGS flFlags, ULONG ulReserved);
/* Lets the user choose recipients. */
EMAPI_EXPORT ULONG MAPIAddress(LHANDLE lhSession, ULONG_PTR ulUIParam, LPSTR lpszCaption,
	ULONG nEditFields, LPSTR lpszLabels, ULONG nRecips, lpMapiRecipDesc lpRecips, FLAGS flFlags,
	ULONG ulReserved, LPULONG lpnNewRecips, lpMapiRecipDesc *lppNewRecips);
/* Shows a recipient. */
EMAPI_EXPORT ULONG MAPIDetails(LHANDLE lhSession, ULONG_PTR ulUIParam, lpMapiRecipDesc lpRecip,
	FLAGS flFlags, ULONG ulReserved);
/* Looks a name up. MAPI_E_UNKNOWN_RECIPIENT, MAPI_E_AMBIGUOUS_RECIPIENT. */
EMAPI_EXPORT ULONG MAPIResolveName(LHANDLE lhSession, ULONG_PTR ulUIParam, LPSTR lpszName,
	FLAGS flFlags, ULONG ulReserved, lpMapiRecipDesc *lppRecip);

EMAPI_END_C

#endif /* EMAPI_MAPI_H */
