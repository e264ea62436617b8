/* SPDX-License-Identifier: MIT */
/* An IStream over memory: see stream.h. */
#include "stream.h"

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include "com.h"
#include "mem.h"

#define COPY_STEP (64 * 1024)

/* The bytes, shared by a stream and its clones. */
struct content {
	atomic_uint refs;
	pthread_mutex_t lock; /* over all below */
	char *bytes;
	size_t size;
	size_t room;
	bool dirty;
	char *kept; /* while dirty: the bytes as they were committed */
	size_t kept_size;
	struct stream_owner owner;
};

struct stream {
	struct com_object com;
	IStream istream;
	struct content *content;
	ULONGLONG position; /* under content->lock */
};

static HRESULT create_on(struct content *content, IStream **out);

static struct stream *
stream_of(IStream *istream)
{
	return COM_OBJECT(istream, struct stream, istream);
}

/* The caller holds the lock, or the last reference. */
static HRESULT
commit(struct content *content)
{
	HRESULT hr = S_OK;

	if (content->dirty && content->owner.commit)
		hr = content->owner.commit(
		    content->owner.context, content->bytes ? content->bytes : "", content->size);
	if (SUCCEEDED(hr)) {
		content->dirty = false;
		g_clear_pointer(&content->kept, g_free);
	}
	return hr;
}

/* Before a change: what Revert goes back to. */
static HRESULT
begin_change(struct content *content)
{
	if (content->dirty)
		return S_OK;
	content->kept = g_try_malloc(content->size + 1);
	if (!content->kept)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (content->size)
		memcpy(content->kept, content->bytes, content->size);
	content->kept_size = content->size;
	content->dirty = true;
	return S_OK;
}

static void
content_unref(struct content *content)
{
	if (!content || atomic_fetch_sub(&content->refs, 1) > 1)
		return;
	commit(content);
	if (content->owner.free)
		content->owner.free(content->owner.context);
	pthread_mutex_destroy(&content->lock);
	g_free(content->bytes);
	g_free(content->kept);
	mem_free(content);
}

static void
stream_finalize(void *self)
{
	content_unref(((struct stream *)self)->content);
}

/* Makes the content exactly `size` bytes, new ones zero. */
static HRESULT
resize(struct content *content, ULONGLONG size)
{
	size_t room = content->room;
	char *bytes;

	if (size > UINT32_MAX) /* no property value is larger */
		return STG_E_MEDIUMFULL;
	if (size > room) {
		room = MAX((size_t)size, room + room / 2);
		bytes = g_try_realloc(content->bytes, room);
		if (!bytes)
			return MAPI_E_NOT_ENOUGH_MEMORY;
		content->bytes = bytes;
		content->room = room;
	}
	if (size > content->size)
		memset(content->bytes + content->size, 0, (size_t)size - content->size);
	content->size = (size_t)size;
	return S_OK;
}

static HRESULT
stream_Read(IStream *This, void *data, ULONG size, ULONG *done)
{
	struct stream *self = stream_of(This);
	struct content *content = self->content;
	ULONG count = 0;

	if (done)
		*done = 0;
	if (!data)
		return STG_E_INVALIDPOINTER;
	pthread_mutex_lock(&content->lock);
	if (self->position < content->size)
		count = (ULONG)MIN(size, content->size - self->position);
	if (count > 0)
		memcpy(data, content->bytes + self->position, count);
	self->position += count;
	pthread_mutex_unlock(&content->lock);
	if (done)
		*done = count;
	return S_OK;
}

static HRESULT
stream_Write(IStream *This, const void *data, ULONG size, ULONG *done)
{
	struct stream *self = stream_of(This);
	struct content *content = self->content;
	HRESULT hr = S_OK;

	if (done)
		*done = 0;
	if (!data)
		return STG_E_INVALIDPOINTER;
	if (!content->owner.commit)
		return STG_E_ACCESSDENIED;
	if (size == 0)
		return S_OK;
	pthread_mutex_lock(&content->lock);
	hr = begin_change(content);
	if (SUCCEEDED(hr) && self->position + size > content->size)
		hr = resize(content, self->position + size);
	if (SUCCEEDED(hr)) {
		memcpy(content->bytes + self->position, data, size);
		self->position += size;
	}
	pthread_mutex_unlock(&content->lock);
	if (SUCCEEDED(hr) && done)
		*done = size;
	return hr;
}

static HRESULT
stream_Seek(IStream *This, LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER *position)
{
	struct stream *self = stream_of(This);
	LONGLONG from = 0, to;
	HRESULT hr = S_OK;

	if (origin > STREAM_SEEK_END)
		return STG_E_INVALIDFUNCTION;
	pthread_mutex_lock(&self->content->lock);
	if (origin == STREAM_SEEK_CUR)
		from = (LONGLONG)self->position;
	else if (origin == STREAM_SEEK_END)
		from = (LONGLONG)self->content->size;
	if (__builtin_add_overflow(from, move.QuadPart, &to) || to < 0)
		hr = STG_E_INVALIDFUNCTION;
	else
		self->position = (ULONGLONG)to;
	if (position)
		position->QuadPart = self->position;
	pthread_mutex_unlock(&self->content->lock);
	return hr;
}

