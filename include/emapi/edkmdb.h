/* SPDX-License-Identifier: MIT */
/*
 * Exchange's message stores: properties, access rights, rules, synchronization. Interfaces that a
 * provider of Exchange's may have; ask for each by QueryInterface or OpenProperty.
 */
#ifndef EMAPI_EDKMDB_H
#define EMAPI_EDKMDB_H

#include "mapix.h"
#include "edkguid.h"
#include "emapi_edktags.h"

#define PR_CREATOR_TOKEN		PR_USER_SID

/* Where Exchange's ranges of property identifiers begin. */
#define pidStoreNonTransMin			0x0E40
#define pidExchangeXmitReservedMin		0x3FE0
#define pidExchangeNonXmitReservedMin		0x65E0
#define pidProfileMin				0x6600
#define pidStoreMin				0x6618
#define pidFolderMin				0x6638
#define pidMessageReadOnlyMin			0x6640
#define pidMessageWriteableMin			0x6658
#define pidAttachReadOnlyMin			0x666C
#define pidSpecialMin				0x6670
#define pidAdminMin				0x6690
#define pidSecureProfileMin			0x67F0
#define pidRenMsgFldMin				0x1080
#define pidLocalStoreInternalMin		0x6500
#define pidLocalStoreInternalMax		0x65C0
#define pidMAPIMin				0x3000

/* --- Profile sections --------------------------------------------------------------------- */

/* The MAPIUID of the section that holds what is common to all Exchange providers. */
#define pbGlobalProfileSectionGuid \
	"\x13\xDB\xB0\xC8\xAA\x05\x10\x1A\x9B\xB0\x00\xAA\x00\x2F\xC4\x5A"
/* PR_OST_ENCRYPTION. */
#define OSTF_NO_ENCRYPTION			((ULONG)0x80000000)
#define OSTF_COMPRESSABLE_ENCRYPTION		((ULONG)0x40000000)
#define OSTF_BEST_ENCRYPTION			((ULONG)0x20000000)
/* PR_PROFILE_VERSION, PR_PROFILE_CONFIG_FLAGS, _CONNECT_FLAGS, _TRANSPORT_FLAGS. */
#define PROFILE_VERSION				((ULONG)0x00000501)
#define CONFIG_SERVICE				((ULONG)0x00000001)
#define CONFIG_SHOW_STARTUP_UI			((ULONG)0x00000002)
#define CONFIG_SHOW_CONNECT_UI			((ULONG)0x00000004)
#define CONFIG_PROMPT_FOR_CREDENTIALS		((ULONG)0x00000008)
#define CONFIG_NO_AUTO_DETECT			((ULONG)0x00000010)
#define CONFIG_OST_CACHE_ONLY			((ULONG)0x00000020)
#define CONNECT_USE_ADMIN_PRIVILEGE		((ULONG)0x00000001)
#define CONNECT_NO_RPC_ENCRYPTION		((ULONG)0x00000002)
#define CONNECT_USE_SEPARATE_CONNECTION		((ULONG)0x00000004)
#define CONNECT_NO_UNDER_COVER_CONNECTION	((ULONG)0x00000008)
#define CONNECT_ANONYMOUS_ACCESS		((ULONG)0x00000010)
#define CONNECT_NO_NOTIFICATIONS		((ULONG)0x00000020)
#define CONNECT_NO_TABLE_NOTIFICATIONS		((ULONG)0x00000020)
#define CONNECT_NO_ADDRESS_RESOLUTION		((ULONG)0x00000040)
#define CONNECT_RESTORE_DATABASE		((ULONG)0x00000080)
#define TRANSPORT_DOWNLOAD			((ULONG)0x00000001)
#define TRANSPORT_UPLOAD			((ULONG)0x00000002)
/* CreateStoreEntryID. */
#define OPENSTORE_USE_ADMIN_PRIVILEGE		((ULONG)0x00000001)
#define OPENSTORE_PUBLIC			((ULONG)0x00000002)
#define OPENSTORE_HOME_LOGON			((ULONG)0x00000004)
#define OPENSTORE_TAKE_OWNERSHIP		((ULONG)0x00000008)
#define OPENSTORE_OVERRIDE_HOME_MDB		((ULONG)0x00000010)
#define OPENSTORE_TRANSPORT			((ULONG)0x00000020)
#define OPENSTORE_REMOTE_TRANSPORT		((ULONG)0x00000040)
#define OPENSTORE_INTERNET_ANONYMOUS		((ULONG)0x00000080)
#define OPENSTORE_ALTERNATE_SERVER		((ULONG)0x00000100)
#define OPENSTORE_IGNORE_HOME_MDB		((ULONG)0x00000200)
#define OPENSTORE_NO_MAIL			((ULONG)0x00000400)
#define OPENSTORE_OVERRIDE_LAST_MODIFIER	((ULONG)0x00000800)
#define OPENSTORE_CALLBACK_LOGON		((ULONG)0x00001000)
#define OPENSTORE_LOCAL				((ULONG)0x00002000)
#define OPENSTORE_FAIL_IF_NO_MAILBOX		((ULONG)0x00004000)
#define OPENSTORE_CACHE_EXCHANGE		((ULONG)0x00008000)
#define OPENSTORE_CLI_WITH_NAMEDPROP_FIX	((ULONG)0x00010000)
#define OPENSTORE_ENABLE_LAZY_LOGGING		((ULONG)0x00020000)
#define OPENSTORE_CLI_WITH_REPLID_GUID_MAPPING_FIX	((ULONG)0x00040000)
#define OPENSTORE_NO_LOCALIZATION		((ULONG)0x00080000)
#define OPENSTORE_RESTORE_DATABASE		((ULONG)0x00100000)
#define OPENSTORE_XFOREST_MOVE			((ULONG)0x00200000)
/* PR_PROFILE_TYPE. */
#define PROFILE_PRIMARY_USER			((ULONG)0x00000001)
#define PROFILE_DELEGATE			((ULONG)0x00000002)
#define PROFILE_PUBLIC_STORE			((ULONG)0x00000003)
#define PROFILE_SUBSCRIPTION			((ULONG)0x00000004)
/* PR_MDB_PROVIDER: the kinds of store. */
#define pbExchangeProviderPrimaryUserGuid \
	"\x54\x94\xA1\xC0\x29\x7F\x10\x1B\xA5\x87\x08\x00\x2B\x2A\x25\x17"
