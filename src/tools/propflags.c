/* SPDX-License-Identifier: MIT */
/* Names of flags and enumerations that properties hold. */
#include "propwords.h"

#include <mapitags.h>

struct word {
	ULONG value;
	const char *name;
};

#define WORD(name)                                                                                 \
	{                                                                                          \
		(ULONG)(name), #name                                                               \
	}

static const struct word message_flags[] = {
	WORD(MSGFLAG_READ),
	WORD(MSGFLAG_UNMODIFIED),
	WORD(MSGFLAG_SUBMIT),
	WORD(MSGFLAG_UNSENT),
	WORD(MSGFLAG_HASATTACH),
	WORD(MSGFLAG_FROMME),
	WORD(MSGFLAG_ASSOCIATED),
	WORD(MSGFLAG_RESEND),
	WORD(MSGFLAG_RN_PENDING),
	WORD(MSGFLAG_NRN_PENDING),
	{ 0 },
};
static const struct word status[] = {
	WORD(MSGSTATUS_HIGHLIGHTED),
	WORD(MSGSTATUS_TAGGED),
	WORD(MSGSTATUS_HIDDEN),
	WORD(MSGSTATUS_DELMARKED),
	WORD(MSGSTATUS_REMOTE_DOWNLOAD),
	WORD(MSGSTATUS_REMOTE_DELETE),
	{ 0 },
};
static const struct word access_flags[] = {
	WORD(MAPI_ACCESS_MODIFY),
	WORD(MAPI_ACCESS_READ),
	WORD(MAPI_ACCESS_DELETE),
	WORD(MAPI_ACCESS_CREATE_HIERARCHY),
	WORD(MAPI_ACCESS_CREATE_CONTENTS),
	WORD(MAPI_ACCESS_CREATE_ASSOCIATED),
	{ 0 },
};
static const struct word support[] = {
	WORD(STORE_ENTRYID_UNIQUE),
	WORD(STORE_READONLY),
	WORD(STORE_SEARCH_OK),
	WORD(STORE_MODIFY_OK),
	WORD(STORE_CREATE_OK),
	WORD(STORE_ATTACH_OK),
	WORD(STORE_OLE_OK),
	WORD(STORE_SUBMIT_OK),
	WORD(STORE_NOTIFY_OK),
	WORD(STORE_MV_PROPS_OK),
	WORD(STORE_CATEGORIZE_OK),
	WORD(STORE_RTF_OK),
	WORD(STORE_RESTRICTION_OK),
	WORD(STORE_SORT_OK),
	{ 0x00040000, "STORE_UNICODE_OK" },
	{ 0 },
};
static const struct word folder_mask[] = {
	WORD(FOLDER_IPM_SUBTREE_VALID),
	WORD(FOLDER_IPM_INBOX_VALID),
	WORD(FOLDER_IPM_OUTBOX_VALID),
	WORD(FOLDER_IPM_WASTEBASKET_VALID),
	WORD(FOLDER_IPM_SENTMAIL_VALID),
	WORD(FOLDER_VIEWS_VALID),
	WORD(FOLDER_COMMON_VIEWS_VALID),
	WORD(FOLDER_FINDER_VALID),
	{ 0 },
};
static const struct word object_type[] = {
	WORD(MAPI_STORE),
	WORD(MAPI_ADDRBOOK),
	WORD(MAPI_FOLDER),
	WORD(MAPI_ABCONT),
	WORD(MAPI_MESSAGE),
	WORD(MAPI_MAILUSER),
	WORD(MAPI_ATTACH),
	WORD(MAPI_DISTLIST),
	WORD(MAPI_PROFSECT),
	WORD(MAPI_STATUS),
	WORD(MAPI_SESSION),
	{ 0 },
};
static const struct word recipient_type[] = {
	WORD(MAPI_ORIG),
	WORD(MAPI_TO),
	WORD(MAPI_CC),
	WORD(MAPI_BCC),
	{ 0 },
};
static const struct word importance[] = {
	WORD(IMPORTANCE_LOW),
	WORD(IMPORTANCE_NORMAL),
	WORD(IMPORTANCE_HIGH),
	{ 0 },
};
static const struct word priority[] = {
	WORD(PRIO_URGENT),
	WORD(PRIO_NORMAL),
	WORD(PRIO_NONURGENT),
	{ 0 },
};
static const struct word sensitivity[] = {
	WORD(SENSITIVITY_NONE),
	WORD(SENSITIVITY_PERSONAL),
	WORD(SENSITIVITY_PRIVATE),
	WORD(SENSITIVITY_COMPANY_CONFIDENTIAL),
	{ 0 },
};
static const struct word attach_method[] = {
	WORD(NO_ATTACHMENT),
	WORD(ATTACH_BY_VALUE),
	WORD(ATTACH_BY_REFERENCE),
	WORD(ATTACH_BY_REF_RESOLVE),
	WORD(ATTACH_BY_REF_ONLY),
	WORD(ATTACH_EMBEDDED_MSG),
	WORD(ATTACH_OLE),
	{ 0 },
};
static const struct word folder_type[] = {
	WORD(FOLDER_ROOT),
	WORD(FOLDER_GENERIC),
	WORD(FOLDER_SEARCH),
	{ 0 },
};
static const struct word display_type[] = {
	WORD(DT_MAILUSER),
	WORD(DT_DISTLIST),
	WORD(DT_FORUM),
	WORD(DT_AGENT),
	WORD(DT_ORGANIZATION),
	WORD(DT_PRIVATE_DISTLIST),
	WORD(DT_REMOTE_MAILUSER),
	{ 0 },
};

static const struct {
	ULONG tag;
	const struct word *words;
	bool flags; /* bits; else one of them */
} properties[] = {
	{ PR_MESSAGE_FLAGS, message_flags, true },
	{ PR_MSG_STATUS, status, true },
	{ PR_ACCESS, access_flags, true },
	{ PR_STORE_SUPPORT_MASK, support, true },
	{ PR_VALID_FOLDER_MASK, folder_mask, true },
	{ PR_OBJECT_TYPE, object_type, false },
	{ PR_RECIPIENT_TYPE, recipient_type, false },
	{ PR_IMPORTANCE, importance, false },
	{ PR_PRIORITY, priority, false },
	{ PR_SENSITIVITY, sensitivity, false },
	{ PR_ATTACH_METHOD, attach_method, false },
	{ PR_FOLDER_TYPE, folder_type, false },
	{ PR_DISPLAY_TYPE, display_type, false },
};

static char **
words_of(const struct word *words, bool flags, ULONG number)
{
	GPtrArray *names = g_ptr_array_new();
	ULONG rest = number;

	for (; words->name; words++) {
		if (flags ? !(number & words->value) : number != words->value)
			continue;
		g_ptr_array_add(names, g_strdup(words->name));
		rest &= ~words->value;
	}
	if (flags && rest)
		g_ptr_array_add(names, g_strdup_printf("0x%X", (unsigned)rest));
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

char **
prop_words_flags(ULONG tag, ULONG number)
{
	for (size_t i = 0; i < G_N_ELEMENTS(properties); i++)
		if (properties[i].tag == tag)
			return words_of(properties[i].words, properties[i].flags, number);
	return NULL;
}
