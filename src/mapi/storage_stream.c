/* SPDX-License-Identifier: MIT */
/* The IStream on a stream of a compound file, and the list of what is in a storage. */
#include "storage_private.h"

#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "text.h"

#define COPY_STEP (64 * 1024)

HRESULT
node_stat(const struct node *node, bool writable, DWORD flags, STATSTG *out)
{
	size_t size = (text_wcslen(node->name) + 1) * sizeof(WCHAR);

	memset(out, 0, sizeof *out);
	out->type = node->is_storage ? STGTY_STORAGE : STGTY_STREAM;
	out->cbSize.QuadPart = node->size;
	out->clsid = node->clsid;
	out->grfStateBits = node->state;
	out->ctime = node->created;
	out->mtime = node->modified;
	out->grfMode = writable ? STGM_READWRITE : STGM_READ;
	if (flags & STATFLAG_NONAME)
		return S_OK;
	out->pwcsName = malloc(size);
	if (!out->pwcsName)
		return STG_E_INSUFFICIENTMEMORY;
	memcpy(out->pwcsName, node->name, size);
	return S_OK;
}

/* --- Streams ------------------------------------------------------------------------------- */

struct node_stream {
	struct com_object com;
	IStream istream;
	struct tree *tree;
	struct node *node;
	bool writable;
	ULONGLONG position; /* under the tree's lock */
};

#define STREAM(This) COM_OBJECT(This, struct node_stream, istream)

static void
stream_finalize(void *object)
{
	struct node_stream *self = object;

	node_unref(self->node);
	tree_unref(self->tree);
}

static const struct com_interface stream_interfaces[] = {
	{ &IID_IStream, offsetof(struct node_stream, istream) },
	{ &IID_ISequentialStream, offsetof(struct node_stream, istream) },
	{ NULL, 0 },
};

static const struct com_class stream_class = { "stream of a storage", stream_interfaces,
	stream_finalize };

COM_UNKNOWN(stream, struct node_stream, istream, IStream)

/* Takes the lock; a stream that was removed is gone. */
static HRESULT
stream_enter(struct node_stream *self)
{
	g_mutex_lock(&self->tree->lock);
	if (!self->node->removed)
		return S_OK;
	g_mutex_unlock(&self->tree->lock);
	return STG_E_REVERTED;
}

static HRESULT
stream_leave(struct node_stream *self, HRESULT hr)
{
	g_mutex_unlock(&self->tree->lock);
	return hr;
}

static HRESULT
stream_Read(IStream *This, void *data, ULONG size, ULONG *done)
{
	struct node_stream *self = STREAM(This);
	ULONG part = 0;
	HRESULT hr;

	if (done)
		*done = 0;
	if (!data && size)
		return STG_E_INVALIDPOINTER;
	hr = stream_enter(self);
	if (FAILED(hr))
		return hr;
	if (self->position < self->node->size)
		part = (ULONG)MIN((ULONGLONG)size, self->node->size - self->position);
	if (part)
		memcpy(data, self->node->data + self->position, part);
	self->position += part;
	if (done)
		*done = part;
	return stream_leave(self, S_OK);
}

static HRESULT
stream_Write(IStream *This, const void *data, ULONG size, ULONG *done)
{
	struct node_stream *self = STREAM(This);
	HRESULT hr;

	if (done)
		*done = 0;
	if (!data && size)
		return STG_E_INVALIDPOINTER;
	if (!self->writable)
		return STG_E_ACCESSDENIED;
	hr = stream_enter(self);
	if (FAILED(hr))
		return hr;
	if (self->position + size > self->node->size && size)
		hr = node_resize(self->node, self->position + size);
	if (SUCCEEDED(hr) && size) {
		memcpy(self->node->data + self->position, data, size);
		self->position += size;
	}
	if (SUCCEEDED(hr) && done)
		*done = size;
	return stream_leave(self, hr);
}