#define pbExchangeProviderDelegateGuid \
	"\x9e\xb4\x77\x00\x74\xe4\x11\xce\x8c\x5e\x00\xaa\x00\x42\x54\xe2"
#define pbExchangeProviderPublicGuid \
	"\x78\xb2\xfa\x70\xaf\xf7\x11\xcd\x9b\xc8\x00\xaa\x00\x2f\xc4\x5a"
#define pbExchangeProviderXportGuid \
	"\xa9\x06\x40\xe0\xd6\x93\x11\xcd\xaf\x95\x00\xaa\x00\x4a\x35\xc3"
#define pbExchangeProviderLocalStoreGuid \
	"\x2D\xE5\x6B\xA1\x64\x6E\x11\xd2\x8D\x4E\x00\xC0\x4F\xAE\x23\x71"
#define pbExchangeProviderPersistStoreGuid \
	"\x98\xA2\x3D\x67\x62\xCF\x4d\x34\x82\x79\xDB\xFA\x6A\x50\x8B\x31"

/* --- Values of properties ----------------------------------------------------------------- */

/* PR_REPLICATION_STYLE and its settings. */
#define STYLE_ALWAYS_INTERVAL_DEFAULT		15
#define REPLICATION_MESSAGE_SIZE_LIMIT_DEFAULT	300
#define STYLE_NEVER				0
#define STYLE_NORMAL				1
#define STYLE_ALWAYS				2
#define STYLE_DEFAULT				((LONG)-1)
/* PR_RESOLVE_METHOD. */
#define RESOLVE_METHOD_DEFAULT			((ULONG)0x00000000)
#define RESOLVE_METHOD_LAST_WRITER_WINS		((ULONG)0x00000001)
#define RESOLVE_METHOD_NO_CONFLICT_NOTIFICATION	((ULONG)0x00000002)
/* PR_TRUST_SENDER. */
#define PR_TRUST_SENDER_NO			((ULONG)0x00000000)
#define PR_TRUST_SENDER_YES			((ULONG)0x00000001)
/* PR_MSG_EDITOR_FORMAT. */
#define EDITOR_FORMAT_DONTKNOW			((ULONG)0x00000000)
#define EDITOR_FORMAT_PLAINTEXT			((ULONG)0x00000001)
#define EDITOR_FORMAT_HTML			((ULONG)0x00000002)
#define EDITOR_FORMAT_RTF			((ULONG)0x00000003)
/* PR_MSG_STATUS. */
#define MSGSTATUS_IN_CONFLICT			((ULONG)0x00000800)
#define MSGSTATUS_MDNSENT			((ULONG)0x00004000)
/* PR_X400_ENVELOPE_TYPE. */
#define ENV_BLANK				((ULONG)0x00000000)
#define ENV_RECIP_NUM				((ULONG)0x00000001)
#define ENV_MSG_EXT				((ULONG)0x00000002)
#define ENV_RECIP_EXT				((ULONG)0x00000004)
#define X400_ENV_PLAIN				((ULONG)0x00000000)
#define X400_ENV_VALID_RECIP			((ULONG)0x00000003)
#define X400_ENV_FULL_EXT			((ULONG)0x00000007)
/* PR_AUTO_RESPONSE_SUPPRESS. */
#define AUTO_RESPONSE_SUPPRESS_DR		((ULONG)0x00000001)
#define AUTO_RESPONSE_SUPPRESS_NDR		((ULONG)0x00000002)
#define AUTO_RESPONSE_SUPPRESS_RN		((ULONG)0x00000004)
#define AUTO_RESPONSE_SUPPRESS_NRN		((ULONG)0x00000008)
#define AUTO_RESPONSE_SUPPRESS_OOF		((ULONG)0x00000010)
#define AUTO_RESPONSE_SUPPRESS_AUTO_REPLY	((ULONG)0x00000020)
#define AUTO_RESPONSE_SUPPRESS_NORFC821FROM	((ULONG)0x00000040)
#define WSZ_URL_FLAT_FOLDER_SPACE		MAPI_L("/-FlatUrlSpace-/")
#define cwchUrlFlatFolderSpace			16

