/* SPDX-License-Identifier: MIT */
/* CopyTo and CopyProps (MAPI reference: IMAPIProp::CopyTo), through the interfaces of both objects,
 * so the target may be anybody's. */
#ifndef EMAPI_STORE_COPY_H
#define EMAPI_STORE_COPY_H

#include "store.h"

struct copy_request {
	IMAPIProp *source;
	const SPropTagArray *exclude; /* CopyTo; may be NULL */
	const SPropTagArray *include; /* CopyProps; else NULL */
	const IID *iid;
	void *target;
	ULONG flags; /* MAPI_MOVE, MAPI_NOREPLACE, MAPI_DECLINE_OK, MAPI_DIALOG */
	SPropProblemArray **problems;
};

/* Properties, recipients and attachments. */
HRESULT copy_message(const struct copy_request *request);
/* Properties; the data in pieces. */
HRESULT copy_attach(const struct copy_request *request);
/* Properties alone: stores and folders. */
HRESULT copy_props(const struct copy_request *request);

/* IMAPIFolder::CopyMessages into a folder of another store: message by message, MESSAGE_MOVE
 * deletes what was copied.  MAPI_W_PARTIAL_COMPLETION. */
HRESULT copy_messages(IMAPIFolder *from, const ENTRYLIST *list, IMAPIFolder *to, ULONG flags);

#endif