static HRESULT
stream_Seek(IStream *This, LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER *position)
{
	struct node_stream *self = STREAM(This);
	LONGLONG base, target;
	HRESULT hr;

	if (origin > STREAM_SEEK_END)
		return STG_E_INVALIDFUNCTION;
	hr = stream_enter(self);
	if (FAILED(hr))
		return hr;
	base = origin == STREAM_SEEK_SET   ? 0
	       : origin == STREAM_SEEK_CUR ? (LONGLONG)self->position
					   : (LONGLONG)self->node->size;
	if (__builtin_add_overflow(base, move.QuadPart, &target) || target < 0 ||
	    target > (LONGLONG)1 << 40)
		return stream_leave(self, STG_E_INVALIDFUNCTION);
	self->position = (ULONGLONG)target;
	if (position)
		position->QuadPart = self->position;
	return stream_leave(self, S_OK);
}

static HRESULT
stream_SetSize(IStream *This, ULARGE_INTEGER size)
{
	struct node_stream *self = STREAM(This);
	HRESULT hr;

	if (!self->writable)
		return STG_E_ACCESSDENIED;
	hr = stream_enter(self);
	return FAILED(hr) ? hr : stream_leave(self, node_resize(self->node, size.QuadPart));
}

/* Without the lock while the other stream writes, which may be of the same tree. */
static HRESULT
stream_CopyTo(IStream *This, IStream *target, ULARGE_INTEGER size, ULARGE_INTEGER *read_size,
    ULARGE_INTEGER *written_size)
{
	BYTE *buffer;
	ULONGLONG in = 0, out = 0;
	HRESULT hr = S_OK;

	if (!target)
		return STG_E_INVALIDPOINTER;
	buffer = g_malloc(COPY_STEP);
	while (SUCCEEDED(hr) && in < size.QuadPart) {
		ULONG got, put = 0;

		hr = stream_Read(
		    This, buffer, (ULONG)MIN(size.QuadPart - in, (ULONGLONG)COPY_STEP), &got);
		if (FAILED(hr) || !got)
			break;
		in += got;
		hr = target->lpVtbl->Write(target, buffer, got, &put);
		out += put;
	}
	g_free(buffer);
	if (read_size)
		read_size->QuadPart = in;
	if (written_size)
		written_size->QuadPart = out;
	return hr;
}

static HRESULT
stream_Commit(IStream *This, DWORD flags)
{
	return S_OK; /* all is in the tree already */
}

static HRESULT
stream_Revert(IStream *This)
{
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
	struct node_stream *self = STREAM(This);
	HRESULT hr;

	if (!stat)
		return STG_E_INVALIDPOINTER;
	hr = stream_enter(self);
	return FAILED(hr) ? hr
			  : stream_leave(self, node_stat(self->node, self->writable, flags, stat));
}