/* --- Trace information of X.400 (PR_TRACE_INFO, PR_INTERNAL_TRACE_INFO) ------------------- */

#define MAX_ADMD_NAME_SIZ			17
#define MAX_PRMD_NAME_SIZ			17
#define MAX_COUNTRY_NAME_SIZ			4
#define MAX_MTA_NAME_SIZ			33
#define ADMN_PAD				3
#define PRMD_PAD				3
#define COUNTRY_PAD				0
#define MTA_PAD					3
#define PRMD_PAD_FOR_ACTIONS			2
#define MTA_PAD_FOR_ACTIONS			2
typedef struct TRACEENTRY {
	LONG lAction;
	FILETIME ftArrivalTime;
	FILETIME ftDeferredTime;
	char rgchADMDName[20];
	char rgchCountryName[4];
	char rgchPRMDId[20];
	char rgchAttADMDName[20];
	char rgchAttCountryName[4];
	char rgchAttPRMDId[19];
	BYTE bAdditionalActions;
} TRACEENTRY, *LPTRACEENTRY;
typedef struct TRACEINFO {
	ULONG cEntries;
	TRACEENTRY rgtraceentry[MAPI_DIM];
} TRACEINFO, *LPTRACEINFO;
typedef struct INTTRACEENTRY {
	LONG lAction;
	FILETIME ftArrivalTime;
	FILETIME ftDeferredTime;
	char rgchADMDName[20];
	char rgchCountryName[4];
	char rgchPRMDId[20];
	char rgchAttADMDName[20];
	char rgchAttCountryName[4];
	char rgchAttPRMDId[20];
	char rgchMTAName[36];
	char rgchAttMTAName[35];
	BYTE bAdditionalActions;
} INTTRACEENTRY, *PINTTRACEENTRY;
typedef struct INTTRACEINFO {
	ULONG cEntries;
	INTTRACEENTRY rgIntTraceEntry[MAPI_DIM];
} INTTRACEINFO, *PINTTRACEINFO;

/* --- Tables that are modified: access lists and rules ------------------------------------- */

/* ModifyTable: replaces all. */
#define ROWLIST_REPLACE				((ULONG)0x00000001)
/* ROWENTRY.ulRowFlags. */
#define ROW_ADD					((ULONG)0x00000001)
#define ROW_MODIFY				((ULONG)0x00000002)
#define ROW_REMOVE				((ULONG)0x00000004)
#define ROW_EMPTY				((ULONG)0x00000005)
typedef struct _ROWENTRY {
	ULONG ulRowFlags;	/* ROW_* */
	ULONG cValues;
	LPSPropValue rgPropVals;
} ROWENTRY, *LPROWENTRY;
typedef struct _ROWLIST {
	ULONG cEntries;
	ROWENTRY aEntries[MAPI_DIM];
} ROWLIST, *LPROWLIST;
#define CbNewROWLIST(_centries) \
	(offsetof(ROWLIST, aEntries) + (_centries) * sizeof(ROWENTRY))

/* GetContentsTable, GetHierarchyTable: what was deleted and can be had back; subfolders too. */
#define SHOW_SOFT_DELETES			((ULONG)0x00000002)
#define SHOW_SUBFOLDERS				((ULONG)0x00000004)
/* OpenProperty of PR_ACL_TABLE. */
#define ACLTABLE_FREEBUSY			((ULONG)0x00000002)
#define MAPI_RESERVED1				((ULONG)0x00010000)
#define MDB_OPEN_MSG_NO_BLOCK			((ULONG)0x00000020)
#define MDB_SAVE_MSG_UNLOCK			((ULONG)0x00000040)
/* DeleteMessages, DeleteFolder: for good. */
#define DELETE_HARD_DELETE			((ULONG)0x00000010)

/* --- Access rights ------------------------------------------------------------------------ */

