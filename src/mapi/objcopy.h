/* SPDX-License-Identifier: MIT */
/*
 * Whole objects copied through their interfaces, from any provider to any other: messages with
 * recipients and attachments (and the messages within these), folders with all that is in them.
 * What IMAPISupport's DoCopyTo, DoCopyProps, CopyMessages and CopyFolder do for a store that has
 * nothing better.  What belongs to an object itself (entry ID, record key, counts) stays.
 */
#ifndef EMAPI_MAPI_OBJCOPY_H
#define EMAPI_MAPI_OBJCOPY_H

#include <mapidefs.h>

struct objcopy {
	const SPropTagArray *include; /* NULL: all but `exclude` */
	const SPropTagArray *exclude;
	ULONG excluded_count; /* interfaces that are not to be used */
	const IID *excluded;
	IMAPIProgress *progress; /* may be NULL */
	ULONG flags;             /* MAPI_MOVE, MAPI_NOREPLACE, MAPI_DECLINE_OK */
	SPropProblemArray **problems;
};

/* CopyTo or CopyProps.  MAPI_MOVE of a message or folder is MAPI_E_NO_SUPPORT
 * (MAPI_E_DECLINE_COPY where the flags allow it), MAPI_E_FOLDER_CYCLE a folder into itself. */
HRESULT objcopy(IMAPIProp *source, IUnknown *target, const struct objcopy *how);

/* IMAPIFolder::CopyMessages: MAPI_W_PARTIAL_COMPLETION where some did not go, MAPI_E_USER_CANCEL.
 */
HRESULT objcopy_messages(IMAPIFolder *from, const ENTRYLIST *list, IMAPIFolder *to,
    IMAPIProgress *progress, ULONG flags);
/* One message into a new one of `to`; `flags` as CreateMessage has them. */
HRESULT objcopy_message(IMAPIFolder *from, const SBinary *id, IMAPIFolder *to, ULONG flags);

/* IMAPIFolder::CopyFolder; `name` is UTF-8, NULL keeps the old one. */
HRESULT objcopy_folder(IMAPIFolder *from, const SBinary *id, IMAPIFolder *to, const char *name,
    IMAPIProgress *progress, ULONG flags);

/* Of objcopy_folders.c, for objcopy(): what is in a folder into another. */
HRESULT objcopy_contents(IMAPIFolder *from, IMAPIFolder *to, const struct objcopy *how);

/* Whether `how` asks for a property (of CopyTo or CopyProps). */
BOOL objcopy_wants(const struct objcopy *how, ULONG tag);

#endif
