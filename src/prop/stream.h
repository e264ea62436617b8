/* SPDX-License-Identifier: MIT */
/* An IStream over memory, for property values that are small enough to be held. */
#ifndef EMAPI_PROP_STREAM_H
#define EMAPI_PROP_STREAM_H

#include <stddef.h>
#include <mapidefs.h>

/* Called by Commit, and at the last Release when something was written since: the whole value.
 * May be NULL for a read-only stream. */
typedef HRESULT (*stream_commit_fn)(void *context, const void *data, size_t size);
/* Called once when the stream goes away. */
typedef void (*stream_free_fn)(void *context);

struct stream_owner {
	stream_commit_fn commit;
	stream_free_fn free;
	void *context;
};

/* A stream that starts with a copy of `data`.  Without owner.commit, Write and SetSize answer
 * STG_E_ACCESSDENIED. */
HRESULT stream_create(const void *data, size_t size, const struct stream_owner *owner,
    IStream **out);

#endif