typedef DWORD RIGHTS;
/* PR_MEMBER_RIGHTS, PR_RIGHTS. */
#define frightsReadAny				((ULONG)0x00000001)
#define frightsCreate				((ULONG)0x00000002)
#define frightsEditOwned			((ULONG)0x00000008)
#define frightsDeleteOwned			((ULONG)0x00000010)
#define frightsEditAny				((ULONG)0x00000020)
#define frightsDeleteAny			((ULONG)0x00000040)
#define frightsCreateSubfolder			((ULONG)0x00000080)
#define frightsOwner				((ULONG)0x00000100)
#define frightsContact				((ULONG)0x00000200)
#define frightsVisible				((ULONG)0x00000400)
#define frightsFreeBusySimple			((ULONG)0x00000800)
#define frightsFreeBusyDetailed			((ULONG)0x00001000)
#define rightsNone				((ULONG)0x00000000)
#define rightsReadOnly				((ULONG)0x00000001)
#define rightsReadWrite				((ULONG)0x00000021)
#define rightsAll				((ULONG)0x000005FB)

/* Rights of security descriptors: of mailboxes, folders and messages. */
typedef DWORD SDRIGHTS;
#define fsdpermUserDeleteMailbox		((ULONG)0x00010000)
#define fsdpermUserMailboxOwner			((ULONG)0x00000001)
#define fsdpermUserSendAs			((ULONG)0x00000002)
#define fsdpermUserPrimaryUser			((ULONG)0x00000004)
#define sdpermUserGenericRead			((ULONG)0x00020000)
#define sdpermUserGenericExecute		((ULONG)0x00020000)
#define sdpermUserGenericWrite			((ULONG)0x00030000)
#define sdpermUserGenericAll			((ULONG)0x001F0007)
#define fsdrightReadBody			((ULONG)0x00000001)
#define fsdrightListContents			((ULONG)0x00000001)
#define fsdrightWriteBody			((ULONG)0x00000002)
#define fsdrightCreateItem			((ULONG)0x00000002)
#define fsdrightAppendMsg			((ULONG)0x00000004)
#define fsdrightCreateContainer			((ULONG)0x00000004)
#define fsdrightReadProperty			((ULONG)0x00000008)
#define fsdrightWriteProperty			((ULONG)0x00000010)
#define fsdrightExecute				((ULONG)0x00000020)
#define fsdrightReserved1			((ULONG)0x00000040)
#define fsdrightReadAttributes			((ULONG)0x00000080)
#define fsdrightWriteAttributes			((ULONG)0x00000100)
#define fsdrightWriteOwnProperty		((ULONG)0x00000200)
#define fsdrightDeleteOwnItem			((ULONG)0x00000400)
#define fsdrightViewItem			((ULONG)0x00000800)
#define fsdrightOwner				((ULONG)0x00004000)
#define fsdrightContact				((ULONG)0x00008000)
#define fsdrightWriteSD				((ULONG)0x00040000)
#define fsdrightDelete				((ULONG)0x00010000)
#define fsdrightWriteOwner			((ULONG)0x00080000)
#define fsdrightReadControl			((ULONG)0x00020000)
#define fsdrightSynchronize			((ULONG)0x00100000)
#define sdrightsNone				((ULONG)0x00000000)
#define sdrightsBestAccess			((ULONG)0x02000000)
#define sdrightsReadOnly			((ULONG)0x80000000)
#define sdrightsReadWrite			((ULONG)0xC0000000)
#define sdrightsGenericRead			((ULONG)0x00120889)
#define sdrightsGenericWrite			((ULONG)0x001F4116)
#define sdrightsGenericExecute			((ULONG)0x001208A0)
#define sdrightsGenericAll			((ULONG)0x001FCFFF)
#define sdrightsFolderOwner			((ULONG)0x000D4110)
#define sdrightsFolders				((ULONG)0x001FC9FF)
#define fsdrightFreeBusySimple			((ULONG)0x00000001)
#define fsdrightFreeBusyDetailed		((ULONG)0x00000002)
#define sdrightsItems				((ULONG)0x001F0FBF)
#define sdrightsIgnored				((ULONG)0x00008064)
#define msgrightsGenericRead			((ULONG)0x00120889)
#define msgrightsGenericWrite			((ULONG)0x001F0116)
#define msgrightsGenericExecute			((ULONG)0x001208A0)
#define msgrightsGenericAll			((ULONG)0x001F0FBF)
#define fldrightsGenericRead			((ULONG)0x00120889)
#define fldrightsGenericWrite			((ULONG)0x001F4116)
#define fldrightsGenericExecute			((ULONG)0x001208A0)
#define fldrightsGenericAll			((ULONG)0x001FC9FF)

#define EXCHANGE_RM_SET_EXPLICIT_SD		((ULONG)0x00000001)
#define SECURITY_DESCRIPTOR_TRANSFER_VERSION	((ULONG)0x00000003)
/*
 * Parts of a security descriptor as it is transferred: a header's length, a version, a mask,
 * itself.
 */
