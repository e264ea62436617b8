/* SPDX-License-Identifier: MIT */
/*
 * An IStream over memory, for property values that are small enough to be held.
 *
 * Clones share the bytes and have positions of their own; all may be used from any thread.  Revert
 * goes back to the bytes of the last Commit.  Not supported: more than 4 GiB (STG_E_MEDIUMFULL),
 * LockRegion and UnlockRegion (STG_E_INVALIDFUNCTION).
 */
#ifndef EMAPI_PROP_STREAM_H
#define EMAPI_PROP_STREAM_H

#include <stddef.h>
#include <mapidefs.h>

/* Called by Commit, when something was written since the last time, and at the last Release: the
 * whole value.  May be NULL for a read-only stream.  It must not call the stream. */
typedef HRESULT (*stream_commit_fn)(void *context, const void *data, size_t size);
/* Called once when the stream goes away. */
typedef void (*stream_free_fn)(void *context);

struct stream_owner {
	stream_commit_fn commit;
	stream_free_fn free;
	void *context;
};

/* A stream that starts with a copy of `data`.  Without owner.commit, Write and SetSize answer
 * STG_E_ACCESSDENIED.  Where this fails the owner stays the caller's: nothing of it is called.
 * `owner` may be NULL; it is copied. */
HRESULT stream_create(
    const void *data, size_t size, const struct stream_owner *owner, IStream **out);

#endif
