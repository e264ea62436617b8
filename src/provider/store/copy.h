/* SPDX-License-Identifier: MIT */
/* CopyTo and CopyProps of all objects (MAPI reference: IMAPIProp::CopyTo, IMAPIProp::CopyProps), by
 * MAPI's own (IMAPISupport::DoCopyTo, DoCopyProps), so the target may be anybody's. */
#ifndef EMAPI_STORE_COPY_H
#define EMAPI_STORE_COPY_H

#include "store.h"

struct copy_request {
	struct store *store;
	IMAPIProp *source;
	const IID *kind; /* the interface that the source is */
	ULONG excluded_count;
	const IID *excluded;          /* CopyTo: interfaces that are not to be used */
	const SPropTagArray *exclude; /* CopyTo; may be NULL */
	const SPropTagArray *include; /* CopyProps; else NULL */
	ULONG_PTR window;
	IMAPIProgress *progress;
	const IID *iid;
	void *target;
	ULONG flags; /* MAPI_MOVE, MAPI_NOREPLACE, MAPI_DECLINE_OK, MAPI_DIALOG */
	SPropProblemArray **problems;
};

/* MAPI_E_INVALID_PARAMETER: no target, no interface, an empty list; MAPI_E_DECLINE_COPY with
 * MAPI_DECLINE_OK; MAPI_E_INTERFACE_NOT_SUPPORTED: the target lacks the interface, or the source's
 * own is excluded; MAPI_E_NO_ACCESS: source and target are one.  The store's lock is not held. */
HRESULT copy_object(const struct copy_request *request);
/* MAPI's part of it, of a request that was checked. */
HRESULT copy_unchecked(const struct copy_request *request);
/* copy_move.c: MAPI_MOVE of a message or folder, of a request that was checked. */
HRESULT copy_move(const struct copy_request *request);

#endif