#define CbSecurityDescriptorHeader(pb)	(*((WORD *)(pb)))
#define SECURITY_DESCRIPTOR_OF(pb)	(((BYTE *)(pb)) + CbSecurityDescriptorHeader(pb))
#define SECURITY_DESCRIPTOR_VERSION(pb)	(*((WORD *)((pb) + sizeof(WORD))))
#define SECURITY_INFORMATION_OF(pb)	(*((DWORD *)((pb) + 2 * sizeof(WORD))))
#define FCheckSecurityDescriptorVersion(pb) \
	(SECURITY_DESCRIPTOR_VERSION(pb) == SECURITY_DESCRIPTOR_TRANSFER_VERSION)

typedef BYTE ROLESCOPE;
#define ROLESCOPE_OBJECT			0
#define ROLESCOPE_FOLDER			1
#define ROLESCOPE_MAX				1
#define SECURITY_EXCHANGE_AUTHORITY {0, 0, 0, 0, 0, 8}

/* A GUID made of one or two property identifiers, for access to single properties. */
#define GUID_PROP_ID(pguid)		((pguid)->Data1 & 0xFFFF)
#define GUID_SUB_PROP_ID(pguid)		(((pguid)->Data1 >> 16) & 0xFFFF)
#define SET_GUID_PROP_ID(pguid, ptag)	((pguid)->Data1 = PROP_ID(ptag))
#define SET_GUID_SUB_PROP_ID(pguid, ptag, subptag) \
	((pguid)->Data1 = (PROP_ID(ptag) | (PROP_ID(subptag) << 16)))
#define SUB_PROPERTY_GUID(ptag, subptag) \
	{(PROP_ID(subptag) << 16) | PROP_ID(ptag), 0x6585, 0x11D3, \
	{0xB6, 0x19, 0x00, 0xAA, 0x00, 0x4B, 0x9C, 0x30}}
#define PROPERTY_GUID(ptag)		SUB_PROPERTY_GUID(ptag, 0)

/* --- Rules -------------------------------------------------------------------------------- */

/* Types of property that only rules and files have. */
#define PT_SRESTRICTION				((ULONG)0x00FD)
#define PT_ACTIONS				((ULONG)0x00FE)
#define PT_FILE_HANDLE				((ULONG)0x0103)
#define PT_FILE_EA				((ULONG)0x0104)
#define PT_VIRTUAL				((ULONG)0x0105)
#define FVirtualProp(ptag)		(PROP_TYPE(ptag) == PT_VIRTUAL)
#define FFileHandleProp(ptag) \
	(PROP_TYPE(ptag) == PT_FILE_HANDLE || PROP_TYPE(ptag) == PT_FILE_EA)

/* PR_RULE_STATE. */
#define ST_DISABLED				((ULONG)0x00000000)
#define ST_ENABLED				((ULONG)0x00000001)
#define ST_ERROR				((ULONG)0x00000002)
#define ST_ONLY_WHEN_OOF			((ULONG)0x00000004)
#define ST_KEEP_OOF_HIST			((ULONG)0x00000008)
#define ST_EXIT_LEVEL				((ULONG)0x00000010)
#define ST_SKIP_IF_SCL_IS_SAFE			((ULONG)0x00000020)
#define ST_RULE_PARSE_ERROR			((ULONG)0x00000040)
#define ST_CLEAR_OOF_HIST			((ULONG)0x80000000)
/* A restriction that all meet, in its serialized form. */
#define NULL_RESTRICTION			((ULONG)0x000000FF)
/* SPropertyRestriction.relop: the sender is a member of a list. */
#define RELOP_MEMBER_OF_DL			((ULONG)0x00000064)
#define szProviderModeratorRule			"MSFT:MR"
#define wszProviderModeratorRule		MAPI_L("MSFT:MR")

/* ACTION.acttype, and which member of ACTION it uses. */
typedef enum ACTTYPE {
	OP_MOVE = 1,		/* actMoveCopy */
	OP_COPY,		/* actMoveCopy */
	OP_REPLY,		/* actReply */
	OP_OOF_REPLY,		/* actReply */
	OP_DEFER_ACTION,	/* actDeferAction */
	OP_BOUNCE,		/* scBounceCode */
	OP_FORWARD,		/* lpadrlist */
	OP_DELEGATE,		/* lpadrlist */
	OP_TAG,			/* propTag */
	OP_DELETE,
	OP_MARK_AS_READ
} ACTTYPE;

