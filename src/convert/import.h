/* SPDX-License-Identifier: MIT */
/*
 * Internet mail as messages: mime.h the other way round ([MS-OXCMAIL] 2.2).
 *
 * Any bytes are a mail as long as they begin with a header field.  What is broken is read as well
 * as it can be and nothing of it is lost: the header stands word for word in
 * PR_TRANSPORT_MESSAGE_HEADERS, text of a wrong or unknown character set is kept by bytes
 * (charset.h), parts that are no body are attachments.  Attachments are decoded in pieces; memory
 * grows with headers and text only.
 */
#ifndef EMAPI_CONVERT_IMPORT_H
#define EMAPI_CONVERT_IMPORT_H

#include <stdbool.h>
#include <mapidefs.h>

struct import_reader;

/* The mails of a file: one, or where it begins with "From " those of an mbox.  `fd` must be one
 * that can be sought in; it is taken over. */
struct import_reader *import_open(int fd);
void import_close(struct import_reader *reader);

/* Goes on to the next mail, parsing it; false after the last.  Each that an mbox has is come to,
 * also after one that cannot be read. */
bool import_next(struct import_reader *reader);

/*
 * Fills a new, empty message with the mail.  It counts as read and sent (MSGFLAG_READ, no
 * MSGFLAG_UNSENT; a field "X-Unsent: 1" makes it a draft).  SaveChanges is the caller's; on failure
 * the message is to be dropped.  `why` (may be NULL) gets a sentence on failure, g_free().
 *
 * MAPI_E_INVALID_OBJECT: this is no mail, it has no header.  MAPI_E_NOT_ENOUGH_MEMORY, or what the
 * message answered.
 */
HRESULT import_fill(struct import_reader *reader, IMessage *message, char **why);

#endif
