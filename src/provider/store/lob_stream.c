/* SPDX-License-Identifier: MIT */
/*
 * An IStream on a property of a message or attachment.  It holds one chunk in memory, so a value of
 * any size takes LOB_CHUNK bytes.  Chunks written go to disk as a staged long value; a value that
 * has stayed under the threshold ends in the bag and never touches the disk before the save.
 *
 * Commit gives the value to the property set; so does the last Release when something was written
 * since.  A value that belongs to a row is copied before the first write.
 */
#include "propset.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "mem.h"
#include "prop.h"
#include "text.h"
#include "unsupported.h"

struct lob_stream {
	struct com_object com;
	IStream istream;
	struct stream_place place;
	ULONG tag;
	bool writable;
	bool changed; /* since the last commit */
	bool mine;    /* `id` is staged and the set does not know it yet */
	gint64 id;    /* 0: all of it is in `buffer` */
	guint64 size;
	guint64 position;
	BYTE *buffer; /* chunk number `chunk` */
	gint64 chunk;
	bool dirty;
};

static struct lob_stream *
stream_from(IStream *iface)
{
	return COM_OBJECT(iface, struct lob_stream, istream);
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
	struct long_value *known = propset_find_long(stream->place.set, stream->tag);
	gint64 copy;
	HRESULT hr;

	if (!stream->id) {
		hr = lob_create(stream_db(stream), stream->tag, &stream->id);
		stream->mine = SUCCEEDED(hr);
		return hr;
	}
	if (stream->mine || (known && known->id == stream->id && known->owned))
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

COM_UNKNOWN(stream, struct lob_stream, istream, IStream)

static HRESULT
stream_Read(IStream *This, void *out, ULONG size, ULONG *done)
{
	struct lob_stream *stream = stream_from(This);
	ULONG got = 0;
	HRESULT hr;

	if (!out)
		return STG_E_INVALIDPOINTER;
	hr = store_enter(stream->place.store);
	if (FAILED(hr))
		return hr;
	hr = stream_read(stream, out, size, &got);
	if (done)
		*done = got;
	return store_leave(stream->place.store, hr);
}

static HRESULT
stream_Write(IStream *This, const void *data, ULONG size, ULONG *done)
{
	struct lob_stream *stream = stream_from(This);
	ULONG put = 0;
	HRESULT hr;

	if (!data)
		return STG_E_INVALIDPOINTER;
	if (!stream->writable)
		return STG_E_ACCESSDENIED;
	hr = store_enter(stream->place.store);
	if (FAILED(hr))
		return hr;
	hr = stream_write(stream, data, size, &put);
	if (done)
		*done = put;
	return store_leave(stream->place.store, stream_result(hr));
}

static HRESULT
stream_Seek(IStream *This, LARGE_INTEGER offset, DWORD origin, ULARGE_INTEGER *position)
{
	struct lob_stream *stream = stream_from(This);
	gint64 base, target;
	HRESULT hr = store_enter(stream->place.store);

	if (FAILED(hr))
		return hr;
	base = (origin == STREAM_SEEK_SET)   ? 0
	       : (origin == STREAM_SEEK_CUR) ? (gint64)stream->position
					     : (gint64)stream->size;
	if (origin > STREAM_SEEK_END || __builtin_add_overflow(base, offset.QuadPart, &target) ||
	    target < 0)
		return store_leave(stream->place.store, STG_E_INVALIDFUNCTION);
	stream->position = (guint64)target;
	if (position)
		position->QuadPart = stream->position;
	return store_leave(stream->place.store, S_OK);
}

static HRESULT
stream_SetSize(IStream *This, ULARGE_INTEGER size)
{
	struct lob_stream *stream = stream_from(This);
	HRESULT hr;

	if (!stream->writable)
		return STG_E_ACCESSDENIED;
	hr = store_enter(stream->place.store);
	if (FAILED(hr))
		return hr;
	hr = stream_set_size(stream, size.QuadPart);
	return store_leave(stream->place.store, stream_result(hr));
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
	struct lob_stream *stream = stream_from(This);
	HRESULT hr = store_enter(stream->place.store);

	if (FAILED(hr))
		return hr;
	return store_leave(stream->place.store, stream_result(stream_commit(stream)));
}

static HRESULT
stream_Stat(IStream *This, STATSTG *status, DWORD flags)
{
	struct lob_stream *stream = stream_from(This);

	if (!status)
		return STG_E_INVALIDPOINTER;
	memset(status, 0, sizeof(*status));
	status->type = STGTY_STREAM;
	status->cbSize.QuadPart = stream->size;
	status->grfMode = stream->writable ? STGM_READWRITE : STGM_READ;
	return S_OK;
}

static HRESULT stream_clone(struct lob_stream *stream, IStream **out);

/* Of a stream for reading: two that write would each hold a chunk of their own. */
static HRESULT
stream_Clone(IStream *This, IStream **out)
{
	struct lob_stream *stream = stream_from(This);
	HRESULT hr;

	if (!out)
		return STG_E_INVALIDPOINTER;
	*out = NULL;
	if (stream->writable)
		return MAPI_E_NO_SUPPORT;
	hr = store_enter(stream->place.store);
	if (FAILED(hr))
		return hr;
	return store_leave(stream->place.store, stream_clone(stream, out));
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
	.Revert = unsupported_IStream_Revert,
	.LockRegion = unsupported_IStream_LockRegion,
	.UnlockRegion = unsupported_IStream_UnlockRegion,
	.Stat = stream_Stat,
	.Clone = stream_Clone,
};

static void
stream_finalize(void *self)
{
	struct lob_stream *stream = self;
	struct store *store = stream->place.store;

	if (SUCCEEDED(store_enter(store))) {
		if (stream->changed)
			stream_commit(stream);
		if (stream->mine && SUCCEEDED(db_begin(store->db)))
			db_end(store->db, lob_discard(store->db, stream->id), DB_RELAXED);
		store_leave(store, S_OK);
	}
	g_free(stream->buffer);
	com_release(stream->place.owner);
}

static const struct com_interface stream_interfaces[] = {
	{ &IID_IStream, offsetof(struct lob_stream, istream) },
	{ &IID_ISequentialStream, offsetof(struct lob_stream, istream) },
	{ NULL, 0 },
};

static const struct com_class stream_class = { "stream", stream_interfaces, stream_finalize };

static HRESULT
stream_clone(struct lob_stream *stream, IStream **out)
{
	struct lob_stream *clone = com_create(&stream_class, sizeof(*clone));

	if (!clone)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	clone->istream.lpVtbl = &stream_vtbl;
	clone->place = stream->place;
	clone->place.owner = &stream->com; /* what is staged to be read is the first one's */
	com_add_ref(clone->place.owner);
	clone->tag = stream->tag;
	clone->size = stream->size;
	clone->position = stream->position;
	clone->chunk = stream->chunk;
	clone->id = stream->id;
	clone->buffer = g_try_malloc(LOB_CHUNK);
	if (!clone->buffer) {
		com_release(&clone->com);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	memcpy(clone->buffer, stream->buffer, LOB_CHUNK);
	*out = &clone->istream;
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

HRESULT
lob_stream_open(const struct stream_place *place, ULONG tag, ULONG access, IStream **out)
{
	struct lob_stream *stream;
	ULONG type = PROP_TYPE(tag);
	HRESULT hr;

	*out = NULL;
	if (type != PT_BINARY && type != PT_STRING8 && type != PT_UNICODE)
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	stream = com_create(&stream_class, sizeof(*stream));
	if (!stream)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	stream->istream.lpVtbl = &stream_vtbl;
	stream->place = *place;
	com_add_ref(place->owner);
	stream->tag = tag;
	stream->writable = (access & (MAPI_MODIFY | MAPI_CREATE)) != 0;
	stream->buffer = g_try_malloc0(LOB_CHUNK);
	hr = stream->buffer ? stream_begin(stream, (access & MAPI_CREATE) != 0)
			    : MAPI_E_NOT_ENOUGH_MEMORY;
	if (FAILED(hr)) {
		stream->changed = false;
		com_release(&stream->com);
		return hr;
	}
	if (access & STREAM_APPEND)
		stream->position = stream->size;
	*out = &stream->istream;
	return S_OK;
}