/* ACTION.ulActionFlavor of OP_REPLY, then of OP_FORWARD. */
#define DO_NOT_SEND_TO_ORIGINATOR		((ULONG)0x00000001)
#define STOCK_REPLY_TEMPLATE			((ULONG)0x00000002)
#define FWD_PRESERVE_SENDER			((ULONG)0x00000001)
#define FWD_DO_NOT_MUNGE_MSG			((ULONG)0x00000002)
#define FWD_AS_ATTACHMENT			((ULONG)0x00000004)
/* ACTION.scBounceCode. */
#define BOUNCE_MESSAGE_SIZE_TOO_LARGE		((ULONG)0x0000000D)
#define BOUNCE_FORMS_MISMATCH			((ULONG)0x0000001F)
#define BOUNCE_ACCESS_DENIED			((ULONG)0x00000026)
#define szReplyTemplateMsgClassPrefix		"IPM.Note.Rules.ReplyTemplate."
#define szOofTemplateMsgClassPrefix		"IPM.Note.Rules.OofTemplate."

typedef struct _action {
	ACTTYPE acttype;
	ULONG ulActionFlavor;
	LPSRestriction lpRes;		/* NULL */
	LPSPropTagArray lpPropTagArray;	/* NULL */
	ULONG ulFlags;
	ULONG dwAlignPad;
	__extension__ union {
		struct {
			ULONG cbStoreEntryId;
			LPENTRYID lpStoreEntryId;
			ULONG cbFldEntryId;
			LPENTRYID lpFldEntryId;
		} actMoveCopy;
		struct {
			ULONG cbEntryId;
			LPENTRYID lpEntryId;
			GUID guidReplyTemplate;
		} actReply;
		struct {
			ULONG cbData;
			BYTE *pbData;
		} actDeferAction;
		SCODE scBounceCode;
		LPADRLIST lpadrlist;
		SPropValue propTag;
	};
} ACTION, *LPACTION;

#define EDK_RULES_VERSION			((ULONG)0x00000001)
typedef struct _actions {
	ULONG ulVersion;	/* EDK_RULES_VERSION */
	UINT cActions;
	LPACTION lpAction;
} ACTIONS;

EMAPI_BEGIN_C

/* Rules' restrictions and actions as bytes, and back; results are the caller's to free. */
EMAPI_EXPORT HRESULT HrSerializeSRestriction(IMAPIProp *pprop, LPSRestriction prest, BYTE **ppbRest,
	ULONG *pcbRest);
EMAPI_EXPORT HRESULT HrDeserializeSRestriction(IMAPIProp *pprop, BYTE *pbRest, ULONG cbRest,
	LPSRestriction *pprest);
/*
 * A rule's actions likewise, as PR_EXTENDED_RULE_MSG_ACTIONS has them ([MS-OXORULE] 2.2.4.1.9,
 * 2.2.5); pprop is not used. MAPI_E_NO_SUPPORT for a value of a named property, whose name would
 * have to go along, MAPI_E_VERSION for another ulVersion than EDK_RULES_VERSION,
 * MAPI_E_INVALID_PARAMETER for an action of no known kind, MAPI_E_CORRUPT_DATA for bytes that are
 * no actions.
 */
EMAPI_EXPORT HRESULT HrSerializeActions(IMAPIProp *pprop, ACTIONS *pActions, BYTE **ppbActions,
	ULONG *pcbActions);
EMAPI_EXPORT HRESULT HrDeserializeActions(IMAPIProp *pprop, BYTE *pbActions, ULONG cbActions,
	ACTIONS **ppActions);

EMAPI_END_C

#define szDamMsgClass				"IPC.Microsoft Exchange 4.0.Deferred Action"
#define szDemMsgClass				"IPC.Microsoft Exchange 4.0.Deferred Error"
#define szExRuleMsgClass			"IPM.ExtendedRule.Message"
#define wszExRuleMsgClass			MAPI_L("IPM.ExtendedRule.Message")
/* PR_RULE_ERROR. */
#define RULE_ERR_UNKNOWN			((ULONG)0x00000001)
#define RULE_ERR_LOAD				((ULONG)0x00000002)
#define RULE_ERR_DELIVERY			((ULONG)0x00000003)
#define RULE_ERR_PARSING			((ULONG)0x00000004)
#define RULE_ERR_CREATE_DAE			((ULONG)0x00000005)
#define RULE_ERR_NO_FOLDER			((ULONG)0x00000006)
#define RULE_ERR_NO_RIGHTS			((ULONG)0x00000007)
#define RULE_ERR_CREATE_DAM			((ULONG)0x00000008)
#define RULE_ERR_NO_SENDAS			((ULONG)0x00000009)
#define RULE_ERR_NO_TEMPLATE			((ULONG)0x0000000A)
#define RULE_ERR_EXECUTION			((ULONG)0x0000000B)
#define RULE_ERR_QUOTA_EXCEEDED			((ULONG)0x0000000C)
#define RULE_ERR_TOO_MANY_RECIPS		((ULONG)0x0000000D)
#define RULE_ERR_FIRST				((ULONG)0x00000001)
#define RULE_ERR_LAST				((ULONG)0x0000000D)

