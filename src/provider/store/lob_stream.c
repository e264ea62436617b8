/* SPDX-License-Identifier: MIT */
/*
 * An IStream on a property of a message or attachment.  It holds one chunk in memory, so a value of
 * any size takes LOB_CHUNK bytes.  Chunks written go to disk as a staged long value; a value that
 * has stayed under the threshold ends in the bag and never touches the disk before the save.
 *
 * Commit gives the value to the property set; so does the last Release when something was written
 * since.  What the set or a row has is copied before the first write, so that Revert finds it as it
 * was.  Clones are handles on one value, each with a position of its own.
 */
#include "propset.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "mem.h"
#include "prop.h"
#include "text.h"

struct lob_stream {
	gint refs; /* of handles */
	struct stream_place place;
	ULONG tag;
	bool writable;
	bool changed; /* since the last commit */
	bool mine;    /* `id` is staged and the set does not know it yet */
	gint64 id;    /* 0: all of it is in `buffer` */
	guint64 size;
	guint64 position; /* of the handle that is at work */
	BYTE *buffer;     /* chunk number `chunk` */
	gint64 chunk;
	bool dirty;
};

struct handle {
	struct com_object com;
	IStream istream;
	struct lob_stream *stream;
	guint64 position;
};

static struct handle *
handle_from(IStream *iface)
{
	return COM_OBJECT(iface, struct handle, istream);
}

/* The stream at the handle's position, with the store's lock. */
static HRESULT
handle_enter(struct handle *handle, struct lob_stream **stream)
{
	*stream = handle->stream;
	if (FAILED(store_enter(handle->stream->place.store)))
		return MAPI_E_END_OF_SESSION;
	handle->stream->position = handle->position;
	return S_OK;
}

static HRESULT
handle_leave(struct handle *handle, HRESULT hr)
{
	handle->position = handle->stream->position;
	return store_leave(handle->stream->place.store, hr);
}

static struct db *
stream_db(const struct lob_stream *stream)
{
	return stream->place.store->db;
}

static HRESULT
stream_result(HRESULT hr)
{
	return (hr == MAPI_E_NOT_ENOUGH_DISK) ? STG_E_MEDIUMFULL : hr;
}

/* Makes sure that `id` names chunks only this property has.  In a transaction. */
static HRESULT
stream_make_own(struct lob_stream *stream)
{
	gint64 copy;
	HRESULT hr;

	if (!stream->id) {
		hr = lob_create(stream_db(stream), stream->tag, &stream->id);
		stream->mine = SUCCEEDED(hr);
		return hr;
	}
	if (stream->mine)
		return S_OK;
	hr = lob_copy(stream_db(stream), stream->id, &copy);
	if (SUCCEEDED(hr)) {
		stream->id = copy;
		stream->mine = true;
	}
	return hr;
}

static size_t
stream_chunk_bytes(const struct lob_stream *stream)
{
	guint64 start = (guint64)stream->chunk * LOB_CHUNK;

	return stream->size <= start ? 0 : (size_t)MIN(stream->size - start, (guint64)LOB_CHUNK);
}

static HRESULT
stream_flush(struct lob_stream *stream)
{
	gint64 id = stream->id;
	bool mine = stream->mine;
	HRESULT hr;

	if (!stream->dirty)
		return S_OK;
	hr = db_begin(stream_db(stream));
	if (FAILED(hr))
		return hr;
	hr = stream_make_own(stream);
	if (SUCCEEDED(hr))
		hr = lob_write(stream_db(stream), stream->id, stream->chunk, stream->buffer,
		    stream_chunk_bytes(stream));
	if (SUCCEEDED(hr))
		hr = lob_set_size(stream_db(stream), stream->id, stream->size);
	hr = db_end(stream_db(stream), hr, DB_RELAXED);
	if (FAILED(hr)) {
		stream->id = id;
		stream->mine = mine;
		return hr;
	}
	stream->dirty = false;
	return S_OK;
}

