/* SPDX-License-Identifier: MIT */
/*
 * The recipient list of a message in memory (MAPI reference: IMessage::ModifyRecipients;
 * pywin32.md trap 23): a GPtrArray of struct recipient.  Not locked.
 */
#ifndef EMAPI_PROP_RECIPIENT_H
#define EMAPI_PROP_RECIPIENT_H

#include <glib.h>
#include <mapidefs.h>

struct bag;

struct recipient {
	ULONG row;         /* PR_ROWID */
	SPropValue *props; /* a MAPI buffer */
	ULONG count;
};

GPtrArray *recipients_new(void);
HRESULT recipients_copy(const GPtrArray *from, GPtrArray **out);
/* IMessage::ModifyRecipients: does all or nothing.  `next_row` numbers those that are added. */
HRESULT recipients_modify(GPtrArray *list, ULONG *next_row, ULONG flags, const ADRLIST *entries);
/* The usual columns, then whatever else the recipients have; text as `flags` (MAPI_UNICODE). */
HRESULT recipients_table(const GPtrArray *list, ULONG flags, IMAPITable **out);
/* PR_DISPLAY_TO, PR_DISPLAY_CC and PR_DISPLAY_BCC into the bag. */
HRESULT recipients_summarize(const GPtrArray *list, struct bag *bag);

#endif