/* --- Stores ------------------------------------------------------------------------------- */

/* PR_FOLDER_FLAGS. */
#define MDB_FOLDER_IPM				((ULONG)0x00000001)
#define MDB_FOLDER_SEARCH			((ULONG)0x00000002)
#define MDB_FOLDER_NORMAL			((ULONG)0x00000004)
#define MDB_FOLDER_RULES			((ULONG)0x00000008)
#define MDB_NON_IPM				((ULONG)0x00000010)
#define MDB_IPM					((ULONG)0x00000020)
/* Quotas. */
#define MDB_LIMIT_BELOW				((ULONG)0x00000001)
#define MDB_LIMIT_ISSUE_WARNING			((ULONG)0x00000002)
#define MDB_LIMIT_PROHIBIT_SEND			((ULONG)0x00000004)
#define MDB_LIMIT_NO_CHECK			((ULONG)0x00000008)
#define MDB_LIMIT_DISABLED			((ULONG)0x00000010)
#define MDB_QUOTA_NOQUOTA			((ULONG)0xFFFFFFFF)

/* --- Synchronization ---------------------------------------------------------------------- */

/* IExchangeFastTransfer::Config. */
#define TRANSFER_COPYTO				((ULONG)0x00000001)
#define TRANSFER_COPYPROPS			((ULONG)0x00000002)
#define TRANSFER_COPYMESSAGES			((ULONG)0x00000003)
#define TRANSFER_COPYFOLDER			((ULONG)0x00000004)
#define ulHierChanged				((ULONG)0x00000001)
#define MAPI_EXTENDEDCALLBACKS			((ULONG)0x00000400)

#define MAKE_SYNC_E(err)		MAKE_SCODE(SEVERITY_ERROR, FACILITY_ITF, err)
#define MAKE_SYNC_W(warn)		MAKE_SCODE(SEVERITY_SUCCESS, FACILITY_ITF, warn)
#define SYNC_E_UNKNOWN_FLAGS			((SCODE)0x80040106u)
#define SYNC_E_INVALID_PARAMETER		((ULONG)0x80070057)
#define SYNC_E_ERROR				((ULONG)0x80004005)
#define SYNC_E_OBJECT_DELETED			((SCODE)0x80040800u)
#define SYNC_E_IGNORE				((SCODE)0x80040801u)
#define SYNC_E_CONFLICT				((SCODE)0x80040802u)
#define SYNC_E_NO_PARENT			((SCODE)0x80040803u)
#define SYNC_E_CYCLE				((SCODE)0x80040804u)
#define SYNC_E_UNSYNCHRONIZED			((SCODE)0x80040805u)
#define SYNC_W_PROGRESS				((ULONG)0x00040820)
#define SYNC_W_CLIENT_CHANGE_NEWER		((ULONG)0x00040821)
/* Config of the exporters and importers. */
#define SYNC_UNICODE				((ULONG)0x00000001)
#define SYNC_NO_DELETIONS			((ULONG)0x00000002)
#define SYNC_NO_SOFT_DELETIONS			((ULONG)0x00000004)
#define SYNC_READ_STATE				((ULONG)0x00000008)
#define SYNC_ASSOCIATED				((ULONG)0x00000010)
#define SYNC_NORMAL				((ULONG)0x00000020)
#define SYNC_NO_CONFLICTS			((ULONG)0x00000040)
#define SYNC_ONLY_SPECIFIED_PROPS		((ULONG)0x00000080)
#define SYNC_NO_FOREIGN_KEYS			((ULONG)0x00000100)
#define SYNC_LIMITED_IMESSAGE			((ULONG)0x00000200)
#define SYNC_CATCHUP				((ULONG)0x00000400)
#define SYNC_NEW_MESSAGE			((ULONG)0x00000800)
#define SYNC_MSG_SELECTIVE			((ULONG)0x00001000)
#define SYNC_BEST_BODY				((ULONG)0x00002000)
#define SYNC_IGNORE_SPECIFIED_ON_ASSOCIATED	((ULONG)0x00004000)
#define SYNC_PROGRESS_MODE			((ULONG)0x00008000)
#define SYNC_FXRECOVERMODE			((ULONG)0x00010000)
#define SYNC_DEFER_CONFIG			((ULONG)0x00040000)
#define SYNC_FORCE_UNICODE			((ULONG)0x00040000)
/* ImportMessageDeletion, ImportFolderDeletion; READSTATE.ulFlags. */
#define SYNC_SOFT_DELETE			((ULONG)0x00000001)
#define SYNC_EXPIRY				((ULONG)0x00000002)
#define SYNC_READ				((ULONG)0x00000001)
#define MESSAGE_BEST_BODY			((ULONG)0x00000010)
#define MESSAGE_SEND_ENTRYID			((ULONG)0x00000020)
#define SUPRESS_NOTIFICATIONS_ON_MY_ACTIONS	((ULONG)0x00001000)
typedef struct _ReadState {
	ULONG cbSourceKey;
	BYTE *pbSourceKey;
	ULONG ulFlags;	/* SYNC_READ or 0 */
} READSTATE, *LPREADSTATE;