static HRESULT
stream_want_chunk(struct lob_stream *stream, gint64 chunk)
{
	HRESULT hr;

	if (stream->chunk == chunk)
		return S_OK;
	/* What lies only in memory goes to disk before the buffer is used for something else. */
	if (!stream->id && stream->size)
		stream->dirty = true;
	hr = stream_flush(stream);
	if (FAILED(hr))
		return hr;
	stream->chunk = chunk;
	if (stream->id)
		return lob_read(stream_db(stream), stream->id, chunk, stream->buffer);
	memset(stream->buffer, 0, LOB_CHUNK);
	return S_OK;
}

static HRESULT
stream_read(struct lob_stream *stream, BYTE *out, ULONG size, ULONG *done)
{
	HRESULT hr = S_OK;

	*done = 0;
	while (*done < size && stream->position < stream->size) {
		size_t at = (size_t)(stream->position % LOB_CHUNK);
		guint64 part = MIN((guint64)(size - *done), (guint64)(LOB_CHUNK - at));

		part = MIN(part, stream->size - stream->position);
		hr = stream_want_chunk(stream, (gint64)(stream->position / LOB_CHUNK));
		if (FAILED(hr))
			break;
		memcpy(out + *done, stream->buffer + at, part);
		*done += (ULONG)part;
		stream->position += part;
	}
	return hr;
}

static HRESULT
stream_write(struct lob_stream *stream, const BYTE *data, ULONG size, ULONG *done)
{
	HRESULT hr = S_OK;

	*done = 0;
	while (*done < size) {
		size_t at = (size_t)(stream->position % LOB_CHUNK);
		size_t part = MIN((size_t)(size - *done), (size_t)LOB_CHUNK - at);

		hr = stream_want_chunk(stream, (gint64)(stream->position / LOB_CHUNK));
		if (FAILED(hr))
			break;
		memcpy(stream->buffer + at, data + *done, part);
		stream->dirty = stream->changed = true;
		*done += (ULONG)part;
		stream->position += part;
		stream->size = MAX(stream->size, stream->position);
	}
	return hr;
}

/* A short value goes into the bag as the type it has there. */
static HRESULT
stream_to_bag(struct lob_stream *stream)
{
	SPropValue value = { .ulPropTag = stream->tag };
	BYTE *data;
	HRESULT hr;

	data = mem_zalloc(NULL, (size_t)stream->size + 2);
	if (!data)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(data, stream->buffer, (size_t)stream->size);
	if (PROP_TYPE(stream->tag) == PT_STRING8) {
		value.Value.lpszA = (char *)data;
	} else if (PROP_TYPE(stream->tag) == PT_UNICODE) {
		data[stream->size & ~(guint64)1] = 0;
		value.Value.lpszW = (WCHAR *)(void *)data;
	} else {
		value.Value.bin.cb = (ULONG)stream->size;
		value.Value.bin.lpb = data;
	}
	hr = bag_set(stream->place.set->bag, &value);
	mem_free(data);
	if (SUCCEEDED(hr))
		propset_drop_long(stream->place.store, stream->place.set, stream->tag);
	return hr;
}

static HRESULT
stream_commit(struct lob_stream *stream)
{
	struct long_value value = { .tag = stream->tag, .owned = true };
	HRESULT hr;

	if (!stream->changed)
		return S_OK;
	if (!stream->id && stream->size <= LOB_THRESHOLD) {
		hr = stream_to_bag(stream);
	} else {
		stream->dirty = stream->dirty || !stream->id;
		hr = stream_flush(stream);
		value.id = stream->id;
		value.size = stream->size;
		if (SUCCEEDED(hr))
			hr = propset_put_long(stream->place.store, stream->place.set, &value);
		if (SUCCEEDED(hr))
			stream->mine = false; /* the set's now */
	}
	if (SUCCEEDED(hr)) {
		stream->changed = false;
		stream->place.set->dirty = true;
	}
	return hr;
}

static HRESULT
stream_set_size(struct lob_stream *stream, guint64 size)
{
	guint64 old = stream->size;
	HRESULT hr = S_OK;

	if (size == old)
		return S_OK;
	if (size > (guint64)0xffffff * LOB_CHUNK)
		return STG_E_MEDIUMFULL;
	/* The chunk that the cut goes through must hold zeros behind it. */
	if (size < old) {
		hr = stream_want_chunk(stream, (gint64)(size / LOB_CHUNK));
		if (SUCCEEDED(hr))
			memset(stream->buffer + size % LOB_CHUNK, 0, LOB_CHUNK - size % LOB_CHUNK);
	} else if (!stream->id && size > LOB_CHUNK) {
		stream->dirty = true;
		hr = stream_flush(stream);
	}
	if (FAILED(hr))
		return hr;
	stream->size = size;
	stream->changed = stream->dirty = true;
	if (!stream->id && size <= LOB_CHUNK)
		return S_OK;
	hr = stream_flush(stream);
	if (FAILED(hr))
		stream->size = old;
	return hr;
}