static HRESULT
stream_SetSize(IStream *This, ULARGE_INTEGER size)
{
	struct content *content = stream_of(This)->content;
	HRESULT hr;

	if (!content->owner.commit)
		return STG_E_ACCESSDENIED;
	pthread_mutex_lock(&content->lock);
	hr = begin_change(content);
	if (SUCCEEDED(hr))
		hr = resize(content, size.QuadPart);
	pthread_mutex_unlock(&content->lock);
	return hr;
}

/* One step goes through a buffer of its own: the target may be a clone, which has the same lock. */
static HRESULT
stream_CopyTo(IStream *This, IStream *target, ULARGE_INTEGER size, ULARGE_INTEGER *read,
    ULARGE_INTEGER *written)
{
	ULONGLONG left = size.QuadPart, in = 0, out = 0;
	ULONG got = 1, put;
	HRESULT hr = S_OK;
	char *buffer;

	if (!target)
		return STG_E_INVALIDPOINTER;
	buffer = g_malloc(COPY_STEP);
	while (left > 0 && got > 0 && SUCCEEDED(hr)) {
		hr = stream_Read(This, buffer, (ULONG)MIN(left, COPY_STEP), &got);
		in += got;
		left -= got;
		put = 0;
		if (SUCCEEDED(hr) && got > 0)
			hr = target->lpVtbl->Write(target, buffer, got, &put);
		out += put;
		if (SUCCEEDED(hr) && put < got)
			hr = STG_E_MEDIUMFULL;
	}
	g_free(buffer);
	if (read)
		read->QuadPart = in;
	if (written)
		written->QuadPart = out;
	return hr;
}

static HRESULT
stream_Commit(IStream *This, DWORD flags)
{
	struct content *content = stream_of(This)->content;
	HRESULT hr;

	pthread_mutex_lock(&content->lock);
	hr = commit(content);
	pthread_mutex_unlock(&content->lock);
	return hr;
}

static HRESULT
stream_Revert(IStream *This)
{
	struct content *content = stream_of(This)->content;

	pthread_mutex_lock(&content->lock);
	if (content->dirty) {
		g_free(content->bytes);
		content->bytes = g_steal_pointer(&content->kept);
		content->size = content->kept_size;
		content->room = content->kept_size + 1;
		content->dirty = false;
	}
	pthread_mutex_unlock(&content->lock);
	return S_OK;
}

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
stream_Stat(IStream *This, STATSTG *stat, DWORD flags)
{
	struct content *content = stream_of(This)->content;

	if (!stat)
		return STG_E_INVALIDPOINTER;
	memset(stat, 0, sizeof(*stat));
	stat->type = STGTY_STREAM;
	stat->grfMode = content->owner.commit ? STGM_READWRITE : STGM_READ;
	pthread_mutex_lock(&content->lock);
	stat->cbSize.QuadPart = content->size;
	pthread_mutex_unlock(&content->lock);
	return S_OK;
}

static HRESULT
stream_Clone(IStream *This, IStream **out)
{
	struct stream *self = stream_of(This);
	HRESULT hr;

	if (!out)
		return STG_E_INVALIDPOINTER;
	hr = create_on(self->content, out);
	if (FAILED(hr))
		return hr;
	pthread_mutex_lock(&self->content->lock);
	stream_of(*out)->position = self->position;
	pthread_mutex_unlock(&self->content->lock);
	return S_OK;
}

static const struct com_interface stream_interfaces[] = {
	{ &IID_IStream, offsetof(struct stream, istream) },
	{ &IID_ISequentialStream, offsetof(struct stream, istream) },
	{ NULL, 0 },
};

static const struct com_class stream_class = {
	.name = "stream",
	.interfaces = stream_interfaces,
	.finalize = stream_finalize,
};

COM_UNKNOWN(stream, struct stream, istream, IStream)

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

/* A stream at the beginning of the content, with a reference on it. */
static HRESULT
create_on(struct content *content, IStream **out)
{
	struct stream *self = com_create(&stream_class, sizeof(*self));

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->istream.lpVtbl = &stream_vtbl;
	self->content = content;
	atomic_fetch_add(&content->refs, 1);
	*out = &self->istream;
	return S_OK;
}

HRESULT
stream_create(const void *data, size_t size, const struct stream_owner *owner, IStream **out)
{
	struct content *content = mem_zalloc(NULL, sizeof(*content));
	HRESULT hr;

	*out = NULL;
	if (!content)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	pthread_mutex_init(&content->lock, NULL);
	hr = resize(content, size);
	if (SUCCEEDED(hr))
		hr = create_on(content, out);
	if (FAILED(hr)) {
		pthread_mutex_destroy(&content->lock);
		g_free(content->bytes);
		mem_free(content);
		return hr;
	}
	if (size > 0)
		memcpy(content->bytes, data, size);
	if (owner)
		content->owner = *owner;
	return S_OK;
}
