/* SPDX-License-Identifier: MIT */
/* OpenProperty of objects that are not transacted (stores, folders, profile sections, IPropData):
 * an IStream on a copy of the value, which Commit and the last Release set. */
#ifndef EMAPI_PROP_VALUE_STREAM_H
#define EMAPI_PROP_VALUE_STREAM_H

#include <stdbool.h>
#include <mapidefs.h>

/* PT_BINARY, PT_STRING8, PT_UNICODE.  `flags` MAPI_MODIFY, MAPI_CREATE (begins empty).  Called
 * without a lock.  MAPI_E_NOT_FOUND, MAPI_E_NO_ACCESS, MAPI_E_INTERFACE_NOT_SUPPORTED. */
struct value_stream_request {
	IMAPIProp *object;
	bool writable;
	ULONG tag;
	const IID *iid;
	ULONG flags;
};
HRESULT value_stream_open(const struct value_stream_request *request, IUnknown **out);

#endif