/* --- The handle ---------------------------------------------------------------------- */

COM_UNKNOWN(stream, struct handle, istream, IStream)

static HRESULT
stream_Read(IStream *This, void *out, ULONG size, ULONG *done)
{
	struct handle *handle = handle_from(This);
	struct lob_stream *stream;
	ULONG got = 0;
	HRESULT hr;

	if (!out)
		return STG_E_INVALIDPOINTER;
	hr = handle_enter(handle, &stream);
	if (FAILED(hr))
		return hr;
	hr = stream_read(stream, out, size, &got);
	if (done)
		*done = got;
	return handle_leave(handle, hr);
}

static HRESULT
stream_Write(IStream *This, const void *data, ULONG size, ULONG *done)
{
	struct handle *handle = handle_from(This);
	struct lob_stream *stream;
	ULONG put = 0;
	HRESULT hr;

	if (!data)
		return STG_E_INVALIDPOINTER;
	if (!handle->stream->writable)
		return STG_E_ACCESSDENIED;
	hr = handle_enter(handle, &stream);
	if (FAILED(hr))
		return hr;
	hr = stream_write(stream, data, size, &put);
	if (done)
		*done = put;
	return handle_leave(handle, stream_result(hr));
}

static HRESULT
stream_Seek(IStream *This, LARGE_INTEGER offset, DWORD origin, ULARGE_INTEGER *position)
{
	struct handle *handle = handle_from(This);
	struct lob_stream *stream;
	gint64 base, target;
	HRESULT hr = handle_enter(handle, &stream);

	if (FAILED(hr))
		return hr;
	base = (origin == STREAM_SEEK_SET)   ? 0
	       : (origin == STREAM_SEEK_CUR) ? (gint64)stream->position
					     : (gint64)stream->size;
	if (origin > STREAM_SEEK_END || __builtin_add_overflow(base, offset.QuadPart, &target) ||
	    target < 0)
		return handle_leave(handle, STG_E_INVALIDFUNCTION);
	stream->position = (guint64)target;
	if (position)
		position->QuadPart = stream->position;
	return handle_leave(handle, S_OK);
}

static HRESULT
stream_SetSize(IStream *This, ULARGE_INTEGER size)
{
	struct handle *handle = handle_from(This);
	struct lob_stream *stream;
	HRESULT hr;

	if (!handle->stream->writable)
		return STG_E_ACCESSDENIED;
	hr = handle_enter(handle, &stream);
	if (FAILED(hr))
		return hr;
	hr = stream_set_size(stream, size.QuadPart);
	return handle_leave(handle, stream_result(hr));
}

static HRESULT
stream_copy_piece(IStream *This, IStream *target, BYTE *piece, ULONG want, ULONG *got)
{
	ULONG put = 0;
	HRESULT hr;

	hr = stream_Read(This, piece, want, got);
	if (FAILED(hr) || !*got)
		return hr;
	hr = target->lpVtbl->Write(target, piece, *got, &put);
	return (SUCCEEDED(hr) && put < *got) ? STG_E_MEDIUMFULL : hr;
}

static HRESULT
stream_CopyTo(IStream *This, IStream *target, ULARGE_INTEGER size, ULARGE_INTEGER *did_read,
    ULARGE_INTEGER *written)
{
	BYTE *piece;
	guint64 done = 0;
	ULONG got = 1;
	HRESULT hr = S_OK;

	if (!target)
		return STG_E_INVALIDPOINTER;
	piece = g_malloc(LOB_CHUNK);
	while (done < size.QuadPart && got && SUCCEEDED(hr)) {
		ULONG want = (ULONG)MIN(size.QuadPart - done, (guint64)LOB_CHUNK);

		hr = stream_copy_piece(This, target, piece, want, &got);
		if (SUCCEEDED(hr))
			done += got;
	}
	g_free(piece);
	if (did_read)
		did_read->QuadPart = done;
	if (written)
		written->QuadPart = done;
	return hr;
}