/* --- Offline folders and older devices ---------------------------------------------------- */

#define OF_AVAILABLE_OFFLINE			((ULONG)0x00000001)
#define OF_FORCE				((ULONG)0x80000000)
#define SF_DISABLE_STARTUP_SYNC			((ULONG)0x00000001)
/* Private distribution lists. */
#define PRIV_DL_HIDE_MEMBERS			((ULONG)0x00000001)
#define PRIV_DL_REPORT_TO_ORIG			((ULONG)0x00000002)
#define PRIV_DL_REPORT_TO_OWNER			((ULONG)0x00000004)
#define PRIV_DL_ALLOW_OOF			((ULONG)0x00000008)
#define SZ_HPC_V2				"Software\\Microsoft\\Windows CE Services"
#define SZ_HPC_V2_MAJOR				"MajorVersion"
#define SZ_HPC_V2_MINOR				"MinorVersion"
#define SZ_HPC_V1				"Software\\Microsoft\\Pegasus"
#define SZ_HPC_V1_MAJOR				"MajorVersion"
#define SZ_HPC_V1_MINOR				"MinorVersion"
#define SZ_HPC_V1_0				"InstalledDir"
#define SZ_OUTL_OST_OPTIONS			"Software\\Microsoft\\Office\\8.0\\Outlook\\OST"
#define SZ_NO_OST				"NoOST"
#define NO_OST_FLAG_ALLOWED			((ULONG)0x00000000)
#define NO_OST_FLAG_CACHE_ONLY			((ULONG)0x00000001)
#define NO_OST_FLAG_NOT_ALLOWED			((ULONG)0x00000002)
#define NO_OST_FLAG_NO_CACHE			((ULONG)0x00000003)
#define NO_OST_DEFAULT				((ULONG)0x00000000)

/* --- Locks and versions ------------------------------------------------------------------- */

#define LOCK_NON_PERSISTENT			((ULONG)0x00000001)
#define LOCK_BLOCKING_MID_LOCK			((ULONG)0x00000002)
#define LOCK_NULL_RESOURCE			((ULONG)0x00000004)
#define LOCK_READ_ACCESS_CHECK_ONLY		((ULONG)0x00000008)
#define LOCK_WRITE_THROUGH_GOP			((ULONG)0x00010000)
#define LOCK_RESERVED				((ULONG)0x80000000)
#define UNLOCK_CHECKIN_ABORT			((ULONG)0x00000001)
#define UNLOCK_CHECKIN_KEEP_LOCKED		((ULONG)0x00000002)
#define UNLOCK_BLOCKING_MID_LOCK_ALL		((ULONG)0x00000004)
#define UNLOCK_BLOCKING_MID_LOCK_LOGON_ONLY	((ULONG)0x00000008)
#define UNLOCK_NULL_RESOURCE			((ULONG)0x00000010)
#define UNLOCK_WRITE_THROUGH_GOP		((ULONG)0x00010000)
#define wNonVersionedFolder			0
#define wVersionedFolderSimple			1
#define wVersionedFolderAuto			2
#define fVersionedDelete			1
#define fVersionedUnDelete			2
#define fVersionedPin				4
#define fVersionedUnPin				8
#define fVersionedMoveIn			16
#define fVersionedMoveOut			32
#define pidLISMsgFolderPropMin			0x65A0
#define pidLISMsgFolderPropMax			0x65C0
#define pidLISErrorCodeMin			0x65AA
#define pidLISErrorCodeMax			0x65B0
#define pidLISInterfacePropMin			0x65D0
#define pidLISInterfacePropMax			0x65E0
#define ANTIVIRUS_SCAN_NO_VIRUS			((ULONG)0x00000000)
#define ANTIVIRUS_SCAN_VIRUS_PRESENT		((ULONG)0x00000001)
#define ANTIVIRUS_SCAN_VIRUS_CLEANED		((ULONG)0x00000002)
#define ANTIVIRUS_SCAN_VIRUS_DELETED		((ULONG)0x00000003)
#define RETENTION_FLAGS_EXPLICIT		((ULONG)0x00000001)
#define RETENTION_FLAGS_TAG_CHANGED		((ULONG)0x00000002)
#define RETENTION_FLAGS_AUTOTAG			((ULONG)0x00000004)
#define RETENTION_FLAGS_PERSONAL		((ULONG)0x00000008)
#define RETENTION_FLAGS_EXPLICIT_ARCHIVE	((ULONG)0x00000010)

#include "emapi_edkinterfaces.h"

#endif /* EMAPI_EDKMDB_H */