static HRESULT
stream_Clone(IStream *This, IStream **out)
{
	struct node_stream *self = STREAM(This);
	HRESULT hr;

	if (!out)
		return STG_E_INVALIDPOINTER;
	*out = NULL;
	hr = stream_enter(self);
	if (FAILED(hr))
		return hr;
	hr = node_stream_create(self->tree, self->node, self->writable, out);
	if (SUCCEEDED(hr))
		STREAM(*out)->position = self->position;
	return stream_leave(self, hr);
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

HRESULT
node_stream_create(struct tree *tree, struct node *node, bool writable, IStream **out)
{
	struct node_stream *self = com_create(&stream_class, sizeof *self);

	if (!self)
		return STG_E_INSUFFICIENTMEMORY;
	self->istream.lpVtbl = &stream_vtbl;
	self->tree = tree_ref(tree);
	self->node = node_ref(node);
	self->writable = writable;
	*out = &self->istream;
	return S_OK;
}

/* --- Enumerators --------------------------------------------------------------------------- */

struct node_enum {
	struct com_object com;
	IEnumSTATSTG ienum;
	GMutex lock;
	GArray *elements; /* STATSTG; shared with clones, none of which changes it */
	guint next;
};

#define ENUM(This) COM_OBJECT(This, struct node_enum, ienum)

static void
enum_finalize(void *object)
{
	struct node_enum *self = object;

	g_array_unref(self->elements);
	g_mutex_clear(&self->lock);
}

static const struct com_interface enum_interfaces[] = {
	{ &IID_IEnumSTATSTG, offsetof(struct node_enum, ienum) },
	{ NULL, 0 },
};

static const struct com_class enum_class = { "IEnumSTATSTG", enum_interfaces, enum_finalize };

COM_UNKNOWN(enum, struct node_enum, ienum, IEnumSTATSTG)

void
element_clear(STATSTG *element)
{
	free(element->pwcsName);
}

static HRESULT
give_element(const STATSTG *from, STATSTG *out)
{
	size_t size = (text_wcslen(from->pwcsName) + 1) * sizeof(WCHAR);

	*out = *from;
	out->pwcsName = malloc(size);
	if (!out->pwcsName)
		return STG_E_INSUFFICIENTMEMORY;
	memcpy(out->pwcsName, from->pwcsName, size);
	return S_OK;
}

static HRESULT
enum_Next(IEnumSTATSTG *This, ULONG count, STATSTG *out, ULONG *fetched)
{
	struct node_enum *self = ENUM(This);
	HRESULT hr = S_OK;
	ULONG done = 0;

	if (fetched)
		*fetched = 0;
	if (!out || (!fetched && count != 1))
		return STG_E_INVALIDPOINTER;
	g_mutex_lock(&self->lock);
	while (SUCCEEDED(hr) && done < count && self->next < self->elements->len) {
		hr = give_element(&g_array_index(self->elements, STATSTG, self->next), &out[done]);
		if (SUCCEEDED(hr)) {
			self->next++;
			done++;
		}
	}
	g_mutex_unlock(&self->lock);
	if (FAILED(hr)) {
		while (done > 0)
			free(out[--done].pwcsName);
		return hr;
	}
	if (fetched)
		*fetched = done;
	return done == count ? S_OK : S_FALSE;
}

static HRESULT
enum_Skip(IEnumSTATSTG *This, ULONG count)
{
	struct node_enum *self = ENUM(This);
	guint left;

	g_mutex_lock(&self->lock);
	left = self->elements->len - self->next;
	self->next += MIN(left, count);
	g_mutex_unlock(&self->lock);
	return count <= left ? S_OK : S_FALSE;
}

static HRESULT
enum_Reset(IEnumSTATSTG *This)
{
	g_mutex_lock(&ENUM(This)->lock);
	ENUM(This)->next = 0;
	g_mutex_unlock(&ENUM(This)->lock);
	return S_OK;
}

static HRESULT
enum_Clone(IEnumSTATSTG *This, IEnumSTATSTG **out)
{
	struct node_enum *self = ENUM(This);
	HRESULT hr;

	if (!out)
		return STG_E_INVALIDPOINTER;
	*out = NULL;
	hr = node_enum_create(g_array_ref(self->elements), out);
	if (FAILED(hr))
		return hr;
	g_mutex_lock(&self->lock);
	ENUM(*out)->next = self->next;
	g_mutex_unlock(&self->lock);
	return S_OK;
}

static const IEnumSTATSTGVtbl enum_vtbl = {
	.QueryInterface = enum_QueryInterface,
	.AddRef = enum_AddRef,
	.Release = enum_Release,
	.Next = enum_Next,
	.Skip = enum_Skip,
	.Reset = enum_Reset,
	.Clone = enum_Clone,
};

HRESULT
node_enum_create(GArray *elements, IEnumSTATSTG **out)
{
	struct node_enum *self = com_create(&enum_class, sizeof *self);

	if (!self) {
		g_array_unref(elements);
		return STG_E_INSUFFICIENTMEMORY;
	}
	self->ienum.lpVtbl = &enum_vtbl;
	g_mutex_init(&self->lock);
	self->elements = elements;
	*out = &self->ienum;
	return S_OK;
}