static HRESULT
stream_Commit(IStream *This, DWORD flags)
{
	struct handle *handle = handle_from(This);
	struct lob_stream *stream;
	HRESULT hr = handle_enter(handle, &stream);

	if (FAILED(hr))
		return hr;
	return handle_leave(handle, stream_result(stream_commit(stream)));
}

static HRESULT stream_revert(struct lob_stream *stream);

/* Back to what the property has; the position stays. */
static HRESULT
stream_Revert(IStream *This)
{
	struct handle *handle = handle_from(This);
	struct lob_stream *stream;
	HRESULT hr = handle_enter(handle, &stream);

	if (FAILED(hr))
		return hr;
	hr = stream->changed ? stream_revert(stream) : S_OK;
	stream->position = handle->position;
	return handle_leave(handle, stream_result(hr));
}

/* Nobody else can have the stream open (Stat: grfLocksSupported is 0). */
static HRESULT
stream_LockRegion(IStream *This, ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type)
{
	return STG_E_INVALIDFUNCTION;
}

static HRESULT
stream_UnlockRegion(IStream *This, ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type)
{
	return STG_E_INVALIDFUNCTION;
}

static HRESULT
stream_Stat(IStream *This, STATSTG *status, DWORD flags)
{
	struct handle *handle = handle_from(This);
	struct lob_stream *stream;
	HRESULT hr;

	if (!status)
		return STG_E_INVALIDPOINTER;
	memset(status, 0, sizeof(*status));
	hr = handle_enter(handle, &stream);
	if (FAILED(hr))
		return hr;
	status->type = STGTY_STREAM;
	status->cbSize.QuadPart = stream->size;
	status->grfMode = stream->writable ? STGM_READWRITE : STGM_READ;
	return handle_leave(handle, S_OK);
}

static HRESULT handle_create(struct lob_stream *stream, IStream **out);

static HRESULT
stream_Clone(IStream *This, IStream **out)
{
	struct handle *handle = handle_from(This);
	HRESULT hr;

	if (!out)
		return STG_E_INVALIDPOINTER;
	hr = handle_create(handle->stream, out);
	if (SUCCEEDED(hr))
		handle_from(*out)->position = handle->position;
	return hr;
}

static const IStreamVtbl stream_vtbl = {
	.QueryInterface = stream_QueryInterface,
	.AddRef = stream_AddRef,
	.Release = stream_Release,
	.Read = stream_Read,
	.Write = stream_Write,
	.Seek = stream_Seek,
	.SetSize = stream_SetSize,
	.CopyTo = stream_CopyTo,
	.Commit = stream_Commit,
	.Revert = stream_Revert,
	.LockRegion = stream_LockRegion,
	.UnlockRegion = stream_UnlockRegion,
	.Stat = stream_Stat,
	.Clone = stream_Clone,
};

static void
stream_discard(struct lob_stream *stream)
{
	struct db *db = stream_db(stream);

	if (stream->mine && SUCCEEDED(db_begin(db)))
		db_end(db, lob_discard(db, stream->id), DB_RELAXED);
	stream->mine = false;
}

static void
stream_unref(struct lob_stream *stream)
{
	struct store *store = stream->place.store;

	if (!g_atomic_int_dec_and_test(&stream->refs))
		return;
	if (SUCCEEDED(store_enter(store))) {
		if (stream->changed)
			stream_commit(stream);
		stream_discard(stream);
		store_leave(store, S_OK);
	}
	g_free(stream->buffer);
	com_release(stream->place.owner);
	g_free(stream);
}

static void
handle_finalize(void *self)
{
	struct handle *handle = self;

	if (handle->stream)
		stream_unref(handle->stream);
}

static const struct com_interface handle_interfaces[] = {
	{ &IID_IStream, offsetof(struct handle, istream) },
	{ &IID_ISequentialStream, offsetof(struct handle, istream) },
	{ NULL, 0 },
};

static const struct com_class handle_class = { "stream", handle_interfaces, handle_finalize };

/* At the beginning; takes a reference on the stream. */
static HRESULT
handle_create(struct lob_stream *stream, IStream **out)
{
	struct handle *handle = com_create(&handle_class, sizeof(*handle));

	*out = NULL;
	if (!handle)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	handle->istream.lpVtbl = &stream_vtbl;
	handle->stream = stream;
	g_atomic_int_inc(&stream->refs);
	*out = &handle->istream;
	return S_OK;
}

/* --- Opening ------------------------------------------------------------------------- */

static HRESULT
stream_fill(struct lob_stream *stream, const SPropValue *value)
{
	const void *data;
	size_t size;

	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_BINARY:
		data = value->Value.bin.lpb;
		size = value->Value.bin.cb;
		break;
	case PT_STRING8:
		data = value->Value.lpszA;
		size = strlen(value->Value.lpszA);
		break;
	default:
		data = value->Value.lpszW;
		size = text_wcslen(value->Value.lpszW) * sizeof(WCHAR);
		break;
	}
	while (size > 0) {
		ULONG done, part = (ULONG)MIN(size, (size_t)LOB_CHUNK);
		HRESULT hr = stream_write(stream, data, part, &done);

		if (FAILED(hr))
			return hr;
		data = (const BYTE *)data + part;
		size -= part;
	}
	stream->position = 0;
	stream->changed = false;
	stream->dirty = stream->id != 0 && stream->dirty;
	return S_OK;
}

/* The property as it is, converted to the type that was asked for. */
static HRESULT
stream_fill_from_set(struct lob_stream *stream)
{
	SizedSPropTagArray(1, tags) = { 1, { stream->tag } };
	SPropValue *value = NULL;
	ULONG count;
	HRESULT hr;

	hr = propset_get_props(stream->place.store, stream->place.set,
	    (const SPropTagArray *)(const void *)&tags, 0, &count, &value);
	if (FAILED(hr))
		return hr;
	if (PROP_TYPE(value->ulPropTag) == PT_ERROR)
		hr = value->Value.err;
	else if (PROP_TYPE(value->ulPropTag) != PROP_TYPE(stream->tag))
		hr = MAPI_E_UNEXPECTED_TYPE;
	else
		hr = stream_fill(stream, value);
	mem_free(value);
	return hr;
}

static HRESULT
stream_begin(struct lob_stream *stream, bool create)
{
	const struct long_value *known = propset_find_long(stream->place.set, stream->tag);

	stream->chunk = 0;
	if (create) {
		stream->changed = true; /* an empty value, if nothing else */
		return S_OK;
	}
	if (!known || known->tag != stream->tag)
		return stream_fill_from_set(stream);
	stream->id = known->id;
	stream->size = known->size;
	return lob_read(stream_db(stream), stream->id, 0, stream->buffer);
}

static HRESULT
stream_revert(struct lob_stream *stream)
{
	HRESULT hr;

	stream_discard(stream);
	stream->id = 0;
	stream->size = stream->position = 0;
	stream->dirty = false;
	memset(stream->buffer, 0, LOB_CHUNK);
	hr = stream_begin(stream, false);
	stream->changed = false;
	return (hr == MAPI_E_NOT_FOUND) ? S_OK : hr; /* there was no value */
}

HRESULT
lob_stream_open(const struct stream_place *place, ULONG tag, ULONG access, IStream **out)
{
	struct lob_stream *stream;
	ULONG type = PROP_TYPE(tag);
	HRESULT hr;

	*out = NULL;
	if (type != PT_BINARY && type != PT_STRING8 && type != PT_UNICODE)
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	stream = g_new0(struct lob_stream, 1);
	stream->refs = 1;
	stream->place = *place;
	com_add_ref(place->owner);
	stream->tag = tag;
	stream->writable = (access & (MAPI_MODIFY | MAPI_CREATE)) != 0;
	stream->buffer = g_try_malloc0(LOB_CHUNK);
	hr = stream->buffer ? stream_begin(stream, (access & MAPI_CREATE) != 0)
			    : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = handle_create(stream, out);
	if (FAILED(hr))
		stream->changed = false;
	else if (access & STREAM_APPEND)
		handle_from(*out)->position = stream->size;
	stream_unref(stream);
	return hr;
}
